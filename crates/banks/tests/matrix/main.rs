//! One suite for every bank: what a folder claims in its `operations` is proven against its own
//! simulator, through the contract alone. A claim without a suite fails, and so does an
//! operation that is not claimed and yet answered.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected has failed"
)]

mod desk;
mod suites;

use quita_banks::contract::{Op, OpKind};
use quita_banks::info::TermChanges;
use quita_banks::registry::BANKS;
use quita_banks::statement::StatementDetail;
use quita_core::money::Money;
use quita_core::terms::Term;

use desk::Desk;
use suites::SUITES;

#[test]
fn every_claimed_operation_of_every_bank_works_with_its_simulator() {
    let mut run = 0;
    for bank in BANKS {
        let info = bank.info();
        for kind in info.operations {
            let suite = SUITES.iter().find(|(k, _)| k == kind);
            let (_, suite) =
                suite.unwrap_or_else(|| panic!("{}: no suite for {kind:?}", info.name));
            suite(&mut Desk::new(*bank));
            run += 1;
        }
    }
    assert!(run > 0, "no bank claims anything");
}

#[test]
fn what_is_not_claimed_is_unsupported() {
    for bank in BANKS {
        let desk = Desk::new_without_simulator(*bank);
        for op in Op::samples() {
            let claimed = bank.info().can(op.kind());
            let answered = bank.request(&op, &desk.ctx()).is_ok();
            assert_eq!(claimed, answered, "{}: {:?}", bank.info().name, op.kind());
        }
    }
}

#[test]
fn every_limit_host_and_scope_that_is_named_is_declared() {
    for bank in BANKS {
        let info = bank.info();
        let desk = Desk::new_without_simulator(*bank);
        for op in Op::samples() {
            let Ok(request) = bank.request(&op, &desk.ctx()) else { continue };
            let about = format!("{}: {:?}", info.name, op.kind());
            assert!(info.hosts.iter().any(|h| h.key == request.host), "{about}: host");
            let known = request.limit.is_empty() || info.limit(request.limit, false).is_some();
            assert!(known, "{about}: limit");
            for scope in request.scopes {
                assert!(info.scopes.iter().any(|s| s.name == *scope), "{about}: scope {scope}");
            }
            assert!(request.path.starts_with('/'), "{about}: path");
        }
        let about = format!("{}: rules of the statement", info.name);
        assert_eq!(info.can(OpKind::Statement), info.statement.is_some(), "{about}");
        let shown = info.statement.as_ref().is_none_or(|s| s.complete || s.simple);
        assert!(shown, "{about}");
        let changing = [OpKind::Issue, OpKind::Cancel, OpKind::Change, OpKind::Instruct];
        let terms = info.boleto.change_terms != TermChanges::NONE;
        assert_eq!(info.can(OpKind::Instruct), terms, "{}: terms after registration", info.name);
        for kind in changing.into_iter().filter(|k| info.can(*k)) {
            assert!(info.repeats.iter().any(|(k, _)| *k == kind), "{}: {kind:?}", info.name);
        }
    }
}

/// One of each operation.
trait Samples: Sized {
    fn samples() -> Vec<Self>;
}

impl Samples for Op {
    fn samples() -> Vec<Self> {
        let day = jiff::civil::date(2026, 11, 23);
        let now = desk::start();
        let id = || "3f1c2d3e-0000-4000-8000-000000000001".to_owned();
        vec![
            Self::Issue(Box::new(desk::order("REF1"))),
            Self::Rehearse(Box::new(desk::order("REF1"))),
            Self::Find {
                bank_reference: "REF1".into(),
                our_number: None,
                issued_from: day,
                cursor: None,
            },
            Self::Get { bank_id: id() },
            Self::Cancel { bank_id: id(), reason: "teste".into() },
            Self::Change { bank_id: id(), expiration_date: Some(day), amount: None },
            Self::Instruct { bank_id: id(), term: Term::Abatement(Money::from_cents(1)) },
            Self::ChangeStatus { change_id: id() },
            Self::Settled { from: day, to: day, cursor: None },
            Self::States { from: day, to: day, cursor: None },
            Self::PixReceived { from: now, to: now, cursor: None },
            Self::Pdf { bank_id: id() },
            Self::GetWebhook,
            Self::RegisterWebhook { url: "https://cobranca.example/hooks/1".into() },
            Self::Probe,
            Self::Statement { from: day, to: day, detail: StatementDetail::Complete, cursor: None },
            Self::Statement { from: day, to: day, detail: StatementDetail::Simple, cursor: None },
            Self::Balance { day: Some(day) },
        ]
    }
}
