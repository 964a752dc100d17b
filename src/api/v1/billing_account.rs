//! `/billing_accounts`: where invoices go, in which currency and rhythm.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contact::Address;
use super::dunning::Dunning;
use super::merge::MergePatch;
use super::route::{Needs, Route, Writes, read, write};
use super::wire::{List, Money, NoQuery, OwnedQuery, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::billing_account::{
    self as domain, BillFormat, BillMedium, BillingProfile, BillingPurpose, BillingTerms,
    BillingTrigger,
};
use crate::domain::account::class::BillingType;
use crate::domain::account::cycle::{BillingDay, Cycle};
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::money;
use crate::domain::operator::Permission;
use crate::domain::text::Name;
use crate::domain::time::Instant;
use crate::services::account::{self, BillingWish};
use crate::services::billing_account::{self, NewBillingAccount};
use crate::services::{Act, Cx, Error, billing};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::BillingAccountRead);
    let writes = Needs::Permission(Permission::BillingAccountWrite);
    let holds = Needs::Permission(Permission::AccountHold);
    let closes = Needs::Permission(Permission::AccountClose);
    let bills = Needs::Permission(Permission::BillingRun);
    let post = |path, needs, summary, handler: Writes<Nothing, BillingAccount>| {
        write(Method::POST, path, needs, summary, handler)
    };
    vec![
        read("/billing_accounts", reads, "List billing accounts", list),
        write(Method::POST, "/billing_accounts", writes, "Open a billing account", open),
        read("/billing_accounts/{id}", reads, "Read a billing account", show),
        write(Method::PATCH, "/billing_accounts/{id}", writes, "Change a billing account", revise),
        post(
            "/billing_accounts/{id}/default",
            writes,
            "Make it the default of its account",
            make_default,
        ),
        post(
            "/billing_accounts/{id}/suspend",
            holds,
            "Stop the invoices of a billing account",
            |act, call, _| on(act, call, BillingTrigger::Suspend),
        ),
        post(
            "/billing_accounts/{id}/resume",
            holds,
            "Let the invoices of a billing account go on",
            |act, call, _| on(act, call, BillingTrigger::Resume),
        ),
        post(
            "/billing_accounts/{id}/withdraw",
            writes,
            "Call a planned change of a billing account off",
            |act, call, _| on(act, call, BillingTrigger::Withdraw),
        ),
        post("/billing_accounts/{id}/bill", bills, "Issue at once what waits for it", bill),
        post("/billing_accounts/{id}/close", closes, "Close a billing account", |act, call, _| {
            on(act, call, BillingTrigger::Close)
        }),
    ]
}

/// When invoices are made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CycleForm {
    /// How long a billing period is: `1 month`. The seller says so.
    period: String,
    /// The day of the month on which it turns; that of its own beginning if nothing is said.
    anchor_day: Option<u8>,
    /// So many days after the period's start is billed, or before it if negative. The seller says so.
    #[serde(default)]
    shift_days: i16,
}

impl From<Cycle> for CycleForm {
    fn from(it: Cycle) -> Self {
        Self {
            period: it.period.to_string(),
            anchor_day: it.day.map(BillingDay::get),
            shift_days: it.shift_days,
        }
    }
}

impl CycleForm {
    /// The cycle in the domain's form; `pointer` says where it stands in the body.
    pub(super) fn read(&self, pointer: &str) -> Result<Cycle, Invalid> {
        let day = match self.anchor_day {
            Some(day) => Some(BillingDay::new(day).ok_or_else(|| {
                let field = format!("{pointer}/anchor_day");
                Invalid::one(field, "range", "must be a day of a month, 1 to 31")
            })?),
            None => None,
        };
        let period = parse(&format!("{pointer}/period"), &self.period)?;
        Ok(Cycle { period, day, shift_days: self.shift_days })
    }
}

/// Where invoices go.
#[derive(Debug, Serialize, ToSchema)]
struct BillingAccount {
    id: String,
    /// The number people call it by.
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// Whose invoices it takes.
    account: String,
    /// `billing`, `settlement` or `financial`.
    purpose: &'static str,
    /// How far its life has come.
    state: &'static str,
    /// Whether it is taken where nothing else is said.
    default: bool,
    #[serde(flatten)]
    form: BillingAccountForm,
    /// What holds from the next cycle on, if that is something else.
    planned: Option<PlannedBilling>,
    /// The day on which the next invoice is made.
    next_bill_on: Option<String>,
    /// What is being done about what is overdue on it, if something is; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    dunning: Option<Dunning>,
}

impl Wire for BillingAccount {}

/// Terms that hold from a day on.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedBilling {
    from_on: String,
    zone: String,
    cycle: CycleForm,
    billing_type: &'static str,
}

/// What may be written of a billing account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BillingAccountForm {
    /// What it is called.
    name: String,
    /// What else there is to say.
    description: Option<String>,
    /// What the payer calls it.
    reference: Option<String>,
    /// What stands on the invoice as the recipient; the account's name if nothing is said.
    recipient: Option<String>,
    /// Where invoices go by post; the account's address if nothing is said.
    address: Option<Address>,
    /// Where invoices go by mail; the account's contact for billing if nothing is said.
    email: Option<String>,
    /// The language; the account's if nothing is said.
    locale: Option<String>,
    /// In which forms a mail encloses invoices: `pdf`, `factur_x`, `ubl`, `cii`.
    formats: Vec<String>,
    /// On which ways the customer wants them: `portal`, `mail`, `print`; for the seller to know. Every
    /// invoice is in the portal and its mail goes out, whatever is said here.
    media: Vec<String>,
    /// How it said it would pay: `unsaid`, `card`, `purchase_order` or `invoice`.
    payment_means: String,
    /// Its owner is told by mail when less is left of what was paid in beforehand; never if nothing is
    /// said.
    alert_below: Option<Money>,
    /// It is billed before its period is over, when so much was used, without tax, that is not billed yet;
    /// the bill at the end takes off what was. The seller says so.
    interim_at: Option<Money>,
    /// ISO 4217.
    currency: String,
    /// The IANA zone in which its days begin.
    zone: String,
    /// When its invoices are made.
    cycle: CycleForm,
    /// `prepaid` or `postpaid`; the seller says so.
    billing_type: String,
}

impl BillingAccountForm {
    fn of(profile: &BillingProfile, terms: BillingTerms) -> Self {
        let name = |it: &Option<Name>| it.as_ref().map(ToString::to_string);
        Self {
            name: profile.name.to_string(),
            description: profile.description.as_ref().map(ToString::to_string),
            reference: name(&profile.reference),
            recipient: name(&profile.recipient),
            address: profile.address.as_ref().map(Address::from),
            email: profile.email.as_ref().map(ToString::to_string),
            locale: profile.locale.as_ref().map(ToString::to_string),
            formats: profile.formats.iter().map(ToString::to_string).collect(),
            media: profile.media.iter().map(ToString::to_string).collect(),
            payment_means: profile.payment_means.to_string(),
            alert_below: profile.alert_below.map(Money::from),
            interim_at: profile.interim_at.map(Money::from),
            currency: terms.currency.to_string(),
            zone: terms.zone.to_string(),
            cycle: terms.cycle.into(),
            billing_type: terms.billing_type.to_string(),
        }
    }

    fn profile(&self, was: BillingProfile) -> Result<BillingProfile, Error> {
        Ok(BillingProfile {
            name: parse("/name", &self.name)?,
            description: parse_optional("/description", self.description.as_deref())?,
            reference: parse_optional("/reference", self.reference.as_deref())?,
            recipient: parse_optional("/recipient", self.recipient.as_deref())?,
            address: self.address.as_ref().map(|it| it.read("/address")).transpose()?,
            email: parse_optional("/email", self.email.as_deref())?,
            locale: parse_optional("/locale", self.locale.as_deref())?,
            formats: words::<BillFormat>("/formats", &self.formats)?,
            media: words::<BillMedium>("/media", &self.media)?,
            payment_means: parse("/payment_means", &self.payment_means)?,
            alert_below: read_alert(self.alert_below.as_ref())?,
            interim_at: read_interim(self.interim_at.as_ref())?,
            ..was
        })
    }

    fn terms(&self) -> Result<BillingTerms, Error> {
        Ok(BillingTerms {
            currency: parse("/currency", &self.currency)?,
            zone: parse("/zone", &self.zone)?,
            cycle: self.cycle.read("/cycle")?,
            billing_type: parse("/billing_type", &self.billing_type)?,
        })
    }
}

fn read_alert(it: Option<&Money>) -> Result<Option<money::Money>, Invalid> {
    it.map(|it| it.read("/alert_below")).transpose()
}

fn read_interim(it: Option<&Money>) -> Result<Option<money::Money>, Invalid> {
    it.map(|it| it.read("/interim_at")).transpose()
}

/// Words of one enumeration.
fn words<T: std::str::FromStr>(pointer: &str, all: &[String]) -> Result<Vec<T>, Invalid>
where
    T::Err: std::fmt::Display,
{
    let read = |(place, word): (usize, &String)| parse(&format!("{pointer}/{place}"), word);
    all.iter().enumerate().map(read).collect()
}

impl BillingAccount {
    fn of(it: &domain::BillingAccount, now: Instant) -> Self {
        let stamp = &it.stamp;
        let planned = it.planned().map(|planned| PlannedBilling {
            from_on: planned.from_on.to_string(),
            zone: planned.terms.zone.to_string(),
            cycle: planned.terms.cycle.into(),
            billing_type: planned.terms.billing_type.word(),
        });
        Self {
            id: it.id.to_string(),
            number: stamp.number,
            revision: stamp.revision,
            created_at: stamp.created_at.to_string(),
            changed_at: stamp.changed_at.to_string(),
            account: it.account().to_string(),
            purpose: it.purpose().word(),
            state: it.state().word(),
            default: it.is_default(),
            form: BillingAccountForm::of(it.profile(), it.terms()),
            planned,
            next_bill_on: billing_account::next_bill_on(it, now).map(|it| it.to_string()),
            dunning: None,
        }
    }
}

/// A billing account as an event at an instant tells of it.
pub(super) fn told(it: &domain::BillingAccount, at: Instant) -> impl Wire + use<> {
    BillingAccount::of(it, at)
}

fn tagged(now: Instant, it: &domain::BillingAccount) -> Reply<BillingAccount> {
    Reply::ok(BillingAccount::of(it, now)).tagged(it.stamp.revision)
}

fn list(cx: Cx<'_>, call: &Call, query: OwnedQuery) -> Result<Reply<List<BillingAccount>>, Error> {
    let (account, state) = query.read()?;
    let page = billing_account::list(cx, account, &call.page, |it| {
        state.is_none_or(|state| it.state() == state)
    })?;
    Ok(Reply::ok(List::of(page, |it| BillingAccount::of(&it, cx.now))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<BillingAccount>, Error> {
    let it: domain::BillingAccount = cx.get(call.id("id")?)?;
    let dunning = Dunning::running(cx, it.id)?;
    let shown = BillingAccount { dunning, ..BillingAccount::of(&it, cx.now) };
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// A billing account to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBillingAccountBody {
    /// Whose invoices it takes.
    account: String,
    /// `billing`, `settlement` or `financial`; billing if nothing is said.
    purpose: Option<String>,
    /// What it is called; as its account if nothing is said.
    name: Option<String>,
    /// What the payer calls it.
    reference: Option<String>,
    /// Where invoices go by post.
    address: Option<Address>,
    /// Where invoices go by mail.
    email: Option<String>,
    /// In which forms; `pdf` if nothing is said.
    formats: Option<Vec<String>>,
    /// On which ways; `portal` if nothing is said.
    media: Option<Vec<String>>,
    /// How it said it would pay; unsaid if nothing is said.
    payment_means: Option<String>,
    /// Its owner is told by mail when less is left of what was paid in beforehand.
    alert_below: Option<Money>,
    /// It is billed before its period is over, when so much was used that is not billed yet; the seller
    /// says so.
    interim_at: Option<Money>,
    /// ISO 4217; the vendor's if nothing is said.
    currency: Option<String>,
    /// The IANA zone in which its days begin; the vendor's if nothing is said.
    zone: Option<String>,
    /// When its invoices are made; as the account's class says if nothing is said.
    cycle: Option<CycleForm>,
    /// `prepaid` or `postpaid`; as the account's class says if nothing is said.
    billing_type: Option<String>,
}

impl NewBillingAccountBody {
    fn wish(&self) -> Result<BillingWish, Invalid> {
        let billing_type = self.billing_type.as_deref();
        Ok(BillingWish {
            currency: parse_optional("/currency", self.currency.as_deref())?,
            zone: parse_optional("/zone", self.zone.as_deref())?,
            cycle: self.cycle.as_ref().map(|it| it.read("/cycle")).transpose()?,
            billing_type: parse_optional::<BillingType>("/billing_type", billing_type)?,
        })
    }

    fn profile(&self, name: Name) -> Result<BillingProfile, Invalid> {
        let blank = BillingProfile::named(match self.name.as_deref() {
            Some(own) => parse("/name", own)?,
            None => name,
        });
        let formats = self.formats.as_deref().map(|it| words("/formats", it)).transpose()?;
        let media = self.media.as_deref().map(|it| words("/media", it)).transpose()?;
        let payment_means = parse_optional("/payment_means", self.payment_means.as_deref())?;
        Ok(BillingProfile {
            reference: parse_optional("/reference", self.reference.as_deref())?,
            address: self.address.as_ref().map(|it| it.read("/address")).transpose()?,
            email: parse_optional("/email", self.email.as_deref())?,
            formats: formats.unwrap_or_else(|| blank.formats.clone()),
            media: media.unwrap_or_else(|| blank.media.clone()),
            payment_means: payment_means.unwrap_or(blank.payment_means),
            alert_below: read_alert(self.alert_below.as_ref())?,
            interim_at: read_interim(self.interim_at.as_ref())?,
            ..blank
        })
    }
}

fn open(
    act: &mut Act<'_>,
    _: &Call,
    body: NewBillingAccountBody,
) -> Result<Reply<BillingAccount>, Error> {
    let id: AccountId = parse("/account", &body.account)?;
    let owner: crate::domain::account::Account = act.cx().named("/account", id)?;
    let purpose = parse_optional("/purpose", body.purpose.as_deref())?;
    let new = NewBillingAccount {
        id: None,
        purpose: purpose.unwrap_or(BillingPurpose::Billing),
        profile: body.profile(owner.profile().name.clone())?,
        terms: account::billing_terms(act.cx(), &owner, body.wish()?)?,
    };
    let it = billing_account::add(act, id, new)?;
    let path = format!("/api/v1/billing_accounts/{}", it.id);
    let shown = BillingAccount::of(&it, act.now());
    Ok(Reply::created(path, shown).tagged(it.stamp.revision))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<BillingAccountForm>,
) -> Result<Reply<BillingAccount>, Error> {
    let before: domain::BillingAccount = act.get(call.id("id")?)?;
    let plans = ["currency", "zone", "cycle", "billing_type"].iter().any(|it| patch.names(it));
    let terms = before.planned().map_or(before.terms(), |it| it.terms);
    let form = patch.onto(&BillingAccountForm::of(before.profile(), terms))?;
    let mut it = billing_account::revise(act, before.id, call.if_match, |was| form.profile(was))?;
    if plans && form.terms()? != terms {
        it = billing_account::plan(act, it.id, None, |_| form.terms())?;
    }
    Ok(tagged(act.now(), &it))
}

fn make_default(
    act: &mut Act<'_>,
    call: &Call,
    _: Nothing,
) -> Result<Reply<BillingAccount>, Error> {
    let it = billing_account::make_default(act, call.id("id")?)?;
    Ok(tagged(act.now(), &it))
}

fn bill(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<BillingAccount>, Error> {
    let id = call.id("id")?;
    billing::bill_now(act, id)?.map_err(Error::from)?;
    let it: domain::BillingAccount = act.load(id)?;
    Ok(tagged(act.now(), &it))
}

fn on(
    act: &mut Act<'_>,
    call: &Call,
    trigger: BillingTrigger,
) -> Result<Reply<BillingAccount>, Error> {
    let it = billing_account::on(act, call.id("id")?, trigger)?;
    Ok(tagged(act.now(), &it))
}
