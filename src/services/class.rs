//! Customer classes: the terms that a vendor gives to groups of its customers.

use std::collections::BTreeSet;

use super::catalog::New;
use super::{Act, Cx, Error, dunning};
use crate::domain::account::Account;
use crate::domain::account::class::{ClassTerms, CreateClass, CreditTerms, CustomerClass};
use crate::domain::id::{ClassId, Id};
use crate::domain::money::{Currency, Money};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Code;
use crate::store::account::ACCOUNT_BY_CLASS;
use crate::store::{Along, Key, Records};

/// The sequence that classes of all vendors are numbered by, after the default's 0.
const NUMBERS: &str = "class";

/// Gives a new vendor the class that every vendor begins with.
///
/// # Errors
/// If the store fails.
pub fn bear(act: &mut Act<'_>, vendor: SellerNumber) -> Result<CustomerClass, Error> {
    let (mut class, verb) = CustomerClass::born_with(vendor, act.new_id(), act.now());
    act.put(&mut class)?;
    act.tell(class.id, verb);
    Ok(class)
}

/// Creates a class of a vendor.
///
/// # Errors
/// If the terms break a rule, or the caller may not.
pub fn create(
    act: &mut Act<'_>,
    new: impl Into<New<ClassId>>,
    terms: ClassTerms,
) -> Result<CustomerClass, Error> {
    let new = new.into();
    let stamp = act.cx().stamp(new.seller, None);
    act.must(Permission::ClassWrite, &stamp)?;
    dunning::must_name_categories(act.cx(), &terms.dunning)?;
    let id = act.id_or_new(new.id)?;
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let (mut class, verb) = CustomerClass::create(CreateClass { id, stamp, terms })?;
    act.put(&mut class)?;
    act.tell(id, verb);
    Ok(class)
}

/// Gives a class other terms, which hold for all its customers from the next step on. What is done about
/// those who have not paid follows them in pieces.
///
/// # Errors
/// If it is not there, has changed since, or the terms break a rule.
pub fn revise(
    act: &mut Act<'_>,
    id: ClassId,
    revision: Option<u32>,
    change: impl FnOnce(ClassTerms) -> Result<ClassTerms, Error>,
) -> Result<CustomerClass, Error> {
    let class: CustomerClass = act.get(id)?;
    act.must(Permission::ClassWrite, &class.stamp)?;
    act.expect_revision(&class.stamp, revision)?;
    let terms = change(class.terms().clone())?;
    dunning::must_name_categories(act.cx(), &terms.dunning)?;
    let (mut class, verb) = class.revise(terms, act.now())?;
    act.put(&mut class)?;
    act.tell(id, verb);
    Ok(class)
}

/// The channels that the classes of a vendor keep for their customers.
///
/// # Errors
/// If the store fails.
pub fn channels_kept(cx: Cx<'_>, vendor: SellerNumber) -> Result<BTreeSet<Code>, Error> {
    let classes = cx.every::<CustomerClass>(&Along::Sellers(vec![vendor]))?;
    Ok(classes.iter().flat_map(|it| it.terms().channels.iter().cloned()).collect())
}

/// So many customers of a class are followed in one act.
const FOLLOWED_AT_ONCE: usize = 20;

/// Lets what is done about the next customers of a class follow its terms, and says whether there was
/// anything left of that. Who cannot be followed stops nobody else.
///
/// # Errors
/// If the store fails.
pub(super) fn follow_on(act: &mut Act<'_>, id: ClassId) -> Result<bool, Error> {
    let class: CustomerClass = act.load(id)?;
    let Some(following) = class.following() else { return Ok(false) };
    let along = Along::Index(ACCOUNT_BY_CLASS, Key::new().id(id).bytes());
    let after = following.after.clone();
    let request = PageRequest { after, ..PageRequest::oldest(FOLLOWED_AT_ONCE) };
    let page = act.cx().view.list::<Account>(&along, &request, &mut |_| true)?;
    for account in page.items {
        match act.attempt(|act| dunning::follow_all_of(act, account.id)) {
            Err(error) if error.is_of_the_store() => return Err(error),
            Err(error) => {
                let (account, error): (_, &dyn std::error::Error) = (account.id, &error);
                tracing::error!(%account, error, "what its class wants cannot be followed");
            }
            Ok(()) => {}
        }
    }
    act.put_quietly(&class.followed(page.next))?;
    Ok(true)
}

/// Removes a class that nobody is in.
///
/// # Errors
/// If it is the default one or has accounts, or the caller may not.
pub fn remove(act: &mut Act<'_>, id: ClassId, revision: Option<u32>) -> Result<(), Error> {
    let class: CustomerClass = act.get(id)?;
    act.must(Permission::ClassWrite, &class.stamp)?;
    act.expect_revision(&class.stamp, revision)?;
    let along = Along::Index(ACCOUNT_BY_CLASS, Key::new().id(id).bytes());
    let accounts = act.every::<Account>(&along)?.len();
    let (class, _) = class.remove(u64::try_from(accounts).unwrap_or(u64::MAX))?;
    act.delete(&class)
}

/// A page of the classes that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, page: &PageRequest) -> Result<Page<CustomerClass>, Error> {
    cx.list(None, page, |_| true)
}

/// The classes of a vendor, the oldest first, as far as the caller may see them.
///
/// # Errors
/// If the store fails.
pub fn of_vendor(cx: Cx<'_>, vendor: SellerNumber) -> Result<Vec<CustomerClass>, Error> {
    let all = cx.every::<CustomerClass>(&Along::Sellers(vec![vendor]))?;
    Ok(all.into_iter().filter(|it| cx.actor.sees(ClassId::KIND, &it.stamp)).collect())
}

/// By when the accounts of a class pay. Those accounts may know it without seeing the class.
///
/// # Errors
/// If there is no such class.
pub fn credit_terms(cx: Cx<'_>, id: ClassId) -> Result<CreditTerms, Error> {
    let class = cx.view.find::<CustomerClass>(id)?.ok_or_else(|| Error::not_found(id))?;
    Ok(class.terms().credit)
}

/// How much an account may owe in a currency: what is said of itself, or else of its class; `None` for
/// without limit.
///
/// # Errors
/// If its class is not there.
pub fn credit_limit(cx: Cx<'_>, of: &Account, currency: Currency) -> Result<Option<Money>, Error> {
    let own = of.terms().credit_limits.iter().find(|it| it.currency() == currency).copied();
    let missing = || Error::not_found(of.class());
    let class = cx.view.find::<CustomerClass>(of.class())?.ok_or_else(missing)?;
    Ok(own.or_else(|| class.credit_limit(currency)))
}

/// The class that a vendor's customers have if nothing else is said.
///
/// # Errors
/// If the vendor was born without one, which cannot be.
pub fn default_of(cx: Cx<'_>, vendor: SellerNumber) -> Result<CustomerClass, Error> {
    let classes = cx.every::<CustomerClass>(&Along::Sellers(vec![vendor]))?;
    let class = classes.into_iter().find(CustomerClass::is_default);
    class.ok_or_else(|| Error::internal(format!("vendor {} has no default class", vendor.0)))
}
