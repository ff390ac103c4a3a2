//! Debug files of the C compiler (`.dbg`), laid over an assembled image: lines, functions and locals of the C source in
//! place of those of the assembler text.
//!
//! A debug file counts the instructions of its module. Their addresses are known here, so nothing drifts.

use super::Assembled;
use crate::image::json::{self, Json, JsonError};
use crate::image::{Image, Space, Symbols, read_symbols};
use crate::isa::Insn;
use std::collections::BTreeMap;
use std::ops::Range;
use thiserror::Error;

/// Why debug files do not fit the sources.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DebugFileError {
    /// It is not JSON.
    #[error("{file}: bad JSON: {source}")]
    Json {
        /// Which file.
        file: String,
        /// What is wrong.
        source: JsonError,
    },
    /// No source has its stem.
    #[error("{0}: no source of this name is assembled")]
    NoModule(String),
    /// A source has no debug file while others have.
    #[error("{0}.dbg is expected: every source has one, or none; for one without C it holds {{}}")]
    Missing(String),
    /// It counts other instructions than the source has.
    #[error("{stem}.dbg is of another {stem}.mvasm: it counts {counted} instructions, there are {there}")]
    OtherBuild {
        /// The stem of both.
        stem: String,
        /// Instructions it counts.
        counted: usize,
        /// Instructions of the source.
        there: usize,
    },
}

/// A debug file: its name without directory and ending, and its text.
pub type DebugFile = (String, String);

impl Assembled {
    /// Takes the lines, functions and locals of C from debug files, one for each source, in any order.
    ///
    /// # Errors
    /// A file is not JSON, or does not fit its source; then nothing has changed.
    pub fn attach(&mut self, files: &[DebugFile]) -> Result<(), DebugFileError> {
        let mut left: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (stem, text) in files {
            left.entry(stem).or_default().push(text);
        }
        let mut found = Vec::new();
        for (stem, range) in &self.modules {
            let texts = left.get_mut(stem.as_str()).filter(|texts| !texts.is_empty());
            let text = texts.ok_or_else(|| DebugFileError::Missing(stem.clone()))?.remove(0);
            let root =
                json::parse(text).map_err(|source| DebugFileError::Json { file: format!("{stem}.dbg"), source })?;
            if !root.is_empty() {
                found.push((range.clone(), symbols(stem, &root, range, &self.image)?));
            }
        }
        if let Some((stem, _)) = left.iter().find(|(_, texts)| !texts.is_empty()) {
            return Err(DebugFileError::NoModule(format!("{stem}.dbg")));
        }
        for (range, symbols) in found {
            self.lay_over(&range, symbols);
        }
        self.symbols.modules = self.modules.iter().map(|(_, range)| range.clone()).collect();
        self.symbols.sort();
        Ok(())
    }

    /// Puts the lines and names of a module's C source in place of those of its assembler text.
    fn lay_over(&mut self, range: &Range<u32>, from: Symbols) {
        let own = &mut self.symbols;
        let first = own.files.len();
        own.files.extend(from.files);
        own.lines.retain(|l| !range.contains(&l.address));
        own.lines.extend(from.lines.into_iter().map(|l| crate::image::Line { file: l.file + first, ..l }));
        for function in from.functions {
            let named = |s: &&mut crate::image::Symbol| {
                (s.space, s.address, &s.name) == (Space::Code, function.start, &function.name)
            };
            if let Some(symbol) = own.symbols.iter_mut().find(named) {
                (symbol.size, symbol.function) = (function.end - function.start, true);
            }
            own.functions.push(crate::image::Function { file: function.file.map(|file| file + first), ..function });
        }
        own.locals.extend(from.locals);
    }
}

/// What a debug file says of a module, with addresses.
fn symbols(stem: &str, root: &Json, range: &Range<u32>, image: &Image) -> Result<Symbols, DebugFileError> {
    let places = instructions(image, range);
    let ordinals = list(root, "line_map").iter().filter_map(|entry| number(entry, "mvasm_ordinal"));
    let counted = ordinals.max().map_or(0, |highest| highest + 1);
    let there = places.len() - 1;
    if counted != there {
        return Err(DebugFileError::OtherBuild { stem: stem.to_owned(), counted, there });
    }
    // Ends of ranges may lie one behind the last instruction.
    let address = |ordinal: usize| Json::Int(places[ordinal.min(there)].to_string());
    let at = |entry: &Json, key: &str| number(entry, key).map(address);
    let instruction = |entry: &Json| {
        let mut row = vec![("pc", at(entry, "mvasm_ordinal"))];
        let keys = [("file", "source_file"), ("directory", "source_directory"), ("line", "source_line")];
        row.extend(keys.map(|(key, from)| (key, entry.get(from).cloned())));
        row.push(("source_kind", entry.get("source_kind").cloned()));
        object(row)
    };
    let function = |entry: &Json| {
        let start = number(entry, "mvasm_start_ordinal")?;
        let end = number(entry, "mvasm_end_ordinal").unwrap_or(start).max(start) + 1;
        let size = places[end.min(there)].checked_sub(places[start.min(there)])?;
        let file = entry.get("file").map(|file| file.get("filename").unwrap_or(file).clone());
        let name = entry.get("name").or(entry.get("function")).cloned();
        Some(object(vec![
            ("name", name),
            ("address", Some(address(start))),
            ("size", Some(Json::Int(size.to_string()))),
            ("file", file),
            ("line", entry.get("line").cloned()),
        ]))
    };
    let local = |entry: &Json| {
        let range = |range: &Json| {
            let location = range.get("location").cloned();
            object(vec![
                ("start", at(range, "start_ordinal")),
                ("end", at(range, "end_ordinal")),
                ("location", location),
            ])
        };
        let keys = ["name", "function", "line", "scope"].map(|key| (key, entry.get(key).cloned()));
        let locations = list(entry, "locations").iter().map(range).collect();
        object(keys.into_iter().chain([("locations", Some(Json::List(locations)))]).collect())
    };
    let all = |key: &str, of: &dyn Fn(&Json) -> Json| Some(Json::List(list(root, key).iter().map(of).collect()));
    let functions = list(root, "functions").iter().filter_map(function).collect();
    let names = object(vec![("functions", Some(Json::List(functions))), ("locals", all("variables", &local))]);
    let whole = object(vec![
        ("addresses", Some(Json::Text("words".to_owned()))),
        ("instructions", all("line_map", &instruction)),
        ("symbols", Some(names)),
    ]);
    Ok(read_symbols(&whole, image))
}

fn object(fields: Vec<(&str, Option<Json>)>) -> Json {
    let there = |(key, value): (&str, Option<Json>)| Some((key.to_owned(), value?));
    Json::Object(fields.into_iter().filter_map(there).collect())
}

fn list<'j>(object: &'j Json, key: &str) -> &'j [Json] {
    match object.get(key) {
        Some(Json::List(list)) => list,
        _ => &[],
    }
}

fn number(entry: &Json, key: &str) -> Option<usize> {
    entry.get(key).and_then(Json::integer).and_then(|n| usize::try_from(n).ok())
}

/// The addresses of a module's instructions, and its end.
fn instructions(image: &Image, range: &Range<u32>) -> Vec<u32> {
    let mut places = vec![range.start];
    let mut at = range.start;
    while at < range.end {
        at += Insn::decode(image.code[at as usize / 4], None).map_or(4, |insn| insn.size());
        places.push(at.min(range.end));
    }
    places
}
