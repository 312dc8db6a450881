//! Which accounts the holder of an access token may see, change and end.

use super::{Signet, access::Access, management::ManagementRefusal, new_account::Editor};
use crate::{
    account::record::{Account, AccountId},
    oauth::grant::EndCause,
    store::Versioned,
};

/// Scopes that allow managing users. One of them is enough.
pub const MANAGERS_SCOPES: &[&str] = &["signet:users", "signet:admin"];

/// Scopes that allow managing one's own account. One of them is enough.
pub const SCOPES: &[&str] = &["signet:account", "signet:users", "signet:admin"];

/// The editing rights of a caller who manages users: everything, or everything except administrators.
///
/// # Errors
///
/// Returns [`ManagementRefusal::Forbidden`] if the caller does not manage users.
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

/// Finds the user `id` or `me`, and the rights with which `access` may edit them. Callers who do not manage users get
/// the same error for every other user.
pub(super) fn find(
    signet: &Signet,
    access: &Access,
    id: &str,
) -> Result<(Versioned<Account>, Editor), ManagementRefusal> {
    let unknown = || ManagementRefusal::NotFound("there is no such user, or you are not allowed to see them");
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

/// Like [`find`], for changes: callers who manage users but not the server may not change administrators.
pub(super) fn find_to_change(
    signet: &Signet,
    access: &Access,
    id: &str,
) -> Result<(Versioned<Account>, Editor), ManagementRefusal> {
    let (kept, editor) = find(signet, access, id)?;
    let is_self = access.subject().as_str() == kept.record.id.as_str();
    if editor == Editor::Manager && kept.record.is_administrator() && !is_self {
        return Err(ManagementRefusal::Forbidden(
            "this user is an administrator; this requires the scope signet:admin",
        ));
    }
    Ok((kept, editor))
}

/// Like [`find_to_change`], for changes that are irreversible or could lock the user out. On the caller's own account
/// these require a recent login.
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

/// The reason recorded for records of `account` that end at the request of `access`.
pub(super) fn cause(access: &Access, account: &Account) -> EndCause {
    let is_self = access.subject().as_str() == account.id.as_str();
    if is_self { EndCause::RevokedByPerson } else { EndCause::RevokedByAdministrator }
}
