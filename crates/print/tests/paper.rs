//! What a bank's scanner, a telephone and a person find on the printed page.

mod sample;
mod sheet;

use miniz_oxide::deflate::compress_to_vec_zlib;
use quita_core::letter::{Block, Letter};
use quita_core::party::Party;
use quita_print::{Boleto, Logo, PrintError, boletos, carne, letter};
use sample::{BAKERY, BARCODE, BR_CODE, WRITABLE_LINE, hybrid, long, party, plain};
use sheet::Sheet;

/// A boleto of its own number; the check digits do not matter to the drawing.
fn barcode(n: usize) -> String {
    format!("{n:04}{}", &BARCODE[4..])
}

#[test]
fn bars_and_qr_decode_from_the_rendered_page() {
    let sandbox = Boleto { sandbox: true, ..hybrid() };
    for boleto in [plain(), hybrid(), long(), sandbox] {
        let sheet = Sheet::new(&boletos(std::slice::from_ref(&boleto)).unwrap());
        for dpi in [150, 200] {
            let page = sheet.raster(1, dpi);
            assert_eq!(page.decode(false), [BARCODE], "bars at {dpi} dpi");
            let expected: &[&str] = if boleto.br_code.is_some() { &[BR_CODE] } else { &[] };
            assert_eq!(page.decode(true), expected, "QR at {dpi} dpi");
        }
    }
}

#[test]
fn every_digit_decodes_in_bars_and_in_spaces() {
    let codes: Vec<String> = (0..10)
        .map(|n| (0..44).map(|i| char::from(b'0' + (i * 7 + n) as u8 % 10)).collect())
        .collect();
    let lot: Vec<Boleto> = codes.iter().map(|c| Boleto { barcode: c, ..plain() }).collect();
    let sheet = Sheet::new(&boletos(&lot).unwrap());
    assert_eq!(sheet.pages(), 10);
    for (n, code) in codes.iter().enumerate() {
        assert_eq!(sheet.raster(n + 1, 200).decode(false), [code.as_str()]);
    }
}

#[test]
fn the_largest_br_code_still_decodes() {
    let code = format!("{BR_CODE}{}", "0123456789abcdef".repeat(40))[..512].to_owned();
    let boleto = Boleto { br_code: Some(&code), ..plain() };
    let sheet = Sheet::new(&boletos(&[boleto]).unwrap());
    assert_eq!(sheet.raster(1, 200).decode(true), [code.as_str()]);
}

#[test]
fn the_barcode_measures_103_by_13_mm_where_febraban_wants_it() {
    let sheet = Sheet::new(&boletos(&[hybrid()]).unwrap());
    let page = sheet.raster(1, 600);
    let [left, top, right, bottom] = page.ink([0.0, 277.5, 125.0, 297.0]).unwrap();
    assert!((right - left - 103.0).abs() < 0.1, "{} mm wide", right - left);
    assert!((bottom - top - 13.0).abs() < 0.1, "{} mm high", bottom - top);
    let centre = 297.0 - (top + bottom) / 2.0;
    assert!((centre - 12.0).abs() < 0.1, "centre {centre} mm above the edge");
    // Blank at both sides.
    assert!(left >= 5.0, "{left} mm of blank");
    assert_eq!(page.ink([right + 0.2, top, right + 5.0, bottom]), None);
    // The cut: a ficha of 95 to 108 mm.
    let [_, cut, ..] = page.ink([20.0, 186.0, 205.0, 191.0]).unwrap();
    assert!((95.0..108.2).contains(&(297.0 - cut)), "{} mm of ficha", 297.0 - cut);
}

#[test]
fn carne_bars_have_their_size_and_blank_in_all_three_fichas() {
    let sheet = Sheet::new(&carne(&[hybrid(), plain(), long()]).unwrap());
    let page = sheet.raster(1, 600);
    for lower_edge in [99.0, 198.0, 297.0] {
        let area = [39.0, lower_edge - 19.5, 150.0, lower_edge - 3.0];
        let [left, top, right, bottom] = page.ink(area).unwrap();
        assert!((right - left - 103.0).abs() < 0.1 && (bottom - top - 13.0).abs() < 0.1);
        assert!((lower_edge - (top + bottom) / 2.0 - 12.0).abs() < 0.1);
        // The ficha is cut off the stub at 38 mm.
        assert!(left - 38.0 >= 4.9, "{} mm of blank", left - 38.0);
    }
}

#[test]
fn the_qr_keeps_its_blank_border_size_and_distance() {
    let page = Sheet::new(&boletos(&[hybrid()]).unwrap());
    let stub = Sheet::new(&carne(&[hybrid()]).unwrap());
    for (sheet, area, ficha) in [
        (page, [141.0, 111.4, 189.0, 159.4], [12.0, 189.0]),
        (stub, [4.0, 65.4, 35.0, 96.4], [38.0, 99.0]),
    ] {
        let page = sheet.raster(1, 600);
        let [left, top, right, bottom] = page.ink(area).unwrap();
        assert!(right - left >= 25.0, "{} mm", right - left);
        assert!((right - left - (bottom - top)).abs() < 0.1);
        // The upper edge of a finder pattern is seven modules.
        let module = page.run(left + 0.02, top + 0.1) / 7.0;
        for blank in [left - area[0], top - area[1], area[2] - right, area[3] - bottom] {
            assert!(blank > 3.8 * module, "{blank} mm of blank, module {module}");
        }
        assert!(right < ficha[0] || bottom < ficha[1], "the QR must not touch the ficha");
    }
}

#[test]
fn every_field_can_be_read_and_copied() {
    let receiver = party("Fundo Garantidor Ltda.", "11222333000181", [""; 7]);
    let boleto = Boleto {
        receiver: Some(&receiver),
        abatement: quita_core::money::Money::from_cents(1050),
        ..hybrid()
    };
    let sheet = Sheet::new(&boletos(&[boleto]).unwrap());
    let text = sheet.text();
    for (expected, times) in [
        ("Padaria Três Irmãos Ltda.", 2),
        ("CNPJ 12.ABC.345/01DE-35", 2),
        ("Rua da Conceição, 100, loja 2 – Centro – 30140-071 Belo Horizonte/MG", 2),
        ("cobranca@padaria.exemplo • (31) 3333-4444", 1),
        ("João Antônio da Conceição", 2),
        ("CPF 123.456.789-09", 2),
        ("Avenida São João, 2.000, apto. 31 – Água Branca", 2),
        ("01310-100 São Paulo/SP", 2),
        ("Banco do Exemplo", 1),
        ("001-9", 2),
        (WRITABLE_LINE, 2),
        ("1234-5 / 0098765-4", 2),
        ("17/00078997334-6", 2),
        ("NFe 450 - 1/3", 2),
        ("10/12/2026", 2),
        ("21/11/2026", 2),
        ("22/11/2026", 1),
        ("1.234,56", 2),
        ("10,50", 1),
        ("Após o vencimento, cobrar multa de 2 % (R$ 24,69) e juros de 1 % ao mês.", 2),
        ("Pagável em qualquer banco até o vencimento", 1),
        ("Fundo Garantidor Ltda. – CNPJ 11.222.333/0001-81", 1),
        ("Recibo do pagador", 1),
        ("Pague com Pix", 1),
        ("Autenticação mecânica – Ficha de compensação", 1),
        ("Local de pagamento", 1),
        ("Vencimento", 2),
        ("Agência / Código do beneficiário", 2),
        ("Data do processamento", 1),
        ("Espécie doc.", 1),
        ("Aceite", 1),
        ("Uso do banco", 1),
        ("Quantidade", 1),
        ("(×) Valor", 1),
        ("(=) Valor do documento", 1),
        ("(–) Desconto / Abatimento", 1),
        ("(–) Outras deduções", 1),
        ("(+) Mora / Multa", 1),
        ("(+) Outros acréscimos", 1),
        ("(=) Valor cobrado", 1),
        ("Sacador / Avalista", 1),
    ] {
        let squeezed: Vec<String> =
            text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let found: usize = squeezed.iter().map(|l| l.matches(expected).count()).sum();
        assert!(found >= times, "{expected:?}: {found} of {times}\n{text}");
    }
    assert!(!text.contains(['\u{a0}', '\u{ad}']), "a blank or hyphen would be copied wrongly");
    let copied: String = sheet.copied().split('\n').collect();
    assert!(copied.contains(BR_CODE), "the Pix code is copied whole: {copied}");
}

#[test]
fn fonts_are_embedded_subset_and_readable() {
    let sheet = Sheet::new(&boletos(&[plain(), hybrid()]).unwrap());
    let fonts = sheet.list("pdffonts", &[]);
    assert_eq!(fonts.len(), 2, "shared by all pages: {fonts:?}");
    for font in fonts {
        assert!(font.contains("+NotoSans-") && font.contains("yes yes yes"), "{font}");
    }
}

#[test]
fn a_lot_is_one_page_each_and_a_carne_three_to_a_page() {
    let codes: Vec<String> = (0..7).map(barcode).collect();
    let lot: Vec<Boleto> = (1..)
        .zip(&codes)
        .map(|(n, code)| Boleto { barcode: code, instalment: Some((n, 7)), ..hybrid() })
        .collect();
    let sheet = Sheet::new(&boletos(&lot).unwrap());
    assert_eq!(sheet.pages(), 7);
    for (n, code) in codes.iter().enumerate() {
        assert_eq!(sheet.raster(n + 1, 150).decode(false), [code.as_str()]);
    }
    let sheet = Sheet::new(&carne(&lot).unwrap());
    assert_eq!(sheet.pages(), 3);
    for (n, expected) in codes.chunks(3).enumerate() {
        let page = sheet.raster(n + 1, 200);
        let mut found = page.decode(false);
        found.sort();
        assert_eq!(found, expected);
        assert_eq!(page.decode(true), vec![BR_CODE; expected.len()]);
    }
    let text = sheet.text();
    assert!((1..=7).all(|n| text.contains(&format!("{n}/7"))));
}

#[test]
fn long_texts_never_overlap_or_leave_the_page() {
    for pdf in [boletos(&[long()]).unwrap(), carne(&[long(), long(), long()]).unwrap()] {
        let words = Sheet::new(&pdf).words();
        assert!(words.len() > 200);
        // A word's box includes the blank above and below its letters.
        let body = |[left, top, right, bottom]: [f32; 4]| {
            let height = bottom - top;
            [left, top + height * 0.3, right, bottom - height * 0.3]
        };
        for (i, (area, word)) in words.iter().enumerate() {
            let [left, top, right, bottom] = body(*area);
            assert!(
                left >= 5.9 && right <= 204.1 && top > 0.0 && bottom < 297.0,
                "{word} {area:?}"
            );
            for (other_area, other) in &words[i + 1..] {
                let [l, t, r, b] = body(*other_area);
                let overlap = left < r - 0.05 && l < right - 0.05 && top < b && t < bottom;
                assert!(!overlap, "{word:?} {area:?} over {other:?} {other_area:?}");
            }
        }
    }
}

#[test]
fn strange_characters_become_a_question_mark() {
    let name = "Jo\u{303}ao 🍞 \u{202e}漢字\u{0}\u{7f}\u{fffd}".to_owned();
    let beneficiary = Party { name, ..BAKERY.clone() };
    let boleto = Boleto {
        beneficiary: &beneficiary,
        instructions: "\n\n\t\u{a0}\u{ad}\n🍞",
        document_number: "",
        ..plain()
    };
    let text = Sheet::new(&boletos(&[boleto]).unwrap()).text();
    assert!(text.contains("Jõao ? ???"), "{text}");
}

#[test]
fn only_the_sandbox_is_marked() {
    let mark = "AMBIENTE DE TESTES – SEM VALOR";
    for draw in [boletos, carne] {
        let real = Sheet::new(&draw(&[hybrid()]).unwrap()).text();
        assert!(!real.contains("TESTES") && !real.contains("SEM VALOR"));
        let sandbox = Boleto { sandbox: true, ..hybrid() };
        assert!(Sheet::new(&draw(&[sandbox]).unwrap()).text().contains(mark));
    }
}

#[test]
fn the_same_boletos_give_the_same_bytes() {
    let lot = [plain(), long()];
    let first = boletos(&lot).unwrap();
    assert_eq!(first, boletos(&lot).unwrap());
    assert_eq!(carne(&lot).unwrap(), carne(&lot).unwrap());
    let text = String::from_utf8_lossy(&first);
    assert!(!text.contains("Date"), "no creation date");
    assert!(text.contains("/PrintScaling/None"), "printers must not shrink the bars");
}

#[test]
fn a_lot_adds_little_to_each_page() {
    let one = boletos(&[hybrid()]).unwrap().len();
    let many = boletos(&vec![hybrid(); 101]).unwrap().len();
    assert!(one < 50_000, "{one} bytes alone");
    assert!((many - one) / 100 < 6_000, "{} bytes a page", (many - one) / 100);
}

#[test]
fn a_logo_is_drawn_and_stored_once() {
    let logo = Logo::read(&black_png()).unwrap();
    let boleto = Boleto { logo: Some(&logo), ..hybrid() };
    let sheet = Sheet::new(&boletos(&vec![boleto; 3]).unwrap());
    let images = sheet.list("pdfimages", &["-list"]);
    let objects: Vec<&str> =
        images.iter().filter_map(|line| line.split_whitespace().nth(10)).collect();
    assert_eq!(objects.len(), 3, "drawn on each page");
    assert!(objects.iter().all(|object| *object == objects[0]), "one object: {images:?}");
    // 30 × 10 pixels in a place of 48 × 15 mm: 45 mm wide, at the right margin.
    let ink = sheet.raster(1, 300).ink([147.0, 5.0, 205.0, 28.0]).unwrap();
    for (side, expected) in ink.into_iter().zip([153.0, 11.0, 198.0, 26.0]) {
        assert!((side - expected).abs() < 0.3, "{ink:?}");
    }
}

/// A black PNG, 30 by 10, 8-bit grey.
fn black_png() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        [&(body.len() as u32).to_be_bytes()[..], kind, body, &[0; 4]].concat()
    };
    let ihdr = [0, 0, 0, 30, 0, 0, 0, 10, 8, 0, 0, 0, 0];
    let rows = compress_to_vec_zlib(&[0; 31 * 10], 6);
    let head = b"\x89PNG\r\n\x1a\n".to_vec();
    [head, chunk(b"IHDR", &ihdr), chunk(b"IDAT", &rows), chunk(b"IEND", &[])].concat()
}

#[test]
fn what_cannot_be_printed_is_refused_by_name() {
    assert_eq!(boletos(&[]), Err(PrintError::Nothing));
    for bad in ["", "123", WRITABLE_LINE, &"x".repeat(44)] {
        let lot = [plain(), Boleto { barcode: bad, document_number: "OS 7 - 1/1", ..plain() }];
        let error = boletos(&lot).unwrap_err();
        assert_eq!(error, PrintError::Barcode { document_number: "OS 7 - 1/1".into() });
        assert!(error.to_string().contains("OS 7 - 1/1"));
    }
    for bad in ["", &"x".repeat(513)] {
        let error = carne(&[Boleto { br_code: Some(bad), ..plain() }]).unwrap_err();
        assert!(matches!(error, PrintError::BrCode { .. }));
    }
}

#[test]
fn a_letter_keeps_its_key_whole_and_takes_the_pages_it_needs() {
    let line = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwtCm21MHeGMHN8e4uAZi";
    let key = format!("-----BEGIN PUBLIC KEY-----\n{line}\n{line}\n-----END PUBLIC KEY-----");
    let fields = vec![
        (
            "Razão social".to_owned(),
            "Oficina São João Comércio e Serviços de Peças Ltda".to_owned(),
        ),
        ("Conta corrente".to_owned(), "12345-4".to_owned()),
    ];
    let mut blocks = vec![
        Block::Paragraph("Ao gerente\n– um pedido".to_owned()),
        Block::Heading("Empresa e conta".to_owned()),
        Block::Fields(fields),
        Block::Verbatim(key.clone()),
    ];
    let subject = "Acesso às APIs de Cobrança".to_owned();
    let short =
        Sheet::new(&letter(&Letter { subject: subject.clone(), blocks: blocks.clone() }).unwrap());
    assert_eq!(short.pages(), 1);
    let text = short.text();
    for wanted in ["Acesso às APIs de Cobrança", "Oficina São João", "12345-4", "– um pedido"]
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(key.lines().all(|line| text.contains(line)), "{text}");
    let [left, top, right, bottom] = short.raster(1, 100).ink([0.0, 0.0, 210.0, 297.0]).unwrap();
    assert!(left > 19.0 && top > 19.0 && right < 191.0 && bottom < 278.0);

    blocks.extend(
        (0..40).map(|n| Block::Paragraph(format!("Parágrafo {n}. {}", "palavra ".repeat(60)))),
    );
    blocks.push(Block::Verbatim(key.clone()));
    let long = Sheet::new(&letter(&Letter { subject, blocks }).unwrap());
    assert!(long.pages() > 3);
    let text = long.text();
    assert_eq!(text.matches("Parágrafo").count(), 40);
    // The key is not torn by the end of a page.
    let whole = text.split('\u{c}').filter(|page| page.contains("-----BEGIN"));
    assert_eq!(whole.filter(|page| page.contains("-----END")).count(), 2, "{text}");
    for page in 1..=long.pages() {
        let [.., bottom] = long.raster(page, 60).ink([0.0, 0.0, 210.0, 297.0]).unwrap();
        assert!(bottom < 278.0, "page {page} ends at {bottom} mm");
    }
}
