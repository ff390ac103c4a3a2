//! The kinds of tasks: the table they stand in, and how they are judged.

use super::exercise::Exercise;
use super::exercise_text::Sources;
use super::task_text::{self, TaskText};
use crate::backend::{Expr, Input, Required};
use serde::Deserialize;

/// The table of kinds: what the variant holds, its name in files, and how it is read from there. A kind without a reader
/// does not compile.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $(($inner:ty))? $({ $($(#[$about:meta])* $field:ident: $type:ty,)* })?
        $name:literal $read:path;)*) => {
        /// How a task is known to be done.
        #[derive(Debug, Clone, PartialEq)]
        pub enum LessonTaskKind {
            $($(#[$doc])* $kind $(($inner))? $({ $($(#[$about])* $field: $type,)* })?,)*
        }

        impl LessonTaskKind {
            /// The keys in a file that make a task one of a kind, in the order of the table.
            pub const NAMES: &[&str] = &[$($name),*];
        }

        /// The readers of all kinds.
        pub(super) const READERS: &[Reader] = &[$($read),*];
    };
}

/// Reads a kind, if a task is of it.
pub(super) type Reader = fn(&TaskText, &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String>;

kinds! {
    /// As soon as an expression is true.
    Check(Expr) "check" task_text::check;
    /// The student types what an expression evaluates to.
    Answer(Expr) "answer" task_text::answer;
    /// The student chooses one of several, counted from 1.
    Choice {
        /// What there is to choose from.
        choices: Vec<String>,
        /// The right one.
        correct: usize,
    } "choices" task_text::choice;
    /// The student uses a key or command of that name.
    Did(String) "did" task_text::did;
    /// The cursor is on a register or byte at an address.
    Cursor(Expr) "cursor" task_text::cursor;
    /// A pane of that name is on the screen and has the focus.
    Pane(String) "pane" task_text::pane;
    /// The student lets tasks run until an expression is true; best with few switches between tasks.
    Goal {
        /// What is to become true.
        goal: Expr,
        /// The least number of switches that does it.
        par: u32,
    } "goal" task_text::goal;
    /// This many parts of predictions are right since the task began.
    Predict(u32) "predict" task_text::predict;
    /// The student writes a program or a schedule, which is judged over all schedules.
    Exercise(Box<Exercise>) "program" task_text::exercise;
}

impl LessonTaskKind {
    /// Whether it is a question, done by an answer that is typed.
    #[must_use]
    pub const fn asks(&self) -> bool {
        self.question().is_some()
    }

    /// What a question asks for in words; `None` for what is done and not answered.
    #[must_use]
    pub const fn question(&self) -> Option<&'static str> {
        match self {
            LessonTaskKind::Answer(_) => Some("answer, a number or a label"),
            LessonTaskKind::Choice { .. } => Some("answer, 1 or 2 and so on"),
            LessonTaskKind::Check(_)
            | LessonTaskKind::Did(_)
            | LessonTaskKind::Cursor(_)
            | LessonTaskKind::Pane(_)
            | LessonTaskKind::Goal { .. }
            | LessonTaskKind::Predict(_)
            | LessonTaskKind::Exercise(_) => None,
        }
    }

    /// The expression that it is judged by, if there is one.
    #[must_use]
    pub const fn expr(&self) -> Option<&Expr> {
        match self {
            LessonTaskKind::Check(expr)
            | LessonTaskKind::Answer(expr)
            | LessonTaskKind::Cursor(expr)
            | LessonTaskKind::Goal { goal: expr, .. } => Some(expr),
            LessonTaskKind::Choice { .. }
            | LessonTaskKind::Did(_)
            | LessonTaskKind::Pane(_)
            | LessonTaskKind::Predict(_)
            | LessonTaskKind::Exercise(_) => None,
        }
    }
}

/// A change of the machine from outside that is not the steering of who runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// A register was set.
    Reg,
    /// A register window was moved.
    Window,
    /// Memory was set.
    Poke,
    /// A message was sent.
    Send,
    /// Messages were taken out of a mailbox.
    Listen,
    /// A value or command of the registry was used.
    Value,
    /// A program was loaded, a task killed, or a file put in.
    Load,
}

impl Change {
    /// What an input changes; `None` for one that steers who runs.
    #[must_use]
    pub fn of(input: &Input) -> Option<Change> {
        match input {
            Input::SetReg { .. } => Some(Change::Reg),
            Input::Rebase { .. } => Some(Change::Window),
            Input::Poke { .. } => Some(Change::Poke),
            Input::Send { .. } => Some(Change::Send),
            Input::Receive { .. } => Some(Change::Listen),
            Input::SetValue { .. } | Input::Call { .. } => Some(Change::Value),
            Input::Load(_) | Input::Reload { .. } | Input::Kill(_) | Input::File { .. } | Input::Stdio { .. } => {
                Some(Change::Load)
            }
            Input::Pause(_) | Input::Resume(_) | Input::Quantum { .. } | Input::Order(_) | Input::Preempt => None,
        }
    }

    /// What it is in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Change::Reg => "setting a register",
            Change::Window => "moving a register window",
            Change::Poke => "writing memory",
            Change::Send => "sending a message",
            Change::Listen => "taking messages out of a mailbox",
            Change::Value => "a value or command",
            Change::Load => "loading or killing a task",
        }
    }
}

/// How a fixed answer is shown to be true: keys, and what an expression is after them.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// Keys to press where the task begins.
    pub keys: String,
    /// What then evaluates to the answer, or is true of the right choice.
    pub is: Expr,
}

/// A wrong way.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrong {
    /// When it is this one.
    pub case: Case,
    /// What is said then.
    pub say: String,
    /// Keys that go this way; for answers the value of `is` is typed.
    pub play: Option<String>,
}

/// What makes a way wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Case {
    /// The answer is what an expression evaluates to.
    Is(Expr),
    /// An expression is true while the task is not done.
    When(Expr),
    /// What was written fails in this way, and an expression is true where the failing schedule ends.
    Fails(Required, Option<Expr>),
}

impl Wrong {
    /// The expression of the case that is evaluated while the task is done; one of a failure is evaluated there.
    #[must_use]
    pub const fn expr(&self) -> Option<&Expr> {
        match &self.case {
            Case::Is(expr) | Case::When(expr) => Some(expr),
            Case::Fails(..) => None,
        }
    }
}
