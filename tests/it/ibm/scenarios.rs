//! The scenarios of the contract's documents, told over real HTTP by a client that is not ours: a
//! program in Python that needs nothing but Python.

use std::path::Path;

use tempfile::tempdir;

use crate::harness::process::Server;
use crate::harness::python::script;

const LOGIN: &str = "olga@provider.test";
const PASSWORD: &str = "till-4-the-box!";

#[test]
fn a_client_goes_through_the_scenarios_with_the_bodies_that_others_send() {
    let place = tempdir().unwrap();
    let operator = [("TILLBOX_OPERATOR_EMAIL", LOGIN), ("TILLBOX_OPERATOR_PASSWORD", PASSWORD)];
    let server = Server::start_with(place.path(), &[], &operator);
    let address = format!("http://{}", server.address);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ibm");
    let told =
        script("tests/ibm_scenarios.py", &[&address, LOGIN, PASSWORD, samples.to_str().unwrap()]);
    assert!(told.contains("all is as the documents have it"), "{told}");
}
