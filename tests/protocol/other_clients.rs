//! All flows with independent clients: the crates `openidconnect` and `oauth2`.

use oauth2::{
    AsyncHttpClient, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
    DeviceCodeErrorResponseType, EndpointSet, HttpRequest, HttpResponse, IntrospectionUrl, PkceCodeChallenge,
    RedirectUrl, RequestTokenError, RevocationUrl, Scope, StandardDeviceAuthorizationResponse,
    TokenIntrospectionResponse, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType, BasicTokenType},
};
use openidconnect::{
    AccessTokenHash, IssuerUrl, Nonce,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims},
};

use super::client;
use crate::{
    ADMINISTRATOR, RunningServer,
    visitor::{REDIRECT_URI, SECRET, Visitor, config, parameter},
};

#[derive(Debug)]
struct Broken(String);

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

/// The HTTP client for both crates.
struct Http(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Broken;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, Broken>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            // The crates revoke only over TLS, which this server leaves to the reverse proxy.
            let uri = parts.uri.to_string().replacen("https://127.0.0.1:", "http://127.0.0.1:", 1);
            let request = self.0.request(parts.method, uri).headers(parts.headers).body(body);
            let answer = request.send().await.map_err(|error| Broken(error.to_string()))?;
            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = answer.bytes().await.map_err(|error| Broken(error.to_string()))?.to_vec();
            Ok(response)
        })
    }
}

/// `web` with every grant type of a confidential client, and `public-tv`, a device.
async fn started() -> (RunningServer, Visitor) {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let scope = "scope = \"openid profile orders:read offline_access\"\n";
    let web = format!(
        "redirect_uris = [\"{REDIRECT_URI}\"]\n{scope}\
         grant_types = [\"authorization_code\", \"refresh_token\", \"client_credentials\"]\n"
    );
    let tv = format!("{scope}grant_types = [\"{device}\", \"refresh_token\"]\n");
    let server = RunningServer::start(&[config(), client("web", &web), client("public-tv", &tv)].concat());
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
}

type OAuthClient = BasicClient<EndpointSet, EndpointSet, EndpointSet, EndpointSet, EndpointSet>;

fn oauth_client(server: &RunningServer, client_id: &str) -> OAuthClient {
    let endpoint = |path: &str| format!("{}{path}", server.issuer);
    let client = BasicClient::new(ClientId::new(client_id.to_owned()))
        .set_auth_uri(AuthUrl::new(endpoint("/authorize")).unwrap())
        .set_token_uri(TokenUrl::new(endpoint("/token")).unwrap())
        .set_device_authorization_url(DeviceAuthorizationUrl::new(endpoint("/device_authorization")).unwrap())
        .set_introspection_url(IntrospectionUrl::new(endpoint("/introspect")).unwrap())
        .set_revocation_url(RevocationUrl::new(endpoint("/revoke").replacen("http:", "https:", 1)).unwrap())
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap());
    if client_id == "web" { client.set_client_secret(ClientSecret::new(SECRET.to_owned())) } else { client }
}

/// The error response of the server.
fn error_of<E: std::error::Error>(
    outcome: Result<oauth2::basic::BasicTokenResponse, RequestTokenError<E, oauth2::basic::BasicErrorResponse>>,
) -> BasicErrorResponseType {
    match outcome {
        Err(RequestTokenError::ServerResponse(refusal)) => refusal.error().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn openidconnect_logs_a_person_in() {
    let (server, mut visitor) = started().await;
    let http = Http(reqwest::Client::new());
    let issuer = IssuerUrl::new(server.issuer.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("web".to_owned()),
        Some(ClientSecret::new(SECRET.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "offline_access"].map(|token| Scope::new(token.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let location = visitor.authorize(url.query().unwrap()).await;
    assert_eq!(parameter(&location, "state").as_ref(), Some(state.secret()));
    let code = AuthorizationCode::new(parameter(&location, "code").unwrap_or_else(|| panic!("{location}")));
    let tokens = client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&http).await.unwrap();
    let id_token = tokens.extra_fields().id_token().unwrap();
    let rules = client.id_token_verifier();
    let claims = id_token.claims(&rules, &nonce).unwrap();
    assert!(id_token.claims(&rules, &Nonce::new_random()).is_err(), "the nonce of another login");
    let (algorithm, key) = (id_token.signing_alg().unwrap(), id_token.signing_key(&rules).unwrap());
    let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).unwrap();
    assert_eq!(claims.access_token_hash(), Some(&hash));
    let person: CoreUserInfoClaims = client
        .user_info(tokens.access_token().to_owned(), Some(claims.subject().clone()))
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(person.preferred_username().unwrap().as_str(), "root");

    // OpenID Connect Core §12.2: a refreshed ID token has no nonce, and has the subject and login time of the original.
    let refresh_token = tokens.refresh_token().unwrap();
    let refreshed = client.exchange_refresh_token(refresh_token).unwrap().request_async(&http).await.unwrap();
    let id_token = refreshed.extra_fields().id_token().unwrap();
    let without_nonce = |nonce: Option<&Nonce>| nonce.map_or(Ok(()), |_| Err("there is a nonce".to_owned()));
    let again = id_token.claims(&rules, without_nonce).unwrap();
    assert_eq!((again.subject(), again.auth_time()), (claims.subject(), claims.auth_time()));
}

#[tokio::test]
async fn oauth2_obtains_refreshes_looks_into_and_revokes_tokens() {
    let (server, mut visitor) = started().await;
    let http = Http(reqwest::Client::new());
    let client = oauth_client(&server, "web");
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, _state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(["orders:read", "offline_access"].map(|token| Scope::new(token.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let location = visitor.authorize(url.query().unwrap()).await;
    let code = AuthorizationCode::new(parameter(&location, "code").unwrap_or_else(|| panic!("{location}")));
    let tokens = client.exchange_code(code).set_pkce_verifier(verifier).request_async(&http).await.unwrap();
    let refresh_token = tokens.refresh_token().unwrap();
    let narrower = Scope::new("orders:read".to_owned());
    let refreshing = client.exchange_refresh_token(refresh_token).add_scope(narrower.clone());
    let refreshed = refreshing.request_async(&http).await.unwrap();
    assert_eq!(refreshed.scopes(), Some(&vec![narrower]));
    for token in [tokens.access_token(), refreshed.access_token()] {
        let content = client.introspect(token).request_async(&http).await.unwrap();
        assert!(content.active());
        assert_eq!(content.client_id().map(|id| id.as_str()), Some("web"));
        assert_eq!(content.token_type(), Some(&BasicTokenType::Bearer));
    }
    let wider = client.exchange_refresh_token(refresh_token).add_scope(Scope::new("signet:admin".to_owned()));
    assert_eq!(error_of(wider.request_async(&http).await), BasicErrorResponseType::InvalidScope);

    client.revoke_token(refresh_token.into()).unwrap().request_async(&http).await.unwrap();
    for token in [tokens.access_token(), refreshed.access_token()] {
        assert!(!client.introspect(token).request_async(&http).await.unwrap().active());
    }
    let late = client.exchange_refresh_token(refresh_token).request_async(&http).await;
    assert_eq!(error_of(late), BasicErrorResponseType::InvalidGrant);
}

#[tokio::test]
async fn oauth2_gets_a_token_for_the_client_itself() {
    let (server, _visitor) = started().await;
    let http = Http(reqwest::Client::new());
    let client = oauth_client(&server, "web");
    let scope = Scope::new("orders:read".to_owned());
    let tokens = client.exchange_client_credentials().add_scope(scope).request_async(&http).await.unwrap();
    assert!(tokens.refresh_token().is_none());
    let content = client.introspect(tokens.access_token()).request_async(&http).await.unwrap();
    assert_eq!((content.active(), content.sub()), (true, Some("web")));
    client.revoke_token(tokens.access_token().into()).unwrap().request_async(&http).await.unwrap();
    assert!(!client.introspect(tokens.access_token()).request_async(&http).await.unwrap().active());
    let stranger = client.set_client_secret(ClientSecret::new("wrong".to_owned()));
    let refused = stranger.exchange_client_credentials().request_async(&http).await;
    assert_eq!(error_of(refused), BasicErrorResponseType::InvalidClient);
}

#[tokio::test]
async fn oauth2_waits_on_a_device_until_the_person_has_answered() {
    let (server, mut visitor) = started().await;
    let http = Http(reqwest::Client::new());
    let client = oauth_client(&server, "public-tv");
    for decision in ["allow", "deny"] {
        let asking = client.exchange_device_code().add_scope(Scope::new("offline_access".to_owned()));
        let begun: StandardDeviceAuthorizationResponse = asking.request_async(&http).await.unwrap();
        let complete = begun.verification_uri_complete().unwrap().secret();
        // The crate polls, slows down when required, and polls again. The test shortens the waiting times.
        let impatient = |_| tokio::time::sleep(std::time::Duration::from_millis(20));
        let waiting = client.exchange_device_access_token(&begun);
        let waiting = waiting.request_async(&http, impatient, None);
        let answering = async {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let token = visitor.get(complete).await.hidden("anti_forgery");
            let user_code = begun.user_code().secret().as_str();
            let form = [("user_code", user_code), ("decision", decision), ("anti_forgery", token.as_str())];
            assert_eq!(visitor.post("/device", &form).await.status, 303);
        };
        match tokio::join!(waiting, answering).0 {
            Ok(tokens) => {
                assert_eq!(decision, "allow");
                let refresh_token = tokens.refresh_token().unwrap();
                let refreshed = client.exchange_refresh_token(refresh_token).request_async(&http).await.unwrap();
                assert_ne!(refreshed.refresh_token().unwrap().secret(), refresh_token.secret());
            }
            Err(RequestTokenError::ServerResponse(refusal)) => {
                assert_eq!((decision, refusal.error()), ("deny", &DeviceCodeErrorResponseType::AccessDenied));
            }
            Err(error) => panic!("{error}"),
        }
    }
}
