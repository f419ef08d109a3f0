//! Time, as a value that the rest is given.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Where the present comes from.
pub trait Clock: Send + Sync {
    /// This instant.
    fn now(&self) -> Timestamp;

    /// Time since some moment in the life of this process, which setting the clock does not
    /// move. `None` for a clock that the bank has too and that only goes forward: it measures
    /// for itself.
    fn steady(&self) -> Option<Duration> {
        None
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Option<Duration> {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        Some(BEGINNING.elapsed())
    }
}

/// Bank days are those of São Paulo, wherever the machine or the company is.
static SAO_PAULO: LazyLock<TimeZone> = LazyLock::new(|| {
    // The zone data is inside the binary; were it not, Brasília's offset has been fixed
    // since 2019.
    TimeZone::get("America/Sao_Paulo")
        .unwrap_or_else(|_| TimeZone::fixed(jiff::tz::Offset::constant(-3)))
});

/// The day of an instant at the banks.
pub fn bank_day(instant: Timestamp) -> Date {
    instant.to_zoned(SAO_PAULO.clone()).date()
}

/// The time of an instant on the clocks of the banks.
pub fn bank_time(instant: Timestamp) -> DateTime {
    instant.to_zoned(SAO_PAULO.clone()).datetime()
}

/// The instant at which a day begins at the banks.
pub fn bank_midnight(day: Date) -> Timestamp {
    day.to_zoned(SAO_PAULO.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// Minutes since midnight at the banks.
pub fn bank_minute(instant: Timestamp) -> u16 {
    let time = instant.to_zoned(SAO_PAULO.clone()).time();
    u16::try_from(time.hour()).unwrap_or(0) * 60 + u16::try_from(time.minute()).unwrap_or(0)
}

/// Seconds later.
pub fn after(instant: Timestamp, seconds: i64) -> Timestamp {
    instant.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Milliseconds later.
pub fn after_ms(instant: Timestamp, milliseconds: i64) -> Timestamp {
    instant.checked_add(jiff::SignedDuration::from_millis(milliseconds)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bank_day_ends_at_midnight_in_sao_paulo() {
        let late: Timestamp = "2026-11-22T02:59:59Z".parse().unwrap();
        let next: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        assert_eq!(bank_day(late).to_string(), "2026-11-21");
        assert_eq!(bank_minute(late), 23 * 60 + 59);
        assert_eq!(bank_day(next).to_string(), "2026-11-22");
        assert_eq!(bank_midnight(bank_day(next)), next);
        assert_eq!(bank_minute(next), 0);
    }
}
