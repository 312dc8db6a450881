//! What the OpenAPI document says of people, and how they are written as JSON.

use poem_openapi::{
    Object,
    registry::Registry,
    types::{Example, Type},
};
use serde_json::{Map, Value, json};

use super::{
    documented::{AnswerKind, Kinds, kinds},
    json_body,
    management::{with_refusals, with_refusals_of_one},
    oauth_schema::ErrorBody,
};
use crate::{
    account::{
        profile_form::{AddressForm, AdminFields, ProfileForm},
        record::{Account, Role},
    },
    endpoint::{
        invitations::ListedInvitation, management::ManagementRefusal, merge_patch::merge_patch,
        password_resets::NewResetLink, profile,
    },
    oauth::issuer::Issuer,
};

/// What is known about a person, with the names of OpenID Connect Core §5.1. What is left out is taken away.
#[derive(Default, Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(super) struct UserForm {
    /// The name to sign in with; left out it stays.
    username: Option<String>,
    /// The e-mail address.
    email: Option<String>,
    /// The full name.
    name: Option<String>,
    /// The given name.
    given_name: Option<String>,
    /// The family name.
    family_name: Option<String>,
    /// The middle name.
    middle_name: Option<String>,
    /// What friends say.
    nickname: Option<String>,
    /// The address of a page about the person.
    profile: Option<String>,
    /// The address of a picture. `PUT /users/{id}/picture` takes one to be kept here, and sets it.
    picture: Option<String>,
    /// The address of the person's own page.
    website: Option<String>,
    /// The gender, in the person's words.
    gender: Option<String>,
    /// The day of birth, `YYYY-MM-DD`.
    birthdate: Option<String>,
    /// The time zone, such as `Europe/Berlin`.
    zoneinfo: Option<String>,
    /// The language, such as `de-DE`.
    locale: Option<String>,
    /// The telephone number, such as `+49 30 1234567`.
    phone_number: Option<String>,
    /// The postal address.
    address: Option<AddressBody>,
    /// The number by which an employer knows the person. A person enters it when they register; later only an
    /// administrator changes it. Left out it stays.
    employee_number: Option<String>,
    /// Whether the e-mail address is known to be the person's. Administrators only. Left out, an address that an
    /// administrator enters or changes counts as verified, one that the person changes does not, and otherwise it stays.
    /// Another account cannot have the same verified address.
    email_verified: Option<bool>,
    /// Whether the telephone number was. Administrators only; left out it stays.
    phone_number_verified: Option<bool>,
    /// The groups. Administrators only; left out they stay.
    groups: Option<Vec<String>>,
    /// `person` or `administrator`. Only with the scope `signet:admin`; left out it stays.
    role: Option<String>,
    /// Whether the account may not be used. Administrators only; left out it stays.
    disabled: Option<bool>,
}

/// A postal address, OpenID Connect Core §5.1.1.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct AddressBody {
    /// Street and number, in one or more lines.
    street_address: Option<String>,
    /// The town.
    locality: Option<String>,
    /// The state or region.
    region: Option<String>,
    /// The postal code.
    postal_code: Option<String>,
    /// The country.
    country: Option<String>,
    /// All of it, as on an envelope; made by the server.
    formatted: Option<String>,
}

/// A person to be registered.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(super) struct NewUserBody {
    /// The password. Only an administrator can leave it out; then nobody can sign in by password yet.
    password: Option<String>,
    /// The secret of an invitation, as it stands in its link, where people register by invitation.
    invitation: Option<String>,
    #[oai(flatten)]
    profile: UserForm,
}

/// A person. The password is never shown.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct UserBody {
    /// The identifier, which is `sub` in tokens.
    id: String,
    /// When the person was registered, in seconds since 1970.
    created_at: i64,
    /// When something about them last changed, in seconds since 1970.
    updated_at: i64,
    #[oai(flatten)]
    profile: UserForm,
}

/// A page of people.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct UserPageBody {
    /// The people.
    users: Vec<UserBody>,
    /// With what the next page is asked for; absent at the end.
    next_page_token: Option<String>,
}

/// A new password.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(super) struct PasswordBody {
    /// The password of today; needed to change one's own.
    pub(super) current_password: Option<String>,
    /// The new one.
    pub(super) new_password: String,
}

/// Whom to invite.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(super) struct InvitationForm {
    /// The e-mail address of the account, unless its owner enters another one.
    pub(super) email: Option<String>,
    /// Whether the address is known to be the person's; `true` if left out.
    pub(super) email_verified: Option<bool>,
    /// Its groups.
    pub(super) groups: Option<Vec<String>>,
    /// For how many seconds it works, up to 30 days; a week if left out.
    pub(super) expires_in: Option<i64>,
}

/// An invitation.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct InvitationBody {
    /// The identifier.
    id: String,
    /// The link to hand over, told this once.
    link: Option<String>,
    /// The e-mail address of the account.
    email: Option<String>,
    /// Whether the address is known to be the person's.
    email_verified: Option<bool>,
    /// Its groups.
    groups: Vec<String>,
    /// Until when it works, in seconds since 1970.
    expires_at: i64,
}

/// A link with which a person sets a password.
#[derive(Object)]
pub(super) struct ResetLinkBody {
    /// The link to hand over, told this once.
    link: String,
    /// Until when it works, in seconds since 1970.
    expires_at: i64,
}

/// A page of invitations.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct InvitationPageBody {
    /// The invitations that can still be used.
    invitations: Vec<InvitationBody>,
    /// With what the next page is asked for; absent at the end.
    next_page_token: Option<String>,
}

impl Example for UserForm {
    fn example() -> Self {
        Self {
            email: Some("eve@example.org".to_owned()),
            name: Some("Eve Example".to_owned()),
            birthdate: Some("1990-02-28".to_owned()),
            phone_number: Some("+49 30 1234567".to_owned()),
            ..Self::default()
        }
    }
}

impl Example for NewUserBody {
    fn example() -> Self {
        let profile = UserForm { username: Some("eve".to_owned()), ..UserForm::example() };
        Self { password: Some("a sentence only Eve thinks of".to_owned()), invitation: None, profile }
    }
}

impl Example for PasswordBody {
    fn example() -> Self {
        Self {
            current_password: Some("a sentence only Eve thinks of".to_owned()),
            new_password: "another sentence only Eve thinks of".to_owned(),
        }
    }
}

impl Example for InvitationForm {
    fn example() -> Self {
        Self {
            email: Some("eve@example.org".to_owned()),
            email_verified: None,
            groups: Some(vec!["staff".to_owned()]),
            expires_in: Some(86_400),
        }
    }
}

/// A person as JSON.
pub(super) fn user_json(account: &Account, issuer: &Issuer) -> Value {
    let mut body: Map<String, Value> = profile::claims(account, issuer);
    body.remove("preferred_username");
    let further = json!({
        "id": account.id.as_str(),
        "username": account.username.as_str(),
        "role": match account.role {
            Role::Person => "person",
            Role::Administrator => "administrator",
        },
        "disabled": !account.is_active(),
        "created_at": account.created_at.unix_timestamp(),
    });
    if let Value::Object(further) = further {
        body.extend(further);
    }
    if let Some(number) = &account.employee_number {
        body.insert("employee_number".to_owned(), number.as_str().into());
    }
    Value::Object(body)
}

/// What was known of `account`, changed by `patch` (RFC 7396). What only administrators decide stays unless it is named.
pub(super) fn patched(
    account: &Account,
    patch: &Map<String, Value>,
    issuer: &Issuer,
) -> Result<ProfileForm, ManagementRefusal> {
    if patch.get("username").is_some_and(Value::is_null) {
        return Err(ManagementRefusal::Invalid("the member \"username\" cannot be taken away".to_owned()));
    }
    let mut patch = patch.clone();
    for (name, nothing) in nothing_of_orders() {
        if patch.get(name).is_some_and(Value::is_null) {
            patch.insert(name.to_owned(), nothing);
        }
    }
    let mut members = user_json(account, issuer).as_object().cloned().unwrap_or_default();
    for (name, _) in nothing_of_orders() {
        members.remove(name);
    }
    merge_patch(&mut members, &patch);
    let form = json_body::parse::<UserForm>(Value::Object(members));
    form.map(ProfileForm::from).map_err(|bad_request| ManagementRefusal::Invalid(bad_request.to_string()))
}

/// What only administrators decide, with what it is for somebody of whom nothing was decided.
fn nothing_of_orders() -> [(&'static str, Value); 6] {
    [
        ("employee_number", json!("")),
        ("email_verified", json!(false)),
        ("phone_number_verified", json!(false)),
        ("groups", json!([])),
        ("role", json!("person")),
        ("disabled", json!(false)),
    ]
}

/// A link with which a person sets a password as JSON.
pub(super) fn reset_link_json(made: &NewResetLink) -> Value {
    json!({"link": made.link.expose(), "expires_at": made.expires_at.unix_timestamp()})
}

/// An invitation as JSON.
pub(super) fn invitation_json(listed: &ListedInvitation) -> Value {
    let invitation = &listed.invitation;
    let mut body = json!({
        "id": listed.id,
        "groups": invitation.groups().iter().collect::<Vec<_>>(),
        "expires_at": invitation.expires_at().unix_timestamp(),
    });
    if let (Some(email), Some(members)) = (invitation.email(), body.as_object_mut()) {
        members.insert("email".to_owned(), email.as_str().into());
        members.insert("email_verified".to_owned(), invitation.email_verified().into());
    }
    body
}

impl NewUserBody {
    /// About the person, the password, and the invitation.
    pub(super) fn into_parts(self) -> (ProfileForm, Option<String>, Option<String>) {
        (self.profile.into(), self.password, self.invitation)
    }
}

impl From<UserForm> for ProfileForm {
    fn from(form: UserForm) -> Self {
        let address = form.address.map_or_else(AddressForm::default, |address| AddressForm {
            street_address: address.street_address,
            locality: address.locality,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country,
        });
        Self {
            username: form.username,
            email: form.email,
            name: form.name,
            given_name: form.given_name,
            family_name: form.family_name,
            middle_name: form.middle_name,
            nickname: form.nickname,
            profile: form.profile,
            picture: form.picture,
            website: form.website,
            gender: form.gender,
            birthdate: form.birthdate,
            zoneinfo: form.zoneinfo,
            locale: form.locale,
            phone_number: form.phone_number,
            address,
            ordered: AdminFields {
                employee_number: form.employee_number,
                email_verified: form.email_verified,
                phone_number_verified: form.phone_number_verified,
                groups: form.groups,
                role: form.role,
                is_disabled: form.disabled,
            },
        }
    }
}

const NOT_JSON: &str = "The body is not JSON";

kinds!(UserPageKinds registers UserPageBody, ErrorBody =>
    with_refusals(vec![AnswerKind::json::<UserPageBody>(200, "The people")]));
kinds!(CreateUserKinds registers UserBody, ErrorBody => with_refusals(vec![
    AnswerKind::json::<UserBody>(201, "The person"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
kinds!(UserKinds registers UserBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<UserBody>(200, "The person")]));
kinds!(ReplaceUserKinds registers UserBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<UserBody>(200, "The person"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
kinds!(GoneKinds registers ErrorBody => with_refusals_of_one(vec![AnswerKind::empty(204, "Done")]));
kinds!(PasswordKinds registers ErrorBody => with_refusals_of_one(vec![
    AnswerKind::empty(204, "The password is changed"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
kinds!(ResetLinkKinds registers ResetLinkBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<ResetLinkBody>(201, "The link")]));
kinds!(InvitationPageKinds registers InvitationPageBody, ErrorBody =>
    with_refusals(vec![AnswerKind::json::<InvitationPageBody>(200, "The invitations")]));
kinds!(InviteKinds registers InvitationBody, ErrorBody => with_refusals(vec![
    AnswerKind::json::<InvitationBody>(201, "The invitation, with its link"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
