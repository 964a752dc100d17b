//! `/accounts`: who sells and buys here.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account_form::{AccountForm, AccountNature, Contacts, Exemption, TaxForm};
use super::attribute::{self, Attributes};
use super::billing_account::CycleForm;
use super::contact::Address;
use super::dunning::Dunning;
use super::merge::MergePatch;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, SoldBy, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::lifecycle::{HeldBy, HoldKind, HoldPolicy};
use crate::domain::account::profile::{AddressUse, PasswordLife, Profile, Receivables};
use crate::domain::account::{self as domain, Beginning, HoldAccount, ReleaseAccount};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, BillingAccountId};
use crate::domain::operator::Permission;
use crate::domain::text::Prose;
use crate::domain::typed::Typed;
use crate::services::account::{self, BillingWish, OpenAccount, Wanted};
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, billing_account, dunning};

pub(super) fn routes() -> Vec<Route> {
    let needs = Needs::Permission;
    let reads = needs(Permission::AccountRead);
    let opens = needs(Permission::AccountRegister);
    let holds = needs(Permission::AccountHold);
    let closes = needs(Permission::AccountClose);
    let moves = needs(Permission::AccountMove);
    let writes = needs(Permission::AccountWrite);
    vec![
        read("/accounts", reads, "List accounts", list),
        write(Method::POST, "/accounts", opens, "Open an account", open),
        read("/accounts/{id}", reads, "Read an account", show),
        write(Method::PATCH, "/accounts/{id}", writes, "Change an account", revise),
        write(Method::POST, "/accounts/{id}/activate", opens, "Let an account buy", activate),
        write(Method::POST, "/accounts/{id}/hold", holds, "Hold an account", hold),
        write(Method::POST, "/accounts/{id}/release", holds, "Release an account", release),
        write(Method::POST, "/accounts/{id}/close", closes, "Close an account", close),
        write(Method::POST, "/accounts/{id}/move", moves, "Move an account in the tree", relocate),
    ]
}

/// Whoever sells or buys here.
#[derive(Debug, Serialize, ToSchema)]
struct Account {
    id: String,
    /// The number people call it by.
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// `provider`, `reseller` or `customer`.
    kind: &'static str,
    nature: AccountNature,
    name: String,
    description: Option<String>,
    /// The account above it.
    parent: Option<String>,
    /// Who sells to it.
    #[serde(flatten)]
    sold_by: SoldBy,
    /// Who it is apart from selling and buying.
    party: String,
    /// The terms its vendor gives it.
    class: String,
    /// How far its life has come.
    state: &'static str,
    /// What holds it.
    holds: Vec<Hold>,
    /// The language of its documents and mails.
    locale: String,
    tax: Tax,
    address: Option<Address>,
    contacts: Contacts,
    /// Custom attributes by name.
    attributes: Attributes,
    /// After how many days of wall time its users choose another password; never if nothing is said.
    password_days: Option<u16>,
    /// The billing account that its invoices go to if nothing else is said.
    billing_account: Option<String>,
    /// What is being done about what is overdue on its billing accounts; not in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dunning: Vec<Dunning>,
    /// Whether nobody can be written to about what it owes: it has no contact for invoices, nobody who
    /// administers it, and its class is not reminded by post. Said where it is so; not in lists.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unreachable: bool,
}

impl Wire for Account {}

/// What holds an account, and since when.
#[derive(Debug, Serialize, ToSchema)]
struct Hold {
    /// `credit` or `administrative`.
    kind: &'static str,
    /// Who has put it: `people`, or the `house`, which takes it back when nothing is overdue.
    by: &'static str,
    /// Which subscriptions it stops: `all` or `unpaid`.
    policy: &'static str,
    reason: String,
    comment: String,
    since: String,
}

/// How an account is taxed.
#[derive(Debug, Serialize, ToSchema)]
struct Tax {
    /// `provider`, `personal` or `company`.
    status: &'static str,
    /// The tax zone; that of its address if nothing is said.
    zone: Option<String>,
    /// The number its tax office knows it by.
    registration_id: Option<String>,
    /// `not_verified`, `verified` or `refused`: what the register of such numbers says of it.
    registration_status: Option<&'static str>,
    /// On which day it said so.
    registration_verified_on: Option<String>,
    /// Under which number the register keeps that it was asked.
    registration_consultation: Option<String>,
    /// Which taxes it does not owe.
    exemptions: Vec<Exemption>,
}

impl Tax {
    fn of(it: &domain::Account) -> Self {
        let registration = it.profile().tax_registration.as_ref();
        let look_up = registration.and_then(|it| it.look_up.as_ref());
        Self {
            status: it.terms().tax_status.word(),
            zone: it.terms().tax_zone.map(|it| it.to_string()),
            registration_id: registration.map(|it| it.number.to_string()),
            registration_status: registration.map(|it| it.verification.word()),
            registration_verified_on: look_up.map(|it| it.on.to_string()),
            registration_consultation: look_up
                .and_then(|it| it.consultation.as_ref())
                .map(ToString::to_string),
            exemptions: it.terms().tax_exemptions.iter().map(Exemption::from).collect(),
        }
    }
}

impl Account {
    fn of(it: &domain::Account, billing_account: Option<BillingAccountId>) -> Self {
        let (stamp, profile) = (&it.stamp, it.profile());
        Self {
            id: it.id.to_string(),
            number: stamp.number,
            revision: stamp.revision,
            created_at: stamp.created_at.to_string(),
            changed_at: stamp.changed_at.to_string(),
            kind: it.role().word(),
            nature: profile.nature.into(),
            name: profile.name.to_string(),
            description: profile.description.as_ref().map(ToString::to_string),
            parent: it.parent().map(|it| it.to_string()),
            sold_by: SoldBy::default(),
            party: it.party().to_string(),
            class: it.class().to_string(),
            state: it.state().word(),
            holds: HoldKind::ALL.iter().filter_map(|kind| Hold::of(it, *kind)).collect(),
            locale: profile.locale.to_string(),
            tax: Tax::of(it),
            address: profile.addresses.get(&AddressUse::General).map(Address::from),
            contacts: Contacts::of(profile),
            attributes: attribute::show(&profile.attributes),
            password_days: profile.password_life.map(PasswordLife::days),
            billing_account: billing_account.map(|it| it.to_string()),
            dunning: Vec::new(),
            unreachable: false,
        }
    }
}

impl Hold {
    fn of(account: &domain::Account, kind: HoldKind) -> Option<Self> {
        let hold = account.hold_of(kind)?;
        Some(Self {
            kind: kind.word(),
            by: hold.by.word(),
            policy: hold.policy.word(),
            reason: hold.reason.to_string(),
            comment: hold.comment.to_string(),
            since: hold.since.to_string(),
        })
    }
}

/// An account as an event tells of it.
pub(super) fn told(it: &domain::Account) -> impl Wire + use<> {
    Account::of(it, None)
}

fn wire((cx, labels): (Cx<'_>, &mut Labels<'_>), it: &domain::Account) -> Result<Account, Error> {
    let billing = billing_account::default_id_of(cx, it.id)?;
    let sold_by = SoldBy::of(labels, &it.stamp)?;
    Ok(Account { sold_by, ..Account::of(it, billing) })
}

fn tagged(cx: Cx<'_>, it: &domain::Account) -> Result<Reply<Account>, Error> {
    Ok(Reply::ok(wire((cx, &mut Labels::new(cx)), it)?).tagged(it.stamp.revision))
}

/// Which accounts are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountQuery {
    /// `provider`, `reseller` or `customer`.
    kind: Option<String>,
    /// A state such as `active`.
    state: Option<String>,
    /// The account above.
    parent: Option<String>,
    /// How words of the name, of a contact's mail address or of the number begin, in any case.
    q: Option<String>,
    /// The number people call it by.
    number: Option<String>,
}

fn number(text: &str) -> Result<u64, Invalid> {
    text.parse().map_err(|_| Invalid::one("number", "format", "must be a number"))
}

fn list(cx: Cx<'_>, call: &Call, query: AccountQuery) -> Result<Reply<List<Account>>, Error> {
    let parent = parse_optional::<AccountId>("parent", query.parent.as_deref())?;
    let kind = word::<domain::tree::AccountKind>("kind", query.kind.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let typed = Typed::of(query.q.as_deref());
    let number = query.number.as_deref().map(number).transpose()?;
    let accept = |it: &domain::Account| {
        kind.is_none_or(|kind| it.role().kind() == kind)
            && state.is_none_or(|state| it.state() == state)
            && it.is_meant_by(&typed)
    };
    let mut page = account::list(cx, (parent, number), &call.page, accept)?;
    let next = page.next.take();
    let mut labels = Labels::new(cx);
    let rows = page.items.iter().map(|it| wire((cx, &mut labels), it));
    let rows: Result<Vec<_>, Error> = rows.collect();
    Ok(Reply::ok(List::of(crate::domain::page::Page { items: rows?, next }, |it| it)))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Account>, Error> {
    let it: domain::Account = cx.get(call.id("id")?)?;
    let dunning = Dunning::all_running(cx, it.id)?;
    let is_customer = it.role().kind() == domain::tree::AccountKind::Customer;
    let unreachable = is_customer && !dunning::can_remind(cx, &it)?;
    let shown = Account { dunning, unreachable, ..wire((cx, &mut Labels::new(cx)), &it)? };
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// An account to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// `reseller` or `customer`; a customer if nothing is said.
    kind: Option<AccountKind>,
    /// The account above it; the caller's own if nothing is said.
    parent: Option<String>,
    /// The party it is, if that is known already.
    party: Option<String>,
    /// `active` or `prospective`; active if nothing is said.
    state: Option<String>,
    /// A company if nothing is said.
    nature: Option<AccountNature>,
    /// What it is called.
    name: String,
    /// What else there is to say.
    description: Option<String>,
    /// The class; the vendor's default if nothing is said.
    class: Option<String>,
    /// The language of its documents and mails; `en` if nothing is said.
    locale: Option<String>,
    /// How it is taxed.
    tax: Option<TaxForm>,
    /// Where it is.
    address: Option<Address>,
    /// Whom to turn to.
    #[serde(default)]
    contacts: Contacts,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: Attributes,
    /// After how many days its users choose another password: 30, 60, 90, 180 or 365; never if nothing
    /// is said.
    password_days: Option<u32>,
    /// How it is billed; as its class and its vendor have it if nothing is said.
    billing: Option<BillingForm>,
}

/// What an account can be opened as.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AccountKind {
    Reseller,
    Customer,
}

/// How a new account is billed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BillingForm {
    /// ISO 4217; the vendor's if nothing is said.
    currency: Option<String>,
    /// The IANA zone in which its days begin; the vendor's if nothing is said.
    zone: Option<String>,
    /// When its invoices are made; as its class says if nothing is said.
    cycle: Option<CycleForm>,
}

impl BillingForm {
    fn read(&self) -> Result<BillingWish, Invalid> {
        Ok(BillingWish {
            currency: parse_optional("/billing/currency", self.currency.as_deref())?,
            zone: parse_optional("/billing/zone", self.zone.as_deref())?,
            cycle: self.cycle.as_ref().map(|it| it.read("/billing/cycle")).transpose()?,
            billing_type: None,
        })
    }
}

impl NewAccount {
    fn read(self) -> Result<OpenAccount, Error> {
        let form = AccountForm {
            nature: self.nature.unwrap_or(AccountNature::Company),
            name: self.name,
            description: self.description,
            class: self.class,
            locale: self.locale.unwrap_or_else(|| "en".to_owned()),
            tax: self.tax.unwrap_or_default(),
            address: self.address,
            contacts: self.contacts,
            attributes: self.attributes,
            password_days: self.password_days,
        };
        let blank = Profile::named(
            form.nature.into(),
            parse("/name", &form.name)?,
            parse("/locale", &form.locale)?,
        );
        let wish = self.billing.as_ref().map(BillingForm::read).transpose()?;
        Ok(OpenAccount {
            id: None,
            wanted: match self.kind {
                Some(AccountKind::Reseller) => Wanted::Reseller,
                Some(AccountKind::Customer) | None => Wanted::Customer,
            },
            parent: parse_optional("/parent", self.parent.as_deref())?,
            party: parse_optional("/party", self.party.as_deref())?,
            beginning: match self.state.as_deref() {
                Some(word) => parse("/state", word)?,
                None => Beginning::Active,
            },
            class: parse_optional("/class", form.class.as_deref())?,
            tax_status: parse_optional("/tax/status", form.tax.status.as_deref())?,
            tax_zone: parse_optional("/tax/zone", form.tax.zone.as_deref())?,
            tax_exemptions: form.tax.exemptions()?,
            receivables: Receivables::Ours,
            sales_id: None,
            branch_id: None,
            profile: form.profile(blank)?,
            billing: wish.unwrap_or_default(),
        })
    }
}

fn open(act: &mut Act<'_>, _: &Call, body: NewAccount) -> Result<Reply<Account>, Error> {
    let opened = account::open(act, body.read()?)?;
    let it = &opened.account;
    let path = format!("/api/v1/accounts/{}", it.id);
    let sold_by = SoldBy::of(&mut Labels::new(act.cx()), &it.stamp)?;
    let shown = Account { sold_by, ..Account::of(it, Some(opened.billing_account.id)) };
    Ok(Reply::created(path, shown).tagged(it.stamp.revision))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<AccountForm>,
) -> Result<Reply<Account>, Error> {
    let before: domain::Account = act.get(call.id("id")?)?;
    let says_terms = patch.names("class") || patch.names("tax");
    let form = patch.onto(&AccountForm::of(&before))?;
    let mut it = account::revise(act, before.id, call.if_match, |was| form.profile(was))?;
    if says_terms && form.changes_terms(&before) {
        it = account::grant(act, it.id, None, |was| form.terms(was))?;
    }
    tagged(act.cx(), &it)
}

fn activate(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Account>, Error> {
    let it = account::activate(act, call.id("id")?)?;
    tagged(act.cx(), &it)
}

/// A hold to be put.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountHold {
    /// `administrative` or `credit`; administrative if nothing is said.
    kind: Option<String>,
    /// Which subscriptions it stops: `all` or `unpaid`; all if nothing is said.
    policy: Option<String>,
    /// Why, as a short word for programs: `FRAUD`.
    reason: String,
    /// Why, for people.
    #[serde(default)]
    comment: String,
}

fn hold(act: &mut Act<'_>, call: &Call, body: AccountHold) -> Result<Reply<Account>, Error> {
    let kind = parse_optional("/kind", body.kind.as_deref())?;
    let policy = parse_optional("/policy", body.policy.as_deref())?;
    let command = HoldAccount {
        kind: kind.unwrap_or(HoldKind::Administrative),
        by: HeldBy::People,
        policy: policy.unwrap_or(HoldPolicy::All),
        reason: parse("/reason", &body.reason)?,
        comment: parse::<Prose>("/comment", &body.comment)?,
    };
    let it = account::hold(act, call.id("id")?, command)?;
    tagged(act.cx(), &it)
}

/// A hold to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountRelease {
    /// `administrative` or `credit`; administrative if nothing is said.
    kind: Option<String>,
    /// Until when a credit hold does not come back, whatever is owed.
    until: Option<String>,
    /// Why, for people.
    #[serde(default)]
    comment: String,
}

fn release(act: &mut Act<'_>, call: &Call, body: AccountRelease) -> Result<Reply<Account>, Error> {
    let kind = parse_optional("/kind", body.kind.as_deref())?;
    let command = ReleaseAccount {
        kind: kind.unwrap_or(HoldKind::Administrative),
        until: parse_optional("/until", body.until.as_deref())?,
        comment: parse::<Prose>("/comment", &body.comment)?,
    };
    let it = account::release(act, call.id("id")?, command)?;
    tagged(act.cx(), &it)
}

fn close(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Account>, Error> {
    let it = account::close(act, call.id("id")?)?;
    tagged(act.cx(), &it)
}

/// Where an account is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountMove {
    /// The account to be above it.
    parent: String,
}

fn relocate(act: &mut Act<'_>, call: &Call, body: AccountMove) -> Result<Reply<Account>, Error> {
    let parent = parse("/parent", &body.parent)?;
    let it = account::relocate(act, call.id("id")?, call.if_match, parent)?;
    tagged(act.cx(), &it)
}
