//! What goes on beside requests: keys rotate, expired rows are swept, clients are told of the end of sessions, commands
//! are answered.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::manage;
use crate::{
    audit::{Agent, EventKind, Occurrence},
    command::{AdminSocket, Answer, Request},
    endpoint::{
        access::Access,
        backchannel_logout, events,
        keys::{self, Rotation},
        setup,
    },
    http::Server,
    jose::{Change, Keys, RingKey, Stage},
    store::{LogoutAgenda, SWEEP_LIMIT},
};

/// Begins all of it.
pub(super) fn spawn(server: &Arc<Server>, socket: AdminSocket) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(rotate(Arc::clone(server)));
    tasks.spawn(sweep(Arc::clone(server)));
    tasks.spawn(tell_clients(Arc::clone(server)));
    tasks.spawn(advance_status_lists(Arc::clone(server)));
    tasks.spawn(write_failures(Arc::clone(server)));
    let server = Arc::clone(server);
    tasks.spawn(socket.serve(move |request| answer(Arc::clone(&server), request)));
    tasks
}

async fn rotate(server: Arc<Server>) {
    let mut minute = tokio::time::interval(MINUTE);
    loop {
        minute.tick().await;
        let signet = server.signet();
        let (keys, now) = (Arc::clone(&signet.keys), signet.clock.now());
        match tokio::task::spawn_blocking(move || keys.advance(now)).await {
            Ok(Ok(changes)) => {
                for change in &changes {
                    tracing::info!(?change, "key ring");
                }
                if changes.iter().any(|change| matches!(change, Change::Promote(_))) {
                    let occurrence = Occurrence::of(EventKind::KeyRotated).because("scheduled");
                    signet.note_event(Agent::default(), occurrence).await;
                }
            }
            Ok(Err(fault)) => tracing::error!(%fault, "the key ring could not be advanced; it is tried again"),
            Err(error) => tracing::error!(%error, "the key ring could not be advanced; it is tried again"),
        }
    }
}

async fn sweep(server: Arc<Server>) {
    let mut minute = tokio::time::interval(MINUTE);
    loop {
        minute.tick().await;
        let signet = server.signet();
        loop {
            match signet.store.engine().sweep(signet.clock.now()).await {
                Ok(SWEEP_LIMIT) => {}
                Ok(_) => break,
                Err(fault) => {
                    tracing::warn!(%fault, "expired rows could not be swept");
                    break;
                }
            }
        }
    }
}

/// Sends what is due, then waits for the next time that something is.
async fn tell_clients(server: Arc<Server>) {
    let signet = server.signet();
    loop {
        let pause = match backchannel_logout::agenda(signet, MOST_AT_ONCE) {
            Ok(agenda) if agenda.due.is_empty() => {
                agenda.next_at.map_or(MINUTE, |at| (at - signet.clock.now()).try_into().unwrap_or_default())
            }
            Ok(agenda) => {
                tell(&server, agenda).await;
                continue;
            }
            Err(fault) => {
                tracing::warn!(%fault, "clients could not be told of the end of sessions; it is tried again");
                MINUTE
            }
        };
        tokio::select! {
            () = signet.logout_bell.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Sends all that is due on `agenda` at once.
async fn tell(server: &Arc<Server>, agenda: LogoutAgenda) {
    let mut attempts = JoinSet::new();
    for notification in agenda.due {
        let server = Arc::clone(server);
        attempts.spawn(async move {
            let told = backchannel_logout::attempt(server.signet(), &notification).await;
            told.inspect_err(|fault| tracing::warn!(%fault, "a client could not be told of the end of a session"))
        });
    }
    let mut has_failed = false;
    while let Some(attempt) = attempts.join_next().await {
        has_failed |= !matches!(attempt, Ok(Ok(())));
    }
    if has_failed {
        // What could not be written down is still due: it must not be tried without a pause.
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

async fn advance_status_lists(server: Arc<Server>) {
    let mut turn = tokio::time::interval(STATUS_TURN);
    loop {
        turn.tick().await;
        let lists = Arc::clone(&server.signet().status_lists);
        match tokio::task::spawn_blocking(move || lists.advance()).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(%fault, "the status lists could not be advanced; it is tried again"),
            Err(error) => tracing::error!(%error, "the status lists could not be advanced; it is tried again"),
        }
    }
}

/// Writes down what was refused, a moment later: together, so that however many there are they wait for the disk seldom.
async fn write_failures(server: Arc<Server>) {
    let mut turn = tokio::time::interval(FAILURES_TURN);
    loop {
        turn.tick().await;
        if let Err(fault) = events::write_failures(server.signet(), false).await {
            tracing::warn!(%fault, "refusals could not be written down; how many they were is told later");
        }
    }
}

/// Answers a command of whoever can open the socket, which is the owner of the data folder.
pub async fn answer(server: Arc<Server>, request: Request) -> Answer {
    let signet = server.signet();
    match request {
        Request::SetupLink => match setup::link(signet).await {
            Ok(Some(link)) => Answer::Lines(vec![link]),
            Ok(None) => Answer::Refused("this server has an administrator already; sign in as one".to_owned()),
            Err(fault) => Answer::Refused(fault.to_string()),
        },
        Request::User { user, password } => manage::user(signet, user, password).await,
        Request::Client { client } => manage::client(signet, client).await,
        Request::Audit { after, settled } => match events::lines_after(signet, after, settled).await {
            Ok(lines) => Answer::Lines(lines),
            Err(fault) => Answer::Refused(fault.to_string()),
        },
        Request::KeysList => Answer::Lines(describe(&signet.keys)),
        Request::KeysRotate { emergency } => {
            let rotation = if emergency { Rotation::Emergency } else { Rotation::Now };
            match keys::rotate(signet, &Access::operator(), rotation).await {
                Ok(()) => Answer::Lines(describe(&signet.keys)),
                Err(refusal) => Answer::Refused(refusal.to_string()),
            }
        }
    }
}

fn describe(keys: &Keys) -> Vec<String> {
    let line = |key: &RingKey| {
        let stage = match key.stage {
            Stage::Next => "next".to_owned(),
            Stage::Signing { since } => format!("signing since {since}"),
            Stage::Retired { since } => format!("retired since {since}"),
        };
        format!("{}  {:5}  {stage}", key.kid, key.algorithm.as_str())
    };
    keys.list().iter().map(line).collect()
}

/// How long a refusal waits to be written.
const FAILURES_TURN: Duration = Duration::from_secs(2);

const MINUTE: Duration = Duration::from_secs(60);

/// So many clients are told at the same time.
const MOST_AT_ONCE: usize = 8;

/// How long a tick of a schedule takes at most to be seen in the status lists.
const STATUS_TURN: Duration = Duration::from_secs(10);
