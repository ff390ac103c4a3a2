//! The connection to a server, on threads of its own: it is opened again when it is lost, and no key waits for it.

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that a line of the server may have: a recording is one.
const LINE: u64 = 256 << 20;
/// How long a connection may take, and how long a server that is there is silent at most.
pub(super) const CONNECT: Duration = Duration::from_secs(2);
pub(super) const SILENT: Duration = Duration::from_secs(10);
/// How often the newest event is acknowledged, and the session kept alive.
const ACK: Duration = Duration::from_millis(250);
const ALIVE: Duration = Duration::from_secs(8);
/// The first and the longest wait before another try.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(500);
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What comes of the connection.
#[derive(Debug)]
pub(super) enum News {
    /// The machine as a recording, the number of the last request in it, and the files there that its programs are from.
    Recording { text: String, index: u64, files: Vec<PathBuf> },
    /// Something was done, or a run has reached a turn.
    Journal(Value),
    /// There is no connection, and why.
    Lost(String),
}

/// What the connection is asked for, and what it hears.
enum Wire {
    /// Have a request carried out: the number it got, or why not.
    Order(Value, SyncSender<Result<u64, String>>),
    /// Fetch the recording again.
    Again,
    /// A line of a connection, by its number.
    Line(u64, String),
    /// It is closed.
    Closed(u64),
}

/// What the next reply answers.
enum Awaited {
    Opened,
    Subscribed,
    Recording,
    Nothing,
    Order(SyncSender<Result<u64, String>>),
}

/// The end that the front holds.
pub(super) struct Link {
    wire: Sender<Wire>,
    pub news: Receiver<News>,
}

impl Link {
    /// Connects to a server from now on.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn new(address: String, token: Option<String>) -> std::io::Result<Link> {
        let (wire, heard) = channel();
        let (told, news) = channel();
        let keeper = Keeper { address, token, wire: wire.clone(), heard, told };
        thread::Builder::new().name("attach".into()).spawn(move || keeper.keep())?;
        Ok(Link { wire, news })
    }

    /// Has a request carried out. If the threads are gone, no answer comes.
    pub fn order(&self, request: Value, answer: SyncSender<Result<u64, String>>) {
        let _ = self.wire.send(Wire::Order(request, answer));
    }

    /// Fetches the recording again.
    pub fn again(&self) {
        let _ = self.wire.send(Wire::Again);
    }
}

/// Connects to the first of a name's addresses at which something listens.
pub(super) fn connect(address: &str) -> Result<TcpStream, String> {
    let addresses = address.to_socket_addrs().map_err(|e| e.to_string())?;
    let mut last = "no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => return Ok(stream),
            Err(e) => last = e.to_string(),
        }
    }
    Err(last)
}

/// Keeps a connection open.
struct Keeper {
    address: String,
    token: Option<String>,
    wire: Sender<Wire>,
    heard: Receiver<Wire>,
    told: Sender<News>,
}

/// An open connection.
struct Connection {
    number: u64,
    stream: TcpStream,
    session: Value,
    awaited: VecDeque<Awaited>,
    seq: u64,
    acked: (u64, Instant),
    alive: Instant,
    /// The recording is to be asked for again at this time.
    fetch: Option<Instant>,
}

impl Connection {
    fn ask(&mut self, mut request: Value, awaited: Awaited) -> Result<(), String> {
        if !self.session.is_null() {
            request["session"] = self.session.clone();
        }
        self.awaited.push_back(awaited);
        self.stream.write_all(format!("{request}\n").as_bytes()).map_err(|e| e.to_string())
    }
}

impl Keeper {
    fn keep(self) {
        let mut wait = FIRST_WAIT;
        for number in 1.. {
            let lost = match self.connect(number) {
                Ok(mut connection) => {
                    wait = FIRST_WAIT;
                    let lost = self.serve(&mut connection);
                    let _ = connection.stream.shutdown(std::net::Shutdown::Both);
                    lost
                }
                Err(why) => Some(why),
            };
            let Some(why) = lost else { return };
            if self.told.send(News::Lost(why)).is_err() {
                return;
            }
            let until = Instant::now() + wait;
            wait = (wait * 2).min(LONGEST_WAIT);
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                match self.heard.recv_timeout(left) {
                    Ok(Wire::Order(_, answer)) => drop(answer.send(Err("the connection is lost".into()))),
                    Ok(Wire::Again | Wire::Line(..) | Wire::Closed(_)) => {}
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    }

    fn connect(&self, number: u64) -> Result<Connection, String> {
        self.begin(number, connect(&self.address)?).map_err(|e| e.to_string())
    }

    fn begin(&self, number: u64, stream: TcpStream) -> std::io::Result<Connection> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(CONNECT))?;
        stream.set_read_timeout(Some(SILENT))?;
        let (input, wire) = (BufReader::new(stream.try_clone()?), self.wire.clone());
        let read = move || {
            let mut input = input;
            loop {
                let mut line = Vec::new();
                let read = input.by_ref().take(LINE).read_until(b'\n', &mut line);
                let whole = read.is_ok() && line.last() == Some(&b'\n');
                let heard = match String::from_utf8(line) {
                    Ok(line) if whole => Wire::Line(number, line),
                    _ => Wire::Closed(number),
                };
                let last = matches!(heard, Wire::Closed(_));
                if wire.send(heard).is_err() || last {
                    break;
                }
            }
        };
        thread::Builder::new().name("attach reader".into()).spawn(read)?;
        let now = Instant::now();
        let (awaited, acked) = (VecDeque::new(), (0, now));
        Ok(Connection { number, stream, session: Value::Null, awaited, seq: 0, acked, alive: now, fetch: None })
    }

    /// Serves a connection until it is lost: why; nothing if no front needs it any more.
    fn serve(&self, connection: &mut Connection) -> Option<String> {
        let features = json!({ "features": ["events", "hx"], "max_events": 2048 });
        let mut open = json!({ "cmd": "session.open", "client": "hsxray", "capabilities": features });
        if let Some(token) = &self.token {
            open["token"] = json!(token);
        }
        if let Err(why) = connection.ask(open, Awaited::Opened) {
            return Some(why);
        }
        loop {
            let heard = match self.heard.recv_timeout(ACK) {
                Ok(Wire::Order(request, answer)) => {
                    connection.ask(json!({ "cmd": "hx", "request": request }), Awaited::Order(answer))
                }
                Ok(Wire::Again) => connection.ask(json!({ "cmd": "hx", "recording": true }), Awaited::Recording),
                Ok(Wire::Line(number, line)) if number == connection.number => self.line(connection, line.trim()),
                Ok(Wire::Closed(number)) if number == connection.number => Err("the connection is closed".into()),
                Ok(Wire::Line(..) | Wire::Closed(_)) | Err(RecvTimeoutError::Timeout) => Ok(()),
                Err(RecvTimeoutError::Disconnected) => return None,
            };
            if let Err(why) = heard.and_then(|()| self.tend(connection)) {
                return Some(why);
            }
        }
    }

    /// Acknowledges events, keeps the session alive, and asks again for what was refused for the moment.
    fn tend(&self, connection: &mut Connection) -> Result<(), String> {
        let (acked, at) = connection.acked;
        if acked < connection.seq && at.elapsed() >= ACK {
            connection.acked = (connection.seq, Instant::now());
            connection.ask(json!({ "cmd": "events.ack", "seq": connection.seq }), Awaited::Nothing)?;
        }
        if connection.alive.elapsed() >= ALIVE && !connection.session.is_null() {
            connection.alive = Instant::now();
            connection.ask(json!({ "cmd": "session.keepalive" }), Awaited::Nothing)?;
        }
        if connection.fetch.is_some_and(|at| at <= Instant::now()) {
            connection.fetch = None;
            connection.ask(json!({ "cmd": "hx", "recording": true }), Awaited::Recording)?;
        }
        Ok(())
    }

    fn line(&self, connection: &mut Connection, line: &str) -> Result<(), String> {
        if line.is_empty() {
            return Ok(());
        }
        let message: Value = serde_json::from_str(line).map_err(|_| "the server sends what is not JSON".to_owned())?;
        if message.get("status").is_none() {
            connection.seq = message["seq"].as_u64().unwrap_or(connection.seq);
            if message["type"] == super::JOURNAL {
                self.tell(News::Journal(message["data"].clone()))?;
            }
            return Ok(());
        }
        let error = message["error"].as_str().map(str::to_owned);
        match (connection.awaited.pop_front(), error) {
            (None, _) => Err("the server answers what was not asked".into()),
            (Some(Awaited::Nothing), None) => Ok(()),
            (Some(Awaited::Order(answer)), error) => {
                let index = message["index"].as_u64().unwrap_or(0);
                // A front that does not wait any more has been told that it takes long.
                let _ = answer.try_send(error.map_or(Ok(index), Err));
                Ok(())
            }
            (Some(Awaited::Recording), Some(error)) if error.starts_with("busy") => {
                connection.fetch = Some(Instant::now() + FIRST_WAIT);
                Ok(())
            }
            (Some(_), Some(error)) => Err(error),
            (Some(Awaited::Opened), None) => {
                let session = &message["session"];
                if !session["features"].as_array().is_some_and(|all| all.iter().any(|feature| feature == "hx")) {
                    return Err("this executive is not hsxray: it does not offer hx".into());
                }
                connection.session = session["id"].clone();
                let filters = json!({ "categories": [super::JOURNAL] });
                connection.ask(json!({ "cmd": "events.subscribe", "filters": filters }), Awaited::Subscribed)
            }
            (Some(Awaited::Subscribed), None) => {
                connection.ask(json!({ "cmd": "hx", "recording": true }), Awaited::Recording)
            }
            (Some(Awaited::Recording), None) => {
                let text = message["recording"].as_str().unwrap_or_default().to_owned();
                let files = message["files"].as_array().into_iter().flatten();
                let files = files.filter_map(|file| Some(PathBuf::from(file.as_str()?))).collect();
                self.tell(News::Recording { text, index: message["index"].as_u64().unwrap_or(0), files })
            }
        }
    }

    fn tell(&self, news: News) -> Result<(), String> {
        self.told.send(news).map_err(|_| "nothing is attached any more".to_owned())
    }
}
