//! Ids that clients bring: each kind of thing takes one, unless anything has it already.

use std::str::FromStr;

use tillbox::domain::account::billing_account::{BillingProfile, BillingPurpose};
use tillbox::domain::account::class::ClassTerms;
use tillbox::domain::account::profile::{Profile, Receivables};
use tillbox::domain::account::{Beginning, Nature};
use tillbox::domain::catalog::lifecycle::{Life, State};
use tillbox::domain::catalog::offer::OfferContent;
use tillbox::domain::catalog::resource::ResourceContent;
use tillbox::domain::catalog::service_terms::{Aftermath, ServiceTerms};
use tillbox::domain::error::Code;
use tillbox::domain::id::Id;
use tillbox::domain::localized::Localized;
use tillbox::domain::operator::{Actor, Permission, Role, UserProfile};
use tillbox::domain::party::individual::PersonName;
use tillbox::domain::stamp::SellerNumber;
use tillbox::domain::time::Validity;
use tillbox::services::account::{self, BillingWish, OpenAccount, Wanted};
use tillbox::services::billing_account::{self, NewBillingAccount};
use tillbox::services::catalog::{self, Group, New};
use tillbox::services::{Act, Author, Error, class, offer, tax, user};
use uuid::Uuid;

use crate::harness::house::House;

/// Makes one thing of a kind under an id that is brought, and says which it got.
type Make = fn(&mut Act<'_>, Uuid) -> Result<Uuid, Error>;

fn new<I: Id>(id: Uuid) -> New<I> {
    New { seller: SellerNumber::PROVIDER, id: Some(I::from_uuid(id)) }
}

fn wording<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn open_account(act: &mut Act<'_>, id: Uuid) -> Result<Uuid, Error> {
    let profile = Profile::named(Nature::Company, wording("Acme"), wording("en"));
    let opened = account::open(
        act,
        OpenAccount {
            id: Some(Id::from_uuid(id)),
            wanted: Wanted::Customer,
            parent: None,
            party: None,
            beginning: Beginning::Active,
            profile,
            class: None,
            tax_status: None,
            tax_zone: None,
            tax_exemptions: Vec::new(),
            receivables: Receivables::Ours,
            sales_id: None,
            branch_id: None,
            billing: BillingWish::default(),
        },
    )?;
    Ok(opened.account.id.uuid())
}

fn add_billing_account(act: &mut Act<'_>, id: Uuid) -> Result<Uuid, Error> {
    let provider = account::provider(act.cx())?;
    let new = NewBillingAccount {
        id: Some(Id::from_uuid(id)),
        purpose: BillingPurpose::Billing,
        profile: BillingProfile::named(wording("Further")),
        terms: account::billing_terms(act.cx(), &provider, BillingWish::default())?,
    };
    Ok(billing_account::add(act, provider.id, new)?.id.uuid())
}

fn invite_user(act: &mut Act<'_>, id: Uuid) -> Result<Uuid, Error> {
    let account = Some(account::provider(act.cx())?.id);
    let email = wording(&format!("{id}@provider.test"));
    let profile = UserProfile::of(email, PersonName::of_line(&wording("Ann")));
    let id = Some(Id::from_uuid(id));
    let roles = [Role::VendorAdmin].into();
    Ok(user::invite(act, user::Invite { id, account, party: None, profile, roles })?.user.id.uuid())
}

#[test]
fn an_id_that_is_brought_is_taken_unless_anything_has_it() {
    let house = House::on("2026-01-01");
    let makes: [(&str, Make); 9] = [
        ("account", open_account),
        ("billing account", add_billing_account),
        ("user", invite_user),
        ("class", |act, id| {
            let terms = ClassTerms { name: wording("Gold"), ..ClassTerms::default_terms() };
            Ok(class::create(act, new(id), terms)?.id.uuid())
        }),
        ("resource", |act, id| {
            let name = Localized::new(wording("en"), wording("Disk"));
            let content = ResourceContent::named(name, wording("GB"));
            Ok(catalog::create_resource(act, new(id), content)?.id.uuid())
        }),
        ("offer", |act, id| {
            let name = Localized::new(wording("en"), wording("Mail"));
            let life = Life::new(State::InDesign, Validity::ALWAYS)?;
            Ok(offer::create(act, new(id), life, OfferContent::named(name))?.id.uuid())
        }),
        ("service terms", |act, id| {
            let (name, none) = (wording("Strict"), Aftermath::NONE);
            let make = |id, stamp| {
                Ok::<_, Error>(ServiceTerms { id, stamp, name, paid: none, trial: none })
            };
            Ok(catalog::create(act, new(id), Permission::CatalogWrite, make)?.id.uuid())
        }),
        ("category", |act, id| {
            let name = Localized::new(wording("en"), wording("Goods"));
            let life = Life::new(State::Launched, Validity::ALWAYS)?;
            let group = Group { name, parent: None, tax_category: None };
            Ok(catalog::create_category(act, new(id), (life, group))?.id.uuid())
        }),
        ("tax category", |act, id| {
            let code = format!("T{}", id.simple());
            let it = tax::create_category(act, new(id), (wording(&code), wording("Food")))?;
            Ok(it.id.uuid())
        }),
    ];
    let author = || Author::of(Actor::duty("test"));
    let make = |make: Make, id| house.app.bss.act(author(), move |act| make(act, id)).wait();
    let brought = |place: usize| Uuid::from_u128(0xb0 + place as u128);
    for (place, (kind, it)) in makes.iter().enumerate() {
        let made = make(*it, brought(place));
        assert_eq!(made.expect(kind), brought(place), "{kind}");
    }
    for (place, (kind, it)) in makes.iter().enumerate() {
        let anothers = brought((place + 1) % makes.len());
        match make(*it, anothers) {
            Err(Error::Rejected(it)) => assert_eq!(it.code, Code::Duplicate, "{kind}"),
            other => panic!("{kind}: {other:?}"),
        }
    }
}
