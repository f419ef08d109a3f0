//! Bank business days.
//!
//! Saturdays, Sundays and national bank holidays do not count (CMN Resolution 4.880/2020 and
//! FEBRABAN's yearly list): the fixed ones, 20 November since 2024 (Lei 14.759/2023), and those
//! that move with Easter. Local holidays are unknown here and may be added. 31 December is a
//! business day on which banks do not attend the public; it has its own question.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

/// National holidays that fall on the same day each year, as month and day.
const FIXED_HOLIDAYS: [(i8, i8); 8] =
    [(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)];

/// Carnival Monday and Tuesday, Good Friday and Corpus Christi, in days from Easter Sunday.
const DAYS_FROM_EASTER: [i32; 4] = [-48, -47, -2, 60];

/// The national bank calendar, with local holidays where they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Days that are holidays here besides the national ones.
    pub local_holidays: BTreeSet<Date>,
}

impl Calendar {
    /// The national calendar.
    pub const fn national() -> Self {
        Self { local_holidays: BTreeSet::new() }
    }

    /// True on days on which money moves between banks.
    pub fn is_business_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !is_national_holiday(day)
            && !self.local_holidays.contains(&day)
    }

    /// The first business day on or after `day`: until when a boleto due on it is paid on time
    /// (Lei 7.089/1983).
    pub fn next_business_day(&self, day: Date) -> Date {
        let mut day = day;
        while !self.is_business_day(day) {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        day
    }

    /// The latest due date that has passed on `today`: the business day before it. A boleto due on a
    /// Saturday is not late on Sunday, nor on Monday (Lei 7.089/1983).
    pub fn last_overdue(&self, today: Date) -> Date {
        self.add_business_days(today, -1)
    }

    /// The business day `count` business days after `day`, before it where negative.
    ///
    /// Zero gives `day` itself. Stops at the ends of the calendar (years −9999 and 9999).
    pub fn add_business_days(&self, day: Date, count: i32) -> Date {
        let mut day = day;
        let mut left = count.unsigned_abs();
        while left > 0 {
            let step = if count > 0 { day.tomorrow() } else { day.yesterday() };
            let Ok(next) = step else { break };
            day = next;
            if self.is_business_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// How many business days lie after `from` up to and including `to`; negative where `to`
    /// comes first.
    pub fn business_days_between(&self, from: Date, to: Date) -> i32 {
        let (mut day, end, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        while day < end {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            if self.is_business_day(day) {
                count += sign;
            }
        }
        count
    }
}

/// True on national bank holidays, whatever the day of the week.
pub fn is_national_holiday(day: Date) -> bool {
    let month_and_day = (day.month(), day.day());
    if FIXED_HOLIDAYS.contains(&month_and_day) {
        return true;
    }
    if month_and_day == (11, 20) {
        return day.year() >= 2024;
    }
    // Those that follow Easter fall between February and June.
    (2..=6).contains(&day.month()) && DAYS_FROM_EASTER.contains(&days_from_easter(day))
}

/// The national bank holidays of a year, by date.
pub fn national_holidays(year: i16) -> Vec<Date> {
    let Ok(first) = Date::new(year, 1, 1) else { return Vec::new() };
    let in_year = first.series(jiff::Span::new().days(1)).take_while(|day| day.year() == year);
    in_year.filter(|day| is_national_holiday(*day)).collect()
}

/// True on 31 December: banks do not attend the public, boletos due may be paid on the next
/// business day without charge, yet the day counts as a business day (ANBIMA).
pub fn has_no_banking_hours(day: Date) -> bool {
    (day.month(), day.day()) == (12, 31)
}

/// Calendar days from one date to another, negative backwards.
pub fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// Days from Easter Sunday of the same year (Gregorian computus of Meeus, Jones and Butcher).
fn days_from_easter(day: Date) -> i32 {
    let year = i32::from(day.year());
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let lunar = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let moon = (19 * golden + century - century.div_euclid(4) - lunar + 15).rem_euclid(30);
    let sunday = (32 + 2 * century.rem_euclid(4) + 2 * (of_century / 4) - moon - of_century % 4)
        .rem_euclid(7);
    let correction = (golden + 11 * moon + 22 * sunday) / 451;
    let day_of_march = moon + sunday - 7 * correction + 22;
    let days_before_march = if day.in_leap_year() { 60 } else { 59 };
    i32::from(day.day_of_year()) - days_before_march - day_of_march
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn easter_is_where_the_almanac_says() {
        for (year, month, day) in [
            (1961, 4, 2),
            (2000, 4, 23),
            (2008, 3, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2038, 4, 25),
            (2285, 3, 22),
        ] {
            assert_eq!(days_from_easter(date(year, month, day)), 0, "{year}");
        }
    }

    #[test]
    fn moving_holidays_are_found_in_leap_years_too() {
        for day in [date(2024, 2, 12), date(2024, 2, 13), date(2024, 3, 29), date(2024, 5, 30)] {
            assert!(is_national_holiday(day), "{day}");
        }
        // Ash Wednesday opens at noon; Holy Thursday is a business day.
        assert!(Calendar::national().is_business_day(date(2024, 2, 14)));
        assert!(Calendar::national().is_business_day(date(2024, 3, 28)));
    }

    #[test]
    fn the_twentieth_of_november_is_a_holiday_since_2024() {
        let calendar = Calendar::national();
        assert!(calendar.is_business_day(date(2023, 11, 20)));
        assert!(!calendar.is_business_day(date(2024, 11, 20)));
        assert_eq!(calendar.next_business_day(date(2026, 11, 20)), date(2026, 11, 23));
    }

    #[test]
    fn local_holidays_and_the_last_day_of_the_year() {
        let mut calendar = Calendar::national();
        let city_day = date(2026, 1, 20);
        assert!(calendar.is_business_day(city_day));
        calendar.local_holidays.insert(city_day);
        assert!(!calendar.is_business_day(city_day));
        assert!(has_no_banking_hours(date(2026, 12, 31)));
        assert!(calendar.is_business_day(date(2026, 12, 31)));
    }

    #[test]
    fn business_days_are_counted_both_ways() {
        let calendar = Calendar::national();
        // Friday the 20th is a holiday, then a weekend.
        let (thursday, monday) = (date(2026, 11, 19), date(2026, 11, 23));
        assert_eq!(calendar.business_days_between(thursday, monday), 1);
        assert_eq!(calendar.business_days_between(monday, thursday), -1);
        assert_eq!(calendar.add_business_days(thursday, 1), monday);
        assert_eq!(calendar.add_business_days(monday, -1), thursday);
        assert_eq!(calendar.add_business_days(date(2026, 11, 21), 0), date(2026, 11, 21));
        assert_eq!(days_between(thursday, monday), 4);
    }

    #[test]
    fn the_ends_of_the_calendar_are_not_crossed() {
        let calendar = Calendar::national();
        assert_eq!(calendar.add_business_days(Date::MAX, 3), Date::MAX);
        assert_eq!(calendar.add_business_days(Date::MIN, -3), Date::MIN);
        assert!(calendar.next_business_day(Date::MAX) <= Date::MAX);
        assert_eq!(national_holidays(i16::MAX), Vec::<Date>::new());
        assert_eq!(national_holidays(-9999).len(), 12);
    }
}
