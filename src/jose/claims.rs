//! Typed access to the claims of a JWT.

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::jwt_refusal::JwtRefusal;

/// The claims of a JWT, each read with the type that it must have.
///
/// Claims are not compared with the time or with expected values here; the rules of the callers do that.
#[derive(Clone)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Wraps a payload.
    #[must_use]
    pub fn new(payload: Map<String, Value>) -> Self {
        Self(payload)
    }

    /// Returns all claims unchanged.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Returns all claims unchanged, by value.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// Returns a claim unchanged.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Returns a required string claim.
    ///
    /// # Errors
    ///
    /// Returns an error if the claim is missing or not a string.
    pub fn text(&self, name: &'static str) -> Result<&str, JwtRefusal> {
        self.optional_text(name)?.ok_or(JwtRefusal::MissingClaim(name))
    }

    /// Returns an optional string claim. `null` does not count as missing.
    ///
    /// # Errors
    ///
    /// Returns an error if the claim is present but not a string.
    pub fn optional_text(&self, name: &'static str) -> Result<Option<&str>, JwtRefusal> {
        self.get(name).map(|value| value.as_str().ok_or(JwtRefusal::MalformedClaim(name))).transpose()
    }

    /// Returns a required `NumericDate` in whole seconds, from 0 to 2⁵³.
    ///
    /// RFC 7519 §2 allows fractions. This server neither writes nor accepts them, since libraries disagree about them.
    ///
    /// # Errors
    ///
    /// Returns an error if the claim is missing, not an integer (a float such as `1e30` or `1.0`, a string), or out of
    /// range.
    pub fn seconds(&self, name: &'static str) -> Result<i64, JwtRefusal> {
        self.optional_seconds(name)?.ok_or(JwtRefusal::MissingClaim(name))
    }

    /// Returns an optional `NumericDate`. See [`Claims::seconds`].
    ///
    /// # Errors
    ///
    /// Returns an error if the claim is present but not an integer or out of range.
    pub fn optional_seconds(&self, name: &'static str) -> Result<Option<i64>, JwtRefusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_i64() {
            Some(seconds) if (0..=LARGEST).contains(&seconds) => Ok(Some(seconds)),
            _ => Err(JwtRefusal::MalformedClaim(name)),
        }
    }

    /// Returns a required `NumericDate` as an instant. Values after the year 9999 become its last second.
    ///
    /// # Errors
    ///
    /// See [`Claims::seconds`].
    pub fn instant(&self, name: &'static str) -> Result<OffsetDateTime, JwtRefusal> {
        self.seconds(name).map(instant)
    }

    /// Returns an optional `NumericDate` as an instant. See [`Claims::instant`].
    ///
    /// # Errors
    ///
    /// See [`Claims::optional_seconds`].
    pub fn optional_instant(&self, name: &'static str) -> Result<Option<OffsetDateTime>, JwtRefusal> {
        Ok(self.optional_seconds(name)?.map(instant))
    }

    /// Returns the members of `aud`, which is required and is a string or an array of strings (RFC 7519 §4.1.3). The
    /// result is not empty.
    ///
    /// # Errors
    ///
    /// Returns an error if the claim is missing or has another type.
    pub fn audience(&self) -> Result<Vec<&str>, JwtRefusal> {
        match self.get("aud").ok_or(JwtRefusal::MissingClaim("aud"))? {
            Value::String(audience) => Ok(vec![audience]),
            Value::Array(audiences) if !audiences.is_empty() => {
                audiences.iter().map(|audience| audience.as_str().ok_or(JwtRefusal::MalformedClaim("aud"))).collect()
            }
            _ => Err(JwtRefusal::MalformedClaim("aud")),
        }
    }
}

fn instant(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds.min(END_OF_9999)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// 2⁵³, up to which every JSON number is exact (RFC 8259 §6).
const LARGEST: i64 = 1 << 53;
const END_OF_9999: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::macros::datetime;

    fn claims(exp: Value) -> Claims {
        Claims::new(Map::from_iter([("exp".to_owned(), exp)]))
    }

    #[test]
    fn a_numeric_date_is_an_integer_from_0_to_2_to_the_53() {
        for (sent, seconds) in [(json!(0), 0), (json!(1_900_000_000), 1_900_000_000), (json!(1_u64 << 53), 1 << 53)] {
            assert_eq!(claims(sent.clone()).seconds("exp"), Ok(seconds), "{sent}");
        }
        for sent in [
            json!(-1),
            json!((1_u64 << 53) + 1),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1.0),
            json!(1e30),
            json!(-1e30),
            json!("1900000000"),
            json!(null),
            json!(true),
            json!([1]),
            json!({}),
        ] {
            assert_eq!(claims(sent.clone()).instant("exp"), Err(JwtRefusal::MalformedClaim("exp")), "{sent}");
        }
        assert_eq!(claims(json!(0)).seconds("iat"), Err(JwtRefusal::MissingClaim("iat")));
        assert_eq!(claims(json!(0)).optional_seconds("iat"), Ok(None));
    }

    #[test]
    fn a_date_after_the_year_9999_is_its_last_second() {
        assert_eq!(claims(json!(253_402_300_799_i64)).instant("exp"), Ok(datetime!(9999-12-31 23:59:59 UTC)));
        assert_eq!(claims(json!(1_u64 << 53)).instant("exp"), Ok(datetime!(9999-12-31 23:59:59 UTC)));
    }

    #[test]
    fn an_audience_is_a_string_or_an_array_of_strings() {
        let audience = |aud: Value| {
            let claims = Claims::new(Map::from_iter([("aud".to_owned(), aud)]));
            claims.audience().map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(audience(json!("a")), Ok(vec!["a".to_owned()]));
        assert_eq!(audience(json!(["a", "b"])), Ok(vec!["a".to_owned(), "b".to_owned()]));
        for sent in [json!([]), json!(["a", 1]), json!(null), json!({"a": 1}), json!(1)] {
            assert_eq!(audience(sent.clone()), Err(JwtRefusal::MalformedClaim("aud")), "{sent}");
        }
        assert_eq!(claims(json!(1)).audience().unwrap_err(), JwtRefusal::MissingClaim("aud"));
    }

    #[test]
    fn a_text_claim_is_a_string() {
        assert_eq!(claims(json!("a")).text("exp"), Ok("a"));
        assert_eq!(claims(json!(1)).text("exp"), Err(JwtRefusal::MalformedClaim("exp")));
        assert_eq!(claims(json!(null)).optional_text("exp"), Err(JwtRefusal::MalformedClaim("exp")));
        assert_eq!(claims(json!(1)).text("sub"), Err(JwtRefusal::MissingClaim("sub")));
    }
}
