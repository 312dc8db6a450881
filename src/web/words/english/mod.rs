//! English.

mod account;
mod consent;
mod developer;
mod entrance;
mod frame;
mod home;

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
};
