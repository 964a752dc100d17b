//! A letter as the bytes that go over the wire, always the same for the same letter and date.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{self, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::{Attachment, Cause, Letter, Mailbox};
use crate::domain::time::Instant;

/// Writes a letter as a message.
///
/// # Errors
/// If an address or media type is none after all.
pub(super) fn compose(letter: &Letter, at: Instant) -> Result<Message, Cause> {
    let mut builder = Message::builder()
        .message_id(Some(format!("<{}>", letter.id.as_str())))
        .date(system_time(at))
        .from(mailbox(&letter.from)?)
        .to(mailbox(&letter.to)?)
        .subject(one_line(&letter.subject))
        // Whoever is away shall not answer a machine (RFC 3834).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(email) = &letter.reply_to {
        builder = builder.reply_to(mailbox(&Mailbox { name: None, email: email.clone() })?);
    }
    let message = match (&letter.html, letter.attachments.as_slice()) {
        (None, []) => builder.singlepart(SinglePart::plain(letter.text.clone())),
        (Some(html), []) => builder.multipart(both(letter, html)),
        (html, attachments) => {
            let mixed = MultiPart::mixed().boundary(boundary(letter, "mixed"));
            let mixed = match html {
                Some(html) => mixed.multipart(both(letter, html)),
                None => mixed.singlepart(SinglePart::plain(letter.text.clone())),
            };
            builder.multipart(enclose(mixed, attachments)?)
        }
    };
    Ok(message?)
}

fn both(letter: &Letter, html: &str) -> MultiPart {
    MultiPart::alternative()
        .boundary(boundary(letter, "alternative"))
        .singlepart(SinglePart::plain(letter.text.clone()))
        .singlepart(SinglePart::html(html.to_owned()))
}

fn enclose(mut mixed: MultiPart, attachments: &[Attachment]) -> Result<MultiPart, Cause> {
    for it in attachments {
        let kind = ContentType::parse(&it.media_type)?;
        let part = message::Attachment::new(one_line(&it.file_name)).body(it.bytes.clone(), kind);
        mixed = mixed.singlepart(part);
    }
    Ok(mixed)
}

fn mailbox(it: &Mailbox) -> Result<message::Mailbox, Cause> {
    let name = it.name.as_ref().map(ToString::to_string);
    Ok(message::Mailbox::new(name, it.email.as_str().parse()?))
}

/// A line that separates parts. It follows from the letter, so that the same letter is the same
/// bytes; nobody can write it into a text beforehand, because the text goes into it.
fn boundary(letter: &Letter, level: &str) -> String {
    let parts = [letter.id.as_str(), level, &letter.text, letter.html.as_deref().unwrap_or("")];
    let digest =
        parts.iter().fold(Sha256::new(), |it, part| it.chain_update(part).chain_update([0]));
    hex::encode(&digest.finalize()[..20])
}

/// A header ends at the end of its line, and what follows would be another.
fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}

fn system_time(at: Instant) -> SystemTime {
    let micros = u64::try_from(at.micros()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::world::mail::letter;

    fn text(letter: &Letter) -> String {
        let at = Instant::from_micros(1_790_000_000_000_000).expect("a moment");
        let message = compose(letter, at).expect("a message");
        String::from_utf8(message.formatted()).expect("mail is ASCII").replace('\r', "")
    }

    #[test]
    fn a_letter_is_written_in_both_forms() {
        expect![[r#"
            Message-ID: <ntf_1@example.com>
            Date: Mon, 21 Sep 2026 14:13:20 +0000
            From: Tillbox <billing@example.com>
            To: =?utf-8?b?QW5uIE3DvGxsZXI=?= <ann@example.com>
            Subject: Rechnung =?utf-8?b?w7xiZXI=?= 19,99 =?utf-8?b?4oKs?=
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="ed6dfef1e2139e226a54a9b7ababf0eab6e46b47"

            --ed6dfef1e2139e226a54a9b7ababf0eab6e46b47
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            Guten Tag
            .
            bis bald

            --ed6dfef1e2139e226a54a9b7ababf0eab6e46b47
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: 7bit

            <p>Guten Tag</p>
            --ed6dfef1e2139e226a54a9b7ababf0eab6e46b47--
        "#]]
        .assert_eq(&text(&letter("ntf_1@example.com")));
    }

    #[test]
    fn a_plain_letter_may_enclose_files_and_be_answered_elsewhere() {
        let attachment = Attachment {
            file_name: "Rechnung 7.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: vec![0x25, 0x50, 0xff],
        };
        let reply_to = "support@example.com".parse().ok();
        let letter =
            Letter { html: None, attachments: vec![attachment], reply_to, ..letter("ntf_1@b") };
        expect![[r#"
            Message-ID: <ntf_1@b>
            Date: Mon, 21 Sep 2026 14:13:20 +0000
            From: Tillbox <billing@example.com>
            To: =?utf-8?b?QW5uIE3DvGxsZXI=?= <ann@example.com>
            Subject: Rechnung =?utf-8?b?w7xiZXI=?= 19,99 =?utf-8?b?4oKs?=
            Auto-Submitted: auto-generated
            Reply-To: support@example.com
            MIME-Version: 1.0
            Content-Type: multipart/mixed;
             boundary="5e48d7902c08333e17156cc54b1a05be06ab9338"

            --5e48d7902c08333e17156cc54b1a05be06ab9338
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            Guten Tag
            .
            bis bald

            --5e48d7902c08333e17156cc54b1a05be06ab9338
            Content-Disposition: attachment; filename="Rechnung 7.pdf"
            Content-Type: application/pdf
            Content-Transfer-Encoding: base64

            JVD/
            --5e48d7902c08333e17156cc54b1a05be06ab9338--
        "#]]
        .assert_eq(&text(&letter));
    }

    #[test]
    fn no_text_reaches_the_headers_beside_its_own() {
        let attack = "a\r\nBcc: all@example.com\r\n\r\n<script>";
        let mut forged = letter("ntf_1@b");
        forged.subject = attack.to_owned();
        forged.attachments = vec![Attachment {
            file_name: attack.to_owned(),
            media_type: "text/plain".to_owned(),
            bytes: Vec::new(),
        }];
        assert!(!text(&forged).contains("\nBcc:"), "{}", text(&forged));
        forged.attachments[0].media_type = attack.to_owned();
        let at = Instant::from_micros(0).expect("the epoch");
        assert!(compose(&forged, at).is_err());
    }
}
