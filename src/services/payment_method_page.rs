//! Cards that the holder of an account puts on file itself: on a page of the gateway, which alone sees
//! their numbers.

use super::payment_method::{self, NewMethod};
use super::{Author, Bss, Cx, Error, checkout, gateway, sandbox};
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::operator::Permission;
use crate::domain::payment::gateway::{Gateway, GatewayKind};
use crate::domain::payment::method::{PaymentMethod, SaidDetails};
use crate::domain::text::{self, WebAddress};
use crate::domain::time::Date;
use crate::world::gateway::{Kept, SetUp, Trouble};

/// Where a card of an account is put on file: through the gateway that is named, or the first of its seller.
///
/// # Errors
/// If the seller has no gateway that does so, it cannot be reached, or the caller may not.
pub fn page(
    bss: &Bss,
    author: &Author,
    (account, named): (AccountId, Option<text::Code>),
) -> Result<WebAddress, Error> {
    let through = bss.read(&author.actor, |cx| through(cx, account, named.as_ref()))?;
    if through.kind == GatewayKind::Sandbox {
        return sandbox::card_page(bss, &through, account);
    }
    let once: [u8; 16] = bss.random();
    let (once, back) = (hex::encode(once), back(bss, account, &through.code));
    let of = SetUp { account, once: &once, back: &back };
    let port = gateway::port(bss, &through, None)?;
    let _turn = bss.turn_to_call()?;
    let page = port.set_up(bss.house.world().web.as_ref(), &of);
    page.map_err(|it| refused(&through, &it))
}

/// Keeps the card that was put on file on such a page, by what the gateway calls the visit. What was kept
/// already is not kept twice.
///
/// # Errors
/// If nothing of the account was put on file there, the gateway cannot be reached, or the caller may not.
pub fn keep(
    bss: &Bss,
    author: Author,
    account: AccountId,
    (named, visit): (Option<text::Code>, &str),
) -> Result<PaymentMethod, Error> {
    let through = bss.read(&author.actor, |cx| through(cx, account, named.as_ref()))?;
    let port = gateway::port(bss, &through, None)?;
    let kept = {
        let _turn = bss.turn_to_call()?;
        port.kept(bss.house.world().web.as_ref(), account, visit)
    };
    let kept = kept.map_err(|it| refused(&through, &it))?;
    let nothing = || Invalid::one("/visit", "reference", "has put no card of the account on file");
    let kept = kept.ok_or_else(nothing)?;
    let same = bss.read(&author.actor, |cx| same(bss, cx, (account, &through.code), &kept))?;
    if let Some(same) = same {
        return Ok(same);
    }
    let details = details(&through.code, &kept)?;
    let new = NewMethod { name: None, details, is_default: false };
    bss.act(author, move |act| payment_method::add(act, account, new)).wait()
}

fn through(cx: Cx<'_>, id: AccountId, named: Option<&text::Code>) -> Result<Gateway, Error> {
    let account: Account = cx.get(id)?;
    let seller = account.stamp.seller;
    cx.must(Permission::PaymentMethodWrite, &cx.stamp(seller, Some(id)))?;
    checkout::through(cx, (seller, named), None)
}

/// Where the holder goes back to; what the gateway calls the visit is put after it.
pub(super) fn back(bss: &Bss, account: AccountId, gateway: &text::Code) -> String {
    bss.site().link(&format!("/ui/accounts/{account}?part=billing&gateway={gateway}&kept="))
}

fn refused(through: &Gateway, why: &Trouble) -> Error {
    tracing::warn!(gateway = %through.id, told = %why.told, "no card is put on file");
    let message = match why.is_passing {
        true => "cannot be reached now: try it again later",
        false => "does not put cards on file",
    };
    Invalid::one("/gateway", "reach", message).into()
}

/// The method that was made of a card before.
fn same(
    bss: &Bss,
    cx: Cx<'_>,
    (account, code): (AccountId, &text::Code),
    kept: &Kept,
) -> Result<Option<PaymentMethod>, Error> {
    for it in payment_method::list(cx, account)? {
        let Some((gateway, token)) = checkout::token_of(&it) else { continue };
        if gateway == code && payment_method::opened(bss, it.id, token)? == kept.token {
            return Ok(Some(it));
        }
    }
    Ok(None)
}

fn details(gateway: &text::Code, of: &Kept) -> Result<SaidDetails, Error> {
    let (month, year) = of.expires;
    let first: Date = format!("{year:04}-{month:02}-01").parse().map_err(Error::internal)?;
    // Gateways write `visa`; people read `Visa`.
    let mut letters = of.brand.chars();
    let big = letters.next().map(|it| it.to_uppercase().collect::<String>());
    let brand = big.unwrap_or_default() + letters.as_str();
    Ok(SaidDetails::Card {
        gateway: gateway.clone(),
        token: of.token.parse().map_err(Error::internal)?,
        brand: brand.parse().map_err(Error::internal)?,
        last_digits: of.last_digits.parse().map_err(Error::internal)?,
        expires_on: first.plus_months(1),
    })
}
