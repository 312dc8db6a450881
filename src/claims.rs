//! The catalogue of claims about a person, with the names of OpenID Connect Core
//! [§5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims).
//!
//! The profile of an account, its form, the user API, `/userinfo`, ID tokens, the consent page and the administration
//! derive from it.

/// Calls a macro with every claim that a user enters in the profile, in the order of the profile page:
///
/// ```text
/// "description in the API" name: Type, "scope", section, "autocomplete";
/// ```
///
/// The type is one of `account::profile` and has the parser. The sections of the page are `names` and `about_you`. The
/// value of [`autocomplete`](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill) is
/// empty if browsers cannot fill in the field.
macro_rules! for_each_profile_claim {
    ($callback:ident) => {
        $callback! {
            "Full name." name: Line<120>, "profile", names, "name";
            "Given name." given_name: Line<80>, "profile", names, "given-name";
            "Middle name." middle_name: Line<80>, "profile", names, "additional-name";
            "Family name." family_name: Line<80>, "profile", names, "family-name";
            "Nickname." nickname: Line<64>, "profile", names, "nickname";
            "Date of birth, `YYYY-MM-DD`." birthdate: Birthdate, "profile", about_you, "bday";
            "Gender, in the user's own words." gender: Line<32>, "profile", about_you, "sex";
            "Telephone number, such as `+49 30 1234567`."
                phone_number: PhoneNumber, "phone", about_you, "tel";
            "URL of a page about the user." profile: WebAddress, "profile", about_you, "";
            "URL of the user's website." website: WebAddress, "profile", about_you, "url";
            "URL of a picture. `PUT /users/{id}/picture` uploads a picture to this server and sets it."
                picture: WebAddress, "profile", about_you, "";
            "Time zone, such as `Europe/Berlin`." zoneinfo: Line<48>, "profile", about_you, "";
            "Language, such as `de-DE`." locale: Line<32>, "profile", about_you, "language";
        }
    };
}
pub(crate) use for_each_profile_claim;

/// A claim and the scope token that requests it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimDefinition {
    pub name: &'static str,
    pub scope: &'static str,
}

macro_rules! definitions {
    ($($about:tt $name:ident: $kind:ty, $scope:literal, $section:ident, $autocomplete:literal;)*) => {
        /// The claims that a user enters in the profile.
        pub const PROFILE_CLAIMS: &[ClaimDefinition] =
            &[$(ClaimDefinition { name: stringify!($name), scope: $scope }),*];
    };
}
for_each_profile_claim!(definitions);

/// The claims that come from other parts of an account.
pub const FURTHER_CLAIMS: &[ClaimDefinition] = &[
    ClaimDefinition { name: "preferred_username", scope: "profile" },
    ClaimDefinition { name: "updated_at", scope: "profile" },
    ClaimDefinition { name: "email", scope: "email" },
    ClaimDefinition { name: "email_verified", scope: "email" },
    ClaimDefinition { name: "address", scope: "address" },
    ClaimDefinition { name: "phone_number_verified", scope: "phone" },
    ClaimDefinition { name: "groups", scope: "groups" },
];

/// All claims about a person.
pub fn all() -> impl Iterator<Item = &'static ClaimDefinition> {
    PROFILE_CLAIMS.iter().chain(FURTHER_CLAIMS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_claim_is_in_the_catalogue_once() {
        let names: BTreeSet<_> = all().map(|claim| claim.name).collect();
        assert_eq!(names.len(), all().count());
    }
}
