//! A conversation with an executive: one request at a time, which is what the reference's server survives.

use super::super::link::{CONNECT, SILENT, connect};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Bytes that a line of the server may have: all of RAM in hexadecimal, and more than any list takes.
const LINE: u64 = 16 << 20;
/// How long a session is left alone at most: a third of the shortest heartbeat a server may grant.
const ALIVE: Duration = Duration::from_millis(1600);

/// Why a request has no reply that says what was asked for.
#[derive(Debug)]
pub(in crate::remote::attach) enum Trouble {
    /// The connection is lost, and why.
    Lost(String),
    /// The executive refuses it, in its own words.
    Refused(String),
}

/// An open session.
#[derive(Debug)]
pub(in crate::remote::attach) struct Talk {
    input: BufReader<TcpStream>,
    output: TcpStream,
    session: Value,
    heard: Instant,
}

impl Talk {
    /// Connects and opens a session.
    ///
    /// # Errors
    /// Nothing answers there, or it refuses the session.
    pub fn open(address: &str, token: Option<&str>) -> Result<Talk, String> {
        let stream = connect(address)?;
        let talk = || -> std::io::Result<Talk> {
            stream.set_nodelay(true)?;
            stream.set_write_timeout(Some(CONNECT))?;
            stream.set_read_timeout(Some(SILENT))?;
            let input = BufReader::new(stream.try_clone()?);
            Ok(Talk { input, output: stream.try_clone()?, session: Value::Null, heard: Instant::now() })
        };
        let mut talk = talk().map_err(|e| e.to_string())?;
        let mut open = json!({ "cmd": "session.open", "client": "hsxray", "capabilities": { "features": ["hx"] } });
        if let Some(token) = token {
            open["token"] = json!(token);
        }
        let reply = talk.ask(open).map_err(|trouble| match trouble {
            Trouble::Lost(why) | Trouble::Refused(why) => why,
        })?;
        talk.session = reply["session"].clone();
        Ok(talk)
    }

    /// Whether the server is hsxray, which sends its machine whole.
    pub fn is_hsxray(&self) -> bool {
        self.session["features"].as_array().is_some_and(|all| all.iter().any(|feature| feature == "hx"))
    }

    /// Asks and waits for the reply.
    pub fn ask(&mut self, mut request: Value) -> Result<Value, Trouble> {
        let lost = |e: std::io::Error| Trouble::Lost(e.to_string());
        request["version"] = json!(1);
        if let Some(id) = self.session["id"].as_str() {
            request["session"] = json!(id);
        }
        self.output.write_all(format!("{request}\n").as_bytes()).map_err(lost)?;
        let reply = self.reply()?;
        self.heard = Instant::now();
        match reply["status"].as_str() {
            Some("ok") => Ok(reply),
            _ => Err(Trouble::Refused(reply["error"].as_str().unwrap_or("the executive gives no reason").to_owned())),
        }
    }

    /// The next line that is a reply; empty lines keep a connection alive, and events were not asked for.
    fn reply(&mut self) -> Result<Value, Trouble> {
        loop {
            let mut line = Vec::new();
            let read = self.input.by_ref().take(LINE).read_until(b'\n', &mut line);
            read.map_err(|e| Trouble::Lost(e.to_string()))?;
            if line.last() != Some(&b'\n') {
                return Err(Trouble::Lost("the connection is closed".into()));
            }
            let text = String::from_utf8_lossy(&line);
            if text.trim().is_empty() {
                continue;
            }
            let message: Value = serde_json::from_str(text.trim())
                .map_err(|_| Trouble::Lost("the server sends what is not JSON".into()))?;
            if message.get("status").is_some() {
                return Ok(message);
            }
        }
    }

    /// Keeps the session open if nothing was asked for a while.
    pub fn keep_alive(&mut self) -> Result<(), Trouble> {
        if self.heard.elapsed() >= ALIVE {
            self.ask(json!({ "cmd": "session.keepalive" }))?;
        }
        Ok(())
    }
}
