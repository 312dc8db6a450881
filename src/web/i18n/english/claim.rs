use crate::web::i18n::{ClaimText, ClaimTexts};

pub(super) const CLAIM: ClaimTexts = ClaimTexts {
    name: ClaimText { label: "Full name", hint: "", consent: "See your full name" },
    given_name: ClaimText { label: "Given name", hint: "", consent: "See your given name" },
    middle_name: ClaimText { label: "Middle name", hint: "", consent: "See your middle name" },
    family_name: ClaimText { label: "Family name", hint: "", consent: "See your family name" },
    nickname: ClaimText { label: "Nickname", hint: "", consent: "See your nickname" },
    birthdate: ClaimText { label: "Date of birth", hint: "For example 1990-12-31.", consent: "See your date of birth" },
    gender: ClaimText { label: "Gender", hint: "", consent: "See your gender" },
    phone_number: ClaimText {
        label: "Phone number",
        hint: "With country code, for example +49 30 123456.",
        consent: "See your phone number",
    },
    profile: ClaimText { label: "Profile page", hint: "A web address.", consent: "See the link to your profile page" },
    website: ClaimText { label: "Website", hint: "A web address.", consent: "See the link to your website" },
    picture: ClaimText {
        label: "Picture URL",
        hint: "Filled in automatically when you upload a picture.",
        consent: "See your picture",
    },
    zoneinfo: ClaimText { label: "Time zone", hint: "For example Europe/Berlin.", consent: "See your time zone" },
    locale: ClaimText { label: "Language", hint: "For example de-DE.", consent: "See your language" },
    preferred_username: "See your username",
    updated_at: "See when your profile was last changed",
    email: "See your e-mail address",
    email_verified: "See whether your e-mail address is verified",
    address: "See your postal address",
    phone_number_verified: "See whether your phone number is verified",
    groups: "See which groups you belong to",
};
