//! What a side of the stage sells: what its offers are made of, the offers, and their prices.

use serde_json::json;

use super::Furnisher;
use crate::harness::market::{monthly, text};
use crate::harness::{bus, goods};

impl Furnisher<'_> {
    /// What there is to make offers of, and what lowers their prices.
    pub(super) fn catalogue(&mut self) {
        let side = self.side.to_uppercase();
        let named = |name: &str| json!({ "en": self.called(name) });
        let (goods, disk, plain, hands) =
            (named("Goods"), named("Disk"), named("Plain"), named("By hand"));
        let (part, kit) = (named("Part"), named("Kit"));
        let (spring, by_coupon) = (named("Spring"), named("Coupon"));
        let it = json!({ "code": side, "name": self.called("Tax") });
        self.make("tax_category", "/tax_categories", &it);
        let it = json!({ "code": side, "name": self.called("Zone") });
        self.make("tax_zone", "/tax_zones", &it);
        let it = json!({
            "name": self.called("VAT"), "zone": self.name("tax_zone"), "percent": "20",
            "valid_from": "2000-01-01",
        });
        self.make("tax_rule", "/tax_rules", &it);
        let it = json!({ "code": format!("{side}_TRAFFIC"), "name": self.called("Traffic"), "unit": "GB" });
        self.make("meter", "/meters", &it);
        let it = json!({ "name": goods, "state": "active" });
        self.make("hidden", "/categories", &it);
        self.make("category", "/categories", &json!({ "name": goods }));
        let paid = json!({ "grace_days": 3, "hold_days": 5, "destroy": false });
        let it = json!({ "name": self.called("Terms"), "paid": paid.clone() });
        self.make("service_terms", "/service_terms", &it);
        let unused = json!({ "name": self.called("Unused"), "paid": paid });
        self.make("spare_terms", "/service_terms", &unused);
        self.make("resource_category", "/resource_categories", &json!({ "name": disk }));
        self.make("resource", "/resources", &json!({ "name": disk, "unit": "GB" }));
        let part = self.make("part", "/resources", &json!({ "name": part, "unit": "unit" }));
        self.keep("part_number", part["number"].to_string());
        let it = json!({ "name": kit, "state": "active", "resources": [self.name("part")] });
        self.make("spare_specification", "/specifications", &it);
        self.make("specification", "/specifications", &json!({ "name": plain, "state": "active" }));
        let it = json!({ "name": hands, "state": "active", "connector": "manual" });
        self.make("manual", "/specifications", &it);
        goods::are_described(&self.market.house.client(&self.branch.admin), &mut self.names);
        bus::is_heard(&self.market.house.client(&self.branch.admin), &mut self.names);
        self.make("class", "/classes", &json!({ "name": self.called("Gold") }));
        let scope = json!({ "classes": [self.name("class")] });
        let it = json!({
            "name": spring, "percent": "10", "scope": scope, "access": "automatic",
            "lasting": "always",
        });
        self.make("discount", "/discounts", &it);
        let it = json!({
            "name": by_coupon, "percent": "10", "access": "coupon", "lasting": "always",
        });
        self.make("unlocked", "/discounts", &it);
        let it = json!({ "code": "SPRING", "discount": self.name("unlocked") });
        self.make("coupon", "/coupons", &it);
        let it =
            json!({ "name": "erp", "applies_to": "account", "description": self.called("ERP") });
        self.make("definition", "/attribute_definitions", &it);
    }

    /// What may be ordered, and what is not ready for that, with its prices.
    pub(super) fn offers(&mut self) {
        let part_code = self.called("part").replace(' ', "-");
        self.keep("part_code", part_code);
        for (name, specification, verbs) in [
            ("offer", "specification", &["test", "activate", "launch"] as &[&str]),
            ("by_hand", "manual", &["test", "activate", "launch"]),
            ("pooled", "specification", &["test", "activate", "launch"]),
            ("router", "goods", &["test", "activate", "launch"]),
            ("drafted", "specification", &[]),
            ("testing", "specification", &["test"]),
            ("ready", "specification", &["test", "activate"]),
        ] {
            let term =
                json!({ "key": "m", "duration": "1 month", "auto_renew": true, "default": true });
            let mut it = json!({
                "name": { "en": self.called(name) }, "terms": [term],
                "specification": self.name(specification),
                "service_terms": self.name("service_terms"),
            });
            match name {
                "offer" => it["part_number"] = json!(self.name("part_code")),
                "pooled" => {
                    it["seating"] = json!("pool");
                    let to = json!({ "to": self.name("offer"), "direction": "downgrade" });
                    it["switches"] = json!([to]);
                }
                _ => (),
            }
            let offer = text(&self.make(name, "/offers", &it)["id"]);
            if name == "offer" {
                let mut price = monthly(&self.called("Fee"), "EUR", "10");
                price["offer"] = json!(offer);
                self.make("price", "/prices", &price);
                let model = json!({ "kind": "per_unit", "per_unit": "0.5" });
                let it = json!({
                    "offer": offer, "name": self.called("Traffic"), "kind": "usage",
                    "currency": "EUR", "meter": self.name("meter"), "model": model,
                });
                let price = text(&self.make("usage_price", "/prices", &it)["id"]);
                let model = json!({ "kind": "per_unit", "per_unit": "0.6" });
                let it = json!({ "valid_from": "2026-03-01", "model": model });
                self.seller().post(&format!("/prices/{price}/versions"), &it);
            }
            if name == "drafted" {
                let mut price = monthly(&self.called("Draft"), "EUR", "11");
                price["offer"] = json!(offer);
                self.make("drafted_price", "/prices", &price);
            }
            for verb in verbs {
                self.seller().post(&format!("/offers/{offer}/{verb}"), &json!({}));
            }
        }
    }
}
