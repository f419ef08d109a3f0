//! Customers out of a table: XLSX or CSV, columns found by their names, all that is wrong told at
//! once, and all rows or none.

use std::borrow::Cow;
use std::collections::HashMap;

use quita_core::party::{Address, Party};
use quita_formats::table;
pub use quita_formats::table::Table;
use quita_store::customers::{self, Customer};
use quita_store::{StoreError, Tx};

use super::customers::{NewCustomer, check, row};
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::trail::{self, Author};
use crate::world::World;

/// What a column of the table can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Name or legal name.
    Name,
    /// CPF or CNPJ.
    Document,
    /// E-mail.
    Email,
    /// Telephone.
    Phone,
    /// CEP.
    PostalCode,
    /// Street.
    Street,
    /// Number in the street.
    Number,
    /// Flat, floor, block.
    Complement,
    /// «Bairro».
    District,
    /// City.
    City,
    /// Two letters of the state.
    State,
}

impl Column {
    /// In the order of a form.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::Document,
        Self::Email,
        Self::Phone,
        Self::PostalCode,
        Self::Street,
        Self::Number,
        Self::Complement,
        Self::District,
        Self::City,
        Self::State,
    ];

    /// The word in forms.
    pub const fn word(self) -> &'static str {
        self.names().0
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        self.names().1
    }

    /// Whether a table without it cannot be imported.
    pub const fn required(self) -> bool {
        matches!(self, Self::Name | Self::Document)
    }

    /// Word, label, and how tables call it, in plain lower case.
    const fn names(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::Name => (
                "name",
                "Nome",
                &["nome", "razao social", "cliente", "nome completo", "name", "legal name"],
            ),
            Self::Document => (
                "document",
                "CPF ou CNPJ",
                &["documento", "cpf", "cnpj", "cpf cnpj", "cpf ou cnpj", "cnpj cpf", "document"],
            ),
            Self::Email => ("email", "E-mail", &["e mail", "email", "correio eletronico"]),
            Self::Phone => {
                ("phone", "Telefone", &["telefone", "fone", "celular", "whatsapp", "phone"])
            }
            Self::PostalCode => {
                ("postal_code", "CEP", &["cep", "codigo postal", "postal code", "postalcode"])
            }
            Self::Street => {
                ("street", "Rua", &["rua", "endereco", "logradouro", "street", "address"])
            }
            Self::Number => ("number", "Número", &["numero", "n", "no", "num", "number"]),
            Self::Complement => {
                ("complement", "Complemento", &["complemento", "compl", "complement"])
            }
            Self::District => ("district", "Bairro", &["bairro", "district"]),
            Self::City => ("city", "Cidade", &["cidade", "municipio", "city"]),
            Self::State => ("state", "UF", &["uf", "estado", "state"]),
        }
    }

    /// Which of our columns a field of a customer comes from.
    fn of_field(field: &str) -> Option<Self> {
        let name = field.rsplit('.').next().unwrap_or(field);
        let word = if name == "legal_name" { "name" } else { name };
        Self::ALL.into_iter().find(|column| column.word() == word)
    }
}

/// In which column of the table, from zero, each of ours is.
pub type Mapping = HashMap<Column, usize>;

/// Something wrong in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line in the file, counted from one.
    pub line: u32,
    /// For people: which column, where it is about one.
    pub column: &'static str,
    /// What is wrong.
    pub message: String,
}

/// What an import does, or did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Customers that were not known.
    pub new: usize,
    /// Customers that are brought up to date.
    pub known: usize,
}

/// Reads a file: its header names the columns, each row below is a customer.
pub fn read(bytes: &[u8]) -> Result<Table, Error> {
    table::read(bytes).map_err(|e| Error::invalid("file", "invalid", e.to_string()))
}

/// A table as a CSV that [`read`] reads as the same, each row at its line: a page carries it from the
/// dry run to the import.
pub fn as_text(table: &Table) -> String {
    let line = |cells: &[String]| {
        let quoted = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        quoted.collect::<Vec<_>>().join(";")
    };
    let mut text = line(&table.header);
    let mut at = 1;
    for row in &table.rows {
        let empty = row.line.saturating_sub(at).max(1);
        text.extend((0..empty).map(|_| '\n'));
        text.push_str(&line(&row.cells));
        at += empty;
    }
    text
}

/// Finds our columns by the names of the table's.
pub fn guess(table: &Table) -> Mapping {
    let plain = |header: &String| -> String {
        let folded = quita_formats::ascii::fold(header).0.to_lowercase();
        let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let headers: Vec<String> = table.header.iter().map(plain).collect();
    let find = |column: Column| {
        let (_, _, names) = column.names();
        names.iter().find_map(|name| headers.iter().position(|header| header == name))
    };
    Column::ALL.into_iter().filter_map(|column| Some((column, find(column)?))).collect()
}

/// Customers of a table.
fn check_all(table: &Table, mapping: &Mapping) -> Result<Vec<Party>, Vec<RowError>> {
    let mut wrong = Vec::new();
    for column in Column::ALL {
        if column.required() && !mapping.contains_key(&column) {
            let message = "escolha a coluna da tabela em que está".to_owned();
            wrong.push(RowError { line: 1, column: column.label(), message });
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut parties = Vec::with_capacity(table.rows.len());
    let mut seen = HashMap::new();
    for table::Row { line, cells } in &table.rows {
        let mut errors = FieldErrors::default();
        let party = check(&mut errors, "", &customer(mapping, cells));
        if let Err(Error::Invalid(errors)) = errors.check() {
            wrong.extend(errors.into_iter().map(|error| RowError {
                line: *line,
                column: Column::of_field(&error.field).map_or("", Column::label),
                message: error.message,
            }));
            continue;
        }
        let Some(party) = party else { continue };
        if let Some(before) = seen.insert(party.document.clone(), *line) {
            wrong.push(RowError {
                line: *line,
                column: Column::Document.label(),
                message: format!("o mesmo da linha {before}; deixe só uma"),
            });
        }
        parties.push(party);
    }
    if wrong.is_empty() { Ok(parties) } else { Err(wrong) }
}

fn customer(mapping: &Mapping, cells: &[String]) -> NewCustomer {
    let cell = |column: Column| -> Cow<str> {
        mapping.get(&column).and_then(|at| cells.get(*at)).map_or("".into(), |c| c.as_str().into())
    };
    let postal_code: String =
        cell(Column::PostalCode).chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
    let given = [Column::PostalCode, Column::Street, Column::City, Column::State]
        .iter()
        .any(|column| !cell(*column).is_empty());
    let address = given.then(|| Address {
        street: cell(Column::Street).into_owned(),
        number: cell(Column::Number).into_owned(),
        complement: cell(Column::Complement).into_owned(),
        district: cell(Column::District).into_owned(),
        city: cell(Column::City).into_owned(),
        state: cell(Column::State).to_uppercase(),
        // Spreadsheets take a CEP of São Paulo for a number and drop its first zero.
        postal_code: if postal_code.len() == 7 { format!("0{postal_code}") } else { postal_code },
    });
    NewCustomer {
        document: cell(Column::Document).into_owned(),
        legal_name: cell(Column::Name).into_owned(),
        email: cell(Column::Email).into_owned(),
        phone: cell(Column::Phone).into_owned(),
        address,
    }
}

/// The customers of a table with what is known of them: new ones have none.
fn known(
    tx: &mut Tx,
    company_id: &str,
    parties: &[Party],
) -> Result<(Counts, Vec<Option<Customer>>), StoreError> {
    let mut all = Vec::with_capacity(parties.len());
    for party in parties {
        all.push(customers::by_document(tx, company_id, &party.document)?);
    }
    let known = all.iter().flatten().count();
    Ok((Counts { new: all.len() - known, known }, all))
}

/// What an import would do; nothing is stored.
pub fn try_out(
    world: &World,
    actor: &Actor,
    table: &Table,
    mapping: &Mapping,
) -> Result<Result<Counts, Vec<RowError>>, Error> {
    actor.must(Permission::Charge)?;
    let parties = match check_all(table, mapping) {
        Ok(parties) => parties,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let company = actor.company_id.clone();
    let counts = world.store.read(move |tx| Ok(known(tx, &company, &parties)?.0))?;
    Ok(Ok(counts))
}

/// Stores all customers of a table, or none. What the table does not say of a known customer
/// stays as it is.
pub fn import(
    world: &World,
    actor: &Actor,
    table: &Table,
    mapping: &Mapping,
) -> Result<Result<Counts, Vec<RowError>>, Error> {
    actor.must(Permission::Charge)?;
    let parties = match check_all(table, mapping) {
        Ok(parties) => parties,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let (company, name) = (actor.company_id.clone(), actor.name.clone());
    let counts = world.tx(move |tx, mut ids| {
        let (counts, all) = known(tx, &company, &parties)?;
        for (party, known) in parties.iter().zip(all) {
            let mut customer = row(&mut ids, &company, party);
            if let Some(known) = known {
                if customer.email.is_empty() {
                    customer.email = known.email;
                }
                if customer.phone.is_empty() {
                    customer.phone = known.phone;
                }
                customer.address = customer.address.or(known.address);
            }
            customers::upsert(tx, &customer)?;
        }
        let details = serde_json::json!({ "new": counts.new, "known": counts.known });
        let author = Author { company_id: &company, actor: &name };
        trail::record(tx, &mut ids, author, "customers.imported", &company, &details)?;
        Ok(counts)
    })?;
    Ok(Ok(counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_and_the_page_carries_the_table() {
        let windows =
            b"Raz\xe3o Social;CPF/CNPJ;E-mail\r\nPadaria S\xe3o Jos\xe9;11222333000181;\r\n";
        let table = read(windows).unwrap();
        assert_eq!(table.rows[0].cells[0], "Padaria São José");
        let found = guess(&table);
        let at = [Column::Name, Column::Document, Column::Email].map(|c| found[&c]);
        assert_eq!((at, found.len()), ([0, 1, 2], 3));

        let odd = "nome,documento\n\n\n\"Silva, \"\"Ana\"\"; Bia\",529.982.247-25\n\nBia,1\n";
        let table = read(odd.as_bytes()).unwrap();
        assert_eq!(table.rows[0].cells[0], "Silva, \"Ana\"; Bia");
        assert_eq!((table.rows[0].line, table.rows[1].line), (4, 6));
        assert_eq!(read(as_text(&table).as_bytes()).unwrap(), table);
        assert!(read(b"nome;documento\n").is_err());
    }

    #[test]
    fn all_that_is_wrong_is_told() {
        let text = "nome;cpf;cep;rua;cidade;uf\n;123;;;;\nAna;529.982.247-25;1310100;Rua A;\
                    São Paulo;sp\nBia;52998224725;30110000;;BH;MG\n";
        let table = read(text.as_bytes()).unwrap();
        let wrong = check_all(&table, &guess(&table)).unwrap_err();
        let told: Vec<_> = wrong.iter().map(|e| (e.line, e.column)).collect();
        assert_eq!(told, [(2, "CPF ou CNPJ"), (2, "Nome"), (4, "Rua")]);
        let one = Table { rows: table.rows[1..2].to_vec(), ..table };
        let parties = check_all(&one, &guess(&one)).unwrap();
        let address = parties[0].address.as_ref().unwrap();
        assert_eq!((&*address.postal_code, &*address.state), ("01310100", "SP"));
        assert_eq!(check_all(&one, &Mapping::new()).unwrap_err().len(), 2);
    }
}
