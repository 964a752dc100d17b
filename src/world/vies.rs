//! VIES: the register of the European Union of numbers for value added tax, asked over HTTP.
//!
//! The service is described at <https://ec.europa.eu/taxation_customs/vies/#/technical-information>
//! (`POST …/rest-api/check-vat-number`). It passes each question on to the register of the member
//! state; whether that could be asked is one thing, and what it said another.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::http::{Method, Request, Web};
use crate::domain::time::Date;

/// Where it is asked.
pub const ADDRESS: &str = "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number";
/// How long an answer may take: some member states need a quarter of a minute.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The letters of a number and what follows them.
pub type Parts<'a> = (&'a str, &'a str);

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The register knows the number.
    Valid(Consultation),
    /// It does not.
    Invalid(Consultation),
    /// It could not be asked, for a reason that people can read.
    Unavailable(String),
}

/// That the register was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// On which day, as it says.
    pub on: Option<Date>,
    /// Under which number it keeps that; it gives one only to who says who is asking.
    pub number: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    country_code: &'a str,
    vat_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    requester_member_state_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requester_number: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Said {
    valid: Option<bool>,
    request_date: Option<String>,
    request_identifier: Option<String>,
    user_error: Option<String>,
    error_wrappers: Vec<Wrapped>,
}

#[derive(Deserialize)]
struct Wrapped {
    error: String,
}

/// Asks for a number, as the seller whose own number `requester` is. Blocks; never inside an act.
pub fn ask(web: &dyn Web, number: Parts<'_>, requester: Option<Parts<'_>>) -> Answer {
    let question = Question {
        country_code: number.0,
        vat_number: number.1,
        requester_member_state_code: requester.map(|it| it.0),
        requester_number: requester.map(|it| it.1),
    };
    let body = serde_json::to_vec(&question).expect("texts are JSON");
    let request = Request::new(Method::Post, ADDRESS)
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .body(body);
    match web.send(&Request { timeout: TIMEOUT, ..request }) {
        Ok(response) => read(response.status, &response.body),
        Err(error) => Answer::Unavailable(error.to_string()),
    }
}

/// What an answer says. Errors of the service come with the status 200 too, and may call a number
/// invalid that nobody has looked up.
fn read(status: u16, body: &[u8]) -> Answer {
    let Ok(said) = serde_json::from_slice::<Said>(body) else {
        return Answer::Unavailable(format!("it answered {status} with something else than JSON"));
    };
    let number = said.request_identifier.filter(|it| !it.trim().is_empty());
    let on = said.request_date.as_deref().and_then(|it| it.get(..10)?.parse().ok());
    let consultation = Consultation { on, number };
    let error = said.error_wrappers.into_iter().map(|it| it.error).next();
    let error = error.or(said.user_error).filter(|it| it != "VALID" && it != "INVALID");
    match (said.valid, error) {
        // The member state's register cannot have a number that is none.
        (_, Some(error)) if error == "INVALID_INPUT" => Answer::Invalid(consultation),
        (_, Some(error)) => Answer::Unavailable(format!("it answered {error}")),
        (Some(true), None) => Answer::Valid(consultation),
        (Some(false), None) => Answer::Invalid(consultation),
        (None, None) => Answer::Unavailable(format!("it answered {status} and not the question")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::http::{Response, ScriptedWeb, WebError};

    #[test]
    fn a_question_says_who_asks() {
        let web = ScriptedWeb::answering(|_| Ok(Response::new(200, r#"{"valid":true}"#)));
        ask(&web, ("FR", "40303265045"), Some(("DE", "136695976")));
        ask(&web, ("EL", "023456780"), None);
        let heard = web.heard();
        let told = |at: usize| String::from_utf8_lossy(&heard[at].body).into_owned();
        assert_eq!(
            told(0),
            r#"{"countryCode":"FR","vatNumber":"40303265045","requesterMemberStateCode":"DE","requesterNumber":"136695976"}"#
        );
        assert_eq!(told(1), r#"{"countryCode":"EL","vatNumber":"023456780"}"#);
        assert_eq!((heard[0].address.as_str(), heard[0].method), (ADDRESS, Method::Post));
    }

    #[test]
    fn only_an_answer_of_the_register_is_one() {
        let told = |status: u16, body: &str| match read(status, body.as_bytes()) {
            Answer::Valid(it) => {
                format!("valid {:?} {:?}", it.on.map(|it| it.to_string()), it.number)
            }
            Answer::Invalid(_) => "invalid".to_owned(),
            Answer::Unavailable(why) => why,
        };
        let known = r#"{"countryCode":"FR","vatNumber":"40303265045","requestDate":"2026-01-02T10:00:00.000Z",
            "valid":true,"requestIdentifier":"WAPIAAAAYeR4","name":"---","address":"---"}"#;
        for (status, body, expected) in [
            (200, known, r#"valid Some("2026-01-02") Some("WAPIAAAAYeR4")"#),
            (200, r#"{"valid":true,"requestIdentifier":""}"#, "valid None None"),
            (200, r#"{"valid":false,"userError":"INVALID"}"#, "invalid"),
            (200, r#"{"valid":false,"userError":"MS_UNAVAILABLE"}"#, "it answered MS_UNAVAILABLE"),
            (
                200,
                r#"{"actionSucceed":false,"errorWrappers":[{"error":"MS_MAX_CONCURRENT_REQ"}]}"#,
                "it answered MS_MAX_CONCURRENT_REQ",
            ),
            (
                400,
                r#"{"actionSucceed":false,"errorWrappers":[{"error":"INVALID_INPUT"}]}"#,
                "invalid",
            ),
            (500, "<html>", "it answered 500 with something else than JSON"),
            (200, "{}", "it answered 200 and not the question"),
        ] {
            assert_eq!(told(status, body), expected, "{body}");
        }
        let gone = ScriptedWeb::answering(|_| Err(WebError::TimedOut));
        let answer = ask(&gone, ("FR", "40303265045"), None);
        assert_eq!(answer, Answer::Unavailable("the server did not answer in time".to_owned()));
    }
}
