//! Boletos of invented people for the tests and the benchmark.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::party::{Address, Party};
use quita_print::Boleto;

pub(crate) const BARCODE: &str = "00191128900001234560500940144816060680935031";
pub(crate) const WRITABLE_LINE: &str = "00190.50095 40144.816069 06809.350314 1 12890000123456";
pub(crate) const BR_CODE: &str = "00020101021226880014br.gov.bcb.pix2566qrcode.exemplo.com.br/v2/cobv/\
    0f2a7c6e9d3b4a5f8e1c2d3b4a5f6e7d52040000530398654071234.565802BR5925PADARIA TRES IRMAOS LTDA\
    6014BELO HORIZONTE62070503***63048A1C";

pub(crate) const DUE: Date = date(2026, 12, 10);

pub(crate) fn party(name: &str, document: &str, address: [&str; 7]) -> Party {
    let [street, number, complement, district, city, state, postal_code] =
        address.map(str::to_owned);
    #[expect(clippy::unwrap_used, reason = "the tests' own documents")]
    let document = Document::parse(document).unwrap();
    let address = Address { street, number, complement, district, city, state, postal_code };
    Party { document, name: name.to_owned(), address: Some(address), email: None, phone: None }
}

pub(crate) static BAKERY: LazyLock<Party> = LazyLock::new(|| Party {
    email: Some("cobranca@padaria.exemplo".into()),
    phone: Some("3133334444".into()),
    ..party(
        "Padaria Três Irmãos Ltda.",
        "12ABC34501DE35",
        ["Rua da Conceição", "100", "loja 2", "Centro", "Belo Horizonte", "MG", "30140071"],
    )
});

static JOAO: LazyLock<Party> = LazyLock::new(|| {
    party(
        "João Antônio da Conceição",
        "12345678909",
        ["Avenida São João", "2.000", "apto. 31", "Água Branca", "São Paulo", "SP", "01310100"],
    )
});

static ASSOCIATION: LazyLock<Party> = LazyLock::new(|| Party {
    email: Some("contas.a.receber.mensalidades@associacao-beneficente.exemplo".into()),
    phone: Some("12988887777".into()),
    ..party(
        "Associação Beneficente dos Amigos da Educação Infantil e do Ensino Fundamental de São \
         José dos Campos e Região Metropolitana do Vale do Paraíba",
        "12345678000195",
        [
            "Rodovia Governador Doutor Adhemar Pereira de Barros",
            "km 127,5",
            "prédio administrativo, 3º andar, sala 304",
            "Distrito Industrial Professor Joaquim Gonçalves",
            "São José dos Campos",
            "SP",
            "12345678",
        ],
    )
});

static MARIA: LazyLock<Party> = LazyLock::new(|| {
    party(
        "Maria Aparecida Conceição do Nascimento Albuquerque de Vasconcelos e Souza Guimarães",
        "98765432100",
        [
            "Travessa Desembargador Francisco Antônio de Oliveira Figueiredo",
            "12.345",
            "bloco C, apartamento 1204",
            "Jardim das Acácias Imperiais",
            "Uberlândia",
            "MG",
            "38400000",
        ],
    )
});

static FUND: LazyLock<Party> = LazyLock::new(|| {
    party(
        "Fundo de Investimento em Direitos Creditórios Não Padronizados Horizonte Multissetorial",
        "11222333000181",
        [""; 7],
    )
});

pub(crate) fn plain() -> Boleto<'static> {
    Boleto {
        bank_name: "Banco do Exemplo",
        bank_code: "001-9",
        beneficiary: &BAKERY,
        logo: None,
        beneficiary_code: "1234-5 / 0098765-4",
        customer: &JOAO,
        receiver: None,
        document_number: "NFe 450 - 1/3",
        our_number: "17/00078997334-6",
        wallet: "17",
        species: "DM",
        accepted: false,
        issuance_date: date(2026, 11, 21),
        processing_date: date(2026, 11, 22),
        expiration_date: DUE,
        amount: Money::from_cents(123_456),
        abatement: Money::ZERO,
        instructions: "Após o vencimento, cobrar multa de 2 % (R$ 24,69) e juros de 1 % ao mês.\n\
            Até 05/12/2026, conceder desconto de R$ 12,34.\n\
            Não receber depois de 60 dias do vencimento.",
        payment_place: "Pagável em qualquer banco até o vencimento",
        writable_line: WRITABLE_LINE,
        barcode: BARCODE,
        br_code: None,
        instalment: Some((1, 3)),
        sandbox: false,
    }
}

pub(crate) fn hybrid() -> Boleto<'static> {
    Boleto { br_code: Some(BR_CODE), ..plain() }
}

pub(crate) fn long() -> Boleto<'static> {
    Boleto {
        bank_name: "Banco Cooperativo dos Produtores Rurais do Vale do Jequitinhonha S.A.",
        beneficiary: &ASSOCIATION,
        customer: &MARIA,
        receiver: Some(&FUND),
        document_number: "MENSALIDADE 2026/2027 000123456789 - 11/12",
        our_number: "00000012345678901234567-8",
        beneficiary_code: "12345-6 / 0001234567890123-4",
        amount: Money::from_cents(9_999_999_999),
        abatement: Money::from_cents(1_000_000),
        instructions: LONG_INSTRUCTIONS,
        ..hybrid()
    }
}

const LONG_INSTRUCTIONS: &str = "Senhor caixa: após o vencimento cobrar multa de 2,00 % sobre o valor do documento e juros de mora de 1,00 % ao mês, calculados por dia de atraso.\n\
    Conceder desconto de R$ 50,00 para pagamento até 01/12/2026, de R$ 30,00 até 05/12/2026 e de R$ 10,00 até 08/12/2026.\n\
    Protestar depois de 30 dias do vencimento.\n\
    Referente à mensalidade do curso técnico em enfermagem, turma B, período noturno, conforme contrato de prestação de serviços educacionais nº 2026-00451.\n\
    Em caso de dúvida escreva para cobranca@escola.exemplo ou ligue (31) 3333-4444, das 8h às 18h.\n\
    Descontos, abatimentos e prorrogações somente com autorização por escrito.\n\
    https://www.escola.exemplo/portal/do/aluno/financeiro/boletos/segunda-via/2026/11/000123456789012345678901234567890\n\
    A falta de pagamento por mais de 90 dias autoriza a inscrição em cadastros de proteção ao crédito.\n\
    Linha nove.\nLinha dez.\nLinha onze.\nLinha doze.\nLinha treze.\nLinha catorze.\nLinha quinze.\nLinha dezesseis.\nLinha dezessete.\n\
    Linha dezoito.\nLinha dezenove.\nLinha vinte.\nLinha vinte e um.\nLinha vinte e dois, a última.";
