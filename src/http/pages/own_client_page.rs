//! The page of an application as its owner sees it, for all forms on it.

use poem::Response;

use super::{client_errors::client_errors, client_settings};
use crate::{
    endpoint::{
        access::Access,
        clients::{management::fixed, settings::unreachable_logout_uri},
        session::CurrentSession,
    },
    http::{
        csrf::FormAction,
        page_request::PageRequest,
        told::{Told, text},
    },
    oauth::{
        client::{Client, ClientSecret, GrantType},
        redirect_uri::RedirectUri,
        resource::Resources,
        scope::Scope,
    },
    oidc::delivery_failures::DeliveryFailure,
    secret::Secret,
    web::{ClientForm, ClientType, FieldState, OwnClientPage, SecretLine, Snippets},
};

/// The access of a user on the developer pages.
pub(super) fn access(current: &CurrentSession) -> Access {
    Access::of_administrator(current).unwrap_or_else(|| Access::of_session(current, "signet:clients"))
}

/// The configuration snippets for `client`.
pub(super) fn snippets(page_request: &PageRequest, client: &Client) -> Snippets {
    let issuer = &page_request.server.signet().issuer;
    let is_for_devices = client.metadata.grant_types.contains(&GrantType::DeviceCode);
    Snippets {
        issuer: issuer.as_str().to_owned(),
        client_id: client.client_id.as_str().to_owned(),
        has_secret: client.has_secret(),
        redirect_uri: client.metadata.redirect_uris.first().map(|uri| uri.as_str().to_owned()),
        scope: asked(client, &page_request.server.signet().resources).to_string(),
        authorization_endpoint: issuer.endpoint("/authorize"),
        token_endpoint: issuer.endpoint("/token"),
        device_authorization_endpoint: is_for_devices.then(|| issuer.endpoint("/device_authorization")),
    }
}

/// The scope that the snippets request at first: identity scopes for applications that sign users in, not everything
/// that the application may request.
fn asked(client: &Client, resources: &Resources) -> Scope {
    let scope = &client.metadata.scope;
    let login: Scope = scope.iter().filter(|token| matches!(*token, "openid" | "profile" | "email")).collect();
    let logs_people_in = !client.metadata.redirect_uris.is_empty() && !login.is_empty();
    if logs_people_in {
        return login;
    }
    let is_for_people =
        client.metadata.grant_types.iter().any(|grant_type| *grant_type != GrantType::ClientCredentials);
    resources.of_first_api(scope, is_for_people)
}

/// Redirects to the page of the application, which shows the secret.
pub(super) fn with_secret(page_request: &PageRequest, client: &Client, secret: &Secret) -> Response {
    let client_id = client.client_id.as_str().to_owned();
    Told::Secret { client_id, client_secret: text(secret) }.redirect(page_request, &address(page_request, ""))
}

/// The page of `client` for the holder of `access`.
pub(super) async fn page(page_request: &PageRequest, access: &Access, client: &Client) -> OwnClientPage {
    let (signet, metadata) = (page_request.server.signet(), &client.metadata);
    let is_changeable = fixed(client).is_none();
    let web = |address: &Option<String>| FieldState::of(address.clone().unwrap_or_default());
    let line = |secret: &ClientSecret| SecretLine {
        number: secret.number,
        made: page_request.texts.time.moment(secret.created_at),
    };
    OwnClientPage {
        client_id: client.client_id.as_str().to_owned(),
        name: metadata.client_name.clone(),
        client_type: if client.is_public() { ClientType::Public } else { ClientType::Confidential },
        form: ClientForm {
            client_name: FieldState::of(metadata.client_name.clone()),
            redirect_uris: lines_of(&metadata.redirect_uris),
            post_logout_redirect_uris: lines_of(&metadata.post_logout_redirect_uris),
            scope: FieldState::of(metadata.scope.to_string()),
            logo_uri: web(&metadata.openid.logo_uri),
            policy_uri: web(&metadata.policy_uri),
            tos_uri: web(&metadata.tos_uri),
            error: None,
        },
        secrets: client.secrets.iter().map(line).collect(),
        new_secret: None,
        client_errors: client_errors(signet, access, client, &page_request.texts.remedy),
        compatibility: is_changeable.then(|| client_settings::form(page_request, access, client)),
        restriction: is_changeable.then(|| client_settings::restriction(page_request, access, client)),
        logout_warning: logout_warning(page_request, client).await,
        snippets: snippets(page_request, client),
        done: None,
        anti_forgery: ACTION.token(page_request, None),
    }
}

/// Why logout tokens cannot be delivered, checked before one is sent.
pub(super) async fn logout_warning(page_request: &PageRequest, client: &Client) -> Option<String> {
    let w = &page_request.texts.delivery;
    let warning = match unreachable_logout_uri(page_request.server.signet(), client).await? {
        DeliveryFailure::NotHttps => w.warning_not_https,
        _ => w.warning_private,
    };
    Some(warning.to_owned())
}

fn lines_of(uris: &[RedirectUri]) -> FieldState {
    let uris: Vec<&str> = uris.iter().map(RedirectUri::as_str).collect();
    FieldState::of(uris.join("\n"))
}

/// The path of the requested application's page.
pub(super) fn address(page_request: &PageRequest, rest: &str) -> String {
    format!("{}{rest}", crate::web::own_client_path(page_request.path_value("id")))
}

/// The forms of the page perform one action.
pub(super) const ACTION: FormAction = FormAction::named("own client");
/// The members that the first form of the page changes.
pub(super) const MEMBERS: [&str; 7] =
    ["client_name", "redirect_uris", "post_logout_redirect_uris", "scope", "logo_uri", "policy_uri", "tos_uri"];
