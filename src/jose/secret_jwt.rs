//! JWTs signed with a shared secret: `HS256`, [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2), only
//! for clients that authenticate with `client_secret_jwt`.
//!
//! `HS256` is not an [`Algorithm`](super::Algorithm), so that no header can make a public key be used as a secret. The
//! caller has decided beforehand that a secret verifies the JWT.

use super::{
    claims::Claims,
    jwt_refusal::JwtRefusal,
    unverified_jwt::{JwsParts, LONGEST},
};
use crate::{
    crypto::{equal, hmac},
    secret::Secret,
};

/// Verifies a JWT that one of `secrets` signed with `HS256`, and returns its `typ` and its claims. The claims are not
/// checked.
///
/// # Errors
///
/// Returns an error if the JWT is malformed, [`JwtRefusal::UnsupportedAlgorithm`] if `alg` is not `HS256`,
/// [`JwtRefusal::UnknownKey`] if no secret has the 256 bits that RFC 7518 §3.2 requires, and
/// [`JwtRefusal::WrongSignature`].
pub fn verify_with_secrets(text: &str, secrets: &[Secret]) -> Result<(Option<String>, Claims), JwtRefusal> {
    let parts = JwsParts::split(text, LONGEST)?;
    if parts.algorithm()? != "HS256" {
        return Err(JwtRefusal::UnsupportedAlgorithm);
    }
    let (typ, claims, signature) = (parts.typ()?.map(ToOwned::to_owned), parts.claims()?, parts.signature()?);
    // josekit compares byte by byte and stops at the first difference, which reveals by timing how many bytes were
    // right.
    let made_by =
        |secret: &Secret| equal(&hmac(secret.expose().as_bytes(), parts.signing_input.as_bytes()), &signature);
    let usable = secrets.iter().filter(|secret| secret.expose().len() >= SHORTEST_SECRET);
    let verdicts: Vec<bool> = usable.map(made_by).collect();
    if verdicts.is_empty() {
        return Err(JwtRefusal::UnknownKey);
    }
    if verdicts.contains(&true) { Ok((typ, claims)) } else { Err(JwtRefusal::WrongSignature) }
}

/// Returns the unverified claims of a JWT of any algorithm. They may only be used to find out who might have sent it.
///
/// # Errors
///
/// Returns an error if the JWT is malformed.
pub fn claims_of_unverified(text: &str) -> Result<Claims, JwtRefusal> {
    JwsParts::split(text, LONGEST)?.claims()
}

/// Summarises the unverified claims of a rejected JWT for the log: issuer, audience, subject and times.
#[must_use]
pub fn summary_of_claims(claims: &Claims) -> String {
    let told = ["iss", "sub", "client_id", "aud", "exp", "nbf", "iat"];
    let members: Vec<String> = told
        .iter()
        .filter_map(|name| claims.get(name).map(|value| format!("{name}={value}")))
        .map(|member| member.chars().take(LONGEST_MEMBER).collect())
        .collect();
    members.join(" ")
}

/// Maximum number of characters of a claim in the log.
const LONGEST_MEMBER: usize = 160;

/// "A key of the same size as the hash output (for instance, 256 bits for "HS256") or larger MUST be used".
const SHORTEST_SECRET: usize = 32;

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn signed(header: &str, secret: &str) -> String {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(r#"{"sub":"a"}"#));
        let signature = hmac(secret.as_bytes(), input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn refusal(text: &str, secrets: &[&str]) -> Option<JwtRefusal> {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        verify_with_secrets(text, &secrets).err()
    }

    // RFC 7515 appendix A.1. Its key is not a text, so only the computation is compared.
    #[test]
    fn the_signature_agrees_with_rfc_7515() {
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        assert_eq!(URL_SAFE_NO_PAD.encode(hmac(&key, input.as_bytes())), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn either_of_two_secrets_verifies_and_no_other() {
        let other = "f".repeat(32);
        let token = signed(r#"{"alg":"HS256","typ":"JWT"}"#, SECRET);
        assert_eq!(refusal(&token, &[SECRET]), None);
        assert_eq!(refusal(&token, &[&other, SECRET]), None);
        assert_eq!(refusal(&token, &[&other]), Some(JwtRefusal::WrongSignature));
        assert_eq!(refusal(&token, &[]), Some(JwtRefusal::UnknownKey));
        assert_eq!(refusal(&token[..token.len() - 1], &[SECRET]), Some(JwtRefusal::NotBase64Url));
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(refusal(&unsigned, &[SECRET]), Some(JwtRefusal::WrongSignature));
    }

    #[test]
    fn a_secret_of_less_than_256_bits_signs_nothing() {
        let short = &SECRET[..31];
        assert_eq!(refusal(&signed(r#"{"alg":"HS256"}"#, short), &[short]), Some(JwtRefusal::UnknownKey));
    }

    #[test]
    fn the_only_algorithm_is_hs256() {
        for alg in ["none", "None", "HS384", "HS512", "hs256", "RS256", "ES256", ""] {
            let token = signed(&format!(r#"{{"alg":"{alg}"}}"#), SECRET);
            assert_eq!(refusal(&token, &[SECRET]), Some(JwtRefusal::UnsupportedAlgorithm), "{alg}");
        }
        assert_eq!(refusal(&signed("{}", SECRET), &[SECRET]), Some(JwtRefusal::MalformedHeader));
        let crit = signed(r#"{"alg":"HS256","crit":["exp"]}"#, SECRET);
        assert_eq!(refusal(&crit, &[SECRET]), Some(JwtRefusal::UnknownExtension));
    }

    #[test]
    fn the_log_tells_a_few_claims_of_a_jwt_that_was_refused_and_the_beginning_of_each() {
        let told = |claims: serde_json::Value| summary_of_claims(&Claims::new(claims.as_object().unwrap().clone()));
        let claims = json!({"aud": ["b"], "exp": 1, "iss": "a\n", "jti": "j", "nonce": "n", "email": "a@b.example"});
        assert_eq!(told(claims), r#"iss="a\n" aud=["b"] exp=1"#);
        assert_eq!(told(json!({"sub": "x".repeat(1000)})), format!("sub=\"{}", "x".repeat(LONGEST_MEMBER - 5)));
    }
}
