//! Connectors: asking other systems for what a task needs, and hearing what they say of it.
//!
//! A task is claimed in one act, the call made outside of any, and the answer kept in a second. The
//! other system does it at once or says that it is at it and calls back, at an address that only it
//! knows. From whom nothing is heard for too long is asked again, under the same id.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{begin, finish, give_up, unmake};
use crate::domain::account::Account;
use crate::domain::id::{Id, Kind, SeatId, Subject, SubscriptionId, TaskId};
use crate::domain::listener::{Hope, Miss};
use crate::domain::operator::{Actor, Permission, User};
use crate::domain::page::PageRequest;
use crate::domain::provisioning::connector::Connector;
use crate::domain::provisioning::lifecycle::State;
use crate::domain::provisioning::task::{Access, Backoff, Clocks, Outcome, Task, Work};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::Seat;
use crate::domain::text::{Prose, WebAddress};
use crate::domain::time::Instant;
use crate::services::dialect::{Answered, Asked, Brought, Dialect, Message};
use crate::services::webhook::{Signed, SigningSecret, trouble};
use crate::services::{Act, Author, Bss, Cx, Error, order};
use crate::store::order::TASK_BY_STATE;
use crate::store::{Along, Key, Records};

/// A secret goes from the specification to each of its tasks, so that it is bound to what it is for
/// and not to one of them.
const SECRET_OF: Subject = Subject { kind: Kind::Specification, uuid: uuid::Uuid::nil() };
const SECRET_FIELD: &str = "connector";
/// The field of a subscription under which credentials are sealed.
const CREDENTIALS_FIELD: &str = "credentials";
/// Who said that it is at it and then nothing for so many seconds is asked again.
const SILENCE_SECONDS: i64 = 15 * 60;
/// How many tasks are looked at for the next one.
const LOOKED_AT: usize = 100;

/// A connector that calls an address, with the secret that its calls are signed with; one is made
/// if none is given.
///
/// # Errors
/// If the address is out of reach.
pub fn webhook(
    act: &mut Act<'_>,
    (pointer, address): (&str, WebAddress),
    secret: Option<SigningSecret>,
) -> Result<(Connector, SigningSecret), Error> {
    act.must_reach(pointer, &address)?;
    let secret = secret.unwrap_or_else(|| SigningSecret::of(act.random()));
    let sealed = act.seal(secret.text().as_bytes(), SECRET_OF, SECRET_FIELD);
    Ok((Connector::Webhook { address, secret: sealed }, secret))
}

/// Where a task's system is, and with which secret it is called; nothing for other connectors.
fn target(bss: &Bss, of: &Task) -> Result<Option<(WebAddress, SigningSecret)>, Error> {
    reached(bss, &of.connector)
}

/// Where the system of a connector is, and with which secret it is called; nothing for other connectors.
///
/// # Errors
/// If the secret cannot be opened.
pub(in crate::services) fn reached(
    bss: &Bss,
    connector: &Connector,
) -> Result<Option<(WebAddress, SigningSecret)>, Error> {
    let Connector::Webhook { address, secret } = connector else { return Ok(None) };
    let opened = bss.unseal(secret, SECRET_OF, SECRET_FIELD)?;
    let secret = opened.as_text().ok_or_else(|| Error::internal("a secret is a text"))?;
    Ok(Some((address.clone(), secret.parse().map_err(Error::internal)?)))
}

/// What only the system that is asked for a task knows: it follows from the secret that both have.
fn token(secret: &SigningSecret, task: TaskId) -> String {
    URL_SAFE_NO_PAD.encode(mac(secret, task).finalize().into_bytes())
}

fn mac(secret: &SigningSecret, task: TaskId) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.text().as_bytes());
    mac.expect("any length is a key").chain_update(b"task ").chain_update(task.to_bytes())
}

fn is_token(secret: &SigningSecret, task: TaskId, text: &str) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    mac(secret, task).verify_slice(&bytes).is_ok()
}

/// The tasks whose systems are to be asked now, those that have waited longest first.
///
/// # Errors
/// If the store fails.
pub fn waiting(bss: &Bss) -> Result<Vec<TaskId>, Error> {
    bss.read(&Actor::duty("provision"), |cx| {
        let mut found = Vec::new();
        for state in [State::Queued, State::Started] {
            let along = Along::Index(TASK_BY_STATE, Key::new().text(state.word()).bytes());
            let page = PageRequest::oldest(LOOKED_AT);
            // What cannot be judged is looked at, and fails for itself.
            let goes_on = |it: &Task| !order::is_kept_back(cx, it).unwrap_or(false);
            let is_due = |it: &Task| is_to_be_asked(it, cx.wall) && goes_on(it);
            let due = cx.list::<Task>(Some(along), &page, is_due)?;
            found.extend(due.items.into_iter().map(|it| it.id));
        }
        Ok(found)
    })
}

fn is_to_be_asked(it: &Task, wall: Instant) -> bool {
    let is_called = matches!(it.connector, Connector::Webhook { .. });
    is_called && (it.is_ready(wall) || is_silent(it, wall))
}

/// Whether somebody said that it is at it, and then nothing for too long.
fn is_silent(it: &Task, wall: Instant) -> bool {
    let patience = Backoff::DEFAULT.wait_seconds(it.attempts(), 0).unwrap_or_default();
    let until = it.started_at.map(|at| at.plus_seconds(patience.max(SILENCE_SECONDS)));
    it.state() == State::Started && until.is_none_or(|it| it <= wall)
}

/// Asks the system of a task for it. Returns whether it was asked.
///
/// # Errors
/// If the store fails; that the other system does is no error.
pub fn ask(bss: &Bss, id: TaskId, dialects: &[Box<dyn Dialect>]) -> Result<bool, Error> {
    let house = Actor::duty("provision");
    let jitter = u16::from_be_bytes(bss.random());
    let claimed = bss.act(Author::of(house.clone()), move |act| claim(act, id, jitter)).wait()?;
    let Some(task) = claimed else { return Ok(false) };
    let Some((address, secret)) = target(bss, &task)? else { return Ok(false) };
    let path = format!("/api/v1/tasks/{id}/callback/{}", token(&secret, id));
    let callback = bss.site().link(&path);
    let message = bss.read(&house, |cx| message(cx, (&task, &callback), dialects))?;
    let secrets = [secret];
    let (message, dialect) = message;
    let signed =
        Signed { address: &address, secrets: &secrets, id: &message.id, body: &message.body };
    let said = match signed.send(bss) {
        Ok(response) if response.status == 202 => Ok(Answered::Working),
        Ok(response) => dialect.answer(&response.body).map_err(|error| unread(&error)),
        Err(miss) => Err(miss),
    };
    bss.act(Author::of(house), move |act| settle(act, id, said, jitter)).wait()?;
    Ok(true)
}

fn unread(error: &Error) -> Miss {
    let trouble = trouble(&format!("its answer cannot be read: {error}"));
    Miss { status: Some(200), trouble, pause_seconds: None, hope: Hope::Some }
}

/// What is sent, in the first words that there are for it.
fn message<'d>(
    cx: Cx<'_>,
    (task, callback): (&Task, &str),
    dialects: &'d [Box<dyn Dialect>],
) -> Result<(Message, &'d dyn Dialect), Error> {
    let subscription: Subscription = cx.get(task.subscription)?;
    let account: Account = cx.get(subscription.account())?;
    let (subscription, account) = (&subscription, &account);
    let seat = task.seat.map(|id| seat_of(cx, id)).transpose()?;
    let seat = seat.as_ref().map(|(seat, user)| (seat, user));
    for dialect in dialects {
        if let Some(message) =
            dialect.ask(&Asked { task, subscription, account, seat, callback })?
        {
            return Ok((message, dialect.as_ref()));
        }
    }
    Err(Error::internal("nobody here has words for a task"))
}

/// A seat, and who has it or had it.
fn seat_of(cx: Cx<'_>, id: SeatId) -> Result<(Seat, User), Error> {
    let seat: Seat = cx.get(id)?;
    let user: User = cx.get(seat.user())?;
    Ok((seat, user))
}

/// Begins with a task whose time has come; one from which nothing was heard begins anew.
fn claim(act: &mut Act<'_>, id: TaskId, jitter: u16) -> Result<Option<Task>, Error> {
    let wall = act.wall();
    let task: Task = act.load(id)?;
    if !is_to_be_asked(&task, wall) || order::is_kept_back(act.cx(), &task)? {
        return Ok(None);
    }
    if task.state() == State::Started {
        let silence = trouble("it said that it is at it, and then nothing");
        let miss = Miss { status: None, trouble: silence, pause_seconds: None, hope: Hope::Some };
        let task = miss_of(act, id, miss, jitter)?;
        if task.state() != State::Queued {
            return Ok(None);
        }
    }
    begin(act, id).map(Some)
}

/// Keeps what a system said of a task, unless somebody else has settled it meanwhile.
fn settle(
    act: &mut Act<'_>,
    id: TaskId,
    said: Result<Answered, Miss>,
    jitter: u16,
) -> Result<(), Error> {
    let task: Task = act.load(id)?;
    if said.as_ref().is_ok_and(|it| is_too_late(&task, it)) {
        return unmake(act, &task);
    }
    if task.state() != State::Started {
        return Ok(());
    }
    match said {
        Ok(answered) => hear(act, &task, answered),
        Err(miss) => miss_of(act, id, miss, jitter).map(|_| ()),
    }
}

/// Whether somebody says that it has brought about what was called off meanwhile.
fn is_too_late(task: &Task, said: &Answered) -> bool {
    let is_called_off = task.work == Work::Create && task.state() == State::Canceled;
    is_called_off && matches!(said, Answered::Done(_))
}

/// A call that came to nothing: the task is tried again later, or given up with what waits for it.
fn miss_of(act: &mut Act<'_>, id: TaskId, miss: Miss, jitter: u16) -> Result<Task, Error> {
    let task: Task = act.load(id)?;
    let wait = match miss.hope {
        Hope::Some => Backoff::DEFAULT.wait_seconds(task.attempts(), jitter),
        Hope::None => None,
    };
    let Some(wait) = wait else { return give_up(act, id, miss.trouble) };
    let clocks = Clocks { now: act.now(), wall: act.wall() };
    let wait = wait.max(miss.pause_seconds.unwrap_or_default().min(SILENCE_SECONDS));
    let delayed = task.fail(miss.trouble, Some(wait), clocks)?;
    act.keep(delayed)
}

fn hear(act: &mut Act<'_>, task: &Task, said: Answered) -> Result<(), Error> {
    match said {
        Answered::Working => act.put_quietly(&task.clone().heard(act.wall())),
        Answered::Failed(why) => give_up(act, task.id, why).map(|_| ()),
        Answered::Done(brought) => {
            let outcome = outcome(act, task.subscription, brought);
            finish(act, task.id, outcome).map(|_| ())
        }
    }
}

fn outcome(act: &mut Act<'_>, of: SubscriptionId, brought: Brought) -> Outcome {
    let Brought { link, credentials, reference, resources } = brought;
    let seal = |it: String| act.seal(it.as_bytes(), of.subject(), CREDENTIALS_FIELD);
    let credentials = credentials.map(seal);
    let access = (link.is_some() || credentials.is_some()).then_some(Access { link, credentials });
    Outcome { access, attributes: Vec::new(), reference, resources }
}

/// Takes what a system says of a task later, at the address that only it knows. What it has brought
/// about although it is not wanted any more, it is asked to remove.
///
/// # Errors
/// [`Error::NotFound`] if the address is wrong; if the task is settled.
pub fn call_back(
    act: &mut Act<'_>,
    id: TaskId,
    shown: &str,
    said: Answered,
) -> Result<Task, Error> {
    let missing = || Error::not_found(id);
    let task = act.batch().find::<Task>(id)?.ok_or_else(missing)?;
    let Connector::Webhook { secret, .. } = &task.connector else { return Err(missing()) };
    let opened = act.unseal(secret, SECRET_OF, SECRET_FIELD)?;
    let secret = opened.as_text().and_then(|it| it.parse().ok()).ok_or_else(missing)?;
    if !is_token(&secret, id, shown) {
        return Err(missing());
    }
    if is_too_late(&task, &said) {
        unmake(act, &task)?;
        return Ok(task);
    }
    // It may say so while it was about to be asked again.
    let task = if task.state() == State::Queued { begin(act, id)? } else { task };
    hear(act, &task, said)?;
    act.load(id)
}

/// How a buyer reaches what it has.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// Where it is.
    pub link: Option<WebAddress>,
    /// How to get in.
    pub credentials: Option<String>,
}

/// How a buyer reaches what it has: for the buyer alone.
///
/// # Errors
/// If the subscription is not there, or the caller is not its buyer.
pub fn access(bss: &Bss, actor: &Actor, id: SubscriptionId) -> Result<Opened, Error> {
    let access = bss.read(actor, |cx| {
        let it: Subscription = cx.get(id)?;
        cx.must(Permission::AccessRead, &it.stamp)?;
        Ok(it.access().cloned())
    })?;
    let Some(access) = access else { return Ok(Opened::default()) };
    let open = |it| bss.unseal(it, id.subject(), CREDENTIALS_FIELD);
    let opened = access.credentials.as_ref().map(open).transpose()?;
    let credentials = opened.and_then(|it| it.as_text().map(str::to_owned));
    Ok(Opened { link: access.link, credentials })
}

/// A reason as it can be kept.
#[must_use]
pub fn reason(text: &str) -> Prose {
    trouble(text)
}
