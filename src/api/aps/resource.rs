//! One resource: read, created, changed, deleted, linked, and what its type can do beside that.

use axum::http::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::anatomy::{Detail, show};
use super::batch::{Batch, Passwords};
use super::body::{Changes, Element, Tying, changes, link_id};
use super::bus::{Asked, nothing, shown};
use super::kind::{Gone, Thing};
use super::operation::Said;
use super::registry::{self, KINDS};
use super::relation::Link;
use super::route::said;
use super::{event_subscription, list, service, user_form};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::services::idempotency::Answer;
use crate::services::{Act, Cx, Error};

/// An id from a path: what is no UUID is the id of nothing.
fn id(text: &str) -> Result<Uuid, Fault> {
    Uuid::try_parse(text).map_err(|_| {
        let text: String = text.chars().take(80).collect();
        Error::not_found(text).into()
    })
}

/// Refuses a caller who may do this to nothing at all.
fn permit(cx: Cx<'_>, permission: Option<Permission>) -> Result<(), Error> {
    match permission {
        Some(permission) if !cx.actor.may_at_all(permission) => {
            Err(Error::Forbidden { permission })
        }
        Some(_) | None => Ok(()),
    }
}

/// `POST /aps/2/resources`: one resource, or several in an array.
pub(super) fn create(asked: Asked) -> Result<Work, Fault> {
    let body = asked.body;
    let chosen = user_form::chosen_passwords(&asked.actor, elements(&body));
    if chosen.is_empty() {
        return Ok(Work::writes(move |act| made(act, &body, Passwords::new())));
    }
    let count = elements(&body).len();
    Ok(Work::prepares(
        move |bss| user_form::hashed(bss, chosen, count),
        move |act, passwords| made(act, &body, passwords),
    ))
}

/// The resources in a body: one, or those of an array.
fn elements(body: &Value) -> &[Value] {
    body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice)
}

fn made(act: &mut Act<'_>, body: &Value, passwords: Passwords) -> Result<Answer, Error> {
    let made = Batch::create(act, elements(body), passwords)?;
    let mut all =
        made.into_iter().map(|id| changed(act.cx(), id)).collect::<Result<Vec<_>, _>>()?;
    Ok(shown(if body.is_array() { Value::Array(all) } else { all.remove(0) }))
}

/// A resource as it is after a change.
fn changed(cx: Cx<'_>, id: Uuid) -> Result<Value, Error> {
    show(cx, &*registry::get(cx, id)?, Detail::Changed, None)
}

/// What is done to the resource itself. `POST` on its address is taken for `PUT`.
pub(super) fn one(asked: Asked, text: &str) -> Result<Work, Fault> {
    let id = id(text)?;
    if let Some(service) = service::with_id(id) {
        return service::of(asked, service, &[]);
    }
    match asked.method {
        Method::GET => {
            let query = list::selecting(&asked.query)?;
            let looks = move |cx: Cx<'_>| list::one(cx, id, &query);
            // What is selected may be links, behind which there is much.
            Ok(if asked.query.is_empty() { Work::reads(looks) } else { Work::scans(looks) })
        }
        Method::PUT | Method::POST => change(asked, Some(id)),
        Method::DELETE => Ok(Work::writes(move |act| {
            let thing = registry::get(act.cx(), id)?;
            permit(act.cx(), thing.kind().writes().1)?;
            match thing.delete(act)? {
                Gone::Now => Ok(nothing()),
                Gone::Later => Ok(Answer { status: 202, ..nothing() }),
            }
        })),
        method => Err(Fault::NoMethod { method: method.to_string() }),
    }
}

/// A change of some properties. Without an id in the path, the body says of which resource.
pub(super) fn change(asked: Asked, id: Option<Uuid>) -> Result<Work, Fault> {
    let element = Element::read(&asked.body)?;
    let id = match (id, element.id) {
        (Some(id), Some(said)) if id != said => {
            let message = "must be the id in the path";
            return Err(Invalid::one("/aps/id", "type", message).into());
        }
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) => return Err(Invalid::one("/aps/id", "required", "must be given").into()),
    };
    Ok(Work::writes(move |act| {
        let thing = registry::get(act.cx(), id)?;
        element.must_be(thing.kind())?;
        permit(act.cx(), thing.kind().writes().0)?;
        let Changes { properties, links } = changes(act.cx(), &*thing, &element.body)?;
        if !properties.is_empty() {
            thing.change(act, &properties)?;
        }
        for (link, tying) in links {
            tie(act, id, (link, tying))?;
        }
        Ok(shown(changed(act.cx(), id)?))
    }))
}

/// Lets a link of a resource lead where a body says.
fn tie(act: &mut Act<'_>, id: Uuid, (link, tying): (&Link, Tying)) -> Result<(), Error> {
    let thing = registry::get(act.cx(), id)?;
    match tying {
        Tying::Loose(target) => {
            permit(act.cx(), link.needs.1)?;
            thing.unlink(act, link.name, target)
        }
        Tying::Fast(target, place) => {
            permit(act.cx(), link.needs.0)?;
            if link.needs.0.is_some() {
                let place = place.map(|it| format!("/{it}")).unwrap_or_default();
                end(act.cx(), link, (&format!("/{}{place}/aps/id", link.name), target))?;
            }
            thing.link(act, link.name, target)
        }
    }
}

/// The resource to which a link is to lead, named at a place in the body.
fn end(cx: Cx<'_>, link: &Link, (at, id): (&str, Uuid)) -> Result<Box<dyn Thing>, Error> {
    let found = registry::find(cx, id)?.filter(|it| it.kind().about().is_a(link.to));
    let message = || format!("`{id}` is no resource of type `{}`", link.to);
    found.ok_or_else(|| Invalid::one(at, "reference", message()).into())
}

/// What lies below a resource: its links, and the operations of its type.
pub(super) fn part(asked: Asked, text: &str, rest: &[&str]) -> Result<Work, Fault> {
    let id = id(text)?;
    if let Some(service) = service::with_id(id) {
        return service::of(asked, service, rest);
    }
    let reads = only_reads(asked.method.as_str(), rest);
    let rest: Vec<String> = rest.iter().map(|it| (*it).to_owned()).collect();
    if asked.method != Method::GET && !reads {
        let body = std::slice::from_ref(&asked.body);
        let chosen = user_form::chosen_passwords(&asked.actor, body);
        if chosen.is_empty() {
            let none = Passwords::new();
            return Ok(Work::writes(move |act| write(act, id, &rest, (asked, none))));
        }
        return Ok(Work::prepares(
            move |bss| user_form::hashed(bss, chosen, 1),
            move |act, passwords| write(act, id, &rest, (asked, passwords)),
        ));
    }
    Ok(Work::scans(move |cx| {
        let segments: Vec<_> = rest.iter().map(String::as_str).collect();
        let thing = registry::get(cx, id)?;
        if let Some((name, path, needs)) = operation(&*thing, asked.method.as_str(), &segments) {
            permit(cx, Some(needs))?;
            cx.actor.must_operate(thing.kind().about().id, asked.method.as_str())?;
            let said = said(asked, path);
            check(&*thing, name, &said)?;
            let done = thing.operations().read(cx, Some(&*thing), (name, &said))?;
            return Ok(done.unwrap_or_else(nothing));
        }
        match (&asked.method, segments.as_slice()) {
            (&Method::GET, ["aps", "links"]) => links(cx, &*thing),
            (&Method::GET, ["aps", "subscriptions"]) => event_subscription::list(cx, &*thing),
            (&Method::GET, ["aps", "subscriptions", id]) => {
                event_subscription::show(cx, &*thing, id)
            }
            (&Method::GET, [name]) => list::linked(cx, id, name, &asked),
            (&Method::GET, [name, target]) => target_of(cx, &*thing, name, target),
            _ => Err(Error::not_found(rest.join("/"))),
        }
    }))
}

/// Whether a verb on a path below a resource is an operation that keeps nothing, whatever type the
/// resource is of.
fn only_reads(verb: &str, segments: &[&str]) -> bool {
    let all = KINDS.iter().map(|it| it.operations());
    let mut fitting = all.flat_map(|all| {
        let calls = all.calls().into_iter().filter(|it| it.verb.word() == verb);
        let calls = calls.filter(|it| it.matches(segments).is_some());
        calls.map(|it| all.way(it.name).is_some_and(|it| !it.keeps())).collect::<Vec<_>>()
    });
    fitting.next().is_some_and(|first| first && fitting.all(|it| it))
}

type Parameters = std::collections::BTreeMap<&'static str, String>;

/// The operation that a path below a resource is, its parameters, and what a caller needs.
fn operation(
    thing: &dyn Thing,
    verb: &str,
    segments: &[&str],
) -> Option<(&'static str, Parameters, Permission)> {
    let calls = thing.operations().calls().into_iter().filter(|it| it.verb.word() == verb);
    let mut fitting = calls.filter_map(|it| Some((it.name, it.matches(segments)?, it.needs)));
    fitting.next()
}

fn write(
    act: &mut Act<'_>,
    id: Uuid,
    rest: &[String],
    (asked, passwords): (Asked, Passwords),
) -> Result<Answer, Error> {
    let segments: Vec<_> = rest.iter().map(String::as_str).collect();
    let thing = registry::get(act.cx(), id)?;
    if let Some((name, path, needs)) = operation(&*thing, asked.method.as_str(), &segments) {
        permit(act.cx(), Some(needs))?;
        act.actor().must_operate(thing.kind().about().id, asked.method.as_str())?;
        let said: Said = said(asked, path);
        check(&*thing, name, &said)?;
        return thing.operations().write(act, Some(&*thing), (name, &said));
    }
    match (&asked.method, segments.as_slice()) {
        (&Method::POST, ["aps", "subscriptions"]) => {
            permit(act.cx(), Some(Permission::ListenerWrite))?;
            event_subscription::create(act, &*thing, &asked.body)
        }
        (&Method::DELETE, ["aps", "subscriptions", id]) => {
            permit(act.cx(), Some(Permission::ListenerWrite))?;
            event_subscription::delete(act, &*thing, id)
        }
        (&Method::POST, [name]) if asked.body.pointer("/aps/id").is_none() => {
            provision(act, &*thing, name, (&asked.body, passwords))
        }
        (&Method::POST, [name]) => link(act, &*thing, name, &asked.body),
        (&Method::DELETE, [name, target]) => {
            let link = list::link(&*thing, name)?;
            permit(act.cx(), link.needs.1)?;
            let target = Uuid::try_parse(target).map_err(|_| Error::not_found(target))?;
            thing.unlink(act, name, target)?;
            Ok(nothing())
        }
        _ if exists(&*thing, &segments) => Ok(super::error::no_method(&asked.method)),
        _ => Err(Error::not_found(rest.join("/"))),
    }
}

/// Whether something is at a path below a resource, for other verbs.
fn exists(thing: &dyn Thing, segments: &[&str]) -> bool {
    let calls = thing.operations().calls();
    let is_operation = calls.into_iter().any(|it| it.matches(segments).is_some());
    let is_part = match segments {
        ["aps", "links" | "subscriptions"] | ["aps", "subscriptions", _] => true,
        [name] | [name, _] => list::link(thing, name).is_ok(),
        _ => false,
    };
    is_operation || is_part
}

fn check(thing: &dyn Thing, name: &str, said: &Said) -> Result<(), Error> {
    let call = thing.operations().calls().into_iter().find(|it| it.name == name);
    Ok(call.map_or(Ok(()), |it| it.check(&said.body))?)
}

/// Makes a resource that cannot be without the one that a link to it leads from: a user through the
/// users of an account.
fn provision(
    act: &mut Act<'_>,
    thing: &dyn Thing,
    name: &str,
    (body, passwords): (&Value, Passwords),
) -> Result<Answer, Error> {
    let link = list::link(thing, name)?;
    let all = registry::made_through(thing.kind(), link);
    let needs = all.iter().find_map(|it| Some(it.0.create()?.needs));
    permit(act.cx(), needs.or(link.needs.0))?;
    if all.is_empty() {
        // Nothing can be made here: what is meant is a resource that is there.
        link_id("", body)?;
    }
    let named = Element::read(body)?.known_kind()?;
    let back = all.iter().find(|it| it.0.about().id == named.about().id);
    let Some((_, back)) = back else { return Err(link.is_given()) };
    let mut body = body.clone();
    body[back.name] = json!({ "aps": { "id": thing.head(act.cx())?.id } });
    made(act, &body, passwords)
}

/// Links with an existing resource; what is linked is the answer.
fn link(act: &mut Act<'_>, thing: &dyn Thing, name: &str, body: &Value) -> Result<Answer, Error> {
    let link = list::link(thing, name)?;
    permit(act.cx(), link.needs.0)?;
    let target = link_id("", body)?;
    let other = end(act.cx(), link, ("/aps/id", target))?;
    Element::read(body)?.must_be(other.kind())?;
    thing.link(act, name, target)?;
    Ok(shown(changed(act.cx(), target)?))
}

/// All links of a resource, as stubs by their names.
fn links(cx: Cx<'_>, thing: &dyn Thing) -> Result<Answer, Error> {
    let names: Vec<_> = thing.kind().links().iter().map(|it| it.name).collect();
    let whole = show(cx, thing, Detail::Whole, None)?;
    let stubs = whole.as_object().into_iter().flatten();
    let stubs = stubs.filter(|it| names.contains(&it.0.as_str()));
    let stubs: Map<_, _> = stubs.map(|(name, stub)| (name.clone(), stub.clone())).collect();
    Ok(shown(json!(stubs)))
}

/// One resource at the other end of a link.
fn target_of(cx: Cx<'_>, thing: &dyn Thing, name: &str, target: &str) -> Result<Answer, Error> {
    list::link(thing, name)?;
    let id = Uuid::try_parse(target).map_err(|_| Error::not_found(target))?;
    if !thing.targets(cx, name)?.contains(&id) {
        return Err(Error::not_found(id));
    }
    Ok(shown(show(cx, &*registry::get(cx, id)?, Detail::Whole, None)?))
}

#[cfg(test)]
mod tests {
    use super::only_reads;

    #[test]
    fn what_keeps_nothing_waits_for_nobody_who_writes() {
        for (verb, path, expected) in [
            ("POST", "planPeriodSwitches", true),
            ("GET", "resources", true),
            ("PUT", "planPeriodSwitches", false),
            ("POST", "putOnHold", false),
            ("POST", "users", false),
            ("POST", "aps/subscriptions", false),
        ] {
            let segments: Vec<_> = path.split('/').collect();
            assert_eq!(only_reads(verb, &segments), expected, "{verb} {path}");
        }
    }
}
