//! Modules to one image: places, symbols, references, entry, declarations.

use super::Options;
use super::diagnostic::{Diagnostic, Finder, Span};
use super::module::{Label, Module, Part, Reference, Section, Site};
use super::source::Files;
use crate::image::{BANK_BASE, Image, Line, SourceFile, Space, Symbol, Symbols, checksum};
use std::collections::{BTreeMap, BTreeSet};

/// Where a module's sections begin.
#[derive(Debug, Clone, Copy)]
struct Base {
    code: u32,
    data: u32,
}

struct Linker<'a> {
    modules: &'a [Module],
    bases: Vec<Base>,
    /// Names each module declares to be elsewhere.
    externs: Vec<BTreeSet<&'a str>>,
    /// Exported symbols: module and label.
    globals: BTreeMap<&'a str, (usize, &'a Label)>,
    find: Finder<'a>,
}

/// Links modules. `None` when an error makes an image impossible.
pub(super) fn link(
    modules: &[Module],
    name: Option<String>,
    options: &Options,
    files: &Files,
    found: &mut Vec<Diagnostic>,
) -> Option<(Image, Symbols)> {
    let mut bases = Vec::new();
    let mut base = Base { code: 0, data: 0 };
    for m in modules {
        bases.push(base);
        base = Base { code: base.code + 4 * m.code.len() as u32, data: base.data + m.data.len() as u32 };
    }
    let find = Finder { files, found };
    let externs = modules.iter().map(|m| m.externs.iter().map(|(name, _)| name.as_str()).collect()).collect();
    let mut linker = Linker { modules, bases, externs, globals: BTreeMap::new(), find };
    linker.exports();
    linker.imports();
    let mut image = Image {
        name: name
            .map(|n| n.trim().chars().take(31).filter(char::is_ascii).collect::<String>())
            .filter(|n| !n.trim().is_empty()),
        version: 2,
        multiple: !options.single_instance,
        req_caps: options.req_caps & 0xFFFF,
        code: modules.iter().flat_map(|m| m.code.iter().copied()).collect(),
        rodata: modules.iter().flat_map(|m| m.data.iter().copied()).collect(),
        ..Image::default()
    };
    for (i, m) in modules.iter().enumerate() {
        for r in &m.references {
            linker.resolve(i, r, &mut image);
        }
    }
    image.entry = linker.entry();
    linker.declarations(&mut image);
    linker.check_size(&image);
    image.crc = match checksum(&image) {
        Ok(crc) => crc,
        Err(e) => {
            linker.find.error("L13", Span { file: 0, range: 0..0 }, e.to_string(), "shorter names");
            return None;
        }
    };
    let symbols = linker.symbols(files);
    Some((image, symbols))
}

impl<'a> Linker<'a> {
    fn exports(&mut self) {
        for (i, m) in self.modules.iter().enumerate() {
            let named = m.exports.iter().chain(&m.externs).chain(&m.entry_symbol);
            let names: BTreeSet<&str> = named.map(|(name, _)| name.as_str()).collect();
            for name in names {
                let Some((name, label)) = m.labels.get_key_value(name) else { continue };
                match self.globals.get(name.as_str()) {
                    Some((other, first)) if *other != i => {
                        let place = self.find.files.place(&first.span);
                        let message = format!("\"{name}\" is exported twice");
                        self.find.hinted(
                            "L06",
                            label.span.clone(),
                            message,
                            "one module that exports it",
                            format!("first at {place}"),
                        );
                    }
                    _ => {
                        self.globals.insert(name, (i, label));
                    }
                }
            }
        }
    }

    fn imports(&mut self) {
        for m in self.modules {
            for (name, span) in &m.imports {
                if !self.globals.contains_key(name.as_str()) {
                    let hint =
                        self.find.near(name, self.globals.keys().copied(), "link the source that exports it as well");
                    self.find.hinted(
                        "L07",
                        span.clone(),
                        format!("\"{name}\" is exported by no source"),
                        "an exported symbol",
                        hint,
                    );
                }
            }
        }
    }

    /// A module's own labels first, then what others export.
    fn look_up(&self, module: usize, name: &str) -> Option<(usize, &'a Label)> {
        let own = self.modules[module].labels.get(name).map(|label| (module, label));
        own.or_else(|| self.globals.get(name).copied())
    }

    fn address(&self, (module, label): (usize, &Label)) -> u32 {
        match label.section {
            Section::Text => self.bases[module].code + label.offset,
            Section::Data => BANK_BASE + self.bases[module].data + label.offset,
        }
    }

    fn resolve(&mut self, module: usize, r: &Reference, image: &mut Image) {
        let Some(found) = self.look_up(module, &r.name) else {
            // A name without a definition was reported with its module, unless it is only declared.
            if self.externs[module].contains(r.name.as_str()) {
                self.find.error(
                    "L08",
                    r.span.clone(),
                    format!("\"{}\" is defined by no source", r.name),
                    "an exported symbol",
                );
            }
            return;
        };
        let address = self.address(found);
        let value = match r.part {
            Part::Address => address,
            Part::Low => address & 0xFFFF,
            Part::High => address >> 16,
            Part::Offset => found.1.offset & 0xFFFF,
        };
        let base = self.bases[module];
        let mut field = |word: usize, v: u32| {
            let word = &mut image.code[base.code as usize / 4 + word];
            *word = *word & !0xFFF | v & 0xFFF;
        };
        match r.site {
            Site::Imm12(word) if value <= 2047 => field(word, value),
            Site::Imm12(_) => {
                let message = format!("\"{}\" is 0x{value:X}, which does not fit 12 bits with a sign", r.name);
                self.find.hinted("L10", r.span.clone(), message, "at most 2047", "load it with LDI32");
            }
            Site::Jump(word) if value <= 4095 => field(word, value),
            Site::Jump(_) => {
                let message = format!("\"{}\" is at 0x{value:X}, out of reach of a jump", r.name);
                self.find.hinted("L10", r.span.clone(), message, "a target below 0x1000", "CALL reaches farther");
            }
            Site::Call(word) => {
                let from = base.code + 4 * word as u32;
                let distance = i64::from(value) - i64::from(from);
                if distance % 4 != 0 {
                    self.find.error("L09", r.span.clone(), format!("\"{}\" is not at a word", r.name), "a text label");
                } else if !(-2048..=2047).contains(&(distance / 4)) {
                    let message = format!("\"{}\" is {} words away", r.name, distance / 4);
                    self.find.error("L10", r.span.clone(), message, "a distance from -2048 to 2047 words");
                } else {
                    field(word, (distance / 4) as u32);
                }
            }
            Site::Word(word) => image.code[base.code as usize / 4 + word] = value,
            Site::Data(at, size) => {
                let at = base.data as usize + at;
                image.rodata[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
            }
        }
    }

    /// `_start`, else the first module with an entry symbol, else the first module's number.
    fn entry(&self) -> u32 {
        if let Some(start) = self.globals.get("_start") {
            return self.address(*start);
        }
        let symbols = self.modules.iter().filter_map(|m| m.entry_symbol.as_ref());
        let named = symbols.filter_map(|(name, _)| self.globals.get(name.as_str())).map(|g| self.address(*g)).next();
        named.unwrap_or_else(|| self.modules.first().map_or(0, |m| m.entry))
    }

    fn declarations(&mut self, image: &mut Image) {
        let mut seen = BTreeMap::new();
        let mut twin = |find: &mut Finder<'_>, kind: &'static str, key: String, span: &Span| {
            if let Some(first) = seen.insert((kind, key.clone()), span.clone()) {
                let place = find.files.place(&first);
                find.hinted(
                    "L04",
                    span.clone(),
                    format!("the {kind} {key} is declared twice"),
                    "a new one",
                    format!("first at {place}"),
                );
            }
        };
        for (i, m) in self.modules.iter().enumerate() {
            for (decl, span) in &m.values {
                twin(&mut self.find, "value", format!("{}:{}", decl.group, decl.id), span);
                image.values.push(decl.clone());
            }
            for (decl, _, span) in &m.mailboxes {
                twin(&mut self.find, "mailbox", decl.target.clone(), span);
                image.mailboxes.push(decl.clone());
            }
            for entry in &m.commands {
                let mut decl = entry.decl.clone();
                twin(&mut self.find, "command", format!("{}:{}", decl.group, decl.id), &entry.span);
                if let Some(name) = &entry.handler {
                    match self.look_up(i, name).filter(|(_, label)| label.section == Section::Text) {
                        Some(found) => decl.handler = self.address(found),
                        None => {
                            let message = format!("the handler \"{name}\" is not a label in .text");
                            self.find.error("L12", entry.span.clone(), message, "a text label");
                        }
                    }
                }
                image.commands.push(decl);
            }
        }
        image.values.sort_by_key(|v| (v.group, v.id));
        image.commands.sort_by_key(|c| (c.group, c.id));
        image.mailboxes.sort_by(|a, b| a.target.cmp(&b.target));
    }

    /// What the loader would refuse is an error here already, with a place.
    fn check_size(&mut self, image: &Image) {
        // A module that is too large by itself was reported with its place.
        if self.find.found.iter().any(|d| d.code == "L14") {
            return;
        }
        let start = Span { file: 0, range: 0..0 };
        let code = 4 * image.code.len() as u32;
        if code > 0x1_0000 {
            self.find.error("L14", start.clone(), format!("{code} bytes of code"), "at most 65536 bytes");
        }
        if image.rodata.len() > 0x1_0000 {
            self.find.error("L14", start, format!("{} bytes of data", image.rodata.len()), "at most 65536 bytes");
        }
    }

    fn symbols(&self, files: &Files) -> Symbols {
        let mut symbols = Symbols {
            files: files
                .iter()
                .map(|(path, text)| SourceFile {
                    path: path.display().to_string(),
                    text: Some(text.to_owned()),
                    newer: false,
                })
                .collect(),
            ..Symbols::default()
        };
        let mut called = BTreeSet::new();
        for (i, m) in self.modules.iter().enumerate() {
            let calls = m.references.iter().filter(|r| matches!(r.site, Site::Call(_)));
            called.extend(calls.filter_map(|r| self.look_up(i, &r.name)).map(|found| self.address(found)));
            let lines = m.places.iter().map(|(word, file, line)| (self.bases[i].code + 4 * *word as u32, *file, *line));
            symbols.lines.extend(lines.map(|(address, file, line)| Line { address, file, line }));
        }
        for (i, m) in self.modules.iter().enumerate() {
            for (name, label) in &m.labels {
                let space = if label.section == Section::Text { Space::Code } else { Space::Data };
                let address = self.address((i, label));
                let exported = self.globals.get(name.as_str()).is_some_and(|(module, _)| *module == i);
                let function = space == Space::Code && (exported || called.contains(&address));
                symbols.symbols.push(Symbol { name: name.clone(), space, address, size: 0, function });
            }
        }
        symbols.sort();
        symbols
    }
}
