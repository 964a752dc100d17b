//! What buyers say of an offer, what its seller promises, and what else they might want.
//!
//! | ours | FIWARE |
//! |---|---|
//! | review | reputation |
//! | service level agreement | SLA |
//! | recommendation | recommendation |

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::error::{Invalid, Refusal, Violation};
use super::event::Verb;
use super::id::{CategoryId, OfferId, ReviewId, SlaId};
use super::quantity::{Percent, Quantity};
use super::stamp::Stamp;
use super::text::Prose;
use super::time::Instant;
use super::word::words;

/// How much somebody likes something: 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stars(u8);

impl Stars {
    /// So many stars, or `None` if nobody can give so many.
    #[must_use]
    pub const fn new(stars: u8) -> Option<Self> {
        if stars >= 1 && stars <= 5 { Some(Self(stars)) } else { None }
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// What the seller says to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The words.
    pub text: Prose,
    /// When.
    pub at: Instant,
}

words! {
    /// Whether others read a review.
    Visibility {
        /// They do.
        Shown = "shown";
        /// The seller took it off the shelf.
        Hidden = "hidden";
    }
}

/// What a buyer says of an offer. An account says it once for each offer, and may change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its identity.
    pub id: ReviewId,
    /// Of whose offer it speaks, and whose it is.
    pub stamp: Stamp,
    offer: OfferId,
    stars: Stars,
    text: Option<Prose>,
    answer: Option<Answer>,
    visibility: Visibility,
}

/// Says what one thinks of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteReview {
    /// The identity it gets.
    pub id: ReviewId,
    /// Of whose offer it speaks, and whose it will be: an account's.
    pub stamp: Stamp,
    /// The offer.
    pub offer: OfferId,
    /// How much one likes it.
    pub stars: Stars,
    /// Why.
    pub text: Option<Prose>,
}

impl Review {
    /// A new review.
    pub fn write(command: WriteReview) -> Result<(Self, Verb), Invalid> {
        let WriteReview { id, stamp, offer, stars, text } = command;
        if stamp.owner.is_none() {
            return Err(Invalid::one("/owner", "required", "must be the account that speaks"));
        }
        let (answer, visibility) = (None, Visibility::Shown);
        Ok((Self { id, stamp, offer, stars, text, answer, visibility }, Verb::Created))
    }

    /// The review with other words. What the seller answered to the old ones goes.
    #[must_use]
    pub fn revise(self, stars: Stars, text: Option<Prose>) -> (Self, Verb) {
        (Self { stars, text, answer: None, ..self }, Verb::Changed)
    }

    /// The review with the seller's answer.
    #[must_use]
    pub fn answer(self, text: Prose, now: Instant) -> (Self, Verb) {
        (Self { answer: Some(Answer { text, at: now }), ..self }, Verb::Changed)
    }

    /// The review, shown or hidden.
    #[must_use]
    pub fn moderate(self, visibility: Visibility) -> (Self, Verb) {
        (Self { visibility, ..self }, Verb::Changed)
    }

    /// The offer it speaks of.
    #[must_use]
    pub const fn offer(&self) -> OfferId {
        self.offer
    }

    /// How much the buyer likes it.
    #[must_use]
    pub const fn stars(&self) -> Stars {
        self.stars
    }

    /// Why.
    #[must_use]
    pub const fn text(&self) -> Option<&Prose> {
        self.text.as_ref()
    }

    /// What the seller says to that.
    #[must_use]
    pub const fn answered(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// Whether others read it.
    #[must_use]
    pub const fn visibility(&self) -> Visibility {
        self.visibility
    }
}

/// What all buyers together think of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reputation {
    /// How many reviews give one star, two, and so on to five; hidden ones do not count.
    pub counts: [u64; 5],
}

impl Reputation {
    /// For what one review counts.
    #[must_use]
    pub fn of(review: &Review) -> Self {
        let is_shown = review.visibility == Visibility::Shown;
        let count = |place: usize| u64::from(is_shown && place + 1 == usize::from(review.stars.0));
        Self { counts: std::array::from_fn(count) }
    }

    /// How many reviews there are.
    #[must_use]
    pub fn count(self) -> u64 {
        self.counts.iter().sum()
    }

    /// The stars of an average review, to two digits; `None` where there is none.
    #[must_use]
    pub fn average(self) -> Option<Decimal> {
        let stars: u64 = self.counts.iter().zip(1..).map(|(count, stars)| count * stars).sum();
        let average = Decimal::from(stars).checked_div(Decimal::from(self.count()))?;
        Some(average.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
}

words! {
    /// What a seller makes a promise about.
    MetricKind {
        /// How often what it delivers is brought up to date.
        UpdatesRate = "updates_rate";
        /// How soon it answers.
        ResponseTime = "response_time";
        /// How late it may be.
        Delay = "delay";
    }
}

words! {
    /// In what a promise is measured.
    MetricUnit {
        /// Times a day.
        Day = "day";
        /// Times a week.
        Week = "week";
        /// Times a month.
        Month = "month";
        /// Milliseconds.
        Millisecond = "ms";
        /// Seconds.
        Second = "s";
        /// Minutes.
        Minute = "min";
    }
}

/// One promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// About what.
    pub kind: MetricKind,
    /// The worst that one has to expect.
    pub threshold: Quantity,
    /// In what that is measured.
    pub unit: MetricUnit,
    /// How much of what is charged for a period goes back where it is broken.
    pub credit: Option<Percent>,
}

impl Metric {
    /// Whether what was measured, in the same unit, breaks the promise: too seldom, or too late.
    #[must_use]
    pub fn is_broken_by(&self, measured: Quantity) -> bool {
        match self.kind {
            MetricKind::UpdatesRate => measured < self.threshold,
            MetricKind::ResponseTime | MetricKind::Delay => measured > self.threshold,
        }
    }

    fn violation(&self, place: usize) -> Option<Violation> {
        let is_rate = matches!(self.unit, MetricUnit::Day | MetricUnit::Week | MetricUnit::Month);
        if is_rate != (self.kind == MetricKind::UpdatesRate) {
            let message = format!("must be a unit in which a {} is measured", self.kind);
            return Some(Violation::new(format!("/metrics/{place}/unit"), "range", message));
        }
        if self.credit.is_some_and(|it| it <= Percent::ZERO || it > Percent::WHOLE) {
            let field = format!("/metrics/{place}/credit");
            return Some(Violation::new(field, "range", "must be more than 0 and at most 100"));
        }
        let is_nothing = self.threshold.is_negative() || self.threshold.is_zero();
        let field = format!("/metrics/{place}/threshold");
        is_nothing.then(|| Violation::new(field, "range", "must be more than nothing"))
    }
}

/// What the seller of an offer promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sla {
    /// Its identity.
    pub id: SlaId,
    /// Whose promise it is.
    pub stamp: Stamp,
    offer: OfferId,
    metrics: Vec<Metric>,
}

impl Sla {
    /// A new promise: at least one metric, each kind once.
    pub fn promise(
        id: SlaId,
        stamp: Stamp,
        offer: OfferId,
        metrics: Vec<Metric>,
    ) -> Result<(Self, Verb), Invalid> {
        check(&metrics)?;
        Ok((Self { id, stamp, offer, metrics }, Verb::Created))
    }

    /// The promise in other figures.
    pub fn revise(self, metrics: Vec<Metric>) -> Result<(Self, Verb), Refusal> {
        check(&metrics)?;
        Ok((Self { metrics, ..self }, Verb::Changed))
    }

    /// The offer it is about.
    #[must_use]
    pub const fn offer(&self) -> OfferId {
        self.offer
    }

    /// What is promised.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }
}

fn check(metrics: &[Metric]) -> Result<(), Invalid> {
    let wrong = metrics.iter().enumerate().filter_map(|(place, it)| it.violation(place));
    let mut found: Vec<_> = wrong.collect();
    if metrics.is_empty() {
        found.push(Violation::new("/metrics", "required", "must name at least one"));
    }
    for (place, metric) in metrics.iter().enumerate() {
        if metrics[..place].iter().any(|it| it.kind == metric.kind) {
            let field = format!("/metrics/{place}/kind");
            found.push(Violation::new(field, "unique", "must name each kind once"));
        }
    }
    Invalid::unless_empty(found)
}

/// Why an offer is recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Because {
    /// Who bought that one often bought this one too.
    BoughtTogether(OfferId),
    /// It belongs to a category from which the reader buys.
    SameCategory(CategoryId),
    /// Many buy it.
    Popular,
}

impl Because {
    /// Lower is better.
    const fn rank(self) -> u8 {
        match self {
            Self::BoughtTogether(_) => 0,
            Self::SameCategory(_) => 1,
            Self::Popular => 2,
        }
    }
}

/// An offer that somebody might want, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recommendation {
    /// The offer.
    pub offer: OfferId,
    /// Why.
    pub because: Because,
    /// How many purchases speak for it: more come first.
    pub weight: u64,
}

/// The offers that are worth recommending: each once for the best reason that there is for it, what
/// more purchases speak for first. Who bought it together comes before where it stands, and that
/// before how many buy it.
#[must_use]
pub fn ranked(mut found: Vec<Recommendation>, count_max: usize) -> Vec<Recommendation> {
    found.sort_by_key(|it| (it.because.rank(), Reverse(it.weight), it.offer));
    let mut seen = BTreeSet::new();
    found.retain(|it| seen.insert(it.offer));
    found.truncate(count_max);
    found
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{AccountId, Id};
    use crate::domain::stamp::SellerNumber;

    fn now() -> Instant {
        Instant::from_micros(0).expect("in range")
    }

    fn stamp(owner: Option<AccountId>) -> Stamp {
        Stamp::new(SellerNumber::PROVIDER, owner, now())
    }

    fn text(words: &str) -> Prose {
        words.parse().expect("a text")
    }

    fn review(stars: u8) -> Review {
        let command = WriteReview {
            id: ReviewId::from_uuid(Uuid::nil()),
            stamp: stamp(Some(AccountId::from_uuid(Uuid::nil()))),
            offer: OfferId::from_uuid(Uuid::nil()),
            stars: Stars::new(stars).expect("1 to 5"),
            text: None,
        };
        let nobodys = WriteReview { stamp: stamp(None), ..command.clone() };
        assert!(Review::write(nobodys).is_err());
        Review::write(command).expect("somebody's").0
    }

    #[test]
    fn nobody_gives_no_star_or_six() {
        let given = [0, 1, 5, 6].map(|it| Stars::new(it).map(Stars::get));
        assert_eq!(given, [None, Some(1), Some(5), None]);
    }

    #[test]
    fn the_average_counts_what_is_shown() {
        let average = |reviews: &[Review]| {
            let mut all = Reputation::default();
            for one in reviews.iter().map(Reputation::of) {
                all.counts = std::array::from_fn(|it| all.counts[it] + one.counts[it]);
            }
            all.average().map(|it| it.normalize().to_string())
        };
        let (hidden, _) = review(1).moderate(Visibility::Hidden);
        assert_eq!(average(&[]), None);
        assert_eq!(average(std::slice::from_ref(&hidden)), None);
        assert_eq!(average(&[review(5), review(4), hidden]), Some("4.5".to_owned()));
        assert_eq!(average(&[review(5), review(5), review(4)]), Some("4.67".to_owned()));
    }

    #[test]
    fn an_answer_belongs_to_the_words_it_answers() {
        let (answered, _) = review(1).answer(text("we are sorry"), now());
        assert_eq!(answered.answered().map(|it| it.text.as_str()), Some("we are sorry"));
        let five = Stars::new(5).expect("1 to 5");
        let (changed, _) = answered.revise(five, Some(text("all is well")));
        assert_eq!((changed.answered(), changed.stars()), (None, five));
    }

    #[test]
    fn a_promise_is_measured_in_its_own_units() {
        use {MetricKind as K, MetricUnit as U};
        let fields = |metrics: &[(K, i64, U)]| {
            let metric = |&(kind, threshold, unit): &(K, i64, U)| Metric {
                kind,
                threshold: Quantity::whole(threshold),
                unit,
                credit: None,
            };
            let (id, offer) = (SlaId::from_uuid(Uuid::nil()), OfferId::from_uuid(Uuid::nil()));
            let promised =
                Sla::promise(id, stamp(None), offer, metrics.iter().map(metric).collect());
            let refused = promised.err().map(|it| it.violations).unwrap_or_default();
            refused.into_iter().map(|it| it.field).collect::<Vec<_>>().join(" ")
        };
        for (metrics, expected) in [
            (&[(K::UpdatesRate, 5, U::Day), (K::Delay, 50, U::Millisecond)][..], ""),
            (&[], "/metrics"),
            (&[(K::UpdatesRate, 5, U::Second)], "/metrics/0/unit"),
            (&[(K::Delay, 5, U::Week)], "/metrics/0/unit"),
            (&[(K::ResponseTime, 0, U::Minute)], "/metrics/0/threshold"),
            (&[(K::Delay, 5, U::Second), (K::Delay, 6, U::Second)], "/metrics/1/kind"),
        ] {
            assert_eq!(fields(metrics), expected, "{metrics:?}");
        }
    }

    #[test]
    fn the_best_reason_counts_and_what_more_speaks_for_comes_first() {
        let offer = |it: u128| OfferId::from_uuid(Uuid::from_u128(it));
        let (together, category) =
            (Because::BoughtTogether(offer(9)), Because::SameCategory(Id::from_uuid(Uuid::nil())));
        let found = [
            (1, Because::Popular, 900),
            (2, category, 5),
            (3, together, 1),
            (4, together, 7),
            (2, together, 7),
            (5, category, 6),
        ];
        let found =
            found.map(|(id, because, weight)| Recommendation { offer: offer(id), because, weight });
        let first = |count| ranked(found.to_vec(), count).into_iter().map(|it| it.offer);
        assert!(first(9).eq([2, 4, 3, 5, 1].map(offer)));
        assert!(first(2).eq([2, 4].map(offer)));
    }

    #[test]
    fn a_promise_is_broken_by_less_often_or_later_and_gives_a_part_back() {
        let metric = |kind, credit: i64| Metric {
            kind,
            threshold: Quantity::whole(5),
            unit: MetricUnit::Second,
            credit: Some(Percent::new(Decimal::from(credit))),
        };
        let broken = |kind| [4, 5, 6].map(|it| metric(kind, 1).is_broken_by(Quantity::whole(it)));
        assert_eq!(broken(MetricKind::UpdatesRate), [true, false, false]);
        assert_eq!(broken(MetricKind::Delay), [false, false, true]);
        assert_eq!(broken(MetricKind::ResponseTime), [false, false, true]);
        let refused =
            [-1, 0, 1, 100, 101].map(|it| metric(MetricKind::Delay, it).violation(0).is_some());
        assert_eq!(refused, [true, true, false, false, true]);
    }
}
