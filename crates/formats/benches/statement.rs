//! Movements read from statement files per second.
#![expect(clippy::unwrap_used, reason = "the files are known to be right")]

use std::fmt::Write as _;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use quita_formats::statement::{Options, Record, read};

fn main() {
    divan::main();
}

const LINES: usize = 20_000;

/// An OFX as most banks write it, with the tags inside a movement closed or not.
fn ofx(closed: bool) -> String {
    let mut text = String::from(
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n<OFX>\n\
         <SIGNONMSGSRSV1><SONRS><DTSERVER>20260201120000[-3:BRT]</SONRS></SIGNONMSGSRSV1>\n\
         <BANKMSGSRSV1><STMTTRNRS><STMTRS>\n<CURDEF>BRL\n<BANKACCTFROM>\n<BANKID>999\n\
         <ACCTID>12345-6\n<ACCTTYPE>CHECKING\n</BANKACCTFROM>\n<BANKTRANLIST>\n\
         <DTSTART>20260101\n<DTEND>20260131\n",
    );
    for n in 0..LINES {
        let mut field = |name: &str, value: &str| {
            let end = if closed { format!("</{name}>") } else { String::new() };
            writeln!(text, "<{name}>{value}{end}").unwrap();
        };
        field("STMTTRN", "");
        field("TRNTYPE", if n % 3 == 0 { "CREDIT" } else { "DEBIT" });
        field("DTPOSTED", &format!("202601{:02}120000[-3:BRT]", n % 28 + 1));
        let sign = if n % 3 == 0 { "" } else { "-" };
        field("TRNAMT", &format!("{sign}{}.{:02}", n % 9000 + 1, n % 100));
        field("FITID", &format!("20260101{n:08}"));
        field("CHECKNUM", &format!("{n:06}"));
        field("MEMO", &format!("PIX RECEBIDO DE CLIENTE {n}"));
        text.push_str("</STMTTRN>\n");
    }
    text.push_str("</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n");
    text.replace("</STMTTRN></STMTTRN>", "</STMTTRN>").replace("<STMTTRN></STMTTRN>", "<STMTTRN>")
}

fn run(bencher: Bencher<'_, '_>, text: &str) {
    bencher.counter(ItemsCount::new(LINES)).counter(BytesCount::new(text.len())).bench_local(
        || {
            let mut cents = 0;
            let mut lines = 0;
            read(black_box(text.as_bytes()), &Options::default(), |record| {
                if let Record::Line(line) = record {
                    cents += line.line.amount.cents();
                    lines += 1;
                }
                Ok(())
            })
            .unwrap();
            assert_eq!(lines, LINES);
            cents
        },
    );
}

#[divan::bench]
fn ofx_open_tags(bencher: Bencher<'_, '_>) {
    run(bencher, &ofx(false));
}

#[divan::bench]
fn ofx_closed_tags(bencher: Bencher<'_, '_>) {
    run(bencher, &ofx(true));
}

#[divan::bench]
fn cnab_240_e(bencher: Bencher<'_, '_>) {
    let mut text = format!("99900000{:<155}103{:74}\r\n", " 2", "");
    writeln!(text, "99900011E0440033 {:<125}01012026{:018}CFBRL00001{:62}\r", "", 0, "").unwrap();
    for n in 0..LINES {
        let (head, amount) = (format!("9990001300001E{:94}DPV00{:20}S", "", ""), n % 90_000 + 1);
        writeln!(
            text,
            "{head}0201202602012026{amount:018}C2020001{:<25}{n:<39}\r",
            "LIQUIDACAO DE COBRANCA"
        )
        .unwrap();
    }
    writeln!(text, "99999999{:<232}\r", "").unwrap();
    run(bencher, &text);
}

#[divan::bench]
fn csv(bencher: Bencher<'_, '_>) {
    let mut text = String::from("Data;Histórico;Documento;Valor;Saldo\n");
    for n in 0..LINES {
        let day = n * 28 / LINES + 1;
        writeln!(text, "{day:02}/01/2026;PIX RECEBIDO DE CLIENTE {n};{n};{},50;1.234,00", n % 9000)
            .unwrap();
    }
    run(bencher, &text);
}
