//! The command line.

use std::{
    io::{IsTerminal, Read, Write},
    net::TcpStream,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use signet::{
    app::{self, LogWriter, StartOptions},
    clock::Clock,
    command::{
        AdminCommand, Arguments, AuditCommand, CallError, ClockCommand, Command, CommandAnswer, CommandRequest,
        KeysCommand, Typed, UserCommand, call,
    },
    config::{self, Config, ConfigSources, LogFormat},
    entropy::Entropy,
    http,
};
use tokio::runtime::Runtime;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // All created files are accessible to their owner only.
    #[cfg(unix)]
    let _before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let arguments = Arguments::parse();
    if let Some(code) = arguments.command.as_ref().and_then(without_configuration) {
        return code;
    }
    let environment = std::env::vars_os().collect();
    let sources = ConfigSources { file: arguments.config, environment, arguments: arguments.settings };
    let config = match sources.load() {
        Ok((_, settings)) if matches!(arguments.command, Some(Command::Config { .. })) => {
            return printed(&settings.to_string());
        }
        Ok((config, _)) => config,
        Err(mistakes) => return ended(Err(format!("the configuration has errors:\n{mistakes}"))),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(Err(error.to_string())),
    };
    let options = StartOptions { accept_rollback: arguments.accept_rollback, ..StartOptions::default() };
    ended(match arguments.command {
        None | Some(Command::Serve) => return serve(config, options, &runtime),
        Some(Command::Healthcheck) => healthcheck(&config),
        Some(Command::Admin(AdminCommand::SetupLink)) => runtime.block_on(command(&config, CommandRequest::SetupLink)),
        Some(Command::Keys(KeysCommand::List)) => runtime.block_on(command(&config, CommandRequest::KeysList)),
        Some(Command::Keys(KeysCommand::Rotate { emergency })) => {
            runtime.block_on(command(&config, CommandRequest::KeysRotate { emergency }))
        }
        Some(Command::Salvage { target }) => {
            let salvaged = app::salvage(&config, target, (Clock::system(), Entropy::system()));
            runtime.block_on(salvaged).map_err(|error| error.to_string())
        }
        Some(Command::Keys(KeysCommand::New)) => runtime.block_on(new_keys(&config)),
        Some(Command::Clock(clock)) => {
            let confirm = matches!(clock, ClockCommand::Confirm);
            runtime.block_on(command(&config, CommandRequest::Clock { confirm }))
        }
        Some(Command::User(user)) => typed(&user)
            .and_then(|password| runtime.block_on(command(&config, CommandRequest::User { user, password }))),
        Some(Command::Audit(audit)) => runtime.block_on(print_events(&config, audit)),
        Some(Command::Client(client)) => runtime.block_on(command(&config, CommandRequest::Client { client })),
        // Handled above.
        Some(Command::Openapi | Command::Config { .. }) => Ok(Vec::new()),
    })
}

/// Runs `command` if it needs no configuration.
fn without_configuration(command: &Command) -> Option<ExitCode> {
    match command {
        Command::Openapi => Some(ended(app::without_storage().map(|server| vec![http::specification(&server)]))),
        Command::Config { example: true, .. } => Some(printed(&config::example())),
        Command::Config { reference: true, .. } => Some(printed(&config::reference())),
        _ => None,
    }
}

/// Prints a text that ends with a line break.
fn printed(text: &str) -> ExitCode {
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the result.
fn ended(outcome: Result<Vec<String>, String>) -> ExitCode {
    match outcome {
        Ok(lines) => {
            let mut out = std::io::stdout().lock();
            let written = lines.iter().try_for_each(|line| writeln!(out, "{line}"));
            if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr().lock(), "signet: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the server until it stops. From here on only the logging thread writes to standard error, which may block.
fn serve(config: Config, options: StartOptions, runtime: &Runtime) -> ExitCode {
    let report = |dropped| tracing::warn!(dropped, "log lines dropped: could not write to standard error");
    let (mut writer, flush) = match LogWriter::start(std::io::stderr(), report) {
        Ok(started) => started,
        Err(error) => return ended(Err(error.to_string())),
    };
    log(&config, writer.clone());
    app::keep_memory_private();
    let outcome = runtime.block_on(app::serve(config, options));
    if let Err(error) = &outcome {
        // Writing cannot fail: messages that do not fit are dropped.
        let _ = writeln!(writer, "signet: {error}");
    }
    drop(flush);
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Logs to standard error. Standard output is for the results of commands.
fn log(config: &Config, writer: LogWriter) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_target(false);
    // The logger's own errors would go directly to standard error, and panic if that cannot be written.
    let log = log.log_internal_errors(false);
    match config.log.format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
}

/// Reads the password for `command`, if it needs one: typed without echo, or the first line of standard input.
fn typed(command: &UserCommand) -> Result<Option<Typed>, String> {
    if !command.needs_password() {
        return Ok(None);
    }
    let mut line = String::new();
    if std::io::stdin().is_terminal() {
        line = rpassword::prompt_password("Password: ").map_err(|error| error.to_string())?;
    } else {
        std::io::stdin().read_line(&mut line).map_err(|error| error.to_string())?;
    }
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() { Err("no password was entered".to_owned()) } else { Ok(Some(Typed(password.to_owned()))) }
}

/// Sends the command to the running server, or opens its files if no server is running.
async fn command(config: &Config, request: CommandRequest) -> Result<Vec<String>, String> {
    let answer = match call(&config.data, request.clone()).await {
        Ok(answer) => answer,
        Err(CallError::NoServer) => {
            let clock = (Clock::system(), Entropy::system());
            let server = app::assemble(config, StartOptions::default(), clock).await;
            let server = server.map_err(|error| error.to_string())?;
            let answer = app::answer(Arc::clone(&server), request).await;
            app::close(&server).await?;
            answer
        }
        Err(error @ CallError::Broken(_)) => return Err(error.to_string()),
    };
    match answer {
        CommandAnswer::Lines(lines) => Ok(lines),
        CommandAnswer::Refused(reason) => Err(reason),
    }
}

/// Generates new keys and starts a new epoch. No server may be running.
async fn new_keys(config: &Config) -> Result<Vec<String>, String> {
    match call(&config.data, CommandRequest::KeysNew).await {
        Ok(CommandAnswer::Refused(reason)) => return Err(reason),
        Ok(CommandAnswer::Lines(lines)) => return Ok(lines),
        Err(CallError::NoServer) => {}
        Err(error @ CallError::Broken(_)) => return Err(error.to_string()),
    }
    let options = StartOptions { new_keys: true, ..StartOptions::default() };
    let server = app::assemble(config, options, (Clock::system(), Entropy::system())).await;
    let server = server.map_err(|error| error.to_string())?;
    let listed = app::answer(Arc::clone(&server), CommandRequest::KeysList).await;
    app::close(&server).await?;
    let mut lines = vec!["New keys were created. All earlier sessions, codes and tokens have ended.".to_owned()];
    if let CommandAnswer::Lines(listed) = listed {
        lines.extend(listed);
    }
    Ok(lines)
}

/// Prints security events as they arrive, so that the reader does not have to wait for the last one.
async fn print_events(config: &Config, audit: AuditCommand) -> Result<Vec<String>, String> {
    let mut after = audit.since.map_or(0, |since| since.sequence(Clock::system().now()));
    let mut opened = None;
    let outcome = loop {
        let request = CommandRequest::Audit { after, settled: audit.follow };
        let answer = match &opened {
            Some(server) => app::answer(Arc::clone(server), request).await,
            None => match call(&config.data, request).await {
                Ok(answer) => answer,
                Err(CallError::NoServer) if audit.follow => return Err(CallError::NoServer.to_string()),
                Err(CallError::NoServer) => {
                    let clock = (Clock::system(), Entropy::system());
                    let server = app::assemble(config, StartOptions::default(), clock).await;
                    opened = Some(server.map_err(|error| error.to_string())?);
                    continue;
                }
                Err(error @ CallError::Broken(_)) => return Err(error.to_string()),
            },
        };
        let lines = match answer {
            CommandAnswer::Lines(lines) => lines,
            CommandAnswer::Refused(reason) => break Err(reason),
        };
        let Some(last) = lines.last() else {
            if audit.follow {
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            break Ok(Vec::new());
        };
        let last: serde_json::Value = serde_json::from_str(last).map_err(|error| error.to_string())?;
        after = last.get("sequence").and_then(serde_json::Value::as_u64).unwrap_or(u64::MAX);
        let mut out = std::io::stdout().lock();
        if lines.iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush()).is_err() {
            // The reader has closed the pipe.
            break Ok(Vec::new());
        }
    };
    if let Some(server) = opened {
        app::close(&server).await?;
    }
    outcome
}

/// Sends a plain HTTP request to the address that the server listens on.
fn healthcheck(config: &Config) -> Result<Vec<String>, String> {
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    match ask() {
        Ok(answer) if answer.starts_with("HTTP/1.1 200") => Ok(vec!["ok".to_owned()]),
        Ok(answer) => Err(format!("{address} is not healthy: {}", answer.lines().next().unwrap_or_default())),
        Err(error) => Err(format!("no response from {address}: {error}")),
    }
}

const PATIENCE: Duration = Duration::from_secs(3);
