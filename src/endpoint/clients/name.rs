//! Client names that could be mistaken for this server or for an application trusted by the operator.

use crate::{
    account::confusable::skeletons,
    endpoint::{Signet, management::ManagementRefusal},
    oauth::{
        client::Client,
        registration::{RegistrationErrorCode, RegistrationRefusal},
    },
};

/// Checks that the name of `client` cannot be mistaken for this server or an application trusted by the operator,
/// because users decide by the name which application gets access. Other applications may share a name. A name that has not
/// changed since `before` is not checked again.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
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
