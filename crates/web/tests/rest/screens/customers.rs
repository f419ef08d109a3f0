//! «Clientes», their import, and «Empresa».

use quita_engine::desk::people::Role;

use super::{Person, upload};
use crate::house::{House, Reply};

crate::on_both_databases! {
customers_are_kept_and_found documents_are_checked_as_typed
readers_change_no_customer a_table_is_imported_as_a_whole a_table_brings_up_to_date
many_customers_come_in_pages the_company_is_kept }

const ANA: [(&str, &str); 8] = [
    ("document", "529.982.247-25"),
    ("legal_name", "José da Conceição"),
    ("email", "jose@example.com"),
    ("address.postal_code", "30110-000"),
    ("address.street", "Rua das Flores"),
    ("address.number", "12"),
    ("address.city", "Belo Horizonte"),
    ("address.state", "MG"),
];

async fn customers_are_kept_and_found(house: &House) {
    let ana = Person::with_role(house, Role::Finance).await;
    assert!(ana.get(house, "/clientes").await.text().contains("Ainda não há clientes"));
    let saved = ana.post(house, "/clientes/novo", &ANA).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let other = [("document", "11222333000181"), ("legal_name", "Padaria 100% Pão")];
    assert_eq!(ana.post(house, "/clientes/novo", &other).await.status, 303);
    let again = ana.post(house, "/clientes/novo", &other).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("já cadastrado: Padaria"));

    let search = async |text: &str| ana.get(house, &format!("/clientes?busca={text}")).await.text();
    for text in ["conceicao", "CONCEI%C3%87%C3%83O", "jose%20da", "529.982", "52998"] {
        let found = search(text).await;
        assert!(found.contains("José da Conceição") && !found.contains("Padaria"), "{text}");
    }
    let found = search("100%25").await;
    assert!(found.contains("Padaria") && !found.contains("José"));
    assert!(search("%25").await.contains("Padaria"));
    assert!(search("ninguem").await.contains("Ninguém com"));
    assert_eq!(ana.get(house, "/clientes?busca=a%00b").await.status, 400);

    let list = search("conceicao").await;
    let id = list.split("href=\"/clientes/").filter_map(|s| s.split('"').next());
    let id = id.into_iter().find(|id| id.len() == 36).unwrap();
    let path = format!("/clientes/{id}");
    let page = ana.get(house, &path).await.text();
    assert!(page.contains("529.982.247-25") && page.contains("value=\"30110000\""), "{page}");
    let mut fields = ANA;
    fields[0] = ("document", "11222333000181");
    fields[4] = ("address.street", "");
    let wrong = ana.post(house, &path, &fields).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("preencha este campo do endereço"));
    fields[4] = ("address.street", "Avenida Central");
    assert_eq!(ana.post(house, &path, &fields).await.status, 303);
    // The document is what the customer is known by and never changes.
    let page = ana.get(house, &path).await.text();
    assert!(page.contains("Avenida Central") && page.contains("529.982.247-25"));
    let stranger = "/clientes/00000000-0000-7000-8000-000000000000";
    assert_eq!(ana.get(house, stranger).await.status, 404);
    assert_eq!(ana.get(house, "/clientes/%00").await.status, 404);
}

async fn documents_are_checked_as_typed(house: &House) {
    let ana = Person::administrator(house).await;
    let check = async |text: &str| {
        let answer = ana.post(house, "/clientes/documento", &[("value", text)]).await;
        assert_eq!(answer.status, 200);
        answer.text()
    };
    assert_eq!(check("12abc34501de35").await, "CNPJ válido: 12.ABC.345/01DE-35");
    assert_eq!(check("529.982.247-25").await, "CPF válido: 529.982.247-25");
    assert!(check("529.982.247-26").await.contains("dígitos verificadores"));
    assert!(check("").await.contains("informe um CPF ou CNPJ"));
    ana.post(house, "/clientes/novo", &ANA).await;
    assert!(check("52998224725").await.contains("Já cadastrado"));
}

async fn readers_change_no_customer(house: &House) {
    let reader = Person::with_role(house, Role::ReadOnly).await;
    let page = reader.get(house, "/clientes").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("Novo cliente"));
    assert_eq!(reader.get(house, "/clientes/novo").await.status, 403);
    assert_eq!(reader.post(house, "/clientes/novo", &ANA).await.status, 403);
    assert_eq!(reader.get(house, "/clientes/importar").await.status, 403);
    let file = Some(&b"nome;cpf\nAna;52998224725\n"[..]);
    assert_eq!(import(house, &reader, &[], file).await.status, 403);
    let attendant = Person::with_role(house, Role::Attendant).await;
    assert_eq!(attendant.get(house, "/clientes").await.status, 403);
    assert_eq!(attendant.get(house, "/empresa").await.status, 403);
}

async fn import(
    house: &House,
    person: &Person,
    fields: &[(&str, &str)],
    file: Option<&[u8]>,
) -> Reply {
    let mut all = vec![("csrf", person.csrf.as_str())];
    all.extend(fields);
    let files: Vec<_> = file.into_iter().map(|bytes| ("file", "clientes.csv", bytes)).collect();
    upload(person.call(house, "POST", "/clientes/importar"), &all, &files).send().await
}

async fn a_table_is_imported_as_a_whole(house: &House) {
    let ana = Person::administrator(house).await;
    let text = "Razão Social;CPF/CNPJ;E-mail\nBoa Ltda;11.222.333/0001-81;boa@example.com\n\
                Ruim Ltda;11.222.333/0001-82;\nOutra;529.982.247-25;sem arroba\n";
    let (windows, ..) = encoding_of_windows(text);
    let told = import(house, &ana, &[], Some(&windows)).await;
    assert_eq!(told.status, 422);
    let told = told.text();
    assert!(told.contains("2 coisas a corrigir"), "{told}");
    assert!(
        told.contains("<td>3</td><td>CPF ou CNPJ</td>")
            && told.contains("<td>4</td><td>E-mail</td>")
    );
    // Even whoever insists imports nothing.
    let columns = [("name", "0"), ("document", "1"), ("email", "2"), ("do", "import")];
    let mut fields = vec![("table", text)];
    fields.extend(columns);
    assert_eq!(import(house, &ana, &fields, None).await.status, 422);
    assert!(ana.get(house, "/clientes").await.text().contains("Ainda não há clientes"));

    // Another column for the e-mail, which the table does not have: the fourth line is good then.
    let text =
        text.replace("0001-82", "0001-81").replace("Ruim Ltda;11.222.333", "Ruim;11.444.777");
    let text = text.replace("777/0001-81", "777/0001-61").replace("sem arroba", "com@example.com");
    let shown = import(house, &ana, &[], Some(text.as_bytes())).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert!(shown.text().contains("3 a cadastrar, 0 que já existem"), "{}", shown.text());
    assert!(ana.get(house, "/clientes").await.text().contains("Ainda não há clientes"), "dry run");
    let mut fields = vec![("table", text.as_str())];
    fields.extend(columns);
    let done = import(house, &ana, &fields, None).await;
    assert_eq!(done.status, 200);
    assert!(done.text().contains("3 cadastrados, 0 atualizados"), "{}", done.text());
    assert!(ana.get(house, "/clientes?busca=boa").await.text().contains("boa@example.com"));
}

/// As a spreadsheet on Windows saves it.
fn encoding_of_windows(text: &str) -> (Vec<u8>, usize) {
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let length = bytes.len();
    (bytes, length)
}

async fn a_table_brings_up_to_date(house: &House) {
    let ana = Person::administrator(house).await;
    ana.post(house, "/clientes/novo", &ANA).await;
    let text = "nome,documento,telefone\nJosé C.,52998224725,31 99999-0000\n";
    let fields =
        [("table", text), ("name", "0"), ("document", "1"), ("phone", "2"), ("do", "import")];
    let done = import(house, &ana, &fields, None).await.text();
    assert!(done.contains("0 cadastrados, 1 atualizado."), "{done}");
    let list = ana.get(house, "/clientes").await.text();
    // What the table does not tell stays.
    for kept in ["José C.", "31 99999-0000", "jose@example.com", "Belo Horizonte"] {
        assert!(list.contains(kept), "{kept}: {list}");
    }
    let missing = import(house, &ana, &[("table", text), ("do", "import")], None).await.text();
    assert!(missing.contains("escolha a coluna"), "{missing}");
    let empty = import(house, &ana, &[], Some(b"nome;documento\n")).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text().contains("só há o cabeçalho"));
}

async fn many_customers_come_in_pages(house: &House) {
    let ana = Person::administrator(house).await;
    let mut text = String::from("nome;cpf\n");
    for number in 0..150_u32 {
        text.push_str(&format!("Cliente {number:03};{}\n", cpf(100_000_000 + number)));
    }
    let fields = [("table", text.as_str()), ("name", "0"), ("document", "1"), ("do", "import")];
    let done = import(house, &ana, &fields, None).await.text();
    assert!(done.contains("150 cadastrados"), "{done}");
    let first = ana.get(house, "/clientes?busca=cliente").await.text();
    assert!(first.contains("Cliente 000") && first.contains("Cliente 099"));
    assert!(!first.contains("Cliente 100"));
    let after = first.split("name=\"depois\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    for query in ["", "busca=cliente&"] {
        let second = ana.get(house, &format!("/clientes?{query}depois={after}")).await.text();
        assert!(second.contains("Cliente 100") && second.contains("Cliente 149"));
        assert!(!second.contains("Cliente 099") && !second.contains("Próxima página"));
    }
}

fn cpf(base: u32) -> String {
    let mut digits: Vec<u32> = format!("{base:09}").bytes().map(|b| u32::from(b - b'0')).collect();
    for length in [10, 11] {
        let sum: u32 = digits.iter().zip((2..=length).rev()).map(|(d, w)| d * w).sum();
        digits.push((sum * 10 % 11) % 10);
    }
    digits.iter().map(u32::to_string).collect()
}

async fn the_company_is_kept(house: &House) {
    let ana = Person::administrator(house).await;
    let page = ana.get(house, "/empresa").await.text();
    assert!(page.contains("Oficina Exemplo Ltda") && page.contains("11.222.333/0001-81"));
    let mut fields = vec![("trade_name", "Oficina do Zé"), ("phone", "31 3333-0000")];
    fields.extend(&ANA[1..]);
    let saved = ana.post(house, "/empresa", &fields).await;
    assert_eq!(saved.status, 200);
    assert!(saved.text().contains("Salvo") && saved.text().contains("Oficina do Zé"));
    let wrong = ana.post(house, "/empresa", &[("legal_name", ""), ("email", "x")]).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("informe a razão social") && wrong.text().contains("e-mail inválido")
    );
    assert!(ana.get(house, "/empresa").await.text().contains("Rua das Flores"));

    let bia = Person::with_role(house, Role::Finance).await;
    assert!(bia.get(house, "/empresa").await.text().contains("Só um administrador"));
    assert_eq!(bia.post(house, "/empresa", &fields).await.status, 403);
}
