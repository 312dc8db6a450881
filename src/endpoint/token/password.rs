//! `grant_type=password`, [RFC 6749 §4.3.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.3.2).

use std::net::{IpAddr, Ipv4Addr};

use super::response::{IssuedWith, TokenResponse, tokens};
use crate::{
    account::{session::Sid, sign_in::AuthenticationMethod},
    audit::{EventDetails, EventKind, RequestOrigin},
    endpoint::{
        InternalError, Signet,
        endpoint_error::EndpointError,
        login::{self, LoginAttempt, LoginRefusal},
    },
    oauth::{
        access_token::Authentication,
        client_authentication::AuthenticatedClient,
        parameters::Parameters,
        password_grant::{self, PasswordHolder},
        refresh_token,
        subject::Subject,
        token_error::TokenError,
    },
    secret::Secret,
};

pub(super) async fn exchange(
    signet: &Signet,
    client: &AuthenticatedClient,
    form: &Parameters,
    origin: &RequestOrigin,
) -> Result<TokenResponse, EndpointError> {
    let requested: Vec<&str> = form.many("resource").collect();
    let wanted = (requested.as_slice(), &signet.resources);
    let offered = signet.authorization_policy.offered;
    let request = password_grant::permit(client, offered, form.one("scope")?, wanted)?;
    let attempt = LoginAttempt {
        username: form.required("username")?,
        presented_password: Secret::new(form.required("password")?),
        address: origin.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        user_agent: "",
    };
    // The same limits as on the login page: "the authorization server MUST protect the endpoint against brute force
    // attacks".
    let (account, event) = match login::verify_password(signet, &attempt, None, origin).await {
        Ok(verified) => verified,
        Err(LoginRefusal::Mismatch) => return Err(TokenError::PasswordMismatch.into()),
        Err(LoginRefusal::Wait { .. }) => return Err(TokenError::TooManyGuesses.into()),
        Err(LoginRefusal::Internal(fault)) => return Err(fault.into()),
    };
    let now = signet.clock.now();
    let subject = Subject::new(account.id.as_str());
    let issuance_context = signet.issuance_context(&subject, &client.client().client_id)?;
    if !issuance_context.may_issue(client.client(), now) {
        return Err(TokenError::GrantEnded.into());
    }
    let holder = PasswordHolder {
        subject,
        authentication: Authentication {
            auth_time: event.auth_time(),
            amr: event.amr().into_iter().map(AuthenticationMethod::as_str).map(ToOwned::to_owned).collect(),
            // The grant belongs to no browser session, so none ends it.
            sid: Sid::generate(signet.entropy).as_str().to_owned(),
        },
        is_administrator: account.is_administrator(),
    };
    let lifetime = signet.access_token_lifetime(request.audience());
    let (grant, issuance) = request.begin(holder, signet.new_grant_identity(now), lifetime, now)?;
    let policy = &signet.lifetimes.refresh_token;
    let (grant, refresh_token) = refresh_token::begin(grant, client.client(), policy, signet.sealing_means());
    let details = EventDetails::of(EventKind::ConsentGranted).because("password").about(&account.id);
    let details = details.with_client(&grant.client_id).of_grant(&grant.id);
    let store = signet.store.as_actor(origin.as_account(&account.id)).with_event(details);
    store.begin_grant(&grant).await.map_err(InternalError::from)?;
    tokens(signet, &issuance, client, IssuedWith { refresh_token, nonce: None }, now)
}
