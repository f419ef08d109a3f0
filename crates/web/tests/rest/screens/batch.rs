//! «Emitir em lote»: from a file to boletos, never twice.

use std::io::{Cursor, Write as _};

use quita_engine::desk::people::Role;
use quita_engine::workers::{Kind, tick};
use quita_store::{jobs, params, sql};

use super::Person;
use crate::house::{House, Reply, boleto};

crate::on_both_databases! {
all_errors_of_all_rows_are_shown_and_the_good_ones_are_issued
a_crash_in_the_middle_issues_nothing_twice a_batch_is_paused_and_goes_on
a_workbook_is_read_as_typed what_is_no_table_is_told columns_are_remembered
only_who_charges_and_only_their_own what_a_file_does_not_say_of_a_customer_stays a_draft_is_thrown_away }

sql! {
    BOLETOS = "SELECT COUNT(*), COUNT(DISTINCT charge_id) FROM boletos WHERE company_id = $1";
    IDS = "SELECT line, boleto_id FROM batch_rows WHERE batch_id = $1 AND status = 'issued'
        ORDER BY line";
    FORGET_MARKS = "UPDATE batch_rows SET status = 'waiting', boleto_id = NULL
        WHERE batch_id = $1 AND status = 'issued' AND line <= $2";
    RUN_AGAIN = "UPDATE batches SET status = 'running' WHERE id = $1";
}

const HEADER: &str = "Número;Nome;CPF/CNPJ;Rua;Nº;Bairro;Cidade;UF;CEP;Valor;Vencimento";

fn line(number: &str) -> String {
    row(number, "Maria Exemplo", "123.456.789-09", "MG", "1.250,50", "15/12/2026")
}

fn row(number: &str, name: &str, document: &str, state: &str, amount: &str, due: &str) -> String {
    format!(
        "{number};{name};{document};Rua das Acácias;100;Centro;Belo Horizonte;{state};30110-000;{amount};{due}"
    )
}

fn file(rows: impl IntoIterator<Item = String>) -> Vec<u8> {
    let rows: Vec<String> = rows.into_iter().collect();
    format!("{HEADER}\r\n{}\r\n", rows.join("\r\n")).into_bytes()
}

/// A file of one boleto.
pub(super) fn one_row(number: &str) -> Vec<u8> {
    file([line(number)])
}

async fn send(house: &House, person: &Person, name: &str, bytes: &[u8]) -> Reply {
    send_with(house, person, &person.csrf, name, bytes).await
}

async fn send_with(house: &House, person: &Person, csrf: &str, name: &str, bytes: &[u8]) -> Reply {
    let mut body = format!(
        "--limite\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--limite\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend(bytes);
    body.extend(b"\r\n--limite--\r\n");
    let call = person.call(house, "POST", "/boletos/lote");
    call.header("content-type", "multipart/form-data; boundary=limite").raw(body).send().await
}

/// Sends a file and tells its columns as they are guessed. Gives the address of the batch.
pub(super) async fn draft(house: &House, person: &Person, bytes: &[u8]) -> String {
    let sent = send(house, person, "boletos.csv", bytes).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let columns = sent.header("location").unwrap().to_owned();
    let page = person.get(house, &columns).await.text();
    let chosen: Vec<(String, String)> = page
        .split("<select ")
        .skip(1)
        .filter_map(|select| {
            let name = select.split("name=\"").nth(1)?.split('"').next()?.to_owned();
            let select = select.split("</select>").next()?;
            let value = select.split(" selected>").next().filter(|v| v.len() < select.len())?;
            let value = value.rsplit("value=\"").next()?.trim_end_matches('"').to_owned();
            Some((name, value))
        })
        .collect();
    let fields: Vec<(&str, &str)> = chosen.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let told = person.post(house, &columns, &fields).await;
    assert_eq!(told.status, 303, "{}", told.text());
    told.header("location").unwrap().to_owned()
}

async fn start(house: &House, person: &Person, address: &str, fields: &[(&str, &str)]) {
    let started = person.post(house, &format!("{address}/emitir"), fields).await;
    assert_eq!(started.status, 303, "{}", started.text());
}

fn boletos(house: &House) -> i64 {
    let company = house.ours.actor.company_id.clone();
    let counted = house.world.store.read(move |tx| {
        let row = tx.row(BOLETOS, params![&company])?.unwrap();
        Ok((row.int(0)?, row.int(1)?))
    });
    let (all, distinct) = counted.unwrap();
    assert_eq!(all, distinct);
    all
}

fn id_of(address: &str) -> String {
    address.rsplit('/').next().unwrap().to_owned()
}

fn issued(house: &House, address: &str) -> Vec<(i64, String)> {
    let id = id_of(address);
    let rows = house.world.store.read(move |tx| {
        tx.rows(IDS, params![&id])?.iter().map(|row| Ok((row.int(0)?, row.text(1)?))).collect()
    });
    rows.unwrap()
}

/// A whole row of the table of errors.
fn says(page: &str, line: usize, column: &str, message: &str) -> bool {
    let start = format!("<td class=\"number\">{line}</td><th scope=\"row\">{column}</th>");
    page.split(&start).skip(1).any(|rest| rest.split("</tr>").next().unwrap().contains(message))
}

async fn all_errors_of_all_rows_are_shown_and_the_good_ones_are_issued(house: &House) {
    let ana = Person::administrator(house).await;
    house.post("/v1/boletos", "antes", &boleto("ANTES")).send().await.expect(201);

    // Line 1 is the header; row i stands in line i + 2.
    let rows = (0..500).map(|i| match (i % 25, i / 25) {
        (7, 0..=3) => {
            row(&format!("NF {i}"), "Maria", "123.456.789-00", "MG", "10,00", "15/12/2026")
        }
        (7, 4..=7) => {
            row(&format!("NF {i}"), "Maria", "12345678909", "MG", "dez reais", "31/02/2026")
        }
        (7, 8..=11) => row(&format!("NF {i}"), "", "12345678909", "XX", "10,00", "15/12/2026"),
        (7, 12..=13) => row("ANTES", "Maria", "12345678909", "MG", "10,00", "15/12/2026"),
        (7, 14..=15) => row("NF 0", "Maria", "12345678909", "MG", "10,00", "15/12/2026"),
        (7, 16..=17) => {
            row(&format!("NF {i}"), "Maria", "12345678909", "MG", "10,00", "01/11/2026")
        }
        (7, _) => row(&format!("NF {i}"), "Maria", "111", "MG", "0,00", "15/12/2026"),
        _ => line(&format!("NF {i}")),
    });
    let bytes = file(rows);
    let address = draft(house, &ana, &bytes).await;
    let page = ana.get(house, &address).await.text();
    let at = |group: usize| group * 25 + 7 + 2;
    for group in 0..4 {
        assert!(says(&page, at(group), "CPF/CNPJ", ""), "{group}");
    }
    for group in 4..8 {
        assert!(says(&page, at(group), "Valor", "«dez reais» não é um valor"));
        assert!(says(&page, at(group), "Vencimento", "«31/02/2026» não é uma data"));
    }
    for group in 8..12 {
        assert!(says(&page, at(group), "Nome", "informe o nome"));
        assert!(says(&page, at(group), "UF", "sigla"));
    }
    assert!(says(&page, at(12), "Número", "já existe uma cobrança"));
    assert!(says(&page, at(13), "Número", "o mesmo número já está na linha 309"));
    assert!(says(&page, at(14), "Número", "o mesmo número já está na linha 2"));
    assert!(says(&page, at(16), "Vencimento", "já passou"));
    // What is wrong with one column hides nothing about the others.
    assert!(says(&page, at(18), "CPF/CNPJ", "") && says(&page, at(18), "Valor", "R$ 0,01"));
    assert!(page.contains("480 boletos") && page.contains("20 linhas"));
    assert!(page.contains("Emitir só os 480 bons"));
    assert_eq!(boletos(house), 1, "a dry run issues nothing");

    let refused = ana.post(house, &format!("{address}/emitir"), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("há linhas com erro"));
    start(house, &ana, &address, &[("without_bad", "1")]).await;
    // A second click.
    start(house, &ana, &address, &[("without_bad", "1")]).await;
    assert_eq!(tick(&house.world, &[Kind::Batch], 1).unwrap(), 1);
    let page = ana.get(house, &address).await.text();
    assert!(page.contains("Emitindo") && page.contains("data-poll=\"1\""));
    let mut page = String::new();
    for _ in 0..10 {
        house.work();
        page = ana.get(house, &address).await.text();
        if !page.contains("data-poll") {
            break;
        }
    }
    assert_eq!(boletos(house), 481);
    assert!(page.contains("<dt>Registrados no banco</dt><dd>480</dd>"), "{page}");
    assert!(page.contains("<dt>Deixados de fora</dt><dd>20</dd>"));
    assert!(!page.contains("data-poll"));
    assert!(page.contains("CPF/CNPJ: "));

    // The same file again: told, and nothing of it could go out.
    let again = draft(house, &ana, &bytes).await;
    let page = ana.get(house, &again).await.text();
    assert!(page.contains("Este mesmo arquivo já foi enviado"));
    assert!(page.contains(&format!("href=\"{address}\"")));
    assert!(page.contains("0 boletos") && !page.contains(&format!("action=\"{again}/emitir\"")));
    let refused = ana.post(house, &format!("{again}/emitir"), &[("without_bad", "1")]).await;
    assert_eq!(refused.status, 422);
    house.work();
    assert_eq!(boletos(house), 481);
}

async fn a_crash_in_the_middle_issues_nothing_twice(house: &House) {
    let ana = Person::administrator(house).await;
    let address = draft(house, &ana, &file((0..120).map(|i| line(&format!("C {i}"))))).await;
    start(house, &ana, &address, &[]).await;
    tick(&house.world, &[Kind::Batch], 1).unwrap();
    assert_eq!(boletos(house), 50);
    let before = issued(house, &address);
    // The process ended after the boletos were stored and before their rows were marked: once in
    // the middle of a lot, once for all of it.
    for until in [30, 1000] {
        let id = id_of(&address);
        house.world.store.tx(move |tx| tx.exec(FORGET_MARKS, params![&id, until])).unwrap();
        tick(&house.world, &[Kind::Batch], 1).unwrap();
        assert_eq!(issued(house, &address)[..50], before);
    }
    house.work();
    assert_eq!(boletos(house), 120);
    let all = issued(house, &address);
    assert_eq!(all.len(), 120);

    // Even where everything is forgotten and the due date has passed by.
    house.clock.pass(60 * 24 * 3600 / 2);
    let (id, company) = (id_of(&address), house.ours.actor.company_id.clone());
    house
        .world
        .tx(move |tx, mut ids| {
            tx.exec(FORGET_MARKS, params![&id, 1000])?;
            tx.exec(RUN_AGAIN, params![&id])?;
            let job = ids.next_id();
            jobs::enqueue(
                tx,
                &jobs::NewJob {
                    id: &job,
                    company_id: &company,
                    kind: Kind::Batch.word(),
                    subject: &id,
                    run_at: ids.now(),
                    created_at: ids.now(),
                },
            )
        })
        .unwrap();
    while tick(&house.world, &[Kind::Batch], 1).unwrap() > 0 {}
    assert_eq!(issued(house, &address), all);
    assert_eq!(boletos(house), 120);
}

async fn a_batch_is_paused_and_goes_on(house: &House) {
    let ana = Person::administrator(house).await;
    let address = draft(house, &ana, &file((0..120).map(|i| line(&format!("P {i}"))))).await;
    start(house, &ana, &address, &[]).await;
    tick(&house.world, &[Kind::Batch], 1).unwrap();
    assert_eq!(ana.post(house, &format!("{address}/pausar"), &[]).await.status, 303);
    house.work();
    assert_eq!(boletos(house), 50);
    let page = ana.get(house, &address).await.text();
    assert!(page.contains("Pausado") && page.contains("Continuar"));
    assert!(page.contains("<dd>50 de 120</dd>"));
    assert_eq!(ana.post(house, &format!("{address}/continuar"), &[]).await.status, 303);
    tick(&house.world, &[Kind::Batch], 1).unwrap();
    house.clock.pass(10);
    tick(&house.world, &Kind::ABOUT_BOLETOS, 25).unwrap();
    house.work();
    house.work();
    assert_eq!(boletos(house), 120);
    let fragment = ana.get(house, &format!("{address}/andamento")).await.text();
    assert!(fragment.starts_with("<div") && fragment.contains("120 de 120 boletos concluídos"));
    assert!(ana.get(house, "/boletos/lote").await.text().contains("Emitido"));
}

/// A workbook with these rows of cells, as XML.
fn workbook(rows: &[&str]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let rows: String =
        (1..).zip(rows).map(|(n, cells)| format!("<row r=\"{n}\">{cells}</row>")).collect();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Boletos" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#),
        ),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn a_workbook_is_read_as_typed(house: &House) {
    let ana = Person::administrator(house).await;
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let header: String = HEADER.split(';').map(text).collect();
    let cells = [
        text("XL 1"),
        text("Ana &amp; Filhos"),
        "<c><v>12345678909</v></c>".to_owned(),
        text("Rua das Acácias"),
        "<c><v>100</v></c>".to_owned(),
        text("Centro"),
        text("São Paulo"),
        text("SP"),
        // A CEP that lost its first zero, an amount, and 15 December 2026.
        "<c><v>1310100</v></c><c><v>1234.5</v></c><c s=\"1\"><v>46371</v></c>".to_owned(),
    ];
    let address = draft(house, &ana, &workbook(&[&header, &cells.concat()])).await;
    let page = ana.get(house, &address).await.text();
    assert!(page.contains("Emitir 1 boleto") && page.contains("1.234,50"), "{page}");
    start(house, &ana, &address, &[]).await;
    house.work();
    let list = house.get("/v1/boletos").send().await.json();
    let made = list["data"][0].clone();
    assert_eq!(made["amount"], 123_450, "{made}");
    assert_eq!(made["expiration_date"], "2026-12-15");
    assert_eq!(made["customer"]["address"]["postal_code"], "01310100", "{made}");
}

async fn what_is_no_table_is_told(house: &House) {
    let ana = Person::administrator(house).await;
    for (bytes, said) in [
        (&b""[..], "escolha um arquivo"),
        (b"\x00\x01\x02", "não é uma planilha"),
        (b"a;b\n1;2;3\n", "linha 2: há 3 colunas"),
        (b"a;b\n", "só há o cabeçalho"),
    ] {
        let refused = send(house, &ana, "x.csv", bytes).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(said), "{said}");
    }
    let huge = vec![b'x'; 11 * 1024 * 1024];
    let refused = send(house, &ana, "x.csv", &huge).await;
    assert_eq!(refused.status, 413);
    assert!(refused.text().contains("grande demais"));
    let forged = send_with(house, &ana, "outro", "x.csv", &file([line("F 1")])).await;
    assert_eq!(forged.status, 403);
    assert!(ana.get(house, "/boletos/lote").await.text().contains("Nenhum lote ainda"));
}

async fn columns_are_remembered(house: &House) {
    let ana = Person::administrator(house).await;
    // Windows-1252, decimal comma, and a name of a column that nobody could guess.
    let text = String::from_utf8(file([line("W 1")])).unwrap().replace("Valor", "A cobrar é");
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let sent = send(house, &ana, "antigo.csv", &bytes).await;
    let columns = sent.header("location").unwrap().to_owned();
    let missing = ana.post(house, &columns, &[("number", "0")]).await;
    assert_eq!(missing.status, 422);
    assert!(missing.text().contains("diga qual coluna tem «Valor»"));
    let fields = [
        ("number", "0"),
        ("name", "1"),
        ("document", "2"),
        ("street", "3"),
        ("street_number", "4"),
        ("district", "5"),
        ("city", "6"),
        ("state", "7"),
        ("postal_code", "8"),
        ("amount", "9"),
        ("due", "10"),
    ];
    let mut twice = fields;
    twice[9].1 = "10";
    let taken = ana.post(house, &columns, &twice).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text().contains("esta coluna já foi escolhida para «Valor»"));
    assert_eq!(ana.post(house, &columns, &fields).await.status, 303);
    let page = ana.get(house, columns.trim_end_matches("/colunas")).await.text();
    assert!(page.contains("Emitir 1 boleto") && page.contains("1.250,50"), "{page}");
    // The next file of this kind needs nothing to be told.
    let next = draft(house, &ana, &bytes).await;
    assert!(ana.get(house, &next).await.text().contains("Emitir 1 boleto"));
    let template = ana.get(house, "/boletos/lote/modelo.csv").await;
    let template = draft(house, &ana, &template.body).await;
    assert!(ana.get(house, &template).await.text().contains("Emitir 1 boleto"));
}

async fn only_who_charges_and_only_their_own(house: &House) {
    let mut ana = Person::administrator(house).await;
    let address = draft(house, &ana, &file([line("O 1")])).await;
    let reader = Person::with_role(house, Role::ReadOnly).await;
    for path in [
        "/boletos/lote".to_owned(),
        address.clone(),
        format!("{address}/colunas"),
        format!("{address}/andamento"),
    ] {
        assert_eq!(reader.get(house, &path).await.status, 403, "{path}");
    }
    assert_eq!(send(house, &reader, "x.csv", &file([line("O 2")])).await.status, 403);
    for what in ["emitir", "pausar", "continuar", "descartar", "colunas"] {
        let path = format!("{address}/{what}");
        assert_eq!(reader.post(house, &path, &[]).await.status, 403, "{path}");
    }
    // In another company it is not there.
    ana.switch(house, &house.theirs.actor.company_id).await;
    assert!(!ana.get(house, "/boletos/lote").await.text().contains(&address));
    for path in [address.clone(), format!("{address}/colunas"), format!("{address}/andamento")] {
        assert_eq!(ana.get(house, &path).await.status, 404, "{path}");
    }
    for what in ["emitir", "pausar", "continuar", "descartar"] {
        let path = format!("{address}/{what}");
        assert_eq!(ana.post(house, &path, &[]).await.status, 404, "{path}");
    }
    house.work();
    assert_eq!(boletos(house), 0);
}

async fn what_a_file_does_not_say_of_a_customer_stays(house: &House) {
    let ana = Person::administrator(house).await;
    let mut first = boleto("ANTES");
    first["customer"]["email"] = "maria@example.com".into();
    let first = house.post("/v1/boletos", "antes", &first).send().await.expect(201);
    let document = first["customer"]["document"].as_str().unwrap();
    let file = format!(
        "Número;Nome;CPF/CNPJ;Valor;Vencimento\nS 1;Maria Nova;{document};10,00;15/12/2026\n"
    );
    let address = draft(house, &ana, file.as_bytes()).await;
    start(house, &ana, &address, &[]).await;
    house.work();
    let made = issued(house, &address);
    let path = format!("/v1/boletos/{}", made[0].1);
    let made = house.get(&path).send().await.json();
    assert_eq!(made["customer"]["legal_name"], "Maria Nova");
    for field in ["email", "phone", "address"] {
        assert_eq!(made["customer"][field], first["customer"][field], "{field}");
    }
    let kept = house.get("/v1/customers").send().await.json();
    assert_eq!(kept["data"][0]["email"], "maria@example.com", "{kept}");
}

async fn a_draft_is_thrown_away(house: &House) {
    let ana = Person::administrator(house).await;
    let address = draft(house, &ana, &file([line("D 1")])).await;
    assert_eq!(ana.post(house, &format!("{address}/descartar"), &[]).await.status, 303);
    assert_eq!(ana.get(house, &address).await.status, 404);
    let address = draft(house, &ana, &file([line("D 1")])).await;
    start(house, &ana, &address, &[]).await;
    assert_eq!(ana.post(house, &format!("{address}/descartar"), &[]).await.status, 409);
    // What has begun cannot be told other columns.
    assert_eq!(ana.get(house, &format!("{address}/colunas")).await.status, 303);
}
