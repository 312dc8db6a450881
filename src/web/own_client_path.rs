//! The address of the page of an application.

/// The path of the application's page, with `client_id` percent-encoded.
#[must_use]
pub fn own_client_path(client_id: &str) -> String {
    use std::fmt::Write;
    let mut path = "/developer/".to_owned();
    for byte in client_id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}
