//! Instructions as text: the assembler's own syntax, and the listing form that names the effect.

use super::{Form, Insn};

/// The instruction as the assembler reads it, e.g. `ST [R6+0], R9`, mnemonic first.
///
/// Assembling this text gives the same word again. A `CALL` through a register has no assembler
/// syntax; it is shown as `CALL R3+2` and is refused by the assembler.
#[must_use]
pub fn source(insn: &Insn) -> String {
    let operands = operands(insn);
    let mnemonic = insn.op.row().mnemonic;
    if operands.is_empty() { mnemonic.to_owned() } else { format!("{mnemonic} {operands}") }
}

fn operands(insn: &Insn) -> String {
    let Insn { rd, rs1, rs2, .. } = *insn;
    let imm = insn.value();
    match insn.op.row().form {
        Form::None => String::new(),
        Form::RdImm => format!("R{rd}, {imm}"),
        Form::RdWide => match insn.wide {
            Some(wide) => format!("R{rd}, 0x{wide:X}"),
            None => format!("R{rd}, (missing)"),
        },
        Form::Load => format!("R{rd}, [R{rs1}+{imm}]"),
        Form::Store => format!("[R{rs1}+{imm}], R{rs2}"),
        Form::RdRs => format!("R{rd}, R{rs1}"),
        Form::RdRsRs => format!("R{rd}, R{rs1}, R{rs2}"),
        Form::RsRs => format!("R{rs1}, R{rs2}"),
        Form::Rs => format!("R{rs1}"),
        Form::Rd => format!("R{rd}"),
        Form::Jump => format!("0x{imm:X}"),
        Form::Call if rs1 == 0 => format!("{imm}"),
        Form::Call => format!("R{rs1}{imm:+}"),
        Form::Service => {
            let (module, function) = insn.service();
            format!("{module}, {function}")
        }
        Form::Code => format!("{imm}"),
    }
}

/// The listing form of the word at `pc`: address, word, mnemonic and effect on one line.
///
/// This is the text the HSX toolchain's disassembler prints, for people who compare the two.
/// `next` is the following word, shown for `LDI32`.
#[must_use]
pub fn listing(pc: u32, word: u32, next: Option<u32>) -> String {
    let code = (word >> 24) as u8;
    let (name, effect) = match Insn::decode(word, next) {
        Some(insn) => (insn.op.row().mnemonic.to_owned(), effect(&insn, word)),
        None => (format!("0x{code:02X}"), fields(word)),
    };
    let gap = if effect.is_empty() { "" } else { " " };
    format!("0x{pc:04X}: 0x{word:08X} {name}{gap}{effect}")
}

/// A text with what stands for its names in braces.
pub fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        filled += &value(name);
        filled += rest;
    }
    filled
}

fn effect(insn: &Insn, word: u32) -> String {
    let Insn { rd, rs1, rs2, imm, .. } = *insn;
    fill(insn.op.row().listing, |name| match name {
        "d" => rd.to_string(),
        "a" => rs1.to_string(),
        "b" => rs2.to_string(),
        "imm" => format!("{} (0x{imm:03X})", insn.value()),
        "wide" => match insn.wide {
            Some(wide) => format!("0x{wide:08X}"),
            None => "<invalid 32-bit immediate>".into(),
        },
        "target" => format!("0x{:08X}", insn.value()),
        "base" if rs1 == 0 => "PC".into(),
        "base" => format!("R{rs1}"),
        "module" => format!("0x{:X}", insn.service().0),
        "function" => format!("0x{:X}", insn.service().1),
        "code" => format!("0x{imm:02X}"),
        "fields" => fields(word),
        unknown => format!("{{{unknown}}}"),
    })
}

fn fields(word: u32) -> String {
    let (rd, rs1, rs2) = (word >> 20 & 15, word >> 16 & 15, word >> 12 & 15);
    format!("rd={rd} rs1={rs1} rs2={rs2} imm={}", super::sext12((word & 0xFFF) as u16))
}

#[cfg(test)]
mod tests {
    use super::super::ISA;
    use super::*;

    /// Words with the listing text the reference's disassembler gives them.
    const LISTINGS: &[(u32, Option<u32>, &str)] = &[
        (0x0110_0FFF, None, "LDI R1 <- -1 (0xFFF)"),
        (0x0212_0FFC, None, "LD R1 <- MEM[R2 + -4 (0xFFC)]"),
        (0x0302_3008, None, "ST MEM[R2 + 8 (0x008)] <- R3"),
        (0x0712_0000, None, "LDH R1 <- MEM16[R2 + 0 (0x000)]"),
        (0x0802_37FF, None, "STB MEM8[R2 + 2047 (0x7FF)] <- R3"),
        (0x1312_3000, None, "DIV R1 <- R2 / R3"),
        (0x1712_0000, None, "NOT R1 <- ~R2"),
        (0x2001_2000, None, "CMP R1 ? R2"),
        (0x2100_0A10, None, "JMP 0x00000A10 imm=2576 (0xA10)"),
        (0x2400_0FFE, None, "CALL PC + (-2 (0xFFE) << 2)"),
        (0x2401_0002, None, "CALL R1 + (2 (0x002) << 2)"),
        (0x2500_0000, None, "RET"),
        (0x3000_040A, None, "SVC mod=0x4 fn=0xA"),
        (0x3312_3000, None, "ASR R1 <- R2 >>> R3"),
        (0x3512_3000, None, "SBC R1 <- R2 - R3 - (1 - C)"),
        (0x4003_0000, None, "PUSH R3"),
        (0x4130_0000, None, "POP R3"),
        (0x5012_3000, None, "FADD rd=1 rs1=2 rs2=3 imm=0"),
        (0x5412_0000, None, "I2F rd=1 rs1=2 rs2=0 imm=0"),
        (0x6010_0000, Some(0x4000), "LDI32 R1 <- 0x00004000"),
        (0x6010_0000, None, "LDI32 R1 <- <invalid 32-bit immediate>"),
        (0x7F00_0005, None, "BRK code=0x05"),
        (0x0512_3FFF, None, "0x05 rd=1 rs1=2 rs2=3 imm=-1"),
    ];

    #[test]
    fn listing_gives_the_reference_text() {
        for &(word, next, text) in LISTINGS {
            assert_eq!(listing(0x20, word, next), format!("0x0020: 0x{word:08X} {text}"));
        }
    }

    #[test]
    fn every_name_in_a_listing_is_known() {
        for row in ISA {
            let text = listing(0, u32::from(row.code) << 24, None);
            assert!(!text.contains('{'), "{text}");
        }
    }

    #[test]
    fn source_is_the_assemblers_syntax() {
        let text = |word| source(&Insn::decode(word, Some(0x4000)).expect("known"));
        assert_eq!(text(0x0306_9000), "ST [R6+0], R9");
        assert_eq!(text(0x0217_0FFC), "LD R1, [R7+-4]");
        assert_eq!(text(0x3000_0502), "SVC 5, 2");
        assert_eq!(text(0x6010_0000), "LDI32 R1, 0x4000");
        assert_eq!(text(0x2500_0000), "RET");
    }
}
