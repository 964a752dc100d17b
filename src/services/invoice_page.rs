//! The page of an invoice for who gets it by mail and cannot sign in: what it says, its paper, and paying it.
//!
//! A link carries a secret that is sealed for its invoice and kept nowhere; see
//! [`page_link`](crate::domain::billing::page_link). Whatever does not open a page is not there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::checkout::{self, Wanted, What};
use super::paper::{self, Manuscript, PaperFile};
use super::{Act, Author, Bss, Cx, Error, gateway, invoice};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillFormat;
use crate::domain::billing::invoice::{Invoice, Standing};
use crate::domain::billing::page_link::{LinkTurns, PageLink};
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, Id, InvoiceId};
use crate::domain::operator::{Actor, Permission};
use crate::domain::payment::Payment;
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::lifecycle::State;
use crate::domain::sealed::Sealed;
use crate::domain::stamp::SellerNumber;
use crate::domain::text;
use crate::domain::time::Instant;
use crate::services::house::Site;
use crate::store::Records;
use crate::store::meta::setting;

/// For what the secret of a link is sealed.
const FIELD: &str = "page";
/// So often a page is asked for in a minute at most: by people, and not by programs.
const ASKED_MAX: u32 = 60;
const MINUTE_MICROS: i64 = 60_000_000;
/// So many pages are counted at once; what is beyond waits for the next minute.
const COUNTED_MAX: usize = 10_000;

/// What a page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The invoice.
    pub invoice: Invoice,
    /// How it stands today.
    pub standing: Standing,
    /// At whose pages it can be paid; none where nothing is open, or it is taken by itself.
    pub pays_at: Vec<Gateway>,
    /// How the last payment of it by somebody who pays stands, if there is one.
    pub payment: Option<State>,
}

/// A link to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where the page is.
    pub address: String,
    /// Until when it opens.
    pub until: Instant,
}

/// How often each page was asked for in the minute that runs.
#[derive(Default)]
pub(super) struct Asked(Mutex<(i64, HashMap<InvoiceId, u32>)>);

impl Asked {
    /// Counts a question for a page.
    ///
    /// # Errors
    /// [`Error::Busy`] if there were too many in this minute.
    fn count(&self, id: InvoiceId, wall: Instant) -> Result<(), Error> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = wall.micros() / MINUTE_MICROS;
        if kept.0 != minute {
            *kept = (minute, HashMap::new());
        }
        if kept.1.len() >= COUNTED_MAX && !kept.1.contains_key(&id) {
            return Err(Error::Busy);
        }
        let asked = kept.1.entry(id).or_default();
        *asked += 1;
        if *asked > ASKED_MAX { Err(Error::Busy) } else { Ok(()) }
    }
}

fn turns(cx: Cx<'_>, seller: SellerNumber) -> Result<u32, Error> {
    Ok(setting::<LinkTurns>(cx.view)?.unwrap_or_default().of(seller))
}

/// Where the page of an invoice is, as far as it is no secret; what follows is.
pub(super) fn address(site: &Site, id: InvoiceId, secret: &str) -> String {
    site.link(&format!("/ui/invoice?of={id}#token={secret}"))
}

/// The secret of a new link to an invoice.
///
/// # Errors
/// If the store fails.
pub(super) fn secret(bss: &Bss, cx: Cx<'_>, of: &Invoice) -> Result<String, Error> {
    let link = PageLink::made(cx.now, turns(cx, of.stamp.seller)?);
    let sealed = bss.house.mint().seal(&link.to_bytes(), of.id.subject(), FIELD);
    Ok(URL_SAFE_NO_PAD.encode(sealed.as_bytes()))
}

/// A new link to the page of an invoice, for its seller to hand on.
///
/// # Errors
/// [`Code::InvoiceStateForbids`] while it is a draft, or once it is taken back; if it is not there, or the caller
/// may not.
pub fn link(bss: &Bss, actor: &Actor, id: InvoiceId) -> Result<Link, Error> {
    bss.read(actor, |cx| {
        let invoice: Invoice = cx.get(id)?;
        cx.must(Permission::InvoiceIssue, &invoice.stamp)?;
        if !has_page(invoice::standing(cx, &invoice)?) {
            let why = format!("`{id}` has no page: it is a draft, or was taken back");
            return Err(Rejection::new(Code::InvoiceStateForbids, why).into());
        }
        let until = PageLink::made(cx.now, 0).until;
        let address = address(bss.site(), id, &secret(bss, cx, &invoice)?);
        Ok(Link { address, until })
    })
}

/// Takes back all links to the invoices of a seller that were made until now.
///
/// # Errors
/// If the account is not there or does not sell, or the caller may not.
pub fn take_back(act: &mut Act<'_>, id: AccountId) -> Result<(), Error> {
    let account: Account = act.get(id)?;
    let seller = account.seller_number().ok_or_else(|| {
        let why = format!("account `{id}` sells nothing, and bills nobody");
        Rejection::new(Code::AccountStateForbids, why)
    })?;
    act.must(Permission::TaxWrite, &act.cx().stamp(seller, None))?;
    let before = setting::<LinkTurns>(act.cx().view)?.unwrap_or_default();
    let after = before.clone().turned(seller);
    act.batch().put_setting(&after)?;
    act.keep((account, Verb::Changed))?;
    let own = |it: &LinkTurns| LinkTurns([(seller, it.of(seller))].into());
    act.tell_set(id, (&own(&before), &own(&after)));
    Ok(())
}

const fn has_page(standing: Standing) -> bool {
    match standing {
        Standing::Draft | Standing::Credited => false,
        Standing::Open | Standing::Overdue | Standing::Paid | Standing::WrittenOff => true,
    }
}

/// The invoice whose page a secret opens, and how it stands.
fn opened(bss: &Bss, id: InvoiceId, secret: &str) -> Result<(Invoice, Standing), Error> {
    let missing = || Error::not_found(id);
    let sealed = URL_SAFE_NO_PAD.decode(secret).map_err(|_| missing())?;
    // That it does not open is no failure of ours: somebody tried.
    let said = bss.house.world().seal.unseal(&Sealed::new(sealed), id.subject(), FIELD);
    let said = said.ok().and_then(|it| PageLink::read(it.as_bytes())).ok_or_else(missing)?;
    bss.asked_for_pages.count(id, bss.moment().wall)?;
    bss.read(&Actor::duty("invoice_page"), |cx| {
        let invoice = cx.view.find::<Invoice>(id)?.ok_or_else(missing)?;
        let standing = invoice::standing(cx, &invoice)?;
        let opens = said.opens(cx.now, turns(cx, invoice.stamp.seller)?) && has_page(standing);
        if opens { Ok((invoice, standing)) } else { Err(missing()) }
    })
}

/// What the page of an invoice shows.
///
/// # Errors
/// [`Error::NotFound`] if the secret does not open it; [`Error::Busy`] if it is asked for too often.
pub fn show(bss: &Bss, id: InvoiceId, secret: &str) -> Result<Shown, Error> {
    let (invoice, standing) = opened(bss, id, secret)?;
    bss.read(&Actor::duty("invoice_page"), |cx| {
        let is_open = matches!(standing, Standing::Open | Standing::Overdue);
        let is_taken = invoice.collected_by().is_some();
        let pays_at = match is_open && !is_taken {
            true => gateway::of(cx, invoice.stamp.seller)?,
            false => Vec::new(),
        };
        let payment = checkout::attempts_of(cx, id)?.last().map(Payment::state);
        Ok(Shown { invoice, standing, pays_at, payment })
    })
}

/// The paper of an invoice.
///
/// # Errors
/// As [`show`].
pub fn file(bss: &Bss, id: InvoiceId, secret: &str) -> Result<PaperFile, Error> {
    let (invoice, _) = opened(bss, id, secret)?;
    let load = |cx: Cx<'_>| Manuscript::of_invoice(cx, invoice.clone());
    paper::file(bss, &Actor::duty("invoice_page"), BillFormat::Pdf, load)
}

/// Begins a payment of all that is open of an invoice, at the page of a gateway of its seller. Of one that was
/// begun so and not ended, the page is told again, if it is one of the gateway that is wanted.
///
/// # Errors
/// As [`show`] and [`checkout::begin`].
pub fn pay(
    bss: &Bss,
    id: InvoiceId,
    (secret, gateway): (&str, Option<text::Code>),
) -> Result<String, Error> {
    let (invoice, _) = opened(bss, id, secret)?;
    let house = Author::of(Actor::duty("invoice_page"));
    let seller = invoice.stamp.seller;
    let (begun, wanted) = bss.read(&house.actor, |cx| {
        let wanted = gateway.as_ref().map(|it| gateway::by_code(cx, seller, it)).transpose()?;
        Ok((checkout::attempts_of(cx, id)?, wanted.flatten().map(|it| it.id)))
    })?;
    let is_wanted = |it: &Payment| {
        let through = it.attempt.as_ref().map(|it| it.gateway);
        it.amount() == invoice.open() && (gateway.is_none() || through == wanted)
    };
    let page = |it: &Payment| it.attempt.as_ref()?.page.as_ref().map(ToString::to_string);
    let same = begun.iter().filter(|it| it.state() == State::Redirected);
    if let Some(page) = same.filter(|it| is_wanted(it)).find_map(page) {
        return Ok(page);
    }
    let what = What::Invoice(id, None);
    let payment = checkout::begin(bss, house, Wanted { what, method: None, gateway })?;
    page(&payment).ok_or_else(|| {
        let why = format!("the payment `{}` has no page: try it again later", payment.id);
        Rejection::new(Code::PaymentStateForbids, why).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_so_often_in_a_minute() {
        let asked = Asked::default();
        let at = |seconds: i64| Instant::from_micros(seconds * 1_000_000).expect("in range");
        let id = InvoiceId::from_uuid(uuid::Uuid::from_u128(1));
        let other = InvoiceId::from_uuid(uuid::Uuid::from_u128(2));
        assert!((0..ASKED_MAX).all(|_| asked.count(id, at(0)).is_ok()));
        assert!(asked.count(id, at(59)).is_err());
        assert!(asked.count(other, at(59)).is_ok());
        assert!(asked.count(id, at(60)).is_ok());
    }
}
