//! Filters: which events were certainly never seen, without asking the disk.
//!
//! A Bloom filter whose bits for one key lie in one cache line: a probe costs one access to memory.
//! What it says it has seen must be confirmed.

use super::event::EventKey;

/// The words of a line: 64 bytes.
const LINE_WORDS: usize = 8;

/// How many keys share a line: 16 bits for each.
const LINE_KEYS: u64 = 32;

/// How many bits of its line a key sets. Each takes nine bits of the key.
const BITS: u32 = 7;

/// The filter of a run of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    lines: Vec<[u64; LINE_WORDS]>,
}

impl Filter {
    /// How many bytes of a filter lie in one row.
    pub(super) const PIECE_BYTES: usize = 60 * 64;

    /// A filter for so many keys.
    pub(super) fn new(keys: u64) -> Self {
        let lines = usize::try_from(keys.div_ceil(LINE_KEYS).max(1)).expect("it fits into memory");
        Self { lines: vec![[0; LINE_WORDS]; lines] }
    }

    pub(super) fn add(&mut self, key: &EventKey) {
        let (line, mask) = (self.line(key), mask(key));
        for (word, bits) in self.lines[line].iter_mut().zip(mask) {
            *word |= bits;
        }
    }

    /// Whether a key may have been added; never false for one that was.
    pub(super) fn may_have(&self, key: &EventKey) -> bool {
        let line = &self.lines[self.line(key)];
        line.iter().zip(mask(key)).all(|(word, bits)| word & bits == bits)
    }

    fn line(&self, key: &EventKey) -> usize {
        let head = u64::from_be_bytes(*key.first_chunk().expect("a key has 16 bytes"));
        // The keys are digests: their heads are spread evenly.
        let line = (u128::from(head) * self.lines.len() as u128) >> 64;
        usize::try_from(line).expect("a line lies in the filter")
    }

    /// The rows it is kept in, after so many of them.
    pub(super) fn pieces(&self, after: usize) -> impl Iterator<Item = Vec<u8>> {
        let lines = self.lines.chunks(Self::PIECE_BYTES / (LINE_WORDS * 8)).skip(after);
        lines.map(|it| it.iter().flatten().flat_map(|word| word.to_le_bytes()).collect())
    }

    /// The filter that lies in rows, or `None` if they are not whole.
    pub(super) fn of_pieces(keys: u64, pieces: &[Vec<u8>]) -> Option<Self> {
        let mut filter = Self::new(keys);
        let mut from = pieces.iter().flat_map(|it| it.chunks(8));
        for word in filter.lines.iter_mut().flatten() {
            *word = u64::from_le_bytes(from.next()?.try_into().ok()?);
        }
        from.next().is_none().then_some(filter)
    }
}

fn mask(key: &EventKey) -> [u64; LINE_WORDS] {
    let mut tail = u64::from_be_bytes(*key.last_chunk().expect("a key has 16 bytes"));
    let mut mask = [0; LINE_WORDS];
    for _ in 0..BITS {
        mask[(tail >> 6) as usize % LINE_WORDS] |= 1 << (tail % 64);
        tail >>= 9;
    }
    mask
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn key(number: u32) -> EventKey {
        let digest: [u8; 32] = Sha256::digest(number.to_be_bytes()).into();
        *digest.first_chunk().unwrap()
    }

    #[test]
    fn few_that_were_never_added_pass() {
        let mut filter = Filter::new(50_000);
        (0..50_000).for_each(|it| filter.add(&key(it)));
        let wrong = (50_000..150_000).filter(|it| filter.may_have(&key(*it))).count();
        assert!(wrong < 400, "{wrong} of 100,000");
    }

    proptest! {
        #[test]
        fn none_that_was_added_is_denied_before_and_after_storing(
            numbers in prop::collection::vec(any::<u32>(), 0..3000),
        ) {
            let mut filter = Filter::new(numbers.len() as u64);
            numbers.iter().for_each(|it| filter.add(&key(*it)));
            let all: Vec<_> = filter.pieces(0).collect();
            let back = Filter::of_pieces(numbers.len() as u64, &all);
            prop_assert_eq!(back.as_ref(), Some(&filter));
            prop_assert!(numbers.iter().all(|it| filter.may_have(&key(*it))));
            prop_assert!((0..=all.len()).all(|it| filter.pieces(it).eq(all[it..].iter().cloned())));
            let mut short = all;
            short.pop();
            prop_assert_eq!(Filter::of_pieces(numbers.len() as u64, &short), None);
        }
    }
}
