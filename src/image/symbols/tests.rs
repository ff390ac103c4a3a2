use super::*;
use crate::image::{Function, Image, Line, LocalRange, Location};

/// LDI, CALL, JMP; LDI32, LD, ADD, ST, RET. `main` at 0, `bump` at 12, `ticks` in the data.
fn tick() -> Image {
    let code = vec![
        0x0150_0002,
        0x2400_0003,
        0x2100_0004,
        0x6010_0000,
        0x4000,
        0x0221_0000,
        0x1022_5000,
        0x0301_2000,
        0x2500_0000,
    ];
    Image { version: 2, code, rodata: vec![0; 4], crc: 902_481_784, ..Image::default() }
}

const PLAIN: &str = r#"{
  "addresses": "words",
  "hxe_crc": 902481784,
  "hxe_path": "tick.hxe",
  "instructions": [],
  "memory_regions": [
    {
      "end": 35,
      "name": "code",
      "start": 0,
      "type": "text"
    },
    {
      "end": 16387,
      "name": "rodata",
      "start": 16384,
      "type": "data"
    }
  ],
  "symbols": {
    "functions": [],
    "labels": {
      "0x00000000": [
        "main"
      ],
      "0x0000000C": [
        "bump"
      ],
      "0x00004000": [
        "ticks"
      ]
    },
    "locals": [],
    "variables": [
      {
        "address": 16384,
        "name": "ticks",
        "scope": "global",
        "size": 0,
        "type": null
      }
    ]
  },
  "version": 1
}"#;

const WITH_LINES: &str = r#"{"version": 1, "hxe_crc": 902481784, "instructions": [
  {"function": "main", "mvasm_line": 10, "ordinal": 0, "pc": 0, "source_kind": "compiler"},
  {"directory": ".", "file": "tick.mvasm", "line": 12, "ordinal": 1, "pc": 4},
  {"file": "tick.mvasm", "line": 15, "ordinal": 3, "pc": 12}],
 "symbols": {"functions": [
    {"address": 0, "file": "tick.mvasm", "line": 9, "name": "main", "size": 12},
    {"address": 12, "file": "tick.mvasm", "line": 13, "name": "bump", "size": 24}],
  "labels": {"0x00000000": ["main"], "0x0000000C": ["bump"], "0x00004000": ["ticks"]},
  "locals": [], "variables": [{"address": 16384, "name": "ticks", "size": 0}]}}"#;

fn symbols(text: &str, image: &Image) -> Symbols {
    let (symbols, warnings) = read_sym(text, image).expect("good");
    assert_eq!(warnings, Vec::<String>::new());
    symbols
}

fn near(symbols: &Symbols, space: Space, address: u32) -> Option<(&str, u32)> {
    symbols.near(space, address).map(|(s, offset)| (s.name.as_str(), offset))
}

#[test]
fn a_file_without_lines_is_read_and_written_byte_identical() {
    let symbols = symbols(PLAIN, &tick());
    assert_eq!(near(&symbols, Space::Code, 16), Some(("bump", 4)));
    assert_eq!(near(&symbols, Space::Data, 0x4002), Some(("ticks", 2)));
    assert_eq!(near(&symbols, Space::Data, 0x3FFF), None);
    assert_eq!(symbols.by_name("bump").map(|s| (s.address, s.function)), Some((12, false)));
    assert_eq!(symbols.line_at(4), None);
    assert_eq!(write_sym(&tick(), &symbols, "tick.hxe"), PLAIN);
}

#[test]
fn functions_end_and_lines_are_found_both_ways() {
    let symbols = symbols(WITH_LINES, &tick());
    assert_eq!(near(&symbols, Space::Code, 16), Some(("bump", 4)));
    assert_eq!(near(&symbols, Space::Code, 36), None);
    assert_eq!(symbols.symbols.len(), 3);
    assert_eq!(symbols.files.len(), 1);
    assert_eq!(symbols.line_at(0), None);
    assert_eq!(symbols.line_at(35), Some(&Line { address: 12, file: 0, line: 15 }));
    assert_eq!(symbols.breaks(0, 12), [4]);
    assert_eq!(read_sym(&write_sym(&tick(), &symbols, "é.hxe"), &tick()), Ok((symbols, Vec::new())));
}

#[test]
fn a_file_that_counts_instructions_is_corrected_from_each_modules_own_start() {
    // Words 0 to 4 are one module (two LDI32, RET), 5 to 8 another (LDI32, RET, RET).
    let (ldi32, ret) = (0x6010_0000, 0x2500_0000);
    let image = Image { code: vec![ldi32, 0, ldi32, 0, ret, ldi32, 0, ret, ret], ..Image::default() };
    let text = r#"{"instructions": [
        {"pc": 8, "ordinal": 2, "file": "a.c", "line": 3},
        {"pc": 20, "ordinal": 0, "file": "b.c", "line": 1},
        {"pc": 28, "ordinal": 2, "file": "b.c", "line": 9}],
      "symbols": {"labels": {"0x00000014": ["first"], "0x00000020": ["second"]},
        "functions": [{"name": "hidden", "address": 0, "size": 12}, {"name": "first", "address": 20, "size": 8},
                      {"name": "second", "address": 28, "size": 4}]}}"#;
    let symbols = symbols(text, &image);
    let places: Vec<_> = symbols.symbols.iter().map(|s| (s.name.as_str(), s.address, s.size)).collect();
    assert_eq!(places, [("hidden", 0, 20), ("first", 20, 12), ("second", 32, 4)]);
    assert_eq!(symbols.lines.iter().map(|l| l.address).collect::<Vec<_>>(), [16, 20, 32]);
}

#[test]
fn equal_names_in_two_modules_are_no_sign_of_drift() {
    let image = tick();
    let at = |address| Symbol { name: "step".into(), space: Space::Code, address, size: 4, function: true };
    let function = |start| Function { name: "step".into(), start, end: start + 4, file: None, line: 0 };
    let functions = vec![function(12), function(32)];
    let twins = Symbols { symbols: vec![at(12), at(32)], functions, ..Symbols::default() };
    assert_eq!(symbols(&write_sym(&image, &twins, "x.hxe"), &image), twins);
}

#[test]
fn data_behind_the_rodata_and_beside_long_code_stays_data() {
    let data =
        |name: &str, address| Symbol { name: name.into(), space: Space::Data, address, size: 0, function: false };
    let zeroed = Symbols { symbols: vec![data("buffer", 0x4010)], ..Symbols::default() };
    let long = Image { code: vec![0; 0x2000], ..Image::default() };
    for image in [Image { bss: 64, ..tick() }, long] {
        assert_eq!(symbols(&write_sym(&image, &zeroed, "x.hxe"), &image), zeroed);
    }
}

#[test]
fn the_plain_forms_are_read_with_addresses_of_any_kind() {
    let lists = r#"{"symbols": [{"name": "main", "addr": 0, "type": "function"}, {"symbol": "ticks", "address": "0x4000"}],
                    "lines": [{"address": 4, "source": "t.c", "line": 2}]}"#;
    let maps = r#"{"symbols": {"main": {"address": 0, "type": "function"}, "ticks": {"abs_addr": 16384}, "labels": {}},
                   "lines": {"4": {"file": "t.c", "line": 2}}}"#;
    for text in [lists, maps] {
        let symbols = symbols(text, &tick());
        assert_eq!(near(&symbols, Space::Code, 8), Some(("main", 8)), "{text}");
        assert_eq!(near(&symbols, Space::Data, 0x4000), Some(("ticks", 0)), "{text}");
        assert_eq!(symbols.line_at(7).map(|l| l.line), Some(2), "{text}");
    }
}

#[test]
fn another_images_file_is_a_warning_and_no_object_an_error() {
    let (symbols, warnings) = read_sym(PLAIN, &Image { crc: 1, ..tick() }).expect("good");
    assert_eq!((symbols.symbols.len(), warnings.len()), (3, 1));
    assert_eq!(read_sym("[]", &tick()), Err(SymError::NoObject));
    assert!(matches!(read_sym("{", &tick()), Err(SymError::Json(_))));
}

#[test]
fn one_instruction_on_the_second_word_of_another_shows_that_instructions_are_counted() {
    // LDI32 at 0 and 8, RET at 16: the third instruction is said to be at 8.
    let image = Image { code: vec![0x6010_0000, 0, 0x6010_0000, 0, 0x2500_0000], ..Image::default() };
    let text = r#"{"instructions": [
        {"pc": 0, "ordinal": 0, "file": "a.c", "directory": ".", "line": 3},
        {"pc": 4, "ordinal": 1, "file": "./a.c", "line": 4, "source_kind": "compiler"},
        {"pc": 8, "ordinal": 2, "file": "a.c", "line": 5}],
      "symbols": {"functions": [{"name": "main", "address": 0, "size": 12, "file": "a.c", "line": 2}],
        "locals": [{"name": "n", "function": "main", "line": 3, "scope": "!7",
          "locations": [{"start": 4, "end": 8, "location": {"kind": "stack", "offset": -4}}]}]}}"#;
    let symbols = symbols(text, &image);
    assert_eq!(symbols.functions, [Function { name: "main".into(), start: 0, end: 20, file: Some(0), line: 2 }]);
    let lines: Vec<_> = symbols.lines.iter().map(|l| (l.address, l.file, l.line)).collect();
    assert_eq!(lines, [(0, 0, 3), (16, 0, 5)]);
    let range = LocalRange { start: 8, end: 16, location: Location::Stack(-4) };
    assert_eq!(symbols.locals[0].ranges, [range]);
    assert_eq!(read_sym(&write_sym(&image, &symbols, "a.hxe"), &image), Ok((symbols, Vec::new())));
}

#[test]
fn a_line_does_not_reach_into_the_next_functions_prologue_or_past_the_end() {
    let image = Image { code: vec![0x2500_0000; 8], ..Image::default() };
    let text = r#"{"addresses": "words", "instructions": [
        {"pc": 4, "file": "a.c", "line": 3}, {"pc": 20, "file": "a.c", "line": 9}, {"pc": 24, "file": "a.c", "line": 0}],
      "symbols": {"functions": [{"name": "f", "address": 0, "size": 12}, {"name": "g", "address": 16, "size": 12}]}}"#;
    let symbols = symbols(text, &image);
    let lines: Vec<_> = (0..8).map(|i| symbols.line_at(4 * i).map(|l| l.line)).collect();
    assert_eq!(lines, [None, Some(3), Some(3), None, None, Some(9), Some(9), None]);
    assert_eq!(symbols.bodies("g").collect::<Vec<_>>(), [20]);
}

#[test]
fn a_table_with_gaps_behind_an_ldi32_may_be_shifted() {
    let image = Image { code: vec![0x6010_0000, 0, 0x2500_0000, 0x2500_0000], ..Image::default() };
    let text = r#"{"instructions": [{"pc": 8, "ordinal": 2, "file": "a.c", "line": 3}]}"#;
    let (symbols, warnings) = read_sym(text, &image).expect("good");
    assert_eq!(symbols.lines[0].address, 8);
    assert_eq!(warnings, ["the line table may be shifted: it may count instructions where it should count words"]);
}

#[test]
fn a_source_is_meant_by_its_path_or_the_end_of_it() {
    let paths = ["main.c", "a/util.c", "b/util.c", "lib/my bank.c"];
    let named = |name: &str| super::sources_named(paths, name);
    assert_eq!(named("main.c"), [0]);
    assert_eq!(named("./main.c"), [0]);
    assert_eq!(named("util.c"), [1, 2], "both");
    assert_eq!(named("b/util.c"), [2]);
    assert_eq!(named("/home/me/b/util.c"), [2]);
    assert_eq!(named("my bank.c"), [3]);
    assert!(named("til.c").is_empty() && named("other/main.h").is_empty());
}
