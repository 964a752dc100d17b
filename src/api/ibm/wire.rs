//! How this contract writes things down: envelopes, dates, ids.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::api::edge::reply::{Reply, Wire};
use crate::domain::time::Instant;
use crate::services::idempotency::Answer;

/// A moment: `MM/dd/yyyy HH:mm:ss`, in UTC.
pub(super) fn moment(at: Instant) -> String {
    at.chrono().format("%m/%d/%Y %H:%M:%S").to_string()
}

/// One thing below its name: `{"Customer": {…}}`.
struct Envelope<T>(&'static str, T);

impl<T: Serialize> Serialize for Envelope<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &self.1)?;
        map.end()
    }
}

impl<T: Serialize> Wire for Envelope<T> {}

/// The answer with one thing.
pub(super) fn shown(name: &'static str, it: impl Serialize) -> Answer {
    Reply::ok(Envelope(name, it)).answer(None)
}

/// The answer with several things, which have no envelopes of their own.
pub(super) fn listed<T: Serialize>(items: &[T]) -> Answer {
    shown("List", items)
}

/// The answer with the id of something new.
pub(super) fn made(id: u64) -> Answer {
    shown("Long", id)
}

/// Done, and nothing to show.
pub(super) fn nothing() -> Answer {
    Reply::<Envelope<()>>::no_content().answer(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_stand_before_days() {
        let at = |text: &str| moment(text.parse().expect("an instant"));
        assert_eq!(at("2018-04-13T00:00:00Z"), "04/13/2018 00:00:00");
        assert_eq!(at("2014-08-22T05:40:37.9Z"), "08/22/2014 05:40:37");
    }

    #[test]
    fn everything_has_an_envelope() {
        let text = |it: Answer| String::from_utf8(it.body).expect("a text");
        assert_eq!(text(made(48)), r#"{"Long":48}"#);
        assert_eq!(text(listed(&["User"])), r#"{"List":["User"]}"#);
        assert_eq!(text(shown("Customer", [1])), r#"{"Customer":[1]}"#);
        assert_eq!((nothing().status, nothing().body), (204, Vec::new()));
    }
}
