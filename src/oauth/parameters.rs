//! Request parameters, [RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1) and
//! [appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B).

use std::{borrow::Cow, collections::HashSet, fmt};

/// The parameters of one request, encoded as `application/x-www-form-urlencoded`.
///
/// "Parameters sent without a value MUST be treated as if they were omitted from the request", so they are dropped.
/// `Debug` prints names only, because values may be secrets.
#[derive(Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

/// Why a request is rejected before any of its values is examined.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MalformedParameters {
    /// It does not consist of `name=value` pairs in percent-encoded UTF-8.
    Encoding,
    /// It has more than [`MOST_PARAMETERS`] parameters.
    TooMany,
    Repeated(String),
    /// A required parameter is missing.
    Missing(&'static str),
}

impl Parameters {
    /// Parses `encoded`, a query or a form body, in one pass.
    ///
    /// # Errors
    ///
    /// Returns [`MalformedParameters::TooMany`] if there are more than [`MOST_PARAMETERS`], including empty ones; this
    /// is checked before decoding. Returns [`MalformedParameters::Encoding`] if a percent sign is not followed by two
    /// hexadecimal digits, or the decoded text is not UTF-8. Repetition is not checked here: see [`Parameters::one`]
    /// and [`Parameters::once_each`].
    pub fn parse(encoded: &str) -> Result<Self, MalformedParameters> {
        let sent = || encoded.split('&').filter(|pair| !pair.is_empty());
        if sent().nth(MOST_PARAMETERS).is_some() {
            return Err(MalformedParameters::TooMany);
        }
        let pairs = sent().map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        Ok(Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()))
    }

    /// Returns the value of `name`, if present.
    ///
    /// # Errors
    ///
    /// Returns [`MalformedParameters::Repeated`] if it occurs more than once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, MalformedParameters> {
        let mut values = self.0.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(MalformedParameters::Repeated(name.to_owned())),
        }
    }

    /// Returns the value of `name`, which is required.
    ///
    /// # Errors
    ///
    /// Returns [`MalformedParameters::Repeated`] or [`MalformedParameters::Missing`].
    pub fn required(&self, name: &'static str) -> Result<&str, MalformedParameters> {
        self.one(name)?.ok_or(MalformedParameters::Missing(name))
    }

    /// Returns all values of `name`, for the few parameters that may be repeated.
    pub fn many<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |(sent, _)| sent == name).map(|(_, value)| value.as_str())
    }

    /// Returns all names with their values, in the order of the request.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn push(&mut self, name: &str, value: String) {
        if !value.is_empty() {
            self.0.push((name.to_owned(), value));
        }
    }

    /// Returns the parameters that contain no secret and no personal data, for the log entry of a rejected request, so
    /// that the cause is logged with the offending value. Long values are truncated.
    #[must_use]
    pub fn loggable(&self) -> String {
        let known = self.0.iter().filter(|(name, _)| LOGGABLE.contains(&name.as_str()));
        let cut = |value: &str| value.chars().take(LONGEST_LOGGED).collect::<String>();
        let pairs: Vec<String> =
            known.take(MOST_LOGGED).map(|(name, value)| format!("{name}={:?}", cut(value))).collect();
        pairs.join(" ")
    }

    /// Checks that no parameter is repeated, known or not, except `resource`, which
    /// [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2) allows several times.
    ///
    /// # Errors
    ///
    /// Returns [`MalformedParameters::Repeated`] with the repeated name.
    pub fn once_each(&self) -> Result<(), MalformedParameters> {
        let mut seen = HashSet::with_capacity(self.0.len());
        let repeated = self.0.iter().find(|(name, _)| name != "resource" && !seen.insert(name.as_str()));
        repeated.map_or(Ok(()), |(name, _)| Err(MalformedParameters::Repeated(name.clone())))
    }
}

/// Decodes one name or value. A plus sign is a space; invalid escapes are rejected, not repaired.
fn decode(text: &str) -> Result<String, MalformedParameters> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let high = rest.next().and_then(hexadecimal).ok_or(MalformedParameters::Encoding)?;
                let low = rest.next().and_then(hexadecimal).ok_or(MalformedParameters::Encoding)?;
                bytes.push(high << 4 | low);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).map_err(|_| MalformedParameters::Encoding)
}

/// Decodes one part of HTTP Basic credentials, which
/// [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) requires to be form-encoded. Many clients
/// omit the encoding, so text that cannot be decoded is used unchanged.
#[must_use]
pub fn decode_leniently(text: &str) -> Cow<'_, str> {
    decode(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Encodes `pairs` as `application/x-www-form-urlencoded`.
#[must_use]
pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Display for MalformedParameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => formatter.write_str("the parameters are not percent-encoded UTF-8"),
            Self::TooMany => write!(formatter, "there are more than {MOST_PARAMETERS} parameters"),
            Self::Repeated(name) => write!(formatter, "the parameter {:?} is repeated", shortened(name)),
            Self::Missing(name) => write!(formatter, "the parameter {name:?} is missing"),
        }
    }
}

impl std::error::Error for MalformedParameters {}

/// Truncates a text from a request for a log line or a response.
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_ECHO) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

/// The parameters whose values may be logged.
const LOGGABLE: &[&str] = &[
    "grant_type",
    "response_type",
    "response_mode",
    "redirect_uri",
    "scope",
    "resource",
    "prompt",
    "max_age",
    "code_challenge_method",
    "client_assertion_type",
    "request_uri",
];

/// Maximum number of logged parameters, and of characters of each.
const MOST_LOGGED: usize = 12;
const LONGEST_LOGGED: usize = 200;

/// Maximum number of parameters of a request. Lookup by name is linear, so the number must not grow with the body.
pub const MOST_PARAMETERS: usize = 64;

/// Maximum number of characters of request text in a response or a log line.
const LONGEST_ECHO: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(encoded: &str) -> Parameters {
        Parameters::parse(encoded).unwrap()
    }

    // RFC 6749 §3.1
    #[test]
    fn a_parameter_without_a_value_is_omitted() {
        assert_eq!(parse("state=&scope=a").one("state"), Ok(None));
        assert_eq!(parse("state&scope=a").one("state"), Ok(None));
        assert_eq!(parse("state=x&scope=a").one("state"), Ok(Some("x")));
    }

    // RFC 6749 §3.1
    #[test]
    fn a_repeated_parameter_is_refused_even_when_equal() {
        let repeated = parse("a=1&b=2&a=1");
        assert_eq!(repeated.one("a"), Err(MalformedParameters::Repeated("a".to_owned())));
        assert_eq!(repeated.one("b"), Ok(Some("2")));
        assert_eq!(repeated.once_each(), Err(MalformedParameters::Repeated("a".to_owned())));
        assert_eq!(parse("resource=x&resource=y&a=1").once_each(), Ok(()));
    }

    #[test]
    fn values_are_decoded_or_refused_but_never_repaired() {
        assert_eq!(parse("state=a%2Bb+c%20d").one("state"), Ok(Some("a+b c d")));
        for encoded in ["state=%", "state=%2", "state=%zz", "state=%ff", "%ff=a"] {
            assert!(matches!(Parameters::parse(encoded), Err(MalformedParameters::Encoding)), "{encoded}");
        }
    }

    #[test]
    fn the_log_of_a_refusal_shows_what_was_sent_and_no_secret() {
        let sent = parse(
            "grant_type=x&scope=a+b&code=c&client_secret=s&code_verifier=v&username=u&password=p&state=t&nonce=n",
        );
        assert_eq!(sent.loggable(), "grant_type=\"x\" scope=\"a b\"");
        let long = parse(&format!("scope={}&redirect_uri=a%0Ab", "s".repeat(10_000)));
        assert!(
            long.loggable().len() < 300 && long.loggable().ends_with("redirect_uri=\"a\\nb\""),
            "{}",
            long.loggable()
        );
    }

    #[test]
    fn a_request_has_at_most_64_parameters_whatever_their_names_are() {
        let names = |count: usize| (0..count).map(|at| format!("a{at}=1")).collect::<Vec<_>>().join("&");
        assert_eq!(parse(&names(MOST_PARAMETERS)).once_each(), Ok(()));
        for encoded in [
            names(MOST_PARAMETERS + 1),
            names(10_900),
            "a=&".repeat(MOST_PARAMETERS + 1),
            "resource=x&".repeat(MOST_PARAMETERS + 1),
            "%zz&".repeat(MOST_PARAMETERS + 1),
        ] {
            assert_eq!(Parameters::parse(&encoded).err(), Some(MalformedParameters::TooMany), "{encoded:.40}");
        }
        assert_eq!(Parameters::parse(&"&".repeat(65_536)).unwrap().0.len(), 0, "separators are not parameters");
    }

    #[test]
    fn a_name_is_echoed_only_by_its_beginning() {
        let name = "ä".repeat(20_000);
        let told = MalformedParameters::Repeated(name).to_string();
        assert!(told.len() < 200 && told.contains('…'), "{told}");
        assert_eq!(MalformedParameters::Repeated("a".to_owned()).to_string(), "the parameter \"a\" is repeated");
    }

    #[test]
    fn parameters_are_listed_as_they_were_sent() {
        let sent = parse("b=1&a=2&b=3");
        assert_eq!(sent.pairs().collect::<Vec<_>>(), [("b", "1"), ("a", "2"), ("b", "3")]);
    }

    #[test]
    fn values_are_never_printed() {
        assert_eq!(format!("{:?}", parse("client_secret=hunter2")), "[\"client_secret\"]");
    }
}
