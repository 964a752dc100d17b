//! Reading a catalogue in (`importJob`): each thing of a file that is here is changed as a `PATCH` would,
//! each other is made as a `POST` would, by who asked; all of them or none.
//!
//! A file is what an `exportJob` writes: a list, an object with a list for each resource, or a thing in
//! each line. What a thing is is said by the path of the job, the list that it is in, its `href` or its
//! `@type`. What is made gets an id of the house; whatever else in the file names the id that it had there
//! is led to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::behind::Change;
use super::catalog_export::ids;
use super::catalog_file::{Form, Job, elements, pass, rank, root, text};
use super::door::lead;
use super::entity::tree;
use super::patch::{self, patched};
use super::resource::{Api, Resource, Tree};
use super::{form, href, tongue};
use crate::api::edge::body::{self, VALUES_MAX};
use crate::api::edge::fault::Fault;
use crate::domain::catalog::asset;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::AssetId;
use crate::domain::text::WebAddress;
use crate::services::asset::entitlement;
use crate::services::catalog_file::{READ_BYTES_MAX, fetched, whole};
use crate::services::{Act, Bss, Error, References};

/// So many things are read in at once at most: they are one act.
const ROWS_MAX: usize = 1000;
/// So many refusals are told of a file.
const TOLD_MAX: usize = 100;
/// Where who sells keeps files that it has uploaded.
const UPLOADS: &str = "/api/v1/assets/";

/// Where a file comes from.
enum Source {
    /// It stands in the address (RFC 2397).
    Inline(Vec<u8>),
    /// An `exportJob` has written it.
    Written(String),
    /// It was uploaded.
    Uploaded(AssetId),
    /// It is elsewhere on the net.
    Elsewhere(WebAddress),
}

fn refused(message: impl Into<String>) -> Invalid {
    Invalid::one("url", "reference", message)
}

impl Source {
    fn read(api: &'static Api, said: &Tree) -> Result<Self, Invalid> {
        let url = text(said, "url")?.unwrap_or_default();
        if let Some(inline) = url.strip_prefix("data:") {
            return inlined(inline).map(Self::Inline);
        }
        if let Some((_, rest)) = url.split_once(api.base) {
            let parts: Vec<_> = rest.split('/').filter(|it| !it.is_empty()).collect();
            return match parts.as_slice() {
                ["exportJob", id, "file"] => Ok(Self::Written((*id).to_owned())),
                _ => Err(refused("must be the `url` of an `exportJob` if it leads to this API")),
            };
        }
        if let Some((_, rest)) = url.split_once(UPLOADS) {
            let id = rest.strip_suffix("/content").and_then(|it| it.parse().ok());
            let message = "must lead to the content of an asset, if it leads to one";
            return id.map(Self::Uploaded).ok_or_else(|| refused(message));
        }
        if !url.starts_with("https://") {
            let message = "must be `data:…`, the `url` of an `exportJob`, the content of an asset or an \
                           address that begins with `https://`";
            return Err(refused(message));
        }
        let address = url.parse::<WebAddress>();
        address.map(Self::Elsewhere).map_err(|it| refused(it.to_string()))
    }

    fn bytes(self, bss: &Bss, job: &Job) -> Result<Vec<u8>, Error> {
        let missing = || Error::from(refused("leads to no file that is here and for who asked"));
        match self {
            Self::Inline(bytes) => Ok(bytes),
            Self::Elsewhere(address) => fetched(bss, &address),
            Self::Written(id) => {
                let exports = job.api.resource("exportJob").ok_or_else(missing)?;
                let file = bss.read(&job.author.actor, |cx| exports.behind.file(cx, &id))?;
                let file = file.ok_or_else(missing)?.written;
                whole(bss, (file.content, file.bytes))
            }
            Self::Uploaded(id) => {
                let opened = bss.read(&job.author.actor, |cx| entitlement::open(cx, id, None))?;
                match opened.version.source {
                    asset::Source::File { bytes, content, .. } => whole(bss, (content, bytes)),
                    asset::Source::Web(_) => Err(missing()),
                }
            }
        }
    }
}

/// What stands in an address: `[type][;base64],data`.
fn inlined(text: &str) -> Result<Vec<u8>, Invalid> {
    let (head, data) =
        text.split_once(',').ok_or_else(|| refused("must have a `,` before data"))?;
    let bytes = unescaped(data);
    if !head.to_ascii_lowercase().ends_with(";base64") {
        return Ok(bytes);
    }
    STANDARD.decode(bytes).map_err(|_| refused("is not in base64"))
}

/// A text in which `%41` stands for `A`.
fn unescaped(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.first_chunk::<2>().filter(|_| *first == b'%');
        match code.and_then(|it| hex::decode(it).ok()) {
            Some(byte) => {
                bytes.extend(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// Refuses a job that could never be done.
pub(super) fn must_be_doable(act: &Act<'_>, api: &'static Api, said: &Tree) -> Result<(), Error> {
    let (_, id) = root(api, text(said, "path")?)?;
    if id.is_some() {
        let message = "must lead to this API or to a resource of it, not to one thing";
        return Err(Invalid::one("path", "reference", message).into());
    }
    Form::said(text(said, "contentType")?)?;
    match Source::read(api, said)? {
        Source::Elsewhere(address) => act.must_reach("url", &address),
        Source::Inline(_) | Source::Written(_) | Source::Uploaded(_) => Ok(()),
    }
}

/// A thing of a file.
struct Row {
    /// The how-manieth it is in the file, from 1.
    place: usize,
    of: &'static Resource,
    said: Tree,
}

impl Row {
    /// By which id others of the file refer to it.
    fn id(&self) -> Option<&str> {
        self.said.get("id").and_then(Value::as_str)
    }

    /// The ids of what it is made of.
    fn made_of(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for it in MADE_OF.iter().filter_map(|name| self.said.get(*name)) {
            found.extend(it.as_str().map(str::to_owned));
            ids(it, &mut found);
        }
        found
    }
}

/// Reads the file in, and says what came of it.
pub(super) fn run(bss: &Arc<Bss>, job: Job) -> Result<(), Error> {
    let bytes = Source::read(job.api, &job.said)?.bytes(bss, &job)?;
    let rows = rows(&job, &bytes)?;
    let (author, references) = (job.author.clone(), bss.site().references);
    let taken = bss.act(author, move |act| {
        let count = taken_in(act, rows, references)?;
        let said = json!({ "completionDate": act.now().to_string(), "count": count });
        pass(act, (job.key, job.id), ("succeeded", tree(said)))
    });
    taken.wait()
}

/// The things of a file, what others refer to first.
fn rows(job: &Job, bytes: &[u8]) -> Result<Vec<Row>, Invalid> {
    let (of, _) = root(job.api, text(&job.said, "path")?)?;
    let mut said = Vec::new();
    match Form::said(text(&job.said, "contentType")?)? {
        Form::Json => match read(bytes, "file")? {
            Value::Array(all) => said.extend(all.into_iter().map(|it| (of, it))),
            Value::Object(lists) if of.is_none() => said = listed(job.api, lists)?,
            one @ Value::Object(_) => said.push((of, one)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(Invalid::one("file", "type", "must be a list or an object"));
            }
        },
        Form::Lines => {
            let lines = bytes.split(|it| *it == b'\n').zip(1_usize..);
            let mut values = 0;
            for (line, place) in lines.filter(|it| !it.0.trim_ascii().is_empty()) {
                values += body::values(line, VALUES_MAX);
                body::must_be_few(values).map_err(|it| it.below("file"))?;
                said.push((of, read(line, &format!("line {place}"))?));
                // What is more is refused below, and is not read before.
                if said.len() > ROWS_MAX {
                    break;
                }
            }
        }
    }
    if said.len() > ROWS_MAX || bytes.len() > READ_BYTES_MAX {
        let message = format!("must have at most {ROWS_MAX} things and {READ_BYTES_MAX} bytes");
        return Err(Invalid::one("file", "range", message));
    }
    let rows = said.into_iter().zip(1..).map(|((of, said), place)| row(job.api, of, (said, place)));
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_key(|it| rank(it.of));
    Ok(in_order(rows))
}

/// The attributes by which something is made of others of its sort, or lies below one: those are made first.
const MADE_OF: &[&str] =
    &["addsTo", "bundledProductOffering", "bundledProductSpecification", "parentId"];

/// Things of a file so that none comes before what it is made of; those in a circle stay in their order.
fn in_order(rows: Vec<Row>) -> Vec<Row> {
    let places =
        rows.iter().enumerate().filter_map(|(place, it)| Some((it.id()?.to_owned(), place)));
    let places: BTreeMap<String, usize> = places.collect();
    let (mut seen, mut order) = (vec![false; rows.len()], Vec::with_capacity(rows.len()));
    for place in 0..rows.len() {
        visit(place, (&rows[..], &places), (&mut seen, &mut order));
    }
    let mut rows: Vec<_> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| rows.get_mut(place)?.take()).collect()
}

fn visit(
    place: usize,
    (rows, places): (&[Row], &BTreeMap<String, usize>),
    (seen, order): (&mut Vec<bool>, &mut Vec<usize>),
) {
    if std::mem::replace(&mut seen[place], true) {
        return;
    }
    for id in rows[place].made_of() {
        if let Some(first) = places.get(&id) {
            visit(*first, (rows, places), (&mut *seen, &mut *order));
        }
    }
    order.push(place);
}

/// A value of a file; `at` is what stands for its place in a refusal.
fn read(bytes: &[u8], at: &str) -> Result<Value, Invalid> {
    body::tree(bytes).map_err(|fault| {
        if let Fault::Invalid(invalid) = fault {
            return invalid.below(at);
        }
        Invalid::one(at, "format", fault.to_string())
    })
}

type Said = (Option<&'static Resource>, Value);

/// The things of an object with a list for each resource.
fn listed(api: &'static Api, lists: Map<String, Value>) -> Result<Vec<Said>, Invalid> {
    let mut said = Vec::new();
    for (name, list) in lists {
        let Some(of) = elements(api).into_iter().find(|it| it.name == name) else {
            return Err(Invalid::one("file", "reference", format!("`{name}` is no resource here")));
        };
        let Value::Array(list) = list else {
            return Err(Invalid::one("file", "type", format!("`{name}` must be a list")));
        };
        said.extend(list.into_iter().map(|it| (Some(of), it)));
    }
    Ok(said)
}

fn row(
    api: &'static Api,
    of: Option<&'static Resource>,
    (said, place): (Value, usize),
) -> Result<Row, Invalid> {
    let wrong = |rule, message: &str| Invalid::one(format!("thing {place}"), rule, message);
    let Value::Object(said) = said else { return Err(wrong("type", "must be an object")) };
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
    let by_href = text("href").rsplit('/').nth(1).unwrap_or_default();
    let is_it = |it: &&Resource| it.name == by_href || it.class() == text("@type");
    let found = of.or_else(|| elements(api).into_iter().find(is_it));
    let message = "must say what it is: by its `href`, its `@type`, or the path of the job";
    let of = found.ok_or_else(|| wrong("required", message))?;
    Ok(Row { place, of, said })
}

/// Why a thing was refused: of one whose fields break rules all that do.
fn told(error: &Error) -> String {
    let why = if let Error::Invalid(it) = error { it.to_string() } else { error.to_string() };
    tongue::plain(&why)
}

/// Makes and changes what a file says; of all that is refused the reasons are told.
fn taken_in(act: &mut Act<'_>, rows: Vec<Row>, references: References) -> Result<Value, Error> {
    let open = rows.iter().filter_map(|it| it.id().map(str::to_owned)).collect();
    let mut intake = Intake {
        references,
        open,
        ids: BTreeMap::new(),
        early: Vec::new(),
        refusals: Vec::new(),
        created: 0,
        changed: 0,
        unchanged: 0,
    };
    for row in rows {
        intake.take(act, row)?;
    }
    intake.lead_on(act)?;
    let Intake { mut refusals, created, changed, unchanged, .. } = intake;
    let more = refusals.len().saturating_sub(TOLD_MAX);
    refusals.truncate(TOLD_MAX);
    if more > 0 {
        refusals.push(Violation::new(
            "file",
            "refused",
            format!("has {more} more that are refused"),
        ));
    }
    Invalid::unless_empty(refusals)?;
    Ok(json!({ "created": created, "changed": changed, "unchanged": unchanged }))
}

/// How far a file was taken in.
struct Intake {
    references: References,
    /// The ids of the file of things that were not looked at yet.
    open: BTreeSet<String>,
    /// The ids that things of the file got here.
    ids: BTreeMap<String, String>,
    /// What things say of others that come later, and the ids that they got.
    early: Vec<(Row, String)>,
    refusals: Vec<Violation>,
    created: usize,
    changed: usize,
    unchanged: usize,
}

impl Intake {
    fn take(&mut self, act: &mut Act<'_>, mut row: Row) -> Result<(), Error> {
        let had = row.id().map(str::to_owned);
        let mut early = Tree::new();
        if let Some(had) = &had {
            self.open.remove(had);
            if row.of.behind.find(act.cx(), row.of, had)?.is_none() {
                (early, row.said) = row.said.into_iter().partition(|it| self.is_early(&it.1));
            }
        }
        let said = led(row.said.clone(), &self.ids);
        match self.tried(act, &row, said)? {
            Some(Came::Created(id)) => {
                self.created += 1;
                if !early.is_empty() {
                    self.early.push((Row { said: early, ..row }, id.clone()));
                }
                self.ids.extend(had.map(|had| (had, id)));
            }
            Some(Came::Changed) => self.changed += 1,
            Some(Came::Unchanged) => self.unchanged += 1,
            None => {}
        }
        Ok(())
    }

    /// Whether what is said refers to things of the file that come later.
    fn is_early(&self, said: &Value) -> bool {
        let mut named = BTreeSet::new();
        ids(said, &mut named);
        !named.is_disjoint(&self.open)
    }

    /// Lets what was made say what it refers to of what was made after it.
    fn lead_on(&mut self, act: &mut Act<'_>) -> Result<(), Error> {
        for (row, id) in std::mem::take(&mut self.early) {
            let mut said = led(row.said.clone(), &self.ids);
            said.insert("id".to_owned(), json!(id));
            self.tried(act, &row, said)?;
        }
        Ok(())
    }

    /// What comes of what a thing says; nothing if it is refused.
    fn tried(&mut self, act: &mut Act<'_>, row: &Row, said: Tree) -> Result<Option<Came>, Error> {
        let (of, references) = (row.of, self.references);
        match act.attempt(|act| one(act, of, (said, references))) {
            Ok(came) => Ok(Some(came)),
            Err(error) if error.is_refusal() => {
                let why = told(&tongue::spoken(of, error));
                let at = format!("thing {} ({})", row.place, of.name);
                self.refusals.push(Violation::new(at, "refused", why));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// What came of a thing of a file.
enum Came {
    /// It was made, and got an id.
    Created(String),
    Changed,
    /// It was as it is said to be.
    Unchanged,
}

fn one(
    act: &mut Act<'_>,
    of: &'static Resource,
    (mut said, references): (Tree, References),
) -> Result<Came, Error> {
    let id = said.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(before) = of.behind.find(act.cx(), of, &id)? else {
        let said = form::made(of, Value::Object(said), act.now())?;
        lead(act.cx(), references, &said)?;
        let made = of.behind.create(act, of, said)?;
        let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
        return Ok(Came::Created(id.to_owned()));
    };
    for own in ["id", "href"].iter().chain(of.assigned).chain(&of.touched) {
        said.remove(*own);
    }
    href::begin(&mut said, "");
    let patched = patched(patch::Form::Merge, Value::Object(before.clone()), Value::Object(said))?;
    let after = form::changed(of, &before, patched)?;
    if after == before {
        return Ok(Came::Unchanged);
    }
    let anew = after.iter().filter(|it| before.get(it.0) != Some(it.1));
    lead(act.cx(), references, &anew.map(|(name, it)| (name.clone(), it.clone())).collect())?;
    of.behind.change(act, of, Change { id, before, after })?;
    Ok(Came::Changed)
}

/// What was said, with each reference to what was made of the same file led there.
fn led(mut said: Tree, ids: &BTreeMap<String, String>) -> Tree {
    for (name, it) in said.iter_mut().filter(|it| it.0 != "id" && it.0 != "href") {
        if let (Some(now), true) = (it.as_str().and_then(|it| ids.get(it)), name == "parentId") {
            *it = json!(now);
        }
        relead(it, ids);
    }
    said
}

fn relead(it: &mut Value, ids: &BTreeMap<String, String>) {
    match it {
        Value::Array(all) => all.iter_mut().for_each(|it| relead(it, ids)),
        Value::Object(fields) => {
            let now = fields.get("id").and_then(Value::as_str).and_then(|it| ids.get(it));
            if let Some(now) = now {
                fields.insert("id".to_owned(), json!(now));
                fields.remove("href");
            }
            fields.values_mut().for_each(|it| relead(it, ids));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_an_address_is_read() {
        for (text, expected) in [
            ("application/json,%5B%7B%22name%22:%22A%2BB+C%22%7D%5D", r#"[{"name":"A+B+C"}]"#),
            (",100%", "100%"),
            (";base64,W10=", "[]"),
        ] {
            let bytes = inlined(text).expect(text);
            assert_eq!(String::from_utf8(bytes).expect("a text"), expected);
        }
        assert!(inlined("application/json").is_err());
        assert!(inlined(";base64,%%%").is_err());
    }

    #[test]
    fn references_lead_to_what_was_made() {
        let ids = BTreeMap::from([("1".to_owned(), "9".to_owned())]);
        let said = json!({
            "id": "1", "parentId": "1", "name": "1",
            "category": [{ "id": "1", "href": "x", "name": "1" }, { "id": "2", "href": "y" }],
        });
        let led = Value::Object(led(tree(said), &ids));
        let expected = json!({
            "id": "1", "parentId": "9", "name": "1",
            "category": [{ "id": "9", "name": "1" }, { "id": "2", "href": "y" }],
        });
        assert_eq!(led, expected);
    }
}
