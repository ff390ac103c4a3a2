//! Searches over schedules against all orders of turns, with programs drawn from the tables of instructions and
//! services: a row that says too little of what it touches, or of what others notice, makes a search miss an end.

use crate::explore::{collecting, run, values};
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::services::{Field, Meaning, SERVICES, Service};
use hsxray::executive::{Machine, Pid};
use hsxray::explore::{Bounds, Options, Strategy};
use hsxray::image::Image;
use hsxray::isa::{Flow, Form, ISA, Insn, Instruction};
use proptest::prelude::*;
use proptest::strategy::Strategy as Draw;
use std::sync::Arc;

/// The register that loads and stores have their address in: 0x5000, which all tasks share.
const BASE: u8 = 9;
/// Registers that instructions compute with. A service has its arguments in the lower ones.
const OPERANDS: [u8; 3] = [10, 11, 12];
/// Turns that come before the search: each task opens a mailbox and a file.
const SETUP: usize = 2;
/// Addresses in each task's own data: the name of a mailbox, the name of a file, a buffer.
const NAME: u32 = 0x4000;
const PATH: u32 = 0x400C;
const BUFFER: u32 = 0x4014;

/// Where messages and files go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Through {
    /// A mailbox that no task owns, and a file. The numbers that tasks give are their own.
    Shared,
    /// The same with one number that all tasks give, as that of a lock they share.
    Alike,
    /// The first task's standard output, which is both.
    Stream,
}

/// A word of a program that is drawn.
#[derive(Debug, Clone, Copy)]
enum Item {
    Instruction(&'static Instruction, u32),
    Service(&'static Service),
}

impl Item {
    /// Its words at an address; operands are chosen by the bits of a number.
    fn words(self, at: usize, words: &mut Vec<u32>) {
        let (row, draw) = match self {
            Item::Instruction(row, draw) => (row, draw),
            Item::Service(row) => {
                words.push(0x3000_0000 | u32::from(row.module) << 8 | u32::from(row.function));
                return;
            }
        };
        let operand = |shift: u32| OPERANDS[(draw >> shift) as usize % OPERANDS.len()];
        // Two words of shared memory, or bytes of them.
        let offset = (draw >> 6 & 1) as u16 * 4 + if row.access.width() == 1 { (draw >> 7 & 1) as u16 } else { 0 };
        // Past the next instruction at most: behind the last one stands RET.
        let ahead = (at as u32 + 1 + (draw >> 8 & 1)) as u16;
        let plain = Insn { op: row.op, rd: 0, rs1: 0, rs2: 0, imm: 0, wide: None };
        let (rd, rs1, rs2) = (operand(0), operand(2), operand(4));
        let insn = match row.form {
            Form::None => plain,
            Form::RdImm => Insn { rd, imm: (draw >> 9 & 3) as u16, ..plain },
            Form::RdWide => Insn { rd, wide: Some(draw >> 9 & 3), ..plain },
            Form::Load => Insn { rd, rs1: BASE, imm: offset, ..plain },
            Form::Store => Insn { rs1: BASE, rs2, imm: offset, ..plain },
            Form::RdRs => Insn { rd, rs1, ..plain },
            Form::RdRsRs => Insn { rd, rs1, rs2, ..plain },
            Form::RsRs => Insn { rs1, rs2, ..plain },
            Form::Rs => Insn { rs1, ..plain },
            Form::Rd => Insn { rd, ..plain },
            Form::Jump => Insn { imm: 4 * ahead, ..plain },
            Form::Call => Insn { imm: 1, ..plain },
            Form::Service => Insn { imm: 0x0E00, ..plain },
            Form::Code => Insn { imm: (draw >> 9 & 3) as u16, ..plain },
        };
        words.push(insn.encode());
        words.extend(insn.wide);
    }
}

/// What a register of a service is to hold.
fn argument(field: &Field, handle: u32, pid: Pid, through: Through) -> u32 {
    match field.meaning {
        Meaning::Number if through == Through::Alike => 1,
        Meaning::Number => u32::from(pid),
        Meaning::Text => {
            if field.name == "path" || field.name == "old" {
                PATH
            } else {
                NAME
            }
        }
        Meaning::Address => BUFFER,
        Meaning::Length => 4,
        Meaning::Handle => handle,
        Meaning::File if through == Through::Stream => 1,
        Meaning::File => 3,
        Meaning::Oid => 0x0101,
        Meaning::F16 => 0x3C00,
        Meaning::MailboxStatus => 0,
    }
}

/// A machine with a task for each program, each with an open mailbox and the arguments of its first service.
fn machine(programs: &[Vec<Item>], through: Through) -> Machine {
    let mut machine = Machine::new(Default::default());
    for program in programs {
        let mut code = vec![0x3000_0500, 0x3000_0400];
        program.iter().for_each(|item| {
            let at = code.len();
            item.words(at, &mut code);
        });
        code.extend([0x2500_0000, 0x2500_0000]);
        let name: &[u8; 12] = if through == Through::Stream { b"stdio.out@1\0" } else { b"app:z\0\0\0\0\0\0\0" };
        let rodata = [&name[..], b"file\0\0\0\0", &[1, 2, 3, 4, 0, 0, 0, 0]].concat();
        let image = Image { code, rodata, bss: 32, version: 2, multiple: true, ..Image::default() };
        machine.apply(&Input::Load(Load { stack: 64, ..Load::new(Arc::new(image)) })).expect("room");
    }
    for (pid, program) in (1..).zip(programs) {
        let set = |machine: &mut Machine, i: u8, value: u32| {
            machine.apply(&Input::SetReg { pid, reg: Reg::R(i), value }).expect("a task");
        };
        set(&mut machine, 1, NAME);
        machine.turn_of(pid).expect("opens a mailbox");
        let handle = machine.reg(machine.task(pid).expect("task"), 1);
        set(&mut machine, 1, PATH);
        machine.turn_of(pid).expect("opens a file");
        (0..16).filter(|i| *i != 15).for_each(|i| set(&mut machine, i, u32::from(i) + 16 * u32::from(pid)));
        set(&mut machine, BASE, 0x5000);
        let service = program.iter().find_map(|item| match item {
            Item::Service(row) => Some(row),
            Item::Instruction(..) => None,
        });
        for field in service.into_iter().flat_map(|row| row.args) {
            set(&mut machine, field.register, argument(field, handle, pid, through));
        }
        assert_eq!(machine.task(pid).expect("task").context.pc as usize, 4 * SETUP);
    }
    machine
}

/// All that a program can find out, at the end.
fn texts(tasks: usize) -> Vec<String> {
    let mut all = vec!["w[0x5000]".to_owned(), "w[0x5004]".to_owned()];
    for pid in 1..=tasks {
        all.extend((0..13).filter(|i| *i != 7 && *i != 8).map(|i| format!("{pid}.r{i}")));
        all.extend([format!("{pid}.pc"), format!("{pid}:w[0x{BUFFER:04X}]")]);
    }
    all
}

/// Whether the reduced search finds just the ends that all orders of turns lead to; false if those are too many.
fn agrees(programs: &[Vec<Item>], through: Through) -> bool {
    let machine = machine(programs, through);
    let texts = texts(programs.len());
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let bounds = Bounds { schedules: 4_000, ..Bounds::default() };
    let all = run(&machine, &Options { bounds, ..collecting(Strategy::Turns, &texts) });
    let reduced = run(&machine, &collecting(Strategy::Exhaustive, &texts));
    assert!(reduced.exhausted(), "{:?} {programs:?}", reduced.bound);
    if !all.exhausted() {
        assert!(values(&reduced).is_superset(&values(&all)), "{programs:?}");
        return false;
    }
    assert_eq!(values(&reduced), values(&all), "{programs:?}");
    assert!(reduced.failures.keys().eq(all.failures.keys()), "{programs:?}");
    let once = run(&machine, &Options { uncounted: true, ..collecting(Strategy::Exhaustive, &texts) });
    assert_eq!(values(&once), values(&reduced), "with a table of states: {programs:?}");
    true
}

fn instructions() -> impl Iterator<Item = &'static Instruction> {
    ISA.iter().filter(|row| row.access.flow != Flow::Trap)
}

#[test]
fn every_instruction_beside_each_that_touches_memory_leads_to_the_ends_of_all_orders() {
    // Told by the form, not by the column that is tried.
    let memory = |row: &&&Instruction| matches!(row.form, Form::Load | Form::Store);
    for one in instructions() {
        for other in ISA.iter().collect::<Vec<_>>().iter().filter(memory) {
            for draw in [0, 0x24] {
                let programs = [vec![Item::Instruction(one, draw); 2], vec![Item::Instruction(other, draw)]];
                assert!(agrees(&programs, Through::Shared), "few orders");
            }
        }
    }
}

#[test]
fn every_service_beside_each_of_its_module_leads_to_the_ends_of_all_orders() {
    for one in SERVICES {
        for other in SERVICES.iter().filter(|other| other.module == one.module) {
            for through in [Through::Shared, Through::Alike] {
                assert!(agrees(&[vec![Item::Service(one); 2], vec![Item::Service(other)]], through), "few orders");
            }
        }
    }
}

#[test]
fn a_write_to_a_stream_beside_each_service_of_mailboxes_leads_to_the_ends_of_all_orders() {
    let write = SERVICES.iter().find(|row| row.name == "FS_WRITE").expect("a service");
    for other in SERVICES.iter().filter(|other| other.module == 5) {
        assert!(agrees(&[vec![Item::Service(write); 2], vec![Item::Service(other)]], Through::Stream), "few orders");
    }
}

fn item() -> impl Draw<Value = Item> {
    let rows: Vec<&'static Instruction> = instructions().collect();
    let memory: Vec<&'static Instruction> = rows.iter().copied().filter(|r| r.access.width() > 0).collect();
    let services: Vec<&'static Service> = SERVICES.iter().collect();
    prop_oneof![
        2 => (proptest::sample::select(memory), any::<u32>()).prop_map(|(row, draw)| Item::Instruction(row, draw)),
        2 => (proptest::sample::select(rows), any::<u32>()).prop_map(|(row, draw)| Item::Instruction(row, draw)),
        1 => proptest::sample::select(services).prop_map(Item::Service),
    ]
}

proptest! {
    #![proptest_config(crate::support::cases(12))]

    #[test]
    #[ignore = "takes minutes: cargo test --test all -- --ignored random_programs_of_all_rows, when a table changes"]
    fn random_programs_of_all_rows_lead_to_the_ends_of_all_orders(
        programs in proptest::collection::vec(proptest::collection::vec(item(), 1..4), 2..3),
        through in prop_oneof![2 => Just(Through::Shared), 1 => Just(Through::Alike), 1 => Just(Through::Stream)],
    ) {
        agrees(&programs, through);
    }
}
