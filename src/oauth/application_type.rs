//! Whether an application runs on a server or on a device,
//! [OpenID Connect Registration §2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata).

use crate::wire_names::wire_names;

wire_names! {
    /// Where a client runs, [OpenID Connect Registration §2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata).
    #[derive(Default)]
    pub enum ApplicationType {
        /// On a server or in a browser.
        #[default]
        Web = "web",
        /// On the person's device.
        Native = "native",
    }
}
