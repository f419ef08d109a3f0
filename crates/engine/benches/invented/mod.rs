//! An installation on SQLite with an invented company: open boletos, and the lines of a statement.
#![expect(clippy::expect_used, reason = "what fails here fails the test")]

use jiff::Timestamp;
use quita_banks::contract::HttpResponse;
use quita_core::bank_line::BankLine;
use quita_core::document::Document;
use quita_core::fold::Status as BoletoStatus;
use quita_core::line_identity::Source;
use quita_core::matching::{Line, Receivable};
use quita_core::order::BoletoOrder;
use quita_core::party::{Address, Party};
use quita_engine::clock::SystemClock;
use quita_engine::desk::Actor;
use quita_engine::ids::{Ids, SystemEntropy};
use quita_engine::secret::Vault;
use quita_engine::wire::{Peer, Wire, WireError, WireRequest};
use quita_engine::world::{Environment, Settings, World};
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::boletos::{self, Boleto};
use quita_store::charges::{self, Charge};
use quita_store::companies::{self, Company};
use quita_store::customers::{self, Customer};
use quita_store::testing::TestFolder;
use quita_store::{Options, Store, StoreError, Tx, matches};

/// Boletos that are written in one transaction.
const LOT: usize = 2_000;

/// The installation.
pub(crate) struct Invented {
    pub(crate) world: World,
    pub(crate) actor: Actor,
    pub(crate) account: Account,
    /// Ids of the lines, in the order given.
    pub(crate) lines: Vec<String>,
}

/// No bank is asked.
struct NoWire;

impl Wire for NoWire {
    fn send(&self, _: &Peer, _: &WireRequest) -> Result<HttpResponse, WireError> {
        Err(WireError::NoAnswer("no bank".to_owned()))
    }
}

impl Invented {
    /// With these boletos, all registered and open, and these lines, which nothing explains.
    pub(crate) fn new(folder: &TestFolder, receivables: &[Receivable], lines: &[Line]) -> Self {
        let world = World::new(
            Box::new(SystemClock),
            Box::new(SystemEntropy::new()),
            Store::open(&folder.sqlite_url(), Options::default()).expect("a database"),
            Box::new(NoWire),
            Vault::with_key(&[7; 32]),
            Environment::Sandbox,
            Settings::default(),
        );
        let mut ids = world.ids();
        let account = Account {
            layout: None,
            statement_daily: true,
            id: ids.next_id(),
            company_id: ids.next_id(),
            credential_id: None,
            bank: String::new(),
            description: "Conta".into(),
            branch: "1".into(),
            number: "1".into(),
            digit: "1".into(),
            data: Default::default(),
            hosts: Default::default(),
            hook_token: "h".into(),
            status: accounts::ACTIVE_STATUS.into(),
            created_at: ids.now(),
            is_default: true,
            fee: None,
        };
        let actor = Actor::system(account.company_id.clone());
        let mut made = Self { world, actor, account, lines: Vec::new() };
        made.fill(receivables, lines);
        made
    }

    fn tx<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx, Ids) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> T {
        self.world.tx(f).expect("a transaction")
    }

    fn fill(&mut self, receivables: &[Receivable], lines: &[Line]) {
        let account = self.account.clone();
        self.tx(move |tx, ids| {
            let company = Company {
                id: account.company_id.clone(),
                document: Document::parse("11222333000181").expect("a CNPJ"),
                name: "Empresa".into(),
                trade_name: String::new(),
                email: String::new(),
                phone: String::new(),
                address: None,
                created_at: ids.now(),
            };
            companies::insert(tx, &company)?;
            accounts::insert(tx, &account)
        });
        for lot in receivables.chunks(LOT) {
            let (lot, account) = (lot.to_vec(), self.account.clone());
            self.tx(move |tx, mut ids| {
                lot.iter().try_for_each(|one| order(tx, &mut ids, &account, one))
            });
        }
        let (lines, account) = (lines.to_vec(), self.account.clone());
        self.lines = self.tx(move |tx, mut ids| {
            let (import, now) = (ids.next_id(), ids.now());
            matches::insert_look(tx, &import, &account.company_id, &account.id, now)?;
            lines.iter().map(|line| state(tx, &mut ids, &account, &import, line)).collect()
        });
    }
}

/// A boleto that the bank has registered.
fn order(
    tx: &mut Tx,
    ids: &mut Ids,
    account: &Account,
    one: &Receivable,
) -> Result<(), StoreError> {
    let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
    let document = Document::parse(&text(&one.customer_document)).expect("a document");
    let address = Address {
        street: "Rua das Laranjeiras".into(),
        number: "100".into(),
        complement: String::new(),
        district: "Centro".into(),
        city: "São Paulo".into(),
        state: "SP".into(),
        postal_code: "01310100".into(),
    };
    let customer = Customer {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        document: document.clone(),
        name: text(&one.customer_name),
        email: String::new(),
        phone: String::new(),
        address: Some(address.clone()),
        created_at: ids.now(),
    };
    let customer_id = customers::upsert(tx, &customer)?;
    let charge = Charge {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        customer_id: customer_id.clone(),
        document_number: one.id.to_string(),
        amount: one.amount,
        expiration_date: one.expiration_date,
        origin: "avulso".into(),
        created_at: ids.now(),
        chart_account_id: None,
        cost_center_id: None,
        note: None,
    };
    charges::insert(tx, &charge)?;
    let order = BoletoOrder {
        our_number: None,
        bank_reference: one.id.to_string(),
        document_number: one.id.to_string(),
        invoice_type: Default::default(),
        amount: one.amount,
        issuance_date: one.expiration_date,
        expiration_date: one.expiration_date,
        limit_date: one.expiration_date,
        customer: Party {
            document,
            name: customer.name.clone(),
            address: Some(address),
            email: None,
            phone: None,
        },
        receiver: None,
        terms: one.terms.as_deref().cloned().unwrap_or_default(),
        messages: vec!["Não receber após o vencimento.".into()],
        hybrid: true,
        paper: Default::default(),
    };
    let our_number = text(&one.our_number);
    let boleto = Boleto {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        account_id: account.id.clone(),
        charge_id: charge.id.clone(),
        customer_id,
        public_token: ids.next_link(),
        created_by: "system".into(),
        created_at: ids.now(),
        live: true,
        amount: order.amount,
        expiration_date: order.expiration_date,
        status: BoletoStatus::Registered,
        bank_id: Some(charge.id),
        our_number: Some(our_number.clone()),
        barcode: Some("07791234500000100001112012345678901234567890".into()),
        writable_line: Some("07791234500000100001112012345678901234567890123".into()),
        br_code: Some("0".repeat(180)),
        txid: one.txid.as_deref().map(str::to_owned),
        refusal: None,
        received: Default::default(),
        settled_by_hand: false,
        wanted: Default::default(),
        registered_at: Some(ids.now()),
        settled_at: None,
        edition: 0,
        updated_at: ids.now(),
        printed: None,
        order,
    };
    boletos::insert(tx, &boleto, &boletos::order_body(&boleto.order)?)?;
    boletos::save(tx, &boleto)
}

/// A line of the statement; gives its id.
fn state(
    tx: &mut Tx,
    ids: &mut Ids,
    account: &Account,
    import: &str,
    line: &Line,
) -> Result<String, StoreError> {
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let now: Timestamp = ids.now();
    let kept = KeptLine {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        account_id: account.id.clone(),
        line: BankLine {
            our_number: text(&line.our_number),
            txid: text(&line.txid),
            end_to_end_id: text(&line.end_to_end_id),
            bank_reference: text(&line.bank_reference),
            payer_document: text(&line.payer_document),
            payer_name: text(&line.payer_name),
            ..BankLine::new(line.date, line.amount, &*line.memo)
        },
        source: Source::Api,
        provisional: false,
        import_id: import.to_owned(),
        status: Status::Open,
        doubt: None,
        created_at: now,
        updated_at: now,
        missing: None,
    };
    bank_lines::insert(tx, &kept)?;
    Ok(kept.id)
}
