//! Hand-made snapshots: situations to draw, with the numbers of the sketches.

use hsxray::backend::{
    ConsoleLine, Counters, Declared, Fault, History, Listing, ListingRow, MailboxView, MessageView, On, Past, Pid,
    RunState, Snapshot, Status, StopView, TapView, TaskView, TraceEntry, WaitView, Waiter, Was, What,
};
use hsxray::ui::View;
use std::sync::Arc;

const RAM: usize = 0x1_0000;

/// `(address, line, mnemonic, operands, note)` of the producer's code.
type Row = (u32, u32, &'static str, &'static str, &'static str);

const PRODUCER: [Row; 25] = [
    (0x00, 4, "LDI32", "R1, name", "4000"),
    (0x08, 5, "LDI", "R2, 0", ""),
    (0x0C, 6, "SVC", "5, 0", "mailbox open"),
    (0x10, 7, "MOV", "R8, R1", ""),
    (0x14, 8, "LDI", "R9, 0", ""),
    (0x18, 9, "LDI", "R10, 1", ""),
    (0x1C, 10, "LDI", "R12, 0", ""),
    (0x20, 12, "ADD", "R9, R9, R10", ""),
    (0x24, 13, "LDI32", "R6, body", "400C"),
    (0x2C, 14, "ST", "[R6+0], R9", ""),
    (0x30, 15, "CALL", "pace", "to 0050"),
    (0x34, 16, "MOV", "R1, R8", ""),
    (0x38, 17, "MOV", "R2, R6", ""),
    (0x3C, 18, "LDI", "R3, 4", ""),
    (0x40, 19, "LDI", "R4, 0", ""),
    (0x44, 20, "LDI", "R5, 3", ""),
    (0x48, 21, "SVC", "5, 2", "mailbox send"),
    (0x4C, 22, "JMP", "again", "to 0020"),
    (0x50, 24, "PUSH", "R9", ""),
    (0x54, 25, "LDI", "R11, 4", ""),
    (0x58, 27, "SUB", "R11, R11, R10", ""),
    (0x5C, 28, "CMP", "R11, R12", ""),
    (0x60, 29, "JNZ", "wait", "to 0058"),
    (0x64, 30, "POP", "R9", ""),
    (0x68, 31, "RET", "", ""),
];

const LABELS: [(u32, &str); 4] = [(0x00, "start"), (0x20, "again"), (0x50, "pace"), (0x58, "wait")];

/// A program's text, made from the rows above: a source line for each, a remark on some.
fn producer() -> Listing {
    let mut lines = vec![String::new(); 32];
    for (address, name) in LABELS {
        let line = PRODUCER.iter().find(|r| r.0 == address).map_or(1, |r| r.1) as usize;
        lines[line - 2] = format!("{name}:");
    }
    for (address, line, mnemonic, operands, _) in PRODUCER {
        let remark = if address == 0x48 { "  ; send the four bytes" } else { "" };
        lines[line as usize - 1] = format!("    {mnemonic:5} {operands}{remark}");
    }
    listing("producer.mvasm", &PRODUCER, &LABELS, lines)
}

fn listing(origin: &str, rows: &[Row], labels: &[(u32, &str)], lines: Vec<String>) -> Listing {
    let row = |&(address, line, mnemonic, operands, note): &Row| ListingRow {
        address,
        word: 0,
        mnemonic: mnemonic.into(),
        operands: operands.into(),
        note: note.into(),
        source: Some((0, line)),
        near: Some((0, line)),
        target: note.strip_prefix("to ").and_then(|at| u32::from_str_radix(at, 16).ok()),
    };
    Listing {
        newer: Vec::new(),
        origin: origin.into(),
        code_len: rows.last().map_or(0, |r| r.0 + 4),
        rows: rows.iter().map(row).collect(),
        sources: vec![(origin.into(), lines)],
        labels: labels.iter().map(|(at, name)| (*at, (*name).into())).collect(),
        data: vec![(0x4000, "name".into()), (0x400C, "body".into())],
        is_c: false,
    }
}

/// A task with its arena in the usual place, ready and never run.
pub fn task(pid: Pid, name: &str, listing: &Arc<Listing>) -> TaskView {
    let stack_top = 0xFFFC_u16.saturating_sub(4096_u16.saturating_mul(pid - 1));
    TaskView {
        pid,
        name: name.into(),
        state: RunState::Ready,
        exit_status: None,
        fault: None,
        counters: Counters::default(),
        quantum: 1,
        pc: 0,
        psw: 0,
        sp: stack_top,
        depth: 0,
        reg_base: 0x1000 + 64 * (pid - 1),
        stack_base: stack_top.saturating_sub(4096),
        stack_limit: stack_top.saturating_sub(4096),
        stack_top,
        wait: None,
        bank: Arc::from(&b"app:ping\0\0\0\0\x0B\0\0\0"[..]),
        listing: Arc::clone(listing),
        program: None,
        recent: Vec::new(),
        hits: Vec::new(),
    }
}

/// A mailbox nobody has used.
pub fn mailbox(descriptor: u16, name: &str, owner: Option<Pid>) -> MailboxView {
    MailboxView {
        descriptor,
        name: name.into(),
        owner,
        capacity: 64,
        bytes_used: 0,
        depth: 0,
        mode: 0,
        sent: 0,
        received: 0,
        deepest: 0,
        waiters: Vec::new(),
        readers: Vec::new(),
        taps: Vec::new(),
        messages: Vec::new(),
    }
}

pub fn message(seq: u32, src: Pid, turn: u64, bytes: &[u8]) -> MessageView {
    MessageView { seq, src, flags: 0, channel: 3, length: bytes.len(), bytes: bytes.to_vec(), turn }
}

pub fn entry(turn: u64, pid: Pid, pc: u32, what: What) -> TraceEntry {
    TraceEntry { turn, time_us: turn, pid, pc, what }
}

pub fn said(turn: u64, pid: Pid, stream: &'static str, text: &str) -> ConsoleLine {
    ConsoleLine { pid, stream, text: text.into(), turn }
}

/// The past of a machine that has done so many turns and not gone back.
fn done(present: u64) -> History {
    History { present, bound: 256 << 20, ..History::default() }
}

/// A machine without tasks.
pub fn empty() -> Snapshot {
    Snapshot {
        lane_names: Default::default(),
        course: Default::default(),
        could: None,
        world: None,
        map: None,
        reported: None,
        lost: false,
        looking: None,
        stack_past: None,
        changed: None,
        dead: Vec::new(),
        inputs: Vec::new(),
        stdio: Vec::new(),
        place: None,
        returned: None,
        title: "empty".into(),
        status: Status::Fresh,
        turn: 0,
        time_us: 0,
        turn_us: 1,
        last: None,
        next: None,
        order: Vec::new(),
        rate: None,
        speed: None,
        protect: true,
        tasks: Vec::new(),
        mailboxes: Vec::new(),
        trace: Vec::new(),
        asked: Vec::new(),
        trace_total: 0,
        trace_dropped: 0,
        trace_capacity: 4096,
        console: Vec::new(),
        console_dropped: 0,
        watches: Vec::new(),
        rotate: true,
        stops: Vec::new(),
        calls: None,
        waits: None,
        values: Vec::new(),
        commands: Vec::new(),
        ram: Arc::from(vec![0; RAM]),
        before: None,
        explained: None,
        happened: None,
        since: None,
        races: None,
        both: None,
        fate: None,
        machines: None,
        origins: None,
        variables: None,
        declared: Declared::default(),
        accesses: None,
        hunted: None,
        lanes: None,
        history: History { bound: 256 << 20, ..History::default() },
        arrived: false,
        ran: 0,
        forked: None,
        due: Vec::new(),
        logged: Vec::new(),
        left: u64::MAX,
        deadlock_stops: true,
        commands_due: Vec::new(),
        pending: Vec::new(),
        branches: Vec::new(),
        sources: Vec::new(),
        files: None,
        violations: None,
        schedule: None,
    }
}

/// Producer, consumer and ticker, loaded and not yet run.
pub fn fresh() -> Snapshot {
    let code = Arc::new(producer());
    let tasks = ["producer", "consumer", "ticker"];
    let tasks: Vec<TaskView> = tasks.iter().zip(1..).map(|(name, pid)| task(pid, name, &code)).collect();
    let own = |pid: Pid| {
        let names = [
            format!("svc:stdio.in@{pid}"),
            format!("svc:stdio.out@{pid}"),
            format!("svc:stdio.err@{pid}"),
            format!("pid:{pid}"),
        ];
        names.into_iter().zip(4 * pid - 3..).map(move |(name, id)| mailbox(id, &name, Some(pid)))
    };
    let mailboxes = (1..=3).flat_map(own).collect();
    Snapshot { title: "ping".into(), tasks, mailboxes, next: Some(1), ..empty() }
}

fn set(ram: &mut [u8], address: usize, word: u32) {
    ram[address..address + 4].copy_from_slice(&word.to_le_bytes());
}

/// The registers of the sketches at turn 426.
fn registers(ram: &mut [u8]) {
    let banks: [(usize, [u32; 16]); 3] = [
        (0x1000, [0, 4, 0x400C, 4, 0, 3, 0x400C, 0, 4, 0xB, 1, 0, 0, 0, 0, 0xFFFC]),
        (0x1040, [0, 4, 0, 3, 1, 0, 0xA, 0x400C, 4, 0x37, 0, 0, 0, 0, 0, 0]),
        (0x1080, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xDFFC]),
    ];
    for (base, words) in banks {
        for (i, word) in words.iter().enumerate() {
            set(ram, base + 4 * i, *word);
        }
    }
    // What PUSH and CALL have left behind in the stack of task 1.
    set(ram, 0xFFF8, 0x34);
    set(ram, 0xFFF4, 0xA);
}

/// The run of the sketches: three tasks, stopped at turn 426 by breakpoint 2.
pub fn ping() -> Snapshot {
    let mut now = Snapshot {
        status: Status::Breakpoint { number: 2, pid: 2, pc: 0x38 },
        turn: 426,
        history: done(426),
        time_us: 426,
        last: Some(1),
        next: Some(2),
        ..fresh()
    };
    let done = |turns, switches, sends, receives, deepest| Counters {
        turns,
        switches,
        sends,
        receives,
        deepest,
        ..Counters::default()
    };
    let [one, two, three] = &mut now.tasks[..] else { unreachable!("three tasks") };
    (one.counters, one.pc, one.psw) = (done(303, 113, 11, 0, 8), 0x4C, 3);
    (two.counters, two.pc) = (done(111, 111, 0, 11, 0), 0x38);
    (three.counters, three.pc, three.state) = (done(12, 12, 0, 0, 16), 0x10, RunState::Sleeping);
    three.wait = Some(WaitView { kind: "sleep", descriptor: None, name: None, deadline_us: Some(1035) });

    let mut ram = vec![0; RAM];
    registers(&mut ram);
    let (mut before, mut since) = (ram.clone(), ram.clone());
    // The last turn was the send: it answered to task 1 and woke task 2.
    for (address, word) in [(0x1048, 0x400C), (0x104C, 4), (0x1050, 0xFFFF)] {
        set(&mut before, address, word);
        set(&mut since, address, word);
    }
    set(&mut since, 0x102C, 4);
    set(&mut since, 0x103C, 0xFFF8);
    let contexts = |pc, psw, sp| {
        let tasks = now.tasks.iter().zip([(pc, psw, sp), (0x38, 0, 0xEFFC), (0x10, 0, 0xDFFC)]);
        tasks.map(|(t, (pc, psw, sp))| Was { pid: t.pid, pc, psw, sp, state: t.state }).collect()
    };
    let (before_then, since_then) = (contexts(0x48, 3, 0xFFFC), contexts(0x58, 0, 0xFFF8));
    now.before = Some(Arc::new(Past { turn: 425, ram: before.into(), contexts: before_then }));
    now.since = Some(Arc::new(Past { turn: 408, ram: since.into(), contexts: since_then }));
    now.ram = ram.into();

    let shared = mailbox(13, "app:ping", None);
    now.mailboxes.push(MailboxView { sent: 11, received: 11, deepest: 1, ..shared });
    now.trace = ping_trace();
    now.trace.extend([
        entry(426, 1, 0x48, What::Send { mailbox: 13, seq: 11 }),
        entry(426, 2, 0x38, What::Wake { by: Some(13) }),
        entry(426, 2, 0x38, What::Recv { mailbox: 13, seq: 11 }),
    ]);
    now.trace_total = 441;
    now.stops = vec![stop(1, Some(1), 0x20, true, 11), stop(2, None, 0x48, true, 11), stop(3, Some(3), 0x10, false, 0)];
    now
}

/// The turns before the send, as far as a screen can show.
fn ping_trace() -> Vec<TraceEntry> {
    let pcs = [0x5C, 0x60, 0x58, 0x5C, 0x60, 0x58, 0x5C, 0x60, 0x64, 0x68, 0x34, 0x38, 0x3C, 0x40, 0x44];
    let first = 426 - pcs.len() as u64;
    (first..).zip(pcs).map(|(turn, pc)| entry(turn, 1, pc, What::Step)).collect()
}

/// `ping`, with the answers of an ordinary session around it.
pub fn ping_view(size: (u16, u16)) -> View {
    let hints = [
        ("s", "turn"),
        ("S", "step 1"),
        ("r", "round"),
        ("n", "over"),
        ("f", "out"),
        ("c", "run"),
        ("b", "stop"),
        (":", "command"),
        ("?", "help"),
    ];
    let mut view = View { selected: Some(1), ..View::default() };
    view.layout.size = size;
    view.notices.message =
        "stop 2, hit 11: task 2 is in front of 0038; last: task 1 at 0048 (again+28) SVC 5, 2".into();
    view.notices.hints = hints.iter().map(|(k, d)| ((*k).into(), (*d).into())).collect();
    view.notices.log = vec!["> ps".into(), "3 tasks, 3 alive".into()];
    view
}

/// Two tasks that wait for each other, one of them with messages for a third.
pub fn blocked() -> Snapshot {
    let mut now = Snapshot { turn: 96, time_us: 96, last: Some(2), next: None, history: done(96), ..fresh() };
    let waits = [(1, 13, "app:b"), (2, 14, "app:a")];
    let waiter = |(pid, descriptor, name): &(Pid, u16, &str)| Waiter {
        pid: *pid,
        descriptor: *descriptor,
        name: (*name).into(),
    };
    now.status = Status::Deadlock { waits: waits.iter().map(waiter).collect(), others: Vec::new() };
    for ((pid, descriptor, name), task) in waits.iter().zip(&mut now.tasks) {
        task.state = RunState::WaitingMbx;
        let wait =
            WaitView { kind: "mailbox", descriptor: Some(*descriptor), name: Some((*name).into()), deadline_us: None };
        task.wait = Some(wait);
        now.mailboxes.push(MailboxView { waiters: vec![*pid, 7], ..mailbox(*descriptor, name, None) });
    }
    (now.tasks[2].state, now.tasks[2].exit_status) = (RunState::Returned, Some(0));
    let full = MailboxView {
        bytes_used: 60,
        depth: 3,
        deepest: 3,
        sent: 3,
        readers: vec![(2, 1), (3, 0)],
        taps: vec![TapView { pid: 2, handle: 5, depth: 1 }],
        messages: vec![
            message(0, 1, 12, b"hello\n"),
            message(1, 1, 40, &[0, 1, 2, 0xFF]),
            message(2, 2, 95, &[0x41; 26]),
        ],
        ..mailbox(15, "app:log", None)
    };
    now.mailboxes.push(full);
    now
}

/// A task whose stack has run into its guard.
pub fn faulted() -> Snapshot {
    let mut now = ping();
    now.title = "runaway".into();
    now.status = Status::Fault { pid: 1, pc: 0x30, fault: Fault::StackOverflow };
    let task = &mut now.tasks[0];
    (task.state, task.pc, task.sp) = (RunState::Faulted, 0x30, task.stack_limit);
    (task.fault, task.depth, task.counters.deepest) = (Some((Fault::StackOverflow, 0x30)), 1024, 4096);
    let mut ram = now.ram.to_vec();
    for address in (usize::from(task.sp)..usize::from(task.stack_top)).step_by(4) {
        set(&mut ram, address, 0x34);
    }
    set(&mut ram, 0xFFF4, 0xB);
    set(&mut ram, 0x1000, 0xFFFF_FF03);
    now.ram = ram.into();
    now.trace.push(entry(427, 1, 0x30, What::Fault { fault: Fault::StackOverflow }));
    now
}

/// Every task has come to an end of its own.
pub fn finished() -> Snapshot {
    let mut now = Snapshot { status: Status::AllDone, next: None, ..ping() };
    let ends = [(RunState::Returned, 0), (RunState::Exited, 7), (RunState::Returned, 0xFFFF_FFFF)];
    for (task, (state, status)) in now.tasks.iter_mut().zip(ends) {
        (task.state, task.exit_status, task.wait) = (state, Some(status), None);
    }
    (now.turn, now.history) = (5110, done(5110));
    now.time_us = 5_110;
    now.console = vec![
        said(12, 1, "stdout", "sum 55\nsum 66\n"),
        said(400, 2, "stderr", "no more"),
        said(5110, 3, "uart", "bye"),
    ];
    now
}

/// One task a state.
pub fn all_states() -> Snapshot {
    let code = Arc::new(producer());
    let states = [
        (RunState::Ready, None),
        (RunState::WaitingMbx, None),
        (RunState::Sleeping, None),
        (RunState::Paused, None),
        (RunState::Returned, Some(0)),
        (RunState::Exited, Some(0)),
        (RunState::Faulted, None),
        (RunState::Ready, None),
    ];
    let tasks = states.iter().zip(1..).map(|((state, exit_status), pid)| {
        let mut task = task(pid, "same", &code);
        (task.state, task.exit_status) = (*state, *exit_status);
        task
    });
    Snapshot { tasks: tasks.collect(), last: Some(8), status: Status::Running, ..fresh() }
}

/// As many tasks as there are register banks for in tests, after a very long run.
pub fn many() -> Snapshot {
    let code = Arc::new(producer());
    let mut tasks: Vec<TaskView> = (1..=128).map(|pid| task(pid, &format!("worker{pid}"), &code)).collect();
    for task in &mut tasks {
        let top = 0xFFFC - 256 * (task.pid - 1);
        (task.stack_top, task.sp, task.stack_base, task.stack_limit) = (top, top - 16, top - 256, top - 256);
        task.counters.turns = 7_812_500_000 + u64::from(task.pid);
        task.counters.deepest = 32;
    }
    let turn = 123_456_789_012;
    let trace: Vec<TraceEntry> =
        (0..512).map(|i| entry(turn - 511 + i, 1 + (i % 128) as Pid, 0x20, What::Step)).collect();
    Snapshot {
        lane_names: Default::default(),
        course: Default::default(),
        title: "crowd".into(),
        status: Status::Limit { turns: turn, pid: None },
        turn,
        time_us: turn,
        last: Some(127),
        next: Some(128),
        tasks,
        trace,
        trace_total: turn,
        trace_dropped: turn - 4096,
        history: done(turn),
        ..fresh()
    }
}

/// Names and texts that try to take over the terminal or to break columns.
pub fn hostile() -> Snapshot {
    let evil = [
        "\x1B[2J\x1B]0;pwned\x07",
        "\u{202E}txt.exe\u{200B}\u{200D}",
        "漢字漢字漢字漢字",
        "a\u{301}\u{301}\u{301}\u{9B}31m",
        "",
    ];
    let mut now = blocked();
    now.title = evil.concat();
    let mut code = producer();
    code.origin = evil[0].into();
    for (i, label) in code.labels.iter_mut().enumerate() {
        label.1 = evil[i].into();
    }
    for (i, row) in code.rows.iter_mut().enumerate() {
        (row.operands, row.note) = (evil[i % 5].into(), evil[(i + 1) % 5].into());
    }
    for (i, line) in code.sources[0].1.iter_mut().enumerate() {
        *line = format!("\t{}\r; {}", evil[i % 5], evil[(i + 2) % 5]);
    }
    let code = Arc::new(code);
    for (i, task) in now.tasks.iter_mut().enumerate() {
        (task.name, task.listing) = (evil[i].into(), Arc::clone(&code));
    }
    for (i, mailbox) in now.mailboxes.iter_mut().enumerate() {
        mailbox.name = evil[i % 5].into();
    }
    now.tasks[0].wait.as_mut().expect("it waits").name = Some(evil[0].into());
    now.console = evil.iter().map(|text| said(1, 1, "stdout", &format!("{text}\r\n{text}"))).collect();
    now.trace = ping().trace;
    now
}

/// Every hand-made situation by name.
pub fn all() -> Vec<(&'static str, Snapshot)> {
    vec![
        ("empty", empty()),
        ("fresh", fresh()),
        ("ping", ping()),
        ("blocked", blocked()),
        ("faulted", faulted()),
        ("finished", finished()),
        ("states", all_states()),
        ("many", many()),
        ("hostile", hostile()),
    ]
}

fn stop(number: u32, pid: Option<Pid>, pc: u32, enabled: bool, hits: u64) -> StopView {
    StopView {
        number,
        pid,
        app: None,
        on: On::Instruction(pc),
        enabled,
        hits,
        condition: None,
        condition_error: None,
        ignore: 0,
        temporary: false,
        named: None,
        elsewhere: Vec::new(),
        log: None,
        commands: Vec::new(),
    }
}
