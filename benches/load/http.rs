//! A minimal HTTP/1.1 client, so that the driver is never the slower side: one request at a time, and responses with
//! `Content-Length`.

use std::{
    io::{Error, ErrorKind, Result},
    ops::Range,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A persistent connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A response.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a str,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8192) })
    }

    /// Sends a whole request and reads the whole response.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (status, body) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(read) = read(text(&self.buffer)?)? {
                break read;
            }
        };
        Ok(Answer { status, body: text(&self.buffer)?.get(body).unwrap_or_default() })
    }
}

/// A request for the server on `port`. With a form it is a POST.
pub(crate) fn request(port: u16, path: &str, form: Option<&str>) -> Vec<u8> {
    let method = if form.is_some() { "POST" } else { "GET" };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n");
    let rest = form.map_or("\r\n".to_owned(), |form| {
        let length = form.len();
        format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}")
    });
    (head + &rest).into_bytes()
}

/// The status and the range of the body, once the response is complete.
fn read(text: &str) -> Result<Option<(u16, Range<usize>)>> {
    let Some(end) = text.find("\r\n\r\n") else { return Ok(None) };
    let malformed = || Error::new(ErrorKind::InvalidData, "an answer without status or length");
    let mut lines = text.get(..end).unwrap_or_default().split("\r\n");
    let status = lines.next().and_then(|line| line.get(9..12)?.parse().ok()).ok_or_else(malformed)?;
    let length = lines.find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let body = end + 4..end + 4 + length.ok_or_else(malformed)?;
    Ok((body.end <= text.len()).then_some((status, body)))
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}
