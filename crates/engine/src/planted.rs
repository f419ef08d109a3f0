//! Defects that the seeded tests plant to prove that they would be caught. Without the
//! feature `planted-bugs`, which nothing but those tests turns on, there are none.

/// A defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// No intent is written before a call.
    NoIntent,
    /// After silence the order is sent again without asking.
    BlindRetry,
    /// One question without an answer counts as absence.
    AsksTooSoon,
    /// An error 5xx or silence counts as a refusal.
    SilenceIsRefusal,
    /// That the bank has our number already counts as a refusal.
    TwinIsRefusal,
    /// After silence the order goes out under the next number of ours.
    NumberAnew,
    /// Days whose settlements were read are not read again.
    SettledOnce,
    /// A payment counts each time it is told.
    NoDedupe,
    /// A row of a file has another key each time.
    RowsWithoutKeys,
    /// A letter counts as sent before the server has it.
    SentBeforehand,
    /// How far a statement was read is saved before its lines.
    CursorBeforeLines,
    /// Days of a statement are read once.
    NoOverlap,
    /// Two lines of a day that look alike are one.
    AlikeIsSame,
    /// A balance of the bank closes its day, whatever the lines lead to.
    BalanceUnchecked,
    /// A line is said to be explained in a transaction before that of its match.
    StatusBeforeMatch,
    /// A boleto is matched although somebody matched it meanwhile.
    TakesTaken,
    /// Fees are not found to be fees.
    FeesLeftOpen,
}

#[cfg(feature = "planted-bugs")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Plants a defect for this thread.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this defect is planted.
#[cfg(feature = "planted-bugs")]
pub(crate) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether this defect is planted: never.
#[cfg(not(feature = "planted-bugs"))]
pub(crate) const fn is(_: Bug) -> bool {
    false
}
