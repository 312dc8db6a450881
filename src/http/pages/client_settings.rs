//! The rarely needed settings of an application and the groups whose members may use it, as fields of a form.

use serde_json::{Map, Value, json};

use super::form_lines::lines;
use crate::{
    endpoint::access::Access,
    http::page_request::PageRequest,
    jose::Algorithm,
    oauth::{
        client::{ApplicationType, AuthMethod, Client, GrantType, ResponseType},
        client_setting::member,
        registration_policy::RegistrationPolicy,
    },
    web::{
        Choice, CompatibilityForm, Control, RestrictionForm, Setting,
        i18n::{CompatibilityTexts, TextOf},
    },
};

/// The input control of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SettingKind {
    /// On or off.
    Flag,
    /// On, off, or the server's setting.
    ServerFlag,
    /// On, off, or the server's PKCE rule.
    PkceFlag,
    /// On, off, or the default.
    UsualFlag,
    Text,
    Number,
    /// One value per line.
    Lines,
    Json,
    Grants,
    ResponseTypes,
    /// One of several values.
    Method,
    Application,
    Subject,
    /// An algorithm with which the server signs. For some responses, signing is optional.
    Signing {
        is_optional: bool,
    },
    /// An algorithm with which the application signs, or any.
    Verifying {
        with_secret: bool,
    },
}

/// The members in the form, either named in `setting` or with a value. All other members stay unchanged.
pub(super) fn entered(
    page_request: &PageRequest,
    settings: &[SettingOf],
) -> Result<Map<String, Value>, (&'static str, String)> {
    let mut members = Map::new();
    for setting in settings.iter().filter(|setting| is_entered(page_request, setting.member)) {
        let entered = values(page_request, setting.member);
        members.insert(setting.member.to_owned(), value(&page_request.texts.compatibility, setting, &entered)?);
    }
    Ok(members)
}

/// Whether the form contains the setting `member`.
fn is_entered(page_request: &PageRequest, member: &str) -> bool {
    !values(page_request, member).is_empty() || values(page_request, "setting").iter().any(|name| name == member)
}

/// Replaces the current value of `setting` by the entered one, if the form contains the setting.
pub(super) fn keep_entered(page_request: &PageRequest, setting: &mut Setting) {
    if is_entered(page_request, setting.member)
        && let Some(known) = SETTINGS.iter().chain([&GROUPS]).find(|known| known.member == setting.member)
    {
        setting.control = control(page_request, known.kind, &values(page_request, setting.member));
        leave_out_reserved(setting);
    }
}

/// Parses the entered value of a setting.
fn value(w: &CompatibilityTexts, setting: &SettingOf, entered: &[String]) -> Result<Value, (&'static str, String)> {
    let text = entered.first().map(|text| text.trim()).unwrap_or_default();
    Ok(match setting.kind {
        SettingKind::Grants | SettingKind::ResponseTypes => json!(entered),
        SettingKind::Lines => json!(lines(text)),
        _ if text.is_empty() => Value::Null,
        SettingKind::Flag | SettingKind::ServerFlag | SettingKind::PkceFlag | SettingKind::UsualFlag => {
            json!(matches!(text, "true" | "yes" | "on" | "1"))
        }
        SettingKind::Number => json!(text.parse::<i64>().map_err(|_| (setting.member, w.not_a_number.to_owned()))?),
        SettingKind::Json => serde_json::from_str(text).map_err(|_| (setting.member, w.not_json.to_owned()))?,
        _ => json!(text),
    })
}

/// The submitted values of the parameter `name`.
fn values(page_request: &PageRequest, name: &str) -> Vec<String> {
    page_request.parameters.as_ref().map(|sent| sent.many(name).map(ToOwned::to_owned).collect()).unwrap_or_default()
}

/// The settings form of `client` for the holder of `access`.
pub(super) fn form(page_request: &PageRequest, access: &Access, client: &Client) -> CompatibilityForm {
    let settings: Vec<Setting> = SETTINGS.iter().map(|setting| shown(page_request, access, client, setting)).collect();
    CompatibilityForm { settings, is_open: false, error: None }
}

/// The groups form of `client` for the holder of `access`.
pub(super) fn restriction(page_request: &PageRequest, access: &Access, client: &Client) -> RestrictionForm {
    RestrictionForm { setting: shown(page_request, access, client, &GROUPS) }
}

fn shown(page_request: &PageRequest, access: &Access, client: &Client, setting: &SettingOf) -> Setting {
    let w = &page_request.texts.compatibility;
    let known = match member(&client.metadata, setting.member) {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect(),
        value => vec![value.to_string()],
    };
    let known = if setting.kind == SettingKind::Lines { vec![known.join("\n")] } else { known };
    let mut shown = Setting {
        member: setting.member,
        label: (setting.label)(w),
        cost: (setting.cost)(w),
        control: control(page_request, setting.kind, &known),
        error: None,
        locked: locked(page_request, access, client, setting.member),
        reserved: reserved(page_request, access, client, setting.member),
    };
    leave_out_reserved(&mut shown);
    shown
}

/// Who can change a setting that `access` cannot change. The owner may require more of an application, but not less
/// than the server does.
fn reserved(page_request: &PageRequest, access: &Access, client: &Client, member: &str) -> Option<String> {
    let is_reserved = member == "require_pkce"
        && !client.is_public()
        && !access.is_administrator()
        && page_request.server.signet().registration_policy.require_pkce
        && client.metadata.require_pkce != Some(false);
    is_reserved.then(|| page_request.texts.compatibility.pkce_reserved.to_owned())
}

fn leave_out_reserved(setting: &mut Setting) {
    if let (Some(_), Control::One(choices)) = (&setting.reserved, &mut setting.control) {
        choices.retain(|choice| choice.value != "false");
    }
}

/// Who can change a member that `access` cannot change.
fn locked(page_request: &PageRequest, access: &Access, client: &Client, member: &str) -> Option<String> {
    let w = &page_request.texts.compatibility;
    let needs_administrator = match member {
        "require_pkce" if client.is_public() => return Some(w.always.to_owned()),
        "allowed_groups" => !client.metadata.allowed_groups.is_empty() && !client.is_restricted_by_owner,
        _ => false,
    };
    (needs_administrator && !access.is_administrator()).then(|| w.ask_administrator.to_owned())
}

/// The control of a setting of `kind`, with the current value `chosen`.
fn control(page_request: &PageRequest, kind: SettingKind, chosen: &[String]) -> Control {
    let signet = page_request.server.signet();
    let (w, policy) = (&page_request.texts.compatibility, &signet.registration_policy);
    let one = chosen.first().map(String::as_str).unwrap_or_default();
    let choice = |value: &str, text: &str| Choice {
        value: value.to_owned(),
        text: text.to_owned(),
        is_chosen: chosen.iter().any(|one| one == value) || (value.is_empty() && one.is_empty()),
    };
    let is_on = one == "true";
    let flag = || {
        let flag = |value: &str, text: &str, is_chosen| Choice { is_chosen, ..choice(value, text) };
        vec![flag("true", w.yes, is_on), flag("false", w.no, !is_on)]
    };
    let open_flag = |text: &str| vec![choice("", text), choice("true", w.yes), choice("false", w.no)];
    let names = |names: Vec<&'static str>| names.into_iter().map(|name| choice(name, name)).collect::<Vec<_>>();
    match kind {
        SettingKind::Flag => Control::One(flag()),
        SettingKind::ServerFlag => Control::One(open_flag(&w.as_server(signet.authorization_policy.require_state))),
        SettingKind::PkceFlag if signet.authorization_policy.require_pkce => Control::One(open_flag(w.without_nonce)),
        SettingKind::PkceFlag => Control::One(open_flag(&w.as_server(false))),
        SettingKind::UsualFlag => Control::One(open_flag(w.as_usual)),
        SettingKind::Text | SettingKind::Number | SettingKind::Json => Control::Text(one.to_owned()),
        SettingKind::Lines => Control::Lines(one.to_owned()),
        SettingKind::Grants => Control::Some(names(grants(policy, chosen))),
        SettingKind::ResponseTypes => Control::Some(names(response_types(policy, chosen))),
        SettingKind::Method => Control::One(names(AuthMethod::ALL.map(AuthMethod::as_str).to_vec())),
        SettingKind::Application => {
            Control::One(names([ApplicationType::Web, ApplicationType::Native].map(ApplicationType::as_str).to_vec()))
        }
        SettingKind::Subject => Control::One(names(vec!["public", "pairwise"])),
        SettingKind::Signing { is_optional } => {
            let algorithms = names(policy.signing_algs.iter().map(|algorithm| algorithm.as_str()).collect());
            let none = is_optional.then(|| choice("", w.not_signed));
            Control::One(none.into_iter().chain(algorithms).collect())
        }
        SettingKind::Verifying { with_secret } => {
            let algorithms = names(Algorithm::ALL.map(Algorithm::as_str).to_vec());
            let secret = with_secret.then(|| choice("HS256", "HS256"));
            Control::One([choice("", w.any)].into_iter().chain(secret).chain(algorithms).collect())
        }
    }
}

/// The grant types that the server enables, and those that the application has.
fn grants(policy: &RegistrationPolicy, chosen: &[String]) -> Vec<&'static str> {
    let is_shown = |one: &GrantType| policy.offered.allows(*one) || chosen.iter().any(|name| name == one.as_str());
    GrantType::ALL.into_iter().filter(is_shown).map(GrantType::as_str).collect()
}

fn response_types(policy: &RegistrationPolicy, chosen: &[String]) -> Vec<&'static str> {
    let is_shown = |one: &ResponseType| {
        policy.offered.allows_response_type(*one) || chosen.iter().any(|name| name == one.as_str())
    };
    ResponseType::ALL.into_iter().filter(is_shown).map(ResponseType::as_str).collect()
}

/// A setting with its control and texts.
pub(super) struct SettingOf {
    pub(super) member: &'static str,
    kind: SettingKind,
    label: TextOf<CompatibilityTexts>,
    cost: TextOf<CompatibilityTexts>,
}

macro_rules! settings {
    ($($member:ident $cost:ident $kind:expr;)+) => {
        &[$(SettingOf { member: stringify!($member), kind: $kind, label: |w| w.$member, cost: |w| w.$cost },)+]
    };
}

pub(super) const GROUPS: SettingOf = SettingOf {
    member: "allowed_groups",
    kind: SettingKind::Lines,
    label: |w| w.allowed_groups,
    cost: |w| w.allowed_groups_cost,
};

/// The most commonly needed settings come first.
pub(super) const SETTINGS: &[SettingOf] = settings! {
    require_state require_state_cost SettingKind::ServerFlag;
    require_pkce require_pkce_cost SettingKind::PkceFlag;
    claims_in_id_token claims_in_id_token_cost SettingKind::Flag;
    backchannel_logout_uri backchannel_logout_uri_cost SettingKind::Text;
    backchannel_logout_session_required backchannel_logout_session_required_cost SettingKind::Flag;
    frontchannel_logout_uri frontchannel_logout_uri_cost SettingKind::Text;
    frontchannel_logout_session_required frontchannel_logout_session_required_cost SettingKind::Flag;
    id_token_signed_response_alg id_token_signed_response_alg_cost SettingKind::Signing { is_optional: false };
    userinfo_signed_response_alg userinfo_signed_response_alg_cost SettingKind::Signing { is_optional: true };
    grant_types grant_types_cost SettingKind::Grants;
    response_types response_types_cost SettingKind::ResponseTypes;
    rotate_refresh_tokens rotate_refresh_tokens_cost SettingKind::UsualFlag;
    token_endpoint_auth_method token_endpoint_auth_method_cost SettingKind::Method;
    token_endpoint_as_audience token_endpoint_as_audience_cost SettingKind::Flag;
    token_endpoint_auth_signing_alg token_endpoint_auth_signing_alg_cost SettingKind::Verifying { with_secret: true };
    jwks_uri jwks_uri_cost SettingKind::Text;
    jwks jwks_cost SettingKind::Json;
    request_object_signing_alg request_object_signing_alg_cost SettingKind::Verifying { with_secret: false };
    request_uris request_uris_cost SettingKind::Lines;
    default_max_age default_max_age_cost SettingKind::Number;
    require_auth_time require_auth_time_cost SettingKind::Flag;
    default_acr_values default_acr_values_cost SettingKind::Lines;
    subject_type subject_type_cost SettingKind::Subject;
    sector_identifier_uri sector_identifier_uri_cost SettingKind::Text;
    application_type application_type_cost SettingKind::Application;
    initiate_login_uri initiate_login_uri_cost SettingKind::Text;
    client_uri client_uri_cost SettingKind::Text;
    contacts contacts_cost SettingKind::Lines;
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{http::pages::own_client_page::MEMBERS, oauth::client_setting};

    #[test]
    fn every_setting_of_an_application_is_a_field_on_its_page() {
        let here = SETTINGS.iter().chain([&GROUPS]).map(|setting| setting.member);
        let fields: Vec<&str> = MEMBERS.into_iter().chain(here).collect();
        assert_eq!(fields.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(client_setting::MEMBERS));
        assert_eq!(fields.len(), client_setting::MEMBERS.len(), "each once");
    }
}
