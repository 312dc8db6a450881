//! Whether a form was sent from a page of ours: cross-site request forgery,
//! [RFC 6749 §10.12](https://www.rfc-editor.org/rfc/rfc6749#section-10.12).
//!
//! Two lines: what the browser says about where the request comes from, and a token in the form that only the page's
//! reader can know.

use poem::http::{HeaderMap, header};

use super::{origin::Origin, refusal::Refusal};
use crate::{
    crypto::{SealingKey, equal},
    secret::Secret,
};

/// What the browser says about where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A page of this server.
    SameOrigin,
    /// Somewhere else.
    Foreign,
    /// The browser does not say; the token decides alone.
    Unsaid,
}

/// What a form is for. A token is good for exactly this.
#[derive(Clone, Copy, Debug)]
pub struct FormContext<'a> {
    /// The value of the cookie that binds the form to the browser: of the session, or the one before login.
    pub binding: &'a Secret,
    /// The pending request that the form continues; empty where there is none.
    pub transaction: &'a str,
    /// What submitting does, such as `login` or `consent`.
    pub action: &'a str,
}

/// Proof that a form came from a page of ours; only [`AntiForgery::admit`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct OwnForm(());

/// Issues and verifies the tokens of forms.
#[derive(Clone, Debug)]
pub struct AntiForgery {
    issuer: Origin,
    key: SealingKey,
}

impl AntiForgery {
    /// Tokens under `key` for pages of `issuer`.
    #[must_use]
    pub fn new(issuer: Origin, key: SealingKey) -> Self {
        Self { issuer, key }
    }

    /// The token to put into the form.
    #[must_use]
    pub fn issue(&self, context: FormContext<'_>) -> String {
        let parts = [context.binding.expose(), context.transaction, context.action].map(str::as_bytes);
        self.key.authenticate(PURPOSE, &parts)
    }

    /// Whether `presented_token` was issued for this form, compared in constant time.
    #[must_use]
    pub fn verify(&self, presented_token: &str, context: FormContext<'_>) -> bool {
        equal(presented_token.as_bytes(), self.issue(context).as_bytes())
    }

    /// What the browser says in `Sec-Fetch-Site`, or, where it is absent, in `Origin`.
    ///
    /// `Origin: null` says nothing: under `Referrer-Policy: no-referrer` browsers send it from our own forms too
    /// (Fetch, "append a request `Origin` header").
    #[must_use]
    pub fn provenance(&self, headers: &HeaderMap) -> Provenance {
        let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
        match (sites.next(), sites.next()) {
            (Some(site), None) if site == "same-origin" => return Provenance::SameOrigin,
            (Some(_), _) => return Provenance::Foreign,
            (None, _) => {}
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => Provenance::Unsaid,
            (Some(origin), None) if origin == "null" => Provenance::Unsaid,
            (Some(origin), None) if origin == self.issuer.to_string().as_str() => Provenance::SameOrigin,
            _ => Provenance::Foreign,
        }
    }

    /// Admits a form with the token it presents.
    ///
    /// # Errors
    ///
    /// [`Refusal::Forged`] when the browser names another origin, or the token was not issued for this form.
    pub fn admit(
        &self,
        headers: &HeaderMap,
        presented_token: &str,
        context: FormContext<'_>,
    ) -> Result<OwnForm, Refusal> {
        let is_genuine = self.verify(presented_token, context);
        match self.provenance(headers) {
            Provenance::SameOrigin | Provenance::Unsaid if is_genuine => Ok(OwnForm(())),
            _ => Err(Refusal::Forged),
        }
    }
}

const PURPOSE: &str = "anti-forgery";
const SEC_FETCH_SITE: &str = "sec-fetch-site";

#[cfg(test)]
mod tests {
    use super::*;

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

    // S2
    #[test]
    fn the_browser_says_where_a_form_comes_from() {
        use Provenance::{Foreign, SameOrigin, Unsaid};
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

    // S2
    #[test]
    fn a_token_is_good_for_one_browser_transaction_and_action() {
        let binding = Secret::new("browser");
        let context = FormContext { binding: &binding, transaction: "t1", action: "consent" };
        let token = anti_forgery().issue(context);
        assert!(anti_forgery().verify(&token, context));
        assert!(!anti_forgery().verify(&token, FormContext { binding: &Secret::new("other"), ..context }));
        assert!(!anti_forgery().verify(&token, FormContext { transaction: "t2", ..context }));
        assert!(!anti_forgery().verify(&token, FormContext { action: "login", ..context }));
        assert!(!anti_forgery().verify("", context));
        let elsewhere = AntiForgery { key: SealingKey::new([8; 32]), ..anti_forgery() };
        assert!(!elsewhere.verify(&token, context));
    }

    // S2
    #[test]
    fn a_form_needs_its_token_and_no_foreign_origin() {
        let binding = Secret::new("browser");
        let context = FormContext { binding: &binding, transaction: "t1", action: "login" };
        let token = anti_forgery().issue(context);
        for (fields, presented, is_admitted) in [
            (&[("sec-fetch-site", "same-origin")] as &[_], token.as_str(), true),
            (&[("origin", "https://login.example.org")], &token, true),
            (&[], &token, true),
            (&[("sec-fetch-site", "same-origin")], "", false),
            (&[], "", false),
            (&[("sec-fetch-site", "cross-site")], &token, false),
            (&[("origin", "https://evil.example")], &token, false),
        ] {
            let admitted = anti_forgery().admit(&headers(fields), presented, context);
            assert_eq!(admitted.is_ok(), is_admitted, "{fields:?} {presented}");
        }
    }
}
