//! One module: its sections, labels and references, from its lines.

use super::diagnostic::{Diagnostic, Finder, Span};
use super::line::{self, Piece};
use super::source::{Files, ModuleLine};
use super::{Options, directive, operand, token};
use crate::image::{CommandDecl, Json, MailboxDecl, ValueDecl};
use crate::limits::{SYMBOLS, TOKEN};
use std::collections::{BTreeMap, BTreeSet};

/// Where a label or reference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Text,
    Data,
}

/// A label.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub section: Section,
    pub offset: u32,
    pub span: Span,
}

/// What of a symbol's address is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Address,
    Low,
    High,
    /// Offset in the symbol's own module and section.
    Offset,
}

/// Where a reference goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// Signed 12 bits of a code word: LDI and memory offsets.
    Imm12(usize),
    /// An absolute jump target in a code word.
    Jump(usize),
    /// A distance in words in a code word.
    Call(usize),
    /// A whole code word.
    Word(usize),
    /// Bytes of data, little-endian: offset and how many.
    Data(usize, usize),
}

/// A reference to a symbol.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub site: Site,
    pub name: String,
    pub part: Part,
    pub span: Span,
}

/// A declared command: its handler may be a symbol.
#[derive(Debug, Clone)]
pub(super) struct CommandEntry {
    pub decl: CommandDecl,
    pub handler: Option<String>,
    pub span: Span,
}

/// A module before it is linked.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub code: Vec<u32>,
    /// File and line of the instruction that starts at a word.
    pub places: Vec<(usize, usize, u32)>,
    pub data: Vec<u8>,
    pub labels: BTreeMap<String, Label>,
    pub exports: Vec<(String, Span)>,
    pub externs: Vec<(String, Span)>,
    pub imports: Vec<(String, Span)>,
    pub references: Vec<Reference>,
    pub entry: u32,
    pub entry_symbol: Option<(String, Span)>,
    pub values: Vec<(ValueDecl, Span)>,
    pub commands: Vec<CommandEntry>,
    pub mailboxes: Vec<(MailboxDecl, Json, Span)>,
}

/// A module being built.
pub(super) struct Builder<'a> {
    pub module: Module,
    pub section: Section,
    pub find: Finder<'a>,
    pub options: &'a Options,
    pub files: &'a Files,
    /// Lines up to this byte of this file belong to a declaration that began before.
    pub skip: (usize, usize),
}

/// Builds a module from its lines.
pub(super) fn build(rows: &[ModuleLine], files: &Files, options: &Options, found: &mut Vec<Diagnostic>) -> Module {
    let find = Finder { files, found };
    let mut builder =
        Builder { module: Module::default(), section: Section::Text, find, options, files, skip: (usize::MAX, 0) };
    for row in rows {
        let line = line::line(row, files);
        let skipped = builder.skip.0 == row.file && row.start < builder.skip.1;
        if !line.text.is_empty() && !skipped {
            builder.line(row, &line);
        }
        if builder.find.full() || !builder.fits(&line) {
            break;
        }
    }
    builder.check_references();
    builder.module
}

/// Most bytes of code, and of data.
const CAPACITY: usize = 0x1_0000;

impl Builder<'_> {
    /// Whether the module still fits the machine; if not, that is reported where it went over.
    fn fits(&mut self, line: &Piece<'_>) -> bool {
        let sizes = [("code", 4 * self.module.code.len()), ("data", self.module.data.len())];
        let Some((what, _)) = sizes.into_iter().find(|(_, bytes)| *bytes > CAPACITY) else { return true };
        let message = format!("here the {what} is over {CAPACITY} bytes; the rest is not read");
        self.find.error("L14", line.span.clone(), message, format!("at most {CAPACITY} bytes of {what}"));
        false
    }

    /// Whether all words of a line have a usable length; if not, that is reported.
    fn words_fit(&mut self, line: &Piece<'_>) -> bool {
        let Some(long) = token::longer(line.text, TOKEN.most as usize) else { return true };
        let span = line.part(long).span;
        self.find.error("E55", span, format!("a word {}", TOKEN.over()), "a shorter word");
        false
    }

    fn line(&mut self, row: &ModuleLine, line: &Piece<'_>) {
        if !self.words_fit(line) {
            return;
        }
        let rest = match line::label(line) {
            Some((name, rest)) => {
                self.label(&name);
                rest
            }
            None => line.clone(),
        };
        if rest.text.is_empty() {
            return;
        }
        let (word, arguments) = rest.first_word(|c: char| c.is_whitespace() || c == ',');
        if word.text.starts_with('.') {
            directive::directive(self, &word, &arguments);
        } else if self.section == Section::Data {
            self.find.hinted(
                "E10",
                word.span,
                "an instruction stands in .data",
                "a data directive",
                "switch back with .text",
            );
        } else {
            self.module.places.push((self.module.code.len(), row.file, row.line));
            operand::instruction(self, &word, &arguments);
        }
    }

    fn label(&mut self, name: &Piece<'_>) {
        if !token::is_name(name.text) {
            let hint = "only .entry and .export can use it";
            self.find.warning(
                "W01",
                name.span.clone(),
                format!("\"{}\" cannot be named in an operand", name.text),
                hint,
            );
        }
        let offset = self.offset();
        let label = Label { section: self.section, offset, span: name.span.clone() };
        if let Some(first) = self.module.labels.get(name.text) {
            let place = self.files.place(&first.span);
            let message = format!("the label \"{}\" is there already", name.text);
            self.find.hinted("E12", name.span.clone(), message, "a new name", format!("first at {place}"));
        } else if let Err(over) = SYMBOLS.check(self.module.labels.len() as u64 + 1) {
            self.find.error("E56", name.span.clone(), over.to_string(), "fewer labels");
        } else {
            self.module.labels.insert(name.text.to_owned(), label);
        }
    }

    /// Offset of what comes next in the present section.
    pub fn offset(&self) -> u32 {
        match self.section {
            Section::Text => 4 * self.module.code.len() as u32,
            Section::Data => self.module.data.len() as u32,
        }
    }

    /// Every reference must name a label of the module or a declared symbol.
    fn check_references(&mut self) {
        let Module { labels, externs, imports, references, exports, entry_symbol, .. } = &self.module;
        let declared: BTreeSet<&str> = externs.iter().chain(imports).map(|(name, _)| name.as_str()).collect();
        for r in references {
            match labels.get(&r.name) {
                Some(label) if r.part == Part::Offset && label.section == Section::Text => {
                    let message = format!("off16() of \"{}\", which is a text label", r.name);
                    self.find.error("E31", r.span.clone(), message, "a data label");
                }
                None if !declared.contains(r.name.as_str()) => {
                    let hint = self.find.near(
                        &r.name,
                        labels.keys().map(String::as_str),
                        "declare it with .import if it is in another source",
                    );
                    self.find.hinted(
                        "E30",
                        r.span.clone(),
                        format!("\"{}\" is not defined", r.name),
                        "a label or an imported symbol",
                        hint,
                    );
                }
                _ => {}
            }
        }
        for (name, span) in exports.iter().filter(|(n, _)| !labels.contains_key(n)) {
            let hint = self.find.near(name, labels.keys().map(String::as_str), "it is exported nowhere");
            self.find.warning("W02", span.clone(), format!("\"{name}\" is exported but not defined"), hint);
        }
        if let Some((name, span)) = entry_symbol.as_ref().filter(|(n, _)| !labels.contains_key(n)) {
            let (code, message) = match declared.contains(name.as_str()) {
                true => ("E33", format!("the entry \"{name}\" is declared but not defined here")),
                false => ("E30", format!("the entry \"{name}\" is not defined")),
            };
            let hint = self.find.near(name, labels.keys().map(String::as_str), "");
            self.find.hinted(code, span.clone(), message, "a label of this source", hint);
        }
    }
}
