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

    /// Of one hypothesis against all others, each so many decibans below it (negative: above it).
    pub fn against(margins: impl Iterator<Item = i32>) -> Self {
        let others: u64 = margins.map(below).fold(0, u64::saturating_add);
        Self(u32::try_from(1_000_000 * ONE / ONE.saturating_add(others).max(1)).unwrap_or(0))
    }
}

/// The scale of [`below`].
const ONE: u64 = 1_000_000_000;

/// 10^(−k/10) for one decade, in billionths.
const DECADE: [u64; 10] = [
    1_000_000_000,
    794_328_235,
    630_957_344,
    501_187_234,
    398_107_171,
    316_227_766,
    251_188_643,
    199_526_231,
    158_489_319,
    125_892_541,
];

/// How much less likely something is that lies so many decibans below, in billionths.
fn below(decibans: i32) -> u64 {
    let clamped = decibans.clamp(-60, 99);
    let (decades, place) = (clamped.div_euclid(10), clamped.rem_euclid(10));
    let value = DECADE[usize::try_from(place).unwrap_or(0)];
    if decades >= 0 {
        value / 10_u64.pow(decades.unsigned_abs())
    } else {
        value * 10_u64.pow(decades.unsigned_abs())
    }
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
        assert_eq!(Confidence::against([0].into_iter()).ppm(), 500_000);
        assert_eq!(Confidence::against([30].into_iter()).ppm(), 999_000);
        assert_eq!(Confidence::against(std::iter::empty()), Confidence::CERTAIN);
        assert!(Confidence::against([-20].into_iter()).ppm() < 10_000);
    }
}
