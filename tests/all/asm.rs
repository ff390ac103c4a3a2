//! The assembler: encodings, directives, errors with their places, and back again.

use crate::support::{assemble, assemble_with, errors, project, snapshot};
use hsxray::asm::{self, Options};
use hsxray::image::{self, Space, read_sym, write_sym};
use std::path::Path;

fn words(line: &str) -> Vec<u32> {
    assemble(&format!(".text\nstart:\n{line}\n")).image.code
}

#[test]
fn instructions_encode_as_documented() {
    for (line, expect) in [
        ("ldi r15, 'A'", vec![0x01F0_0041]),
        ("LDI R1 -2048", vec![0x0110_0800]),
        ("LDI32 R1, -1", vec![0x6010_0000, 0xFFFF_FFFF]),
        ("LD R1, [r10+0x10]", vec![0x021A_0010]),
        ("LD R1, [ R10 + 16 ]", vec![0x021A_0010]),
        ("STH [R2+2047], R1", vec![0x0902_17FF]),
        ("CMP R1, R2", vec![0x2001_2000]),
        ("NOT R1, R2", vec![0x1712_0000]),
        ("F2I R3, R4", vec![0x5534_0000]),
        ("JMP -4", vec![0x2100_0FFC]),
        ("JMP 4092", vec![0x2100_0FFC]),
        ("CALL -1", vec![0x2400_0FFF]),
        ("PUSH R3", vec![0x4003_0000]),
        ("POP R3", vec![0x4130_0000]),
        ("SVC 0x1FFF", vec![0x3000_0FFF]),
        ("SVC FN=0x1FF, MOD=0x1F", vec![0x3000_0FFF]),
        ("SVC 1, 1", vec![0x3000_0101]),
        ("BRK", vec![0x7F00_0000]),
        ("BRK 7", vec![0x7F00_0007]),
        ("here: JMP here", vec![0x2100_0000]),
        (".code 0x24030002", vec![0x2403_0002]),
    ] {
        assert_eq!(words(line), expect, "{line}");
    }
}

const TABLE: &str = "; table: data, all operand kinds, both jump units
.data
msg:
    .asciz \"Hi\"
.align 4
tab:
    .word 0x11223344, msg, start
    .half -2, lo16(tab), hi16(tab), off16(tab)
    .byte 'A', 300, \"xy\"
    .zero 2
.text
start:
    LDI32 R1, msg
    LDI   R2, off16(tab)
    LDI   R3, -1
    LD    R4, [R1+4]
    STB   [R1+-1], R4
    CMP   R4, R3
    JZ    done
    CALL  sub
    JMP   start
sub:
    SVC   MOD=0x1, FN=0x1
    RET
done:
    BRK   7
.entry start
";

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).expect("hex")).collect()
}

#[test]
fn a_whole_image_is_byte_identical() {
    let options = Options { name: Some("Table Demo".into()), single_instance: true, req_caps: 3, ..Options::default() };
    let image = assemble_with(TABLE, &options).image;
    let expect = hex(
        "48535845 00020000 00000000 00000034 0000001e 00000000 00000003 2eced568 5461626c 65204465 6d6f0000 00000000
         00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
         60100000 00004000 01200004 01300fff 02410004 08014fff 20043000 22000030 24000002 21000000 30000101 25000000
         7f000007 48690000 44332211 00400000 00000000 feff0440 00000400 412c7879 0000",
    );
    assert_eq!(image::write(&image).expect("fits"), expect);
    let v1 = image::Image { version: 1, name: None, req_caps: 0, ..image };
    let bytes = image::write(&v1).expect("fits");
    assert_eq!((bytes.len(), &bytes[0x1C..0x20]), (114, &[0x9C, 0xE6, 0xCE, 0x24][..]));
}

#[test]
fn declarations_are_byte_identical() {
    let source = r#".value {"group":2,"id":1,"name":"rpm","unit":"rpm","group_name":"motor","flags":"PERSIST|PIN","auth":"USER","init":1.5,"epsilon":0.1,"min":-1,"max":8000,"persist_key":"0x1205"}
.value {"group":1,"id":9,"name":"on","flags":"BOOL"}
.cmd {"group":2,"cmd":1,"name":"stop","help":"stop it","group_name":"motor","handler":"do_stop","flags":"ASYNC","auth":"ADMIN"}
.mailbox {"target":"app:log","capacity":96,
          "mode":"RDWR|TAP"} ; over two lines
.mailbox {"name":"app:cmd"}
.text
.entry main
main:
    RET
do_stop:
    LDI R0, 0
    RET
.data
    .byte 1, 2, 3
"#;
    let image = assemble_with(source, &Options { name: Some("meta".into()), ..Options::default() }).image;
    let bytes = image::write(&image).expect("fits");
    assert_eq!((bytes.len(), image.crc), (365, 0x241B_BD36));
    let tail = br#"{"mailboxes":[{"name":"app:cmd","target":"app:cmd"},{"capacity":96,"mode":"RDWR|TAP","target":"app:log"}],"version":1}"#;
    assert!(bytes.ends_with(tail));
    let back = image::read(&bytes).expect("good");
    assert_eq!(back, image);
    assert_eq!((back.values[1].init, back.values[1].persist_key), (0x3E00, 0x1205));
    assert_eq!((back.commands[0].handler, back.mailboxes[1].capacity), (4, 96));
}

#[test]
fn several_sources_are_linked_into_one_image() {
    let lib = ".export add3\n.export bias\n.data\n.byte 0xEE\nbias:\n    .word 3\n.text\nloop:\n    JMP loop\nadd3:\n    LDI32 R2, bias\n    LD R2, [R2+0]\n    ADD R0, R1, R2\n    RET\n";
    let main = ".import add3\n.extern bias\n.data\nhere:\n    .half off16(here), off16(bias)\n.text\n.entry main\nmain:\n    LDI R1, 4\n    CALL add3\nloop:\n    LDI R3, hi16(bias)\n    JMP loop\n";
    let mut read = |p: &Path| Ok(if p.ends_with("lib.mvasm") { lib } else { main }.as_bytes().to_vec());
    let options = Options { name: Some("pair".into()), ..Options::default() };
    let linked = asm::assemble(&["lib.mvasm".into(), "main.mvasm".into()], &options, &mut read).expect("links");
    let expect = hex(
        "21000000 60200000 00004001 02220000 10012000 25000000 01100004 24000ffa 01300000 21000020 ee030000 00000001 00",
    );
    let bytes = image::write(&linked.image).expect("fits");
    assert_eq!((&bytes[0x60..], linked.image.entry, linked.image.crc), (&expect[..], 0x18, 0x6271_2750));
}

#[test]
fn includes_are_read_beside_the_file_and_loops_are_found() {
    let mut read = |p: &Path| match p.to_str() {
        Some("dir/main.mvasm") => Ok(b".text\n.include \"sub/a.inc\"\n    RET\n".to_vec()),
        Some("dir/sub/a.inc") => Ok(b"    LDI R1, 1\n.include b.inc\n".to_vec()),
        Some("dir/sub/b.inc") => Ok(b"    LDI R1, 2\n".to_vec()),
        Some("loop.mvasm") => Ok(b".include loop.mvasm\n".to_vec()),
        _ => Err(std::io::ErrorKind::NotFound.into()),
    };
    let good = asm::assemble(&["dir/main.mvasm".into()], &Options::default(), &mut read).expect("assembles");
    assert_eq!(good.image.code, [0x0110_0001, 0x0110_0002, 0x2500_0000]);
    let line = good.symbols.line_at(4).expect("line");
    assert_eq!((good.symbols.files[line.file].path.as_str(), line.line), ("dir/sub/b.inc", 1));
    let bad = asm::assemble(&["loop.mvasm".into()], &Options::default(), &mut read).expect_err("loops");
    assert_eq!(
        bad.plain(),
        "loop.mvasm:1:10: error[E51]: loop.mvasm includes itself; expected a file that is not being included"
    );
}

/// A source with many things wrong: all of them are found, each with its place.
const BAD: &str = ".text
start:
    LDI R1, 5000
    LDIX R1, 5
    ADD R1, R2
    MOV R1, R2, R3
    LD R1, [R2-4]
    JMP nowhere
    JMP satrt
    LDI R2, msg
    SVC 16, 300
    BRK 256
    PUSH SP
start:
.wrod 5
.data
msg:
    .asciz \"open
    .byte 1, x+1
    LDI R1, 1
.value {\"group\": 300, \"id\": 1}
.cmd {\"group\" 1}
.align 0
.text
.entry nothing
";

#[test]
fn all_errors_of_a_source_are_told_at_once_with_line_and_column() {
    snapshot("assembler-errors-plain", &errors(BAD));
}

#[test]
fn errors_show_the_line_and_mark_the_place() {
    let mut read = |_: &Path| Ok(BAD.as_bytes().to_vec());
    let failure = asm::assemble(&["bad.mvasm".into()], &Options::default(), &mut read).expect_err("bad");
    snapshot("assembler-errors-marked", &failure.render(false));
}

#[test]
fn escape_sequences_of_a_source_do_not_reach_the_terminal() {
    let source = ".text\n    LDI \x1B[31mR1, 5 ; \x07\n";
    let mut read = |_: &Path| Ok(source.as_bytes().to_vec());
    let failure = asm::assemble(&["bad.mvasm".into()], &Options::default(), &mut read).expect_err("bad");
    let shown = failure.render(false);
    assert!(shown.chars().all(|c| !c.is_control() || c == '\n'), "{shown:?}");
}

#[test]
fn assembling_a_disassembly_gives_the_same_image() {
    let mut sources =
        vec![TABLE.to_owned(), ".text\n    .code 0x24030002, 0x60100000, 0xFFFFFFFF, 0, 0x0110F123\n".to_owned()];
    for demo in hsxray::demo::DEMOS {
        sources.extend(demo.files.iter().map(|(_, text)| (*text).to_owned()));
    }
    for source in sources {
        let options = Options { name: Some("x".into()), ..Options::default() };
        let first = assemble_with(&source, &options);
        let text = asm::disassemble(&first.image, &first.symbols);
        let again = assemble_with(&text, &options);
        let plain = |i: &image::Image| image::Image { mailboxes: Vec::new(), crc: 0, ..i.clone() };
        assert_eq!(plain(&again.image), plain(&first.image), "{text}");
        let nameless = asm::disassemble(&first.image, &image::Symbols::default());
        assert_eq!(assemble_with(&nameless, &options).image.code, first.image.code, "{nameless}");
    }
}

#[test]
fn symbol_files_come_back_as_they_were_written() {
    let made = assemble(TABLE);
    let text = write_sym(&made.image, &made.symbols, "table.hxe");
    let (back, warnings) = read_sym(&text, &made.image).expect("good");
    assert_eq!(warnings, Vec::<String>::new());
    let names = |s: &image::Symbols| s.symbols.iter().map(|s| (s.space, s.address, s.name.clone())).collect::<Vec<_>>();
    assert_eq!(names(&back), names(&made.symbols));
    assert_eq!(back.lines, made.symbols.lines);
    assert_eq!(back.near(Space::Code, 0x2C).map(|(s, o)| (s.name.as_str(), o)), Some(("sub", 4)));
    let other = image::Image { crc: 1, ..made.image };
    let (_, warnings) = read_sym(&text, &other).expect("good");
    assert!(warnings[0].contains("another image"), "{warnings:?}");
}

#[test]
fn the_toolchains_own_symbol_file_is_understood() {
    let image =
        image::read(&std::fs::read(project("tests/cases/protocol-programs/frames.hxe")).expect("file")).expect("image");
    let text = std::fs::read_to_string(project("tests/cases/protocol-programs/frames.sym")).expect("file");
    let (symbols, warnings) = read_sym(&text, &image).expect("good");
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(symbols.by_name("inner").map(|s| (s.address, s.function)), Some((0x24, true)));
    let line = symbols.line_at(0x28).expect("line");
    assert_eq!((symbols.files[line.file].path.as_str(), line.line), ("frames.mvasm", 21));
}

#[test]
fn every_demo_assembles_without_a_warning() {
    for demo in hsxray::demo::DEMOS {
        for (file, text) in demo.files {
            let made = assemble(text);
            assert!(made.warnings.is_empty(), "{file}: {:?}", made.warnings);
        }
    }
}
