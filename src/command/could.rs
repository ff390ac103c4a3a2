//! What a task could see, in words.

use super::answer::count;
use super::races::plural;
use crate::backend::{CouldSee, CouldView, Pid, Sees, SightCause, f16};
use crate::text::hex;

/// What a turn could see, in words.
pub(super) fn could_text(view: &CouldView) -> String {
    let CouldView { pid, n, after, could, causes } = view;
    let mut lines =
        vec![format!("turn {n} of task {pid}, in all schedules that begin with the first {}:", count(*after, "turn"))];
    let numbered = (1..).zip(could.values.iter().zip(causes));
    lines.extend(numbered.map(|(n, (value, cause))| format!("  {n} {}", sight(*pid, value, cause))));
    lines.extend(could_covered(view));
    lines.join("\n")
}

/// All of it in a sentence: `What turn 2 of task 2 could see: reads [0x5000] 0 as things stand; reads [0x5000] 1 if 1 stores
/// it first (its turn 5); nothing else in any schedule.` `None` if it can see nothing.
#[must_use]
pub fn could_sentence(view: &CouldView) -> Option<String> {
    let CouldView { pid, n, could, causes, .. } = view;
    if could.values.is_empty() {
        return None;
    }
    let seen = could.values.iter().zip(causes).map(|(value, cause)| {
        let why = could_why(*pid, value, cause);
        format!("{}{}{why}", could_sees(&value.sees), if why.is_empty() { "" } else { " " })
    });
    let seen: Vec<String> = seen.collect();
    let rest = if could.exhausted { "nothing else in any schedule" } else { "what else is not known" };
    Some(format!("What turn {n} of task {pid} could see: {}; {rest}.", seen.join("; ")))
}

/// What of all schedules was covered, and what else could happen in them.
#[must_use]
pub fn could_covered(view: &CouldView) -> Vec<String> {
    let could = &view.could;
    let nothing = if could.values.is_empty() { "nothing" } else { "nothing else" };
    let mut lines = vec![match could.exhausted {
        true => format!("{nothing} in any schedule; {} looked at", count(could.states as u64, "state")),
        false => format!("{nothing} was found in {}: not exhausted", count(could.states as u64, "state")),
    }];
    let without = [
        (could.ends, "the task ends"),
        (could.waits_for_ever, "the task waits for ever"),
        (could.endless, "it never reaches that turn, and nothing ends"),
    ];
    let without: Vec<&str> = without.iter().filter(|(so, _)| *so).map(|(_, what)| *what).collect();
    if !without.is_empty() {
        lines.push(format!("in some schedules {} instead", without.join(", in some ")));
    }
    lines
}

/// What a task could see, what makes it so, and how: `reads [0x5000] 1 if 1 stores it first (its turn 5); 1*5 2*2`.
fn sight(pid: Pid, value: &CouldSee, cause: &SightCause) -> String {
    let why = could_why(pid, value, cause);
    let why = if why.is_empty() { why } else { format!(" {why}") };
    let (sees, text) = (could_sees(&value.sees), &cause.text);
    let switches = plural(value.switches.into(), "switch", "switches");
    format!("{sees}{why}: 0x{:04X} {text}, {switches}: {}", value.pc, value.schedule)
}

/// What is seen: `reads [0x5000] 1`.
#[must_use]
pub fn could_sees(sees: &Sees) -> String {
    match sees {
        Sees::Read { address, value, .. } => format!("reads [0x{address:04X}] {value}"),
        Sees::Message { from, data } => format!("gets the message {} of {from}", hex::shown(data)),
        Sees::Nothing => "finds no message".into(),
        Sees::Timeout => "its time limit ends".into(),
        Sees::Peek { messages } => format!("counts {}", count(*messages, "message")),
        Sees::Value { bits } => format!("gets the value {}", f16(*bits as u16)),
        Sees::File { data } => format!("reads the bytes {}", hex::shown(data)),
        Sees::Other => "reads nothing".into(),
    }
}

/// What makes it so: `if 1 stores it first (its turn 5)`; empty where that is not one store.
#[must_use]
pub fn could_why(pid: Pid, value: &CouldSee, cause: &SightCause) -> String {
    let alone = value.schedule.parts().iter().all(|(who, _)| *who == pid);
    match cause.store {
        Some((by, n)) => format!("if {by} stores it first (its turn {n})"),
        None if alone => "as things stand".into(),
        None => String::new(),
    }
}
