//! Instructions: operands by form, to words and references.

use super::diagnostic::Finder;
use super::line::Piece;
use super::module::{Builder, Part, Reference, Site};
use super::token;
use crate::isa::{Form, ISA, Insn, Op};
use std::collections::VecDeque;

/// Assembles one instruction. A bad one still takes its room, so that later places stay right.
pub(super) fn instruction(builder: &mut Builder<'_>, mnemonic: &Piece<'_>, arguments: &Piece<'_>) {
    let Some(op) = Op::from_mnemonic(mnemonic.text) else {
        let hint = builder.find.near(mnemonic.text, ISA.iter().map(|r| r.mnemonic), "comments start with ;");
        let message = format!("there is no instruction \"{}\"", mnemonic.text);
        builder.find.hinted("E11", mnemonic.span.clone(), message, "a mnemonic", hint);
        builder.module.code.push(0);
        return;
    };
    let form = op.row().form;
    let mut operands = Operands {
        list: token::operands(arguments.text).into_iter().map(|r| arguments.part(r)).collect(),
        end: if arguments.text.is_empty() { mnemonic.end() } else { arguments.end() },
        find: Finder { files: builder.find.files, found: builder.find.found },
        mnemonic: op.row().mnemonic,
        reference: None,
        failed: false,
    };
    let word = builder.module.code.len();
    let (insn, site) = operands.read(op, form, word);
    operands.nothing_left();
    let reference = operands.reference.take().map(|(name, part, span)| Reference { site, name, part, span });
    builder.module.code.push(insn.encode());
    builder.module.code.extend(insn.wide);
    builder.module.references.extend(reference);
}

struct Operands<'t, 'f> {
    list: VecDeque<Piece<'t>>,
    end: super::Span,
    find: Finder<'f>,
    mnemonic: &'static str,
    reference: Option<(String, Part, super::Span)>,
    /// One error is enough for a line's missing operands.
    failed: bool,
}

impl<'t> Operands<'t, '_> {
    fn read(&mut self, op: Op, form: Form, word: usize) -> (Insn, Site) {
        let mut insn = Insn { op, rd: 0, rs1: 0, rs2: 0, imm: 0, wide: None };
        let mut site = Site::Imm12(word);
        match form {
            Form::None => {}
            Form::RdImm => {
                insn.rd = self.register();
                insn.imm = self.value(-2048, 2047, "a number from -2048 to 2047, or a symbol");
            }
            Form::RdWide => {
                insn.rd = self.register();
                insn.wide = Some(self.wide());
                site = Site::Word(word + 1);
            }
            Form::Load => {
                insn.rd = self.register();
                (insn.rs1, insn.imm) = self.memory();
            }
            Form::Store => {
                (insn.rs1, insn.imm) = self.memory();
                insn.rs2 = self.register();
            }
            Form::RdRs => (insn.rd, insn.rs1) = (self.register(), self.register()),
            Form::RdRsRs => (insn.rd, insn.rs1, insn.rs2) = (self.register(), self.register(), self.register()),
            Form::RsRs => (insn.rs1, insn.rs2) = (self.register(), self.register()),
            Form::Rs => insn.rs1 = self.register(),
            Form::Rd => insn.rd = self.register(),
            Form::Jump => {
                insn.imm = self.value(-2048, 4095, "a byte address from 0 to 4095, or a label");
                site = Site::Jump(word);
            }
            Form::Call => {
                insn.imm = self.value(-2048, 2047, "a distance in words from -2048 to 2047, or a label");
                site = Site::Call(word);
            }
            Form::Service => insn.imm = self.service(),
            Form::Code => insn.imm = self.code(),
        }
        (insn, site)
    }

    fn next(&mut self, what: &str) -> Option<Piece<'t>> {
        let piece = self.list.pop_front();
        if piece.is_none() && !self.failed {
            self.failed = true;
            self.find.error("E60", self.end.clone(), format!("{} lacks an operand", self.mnemonic), what);
        }
        piece
    }

    fn nothing_left(&mut self) {
        if let Some(piece) = self.list.pop_front() {
            let message = format!("{} has one operand too many", self.mnemonic);
            self.find.error("E68", piece.span, message, "the end of the line");
        }
    }

    fn register(&mut self) -> u8 {
        let Some(piece) = self.next("a register, R0 to R15") else { return 0 };
        register(piece.text).unwrap_or_else(|| {
            let hint = if matches!(piece.text.to_uppercase().as_str(), "SP" | "FP" | "LR" | "PC") {
                "there are no register aliases"
            } else {
                ""
            };
            self.find.hinted(
                "E61",
                piece.span.clone(),
                format!("\"{}\" is not a register", piece.text),
                "R0 to R15",
                hint,
            );
            0
        })
    }

    /// A number in range, or a symbol that the linker fills in.
    fn value(&mut self, least: i128, most: i128, expected: &str) -> u16 {
        let Some(piece) = self.next(expected) else { return 0 };
        self.value_of(&piece, least, most, expected, "E67")
    }

    fn value_of(&mut self, piece: &Piece<'_>, least: i128, most: i128, expected: &str, other: &'static str) -> u16 {
        match token::number(piece.text) {
            Some(n) if (least..=most).contains(&n) => (n & 0xFFF) as u16,
            Some(n) => {
                let hint = if self.mnemonic == "LDI" { "LDI32 takes any number" } else { "" };
                self.find.hinted("E63", piece.span.clone(), format!("{n} does not fit"), expected, hint);
                0
            }
            None => {
                self.symbol(piece, expected, other);
                0
            }
        }
    }

    fn wide(&mut self) -> u32 {
        let expected = "a number or a symbol";
        let Some(piece) = self.next(expected) else { return 0 };
        match token::number(piece.text) {
            Some(n) => n as u32,
            None => {
                self.symbol(&piece, expected, "E67");
                0
            }
        }
    }

    fn symbol(&mut self, piece: &Piece<'_>, expected: &str, code: &'static str) {
        match symbol(piece.text) {
            Ok((name, part)) => self.reference = Some((name.to_owned(), part, piece.span.clone())),
            Err(true) => {
                let message = format!("\"{}\" names no symbol", piece.text);
                self.find.error("E32", piece.span.clone(), message, "a label in the parentheses");
            }
            Err(false) => {
                let hint = if piece.text.contains(['+', '-']) { "there is no arithmetic on symbols" } else { "" };
                self.find.hinted(
                    code,
                    piece.span.clone(),
                    format!("\"{}\" is not a value", piece.text),
                    expected,
                    hint,
                );
            }
        }
    }

    /// `[Rn+x]`, blanks allowed.
    fn memory(&mut self) -> (u8, u16) {
        let expected = "a memory operand such as [R1+4]";
        let Some(piece) = self.next(expected) else { return (0, 0) };
        let bad = |find: &mut Finder<'_>, hint: &str| {
            find.hinted(
                "E62",
                piece.span.clone(),
                format!("\"{}\" is not a memory operand", piece.text),
                expected,
                hint,
            );
            (0, 0)
        };
        let Some((inside, behind)) = piece.text.strip_prefix('[').and_then(|t| t.split_once(']')) else {
            return bad(&mut self.find, "");
        };
        if !behind.is_empty() {
            let hint = "it is ignored";
            self.find.warning("W03", piece.span.clone(), format!("\"{behind}\" stands behind the bracket"), hint);
        }
        let Some((base, _)) = inside.split_once('+') else {
            return bad(&mut self.find, "the + is needed, also before a negative offset: [R7+-4]");
        };
        let Some(register) = register(base.trim()) else {
            return bad(&mut self.find, "the base is a register, R0 to R15");
        };
        let offset = piece.part(base.len() + 2..inside.len() + 1).trim();
        (register, self.value_of(&offset, -2048, 2047, "an offset from -2048 to 2047, or a symbol", "E64"))
    }

    /// `n`, `module, function` or `MOD=m FN=f`.
    fn service(&mut self) -> u16 {
        let expected = "MOD=m FN=f, two numbers, or one";
        let Some(first) = self.next(expected) else { return 0 };
        let mut keys = [None, None];
        let mut plain = Vec::new();
        for piece in std::iter::once(first).chain(std::mem::take(&mut self.list)) {
            let (key, value) = piece.text.split_once('=').map_or(("", piece.text), |(k, v)| (k, v));
            let Some(n) = token::number(value.trim()) else {
                self.find.error("E67", piece.span.clone(), format!("\"{}\" is not a number", piece.text), expected);
                continue;
            };
            match key.trim().to_uppercase().as_str() {
                "" => plain.push((n, piece.clone())),
                "MOD" => keys[0] = Some(n),
                "FN" => keys[1] = Some(n),
                _ => self.find.error("E67", piece.span.clone(), format!("\"{key}\" is unknown here"), expected),
            }
        }
        match (&plain[..], keys) {
            ([], [module, function]) => ((module.unwrap_or(0) & 15) << 8 | function.unwrap_or(0) & 255) as u16,
            ([(n, _)], [None, None]) => (n & 0xFFF) as u16,
            ([(module, m), (function, f)], [None, None]) => {
                for (n, most, piece) in [(*module, 15, m), (*function, 255, f)] {
                    if !(0..=most).contains(&n) {
                        self.find.error("E63", piece.span.clone(), format!("{n} does not fit"), format!("0 to {most}"));
                    }
                }
                ((module & 15) << 8 | function & 255) as u16
            }
            ([.., (_, piece)], _) => {
                self.find.error("E68", piece.span.clone(), "SVC has one operand too many", expected);
                0
            }
        }
    }

    fn code(&mut self) -> u16 {
        let Some(piece) = self.list.pop_front() else { return 0 };
        match token::number(piece.text) {
            Some(n) if (0..=255).contains(&n) => n as u16,
            Some(n) => {
                self.find.error("E65", piece.span.clone(), format!("{n} does not fit"), "a code from 0 to 255");
                0
            }
            None => {
                self.find.error(
                    "E67",
                    piece.span.clone(),
                    format!("\"{}\" is not a number", piece.text),
                    "a code from 0 to 255",
                );
                0
            }
        }
    }
}

fn register(text: &str) -> Option<u8> {
    let digits = text.strip_prefix(['R', 'r'])?;
    let plain = digits.len() == 1 || digits.len() == 2 && !digits.starts_with('0');
    digits.parse().ok().filter(|n| plain && *n < 16 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// A symbol operand: `S`, `lo16(S)`, `hi16(S)` or `off16(S)`. An error says whether it was one of
/// the functions.
pub(super) fn symbol(text: &str) -> Result<(&str, Part), bool> {
    const FUNCTIONS: [(&str, Part); 3] = [("lo16(", Part::Low), ("hi16(", Part::High), ("off16(", Part::Offset)];
    for (prefix, part) in FUNCTIONS {
        if let Some(name) = text.strip_prefix(prefix).and_then(|t| t.strip_suffix(')')) {
            return if token::is_name(name.trim()) { Ok((name.trim(), part)) } else { Err(true) };
        }
    }
    if token::is_name(text) { Ok((text, Part::Address)) } else { Err(false) }
}
