//! A task of a lesson as it stands in a file.

use super::exercise_text::{AllowanceText, CaseText, Sources};
use super::kind::{Case, Change, LessonTaskKind, Proof, READERS, Wrong};
use crate::backend::{Expr, Required};
use serde::Deserialize;

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
    stop: Option<String>,
    #[serde(rename = "where")]
    holds: Option<String>,
    at: Option<Literal>,
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
    /// All that is wrong with it.
    pub fn task(self, line: usize, sources: &mut Sources<'_>) -> Result<super::LessonTask, Vec<String>> {
        let mut faults = Vec::new();
        let kind = self.kind(sources).map_err(|all| faults.extend(all)).ok();
        let asks = kind.as_ref().is_none_or(LessonTaskKind::asks);
        let proof = self.proof.map(|ProofText { keys, is }| match asks {
            true => expr(&is).map(|is| Proof { keys, is }),
            false => Err("proof is for questions: answer, or choices".into()),
        });
        let proof = proof.transpose().map_err(|fault| faults.push(fault)).ok().flatten();
        let mut wrong = Vec::new();
        for way in self.wrong {
            let read = match &kind {
                Some(kind) => way.wrong(kind).map(|way| wrong.push(way)),
                None => way.parsed(),
            };
            faults.extend(read.err());
        }
        let does = matches!(kind, None | Some(LessonTaskKind::Did(_)));
        if !does && (self.holds.is_some() || self.at.is_some()) {
            faults.push("where and at are for did".into());
        }
        if self.stop.is_some() && !matches!(kind, None | Some(LessonTaskKind::Check(_))) {
            faults.push("stop is for check".into());
        }
        let mut read =
            |text: Option<Result<Expr, String>>| text.transpose().map_err(|fault| faults.push(fault)).ok().flatten();
        let (holds, at) = (read(self.holds.as_deref().map(expr)), read(self.at.as_ref().map(Literal::expr)));
        let (by, used, stop) = (self.by, self.used, self.stop);
        let (say, hints, right, play) = (self.say, self.hints, self.right, self.play);
        match kind.filter(|_| faults.is_empty()) {
            Some(kind) => {
                Ok(super::LessonTask { say, kind, by, used, stop, holds, at, proof, hints, right, wrong, play, line })
            }
            None => Err(faults),
        }
    }

    /// What the wrong ways name that have something to play.
    pub fn wrong_plays(&self) -> impl Iterator<Item = &String> {
        self.wrong.iter().filter_map(|wrong| wrong.play.as_ref())
    }

    fn kind(&self, sources: &mut Sources<'_>) -> Result<LessonTaskKind, Vec<String>> {
        let (mut kinds, mut faults) = (Vec::new(), Vec::new());
        for read in READERS {
            match read(self, sources) {
                Ok(kind) => kinds.extend(kind),
                Err(fault) => faults.push(fault),
            }
        }
        match (kinds.pop(), kinds.len() + faults.len()) {
            (Some(kind), 0) => Ok(kind),
            (None, 1) => Err(faults),
            _ => {
                faults.push(format!("a task has exactly one of {}, schedule", LessonTaskKind::NAMES.join(", ")));
                Err(faults)
            }
        }
    }
}

impl WrongText {
    /// Whether its expressions can be read, whatever the task is.
    fn parsed(&self) -> Result<(), String> {
        self.is.as_ref().map_or(Ok(()), |value| value.expr().map(drop))?;
        self.when.as_deref().map_or(Ok(()), |text| expr(text).map(drop))
    }

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

pub(super) fn check(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    task.check.as_deref().map(|text| expr(text).map(LessonTaskKind::Check)).transpose()
}

pub(super) fn answer(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    task.answer.as_ref().map(|value| value.expr().map(LessonTaskKind::Answer)).transpose()
}

pub(super) fn choice(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    match (task.correct, task.choices.len()) {
        (None, 0) => Ok(None),
        (Some(correct), n) if n >= 2 && (1..=n).contains(&correct) => {
            Ok(Some(LessonTaskKind::Choice { choices: task.choices.clone(), correct }))
        }
        _ => Err("choices need at least two texts, and correct the number of one of them".into()),
    }
}

pub(super) fn did(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    Ok(task.did.clone().map(LessonTaskKind::Did))
}

pub(super) fn cursor(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    task.cursor.as_ref().map(|address| address.expr().map(LessonTaskKind::Cursor)).transpose()
}

pub(super) fn pane(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    Ok(task.pane.clone().map(LessonTaskKind::Pane))
}

pub(super) fn goal(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    match (&task.goal, task.par) {
        (None, None) => Ok(None),
        (Some(text), Some(par)) => Ok(Some(LessonTaskKind::Goal { goal: expr(text)?, par })),
        _ => Err("goal and par belong together".into()),
    }
}

pub(super) fn predict(task: &TaskText, _: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    Ok(task.predict.map(LessonTaskKind::Predict))
}

pub(super) fn exercise(task: &TaskText, sources: &mut Sources<'_>) -> Result<Option<LessonTaskKind>, String> {
    Ok(task.exercise(sources)?.map(|exercise| LessonTaskKind::Exercise(Box::new(exercise))))
}
