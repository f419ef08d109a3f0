//! Random choices that a seed repeats.

use quita_banks::simulator::Entropy;

/// SplitMix64 (Steele, Lea, Flood 2014): one number of state, which can be kept and restored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SplitMix {
    /// All its state.
    pub(crate) state: u64,
}

impl Entropy for SplitMix {
    fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A random UUID (version 4).
pub(crate) fn uuid(rng: &mut dyn Entropy) -> String {
    let high = rng.next_u64() & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = rng.next_u64() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    let hex = format!("{high:016x}{low:016x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_sequence() {
        // First outputs for seed 1234567, as in Rosetta Code's task on SplitMix64.
        let mut rng = SplitMix { state: 1_234_567 };
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_uuid_is_of_version_4() {
        let id = uuid(&mut SplitMix { state: 7 });
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
    }
}
