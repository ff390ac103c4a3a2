//! A server in a process of its own, and a client of it.

use crate::support::project;
use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the programs of the conversations are.
pub fn programs() -> PathBuf {
    project("tests/cases/protocol-programs")
}

/// hsxray with some arguments.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server.
pub struct Server {
    child: Option<Child>,
    pub address: SocketAddr,
}

impl Server {
    /// Serves some programs of the conversations.
    pub fn new(files: &[&str], options: &[&str]) -> Server {
        Server::start("127.0.0.1:0", files, options)
    }

    /// Serves where another server was.
    pub fn at(address: &str, files: &[&str]) -> Server {
        Server::start(address, files, &[])
    }

    fn start(address: &str, files: &[&str], options: &[&str]) -> Server {
        let folder = programs();
        let mut command = command(&["serve", "--listen", address, "--allow"]);
        command.arg(&folder).args(files.iter().map(|file| folder.join(file))).args(options);
        let mut child = command.stderr(Stdio::inherit()).spawn().expect("hsxray starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit(' ').next().expect("address").parse().expect("address");
        Server { child: Some(child), address }
    }

    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Waits for its end.
    pub fn ended(mut self) -> ExitStatus {
        self.child.take().expect("child").wait().expect("ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A connection.
pub struct Client {
    stream: TcpStream,
    input: BufReader<TcpStream>,
    events: Vec<Value>,
    partial: Vec<u8>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).expect("connects");
        stream.set_nodelay(true).expect("option");
        let input = BufReader::new(stream.try_clone().expect("clone"));
        Client { stream, input, events: Vec::new(), partial: Vec::new() }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        // A server that has closed the connection reads no more.
        let _ = self.stream.write_all(bytes);
    }

    pub fn send(&mut self, request: &Value) {
        self.raw(format!("{request}\n").as_bytes());
    }

    /// The next line, without its end; `None` when none comes, or the connection is closed.
    pub fn line_within(&mut self, time: Duration) -> Option<String> {
        self.stream.set_read_timeout(Some(time)).expect("option");
        match self.input.read_until(b'\n', &mut self.partial) {
            Ok(_) if self.partial.last() == Some(&b'\n') => {
                let line = std::mem::take(&mut self.partial);
                Some(String::from_utf8(line).expect("UTF-8").trim_end().to_owned())
            }
            Ok(_) => None,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::ConnectionReset) => {
                None
            }
            Err(e) => panic!("{e}"),
        }
    }

    /// The next message that is a reply; events are kept.
    pub fn reply(&mut self) -> Option<Value> {
        loop {
            let line = self.line_within(PATIENCE)?;
            if line.is_empty() {
                continue;
            }
            let message: Value = serde_json::from_str(&line).expect("JSON");
            if message.get("status").is_some() {
                return Some(message);
            }
            self.events.push(message);
        }
    }

    /// The next event within a time.
    pub fn event_within(&mut self, time: Duration) -> Option<Value> {
        if !self.events.is_empty() {
            return Some(self.events.remove(0));
        }
        loop {
            let line = self.line_within(time)?;
            if !line.is_empty() {
                return Some(serde_json::from_str(&line).expect("JSON"));
            }
        }
    }

    /// The next event.
    pub fn event(&mut self) -> Value {
        self.event_within(PATIENCE).expect("an event")
    }

    /// The next event of another connection.
    pub fn event_on(&mut self, stream: &mut Client) -> Value {
        stream.event()
    }

    pub fn ask(&mut self, request: &Value) -> Value {
        self.send(request);
        self.reply().expect("a reply")
    }

    /// Asks for what is done.
    pub fn ok(&mut self, request: Value) -> Value {
        let reply = self.ask(&request);
        assert_eq!((&reply["version"], &reply["status"]), (&Value::from(1), &Value::from("ok")), "{request}: {reply}");
        reply
    }

    /// Asks for what is refused: why.
    pub fn refused(&mut self, request: Value) -> String {
        let reply = self.ask(&request);
        assert_eq!(reply["status"], "error", "{request}: {reply}");
        reply["error"].as_str().expect("why").to_owned()
    }

    /// Asks again until something holds.
    pub fn until(&mut self, mut holds: impl FnMut(&mut Client) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "it never holds");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
