//! What the screen keeps of the student's predictions.

use crate::backend::Request;
use crate::backend::predict::{Answer, Question, Score, Verdict};
use crate::ui::pane::PaneId;

/// Predictions: whether they are asked for, what is being asked, what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicting {
    /// A step asks first.
    pub on: bool,
    /// What is being asked.
    pub question: Option<Question>,
    /// The request that takes the turn in question.
    pub step: Option<Request>,
    /// What was said of a turn that is being taken.
    pub said: Option<Answer>,
    /// What of the last answer was right.
    pub verdict: Option<Verdict>,
    /// How many were right.
    pub score: Score,
    /// The panes that had the focus and the strip before.
    pub before: (PaneId, PaneId),
}

impl Default for Predicting {
    fn default() -> Self {
        Predicting {
            on: false,
            question: None,
            step: None,
            said: None,
            verdict: None,
            score: Score::default(),
            before: (PaneId::Tasks, PaneId::Trace),
        }
    }
}
