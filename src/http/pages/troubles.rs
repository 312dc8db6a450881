//! What went wrong with applications, for the pages of those who look after them.

use time::OffsetDateTime;

use crate::{
    endpoint::{
        Signet,
        access::Access,
        client_troubles::{DeliveryFailure, Repeated, Trouble, remedy_id},
        clients::settings::{RemedyStanding, standing},
    },
    oauth::{client::Client, remedy::Remedy},
    web::{
        DeliveryLine, RemedyKind, RemedyLine, SentUri, TroubleLine, Troubles, UndeliveredReason, words::RemedyWords,
    },
};

/// What went wrong lately with `client`, for the holder of `access`.
pub(super) fn troubles(signet: &Signet, access: &Access, client: &Client, w: &RemedyWords) -> Troubles {
    let troubles = signet.client_troubles.of(&client.client_id);
    let now = signet.clock.now();
    let registered: Vec<&str> = client.metadata.redirect_uris.iter().map(|uri| uri.as_str()).collect();
    let sent = |one: Repeated<String>| {
        let remedy = Remedy::RedirectUri(one.what.clone());
        let is_offered = standing(signet, access, client, &remedy) == Some(RemedyStanding::Offered);
        SentUri {
            differs_by_slash: registered.iter().any(|known| differs_by_slash(known, &one.what)),
            count: one.count,
            seconds_ago: (now - one.at).whole_seconds(),
            uri: one.what,
            remedy: is_offered.then(|| remedy_id(&remedy)),
        }
    };
    let line = |one: Repeated<Trouble>| TroubleLine {
        code: one.what.code,
        cause: one.what.cause,
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
    };
    // One that was registered meanwhile is no trouble any more.
    let unknown = |one: &Repeated<String>| !registered.contains(&one.what.as_str());
    let remedy = |one: Repeated<Remedy>| Some(remedy_line(&one, standing(signet, access, client, &one.what)?, w, now));
    let tells_all = access.is_administrator() || !signet.fetcher.allows_private_addresses();
    let delivery = |one: Repeated<DeliveryFailure>| DeliveryLine {
        reason: undelivered(one.what, tells_all),
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
    };
    Troubles {
        redirect_uris: troubles.redirect_uris.into_iter().filter(unknown).map(sent).collect(),
        remedies: troubles.remedies.into_iter().filter_map(remedy).collect(),
        errors: troubles.errors.into_iter().map(line).collect(),
        deliveries: troubles.deliveries.into_iter().map(delivery).collect(),
    }
}

/// A remedy as a page shows it.
pub(super) fn remedy_line(
    one: &Repeated<Remedy>,
    standing: RemedyStanding,
    w: &RemedyWords,
    now: OffsetDateTime,
) -> RemedyLine {
    RemedyLine {
        id: remedy_id(&one.what),
        kind: kind(&one.what),
        value: one.what.value(),
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
        obstacle: match standing {
            RemedyStanding::Offered => None,
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

/// Where private addresses may be asked, a person who registers an application could otherwise learn what answers in a
/// network that only the server reaches.
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
