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
use super::stamp::Stamp;
use super::text::{Email, Locale, Name, Prose};
use super::time::Instant;
use super::word::words;

/// To whom a mail of a template goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Recipient {
    /// To the owning account's person for a matter.
    Contact(Matter),
    /// To the person whose own the thing is.
    Person,
    /// To the seller's person for a matter.
    Seller(Matter),
}

/// What a mail says, with places to be filled from the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// The line that one sees first.
    pub subject: Name,
    /// The rest.
    pub body: Prose,
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

/// The text of a mail, and what fires it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationTemplate {
    /// Its identity.
    pub id: NotificationTemplateId,
    /// Whose it is.
    pub stamp: Stamp,
    /// What it is called.
    pub name: Name,
    /// What fires it.
    pub event: EventPattern,
    /// To whom it goes.
    pub recipient: Recipient,
    /// What it says, in each language that it can.
    pub text: Localized<MailText>,
    /// Whether it fires.
    pub firing: Firing,
}

impl NotificationTemplate {
    /// Whether an event fires it.
    #[must_use]
    pub fn fires(&self, kind: Kind, verb: Verb) -> bool {
        self.firing == Firing::On && self.event.matches(kind, verb)
    }

    /// What it says to a reader of a language.
    #[must_use]
    pub fn text(&self, locale: &Locale) -> &MailText {
        self.text.text(locale)
    }
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
}

impl Letter {
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
    /// From which template it was made.
    pub template: Option<NotificationTemplateId>,
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
    /// From which template it was made.
    pub template: Option<NotificationTemplateId>,
    /// What is sent.
    pub letter: Letter,
}

impl Mail {
    /// So long to wait after each failed attempt, in seconds; after the last it is given up.
    pub const WAITS: [i64; 6] = [60, 300, 1800, 7200, 21_600, 86_400];

    /// A new mail, to be tried from `wall` on.
    pub fn queue(command: QueueMail, wall: Instant) -> Result<(Self, Verb), Invalid> {
        let QueueMail { id, stamp, about, template, letter } = command;
        letter.check()?;
        let (state, attempts, try_at, trouble) = (MailState::Queued, 0, wall, None);
        let mail = Self { id, stamp, about, template, letter, state, attempts, try_at, trouble };
        Ok((mail, Verb::Created))
    }

    /// The mail, taken by a server.
    pub fn delivered(self) -> Result<(Self, Verb), Rejection> {
        let mail = self.step(MailTrigger::Deliver)?;
        Ok((Self { attempts: mail.attempts + 1, trouble: None, ..mail }, Verb::Sent))
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
        };
        let id = MailId::from_uuid(Uuid::nil());
        Mail::queue(QueueMail { id, stamp: stamp(), about: None, template: None, letter }, at(0))
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
    fn a_template_fires_at_its_event_in_the_readers_language() {
        let locale = |text: &str| text.parse::<Locale>().expect(text);
        let text = |subject: &str| MailText {
            subject: subject.parse().expect("a name"),
            body: "{{ invoice.number }}".parse().expect("a text"),
        };
        let mut template = NotificationTemplate {
            id: NotificationTemplateId::from_uuid(Uuid::nil()),
            stamp: stamp(),
            name: "Invoice".parse().expect("a name"),
            event: EventPattern::of(Kind::Invoice, Verb::Issued),
            recipient: Recipient::Contact(Matter::Billing),
            text: Localized::new(locale("en"), text("Invoice"))
                .with(locale("de"), text("Rechnung")),
            firing: Firing::On,
        };
        assert!(template.fires(Kind::Invoice, Verb::Issued));
        assert!(!template.fires(Kind::Invoice, Verb::Paid));
        let subject = |reader: &str| template.text(&locale(reader)).subject.to_string();
        assert_eq!(["de_AT", "en_US", "fr"].map(subject), ["Rechnung", "Invoice", "Invoice"]);
        template.firing = Firing::Off;
        assert!(!template.fires(Kind::Invoice, Verb::Issued));
    }
}
