//! JSON objects without duplicate names.
//!
//! RFC 7519 §4 permits a parser to reject duplicate names or to use the last one. Two parsers that choose differently
//! read two different tokens, so duplicates are rejected
//! ([RFC 8725 §2.6](https://www.rfc-editor.org/rfc/rfc8725#section-2.6)).

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::jwt_refusal::JwtRefusal;

/// Parses `bytes` as one JSON object without duplicate names at any depth.
///
/// # Errors
///
/// Returns [`JwtRefusal::NotJson`], [`JwtRefusal::NotAnObject`] or [`JwtRefusal::DuplicateName`].
pub(crate) fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JwtRefusal> {
    let duplicate = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { duplicate: &duplicate }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|_| if duplicate.get() { JwtRefusal::DuplicateName } else { JwtRefusal::NotJson })?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(JwtRefusal::NotAnObject),
    }
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    duplicate: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.insert(name, value).is_some() {
                self.duplicate.set(true);
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_as_serde_json_reads_it() {
        let text = r#"{"a":[1,-2,1.5,true,null,"é"],"b":{"a":{}},"c":18446744073709551615}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(parse_object(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn a_name_that_occurs_twice_at_any_depth_is_refused() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"b":[{"a":1,"a":2}]}"#] {
            assert_eq!(parse_object(text.as_bytes()), Err(JwtRefusal::DuplicateName), "{text}");
        }
        assert!(parse_object(br#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "{", "{} {}", "{\"a\":1e999}", "{\"a\":NaN}", "\u{feff}{}"] {
            assert_eq!(parse_object(text.as_bytes()), Err(JwtRefusal::NotJson), "{text:?}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
        assert_eq!(parse_object(deep.as_bytes()), Err(JwtRefusal::NotJson));
        for text in ["[]", "null", "1", "\"a\""] {
            assert_eq!(parse_object(text.as_bytes()), Err(JwtRefusal::NotAnObject), "{text:?}");
        }
        assert!(parse_object(b" {} ").is_ok());
    }
}
