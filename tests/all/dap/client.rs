//! A client of the debug adapter, which talks with a process of hsxray.

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Far longer than anything takes: a session that hangs fails its test.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client, and the process it talks with.
pub struct Client {
    out: Box<dyn Write>,
    messages: Receiver<Value>,
    /// Events that were read while a reply was waited for.
    events: VecDeque<Value>,
    seq: i64,
    pub child: Option<Child>,
}

/// Reads messages until the stream ends.
pub fn read(stream: impl Read, mut each: impl FnMut(Value) -> bool) {
    let mut input = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().expect("length"),
                Some(other) => panic!("{other:?}"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        input.read_exact(&mut body).expect("body");
        if !each(serde_json::from_slice(&body).expect("JSON")) {
            return;
        }
    }
}

/// A message as it goes over the wire.
pub fn frame(body: &[u8]) -> Vec<u8> {
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body);
    frame
}

impl Client {
    /// A session over standard input and output.
    pub fn stdio() -> Client {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
        let mut child = command.arg("dap").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("hsxray runs");
        let (input, output) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
        let mut client = Client::over(output, input);
        client.child = Some(child);
        client
    }

    /// A session over a socket.
    pub fn socket(address: &str) -> Client {
        let stream = TcpStream::connect(address).expect("connects");
        Client::over(stream.try_clone().expect("socket"), stream)
    }

    fn over(input: impl Read + Send + 'static, out: impl Write + 'static) -> Client {
        let (send, messages) = channel();
        thread::spawn(move || read(input, |message| send.send(message).is_ok()));
        Client { out: Box::new(out), messages, events: VecDeque::new(), seq: 0, child: None }
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.write_all(bytes).expect("written");
        self.out.flush().expect("written");
    }

    /// Sends a request; its number.
    pub fn send(&mut self, command: &str, arguments: Value) -> i64 {
        self.seq += 1;
        let message = json!({ "seq": self.seq, "type": "request", "command": command, "arguments": arguments });
        self.raw(&frame(message.to_string().as_bytes()));
        self.seq
    }

    fn receive(&mut self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("a message")
    }

    /// The reply to a request that was sent.
    #[track_caller]
    pub fn reply(&mut self, seq: i64) -> Value {
        loop {
            let message = self.receive();
            if message["type"] == "response" {
                assert_eq!(message["request_seq"], seq, "{message}");
                return message;
            }
            self.events.push_back(message);
        }
    }

    /// The body of the reply to a request, which must have worked.
    #[track_caller]
    pub fn ask(&mut self, command: &str, arguments: Value) -> Value {
        let seq = self.send(command, arguments);
        let reply = self.reply(seq);
        assert_eq!(reply["success"], true, "{reply}");
        reply["body"].clone()
    }

    /// Why a request is refused.
    #[track_caller]
    pub fn refused(&mut self, command: &str, arguments: Value) -> String {
        let seq = self.send(command, arguments);
        let reply = self.reply(seq);
        assert_eq!(reply["success"], false, "{reply}");
        assert_eq!(reply["body"]["error"]["variables"]["why"], reply["message"]);
        reply["message"].as_str().expect("a message").to_owned()
    }

    /// The body of the next event of a name; others before it are passed, but for `stopped`.
    #[track_caller]
    pub fn event(&mut self, name: &str) -> Value {
        loop {
            let message = self.events.pop_front().unwrap_or_else(|| self.receive());
            assert_eq!(message["type"], "event", "{message}");
            if message["event"] == name {
                return message["body"].clone();
            }
            assert_ne!(message["event"], "stopped", "{message}");
        }
    }

    /// All events that are left, once the process has ended.
    pub fn rest(&mut self) -> Vec<Value> {
        let mut all: Vec<Value> = self.events.drain(..).collect();
        all.extend(self.messages.iter());
        all
    }

    /// The machine stands: for this reason and at this task.
    #[track_caller]
    pub fn stopped(&mut self, reason: &str, thread: i64) -> Value {
        let body = self.event("stopped");
        assert_eq!((&body["reason"], &body["threadId"]), (&reason.into(), &thread.into()), "{body}");
        assert_eq!(body["allThreadsStopped"], true);
        body
    }

    /// Up to the entry of a program, without breakpoints.
    pub fn launched(mut self, configuration: Value) -> Client {
        self.initialize(configuration);
        self.ask("configurationDone", json!({}));
        let entry = self.event("stopped");
        assert_eq!(entry["reason"], "entry");
        self
    }

    /// Up to the event `initialized`.
    pub fn initialize(&mut self, configuration: Value) {
        self.ask("initialize", json!({ "adapterID": "hsxray", "supportsInvalidatedEvent": true }));
        self.ask("launch", configuration);
        self.event("initialized");
    }

    /// The innermost call of a task.
    pub fn top(&mut self, thread: i64) -> Value {
        self.ask("stackTrace", json!({ "threadId": thread, "startFrame": 0, "levels": 1 }))["stackFrames"][0].clone()
    }

    /// The reference of a scope beside the innermost call of a task.
    #[track_caller]
    pub fn scope(&mut self, thread: i64, name: &str) -> Value {
        let frame = self.top(thread)["id"].clone();
        let scopes = self.ask("scopes", json!({ "frameId": frame }))["scopes"].clone();
        let scope = scopes.as_array().expect("scopes").iter().find(|scope| scope["name"] == name);
        scope.unwrap_or_else(|| panic!("no {name} in {scopes}"))["variablesReference"].clone()
    }

    /// The variables of a scope.
    pub fn variables(&mut self, thread: i64, scope: &str) -> Vec<Value> {
        let reference = self.scope(thread, scope);
        let body = self.ask("variables", json!({ "variablesReference": reference }));
        body["variables"].as_array().expect("variables").clone()
    }

    /// The value of one of them.
    #[track_caller]
    pub fn variable(&mut self, thread: i64, scope: &str, name: &str) -> Value {
        let all = self.variables(thread, scope);
        all.iter().find(|variable| variable["name"] == name).unwrap_or_else(|| panic!("no {name} in {all:?}")).clone()
    }

    /// What a line of commands answers in the console.
    #[track_caller]
    pub fn console(&mut self, line: &str) -> String {
        let body = self.ask("evaluate", json!({ "expression": line, "context": "repl" }));
        body["result"].as_str().expect("text").to_owned()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
