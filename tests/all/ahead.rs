//! Turns taken ahead of their place, several in one go and with the trace written afterwards, compared with turns taken one
//! by one in their places: the same machine, trace and counters included.

use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::{Ahead, Config, Machine, Marks, Who};
use hsxray::image::Image;
use hsxray::isa::Op;
use hsxray::session::expr::Expr;
use hsxray::session::{Access, Event, On, Session, Touching};
use hsxray::vm::Span;
use proptest::prelude::*;
use std::sync::Arc;

/// Where tasks that share memory meet.
const SHARED: u32 = 0x3000;
/// Where each has some of its own.
const OWN: u32 = 0x5000;

fn word(op: Op, rd: u32, rs1: u32, rs2: u32, imm: u32) -> u32 {
    u32::from(op.row().code) << 24 | rd << 20 | rs1 << 16 | rs2 << 12 | imm & 0xFFF
}

/// A piece of the body of a loop. R1 to R8 are its own; R9 holds one, R10 an address of the task's own, R11 one that
/// tasks share, R12 one in the task's bank.
fn piece() -> impl Strategy<Value = Vec<u32>> + Clone {
    use Op::{
        Adc, Add, And, Asr, Brk, Cmp, Div, Fadd, Ld, Ldb, Ldi, Lsl, Lsr, Mov, Mul, Or, Pop, Push, Sbc, St, Stb, Sub,
        Svc, Xor,
    };
    let register = || 1u32..9;
    let alu = prop::sample::select(vec![Add, Sub, Mul, And, Or, Xor, Cmp, Lsl, Lsr, Asr, Adc, Sbc, Fadd]);
    let compute = (alu, register(), register(), register()).prop_map(|(op, d, a, b)| vec![word(op, d, a, b, 0)]);
    let constant = (register(), any::<u32>()).prop_map(|(d, imm)| vec![word(Ldi, d, 0, 0, imm)]);
    let base = prop_oneof![12 => Just(10u32), 1 => Just(11), 4 => Just(12)];
    let access = (base, register(), 0u32..40, prop::sample::select(vec![Ld, Ld, Ldb, St, St, Stb])).prop_map(
        |(base, r, offset, op)| match op {
            Ld | Ldb => vec![word(op, r, base, 0, offset)],
            _ => vec![word(op, 0, base, r, offset)],
        },
    );
    let stack = register().prop_map(|r| vec![word(Push, 0, r, 0, 0), word(Add, r, r, 9, 0), word(Pop, r, 0, 0, 0)]);
    let increments = register().prop_map(|r| vec![word(Add, r, r, 9, 0), word(Mov, 8, r, 0, 0)]);
    // Service calls that are answered, that print, and that are unknown; division; BRK.
    let service = prop::sample::select(vec![0x000u32, 0x001, 0x500, 0x601, 0x700, 0xE00, 0xF07])
        .prop_map(|service| vec![word(Svc, 0, 0, 0, service)]);
    let seldom = prop_oneof![
        8 => service,
        1 => (register(), register()).prop_map(|(d, b)| vec![word(Div, d, 9, b, 0)]),
        1 => Just(vec![word(Brk, 0, 0, 0, 7)]),
    ];
    prop_oneof![24 => compute, 6 => constant, 12 => access, 4 => stack, 8 => increments, 1 => seldom]
}

/// A program: a loop that runs for a while, within one that has no end, or ends it, or sleeps.
fn program() -> impl Strategy<Value = Vec<u32>> + Clone {
    let inner = prop::collection::vec(piece(), 1..12);
    let outer = prop::collection::vec(piece(), 0..3);
    (inner, outer, 1u32..2000, 0u32..12).prop_map(|(inner, outer, count, end)| {
        let mut code = vec![word(Op::Ldi, 9, 0, 0, 1)];
        for (r, address) in [(10, OWN), (11, SHARED), (12, 0x4000)] {
            code.extend([word(Op::Ldi32, r, 0, 0, 0), address]);
        }
        let again = code.len() as u32;
        code.push(word(Op::Ldi, 13, 0, 0, count));
        let start = 4 * code.len() as u32;
        code.extend(inner.into_iter().flatten());
        code.extend([word(Op::Sub, 13, 13, 9, 0), word(Op::Jnz, 0, 0, 0, start)]);
        code.extend(outer.into_iter().flatten());
        match end {
            0 => code.push(word(Op::Ret, 0, 0, 0, 0)),
            1 => code.extend([
                word(Op::Ldi, 0, 0, 0, 3),
                word(Op::Svc, 0, 0, 0, 0x702),
                word(Op::Jmp, 0, 0, 0, 4 * again),
            ]),
            _ => code.push(word(Op::Jmp, 0, 0, 0, 4 * again)),
        }
        code
    })
}

/// A task: its program, its quantum, bytes of image data.
type TaskPlan = (Vec<u32>, u32, usize);

fn tasks() -> impl Strategy<Value = Vec<TaskPlan>> {
    let quantum = prop_oneof![6 => Just(1u32), 2 => 2u32..5, 1 => 5u32..300];
    let one = (program(), quantum, prop::sample::select(vec![0usize, 22, 64, 700]));
    // Equal programs are what fits windows best.
    let equal = (one.clone(), 1usize..33).prop_map(|(one, count)| vec![one; count]);
    prop_oneof![3 => prop::collection::vec(one.clone(), 1..4), 3 => prop::collection::vec(one, 2..33), 2 => equal]
}

fn loads(tasks: &[TaskPlan]) -> Vec<Input> {
    let load = |(i, (code, quantum, data)): (usize, &TaskPlan)| {
        // Each has its own data somewhere else.
        let mut code = code.clone();
        code[2] = OWN + 0x100 * i as u32;
        let image = Image { code, rodata: vec![i as u8; *data], version: 2, multiple: true, ..Image::default() };
        Input::Load(Load { stack: 128, quantum: *quantum, ..Load::new(Arc::new(image)) })
    };
    tasks.iter().enumerate().map(load).collect()
}

fn machine(tasks: &[TaskPlan], config: Config) -> Machine {
    let mut machine = Machine::new(config);
    loads(tasks).iter().for_each(|load| drop(machine.apply(load)));
    machine
}

/// What comes between two runs.
fn input(kind: u8, pid: u16, x: u32) -> Option<Input> {
    Some(match kind {
        0 => Input::Pause(pid),
        1 | 2 => Input::Resume(pid),
        3 => Input::SetReg { pid, reg: Reg::R((x % 16) as u8), value: x },
        4 => Input::Poke { pid, address: x as u16, bytes: vec![x as u8; (x % 9) as usize] },
        5 => Input::Quantum { pid, turns: 1 + x % 5 },
        6 => Input::Preempt,
        7 => Input::Kill(pid),
        8 => Input::SetReg { pid, reg: Reg::Sp, value: x & 0xFFFF },
        9 => Input::Order(vec![pid]),
        10 => Input::Rebase { pid, address: 0x1000 + (x % 64) as u16 * 4 },
        _ => return None,
    })
}

/// A run: its length, who takes it, what comes before it.
type RunPlan = (u64, u16, (u8, u16, u32));

fn runs() -> impl Strategy<Value = Vec<RunPlan>> {
    let length = prop_oneof![1u64..40, 40u64..5000, 5000u64..60_000, 60_000u64..400_000];
    prop::collection::vec((length, 0u16..60, (0u8..40, 1u16..6, any::<u32>())), 1..8)
}

fn who(alone: u16) -> Who {
    if (1..4).contains(&alone) { Who::Only(alone) } else { Who::Rotation }
}

/// What a stop can be on that is not memory: registers, and what the clock changes.
fn expression() -> impl Strategy<Value = String> + Clone {
    let pid = 1u16..4;
    let register = (pid.clone(), 1u32..16, 0u32..9)
        .prop_map(|(pid, r, n)| if n < 4 { format!("{pid}.r{r}") } else { format!("{pid}.r{r} > {}", n * 50) });
    let clock = (0usize..9, pid, 0u32..200_000).prop_map(|(which, pid, n)| match which {
        0 => format!("time > {n}"),
        1 => format!("turn == {n}"),
        2 => format!("{pid}.turns * 3 > turn + {}", n / 10),
        3 => format!("{pid}.turns == {}", n / 4),
        4 => format!("{pid}.switches > {}", n / 8),
        5 => format!("turn * 2 - time < 0 - {n} || {pid}.r3 == 7"),
        6 => format!("!(turn > {n}) && {pid}.ready"),
        7 => format!("w[0x5000] < turn - {n}"),
        _ => format!("1.turns == {pid}.turns"),
    });
    prop_oneof![3 => register, 2 => clock]
}

fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("AHEAD_CASES").ok().and_then(|n| n.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(cases), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn turns_taken_ahead_leave_the_machine_that_turns_in_their_places_leave(
        tasks in tasks(), runs in runs(), traced: bool, protect: bool, marks in prop::option::of(0u32..40),
    ) {
        let config = Config { protect, trace: if traced { 256 } else { 0 }, ..Config::default() };
        let (mut strict, mut fast) = (machine(&tasks, config.clone()), machine(&tasks, config));
        let mut ahead = Ahead::lazy(0);
        for (turns, alone, (kind, pid, x)) in runs {
            if let Some(input) = input(kind, pid, x) {
                prop_assert_eq!(strict.apply(&input).is_ok(), fast.apply(&input).is_ok());
            }
            let mut marked = Marks::default();
            for task in strict.tasks().iter().filter(|_| marks.is_some()) {
                marked.set(task, marks.map(|word| 4 * word));
            }
            // Some runs end where it was not to be expected.
            let from = fast.turns() + u64::from(x % 2) * 1000;
            ahead.begin(from, fast.turns() + turns + u64::from(x % 3) * 1000);
            let one = strict.observe(who(alone), turns, &marked, &mut ());
            let other = fast.observe(who(alone), turns, &marked, &mut ahead);
            ahead.write_trace(&mut fast);
            prop_assert_eq!(one, other);
            prop_assert_eq!(strict.digest(), fast.digest());
            prop_assert!(strict == fast);
        }
    }

    #[test]
    fn a_session_leaves_the_machine_that_turns_in_their_places_leave(tasks in tasks(), runs in runs()) {
        let mut strict = machine(&tasks, Config::default());
        let mut session = Session::new(Config::default());
        loads(&tasks).into_iter().for_each(|load| drop(session.apply(load)));
        for (turns, alone, _) in runs {
            session.start(who(alone), turns);
            while session.pump(1_000_000) {}
            while strict.turns() < session.machine().turns() {
                let left = session.machine().turns() - strict.turns();
                strict.observe(who(alone), left, &Marks::default(), &mut ());
            }
            if strict.time_us() != session.machine().time_us() {
                strict.skip_idle();
            }
            prop_assert_eq!(strict.digest(), session.machine().digest());
            prop_assert!(strict == *session.machine());
        }
    }

    #[test]
    fn accesses_to_memory_stop_a_run_where_they_stop_one_that_looks_at_each_turn(
        tasks in tasks(), runs in runs(), read: bool,
        start in prop_oneof![SHARED..SHARED + 50, OWN..OWN + 50, 0x4000u32..0x4032, 0xFF00u32..0xFFFC],
    ) {
        let session = |each: bool| {
            let mut session = Session::new(Config::default());
            loads(&tasks).into_iter().for_each(|load| drop(session.apply(load)));
            let span = Span { start, end: start + 4, bank: None };
            let touching = if read { Touching::Any } else { Touching::Write };
            session.stops.add_on(None, On::Access(Access::new("place", span, touching)));
            if each {
                session.stops.add_on(None, On::Event(Event::Depth(60_000)));
            }
            session
        };
        let (mut strict, mut fast) = (session(true), session(false));
        for (turns, alone, _) in runs {
            for session in [&mut strict, &mut fast] {
                session.start(who(alone), turns);
                while session.pump(100_000) {}
            }
            prop_assert_eq!(strict.status(), fast.status());
            prop_assert_eq!(strict.machine().digest(), fast.machine().digest());
            prop_assert!(strict.machine() == fast.machine());
        }
    }

    #[test]
    fn registers_and_the_clock_stop_a_run_where_they_stop_one_that_looks_at_each_turn(
        tasks in tasks(), runs in runs(), texts in prop::collection::vec(expression(), 1..3),
        touched in prop::option::of((0usize..3, 1u32..16, any::<bool>())),
        place in prop::option::of((0u32..40, any::<bool>())),
    ) {
        let expr = |text: &str| Expr::parse(text).expect("expression");
        let session = |each: bool| {
            let mut session = Session::new(Config::default());
            loads(&tasks).into_iter().for_each(|load| drop(session.apply(load)));
            texts.iter().for_each(|text| _ = session.stops.add_on(Some(1), On::Change(expr(text), None)));
            let bases: Vec<u32> = session.machine().tasks().iter().map(|t| t.context.reg_base.into()).collect();
            if let Some((task, r, read)) = touched {
                let start = bases[task % bases.len()] + 4 * r;
                let touching = if read { Touching::Any } else { Touching::Write };
                let span = Span { start, end: start + 4, bank: None };
                session.stops.add_on(None, On::Access(Access::new("register", span, touching)));
            }
            if let Some((word, conditional)) = place {
                let number = session.stops.add(None, 4 * word);
                let stop = session.stops.get_mut(number).expect("stop");
                stop.condition = conditional.then(|| expr("r3 % 3 == 1"));
            }
            if each {
                session.stops.add_on(Some(1), On::Change(expr("1.pc > 0x7FFFFFFF"), None));
            }
            session
        };
        let (mut strict, mut fast) = (session(true), session(false));
        for (turns, alone, (kind, pid, x)) in runs {
            let input = input(kind, pid, x);
            for session in [&mut strict, &mut fast] {
                input.iter().for_each(|input| drop(session.apply(input.clone())));
                session.start(who(alone), turns.min(60_000));
                while session.pump(100_000) {}
            }
            prop_assert_eq!(strict.status(), fast.status());
            prop_assert_eq!(strict.machine().digest(), fast.machine().digest());
            prop_assert!(strict.machine() == fast.machine());
            prop_assert_eq!(strict.stops.list().len(), fast.stops.list().len() + 1);
            let hits = |session: &Session| session.stops.list().iter().map(|stop| stop.hits).collect::<Vec<_>>();
            prop_assert_eq!(&hits(&strict)[..fast.stops.list().len()], &hits(&fast)[..]);
        }
    }
}
