//! What is wrong with a field of a form, as a value: the management API tells it in English, a page in the language of who
//! reads it.

use std::fmt;

use super::{
    identifier::{NotAnEmailAddress, UsernameRefusal},
    invitation::LifetimeOutOfRange,
    password::PasswordRefusal,
    picture::PictureRefusal,
    profile::ProfileRefusal,
    record::TooManyGroups,
    refresh_schedule::ScheduleRefusal,
};

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldRefusal {
    /// It is no username.
    Username(UsernameRefusal),
    /// Another account has this username, had it until lately, or has one that looks like it.
    UsernameTaken,
    /// Another account has this address, and it is verified.
    EmailTaken,
    /// It is no e-mail address.
    Email(NotAnEmailAddress),
    /// It is no password that may be chosen.
    Password(PasswordRefusal),
    /// There is no password, and there has to be one.
    PasswordMissing,
    /// The password of today was not entered.
    CurrentPasswordMissing,
    /// It is not the password of today.
    CurrentPasswordWrong,
    /// It is not what the profile has in this place.
    Profile(ProfileRefusal),
    /// There are too many groups.
    Groups(TooManyGroups),
    /// There is no such role.
    Role,
    /// A group has this name, which was to be another one.
    GroupUnchanged,
    /// Only an administrator can change it.
    ForAdministrators,
    /// Only an administrator with the scope `signet:admin` can change it.
    ForAdministratorsByScope,
    /// It is no picture that can be taken.
    Picture(PictureRefusal),
    /// It is no schedule.
    Schedule(ScheduleRefusal),
    /// An invitation cannot work for so long.
    InvitationLifetime(LifetimeOutOfRange),
    /// It is no address at which an application can be opened.
    ApplicationAddress,
    /// It cannot be a part of an address.
    AddressPart,
    /// What the rules of another specification say of it, in English.
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
    PictureRefusal => Picture,
    ScheduleRefusal => Schedule,
    LifetimeOutOfRange => InvitationLifetime,
}
