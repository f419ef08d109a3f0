//! Cancelling, changing, PDF, webhook, probe.

use quita_banks::contract::{ChangeState, Done, Op, Outcome};
use quita_core::fact::Fact;
use serde_json::json;

use crate::support::{BANK_ID, EDICAO, SUMARIO, WEBHOOK, answer, every_op, one_report};

#[test]
fn a_cancellation_is_taken_with_any_empty_success() {
    let op = &every_op()[3];
    for (status, body) in [(202, ""), (204, ""), (200, "{}"), (202, " \n")] {
        let report = one_report(answer(op, status, body));
        assert_eq!(report.bank_id.as_deref(), Some(BANK_ID));
        assert_eq!(report.facts, [Fact::CancellationTaken]);
    }
    let Outcome::Rejected(refusal) = answer(op, 400, r#"{"detail":"Cobrança já recebida"}"#)
    else {
        panic!()
    };
    assert!(refusal.message.contains("não foi cancelado"), "{}", refusal.message);
}

#[test]
fn a_change_goes_through_its_states() {
    let ops = every_op();
    let id = "ed17a000-0000-4000-8000-000000000001".to_owned();
    let change = |state| Outcome::Done(Done::Change { change_id: id.clone(), state });
    assert_eq!(answer(&ops[4], 200, EDICAO), change(ChangeState::Processing));
    let with = |status: &str| EDICAO.replace("PROCESSANDO", status);
    assert_eq!(answer(&ops[4], 200, with("SUCESSO")), change(ChangeState::Applied));
    assert_eq!(answer(&ops[4], 200, with("AGENDADO")), change(ChangeState::Processing));
    let Outcome::Rejected(refusal) = answer(&ops[4], 200, with("FALHA")) else { panic!() };
    assert!(refusal.message.contains("Edição"), "{}", refusal.message);
    for body in ["", "{}", r#"{"status":"PROCESSANDO"}"#] {
        assert!(matches!(answer(&ops[4], 200, body), Outcome::Unknown { .. }), "{body}");
    }
    for (status, state) in [
        ("PROCESSANDO", ChangeState::Processing),
        ("SUCESSO", ChangeState::Applied),
        ("FALHA", ChangeState::Failed),
    ] {
        let body = json!({"status": status}).to_string();
        assert_eq!(answer(&ops[5], 200, body), change(state));
    }
    for body in ["{}", r#"{"status":"AGENDADO"}"#] {
        assert!(matches!(answer(&ops[5], 200, body), Outcome::Transient { .. }), "{body}");
    }
}

#[test]
fn the_pdf_comes_within_json_or_raw() {
    let op = &every_op()[9];
    let file = Outcome::Done(Done::Pdf(b"%PDF-1.4 x".to_vec()));
    assert_eq!(answer(op, 200, r#"{"pdf":"JVBERi0xLjQgeA=="}"#), file);
    assert_eq!(answer(op, 200, "{\"pdf\":\"JVBERi0x\\r\\nLjQgeA==\"}"), file);
    assert_eq!(answer(op, 200, "%PDF-1.4 x"), file);
    for (status, body) in
        [(406, ""), (200, r#"{"pdf":""}"#), (200, r#"{"pdf":"eHh4"}"#), (200, r#"{"pdf":"%%"}"#)]
    {
        assert!(matches!(answer(op, status, body), Outcome::Transient { .. }), "{status} {body}");
    }
}

#[test]
fn the_webhook_is_read_and_set() {
    let ops = every_op();
    let url = "https://cobranca.exemplo.example/hooks/abc".to_owned();
    assert_eq!(answer(&ops[10], 200, WEBHOOK), Outcome::Done(Done::Webhook(Some(url.clone()))));
    assert_eq!(answer(&ops[10], 200, "{}"), Outcome::Done(Done::Webhook(None)));
    assert_eq!(answer(&ops[10], 204, ""), Outcome::Done(Done::Webhook(None)));
    assert_eq!(answer(&ops[11], 204, ""), Outcome::Done(Done::Webhook(Some(url))));
}

#[test]
fn the_probe_wants_the_summary() {
    assert_eq!(answer(&Op::Probe, 200, SUMARIO), Outcome::Done(Done::Nothing));
    assert_eq!(answer(&Op::Probe, 200, "[]"), Outcome::Done(Done::Nothing));
    assert!(matches!(answer(&Op::Probe, 200, "{}"), Outcome::Transient { .. }));
}
