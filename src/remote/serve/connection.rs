//! Connections: lines in, lines out. Each has a thread that reads and one that writes.

use super::outgoing::{Outgoing, Writing};
use super::{Job, Message};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

/// Connections at one time.
const MOST: usize = 128;
/// Bytes that a line may have.
const LINE: u64 = 1 << 20;
/// How long a peer may leave what it is sent unread.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection that carries events is silent at most.
const SILENCE: Duration = Duration::from_secs(2);

/// Takes connections from now on, on threads of their own; what they send becomes jobs.
///
/// # Errors
/// No thread can be started.
pub fn accept(listener: TcpListener, jobs: SyncSender<Job>) -> io::Result<()> {
    let open = Arc::new(AtomicUsize::new(0));
    let work = move || {
        for (id, stream) in (1..).zip(listener.incoming()) {
            match stream {
                Ok(stream) if open.fetch_add(1, Ordering::Relaxed) < MOST => {
                    let served = serve(id, stream, jobs.clone(), Arc::clone(&open));
                    if served.is_err() {
                        open.fetch_sub(1, Ordering::Relaxed);
                    }
                }
                Ok(mut stream) => {
                    open.fetch_sub(1, Ordering::Relaxed);
                    let line = format!("{}\n", super::refusal("too_many"));
                    // The reason is sent if there is a reader; either way it is closed.
                    let _ = stream.set_write_timeout(Some(Duration::from_millis(100)));
                    let _ = stream.write_all(line.as_bytes());
                }
                // The peer is gone already, or no file is free; the next may do better.
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    };
    thread::Builder::new().name("serve accept".into()).spawn(work).map(drop)
}

/// Reads and writes one connection on two threads.
fn serve(id: u64, stream: TcpStream, jobs: SyncSender<Job>, open: Arc<AtomicUsize>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (input, to) = (stream.try_clone()?, Arc::new(Outgoing::new(id)));
    let from = Arc::clone(&to);
    thread::Builder::new().name("serve writer".into()).spawn(move || write(stream, &to))?;
    let reader = thread::Builder::new().name("serve reader".into());
    let work = move || {
        read(BufReader::new(input), &from, &jobs);
        open.fetch_sub(1, Ordering::Relaxed);
        let _ = jobs.send(Job { from, message: Message::Gone });
    };
    reader.spawn(work).map(drop)
}

fn write(mut stream: TcpStream, from: &Outgoing) {
    loop {
        let written = match from.next(SILENCE) {
            Writing::Write(bytes) => stream.write_all(&bytes),
            Writing::Silence => stream.write_all(b"\n"),
            Writing::End => break,
        };
        if written.is_err() {
            from.lost();
            break;
        }
    }
    // The reader ends with it.
    let _ = stream.shutdown(Shutdown::Both);
}

fn read(mut input: impl BufRead, from: &Arc<Outgoing>, jobs: &SyncSender<Job>) {
    let mut first = true;
    loop {
        let mut line = Vec::new();
        let length = match input.by_ref().take(LINE + 1).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(length) => length as u64,
        };
        // The body of what a page of the web posts must not be taken for requests.
        if std::mem::take(&mut first) && is_http(&line) {
            from.end();
            break;
        }
        if !from.admit() {
            break;
        }
        if length > LINE && line.last() != Some(&b'\n') {
            // Where the next line begins is not known without reading on.
            from.reply(super::refusal("line_too_long"));
            from.end();
            break;
        }
        if jobs.send(Job { from: Arc::clone(from), message: Message::Line(line) }).is_err() {
            break;
        }
    }
}

/// Whether a line is the first one of a request of HTTP.
fn is_http(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let version = line.rsplit(|c| *c == b' ').next().unwrap_or_default();
    version.starts_with(b"HTTP/") && line.first().is_some_and(u8::is_ascii_uppercase)
}
