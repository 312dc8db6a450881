//! Judges the names of new groups.

use super::{InternalError, Signet, management::ManagementRefusal};
use crate::account::{field_refusal::FieldRefusal, group_name::KnownGroups, profile_form::FieldErrors, record::Groups};

/// Finds the first name in `wanted` that no group may have. Names in `had`, and names of groups that exist, are not judged. A
/// group exists while it has a member or while an invitation to it is valid. The group `leaving` is about to disappear and
/// is not compared.
///
/// Reads every group if `wanted` has a new one.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage cannot be read.
pub(super) fn refusal<'a>(
    signet: &Signet,
    had: &Groups,
    wanted: impl Iterator<Item = &'a str>,
    leaving: Option<&str>,
) -> Result<Option<FieldRefusal>, InternalError> {
    let mut new = Vec::new();
    for name in wanted.filter(|name| !had.contains(name)) {
        if !signet.store.has_group(name)? {
            new.push(name);
        }
    }
    if new.is_empty() {
        return Ok(None);
    }
    let mut known = KnownGroups::default();
    let names = signet.store.group_names()?.into_iter().chain(invited(signet)?);
    names.filter(|name| leaving != Some(name.as_str())).for_each(|name| known.insert(&name));
    for name in new {
        if let Err(refusal) = known.judge(name) {
            return Ok(Some(refusal.into()));
        }
        known.insert(name);
    }
    Ok(None)
}

/// Like [`refusal`], as an error of the field `groups`.
///
/// # Errors
///
/// Returns [`ManagementRefusal::Fields`] for a name that no group may have, or an internal error if the storage fails.
pub(super) fn judge(signet: &Signet, had: &Groups, wanted: &Groups) -> Result<(), ManagementRefusal> {
    match refusal(signet, had, wanted.iter(), None)? {
        Some(refusal) => Err(ManagementRefusal::Fields(FieldErrors::of_one("groups", refusal))),
        None => Ok(()),
    }
}

/// Lists the groups of the valid invitations.
fn invited(signet: &Signet) -> Result<Vec<String>, InternalError> {
    let (mut names, mut after) = (Vec::new(), None::<Vec<u8>>);
    loop {
        let page = signet.store.invitations(after.as_deref(), PAGE)?;
        let usable = page.iter().filter(|(_, invitation)| invitation.is_usable(signet.clock.now()));
        names.extend(usable.flat_map(|(_, invitation)| invitation.groups().iter().map(ToOwned::to_owned)));
        match page.into_iter().next_back() {
            Some((last, _)) => after = Some(last),
            None => return Ok(names),
        }
    }
}

const PAGE: u16 = 200;
