//! Registered documents: entities of a contract that have no behavior here.
//!
//! They are kept, listed, filtered, guarded and told of like everything else; one entry of
//! [`TYPES`] says all there is to say about a sort of them. What a document says is opaque bytes:
//! only its contract reads them. An entity *with* behavior is never just a document.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::due::{Due, Duty};
use super::error::{Code as Reason, Invalid, Refusal, Rejection, Violation};
use super::event::Verb;
use super::id::DocumentId;
use super::party::relation::RelatedParty;
use super::stamp::Stamp;
use super::text::{Code, Name};
use super::time::Instant;

/// Which states a document of a type can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// None.
    Stateless,
    /// Whatever word its contract's client says.
    Free,
    /// Something is to be done with it at the instant that its state says; nothing if its state is
    /// [`DONE`] or there is none.
    Waiting,
    /// These, with the steps that lead from one to another. The first is where it begins if
    /// nobody says otherwise.
    Steps(&'static [(&'static str, &'static [&'static str])]),
}

/// A sort of registered documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentType {
    /// Its stable key.
    pub key: &'static str,
    /// Its life cycle.
    pub life: Life,
}

const PAPER: Life = Life::Steps(&[
    ("created", &["reviewed", "deleted"]),
    ("reviewed", &["created", "approved", "deleted"]),
    ("approved", &["published", "deleted"]),
    ("published", &["archived", "deleted"]),
    ("archived", &["deleted"]),
    ("deleted", &[]),
]);

/// What was used and is not counted here: what others make of it (TMF635).
const USED: Life = Life::Steps(&[
    ("received", &["guided", "rejected"]),
    ("guided", &["rated", "rejected"]),
    ("rated", &["rerated", "billed"]),
    ("rerated", &["rated"]),
    ("rejected", &["recycled"]),
    ("recycled", &["guided", "rejected"]),
    ("billed", &[]),
]);

/// The state of what waits for nothing any more.
pub const DONE: &str = "done";

/// What nothing came of.
const REFUSED: Life = Life::Steps(&[("rejected", &[])]);

/// Something that is to be done and takes its time.
const ERRAND: Life = Life::Steps(&[
    ("not_started", &["running", "failed"]),
    ("running", &["succeeded", "failed"]),
    ("succeeded", &[]),
    ("failed", &[]),
]);

const CATALOGUED: Life = Life::Steps(&[
    ("in_study", &["in_design"]),
    ("in_design", &["in_test"]),
    ("in_test", &["in_design", "active", "rejected"]),
    ("active", &["launched", "retired"]),
    ("launched", &["retired"]),
    ("retired", &["obsolete"]),
    ("rejected", &[]),
    ("obsolete", &[]),
]);

const fn sort(key: &'static str, life: Life) -> DocumentType {
    DocumentType { key, life }
}

/// All sorts of registered documents, by key in alphabetical order.
pub const TYPES: &[DocumentType] = &[
    sort("adjust_balance", Life::Waiting),
    sort("agreement", Life::Free),
    sort("agreement_specification", Life::Free),
    sort("application_token", Life::Stateless),
    sort("bill_format", Life::Stateless),
    sort("bill_presentation_media", Life::Stateless),
    sort("billing_cycle_specification", Life::Stateless),
    sort("bucket", Life::Free),
    sort("cancel_product_order", Life::Free),
    sort("customer_bill_on_demand", Life::Free),
    sort("digital_identity", Life::Free),
    sort("document", PAPER),
    sort("document_specification", PAPER),
    sort("identity_provider", Life::Stateless),
    sort("partnership", Life::Free),
    sort("partnership_specification", Life::Free),
    sort("party_role", Life::Free),
    sort("payment", Life::Free),
    sort("payment_method", Life::Free),
    sort("permission", Life::Stateless),
    sort("product_catalog_export", ERRAND),
    sort("product_catalog_import", ERRAND),
    sort("product_offering_price", CATALOGUED),
    sort("product_offering_qualification", Life::Free),
    sort("product_order", REFUSED),
    sort("query_usage_consumption", Life::Free),
    sort("quote", REFUSED),
    sort("refund", Life::Free),
    sort("reserve_balance", Life::Waiting),
    sort("resource_candidate", CATALOGUED),
    sort("resource_catalog", CATALOGUED),
    sort("resource_catalog_export", ERRAND),
    sort("resource_catalog_import", ERRAND),
    sort("resource_category", CATALOGUED),
    sort("resource_specification", CATALOGUED),
    sort("revenue_sharing_algorithm", Life::Stateless),
    sort("revenue_sharing_model", Life::Stateless),
    sort("revenue_sharing_report", Life::Free),
    sort("service_candidate", CATALOGUED),
    sort("service_catalog", CATALOGUED),
    sort("service_catalog_export", ERRAND),
    sort("service_catalog_import", ERRAND),
    sort("service_category", CATALOGUED),
    sort("service_component", Life::Stateless),
    sort("service_specification", CATALOGUED),
    sort("settlement_callback", Life::Waiting),
    sort("sign_in_provider", Life::Stateless),
    sort("topic", Life::Stateless),
    sort("topup_balance", Life::Waiting),
    sort("transfer_balance", Life::Free),
    sort("usage", USED),
    sort("usage_specification", CATALOGUED),
    sort("user_role", Life::Stateless),
];

impl DocumentType {
    /// The type with a key.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        TYPES.binary_search_by(|it| it.key.cmp(key)).ok().map(|it| &TYPES[it])
    }

    /// Whether a document of the type asks for something that is to be done.
    #[must_use]
    pub fn is_errand(&self) -> bool {
        self.life == ERRAND
    }

    /// The state in which a document begins if nobody says otherwise.
    #[must_use]
    pub fn first_state(&self) -> Option<&'static str> {
        match self.life {
            Life::Stateless | Life::Free | Life::Waiting => None,
            Life::Steps(steps) => steps.first().map(|it| it.0),
        }
    }

    /// Whether a document of the type can have a state.
    #[must_use]
    pub fn has_state(&self, state: &str) -> bool {
        match self.life {
            Life::Stateless => false,
            Life::Free => true,
            Life::Waiting => state == DONE || state.parse::<Instant>().is_ok(),
            Life::Steps(steps) => steps.iter().any(|it| it.0 == state),
        }
    }

    /// The states that a document of the type goes through, where it has a life of its own.
    pub fn states(&self) -> impl Iterator<Item = &'static str> {
        let steps = match self.life {
            Life::Stateless | Life::Free | Life::Waiting => &[],
            Life::Steps(steps) => steps,
        };
        steps.iter().map(|it| it.0)
    }

    /// Whether a document of the type may pass from one state to another.
    #[must_use]
    pub fn may_pass(&self, from: Option<&str>, to: &str) -> bool {
        match (self.life, from) {
            (Life::Stateless, _) => false,
            (Life::Free, _) => true,
            (Life::Waiting, _) | (Life::Steps(_), None) => self.has_state(to),
            (Life::Steps(steps), Some(from)) => {
                steps.iter().any(|(state, after)| *state == from && after.contains(&to))
            }
        }
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)
    }
}

/// An entity of a contract that is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its identity.
    pub id: DocumentId,
    /// Whose it is.
    pub stamp: Stamp,
    /// Who has to do with it.
    pub related: Vec<RelatedParty>,
    key: Code,
    name: Name,
    state: Option<Code>,
    body: Vec<u8>,
}

/// Registers a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterDocument {
    /// The identity it gets.
    pub id: DocumentId,
    /// Whose it will be.
    pub stamp: Stamp,
    /// Which sort it is: a key of [`TYPES`].
    pub key: Code,
    /// What it is called.
    pub name: Name,
    /// Where its life begins, if not at the beginning.
    pub state: Option<Code>,
    /// Who has to do with it.
    pub related: Vec<RelatedParty>,
    /// What it says, as canonical bytes of its contract.
    pub body: Vec<u8>,
}

impl Document {
    /// No document is longer than this.
    pub const BYTES_MAX: usize = 1024 * 1024;

    /// A new document.
    pub fn register(command: RegisterDocument) -> Result<(Self, Verb), Invalid> {
        let RegisterDocument { id, stamp, key, name, state, related, body } = command;
        let Some(sort) = DocumentType::find(key.as_str()) else {
            return Err(Invalid::one("/key", "range", format!("`{key}` is no sort of document")));
        };
        let mut found: Vec<_> = overlong(&body).into_iter().collect();
        if let Some(state) = &state
            && !sort.has_state(state.as_str())
        {
            let message = format!("`{state}` is no state of a document of the sort `{sort}`");
            found.push(Violation::new("/state", "range", message));
        }
        Invalid::unless_empty(found)?;
        let first = || sort.first_state().and_then(|it| it.parse().ok());
        let state = state.or_else(first);
        Ok((Self { id, stamp, related, key, name, state, body }, Verb::Created))
    }

    /// The document with another name and text.
    pub fn revise(self, name: Name, body: Vec<u8>) -> Result<(Self, Verb), Invalid> {
        Invalid::unless_empty(overlong(&body).into_iter().collect())?;
        Ok((Self { name, body, ..self }, Verb::Changed))
    }

    /// The document in another state.
    pub fn pass(self, to: Code) -> Result<(Self, Verb), Refusal> {
        let sort = self.sort();
        let from = self.state.as_ref().map(Code::as_str);
        if from == Some(to.as_str()) {
            return Ok((self, Verb::Changed));
        }
        if !sort.has_state(to.as_str()) {
            let message = format!("`{to}` is no state of a document of the sort `{sort}`");
            return Err(Invalid::one("/state", "range", message).into());
        }
        if !sort.may_pass(from, to.as_str()) {
            let from = from.unwrap_or("without a state");
            let why = format!("a document of the sort `{sort}` that is {from} cannot become {to}");
            return Err(Rejection::new(Reason::DocumentStateForbids, why).into());
        }
        Ok((Self { state: Some(to), ..self }, Verb::Changed))
    }

    /// Which sort it is.
    #[must_use]
    pub fn sort(&self) -> &'static DocumentType {
        DocumentType::find(self.key.as_str()).expect("keys are checked when a document is made")
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The state it is in, if its sort has any.
    #[must_use]
    pub const fn state(&self) -> Option<&Code> {
        self.state.as_ref()
    }

    /// When it is to be done, if it is something that is to be done and is not: at once, or when it says.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        let state = self.state.as_ref().map(Code::as_str)?;
        let at = match self.sort().life {
            Life::Waiting => state.parse().ok()?,
            life if life == ERRAND && matches!(state, "not_started" | "running") => {
                self.stamp.created_at
            }
            Life::Stateless | Life::Free | Life::Steps(_) => return None,
        };
        Some(Due { at, duty: Duty::Errand })
    }

    /// What it says.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

fn overlong(body: &[u8]) -> Option<Violation> {
    let message = format!("must have at most {} bytes", Document::BYTES_MAX);
    (body.len() > Document::BYTES_MAX).then(|| Violation::new("/body", "range", message))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;

    fn code(text: &str) -> Code {
        text.parse().expect(text)
    }

    fn register_as(key: &str, state: Option<&str>) -> Document {
        register(key, state).expect(key)
    }

    fn register(key: &str, state: Option<&str>) -> Result<Document, String> {
        let now = Instant::from_micros(0).expect("in range");
        let command = RegisterDocument {
            id: DocumentId::from_uuid(Uuid::nil()),
            stamp: Stamp::new(SellerNumber::PROVIDER, None, now),
            key: code(key),
            name: "Framework".parse().expect("a name"),
            state: state.map(code),
            related: Vec::new(),
            body: b"{}".to_vec(),
        };
        Document::register(command).map(|it| it.0).map_err(|it| it.to_string())
    }

    fn state(document: &Document) -> &str {
        document.state().map_or("-", Code::as_str)
    }

    #[test]
    fn the_register_is_in_order_and_every_step_leads_to_a_state() {
        assert!(TYPES.windows(2).all(|it| it[0].key < it[1].key));
        for sort in TYPES {
            assert_eq!(DocumentType::find(sort.key), Some(sort));
            if let Life::Steps(steps) = sort.life {
                let targets = steps.iter().flat_map(|it| it.1);
                assert!(targets.into_iter().all(|it| sort.has_state(it)), "{sort}");
            }
        }
    }

    #[test]
    fn an_errand_is_due_until_it_is_done_or_has_failed() {
        let (mut errand, paper) =
            (register_as("product_catalog_export", None), register_as("document", None));
        assert_eq!(paper.due(), None);
        for (state, is_due) in [("not_started", true), ("running", true), ("succeeded", false)] {
            errand = errand.pass(code(state)).expect(state).0;
            assert_eq!(errand.due().map(|it| it.at), is_due.then_some(errand.stamp.created_at));
        }
        assert!(errand.pass(code("running")).is_err());
        let failed = register_as("product_catalog_export", Some("running")).pass(code("failed"));
        assert_eq!(failed.expect("can fail").0.due(), None);
    }

    #[test]
    fn what_waits_is_due_when_it_says_and_then_no_more() {
        let at = "2026-02-01T10:00:00.5Z";
        let waiting = register_as("reserve_balance", Some(at));
        let due = |it: &Document| it.due().map(|it| it.at.to_string());
        assert_eq!(due(&waiting).as_deref(), Some("2026-02-01T10:00:00.500Z"));
        let (later, _) = waiting.pass(code("2026-03-01T00:00:00Z")).expect("a step");
        assert_eq!(due(&later).as_deref(), Some("2026-03-01T00:00:00Z"));
        let (done, _) = later.pass(code(DONE)).expect("a step");
        assert_eq!((due(&done), due(&register_as("reserve_balance", None))), (None, None));
        assert!(done.pass(code("tomorrow")).is_err());
        assert!(register("reserve_balance", Some("2026-02-30")).is_err());
    }

    #[test]
    fn a_document_begins_where_its_sort_does_or_where_it_is_said() {
        for (key, said, expected) in [
            ("document", None, "created"),
            ("document", Some("published"), "published"),
            ("service_catalog", None, "in_study"),
            ("agreement", None, "-"),
            ("agreement", Some("inProcess"), "inProcess"),
            ("bill_format", None, "-"),
        ] {
            assert_eq!(register(key, said).as_ref().map(state), Ok(expected), "{key}");
        }
        assert!(register("pamphlet", None).is_err());
        assert!(register("document", Some("burnt")).is_err());
        assert!(register("bill_format", Some("created")).is_err());
    }

    #[test]
    fn a_document_passes_only_along_its_steps() {
        let document = register("document", None).expect("right");
        let (reviewed, _) = document.pass(code("reviewed")).expect("a step");
        let refused = reviewed.clone().pass(code("archived")).map(|_| ());
        let why = "a document of the sort `document` that is reviewed cannot become archived";
        assert_eq!(refused.map_err(|it| it.to_string()), Err(why.to_owned()));
        let (same, _) = reviewed.clone().pass(code("reviewed")).expect("no step");
        assert_eq!(same, reviewed);
        assert!(reviewed.pass(code("burnt")).is_err());
        let free = register("partnership", Some("one")).expect("right");
        assert_eq!(free.pass(code("two")).as_ref().map(|it| state(&it.0)), Ok("two"));
    }

    #[test]
    fn a_document_has_its_limit() {
        let document = register("agreement", None).expect("right");
        let name: Name = "Framework".parse().expect("a name");
        let with = |bytes| document.clone().revise(name.clone(), vec![b' '; bytes]).is_ok();
        assert_eq!([Document::BYTES_MAX, Document::BYTES_MAX + 1].map(with), [true, false]);
    }
}
