//! What applications do wrong, for the pages of those who look after them.

use crate::{
    endpoint::{
        Signet,
        client_troubles::{Repeated, Trouble},
        clients::management::fixed,
    },
    oauth::client::Client,
    web::{SentUri, TroubleLine, Troubles},
};

/// What went wrong lately with `client`.
pub(super) fn troubles(signet: &Signet, client: &Client) -> Troubles {
    let troubles = signet.client_troubles.of(&client.client_id);
    let now = signet.clock.now();
    let registered: Vec<&str> = client.metadata.redirect_uris.iter().map(|uri| uri.as_str()).collect();
    let sent = |one: Repeated<String>| SentUri {
        differs_by_slash: registered.iter().any(|known| differs_by_slash(known, &one.what)),
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
        uri: one.what,
    };
    let line = |one: Repeated<Trouble>| TroubleLine {
        code: one.what.code,
        cause: one.what.cause,
        count: one.count,
        seconds_ago: (now - one.at).whole_seconds(),
    };
    // One that was registered meanwhile is no trouble any more.
    let unknown = |one: &Repeated<String>| !registered.contains(&one.what.as_str());
    Troubles {
        redirect_uris: troubles.redirect_uris.into_iter().filter(unknown).map(sent).collect(),
        errors: troubles.errors.into_iter().map(line).collect(),
        can_add: fixed(client).is_none(),
    }
}

fn differs_by_slash(one: &str, other: &str) -> bool {
    one != other && one.trim_end_matches('/') == other.trim_end_matches('/')
}
