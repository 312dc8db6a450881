use crate::web::i18n::{ClaimText, ClaimTexts};

pub(super) const CLAIM: ClaimTexts = ClaimTexts {
    name: ClaimText { label: "Vollständiger Name", hint: "", consent: "Ihren vollständigen Namen sehen" },
    given_name: ClaimText { label: "Vorname", hint: "", consent: "Ihren Vornamen sehen" },
    middle_name: ClaimText { label: "Zweiter Vorname", hint: "", consent: "Ihren zweiten Vornamen sehen" },
    family_name: ClaimText { label: "Nachname", hint: "", consent: "Ihren Nachnamen sehen" },
    nickname: ClaimText { label: "Spitzname", hint: "", consent: "Ihren Spitznamen sehen" },
    birthdate: ClaimText { label: "Geburtsdatum", hint: "Zum Beispiel 1990-12-31.", consent: "Ihr Geburtsdatum sehen" },
    gender: ClaimText { label: "Geschlecht", hint: "", consent: "Ihr Geschlecht sehen" },
    phone_number: ClaimText {
        label: "Telefonnummer",
        hint: "Mit Landesvorwahl, zum Beispiel +49 30 123456.",
        consent: "Ihre Telefonnummer sehen",
    },
    profile: ClaimText {
        label: "Profilseite",
        hint: "Eine Webadresse.",
        consent: "Den Link zu Ihrer Profilseite sehen",
    },
    website: ClaimText { label: "Website", hint: "Eine Webadresse.", consent: "Den Link zu Ihrer Website sehen" },
    picture: ClaimText {
        label: "URL des Bildes",
        hint: "Wird automatisch ausgefüllt, wenn Sie ein Bild hochladen.",
        consent: "Ihr Bild sehen",
    },
    zoneinfo: ClaimText { label: "Zeitzone", hint: "Zum Beispiel Europe/Berlin.", consent: "Ihre Zeitzone sehen" },
    locale: ClaimText { label: "Sprache", hint: "Zum Beispiel de-DE.", consent: "Ihre Sprache sehen" },
    preferred_username: "Ihren Benutzernamen sehen",
    updated_at: "Sehen, wann Ihr Profil zuletzt geändert wurde",
    email: "Ihre E-Mail-Adresse sehen",
    email_verified: "Sehen, ob Ihre E-Mail-Adresse bestätigt ist",
    address: "Ihre Postanschrift sehen",
    phone_number_verified: "Sehen, ob Ihre Telefonnummer bestätigt ist",
    groups: "Sehen, zu welchen Gruppen Sie gehören",
};
