//! What is wrong with a source, and where.

use super::source::Files;
use crate::limits::ERRORS;
use std::fmt;
use std::ops::Range;

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Index of the file.
    pub file: usize,
    /// Byte range in its text.
    pub range: Range<usize>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// No image comes of it.
    Error,
    /// Odd, but allowed.
    Warning,
}

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A short name for it, e.g. `E11`.
    pub code: &'static str,
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What was expected there; stands at the mark.
    pub expected: String,
    /// What could help.
    pub hint: Option<String>,
    /// `file:line:column`, from 1.
    pub place: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{}: {kind}[{}]: {}", self.place, self.code, self.message)?;
        if !self.expected.is_empty() {
            write!(f, "; expected {}", self.expected)?;
        }
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

/// Names that are compared for a hint, and errors that get one: more would take long, and help no one.
const COMPARED: usize = 10_000;
const HINTED: usize = 100;

/// Collects what is found in one module.
pub(super) struct Finder<'a> {
    pub files: &'a Files,
    pub found: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    /// Whether there is no room for more errors.
    pub fn full(&self) -> bool {
        self.found.len() as u64 > ERRORS.most
    }

    /// `did you mean "…"?`, or another hint.
    pub fn near<'n>(&self, word: &str, names: impl Iterator<Item = &'n str>, otherwise: &str) -> String {
        if self.found.len() >= HINTED {
            return otherwise.to_owned();
        }
        let most = 1 + word.chars().count() / 4;
        let alike = |name: &&str| name.len().abs_diff(word.len()) <= 4 * most;
        let word = word.to_lowercase();
        let distance = |name: &'n str| (strsim::osa_distance(&word, &name.to_lowercase()), name);
        match names.take(COMPARED).filter(alike).map(distance).min() {
            Some((d, name)) if d <= most => format!("did you mean \"{name}\"?"),
            _ => otherwise.to_owned(),
        }
    }

    pub fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>, expected: impl Into<String>) {
        self.add(Severity::Error, code, span, message.into(), expected.into(), None);
    }

    pub fn hinted(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        expected: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let hint = Some(hint.into()).filter(|h| !h.is_empty());
        self.add(Severity::Error, code, span, message.into(), expected.into(), hint);
    }

    pub fn warning(&mut self, code: &'static str, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Warning, code, span, message.into(), String::new(), Some(hint.into()));
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        span: Span,
        message: String,
        expected: String,
        hint: Option<String>,
    ) {
        // The last one that fits says that there may be more.
        match ERRORS.check(self.found.len() as u64 + 1) {
            Ok(()) => {}
            Err(over) if self.found.len() as u64 == ERRORS.most => {
                self.found.push(Diagnostic {
                    severity: Severity::Error,
                    code: "E54",
                    place: self.files.place(&span),
                    span,
                    message: over.to_string(),
                    expected: String::new(),
                    hint: None,
                });
                return;
            }
            Err(_) => return,
        }
        let place = self.files.place(&span);
        self.found.push(Diagnostic { severity, code, span, message, expected, hint, place });
    }
}

/// Everything that is wrong with the sources.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The errors, in the order of the files.
    pub errors: Vec<Diagnostic>,
    /// The sources.
    pub files: Files,
}

impl Failure {
    pub(super) fn new(mut errors: Vec<Diagnostic>, files: Files) -> Failure {
        errors.sort_by_key(|d| (d.span.file, d.span.range.start));
        errors.dedup();
        Failure { errors, files }
    }

    /// One line an error.
    #[must_use]
    pub fn plain(&self) -> String {
        self.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plain())
    }
}

impl std::error::Error for Failure {}
