//! Diagnostics shown in their source, the place marked.

use super::diagnostic::{Diagnostic, Failure, Severity};
use super::source::Files;
use ariadne::{Cache, Color, Config, IndexType, Label, Report, ReportKind, Source};
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

/// Control characters as their pictures: a source is untrusted, and one character stays one.
fn visible(text: &str) -> String {
    let picture = |c: char| match c {
        '\n' | '\t' => c,
        '\u{7F}' => '\u{2421}',
        '\0'..'\u{20}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('?'),
        '\u{80}'..='\u{9F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}' => '\u{FFFD}',
        c => c,
    };
    text.chars().map(picture).collect()
}

/// Errors that are shown with their lines; the others, and those in long lines, are one line each.
const SHOWN: usize = 100;
/// The longest line that is shown.
const LONG: usize = 400;

/// The sources of the errors that are shown.
struct Sources {
    names: Vec<String>,
    texts: BTreeMap<usize, Source<String>>,
}

impl Cache<usize> for Sources {
    type Storage = String;

    fn fetch(&mut self, id: &usize) -> Result<&Source<String>, impl Debug> {
        self.texts.get(id).ok_or("no such file")
    }

    fn display<'a>(&self, id: &'a usize) -> Option<impl Display + 'a> {
        self.names.get(*id).cloned()
    }
}

/// Shows diagnostics with their lines.
fn render(list: &[Diagnostic], files: &Files, color: bool) -> String {
    let names = files.iter().map(|(path, _)| visible(&path.display().to_string())).collect();
    let mut sources = Sources { names, texts: BTreeMap::new() };
    let mut out = Vec::new();
    for (i, d) in list.iter().enumerate() {
        let (_, (_, length)) = files.line_of(d.span.file, d.span.range.start);
        if i >= SHOWN || length > LONG {
            out.extend(format!("{}\n", visible(&d.to_string())).into_bytes());
            continue;
        }
        sources.texts.entry(d.span.file).or_insert_with(|| Source::from(visible(files.text(d.span.file))));
        let (kind, tint) = match d.severity {
            Severity::Error => (ReportKind::Error, Color::Red),
            Severity::Warning => (ReportKind::Warning, Color::Yellow),
        };
        let text = files.text(d.span.file);
        let chars = |at: usize| text[..text.floor_char_boundary(at.min(text.len()))].chars().count();
        let start = chars(d.span.range.start);
        let range = start..chars(d.span.range.end).max(start + usize::from(!text.is_empty()));
        let mark = if d.expected.is_empty() { "here".to_owned() } else { format!("expected {}", visible(&d.expected)) };
        let config = Config::default().with_color(color).with_index_type(IndexType::Char);
        let mut report = Report::build(kind, (d.span.file, range.clone()))
            .with_config(config)
            .with_code(d.code)
            .with_message(visible(&d.message))
            .with_label(Label::new((d.span.file, range)).with_message(mark).with_color(tint));
        if let Some(hint) = &d.hint {
            report = report.with_help(visible(hint));
        }
        // Writing to a Vec cannot fail, and every file a span names is there.
        let _ = report.finish().write(&mut sources, &mut out);
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Failure {
    /// All errors, each with its line and the place marked.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        render(&self.errors, &self.files, color)
    }
}

impl super::Assembled {
    /// All warnings, each with its line and the place marked; empty if there are none.
    #[must_use]
    pub fn render_warnings(&self, color: bool) -> String {
        render(&self.warnings, &self.files, color)
    }
}
