//! From the text of a `.sym` file to names and lines: the HSX linker's form, and the plain form
//! with `symbols` and `lines`. It does not look for the files that lines come from.

use super::SymError;
use crate::image::json::{self, Json, integer_literal};
use crate::image::{BANK_BASE, Image, Line, SourceFile, Space, Symbol, Symbols};
use crate::limits::SYMBOLS;
use std::collections::{BTreeMap, BTreeSet};

const LDI32: u32 = 0x60;
/// Members of `symbols` that are lists or labels, and so no symbols of the map form.
const LISTS: [&str; 5] = ["functions", "variables", "locals", "labels", "symbols"];

/// Reads a `.sym` file for an image: names, lines and warnings.
///
/// Files made by the HSX linker count instructions where they should count words; with an LDI32
/// before them their addresses are corrected.
///
/// # Errors
/// It is not a JSON object. What is odd inside it is left out.
pub fn read_sym(text: &str, image: &Image) -> Result<(Symbols, Vec<String>), SymError> {
    let root = json::parse(text)?;
    if !matches!(root, Json::Object(_)) {
        return Err(SymError::NoObject);
    }
    let mut reader = Reader::new(&root, image);
    reader.names();
    reader.lines();
    let (names, lines, files) = (reader.names, reader.lines, reader.files);
    SYMBOLS.check(names.len().max(lines.len()) as u64)?;
    let symbol = |((space, address, name), (size, function))| Symbol { name, space, address, size, function };
    let mut symbols = Symbols { symbols: names.into_iter().map(symbol).collect(), lines, files };
    symbols.sort();
    Ok((symbols, warnings(&root, image)))
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

fn address(entry: &Json) -> Option<u32> {
    let value = first(entry, &["address", "addr", "abs_addr", "absolute", "offset", "pc"])?;
    u32::try_from(value.integer()?).ok()
}

fn name(entry: &Json) -> Option<&str> {
    first(entry, &["name", "symbol"])?.text()
}

fn items<'a>(object: Option<&'a Json>, key: &str) -> &'a [Json] {
    match object.and_then(|o| o.get(key)) {
        Some(Json::List(list)) => list,
        _ => &[],
    }
}

/// Right addresses for a file that counts instructions instead of words.
struct Drift {
    /// For the first address of each module, the address of each of its instructions and its end.
    modules: BTreeMap<u32, Vec<u32>>,
}

impl Drift {
    /// A module starts where an instruction's number inside its module says so.
    fn new(root: &Json, image: &Image) -> Drift {
        let start = |entry: &Json| {
            let ordinal = u32::try_from(entry.get("ordinal")?.integer()?).ok()?;
            address(entry)?.checked_sub(ordinal.checked_mul(4)?)
        };
        let end = 4 * image.code.len() as u32;
        let mut starts: BTreeSet<u32> = items(Some(root), "instructions").iter().filter_map(start).collect();
        starts.retain(|at| at % 4 == 0 && *at < end);
        starts.insert(0);
        let ends = starts.iter().copied().skip(1).chain([end]);
        let modules = starts.iter().copied().zip(ends).map(|(at, end)| (at, instructions(image, at, end)));
        Drift { modules: modules.collect() }
    }

    /// The byte address of what the file calls `at`: its module's start plus four for each
    /// instruction before it.
    fn place(&self, at: u32) -> u32 {
        let Some((start, places)) = self.modules.range(..=at).next_back() else { return at };
        let ordinal = ((at - start) / 4) as usize;
        places.get(ordinal).or(places.last()).copied().unwrap_or(at)
    }
}

/// The addresses of the instructions of a module, and its end.
fn instructions(image: &Image, start: u32, end: u32) -> Vec<u32> {
    let mut places = vec![start];
    let mut at = start;
    while at < end {
        at += if image.code[at as usize / 4] >> 24 == LDI32 { 8 } else { 4 };
        places.push(at.min(end));
    }
    places
}

struct Reader<'a> {
    image: &'a Image,
    root: &'a Json,
    /// Addresses of exported names. A name of one module may be another's too.
    labels: BTreeMap<&'a str, Vec<u32>>,
    drift: Option<Drift>,
    /// By space, address and name: size, and whether it is a function.
    names: BTreeMap<(Space, u32, String), (u32, bool)>,
    lines: Vec<Line>,
    files: Vec<SourceFile>,
    file_index: BTreeMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Json, image: &'a Image) -> Reader<'a> {
        let mut reader = Reader {
            image,
            root,
            labels: labels(root),
            drift: None,
            names: BTreeMap::new(),
            lines: Vec::new(),
            files: Vec::new(),
            file_index: BTreeMap::new(),
        };
        reader.drift = reader.has_drift().then(|| Drift::new(root, image));
        reader
    }

    fn section(&self) -> Option<&'a Json> {
        self.root.get("symbols")
    }

    /// Whether a function stands at another place than its label.
    fn has_drift(&self) -> bool {
        let mut functions = items(self.section(), "functions").iter();
        functions.any(|f| {
            let (Some(name), Some(at)) = (name(f), address(f)) else { return false };
            self.labels.get(name).is_some_and(|places| !places.contains(&at))
        })
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
        let size = entry.get("size").and_then(Json::integer).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
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
        self.add(name, space, at, size, function);
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

    fn line(&mut self, address: u32, entry: &Json) {
        let line = entry.get("line").and_then(Json::integer).and_then(|n| u32::try_from(n).ok());
        let file = first(entry, &["file", "source"]).and_then(Json::text);
        let (Some(line), Some(file)) = (line, file) else { return };
        let directory = entry.get("directory").and_then(Json::text).filter(|d| !d.is_empty() && *d != ".");
        let path = match directory {
            Some(directory) if !file.starts_with('/') => format!("{directory}/{file}"),
            _ => file.to_owned(),
        };
        let file = self.file(path);
        self.lines.push(Line { address, file, line });
    }

    fn file(&mut self, path: String) -> usize {
        *self.file_index.entry(path).or_insert_with_key(|path| {
            self.files.push(SourceFile { path: path.clone(), text: None, newer: false });
            self.files.len() - 1
        })
    }
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
