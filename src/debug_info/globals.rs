//! Where variables are that the symbol file does not name.
//!
//! A line of the compiler's code that names one variable and was made into one LDI32 loads the variable's address. The
//! others follow from the order of the definitions, which is the order in memory.

use super::module::Module;
use crate::image::BANK_BASE;
use std::collections::BTreeMap;

/// The addresses of a module's definitions, in their order; `None` for what the compiler left out, and for what is not
/// known.
pub(super) fn addresses(module: &Module<'_>) -> Vec<Option<u32>> {
    let definitions = &module.metadata().globals;
    let loaded = loaded(module);
    let known: Vec<Option<u32>> = definitions
        .iter()
        .map(|d| module.labelled(d.label).or_else(|| loaded.get(d.label).copied().flatten()))
        .collect();
    let offsets = offsets(module);
    let base = base(&known, &offsets, module.is_alone());
    let placed = |(known, offset): (&Option<u32>, &Option<u32>)| known.or(base?.checked_add((*offset)?));
    known.iter().zip(&offsets).map(placed).collect()
}

/// Addresses that instructions load, by label; `None` for a label of which they load several.
fn loaded<'m>(module: &'m Module<'_>) -> BTreeMap<&'m str, Option<u32>> {
    let mut found: BTreeMap<&str, Option<u32>> = BTreeMap::new();
    for origin in &module.origins {
        let wide = origin.addresses.iter().filter_map(|at| module.insn(*at)?.wide);
        let wide: Vec<u32> = wide.collect();
        let (Some(label), [address]) = (only_label(module, &origin.text), &wide[..]) else { continue };
        let known = found.entry(label).or_insert(Some(*address));
        *known = known.filter(|known| known == address);
    }
    found
}

/// The one variable that a line names; places inside variables do not count.
fn only_label<'m>(module: &'m Module<'_>, line: &str) -> Option<&'m str> {
    let (_, rest) = line.split_once('@').filter(|_| !line.contains("getelementptr inbounds ("))?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._$-".contains(c))).unwrap_or(rest.len());
    let (label, rest) = rest.split_at(end);
    let definition = module.metadata().globals.iter().find(|d| d.label == label);
    definition.filter(|_| !rest.contains('@')).map(|d| d.label)
}

/// Bytes of each definition from the start of the module's data; `None` for what the compiler leaves out.
fn offsets(module: &Module<'_>) -> Vec<Option<u32>> {
    let mut end = 0_u32;
    let place = |d: &super::llvm::Definition<'_>| {
        let (size, align) = (size(d.value)?, d.align.clamp(1, 0x1_0000));
        let at = end.checked_next_multiple_of(align)?;
        end = at.checked_add(size)?;
        Some(at)
    };
    module.metadata().globals.iter().map(place).collect()
}

/// Bytes of a definition, by its type; `None` for those that the compiler leaves out: structs, pointers, reals.
fn size(value: &str) -> Option<u32> {
    if let Some(array) = value.strip_prefix('[') {
        let (count, of) = array.split_once(" x ")?;
        return size(of)?.checked_mul(count.parse().ok()?);
    }
    let bits = value.strip_prefix('i')?;
    let end = bits.find(|c: char| !c.is_ascii_digit()).unwrap_or(bits.len());
    bits[..end].parse::<u32>().ok().map(|bits| bits.div_ceil(8))
}

/// Where the module's data begins, if all addresses that are known agree on it.
fn base(known: &[Option<u32>], offsets: &[Option<u32>], alone: bool) -> Option<u32> {
    let mut bases = known.iter().zip(offsets).filter_map(|(known, offset)| (*known)?.checked_sub((*offset)?));
    match bases.next() {
        Some(first) => bases.all(|base| base == first).then_some(first),
        None => alone.then_some(BANK_BASE),
    }
}
