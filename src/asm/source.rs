//! Source files and their lines, includes expanded.

use super::diagnostic::{Diagnostic, Finder, Span};
use super::{Options, token};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Deepest include.
const DEPTH: usize = 64;
/// Most lines a module may have with all includes.
const MOST_ROWS: usize = 1_000_000;

/// The sources read so far: path and text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    list: Vec<(PathBuf, String)>,
}

impl Files {
    /// Path and text of each file.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.list.iter().map(|(path, text)| (path.as_path(), text.as_str()))
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, file: usize) -> &str {
        self.list.get(file).map_or("", |(_, text)| text)
    }

    /// The path of a file.
    #[must_use]
    pub fn path(&self, file: usize) -> String {
        self.list.get(file).map_or_else(String::new, |(path, _)| path.display().to_string())
    }

    /// Line and column of a byte, from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, file: usize, at: usize) -> (usize, usize) {
        let text = self.text(file);
        let before = &text[..text.floor_char_boundary(at.min(text.len()))];
        let start = before.rfind('\n').map_or(0, |n| n + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    /// `path:line:column` of a span's start.
    #[must_use]
    pub fn place(&self, span: &Span) -> String {
        let (line, column) = self.line_column(span.file, span.range.start);
        format!("{}:{line}:{column}", self.path(span.file))
    }
}

/// One line of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub file: usize,
    /// Line number in its file, from 1.
    pub line: u32,
    /// Byte offset of the line in its file.
    pub start: usize,
    /// Length in bytes, without the line end.
    pub len: usize,
}

/// All lines of a source with its includes in place. What cannot be read is reported and left out.
pub(super) fn expand(
    path: &Path,
    files: &mut Files,
    read: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
    found: &mut Vec<Diagnostic>,
    options: &Options,
) -> Vec<Row> {
    let mut expander = Expander { files, read, found, options, stack: Vec::new(), rows: Vec::new() };
    expander.file(path, None);
    expander.rows
}

struct Expander<'a> {
    files: &'a mut Files,
    read: &'a mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
    found: &'a mut Vec<Diagnostic>,
    options: &'a Options,
    stack: Vec<PathBuf>,
    rows: Vec<Row>,
}

impl Expander<'_> {
    fn error(&mut self, code: &'static str, at: Option<Span>, path: &Path, message: String, expected: &str) {
        let span = at.unwrap_or_else(|| {
            self.files.list.push((path.to_owned(), String::new()));
            Span { file: self.files.list.len() - 1, range: 0..0 }
        });
        Finder { files: self.files, found: self.found }.error(code, span, message, expected);
    }

    fn file(&mut self, path: &Path, at: Option<Span>) {
        let normal = normalize(path);
        if self.stack.contains(&normal) || self.stack.len() >= DEPTH {
            self.error(
                "E51",
                at,
                path,
                format!("{} includes itself", path.display()),
                "a file that is not being included",
            );
            return;
        }
        let bytes = match (self.read)(path) {
            Ok(bytes) => bytes,
            Err(e) => {
                let code = if at.is_some() && e.kind() == io::ErrorKind::NotFound { "E52" } else { "E01" };
                self.error(
                    code,
                    at,
                    path,
                    format!("{} cannot be read: {e}", path.display()),
                    "a file that can be read",
                );
                return;
            }
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{FEFF}').map_or(text.clone(), str::to_owned),
            Err(e) => {
                let at_byte = e.utf8_error().valid_up_to();
                self.error(
                    "E01",
                    at,
                    path,
                    format!("{} is not UTF-8 from byte {at_byte} on", path.display()),
                    "UTF-8 text",
                );
                return;
            }
        };
        let lines = lines(&text);
        let file = self.files.list.len();
        self.files.list.push((path.to_owned(), text));
        self.stack.push(normal);
        for (number, (start, len)) in (1..).zip(lines) {
            let row = Row { file, line: number, start, len };
            if self.rows.len() >= MOST_ROWS {
                break;
            }
            match self.included(&row) {
                Some((name, span)) => self.include(&name, path, span),
                None => self.rows.push(row),
            }
        }
        self.stack.pop();
    }

    /// The file name a row includes, and its place.
    fn included(&mut self, row: &Row) -> Option<(Result<String, token::Bad>, Span)> {
        let line = &self.files.text(row.file)[row.start..row.start + row.len];
        let line = &line[..token::code_len(line)];
        let word = line.split_whitespace().next().filter(|w| w.eq_ignore_ascii_case(".include"))?;
        let after = line.find(word)? + word.len();
        let argument = line[after..].trim();
        let start = row.start + after + (line[after..].len() - line[after..].trim_start().len());
        let span = Span { file: row.file, range: start..start + argument.len() };
        let name = if argument.starts_with(['"', '\'']) {
            token::string(argument, self.options.reference_escapes).and_then(|bytes| {
                String::from_utf8(bytes).map_err(|_| token::Bad::new("E21", "the name is not UTF-8", "a file name"))
            })
        } else {
            Ok(argument.split_whitespace().next().unwrap_or("").to_owned())
        };
        Some((name, span))
    }

    fn include(&mut self, name: &Result<String, token::Bad>, from: &Path, span: Span) {
        match name {
            Ok(name) if name.is_empty() => {
                self.error("E50", Some(span), from, ".include needs a file".into(), "a file name")
            }
            Ok(name) => {
                let beside = from.parent().unwrap_or(Path::new("")).join(name);
                self.file(&beside, Some(span));
            }
            Err(bad) => self.error(bad.code, Some(span), from, bad.message.clone(), bad.expected),
        }
    }
}

/// Start and length of each line; lines end with LF, CR or CRLF.
fn lines(text: &str) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && bytes[at - 1] == b'\r' => start = at + 1,
            b'\n' | b'\r' => {
                lines.push((start, at - start));
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < text.len() {
        lines.push((start, text.len() - start));
    }
    lines
}

/// A path without `.` and `..`, as far as that can be said without looking.
fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
