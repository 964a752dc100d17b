//! Hits: the best of what is found, and how many there are of what, in one pass.

use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::group::{Counts, Groups};
use super::query::{PriceMax, Query};
use super::schema::{GROUP, PRICE_FROM, PRICE_OF, price_of};

/// Collects the best hits and counts all.
pub(super) struct Hits<'a, B> {
    pub(super) query: &'a Query,
    /// Of each part of the index.
    pub(super) groups: &'a [Arc<Groups>],
    pub(super) best: B,
}

impl<B: Collector> Collector for Hits<'_, B> {
    type Fruit = (B::Fruit, Counts);
    type Child = PartHits<B::Child>;

    fn for_segment(
        &self,
        number: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<PartHits<B::Child>> {
        let place = usize::try_from(number).expect("parts are few");
        let wanted = self.groups[place].wanted(self.query);
        Ok(PartHits {
            number: place,
            group: segment.fast_fields().str(GROUP)?.map(|it| it.ords().clone()),
            counts: vec![0; wanted.len()],
            wanted,
            prices: self.query.price_max.map(|it| Prices::of(segment, it)).transpose()?,
            best: self.best.for_segment(number, segment)?,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.best.requires_scoring()
    }

    fn merge_fruits(&self, all: Vec<PartFruit<B>>) -> tantivy::Result<Self::Fruit> {
        let (mut best, mut counts) = (Vec::with_capacity(all.len()), Counts::default());
        for (number, hits, fruit) in all {
            self.groups[number].count(&hits, &mut counts);
            best.push(fruit);
        }
        Ok((self.best.merge_fruits(best)?, counts))
    }
}

/// What a part comes to: which it is, its hits by group, and the best of them.
type PartFruit<B> = (usize, Vec<u32>, <<B as Collector>::Child as SegmentCollector>::Fruit);

/// The hits of a part of the index.
pub(super) struct PartHits<B> {
    number: usize,
    group: Option<Column<u64>>,
    wanted: Vec<bool>,
    counts: Vec<u32>,
    prices: Option<Prices>,
    best: B,
}

impl<B: SegmentCollector> SegmentCollector for PartHits<B> {
    type Fruit = (usize, Vec<u32>, B::Fruit);

    fn collect(&mut self, document: DocId, score: Score) {
        let group = self.group.as_ref().and_then(|it| it.first(document));
        let Some(group) = group.and_then(|it| usize::try_from(it).ok()) else { return };
        if self.wanted[group] && self.prices.as_ref().is_none_or(|it| it.pass(document)) {
            self.counts[group] += 1;
            self.best.collect(document, score);
        }
    }

    fn harvest(self) -> Self::Fruit {
        (self.number, self.counts, self.best.harvest())
    }
}

/// The prices of a part, and what they may come to.
struct Prices {
    of: Column<u64>,
    from: Column<i64>,
    /// In which currency and for which occasion, at most how much.
    wanted: Vec<u64>,
    minor_max: i64,
}

impl Prices {
    fn of(segment: &SegmentReader, max: PriceMax) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            of: columns.u64(PRICE_OF)?,
            from: columns.i64(PRICE_FROM)?,
            wanted: max.kinds().map(|it| price_of(max.amount.currency(), it)).collect(),
            minor_max: max.amount.as_minor(),
        })
    }

    /// Whether any price of an offer is wanted and low enough.
    fn pass(&self, document: DocId) -> bool {
        let mut prices = self.of.values_for_doc(document).zip(self.from.values_for_doc(document));
        prices.any(|(of, minor)| minor <= self.minor_max && self.wanted.contains(&of))
    }
}
