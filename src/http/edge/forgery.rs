//! Protection of forms against cross-site request forgery, [RFC 6749
//! §10.12](https://www.rfc-editor.org/rfc/rfc6749#section-10.12).
//!
//! Two checks: the origin that the browser reports, and a token in the form that only a reader of the page can know.

use poem::http::{HeaderMap, header};
use time::{Duration, OffsetDateTime};

use super::{origin::Origin, refusal::Refusal};
use crate::{
    crypto::{SealingKey, equal},
    secret::Secret,
};

/// The origin of a request as reported by the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchSite {
    /// A page of this server.
    SameOrigin,
    /// Another site.
    Foreign,
    /// The browser does not report an origin. Only the token decides.
    Unsaid,
}

/// The context that a token is bound to.
///
/// It contains the user and the browser, not the session: after signing in again in another tab, a user can still
/// submit a form that is already open.
#[derive(Clone, Copy, Debug)]
pub struct FormContext<'a> {
    /// The value of the cookie that binds the form to the browser.
    pub binding: &'a Secret,
    /// Identifier of the signed-in user's account. Empty for forms on pages before the login.
    pub person: &'a str,
    /// The pending authorization request that the form continues. Empty if there is none.
    pub transaction: &'a str,
    /// The action of the form, such as `login` or `consent`.
    pub action: &'a str,
}

/// Proof that a form came from a page of this server. Only [`AntiForgery::admit`] creates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct OwnForm(());

/// Issues and verifies anti-forgery tokens.
#[derive(Clone, Debug)]
pub struct AntiForgery {
    issuer: Origin,
    key: SealingKey,
}

impl AntiForgery {
    /// Lifetime of a token, counted from the start of the hour in which it was issued: at least 24 hours.
    pub const LIFETIME: Duration = Duration::hours(25);

    /// Creates tokens with `key` for pages of `issuer`.
    #[must_use]
    pub fn new(issuer: Origin, key: SealingKey) -> Self {
        Self { issuer, key }
    }

    /// Issues the token for a form shown at `now`. The token contains the hour, so a page is identical each time it is
    /// shown within an hour.
    #[must_use]
    pub fn issue(&self, context: FormContext<'_>, now: OffsetDateTime) -> String {
        let seconds = now.unix_timestamp();
        self.token(context, &(seconds - seconds.rem_euclid(HOUR)).to_string())
    }

    fn token(&self, context: FormContext<'_>, issued_at: &str) -> String {
        let parts = [context.binding.expose(), context.person, context.transaction, context.action, issued_at];
        let proof = self.key.authenticate(PURPOSE, &parts.map(str::as_bytes));
        format!("{issued_at}.{}.{proof}", self.mark(context.person, issued_at))
    }

    /// The part of the token that identifies the user, for a token issued at `issued_at`.
    fn mark(&self, person: &str, issued_at: &str) -> String {
        self.key.authenticate(PERSON, &[person, issued_at].map(str::as_bytes))
    }

    /// Whether `presented_token` was issued for this form and has not expired at `now`. The comparison takes constant
    /// time. A token from the future, after the clock was set back, counts as new.
    #[must_use]
    pub fn verify(&self, presented_token: &str, context: FormContext<'_>, now: OffsetDateTime) -> bool {
        let issued_at = presented_token.split('.').next().unwrap_or_default();
        let is_genuine = equal(presented_token.as_bytes(), self.token(context, issued_at).as_bytes());
        is_genuine && !Self::is_expired(presented_token, now)
    }

    /// Whether `presented_token` has an issue time that is too long before `now`.
    #[must_use]
    pub fn is_expired(presented_token: &str, now: OffsetDateTime) -> bool {
        let issued_at = presented_token.split('.').next().and_then(|seconds| seconds.parse::<i64>().ok());
        issued_at.is_none_or(|at| now.unix_timestamp().saturating_sub(at) >= Self::LIFETIME.whole_seconds())
    }

    /// Whether `presented_token` has the structure of a token. Its authenticity is not checked.
    #[must_use]
    pub fn is_whole(presented_token: &str) -> bool {
        let parts: Vec<&str> = presented_token.split('.').collect();
        matches!(*parts, [at, mark, proof] if at.parse::<i64>().is_ok() && mark.len() == MAC && proof.len() == MAC)
    }

    /// Whether `presented_token` was issued for `person`, in any browser and at any time.
    #[must_use]
    pub fn is_of_person(&self, presented_token: &str, person: &str) -> bool {
        let mut parts = presented_token.split('.');
        let (issued_at, mark) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        equal(mark.as_bytes(), self.mark(person, issued_at).as_bytes())
    }

    /// Whether the form was submitted from a page opened over `http` although the issuer uses `https`. The browser does
    /// not send the cookies of this server there.
    #[must_use]
    pub fn is_insecure(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_twin = Origin::parse(text("origin")).is_ok_and(|origin| self.issuer.is_https_of(&origin));
        self.issuer.is_https() && (is_twin || text("x-forwarded-proto").eq_ignore_ascii_case("http"))
    }

    /// Returns the origin from `Sec-Fetch-Site` or, if that header is absent, from `Origin`.
    ///
    /// `Origin: null` is no information: under `Referrer-Policy: no-referrer` browsers send it from this server's own
    /// forms too (Fetch, "append a request `Origin` header").
    #[must_use]
    pub fn provenance(&self, headers: &HeaderMap) -> FetchSite {
        let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
        match (sites.next(), sites.next()) {
            (Some(site), None) if site == "same-origin" => return FetchSite::SameOrigin,
            (Some(_), _) => return FetchSite::Foreign,
            (None, _) => {}
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => FetchSite::Unsaid,
            (Some(origin), None) if origin == "null" => FetchSite::Unsaid,
            (Some(origin), None) if origin == self.issuer.to_string().as_str() => FetchSite::SameOrigin,
            _ => FetchSite::Foreign,
        }
    }

    /// Checks the origin and the token of a form.
    ///
    /// # Errors
    ///
    /// Returns [`Refusal::Forged`] if the browser reports another origin, or the token was not issued for this form.
    pub fn admit(
        &self,
        headers: &HeaderMap,
        presented_token: &str,
        context: FormContext<'_>,
        now: OffsetDateTime,
    ) -> Result<OwnForm, Refusal> {
        let is_genuine = self.verify(presented_token, context, now);
        match self.provenance(headers) {
            FetchSite::SameOrigin | FetchSite::Unsaid if is_genuine => Ok(OwnForm(())),
            _ => Err(Refusal::Forged),
        }
    }
}

const PURPOSE: &str = "anti-forgery";
const PERSON: &str = "person of a form";

/// Seconds in an hour.
const HOUR: i64 = 3600;

/// Number of base64url characters of 256 bits.
const MAC: usize = 43;
const SEC_FETCH_SITE: &str = "sec-fetch-site";

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn anti_forgery() -> AntiForgery {
        AntiForgery::new(Origin::parse("https://login.example.org").unwrap(), SealingKey::new([7; 32]))
    }

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_browser_says_where_a_form_comes_from() {
        use FetchSite::{Foreign, SameOrigin, Unsaid};
        let own = ("origin", "https://login.example.org");
        let evil = ("origin", "https://evil.example");
        for (fields, expected) in [
            (&[("sec-fetch-site", "same-origin")] as &[_], SameOrigin),
            (&[("sec-fetch-site", "same-site")], Foreign),
            (&[("sec-fetch-site", "cross-site")], Foreign),
            (&[("sec-fetch-site", "none")], Foreign),
            (&[("sec-fetch-site", "cross-site"), own], Foreign),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")], Foreign),
            (&[own], SameOrigin),
            (&[evil], Foreign),
            (&[own, evil], Foreign),
            (&[("origin", "http://login.example.org")], Foreign),
            (&[("origin", "https://login.example.org.evil.example")], Foreign),
            (&[("origin", "null")], Unsaid),
            (&[], Unsaid),
        ] {
            assert_eq!(anti_forgery().provenance(&headers(fields)), expected, "{fields:?}");
        }
    }

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[test]
    fn a_token_is_good_for_one_browser_transaction_and_action() {
        let (binding, other) = (Secret::new("browser"), Secret::new("other"));
        let context = FormContext { binding: &binding, person: "usr_1", transaction: "t1", action: "consent" };
        let token = anti_forgery().issue(context, NOW);
        let is_good = |context| anti_forgery().verify(&token, context, NOW);
        assert!(is_good(context) && AntiForgery::is_whole(&token));
        assert!(!is_good(FormContext { binding: &other, ..context }));
        assert!(!is_good(FormContext { person: "usr_2", ..context }));
        assert!(!is_good(FormContext { person: "", ..context }));
        assert!(!is_good(FormContext { transaction: "t2", ..context }));
        assert!(!is_good(FormContext { action: "login", ..context }));
        assert!(!anti_forgery().verify("", context, NOW) && !AntiForgery::is_whole("1.x.y"));
        let elsewhere = AntiForgery { key: SealingKey::new([8; 32]), ..anti_forgery() };
        assert!(!elsewhere.verify(&token, context, NOW));
    }

    #[test]
    fn a_token_expires_and_cannot_be_made_younger() {
        let binding = Secret::new("browser");
        let context = FormContext { binding: &binding, person: "usr_1", transaction: "", action: "developer" };
        let token = anti_forgery().issue(context, NOW + Duration::minutes(59));
        assert_eq!(token, anti_forgery().issue(context, NOW));
        let almost = NOW + AntiForgery::LIFETIME - Duration::SECOND;
        for (at, is_good) in [(almost, true), (NOW + AntiForgery::LIFETIME, false), (NOW - Duration::HOUR, true)] {
            assert_eq!(anti_forgery().verify(&token, context, at), is_good, "{at}");
        }
        let (_, rest) = token.split_once('.').unwrap();
        let renewed = format!("{}.{rest}", (NOW + AntiForgery::LIFETIME).unix_timestamp());
        assert!(!anti_forgery().verify(&renewed, context, NOW + AntiForgery::LIFETIME));
    }

    #[test]
    fn a_token_says_for_whom_it_was_issued_in_every_browser() {
        let binding = Secret::new("browser");
        let context = FormContext { binding: &binding, person: "usr_1", transaction: "", action: "developer" };
        let token = anti_forgery().issue(context, NOW);
        for (token, person, expected) in
            [(token.as_str(), "usr_1", true), (&token, "usr_2", false), (&token, "", false), ("", "usr_1", false)]
        {
            assert_eq!(anti_forgery().is_of_person(token, person), expected, "{token} {person}");
        }
    }

    #[test]
    fn a_page_that_was_opened_by_http_is_recognised() {
        for (fields, expected) in [
            (&[("origin", "http://login.example.org")] as &[_], true),
            (&[("x-forwarded-proto", "http")], true),
            (&[("origin", "https://login.example.org")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(anti_forgery().is_insecure(&headers(fields)), expected, "{fields:?}");
        }
        let local = AntiForgery::new(Origin::parse("http://127.0.0.1:8080").unwrap(), SealingKey::new([7; 32]));
        assert!(!local.is_insecure(&headers(&[("origin", "http://127.0.0.1:8080"), ("x-forwarded-proto", "http")])));
    }

    #[test]
    fn a_form_needs_its_token_and_no_foreign_origin() {
        let binding = Secret::new("browser");
        let context = FormContext { binding: &binding, person: "", transaction: "t1", action: "login" };
        let token = anti_forgery().issue(context, NOW);
        for (fields, presented, is_admitted) in [
            (&[("sec-fetch-site", "same-origin")] as &[_], token.as_str(), true),
            (&[("origin", "https://login.example.org")], &token, true),
            (&[], &token, true),
            (&[("sec-fetch-site", "same-origin")], "", false),
            (&[], "", false),
            (&[("sec-fetch-site", "cross-site")], &token, false),
            (&[("origin", "https://evil.example")], &token, false),
        ] {
            let admitted = anti_forgery().admit(&headers(fields), presented, context, NOW);
            assert_eq!(admitted.is_ok(), is_admitted, "{fields:?} {presented}");
        }
    }
}
