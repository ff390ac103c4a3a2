//! From the text of a `.sym` file to names and lines: the HSX linker's form, and the plain form
//! with `symbols` and `lines`. It does not look for the files that lines come from.

use super::SymError;
use super::drift::{Counted, Modules};
use super::locals;
use crate::image::json::{self, Json, integer_literal};
use crate::image::{BANK_BASE, Function, Image, Line, LocalVariable, SourceFile, Space, Symbol, Symbols};
use crate::limits::SYMBOLS;
use std::collections::BTreeMap;

/// Members of `symbols` that are lists or labels, and so no symbols of the map form.
const LISTS: [&str; 5] = ["functions", "variables", "locals", "labels", "symbols"];

/// Reads a `.sym` file for an image: names, lines and warnings.
///
/// Files made by the HSX reference linker count instructions where they should count words; with an
/// LDI32 before them their addresses are corrected.
///
/// # Errors
/// It is not a JSON object. What is odd inside it is left out.
pub fn read_sym(text: &str, image: &Image) -> Result<(Symbols, Vec<String>), SymError> {
    let root = json::parse(text)?;
    if !matches!(root, Json::Object(_)) {
        return Err(SymError::NoObject);
    }
    let (symbols, shifted) = read(&root, image);
    SYMBOLS.check(symbols.symbols.len().max(symbols.lines.len()) as u64)?;
    let mut warnings = warnings(&root, image);
    warnings.extend(shifted);
    Ok((symbols, warnings))
}

/// Reads the content of a `.sym` file for an image. What is odd inside it is left out.
#[must_use]
pub fn read_symbols(root: &Json, image: &Image) -> Symbols {
    read(root, image).0
}

/// Names and lines, and a warning.
fn read(root: &Json, image: &Image) -> (Symbols, Option<String>) {
    let modules = Modules::new(root, image);
    let labels = labels(root);
    let counted = modules.counted(root, &labels);
    let shifted = matches!(counted, Counted::PerhapsInstructions)
        .then(|| "the line table may be shifted: it may count instructions where it should count words".to_owned());
    let ranges: Vec<_> = modules.ranges().collect();
    let drift = matches!(counted, Counted::Instructions).then_some(modules);
    let mut reader = Reader::new(root, image, labels, drift);
    reader.names();
    reader.lines();
    reader.locals();
    let mut symbols = reader.symbols();
    symbols.modules = if ranges.len() > 1 { ranges } else { Vec::new() };
    symbols.sort();
    (symbols, shifted)
}

fn warnings(root: &Json, image: &Image) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(crc) = root.get("hxe_crc").and_then(Json::integer)
        && crc != i128::from(image.crc)
    {
        warnings.push(format!(
            "the symbol file is of another image: its CRC is 0x{crc:08X}, the image's 0x{:08X}",
            image.crc
        ));
    }
    if root.get("version").is_some_and(|v| v.integer() != Some(1)) {
        warnings.push("the symbol file has an unknown version, 1 is expected".to_owned());
    }
    warnings
}

/// The first of several keys that is there and not null.
fn first<'a>(entry: &'a Json, keys: &[&str]) -> Option<&'a Json> {
    keys.iter().find_map(|key| entry.get(key).filter(|v| **v != Json::Null))
}

pub(super) fn address(entry: &Json) -> Option<u32> {
    let value = first(entry, &["address", "addr", "abs_addr", "absolute", "offset", "pc"])?;
    u32::try_from(value.integer()?).ok()
}

pub(super) fn name(entry: &Json) -> Option<&str> {
    first(entry, &["name", "symbol"])?.text()
}

pub(super) fn items<'a>(object: Option<&'a Json>, key: &str) -> &'a [Json] {
    match object.and_then(|o| o.get(key)) {
        Some(Json::List(list)) => list,
        _ => &[],
    }
}

struct Reader<'a> {
    image: &'a Image,
    root: &'a Json,
    /// Addresses of exported names. A name of one module may be another's too.
    labels: BTreeMap<&'a str, Vec<u32>>,
    drift: Option<Modules>,
    /// By space, address and name: size, and whether it is a function.
    names: BTreeMap<(Space, u32, String), (u32, bool)>,
    /// Functions of known size, with the files they are said to be in.
    functions: Vec<(Function, Option<String>)>,
    lines: Vec<Line>,
    files: Vec<SourceFile>,
    file_index: BTreeMap<String, usize>,
    locals: Vec<LocalVariable>,
}

impl<'a> Reader<'a> {
    fn new(
        root: &'a Json,
        image: &'a Image,
        labels: BTreeMap<&'a str, Vec<u32>>,
        drift: Option<Modules>,
    ) -> Reader<'a> {
        Reader {
            image,
            root,
            labels,
            drift,
            names: BTreeMap::new(),
            functions: Vec::new(),
            lines: Vec::new(),
            files: Vec::new(),
            file_index: BTreeMap::new(),
            locals: Vec::new(),
        }
    }

    /// What has been read.
    fn symbols(self) -> Symbols {
        let symbol = |((space, address, name), (size, function))| Symbol { name, space, address, size, function };
        let (mut lines, files) = (self.lines, self.files);
        lines.sort_by_key(|l| l.address);
        let function = |(mut function, file): (Function, Option<String>)| {
            let from = lines.partition_point(|l| l.address < function.start);
            let inside = lines[from..].iter().take_while(|l| l.address < function.end);
            let mut named = inside.filter(|l| file.as_ref().is_some_and(|file| is_path_of(&files[l.file].path, file)));
            function.file = named.next().map(|l| l.file);
            function
        };
        Symbols {
            functions: self.functions.into_iter().map(function).collect(),
            symbols: self.names.into_iter().map(symbol).collect(),
            locals: self.locals,
            modules: Vec::new(),
            lines,
            files,
        }
    }

    fn section(&self) -> Option<&'a Json> {
        self.root.get("symbols")
    }

    fn place(&self, at: u32) -> u32 {
        self.drift.as_ref().map_or(at, |drift| drift.place(at))
    }

    /// Where a symbol is of which nothing but the address is known.
    fn space_of(&self, address: u32) -> Space {
        let code = 4 * self.image.code.len() as u32;
        if address >= BANK_BASE.max(code) { Space::Data } else { Space::Code }
    }

    fn names(&mut self) {
        let lists = [("functions", Some(Space::Code)), ("variables", Some(Space::Data)), ("symbols", None)];
        for (key, space) in lists {
            for entry in items(self.section(), key).iter().chain(items(Some(self.root), key)) {
                if let Some(name) = name(entry) {
                    self.entry(name, entry, space);
                }
            }
        }
        if let Some(Json::Object(map)) = self.section() {
            for (name, entry) in map.iter().filter(|(name, _)| !LISTS.contains(&name.as_str())) {
                self.entry(name, entry, None);
            }
        }
        for (name, places) in std::mem::take(&mut self.labels) {
            for at in places {
                // Data that is exported is also listed as a variable.
                let data = self.names.contains_key(&(Space::Data, at, name.to_owned()));
                let space = if data { Space::Data } else { self.space_of(at) };
                self.add(name, space, at, 0, false);
            }
        }
    }

    fn entry(&mut self, name: &str, entry: &Json, listed: Option<Space>) {
        let Some(stated) = address(entry) else { return };
        let kind = first(entry, &["type", "kind", "section"]).and_then(Json::text);
        let space = match kind {
            Some("variable" | "data" | "rodata") => Space::Data,
            Some("function" | "text" | "code") => Space::Code,
            _ => listed.unwrap_or_else(|| self.space_of(stated)),
        };
        let size = number(entry, "size").unwrap_or(0);
        let function = listed == Some(Space::Code) || kind == Some("function");
        let (mut at, mut size) = (stated, size);
        if space == Space::Code && self.drift.is_some() {
            at = self.place(stated);
            size = self.place(stated.saturating_add(size)).saturating_sub(at);
        }
        // What the linker says of a label is right in any case.
        if let Some([label]) = self.labels.get(name).map(Vec::as_slice) {
            at = *label;
        }
        if function && size > 0 {
            self.function(name, at, size, entry);
        }
        self.add(name, space, at, size, function);
    }

    fn function(&mut self, name: &str, start: u32, size: u32, entry: &Json) {
        let line = number(entry, "line").unwrap_or(0);
        let function = Function { name: name.to_owned(), start, end: start.saturating_add(size), file: None, line };
        let file = first(entry, &["file", "source"]).and_then(Json::text);
        self.functions.push((function, file.map(str::to_owned)));
    }

    fn add(&mut self, name: &str, space: Space, address: u32, size: u32, function: bool) {
        let known = self.names.entry((space, address, name.to_owned())).or_default();
        *known = (known.0.max(size), known.1 | function);
    }

    fn lines(&mut self) {
        let root = self.root;
        for key in ["lines", "line_table", "line_map", "instructions"] {
            match root.get(key) {
                Some(Json::List(list)) => list.iter().for_each(|entry| {
                    if let Some(at) = address(entry) {
                        let at = if key == "instructions" { self.place(at) } else { at };
                        self.line(at, entry);
                    }
                }),
                Some(Json::Object(map)) => map.iter().for_each(|(at, entry)| {
                    if let Some(at) = integer_literal(at).and_then(|n| u32::try_from(n).ok()) {
                        self.line(at, entry);
                    }
                }),
                _ => {}
            }
            if !self.lines.is_empty() {
                return;
            }
        }
    }

    fn locals(&mut self) {
        let read = |entry| locals::read(entry, &|at| self.place(at));
        self.locals = items(self.section(), "locals").iter().filter_map(read).collect();
    }

    fn line(&mut self, address: u32, entry: &Json) {
        let line = number(entry, "line").filter(|line| *line > 0);
        let glue = entry.get("source_kind").and_then(Json::text) == Some("compiler");
        let file = first(entry, &["file", "source"]).and_then(Json::text);
        let (Some(line), Some(file), false) = (line, file, glue) else { return };
        let file = self.file(source_path(entry.get("directory").and_then(Json::text), file));
        self.lines.push(Line { address, file, line });
    }

    fn file(&mut self, path: String) -> usize {
        *self.file_index.entry(path).or_insert_with_key(|path| {
            self.files.push(SourceFile { path: path.clone(), text: None, newer: false });
            self.files.len() - 1
        })
    }
}

/// A file's path from the directory it was compiled in; `.` and `./` say nothing.
#[must_use]
pub fn source_path(directory: Option<&str>, file: &str) -> String {
    let plain = |mut path: &str| {
        while let Some(rest) = path.strip_prefix("./") {
            path = rest.trim_start_matches('/');
        }
        path.to_owned()
    };
    let directory = plain(directory.unwrap_or_default());
    match directory.trim_end_matches('/') {
        "" | "." => plain(file),
        _ if file.starts_with('/') => file.to_owned(),
        directory => format!("{directory}/{}", plain(file)),
    }
}

/// Whether a file that is called so somewhere may be the one with a path.
fn is_path_of(path: &str, named: &str) -> bool {
    let named = source_path(None, named);
    path == named || ends_in(path, &named)
}

/// Whether a path ends in another one.
fn ends_in(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|directory| directory.ends_with('/'))
}

/// Which source files, by their paths, a name that is typed means: those with exactly that path; else all whose
/// paths end in it, or are the end of it if it begins at the root.
#[must_use]
pub fn sources_named<'p>(paths: impl IntoIterator<Item = &'p str>, name: &str) -> Vec<usize> {
    let name = source_path(None, name);
    let paths: Vec<String> = paths.into_iter().map(|path| source_path(None, path)).collect();
    let those = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
        paths.iter().enumerate().filter(|(_, path)| is(path)).map(|(i, _)| i).collect()
    };
    let exact = those(&|path| path == name);
    if !exact.is_empty() {
        return exact;
    }
    those(&|path| ends_in(path, &name) || name.starts_with('/') && ends_in(&name, path))
}

fn number(entry: &Json, key: &str) -> Option<u32> {
    entry.get(key).and_then(Json::integer).and_then(|n| u32::try_from(n).ok())
}

/// Labels by name, from the list of labels by address.
fn labels(root: &Json) -> BTreeMap<&str, Vec<u32>> {
    let mut found: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let Some(Json::Object(labels)) = root.get("symbols").and_then(|s| s.get("labels")) else { return found };
    for (key, names) in labels {
        let Some(at) = integer_literal(key).and_then(|n| u32::try_from(n).ok()) else { continue };
        let Json::List(names) = names else { continue };
        for name in names.iter().filter_map(Json::text) {
            found.entry(name).or_default().push(at);
        }
    }
    found
}
