//! Error messages of the rules in the language of the user.

use crate::{
    account::{
        group_name::GroupNameRefusal,
        identifier::UsernameRefusal,
        password::PasswordRefusal,
        picture::PictureRefusal,
        profile::ProfileRefusal,
        refresh_schedule::{CronField, ScheduleRefusal},
    },
    endpoint::new_account::{FieldErrors, FieldRefusal},
    web::i18n::{RefusalTexts, Texts},
};

/// The error message of `field`.
pub(super) fn wrong(texts: &Texts, errors: &FieldErrors, field: &str) -> Option<String> {
    errors.of(field).map(|refusal| refused(&texts.refusal, refusal))
}

/// The error message for a rejected field value.
fn refused(w: &RefusalTexts, refusal: &FieldRefusal) -> String {
    match refusal {
        FieldRefusal::Username(refusal) => username(w, *refusal).to_owned(),
        FieldRefusal::UsernameTaken => w.username_taken.to_owned(),
        FieldRefusal::Email(_) => w.email.to_owned(),
        FieldRefusal::EmailTaken => w.email_taken.to_owned(),
        FieldRefusal::Password(refusal) => password(w, *refusal),
        FieldRefusal::PasswordMissing => w.password_missing.to_owned(),
        FieldRefusal::CurrentPasswordMissing => w.current_password_missing.to_owned(),
        FieldRefusal::CurrentPasswordWrong => w.current_password_wrong.to_owned(),
        FieldRefusal::Profile(refusal) => profile(w, *refusal),
        FieldRefusal::Groups(_) => w.too_many_groups.to_owned(),
        FieldRefusal::Role => w.role.to_owned(),
        FieldRefusal::GroupName(GroupNameRefusal::Invisible) => w.group_invisible.to_owned(),
        FieldRefusal::GroupName(GroupNameRefusal::LooksLike(other)) => w.group_looks_like(other),
        FieldRefusal::GroupUnchanged => w.group_unchanged.to_owned(),
        FieldRefusal::ForAdministrators => w.for_administrators.to_owned(),
        FieldRefusal::ForAdministratorsByScope => w.for_administrators_by_scope.to_owned(),
        FieldRefusal::Picture(refusal) => picture(w, *refusal).to_owned(),
        FieldRefusal::Schedule(refusal) => schedule(w, *refusal),
        FieldRefusal::InvitationLifetime(_) => w.invitation_lifetime.to_owned(),
        FieldRefusal::ApplicationAddress => w.application_address.to_owned(),
        FieldRefusal::AddressPart => w.address_part.to_owned(),
        FieldRefusal::Other(description) => description.clone(),
    }
}

fn username(w: &RefusalTexts, refusal: UsernameRefusal) -> &'static str {
    match refusal {
        UsernameRefusal::Empty => w.username_empty,
        UsernameRefusal::TooLong => w.username_too_long,
        UsernameRefusal::Character => w.username_character,
        UsernameRefusal::MixedScripts => w.username_mixed_scripts,
        UsernameRefusal::Reserved => w.username_reserved,
        UsernameRefusal::Address => w.username_address,
    }
}

fn password(w: &RefusalTexts, refusal: PasswordRefusal) -> String {
    match refusal {
        PasswordRefusal::TooShort { minimum } => w.password_too_short(minimum),
        PasswordRefusal::TooLong => w.password_too_long.to_owned(),
        PasswordRefusal::ControlCharacter => w.password_control_character.to_owned(),
        PasswordRefusal::Repetition => w.password_repetition.to_owned(),
        PasswordRefusal::Sequence => w.password_sequence.to_owned(),
        PasswordRefusal::Common => w.password_common.to_owned(),
        PasswordRefusal::Context => w.password_context.to_owned(),
    }
}

fn profile(w: &RefusalTexts, refusal: ProfileRefusal) -> String {
    match refusal {
        ProfileRefusal::Empty => w.text_empty.to_owned(),
        ProfileRefusal::TooLong { maximum } => w.text_too_long(maximum),
        ProfileRefusal::ControlCharacter => w.text_control_character.to_owned(),
        ProfileRefusal::NotAWebAddress => w.not_a_web_address.to_owned(),
        ProfileRefusal::NotAPhoneNumber => w.not_a_phone_number.to_owned(),
        ProfileRefusal::NotADate => w.not_a_date.to_owned(),
    }
}

fn picture(w: &RefusalTexts, refusal: PictureRefusal) -> &'static str {
    match refusal {
        PictureRefusal::TooManyBytes => w.picture_too_many_bytes,
        PictureRefusal::UnknownFormat => w.picture_unknown_format,
        PictureRefusal::TooLarge => w.picture_too_large,
        PictureRefusal::Unreadable => w.picture_unreadable,
        PictureRefusal::TooDetailed => w.picture_too_detailed,
    }
}

fn schedule(w: &RefusalTexts, refusal: ScheduleRefusal) -> String {
    match refusal {
        ScheduleRefusal::TooLong => w.schedule_too_long.to_owned(),
        ScheduleRefusal::SixFields => w.schedule_six_fields.to_owned(),
        ScheduleRefusal::FieldCount => w.schedule_field_count.to_owned(),
        ScheduleRefusal::Field(field) => {
            let field = match field {
                CronField::Minute => w.cron_minute,
                CronField::Hour => w.cron_hour,
                CronField::DayOfMonth => w.cron_day_of_month,
                CronField::Month => w.cron_month,
                CronField::DayOfWeek => w.cron_day_of_week,
            };
            w.schedule_field(field.name, field.values)
        }
        ScheduleRefusal::UnknownTimeZone => w.schedule_unknown_time_zone.to_owned(),
        ScheduleRefusal::NeverTicks => w.schedule_never_ticks.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::{
            identifier::NotAnEmailAddress, invitation::LifetimeOutOfRange, record::TooManyGroups,
            refresh_schedule::RefreshSchedule,
        },
        web::i18n::preferred,
    };
    use time::macros::datetime;

    // The API and the pages use the same wording, so that a message from one can be looked up in the other.
    #[test]
    fn english_pages_say_what_the_api_says() {
        let w = &preferred("", "").refusal;
        let refusals = [
            UsernameRefusal::Empty.into(),
            UsernameRefusal::TooLong.into(),
            UsernameRefusal::Character.into(),
            UsernameRefusal::MixedScripts.into(),
            UsernameRefusal::Reserved.into(),
            UsernameRefusal::Address.into(),
            FieldRefusal::UsernameTaken,
            FieldRefusal::EmailTaken,
            NotAnEmailAddress.into(),
            PasswordRefusal::TooShort { minimum: 15 }.into(),
            PasswordRefusal::TooLong.into(),
            PasswordRefusal::ControlCharacter.into(),
            PasswordRefusal::Repetition.into(),
            PasswordRefusal::Sequence.into(),
            PasswordRefusal::Common.into(),
            PasswordRefusal::Context.into(),
            FieldRefusal::PasswordMissing,
            FieldRefusal::CurrentPasswordMissing,
            FieldRefusal::CurrentPasswordWrong,
            ProfileRefusal::Empty.into(),
            ProfileRefusal::TooLong { maximum: 200 }.into(),
            ProfileRefusal::ControlCharacter.into(),
            ProfileRefusal::NotAWebAddress.into(),
            ProfileRefusal::NotAPhoneNumber.into(),
            ProfileRefusal::NotADate.into(),
            TooManyGroups.into(),
            GroupNameRefusal::Invisible.into(),
            GroupNameRefusal::LooksLike("staff".to_owned()).into(),
            FieldRefusal::Role,
            FieldRefusal::ForAdministrators,
            FieldRefusal::ForAdministratorsByScope,
            PictureRefusal::TooManyBytes.into(),
            PictureRefusal::UnknownFormat.into(),
            PictureRefusal::TooLarge.into(),
            PictureRefusal::Unreadable.into(),
            PictureRefusal::TooDetailed.into(),
            ScheduleRefusal::TooLong.into(),
            ScheduleRefusal::SixFields.into(),
            ScheduleRefusal::FieldCount.into(),
            ScheduleRefusal::Field(CronField::Minute).into(),
            ScheduleRefusal::Field(CronField::Hour).into(),
            ScheduleRefusal::Field(CronField::DayOfMonth).into(),
            ScheduleRefusal::Field(CronField::Month).into(),
            ScheduleRefusal::Field(CronField::DayOfWeek).into(),
            ScheduleRefusal::UnknownTimeZone.into(),
            ScheduleRefusal::NeverTicks.into(),
            LifetimeOutOfRange.into(),
            FieldRefusal::ApplicationAddress,
            FieldRefusal::AddressPart,
            FieldRefusal::Other("As it is.".to_owned()),
        ];
        for refusal in refusals {
            assert_eq!(refused(w, &refusal), refusal.to_string());
        }
    }

    #[test]
    fn english_pages_tell_a_tick_as_the_api_does() {
        let now = datetime!(2026-01-01 00:00 UTC);
        for zone in ["Europe/Berlin", "America/St_Johns", "UTC"] {
            let schedule = RefreshSchedule::parse("0 4 * * *", zone, false, now).unwrap();
            for tick in schedule.next_ticks(now, 3) {
                let local = preferred("", "").time.local(schedule.local_time(tick));
                assert_eq!(local, schedule.in_words(tick));
            }
        }
    }

    /// The string literals of `source` before its tests that start like a sentence or a title.
    fn sentences(source: &str) -> Vec<&str> {
        let code = source.split("#[cfg(test)]").next().unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let literals = code.flat_map(|line| line.split('"').skip(1).step_by(2));
        let is_worded = |text: &&str| {
            let mut letters = text.chars();
            letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
        };
        literals.filter(is_worded).collect()
    }

    // The tests of a view do not see the texts that handlers pass to it.
    #[test]
    fn no_handler_of_a_page_words_anything_itself() {
        assert_eq!(sentences("let x = f(\"a\", \"Saved.\"); // \"No\"\n// \"Nor\""), ["Saved.", "No"]);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/pages");
        let mut read = 0;
        for folder in [folder.join("admin"), folder] {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "rs") {
                    let source = std::fs::read_to_string(&path).unwrap();
                    assert_eq!(sentences(&source), Vec::<&str>::new(), "{}", path.display());
                    read += 1;
                }
            }
        }
        assert!(read > 25, "{read} files read");
    }
}
