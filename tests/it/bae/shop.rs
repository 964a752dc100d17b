//! A seller at work in this contract: what it writes, and what it is told.

use serde_json::{Value, json};

use super::told;
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::house::{House, Person};

/// Where the catalogue lies.
const BASE: &str = "/DSProductCatalog/api/catalogManagement/v2";

/// Somebody who works in the catalogue.
pub(super) struct Shop<'a>(pub(super) Client<'a>);

impl<'a> Shop<'a> {
    /// Somebody of the house.
    pub(super) fn of(house: &'a House, person: &Person) -> Self {
        Self(house.client(person))
    }

    /// Sends a request: `GET category`, below the catalogue.
    pub(super) fn call(&self, what: &str, body: Option<&Value>) -> Answer {
        let (method, path) = what.split_once(' ').unwrap();
        self.0.call(&format!("{method} {BASE}/{path}"), body)
    }

    /// Makes something that must be taken.
    #[track_caller]
    pub(super) fn make(&self, path: &str, body: &Value) -> Value {
        let answer = self.call(&format!("POST {path}"), Some(body));
        assert_eq!(answer.status.as_u16(), 201, "{}", told(&answer));
        let made = answer.json();
        assert_eq!(answer.headers["location"].to_str().ok(), made["href"].as_str());
        made
    }

    /// Changes something, which must be taken.
    #[track_caller]
    pub(super) fn change(&self, of: &Value, body: &Value) -> Value {
        let answer = self.tries(of, body);
        assert_eq!(answer.status.as_u16(), 200, "{}", told(&answer));
        answer.json()
    }

    fn tries(&self, of: &Value, body: &Value) -> Answer {
        self.0.call(&format!("PATCH {}", of["href"].as_str().unwrap()), Some(body))
    }

    /// What is said to a change that must not be taken; the thing is as it was.
    #[track_caller]
    pub(super) fn is_told(&self, of: &Value, body: &Value) -> String {
        let before = self.see(of);
        let answer = self.tries(of, body);
        assert!(!answer.status.is_success(), "{body} is taken");
        assert_eq!(self.see(of), before, "{body} changed something");
        told(&answer)
    }

    /// What is said to something new that must not be taken; nothing is there that was not before.
    #[track_caller]
    pub(super) fn is_refused(&self, path: &str, body: &Value) -> String {
        let count = || self.call(&format!("GET {path}?action=count"), None).ok();
        let before = count();
        let answer = self.call(&format!("POST {path}"), Some(body));
        assert!(!answer.status.is_success(), "{body} is taken");
        assert_eq!(count(), before, "{body} made something");
        told(&answer)
    }

    /// A thing as it is shown now.
    #[track_caller]
    pub(super) fn see(&self, of: &Value) -> Value {
        self.0.call(&format!("GET {}", of["href"].as_str().unwrap()), None).ok()
    }

    /// What is said of a thing.
    pub(super) fn asks(&self, of: &Value) -> String {
        told(&self.0.call(&format!("GET {}", of["href"].as_str().unwrap()), None))
    }

    /// Moves something to a state.
    #[track_caller]
    pub(super) fn moves(&self, of: &Value, state: &str) -> Value {
        self.change(of, &json!({ "lifecycleStatus": state }))
    }

    /// A catalog that is launched.
    pub(super) fn catalog(&self, name: &str) -> Value {
        self.make("catalog", &json!({ "name": name, "lifecycleStatus": "Launched" }))
    }

    /// A product that is launched.
    pub(super) fn product(&self, name: &str) -> Value {
        self.make("productSpecification", &json!({ "name": name, "lifecycleStatus": "Launched" }))
    }

    /// An offering of a product that is ready, for so much a month.
    pub(super) fn offering(&self, catalog: &Value, product: &Value, name: &str) -> Value {
        let body = json!({
            "name": name, "lifecycleStatus": "Active", "productSpecification": lead(product),
            "productOfferingPrice": [monthly("Monthly")],
        });
        self.make(&offerings(catalog), &body)
    }
}

/// Where the offerings of a catalog are.
pub(super) fn offerings(catalog: &Value) -> String {
    format!("catalog/{}/productOffering", catalog["id"].as_str().unwrap())
}

/// A reference to something.
pub(super) fn lead(to: &Value) -> Value {
    json!({ "id": to["id"], "href": to["href"] })
}

/// A plan of twelve Euros a month.
pub(super) fn monthly(name: &str) -> Value {
    json!({
        "name": name, "priceType": "recurring", "recurringChargePeriod": "monthly",
        "price": {
            "taxIncludedAmount": "12", "dutyFreeAmount": "10", "taxRate": "20",
            "currencyCode": "EUR",
        },
    })
}

/// What makes a product digital, at an address.
pub(super) fn digital(location: &str) -> Vec<Value> {
    let one = |name: &str, value: &str| {
        let value = json!({ "valueType": "string", "default": true, "value": value });
        json!({
            "name": name, "valueType": "string", "configurable": false,
            "productSpecCharacteristicValue": [value],
        })
    };
    vec![one("Asset type", "Data"), one("Media type", "text/csv"), one("Location", location)]
}
