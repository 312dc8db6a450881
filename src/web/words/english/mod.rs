//! English.

mod entrance;
mod frame;

use super::Words;

pub(super) static LANGUAGE: Words =
    Words { tag: "en", frame: frame::FRAME, field: frame::FIELD, login: entrance::LOGIN };
