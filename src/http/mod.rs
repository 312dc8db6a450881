//! poem and poem-openapi: requests to endpoint calls, results to responses.

pub mod edge;
