//! An API that accepts access tokens of a Signet server and verifies them offline.
//!
//! Run `cargo run --release --example orders_api`, then `curl -i http://127.0.0.1:9000/orders`. The environment
//! variables `ISSUER` and `LISTEN` change the addresses. `CACHE` names a file that lets the API start while the issuer
//! is down; only the user of this process may have write access to its folder.

use std::{env, error::Error};

use poem::{EndpointExt, Route, Server, get, handler, listener::TcpListener, web::Json};
use serde_json::{Value, json};
use signet::verify::{Access, MetadataEndpoint, RequiredScope, ResourceMetadata, Verifier};

/// The scope for reading orders, as a type: a handler that takes `Access<ReadOrders>` cannot forget to check it.
struct ReadOrders;

impl RequiredScope for ReadOrders {
    const SCOPE: &'static str = "orders:read";
}

/// Runs only with a valid token for this API with the scope. All other requests are answered with 401 or 403.
#[handler]
fn orders(access: Access<ReadOrders>) -> Json<Value> {
    Json(json!({
        "customer": access.sub(),
        "through": access.client_id(),
        "orders": [{ "item": "sealing wax", "quantity": 3 }, { "item": "signet ring", "quantity": 1 }],
    }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = env::var("ISSUER").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:9000".to_owned());

    // Two settings that are often forgotten: the audience of this API, and (by default) `typ: at+jwt`.
    let mut builder = Verifier::of(issuer, "https://api.orders.example")
        .metadata(ResourceMetadata::new().scopes([ReadOrders::SCOPE]).name("Orders"));
    if let Ok(file) = env::var("CACHE") {
        builder = builder.cache_file(file);
    }
    let verifier = builder.connect().await?;
    tokio::spawn(verifier.clone().run());

    println!("Orders API: http://{listen}/orders (needs an access token with the scope orders:read)");
    let metadata = MetadataEndpoint::new(verifier.clone());
    let routes = Route::new().at("/orders", get(orders)).at("/.well-known/oauth-protected-resource", metadata);
    Server::new(TcpListener::bind(listen)).run(routes.data(verifier)).await?;
    Ok(())
}
