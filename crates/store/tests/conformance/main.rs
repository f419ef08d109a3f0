//! What the store promises, asked of both engines with the same functions.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod audit;
mod crash;
mod facade;
mod groups;
mod matching;
mod mechanisms;
mod postgres_only;
mod sqlite_only;

use jiff::Timestamp;
use quita_store::testing::{self, TestFolder};
use quita_store::{Options, Store};

/// An empty database of one engine.
pub(crate) struct Place {
    url: String,
    _folder: Option<TestFolder>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = TestFolder::new();
        Self { url: folder.sqlite_url(), _folder: Some(folder) }
    }

    pub(crate) fn postgres() -> Self {
        Self { url: testing::postgres().fresh_database(), _folder: None }
    }

    pub(crate) fn open(&self) -> Store {
        self.open_with(Options::default())
    }

    pub(crate) fn open_with(&self, options: Options) -> Store {
        Store::open(&self.url, options).unwrap()
    }
}

/// An instant: so many seconds after the year 2026 began.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_236_400 + seconds).unwrap()
}

/// Makes two tests of each function: one on SQLite, one on PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { super::$name(&crate::Place::sqlite()); })+
        }
        mod on_postgres {
            $(#[test] fn $name() { super::$name(&crate::Place::postgres()); })+
        }
    };
}
use on_both_engines;

on_both_engines!(every_statement_is_prepared, two_openings_at_once_make_one_schema);

fn every_statement_is_prepared(place: &Place) {
    let names = match testing::prepare_all(&place.url) {
        Ok(names) => names,
        Err(complaints) => panic!("{}", complaints.join("\n")),
    };
    for module in ["audit", "counters", "cursors", "idempotency", "inbox", "jobs"] {
        let prefix = format!("quita_store::{module}::");
        assert!(names.iter().any(|name| name.starts_with(&prefix)), "nothing of {module}");
    }
}

fn two_openings_at_once_make_one_schema(place: &Place) {
    std::thread::scope(|scope| {
        let openings: Vec<_> = (0..4).map(|_| scope.spawn(|| place.open())).collect();
        for opening in openings {
            let store = opening.join().unwrap();
            assert_eq!(
                store.tx(|tx| quita_store::counters::next(tx, "a", "n")).map(|_| ()),
                Ok(())
            );
        }
    });
}
