//! Validation errors of form fields as values. The management API describes them in English, a page in the reader's
//! language.

use std::fmt;

use super::{
    group_name::GroupNameRefusal,
    identifier::{NotAnEmailAddress, UsernameRefusal},
    invitation::LifetimeOutOfRange,
    password::PasswordRefusal,
    picture::PictureRefusal,
    profile::ProfileRefusal,
    record::TooManyGroups,
    refresh_schedule::ScheduleRefusal,
};

/// The error of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldRefusal {
    /// Not a valid username.
    Username(UsernameRefusal),
    /// Another account has this username, had it until recently, or has one that looks the same.
    UsernameTaken,
    /// Another account has verified this address.
    EmailTaken,
    /// Not an e-mail address.
    Email(NotAnEmailAddress),
    /// The password may not be used.
    Password(PasswordRefusal),
    /// The password is missing.
    PasswordMissing,
    /// The current password is missing.
    CurrentPasswordMissing,
    /// The current password is wrong.
    CurrentPasswordWrong,
    /// Not valid for this field of the profile.
    Profile(ProfileRefusal),
    Groups(TooManyGroups),
    /// The role does not exist.
    Role,
    /// A new group cannot have this name.
    GroupName(GroupNameRefusal),
    /// The new name of a group is its current name.
    GroupUnchanged,
    ForAdministrators,
    /// Only an administrator with the scope `signet:admin` can change it.
    ForAdministratorsByScope,
    /// The picture cannot be used.
    Picture(PictureRefusal),
    /// Not a valid schedule.
    Schedule(ScheduleRefusal),
    /// The lifetime of an invitation is out of range.
    InvitationLifetime(LifetimeOutOfRange),
    /// Not a URL at which an application can be opened.
    ApplicationAddress,
    /// Cannot be used as part of a URL.
    AddressPart,
    /// An error defined by another specification, in English.
    Other(String),
}

impl fmt::Display for FieldRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Username(refusal) => refusal.fmt(formatter),
            Self::UsernameTaken => formatter.write_str(
                "This username is not available: it is taken, was in use recently, or looks like another one. Choose \
                 another username.",
            ),
            Self::EmailTaken => formatter.write_str(
                "This e-mail address belongs to another account. Enter another \
                one.",
            ),
            Self::Email(refusal) => refusal.fmt(formatter),
            Self::Password(refusal) => refusal.fmt(formatter),
            Self::PasswordMissing => formatter.write_str("Choose a password."),
            Self::CurrentPasswordMissing => formatter.write_str("Enter your current password."),
            Self::CurrentPasswordWrong => formatter.write_str("The current password is wrong. Try again."),
            Self::Profile(refusal) => refusal.fmt(formatter),
            Self::Groups(refusal) => refusal.fmt(formatter),
            Self::Role => formatter.write_str("Enter person or administrator."),
            Self::GroupName(refusal) => refusal.fmt(formatter),
            Self::GroupUnchanged => formatter.write_str("The group already has this name. Enter another one."),
            Self::ForAdministrators => formatter.write_str("Only an administrator can change this."),
            Self::ForAdministratorsByScope => {
                formatter.write_str("Only an administrator with the scope signet:admin can change this.")
            }
            Self::Picture(refusal) => refusal.fmt(formatter),
            Self::Schedule(refusal) => refusal.fmt(formatter),
            Self::InvitationLifetime(refusal) => refusal.fmt(formatter),
            Self::ApplicationAddress => {
                formatter.write_str("Enter the address where people open the application. It begins with https://.")
            }
            Self::AddressPart => formatter.write_str("Use up to 40 letters, digits, dots, hyphens and underscores."),
            Self::Other(description) => formatter.write_str(description),
        }
    }
}

macro_rules! from_refusals {
    ($($refusal:ident => $variant:ident,)+) => {
        $(impl From<$refusal> for FieldRefusal {
            fn from(refusal: $refusal) -> Self {
                Self::$variant(refusal)
            }
        })+
    };
}

from_refusals! {
    UsernameRefusal => Username,
    NotAnEmailAddress => Email,
    PasswordRefusal => Password,
    ProfileRefusal => Profile,
    TooManyGroups => Groups,
    GroupNameRefusal => GroupName,
    PictureRefusal => Picture,
    ScheduleRefusal => Schedule,
    LifetimeOutOfRange => InvitationLifetime,
}
