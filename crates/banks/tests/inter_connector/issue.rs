//! Answers to an emission, and errors of every kind.

use quita_banks::contract::{Done, Op, OpKind, Outcome};
use quita_core::fact::Fact;
use serde_json::json;

use crate::support::{
    BANK_ID, EMITIDA, ERRO_400, ERRO_403, answer, answer_with, changes, every_op, issue, one_report,
};

#[test]
fn an_accepted_emission_gives_the_banks_id() {
    for body in [EMITIDA.to_owned(), format!(r#"{{"codigoCobranca":"{BANK_ID}","x":null}}"#)] {
        let report = one_report(answer(&issue(), 200, body));
        assert_eq!(report.bank_id.as_deref(), Some(BANK_ID));
        assert_eq!(report.bank_reference.as_deref(), Some("FAT-000123"));
        assert_eq!(report.facts, [Fact::Accepted { bank_id: BANK_ID.to_owned() }]);
    }
}

#[test]
fn an_emission_without_a_clear_answer_stays_unknown() {
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, r#"{"codigoSolicitacao":"0d1f"#),
        (200, r#"{"codigoSolicitacao":null}"#),
        (200, r#"["0d1f2c3b-0000-4000-8000-000000000001"]"#),
        (200, "<html>manutenção</html>"),
        (204, ""),
        (302, ""),
        (408, ""),
        (500, r#"{"title":"Erro interno","status":"500","detail":"Falha"}"#),
        (502, "<html>"),
        (503, ""),
        (504, ""),
    ] {
        let outcome = answer(&issue(), status, body);
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{status} {body}: {outcome:?}");
    }
}

#[test]
fn a_refusal_names_our_fields_in_portuguese() {
    let Outcome::Rejected(refusal) = answer(&issue(), 400, ERRO_400) else { panic!() };
    assert_eq!(refusal.code, "Dados inválidos");
    assert_eq!(refusal.field.as_deref(), Some("customer.address.postal_code"));
    assert_eq!(
        refusal.message,
        "O banco recusou: CEP do cliente: O CEP deve ter 8 dígitos; valor: Valor menor que o \
         mínimo; Requisição inconsistente. Nada foi emitido: corrija e emita outro boleto."
    );
    // The rejected values stay out.
    assert!(!refusal.message.contains("3011"));
}

#[test]
fn fields_are_recognised_with_and_without_their_parents() {
    for (property, field) in [
        ("cep", Some("customer.address.postal_code")),
        ("beneficiarioFinal.cep", Some("receiver.address.postal_code")),
        ("dto.mensagem.linha3", Some("messages[2]")),
        ("multa.taxa", Some("terms.fine")),
        ("mora", Some("terms.interest")),
        ("desconto.quantidadeDias", Some("terms.discounts[0].date")),
        ("numDiasAgenda", Some("limit_date")),
        ("seuNumero", Some("bank_reference")),
        ("algoNovo", None),
        ("xpagador.cepx", None),
    ] {
        let body = json!({"violacoes": [{"razao": "inválido", "propriedade": property}]});
        let Outcome::Rejected(refusal) = answer(&issue(), 400, body.to_string()) else { panic!() };
        assert_eq!(refusal.field.as_deref(), field, "{property}");
        if field.is_none() {
            assert!(refusal.message.contains(property), "{}", refusal.message);
        }
    }
}

#[test]
fn every_shape_of_error_is_read() {
    for (body, code, said) in [
        ("", "HTTP 400", "o banco não disse por quê"),
        ("<html>", "HTTP 400", "o banco não disse por quê"),
        ("[]", "HTTP 400", "o banco não disse por quê"),
        (r#"{"title":"T.","detail":"D.","violacoes":null}"#, "T", "D"),
        (r#"{"message":"M"}"#, "M", "M"),
        (r#"{"error":"invalid_scope","error_description":"escopo"}"#, "invalid_scope", "escopo"),
        (r#"{"error_title":"Não autorizado"}"#, "Não autorizado", "Não autorizado"),
        (
            r#"{"erro":{"mensagem":"Requisição inválida","mensagemDetalhe":"CPF nulo","codigo":51002}}"#,
            "Requisição inválida",
            "CPF nulo",
        ),
        (r#"{"violacoes":[{"razao":null}]}"#, "HTTP 400", "valor inválido"),
        (r#"{"title":{"a":1},"violacoes":"x"}"#, "HTTP 400", "o banco não disse por quê"),
    ] {
        let Outcome::Rejected(refusal) = answer(&issue(), 400, body) else { panic!("{body}") };
        assert_eq!(refusal.code, code, "{body}");
        assert!(refusal.message.starts_with(&format!("O banco recusou: {said}. ")), "{refusal:?}");
    }
}

#[test]
fn a_permission_that_lacks_is_said_so() {
    let Outcome::Rejected(refusal) = answer(&Op::Probe, 403, ERRO_403) else { panic!() };
    assert_eq!(refusal.code, "Acesso Negado");
    assert!(refusal.message.contains("permissões"), "{}", refusal.message);
}

/// Our references are never used twice, so a twin at the bank is our own earlier sending.
#[test]
fn a_twin_at_the_bank_is_looked_up_and_not_taken_for_a_refusal() {
    for (status, body) in [
        (400, r#"{"title":"Cobrança duplicada","detail":"Aguarde 30 minutos"}"#),
        (400, r#"{"violacoes":[{"razao":"Já existe uma cobrança com os mesmos dados"}]}"#),
        (422, r#"{"detail":"Boleto já emitido em duplicidade"}"#),
        (409, ""),
    ] {
        let outcome = answer(&issue(), status, body);
        assert!(matches!(outcome, Outcome::AlreadyThere { .. }), "{body}: {outcome:?}");
    }
}

#[test]
fn a_refusal_that_is_not_about_the_order_leaves_it_to_go_later() {
    for (status, body) in [(403, ERRO_403), (404, "<html>"), (405, ""), (451, "no")] {
        let outcome = answer(&issue(), status, body);
        assert!(matches!(outcome, Outcome::Transient { .. }), "{status}: {outcome:?}");
    }
    for (status, body) in [(400, ""), (400, ERRO_400), (422, "{}")] {
        let outcome = answer(&issue(), status, body);
        assert!(matches!(outcome, Outcome::Rejected(_)), "{status}: {outcome:?}");
    }
}

#[test]
fn waiting_and_tokens_are_the_same_for_every_operation() {
    for op in every_op() {
        assert_eq!(answer(&op, 401, ""), Outcome::Unauthorized);
        let wait = |headers: &[(&str, &str)]| match answer_with(&op, 429, headers, "") {
            Outcome::Transient { retry_after_s, .. } => retry_after_s,
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(&[]), Some(60));
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 13:02:00 GMT")]), Some(120));
        assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 12:00:00 GMT")]), Some(60));
        assert_eq!(wait(&[("retry-after", "logo")]), Some(60));
        // An instant in place of a span must not put anything off for years.
        assert_eq!(wait(&[("retry-after", "1795262400")]), Some(3600));
    }
}

#[test]
fn server_errors_leave_changes_unknown_and_questions_open() {
    for op in every_op() {
        for status in [500, 502, 503, 504] {
            let outcome = answer(&op, status, r#"{"detail":"fora do ar"}"#);
            let (unknown, reason) = match &outcome {
                Outcome::Unknown { reason } => (true, reason),
                Outcome::Transient { reason, .. } => (false, reason),
                other => panic!("{op:?} {status}: {other:?}"),
            };
            assert_eq!(unknown, changes(&op), "{op:?} {status}");
            assert!(reason.contains("fora do ar"), "{reason}");
        }
    }
}

/// What a gateway or a broken connection may put in the place of the bank's answer.
#[test]
fn a_page_in_place_of_json_proves_nothing() {
    for op in every_op() {
        for body in ["<html>ok</html>", r#"{"cobranca":{"situ"#, "\u{0}"] {
            match answer(&op, 200, body) {
                Outcome::Unknown { .. } => assert!(changes(&op), "{op:?}"),
                Outcome::Transient { .. } => assert!(!changes(&op), "{op:?}"),
                other => panic!("{op:?} {body}: {other:?}"),
            }
        }
    }
}

#[test]
fn not_found_never_means_that_a_boleto_does_not_exist() {
    for op in every_op() {
        let outcome = answer(&op, 404, r#"{"title":"Não encontrado"}"#);
        match op.kind() {
            OpKind::RegisterWebhook => {
                assert!(matches!(outcome, Outcome::Rejected(_)), "{op:?}: {outcome:?}");
            }
            OpKind::GetWebhook => assert_eq!(outcome, Outcome::Done(Done::Webhook(None))),
            _ => assert!(matches!(outcome, Outcome::Transient { .. }), "{op:?}: {outcome:?}"),
        }
    }
}
