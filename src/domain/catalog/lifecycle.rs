//! The life of a catalogue element: from a study, over the market, to oblivion.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::text;
use crate::domain::time::{Instant, Validity};
use crate::domain::word::words;

words! {
    /// How far a catalogue element has come.
    State {
        /// Somebody looks into it.
        InStudy = "in_study";
        /// It is being written.
        InDesign = "in_design";
        /// It is being tried.
        InTest = "in_test";
        /// It is ready, but not yet on the market.
        Active = "active";
        /// It can be bought.
        Launched = "launched";
        /// It can no longer be bought; who has it keeps it.
        Retired = "retired";
        /// Nobody has it any more.
        Obsolete = "obsolete";
        /// It was given up before it was ready.
        Rejected = "rejected";
    }
}

words! {
    /// What can be done with a catalogue element.
    Trigger {
        /// Begin, or go back, to write it.
        Design = "design";
        /// Begin to try it.
        Test = "test";
        /// Declare it ready.
        Activate = "activate";
        /// Put it on the market.
        Launch = "launch";
        /// Take it from the market.
        Retire = "retire";
        /// Forget it.
        Withdraw = "withdraw";
        /// Give it up.
        Reject = "reject";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::InStudy | S::InTest, T::Design) => Some(S::InDesign),
        (S::InDesign, T::Test) => Some(S::InTest),
        (S::InTest, T::Activate) => Some(S::Active),
        (S::InTest, T::Reject) => Some(S::Rejected),
        (S::Active, T::Launch) => Some(S::Launched),
        (S::Active | S::Launched, T::Retire) => Some(S::Retired),
        (S::Retired, T::Withdraw) => Some(S::Obsolete),

        (S::InStudy, T::Test | T::Activate | T::Launch | T::Retire | T::Withdraw | T::Reject)
        | (
            S::InDesign,
            T::Design | T::Activate | T::Launch | T::Retire | T::Withdraw | T::Reject,
        )
        | (S::InTest, T::Test | T::Launch | T::Retire | T::Withdraw)
        | (S::Active, T::Design | T::Test | T::Activate | T::Withdraw | T::Reject)
        | (S::Launched, T::Design | T::Test | T::Activate | T::Launch | T::Withdraw | T::Reject)
        | (S::Retired, T::Design | T::Test | T::Activate | T::Launch | T::Retire | T::Reject)
        | (
            S::Obsolete | S::Rejected,
            T::Design | T::Test | T::Activate | T::Launch | T::Retire | T::Withdraw | T::Reject,
        ) => None,
    }
}

/// The steps by which something goes off the market from a state, or never gets there, and how it ends;
/// `None` where it has.
#[must_use]
pub const fn way_off(state: State) -> Option<(&'static [Trigger], State)> {
    use {State as S, Trigger as T};
    match state {
        S::InStudy => Some((&[T::Design, T::Test, T::Reject], S::Rejected)),
        S::InDesign => Some((&[T::Test, T::Reject], S::Rejected)),
        S::InTest => Some((&[T::Reject], S::Rejected)),
        S::Active | S::Launched => Some((&[T::Retire], S::Retired)),
        S::Retired | S::Obsolete | S::Rejected => None,
    }
}

impl State {
    /// Whether what comes here passes the market, unless it was retired before.
    #[must_use]
    pub const fn was_on_market(self) -> bool {
        match self {
            Self::Launched | Self::Retired | Self::Obsolete => true,
            Self::InStudy | Self::InDesign | Self::InTest | Self::Active | Self::Rejected => false,
        }
    }
}

impl Trigger {
    /// What leads to a state, for contracts that name the state; `None` for the first.
    #[must_use]
    pub const fn towards(state: State) -> Option<Self> {
        match state {
            State::InStudy => None,
            State::InDesign => Some(Self::Design),
            State::InTest => Some(Self::Test),
            State::Active => Some(Self::Activate),
            State::Launched => Some(Self::Launch),
            State::Retired => Some(Self::Retire),
            State::Obsolete => Some(Self::Withdraw),
            State::Rejected => Some(Self::Reject),
        }
    }

    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Design | Self::Test | Self::Withdraw => Verb::Changed,
            Self::Activate => Verb::Activated,
            Self::Launch => Verb::Launched,
            Self::Retire => Verb::Retired,
            Self::Reject => Verb::Rejected,
        }
    }
}

/// The life of one element: its state, its versions, and when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    state: State,
    version: u32,
    was_launched: bool,
    /// What the seller calls this version: `2.1`.
    pub label: Option<text::Code>,
    /// Why it is in its state, where somebody said so.
    pub reason: Option<text::Prose>,
    /// When it is offered, whatever its state.
    pub valid_for: Validity,
}

impl Life {
    /// A life that begins in a state up to launched.
    ///
    /// # Errors
    /// If nothing can begin in that state.
    pub fn new(state: State, valid_for: Validity) -> Result<Self, Rejection> {
        match state {
            State::InStudy | State::InDesign | State::InTest | State::Active | State::Launched => {
                let was_launched = state == State::Launched;
                Ok(Self { state, version: 1, was_launched, label: None, reason: None, valid_for })
            }
            State::Retired | State::Obsolete | State::Rejected => {
                let why = format!("a catalogue element cannot begin as `{state}`");
                Err(Rejection::new(Code::CatalogStateForbids, why))
            }
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether it is on the market or was: somebody may have bought it. What was retired before it
    /// ever came there is nothing that anybody else has seen.
    #[must_use]
    pub const fn was_on_market(&self) -> bool {
        self.was_launched
    }

    /// Counts its contents: 1 at first, one more with every change of them.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The life after a trigger. `holders` counts what still depends on the element: living
    /// subscriptions of an offer, offers of a specification that are not obsolete.
    ///
    /// # Errors
    /// If the state does not allow it, or if it is to be forgotten while somebody holds it.
    pub fn on(self, trigger: Trigger, holders: u64) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a catalogue element that is `{}`", self.state);
            return Err(Rejection::new(Code::CatalogStateForbids, why));
        };
        if state == State::Obsolete && holders > 0 {
            let why =
                format!("cannot {trigger} what `{holders}` others still hold; end those first");
            return Err(Rejection::new(Code::InUse, why));
        }
        let was_launched = self.was_launched || state == State::Launched;
        Ok((Self { state, was_launched, ..self }, trigger.verb()))
    }

    /// The life after a change of the element's contents: one version more.
    ///
    /// # Errors
    /// If the element is past changing.
    pub fn revised(self) -> Result<Self, Rejection> {
        match self.state {
            State::InStudy
            | State::InDesign
            | State::InTest
            | State::Active
            | State::Launched
            | State::Retired => Ok(Self { version: self.version.saturating_add(1), ..self }),
            State::Obsolete | State::Rejected => {
                let why = format!("a catalogue element that is `{}` cannot be changed", self.state);
                Err(Rejection::new(Code::CatalogStateForbids, why))
            }
        }
    }

    /// The same, offered from now on and without an end.
    #[must_use]
    pub fn opened(self, now: Instant) -> Self {
        let from = self.valid_for.from().filter(|it| *it <= now);
        Self { valid_for: Validity::new(from, None).unwrap_or(Validity::ALWAYS), ..self }
    }

    /// The same, no longer offered. Unlike what was retired it can be [opened](Self::opened) again.
    #[must_use]
    pub fn closed(self, now: Instant) -> Self {
        let since = Validity::new(self.valid_for.from(), Some(now));
        let valid_for = since.or_else(|| Validity::new(None, Some(now)));
        Self { valid_for: valid_for.unwrap_or(self.valid_for), ..self }
    }

    /// Whether it can be bought at a moment: launched, and within its validity.
    #[must_use]
    pub fn is_on_sale(&self, now: Instant) -> bool {
        self.state == State::Launched && self.valid_for.contains(now)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    fn life(state: State) -> Life {
        let (was_launched, valid_for) = (state == State::Launched, Validity::ALWAYS);
        Life { state, version: 1, was_launched, label: None, reason: None, valid_for }
    }

    #[test]
    fn the_way_off_the_market_leads_where_it_says() {
        for state in State::ALL {
            let Some((steps, end)) = way_off(*state) else {
                assert!([State::Retired, State::Obsolete, State::Rejected].contains(state));
                continue;
            };
            let walked = steps.iter().try_fold(*state, |state, step| next(state, *step));
            assert_eq!(walked, Some(end), "{state}");
        }
    }

    #[test]
    fn the_whole_life_is_this_table() {
        expect![[r#"
                      |    design |    test | activate |   launch |  retire | withdraw |   reject
             in_study | in_design |       - |        - |        - |       - |        - |        -
            in_design |         - | in_test |        - |        - |       - |        - |        -
              in_test | in_design |       - |   active |        - |       - |        - | rejected
               active |         - |       - |        - | launched | retired |        - |        -
             launched |         - |       - |        - |        - | retired |        - |        -
              retired |         - |       - |        - |        - |       - | obsolete |        -
             obsolete |         - |       - |        - |        - |       - |        - |        -
             rejected |         - |       - |        - |        - |       - |        - |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn a_state_is_reached_by_the_trigger_that_leads_towards_it() {
        for state in State::ALL {
            for to in Trigger::ALL.iter().filter_map(|it| Some((it, next(*state, *it)?))) {
                assert_eq!(Trigger::towards(to.1), Some(*to.0));
            }
        }
    }

    #[test]
    fn a_life_begins_in_any_state_up_to_launched() {
        let begins = |state: &&State| Life::new(**state, Validity::ALWAYS).is_ok();
        let begins: Vec<_> = State::ALL.iter().filter(begins).map(|it| it.word()).collect();
        assert_eq!(begins, ["in_study", "in_design", "in_test", "active", "launched"]);
    }

    #[test]
    fn nothing_is_forgotten_while_somebody_holds_it() {
        let refused = life(State::Retired).on(Trigger::Withdraw, 3).map_err(|it| it.code);
        assert_eq!(refused, Err(Code::InUse));
        let gone = life(State::Retired).on(Trigger::Withdraw, 0).map(|it| it.0.state());
        assert_eq!(gone, Ok(State::Obsolete));
        let retired = life(State::Launched).on(Trigger::Retire, 3).map(|it| it.1);
        assert_eq!(retired, Ok(Verb::Retired));
    }

    #[test]
    fn what_is_retired_before_it_was_launched_was_never_on_the_market() {
        let lived = |triggers: &[Trigger]| {
            let begun = Life::new(State::Active, Validity::ALWAYS).expect("a life");
            let step = |life: Life, trigger: &Trigger| life.on(*trigger, 0).map(|it| it.0);
            triggers.iter().try_fold(begun, step).expect("a way").was_on_market()
        };
        assert!(!lived(&[]));
        assert!(!lived(&[Trigger::Retire]));
        assert!(!lived(&[Trigger::Retire, Trigger::Withdraw]));
        assert!(lived(&[Trigger::Launch]));
        assert!(lived(&[Trigger::Launch, Trigger::Retire, Trigger::Withdraw]));
        let launched = Life::new(State::Launched, Validity::ALWAYS).expect("a life");
        assert!(launched.was_on_market());
    }

    #[test]
    fn a_refusal_names_the_trigger_and_the_state() {
        let refused = life(State::Launched).on(Trigger::Launch, 0).map_err(|it| it.to_string());
        let expected = "cannot launch a catalogue element that is `launched`".to_owned();
        assert_eq!(refused.map(|it| it.1), Err(expected));
    }

    #[test]
    fn only_what_is_launched_and_valid_is_on_sale() {
        let at = |seconds: i64| Instant::from_micros(seconds * 1_000_000).expect("in range");
        let valid_for = Validity::new(Some(at(10)), Some(at(20))).expect("not empty");
        for state in State::ALL {
            let life = Life { valid_for, ..life(*state) };
            let on_sale = [9, 10, 19, 20].map(|it| life.is_on_sale(at(it)));
            let launched = *state == State::Launched;
            assert_eq!(on_sale, [false, launched, launched, false], "{state}");
        }
    }

    #[test]
    fn what_is_closed_is_off_sale_until_it_is_opened() {
        let at = |seconds: i64| Instant::from_micros(seconds * 1_000_000).expect("in range");
        for (from, until) in [(None, None), (Some(10), None), (Some(3), Some(30)), (Some(20), None)]
        {
            let valid_for = Validity::new(from.map(at), until.map(at)).expect("not empty");
            let closed = Life { valid_for, ..life(State::Launched) }.closed(at(10));
            assert!([10, 11, 40].map(at).iter().all(|it| !closed.is_on_sale(*it)));
            let opened = closed.opened(at(20));
            assert!([20, 21, 99].map(at).iter().all(|it| opened.is_on_sale(*it)));
        }
    }

    #[test]
    fn a_change_counts_until_nothing_can_be_changed() {
        let changes = |state| life(state).revised().map(|it| it.version()).ok();
        assert_eq!(changes(State::Launched), Some(2));
        assert_eq!(changes(State::Retired), Some(2));
        assert_eq!(changes(State::Obsolete), None);
        assert_eq!(changes(State::Rejected), None);
    }
}
