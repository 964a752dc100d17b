//! IBM BSS REST: conversations as clients of IBM SmartCloud have them.

mod admission;
mod bus;
mod credentials;
mod customers;
pub(crate) mod deeds;
mod fields;
mod lives;
mod mails;
mod odd;
mod orders;
mod parity;
mod peripheral;
mod pools;
mod rights;
mod roles;
mod scenarios;
mod seats;
mod shop;
mod states;
mod subscribers;
mod subscriptions;
mod transport;

use serde_json::{Value, json};

use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::house::House;

/// A body that a client of IBM's sends, by the name of its file.
fn sample(name: &str) -> Value {
    let text = match name {
        "sdk-register-customer-request" => {
            include_str!("../../fixtures/ibm/sdk-register-customer-request.json")
        }
        "sdk-sampleapp-subscribers" => {
            include_str!("../../fixtures/ibm/sdk-sampleapp-subscribers.json")
        }
        "wiki-create-subscription-request" => {
            include_str!("../../fixtures/ibm/wiki-create-subscription-request.json")
        }
        "wiki-change-quota-seat-payload" => {
            include_str!("../../fixtures/ibm/wiki-change-quota-seat-payload.json")
        }
        "py-error-seat-already-assigned" => {
            include_str!("../../fixtures/ibm/py-error-seat-already-assigned.json")
        }
        "sdk-error-invalid-billing-frequency" => {
            include_str!(
                "../../fixtures/ibm/sdk-error-invalid-billing-frequency.reconstructed.json"
            )
        }
        "py-ssm-registerCustomer" => {
            include_str!("../../fixtures/ibm/py-ssm-registerCustomer.json")
        }
        other => panic!("`{other}` is not among the samples that tests send"),
    };
    serde_json::from_str(text).unwrap()
}

/// A customer as the SDK registers it, whose contact has an address of its own.
fn customer(email: &str) -> Value {
    let mut body = sample("sdk-register-customer-request");
    body["Customer"]["Organization"]["Contact"]["EmailAddress"] = json!(email);
    body
}

/// A subscriber with what must be said, and no more.
fn subscriber(customer: u64, email: &str, roles: &[&str]) -> Value {
    json!({ "Subscriber": { "CustomerId": customer.to_string(), "Person": {
        "RoleSet": roles, "FamilyName": "Doe", "GivenName": "Ann", "EmailAddress": email,
    } } })
}

/// A vendor's user, as a client of this contract.
struct Bss<'a>(Client<'a>);

impl<'a> Bss<'a> {
    /// The VSR of the northern reseller.
    fn vsr(house: &'a House) -> Self {
        Self(house.client(&house.north.admin))
    }

    /// Calls `GET resource/customer/5`, with an operation in brackets: `POST resource/customer/5
    /// [suspendCustomer]`.
    fn call(&self, what: &str, body: Option<&Value>) -> Answer {
        let (what, operation) = match what.split_once(" [") {
            Some((what, operation)) => (what, Some(operation.trim_end_matches(']'))),
            None => (what, None),
        };
        let (method, path) = what.split_once(' ').unwrap();
        let what = format!("{method} /api/bss/{path}");
        match operation {
            Some(operation) => self.0.header("x-operation", operation).call(&what, body),
            None => self.0.call(&what, body),
        }
    }

    /// The same, in few words: the status, and the id of the message of a refusal.
    fn told(&self, what: &str, body: Option<&Value>) -> String {
        told(&self.call(what, body))
    }

    /// The same where it must be done.
    #[track_caller]
    fn must(&self, what: &str, body: Option<&Value>) -> Value {
        self.call(what, body).ok()
    }

    /// What is at a path.
    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.must(&format!("GET {path}"), None)
    }

    /// Registers a customer, and answers its id.
    #[track_caller]
    fn register(&self, email: &str) -> u64 {
        self.must("POST resource/customer", Some(&customer(email)))["Long"].as_u64().unwrap()
    }

    /// Adds a subscriber without a mail, and answers its id.
    #[track_caller]
    fn add(&self, customer: u64, email: &str, roles: &[&str]) -> u64 {
        let body = subscriber(customer, email, roles);
        let made = self.must("POST resource/subscriber?suppressEmail=true", Some(&body));
        made["Long"].as_u64().unwrap()
    }

    /// The only subscriber with an address.
    #[track_caller]
    fn by_email(&self, email: &str) -> Value {
        let query = "_namedQuery=getSubscriberByEmailAddress";
        let found = self.get(&format!("resource/subscriber?{query}&emailAddress={email}"));
        let [one] = found["List"].as_array().unwrap().as_slice() else { panic!("{found}") };
        one.clone()
    }
}

/// The status, and the id of the message of a refusal.
fn told(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return status.to_string();
    }
    let response = &answer.json()["BSSResponse"];
    assert_eq!(response["ResponseCode"], status.to_string(), "{response}");
    assert_eq!(response["Severity"], "Error");
    assert!(!response["Useraction"].as_str().unwrap().is_empty());
    format!("{status} {}", response["MessageCode"].as_str().unwrap())
}

/// What a refusal says.
fn message(answer: &Answer) -> String {
    answer.json()["BSSResponse"]["ResponseMessage"].as_str().unwrap_or_default().to_owned()
}
