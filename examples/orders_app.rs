//! An application with a "Log in with Signet" button: authorization code with PKCE, then a call to the orders API.
//!
//! Register it at <http://127.0.0.1:8080/developer> with the redirect URI `http://127.0.0.1:3000/callback`, then run
//! `CLIENT_ID=… CLIENT_SECRET=… cargo run --release --example orders_app`. The environment variables `ISSUER`,
//! `ORDERS_API` and `LISTEN` change the addresses.

use std::{collections::HashMap, env, error::Error, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use poem::{
    EndpointExt, IntoResponse, Response, Route, Server, get, handler,
    http::{StatusCode, header},
    listener::TcpListener,
    middleware::CookieJarManager,
    web::{Data, Html, Query, cookie::CookieJar},
};
use serde_json::Value;
use signet::{crypto::sha256, entropy::Entropy, oauth::parameters::encode};

/// The configuration of the application and the metadata of the server.
struct App {
    client_id: String,
    client_secret: String,
    redirect_uri: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    orders_api: String,
    issuer: String,
    http: reqwest::Client,
}

#[handler]
fn home() -> Html<&'static str> {
    Html("<h1>Orders</h1><p><a href=\"/login\">Log in with Signet</a></p>")
}

/// Redirects the browser to the server, with a state and a PKCE challenge that are bound to this browser.
#[handler]
fn login(app: Data<&Arc<App>>) -> Response {
    let state = Entropy::system().text::<16>();
    let verifier = Entropy::system().text::<32>();
    let challenge = URL_SAFE_NO_PAD.encode(sha256(&verifier));
    let query = encode(&[
        ("response_type", "code"),
        ("client_id", &app.client_id),
        ("redirect_uri", &app.redirect_uri),
        ("scope", "openid profile orders:read"),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, format!("{}?{query}", app.authorization_endpoint))
        .header(header::SET_COOKIE, format!("login={state}.{verifier}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"))
        .finish()
}

/// Receives the code or the error from the browser.
#[handler]
async fn callback(
    app: Data<&Arc<App>>,
    Query(answer): Query<HashMap<String, String>>,
    cookies: &CookieJar,
) -> Response {
    match finish(&app, &answer, cookies.get("login").map(|cookie| cookie.value_str().to_owned())).await {
        Ok(page) => Html(page).into_response(),
        Err(problem) => Html(format!(
            "<h1>That did not work</h1><p>{}</p><p><a href=\"/\">Back</a></p>",
            escape(&problem.to_string())
        ))
        .with_status(StatusCode::BAD_REQUEST)
        .into_response(),
    }
}

async fn finish(
    app: &App,
    answer: &HashMap<String, String>,
    cookie: Option<String>,
) -> Result<String, Box<dyn Error + Send + Sync>> {
    let sent = |name: &str| answer.get(name).cloned().unwrap_or_default();
    let cookie = cookie.ok_or("this browser began no login")?;
    let (state, verifier) = cookie.split_once('.').ok_or("this browser began no login")?;
    // The response must belong to the login that this browser started, and come from the server that it was sent to.
    if sent("state") != state || sent("iss") != app.issuer {
        return Err("the answer is not the one to this login".into());
    }
    if let Some(error) = answer.get("error") {
        return Err(format!("{error}: {}", sent("error_description")).into());
    }
    let code = sent("code");
    let form = encode(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &app.redirect_uri),
        ("code_verifier", verifier),
    ]);
    let tokens = app
        .http
        .post(&app.token_endpoint)
        .basic_auth(&app.client_id, Some(&app.client_secret))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form);
    let tokens: Value = serde_json::from_str(&tokens.send().await?.text().await?)?;
    let access_token = tokens.get("access_token").and_then(Value::as_str).ok_or_else(|| tokens.to_string())?;
    let person = app.http.get(&app.userinfo_endpoint).bearer_auth(access_token).send().await?.text().await?;
    let person: Value = serde_json::from_str(&person)?;
    let name = person.get("preferred_username").and_then(Value::as_str).unwrap_or("somebody");
    let orders = app.http.get(&app.orders_api).bearer_auth(access_token).send().await;
    let (status, orders) = match orders {
        Ok(orders) => (orders.status().to_string(), orders.text().await?),
        Err(error) => ("no answer".to_owned(), format!("{error}; is orders_api running?")),
    };
    Ok(format!(
        "<h1>Hello {}</h1><p>The orders API answered <b id=\"status\">{}</b>:</p><pre id=\"orders\">{}</pre>\
         <p>Your access token, to try yourself:</p><textarea id=\"token\" rows=\"6\" cols=\"80\" readonly>{}</textarea>\
         <p><a href=\"/\">Back</a></p>",
        escape(name),
        escape(&status),
        escape(&orders),
        escape(access_token)
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let or = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let needed = |name: &str| env::var(name).map_err(|_| format!("set {name} to what /developer showed you"));
    let issuer = or("ISSUER", "http://127.0.0.1:8080");
    let listen = or("LISTEN", "127.0.0.1:3000");
    let http = reqwest::Client::new();

    // All other URLs are in the server's metadata.
    let metadata = http.get(format!("{issuer}/.well-known/openid-configuration")).send().await?.text().await?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let endpoint = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let app = Arc::new(App {
        client_id: needed("CLIENT_ID")?,
        client_secret: needed("CLIENT_SECRET")?,
        redirect_uri: format!("http://{listen}/callback"),
        authorization_endpoint: endpoint("authorization_endpoint"),
        token_endpoint: endpoint("token_endpoint"),
        userinfo_endpoint: endpoint("userinfo_endpoint"),
        orders_api: or("ORDERS_API", "http://127.0.0.1:9000/orders"),
        issuer,
        http,
    });

    println!("Orders app: http://{listen}");
    let routes = Route::new().at("/", get(home)).at("/login", get(login)).at("/callback", get(callback)).data(app);
    let routes = routes.with(CookieJarManager::new());
    Server::new(TcpListener::bind(listen)).run(routes).await?;
    Ok(())
}
