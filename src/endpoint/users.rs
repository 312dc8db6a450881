//! `/users`: administrators and the users themselves view, change and delete accounts.

use super::{
    Signet,
    access::Access,
    group_names,
    management::ManagementRefusal,
    new_account::{
        AdminFields, Editor, FieldErrors, FieldRefusal, NewAccount, NewAccountRefusal, ProfileForm, conflicts,
    },
    page::{Page, PageQuery, page},
    password_change::{PasswordSource, verify_current},
    quota,
    retry::{Attempts, is_conflict},
    session_end::{self, Extent},
    signup::{self, SignUpRefusal},
    user_access::{cause, find, find_to_change, find_to_end, manager},
};
use crate::{
    account::{
        quota::Spending,
        record::{Account, AccountStatus, Username},
    },
    audit::{EventDetails, EventKind, RequestOrigin},
    oauth::subject::Subject,
    secret::Secret,
    store::{AccountOrder, CommitError, Versioned},
};

/// Selects which users to list, and in which order.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserFilter<'a> {
    /// A prefix of the username.
    pub username: Option<&'a str>,
    /// A prefix of the e-mail address. The list is then ordered by address.
    pub email: Option<&'a str>,
    pub group: Option<&'a str>,
    /// `administrator` for administrators only.
    pub role: Option<&'a str>,
    /// Only disabled (`true`) or only enabled (`false`) accounts.
    pub is_disabled: Option<bool>,
    /// `username`, or `-created_at` for newest first. With a group also `id`, whose cost does not depend on the
    /// number of users outside the group.
    pub sort: Option<&'a str>,
}

/// Creates an account: for the caller, if the configuration allows it, or for someone else, if the caller manages
/// users.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if no account was created.
pub async fn create(
    signet: &Signet,
    access: Option<&Access>,
    entered: NewAccount,
    invitation: Option<&Secret>,
    origin: &RequestOrigin,
) -> Result<Account, ManagementRefusal> {
    let Some(access) = access else {
        if entered.password.is_none() {
            return Err(ManagementRefusal::Fields(FieldErrors::of_one("password", FieldRefusal::PasswordMissing)));
        }
        return signup::enroll(signet, entered, invitation, origin).await.map_err(|refusal| match refusal {
            SignUpRefusal::NotAdmitted(refusal) => ManagementRefusal::NotAdmitted(refusal),
            SignUpRefusal::Account(refusal) => new_account(refusal),
        });
    };
    let editor = manager(access)?;
    let account = entered.prepare(signet, editor).await.map_err(new_account)?;
    match signet.store.as_actor(access.actor()).create_account(&account).await {
        Ok(()) => {}
        Err(CommitError::Conflict) => {
            let errors = conflicts(signet, None, &account)?;
            return Err(if errors.is_empty() { username_taken() } else { ManagementRefusal::Fields(errors) });
        }
        Err(CommitError::Internal(fault)) => return Err(fault.into()),
    }
    tracing::info!(account = %account.id, by = %access.subject(), "account created");
    Ok(account)
}

/// Lists the users that match `filter`, for callers who manage users.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn list(
    signet: &Signet,
    access: &Access,
    filter: UserFilter<'_>,
    request: PageQuery<'_>,
) -> Result<Page<Account>, ManagementRefusal> {
    manager(access)?;
    let prefixes = [filter.username, filter.email].map(|text| Username::canonical_prefix(text.unwrap_or_default()));
    let [username, email] = &prefixes;
    let only_administrators = match filter.role {
        None => false,
        Some("administrator") => true,
        Some(_) => return Err(ManagementRefusal::invalid_member("role", "must be administrator, or omitted")),
    };
    let order = match (filter.sort, filter.email) {
        (None | Some("username"), None) if only_administrators => AccountOrder::Administrators,
        (None | Some("username"), None) => AccountOrder::Username { prefix: username },
        (None, Some(_)) => AccountOrder::Email { prefix: email },
        (Some("-created_at"), None) => AccountOrder::NewestFirst,
        (Some(_), Some(_)) => {
            return Err(ManagementRefusal::invalid_member("sort", "cannot be combined with email"));
        }
        (Some("id"), None) => match filter.group {
            Some(name) => AccountOrder::Group { name },
            None => {
                return Err(ManagementRefusal::invalid_member(
                    "sort",
                    "must be id if group is given, and can only be id then",
                ));
            }
        },
        (Some(_), None) => {
            return Err(ManagementRefusal::invalid_member("sort", "must be username, -created_at or id"));
        }
    };
    let is_wanted = |account: &Account| {
        account.username.canonical().starts_with(username.as_str())
            && filter.group.is_none_or(|group| account.groups.contains(group))
            && (!only_administrators || account.is_administrator())
            && filter.is_disabled.is_none_or(|is_disabled| account.is_active() != is_disabled)
    };
    let fetch = |after: Option<&[u8]>, limit| Ok(signet.store.accounts(&order, after, limit)?);
    page(signet, &format!("users by {order:?} of {filter:?}"), request, fetch, is_wanted)
}

/// Returns the account of the user `id`, or of the caller for `me`.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn show(signet: &Signet, access: &Access, id: &str) -> Result<Account, ManagementRefusal> {
    find(signet, access, id).map(|(kept, _)| kept.record)
}

/// Replaces the data of an account. Omitted fields that only administrators can change keep their values.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
pub async fn replace(
    signet: &Signet,
    access: &Access,
    id: &str,
    form: &ProfileForm,
) -> Result<Account, ManagementRefusal> {
    change(signet, access, id, |account, editor| form.enter(account, editor).map_err(ManagementRefusal::Fields)).await
}

/// Changes an account as described by `form`.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
pub async fn patch(
    signet: &Signet,
    access: &Access,
    id: &str,
    form: impl Fn(&Account) -> Result<ProfileForm, ManagementRefusal>,
) -> Result<Account, ManagementRefusal> {
    change(signet, access, id, |account, editor| {
        form(account)?.enter(account, editor).map_err(ManagementRefusal::Fields)
    })
    .await
}

/// Changes the fields that only callers who manage users can change. Fields entered by the user keep their values.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
pub async fn update_admin_fields(
    signet: &Signet,
    access: &Access,
    id: &str,
    form: &AdminFields,
) -> Result<Account, ManagementRefusal> {
    manager(access)?;
    change(signet, access, id, |account, editor| form.order(account, editor).map_err(ManagementRefusal::Fields)).await
}

/// Changes an account with `enter`, unless that adds a group with a name that no group may have.
async fn change(
    signet: &Signet,
    access: &Access,
    id: &str,
    enter: impl Fn(&mut Account, Editor) -> Result<(), ManagementRefusal>,
) -> Result<Account, ManagementRefusal> {
    let judged = |account: &mut Account, editor| {
        let had = account.groups.clone();
        enter(account, editor)?;
        group_names::judge(signet, &had, &account.groups)
    };
    change_unjudged(signet, access, id, judged).await
}

/// Changes an account without judging the names of its groups, and retries if it is changed concurrently.
pub(super) async fn change_unjudged(
    signet: &Signet,
    access: &Access,
    id: &str,
    enter: impl Fn(&mut Account, Editor) -> Result<(), ManagementRefusal>,
) -> Result<Account, ManagementRefusal> {
    quota::spend(signet, access, Spending::Change)?;
    let store = signet.store.as_actor(access.actor());
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, editor) = find_to_change(signet, access, id)?;
        let mut changed = kept.record.clone();
        enter(&mut changed, editor)?;
        changed.updated_at = signet.clock.now();
        let is_self = access.subject().as_str() == changed.id.as_str();
        if is_self && how_to_reach(&changed) != how_to_reach(&kept.record) {
            access.recent(signet.clock.now())?;
        }
        let errors = conflicts(signet, Some(&kept.record), &changed)?;
        if !errors.is_empty() {
            return Err(ManagementRefusal::Fields(errors));
        }
        let outcome = if kept.record.is_administrator() && !changed.is_administrator() {
            let other = other_administrator(signet, &kept.record)?;
            store.replace_administrator(&kept, &changed, &other).await
        } else {
            store.replace_account(&kept, &changed).await
        };
        if is_conflict(outcome)? {
            continue;
        }
        tracing::info!(account = %changed.id, by = %access.subject(), "account changed");
        if !changed.is_active() {
            let cause = cause(access, &changed);
            session_end::end_all(signet, &changed.id, Extent::Logins, cause, &access.actor()).await?;
        }
        return Ok(changed);
    }
}

/// The data by which a user signs in and is found. Changing it can lock the user out.
fn how_to_reach(account: &Account) -> (&str, Option<&str>, bool) {
    (account.username.as_str(), account.email.as_ref().map(|email| email.as_str()), account.is_active())
}

/// Disables an account or enables it again. Its other data is unchanged.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Nothing has changed then.
pub async fn set_disabled(
    signet: &Signet,
    access: &Access,
    id: &str,
    is_disabled: bool,
) -> Result<Account, ManagementRefusal> {
    manager(access)?;
    let standing = if is_disabled { AccountStatus::Disabled } else { AccountStatus::Active };
    change(signet, access, id, |account, _| {
        account.standing = standing;
        Ok(())
    })
    .await
}

/// Deletes an account, with its consents and grants.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The account still exists then.
pub async fn delete(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, _) = find_to_end(signet, access, id)?;
        let other = kept.record.is_administrator().then(|| other_administrator(signet, &kept.record)).transpose()?;
        // First the data that would be left over if the server stopped in between, so that the request can be
        // repeated.
        let cause = cause(access, &kept.record);
        session_end::end_all(signet, &kept.record.id, Extent::Everything, cause, &access.actor()).await?;
        let subject = Subject::new(kept.record.id.as_str());
        signet.store.forget_consents_of(&subject).await?;
        signet.store.forget_refresh_schedules_of(&subject).await?;
        signet.store.remove_picture(&kept.record.id).await?;
        if is_conflict(
            signet.store.as_actor(access.actor()).delete_account(&kept, other.as_ref(), signet.clock.now()).await,
        )? {
            continue;
        }
        tracing::info!(account = %kept.record.id, by = %access.subject(), "account deleted");
        return Ok(());
    }
}

/// Lifts the waiting time after failed password attempts, on every device of the user.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn unlock(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    manager(access)?;
    let (kept, _) = find_to_change(signet, access, id)?;
    let account = &kept.record.id;
    let details = EventDetails::of(EventKind::AccountUnlocked).about(account);
    signet.store.as_actor(access.actor()).record_event(details).await?;
    signet.throttle.unlock(account);
    tracing::info!(%account, by = %access.subject(), "account unlocked");
    Ok(())
}

/// Deletes the account of the caller, as [`delete`] does, after verifying the password.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The account still exists then. A
/// wrong password is reported for the field `current_password`.
pub async fn delete_own(
    signet: &Signet,
    access: &Access,
    presented_password: Secret,
    source: PasswordSource<'_>,
) -> Result<(), ManagementRefusal> {
    let (kept, _) = find_to_change(signet, access, "me")?;
    verify_current(signet, access, &kept, Some(presented_password), source).await?;
    delete(signet, access, "me").await
}

/// Finds another administrator, because the server must not lose its last one.
fn other_administrator(signet: &Signet, account: &Account) -> Result<Versioned<Account>, ManagementRefusal> {
    signet
        .store
        .other_administrator(&account.id)?
        .ok_or(ManagementRefusal::Conflict("this is the last administrator; make another user an administrator first"))
}

fn new_account(refusal: NewAccountRefusal) -> ManagementRefusal {
    match refusal {
        NewAccountRefusal::Fields(errors) => ManagementRefusal::Fields(errors),
        NewAccountRefusal::Internal(fault) => ManagementRefusal::Internal(fault),
    }
}

fn username_taken() -> ManagementRefusal {
    ManagementRefusal::Fields(FieldErrors::of_one("username", FieldRefusal::UsernameTaken))
}
