//! Where new ids and secrets come from: rising with time, and from the world's randomness alone.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::{Builder, Uuid};

use crate::domain::id::Subject;
use crate::domain::sealed::Sealed;
use crate::domain::time::Instant;
use crate::world::entropy::Entropy;
use crate::world::seal::{SealError, Sealer, Secret};

/// Makes ids. Those of one process rise, even within a millisecond, so that a list by id is a list
/// by age.
pub(super) struct Mint {
    entropy: Arc<dyn Entropy>,
    seal: Arc<Sealer>,
    /// The last millisecond, and how many ids it has had.
    last: Mutex<(u64, u32)>,
}

impl Mint {
    pub(super) fn new(entropy: Arc<dyn Entropy>, seal: Arc<Sealer>) -> Self {
        Self { entropy, seal, last: Mutex::new((0, 0)) }
    }

    /// A secret that only its own field of its own thing opens.
    pub(super) fn seal(&self, secret: &[u8], subject: Subject, field: &str) -> Sealed {
        self.seal.seal(secret, subject, field, self.entropy.as_ref())
    }

    /// A secret that was sealed here.
    pub(super) fn unseal(
        &self,
        sealed: &Sealed,
        subject: Subject,
        field: &str,
    ) -> Result<Secret, SealError> {
        self.seal.unseal(sealed, subject, field)
    }

    /// Unpredictable bytes.
    pub(super) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A UUID of version 7: milliseconds, a count of 26 bits, and 48 bits of randomness.
    pub(super) fn id(&self, now: Instant) -> Uuid {
        let now = u64::try_from(now.micros() / 1000).unwrap_or(0);
        let (millis, count) = self.take(now);
        let [_, _, b1, b0] = count.to_be_bytes();
        let high = u8::try_from((count >> 22) & 0x0f).expect("four bits");
        let middle = u8::try_from((count >> 14) & 0xff).expect("eight bits");
        let mut bytes: [u8; 10] = self.random();
        bytes[..4].copy_from_slice(&[high, middle, b1 & 0x3f, b0]);
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// The next place: the count starts anew with each millisecond, and borrows from the next when
    /// it is used up.
    fn take(&self, now: u64) -> (u64, u32) {
        const COUNT_MAX: u32 = (1 << 26) - 1;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = match *last {
            (millis, _) if millis < now => (now, 0),
            (millis, COUNT_MAX) => (millis + 1, 0),
            (millis, count) => (millis, count + 1),
        };
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::entropy::SeededEntropy;
    use crate::world::seal::{KeyPlace, Start};

    #[test]
    fn ids_rise_within_a_millisecond_and_across() {
        let keys = KeyPlace::Text(format!("1 {}", "07".repeat(32)));
        let entropy = SeededEntropy::new(7);
        let seal = Sealer::open(&keys, Start::First, &entropy).expect("one key");
        let mint = Mint::new(Arc::new(entropy), Arc::new(seal));
        let at = |micros| Instant::from_micros(micros).expect("in range");
        let ids: Vec<_> = (0..70_000).map(|it| mint.id(at(1_000_000 + it / 50))).collect();
        assert!(ids.windows(2).all(|it| it[0] < it[1]));
        assert_eq!(ids[0].get_version_num(), 7);
    }
}
