//! The library for resource servers: verifies access tokens offline.
