//! The words of the keys that have one of a few values.

use super::{
    choice::NamedChoice,
    settings::{DynamicRegistration, LogFormat, Profile},
};
use crate::{account::invitation::SignUp, oauth::resource::AccessTokenType};

impl NamedChoice for Profile {
    const CHOICES: &'static [(&'static str, Self)] = &[("default", Self::Default), ("oidc-compat", Self::OidcCompat)];
}

impl NamedChoice for DynamicRegistration {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("off", Self::Off), ("initial_access_token", Self::InitialAccessToken), ("open", Self::Open)];
}

impl NamedChoice for LogFormat {
    const CHOICES: &'static [(&'static str, Self)] = &[("text", Self::Text), ("json", Self::Json)];
}

impl NamedChoice for SignUp {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("open", Self::Open), ("invitation", Self::Invitation), ("closed", Self::Closed)];
}

impl NamedChoice for AccessTokenType {
    const CHOICES: &'static [(&'static str, Self)] = &[("at+jwt", Self::AtJwt), ("JWT", Self::Jwt)];
}
