//! What a client says of a `PAAccount`: opening one with its commercial side, and changing it.

use serde_json::Value;

use super::batch::{Batch, Refused};
use super::body::link_id;
use super::bss_form;
use super::identity::name_second_face;
use super::kind::{Body, Gone, New};
use super::postal::{read_address, read_contact};
use super::wire::{read, renamed, said};
use crate::domain::account::lifecycle::State;
use crate::domain::account::profile::{AddressUse, Matter, Profile};
use crate::domain::account::{Account, Beginning, Nature};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id};
use crate::services::account::{self, BillingWish, OpenAccount, Opened, Wanted};
use crate::services::{Act, Error};

/// Opens an account: the commercial side is an earlier element of the batch that it links to.
pub(super) fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Refused> {
    let New { place, id, body, .. } = new;
    let wanted = wanted(&body)?;
    let parent = parent(act, &body)?;
    let Some(link) = body.get("bssAccountInfo") else {
        let message = "must be given: it links to an earlier element of the batch";
        return Err(Invalid::one("/bssAccountInfo", "required", message).into());
    };
    let commercial = link_id("/bssAccountInfo", link)?;
    let Some(bss) = batch.take(commercial) else {
        let message = format!("`{commercial}` must be an earlier element of this batch");
        return Err(Invalid::one("/bssAccountInfo/aps/id", "reference", message).into());
    };
    let profile = profile(&body, blank(&body)?)?;
    let of_bss = |error: Error| Refused::elsewhere(bss.place, error);
    let terms = bss_form::terms(act.cx(), &bss.body, &parent).map_err(of_bss)?;
    let command = OpenAccount {
        id: id.map(AccountId::from_uuid),
        wanted,
        parent: Some(parent.id),
        party: None,
        beginning: Beginning::Active,
        profile: bss_form::profile(&bss.body, profile).map_err(of_bss)?,
        class: Some(terms.class),
        tax_status: Some(terms.tax_status),
        tax_zone: terms.tax_zone,
        tax_exemptions: Vec::new(),
        receivables: terms.receivables,
        sales_id: terms.sales_id,
        branch_id: terms.branch_id,
        billing: BillingWish::default(),
    };
    let Opened { account, .. } = account::open(act, command).map_err(|it| blamed(it, &bss))?;
    name_second_face(act, account.id.subject(), commercial)?;
    batch.made(bss.place, commercial);
    batch.made(place, account.id.uuid());
    batch.opened(account.id);
    Ok(())
}

/// Which element is to blame for what the use case refuses.
fn blamed(error: Error, bss: &New) -> Refused {
    let error = renamed(error, &[("/class", "/customerClass/aps/id"), ("/name", "/companyName")]);
    let is_commercial = |field: &str| {
        ["/attributes", "/customerClass", "/locale", "/tax"].iter().any(|it| field.starts_with(it))
    };
    let is_of_bss = matches!(&error, Error::Invalid(it) if it.violations.iter().all(|it| is_commercial(&it.field)));
    if is_of_bss { Refused::elsewhere(bss.place, error) } else { error.into() }
}

fn wanted(body: &Body) -> Result<Wanted, Invalid> {
    match body.get("type").and_then(Value::as_str) {
        Some("RESELLER") => Ok(Wanted::Reseller),
        Some("CLIENT") => Ok(Wanted::Customer),
        _ => Err(Invalid::one("/type", "enum", "must be `RESELLER` or `CLIENT` for a new account")),
    }
}

/// The account below which a new one stands: the provider if nothing is said.
fn parent(act: &Act<'_>, body: &Body) -> Result<Account, Error> {
    let named = body.get("parent").filter(|it| !it.is_null());
    let named = named.map(|it| link_id("/parent", it)).transpose()?;
    if let Some(id) = named {
        let found = act.cx().named("/parent/aps/id", AccountId::from_uuid(id));
        return found;
    }
    let provider = account::provider(act.cx())?;
    act.cx().find(provider.id)?.ok_or_else(|| {
        let message = "must be given: without it the account would stand below the provider";
        Invalid::one("/parent", "required", message).into()
    })
}

/// What is known of an account before the rest of the body is read.
fn blank(body: &Body) -> Result<Profile, Invalid> {
    let name = read("/companyName", said(body.get("companyName")).unwrap_or_default())?;
    let locale = "en".parse().expect("the word is a locale");
    Ok(Profile::named(nature(body.get("personal")), name, locale))
}

fn nature(personal: Option<&Value>) -> Nature {
    match personal {
        Some(Value::Bool(true)) => Nature::Personal,
        _ => Nature::Company,
    }
}

/// What the account says of itself, with what the body says in its place.
fn profile(body: &Body, was: Profile) -> Result<Profile, Error> {
    let mut profile = was;
    for (name, value) in body {
        let at = format!("/{name}");
        match name.as_str() {
            "personal" => profile.nature = nature(Some(value)),
            "companyName" => profile.name = read(&at, value.as_str().unwrap_or_default())?,
            "addressPostal" => {
                profile.addresses.insert(AddressUse::General, read_address(&at, value)?);
            }
            "adminContact" => {
                profile.contacts.insert(Matter::Administration, read_contact(&at, value)?);
            }
            "billingContact" => {
                profile.contacts.insert(Matter::Billing, read_contact(&at, value)?);
            }
            "techContact" => {
                profile.contacts.insert(Matter::Technology, read_contact(&at, value)?);
            }
            _ => {}
        }
    }
    Ok(profile)
}

/// What decides on taxes, as the house calls it and as the bus does.
const TAXED: &[(&str, &str)] = &[
    ("/address/country", "/addressPostal/countryName"),
    ("/address/region", "/addressPostal/region"),
];

/// Changes what an account says of itself.
pub(super) fn change(act: &mut Act<'_>, it: &Account, body: &Body) -> Result<(), Error> {
    let revised = account::revise(act, it.id, None, |was| profile(body, was));
    revised.map(drop).map_err(|it| renamed(it, TAXED))
}

/// Calls an account off.
pub(super) fn delete(act: &mut Act<'_>, it: &Account) -> Result<Gone, Error> {
    let account = account::close(act, it.id)?;
    Ok(if account.state() == State::Closing { Gone::Later } else { Gone::Now })
}
