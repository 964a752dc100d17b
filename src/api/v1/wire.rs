//! Our own contract's ways of writing money, quantities, times, lists and patches.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::__dev::ComposeSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Ref, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::api::edge::cursor;
use crate::api::edge::reply::{Nothing, Wire};
use crate::domain::catalog::offer::Offer;
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::money;
use crate::domain::page;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::services::Error;
use crate::services::label::{Labels, Seller};

/// Reads a text of the domain's kind, or says which field is not one.
pub(crate) fn parse<T: FromStr>(pointer: &str, text: &str) -> Result<T, Invalid>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Invalid::one(pointer, "format", error.to_string()))
}

/// Reads a text that may be absent.
pub(crate) fn parse_optional<T: FromStr>(
    pointer: &str,
    text: Option<&str>,
) -> Result<Option<T>, Invalid>
where
    T::Err: std::fmt::Display,
{
    text.map(|it| parse(pointer, it)).transpose()
}

/// A booked amount.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Money {
    /// In major units, with the decimal places of the currency: `19.99`.
    pub(crate) amount: Decimal,
    /// ISO 4217: `EUR`.
    pub(crate) currency: String,
}

impl From<money::Money> for Money {
    fn from(it: money::Money) -> Self {
        Self { amount: Decimal(it.decimal().to_string()), currency: it.currency().to_string() }
    }
}

impl Money {
    /// The amount in the domain's form.
    pub(crate) fn read(&self, pointer: &str) -> Result<money::Money, Invalid> {
        let currency = parse(&format!("{pointer}/currency"), &self.currency)?;
        money::Money::parse(&self.amount.0, currency)
            .map_err(|error| Invalid::one(format!("{pointer}/amount"), "format", error.to_string()))
    }
}

/// A decimal number: written as a string, so that no reader makes it a float; taken as a string or
/// as a JSON number, digit for digit.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub(crate) struct Decimal(pub(crate) String);

impl Decimal {
    /// The number in the domain's form.
    pub(crate) fn read<T: FromStr>(&self, pointer: &str) -> Result<T, Invalid>
    where
        T::Err: std::fmt::Display,
    {
        parse(pointer, &self.0)
    }
}

impl<T: ToString> From<&T> for Decimal {
    fn from(it: &T) -> Self {
        Self(it.to_string())
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(from)? {
            serde_json::Value::String(text) => Ok(Self(text)),
            serde_json::Value::Number(number) => Ok(Self(number.to_string())),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => {
                Err(de::Error::custom("invalid type: expected a decimal number or its text"))
            }
        }
    }
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some(r"^-?\d+(\.\d+)?$"))
            .description(Some("A decimal number as text; a JSON number is taken too"));
        RefOr::T(Schema::Object(text.build()))
    }
}

impl ToSchema for Decimal {}

/// A page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct List<T: ToSchema> {
    /// The things, in order.
    items: Vec<T>,
    /// What to send as `cursor` for the next page; `null` after the last.
    next_cursor: Option<String>,
}

// Not derived: that would leave away the form of the things, which may be shown in lists alone.
impl<T: ToSchema> ComposeSchema for List<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let things = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        let types = SchemaType::Array(vec![Type::String, Type::Null]);
        let next = ObjectBuilder::new()
            .schema_type(types)
            .description(Some("What to send as `cursor` for the next page; `null` after the last"));
        let page = ObjectBuilder::new()
            .description(Some("A page of a list"))
            .property("items", things.description(Some("The things, in order")))
            .property("next_cursor", next)
            .required("items");
        RefOr::T(Schema::Object(page.build()))
    }
}

impl<T: ToSchema> ToSchema for List<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Owned(format!("List_{}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: Wire + ToSchema> Wire for List<T> {
    const IS_PAGE: bool = true;
}

impl<T: Wire + ToSchema> List<T> {
    /// A page with each row in its form on the wire.
    pub(crate) fn of<R>(page: page::Page<R>, show: impl FnMut(R) -> T) -> Self {
        let page = page.map(show);
        Self { items: page.items, next_cursor: page.next.map(|it| cursor::text(&it)) }
    }

    /// The same where showing a row may fail.
    pub(crate) fn each<R, E>(
        page: page::Page<R>,
        show: impl FnMut(R) -> Result<T, E>,
    ) -> Result<Self, E> {
        let items: Vec<T> = page.items.into_iter().map(show).collect::<Result<_, E>>()?;
        Ok(Self { items, next_cursor: page.next.map(|it| cursor::text(&it)) })
    }
}

/// A list that is always whole: there is no page of it to ask for.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Whole<T: ToSchema>(List<T>);

impl<T: ToSchema> Whole<T> {
    /// The list of these.
    pub(crate) const fn of(items: Vec<T>) -> Self {
        Self(List { items, next_cursor: None })
    }
}

impl<T: ToSchema> ComposeSchema for Whole<T> {
    fn compose(generics: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        List::<T>::compose(generics)
    }
}

impl<T: ToSchema> ToSchema for Whole<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        List::<T>::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        List::<T>::schemas(schemas);
    }
}

impl<T: Wire + ToSchema> Wire for Whole<T> {
    const IS_PAGE: bool = true;
    const IS_WHOLE: bool = true;
}

/// A field of a merge patch: left out, `null`, or a value.
#[derive(Debug, Clone, Default)]
pub(crate) enum Patch<T> {
    /// Not mentioned: it stays.
    #[default]
    Keep,
    /// `null`: it is taken away.
    Clear,
    /// It gets this value.
    Set(T),
}

impl<T> Patch<T> {
    /// The value after the patch; a new one is read by `read`.
    pub(crate) fn onto<V>(
        &self,
        before: Option<V>,
        read: impl FnOnce(&T) -> Result<V, Invalid>,
    ) -> Result<Option<V>, Invalid> {
        match self {
            Self::Keep => Ok(before),
            Self::Clear => Ok(None),
            Self::Set(to) => read(to).map(Some),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(from)?.map_or(Self::Clear, Self::Set))
    }
}

/// Reads an object and nothing else. A form that has no field which must be there would be read from a
/// list as well.
///
/// # Errors
/// If it is no object, or not of the form.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    from.deserialize_map(ObjectOf(PhantomData))
}

struct ObjectOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for ObjectOf<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(fields))
    }
}

// The schema is that of `Option`; there is no other way to say so for a generic type.
impl<T: ComposeSchema> ComposeSchema for Patch<T> {
    fn compose(generics: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        <Option<T> as ComposeSchema>::compose(generics)
    }
}

impl<T: ToSchema + ComposeSchema> ToSchema for Patch<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Owned(format!("Patch_{}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

/// A query without parameters of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoQuery {}

impl PartialSchema for NoQuery {
    fn schema() -> RefOr<Schema> {
        Nothing::schema()
    }
}

impl ToSchema for NoQuery {
    fn name() -> std::borrow::Cow<'static, str> {
        Nothing::name()
    }
}

/// Which things are wanted that accounts have: of whom, and in which state.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnedQuery {
    /// Those of this account.
    account: Option<String>,
    /// Those in this state, such as `active`; one that there is not is refused with those that
    /// there are.
    state: Option<String>,
}

impl OwnedQuery {
    /// The account and the state, where they are named.
    pub(super) fn read<S: FromStr>(&self) -> Result<(Option<AccountId>, Option<S>), Invalid>
    where
        S::Err: std::fmt::Display,
    {
        let account = parse_optional("account", self.account.as_deref())?;
        Ok((account, word("state", self.state.as_deref())?))
    }
}

/// Who sells a thing: told to who sees things of several sellers.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct SoldBy {
    /// The account that sells it; left out for who sees one seller alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    seller: Option<String>,
    /// What that account is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_name: Option<String>,
}

impl SoldBy {
    /// The seller of what has this stamp.
    pub(super) fn of(labels: &mut Labels<'_>, stamp: &Stamp) -> Result<Self, Error> {
        Self::numbered(labels, stamp.seller)
    }

    /// Who sells an offer, also to customers of others.
    pub(super) fn of_offer(labels: &mut Labels<'_>, offer: &Offer) -> Result<Self, Error> {
        labels.seller_of(offer).map(Self::named)
    }

    /// The seller of some of what stands on a shelf before the caller; nothing if the caller sees things of
    /// that one alone.
    pub(super) fn on_shelf(
        labels: &mut Labels<'_>,
        number: SellerNumber,
    ) -> Result<Option<Self>, Error> {
        let seller = match labels.is_before_market()? {
            true => Some(labels.seller_in_sight(number)?),
            false => labels.seller(number)?,
        };
        Ok(seller.map(|it| Self::named(Some(it))))
    }

    /// The seller with a number.
    pub(super) fn numbered(labels: &mut Labels<'_>, number: SellerNumber) -> Result<Self, Error> {
        labels.seller(number).map(Self::named)
    }

    fn named(seller: Option<Arc<Seller>>) -> Self {
        let Some(seller) = seller else { return Self::default() };
        let (account, name) = (seller.account.to_string(), seller.name.clone());
        Self { seller: Some(account), seller_name: Some(name) }
    }
}

/// A word of an enumeration, by which a list is filtered.
///
/// # Errors
/// With all words that there are, if it is none of them.
pub(super) fn word<S: FromStr>(parameter: &str, text: Option<&str>) -> Result<Option<S>, Invalid>
where
    S::Err: std::fmt::Display,
{
    let refused = |error: S::Err| Invalid::one(parameter, "enum", error.to_string());
    text.map(|it| it.parse().map_err(refused)).transpose()
}

/// Refuses a field that was sent although nothing would become of it: who sends it means something
/// by it.
///
/// # Errors
/// If the field is there.
pub(super) fn absent<T>(pointer: &str, field: Option<&T>, of: &str) -> Result<(), Invalid> {
    match field {
        None => Ok(()),
        Some(_) => Err(Invalid::one(pointer, "conflict", format!("means nothing for {of}"))),
    }
}
