//! `/groups`: members of groups, for those who manage users. A group exists as long as it has a member.

use super::{
    Signet,
    access::Access,
    group_names,
    management::ManagementRefusal,
    new_account::{AdminFields, FieldErrors, FieldRefusal},
    page::{Page, PageQuery, page},
    user_access, users,
};
use crate::account::record::{Account, AccountId, Groups, Line};

pub use crate::store::GroupSize;

/// Progress of renaming or deleting a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupChangeProgress {
    /// Number of users changed.
    pub changed: usize,
    /// Whether there are more users, so that the request has to be repeated.
    pub goes_on: bool,
}

/// Lists the groups whose names begin with `prefix`, ordered by name.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn list(
    signet: &Signet,
    access: &Access,
    prefix: &str,
    request: PageQuery<'_>,
) -> Result<Page<GroupSize>, ManagementRefusal> {
    user_access::manager(access)?;
    let request = PageQuery { limit: Some(request.limit.unwrap_or(USUAL_PAGE)), ..request };
    let fetch = |after: Option<&[u8]>, limit| Ok(signet.store.groups(prefix, after, limit)?);
    page(signet, &format!("groups beginning with {prefix:?}"), request, fetch, |_| true)
}

/// Replaces `group` by the group `new` for its members, or removes it if `new` is `None`: as many members as one
/// request has time for.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Some members may already be
/// changed. An invalid name is reported for the field `name`.
pub async fn replace(
    signet: &Signet,
    access: &Access,
    group: &str,
    new: Option<&str>,
) -> Result<GroupChangeProgress, ManagementRefusal> {
    user_access::manager(access)?;
    let wrong = |refusal: FieldRefusal| ManagementRefusal::Fields(FieldErrors::of_one("name", refusal));
    let new = new.map(Line::<64>::parse).transpose().map_err(|refusal| wrong(refusal.into()))?;
    let new = new.as_ref().map(Line::as_str);
    if new == Some(group) {
        return Err(wrong(FieldRefusal::GroupUnchanged));
    }
    if let Some(refusal) = group_names::refusal(signet, &Groups::default(), new.into_iter(), Some(group))? {
        return Err(wrong(refusal));
    }
    let (mut changed, mut after) = (0, None::<AccountId>);
    while changed < MAX_CHANGES {
        let members = signet.store.members_of(group, after.as_ref(), PAGE)?;
        let Some(last) = members.last() else { return Ok(GroupChangeProgress { changed, goes_on: false }) };
        after = Some(last.clone());
        for id in &members {
            changed += usize::from(leave(signet, access, id, (group, new)).await?);
        }
    }
    let goes_on = !signet.store.members_of(group, after.as_ref(), 1)?.is_empty();
    tracing::info!(by = %access.subject(), changed, goes_on, "group changed");
    Ok(GroupChangeProgress { changed, goes_on })
}

/// Removes one user from a group and adds them to `new`, if given. Returns `true` if they were a member.
async fn leave(
    signet: &Signet,
    access: &Access,
    id: &AccountId,
    (group, new): (&str, Option<&str>),
) -> Result<bool, ManagementRefusal> {
    let account = match users::show(signet, access, id.as_str()) {
        Ok(account) => account,
        // The account was deleted in the meantime.
        Err(ManagementRefusal::NotFound(_)) => return Ok(false),
        Err(refusal) => return Err(refusal),
    };
    if !account.groups.contains(group) {
        return Ok(false);
    }
    let others = account.groups.iter().filter(|name| *name != group).chain(new);
    let form = AdminFields { groups: Some(others.map(ToOwned::to_owned).collect()), ..AdminFields::default() };
    // The name was judged before: it may look like the one that it replaces.
    let order = |account: &mut Account, editor| form.order(account, editor).map_err(ManagementRefusal::Fields);
    users::change_unjudged(signet, access, id.as_str(), order).await?;
    Ok(true)
}

/// Maximum number of users changed by one request.
const MAX_CHANGES: usize = 500;

const PAGE: u16 = 100;

/// Number of groups per page; each costs a count.
const USUAL_PAGE: i64 = 20;
