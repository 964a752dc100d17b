//! Set-up: the first minutes of an appliance, in which it gets its provider and its first operator.
//!
//! Whoever holds the secret of the set-up link may do it once. The link is printed where only the
//! one who starts the server looks.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::account::{self, BillingWish, OpenAccount, Wanted};
use super::password::NewPassword;
use super::session::{self, SignedIn};
use super::user::{self, Invite};
use super::{Act, Author, Bss, Cx, Error, class, operator, token};
use crate::domain::account::class::ClassTerms;
use crate::domain::account::profile::{Profile, Receivables};
use crate::domain::account::{Account, Beginning, Nature};
use crate::domain::dunning::Ladder;
use crate::domain::error::{Code, Rejection};
use crate::domain::money::Currency;
use crate::domain::operator::{
    Actor, Administrators, Digest, PasswordHash, PasswordKind, Role, User, UserProfile, UserTrigger,
};
use crate::domain::party::individual::PersonName;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Email, Locale, Name};
use crate::domain::time::Zone;
use crate::domain::word::words;
use crate::store::Records;
use crate::store::meta::{self, Setting};

/// The secret part of the set-up link, as its digest; `None` once it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct SetupLink(Option<Digest>);

impl Setting for SetupLink {
    const NAME: &'static str = "setup";
    const SHAPE: u8 = 1;
}

/// What an appliance begins with.
#[derive(Clone)]
pub struct Founding {
    /// What the provider is called.
    pub company: Name,
    /// What the first operator is called.
    pub name: PersonName,
    /// The first operator's mail address.
    pub email: Email,
    /// The first operator's password.
    pub password: String,
    /// The language of the house.
    pub locale: Locale,
    /// The currency that the provider bills in.
    pub currency: Currency,
    /// Where the provider's days begin.
    pub zone: Zone,
    /// What is done when the provider's customers pay late.
    pub late_payment: LatePayment,
}

words! {
    /// What is done when customers pay late, until their class says otherwise.
    LatePayment {
        /// Nothing by itself, beyond one reminder.
        Borne = "borne";
        /// They are reminded week by week, and then held.
        Dunned = "dunned";
    }
}

impl Founding {
    /// An operator, and for all the rest what can be changed later: euros, UTC, English, and
    /// that late payment is borne.
    ///
    /// # Panics
    /// Never: what it says for itself is right.
    #[must_use]
    pub fn by(name: PersonName, email: Email, password: String) -> Self {
        let locale = "en".parse().expect("the word is a locale");
        let company = "Provider".parse().expect("the word is a name");
        let (currency, zone) = (Currency::EUR, Zone::UTC);
        let late_payment = LatePayment::Borne;
        Self { company, name, email, password, locale, currency, zone, late_payment }
    }
}

/// The provider and its first operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    /// The provider's account.
    pub provider: Account,
    /// The first operator.
    pub operator: User,
}

/// Whether the appliance has still to be set up.
///
/// # Errors
/// If the store fails.
pub fn is_needed(cx: Cx<'_>) -> Result<bool, Error> {
    Ok(cx.view.find_by_number::<Account>(Account::PROVIDER_NUMBER)?.is_none())
}

/// A new secret for the set-up link, `/setup#token=…`, which makes any earlier one void; nothing if
/// the appliance was set up.
///
/// # Errors
/// If the store fails.
pub fn offer(bss: &Bss) -> Result<Option<String>, Error> {
    let offer = |act: &mut Act<'_>| {
        if !is_needed(act.cx())? {
            return Ok(None);
        }
        let secret = operator::secret(act.random());
        act.batch().put_setting(&SetupLink(Some(operator::digest(&secret))))?;
        Ok(Some(secret))
    };
    bss.act(Author::of(Actor::duty("setup")), offer).wait()
}

/// Sets the appliance up for who holds the secret of the link, and signs the operator in.
///
/// # Errors
/// [`Code::AlreadySetUp`]; [`Code::LinkVoid`] if the secret is wrong; if the password is too weak.
pub fn begin(
    bss: &Bss,
    secret: &str,
    founding: Founding,
    agent: Option<String>,
) -> Result<SignedIn, Error> {
    let house = Actor::duty("setup");
    let shown = operator::digest(secret);
    bss.read(&house, |cx| must_open(cx, shown))?;
    let hash = hash(bss, &founding)?;
    let work = move |act: &mut Act<'_>| {
        must_open(act.cx(), shown)?;
        let founded = found(act, founding, hash)?;
        let (operator, verb) = founded.operator.sign_in(act.wall())?;
        let operator = user::keep(act, operator, verb)?;
        session::open(act, &operator, agent.as_deref())
    };
    bss.act(Author::of(house), work).wait()
}

fn must_open(cx: Cx<'_>, shown: Digest) -> Result<(), Error> {
    if !is_needed(cx)? {
        let why = "the appliance was set up before: sign in";
        return Err(Rejection::new(Code::AlreadySetUp, why).into());
    }
    let kept = meta::setting::<SetupLink>(cx.view)?.and_then(|it| it.0);
    let fits = |it: Digest| bool::from(it.as_bytes().ct_eq(shown.as_bytes()));
    if kept.is_some_and(fits) {
        return Ok(());
    }
    let why = "the set-up link is wrong or too old: the server prints a new one when it starts";
    Err(Rejection::new(Code::LinkVoid, why).into())
}

/// Sets the appliance up without anybody at hand, with the secret of an API token if one is given.
/// Nothing happens, and nothing is answered, if it was set up before.
///
/// # Errors
/// If the password is too weak, or the secret is none.
pub fn begin_unattended(
    bss: &Bss,
    founding: Founding,
    secret: Option<String>,
) -> Result<Option<Founded>, Error> {
    let house = Actor::duty("setup");
    if !bss.read(&house, is_needed)? {
        return Ok(None);
    }
    let hash = hash(bss, &founding)?;
    let work = move |act: &mut Act<'_>| {
        if !is_needed(act.cx())? {
            return Ok(None);
        }
        let founded = found(act, founding, hash)?;
        if let Some(secret) = secret {
            token::provide(act, &founded.operator, &secret)?;
        }
        Ok(Some(founded))
    };
    bss.act(Author::of(house), work).wait()
}

fn hash(bss: &Bss, founding: &Founding) -> Result<PasswordHash, Error> {
    NewPassword::of_house(founding.password.clone()).hash(bss, &[founding.email.folded()].into())
}

/// Makes the provider and its first operator, and voids the link.
fn found(act: &mut Act<'_>, founding: Founding, hash: PasswordHash) -> Result<Founded, Error> {
    act.batch().put_setting(&SetupLink(None))?;
    let Founding { company, name, email, locale, currency, zone, late_payment, .. } = founding;
    let billing =
        BillingWish { currency: Some(currency), zone: Some(zone), ..BillingWish::default() };
    let opened = account::open(
        act,
        OpenAccount {
            id: None,
            wanted: Wanted::Provider,
            parent: None,
            party: None,
            beginning: Beginning::Active,
            profile: Profile::named(Nature::Company, company, locale.clone()),
            class: None,
            tax_status: None,
            tax_zone: None,
            tax_exemptions: Vec::new(),
            receivables: Receivables::Ours,
            sales_id: None,
            branch_id: None,
            billing,
        },
    )?;
    if late_payment == LatePayment::Dunned {
        let id = class::default_of(act.cx(), SellerNumber::PROVIDER)?.id;
        let dunned = |was| Ok(ClassTerms { dunning: Ladder::usual(), ..was });
        class::revise(act, id, None, dunned)?;
    }
    let mut profile = UserProfile::of(email, name);
    profile.locale = Some(locale);
    profile.zone = Some(zone);
    let account = Some(opened.account.id);
    let roles = [Role::Operator].into();
    let (user, _) = user::invited(act, Invite { id: None, account, party: None, profile, roles })?;
    let (user, _) = user.with_password(hash, PasswordKind::Chosen, act.wall());
    let now = act.now();
    let (user, verb) = user.on(UserTrigger::Activate, Administrators::AccountCloses, now)?;
    let operator = user::keep(act, user, verb)?;
    Ok(Founded { provider: opened.account, operator })
}
