//! Days and hours as banks here count and write them.

use jiff::civil::{Date, Time};
use jiff::tz::{self, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

/// The zone in which the bank counts its days.
fn zone() -> TimeZone {
    TimeZone::get("America/Sao_Paulo").unwrap_or_else(|_| TimeZone::fixed(tz::offset(-3)))
}

/// The day of an instant.
pub(crate) fn day(instant: Timestamp) -> Date {
    zone().to_datetime(instant).date()
}

/// The time of day of an instant.
pub(crate) fn time(instant: Timestamp) -> Time {
    zone().to_datetime(instant).time()
}

/// The instant at which an hour of a day comes; the end of time where the calendar ends.
pub(crate) fn instant(day: Date, hour: i8) -> Timestamp {
    let moment = day.at(hour.clamp(0, 23), 0, 0, 0);
    moment.to_zoned(zone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// `2026-12-01T11:03:22.511-03:00`.
pub(crate) fn local_text(instant: Timestamp) -> String {
    instant.to_zoned(zone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// `2026-12-01T14:03:22.511Z`.
pub(crate) fn utc_text(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `2026-12-01 11:03:22.511`, without zone, as the complete statement writes it.
pub(crate) fn bare_text(instant: Timestamp) -> String {
    instant.to_zoned(zone()).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// So many milliseconds later.
pub(crate) fn later(instant: Timestamp, milliseconds: u64) -> Timestamp {
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    instant.checked_add(SignedDuration::from_millis(milliseconds)).unwrap_or(Timestamp::MAX)
}

/// So many days later, or earlier.
pub(crate) fn plus_days(day: Date, days: i64) -> Date {
    let end = if days < 0 { Date::MIN } else { Date::MAX };
    Span::new().try_days(days).ok().and_then(|span| day.checked_add(span).ok()).unwrap_or(end)
}
