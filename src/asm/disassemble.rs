//! An image as source text that assembles to the same image, and as a listing.

use crate::image::json::{self, Json};
use crate::image::{BANK_BASE, CommandDecl, Image, Space, Symbols, ValueDecl};
use crate::isa::{self, Form, Insn};
use crate::text::plain;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Source text for an image. Assembled with the image's name it gives the same code, data, entry
/// and declarations.
#[must_use]
pub fn disassemble(image: &Image, symbols: &Symbols) -> String {
    let names = names(image, symbols);
    let mut out = String::new();
    declarations(image, &mut out);
    let _ = writeln!(out, ".text\n.entry {}", image.entry);
    let mut i = 0;
    while i < image.code.len() {
        let address = 4 * i as u32;
        if let Some(name) = names.get(&address) {
            let _ = writeln!(out, "{name}:");
        }
        let next = image.code.get(i + 1).copied();
        let (text, len) = statement(image.code[i], next, address, &names);
        let _ = writeln!(out, "    {text:32} ; {address:04X}");
        i += len;
    }
    data(&image.rodata, symbols, &mut out);
    out
}

/// Names for code addresses: known labels, and made-up ones for other targets that start an
/// instruction.
fn names(image: &Image, symbols: &Symbols) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let mut starts = Vec::new();
    let mut i = 0;
    while i < image.code.len() {
        starts.push(4 * i as u32);
        let insn = Insn::decode(image.code[i], image.code.get(i + 1).copied());
        i += insn.filter(|n| exact(n, image.code[i])).map_or(1, |n| n.size() as usize / 4);
    }
    for (i, address) in starts.iter().map(|a| (*a as usize / 4, *a)) {
        let insn = Insn::decode(image.code[i], None).filter(|n| exact(n, image.code[i]));
        let target = insn.and_then(|n| n.target(address)).filter(|t| starts.binary_search(t).is_ok());
        if let Some(target) = target {
            names.entry(target).or_insert_with(|| format!("L_{target:04X}"));
        }
    }
    let usable = |name: &str| super::token::is_name(name) && !name.starts_with('.');
    for s in symbols.symbols.iter().filter(|s| s.space == Space::Code && usable(&s.name)) {
        if starts.binary_search(&s.address).is_ok() && !names.values().any(|n| *n == s.name) {
            names.insert(s.address, s.name.clone());
        }
    }
    names
}

/// Whether the word holds nothing that its syntax cannot say.
fn exact(insn: &Insn, word: u32) -> bool {
    let register_call = insn.op.row().form == Form::Call && insn.rs1 != 0;
    insn.encode() == word && !register_call
}

fn statement(word: u32, next: Option<u32>, address: u32, names: &BTreeMap<u32, String>) -> (String, usize) {
    let insn = Insn::decode(word, next).filter(|n| exact(n, word));
    let Some(insn) = insn.filter(|n| n.op.row().form != Form::RdWide || n.wide.is_some()) else {
        return (format!(".code 0x{word:08X}"), 1);
    };
    let reaches = |t: &u32| insn.op.row().form != Form::Call || (i64::from(*t) - i64::from(address)).abs() < 8192;
    let name = insn.target(address).filter(reaches).and_then(|t| names.get(&t));
    let text = match name {
        Some(name) => format!("{} {name}", insn.op.row().mnemonic),
        None => isa::source(&insn),
    };
    (text, insn.size() as usize / 4)
}

fn data(bytes: &[u8], symbols: &Symbols, out: &mut String) {
    if bytes.is_empty() {
        return;
    }
    out.push_str(".data\n");
    let usable = |name: &str| super::token::is_name(name) && !name.starts_with('.');
    let labels = symbols.symbols.iter().filter(|s| s.space == Space::Data && usable(&s.name));
    let mut labels: Vec<(usize, &str)> =
        labels.filter_map(|s| Some((s.address.checked_sub(BANK_BASE)? as usize, s.name.as_str()))).collect();
    labels.retain(|(at, name)| {
        *at <= bytes.len() && !symbols.symbols.iter().any(|s| s.space == Space::Code && s.name == *name)
    });
    let mut at = 0;
    while at < bytes.len() {
        for (_, name) in labels.iter().filter(|(label, _)| *label == at) {
            let _ = writeln!(out, "{name}:");
        }
        let next = labels.iter().map(|(label, _)| *label).filter(|label| *label > at).min();
        let end = (at + 16).min(bytes.len()).min(next.unwrap_or(usize::MAX));
        let row: Vec<String> = bytes[at..end].iter().map(|b| format!("0x{b:02X}")).collect();
        let _ = writeln!(out, "    .byte {} ; {}", row.join(", "), plain(&bytes[at..end]));
        at = end;
    }
}

fn declarations(image: &Image, out: &mut String) {
    for v in &image.values {
        let _ = writeln!(out, ".value {}", json::write(&value(v)));
    }
    for c in &image.commands {
        let _ = writeln!(out, ".cmd {}", json::write(&command(c)));
    }
    for m in &image.mailboxes {
        let _ = writeln!(out, ".mailbox {}", json::write(&m.raw));
    }
}

fn object(numbers: &[(&str, u32)], texts: &[(&str, &Option<String>)]) -> Json {
    let numbers = numbers.iter().map(|(key, n)| ((*key).to_owned(), Json::Int(n.to_string())));
    let texts = texts.iter().filter_map(|(key, text)| Some(((*key).to_owned(), Json::Text((*text).clone()?))));
    Json::Object(numbers.chain(texts).collect())
}

fn value(v: &ValueDecl) -> Json {
    let numbers = [
        ("group", v.group.into()),
        ("id", v.id.into()),
        ("flags", v.flags.into()),
        ("auth", v.auth.into()),
        ("init_raw", v.init.into()),
        ("epsilon_raw", v.epsilon.into()),
        ("min_raw", v.min.into()),
        ("max_raw", v.max.into()),
        ("persist_key", v.persist_key.into()),
    ];
    object(&numbers, &[("name", &v.name), ("unit", &v.unit), ("group_name", &v.group_name)])
}

fn command(c: &CommandDecl) -> Json {
    let numbers = [
        ("group", c.group.into()),
        ("id", c.id.into()),
        ("flags", c.flags.into()),
        ("auth", c.auth.into()),
        ("handler_offset", c.handler),
        ("reserved", c.reserved.into()),
    ];
    object(&numbers, &[("name", &c.name), ("help", &c.help), ("group_name", &c.group_name)])
}

/// The code as the HSX toolchain's disassembler lists it: one line an instruction.
#[must_use]
pub fn listing(image: &Image) -> String {
    let mut out = String::new();
    let mut i = 0;
    while i < image.code.len() {
        let (word, next) = (image.code[i], image.code.get(i + 1).copied());
        let _ = writeln!(out, "  {}", isa::listing(4 * i as u32, word, next));
        i += Insn::decode(word, next).map_or(1, |n| n.size() as usize / 4);
    }
    out
}
