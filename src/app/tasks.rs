//! Background tasks: key rotation, sweeping of expired rows, back-channel logout, and commands from the socket.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::manage;
use crate::{
    audit::{Actor, EventDetails, EventKind},
    clock_trust::Trust,
    command::{AdminSocket, CommandAnswer, CommandRequest},
    endpoint::{
        Signet,
        access::Access,
        backchannel_logout, clock_check,
        conditions::Condition,
        events,
        keys::{self, Rotation},
        setup,
    },
    http::Server,
    jose::{Change, Keys, RingKey, Stage},
    store::{LogoutQueue, SWEEP_LIMIT, Space, SpaceLevel},
};

/// Starts all background tasks.
pub(super) fn spawn(server: &Arc<Server>, socket: AdminSocket) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(rotate(Arc::clone(server)));
    tasks.spawn(keep_mark(Arc::clone(server)));
    tasks.spawn(sweep(Arc::clone(server)));
    tasks.spawn(watch_space(Arc::clone(server)));
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
        let (keys, now, is_trusted) = (Arc::clone(&signet.keys), signet.clock.now(), signet.clock_trust.is_trusted());
        let advance = move || if is_trusted { keys.advance(now) } else { keys.make_missing(now) };
        match tokio::task::spawn_blocking(advance).await {
            Ok(Ok(changes)) => {
                for change in &changes {
                    tracing::info!(?change, "key ring changed");
                }
                if !changes.is_empty()
                    && let Err(fault) = keys::remember_folder(signet).await
                {
                    tracing::warn!(%fault, "recording the key change in the database failed");
                }
                if changes.iter().any(|change| matches!(change, Change::Promote(_))) {
                    let details = EventDetails::of(EventKind::KeyRotated).because("scheduled");
                    signet.note_event(Actor::default(), details).await;
                }
            }
            Ok(Err(fault)) => {
                let fault = keys::not_writable(signet, fault);
                tracing::error!(%fault, "advancing the key ring failed, retrying");
            }
            Err(error) => tracing::error!(%error, "advancing the key ring failed, retrying"),
        }
    }
}

/// Updates the mark outside the database folder: see [`keys::save_mark`].
async fn keep_mark(server: Arc<Server>) {
    let signet = server.signet();
    let mut turn = tokio::time::interval(MARK_TURN);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut written = None;
    loop {
        turn.tick().await;
        let mark = signet.store.engine().outside_mark();
        if mark != written || signet.conditions.present().contains(&Condition::KeysNotWritable) {
            keys::save_mark(signet).await;
            written = mark;
        }
    }
}

/// Reports a data disk that is full or nearly full, and lets the engine continue once there is space.
async fn watch_space(server: Arc<Server>) {
    let mut turn = tokio::time::interval(SPACE_TURN);
    loop {
        turn.tick().await;
        let signet = server.signet();
        // Without an answer the engine has ended, which is reported elsewhere.
        let Ok(Some(Space { free, level })) = signet.store.engine().measure_space().await else { continue };
        let mebibytes = free / (1024 * 1024);
        let full = (level == SpaceLevel::Full).then(|| {
            format!("only {mebibytes} MiB are free on the data disk. Nothing is written until you free some space")
        });
        // Rounded, so that not every commit is logged.
        let nearly = (level == SpaceLevel::NearlyFull).then(|| {
            let below = mebibytes.next_power_of_two();
            format!("less than {below} MiB are free on the data disk. Free some space before it is full")
        });
        signet.conditions.set(Condition::DiskFull, full);
        signet.conditions.set(Condition::DiskNearlyFull, nearly);
    }
}

async fn sweep(server: Arc<Server>) {
    let mut minute = tokio::time::interval(MINUTE);
    loop {
        minute.tick().await;
        let signet = server.signet();
        match clock_check::observe(signet).await {
            Ok(Trust::Trusted) => {}
            Ok(Trust::Settling | Trust::Doubtful { .. }) => continue,
            Err(fault) => {
                tracing::warn!(%fault, "sweeping expired rows failed");
                continue;
            }
        }
        loop {
            match signet.store.engine().sweep(signet.clock.now()).await {
                Ok(SWEEP_LIMIT) => {}
                Ok(_) => break,
                Err(fault) => {
                    tracing::warn!(%fault, "sweeping expired rows failed");
                    break;
                }
            }
        }
    }
}

/// Sends the logout notifications that are due, then waits for the next one.
async fn tell_clients(server: Arc<Server>) {
    let signet = server.signet();
    loop {
        let pause = match backchannel_logout::agenda(signet, MAX_CONCURRENT) {
            Ok(agenda) if agenda.due.is_empty() => {
                agenda.next_at.map_or(MINUTE, |at| (at - signet.clock.now()).try_into().unwrap_or_default())
            }
            Ok(agenda) => {
                tell(&server, agenda).await;
                continue;
            }
            Err(fault) => {
                tracing::warn!(%fault, "sending logout notifications failed, retrying");
                MINUTE
            }
        };
        tokio::select! {
            () = signet.logout_signal.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Sends all notifications of `agenda` concurrently.
async fn tell(server: &Arc<Server>, agenda: LogoutQueue) {
    let mut attempts = JoinSet::new();
    for notification in agenda.due {
        let server = Arc::clone(server);
        attempts.spawn(async move {
            let told = backchannel_logout::attempt(server.signet(), &notification).await;
            told.inspect_err(|fault| tracing::warn!(%fault, "sending a logout notification failed"))
        });
    }
    let mut has_failed = false;
    while let Some(attempt) = attempts.join_next().await {
        has_failed |= !matches!(attempt, Ok(Ok(())));
    }
    if has_failed {
        // A notification whose outcome could not be recorded is still due. It must not be retried without a pause.
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

async fn advance_status_lists(server: Arc<Server>) {
    let mut turn = tokio::time::interval(STATUS_TURN);
    loop {
        turn.tick().await;
        let lists = Arc::clone(&server.signet().status_lists);
        let is_trusted = server.signet().clock_trust.is_trusted();
        let advance = move || if is_trusted { lists.advance() } else { lists.follow_schedules() };
        match tokio::task::spawn_blocking(advance).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(%fault, "advancing the status lists failed, retrying"),
            Err(error) => tracing::error!(%error, "advancing the status lists failed, retrying"),
        }
    }
}

/// Writes queued failure events a moment later in batches, so that any number of them causes few disk writes.
async fn write_failures(server: Arc<Server>) {
    let mut turn = tokio::time::interval(FAILURES_TURN);
    loop {
        turn.tick().await;
        if let Err(fault) = events::write_failures(server.signet(), false).await {
            tracing::warn!(%fault, "writing failure events failed; their number is recorded later");
        }
    }
}

/// Answers a command from the socket. Only the owner of the data folder can open the socket.
pub async fn answer(server: Arc<Server>, request: CommandRequest) -> CommandAnswer {
    let signet = server.signet();
    match request {
        CommandRequest::SetupLink => match setup::link(signet).await {
            Ok(Some(link)) => CommandAnswer::Lines(vec![link]),
            Ok(None) => CommandAnswer::Refused(
                "this server already has an administrator; sign in as an \
                administrator"
                    .to_owned(),
            ),
            Err(fault) => CommandAnswer::Refused(fault.to_string()),
        },
        CommandRequest::User { user, password } => manage::user(signet, user, password).await,
        CommandRequest::Client { client } => manage::client(signet, client).await,
        CommandRequest::Audit { after, settled } => match events::lines_after(signet, after, settled).await {
            Ok(lines) => CommandAnswer::Lines(lines),
            Err(fault) => CommandAnswer::Refused(fault.to_string()),
        },
        CommandRequest::KeysNew => CommandAnswer::Refused("the server is running; stop it first".to_owned()),
        CommandRequest::Clock { confirm: true } => match clock_check::confirm(signet).await {
            Ok(now) => CommandAnswer::Lines(vec![format!("the clock is trusted: {now}")]),
            Err(fault) => CommandAnswer::Refused(fault.to_string()),
        },
        CommandRequest::Clock { confirm: false } => clock(signet),
        CommandRequest::KeysList => CommandAnswer::Lines(describe(&signet.keys)),
        CommandRequest::KeysRotate { emergency } => {
            let rotation = if emergency { Rotation::Emergency } else { Rotation::Now };
            match keys::rotate(signet, &Access::operator(), rotation).await {
                Ok(()) => CommandAnswer::Lines(describe(&signet.keys)),
                Err(refusal) => CommandAnswer::Refused(refusal.to_string()),
            }
        }
    }
}

fn clock(signet: &Signet) -> CommandAnswer {
    let trusted_until = match signet.store.clock_trusted_until() {
        Ok(trusted_until) => trusted_until,
        Err(fault) => return CommandAnswer::Refused(fault.to_string()),
    };
    let mut lines = vec![format!("now: {}", signet.clock.now())];
    lines.extend(trusted_until.map(|at| format!("last trusted: {at}")));
    lines.push(format!("trusted: {}", if signet.clock_trust.is_trusted() { "yes" } else { "not yet" }));
    CommandAnswer::Lines(lines)
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

/// How often the free space on the data disk is measured.
const SPACE_TURN: Duration = Duration::from_secs(5);

/// How often the database mark is updated, if there were commits.
const MARK_TURN: Duration = Duration::from_secs(2);

/// How long a failure event waits before it is written.
const FAILURES_TURN: Duration = Duration::from_secs(2);

const MINUTE: Duration = Duration::from_secs(60);

/// Maximum number of concurrent notifications.
const MAX_CONCURRENT: usize = 8;

/// Maximum delay until the tick of a schedule appears in the status lists.
const STATUS_TURN: Duration = Duration::from_secs(10);
