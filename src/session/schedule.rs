//! Schedules: which task takes the next turns, written down or left to chance.
//!
//! A schedule as text is a list of places, `1*3 2 1 2*5`: a pid, and how many turns it takes in a row. Blanks,
//! line breaks and commas separate places, `#` starts a comment.

use crate::executive::Pid;
use std::fmt::Write;
use thiserror::Error;

/// Columns after which a schedule's text continues in the next line.
const COLUMNS: usize = 76;

/// Why a text is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScheduleError {
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of the place in its line, from 1.
    pub column: usize,
    /// What is wrong with it.
    pub message: String,
}

/// One place of a schedule: turns of one task in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Whose.
    pub pid: Pid,
    /// How many, at least 1.
    pub turns: u64,
    /// The line of the text in which it stands, from 1.
    pub line: usize,
}

/// Who takes the next turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnSource {
    source: Source,
    /// Places behind, of a list.
    place: usize,
    /// Turns taken at this place.
    taken: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    List(Vec<Slot>),
    Chance { dice: Dice, left: u64, drawn: Option<Pid> },
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of `count`, each as likely as the others up to one part in 2^64 / `count`.
    pub fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }
}

impl TurnSource {
    /// A schedule as it is written.
    ///
    /// # Errors
    /// The first word that is not a place of a schedule, or that there is no place at all.
    pub fn parse(text: &str) -> Result<TurnSource, ScheduleError> {
        let mut slots = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split_once('#').map_or(text, |(before, _)| before);
            for (column, word) in words(text) {
                let slot = slot(word, line).map_err(|message| ScheduleError { line, column, message })?;
                slots.push(slot);
            }
        }
        if slots.is_empty() {
            let message = "a schedule has at least one place, such as 1*3 2".to_owned();
            return Err(ScheduleError { line: 1, column: 1, message });
        }
        Ok(TurnSource { source: Source::List(slots), place: 0, taken: 0 })
    }

    /// Who takes how many turns, one after the other, where that is a list.
    #[must_use]
    pub fn list(&self) -> Option<Vec<(Pid, u64)>> {
        match &self.source {
            Source::List(slots) => Some(slots.iter().map(|slot| (slot.pid, slot.turns)).collect()),
            Source::Chance { .. } => None,
        }
    }

    /// Turns in a row of one task after the other.
    #[must_use]
    pub fn of(runs: &[(Pid, u64)]) -> TurnSource {
        let slots = runs.iter().map(|(pid, turns)| Slot { pid: *pid, turns: *turns, line: 1 });
        TurnSource { source: Source::List(slots.collect()), place: 0, taken: 0 }
    }

    /// `turns` turns of tasks drawn evenly from those that are ready. The same seed draws the same.
    #[must_use]
    pub fn random(seed: u64, turns: u64) -> TurnSource {
        TurnSource { source: Source::Chance { dice: Dice(seed), left: turns, drawn: None }, place: 0, taken: 0 }
    }

    /// The places of a list: turns in a row of one task after the other.
    #[must_use]
    pub fn places(&self) -> Vec<(Pid, u64)> {
        match &self.source {
            Source::List(slots) => slots.iter().map(|slot| (slot.pid, slot.turns)).collect(),
            Source::Chance { .. } => Vec::new(),
        }
    }

    /// Turns it has still to give, `u64::MAX` for no end.
    #[must_use]
    pub fn left(&self) -> u64 {
        match &self.source {
            Source::List(slots) => {
                let rest = slots.iter().skip(self.place).fold(0u64, |sum, slot| sum.saturating_add(slot.turns));
                rest.saturating_sub(self.taken)
            }
            Source::Chance { left, .. } => *left,
        }
    }

    /// Where it is, for a message: the place, from 1, and its line.
    #[must_use]
    pub fn at(&self) -> Option<(usize, usize)> {
        match &self.source {
            Source::List(slots) => slots.get(self.place).map(|slot| (self.place + 1, slot.line)),
            Source::Chance { .. } => None,
        }
    }

    /// Who is next, and for how many turns; `None` if no task is ready to be drawn. What was drawn stays
    /// until it is taken or can no longer run.
    pub(super) fn next(&mut self, ready: &[Pid]) -> Option<(Pid, u64)> {
        match &mut self.source {
            Source::List(slots) => slots.get(self.place).map(|slot| (slot.pid, slot.turns - self.taken)),
            Source::Chance { dice, drawn, .. } => {
                if drawn.is_none_or(|pid| !ready.contains(&pid)) {
                    *drawn = (!ready.is_empty()).then(|| ready[dice.below(ready.len())]);
                }
                drawn.map(|pid| (pid, 1))
            }
        }
    }

    /// Takes note of turns that were taken.
    pub(super) fn took(&mut self, turns: u64) {
        match &mut self.source {
            Source::List(slots) => {
                self.taken += turns;
                if slots.get(self.place).is_some_and(|slot| self.taken >= slot.turns) {
                    (self.place, self.taken) = (self.place + 1, 0);
                }
            }
            Source::Chance { left, drawn, .. } if turns > 0 => {
                *left = left.saturating_sub(turns);
                *drawn = None;
            }
            Source::Chance { .. } => {}
        }
    }
}

/// The words of a line, each with its column, from 1.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = move |word: &str| word.as_ptr() as usize - line.as_ptr() as usize;
    let words = line.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    words.map(move |word| (line[..start(word)].chars().count() + 1, word))
}

/// A place from its word, or what is wrong with it.
fn slot(word: &str, line: usize) -> Result<Slot, String> {
    let (pid, turns) = word.split_once('*').map_or((word, "1"), |(pid, turns)| (pid, turns));
    let pid = pid.parse().ok().filter(|pid| *pid > 0);
    let turns = turns.parse().ok().filter(|turns| *turns > 0);
    let wrong = || format!("\"{word}\" is not a place of a schedule: a pid is expected, or PID*TURNS such as 2*5");
    pid.zip(turns).map(|(pid, turns)| Slot { pid, turns, line }).ok_or_else(wrong)
}

/// Turns in a row as the text of a schedule.
#[must_use]
pub fn text(runs: &[(Pid, u64)]) -> String {
    let mut text = String::new();
    let mut start = 0;
    for (pid, turns) in runs {
        if text.len() > start {
            let full = text.len() - start >= COLUMNS;
            text.push(if full { '\n' } else { ' ' });
            start = if full { text.len() } else { start };
        }
        // Writing into a string cannot fail.
        let _ = if *turns == 1 { write!(text, "{pid}") } else { write!(text, "{pid}*{turns}") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(text: &str) -> Vec<(Pid, u64, usize)> {
        match TurnSource::parse(text).expect("schedule").source {
            Source::List(slots) => slots.iter().map(|s| (s.pid, s.turns, s.line)).collect(),
            Source::Chance { .. } => Vec::new(),
        }
    }

    #[test]
    fn places_are_separated_by_blanks_lines_and_commas() {
        assert_eq!(slots("1*3 2,1 # once\n\n 2*5,,3"), [(1, 3, 1), (2, 1, 1), (1, 1, 1), (2, 5, 3), (3, 1, 3)]);
    }

    #[test]
    fn what_is_no_place_is_told_with_line_and_column() {
        let place = |text: &str| TurnSource::parse(text).map_err(|e| (e.line, e.column)).expect_err("none");
        assert_eq!(place("1 2\n 3 ü x*2"), (2, 4));
        assert_eq!(["", "# all\n", "0", "1*0", "1*", "*2", "1**2", "-1", "70000", "1*x"].map(place), [(1, 1); 10]);
    }

    #[test]
    fn text_and_places_go_round() {
        let runs: Vec<(Pid, u64)> = (1..200).map(|i| (i % 7 + 1, u64::from(i % 3 + 1))).collect();
        let text = text(&runs);
        assert!(text.lines().count() > 5 && text.lines().all(|l| l.len() < 90), "{text}");
        assert_eq!(slots(&text).iter().map(|(pid, turns, _)| (*pid, *turns)).collect::<Vec<_>>(), runs);
    }

    #[test]
    fn the_dice_are_those_of_the_paper_and_even() {
        // The first numbers from seed 1234567, as published with the reference implementation.
        let mut dice = Dice(1_234_567);
        assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        let mut counts = [0u32; 3];
        (0..30_000).for_each(|_| counts[dice.below(3)] += 1);
        assert!(counts.iter().all(|c| (9_700..10_300).contains(c)), "{counts:?}");
    }
}
