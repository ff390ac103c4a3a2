//! What of an answer was right.

use super::answer::Answer;
use super::happened::Happened;
use crate::vm::flag_letters;

/// A part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// Who took the turn.
    Who,
    /// What it changed.
    Changes,
    /// What a register holds after it.
    Value(u8),
    /// The flags after it.
    Flags,
}

impl AnswerKind {
    /// A word for it: `who`, `changes`, `R3`, `flags`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            AnswerKind::Who => "who".into(),
            AnswerKind::Changes => "changes".into(),
            AnswerKind::Value(i) => format!("R{i}"),
            AnswerKind::Flags => "flags".into(),
        }
    }
}

/// A part of an answer, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub kind: AnswerKind,
    /// Whether it was right; `None` if it was about a task that did not run.
    pub right: Option<bool>,
    /// Whether the student chose it, and did not leave it as it was.
    pub chosen: bool,
    /// What was said.
    pub said: String,
    /// What happened.
    pub truth: String,
}

/// An answer, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The turn, from 1.
    pub turn: u64,
    /// Its parts, in the order they were asked.
    pub parts: Vec<Part>,
    /// What changed, with the values before and after, one thing a line.
    pub changed: Vec<String>,
    /// The turn was not seen before, so it counts.
    pub counts: bool,
    /// The turn in words, where a front end adds them.
    pub sentences: Vec<String>,
}

impl Verdict {
    /// Whether all that was asked was right, the value aside.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.parts.iter().all(|p| matches!(p.kind, AnswerKind::Value(_)) || p.right == Some(true))
    }
}

/// Compares what was said with what happened. `None` if that was another turn.
#[must_use]
pub fn judge(answer: &Answer, truth: &Happened) -> Option<Verdict> {
    (answer.turn == truth.turn).then(|| Verdict {
        turn: truth.turn,
        parts: parts(answer, truth),
        changed: changed(truth),
        counts: answer.counts,
        sentences: Vec::new(),
    })
}

fn parts(answer: &Answer, truth: &Happened) -> Vec<Part> {
    // What is said of a task that does not run is neither right nor wrong.
    let of_it = |right: bool| (answer.pid == truth.pid).then_some(right);
    let task = |pid: u16| format!("task {pid}");
    let chosen = answer.chosen;
    let who = answer.who.map(|pid| Part {
        kind: AnswerKind::Who,
        right: Some(pid == truth.pid),
        chosen: chosen.who,
        said: task(pid),
        truth: task(truth.pid),
    });
    let changes = Part {
        kind: AnswerKind::Changes,
        right: of_it(answer.changes == truth.changes()),
        chosen: chosen.changes,
        said: answer.changes.to_string(),
        truth: truth.changes().to_string(),
    };
    let value = answer.value.map(|(i, said)| {
        let held = truth.after.registers[usize::from(i & 15)];
        let number = |n: u32| format!("0x{n:08X}");
        let right = of_it(said == held);
        Part { kind: AnswerKind::Value(i), right, chosen: true, said: number(said), truth: number(held) }
    });
    let flags = Part {
        kind: AnswerKind::Flags,
        right: of_it(answer.psw == truth.after.psw),
        chosen: chosen.flags,
        said: flag_letters(answer.psw),
        truth: flag_letters(truth.after.psw),
    };
    who.into_iter().chain([changes]).chain(value).chain([flags]).collect()
}

/// `R3 0x00000011 to 0x00000012`, `sp 0xFFFC to 0xFFF8`, `memory at 0xFFF8`.
fn changed(truth: &Happened) -> Vec<String> {
    let Happened { before, after, memory, mail, .. } = truth;
    let registers = truth.changes().registers().map(|i| {
        let [was, is] = [before, after].map(|core| core.registers[usize::from(i)]);
        format!("R{i} 0x{was:08X} to 0x{is:08X}")
    });
    let sp = (before.sp != after.sp).then(|| format!("sp 0x{:04X} to 0x{:04X}", before.sp, after.sp));
    let places = memory.first().map(|at| match memory.len() {
        1 => format!("memory at 0x{at:04X}"),
        n => format!("memory at 0x{at:04X}, {n} words in all"),
    });
    let mail = mail.then(|| "mail".to_owned());
    registers.chain(sp).chain(places).chain(mail).collect()
}

#[cfg(test)]
mod tests {
    use super::super::answer::Chosen;
    use super::super::changes::Changes;
    use super::super::happened::Core;
    use super::*;

    fn truth() -> Happened {
        let mut after = Core { psw: 3, sp: 0xFFF8, ..Core::default() };
        after.registers[3] = 0x12;
        let before = Core { sp: 0xFFFC, ..Core::default() };
        Happened { turn: 9, pid: 2, before, after, memory: vec![0xFFF8], mail: false }
    }

    fn answer(who: u16, changes: &[&str], psw: u8) -> Answer {
        let mut set = Changes::default();
        changes.iter().filter_map(|name| Changes::named(name)).for_each(|i| set.add(i));
        Answer {
            turn: 9,
            who: Some(who),
            pid: who,
            changes: set,
            value: Some((3, 0x12)),
            psw,
            counts: true,
            chosen: Chosen::ALL,
        }
    }

    fn marks(answer: &Answer) -> Vec<Option<bool>> {
        judge(answer, &truth()).expect("this turn").parts.iter().map(|p| p.right).collect()
    }

    #[test]
    fn each_part_is_right_or_wrong_by_itself() {
        assert_eq!(marks(&answer(2, &["r3", "sp", "memory"], 3)), [Some(true); 4]);
        assert_eq!(marks(&answer(2, &["r3", "sp"], 1)), [Some(true), Some(false), Some(true), Some(false)]);
        assert_eq!(marks(&answer(1, &["r3", "sp", "memory"], 3)), [Some(false), None, None, None]);
        let verdict = judge(&answer(2, &["r3"], 3), &truth()).expect("this turn");
        assert_eq!(verdict.parts[1].truth, "R3 memory sp");
        assert_eq!(verdict.changed, ["R3 0x00000000 to 0x00000012", "sp 0xFFFC to 0xFFF8", "memory at 0xFFF8"]);
        assert!(!verdict.whole());
    }

    #[test]
    fn a_wrong_value_leaves_the_turn_whole_and_another_turn_is_not_judged() {
        let wrong = Answer { value: Some((3, 1)), ..answer(2, &["r3", "sp", "memory"], 3) };
        assert!(judge(&wrong, &truth()).is_some_and(|v| v.whole() && v.parts[2].right == Some(false)));
        assert_eq!(judge(&Answer { turn: 8, ..wrong }, &truth()), None);
    }
}
