//! Listeners: who wants to be told of what, and where.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | listener | `aps/subscriptions` | – | hub of every API, topic hub (688) |
//!
//! One concept behind all of them and behind our own webhooks. How far a listener has been told is
//! the store's to know; in which words, its contract's.

pub mod progress;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use self::progress::{Hope, Miss, Progress};
use super::error::{Code as Reason, Invalid, Refusal, Rejection, Violation};
use super::event::{Fact, Verb, event_name};
use super::id::{Kind, ListenerId};
use super::operator::{Reach, Role, reach, reading};
use super::sealed::Sealed;
use super::stamp::{Contract, SellerNumber, Stamp};
use super::text::{Code, Prose, WebAddress};
use super::time::Instant;
use super::word::{WordError, words};

/// Which events: of a kind or of all, with a verb or with any. `subscription.*`, `*.created`, `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventPattern {
    /// Of what; `None` for anything.
    pub kind: Option<Kind>,
    /// What; `None` for anything.
    pub verb: Option<Verb>,
}

impl EventPattern {
    /// Every event.
    pub const ANY: Self = Self { kind: None, verb: None };

    /// One event of one kind of thing.
    #[must_use]
    pub const fn of(kind: Kind, verb: Verb) -> Self {
        Self { kind: Some(kind), verb: Some(verb) }
    }

    /// Whether an event is one of them.
    #[must_use]
    pub fn matches(self, kind: Kind, verb: Verb) -> bool {
        self.kind.is_none_or(|it| it == kind) && self.verb.is_none_or(|it| it == verb)
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.verb) {
            (None, None) => f.write_str("*"),
            (Some(kind), None) => write!(f, "{}.*", kind.noun()),
            (None, Some(verb)) => write!(f, "*.{}", verb.name()),
            (Some(kind), Some(verb)) => f.write_str(&event_name(kind, verb)),
        }
    }
}

impl FromStr for EventPattern {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let refused =
            || WordError::new(text, &["*", "subscription.*", "*.created", "order.completed"]);
        if text == "*" {
            return Ok(Self::ANY);
        }
        let (noun, word) = text.split_once('.').ok_or_else(refused)?;
        let kind = Kind::ALL.iter().copied().find(|it| it.noun() == noun);
        let verb = Verb::ALL.iter().copied().find(|it| it.name() == word);
        if (kind.is_none() && noun != "*") || (verb.is_none() && word != "*") {
            return Err(refused());
        }
        Ok(Self { kind, verb })
    }
}

words! {
    /// Whose events a listener may hear.
    Audience {
        /// Those of the account that it belongs to.
        Account = "account";
        /// Those of the whole branch that the account heads.
        Branch = "branch";
        /// All.
        Everything = "everything";
    }
}

words! {
    /// Whether a listener is told.
    ListenerState {
        /// It is.
        Active = "active";
        /// Somebody stopped it; what happens meanwhile waits.
        Paused = "paused";
        /// It did not answer for too long; what happens meanwhile waits.
        Broken = "broken";
    }
}

words! {
    /// What changes whether a listener is told.
    ListenerTrigger {
        /// Somebody stops it.
        Pause = "pause";
        /// Somebody lets it go on.
        Resume = "resume";
        /// It did not answer for too long.
        Break = "break";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
const fn next(state: ListenerState, trigger: ListenerTrigger) -> Option<ListenerState> {
    use {ListenerState as S, ListenerTrigger as T};
    match (state, trigger) {
        (S::Active | S::Broken, T::Pause) => Some(S::Paused),
        (S::Paused | S::Broken, T::Resume) => Some(S::Active),
        (S::Active, T::Break) => Some(S::Broken),
        (S::Paused, T::Pause | T::Break) | (S::Active, T::Resume) | (S::Broken, T::Break) => None,
    }
}

/// What a listener wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// In whose words it is told.
    pub contract: Contract,
    /// The API of that contract through which it was set up; it hears of that API's things alone.
    pub api: Option<Code>,
    /// Where it is told.
    pub callback: WebAddress,
    /// Of what; nothing means everything.
    pub patterns: BTreeSet<EventPattern>,
    /// A condition in the contract's own language, for the contract to read.
    pub query: Option<Prose>,
    /// What its messages are signed with.
    pub secret: Option<Sealed>,
}

impl Wish {
    /// So many patterns a listener has at most.
    pub const PATTERNS_MAX: usize = 100;

    fn check(&self) -> Result<(), Invalid> {
        let too_many = (self.patterns.len() > Self::PATTERNS_MAX).then(|| {
            let message = format!("must have at most {} entries", Self::PATTERNS_MAX);
            Violation::new("/patterns", "range", message)
        });
        Invalid::unless_empty(too_many.into_iter().collect())
    }
}

/// Somebody who wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Its identity.
    pub id: ListenerId,
    /// Whose it is.
    pub stamp: Stamp,
    audience: Audience,
    state: ListenerState,
    wish: Wish,
    retiring: Option<Retiring>,
    progress: Progress,
}

/// A secret that another has taken the place of, and that still signs for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Retiring {
    secret: Sealed,
    /// Wall time.
    until: Instant,
}

/// Sets up a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetUpListener {
    /// The identity it gets.
    pub id: ListenerId,
    /// Whose it will be.
    pub stamp: Stamp,
    /// Whose events it may hear: no more than who sets it up may see.
    pub audience: Audience,
    /// What it wants.
    pub wish: Wish,
}

impl Listener {
    /// A new listener, told from now on.
    pub fn set_up(command: SetUpListener) -> Result<(Self, Verb), Invalid> {
        let SetUpListener { id, stamp, audience, wish } = command;
        wish.check()?;
        if audience == Audience::Account && stamp.owner.is_none() {
            let message = "must be an account that hears its own events";
            return Err(Invalid::one("/owner", "required", message));
        }
        let (state, progress) = (ListenerState::Active, Progress::default());
        Ok((Self { id, stamp, audience, state, wish, retiring: None, progress }, Verb::Created))
    }

    /// The listener with another wish.
    pub fn revise(self, wish: Wish) -> Result<(Self, Verb), Refusal> {
        wish.check()?;
        if wish.contract != self.wish.contract {
            let message = "must stay what it is";
            return Err(Invalid::one("/contract", "fixed", message).into());
        }
        let has_condition = wish.query.is_some() && wish.query == self.wish.query;
        if has_condition && wish.patterns != self.wish.patterns {
            let message = "follow from the condition that it was set up with";
            return Err(Invalid::one("/patterns", "fixed", message).into());
        }
        Ok((Self { wish, ..self }, Verb::Changed))
    }

    /// The listener after `trigger`.
    pub fn on(self, trigger: ListenerTrigger) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a listener that is {}", self.state);
            return Err(Rejection::new(Reason::ListenerStateForbids, why));
        };
        let verb = match trigger {
            ListenerTrigger::Pause => Verb::Held,
            ListenerTrigger::Resume => Verb::Released,
            ListenerTrigger::Break => Verb::Failed,
        };
        // Whoever lets it go on has mended what was wrong, and it is waited for anew.
        let progress = match trigger {
            ListenerTrigger::Resume => {
                Progress { failures: 0, next_attempt_at: None, ..self.progress }
            }
            ListenerTrigger::Pause | ListenerTrigger::Break => self.progress,
        };
        Ok((Self { state, progress, ..self }, verb))
    }

    /// The listener with another secret; the one before still signs until a moment of wall time.
    #[must_use]
    pub fn rotated(mut self, secret: Sealed, until: Instant) -> (Self, Verb) {
        self.retiring = self.wish.secret.replace(secret).map(|secret| Retiring { secret, until });
        (self, Verb::Changed)
    }

    /// What a message is signed with at a moment of wall time, the newest first.
    pub fn secrets(&self, wall: Instant) -> impl Iterator<Item = &Sealed> {
        let retiring = self.retiring.as_ref().filter(|it| wall < it.until);
        self.wish.secret.iter().chain(retiring.map(|it| &it.secret))
    }

    /// The listener after a call that began at wall time.
    #[must_use]
    pub fn attempted(self, wall: Instant) -> Self {
        Self { progress: self.progress.attempted(wall), ..self }
    }

    /// The listener after it took a message.
    #[must_use]
    pub fn took(self, status: u16, wall: Instant) -> Self {
        Self { progress: self.progress.took(status, wall), ..self }
    }

    /// The listener after it did not take a message, and what is told of it: that it is broken, if
    /// it is not waited for any longer.
    #[must_use]
    pub fn missed(self, miss: Miss, jitter: u16, wall: Instant) -> (Self, Option<Verb>) {
        let missed = Self { progress: self.progress.missed(miss, jitter, wall), ..self };
        if missed.progress.next_attempt_at.is_some() {
            return (missed, None);
        }
        match missed.clone().on(ListenerTrigger::Break) {
            Ok((broken, verb)) => (broken, Some(verb)),
            // Somebody stopped it meanwhile.
            Err(_) => (missed, None),
        }
    }

    /// Whether a fact is for it: wanted, and of a thing that it may see. `branch` are the sellers
    /// of the branch that its account heads.
    #[must_use]
    pub fn hears(&self, fact: &Fact, branch: &BTreeSet<SellerNumber>) -> bool {
        let (kind, verb) = (fact.subject.kind, fact.verb);
        let patterns = &self.wish.patterns;
        let is_wanted = patterns.is_empty() || patterns.iter().any(|it| it.matches(kind, verb));
        is_wanted && self.may_hear(fact, branch)
    }

    fn may_hear(&self, fact: &Fact, branch: &BTreeSet<SellerNumber>) -> bool {
        let permission = reading(fact.subject.kind);
        let is_own = self.stamp.owner.is_some()
            && fact.owner == self.stamp.owner
            && reach(Role::CustomerAdmin, permission) == Reach::Account;
        match self.audience {
            Audience::Account => is_own,
            Audience::Branch => {
                let is_below = branch.contains(&fact.seller);
                is_own || (is_below && reach(Role::VendorAdmin, permission) == Reach::Branch)
            }
            Audience::Everything => true,
        }
    }

    /// Whose events it may hear.
    #[must_use]
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// Whether it is told.
    #[must_use]
    pub const fn state(&self) -> ListenerState {
        self.state
    }

    /// How telling it goes.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What it wants.
    #[must_use]
    pub const fn wish(&self) -> &Wish {
        &self.wish
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::event::Cause;
    use crate::domain::id::{AccountId, Id, Subject};
    use crate::domain::time::Instant;
    use crate::domain::word::matrix;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn listener(audience: Audience, patterns: &[&str]) -> Listener {
        let now = Instant::from_micros(0).expect("in range");
        let wish = Wish {
            contract: Contract::Native,
            api: None,
            callback: "https://example.com/hook".parse().expect("an address"),
            patterns: patterns.iter().map(|it| it.parse().expect(it)).collect(),
            query: None,
            secret: None,
        };
        let id = ListenerId::from_uuid(Uuid::nil());
        let stamp = Stamp::new(SellerNumber(2), Some(account(10)), now);
        Listener::set_up(SetUpListener { id, stamp, audience, wish }).expect("right").0
    }

    fn fact(kind: Kind, verb: Verb, seller: u32, owner: Option<u128>) -> Fact {
        Fact {
            sequence: 1,
            at: Instant::from_micros(0).expect("in range"),
            cause: Cause::Duty("test".to_owned()),
            request: String::new(),
            subject: Subject { kind, uuid: Uuid::nil() },
            verb,
            seller: SellerNumber(seller),
            owner: owner.map(account),
            before: None,
            after: None,
            beside: Vec::new(),
        }
    }

    #[test]
    fn a_listener_is_told_as_the_table_says() {
        let table = matrix(ListenerState::ALL, ListenerTrigger::ALL, next);
        expect![[r#"
                   |  pause | resume |  break
            active | paused |      - | broken
            paused |      - | active |      -
            broken | paused | active |      -
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_listener_that_does_not_answer_breaks_and_is_waited_for_anew_when_it_goes_on() {
        let at = |seconds| Instant::from_micros(0).expect("in range").plus_seconds(seconds);
        let miss = |hope| {
            let trouble = "nobody there".parse().expect("a text");
            Miss { status: None, trouble, pause_seconds: None, hope }
        };
        let (waiting, verb) = listener(Audience::Account, &[]).missed(miss(Hope::Some), 0, at(0));
        assert_eq!((waiting.state(), verb), (ListenerState::Active, None));
        let (broken, verb) = waiting.missed(miss(Hope::None), 0, at(10));
        assert_eq!((broken.state(), verb), (ListenerState::Broken, Some(Verb::Failed)));
        let (again, _) = broken.on(ListenerTrigger::Resume).expect("broken");
        let progress = again.progress();
        assert_eq!((progress.failures, progress.is_ready(at(0))), (0, true));
        assert_eq!(progress.trouble.as_ref().map(Prose::as_str), Some("nobody there"));
        let (paused, _) = again.on(ListenerTrigger::Pause).expect("active");
        let (paused, verb) = paused.missed(miss(Hope::None), 0, at(10));
        assert_eq!((paused.state(), verb), (ListenerState::Paused, None));
    }

    #[test]
    fn the_secret_before_signs_beside_the_new_one_for_a_while() {
        let at = |seconds| Instant::from_micros(0).expect("in range").plus_seconds(seconds);
        let sealed = |byte| Sealed::new(vec![byte]);
        let (first, _) = listener(Audience::Account, &[]).rotated(sealed(1), at(5));
        assert_eq!(first.secrets(at(0)).collect::<Vec<_>>(), [&sealed(1)]);
        let (second, _) = first.rotated(sealed(2), at(10));
        assert_eq!(second.secrets(at(9)).collect::<Vec<_>>(), [&sealed(2), &sealed(1)]);
        assert_eq!(second.secrets(at(10)).collect::<Vec<_>>(), [&sealed(2)]);
    }

    #[test]
    fn a_pattern_reads_as_it_is_written() {
        for text in ["*", "subscription.*", "*.created", "billing_account.changed"] {
            assert_eq!(text.parse::<EventPattern>().map(|it| it.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "subscription", "subscription.", "sub.*", "*.exploded", "*.*.*"] {
            assert!(text.parse::<EventPattern>().is_err(), "{text}");
        }
        assert_eq!("*.*".parse(), Ok(EventPattern::ANY));
    }

    #[test]
    fn only_what_is_wanted_is_heard() {
        let own = |kind, verb| fact(kind, verb, 2, Some(10));
        for (patterns, kind, verb, expected) in [
            (&[][..], Kind::Invoice, Verb::Issued, true),
            (&["invoice.*"], Kind::Invoice, Verb::Issued, true),
            (&["invoice.paid"], Kind::Invoice, Verb::Issued, false),
            (&["invoice.paid", "*.issued"], Kind::Invoice, Verb::Issued, true),
            (&["order.*"], Kind::Invoice, Verb::Issued, false),
        ] {
            let heard =
                listener(Audience::Account, patterns).hears(&own(kind, verb), &BTreeSet::new());
            assert_eq!(heard, expected, "{patterns:?}");
        }
    }

    #[test]
    fn nobody_hears_what_he_may_not_see() {
        let branch = BTreeSet::from([SellerNumber(5)]);
        for (audience, kind, seller, owner, expected) in [
            (Audience::Account, Kind::Invoice, 2, Some(10), true),
            (Audience::Account, Kind::Invoice, 2, Some(11), false),
            (Audience::Account, Kind::Offer, 2, None, false),
            (Audience::Account, Kind::Task, 2, Some(10), false),
            (Audience::Branch, Kind::Invoice, 5, Some(50), true),
            (Audience::Branch, Kind::Offer, 5, None, true),
            (Audience::Branch, Kind::Invoice, 2, Some(10), true),
            (Audience::Branch, Kind::Invoice, 2, Some(11), false),
            (Audience::Branch, Kind::Offer, 2, None, false),
            (Audience::Everything, Kind::Offer, 9, None, true),
        ] {
            let fact = fact(kind, Verb::Changed, seller, owner);
            let heard = listener(audience, &[]).hears(&fact, &branch);
            assert_eq!(heard, expected, "{audience} {kind:?} {seller} {owner:?}");
        }
    }

    #[test]
    fn an_ownerless_listener_does_not_hear_what_is_nobodys() {
        let it = listener(Audience::Branch, &[]);
        let stamp = Stamp { owner: None, ..it.stamp.clone() };
        let command =
            SetUpListener { id: it.id, stamp, audience: Audience::Account, wish: it.wish.clone() };
        assert!(Listener::set_up(command.clone()).is_err());
        let branch = SetUpListener { audience: Audience::Branch, ..command };
        let (listener, _) = Listener::set_up(branch).expect("a seller's");
        let fact = fact(Kind::Invoice, Verb::Issued, 9, None);
        assert!(!listener.hears(&fact, &BTreeSet::new()));
    }
}
