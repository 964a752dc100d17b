//! The scenarios of the contract's documents, told over real HTTP by a client that is not ours: a
//! program in Python that needs nothing but Python.

use std::path::Path;

use tempfile::tempdir;

use crate::harness::process::Server;
use crate::harness::python::script;

const LOGIN: &str = "olga@provider.test";
const PASSWORD: &str = "till-4-the-box!";

/// Runs a script against a server of its own.
fn told(path: &str) {
    let place = tempdir().unwrap();
    let operator = [("TILLBOX_OPERATOR_EMAIL", LOGIN), ("TILLBOX_OPERATOR_PASSWORD", PASSWORD)];
    let server = Server::start_with(place.path(), &[], &operator);
    let address = format!("http://{}", server.address);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ibm");
    let told = script(path, &[&address, LOGIN, PASSWORD, samples.to_str().unwrap()]);
    assert!(told.contains("all is as the documents have it"), "{told}");
}

#[test]
fn a_client_goes_through_the_scenarios_with_the_bodies_that_others_send() {
    told("tests/ibm_scenarios.py");
}

#[test]
fn a_client_orders_entitles_and_moves_people_as_the_scenarios_have_it() {
    told("tests/ibm_seats.py");
}
