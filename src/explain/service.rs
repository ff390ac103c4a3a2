//! Service calls: what was asked, with which registers, and what was answered.

use super::Span;
use super::words::{at, hex, home};
use crate::executive::mailbox::error;
use crate::executive::services::{self, Service};
use crate::executive::task::Task;
use crate::executive::trace::Kind;
use crate::isa::Insn;

/// The mailbox module, whose answers are statuses.
const MAILBOX: u8 = 5;
/// The math module, which a configuration can leave unanswered.
const MATH: u8 = 0xE;

/// What a service was asked and what it answered.
pub fn sentences(span: &Span<'_>, task: &Task, insn: Insn) -> Vec<String> {
    let (module, function) = insn.service();
    let off = module == MATH && span.before.config().no_math;
    let Some(row) = services::service(module, function).filter(|_| !off) else {
        let r0 = hex(span.after.reg(task, 0));
        return vec![format!("{} Nobody answers SVC {module}, {function}, which leaves {r0} there.", home(task, 0))];
    };
    let (arguments, results) = row.args.split_once('→').unwrap_or((row.args, ""));
    let mut told = vec![asked(span, task, row, arguments)];
    if !span.entries.iter().any(|e| e.pid == task.pid && matches!(e.kind, Kind::Block | Kind::Halt)) {
        told.extend(answered(span, task, row, results));
    }
    told
}

fn asked(span: &Span<'_>, task: &Task, row: &Service, arguments: &str) -> String {
    let read = registers(arguments).map(|(i, what)| named(i, span.before.reg(task, i), what));
    let read: Vec<String> = read.collect();
    let read = if read.is_empty() { String::new() } else { format!(" It read {}.", read.join(", ")) };
    format!("SVC {}, {} is {}: {}.{read}", row.module, row.function, row.name, row.sentence)
}

/// The results, where the first of them lives, and what a status other than 0 means.
fn answered(span: &Span<'_>, task: &Task, row: &Service, results: &str) -> Option<String> {
    let r0 = span.after.reg(task, 0);
    // A call that failed has set its status alone.
    let failed = row.module == MAILBOX && r0 != error::OK;
    let kept = if failed { 1 } else { usize::MAX };
    let given = registers(results).take(kept).map(|(i, what)| named(i, span.after.reg(task, i), what));
    let given: Vec<String> = given.collect();
    let why = if failed { format!(" {}", status(r0)) } else { String::new() };
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
        error::NO_DESCRIPTOR => "That status says that no more mailboxes or handles are to be had.",
        error::TIMEOUT => "That status says that the time limit was reached.",
        _ => "That status says that an argument was malformed.",
    }
}

/// `R1 handle, R2 address` as numbers and words.
fn registers(text: &str) -> impl Iterator<Item = (u8, &str)> {
    text.split(',').filter_map(|part| {
        let (name, what) = part.trim().split_once(' ').unwrap_or((part.trim(), ""));
        Some((name.strip_prefix('R')?.parse().ok()?, what))
    })
}

/// `R1 0x04 (length)`; what is a number already needs no word.
fn named(i: u8, value: u32, what: &str) -> String {
    let word = what.chars().any(char::is_alphabetic);
    if word { format!("R{i} {} ({what})", hex(value)) } else { format!("R{i} {}", hex(value)) }
}
