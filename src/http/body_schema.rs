//! Compares JSON bodies with the OpenAPI schema of their type, and names each member that does not match.

use std::{
    any::TypeId,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use poem_openapi::{
    registry::{MetaSchemaRef, Registry},
    types::Type,
};
use serde_json::{Map, Value};

use crate::{endpoint::request_errors::RequestErrors, spelling::nearest};

/// The schema of a type and of all types that it refers to. Building it takes longer than reading a body, so it is
/// cached per type.
pub(super) struct BodySchema {
    root: MetaSchemaRef,
    registry: Registry,
}

/// What happens to members that the schema does not contain.
#[derive(Clone, Copy)]
pub(super) enum UnknownMembers {
    /// They are ignored.
    Ignored,
    /// They are errors, except these members of the body itself.
    Rejected { except: &'static [&'static str] },
}

impl BodySchema {
    /// Returns the cached schema of `T`.
    pub(super) fn of<T: Type + 'static>() -> Arc<Self> {
        static KNOWN: Mutex<BTreeMap<TypeId, Arc<BodySchema>>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(Self::build::<T>())))
    }

    fn build<T: Type>() -> Self {
        let mut registry = Registry::new();
        T::register(&mut registry);
        Self { root: T::schema_ref(), registry }
    }

    /// Whether the type has the member `name`.
    pub(super) fn has_member(&self, name: &str) -> bool {
        Shape::of(&self.root, &self.registry).property(name).is_some()
    }

    /// Returns the errors of `value`, which are empty if it matches the schema.
    pub(super) fn errors(&self, value: &Value, unknown: UnknownMembers) -> RequestErrors {
        let mut comparison = Comparison { registry: &self.registry, unknown, errors: RequestErrors::default() };
        match Shape::of(&self.root, &self.registry).mismatch(value) {
            Some(expected) => RequestErrors::of_request(format!("the body {expected}")),
            None => {
                comparison.compare(&self.root, value, "");
                comparison.errors
            }
        }
    }
}

/// A schema with the schemas that it combines.
#[derive(Default)]
struct Shape<'s> {
    ty: &'static str,
    format: Option<&'static str>,
    enum_items: Vec<&'s Value>,
    items: Option<&'s MetaSchemaRef>,
    properties: Vec<(&'static str, &'s MetaSchemaRef)>,
    required: Vec<&'static str>,
}

impl<'s> Shape<'s> {
    fn of(schema: &'s MetaSchemaRef, registry: &'s Registry) -> Self {
        let mut shape = Self::default();
        shape.combine(schema, registry);
        shape
    }

    fn combine(&mut self, schema: &'s MetaSchemaRef, registry: &'s Registry) {
        let schema = match schema {
            MetaSchemaRef::Inline(schema) => schema.as_ref(),
            MetaSchemaRef::Reference(name) => match registry.schemas.get(name) {
                Some(schema) => schema,
                None => return,
            },
        };
        if !schema.ty.is_empty() {
            self.ty = schema.ty;
        }
        self.format = schema.format.or(self.format);
        self.enum_items.extend(&schema.enum_items);
        self.items = schema.items.as_deref().or(self.items);
        self.properties.extend(schema.properties.iter().map(|(name, schema)| (*name, schema)));
        self.required.extend(&schema.required);
        for part in &schema.all_of {
            self.combine(part, registry);
        }
    }

    fn property(&self, name: &str) -> Option<&'s MetaSchemaRef> {
        self.properties.iter().find(|(known, _)| *known == name).map(|(_, schema)| *schema)
    }

    /// Says what `value` must be if it is something else. Members and entries are not compared.
    fn mismatch(&self, value: &Value) -> Option<String> {
        if !self.enum_items.is_empty() && !self.enum_items.contains(&value) {
            let known =
                self.enum_items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            return Some(format!("must be one of {}", known.collect::<Vec<_>>().join(", ")));
        }
        let (fits, expected) = match self.ty {
            "object" => (value.is_object(), "an object"),
            "array" => (value.is_array(), "an array"),
            "string" => (value.is_string(), "a string"),
            "boolean" => (value.is_boolean(), "true or false"),
            "integer" => (value.is_i64() || value.is_u64(), "a whole number"),
            "number" => (value.is_number(), "a number"),
            _ => (true, ""),
        };
        if !fits {
            return Some(format!("must be {expected}, not {}", kind_of(value)));
        }
        let (lowest, highest) = self.format.and_then(range)?;
        let number = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))?;
        let is_within = (lowest..=highest).contains(&number);
        (!is_within).then(|| format!("must be a whole number from {lowest} to {highest}"))
    }
}

/// The values of an integer format.
pub(super) fn range(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" => (0, u64::MAX.into()),
        _ => return None,
    })
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

struct Comparison<'s> {
    registry: &'s Registry,
    unknown: UnknownMembers,
    errors: RequestErrors,
}

impl Comparison<'_> {
    fn compare(&mut self, schema: &MetaSchemaRef, value: &Value, path: &str) {
        let shape = Shape::of(schema, self.registry);
        if let Some(expected) = shape.mismatch(value) {
            return self.errors.add(path, expected);
        }
        match (value, shape.items) {
            (Value::Object(members), _) => self.compare_members(&shape, members, path),
            (Value::Array(entries), Some(items)) => {
                for (at, entry) in entries.iter().enumerate() {
                    if self.errors.is_full() {
                        return;
                    }
                    self.compare(items, entry, &format!("{path}[{at}]"));
                }
            }
            _ => {}
        }
    }

    fn compare_members(&mut self, shape: &Shape<'_>, members: &Map<String, Value>, path: &str) {
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for name in &shape.required {
            if members.get(*name).is_none_or(Value::is_null) {
                self.errors.add(join(name), "missing");
            }
        }
        for (name, value) in members {
            // The suggestion for a name costs much more than the name, and this runs before authentication.
            if self.errors.is_full() {
                return;
            }
            match shape.property(name) {
                // Null stands for an absent member.
                Some(_) if value.is_null() => {}
                Some(schema) => self.compare(schema, value, &join(name)),
                None if self.is_rejected(shape, name, path) => {
                    let shown: String = name.chars().take(LONGEST_NAME).collect();
                    let meant = nearest(&shown, shape.properties.iter().map(|(name, _)| *name));
                    let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
                    self.errors.add(join(&shown), format!("unknown member{meant}"));
                }
                None => {}
            }
        }
    }

    fn is_rejected(&self, shape: &Shape<'_>, name: &str, path: &str) -> bool {
        match self.unknown {
            UnknownMembers::Ignored => false,
            // An object without known members, such as a JWK Set, has its own format.
            UnknownMembers::Rejected { .. } if shape.properties.is_empty() => false,
            UnknownMembers::Rejected { except } => !path.is_empty() || !except.contains(&name),
        }
    }
}

/// Maximum number of characters of an unknown member's name in a response.
const LONGEST_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use poem_openapi::{Enum, Object};
    use serde_json::json;

    use super::*;

    #[derive(Debug, Enum)]
    #[oai(rename_all = "lowercase")]
    enum Colour {
        Red,
        Blue,
    }

    #[derive(Debug, Object)]
    struct Inner {
        /// A member with a description.
        count: u32,
        tags: Option<Vec<String>>,
    }

    #[derive(Debug, Object)]
    struct Outer {
        name: String,
        is_on: Option<bool>,
        colour: Option<Colour>,
        /// A member that refers to another type and has a description.
        inner: Option<Inner>,
        several: Option<Vec<Inner>>,
        #[oai(flatten)]
        further: Further,
    }

    #[derive(Debug, Object)]
    struct Further {
        email: Option<String>,
    }

    const STRICT: UnknownMembers = UnknownMembers::Rejected { except: &["id"] };

    fn errors(value: &Value, unknown: UnknownMembers) -> String {
        BodySchema::of::<Outer>().errors(value, unknown).to_string()
    }

    #[test]
    fn each_member_that_does_not_fit_is_named_with_what_it_must_be() {
        for (value, expected) in [
            (json!({}), "name: missing"),
            (json!({"name": null}), "name: missing"),
            (json!({"name": []}), "name: must be a string, not an array"),
            (json!({"name": "a", "is_on": "yes"}), "is_on: must be true or false, not a string"),
            (json!({"name": "a", "colour": "green"}), "colour: must be one of red, blue"),
            (json!({"name": "a", "inner": []}), "inner: must be an object, not an array"),
            (json!({"name": "a", "inner": {}}), "inner.count: missing"),
            (json!({"name": "a", "inner": {"count": 1.5}}), "inner.count: must be a whole number, not a number"),
            (json!({"name": "a", "inner": {"count": -1}}), "inner.count: must be a whole number from 0 to 4294967295"),
            (
                json!({"name": "a", "inner": {"count": 1, "tags": ["x", {}]}}),
                "inner.tags[1]: must be a string, not an object",
            ),
            (json!({"name": "a", "several": [{"count": 1}, {}]}), "several[1].count: missing"),
            (json!({"name": "a", "email": {}}), "email: must be a string, not an object"),
            (json!([]), "the body must be an object, not an array"),
            (json!("a"), "the body must be an object, not a string"),
            (json!(null), "the body must be an object, not null"),
        ] {
            assert_eq!(errors(&value, UnknownMembers::Ignored), expected, "{value}");
            assert_eq!(errors(&value, STRICT), expected, "{value}");
        }
    }

    #[test]
    fn all_members_that_do_not_fit_are_named_together() {
        let value = json!({"is_on": 1, "email": 2, "inner": {"tags": [3, "x", 4], "cuont": 5}, "nam": "a"});
        let errors = BodySchema::of::<Outer>().errors(&value, STRICT).fields();
        let expected = [
            ("email", "must be a string, not a number"),
            ("inner.count", "missing"),
            ("inner.cuont", "unknown member; did you mean count?"),
            ("inner.tags[0]", "must be a string, not a number"),
            ("inner.tags[2]", "must be a string, not a number"),
            ("is_on", "must be true or false, not a number"),
            ("nam", "unknown member; did you mean name?"),
            ("name", "missing"),
        ];
        let expected = expected.map(|(path, what)| (path.to_owned(), what.to_owned()));
        assert_eq!(Vec::from_iter(errors), expected);
    }

    #[test]
    fn an_unknown_member_is_named_unless_such_members_are_ignored() {
        for (value, expected) in [
            (json!({"name": "a", "colours": "x"}), "colours: unknown member; did you mean colour?"),
            (json!({"name": "a", "something": null}), "something: unknown member"),
            (json!({"name": "a", "id": "x"}), ""),
            (json!({"name": "a", "inner": {"count": 1, "id": "x"}}), "inner.id: unknown member"),
            (json!({"name": "a", "several": [{"count": 1, "id": "x"}]}), "several[0].id: unknown member"),
        ] {
            assert_eq!(errors(&value, STRICT), expected, "{value}");
            assert_eq!(errors(&value, UnknownMembers::Ignored), "", "{value}");
        }
        let many: Map<String, Value> = (0..5000).map(|at| (format!("nam{at}"), json!(at))).collect();
        let named = BodySchema::of::<Outer>().errors(&Value::Object(many), STRICT);
        assert!(named.is_full() && named.to_string().ends_with("further members are wrong too"), "{named}");
        let long = json!({"name": "a", "x".repeat(10_000): 1});
        assert_eq!(errors(&long, STRICT), format!("{}: unknown member", "x".repeat(LONGEST_NAME)));
    }

    // A value that does not match may be a password.
    #[test]
    fn no_error_contains_a_submitted_value() {
        let value = json!({"name": {"a": "canary"}, "colour": "canary", "inner": "canary", "several": ["canary"],
            "email": ["canary"], "is_on": "canary"});
        let found = errors(&value, STRICT);
        assert!(found.contains("colour") && !found.contains("canary"), "{found}");
        assert!(!errors(&json!("canary"), STRICT).contains("canary"));
    }

    #[test]
    fn a_value_that_fits_has_no_errors() {
        let value = json!({"name": "a", "inner": {"count": 1, "tags": null}, "email": "e", "colour": "red"});
        assert!(BodySchema::of::<Outer>().errors(&value, STRICT).is_empty());
        assert!(BodySchema::of::<Outer>().has_member("email") && !BodySchema::of::<Outer>().has_member("count"));
    }

    #[test]
    fn the_schema_of_a_type_is_built_once() {
        let (first, second) = (BodySchema::of::<Outer>(), BodySchema::of::<Outer>());
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &BodySchema::of::<Inner>()), "another type has another schema");
    }
}
