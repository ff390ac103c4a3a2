//! Service calls: what was asked, with which registers, and what was answered.

use super::Span;
use super::words::{at, hex, home};
use crate::executive::mailbox::error;
use crate::executive::services::{self, Field, Meaning, Service};
use crate::executive::task::Task;
use crate::executive::trace::TraceKind;
use crate::isa::Insn;

/// The math module, which a configuration can leave unanswered.
const MATH: u8 = 0xE;

/// What a service was asked and what it answered.
pub fn sentences(span: &Span<'_>, task: &Task, insn: Insn) -> Vec<String> {
    let (module, function) = insn.service();
    let off = module == MATH && span.before.config().no_math;
    let Some(row) = services::service(module, function).filter(|_| !off) else {
        let r0 = hex(span.after.reg(task, 0));
        return vec![format!("{} SVC {module}, {function} is not answered, which leaves {r0} there.", home(task, 0))];
    };
    let mut told = vec![asked(span, task, row)];
    if !span.entries.iter().any(|e| e.pid == task.pid && matches!(e.kind(), TraceKind::Block | TraceKind::Halt)) {
        told.extend(answered(span, task, row));
    }
    told
}

fn asked(span: &Span<'_>, task: &Task, row: &Service) -> String {
    let read: Vec<String> = row.args.iter().map(|field| named(field, span.before.reg(task, field.register))).collect();
    let read = if read.is_empty() { String::new() } else { format!(" It read {}.", read.join(", ")) };
    format!("SVC {}, {} is {}: {}.{read}", row.module, row.function, row.name, row.sentence)
}

/// The results, where the first of them lives, and what a status other than 0 means.
fn answered(span: &Span<'_>, task: &Task, row: &Service) -> Option<String> {
    let value = |field: &Field| span.after.reg(task, field.register);
    // A call that failed has set its status alone.
    let failure = row.results.first().filter(|f| f.meaning == Meaning::MailboxStatus && value(f) != error::OK);
    let kept = if failure.is_some() { 1 } else { usize::MAX };
    let given: Vec<String> = row.results.iter().take(kept).map(|field| named(field, value(field))).collect();
    let why = failure.map_or_else(String::new, |field| format!(" {}", status(value(field))));
    let base = at(task.context.reg_base.into());
    (!given.is_empty()).then(|| format!("It answered {} in the window at RAM {base}.{why}", given.join(", ")))
}

/// What a mailbox status means.
fn status(status: u32) -> &'static str {
    match status {
        error::WOULDBLOCK => "That status says that the message does not fit now.",
        error::INVALID_HANDLE => "That status says that the task has no such handle.",
        error::NO_DATA => "That status says that there was no message.",
        error::MSG_TOO_LARGE => "That status says that the message can never fit.",
        error::NO_DESCRIPTOR => "That status says that no mailbox or handle is free.",
        error::TIMEOUT => "That status says that the time limit was reached.",
        _ => "That status says that an argument was malformed.",
    }
}

/// `R1 0x04 (length)`; what is a number already needs no word.
fn named(field: &Field, value: u32) -> String {
    let Field { register, name, .. } = field;
    let word = name.chars().any(char::is_alphabetic);
    if word { format!("R{register} {} ({name})", hex(value)) } else { format!("R{register} {}", hex(value)) }
}
