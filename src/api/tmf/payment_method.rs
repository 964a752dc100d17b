//! How somebody pays (TMF670): our payment methods.
//!
//! A method that needs no details, of an account that is ours, is a method of that account. Another is
//! kept as it was said, `inactive`: nothing is ever charged to it. Of the number of a card or a bank
//! account only the last digits are kept, wherever it stands.

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::customer;
use super::entity::{Entity, Gone, Of, must, tree};
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::payment::method::{
    MethodKind, PaymentMethod, SaidDetails, State, has_card_number,
};
use crate::domain::text::Iban;
use crate::services::payment_method::{self, NewMethod};
use crate::services::{Act, Cx, Error};

/// Methods that can be used.
pub(super) struct Methods;

/// Methods, with those that cannot.
pub(super) const METHODS: Beside<Methods> = Beside {
    documents: Registered("payment_method"),
    entities: Of(Methods),
    make: |it, act, of, said| kept(it, act, of, said),
};

/// The classes of payment methods, in the words of this contract.
const CLASSES: &[(&str, MethodKind)] = &[
    ("bankaccountdebit", MethodKind::DirectDebit),
    ("bankaccounttransfer", MethodKind::BankTransfer),
    ("bankcard", MethodKind::Card),
    ("cash", MethodKind::Cash),
    ("check", MethodKind::Check),
    ("digitalwallet", MethodKind::Wallet),
    ("voucher", MethodKind::Voucher),
];

/// The kind that a class says, if we know it.
pub(super) fn kind(said: &Value) -> Option<MethodKind> {
    let class = said.get("@type").and_then(Value::as_str)?.to_ascii_lowercase();
    let class = class.trim_end_matches("method").trim_end_matches("payment");
    CLASSES.iter().find(|it| it.0 == class).map(|it| it.1)
}

/// What nobody may keep of a card or an account.
const SECRETS: &[&str] = &["cvc", "cvv", "password", "pin", "securityCode"];
/// What else nobody may keep of a way to sign in.
const KEYS: &[&str] = &["privateKey", "secret", "token"];

/// Whether what has a name is such a secret, in any case.
fn is_secret(name: &str) -> bool {
    SECRETS.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// What was said of how somebody signs in, without what proves it, wherever that stands.
pub(super) fn without_proofs(said: Tree) -> Tree {
    let is_proof =
        |name: &str| is_secret(name) || KEYS.iter().any(|it| it.eq_ignore_ascii_case(name));
    let kept = said.into_iter().filter(|it| !is_proof(&it.0));
    kept.map(|(name, it)| (name, bare(it))).collect()
}

fn bare(said: Value) -> Value {
    match said {
        Value::Array(all) => all.into_iter().map(bare).collect(),
        Value::Object(all) => Value::Object(without_proofs(all)),
        it @ (Value::String(_) | Value::Number(_) | Value::Null | Value::Bool(_)) => it,
    }
}

/// Whether the number of a card or a bank account stands in a text. The parts of an address that are
/// ids of ours are none, whatever digits they have.
fn is_number(text: &str) -> bool {
    let is_card = |it: &str| Uuid::parse_str(it).is_err() && has_card_number(it);
    text.split('/').any(is_card) || text.parse::<Iban>().is_ok()
}

/// Whether a text is written like the number of a bank account: a country, two digits, and so on.
fn is_like_iban(text: &str) -> bool {
    let all: Vec<char> = text.chars().filter(|it| !it.is_whitespace()).collect();
    let (country, check) = (all.iter().take(2), all.iter().skip(2).take(2));
    (15..=34).contains(&all.len())
        && all.iter().all(char::is_ascii_alphanumeric)
        && country.clone().all(char::is_ascii_alphabetic)
        && check.clone().all(char::is_ascii_digit)
}

/// Refuses the number of a bank account that is none, wherever it stands below a path. One of which only the
/// last digits are shown is none that could be checked.
///
/// # Errors
/// [`Invalid`] with the place of the first one.
pub(super) fn must_be_right(at: &str, said: &Value) -> Result<(), Invalid> {
    match said {
        Value::Array(all) => {
            let mut all = all.iter().enumerate();
            all.try_for_each(|(place, it)| must_be_right(&format!("{at}/{place}"), it))
        }
        Value::Object(all) => {
            all.iter().try_for_each(|(name, it)| must_be_right(&format!("{at}/{name}"), it))
        }
        Value::String(text) => {
            let is_iban = at.rsplit('/').next().is_some_and(|it| it.eq_ignore_ascii_case("iban"));
            let is_meant = is_iban && !text.contains('*') || is_like_iban(text);
            match text.parse::<Iban>() {
                Err(why) if is_meant => Err(Invalid::one(at, "iban", why.to_string())),
                _ => Ok(()),
            }
        }
        Value::Number(_) | Value::Null | Value::Bool(_) => Ok(()),
    }
}

/// Leaves of the numbers of cards and bank accounts the last four digits, and of secrets nothing.
pub(super) fn mask(said: &mut Value) {
    match said {
        Value::String(text) if is_number(text) => {
            let shown = text.chars().count().saturating_sub(4);
            let masked = |(at, it): (usize, char)| match it {
                it if it.is_alphanumeric() && at < shown => '*',
                it => it,
            };
            *text = text.chars().enumerate().map(masked).collect();
        }
        Value::Number(number) if has_card_number(&number.to_string()) => {
            *said = Value::String(number.to_string());
            mask(said);
        }
        Value::Array(all) => all.iter_mut().for_each(mask),
        Value::Object(all) => {
            all.retain(|name, _| !is_secret(name));
            all.values_mut().for_each(mask);
        }
        Value::String(_) | Value::Number(_) | Value::Null | Value::Bool(_) => {}
    }
}

/// What was said of a method as it is kept: of numbers the last digits, of secrets nothing.
///
/// # Errors
/// [`Invalid`] with the place of the number of a bank account that is none.
pub(super) fn masked(mut said: Tree) -> Result<Tree, Invalid> {
    said.iter().try_for_each(|(name, it)| must_be_right(name, it))?;
    said.retain(|name, _| !is_secret(name));
    said.values_mut().for_each(mask);
    Ok(said)
}

/// Refuses a change by which the number of a card or of a bank account would be kept, or a secret.
fn must_hide_nothing(change: &Change) -> Result<(), Invalid> {
    for (name, said) in change.after.iter().filter(|it| change.before.get(it.0) != Some(it.1)) {
        must_be_right(name, said)?;
        let mut masked = said.clone();
        mask(&mut masked);
        if is_secret(name) || masked != *said {
            let message = "must not hold such a number or secret: make another method of it";
            return Err(Invalid::one(name, "unsupported", message));
        }
    }
    Ok(())
}

/// Keeps a method of an account, or what was said of one that cannot be used.
fn kept(
    it: &Beside<Methods>,
    act: &mut Act<'_>,
    of: &Resource,
    mut said: Tree,
) -> Result<Tree, Error> {
    said = masked(said)?;
    let holders = [said.get("account"), said.get("relatedParty")];
    let mut account = None;
    for holder in holders.into_iter().flatten() {
        let holders = if holder.is_array() { holder.clone() } else { json!([holder]) };
        account = account.or(customer::referred(act.cx(), &holders)?);
    }
    let kind = kind(&Value::Object(said.clone())).filter(|it| {
        !matches!(it, MethodKind::Card | MethodKind::DirectDebit | MethodKind::Wallet)
    });
    let (Some(account), Some(kind)) = (account, kind) else {
        said.insert("statusDate".to_owned(), json!(act.now().to_string()));
        said.insert("status".to_owned(), json!("inactive"));
        return it.documents.create(act, of, said);
    };
    let is_default = said.get("isPreferred") == Some(&json!(true));
    let name = Some(must(&said, "name")?);
    let new = NewMethod { name, details: SaidDetails::Plain(kind), is_default };
    let made = payment_method::add(act, account.id, new)?;
    it.entities.made(act, of, (made, said))
}

impl Entity for Methods {
    type Thing = PaymentMethod;
    const READING: Permission = Permission::PaymentMethodRead;
    const WRITING: Permission = Permission::PaymentMethodWrite;
    const REFERENCES: &[&str] = &["@type", "account", "relatedParty"];

    fn is(&self, it: &PaymentMethod) -> bool {
        !it.is_removed()
    }

    fn known(&self, cx: Cx<'_>, it: &PaymentMethod) -> Result<Tree, Error> {
        let status = match it.state_on(payment_method::today(cx)) {
            State::Pending => "pending",
            State::Active => "active",
            State::Refused => "inactive",
            State::Expired => "expired",
            State::Removed => "removed",
        };
        let account = cx.shared::<Account>(it.account)?;
        let class = CLASSES.iter().find(|known| known.1 == it.details.kind());
        Ok(tree(json!({
            "name": it.name.as_str(),
            "status": status,
            "statusDate": it.state_at().to_string(),
            "isPreferred": it.is_default,
            "@type": class.map_or(it.details.kind().word(), |it| it.0),
            "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
        })))
    }

    fn states(&self) -> Vec<String> {
        ["pending", "active", "expired", "removed"].map(str::to_owned).to_vec()
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<PaymentMethod, Error> {
        Err(Error::internal("a method is kept of an account, or as one that cannot be used"))
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: PaymentMethod,
        change: &Change,
    ) -> Result<PaymentMethod, Error> {
        must_hide_nothing(change)?;
        let is_preferred = change.after.get("isPreferred") == Some(&json!(true));
        if is_preferred && !it.is_default {
            return payment_method::make_default(act, it.id);
        }
        Ok(it)
    }

    fn remove(&self, act: &mut Act<'_>, it: PaymentMethod) -> Result<Gone, Error> {
        payment_method::remove(act, it.id)?;
        Ok(Gone::Removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_number_of_a_card_or_an_account_the_last_digits_are_kept() {
        let mut said = json!({
            "cardNumber": "4111 1111 1111 1111", "number": 4_111_111_111_111_111_u64,
            "list": [{ "iban": "DE89370400440532013000" }], "id": "8979", "brand": "Visa",
            "account": { "id": "41111111-1111-4111-8111-111111111111", "cvv": "737" },
            "href": "/account/41111111-1111-4111-8111-111111111111",
        });
        mask(&mut said);
        let expected = json!({
            "cardNumber": "**** **** **** 1111", "number": "************1111",
            "list": [{ "iban": "******************3000" }], "id": "8979", "brand": "Visa",
            "account": { "id": "41111111-1111-4111-8111-111111111111" },
            "href": "/account/41111111-1111-4111-8111-111111111111",
        });
        assert_eq!(said, expected);
    }

    #[test]
    fn the_number_of_a_bank_account_is_one() {
        let told =
            |it: Value| must_be_right("it", &it).map_err(|it| it.violations[0].field.clone());
        for right in [
            json!({ "iban": "DE89370400440532013000" }),
            json!({ "iban": "******************3000", "bank": "Sparkasse", "name": "1" }),
            json!({ "accountNumber": "0532013000", "id": "00000000-0000-7000-8000-000000000001" }),
        ] {
            assert_eq!(told(right), Ok(()));
        }
        assert_eq!(told(json!([{ "IBAN": "12" }])), Err("it/0/IBAN".to_owned()));
        let wrong = json!({ "details": { "accountNumber": "DE89 3704 0044 0532 0130 01" } });
        assert_eq!(told(wrong), Err("it/details/accountNumber".to_owned()));
    }

    #[test]
    fn of_a_way_to_sign_in_nothing_is_kept_that_proves_it() {
        let said = tree(json!({
            "Password": "x", "nickname": "jane",
            "credential": [{ "login": "jane", "password": "x" }, { "token": "x", "state": "on" }],
        }));
        let expected = json!({
            "nickname": "jane", "credential": [{ "login": "jane" }, { "state": "on" }],
        });
        assert_eq!(Value::Object(without_proofs(said)), expected);
    }

    #[test]
    fn a_class_is_known_with_or_without_what_it_is_one_of() {
        let of = |class: &str| kind(&json!({ "@type": class }));
        assert_eq!(of("Cash"), Some(MethodKind::Cash));
        assert_eq!(of("BankCardPaymentMethod"), Some(MethodKind::Card));
        assert_eq!(of("loyaltyProgram"), None);
    }
}
