//! Pix received through the QR of boletos. A Pix to the bare key is not here.

use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::Boleto;
use super::list::read_number;
use super::reply::{self, Family, Violation};
use super::state::State;
use super::webhook::read_instant;
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::{bare, query};

impl State {
    /// One Pix in Bacen's words.
    pub(super) fn pix_json(&self, boleto: &Boleto, payment: usize) -> Option<Json> {
        let payment = boleto.payments.get(payment)?;
        let id = payment.end_to_end_id.as_ref()?;
        let key = self.accounts.get(&boleto.account).map(|account| account.pix_key.as_str());
        let amount = payment.amount.to_decimal();
        Some(json!({
            "endToEndId": id,
            "txid": boleto.qr.as_ref().map(|qr| &qr.txid),
            "valor": amount,
            "chave": key,
            "componentesValor": { "original": { "valor": amount } },
            "horario": clock::utc_text(payment.paid_at),
            "infoPagador": "",
            "devolucoes": [],
        }))
    }

    /// `GET /pix/v2/pix/{e2eId}`.
    pub(super) fn pix_get(&self, call: &Call<'_>) -> HttpResponse {
        let found = self.index.by_end_to_end_id.get(&call.id);
        let pix = found.and_then(|(place, payment)| {
            let boleto = self.boletos.get(*place).filter(|b| b.account == call.account)?;
            self.pix_json(boleto, *payment)
        });
        match pix {
            Some(pix) => reply::json(200, &pix),
            None => reply::problem(Family::Pix, 404, "Pix não encontrado"),
        }
    }

    /// `GET /pix/v2/pix`.
    pub(super) fn pix_list(&self, call: &Call<'_>) -> HttpResponse {
        let mut violations = Vec::new();
        let from = read_instant(call, "inicio", &mut violations);
        let to = read_instant(call, "fim", &mut violations);
        let page = read_number(call, "paginacao.paginaAtual", (0, 0, 1 << 32), &mut violations);
        let size = read_number(call, "paginacao.itensPorPagina", (100, 1, 1000), &mut violations);
        let (cpf, cnpj) = (query(call.request, "cpf"), query(call.request, "cnpj"));
        if cpf.is_some() && cnpj.is_some() {
            let reason = "cpf e cnpj não podem ser informados juntos";
            violations.push(Violation::of("cpf", reason, None));
        }
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            let reason = "fim deve ser igual ou posterior a inicio";
            violations.push(Violation::of("fim", reason, None));
        }
        let (Some(from), Some(to), true) = (from, to, violations.is_empty()) else {
            return reply::invalid(Family::Pix, &violations, call.now);
        };
        let document = cpf.or(cnpj).map(bare);
        let txid = query(call.request, "txId").or_else(|| query(call.request, "txid"));
        let refunded = query(call.request, "devolucaoPresente") == Some("true");
        let without_txid = query(call.request, "txIdPresente") == Some("false");
        let rows = self
            .index
            .by_account
            .get(&call.account)
            .map(|dates| dates.pix.range((from, 0, 0)..=(to, usize::MAX, usize::MAX)));
        let rows: Vec<(&Boleto, usize)> = rows
            .into_iter()
            .flatten()
            .filter(|_| !refunded && !without_txid)
            .filter_map(|(_, place, payment)| Some((self.boletos.get(*place)?, *payment)))
            .filter(|(boleto, _)| {
                txid.is_none_or(|txid| boleto.qr.as_ref().is_some_and(|qr| qr.txid == txid))
                    && document.as_ref().is_none_or(|wanted| *wanted == boleto.document)
            })
            .collect();
        let shown: Vec<Json> = rows
            .iter()
            .skip(page.saturating_mul(size))
            .take(size)
            .filter_map(|(boleto, payment)| self.pix_json(boleto, *payment))
            .collect();
        let body = json!({
            "parametros": {
                "inicio": clock::utc_text(from),
                "fim": clock::utc_text(to),
                "paginacao": {
                    "paginaAtual": page,
                    "itensPorPagina": size,
                    "quantidadeDePaginas": rows.len().div_ceil(size),
                    "quantidadeTotalDeItens": rows.len(),
                },
            },
            "pix": shown,
        });
        reply::json(200, &body)
    }
}
