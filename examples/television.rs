//! A device without a browser and a keyboard: the user enters a short code on a phone while the device polls. Device
//! authorization grant, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628).
//!
//! Register it in `config.toml`:
//!
//! ```toml
//! [[clients]]
//! client_id = "television"
//! client_name = "Television"
//! application_type = "native"
//! token_endpoint_auth_method = "none"
//! grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]
//! scope = "openid profile offline_access"
//! ```
//!
//! Then run `SIGNET_CLIENT_ID=television cargo run --release --example television`. `SIGNET_ISSUER` selects another
//! server.

use std::{env, error::Error, fmt::Display};

use oauth2::{
    AccessToken, ClientId, DeviceAuthorizationUrl, DeviceCodeErrorResponse, DeviceCodeErrorResponseType, ErrorResponse,
    HttpRequest, HttpResponse, RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse, TokenUrl,
    basic::BasicClient,
};
use serde_json::Value;

#[tokio::main]
async fn main() {
    if let Err(problem) = watch().await {
        eprintln!("That did not work: {problem}.");
        std::process::exit(1);
    }
}

async fn watch() -> Result<(), Box<dyn Error>> {
    let issuer = env::var("SIGNET_ISSUER").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    let client_id =
        env::var("SIGNET_CLIENT_ID").map_err(|_| "set SIGNET_CLIENT_ID to a client with the device grant")?;
    // Token requests must not follow redirects, which would reveal their secrets.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let http = &http;
    let metadata = read(http.get(format!("{issuer}/.well-known/openid-configuration"))).await?;
    let endpoint = |name: &str| {
        let address = metadata.get(name).and_then(Value::as_str).map(str::to_owned);
        address.ok_or_else(|| format!("the server's metadata has no {name}"))
    };
    // RFC 8414 §3.3: metadata of a different issuer must not be used.
    if endpoint("issuer")? != issuer {
        return Err(format!("the metadata at {issuer} is another server's").into());
    }
    let client = BasicClient::new(ClientId::new(client_id))
        .set_device_authorization_url(DeviceAuthorizationUrl::new(endpoint("device_authorization_endpoint")?)?)
        .set_token_uri(TokenUrl::new(endpoint("token_endpoint")?)?);
    let send = |request| send(http, request);

    let begun: StandardDeviceAuthorizationResponse = client
        .exchange_device_code()
        .add_scopes(["openid", "profile", "offline_access"].map(|token| Scope::new(token.to_owned())))
        .request_async(&send)
        .await
        .map_err(|error| told(&error))?;
    println!("On your phone or computer, open  {}", begun.verification_uri().as_str());
    println!("and enter the code               {}", begun.user_code().secret());
    if let Some(complete) = begun.verification_uri_complete() {
        // A television would show it as a QR code, with the code next to it for comparison (§3.3.1).
        println!("Or, with the code in it:         {}", complete.secret());
    }

    // The crate polls every `interval` seconds, continues on `authorization_pending`, waits 5 seconds longer after
    // every `slow_down`, and stops when `expires_in` has passed (§3.5).
    let tokens = client
        .exchange_device_access_token(&begun)
        .request_async(&send, tokio::time::sleep, None)
        .await
        .map_err(|error| waited_in_vain(&error))?;
    println!("You are logged in as {}.", name(http, &endpoint("userinfo_endpoint")?, tokens.access_token()).await?);

    // Later, when the access token has expired, without the user. The response may contain a new refresh token that
    // replaces the old one, so a device stores it first.
    let refresh_token = tokens.refresh_token().ok_or("the server gave no refresh token")?;
    let renewed = client.exchange_refresh_token(refresh_token).request_async(&send).await;
    let renewed = renewed.map_err(|error| told(&error))?;
    let name = name(http, &endpoint("userinfo_endpoint")?, renewed.access_token()).await?;
    let is_rotated = renewed.refresh_token().is_some_and(|new| new.secret() != refresh_token.secret());
    println!("Refreshed, still as {name}; the refresh token {}.", if is_rotated { "is a new one" } else { "stays" });
    Ok(())
}

/// Describes why a request failed.
fn told<T: ErrorResponse + Display>(error: &RequestTokenError<reqwest::Error, T>) -> String {
    match error {
        RequestTokenError::ServerResponse(refusal) => format!("the server says {refusal}"),
        RequestTokenError::Request(cause) => format!("the server could not be asked: {cause}"),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            format!("the server's answer is unclear: {error}")
        }
    }
}

/// Describes why the device received no tokens.
fn waited_in_vain(error: &RequestTokenError<reqwest::Error, DeviceCodeErrorResponse>) -> String {
    match error {
        RequestTokenError::ServerResponse(refusal) => match refusal.error() {
            DeviceCodeErrorResponseType::AccessDenied => "you did not allow it".to_owned(),
            DeviceCodeErrorResponseType::ExpiredToken => "the code was not entered in time; start again".to_owned(),
            _ => told(error),
        },
        _ => told(error),
    }
}

/// The name of the signed-in user.
async fn name(http: &reqwest::Client, userinfo: &str, token: &AccessToken) -> Result<String, Box<dyn Error>> {
    let person = read(http.get(userinfo).bearer_auth(token.secret())).await?;
    let name = ["preferred_username", "sub"].iter().find_map(|claim| person.get(claim)?.as_str());
    Ok(name.ok_or("the server does not say who is logged in")?.to_owned())
}

/// Reads JSON from a response, which must be a success.
async fn read(request: reqwest::RequestBuilder) -> Result<Value, Box<dyn Error>> {
    let answer = request.send().await?.error_for_status()?;
    Ok(serde_json::from_str(&answer.text().await?)?)
}

/// Sends a request for the crate `oauth2`.
async fn send(http: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let answer = http.execute(request.try_into()?).await?;
    let mut response = HttpResponse::default();
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}
