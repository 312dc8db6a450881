//! Claims about a person, on the profile page, on the consent page and in the administration.

use crate::claims::for_each_profile_claim;

texts! {
    /// The texts of a claim.
    ClaimText(_) {
        /// Its label on the profile page.
        label;
        /// An explanation of the field, or empty.
        hint;
        /// What an application may do that receives it, on the consent page.
        consent;
    }
}

macro_rules! claim_texts {
    ($($about:tt $name:ident: $kind:ty, $scope:literal, $section:ident, $autocomplete:literal;)*) => {
        texts! {
            /// The texts of every claim.
            ClaimTexts(claim) {
                $($name: ClaimText;)*
                /// The claims that are not entered on the profile page have a consent text only.
                preferred_username;
                updated_at;
                email;
                email_verified;
                address;
                phone_number_verified;
                groups;
            }
        }

        impl ClaimTexts {
            /// The texts of a claim that is entered on the profile page.
            pub(crate) fn of_profile(&self, name: &str) -> Option<ClaimText> {
                let texts = [$((stringify!($name), self.$name)),*];
                texts.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text)
            }
        }
    };
}
for_each_profile_claim!(claim_texts);

impl ClaimTexts {
    /// What an application may do that receives the claim, on the consent page.
    pub(crate) fn consent(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "preferred_username" => self.preferred_username,
            "updated_at" => self.updated_at,
            "email" => self.email,
            "email_verified" => self.email_verified,
            "address" => self.address,
            "phone_number_verified" => self.phone_number_verified,
            "groups" => self.groups,
            name => self.of_profile(name)?.consent,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{claims, web::i18n::LANGUAGES};

    #[test]
    fn every_claim_of_the_catalogue_has_a_consent_text() {
        for claim in claims::all() {
            for language in LANGUAGES {
                assert!(language.claim.consent(claim.name).is_some_and(|text| !text.is_empty()), "{}", claim.name);
            }
        }
        assert!(LANGUAGES.iter().all(|language| language.claim.consent("shoe_size").is_none()));
    }
}
