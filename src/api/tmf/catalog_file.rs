//! Files of a catalogue (TMF620, 633, 634): `exportJob` writes one out, `importJob` reads one in.
//!
//! What is asked for is kept as a [registered document](super::registered) and done by a duty, with the
//! rights of who asked: no more than its token had, and no more than it has by then. Nobody sees the jobs
//! of a seller but who may write for it, because what is exported may be on sale nowhere yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::behind::Behind;
use super::entity::tree;
use super::registered::Registered;
use super::resource::{Api, Resource, Tree};
use super::table::APIS;
use super::wire::FILE;
use super::{catalog_export, catalog_import};
use crate::domain::document::Document;
use crate::domain::error::Invalid;
use crate::domain::id::{DocumentId, Id, UserId};
use crate::domain::operator::{Actor, Decision, Permission, User};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::services::catalog_file::{self, Written, is_kept};
use crate::services::document::{self, Customer, Text};
use crate::services::{Act, Author, Bss, Cx, Error, event, operator};

/// The duty that does it.
pub(super) const DUTY: &str = "errands";
/// What of a job is ours alone: who asked, and the file.
const OURS: &str = "@ours";

/// Jobs of a sort.
pub(super) struct Jobs {
    /// As what they are kept.
    documents: Registered,
    /// The number of the API whose catalogue it is.
    number: u16,
    /// Which way things go.
    way: Way,
}

/// Which way things go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Out,
    In,
}

const fn jobs(key: &'static str, number: u16, way: Way) -> Jobs {
    Jobs { documents: Registered(key), number, way }
}

pub(super) static PRODUCT_EXPORTS: Jobs = jobs("product_catalog_export", 620, Way::Out);
pub(super) static PRODUCT_IMPORTS: Jobs = jobs("product_catalog_import", 620, Way::In);
pub(super) static SERVICE_EXPORTS: Jobs = jobs("service_catalog_export", 633, Way::Out);
pub(super) static SERVICE_IMPORTS: Jobs = jobs("service_catalog_import", 633, Way::In);
pub(super) static RESOURCE_EXPORTS: Jobs = jobs("resource_catalog_export", 634, Way::Out);
pub(super) static RESOURCE_IMPORTS: Jobs = jobs("resource_catalog_import", 634, Way::In);

static ALL: &[&Jobs] = &[
    &PRODUCT_EXPORTS,
    &PRODUCT_IMPORTS,
    &SERVICE_EXPORTS,
    &SERVICE_IMPORTS,
    &RESOURCE_EXPORTS,
    &RESOURCE_IMPORTS,
];

/// How resources are ordered in a file, by how their names end: what others refer to comes first.
const ORDER: &[&str] =
    &["specification", "candidate", "category", "offeringprice", "offering", "catalog"];

/// The place of a resource in the order of a file; nothing if it is no part of a catalogue.
pub(super) fn rank(of: &Resource) -> Option<usize> {
    let name = of.name.to_ascii_lowercase();
    ORDER.iter().position(|end| name.ends_with(end))
}

/// What of another API goes into the files of one as well, because what is in them refers to it: what is
/// counted for a price.
const BESIDE: &[(u16, u16, &str)] = &[(620, 635, "usageSpecification")];

/// The resources of which the catalogue of an API consists, in their order in a file.
pub(super) fn elements(api: &'static Api) -> Vec<&'static Resource> {
    let own = api.resources.iter().filter(|it| rank(it).is_some());
    let beside = BESIDE.iter().filter(|it| it.0 == api.number).filter_map(|(_, number, name)| {
        APIS.iter().find(|it| it.number == *number)?.resource(name)
    });
    let mut all: Vec<_> = own.chain(beside).collect();
    all.sort_by_key(|it| rank(it));
    all
}

/// The path below which the things of a resource in a file of an API are.
pub(super) fn base(api: &'static Api, of: &Resource) -> &'static str {
    let beside = BESIDE.iter().find(|it| it.0 == api.number && it.2 == of.name);
    let beside = beside.and_then(|it| APIS.iter().find(|api| api.number == it.1));
    beside.map_or(api.base, |it| it.base)
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON text.
    Json,
    /// A line of JSON for each thing.
    Lines,
}

impl Form {
    /// The form that a job says; JSON if it says none.
    pub(super) fn said(said: Option<&str>) -> Result<Self, Invalid> {
        let essence = said.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "" | "application/json" => Ok(Self::Json),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Self::Lines),
            _ => {
                let message = "must be `application/json` or `application/x-ndjson`";
                Err(Invalid::one("contentType", "enum", message))
            }
        }
    }

    /// Its media type.
    pub(super) const fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Lines => "application/x-ndjson",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Lines => "ndjson",
        }
    }
}

/// What a path of a job names: everything, a resource, or one thing of it. It is below the base of the API,
/// by whatever name the house is reached, or begins there.
pub(super) fn root(
    api: &'static Api,
    path: Option<&str>,
) -> Result<(Option<&'static Resource>, Option<String>), Invalid> {
    let path = path.unwrap_or_default();
    let path = path.split_once(api.base).map_or(path, |(_, below)| below);
    let parts: Vec<_> = path.split('/').filter(|it| !it.is_empty()).collect();
    let of = |name: &str| elements(api).into_iter().find(|it| it.name == name);
    let refused = || {
        let names: Vec<_> = elements(api).iter().map(|it| format!("`{}`", it.name)).collect();
        let message = format!("must lead to this API or, in it, to one of {}", names.join(", "));
        Invalid::one("path", "reference", message)
    };
    match parts.as_slice() {
        [] => Ok((None, None)),
        [name] => Ok((Some(of(name).ok_or_else(refused)?), None)),
        [name, id] => Ok((Some(of(name).ok_or_else(refused)?), Some((*id).to_owned()))),
        _ => Err(refused()),
    }
}

/// A text of a job.
pub(super) fn text<'a>(said: &'a Tree, name: &str) -> Result<Option<&'a str>, Invalid> {
    match said.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|it| !it.is_empty())),
        Some(_) => Err(Invalid::one(name, "type", "must be a text")),
    }
}

/// A state as this contract writes it: `Not Started`.
fn word(state: &str) -> String {
    let words = state.split('_').map(|it| it[..1].to_ascii_uppercase() + &it[1..]);
    words.collect::<Vec<_>>().join(" ")
}

/// What a document says, with what is ours.
fn kept(it: &Document) -> Result<Tree, Error> {
    Ok(tree(serde_json::from_slice(it.body()).map_err(Error::internal)?))
}

impl Jobs {
    fn api(&self) -> &'static Api {
        let found = APIS.iter().copied().find(|it| it.number == self.number);
        found.expect("jobs are of an API that is served")
    }

    fn of(key: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|it| it.documents.0 == key)
    }

    fn is_mine(&self, cx: Cx<'_>, it: &Document) -> bool {
        let may = cx.actor.may(Permission::DocumentWrite, &it.stamp) == Decision::Yes;
        may && it.sort().key == self.documents.0
    }

    fn get(&self, cx: Cx<'_>, text: &str) -> Result<Option<Document>, Error> {
        let Ok(id) = text.parse::<DocumentId>() else { return Ok(None) };
        Ok(document::find(cx, self.documents.0, id)?.filter(|it| self.is_mine(cx, it)))
    }

    fn shown(&self, it: &Document) -> Result<Tree, Error> {
        let mut shown = kept(it)?;
        shown.remove(OURS);
        shown.insert("id".to_owned(), json!(it.id.uuid()));
        shown.insert("creationDate".to_owned(), json!(it.stamp.created_at.to_string()));
        let state = it.state().map_or("not_started", |it| it.as_str());
        shown.insert("status".to_owned(), json!(word(state)));
        if self.way == Way::Out {
            shown.insert(FILE.to_owned(), json!(true));
        }
        Ok(shown)
    }

    /// Refuses what could never be done.
    fn must_be_doable(&self, act: &Act<'_>, said: &Tree) -> Result<(), Error> {
        match self.way {
            Way::Out => catalog_export::Wish::read(self.api(), said).map(|_| ())?,
            Way::In => catalog_import::must_be_doable(act, self.api(), said)?,
        }
        Ok(())
    }
}

impl Behind for Jobs {
    fn documents(&self) -> &dyn Behind {
        &self.documents
    }

    fn reading(&self) -> Permission {
        Permission::CatalogWrite
    }

    fn writing(&self) -> Permission {
        Permission::CatalogWrite
    }

    fn page(&self, cx: Cx<'_>, _: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let found = document::list(cx, self.documents.0, page)?;
        let mine = found.items.iter().filter(|it| self.is_mine(cx, it));
        let shown: Result<_, _> = mine.map(|it| self.shown(it)).collect();
        Ok(Page { items: shown?, next: found.next })
    }

    fn find(&self, cx: Cx<'_>, _: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        self.get(cx, id)?.map(|it| self.shown(&it)).transpose()
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, mut said: Tree) -> Result<Tree, Error> {
        said.remove(FILE);
        self.must_be_doable(act, &said)?;
        // What a key may call is not kept, so that nothing is done beyond it.
        if act.actor().operations().is_some() || !act.actor().is_known() {
            return Err(Error::Forbidden { permission: self.writing() });
        }
        let scopes = act.actor().scopes();
        let scopes = scopes.map(|it| it.iter().map(|it| it.name()).collect::<Vec<_>>());
        let user = act.actor().user().map(|it| it.uuid());
        said.insert(OURS.to_owned(), json!({ "user": user, "scopes": scopes }));
        let body = serde_json::to_vec(&said).map_err(Error::internal)?;
        let name = of.name.parse().map_err(Error::internal)?;
        let sort = self.documents.0.parse().map_err(Error::internal)?;
        let made = document::register(
            act,
            sort,
            Text { name, state: None, body, customer: Customer::AsBefore },
        )?;
        catalog_file::count(act, &made)?;
        self.shown(&made)
    }

    fn remove(&self, act: &mut Act<'_>, _: &Resource, id: &str) -> Result<(), Error> {
        let found = self.get(act.cx(), id)?;
        let found =
            found.ok_or_else(|| Error::not_found(id.chars().take(80).collect::<String>()))?;
        if let Some(file) = File::of(&found)? {
            catalog_file::let_go(act, file.written.content)?;
        }
        document::remove(act, self.documents.0, found.id)
    }

    fn told(&self, _: Cx<'_>, _: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        let it: Document = event::read(side)?;
        (it.sort().key == self.documents.0).then(|| self.shown(&it)).transpose()
    }

    fn file(&self, cx: Cx<'_>, id: &str) -> Result<Option<File>, Error> {
        let Some(found) = self.get(cx, id)? else { return Ok(None) };
        let Some(file) = File::of(&found)? else { return Ok(None) };
        Ok(is_kept(cx, file.written.content)?.then_some(file))
    }
}

/// The file that a job has written.
pub(super) struct File {
    pub(super) written: Written,
    pub(super) media: &'static str,
    pub(super) name: String,
}

impl File {
    fn of(job: &Document) -> Result<Option<Self>, Error> {
        let said = kept(job)?;
        let Some(file) = said.get(OURS).and_then(|it| it.get("file")) else { return Ok(None) };
        let number = |name: &str| file.get(name).and_then(Value::as_u64);
        let digest = file.get("digest").and_then(Value::as_str).unwrap_or_default();
        let mut bytes = [0; 32];
        let is_whole = hex::decode_to_slice(digest, &mut bytes).is_ok();
        let (Some(content), Some(length), true) = (number("content"), number("bytes"), is_whole)
        else {
            return Ok(None);
        };
        let form = Form::said(text(&said, "contentType")?)?;
        let name = format!("{}.{}", job.sort().key.trim_end_matches("_export"), form.ending());
        let written = Written { content, bytes: length, digest: bytes };
        Ok(Some(Self { written, media: form.media(), name }))
    }
}

/// Who asked for a job, as far as it may still do what it could then.
fn asker(cx: Cx<'_>, said: &Tree) -> Result<Actor, Error> {
    let ours = said.get(OURS).unwrap_or(&Value::Null);
    let user = match ours.get("user") {
        Some(Value::Null) => return Ok(Actor::duty(DUTY)),
        user => user.and_then(Value::as_str).and_then(|it| it.parse::<UserId>().ok()),
    };
    let user = user.ok_or(Error::Unauthenticated)?;
    let actor = operator::person(cx, &cx.get::<User>(user)?)?;
    let Some(scopes) = ours.get("scopes").and_then(Value::as_array) else { return Ok(actor) };
    let known = |it: &Value| Permission::ALL.iter().find(|of| it.as_str() == Some(of.name()));
    Ok(actor.scoped(scopes.iter().filter_map(known).copied().collect::<BTreeSet<_>>()))
}

/// Lets a job pass to another state, with what else is to be said of it.
pub(super) fn pass(
    act: &mut Act<'_>,
    (key, id): (&'static str, DocumentId),
    (state, said): (&'static str, Tree),
) -> Result<(), Error> {
    let it = document::find(act.cx(), key, id)?.ok_or_else(|| Error::not_found(id))?;
    let mut body = kept(&it)?;
    if let Some(file) = said.get("file") {
        body.entry(OURS).or_insert_with(|| json!({}))["file"] = file.clone();
    }
    body.extend(said.into_iter().filter(|it| it.0 != "file"));
    let body = serde_json::to_vec(&body).map_err(Error::internal)?;
    let state = Some(state.parse().map_err(Error::internal)?);
    document::revise(
        act,
        (key, id),
        Text { name: it.name().clone(), state, body, customer: Customer::AsBefore },
    )?;
    Ok(())
}

/// A job that is being done.
pub(super) struct Job {
    pub(super) api: &'static Api,
    pub(super) key: &'static str,
    pub(super) id: DocumentId,
    pub(super) said: Tree,
    /// Whose room it takes.
    pub(super) seller: SellerNumber,
    /// As whom.
    pub(super) author: Author,
    /// Where people reach the appliance.
    pub(super) public: String,
}

/// Does the job that a document is, if it is one and is not done. What was begun and cut off is begun
/// anew: of an export nothing was to be had before its end, and an import is one act.
///
/// # Errors
/// If the store fails; what the asker did wrong the job says.
pub(super) fn run(bss: &Arc<Bss>, public: &str, id: DocumentId) -> Result<bool, Error> {
    let house = Actor::duty(DUTY);
    let found = bss.read(&house, |cx| cx.find::<Document>(id))?.filter(|it| it.due().is_some());
    let Some((found, jobs)) = found.and_then(|it| Jobs::of(it.sort().key).map(|of| (it, of)))
    else {
        return Ok(false);
    };
    let (key, said) = (jobs.documents.0, kept(&found)?);
    let done = bss.read(&house, |cx| asker(cx, &said)).and_then(|actor| {
        let running = move |act: &mut Act<'_>| pass(act, (key, id), ("running", Tree::new()));
        bss.act(Author::of(house.clone()), running).wait()?;
        let (author, public) = (Author::of(actor), public.trim_end_matches('/').to_owned());
        let (api, seller) = (jobs.api(), found.stamp.seller);
        let job = Job { api, key, id, said, seller, author, public };
        match jobs.way {
            Way::Out => catalog_export::run(bss, &job),
            Way::In => catalog_import::run(bss, job),
        }
    });
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.is_of_the_store() => Err(error),
        Err(error) => {
            let said = failed(&error, bss.moment().now.to_string());
            let fail = move |act: &mut Act<'_>| match document::find(act.cx(), key, id)? {
                Some(_) => pass(act, (key, id), ("failed", said)),
                None => Ok(()),
            };
            bss.act(Author::of(house), fail).wait()?;
            Ok(true)
        }
    }
}

/// What is said of a job that came to nothing.
fn failed(error: &Error, at: String) -> Tree {
    let why = if let Error::Invalid(invalid) = error {
        let lines = invalid.violations.iter().map(|it| format!("`{}` {}", it.field, it.message));
        lines.collect::<Vec<_>>().join("\n")
    } else if matches!(error, Error::Unauthenticated) {
        "who asked for it may not sign in any more".to_owned()
    } else if error.is_refusal() {
        super::tongue::plain(&error.to_string())
    } else {
        let error: &dyn std::error::Error = error;
        tracing::error!(error, "a file of a catalogue failed");
        "the server failed; its log knows why".to_owned()
    };
    tree(json!({ "errorLog": why, "completionDate": at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_in_the_words_of_the_contract() {
        let words = ["not_started", "running", "succeeded", "failed"].map(word);
        assert_eq!(words, ["Not Started", "Running", "Succeeded", "Failed"]);
    }

    #[test]
    fn what_others_refer_to_comes_first() {
        let names = |number: u16| {
            let api = APIS.iter().find(|it| it.number == number).expect("served");
            elements(api).iter().map(|it| it.name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            names(620),
            "productSpecification usageSpecification category productOfferingPrice productOffering catalog"
        );
        assert_eq!(
            names(633),
            "serviceSpecification serviceCandidate serviceCategory serviceCatalog"
        );
    }

    #[test]
    fn a_path_leads_to_an_api_a_resource_or_a_thing() {
        let api = PRODUCT_EXPORTS.api();
        let read = |path: &str| {
            let (of, id) = root(api, Some(path)).ok()?;
            Some(format!("{} {}", of.map_or("-", |it| it.name), id.as_deref().unwrap_or("-")))
        };
        for (path, expected) in [
            ("", "- -"),
            ("/tmf-api/productCatalogManagement/v4/", "- -"),
            ("category", "category -"),
            ("/catalog/7", "catalog 7"),
            ("https://till.test/tmf-api/productCatalogManagement/v4/catalog/7", "catalog 7"),
        ] {
            assert_eq!(read(path).as_deref(), Some(expected), "{path}");
        }
        for path in ["exportJob", "/catalog/7/8", "https://other.test/catalog"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
