//! Quotes: an answer to "what would this cost?", that can be negotiated and accepted.

use serde::{Deserialize, Serialize};

use super::item::{self, Item};
use super::note::{Note, Notes};
use super::total::{Charged, Total};
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, DocumentId, OrderId, QuoteId};
use crate::domain::stamp::Stamp;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Instant, Validity};
use crate::domain::word::words;

words! {
    /// How far a quote has come.
    State {
        /// The seller works on it.
        InProgress = "in_progress";
        /// The seller waits for the buyer to say more.
        Pending = "pending";
        /// The seller stands by it; the buyer decides.
        Approved = "approved";
        /// The buyer takes it.
        Accepted = "accepted";
        /// The buyer does not take it.
        Rejected = "rejected";
        /// It was called off.
        Canceled = "canceled";
    }
}

words! {
    /// What can be done with a quote.
    Trigger {
        /// The buyer must say more.
        Ask = "ask";
        /// The buyer has said more.
        Resume = "resume";
        /// The seller stands by it.
        Approve = "approve";
        /// The buyer takes it.
        Accept = "accept";
        /// The buyer does not take it.
        Reject = "reject";
        /// It is called off.
        Cancel = "cancel";
        /// A new version of it is begun.
        Revise = "revise";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::InProgress, T::Ask) => Some(S::Pending),
        (S::Pending, T::Resume) | (S::Rejected, T::Revise) => Some(S::InProgress),
        (S::InProgress, T::Approve) => Some(S::Approved),
        (S::Approved, T::Accept) => Some(S::Accepted),
        (S::Approved, T::Reject) => Some(S::Rejected),
        (S::InProgress | S::Pending, T::Cancel) => Some(S::Canceled),

        (S::InProgress, T::Resume | T::Accept | T::Reject | T::Revise)
        | (S::Pending, T::Ask | T::Approve | T::Accept | T::Reject | T::Revise)
        | (S::Approved, T::Ask | T::Resume | T::Approve | T::Cancel | T::Revise)
        | (S::Rejected, T::Ask | T::Resume | T::Approve | T::Accept | T::Reject | T::Cancel)
        | (
            S::Accepted | S::Canceled,
            T::Ask | T::Resume | T::Approve | T::Accept | T::Reject | T::Cancel | T::Revise,
        ) => None,
    }
}

impl Trigger {
    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Ask => Verb::InformationRequired,
            Self::Resume | Self::Revise => Verb::Changed,
            Self::Approve => Verb::Issued,
            Self::Accept => Verb::Completed,
            Self::Reject => Verb::Rejected,
            Self::Cancel => Verb::Canceled,
        }
    }
}

/// What a buyer says of a quote beside its items.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inquiry {
    /// What it is about.
    pub description: Option<Prose>,
    /// The buyer's sort of quote.
    pub category: Option<Name>,
    /// The buyer's number of it.
    pub external_id: Option<Name>,
    /// By when the buyer wants an answer.
    pub wanted_at: Option<Instant>,
    /// When what is asked about is to be there.
    pub fulfilment_at: Option<Instant>,
    /// The agreements that it falls under, as registered documents.
    pub agreements: Vec<DocumentId>,
}

/// An answer to "what would this cost?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// Whose it is, and its number; the person is who asked.
    pub stamp: Stamp,
    account: AccountId,
    state: State,
    version: u32,
    items: Vec<Item>,
    notes: Notes,
    totals: Vec<Total>,
    /// What the buyer says of it.
    pub inquiry: Inquiry,
    /// When the seller expects to answer.
    pub expected_at: Option<Instant>,
    /// For how long the seller stands by it.
    valid_for: Validity,
    asked_at: Instant,
    answered_at: Option<Instant>,
    /// The order that took it.
    order: Option<OrderId>,
}

impl Quote {
    /// A quote that was asked for.
    ///
    /// # Errors
    /// If its items break rules of form.
    pub fn new(
        id: QuoteId,
        stamp: Stamp,
        account: AccountId,
        items: Vec<Item>,
        now: Instant,
    ) -> Result<Self, Invalid> {
        Invalid::unless_empty(item::violations(&items))?;
        Ok(Self {
            id,
            stamp: Stamp { owner: Some(account), ..stamp },
            account,
            state: State::InProgress,
            version: 1,
            items,
            notes: Notes::default(),
            totals: Vec::new(),
            inquiry: Inquiry::default(),
            expected_at: None,
            valid_for: Validity::ALWAYS,
            asked_at: now,
            answered_at: None,
            order: None,
        })
    }

    /// Who asked.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Counts the answers: 1 for the first.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// What was asked about.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What was said of it, the oldest first.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        self.notes.as_slice()
    }

    /// What it would cost.
    #[must_use]
    pub fn totals(&self) -> &[Total] {
        &self.totals
    }

    /// For how long the seller stands by it.
    #[must_use]
    pub const fn valid_for(&self) -> Validity {
        self.valid_for
    }

    /// When it was asked for.
    #[must_use]
    pub const fn asked_at(&self) -> Instant {
        self.asked_at
    }

    /// When it was answered.
    #[must_use]
    pub const fn answered_at(&self) -> Option<Instant> {
        self.answered_at
    }

    /// The order that took it.
    #[must_use]
    pub const fn order(&self) -> Option<OrderId> {
        self.order
    }

    /// The quote with one more note.
    #[must_use]
    pub fn noted(self, note: Note) -> Self {
        Self { notes: self.notes.with(note), ..self }
    }

    /// The quote waiting for the buyer, going on, not taken, called off or begun anew.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Step) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.moved(trigger.trigger())?;
        let version = it.version.saturating_add(u32::from(trigger == Step::Revise));
        Ok((Self { version, ..it }, verb))
    }

    /// The quote with other items and what they would cost, while the seller works on it.
    ///
    /// # Errors
    /// If the seller does not work on it.
    pub fn priced(self, items: Vec<Item>, totals: Vec<Total>) -> Result<Self, Rejection> {
        match self.state {
            State::InProgress | State::Pending => Ok(Self { items, totals, ..self }),
            State::Approved | State::Accepted | State::Rejected | State::Canceled => {
                let why = format!("a quote that is `{}` is not changed", self.state);
                Err(Rejection::new(Reason::OrderStateForbids, why))
            }
        }
    }

    /// Refuses to be taken where it would cost something else than it says: what was quoted is what is
    /// charged. What the days before the first whole period cost follows from the day on which they begin.
    ///
    /// # Errors
    /// If what it would cost now is something else.
    pub fn must_cost(&self, now: &[Total]) -> Result<(), Rejection> {
        let lasting = |all: &[Total]| {
            all.iter().filter(|it| it.charged() != Charged::FirstPart).copied().collect::<Vec<_>>()
        };
        let (quoted, mut left) = (lasting(&self.totals), lasting(now));
        for it in &quoted {
            let place = left.iter().position(|other| it.is_as_much_as(*other));
            let Some(place) = place else { return Err(dearer(it, now)) };
            left.remove(place);
        }
        left.first().map_or(Ok(()), |it| {
            let why = format!("the quote says nothing of {} that it would cost now", it.net());
            Err(Rejection::new(Reason::OrderStateForbids, why + "; ask for a new one"))
        })
    }

    /// The quote that the seller stands by for a time.
    ///
    /// # Errors
    /// If the seller does not work on it.
    pub fn approve(self, valid_for: Validity, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.moved(Trigger::Approve)?;
        Ok((Self { valid_for, answered_at: Some(now), ..it }, verb))
    }

    /// The quote taken by an order.
    ///
    /// # Errors
    /// If the seller does not stand by it, or no longer.
    pub fn accept(self, order: OrderId, now: Instant) -> Result<(Self, Verb), Rejection> {
        if !self.valid_for.contains(now) {
            let why = "the seller no longer stands by the quote; ask for a new one";
            return Err(Rejection::new(Reason::OrderStateForbids, why));
        }
        let (it, verb) = self.moved(Trigger::Accept)?;
        Ok((Self { order: Some(order), ..it }, verb))
    }

    fn moved(self, trigger: Trigger) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a quote that is `{}`", self.state);
            return Err(Rejection::new(Reason::OrderStateForbids, why));
        };
        Ok((Self { state, ..self }, trigger.verb()))
    }
}

/// Why a quote that says an amount is not taken.
fn dearer(quoted: &Total, now: &[Total]) -> Rejection {
    let akin = |it: &&Total| it.charged() == quoted.charged() && it.currency() == quoted.currency();
    let now = now.iter().find(akin).map_or_else(|| "nothing".to_owned(), |it| it.net().to_string());
    let why = format!(
        "the quote says {} before tax, and it would cost {now} now; ask for a new one",
        quoted.net()
    );
    Rejection::new(Reason::OrderStateForbids, why)
}

words! {
    /// What is done with a quote that needs nothing further said.
    Step {
        /// The buyer must say more.
        Ask = "ask";
        /// The buyer has said more.
        Resume = "resume";
        /// The buyer does not take it.
        Reject = "reject";
        /// It is called off.
        Cancel = "cancel";
        /// A new version of it is begun.
        Revise = "revise";
    }
}

impl Step {
    const fn trigger(self) -> Trigger {
        match self {
            Self::Ask => Trigger::Ask,
            Self::Resume => Trigger::Resume,
            Self::Reject => Trigger::Reject,
            Self::Cancel => Trigger::Cancel,
            Self::Revise => Trigger::Revise,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::money::{Currency, Money};
    use crate::domain::order::item::{Action, Wish};
    use crate::domain::order::tests::{at, code, id, stamp};
    use crate::domain::word::matrix;

    fn quote() -> Quote {
        let wish = Wish { offer: Some(id(1)), ..Wish::default() };
        let items = vec![Item::new(code("1"), Action::Add, wish)];
        Quote::new(id(1), stamp(), id(1), items, at(0)).expect("valid")
    }

    fn approved() -> Quote {
        let valid_for = Validity::new(None, Some(at(100))).expect("not empty");
        quote().approve(valid_for, at(1)).expect("in progress").0
    }

    fn refusal<T>(result: Result<T, Rejection>) -> Option<Reason> {
        result.err().map(|it| it.code)
    }

    #[test]
    fn a_quote_lives_as_the_table_says() {
        expect![[r#"
                        |     ask |      resume |  approve |   accept |   reject |   cancel |      revise
            in_progress | pending |           - | approved |        - |        - | canceled |           -
                pending |       - | in_progress |        - |        - |        - | canceled |           -
               approved |       - |           - |        - | accepted | rejected |        - |           -
               accepted |       - |           - |        - |        - |        - |        - |           -
               rejected |       - |           - |        - |        - |        - |        - | in_progress
               canceled |       - |           - |        - |        - |        - |        - |           -
        "#]].assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn a_quote_is_taken_while_the_seller_stands_by_it() {
        let (taken, verb) = approved().accept(id(7), at(99)).expect("in time");
        assert_eq!(
            (taken.state(), taken.order(), verb),
            (State::Accepted, Some(id(7)), Verb::Completed)
        );
        assert_eq!(refusal(approved().accept(id(7), at(100))), Some(Reason::OrderStateForbids));
        assert_eq!(refusal(quote().accept(id(7), at(1))), Some(Reason::OrderStateForbids));
    }

    #[test]
    fn what_was_not_taken_is_begun_anew_as_the_next_version() {
        let rejected = approved().on(Step::Reject).expect("approved").0;
        let revised = rejected.on(Step::Revise).expect("rejected").0;
        assert_eq!((revised.state(), revised.version()), (State::InProgress, 2));
    }

    #[test]
    fn a_quote_is_taken_at_what_it_says() {
        let total = |charged, net: i64, tax: i64| {
            let money = |minor| Money::minor(minor, Currency::EUR);
            Total::new(charged, money(net), money(tax)).expect("small")
        };
        let (once, each, first) = (Charged::Once, Charged::EachPeriod, Charged::FirstPart);
        let quoted =
            quote().priced(vec![], vec![total(each, 10_000, 2_000), total(once, 500, 100)]);
        let quoted = quoted.expect("in progress");
        for (now, is_taken) in [
            (vec![total(once, 500, 100), total(each, 10_000, 2_000)], true),
            (vec![total(first, 300, 60), total(each, 10_000, 2_000), total(once, 500, 100)], true),
            (vec![total(each, 10_000, 700), total(once, 500, 35)], true),
            (vec![total(each, 10_100, 1_900), total(once, 500, 100)], true),
            (vec![total(each, 15_000, 3_000), total(once, 500, 100)], false),
            (vec![total(each, 9_000, 1_800), total(once, 500, 100)], false),
            (vec![total(each, 10_000, 2_000)], false),
            (vec![total(each, 10_000, 2_000), total(once, 500, 100), total(once, 1, 0)], false),
        ] {
            assert_eq!(quoted.must_cost(&now).is_ok(), is_taken, "{now:?}");
        }
    }

    #[test]
    fn what_the_seller_stands_by_is_not_changed() {
        assert!(quote().priced(vec![], vec![]).is_ok());
        assert_eq!(refusal(approved().priced(vec![], vec![])), Some(Reason::OrderStateForbids));
    }
}
