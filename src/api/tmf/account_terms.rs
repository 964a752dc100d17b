//! What a customer is granted (TMF666 `creditLimit`, `taxExemption`), and what it owes and has
//! (`accountBalance`): of the customer as a whole, by whichever of its accounts it is said.
//!
//! A limit is in the currency of the account and binds all that the customer owes in that; without one of its own
//! that of its class holds. An exemption is from the taxes of the country that is its `issuingJurisdiction`, of all
//! or, by our `taxCategory`, of one sort, for days that begin where the account is billed.

use serde_json::{Value, json};

use super::characteristic::listed;
use super::entity::text;
use super::money;
use super::party_form::validity;
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::Terms;
use crate::domain::catalog::tax::TaxCategory;
use crate::domain::country;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, TaxCategoryId};
use crate::domain::journal::Ledger;
use crate::domain::money::{Currency, Money};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::party::identity::TaxExemption;
use crate::domain::text::Name;
use crate::domain::time::{Date, Instant, Validity, Zone};
use crate::services::{Act, Cx, Error, account, class, journal};

/// How much a customer may owe.
pub(super) const LIMIT: &str = "creditLimit";
/// What it does not owe to whom.
pub(super) const EXEMPTIONS: &str = "taxExemption";
/// What it owes and has.
pub(super) const BALANCES: &str = "accountBalance";

/// So many seconds the day has on which clocks are set back.
const DAY_MAX: i64 = 25 * 3600;

/// What a customer is granted, in a currency and for days of a zone.
pub(super) fn shown(
    cx: Cx<'_>,
    of: &Account,
    (currency, zone): (Currency, Zone),
) -> Result<[(String, Value); 2], Error> {
    let limit = class::credit_limit(cx, of, currency)?.map(money::shown);
    let mut exemptions = Vec::new();
    for it in &of.terms().tax_exemptions {
        exemptions.push(exemption(cx, it, zone)?);
    }
    let exemptions = if exemptions.is_empty() { Value::Null } else { exemptions.into() };
    Ok([(LIMIT.to_owned(), json!(limit)), (EXEMPTIONS.to_owned(), exemptions)])
}

fn exemption(cx: Cx<'_>, it: &TaxExemption, zone: Zone) -> Result<Value, Error> {
    let category = it.category.map(|id| cx.shared::<TaxCategory>(id)).transpose()?.flatten();
    let moment = |on: Option<Date>| on.map(|it| zone.start_of(it).to_string());
    Ok(super::carried::without_nulls(json!({
        "certificateNumber": it.certificate.as_str(),
        "issuingJurisdiction": it.country.as_str(),
        "reason": it.reason.as_ref().map(Name::as_str),
        "taxCategory": category.map(|it| it.code.to_string()),
        "validFor": {
            "startDateTime": moment(it.valid_from), "endDateTime": moment(it.valid_until),
        },
    })))
}

/// An exemption that was said, with the code of the tax that it is from, for days of a zone.
fn read_one(said: &Tree, zone: Zone) -> Result<(TaxExemption, Option<String>), Invalid> {
    let required = |name: &str| Invalid::one(name, "required", "must be given");
    let at = "issuingJurisdiction";
    let jurisdiction: String = text(said, at)?.ok_or_else(|| required(at))?;
    let unknown = || {
        let message =
            format!("`{jurisdiction}` is no country: say its code, such as `DE`, or name");
        Invalid::one(at, "unsupported", message)
    };
    let holds = validity("validFor", said.get("validFor"))?;
    let exemption = TaxExemption {
        certificate: text(said, "certificateNumber")?
            .ok_or_else(|| required("certificateNumber"))?,
        country: country::read(&jurisdiction).ok_or_else(unknown)?,
        category: None,
        reason: text(said, "reason")?,
        valid_from: holds.from().map(|it| zone.date_of(it)),
        valid_until: holds.until().map(|it| first_day_from(it, zone)),
    };
    Ok((exemption, text(said, "taxCategory")?))
}

/// The first day that begins at a moment or after it.
fn first_day_from(at: Instant, zone: Zone) -> Date {
    let day = zone.date_of(at);
    if zone.start_of(day) < at { day.plus_days(1) } else { day }
}

fn category(cx: Cx<'_>, code: &str) -> Result<TaxCategoryId, Error> {
    let is_said = |it: &TaxCategory| it.code.as_str().eq_ignore_ascii_case(code);
    let found = cx.list::<TaxCategory>(None, &PageRequest::oldest(1), is_said)?;
    let message = || format!("`{code}` is the code of no tax category here");
    let unknown = || Invalid::one("taxCategory", "reference", message());
    Ok(found.items.first().ok_or_else(unknown)?.id)
}

/// The exemptions that were said.
fn exemptions(cx: Cx<'_>, said: Option<&Value>, zone: Zone) -> Result<Vec<TaxExemption>, Error> {
    let mut found = Vec::new();
    for (place, said) in listed(said, EXEMPTIONS)? {
        let at = format!("{EXEMPTIONS}/{place}/");
        let (mut it, code) = read_one(said, zone).map_err(|it| it.below(&at))?;
        let category = code.map(|code| category(cx, &code)).transpose();
        it.category = category.map_err(|error| error.below(&at))?;
        found.push(it);
    }
    Ok(found)
}

/// The limit that was said, which must be in a currency; nothing for that of the class.
fn limit(said: Option<&Value>, currency: Currency) -> Result<Option<Money>, Invalid> {
    let Some(said) = said.filter(|it| !it.is_null()) else { return Ok(None) };
    let limit = money::read(LIMIT, said)?;
    if limit.currency() != currency || limit.is_negative() {
        let message = format!("must be in {} and not negative", currency.code());
        return Err(Invalid::one(LIMIT, "range", message));
    }
    Ok(Some(limit))
}

/// What customers are granted, with another limit in a currency.
fn limited(mut terms: Terms, limit: Option<Money>, currency: Currency) -> Terms {
    terms.credit_limits.retain(|it| it.currency() != currency);
    terms.credit_limits.extend(limit);
    terms
}

/// Grants a customer what is said anew by one of its accounts, which is in a currency and a zone. What is said
/// by a new account comes beside the exemptions that there are.
///
/// # Errors
/// If it cannot be granted, or the caller may not.
pub(super) fn grant(
    act: &mut Act<'_>,
    (of, (currency, zone)): (AccountId, (Currency, Zone)),
    (before, after): (Option<&Tree>, &Tree),
) -> Result<(), Error> {
    let differs = |name: &str| {
        let (was, is) = (before.and_then(|it| it.get(name)), after.get(name));
        was.filter(|it| !it.is_null()) != is.filter(|it| !it.is_null())
    };
    let (limits, frees) = (differs(LIMIT), differs(EXEMPTIONS));
    if !limits && !frees {
        return Ok(());
    }
    let wanted = limit(after.get(LIMIT), currency)?;
    let said = exemptions(act.cx(), after.get(EXEMPTIONS), zone)?;
    account::grant(act, of, None, |mut terms| {
        if limits {
            terms = limited(terms, wanted, currency);
        }
        if frees && before.is_some() {
            terms.tax_exemptions = said;
        } else if frees {
            let known = terms.tax_exemptions.clone();
            terms.tax_exemptions.extend(said.into_iter().filter(|it| !known.contains(it)));
        }
        Ok(terms)
    })?;
    Ok(())
}

/// Whether exemptions that were said are those that are known, which last for whole days of some zone.
pub(super) fn same_exemptions(said: &Value, known: &Value) -> bool {
    let all = |it: &Value| {
        let all = listed(Some(it), EXEMPTIONS).ok()?;
        all.into_iter().map(|(_, it)| plain(it)).collect::<Option<Vec<_>>>()
    };
    let (Some(said), Some(known)) = (all(said), all(known)) else { return false };
    let is_same = |it: &Said, of: &Said| {
        it.what == of.what
            && is_within_a_day(of.during.from(), it.during.from())
            && is_within_a_day(it.during.until(), of.during.until())
    };
    said.len() == known.len() && said.iter().zip(&known).all(|(it, of)| is_same(it, of))
}

/// What an exemption says without its days, with its code in lower case, and when it holds.
struct Said {
    what: (TaxExemption, Option<String>),
    during: Validity,
}

fn plain(said: &Tree) -> Option<Said> {
    let (it, code) = read_one(said, Zone::UTC).ok()?;
    let it = TaxExemption { valid_from: None, valid_until: None, ..it };
    let during = validity("validFor", said.get("validFor")).ok()?;
    Some(Said { what: (it, code.map(|it| it.to_lowercase())), during })
}

/// Whether something is at a moment or less than the longest day after it.
fn is_within_a_day(of: Option<Instant>, it: Option<Instant>) -> bool {
    match (of, it) {
        (Some(of), Some(it)) => (0..DAY_MAX).contains(&it.seconds_since(of)),
        (of, it) => of == it,
    }
}

/// A balance that holds since a moment.
fn balance(kind: &str, (amount, since): (Money, Instant)) -> Value {
    json!({
        "balanceType": kind, "amount": money::shown(amount),
        "validFor": { "startDateTime": since.to_string() },
    })
}

/// What is owed and left, and what is held as security where anything is.
fn balances((owed, left, held): (Money, Money, Money), since: Instant) -> Vec<Value> {
    let mut all =
        vec![balance("ReceivableBalance", (owed, since)), balance("CreditBalance", (left, since))];
    if !held.is_zero() {
        all.push(balance("DepositBalance", (held, since)));
    }
    all
}

/// What a customer owes and has in each currency, for whoever may know.
pub(super) fn balances_of(cx: Cx<'_>, it: &Account) -> Result<Value, Error> {
    if cx.actor.may(Permission::BalanceRead, &it.stamp) != Decision::Yes {
        return Ok(Value::Null);
    }
    let all = journal::standing(cx, it.id)?;
    let all =
        all.iter().map(|of| balances((of.receivable, of.credit, of.deposits), it.stamp.created_at));
    Ok(all.flatten().collect())
}

/// What is owed and left on a billing account, for whoever may know.
pub(super) fn balances_on(cx: Cx<'_>, it: &BillingAccount) -> Result<Value, Error> {
    if cx.actor.may(Permission::BalanceRead, &it.stamp) != Decision::Yes {
        return Ok(Value::Null);
    }
    let books = journal::balances_of(cx, it.id)?;
    let sum = |ledger: Ledger| {
        let own = books.iter().filter(|of| of.key.ledger == ledger);
        let own = own.filter(|of| of.key.currency == it.currency());
        Money::sum(own.map(|of| of.amount), it.currency()).map_err(Error::internal)
    };
    let kept = |ledger| sum(ledger)?.negated().map_err(Error::internal);
    let all =
        (sum(Ledger::Receivable)?, kept(Ledger::CustomerCredit)?, kept(Ledger::DepositsHeld)?);
    Ok(balances(all, it.stamp.created_at).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::entity::tree;

    #[test]
    fn an_exemption_is_from_the_taxes_of_a_country_for_whole_days() {
        let told = |said: Value, zone: Zone| match read_one(&tree(said), zone) {
            Ok((it, code)) => {
                let day = |it: Option<Date>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
                let (from, until) = (day(it.valid_from), day(it.valid_until));
                format!("{} {} {from} {until} {code:?}", it.certificate, it.country)
            }
            Err(invalid) => invalid.violations[0].field.clone(),
        };
        let said = |jurisdiction: &str, from: &str, until: &str| {
            json!({
                "certificateNumber": "7", "issuingJurisdiction": jurisdiction,
                "validFor": { "startDateTime": from, "endDateTime": until },
            })
        };
        for (said, expected) in [
            (
                said("Germany", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
                "7 DE 2026-01-01 2027-01-01 None",
            ),
            (
                said("DE", "2026-01-01T08:00:00Z", "2026-12-31T23:59:59Z"),
                "7 DE 2026-01-01 2027-01-01 None",
            ),
            (said("Atlantis", "2026-01-01", ""), "issuingJurisdiction"),
            (said("DE", "2026-02-01", "2026-01-01"), "validFor"),
            (json!({ "issuingJurisdiction": "DE" }), "certificateNumber"),
            (json!({ "certificateNumber": "7" }), "issuingJurisdiction"),
            (
                json!({ "certificateNumber": "7", "issuingJurisdiction": "FR", "taxCategory": "vat" }),
                "7 FR - - Some(\"vat\")",
            ),
        ] {
            assert_eq!(told(said.clone(), Zone::UTC), expected, "{said}");
        }
        let berlin = "Europe/Berlin".parse().expect("a zone");
        let of = said("DE", "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00");
        assert_eq!(told(of, berlin), "7 DE 2026-01-01 2027-01-01 None");
    }

    #[test]
    fn exemptions_are_the_same_in_other_words() {
        let known = json!([{ "certificateNumber": "7", "issuingJurisdiction": "DE" }]);
        let said = |country: &str| json!([{ "certificateNumber": "7", "issuingJurisdiction": country, "note": "n" }]);
        assert!(same_exemptions(&said("Germany"), &known));
        assert!(!same_exemptions(&said("France"), &known));
        assert!(!same_exemptions(&json!([{}]), &known));
        assert!(same_exemptions(&json!([]), &json!(null)));
        let during = |from: &str, until: &str| {
            json!([{
                "certificateNumber": "7", "issuingJurisdiction": "DE",
                "validFor": { "startDateTime": from, "endDateTime": until },
            }])
        };
        let days = during("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
        for (from, until, is_same) in [
            ("2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00", true),
            ("2026-01-01T08:00:00Z", "2026-12-31T20:00:00Z", true),
            ("2025-12-31T22:59:59Z", "2026-12-31T23:00:00Z", false),
            ("2025-12-31T23:00:00Z", "2026-12-31T23:00:01Z", false),
        ] {
            assert_eq!(same_exemptions(&during(from, until), &days), is_same, "{from} {until}");
        }
    }

    #[test]
    fn a_limit_is_in_the_currency_of_the_account() {
        let money = |unit: &str, value: i32| json!({ "unit": unit, "value": value });
        let read =
            |said: Value| limit(Some(&said), Currency::EUR).map(|it| it.map(|it| it.as_minor()));
        assert_eq!(read(money("EUR", 5)), Ok(Some(500)));
        assert_eq!(read(Value::Null), Ok(None));
        assert!(read(money("USD", 5)).is_err());
        assert!(read(money("EUR", -5)).is_err());
    }
}
