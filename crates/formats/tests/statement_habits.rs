//! Habits of banks' statement files, each in a few invented rows.
#![expect(clippy::unwrap_used, reason = "a broken case is a failing test")]

use quita_formats::statement::{CsvMapping, Options, Record, Which, read};

/// What a file holds, a line of text for each record but its head.
fn shown(file: &str) -> Vec<String> {
    shown_by(file, None)
}

fn shown_by(file: &str, csv: Option<CsvMapping>) -> Vec<String> {
    let mut all = Vec::new();
    let done = read(file.as_bytes(), &Options { csv }, |record| {
        match record {
            Record::Statement(_) => {}
            Record::Line(line) => {
                let (id, name) = (line.line.bank_id.clone(), line.name.clone());
                let line = line.line;
                let rest: Vec<String> = [id, name].into_iter().flatten().collect();
                let words = [line.memo, rest.join("/")].join(" | ");
                all.push(format!("{} {} {words}", line.date, line.amount.cents()));
            }
            Record::Balance(balance) => {
                let which = if balance.which == Which::Closing { "closing" } else { "other" };
                let day = balance.date.map(|date| date.to_string()).unwrap_or_default();
                all.push(format!("{day} {which} {}", balance.amount.cents()));
            }
            Record::Warning(warning) => {
                all.push(format!("linha {}: {}", warning.line, warning.message));
            }
        }
        Ok(())
    });
    done.unwrap();
    all
}

/// A cooperative breaks its texts into rows of their own.
#[test]
fn rows_of_text_belong_to_the_line_above() {
    let file = "DATA;DOCUMENTO;HISTÓRICO;VALOR\n\
                ;;Conta 123;\n\
                01/10/2026;Pix;PIX RECEB.OUTRA IF;R$ 150,00 C\n\
                ;;Recebimento Pix;\n\
                ;;ANA TESTE ***.111.222-**;\n\
                02/10/2026;12;DÉB. TIT. EFETIVADO;R$ 1.250,90 D\n\
                ;;TOTAL;\n\
                02/10/2026;;SALDO DO DIA;R$ 100,90 D\n";
    assert_eq!(
        shown(file),
        [
            "2026-10-01 15000 PIX RECEB.OUTRA IF Recebimento Pix ANA TESTE ***.111.222-** | ",
            "2026-10-02 -125090 DÉB. TIT. EFETIVADO | ",
            "linha 7: linha sem data; não foi lida",
            "2026-10-02 closing -10090",
        ]
    );
}

/// What stands below the last line is of no line, though it stands in the column of texts.
#[test]
fn a_footer_is_no_text_of_the_last_line() {
    let head = "Histórico;Data;Valor\nPIX RECEBIDO;01/10/2026;10,00\nANA TESTE;;\n";
    let foot = "Extrato emitido em 03/10/2026 às 10:00\n";
    let first = "2026-10-01 1000 PIX RECEBIDO ANA TESTE | ";
    let told = "texto abaixo do último lançamento; não foi lido";
    assert_eq!(
        shown(&format!("{head}TED;02/10/2026;-5,00\n{foot}Ouvidoria 0800\n")),
        [first, "2026-10-02 -500 TED | ", &format!("linha 5: {told}"), &format!("linha 6: {told}")]
    );
    assert_eq!(
        shown(&format!("{head}TED;02/10/2026;-5,00\n{foot};;TOTAL\n")),
        [
            first,
            "2026-10-02 -500 TED | ",
            &format!("linha 5: {told}"),
            "linha 6: linha sem data; não foi lida"
        ]
    );
    assert_eq!(
        shown(&format!("{head}SALDO DO DIA;01/10/2026;10,00\n{foot}")),
        [first, "2026-10-01 closing 1000", "linha 5: linha sem data; não foi lida"]
    );
}

#[test]
fn days_without_a_year_take_that_of_the_period() {
    let rows = "Data;Descrição;Valor\n30/12;Recebido;150,00\n02/01;Pago;(1.250,90)\n";
    let file = format!("Extrato de 15/12/2026 a 14/01/2027\n{rows}");
    let expected = ["2026-12-30 15000 Recebido | ", "2027-01-02 -125090 Pago | "];
    assert_eq!(shown(&file), expected);
    for mapping in [
        r#"{"date":"Data","amount":{"signed":"Valor"},"memo":["Descrição"]}"#,
        r#"{"date":1,"amount":{"signed":3},"memo":[2]}"#,
    ] {
        let by_person = serde_json::from_str(mapping).unwrap();
        assert_eq!(shown_by(&file, Some(by_person)), expected, "{mapping}");
    }
    // Nothing tells the year.
    assert!(read(rows.as_bytes(), &Options::default(), |_| Ok(())).is_err());
}

/// The same word heads ids at some banks and names at others.
/// A day in a text is no end of the period.
#[test]
fn days_in_texts_tell_no_year() {
    let file = "Extrato de 01/01/2026 a 31/01/2026\n\
                Data;Histórico;Valor\n\
                10/01;BOLETO VENC 15/02/2027;10,00\n\
                12/01;PIX;5,00\n";
    assert_eq!(shown(file), ["2026-01-10 1000 BOLETO VENC 15/02/2027 | ", "2026-01-12 500 PIX | "]);
}

#[test]
fn a_column_of_names_is_no_column_of_ids() {
    let of = |first: &str, second: &str| {
        shown(&format!(
            "Data,Transação,Identificação,Valor\n\
             01/10/2026,Pix,{first},150.00\n\
             02/10/2026,Boleto,{second},-1250.90\n"
        ))
    };
    assert_eq!(
        of("Ana Teste", "Luz"),
        ["2026-10-01 15000 Pix | Ana Teste", "2026-10-02 -125090 Boleto | Luz"]
    );
    assert_eq!(of("A1", "B2"), ["2026-10-01 15000 Pix | A1", "2026-10-02 -125090 Boleto | B2"]);
}

#[test]
fn english_and_rare_headers_are_known() {
    let file = "date,description,value,balance\n\
                2026-10-01,Received,150.00,1150.00\n\
                2026-10-02,Paid,-1250.90,-100.90\n";
    let lines = ["2026-10-01 15000 Received | ", "2026-10-02 -125090 Paid | "];
    let closing = ["2026-10-01 closing 115000", "2026-10-02 closing -10090"];
    assert_eq!(shown(file), [lines[0], lines[1], closing[0], closing[1]]);
    let file = "Date;Label;Withdrawals;Deposits\n\
                01/10/2026;Received;;150,00\n\
                02/10/2026;Paid;1.250,90;\n";
    assert_eq!(shown(file), lines);
    let file = "Movimentação,Tipo,Valor,Data,Destino,Origem,Origem Documento\n\
                Crédito,Pix,\"150,00\",01/10/2026 08:10,Loja,Ana Teste,***.111.222-**\n";
    assert_eq!(shown(file), ["2026-10-01 15000 Loja Ana Teste | "]);
}

fn camt(entry: &str) -> String {
    format!(
        "<Document><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>1</Id></Othr></Id><Ccy>BRL</Ccy></Acct>\
         <Ntry><Amt Ccy=\"BRL\">{entry}</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
    )
}

#[test]
fn entries_without_a_reference_have_those_of_their_payments() {
    let of = |amount: &str, id: &str| {
        format!(
            "<TxDtls><Refs><TxId>{id}</TxId></Refs><AmtDtls><TxAmt><Amt Ccy=\"BRL\">{amount}</Amt>\
             </TxAmt></AmtDtls></TxDtls>"
        )
    };
    let booked = "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
                  <BookgDt><Dt>2026-10-05</Dt></BookgDt><NtryDtls>";
    // Also with the comma of the country where the standard has a point.
    for [total, first, second] in
        [["1300.00", "100.00", "1200.00"], ["1.300,00", "100,00", "1200,00"]]
    {
        let file = camt(&format!("{total}{booked}{}{}", of(first, "T1"), of(second, "T2")));
        assert_eq!(shown(&file), ["2026-10-05 10000  | T1", "2026-10-05 120000  | T2"]);
    }
}
