//! `BssAccountInformation`: what an account owes, is granted and is taxed as; the other face of
//! [`PAAccount`](super::account).

use serde_json::{Value, json};
use uuid::Uuid;

use super::account::head;
use super::kind::{About, Create, Kind, Update};
use super::lookup::{Finding, Lookup};
use super::operation::{Operation, Verb};
use super::property::{Field, Form, Property, Structure, Usual};
use super::relation::Relation;
use super::{account, bss_form, customer_class, identity, vendor};
use crate::domain::account::Account;
use crate::domain::account::class::CustomerClass;
use crate::domain::account::lifecycle::State;
use crate::domain::account::profile::{AddressUse, Receivables, TaxStatus};
use crate::domain::attribute::Attribute;
use crate::domain::id::{AccountId, ClassId, Id};
use crate::domain::operator::Permission;
use crate::domain::party::identity::Verification;
use crate::domain::stamp::SellerNumber;
use crate::services::finding::AccountsBy;
use crate::services::{self, Cx, Error, billing, billing_account, class};

/// The full id of the type.
pub(super) const ID: &str = "http://parallels.com/pa/bss-account-info/1.0";

const STATUSES: &[&str] = &[
    "ACTIVE",
    "CANCELLED",
    "VERIFICATION_REQUIRED",
    "NOT_INITIALIZED",
    "CANCELLED_NOT_INITIALIZED",
    "CREDIT_HOLD",
    "ADMINISTRATIVE_HOLD",
    "CREDIT_ADMINISTRATIVE_HOLD",
    "TRANSFERRED_OUT",
    "ERASED",
];

const TAX_STATUSES: &[&str] = &["PROVIDER", "PERSONAL", "COMPANY"];

static CREDIT_TERM: Structure = Structure {
    name: "CreditTerm",
    fields: &[
        Field::required("duePeriod", Form::Integer),
        Field::required("holdPeriod", Form::Integer),
    ],
};

static ATTRIBUTE: Structure = Structure {
    name: "Attribute",
    fields: &[Field::required("attributeID", Form::Text), Field::required("value", Form::Text)],
};

static HOLD: Structure = Structure {
    name: "CreditHold",
    fields: &[
        Field::required("policy", Form::Words(&["ALL_SUBSCRIPTIONS", "UNPAID_SUBSCRIPTIONS"])),
        Field::required("reason", Form::Text),
        Field::required("comment", Form::Text),
    ],
};

static RELEASE: Structure = Structure {
    name: "CreditHoldRelease",
    fields: &[
        Field::required("policy", Form::Words(&["DEFAULT", "TEMPORARY"])),
        Field::optional("activeUntil", Form::Time),
        Field::required("comment", Form::Text),
    ],
};

type Says = Property<Account>;
type Leads = Relation<Account>;

/// The type.
pub(super) static KIND: Kind<Account> = Kind {
    about: About {
        name: "BssAccountInformation",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("bss-accounts"),
        number: 2,
        reads: Permission::AccountRead,
    },
    head: |cx, it| Ok(head(it, identity::second_face(cx, it.id.subject())?)),
    find,
    list: account::KIND.list,
    finding: Finding::by(account::load, LOOKUPS).counted(account::count),
    properties: &[
        Says::of("accountId", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the account, the same as that of its PAAccount"),
        Says::looked_up("accountCurrencyCode", Form::Text, currency)
            .read_only()
            .meaning("The currency it is billed in"),
        Says::of("status", Form::Words(STATUSES), |it| json!(status(it.state())))
            .read_only()
            .meaning("How far its life has come, and what holds it"),
        Says::of("taxStatus", Form::Words(TAX_STATUSES), |it| {
            json!(tax_status(it.terms().tax_status))
        })
        .required()
        .meaning("As what it is taxed"),
        Says::looked_up("taxZoneId", Form::Text, tax_zone)
            .meaning("Where it is taxed: the zone it was given, or that of its address"),
        Says::of("taxRegId", Form::Text, |_| Value::Null)
            .masked()
            .meaning("The number its tax office knows it by; never told"),
        Says::of("taxRegIdStatus", Form::Words(&["NOT_VERIFIED", "VERIFIED"]), |it| {
            json!(tax_registration(it))
        })
        .read_only()
        .meaning("Whether a register knows that number"),
        Says::of("localeId", Form::Text, |it| json!(it.profile().locale.as_str()))
            .required()
            .meaning("The language of its documents and mails"),
        Says::of("branchId", Form::Text, |it| {
            json!(it.terms().branch_id.as_ref().map_or("", |it| it.as_str()))
        })
        .meaning("Through which branch it was sold to"),
        Says::of("salesId", Form::Text, |it| {
            json!(it.terms().sales_id.as_ref().map_or("", |it| it.as_str()))
        })
        .meaning("Who sold to it"),
        Says::looked_up("creditTerm", Form::Structure(&CREDIT_TERM), credit_term)
            .read_only()
            .meaning("By when it pays: what its customer class says, in days"),
        Says::of("externalARManagement", Form::Flag, |it| {
            json!(it.terms().receivables == Receivables::External)
        })
        .by_default(Usual::Flag(false))
        .meaning("Whether another system looks after what it owes"),
        Says::of("fullyRegistered", Form::Flag, |it| json!(it.state() != State::Prospective))
            .read_only()
            .meaning("Whether it may buy"),
        Says::of("attributes", Form::List(&Form::Structure(&ATTRIBUTE)), |it| {
            Value::Array(it.profile().attributes.iter().map(attribute).collect())
        })
        .meaning("Custom attributes"),
    ],
    relations: &[
        Leads::one("paAccount", account::ID, |_, it| Ok(vec![it.id.uuid()])),
        Leads::one("customerClass", customer_class::ID, |_, it| Ok(vec![it.class().uuid()]))
            .at_birth()
            .linked_by(Permission::AccountTermsWrite, bss_form::reclassify),
        Leads::many("ownCustomerClasses", customer_class::ID, own_classes)
            .mirroring_seller(of_seller)
            .only_if(|it| it.seller_number().is_some()),
    ],
    operations: &[
        Operation::writes(
            ("putOnCreditHold", Verb::Post, "putOnCreditHold"),
            Permission::AccountHold,
            bss_form::hold,
        )
        .takes(Form::Structure(&HOLD)),
        Operation::writes(
            ("releaseFromCreditHold", Verb::Post, "releaseFromCreditHold"),
            Permission::AccountHold,
            bss_form::release,
        )
        .takes(Form::Structure(&RELEASE)),
    ],
    create: Some(Create { needs: Permission::AccountRegister, make: bss_form::create }),
    update: Some(Update { needs: Permission::AccountWrite, change: bss_form::change }),
    delete: None,
};

fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Account>, Error> {
    match identity::of_second_face(cx, AccountId::KIND, id)? {
        Some(id) => cx.find(AccountId::from_uuid(id)),
        None => Ok(None),
    }
}

const LOOKUPS: &[Lookup] = &[
    Lookup::number("accountId", account::by_number),
    Lookup::few("paAccount.aps.id", |_, id| Ok(Uuid::try_parse(id).into_iter().collect())),
    Lookup::few("customerClass.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => account::by(cx, AccountsBy::Class(ClassId::from_uuid(id))),
        Err(_) => Ok(Vec::new()),
    }),
    Lookup::few("ownCustomerClasses.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => account::by(cx, AccountsBy::OwnClass(ClassId::from_uuid(id))),
        Err(_) => Ok(Vec::new()),
    }),
    Lookup::many("status", by_status),
];

fn by_status(cx: Cx<'_>, word: &str) -> Result<Vec<Uuid>, Error> {
    let states = State::ALL.iter().filter(|it| status(**it) == word);
    let each = states.map(|it| account::by(cx, AccountsBy::State(*it)));
    Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
}

/// How far the life of an account has come, in the words of the bus.
const fn status(state: State) -> &'static str {
    match state {
        State::Prospective => "NOT_INITIALIZED",
        State::Active | State::Closing => "ACTIVE",
        State::HeldAdministratively => "ADMINISTRATIVE_HOLD",
        State::HeldForCredit => "CREDIT_HOLD",
        State::HeldForBoth => "CREDIT_ADMINISTRATIVE_HOLD",
        State::Closed => "CANCELLED",
        State::Erased => "ERASED",
    }
}

const fn tax_status(it: TaxStatus) -> &'static str {
    match it {
        TaxStatus::Provider => "PROVIDER",
        TaxStatus::Personal => "PERSONAL",
        TaxStatus::Company => "COMPANY",
    }
}

fn tax_registration(it: &Account) -> &'static str {
    match it.profile().tax_registration.as_ref().map(|it| it.verification) {
        Some(Verification::Verified) => "VERIFIED",
        Some(Verification::NotVerified | Verification::Refused) | None => "NOT_VERIFIED",
    }
}

fn attribute(it: &Attribute) -> Value {
    json!({ "attributeID": it.name.as_str(), "value": it.value.to_string() })
}

fn currency(cx: Cx<'_>, it: &Account) -> Result<Value, Error> {
    let billing = billing_account::of(cx, it.id)?;
    let default = billing.iter().find(|it| it.is_default());
    Ok(default.map_or(Value::Null, |it| json!(it.terms().currency.to_string())))
}

/// What the platform calls the zone of who is in the provider's own country.
const HOME_ZONE: &str = "Provider-Country";
/// What we call that of all others.
const ABROAD_ZONE: &str = "Foreign-Country";

/// The zone of an account. Where its vendor has laid down none that fits, it is told apart only
/// whether the account is in the provider's country.
fn tax_zone(cx: Cx<'_>, it: &Account) -> Result<Value, Error> {
    if let Some(zone) = billing::zone_of_buyer(cx, it)? {
        return Ok(json!(zone.code.as_str()));
    }
    let country =
        |it: &Account| it.profile().address(AddressUse::General).and_then(|it| it.country.clone());
    let home = country(&services::account::provider(cx)?);
    let is_home = country(it).is_none_or(|it| home.is_none_or(|home| home == it));
    Ok(json!(if is_home { HOME_ZONE } else { ABROAD_ZONE }))
}

fn credit_term(cx: Cx<'_>, it: &Account) -> Result<Value, Error> {
    let terms = class::credit_terms(cx, it.class())?;
    Ok(json!({ "duePeriod": terms.due_days, "holdPeriod": terms.hold_days }))
}

/// The commercial side of the account of a seller.
fn of_seller(cx: Cx<'_>, seller: SellerNumber) -> Result<Uuid, Error> {
    identity::second_face(cx, AccountId::from_uuid(vendor::account_of(cx, seller)?).subject())
}

fn own_classes(cx: Cx<'_>, it: &Account) -> Result<Vec<Uuid>, Error> {
    let Some(vendor) = it.seller_number() else { return Ok(Vec::new()) };
    let classes: Vec<CustomerClass> = class::of_vendor(cx, vendor)?;
    Ok(classes.into_iter().map(|it| it.id.uuid()).collect())
}
