//! Identity: one type for each kind of thing, so that ids cannot be mistaken for one another.
//!
//! An id is a UUID that is written with the prefix of its kind: `sub_0198…`. The prefix is for
//! people and for error messages; keys in the store hold the sixteen bytes alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use uuid::Uuid;

/// A text that is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an id of the form `{prefix}_<uuid>`")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

/// What all typed ids have in common.
pub trait Id: Copy + Ord + fmt::Display + Send + Sync + 'static {
    /// The kind of thing that is identified.
    const KIND: Kind;

    /// The id that a UUID is for this kind.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID below the prefix.
    fn uuid(self) -> Uuid;

    /// The sixteen bytes as the store keeps them; their order is the order of ids.
    fn to_bytes(self) -> [u8; 16] {
        self.uuid().into_bytes()
    }

    /// The same thing with its kind said at run time.
    fn subject(self) -> Subject {
        Subject { kind: Self::KIND, uuid: self.uuid() }
    }
}

/// A reference to a thing of any kind: what a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The kind of thing.
    pub kind: Kind,
    /// Its UUID.
    #[serde(with = "bytes")]
    pub uuid: Uuid,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind.prefix(), self.uuid)
    }
}

impl FromStr for Subject {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = || IdError { text: text.chars().take(80).collect(), prefix: "<kind>" };
        let (prefix, uuid) = text.split_once('_').ok_or_else(refused)?;
        let kind = Kind::ALL.iter().copied().find(|it| it.prefix() == prefix);
        let uuid = Uuid::try_parse(uuid).map_err(|_| refused())?;
        Ok(Self { kind: kind.ok_or_else(refused)?, uuid })
    }
}

fn parse(text: &str, prefix: &'static str) -> Result<Uuid, IdError> {
    let refused = || IdError { text: text.chars().take(80).collect(), prefix };
    let rest = text.strip_prefix(prefix).and_then(|it| it.strip_prefix('_')).unwrap_or(text);
    Uuid::try_parse(rest).map_err(|_| refused())
}

/// UUIDs in the store: sixteen bytes without a length.
mod bytes {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Uuid};

    pub(super) fn serialize<S: Serializer>(uuid: &Uuid, to: S) -> Result<S::Ok, S::Error> {
        uuid.as_bytes().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
        <[u8; 16]>::deserialize(from).map(Uuid::from_bytes)
    }
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident = $kind:ident $prefix:literal;)+) => {
        /// Every kind of thing that has an id. The order is the store's: append only.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)+];

            /// What stands before the underscore of an id.
            #[must_use]
            pub const fn prefix(self) -> &'static str {
                match self { $(Kind::$kind => $prefix,)+ }
            }

            /// The noun as people and event names read it: `billing_account`.
            #[must_use]
            pub fn noun(self) -> String {
                let mut noun = String::new();
                for letter in stringify_kind(self).chars() {
                    if letter.is_ascii_uppercase() && !noun.is_empty() {
                        noun.push('_');
                    }
                    noun.push(letter.to_ascii_lowercase());
                }
                noun
            }
        }

        const fn stringify_kind(kind: Kind) -> &'static str {
            match kind { $(Kind::$kind => stringify!($kind),)+ }
        }

        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            pub struct $name(#[serde(with = "bytes")] Uuid);

            impl Id for $name {
                const KIND: Kind = Kind::$kind;
                fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
                fn uuid(self) -> Uuid { self.0 }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, concat!($prefix, "_{}"), self.0)
                }
            }

            impl FromStr for $name {
                type Err = IdError;
                fn from_str(text: &str) -> Result<Self, IdError> {
                    parse(text, $prefix).map(Self)
                }
            }
        )+
    };
}

// Append only: the store keeps a kind by its place. A prefix, once released, is never given to
// another kind, because ids live on in our customers' systems.
ids! {
    /// Whoever sells or buys here: provider, reseller or customer.
    AccountId = Account "acc";
    /// A digital good of a specification.
    AssetId = Asset "ast";
    /// Where an account's invoices go.
    BillingAccountId = BillingAccount "bac";
    /// One execution of billing over what was due.
    BillingRunId = BillingRun "run";
    /// A non-monetary or prepaid balance.
    BucketId = Bucket "bkt";
    /// A published collection of offers.
    CatalogId = Catalog "ctl";
    /// What is about to be ordered.
    CartId = Cart "crt";
    /// A group of offers.
    CategoryId = Category "cat";
    /// The terms a vendor gives a group of customers.
    ClassId = Class "cls";
    /// A code that lowers a price.
    CouponId = Coupon "cpn";
    /// The reversal of an invoice or a part of it.
    CreditNoteId = CreditNote "crn";
    /// Money held as security.
    DepositId = Deposit "dep";
    /// A standing reduction of prices.
    DiscountId = Discount "dsc";
    /// A registered document: an entity without behavior here.
    DocumentId = Document "doc";
    /// A numbered demand for payment.
    InvoiceId = Invoice "inv";
    /// Who wants to be told of what.
    ListenerId = Listener "lst";
    /// What is counted of a resource, and how counts become a quantity.
    MeterId = Meter "mtr";
    /// The text of a mail that an event fires.
    NotificationTemplateId = NotificationTemplate "ntf";
    /// What can be bought.
    OfferId = Offer "ofr";
    /// What was asked for.
    OrderId = Order "ord";
    /// A person or an organization as such.
    PartyId = Party "pty";
    /// Money in.
    PaymentId = Payment "pay";
    /// How an account pays.
    PaymentMethodId = PaymentMethod "pmt";
    /// An open balance spread over instalments.
    PaymentPlanId = PaymentPlan "ppl";
    /// What an offer costs.
    PriceId = Price "prc";
    /// What lowers prices for a time, for some.
    PromotionId = Promotion "prm";
    /// An answer to "what would this cost?".
    QuoteId = Quote "quo";
    /// Money back.
    RefundId = Refund "rfd";
    /// A group of resources that taxation looks at.
    ResourceCategoryId = ResourceCategory "rct";
    /// A countable thing in a specification.
    ResourceId = Resource "res";
    /// What a buyer says of an offer.
    ReviewId = Review "rev";
    /// The assignment of a subscription's unit to a user.
    SeatId = Seat "sea";
    /// What happens after expiry.
    ServiceTermsId = ServiceTerms "svt";
    /// A sign-in that is still open.
    SessionId = Session "ses";
    /// What a seller owes a partner for a time.
    SettlementId = Settlement "stl";
    /// Who gets which part of what was charged.
    ShareModelId = ShareModel "shm";
    /// A physical item on its way.
    ShipmentId = Shipment "shp";
    /// What the seller of an offer promises.
    SlaId = Sla "sla";
    /// What is delivered.
    SpecificationId = Specification "spc";
    /// An account's standing agreement to receive and pay for an offer.
    SubscriptionId = Subscription "sub";
    /// What must be done in another system.
    TaskId = Task "tsk";
    /// How a thing is taxed.
    TaxCategoryId = TaxCategory "txc";
    /// Where a tax holds.
    TaxZoneId = TaxZone "txz";
    /// A key for programs.
    TokenId = Token "tok";
    /// A person who can sign in.
    UserId = User "usr";
    /// A tax rate for a category in a zone from a day on.
    TaxRuleId = TaxRule "txr";
    /// A mail on its way or sent.
    MailId = Mail "mal";
    /// An occurrence of use, reported by a system that counts.
    UsageRecordId = UsageRecord "usg";
    /// Who got which part of one paid charge.
    ShareRecordId = ShareRecord "shr";
    /// A key with which an external system signs its requests.
    ConsumerKeyId = ConsumerKey "csk";
    /// What a vendor says of the attributes of one name.
    AttributeDefinitionId = AttributeDefinition "atd";
    /// How the papers of a seller look.
    LetterheadId = Letterhead "lth";
    /// What is being done about what a billing account has not paid in time.
    DunningId = Dunning "dun";
    /// A use of a coupon.
    RedemptionId = Redemption "rdm";
    /// Who takes in money for a seller.
    GatewayId = Gateway "gtw";
    /// What a seller's bank is to collect.
    DebitOrderId = DebitOrder "dbo";
    /// What moved on a seller's bank account.
    BankStatementId = BankStatement "bst";
    /// What a vendor asks of each digital good of a sort.
    AssetTypeId = AssetType "aty";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_with_its_prefix_and_read_with_or_without() {
        let uuid = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);
        let id = SubscriptionId::from_uuid(uuid);
        assert_eq!(id.to_string(), "sub_01980000-0000-7000-8000-000000000001");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(uuid.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused_with_the_form_that_was_expected() {
        let account = AccountId::from_uuid(Uuid::nil()).to_string();
        let refused = account.parse::<SubscriptionId>().map_err(|it| it.to_string());
        let expected = format!("`{account}` is not an id of the form `sub_<uuid>`");
        assert_eq!(refused, Err(expected));
    }

    #[test]
    fn no_two_kinds_share_a_prefix() {
        let mut prefixes: Vec<_> = Kind::ALL.iter().map(|it| it.prefix()).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), Kind::ALL.len());
    }

    #[test]
    fn a_noun_reads_as_in_the_names_of_events() {
        assert_eq!(Kind::BillingAccount.noun(), "billing_account");
    }
}
