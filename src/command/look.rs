//! Commands that look at the machine as a whole.

use super::inspect::{state_text, task, task_json};
use super::reply::{CommandError, Reply, sentence};
use super::{COMMANDS, Call, Command, Family, find};
use crate::backend::{Entry, Input, Sentence, What};
use serde_json::{Value, json};
use std::fmt::Write;

pub(super) fn info(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("breakpoints") || call.args.take("b") {
        call.args.done()?;
        return super::stops::info(call);
    }
    if let Some(reply) = info_c(call)? {
        return Ok(reply);
    }
    if !call.args.is_empty() {
        return info_task(call);
    }
    let machine = call.target.machine();
    let status = call.target.session().status();
    let names: Vec<String> =
        machine.tasks().iter().map(|t| format!("{}:{} {}", t.pid, t.name, state_text(t))).collect();
    let text = format!(
        "{}\n{}\nturn {}, {} us; next {}; protection {}; {} mailboxes, {} trace entries\n{}",
        call.target.title,
        sentence(status),
        machine.turns(),
        machine.time_us(),
        machine.next().map_or("nobody".into(), |pid| pid.to_string()),
        if machine.config().protect { "on" } else { "off" },
        machine.mailboxes().iter().count(),
        machine.trace().total(),
        names.join("\n"),
    );
    let running = call.target.running();
    let tasks: Vec<Value> = machine.tasks().iter().map(|t| task_json(call, t, running)).collect();
    Ok(Reply::new(
        text,
        json!({ "title": call.target.title, "turn": machine.turns(), "time_us": machine.time_us(), "running": running,
                "stop": status, "next": machine.next(), "last": machine.ran(), "protect": machine.config().protect,
                "turn_us": machine.config().turn_us, "tasks": tasks }),
    ))
}

/// What `info` says of C programs.
fn info_c(call: &mut Call<'_>) -> Result<Option<Reply>, CommandError> {
    use super::variables::{Which, info_globals, info_line, info_locals, info_source};
    let word = call.args.peek().unwrap_or_default().to_owned();
    let tell: fn(&mut Call<'_>) -> Result<Reply, CommandError> = match word.as_str() {
        "locals" => |call| info_locals(call, Which::Locals),
        "args" => |call| info_locals(call, Which::Args),
        "frame" => super::examine::info_frame,
        "globals" => info_globals,
        "line" => info_line,
        "source" => info_source,
        _ => return Ok(None),
    };
    call.args.take_next();
    tell(call).map(Some)
}

fn info_task(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    let task = task(call, pid)?;
    let counters = task.counters();
    let program = call.target.program(pid);
    let text = format!(
        "task {pid} {}, {}\nprogram {}\npc {:04X}  quantum {}  depth {}\nturns {}  switches {}  traps {}  blocks {}  wakes {}  timeouts {}  sends {}  receives {}  deepest stack {}",
        task.name,
        state_text(task),
        program.map_or("?".into(), |p| p.origin()),
        task.context.pc,
        task.quantum,
        task.context.depth,
        counters.turns,
        counters.switches,
        counters.traps,
        counters.blocks,
        counters.wakes,
        counters.timeouts,
        counters.sends,
        counters.receives,
        counters.deepest,
    );
    let mut json = task_json(call, task, call.target.running());
    json["program"] = program.map(|p| p.origin()).into();
    json["warnings"] = program.map(|p| p.warnings.clone()).unwrap_or_default().into();
    Ok(Reply::new(text, json))
}

pub(super) fn explain(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    if call.target.running() {
        return Err(CommandError::new("the machine is running: pause it first"));
    }
    let told = call.target.explained();
    Ok(Reply::new(told.sentences.iter().map(Sentence::text).collect::<Vec<_>>().join("\n"), &*told))
}

pub(super) fn check(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let wrong = call.target.machine().check();
    let text = if wrong.is_empty() { "all invariants hold".to_owned() } else { wrong.join("\n") };
    Ok(Reply::new(text, json!({ "ok": wrong.is_empty(), "violations": wrong })))
}

pub(super) fn sched(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.is_empty() || call.args.take("stats") {
        return stats(call);
    }
    let pid = call.args.pid(call.target)?;
    if call.args.take("quantum") {
        let turns = call.args.number("turns in a row")?;
        call.args.done()?;
        let turns = u32::try_from(turns).unwrap_or(u32::MAX);
        call.target.apply(Input::Quantum { pid, turns })?;
    }
    call.args.done()?;
    let task = task(call, pid)?;
    let text = format!("task {pid}: quantum {}, {}", task.quantum, state_text(task));
    Ok(Reply::new(text, task_json(call, task, call.target.running())))
}

fn stats(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let count = call.args.count()?.unwrap_or(16) as usize;
    call.args.done()?;
    let machine = call.target.machine();
    let mut text = String::from("pid    turns switches  traps blocks  wakes timeouts  sends receives deepest");
    for task in machine.tasks() {
        let c = task.counters();
        let _ = write!(
            text,
            "\n{:3} {:8} {:8} {:6} {:6} {:6} {:8} {:6} {:8} {:7}",
            task.pid, c.turns, c.switches, c.traps, c.blocks, c.wakes, c.timeouts, c.sends, c.receives, c.deepest
        );
    }
    let counters: Vec<Value> = machine
        .tasks()
        .iter()
        .map(|t| json!({ "pid": t.pid, "quantum": t.quantum, "counters": t.counters() }))
        .collect();
    let (lines, events) = entries(call, count);
    let _ = write!(text, "\n{lines}");
    Ok(Reply::new(text, json!({ "tasks": counters, "dropped": machine.trace().dropped(), "events": events })))
}

pub(super) fn trace(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let count = call.args.count()?.unwrap_or(16) as usize;
    call.args.done()?;
    let (text, events) = entries(call, count);
    let dropped = call.target.machine().trace().dropped();
    let text = if dropped > 0 { format!("{text}\n{dropped} older entries dropped") } else { text };
    Ok(Reply::new(text, json!({ "dropped": dropped, "events": events })))
}

fn entries(call: &Call<'_>, count: usize) -> (String, Vec<Entry>) {
    let machine = call.target.machine();
    let events: Vec<Entry> = machine.trace().last(count).collect();
    let line = |e: &Entry| {
        format!("{:8} {:8}us {:3} {:7} {:04X}  {}", e.turn, e.time_us, e.pid, e.kind().name(), e.pc, what(call, e))
    };
    (events.iter().map(line).collect::<Vec<_>>().join("\n"), events)
}

/// A trace entry's argument in words.
fn what(call: &Call<'_>, e: &Entry) -> String {
    let machine = call.target.machine();
    let row = || {
        let listing = call.target.listing(e.pid)?;
        let row = listing.rows.get(listing.row_at(e.pc)?)?;
        Some(format!("{} {}", row.mnemonic, row.operands))
    };
    match e.what {
        What::Step | What::Trap { .. } | What::Fault { .. } => row().unwrap_or_default(),
        What::Send { mailbox, seq } | What::Recv { mailbox, seq } => {
            format!("#{seq} {}", machine.mailbox_name(mailbox))
        }
        What::Block { on: None } | What::Wake { by: None } => "sleep".into(),
        What::Block { on: Some(mailbox) } | What::Wake { by: Some(mailbox) } | What::Timeout { on: mailbox } => {
            machine.mailbox_name(mailbox)
        }
        What::Idle { us } => format!("clock +{us} us"),
        What::Foreign { address } => format!("{address:04X}"),
        What::Halt { .. } | What::Break { .. } | What::Load { .. } | What::Kill | What::Input { .. } => {
            e.arg().to_string()
        }
    }
}

pub(super) fn help(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let Some(word) = call.args.take_next() else {
        let mut text = String::new();
        for family in Family::ALL {
            let _ = writeln!(text, "{}", family.title());
            for c in COMMANDS.iter().filter(|c| c.family == family) {
                let _ = writeln!(text, "  {:44} {}", format!("{} {}", c.name, c.args), c.help);
            }
        }
        let names: Vec<&str> = COMMANDS.iter().map(|c| c.name).collect();
        return Ok(Reply::new(text.trim_end(), json!({ "commands": names })));
    };
    match find(&word.text)[..] {
        [c] => {
            Ok(Reply::new(describe(c), json!({ "name": c.name, "args": c.args, "help": c.help, "example": c.example })))
        }
        [] => Err(CommandError::unknown(&word)),
        ref many => Err(CommandError::ambiguous(&word, many)),
    }
}

fn describe(c: &Command) -> String {
    let short = if c.short.is_empty() { String::new() } else { format!("\nalso: {}", c.short.join(", ")) };
    format!("{} {}\n{}\nfor example: {}{short}", c.name, c.args, c.help, c.example)
}

pub(super) fn quit(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    Ok(Reply { quit: true, ..Reply::empty() })
}
