//! Mails and their templates, as they are kept.

use super::codec::Key;
use super::record::record;
use crate::domain::id::{MailId, NotificationTemplateId};
use crate::domain::notification::{Mail, NotificationTemplate};

record!(NotificationTemplate, NotificationTemplateId, "notification_template", shape 1);

record!(Mail, MailId, "mail", shape 1,
    /// `(when it is tried next, mail)`: what waits to be sent.
    MAIL_WAITING = "waiting" => |it, keys| {
        keys.extend(it.try_at().map(|at| Key::new().instant(at).id(it.id)));
    },
);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{AccountId, Id};
    use crate::domain::localized::Localized;
    use crate::domain::notification::{Firing, Letter, MailText, Occasion, QueueMail};
    use crate::domain::sealed::Sealed;
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::time::Instant;
    use crate::store::record::{decode, encode};

    fn stamp() -> Stamp {
        let now: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let owner = Some(AccountId::from_uuid(Uuid::from_u128(9)));
        Stamp::new(SellerNumber::PROVIDER, owner, now)
    }

    #[test]
    fn a_template_lies_in_these_bytes() {
        let text = MailText {
            subject: "Hello".parse().expect("a name"),
            text: "Hello {{ person.name }}".parse().expect("a text"),
            html: None,
        };
        let template = NotificationTemplate {
            id: NotificationTemplateId::from_uuid(Uuid::from_u128(1)),
            stamp: stamp(),
            occasion: Occasion::InvoiceIssued,
            text: Localized::new("en".parse().expect("a locale"), text),
            firing: Firing::On,
        };
        let bytes = encode(&template);
        assert_eq!(decode::<NotificationTemplate>(&bytes).expect("readable"), template);
        expect!["0100000000000000000000000000000001010100000000000000000000000000000009000000808082e288d2a306808082e288d2a306000302656e0548656c6c6f1748656c6c6f207b7b20706572736f6e2e6e616d65207d7d000000"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_mail_lies_in_these_bytes() {
        let id = MailId::from_uuid(Uuid::from_u128(1));
        let letter = Letter {
            to: "ann@example.com".parse().expect("an address"),
            recipient: None,
            subject: "Hello".parse().expect("a name"),
            text: "Hello".to_owned(),
            html: None,
            attached: Vec::new(),
            secret: Some(Sealed::new(vec![1, 2])),
        };
        let command = QueueMail {
            id,
            stamp: stamp(),
            about: Some(AccountId::from_uuid(Uuid::from_u128(9)).subject()),
            occasion: Some(Occasion::Welcome),
            letter,
        };
        let (mail, _) = Mail::queue(command, stamp().created_at).expect("right");
        let bytes = encode(&mail);
        assert_eq!(decode::<Mail>(&bytes).expect("readable"), mail);
        expect!["0100000000000000000000000000000001010100000000000000000000000000000009000000808082e288d2a306808082e288d2a3060001000000000000000000000000000000000901000f616e6e406578616d706c652e636f6d000548656c6c6f0548656c6c6f0000010201020000808082e288d2a30600"].assert_eq(&hex::encode(bytes));
    }
}
