//! Every address with every role, and with what belongs to another company.

use quita_banks::registry;
use quita_engine::desk::payment_forms::{self, NewPaymentForm};
use quita_engine::desk::people::{self, NewPerson, Role};
use quita_engine::desk::tokens::{self, NewToken};
use quita_engine::desk::{Permission, saved_filters};
use serde_json::json;

use super::batch::{draft, one_row};
use super::{Person, upload};
use crate::house::{BANK, House, Tenant, boleto};

crate::on_both_databases! { each_role_reaches_what_is_its_own nothing_of_another_company_is_reached }

const READ: Option<Permission> = Some(Permission::Read);
const CHARGE: Option<Permission> = Some(Permission::Charge);
const CONFIGURE: Option<Permission> = Some(Permission::Configure);

/// Pages, and what one must be allowed to see them. A letter in braces is one of [`Things`].
#[rustfmt::skip]
const PAGES: [(&str, Option<Permission>); 41] = [
    ("/", None), ("/minha-senha", None), ("/boletos/lote/modelo.csv", None),
    ("/inicio/numeros", READ), ("/boletos", READ), ("/boletos/exportar.csv", READ),
    ("/boletos/exportar.xlsx", READ), ("/boletos/{b}", READ), ("/boletos/{b}/linha", READ),
    ("/boletos/{b}/pdf", READ), ("/boletos/{b}/situacao", READ), ("/boletos/{b}/historico", READ),
    ("/boletos/emitidos?ids={b}", READ), ("/boletos/emitidos/{b}", READ), ("/clientes", READ),
    ("/clientes/{c}", READ), ("/parametros", READ), ("/formas-de-pagamento", READ),
    ("/empresa", READ),
    ("/boletos/{b}/acoes", CHARGE), ("/boletos/emitir", CHARGE), ("/boletos/emitir?de={b}", CHARGE),
    ("/boletos/lote", CHARGE), ("/boletos/lote/{l}", CHARGE), ("/boletos/lote/{l}/colunas", CHARGE),
    ("/boletos/lote/{l}/andamento", CHARGE), ("/clientes/novo", CHARGE),
    ("/clientes/importar", CHARGE), ("/parametros/novo", CHARGE), ("/parametros/{t}", CHARGE),
    ("/formas-de-pagamento/nova", CHARGE), ("/formas-de-pagamento/{f}", CHARGE),
    ("/contas", CONFIGURE), ("/contas/lampadas", CONFIGURE), ("/contas/{a}", CONFIGURE),
    ("/contas/nova", CONFIGURE), ("/contas/nova/{bank}", CONFIGURE),
    ("/contas/{a}/credencial", CONFIGURE), ("/usuarios", CONFIGURE), ("/email", CONFIGURE),
    ("/tokens", CONFIGURE),
];

/// Forms, and what one must be allowed to send them.
#[rustfmt::skip]
const FORMS: [(&str, Permission); 33] = [
    ("/boletos/pdf", Permission::Read), ("/boletos/abas", Permission::Read),
    ("/boletos/abas/{s}/remover", Permission::Read),
    ("/boletos/{b}/alterar", Permission::Charge), ("/boletos/{b}/reemitir", Permission::Charge),
    ("/boletos/{b}/pago-por-fora", Permission::Charge), ("/boletos/{b}/cancelar", Permission::Charge),
    ("/boletos/baixar", Permission::Charge), ("/boletos/baixar/confirmar", Permission::Charge),
    ("/boletos/email", Permission::Charge), ("/boletos/emitir", Permission::Charge),
    ("/boletos/emitir/previa", Permission::Charge), ("/boletos/lote/{l}/colunas", Permission::Charge),
    ("/boletos/lote/{l}/emitir", Permission::Charge), ("/boletos/lote/{l}/pausar", Permission::Charge),
    ("/boletos/lote/{l}/continuar", Permission::Charge), ("/boletos/lote/{l}/email", Permission::Charge),
    ("/boletos/lote/{l}/descartar", Permission::Charge), ("/clientes/novo", Permission::Charge),
    ("/clientes/{c}", Permission::Charge), ("/clientes/documento", Permission::Charge),
    ("/parametros", Permission::Charge), ("/formas-de-pagamento/nova", Permission::Charge),
    ("/formas-de-pagamento/{f}", Permission::Charge),
    ("/empresa", Permission::Configure), ("/usuarios", Permission::Configure),
    ("/usuarios/{u}/papel", Permission::Configure), ("/usuarios/{u}/senha", Permission::Configure),
    ("/usuarios/{u}/remover", Permission::Configure), ("/email", Permission::Configure),
    ("/tokens/{k}/revogar", Permission::Configure), ("/contas/{a}", Permission::Configure),
    ("/contas/{a}/testar", Permission::Configure),
];

/// Forms with files.
const UPLOADS: [(&str, Permission); 4] = [
    ("/boletos/lote", Permission::Charge),
    ("/clientes/importar", Permission::Charge),
    ("/contas/nova/{bank}", Permission::Configure),
    ("/contas/{a}/credencial", Permission::Configure),
];

/// Ids of things of one company, by their letters.
struct Things(Vec<(&'static str, String)>);

impl Things {
    /// One of each, of the company for which `ana` works at the moment.
    async fn of(house: &House, ana: &Person, tenant: &Tenant) -> Self {
        let (world, actor) = (&house.world, &tenant.actor);
        let order = boleto("Alheio 1");
        let issued = house.post("/v1/boletos", "k", &order).token(&tenant.token).send().await;
        let boleto = issued.expect(201);
        let id = |json: &serde_json::Value| json["id"].as_str().unwrap().to_owned();
        let terms = house.post("/v1/terms", "t", &json!({ "description": "Alheios" }));
        let terms = id(&terms.token(&tenant.token).send().await.expect(201));
        let list = house.get("/v1/customers").token(&tenant.token).send().await.json();
        let new = NewPaymentForm {
            description: "Alheia".into(),
            kind: payment_forms::BOLETO.into(),
            active: true,
            account_id: Some(tenant.account_id.clone()),
            terms_id: Some(terms.clone()),
            days: vec![30],
            day_of_month: None,
        };
        let form = payment_forms::save(world, actor, None, &new).unwrap();
        let batch = draft(house, ana, &one_row("Lote alheio 1")).await;
        let email = format!("caio-{}@example.com", actor.company_id);
        let person = NewPerson { email, name: "Caio".into(), role: Role::Finance.word().into() };
        people::add(world, actor, &person).unwrap();
        let people = people::list(world, actor).unwrap();
        let caio = people.into_iter().find(|person| person.name == "Caio").unwrap();
        let token = NewToken { name: "Alheio".into(), scopes: vec!["read".into()] };
        let token = tokens::create(world, actor, &token).unwrap();
        saved_filters::save(world, actor, "Alheia", "status=due").unwrap();
        let tab = saved_filters::list(world, actor).unwrap().remove(0).id;
        Self(vec![
            ("{bank}", registry::by_code(BANK).unwrap().info().folder.to_owned()),
            ("{a}", tenant.account_id.clone()),
            ("{b}", id(&boleto)),
            ("{c}", id(&list["data"][0])),
            ("{f}", form.id),
            ("{k}", token.id),
            ("{l}", batch.rsplit('/').next().unwrap().to_owned()),
            ("{s}", tab),
            ("{t}", terms),
            ("{u}", caio.id),
        ])
    }

    fn fill(&self, path: &str) -> String {
        self.0.iter().fold(path.to_owned(), |path, (letter, id)| path.replace(letter, id))
    }

    fn id(&self, wanted: &str) -> &str {
        self.0.iter().find(|(letter, _)| *letter == wanted).map(|(_, id)| id.as_str()).unwrap()
    }
}

/// What the other company would see of anything done to it.
async fn state(house: &House, tenant: &Tenant) -> Vec<String> {
    let mut state = Vec::new();
    for path in ["/v1/boletos", "/v1/customers", "/v1/terms", "/v1/accounts", "/v1/events"] {
        state.push(house.get(path).token(&tenant.token).send().await.text());
    }
    let (world, actor) = (&house.world, &tenant.actor);
    state.push(format!("{:?}", people::list(world, actor).unwrap()));
    state.push(format!("{:?}", tokens::list(world, actor).unwrap()));
    state.push(format!("{:?}", saved_filters::list(world, actor).unwrap()));
    state.push(format!("{:?}", payment_forms::list(world, actor).unwrap().len()));
    state.push(format!("{:?}", quita_engine::desk::batch::list(world, actor).unwrap()));
    state
}

async fn each_role_reaches_what_is_its_own(house: &House) {
    let ana = Person::administrator(house).await;
    let things = Things::of(house, &ana, &house.ours).await;
    house.work();
    for role in [Role::Administrator, Role::Finance, Role::ReadOnly, Role::Attendant] {
        let person = match role {
            Role::Administrator => Person::administrator(house).await,
            role => Person::with_role(house, role).await,
        };
        let may = |needed: Permission| role.permissions().contains(&needed);
        for (path, needed) in PAGES {
            let expected = if needed.is_none_or(may) { 200 } else { 403 };
            let page = person.get(house, &things.fill(path)).await;
            assert_eq!(page.status, expected, "{role:?} {path}: {}", page.text());
        }
        for (path, needed) in FORMS {
            if !may(needed) {
                let refused = person.post(house, &things.fill(path), &[]).await;
                assert_eq!(refused.status, 403, "{role:?} {path}: {}", refused.text());
            }
        }
        for (path, needed) in UPLOADS {
            if !may(needed) {
                let call = person.call(house, "POST", &things.fill(path));
                let file: [(&str, &str, &[u8]); 1] = [("file", "x.csv", b"nome;cpf\nAna;1\n")];
                let refused = upload(call, &[("csrf", &person.csrf)], &file).send().await;
                assert_eq!(refused.status, 403, "{role:?} {path}: {}", refused.text());
            }
        }
    }
}

async fn nothing_of_another_company_is_reached(house: &House) {
    let mut ana = Person::administrator(house).await;
    let ours = Things::of(house, &ana, &house.ours).await;
    ana.switch(house, &house.theirs.actor.company_id).await;
    let theirs = Things::of(house, &ana, &house.theirs).await;
    ana.switch(house, &house.ours.actor.company_id).await;
    house.work();
    let before = state(house, &house.theirs).await;
    let id_of = |path: &str| path.contains('{') && !path.contains("{bank}");
    for (path, _) in PAGES.into_iter().filter(|(path, _)| id_of(path)) {
        assert_eq!(ana.get(house, &ours.fill(path)).await.status, 200, "{path}");
        let page = ana.get(house, &theirs.fill(path)).await;
        assert_eq!(page.status, 404, "{path}: {}", page.text());
    }
    // Fields that would do something, were the thing ours.
    let fields = [
        ("key", "alheio"),
        ("request", "alheio"),
        ("ids", theirs.id("{b}")),
        ("alterar_amount", "99,00"),
        ("reemitir_amount", "99,00"),
        ("pago-por-fora_amount", "99,00"),
        ("pago-por-fora_paid_on", "hoje"),
        ("legal_name", "Outra"),
        ("description", "Outra"),
        ("kind", payment_forms::BOLETO),
        ("account_id", ours.id("{a}")),
        ("days", "10"),
        ("status", "inactive"),
        ("role", Role::Administrator.word()),
    ];
    let of_ids = ["/boletos/pdf", "/boletos/baixar", "/boletos/baixar/confirmar", "/boletos/email"];
    for (path, _) in FORMS.into_iter().filter(|(path, _)| id_of(path) || of_ids.contains(path)) {
        let refused = ana.post(house, &theirs.fill(path), &fields).await;
        let wrong = [404, 409, 422].contains(&refused.status.as_u16());
        assert!(wrong, "{path}: {} {}", refused.status, refused.text());
        assert!(!refused.text().contains("Alhei"), "{path}: {}", refused.text());
    }
    let call = ana.call(house, "POST", &theirs.fill("/contas/{a}/credencial"));
    let refused = upload(call, &[("csrf", &ana.csrf)], &[]).send().await;
    assert_eq!(refused.status, 404, "{}", refused.text());
    // A boleto of ours with what is theirs.
    for (field, id) in [("account_id", "{a}"), ("terms_id", "{t}"), ("replaces", "{b}")] {
        let mut order = boleto("Nosso 2");
        order[field] = json!(theirs.id(id));
        let refused = house.post("/v1/boletos", field, &order).send().await;
        assert_eq!(refused.status, 422, "{field}: {}", refused.text());
    }
    house.work();
    assert_eq!(state(house, &house.theirs).await, before);
}
