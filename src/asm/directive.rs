//! Directives.

use super::line::Piece;
use super::metadata;
use super::module::{Builder, Reference, Section, Site};
use super::operand::symbol;
use super::token;

/// Most bytes or words one directive may append: what fits the machine.
const MOST: i128 = 0x1_0000;

const TEXT: &[&str] = &[".org", ".entry", ".code"];
const DATA: &[&str] = &[".byte", ".half", ".hword", ".word", ".ascii", ".asciz", ".string", ".align", ".zero"];
const ANY: &[&str] = &[".text", ".data", ".extern", ".export", ".import", ".value", ".cmd", ".mailbox", ".include"];

/// Carries out a directive.
pub(super) fn directive(b: &mut Builder<'_>, word: &Piece<'_>, arguments: &Piece<'_>) {
    let name = word.text.to_ascii_lowercase();
    let (wrong, wanted) = match b.section {
        Section::Data => (TEXT.contains(&name.as_str()), ".text"),
        Section::Text => (DATA.contains(&name.as_str()), ".data"),
    };
    if wrong {
        let code = if b.section == Section::Data { "E14" } else { "E11" };
        b.find.hinted(
            code,
            word.span.clone(),
            format!("{name} stands in the wrong section"),
            format!("{name} in {wanted}"),
            format!("switch with {wanted}"),
        );
        return;
    }
    match name.as_str() {
        ".text" => b.section = Section::Text,
        ".data" => b.section = Section::Data,
        ".export" => b.module.exports.extend(one_word(&mut b.find, word, arguments)),
        ".extern" => b.module.externs.extend(one_word(&mut b.find, word, arguments)),
        ".import" => b.module.imports.extend(one_word(&mut b.find, word, arguments)),
        ".entry" => entry(b, arguments),
        ".org" => org(b, word, arguments),
        ".code" => code(b, word, arguments),
        ".byte" => data(b, arguments, 1),
        ".half" | ".hword" => data(b, arguments, 2),
        ".word" => data(b, arguments, 4),
        ".ascii" => text(b, word, arguments, false),
        ".asciz" | ".string" => text(b, word, arguments, true),
        ".align" | ".zero" => fill(b, word, arguments, name == ".align"),
        ".value" | ".cmd" | ".mailbox" => metadata::declaration(b, &name, word, arguments),
        _ => {
            let all = ANY.iter().chain(TEXT).chain(DATA).copied();
            let hint = b.find.near(word.text, all, "");
            b.find.hinted(
                "E11",
                word.span.clone(),
                format!("there is no directive \"{}\"", word.text),
                "a directive",
                hint,
            );
        }
    }
}

fn one_word(
    find: &mut super::diagnostic::Finder<'_>,
    word: &Piece<'_>,
    arguments: &Piece<'_>,
) -> Option<(String, super::Span)> {
    let mut words = arguments.text.split_whitespace();
    match (words.next(), words.next()) {
        (Some(name), None) => Some((name.to_owned(), arguments.span.clone())),
        (None, _) => {
            find.error("E13", word.end(), format!("{} needs a symbol", word.text), "one symbol");
            None
        }
        _ => {
            find.error(
                "E13",
                arguments.span.clone(),
                format!("{} takes one symbol", word.text),
                "one symbol, one line each",
            );
            None
        }
    }
}

/// One number, or `None` with an error.
fn one_number(b: &mut Builder<'_>, word: &Piece<'_>, arguments: &Piece<'_>, least: i128) -> Option<i128> {
    let mut words = arguments.text.split_whitespace();
    let (first, more) = (words.next(), words.next());
    let span = if first.is_some() { arguments.span.clone() } else { word.end() };
    let expected = format!("one number, at least {least}");
    match (first, more) {
        (Some(text), None) => match token::number(text) {
            Some(n) if (least..=MOST).contains(&n) => Some(n),
            Some(n) if n < least => {
                b.find.error("E15", span, format!("{n} is too small"), expected);
                None
            }
            Some(n) => {
                b.find.error("E15", span, format!("{n} is more than the machine holds"), format!("at most {MOST}"));
                None
            }
            None => {
                b.find.error("E16", span, format!("\"{text}\" is not a number"), expected);
                None
            }
        },
        _ => {
            b.find.error("E13", span, format!("{} takes one number", word.text), expected);
            None
        }
    }
}

/// `.entry`, `.entry N`, `.entry S`; with more words as without any.
fn entry(b: &mut Builder<'_>, arguments: &Piece<'_>) {
    let mut words = arguments.text.split_whitespace();
    match (words.next(), words.next()) {
        (Some(name), None) => match token::number(name) {
            Some(n) => b.module.entry = n as u32,
            None => b.module.entry_symbol = Some((name.to_owned(), arguments.span.clone())),
        },
        (None, _) => b.module.entry = b.offset(),
        _ => {
            let hint = "one label or number, or nothing";
            b.find.hinted("E13", arguments.span.clone(), ".entry takes one label", hint, "");
        }
    }
}

fn org(b: &mut Builder<'_>, word: &Piece<'_>, arguments: &Piece<'_>) {
    if let Some(n) = one_number(b, word, arguments, i128::MIN) {
        let words = usize::try_from(n).unwrap_or(0).div_ceil(4);
        let len = b.module.code.len().max(words);
        b.module.code.resize(len, 0);
    }
}

/// `.code N, …`: raw code words, for what has no other syntax.
fn code(b: &mut Builder<'_>, word: &Piece<'_>, arguments: &Piece<'_>) {
    let parts = token::list(arguments.text);
    if parts.is_empty() {
        b.find.error("E13", word.end(), ".code needs a word", "numbers of 32 bits");
    }
    for part in parts {
        let piece = arguments.part(part);
        match token::number(piece.text) {
            Some(n) => b.module.code.push(n as u32),
            None => b.find.error(
                "E24",
                piece.span.clone(),
                format!("\"{}\" is not a number", piece.text),
                "a number of 32 bits",
            ),
        }
    }
}

fn data(b: &mut Builder<'_>, arguments: &Piece<'_>, size: usize) {
    for part in token::list(arguments.text) {
        let piece = arguments.part(part);
        if size == 1 && piece.text.starts_with(['"', '\'']) {
            string(b, &piece, false);
        } else if let Some(n) = token::number(piece.text) {
            let bytes = n.to_le_bytes();
            b.module.data.extend(&bytes[..size]);
        } else {
            reference(b, &piece, size);
        }
    }
}

fn reference(b: &mut Builder<'_>, piece: &Piece<'_>, size: usize) {
    let at = b.module.data.len();
    b.module.data.resize(at + size, 0);
    match symbol(piece.text) {
        Ok((name, part)) => {
            let site = Site::Data(at, size);
            b.module.references.push(Reference { site, name: name.to_owned(), part, span: piece.span.clone() });
        }
        Err(function) => {
            let code = if function { "E32" } else { "E24" };
            let strings = if size == 1 { ", a string" } else { "" };
            b.find.error(
                code,
                piece.span.clone(),
                format!("\"{}\" is not a value", piece.text),
                format!("a number{strings} or a symbol"),
            );
        }
    }
}

fn string(b: &mut Builder<'_>, piece: &Piece<'_>, zero: bool) {
    match token::string(piece.text, b.options.reference_escapes) {
        Ok(bytes) => {
            b.module.data.extend(bytes);
            b.module.data.extend(zero.then_some(0));
        }
        Err(bad) => b.find.error(bad.code, piece.span.clone(), bad.message, bad.expected),
    }
}

fn text(b: &mut Builder<'_>, word: &Piece<'_>, arguments: &Piece<'_>, zero: bool) {
    if arguments.text.is_empty() {
        b.find.error("E13", word.end(), format!("{} needs a string", word.text), "a string in quotes");
    } else {
        string(b, arguments, zero);
    }
}

fn fill(b: &mut Builder<'_>, word: &Piece<'_>, arguments: &Piece<'_>, align: bool) {
    if let Some(n) = one_number(b, word, arguments, i128::from(align)) {
        let n = usize::try_from(n).unwrap_or(0);
        let len = b.module.data.len();
        let len = if align { len.next_multiple_of(n) } else { len + n };
        // One line may be far over the machine's memory: what does not fit is not made.
        b.module.data.resize(len.min(MOST as usize + 1), 0);
    }
}
