//! Letterheads: what the papers of sellers say of them, and how they look.

use super::{Author, Bss, Cx, Error, catalog};
use crate::domain::billing::letterhead::{Letterhead, Look, Sayings};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, LetterheadId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Email;
use crate::render::pdf::{self, LogoError};
use crate::store::{Along, Records};

/// A letterhead to be written.
#[derive(Debug)]
pub struct NewLetterhead {
    /// The account that it is for; the caller's seller if none is named.
    pub seller: Option<AccountId>,
    /// What it says.
    pub says: Sayings,
    /// How it looks.
    pub look: Look,
    /// Which address its mails come from; that of the house if nothing is said.
    pub mail_from: Option<Email>,
}

/// Gives the account that is named, or the caller's seller, a new letterhead, of which the logo is
/// drawn first to see whether it can be. What was issued before keeps the one it was issued under.
///
/// # Errors
/// If a rule is broken, or the caller may not.
pub fn write(bss: &Bss, author: Author, new: NewLetterhead) -> Result<Letterhead, Error> {
    let NewLetterhead { seller, says, look, mail_from } = new;
    says.check()?;
    if let Some(logo) = &look.logo {
        let refused = |why: LogoError| Invalid::one("/logo", "format", why.to_string());
        pdf::must_be_drawable(logo).map_err(refused)?;
    }
    let of_house = bss.house.world().mail_from.clone();
    bss.act(author, move |act| {
        let seller = catalog::seller(act.cx(), seller)?;
        if let Some(from) = &mail_from {
            must_be_its_own(act.cx(), (seller, from), &of_house)?;
        }
        catalog::create(act, seller, Permission::SettingsWrite, |id, stamp| {
            Ok::<_, Error>(Letterhead { id, stamp, says, look, mail_from })
        })
    })
    .wait()
}

/// Refuses an address that may be somebody else's: the mail server of the house would send in their name.
/// Who runs the house knows for which domains that server may speak; others stay in the domain of the
/// house, or with what they were given.
fn must_be_its_own(
    cx: Cx<'_>,
    (seller, from): (SellerNumber, &Email),
    of_house: &Email,
) -> Result<(), Error> {
    let house = cx.stamp(SellerNumber::PROVIDER, None);
    let is_house = cx.actor.may(Permission::SettingsWrite, &house) == Decision::Yes;
    let has_it = of(cx, seller)?.is_some_and(|it| it.mail_from.as_ref() == Some(from));
    let domain = |it: &Email| it.as_str().rsplit('@').next().unwrap_or_default().to_lowercase();
    if is_house || has_it || domain(from) == domain(of_house) {
        return Ok(());
    }
    let message =
        format!("must be an address at `{}`, or be given by who runs this", domain(of_house));
    Err(Invalid::one("/mail_from", "reach", message).into())
}

/// The letterhead with an id.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: LetterheadId) -> Result<Letterhead, Error> {
    cx.get(id)
}

/// A page of the letterheads that the caller may see, of one seller if that is named. The newest of
/// a seller is the one that holds.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    seller: Option<SellerNumber>,
    page: &PageRequest,
) -> Result<Page<Letterhead>, Error> {
    cx.list(seller.map(|it| Along::Sellers(vec![it])), page, |_| true)
}

/// The letterhead that holds for a seller, whoever asks; `None` if it never had one.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, seller: SellerNumber) -> Result<Option<Letterhead>, Error> {
    let along = Along::Sellers(vec![seller]);
    let newest = cx.view.list::<Letterhead>(&along, &PageRequest::first(1), &mut |_| true)?;
    Ok(newest.items.into_iter().next())
}
