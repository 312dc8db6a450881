//! Every text that a person reads on a page, in each language that the pages speak.
//!
//! A page takes its texts from a [`Texts`], which is one language; English is [`english`]. An area of the pages has a file
//! next to this one that names its texts, and a file of the same name in the folder of each language that words them. A text
//! is a `&'static str`, or a function of what stands in it: the language decides the order of the words, how something is
//! counted, and how a time is written. What a function receives as [`Markup`] is shown as it is, everything else is
//! escaped. Nothing is read while the server runs: a language that lacks a text, has one too many or spells its name
//! otherwise does not compile.
//!
//! # To add a language
//!
//! 1. Copy the folder `english`, under the name of the language, and declare it here.
//! 2. Translate its texts. `LANGUAGE` has the [tag](https://www.rfc-editor.org/rfc/rfc5646) under which browsers and
//!    applications ask for it: as short as it can be, `de` rather than `de-DE`.
//! 3. Add it to [`LANGUAGES`]. Visitors who prefer it get it from then on, and `ui_locales_supported` names it.
//!
//! # To add a text
//!
//! Name it in its area, word it in every language, and show it: `(w.title)`, or `(w.signed_in_as(&name))`. One that stands
//! in a view instead of here is found by a test, which renders every page in a language that puts each text into brackets.

macro_rules! texts {
    ($(#[$meta:meta])* $name:ident ($area:tt) {
        $($(#[$field_meta:meta])* $field:ident $(($($argument:ident: $type:ty),+) -> $output:ty)? $(: $group:ty)?;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: texts!(@type $(fn($($type),+) -> $output)? $($group)?),)+
        }

        impl $name {
            $($(pub(crate) fn $field(&self, $($argument: $type),+) -> $output {
                (self.$field)($($argument),+)
            })?)+
        }

        #[cfg(test)]
        impl $crate::web::i18n::bracketed::Bracketed for $name {
            fn bracketed(self) -> Self {
                Self { $($field: texts!(@bracketed self $area $field $(($($argument),+))?),)+ }
            }
        }
    };
    (@type) => { &'static str };
    (@type $kind:ty) => { $kind };
    (@bracketed $self:ident $area:tt $field:ident) => {
        $crate::web::i18n::bracketed::Bracketed::bracketed($self.$field)
    };
    (@bracketed $self:ident $area:tt $field:ident ($($argument:ident),+)) => {
        |$($argument),+| $crate::web::i18n::bracketed::Bracketed::bracketed(
            $crate::web::i18n::english::LANGUAGE.$area.$field($($argument),+)
        )
    };
}

mod account;
mod admin;
#[cfg(test)]
pub(crate) mod bracketed;
mod choice;
mod claim;
mod compatibility;
mod consent;
mod developer;
mod english;
mod entrance;
mod error;
mod frame;
mod german;
mod home;
mod notice;
mod preset;
mod refusal;
mod security;
mod texts;

pub(crate) use account::{
    AccountTexts, ConnectedTexts, NavigationCardTexts, OwnDataTexts, PasswordTexts, ProfileTexts, RefreshScheduleTexts,
    SessionsTexts,
};
pub(crate) use admin::{
    ActivityTexts, AdminTexts, AllApplicationsTexts, GroupsTexts, InvitationsTexts, KeysTexts, ListTexts, PartTexts,
    PeopleTexts,
};
pub(crate) use choice::preferred;
pub(crate) use claim::{ClaimText, ClaimTexts};
pub(crate) use compatibility::{CompatibilityTexts, DeliveryTexts, RemedyTexts};
pub(crate) use consent::{ClientTexts, ConsentTexts, DeviceTexts, WithheldTexts};
pub(crate) use developer::{DeveloperTexts, OwnClientTexts, RegisteredTexts, SnippetTexts};
pub(crate) use entrance::{LoginTexts, LogoutTexts, ResetTexts, SetupTexts, SignupTexts};
pub(crate) use error::{CodeTexts, ErrorCodesTexts, ErrorTexts, ExplanationTexts, WrongHostTexts};
pub(crate) use frame::{FormTexts, FrameTexts, ProofTexts};
pub(crate) use home::{FormPostTexts, HomeTexts};
pub(crate) use notice::{DoneTexts, ScopeTexts, TimeTexts};
pub(crate) use preset::PresetTexts;
pub(crate) use refusal::{CronFieldTexts, RefusalTexts};
pub(crate) use security::{AuditTexts, ClientErrorsTexts, SecurityTexts};
pub(crate) use texts::{TextOf, Texts};

/// All languages. The first is the default.
pub(crate) static LANGUAGES: [&Texts; 2] = [&english::LANGUAGE, &german::LANGUAGE];
