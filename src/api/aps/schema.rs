//! Types as documents: what a client that asks `/aps/2/types` is told of a type.
//!
//! The form is that of APS type definitions: general section, properties, relations, operations,
//! structures.

use serde_json::{Map, Value, json};

use super::event_subscription;
use super::kind::{About, AnyKind, Version};
use super::operation::{Call, Operations, Service};
use super::property::{Access, Field, Form, Need, Shade, Structure, Trait, Usual};
use super::relation::{Birth, Link, Many, Strength};

/// The full id of the structure of texts by locale.
const BY_LOCALE: &str = "http://aps-standard.org/types/core/i18n/1.1#MLString";

/// The document of a type.
pub(super) fn of_kind(kind: &dyn AnyKind) -> Value {
    let About { name, id, implements, .. } = kind.about();
    let mut structures = Map::new();
    let traits = kind.traits();
    let properties = traits.iter().map(|it| (it.name, property(it, &mut structures)));
    let properties = object(properties.collect());
    let links = kind.links();
    let relations = object(links.iter().map(|it| (it.name, relation(it))).collect());
    let operations = operations(&kind.operations().calls(), &mut structures);
    json!({
        "apsVersion": "2.0", "id": id, "name": name, "implements": implements,
        "properties": properties, "relations": relations, "operations": operations,
        "structures": structures,
    })
}

/// The document of an older version of a type: that of the latest under its own id.
pub(super) fn of_version(version: &Version, kind: &dyn AnyKind) -> Value {
    let mut document = of_kind(kind);
    document["id"] = json!(version.id);
    document
}

/// The document of event subscriptions, which stand below resources and are none.
pub(super) fn of_event_subscriptions() -> Value {
    let mut structures = Map::new();
    let fields = event_subscription::SUBSCRIPTION.fields.iter();
    let properties = fields.map(|it| {
        let mut said = form(it.form, &mut structures);
        said.insert("required".to_owned(), json!(it.need == Need::Required));
        (it.name, Value::Object(said))
    });
    let properties = object(properties.collect());
    json!({
        "apsVersion": "2.0", "id": event_subscription::ID, "name": "EventSubscription",
        "implements": ["http://aps-standard.org/types/core/resource/1.0"],
        "properties": properties, "relations": {}, "operations": {}, "structures": structures,
    })
}

/// The document of the type of a service.
pub(super) fn of_service(service: &Service) -> Value {
    let mut structures = Map::new();
    let operations = operations(&service.operations.calls(), &mut structures);
    json!({
        "apsVersion": "2.0", "id": service.kind, "name": service.name,
        "implements": ["http://aps-standard.org/types/core/resource/1.0"],
        "properties": {}, "relations": {}, "operations": operations, "structures": structures,
    })
}

fn object(all: Vec<(&str, Value)>) -> Value {
    Value::Object(all.into_iter().map(|(name, it)| (name.to_owned(), it)).collect())
}

fn property(it: &Trait, structures: &mut Map<String, Value>) -> Value {
    let mut said = form(it.form, structures);
    let mut say = |name: &str, value: Value| drop(said.insert(name.to_owned(), value));
    if !it.meaning.is_empty() {
        say("description", json!(it.meaning));
    }
    if it.need == Need::Required {
        say("required", json!(true));
    }
    match it.access {
        Access::Open => {}
        Access::Final => say("final", json!(true)),
        Access::ReadOnly => say("readonly", json!(true)),
    }
    if it.shade == Shade::Masked {
        say("encrypted", json!(true));
    }
    match it.default {
        Some(Usual::Flag(value)) => say("default", json!(value)),
        Some(Usual::Integer(value)) => say("default", json!(value)),
        Some(Usual::Word(value)) => say("default", json!(value)),
        None => {}
    }
    Value::Object(said)
}

fn relation(it: &Link) -> Value {
    let mut said = json!({ "type": it.to });
    if !it.meaning.is_empty() {
        said["description"] = json!(it.meaning);
    }
    if it.strength == Strength::Strong || it.at_birth == Birth::Needed {
        said["required"] = json!(true);
    }
    if it.many == Many::Any {
        said["collection"] = json!(true);
    }
    said
}

fn operations(calls: &[&Call], structures: &mut Map<String, Value>) -> Value {
    let all = calls.iter().map(|it| (it.name, operation(it, structures)));
    object(all.collect())
}

fn operation(call: &Call, structures: &mut Map<String, Value>) -> Value {
    let mut parameters = Map::new();
    for name in call.path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')) {
        let it = json!({ "kind": "path", "type": "string", "required": true });
        parameters.insert(name.to_owned(), it);
    }
    for field in call.query {
        parameters.insert(field.name.to_owned(), parameter("query", field, structures));
    }
    match call.takes {
        Some(Form::Structure(structure)) => {
            let fields = structure.fields.iter();
            let all = fields.map(|it| (it.name.to_owned(), parameter("body", it, structures)));
            parameters.extend(all);
        }
        Some(other) => {
            let field = Field::required("body", other);
            parameters.insert("body".to_owned(), parameter("body", &field, structures));
        }
        None => {}
    }
    let path = format!("/{}", call.path.trim_start_matches('/'));
    let mut said = json!({ "verb": call.verb.word(), "path": path, "parameters": parameters });
    if let Some(gives) = call.gives {
        said["response"] = Value::Object(form(gives, structures));
    }
    said["errorResponse"] = json!({ "type": "object" });
    said
}

fn parameter(kind: &str, field: &Field, structures: &mut Map<String, Value>) -> Value {
    let mut said = form(field.form, structures);
    said.insert("kind".to_owned(), json!(kind));
    said.insert("required".to_owned(), json!(field.need == Need::Required));
    Value::Object(said)
}

/// What a value looks like; a structure is named here and written down beside.
fn form(it: Form, structures: &mut Map<String, Value>) -> Map<String, Value> {
    let said = match it {
        Form::Text | Form::NumberText | Form::ResourceId => json!({ "type": "string" }),
        Form::Integer => json!({ "type": "integer" }),
        Form::Number => json!({ "type": "number" }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::Words(words) => json!({ "type": "string", "enum": words }),
        Form::Time => json!({ "type": "string", "format": "date-time" }),
        Form::Day => json!({ "type": "string", "format": "date" }),
        Form::ByLocale => json!({ "type": BY_LOCALE }),
        Form::Structure(structure) => {
            write_down(structure, structures);
            json!({ "type": structure.name })
        }
        Form::List(of) => json!({ "type": "array", "items": form(*of, structures) }),
        Form::Any => json!({ "type": "object" }),
    };
    let Value::Object(said) = said else { return Map::new() };
    said
}

fn write_down(structure: &Structure, structures: &mut Map<String, Value>) {
    if structures.contains_key(structure.name) {
        return;
    }
    // It stands there before its fields are looked at: one of them may lead back to it.
    structures.insert(structure.name.to_owned(), Value::Null);
    let fields = structure.fields.iter().map(|it| {
        let mut said = form(it.form, structures);
        said.insert("required".to_owned(), json!(it.need == Need::Required));
        (it.name, Value::Object(said))
    });
    let fields = fields.collect();
    let written = json!({ "type": "object", "properties": object(fields) });
    structures.insert(structure.name.to_owned(), written);
}
