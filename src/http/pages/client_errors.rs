//! Recent errors of an application, for the pages of its owner and of administrators.

use time::OffsetDateTime;

use crate::{
    endpoint::{
        Signet,
        access::Access,
        client_errors::{ClientError, Repeated, remedy_id},
        clients::settings::{RemedyStanding, standing},
    },
    oauth::{client::Client, remedy::Remedy},
    oidc::delivery_failures::{DeliveryFailure, DeliveryFailures, RepeatedFailure},
    web::{
        ClientErrorLine, ClientErrorsCard, DeliveryLine, RemedyKind, RemedyLine, SentUri, UndeliveredReason,
        i18n::RemedyTexts,
    },
};

/// The recent errors of `client` that the holder of `access` may see.
pub(super) fn client_errors(signet: &Signet, access: &Access, client: &Client, w: &RemedyTexts) -> ClientErrorsCard {
    let client_errors = signet.client_errors.of(&client.client_id);
    // The page is useful without them.
    let failures = signet.store.delivery_failures(&client.client_id).unwrap_or_else(|fault| {
        tracing::error!(%fault, client_id = %client.client_id, "failed deliveries could not be read");
        DeliveryFailures::default()
    });
    let now = signet.clock.now();
    let registered: Vec<&str> = client.metadata.redirect_uris.iter().map(|uri| uri.as_str()).collect();
    let sent = |one: Repeated<String>| {
        let remedy = Remedy::RedirectUri(one.what.clone());
        let is_offered = standing(signet, access, client, &remedy) == Some(RemedyStanding::Available);
        SentUri {
            differs_by_slash: registered.iter().any(|known| differs_by_slash(known, &one.what)),
            count: one.count,
            seconds_ago: (now - one.at).whole_seconds(),
            uri: one.what,
            remedy: is_offered.then(|| remedy_id(&remedy)),
        }
    };
    let line = |one: Repeated<ClientError>| ClientErrorLine {
        code: one.what.code,
        cause: one.what.cause,
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
    };
    // A redirect URI that has been registered since the error is not an error any more.
    let unknown = |one: &Repeated<String>| !registered.contains(&one.what.as_str());
    let remedy = |one: Repeated<Remedy>| Some(remedy_line(&one, standing(signet, access, client, &one.what)?, w, now));
    let tells_all = access.is_administrator() || !signet.fetcher.allows_private_addresses();
    let delivery = |one: RepeatedFailure| DeliveryLine {
        reason: undelivered(one.failure, tells_all),
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
    };
    ClientErrorsCard {
        redirect_uris: client_errors.redirect_uris.into_iter().filter(unknown).map(sent).collect(),
        remedies: client_errors.remedies.into_iter().filter_map(remedy).collect(),
        errors: client_errors.errors.into_iter().map(line).collect(),
        deliveries: failures.iter().map(delivery).collect(),
    }
}

/// A remedy as shown on a page.
pub(super) fn remedy_line(
    one: &Repeated<Remedy>,
    standing: RemedyStanding,
    w: &RemedyTexts,
    now: OffsetDateTime,
) -> RemedyLine {
    RemedyLine {
        id: remedy_id(&one.what),
        kind: kind(&one.what),
        value: one.what.value(),
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
        obstacle: match standing {
            RemedyStanding::Available => None,
            RemedyStanding::Administrator => Some(w.ask_administrator.to_owned()),
            RemedyStanding::Setting(setting) => Some(w.needs_setting(&setting)),
            RemedyStanding::Fixed(reason) => Some(w.only_to_look_at(reason)),
        },
    }
}

fn kind(remedy: &Remedy) -> RemedyKind {
    match remedy {
        Remedy::StateOptional => RemedyKind::StateOptional,
        Remedy::PkceOptional => RemedyKind::PkceOptional,
        Remedy::RedirectUri(_) => RemedyKind::RedirectUri,
        Remedy::PostLogoutRedirectUri(_) => RemedyKind::PostLogoutRedirectUri,
        Remedy::RequestUri(_) => RemedyKind::RequestUri,
        Remedy::ResponseType(_) => RemedyKind::ResponseType,
        Remedy::GrantType(_) => RemedyKind::GrantType,
        Remedy::Scope(_) => RemedyKind::Scope,
        Remedy::TokenEndpointAsAudience => RemedyKind::TokenEndpointAsAudience,
        Remedy::AnyAssertionAlgorithm => RemedyKind::AnyAssertionAlgorithm,
        Remedy::AnyRequestObjectAlgorithm => RemedyKind::AnyRequestObjectAlgorithm,
    }
}

/// If private addresses are allowed, a detailed reason would let the owner of an application scan a network that only
/// the server can reach.
fn undelivered(failure: DeliveryFailure, tells_all: bool) -> UndeliveredReason {
    match failure {
        DeliveryFailure::NotHttps => UndeliveredReason::NotHttps,
        DeliveryFailure::Private => UndeliveredReason::Private,
        DeliveryFailure::TooSlow if tells_all => UndeliveredReason::TooSlow,
        DeliveryFailure::Status(status) if tells_all => UndeliveredReason::Status(status),
        _ => UndeliveredReason::Unreachable,
    }
}

fn differs_by_slash(one: &str, other: &str) -> bool {
    one != other && one.trim_end_matches('/') == other.trim_end_matches('/')
}
