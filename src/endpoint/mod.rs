//! One file for each endpoint: fetch, decide, commit. No HTTP.
