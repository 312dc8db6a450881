//! The log writer: a separate thread writes the lines.
//!
//! A request never waits for standard error and never fails because of it. A full disk, or a reader that has gone
//! away or does not read, costs log lines but no responses. Lines that do not fit into the buffer are counted, and
//! the count is logged as soon as lines can be written again.

use std::{
    io::{self, ErrorKind, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// Accepts lines and returns immediately. Clones share the buffer.
#[derive(Clone)]
pub struct LogWriter(Arc<Shared>);

/// When dropped, waits up to two seconds until the logged lines are written.
#[must_use = "it must be dropped at the end of the process, where it waits for the last lines"]
pub struct LogFlush(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Number of lines dropped since the last report.
    dropped: u64,
    /// Whether the thread holds lines that are not written yet.
    is_writing: bool,
    is_closing: bool,
}

impl LogWriter {
    /// Starts the thread that writes to `sink`. After lines were dropped, and once the buffered ones are written, it
    /// calls `report` with the number of dropped lines.
    ///
    /// # Errors
    ///
    /// Returns an [`io::Error`] if the thread cannot be started.
    pub fn start(
        sink: impl Write + Send + 'static,
        report: impl Fn(u64) + Send + 'static,
    ) -> io::Result<(Self, LogFlush)> {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new() });
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().name("log".to_owned()).spawn(move || of_thread.write_all(sink, report))?;
        Ok((Self(Arc::clone(&shared)), LogFlush(shared)))
    }
}

impl Write for LogWriter {
    /// Accepts a whole line, or counts it as dropped. It never fails.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        if state.waiting.len() + line.len() > CAPACITY {
            state.dropped = state.dropped.saturating_add(1);
        } else {
            state.waiting.extend_from_slice(line);
        }
        drop(state);
        self.0.changed.notify_all();
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogWriter {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Drop for LogFlush {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_closing = true;
        self.0.changed.notify_all();
        let is_unwritten = |state: &mut State| state.is_writing || !state.waiting.is_empty();
        // The process ends whether or not the lines were written in time.
        let _ = self.0.changed.wait_timeout_while(state, LAST_PATIENCE, is_unwritten);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_all(&self, mut sink: impl Write, report: impl Fn(u64)) {
        let mut batch = Vec::new();
        while self.take(&mut batch) {
            self.write(&mut sink, &batch);
            batch.clear();
            let dropped = std::mem::take(&mut self.lock().dropped);
            if dropped > 0 {
                report(dropped);
            }
        }
    }

    /// Waits for lines and takes them. Returns `false` when the process ends and there are none left.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        let mut state = self.lock();
        state.is_writing = false;
        while state.waiting.is_empty() {
            self.changed.notify_all();
            if state.is_closing {
                return false;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_writing = true;
        std::mem::swap(&mut state.waiting, batch);
        true
    }

    /// Writes `batch`, and retries until it succeeds. The buffer fills up in the meantime, and then lines are
    /// dropped.
    fn write(&self, sink: &mut impl Write, batch: &[u8]) {
        let mut left = batch;
        while !left.is_empty() {
            match sink.write(left) {
                Ok(0) => thread::sleep(PAUSE),
                Ok(written) => left = left.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => thread::sleep(PAUSE),
            }
        }
        // Standard error is unbuffered.
        let _ = sink.flush();
    }
}

/// Maximum number of bytes waiting to be written. As many again may be in the process of being written.
const CAPACITY: usize = 1024 * 1024;

/// Time between two attempts to write.
const PAUSE: Duration = Duration::from_millis(200);

/// How long the end of the process waits for the last lines.
const LAST_PATIENCE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicBool, Ordering},
            mpsc,
        },
        time::Instant,
    };

    use super::*;

    /// A sink that fails until it is repaired, and then stores what is written.
    #[derive(Clone, Default)]
    struct Sink {
        is_well: Arc<AtomicBool>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Sink {
        fn text(&self) -> String {
            String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
        }
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !self.is_well.load(Ordering::Acquire) {
                return Err(ErrorKind::StorageFull.into());
            }
            // Writes only a part, as a file may do.
            let part = bytes.len().div_ceil(2);
            self.written.lock().unwrap().extend_from_slice(&bytes[..part]);
            Ok(part)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_that_cannot_be_written_blocks_no_caller_and_reports_later_how_much_was_dropped() {
        let sink = Sink::default();
        let (reported, reports) = mpsc::channel();
        let (mut writer, flush) =
            LogWriter::start(sink.clone(), move |dropped| reported.send(dropped).unwrap()).unwrap();
        writer.write_all(b"first\n").unwrap();
        let line = [b'x'; 1023].iter().chain(b"\n").copied().collect::<Vec<u8>>();
        // A caller that waited for the sink would block here forever.
        for _ in 0..4096 {
            writer.write_all(&line).unwrap();
        }
        assert!(writer.0.lock().waiting.len() <= CAPACITY);
        sink.is_well.store(true, Ordering::Release);
        let dropped = reports.recv_timeout(Duration::from_secs(60)).unwrap();
        // The buffered lines have to be written before there is space for another.
        while writer.0.lock().waiting.len() + line.len() > CAPACITY {
            thread::yield_now();
        }
        writer.write_all(b"last\n").unwrap();
        drop(flush);
        let text = sink.text();
        assert!(text.starts_with("first\n") && text.ends_with("last\n"), "nothing that was kept is lost");
        let kept = u64::try_from(text.lines().filter(|line| line.starts_with('x')).count()).unwrap();
        assert_eq!(kept + dropped, 4096);
        assert!(kept >= 1000 && dropped > 0, "{kept} {dropped}");
    }

    #[test]
    fn a_log_whose_reader_does_not_read_ends_with_the_process_all_the_same() {
        struct Stuck;
        impl Write for Stuck {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                loop {
                    thread::park();
                }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut writer, flush) = LogWriter::start(Stuck, |_| {}).unwrap();
        writer.write_all(b"a line\n").unwrap();
        let started = Instant::now();
        drop(flush);
        assert!(started.elapsed() < LAST_PATIENCE * 3, "{:?}", started.elapsed());
    }

    #[test]
    fn the_last_lines_are_written_before_the_process_ends() {
        let sink = Sink { is_well: Arc::new(AtomicBool::new(true)), ..Sink::default() };
        let (mut writer, flush) = LogWriter::start(sink.clone(), |_| {}).unwrap();
        for number in 0..100 {
            writeln!(writer.clone(), "line {number}").unwrap();
        }
        writer.write_all(b"the end\n").unwrap();
        drop(flush);
        assert!(sink.text().ends_with("the end\n"));
    }
}
