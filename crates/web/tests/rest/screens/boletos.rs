//! «Boletos»: the list, what is done to many at once, and the page of each.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use quita_engine::desk::people::Role;
use serde_json::{Value, json};

use super::Person;
use crate::house::{House, Reply, boleto};

crate::on_both_databases! {
filters_stand_in_the_address customers_are_found_by_name_and_document tabs_are_kept_for_one_person
a_long_list_is_read_page_by_page another_company_is_never_shown who_only_reads_has_no_actions
many_are_cancelled_after_a_dry_run many_are_printed_as_one_file files_for_spreadsheets
what_changes_before_a_page_listens_is_told
what_is_to_be_cancelled_does_not_say_how_to_pay_it the_page_shows_numbers_and_history
what_is_due_today_counts_the_delay settling_by_hand_happens_once values_are_changed_as_typed
what_the_bank_refused_says_what_to_correct }

/// Issues a boleto of this number, due date and amount; gives its id.
async fn issue(house: &House, number: &str, due: &str, amount: i64) -> String {
    // Lists go by the instant of making.
    house.clock.pass(1);
    let mut new = boleto(number);
    new["expiration_date"] = due.into();
    new["amount"] = amount.into();
    issue_of(house, &new).await
}

async fn issue_of(house: &House, new: &Value) -> String {
    let number = new["document_number"].as_str().unwrap();
    let issued = house.post("/v1/boletos", number, new).send().await.expect(201);
    issued["id"].as_str().unwrap().to_owned()
}

async fn status(house: &House, id: &str) -> String {
    let boleto = house.get(&format!("/v1/boletos/{id}")).send().await.expect(200);
    boleto["status"].as_str().unwrap().to_owned()
}

/// The numbers of the boletos of a list, as they stand there.
fn numbers(page: &Reply) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let rows = text.split("<th scope=\"row\"><a href=\"/boletos/").skip(1);
    rows.map(|row| row.split(['>', '<']).nth(1).unwrap().to_owned()).collect()
}

/// The value of a hidden field in the form of this address.
fn hidden(page: &str, form: &str, name: &str) -> String {
    let form = page.split(&format!("action=\"{form}\"")).nth(1).unwrap();
    let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    field.split('"').next().unwrap().to_owned()
}

async fn filters_stand_in_the_address(house: &House) {
    let ana = Person::administrator(house).await;
    let empty = ana.get(house, "/boletos").await.text();
    assert!(empty.contains("Ainda não há boletos"));

    issue(house, "A1", "2026-11-23", 10_000).await;
    issue(house, "A2", "2026-12-10", 20_050).await;
    issue(house, "A3", "2027-01-15", 30_000).await;
    house.work();
    let all = ana.get(house, "/boletos").await;
    assert_eq!(numbers(&all), ["A3", "A2", "A1"]);
    for text in ["Total do filtro: 3 boletos", "R$\u{a0}600,50", "Registrado", "123.456.789-09"] {
        assert!(all.text().contains(text), "{text}");
    }

    // What is typed becomes an address that means the same tomorrow.
    let typed = "/boletos?status=&customer=&expiration_from=hoje&expiration_to=10%2F12";
    let led = ana.get(house, typed).await;
    let address = "/boletos?expiration_from=2026-11-23&expiration_to=2026-12-10";
    assert_eq!((led.status.as_u16(), led.header("location")), (303, Some(address)));
    let some = ana.get(house, address).await;
    assert_eq!(numbers(&some), ["A2", "A1"]);
    assert!(some.text().contains("R$\u{a0}300,50"));
    let wrong = ana.get(house, "/boletos?issuance_to=nunca").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("não é uma data"));

    house.clock.pass(24 * 3600);
    let count = async |query: &str| numbers(&ana.get(house, &format!("/boletos?{query}")).await);
    assert_eq!(count("status=overdue").await, ["A1"]);
    assert_eq!(count("status=due").await, ["A3", "A2"]);
    assert_eq!(count("status=due&expiration_to=2026-12-31").await, ["A2"]);
    assert_eq!(count("document_number=A3").await, ["A3"]);
    assert_eq!(count(&format!("account_id={}", house.ours.account_id)).await.len(), 3);
    assert_eq!(count(&format!("account_id={}", house.theirs.account_id)).await.len(), 0);
    assert_eq!(count("issuance_from=2026-11-24").await.len(), 0);
    assert_eq!(count("status=SETTLED").await.len(), 0);
    assert!(ana.get(house, "/boletos?status=overdue").await.text().contains("Vencido<"));
}

async fn customers_are_found_by_name_and_document(house: &House) {
    let ana = Person::administrator(house).await;
    issue(house, "M1", "2026-12-10", 10_000).await;
    let mut other = boleto("J1");
    other["customer"]["legal_name"] = "JOÃO D'Ávila & 100% Filhos".into();
    other["customer"]["document"] = "11.444.777/0001-61".into();
    issue_of(house, &other).await;
    let found =
        async |text: &str| numbers(&ana.get(house, &format!("/boletos?customer={text}")).await);
    assert_eq!(found("maria").await, ["M1"]);
    assert_eq!(found("joao").await, ["J1"]);
    assert_eq!(found("JO%C3%83O").await, ["J1"]);
    assert_eq!(found("avila").await, ["J1"]);
    assert_eq!(found("100%25").await, ["J1"]);
    assert_eq!(found("_").await, [""; 0]);
    assert_eq!(found("11.444.777").await, ["J1"]);
    assert_eq!(found("123456789").await, ["M1"]);
    assert!(ana.get(house, "/boletos?customer=joao").await.text().contains("1 boleto<"));
}

async fn tabs_are_kept_for_one_person(house: &House) {
    let ana = Person::administrator(house).await;
    let fields = [("name", "Dezembro"), ("query", "expiration_from=1%2F12&x=1")];
    let saved = ana.post(house, "/boletos/abas", &fields).await;
    assert_eq!(saved.header("location"), Some("/boletos?expiration_from=2026-12-01"));
    let list = ana.get(house, "/boletos").await.text();
    assert!(list.contains("href=\"/boletos?expiration_from=2026-12-01\">Dezembro<"));
    let nameless = ana.post(house, "/boletos/abas", &[("query", "status=due")]).await;
    assert_eq!(nameless.status, 422);
    assert!(nameless.text().contains("dê um nome à aba"));

    let reader = Person::with_role(house, Role::ReadOnly).await;
    assert!(!reader.get(house, "/boletos").await.text().contains("Dezembro"));
    let id = list.split("/boletos/abas/").nth(1).unwrap().split('/').next().unwrap();
    let remove = format!("/boletos/abas/{id}/remover");
    assert_eq!(reader.post(house, &remove, &[]).await.status, 404);
    assert_eq!(ana.post(house, &remove, &[]).await.status, 303);
    assert!(!ana.get(house, "/boletos").await.text().contains("Dezembro"));
}

async fn a_long_list_is_read_page_by_page(house: &House) {
    let ana = Person::administrator(house).await;
    for i in 0..105 {
        issue(house, &format!("L{i:03}"), "2026-12-10", 10_000).await;
        house.clock.pass(1);
    }
    let first = ana.get(house, "/boletos?document_number=").await;
    assert_eq!(first.status, 303);
    let first = ana.get(house, "/boletos").await;
    assert_eq!(numbers(&first).len(), 100);
    assert!(first.text().contains("105 boletos"));
    let next = first.text();
    let next = next.split("href=\"/boletos?antes=").nth(1);
    let next = format!("/boletos?antes={}", next.unwrap().split('"').next().unwrap());
    let second = ana.get(house, &next).await;
    assert_eq!(numbers(&second), ["L004", "L003", "L002", "L001", "L000"]);
    assert!(second.text().contains("105 boletos"));
    let csv = ana.get(house, "/boletos/exportar.csv").await.text();
    assert_eq!(csv.lines().count(), 106);
}

async fn another_company_is_never_shown(house: &House) {
    let ana = Person::administrator(house).await;
    let issued = house.post("/v1/boletos", "T1", &boleto("T1")).token(&house.theirs.token);
    let issued = issued.send().await.expect(201);
    house.work();
    let id = issued["id"].as_str().unwrap();
    assert_eq!(numbers(&ana.get(house, "/boletos").await), [""; 0]);
    for part in ["", "/pdf", "/linha", "/situacao", "/historico", "/acoes"] {
        let answer = ana.get(house, &format!("/boletos/{id}{part}")).await;
        assert_eq!(answer.status, 404, "{part}");
    }
    let fields = [("key", "k"), ("cancelar_reason", "")];
    assert_eq!(ana.post(house, &format!("/boletos/{id}/cancelar"), &fields).await.status, 404);
    assert_eq!(ana.post(house, "/boletos/pdf", &[("ids", id)]).await.status, 404);
    assert_eq!(ana.post(house, "/boletos/baixar", &[("ids", id)]).await.status, 404);
    assert!(!ana.get(house, "/boletos/exportar.csv").await.text().contains("T1"));
}

async fn who_only_reads_has_no_actions(house: &House) {
    let reader = Person::with_role(house, Role::ReadOnly).await;
    let id = house.registered("R1").await["id"].as_str().unwrap().to_owned();
    let list = reader.get(house, "/boletos").await.text();
    assert!(list.contains("Imprimir") && !list.contains("/boletos/baixar"));
    let page = reader.get(house, &format!("/boletos/{id}")).await.text();
    assert!(page.contains("Histórico") && !page.contains("O que fazer"));
    for path in ["cancelar", "alterar", "reemitir", "pago-por-fora", "acoes"] {
        let path = format!("/boletos/{id}/{path}");
        let answer = match path.ends_with("acoes") {
            true => reader.get(house, &path).await,
            false => reader.post(house, &path, &[("key", "k")]).await,
        };
        assert_eq!(answer.status, 403, "{path}");
    }
    for path in ["/boletos/baixar", "/boletos/baixar/confirmar"] {
        assert_eq!(reader.post(house, path, &[("ids", &id)]).await.status, 403, "{path}");
    }
    assert_eq!(status(house, &id).await, "REGISTERED");
    let attendant = Person::with_role(house, Role::Attendant).await;
    assert_eq!(attendant.get(house, "/boletos").await.status, 403);
    assert_eq!(attendant.get(house, &format!("/boletos/{id}")).await.status, 403);
}

async fn many_are_cancelled_after_a_dry_run(house: &House) {
    let ana = Person::administrator(house).await;
    let first = issue(house, "C1", "2026-12-10", 10_000).await;
    let second = issue(house, "C2", "2026-12-11", 20_000).await;
    house.work();
    let third = issue(house, "C3", "2026-12-12", 30_000).await;

    let nothing = ana.post(house, "/boletos/baixar", &[]).await;
    assert_eq!(nothing.status, 422);
    let ids = [("ids", first.as_str()), ("ids", second.as_str()), ("ids", third.as_str())];
    let told = ana.post(house, "/boletos/baixar", &ids).await;
    assert_eq!(told.status, 200);
    let page = told.text();
    assert!(page.contains("Cancelar 2 boletos de R$\u{a0}300,00"), "{page}");
    assert!(page.contains("o boleto ainda está a caminho do banco"));
    for id in [&first, &second] {
        let boleto = house.get(&format!("/v1/boletos/{id}")).send().await.json();
        assert_eq!(boleto["cancellation_wanted"], false);
    }

    let request = hidden(&page, "/boletos/baixar/confirmar", "request");
    let mut confirm = vec![("request", request.as_str()), ("reason", "acordo")];
    confirm.extend(&ids[..2]);
    let done = ana.post(house, "/boletos/baixar/confirmar", &confirm).await.text();
    assert!(done.contains("Pedido anotado para 2 boletos"), "{done}");
    // A second click is answered as the first, and asks for nothing more.
    let again = ana.post(house, "/boletos/baixar/confirmar", &confirm).await.text();
    assert!(again.contains("Pedido anotado para 2 boletos"));
    house.work();
    for id in [&first, &second] {
        assert_eq!(status(house, id).await, "CANCELLED");
        let page = ana.get(house, &format!("/boletos/{id}")).await.text();
        assert_eq!(page.matches("Cancelamento pedido</strong> acordo").count(), 1);
    }
    // Those that were cancelled meanwhile say so.
    let late = ana.post(house, "/boletos/baixar/confirmar", &[("request", "x"), ids[0]]).await;
    assert!(late.text().contains("o boleto está «Cancelado»"));
}

async fn many_are_printed_as_one_file(house: &House) {
    let ana = Person::administrator(house).await;
    let first = issue(house, "P1", "2026-12-10", 10_000).await;
    house.work();
    let second = issue(house, "P2", "2026-12-10", 10_000).await;
    let file = ana.post(house, "/boletos/pdf", &[("ids", &first)]).await;
    assert_eq!(file.header("content-type"), Some("application/pdf"));
    assert!(file.body.starts_with(b"%PDF"));
    let not_all = ana.post(house, "/boletos/pdf", &[("ids", &first), ("ids", &second)]).await;
    assert_eq!(not_all.status, 422);
    let page = not_all.text();
    assert!(page.contains(">P2<") && !page.contains(">P1<"), "{page}");
    assert!(page.contains("Imprimir os outros (1)") && page.contains(&first));
    let slip = ana.get(house, &format!("/boletos/{first}/pdf")).await;
    assert!(slip.body.starts_with(b"%PDF"));
}

/// The text of an entry of a ZIP file, by its list of contents.
pub(super) fn unzip(file: &[u8], wanted: &str) -> String {
    let number = |at: usize, length: usize| {
        file[at..at + length].iter().rev().fold(0_usize, |n, byte| n << 8 | usize::from(*byte))
    };
    let mut at = number(file.len() - 22 + 16, 4);
    while file[at..].starts_with(b"PK\x01\x02") {
        let (size, begin) = (number(at + 20, 4), number(at + 42, 4));
        let name = at + 46..at + 46 + number(at + 28, 2);
        if file[name.clone()] == *wanted.as_bytes() {
            let data = begin + 30 + number(begin + 26, 2) + number(begin + 28, 2);
            let text = miniz_oxide::inflate::decompress_to_vec(&file[data..data + size]).unwrap();
            return String::from_utf8(text).unwrap();
        }
        at = name.end + number(at + 30, 2) + number(at + 32, 2);
    }
    panic!("no {wanted}");
}

async fn files_for_spreadsheets(house: &House) {
    let ana = Person::administrator(house).await;
    let mut risky = boleto("X1");
    risky["customer"]["legal_name"] = "=HYPERLINK(1;2)".into();
    issue_of(house, &risky).await;
    issue(house, "X2", "2027-01-15", 123_456).await;
    house.work();
    let csv = ana.get(house, "/boletos/exportar.csv?expiration_to=2026-12-31").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let name = "attachment; filename=\"boletos-2026-11-23.csv\"";
    assert_eq!(csv.header("content-disposition"), Some(name));
    let text = csv.text();
    assert!(text.starts_with("\u{feff}Número;Cliente;CPF ou CNPJ;Conta;Valor;Emissão;"));
    assert_eq!(text.lines().count(), 2);
    let row = "X1;\"'=HYPERLINK(1;2)\";123.456.789-09;Conta 7654321;1250,00;23/11/2026;15/12/2026;\
               Registrado;0,00;";
    assert!(text.lines().nth(1).unwrap().starts_with(row), "{text}");

    let xlsx = ana.get(house, "/boletos/exportar.xlsx").await;
    assert_eq!(xlsx.status, 200);
    let texts = unzip(&xlsx.body, "xl/sharedStrings.xml");
    for text in ["Linha digitável", "=HYPERLINK(1;2)", "X2", "Registrado"] {
        assert!(texts.contains(text), "{text}");
    }
    let sheet = unzip(&xlsx.body, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<v>1234.56</v>") && sheet.contains("<v>1250</v>"));
    assert!(!sheet.contains("<f>"));
    let wrong = ana.get(house, "/boletos/exportar.csv?expiration_to=nunca").await;
    assert_eq!(wrong.status, 422);
}

async fn what_changes_before_a_page_listens_is_told(house: &House) {
    let ana = Person::administrator(house).await;
    let boleto = house.registered("N1").await;
    let id = boleto["id"].as_str().unwrap();
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    let live = |page: &str| {
        page.split("data-live=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    // It changes while the page is on its way to the browser.
    let cancel = format!("/v1/boletos/{id}/cancel");
    let reason = json!({ "reason": "pedido cancelado" });
    house.post(&cancel, "c", &reason).send().await.expect(202);
    house.work();
    let told = ana.call(house, "GET", &live(&page)).first_piece().await;
    assert!(told.contains("event: changed") && told.contains(&format!("data: {id}")), "{told}");
    // A connection that broke goes on behind what was heard.
    let other = house.registered("N2").await["id"].as_str().unwrap().to_owned();
    let later = live(&ana.get(house, &format!("/boletos/{id}")).await.text());
    let heard = later.split('=').nth(1).unwrap();
    house.post(&format!("/v1/boletos/{other}/cancel"), "d", &reason).send().await.expect(202);
    house.work();
    let call = ana.call(house, "GET", &live(&page)).header("last-event-id", heard);
    let told = call.first_piece().await;
    assert!(told.contains(&format!("data: {other}")) && !told.contains(id), "{told}");
}

async fn what_is_to_be_cancelled_does_not_say_how_to_pay_it(house: &House) {
    let ana = Person::administrator(house).await;
    let boleto = house.registered("N1").await;
    let page = format!("/boletos/{}", boleto["id"].as_str().unwrap());
    let ways = ["Para pagar", "Pix copia e cola", "Devido hoje"];
    let shown = ana.get(house, &page).await.text();
    assert!(ways.iter().all(|way| shown.contains(way)), "{shown}");
    house.post(&format!("/v1{page}/cancel"), "c", &json!({})).send().await.expect(202);
    let shown = ana.get(house, &page).await.text();
    assert!(shown.contains("Cancelamento pedido") && !ways.iter().any(|way| shown.contains(way)));
}

async fn the_page_shows_numbers_and_history(house: &House) {
    let ana = Person::administrator(house).await;
    let boleto = house.registered("N1").await;
    let id = boleto["id"].as_str().unwrap();
    let page = ana.get(house, &format!("/boletos/{id}")).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    for name in ["writable_line", "barcode", "our_number", "br_code", "txid", "bank_reference"] {
        let copied = format!("data-copy=\"{}\"", boleto[name].as_str().unwrap());
        assert!(page.contains(&copied), "{name}");
    }
    for text in [
        "<path d=\"M4 4h7v1h-7z",
        "Total hoje",
        "Registrado no banco",
        "ERP (programa)",
        "data-live=\"/ao-vivo?depois=",
        "Maria Exemplo",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for part in ["situacao", "historico", "acoes"] {
        let part = ana.get(house, &format!("/boletos/{id}/{part}")).await;
        assert_eq!(part.status, 200);
        assert!(part.text().contains(&format!("data-subject=\"{id}\"")));
    }
    let row = ana.get(house, &format!("/boletos/{id}/linha")).await.text();
    assert!(row.starts_with("<tr") && row.contains("Registrado"));

    let target = boleto["writable_line"].as_str().unwrap().to_owned();
    house.bank.control(&Control::Pay { target, means: Means::Pix, amount: None });
    house.call("POST", "/v1/sync").send().await.expect(202);
    house.work();
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    for text in [
        "Pagamento recebido</strong> R$\u{a0}1.250,00 por Pix",
        "Liquidado</strong>",
        "Recebimentos",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let row = ana.get(house, &format!("/boletos/{id}/linha")).await.text();
    assert!(row.contains("Liquidado<") && row.matches("R$\u{a0}1.250,00").count() == 2);
}

async fn what_is_due_today_counts_the_delay(house: &House) {
    let ana = Person::administrator(house).await;
    let mut late = boleto("D1");
    late["expiration_date"] = "2026-11-24".into();
    late["amount"] = 100_000.into();
    late["fine"] = json!({ "value": "2.00" });
    late["interest"] = json!({ "value": "1.00" });
    let id = issue_of(house, &late).await;
    house.work();
    house.clock.pass(10 * 24 * 3600);
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    for text in [
        "Devido hoje, 03/12/2026",
        "+ R$\u{a0}20,00",
        "+ R$\u{a0}3,00",
        "R$\u{a0}1.023,00",
        "2,00 % a partir de 25/11/2026",
        "1,00 % ao mês a partir de 25/11/2026",
        "Vencido<",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

async fn settling_by_hand_happens_once(house: &House) {
    let ana = Person::administrator(house).await;
    let id = house.registered("S1").await["id"].as_str().unwrap().to_owned();
    let address = format!("/boletos/{id}/pago-por-fora");
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    let key = hidden(&page, &address, "key");
    assert_ne!(key, hidden(&page, &format!("/boletos/{id}/cancelar"), "key"));

    let wrong =
        [("key", key.as_str()), ("pago-por-fora_paid_on", "amanhã"), ("pago-por-fora_amount", "x")];
    let refused = ana.post(house, &address, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("não é um valor"));
    let wrong =
        [("key", key.as_str()), ("pago-por-fora_paid_on", "amanhã"), ("pago-por-fora_amount", "1")];
    let refused = ana.post(house, &address, &wrong).await;
    assert!(refused.text().contains("esta data ainda não chegou"));
    assert_eq!(status(house, &id).await, "REGISTERED");

    let right = [
        ("key", key.as_str()),
        ("pago-por-fora_paid_on", "hoje"),
        ("pago-por-fora_amount", "1.250,00"),
    ];
    for _ in 0..2 {
        let done = ana.post(house, &address, &right).await;
        assert_eq!(done.header("location"), Some(format!("/boletos/{id}").as_str()));
    }
    house.work();
    assert_eq!(status(house, &id).await, "SETTLED");
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    let told = "Baixado como pago por fora</strong> R$\u{a0}1.250,00 em 23/11/2026";
    assert_eq!(page.matches(told).count(), 1, "{page}");
    assert!(page.contains(" · Ana</time>"));
    // Nothing more can be asked of it, and each says why.
    assert_eq!(page.matches("o boleto está «Liquidado»").count(), 8);
    assert!(!page.contains("QR do Pix"));
}

async fn values_are_changed_as_typed(house: &House) {
    let ana = Person::administrator(house).await;
    let id = house.registered("V1").await["id"].as_str().unwrap().to_owned();
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    let address = format!("/boletos/{id}/alterar");
    let key = hidden(&page, &address, "key");
    let nothing = ana.post(house, &address, &[("key", &key)]).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text().contains("diga o novo vencimento ou o novo valor"));
    let change = [("key", key.as_str()), ("alterar_expiration_date", "20/12")];
    assert_eq!(ana.post(house, &address, &change).await.status, 303);
    // Until the bank has answered nothing else can be asked.
    let busy = ana.get(house, &format!("/boletos/{id}")).await.text();
    assert!(busy.contains("já há um pedido em andamento"));
    for _ in 0..5 {
        house.work();
    }
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    assert!(
        page.contains("Alterado no banco</strong> R$\u{a0}1.250,00, vencimento 20/12/2026"),
        "{}",
        page.split("historico").last().unwrap()
    );

    let address = format!("/boletos/{id}/reemitir");
    let key = hidden(&page, &address, "key");
    let replace = [("key", key.as_str()), ("reemitir_amount", "99,90")];
    assert_eq!(ana.post(house, &address, &replace).await.status, 303);
    house.work();
    house.work();
    let list = ana.get(house, "/boletos").await;
    assert_eq!(numbers(&list), ["V1", "V1"]);
    assert!(list.text().contains("R$\u{a0}99,90"));
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    assert!(page.contains("Outros boletos da mesma cobrança"));
}

async fn what_the_bank_refused_says_what_to_correct(house: &House) {
    let ana = Person::administrator(house).await;
    house.bank.control(&Control::Set { switch: "issue_refused".into(), value: json!(1) });
    let id = issue(house, "F1", "2026-12-10", 10_000).await;
    house.work();
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    assert!(page.contains("O banco recusou este boleto."), "{page}");
    assert!(page.contains(&format!("href=\"/boletos/emitir?de={id}\"")));
    let list = ana.get(house, "/boletos?status=REJECTED").await;
    assert_eq!(numbers(&list), ["F1"]);
    assert!(list.text().contains("<span class=\"state bad\" title=\""));
}
