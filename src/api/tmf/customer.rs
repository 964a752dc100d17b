//! Who buys: our accounts, as customers (TMF629) and as party accounts (TMF666).

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::Change;
use super::billing_account::measure;
use super::credit;
use super::entity::{Entity, Gone, must, reference, tree};
use super::party_form as form;
use super::party_role;
use super::resource::Tree;
use super::{account_terms, query};
use crate::domain::account::lifecycle::{HeldBy, HoldKind, HoldPolicy, State};
use crate::domain::account::profile::Profile;
use crate::domain::account::{Account, HoldAccount, Nature, ReleaseAccount};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, PartyId};
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::party::medium::ContactMedium;
use crate::domain::party::{self, Party};
use crate::domain::text::{Name, Prose, folded};
use crate::domain::time::Zone;
use crate::services::account::{self, OpenAccount, Opened, Wanted};
use crate::services::finding::{self, AccountsBy, Names};
use crate::services::{Act, Cx, Error, billing_account};

/// Customers.
pub(super) struct Customers;
/// Party accounts.
pub(super) struct PartyAccounts;

/// The word that this contract has for the state of an account as a customer.
const fn status(of: State) -> &'static str {
    match of {
        State::Prospective => "created",
        State::Active => "active",
        State::HeldAdministratively | State::HeldForCredit | State::HeldForBoth => "suspended",
        State::Closing => "pendingClosed",
        State::Closed | State::Erased => "closed",
    }
}

/// The word that it has for the state of a party account.
const fn state(of: State) -> &'static str {
    match of {
        State::Prospective => "Defined",
        State::Active => "Active",
        State::HeldAdministratively | State::HeldForCredit | State::HeldForBoth => "Suspended",
        State::Closing => "PendingClosed",
        State::Closed | State::Erased => "Closed",
    }
}

/// The words of all states.
fn words_of(word: fn(State) -> &'static str) -> Vec<String> {
    State::ALL.iter().map(|it| word(*it).to_owned()).collect()
}

/// Who somebody is, as references say it.
pub(super) fn party_of(cx: Cx<'_>, it: &Account) -> Result<Value, Error> {
    let Some(party) = cx.shared::<Party>(it.party())? else { return Ok(Value::Null) };
    let class = match party.profile().nature {
        party::Nature::Individual(_) => "Individual",
        party::Nature::Organization(_) => "Organization",
    };
    Ok(json!({
        "id": party.id.uuid(), "name": party.display_name(), "@referredType": class,
    }))
}

/// Opens an account for who is referred to, reached in some ways, or as the party is where none are said:
/// our party, or a new one where the reference leads elsewhere.
pub(super) fn open(
    act: &mut Act<'_>,
    (name, party): (Name, &Value),
    ways: Vec<ContactMedium>,
) -> Result<Opened, Error> {
    let known = reference::<PartyId>(party).map(|it| act.cx().find::<Party>(it)).transpose()?;
    let known = known.flatten();
    let nature = match known.as_ref().map(|it| &it.profile().nature) {
        Some(party::Nature::Individual(_)) => Nature::Personal,
        Some(party::Nature::Organization(_)) => Nature::Company,
        None if party["@referredType"] == "Individual" => Nature::Personal,
        None => Nature::Company,
    };
    let locale = "en".parse().map_err(Error::internal)?;
    let of_party = known.as_ref().filter(|_| ways.is_empty()).map(|it| it.profile().media.clone());
    let ways = of_party.unwrap_or(ways);
    let command = OpenAccount {
        party: known.map(|it| it.id),
        ..OpenAccount::plain(
            Wanted::Customer,
            Profile::named(nature, name, locale).reached_by(ways, act.now()),
        )
    };
    account::open(act, command)
}

fn renamed(act: &mut Act<'_>, it: Account, said: &Tree) -> Result<Account, Error> {
    let name: Name = must(said, "name")?;
    if name == it.profile().name {
        return Ok(it);
    }
    account::revise(act, it.id, None, |profile| Ok(Profile { name, ..profile }))
}

/// An account of which is said what there is to say.
fn described(act: &mut Act<'_>, it: Account, said: &Tree) -> Result<Account, Error> {
    let description = super::entity::text(said, "description")?;
    let attributes = form::attributes(said.get("characteristic"));
    if description == it.profile().description && attributes == it.profile().attributes {
        return Ok(it);
    }
    account::revise(act, it.id, None, |profile| Ok(Profile { description, attributes, ..profile }))
}

/// An account that is reached otherwise, if that was said anew.
fn reached(act: &mut Act<'_>, it: Account, change: &Change) -> Result<Account, Error> {
    let said = change.after.get("contactMedium");
    if change.before.get("contactMedium") == said {
        return Ok(it);
    }
    let (ways, now) = (form::media(said), act.now());
    account::revise(act, it.id, None, |profile| Ok(profile.reached_by(ways, now)))
}

/// An account in the state that a word says, as far as people say it.
fn moved(act: &mut Act<'_>, it: Account, word: &str) -> Result<Account, Error> {
    if [status(it.state()), state(it.state())].iter().any(|it| it.eq_ignore_ascii_case(word)) {
        return Ok(it);
    }
    let comment: Prose = "by a change of the state".parse().map_err(Error::internal)?;
    let kind = HoldKind::Administrative;
    match (word.to_ascii_lowercase().as_str(), it.state()) {
        ("suspended", _) => {
            let reason = "OTHER".parse().map_err(Error::internal)?;
            let (by, policy) = (HeldBy::People, HoldPolicy::All);
            account::hold(act, it.id, HoldAccount { kind, by, policy, reason, comment })
        }
        ("active", State::Prospective) => account::activate(act, it.id),
        ("active", _) => {
            account::release(act, it.id, ReleaseAccount { kind, until: None, comment })
        }
        ("closed" | "pendingclosed", _) => account::close(act, it.id),
        (_, _) => Ok(it),
    }
}

/// A state that was said anew.
fn said_anew<'a>(change: &'a Change, attribute: &str) -> Option<&'a str> {
    let said = change.after.get(attribute);
    said.filter(|it| change.before.get(attribute) != Some(*it)).and_then(Value::as_str)
}

/// The currency and the zone in which an account is billed where nothing else is said.
fn billed_in(cx: Cx<'_>, it: &Account) -> Result<(Currency, Zone), Error> {
    let all = billing_account::of(cx, it.id)?;
    let usual = all.iter().find(|it| it.is_default()).or(all.first());
    Ok(usual.map_or((Currency::EUR, Zone::UTC), measure))
}

/// Whether an account is that of somebody who buys: all but the one at the root.
fn buys(it: &Account) -> bool {
    it.parent().is_some()
}

fn closed(act: &mut Act<'_>, it: &Account) -> Result<Gone, Error> {
    if !matches!(it.state(), State::Closing | State::Closed | State::Erased) {
        account::discharge(act, it.id)?;
    }
    Ok(Gone::Ended)
}

/// Accounts have their names in an index.
fn named(cx: Cx<'_>, path: &str, value: &str) -> Result<Option<Vec<Uuid>>, Error> {
    if path != "name" {
        return Ok(None);
    }
    let named = folded(value.trim()).collect::<String>();
    let names = Names { beginning: &named, accepts: &|it| it == named };
    let found = finding::accounts(cx, AccountsBy::Names(names))?;
    Ok(Some(found.iter().map(|it| it.uuid()).collect()))
}

impl Entity for Customers {
    type Thing = Account;
    const READING: Permission = Permission::AccountRead;
    const WRITING: Permission = Permission::AccountWrite;
    const REFERENCES: &[&str] = &["account", "engagedParty", "paymentMethod", "relatedParty"];
    const WORDS: &[&str] = &["@type"];
    const FREE: &[&str] = &["characteristic", "contactMedium", "creditProfile", "description"];

    fn is(&self, it: &Account) -> bool {
        buys(it)
    }

    fn states(&self) -> Vec<String> {
        words_of(status)
    }

    fn found_by(&self, cx: Cx<'_>, path: &str, value: &str) -> Result<Option<Vec<Uuid>>, Error> {
        named(cx, path, value)
    }

    fn known(&self, cx: Cx<'_>, it: &Account) -> Result<Tree, Error> {
        let mut accounts = Vec::new();
        for it in billing_account::of(cx, it.id)? {
            accounts.push(json!({
                "id": it.id.uuid(), "name": it.profile().name.as_str(),
                "@referredType": "BillingAccount",
            }));
        }
        Ok(tree(json!({
            "name": it.profile().name.as_str(),
            "status": status(it.state()),
            "engagedParty": party_of(cx, it)?,
            "account": accounts,
            "characteristic": form::shown_attributes(&it.profile().attributes),
            "contactMedium": form::shown_media(&it.profile().ways()),
            "creditProfile": credit::shown(cx, it),
            "description": it.profile().description.as_ref().map(Prose::as_str),
            "@type": "Customer",
        })))
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Account, Error> {
        let party = said.get("engagedParty").filter(|it| it.is_object());
        let party = party.ok_or_else(|| Invalid::one("engagedParty", "type", "must be an object"));
        let ways = form::media(said.get("contactMedium"));
        let made = open(act, (must(said, "name")?, party?), ways)?.account;
        let made = described(act, made, said)?;
        credit::assess(act, made, said.get("creditProfile"))
    }

    fn change(&self, act: &mut Act<'_>, it: Account, change: &Change) -> Result<Account, Error> {
        let it = renamed(act, it, &change.after)?;
        let it = reached(act, it, change)?;
        let it = described(act, it, &change.after)?;
        let it = match change.before.get("creditProfile") == change.after.get("creditProfile") {
            true => it,
            false => credit::assess(act, it, change.after.get("creditProfile"))?,
        };
        match said_anew(change, "status") {
            Some(word) => moved(act, it, word),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Account) -> Result<Gone, Error> {
        closed(act, &it)
    }

    fn agrees(&self, it: &Account, name: &str, (said, known): (&Value, &Value)) -> bool {
        let (profile, now) = (it.profile(), it.stamp.changed_at);
        match name {
            "characteristic" => form::attributes(Some(said)) == profile.attributes,
            "contactMedium" => {
                let said = profile.clone().reached_by(form::media(Some(said)), now);
                said == profile.clone().reached_by(profile.ways(), now)
            }
            "creditProfile" => credit::agrees(it, said, now),
            _ => super::carried::agrees(said, known),
        }
    }
}

impl Entity for PartyAccounts {
    type Thing = Account;
    const READING: Permission = Permission::AccountRead;
    const WRITING: Permission = Permission::AccountWrite;
    const REFERENCES: &[&str] = &["relatedParty"];

    fn is(&self, it: &Account) -> bool {
        buys(it)
    }

    fn states(&self) -> Vec<String> {
        words_of(state)
    }

    fn found_by(&self, cx: Cx<'_>, path: &str, value: &str) -> Result<Option<Vec<Uuid>>, Error> {
        named(cx, path, value)
    }

    fn known(&self, cx: Cx<'_>, it: &Account) -> Result<Tree, Error> {
        self.known_of(cx, it, &query::Wanted::default())
    }

    fn known_of(&self, cx: Cx<'_>, it: &Account, wanted: &query::Wanted) -> Result<Tree, Error> {
        let mut known = tree(json!({
            "name": it.profile().name.as_str(),
            "description": it.profile().description.as_ref().map(Prose::as_str),
            "state": state(it.state()),
            "relatedParty": [owner(it), party_of(cx, it)?],
        }));
        if wanted.has(account_terms::LIMIT) || wanted.has(account_terms::EXEMPTIONS) {
            known.extend(account_terms::shown(cx, it, billed_in(cx, it)?)?);
        }
        if wanted.has(account_terms::BALANCES) {
            let balances = account_terms::balances_of(cx, it)?;
            known.insert(account_terms::BALANCES.to_owned(), balances);
        }
        Ok(known)
    }

    fn agrees(&self, _: &Account, name: &str, (said, known): (&Value, &Value)) -> bool {
        match name {
            // Without one of its own there may be that of the class.
            account_terms::LIMIT if said.is_null() => true,
            account_terms::EXEMPTIONS => account_terms::same_exemptions(said, known),
            _ => super::carried::agrees(said, known),
        }
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Account, Error> {
        let parties = &said["relatedParty"];
        if referred(act.cx(), parties)?.is_none() {
            must_be_called(parties)?;
        }
        let opened = open(act, (must(said, "name")?, &parties[0]), Vec::new())?;
        let (id, measure) = (opened.account.id, measure(&opened.billing_account));
        account_terms::grant(act, (id, measure), (None, said))?;
        act.get(id)
    }

    fn change(&self, act: &mut Act<'_>, it: Account, change: &Change) -> Result<Account, Error> {
        let mut it = renamed(act, it, &change.after)?;
        let description = super::entity::text(&change.after, "description")?;
        if description != it.profile().description {
            it = account::revise(act, it.id, None, |profile| {
                Ok(Profile { description, ..profile })
            })?;
        }
        let measure = billed_in(act.cx(), &it)?;
        account_terms::grant(act, (it.id, measure), (Some(&change.before), &change.after))?;
        let it: Account = act.get(it.id)?;
        match said_anew(change, "state") {
            Some(word) => moved(act, it, word),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Account) -> Result<Gone, Error> {
        closed(act, &it)
    }
}

/// The customer that an account is, as references say it.
pub(super) fn owner(it: &Account) -> Value {
    json!({
        "id": it.id.uuid(), "name": it.profile().name.as_str(), "role": "customer",
        "@referredType": "Customer",
    })
}

/// In which turn a party is looked at for who buys: who is said to, who is said to be nothing, others;
/// never who sells, or who is said to use what another buys.
fn turn(it: &Value) -> Option<u8> {
    let word = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default();
    let role = word("role").to_ascii_lowercase();
    match role.as_str() {
        "customer" | "buyer" | "owner" => Some(0),
        "seller" | "provider" | "supplier" | "vendor" | "user" => None,
        "" if word("@referredType") == "Customer" => Some(0),
        "" => Some(1),
        _ => Some(2),
    }
}

/// Whether a party is said to be who buys.
pub(super) fn is_customer(it: &Value) -> bool {
    turn(it) == Some(0)
}

/// The account of who buys among some references (or one): the account itself, or the one of a party.
pub(super) fn referred(cx: Cx<'_>, to: &Value) -> Result<Option<Account>, Error> {
    let all = to.as_array().map_or(std::slice::from_ref(to), Vec::as_slice);
    let mut all: Vec<_> = all.iter().filter_map(|it| Some((turn(it)?, it))).collect();
    all.sort_by_key(|it| it.0);
    for (_, it) in all {
        if let Some(found) = led(cx, it)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The account to which a reference leads: the account itself, or the one of a party.
fn led(cx: Cx<'_>, to: &Value) -> Result<Option<Account>, Error> {
    if let Some(id) = reference::<AccountId>(to)
        && let Some(found) = cx.find::<Account>(id)?
    {
        return Ok(Some(found));
    }
    if let Some(found) = of_party(cx, to)? {
        return Ok(Some(found));
    }
    // Who plays a role is a party, too.
    match party_role::player(cx, to)? {
        Some(party) => of_party(cx, &party),
        None => Ok(None),
    }
}

/// The account of who is named as the buyer among some references (or one), if anybody is. Each who is said
/// to be the customer must lead to it, and one of those of whom nothing is said; else what is returned is
/// the first that does not.
pub(super) fn who_buys(cx: Cx<'_>, to: &Value) -> Result<Result<Option<Account>, Value>, Error> {
    let all = to.as_array().map_or(std::slice::from_ref(to), Vec::as_slice);
    let of = |wanted: u8| all.iter().filter(move |it| it.is_object() && turn(it) == Some(wanted));
    let mut found: Option<Account> = None;
    for it in of(0) {
        match led(cx, it)? {
            Some(led) if found.as_ref().is_none_or(|it| it.id == led.id) => found = Some(led),
            Some(_) | None => return Ok(Err(it.clone())),
        }
    }
    if found.is_none() {
        found = referred(cx, to)?;
    }
    Ok(match of(1).next() {
        Some(open) if found.is_none() => Err(open.clone()),
        Some(_) | None => Ok(found),
    })
}

/// Refuses to open an account for who is referred to and is not here: who is to be made must be called
/// something, and no customer is made of a reference to one.
pub(super) fn must_be_called(parties: &Value) -> Result<(), Invalid> {
    let Some(first) = parties.get(0) else { return Ok(()) };
    let is_called =
        first.get("name").and_then(Value::as_str).is_some_and(|it| !it.trim().is_empty());
    if is_called && first["@referredType"] != "Customer" {
        return Ok(());
    }
    let id = first["id"].as_str().unwrap_or_default();
    let message = format!(
        "names nobody who is here (`{id}`): name who is, or say the `name` of a party that is to be made"
    );
    Err(Invalid::one("relatedParty/0/id", "reference", message))
}

/// The account of a party that is referred to.
fn of_party(cx: Cx<'_>, to: &Value) -> Result<Option<Account>, Error> {
    let Some(id) = reference::<PartyId>(to) else { return Ok(None) };
    let found = account::of_party(cx, id)?.map(|it| cx.find::<Account>(it.id));
    Ok(found.transpose()?.flatten())
}
