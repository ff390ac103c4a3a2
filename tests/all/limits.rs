//! Inputs that are small and would take gigabytes or minutes: each is refused with the limit's name and number, or
//! done in no time.

use crate::support::{assemble, errors};
use hsxray::asm::{self, Options};
use hsxray::image;
use hsxray::limits::ENTRIES;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// What a debug build on a busy machine may take for what must not be quadratic.
const SOON: Duration = Duration::from_secs(20);

fn soon<T>(what: &str, does: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = does();
    assert!(begun.elapsed() < SOON, "{what} took {:?}", begun.elapsed());
    done
}

/// The common CRC-32.
fn crc32(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| c >> 1 ^ (0xEDB8_8320 & (c & 1).wrapping_neg()))
    })
}

/// An image of one instruction with metadata sections: kind, bytes, entries.
fn hxe(sections: &[(u32, Vec<u8>, u32)]) -> Vec<u8> {
    let base = 96 + 4;
    let (mut table, mut body) = (Vec::new(), Vec::new());
    for (kind, bytes, entries) in sections {
        let at = base + 16 * sections.len() + body.len();
        for field in [*kind, at as u32, bytes.len() as u32, *entries] {
            table.extend(field.to_be_bytes());
        }
        body.extend(bytes);
    }
    let mut head: Vec<u8> = b"HSXE\0\x02\0\x02".to_vec();
    [0u32, 4, 0, 0, 0].iter().for_each(|field| head.extend(field.to_be_bytes()));
    let rest: Vec<u8> = [0, 0, 0, 0].into_iter().chain(table).chain(body).collect();
    let crc = crc32(head.iter().chain(&rest).copied());
    head.extend(crc.to_be_bytes());
    let mut name = [0; 32];
    name[0] = b'x';
    head.extend(name);
    [if sections.is_empty() { 0 } else { base as u32 }, sections.len() as u32]
        .iter()
        .for_each(|f| head.extend(f.to_be_bytes()));
    head.extend([0; 24]);
    head.extend(rest);
    head
}

fn refusal(sections: &[(u32, Vec<u8>, u32)]) -> String {
    soon("the image", || image::read(&hxe(sections)).expect_err("refused").to_string())
}

fn value_rows(count: u32, name: u16) -> Vec<u8> {
    let row = |i: u32| {
        let mut row = vec![(i >> 8) as u8, i as u8, 0, 0, 0, 0];
        row.extend(name.to_be_bytes());
        row.extend([0; 12]);
        row
    };
    (0..count).flat_map(row).collect()
}

fn boxes(count: usize) -> Vec<u8> {
    let list: Vec<String> = (0..count).map(|i| format!("{{\"target\":\"app:m{i}\"}}")).collect();
    format!("[{}]", list.join(",")).into_bytes()
}

#[test]
fn an_image_whose_rows_share_one_long_string_is_refused_by_the_limit_on_text() {
    let rows = value_rows(3000, 60_000);
    let section = [rows, vec![b'A'; 200_000], vec![0]].concat();
    assert_eq!(refusal(&[(1, section, 3000)]), "metadata section 0: over the limit \"metadata text\" of 1 MB");
}

#[test]
fn an_image_with_many_sections_or_declarations_is_refused_by_their_limits() {
    let many = vec![(9, b"x".to_vec(), 0); 257];
    assert_eq!(refusal(&many), "metadata table: over the limit \"sections\" of 256");
    let count = ENTRIES.most as u32 + 1;
    let told = refusal(&[(1, value_rows(count, 0), count)]);
    assert_eq!(told, "metadata section 0: over the limit \"declarations\" of 65536");
}

#[test]
fn sections_that_share_their_bytes_are_refused() {
    let section = value_rows(10, 0);
    let mut bytes = hxe(&[(1, section.clone(), 10), (1, section, 10), (9, vec![0; 2000], 0)]);
    // All rows of the table refer to the last section's bytes.
    let at = u32::from_be_bytes([bytes[100 + 36], bytes[100 + 37], bytes[100 + 38], bytes[100 + 39]]);
    for row in 0..2 {
        bytes[100 + 16 * row + 4..100 + 16 * row + 8].copy_from_slice(&at.to_be_bytes());
        bytes[100 + 16 * row + 8..100 + 16 * row + 12].copy_from_slice(&2000u32.to_be_bytes());
    }
    let crc = crc32(bytes[..0x1C].iter().chain(&bytes[0x60..]).copied());
    bytes[0x1C..0x20].copy_from_slice(&crc.to_be_bytes());
    let told = image::read(&bytes).expect_err("refused").to_string();
    assert!(told.starts_with("metadata sections of 4000 bytes in a file of"), "{told}");
}

#[test]
fn twenty_thousand_mailboxes_are_read_at_once_and_a_twin_among_them_is_found() {
    let image = soon("the image", || image::read(&hxe(&[(3, boxes(20_000), 1)])).expect("good"));
    assert_eq!(image.mailboxes.len(), 20_000);
    let more = [(3, boxes(20_000), 1), (3, boxes(1), 1)];
    assert_eq!(refusal(&more), "metadata section 1: mailbox app:m0 is declared twice");
}

#[test]
fn json_of_a_million_values_is_refused_by_their_limit() {
    let text = format!("[{}0]", "0,".repeat(1_000_000));
    let told = soon("the text", || image::json::parse(&text).expect_err("refused").to_string());
    assert!(told.starts_with("over the limit \"JSON values\" of 1000000 at byte "), "{told}");
}

/// The errors of sources that are read from memory.
fn failure(read: impl Fn(&Path) -> Vec<u8>) -> String {
    let result = asm::assemble(&["a.mvasm".into()], &Options::default(), &mut |path: &Path| Ok(read(path)));
    result.expect_err("refused").plain()
}

#[test]
fn includes_are_bounded_in_bytes_in_number_and_in_depth() {
    let of = |name: &str, main: String, included: &'static str| {
        let name = name.to_owned();
        soon("the includes", || {
            failure(|path| if path.ends_with(&name) { included.as_bytes().to_vec() } else { main.clone().into_bytes() })
        })
    };
    let big: &'static str = Box::leak(format!(";{}\n", "x".repeat(98)).repeat(5_000).into_boxed_str());
    let many = ".include \"big.inc\"\n".repeat(3000);
    let told = of("big.inc", many.clone(), big);
    assert_eq!(told.lines().count(), 1);
    assert!(
        told.starts_with("a.mvasm:17:10: error[E53]: big.inc: over the limit \"included bytes\" of 8 MB"),
        "{told}"
    );
    let told = of("big.inc", many, "");
    assert!(told.starts_with("a.mvasm:1001:10: error[E53]: big.inc: over the limit \"includes\" of 1000"), "{told}");
    // Each file includes another of its own name in a directory further down.
    let told = failure(|_| b".include \"d/a.mvasm\"\n".to_vec());
    assert!(told.contains("over the limit \"include depth\" of 64"), "{told}");
}

#[test]
fn lines_and_words_of_a_source_are_bounded() {
    let told = soon("the line", || errors(&format!(".data\n.byte {}0\n", "0,".repeat(40_000))));
    assert!(
        told.starts_with("test.mvasm:2:1: error[E53]: test.mvasm: over the limit \"line length\" of 64 KB"),
        "{told}"
    );
    let told = errors(&format!(".text\n    JMP {}\n", "x".repeat(2000)));
    assert!(told.starts_with("test.mvasm:2:9: error[E55]: a word over the limit \"token length\" of 1 KB"), "{told}");
    assert!(told.len() < 200);
    let text = "a".repeat(5000);
    assemble(&format!(".data\ns: .asciz \"{text}\"\n.text\n    RET\n"));
}

#[test]
fn a_module_that_is_too_large_is_told_where_it_went_over_and_not_made() {
    let zeros = format!(".data\n{}", "    .zero 65536\n".repeat(100_000));
    let told = soon("the zeros", || errors(&zeros));
    assert!(told.starts_with("test.mvasm:3:5: error[L14]: here the data is over 65536 bytes"), "{told}");
    assert_eq!(told.lines().count(), 1);
}

#[test]
fn twenty_thousand_errors_are_told_at_once_and_more_are_cut_with_the_limit_s_name() {
    // Each jump names a label that is not there, among as many that are nearly called so.
    let mut text = String::from(".text\n");
    for i in 0..19_000 {
        let _ = writeln!(text, "label_{i}:\n    JMP labe_{i}");
    }
    let source = text.as_bytes().to_vec();
    let shown = soon("the errors", || {
        let read = &mut |_: &Path| Ok(source.clone());
        let failure = asm::assemble(&["a.mvasm".into()], &Options::default(), read).expect_err("wrong");
        assert_eq!(failure.plain().lines().count(), failure.errors.len());
        failure.render(false)
    });
    assert!(shown.contains("did you mean \"label_0\"?") && shown.contains("a.mvasm:32767:9"), "{}", &shown[..2000]);
    let told = soon("the errors", || {
        errors(&".text\n".chars().chain("    .nope\n".repeat(30_000).chars()).collect::<String>())
    });
    assert!(told.ends_with("error[E54]: over the limit \"errors\" of 20000"), "{}", &told[told.len() - 200..]);
}

#[test]
fn a_source_in_latin_1_is_an_error_with_line_and_column() {
    let told = failure(|_| b".text\nstart: ; \xE9\n    RET\n".to_vec());
    let expected =
        "a.mvasm:2:10: error[E02]: the byte 0xE9 is not UTF-8; expected UTF-8 text (the file may be in Latin-1)";
    assert_eq!(told, expected);
}

#[test]
fn a_source_in_utf_16_is_called_that() {
    for text in [&b"\xFF\xFE.\0t\0e\0x\0t\0\n\0"[..], b"\xFE\xFF\0.\0t\0e\0x\0t\0\n"] {
        let told = failure(|_| text.to_vec());
        assert!(told.starts_with("a.mvasm:1:1: error[E02]: ") && told.contains("(the file is in UTF-16"), "{told}");
        assert!(!told.contains("Latin-1"), "{told}");
    }
}
