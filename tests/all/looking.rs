//! Requests for which the past is looked through: done in slices they lead where they lead at once, keys are looked at in
//! between, and one that is given up has changed nothing.

use crate::support::assemble;
use hsxray::backend::request::{File, Goto, OriginOf, Past, Races, Run, Side, Travel, Written};
use hsxray::backend::{
    Config, Event, LoadDefaults, LoadOptions, Local, Moment, Program, Request, Target, TraceKind, Want,
};
use hsxray::executive::input::{Input, Load};
use hsxray::export::Format;
use hsxray::ui::front::{Front, Held, UserInput};
use hsxray::ui::{App, Effect, Outside, Record};
use std::sync::Arc;
use std::time::Duration;

/// Sends, stores and calls once, then counts for a long time; and a second task that stores, too.
const FIRST: &str = "\
.text
        LDI32 R1, name
        SVC 5, 0
        MOV R9, R1
        LDI32 R6, 0x5000
        LDI R8, 7
        ST [R6+0], R8
        LDI32 R2, buf
        LDI R3, 4
        LDI R4, 0
        LDI R5, 0
        SVC 5, 2
        CALL count
count:  LDI R10, 1
        LDI32 R7, 150000
        LDI R11, 0
again:  ADD R11, R11, R10
        SUB R7, R7, R10
        JNZ again
        MOV R12, R11
        ST [R6+4], R12
        BRK 1
.data
name:   .asciz \"app:a\"
.align 4
buf:    .word 0x01020304
";
const SECOND: &str = "\
.text
        LDI32 R6, 0x5000
        LDI R8, 9
        ST [R6+0], R8
        PUSH R8
        SVC 0, 0
again:  JMP again
";
/// Turns of the session: longer than what is looked through at once.
const TURNS: u64 = 460_000;

fn ran() -> Local {
    let mut target = Local::new("long", Config::default(), LoadDefaults::default());
    for source in [FIRST, SECOND] {
        target.apply(Input::Load(Load::new(Arc::new(assemble(source).image)))).expect("room");
    }
    Target::send(&mut target, Run::Turns { only: None, turns: TURNS }.into()).expect("run");
    while target.pump(u64::MAX) {}
    target
}

/// Requests that have far to look.
fn requests() -> Vec<Request> {
    let register = |reg| Written::Register { pid: 1, reg };
    let shared = Written::Memory { pid: 1, address: 0x5000, bytes: 4 };
    let origin = OriginOf { place: Some(register(11)), depth: Some(3), nodes: Some(40), addresses: false };
    let event = |kind| Event::Traced { kind, mailbox: None };
    vec![
        Travel::Write { next: false, place: shared }.into(),
        Travel::Write { next: false, place: register(9) }.into(),
        Travel::BackTo { pid: 2, moment: Moment::Scheduled }.into(),
        Travel::Back { pid: Some(2), turns: 200_000 }.into(),
        Travel::ReverseFinish { pid: 1 }.into(),
        Travel::OriginTree(origin).into(),
        Travel::Goto(Goto::Ran { pc: 0, pid: None }).into(),
        Travel::Goto(Goto::Time(20_000)).into(),
        Travel::Goto(Goto::Event { next: false, kinds: vec![TraceKind::Send], pid: None }).into(),
        Past::Writes { place: register(7), from: 1, to: TURNS }.into(),
        Past::Intervals { first: event(TraceKind::Trap), second: event(TraceKind::Send), pid: None }.into(),
        Races::List { from: 1, to: None, at: None, host: false }.into(),
        Races::Prove(None).into(),
        File::Export { format: Format::Csv, path: "/dev/null".into() }.into(),
        File::Export { format: Format::Perfetto, path: "/dev/null".into() }.into(),
    ]
}

/// What a request that was begun leads to, in slices.
fn in_slices(target: &mut Local, request: &Request) -> (String, u64, bool) {
    let began = target.start_request(request.clone());
    let sliced = target.looking().is_some();
    if !sliced {
        return (format!("{began:?}"), target.machine().turns(), false);
    }
    let mut last = target.looking().map_or(0, |progress| progress.turns);
    while target.pump(1) {
        let looked = target.looking().expect("it is under way").turns;
        assert!(looked >= last && looked - last <= 1 << 15, "{request}: {last} to {looked} in one slice");
        last = looked;
    }
    let (of, answer) = target.found().expect("an answer");
    assert_eq!(&of, request);
    assert!(target.found().is_none());
    (format!("{answer:?}"), target.machine().turns(), true)
}

#[test]
fn in_slices_a_search_leads_where_it_leads_at_once() {
    let mut sliced = Vec::new();
    for request in requests() {
        let (mut one, mut other) = (ran(), ran());
        let at_once = format!("{:?}", Target::send(&mut one, request.clone()));
        let (answer, turn, took_slices) = in_slices(&mut other, &request);
        assert_eq!(answer, at_once, "{request}");
        assert_eq!(turn, one.machine().turns(), "{request}");
        assert_eq!(other.machine().digest(), one.machine().digest(), "{request}");
        assert_eq!(Local::jumps(&other), Local::jumps(&one), "{request}");
        sliced.push(took_slices);
    }
    assert!(sliced.iter().filter(|took| **took).count() >= 6, "{sliced:?}");
}

#[test]
fn a_search_that_is_given_up_has_changed_nothing() {
    let mut target = ran();
    let before = (target.machine().digest(), target.look(&Want::default()).status.clone(), Local::jumps(&target));
    let request = Past::Writes { place: Written::Register { pid: 1, reg: 7 }, from: 1, to: TURNS };
    target.start_request(request.into()).expect("begun");
    assert!(target.pump(1) && target.position().running);
    Target::send(&mut target, Run::Pause.into()).expect("given up");
    assert!(!target.position().running && target.looking().is_none() && target.found().is_none());
    let after = (target.machine().digest(), target.look(&Want::default()).status.clone(), Local::jumps(&target));
    assert_eq!(after, before);
}

#[test]
fn whatever_else_is_asked_for_ends_a_search_and_is_done() {
    let mut target = ran();
    target
        .start_request(
            Travel::Write { next: false, place: Written::Memory { pid: 1, address: 0x5000, bytes: 4 } }.into(),
        )
        .expect("begun");
    assert!(target.looking().is_some());
    Target::send(&mut target, Travel::Goto(Goto::Turn(1000)).into()).expect("gone");
    assert!(target.looking().is_none());
    assert!(!target.pump(1) && target.found().is_none());
    assert_eq!(target.machine().turns(), 1000);
}

struct Alone;
impl Outside for Alone {}

/// A directory with the session in a recording.
fn recorded() -> (tempfile::TempDir, String, u64) {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("long.hsxrec").display().to_string();
    let mut target = looping(&directory);
    Target::send(&mut target, Run::Turns { only: None, turns: TURNS }.into()).expect("run");
    while target.pump(u64::MAX) {}
    Target::send(&mut target, File::Record(path.clone()).into()).expect("recorded");
    (directory, path, target.machine().digest())
}

/// A session with a program of a file that goes round.
fn looping(directory: &tempfile::TempDir) -> Local {
    let mut target = Local::new("long", Config::default(), LoadDefaults::default());
    let path = directory.path().join("loop.mvasm");
    std::fs::write(&path, ".text\nagain:\n    JMP again\n").expect("writes");
    let program = Program::read(&path).unwrap_or_else(|e| panic!("{e}"));
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
    target.begun()
}

#[test]
fn a_recording_that_is_opened_in_a_session_is_opened_in_slices() {
    let (_directory, path, digest) = recorded();
    let side = Side::File(path.clone());
    for (request, replaces) in
        [(File::Replay(path).into(), true), (Travel::Compare(Side::Branch(1), side).into(), false)]
    {
        let mut target = ran();
        let was = target.machine().digest();
        target.start_request(Request::clone(&request)).expect("begun");
        let begun = target.looking().expect("it takes its time");
        assert!(begun.most == TURNS && begun.turns < TURNS, "{request}: {begun:?}");
        // Given up, it has changed nothing.
        Target::send(&mut target, Run::Pause.into()).expect("given up");
        assert!(!target.pump(1) && target.found().is_none() && target.machine().digest() == was, "{request}");
        let mut slices = 0;
        target.start_request(Request::clone(&request)).expect("begun");
        while target.pump(1) {
            slices += 1;
        }
        assert!(slices > 3, "{request}: {slices} slices");
        let (of, answer) = target.found().expect("an answer");
        assert!(of == request && answer.is_ok(), "{answer:?}");
        if replaces {
            assert_eq!((target.machine().turns(), target.machine().digest()), (TURNS, digest), "{request}");
        }
    }
}

#[test]
fn a_recording_that_cannot_be_opened_leaves_the_session_as_it_is() {
    let mut target = ran();
    let was = target.machine().digest();
    let missing = target.start_request(File::Replay("there/is/none.hsxrec".into()).into()).expect_err("not there");
    assert!(missing.to_string().contains("none.hsxrec"), "{missing}");
    assert_eq!(target.machine().digest(), was);
}

#[test]
fn a_restart_runs_to_its_turn_in_slices() {
    let directory = tempfile::tempdir().expect("directory");
    let mut target = looping(&directory);
    crate::support::run(&mut target, "run 500000");
    let digest = target.machine().digest();
    target.start_request(File::Restart(Some(500_000)).into()).expect("begun");
    assert!(target.looking().is_some_and(|progress| progress.turns < progress.most));
    while target.pump(1) {}
    assert!(target.found().is_some_and(|(_, answer)| answer.is_ok()));
    assert_eq!((target.machine().turns(), target.machine().digest()), (500_000, digest));
}

#[test]
fn the_screen_answers_keys_while_it_looks_and_escape_gives_up() {
    let mut target = ran();
    let mut app = App::new((120, 40));
    let clock = Box::new(|| Duration::ZERO);
    let mut front = Front::new(Held::Borrowed(&mut target), Held::Borrowed(&mut app), Record::default(), clock);
    front.settle();
    assert_eq!(front.effect(Effect::Command("last-write 1 0x5000".into())), None);
    assert!(front.runs());
    let mut batch = 1;
    front.work(&mut batch, &mut Alone);
    front.now = front.snapshot();
    let now = front.now.clone();
    let progress = now.looking.expect("under way");
    assert!(progress.turns > 0 && progress.most == TURNS, "{progress:?}");
    assert_eq!(now.turn, TURNS);
    // A key that looks is answered, and the search is still under way.
    assert_eq!(front.input(UserInput::Key("?".into())), None);
    assert_eq!(front.input(UserInput::Key("Esc".into())), None);
    assert!(front.runs());
    assert_eq!(front.input(UserInput::Key("Esc".into())), None);
    assert!(!front.runs());
    let message = front.app.view.notices.message.clone();
    assert!(message.starts_with("given up after ") && message.ends_with("nothing has changed"), "{message}");
    assert_eq!(front.snapshot().turn, TURNS);
    // Left alone it runs to its end, and commands behind it wait for that.
    front.effect(Effect::Command("last-write 1 0x5000; print turn".into()));
    front.finish(&mut Alone, 10);
    assert!(front.snapshot().turn < 100);
}

#[test]
fn the_line_under_the_cursor_is_run_to_backwards_too() {
    let mut target = hsxray::demo::target("ping").expect("demo");
    crate::support::run(&mut target, "run 200");
    let mut other = target.clone();
    let (mut app, now) = (App::new((120, 40)), target.look(&Want::default()));
    hsxray::ui::press(&mut app, &mut target, "3 Tab g g j j j j T", now).expect("keys");
    let pid = app.view.selected.expect("a task is selected");
    let (turn, pc) = (target.machine().turns(), target.machine().task(pid).expect("task").context.pc);
    assert!(turn < 200);
    Target::send(&mut other, Travel::Goto(Goto::Ran { pc, pid: Some(pid) }).into()).expect("it ran");
    assert_eq!(other.machine().turns(), turn);
}
