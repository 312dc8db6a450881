//! The same API as `orders_api`, with axum.
//!
//! Run `cargo run --release --example orders_axum`, then `curl -i http://127.0.0.1:9000/orders`.

use std::{env, error::Error};

use axum::{Extension, Json, Router, routing::get};
use serde_json::{Value, json};
use signet::verify::{AccessClaims, RequireTokenLayer, ResourceMetadata, Verifier};

async fn orders(Extension(access): Extension<AccessClaims>) -> Json<Value> {
    Json(json!({ "customer": access.sub(), "orders": [{ "item": "sealing wax", "quantity": 3 }] }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = env::var("ISSUER").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:9000".to_owned());
    let metadata = ResourceMetadata::new().scopes(["orders:read"]).name("Orders");
    let verifier = Verifier::of(issuer, "https://api.orders.example").metadata(metadata).connect().await?;
    tokio::spawn(verifier.clone().run());

    let document = verifier.metadata().cloned();
    let routes = Router::new()
        .route("/orders", get(orders))
        .layer(RequireTokenLayer::new(verifier).scope("orders:read"))
        // Added after the layer, so that it needs no token, and readable by applications in a browser.
        .route("/.well-known/oauth-protected-resource", get(async move || (ANY_ORIGIN, Json(document))));
    println!("Orders API: http://{listen}/orders (needs an access token with the scope orders:read)");
    axum::serve(tokio::net::TcpListener::bind(listen).await?, routes).await?;
    Ok(())
}

const ANY_ORIGIN: [(&str, &str); 1] = [("access-control-allow-origin", "*")];
