//! English.

mod account;
mod admin;
mod consent;
mod developer;
mod entrance;
mod error;
mod frame;
mod home;
mod notice;
mod preset;

use super::Words;

pub(super) static LANGUAGE: Words = Words {
    tag: "en",
    frame: frame::FRAME,
    form: frame::FORM,
    login: entrance::LOGIN,
    signup: entrance::SIGNUP,
    setup: entrance::SETUP,
    logout: entrance::LOGOUT,
    home: home::HOME,
    form_post: home::FORM_POST,
    client: consent::CLIENT,
    consent: consent::CONSENT,
    device: consent::DEVICE,
    developer: developer::DEVELOPER,
    own_client: developer::OWN_CLIENT,
    registered: developer::REGISTERED,
    snippet: developer::SNIPPET,
    account: account::ACCOUNT,
    profile: account::PROFILE,
    password: account::PASSWORD,
    sessions: account::SESSIONS,
    connected: account::CONNECTED,
    refresh_schedule: account::REFRESH_SCHEDULE,
    own_data: account::OWN_DATA,
    error: error::ERROR,
    error_codes: error::ERROR_CODES,
    wrong_host: error::WRONG_HOST,
    reset: entrance::RESET,
    admin: admin::ADMIN,
    people: admin::PEOPLE,
    invitations: admin::INVITATIONS,
    all_applications: admin::ALL_APPLICATIONS,
    keys: admin::KEYS,
    done: notice::DONE,
    scope: notice::SCOPE,
    claim: notice::CLAIM,
    time: notice::TIME,
    preset: preset::PRESET,
};
