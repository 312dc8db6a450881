use time::UtcOffset;

use crate::web::i18n::{ClaimTexts, DoneTexts, ScopeTexts, TimeTexts};

pub(super) const DONE: DoneTexts = DoneTexts {
    done: "Done. The change is saved.",
    application_disconnected: "The application is disconnected.",
    application_deleted: "The application is deleted.",
    saved: "Saved.",
    setting_changed: "The setting is changed.",
    secret_removed: "The secret is removed.",
    password_changed: "The password is changed, and every other device is signed out.",
    picture_taken: "The picture is taken.",
    picture_removed: "The picture is removed.",
    schedule_set: "The schedule is set.",
    schedule_removed: "The schedule is removed.",
    device_signed_out: "The other device is signed out.",
};

pub(super) const SCOPE: ScopeTexts = ScopeTexts {
    at: |api| format!("at {api}"),
    openid: "Know who you are: a number that stands for your account",
    profile: "See your name, username, picture and other details of your profile",
    email: "See your e-mail address",
    address: "See your postal address",
    phone: "See your phone number",
    groups: "See which groups you belong to",
    offline_access: "Stay connected when you are not using it",
    signet_account: "Manage your account on this server",
    signet_clients: "Register and change applications on this server",
    signet_users: "Manage the people of this server",
    signet_admin: "Manage everything on this server",
};

pub(super) const CLAIM: ClaimTexts = ClaimTexts {
    name: "See your full name",
    family_name: "See your family name",
    given_name: "See your given name",
    middle_name: "See your middle name",
    nickname: "See your nickname",
    preferred_username: "See your username",
    profile: "See the address of your profile page",
    picture: "See your picture",
    website: "See the address of your website",
    gender: "See your gender",
    birthdate: "See your day of birth",
    zoneinfo: "See your time zone",
    locale: "See your language",
    updated_at: "See when your profile last changed",
    email: "See your email address",
    email_verified: "See whether your email address is verified",
    address: "See your postal address",
    phone_number: "See your telephone number",
    phone_number_verified: "See whether your telephone number is verified",
    groups: "See the groups that you are in",
};

pub(super) const TIME: TimeTexts = TimeTexts {
    moment: |at| {
        let at = at.to_offset(UtcOffset::UTC);
        format!("{} {} {}, {:02}:{:02} UTC", at.day(), at.month(), at.year(), at.hour(), at.minute())
    },
    local: |at| {
        let (hours, minutes, _) = at.offset().as_hms();
        let (day, month, year, hour, minute) = (at.day(), at.month(), at.year(), at.hour(), at.minute());
        let minutes = minutes.unsigned_abs();
        format!("{}, {day} {month} {year} at {hour:02}:{minute:02} (UTC{hours:+03}:{minutes:02})", at.weekday())
    },
    schedule: |_, _, english| english.to_owned(),
};
