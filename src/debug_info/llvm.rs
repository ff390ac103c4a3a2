//! The metadata of a module in LLVM's textual form: one entry a line as clang writes it, or over several lines.
//!
//! Read are `!N = …`, `define … @f(…) !dbg !N` and `@g = … !dbg !N` where a line begins with them, nothing else. They are found
//! once; an entry is taken apart when it is asked for.

mod entry;

pub use entry::{Entry, Value};

use std::collections::BTreeMap;

/// Lines that an entry may have.
const LINES: usize = 256;

/// The number of an entry: `24` for `!24`.
pub type Id = u32;

/// The metadata of one module.
#[derive(Debug, Default)]
pub struct Metadata<'t> {
    /// The text behind `!N = `, by number.
    entries: BTreeMap<Id, &'t str>,
    /// The functions that are defined: the name in the code, and their entry.
    pub functions: Vec<(&'t str, Id)>,
    /// The variables that are defined, in order.
    pub globals: Vec<Definition<'t>>,
}

/// A variable's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition<'t> {
    /// The name in the code, without the `@`.
    pub label: &'t str,
    /// Its type and value, as written: `i32 5`.
    pub value: &'t str,
    /// What its address is a multiple of.
    pub align: u32,
    /// Its entry, if it has one.
    pub id: Option<Id>,
}

impl<'t> Metadata<'t> {
    /// Finds the entries of a text.
    #[must_use]
    pub fn new(text: &'t str) -> Metadata<'t> {
        let mut found = Metadata::default();
        let mut rest = text;
        while !rest.is_empty() {
            let line = first_line(rest);
            let entry = if line.starts_with('!') { whole_entry(rest) } else { line };
            rest = rest[entry.len()..].strip_prefix('\n').unwrap_or(&rest[entry.len()..]);
            match line.as_bytes().first() {
                Some(b'!') => found.entries.extend(numbered(entry)),
                Some(b'@') => found.globals.extend(definition(line.trim_end())),
                Some(b'd') if line.starts_with("define ") => found.functions.extend(function(line)),
                _ => {}
            }
        }
        found
    }

    /// An entry, if it is there and well formed.
    #[must_use]
    pub fn get(&self, id: Id) -> Option<Entry<'t>> {
        Entry::read(self.entries.get(&id)?)
    }

    /// The members of a list entry, `!{!1, !2}`; empty for anything else.
    #[must_use]
    pub fn list(&self, id: Id) -> Vec<Id> {
        let Some(text) = self.entries.get(&id).copied() else { return Vec::new() };
        let items = text.strip_prefix("!{").and_then(|rest| rest.strip_suffix('}'));
        items.into_iter().flat_map(|items| items.split(',')).filter_map(|item| reference(item.trim())).collect()
    }

    /// The members of a list of types, in which `null` stands for `void`.
    #[must_use]
    pub fn types(&self, id: Id) -> Vec<Option<Id>> {
        let Some(text) = self.entries.get(&id).copied() else { return Vec::new() };
        let items = text.strip_prefix("!{").and_then(|rest| rest.strip_suffix('}')).filter(|items| !items.is_empty());
        items.into_iter().flat_map(|items| items.split(',')).map(|item| reference(item.trim())).collect()
    }

    /// All entries of a kind, by number.
    pub fn of_kind<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = (Id, Entry<'t>)> + 's {
        let is_kind = move |text: &str| {
            let text = text.strip_prefix("distinct ").unwrap_or(text);
            text.strip_prefix('!').and_then(|text| text.strip_prefix(kind)).is_some_and(|rest| rest.starts_with('('))
        };
        let of_kind = self.entries.iter().filter(move |(_, text)| is_kind(text));
        of_kind.filter_map(|(id, text)| Some((*id, Entry::read(text)?)))
    }
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

/// The entry that a text begins with: its line, and those behind it up to the one in which its brackets are closed. Where they never
/// are it is the line alone.
fn whole_entry(text: &str) -> &str {
    let (mut depth, mut end) = (0_usize, 0);
    for line in text.split('\n').take(LINES) {
        // The next one begins.
        if end > 0 && line.starts_with(['!', '@', 'd']) {
            break;
        }
        let mut quoted = false;
        for byte in line.bytes() {
            match byte {
                b'"' => quoted = !quoted,
                b'(' | b'{' if !quoted => depth += 1,
                b')' | b'}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        end += line.len();
        if depth == 0 || quoted {
            return &text[..end];
        }
        end += 1;
    }
    first_line(text)
}

/// The number of `!24`.
pub fn reference(text: &str) -> Option<Id> {
    text.strip_prefix('!')?.parse().ok()
}

/// `!24 = …`.
fn numbered(line: &str) -> Option<(Id, &str)> {
    let (id, text) = line.split_once(" = ")?;
    Some((reference(id)?, text.trim_end()))
}

/// The entry at the end of a line: `…, !dbg !24`.
fn attached(line: &str) -> Option<Id> {
    let (_, rest) = line.rsplit_once("!dbg ")?;
    let end = rest.find(|c: char| c != '!' && !c.is_ascii_digit()).unwrap_or(rest.len());
    reference(&rest[..end])
}

/// A name behind `@`, which may be in quotes, and what follows it.
fn named(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('@')?;
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split_once('"');
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "._$-".contains(c))).unwrap_or(text.len());
    Some(text.split_at(end))
}

/// `define i32 @main() #0 !dbg !15 {`.
fn function(line: &str) -> Option<(&str, Id)> {
    let (name, _) = named(&line[line.find('@')?..])?;
    Some((name, attached(line)?))
}

/// `@count = internal global i32 0, align 4, !dbg !15`.
fn definition(line: &str) -> Option<Definition<'_>> {
    let (label, rest) = named(line)?;
    let rest = rest.strip_prefix(" = ").filter(|rest| !rest.starts_with("external "))?;
    let value = ["global ", "constant "].iter().find_map(|word| Some(rest.split_once(word)?.1))?;
    let align = rest.rsplit_once(", align ").map_or("", |(_, rest)| rest.split(',').next().unwrap_or_default());
    Some(Definition { label, value, align: align.trim().parse().unwrap_or(1), id: attached(rest) })
}

#[cfg(test)]
mod tests;
