//! Mails: the outbox as sellers see it, and the sending of what waits in it.
//!
//! What is queued is sent outside of any act, and what came of it is kept in another. A letter
//! keeps its id, so that one that is sent twice after a crash is known for the same.

use super::webhook::trouble;
use super::{Act, Author, Bss, Cx, Error, dunning, letterhead, paper, settlement};
use crate::domain::account::Account;
use crate::domain::account::profile::Matter;
use crate::domain::billing::invoice::number::DocumentNumber;
use crate::domain::id::{AccountId, Id, Kind, MailId, SettlementId, Subject};
use crate::domain::notification::{Letter, Mail, MailState, Occasion};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::store::account::ACCOUNT_BY_SELLING;
use crate::store::notification::MAIL_WAITING;
use crate::store::{Along, Key, Records};
use crate::world::mail::{self as post, Attachment, Mailbox, PostError};

/// The field under which what only the reader may know is sealed.
pub(super) const SECRET_FIELD: &str = "link";
/// How many mails are sent in a step.
const SENT_MAX: usize = 20;
/// So many reminders of one case are looked for that wait.
const WAITING_MAX: usize = 100;

/// A page of the mails that the caller may see, of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (account, state): (Option<AccountId>, Option<MailState>),
    page: &PageRequest,
) -> Result<Page<Mail>, Error> {
    let accept = |it: &Mail| state.is_none_or(|state| it.state() == state);
    cx.list(account.map(Along::Owner), page, accept)
}

/// Has a mail that was given up tried again.
///
/// # Errors
/// If it was not given up, or the caller may not.
pub fn retry(act: &mut Act<'_>, id: MailId) -> Result<Mail, Error> {
    let mail: Mail = act.get(id)?;
    act.must(Permission::NotificationWrite, &mail.stamp)?;
    let again = mail.retry(act.wall())?;
    act.keep(again)
}

/// What came of sending a mail.
enum Sent {
    Taken,
    Later(String),
    Refused(String),
}

/// Sends the mails whose time has come, for a while, and returns how many were tried.
///
/// # Errors
/// If the store fails; that a server does is no error.
pub fn send_next(bss: &Bss) -> Result<u64, Error> {
    let house = Actor::duty("mail");
    let waiting = bss.read(&house, |cx| {
        let along = Along::Index(MAIL_WAITING, Vec::new());
        let is_due = |it: &Mail| it.try_at().is_some_and(|at| at <= cx.wall);
        Ok(cx.list::<Mail>(Some(along), &PageRequest::oldest(SENT_MAX), is_due)?.items)
    })?;
    let mut kept = Vec::new();
    for mail in &waiting {
        let sent = send(bss, mail)?;
        let id = mail.id;
        kept.push(bss.act(Author::of(house.clone()), move |act| keep(act, id, sent)));
    }
    for it in kept {
        it.wait()?;
    }
    Ok(waiting.len().try_into().unwrap_or(u64::MAX))
}

fn keep(act: &mut Act<'_>, id: MailId, sent: Sent) -> Result<(), Error> {
    let mail: Mail = act.load(id)?;
    if mail.state() != MailState::Queued {
        return Ok(());
    }
    let wall = act.wall();
    let mail = match sent {
        Sent::Taken => mail.delivered()?,
        Sent::Later(why) => mail.failed(trouble(&why), wall)?,
        Sent::Refused(why) => mail.refused(trouble(&why))?,
    };
    let mail = act.keep(mail)?;
    dunning::mailed(act, &mail)
}

/// How many mails to an account about a thing wait to be taken by a server.
///
/// # Errors
/// If the store fails.
pub(super) fn waiting_about(cx: Cx<'_>, to: AccountId, about: Subject) -> Result<usize, Error> {
    let waits = |it: &Mail| it.state() == MailState::Queued && it.about == Some(about);
    let newest = PageRequest::first(WAITING_MAX);
    Ok(cx.view.list::<Mail>(&Along::Owner(to), &newest, &mut { waits })?.items.len())
}

/// Whether mails reach people, and do not only lie where whoever runs the machine finds them.
#[must_use]
pub fn reach_people(bss: &Bss) -> bool {
    bss.house.world().post.reaches_people()
}

fn send(bss: &Bss, mail: &Mail) -> Result<Sent, Error> {
    let letter = match letter(bss, mail) {
        Ok(letter) => letter,
        // One letter that cannot be read must not keep back those behind it.
        Err(error) => return Ok(Sent::Later(told(&error))),
    };
    let world = bss.house.world();
    Ok(match world.post.send(&letter, mail.stamp.created_at) {
        Ok(()) => Sent::Taken,
        Err(PostError::Later(cause)) => Sent::Later(told(cause.as_ref())),
        Err(PostError::Refused(cause)) => Sent::Refused(told(cause.as_ref())),
    })
}

/// An error with its causes, on one line.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(it) = source {
        told = format!("{told}: {it}");
        source = it.source();
    }
    told
}

/// The letter that a mail becomes: from the seller, with what only the reader may know.
fn letter(bss: &Bss, mail: &Mail) -> Result<post::Letter, Error> {
    let world = bss.house.world();
    let (seller, letterhead) = bss.read(&Actor::duty("mail"), |cx| {
        Ok((seller(cx, mail.stamp.seller)?, letterhead::of(cx, mail.stamp.seller)?))
    })?;
    let of = mail.letter();
    let secret = match &of.secret {
        Some(sealed) => {
            let opened = bss.unseal(sealed, mail.id.subject(), SECRET_FIELD)?;
            opened.as_text().unwrap_or_default().to_owned()
        }
        None => String::new(),
    };
    let whole = |text: &str| text.replace(Letter::SECRET, &secret);
    let host = world.mail_from.as_str().rsplit('@').next().unwrap_or("localhost");
    let contact = seller.as_ref().and_then(|it| it.profile().contact(Matter::Administration));
    let id = format!("{}@{host}", mail.id).parse();
    Ok(post::Letter {
        id: id.or_else(|_| format!("{}@localhost", mail.id).parse()).map_err(Error::internal)?,
        from: Mailbox {
            name: seller.as_ref().map(|it| it.profile().name.clone()),
            email: letterhead
                .and_then(|it| it.mail_from)
                .unwrap_or_else(|| world.mail_from.clone()),
        },
        to: Mailbox { name: of.recipient.clone(), email: of.to.clone() },
        reply_to: contact.map(|it| it.email.clone()),
        subject: of.subject.to_string(),
        text: whole(&of.text),
        html: of.html.as_deref().map(whole),
        attachments: enclosed(bss, mail)?,
    })
}

/// What is enclosed: an invoice or a credit note that was issued, in the forms in which its reader takes
/// invoices, or a settlement note.
fn enclosed(bss: &Bss, mail: &Mail) -> Result<Vec<Attachment>, Error> {
    let Some(about) = mail.about else { return Ok(Vec::new()) };
    let is = |kind, occasion| about.kind == kind && mail.occasion == Some(occasion);
    if is(Kind::Invoice, Occasion::InvoiceIssued)
        || is(Kind::CreditNote, Occasion::CreditNoteIssued)
    {
        return paper(bss, about);
    }
    let is_note = is(Kind::Settlement, Occasion::SettlementIssued);
    Ok(if is_note { note(bss, about) } else { Vec::new() })
}

fn paper(bss: &Bss, about: Subject) -> Result<Vec<Attachment>, Error> {
    let files = paper::enclosed(bss, about)?;
    let attachment = |it: paper::PaperFile| Attachment {
        file_name: it.name,
        media_type: it.media.to_owned(),
        bytes: it.bytes,
    };
    Ok(files.into_iter().map(attachment).collect())
}

/// A note, if it can be made: a letter that lacks it is better than none.
fn note(bss: &Bss, about: Subject) -> Vec<Attachment> {
    let id = SettlementId::from_uuid(about.uuid);
    let made = settlement::paper(bss, &Actor::duty("mail"), id);
    let made = made.inspect_err(|error| tracing::error!(%id, %error, "a note is not enclosed"));
    let attachment = |(number, bytes): (DocumentNumber, _)| Attachment {
        file_name: format!("{number}.pdf"),
        media_type: "application/pdf".to_owned(),
        bytes,
    };
    made.ok().map(attachment).into_iter().collect()
}

fn seller(cx: Cx<'_>, number: SellerNumber) -> Result<Option<Account>, Error> {
    Ok(cx.view.first_along(ACCOUNT_BY_SELLING, Key::new().u32(number.0))?)
}
