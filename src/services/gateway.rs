//! Gateways: who takes in money for a seller, and how they are spoken to.
//!
//! What lets us in and what their call-backs are known by is sealed, and shown to nobody.

use std::sync::Arc;

use super::{Act, Bss, Cx, Error, catalog, clock};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{AccountId, GatewayId, Id, PaymentId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::gateway::{Access, Gateway, GatewayKind, KeepGateway, RETRY_DAYS};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{self, Name, WebAddress};
use crate::store::payment::GATEWAY_BY_CODE;
use crate::store::{Along, Key};
use crate::world::gateway::{Gateway as Port, Paypal, Sandbox, Stripe};

/// The field under which what lets us in is sealed.
const SECRET_FIELD: &str = "secret";
/// The field under which what call-backs are known by is sealed.
const SIGNING_FIELD: &str = "signing";

/// A gateway to be kept.
#[derive(Clone)]
pub struct NewGateway {
    /// The account that sells; the caller's own if nothing is said.
    pub seller: Option<AccountId>,
    /// By what payment methods name it; as its kind is called if nothing is said.
    pub code: Option<text::Code>,
    /// In whose words it is spoken to.
    pub kind: GatewayKind,
    /// What payers read of it; as its kind is called if nothing is said.
    pub name: Option<Name>,
    /// How one gets in.
    pub says: Said,
    /// How many days after each failure a payment is tried again.
    pub retry_days: Option<Vec<u16>>,
}

/// What is said of how one gets in; what is not said stays as it is.
#[derive(Clone, Default)]
pub struct Said {
    /// Where it is.
    pub address: Option<WebAddress>,
    /// As whom we speak to it.
    pub login: Option<Name>,
    /// What lets us in.
    pub secret: Option<String>,
    /// What its call-backs are known by. Our own makes one itself.
    pub signing_secret: Option<String>,
}

/// A change of a gateway: what is not said stays as it is.
#[derive(Clone, Default)]
pub struct ChangeGateway {
    /// What payers read of it.
    pub name: Option<Name>,
    /// How one gets in.
    pub says: Said,
    /// How many days after each failure a payment is tried again.
    pub retry_days: Option<Vec<u16>>,
}

/// Keeps a gateway of a seller. Where time is real, the sandbox stands alone: who pays may choose the
/// gateway, and is not to choose one where nothing is paid.
///
/// # Errors
/// If it lacks what its kind needs, its code is taken, its address is out of reach, it is the sandbox
/// beside another or another beside that, or the caller may not.
pub fn add(act: &mut Act<'_>, new: NewGateway) -> Result<Gateway, Error> {
    let seller = catalog::seller(act.cx(), new.seller)?;
    let stamp = act.cx().stamp(seller, None);
    act.must(Permission::SettingsWrite, &stamp)?;
    let word = new.kind.word();
    let code = new.code.unwrap_or_else(|| word.parse().expect("a word is a code"));
    let id: GatewayId = act.new_id();
    catalog::must_be_free::<Gateway>(act, GATEWAY_BY_CODE, (seller, code.as_str()), id)?;
    must_not_mix(act.cx(), (seller, new.kind))?;
    let mut says = new.says;
    if new.kind == GatewayKind::Sandbox && says.signing_secret.is_none() {
        says.signing_secret = Some(hex::encode(act.random::<32>()));
    }
    let nothing = Access { address: None, login: None, secret: None, signing: None };
    let access = said(act, id, (nothing, says))?;
    let name = new.name.unwrap_or_else(|| word.parse().expect("a word is a name"));
    let retry_days = new.retry_days.unwrap_or_else(|| RETRY_DAYS.to_vec());
    let stamp = stamp.numbered(act.next_number("gateway")?);
    let command = KeepGateway { id, stamp, code, kind: new.kind, name, access, retry_days };
    act.keep_new(Gateway::kept(command)?)
}

fn said(act: &mut Act<'_>, id: GatewayId, (now, says): (Access, Said)) -> Result<Access, Error> {
    if let Some(address) = &says.address {
        act.must_reach("/address", address)?;
    }
    for (pointer, secret) in [("/secret", &says.secret), ("/signing_secret", &says.signing_secret)]
    {
        if secret.as_ref().is_some_and(|it| it.trim().is_empty()) {
            return Err(Invalid::one(pointer, "format", "must not be empty").into());
        }
    }
    let mut seal = |it: Option<String>, field| {
        it.map(|it| act.seal(it.trim().as_bytes(), id.subject(), field))
    };
    Ok(Access {
        address: says.address.or(now.address),
        login: says.login.or(now.login),
        secret: seal(says.secret, SECRET_FIELD).or(now.secret),
        signing: seal(says.signing_secret, SIGNING_FIELD).or(now.signing),
    })
}

/// Refuses to send what lets us in to another address than it was given for: whoever may change the
/// address need not know it, and is not to learn it there.
fn must_not_carry(now: &Access, says: &Said) -> Result<(), Invalid> {
    let is_other = says.address.is_some() && says.address != now.address;
    if is_other && now.secret.is_some() && says.secret.is_none() {
        let message = "must be given anew with another address";
        return Err(Invalid::one("/secret", "required", message));
    }
    Ok(())
}

/// Changes a gateway.
///
/// # Errors
/// If it is not there or was taken away, it gets another address and no other secret, a rule is broken,
/// or the caller may not.
pub fn change(act: &mut Act<'_>, id: GatewayId, change: ChangeGateway) -> Result<Gateway, Error> {
    let mut it: Gateway = act.get(id)?;
    act.must(Permission::SettingsWrite, &it.stamp)?;
    must_not_carry(&it.access, &change.says)?;
    it.access = said(act, id, (it.access, change.says))?;
    it.name = change.name.unwrap_or(it.name);
    it.retry_days = change.retry_days.unwrap_or(it.retry_days);
    let revised = it.revised()?;
    act.keep(revised)
}

/// Takes a gateway away: nothing begins through it any more.
///
/// # Errors
/// If it is not there or was taken away before, or the caller may not.
pub fn remove(act: &mut Act<'_>, id: GatewayId) -> Result<(), Error> {
    let it: Gateway = act.get(id)?;
    act.must(Permission::SettingsWrite, &it.stamp)?;
    let removed = it.removed()?;
    act.keep(removed)?;
    Ok(())
}

/// A page of the gateways that the caller may see and that were not taken away.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Gateway>, Error> {
    cx.list(None, page, Gateway::is_active)
}

/// The gateway of a seller that has a code and takes payments, whoever asks.
///
/// # Errors
/// If the store fails.
pub(super) fn by_code(
    cx: Cx<'_>,
    seller: SellerNumber,
    code: &text::Code,
) -> Result<Option<Gateway>, Error> {
    Ok(of(cx, seller)?.into_iter().find(|it| it.code == *code))
}

/// Those of a seller that take payments, by their codes, whoever asks. The sandbox takes none beside
/// another where time is real, however they came to stand there.
///
/// # Errors
/// If the store fails.
pub(super) fn of(cx: Cx<'_>, seller: SellerNumber) -> Result<Vec<Gateway>, Error> {
    let mut all = kept(cx, seller)?;
    if all.iter().any(|it| it.kind != GatewayKind::Sandbox) && !clock::time(cx)?.movable {
        all.retain(|it| it.kind != GatewayKind::Sandbox);
    }
    Ok(all)
}

fn kept(cx: Cx<'_>, seller: SellerNumber) -> Result<Vec<Gateway>, Error> {
    cx.every(&Along::Index(GATEWAY_BY_CODE, Key::new().u32(seller.0).bytes()))
}

/// Refuses the sandbox beside another gateway, and another beside the sandbox, where time is real.
fn must_not_mix(cx: Cx<'_>, (seller, kind): (SellerNumber, GatewayKind)) -> Result<(), Error> {
    let is_sandbox = |it: GatewayKind| it == GatewayKind::Sandbox;
    let others = kept(cx, seller)?;
    let other = others.iter().find(|it| is_sandbox(it.kind) != is_sandbox(kind));
    match other {
        Some(other) if !clock::time(cx)?.movable => {
            let why = format!(
                "nothing is paid at the sandbox, and payers could choose it: take `{}` away first",
                other.id
            );
            Err(Rejection::new(Code::InUse, why).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// A gateway as it is spoken to, for a payment that may have a page in the sandbox.
///
/// # Errors
/// If its secrets cannot be opened.
pub(super) fn port(
    bss: &Bss,
    it: &Gateway,
    payment: Option<PaymentId>,
) -> Result<Box<dyn Port>, Error> {
    Ok(match it.kind {
        GatewayKind::Sandbox => Box::new(sandbox(bss, it, payment)?),
        GatewayKind::Stripe => {
            let (secret, signing) = secrets(bss, it)?;
            Box::new(Stripe::new(it.access.address.as_ref(), secret, signing))
        }
        GatewayKind::Paypal => {
            let login = it.access.login.as_ref().map(ToString::to_string).unwrap_or_default();
            let (address, secrets) = (it.access.address.as_ref(), secrets(bss, it)?);
            let tokens = (Arc::clone(&bss.tokens), bss.moment().wall);
            Box::new(Paypal::new(address, login, secrets, tokens))
        }
    })
}

fn secrets(bss: &Bss, it: &Gateway) -> Result<(String, String), Error> {
    let open = |sealed: &Option<Sealed>, field| {
        let sealed = sealed.as_ref().ok_or_else(|| Error::internal("a gateway has no secret"))?;
        let opened = bss.unseal(sealed, it.id.subject(), field)?;
        let text = opened.as_text().ok_or_else(|| Error::internal("a secret is a text"))?;
        Ok::<_, Error>(text.to_owned())
    };
    Ok((open(&it.access.secret, SECRET_FIELD)?, open(&it.access.signing, SIGNING_FIELD)?))
}

/// What the call-backs of a gateway are known by.
pub(super) fn signing(bss: &Bss, it: &Gateway) -> Result<String, Error> {
    let missing = || Error::internal("a gateway has no secret");
    let sealed = it.access.signing.as_ref().ok_or_else(missing)?;
    let opened = bss.unseal(sealed, it.id.subject(), SIGNING_FIELD)?;
    Ok(opened.as_text().ok_or_else(missing)?.to_owned())
}

/// The sandbox behind a gateway of that kind, with its page for a payment.
pub(super) fn sandbox(
    bss: &Bss,
    it: &Gateway,
    payment: Option<PaymentId>,
) -> Result<Sandbox, Error> {
    let secret = signing(bss, it)?;
    let path = payment.map_or_else(String::new, |id| {
        let token = super::sandbox::token(&secret, id);
        format!("?payment={id}&token={token}")
    });
    let page = bss.site().link(&format!("/ui/sandbox{path}"));
    Ok(Sandbox::new(secret, page.parse().map_err(Error::internal)?))
}
