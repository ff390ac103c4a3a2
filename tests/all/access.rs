//! The tables say what instructions and services touch; here they are compared with what is done.

use hsxray::executive::input::{Applied, Input, Load, Reg};
use hsxray::executive::services::SERVICES;
use hsxray::executive::{Machine, Marks, Observer, Touched, Turn, Who};
use hsxray::image::Image;
use hsxray::isa::{Flow, ISA, Instruction};
use hsxray::vm::{
    self, Code, Context, Flags, Ram, Reach, Span, StepOutcome, Touch, View, Words, reach, reads_from, stores_into,
    touches,
};
use proptest::prelude::*;
use std::sync::Arc;

const PID: u16 = 1;
const WINDOW: u16 = 0x1000;
/// Where the image's data ends: in the middle of a word.
const BANK: usize = 0x16;

/// A context in front of an instruction, with the memory it can reach.
#[derive(Clone)]
struct Place {
    cx: Context,
    ram: Ram,
    bank: Vec<u8>,
    code: Arc<Code>,
}

impl Place {
    fn new(row: &Instruction, low: u32, seed: u32, depth: u32, registers: [u32; 16]) -> Place {
        let flags = Flags::new(seed as u8 & 15);
        let (stack_limit, stack_top) = (0xE000, 0xE010);
        let sp = stack_limit + 4 * (seed >> 8 & 7);
        let cx = Context { pc: 0, sp, reg_base: WINDOW, pid: PID, stack_limit, stack_top, lowest: sp, depth, flags };
        let mut ram = Ram::new(true);
        for at in (0xDFF0..0xE020).chain(0x3FF0..0x5020).step_by(4) {
            ram.set_shared_word(at, u32::from(at).wrapping_mul(0x9E37_79B9) ^ seed);
        }
        for (i, value) in (0..).zip(registers) {
            vm::set(&mut ram, &cx, i, value);
        }
        let bank = (0..BANK as u8).map(|at| at ^ seed as u8).collect();
        let code = Arc::new(Code::new(&[u32::from(row.code) << 24 | low & 0x00FF_FFFF, seed]));
        Place { cx, ram, bank, code }
    }

    fn step(&mut self) -> StepOutcome {
        let Place { cx, ram, bank, code } = self;
        vm::step::<true>(cx, &mut ram.view(bank), code)
    }

    fn touches(&mut self) -> Vec<Touch> {
        let Place { cx, ram, bank, code } = self;
        let mut all = Vec::new();
        touches(cx, &ram.view(bank), code, |touch| all.push(touch));
        all
    }

    fn byte(&self, at: u32, bank: Option<u16>) -> u8 {
        self.ram.byte(if bank.is_some() { &self.bank } else { &[] }, at as usize)
    }

    fn set(&mut self, at: u32, bank: Option<u16>, value: u8) {
        let none = &mut [][..];
        self.ram.set_byte(if bank.is_some() { &mut self.bank } else { none }, at as usize, value);
    }

    /// Bytes that an instruction could touch: the window, the stack around SP, and memory at an address.
    fn reachable(&self, ea: u32) -> Vec<(u32, Option<u16>)> {
        let shared = (u32::from(WINDOW)..u32::from(WINDOW) + 64).chain(self.cx.sp - 8..self.cx.sp + 8);
        let seen = (ea.saturating_sub(4)..(ea + 8).min(0x1_0000)).map(|at| {
            let banked = at.checked_sub(0x4000).is_some_and(|at| (at as usize) < BANK);
            (at, banked.then_some(PID))
        });
        shared.map(|at| (at, None)).chain(seen).collect()
    }
}

fn covers(touch: &Touch, at: u32, bank: Option<u16>) -> bool {
    let end = touch.address + touch.len;
    // One that crosses an end of the bank has bytes on both sides, and says where the first one lies.
    let crosses = [0x4000, 0x4000 + BANK as u32].iter().any(|edge| touch.address < *edge && *edge < end);
    (touch.address..end).contains(&at) && (touch.bank == bank || crosses)
}

/// A row says what it touches; one turn of it, and one with everything else changed, must agree with that.
fn check(row: &Instruction, low: u32, seed: u32, depth: u32, registers: [u32; 16]) {
    let before = Place::new(row, low, seed, depth, registers);
    let name = format!("{} with {low:06X}, seed {seed:08X}, depth {depth}", row.mnemonic);
    let insn = before.code.insn_at(0).expect("in the table");
    let base = vm::get(&before.ram, &before.cx, insn.rs1);
    let ea = u32::from(base.wrapping_add(insn.value() as u32) as u16);
    let told = before.clone().touches();
    assert!(told.iter().all(|t| (t.pid, t.pc) == (PID, 0)), "{name}");
    let mut after = before.clone();
    let ended = after.step();
    let retired = matches!(ended, StepOutcome::Retired | StepOutcome::Foreign(_));
    // What is written is what the row says.
    for (at, bank) in before.reachable(ea) {
        let (was, is) = (before.byte(at, bank), after.byte(at, bank));
        let latched = matches!(ended, StepOutcome::Fault(_)) && (WINDOW.into()..u32::from(WINDOW) + 4).contains(&at);
        let allowed = retired && told.iter().any(|t| t.write && covers(t, at, bank)) || latched;
        assert!(was == is || allowed, "{name}: {at:04X} is written");
    }
    let access = &row.access;
    assert!(before.cx.flags == after.cx.flags || access.sets_flags, "{name}: flags are set");
    // Where it goes on is what the row says.
    let next = if retired { insn.size() } else { 4 };
    match (access.flow, ended) {
        (_, StepOutcome::Fault(_)) => assert_eq!(after.cx.pc, 0, "{name}"),
        (Flow::Next, _) => assert_eq!((ended, after.cx.pc), (StepOutcome::Retired, next), "{name}"),
        (Flow::Jump, _) => assert_eq!((ended, Some(after.cx.pc)), (StepOutcome::Retired, insn.target(0)), "{name}"),
        (Flow::Branch, _) => assert!(after.cx.pc == next || Some(after.cx.pc) == insn.target(0), "{name}"),
        (Flow::Call, _) => assert_eq!((ended, after.cx.depth), (StepOutcome::Retired, depth + 1), "{name}"),
        (Flow::Return, _) => assert_eq!(ended == StepOutcome::Returned, depth == 0, "{name}"),
        (Flow::Trap, _) => assert!(matches!(ended, StepOutcome::Trap(..)) && after.cx.pc == 4, "{name}"),
        (Flow::Break, _) => assert!(matches!(ended, StepOutcome::Break(_)) && after.cx.pc == 4, "{name}"),
    }
    // What is read is what the row says: the rest makes no difference.
    let mut other = before.clone();
    let unread: Vec<_> = before
        .reachable(ea)
        .into_iter()
        .filter(|(at, bank)| !told.iter().any(|t| !t.write && covers(t, *at, *bank)))
        .collect();
    unread.iter().for_each(|(at, bank)| other.set(*at, *bank, !before.byte(*at, *bank)));
    if !access.reads_flags {
        other.cx.flags = Flags::new(!before.cx.flags.psw() & 15);
    }
    let changed = other.clone();
    assert_eq!(other.step(), ended, "{name}: it depends on more");
    assert_eq!((other.cx.pc, other.cx.sp, other.cx.depth), (after.cx.pc, after.cx.sp, after.cx.depth), "{name}");
    assert!(
        !access.sets_flags || matches!(ended, StepOutcome::Fault(_)) || other.cx.flags == after.cx.flags,
        "{name}: flags"
    );
    for (at, bank) in before.reachable(ea) {
        let written = retired && told.iter().any(|t| t.write && covers(t, at, bank));
        let expected = if written { after.byte(at, bank) } else { changed.byte(at, bank) };
        let latched = matches!(ended, StepOutcome::Fault(_)) && (WINDOW.into()..u32::from(WINDOW) + 4).contains(&at);
        assert!(latched || other.byte(at, bank) == expected, "{name}: {at:04X} depends on more");
    }
    questions(before, &told, retired, &name);
}

/// The quick questions agree with the list of touches.
fn questions(mut place: Place, told: &[Touch], retired: bool, name: &str) {
    let Place { cx, ram, bank, code } = &mut place;
    let reached = reach(cx, ram, code);
    let view = ram.view(bank);
    for touch in told {
        let mut words = Words::default();
        words.insert(touch.address, touch.address + touch.len);
        if touch.write {
            let span = Span { start: touch.address, end: touch.address + touch.len, bank: touch.bank };
            assert!(stores_into(cx, &view, code, &span), "{name}: {span:?}");
            assert!(stores_into(cx, &view, code, &words), "{name}: {span:?}");
        } else {
            assert!(reads_from(cx, &view, code, &words), "{name}: {touch:?}");
        }
    }
    let stack: Vec<&Touch> = told.iter().filter(|t| t.bank.is_none() && t.address == cx.sp.wrapping_sub(4)).collect();
    if let (Reach::Retires(reached), true) = (reached, retired) {
        assert_eq!(reached.pushes(), stack.iter().any(|t| t.write), "{name}");
        let memory = |t: &&Touch| t.address == u32::from(reached.address) && t.len == u32::from(reached.len);
        assert!(!reached.stores() || told.iter().any(|t| t.write && memory(&t)), "{name}");
        let register = u32::from(WINDOW) + u32::from(reached.register);
        assert!(!reached.sets_register() || told.iter().any(|t| t.write && t.address == register), "{name}");
    }
}

proptest! {
    #![proptest_config(crate::support::cases(48))]

    #[test]
    fn an_instruction_touches_what_its_row_says(
        low in any::<u32>(),
        seed in any::<u32>(),
        depth in 0u32..3,
        near in proptest::collection::vec(prop_oneof![any::<u32>(), 0x3FF8u32..0x4020, 0x5000u32..0x5010, 0xFFF8u32..0x1_0000], 16),
    ) {
        // Offsets small enough that addresses stay near.
        let low = if seed & 1 == 0 { low & 0x00FF_F003 } else { low };
        let registers: [u32; 16] = near.try_into().expect("sixteen");
        for row in ISA {
            check(row, low, seed, depth, registers);
        }
    }
}

/// What services touch in one turn.
#[derive(Default)]
struct Touches(Vec<Touch>);

impl Observer for Touches {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, touched: &[Touch]) -> bool {
        self.0 = touched.to_vec();
        false
    }
}

#[test]
fn a_service_reads_and_writes_the_registers_of_its_row_alone() {
    for row in SERVICES {
        for seed in 0..24u32 {
            let svc = 0x3000_0000 | u32::from(row.module) << 8 | u32::from(row.function);
            let image = Image { code: vec![svc], rodata: b"app:x\0\0\0".to_vec(), ..Image::default() };
            let mut machine = Machine::new(Default::default());
            machine.apply(&Input::Load(Load::new(Arc::new(image)))).expect("loads");
            for i in 0..16u8 {
                let value = [0x4000, 1, 4, seed, 0xFFFF, 0x5000][(seed.wrapping_mul(0x9E37_79B9) >> i) as usize % 6];
                machine.apply(&Input::SetReg { pid: 1, reg: Reg::R(i), value }).expect("a register");
            }
            let mut seen = Touches::default();
            machine.observe(Who::Only(1), 1, &Marks::default(), &mut seen);
            for touch in seen.0.iter().filter(|t| (0x1000..0x1040).contains(&t.address)) {
                let register = ((touch.address - 0x1000) / 4) as u8;
                let results = row.results.iter().any(|f| f.register == register);
                let named = results || !touch.write && row.args.iter().any(|f| f.register == register);
                assert!(named, "{} touches R{register}: {touch:?}", row.name);
                assert_eq!((touch.pid, touch.pc), (1, 0), "{}", row.name);
            }
        }
    }
}

/// A task that is at an SVC, with its registers.
fn at_service(machine: &mut Machine, service: u32, registers: &[(u8, u32)]) -> u16 {
    let image = Image { code: vec![0x3000_0000 | service], version: 2, multiple: true, ..Image::default() };
    let load = Input::Load(Load { name: Some(format!("t{}", machine.tasks().len())), ..Load::new(Arc::new(image)) });
    let Ok(Applied::Loaded(pid)) = machine.apply(&load) else { panic!("no room") };
    for &(i, value) in registers {
        machine.apply(&Input::SetReg { pid, reg: Reg::R(i), value }).expect("a register");
    }
    pid
}

fn touched_by(machine: &mut Machine, pid: u16) -> Vec<Touch> {
    let mut seen = Touches::default();
    machine.observe(Who::Only(pid), 1, &Marks::default(), &mut seen);
    seen.0
}

#[test]
fn a_message_that_ends_a_wait_is_written_by_the_waiter_at_its_own_call() {
    let mut machine = Machine::new(Default::default());
    // Handles 1 to 3 of a task are its own streams: it waits for its input, and is sent something there.
    let waiter = at_service(&mut machine, 0x503, &[(1, 1), (2, 0x5000), (3, 8), (4, 0xFFFF)]);
    let read: Vec<Touch> = touched_by(&mut machine, waiter);
    assert!(read.iter().all(|t| t.pid == waiter && !t.write), "it blocks, and has read its arguments: {read:?}");
    let input = machine.mailboxes().handles(waiter).find(|(handle, _)| *handle == 1).expect("open").1;
    let name = machine.mailboxes().get(input).expect("there").name().to_string();
    let mut touched = Touched::new(true);
    let send = Input::Send { pid: 0, target: name.into_bytes(), payload: vec![7, 8] };
    machine.apply_touching(&send, &mut touched).expect("sent");
    assert!(touched.list().iter().all(|t| (t.pid, t.pc, t.write) == (waiter, 0, true)), "{:?}", touched.list());
    let buffer: Vec<_> = touched.list().iter().filter(|t| t.address == 0x5000).map(|t| t.len).collect();
    assert_eq!(buffer, [2]);
}

#[test]
fn what_protection_leaves_out_is_not_touched() {
    let mut machine = Machine::new(Default::default());
    machine.apply(&Input::File { path: "f".into(), content: vec![9; 8] }).expect("room");
    // The last two bytes of its own window, and six of the other task's.
    let reader = at_service(&mut machine, 0x401, &[(1, 3), (2, 0x103E), (3, 8)]);
    let opener = at_service(&mut machine, 0x400, &[(1, 0x5000)]);
    machine.apply(&Input::Poke { pid: opener, address: 0x5000, bytes: b"f\0".to_vec() }).expect("memory");
    machine.turn_of(opener).expect("opens the file");
    let written: Vec<_> = touched_by(&mut machine, reader).into_iter().filter(|t| t.write && t.len != 4).collect();
    assert_eq!(written.iter().map(|t| (t.address, t.len)).collect::<Vec<_>>(), [(0x103E, 2)]);
}
