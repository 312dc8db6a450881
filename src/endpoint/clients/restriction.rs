//! Restriction of an application to groups. The person who manages the application may set and lift it, but a
//! restriction set by an administrator can only be changed by an administrator.

use std::borrow::Cow;

use crate::oauth::{
    client::{Client, Provenance},
    registration::{Registrar, RegistrationErrorCode, RegistrationRefusal, RegistrationRequest},
    registration_member::allowed_groups,
};

/// The groups an application is restricted to and who set the restriction. Only [`judge`] and [`of_new`] create one.
#[derive(Debug)]
pub(super) struct Restriction {
    groups: Vec<String>,
    is_by_owner: bool,
}

/// Checks the groups that `request` asks for. The returned request no longer contains them.
///
/// # Errors
///
/// Returns an error for `allowed_groups` if a name is not a valid group name, or an administrator has set other
/// groups.
pub(super) fn judge<'r>(
    client: &Client,
    request: &'r RegistrationRequest,
    is_administrator: bool,
) -> Result<(Cow<'r, RegistrationRequest>, Restriction), RegistrationRefusal> {
    let known = &client.metadata.allowed_groups;
    let is_ordered = !known.is_empty() && !client.is_restricted_by_owner;
    let asked = allowed_groups(request.allowed_groups.as_deref())?;
    let rest = match &request.allowed_groups {
        None => Cow::Borrowed(request),
        Some(_) => Cow::Owned(RegistrationRequest { allowed_groups: None, ..request.clone() }),
    };
    if is_administrator {
        return Ok((rest, Restriction { groups: asked, is_by_owner: false }));
    }
    if !is_ordered {
        return Ok((rest, Restriction { is_by_owner: !asked.is_empty(), groups: asked }));
    }
    // An omitted member falls back to its default, except for a restriction set by an administrator.
    if request.allowed_groups.is_some() && asked != *known {
        return Err(RegistrationRefusal {
            code: RegistrationErrorCode::InvalidClientMetadata,
            member: "allowed_groups",
            description: "the groups were set by an administrator, and only an administrator can change them"
                .to_owned(),
        });
    }
    Ok((rest, Restriction { groups: known.clone(), is_by_owner: false }))
}

/// Checks the groups that `request` asks for in a new client. The returned request no longer contains them, unless
/// the application registers itself: no person manages it, and registration refuses what only people can ask for.
///
/// # Errors
///
/// Returns an error for `allowed_groups` if a name is not a valid group name.
pub(super) fn of_new<'r>(
    request: &'r RegistrationRequest,
    registrar: Registrar,
    provenance: &Provenance,
) -> Result<(Cow<'r, RegistrationRequest>, Restriction), RegistrationRefusal> {
    let groups = allowed_groups(request.allowed_groups.as_deref())?;
    if groups.is_empty() || matches!(provenance, Provenance::Itself { .. }) {
        return Ok((Cow::Borrowed(request), Restriction { groups: Vec::new(), is_by_owner: false }));
    }
    let rest = RegistrationRequest { allowed_groups: None, ..request.clone() };
    Ok((Cow::Owned(rest), Restriction { groups, is_by_owner: registrar == Registrar::Person }))
}

impl Restriction {
    pub(super) fn apply(self, client: &mut Client) {
        client.metadata.allowed_groups = self.groups;
        client.is_restricted_by_owner = self.is_by_owner;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client_authentication::tests::client;

    /// The resulting groups of a client whose current groups were or were not set by its owner, for the requested
    /// groups.
    fn outcome(
        (known, is_by_owner): (&[&str], bool),
        asked: Option<&[&str]>,
        is_administrator: bool,
    ) -> Result<(Vec<String>, bool), &'static str> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut client = client();
        client.metadata.allowed_groups = names(known);
        client.is_restricted_by_owner = is_by_owner;
        let request = RegistrationRequest { allowed_groups: asked.map(names), ..RegistrationRequest::default() };
        let (rest, restriction) = judge(&client, &request, is_administrator).map_err(|refusal| refusal.member)?;
        assert!(rest.allowed_groups.is_none());
        restriction.apply(&mut client);
        Ok((client.metadata.allowed_groups, client.is_restricted_by_owner))
    }

    #[test]
    fn an_owner_restricts_an_application_and_lifts_that_but_not_what_an_administrator_ordered() {
        let staff = || vec!["staff".to_owned()];
        let owner = false;
        assert_eq!(outcome((&[], false), Some(&["staff"]), owner), Ok((staff(), true)));
        assert_eq!(outcome((&["staff"], true), Some(&[]), owner), Ok((vec![], false)));
        assert_eq!(outcome((&["staff"], true), None, owner), Ok((vec![], false)), "as every member left out");
        assert_eq!(outcome((&["staff"], false), None, owner), Ok((staff(), false)));
        assert_eq!(outcome((&["staff"], false), Some(&["staff"]), owner), Ok((staff(), false)));
        for asked in [&[][..], &["others"], &["staff", "others"]] {
            assert_eq!(outcome((&["staff"], false), Some(asked), owner), Err("allowed_groups"), "{asked:?}");
        }
        assert_eq!(outcome((&[], false), Some(&[" "]), owner), Err("allowed_groups"));
    }

    #[test]
    fn a_person_registers_an_application_that_only_some_can_use() {
        let request =
            RegistrationRequest { allowed_groups: Some(vec!["staff".to_owned()]), ..RegistrationRequest::default() };
        let person = Provenance::Person(crate::oauth::subject::Subject::new("usr_eve"));
        for (registrar, is_by_owner) in [(Registrar::Person, true), (Registrar::Administrator, false)] {
            let (rest, restriction) = of_new(&request, registrar, &person).unwrap();
            assert!(rest.allowed_groups.is_none());
            assert_eq!((restriction.groups, restriction.is_by_owner), (vec!["staff".to_owned()], is_by_owner));
        }
    }

    #[test]
    fn an_administrator_restricts_every_application_and_opens_it_again() {
        for is_by_owner in [false, true] {
            let ordered = outcome((&["staff"], is_by_owner), Some(&["admins"]), true);
            assert_eq!(ordered, Ok((vec!["admins".to_owned()], false)));
            assert_eq!(outcome((&["staff"], is_by_owner), Some(&[]), true), Ok((vec![], false)));
        }
    }
}
