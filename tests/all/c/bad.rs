//! Files of another build, cut off, in circles, huge: a load continues, with a warning.

use super::cases::program;
use crate::support::{Dice, project};
use hsxray::backend::Program;
use std::path::Path;

fn copy(case: &str, to: &Path) {
    for entry in std::fs::read_dir(project("tests/cases/c").join(case)).expect("directory") {
        let path = entry.expect("entry").path();
        if path.is_file() {
            let copied = to.join(path.file_name().expect("a name"));
            std::fs::copy(&path, &copied).expect("copies");
            // All of one age, whatever order they are copied in: no source is newer than its image.
            let file = std::fs::File::options().append(true).open(&copied).expect("opens");
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("dates");
        }
    }
}

fn load(directory: &Path, image: &str) -> Program {
    Program::read(&directory.join(image)).expect("the image is good")
}

#[test]
fn a_file_of_another_build_is_left_out_with_one_warning() {
    let directory = tempfile::tempdir().expect("directory");
    copy("files", directory.path());
    copy("scope", directory.path());
    std::fs::rename(directory.path().join("scope.ll"), directory.path().join("bank.ll")).expect("renames");
    let program = load(directory.path(), "files.hxe");
    assert_eq!(program.warnings, ["bank.ll is of another build: it is left out"]);
    assert!(program.debug.globals.iter().any(|g| g.name == "rate"), "the other modules are there");
    assert!(program.debug.globals.iter().all(|g| g.name != "balance"));
    std::fs::copy(directory.path().join("log.dbg"), directory.path().join("main.dbg")).expect("copies");
    let program = load(directory.path(), "files.hxe");
    assert_eq!(program.warnings.len(), 2, "{:?}", program.warnings);
}

#[test]
fn changed_sources_are_noticed() {
    let directory = tempfile::tempdir().expect("directory");
    copy("recur", directory.path());
    assert_eq!(load(directory.path(), "recur.hxe").warnings, Vec::<String>::new());
    std::fs::write(directory.path().join("recur.c"), "int main(void) { return 1; }\n").expect("writes");
    assert_eq!(load(directory.path(), "recur.hxe").warnings, ["recur.c has changed since the build"]);
}

#[test]
fn types_and_scopes_in_circles_end() {
    let directory = tempfile::tempdir().expect("directory");
    copy("recur", directory.path());
    let path = directory.path().join("recur.ll");
    let text = std::fs::read_to_string(&path).expect("reads");
    // int is a typedef of itself; a block lies within itself.
    let round = text
        .replace("!DIBasicType(name: \"int\"", "!DIDerivedType(tag: DW_TAG_typedef, baseType: !12, name: \"int\"")
        .lines()
        .map(|line| match line.split_once(" = distinct !DILexicalBlock(scope: ") {
            Some((id, rest)) => {
                format!("{id} = distinct !DILexicalBlock(scope: {id}{}", &rest[rest.find(',').unwrap_or(0)..])
            }
            None => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n");
    std::fs::write(&path, round).expect("writes");
    let program = load(directory.path(), "recur.hxe");
    assert_eq!(program.symbols.functions.len(), 5);
    assert!(program.debug.locals.iter().all(|l| l.of.is_none_or(|of| program.debug.types.size(of) <= 4)));
}

#[test]
fn no_cut_and_no_changed_byte_stops_a_load() {
    let directory = tempfile::tempdir().expect("directory");
    copy("drift1", directory.path());
    let mut dice = Dice(7);
    for file in ["drift1.sym", "drift1.ll", "drift1.dbg"] {
        let path = directory.path().join(file);
        let good = std::fs::read(&path).expect("reads");
        for _ in 0..60 {
            let mut bad = good.clone();
            match dice.roll(3) {
                0 => bad.truncate(dice.roll(good.len() as u64) as usize),
                1 => {
                    for _ in 0..20 {
                        let at = dice.roll(bad.len() as u64) as usize;
                        bad[at] = dice.roll(256) as u8;
                    }
                }
                _ => {
                    // Numbers become huge.
                    let at = dice.roll(bad.len() as u64) as usize;
                    let digit = bad[at..].iter().position(u8::is_ascii_digit).map_or(at, |i| at + i);
                    bad.splice(digit..digit, *b"99999999999");
                }
            }
            std::fs::write(&path, &bad).expect("writes");
            let program = load(directory.path(), "drift1.hxe");
            assert!(program.warnings.len() <= 4, "{:?}", program.warnings);
            for at in (0..400).step_by(4) {
                let _ = program.debug.visible(at);
            }
            for of in 0..50 {
                let _ = program.debug.types.name(Some(of));
            }
        }
        std::fs::write(&path, &good).expect("writes");
    }
    assert_eq!(load(directory.path(), "drift1.hxe").debug, program("drift1", "drift1").debug);
}

#[test]
fn a_function_whose_frame_grows_by_one_way_alone_is_named_at_the_load() {
    let warnings = program("faults/spill", "spill").warnings;
    let grows = |w: &&String| w.contains("the stack is higher by one way than by another");
    assert_eq!(warnings.iter().filter(grows).count(), 1, "{warnings:?}");
    for case in super::cases::CASES.iter().filter(|case| **case != "prodcons") {
        for image in super::cases::images().into_iter().filter(|image| image.case == *case) {
            let warnings = image.program().warnings;
            assert_eq!(warnings.iter().find(grows), None, "{}", image.name);
        }
    }
}

#[test]
fn a_fault_that_a_growing_frame_has_caused_is_explained_by_it() {
    let mut target = hsxray::backend::Local::new("spill", Default::default(), Default::default());
    target.load(std::sync::Arc::new(program("faults/spill", "spill")), Default::default()).expect("loads");
    crate::support::run(&mut target, "run");
    let told = crate::support::run(&mut target, "explain").to_string();
    let part = "A RET took it for its return address. The stack of deeper (at 0x0150, spill.c:";
    assert!(told.contains(part), "{told}");
    let mut other = super::cases::target("overflow");
    crate::support::run(&mut other, "run");
    assert!(!crate::support::run(&mut other, "explain").to_string().contains("took it for"));
}

#[test]
fn variables_that_a_symbol_file_holds_are_checked_and_whatever_is_wrong_stops_no_load() {
    let directory = tempfile::tempdir().expect("directory");
    copy("types", directory.path());
    let good = load(directory.path(), "types.hxe");
    let text = hsxray::image::write_sym_with(&good.image, &good.symbols, "types.hxe", [good.debug.entry()]);
    for file in ["types.ll", "types.dbg", "halves.ll", "halves.dbg"] {
        let _ = std::fs::remove_file(directory.path().join(file));
    }
    let path = directory.path().join("types.sym");
    std::fs::write(&path, &text).expect("writes");
    let again = load(directory.path(), "types.hxe");
    assert_eq!((again.debug, again.warnings), (good.debug, Vec::new()));
    let mut dice = Dice(18);
    let from = text.find("debug_info").expect("there");
    for _ in 0..40 {
        let mut bad = text.clone().into_bytes();
        for _ in 0..=dice.roll(6) {
            let at = from + dice.roll((bad.len() - from) as u64) as usize;
            let digit = bad[at..].iter().position(u8::is_ascii_digit).map_or(at, |i| at + i);
            match dice.roll(3) {
                0 => bad[digit] = b'9',
                1 => drop(bad.splice(digit..digit, *b"4294967295")),
                _ => bad[at] = dice.roll(256) as u8,
            }
        }
        std::fs::write(&path, &bad).expect("writes");
        let program = load(directory.path(), "types.hxe");
        let mut target = hsxray::backend::Local::new("bad", Default::default(), Default::default());
        target.load(std::sync::Arc::new(program), Default::default()).expect("loads");
        for line in ["tbreak 0x600", "run", "info locals", "info globals", "backtrace", "ptype struct point", "explain"]
        {
            for words in hsxray::command::split(line).expect("line") {
                let _ = hsxray::command::execute(&mut target, Some(1), words);
                while hsxray::backend::Target::pump(&mut target, 100_000) {}
            }
        }
    }
}
