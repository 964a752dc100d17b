//! Where invoices go, what partners are owed, what is only in the books: our billing accounts
//! (TMF666).

use serde_json::{Value, json};

use super::behind::Change;
use super::customer;
use super::entity::{Entity, Gone, must, text, tree};
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::account::billing_account::{
    BillingAccount, BillingProfile, BillingPurpose, BillingState, BillingTrigger,
};
use crate::domain::operator::Permission;
use crate::domain::text::{Name, Prose};
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
        let opened = customer::open(act, (profile.name.clone(), &parties[0]), Vec::new())?;
        if self.0 != BillingPurpose::Billing {
            return self.add(act, (&opened.account, profile));
        }
        let first = opened.billing_account.id;
        billing_account::revise(act, first, None, |_| Ok(profile))
    }
}

impl Entity for BillingAccounts {
    type Thing = BillingAccount;
    const READING: Permission = Permission::BillingAccountRead;
    const WRITING: Permission = Permission::BillingAccountWrite;
    const REFERENCES: &[&str] = &["relatedParty"];
    const WORDS: &[&str] = &["state"];

    fn is(&self, it: &BillingAccount) -> bool {
        it.purpose() == self.0
    }

    fn is_ours(&self, _: &str, word: &str) -> bool {
        BillingState::ALL.iter().any(|it| state(*it).eq_ignore_ascii_case(word))
    }

    fn known(&self, cx: Cx<'_>, it: &BillingAccount) -> Result<Tree, Error> {
        let profile = it.profile();
        let account = cx.shared::<Account>(it.account())?;
        let parties: Vec<_> = account.iter().map(|it| customer::owner(it)).collect();
        let limit = profile.credit_limit.map(super::money::shown);
        Ok(tree(json!({
            "name": profile.name.as_str(),
            "description": profile.description.as_ref().map(Prose::as_str),
            "state": state(it.state()),
            "relatedParty": parties,
            "creditLimit": limit,
        })))
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<BillingAccount, Error> {
        let name: Name = must(said, "name")?;
        let description = text(said, "description")?;
        let profile = BillingProfile { description, ..BillingProfile::named(name) };
        self.opened(act, (said, profile))
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: BillingAccount,
        change: &Change,
    ) -> Result<BillingAccount, Error> {
        let name: Name = must(&change.after, "name")?;
        let description = text(&change.after, "description")?;
        let is_same = name == it.profile().name && description == it.profile().description;
        let it = if is_same {
            it
        } else {
            billing_account::revise(act, it.id, None, |profile| {
                Ok(BillingProfile { name, description, ..profile })
            })?
        };
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
