//! Passwords of people, kept as argon2id hashes.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use crate::error::Error;
use crate::ids::Entropy;

/// Shortest password.
pub const LENGTH_MIN: usize = 10;
/// Longest one: more would only keep the processor busy.
pub const LENGTH_MAX: usize = 200;

/// Stands in where nobody has the e-mail that was given, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2VtIG5pbmd1ZW0gYXF1aQ$\
                      7z2aF1yXo9mCw0m1m3pVvN0l0m0eQmXq5dF6o3y8b1k";

/// The hash of a password, with the parameters that OWASP names (19 MiB, two passes), in PHC
/// form.
pub fn hash(password: &str, entropy: &dyn Entropy) -> Result<String, Error> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &entropy.bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| Error::internal(format!("a password was not hashed: {e}")))
}

/// Whether it is the password of this hash; `None` is the hash of nobody and takes as long.
pub fn is_right(password: &str, hash: Option<&str>) -> bool {
    let verified = Argon2::default().verify_password(password.as_bytes(), hash.unwrap_or(NOBODY));
    hash.is_some() && verified.is_ok()
}

/// So many are looked at together: each takes memory, and anybody may ask.
const AT_ONCE: usize = 4;
/// So many wait for their turn: each waits on a thread that others need.
const WAITING_MAX: usize = 32;

struct Busy {
    working: usize,
    waiting: usize,
}

static BUSY: Mutex<Busy> = Mutex::new(Busy { working: 0, waiting: 0 });
static FREE: Condvar = Condvar::new();

/// Somebody's turn to have a password looked at, until dropped.
pub(crate) struct Turn;

impl Turn {
    /// Waits for it; an error where too many wait already.
    pub(crate) fn take() -> Result<Self, Error> {
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        if busy.waiting >= WAITING_MAX {
            let message = "muita gente entrando ao mesmo tempo; tente de novo em instantes";
            return Err(Error::conflict("busy", message));
        }
        busy.waiting += 1;
        while busy.working >= AT_ONCE {
            busy = FREE.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        busy.waiting -= 1;
        busy.working += 1;
        Ok(Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        BUSY.lock().unwrap_or_else(PoisonError::into_inner).working -= 1;
        FREE.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SystemEntropy;

    #[test]
    fn a_hash_tells_its_password_from_others() {
        let entropy = SystemEntropy::new();
        let hash = hash("cavalo bateria", &entropy).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_right("cavalo bateria", Some(&hash)));
        assert!(!is_right("cavalo baterias", Some(&hash)));
        assert!(!is_right("cavalo bateria", None));
        assert!(!is_right("cavalo bateria", Some("lixo")));
    }

    #[test]
    fn a_crowd_is_turned_away() {
        let at_work: Vec<Turn> = (0..AT_ONCE).map(|_| Turn::take().unwrap()).collect();
        std::thread::scope(|scope| {
            let waiting: Vec<_> =
                (0..WAITING_MAX).map(|_| scope.spawn(|| Turn::take().is_ok())).collect();
            while BUSY.lock().unwrap().waiting < WAITING_MAX {
                std::thread::yield_now();
            }
            assert!(Turn::take().is_err());
            drop(at_work);
            assert!(waiting.into_iter().all(|waits| waits.join().unwrap()));
        });
    }

    #[test]
    fn the_hash_of_nobody_is_worth_as_much_work() {
        use argon2::password_hash::phc::PasswordHash;
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let (params, ours) =
            (argon2::Params::try_from(&parsed).unwrap(), argon2::Params::default());
        let costs = |p: &argon2::Params| (p.m_cost(), p.t_cost(), p.p_cost());
        assert_eq!(costs(&params), costs(&ours));
    }
}
