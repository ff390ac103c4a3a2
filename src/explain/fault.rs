//! Why an instruction could not be done, and what happens to its task.

use super::Span;
use super::words::{at, hex, others, owner};
use crate::executive::task::Task;
use crate::isa::Insn;
use crate::text::counted;
use crate::vm::{Fault, RAM_BYTES};

/// Why, and what comes of it.
pub fn sentences(span: &Span<'_>, task: &Task, insn: Option<Insn>, fault: Fault) -> Vec<String> {
    let name = insn.map_or("It", |insn| insn.op.row().mnemonic);
    let why = match fault {
        Fault::StackOverflow => overflow(name, task),
        Fault::StackUnderflow => format!(
            "{name} would have taken a word from sp {}, but the stack of task {} ends at {}: there is nothing on it.",
            at(task.context.sp),
            task.pid,
            at(task.context.stack_top)
        ),
        Fault::MemFault { address } => memory(span, name, task, insn, address),
        Fault::DivZero => {
            let rs2 = insn.map_or(0, |insn| insn.rs2);
            format!("DIV would have divided by R{rs2}, which is {}.", hex(span.before.reg(task, rs2)))
        }
        Fault::IllegalOpcode => {
            let word = task.code.word_at(task.context.pc).unwrap_or(0);
            format!("The word 0x{word:08X} at {} has an opcode that no instruction has.", at(task.context.pc))
        }
        Fault::PcOutOfRange => outside(task, insn),
    };
    vec![why, end(span, task, fault)]
}

fn overflow(name: &str, task: &Task) -> String {
    let (sp, guard) = (task.context.sp, task.context.stack_limit);
    let below = at(sp.wrapping_sub(4) & 0xFFFF);
    format!(
        "{name} would have moved sp from {} to {below}, below the guard {} of task {}.",
        at(sp),
        at(guard),
        task.pid
    )
}

fn outside(task: &Task, insn: Option<Insn>) -> String {
    let code = counted(task.code.len().into(), "byte");
    match insn {
        Some(_) => format!("The code of {code} ends between the two words of LDI32."),
        None => format!("pc {} is outside the code of {code}.", at(task.context.pc)),
    }
}

fn memory(span: &Span<'_>, name: &str, task: &Task, insn: Option<Insn>, address: u16) -> String {
    let access = insn.map(|insn| insn.op.row().access);
    let width = match access.map_or(0, |access| access.width()) {
        // A pop: it reads a word.
        0 => 4,
        width => u64::from(width),
    };
    let stored = access.is_some_and(|access| access.stores());
    let verb = if stored { "stored" } else { "read" };
    let what = format!("{name} would have {verb} {} at {}", counted(width, "byte"), at(address.into()));
    let last = usize::from(address) + width as usize - 1;
    if last >= RAM_BYTES {
        return format!("{what}, past the end of RAM at 0xFFFF.");
    }
    // The first byte of the store can be unowned and a later one another task's.
    let mut touched = (address..=last as u16).filter_map(|at| owner(span.before, at));
    match touched.find(|(pid, _)| *pid != task.pid) {
        Some((pid, Some(i))) => format!("{what}, in R{i} of task {pid}; protection refuses that."),
        Some((pid, None)) => format!("{what}, in the stack of task {pid}; protection refuses that."),
        None => format!("{what}, which is not its own; protection refuses that."),
    }
}

/// Who is concerned, and what happens next.
fn end(span: &Span<'_>, task: &Task, fault: Fault) -> String {
    let kept = match fault.code() {
        Some(_) => {
            let r0 = span.after.reg(task, 0);
            format!("Nothing changed but R0 (RAM {}), which is {} now", at(task.context.reg_base.into()), hex(r0))
        }
        None => "Nothing changed".to_owned(),
    };
    format!(
        "This is {}. {kept}; pc stays at {}. Task {} is stopped until it is resumed or killed{}.",
        fault.name(),
        at(task.context.pc),
        task.pid,
        others(span.after, task.pid)
    )
}
