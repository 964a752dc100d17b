//! Usage that is fetched by itself: sources of sellers are asked regularly for what is new.
//!
//! A source is asked outside of any act. What it answers is taken in first, each event once, and then the
//! cursor is kept: whatever stops the house in between, the same is asked for again and counts no second time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Entry, Offered, ingest_for};
use crate::domain::account::Account;
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, Id};
use crate::domain::operator::{Actor, Permission};
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::domain::text::{Code, WebAddress};
use crate::domain::time::Instant;
use crate::domain::usage::source::{
    CURSOR_BYTES_MAX, Heard, SOURCES_MAX, SourceState, UsageSource,
};
use crate::services::{Act, Author, Bss, Cx, Error, account};
use crate::store::Records;
use crate::store::meta::{Setting, setting};
use crate::world::http::{Method, Request};

/// The duty that asks them, as jobs name it.
const DUTY: &str = "usage_sources";
/// So much of an answer is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// The sources of all sellers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct UsageSources(BTreeMap<SellerNumber, Vec<UsageSource>>);

impl Setting for UsageSources {
    const NAME: &'static str = "usage_sources";
    const SHAPE: u8 = 1;
}

impl UsageSources {
    fn of(&self, seller: SellerNumber) -> &[UsageSource] {
        self.0.get(&seller).map_or(&[], Vec::as_slice)
    }

    fn find(&self, seller: SellerNumber, code: &Code) -> Option<&UsageSource> {
        self.of(seller).iter().find(|it| it.code == *code)
    }

    /// The same with a source, in place of the one with its code.
    fn with(mut self, seller: SellerNumber, source: UsageSource) -> Self {
        let own = self.0.entry(seller).or_default();
        match own.iter_mut().find(|it| it.code == source.code) {
            Some(it) => *it = source,
            None => own.push(source),
        }
        self
    }

    fn without(mut self, seller: SellerNumber, code: &Code) -> Self {
        self.0.entry(seller).or_default().retain(|it| it.code != *code);
        self
    }

    /// Those of a seller, as a fact tells of them: without when they are asked.
    fn only(&self, seller: SellerNumber) -> Self {
        Self([(seller, self.of(seller).to_vec())].into())
    }
}

/// What an answer says.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its events, each as it stands there.
    pub entries: Vec<Entry>,
    /// From where to ask on.
    pub cursor: Option<String>,
}

/// A source as it is to be.
#[derive(Debug, Clone)]
pub struct NewSource {
    /// Where it is asked.
    pub address: WebAddress,
    /// What it knows us by; as before if nothing is said.
    pub token: Option<String>,
    /// How often, in minutes.
    pub every_minutes: u32,
    /// Whether it is.
    pub state: SourceState,
}

fn all(cx: Cx<'_>) -> Result<UsageSources, Error> {
    Ok(setting::<UsageSources>(cx.view)?.unwrap_or_default())
}

fn selling(cx: Cx<'_>, id: AccountId, needs: Permission) -> Result<(Account, SellerNumber), Error> {
    let account: Account = cx.get(id)?;
    let seller = account.seller_number().ok_or_else(|| {
        Rejection::new(Reason::AccountStateForbids, format!("account `{id}` sells nothing"))
    })?;
    cx.must(needs, &cx.stamp(seller, None))?;
    Ok((account, seller))
}

/// The sources of an account that sells.
///
/// # Errors
/// If it is not there, does not sell, or the caller may not.
pub fn sources(cx: Cx<'_>, id: AccountId) -> Result<Vec<UsageSource>, Error> {
    let (_, seller) = selling(cx, id, Permission::SettingsRead)?;
    Ok(all(cx)?.of(seller).to_vec())
}

/// For what the token of a source is sealed.
fn field(code: &Code) -> String {
    format!("usage_source/{code}")
}

/// Has a source asked from now on, or otherwise than before. Where it is asked elsewhere, it is asked from the
/// beginning.
///
/// # Errors
/// If we may not be made to call its address, it would be asked too often or too seldom, there are too many, or
/// the caller may not.
pub fn put_source(
    act: &mut Act<'_>,
    (id, code): (AccountId, Code),
    new: NewSource,
) -> Result<UsageSource, Error> {
    let (account, seller) = selling(act.cx(), id, Permission::SettingsWrite)?;
    act.must_reach("/address", &new.address)?;
    let before = all(act.cx())?;
    let was = before.find(seller, &code).filter(|it| it.address == new.address).cloned();
    if before.find(seller, &code).is_none() && before.of(seller).len() >= SOURCES_MAX {
        let why = format!("must be at most {SOURCES_MAX} for a seller");
        return Err(Invalid::one("/code", "range", why).into());
    }
    let sealed = new.token.map(|it| act.seal(it.as_bytes(), id.subject(), &field(&code)));
    let token = sealed.or_else(|| was.as_ref().and_then(|it| it.token.clone()));
    let fresh =
        UsageSource::new((code, new.address), token.clone(), new.every_minutes, act.wall())?;
    let kept = was.unwrap_or_else(|| fresh.clone());
    let next_at = fresh.next_at;
    let every_minutes = new.every_minutes;
    let source = UsageSource { token, every_minutes, state: new.state, next_at, ..kept };
    let after = before.clone().with(seller, source.clone());
    keep(act, account, seller, (&before, after))?;
    Ok(source)
}

/// Has a source asked no more; what was taken from it stays.
///
/// # Errors
/// [`Error::NotFound`] if there is none with the code; if the caller may not.
pub fn drop_source(act: &mut Act<'_>, (id, code): (AccountId, &Code)) -> Result<(), Error> {
    let (account, seller) = selling(act.cx(), id, Permission::SettingsWrite)?;
    let before = all(act.cx())?;
    if before.find(seller, code).is_none() {
        return Err(Error::not_found(code));
    }
    let after = before.clone().without(seller, code);
    keep(act, account, seller, (&before, after))
}

/// Has a source asked now, whenever it would be.
///
/// # Errors
/// [`Error::NotFound`] if there is none with the code; if the caller may not.
pub fn ask_source(act: &mut Act<'_>, (id, code): (AccountId, &Code)) -> Result<UsageSource, Error> {
    let (_, seller) = selling(act.cx(), id, Permission::SettingsWrite)?;
    let before = all(act.cx())?;
    let source = before.find(seller, code).ok_or_else(|| Error::not_found(code))?;
    let source = UsageSource { next_at: act.wall(), ..source.clone() };
    act.batch().put_setting(&before.with(seller, source.clone()))?;
    Ok(source)
}

fn keep(
    act: &mut Act<'_>,
    account: Account,
    seller: SellerNumber,
    (before, after): (&UsageSources, UsageSources),
) -> Result<(), Error> {
    let id = account.id;
    act.batch().put_setting(&after)?;
    act.keep((account, Verb::Changed))?;
    act.tell_set(id, (&before.only(seller), &after.only(seller)));
    Ok(())
}

/// The first source that is to be asked now; nothing if none is.
///
/// # Errors
/// If the store fails.
pub fn due_source(bss: &Bss) -> Result<Option<(SellerNumber, UsageSource)>, Error> {
    bss.read(&Actor::duty(DUTY), |cx| {
        let all = all(cx)?.0.into_iter();
        let each = all.flat_map(|(seller, own)| own.into_iter().map(move |it| (seller, it)));
        Ok(each.filter(|it| it.1.is_due(cx.wall)).min_by_key(|it| it.1.next_at))
    })
}

/// What the last miss of a source was that still misses, as it stands in the store: when, and why.
///
/// # Errors
/// If the store fails.
pub fn missed_source(cx: Cx<'_>) -> Result<Option<(Instant, String)>, Error> {
    let all = all(cx)?.0.into_values().flatten();
    let missed =
        all.filter_map(|it| Some((it.asked_at?, format!("`{}`: {}", it.code, it.trouble?))));
    Ok(missed.max())
}

/// Asks a source, takes in what it answers, and keeps what came of it. `read` knows its words. Whether it was
/// asked: where too many calls go out it is not, and is later.
///
/// # Errors
/// If the store fails; that a source does not answer is no error.
pub fn pull_source(
    bss: &Bss,
    (seller, source): (SellerNumber, UsageSource),
    read: &dyn Fn(&[u8]) -> Result<Fetched, Error>,
) -> Result<bool, Error> {
    let house = Author::of(Actor::duty(DUTY));
    let answered = match ask(bss, &house, seller, &source) {
        Err(Error::Busy) => return Ok(false),
        Err(error) if error.is_of_the_store() => return Err(error),
        Err(error) => Err(told(error)),
        Ok(answer) => answer.and_then(|body| read(&body).map_err(told)),
    };
    let heard = match answered.and_then(must_be_short) {
        Err(why) => Err(why),
        Ok(Fetched { entries, cursor }) => {
            let entries = bss.read(&house.actor, |cx| own(cx, seller, &source.code, entries))?;
            let receipt = match entries.is_empty() {
                true => super::Receipt::default(),
                false => match ingest_for(bss, &house, Some(seller), entries) {
                    Err(Error::Busy) => return Ok(false),
                    taken => taken?,
                },
            };
            let refused = u64::try_from(receipt.refused.len()).unwrap_or(u64::MAX);
            Ok(Heard { accepted: receipt.accepted, refused, cursor })
        }
    };
    let jitter = u16::from_be_bytes(bss.random());
    let settle = move |act: &mut Act<'_>| settle(act, (seller, &source), heard, jitter);
    bss.act(house, settle).wait()?;
    Ok(true)
}

/// What is wrong with an answer, or its address.
fn told(error: Error) -> String {
    if let Error::Invalid(it) = error {
        return it.violations.into_iter().map(|it| it.message).collect::<Vec<_>>().join("; ");
    }
    error.to_string()
}

fn must_be_short(it: Fetched) -> Result<Fetched, String> {
    match it.cursor.as_ref().is_some_and(|it| it.len() > CURSOR_BYTES_MAX) {
        true => Err(format!("its cursor has more than {CURSOR_BYTES_MAX} bytes")),
        false => Ok(it),
    }
}

/// What a source answers, or why it cannot be read.
fn ask(
    bss: &Bss,
    house: &Author,
    seller: SellerNumber,
    source: &UsageSource,
) -> Result<Result<Vec<u8>, String>, Error> {
    let address = source.address.clone();
    bss.act(house.clone(), move |act| act.must_reach("/address", &address)).wait()?;
    let of = bss.read(&house.actor, |cx| account::of_seller(cx, seller))?.id;
    let token = source.token.as_ref().map(|it| bss.unseal(it, of.subject(), &field(&source.code)));
    let mut request = Request::new(Method::Get, asked_at(source));
    request = request.header("accept", "application/json");
    if let Some(token) = token.transpose()? {
        let token = token.as_text().unwrap_or_default();
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.answer_bytes_max = ANSWER_BYTES_MAX;
    let _turn = bss.turn_to_call()?;
    let answer = match bss.house.world().web.send(&request) {
        Ok(answer) => answer,
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, source = %source.code, "a source of usage cannot be asked");
            return Ok(Err("it does not answer".to_owned()));
        }
    };
    Ok(match answer.status {
        200 => Ok(answer.body),
        204 => Ok(b"{}".to_vec()),
        status => Err(format!("it answers with {status}")),
    })
}

/// The address of a question: from the cursor on, where there is one.
fn asked_at(source: &UsageSource) -> String {
    let address = source.address.as_str();
    let Some(cursor) = &source.cursor else { return address.to_owned() };
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~".contains(&it);
    let encoded: String = cursor
        .bytes()
        .map(|it| if plain(it) { char::from(it).to_string() } else { format!("%{it:02X}") })
        .collect();
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}cursor={encoded}")
}

/// The text of an event under the name of its source, by which it is offered again; as it is if it is no object.
fn under(code: &Code, text: Vec<u8>) -> Vec<u8> {
    let Ok(mut said) = serde_json::from_slice::<serde_json::Map<_, _>>(&text) else { return text };
    said.insert("source".to_owned(), serde_json::Value::String(code.to_string()));
    serde_json::to_vec(&said).unwrap_or(text)
}

/// Events as they are offered: under the name of their source, and for what its seller sells alone.
fn own(
    cx: Cx<'_>,
    seller: SellerNumber,
    code: &Code,
    entries: Vec<Entry>,
) -> Result<Vec<Entry>, Error> {
    let mut kept = Vec::with_capacity(entries.len());
    for Entry { offered, text } in entries {
        let offered = match offered {
            Ok(it) => {
                let of = cx.view.find::<Subscription>(it.subscription)?;
                match of.is_some_and(|of| of.stamp.seller == seller) {
                    true => Ok(Offered { source: code.clone(), ..it }),
                    false => {
                        let why = format!("`{}` is not there", it.subscription);
                        Err(Invalid::one("/subscription", "reference", why))
                    }
                }
            }
            Err(wrong) => Err(wrong),
        };
        kept.push(Entry { offered, text: under(code, text) });
    }
    Ok(kept)
}

/// Keeps what came of a question, unless the source was changed meanwhile. That it begins or ceases to miss is
/// told.
fn settle(
    act: &mut Act<'_>,
    (seller, asked): (SellerNumber, &UsageSource),
    heard: Result<Heard, String>,
    jitter: u16,
) -> Result<(), Error> {
    let before = all(act.cx())?;
    let same = |it: &&UsageSource| (&it.address, &it.cursor) == (&asked.address, &asked.cursor);
    let Some(source) = before.find(seller, &asked.code).filter(same).cloned() else {
        return Ok(());
    };
    let missed = source.trouble.is_some();
    let source = match heard {
        Ok(it) => source.heard(it, act.wall()),
        Err(why) => source.missed(why, (act.wall(), jitter)),
    };
    let is_told = missed != source.trouble.is_some();
    let after = before.clone().with(seller, source);
    if is_told {
        let account = account::of_seller(act.cx(), seller)?;
        return keep(act, account, seller, (&before, after));
    }
    Ok(act.batch().put_setting(&after)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_carries_the_cursor_as_it_was_given() {
        let now = Instant::from_micros(0).expect("in range");
        let source = |address: &str, cursor: Option<&str>| {
            let code = "m".parse().expect("a code");
            let address = address.parse().expect("an address");
            let it = UsageSource::new((code, address), None, 5, now).expect("a source");
            asked_at(&UsageSource { cursor: cursor.map(str::to_owned), ..it })
        };
        assert_eq!(source("https://m.example/u", None), "https://m.example/u");
        assert_eq!(
            source("https://m.example/u", Some("a b&c")),
            "https://m.example/u?cursor=a%20b%26c"
        );
        assert_eq!(
            source("https://m.example/u?of=1", Some("7")),
            "https://m.example/u?of=1&cursor=7"
        );
    }
}
