//! What a student says, and reading it from words.

use super::changes::Changes;
use super::question::Question;
use crate::executive::Pid;
use crate::vm::flags_named;

/// Which parts of an answer were chosen by the student: what Enter alone says is not a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chosen {
    /// Who takes the turn.
    pub who: bool,
    /// What it changes.
    pub changes: bool,
    /// The flags after it.
    pub flags: bool,
}

impl Chosen {
    /// All of them: the answer was written out.
    pub const ALL: Chosen = Chosen { who: true, changes: true, flags: true };
}

/// What a student says a turn will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The turn it is about, from 1.
    pub turn: u64,
    /// Who will take it; `None` if that was not asked.
    pub who: Option<Pid>,
    /// The task that the rest is about.
    pub pid: Pid,
    /// What will change.
    pub changes: Changes,
    /// A register, and what it will hold: may be left out.
    pub value: Option<(u8, u32)>,
    /// The flags after it: Z 1, C 2, N 4, V 8.
    pub psw: u8,
    /// The turn was not seen before.
    pub counts: bool,
    /// What of it was chosen.
    pub chosen: Chosen,
}

/// A word of an answer that means nothing; [`Mistake::at`] is its place among the words, or their number if one is
/// missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mistake {
    /// Which word, from 0.
    pub at: usize,
    /// What was wrong, and what is expected.
    pub message: String,
}

/// A word of 32 bits: decimal, also negative, or hex with `0x` or where a letter says so.
pub(super) fn value(text: &str) -> Option<u32> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match (hex, text.strip_prefix('-')) {
        (Some(digits), _) => u32::from_str_radix(digits, 16).ok(),
        (_, Some(digits)) => {
            let n: u32 = digits.parse().ok().filter(|n| *n <= 1 << 31)?;
            Some(n.wrapping_neg())
        }
        _ => text.parse().ok().or_else(|| u32::from_str_radix(text, 16).ok()),
    }
}

impl Answer {
    /// An answer in words: the pid where it is asked, what changes (`r3`, `r3=0x12`, `memory`, `sp`, `mail`, `nothing`),
    /// and the flags after it as letters, `-` for none.
    ///
    /// # Errors
    /// A word that means nothing, or one that is missing.
    pub fn read(question: &Question, words: &[&str]) -> Result<Answer, Mistake> {
        let (mut who, mut psw, mut value) = (None, None, None);
        let (mut changes, mut said) = (Changes::default(), false);
        for (at, word) in words.iter().enumerate() {
            let wrong = |message: String| Mistake { at, message };
            if let Ok(pid) = word.parse::<Pid>() {
                who = Some(pid);
                question.psw_of(pid).ok_or_else(|| wrong(format!("task {pid} cannot take this turn")))?;
                continue;
            }
            let (name, held) = word.split_once('=').map_or((*word, None), |(name, held)| (name, Some(held)));
            match (Changes::named(name), flags_named(word)) {
                (Some(i), _) => {
                    changes.add(i);
                    said = true;
                    let Some(held) = held else { continue };
                    let number = super::answer::value(held).filter(|_| i < 16);
                    let number = number.ok_or_else(|| wrong(format!("\"{word}\" is not a register with a value")))?;
                    value = Some((i as u8, number));
                }
                (None, Some(bits)) => psw = Some(bits),
                (None, None) if name == "nothing" => said = true,
                (None, None) => {
                    let known = "a pid, r3, r3=0x12, memory, sp, mail, nothing, or flags such as ZC or -";
                    return Err(wrong(format!("\"{word}\" is not one of {known}")));
                }
            }
        }
        let missing = |message: &str| Mistake { at: words.len(), message: message.to_owned() };
        let pid = who.filter(|_| question.asks_who()).or(question.only());
        let pid = pid.ok_or_else(|| missing("who takes the turn is missing: a pid"))?;
        if !said {
            return Err(missing("what changes is missing: r3, memory, sp, mail, or nothing"));
        }
        let psw = psw.ok_or_else(|| missing("the flags after the turn are missing: such as ZC, or - for none"))?;
        let who = question.asks_who().then_some(pid);
        Ok(Answer { turn: question.turn, who, pid, changes, value, psw, counts: question.counts, chosen: Chosen::ALL })
    }
}

#[cfg(test)]
mod tests {
    use super::super::question::Could;
    use super::*;

    fn question(pids: &[Pid]) -> Question {
        let could = pids.iter().map(|pid| Could { pid: *pid, psw: 0 }).collect();
        Question::new(7, could, true)
    }

    #[test]
    fn answers_are_read_from_words() {
        let said = |pids: &[Pid], text: &str| Answer::read(&question(pids), &text.split(' ').collect::<Vec<_>>());
        let all = said(&[1, 2], "2 r3=0x12 R15 memory zC").expect("an answer");
        assert_eq!((all.who, all.pid, all.value, all.psw), (Some(2), 2, Some((3, 0x12)), 3));
        assert_eq!(all.changes.to_string(), "R3 R15 memory");
        let one = said(&[4], "nothing -").expect("an answer");
        assert_eq!((one.who, one.pid, one.value, one.psw), (None, 4, None, 0));
        for (text, at, message) in [
            ("r3 Z", 2, "who takes"),
            ("1 Z", 2, "what changes is missing"),
            ("1 r3", 2, "the flags"),
            ("3 r3 Z", 0, "task 3 cannot"),
            ("1 r16 Z", 1, "\"r16\" is not one of"),
            ("1 r3=x Z", 1, "not a register with a value"),
            ("1 sp=4 Z", 1, "not a register with a value"),
        ] {
            let wrong = said(&[1, 2], text).expect_err(text);
            assert!(wrong.at == at && wrong.message.contains(message), "{text}: {wrong:?}");
        }
    }

    #[test]
    fn values_are_hex_or_decimal() {
        let cases = [("17", Some(17)), ("0x11", Some(17)), ("1F", Some(31)), ("-1", Some(u32::MAX)), ("x", None)];
        for (text, expected) in cases.into_iter().chain([("", None), ("-", None), ("-2147483649", None)]) {
            assert_eq!(value(text), expected, "{text}");
        }
    }
}
