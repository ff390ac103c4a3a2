//! Source files and their lines, includes expanded.

use super::diagnostic::{Diagnostic, Finder, Span};
use super::{Options, token};
use crate::limits::{INCLUDE_DEPTH, INCLUDED, INCLUDES, LINE, LINES, Limit};
use std::io;
use std::path::{Component, Path, PathBuf};

/// A source that has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct File {
    path: PathBuf,
    text: String,
    /// Where each line starts and how long it is without its end.
    lines: Vec<(usize, usize)>,
}

/// The sources read so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    list: Vec<File>,
}

impl Files {
    fn add(&mut self, path: &Path, text: String) -> usize {
        let lines = lines(&text);
        self.list.push(File { path: path.to_owned(), text, lines });
        self.list.len() - 1
    }

    /// Path and text of each file.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.list.iter().map(|file| (file.path.as_path(), file.text.as_str()))
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, file: usize) -> &str {
        self.list.get(file).map_or("", |file| &file.text)
    }

    /// The path of a file.
    #[must_use]
    pub fn path(&self, file: usize) -> String {
        self.list.get(file).map_or_else(String::new, |file| file.path.display().to_string())
    }

    /// The line a byte is in, from 0, and where that starts and how long it is.
    pub(super) fn line_of(&self, file: usize, at: usize) -> (usize, (usize, usize)) {
        let lines = self.list.get(file).map_or(&[][..], |file| &file.lines);
        let number = lines.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        (number, lines.get(number).copied().unwrap_or_default())
    }

    /// Line and column of a byte, from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, file: usize, at: usize) -> (usize, usize) {
        let text = self.text(file);
        let (number, (start, _)) = self.line_of(file, at);
        let end = text.floor_char_boundary(at.min(text.len())).max(start);
        (number + 1, text[start..end].chars().count() + 1)
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
pub(super) struct ModuleLine {
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
) -> Vec<ModuleLine> {
    let mut expander = Expander {
        files,
        read,
        found,
        options,
        stack: Vec::new(),
        rows: Vec::new(),
        bytes: 0,
        includes: 0,
        full: false,
    };
    expander.file(path, None);
    expander.rows
}

struct Expander<'a> {
    files: &'a mut Files,
    read: &'a mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
    found: &'a mut Vec<Diagnostic>,
    options: &'a Options,
    stack: Vec<PathBuf>,
    rows: Vec<ModuleLine>,
    /// Bytes and files included so far.
    bytes: u64,
    includes: u64,
    /// A limit was reached: nothing more is read.
    full: bool,
}

impl Expander<'_> {
    fn error(&mut self, code: &'static str, at: Option<Span>, path: &Path, message: String, expected: &str) {
        let span = at.unwrap_or_else(|| Span { file: self.files.add(path, String::new()), range: 0..0 });
        Finder { files: self.files, found: self.found }.error(code, span, message, expected);
    }

    /// Whether an amount is within a limit; if not, that is reported and nothing more is read.
    fn within(&mut self, limit: &Limit, amount: u64, at: Option<&Span>, path: &Path) -> bool {
        let Err(over) = limit.check(amount) else { return true };
        self.full = true;
        self.error("E53", at.cloned(), path, format!("{}: {over}", path.display()), "less to read");
        false
    }

    fn file(&mut self, path: &Path, at: Option<Span>) {
        let normal = normalize(path);
        if self.stack.contains(&normal) {
            let message = format!("{} includes itself", path.display());
            self.error("E51", at, path, message, "a file that is not being included");
            return;
        }
        if !self.within(&INCLUDE_DEPTH, self.stack.len() as u64, at.as_ref(), path)
            || !self.within(&INCLUDES, self.includes, at.as_ref(), path)
        {
            return;
        }
        self.includes += 1;
        let Some(text) = self.text(path, at.as_ref()) else { return };
        let file = self.files.add(path, text);
        self.stack.push(normal);
        let mut at = 0;
        while let Some(&(start, len)) = self.files.list[file].lines.get(at).filter(|_| !self.full) {
            at += 1;
            self.row(&ModuleLine { file, line: at as u32, start, len }, path);
        }
        self.stack.pop();
    }

    fn row(&mut self, row: &ModuleLine, path: &Path) {
        let here = Span { file: row.file, range: row.start..row.start };
        if !self.within(&LINE, row.len as u64, Some(&here), path) {
            return;
        }
        match self.included(row) {
            Some((name, span)) => self.include(&name, path, span),
            None if self.within(&LINES, self.rows.len() as u64 + 1, Some(&here), path) => self.rows.push(row.clone()),
            None => {}
        }
    }

    /// A file's text. What is not UTF-8 is an error at its first byte, in the text with replacement characters.
    fn text(&mut self, path: &Path, at: Option<&Span>) -> Option<String> {
        let bytes = match (self.read)(path) {
            Ok(bytes) => bytes,
            Err(e) => {
                let code = if at.is_some() && e.kind() == io::ErrorKind::NotFound { "E52" } else { "E01" };
                let message = format!("{} cannot be read: {e}", path.display());
                self.error(code, at.cloned(), path, message, "a file that can be read");
                return None;
            }
        };
        self.bytes += bytes.len() as u64;
        if !self.within(&INCLUDED, self.bytes, at, path) {
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text)),
            Err(e) => {
                let (first, bad) = (e.utf8_error().valid_up_to(), e.as_bytes());
                let message = format!("the byte 0x{:02X} is not UTF-8", bad.get(first).copied().unwrap_or_default());
                let file = self.files.add(path, String::from_utf8_lossy(bad).into_owned());
                let range = first..first + '\u{FFFD}'.len_utf8();
                let mut find = Finder { files: self.files, found: self.found };
                find.hinted("E02", Span { file, range }, message, "UTF-8 text", encoding(bad));
                None
            }
        }
    }

    /// The file name a row includes, and its place.
    fn included(&mut self, row: &ModuleLine) -> Option<(Result<String, token::Bad>, Span)> {
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

/// In what a text may be written that is not UTF-8, as a hint.
fn encoding(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the file is in UTF-16: save it as UTF-8",
        _ => "the file may be in Latin-1",
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
