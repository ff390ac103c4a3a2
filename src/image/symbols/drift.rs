//! Right addresses for symbol files that count instructions where they should count words.
//!
//! The HSX reference linker multiplies the number of an instruction by four. LDI32 takes two words, so
//! everything behind one is four bytes too low.

use super::read::{address, items, name};
use crate::image::Image;
use crate::image::json::Json;
use crate::isa::Insn;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The instructions of each module, in the order of the linker's numbers.
pub(super) struct Modules {
    /// For the first address of each module, the address of each of its instructions, and its end.
    places: BTreeMap<u32, Vec<u32>>,
}

/// What the addresses of a symbol file count.
pub(super) enum Counted {
    /// Words: they are right.
    Words,
    /// Words, as far as anyone can tell; with an LDI32 in front of some of them.
    PerhapsInstructions,
    /// Instructions: they have to be corrected.
    Instructions,
}

impl Modules {
    /// A module starts where the file says so; else where an instruction's number inside its module does.
    pub fn new(root: &Json, image: &Image) -> Modules {
        let start = |entry: &Json| {
            let ordinal = u32::try_from(entry.get("ordinal")?.integer()?).ok()?;
            address(entry)?.checked_sub(ordinal.checked_mul(4)?)
        };
        let end = 4 * image.code.len() as u32;
        let stated = |entry: &Json| u32::try_from(entry.get("code_base")?.integer()?).ok();
        let mut starts: BTreeSet<u32> = items(Some(root), "modules").iter().filter_map(stated).collect();
        if starts.is_empty() {
            starts.extend(records(root).iter().filter_map(start));
        }
        starts.retain(|at| at % 4 == 0 && *at < end);
        starts.insert(0);
        let ends = starts.iter().copied().skip(1).chain([end]);
        let places = starts.iter().copied().zip(ends).map(|(at, end)| (at, instructions(image, at, end)));
        Modules { places: places.collect() }
    }

    /// The byte address of what the file calls `at`: its module's start plus four for each
    /// instruction before it.
    pub fn place(&self, at: u32) -> u32 {
        let Some((start, places)) = self.places.range(..=at).next_back() else { return at };
        let ordinal = ((at - start) / 4) as usize;
        places.get(ordinal).or(places.last()).copied().unwrap_or(at)
    }

    /// The code of each module.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u32>> {
        self.places.iter().map(|(start, places)| *start..places.last().copied().unwrap_or(*start))
    }

    /// What a file counts. One sign of counted instructions is enough: an instruction that stands on
    /// the second word of another, or a function that stands beside its label.
    pub fn counted(&self, root: &Json, labels: &BTreeMap<&str, Vec<u32>>) -> Counted {
        if root.get("addresses").and_then(Json::text) == Some("words") {
            return Counted::Words;
        }
        let beside_its_label = |f: &Json| {
            let (Some(name), Some(at)) = (name(f), address(f)) else { return false };
            labels.get(name).is_some_and(|places| !places.contains(&at))
        };
        let stated: BTreeSet<u32> = records(root).iter().filter_map(address).collect();
        if items(root.get("symbols"), "functions").iter().any(beside_its_label)
            || stated.iter().any(|at| self.is_second_word(*at))
        {
            Counted::Instructions
        } else if self.places.values().any(|places| is_partial_behind_wide(places, &stated)) {
            Counted::PerhapsInstructions
        } else {
            Counted::Words
        }
    }

    fn is_second_word(&self, at: u32) -> bool {
        let module = self.places.range(..=at).next_back();
        module.is_some_and(|(_, places)| {
            at.is_multiple_of(4) && places.last().is_some_and(|end| at < *end) && places.binary_search(&at).is_err()
        })
    }
}

fn records(root: &Json) -> &[Json] {
    items(Some(root), "instructions")
}

/// Whether an instruction is stated that has an LDI32 before it in its module, while others are not stated.
fn is_partial_behind_wide(places: &[u32], stated: &BTreeSet<u32>) -> bool {
    let Some(wide) = places.windows(2).find(|pair| pair[1] - pair[0] > 4).map(|pair| pair[1]) else { return false };
    let instructions = &places[..places.len() - 1];
    let end = places[places.len() - 1];
    stated.range(wide..end).next().is_some() && instructions.iter().any(|at| !stated.contains(at))
}

/// The addresses of the instructions of a module, and its end.
fn instructions(image: &Image, start: u32, end: u32) -> Vec<u32> {
    let mut places = vec![start];
    let mut at = start;
    while at < end {
        at += Insn::decode(image.code[at as usize / 4], None).map_or(4, |insn| insn.size());
        places.push(at.min(end));
    }
    places
}
