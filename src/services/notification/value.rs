//! What a mail names: the values of an event, in the words of whoever reads it.

use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::{AddressUse, Matter};
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::catalog::offer::Offer;
use crate::domain::event::Fact;
use crate::domain::id::{AccountId, Kind, OfferId};
use crate::domain::money::Money;
use crate::domain::operator::User;
use crate::domain::order::Order;
use crate::domain::order::item::Item;
use crate::domain::order::total::Total;
use crate::domain::payment::Payment;
use crate::domain::payment::debit::DebitOrder;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::settlement::note::SettlementNote;
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::Seat;
use crate::domain::text::Locale;
use crate::domain::time::{Date, Instant, Period, Zone};
use crate::render::figure;
use crate::render::mail::Tree;
use crate::services::house::Site;
use crate::services::{
    Cx, Error, billing_account, collection, event, invoice_page, journal, letterhead, order,
};
use crate::store::account::ACCOUNT_BY_SELLING;
use crate::store::{Key, Records};

/// Who reads.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// In which language.
    pub(super) locale: Locale,
    /// Where the days begin of whose matter it is.
    pub(super) zone: Zone,
    /// As what the person is addressed.
    pub(super) name: String,
    /// Where mail goes.
    pub(super) email: String,
    /// What the link carries that only the reader may know; empty if there is no such link.
    pub(super) secret: &'static str,
    /// Whether somebody can sign in where the links lead; who cannot is shown none.
    pub(super) signs_in: bool,
}

impl Reader {
    /// Nobody in particular, for a preview.
    pub(super) fn nobody(locale: Locale) -> Self {
        let (name, email) = ("Ann Example".to_owned(), "ann@example.com".to_owned());
        Self { locale, zone: Zone::UTC, name, email, secret: "…", signs_in: true }
    }

    pub(super) fn money(&self, amount: Money) -> Tree {
        figure::money(amount, &self.locale).into()
    }

    pub(super) fn day(&self, date: Date) -> Tree {
        figure::day(date, &self.locale).into()
    }

    /// The day of a moment.
    pub(super) fn day_of(&self, at: Instant) -> Tree {
        self.day(self.zone.date_of(at))
    }

    pub(super) fn day_or_nothing(&self, date: Option<Date>) -> Tree {
        date.map_or_else(|| "".into(), |it| self.day(it))
    }

    /// A moment of the day, for what ends within hours.
    fn moment(&self, at: Instant) -> Tree {
        let time = at.to_string();
        let time = time.get(11..16).unwrap_or_default();
        format!("{}, {time} UTC", figure::day(Zone::UTC.date_of(at), &self.locale)).into()
    }
}

/// The account of a seller.
pub(super) fn seller(cx: Cx<'_>, number: SellerNumber) -> Result<Option<Account>, Error> {
    Ok(cx.view.first_along(ACCOUNT_BY_SELLING, Key::new().u32(number.0))?)
}

/// Everything that a mail about a fact may name.
pub(super) fn values(cx: Cx<'_>, site: &Site, fact: &Fact, reader: &Reader) -> Result<Tree, Error> {
    let person =
        Tree::group([("name", reader.name.clone().into()), ("email", reader.email.clone().into())]);
    let account = fact.owner.map(|it| cx.view.find::<Account>(it)).transpose()?.flatten();
    let name = account.as_ref().map_or_else(String::new, |it| it.profile().name.to_string());
    let all = Tree::group([
        ("locale", reader.locale.language().into()),
        ("brand", brand(cx, fact)?),
        ("person", person),
        ("account", Tree::group([("name", name.into())])),
        ("link", link_for(site, fact, reader)?.into()),
        ("link_until", "".into()),
    ]);
    Ok(all.with(subject_matter(cx, site, fact, reader)?))
}

/// Who writes; whoever asks back is answered by who looks after what the mail is about.
fn brand(cx: Cx<'_>, fact: &Fact) -> Result<Tree, Error> {
    let is_of_money = matches!(
        fact.subject.kind,
        Kind::Invoice
            | Kind::CreditNote
            | Kind::Payment
            | Kind::Refund
            | Kind::PaymentPlan
            | Kind::Dunning
            | Kind::DebitOrder
            | Kind::Deposit
            | Kind::Settlement
    );
    let matter = if is_of_money { Matter::Billing } else { Matter::Technology };
    let seller = seller(cx, fact.seller)?;
    let profile = seller.as_ref().map(Account::profile);
    let name = profile.map_or_else(|| "Tillbox".to_owned(), |it| it.name.to_string());
    let address = profile.and_then(|it| it.address(AddressUse::General));
    let support = profile.and_then(|it| it.contact(matter));
    let color = letterhead::of(cx, fact.seller)?.map(|it| it.look.color).unwrap_or_default();
    Ok(Tree::group([
        ("name", name.into()),
        ("address", address.map_or_else(String::new, |it| it.lines().join("\n")).into()),
        ("support", support.map_or_else(String::new, |it| it.email.to_string()).into()),
        ("color", color.ink().to_string().into()),
    ]))
}

/// Where the button of a mail leads; who cannot sign in is led to the page of an invoice alone, if the secret
/// is there that opens it.
fn link_for(site: &Site, fact: &Fact, reader: &Reader) -> Result<String, Error> {
    if reader.signs_in {
        return Ok(link(site, fact));
    }
    if fact.subject.kind != Kind::Invoice || reader.secret.is_empty() {
        return Ok(String::new());
    }
    let it: Invoice = super::after(fact)?;
    Ok(invoice_page::address(site, it.id, reader.secret))
}

/// Where the button of a mail leads who signs in.
fn link(site: &Site, fact: &Fact) -> String {
    let places = [
        (Kind::Invoice, "invoices"),
        (Kind::CreditNote, "credit-notes"),
        (Kind::Order, "orders"),
        (Kind::Subscription, "subscriptions"),
        (Kind::Settlement, "settlements"),
    ];
    match places.iter().find(|it| it.0 == fact.subject.kind) {
        Some((_, place)) => site.link(&format!("/ui/{place}/{}", fact.subject)),
        None => fact.owner.map_or_else(|| site.link("/ui/"), |it| account_link(site, it)),
    }
}

fn account_link(site: &Site, account: AccountId) -> String {
    site.link(&format!("/ui/accounts/{account}"))
}

fn subject_matter(cx: Cx<'_>, site: &Site, fact: &Fact, reader: &Reader) -> Result<Tree, Error> {
    match fact.subject.kind {
        Kind::User => Ok(invitation(cx, site, &super::after(fact)?, reader)),
        Kind::Order => Ok(Tree::group([("order", order(cx, &super::after(fact)?, reader)?)])),
        Kind::Invoice => {
            let it: Invoice = super::after(fact)?;
            let until = it.issue().map(|it| it.due_on);
            let reminder = [("is_last", false.into()), ("until", reader.day_or_nothing(until))];
            let (invoice, reminder) = (invoice(cx, &it, reader)?, Tree::group(reminder));
            Ok(Tree::group([("invoice", invoice), ("reminder", reminder)]))
        }
        Kind::Settlement => Ok(settlement(&super::after(fact)?, reader)),
        Kind::Refund => super::refund::values(cx, site, &super::after(fact)?, reader),
        Kind::Shipment => super::carriage::values(cx, site, &super::after(fact)?, reader),
        Kind::CreditNote => credit_note(cx, fact, reader),
        Kind::Payment => Ok(payment(cx, fact, reader)?.with(debit(cx, fact, reader)?)),
        Kind::Subscription => subscribed(cx, fact, reader),
        Kind::Seat => seat(cx, site, fact, reader),
        Kind::BillingAccount => left(cx, &super::after(fact)?, reader),
        Kind::Account => super::hold::values(cx, &super::after(fact)?, fact.at, reader),
        Kind::Asset
        | Kind::AssetType
        | Kind::AttributeDefinition
        | Kind::BillingRun
        | Kind::Bucket
        | Kind::Cart
        | Kind::Catalog
        | Kind::Category
        | Kind::Class
        | Kind::Coupon
        | Kind::Deposit
        | Kind::Discount
        | Kind::Document
        | Kind::Gateway
        | Kind::Letterhead
        | Kind::Listener
        | Kind::Mail
        | Kind::Meter
        | Kind::NotificationTemplate
        | Kind::Offer
        | Kind::Party
        | Kind::PaymentMethod
        | Kind::Price
        | Kind::Promotion
        | Kind::Quote
        | Kind::Redemption
        | Kind::Resource
        | Kind::ResourceCategory
        | Kind::Review
        | Kind::ServiceTerms
        | Kind::Session
        | Kind::ShareModel
        | Kind::ShareRecord
        | Kind::Sla
        | Kind::Specification
        | Kind::Task
        | Kind::TaxCategory
        | Kind::TaxRule
        | Kind::TaxZone
        | Kind::Token
        | Kind::UsageRecord
        | Kind::ConsumerKey
        | Kind::DebitOrder
        | Kind::BankStatement => Ok(Tree::group([])),
        Kind::Dunning => super::dunning::values(cx, &super::after(fact)?, reader),
        Kind::PaymentPlan => super::dunning::instalment(cx, &super::after(fact)?, fact.at, reader),
    }
}

/// A subscription, with the day on which it was to change.
fn subscribed(cx: Cx<'_>, fact: &Fact, reader: &Reader) -> Result<Tree, Error> {
    let was = fact.before.as_deref().map(event::read::<Subscription>).transpose()?;
    let switch_on = reader.day_or_nothing(was.and_then(|it| it.switches_on()));
    let it = subscription(cx, &super::after(fact)?, fact.at, reader)?;
    Ok(Tree::group([("subscription", it.with(Tree::group([("switch_on", switch_on)])))]))
}

/// What is left of what was paid in beforehand, and how much is to be.
fn left(cx: Cx<'_>, it: &BillingAccount, reader: &Reader) -> Result<Tree, Error> {
    let account = cx.view.find::<Account>(it.account())?;
    let name = account.map_or_else(String::new, |it| it.profile().name.to_string());
    let least = it.profile().alert_below.map_or_else(|| "".into(), |it| reader.money(it));
    Ok(Tree::group([(
        "account",
        Tree::group([
            ("name", name.into()),
            ("balance", reader.money(billing_account::available(cx, it)?)),
            ("balance_min", least),
        ]),
    )]))
}

/// A note that pays a partner out.
fn settlement(it: &SettlementNote, reader: &Reader) -> Tree {
    let note = Tree::group([
        ("number", it.number.to_string().into()),
        ("until", reader.day(it.period.end().plus_days(-1))),
        ("total", reader.money(it.totals.gross)),
        ("due_on", reader.day(it.due_on)),
    ]);
    Tree::group([("settlement", note)])
}

/// A credit note and the invoice of which it gives something back.
fn credit_note(cx: Cx<'_>, fact: &Fact, reader: &Reader) -> Result<Tree, Error> {
    let it: CreditNote = super::after(fact)?;
    let of = cx.view.find::<Invoice>(it.content().invoice)?;
    let of = of.as_ref().and_then(Invoice::issue).map(|it| it.number.to_string());
    let number = it.issue().map_or_else(String::new, |it| it.number.to_string());
    let note = Tree::group([
        ("number", number.into()),
        ("invoice", of.unwrap_or_default().into()),
        ("total", reader.money(it.content().totals.gross)),
        ("reason", it.reason.to_string().into()),
    ]);
    Ok(Tree::group([("credit_note", note)]))
}

/// A seat and that of which it is one. Who has it need not see the subscription as such.
fn seat(cx: Cx<'_>, site: &Site, fact: &Fact, reader: &Reader) -> Result<Tree, Error> {
    let it: Seat = super::after(fact)?;
    let was = fact.before.as_deref().map(event::read::<Seat>).transpose()?;
    let other = was.map(|it| it.subscription()).filter(|was| *was != it.subscription());
    let shown = |id| -> Result<Tree, Error> {
        let found = cx.view.find::<Subscription>(id)?;
        let found = found.ok_or_else(|| Error::internal("a seat is one of a subscription"))?;
        subscription(cx, &found, fact.at, reader)
    };
    let part = it.allocated.map_or_else(String::new, |it| it.to_string());
    Ok(Tree::group([
        ("subscription", shown(it.subscription())?),
        ("former", other.map_or_else(|| Ok(Tree::group([("name", "".into())])), shown)?),
        ("seat", Tree::group([("part", part.into())])),
        ("link", site.link("/ui/").into()),
    ]))
}

/// The link by which somebody chooses a password; without one, where one signs in.
/// Until when it holds is said as its reader counts, who may be ahead of the wall.
fn invitation(cx: Cx<'_>, site: &Site, it: &User, reader: &Reader) -> Tree {
    let Some(sent) = it.sent_link().filter(|_| !reader.secret.is_empty()) else {
        return Tree::group([("link", site.link("/ui/").into())]);
    };
    let ahead = cx.now.micros() - cx.wall.micros();
    let until = sent.expires_at.plus_micros(ahead);
    Tree::group([
        ("link", site.link(&format!("/ui/password#token={}", reader.secret)).into()),
        ("link_until", reader.moment(until)),
    ])
}

pub(super) fn order(cx: Cx<'_>, it: &Order, reader: &Reader) -> Result<Tree, Error> {
    let items: Result<Vec<_>, Error> = it.items().iter().map(|it| item(cx, it, reader)).collect();
    let missing = it.missing();
    let paid = order::payment_of(cx, it)?.filter(|it| it.state().has_come_in());
    Ok(Tree::group([
        ("missing", missing.map_or_else(String::new, |it| it.what.to_string()).into()),
        ("until", reader.day_or_nothing(missing.map(|it| Zone::UTC.date_of(it.until_at)))),
        ("number", it.stamp.number.to_string().into()),
        ("placed_on", reader.day_of(it.ordered_at())),
        ("total", sum(it.totals(), reader).into()),
        ("paid", paid.map_or_else(|| "".into(), |it| reader.money(it.amount()))),
        ("items", items?.into()),
        ("lost", lost(cx, it, reader)?.into()),
    ]))
}

/// The pieces of an order that nobody gets, with why.
pub(super) fn lost(cx: Cx<'_>, of: &Order, reader: &Reader) -> Result<Vec<Tree>, Error> {
    let lost = of.items().iter().filter(|it| it.state().is_lost());
    lost.map(|it| item(cx, it, reader)).collect()
}

pub(super) fn item(cx: Cx<'_>, it: &Item, reader: &Reader) -> Result<Tree, Error> {
    let name = match &it.wish.name {
        Some(name) => Some(name.to_string()),
        None => offer_name(cx, it.wish.offer, reader)?,
    };
    let goes_to = it.deliver_to.as_ref().map(|it| it.lines().join(", "));
    Ok(Tree::group([
        ("name", name.unwrap_or_else(|| it.key.to_string()).into()),
        ("quantity", it.wish.quantity.unwrap_or(1).to_string().into()),
        ("amount", sum(&it.totals, reader).into()),
        ("failure", it.failure().map_or_else(String::new, ToString::to_string).into()),
        ("goes_to", goes_to.unwrap_or_default().into()),
    ]))
}

/// What an offer is called in the reader's language, if it is there.
fn offer_name(cx: Cx<'_>, id: Option<OfferId>, reader: &Reader) -> Result<Option<String>, Error> {
    let offer = id.map(|it| cx.view.find::<Offer>(it)).transpose()?.flatten();
    Ok(offer.map(|it| it.content.name.text(&reader.locale).to_string()))
}

/// Amounts with tax, one after the other: what is paid once and what is paid in each period are
/// not one sum.
fn sum(totals: &[Total], reader: &Reader) -> String {
    let each = totals.iter().map(|it| figure::money(it.gross(), &reader.locale));
    let each: Vec<_> = each.collect();
    each.join(" + ")
}

fn invoice(cx: Cx<'_>, it: &Invoice, reader: &Reader) -> Result<Tree, Error> {
    let (content, issue) = (it.content(), it.issue());
    let period = |it: Period| {
        let last = it.end().plus_days(-1);
        let day = |it| figure::day(it, &reader.locale);
        format!("{} – {}", day(it.start()), day(last))
    };
    let number = issue.map_or_else(String::new, |it| it.number.to_string());
    // The credit that the customer had is used when an invoice is told already.
    let set_off = cx.view.find::<Invoice>(it.id)?.map_or(it.set_off(), |it| it.set_off());
    let used = if set_off.is_zero() { "".into() } else { reader.money(set_off) };
    let to_pay = it.total().minus(set_off)?;
    // What is settled already is due on no day.
    let due_on = issue.map(|it| it.due_on).filter(|_| set_off.is_zero() || !to_pay.is_zero());
    Ok(Tree::group([
        ("number", number.into()),
        ("period", content.service_period.map_or_else(|| "–".to_owned(), period).into()),
        ("total", reader.money(it.total())),
        ("set_off", used),
        ("to_pay", reader.money(to_pay)),
        ("open", reader.money(it.open())),
        ("due_on", reader.day_or_nothing(due_on)),
        ("is_collected", collection::expected(cx, it)?.is_some().into()),
    ]))
}

fn payment(cx: Cx<'_>, fact: &Fact, reader: &Reader) -> Result<Tree, Error> {
    let it: Payment = super::after(fact)?;
    let mut invoices = Vec::new();
    for part in it.allocations() {
        let paid = cx.view.find::<Invoice>(part.invoice)?;
        let number = paid.and_then(|it| it.issue().map(|it| it.number.to_string()));
        let (number, amount) = (number.unwrap_or_default().into(), reader.money(part.amount));
        invoices.push(Tree::group([("number", number), ("amount", amount)]));
    }
    let received_on = it.received_on.unwrap_or_else(|| reader.zone.date_of(fact.at));
    let account = cx.view.find::<Account>(it.account)?;
    let name = account.map_or_else(String::new, |it| it.profile().name.to_string());
    let mut owed = journal::standing(cx, it.account)?.into_iter();
    let owed = owed.find(|sum| sum.receivable.currency() == it.amount().currency());
    let balance = owed.map(|it| it.receivable.minus(it.credit)).transpose()?;
    let balance = balance.unwrap_or_else(|| Money::zero(it.amount().currency()));
    Ok(Tree::group([
        (
            "payment",
            Tree::group([
                ("amount", reader.money(it.amount())),
                ("received_on", reader.day(received_on)),
                ("invoices", invoices.into()),
            ]),
        ),
        ("account", Tree::group([("name", name.into()), ("balance", reader.money(balance))])),
    ]))
}

/// How a payment is collected, if it is by mandate: when, from where, for what, and by whom.
fn debit(cx: Cx<'_>, fact: &Fact, reader: &Reader) -> Result<Tree, Error> {
    let it: Payment = super::after(fact)?;
    let Some(debit) = &it.debit else { return Ok(Tree::group([])) };
    let order = cx.view.find::<DebitOrder>(debit.order)?;
    let ordered = order.as_ref().and_then(|order| {
        let ordered = order.debits.iter().find(|ordered| ordered.payment == it.id)?;
        Some((ordered.number.to_string(), ordered.mandate.to_string()))
    });
    let (number, mandate) = ordered.unwrap_or_default();
    let creditor = order.map(|it| it.collector.creditor.to_string());
    let method = it.method.map(|id| cx.view.find::<PaymentMethod>(id)).transpose()?.flatten();
    let from = method.map_or_else(String::new, |it| it.name.to_string());
    Ok(Tree::group([(
        "debit",
        Tree::group([
            ("amount", reader.money(it.amount())),
            ("collect_on", reader.day(debit.collect_on)),
            ("from", from.into()),
            ("invoice", number.into()),
            ("mandate", mandate.into()),
            ("creditor", creditor.unwrap_or_default().into()),
        ]),
    )]))
}

/// What a subscription is called to the reader.
pub(super) fn subscription_name(
    cx: Cx<'_>,
    it: &Subscription,
    reader: &Reader,
) -> Result<String, Error> {
    let name = match it.name() {
        Some(name) => Some(name.to_string()),
        None => offer_name(cx, Some(it.deal().offer), reader)?,
    };
    Ok(name.unwrap_or_else(|| it.stamp.number.to_string()))
}

fn subscription(
    cx: Cx<'_>,
    it: &Subscription,
    at: Instant,
    reader: &Reader,
) -> Result<Tree, Error> {
    let today = reader.zone.date_of(at);
    let term = it.term();
    let ends_on = term.and_then(|it| it.end_on()).or_else(|| it.ended_on()).unwrap_or(today);
    let hold = it.holds().values().next();
    let said = hold.and_then(|it| it.comment.as_ref()).map(ToString::to_string);
    let reason = said.or_else(|| hold.map(|it| it.reason.to_string()));
    Ok(Tree::group([
        ("name", subscription_name(cx, it, reader)?.into()),
        ("ends_on", reader.day(ends_on)),
        ("is_renewing", term.is_some_and(|it| it.renewal().is_automatic()).into()),
        ("renewal_amount", "".into()),
        ("kept_until", "".into()),
        ("held_on", reader.day_of(hold.map_or(at, |it| it.since_at))),
        ("reason", reason.unwrap_or_default().into()),
    ]))
}
