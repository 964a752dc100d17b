//! Letterheads: what the papers of sellers say of them, and how they look.

use super::{Act, Author, Bss, Cx, Error, catalog};
use crate::domain::billing::letterhead::{Letterhead, Look, Sayings};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, LetterheadId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::render::pdf::{self, LogoError};
use crate::store::{Along, Records};

/// Gives the account that is named, or the caller's seller, a new letterhead, of which the logo is
/// drawn first to see whether it can be. What was issued before keeps the one it was issued under.
///
/// # Errors
/// If a rule is broken, or the caller may not.
pub fn write(
    bss: &Bss,
    author: Author,
    (seller, says, look): (Option<AccountId>, Sayings, Look),
) -> Result<Letterhead, Error> {
    says.check()?;
    if let Some(logo) = &look.logo {
        let refused = |why: LogoError| Invalid::one("/logo", "format", why.to_string());
        pdf::must_be_drawable(logo).map_err(refused)?;
    }
    bss.act(author, move |act| {
        let seller = catalog::seller(act.cx(), seller)?;
        kept(act, seller, (says, look))
    })
    .wait()
}

fn kept(
    act: &mut Act<'_>,
    seller: SellerNumber,
    (says, look): (Sayings, Look),
) -> Result<Letterhead, Error> {
    catalog::create(act, seller, Permission::SettingsWrite, |id, stamp| {
        Ok::<_, Error>(Letterhead { id, stamp, says, look })
    })
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
