//! What every connection and every request goes through before an endpoint sees it.
