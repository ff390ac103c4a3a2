//! From names and lines to the text of a `.sym` file. It knows one form, the HSX linker's.

use super::locals;
use crate::image::{BANK_BASE, Image, Space, Symbol, Symbols};
use std::collections::BTreeMap;

/// Writes a `.sym` file in the HSX linker's form, with right addresses.
#[must_use]
pub fn write_sym(image: &Image, symbols: &Symbols, hxe_path: &str) -> String {
    write_sym_with(image, symbols, hxe_path, [])
}

/// The same with further entries: readers that do not know them leave them out.
#[must_use]
pub fn write_sym_with<'k>(
    image: &Image,
    symbols: &Symbols,
    hxe_path: &str,
    further: impl IntoIterator<Item = (&'k str, serde_json::Value)>,
) -> String {
    use serde_json::{Map, Value, json};
    let mut labels: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for s in &symbols.symbols {
        labels.entry(format!("0x{:08X}", s.address)).or_default().push(&s.name);
    }
    labels.values_mut().for_each(|names| names.sort_unstable());
    let of = |space| symbols.symbols.iter().filter(move |s| s.space == space);
    let variables: Vec<Value> = of(Space::Data)
        .map(|s| json!({ "name": s.name, "address": s.address, "size": s.size, "scope": "global", "type": null }))
        .collect();
    let functions: Vec<Value> = of(Space::Code)
        .filter(|s| s.function)
        .map(|s| {
            let (file, line) = declared(symbols, s).unzip();
            json!({ "name": s.name, "linkage_name": null, "address": s.address, "size": s.size,
                    "file": file, "line": line })
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
    let mut root = json!({
        "version": 1, "addresses": "words", "hxe_path": hxe_path, "hxe_crc": image.crc, "instructions": instructions, "memory_regions": regions,
        "symbols": { "functions": functions, "labels": labels, "locals": locals::write(symbols), "variables": variables },
    });
    if !symbols.modules.is_empty() {
        root["modules"] = symbols.modules.iter().map(|range| json!({ "code_base": range.start })).collect();
    }
    for (key, value) in further {
        root[key] = value;
    }
    // A tree of numbers and text always can be written.
    ascii(&serde_json::to_string_pretty(&root).unwrap_or_default())
}

/// The file and line a function is declared in, as far as they are known.
fn declared<'s>(symbols: &'s Symbols, symbol: &Symbol) -> Option<(&'s str, u32)> {
    let function = symbols.functions.iter().find(|f| (f.start, &f.name) == (symbol.address, &symbol.name));
    let (file, line) = match function {
        Some(f) => (f.file?, f.line),
        None => symbols.line_of(symbol.address).map(|l| (l.file, l.line))?,
    };
    Some((&symbols.files[file].path, line))
}

/// JSON in which every character outside the printable ones is an escape.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' | ' '..='~' => out.push(c),
            _ => out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }
    out
}
