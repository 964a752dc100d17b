//! How one comes in, for whom one acts, and what runs here.

use super::told;
use crate::harness::client::Client;
use crate::harness::house::House;

const VERSION: &str = "GET /version";

#[test]
fn whoever_asks_is_told_what_runs_and_for_how_long() {
    let house = House::on("2026-01-01");
    let answer = Client::nobody(&house.app).call(VERSION, None).ok();
    assert_eq!(answer["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(answer["uptime"], "0 d, 0 h, 0 m, 0 s");
    assert_eq!(answer["doc"], "/openapi.json");
    house.app.pass("3 days");
    let answer = Client::nobody(&house.app).call(VERSION, None).ok();
    assert_eq!(answer["uptime"], "3 d, 0 h, 0 m, 0 s");
}

#[test]
fn a_token_is_shown_in_one_of_three_headers_and_a_wrong_one_opens_nothing() {
    let house = House::on("2026-01-01");
    let (nobody, token) = (Client::nobody(&house.app), &house.north.admin.token);
    for header in ["x-auth-token", "x-api-key"] {
        assert_eq!(told(&nobody.header(header, token).call(VERSION, None)), "200", "{header}");
        let wrong = nobody.header(header, "tbx_0").call(VERSION, None);
        assert_eq!(told(&wrong), "401 sign in first", "{header}");
    }
    assert_eq!(told(&house.client(&house.north.admin).call(VERSION, None)), "200");
}

#[test]
fn one_acts_for_ones_own_organization_alone() {
    let house = House::on("2026-01-01");
    let client = house.client(&house.north.admin);
    let plain = |it: &str| it.split_once('_').map(|it| it.1.to_owned()).expect("an id");
    let (own, other) = (plain(&house.north.account), plain(&house.south.account));
    let ask = |id: &str| told(&client.header("x-organization", id).call(VERSION, None));
    assert_eq!(ask(&own), "200");
    let refused = format!(
        "403 `X-Organization` names `{other}`, for which you have no role (not_for_organization)"
    );
    assert_eq!(ask(&other), refused);
}

#[test]
fn what_is_not_there_is_told_in_the_envelope() {
    let house = House::on("2026-01-01");
    let nobody = Client::nobody(&house.app);
    assert_eq!(told(&nobody.call("GET /version/7", None)), "404 there is no `/version/7` here");
    assert_eq!(told(&nobody.call("PUT /version", None)), "405 `PUT` is not allowed here");
}
