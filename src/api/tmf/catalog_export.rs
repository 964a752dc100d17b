//! Writing a catalogue out (`exportJob`): all of it, a resource, or one thing with what it refers to and
//! what is in it.
//!
//! As JSON it is a list, or, of several resources, an object with a list for each; by lines each line is a
//! thing, whose `href` says what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::catalog_file::{DUTY, Form, Job, base, elements, pass, rank, root, text};
use super::entity::tree;
use super::path::Path;
use super::query::{LIMIT_MAX, Query};
use super::resource::{Api, Resource, Tree};
use super::wire::Place;
use crate::domain::error::Invalid;
use crate::domain::page::PageRequest;
use crate::services::catalog_file::{Sheet, Written};
use crate::services::{Act, Bss, Cx, Error};

/// What is to be written out.
pub(super) struct Wish {
    of: Option<&'static Resource>,
    id: Option<String>,
    query: Query,
    form: Form,
}

impl Wish {
    /// What a job says is to be written out.
    pub(super) fn read(api: &'static Api, said: &Tree) -> Result<Self, Invalid> {
        let (of, id) = root(api, text(said, "path")?)?;
        let query = text(said, "query")?.unwrap_or_default();
        let query = Query::read(query.trim_start_matches('?'))
            .map_err(|it| Invalid::one("query", "format", it.to_string()))?;
        if !query.sort.is_empty() || query.offset > 0 || query.limit != LIMIT_MAX {
            let message =
                "scopes by attributes and `fields` alone: a file has all, in its own order";
            return Err(Invalid::one("query", "unknown_parameter", message));
        }
        let form = Form::said(text(said, "contentType")?)?;
        Ok(Self { of, id, query, form })
    }
}

/// Writes the file, and says that it is there. Of one that comes to nothing nothing is kept.
pub(super) fn run(bss: &Arc<Bss>, job: &Job) -> Result<(), Error> {
    let wish = Wish::read(job.api, &job.said)?;
    let is_alone = wish.of.is_some() && wish.id.is_none();
    let mut pen = Pen {
        bss,
        sheet: Sheet::begin(bss, DUTY, job.seller)?,
        form: wish.form,
        is_alone,
        sections: 0,
        rows: 0,
    };
    let written = bss.read(&job.author.actor, |cx| write(cx, &mut pen, (job, &wish)));
    let done = written.and_then(|()| pen.end()).and_then(|it| told(bss, job, (wish.form, it)));
    if done.is_err() {
        pen.sheet.give_up(bss);
    }
    done
}

/// Says in a job where the file is that it has written.
fn told(bss: &Arc<Bss>, job: &Job, (form, written): (Form, Written)) -> Result<(), Error> {
    let (at, key, id) = (bss.moment().now.to_string(), job.key, job.id);
    let said = json!({
        "completionDate": at,
        "contentType": form.media(),
        "file": {
            "content": written.content, "bytes": written.bytes, "digest": hex::encode(written.digest),
        },
    });
    let done = move |act: &mut Act<'_>| pass(act, (key, id), ("succeeded", tree(said)));
    bss.act(job.author.clone(), done).wait()
}

fn write(cx: Cx<'_>, pen: &mut Pen<'_>, (job, wish): (&Job, &Wish)) -> Result<(), Error> {
    let of = wish.of.map_or_else(|| elements(job.api), |it| vec![it]);
    let Some(id) = &wish.id else {
        for it in of {
            pen.section(it.name)?;
            each(cx, it, |found| pen.thing((job, wish, it), found))?;
        }
        return Ok(());
    };
    let within = Within::of(cx, job.api, (of[0], id))?;
    for it in elements(job.api) {
        pen.section(it.name)?;
        for found in within.found.get(it.name).into_iter().flat_map(BTreeMap::values) {
            pen.thing((job, wish, it), found.clone())?;
        }
    }
    Ok(())
}

/// Each thing of a resource that the caller may see, the oldest first.
fn each(
    cx: Cx<'_>,
    of: &Resource,
    mut take: impl FnMut(Tree) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let found = of.behind.page(cx, of, &page)?;
        found.items.into_iter().try_for_each(&mut take)?;
        page.after = found.next;
        if page.after.is_none() {
            return Ok(());
        }
    }
}

/// A thing with what it refers to, again and again, and what is in it if it is a catalogue or a category.
struct Within {
    api: &'static Api,
    found: BTreeMap<&'static str, BTreeMap<String, Tree>>,
}

impl Within {
    fn of(cx: Cx<'_>, api: &'static Api, root: (&'static Resource, &str)) -> Result<Self, Error> {
        let mut within = Self { api, found: BTreeMap::new() };
        let (of, id) = root;
        let Some(it) = of.behind.find(cx, of, id)? else {
            let message = format!("leads to no `{}` that is here", of.name);
            return Err(Invalid::one("path", "reference", message).into());
        };
        within.take(cx, of, it)?;
        let holds = of.name.to_ascii_lowercase();
        if holds.ends_with("catalog") || holds.ends_with("category") {
            while within.take_members(cx)? {}
        }
        Ok(within)
    }

    fn has(&self, of: &Resource, id: &str) -> bool {
        self.found.get(of.name).is_some_and(|it| it.contains_key(id))
    }

    /// Takes a thing, and what it refers to.
    fn take(&mut self, cx: Cx<'_>, of: &'static Resource, it: Tree) -> Result<(), Error> {
        let mut open = vec![(of, it)];
        while let Some((of, it)) = open.pop() {
            let id = it.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            let mut named = BTreeSet::new();
            it.values().for_each(|it| ids(it, &mut named));
            if self.found.entry(of.name).or_default().insert(id, it).is_some() {
                continue;
            }
            for other in elements(self.api).into_iter().filter(|it| rank(it) <= rank(of)) {
                for id in named.iter().filter(|it| !self.has(other, it)) {
                    open.extend(other.behind.find(cx, other, id)?.map(|it| (other, it)));
                }
            }
        }
        Ok(())
    }

    /// Takes what is in the categories that were taken, and says whether there was anything new.
    fn take_members(&mut self, cx: Cx<'_>) -> Result<bool, Error> {
        let categories =
            self.found.iter().filter(|it| it.0.to_ascii_lowercase().ends_with("category"));
        let categories: BTreeSet<_> = categories.flat_map(|it| it.1.keys().cloned()).collect();
        let mut members = Vec::new();
        for of in elements(self.api) {
            each(cx, of, |it| {
                let mut named = BTreeSet::new();
                it.get("category").into_iter().for_each(|it| ids(it, &mut named));
                named.extend(it.get("parentId").and_then(Value::as_str).map(str::to_owned));
                let id = it.get("id").and_then(Value::as_str).unwrap_or_default();
                let is_catalog = of.name.to_ascii_lowercase().ends_with("catalog");
                if !is_catalog && !self.has(of, id) && !named.is_disjoint(&categories) {
                    members.push((of, it));
                }
                Ok(())
            })?;
        }
        let are_new = !members.is_empty();
        for (of, it) in members {
            self.take(cx, of, it)?;
        }
        Ok(are_new)
    }
}

/// The ids of all references in something that was said.
pub(super) fn ids(it: &Value, into: &mut BTreeSet<String>) {
    match it {
        Value::Array(all) => all.iter().for_each(|it| ids(it, into)),
        Value::Object(fields) => {
            into.extend(fields.get("id").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|it| ids(it, into));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What writes a file in a form.
struct Pen<'a> {
    bss: &'a Bss,
    sheet: Sheet,
    form: Form,
    /// Whether it is a list of things of one resource.
    is_alone: bool,
    sections: usize,
    rows: usize,
}

impl Pen<'_> {
    fn put(&mut self, text: &str) -> Result<(), Error> {
        self.sheet.write(self.bss, text.as_bytes())
    }

    /// Begins with the things of a resource.
    fn section(&mut self, name: &str) -> Result<(), Error> {
        let lead = match (self.form, self.is_alone, self.sections) {
            (Form::Lines, _, _) => String::new(),
            (Form::Json, true, _) => "[".to_owned(),
            (Form::Json, false, 0) => format!("{{\"{name}\":["),
            (Form::Json, false, _) => format!("],\"{name}\":["),
        };
        (self.sections, self.rows) = (self.sections + 1, 0);
        self.put(&lead)
    }

    /// Writes a thing, if it is wanted, as far as it is.
    fn thing(&mut self, (job, wish, of): (&Job, &Wish, &Resource), it: Tree) -> Result<(), Error> {
        let place = Place { list: format!("{}{}/{}", job.public, base(job.api, of), of.name) };
        let it = place.linked(it);
        if !wish.query.filter.accepts(&it) {
            return Ok(());
        }
        let it = match &wish.query.fields {
            Some(fields) => Path::pruned(&it, fields, &["id", "href"]),
            None => it,
        };
        let comma = if self.form == Form::Json && self.rows > 0 { "," } else { "" };
        let end = if self.form == Form::Lines { "\n" } else { "" };
        self.rows += 1;
        self.put(&format!("{comma}{it}{end}"))
    }

    fn end(&mut self) -> Result<Written, Error> {
        match (self.form, self.is_alone) {
            (Form::Lines, _) => {}
            (Form::Json, true) => self.put("]")?,
            (Form::Json, false) => self.put("]}")?,
        }
        self.sheet.end(self.bss)
    }
}
