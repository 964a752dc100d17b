//! How much an account is trusted: its risk rating and score over time, the current one first.

use serde::{Deserialize, Serialize};

use crate::domain::error::Invalid;
use crate::domain::time::{Instant, Validity};

/// What was thought of an account's credit at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditProfile {
    /// When it was established.
    pub assessed_at: Instant,
    /// The risk, as a whole number of the assessor's scale.
    pub risk_rating: Option<u32>,
    /// The creditworthiness, as a whole number of the assessor's scale.
    pub score: Option<u32>,
    /// When it holds.
    pub validity: Validity,
}

/// All that was ever thought, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CreditHistory(Vec<CreditProfile>);

impl CreditHistory {
    /// So many assessments are kept; the oldest go first.
    pub const LENGTH_MAX: usize = 100;

    /// The history with one more assessment.
    ///
    /// Assessments may be told late: each stands where its moment puts it.
    pub fn with(mut self, profile: CreditProfile) -> Result<Self, Invalid> {
        if profile.risk_rating.is_none() && profile.score.is_none() {
            let message = "must have a risk rating or a score";
            return Err(Invalid::one("/risk_rating", "required", message));
        }
        let place = self.0.partition_point(|it| it.assessed_at > profile.assessed_at);
        self.0.insert(place, profile);
        self.0.truncate(Self::LENGTH_MAX);
        Ok(self)
    }

    /// What holds at a moment: the newest that was established by then and is still valid.
    #[must_use]
    pub fn current(&self, at: Instant) -> Option<&CreditProfile> {
        self.0.iter().find(|it| it.assessed_at <= at && it.validity.contains(at))
    }

    /// All of them, the newest first.
    #[must_use]
    pub fn all(&self) -> &[CreditProfile] {
        &self.0
    }

    /// All of them as they are told at a moment: what holds comes first, then the newest.
    #[must_use]
    pub fn told(&self, at: Instant) -> Vec<&CreditProfile> {
        let current = self.0.iter().position(|it| it.assessed_at <= at && it.validity.contains(at));
        let first = current.into_iter();
        let rest = (0..self.0.len()).filter(|it| Some(*it) != current);
        first.chain(rest).map(|it| &self.0[it]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Instant {
        Instant::from_micros(micros).expect("in range")
    }

    fn profile(micros: i64, score: u32) -> CreditProfile {
        let (assessed_at, validity) = (at(micros), Validity::ALWAYS);
        CreditProfile { assessed_at, risk_rating: None, score: Some(score), validity }
    }

    fn history(profiles: &[(i64, u32)]) -> CreditHistory {
        let add = |all: CreditHistory, it: &(i64, u32)| all.with(profile(it.0, it.1));
        profiles.iter().try_fold(CreditHistory::default(), add).expect("scores are given")
    }

    #[test]
    fn the_newest_comes_first_however_late_the_others_are_told() {
        let history = history(&[(10, 1), (30, 3), (20, 2)]);
        let scores: Vec<_> = history.all().iter().filter_map(|it| it.score).collect();
        assert_eq!(scores, [3, 2, 1]);
        let current = |micros| history.current(at(micros)).and_then(|it| it.score);
        assert_eq!([5, 10, 25, 99].map(current), [None, Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn what_is_no_longer_valid_gives_way_to_what_is() {
        let mut brief = profile(20, 2);
        brief.validity = Validity::new(None, Some(at(25))).expect("a while");
        let history = history(&[(10, 1)]).with(brief).expect("a score");
        let current = |micros| history.current(at(micros)).and_then(|it| it.score);
        assert_eq!([20, 24, 25].map(current), [Some(2), Some(2), Some(1)]);
        let told = |micros| {
            let told = history.told(at(micros));
            told.iter().filter_map(|it| it.score).collect::<Vec<_>>()
        };
        assert_eq!([5, 10, 24, 25].map(told), [[2, 1], [1, 2], [2, 1], [1, 2]]);
    }

    #[test]
    fn an_assessment_says_something_and_the_oldest_is_forgotten_first() {
        let empty = CreditProfile { score: None, ..profile(1, 1) };
        assert!(CreditHistory::default().with(empty).is_err());
        let many: Vec<_> = (0..=100).map(|it| (it, 1)).collect();
        let kept = history(&many);
        assert_eq!(kept.all().len(), CreditHistory::LENGTH_MAX);
        assert_eq!(kept.current(at(0)), None);
    }
}
