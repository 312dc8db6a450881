//! Names that could be taken for that of this server, or of an application that it vouches for.

use crate::{
    account::confusable::skeletons,
    endpoint::{Signet, management::ManagementRefusal},
    oauth::{
        client::Client,
        registration::{RegistrationErrorCode, RegistrationRefusal},
    },
};

/// Makes sure that nobody takes the name of `client`, which was `before`, for that of this server or of an
/// application that it vouches for. People decide by the name whom they give access to. Applications that the server does
/// not vouch for may share a name, and one that keeps its name is not judged again.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub(super) fn agree(signet: &Signet, before: Option<&str>, client: &Client) -> Result<(), ManagementRefusal> {
    let name = &client.metadata.client_name;
    if client.is_vouched() || before == Some(name.as_str()) {
        return Ok(());
    }
    let refuse = |description: &str| {
        Err(ManagementRefusal::Metadata(RegistrationRefusal {
            code: RegistrationErrorCode::InvalidClientMetadata,
            member: "client_name",
            description: description.to_owned(),
        }))
    };
    let of_server = skeletons(&signet.brand);
    if skeletons(name).iter().any(|skeleton| of_server.contains(skeleton)) {
        return refuse("looks like the name of this server; choose another one");
    }
    if signet.store.looks_like_vouched_client(name, &client.client_id)? {
        return refuse("looks like the name of an application of this server; choose another one");
    }
    Ok(())
}
