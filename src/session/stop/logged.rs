//! Log points: stops that write a line down, and let the run continue.

use super::{Due, Stop};
use crate::executive::{Machine, Pid};
use crate::session::expr::{Expr, ExprError, Scope};
use std::fmt;

/// Lines that are kept of a run.
const MOST: usize = 10_000;

/// A text with expressions in braces, as in `r9 is {r9}`; `{{` and `}}` are braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogText {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// An expression, and the column of the text that it begins in.
    Value(Expr, usize),
}

impl LogText {
    /// Reads a text; `read` reads the expressions.
    ///
    /// # Errors
    /// What is wrong, and its column in the text.
    pub fn parse(text: &str, mut read: impl FnMut(&str) -> Result<Expr, ExprError>) -> Result<LogText, ExprError> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(c) = rest.chars().next() {
            let at = text.len() - rest.len();
            let column = text[..at].chars().count();
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(c);
                rest = &rest[2..];
            } else if let Some(inner) = rest.strip_prefix('{') {
                let end = inner.find('}').ok_or_else(|| ExprError::at(column, "} is expected after the expression"))?;
                let value = read(&inner[..end]).map_err(|e| ExprError { column: e.column + column + 1, ..e })?;
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Value(value, column + 1));
                rest = &inner[end + 1..];
            } else {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        parts.push(Part::Text(plain));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        Ok(LogText { text: text.to_owned(), parts })
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The expressions in it, each with the column that it begins in.
    pub fn expressions(&self) -> impl Iterator<Item = (&Expr, usize)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(expr, column) => Some((expr, *column)),
            Part::Text(_) => None,
        })
    }

    /// The same with each expression changed.
    #[must_use]
    pub fn map(self, mut change: impl FnMut(Expr) -> Expr) -> LogText {
        let part = |part| match part {
            Part::Value(expr, column) => Part::Value(change(expr), column),
            Part::Text(text) => Part::Text(text),
        };
        LogText { parts: self.parts.into_iter().map(part).collect(), ..self }
    }

    /// The line for a machine; where an expression cannot be evaluated, why.
    fn line(&self, scope: &Scope<'_>) -> String {
        let said = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Value(expr, _) => match expr.eval(scope) {
                Ok(value) => expr.said(value),
                Err(e) => format!("<{}>", e.message),
            },
        };
        self.parts.iter().map(said).collect()
    }
}

impl fmt::Display for LogText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The lines of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Logged {
    lines: Vec<String>,
    left_out: u64,
}

impl Logged {
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    pub fn clear(&mut self) {
        self.lines.clear();
        self.left_out = 0;
    }

    /// A stop has been hit, unless there is nothing due: a log point writes its line, others are due. One whose
    /// condition cannot be evaluated stops: a silent one would not say why.
    pub fn take(&mut self, stop: &Stop, machine: &Machine, pid: Pid, due: Option<Due>, all: &mut Vec<Due>) {
        let Some(due) = due else { return };
        match &stop.log {
            Some(log) if due.condition_error.is_none() => {
                let line = log.line(&Scope { machine, pid: Some(pid), symbol: &|_, _| None });
                self.write(format!("turn {}, {pid}: {line}", machine.turns()));
            }
            _ => all.push(due),
        }
    }

    fn write(&mut self, line: String) {
        if self.lines.len() < MOST {
            return self.lines.push(line);
        }
        self.left_out += 1;
        self.lines[MOST - 1] = format!("{} more lines are left out", self.left_out + 1);
    }
}
