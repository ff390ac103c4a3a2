//! Bytes and names of guests by every door: nothing of them acts on what shows them.

use hsxray::backend::request::Input;
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Target};
use hsxray::command;
use hsxray::export::Format;
use hsxray::text::is_hidden;
use std::sync::Arc;

/// Prints and sends what terminals and editors would follow, through a mailbox of such a name.
const EVIL: &str = r#".text
start:
    LDI32 R1, text
    LDI   R2, 9
    SVC   1, 1
    LDI32 R1, name
    LDI   R2, 0
    SVC   5, 0
    LDI32 R2, text
    LDI   R3, 9
    LDI   R4, 0
    LDI   R5, 0
    SVC   5, 2
again:
    JMP   again
.data
text:
    .byte 0x1B, 0x5B, 0x33, 0x31, 0x6D, 0x22, 0xE2, 0x80, 0xAE, 0
name:
    .byte 0x61, 0x70, 0x70, 0x3A, 0xE2, 0x80, 0xAE, 0x1B, 0x78, 0
"#;
/// A name that turns what follows it round, with a line break in it.
const NAME: &str = "a\u{202E}b\u{9B}31m\nc";

fn evil() -> Local {
    let mut target = Local::new("title\u{202E}", Config::default(), LoadDefaults::default());
    let program = Program::builtin("evil\u{202E}.mvasm", EVIL).expect("assembles");
    target.load(Arc::new(program), LoadOptions { name: Some(NAME.into()), ..LoadOptions::default() }).expect("room");
    for words in command::split("run 40").expect("line") {
        if command::execute(&mut target, None, words).expect("runs").started {
            while target.pump(1000) {}
        }
    }
    let sent = Input::Bytes { pid: 1, mailbox: "app:\u{202E}\u{1b}x".into(), bytes: vec![1] };
    target.send(sent.into()).expect("the mailbox is there");
    target
}

/// Fails if a text has more than lines and tabs that is not seen.
#[track_caller]
fn shows_all(text: &str) {
    let hidden: Vec<char> = text.chars().filter(|c| is_hidden(*c) && !matches!(c, '\n' | '\r' | '\t')).collect();
    assert!(hidden.is_empty(), "{hidden:?} in {text}");
}

#[test]
fn an_export_shows_nothing_of_a_guest_raw() {
    let target = evil();
    for format in Format::ALL {
        let mut out = Vec::new();
        target.export(format, &mut out).expect("writes");
        let text = String::from_utf8(out).expect("UTF-8");
        // JSON lines have no names of tasks, but that of the mailbox that something came into from outside.
        let name = if format == Format::Jsonl { r"\u202e" } else { "31m" };
        assert!(text.contains(name), "{format:?} has the name: {text}");
        shows_all(&text);
    }
    let waits = hsxray::export::dot(&hsxray::session::waits::Waits::of(target.machine()));
    assert!(waits.contains("31m"), "{waits}");
    shows_all(&waits);
}

#[cfg(feature = "remote")]
mod remote {
    use super::{EVIL, NAME, evil, shows_all};
    use crate::support::Written;
    use hsxray::backend::Target;
    use hsxray::remote::dap::{self, Machine};
    use hsxray::remote::mcp;
    use serde_json::{Value, json};
    use std::fs;
    use std::io::Cursor;
    use std::time::Duration;

    /// Fails if a text in a message has something that is not seen.
    #[track_caller]
    fn says_all(message: &Value) {
        match message {
            Value::String(text) => shows_all(text),
            Value::Array(all) => all.iter().for_each(says_all),
            Value::Object(members) => members.iter().filter(|(name, _)| *name != "path").for_each(|(_, m)| says_all(m)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    #[test]
    fn an_editor_is_told_nothing_of_a_guest_raw() {
        let mut requests = vec![
            ("initialize", json!({ "adapterID": "x" })),
            ("launch", json!({ "demo": "ping" })),
            ("configurationDone", json!({})),
            ("threads", json!({})),
            ("stackTrace", json!({ "threadId": 1 })),
            ("loadedSources", json!({})),
            ("modules", json!({})),
            ("disassemble", json!({ "memoryReference": "0x100010000", "instructionCount": 20 })),
            ("hsxray/waits", json!({})),
        ];
        let lines = ["ps", "mbox", "console", "trace", "explain", "print nosuch\u{202E}", "listen 1"];
        requests.extend(lines.map(|line| ("evaluate", json!({ "expression": line, "context": "repl" }))));
        requests.extend((1..8).map(|frame| ("scopes", json!({ "frameId": frame }))));
        requests.extend((1..60).map(|reference| ("variables", json!({ "variablesReference": reference }))));
        let mut stream = Vec::new();
        for (seq, (command, arguments)) in (1..).zip(&requests) {
            let message = json!({ "seq": seq, "type": "request", "command": command, "arguments": arguments });
            stream.extend(crate::dap::frame(message.to_string().as_bytes()));
        }
        let mut opened = |_: &dap::Launch| -> Result<Machine, String> {
            Ok(Machine { target: Box::new(evil()), pump: Box::new(|target, turns| target.pump(turns)), shared: false })
        };
        let (out, log) = (Written::default(), Written::default());
        let options = dap::Options { log: Some(Box::new(log.clone())), ..dap::Options::default() };
        dap::serve(Cursor::new(stream), Box::new(out.clone()), &mut opened, options).expect("a client that reads");
        shows_all(&out.text());
        shows_all(&log.text());
        let mut all = String::new();
        crate::dap::read(out.text().as_bytes(), |message| {
            says_all(&message);
            all += &message.to_string();
            true
        });
        let message = json!(r#""\033[31m\"\342\200\256" 1B5B33316D22E280AE from task 1"#).to_string();
        assert!(all.contains(&message[1..message.len() - 1]), "a message is quoted: {all}");
        assert!(all.contains(r"a\\u{202E}b\\x9B31m\\nc"), "a name stands in one line: {all}");
    }

    #[test]
    fn an_agent_is_told_nothing_of_a_guest_raw() {
        let mut lines = String::new();
        for name in ["ps", "mbox", "console", "trace", "info", "waits", "listen"] {
            let call = json!({ "name": name, "arguments": { "arguments": "" } });
            lines += &json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call }).to_string();
            lines.push('\n');
        }
        let (mut target, out) = (evil(), Written::default());
        let options = mcp::Options { write: true, turns: 10 };
        let mut run = |target: &mut dyn Target, turns| target.pump(turns);
        mcp::serve(Cursor::new(lines), out.clone(), &mut target, &mut run, options).expect("served");
        shows_all(&out.text());
        let replies: Vec<Value> = out.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        for reply in &replies {
            says_all(&reply["result"]["content"]);
        }
        assert!(replies[0]["result"]["content"][0]["text"].as_str().is_some_and(|text| text.contains("31m")));
        assert!(replies[0].to_string().contains('\u{202E}'), "data keep the name as it is");
    }

    #[test]
    fn a_client_of_the_executive_protocol_gets_lines_that_show_all_and_mean_the_same() {
        let folder = tempfile::tempdir().expect("directory");
        let file = folder.path().join("evil.mvasm");
        fs::write(&file, EVIL).expect("written");
        let named = format!("{}:name={NAME}", file.display());
        let server = crate::serve::Server::new(&[&named], &[]);
        let mut client = server.client();
        let lines = ["run 40", "mbox", "ps"].map(|line| json!({ "version": 1, "cmd": "hx", "line": line }));
        for request in lines.into_iter().chain([json!({ "version": 1, "cmd": "ps" })]) {
            client.send(&request);
            let line = client.line_within(Duration::from_secs(20)).expect("a line");
            shows_all(&line);
            let reply: Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(reply["status"], "ok", "{line}");
        }
        client.send(&json!({ "version": 1, "cmd": "ps" }));
        let line = client.line_within(Duration::from_secs(20)).expect("a line");
        assert!(
            serde_json::from_str::<Value>(&line)
                .expect("JSON")
                .to_string()
                .contains(NAME.split('\n').next().unwrap_or_default())
        );
    }
}
