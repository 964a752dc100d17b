//! Settlement: models of who gets which part of what is paid, and notes that pay it out.
//!
//! What is recorded for whom, follows from what is paid ([`share`]); nobody records it by hand.

mod market;
mod platform;
mod report;
mod run;
mod share;
mod told;

pub(super) use self::market::{agree, follow_kept};
pub use self::platform::platform_percent;
pub(super) use self::platform::{claim, claim_of_all};
use self::platform::{must_not_go, with_platform};
pub use self::report::{Place, Report, pay_report, report, reports};
pub use self::run::{Settle, settle};
pub(super) use self::share::follow;
pub use self::share::in_force_on;
pub use self::told::{call, may_be_told};
use super::billing::book;
use super::{Act, Bss, Cx, Error, account, billing, billing_account, order};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::InvoiceParty;
use crate::domain::billing::invoice::number::DocumentNumber;
use crate::domain::catalog::category::Category;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, Kind, SettlementId, ShareModelId};
use crate::domain::journal;
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::settlement::note::{SettlementNote, State};
use crate::domain::settlement::record::ShareRecord;
use crate::domain::settlement::share::{PARTS_MAX, Part, Portion, Role, Scope, ShareModel, Shares};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::domain::time::{Date, Zone};
use crate::render::{pdf, settlement as sheet};
use crate::store::settlement::{SHARE_BY_MODEL, SHARE_BY_NOTE, SHARE_MODEL_BY_SCOPE, of_scope};
use crate::store::{Along, Key, Records};

/// So many models of one thing may wait for their day.
const WAITING_MAX: usize = 100;

/// A part of a model as it is asked for.
#[derive(Debug, Clone)]
pub struct PartWish {
    /// In which role.
    pub role: Role,
    /// Who, where the role leaves that open.
    pub account: Option<AccountId>,
    /// How much.
    pub portion: Portion,
}

/// A model as it is asked for.
#[derive(Debug, Clone)]
pub struct NewModel {
    /// What people call it.
    pub name: Name,
    /// For what it is.
    pub scope: Scope,
    /// From which day on; from today on if nothing is said.
    pub valid_from: Option<Date>,
    /// The parts.
    pub parts: Vec<PartWish>,
}

/// Lays down who gets which part of what a seller is paid.
///
/// # Errors
/// If the parts do not make up the whole, name who cannot have one, or hold for days that are over; or
/// the caller may not.
pub fn lay_down(
    act: &mut Act<'_>,
    seller: SellerNumber,
    new: NewModel,
) -> Result<ShareModel, Error> {
    let stamp = act.cx().stamp(seller, None);
    act.must(Permission::ShareWrite, &stamp)?;
    let NewModel { name, scope, valid_from, parts } = new;
    must_be_for_sale(act.cx(), seller, scope)?;
    let valid_from = beginning(act.cx(), seller, valid_from)?;
    must_have_room(act.cx(), seller, scope)?;
    let shares = shares(act.cx(), (seller, scope), parts)?;
    let stamp = stamp.numbered(act.next_number("share_model")?);
    let keeping = None;
    let model = ShareModel { id: act.new_id(), stamp, name, scope, valid_from, shares, keeping };
    act.keep((model, Verb::Created))
}

/// The first day of a model: today if nothing is said, and no day that is over.
fn beginning(cx: Cx<'_>, seller: SellerNumber, said: Option<Date>) -> Result<Date, Error> {
    let today = zone(cx, seller)?.date_of(cx.now);
    let valid_from = said.unwrap_or(today);
    if valid_from < today {
        let why = format!("must not lie before today, `{today}`");
        return Err(Invalid::one("/valid_from", "range", why).into());
    }
    Ok(valid_from)
}

/// Refuses a model of what has many that wait for their day: whoever pays looks past all of them.
fn must_have_room(cx: Cx<'_>, seller: SellerNumber, scope: Scope) -> Result<(), Error> {
    let today = zone(cx, seller)?.date_of(cx.now);
    let along = Along::Index(SHARE_MODEL_BY_SCOPE, of_scope(seller, scope).bytes());
    let newest = PageRequest::first(WAITING_MAX);
    let page = cx.view.list::<ShareModel>(&along, &newest, &mut |_| true)?;
    if page.items.iter().filter(|it| today < it.valid_from).count() < WAITING_MAX {
        return Ok(());
    }
    let why = format!("{WAITING_MAX} models for it wait for their day already: take one away");
    Err(Rejection::new(Code::ShareExceeds, why).into())
}

fn shares(
    cx: Cx<'_>,
    (seller, scope): (SellerNumber, Scope),
    parts: Vec<PartWish>,
) -> Result<Shares, Error> {
    if parts.len() > PARTS_MAX {
        let message = format!("must be at most {PARTS_MAX}");
        return Err(Invalid::one("/parts", "range", message).into());
    }
    let parts = with_platform(cx, (seller, scope), parts)?;
    must_leave_something(cx, scope, &parts)?;
    let parts = parts.into_iter().enumerate().map(|it| part(cx, (seller, scope), it));
    Ok(Shares::new(parts.collect::<Result<_, _>>()?)?)
}

/// Refuses a model that leaves nothing to who delivers what it has listed: it would go on to deliver for
/// nothing.
fn must_leave_something(cx: Cx<'_>, scope: Scope, parts: &[PartWish]) -> Result<(), Error> {
    let Some(supplier) = listing(cx, scope)? else { return Ok(()) };
    let has_some = |it: &PartWish| match it.portion {
        Portion::Percent(it) => !it.is_zero(),
        Portion::Fixed(it) => !it.is_zero(),
    };
    let platform = account::provider(cx)?.id;
    let is_it = |it: &PartWish| {
        it.account == Some(supplier) || it.role == Role::Platform && supplier == platform
    };
    if parts.iter().any(|it| is_it(it) && has_some(it)) {
        return Ok(());
    }
    let why = "must leave a part to who delivers what it has listed";
    Err(Invalid::one("/parts", "conflict", why).into())
}

/// Who delivers by a model because it has listed what is sold; nothing if a model is for something else.
fn listing(cx: Cx<'_>, scope: Scope) -> Result<Option<AccountId>, Error> {
    let Scope::Supplier(id) = scope else { return Ok(None) };
    let sells = cx.view.find::<Account>(id)?.is_some_and(|it| it.seller_number().is_some());
    Ok(sells.then_some(id))
}

fn must_be_for_sale(cx: Cx<'_>, seller: SellerNumber, scope: Scope) -> Result<(), Error> {
    let (pointer, of) = match scope {
        Scope::Seller => return Ok(()),
        Scope::Category(id) => ("/category", cx.named::<Category>("/category", id)?.stamp.seller),
        Scope::Offer(id) => ("/offer", cx.named::<Offer>("/offer", id)?.stamp.seller),
        Scope::Supplier(id) => return must_deliver(cx, seller, id),
    };
    if of == seller {
        return Ok(());
    }
    Err(Invalid::one(pointer, "reference", "must be one of the seller's own").into())
}

/// Refuses a supplier whom the seller does not have: no account of its own, and nobody of whose listed
/// offers it has sold anything.
fn must_deliver(cx: Cx<'_>, seller: SellerNumber, supplier: AccountId) -> Result<(), Error> {
    let along = of_scope(seller, Scope::Supplier(supplier));
    match cx.view.first_along::<ShareModel>(SHARE_MODEL_BY_SCOPE, along)? {
        Some(_) => Ok(()),
        None => order::must_be_supplier(cx, seller, supplier),
    }
}

/// A part with the account that has it: the seller's own and the provider's follow from the role.
fn part(
    cx: Cx<'_>,
    (seller, scope): (SellerNumber, Scope),
    (place, wish): (usize, PartWish),
) -> Result<Part, Error> {
    let pointer = format!("/parts/{place}/account");
    let refused = |why: &str| Invalid::one(&pointer, "conflict", why);
    let own = account::of_seller(cx, seller)?.id;
    let platform = account::provider(cx)?.id;
    let of_role = match wish.role {
        Role::Owner => Some(own),
        Role::Platform if platform == own => {
            return Err(refused("the seller is the platform: its part is that of the owner").into());
        }
        Role::Platform => Some(platform),
        Role::Partner => None,
    };
    let account = match (of_role, wish.account) {
        (Some(it), None) => it,
        (Some(it), Some(named)) if it == named => it,
        (Some(_), Some(_)) => return Err(refused("is not who has this role").into()),
        (None, Some(named)) if scope == Scope::Supplier(named) => named,
        (None, Some(named)) => cx.named::<Account>(&pointer, named)?.id,
        (None, None) => return Err(Invalid::one(&pointer, "required", "must be said").into()),
    };
    let delivers = scope == Scope::Supplier(account);
    if of_role.is_none() && (account == own || account == platform && !delivers) {
        return Err(refused("has a role of its own: `owner` or `platform`").into());
    }
    Ok(Part { account, role: wish.role, portion: wish.portion })
}

/// Where the days of a seller begin.
fn zone(cx: Cx<'_>, seller: SellerNumber) -> Result<Zone, Error> {
    let own = billing_account::of(cx, account::of_seller(cx, seller)?.id)?;
    Ok(own.iter().find(|it| it.is_default()).map_or(Zone::UTC, |it| it.terms().zone))
}

/// What is to be different of a model.
#[derive(Debug, Clone, Default)]
pub struct ModelChange {
    /// What people call it.
    pub name: Option<Name>,
    /// From which day on it holds.
    pub valid_from: Option<Date>,
    /// The parts.
    pub parts: Option<Vec<PartWish>>,
}

/// Changes a model by which nothing was recorded, on its first day at the latest.
///
/// # Errors
/// If something was, that day is over, the parts do not make up the whole, the platform would have less than
/// its part until the new day, or the caller may not.
pub fn revise(
    act: &mut Act<'_>,
    id: ShareModelId,
    (revision, change): (Option<u32>, ModelChange),
) -> Result<ShareModel, Error> {
    let model = unused(act, id, revision)?;
    let seller = model.stamp.seller;
    let valid_from = match change.valid_from {
        Some(said) => beginning(act.cx(), seller, Some(said))?,
        None => model.valid_from,
    };
    if model.valid_from < valid_from {
        must_not_go(act.cx(), &model)?;
    }
    let model = match change.parts {
        Some(parts) => {
            let said = shares(act.cx(), (seller, model.scope), parts)?;
            model.with_said(said)
        }
        None => model,
    };
    let name = change.name.unwrap_or_else(|| model.name.clone());
    act.keep((ShareModel { name, valid_from, ..model }, Verb::Changed))
}

/// Gives the parts of a model to others: changes it where nothing was recorded by it, and lays down one
/// that holds in its place from today on where something was.
///
/// # Errors
/// If the parts do not make up the whole, or the caller may not.
pub fn replace(
    act: &mut Act<'_>,
    id: ShareModelId,
    parts: Vec<PartWish>,
) -> Result<ShareModel, Error> {
    let change = ModelChange { parts: Some(parts.clone()), ..ModelChange::default() };
    match act.attempt(|act| revise(act, id, (None, change))) {
        Err(Error::Rejected(it)) if it.code == Code::InUse => {
            let ShareModel { stamp, name, scope, .. } = act.load(id)?;
            lay_down(act, stamp.seller, NewModel { name, scope, valid_from: None, parts })
        }
        revised => revised,
    }
}

/// Takes a model away by which nothing was recorded, on its first day at the latest.
///
/// # Errors
/// If something was, that day is over, the platform would have less than its part, or the caller may not.
pub fn take_away(act: &mut Act<'_>, id: ShareModelId, revision: Option<u32>) -> Result<(), Error> {
    let model = unused(act, id, revision)?;
    must_not_go(act.cx(), &model)?;
    if listing(act.cx(), model.scope)?.is_some() {
        let why = "who delivers what it has listed has its part by it; give it other parts instead";
        return Err(Rejection::new(Code::InUse, why).into());
    }
    act.delete(&model)
}

/// A model by which nothing was recorded, and by which nothing was invoiced before today: what was must
/// stay explained, and what is still to be paid of it goes to whom it was said to go.
fn unused(act: &Act<'_>, id: ShareModelId, revision: Option<u32>) -> Result<ShareModel, Error> {
    let model: ShareModel = act.get(id)?;
    act.must(Permission::ShareWrite, &model.stamp)?;
    act.expect_revision(&model.stamp, revision)?;
    if is_used(act, id)? {
        let why = "shares were recorded by it; lay down another one that holds from then on";
        return Err(Rejection::new(Code::InUse, why).into());
    }
    if model.valid_from < zone(act.cx(), model.stamp.seller)?.date_of(act.now()) {
        let from = model.valid_from;
        let why = format!("it holds since `{from}`; lay down another one that holds from then on");
        return Err(Rejection::new(Code::InUse, why).into());
    }
    Ok(model)
}

/// Whether shares were recorded by a model.
fn is_used(act: &Act<'_>, id: ShareModelId) -> Result<bool, Error> {
    let along = Along::Index(SHARE_BY_MODEL, Key::new().id(id).bytes());
    Ok(act.first::<ShareRecord>(&along)?.is_some())
}

/// An account as it stands on a note.
fn party(cx: Cx<'_>, of: &Account) -> Result<InvoiceParty, Error> {
    let own = billing_account::of(cx, of.id)?;
    let own = own.iter().find(|it| BillingAccount::is_default(it));
    Ok(billing::party_of(of, own))
}

/// Writes down that a note was paid out.
///
/// # Errors
/// If it was before, or the caller may not.
pub fn pay(act: &mut Act<'_>, id: SettlementId) -> Result<SettlementNote, Error> {
    let note: SettlementNote = act.get(id)?;
    act.must(Permission::SettlementRun, &note.stamp)?;
    let today = zone(act.cx(), note.stamp.seller)?.date_of(act.now());
    let note = act.keep(note.paid(today)?)?;
    let legs = journal::share_paid(note.receiver, note.totals)?;
    book(act, note.stamp.seller, note.id, legs)?;
    let along = Along::Index(SHARE_BY_NOTE, Key::new().id(id).bytes());
    for share in act.every::<ShareRecord>(&along)? {
        let mut share = share.paid()?;
        act.put(&mut share)?;
    }
    Ok(note)
}

/// A page of notes, of one partner or in one state if that is said: those that the caller keeps, and those
/// that pay its account out.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (partner, state): (Option<AccountId>, Option<State>),
    page: &PageRequest,
) -> Result<Page<SettlementNote>, Error> {
    let accept = |it: &SettlementNote| {
        partner.is_none_or(|id| it.receiver == id) && state.is_none_or(|state| it.state() == state)
    };
    match partner {
        Some(id) => cx.list(Some(Along::Owner(id)), page, accept),
        None => cx.list_with_own(page, accept),
    }
}

/// A page of what was recorded, for one account if that is said: what the caller keeps, and what its account
/// has earned, which it will find on a note.
///
/// # Errors
/// If the store fails.
pub fn records(
    cx: Cx<'_>,
    partner: Option<AccountId>,
    page: &PageRequest,
    mut accept: impl FnMut(&ShareRecord) -> bool,
) -> Result<Page<ShareRecord>, Error> {
    use crate::domain::operator::{Decision, Scope as Sight};
    let own = cx.actor.standing().map(|it| it.account);
    let along = match (partner, cx.actor.scope(Kind::ShareRecord), own) {
        (Some(id), _, _) | (None, Sight::Owner(_) | Sight::Nothing, Some(id)) => Along::Owner(id),
        (None, Sight::Everything, _) => Along::All,
        (None, Sight::Sellers(sellers), Some(own)) => Along::Branch(sellers, own),
        (None, Sight::Sellers(sellers), None) => Along::Sellers(sellers),
        (None, Sight::Owner(_) | Sight::Nothing, None) => {
            return Ok(Page { items: Vec::new(), next: None });
        }
    };
    let has_earned = |it: &ShareRecord| {
        let may = cx.actor.may(Permission::SettlementRead, &it.stamp) == Decision::Yes;
        may && own == Some(it.account)
    };
    let mut is_shown = |it: &ShareRecord| {
        (cx.actor.sees(Kind::ShareRecord, &it.stamp) || has_earned(it))
            && partner.is_none_or(|id| it.account == id)
            && accept(it)
    };
    Ok(cx.view.list(&along, page, &mut is_shown)?)
}

/// A note on paper, in the language of whom it pays out: its number, and the bytes. It is set outside of
/// any snapshot.
///
/// # Errors
/// If it is not there for the caller.
pub fn paper(
    bss: &Bss,
    actor: &Actor,
    id: SettlementId,
) -> Result<(DocumentNumber, Vec<u8>), Error> {
    let note: SettlementNote = bss.read(actor, |cx| cx.get(id))?;
    let bytes = pdf::of_settlement(&note).map_err(Error::internal)?;
    Ok((note.number, bytes))
}

/// A note as a table for spreadsheets: its number, and the bytes.
///
/// # Errors
/// If it is not there for the caller.
pub fn sheet(cx: Cx<'_>, id: SettlementId) -> Result<(DocumentNumber, Vec<u8>), Error> {
    let note: SettlementNote = cx.get(id)?;
    Ok((note.number.clone(), sheet::of(&note)))
}
