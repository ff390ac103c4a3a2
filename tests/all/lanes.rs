//! Lanes say what a run turn by turn says, at every zoom, in every branch.

use crate::support::{Dice, assemble, project};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::task::RunState;
use hsxray::executive::trace::TraceKind;
use hsxray::executive::{Config, Pid, Who};
use hsxray::image::Image;
use hsxray::session::{Doing, LaneViewport, Lanes, Looked, Session, Share, now};
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

fn session(demo: &str, names: &[&str]) -> Session {
    let mut session = Session::new(Config::default());
    names.iter().for_each(|name| load(&mut session, demo, name));
    session
}

fn load(session: &mut Session, demo: &str, name: &str) {
    let text = fs::read_to_string(project(&format!("assets/programs/{demo}/{name}.mvasm"))).expect("source");
    let image = Image { name: Some(name.into()), ..assemble(&text).image };
    session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
}

fn ping() -> Session {
    session("ping", &["producer", "consumer", "ticker"])
}

fn run(session: &mut Session, who: Who, turns: u64) {
    session.start(who, turns);
    while session.pump(u64::MAX) {}
}

fn window(session: &mut Session, first: u64, columns: usize, power: u32) -> Arc<Lanes> {
    session.lanes(&LaneViewport { columns, power: Some(power), first, fixed: true, time: false, halves: false })
}

/// What each task does in one turn.
type Turn = BTreeMap<Pid, Doing>;

fn doing(state: RunState) -> Doing {
    match state {
        RunState::Ready => Doing::Ready,
        RunState::WaitingMbx => Doing::Waits,
        RunState::Sleeping => Doing::Sleeps,
        RunState::Paused => Doing::Paused,
        RunState::Returned | RunState::Exited => Doing::Ended,
        RunState::Faulted => Doing::Faulted,
    }
}

/// The course of events turn by turn: each turn is visited.
fn by_turns(session: &mut Session) -> Vec<Turn> {
    let here = session.machine().turns();
    let mut turns = Vec::new();
    for turn in 0..session.present() {
        session.seek(turn).expect("past");
        let mut now: Turn = session.machine().tasks().iter().map(|t| (t.pid, doing(t.state))).collect();
        session.seek(turn + 1).expect("past");
        let ran = session.machine().trace().last(64).find(|e| e.turn == turn + 1).expect("an entry").pid;
        now.insert(ran, Doing::Ran);
        turns.push(now);
    }
    session.seek(here).expect("past");
    turns
}

fn same(lanes: &Lanes, turns: &[Turn], exact: bool) {
    assert_eq!(lanes.exact, exact);
    for column in 0..lanes.window.columns {
        let (first, last) = (lanes.window.first_of(column), lanes.window.last_of(column).min(turns.len() as u64));
        let part = turns.get(first as usize - 1..(last as usize).max(first as usize - 1)).unwrap_or_default();
        for lane in &lanes.tasks {
            for doing in Doing::ALL {
                let is = part.iter().filter(|t| t.get(&lane.pid) == Some(&doing)).count() as u64;
                let share = lane.cells[column].share.turns(doing);
                assert_eq!(share, is, "task {} {doing:?} in {first}..={last}", lane.pid);
            }
        }
        let there: usize = part.iter().map(Turn::len).sum();
        let told: u64 = lanes.tasks.iter().map(|l| l.cells[column].share.total()).sum();
        assert_eq!(told, there as u64, "{first}..={last}");
    }
}

/// A stretch of virtual time, from and to µs, in which each task does one thing.
type Span = (u64, u64, Turn);

/// The course of events by virtual time: each turn is visited, and what the clock jumped over before it.
fn by_time(session: &mut Session) -> Vec<Span> {
    let here = session.machine().turns();
    let turn_us = session.machine().config().turn_us;
    let mut spans = Vec::new();
    for turn in 0..session.present() {
        session.seek(turn).expect("past");
        let from = session.machine().time_us();
        let held: Turn = session.machine().tasks().iter().map(|t| (t.pid, doing(t.state))).collect();
        session.seek(turn + 1).expect("past");
        let machine = session.machine();
        let ran = machine.trace().last(64).find(|e| e.turn == turn + 1).expect("an entry");
        let to = ran.time_us;
        let mut now = held.clone();
        // Who was woken by the jump can run in the turn after it.
        let woken = |pid: &Pid| to - turn_us > from && machine.task(*pid).is_some_and(|t| t.state == RunState::Ready);
        now.iter_mut().filter(|(pid, _)| woken(pid)).for_each(|(_, doing)| *doing = Doing::Ready);
        now.insert(ran.pid, Doing::Ran);
        spans.push((from, to - turn_us, held));
        spans.push((to - turn_us, to, now));
    }
    session.seek(here).expect("past");
    spans
}

#[test]
fn lanes_over_virtual_time_equal_a_run_turn_by_turn() {
    let mut dice = Dice(5);
    let programs: [(&str, &[&str]); 3] = [
        ("ping", &["producer", "consumer", "ticker"]),
        ("sleepers", &["short", "middle", "long"]),
        ("runaway", &["runaway", "neighbour"]),
    ];
    let mut idle = 0;
    for ((demo, names), turn_us) in programs.into_iter().flat_map(|p| [(p, 1), (p, 7)]) {
        let mut session = Session::new(Config { turn_us, ..Config::default() });
        names.iter().for_each(|name| load(&mut session, demo, name));
        run(&mut session, Who::Rotation, 400);
        let spans = by_time(&mut session);
        let end_us = session.machine().time_us();
        for _ in 0..60 {
            let (first, columns) = (1 + dice.roll(end_us), 1 + dice.roll(90) as usize);
            let sight = LaneViewport {
                columns,
                time: true,
                power: Some(dice.roll(9) as u32),
                first,
                fixed: true,
                halves: false,
            };
            let lanes = session.lanes(&sight);
            assert!(lanes.exact && lanes.window.time);
            for (column, lane) in (0..columns).flat_map(|c| lanes.tasks.iter().map(move |l| (c, l))) {
                let (from, to) = (lanes.window.first_of(column) - 1, lanes.window.last_of(column));
                for doing in Doing::ALL {
                    let parts = spans.iter().filter(|(_, _, tasks)| tasks.get(&lane.pid) == Some(&doing));
                    let is: u64 = parts.map(|(a, b, _)| to.min(*b).saturating_sub(from.max(*a))).sum();
                    let share = lane.cells[column].share.turns(doing);
                    assert_eq!(share, is, "{demo} task {} {doing:?} in {from}..{to} us", lane.pid);
                }
                let turns = spans.iter().skip(1).step_by(2).filter(|(_, b, _)| *b <= to).count() as u64;
                assert_eq!(lanes.turns_by(column), turns, "{demo} {to}");
                idle += spans.iter().step_by(2).filter(|(a, b, _)| *a < from && *b > to).count();
            }
            let turn = 1 + dice.roll(session.present());
            let time = spans[2 * turn as usize - 1].1;
            assert_eq!(lanes.column_of(turn), lanes.window.column_of(time), "turn {turn}");
        }
    }
    assert!(idle > 100, "columns in which nobody runs: {idle}");
}

#[test]
fn a_long_run_over_virtual_time_is_made_of_sums() {
    let mut session = session("sleepers", &["short", "middle", "long"]);
    run(&mut session, Who::Rotation, 3_000_000);
    let end_us = session.machine().time_us();
    let lanes = session.lanes(&LaneViewport { columns: 60, time: true, first: 1, ..LaneViewport::default() });
    assert!(!lanes.exact || end_us <= 1 << 19);
    let last = lanes.window.column_of(end_us).expect("the present is in it");
    assert_eq!(lanes.turns_by(last), session.present());
    let columns: Vec<u64> = (0..=last).map(|column| lanes.turns_by(column)).collect();
    assert!(columns.is_sorted());
    for lane in &lanes.tasks {
        let told: u64 = lane.cells.iter().map(|c| c.share.total()).sum();
        assert!(told <= end_us && told > end_us - end_us / 50, "task {}: {told} of {end_us}", lane.pid);
    }
    let turn = session.present() / 3;
    session.seek(turn).expect("past");
    let (at, column) = (session.machine().time_us(), lanes.column_of(turn).expect("there"));
    assert!(lanes.window.column_of(at).expect("there").abs_diff(column) <= 1);
}

/// Compares windows of all zooms, at random places, from wherever the cursor is.
fn same_everywhere(session: &mut Session, dice: &mut Dice) {
    let turns = by_turns(session);
    let present = session.present();
    for _ in 0..40 {
        if dice.roll(3) == 0 {
            session.seek(dice.roll(present + 1)).expect("past");
        }
        let lanes = window(session, 1 + dice.roll(present), 1 + dice.roll(90) as usize, dice.roll(7) as u32);
        same(&lanes, &turns, true);
    }
}

#[test]
fn lanes_equal_a_run_turn_by_turn() {
    let mut dice = Dice(1);
    let programs: [(&str, &[&str]); 4] = [
        ("ping", &["producer", "consumer", "ticker"]),
        ("sleepers", &["short", "middle", "long"]),
        ("deadlock", &["left", "right"]),
        ("runaway", &["runaway", "neighbour"]),
    ];
    for (demo, names) in programs {
        let mut session = session(demo, names);
        for _ in 0..4 {
            run(&mut session, Who::Rotation, 170);
        }
        same_everywhere(&mut session, &mut dice);
    }
}

#[test]
fn lanes_equal_a_run_with_picks_and_inputs_and_on_branches() {
    let mut dice = Dice(2);
    let mut session = ping();
    for round in 0..6 {
        for _ in 0..6 {
            let pid = 1 + dice.roll(3) as Pid;
            match dice.roll(5) {
                0 => run(&mut session, Who::Only(pid), dice.roll(9)),
                // Refused where the task cannot do it: that is no input.
                1 => drop(session.apply(Input::Pause(pid))),
                2 => drop(session.apply(Input::Resume(pid))),
                _ => run(&mut session, Who::Rotation, dice.roll(60)),
            }
        }
        run(&mut session, Who::Rotation, 20);
        same_everywhere(&mut session, &mut dice);
        session.seek(dice.roll(session.present())).expect("past");
        if round % 2 == 0 {
            session.apply(Input::Resume(1)).or_else(|_| session.apply(Input::Pause(2))).expect("one of them");
        } else {
            run(&mut session, Who::Only(1), 3);
        }
    }
    assert!(session.branches().len() > 3);
}

#[test]
fn turns_of_one_task_alone_that_are_continued_after_a_look_are_its_turns() {
    let mut session = ping();
    for turns in [3, 4, 5] {
        let before = session.present();
        run(&mut session, Who::Only(1), turns);
        let lanes = window(&mut session, before + 1, turns as usize, 0);
        same(&lanes, &by_turns(&mut session), true);
    }
    assert_eq!((session.present(), session.journal().entries().len()), (12, 4), "one pick");
}

#[test]
fn a_task_that_came_late_and_one_that_was_killed_have_their_turns() {
    let mut session = session("ping", &["producer", "consumer"]);
    run(&mut session, Who::Rotation, 100);
    load(&mut session, "ping", "ticker");
    run(&mut session, Who::Rotation, 37);
    session.apply(Input::Kill(3)).expect("task");
    session.apply(Input::Kill(2)).expect("task");
    run(&mut session, Who::Rotation, 30);
    same_everywhere(&mut session, &mut Dice(3));
    let lanes = window(&mut session, 1, 40, 2);
    let names: Vec<&str> = lanes.tasks.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["producer", "consumer", "ticker"]);
}

/// Sums of columns of an exact window, `by` at a time.
fn gathered(lanes: &Lanes, by: usize) -> BTreeMap<Pid, Vec<Share>> {
    let sum = |cells: &[hsxray::session::LaneCell]| {
        let mut share = Share::default();
        cells.iter().for_each(|c| share.add(&c.share));
        share
    };
    lanes.tasks.iter().map(|l| (l.pid, l.cells.chunks(by).map(sum).collect())).collect()
}

#[test]
fn wide_columns_are_the_sums_of_narrow_ones() {
    let mut session = ping();
    run(&mut session, Who::Rotation, 3000);
    let single = window(&mut session, 1, 3072, 0);
    for power in 1..=10 {
        let wide = window(&mut session, 1, 3072 >> power, power);
        assert_eq!(gathered(&wide, 1), gathered(&single, 1 << power), "{power}");
        assert_eq!(wide.sent.iter().sum::<u64>(), single.sent.iter().sum::<u64>());
    }
}

/// Lanes without the halves of their columns.
fn whole_columns(lanes: &Lanes) -> Vec<Vec<(Share, hsxray::session::Kinds)>> {
    lanes.tasks.iter().map(|lane| lane.cells.iter().map(|cell| (cell.share, cell.kinds)).collect()).collect()
}

#[test]
fn columns_in_two_halves_are_the_same_columns() {
    let mut session = ping();
    run(&mut session, Who::Rotation, 3000);
    for (power, time) in (0..=8).flat_map(|power| [(power, false), (power, true)]) {
        let first = 1 + 37 * u64::from(power);
        let sight = LaneViewport { columns: 60, power: Some(power), first, fixed: true, time, halves: false };
        let lanes = session.lanes(&sight);
        let halves = session.lanes(&LaneViewport { halves: true, ..sight });
        assert_eq!(whole_columns(&lanes), whole_columns(&halves), "{power} {time}");
        assert_eq!((lanes.window, &lanes.sent, lanes.exact), (halves.window, &halves.sent, halves.exact));
        assert_eq!(lanes.clock, halves.clock, "{power} {time}");
        for cell in halves.tasks.iter().flat_map(|lane| &lane.cells) {
            let [mut first, second] = cell.halves.unwrap_or([cell.share, Share::default()]);
            assert_eq!(cell.halves.is_some(), power > 0);
            first.add(&second);
            assert_eq!(first, cell.share);
        }
    }
    let narrow = window(&mut session, 1, 128, 0);
    let sight = LaneViewport { columns: 64, power: Some(1), first: 1, fixed: true, time: false, halves: true };
    let halves = session.lanes(&sight);
    for (lane, single) in halves.tasks.iter().zip(&narrow.tasks) {
        let shares = lane.cells.iter().flat_map(|cell| cell.halves.expect("halves"));
        assert!(shares.eq(single.cells.iter().map(|cell| cell.share)), "a half is one turn here");
    }
}

#[test]
fn the_sums_of_a_long_run_equal_the_turns_run_again() {
    let mut session = ping();
    run(&mut session, Who::Rotation, 700_000);
    session.apply(Input::Pause(1)).expect("runs");
    run(&mut session, Who::Rotation, 1500);
    session.apply(Input::Resume(1)).expect("paused");
    run(&mut session, Who::Rotation, 2_298_500);
    for _ in 0..2 {
        // The same on a branch that leaves in the middle of a stretch.
        let whole = session.lanes(&LaneViewport { columns: 200, first: 1, ..LaneViewport::default() });
        assert!(!whole.exact && whole.window.power >= 12);
        let power = whole.window.power;
        assert_eq!(whole.grain, whole.window.per_column(), "stretches are no longer than these columns");
        for column in [0, 11, 42, 43, 80, 120] {
            let again = window(&mut session, whole.window.first_of(column), 1, power);
            assert!(again.exact);
            for (lane, exact) in whole.tasks.iter().zip(&again.tasks) {
                assert_eq!(lane.cells[column].share, exact.cells[0].share, "task {} column {column}", lane.pid);
            }
            assert_eq!(whole.sent[column], again.sent[0], "column {column}");
        }
        session.seek(2_000_001).expect("past");
        session.apply(Input::Poke { pid: 3, address: 0x5000, bytes: vec![1] }).expect("task");
        run(&mut session, Who::Rotation, 1_000_000);
    }
    assert_eq!(session.branches().len(), 3);
}

#[test]
fn a_session_that_is_opened_again_has_the_same_sums() {
    let mut session = ping();
    for round in 0..30 {
        run(&mut session, Who::Rotation, 30_011);
        match round {
            7 => session.apply(Input::Kill(3)).map(drop).expect("task"),
            12 => load(&mut session, "ping", "ticker"),
            20 => run(&mut session, Who::Only(1), 77),
            // Refused if the task is so already.
            n if n % 2 == 0 => drop(session.apply(Input::Pause(2))),
            _ => drop(session.apply(Input::Resume(2))),
        }
    }
    let journal = session.journal().clone();
    let mut again =
        now(Session::recorded(Config::default(), journal, session.present(), &Looked::default())).expect("as it was");
    for power in 7..20 {
        let sight =
            LaneViewport { columns: 8192, power: Some(power), first: 1, fixed: true, time: false, halves: false };
        let (lanes, same) = (session.lanes(&sight), again.lanes(&sight));
        assert!(!lanes.exact && lanes.tasks.len() == 4);
        assert!(lanes.tasks.iter().zip(&same.tasks).all(|(a, b)| a == b), "{power}");
    }
}

/// The course and some wide lanes of a session.
fn looked(session: &mut Session) -> (Arc<hsxray::session::Course>, Vec<Arc<Lanes>>) {
    let sight =
        |power, time| LaneViewport { columns: 8192, power: Some(power), first: 1, fixed: true, time, halves: false };
    let lanes = [8, 14].into_iter().flat_map(|power| [sight(power, false), sight(power, true)]);
    (session.course(), lanes.map(|sight| session.lanes(&sight)).collect())
}

#[test]
fn a_session_that_is_looked_at_often_has_the_same_sums_and_the_same_course() {
    let [mut often, mut seldom] = [0, 0].map(|_| ping());
    for round in 0..60 {
        for (session, slice) in [(&mut often, 1777), (&mut seldom, u64::MAX)] {
            let end = session.machine().turns() + 13_041;
            while session.machine().turns() < end {
                session.start(Who::Rotation, end - session.machine().turns());
                while session.pump(slice) {
                    drop(session.course());
                }
            }
            match round {
                7 => session.apply(Input::Kill(3)).map(drop).expect("task"),
                12 => load(session, "ping", "ticker"),
                20 => run(session, Who::Only(1), 77),
                30 => session.seek(200_003).expect("past"),
                31 => drop(session.stops.add(None, 8)),
                n if n % 2 == 0 => drop(session.apply(Input::Pause(2))),
                _ => drop(session.apply(Input::Resume(2))),
            }
        }
        if round % 20 == 19 {
            assert!(looked(&mut often) == looked(&mut seldom), "round {round}");
        }
    }
    assert!(often.branches().len() > 1);
    assert!(!often.course().stops().is_empty());
}

#[test]
fn a_long_run_is_made_of_few_stretches_and_any_zoom_is_cheap() {
    let mut session = ping();
    run(&mut session, Who::Rotation, 5_000_000);
    for power in 0..24 {
        let lanes =
            session.lanes(&LaneViewport { columns: 200, power: Some(power), first: 1, ..LaneViewport::default() });
        assert_eq!((lanes.tasks.len(), lanes.tasks[0].cells.len()), (3, 200));
        assert!(lanes.messages.len() <= 400 && lanes.grain <= lanes.window.per_column().max(8192), "{power}");
        let told: u64 = lanes.tasks[0].cells.iter().map(|c| c.share.total()).sum();
        let there = (5_000_000 - lanes.window.start * lanes.window.per_column()).min(200 << power);
        assert!(there - told <= if lanes.exact { 0 } else { there / 100 }, "{power}: {told} of {there}");
    }
}

#[test]
fn messages_lead_from_their_send_to_their_receipt() {
    let mut session = ping();
    run(&mut session, Who::Rotation, 426);
    let lanes = window(&mut session, 1, 426, 0);
    let pairs: Vec<_> = lanes.messages.iter().map(|m| (m.seq, m.sent, m.received)).collect();
    assert!(pairs.len() >= 10, "{pairs:?}");
    for (seq, sent, received) in pairs {
        let ((sent, from), (received, to)) = (sent.expect("sent"), received.expect("received"));
        assert!(sent <= received && (from, to) == (1, 2), "{seq}: {sent} {received}");
        let kinds = |pid: usize, turn: u64| lanes.tasks[pid - 1].cells[turn as usize - 1].kinds;
        assert!(kinds(1, sent).has(TraceKind::Send) && kinds(2, received).has(TraceKind::Recv));
    }
    let few = window(&mut session, 300, 40, 0);
    assert!(few.messages.iter().all(|m| m.sent.is_some() || m.received.is_some()));
}

#[test]
fn a_session_without_a_trace_has_lanes_with_events() {
    let config = Config { trace: 0, ..Config::default() };
    let mut session = Session::new(config);
    ["producer", "consumer", "ticker"].iter().for_each(|name| load(&mut session, "ping", name));
    run(&mut session, Who::Rotation, 426);
    let mut traced = ping();
    run(&mut traced, Who::Rotation, 426);
    assert_eq!(window(&mut session, 1, 426, 0), window(&mut traced, 1, 426, 0));
}
