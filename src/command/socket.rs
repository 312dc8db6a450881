//! The Unix socket in the data folder. Only the owner of the data folder can open the folder and the socket, so
//! callers are trusted as the operator.

use std::{
    error::Error,
    fmt,
    fs::{self, Permissions},
    future::Future,
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    time::timeout,
};

use super::{CommandAnswer, CommandRequest};

/// The socket of a running server. The file is deleted on drop.
#[derive(Debug)]
pub struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
}

/// The reason why there was no answer.
#[derive(Debug)]
pub enum CallError {
    NoServer,
    /// The server did not answer, or not as expected.
    Broken(io::Error),
}

impl AdminSocket {
    /// Opens the socket in `data`. A socket file left by a crashed server is replaced. The lock of the database,
    /// which is acquired first, ensures that no such server is running.
    ///
    /// # Errors
    ///
    /// Returns an [`io::Error`] if the file cannot be created.
    pub fn bind(data: &Path) -> io::Result<Self> {
        let path = data.join(FILE);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let (_folder, short) = within_limit(data)?;
        let listener = UnixListener::bind(short)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Answers commands with `answer`. It never returns.
    pub async fn serve<F, A>(self, answer: F)
    where
        F: Fn(CommandRequest) -> A,
        A: Future<Output = CommandAnswer>,
    {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            // One at a time: commands are rare, and none takes long.
            if let Err(error) = timeout(PATIENCE, converse(stream, &answer))
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut)))
            {
                tracing::warn!(%error, "handling a command failed");
            }
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        // A file that could not be deleted is replaced at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

async fn converse<F, A>(stream: UnixStream, answer: &F) -> io::Result<()>
where
    F: Fn(CommandRequest) -> A,
    A: Future<Output = CommandAnswer>,
{
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reader.take(LONGEST_LINE)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => answer(request).await,
        Err(_) => {
            CommandAnswer::Refused("the running server does not know this command. Is it the same version?".to_owned())
        }
    };
    writer.write_all(format!("{}\n", serde_json::to_string(&answer)?).as_bytes()).await?;
    writer.shutdown().await
}

/// Sends a command to the server running on `data`.
///
/// # Errors
///
/// Returns a [`CallError`] if no server is running or it does not answer.
pub async fn call(data: &Path, request: CommandRequest) -> Result<CommandAnswer, CallError> {
    let (_folder, short) = within_limit(data).map_err(|_| CallError::NoServer)?;
    let stream = UnixStream::connect(short).await.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => CallError::NoServer,
        _ => CallError::Broken(error),
    })?;
    timeout(PATIENCE, ask(stream, request))
        .await
        .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut)))
        .map_err(CallError::Broken)
}

async fn ask(mut stream: UnixStream, request: CommandRequest) -> io::Result<CommandAnswer> {
    stream.write_all(format!("{}\n", serde_json::to_string(&request)?).as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_LINE)).read_line(&mut line).await?;
    Ok(serde_json::from_str(&line)?)
}

/// A path to the socket that fits into the kernel's limit of about 100 bytes, however long the path of the folder is,
/// and the open folder that it goes through.
#[cfg(target_os = "linux")]
fn within_limit(data: &Path) -> io::Result<(fs::File, PathBuf)> {
    use std::os::fd::AsRawFd;
    let folder = fs::File::open(data)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}/{FILE}", folder.as_raw_fd()));
    Ok((folder, short))
}

#[cfg(not(target_os = "linux"))]
fn within_limit(data: &Path) -> io::Result<(fs::File, PathBuf)> {
    Ok((fs::File::open(data)?, data.join(FILE)))
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServer => formatter.write_str("no server is running on this data folder"),
            Self::Broken(error) => write!(formatter, "the running server did not answer: {error}"),
        }
    }
}

impl Error for CallError {}

const FILE: &str = "admin.sock";
const LONGEST_LINE: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_running_server_answers_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        // Longer than the kernel's limit for the path of a socket.
        let data = folder.path().join("d".repeat(120));
        fs::create_dir(&data).unwrap();
        assert!(matches!(call(&data, CommandRequest::KeysList).await, Err(CallError::NoServer)));
        let socket = AdminSocket::bind(&data).unwrap();
        let mode = fs::metadata(data.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let serving =
            tokio::spawn(socket.serve(|request| async move { CommandAnswer::Lines(vec![format!("{request:?}")]) }));
        let answer = call(&data, CommandRequest::KeysRotate { emergency: true }).await.unwrap();
        assert_eq!(answer, CommandAnswer::Lines(vec!["KeysRotate { emergency: true }".to_owned()]));
        serving.abort();
        let _ = serving.await;
        assert!(!data.join(FILE).exists());
    }

    #[tokio::test]
    async fn what_is_no_command_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let socket = AdminSocket::bind(folder.path()).unwrap();
        let serving = tokio::spawn(socket.serve(|_| async { CommandAnswer::Lines(Vec::new()) }));
        let mut stream = UnixStream::connect(folder.path().join(FILE)).await.unwrap();
        stream.write_all(b"{\"command\":\"format-disk\"}\n").await.unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await.unwrap();
        assert!(matches!(serde_json::from_str(&line).unwrap(), CommandAnswer::Refused(_)), "{line}");
        serving.abort();
    }
}
