//! The Model Context Protocol: commands as tools for programs that reason, over standard input and output.
//!
//! A message is a line of JSON-RPC. Tools are THE command table; a call carries one command out to its end, a run for at most a number of
//! turns. Without leave to change things the door only looks.

use super::{Turns, read};
use crate::backend::request::Run;
use crate::backend::{Target, Want};
use crate::command::{self, COMMANDS, CommandError, Meaning, run_reply};
use crate::text::{escaped_json, visible_lines};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};

/// Bytes that a line may have.
const LINE: u64 = 1 << 20;
/// Versions of the protocol that are spoken, the newest last.
const VERSIONS: [&str; 3] = ["2024-11-05", "2025-03-26", "2025-06-18"];
/// The version in which several messages may come as one list.
const OF_BATCHES: &str = "2025-03-26";
/// Turns of one slice of a run.
const SLICE: u64 = 1_000_000;

/// Errors of JSON-RPC.
const PARSE: i64 = -32700;
const INVALID: i64 = -32600;
const UNKNOWN: i64 = -32601;
const PARAMS: i64 = -32602;

/// What is served, and how.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether calls may change the machine and files.
    pub write: bool,
    /// Turns that a run of one call may take.
    pub turns: u64,
}

/// Answers messages until the input ends.
///
/// # Errors
/// The input cannot be read, or the output not be written.
pub fn serve(
    mut input: impl BufRead,
    mut output: impl Write,
    target: &mut dyn Target,
    run: Turns<'_>,
    options: Options,
) -> io::Result<()> {
    let mut version = VERSIONS[VERSIONS.len() - 1];
    loop {
        let mut line = Vec::new();
        let length = input.by_ref().take(LINE + 1).read_until(b'\n', &mut line)? as u64;
        if length == 0 {
            return Ok(());
        }
        let reply = if length > LINE && line.last() != Some(&b'\n') {
            // Where the next line begins is not known without reading on.
            Some(failure(&Value::Null, INVALID, "a line has more than 1 MB"))
        } else if line.trim_ascii().is_empty() {
            None
        } else {
            received(&line, &mut version, |message| answer(message, target, run, options))
        };
        if let Some(reply) = reply {
            writeln!(output, "{}", escaped_json(reply.to_string()))?;
            output.flush()?;
        }
        if length > LINE {
            return Ok(());
        }
    }
}

fn failure(id: &Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// What is answered to a line: one reply, or those to all messages of a list where the version that was agreed on has lists.
fn received(line: &[u8], version: &mut &'static str, mut answer: impl FnMut(&Value) -> Option<Value>) -> Option<Value> {
    let Ok(message) = serde_json::from_slice::<Value>(line) else {
        return Some(failure(&Value::Null, PARSE, "the line is not JSON"));
    };
    if let Value::Array(all) = &message
        && *version == OF_BATCHES
        && !all.is_empty()
    {
        let replies: Vec<Value> = all.iter().filter_map(answer).collect();
        return (!replies.is_empty()).then_some(Value::Array(replies));
    }
    if message["method"] == "initialize" {
        *version = agreed(&message["params"]);
    }
    answer(&message)
}

/// The version that a client asks for, or the newest.
fn agreed(params: &Value) -> &'static str {
    let asked = params["protocolVersion"].as_str();
    VERSIONS.into_iter().find(|version| asked == Some(version)).unwrap_or(VERSIONS[VERSIONS.len() - 1])
}

/// The answer to a message; a notification has none.
fn answer(message: &Value, target: &mut dyn Target, run: Turns<'_>, options: Options) -> Option<Value> {
    let method = message.get("method").and_then(Value::as_str);
    let (Some(method), true) = (method, message.is_object()) else {
        return Some(failure(&Value::Null, INVALID, "an object with a method is expected"));
    };
    let id = message.get("id")?;
    let params = &message["params"];
    let done = match method {
        "initialize" => Ok(initialize(params)),
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({ "tools": tools() })),
        "tools/call" => call(params, target, run, options),
        _ => Err((UNKNOWN, format!("the method {method:?} is not known"))),
    };
    Some(match done {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message)) => failure(id, code, &message),
    })
}

fn initialize(params: &Value) -> Value {
    json!({ "protocolVersion": agreed(params), "capabilities": { "tools": {} },
        "serverInfo": { "name": "hsxray", "version": env!("CARGO_PKG_VERSION") },
        "instructions": "A debugger of the HSX virtual machine. A tool is one of its commands; help NAME explains one." })
}

/// THE command table as tools.
fn tools() -> Vec<Value> {
    let tool = |row: &command::Command| {
        let what = format!("{} Usage: {} {}. For example: {}", row.help, row.name, row.args, row.example);
        let arguments =
            json!({ "type": "string", "description": format!("What stands behind the name: {}", row.args) });
        json!({ "name": row.name, "description": what,
            "inputSchema": { "type": "object", "properties": { "arguments": arguments } } })
    };
    COMMANDS.iter().map(tool).collect()
}

/// Carries a tool out. What a command refuses is a result that says so, for the one who asked.
fn call(params: &Value, target: &mut dyn Target, run: Turns<'_>, options: Options) -> Result<Value, (i64, String)> {
    let name = params["name"].as_str().unwrap_or_default();
    if !COMMANDS.iter().any(|row| row.name == name) {
        return Err((PARAMS, format!("the tool {name:?} is not known")));
    }
    let arguments = match &params["arguments"]["arguments"] {
        Value::Null => "",
        Value::String(text) => text,
        _ => return Err((PARAMS, "arguments: a text is expected".into())),
    };
    Ok(match carry_out(&format!("{name} {arguments}"), target, run, options) {
        Ok((text, data)) => {
            let mut result = said(&text, false);
            if data.is_object() {
                result["structuredContent"] = data;
            }
            result
        }
        Err(error) => said(&error.to_string(), true),
    })
}

/// A result in words, with nothing of a guest in it that is not seen.
fn said(text: &str, is_error: bool) -> Value {
    json!({ "content": [{ "type": "text", "text": visible_lines(text) }], "isError": is_error })
}

fn carry_out(
    line: &str,
    target: &mut dyn Target,
    run: Turns<'_>,
    options: Options,
) -> Result<(String, Value), CommandError> {
    let mut commands = command::split(line)?;
    let words = commands.pop().filter(|_| commands.is_empty());
    let words = words.ok_or_else(|| CommandError::new("one command is expected, without ;"))?;
    let reply = match read(target, None, words)?.0 {
        Meaning::Answer(reply) => reply,
        Meaning::Request(_) if !options.write => {
            let message = "this would change the machine, and hsxray mcp was started to look only: --write lets it";
            return Err(CommandError::new(message));
        }
        Meaning::Request(request) => command::send(target, request)?,
    };
    if !reply.started {
        return Ok((reply.text, reply.json));
    }
    let mut left = options.turns;
    while left > 0 && run(target, left.min(SLICE)) {
        left = left.saturating_sub(SLICE);
    }
    if target.position().running {
        command::send(target, Run::Pause.into())?;
    }
    let reply = run_reply(&target.look(&Want::lists()));
    Ok((reply.text, reply.json))
}
