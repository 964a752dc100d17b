//! Every permission, and how far it reaches for each role: the one table of rights.

use std::fmt;

use Reach::{Account, Branch, Everything, Itself, Nothing, Shelf};

use super::role::Role;

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// To what is the person's own.
    Itself,
    /// To what the seller of the own account has for sale.
    Shelf,
    /// To the own account and what belongs to it.
    Account,
    /// To everything in the branch of the account tree that the own account heads.
    Branch,
    /// To everything.
    Everything,
}

impl Reach {
    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "-",
            Self::Itself => "itself",
            Self::Shelf => "shelf",
            Self::Account => "account",
            Self::Branch => "branch",
            Self::Everything => "everything",
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How far a permission reaches for operators, vendor admins, customer admins and members.
type Row = [Reach; 4];

/// What concerns the appliance as such.
const APPLIANCE: Row = [Everything, Nothing, Nothing, Nothing];
/// What is the seller's business.
const SELLING: Row = [Everything, Branch, Nothing, Nothing];
/// What the buyer's administrators may do with what belongs to it.
const BUYING: Row = [Everything, Branch, Account, Nothing];
/// The same, and what each person may do with its own.
const PERSONAL: Row = [Everything, Branch, Account, Itself];
/// What members may do for the account, where the vendor allows it.
const ORDERING: Row = [Everything, Branch, Account, Account];
/// What lies before everybody's eyes.
const SHOWN: Row = [Everything, Branch, Shelf, Shelf];
/// What is for the buyer alone, and hidden from who sells and who runs the appliance.
const PRIVATE: Row = [Nothing, Nothing, Account, Itself];
/// What one does for oneself alone: a key made for another would be that other's key.
const OWN: Row = [Itself, Itself, Itself, Itself];

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal sees $sees:ident for $row:ident;)+) => {
        /// Everything that one can be allowed to do. The order is the store's: append only.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum Permission {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Permission {
            /// All permissions.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name on the wire, in scopes of tokens and in the printed table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What it allows, in words.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }

            /// The permission that lets one see what this one lets one change.
            #[must_use]
            pub const fn reading(self) -> Self {
                match self { $(Self::$name => Self::$sees,)+ }
            }

            /// How far it reaches, for each role in the order of [`Role::ALL`].
            const fn row(self) -> Row {
                match self { $(Self::$name => $row,)+ }
            }
        }
    };
}

permissions! {
    /// See accounts.
    AccountRead = "account_read" sees AccountRead for BUYING;
    /// Open customer and reseller accounts.
    AccountRegister = "account_register" sees AccountRead for SELLING;
    /// Change names, addresses and contacts of accounts.
    AccountWrite = "account_write" sees AccountRead for BUYING;
    /// Change class, tax status, credit and other commercial terms of accounts.
    AccountTermsWrite = "account_terms_write" sees AccountRead for SELLING;
    /// Hold accounts and release them.
    AccountHold = "account_hold" sees AccountRead for SELLING;
    /// Move accounts to another place in the tree.
    AccountMove = "account_move" sees AccountRead for APPLIANCE;
    /// Close accounts.
    AccountClose = "account_close" sees AccountRead for SELLING;
    /// Forget everything personal of closed accounts.
    AccountErase = "account_erase" sees AccountRead for SELLING;
    /// See persons and organizations.
    PartyRead = "party_read" sees PartyRead for PERSONAL;
    /// Change persons and organizations.
    PartyWrite = "party_write" sees PartyRead for PERSONAL;
    /// See customer classes.
    ClassRead = "class_read" sees ClassRead for SELLING;
    /// Change customer classes.
    ClassWrite = "class_write" sees ClassRead for SELLING;
    /// See how much accounts are trusted.
    CreditRead = "credit_read" sees CreditRead for SELLING;
    /// Assess how much accounts are trusted.
    CreditWrite = "credit_write" sees CreditRead for SELLING;
    /// See billing accounts.
    BillingAccountRead = "billing_account_read" sees BillingAccountRead for BUYING;
    /// Change billing accounts.
    BillingAccountWrite = "billing_account_write" sees BillingAccountRead for BUYING;
    /// See users.
    UserRead = "user_read" sees UserRead for PERSONAL;
    /// Invite users.
    UserInvite = "user_invite" sees UserRead for BUYING;
    /// Change what is known of users.
    UserWrite = "user_write" sees UserRead for PERSONAL;
    /// Suspend users and let them go on.
    UserSuspend = "user_suspend" sees UserRead for BUYING;
    /// Remove users and restore them.
    UserRemove = "user_remove" sees UserRead for BUYING;
    /// Give roles and take them away.
    RoleGrant = "role_grant" sees UserRead for BUYING;
    /// Set passwords.
    PasswordWrite = "password_write" sees UserRead for PERSONAL;
    /// See the API tokens of users, though never their secrets.
    TokenRead = "token_read" sees TokenRead for PERSONAL;
    /// Make API tokens for oneself.
    TokenWrite = "token_write" sees TokenRead for OWN;
    /// Take API tokens back.
    TokenRevoke = "token_revoke" sees TokenRead for PERSONAL;
    /// See the open sign-ins of users.
    SessionRead = "session_read" sees SessionRead for PERSONAL;
    /// End sign-ins.
    SessionEnd = "session_end" sees SessionRead for PERSONAL;
    /// See what is for sale.
    OfferBrowse = "offer_browse" sees OfferBrowse for SHOWN;
    /// See the catalogue with its drafts and everything behind it.
    CatalogRead = "catalog_read" sees CatalogRead for SELLING;
    /// Change the catalogue.
    CatalogWrite = "catalog_write" sees CatalogRead for SELLING;
    /// Launch and retire what is in the catalogue.
    CatalogPublish = "catalog_publish" sees CatalogRead for SELLING;
    /// See carts.
    CartRead = "cart_read" sees CartRead for PERSONAL;
    /// Fill carts.
    CartWrite = "cart_write" sees CartRead for PERSONAL;
    /// See quotes.
    QuoteRead = "quote_read" sees QuoteRead for PERSONAL;
    /// Ask for quotes, and accept them.
    QuoteAsk = "quote_ask" sees QuoteRead for BUYING;
    /// Answer quotes.
    QuoteDecide = "quote_decide" sees QuoteRead for SELLING;
    /// See orders and their shipments.
    OrderRead = "order_read" sees OrderRead for PERSONAL;
    /// Place orders.
    OrderPlace = "order_place" sees OrderRead for ORDERING;
    /// Ask for the cancellation of orders.
    OrderCancel = "order_cancel" sees OrderRead for BUYING;
    /// Accept, reject and hold orders, and judge their cancellation.
    OrderDecide = "order_decide" sees OrderRead for SELLING;
    /// Say how far physical items are on their way.
    ShipmentWrite = "shipment_write" sees OrderRead for SELLING;
    /// See subscriptions.
    SubscriptionRead = "subscription_read" sees SubscriptionRead for PERSONAL;
    /// Change the plan, quantity and renewal of subscriptions.
    SubscriptionChange = "subscription_change" sees SubscriptionRead for BUYING;
    /// Hold subscriptions and release them.
    SubscriptionHold = "subscription_hold" sees SubscriptionRead for SELLING;
    /// Call subscriptions off.
    SubscriptionCancel = "subscription_cancel" sees SubscriptionRead for BUYING;
    /// See the access links and credentials of what one bought.
    AccessRead = "access_read" sees SubscriptionRead for PRIVATE;
    /// See seats.
    SeatRead = "seat_read" sees SeatRead for PERSONAL;
    /// Assign and release seats.
    SeatWrite = "seat_write" sees SeatRead for BUYING;
    /// See what must be done in other systems.
    TaskRead = "task_read" sees TaskRead for SELLING;
    /// Do it, or say that it is done.
    ProvisioningWork = "provisioning_work" sees TaskRead for SELLING;
    /// See usage.
    UsageRead = "usage_read" sees UsageRead for BUYING;
    /// Report usage.
    UsageWrite = "usage_write" sees UsageRead for SELLING;
    /// See billing runs and their charges.
    BillingRead = "billing_read" sees BillingRead for SELLING;
    /// Run the billing, which is one of all sellers.
    BillingRun = "billing_run" sees BillingRead for APPLIANCE;
    /// See invoices and credit notes.
    InvoiceRead = "invoice_read" sees InvoiceRead for BUYING;
    /// Issue invoices.
    InvoiceIssue = "invoice_issue" sees InvoiceRead for SELLING;
    /// Give up what will not be paid.
    InvoiceWriteOff = "invoice_write_off" sees InvoiceRead for SELLING;
    /// Take invoices back, all or in part.
    CreditNoteWrite = "credit_note_write" sees InvoiceRead for SELLING;
    /// See payments, refunds and payment plans.
    PaymentRead = "payment_read" sees PaymentRead for BUYING;
    /// Pay.
    PaymentMake = "payment_make" sees PaymentRead for BUYING;
    /// Record and allocate payments that came in.
    PaymentRecord = "payment_record" sees PaymentRead for SELLING;
    /// Agree on payment plans.
    PaymentPlanWrite = "payment_plan_write" sees PaymentRead for SELLING;
    /// Give money back.
    RefundWrite = "refund_write" sees PaymentRead for SELLING;
    /// See how somebody pays.
    PaymentMethodRead = "payment_method_read" sees PaymentMethodRead for BUYING;
    /// Change how somebody pays.
    PaymentMethodWrite = "payment_method_write" sees PaymentMethodRead for BUYING;
    /// See balances, deposits and prepaid buckets.
    BalanceRead = "balance_read" sees BalanceRead for BUYING;
    /// Take deposits, fill and correct buckets.
    BalanceWrite = "balance_write" sees BalanceRead for SELLING;
    /// See the double entries.
    JournalRead = "journal_read" sees JournalRead for SELLING;
    /// See who gets which part of what was charged.
    ShareRead = "share_read" sees ShareRead for SELLING;
    /// Say who gets which part of what was charged.
    ShareWrite = "share_write" sees ShareRead for SELLING;
    /// See settlements.
    SettlementRead = "settlement_read" sees SettlementRead for BUYING;
    /// Settle with partners.
    SettlementRun = "settlement_run" sees SettlementRead for SELLING;
    /// See tax categories, zones and rules.
    TaxRead = "tax_read" sees TaxRead for SELLING;
    /// Change tax categories, zones and rules.
    TaxWrite = "tax_write" sees TaxRead for SELLING;
    /// See listeners and how their deliveries went.
    ListenerRead = "listener_read" sees ListenerRead for BUYING;
    /// Set up listeners.
    ListenerWrite = "listener_write" sees ListenerRead for BUYING;
    /// See the templates of mails.
    NotificationRead = "notification_read" sees NotificationRead for SELLING;
    /// Change the templates of mails.
    NotificationWrite = "notification_write" sees NotificationRead for SELLING;
    /// See the mails that were sent.
    MailRead = "mail_read" sees MailRead for SELLING;
    /// See registered documents.
    DocumentRead = "document_read" sees DocumentRead for BUYING;
    /// Change registered documents.
    DocumentWrite = "document_write" sees DocumentRead for SELLING;
    /// See the reviews that one may change or answer, hidden ones too; those that are shown are read
    /// by who sees what is for sale.
    ReviewRead = "review_read" sees ReviewRead for PERSONAL;
    /// Say what one thinks of what one bought.
    ReviewWrite = "review_write" sees ReviewRead for PERSONAL;
    /// Answer and hide what buyers say.
    ReviewModerate = "review_moderate" sees ReviewRead for SELLING;
    /// See who did what.
    AuditRead = "audit_read" sees AuditRead for SELLING;
    /// See the policies of a seller.
    SettingsRead = "settings_read" sees SettingsRead for SELLING;
    /// Change the policies of a seller.
    SettingsWrite = "settings_write" sees SettingsRead for SELLING;
    /// See what the house does by itself.
    JobRead = "job_read" sees JobRead for APPLIANCE;
    /// Move the test clock, and confirm a jump of the machine's.
    ClockMove = "clock_move" sees JobRead for APPLIANCE;
    /// Back up, check and rebuild.
    MaintenanceRun = "maintenance_run" sees JobRead for APPLIANCE;
    /// See the consumer keys of users, though never their secrets.
    ConsumerKeyRead = "consumer_key_read" sees ConsumerKeyRead for PERSONAL;
    /// Make consumer keys for oneself, and confine them.
    ConsumerKeyWrite = "consumer_key_write" sees ConsumerKeyRead for OWN;
    /// Take consumer keys back.
    ConsumerKeyRevoke = "consumer_key_revoke" sees ConsumerKeyRead for PERSONAL;
    /// See what a seller asks of the attributes of accounts, subscriptions and orders.
    AttributeRead = "attribute_read" sees AttributeRead for SHOWN;
    /// Take a seat, for oneself or for somebody else.
    SeatTake = "seat_take" sees SeatRead for PERSONAL;
    /// Write down what is disputed about invoices, and resolve it.
    InvoiceDispute = "invoice_dispute" sees InvoiceRead for SELLING;
    /// See what banks are to collect, and what they say.
    BankingRead = "banking_read" sees BankingRead for SELLING;
    /// Have banks collect, and take in what they say.
    BankingWrite = "banking_write" sees BankingRead for SELLING;
}

/// How far a permission reaches for a role.
#[must_use]
pub const fn reach(role: Role, permission: Permission) -> Reach {
    let [operator, vendor_admin, customer_admin, member] = permission.row();
    match role {
        Role::Operator => operator,
        Role::VendorAdmin => vendor_admin,
        Role::CustomerAdmin => customer_admin,
        Role::Member => member,
    }
}

/// The whole table as text: a row for each permission, a column for each role.
#[must_use]
pub fn table() -> String {
    let cell = |reach: Reach| format!(" | {reach:<14}");
    let line = |permission: &Permission| {
        let cells: String = permission.row().into_iter().map(cell).collect();
        format!("{:<21}{cells}", permission.name()).trim_end().to_owned() + "\n"
    };
    let head: String = Role::ALL.iter().map(|it| format!(" | {it:<14}")).collect();
    let head = format!("{:<21}{head}", "").trim_end().to_owned() + "\n";
    Permission::ALL.iter().map(line).fold(head, |all, it| all + &it)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "the rows of the table are counted as lines")]
    fn the_rights_are_these() {
        expect![[r#"
                                  | operator       | vendor_admin   | customer_admin | member
            account_read          | everything     | branch         | account        | -
            account_register      | everything     | branch         | -              | -
            account_write         | everything     | branch         | account        | -
            account_terms_write   | everything     | branch         | -              | -
            account_hold          | everything     | branch         | -              | -
            account_move          | everything     | -              | -              | -
            account_close         | everything     | branch         | -              | -
            account_erase         | everything     | branch         | -              | -
            party_read            | everything     | branch         | account        | itself
            party_write           | everything     | branch         | account        | itself
            class_read            | everything     | branch         | -              | -
            class_write           | everything     | branch         | -              | -
            credit_read           | everything     | branch         | -              | -
            credit_write          | everything     | branch         | -              | -
            billing_account_read  | everything     | branch         | account        | -
            billing_account_write | everything     | branch         | account        | -
            user_read             | everything     | branch         | account        | itself
            user_invite           | everything     | branch         | account        | -
            user_write            | everything     | branch         | account        | itself
            user_suspend          | everything     | branch         | account        | -
            user_remove           | everything     | branch         | account        | -
            role_grant            | everything     | branch         | account        | -
            password_write        | everything     | branch         | account        | itself
            token_read            | everything     | branch         | account        | itself
            token_write           | itself         | itself         | itself         | itself
            token_revoke          | everything     | branch         | account        | itself
            session_read          | everything     | branch         | account        | itself
            session_end           | everything     | branch         | account        | itself
            offer_browse          | everything     | branch         | shelf          | shelf
            catalog_read          | everything     | branch         | -              | -
            catalog_write         | everything     | branch         | -              | -
            catalog_publish       | everything     | branch         | -              | -
            cart_read             | everything     | branch         | account        | itself
            cart_write            | everything     | branch         | account        | itself
            quote_read            | everything     | branch         | account        | itself
            quote_ask             | everything     | branch         | account        | -
            quote_decide          | everything     | branch         | -              | -
            order_read            | everything     | branch         | account        | itself
            order_place           | everything     | branch         | account        | account
            order_cancel          | everything     | branch         | account        | -
            order_decide          | everything     | branch         | -              | -
            shipment_write        | everything     | branch         | -              | -
            subscription_read     | everything     | branch         | account        | itself
            subscription_change   | everything     | branch         | account        | -
            subscription_hold     | everything     | branch         | -              | -
            subscription_cancel   | everything     | branch         | account        | -
            access_read           | -              | -              | account        | itself
            seat_read             | everything     | branch         | account        | itself
            seat_write            | everything     | branch         | account        | -
            task_read             | everything     | branch         | -              | -
            provisioning_work     | everything     | branch         | -              | -
            usage_read            | everything     | branch         | account        | -
            usage_write           | everything     | branch         | -              | -
            billing_read          | everything     | branch         | -              | -
            billing_run           | everything     | -              | -              | -
            invoice_read          | everything     | branch         | account        | -
            invoice_issue         | everything     | branch         | -              | -
            invoice_write_off     | everything     | branch         | -              | -
            credit_note_write     | everything     | branch         | -              | -
            payment_read          | everything     | branch         | account        | -
            payment_make          | everything     | branch         | account        | -
            payment_record        | everything     | branch         | -              | -
            payment_plan_write    | everything     | branch         | -              | -
            refund_write          | everything     | branch         | -              | -
            payment_method_read   | everything     | branch         | account        | -
            payment_method_write  | everything     | branch         | account        | -
            balance_read          | everything     | branch         | account        | -
            balance_write         | everything     | branch         | -              | -
            journal_read          | everything     | branch         | -              | -
            share_read            | everything     | branch         | -              | -
            share_write           | everything     | branch         | -              | -
            settlement_read       | everything     | branch         | account        | -
            settlement_run        | everything     | branch         | -              | -
            tax_read              | everything     | branch         | -              | -
            tax_write             | everything     | branch         | -              | -
            listener_read         | everything     | branch         | account        | -
            listener_write        | everything     | branch         | account        | -
            notification_read     | everything     | branch         | -              | -
            notification_write    | everything     | branch         | -              | -
            mail_read             | everything     | branch         | -              | -
            document_read         | everything     | branch         | account        | -
            document_write        | everything     | branch         | -              | -
            review_read           | everything     | branch         | account        | itself
            review_write          | everything     | branch         | account        | itself
            review_moderate       | everything     | branch         | -              | -
            audit_read            | everything     | branch         | -              | -
            settings_read         | everything     | branch         | -              | -
            settings_write        | everything     | branch         | -              | -
            job_read              | everything     | -              | -              | -
            clock_move            | everything     | -              | -              | -
            maintenance_run       | everything     | -              | -              | -
            consumer_key_read     | everything     | branch         | account        | itself
            consumer_key_write    | itself         | itself         | itself         | itself
            consumer_key_revoke   | everything     | branch         | account        | itself
            attribute_read        | everything     | branch         | shelf          | shelf
            seat_take             | everything     | branch         | account        | itself
            invoice_dispute       | everything     | branch         | -              | -
            banking_read          | everything     | branch         | -              | -
            banking_write         | everything     | branch         | -              | -
        "#]]
        .assert_eq(&table());
    }

    /// Except that a member who may order sees of all orders its own.
    #[test]
    fn who_may_change_a_thing_may_see_it() {
        for permission in Permission::ALL.iter().filter(|it| **it != Permission::OrderPlace) {
            for role in Role::ALL {
                let reads = |it: &Role| reach(*it, permission.reading());
                let widest = role.with_implied().iter().map(reads).max();
                assert!(widest >= Some(reach(*role, *permission)), "{role} {}", permission.name());
            }
        }
    }

    #[test]
    fn a_greater_role_reaches_at_least_as_far() {
        for permission in Permission::ALL.iter().filter(|it| **it != Permission::AccessRead) {
            let reaches = Role::ALL.iter().map(|it| reach(*it, *permission));
            let reaches: Vec<_> = reaches.collect();
            let falls = reaches.windows(2).all(|it| it[0] >= it[1]);
            assert!(falls, "{}: {reaches:?}", permission.name());
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Permission::ALL.iter().map(|it| it.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Permission::ALL.len());
        assert_eq!(
            Permission::ClockMove.meaning().trim(),
            "Move the test clock, and confirm a jump of the machine's."
        );
    }
}
