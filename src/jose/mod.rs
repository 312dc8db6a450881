//! Signing and checking JWTs, the key ring and its folder, JWKS. The only module that names josekit.

mod algorithm;
pub use algorithm::Algorithm;
