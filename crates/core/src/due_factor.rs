//! The due factor: four digits of the barcode that stand for the due date.
//!
//! Days since 1997-10-07, from 1000 (2000-07-03) to 9999 (2025-02-21); from 2025-02-22 the
//! count starts again at 1000, which is days since 2022-05-29 (FEBRABAN, operational manual
//! on the «fator de vencimento», 2012). A factor therefore names two dates; which one is
//! meant depends on the day on which it is read.

use std::fmt;

use jiff::civil::{Date, date};

use crate::calendar::days_between;

/// The base dates of the two cycles.
const BASES: [Date; 2] = [date(1997, 10, 7), date(2022, 5, 29)];

/// How many days overdue a boleto may be for its factor to be read.
pub const DAYS_BEHIND: i32 = 3000;

/// How many days ahead of the reading day a due date may lie.
pub const DAYS_AHEAD: i32 = 5500;

/// A due factor, 1000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DueFactor(u16);

/// A due date or factor that cannot be used; the message is for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DueFactorError {
    /// No cycle contains the date.
    #[error("o vencimento deve estar entre 2000-07-03 e 2049-10-13 para caber no código de barras")]
    DateOutsideCycles,
    /// The date is so far ahead that readers would refuse it.
    #[error("o vencimento não pode passar de {DAYS_AHEAD} dias a partir de hoje")]
    DateTooFarAhead,
    /// The factor is in the safety range between the two windows on the reading day.
    #[error(
        "o fator de vencimento {0} não identifica uma data nesta época (mais de {DAYS_BEHIND} dias \
         vencido ou mais de {DAYS_AHEAD} dias a vencer); procure o banco emissor"
    )]
    OutsideWindow(u16),
}

impl DueFactor {
    /// The factor with this value; `None` below 1000 or above 9999.
    pub const fn new(value: u16) -> Option<Self> {
        if value >= 1000 && value <= 9999 { Some(Self(value)) } else { None }
    }

    /// The four digits as a number.
    pub const fn value(self) -> u16 {
        self.0
    }

    /// The factor of a due date in either cycle.
    ///
    /// # Errors
    /// [`DueFactorError::DateOutsideCycles`] before 2000-07-03 or after 2049-10-13.
    pub fn of_date(due: Date) -> Result<Self, DueFactorError> {
        BASES
            .iter()
            .find_map(|base| u16::try_from(days_between(*base, due)).ok().and_then(Self::new))
            .ok_or(DueFactorError::DateOutsideCycles)
    }

    /// The factor of a due date for a boleto issued today.
    ///
    /// # Errors
    /// As [`DueFactor::of_date`]; also [`DueFactorError::DateTooFarAhead`] where the date is
    /// more than [`DAYS_AHEAD`] days after `today`, as no bank would read it back.
    pub fn of_new_boleto(due: Date, today: Date) -> Result<Self, DueFactorError> {
        if days_between(today, due) > DAYS_AHEAD {
            return Err(DueFactorError::DateTooFarAhead);
        }
        Self::of_date(due)
    }

    /// The due date that the factor means when it is read on `today`.
    ///
    /// # Errors
    /// [`DueFactorError::OutsideWindow`] where neither cycle gives a date from
    /// [`DAYS_BEHIND`] days before to [`DAYS_AHEAD`] days after `today`.
    pub fn date_read_on(self, today: Date) -> Result<Date, DueFactorError> {
        BASES
            .iter()
            .filter_map(|base| base.checked_add(jiff::Span::new().days(i64::from(self.0))).ok())
            .find(|due| (-DAYS_BEHIND..=DAYS_AHEAD).contains(&days_between(today, *due)))
            .ok_or(DueFactorError::OutsideWindow(self.0))
    }
}

/// The four digits.
impl fmt::Display for DueFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cycles_meet_in_february_2025() {
        for (due, factor) in [
            (date(2000, 7, 3), 1000),
            (date(2025, 2, 21), 9999),
            (date(2025, 2, 22), 1000),
            (date(2026, 11, 21), 1637),
            (date(2049, 10, 13), 9999),
        ] {
            assert_eq!(DueFactor::of_date(due).map(DueFactor::value), Ok(factor), "{due}");
        }
        for due in [date(2000, 7, 2), date(2049, 10, 14), Date::MIN, Date::MAX] {
            assert_eq!(DueFactor::of_date(due), Err(DueFactorError::DateOutsideCycles));
        }
    }

    #[test]
    fn the_window_decides_which_date_is_meant() {
        let today = date(2026, 11, 21);
        let read = |factor: u16| DueFactor::new(factor).unwrap().date_read_on(today);
        assert_eq!(read(7637), Ok(date(2018, 9, 4)));
        assert_eq!(read(9999), Ok(date(2025, 2, 21)));
        assert_eq!(read(1000), Ok(date(2025, 2, 22)));
        assert_eq!(read(7137), Ok(date(2041, 12, 12)));
        for factor in [7138, 7400, 7636] {
            assert_eq!(read(factor), Err(DueFactorError::OutsideWindow(factor)));
        }
        // In 2012 the same digits meant another date.
        let in_2012 = DueFactor::new(5316).unwrap().date_read_on(date(2012, 4, 1));
        assert_eq!(in_2012, Ok(date(2012, 4, 27)));
    }

    #[test]
    fn at_most_one_cycle_fits_on_any_day() {
        let mut today = date(2000, 1, 1);
        while today < date(2055, 1, 1) {
            for factor in (1000..=9999).step_by(37) {
                let fits = BASES
                    .iter()
                    .map(|base| days_between(today, *base) + factor)
                    .filter(|ahead| (-DAYS_BEHIND..=DAYS_AHEAD).contains(ahead))
                    .count();
                assert!(fits <= 1, "{factor} on {today}");
            }
            today = today.checked_add(jiff::Span::new().days(97)).unwrap();
        }
    }

    #[test]
    fn a_new_boleto_stays_inside_the_window() {
        let today = date(2026, 11, 21);
        assert!(DueFactor::of_new_boleto(date(2041, 12, 12), today).is_ok());
        let late = DueFactor::of_new_boleto(date(2041, 12, 13), today);
        assert_eq!(late, Err(DueFactorError::DateTooFarAhead));
    }
}
