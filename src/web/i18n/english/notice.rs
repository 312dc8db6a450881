use time::UtcOffset;

use crate::web::i18n::{DoneTexts, ScopeTexts, TimeTexts};

pub(super) const DONE: DoneTexts = DoneTexts {
    done: "Change saved.",
    application_disconnected: "App disconnected.",
    application_deleted: "Application deleted.",
    saved: "Saved.",
    setting_changed: "Setting changed.",
    secret_removed: "Secret removed.",
    password_changed: "Password changed. All other devices were signed out.",
    picture_taken: "Picture saved.",
    picture_removed: "Picture removed.",
    schedule_set: "Schedule set.",
    schedule_removed: "Schedule removed.",
    device_signed_out: "The other device was signed out.",
};

pub(super) const SCOPE: ScopeTexts = ScopeTexts {
    at: |api| format!("at {api}"),
    openid: "Recognize you by an account ID",
    profile: "See your name, username, picture and other profile details",
    email: "See your e-mail address",
    address: "See your postal address",
    phone: "See your phone number",
    groups: "See which groups you belong to",
    offline_access: "Stay connected when you are not using it",
    signet_account: "Manage your account on this server",
    signet_clients: "Register and change applications on this server",
    signet_users: "Manage the people on this server",
    signet_admin: "Manage everything on this server",
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
