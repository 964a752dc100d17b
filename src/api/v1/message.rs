//! What listeners of this contract are sent: one event each, with the thing as it was then.

use serde::Serialize;
use serde_json::Value;

use super::entity::{self, Sides};
use super::{provisioning, usage_source};
use crate::api::edge::reply::Wire;
use crate::domain::event::Fact;
use crate::domain::listener::Listener;
use crate::domain::stamp::Contract;
use crate::services::dialect::{Answered, Asked, Dialect, Message};
use crate::services::usage::Fetched;
use crate::services::{Cx, Error, event};

/// The words of this contract.
pub(crate) struct Native;

impl Dialect for Native {
    fn contract(&self) -> Contract {
        Contract::Native
    }

    fn render(&self, _: Cx<'_>, fact: &Fact, _: &Listener) -> Result<Vec<Message>, Error> {
        told(fact).map(|it| vec![it])
    }

    fn ask(&self, asked: &Asked<'_>) -> Result<Option<Message>, Error> {
        provisioning::ask(asked).map(Some)
    }

    fn answer(&self, body: &[u8]) -> Result<Answered, Error> {
        provisioning::answer(body)
    }

    fn usage(&self, answer: &[u8]) -> Option<Result<Fetched, Error>> {
        Some(usage_source::fetched(answer))
    }
}

/// A fact in the words of this contract.
fn told(fact: &Fact) -> Result<Message, Error> {
    let Sides { before, after } = entity::sides(fact)?;
    // Of what is no more, what it was last.
    let (data, before) = match after {
        Some(after) => (Some(after), before),
        None => (before, None),
    };
    let told = Event {
        id: event::id(fact),
        kind: fact.name(),
        at: fact.at.to_string(),
        sequence: fact.sequence,
        data,
        before,
    };
    let body = serde_json::to_vec(&told).map_err(Error::internal)?;
    Ok(Message { id: told.id, body })
}

/// An event as it is sent.
#[derive(Debug, Serialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    at: String,
    sequence: u64,
    data: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
}

impl Wire for Event {}

/// The message by which a listener is tried out: of no event.
pub(super) fn ping(id: String, at: String, listener: &str) -> Message {
    let data = Some(serde_json::json!({ "listener": listener }));
    let told = Event { id, kind: "ping".to_owned(), at, sequence: 0, data, before: None };
    let body = serde_json::to_vec(&told).expect("a wire type has only what JSON can write");
    Message { id: told.id, body }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::event::{Cause, Verb};
    use crate::domain::id::{Kind, Subject};
    use crate::domain::stamp::SellerNumber;

    fn fact(kind: Kind, before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> Fact {
        Fact {
            sequence: 7,
            at: "2026-01-01T00:00:00Z".parse().expect("an instant"),
            cause: Cause::Duty("test".to_owned()),
            request: String::new(),
            subject: Subject { kind, uuid: Uuid::nil() },
            verb: Verb::Changed,
            seller: SellerNumber(1),
            owner: None,
            before,
            after,
            beside: Vec::new(),
        }
    }

    fn body(it: &Fact) -> String {
        let message = told(it).expect("readable");
        String::from_utf8(message.body).expect("JSON is text")
    }

    #[test]
    fn a_thing_that_this_contract_does_not_show_is_told_by_its_id() {
        let text = body(&fact(Kind::Quote, Some(vec![9]), Some(vec![9])));
        expect![[r#"{"id":"evt_6474846204000_7","type":"quote.changed","at":"2026-01-01T00:00:00Z","sequence":7,"data":{"id":"quo_00000000-0000-0000-0000-000000000000"},"before":{"id":"quo_00000000-0000-0000-0000-000000000000"}}"#]].assert_eq(&text);
    }

    #[test]
    fn of_what_is_no_more_is_told_what_it_was_last() {
        let text = body(&fact(Kind::Cart, Some(vec![9]), None));
        assert!(text.contains(r#""data":{"id":"crt_"#) && !text.contains("before"), "{text}");
    }

    #[test]
    fn what_cannot_be_read_is_not_told_wrongly() {
        assert!(told(&fact(Kind::Account, None, Some(vec![255]))).is_err());
    }
}
