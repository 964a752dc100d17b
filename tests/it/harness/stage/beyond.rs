//! What a side of the stage has beyond what it sells: a cart, persons, parts of what is paid, and what is
//! said of offers.

use serde_json::json;

use super::{Furnisher, invite};
use crate::harness::client::Client;
use crate::harness::market::text;

impl Furnisher<'_> {
    /// What the buyer is about to order.
    pub(super) fn cart(&mut self) {
        let buyer = Client::with_token(&self.market.house.app, self.name("buyer"));
        let cart = text(&buyer.post("/carts", &json!({}))["id"]);
        buyer.post(&format!("/carts/{cart}/items"), &json!({ "offer": self.name("offer") }));
        self.keep("cart", cart);
        self.keep("cart_line", "1");
        self.keep("order_item", "1");
        let order =
            json!({ "account": self.name("customer"), "items": [{ "offer": self.name("offer") }] });
        self.make("unpaid_order", "/orders/checkout", &json!({ "order": order }));
    }

    /// Who gets a part of what is paid for the offer, one note of it, and a part that waits for one.
    pub(super) fn shares(&mut self) {
        let owner = json!({ "role": "owner", "percent": "90" });
        let partner = json!({
            "role": "partner", "account": self.name("customer"), "percent": "10",
        });
        for (name, scope, id) in
            [("share_model", "offer", "offer"), ("spare_model", "category", "category")]
        {
            let it = json!({
                "name": self.called(name), scope: self.name(id), "parts": [owner, partner],
            });
            self.make(name, "/share_models", &it);
        }
        let pay = |amount: &str| {
            let amount = json!({ "amount": amount, "currency": "EUR" });
            let part = json!({ "invoice": self.name("invoice"), "amount": amount });
            let it = json!({
                "account": self.name("customer"), "amount": amount, "allocations": [part],
            });
            self.seller().post("/payments", &it);
        };
        pay("5");
        let settled = self.seller().post("/settlements", &json!({ "until": "2026-01-02" }));
        pay("5");
        self.keep("settlement", text(&settled["items"][0]["id"]));
    }

    /// Somebody who is here as a person, and who its buyer is.
    pub(super) fn persons(&mut self) {
        let path = format!("/accounts/{}", self.name("customer"));
        let it = json!({
            "code": "id", "name": "Id",
            "issuer": "https://id.example.com", "client_id": "till", "client_secret": "s",
        });
        self.market.operator().call("PUT /identity_providers", Some(&it)).ok();
        // Everybody may see who else lets people in.
        self.keep("identity_provider", "id");
        let own = text(&self.seller().get(&path)["party"]);
        self.keep("own_party", own);
        let it = json!({ "name": self.called("Person"), "nature": "person" });
        let account = self.make("person_account", "/accounts", &it);
        self.keep("person_party", text(&account["party"]));
        let (app, account) = (&self.market.house.app, text(&account["id"]));
        let mail = self.mail("person");
        let person = invite(app, &self.branch.admin, &account, &mail, "customer_admin");
        self.keep("person", person.token);
    }

    /// What its buyer says of an offer, and what its seller promises.
    pub(super) fn said(&mut self) {
        let buyer = Client::with_token(&self.market.house.app, self.name("buyer"));
        let it = json!({ "offer": self.name("offer"), "stars": 4, "text": self.called("review") });
        let review = text(&buyer.post("/reviews", &it)["id"]);
        self.keep("review", review);
        let rate =
            json!({ "kind": "updates_rate", "threshold": "5", "unit": "day", "credit": "10" });
        let path = format!("PUT /offers/{}/sla", self.name("offer"));
        self.seller().call(&path, Some(&json!({ "metrics": [rate] }))).ok();
    }
}
