//! Exercises as they stand in a file.

use super::exercise::{Breaks, Exercise, ExerciseCase, Form};
use super::task_text::{TaskText, expr};
use crate::backend::{Allowance, Expr, Program, Requirements};
use serde::Deserialize;
use std::sync::Arc;

/// Reads a program beside the lesson by the name of its file.
pub(super) type Sources<'s> = dyn FnMut(&str) -> Result<Arc<Program>, String> + 's;

/// What a program may consist of, as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowanceText {
    instructions: Option<u64>,
    bytes: Option<u64>,
    services: Option<Vec<String>>,
}

/// A start to judge from, as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseText {
    #[serde(default)]
    start: Vec<String>,
    #[serde(default)]
    finally: Vec<String>,
}

fn exprs(texts: &[String]) -> Result<Vec<Expr>, String> {
    texts.iter().map(|text| expr(text)).collect()
}

/// The source text of a program.
fn source(name: &str, sources: &mut Sources<'_>) -> Result<String, String> {
    let program = sources(name)?;
    let text = program.symbols.files.first().and_then(|file| file.text.clone());
    text.ok_or_else(|| format!("{name} has no source text"))
}

impl TaskText {
    /// The exercise that is meant, if the task is one.
    pub fn exercise(&self, sources: &mut Sources<'_>) -> Result<Option<Exercise>, String> {
        let (file, form) = match (&self.program, &self.schedule) {
            (None, None) if self.has_exercise_keys() => {
                return Err("what is required of a program belongs to a task with program or schedule".into());
            }
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err("a task has either program or schedule".into()),
            (None, Some(file)) => (file, Form::Schedule),
            (Some(file), None) => {
                let in_place_of = self.starter.clone().ok_or("program needs starter, a program of the page")?;
                (file, Form::Program { in_place_of })
            }
        };
        if !plain_name(file) {
            return Err(format!("\"{file}\": the name of a file is expected, without directories"));
        }
        if form == Form::Schedule && !self.breaks {
            return Err("a schedule is written to make something fail: breaks = true is expected".into());
        }
        let text = |name: &String, sources: &mut Sources<'_>| match form {
            Form::Program { .. } => source(name, sources),
            Form::Schedule => Ok(name.clone()),
        };
        let starter = self.starter.as_ref().map_or(Ok(String::new()), |name| text(name, sources))?;
        let mut solutions = Vec::new();
        for name in std::iter::once(&self.play).chain(&self.solutions) {
            solutions.push((name.clone(), text(name, sources)?));
        }
        let mut wrong = Vec::new();
        for name in self.wrong_plays() {
            wrong.push((name.clone(), text(name, sources)?));
        }
        let fair = match &self.fair {
            Some([wrong, works]) => Some((wrong.clone(), sources(works)?)),
            None => None,
        };
        let case = |case: &CaseText| Ok(ExerciseCase { start: case.start.clone(), finally: exprs(&case.finally)? });
        let cases = self.case.iter().map(case).collect::<Result<Vec<_>, String>>()?;
        let AllowanceText { instructions, bytes, services } = &self.uses;
        Ok(Some(Exercise {
            file: file.clone(),
            form,
            starter,
            required: Requirements {
                always: exprs(&self.always)?,
                finally: exprs(&self.finally)?,
                norace: self.norace,
                returns: self.returns,
                turns: self.turns,
            },
            may: Allowance { instructions: *instructions, bytes: *bytes, services: services.clone() },
            cases: if cases.is_empty() { vec![ExerciseCase::default()] } else { cases },
            breaks: self.breaks.then_some(Breaks { fair }),
            solutions,
            wrong,
        }))
    }

    fn has_exercise_keys(&self) -> bool {
        let lists = [&self.always, &self.finally, &self.solutions].into_iter().any(|list| !list.is_empty());
        lists
            || self.norace
            || self.returns
            || self.breaks
            || self.turns.is_some()
            || self.starter.is_some()
            || self.fair.is_some()
            || !self.case.is_empty()
    }
}

/// Whether a name is one of a file in whatever directory: letters, digits, `.`, `-` and `_`, and no dot first.
fn plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=64).contains(&name.len()) && name.chars().all(plain) && !name.starts_with(['.', '-'])
}
