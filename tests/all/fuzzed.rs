//! Every reader of what comes from outside, with seeds, inputs that fuzzing has found, and changes of both: no panic, and
//! what is accepted holds what is promised of it.

use crate::support::{Dice, project};
use readers::READERS;
use std::fs;
use std::path::PathBuf;

#[path = "../../fuzz/readers.rs"]
mod readers;

/// Changed inputs for each seed.
const CHANGES: u64 = 40;
/// Bytes of a seed that are taken.
const LONGEST: usize = 16 << 10;

fn seeds(name: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(project("fuzz/seeds").join(name)).expect("seeds of every reader");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

/// One of the changes that fuzzers make.
fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = |dice: &mut Dice, bytes: &[u8]| dice.roll(bytes.len() as u64 + 1) as usize;
    match dice.roll(6) {
        0 => bytes.truncate(at(dice, bytes)),
        1 => {
            let from = at(dice, bytes);
            let to = (from + dice.roll(40) as usize).min(bytes.len());
            let copy = bytes[from..to].to_vec();
            let into = at(dice, bytes);
            bytes.splice(into..into, copy);
        }
        2 => {
            let from = at(dice, bytes);
            bytes.drain(from..(from + dice.roll(9) as usize).min(bytes.len()));
        }
        3 => {
            let text = *dice.of(&[
                "0",
                "-1",
                "4294967296",
                "99999999999999999999",
                "\"",
                "{",
                "[",
                "\u{1b}[",
                "é",
                "\n",
                "%s",
            ]);
            let into = at(dice, bytes);
            bytes.splice(into..into, text.bytes());
        }
        _ => {
            let place = at(dice, bytes);
            let value = *dice.of(&[0, 1, 0x7F, 0x80, 0xFF, b'0', b'9', b' ', b'"']);
            if let Some(byte) = bytes.get_mut(place) {
                *byte = value;
            }
        }
    }
}

#[test]
fn every_reader_stands_what_fuzzing_gives_it() {
    for (name, read) in READERS {
        for file in seeds(name) {
            let mut seed = fs::read(&file).expect("a seed");
            seed.truncate(LONGEST);
            read(&seed);
            for n in 0..CHANGES {
                let mut dice = Dice(n);
                let mut bytes = seed.clone();
                (0..=dice.roll(4)).for_each(|_| change(&mut bytes, &mut dice));
                let done = std::panic::catch_unwind(|| read(&bytes));
                assert!(done.is_ok(), "{name}: {} changed with seed {n}:\n{}", file.display(), bytes.escape_ascii());
            }
        }
    }
}
