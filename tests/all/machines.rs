//! What other machines would have moved: tables worked by hand, sums over the demos, and how they are asked for.

use crate::support::{assemble, project, role_map, run, snapshot};
use crate::switch::{drawn, pressed};
use hsxray::backend::Local;
use hsxray::command;
use hsxray::demo;
use hsxray::executive::input::{Input, Load};
use hsxray::executive::{Config, Who};
use hsxray::session::Session;
use hsxray::session::machines::{CountSoFar, MODELS, Sums, WINDOWS};
use hsxray::ui::{self, Palette, PaneId, Theme, picture};
use std::fmt::Write;
use std::sync::Arc;

fn session(sources: &[&str]) -> Session {
    let mut session = Session::new(Config::default());
    for source in sources {
        session.apply(Input::Load(Load::new(Arc::new(assemble(source).image)))).expect("room");
    }
    session
}

fn forward(session: &mut Session, turns: u64) {
    session.start(Who::Rotation, turns);
    while session.pump(1000) {}
}

fn count(session: &Session, windows: u32) -> CountSoFar {
    session.count_for_models(windows, None).expect("past")
}

/// What hand-work has to say of a machine: words out, words in, accesses to registers, all accesses, bytes, cycles.
type Row = (&'static str, u64, u64, u64, u64, u64, Option<u64>);

/// Runs programs to their end and compares each machine with its row.
fn table(sources: &[&str], windows: u32, turns: u64, rows: [Row; 6]) {
    let mut session = session(sources);
    forward(&mut session, 1000);
    let counted = count(&session, windows).counted();
    assert_eq!(counted.turns, turns);
    assert_eq!(MODELS.len(), rows.len(), "a model without a table worked by hand");
    for (model, (name, words_out, words_in, register_accesses, accesses, bytes, cycles)) in MODELS.iter().zip(rows) {
        let expected = Sums { words_out, words_in, register_accesses, accesses, bytes, cycles };
        assert_eq!((model.name, model.sums(&counted)), (name, expected));
    }
}

/// LDI writes 1, ADD reads 2 and writes 1, the last RET reads R0 for the exit status: 5 accesses a task. The tasks take
/// turns: 6 turns, 5 switches.
#[test]
fn two_tasks_that_alternate() {
    let source = ".text\n LDI R1, 1\n ADD R2, R1, R1\n RET\n";
    let rows = [
        ("hsx", 0, 0, 10, 10, 40, None),
        // 5 * 3 words out, 5 * 2 in, of two bytes; 5 * 26 cycles.
        ("tms9900", 15, 10, 10, 35, 70, Some(130)),
        // 5 * (16 + 19) words out, and as many in.
        ("sparc", 175, 175, 0, 350, 1400, None),
        // 5 * (8 + 8) words out, and as many in; 5 * 22 cycles.
        ("cortex-m", 80, 80, 0, 160, 640, Some(110)),
        ("copy", 80, 80, 0, 160, 640, None),
        // 5 * 65 536 / 4 words out, and as many in.
        ("copy-image", 81_920, 81_920, 0, 163_840, 655_360, None),
    ];
    table(&[source, source], WINDOWS, 6, rows);
}

/// LDI writes 1; MOV reads 1, writes 1; PUSH reads 1, writes R15; POP writes its register and R15; CORE_GET_STEPS writes
/// R0, and the last RET reads it: 9 accesses, no switch.
#[test]
fn one_task_alone_moves_nothing_and_pays_for_its_window() {
    let source = ".text\n LDI R1, 5\n MOV R2, R1\n PUSH R2\n POP R3\n SVC 0, 0\n RET\n";
    let rows = [
        ("hsx", 0, 0, 9, 9, 36, None),
        ("tms9900", 0, 0, 9, 9, 18, Some(0)),
        ("sparc", 0, 0, 0, 0, 0, None),
        ("cortex-m", 0, 0, 0, 0, 0, Some(0)),
        ("copy", 0, 0, 0, 0, 0, None),
        ("copy-image", 0, 0, 0, 0, 0, None),
    ];
    table(&[source], WINDOWS, 6, rows);
}

/// Three calls deep with three windows, one of them kept free: the second and the third call spill 16 words each, two
/// returns fill them. Each of the three calls and their returns writes R15, and the last RET reads R0.
#[test]
fn calls_deeper_than_the_windows_spill_and_fill() {
    let source = ".text\n CALL f\n RET\nf:\n CALL g\n RET\ng:\n CALL h\n RET\nh:\n RET\n";
    let rows = [
        ("hsx", 0, 0, 7, 7, 28, None),
        ("tms9900", 0, 0, 7, 7, 14, Some(0)),
        ("sparc", 32, 32, 0, 64, 256, None),
        ("cortex-m", 0, 0, 0, 0, 0, Some(0)),
        ("copy", 0, 0, 0, 0, 0, None),
        ("copy-image", 0, 0, 0, 0, 0, None),
    ];
    table(&[source], 3, 7, rows);
    let mut enough = session(&[source]);
    forward(&mut enough, 1000);
    let counted = count(&enough, 5).counted();
    assert_eq!((counted.spilled, counted.filled), (0, 0), "four windows in use, one free");
}

/// 1: CALL, 2: LDI, 1: LDI, 2: RET, 1: RET, 1: RET. Four switches: the first flushes two windows, the others one each. The
/// caller's window is in memory when task 1 returns to it. CALL, LDI, LDI and the inner RET write a register each, both
/// last RETs read R0.
#[test]
fn a_switch_inside_a_call_flushes_every_window_in_use() {
    let caller = ".text\n CALL f\n RET\nf:\n LDI R1, 1\n RET\n";
    let other = ".text\n LDI R1, 2\n RET\n";
    let rows = [
        ("hsx", 0, 0, 6, 6, 24, None),
        ("tms9900", 12, 8, 6, 26, 52, Some(104)),
        // 5 * 16 + 4 * 19 out; 4 * (16 + 19) in, and 16 for the return.
        ("sparc", 156, 156, 0, 312, 1248, None),
        ("cortex-m", 64, 64, 0, 128, 512, Some(88)),
        ("copy", 64, 64, 0, 128, 512, None),
        ("copy-image", 65_536, 65_536, 0, 131_072, 524_288, None),
    ];
    table(&[caller, other], WINDOWS, 6, rows);
}

#[test]
fn sums_of_all_demos() {
    let mut text = String::new();
    for demo in demo::DEMOS {
        let mut target = demo::target(demo.name).expect("demo");
        run(&mut target, "run 2000");
        let _ = writeln!(text, "{}\n{}\n", demo.name, said(&mut target, "machines"));
    }
    snapshot("machines-demos", &text);
}

/// The answer of a command, in words.
fn said(target: &mut Local, line: &str) -> String {
    let words = command::split(line).expect("words").remove(0);
    command::execute(target, Some(1), words).map_or_else(|e| e.to_string(), |reply| reply.text)
}

#[test]
fn switches_are_those_that_the_tasks_count() {
    for demo in demo::DEMOS {
        let mut target = demo::target(demo.name).expect("demo");
        run(&mut target, "run 2000");
        let counters: u64 = target.machine().tasks().iter().map(|task| task.counters().switches).sum();
        assert_eq!(run(&mut target, "machines")["switches"], counters, "{}", demo.name);
    }
}

#[test]
fn a_count_that_is_continued_is_the_one_made_at_once() {
    let producer = ".text\nagain:\n CALL f\n JMP again\nf:\n PUSH R1\n POP R1\n RET\n";
    let other = ".text\nagain:\n ADD R1, R1, R2\n SVC 0, 0\n JMP again\n";
    let mut session = session(&[producer, other]);
    let mut kept = None;
    for turn in [1, 2, 3, 7, 8, 50, 49, 51, 400] {
        forward(&mut session, turn);
        let again = session.count_for_models(3, kept.take()).expect("past");
        let at_once = count(&session, 3);
        assert_eq!((again.from, again.to, again.counted()), (at_once.from, at_once.to, at_once.counted()));
        assert_eq!(at_once.counted().turns, session.machine().turns());
        kept = Some(again);
        // Back, and a change from outside: another branch, whose count does not continue the old one's.
        if turn == 49 {
            session.seek(20).expect("past");
            let back = session.count_for_models(3, kept.clone()).expect("past");
            assert_eq!(back.counted(), count(&session, 3).counted());
            session.apply(Input::Pause(2)).expect("ready");
        }
    }
}

#[test]
fn the_number_of_windows_is_checked() {
    let mut target = demo::target("ping").expect("demo");
    for (line, problem) in [
        ("machines windows 1", "a SPARC has from 2 to 32 windows"),
        ("machines windows 33", "a SPARC has from 2 to 32 windows"),
        ("machines windows", "a number of register windows is expected here"),
        ("machines now", "nothing more is expected, but there is \"now\""),
    ] {
        assert_eq!(said(&mut target, line), problem, "{line}");
    }
    assert!(said(&mut target, "machines windows 32").starts_with("no turn yet: 0 switches, 0 register accesses\n"));
}

/// The break-even of the lesson: 1.5 accesses a turn against 32 words a switch.
#[test]
fn a_window_stops_to_pay_at_a_quantum_of_twenty_two() {
    let source = include_str!("../../assets/lessons/17-when-a-window-pays/busy.mvasm");
    for (quantum, fewer) in [(1, true), (21, true), (22, false), (40, false)] {
        let mut session = session(&[source, source]);
        for pid in [1, 2] {
            session.apply(Input::Quantum { pid, turns: quantum }).expect("a task");
        }
        forward(&mut session, 100 * u64::from(quantum));
        let counted = count(&session, WINDOWS).counted();
        assert_eq!(counted.switches, 99);
        let accesses =
            |name: &str| MODELS.iter().find(|model| model.name == name).expect("model").sums(&counted).accesses;
        assert_eq!(accesses("hsx") < accesses("copy"), fewer, "quantum {quantum}: {counted:?}");
    }
}

#[test]
fn the_book_says_what_each_machine_moves_and_who_says_so() {
    let chapter = std::fs::read_to_string(project("docs/machines.md")).expect("file").replace('\n', " ");
    for model in MODELS {
        let mut facts = vec![model.title.to_owned(), model.source.to_owned()];
        facts.extend(model.parts.iter().flat_map(|part| [part.what.to_owned(), part.words.to_string()]));
        facts.extend(model.cycles.map(|cycles| cycles.a_switch.to_string()).filter(|_| model.name == "tms9900"));
        for fact in facts {
            assert!(chapter.contains(&fact), "docs/machines.md does not say {fact:?} of {}", model.name);
        }
    }
}

/// The pane on the screen, at the sizes that people have.
#[test]
fn the_pane_shows_each_machine_at_every_size() {
    for (size, keys) in [((80, 24), ""), ((120, 40), " 2 j"), ((200, 60), " 3 j")] {
        let mut target = demo::target("ping").expect("demo");
        run(&mut target, "run 67");
        let keys = format!(": \"show machines\" Enter z{keys}");
        let buffer = drawn(&mut target, size, &keys, &Theme::default());
        snapshot(
            &format!("machines-{}", size.0),
            &format!("{}\n{}", picture::text(&buffer), role_map(&buffer, &Theme::default())),
        );
        let plain = picture::text(&drawn(&mut target, size, &keys, &Theme::new(Palette::None, true)));
        assert!(plain.is_ascii(), "{plain}");
    }
}

#[test]
fn a_half_step_goes_through_the_machines_and_then_takes_the_turn() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "run 67");
    let (mut app, mut now) = pressed(&mut target, (120, 40), ": \"show machines\" Enter : \"set halfstep on\" Enter");
    let mut shown = Vec::new();
    for _ in MODELS {
        now = ui::press(&mut app, &mut target, "s", now).expect("keys");
        shown.push(app.view.pane(PaneId::Machines).cursor);
        assert_eq!((now.turn, app.view.half), (67, Some(67)));
    }
    assert_eq!(shown, [0, 1, 2, 3, 4, 5]);
    now = ui::press(&mut app, &mut target, "u", now).expect("keys");
    assert_eq!((app.view.pane(PaneId::Machines).cursor, app.view.half), (4, Some(67)));
    assert!(
        app.view.notices.message.starts_with("copied registers: 16 words out, 16 in"),
        "{}",
        app.view.notices.message
    );
    now = ui::press(&mut app, &mut target, "s s", now).expect("keys");
    assert_eq!((now.turn, app.view.half), (68, None));
}

/// Runs of machines in which `rebase` is one of the changes from outside.
mod moved {
    use super::{forward, said, session};
    use crate::support::{Dice, run};
    use hsxray::backend::Local;
    use hsxray::demo;
    use hsxray::executive::Machine;
    use hsxray::executive::input::Input;
    use hsxray::session::Session;
    use std::collections::BTreeSet;

    #[test]
    fn a_window_is_moved_without_a_word_that_changes() {
        let mut target = demo::target("lost-update").expect("demo");
        let before = target.machine().ram().clone();
        let answer = run(&mut target, "rebase 2 0x1020");
        assert_eq!((answer["reg_base"].as_u64(), answer["was"].as_u64()), (Some(0x1020), Some(0x1040)));
        assert_eq!(answer["overlaps"], serde_json::json!([1]));
        assert!(target.machine().ram() == &before && target.machine().check().is_empty());
        // LDI32 R1 of task 1, then of task 2, whose R1 is R9 of task 1.
        run(&mut target, "step 2");
        assert_eq!(run(&mut target, "print 1.r9")["value"], 0x5000);
        run(&mut target, "undo");
        assert_eq!(target.machine().task(2).map(|task| task.context.reg_base), Some(0x1040));
    }

    #[test]
    fn an_address_that_cannot_hold_a_window_is_refused_and_nothing_changes() {
        let mut target = demo::target("ping").expect("demo");
        let before = target.machine().clone();
        for (address, expected) in [
            ("0", "must be a multiple of 4 from 0x0004 to 0xFFC0"),
            ("0x1002", "must be a multiple of 4 from 0x0004 to 0xFFC0"),
            ("0xFFC4", "must be a multiple of 4 from 0x0004 to 0xFFC0"),
            ("0x4000", "where the task sees its own data"),
            ("0x3FC4", "where the task sees its own data"),
        ] {
            let problem = said(&mut target, &format!("rebase 1 {address}"));
            assert!(problem.contains(expected), "{address}: {problem}");
        }
        assert!(*target.machine() == before);
        assert!(said(&mut target, "rebase 9 0x1000").contains("there is no task"));
    }

    #[test]
    fn two_windows_on_the_same_words_race() {
        let mut target = demo::target("lost-update").expect("demo");
        run(&mut target, "rebase 2 0x1000; run");
        let found = run(&mut target, "races");
        let text = found.to_string();
        assert!(text.contains("1004") || text.contains("4100"), "R1 of both tasks is the word at 0x1004: {text}");
        let mut apart = demo::target("lost-update").expect("demo");
        run(&mut apart, "run");
        let without = run(&mut apart, "races")["races"].as_array().map_or(0, Vec::len);
        assert!(found["races"].as_array().is_some_and(|races| races.len() > without), "{found}");
        // And a run with such a stop ends at the second access.
        let mut stopped = demo::target("lost-update").expect("demo");
        run(&mut stopped, "rebase 2 0x1000; catch race");
        let stop = run(&mut stopped, "run");
        assert_eq!(stop["turn"], 2, "both have written R1: {stop}");
    }

    /// What every order of turns leaves in the shared word and in R2 of task 1, which is R1 of task 2.
    fn ends(machine: &Machine, found: &mut BTreeSet<u64>) {
        let mut over = true;
        for pid in [1, 2] {
            let mut next = machine.clone();
            if next.turn_of(pid).is_ok() {
                over = false;
                ends(&next, found);
            }
        }
        if over {
            let word = |address| u64::from(machine.ram().shared_word(address));
            found.insert(16 * word(0x5000) + word(0x1008));
        }
    }

    #[test]
    fn a_search_finds_what_every_order_leads_to_where_registers_are_shared() {
        let mut target = demo::target("lost-update").expect("demo");
        run(&mut target, "rebase 2 0x1004");
        let mut all = BTreeSet::new();
        ends(target.machine(), &mut all);
        let found = run(&mut target, "explore start collect 'w[0x5000] * 16 + w[0x1008]'; explore wait");
        assert_eq!(found["exhausted"], true, "{found}");
        let value = |find: &serde_json::Value| {
            let what = find["what"].as_str().expect("text");
            let number = what.rsplit(" = ").next().and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
            number.unwrap_or_else(|| panic!("{what}"))
        };
        let values: BTreeSet<u64> = found["found"].as_array().expect("finds").iter().map(value).collect();
        assert_eq!(values, all);
        assert!(all.len() > 2, "orders of registers matter: {all:?}");
    }

    /// Tasks that count in registers, call and push: windows that lie on each other change what they do.
    const PROGRAMS: [&str; 3] = [
        ".text\nagain:\n ADD R1, R1, R2\n PUSH R1\n POP R3\n JMP again\n",
        ".text\n LDI R2, 1\nagain:\n ADD R1, R1, R2\n CALL f\n JMP again\nf:\n MOV R4, R1\n RET\n",
        ".text\n LDI32 R5, 0x5000\nagain:\n LD R6, [R5+0]\n ADD R6, R6, R2\n ST [R5+0], R6\n JMP again\n",
    ];

    fn step(session: &mut Session, dice: &mut Dice) {
        let pid = 1 + dice.roll(3) as u16;
        match dice.roll(4) {
            0 => {
                let address = *dice.of(&[0x1000, 0x1004, 0x1020, 0x1040, 0x1080, 0x4FF0, 0x5000, 0xFF80, 0x1001]);
                let _ = session.apply(Input::Rebase { pid, address });
            }
            1 => {
                let _ = session.apply(Input::Quantum { pid, turns: 1 + dice.roll(5) as u32 });
            }
            2 => forward(session, 1 + dice.roll(9)),
            _ => forward(session, 200 + dice.roll(30_000)),
        }
    }

    #[test]
    fn moves_are_replayed_and_undone_with_all_other_changes() {
        for seed in 0..12 {
            let (mut session, mut dice) = (session(&PROGRAMS), Dice(seed));
            let mut states: Vec<Machine> = Vec::new();
            for _ in 0..8 {
                step(&mut session, &mut dice);
                states.retain(|state| state.turns() != session.machine().turns());
                states.push(session.machine().clone());
                assert_eq!(session.machine().check(), Vec::<String>::new());
            }
            for _ in 0..12 {
                let state = dice.of(&states);
                session.seek(state.turns()).expect("past");
                assert!(session.machine() == state, "seed {seed}, turn {}", state.turns());
            }
        }
    }

    #[test]
    fn turns_taken_ahead_are_the_strict_ones_also_where_windows_lie_on_each_other() {
        for seed in 0..12 {
            let (mut session, mut dice) = (session(&PROGRAMS), Dice(100 + seed));
            for _ in 0..8 {
                step(&mut session, &mut dice);
            }
            let mut strict = Machine::new(session.machine().config().clone());
            for (turn, entry) in session.journal().entries() {
                while strict.turns() < *turn {
                    strict.turn().expect("ready");
                }
                if let Some(input) = entry.input() {
                    strict.apply(input).expect("as before");
                }
            }
            while strict.turns() < session.machine().turns() {
                strict.turn().expect("ready");
            }
            assert!(&strict == session.machine(), "seed {seed}");
        }
    }

    #[test]
    fn a_recording_holds_the_move() {
        let directory = std::env::temp_dir().join(format!("hsxray-rebase-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("directory");
        let file = directory.join("moved.hsxrec");
        let mut target = demo::target("lost-update").expect("demo");
        run(&mut target, &format!("step 3; rebase 2 0x1020; step 3; record {}", file.display()));
        let end = target.machine().clone();
        let mut again = Local::new("again", hsxray::executive::Config::default(), Default::default());
        run(&mut again, &format!("replay {}", file.display()));
        assert!(*again.machine() == end);
        std::fs::remove_dir_all(&directory).expect("directory");
    }
}
