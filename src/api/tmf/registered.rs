//! Registered documents: resources that have no behavior here, and are kept as they were said.
//!
//! Beside what was said the house has its own: `id`, and where the sort has a life cycle the state.
//! A state is shown in the word in which it was said, as long as it is that one.

use serde_json::Value;

use super::behind::{Behind, Change};
use super::customer;
use super::entity::no_state;
use super::payment_method;
use super::resource::{Resource, Tree};
use crate::domain::document::{Document, DocumentType, Life};
use crate::domain::error::Invalid;
use crate::domain::id::{DocumentId, Id, Kind};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Code, Name};
use crate::services::document::{self, Customer, Text};
use crate::services::{Act, Cx, Error, event};

/// A sort of documents, by its key.
pub(super) struct Registered(pub(super) &'static str);

/// A document that is registered under an id that was made for it.
pub(super) struct New {
    pub(super) id: DocumentId,
    /// Whose it is; that of whom the caller acts for if nothing is said.
    pub(super) seller: Option<SellerNumber>,
    /// Its state, where that is ours to say.
    pub(super) state: Option<Code>,
}

/// How somebody signs in elsewhere: what proves it is not kept.
const IDENTITIES: &str = "digital_identity";
/// How somebody pays: of its number no more is kept than shows which it is.
const METHODS: &str = "payment_method";

/// Words for states beside ours: the kit of TMF634 4.1 says of what is worked on that it is in progress.
const OTHERWISE: &[(&str, &str)] = &[("in_progress", "in_design")];

impl Registered {
    fn code(&self) -> Code {
        self.0.parse().expect("keys of sorts are codes")
    }

    /// The attribute that is the state of a document in our own life cycle.
    fn state_of<'a>(&self, of: &'a Resource) -> Option<&'a str> {
        let life = DocumentType::find(self.0).map(|it| it.life);
        of.state.filter(|_| matches!(life, Some(Life::Steps(_))))
    }

    fn text(&self, of: &Resource, mut said: Tree) -> Result<Text, Error> {
        let state = match self.state_of(of) {
            Some(attribute) => {
                said.get(attribute).map(|it| self.state(attribute, it)).transpose()?
            }
            None => None,
        };
        let name = named(of, said.get("name"))?;
        if self.0 == IDENTITIES {
            said = payment_method::without_proofs(said);
        }
        if self.0 == METHODS {
            said = payment_method::masked(said)?;
        }
        for own in ["id", "href"].into_iter().chain(of.touched) {
            said.remove(own);
        }
        let body = serde_json::to_vec(&said).map_err(Error::internal)?;
        Ok(Text { name, state, body, customer: Customer::AsBefore })
    }

    /// The customer that a document names, who may see it: of what is between a seller and its customers.
    fn customer(&self, cx: Cx<'_>, said: &Tree) -> Result<Customer, Error> {
        if !WITH_CUSTOMERS.contains(&self.0) {
            return Ok(Customer::AsBefore);
        }
        let parties = PARTIES.iter().filter_map(|it| said.get(*it));
        let all = |it: &Value| it.as_array().cloned().unwrap_or_else(|| vec![it.clone()]);
        let parties = parties.flat_map(all);
        let found = customer::referred(cx, &Value::Array(parties.collect()))?;
        Ok(Customer::Is(found.map(|it| it.id)))
    }

    /// The same of one that is changed: who it was before, where other parties are not said.
    fn customer_anew(&self, cx: Cx<'_>, change: &Change) -> Result<Customer, Error> {
        let is_same = |it: &&str| change.before.get(*it) == change.after.get(*it);
        match PARTIES.iter().all(is_same) {
            true => Ok(Customer::AsBefore),
            false => self.customer(cx, &change.after),
        }
    }

    /// Registers a document under an id that was made for it.
    pub(super) fn create_as(
        &self,
        act: &mut Act<'_>,
        of: &Resource,
        (new, said): (New, Tree),
    ) -> Result<Tree, Error> {
        let customer = self.customer(act.cx(), &said)?;
        let text = Text { state: new.state, customer, ..self.text(of, said)? };
        let made = document::register_as(act, (new.id, self.code()), (new.seller, text));
        self.shown(of, &made.map_err(|it| renamed(of, it))?)
    }

    /// Registers a document that belongs to the account of the caller, who may do so with another permission
    /// than that to keep documents.
    pub(super) fn create_own(
        &self,
        act: &mut Act<'_>,
        of: &Resource,
        (permission, said): (Permission, Tree),
    ) -> Result<Tree, Error> {
        let text = self.text(of, said)?;
        let made = document::register_own(act, (self.code(), permission), text);
        self.shown(of, &made.map_err(|it| renamed(of, it))?)
    }

    /// Changes a document, and in which state of ours it is.
    pub(super) fn change_as(
        &self,
        act: &mut Act<'_>,
        of: &Resource,
        (change, state): (Change, Option<Code>),
    ) -> Result<Tree, Error> {
        let customer = self.customer_anew(act.cx(), &change)?;
        let text = Text { state, customer, ..self.text(of, change.after)? };
        let at = (self.0, id(&change.id)?);
        let changed = document::revise(act, at, text).map_err(|it| renamed(of, it))?;
        self.shown(of, &changed)
    }

    /// The state of the sort that a word says, if it says one.
    fn meant(&self, word: &str) -> Option<Code> {
        let sort = DocumentType::find(self.0)?;
        let is_one = |it: &Code| sort.has_state(it.as_str());
        let said = coded(word)?;
        let other = || OTHERWISE.iter().find(|it| it.0 == said.as_str())?.1.parse().ok();
        Some(said.clone()).filter(is_one).or_else(other).filter(is_one)
    }

    /// The state that is said, if the sort has it.
    fn state(&self, attribute: &str, said: &Value) -> Result<Code, Invalid> {
        let sort = DocumentType::find(self.0);
        let refused = || {
            let all = sort.into_iter().flat_map(DocumentType::states);
            let all: Vec<_> = all.map(|it| word(attribute, it)).collect();
            let said = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
            Invalid::one(attribute, "enum", no_state(&said, &all))
        };
        said.as_str().and_then(|it| self.meant(it)).ok_or_else(refused)
    }

    fn shown(&self, of: &Resource, it: &Document) -> Result<Tree, Error> {
        let mut tree: Tree = serde_json::from_slice(it.body()).map_err(Error::internal)?;
        tree.insert("id".to_owned(), it.id.uuid().to_string().into());
        if let Some(attribute) = of.touched {
            tree.insert(attribute.to_owned(), it.stamp.changed_at.to_string().into());
        }
        if let (Some(attribute), Some(state)) = (self.state_of(of), it.state()) {
            let said = tree.get(attribute);
            let meant = said.and_then(Value::as_str).and_then(|it| self.meant(it));
            let is_said = meant.as_ref() == Some(state);
            if !is_said {
                tree.insert(attribute.to_owned(), word(attribute, state.as_str()).into());
            }
        }
        Ok(tree)
    }
}

/// What is between a seller and its customers: who is named in it may see it.
const WITH_CUSTOMERS: &[&str] = &[
    "agreement",
    "cancel_product_order",
    "customer_bill_on_demand",
    "document",
    "product_offering_qualification",
    "product_order",
    "quote",
];
/// Where a document names who has to do with it.
const PARTIES: &[&str] = &["relatedParty", "engagedParty"];

/// What a document is called: as its resource, where nothing that can be a name was said and nothing
/// needs to be.
fn named(of: &Resource, said: Option<&Value>) -> Result<Name, Error> {
    match said {
        Some(name) if of.required.contains(&"name") => Ok(read("name", name)?),
        said => {
            let said = said.and_then(Value::as_str).and_then(|it| it.parse().ok());
            said.map_or_else(|| of.name.parse().map_err(Error::internal), Ok)
        }
    }
}

/// A text that an attribute must be.
pub(super) fn read<T: std::str::FromStr>(attribute: &str, it: &Value) -> Result<T, Invalid>
where
    T::Err: std::fmt::Display,
{
    let text = it.as_str().ok_or_else(|| Invalid::one(attribute, "type", "must be a text"))?;
    let parsed = text.parse().or_else(|why| moment(text).ok_or(why));
    parsed.map_err(|it: T::Err| Invalid::one(attribute, "format", it.to_string()))
}

/// A moment as clients of version 4 write it too: a day, or without seconds, or without a zone, which is
/// UTC then.
pub(super) fn moment<T: std::str::FromStr>(text: &str) -> Option<T> {
    let is_day = text.get(..10)?.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    let endings = ["Z", ":00Z", "T00:00:00Z"];
    endings.iter().filter(|_| is_day).find_map(|it| format!("{text}{it}").parse().ok())
}

/// The state that a word says, whatever its letters and blanks: `In study` is `in_study`.
fn coded(word: &str) -> Option<Code> {
    word.trim().to_ascii_lowercase().replace(' ', "_").parse().ok()
}

/// The word for a state: what is catalogued begins with a capital, what is filed does not.
fn word(attribute: &str, state: &str) -> String {
    let text = state.replace('_', " ");
    let is_filed = DocumentType::find("document").is_some_and(|it| it.has_state(state));
    if attribute != "lifecycleStatus" || is_filed {
        return text;
    }
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The field of ours in which a refusal is, as this contract calls it.
fn renamed(of: &Resource, error: Error) -> Error {
    let Error::Invalid(mut invalid) = error else { return error };
    for it in &mut invalid.violations {
        if it.field == "/state" {
            of.state.unwrap_or("state").clone_into(&mut it.field);
        }
    }
    invalid.into()
}

fn id(text: &str) -> Result<DocumentId, Error> {
    text.parse().map_err(|_| Error::not_found(text.chars().take(80).collect::<String>()))
}

impl Behind for Registered {
    fn documents(&self) -> &dyn Behind {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Document
    }

    fn reading(&self) -> Permission {
        Permission::DocumentRead
    }

    fn writing(&self) -> Permission {
        Permission::DocumentWrite
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let found = document::list(cx, self.0, page)?;
        let shown: Result<_, _> = found.items.iter().map(|it| self.shown(of, it)).collect();
        Ok(Page { items: shown?, next: found.next })
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, text: &str) -> Result<Option<Tree>, Error> {
        let Ok(id) = text.parse() else { return Ok(None) };
        let found = document::find(cx, self.0, id)?;
        found.map(|it| self.shown(of, &it)).transpose()
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
        let customer = self.customer(act.cx(), &said)?;
        let text = Text { customer, ..self.text(of, said)? };
        let made = document::register(act, self.code(), text).map_err(|it| renamed(of, it))?;
        self.shown(of, &made)
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        let customer = self.customer_anew(act.cx(), &change)?;
        let text = Text { customer, ..self.text(of, change.after)? };
        let at = (self.0, id(&change.id)?);
        let changed = document::revise(act, at, text).map_err(|it| renamed(of, it))?;
        self.shown(of, &changed)
    }

    fn remove(&self, act: &mut Act<'_>, _: &Resource, text: &str) -> Result<(), Error> {
        document::remove(act, self.0, id(text)?)
    }

    fn told(&self, _: Cx<'_>, of: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        let it: Document = event::read(side)?;
        (it.sort().key == self.0).then(|| self.shown(of, &it)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_in_any_case_and_shown_as_its_contract_does() {
        let code = |it: &str| coded(it).expect("a state");
        assert_eq!(code("In Study"), code("in_study"));
        assert_eq!(word("lifecycleStatus", "in_study"), "In study");
        assert_eq!(word("lifecycleStatus", "created"), "created");
        assert_eq!(word("status", "created"), "created");
    }

    #[test]
    fn what_is_in_progress_is_being_designed_where_nothing_else_is_called_so() {
        let meant =
            |sort: &'static str, word: &str| Registered(sort).meant(word).map(|it| it.to_string());
        let element = "resource_specification";
        assert_eq!(meant(element, "In progress").as_deref(), Some("in_design"));
        assert_eq!(meant(element, "IN DESIGN").as_deref(), Some("in_design"));
        assert_eq!(meant(element, "burnt"), None);
        assert_eq!(meant("document", "In progress"), None);
        assert_eq!(meant("quote", "inProgress"), None);
    }
}
