//! The native API against its own description: Schemathesis makes requests from the OpenAPI document,
//! sensible ones and others, and sends them to the real executable. None is answered by a failure of
//! ours, and each answer is as it is described.

use crate::harness::process::Server;
use crate::harness::python::{Package, script};
use crate::harness::scale::rounds;

const TOKEN: &str = concat!("tbx_", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG");
const OPERATOR: &[(&str, &str)] = &[
    ("TILLBOX_OPERATOR_EMAIL", "olga@provider.test"),
    ("TILLBOX_OPERATOR_PASSWORD", "till-4-the-box!"),
    ("TILLBOX_OPERATOR_TOKEN", TOKEN),
];

/// What an answer must be.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";

/// What would end the test: taking back the very token, or the very user, with which it asks.
const SUICIDES: &str = "^(delete_tokens_id|post_users_id_(suspend|remove|delete))$";

#[test]
fn every_answer_is_as_it_is_described_and_none_is_a_failure() {
    let what = "the native API against its description, by schemathesis";
    let Some(schemathesis) = Package::get("schemathesis", "4.32.5", what) else { return };
    let place = tempfile::tempdir().unwrap();
    let server = Server::start_with(&place.path().join("data"), &[], OPERATOR);
    let routes = tillbox::api::v1::rights().len() as u64;
    // About as many for each operation, so that all of them together are so many.
    let cases = rounds(8_000, 300_000);
    let each = cases.div_ceil(routes).to_string();
    let address = format!("http://{}/openapi.json", server.address);
    let token = format!("Authorization: Bearer {TOKEN}");
    let run = [
        "-m",
        "schemathesis.cli",
        "run",
        &address,
        "-H",
        &token,
        "--phases",
        "fuzzing",
        "--max-examples",
        &each,
        "--seed",
        "1",
        "--checks",
        CHECKS,
        "--continue-on-failure",
        "--no-shrink",
        "--request-timeout",
        "180",
        "--exclude-operation-id-regex",
        SUICIDES,
        // A price has prices within it, one for each value of a dimension.
        "--suppress-health-check",
        "large_base_example",
    ];
    let told = schemathesis.run(place.path(), &run).unwrap_or_else(|why| panic!("{why}"));
    let count =
        told.lines().find_map(|it| it.trim().split_once(" generated")?.0.parse::<u64>().ok());
    let generated = count.unwrap_or_else(|| panic!("{told}"));
    println!("{generated} requests to {routes} routes");
    assert!(generated >= cases * 4 / 5, "{generated} of {cases}:\n{told}");
    // Whoever asked was let in to the end.
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    assert_eq!(server.over_network("GET /api/v1/session", &bearer).status, 200);
}

/// A client in another language, which has nothing of ours but the description, sells, buys and reads what
/// it costs; and what is described is HTTP and JSON, whatever the server is made of.
#[test]
fn a_client_in_another_language_needs_nothing_but_the_description() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start_with(&place.path().join("data"), &[], OPERATOR);
    let address = format!("http://{}", server.address);
    let told = script("tests/described_client.py", &[&address, TOKEN]);
    assert!(told.contains("all is as it is described"), "{told}");
}
