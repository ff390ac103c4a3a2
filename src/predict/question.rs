//! A question about the next turn, asked part by part and answered with few keys.

#[cfg(test)]
mod tests;

use super::answer::{Answer, Chosen, value};
use super::changes::{Changes, MEMORY};
use crate::executive::Pid;

/// Registers in a row of choices.
const ACROSS: usize = 4;
/// Longest value that is typed.
const TYPED: usize = 12;

/// A task that could take the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Could {
    /// Which.
    pub pid: Pid,
    /// Its flags now: Z 1, C 2, N 4, V 8.
    pub psw: u8,
}

/// What is being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Who takes the turn.
    Who,
    /// What it will change.
    Changes,
    /// What a register will hold: may be left out.
    Value(u8),
    /// Which flags will be set after it.
    Flags,
}

/// A question about a turn that has not been taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The turn it is about, from 1.
    pub turn: u64,
    /// Who could take it.
    pub could: Vec<Could>,
    /// The turn was not seen before.
    pub counts: bool,
    /// What is being asked.
    pub asking: Asking,
    /// The choice the cursor is on.
    pub cursor: usize,
    /// What was ticked so far.
    pub changes: Changes,
    /// The value as it is typed.
    pub typed: String,
    /// The flags as they were ticked.
    pub psw: u8,
    /// Who was said to take it, or who alone can.
    who: Option<Pid>,
    /// Digits of a number that is not whole yet.
    digits: String,
    value: Option<(u8, u32)>,
    /// What was answered by more than Enter.
    chosen: Chosen,
}

impl Question {
    /// A question about a turn that any of some tasks could take. If it is one, who is not asked.
    #[must_use]
    pub fn new(turn: u64, could: Vec<Could>, counts: bool) -> Question {
        let only = match could[..] {
            [one] => Some(one.pid),
            _ => None,
        };
        Question {
            turn,
            could,
            counts,
            asking: if only.is_some() { Asking::Changes } else { Asking::Who },
            cursor: 0,
            changes: Changes::default(),
            typed: String::new(),
            psw: 0,
            who: only,
            digits: String::new(),
            value: None,
            chosen: Chosen::default(),
        }
    }

    /// Whether it asks who takes the turn.
    #[must_use]
    pub fn asks_who(&self) -> bool {
        self.could.len() > 1
    }

    /// The one task that can take the turn.
    #[must_use]
    pub fn only(&self) -> Option<Pid> {
        if self.asks_who() { None } else { self.who }
    }

    /// The task that is said to take the turn, as soon as that is known.
    #[must_use]
    pub fn who(&self) -> Option<Pid> {
        self.who
    }

    /// Number of the part that is being asked, from 1, and how many there are; the value is not one of them.
    #[must_use]
    pub fn part(&self) -> (usize, usize) {
        let who = usize::from(self.asks_who());
        let part = match self.asking {
            Asking::Who => 1,
            Asking::Changes | Asking::Value(_) => who + 1,
            Asking::Flags => who + 2,
        };
        (part, who + 2)
    }

    /// The flags of a task that could take the turn, now.
    #[must_use]
    pub fn psw_of(&self, pid: Pid) -> Option<u8> {
        self.could.iter().find(|c| c.pid == pid).map(|c| c.psw)
    }

    /// Takes note that the part being asked was answered by more than Enter.
    fn touch(&mut self) {
        match self.asking {
            Asking::Who => self.chosen.who = true,
            Asking::Changes | Asking::Value(_) => self.chosen.changes = true,
            Asking::Flags => self.chosen.flags = true,
        }
    }

    /// Moves the cursor by columns and rows.
    pub fn go(&mut self, columns: i64, rows: i64) {
        let across = if self.asking == Asking::Changes { ACROSS as i64 } else { 1 };
        let to = (self.cursor as i64).saturating_add(columns).saturating_add(rows.saturating_mul(across));
        self.choose(to.max(0) as usize);
    }

    /// Puts the cursor on a choice, or on the last one.
    pub fn choose(&mut self, choice: usize) {
        self.digits.clear();
        // In a list of what may be ticked a move alone says nothing.
        if self.asking == Asking::Who {
            self.touch();
        }
        let count = match self.asking {
            Asking::Who => self.could.len(),
            Asking::Changes => Changes::COUNT,
            Asking::Value(_) => 1,
            Asking::Flags => 4,
        };
        self.cursor = choice.min(count.saturating_sub(1));
    }

    /// A digit of a pid or of a register's number: puts the cursor there.
    pub fn digit(&mut self, digit: char) {
        let grown = format!("{}{digit}", self.digits);
        let place = |text: &str| match self.asking {
            Asking::Who => self.could.iter().position(|c| c.pid.to_string() == text),
            Asking::Changes => text.parse().ok().filter(|i| *i < MEMORY && (text.len() == 1 || *i > 9)),
            Asking::Value(_) | Asking::Flags => None,
        };
        let begins = self.asking == Asking::Who && self.could.iter().any(|c| c.pid.to_string().starts_with(&grown));
        self.digits = if begins || place(&grown).is_some() { grown } else { digit.to_string() };
        self.cursor = place(&self.digits).unwrap_or(self.cursor);
        if self.asking == Asking::Who {
            self.touch();
        }
    }

    /// Ticks the choice under the cursor, or takes its tick away.
    pub fn tick(&mut self) {
        self.digits.clear();
        self.touch();
        match self.asking {
            Asking::Changes => self.changes.toggle(self.cursor),
            Asking::Flags => self.psw ^= 1 << self.cursor,
            Asking::Who | Asking::Value(_) => {}
        }
    }

    /// Whether a text is being typed.
    #[must_use]
    pub fn types(&self) -> bool {
        matches!(self.asking, Asking::Value(_))
    }

    /// A character of the value.
    pub fn put(&mut self, c: char) {
        if self.types() && self.typed.len() < TYPED && (c.is_ascii_hexdigit() || "xX-".contains(c)) {
            self.typed.push(c);
        }
    }

    /// Takes the last character of the value back.
    pub fn erase(&mut self) {
        self.typed.pop();
    }

    /// Says what is chosen and continues with the next part; the answer when there is none.
    ///
    /// # Errors
    /// The value that was typed is not a number.
    pub fn say(&mut self) -> Result<Option<Answer>, String> {
        match self.asking {
            Asking::Who => {
                self.who = self.could.get(self.cursor).map(|c| c.pid);
                self.ask(Asking::Changes);
            }
            Asking::Changes => match self.valued() {
                Some(i) => self.ask(Asking::Value(i)),
                None => self.ask_flags(),
            },
            Asking::Value(i) => {
                let wrong = || format!("\"{}\" is not a number: hex such as 0x12, or decimal", self.typed);
                let held = match self.typed.is_empty() {
                    true => None,
                    false => Some((i, value(&self.typed).ok_or_else(wrong)?)),
                };
                self.value = held;
                self.ask_flags();
            }
            Asking::Flags => return Ok(self.answer()),
        }
        Ok(None)
    }

    fn ask(&mut self, asking: Asking) {
        self.asking = asking;
        self.cursor = 0;
        self.digits.clear();
    }

    fn ask_flags(&mut self) {
        self.psw = self.who.and_then(|pid| self.psw_of(pid)).unwrap_or(0);
        self.ask(Asking::Flags);
    }

    /// The register whose value is asked for: the one under the cursor if it is ticked, else the first that is.
    fn valued(&self) -> Option<u8> {
        let here = (self.cursor < MEMORY && self.changes.has(self.cursor)).then_some(self.cursor as u8);
        here.or_else(|| self.changes.registers().next())
    }

    fn answer(&self) -> Option<Answer> {
        let pid = self.who?;
        Some(Answer {
            turn: self.turn,
            who: self.asks_who().then_some(pid),
            pid,
            changes: self.changes,
            value: self.value,
            psw: self.psw,
            counts: self.counts,
            chosen: self.chosen,
        })
    }
}
