//! Deliveries: telling each listener what happened, in order, at least once.
//!
//! How far a listener has been told is its cursor in the fact log. A call is noted in one act, made
//! outside of any, and its outcome kept in a second; if the power goes in between, the same message
//! goes out again under the same id. A listener that does not answer waits with growing patience,
//! and what happens meanwhile waits in the log; nobody else does.

use std::collections::BTreeSet;

use super::dialect::{Dialect, Message};
use super::webhook::{Signed, SigningSecret, trouble};
use super::{Act, Author, Bss, Cx, Error, listener, operator};
use crate::domain::account::Account;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::{Fact, Verb};
use crate::domain::id::ListenerId;
use crate::domain::listener::{Hope, Listener, ListenerState, Miss};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::domain::time::Instant;
use crate::store::fact::Facts;
use crate::store::listener::LISTENER_BY_STATE;
use crate::store::{Along, Key, Records};

/// How many facts are looked at before others get their turn.
const LOOKED_AT_MAX: usize = 5000;
/// How many facts are read at a time.
const PAGE: usize = 500;
/// How many messages a listener is sent before others get their turn.
const MESSAGES_MAX: usize = 50;
/// And for how long, in seconds of wall time.
const SECONDS_MAX: i64 = 5;
/// A cursor that is so far behind what was looked at is moved even if there was nothing to tell:
/// else a start would look at everything again.
const IDLE_FACTS_MAX: u64 = 1000;

/// The name of a listener's cursor.
pub(super) fn cursor_name(id: ListenerId) -> String {
    id.to_string()
}

/// How far a listener has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The last fact that it heard, or that was not for it.
    pub cursor: u64,
    /// How many facts wait for it, among the next [`LOOKED_AT_MAX`] of the log. How many there are of
    /// others is nothing to its owner.
    pub waiting: u64,
}

/// How far a listener has been told.
///
/// # Errors
/// If the store fails.
pub fn position(cx: Cx<'_>, it: &Listener) -> Result<Position, Error> {
    let branch = branch(cx, it)?;
    let cursor = cx.view.cursor(&cursor_name(it.id))?;
    let (mut looked_to, mut waiting) = (cursor, 0);
    for _ in 0..LOOKED_AT_MAX / PAGE {
        let page = cx.view.facts_after(looked_to, PAGE)?;
        let Some(last) = page.last() else { break };
        looked_to = last.sequence;
        waiting += page.iter().filter(|fact| it.hears(fact, &branch)).count() as u64;
    }
    Ok(Position { cursor, waiting })
}

/// A listener that may have something to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub id: ListenerId,
    /// Up to which fact it has been told.
    pub cursor: u64,
    /// Whether it did not answer the last time.
    pub is_troubled: bool,
    /// When it was called last.
    pub attempted_at: Option<Instant>,
}

/// The listeners that may be called now and have not heard everything, and the last fact there is.
///
/// # Errors
/// If the store fails.
pub fn waiting(bss: &Bss) -> Result<(Vec<Waiting>, u64), Error> {
    bss.read(&Actor::duty("deliver"), |cx| {
        let last = cx.view.last_fact()?;
        let mut waiting = Vec::new();
        let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
        loop {
            let key = Key::new().text(ListenerState::Active.word()).bytes();
            let found =
                cx.list::<Listener>(Some(Along::Index(LISTENER_BY_STATE, key)), &page, |it| {
                    it.progress().is_ready(cx.wall)
                })?;
            for it in found.items {
                let cursor = cx.view.cursor(&cursor_name(it.id))?;
                let progress = it.progress();
                let (is_troubled, attempted_at) = (progress.is_troubled(), progress.attempted_at);
                waiting.push(Waiting { id: it.id, cursor, is_troubled, attempted_at });
            }
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        waiting.retain(|it| it.cursor < last);
        Ok((waiting, last))
    })
}

/// What became of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// How many messages were taken.
    pub delivered: u64,
    /// Up to which fact nothing is left for it; what comes after is to be looked at.
    pub looked_to: u64,
}

/// Tells a listener what it has not heard of the facts after `from`, for a while.
///
/// # Errors
/// If the store fails; that the other side does is no error.
pub fn tell(
    bss: &Bss,
    (id, from): (ListenerId, u64),
    dialects: &[Box<dyn Dialect>],
) -> Result<Turn, Error> {
    let house = Actor::duty("deliver");
    let look = bss.read(&house, |cx| look(cx, (id, from), dialects))?;
    let Some(Look { listener, news, looked_to, cursor }) = look else {
        return Ok(Turn { delivered: 0, looked_to: from });
    };
    if news.is_empty() {
        if looked_to.saturating_sub(cursor) > IDLE_FACTS_MAX {
            bss.act(Author::of(house), move |act| skip(act, id, looked_to)).wait()?;
        }
        return Ok(Turn { delivered: 0, looked_to });
    }
    let claimed = bss.act(Author::of(house), move |act| claim(act, id, cursor)).wait()?;
    if !claimed {
        return Ok(Turn { delivered: 0, looked_to: from });
    }
    let secrets = listener::secrets(bss, &listener)?;
    let began = bss.moment().wall;
    let mut turn = Turn { delivered: 0, looked_to: from };
    for News { sequence, told } in news {
        let sent = told.and_then(|it| send_all(bss, &listener, &secrets, &it));
        let goes_on = bss
            .act(Author::of(Actor::duty("deliver")), {
                let jitter = u16::from_be_bytes(bss.random());
                move |act| settle(act, (id, sequence), sent, jitter)
            })
            .wait()?;
        let Some(goes_on) = goes_on else { return Ok(turn) };
        turn = Turn { delivered: turn.delivered + 1, looked_to: sequence };
        let is_over = bss.moment().wall.seconds_since(began) >= SECONDS_MAX || bss.is_stopped();
        if is_over || !goes_on {
            return Ok(turn);
        }
    }
    // What came after the last one was looked at as well.
    Ok(Turn { looked_to, ..turn })
}

/// What keeps a listener from being told of a fact that cannot be told in its words: it stands
/// there with the reason, for nothing may be left out silently.
fn unreadable(fact: &Fact, error: &Error) -> Miss {
    tracing::error!(sequence = fact.sequence, %error, "an event cannot be told");
    let trouble = trouble(&format!("the event {} cannot be told", fact.sequence));
    Miss { status: None, trouble, pause_seconds: None, hope: Hope::None }
}

/// What a look at the log found for a listener.
struct Look {
    listener: Listener,
    news: Vec<News>,
    looked_to: u64,
    cursor: u64,
}

/// A fact as a listener is told of it, or why it cannot be.
struct News {
    sequence: u64,
    told: Result<Vec<Message>, Miss>,
}

fn look(
    cx: Cx<'_>,
    (id, from): (ListenerId, u64),
    dialects: &[Box<dyn Dialect>],
) -> Result<Option<Look>, Error> {
    let Some(listener) = cx.find::<Listener>(id)?.filter(|it| is_told(it, cx.wall)) else {
        return Ok(None);
    };
    let dialect = dialects.iter().find(|it| it.contract() == listener.wish().contract);
    let dialect = dialect.ok_or_else(|| Error::internal("nobody here speaks that contract"))?;
    let branch = branch(cx, &listener)?;
    let cursor = cx.view.cursor(&cursor_name(id))?;
    let (mut news, mut looked_to) = (Vec::new(), from.max(cursor));
    for _ in 0..LOOKED_AT_MAX / PAGE {
        let page = cx.view.facts_after(looked_to, PAGE)?;
        let is_end = page.len() < PAGE;
        for fact in page {
            looked_to = fact.sequence;
            if listener.hears(&fact, &branch) {
                news.extend(news_of(cx, dialect.as_ref(), (&fact, &listener)));
            }
            if news.len() == MESSAGES_MAX {
                return Ok(Some(Look { listener, news, looked_to, cursor }));
            }
        }
        if is_end {
            break;
        }
    }
    Ok(Some(Look { listener, news, looked_to, cursor }))
}

/// A fact in a listener's words; nothing if there is nothing in them to tell.
fn news_of(cx: Cx<'_>, dialect: &dyn Dialect, (fact, to): (&Fact, &Listener)) -> Option<News> {
    let told = match dialect.render(cx, fact, to) {
        Ok(messages) if messages.is_empty() => return None,
        Ok(messages) => Ok(messages),
        Err(error) => Err(unreadable(fact, &error)),
    };
    Some(News { sequence: fact.sequence, told })
}

fn is_told(it: &Listener, wall: Instant) -> bool {
    it.state() == ListenerState::Active && it.progress().is_ready(wall)
}

/// The sellers of the branch that a listener's account heads.
fn branch(
    cx: Cx<'_>,
    of: &Listener,
) -> Result<BTreeSet<crate::domain::stamp::SellerNumber>, Error> {
    let account = of.stamp.owner.map(|it| cx.view.find::<Account>(it)).transpose()?.flatten();
    match account.and_then(|it| it.seller_number()) {
        Some(seller) => Ok(operator::sellers(cx)?.branch(seller)),
        None => Ok(BTreeSet::new()),
    }
}

/// Moves a cursor over what was not for its listener.
fn skip(act: &mut Act<'_>, id: ListenerId, to: u64) -> Result<(), Error> {
    let is_there = act.cx().find::<Listener>(id)?.is_some();
    if is_there && act.batch().cursor(&cursor_name(id))? < to {
        act.batch().put_cursor(&cursor_name(id), to)?;
    }
    Ok(())
}

/// Notes that a listener is about to be called; false if it is no longer as it was looked at.
fn claim(act: &mut Act<'_>, id: ListenerId, cursor: u64) -> Result<bool, Error> {
    let wall = act.wall();
    let Some(it) = act.cx().find::<Listener>(id)?.filter(|it| is_told(it, wall)) else {
        return Ok(false);
    };
    if act.batch().cursor(&cursor_name(id))? != cursor {
        return Ok(false);
    }
    act.put_quietly(&it.attempted(wall))?;
    Ok(true)
}

fn send(
    bss: &Bss,
    to: &Listener,
    secrets: &[SigningSecret],
    message: &Message,
) -> Result<u16, Miss> {
    let (id, body) = (message.id.as_str(), message.body.as_slice());
    let signed = Signed { address: &to.wish().callback, secrets, id, body };
    signed.send(bss).map(|it| it.status)
}

/// Sends what there is to tell of one fact, up to what is not taken.
fn send_all(
    bss: &Bss,
    to: &Listener,
    secrets: &[SigningSecret],
    messages: &[Message],
) -> Result<u16, Miss> {
    let mut status = 200;
    for message in messages {
        status = send(bss, to, secrets, message)?;
    }
    Ok(status)
}

/// Keeps what came of a call: nothing if the message was not taken, else whether the listener may
/// be told more.
fn settle(
    act: &mut Act<'_>,
    (id, sequence): (ListenerId, u64),
    sent: Result<u16, Miss>,
    jitter: u16,
) -> Result<Option<bool>, Error> {
    let wall = act.wall();
    let found = act.cx().find::<Listener>(id)?;
    match (found, sent) {
        // It was taken away meanwhile.
        (None, _) => Ok(None),
        (Some(it), Ok(status)) => {
            let it = it.took(status, wall);
            act.batch().put_cursor(&cursor_name(id), sequence)?;
            act.put_quietly(&it)?;
            Ok(Some(it.state() == ListenerState::Active))
        }
        (Some(it), Err(miss)) => {
            match it.missed(miss, jitter, wall) {
                (it, None) => act.put_quietly(&it)?,
                (it, Some(verb)) => break_off(act, it, verb)?,
            }
            Ok(None)
        }
    }
}

fn break_off(act: &mut Act<'_>, it: Listener, verb: Verb) -> Result<(), Error> {
    tracing::warn!(listener = %it.id, "a listener is broken: it is told nothing more");
    act.keep((it, verb)).map(|_| ())
}

/// What came of trying a listener out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The status of its answer, if there was one.
    pub status: Option<u16>,
    /// Why it did not take the message; nothing if it did.
    pub trouble: Option<String>,
}

/// Sends a listener a message that is of no event, and waits for the answer. How it goes changes
/// nothing.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn try_out(
    bss: &Bss,
    actor: &Actor,
    id: ListenerId,
    ping: impl FnOnce(&str, Instant) -> Message,
) -> Result<Trial, Error> {
    let listener = bss.read(actor, |cx| {
        let listener: Listener = cx.get(id)?;
        cx.must(Permission::ListenerWrite, &listener.stamp)?;
        must_be_ours(&listener)?;
        Ok(listener)
    })?;
    let message = ping(&hex(bss.random()), bss.moment().now);
    let secrets = listener::secrets(bss, &listener)?;
    Ok(match send(bss, &listener, &secrets, &message) {
        Ok(status) => Trial { status: Some(status), trouble: None },
        Err(miss) => Trial { status: miss.status, trouble: Some(miss.trouble.to_string()) },
    })
}

/// Refuses to send our own form to who was set up to be told in another contract's words.
fn must_be_ours(it: &Listener) -> Result<(), Rejection> {
    let contract = it.wish().contract;
    if contract == Contract::Native {
        return Ok(());
    }
    let why = format!(
        "the listener was set up by the contract `{contract}` and is told in its words alone: \
         bring about what it listens to"
    );
    Err(Rejection::new(Code::ListenerStateForbids, why))
}

fn hex(bytes: [u8; 8]) -> String {
    format!("{:016x}", u64::from_be_bytes(bytes))
}
