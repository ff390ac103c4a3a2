//! Commands that look at the machine as a whole.

use super::answer::who;
use super::columns::padded;
use super::inspect::state_text;
use super::reply::{CommandError, Reply, sentence};
use super::{COMMANDS, Call, Command, Family, Meaning, find};
use crate::backend::answer::TaskInfo;
use crate::backend::{Counters, Pid, Sentence, Snapshot, Status, TaskView, TraceEntry, TraceKind, Want, What, request};
use crate::export::TraceObject;
use serde::Serialize;
use std::fmt::Write;

/// The session at a glance.
#[derive(Serialize)]
struct SessionSummary {
    title: String,
    turn: u64,
    time_us: u64,
    running: bool,
    stop: Status,
    next: Option<Pid>,
    last: Option<Pid>,
    protect: bool,
    turn_us: u64,
    tasks: Vec<TaskInfo>,
}

pub(super) fn info(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if let Some(reply) = super::info::told(call)? {
        return Ok(reply);
    }
    if !call.args.is_empty() {
        return info_task(call);
    }
    let now = &call.now;
    let names: Vec<String> = now.tasks.iter().map(|t| format!("{}:{} {}", t.pid, t.name, state_text(t))).collect();
    let text = format!(
        "{}\n{}\nturn {}, {} us; next {}; protection {}; {} mailboxes, {} trace entries\n{}",
        now.title,
        sentence(&now.status),
        now.turn,
        now.time_us,
        who(now.next),
        if now.protect { "on" } else { "off" },
        now.mailboxes.len(),
        now.trace_total,
        names.join("\n"),
    );
    let session = SessionSummary {
        title: now.title.clone(),
        turn: now.turn,
        time_us: now.time_us,
        running: now.status == Status::Running,
        stop: now.status.clone(),
        next: now.next,
        last: now.last,
        protect: now.protect,
        turn_us: now.turn_us,
        tasks: now.tasks.iter().map(|t| TaskInfo::of(t, call.runner())).collect(),
    };
    Ok(Reply::new(text, session))
}

/// A task with everything about it.
#[derive(Serialize)]
struct WholeTask {
    #[serde(flatten)]
    task: TaskInfo,
    program: Option<String>,
    warnings: Vec<String>,
}

fn info_task(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.pid()?;
    call.args.done()?;
    let task = call.task(pid)?;
    let Counters { turns, switches, traps, blocks, wakes, timeouts, sends, receives, deepest } = task.counters;
    let program = task.program.as_ref();
    let text = format!(
        "task {pid} {}, {}\nprogram {}\npc 0x{:04X}  quantum {}  depth {}\nturns {turns}  switches {switches}  \
         traps {traps}  blocks {blocks}  wakes {wakes}  timeouts {timeouts}  sends {sends}  receives {receives}  \
         deepest stack {deepest}",
        task.name,
        state_text(task),
        program.map_or("?".into(), |p| p.origin()),
        task.pc,
        task.quantum,
        task.depth,
    );
    let whole = WholeTask {
        task: TaskInfo::of(task, call.runner()),
        program: program.map(|p| p.origin()),
        warnings: program.map(|p| p.warnings.clone()).unwrap_or_default(),
    };
    Ok(Reply::new(text, whole))
}

pub(super) fn explain(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let now = call.look(&Want { explain: true, ..Want::numbers() });
    match &now.explained {
        Some(told) => Ok(Reply::new(told.sentences.iter().map(Sentence::text).collect::<Vec<_>>().join("\n"), &**told)),
        None => Err(CommandError::new("the machine is running: pause it first")),
    }
}

/// Whether the invariants hold.
#[derive(Serialize)]
struct Checked {
    ok: bool,
    violations: Vec<String>,
    /// What the C compiler has got wrong in the programs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compiler_faults: Vec<String>,
}

pub(super) fn check(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let now = call.look(&Want { check: true, ..Want::numbers() });
    let violations = now.violations.clone().unwrap_or_default();
    let text = if violations.is_empty() { "all invariants hold".to_owned() } else { violations.join("\n") };
    let programs = call.now.tasks.iter().filter_map(|task| Some((task, task.program.as_ref()?)));
    let faults = programs.flat_map(|(task, program)| {
        program.compiler_faults().into_iter().map(|fault| format!("{}:{}: {fault}", task.pid, task.name))
    });
    let compiler_faults: Vec<String> = faults.collect();
    let told = match compiler_faults.is_empty() {
        true => text,
        false => format!("{text}\nthe C compiler has made wrong code:\n{}", compiler_faults.join("\n")),
    };
    Ok(Reply::new(told, Checked { ok: violations.is_empty(), violations, compiler_faults }))
}

pub(super) fn sched(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.is_empty() || call.args.take("stats") {
        return Ok(stats(call)?.into());
    }
    let pid = call.pid()?;
    if call.args.take("quantum") {
        let turns = call.number("turns in a row")?;
        call.args.done()?;
        let turns = u32::try_from(turns).unwrap_or(u32::MAX);
        return Ok(request::Input::Quantum { pid, turns }.into());
    }
    call.args.done()?;
    let task = call.task(pid)?;
    let text = format!("task {pid}: quantum {}, {}", task.quantum, state_text(task));
    Ok(Reply::new(text, TaskInfo::of(task, call.runner())).into())
}

/// Counters of the tasks, and trace entries.
#[derive(Serialize)]
struct Stats {
    tasks: Vec<TaskStats>,
    dropped: u64,
    events: Vec<TraceEntry>,
}

/// Counters of a task.
#[derive(Serialize)]
struct TaskStats {
    pid: Pid,
    quantum: u32,
    counters: Counters,
}

fn stats(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let count = call.count()?.unwrap_or(16) as usize;
    call.args.done()?;
    let now = call.look(&Want { trace: count, console: 0, ..Want::default() });
    let mut text = String::from("pid    turns switches  traps blocks  wakes timeouts  sends receives deepest");
    for task in &now.tasks {
        let c = task.counters;
        let _ = write!(
            text,
            "\n{:3} {:8} {:8} {:6} {:6} {:6} {:8} {:6} {:8} {:7}",
            task.pid, c.turns, c.switches, c.traps, c.blocks, c.wakes, c.timeouts, c.sends, c.receives, c.deepest
        );
    }
    let tasks = |t: &TaskView| TaskStats { pid: t.pid, quantum: t.quantum, counters: t.counters };
    let _ = write!(text, "\n{}", entries(&now));
    let stats =
        Stats { tasks: now.tasks.iter().map(tasks).collect(), dropped: now.trace_dropped, events: now.trace.clone() };
    Ok(Reply::new(text, stats))
}

/// The newest trace entries.
#[derive(Serialize)]
struct Trace<'t> {
    dropped: u64,
    events: Vec<TraceObject<'t>>,
}

pub(super) fn trace(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let count = call.count()?.unwrap_or(16) as usize;
    call.args.done()?;
    let now = call.look(&Want { trace: count, console: 0, inputs: true, ..Want::default() });
    let (text, dropped) = (entries(&now), now.trace_dropped);
    let text = if dropped > 0 { format!("{text}\n{dropped} older entries dropped") } else { text };
    let object = |entry| TraceObject { entry, about: now.input_said(entry) };
    Ok(Reply::new(text, Trace { dropped, events: now.trace.iter().map(object).collect() }))
}

fn entries(now: &Snapshot) -> String {
    let line = |e: &TraceEntry| {
        // What came from outside happened at no instruction.
        let at = |task: &TaskView| task.listing.name_of(e.pc).filter(|_| e.kind() != TraceKind::Input);
        let place = now.task(e.pid).and_then(at).unwrap_or_default();
        let (place, what) = (padded(&place, 14), what(now, e));
        format!("{:8} {:8}us {:3} {:7} 0x{:04X}  {place} {what}", e.turn, e.time_us, e.pid, e.kind().name(), e.pc)
    };
    now.trace.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A trace entry's argument in words.
fn what(now: &Snapshot, e: &TraceEntry) -> String {
    let row = || {
        let listing = &now.task(e.pid)?.listing;
        let row = listing.rows.get(listing.row_at(e.pc)?)?;
        Some(format!("{} {}", row.mnemonic, row.operands))
    };
    match e.what {
        What::Step | What::Trap { .. } | What::Fault { .. } => row().unwrap_or_default(),
        What::Send { mailbox, seq } | What::Recv { mailbox, seq } => {
            format!("#{seq} {}", now.mailbox_name(mailbox))
        }
        What::Block { on: None } | What::Wake { by: None } => "sleep".into(),
        What::Block { on: Some(mailbox) } | What::Wake { by: Some(mailbox) } | What::Timeout { on: mailbox } => {
            now.mailbox_name(mailbox)
        }
        What::Idle { us } => format!("clock +{us} us"),
        What::Foreign { address } => now.address_name(address.into()).unwrap_or_else(|| format!("0x{address:04X}")),
        What::Input { input } => now.input_said(e).unwrap_or_else(|| input.name().into()),
        What::Halt { .. } | What::Break { .. } | What::Load { .. } | What::Kill => e.arg().to_string(),
    }
}

/// The names of all commands.
#[derive(Serialize)]
struct Names {
    commands: Vec<&'static str>,
}

/// A command.
#[derive(Serialize)]
struct Help {
    name: &'static str,
    args: &'static str,
    help: &'static str,
    example: &'static str,
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
        return Ok(Reply::new(text.trim_end(), Names { commands: COMMANDS.iter().map(|c| c.name).collect() }));
    };
    match find(&word.text)[..] {
        [c] => Ok(Reply::new(describe(c), Help { name: c.name, args: c.args, help: c.help, example: c.example })),
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
