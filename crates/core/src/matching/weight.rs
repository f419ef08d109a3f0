//! Weights of evidence in decibans, and what they make of a belief.
//!
//! Ten decibans make something ten times likelier. Whole numbers are exact enough, and the same on
//! every machine.

/// How sure a match is, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confidence(u32);

impl Confidence {
    /// No doubt is left.
    pub const CERTAIN: Self = Self(1_000_000);

    /// So many millionths; above a million counts as a million.
    pub const fn from_ppm(ppm: u32) -> Self {
        Self(if ppm > 1_000_000 { 1_000_000 } else { ppm })
    }

    /// In millionths.
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// A part of a whole; neither is below zero.
    pub fn of(part: u128, whole: u128) -> Self {
        Self::from_ppm(u32::try_from(part * 1_000_000 / whole.max(1)).unwrap_or(1_000_000))
    }

    /// Of one hypothesis against a single other one that lies so many decibans below it (negative:
    /// above it).
    pub fn against(margin: i32) -> Self {
        let mine = likelihood(margin);
        Self::of(mine, mine + ONE)
    }
}

/// What [`likelihood`] calls even odds.
pub(crate) const ONE: u128 = 1 << BITS;
const BITS: u32 = 40;

/// 10^(k/10) for one decade, in billionths.
const DECADE: [u128; 10] = [
    1_000_000_000,
    1_258_925_412,
    1_584_893_192,
    1_995_262_315,
    2_511_886_432,
    3_162_277_660,
    3_981_071_706,
    5_011_872_336,
    6_309_573_445,
    7_943_282_347,
];

/// The most that is told apart, and the least.
const MOST: i32 = 99;

/// Decibans as a factor in parts of [`ONE`]; within ±99.
pub(crate) fn likelihood(decibans: i32) -> u128 {
    let place = decibans.clamp(-MOST, MOST) + MOST;
    LIKELIHOOD[usize::try_from(place).unwrap_or(0)]
}

static LIKELIHOOD: [u128; 2 * MOST as usize + 1] = {
    let mut all = [0; 2 * MOST as usize + 1];
    let mut at = 0;
    while at < all.len() {
        let decibans = at as i32 - MOST;
        let value = DECADE[decibans.rem_euclid(10) as usize] * ONE;
        let decades = decibans.div_euclid(10);
        all[at] = if decades >= 0 {
            value * 10_u128.pow(decades.unsigned_abs()) / 1_000_000_000
        } else {
            value / (1_000_000_000 * 10_u128.pow(decades.unsigned_abs()))
        };
        at += 1;
    }
    all
};

/// The product of two factors in parts of [`ONE`], the second one not above it.
pub(crate) const fn scaled(factor: u128, part: u128) -> u128 {
    (factor * part) >> BITS
}

/// The quotient of two factors in parts of [`ONE`].
pub(crate) fn divided(factor: u128, by: u128) -> u128 {
    (factor << BITS) / by.max(1)
}

/// Ten times the decimal logarithm of `many / few`, within a deciban.
pub(crate) fn decibans(many: u64, few: u64) -> i32 {
    // log₁₀2 is 0.30103.
    let difference = log2(many.max(1)) - log2(few.max(1));
    i32::try_from(difference * 30_103 / (10_000 * 1024)).unwrap_or(0)
}

/// The binary logarithm in 1/1024.
fn log2(value: u64) -> i64 {
    let whole = 63 - i64::from(value.leading_zeros());
    // The ten bits after the first one, and a parabola between powers of two.
    let rest = ((u128::from(value) << 10 >> whole) as i64) - 1024;
    let bow = rest * (1024 - rest) * 352 / (1024 * 1024);
    whole * 1024 + rest + bow
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_right_within_a_deciban() {
        for (many, few, wanted) in
            [(1, 1, 0), (10, 1, 10), (1_000, 1, 30), (2, 1, 3), (1, 1_000_000, -60), (700, 7, 20)]
        {
            let found = decibans(many, few);
            assert!((found - wanted).abs() <= 1, "{many}/{few}: {found}, not {wanted}");
        }
    }

    #[test]
    fn two_equals_are_even() {
        assert_eq!(Confidence::against(0).ppm(), 500_000);
        assert_eq!(Confidence::against(30).ppm(), 999_000);
        assert!(Confidence::against(-20).ppm() < 10_000);
    }
}
