//! Members of structs that the compiler's code looks for at the start of their struct.
//!
//! The reference compiler leaves out the distance of a member: where it should add, it copies the address. Members in
//! front have the distance 0, so that only those behind them are affected.

use super::Misplaced;
use super::module::Module;
use crate::isa::Op;

/// The accesses of a module.
pub(super) fn misplaced(module: &Module<'_>) -> Vec<Misplaced> {
    let found = module.origins.iter().filter_map(|origin| {
        let (tag, member) = member_of(&origin.text).filter(|(_, member)| *member > 0)?;
        let [address] = origin.addresses[..] else { return None };
        let copies = module.insn(address)?.op == Op::Mov;
        copies.then(|| Misplaced { address, tag: tag.to_owned(), member })
    });
    found.collect()
}

/// The struct and the member of `%4 = getelementptr inbounds %struct.point, ptr %2, i32 0, i32 1`.
fn member_of(line: &str) -> Option<(&str, usize)> {
    let (_, rest) = line.split_once("getelementptr inbounds %struct.")?;
    let (tag, indices) = rest.split_once(", ptr ")?;
    let (_, member) = indices.split_once(", i32 0, i32 ")?;
    Some((tag, member.split(',').next()?.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_member_that_a_line_of_the_compilers_code_is_about() {
        let line = "%4 = getelementptr inbounds %struct.point, ptr %2, i32 0, i32 1, !dbg !24";
        assert_eq!(member_of(line), Some(("point", 1)));
        assert_eq!(member_of("%3 = getelementptr inbounds i8, ptr %2, i64 4"), None);
        assert_eq!(member_of("%3 = getelementptr inbounds %struct.point, ptr %2, i64 1"), None);
    }
}
