//! Notifications: mails that events fire, from templates in the reader's language.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | notification template | NotificationTemplate | mails | – |

use serde::{Deserialize, Serialize};

use super::account::profile::Matter;
use super::error::{Code as Reason, Invalid, Rejection};
use super::event::Verb;
use super::id::{Kind, MailId, NotificationTemplateId, Subject};
use super::listener::EventPattern;
use super::localized::Localized;
use super::sealed::Sealed;
use super::stamp::Stamp;
use super::text::{Email, Name, Prose};
use super::time::Instant;
use super::word::words;

/// To whom a mail of a template goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Recipient {
    /// To the owning account's person for a matter.
    Contact(Matter),
    /// To the person whose own the thing is.
    Person,
    /// To the address that the person had before.
    FormerAddress,
    /// To the seller's person for a matter.
    Seller(Matter),
}

/// What a mail says, with places to be filled from the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// The line that one sees first.
    pub subject: Name,
    /// The rest, for every reader.
    pub text: Prose,
    /// The same for readers of HTML, if there is one.
    pub html: Option<Prose>,
}

words! {
    /// On what occasion a mail is sent.
    Occasion {
        /// Somebody got access and shall choose a password.
        Welcome = "welcome";
        /// Somebody forgot a password.
        PasswordReset = "password_reset";
        /// An order was taken.
        OrderConfirmed = "order_confirmed";
        /// An invoice is ready.
        InvoiceIssued = "invoice_issued";
        /// A payment arrived.
        PaymentReceived = "payment_received";
        /// An invoice is overdue.
        PaymentReminder = "payment_reminder";
        /// A subscription ends soon.
        SubscriptionExpiring = "subscription_expiring";
        /// A subscription has ended.
        SubscriptionExpired = "subscription_expired";
        /// A subscription was suspended.
        SubscriptionHeld = "subscription_held";
        /// What was paid in beforehand runs out.
        LowBalance = "low_balance";
        /// Somebody else set a password that works once.
        OneTimePassword = "one_time_password";
        /// Somebody was stopped.
        UserSuspended = "user_suspended";
        /// Somebody goes on.
        UserResumed = "user_resumed";
        /// Somebody has other roles.
        RolesChanged = "roles_changed";
        /// Somebody is gone for good.
        UserRemoved = "user_removed";
        /// A subscription that was suspended goes on.
        SubscriptionReleased = "subscription_released";
        /// Somebody was given a seat.
        SeatGiven = "seat_given";
        /// Somebody has a seat of another subscription, or another part of a pool.
        SeatChanged = "seat_changed";
        /// Somebody has a seat no longer.
        SeatTaken = "seat_taken";
        /// A step of dunning reminds of all that is overdue.
        DunningNotice = "dunning_notice";
        /// A credit note is ready.
        CreditNoteIssued = "credit_note_issued";
        /// A subscription goes on as it is, although a switch was agreed on.
        SwitchFellAway = "switch_fell_away";
        /// An instalment is overdue.
        InstalmentReminder = "instalment_reminder";
        /// A subscription may be tried for longer.
        TrialExtended = "trial_extended";
        /// What was tried is bought.
        TrialUpgraded = "trial_upgraded";
        /// Somebody signs in with something else.
        LoginChanged = "login_changed";
        /// What is due is going to be collected by mandate.
        DebitAnnounced = "debit_announced";
        /// An account was put on hold, with what it stops.
        AccountHeld = "account_held";
        /// An account on which nothing lies any more goes on.
        AccountReleased = "account_released";
        /// A note says what a partner has earned.
        SettlementIssued = "settlement_issued";
        /// What was ordered has left and is on its way.
        ShipmentSent = "shipment_sent";
        /// There is a newer version of what one has.
        AssetUpgraded = "asset_upgraded";
        /// An order waits for something that its buyer has to say or do.
        OrderInformationRequired = "order_information_required";
        /// Somebody has bought what one sells.
        OfferSold = "offer_sold";
        /// An order was called off, because it was not paid first as it had to be.
        OrderUnpaid = "order_unpaid";
        /// Money that was paid goes back to where it came from.
        RefundMade = "refund_made";
        /// An order has come to its end, and some or all of it cannot be had.
        OrderFellShort = "order_fell_short";
        /// A seller has sold what one delivers for it.
        SupplyOrdered = "supply_ordered";
        /// Services have ended because they were not paid.
        ServicesEnded = "services_ended";
        /// It was agreed that something is paid in parts.
        PlanAgreed = "plan_agreed";
        /// An instalment is due soon.
        InstalmentDue = "instalment_due";
        /// The last instalment is paid.
        PlanCompleted = "plan_completed";
    }
}

impl Occasion {
    /// The event that is the occasion.
    #[must_use]
    pub const fn event(self) -> EventPattern {
        let (kind, verb) = match self {
            Self::Welcome => (Kind::User, Verb::Created),
            Self::PasswordReset
            | Self::OneTimePassword
            | Self::RolesChanged
            | Self::LoginChanged => (Kind::User, Verb::Changed),
            Self::UserSuspended => (Kind::User, Verb::Held),
            Self::UserResumed => (Kind::User, Verb::Released),
            Self::UserRemoved => (Kind::User, Verb::Removed),
            Self::OrderConfirmed => (Kind::Order, Verb::Created),
            Self::OrderInformationRequired => (Kind::Order, Verb::InformationRequired),
            Self::InvoiceIssued => (Kind::Invoice, Verb::Issued),
            Self::PaymentReceived => (Kind::Payment, Verb::Received),
            Self::DebitAnnounced => (Kind::Payment, Verb::Announced),
            Self::PaymentReminder => (Kind::Invoice, Verb::Overdue),
            Self::SubscriptionExpiring => (Kind::Subscription, Verb::Expiring),
            Self::SubscriptionExpired => (Kind::Subscription, Verb::Expired),
            Self::SubscriptionHeld => (Kind::Subscription, Verb::Held),
            Self::SubscriptionReleased => (Kind::Subscription, Verb::Released),
            Self::SeatGiven => (Kind::Seat, Verb::Created),
            Self::SeatChanged => (Kind::Seat, Verb::Changed),
            Self::SeatTaken => (Kind::Seat, Verb::Released),
            Self::CreditNoteIssued => (Kind::CreditNote, Verb::Issued),
            Self::SwitchFellAway => (Kind::Subscription, Verb::FellAway),
            Self::TrialExtended => (Kind::Subscription, Verb::TrialExtended),
            Self::TrialUpgraded => (Kind::Subscription, Verb::Upgraded),
            Self::LowBalance => (Kind::BillingAccount, Verb::RunningLow),
            Self::SettlementIssued => (Kind::Settlement, Verb::Issued),
            Self::ShipmentSent => (Kind::Shipment, Verb::Shipped),
            Self::AssetUpgraded => (Kind::Subscription, Verb::AssetUpgraded),
            Self::AccountHeld => (Kind::Account, Verb::Held),
            Self::AccountReleased => (Kind::Account, Verb::Released),
            Self::DunningNotice => (Kind::Dunning, Verb::Sent),
            Self::ServicesEnded => (Kind::Dunning, Verb::Terminated),
            Self::InstalmentReminder => (Kind::PaymentPlan, Verb::Overdue),
            Self::PlanAgreed => (Kind::PaymentPlan, Verb::Created),
            Self::InstalmentDue => (Kind::PaymentPlan, Verb::Announced),
            Self::PlanCompleted => (Kind::PaymentPlan, Verb::Completed),
            Self::OfferSold | Self::SupplyOrdered => (Kind::Order, Verb::Started),
            Self::OrderFellShort => (Kind::Order, Verb::PartlyCompleted),
            Self::RefundMade => (Kind::Refund, Verb::Refunded),
            Self::OrderUnpaid => (Kind::Order, Verb::Canceled),
        };
        EventPattern::of(kind, verb)
    }

    /// The occasion that an event is, if it is one: the first where there are several. A user's change is one only
    /// if the user was given a link or a password, or became something else, which the event alone does not say.
    #[must_use]
    pub fn at(kind: Kind, verb: Verb) -> Option<Self> {
        // Of what fails as a whole the same is said as of what fails in part.
        let verb = match (kind, verb) {
            (Kind::Order, Verb::Failed) => Verb::PartlyCompleted,
            (_, verb) => verb,
        };
        let found = Self::ALL.iter().find(|it| it.event().matches(kind, verb)).copied();
        found.filter(|_| kind != Kind::User)
    }

    /// To whom the mail goes.
    #[must_use]
    pub const fn recipient(self) -> Recipient {
        match self {
            Self::Welcome
            | Self::PasswordReset
            | Self::OneTimePassword
            | Self::UserSuspended
            | Self::UserResumed
            | Self::RolesChanged
            | Self::UserRemoved
            | Self::SeatGiven
            | Self::SeatChanged
            | Self::SeatTaken => Recipient::Person,
            Self::LoginChanged => Recipient::FormerAddress,
            Self::OfferSold => Recipient::Seller(Matter::Administration),
            Self::InvoiceIssued
            | Self::CreditNoteIssued
            | Self::PaymentReceived
            | Self::DebitAnnounced
            | Self::PaymentReminder
            | Self::InstalmentReminder
            | Self::PlanAgreed
            | Self::InstalmentDue
            | Self::PlanCompleted
            | Self::DunningNotice
            | Self::ServicesEnded
            | Self::AccountHeld
            | Self::AccountReleased
            | Self::SettlementIssued
            | Self::RefundMade
            | Self::LowBalance => Recipient::Contact(Matter::Billing),
            Self::OrderConfirmed
            | Self::OrderInformationRequired
            | Self::OrderUnpaid
            | Self::OrderFellShort
            // Of each of those who deliver, as if it were the owner.
            | Self::SupplyOrdered
            | Self::ShipmentSent
            | Self::AssetUpgraded
            | Self::SubscriptionExpiring
            | Self::SubscriptionExpired
            | Self::SubscriptionHeld
            | Self::SubscriptionReleased
            | Self::SwitchFellAway
            | Self::TrialExtended
            | Self::TrialUpgraded => Recipient::Contact(Matter::Administration),
        }
    }
}

words! {
    /// Whether a template fires.
    Firing {
        /// It does.
        On = "on";
        /// It does not.
        Off = "off";
    }
}

/// What a seller says on an occasion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationTemplate {
    /// Its identity.
    pub id: NotificationTemplateId,
    /// Whose it is.
    pub stamp: Stamp,
    /// On which occasion.
    pub occasion: Occasion,
    /// What it says, in each language that it can.
    pub text: Localized<MailText>,
    /// Whether it fires.
    pub firing: Firing,
}

words! {
    /// Where a mail is.
    MailState {
        /// Waits to be sent, for the first time or again.
        Queued = "queued";
        /// Was taken by the next server on its way.
        Sent = "sent";
        /// Could not be sent, and is not tried any more.
        Failed = "failed";
    }
}

words! {
    /// What happens to a mail.
    MailTrigger {
        /// A server took it.
        Deliver = "deliver";
        /// A server did not take it, but may later.
        Delay = "delay";
        /// It is not tried any more.
        GiveUp = "give_up";
        /// Somebody wants it tried again.
        Retry = "retry";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
const fn next(state: MailState, trigger: MailTrigger) -> Option<MailState> {
    use {MailState as S, MailTrigger as T};
    match (state, trigger) {
        (S::Queued, T::Delay) | (S::Failed, T::Retry) => Some(S::Queued),
        (S::Queued, T::Deliver) => Some(S::Sent),
        (S::Queued, T::GiveUp) => Some(S::Failed),
        (S::Queued, T::Retry)
        | (S::Sent, T::Deliver | T::Delay | T::GiveUp | T::Retry)
        | (S::Failed, T::Deliver | T::Delay | T::GiveUp) => None,
    }
}

/// What is sent, word for word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// To whom.
    pub to: Email,
    /// What that person is called.
    pub recipient: Option<Name>,
    /// The line that one sees first.
    pub subject: Name,
    /// The text for every reader.
    pub text: String,
    /// The same for readers of HTML, if there is one.
    pub html: Option<String>,
    /// What is attached, to be rendered when it is sent: an invoice.
    pub attached: Vec<Subject>,
    /// What stands where the texts have [`Letter::SECRET`]: a part of a link that only the reader
    /// may know. It is gone once the mail was sent.
    pub secret: Option<Sealed>,
}

impl Letter {
    /// Where the secret belongs in the texts.
    pub const SECRET: &'static str = "{secret-of-the-link}";

    /// Texts are no longer than this.
    pub const BYTES_MAX: usize = 256 * 1024;

    fn check(&self) -> Result<(), Invalid> {
        let html = self.html.as_deref().unwrap_or_default();
        match self.text.len().max(html.len()) {
            0 => Err(Invalid::one("/text", "required", "must not be empty")),
            1..=Self::BYTES_MAX => Ok(()),
            _ => Err(Invalid::one("/text", "range", "must have at most 262144 bytes")),
        }
    }
}

/// A mail on its way or sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Its identity; the server that takes it knows it by this.
    pub id: MailId,
    /// Whose business it is about.
    pub stamp: Stamp,
    /// The thing it is about.
    pub about: Option<Subject>,
    /// On which occasion it was written.
    pub occasion: Option<Occasion>,
    letter: Letter,
    state: MailState,
    attempts: u32,
    try_at: Instant,
    trouble: Option<Prose>,
}

/// Queues a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueMail {
    /// The identity it gets.
    pub id: MailId,
    /// Whose business it is about.
    pub stamp: Stamp,
    /// The thing it is about.
    pub about: Option<Subject>,
    /// On which occasion it was written.
    pub occasion: Option<Occasion>,
    /// What is sent.
    pub letter: Letter,
}

impl Mail {
    /// So long to wait after each failed attempt, in seconds; after the last it is given up.
    pub const WAITS: [i64; 6] = [60, 300, 1800, 7200, 21_600, 86_400];

    /// A new mail, to be tried from `wall` on.
    pub fn queue(command: QueueMail, wall: Instant) -> Result<(Self, Verb), Invalid> {
        let QueueMail { id, stamp, about, occasion, letter } = command;
        letter.check()?;
        let (state, attempts, try_at, trouble) = (MailState::Queued, 0, wall, None);
        let mail = Self { id, stamp, about, occasion, letter, state, attempts, try_at, trouble };
        Ok((mail, Verb::Created))
    }

    /// The mail, taken by a server.
    pub fn delivered(self) -> Result<(Self, Verb), Rejection> {
        let mail = self.step(MailTrigger::Deliver)?;
        let letter = Letter { secret: None, ..mail.letter };
        Ok((Self { letter, attempts: mail.attempts + 1, trouble: None, ..mail }, Verb::Sent))
    }

    /// The mail after a server did not take it, at wall time: to be tried later, or given up.
    pub fn failed(self, trouble: Prose, wall: Instant) -> Result<(Self, Verb), Rejection> {
        let wait = usize::try_from(self.attempts).ok().and_then(|it| Self::WAITS.get(it)).copied();
        let (mail, verb) = match wait {
            Some(_) => (self.step(MailTrigger::Delay)?, Verb::Changed),
            None => (self.step(MailTrigger::GiveUp)?, Verb::Failed),
        };
        let try_at = wall.plus_seconds(wait.unwrap_or_default());
        Ok((Self { attempts: mail.attempts + 1, try_at, trouble: Some(trouble), ..mail }, verb))
    }

    /// The mail given up at once: the address does not exist.
    pub fn refused(self, trouble: Prose) -> Result<(Self, Verb), Rejection> {
        let mail = self.step(MailTrigger::GiveUp)?;
        Ok((Self { attempts: mail.attempts + 1, trouble: Some(trouble), ..mail }, Verb::Failed))
    }

    /// A mail that was given up, to be tried again from `wall` on.
    pub fn retry(self, wall: Instant) -> Result<(Self, Verb), Rejection> {
        let mail = self.step(MailTrigger::Retry)?;
        Ok((Self { attempts: 0, try_at: wall, ..mail }, Verb::Changed))
    }

    fn step(self, trigger: MailTrigger) -> Result<Self, Rejection> {
        match next(self.state, trigger) {
            Some(state) => Ok(Self { state, ..self }),
            None => {
                let what = trigger.word().replace('_', " ");
                let why = format!("cannot {what} a mail that is {}", self.state);
                Err(Rejection::new(Reason::MailStateForbids, why))
            }
        }
    }

    /// What is sent.
    #[must_use]
    pub const fn letter(&self) -> &Letter {
        &self.letter
    }

    /// Where it is.
    #[must_use]
    pub const fn state(&self) -> MailState {
        self.state
    }

    /// How often it was tried.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Wall time from which it is to be tried, while it waits.
    #[must_use]
    pub fn try_at(&self) -> Option<Instant> {
        (self.state == MailState::Queued).then_some(self.try_at)
    }

    /// What went wrong the last time.
    #[must_use]
    pub const fn trouble(&self) -> Option<&Prose> {
        self.trouble.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::word::matrix;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(0).expect("in range").plus_seconds(seconds)
    }

    fn stamp() -> Stamp {
        Stamp::new(SellerNumber::PROVIDER, None, at(0))
    }

    fn queue(text: &str) -> Result<(Mail, Verb), Invalid> {
        let letter = Letter {
            to: "ann@example.com".parse().expect("an address"),
            recipient: None,
            subject: "Your invoice".parse().expect("a name"),
            text: text.to_owned(),
            html: None,
            attached: Vec::new(),
            secret: None,
        };
        let id = MailId::from_uuid(Uuid::nil());
        Mail::queue(QueueMail { id, stamp: stamp(), about: None, occasion: None, letter }, at(0))
    }

    fn trouble() -> Prose {
        "451 try later".parse().expect("a text")
    }

    #[test]
    fn a_mail_goes_as_the_table_says() {
        let table = matrix(MailState::ALL, MailTrigger::ALL, next);
        expect![[r#"
                   | deliver |  delay | give_up |  retry
            queued |    sent | queued |  failed |      -
              sent |       - |      - |       - |      -
            failed |       - |      - |       - | queued
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_mail_is_tried_seven_times_with_growing_patience() {
        let mut mail = queue("Dear Ann").expect("a right letter").0;
        let mut waits = Vec::new();
        while let Some(try_at) = mail.try_at() {
            waits.push(try_at.seconds_since(at(0)));
            mail = mail.failed(trouble(), at(0)).expect("it is queued").0;
        }
        assert_eq!(waits, [0, 60, 300, 1800, 7200, 21_600, 86_400]);
        assert_eq!((mail.state(), mail.attempts()), (MailState::Failed, 7));
        let (again, _) = mail.retry(at(9)).expect("it was given up");
        assert_eq!((again.try_at(), again.attempts()), (Some(at(9)), 0));
    }

    #[test]
    fn what_was_sent_is_not_sent_again() {
        let (mail, _) = queue("Dear Ann").expect("a right letter");
        let (sent, verb) = mail.delivered().expect("it is queued");
        assert_eq!((sent.state(), verb, sent.try_at()), (MailState::Sent, Verb::Sent, None));
        let refused = sent.retry(at(1)).map(|_| ()).map_err(|it| it.detail);
        assert_eq!(refused, Err("cannot retry a mail that is sent".to_owned()));
    }

    #[test]
    fn an_address_that_does_not_exist_is_tried_once() {
        let (mail, _) = queue("Dear Ann").expect("a right letter");
        let (failed, verb) = mail.refused(trouble()).expect("it is queued");
        assert_eq!((failed.state(), failed.attempts(), verb), (MailState::Failed, 1, Verb::Failed));
    }

    #[test]
    fn a_letter_says_something_and_not_too_much() {
        assert!(queue("").is_err());
        assert!(queue(&"x".repeat(Letter::BYTES_MAX)).is_ok());
        assert!(queue(&"x".repeat(Letter::BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn each_occasion_is_an_event_of_its_own() {
        for occasion in Occasion::ALL {
            let EventPattern { kind: Some(kind), verb: Some(verb) } = occasion.event() else {
                panic!("{occasion} is of one event");
            };
            // What is sold is told first to who sells it, then to who delivers it.
            let first =
                if *occasion == Occasion::SupplyOrdered { &Occasion::OfferSold } else { occasion };
            let expected = (kind != Kind::User).then_some(*first);
            assert_eq!(Occasion::at(kind, verb), expected, "{occasion}");
        }
        assert_eq!(Occasion::at(Kind::Mail, Verb::Sent), None, "no mail is written about a mail");
    }

    #[test]
    fn what_only_the_reader_may_know_is_gone_once_it_was_sent() {
        let (mut mail, _) = queue("Dear Ann").expect("a right letter");
        mail.letter.secret = Some(Sealed::new(vec![1]));
        let (sent, _) = mail.delivered().expect("it is queued");
        assert_eq!(sent.letter().secret, None);
    }
}
