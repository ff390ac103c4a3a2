//! The kinds of tasks, as they stand in a file and as they are judged.

use super::exercise::Exercise;
use super::exercise_text::{AllowanceText, CaseText, Sources};
use crate::backend::{Expr, Input, Required};
use serde::Deserialize;

/// How a task is known to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum LessonTaskKind {
    /// As soon as an expression is true.
    Check(Expr),
    /// The student types what an expression evaluates to.
    Answer(Expr),
    /// The student chooses one of several, counted from 1.
    Choice {
        /// What there is to choose from.
        choices: Vec<String>,
        /// The right one.
        correct: usize,
    },
    /// The student uses a key or command of that name.
    Did(String),
    /// The cursor is on a register or byte at an address.
    Cursor(Expr),
    /// A pane of that name is on the screen and has the focus.
    Pane(String),
    /// The student lets tasks run until an expression is true; best with few switches between tasks.
    Goal {
        /// What is to become true.
        goal: Expr,
        /// The least number of switches that does it.
        par: u32,
    },
    /// This many parts of predictions are right since the task began.
    Predict(u32),
    /// The student writes a program or a schedule, which is judged over all schedules.
    Exercise(Box<Exercise>),
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

/// A task as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskText {
    say: String,
    check: Option<String>,
    answer: Option<Literal>,
    #[serde(default)]
    choices: Vec<String>,
    correct: Option<usize>,
    did: Option<String>,
    cursor: Option<Literal>,
    pane: Option<String>,
    goal: Option<String>,
    par: Option<u32>,
    predict: Option<u32>,
    pub program: Option<String>,
    pub schedule: Option<String>,
    pub starter: Option<String>,
    #[serde(default)]
    pub always: Vec<String>,
    #[serde(default)]
    pub finally: Vec<String>,
    #[serde(default)]
    pub norace: bool,
    #[serde(default)]
    pub returns: bool,
    pub turns: Option<u64>,
    #[serde(default)]
    pub uses: AllowanceText,
    #[serde(default)]
    pub breaks: bool,
    pub fair: Option<[String; 2]>,
    #[serde(default)]
    pub solutions: Vec<String>,
    #[serde(default)]
    pub case: Vec<CaseText>,
    #[serde(default)]
    hints: Vec<String>,
    right: Option<String>,
    pub play: String,
    #[serde(default)]
    by: Vec<Change>,
    #[serde(default)]
    used: Vec<String>,
    proof: Option<ProofText>,
    #[serde(default)]
    wrong: Vec<WrongText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofText {
    #[serde(default)]
    keys: String,
    is: String,
}

/// An expression, which may be a plain number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Literal {
    Number(i64),
    Text(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrongText {
    is: Option<Literal>,
    when: Option<String>,
    fails: Option<String>,
    say: String,
    play: Option<String>,
}

pub(super) fn expr(text: &str) -> Result<Expr, String> {
    Expr::parse(text).map_err(|e| format!("\"{text}\": {}", e.message))
}

impl Literal {
    fn expr(&self) -> Result<Expr, String> {
        match self {
            Literal::Number(n) => expr(&n.to_string()),
            Literal::Text(text) => expr(text),
        }
    }
}

impl TaskText {
    /// The task that is meant.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn task(self, line: usize, sources: &mut Sources<'_>) -> Result<super::LessonTask, String> {
        let kind = self.kind(sources)?;
        let asks = kind.asks();
        let proof = match self.proof {
            Some(_) if !asks => return Err("proof is for questions: answer, or choices".into()),
            None => None,
            Some(proof) => Some(Proof { keys: proof.keys, is: expr(&proof.is)? }),
        };
        let (by, used) = (self.by, self.used);
        let wrong = self.wrong.into_iter().map(|w| w.wrong(&kind)).collect::<Result<_, _>>()?;
        let (say, hints, right, play) = (self.say, self.hints, self.right, self.play);
        Ok(super::LessonTask { say, kind, by, used, proof, hints, right, wrong, play, line })
    }

    /// What the wrong ways name that have something to play.
    pub fn wrong_plays(&self) -> impl Iterator<Item = &String> {
        self.wrong.iter().filter_map(|wrong| wrong.play.as_ref())
    }

    fn kind(&self, sources: &mut Sources<'_>) -> Result<LessonTaskKind, String> {
        let mut kinds = Vec::new();
        if let Some(text) = &self.check {
            kinds.push(LessonTaskKind::Check(expr(text)?));
        }
        if let Some(value) = &self.answer {
            kinds.push(LessonTaskKind::Answer(value.expr()?));
        }
        match (self.correct, self.choices.len()) {
            (None, 0) => {}
            (Some(correct), n) if n >= 2 && (1..=n).contains(&correct) => {
                kinds.push(LessonTaskKind::Choice { choices: self.choices.clone(), correct });
            }
            _ => return Err("choices need at least two texts, and correct the number of one of them".into()),
        }
        kinds.extend(self.did.clone().map(LessonTaskKind::Did));
        if let Some(address) = &self.cursor {
            kinds.push(LessonTaskKind::Cursor(address.expr()?));
        }
        kinds.extend(self.pane.clone().map(LessonTaskKind::Pane));
        match (&self.goal, self.par) {
            (None, None) => {}
            (Some(text), Some(par)) => kinds.push(LessonTaskKind::Goal { goal: expr(text)?, par }),
            _ => return Err("goal and par belong together".into()),
        }
        kinds.extend(self.predict.map(LessonTaskKind::Predict));
        kinds.extend(self.exercise(sources)?.map(|exercise| LessonTaskKind::Exercise(Box::new(exercise))));
        match (kinds.pop(), kinds.len()) {
            (Some(kind), 0) => Ok(kind),
            _ => Err(
                "a task has exactly one of check, answer, choices, did, cursor, pane, goal, predict, program, schedule"
                    .into(),
            ),
        }
    }
}

impl WrongText {
    fn wrong(self, kind: &LessonTaskKind) -> Result<Wrong, String> {
        let written = matches!(kind, LessonTaskKind::Exercise(_));
        let case = match (&self.is, &self.when, &self.fails) {
            (Some(value), None, None) if kind.asks() => Case::Is(value.expr()?),
            (None, Some(text), None) if !kind.asks() && !written => Case::When(expr(text)?),
            (None, when, Some(fails)) if written => {
                let required = Required::ALL.iter().find(|required| required.name() == fails);
                let names = || Required::ALL.iter().map(|r| r.name()).collect::<Vec<_>>().join(", ");
                let required =
                    required.ok_or_else(|| format!("fails = \"{fails}\": one of {} is expected", names()))?;
                Case::Fails(*required, when.as_deref().map(expr).transpose()?)
            }
            _ => {
                return Err("a wrong way has is = VALUE for a question, fails = NAME for what is written, and when = EXPR for everything else".into());
            }
        };
        Ok(Wrong { case, say: self.say, play: self.play })
    }
}
