//! The whole flow by clients that nobody here wrote: the crates `openidconnect` and `oauth2`.

use oauth2::{
    AsyncHttpClient, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    PkceCodeChallenge, RedirectUrl, Scope, TokenResponse, TokenUrl,
};
use openidconnect::{
    IssuerUrl, Nonce,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims},
};

use super::signed_in;
use crate::visitor::{REDIRECT_URI, SECRET, parameter};

#[derive(Debug)]
struct Broken(String);

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

/// What both crates send their requests with.
struct Http(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Broken;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, Broken>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
            let answer = request.send().await.map_err(|error| Broken(error.to_string()))?;
            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = answer.bytes().await.map_err(|error| Broken(error.to_string()))?.to_vec();
            Ok(response)
        })
    }
}

#[tokio::test]
async fn openidconnect_logs_a_person_in() {
    let (server, mut visitor) = signed_in().await;
    let http = Http(reqwest::Client::new());
    let issuer = IssuerUrl::new(server.issuer.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("report".to_owned()),
        Some(ClientSecret::new(SECRET.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let location = visitor.authorize(url.query().unwrap()).await;
    assert_eq!(parameter(&location, "state").as_ref(), Some(state.secret()));
    let code = AuthorizationCode::new(parameter(&location, "code").unwrap_or_else(|| panic!("{location}")));
    let tokens = client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&http).await.unwrap();
    let id_token = tokens.extra_fields().id_token().unwrap();
    let claims = id_token.claims(&client.id_token_verifier(), &nonce).unwrap();
    let person: CoreUserInfoClaims = client
        .user_info(tokens.access_token().to_owned(), Some(claims.subject().clone()))
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(person.preferred_username().unwrap().as_str(), "root");
}

#[tokio::test]
async fn oauth2_obtains_looks_into_and_revokes_a_token() {
    let (server, mut visitor) = signed_in().await;
    let http = Http(reqwest::Client::new());
    let endpoint = |path: &str| format!("{}{path}", server.issuer);
    let client = oauth2::basic::BasicClient::new(ClientId::new("report".to_owned()))
        .set_client_secret(ClientSecret::new(SECRET.to_owned()))
        .set_auth_uri(AuthUrl::new(endpoint("/authorize")).unwrap())
        .set_token_uri(TokenUrl::new(endpoint("/token")).unwrap())
        .set_introspection_url(oauth2::IntrospectionUrl::new(endpoint("/introspect")).unwrap())
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, _state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("orders:read".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let location = visitor.authorize(url.query().unwrap()).await;
    let code = AuthorizationCode::new(parameter(&location, "code").unwrap_or_else(|| panic!("{location}")));
    let tokens = client.exchange_code(code).set_pkce_verifier(verifier).request_async(&http).await.unwrap();
    let content = client.introspect(tokens.access_token()).request_async(&http).await.unwrap();
    assert!(oauth2::TokenIntrospectionResponse::active(&content));
    assert!(TokenResponse::refresh_token(&tokens).is_none());
}
