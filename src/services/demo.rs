//! The demo: what says that a store holds one, and the book of those who can sign in to it.
//!
//! What happens in a demo goes through the same use cases as everything else. Here is only what
//! tells a demo from a live installation, which must never be thrown away, and how its logins can
//! be shown again at every start.

use serde::{Deserialize, Serialize};

use super::{Act, Author, Bss, Cx, Error, account, setup};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, Id};
use crate::domain::operator::Actor;
use crate::domain::sealed::Sealed;
use crate::store::meta::{self, Setting};

/// Somebody who can sign in to the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// What the person is, for people: `operator of Harbor Cloud`.
    pub role: String,
    /// What the person signs in with.
    pub email: String,
}

/// Who can sign in to a demo, and what is worth looking at.
#[derive(Clone, PartialEq, Eq)]
pub struct Book {
    /// The people, the most powerful first.
    pub logins: Vec<Login>,
    /// The password of all of them.
    pub password: String,
    /// Sights: what it is, and its id.
    pub sights: Vec<(String, String)>,
}

/// How far the demo of a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was set up in this store.
    Empty,
    /// What is in the store is no demo.
    Live,
    /// A demo was begun, and something ended it before it was whole.
    Unfinished,
    /// A demo that is whole.
    Ready(Book),
}

/// The demo as the store keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Mark {
    Begun,
    Whole { logins: Vec<Login>, keeper: AccountId, password: Sealed, sights: Vec<(String, String)> },
}

impl Setting for Mark {
    const NAME: &'static str = "demo";
    const SHAPE: u8 = 1;
}

/// Under this field the password is sealed.
const FIELD: &str = "demo_password";

/// How far the demo of this store is.
///
/// # Errors
/// If the store fails, or the password was sealed with a key that is not here.
pub fn standing(bss: &Bss) -> Result<Standing, Error> {
    let (mark, is_empty) = bss.read(&Actor::duty("demo"), |cx| {
        Ok((meta::setting::<Mark>(cx.view)?, setup::is_needed(cx)?))
    })?;
    Ok(match (mark, is_empty) {
        (None, true) => Standing::Empty,
        (None, false) => Standing::Live,
        (Some(Mark::Begun), _) => Standing::Unfinished,
        (Some(Mark::Whole { logins, keeper, password, sights }), _) => {
            let password = bss.unseal(&password, keeper.subject(), FIELD)?;
            let password = password.as_text().unwrap_or_default().to_owned();
            Standing::Ready(Book { logins, password, sights })
        }
    })
}

/// Marks a store in which nothing was set up as one that is to hold a demo.
///
/// # Errors
/// [`Code::AlreadySetUp`].
pub fn begin(bss: &Bss) -> Result<(), Error> {
    let begin = |act: &mut Act<'_>| {
        if !setup::is_needed(act.cx())? {
            let why = "a demo needs a store in which nothing was set up";
            return Err(Rejection::new(Code::AlreadySetUp, why).into());
        }
        Ok(act.batch().put_setting(&Mark::Begun)?)
    };
    bss.act(Author::of(Actor::duty("demo")), begin).wait()
}

/// Says that the demo is whole, and keeps its book.
///
/// # Errors
/// If the store fails.
pub fn finish(bss: &Bss, book: Book) -> Result<(), Error> {
    let finish = move |act: &mut Act<'_>| {
        let Book { logins, password, sights } = book;
        let keeper = keeper(act.cx())?;
        let password = act.seal(password.as_bytes(), keeper.subject(), FIELD);
        Ok(act.batch().put_setting(&Mark::Whole { logins, keeper, password, sights })?)
    };
    bss.act(Author::of(Actor::duty("demo")), finish).wait()
}

fn keeper(cx: Cx<'_>) -> Result<AccountId, Error> {
    Ok(account::provider(cx)?.id)
}
