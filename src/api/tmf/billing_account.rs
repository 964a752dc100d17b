//! Where invoices go, what partners are owed, what is only in the books: our billing accounts
//! (TMF666).

use serde_json::{Value, json};

use super::behind::Change;
use super::entity::{Entity, Gone, must, text, tree};
use super::party_details::{related, shown_related};
use super::party_form::{media, or_nothing, shown_media, shown_validity, validity};
use super::query::Wanted;
use super::resource::Tree;
use super::{account_terms, bill_cycle, carried, customer};
use crate::domain::account::Account;
use crate::domain::account::billing_account::{
    BillingAccount, BillingContact, BillingProfile, BillingPurpose, BillingState, BillingTrigger,
};
use crate::domain::error::Invalid;
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Zone;
use crate::services::account::{self, BillingWish};
use crate::services::billing_account::{self, NewBillingAccount};
use crate::services::{Act, Cx, Error};

/// The accounts of a purpose.
pub(super) struct BillingAccounts(pub(super) BillingPurpose);

const fn state(of: BillingState) -> &'static str {
    match of {
        BillingState::Defined => "Defined",
        BillingState::Active => "Active",
        BillingState::PendingUpdate => "PendingUpdate",
        BillingState::Suspended => "Suspended",
        BillingState::PendingClosed => "PendingClosed",
        BillingState::Closed => "Closed",
    }
}

/// What a word for a state asks for, if people may ask for it.
fn trigger(word: &str) -> Option<BillingTrigger> {
    match word.to_ascii_lowercase().as_str() {
        "suspended" => Some(BillingTrigger::Suspend),
        "active" => Some(BillingTrigger::Resume),
        "closed" | "pendingclosed" => Some(BillingTrigger::Close),
        _ => None,
    }
}

/// Whom to turn to, as it was said. Ways to reach somebody that are none of ours mean nothing to us.
fn contacts(said: &Tree) -> Result<Vec<BillingContact>, Error> {
    let all = said.get("contact").and_then(Value::as_array).into_iter().flatten().enumerate();
    let read = all.map(|(place, it)| {
        contact(&tree(it.clone())).map_err(|it| it.below(&format!("contact/{place}/")))
    });
    Ok(read.collect::<Result<_, Invalid>>()?)
}

fn contact(said: &Tree) -> Result<BillingContact, Invalid> {
    let usual = || "primary".parse().expect("a word is a name");
    Ok(BillingContact {
        kind: text(said, "contactType")?.unwrap_or_else(usual),
        name: text(said, "contactName")?,
        role: text(said, "partyRoleType")?,
        party: related(said.get("relatedParty")).into_iter().next(),
        media: media(said.get("contactMedium")),
        validity: validity("validFor", said.get("validFor"))?,
    })
}

fn shown_contact(it: &BillingContact) -> Value {
    let mut shown = json!({
        "contactType": it.kind.as_str(),
        "contactName": it.name.as_ref().map(Name::as_str),
        "partyRoleType": it.role.as_ref().map(Name::as_str),
        "contactMedium": shown_media(&it.media),
        "validFor": shown_validity(it.validity),
    });
    if let Some(party) = &it.party {
        shown["relatedParty"] = shown_related(std::slice::from_ref(party))[0].clone();
    }
    shown
}

/// What nothing here follows of an account that is not billed.
const UNFOLLOWED: &[&str] = &["/billStructure/cycleSpecification", "/taxExemption"];

/// Refuses what nothing would follow, where it is said anew.
fn must_be_followed(before: &Tree, said: &Tree) -> Result<(), Invalid> {
    let at = |of: &Tree, path: &str| {
        let found = Value::Object(of.clone()).pointer(path).cloned().unwrap_or_default();
        let is_nothing = found.is_null() || found.as_array().is_some_and(Vec::is_empty);
        (!is_nothing).then_some(found)
    };
    let anew = |path: &str| at(said, path).is_some() && at(said, path) != at(before, path);
    let message = "is of what is billed: say it of a `billingAccount`";
    match UNFOLLOWED.iter().find(|it| anew(it)) {
        Some(path) => Err(Invalid::one(path.trim_start_matches('/'), "unsupported", message)),
        None => Ok(()),
    }
}

/// In which currency an account is, and where its days begin.
pub(super) fn measure(it: &BillingAccount) -> (Currency, Zone) {
    (it.currency(), it.terms().zone)
}

impl BillingAccounts {
    /// One more of an account.
    fn add(
        &self,
        act: &mut Act<'_>,
        (account, profile): (&Account, BillingProfile),
    ) -> Result<BillingAccount, Error> {
        let terms = account::billing_terms(act.cx(), account, BillingWish::default())?;
        let new = NewBillingAccount { id: None, purpose: self.0, profile, terms };
        billing_account::add(act, account.id, new)
    }

    /// Whose one is: who is referred to. For whom the references do not lead to here an account is
    /// opened; without any it is the house's own.
    fn opened(
        &self,
        act: &mut Act<'_>,
        (said, profile): (&Tree, BillingProfile),
    ) -> Result<BillingAccount, Error> {
        let parties = said.get("relatedParty").unwrap_or(&Value::Null);
        if let Some(account) = customer::referred(act.cx(), parties)? {
            return self.add(act, (&account, profile));
        }
        if parties.as_array().is_none_or(Vec::is_empty) && self.0 == BillingPurpose::Financial {
            let own = match act.actor().standing().map(|it| it.account) {
                Some(id) => act.get::<Account>(id)?,
                None => account::provider(act.cx())?,
            };
            return self.add(act, (&own, profile));
        }
        customer::must_be_called(parties)?;
        let opened = customer::open(act, (profile.name.clone(), &parties[0]), Vec::new())?;
        if self.0 != BillingPurpose::Billing {
            return self.add(act, (&opened.account, profile));
        }
        let first = opened.billing_account.id;
        billing_account::revise(act, first, None, |_| Ok(profile))
    }

    /// One that is billed when it is said to be, of a customer who is granted what is said anew.
    fn termed(
        &self,
        act: &mut Act<'_>,
        it: BillingAccount,
        (before, after): (Option<&Tree>, &Tree),
    ) -> Result<BillingAccount, Error> {
        let nothing = Tree::new();
        let was = before.unwrap_or(&nothing);
        if self.0 != BillingPurpose::Billing {
            must_be_followed(was, after)?;
            return Ok(it);
        }
        account_terms::grant(act, (it.account(), measure(&it)), (before, after))?;
        bill_cycle::settle(act, it, (was, after))
    }
}

impl Entity for BillingAccounts {
    type Thing = BillingAccount;
    const READING: Permission = Permission::BillingAccountRead;
    const WRITING: Permission = Permission::BillingAccountWrite;
    const REFERENCES: &[&str] = &["relatedParty"];
    const FREE: &[&str] = &["contact"];

    fn is(&self, it: &BillingAccount) -> bool {
        it.purpose() == self.0
    }

    fn states(&self) -> Vec<String> {
        BillingState::ALL.iter().map(|it| state(*it).to_owned()).collect()
    }

    /// A contact is read as far as we can, and shown as it was said as long as it is that one.
    fn agrees(&self, _: &BillingAccount, name: &str, (said, known): (&Value, &Value)) -> bool {
        let count = |it: &Value| it.as_array().map_or(0, Vec::len);
        match name {
            "contact" => count(said) == count(known),
            // What of it bills follow is settled, and shown as it is.
            bill_cycle::STRUCTURE => true,
            // Without one of its own there may be that of the class.
            account_terms::LIMIT if said.is_null() => true,
            account_terms::EXEMPTIONS => account_terms::same_exemptions(said, known),
            _ => carried::agrees(said, known),
        }
    }

    fn known(&self, cx: Cx<'_>, it: &BillingAccount) -> Result<Tree, Error> {
        self.known_of(cx, it, &Wanted::default())
    }

    fn known_of(&self, cx: Cx<'_>, it: &BillingAccount, wanted: &Wanted) -> Result<Tree, Error> {
        let profile = it.profile();
        let account = cx.shared::<Account>(it.account())?;
        let parties: Vec<_> = account.iter().map(|it| customer::owner(it)).collect();
        let mut known = tree(json!({
            "name": profile.name.as_str(),
            "description": profile.description.as_ref().map(Prose::as_str),
            "state": state(it.state()),
            "relatedParty": parties,
            "contact": or_nothing(profile.contacts.iter().map(shown_contact).collect()),
        }));
        if self.0 == BillingPurpose::Billing {
            known.insert(bill_cycle::STRUCTURE.to_owned(), bill_cycle::shown(it));
            if let Some(account) = &account {
                known.extend(account_terms::shown(cx, account, measure(it))?);
            }
            if wanted.has(account_terms::BALANCES) {
                let balances = account_terms::balances_on(cx, it)?;
                known.insert(account_terms::BALANCES.to_owned(), balances);
            }
        }
        Ok(known)
    }

    fn adorned(&self, cx: Cx<'_>, it: &BillingAccount, mut shown: Tree) -> Result<Tree, Error> {
        if self.0 == BillingPurpose::Billing {
            bill_cycle::adorn(cx, it, &mut shown)?;
        }
        Ok(shown)
    }

    /// What its customer is granted is written to the account of that.
    fn written_beside(&self, cx: Cx<'_>, it: &BillingAccount) -> Result<u32, Error> {
        let account = cx.shared::<Account>(it.account())?;
        Ok(account.map_or(0, |it| it.stamp.revision))
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<BillingAccount, Error> {
        let name: Name = must(said, "name")?;
        let description = text(said, "description")?;
        let contacts = contacts(said)?;
        let profile = BillingProfile { description, contacts, ..BillingProfile::named(name) };
        let opened = self.opened(act, (said, profile))?;
        self.termed(act, opened, (None, said))
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: BillingAccount,
        change: &Change,
    ) -> Result<BillingAccount, Error> {
        let name: Name = must(&change.after, "name")?;
        let description = text(&change.after, "description")?;
        let contacts = match change.before.get("contact") == change.after.get("contact") {
            true => it.profile().contacts.clone(),
            false => contacts(&change.after)?,
        };
        let profile = BillingProfile { name, description, contacts, ..it.profile().clone() };
        let it = if profile == *it.profile() {
            it
        } else {
            billing_account::revise(act, it.id, None, |_| Ok(profile))?
        };
        let it = self.termed(act, it, (Some(&change.before), &change.after))?;
        let said = change.after.get("state");
        let said = said.filter(|it| change.before.get("state") != Some(*it));
        let said = said.and_then(Value::as_str);
        match said.filter(|word| !state(it.state()).eq_ignore_ascii_case(word)).and_then(trigger) {
            Some(trigger) => billing_account::on(act, it.id, trigger),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: BillingAccount) -> Result<Gone, Error> {
        match it.state() {
            BillingState::PendingClosed | BillingState::Closed => {}
            BillingState::Defined
            | BillingState::Active
            | BillingState::PendingUpdate
            | BillingState::Suspended => {
                billing_account::on(act, it.id, BillingTrigger::Close)?;
            }
        }
        Ok(Gone::Ended)
    }
}
