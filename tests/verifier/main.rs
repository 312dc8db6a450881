//! The verifier library, over real HTTP on both sides: an issuer on a socket, and APIs of poem, poem-openapi and axum.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod apis;
mod issuer;
mod offline;
mod tokens;

use signet::verify::{AccessClaims, VerifyRefusal};

/// The audience of the API under test.
const ORDERS: &str = "https://api.orders.example";

/// The stable code of a rejection, or `accepted`.
fn code(verified: Result<AccessClaims, VerifyRefusal>) -> &'static str {
    verified.map_or_else(|refusal| refusal.code(), |_| "accepted")
}
