//! The waits of a machine in words.

use super::{Deadlock, Object, TaskWaits, Waits};
use crate::executive::Pid;

/// `1`, `1 and 2`, `1, 2 and 3`.
#[must_use]
pub fn listed<T: ToString>(items: &[T], and: &str) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {and} {last}", rest.join(", ")),
        _ => texts.concat(),
    }
}

fn waits(pids: &[Pid]) -> &'static str {
    if pids.len() == 1 { "waits" } else { "wait" }
}

impl Deadlock {
    /// Which tasks wait for each other, and which for something that no task sends.
    fn because(&self, waits: &Waits) -> String {
        let mut parts = Vec::new();
        match &self.cycle[..] {
            [] => {}
            [one] => parts.push(format!("{one} waits for itself")),
            [a, b] => parts.push(format!("{a} and {b} wait for each other")),
            many => {
                let pairs = many.iter().zip(many.iter().cycle().skip(1));
                let pairs: Vec<String> = pairs.map(|(a, b)| format!("{a} waits for {b}")).collect();
                parts.push(listed(&pairs, "and"));
            }
        }
        let sender =
            if self.openers.is_empty() { "no task that is left can send to" } else { "no task has open to send to" };
        let missing = self.missing.iter().filter_map(|pid| waits.row(*pid));
        parts.extend(missing.map(|r| format!("{} waits for {}, which {sender}", r.pid, object(r))));
        let behind: Vec<Pid> = self.behind();
        if !behind.is_empty() {
            let verb = self::waits(&behind);
            parts.push(format!("{} {verb} for one of them", listed(&behind, "and")));
        }
        parts.join("; ")
    }

    /// Those who wait for others of them, and are in no cycle that was found.
    fn behind(&self) -> Vec<Pid> {
        self.pids.iter().copied().filter(|pid| !self.cycle.contains(pid) && !self.missing.contains(pid)).collect()
    }
}

/// What a task waits for, in a word.
fn object(row: &TaskWaits) -> &str {
    match row.wait.as_ref().map(|w| &w.on) {
        Some(Object::Mailbox { name, .. }) => name,
        Some(Object::Sleep) => "a point in time",
        None => "nothing",
    }
}

impl Waits {
    /// What is to be said of all waits together: the first sentence about a deadlock if there is one.
    #[must_use]
    pub fn verdict(&self) -> Vec<String> {
        let mut said: Vec<String> = self.deadlock.iter().map(|d| self.deadlocked(d)).collect();
        said.extend(self.suspect.iter().map(|s| {
            let openers = listed(&s.openers, "or");
            format!("as things stand {}; only {openers} could still open a mailbox and help", s.because(self))
        }));
        let outside = self.unending(|row| row.wait.as_ref().is_some_and(|w| w.outside));
        if self.quiet && !outside.is_empty() {
            let verb = waits(&outside);
            said.push(format!("nothing is ready: {} {verb} for something from outside", listed(&outside, "and")));
        }
        if said.is_empty() {
            said.push(self.all_is_well());
        }
        said
    }

    fn deadlocked(&self, deadlock: &Deadlock) -> String {
        let quiet = if self.quiet { "nothing is ready, no deadline is set, and " } else { "" };
        let others: Vec<Pid> =
            self.rows.iter().filter(|r| !r.state.ended() && !deadlock.pids.contains(&r.pid)).map(|r| r.pid).collect();
        let rest = match &others[..] {
            _ if self.quiet => String::new(),
            [] => String::new(),
            [one] => format!("; {one} continues, and can never help"),
            many => format!("; {} continue, and can never help", listed(many, "and")),
        };
        format!("DEADLOCK: {quiet}{}{rest}", deadlock.because(self))
    }

    /// Tasks that wait for a message without a time limit.
    fn unending(&self, which: impl Fn(&TaskWaits) -> bool) -> Vec<Pid> {
        let unending = |r: &&TaskWaits| r.wait.as_ref().is_some_and(|w| w.until.is_none()) && which(r);
        self.rows.iter().filter(unending).map(|r| r.pid).collect()
    }

    fn all_is_well(&self) -> String {
        let unending = self.unending(|_| true);
        match &unending[..] {
            [] => "no cycle; no task waits for ever".to_owned(),
            pids => format!("no cycle; {} {} without a time limit, and can be woken", listed(pids, "and"), waits(pids)),
        }
    }
}
