//! `/groups`: who is in which group, for who manages people. A group is there as long as somebody is in it.

use super::{
    Signet,
    access::Access,
    management::ManagementRefusal,
    new_account::{AdminFields, FieldErrors, FieldRefusal},
    page::{Page, PageQuery, page},
    user_access, users,
};
use crate::account::record::{AccountId, Line};

pub use crate::store::GroupSize;

/// How far a group was renamed or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupChangeProgress {
    /// From so many people.
    pub changed: usize,
    /// Whether there are more, for whom to ask again.
    pub goes_on: bool,
}

/// The groups whose names begin with `prefix`, in the order of their names.
///
/// # Errors
///
/// [`ManagementRefusal`].
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

/// Gives the members of `group` the group `new` in place of it, or none: as many as one request has time for.
///
/// # Errors
///
/// [`ManagementRefusal`]; then those before have changed already. A name that cannot be one is told of the field `name`.
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
    let (mut changed, mut after) = (0, None::<AccountId>);
    while changed < AT_ONCE {
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

/// Takes one person out of a group, and into another if there is one. Whether they were in it.
async fn leave(
    signet: &Signet,
    access: &Access,
    id: &AccountId,
    (group, new): (&str, Option<&str>),
) -> Result<bool, ManagementRefusal> {
    let account = match users::show(signet, access, id.as_str()) {
        Ok(account) => account,
        // They were deleted meanwhile.
        Err(ManagementRefusal::NotFound(_)) => return Ok(false),
        Err(refusal) => return Err(refusal),
    };
    if !account.groups.contains(group) {
        return Ok(false);
    }
    let others = account.groups.iter().filter(|name| *name != group).chain(new);
    let form = AdminFields { groups: Some(others.map(ToOwned::to_owned).collect()), ..AdminFields::default() };
    users::update_admin_fields(signet, access, id.as_str(), &form).await?;
    Ok(true)
}

/// So many people are changed by one request.
const AT_ONCE: usize = 500;

const PAGE: u16 = 100;

/// The groups of a page, each of which costs a count.
const USUAL_PAGE: i64 = 20;
