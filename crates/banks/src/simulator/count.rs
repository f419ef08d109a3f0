//! A switch that counts itself down.

use serde::{Deserialize, Serialize};

/// How many more times something happens: a number, `true` for always, `false` for never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "CountText", into = "CountText")]
pub(crate) struct Count(u32);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum CountText {
    Always(bool),
    Times(u32),
}

impl Count {
    /// Not at all.
    pub(crate) const NEVER: Self = Self(0);

    /// Uses one up; tells whether there was one.
    pub(crate) fn take(&mut self) -> bool {
        let some = self.0 > 0;
        if some && self.0 != u32::MAX {
            self.0 -= 1;
        }
        some
    }
}

impl From<CountText> for Count {
    fn from(text: CountText) -> Self {
        match text {
            CountText::Always(true) => Self(u32::MAX),
            CountText::Always(false) => Self(0),
            CountText::Times(times) => Self(times),
        }
    }
}

impl From<Count> for CountText {
    fn from(count: Count) -> Self {
        match count.0 {
            u32::MAX => Self::Always(true),
            times => Self::Times(times),
        }
    }
}
