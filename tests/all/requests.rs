//! Requests: each is written as the command line that asks for it, and as data that comes back.

use hsxray::backend::request::{
    Branch, Display, Fate, File, Goto, Input, Memory, NewStop, On, OriginOf, Past, Places, Plan, Property, Races, Run,
    ScheduleRun, Search, Side, SourceDirectory, Stop, StreamMode, Streams, Travel, Whose, Written,
};
use hsxray::backend::{Event, Expr, FailureKind, Format, Local, Moment, Reg, Request, Target, Touching, TraceKind};
use hsxray::command::{self, Meaning};
use hsxray::demo;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn boxed<R: Into<Request> + std::fmt::Debug + 'static>(
    strategy: impl Strategy<Value = R> + 'static,
) -> BoxedStrategy<Request> {
    strategy.prop_map(Into::into).boxed()
}

/// One of the tasks of the demo.
fn pid() -> impl Strategy<Value = u16> + Clone {
    1..=3_u16
}

/// An address of an instruction.
fn pc() -> impl Strategy<Value = u32> + Clone {
    (0..=0xFFFC_u32).prop_map(|pc| pc & !3)
}

fn expr() -> impl Strategy<Value = Expr> + Clone {
    const TEXTS: &[&str] =
        &["r3 == 1", "w[0x4000] + 'a'", "2.r1 < r2", "';' != '#'", "b[sp] & ' '", "(turn > 5) || time < 3", "-r9"];
    prop::sample::select(TEXTS).prop_map(|text| Expr::parse(text).expect(text))
}

/// Expressions that are false now, for runs until they are true.
fn goal() -> impl Strategy<Value = Expr> + Clone {
    prop::sample::select(&["turn > 5", "time == 7", "2.r1 != '#' - 35"][..]).prop_map(|t| Expr::parse(t).expect(t))
}

/// Text of the user's own, with everything that means something to the command language.
fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof!["[a-z0-9 '\"#;\\\\|*é-]{1,12}", Just(String::new()), Just("it's; #2".to_owned())]
}

/// Names and paths: never empty, and neither numbers nor options.
fn name() -> impl Strategy<Value = String> + Clone {
    "[x-z][a-z '\"#;\\\\é]{0,10}"
}

fn run() -> BoxedStrategy<Request> {
    boxed(prop_oneof![
        (option::of(pid()), 1..1_000_000_u64).prop_map(|(only, turns)| Run::Turns { only, turns }),
        Just(Run::ON),
        (pid(), 1..99_u64, any::<bool>()).prop_map(|(pid, count, over)| Run::Instructions { pid, count, over }),
        (pid(), any::<bool>(), 1..99_u64).prop_map(|(pid, into, count)| Run::Line { pid, into, count }),
        pid().prop_map(|pid| Run::Finish { pid }),
        pid().prop_map(|pid| Run::Past { pid }),
        // Every task has instructions there.
        (pid(), prop_oneof![Just(0), Just(8)]).prop_map(|(pid, pc)| Run::At { pid, pc }),
        (pid(), goal()).prop_map(|(pid, expr)| Run::Until { pid, expr }),
        Just(Run::Pause),
        Just(Run::Continue),
        option::of(1..1_000_000_u64).prop_map(Run::Rate),
        any::<bool>().prop_map(Run::Rotate),
        any::<bool>().prop_map(Run::DeadlockStops),
    ])
}

fn places() -> impl Strategy<Value = Vec<(u16, u64)>> {
    vec((pid(), 1..9_u64), 1..6)
}

fn schedule() -> BoxedStrategy<Request> {
    let from = prop_oneof![
        places().prop_map(Places::List),
        (any::<u64>(), option::of(1..99_u64)).prop_map(|(seed, turns)| Places::Random { seed, turns }),
        name().prop_map(Places::File),
    ];
    boxed(prop_oneof![
        (from, option::of(1..99_u64)).prop_map(|(places, limit)| ScheduleRun::Start { places, limit }),
        option::of(1..99_u64).prop_map(|limit| ScheduleRun::Go { limit }),
    ])
}

fn written() -> impl Strategy<Value = Written> + Clone {
    prop_oneof![
        (pid(), 0..16_u8).prop_map(|(pid, reg)| Written::Register { pid, reg }),
        (pid(), 0..=0xFFFC_u16, 1..=4_u8).prop_map(|(pid, address, bytes)| Written::Memory { pid, address, bytes }),
    ]
}

fn past() -> BoxedStrategy<Request> {
    let events = || prop::sample::select(events());
    boxed(prop_oneof![
        (written(), 0..99_u64, 0..99_u64).prop_map(|(place, from, to)| Past::Writes { place, from, to }),
        option::of(written()).prop_map(Past::Uses),
        (any::<u64>(), any::<u64>()).prop_map(|(from, to)| Past::Between { from, to }),
        (events(), events(), option::of(pid())).prop_map(|(first, second, pid)| Past::Intervals { first, second, pid }),
        pid().prop_map(Past::WakePath),
    ])
}

fn travel() -> BoxedStrategy<Request> {
    let moment = prop::sample::select(&[Moment::Scheduled, Moment::Blocked, Moment::Woken][..]);
    let kinds: Vec<TraceKind> = TraceKind::ALL.into_iter().filter(|kind| *kind != TraceKind::Step).collect();
    let event = (any::<bool>(), vec(prop::sample::select(kinds), 0..3), option::of(pid()));
    let goto = prop_oneof![
        any::<u64>().prop_map(Goto::Turn),
        any::<u64>().prop_map(Goto::Time),
        Just(Goto::Start),
        Just(Goto::Present),
        any::<bool>().prop_map(|next| Goto::Race { next }),
        Just(Goto::Bookmark("it's here".into())),
        (pc(), option::of(pid())).prop_map(|(pc, pid)| Goto::Ran { pc, pid }),
        event.prop_map(|(next, kinds, pid)| Goto::Event { next, kinds, pid }),
    ];
    let number = || option::of(1..=1000_u16);
    let origin_of = (option::of(written()), number(), number(), any::<bool>());
    let origin_of = origin_of.prop_map(|(place, depth, nodes, addresses)| OriginOf { place, depth, nodes, addresses });
    let side = || prop_oneof![any::<u32>().prop_map(Side::Branch), name().prop_map(Side::File)];
    boxed(prop_oneof![
        (option::of(pid()), any::<u64>()).prop_map(|(pid, turns)| Travel::Back { pid, turns }),
        (pid(), moment).prop_map(|(pid, moment)| Travel::BackTo { pid, moment }),
        (pid(), any::<u64>()).prop_map(|(pid, count)| Travel::ReverseNext { pid, count }),
        (pid(), any::<bool>(), 1..99_u64).prop_map(|(pid, into, count)| Travel::ReverseLine { pid, into, count }),
        pid().prop_map(|pid| Travel::ReverseFinish { pid }),
        Just(Travel::ReverseContinue),
        goto.prop_map(Travel::Goto),
        (any::<bool>(), written()).prop_map(|(next, place)| Travel::Write { next, place }),
        Just(Travel::Origin),
        origin_of.prop_map(Travel::OriginTree),
        name().prop_map(Travel::Bookmark),
        (any::<u32>(), option::of(any::<u64>())).prop_map(|(branch, turn)| Travel::Branch(Branch::Go { branch, turn })),
        Just(Travel::Branch(Branch::Next)),
        (any::<u32>(), name()).prop_map(|(branch, name)| Travel::Branch(Branch::Name { branch, name })),
        any::<u32>().prop_map(|branch| Travel::Branch(Branch::Delete(branch))),
        Just(Travel::Undo),
        Just(Travel::Redo),
        (any::<bool>(), 1..9_u64).prop_map(|(forward, count)| Travel::Jump { forward, count }),
        (side(), side()).prop_map(|(a, b)| Travel::Compare(a, b)),
    ])
}

/// Every event, with each argument that it takes.
fn events() -> Vec<Event> {
    let arguments = [None, Some("5"), Some("5.2"), Some("app:ping")];
    let named = Event::names().flat_map(|name| arguments.into_iter().filter_map(move |a| Event::parse(&name, a).ok()));
    // A command refuses what cannot be a mailbox's name.
    named.filter(|e| !matches!(e, Event::Traced { mailbox: Some(name), .. } if !name.contains(':'))).collect()
}

fn new_stop() -> impl Strategy<Value = NewStop> {
    let touching = prop::sample::select(&[Touching::Read, Touching::Write, Touching::Any, Touching::Change][..]);
    let access = (touching, option::of(1..99_u32), option::of(pid())).prop_map(|(touching, bytes, seen_by)| {
        let place = Expr::parse("w[0x5000 + 'a']").expect("place");
        On::Access { place, bytes, touching, seen_by }
    });
    let event = prop::sample::select(events()).prop_map(On::Event);
    // What never changes is taken for the place it names.
    let changing = expr().prop_filter("changes", |expr| !expr.is_constant());
    let on = prop_oneof![pc().prop_map(On::Instruction), changing.prop_map(On::Change), access, event];
    (on, option::of(pid()), option::of(expr()), any::<bool>()).prop_map(|(on, pid, condition, temporary)| {
        let temporary = temporary && matches!(on, On::Instruction(_));
        NewStop { condition, temporary, ..NewStop::plain(on, pid) }
    })
}

/// Stop 1 is there.
fn stop() -> BoxedStrategy<Request> {
    let line = prop_oneof![Just("print r9; run"), Just("print 'a' + ' '"), Just("send 1 \"it's\"")];
    boxed(prop_oneof![
        new_stop().prop_map(Stop::Set),
        Just(Stop::Delete(1)),
        (pid(), option::of(pc())).prop_map(|(pid, pc)| Stop::Clear { pid, pc }),
        any::<bool>().prop_map(|on| Stop::Enable(1, on)),
        option::of(expr()).prop_map(|condition| Stop::Condition(1, condition)),
        any::<u64>().prop_map(|hits| Stop::Ignore(1, hits)),
        vec(line.prop_map(str::to_owned), 0..3).prop_map(|lines| Stop::Commands(1, lines)),
    ])
}

fn input() -> BoxedStrategy<Request> {
    let whose = prop_oneof![Just(Whose::Default), Just(Whose::All), pid().prop_map(Whose::Task)];
    let reg = prop_oneof![(0..16_u8).prop_map(Reg::R), Just(Reg::Pc), Just(Reg::Sp), Just(Reg::Psw)];
    boxed(prop_oneof![
        (pid(), reg, any::<u32>()).prop_map(|(pid, reg, value)| Input::Register { pid, reg, value }),
        (pid(), any::<u16>(), vec(any::<u8>(), 1..9)).prop_map(|(pid, address, bytes)| Input::Poke {
            pid,
            address,
            bytes
        }),
        (pid(), option::of(name()), text()).prop_map(|(pid, mailbox, text)| Input::Send { pid, mailbox, text }),
        (pid(), name(), vec(any::<u8>(), 1..9)).prop_map(|(pid, mailbox, bytes)| Input::Bytes { pid, mailbox, bytes }),
        (option::of(pid()), any::<u64>()).prop_map(|(pid, limit)| Input::Listen { pid, limit }),
        (whose, prop::sample::select(&Streams::ALL[..]), prop::sample::select(&StreamMode::ALL[..]))
            .prop_map(|(whose, streams, mode)| Input::Stdio { whose, streams, mode }),
        (pid(), any::<u32>()).prop_map(|(pid, turns)| Input::Quantum { pid, turns }),
        (pid(), any::<u16>()).prop_map(|(pid, address)| Input::Rebase { pid, address }),
        prop::sample::subsequence(vec![3, 1, 2], 0..=3).prop_map(Input::Order),
        Just(Input::Preempt),
        pid().prop_map(Input::Pause),
        pid().prop_map(Input::Resume),
        pid().prop_map(Input::Kill),
    ])
}

fn search() -> BoxedStrategy<Request> {
    let plan = (vec(expr(), 0..2), vec(expr(), 0..2), vec(expr(), 0..3), any::<[bool; 3]>(), any::<[Option<u32>; 3]>());
    let plan =
        plan.prop_map(|(always, finally, collect, [returns, same, norace], [preemptions, random, schedules])| Plan {
            pid: Some(2),
            always,
            finally,
            collect,
            returns,
            same,
            norace,
            preemptions,
            random: random.map(u64::from),
            schedules: schedules.map(u64::from),
        });
    boxed(prop_oneof![
        plan.prop_map(Search::Start),
        Just(Search::Stop),
        Just(Search::Wait),
        any::<u64>().prop_map(Search::Open),
        places().prop_map(Search::Follow),
    ])
}

fn fate() -> BoxedStrategy<Request> {
    let kinds = prop::sample::select(&[FailureKind::Fault, FailureKind::Brk, FailureKind::Deadlock][..]);
    let property = (vec(expr(), 0..3), vec(expr(), 0..3), vec(kinds, 0..3));
    let property = (property, any::<bool>()).prop_map(|((always, finally, allow), norace)| Property {
        pid: Some(2),
        always,
        finally,
        allow,
        norace,
    });
    boxed(prop_oneof![
        property.prop_map(Fate::Judge),
        Just(Fate::Off),
        Just(Fate::Map),
        pid().prop_map(Fate::World),
        (pid(), any::<u64>(), option::of(any::<u64>())).prop_map(|(pid, n, after)| Fate::Could { pid, n, after }),
    ])
}

fn races() -> BoxedStrategy<Request> {
    let place = prop::sample::select(&["0x5000", "w[0x5000]", "b[0x4000 + 'a']", "[0x5000 + ' ']"][..]);
    let memory = move || {
        (place.clone(), option::of(1..99_u32), option::of(pid())).prop_map(|(text, bytes, pid)| Memory {
            place: Expr::parse(text).expect(text),
            bytes,
            pid,
        })
    };
    let at = option::of(memory().prop_map(|memory| Memory { bytes: None, ..memory }));
    boxed(prop_oneof![
        (any::<u64>(), option::of(any::<u64>()), at, any::<bool>()).prop_map(|(from, to, at, host)| Races::List {
            from,
            to,
            at,
            host
        }),
        (any::<u64>(), any::<bool>()).prop_map(|(race, earlier)| Races::Go { race, earlier }),
        option::of(any::<u64>()).prop_map(Races::Prove),
        any::<u64>().prop_map(Races::Both),
        (any::<u64>(), text()).prop_map(|(race, why)| Races::Hide { race, why }),
        Just(Races::Show),
        memory().prop_map(Races::Sync),
        any::<u64>().prop_map(Races::Unsync),
        memory().prop_map(Races::Pin),
        any::<u64>().prop_map(Races::Unpin),
        any::<bool>().prop_map(Races::Lanes),
    ])
}

fn display() -> BoxedStrategy<Request> {
    boxed(prop_oneof![
        (expr(), option::of(pid()), option::of(prop::sample::select(vec!['x', 'd', 'c'])))
            .prop_map(|(expr, pid, format)| Display::Keep { expr, pid, format }),
        any::<u32>().prop_map(Display::Drop),
        (pid(), any::<u64>()).prop_map(|(pid, frame)| Display::Frame { pid, frame }),
    ])
}

fn file() -> BoxedStrategy<Request> {
    let place = prop_oneof![
        name().prop_map(SourceDirectory::Directory),
        (name(), name()).prop_map(|(old, new)| SourceDirectory::Moved { old, new })
    ];
    boxed(prop_oneof![
        name().prop_map(File::Load),
        pid().prop_map(File::Reload),
        (pid(), name()).prop_map(|(pid, path)| File::Symbols { pid, path }),
        place.prop_map(File::Sources),
        name().prop_map(File::Replay),
        Just(File::Reset),
        name().prop_map(File::Record),
        name().prop_map(File::Stops),
        option::of(any::<u64>()).prop_map(File::Restart),
        (prop::sample::select(&Format::ALL[..]), name()).prop_map(|(format, path)| File::Export { format, path }),
        name().prop_map(File::Files),
        name().prop_map(File::Waits),
        name().prop_map(File::Schedule),
    ])
}

/// Three tasks, a stop and a bookmark.
fn target() -> Local {
    let mut target = demo::target("ping").expect("demo");
    for request in
        [Stop::Set(NewStop::plain(On::Instruction(0), None)).into(), Travel::Bookmark("it's here".into()).into()]
    {
        Target::send(&mut target, request).expect("done");
    }
    target
}

proptest! {
    #![proptest_config(crate::support::cases(600))]

    #[test]
    fn a_request_is_what_its_command_line_asks_for(
        request in prop_oneof![run(), schedule(), travel(), stop(), input(), search(), races(), fate(), past(), display(), file()]
    ) {
        let line = request.to_string();
        let mut commands = command::split(&line).map_err(|e| TestCaseError::fail(format!("{line}: {e}")))?;
        prop_assert_eq!(commands.len(), 1, "{}", line);
        let read = command::read(&mut target(), None, commands.remove(0));
        match read.map_err(|e| TestCaseError::fail(format!("{line}: {e}")))? {
            (Meaning::Request(back), _) => prop_assert_eq!(back, request, "{}", line),
            (Meaning::Answer(reply), _) => prop_assert!(false, "{} is answered: {}", line, reply.text),
        }
    }

    #[test]
    fn a_request_comes_back_from_its_data(
        request in prop_oneof![run(), schedule(), travel(), stop(), input(), search(), races(), fate(), past(), display(), file()]
    ) {
        let data = serde_json::to_string(&request).expect("data");
        let back: Request = serde_json::from_str(&data).map_err(|e| TestCaseError::fail(format!("{data}: {e}")))?;
        prop_assert_eq!(back, request);
    }
}
