//! The statement of a period as rows for spreadsheets, with the proof of each day.

use jiff::civil::Date;

use super::{DayView, LineView, statement};
use crate::desk::Actor;
use crate::error::Error;
use crate::world::World;

/// A period of an account, the first day first.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Days with what came in and went out, in cents.
    pub days: Vec<(DayView, i64, i64)>,
    /// Every line, in the order of the days.
    pub lines: Vec<LineView>,
}

/// The statement of an account for a period.
pub fn export(
    world: &World,
    actor: &Actor,
    account_id: &str,
    from: Date,
    to: Date,
) -> Result<Exported, Error> {
    let found = statement(world, actor, account_id, from, to)?;
    let mut exported = Exported { days: Vec::new(), lines: Vec::new() };
    for day in found.days.into_iter().rev() {
        exported.days.push((day.view, day.came_in, day.went_out));
        exported.lines.extend(day.lines);
    }
    Ok(exported)
}
