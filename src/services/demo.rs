//! The demo: what says that a store holds one, and the book of those who can sign in to it.
//!
//! What happens in a demo goes through the same use cases as everything else. Here is only what
//! tells a demo from a live installation, which must never be thrown away, and how its logins can
//! be shown again at every start.

use serde::{Deserialize, Serialize};

use super::{Act, Author, Bss, Error, account, setup};
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
    /// A demo.
    Ready(Book),
}

/// The demo as the store keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    logins: Vec<Login>,
    keeper: AccountId,
    password: Sealed,
    sights: Vec<(String, String)>,
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
        (Some(Mark { logins, keeper, password, sights }), _) => {
            let password = bss.unseal(&password, keeper.subject(), FIELD)?;
            let password = password.as_text().unwrap_or_default().to_owned();
            Standing::Ready(Book { logins, password, sights })
        }
    })
}

/// Says that what is in the store is a demo, and keeps its book.
///
/// # Errors
/// [`Error::NotFound`] if nothing was set up; if the store fails.
pub fn declare(bss: &Bss, book: Book) -> Result<(), Error> {
    let declare = move |act: &mut Act<'_>| {
        let Book { logins, password, sights } = book;
        let keeper = account::provider(act.cx())?.id;
        let password = act.seal(password.as_bytes(), keeper.subject(), FIELD);
        Ok(act.batch().put_setting(&Mark { logins, keeper, password, sights })?)
    };
    bss.act(Author::of(Actor::duty("demo")), declare).wait()
}
