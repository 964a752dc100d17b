//! Resources that are entities of ours: what is known of one is read from it, what else was said of
//! it is [carried] beside it.
//!
//! A resource of this sort is an [`Entity`]: how it is read, and which use cases a write comes to.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::behind::{Behind, Change};
use super::carried;
use super::error::STATE_FORBIDS;
use super::href;
use super::query::Wanted;
use super::resource::{Resource, Tree};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::{
    AccountId, BillingAccountId, CartId, Id, InvoiceId, Kind, PartyId, PaymentId, PaymentMethodId,
    QuoteId, RefundId, SettlementId, ShareModelId, SubscriptionId, UserId,
};
use crate::domain::operator::{Permission, User};
use crate::domain::order::cart::Cart;
use crate::domain::order::quote::Quote;
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::Party;
use crate::domain::payment::Payment;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::payment::refund::Refund;
use crate::domain::settlement::note::SettlementNote;
use crate::domain::settlement::share::ShareModel;
use crate::domain::stamp::{Contract, Stamp};
use crate::domain::subscription::Subscription;
use crate::services::{Act, Cx, Error, carried as carrying, event};

/// An entity of ours, as far as all of them are the same.
pub(super) trait Thing: Sized + Send + 'static {
    /// What facts about them are about.
    const KIND: Kind;
    /// What one needs to let one carry something.
    const WRITING: Permission;

    fn uuid(&self) -> Uuid;
    fn stamp(&self) -> &Stamp;
    fn page(
        cx: Cx<'_>,
        page: &PageRequest,
        accept: impl FnMut(&Self) -> bool,
    ) -> Result<Page<Self>, Error>;
    fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Self>, Error>;
    fn carry(act: &mut Act<'_>, id: Uuid, said: Vec<u8>) -> Result<Self, Error>;
    fn kept(side: &[u8]) -> Result<Self, Error>;
}

macro_rules! things {
    ($($thing:ident $id:ident $writing:ident;)+) => {$(
        impl Thing for $thing {
            const KIND: Kind = $id::KIND;
            const WRITING: Permission = Permission::$writing;

            fn uuid(&self) -> Uuid {
                self.id.uuid()
            }
            fn stamp(&self) -> &Stamp {
                &self.stamp
            }
            fn page(
                cx: Cx<'_>,
                page: &PageRequest,
                accept: impl FnMut(&Self) -> bool,
            ) -> Result<Page<Self>, Error> {
                cx.list_with_own(page, accept)
            }
            fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
                cx.find($id::from_uuid(id))
            }
            fn carry(act: &mut Act<'_>, id: Uuid, said: Vec<u8>) -> Result<Self, Error> {
                carrying::keep(act, ($id::from_uuid(id), Self::WRITING), Contract::Tmf, said)
            }
            fn kept(side: &[u8]) -> Result<Self, Error> {
                event::read(side)
            }
        }
    )+};
}

things! {
    Account AccountId AccountWrite;
    BillingAccount BillingAccountId BillingAccountWrite;
    Invoice InvoiceId InvoiceIssue;
    Cart CartId CartWrite;
    Party PartyId PartyWrite;
    Payment PaymentId PaymentRecord;
    PaymentMethod PaymentMethodId PaymentMethodWrite;
    Quote QuoteId QuoteAsk;
    Refund RefundId RefundWrite;
    SettlementNote SettlementId SettlementRun;
    ShareModel ShareModelId ShareWrite;
    Subscription SubscriptionId SubscriptionChange;
    User UserId UserWrite;
}

/// A resource that is an entity of ours.
pub(super) trait Entity: Sync {
    /// The entity.
    type Thing: Thing;
    /// What one needs to see some.
    const READING: Permission;
    /// What one needs to make, change and remove some.
    const WRITING: Permission;
    /// The attributes that are references: they are shown as they were said, wherever they lead.
    const REFERENCES: &[&str] = &[];
    /// The attributes of which what is known stands within what was said, element by element.
    const MERGED: &[&str] = &[];
    /// The attributes in which clients say words of their own beside ours. What is said of one at first is
    /// shown until what we know moves.
    const WORDS: &[&str] = &[];
    /// The attributes of which a change may say something where we know of nothing: what is said there
    /// may be beyond us.
    const FREE: &[&str] = &[];

    /// Whether the caller may let one carry what it says beside what we know. Who may not says nothing but
    /// what comes to be.
    fn carries(&self, _: Cx<'_>, _: &Self::Thing) -> bool {
        true
    }

    /// Whether what was said of an attribute is kept beside what is known of it: in other words, or with more
    /// than is known.
    fn keeps(&self, _name: &str, _said: &Value) -> bool {
        true
    }

    /// Whether an entity is shown as this resource.
    fn is(&self, it: &Self::Thing) -> bool;

    /// What is known of one; `null` for what is known not to be so.
    fn known(&self, cx: Cx<'_>, it: &Self::Thing) -> Result<Tree, Error>;

    /// Some of what is known of one, at least.
    fn known_of(&self, cx: Cx<'_>, it: &Self::Thing, _: &Wanted) -> Result<Tree, Error> {
        self.known(cx, it)
    }

    /// What was said elsewhere of one: shown where nothing else is known or said of it.
    fn beside(&self, _: Cx<'_>, _: &Self::Thing, _: &Wanted) -> Result<Tree, Error> {
        Ok(Tree::new())
    }

    /// One as it is shown, with what stands in what was said of it and is for the house alone to say.
    fn adorned(&self, _: Cx<'_>, _: &Self::Thing, shown: Tree) -> Result<Tree, Error> {
        Ok(shown)
    }

    /// The ids of all of which a path leads to a value, and perhaps of more; nothing where no index
    /// knows.
    fn found_by(&self, _: Cx<'_>, _path: &str, _value: &str) -> Result<Option<Vec<Uuid>>, Error> {
        Ok(None)
    }

    /// How often what is written of one elsewhere than in itself has been: it adds to its revision.
    fn written_beside(&self, _: Cx<'_>, _: &Self::Thing) -> Result<u32, Error> {
        Ok(0)
    }

    /// Makes what was said within one and is a thing by itself: it is named there then.
    fn prepare(&self, _: &mut Act<'_>, _: &mut Tree) -> Result<(), Error> {
        Ok(())
    }

    /// Makes one of what was said.
    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Self::Thing, Error>;

    /// Lets one become what was said, as far as that is anything that is known of it.
    fn change(
        &self,
        act: &mut Act<'_>,
        it: Self::Thing,
        change: &Change,
    ) -> Result<Self::Thing, Error>;

    /// Takes one away.
    fn remove(&self, act: &mut Act<'_>, it: Self::Thing) -> Result<Gone, Error>;

    /// The words for all states, some of them for several: another is refused. None where it has no states, or says words of its own.
    fn states(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether a word says a state, in any case: a change to it comes to be, or is refused.
    fn is_ours(&self, word: &str) -> bool {
        let plain = |it: &str| it.trim().to_ascii_lowercase().replace('_', " ");
        self.states().iter().any(|it| plain(it) == plain(word))
    }

    /// Whether a state that was said was come to in a change and left again, because what was to be done
    /// in it was done at once.
    fn came_through(&self, _: &Change, _name: &str, _known: &Value) -> bool {
        false
    }

    /// Whether what was said of an attribute agrees with what is known of it.
    fn agrees(&self, _: &Self::Thing, _: &str, (said, known): (&Value, &Value)) -> bool {
        carried::agrees(said, known)
    }
}

/// What becomes of an entity when its resource is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// It is no more.
    Removed,
    /// It has ended and stays in the books; nobody sees it as that resource any more.
    Ended,
}

/// What lies behind a resource that is an entity.
pub(super) struct Of<E>(pub(super) E);

impl<E: Entity> Of<E> {
    /// A thing as it is shown; nothing if it was removed as this resource.
    fn shown(&self, cx: Cx<'_>, of: &Resource, it: &E::Thing) -> Result<Option<Tree>, Error> {
        self.shown_partly(cx, of, (it, &Wanted::default()))
    }

    /// Some attributes of a thing as they are shown.
    fn shown_partly(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (it, wanted): (&E::Thing, &Wanted),
    ) -> Result<Option<Tree>, Error> {
        let stamp = it.stamp();
        let (_, mut kept) = carried::read(stamp.carried.get(&Contract::Tmf), of.name)?;
        if carried::is_removed(&kept) {
            return Ok(None);
        }
        // What is not known here would be taken for what is known no more.
        kept.retain(|name, _| wanted.has(name));
        let known = self.0.known_of(cx, it, wanted)?;
        let ours = href::ids(&known);
        // A state is the one in which it truly is, whatever else was said of it once.
        if let Some(state) = of.state
            && let Some(pair) = carried::said(&kept, state).zip(known.get(state))
            && !E::MERGED.contains(&state)
            && !self.0.agrees(it, state, pair)
        {
            kept.remove(state);
        }
        let mut shown = carried::overlaid(known, &kept);
        for (name, said) in self.0.beside(cx, it, wanted)? {
            shown.entry(name).or_insert(said);
        }
        shown.insert("id".to_owned(), it.uuid().to_string().into());
        if let Some(attribute) = of.touched {
            shown.insert(attribute.to_owned(), stamp.changed_at.to_string().into());
        }
        let mut shown = self.0.adorned(cx, it, shown)?;
        let is_said = |name: &str, it: &Value| carried::said(&kept, name) == Some(it);
        href::say(&mut shown, &ours, is_said);
        Ok(Some(shown))
    }

    /// Keeps beside a thing what was said of it, and shows it.
    fn keep(
        &self,
        act: &mut Act<'_>,
        of: &Resource,
        (it, kept): (E::Thing, Tree),
    ) -> Result<Tree, Error> {
        let (all, before) = carried::read(it.stamp().carried.get(&Contract::Tmf), of.name)?;
        let it = if kept == before {
            it
        } else {
            E::Thing::carry(act, it.uuid(), carried::written(all, of.name, kept)?)?
        };
        let shown = self.shown(act.cx(), of, &it)?;
        shown.ok_or_else(|| Error::internal("what was just kept is shown"))
    }

    /// Keeps beside a thing that was just made what was said of it, and shows it.
    pub(super) fn made(
        &self,
        act: &mut Act<'_>,
        of: &Resource,
        (made, said): (E::Thing, Tree),
    ) -> Result<Tree, Error> {
        let known = self.0.known(act.cx(), &made)?;
        let kept = self.of_new(of.touched, (&made, &said, &known));
        self.keep(act, of, (made, kept))
    }

    /// What is kept of what was said when it was made: the truth is shown where something else was
    /// said of what we know, but for references, which lead wherever they like.
    pub(super) fn of_new(
        &self,
        touched: Option<&str>,
        (it, said, known): (&E::Thing, &Tree, &Tree),
    ) -> Tree {
        let own = |it: &str| matches!(it, "id" | "href") || touched == Some(it);
        let kept = said.iter().filter(|it| !own(it.0) && self.0.keeps(it.0, it.1));
        let kept = kept.filter_map(|(name, said)| {
            if E::MERGED.contains(&name.as_str()) {
                return Some((name.clone(), carried::merged(said)));
            }
            let known = known.get(name);
            let fits = known.is_none_or(|known| self.0.agrees(it, name, (said, known)));
            let is_word = E::WORDS.contains(&name.as_str()) && said.is_string();
            let is_reference = E::REFERENCES.contains(&name.as_str());
            let keep = if is_reference { carried::kept_reference } else { carried::kept };
            let stays = fits || is_word || is_reference;
            stays.then(|| keep(said, known)).flatten().map(|it| (name.clone(), it))
        });
        kept.collect()
    }

    /// What is kept of what was said in a change. Refused is a change of which something did not come
    /// to be: nobody is told that something is otherwise than it is.
    fn of_changed(
        &self,
        of: &Resource,
        (it, change, known, before): (&E::Thing, &Change, &Tree, Tree),
    ) -> Result<Tree, Invalid> {
        let own = |it: &str| matches!(it, "id" | "href") || of.touched == Some(it);
        let (mut kept, mut undone) = (before, Vec::new());
        let names: BTreeSet<_> = change.before.keys().chain(change.after.keys()).collect();
        for name in names.into_iter().filter(|it| !own(it)) {
            let said = change.after.get(name).unwrap_or(&Value::Null);
            if said == change.before.get(name).unwrap_or(&Value::Null) {
                continue;
            }
            kept.remove(name);
            if known.get(name).is_some_and(|it| self.0.came_through(change, name, it)) {
                continue;
            }
            let is_merged = E::MERGED.contains(&name.as_str());
            let is_reference = is_merged || E::REFERENCES.contains(&name.as_str());
            let leads = |known: &Value| {
                let (before, said) =
                    (carried::ids(change.before.get(name)), carried::ids(Some(said)));
                before == said || carried::ids(Some(known)).is_subset(&said)
            };
            let fits = known.get(name).is_none_or(|known| {
                let is_known =
                    !known.is_null() || is_nothing(said) || E::FREE.contains(&name.as_str());
                is_reference && leads(known)
                    || E::WORDS.contains(&name.as_str()) && said.is_string()
                    || is_known && self.0.agrees(it, name, (said, known))
            });
            if !fits {
                undone.push(self.undone(of, name, (said, known.get(name))));
            }
            let now = match (is_merged, is_reference) {
                _ if !self.0.keeps(name, said) => None,
                (true, _) => Some(carried::merged(said)),
                (false, true) => carried::kept_reference(said, known.get(name)),
                (false, false) => carried::kept(said, known.get(name)),
            };
            kept.extend(now.map(|it| (name.clone(), it)));
        }
        Invalid::unless_empty(undone)?;
        Ok(kept)
    }

    /// Why something that was said anew did not come to be. A state that the contract has cannot be got
    /// to from where the thing is.
    fn undone(
        &self,
        of: &Resource,
        name: &str,
        (said, known): (&Value, Option<&Value>),
    ) -> Violation {
        let word = said.as_str().filter(|_| of.state == Some(name));
        let now = known.and_then(Value::as_str);
        match (word, now) {
            (Some(word), Some(now)) if self.0.is_ours(word) => {
                let message = format!("cannot become `{word}` where it is `{now}`");
                Violation::new(name, STATE_FORBIDS, message)
            }
            (Some(word), Some(_)) => Violation::new(name, "enum", no_state(word, &self.0.states())),
            (_, _) => {
                let message = "follows from something else, and cannot be changed like this";
                Violation::new(name, "read_only", message)
            }
        }
    }

    /// Refuses a word for a state that is none.
    pub(super) fn must_be_a_state(&self, of: &Resource, said: &Tree) -> Result<(), Invalid> {
        let Some(name) = of.state else { return Ok(()) };
        let Some(word) = said.get(name).and_then(Value::as_str) else { return Ok(()) };
        let all = self.0.states();
        if all.is_empty() || self.0.is_ours(word) {
            return Ok(());
        }
        Err(Invalid::one(name, "enum", no_state(word, &all)))
    }

    fn found(&self, cx: Cx<'_>, text: &str) -> Result<Option<E::Thing>, Error> {
        let Ok(id) = Uuid::try_parse(text) else { return Ok(None) };
        Ok(E::Thing::find(cx, id)?.filter(|it| self.0.is(it)))
    }

    fn get(&self, cx: Cx<'_>, text: &str) -> Result<E::Thing, Error> {
        let missing = || Error::not_found(text.chars().take(80).collect::<String>());
        self.found(cx, text)?.ok_or_else(missing)
    }
}

impl<E: Entity> Behind for Of<E> {
    fn documents(&self) -> &dyn Behind {
        self
    }

    fn kind(&self) -> Kind {
        E::Thing::KIND
    }

    fn reading(&self) -> Permission {
        E::READING
    }

    fn writing(&self) -> Permission {
        E::WRITING
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let found = E::Thing::page(cx, page, |it| self.0.is(it))?;
        let mut items = Vec::new();
        for it in &found.items {
            items.extend(self.shown(cx, of, it)?);
        }
        Ok(Page { items, next: found.next })
    }

    fn partly(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (page, wanted): (&PageRequest, &Wanted),
    ) -> Result<Page<Tree>, Error> {
        let found = E::Thing::page(cx, page, |it| self.0.is(it))?;
        let mut items = Vec::new();
        for it in &found.items {
            items.extend(self.shown_partly(cx, of, (it, wanted))?);
        }
        Ok(Page { items, next: found.next })
    }

    fn part(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (id, wanted): (&str, &Wanted),
    ) -> Result<Option<Tree>, Error> {
        let found = self.found(cx, id)?;
        Ok(found.map(|it| self.shown_partly(cx, of, (&it, wanted))).transpose()?.flatten())
    }

    fn found_by(
        &self,
        cx: Cx<'_>,
        path: &str,
        values: &[&str],
    ) -> Result<Option<Vec<String>>, Error> {
        let mut all = BTreeSet::new();
        for value in values {
            let Some(found) = self.0.found_by(cx, path, value)? else { return Ok(None) };
            all.extend(found);
        }
        Ok(Some(all.into_iter().map(|it| it.to_string()).collect()))
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        let found = self.found(cx, id)?;
        Ok(found.map(|it| self.shown(cx, of, &it)).transpose()?.flatten())
    }

    fn revision(&self, cx: Cx<'_>, id: &str) -> Result<Option<u32>, Error> {
        let own = cx.revision(&[E::Thing::KIND], id)?;
        let found = self.found(cx, id)?;
        let beside = found.map(|it| self.0.written_beside(cx, &it)).transpose()?.unwrap_or(0);
        Ok(own.map(|own| own.saturating_add(beside)))
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, mut said: Tree) -> Result<Tree, Error> {
        self.must_be_a_state(of, &said)?;
        self.0.prepare(act, &mut said)?;
        let made = self.0.create(act, &said)?;
        self.made(act, of, (made, said))
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, mut change: Change) -> Result<Tree, Error> {
        let it = self.get(act.cx(), &change.id)?;
        self.0.prepare(act, &mut change.after)?;
        let it = self.0.change(act, it, &change)?;
        if !self.0.carries(act.cx(), &it) {
            let shown = self.shown(act.cx(), of, &it)?;
            return shown.ok_or_else(|| Error::internal("what was just changed is shown"));
        }
        let known = self.0.known(act.cx(), &it)?;
        let (_, before) = carried::read(it.stamp().carried.get(&Contract::Tmf), of.name)?;
        let kept = self.of_changed(of, (&it, &change, &known, before))?;
        self.keep(act, of, (it, kept))
    }

    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        let it = self.get(act.cx(), id)?;
        let uuid = it.uuid();
        match self.0.remove(act, it)? {
            Gone::Removed => Ok(()),
            Gone::Ended => {
                let it = self.get(act.cx(), id)?;
                let (all, _) = carried::read(it.stamp().carried.get(&Contract::Tmf), of.name)?;
                let kept = carried::written(all, of.name, carried::removed())?;
                E::Thing::carry(act, uuid, kept).map(|_| ())
            }
        }
    }

    fn told(&self, cx: Cx<'_>, of: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        let it = E::Thing::kept(side)?;
        Ok(self.0.is(&it).then(|| self.shown(cx, of, &it)).transpose()?.flatten())
    }
}

/// Why a word for a state is refused: the words that there are.
pub(super) fn no_state(word: &str, all: &[String]) -> String {
    let first = |(place, it): &(usize, &String)| !all[..*place].contains(*it);
    let quoted: Vec<_> =
        all.iter().enumerate().filter(first).map(|it| format!("`{}`", it.1)).collect();
    match quoted.is_empty() {
        true => format!("`{word}` is no state"),
        false => format!("`{word}` is no state: it is one of {}", quoted.join(", ")),
    }
}

/// Whether what was said says nothing.
fn is_nothing(said: &Value) -> bool {
    match said {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.values().all(is_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A text that was said, if there was one.
pub(super) fn text<T: std::str::FromStr>(said: &Tree, name: &str) -> Result<Option<T>, Invalid>
where
    T::Err: std::fmt::Display,
{
    let said = said.get(name).filter(|it| !it.is_null() && it.as_str() != Some(""));
    said.map(|it| super::registered::read(name, it)).transpose()
}

/// A text that must have been said.
pub(super) fn must<T: std::str::FromStr>(said: &Tree, name: &str) -> Result<T, Invalid>
where
    T::Err: std::fmt::Display,
{
    text(said, name)?.ok_or_else(|| Invalid::one(name, "required", "must be given"))
}

/// The id in a reference of something of ours; nothing if it leads elsewhere.
pub(super) fn reference<I: std::str::FromStr>(it: &Value) -> Option<I> {
    it.get("id").and_then(Value::as_str).and_then(|it| it.parse().ok())
}

/// An object's fields.
pub(super) fn tree(it: Value) -> Tree {
    if let Value::Object(it) = it { it } else { Tree::new() }
}
