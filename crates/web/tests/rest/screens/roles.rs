//! Every address with every role, and with what belongs to another company.

use std::collections::BTreeSet;
use std::path::Path;

use quita_banks::registry;
use quita_engine::desk::classifications::{self, Register};
use quita_engine::desk::logo;
use quita_engine::desk::payment_forms::{self, NewPaymentForm};
use quita_engine::desk::people::{self, NewPerson, Role};
use quita_engine::desk::tokens::{self, NewToken};
use quita_engine::desk::{Permission, saved_filters};
use serde_json::json;

use super::batch::{draft, one_row};
use super::logo::png;
use super::{Person, upload};
use crate::by_file;
use crate::house::{BANK, House, ITAU, Tenant, boleto};

crate::on_both_databases! { each_role_reaches_what_is_its_own nothing_of_another_company_is_reached }

const READ: Option<Permission> = Some(Permission::Read);
const CHARGE: Option<Permission> = Some(Permission::Charge);
const CONFIGURE: Option<Permission> = Some(Permission::Configure);

/// Pages, and what one must be allowed to see them. A letter in braces is one of [`Things`].
#[rustfmt::skip]
const PAGES: [(&str, Option<Permission>); 80] = [
    ("/", None), ("/minha-senha", None), ("/boletos/lote/modelo.csv", None),
    ("/inicio/numeros", READ), ("/boletos", READ), ("/boletos/exportar.csv", READ),
    ("/boletos/exportar.xlsx", READ), ("/boletos/{b}", READ), ("/boletos/{b}/linha", READ),
    ("/boletos/{b}/pdf", READ), ("/boletos/{b}/situacao", READ), ("/boletos/{b}/historico", READ),
    ("/boletos/emitidos?ids={b}", READ), ("/boletos/emitidos/{b}", READ), ("/clientes", READ),
    ("/clientes/{c}", READ), ("/parametros", READ), ("/formas-de-pagamento", READ),
    ("/empresa", READ), ("/extrato", READ), ("/extrato/{a}", READ),
    ("/extrato/{a}/exportar.csv", READ), ("/extrato/{a}/exportar.xlsx", READ),
    ("/boletos/{b}/acoes", CHARGE), ("/boletos/emitir", CHARGE), ("/boletos/emitir?de={b}", CHARGE),
    ("/boletos/lote", CHARGE), ("/boletos/lote/{l}", CHARGE), ("/boletos/lote/{l}/colunas", CHARGE),
    ("/boletos/lote/{l}/andamento", CHARGE), ("/clientes/novo", CHARGE),
    ("/clientes/importar", CHARGE), ("/parametros/novo", CHARGE), ("/parametros/{t}", CHARGE),
    ("/formas-de-pagamento/nova", CHARGE), ("/formas-de-pagamento/{f}", CHARGE),
    ("/contas", CONFIGURE), ("/contas/lampadas", CONFIGURE), ("/contas/{a}", CONFIGURE),
    ("/contas/nova", CONFIGURE), ("/contas/nova/{bank}", CONFIGURE),
    ("/contas/{a}/credencial", CONFIGURE), ("/usuarios", CONFIGURE), ("/email", CONFIGURE),
    ("/tokens", CONFIGURE),
    ("/boletos/novos", READ), ("/contratos", READ), ("/contratos/{n}", READ),
    ("/contratos/{n}/periodos", READ), ("/recebimentos", READ), ("/recebimentos/exportar.csv", READ),
    ("/recebimentos/por-dia.csv", READ), ("/recebimentos/exportar.xlsx", READ),
    ("/plano-de-contas", READ), ("/centros-de-custo", READ), ("/empresa/logo", READ),
    ("/contratos/novo", CHARGE), ("/contratos/{n}/alterar", CHARGE),
    ("/plano-de-contas/{p}", CHARGE), ("/centros-de-custo/{w}", CHARGE),
    ("/contas/{a}/como-esta", CONFIGURE), ("/contas/{a}/exportar", CONFIGURE),
    ("/tokens", CONFIGURE), ("/conciliacao", READ), ("/conciliacao/feitas", READ),
    ("/conciliacao/exportar.xlsx", READ), ("/conciliacao/varias", CHARGE),
    ("/remessas", READ), ("/remessas/{r}", READ), ("/remessas/{r}/arquivo", CHARGE),
    ("/remessas/proxima/{q}", READ), ("/retornos", READ), ("/retornos/{v}", READ),
    ("/retornos/{v}/como-esta", READ), ("/retornos/{v}/arquivo", CHARGE),
    ("/contas/nova/{bank_by_file}/arquivo", CONFIGURE), ("/contas/nova/{bank_of_letter}/pedido", CONFIGURE),
    ("/contas/{i}/pedido", CONFIGURE), ("/contas/{i}/pedido/carta.pdf", CONFIGURE),
    ("/contas/{i}/renovar", CONFIGURE),
];

/// Forms, and what one must be allowed to send them.
#[rustfmt::skip]
const FORMS: [(&str, Permission); 81] = [
    ("/boletos/pdf", Permission::Read), ("/boletos/abas", Permission::Read),
    ("/boletos/abas/{s}/remover", Permission::Read),
    ("/boletos/{b}/alterar", Permission::Charge), ("/boletos/{b}/reemitir", Permission::Charge),
    ("/boletos/{b}/pago-por-fora", Permission::Charge), ("/boletos/{b}/cancelar", Permission::Charge),
    ("/boletos/{b}/abatimento", Permission::Charge), ("/boletos/{b}/encargos", Permission::Charge),
    ("/boletos/{b}/protesto", Permission::Charge),
    ("/boletos/{b}/negativacao", Permission::Charge),
    ("/boletos/baixar", Permission::Charge), ("/boletos/baixar/confirmar", Permission::Charge),
    ("/boletos/email", Permission::Charge), ("/boletos/emitir", Permission::Charge),
    ("/boletos/emitir/previa", Permission::Charge), ("/boletos/lote/{l}/colunas", Permission::Charge),
    ("/boletos/lote/{l}/emitir", Permission::Charge), ("/boletos/lote/{l}/pausar", Permission::Charge),
    ("/boletos/lote/{l}/continuar", Permission::Charge), ("/boletos/lote/{l}/email", Permission::Charge),
    ("/boletos/lote/{l}/descartar", Permission::Charge), ("/clientes/novo", Permission::Charge),
    ("/clientes/{c}", Permission::Charge), ("/clientes/documento", Permission::Charge),
    ("/parametros", Permission::Charge), ("/formas-de-pagamento/nova", Permission::Charge),
    ("/formas-de-pagamento/{f}", Permission::Charge), ("/extrato/{a}/buscar", Permission::Charge),
    ("/extrato/{a}/lancamentos/{b}/outro", Permission::Charge),
    ("/extrato/{a}/lancamentos/{b}/mesmo", Permission::Charge),
    ("/extrato/{a}/lancamentos/{b}/descartar", Permission::Charge),
    ("/extrato/{a}/lancamentos/{b}/manter", Permission::Charge),
    ("/contas/{a}/extrato-diario", Permission::Configure),
    ("/empresa", Permission::Configure), ("/usuarios", Permission::Configure),
    ("/usuarios/{u}/papel", Permission::Configure), ("/usuarios/{u}/senha", Permission::Configure),
    ("/usuarios/{u}/remover", Permission::Configure), ("/email", Permission::Configure),
    ("/tokens/{k}/revogar", Permission::Configure), ("/contas/{a}", Permission::Configure),
    ("/contas/{a}/testar", Permission::Configure),
    ("/boletos/{b}/classificar", Permission::Charge), ("/contratos/novo", Permission::Charge),
    ("/contratos/previa", Permission::Charge), ("/contratos/{n}/alterar", Permission::Charge),
    ("/contratos/{n}/emitir", Permission::Charge), ("/contratos/{n}/pular", Permission::Charge),
    ("/contratos/{n}/situacao", Permission::Charge), ("/contratos/{n}/reajustar", Permission::Charge),
    ("/plano-de-contas", Permission::Charge), ("/plano-de-contas/{p}", Permission::Charge),
    ("/centros-de-custo", Permission::Charge), ("/centros-de-custo/{w}", Permission::Charge),
    ("/contas/{a}/integracao", Permission::Configure), ("/contas/{a}/exportar", Permission::Configure),
    ("/contas/simulador", Permission::Configure), ("/email/testar", Permission::Configure),
    ("/tokens", Permission::Configure), ("/empresa/logo/remover", Permission::Configure),
    ("/contas/{a}/testar", Permission::Configure), ("/conciliacao/varias", Permission::Charge),
    ("/conciliacao/{b}/conciliar", Permission::Charge), ("/conciliacao/{b}/explicar", Permission::Charge),
    ("/conciliacao/{b}/ignorar", Permission::Charge), ("/conciliacao/{b}/rejeitar", Permission::Charge),
    ("/conciliacao/feitas/{b}/desfazer", Permission::Charge),
    ("/conciliacao/{b}/procurar", Permission::Read),
    ("/remessas/{r}/enviada", Permission::Charge), ("/remessas/proxima/{q}", Permission::Charge),
    ("/remessas/proxima/{q}/numero", Permission::Configure),
    ("/contas/nova/{bank_by_file}/arquivo", Permission::Configure),
    ("/contas/nova/{bank_of_letter}/pedido", Permission::Configure),
    ("/boletos/emitir/simular", Permission::Charge),
    ("/contas/{i}/pedido/carta", Permission::Configure), ("/contas/{i}/pedido/enviada", Permission::Configure),
    ("/contas/{i}/pedido/recebido", Permission::Configure), ("/contas/{i}/renovar", Permission::Configure),
    ("/contas/{i}/pedido/certificado", Permission::Configure), ("/contas/{i}/pedido/desistir", Permission::Configure),
];

/// Forms with files.
const UPLOADS: [(&str, Permission); 7] = [
    ("/boletos/lote", Permission::Charge),
    ("/clientes/importar", Permission::Charge),
    ("/extrato/{a}/importar", Permission::Charge),
    ("/retornos/enviar", Permission::Charge),
    ("/contas/nova/{bank}", Permission::Configure),
    ("/contas/{a}/credencial", Permission::Configure),
    ("/empresa/logo", Permission::Configure),
];

/// Of no company, or of whoever is signed in: what the tests of signing in look at.
const NO_ROLE: [&str; 9] = [
    "GET /ao-vivo",
    "GET /assets/app.css",
    "GET /assets/app.js",
    "GET /assets/inter.woff2",
    "GET /entrar",
    "GET /primeiro-acesso",
    "POST /empresa/trocar",
    "POST /entrar",
    "POST /minha-senha",
];

/// And what leads out, or is there before anybody is.
const NO_ROLE_EITHER: [&str; 2] = ["POST /primeiro-acesso", "POST /sair"];

/// Every route of the screens, as their source has it: `GET /boletos/{}`.
fn routes() -> BTreeSet<String> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let mut routes = BTreeSet::new();
    for folder in [pages.clone(), pages.join("boletos")] {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                routes.extend(routes_of(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    routes
}

fn routes_of(source: &str) -> Vec<String> {
    let mut routes = Vec::new();
    for route in source.split(".route(").skip(1) {
        let (path, handlers) = route.split_once(',').unwrap();
        let paths = match path.trim() {
            "words.here" => vec!["/plano-de-contas", "/centros-de-custo"],
            "&one" => vec!["/plano-de-contas/{id}", "/centros-de-custo/{id}"],
            literal if literal.starts_with('"') => vec![literal.trim_matches('"')],
            name => {
                let text = source.split(&format!("const {name}: &str = \"")).nth(1);
                vec![text.unwrap_or_else(|| panic!("{name} is no path")).split('"').next().unwrap()]
            }
        };
        // A statement ends there, or the function.
        let mut handlers = handlers.split(";\n").next().unwrap().split("\n}").next().unwrap();
        if handlers.trim_start().starts_with("upload)") {
            handlers = "get( post(";
        }
        let methods = [("GET", "get("), ("POST", "post(")];
        let found: Vec<_> = methods.iter().filter(|(_, call)| handlers.contains(call)).collect();
        assert!(!found.is_empty(), "{path}: {handlers}");
        for (method, _) in found {
            routes.extend(paths.iter().map(|path| format!("{method} {}", without_names(path))));
        }
    }
    routes
}

/// `/boletos/{}` of `/boletos/{id}?x=1`.
fn without_names(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let mut parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| format!("{all}/{part}"))
}

#[test]
fn no_route_is_forgotten_here() {
    let pages = PAGES.iter().map(|(path, _)| format!("GET {}", without_names(path)));
    let forms = FORMS.iter().chain(&UPLOADS);
    let forms = forms.map(|(path, _)| format!("POST {}", without_names(path)));
    let others = NO_ROLE.iter().chain(&NO_ROLE_EITHER).map(|route| (*route).to_owned());
    let listed: BTreeSet<String> = pages.chain(forms).chain(others).collect();
    let routes = routes();
    let missing: Vec<_> = routes.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&routes).collect();
    assert!(missing.is_empty() && gone.is_empty(), "missing {missing:?}, gone {gone:?}");
}

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
        let contract = json!({
            "description": "Alheio", "customer_id": list["data"][0]["id"], "amount": 5000,
            "expiration_date": "2027-09-01", "interval": "monthly",
        });
        let contract = house.post("/v1/contracts", "n", &contract);
        let contract = id(&contract.token(&tenant.token).send().await.expect(201));
        for register in Register::ALL {
            classifications::save(world, actor, register, None, "Alheia", true).unwrap();
        }
        let registers = classifications::registers(world, actor).unwrap();
        let entry = |register: Register| registers.entries(register).next().unwrap().id;
        logo::save(world, actor, &png(3, 2)).unwrap();
        let [by_file, remittance, returned] = by_file::remitted(house, tenant).await;
        let enrolling = super::enrolment::begun(house, tenant);
        Self(vec![
            ("{n}", contract),
            ("{p}", entry(Register::ChartAccount)),
            ("{w}", entry(Register::CostCenter)),
            ("{bank}", registry::by_code(BANK).unwrap().info().folder.to_owned()),
            ("{bank_by_file}", by_file::folder().to_owned()),
            ("{bank_of_letter}", ITAU.to_owned()),
            ("{i}", enrolling),
            ("{q}", by_file),
            ("{r}", remittance),
            ("{v}", returned),
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
    let lists = ["boletos", "customers", "terms", "accounts", "events", "contracts"];
    for path in lists.map(|list| format!("/v1/{list}")) {
        state.push(house.get(&path).token(&tenant.token).send().await.text());
    }
    let (world, actor) = (&house.world, &tenant.actor);
    state.push(format!("{:?}", people::list(world, actor).unwrap()));
    state.push(format!("{:?}", tokens::list(world, actor).unwrap()));
    state.push(format!("{:?}", saved_filters::list(world, actor).unwrap()));
    state.push(format!("{:?}", payment_forms::list(world, actor).unwrap().len()));
    state.push(format!("{:?}", classifications::registers(world, actor).unwrap()));
    state.push(format!("{:?}", logo::get(world, actor).unwrap().is_some()));
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
    let id_of = |path: &str| path.contains('{') && !path.contains("{bank");
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
        ("period", "1"),
        ("from", "1"),
        ("amount", "99,00"),
        ("expiration_date", "30/11/2026"),
        ("classificar_note", "Outra"),
        ("responsible_email", "outro@example.com"),
        ("password", "uma frase bem longa"),
        ("again", "uma frase bem longa"),
    ];
    let of_ids = ["/boletos/pdf", "/boletos/baixar", "/boletos/baixar/confirmar", "/boletos/email"];
    // A search leads to the page of the line, which asks whose it is.
    let leads_on = |path: &str| path.ends_with("/procurar");
    let of_things = |path: &str| id_of(path) || of_ids.contains(&path);
    for (path, _) in FORMS.into_iter().filter(|(path, _)| of_things(path) && !leads_on(path)) {
        let refused = ana.post(house, &theirs.fill(path), &fields).await;
        let wrong = [404, 409, 422].contains(&refused.status.as_u16());
        assert!(wrong, "{path}: {} {}", refused.status, refused.text());
        assert!(!refused.text().contains("Alhei"), "{path}: {}", refused.text());
    }
    for status in ["paused", "ended"] {
        let path = theirs.fill("/contratos/{n}/situacao");
        assert_eq!(ana.post(house, &path, &[("status", status)]).await.status, 404);
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
