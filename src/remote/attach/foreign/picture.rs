//! A picture of a machine out of an executive's replies. What it does not report stays unknown.

use super::programs::Programs;
use super::talk::{Talk, Trouble};
use crate::backend::{
    Calls, Counters, Frame, MailboxView, Pid, Reported, RunState, Snapshot, StopView, TaskView, WaitView,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of RAM.
const RAM: usize = 1 << 16;
/// Registers of a task, and the bytes that they are in RAM.
const REGISTERS: u32 = 16;
const WINDOW: u32 = 4 * REGISTERS;
/// Tasks whose registers and stacks are asked for with each picture; of more only the selected one's.
const TASKS: usize = 16;
/// Bytes of each stack that are asked for, from SP on.
const STACK: u32 = 4096;

/// What an executive lists at little cost: as long as that is the same, nothing has run.
#[derive(Debug, PartialEq)]
pub(super) struct Listed {
    tasks: Value,
    clock: Value,
    mailboxes: Value,
}

impl Listed {
    pub fn ask(talk: &mut Talk) -> Result<Listed, Trouble> {
        Ok(Listed {
            tasks: talk.ask(json!({ "cmd": "ps" }))?["tasks"].take(),
            clock: talk.ask(json!({ "cmd": "clock" }))?["clock"].take(),
            mailboxes: talk.ask(json!({ "cmd": "mailbox_snapshot" }))?["descriptors"].take(),
        })
    }

    /// Whether the clock runs and something can run under it: a stop holds the machine though the clock is said to run.
    pub fn runs(&self) -> bool {
        self.clock["running"] == true && self.clock["mode"] != "paused"
    }
}

/// Takes a picture of what is listed. Memory is looked at while the clock stands, registers always.
pub(super) fn take(
    talk: &mut Talk,
    programs: &mut Programs,
    Listed { tasks: all, clock, mailboxes: boxes }: &Listed,
    (selected, stands): (Option<Pid>, bool),
) -> Result<Snapshot, Trouble> {
    let listed = all["tasks"].as_array().cloned().unwrap_or_default();
    let mailboxes = mailboxes(boxes);
    let names: BTreeMap<u16, String> = mailboxes.iter().map(|b| (b.descriptor, b.name.clone())).collect();
    let mut memory = Memory { ram: vec![0; RAM], reported: Reported::default() };
    let mut tasks = Vec::new();
    let seen_by = selected.filter(|pid| listed.iter().any(|t| pid_of(t) == Some(*pid)));
    let seen_by = seen_by.or_else(|| listed.iter().find_map(pid_of));
    if let Some(pid) = seen_by.filter(|_| stands) {
        memory.peek(talk, pid, 0, RAM as u32)?;
    }
    memory.reported.seen_by = seen_by;
    for (i, listed) in listed.iter().enumerate() {
        let Some(mut task) = task(listed, &names) else { continue };
        (task.program, task.listing) = programs.of(talk, task.pid, listed["program"].as_str().unwrap_or_default())?;
        if i < TASKS || seen_by == Some(task.pid) {
            registers(talk, &mut task, &mut memory)?;
            let held = u32::from(task.stack_top).saturating_sub(task.sp.into()).min(STACK);
            if stands && seen_by != Some(task.pid) && held > 0 && task.sp >= task.stack_base {
                memory.peek(talk, task.pid, task.sp.into(), held)?;
            }
        }
        tasks.push(task);
    }
    let calls = seen_by.filter(|_| stands).map(|pid| calls(talk, pid)).transpose()?.flatten();
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let turn = number(&clock["auto_total_steps"]) + number(&clock["manual_total_steps"]);
    let current = all["current_pid"].as_u64().and_then(|pid| Pid::try_from(pid).ok());
    let rate = clock["rate_hz"].as_f64().filter(|hz| *hz > 0.0).map(|hz| hz as u64);
    Ok(Snapshot {
        turn: turn.max(tasks.iter().map(|t| t.counters.turns).sum()),
        last: current,
        rate,
        protect: true,
        stops: stops(&listed),
        tasks,
        mailboxes,
        calls,
        ram: memory.ram.into(),
        reported: Some(memory.reported),
        ..Snapshot::default()
    })
}

/// Frames that are asked for.
const FRAMES: u64 = 64;

/// The calls of a task as the executive chains them: by its compiler's frame pointers, so each frame is doubtful, and what
/// a frame takes of the stack is not known.
fn calls(talk: &mut Talk, pid: Pid) -> Result<Option<Calls>, Trouble> {
    let reply = match talk.ask(json!({ "cmd": "stack", "pid": pid, "max": FRAMES })) {
        Err(Trouble::Refused(_)) => return Ok(None),
        reply => reply?,
    };
    let word = |value: &Value| value.as_u64().and_then(|word| u32::try_from(word).ok());
    let frame = |frame: &Value| {
        Some(Frame {
            pc: word(&frame["pc"])?,
            entry: word(&frame["func_addr"]),
            returns_to: word(&frame["return_pc"]),
            at: word(&frame["sp"]).unwrap_or_default(),
            bytes: 0,
            r7: word(&frame["fp"]),
            doubtful: true,
        })
    };
    let stack = &reply["stack"];
    let frames: Vec<Frame> = stack["frames"].as_array().into_iter().flatten().filter_map(frame).collect();
    let more = u32::from(stack["truncated"] == true);
    Ok((!frames.is_empty()).then_some(Calls { pid, frames, of_c: Vec::new(), more, chosen: 0 }))
}

/// RAM as far as it is known.
struct Memory {
    ram: Vec<u8>,
    reported: Reported,
}

impl Memory {
    fn peek(&mut self, talk: &mut Talk, pid: Pid, start: u32, length: u32) -> Result<(), Trouble> {
        let asked = json!({ "cmd": "peek", "pid": pid, "addr": start, "length": length });
        let reply = match talk.ask(asked) {
            // A task that has ended meanwhile has no memory: that is a hole.
            Err(Trouble::Refused(_)) => return Ok(()),
            reply => reply?,
        };
        let bytes = crate::text::hex::bytes(reply["data"].as_str().unwrap_or_default()).unwrap_or_default();
        self.put(start, &bytes);
        Ok(())
    }

    fn put(&mut self, start: u32, bytes: &[u8]) {
        let end = (start as usize + bytes.len()).min(RAM);
        self.ram[start as usize..end].copy_from_slice(&bytes[..end - start as usize]);
        if end > start as usize {
            self.reported.learn(start, end as u32);
        }
    }
}

fn pid_of(task: &Value) -> Option<Pid> {
    task["pid"].as_u64().and_then(|pid| Pid::try_from(pid).ok()).filter(|pid| *pid > 0)
}

fn address(value: &Value) -> u16 {
    value.as_u64().and_then(|at| u16::try_from(at).ok()).unwrap_or_default()
}

/// A task as it is listed.
fn task(listed: &Value, names: &BTreeMap<u16, String>) -> Option<TaskView> {
    let (base, limit) = (address(&listed["stack_base"]), address(&listed["stack_limit"]));
    let size = address(&listed["stack_size"]);
    let turns = listed["accounted_steps"].as_u64().unwrap_or_default();
    let (state, ended) = state(listed["state"].as_str()?)?;
    Some(TaskView {
        pid: pid_of(listed)?,
        name: listed["app_name"].as_str().unwrap_or_default().to_owned(),
        state,
        exit_status: listed["exit_status"].as_u64().and_then(|r0| u32::try_from(r0).ok()).filter(|_| ended),
        fault: None,
        counters: Counters { turns, ..Counters::default() },
        quantum: listed["quantum"].as_u64().and_then(|turns| u32::try_from(turns).ok()).unwrap_or(1),
        pc: u32::from(address(&listed["pc"])),
        psw: 0,
        sp: base.saturating_add(size),
        depth: 0,
        reg_base: address(&listed["reg_base"]),
        stack_base: base,
        stack_limit: limit,
        stack_top: base.saturating_add(size),
        wait: wait(listed, state, names),
        bank: Arc::default(),
        listing: Arc::default(),
        program: None,
        recent: Vec::new(),
        hits: Vec::new(),
    })
}

/// A state by its name in replies, and whether the task has ended; `None` for one that is gone.
fn state(name: &str) -> Option<(RunState, bool)> {
    Some(match name {
        "waiting_mbx" => (RunState::WaitingMbx, false),
        "sleeping" => (RunState::Sleeping, false),
        "paused" => (RunState::Paused, false),
        "returned" => (RunState::Returned, true),
        "stopped" => (RunState::Exited, true),
        "terminated" | "killed" => return None,
        // `running` is one that could take the next turn.
        _ => (RunState::Ready, false),
    })
}

/// What a task waits for. When the wait ends is known by the executive's own clock alone.
fn wait(listed: &Value, state: RunState, names: &BTreeMap<u16, String>) -> Option<WaitView> {
    let descriptor = listed["wait_mailbox"].as_u64().and_then(|d| u16::try_from(d).ok());
    match state {
        RunState::WaitingMbx => {
            let name = descriptor.and_then(|d| names.get(&d).cloned());
            Some(WaitView { kind: "mailbox", descriptor, name, deadline_us: None })
        }
        RunState::Sleeping => Some(WaitView { kind: "sleep", descriptor: None, name: None, deadline_us: None }),
        _ => None,
    }
}

/// The registers of a task, which are words of RAM.
fn registers(talk: &mut Talk, task: &mut TaskView, memory: &mut Memory) -> Result<(), Trouble> {
    let reply = match talk.ask(json!({ "cmd": "dumpregs", "pid": task.pid })) {
        Err(Trouble::Refused(_)) => return Ok(()),
        reply => reply?,
    };
    let registers = &reply["registers"];
    let words: Vec<u32> =
        registers["regs"].as_array().into_iter().flatten().map(|r| r.as_u64().unwrap_or_default() as u32).collect();
    let base = u32::from(task.reg_base);
    if words.len() == REGISTERS as usize && base + WINDOW <= RAM as u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.put(base, &bytes);
    }
    if registers["pc"].is_u64() {
        task.pc = u32::from(address(&registers["pc"]));
    }
    if registers["sp"].is_u64() {
        task.sp = address(&registers["sp"]);
    }
    task.psw = registers["flags"].as_u64().unwrap_or_default() as u8 & 0xF;
    Ok(())
}

/// Mailboxes as they are listed: their messages are not reported.
fn mailboxes(listed: &Value) -> Vec<MailboxView> {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let of = |b: &Value| {
        let name = b["name"].as_str().unwrap_or_default();
        let owner = pid_of(&json!({ "pid": b["owner_pid"] }));
        let taps = b["taps"].as_array().into_iter().flatten();
        Some(MailboxView {
            descriptor: u16::try_from(b["descriptor_id"].as_u64()?).ok()?,
            name: full_name(b["namespace"].as_u64(), name, owner),
            owner,
            capacity: number(&b["capacity"]) as u32,
            bytes_used: number(&b["bytes_used"]) as u32,
            depth: number(&b["queue_depth"]) as usize,
            mode: number(&b["mode_mask"]) as u16,
            sent: number(&b["next_seq"]),
            received: number(&b["head_seq"]),
            deepest: 0,
            waiters: b["waiters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|w| Pid::try_from(w.as_u64()?).ok())
                .collect(),
            readers: Vec::new(),
            taps: taps.filter_map(tap).collect(),
            messages: Vec::new(),
        })
    };
    listed.as_array().into_iter().flatten().filter_map(of).collect()
}

fn tap(listed: &Value) -> Option<crate::backend::TapView> {
    let pid = pid_of(listed)?;
    Some(crate::backend::TapView { pid, handle: address(&listed["handle"]), depth: 0 })
}

/// A mailbox's name with its namespace, and its owner where several tasks have one of that name.
fn full_name(namespace: Option<u64>, name: &str, owner: Option<Pid>) -> String {
    match (namespace, owner) {
        (Some(1), Some(pid)) => format!("svc:{name}@{pid}"),
        (Some(1), None) => format!("svc:{name}"),
        (Some(2), _) => format!("app:{name}"),
        (Some(3), _) => format!("shared:{name}"),
        _ => name.to_owned(),
    }
}

/// The breakpoints of all tasks. The executive has no numbers for them.
fn stops(listed: &[Value]) -> Vec<StopView> {
    let of = |task: &Value| {
        let pid = pid_of(task);
        let at: Vec<u64> = task["breakpoints"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        at.into_iter().map(move |pc| (pid, pc as u32))
    };
    listed.iter().flat_map(of).map(|(pid, pc)| StopView::breakpoint(0, pid, pc)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_read_as_it_is_listed() {
        let listed = json!({ "pid": 2, "app_name": "consumer", "state": "waiting_mbx", "pc": 84, "quantum": 1,
            "accounted_steps": 57, "reg_base": 4160, "stack_base": 57340, "stack_limit": 57340, "stack_size": 4096,
            "exit_status": null, "wait_mailbox": 9, "breakpoints": [36, 84] });
        let names = BTreeMap::from([(9, "app:ping".to_owned())]);
        let task = task(&listed, &names).expect("a task");
        assert_eq!((task.pid, task.state, task.pc, task.counters.turns), (2, RunState::WaitingMbx, 84, 57));
        assert_eq!((task.stack_base, task.stack_top), (57340, 61436));
        assert_eq!(task.wait.and_then(|wait| wait.name), Some("app:ping".into()));
        let set: Vec<_> = stops(&[listed]).iter().map(|stop| (stop.pid, stop.pc())).collect();
        assert_eq!(set, [(Some(2), Some(36)), (Some(2), Some(84))]);
    }

    #[test]
    fn mailboxes_have_the_names_that_programs_open_them_by() {
        let name = |namespace, name, owner| full_name(Some(namespace), name, owner);
        assert_eq!(name(1, "stdio.in", Some(1)), "svc:stdio.in@1");
        assert_eq!((name(2, "ping", None), name(3, "x", None)), ("app:ping".into(), "shared:x".into()));
        assert_eq!(name(0, "pid:1", Some(1)), "pid:1");
    }
}
