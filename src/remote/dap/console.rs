//! Lines of commands in the console of the client.

use super::run::Motion;
use super::{Adapter, Failed, failed};
use crate::backend::{Pid, Request};
use crate::command;
use serde_json::{Value, json};

/// What commands have done.
#[derive(Default)]
struct Done {
    said: String,
    /// What the last command answered, for programs.
    json: Value,
    started: bool,
    travelled: bool,
    changed: bool,
}

/// Carries a line of commands out, as far as the first run; the rest follows when that has ended. Its answers.
pub(super) fn line(adapter: &mut Adapter<'_>, line: &str, pid: Option<Pid>) -> Result<String, Failed> {
    Ok(carry_out(adapter, line, pid)?.said.trim_end().to_owned())
}

/// The same, answered for programs: by the last command of the line.
pub(super) fn asked(adapter: &mut Adapter<'_>, line: &str, pid: Option<Pid>) -> Result<Value, Failed> {
    Ok(carry_out(adapter, line, pid)?.json)
}

fn carry_out(adapter: &mut Adapter<'_>, line: &str, pid: Option<Pid>) -> Result<Done, Failed> {
    adapter.commands = command::split(line)?.into_iter().map(|words| (words, None)).collect();
    adapter.selected = pid;
    let was_running = adapter.running();
    let done = commands(adapter)?;
    if done.started {
        adapter.say("continued", json!({ "threadId": pid.unwrap_or(1), "allThreadsContinued": true }));
        adapter.under_way(Motion::Run);
    } else if done.travelled {
        adapter.say("continued", json!({ "threadId": pid.unwrap_or(1), "allThreadsContinued": true }));
        adapter.travelled("goto", pid);
    } else if was_running && !adapter.running() {
        adapter.motion = None;
        adapter.report_news();
        adapter.stop_now("pause", None, None);
    } else if done.changed {
        adapter.report_news();
        adapter.changed(&["all"]);
    }
    Ok(done)
}

/// Continues with the commands that waited for a run to end; whether they have started another one.
pub(super) fn continue_line(adapter: &mut Adapter<'_>) -> bool {
    let (said, started) = match commands(adapter) {
        Ok(done) => (done.said, done.started),
        Err(Failed(why)) => (format!("{why}\n"), false),
    };
    if !said.is_empty() {
        adapter.say("output", json!({ "category": "console", "output": said }));
    }
    if started {
        adapter.motion = Some(Motion::Run);
    }
    started && adapter.running()
}

/// Carries commands out up to the first that starts a run. One that fails ends the line.
fn commands(adapter: &mut Adapter<'_>) -> Result<Done, Failed> {
    let mut done = Done::default();
    while let Some((words, until)) = adapter.commands.pop_front() {
        let selected = adapter.selected;
        adapter.until = until;
        let Adapter { machine: Some(machine), leave, .. } = adapter else {
            return failed("no program is launched yet");
        };
        let reply = match leave.execute(&mut *machine.target, selected, words, until) {
            Ok(reply) => reply,
            Err(e) => {
                adapter.commands.clear();
                if done.said.is_empty() {
                    return Err(e.into());
                }
                done.said += &format!("{e}\n");
                break;
            }
        };
        if !reply.text.is_empty() {
            done.said += &format!("{}\n", reply.text);
        }
        done.json = reply.json;
        for request in &reply.done {
            done.travelled |= matches!(request, Request::Travel(_));
            done.changed |= !matches!(request, Request::Travel(_) | Request::Run(_));
        }
        for words in reply.then.iter().rev().filter_map(|line| command::split(line).ok()) {
            words.into_iter().rev().for_each(|words| adapter.commands.push_front((words, None)));
        }
        if reply.quit {
            adapter.end();
            adapter.commands.clear();
        }
        if reply.started {
            done.started = true;
            break;
        }
    }
    Ok(done)
}
