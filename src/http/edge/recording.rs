//! Test helper that captures the log output of the current thread.

use std::{
    io::{Result, Write},
    sync::{Arc, Mutex},
};

use tracing::{Level, subscriber::DefaultGuard};
use tracing_subscriber::fmt::MakeWriter;

/// The captured log of the thread that called [`record`].
#[derive(Clone, Default)]
pub(super) struct RecordedLines(Arc<Mutex<Vec<u8>>>);

impl RecordedLines {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for RecordedLines {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for RecordedLines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Captures all log levels until the guard is dropped.
pub(super) fn record() -> (RecordedLines, DefaultGuard) {
    let lines = RecordedLines::default();
    let subscriber =
        tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).with_max_level(Level::TRACE).finish();
    (lines, tracing::subscriber::set_default(subscriber))
}
