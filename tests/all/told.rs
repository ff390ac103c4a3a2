//! Explanations and predictions against the machine: for random programs and for the demos, every number of every
//! sentence is read back and compared with the RAM and the contexts before and after the turn, and what a turn is
//! said to have changed is what differs between the two.

use crate::properties::{machine, program};
use hsxray::backend::Wait;
use hsxray::demo;
use hsxray::executive::task::{RunState, Task};
use hsxray::executive::{Machine, Pid, Who};
use hsxray::explain::explain;
use hsxray::isa::{ISA, Insn, decode_f16, source};
use hsxray::predict::{Happened, MAIL, MEMORY, SP, happened};
use proptest::prelude::*;

/// The gaps of a template in a text: `{...}` stands for the shortest text that lets the rest follow.
fn gaps<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let Some((literal, rest)) = template.split_once('{') else { return (template == text).then(Vec::new) };
    let (_, rest) = rest.split_once('}')?;
    let text = text.strip_prefix(literal)?;
    let next = rest.split('{').next().unwrap_or("");
    let ends = text.match_indices(next).map(|(at, _)| at).chain(next.is_empty().then_some(text.len()));
    ends.into_iter().find_map(|end| Some([vec![&text[..end]], gaps(rest, &text[end..])?].concat()))
}

/// The names of a template's gaps.
fn names(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

fn number(text: &str) -> u32 {
    let hex = text.strip_prefix("0x").map(|digits| u32::from_str_radix(digits, 16));
    let number = hex.unwrap_or_else(|| text.parse());
    number.unwrap_or_else(|_| text.parse::<i32>().unwrap_or_else(|e| panic!("\"{text}\": {e}")) as u32)
}

/// A time in µs.
fn long(text: &str) -> u64 {
    text.parse().unwrap_or_else(|e| panic!("\"{text}\": {e}"))
}

/// A sentence without what it says of the other tasks, and whether it said that they continue.
fn without_others(text: &str) -> (String, bool) {
    text.strip_suffix("; the others continue.").map_or((text.to_owned(), false), |alone| (format!("{alone}."), true))
}

/// A turn: the machine in front of it, behind a jump of the clock, and after it.
struct Turn<'m> {
    before: &'m Machine,
    ready: Machine,
    after: &'m Machine,
    pid: Pid,
}

impl Turn<'_> {
    fn task(&self) -> &Task {
        self.ready.task(self.pid).expect("it ran")
    }

    fn of<'n>(machine: &'n Machine, pid: &str) -> &'n Task {
        machine.task(number(pid) as Pid).expect("there")
    }

    /// A word of RAM, read byte by byte.
    fn word(machine: &Machine, at: u32) -> u32 {
        let bytes = machine.ram().bytes();
        (0..4).map(|i| u32::from(bytes[at as usize + i]) << (8 * i)).sum()
    }

    fn register(machine: &Machine, pid: Pid, i: u32) -> u32 {
        let base = machine.task(pid).expect("there").context.reg_base;
        Turn::word(machine, u32::from(base) + 4 * i)
    }

    fn insn(&self) -> Option<Insn> {
        let (task, pc) = (self.task(), self.task().context.pc);
        Insn::decode(task.code.word_at(pc)?, task.code.word_at(pc + 4))
    }

    /// What a name of the instruction table's sentences stands for.
    fn value(&self, name: &str, insn: Insn) -> String {
        let (was, is) = (self.task().context, self.after.task(self.pid).expect("there").context);
        let a = Turn::register(&self.ready, self.pid, insn.rs1.into());
        let b = Turn::register(&self.ready, self.pid, insn.rs2.into());
        let d = Turn::register(self.after, self.pid, insn.rd.into());
        let carry = was.flags.psw() >> 1 & 1;
        let n = |n: u32| n.to_string();
        match name {
            "a" => n(a),
            "b" => n(b),
            "d" => n(d),
            "b8" => n(b & 0xFF),
            "b16" => n(b & 0xFFFF),
            "d16" => n(d & 0xFFFF),
            "ra" => format!("R{}", insn.rs1),
            "rb" => format!("R{}", insn.rs2),
            "fa" => decode_f16(a as u16).to_string(),
            "fb" => decode_f16(b as u16).to_string(),
            "fd" => decode_f16(d as u16).to_string(),
            "sa" => n(a),
            "sd" => n(d),
            "n" => n(b % 32),
            "c" => carry.to_string(),
            "k" => (1 - carry).to_string(),
            "z" => (if was.flags.psw() & 1 == 0 { "clear" } else { "set" }).into(),
            "imm" => n(insn.value() as u32),
            "pc" => n(is.pc),
            "sp0" => n(was.sp),
            "sp" => n(is.sp),
            "depth" => n(is.depth),
            "r15" => n(Turn::register(self.after, self.pid, 15)),
            "top" => n(Turn::word(self.after, was.sp.min(is.sp))),
            "flags" => {
                let flag = |(i, c)| format!("{c} {}", if is.flags.psw() >> i & 1 == 0 { "clear" } else { "set" });
                ["Z", "C", "N", "V"].into_iter().enumerate().map(flag).collect::<Vec<_>>().join(", ")
            }
            other => panic!("{other}"),
        }
    }

    fn instruction(&self, text: &str) {
        let insn = self.insn().expect("an instruction");
        let row = ISA.iter().find(|r| r.op == insn.op).expect("a row");
        let template = format!("{} {}.", row.mnemonic, row.told);
        let found = gaps(&template, text).unwrap_or_else(|| panic!("\"{text}\" is not \"{template}\""));
        for (name, said) in names(&template).into_iter().zip(found) {
            if name == "at" {
                self.address(said, insn);
                continue;
            }
            let expected = self.value(name, insn);
            let same = said == expected || expected.parse::<u32>().is_ok_and(|n| n == number(said));
            assert!(same, "{name} is {expected}: {text}");
        }
    }

    /// `0x400C (R6 0x400C + 0), in the image data of task 1`.
    fn address(&self, text: &str, insn: Insn) {
        let g = gaps("{at} (R{i} {base} {sign} {offset}), {place}", text).expect("an address");
        let offset = number(g[4]) as i32 * if g[3] == "-" { -1 } else { 1 };
        let base = Turn::register(&self.ready, self.pid, insn.rs1.into());
        assert_eq!((number(g[1]), number(g[2]), offset), (u32::from(insn.rs1), base, insn.value()), "{text}");
        assert_eq!(number(g[0]), base.wrapping_add_signed(offset) & 0xFFFF, "{text}");
        self.place(g[5], number(g[0]));
    }

    fn place(&self, text: &str, at: u32) {
        let within = |t: &Task, from: u32, to: u32| (from..to).contains(&at) && t.pid > 0;
        let window = |t: &&Task| within(t, t.context.reg_base.into(), u32::from(t.context.reg_base) + 64);
        let stack = |t: &&Task| within(t, t.context.stack_limit, t.context.stack_top);
        let mut tasks = self.ready.tasks().iter();
        let banked = (0x4000..0x4000 + self.task().bank.len() as u32).contains(&at);
        if let Some(g) = gaps("which is R{i} of task {pid}", text) {
            let task = Turn::of(&self.ready, g[1]);
            assert!(window(&task) && (at - u32::from(task.context.reg_base)) / 4 == number(g[0]), "{text}");
        } else if let Some(g) = gaps("in the stack of task {pid}", text) {
            assert!(stack(&Turn::of(&self.ready, g[0])), "{text}");
        } else if let Some(g) = gaps("in the image data of task {pid}", text) {
            assert!(banked && number(g[0]) == u32::from(self.pid), "{text}");
        } else {
            assert_eq!(text, "in the RAM that all tasks share");
            assert!(!banked && !tasks.any(|t| window(&t) || stack(&t)), "{at:X}");
        }
    }

    /// `R1 0x04 (handle), R2 0x4008` against the registers of a machine.
    fn registers(&self, text: &str, machine: &Machine) {
        for part in text.split(", ") {
            let (register, held) = part.split_once(' ').expect("a register");
            let i = number(register.strip_prefix('R').expect("a register"));
            let held = number(held.split(' ').next().expect("a value"));
            assert_eq!(held, Turn::register(machine, self.pid, i), "{text}");
        }
    }

    /// What a switch puts in place, by name.
    fn field(task: &Task, name: &str) -> String {
        let cx = &task.context;
        let letters = |psw: u8| ["Z", "C", "N", "V"].into_iter().enumerate().map(move |(i, c)| (psw >> i & 1, c));
        match name {
            "pc" => format!("0x{:04X}", cx.pc),
            "psw" => letters(cx.flags.psw()).map(|(on, c)| if on == 0 { "-" } else { c }).collect(),
            "reg_base" => format!("0x{:04X}", cx.reg_base),
            "stack_base" | "stack_limit" => format!("0x{:04X}", cx.stack_limit),
            "sp" => format!("0x{:04X}", cx.sp),
            other => panic!("{other}"),
        }
    }

    fn switch(&self, from: &str, to: &str, changed: &str, same: &str) {
        let [from, to] = [from, to].map(|pid| Turn::of(&self.ready, pid));
        assert_eq!((Some(from.pid), to.pid), (self.ready.ran(), self.pid));
        for part in changed.split(", ") {
            let g = gaps("{name} {was} to {is}", part).expect(part);
            assert_eq!((g[1], g[2]), (&*Turn::field(from, g[0]), &*Turn::field(to, g[0])), "{changed}");
        }
        let same = same.trim_start_matches("; ").trim_end_matches(" in both");
        let same = same.trim_end_matches(" is the same").trim_end_matches(" are the same");
        for name in same.split([',', ' ']).filter(|n| !n.is_empty() && *n != "and") {
            assert_eq!(Turn::field(from, name), Turn::field(to, name), "{same}");
        }
    }

    fn fault(&self, text: &str) -> bool {
        let task = self.task();
        let (cx, len) = (&task.context, task.code.len());
        let all = |found: &[&str], expected: &[u32]| {
            let found: Vec<u32> = found.iter().map(|t| number(t)).collect();
            assert_eq!(found, expected, "{text}");
            true
        };
        let below = cx.sp.wrapping_sub(4) & 0xFFFF;
        if let Some(g) =
            gaps("{op} would have moved sp from {sp} to {below}, below the guard {guard} of task {pid}.", text)
        {
            return all(&g[1..], &[cx.sp, below, cx.stack_limit, self.pid.into()]);
        }
        let empty = "{op} would have taken a word from sp {sp}, but the stack of task {pid} ends at {top}: there is nothing on it.";
        if let Some(g) = gaps(empty, text) {
            return all(&g[1..], &[cx.sp, self.pid.into(), cx.stack_top]);
        }
        if let Some(g) = gaps("DIV would have divided by R{i}, which is {n}.", text) {
            assert_eq!(Turn::register(&self.ready, self.pid, number(g[0])), 0);
            return all(&g[1..], &[0]);
        }
        if let Some(g) = gaps("The word {word} at {pc} has an opcode that no instruction has.", text) {
            return all(&g, &[task.code.word_at(cx.pc).expect("a word"), cx.pc]);
        }
        if let Some(g) = gaps("pc {pc} is outside the code of {len} bytes.", text) {
            return all(&g, &[cx.pc, len]);
        }
        if let Some(g) = gaps("The code of {len} bytes ends between the two words of LDI32.", text) {
            return all(&g, &[len]);
        }
        if let Some(g) = gaps("{op} would have {verb} {n} byte{s} at {at}, {rest}.", text) {
            let insn = self.insn().expect("an instruction");
            let base = Turn::register(&self.ready, self.pid, insn.rs1.into());
            return all(&g[4..5], &[base.wrapping_add_signed(insn.value()) & 0xFFFF]);
        }
        let end = "This is {name}. Nothing changed{kept}; pc stays at {pc}. Task {pid} is stopped until it is resumed or killed.";
        let (text, others) = without_others(text);
        let Some(g) = gaps(end, &text) else { return false };
        assert_eq!(others, self.others_continue(g[3]), "{text}");
        if let Some(k) = gaps(" but R0 (RAM {at}), which is {n} now", g[1]) {
            all(&k, &[cx.reg_base.into(), Turn::register(self.after, self.pid, 0)]);
        }
        all(&g[2..], &[cx.pc, self.pid.into()])
    }

    /// Whether a task besides this one can take a turn, now or when its wait has reached its limit.
    fn others_continue(&self, pid: &str) -> bool {
        let has_a_turn =
            |task: &Task| task.state == RunState::Ready || task.wait.as_ref().and_then(Wait::deadline).is_some();
        self.after.tasks().iter().any(|task| u32::from(task.pid) != number(pid) && has_a_turn(task))
    }

    /// Messages, waits and their ends.
    fn event(&self, text: &str) -> bool {
        let deadline = |pid: &str| Turn::of(self.after, pid).wait.as_ref().and_then(Wait::deadline);
        let until = |pid: &str| deadline(pid).map_or("for ever".to_owned(), |at| format!("until {at} us"));
        // Who was woken by the turn has not run since; who runs was woken in front of it.
        let pc = |pid: &str, at: &str| {
            let machine = if number(pid) == u32::from(self.pid) { &self.ready } else { self.after };
            assert_eq!(number(at), Turn::of(machine, pid).context.pc, "{text}");
        };
        let (alone, others) = without_others(text);
        if let Some(g) = gaps("No task was ready, so the clock jumped {by} us to {to} us.", text) {
            let [by, to] = [long(g[0]), long(g[1])];
            assert_eq!((to - by, to), (self.before.time_us(), self.ready.time_us()), "{text}");
        } else if let Some(g) = gaps("Task {pid} sleeps {until}.", &alone) {
            assert_eq!((g[1], others), (&*until(g[0]), self.others_continue(g[0])), "{text}");
        } else if let Some(g) = gaps("There is nothing in {name}, so task {pid} waits for it {until}.", &alone) {
            assert_eq!((g[2], others), (&*until(g[1]), self.others_continue(g[1])), "{text}");
        } else if let Some(g) = gaps("The sleep of task {pid} is over: it is ready again and continues at {pc}.", text)
        {
            pc(g[0], g[1]);
        } else if let Some(g) =
            gaps("The message ends the wait of task {pid} for {name}: it is ready again and continues at {pc}.", text)
        {
            pc(g[0], g[2]);
        } else if let Some(g) = gaps(
            "Task {pid} has waited for {name} until its time limit, with status {n} in R0 and 0x00 in R1 to R4: it is ready again and continues at {pc}.",
            text,
        ) {
            let pid = number(g[0]) as Pid;
            let held: Vec<u32> = (0..5).map(|i| Turn::register(&self.ready, pid, i)).collect();
            assert_eq!(held, [number(g[2]), 0, 0, 0, 0], "{text}");
        } else if let Some(g) = gaps(
            "Task {pid} has {how}: its status is R0, {n}. Its mailbox handles are closed; its registers and stack stay until it is killed.",
            text,
        ) {
            assert_eq!(number(g[2]), Turn::register(self.after, number(g[0]) as Pid, 0), "{text}");
        } else if let Some(g) = gaps("Task {pid} stored at {at}, {place}; {done}.", text) {
            self.place(g[2], number(g[1]));
        } else if let Some(g) = gaps("Task {pid} sent message #{seq} to {name}: {n} byte{s}, {bytes}.{queued}", text) {
            assert_eq!(number(g[0]), u32::from(self.pid));
            assert!(g[5].ends_with("...") || g[5].split_whitespace().count() == number(g[3]) as usize, "{text}");
        } else if let Some(g) = gaps("Task {pid} sent message #{seq} to {name}.", text) {
            // A change of a value, or the result of a command: no call names its bytes.
            assert_eq!(number(g[0]), u32::from(self.pid));
        } else if let Some(g) = gaps(
            "Task {pid} received message #{seq} from {name}: its buffer at {at} holds {n} byte{s}, {bytes} now, and its window R0 {r0} at {base}, R1 {r1} (length) at {next}, R2 {r2} (flags), R3 {r3} (channel), R4 {r4} (sender).",
            text,
        ) {
            let pid = number(g[0]) as Pid;
            let held = [g[7], g[9], g[11], g[12], g[13]].map(number);
            assert_eq!(held, [0, 1, 2, 3, 4].map(|i| Turn::register(self.after, pid, i)), "{text}");
            let (task, at) = (Turn::of(self.after, g[0]), number(g[3]) as u16);
            let bytes = self.after.peek(task, at, number(g[4]) as usize);
            let shown: Vec<u32> =
                g[6].split_whitespace().filter(|b| *b != "...").map(|b| number(&format!("0x{b}"))).collect();
            assert!(shown.iter().zip(&bytes).all(|(a, b)| *a == u32::from(*b)) && number(g[4]) == held[1], "{text}");
            assert_eq!([number(g[8]), number(g[10])], [0, 4].map(|i| u32::from(task.context.reg_base) + i), "{text}");
        } else {
            return false;
        }
        true
    }

    fn service(&self, text: &str) -> bool {
        if let Some(g) = gaps("SVC {m}, {f} is {name}: {sentence}.{read}", text) {
            let (module, function) = self.insn().expect("SVC").service();
            assert_eq!([number(g[0]), number(g[1])], [u32::from(module), u32::from(function)]);
            if let Some(r) = gaps(" It read {all}.", g[4]) {
                self.registers(r[0], &self.ready);
            }
            return true;
        }
        let Some(g) = gaps("It answered {all} in the window at RAM {base}.{why}", text) else { return false };
        assert_eq!(number(g[1]), u32::from(self.task().context.reg_base));
        self.registers(g[0], self.after);
        true
    }

    /// Reads a sentence back.
    fn check(&self, text: &str) {
        let end = "{name} would have made {bytes}.";
        let fields = "pc {pc}, psw {psw}, reg_base {reg_base}, stack_base {base}, stack_limit {limit}, sp {sp}.";
        if let Some(g) = gaps("Turn {n}: task {pid} {verb} at {pc}.", text) {
            assert_eq!(number(g[0]), self.after.turns() as u32);
            assert_eq!(
                (number(g[1]), number(g[3].rsplit(' ').next().expect("pc"))),
                (u32::from(self.pid), self.task().context.pc)
            );
            assert!(self.insn().is_none_or(|insn| text.contains(&source(&insn))), "{text}");
        } else if let Some(g) = gaps("R{i} of task {pid} lives at RAM {at} (reg_base {base} + 4*{j}). {rest}", text) {
            let base = u32::from(self.task().context.reg_base);
            let i = number(g[0]);
            assert_eq!([g[1], g[2], g[3], g[4]].map(number), [u32::from(self.pid), base + 4 * i, base, i], "{text}");
            match gaps("SVC {m}, {f} is not answered, which leaves {n} there.", g[5]) {
                Some(n) => assert_eq!(number(n[2]), Turn::register(self.after, self.pid, 0), "{text}"),
                None => self.instruction(g[5]),
            }
        } else if let Some(g) = gaps(
            "The switch from task {a} to task {b} changed {all} and the image bank{same}. It copied 0 bytes; a copying switch would have moved 64 bytes of registers out and 64 in.",
            text,
        ) {
            self.switch(g[0], g[1], g[2], g[3]);
        } else if let Some(g) = gaps(&format!("Task {{pid}} is the first to run: {fields}"), text) {
            let names = ["pc", "psw", "reg_base", "stack_base", "stack_limit", "sp"];
            let task = Turn::of(&self.ready, g[0]);
            assert_eq!(g[1..], names.map(|name| Turn::field(task, name)), "{text}");
        } else if let Some(g) = gaps("Next is task {pid} at {pc}: {rest}", text) {
            let task = self.after.task(self.after.next().expect("somebody")).expect("there");
            assert_eq!((number(g[0]), number(g[1])), (u32::from(task.pid), task.context.pc), "{text}");
        } else if let Some(g) = gaps(&format!("Switches so far to the tasks there are: {{n}}. {end}"), text) {
            let switches: u64 = self.after.tasks().iter().map(|t| t.counters.switches).sum();
            assert_eq!([number(g[0]), number(g[2])].map(u64::from), [switches, 128 * switches], "{text}");
        } else if let Some(g) = gaps(
            "No task is ready: the clock will jump from {a} us to {b} us, where the wait of task {pid} ends.",
            text,
        ) {
            let deadline = Turn::of(self.after, g[2]).wait.as_ref().and_then(Wait::deadline);
            assert_eq!((long(g[0]), Some(long(g[1]))), (self.after.time_us(), deadline));
        } else if !(text.starts_with("Nothing comes next")
            || self.event(text)
            || self.service(text)
            || self.fault(text))
        {
            self.instruction(text);
        }
    }

    /// What changed, against the two machines.
    fn truth(&self) {
        let truth = happened(self.before, Who::Rotation).expect("a turn");
        assert_eq!((truth.turn, truth.pid), (self.after.turns(), self.pid));
        let changes = truth.changes();
        for i in 0..16 {
            let [was, is] = [self.before, self.after].map(|m| Turn::register(m, self.pid, i));
            assert_eq!(changes.has(i as usize), was != is, "R{i}");
            assert_eq!((truth.before.registers[i as usize], truth.after.registers[i as usize]), (was, is));
        }
        let [was, is] = [self.before, self.after].map(|m| m.task(self.pid).expect("there").context);
        assert_eq!((changes.has(SP), truth.after.psw), (was.sp != is.sp, is.flags.psw()));
        self.memory(&truth);
        let mail = |m: &Machine| m.tasks().iter().map(|t| t.counters.sends + t.counters.receives).sum::<u64>();
        assert_eq!(changes.has(MAIL), mail(self.before) != mail(self.after));
    }

    /// Each word that differs as its task or anybody sees it is told, and no other.
    fn memory(&self, truth: &Happened) {
        let base = u32::from(self.task().context.reg_base);
        for at in (0..0x1_0000).step_by(4).filter(|at| !(base..base + 64).contains(at)) {
            let shared = Turn::word(self.before, at) != Turn::word(self.after, at);
            let own = |m: &Machine, t: &Task| m.peek(t, at as u16, 4);
            let mut tasks = self.before.tasks().iter().zip(self.after.tasks());
            let seen =
                (0x4000..0x4100).contains(&at) && tasks.any(|(was, is)| own(self.before, was) != own(self.after, is));
            assert_eq!(truth.memory.contains(&(at as u16)), shared || seen, "{at:04X}");
        }
        assert_eq!(truth.changes().has(MEMORY), !truth.memory.is_empty());
    }
}

/// Takes turns, reads back what is said of each, and what each is said to have changed.
fn read_back(machine: &mut Machine, turns: usize) {
    for _ in 0..turns {
        let before = machine.clone();
        let Ok(turn) = ({
            machine.skip_idle();
            machine.turn()
        }) else {
            assert_eq!(happened(&before, Who::Rotation), None);
            return;
        };
        let mut ready = before.clone();
        ready.skip_idle();
        let told = explain(Some((&before, Who::Rotation)), machine, &[]);
        assert_eq!((told.turn, told.pid), (turn.n, Some(turn.pid)));
        let turned = Turn { before: &before, ready, after: machine, pid: turn.pid };
        told.sentences.iter().for_each(|sentence| turned.check(sentence));
        turned.truth();
    }
}

#[test]
fn every_number_of_the_demos_explanations_is_the_machines() {
    for demo in demo::DEMOS {
        let target = demo::target(demo.name).expect("demo");
        read_back(&mut target.machine().clone(), 250);
    }
}

proptest! {
    #![proptest_config(crate::support::cases(128))]

    #[test]
    fn every_number_of_an_explanation_is_the_machines(programs in prop::collection::vec(program(), 1..4), protect: bool) {
        read_back(&mut machine(&programs, protect), 60);
    }
}
