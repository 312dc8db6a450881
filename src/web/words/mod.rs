//! Every text that a person reads on a page, in each language that the pages speak.
//!
//! A page takes its texts from a [`Words`], which is one language; English is [`english`]. An area of the pages has a file
//! beside this one that names its texts, and a file of the same name in the folder of each language that words them. A text
//! is a `&'static str`, or a function of what stands in it: the language decides the order of the words, how something is
//! counted, and how a time is written. What a function receives as [`Markup`] is shown as it is, everything else is
//! escaped. Nothing is read while the server runs: a language that lacks a text, has one too many or spells its name
//! otherwise does not compile.
//!
//! # To add a language
//!
//! 1. Copy the folder `english`, under the name of the language, and declare it here.
//! 2. Word its texts anew. `LANGUAGE` has the [tag](https://www.rfc-editor.org/rfc/rfc5646) under which browsers and
//!    applications ask for it: as short as it can be, `de` rather than `de-DE`.
//! 3. Add it to [`LANGUAGES`]. Visitors who prefer it get it from then on, and `ui_locales_supported` names it.
//!
//! # To add a text
//!
//! Name it in its area, word it in every language, and show it: `(w.title)`, or `(w.signed_in_as(&name))`. One that stands
//! in a view instead of here is found by a test, which renders every page in a language that puts each text into brackets.

macro_rules! words {
    ($(#[$meta:meta])* $name:ident ($area:tt) {
        $($(#[$field_meta:meta])* $field:ident $(($($argument:ident: $type:ty),+) -> $output:ty)? $(: $group:ty)?;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: words!(@type $(fn($($type),+) -> $output)? $($group)?),)+
        }

        impl $name {
            $($(pub(crate) fn $field(&self, $($argument: $type),+) -> $output {
                (self.$field)($($argument),+)
            })?)+
        }

        #[cfg(test)]
        impl $crate::web::words::bracketed::Bracketed for $name {
            fn bracketed(self) -> Self {
                Self { $($field: words!(@bracketed self $area $field $(($($argument),+))?),)+ }
            }
        }
    };
    (@type) => { &'static str };
    (@type $kind:ty) => { $kind };
    (@bracketed $self:ident $area:tt $field:ident) => {
        $crate::web::words::bracketed::Bracketed::bracketed($self.$field)
    };
    (@bracketed $self:ident $area:tt $field:ident ($($argument:ident),+)) => {
        |$($argument),+| $crate::web::words::bracketed::Bracketed::bracketed(
            $crate::web::words::english::LANGUAGE.$area.$field($($argument),+)
        )
    };
}

mod account;
mod admin;
#[cfg(test)]
pub(crate) mod bracketed;
mod choice;
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

pub(crate) use account::{
    AccountWords, ConnectedWords, OwnDataWords, PasswordWords, PlaceWords, ProfileWords, RefreshScheduleWords,
    SessionsWords,
};
pub(crate) use admin::{
    ActivityWords, AdminWords, AllApplicationsWords, GroupsWords, InvitationsWords, KeysWords, ListWords, PartWords,
    PeopleWords,
};
pub(crate) use choice::preferred;
pub(crate) use compatibility::{CompatibilityWords, DeliveryWords, RemedyWords};
pub(crate) use consent::{ClientWords, ConsentWords, DeviceWords, WithheldWords};
pub(crate) use developer::{DeveloperWords, OwnClientWords, RegisteredWords, SnippetWords};
pub(crate) use entrance::{LoginWords, LogoutWords, ResetWords, SetupWords, SignupWords};
pub(crate) use error::{CodeWords, ErrorCodesWords, ErrorWords, ExplanationWords, WrongHostWords};
pub(crate) use frame::{FormWords, FrameWords, ProofWords};
pub(crate) use home::{FormPostWords, HomeWords};
pub(crate) use notice::{ClaimWords, DoneWords, ScopeWords, TimeWords};
pub(crate) use preset::PresetWords;
pub(crate) use refusal::{CronFieldWords, RefusalWords};
pub(crate) use security::{AuditWords, SecurityWords, TroubleWords};

words! {
    /// One language.
    Words(_) {
        /// Its tag: RFC 5646, as `en`.
        tag;
        frame: FrameWords;
        form: FormWords;
        proof: ProofWords;
        login: LoginWords;
        signup: SignupWords;
        setup: SetupWords;
        logout: LogoutWords;
        home: HomeWords;
        form_post: FormPostWords;
        security: SecurityWords;
        audit: AuditWords;
        troubles: TroubleWords;
        client: ClientWords;
        consent: ConsentWords;
        withheld: WithheldWords;
        device: DeviceWords;
        developer: DeveloperWords;
        own_client: OwnClientWords;
        compatibility: CompatibilityWords;
        remedy: RemedyWords;
        delivery: DeliveryWords;
        registered: RegisteredWords;
        snippet: SnippetWords;
        account: AccountWords;
        profile: ProfileWords;
        password: PasswordWords;
        sessions: SessionsWords;
        connected: ConnectedWords;
        refresh_schedule: RefreshScheduleWords;
        own_data: OwnDataWords;
        error: ErrorWords;
        error_codes: ErrorCodesWords;
        wrong_host: WrongHostWords;
        reset: ResetWords;
        admin: AdminWords;
        people: PeopleWords;
        all_groups: GroupsWords;
        activity: ActivityWords;
        invitations: InvitationsWords;
        all_applications: AllApplicationsWords;
        keys: KeysWords;
        done: DoneWords;
        scope: ScopeWords;
        claim: ClaimWords;
        time: TimeWords;
        preset: PresetWords;
        refusal: RefusalWords;
    }
}

/// A text of an area, for a list in a view.
pub(crate) type TextOf<W> = fn(&W) -> &'static str;

/// The languages that there are. The first is for whoever prefers none of them.
pub(crate) static LANGUAGES: [&Words; 2] = [&english::LANGUAGE, &german::LANGUAGE];
