//! The overview: this month's figures and those of the last year, of all, a branch or an account.
//!
//! Nothing is scanned but sums that are kept with the records; those of one account, which has few
//! records, are added up when they are asked for.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{Cx, Error, billing, billing_account, catalog};
use crate::domain::account::Account;
use crate::domain::billing::invoice::Invoice;
use crate::domain::catalog::price::Price;
use crate::domain::id::{AccountId, Kind, PriceId};
use crate::domain::money::{Amount, Currency};
use crate::domain::operator::{Permission, Scope};
use crate::domain::overview::{self, Extent, Figures, Month, Overview};
use crate::domain::stamp::SellerNumber;
use crate::domain::time::{Date, Zone};
use crate::store::Records;
use crate::store::overview::{self as kept, InMonth, MonthRow};
use crate::store::reopened::reopened_until;
use crate::store::tally::Of;

/// Whose figures are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// All that the caller may see.
    All,
    /// Those of the caller's own customers, its resellers' left away.
    Own,
    /// Those of one account.
    Account(AccountId),
}

/// What a business comes to, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The day up to which it is told.
    pub on: Date,
    /// How far it reaches.
    pub extent: Extent,
    /// The sellers whose figures are in it.
    pub sellers: BTreeSet<SellerNumber>,
    /// The figures.
    pub figures: Overview,
}

/// What the caller's business, or a part of it, comes to today.
///
/// # Errors
/// If the account is not for the caller; if the store fails.
pub fn figures(cx: Cx<'_>, whose: Whose) -> Result<Sum, Error> {
    if let Whose::Account(id) = whose {
        cx.must(Permission::InvoiceRead, &cx.get::<Account>(id)?.stamp)?;
    }
    let own = catalog::seller(cx, None)?;
    let on = billing_account::zone_of_seller(cx, own)?.date_of(cx.now);
    let mut told =
        Told { overview: Overview::new(), sellers: BTreeSet::new(), month: Month::of(on) };
    if let Some(sight) = Sight::of(cx, (whose, own), Kind::Invoice) {
        told.invoices(cx, &sight)?;
    }
    if let Some(sight) = Sight::of(cx, (whose, own), Kind::Payment) {
        told.payments(cx, &sight)?;
    }
    if let Some(sight) = Sight::of(cx, (whose, own), Kind::Subscription) {
        told.running(cx, &sight, on)?;
    }
    let extent = extent(cx, whose);
    Ok(Sum { on, extent, sellers: told.sellers, figures: told.overview })
}

fn extent(cx: Cx<'_>, whose: Whose) -> Extent {
    match (whose, cx.actor.scope(Kind::Invoice)) {
        (Whose::Account(_), _) | (_, Scope::Owner(_) | Scope::Nothing) => Extent::Account,
        (Whose::Own, Scope::Everything | Scope::Sellers(_)) => Extent::Own,
        (Whose::All, Scope::Everything) => Extent::Everything,
        (Whose::All, Scope::Sellers(_)) => Extent::Branch,
    }
}

/// Which sums the caller may see of a kind of thing.
struct Sight {
    of: Of,
    /// Whose; of all if nothing is said.
    sellers: Option<BTreeSet<SellerNumber>>,
}

impl Sight {
    fn of(cx: Cx<'_>, (whose, own): (Whose, SellerNumber), kind: Kind) -> Option<Self> {
        let of_all = |sellers| Some(Self { of: Of::All, sellers });
        match (whose, cx.actor.scope(kind)) {
            (_, Scope::Nothing) => None,
            // What somebody else charged an account that came from there is nothing to its seller.
            (Whose::Account(id), Scope::Sellers(sellers)) if !is_own(cx, id) => {
                Some(Self { of: Of::Owner(id), sellers: Some(sellers.into_iter().collect()) })
            }
            (Whose::Account(id), _) | (Whose::All | Whose::Own, Scope::Owner(id)) => {
                Some(Self { of: Of::Owner(id), sellers: None })
            }
            (Whose::Own, Scope::Everything | Scope::Sellers(_)) => {
                of_all(Some(BTreeSet::from([own])))
            }
            (Whose::All, Scope::Everything) => of_all(None),
            (Whose::All, Scope::Sellers(sellers)) => of_all(Some(sellers.into_iter().collect())),
        }
    }

    fn sees(&self, seller: SellerNumber) -> bool {
        self.sellers.as_ref().is_none_or(|it| it.contains(&seller))
    }
}

fn is_own(cx: Cx<'_>, id: AccountId) -> bool {
    cx.actor.standing().is_some_and(|it| it.account == id)
}

/// The day that it is for a seller.
fn today(cx: Cx<'_>, of: SellerNumber) -> Result<Date, Error> {
    Ok(billing_account::zone_of_seller(cx, of)?.date_of(cx.now))
}

/// The overview while it is put together.
struct Told {
    overview: Overview,
    sellers: BTreeSet<SellerNumber>,
    month: Month,
}

impl Told {
    fn figures(&mut self, currency: Currency) -> &mut Figures {
        let month = self.month;
        self.overview.entry(currency).or_insert_with(|| Figures::nothing(currency, month))
    }

    fn months(&mut self, sight: &Sight, rows: Vec<MonthRow>) -> Result<(), Error> {
        for row in rows.into_iter().filter(|it| sight.sees(it.seller)) {
            self.sellers.insert(row.seller);
            let Some(sum) = self.figures(row.what.currency()).month(row.month) else { continue };
            match row.what {
                InMonth::Charged(by, invoices) => {
                    sum.charged = sum.charged.plus(by)?;
                    sum.invoices += invoices;
                }
                InMonth::Credited(net) => sum.credited = sum.credited.plus(net)?,
                InMonth::Paid(amount) => sum.paid = sum.paid.plus(amount)?,
            }
        }
        Ok(())
    }

    /// What is overdue goes by the day of who is owed it.
    fn invoices(&mut self, cx: Cx<'_>, sight: &Sight) -> Result<(), Error> {
        let mut days = BTreeMap::new();
        let first = self.month.before(Figures::MONTHS - 1);
        self.months(sight, kept::invoiced(cx.view, first, sight.of)?)?;
        for row in kept::due(cx.view, sight.of)?.into_iter().filter(|it| sight.sees(it.seller)) {
            self.sellers.insert(row.seller);
            let today = match days.entry(row.seller) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(free) => *free.insert(today(cx, row.seller)?),
            };
            let figures = self.figures(row.open.currency());
            figures.receivable = figures.receivable.plus(row.open)?;
            if row.due_on < today {
                figures.overdue = figures.overdue.plus(row.open)?;
                figures.overdue_invoices += row.invoices;
            }
        }
        self.waited_for(cx, sight)
    }

    /// What was opened again is to be paid as if it were new: it is not overdue by the day of its paper.
    fn waited_for(&mut self, cx: Cx<'_>, sight: &Sight) -> Result<(), Error> {
        // Days begin earlier and later around the world.
        let near = Zone::UTC.date_of(cx.now).plus_days(-1);
        for (id, until) in reopened_until(cx.view, near)? {
            let Some(it) = cx.view.find::<Invoice>(id)? else { continue };
            let is_seen = match sight.of {
                Of::All => true,
                Of::Owner(account) => it.content().account == account,
            };
            let (seller, due_on) = (it.stamp.seller, it.issue().map(|it| it.due_on));
            if !is_seen || !sight.sees(seller) || it.open().as_minor() <= 0 {
                continue;
            }
            let today = today(cx, seller)?;
            if due_on.is_some_and(|it| it < today) && today <= until {
                let figures = self.figures(it.content().currency);
                figures.overdue = figures.overdue.minus(it.open())?;
                figures.overdue_invoices = figures.overdue_invoices.saturating_sub(1);
            }
        }
        Ok(())
    }

    fn payments(&mut self, cx: Cx<'_>, sight: &Sight) -> Result<(), Error> {
        let first = self.month.before(Figures::MONTHS - 1);
        self.months(sight, kept::paid(cx.view, first, sight.of)?)
    }

    fn running(&mut self, cx: Cx<'_>, sight: &Sight, today: Date) -> Result<(), Error> {
        let mut prices: BTreeMap<PriceId, Option<Price>> = BTreeMap::new();
        let mut sums: BTreeMap<Currency, Amount> = BTreeMap::new();
        let mut contained = billing::Contained::default();
        let buyer = match sight.of {
            Of::All => None,
            Of::Owner(id) => Some(id),
        };
        for row in kept::runs(cx.view, sight.of)?.into_iter().filter(|it| sight.sees(it.seller)) {
            let price = match prices.entry(row.price) {
                Entry::Occupied(found) => found.into_mut(),
                Entry::Vacant(free) => free.insert(cx.view.find(row.price)?),
            };
            let Some(price) = price else { continue };
            self.sellers.insert(row.seller);
            self.figures(price.currency).subscriptions += row.subscriptions;
            if price.resource == row.resource {
                let tax = contained.percent(cx, (row.seller, &*price), (buyer, today))?;
                let monthly = overview::monthly(price, &row.running, (today, tax))?;
                let sum = sums.entry(price.currency).or_insert(Amount::zero(price.currency));
                *sum = sum.plus(monthly)?;
            }
        }
        for (currency, sum) in sums {
            self.figures(currency).mrr = overview::shown(sum)?;
        }
        Ok(())
    }
}
