//! Names and lines: looking up, and the `.sym` sidecar files that carry them.

use super::json::{self, Json, JsonError, integer_literal};
use super::{BANK_BASE, Image, Line, SourceFile, Space, Symbol, Symbols};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a symbol file is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SymError {
    /// It is no JSON.
    #[error("bad JSON: {0}")]
    Json(#[from] JsonError),
    /// It is JSON, but no object.
    #[error("an object is expected")]
    NoObject,
}

impl Symbols {
    /// Puts everything into the order that look-ups rely on.
    pub fn sort(&mut self) {
        self.symbols.sort_by(|a, b| (a.space, a.address, &a.name).cmp(&(b.space, b.address, &b.name)));
        self.symbols.dedup_by(|a, b| (a.space, a.address, &a.name) == (b.space, b.address, &b.name));
        self.lines.sort_by_key(|l| l.address);
    }

    /// The nearest symbol at or below an address of one space, and the distance to it. A symbol
    /// of known size does not reach beyond its end.
    #[must_use]
    pub fn near(&self, space: Space, address: u32) -> Option<(&Symbol, u32)> {
        let end = self.symbols.partition_point(|s| (s.space, s.address) <= (space, address));
        let symbol = self.symbols[..end].last().filter(|s| s.space == space)?;
        let offset = address - symbol.address;
        (symbol.size == 0 || offset < symbol.size).then_some((symbol, offset))
    }

    /// The symbol of exactly this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Symbol> {
        self.symbols.iter().find(|s| s.name == name)
    }

    /// The source line of the instruction at or below a code address.
    #[must_use]
    pub fn line_at(&self, address: u32) -> Option<&Line> {
        let end = self.lines.partition_point(|l| l.address <= address);
        self.lines[..end].last()
    }

    /// Code addresses that come from a line of a file.
    pub fn addresses_of(&self, file: usize, line: u32) -> impl Iterator<Item = u32> {
        self.lines.iter().filter(move |l| (l.file, l.line) == (file, line)).map(|l| l.address)
    }
}

/// Reads a `.sym` file for an image: names, lines and warnings.
///
/// Files made by the HSX linker count instructions where they should count words; with an LDI32
/// before them their addresses are corrected.
///
/// # Errors
/// It is no JSON object. What is odd inside it is left out.
pub fn read_sym(text: &str, image: &Image) -> Result<(Symbols, Vec<String>), SymError> {
    let root = json::parse(text)?;
    let Json::Object(members) = &root else { return Err(SymError::NoObject) };
    let mut warnings = Vec::new();
    if let Some(crc) = members.get("hxe_crc").and_then(Json::integer)
        && crc != i128::from(image.crc)
    {
        warnings.push(format!(
            "the symbol file is of another image: its CRC is 0x{crc:08X}, the image's 0x{:08X}",
            image.crc
        ));
    }
    if members.get("version").is_some_and(|v| v.integer() != Some(1)) {
        warnings.push("the symbol file has an unknown version, 1 is expected".to_owned());
    }
    let mut reader = Reader { image, root: &root, symbols: Symbols::default(), drift: false };
    reader.drift = reader.has_drift();
    reader.names();
    reader.lines();
    reader.symbols.sort();
    Ok((reader.symbols, warnings))
}

struct Reader<'a> {
    image: &'a Image,
    root: &'a Json,
    symbols: Symbols,
    drift: bool,
}

fn address(entry: &Json) -> Option<u32> {
    let value = ["address", "addr", "abs_addr", "absolute", "offset", "pc"].iter().find_map(|key| entry.get(key))?;
    u32::try_from(value.integer()?).ok()
}

fn items<'a>(object: Option<&'a Json>, key: &str) -> &'a [Json] {
    match object.and_then(|o| o.get(key)) {
        Some(Json::List(list)) => list,
        _ => &[],
    }
}

impl Reader<'_> {
    fn section(&self) -> Option<&Json> {
        self.root.get("symbols")
    }

    /// Labels by name, from the list of labels by address.
    fn labels(&self) -> BTreeMap<String, u32> {
        let Some(Json::Object(labels)) = self.section().and_then(|s| s.get("labels")) else { return BTreeMap::new() };
        let mut found = BTreeMap::new();
        for (key, names) in labels {
            let Some(at) = integer_literal(key).and_then(|n| u32::try_from(n).ok()) else { continue };
            let Json::List(names) = names else { continue };
            found.extend(names.iter().filter_map(Json::text).map(|name| (name.to_owned(), at)));
        }
        found
    }

    /// Whether a function stands at another place than its label.
    fn has_drift(&self) -> bool {
        let labels = self.labels();
        let functions = items(self.section(), "functions").iter();
        let mut placed = functions.filter_map(|f| Some((f.get("name")?.text()?, address(f)?)));
        placed.any(|(name, at)| labels.get(name).is_some_and(|label| *label != at))
    }

    /// The byte address of what the file calls `at`, an instruction's number times four.
    fn place(&self, at: u32) -> u32 {
        if !self.drift {
            return at;
        }
        let (mut word, mut left) = (0, at / 4);
        while left > 0 && word < self.image.code.len() {
            word += if self.image.code[word] >> 24 == 0x60 { 2 } else { 1 };
            left -= 1;
        }
        4 * word as u32
    }

    fn names(&mut self) {
        let labels = self.labels();
        let data_end = BANK_BASE + self.image.rodata.len() as u32;
        for (name, at) in &labels {
            let data = (BANK_BASE..data_end.max(BANK_BASE + 1)).contains(at) && *at >= 4 * self.image.code.len() as u32;
            self.add(name, if data { Space::Data } else { Space::Code }, *at, 0, false);
        }
        for (key, space) in [("functions", Space::Code), ("variables", Space::Data), ("symbols", Space::Code)] {
            let lists = [items(self.section(), key), items(Some(self.root), key)].concat();
            for entry in lists {
                let name = entry.get("name").or_else(|| entry.get("symbol")).and_then(Json::text);
                let (Some(name), Some(at)) = (name, address(&entry)) else { continue };
                let kind = ["type", "kind", "section"].iter().find_map(|k| entry.get(k)).and_then(Json::text);
                let space = match kind {
                    Some("variable" | "data" | "rodata") => Space::Data,
                    Some("function" | "text" | "code") => Space::Code,
                    _ => space,
                };
                let size = entry.get("size").and_then(Json::integer).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
                let at = match labels.get(name) {
                    Some(label) => *label,
                    None if space == Space::Code => self.place(at),
                    None => at,
                };
                self.add(name, space, at, size, key == "functions");
            }
        }
    }

    fn add(&mut self, name: &str, space: Space, address: u32, size: u32, function: bool) {
        let same = self.symbols.symbols.iter_mut().find(|s| s.name == name && s.space == space && s.address == address);
        match same {
            Some(known) => {
                known.function |= function;
                known.size = known.size.max(size);
            }
            None => self.symbols.symbols.push(Symbol { name: name.to_owned(), space, address, size, function }),
        }
    }

    fn lines(&mut self) {
        let lists = ["lines", "line_table", "line_map", "instructions"];
        let Some(list) = lists.iter().map(|key| items(Some(self.root), key)).find(|l| !l.is_empty()) else { return };
        for entry in list {
            let line = entry.get("line").or_else(|| entry.get("mvasm_line")).and_then(Json::integer);
            let file = entry.get("file").or_else(|| entry.get("source")).and_then(Json::text);
            let (Some(line), Some(file), Some(at)) = (line, file, address(entry)) else { continue };
            let Ok(line) = u32::try_from(line) else { continue };
            let directory = entry.get("directory").and_then(Json::text).filter(|d| !d.is_empty() && *d != ".");
            let path = directory.map_or(file.to_owned(), |d| format!("{d}/{file}"));
            let index = self.file(path);
            let address = self.place(at);
            self.symbols.lines.push(Line { address, file: index, line });
        }
    }

    fn file(&mut self, path: String) -> usize {
        let files = &mut self.symbols.files;
        files.iter().position(|f| f.path == path).unwrap_or_else(|| {
            files.push(SourceFile { path, text: None });
            files.len() - 1
        })
    }
}

/// Writes a `.sym` file in the HSX linker's form, with right addresses.
#[must_use]
pub fn write_sym(image: &Image, symbols: &Symbols, hxe_path: &str) -> String {
    use serde_json::{Map, Value, json};
    let mut labels: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for s in &symbols.symbols {
        labels.entry(format!("0x{:08X}", s.address)).or_default().push(&s.name);
    }
    let of = |space| symbols.symbols.iter().filter(move |s| s.space == space);
    let variables: Vec<Value> = of(Space::Data)
        .map(|s| json!({ "name": s.name, "address": s.address, "size": s.size, "scope": "global", "type": null }))
        .collect();
    let functions: Vec<Value> = of(Space::Code)
        .filter(|s| s.function)
        .map(|s| {
            let line = symbols.lines.iter().find(|l| l.address == s.address);
            json!({ "name": s.name, "linkage_name": null, "address": s.address, "size": s.size,
                    "file": line.map(|l| &symbols.files[l.file].path), "line": line.map(|l| l.line) })
        })
        .collect();
    let instructions: Vec<Value> = symbols
        .lines
        .iter()
        .map(|l| {
            let function = of(Space::Code).filter(|s| s.function && s.address <= l.address).max_by_key(|s| s.address);
            let mut row = Map::new();
            row.insert("pc".into(), l.address.into());
            row.insert("ordinal".into(), (l.address / 4).into());
            row.insert("word".into(), image.code.get(l.address as usize / 4).copied().into());
            row.insert("mvasm_line".into(), l.line.into());
            row.insert("line".into(), l.line.into());
            row.insert("file".into(), symbols.files[l.file].path.clone().into());
            row.insert("source_kind".into(), "source".into());
            row.extend(function.map(|f| ("function".to_owned(), f.name.clone().into())));
            Value::Object(row)
        })
        .collect();
    let mut regions = Vec::new();
    if !image.code.is_empty() {
        regions.push(json!({ "name": "code", "type": "text", "start": 0, "end": 4 * image.code.len() - 1 }));
    }
    if !image.rodata.is_empty() {
        let end = BANK_BASE as usize + image.rodata.len() - 1;
        regions.push(json!({ "name": "rodata", "type": "data", "start": BANK_BASE, "end": end }));
    }
    let root = json!({
        "version": 1, "hxe_path": hxe_path, "hxe_crc": image.crc, "instructions": instructions, "memory_regions": regions,
        "symbols": { "functions": functions, "labels": labels, "locals": [], "variables": variables },
    });
    // A tree of numbers and text always can be written.
    serde_json::to_string_pretty(&root).unwrap_or_default()
}
