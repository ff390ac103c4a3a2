//! How many predictions were right.

use super::judge::{AnswerKind, Verdict};

/// Parts of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Right ones.
    pub right: u32,
    /// All that were judged.
    pub asked: u32,
}

impl Tally {
    fn add(&mut self, right: bool) {
        self.asked += 1;
        self.right += u32::from(right);
    }
}

/// How many predictions were right, since the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Turns that were predicted.
    pub turns: u32,
    /// Turns all of which was right, values aside.
    pub whole: u32,
    /// How many of those there were in a row up to now.
    pub streak: u32,
    /// The longest such row.
    pub longest: u32,
    /// Who took the turn.
    pub who: Tally,
    /// What it changed.
    pub changes: Tally,
    /// The flags after it.
    pub flags: Tally,
    /// What registers held after it: beside the others.
    pub values: Tally,
    /// Right parts, values aside, that were chosen and not left as they were.
    pub chosen: u32,
}

impl Score {
    /// Takes a verdict in, if it counts.
    pub fn add(&mut self, verdict: &Verdict) {
        if !verdict.counts {
            return;
        }
        self.turns += 1;
        for part in &verdict.parts {
            let tally = match part.kind {
                AnswerKind::Who => &mut self.who,
                AnswerKind::Changes => &mut self.changes,
                AnswerKind::Value(_) => &mut self.values,
                AnswerKind::Flags => &mut self.flags,
            };
            if let Some(right) = part.right {
                tally.add(right);
                let counts = right && part.chosen && !matches!(part.kind, AnswerKind::Value(_));
                self.chosen += u32::from(counts);
            }
        }
        self.whole += u32::from(verdict.whole());
        self.streak = if verdict.whole() { self.streak + 1 } else { 0 };
        self.longest = self.longest.max(self.streak);
    }

    /// Right parts and judged parts, values aside.
    #[must_use]
    pub fn sum(&self) -> Tally {
        let all = [self.who, self.changes, self.flags];
        all.iter().fold(Tally::default(), |sum, t| Tally { right: sum.right + t.right, asked: sum.asked + t.asked })
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::Part;
    use super::*;

    fn verdict(marks: [Option<bool>; 3], counts: bool) -> Verdict {
        let kinds = [AnswerKind::Who, AnswerKind::Changes, AnswerKind::Value(1)];
        let part = |(kind, right)| Part { kind, right, chosen: true, said: String::new(), truth: String::new() };
        let parts = kinds.into_iter().zip(marks).map(part).collect();
        Verdict { turn: 1, parts, changed: Vec::new(), counts, sentences: Vec::new() }
    }

    #[test]
    fn a_row_of_right_turns_is_a_streak_until_a_wrong_one() {
        let (yes, no) = (Some(true), Some(false));
        let mut score = Score::default();
        for marks in [[yes, yes, no], [yes, yes, yes], [no, None, None], [yes, yes, yes]] {
            score.add(&verdict(marks, true));
        }
        score.add(&verdict([no, no, no], false));
        assert_eq!((score.turns, score.whole, score.streak, score.longest), (4, 3, 1, 2));
        assert_eq!(score.sum(), Tally { right: 6, asked: 7 });
        assert_eq!((score.who.right, score.changes.asked, score.values.right), (3, 3, 2));
    }
}
