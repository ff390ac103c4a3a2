//! Who waits for whom: deadlocks as soon as they are certain, what is not certain, figures.

use crate::support::{Dice, assemble, machine, role_map, snapshot};
use hsxray::backend::{LoadOptions, Local, Program, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::executive::input::{Input, Load};
use hsxray::executive::trace::{TraceEntry, TraceKind};
use hsxray::executive::wait_stats::{Longest, WaitStats};
use hsxray::executive::{Config, Machine, Marks, Who};
use hsxray::export::dot;
use hsxray::session::waits::{Deadlock, Ender, How, WaitEnd, Waits};
use hsxray::session::{Session, now};
use hsxray::ui::{self, App, Palette, Theme, picture};
use std::sync::Arc;

/// The time limit of a wait without one.
const EVER: u32 = 0xFFFF;
/// Computes for ever and cannot open a mailbox.
const SPIN: &str = ".text\nstart:\n    LDI R1, 1\n    JMP start\n";
const RET: &str = ".text\n    LDI R0, 0\n    RET\n";

/// Opens `reads` and `sends`, waits on the first, then sends to the second and ends.
fn waiter(reads: &str, sends: &str, limit: u32) -> String {
    format!(
        ".entry start\n.text\nstart:\n LDI32 R1, n0\n SVC 5, 0\n MOV R8, R1\n LDI32 R1, n1\n SVC 5, 0\n MOV R9, R1\n \
         MOV R1, R8\n LDI32 R2, buf\n LDI R3, 4\n LDI32 R4, {limit}\n LDI R5, 0\n SVC 5, 3\n MOV R1, R9\n \
         LDI32 R2, buf\n LDI R3, 4\n LDI R4, 0\n SVC 5, 2\n LDI R0, 0\n RET\n\
         .data\nn0: .asciz \"{reads}\"\nn1: .asciz \"{sends}\"\n .align 4\nbuf: .word 1\n"
    )
}

/// Opens a mailbox and waits on it for ever; its code never sends.
fn reader(reads: &str) -> String {
    format!(
        ".entry start\n.text\nstart:\n LDI32 R1, n0\n SVC 5, 0\n LDI32 R2, buf\n LDI R3, 4\n LDI32 R4, 0xFFFF\n \
         LDI R5, 0\n SVC 5, 3\n LDI R0, 0\n RET\n.data\nn0: .asciz \"{reads}\"\n .align 4\nbuf: .word 0\n"
    )
}

/// Computes for ever after a while; its code could open mailboxes and send, but never comes to it.
fn capable() -> String {
    waiter("app:z", "app:z", EVER).replace("start:\n", "start:\n JMP start\n")
}

/// After so many turns, or fewer if nothing can run.
fn ran(sources: &[&str], turns: u64) -> Machine {
    let mut machine = machine(Config::default(), sources);
    machine.run(Who::Rotation, turns, &Marks::default());
    machine
}

fn certain(machine: &Machine) -> Deadlock {
    Waits::of(machine).deadlock.expect("a deadlock")
}

#[test]
fn the_demo_ends_in_a_cycle_of_two() {
    let mut target = demo::target("deadlock").expect("demo");
    run(&mut target, "run");
    let waits = Waits::of(target.machine());
    let found = waits.deadlock.clone().expect("a deadlock");
    assert_eq!((&found.pids[..], &found.cycle[..], &found.missing[..]), (&[1, 2][..], &[1, 2][..], &[][..]));
    assert_eq!(found.since, target.machine().turns());
    assert!(waits.quiet && waits.suspect.is_none());
    let row = waits.row(1).and_then(|r| r.wait.as_ref()).expect("it waits");
    assert_eq!(row.enders, [Ender { pid: 2, how: How::Sends, blocked: true }]);
    let verdict = waits.verdict().join("\n");
    assert_eq!(verdict, "DEADLOCK: nothing is ready, no deadline is set, and 1 and 2 wait for each other");
}

#[test]
fn a_deadlock_is_found_in_the_turn_that_makes_it() {
    let (left, right) = (waiter("app:a", "app:b", EVER), waiter("app:b", "app:a", EVER));
    let mut m = machine(Config::default(), &[&left, &right, SPIN]);
    let blocked = |m: &Machine| m.tasks().iter().filter(|t| t.wait.is_some()).count();
    while blocked(&m) < 2 {
        assert_eq!(Waits::of(&m).deadlock, None, "turn {}", m.turns());
        m.turn().expect("a turn");
    }
    let found = certain(&m);
    assert_eq!((found.since, &found.cycle[..]), (m.turns(), &[1, 2][..]));
    m.run(Who::Rotation, 100, &Marks::default());
    assert_eq!(certain(&m), found, "and it stays");
    let verdict = Waits::of(&m).verdict().join("\n");
    assert_eq!(verdict, "DEADLOCK: 1 and 2 wait for each other; 3 continues, and can never help");
}

#[test]
fn a_cycle_of_three_is_told_in_its_order() {
    let [a, b, c] = [("app:a", "app:b"), ("app:b", "app:c"), ("app:c", "app:a")].map(|(r, s)| waiter(r, s, EVER));
    let m = ran(&[&a, &b, &c], 1000);
    assert_eq!(certain(&m).cycle, [1, 3, 2]);
    let verdict = Waits::of(&m).verdict().join("\n");
    assert!(verdict.ends_with("1 waits for 3, 3 waits for 2 and 2 waits for 1"), "{verdict}");
}

#[test]
fn one_who_waits_for_the_cycle_is_in_the_deadlock_but_not_in_the_cycle() {
    let (a, b) = (waiter("app:a", "app:b", EVER), waiter("app:b", "app:a", EVER));
    let relay = waiter("app:b", "app:d", EVER);
    let m = ran(&[&a, &b, &relay, &reader("app:d")], 1000);
    let found = certain(&m);
    assert_eq!((&found.pids[..], &found.cycle[..]), (&[1, 2, 3, 4][..], &[1, 2][..]));
    assert!(Waits::of(&m).verdict()[0].ends_with("3 and 4 wait for one of them"));
}

#[test]
fn a_sender_that_has_ended_is_missed() {
    let sender = waiter("app:q", "app:x", 1);
    let m = ran(&[&reader("app:x"), &sender], 100_000);
    // It has got its message: the sender ran out of time and went on.
    assert!(m.tasks().iter().all(|t| t.state.ended()));
    let m = ran(&[&reader("app:x"), RET, SPIN], 1000);
    let found = certain(&m);
    assert_eq!((&found.pids[..], &found.cycle[..], &found.missing[..]), (&[1][..], &[][..], &[1][..]));
    let verdict = Waits::of(&m).verdict().join("\n");
    assert_eq!(
        verdict,
        "DEADLOCK: 1 waits for app:x, which no task that is left can send to; 3 continues, and can never help"
    );
}

#[test]
fn one_that_might_open_a_mailbox_makes_it_uncertain() {
    let (a, b) = (waiter("app:a", "app:b", EVER), waiter("app:b", "app:a", EVER));
    let m = ran(&[&a, &b, &capable()], 1000);
    let waits = Waits::of(&m);
    assert_eq!(waits.deadlock, None);
    let suspect = waits.suspect.clone().expect("a suspicion");
    assert_eq!((&suspect.cycle[..], &suspect.openers[..]), (&[1, 2][..], &[3][..]));
    assert!(waits.verdict()[0].starts_with("as things stand 1 and 2 wait for each other; only 3 could"));
    // To have a mailbox told of changes is a way to send, too.
    let subscriber = ".text\nstart:\n    JMP start\n    SVC 7, 5\n";
    assert_eq!(Waits::of(&ran(&[&a, &b, subscriber], 1000)).deadlock, None);
    // Once it has ended, there is no doubt: and only since then.
    let helper = waiter("app:z", "app:z", 1);
    let m = ran(&[&a, &b, &helper], 100_000);
    let (found, ended) = (certain(&m), m.task(3).expect("a task").last_turn);
    assert!(m.task(3).expect("a task").state.ended());
    assert_eq!((found.since, &found.cycle[..]), (ended, &[1, 2][..]));
}

#[test]
fn a_time_limit_or_the_outside_is_never_a_deadlock() {
    let (a, b) = (waiter("app:a", "app:b", 50), waiter("app:b", "app:a", EVER));
    let mut m = machine(Config::default(), &[&a, &b]);
    while m.tasks().iter().any(|t| t.wait.is_none()) {
        m.turn().expect("a turn");
    }
    let waits = Waits::of(&m);
    assert_eq!((waits.deadlock.clone(), waits.suspect.clone(), waits.quiet), (None, None, false));
    assert_eq!(waits.verdict(), ["no cycle; 2 waits without a time limit, and can be woken"]);
    for input in ["svc:stdio.in", "pid:1"] {
        let m = ran(&[&reader(input)], 100);
        let waits = Waits::of(&m);
        assert_eq!((waits.deadlock.clone(), waits.quiet), (None, true), "{input}");
        assert!(waits.row(1).and_then(|r| r.wait.as_ref()).is_some_and(|w| w.outside));
        assert_eq!(waits.verdict(), ["nothing is ready: 1 waits for something from outside"]);
    }
    // Who waits for one that waits for the outside is not lost either.
    let m = ran(&[&waiter("svc:stdio.in", "app:x", EVER), &reader("app:x")], 100);
    assert_eq!(Waits::of(&m).deadlock, None);
    assert_eq!(Waits::of(&machine(Config::default(), &[SPIN])).verdict(), ["no cycle; no task waits for ever"]);
}

#[test]
fn a_paused_task_may_still_help() {
    let (a, b) = (waiter("app:a", "app:b", EVER), waiter("app:b", "app:a", EVER));
    let mut m = machine(Config::default(), &[&a, &b]);
    m.apply(&Input::Pause(2)).expect("paused");
    m.run(Who::Rotation, 100, &Marks::default());
    let waits = Waits::of(&m);
    assert!(waits.deadlock.is_none() && waits.row(1).is_some_and(|r| r.wait.is_some()));
}

#[test]
fn told_of_a_value_a_task_can_be_woken_by_who_sets_it() {
    let mut target = demo::target("values").expect("demo");
    for _ in 0..200 {
        run(&mut target, "step");
        assert_eq!(Waits::of(target.machine()).deadlock, None, "turn {}", target.machine().turns());
    }
}

#[test]
fn no_task_of_a_certain_deadlock_ever_runs_again() {
    for name in ["ping", "fanout", "values", "deadlock", "sleepers"] {
        let mut m = demo::target(name).expect("demo").machine().clone();
        let mut stuck: Vec<(u16, u64)> = Vec::new();
        while m.turns() < 2000 && m.turn().is_ok() {
            stuck.iter().for_each(|(pid, turn)| assert_eq!(m.task(*pid).expect("a task").last_turn, *turn, "{name}"));
            let found = Waits::of(&m).deadlock;
            stuck =
                found.iter().flat_map(|d| &d.pids).map(|pid| (*pid, m.task(*pid).expect("a task").last_turn)).collect();
        }
    }
}

#[test]
fn with_fan_out_each_reader_waits_for_the_sender() {
    let mut m = demo::target("fanout").expect("demo").machine().clone();
    let seen = std::iter::from_fn(|| m.turn().ok().map(|_| Waits::of(&m)))
        .take(2000)
        .find(|waits| waits.rows.iter().filter(|r| r.wait.as_ref().is_some_and(|w| w.until.is_none())).count() == 2);
    let waits = seen.expect("both wait");
    assert_eq!(waits.deadlock, None);
    for pid in [2, 3] {
        let wait = waits.row(pid).and_then(|r| r.wait.as_ref()).expect("it waits");
        assert_eq!(wait.enders.first(), Some(&Ender { pid: 1, how: How::Sends, blocked: false }));
    }
}

#[test]
fn starving_is_who_is_ready_and_not_scheduled_or_waits_for_a_message() {
    let mut m = machine(Config::default(), &[SPIN, SPIN, &reader("app:x")]);
    m.run(Who::Rotation, 100, &Marks::default());
    assert!(Waits::of(&m).starving(100).is_empty());
    m.apply(&Input::Quantum { pid: 1, turns: 5000 }).expect("set");
    m.run(Who::Rotation, 3000, &Marks::default());
    let waits = Waits::of(&m);
    let starving = waits.starving(1000);
    let found: Vec<(u16, bool)> = starving.iter().map(|s| (s.pid, s.ready)).collect();
    assert_eq!(found, [(2, true), (3, false)]);
    assert_eq!(starving[0].turns, m.turns() - m.task(2).expect("a task").last_turn);
    assert_eq!(waits.starving(starving[0].turns).iter().filter(|s| s.ready).count(), 0);
}

/// What the trace tells of a task: the figures counted one by one.
fn counted(entries: &[TraceEntry], pid: u16) -> (u64, Option<u64>, Option<Longest>, Vec<u64>) {
    let (mut last, mut woken, mut began, mut longest, mut latencies) = (0, None, (0, 0), None::<Longest>, Vec::new());
    for e in entries.iter().filter(|e| e.pid == pid) {
        match e.kind() {
            TraceKind::Step | TraceKind::Trap | TraceKind::Halt | TraceKind::Fault | TraceKind::Break => {
                latencies.extend(woken.take().map(|at| e.turn - at));
                last = e.turn;
            }
            TraceKind::Block => began = (e.turn, e.time_us),
            TraceKind::Wake | TraceKind::Timeout => {
                woken = Some(e.turn);
                let wait = Longest { since: began.0, turns: e.turn - began.0, us: e.time_us - began.1 };
                longest = longest.filter(|l| l.us >= wait.us).or(Some(wait));
            }
            _ => {}
        }
    }
    latencies.sort_unstable();
    (last, woken, longest, latencies)
}

#[test]
fn figures_are_what_counting_turn_by_turn_gives() {
    let mut dice = Dice(7);
    for name in ["ping", "fanout", "values", "deadlock", "sleepers", "runaway", "lost-update"] {
        for stride in [1, 2, 7, 1000] {
            let mut m = demo::target(name).expect("demo").machine().clone();
            let pids: Vec<u16> = m.tasks().iter().map(|t| t.pid).collect();
            for pid in &pids {
                let turns = 1 + dice.roll(5) as u32;
                m.apply(&Input::Quantum { pid: *pid, turns }).expect("set");
            }
            for _ in 0..1500 / stride {
                m.run(Who::Rotation, stride, &Marks::default());
            }
            assert_eq!(m.trace().dropped(), 0, "the trace holds all of it");
            let entries: Vec<TraceEntry> = m.trace().last(usize::MAX).collect();
            for task in m.tasks() {
                let (last, woken, longest, latencies) = counted(&entries, task.pid);
                let WaitStats { latency, longest: kept, .. } = task.wait_stats;
                let context = format!("{name}, task {}, {stride} turns at a time", task.pid);
                assert_eq!((task.last_turn, task.woken, kept), (last, woken, longest), "{context}");
                assert_eq!(latency.count(), latencies.len() as u64, "{context}");
                assert_eq!((latency.least(), latency.most()), (latencies.first().copied(), latencies.last().copied()));
                if let Some((low, high)) = latency.median() {
                    let median = latencies[(latencies.len() - 1) / 2];
                    assert!((low..=high).contains(&median) && high <= 2 * low, "{context}: {median} in {low}..{high}");
                }
            }
        }
    }
}

#[test]
fn going_back_takes_the_figures_back() {
    let mut session = Session::new(Config::default());
    for source in [waiter("app:a", "app:b", 3), reader("app:b"), SPIN.to_owned()] {
        session.apply(Input::Load(Load::new(Arc::new(assemble(&source).image)))).expect("loads");
    }
    let figures = |m: &Machine| -> Vec<_> { m.tasks().iter().map(|t| (t.wait_stats, t.last_turn, t.woken)).collect() };
    let mut past = vec![figures(session.machine())];
    for _ in 0..200 {
        session.start(Who::Rotation, 1);
        while session.pump(10) {}
        past.push(figures(session.machine()));
    }
    for (turn, then) in past.iter().enumerate().rev().skip(1) {
        session.back(1).expect("back");
        assert_eq!((session.machine().turns(), &figures(session.machine())), (turn as u64, then));
    }
    session.seek(120).expect("there");
    assert_eq!(figures(session.machine()), past[120]);
}

#[track_caller]
fn run(target: &mut Local, line: &str) -> command::Reply {
    let mut last = command::Reply::empty();
    for words in command::split(line).expect("words") {
        last = command::execute(target, None, words).expect("works");
        while target.pump(1000) {}
    }
    last
}

/// A target of programs by name and text.
fn target(programs: &[(&str, &str)]) -> Local {
    let mut target = Local::new("waits", Config::default(), Default::default());
    for (name, text) in programs {
        let program = Program::builtin("program.mvasm", text).expect("assembles");
        let options = LoadOptions { name: Some((*name).to_owned()), ..LoadOptions::default() };
        target.load(Arc::new(program), options).expect("loads");
    }
    target
}

#[test]
fn the_command_tells_and_gives_it_all() {
    let mut target = demo::target("deadlock").expect("demo");
    run(&mut target, "run");
    let reply = run(&mut target, "waits 5");
    snapshot("waits-command", &format!("{}\n\n{:#}", reply.text, reply.json));
    let mut ping = demo::target("ping").expect("demo");
    run(&mut ping, "run 426");
    snapshot("waits-command-ping", &run(&mut ping, "waits").text);
    assert!(command::execute(&mut ping, None, command::split("waits many").expect("words").remove(0)).is_err());
}

/// Checks a graph as far as that goes without Graphviz: braces, quotes, edges between nodes that
/// are there.
fn check_dot(text: &str) {
    assert!(text.starts_with("digraph waits {\n") && text.ends_with("}\n"), "{text}");
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1).map(str::trim).filter(|l| *l != "}") {
        assert!(line.ends_with(';'), "{line}");
        let mut quotes = 0;
        let mut escaped = false;
        for c in line.chars() {
            quotes += u32::from(c == '"' && !escaped);
            escaped = c == '\\' && !escaped;
            assert!(!c.is_control());
        }
        assert!(quotes % 2 == 0, "{line}");
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            [from, "->", to, ..] => edges.extend([from.to_owned(), to.to_owned()]),
            [name, attributes, ..] if attributes.starts_with('[') => nodes.push(name.to_owned()),
            _ => assert!(line.contains('='), "{line}"),
        }
    }
    edges.iter().for_each(|end| assert!(nodes.contains(end), "{end} is no node of\n{text}"));
}

#[test]
fn the_way_to_a_wake_goes_through_the_senders_to_what_had_to_come_first() {
    let sleeper = ".entry start\n.text\nstart:\n LDI R0, 5\n SVC 6, 0\n LDI32 R1, n0\n SVC 5, 0\n LDI32 R2, buf\n LDI R3, 4\n \
                   LDI R4, 0\n LDI R5, 0\n SVC 5, 2\nagain:\n JMP again\n.data\nn0: .asciz \"app:b\"\n .align 4\nbuf: .word 1\n";
    let (first, second) = (waiter("app:c", "app:x", EVER), waiter("app:b", "app:c", EVER));
    let mut target = target(&[("first.mvasm", &first), ("second.mvasm", &second), ("sleeper.mvasm", sleeper)]);
    let before = command::split("waits path 1").expect("line").remove(0);
    let refused = command::execute(&mut target, None, before).expect_err("no wait yet").to_string();
    assert!(refused.contains("no end of a wait of task 1"), "{refused}");
    run(&mut target, "run 300");
    let path = now(target.session().wake_path(1)).expect("a wake");
    let entries: Vec<TraceEntry> = target.machine().trace().last(1 << 16).collect();
    let turn = |kind: TraceKind, pid: u16| entries.iter().find(|e| e.kind() == kind && e.pid == pid).map(|e| e.turn);
    assert_eq!((Some(path.since), Some(path.until)), (turn(TraceKind::Block, 1), turn(TraceKind::Recv, 1)));
    assert!(matches!(path.ended, WaitEnd::Message { by: Some(2), .. }), "{path:?}");
    let [link, sleeper] = path.links[..] else { panic!("{path:?}") };
    assert_eq!((link.pid, sleeper.pid, sleeper.woken), (2, 3, Some(WaitEnd::Sleep)));
    assert!(matches!(link.woken, Some(WaitEnd::Message { by: Some(3), .. })), "{link:?}");
    assert_eq!((link.to, link.from, sleeper.to), (path.until, sleeper.to, sleeper.to));
    for link in &path.links {
        let took = |e: &&TraceEntry| e.pid == link.pid && (link.from + 1..=link.to).contains(&e.turn);
        let mut turns: Vec<u64> = entries
            .iter()
            .filter(took)
            .filter(|e| matches!(e.kind(), TraceKind::Step | TraceKind::Trap | TraceKind::Halt))
            .map(|e| e.turn)
            .collect();
        turns.dedup();
        assert_eq!(link.turns, turns.len() as u64, "{link:?}");
    }
    let said = run(&mut target, "waits path 1").text;
    assert!(said.starts_with("1 waited from turn ") && said.contains("of app:c, sent by 2"), "{said}");
    assert!(said.lines().count() == 3 && said.contains("the end of its sleep woke it"), "{said}");
}

#[test]
fn the_graph_is_one_graphviz_can_read() {
    for (name, turns) in [("deadlock", 1000), ("ping", 426), ("fanout", 300), ("sleepers", 30), ("values", 100)] {
        let mut m = demo::target(name).expect("demo").machine().clone();
        m.run(Who::Rotation, turns, &Marks::default());
        check_dot(&dot(&Waits::of(&m)));
    }
    let evil = waiter("app:\\\"]; x", "app:y", EVER).replace("\\\"]", "\\\\\\\"]");
    let mut target = target(&[("a\"b\\\n\u{1b}[31m", &evil), ("in", &reader("svc:stdio.in"))]);
    run(&mut target, "run 200");
    let text = dot(&Waits::of(target.machine()));
    check_dot(&text);
    assert!(text.contains(r#"1:a\"b\\"#) && text.contains("from outside"), "{text}");
    let mut deadlock = demo::target("deadlock").expect("demo");
    run(&mut deadlock, "run");
    snapshot("waits-dot", &run(&mut deadlock, "waits dot").text);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("graph.dot");
    run(&mut deadlock, &format!("waits dot '{}'", file.display()));
    check_dot(&std::fs::read_to_string(&file).expect("written"));
}

/// Pane 12 alone, after some keys.
fn pane(target: &mut Local, size: (u16, u16), theme: &Theme) -> ratatui::buffer::Buffer {
    let mut app = App::new(size);
    let now = target.look(&Want::default());
    let now = ui::press(&mut app, target, "g d z", now).expect("keys");
    ui::render(&now, &app.view, theme, size)
}

/// Runs up to a turn, through all that stops on the way, or until nothing can run.
fn run_through(target: &mut Local, turn: u64) {
    let mut here = u64::MAX;
    while target.machine().turns() < turn && target.machine().turns() != here {
        here = target.machine().turns();
        run(target, &format!("run {}", turn - here));
    }
}

#[test]
fn the_pane_with_and_without_a_deadlock() {
    let [a, b, c] = [("app:a", "app:b"), ("app:b", "app:c"), ("app:c", "app:a")].map(|(r, s)| waiter(r, s, EVER));
    let (rx, capable) = (reader("app:x"), capable());
    let mut states = [
        ("deadlock", demo::target("deadlock").expect("demo"), u64::MAX),
        ("ping", demo::target("ping").expect("demo"), 426),
        ("three", target(&[("one", &a), ("two", &b), ("three", &c), ("spin", SPIN)]), 300),
        ("missing", target(&[("reader", &rx), ("done", RET), ("spin", SPIN)]), 3000),
        ("suspect", target(&[("reader", &rx), ("shell", &reader("svc:stdio.in")), ("capable", &capable)]), 300),
    ];
    for (name, target, turns) in &mut states {
        run_through(target, *turns);
        for size in [(80, 20), (200, 20)] {
            let shown = picture::text(&pane(target, size, &Theme::default()));
            snapshot(&format!("pane-waits-{name}-{}", size.0), &shown);
        }
    }
    let target = &mut states[0].1;
    let ascii = picture::text(&pane(target, (80, 20), &Theme::new(Palette::Dark, true)));
    assert!(ascii.is_ascii());
    let theme = Theme::default();
    snapshot("pane-waits-deadlock-80-roles", &role_map(&pane(target, (80, 20), &theme), &theme));
    // A long quantum keeps another from running.
    let mut hog = self::target(&[("hog", SPIN), ("starved", SPIN)]);
    hog.apply(Input::Quantum { pid: 1, turns: 5000 }).expect("set");
    run(&mut hog, "run 3000");
    snapshot("pane-waits-starving-80", &picture::text(&pane(&mut hog, (80, 20), &theme)));
    // Small ones lose the drawing and the hint first.
    snapshot("pane-waits-deadlock-48x14", &picture::text(&pane(target, (48, 14), &theme)));
}

#[test]
fn enter_goes_to_the_turn_a_wait_began() {
    let mut target = demo::target("deadlock").expect("demo");
    run(&mut target, "run");
    let began = Waits::of(target.machine()).row(1).and_then(|r| r.wait.as_ref()).expect("it waits").since_turn;
    let mut app = App::new((120, 40));
    let now = target.look(&Want::default());
    let now = ui::press(&mut app, &mut target, "g d Enter", now).expect("keys");
    assert_eq!(now.turn, began);
    assert!(target.machine().task(1).is_some_and(|t| t.wait.is_some()));
    run(&mut target, &format!("goto {}", began - 1));
    assert!(target.machine().task(1).is_some_and(|t| t.wait.is_none()));
    // What nobody sees is not worked out.
    assert!(now.waits.is_some());
    assert!(target.look(&App::new((80, 24)).want()).waits.is_none());
}
