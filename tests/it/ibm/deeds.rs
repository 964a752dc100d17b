//! One deed for every call of this contract that writes: tests pull the plug in it, and try it with
//! what is somebody else's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::Value;
use tillbox::api::ibm::doors::{Door, doors};

use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::deeds::Manner;
use crate::harness::house::PASSWORD;
use crate::harness::stage::{Names, Scene, Stage, open};

/// A call that writes and that the stage lets succeed, by the vendor's user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed {
    /// Method, path and operation in brackets, with names of the stage after dollar signs.
    pub(crate) what: &'static str,
    body: &'static str,
    /// What may become of it when it is cut off.
    pub(crate) manner: Manner,
}

const fn deed(what: &'static str, body: &'static str) -> Deed {
    Deed { what, body, manner: Manner::Once }
}

/// A deed that is several acts.
const fn slow(what: &'static str, body: &'static str) -> Deed {
    Deed { manner: Manner::Several, ..deed(what, body) }
}

#[rustfmt::skip] // so that a deed is a line
const DEEDS: &[Deed] = &[
    deed("POST resource/customer", r#"{"Customer":{"CustomerNumber":"$side","Organization":{"OrgName":"$side Inc","AddressSet":[{"AddressLine1":"1 Road","AddressType":"MAILING","City":"$side","Country":"Germany","State":"BE","PostalCode":"10115"}],"Contact":{"FamilyName":"Doe","GivenName":"$side","EmailAddress":"new@$side.test","WorkPhone":"030 123"}},"CustomerAccountSet":[{"LocationName":"Lab","AccountNumber":"1","PaymentMethodType":"INVOICE"}]}}"#),
    deed("PUT resource/customer/$customer_number", r#"{"Customer":{"CustomerNumber":"$side","Organization":{"OrgName":"$side Renamed","Contact":{"FamilyName":"Doe","GivenName":"$side","EmailAddress":"new@$side.test","WorkPhone":"030 123"}},"CustomerAccountSet":[{"LocationName":"Lab","AccountNumber":"1","PaymentMethodType":"INVOICE"},{"LocationName":"Second","AccountNumber":"2","PaymentMethodType":"NONE"}]}}"#),
    deed("DELETE resource/customer/$customer_number", ""),
    deed("POST resource/customer/$customer_number [suspendCustomer]", ""),
    deed("POST resource/customer/$held_number [unsuspendCustomer]", ""),
    deed("POST resource/subscriber", r#"{"Subscriber":{"CustomerId":"$customer_number","Person":{"RoleSet":["User","CustomerPurchaser"],"FamilyName":"Doe","GivenName":"$side","EmailAddress":"new@$side.test","TimeZone":"Mars"}}}"#),
    deed("PUT resource/subscriber/$idle_number", r#"{"Subscriber":{"CustomerId":"$customer_number","Person":{"RoleSet":["User","CustomerAdministrator"],"FamilyName":"Doe","GivenName":"$side","EmailAddress":"changed@$side.test","TimeZone":"Mars"}}}"#),
    deed("DELETE resource/subscriber/$member_user_number", ""),
    deed("POST resource/subscriber/$invited_number [activateSubscriber]", ""),
    deed("POST resource/subscriber/$idle_number [suspendSubscriber]", ""),
    deed("POST resource/subscriber/$stopped_admin_number [unsuspendSubscriber]", ""),
    deed("POST resource/subscriber/$deleted_number [restoreSubscriber]", ""),
    deed("POST resource/servicecomponent", r#"{"ServiceComponent":{"DisplayName":"$side","CustomerId":"$customer_number"}}"#),
    deed("POST resource/subscription", r#"{"Order":{"CustomerId":"$customer_number","OrderItemSet":[{"DurationUnits":"MONTHS","DurationLength":1,"PartNumber":"$part_code","PartQuantity":2,"OrderNumber":"$side"}]}}"#),
    deed("PUT resource/subscription/$subscription_number", r#"{"Subscription":{"NumberOfSeats":5,"ExpirationDate":"06/30/2026 00:00:00"}}"#),
    deed("DELETE resource/subscription/$subscription_number", ""),
    deed("POST resource/subscription/$subscription_number [suspendSubscription]", ""),
    deed("POST resource/subscription/$held_subscription_number [unsuspendSubscription]", ""),
    deed("POST resource/subscriber/$idle_number/subscription/$subscription_number [entitleSubscriber]", ""),
    deed("POST resource/subscriber/$member_user_number/seat/$seat_number [revokeSubscriber]", ""),
    deed("POST resource/subscription/$subscription_number/seat/$seat_number?targetSubscription=$target_number [transferSeat]", ""),
    deed("POST resource/subscription/$pool_number/seat/$pool_seat_number [changeQuota]", r#"{"Seat":{"SubscriptionId":"$pool_number","EntitlementQuantityAllocated":10}}"#),
    slow("POST service/authentication/changePassword", r#"{"UserCredential":{"LoginName":"$member_email","OldPassword":"$password","NewPassword":"an0ther-1","ConfirmPassword":"an0ther-1"}}"#),
    deed("POST service/authentication/resetPassword?loginName=$member_email", ""),
    slow("POST service/authentication/setOneTimePassword", r#"{"UserCredential":{"LoginName":"$member_email","NewPassword":"onet1me!"}}"#),
    slow("POST service/authentication/setUserPassword", r#"{"UserCredential":{"LoginName":"$member_email","NewPassword":"onet1me!"}}"#),
    deed("POST service/authorization/assignRole?loginName=$member_email&role=CustomerAdministrator", ""),
    deed("POST service/authorization/unassignRole?loginName=$second_admin_email&role=CustomerAdministrator", ""),
];

/// All deeds.
pub(crate) fn deeds() -> &'static [Deed] {
    DEEDS
}

/// A text with the things of a side.
fn filled(text: &str, names: &Names) -> String {
    let mut text = text.to_owned();
    for (name, value) in names.iter().rev() {
        text = text.replace(&format!("${name}"), value);
    }
    assert!(!text.contains('$'), "it names what is not on the stage: {text}");
    text
}

impl Deed {
    /// The request with the things of a side: what, by which operation, with which body.
    pub(crate) fn request(&self, names: &Names) -> (String, Option<String>, Option<Value>) {
        let what = filled(self.what, names);
        let (what, operation) = match what.split_once(" [") {
            Some((what, operation)) => (what.to_owned(), Some(operation.replace(']', ""))),
            None => (what, None),
        };
        let body = (!self.body.is_empty()).then(|| filled(self.body, names));
        let body = body.map(|it| serde_json::from_str(&it).unwrap());
        (what.replacen(' ', " /api/bss/", 1), operation, body)
    }

    /// Does it as somebody, with the things of a side.
    pub(crate) fn is_done_by(&self, client: &Client<'_>, names: &Names) -> Answer {
        let (what, operation, body) = self.request(names);
        match operation {
            Some(operation) => client.header("x-operation", &operation).call(&what, body.as_ref()),
            None => client.call(&what, body.as_ref()),
        }
    }

    /// Does it once.
    pub(crate) fn is_done(&self, app: &App, names: &Names) -> Answer {
        let client = Client::with_token(app, &names["seller"]);
        self.is_done_by(&client.header("idempotency-key", "deed"), names)
    }

    /// Which door it goes through.
    pub(crate) fn door(&self) -> String {
        let (what, operation) = self.what.split_once(" [").unwrap_or((self.what, ""));
        let what = what.split_once('?').map_or(what, |it| it.0);
        let parts = what.split('/').map(|it| if it.starts_with('$') { "{id}" } else { it });
        let path = parts.collect::<Vec<_>>().join("/").replacen(' ', " /api/bss/", 1);
        format!("{path} {}", operation.trim_end_matches(']'))
    }
}

/// A door, as deeds name it.
pub(crate) fn named(door: &Door) -> String {
    format!("{} {} {}", door.method, door.path, door.operation.unwrap_or_default())
}

/// The names of a side as this contract has them: with the numbers and the addresses of its people.
pub(crate) fn names(side: &Names) -> Names {
    static KNOWN: OnceLock<BTreeMap<String, Names>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let stage = Stage::shared();
        let all = [&stage.north, &stage.south].map(|it| (it["side"].clone(), numbered(stage, it)));
        BTreeMap::from(all)
    });
    known[&side["side"]].clone()
}

fn numbered(stage: &Stage, side: &Names) -> Names {
    let app = open(&stage.disk(Scene::Quiet), 7);
    let client = Client::with_token(&app, &side["seller"]);
    let mut names = side.clone();
    for (name, thing) in [("customer_number", "customer"), ("held_number", "held")] {
        let number = client.get(&format!("/accounts/{}", side[thing]))["number"].to_string();
        names.insert(name, number);
    }
    for (name, thing) in [
        ("subscription_number", "subscription"),
        ("held_subscription_number", "held_subscription"),
        ("target_number", "target"),
        ("pool_number", "pool"),
    ] {
        let number = client.get(&format!("/subscriptions/{}", side[thing]))["number"].to_string();
        names.insert(name, number);
    }
    for (name, of) in [("seat_number", "subscription"), ("pool_seat_number", "pool")] {
        let seats = client.get(&format!("/subscriptions/{}/seats", side[of]));
        names.insert(name, seats["items"][0]["number"].to_string());
    }
    for (number, email, thing) in [
        ("idle_number", "idle_email", "idle"),
        ("invited_number", "invited_email", "invited"),
        ("deleted_number", "deleted_email", "deleted"),
        ("stopped_admin_number", "stopped_admin_email", "stopped_admin"),
        ("second_admin_number", "second_admin_email", "second_admin"),
        ("member_user_number", "member_user_email", "member_user"),
    ] {
        let found = client.get(&format!("/users/{}", side[thing]))["email"].clone();
        let found = found.as_str().unwrap();
        let query = "_namedQuery=getSubscriberByEmailAddress";
        let path = format!("/api/bss/resource/subscriber?{query}&emailAddress={found}");
        names.insert(number, client.get(&path)["List"][0]["Id"].to_string());
        names.insert(email, found.to_owned());
    }
    names.insert("password", PASSWORD.to_owned());
    names
}

#[test]
fn every_door_that_writes_has_a_deed() {
    let known: BTreeSet<_> = DEEDS.iter().map(Deed::door).collect();
    let doors: BTreeSet<_> = doors().iter().filter(|it| it.writes).map(named).collect();
    let missing: Vec<_> = doors.difference(&known).collect();
    assert!(missing.is_empty(), "add deeds for these to tests/it/ibm/deeds.rs: {missing:#?}");
    let gone: Vec<_> = known.difference(&doors).collect();
    assert!(gone.is_empty(), "there are no such doors: {gone:#?}");
}

#[test]
fn every_deed_comes_to_something_on_the_stage() {
    let stage = Stage::shared();
    let names = names(&stage.north);
    let mut wrong = Vec::new();
    for deed in DEEDS {
        let app = open(&stage.disk(Scene::Quiet), 7);
        let before = super::rights::facts(&app);
        let answer = deed.is_done(&app, &names);
        if !answer.status.is_success() || super::rights::facts(&app) == before {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            wrong.push(format!("{}: {} {text}", deed.what, answer.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
