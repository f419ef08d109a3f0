//! Ids and tokens, from a clock and entropy that are given.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use jiff::Timestamp;

/// Where unpredictable numbers come from.
pub trait Entropy: Send + Sync {
    /// Sixteen unpredictable bytes.
    fn bytes(&self) -> [u8; 16];
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// The generator.
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        #[expect(clippy::expect_used, reason = "without entropy nothing here may go on")]
        self.0.fill(&mut bytes).expect("the operating system gives random numbers");
        bytes
    }
}

/// A source of ids for one transaction. A copy gives the same ids again, so that a closure
/// that is run twice writes the same rows.
#[derive(Clone, Debug)]
pub struct Ids {
    now: Timestamp,
    seed: u128,
    given: u32,
    /// The second number of the last hash.
    spare: Option<u128>,
}

impl Ids {
    /// Ids of this instant.
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self { now, seed: u128::from_le_bytes(entropy.bytes()), given: 0, spare: None }
    }

    /// The instant to write beside them.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The next UUIDv7 (RFC 9562), in the order of their making within one source.
    pub fn next_id(&mut self) -> String {
        let random = self.next_random();
        let milliseconds = u64::try_from(self.now.as_millisecond()).unwrap_or(0) & 0xffff_ffff_ffff;
        // 12 bits after the version count within the source, so that ids of one transaction
        // sort as they were made; 62 bits are random.
        let sequence = u64::from(self.given) & 0xfff;
        let high = milliseconds << 16 | 0x7000 | sequence;
        let low = (random as u64) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        let mut id = String::with_capacity(36);
        push_hex(&mut id, &bytes[..4]);
        for group in [&bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]] {
            id.push('-');
            push_hex(&mut id, group);
        }
        id
    }

    /// 128 unpredictable bits as 32 hex digits, for links given to strangers.
    pub fn next_token(&mut self) -> String {
        format!("{:032x}", self.next_random())
    }

    /// As [`next_token`](Self::next_token), after the instant in milliseconds: an index of many
    /// such links grows at its end, instead of changing a page for each.
    pub fn next_link(&mut self) -> String {
        let milliseconds = u64::try_from(self.now.as_millisecond()).unwrap_or(0);
        format!("{milliseconds:012x}{:032x}", self.next_random())
    }

    /// `length` letters and digits that cannot be mistaken for one another.
    pub fn next_letters(&mut self, length: usize) -> String {
        let mut random = self.next_random();
        let mut letters = String::with_capacity(length);
        for _ in 0..length {
            letters.push(char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(random & 31) as usize]));
            random >>= 5;
        }
        letters
    }

    /// Spreads the seed, which the operating system made unpredictable, over many numbers.
    fn next_random(&mut self) -> u128 {
        use sha2::{Digest, Sha256};
        self.given += 1;
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(self.given.to_le_bytes());
        let mut halves = hash.finalize().into_iter();
        let mut half = || u128::from_le_bytes(std::array::from_fn(|_| halves.next().unwrap_or(0)));
        let number = half();
        self.spare = Some(half());
        number
    }
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for nibble in [byte >> 4, byte & 0xf] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn bytes(&self) -> [u8; 16] {
            [self.0; 16]
        }
    }

    #[test]
    fn ids_are_uuid_v7_in_order_and_a_copy_repeats_them() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let mut ids = Ids::new(now, &Fixed(7));
        let mut again = ids.clone();
        let made: Vec<String> = (0..100).map(|_| ids.next_id()).collect();
        assert!(made.is_sorted());
        assert!(made.iter().all(|id| id.len() == 36 && id.as_bytes()[14] == b'7'));
        assert_eq!(made, (0..100).map(|_| again.next_id()).collect::<Vec<_>>());
        let mut other = Ids::new(now, &Fixed(8));
        assert_ne!(other.next_id(), made[0]);
        assert_eq!(other.next_letters(7).len(), 7);
        assert_eq!(other.next_token().len(), 32);
        let (first, second) = (other.next_link(), other.next_link());
        assert_eq!(first[..12], second[..12]);
        assert_ne!(first[12..], second[12..]);
    }
}
