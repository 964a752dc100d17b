//! How many hits there are in each category, language and currency.

use std::collections::BTreeMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema::{CATEGORY, CURRENCY, LANGUAGE};

/// The columns that are counted, in the order of their counts.
const COLUMNS: [&str; 3] = [CATEGORY, LANGUAGE, CURRENCY];

/// The counts of each value, for each column.
pub(super) type Counts = [BTreeMap<String, u64>; 3];

/// Counts the values of hits.
pub(super) struct CountValues;

impl Collector for CountValues {
    type Fruit = Counts;
    type Child = SegmentCounts;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentCounts> {
        let mut columns = Vec::with_capacity(COLUMNS.len());
        for name in COLUMNS {
            let column = segment.fast_fields().str(name)?;
            let terms = column.as_ref().map_or(0, |it| it.num_terms());
            columns.push((column, vec![0; terms]));
        }
        Ok(SegmentCounts(columns))
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, all: Vec<tantivy::Result<Counts>>) -> tantivy::Result<Counts> {
        let mut sums = Counts::default();
        for segment in all {
            for (sum, counts) in sums.iter_mut().zip(segment?) {
                counts
                    .into_iter()
                    .for_each(|(value, count)| *sum.entry(value).or_default() += count);
            }
        }
        Ok(sums)
    }
}

/// The counts within one segment, by the numbers that its values have there.
pub(super) struct SegmentCounts(Vec<(Option<StrColumn>, Vec<u64>)>);

impl SegmentCollector for SegmentCounts {
    type Fruit = tantivy::Result<Counts>;

    fn collect(&mut self, document: DocId, _: Score) {
        for (column, counts) in &mut self.0 {
            let ordinals = column.iter().flat_map(|it| it.ords().values_for_doc(document));
            for ordinal in ordinals {
                let place = usize::try_from(ordinal).ok().and_then(|it| counts.get_mut(it));
                *place.expect("a value's number is below their count") += 1;
            }
        }
    }

    fn harvest(self) -> tantivy::Result<Counts> {
        let mut fruits = Counts::default();
        for ((column, counts), fruit) in self.0.into_iter().zip(&mut fruits) {
            let Some(column) = column else { continue };
            for (ordinal, count) in (0..).zip(counts).filter(|it| it.1 > 0) {
                let mut value = String::new();
                column.ord_to_str(ordinal, &mut value)?;
                fruit.insert(value, count);
            }
        }
        Ok(fruits)
    }
}
