//! What programs see: the resources of the API.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::document::{Document, DocumentKind};
use quita_core::fact::Means;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_core::order::InvoiceType;
use quita_core::party::{Address, Party};
use quita_core::terms::{
    Accepts, Discount, Fine, Interest, InterestValue, Term, TermKind, Terms, Value,
};
use quita_store::accounts::{self, Account};
use quita_store::boletos::Boleto;
use quita_store::companies::{self, Company};
use quita_store::receipts::Receipt;
use quita_store::wanted::Wanted;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::term_words;
use crate::error::Error;
use crate::world::World;

/// A boleto.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Boleto)]
pub struct BoletoView {
    /// UUIDv7.
    pub id: String,
    /// At which account.
    pub account_id: String,
    /// The charge that it collects.
    pub charge_id: String,
    /// Where it stands.
    #[schema(value_type = String, example = "REGISTERED")]
    pub status: Status,
    /// The company's number of the document.
    pub document_number: String,
    /// What the bank knows it by, besides its own numbers.
    pub bank_reference: String,
    /// Nominal amount in cents.
    pub amount: i64,
    /// Day of issue.
    #[schema(value_type = String, format = Date)]
    pub issuance_date: Date,
    /// Due date.
    #[schema(value_type = String, format = Date)]
    pub expiration_date: Date,
    /// Last day of payment.
    #[schema(value_type = String, format = Date)]
    pub limit_date: Date,
    /// Kind.
    #[schema(value_type = String)]
    pub invoice_type: InvoiceType,
    /// Who owes.
    pub customer: PartyView,
    /// Guarantor.
    pub receiver: Option<PartyView>,
    /// Who is paid.
    pub beneficiary: BeneficiaryView,
    /// Charged once when late.
    pub fine: Option<TermView>,
    /// Charged a day or a month when late.
    pub interest: Option<TermView>,
    /// Given until a date.
    pub discounts: Vec<TermView>,
    /// Taken off in any case, in cents.
    pub abatement: i64,
    /// Which amounts other than the one due the bank takes; null where it is as it was issued.
    pub accepts: Option<AcceptsView>,
    /// Lines printed on it.
    pub messages: Vec<String>,
    /// The bank's number, once registered; before, where the company numbers.
    pub our_number: Option<String>,
    /// 44 digits, once registered; before, where the company numbers.
    pub barcode: Option<String>,
    /// 47 digits, once registered; before, where the company numbers.
    pub writable_line: Option<String>,
    /// Pix «copia e cola» of a hybrid boleto, once registered.
    pub br_code: Option<String>,
    /// Pix identifier of a hybrid boleto.
    pub txid: Option<String>,
    /// The payer's page is `/p/<public_token>` at the public address.
    pub public_token: String,
    /// Why the bank refused it.
    pub refusal: Option<RefusalView>,
    /// All that was received, in cents.
    pub received: i64,
    /// Each payment received.
    pub receipts: Vec<ReceiptView>,
    /// Settled outside the bank.
    pub settled_by_hand: bool,
    /// Asked for and not yet confirmed by the bank.
    pub cancellation_wanted: bool,
    /// Other values and terms that were asked for and are not yet confirmed by the bank.
    pub changes_wanted: Vec<ChangeWantedView>,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Instant, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub registered_at: Option<Timestamp>,
    /// Instant, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
    /// Instant of the last change here, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// When a person printed it first, and who. Only for screens.
    #[serde(skip)]
    pub printed: Option<(Timestamp, String)>,
    /// Whether its bank is told of it by file. Only for screens.
    #[serde(skip)]
    pub by_file: bool,
}

/// A person or company named on a boleto.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Party)]
pub struct PartyView {
    /// CPF or CNPJ without punctuation.
    pub document: String,
    /// `cpf` or `cnpj`.
    pub document_type: &'static str,
    /// Name of the person or legal name of the company.
    pub legal_name: String,
    /// Where they are.
    #[schema(value_type = Option<AddressView>)]
    pub address: Option<Address>,
    /// Where notices go.
    pub email: Option<String>,
    /// With area code.
    pub phone: Option<String>,
}

/// A Brazilian postal address.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Address)]
pub struct AddressView {
    /// Street, without the number.
    pub street: String,
    /// Number, `S/N` where there is none.
    #[schema(required = false)]
    pub number: String,
    /// Flat, floor, block.
    #[schema(required = false)]
    pub complement: String,
    /// «Bairro».
    #[schema(required = false)]
    pub district: String,
    /// City.
    pub city: String,
    /// `MG`.
    pub state: String,
    /// Eight digits.
    pub postal_code: String,
}

/// Who is paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Beneficiary)]
pub struct BeneficiaryView {
    /// Account with check digit.
    pub account_code: String,
    /// Branch.
    pub branch_code: String,
    /// CPF or CNPJ without punctuation.
    pub document: String,
    /// `cpf` or `cnpj`.
    pub document_type: &'static str,
    /// Legal name.
    pub legal_name: String,
    /// Name on the shop front.
    pub trade_name: String,
}

/// A fine, interest or discount.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Term)]
pub struct TermView {
    /// First day of fine or interest, last day of a discount.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Percent; for interest, percent a month.
    pub value: Option<String>,
    /// Cents; for interest, cents a day.
    pub face_value: Option<i64>,
}

/// Which amounts other than the one due a bank takes («recebimento divergente»).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Accepts)]
pub struct AcceptsView {
    /// `exact` (none), `any`, `at_least` or `between`.
    #[schema(value_type = String, example = "at_least")]
    pub kind: AcceptsKind,
    /// From this amount on, in cents.
    #[serde(default)]
    pub least: Option<i64>,
    /// Up to this amount, in cents.
    #[serde(default)]
    pub most: Option<i64>,
}

/// Which amounts besides the one due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptsKind {
    /// None.
    Exact,
    /// Any.
    Any,
    /// From an amount on.
    AtLeast,
    /// Between two amounts, both included.
    Between,
}

/// A change that was asked for and is not yet confirmed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChangeWanted)]
pub struct ChangeWantedView {
    /// `expiration_date`, `amount`, `fine`, `interest`, `discounts`, `abatement` or `accepts`.
    pub field: &'static str,
    /// The new value, in Portuguese.
    pub text: String,
    /// When the bank took it, UTC; it holds once the bank shows it. Null until the bank took it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub taken_at: Option<Timestamp>,
}

/// Why a bank said no.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub struct RefusalView {
    /// The bank's code.
    pub code: String,
    /// What it means and what to do, in Portuguese.
    pub message: String,
    /// Our name of the field at fault.
    pub field: Option<String>,
}

/// A payment received.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptView {
    /// UUIDv7.
    pub id: String,
    /// For which boleto.
    pub boleto_id: String,
    /// `boleto` or `pix`.
    #[schema(value_type = String)]
    pub means: Means,
    /// Cents.
    pub amount: i64,
    /// When the customer paid.
    #[schema(value_type = Option<String>, format = Date)]
    pub paid_on: Option<Date>,
    /// When it was or will be credited.
    #[schema(value_type = Option<String>, format = Date)]
    pub credited_on: Option<Date>,
    /// The instant at which it reached the account, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
    /// What the bank charged, in cents.
    pub fee: Option<i64>,
    /// Identifier of a Pix.
    pub end_to_end_id: Option<String>,
}

impl BoletoView {
    /// A boleto with what stands around it.
    pub fn new(
        boleto: &Boleto,
        company: &Company,
        account: &Account,
        receipts: &[Receipt],
    ) -> Self {
        let order = &boleto.order.changed(boleto.expiration_date, boleto.amount);
        let terms = &order.terms;
        Self {
            id: boleto.id.clone(),
            account_id: boleto.account_id.clone(),
            charge_id: boleto.charge_id.clone(),
            status: boleto.status,
            document_number: order.document_number.clone(),
            bank_reference: order.bank_reference.clone(),
            amount: boleto.amount.cents(),
            issuance_date: order.issuance_date,
            expiration_date: boleto.expiration_date,
            limit_date: order.limit_date,
            invoice_type: order.invoice_type,
            customer: PartyView::new(&order.customer),
            receiver: order.receiver.as_ref().map(PartyView::new),
            beneficiary: BeneficiaryView {
                account_code: format!("{}{}", account.number, account.digit),
                branch_code: account.branch.clone(),
                document: company.document.as_str().to_owned(),
                document_type: document_type(&company.document),
                legal_name: company.name.clone(),
                trade_name: company.trade_name.clone(),
            },
            fine: terms.fine.map(TermView::from),
            interest: terms.interest.map(TermView::from),
            discounts: terms.discounts.iter().map(TermView::from).collect(),
            abatement: terms.abatement.cents(),
            accepts: terms.accepts.map(AcceptsView::from),
            messages: order.messages.clone(),
            our_number: boleto.our_number.clone(),
            barcode: boleto.barcode.clone(),
            writable_line: boleto.writable_line.clone(),
            br_code: boleto.br_code.clone(),
            txid: boleto.txid.clone(),
            public_token: boleto.public_token.clone(),
            refusal: boleto.refusal.as_ref().map(|r| RefusalView {
                code: r.code.clone(),
                message: r.message.clone(),
                field: r.field.clone(),
            }),
            received: boleto.received.cents(),
            receipts: receipts.iter().map(ReceiptView::new).collect(),
            settled_by_hand: boleto.settled_by_hand,
            cancellation_wanted: boleto.wanted.cancel.is_some(),
            changes_wanted: changes_wanted(&boleto.wanted),
            created_by: boleto.created_by.clone(),
            created_at: boleto.created_at,
            registered_at: boleto.registered_at,
            settled_at: boleto.settled_at,
            updated_at: boleto.updated_at,
            printed: boleto.printed.clone(),
            by_file: account.layout.is_some(),
        }
    }
}

impl PartyView {
    fn new(party: &Party) -> Self {
        Self {
            document: party.document.as_str().to_owned(),
            document_type: document_type(&party.document),
            legal_name: party.name.clone(),
            address: party.address.clone(),
            email: party.email.clone(),
            phone: party.phone.clone(),
        }
    }
}

/// Whether a boleto is to be paid, now or once the bank has registered it.
pub fn is_to_pay(status: Status, cancellation_wanted: bool) -> bool {
    matches!(status, Status::Created | Status::Registered) && !cancellation_wanted
}

/// Other values and terms, in the order in which the bank is told.
fn changes_wanted(wanted: &Wanted) -> Vec<ChangeWantedView> {
    let value = |field, text| ChangeWantedView { field, text, taken_at: wanted.taken_at };
    let due = wanted
        .expiration_date
        .map(|due| value("expiration_date", format!("vencimento em {}", due.strftime("%d/%m/%Y"))));
    let amount = wanted.amount.map(|amount| value("amount", format!("valor de R$ {amount}")));
    let terms = wanted.terms.iter().map(|wanted| ChangeWantedView {
        field: wanted.term.kind().word(),
        text: term_words::said(&wanted.term),
        taken_at: wanted.taken_at,
    });
    due.into_iter().chain(amount).chain(terms).collect()
}

/// Of these terms those of the same kinds as `which`, in the names and shapes of a boleto.
pub(crate) fn terms(of: &Terms, which: &[Term]) -> serde_json::Map<String, serde_json::Value> {
    let value = |kind| match kind {
        TermKind::Fine => json!(of.fine.map(TermView::from)),
        TermKind::Interest => json!(of.interest.map(TermView::from)),
        TermKind::Discounts => {
            json!(of.discounts.iter().map(TermView::from).collect::<Vec<_>>())
        }
        TermKind::Abatement => json!(of.abatement),
        TermKind::Accepts => json!(of.accepts.map(AcceptsView::from)),
    };
    which.iter().map(|term| (term.kind().word().to_owned(), value(term.kind()))).collect()
}

impl From<Fine> for TermView {
    fn from(fine: Fine) -> Self {
        Self::new(fine.date, fine.value)
    }
}

impl From<Interest> for TermView {
    fn from(interest: Interest) -> Self {
        let value = match interest.value {
            InterestValue::PerDay(amount) => Value::Fixed(amount),
            InterestValue::PerMonth(rate) => Value::Percent(rate),
        };
        Self::new(interest.date, value)
    }
}

impl From<&Discount> for TermView {
    fn from(discount: &Discount) -> Self {
        Self::new(discount.date, discount.value)
    }
}

impl From<Accepts> for AcceptsView {
    fn from(accepts: Accepts) -> Self {
        let (kind, least, most) = match accepts {
            Accepts::Exact => (AcceptsKind::Exact, None, None),
            Accepts::Any => (AcceptsKind::Any, None, None),
            Accepts::AtLeast(least) => (AcceptsKind::AtLeast, Some(least), None),
            Accepts::Between(least, most) => (AcceptsKind::Between, Some(least), Some(most)),
        };
        let cents = |amount: Option<Money>| amount.map(Money::cents);
        Self { kind, least: cents(least), most: cents(most) }
    }
}

impl AcceptsView {
    /// In words for people; `None` for what says nothing.
    pub fn said(self) -> Option<String> {
        self.read().map(|accepts| term_words::said(&Term::Accepts(accepts)))
    }

    /// What it says; `None` where an amount is missing, or one too many.
    pub(crate) fn read(self) -> Option<Accepts> {
        let cents = |amount: Option<i64>| amount.map(Money::from_cents);
        match (self.kind, cents(self.least), cents(self.most)) {
            (AcceptsKind::Exact, None, None) => Some(Accepts::Exact),
            (AcceptsKind::Any, None, None) => Some(Accepts::Any),
            (AcceptsKind::AtLeast, Some(least), None) => Some(Accepts::AtLeast(least)),
            (AcceptsKind::Between, Some(least), Some(most)) => Some(Accepts::Between(least, most)),
            _ => None,
        }
    }
}

impl TermView {
    fn new(date: Date, value: Value) -> Self {
        match value {
            Value::Fixed(amount) => Self { date, value: None, face_value: Some(amount.cents()) },
            Value::Percent(rate) => Self { date, value: Some(rate.to_string()), face_value: None },
        }
    }
}

impl ReceiptView {
    /// A receipt.
    pub fn new(receipt: &Receipt) -> Self {
        Self {
            id: receipt.id.clone(),
            boleto_id: receipt.boleto_id.clone(),
            means: receipt.means,
            amount: receipt.amount.cents(),
            paid_on: receipt.paid_on,
            credited_on: receipt.credited_on,
            settled_at: receipt.settled_at,
            fee: receipt.fee.map(|fee| fee.cents()),
            end_to_end_id: receipt.end_to_end_id.clone(),
        }
    }
}

/// `cpf` or `cnpj`.
pub(super) fn document_type(document: &Document) -> &'static str {
    match document.kind() {
        DocumentKind::Cpf => "cpf",
        DocumentKind::Cnpj => "cnpj",
    }
}

/// A company as it stands on its boletos.
pub(crate) fn beneficiary(company: &Company) -> Party {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    Party {
        document: company.document.clone(),
        name: company.name.clone(),
        address: company.address.clone(),
        email: some(&company.email),
        phone: some(&company.phone),
    }
}

/// A company and its accounts, as every request needs them; kept in memory for a moment.
pub(super) fn company_and_accounts(
    world: &World,
    company_id: &str,
) -> Result<(Arc<Company>, Vec<Account>), Error> {
    let now = world.clock.now();
    if let Some(known) = world.companies.get(company_id, now) {
        return Ok(known);
    }
    let id = company_id.to_owned();
    let (company, accounts) =
        world.store.read(move |tx| Ok((companies::get(tx, &id)?, accounts::list(tx, &id)?)))?;
    let company = Arc::new(company.ok_or_else(|| Error::not_found("empresa"))?);
    world.companies.put(company_id, (Arc::clone(&company), accounts.clone()), now);
    Ok((company, accounts))
}
