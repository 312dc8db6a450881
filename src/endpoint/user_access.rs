//! Which accounts the holder of an access token may see, change and end.

use super::{Signet, access::Access, management::ManagementRefusal, new_account::Editor};
use crate::{
    account::record::{Account, AccountId},
    oauth::grant::EndCause,
    store::Versioned,
};

/// The scopes of which one allows to manage people.
pub const MANAGERS_SCOPES: &[&str] = &["signet:users", "signet:admin"];

/// The scopes of which one allows to manage oneself.
pub const SCOPES: &[&str] = &["signet:account", "signet:users", "signet:admin"];

/// How far somebody who manages people reaches: everywhere, or not to who administers the server.
///
/// # Errors
///
/// [`ManagementRefusal::Forbidden`] for a person who is no administrator.
pub(super) fn manager(access: &Access) -> Result<Editor, ManagementRefusal> {
    if !access.is_administrator() {
        return Err(ManagementRefusal::Forbidden("only an administrator can do this"));
    }
    if access.scope().contains("signet:admin") {
        Ok(Editor::Administrator)
    } else if access.scope().contains("signet:users") {
        Ok(Editor::Manager)
    } else {
        Err(ManagementRefusal::Forbidden("the access token needs the scope signet:users"))
    }
}

/// The person of `id`, or `me`, and as whom `access` edits them. Somebody else is answered as nobody to who manages nobody.
pub(super) fn find(
    signet: &Signet,
    access: &Access,
    id: &str,
) -> Result<(Versioned<Account>, Editor), ManagementRefusal> {
    let unknown = || ManagementRefusal::NotFound("there is no such person, or you may not see them");
    let id = if id == "me" { access.subject().as_str() } else { id };
    let id = AccountId::parse(id).map_err(|_| unknown())?;
    let is_self = access.subject().as_str() == id.as_str();
    let editor = match manager(access) {
        Ok(editor) => editor,
        Err(_) if is_self && SCOPES.iter().any(|scope| access.scope().contains(scope)) => Editor::Owner,
        Err(_) => return Err(unknown()),
    };
    let kept = signet.store.account(&id)?.ok_or_else(unknown)?;
    Ok((kept, editor))
}

/// The same, to be changed: whoever manages people but not the server does not reach those who administer it.
pub(super) fn find_to_change(
    signet: &Signet,
    access: &Access,
    id: &str,
) -> Result<(Versioned<Account>, Editor), ManagementRefusal> {
    let (kept, editor) = find(signet, access, id)?;
    let is_self = access.subject().as_str() == kept.record.id.as_str();
    if editor == Editor::Manager && kept.record.is_administrator() && !is_self {
        return Err(ManagementRefusal::Forbidden(
            "this person administers the server: that needs the scope signet:admin",
        ));
    }
    Ok((kept, editor))
}

/// The same for what a person could not take back, or what would lock them out: of their own account it is done only with a
/// recent login.
pub(super) fn find_to_end(
    signet: &Signet,
    access: &Access,
    id: &str,
) -> Result<(Versioned<Account>, Editor), ManagementRefusal> {
    let (kept, editor) = find_to_change(signet, access, id)?;
    if access.subject().as_str() == kept.record.id.as_str() {
        access.recent(signet.clock.now())?;
    }
    Ok((kept, editor))
}

/// Why something of `account` ends at the request of `access`.
pub(super) fn cause(access: &Access, account: &Account) -> EndCause {
    let is_self = access.subject().as_str() == account.id.as_str();
    if is_self { EndCause::RevokedByPerson } else { EndCause::RevokedByAdministrator }
}
