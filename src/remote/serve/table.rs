//! THE table of commands.

use super::{Call, Handled};
use super::{Reply, refuse};
use super::{clock, hx, log, memory, messages, scheduler, stops, symbols, tasks, trace, values, watch};
use serde_json::json;

/// What a command needs of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeededSession {
    /// Nothing: what is named is not looked at.
    Ignored,
    /// None, or one that is open.
    Free,
    /// Any name.
    Named,
    /// One that is open.
    Known,
}

/// Whether a command is refused for a task that another session holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locks {
    /// No.
    No,
    /// If it names a task.
    Task,
    /// Where it changes something.
    Changes,
}

/// A command.
pub struct ServedCommand {
    /// Its name.
    pub name: &'static str,
    /// What it needs of a session.
    pub session: NeededSession,
    /// Whether locks are looked at.
    pub locks: Locks,
    /// Its members beside `cmd`, `version` and `session`.
    pub members: &'static str,
    /// What it does, one sentence.
    pub about: &'static str,
    pub(super) handler: for<'c> fn(Call<'c>) -> Handled,
}

macro_rules! commands {
    ($($name:literal $session:ident $locks:ident [$members:literal] $path:path, $about:literal;)*) => {
        /// THE table of commands.
        pub const COMMANDS: &[ServedCommand] = &[$(ServedCommand {
            name: $name, session: NeededSession::$session, locks: Locks::$locks, members: $members, about: $about,
            handler: $path,
        },)*];
    };
}

commands! {
    "ping" Free No [""] ping, "Answers `pong`.";
    "info" Free No ["pid"] tasks::info, "The machine, the current task, all tasks, the scheduler and the clock.";
    "ps" Free No [""] tasks::ps, "The tasks, and which is current.";
    "load" Free No ["path, symbols"] tasks::load, "Loads a program as a new task.";
    "exec" Free No ["path, symbols"] tasks::load, "The same.";
    "pause" Free Task ["pid"] tasks::pause, "Holds a task back; without a pid it stops the clock.";
    "resume" Free Task ["pid"] tasks::resume, "Lets a task continue, past the breakpoint it stands at; without a pid all that a stop holds.";
    "kill" Free Task ["pid"] tasks::kill, "Removes a task and stops the clock.";
    "reload" Free Task ["pid"] tasks::reload, "Reads a task's program again and loads it under a new pid.";
    "attach" Free No [""] tasks::attach, "Says that a client is there.";
    "detach" Free No [""] tasks::detach, "Stops the clock.";
    "clock" Free Changes ["op, steps, pid, rate"] clock::clock, "`op` status, start, stop, rate or step.";
    "step" Free Changes ["steps, pid, source_only"] clock::step, "Does turns of all tasks in rotation, or of one.";
    "start_auto" Free No [""] clock::start, "`clock` with `op` start.";
    "stop_auto" Free No [""] clock::stop, "`clock` with `op` stop.";
    "sched" Free Task ["pid, priority, quantum, limit"] scheduler::sched, "Sets a task's quantum, or counts what the scheduler did.";
    "dumpregs" Free No ["pid"] memory::registers, "The registers of a task, and where its bank and stack are.";
    "peek" Free No ["pid, addr, length"] memory::peek, "Bytes as a task sees them.";
    "poke" Free Task ["pid, addr, data"] memory::poke, "Changes them.";
    "memory" Free No ["pid, op"] memory::regions, "The regions of a task's memory.";
    "stack" Free No ["pid, max"] memory::stack, "The calls of a task that have not returned.";
    "disasm" Free No ["pid, addr, count, mode"] memory::disassemble, "Instructions of a task's code.";
    "symbols" Free No ["pid, type, offset, limit"] symbols::list, "The names of a task's program.";
    "sym" Free Changes ["pid, op, address, name, path"] symbols::lookup, "`op` info, addr, name, line or load.";
    "watch" Free Changes ["pid, op, expr, type, length, id"] watch::watch, "`op` list, add or remove: a change of the value is reported.";
    "bp" Free Changes ["pid, op, addr"] stops::breakpoints, "`op` list, set, clear or clear_all.";
    "bp.add" Free Changes ["pid, address"] stops::add, "`bp` with `op` set.";
    "bp.remove" Free Changes ["pid, address"] stops::remove, "`bp` with `op` clear.";
    "bp.list" Free No ["pid"] stops::list, "`bp` with `op` list.";
    "trace" Free Changes ["pid, mode, op, limit, records, replace, changed_regs, buffer_size"] trace::trace, "Switches the record of instructions, or with `op` records, export, import, config shows and changes it.";
    "mailbox_snapshot" Free No [""] messages::snapshot, "All mailboxes.";
    "list" Free No ["pid"] messages::list, "The mailboxes of a task.";
    "listen" Free No ["pid, limit, max_len"] messages::listen, "Takes messages out of the standard output of a task, or of all.";
    "send" Free Task ["pid, data, data_hex, channel"] messages::send, "Sends a message to a task's standard input, or to another mailbox.";
    "stdio_fanout" Free No ["pid, stream, mode"] messages::fanout, "How standard streams pass messages on.";
    "val.list" Free Task ["pid, group, oid, name"] values::list, "The values of the registry.";
    "val.get" Free Task ["oid, pid"] values::get, "One of them.";
    "val.set" Free Task ["oid, value, pid"] values::set, "Changes it.";
    "val.stats" Free No [""] values::stats, "How full the registry is of values.";
    "cmd.list" Free Task ["pid, group, oid, name"] values::commands, "The commands of the registry.";
    "cmd.call" Free Task ["oid, pid, async"] values::call, "Calls one.";
    "cmd.stats" Free No [""] values::command_stats, "How full the registry is of commands.";
    "dmesg" Free No ["limit, filter_session"] log::dmesg, "The log of requests.";
    "session.open" Ignored No ["client, capabilities, pid_lock, heartbeat_s, token"] open, "Opens a session, which may hold tasks.";
    "session.keepalive" Known No [""] keepalive, "Says that the client is still there.";
    "session.close" Known No [""] close, "Ends a session, its locks and its stream.";
    "session.current" Known No [""] current, "The session that asks.";
    "session.list" Ignored No [""] sessions, "All sessions.";
    "session.terminate" Named No ["target"] terminate, "Ends another session.";
    "events.subscribe" Known No ["filters"] subscribe, "Begins a stream of events on this connection, which continues to take requests.";
    "events.ack" Known No ["seq"] ack, "Says how far the client has come.";
    "events.unsubscribe" Known No [""] unsubscribe, "Ends the session's stream.";
    "restart" Free No ["targets"] tasks::restart, "Begins again with all programs read from their files, where the server allows it.";
    "shutdown" Free No [""] tasks::shutdown, "Ends the server, where it allows that.";
    "hx" Free No ["line, pid; request; recording"] hx::line, "Carries out a line of hsxray's own commands, or one of its requests as data; or gives the session as a recording.";
}

fn ping(_: Call<'_>) -> Handled {
    Ok(Reply::Now(json!({ "reply": "pong" })))
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
fn same(a: &str, b: &str) -> bool {
    let differs = a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
    a.len() == b.len() && differs == 0
}

fn open(call: Call<'_>) -> Handled {
    if let Some(token) = &call.server.options.token
        && !call.arguments.text("token").is_some_and(|given| same(given, token))
    {
        return refuse("not_permitted");
    }
    let session = call.server.sessions.open(&call.arguments)?;
    super::member("session", session)
}

fn keepalive(_: Call<'_>) -> Handled {
    Ok(Reply::Now(json!({})))
}

fn close(call: Call<'_>) -> Handled {
    let id = call.session.unwrap_or_default();
    call.server.streams.unsubscribe(id, Some(call.from));
    call.server.sessions.close(id);
    Ok(Reply::Now(json!({})))
}

fn current(call: Call<'_>) -> Handled {
    let current = call.session.and_then(|id| call.server.sessions.current(id));
    super::member("session", current.unwrap_or_default())
}

fn sessions(call: Call<'_>) -> Handled {
    super::member("sessions", call.server.sessions.list())
}

fn terminate(call: Call<'_>) -> Handled {
    let id = call.arguments.required("target")?;
    if !call.server.sessions.close(id) {
        return refuse("session_not_found");
    }
    call.server.streams.unsubscribe(id, Some(call.from));
    super::member("closed", json!({ "id": id, "reason": "admin_close" }))
}

fn subscribe(call: Call<'_>) -> Handled {
    let id = call.session.unwrap_or_default();
    let most = call.server.sessions.get(id).map_or(2, |session| session.max_events);
    if !call.server.streams.any()
        && let Some(local) = call.target.here()
    {
        // What lies before was looked at by no client.
        call.server.seen.begin(local);
    }
    let (events, again) = call.server.streams.subscribe(id, most, &call.arguments, call.from)?;
    Ok(Reply::Stream(json!({ "events": events }), again))
}

fn ack(call: Call<'_>) -> Handled {
    let seq = call.arguments.int(&["seq"])?.ok_or_else(|| call.arguments.missing("seq"))?;
    let Ok(seq) = u64::try_from(seq) else { return refuse("ack seq must be non-negative") };
    match call.server.streams.ack(call.session.unwrap_or_default(), seq) {
        Some(events) => super::member("events", events),
        None => refuse("session_required"),
    }
}

fn unsubscribe(call: Call<'_>) -> Handled {
    let was = call.server.streams.unsubscribe(call.session.unwrap_or_default(), Some(call.from));
    super::member("unsubscribed", was)
}
