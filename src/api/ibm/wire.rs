//! How this contract writes things down: envelopes, dates, ids.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::api::edge::reply::{Reply, Wire};
use crate::domain::time::{Date, Instant, Zone};
use crate::services::idempotency::Answer;

/// A moment: `MM/dd/yyyy HH:mm:ss`, in UTC.
pub(super) fn moment(at: Instant) -> String {
    at.chrono().format("%m/%d/%Y %H:%M:%S").to_string()
}

/// The moment with which a day begins.
pub(super) fn midnight(on: Date) -> String {
    moment(Zone::UTC.start_of(on))
}

/// The day of a moment as it is written here, if it is written so.
pub(super) fn day(text: &str) -> Option<Date> {
    let at = chrono::NaiveDateTime::parse_from_str(text.trim(), "%m/%d/%Y %H:%M:%S").ok()?;
    at.date().to_string().parse().ok()
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

/// The same where the contract says that something was created, rather than that all went well.
pub(super) fn created(id: u64) -> Answer {
    Answer { status: 201, ..made(id) }
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
    fn a_day_is_read_as_it_is_shown() {
        let on: Date = "2018-04-13".parse().expect("a day");
        assert_eq!(midnight(on), "04/13/2018 00:00:00");
        assert_eq!(day(&midnight(on)), Some(on));
        assert_eq!(day("04/13/2018 17:05:09"), Some(on));
        for text in ["", "2018-04-13", "13/04/2018 00:00:00", "04/31/2018 00:00:00", "04/13/2018"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn everything_has_an_envelope() {
        let text = |it: Answer| String::from_utf8(it.body).expect("a text");
        assert_eq!(text(made(48)), r#"{"Long":48}"#);
        assert_eq!((made(48).status, created(48).status), (200, 201));
        assert_eq!(text(listed(&["User"])), r#"{"List":["User"]}"#);
        assert_eq!(text(shown("Customer", [1])), r#"{"Customer":[1]}"#);
        assert_eq!((nothing().status, nothing().body), (204, Vec::new()));
    }
}
