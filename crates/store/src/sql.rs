//! Statements: one text for both engines, registered so that a test prepares them all.

/// A statement, made by [`sql!`](crate::sql).
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) question_marks: &'static str,
}

impl Sql {
    /// Used by the macro only.
    #[doc(hidden)]
    pub const fn new(name: &'static str, text: &'static str, marks: &'static [u8]) -> Self {
        let question_marks = match std::str::from_utf8(marks) {
            Ok(marks) => marks,
            Err(_) => text,
        };
        Self { name, text, question_marks }
    }

    /// Where the statement is written: `module::NAME`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// SQLite's text. It would number `$1` by order of appearance, hence `?1`; the row locks
    /// stay what they look like, comments.
    pub(crate) const fn for_sqlite(self) -> &'static str {
        self.question_marks
    }

    /// PostgreSQL's text, with its row locks.
    pub(crate) fn for_postgres(self) -> String {
        self.text
            .replace("/*skip locked*/", "FOR UPDATE SKIP LOCKED")
            .replace("/*for update*/", "FOR UPDATE")
    }

    /// True for a statement that cannot change anything.
    pub(crate) fn only_reads(self) -> bool {
        self.text.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("SELECT"))
    }
}

/// Turns the `$` of `$1` into `?`. Same length, so that it runs at compile time.
#[doc(hidden)]
pub const fn question_marks<const N: usize>(text: &str) -> [u8; N] {
    let from = text.as_bytes();
    let mut to = [0; N];
    let mut i = 0;
    while i < N {
        let parameter = from[i] == b'$' && i + 1 < N && from[i + 1].is_ascii_digit();
        to[i] = if parameter { b'?' } else { from[i] };
        i += 1;
    }
    to
}

/// A registered statement.
#[doc(hidden)]
pub struct Registered(pub &'static Sql);

inventory::collect!(Registered);

/// Every statement of the program.
pub fn statements() -> impl Iterator<Item = Sql> {
    inventory::iter::<Registered>.into_iter().map(|registered| *registered.0)
}

/// Defines statements.
///
/// ```ignore
/// sql! {
///     BY_ID = "SELECT name FROM companies WHERE id = $1";
///     /// Held until the transaction ends.
///     LOCK = "SELECT status FROM boletos WHERE id = $1 /*for update*/";
/// }
/// ```
/// Parameters are `$1`, `$2`… in both engines. `/*for update*/` and `/*skip locked*/` at the
/// end of a SELECT lock its rows on PostgreSQL; SQLite has one writer and needs none.
#[macro_export]
macro_rules! sql {
    ($($(#[$meta:meta])* $visibility:vis $name:ident = $text:expr;)+) => {$(
        $(#[$meta])*
        $visibility static $name: $crate::Sql = {
            const TEXT: &str = $text;
            static MARKS: [u8; TEXT.len()] = $crate::question_marks(TEXT);
            $crate::Sql::new(concat!(module_path!(), "::", stringify!($name)), TEXT, &MARKS)
        };
        $crate::inventory::submit! { $crate::Registered(&$name) }
    )+};
}
