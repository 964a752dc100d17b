//! A few resources of a shop, with links between them, as a filter looks at them.

use serde_json::{Value, json};

use crate::api::aps::rql::filter::Reads;
use crate::api::aps::rql::parse;
use crate::services::Error;

/// The resources, each with a short name, the types it implements and its links.
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn resources() -> Value {
    json!({
        "a1": {
            "aps": { "id": "f654862a-4903-4151-b2b4-ed65c055d120", "type": "http://x/account/1.2",
                "status": "aps:ready", "revision": 3, "modified": "2019-03-12T12:11:09Z" },
            "types": ["http://x/account/1.2", "http://x/resource/1.0"],
            "id": 1, "type": "ADMIN", "companyName": "Provider Inc.", "personal": false,
            "locked": false,
            "addressPostal": { "locality": "Berlin", "countryName": "de", "postalCode": "10115" },
            "adminContact": { "email": "root@provider.test", "telVoice": "1(888)1234567" },
            "links": { "accounts": ["a2", "a3"] },
        },
        "a2": {
            "aps": { "id": "78560b5e-a762-4d52-b300-00543113e1d4", "type": "http://x/account/1.2",
                "status": "aps:ready", "revision": 12, "modified": "2021-02-18T05:44:35Z" },
            "types": ["http://x/account/1.2", "http://x/resource/1.0"],
            "id": 1_000_002, "type": "CLIENT", "companyName": "John Smith", "personal": true,
            "locked": false,
            "addressPostal": { "locality": "Zürich", "countryName": "ch", "postalCode": "08001" },
            "adminContact": { "email": "john@smith.test", "telVoice": "+49 30 1234-567" },
            "links": { "parent": ["a1"], "bssAccountInfo": ["b2"], "subscriptions": ["s1", "s2"] },
        },
        "a3": {
            "aps": { "id": "00000000-0000-7000-8000-0000000000a3", "type": "http://x/account/1.2",
                "status": "aps:ready", "revision": 1, "modified": "2020-01-01T00:00:00Z" },
            "types": ["http://x/account/1.2", "http://x/resource/1.0"],
            "id": 7, "type": "RESELLER", "companyName": "ACME & Sons (100%)", "personal": false,
            "locked": true,
            "addressPostal": { "locality": "BERLIN", "countryName": "de" },
            "links": { "parent": ["a1"], "accounts": ["a4"] },
        },
        "a4": {
            "aps": { "id": "00000000-0000-7000-8000-0000000000a4", "type": "http://x/account/1.2",
                "status": "aps:deleted", "revision": 2, "modified": "2020-01-01T00:00:00.500Z" },
            "types": ["http://x/account/1.2", "http://x/resource/1.0"],
            "id": 10, "type": "CLIENT", "companyName": "acme", "personal": false, "locked": true,
            "links": { "parent": ["a3"], "subscriptions": ["s3"] },
        },
        "b2": {
            "aps": { "id": "7cad381f-0daf-4557-a53f-b5ea64566622", "type": "http://x/info/1.0",
                "status": "aps:ready", "revision": 5, "modified": "2021-02-18T05:44:35Z" },
            "types": ["http://x/info/1.0", "http://x/resource/1.0"],
            "accountId": 1_000_002, "status": "ACTIVE", "branchId": "",
            "creditTerm": { "duePeriod": 10, "holdPeriod": 30 },
            "attributes": [
                { "attributeID": "external_id", "value": "1111-2222" },
                { "attributeID": "vip", "value": "yes" },
            ],
            "links": { "paAccount": ["a2"] },
        },
        "s1": {
            "aps": { "id": "456808a0-b5a6-4092-ab67-b77e33743a07", "type": "http://x/sub/1.0",
                "status": "aps:ready", "revision": 4, "modified": "2019-03-12T12:11:09Z" },
            "types": ["http://x/sub/1.0", "http://x/resource/1.0"],
            "subscriptionId": 1_000_101, "name": "Demo plan *new*", "trial": false,
            "status": "ACTIVE", "startDate": "2019-03-12", "expirationDate": "2019-06-12",
            "included": "1.0", "price": 9.99, "notes": null,
            "links": { "account": ["a2"], "servicePlan": ["p1"], "childSubscriptions": ["s3"] },
        },
        "s2": {
            "aps": { "id": "4b9d0e6f-ba57-4c3d-9d28-e52b138787fb", "type": "http://x/sub/1.0",
                "status": "aps:ready", "revision": 2, "modified": "2021-02-18T05:44:35Z" },
            "types": ["http://x/sub/1.0", "http://x/resource/1.0"],
            "subscriptionId": 1_000_102, "name": "demonstration", "trial": true,
            "status": "ADMINISTRATIVE_HOLD", "startDate": "2021-02-18",
            "included": "10.0", "price": 10,
            "links": { "account": ["a2"], "servicePlan": ["p2"] },
        },
        "s3": {
            "aps": { "id": "00000000-0000-7000-8000-0000000000b3", "type": "http://x/sub/1.0",
                "status": "aps:ready", "revision": 1, "modified": "2020-02-29T00:00:00Z" },
            "types": ["http://x/sub/1.0", "http://x/resource/1.0"],
            "subscriptionId": 9, "name": "Straße", "trial": false, "status": "TERMINATED",
            "startDate": "2020-02-29", "expirationDate": "2020-05-29",
            "included": "2.5", "price": 100.0,
            "links": { "account": ["a4"], "servicePlan": ["p2"], "parentSubscription": ["s1"] },
        },
        "p1": {
            "aps": { "id": "314dac37-d3bd-4978-b05e-ba4658514485", "type": "http://x/plan/1.1",
                "status": "aps:ready", "revision": 1, "modified": "2020-06-01T10:00:00Z" },
            "types": ["http://x/plan/1.1", "http://x/resource/1.0"],
            "planId": 4, "name": { "en_US": "Gold", "de_DE": "Gold, mit Extras" },
            "publication": { "published": true },
            "links": { "resources": ["r1", "r2"] },
        },
        "p2": {
            "aps": { "id": "00000000-0000-7000-8000-0000000000c2", "type": "http://x/plan/1.1",
                "status": "aps:ready", "revision": 1, "modified": "2020-06-01T12:00:00Z" },
            "types": ["http://x/plan/1.1", "http://x/resource/1.0"],
            "planId": 5, "name": { "en_US": "Silver" }, "publication": { "published": false },
            "links": { "resources": ["r2"] },
        },
        "r1": {
            "aps": { "id": "00000000-0000-7000-8000-0000000000d1", "type": "http://x/res/1.3",
                "status": "aps:ready", "revision": 1, "modified": "2020-06-01T10:00:00Z" },
            "types": ["http://x/res/1.3", "http://x/resource/1.0"],
            "name": { "en_US": "Storage" },
            "dependsOn": [
                { "kind": "REQUIRES", "multiplier": 2, "resource": "r2" },
                { "kind": "PROVIDED_BY", "resource": "r3" },
            ],
            "links": {},
        },
        "r2": {
            "aps": { "id": "00000000-0000-7000-8000-0000000000d2", "type": "http://x/res/1.3",
                "status": "aps:ready", "revision": 1, "modified": "2020-06-01T10:00:00Z" },
            "types": ["http://x/res/1.3", "http://x/resource/1.0"],
            "name": { "en_US": "Mailbox" }, "labels": ["mail", "Basic"],
            "links": {},
        },
    })
}

/// The short names of the resources for which a filter holds.
pub(super) fn found(filter: &str) -> String {
    let filter = parse(filter).map_err(|it| format!("{filter}: {it}")).unwrap().filter.unwrap();
    let all = resources();
    let tags = all.as_object().unwrap().keys();
    let found = tags.filter(|tag| filter.holds(&Resource { all: &all, tag }).unwrap());
    found.cloned().collect::<Vec<_>>().join(" ")
}

struct Resource<'a> {
    all: &'a Value,
    tag: &'a str,
}

impl Reads for Resource<'_> {
    fn read(&self, path: &[String]) -> Result<Vec<Value>, Error> {
        let own = &self.all[self.tag];
        // What a path leads to that ends with a link is the id of the resource there.
        let path = if path.is_empty() { &["aps".to_owned(), "id".to_owned()] } else { path };
        let Some(targets) = own["links"][&path[0]].as_array() else {
            return Ok(within(own, path));
        };
        let target =
            |it: &Value| Resource { all: self.all, tag: it.as_str().unwrap() }.read(&path[1..]);
        Ok(targets.iter().map(target).collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn implements(&self, name: &str) -> bool {
        self.all[self.tag]["types"].as_array().unwrap().iter().any(|it| it == name)
    }

    fn composes(&self, name: &str) -> bool {
        name == "http://x/account/1.2" && !self.tag.starts_with('a') && self.implements(name)
    }

    fn is_linked_with(&self, id: &str) -> Result<bool, Error> {
        let links = self.all[self.tag]["links"].as_object().unwrap();
        let mut targets = links.values().flat_map(|it| it.as_array().unwrap());
        Ok(targets.any(|it| self.all[it.as_str().unwrap()]["aps"]["id"] == id))
    }
}

fn within(value: &Value, path: &[String]) -> Vec<Value> {
    match (value, path) {
        (Value::Null, _) => Vec::new(),
        (Value::Array(items), _) => items.iter().flat_map(|it| within(it, path)).collect(),
        (value, []) => vec![value.clone()],
        (value, [name, rest @ ..]) => within(&value[name], rest),
    }
}
