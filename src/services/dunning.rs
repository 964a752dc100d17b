//! Dunning: begins when something of a billing account is overdue, takes the steps of its class, and
//! ends with what the house has put when nothing is overdue any more.
//!
//! Nobody scans: each case says when it is looked at next, and whatever changes what is owed
//! (a payment, a credit note, a dispute, other terms) has it followed in the same transaction. A
//! step and the memory of it are one act, so that it happens once, wherever the house is stopped.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Act, Cx, Error, account, billing, billing_account, class, collection, goodwill, invoice, mail,
    notification, payment, payment_plan, subscription,
};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::{ClassTerms, CustomerClass, Reminding};
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::account::profile::Receivables;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::late_fee;
use crate::domain::catalog::tax::TaxCategory;
use crate::domain::dunning::case::{Done, Dunning, Look, Next, Owed, OwedFor, State};
use crate::domain::dunning::{Action, Ladder, LateFee};
use crate::domain::id::{
    AccountId, BillingAccountId, ClassId, DunningId, Id, InvoiceId, Kind, PaymentPlanId, Subject,
};
use crate::domain::notification::{Mail, MailState};
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::subscription::change::Cancellation;
use crate::domain::text::Prose;
use crate::domain::time::{Date, Instant};
use crate::store::dunning::{DUNNING_BY_BILLING_ACCOUNT, DUNNING_RUNNING};
use crate::store::reopened::Reopened;
use crate::store::{Along, Key, Records};

/// The sequence that cases are numbered by.
const NUMBERS: &str = "dunning";
/// A step that waits for a reminder to be taken by a server is looked at again so much later.
const PUT_OFF_SECONDS: i64 = 24 * 60 * 60;

/// A billing account as dunning sees it.
struct Debtor {
    account: Account,
    billing_account: BillingAccount,
    terms: ClassTerms,
    /// What is overdue and not disputed, the oldest first.
    owed: Vec<Owed>,
    /// What is open, disputed or not.
    open: Vec<Invoice>,
    /// When each of it was asked for, and until when it is to be paid.
    asked: BTreeMap<InvoiceId, Reopened>,
    /// The plans by which some of it is paid in parts.
    plans: Vec<PaymentPlan>,
    /// Those of it that stand in a plan which is kept.
    resting: BTreeSet<InvoiceId>,
    /// Whether something else is overdue, and what is done about it rests: an invoice or an instalment
    /// that is disputed as a whole, or an invoice that the house is collecting.
    rests: bool,
}

impl Debtor {
    fn of(cx: Cx<'_>, id: BillingAccountId) -> Result<Self, Error> {
        let missing = |what: &str| Error::internal(format!("the {what} of `{id}` is not there"));
        let found = cx.view.find::<BillingAccount>(id)?;
        let billing_account = found.ok_or_else(|| missing("billing account"))?;
        let account = cx.view.find::<Account>(billing_account.account())?;
        let account = account.ok_or_else(|| missing("account"))?;
        let class = cx.view.find::<CustomerClass>(account.class())?;
        let terms = class.ok_or_else(|| missing("class"))?.terms().clone();
        let open = payment::open_invoices(cx, id)?;
        let today = billing_account.terms().zone.date_of(cx.now);
        let plans = payment_plan::active_of(cx, id)?;
        let is_planned = |it: &Invoice| plans.iter().any(|plan| plan.invoices.contains(&it.id));
        let mut late = Vec::new();
        for it in open.iter().filter(|it| !is_planned(it)) {
            if goodwill::is_overdue(cx, it, today)? {
                late.push(it);
            }
        }
        let asked =
            open.iter().filter_map(|it| Some((it.id, goodwill::asked(cx, it).transpose()?)));
        let asked =
            asked.map(|(id, it)| Ok((id, it?))).collect::<Result<BTreeMap<_, _>, Error>>()?;
        let mut awaited = BTreeSet::new();
        for it in &late {
            if collection::goes_on_at(cx, it.id)?.is_some() {
                awaited.insert(it.id);
            }
        }
        late.retain(|it| !awaited.contains(&it.id));
        let owed_for = |it: &&Invoice| owed_for(it, asked.get(&it.id)?.due_on);
        let mut owed: Vec<_> = late.iter().filter_map(owed_for).collect();
        let is_disputed = owed.len() < late.len() || plans.iter().any(|it| it.is_disputed(today));
        let rests = is_disputed || !awaited.is_empty();
        for plan in &plans {
            for it in plan.late(today) {
                let (of, due_on) = (OwedFor::Instalment(plan.id), it.due_on);
                owed.push(Owed { of, due_on, amount: it.undisputed()? });
            }
        }
        owed.sort_by_key(|it| it.due_on);
        let resting = payment_plan::resting(cx, id, today)?;
        Ok(Self { account, billing_account, terms, owed, open, asked, plans, resting, rests })
    }

    /// The day on which the oldest invoice that is to be paid was asked for: since then the balance is below
    /// zero.
    fn negative_since_on(&self) -> Option<Date> {
        let is_owed =
            |it: &&Invoice| it.undisputed().as_minor() > 0 && !self.resting.contains(&it.id);
        let owed = self.open.iter().filter(is_owed);
        owed.filter_map(|it| self.asked.get(&it.id)).map(|it| it.on).min()
    }

    /// The invoices for which something is overdue, the oldest first: no fees, and of a plan that is not
    /// kept to those that it is about.
    fn late(&self) -> impl Iterator<Item = &Invoice> {
        let is_late = |it: &&Invoice| {
            self.owed.iter().any(|owed| match owed.of {
                OwedFor::Invoice(id) => id == it.id,
                OwedFor::Fee(_) => false,
                OwedFor::Instalment(id) => {
                    let plan = self.plans.iter().find(|plan| plan.id == id);
                    plan.is_some_and(|plan| plan.invoices.contains(&it.id))
                }
            })
        };
        let is_owed = |it: &&Invoice| !it.is_for_paying_late() && it.undisputed().as_minor() > 0;
        self.open.iter().filter(is_late).filter(is_owed)
    }

    /// Whether it is for this house to see to what is owed.
    fn is_ours(&self) -> bool {
        self.account.terms().receivables == Receivables::Ours
    }

    /// Whether it is for this house to do something about what is overdue.
    fn is_dunned(&self) -> bool {
        self.is_ours() && !self.owed.is_empty()
    }

    /// Whether its class wants anything to be done.
    fn has_consequences(&self) -> bool {
        let Self { owed, terms, .. } = self;
        let due_on = owed.iter().map(|it| it.due_on).min();
        let holds = due_on
            .zip(self.negative_since_on())
            .and_then(|(due_on, since_on)| terms.credit.holds_on(due_on, since_on));
        terms.dunning != Ladder::NONE || holds.is_some()
    }

    fn look(&self, cx: Cx<'_>) -> Look<'_> {
        Look {
            ladder: &self.terms.dunning,
            credit: self.terms.credit,
            zone: self.billing_account.terms().zone,
            owed: self.owed.clone(),
            negative_since_on: self.negative_since_on(),
            spared_until: self.account.sparing().map(|it| it.until),
            reminding: self.terms.reminding,
            now: cx.now,
        }
    }
}

/// What is owed for an invoice, if it is not disputed as a whole.
fn owed_for(it: &Invoice, due_on: Date) -> Option<Owed> {
    let amount = it.undisputed();
    let of = if it.is_for_paying_late() { OwedFor::Fee(it.id) } else { OwedFor::Invoice(it.id) };
    (amount.as_minor() > 0).then_some(Owed { of, due_on, amount })
}

/// The case of a billing account that is running.
///
/// # Errors
/// If the store fails.
pub fn running(cx: Cx<'_>, of: BillingAccountId) -> Result<Option<Dunning>, Error> {
    Ok(cx.view.first_along(DUNNING_RUNNING, Key::new().id(of))?)
}

/// Whether a running case of an account has put a hold, and does not rest.
///
/// # Errors
/// If the store fails.
pub(super) fn has_held(cx: Cx<'_>, id: AccountId) -> Result<bool, Error> {
    for of in billing_account::of(cx, id)? {
        if running(cx, of.id)?.is_some_and(|it| it.has_held() && !it.owed().is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Follows all billing accounts of an account after its terms have changed.
///
/// # Errors
/// If the store fails.
pub(super) fn follow_all_of(act: &mut Act<'_>, id: AccountId) -> Result<(), Error> {
    for of in billing_account::of(act.cx(), id)? {
        follow(act, of.id)?;
    }
    Ok(())
}

/// Follows what is owed on a billing account after that, or what is done about it, has changed: a
/// case begins, knows what is owed now and what is next, or ends, and with the last one of an
/// account the hold that the house has put.
///
/// # Errors
/// If the store fails.
pub(super) fn follow(act: &mut Act<'_>, id: BillingAccountId) -> Result<(), Error> {
    billing_account::watch(act, id)?;
    payment_plan::follow(act, &act.load(id)?)?;
    let mut debtor = Debtor::of(act.cx(), id)?;
    let case = running(act.cx(), id)?;
    if case.is_none() && debtor.is_dunned() && debtor.has_consequences() {
        debtor = paid_by_credit(act, debtor)?;
    }
    match case {
        Some(case) if debtor.is_dunned() => go_on(act, &debtor, case)?,
        Some(case) if debtor.is_ours() && debtor.rests => drop(see(act, &debtor, case)?),
        Some(case) => drop(act.keep(case.end(act.now()))?),
        None if debtor.is_dunned() && debtor.has_consequences() => begin(act, &debtor)?,
        None => {}
    }
    if debtor.owed.is_empty() { release(act, debtor.account) } else { Ok(()) }
}

/// Follows a billing account of which something has just become overdue: what stands on that
/// invoice is stopped with the rest if the house holds the account.
///
/// # Errors
/// If the store fails.
pub(super) fn follow_overdue(act: &mut Act<'_>, id: BillingAccountId) -> Result<(), Error> {
    follow(act, id)?;
    let account: Account = act.load(act.load::<BillingAccount>(id)?.account())?;
    if account.is_held_by_the_house() {
        subscription::hold_all_of(act, &account, HoldKind::Credit)?;
    }
    Ok(())
}

/// Follows a billing account of which a plan is called off that was agreed on at a moment: the case that
/// it had ended goes on where it was.
///
/// # Errors
/// If the store fails.
pub(super) fn resume(
    act: &mut Act<'_>,
    id: BillingAccountId,
    agreed_at: Instant,
) -> Result<(), Error> {
    if running(act.cx(), id)?.is_none() && Debtor::of(act.cx(), id)?.is_dunned() {
        let along = Along::Index(DUNNING_BY_BILLING_ACCOUNT, Key::new().id(id).bytes());
        let ended = act.every::<Dunning>(&along)?.into_iter();
        if let Some(case) = ended.rev().find(|it| it.ended_at() == Some(agreed_at)) {
            act.keep(case.restored())?;
        }
    }
    follow(act, id)
}

/// Lets the credit that a customer has settle what is overdue, before anything is done about that.
fn paid_by_credit(act: &mut Act<'_>, debtor: Debtor) -> Result<Debtor, Error> {
    for owed in &debtor.owed {
        match owed.of {
            OwedFor::Invoice(id) | OwedFor::Fee(id) => {
                let invoice: Invoice = act.load(id)?;
                if invoice.dispute().is_none() {
                    payment::use_credit(act, invoice)?;
                }
            }
            OwedFor::Instalment(id) => {
                let plan: PaymentPlan = act.load(id)?;
                payment::use_credit_of(act, &plan.invoices, owed.amount)?;
            }
        }
    }
    payment_plan::follow(act, &debtor.billing_account)?;
    Debtor::of(act.cx(), debtor.billing_account.id)
}

fn begin(act: &mut Act<'_>, debtor: &Debtor) -> Result<(), Error> {
    let Debtor { account, billing_account, .. } = debtor;
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let of = (account.id, billing_account.id, billing_account.currency());
    let id = act.new_id();
    let begun = Dunning::begin((id, stamp), of, &debtor.look(act.cx()))?;
    act.keep_new(begun)?;
    Ok(())
}

/// Goes on with a case; where it has rested, the hold that it had put comes back.
fn go_on(act: &mut Act<'_>, debtor: &Debtor, case: Dunning) -> Result<(), Error> {
    let has_rested = case.owed().is_empty();
    let case = see(act, debtor, case)?;
    if has_rested && case.has_held() {
        account::hold_for_arrears(act, debtor.account.id, why(&case)?)?;
    }
    Ok(())
}

fn see(act: &mut Act<'_>, debtor: &Debtor, case: Dunning) -> Result<Dunning, Error> {
    let mut seen = case.clone().seen(&debtor.look(act.cx()))?;
    if seen != case {
        act.put(&mut seen)?;
    }
    Ok(seen)
}

/// Takes the hold back that the house has put on an account, if nothing of it is overdue.
fn release(act: &mut Act<'_>, account: Account) -> Result<(), Error> {
    if !account.is_held_by_the_house() {
        return Ok(());
    }
    for of in billing_account::of(act.cx(), account.id)? {
        if !Debtor::of(act.cx(), of.id)?.owed.is_empty() {
            return Ok(());
        }
    }
    account::release_from_arrears(act, account)
}

/// Does what is due for an invoice, a plan, a case or a class, and says whether there was anything to do.
///
/// # Errors
/// If it is not there, or what is due cannot be done.
pub fn step(act: &mut Act<'_>, of: Subject) -> Result<bool, Error> {
    if of.kind == Kind::Invoice {
        return invoice::remind(act, InvoiceId::from_uuid(of.uuid));
    }
    if of.kind == Kind::Class {
        return class::follow_on(act, ClassId::from_uuid(of.uuid));
    }
    if of.kind == Kind::PaymentPlan {
        return payment_plan::remind(act, PaymentPlanId::from_uuid(of.uuid));
    }
    let case: Dunning = act.load(DunningId::from_uuid(of.uuid))?;
    if case.state() == State::Ended || case.due(act.now()).is_none() {
        return Ok(false);
    }
    let debtor = Debtor::of(act.cx(), case.billing_account)?;
    let debtor = paid_by_credit(act, debtor)?;
    // What is owed and what the class wants may be otherwise than when the step was planned.
    let case = case.seen(&debtor.look(act.cx()))?;
    match case.due(act.now()).filter(|_| debtor.is_dunned()) {
        Some(next) if !may_be_taken(act.cx(), (&debtor, &case), next)? => {
            act.put(&mut case.put_off(act.now().plus_seconds(PUT_OFF_SECONDS)))?;
        }
        Some(next) => take(act, (debtor, case), next)?,
        None => follow(act, case.billing_account)?,
    }
    Ok(true)
}

/// Whether a step may be taken now: one that presupposes a reminder not while all that were written wait
/// for a server to take them.
fn may_be_taken(
    cx: Cx<'_>,
    (debtor, case): (&Debtor, &Dunning),
    next: Next,
) -> Result<bool, Error> {
    if next.action == Action::Mail || debtor.terms.reminding == Reminding::Post {
        return Ok(true);
    }
    let written = case.reminders();
    Ok(written == 0 || mail::waiting_about(cx, case.account, case.id.subject())? < written)
}

/// Takes a step. It is remembered before it is done: what it changes follows the case as it is then.
/// What came of it is told afterwards. A step that is refused has failed, and the ladder goes on.
fn take(act: &mut Act<'_>, (debtor, case): (Debtor, Dunning), step: Next) -> Result<(), Error> {
    let is_due_again = case.has_held();
    let owes_only_fees = case.owes_only_fees();
    let mut case = case.take(step, &debtor.look(act.cx()))?;
    act.put(&mut case)?;
    let (id, of) = (case.id, case.billing_account);
    let done = act.attempt(|act| match step.action {
        Action::Mail => remind(act.cx(), &debtor.account),
        Action::LateFee(_) if owes_only_fees => Ok(Done::SKIPPED),
        Action::LateFee(fee) => charge(act, &debtor, fee),
        Action::CreditHold if is_due_again => Ok(Done::SKIPPED),
        Action::CreditHold => {
            let is_held = account::hold_for_arrears(act, debtor.account.id, why(&case)?)?;
            Ok(if is_held { Done::DONE } else { Done::SKIPPED })
        }
        Action::Terminate => terminate(act, &debtor),
    });
    let done = match done {
        Err(Error::Rejected(why)) => Done::failed(&why.detail),
        Err(refusal) if refusal.is_refusal() => Done::failed(&refusal.to_string()),
        done => done?,
    };
    let came_to = act.load::<Dunning>(id)?.came_to(done);
    act.keep(came_to)?;
    follow(act, of)
}

/// What comes of a mail: it is sent when what is done is told, if there is somebody to write to.
fn remind(cx: Cx<'_>, account: &Account) -> Result<Done, Error> {
    if can_remind(cx, account)? {
        return Ok(Done::DONE);
    }
    Ok(Done::failed(
        "nobody of the account can be written to: it has no billing contact and no administrator",
    ))
}

/// Whether an account can be reminded of what it owes: somebody of it reads mails, or its class is
/// reminded by post.
///
/// # Errors
/// If the store fails.
pub fn can_remind(cx: Cx<'_>, account: &Account) -> Result<bool, Error> {
    let class = cx.view.find::<CustomerClass>(account.class())?;
    let by_post = class.is_some_and(|it| it.terms().reminding == Reminding::Post);
    Ok(by_post || notification::reaches_payer(cx, account)?)
}

/// Writes down what became of a mail of a case in the end: its step is done or has failed, and what
/// comes next follows from that.
///
/// # Errors
/// If the store fails.
pub(super) fn mailed(act: &mut Act<'_>, mail: &Mail) -> Result<(), Error> {
    let about = mail.about.filter(|it| it.kind == Kind::Dunning);
    let Some(about) = about else { return Ok(()) };
    let case: Dunning = act.load(DunningId::from_uuid(about.uuid))?;
    let (of, written_at) = (case.billing_account, mail.stamp.created_at);
    let became = match mail.state() {
        MailState::Queued => None,
        MailState::Sent => case.delivered(written_at),
        MailState::Failed => {
            let why = mail.trouble().map_or("it was not delivered", Prose::as_str);
            case.undelivered(written_at, Done::failed(why))
        }
    };
    let Some(became) = became else { return Ok(()) };
    act.keep(became)?;
    follow(act, of)
}

/// Charges a late fee for what is overdue; nothing where all that is left are fees.
fn charge(act: &mut Act<'_>, debtor: &Debtor, fee: LateFee) -> Result<Done, Error> {
    let Debtor { account, billing_account, .. } = debtor;
    let late = debtor.late().filter_map(Invoice::issue).map(|it| &it.number);
    let Some(subject) = late_fee::subject(late) else { return Ok(Done::SKIPPED) };
    let id = billing::charge_late_fee(act, (account, billing_account), (fee, subject))?;
    Ok(Done { invoice: Some(id), ..Done::DONE })
}

/// Ends the subscriptions that stand on what is overdue in the billing account, and in no other.
fn terminate(act: &mut Act<'_>, debtor: &Debtor) -> Result<Done, Error> {
    let why = Cancellation::overdue();
    let ended = subscription::cancel_these(
        act,
        invoice::overdue_subscriptions_in(act.cx(), &debtor.billing_account)?,
        &why,
    )?;
    Ok(if ended > 0 { Done::DONE } else { Done::SKIPPED })
}

/// Why an account is held, for people.
fn why(case: &Dunning) -> Result<Prose, Error> {
    let due_on = case.owed().iter().map(|it| it.due_on).min();
    let since = due_on.map_or_else(String::new, |it| {
        let oldest = if case.owed().len() > 1 { ", the oldest" } else { "" };
        format!("{oldest} since {}", it.plus_days(1))
    });
    let text = format!("{} overdue{since}", case.overdue()?);
    text.parse().map_err(Error::internal)
}

/// Refuses a ladder that names a tax category which is not there for the caller.
///
/// # Errors
/// [`Error::Invalid`] with the step.
pub(super) fn must_name_categories(cx: Cx<'_>, ladder: &Ladder) -> Result<(), Error> {
    for (place, rung) in ladder.as_slice().iter().enumerate() {
        if let Action::LateFee(LateFee { tax_category: Some(id), .. }) = rung.action {
            cx.named::<TaxCategory>(&format!("/dunning/{place}/tax_category"), id)?;
        }
    }
    Ok(())
}

/// A page of the cases that the caller may see: of an account or a billing account if one is named,
/// in a state if that is, and of which reminders were due and none has gone out if that is asked.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (account, of): (Option<AccountId>, Option<BillingAccountId>),
    (state, unheard): (Option<State>, Option<bool>),
    page: &PageRequest,
) -> Result<Page<Dunning>, Error> {
    let along = of.map(|id| Along::Index(DUNNING_BY_BILLING_ACCOUNT, Key::new().id(id).bytes()));
    cx.list(along.or(account.map(Along::Owner)), page, |it: &Dunning| {
        account.is_none_or(|id| it.account == id)
            && of.is_none_or(|id| it.billing_account == id)
            && state.is_none_or(|wanted| it.state() == wanted)
            && unheard.is_none_or(|wanted| it.is_unheard() == wanted)
    })
}
