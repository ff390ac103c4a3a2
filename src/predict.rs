//! Predictions: what a student says the next turn will change, and what of it was right.
//!
//! A [`Question`] is asked before a turn, an [`Answer`] comes of it. The turn is taken, [`happened`] finds what
//! it really changed by comparing the machine before and after it, and [`judge`] compares the two. To change
//! is to hold another value than before: storing a value where it stands already changes nothing. Knows no
//! screens.

mod answer;
mod changes;
mod happened;
mod judge;
mod question;
mod score;

pub use answer::{Answer, Mistake};
pub use changes::{Changes, MAIL, MEMORY, SP};
pub use happened::{Core, Happened, happened};
pub use judge::{AnswerKind, Part, Verdict, judge};
pub use question::{Asking, Could, Question};
pub use score::{Score, Tally};
