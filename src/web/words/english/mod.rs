//! English.

mod entrance;
mod frame;
mod home;
mod security;

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
    security: security::SECURITY,
    audit: security::AUDIT,
    troubles: security::TROUBLES,
};
