//! A command-line program that signs a user in through the system browser: authorization code with PKCE and a loopback
//! redirect, [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3).
//!
//! Register it at <http://127.0.0.1:8080/developer> as *Single-page or native app* with the redirect URI
//! `http://127.0.0.1/callback`: loopback redirect URIs match with any port. Then run `SIGNET_CLIENT_ID=… cargo run
//! --release --example command_line`. `SIGNET_ISSUER` selects another server; with `-- --no-browser` the program only
//! prints the URL.

use std::{
    collections::HashMap,
    env,
    error::Error,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    process::{Command, Stdio},
    time::Duration,
};

use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, HttpRequest, HttpResponse, PkceCodeChallenge, RedirectUrl,
    RequestTokenError, Scope, TokenResponse, TokenUrl, basic::BasicClient,
};
use serde_json::Value;
use url::Url;

#[tokio::main]
async fn main() {
    match log_in().await {
        Ok(name) => println!("You are logged in as {name}."),
        Err(problem) => {
            eprintln!("That did not work: {problem}.");
            std::process::exit(1);
        }
    }
}

/// Performs the login and returns the name of the user.
async fn log_in() -> Result<String, Box<dyn Error>> {
    let issuer = env::var("SIGNET_ISSUER").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    let client_id = env::var("SIGNET_CLIENT_ID").map_err(|_| "set SIGNET_CLIENT_ID to what /developer showed you")?;
    // Token requests must not follow redirects, which would reveal their secrets.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let metadata = read(http.get(format!("{issuer}/.well-known/openid-configuration"))).await?;
    let endpoint = |name: &str| {
        let address = metadata.get(name).and_then(Value::as_str).map(str::to_owned);
        address.ok_or_else(|| format!("the server's metadata has no {name}"))
    };
    // RFC 8414 §3.3: metadata of a different issuer must not be used.
    if endpoint("issuer")? != issuer {
        return Err(format!("the metadata at {issuer} is another server's").into());
    }

    // An IP address, because `localhost` may resolve to another machine (RFC 8252 §8.3). Only this machine can connect.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let redirect_uri = format!("http://{}/callback", listener.local_addr()?);
    let client = BasicClient::new(ClientId::new(client_id))
        .set_auth_uri(AuthUrl::new(endpoint("authorization_endpoint")?)?)
        .set_token_uri(TokenUrl::new(endpoint("token_endpoint")?)?)
        .set_redirect_uri(RedirectUrl::new(redirect_uri)?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(["openid", "profile"].map(|token| Scope::new(token.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    println!("Log in with your browser. If it does not open, go to:\n{address}");
    if !env::args().any(|argument| argument == "--no-browser") {
        open(&address);
    }

    let answer = wait_for_the_browser(&listener)?;
    // The response must belong to this login.
    if answer.get("state") != Some(state.secret()) {
        return Err("the browser brought the answer to another login".into());
    }
    // RFC 9207: the response must come from the server that the browser was sent to.
    if answer.get("iss") != Some(&issuer) {
        return Err("the browser brought the answer of another server".into());
    }
    if let Some(error) = answer.get("error") {
        let description = answer.get("error_description").unwrap_or(error);
        return Err(format!("the server says {error} ({description})").into());
    }
    let code = answer.get("code").cloned().ok_or("the answer holds no code")?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .request_async(&|request| send(&http, request))
        .await
        .map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal) => format!("the server says {refusal}"),
            other => format!("the code could not be redeemed: {other}"),
        })?;
    let userinfo = http.get(endpoint("userinfo_endpoint")?).bearer_auth(tokens.access_token().secret());
    let person = read(userinfo).await?;
    let name = ["preferred_username", "sub"].iter().find_map(|claim| person.get(claim)?.as_str());
    Ok(name.ok_or("the server does not say who is logged in")?.to_owned())
}

/// Opens the system browser. If there is none, the user opens the printed URL.
fn open(address: &Url) {
    let (program, arguments): (_, &[&str]) = match env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("rundll32", &["url.dll,FileProtocolHandler"]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    let _ = command.args(arguments).arg(address.as_str()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

/// Waits until a browser requests `/callback` and returns the query parameters.
fn wait_for_the_browser(listener: &TcpListener) -> Result<HashMap<String, String>, Box<dyn Error>> {
    loop {
        let (mut connection, _) = listener.accept()?;
        // Browsers open connections in advance and may never use them.
        connection.set_read_timeout(Some(Duration::from_secs(1)))?;
        let mut line = String::new();
        let _ = BufReader::new(&connection).read_line(&mut line);
        let target = line.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let callback = Url::parse(&format!("http://127.0.0.1{target}")).ok().filter(|url| url.path() == "/callback");
        let (status, text) = match callback {
            Some(_) => ("200 OK", "Done. You can close this window and go back to the terminal."),
            None => ("404 Not Found", "There is nothing here."),
        };
        let length = text.len();
        let head = "Content-Type: text/plain\r\nReferrer-Policy: no-referrer\r\nConnection: close";
        let _ = write!(connection, "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{text}");
        if let Some(callback) = callback {
            return Ok(callback.query_pairs().into_owned().collect());
        }
    }
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
