//! The extension `hx`: lines of hsxray's own commands, for everything that the protocol has no word for.

use super::follow;
use super::step::AwaitedStep;
use super::{Call, Handled, Refusal, Reply, Server, refuse};
use crate::backend::request::File;
use crate::backend::{Pid, Request, Target, Want};
use crate::command::{self, CommandError, Meaning, Word, run_reply};
use crate::remote::read;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Replies of one line.
const MOST: usize = 256;

/// A line that is carried out, command by command.
pub(super) struct CommandLine {
    words: VecDeque<Vec<Word>>,
    pid: Option<Pid>,
    may_change: bool,
    replies: Vec<Value>,
}

impl CommandLine {
    fn said(&mut self, command: &str, result: Result<(String, Value), CommandError>) {
        self.replies.push(match result {
            Ok((text, reply)) => json!({ "command": command, "ok": true, "text": text, "reply": reply }),
            Err(error) => json!({ "command": command, "ok": false, "error": error }),
        });
    }
}

/// `hx`.
pub(super) fn line(call: Call<'_>) -> Handled {
    if call.arguments.get("request").is_some() {
        return follow::request(call);
    }
    if call.arguments.switch("recording") == Some(true) {
        return follow::recording(call);
    }
    let line = call.arguments.required("line")?;
    let pid = if call.arguments.get("pid").is_some() { Some(call.pid()?) } else { None };
    let words = command::split(line).map_err(|e| Refusal(e.to_string()))?;
    if words.len() > MOST {
        return refuse(format!("a line may have {MOST} commands"));
    }
    let may_change = call.server.sessions.check_all(call.session).is_ok();
    let line = CommandLine { words: words.into(), pid, may_change, replies: Vec::new() };
    Ok(Reply::Step(AwaitedStep::of_line(call.from, line)))
}

impl Server {
    /// Carries out a line up to its end or the first run; whether a run is under way.
    pub(super) fn continue_line(&mut self, target: &mut dyn Target, line: &mut CommandLine) -> bool {
        while let Some(words) = line.words.pop_front() {
            let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            match self.hx_command(target, line, words) {
                Ok(true) => {
                    line.replies.push(json!({ "command": text }));
                    return true;
                }
                Ok(false) => {}
                Err(error) => {
                    line.said(&text, Err(error));
                    line.words.clear();
                }
            }
        }
        false
    }

    /// Carries out one command; whether it has started a run.
    fn hx_command(
        &mut self,
        target: &mut dyn Target,
        line: &mut CommandLine,
        words: Vec<Word>,
    ) -> Result<bool, CommandError> {
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        self.permits(command::sourced(&words))?;
        let reply = match read(target, line.pid, words)?.0 {
            Meaning::Answer(reply) => reply,
            Meaning::Request(request) => {
                if !line.may_change {
                    return Err(CommandError::new("pid_locked: another session holds a task"));
                }
                self.permits(request.files())?;
                let replaced = matches!(request, Request::File(File::Replay(_) | File::Reset | File::Restart(_)));
                let moves = matches!(&request, Request::Run(run) if run.takes_turns());
                if moves && let Some(hold) = self.states.hold {
                    self.release(target, hold);
                }
                let reply = command::send(target, request)?;
                if replaced {
                    self.begin_again(target);
                }
                reply
            }
        };
        for words in reply.then.iter().rev().filter_map(|line| command::split(line).ok()) {
            words.into_iter().rev().for_each(|words| line.words.push_front(words));
        }
        if line.words.len() + line.replies.len() > MOST {
            return Err(CommandError::new(format!("a line may have {MOST} commands")));
        }
        if !reply.started {
            line.said(&text, Ok((reply.text, reply.json)));
        }
        Ok(reply.started)
    }

    /// The run that a line has started has ended: its reply.
    pub(super) fn hx_ran(&mut self, target: &mut dyn Target, line: &mut CommandLine) {
        let now = target.look(&Want::lists());
        let reply = run_reply(&now);
        let command = line.replies.pop().and_then(|pending| pending["command"].as_str().map(str::to_owned));
        line.said(&command.unwrap_or_default(), Ok((reply.text, reply.json)));
    }

    /// What a line has answered.
    pub(super) fn hx_reply(line: CommandLine) -> Value {
        json!({ "replies": line.replies })
    }
}
