//! The overview: this month's figures and those of the last year, of all, a branch or an account.
//!
//! Nothing is scanned but sums that are kept with the records; those of one account, which has few
//! records, are added up when they are asked for.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{Cx, Error};
use crate::domain::account::Account;
use crate::domain::catalog::price::Price;
use crate::domain::id::{AccountId, Kind, PriceId};
use crate::domain::money::{Amount, Currency};
use crate::domain::operator::{Permission, Scope};
use crate::domain::overview::{self, Figures, Month, Overview};
use crate::domain::stamp::SellerNumber;
use crate::domain::time::{Date, Zone};
use crate::store::Records;
use crate::store::overview::{self as kept, InMonth, MonthRow};
use crate::store::tally::Of;

/// What the caller's business, or that of one account, comes to today.
///
/// # Errors
/// If the account is not for the caller; if the store fails.
pub fn figures(cx: Cx<'_>, account: Option<AccountId>) -> Result<(Date, Overview), Error> {
    let account = account.map(|id| cx.get::<Account>(id)).transpose()?;
    if let Some(account) = &account {
        cx.must(Permission::InvoiceRead, &account.stamp)?;
    }
    let today = Zone::UTC.date_of(cx.now);
    let account = account.map(|it| it.id);
    let mut told = Told { overview: Overview::new(), month: Month::of(today) };
    if let Some(sight) = Sight::of(cx, account, Kind::Invoice) {
        told.invoices(cx, &sight, today)?;
    }
    if let Some(sight) = Sight::of(cx, account, Kind::Payment) {
        told.payments(cx, &sight)?;
    }
    if let Some(sight) = Sight::of(cx, account, Kind::Subscription) {
        told.running(cx, &sight, today)?;
    }
    Ok((today, told.overview))
}

/// Which sums the caller may see of a kind of thing.
struct Sight {
    of: Of,
    /// Whose; of all if nothing is said.
    sellers: Option<BTreeSet<SellerNumber>>,
}

impl Sight {
    fn of(cx: Cx<'_>, account: Option<AccountId>, kind: Kind) -> Option<Self> {
        match (account, cx.actor.scope(kind)) {
            (_, Scope::Nothing) => None,
            (Some(id), _) | (None, Scope::Owner(id)) => {
                Some(Self { of: Of::Owner(id), sellers: None })
            }
            (None, Scope::Everything) => Some(Self { of: Of::All, sellers: None }),
            (None, Scope::Sellers(sellers)) => {
                Some(Self { of: Of::All, sellers: Some(sellers.into_iter().collect()) })
            }
        }
    }

    fn sees(&self, seller: SellerNumber) -> bool {
        self.sellers.as_ref().is_none_or(|it| it.contains(&seller))
    }
}

/// The overview while it is put together.
struct Told {
    overview: Overview,
    month: Month,
}

impl Told {
    fn figures(&mut self, currency: Currency) -> &mut Figures {
        let month = self.month;
        self.overview.entry(currency).or_insert_with(|| Figures::nothing(currency, month))
    }

    fn months(&mut self, sight: &Sight, rows: Vec<MonthRow>) -> Result<(), Error> {
        for row in rows.into_iter().filter(|it| sight.sees(it.seller)) {
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

    fn invoices(&mut self, cx: Cx<'_>, sight: &Sight, today: Date) -> Result<(), Error> {
        let first = self.month.before(Figures::MONTHS - 1);
        self.months(sight, kept::invoiced(cx.view, first, sight.of)?)?;
        for row in kept::due(cx.view, sight.of)?.into_iter().filter(|it| sight.sees(it.seller)) {
            let figures = self.figures(row.open.currency());
            figures.receivable = figures.receivable.plus(row.open)?;
            if row.due_on < today {
                figures.overdue = figures.overdue.plus(row.open)?;
                figures.overdue_invoices += row.invoices;
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
        for row in kept::runs(cx.view, sight.of)?.into_iter().filter(|it| sight.sees(it.seller)) {
            let price = match prices.entry(row.price) {
                Entry::Occupied(found) => found.into_mut(),
                Entry::Vacant(free) => free.insert(cx.view.find(row.price)?),
            };
            let Some(price) = price else { continue };
            self.figures(price.currency).subscriptions += row.subscriptions;
            if price.resource == row.resource {
                let monthly = overview::monthly(price, &row.running, today)?;
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
