//! Statement files: invented ones as banks write them, and properties of any bytes.
#![expect(clippy::unwrap_used, reason = "a failing helper is a failing test")]

use std::fmt::Write as _;
use std::io::BufReader;

use proptest::prelude::*;
use quita_core::bank_line::BankLine;
use quita_core::money::Money;
use quita_formats::statement::{
    Balance, Column, CsvMapping, Format, Line, Options, Record, Statement, StatementError, Warning,
    Which, read,
};

const TWO_ACCOUNTS: &[u8] = include_bytes!("statements/two_accounts.ofx");
const CARD: &[u8] = include_bytes!("statements/card.ofx");
const CAMT: &[u8] = include_bytes!("statements/camt.xml");
const RUNNING: &[u8] = include_bytes!("statements/running.csv");
const COLUMNS: &[u8] = include_bytes!("statements/columns.csv");
const MARKED: &[u8] = include_bytes!("statements/marked.csv");

#[derive(Debug, Default, PartialEq)]
struct Whole {
    statements: Vec<Statement>,
    lines: Vec<Line>,
    balances: Vec<Balance>,
    warnings: Vec<Warning>,
}

impl Whole {
    fn cents(&self) -> Vec<i64> {
        self.lines.iter().map(|line| line.line.amount.cents()).collect()
    }

    fn memos(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.line.memo.as_str()).collect()
    }

    fn days(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.line.date.to_string()).collect()
    }

    /// Day, cents and moment of each balance.
    fn proofs(&self) -> Vec<(String, i64, Which)> {
        let day = |b: &Balance| b.date.map(|date| date.to_string()).unwrap_or_default();
        self.balances.iter().map(|b| (day(b), b.amount.cents(), b.which)).collect()
    }

    fn warned(&self, line: u64, words: &str) -> bool {
        self.warnings.iter().any(|w| w.line == line && w.message.contains(words))
    }
}

fn read_with(
    input: impl std::io::BufRead,
    options: &Options,
) -> Result<(Format, Whole), StatementError> {
    let mut all = Whole::default();
    let format = read(input, options, |record| {
        match record {
            Record::Statement(statement) => all.statements.push(statement),
            Record::Line(line) => all.lines.push(line),
            Record::Balance(balance) => all.balances.push(balance),
            Record::Warning(warning) => all.warnings.push(warning),
        }
        Ok(())
    })?;
    Ok((format, all))
}

fn whole(bytes: &[u8]) -> Whole {
    read_with(bytes, &Options::default()).unwrap().1
}

fn why_not(bytes: &[u8]) -> String {
    read_with(bytes, &Options::default()).unwrap_err().to_string()
}

/// An OFX of one account around movements.
fn ofx(movements: &str) -> String {
    format!(
        "OFXHEADER:100\n<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>20260313</SONRS></SIGNONMSGSRSV1>\
         <BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>0999<ACCTID>1\
         </BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260313{movements}</BANKTRANLIST>\
         </STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
}

fn movement(kind: &str, amount: &str, memo: &str) -> String {
    format!(
        "<STMTTRN><TRNTYPE>{kind}<DTPOSTED>20260310<TRNAMT>{amount}<FITID>1<MEMO>{memo}</STMTTRN>"
    )
}

#[test]
fn an_ofx_with_the_habits_of_banks() {
    let all = whole(TWO_ACCOUNTS);
    let [first, second] = all.statements.as_slice() else { unreachable!("{:?}", all.statements) };
    assert_eq!(first.bank.as_deref(), Some("0999"), "of FI, where BANKID is missing");
    assert_eq!(
        (first.branch.as_deref(), first.account.as_deref()),
        (Some("0001-9"), Some("12345-6"))
    );
    assert_eq!(first.to.unwrap().to_string(), "2026-03-31");
    assert_eq!(second.account_type.as_deref(), Some("SAVINGS"));
    assert_eq!(all.cents(), [25_000, -350, -350, 150_000]);
    assert_eq!(all.days(), ["2026-03-10", "2026-03-10", "2026-03-10", "2026-03-16"]);
    assert_eq!(all.memos()[0], "PIX RECEBIDO - AÇAÍ & CIA LTDA");
    assert_eq!(all.lines[0].line.check_number.as_deref(), Some("000123"));
    assert_eq!(all.lines[0].at, 47);
    let named = &all.lines[3];
    assert_eq!(named.line.memo, "TED RECEBIDA");
    assert_eq!(named.name.as_deref(), Some("CLIENTE IMAGINADO SA"));
    assert_eq!(named.clone().into_bank_line().memo, "CLIENTE IMAGINADO SA TED RECEBIDA");
    assert_eq!((named.line.bank_id.as_deref(), named.line.kind.as_deref()), (None, Some("CREDIT")));
    assert_eq!(
        all.proofs(),
        [
            ("2026-03-10".to_owned(), 100_000, Which::Opening),
            ("2026-03-16".to_owned(), 274_300, Which::Closing),
            ("2026-03-16".to_owned(), 500_000, Which::Available),
            (String::new(), 0, Which::Closing),
        ]
    );
    assert!(all.warned(69, "só informa um saldo"), "{:?}", all.warnings);
    assert!(all.warned(83, "20/03/2026, depois do que o arquivo alcança (16/03/2026)"));
    assert!(all.warned(90, "TRNAMT «abc»"));
    assert!(all.warned(118, "saldo sem uma data que exista"));
    assert_eq!(all.warnings.len(), 4);
}

#[test]
fn an_ofx_2_in_one_line() {
    let all = whole(CARD);
    assert_eq!(all.statements[0].account.as_deref(), Some("card-1"));
    assert_eq!(all.statements[0].bank, None);
    assert_eq!(all.cents(), [-1_300, 10_050]);
    assert_eq!(all.memos(), ["Café & Pão", "Pagamento <recebido> & obrigado"]);
    assert_eq!(all.proofs(), [("2026-03-31".to_owned(), -128_091, Which::Closing)]);
    assert_eq!(all.warnings, []);
}

#[test]
fn tags_may_be_lower_case_and_movements_may_lack_their_end() {
    let text = ofx(
        "<stmttrn><trntype>credit</trntype><dtposted>20260310<trnamt>1.00<fitid>A&amp;B<memo>a < b \
         <3 <c d> </STMTTRN><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260311<TRNAMT>-2.00\
         <STMTTRN><TRNTYPE>DEBIT<DTUSER>20260312<TRNAMT>-3.00<NAME>Loja<MEMO></STMTTRN>",
    );
    let all = whole(text.as_bytes());
    assert_eq!(all.cents(), [100, -200, -300]);
    assert_eq!(all.days(), ["2026-03-10", "2026-03-11", "2026-03-12"]);
    assert_eq!(all.memos(), ["a < b <3 <c d>", "", "Loja"]);
    assert_eq!(all.lines[0].line.bank_id.as_deref(), Some("A&B"));
    // An angle is an angle, beside CDATA too.
    let text = ofx(&movement("CREDIT", "1.00", "<>A<![CDATA[ <b> & ]]>B < C>"));
    assert_eq!(whole(text.as_bytes()).memos(), ["<>A <b> & B < C>"]);
    assert_eq!(all.warnings, []);
}

#[test]
fn the_header_may_lie_about_the_encoding() {
    let text = ofx(&movement("CREDIT", "1.00", "TÍTULO COBRANÇA"));
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let utf_16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    for bytes in [text.as_bytes(), &windows, &utf_16, &marked] {
        assert_eq!(whole(bytes).memos(), ["TÍTULO COBRANÇA"]);
    }
}

#[test]
fn debits_without_a_minus_are_debits_only_where_no_line_has_one() {
    let bare = [
        movement("CREDIT", "10,00", "a"),
        movement("DEBIT", "4,00", "b"),
        movement("FEE", "1,00", "c"),
        movement("CREDIT", "2,00", "d"),
    ];
    let all = whole(ofx(&bare.concat()).as_bytes());
    assert_eq!(all.cents(), [1_000, -400, -100, 200]);
    assert!(all.warned(2, "sem sinal de menos"), "{:?}", all.warnings);

    // Here the bank knows the sign, and a debit above zero is money given back.
    let signed = [bare.concat(), movement("DEBIT", "-3,00", "e")].concat();
    let all = whole(ofx(&signed).as_bytes());
    assert_eq!(all.cents(), [1_000, 400, 100, 200, -300]);
    assert!(all.warned(2, "valeu o valor"), "{:?}", all.warnings);
}

#[test]
fn what_a_cut_file_had_is_kept() {
    let text = ofx(&[movement("CREDIT", "1.00", "a"), movement("CREDIT", "2.00", "b")].concat());
    let cut = text.find("<FITID>1<MEMO>b").unwrap();
    // The amount of the second may be cut: 2.00 of 2.000,00.
    let all = whole(&text.as_bytes()[..cut]);
    assert_eq!(all.cents(), [100]);
    assert!(all.warned(2, "termina no meio deste lançamento"), "{:?}", all.warnings);
    let cut = text.find("</STMTRS>").unwrap();
    let all = whole(&text.as_bytes()[..cut]);
    assert_eq!(all.cents(), [100, 200]);
    assert!(all.warned(2, "falta </OFX>"), "{:?}", all.warnings);
}

#[test]
fn foreign_money_is_said() {
    let text = ofx(&movement("CREDIT", "1.00", "a")).replace("<CURDEF>BRL", "<CURDEF>USD");
    assert!(whole(text.as_bytes()).warned(2, "USD"));
}

#[test]
fn a_camt_with_details() {
    let (format, all) = read_with(CAMT, &Options::default()).unwrap();
    assert_eq!(format, Format::Camt053);
    let statement = &all.statements[0];
    assert_eq!(
        (statement.account.as_deref(), statement.bank.as_deref()),
        (Some("123456"), Some("99999999"))
    );
    assert_eq!(statement.from.unwrap().to_string(), "2026-03-10");
    assert_eq!(
        all.proofs(),
        [
            ("2026-03-10".to_owned(), 100_000, Which::Opening),
            ("2026-03-10".to_owned(), -5_025, Which::Closing),
        ]
    );
    assert_eq!(all.cents(), [10_000, 20_000, -4_000, -131_025]);
    assert_eq!(all.memos(), ["Pedido 1 parcela 2", "Pix recebidos", "Estorno", "Folha"]);
    let paid: &BankLine = &all.lines[0].line;
    assert_eq!(paid.end_to_end_id.as_deref(), Some("E99999999202603101200abcdefghijk"));
    assert_eq!(paid.payer_name.as_deref(), Some("Cliente Imaginado"));
    assert_eq!(paid.payer_document.as_deref(), Some("11222333000181"));
    assert_eq!(paid.bank_id.as_deref(), Some("R1/1"));
    assert_eq!(paid.kind.as_deref(), Some("PMNT/RCDT/BOOK"));
    assert_eq!(all.lines[0].clone().into_bank_line(), *paid);
    assert_eq!(all.lines[1].line.bank_reference.as_deref(), Some("REF-7"));
    assert_eq!(all.lines[1].line.end_to_end_id, None);
    assert_eq!(all.lines[2].line.kind.as_deref(), Some("RVSL"));
    assert_eq!(all.lines[2].line.bank_id.as_deref(), Some("R2"));
    assert_eq!(all.warnings.len(), 1);
    assert!(all.warned(41, "PDNG"), "{:?}", all.warnings);
}

/// A statement of segment E: amounts in cents with `C` or `D`, between two balances.
fn cnab(opening: i64, lines: &[(i64, &str, &str)], closing: i64) -> String {
    let mut text = String::new();
    let sign = |cents: i64| if cents < 0 { 'D' } else { 'C' };
    let mut put = |record: String| {
        assert!(record.chars().count() <= 240, "{record}");
        writeln!(text, "{record:<240}\r").unwrap();
    };
    put(format!("99900000{:9}2{:045}{:80}21003202618000000000110301600", "", 0, "BANCO"));
    let account = format!("2{:014}{:20}01234 0000001234567 {:30}", 0, "", "EMPRESA IMAGINADA");
    let (date, abs) = ("10032026", opening.unsigned_abs());
    put(format!("99900011E0440033 {account}{:40}{date}{abs:018}{}FBRL00001", "", sign(opening)));
    let (mut debits, mut credits) = (0, 0);
    for (number, (cents, memo, document)) in lines.iter().enumerate() {
        let (kind, abs) = (if *cents < 0 { "105" } else { "202" }, cents.unsigned_abs());
        if *cents < 0 {
            debits += abs
        } else {
            credits += abs
        }
        put(format!(
            "99900013{:05}E   {account}{:6}DPV00{:20}S1003202610032026{abs:018}{}{kind}0001{memo:25}\
             {document}",
            number + 1,
            "",
            "",
            sign(*cents)
        ));
    }
    let (abs, records) = (closing.unsigned_abs(), lines.len() + 2);
    put(format!(
        "99900015{:9}{}{:16}{:054}{date}{abs:018}{}F{records:06}{debits:018}{credits:018}",
        "",
        &account[..55],
        "",
        0,
        sign(closing)
    ));
    put(format!("99999999{:9}000001{:06}", "", records + 2));
    text
}

#[test]
fn a_statement_of_segment_e() {
    let lines =
        [(200_000, "RESGATE", "CLIENTE IMAGINADO SA     000123"), (-350, "TARIFA COBRANÇA", "124")];
    let text = cnab(-100_000, &lines, 99_650);
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    let joined: String = text.split("\r\n").collect();
    let trimmed: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    for (bytes, at) in
        [(text.as_bytes(), 3), (&windows, 3), (joined.as_bytes(), 1), (trimmed.as_bytes(), 3)]
    {
        let (format, all) = read_with(bytes, &Options::default()).unwrap();
        assert_eq!(format, Format::Cnab240E);
        assert_eq!(all.warnings, []);
        let statement = &all.statements[0];
        assert_eq!(
            (statement.bank.as_deref(), statement.branch.as_deref(), statement.account.as_deref()),
            (Some("999"), Some("1234"), Some("123456-7"))
        );
        assert_eq!(statement.currency.as_deref(), Some("BRL"));
        assert_eq!(all.cents(), [200_000, -350]);
        assert_eq!(all.memos(), ["RESGATE CLIENTE IMAGINADO SA", "TARIFA COBRANÇA"]);
        assert_eq!(all.lines[0].line.check_number.as_deref(), Some("000123"));
        assert_eq!(all.lines[1].line.check_number.as_deref(), Some("124"));
        assert_eq!(all.lines[1].line.kind.as_deref(), Some("105"));
        assert_eq!(all.lines[0].at, at);
        assert_eq!(
            all.proofs(),
            [
                ("2026-03-10".to_owned(), -100_000, Which::Opening),
                ("2026-03-10".to_owned(), 99_650, Which::Closing),
            ]
        );
    }
}

#[test]
fn broken_records_of_segment_e_are_told_and_the_rest_is_kept() {
    let text = cnab(0, &[(100, "A", "1"), (200, "B", "2"), (300, "C", "3")], 600);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[2].replace_range(142..150, "31022026");
    lines[2].replace_range(134..142, "00000000");
    lines[3].truncate(100);
    lines.push("x".to_owned());
    let all = whole(lines.join("\r\n").as_bytes());
    assert_eq!(all.cents(), [300]);
    assert!(all.warned(3, "data que não existe"), "{:?}", all.warnings);
    assert!(all.warned(4, "linha é curta"));
    assert!(all.warned(8, "não é do CNAB 240"));

    let wrong = cnab(0, &[(100, "A", "1")], 150);
    let all = whole(wrong.as_bytes());
    assert!(
        all.warned(4, "somam R$ 1,00, e o saldo final em 10/03/2026 é R$ 1,50"),
        "{:?}",
        all.warnings
    );
    let cut: String = wrong.lines().take(3).map(|line| format!("{line}\n")).collect();
    let all = whole(cut.as_bytes());
    assert_eq!(all.cents(), [100]);
    assert!(all.warned(3, "sem o registro de saldo final"));
    assert!(all.warned(3, "sem o registro final"));
}

#[test]
fn a_csv_with_titles_quotes_and_running_balance() {
    let (format, all) = read_with(RUNNING, &Options::default()).unwrap();
    assert_eq!(format, Format::Csv);
    assert_eq!(all.cents(), [10_000, -125_000, 125_000, -100]);
    assert_eq!(
        all.memos(),
        [
            "Pix recebido Cliente; Imaginado",
            "Pix enviado Fornecedor \"X\"",
            "Boleto recebido Pedido 7",
            "Tarifa \"Aspas abertas"
        ]
    );
    assert_eq!(all.lines[0].at, 7);
    // The file goes backward in time: the last balance of a day is in its first row.
    assert_eq!(
        all.proofs(),
        [
            ("2026-03-12".to_owned(), 110_000, Which::Closing),
            ("2026-03-11".to_owned(), 100_000, Which::Closing),
            ("2026-03-10".to_owned(), 100_000, Which::Closing),
        ]
    );
    assert_eq!(all.warnings.len(), 1);
    assert!(all.warned(11, "«1,2,3»"), "{:?}", all.warnings);
}

#[test]
fn a_csv_with_two_columns_of_amounts() {
    let all = whole(COLUMNS);
    assert_eq!(all.cents(), [20_000, -1_000, -9_000]);
    assert_eq!(all.memos()[0], "RECEBIMENTO PIX JOÃO");
    assert_eq!(all.lines[0].line.check_number.as_deref(), Some("123"));
    assert_eq!(
        all.proofs(),
        [
            ("2026-03-09".to_owned(), 100_000, Which::Opening),
            ("2026-03-10".to_owned(), 119_000, Which::Closing),
            ("2026-03-11".to_owned(), 110_000, Which::Closing),
        ]
    );
    assert!(all.warned(7, "sem data"), "{:?}", all.warnings);
}

#[test]
fn a_csv_with_a_mark_of_debit() {
    let all = whole(MARKED);
    assert_eq!(all.cents(), [123_456, -700]);
    assert_eq!(all.days(), ["2026-03-10", "2026-03-11"]);
    assert_eq!(all.lines[1].line.check_number.as_deref(), Some("000124"));
}

#[test]
fn other_csvs_that_banks_give() {
    for (text, cents, memo) in [
        (
            "Data,Valor,Identificador,Descrição\n23/03/2026,-13.00,6600-a,Compra\n24/03/2026,1500,6600-b,Pix",
            vec![-1_300, 150_000],
            "Compra",
        ),
        (
            "23/03/2026;PIX TRANSF FULANO;-10,00\n24/03/2026;TED;1.000,00\n",
            vec![-1_000, 100_000],
            "PIX TRANSF FULANO",
        ),
        (
            "RELEASE_DATE;TRANSACTION_TYPE;REFERENCE_ID;TRANSACTION_NET_AMOUNT;PARTIAL_BALANCE\n23-03-2026;Liberação;12;98,02;98,02\n",
            vec![9_802],
            "Liberação",
        ),
        (
            "Data\tTransação\tTipo Transação\tIdentificação\tValor\n23/03/2026\tPix\tDÉBITO\tx\t10,00\n24/03/2026\tPix\tCRÉDITO\ty\t2.000,00\n",
            vec![-1_000, 200_000],
            "Pix",
        ),
        (
            "Data Lançamento,Data Contábil,Título,Descrição,Entrada(R$),Saída(R$),Saldo do Dia(R$)\n23/03/2026,24/03/2026,Pix,Loja,0.00,12.50,100.00\n",
            vec![-1_250],
            "Pix Loja",
        ),
        ("Data;Descrição;Valor\n23 mar 2026;Pix;R$ -1,00\n", vec![-100], "Pix"),
        (
            "date,category,title,amount\n2026-03-23,casa,Loja,12.50\n2026-03-24,,Pagamento,-100\n",
            vec![-1_250, 10_000],
            "Loja",
        ),
        (
            "\"Data\",\"Dependencia Origem\",\"Histórico\",\"Data do Balancete\",\"Número do documento\",\"Valor\",\n\"12/31/2025\",\"\",\"Pix\",\"\",\"1\",\"-5.00\",\n",
            vec![-500],
            "Pix",
        ),
    ] {
        let all = whole(text.as_bytes());
        assert_eq!(all.cents(), cents, "{text}");
        assert_eq!(all.memos()[0], memo, "{text}");
        assert_eq!(all.warnings, [], "{text}");
    }
}

#[test]
fn a_mapping_is_kept_as_json_and_says_the_columns() {
    let mapping: CsvMapping = serde_json::from_str(
        r#"{"date": "Quando", "date_order": "month_first", "amount": {"marked": {"amount": 3, "mark": 4}},
            "decimal_mark": "point", "memo": ["O que"], "inverted": true, "bank_id": "Código"}"#,
    )
    .unwrap();
    let again: CsvMapping =
        serde_json::from_str(&serde_json::to_string(&mapping).unwrap()).unwrap();
    assert_eq!(again, mapping);
    let text =
        "quando|o quê||tipo|codigo\n12/31/2025|Compra|1,234.56|C|7\n12/30/2025|Volta|1.00|D|8\n";
    let options = Options { csv: Some(mapping.clone()) };
    let (_, all) = read_with(text.as_bytes(), &options).unwrap();
    assert_eq!(all.cents(), [-123_456, 100]);
    assert_eq!(all.days(), ["2025-12-31", "2025-12-30"]);
    assert_eq!(all.lines[0].line.bank_id.as_deref(), Some("7"));

    let missing = read_with(&b"a;b\n1;2\n"[..], &options).unwrap_err().to_string();
    assert!(missing.contains("não tem as colunas do mapeamento"), "{missing}");

    let by_number = CsvMapping {
        date: Column::Number(1),
        date_order: Default::default(),
        memo: vec![Column::Number(2)],
        amount: quita_formats::statement::Amounts::Signed(Column::Number(3)),
        decimal_mark: Default::default(),
        inverted: false,
        bank_id: None,
        ..mapping
    };
    let options = Options { csv: Some(by_number) };
    let (_, all) = read_with(&b"01/02/2026;x;1.234,50\nnada;y;2\n"[..], &options).unwrap();
    assert_eq!(all.cents(), [123_450]);
    assert!(all.warned(2, "«nada»"));
}

#[test]
fn what_is_no_statement_says_what_to_do() {
    for (bytes, words) in [
        (&b""[..], "vazio"),
        (b"  \r\n ", "vazio"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04....", "planilha"),
        (b"hello world", "não é um extrato"),
        (b"a;b;c\n1;2;3\n", "informe o mapeamento"),
        (b"<html><body>;</body></html>", "não é um extrato"),
        (b"02RETORNO01COBRANCA", "CNAB 400"),
        (b"<OFX><SIGNONMSGSRSV1></SIGNONMSGSRSV1></OFX>", "nenhum extrato"),
        (b"\0\0\0\0;", "não é um extrato"),
        (b"<Document><BkToCstmrAcctRpt>", "camt.053"),
    ] {
        let why = why_not(bytes);
        assert!(why.contains(words), "{why}");
    }
}

#[test]
fn huge_values_do_not_fill_the_memory_nor_stop_the_reading() {
    let long = "x".repeat(2_000_000);
    let text = ofx(&[movement("CREDIT", "1.00", &long), movement("CREDIT", "2.00", "b")].concat());
    let all = whole(text.as_bytes());
    assert_eq!(all.cents(), [100, 200]);
    assert!(all.memos()[0].len() < 300_000);
    let rows = format!("Data;Descrição;Valor\n01/02/2026;{long};1,00\n02/02/2026;b;2,00\n");
    let all = whole(rows.as_bytes());
    assert_eq!(all.cents(), [200]);
    assert!(all.warned(2, "sem valor"), "{:?}", all.warnings);
}

#[test]
fn an_error_of_the_receiver_ends_the_reading() {
    let result =
        read(TWO_ACCOUNTS, &Options::default(), |_| Err(std::io::ErrorKind::BrokenPipe.into()));
    assert!(matches!(result, Err(StatementError::Io(_))));
}

fn samples() -> Vec<Vec<u8>> {
    let cnab = cnab(5, &[(100, "A", "1"), (-50, "B", "2")], 55).into_bytes();
    vec![
        TWO_ACCOUNTS.to_vec(),
        CARD.to_vec(),
        CAMT.to_vec(),
        RUNNING.to_vec(),
        COLUMNS.to_vec(),
        MARKED.to_vec(),
        cnab,
    ]
}

fn text_of(result: Result<(Format, Whole), StatementError>) -> Result<(Format, Whole), String> {
    result.map_err(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_read_or_refused(
        head in 0..5_usize,
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        let heads: [&[u8]; 5] = [b"", b"<OFX><STMTRS><STMTTRN>", b"<BkToCstmrStmt><Stmt><Ntry>", b"Data;Valor;\n", b"99900000"];
        let all = [heads[head], &bytes].concat();
        let _ = read_with(all.as_slice(), &Options::default());
    }

    #[test]
    fn damaged_files_are_read_or_refused(
        sample in 0..7_usize,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..12),
    ) {
        let mut bytes = samples().swap_remove(sample);
        for (at, byte, how) in damage {
            if bytes.is_empty() { break }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, byte),
            }
        }
        let _ = read_with(bytes.as_slice(), &Options::default());
    }

    #[test]
    fn chunks_do_not_matter(
        sample in 0..7_usize,
        size in 1..200_usize,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = samples().swap_remove(sample);
        bytes.truncate(cut.index(bytes.len() + 1));
        let at_once = text_of(read_with(bytes.as_slice(), &Options::default()));
        let in_pieces = BufReader::with_capacity(size, bytes.as_slice());
        prop_assert_eq!(text_of(read_with(in_pieces, &Options::default())), at_once);
    }

    /// One damaged movement takes at most itself and its neighbour with it.
    #[test]
    fn damage_stays_where_it_is(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let movements: Vec<String> =
            (1..=20).map(|n| movement("CREDIT", &format!("{n}.00"), &format!("m{n}"))).collect();
        let mut text = ofx(&movements.concat()).into_bytes();
        let (from, to) = (ofx("").find("<DTEND>20260313").unwrap() + 15, text.len() - 70);
        let at = from + at.index(to - from);
        text[at] = byte;
        let lines = whole(&text).lines;
        prop_assert!(lines.len() >= 18, "{} lines", lines.len());
        let right = lines.iter().filter(|line| {
            let n = line.line.memo.strip_prefix('m').and_then(|n| n.parse::<i64>().ok());
            n.is_some_and(|n| line.line.amount == Money::from_cents(n * 100))
        });
        prop_assert!(right.count() >= 18);
    }
}
