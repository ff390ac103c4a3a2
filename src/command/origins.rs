//! `origin tree`: where a value came from, back to where it begins.

use super::Call;
use super::answer::count;
use super::columns::padded;
use super::history::written;
use super::parse::number;
use super::reply::CommandError;
use crate::backend::request::{OriginOf, Past, Travel};
use crate::backend::{Beginning, Origin, OriginRow, OriginTree, Request, Role, UseRow, UsesFound};

/// Nodes and steps at most, whatever is asked for.
const NODES: u16 = 10_000;
const DEPTH: u16 = 1_000;

/// `origin tree [SPOT] [depth N] [nodes N] [address]`.
pub(super) fn tree(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let nodes = option(call, "nodes", NODES)?;
    let depth = option(call, "depth", DEPTH)?;
    let addresses = call.args.remove("address").is_some();
    call.blame = Some(call.args.column());
    let place = if call.args.is_empty() { None } else { Some(written(call)?) };
    Ok(Travel::OriginTree(OriginOf { place, depth, nodes, addresses }).into())
}

/// `uses [SPOT]`: where a value went.
pub(super) fn uses(call: &mut Call<'_>) -> Result<Request, CommandError> {
    call.blame = Some(call.args.column());
    let place = if call.args.is_empty() { None } else { Some(written(call)?) };
    Ok(Past::Uses(place).into())
}

/// Where a value went, a use a line.
pub(super) fn uses_text(found: &UsesFound) -> String {
    let line = |row: &UseRow| {
        let UseRow { at, text, does } = row;
        format!("{:10}  {} 0x{:04X} {text}  {does}", at.turn, at.pid, at.pc)
    };
    let mut lines: Vec<String> = found.uses.iter().map(line).collect();
    if found.more > 0 {
        lines.push(format!("and {} more", found.more));
    }
    let moved = count(found.moves, "turn");
    lines.push(match found.gone {
        Some(turn) => format!("{moved} moved it or computed with it; after turn {turn} nothing was left of it"),
        None => format!("{moved} moved it or computed with it; something made from it is still there"),
    });
    lines.join("\n")
}

/// The number behind a word anywhere among the arguments.
fn option(call: &mut Call<'_>, name: &str, most: u16) -> Result<Option<u16>, CommandError> {
    let Some((column, value)) = call.args.remove_pair(name) else { return Ok(None) };
    let value = value.ok_or_else(|| CommandError::malformed(column, format!("a number is expected after {name}")))?;
    let n = u16::try_from(number(&value)?).ok().filter(|n| (1..=most).contains(n));
    n.map(Some).ok_or_else(|| CommandError::malformed(value.column, format!("{name} is a number from 1 to {most}")))
}

/// How a value begins, or how it came there, in a few words.
#[must_use]
pub fn origin_note(row: &OriginRow) -> String {
    let mut note = match (row.again, row.node.end) {
        (true, _) => format!("as #{} above", row.node.id),
        (_, Some(Beginning::Constant)) => "constant".into(),
        (_, Some(Beginning::ReturnAddress)) => "return address".into(),
        (_, Some(Beginning::StackPointer)) => "SP".into(),
        (_, Some(Beginning::Data)) => "program data".into(),
        (_, Some(Beginning::Zero)) => "zero since the start".into(),
        (_, Some(Beginning::Input)) => "from outside".into(),
        (_, Some(Beginning::Service)) => "result of the call".into(),
        (_, Some(Beginning::Gone)) => "its task is gone".into(),
        (_, Some(Beginning::Limit)) => "more: depth, nodes".into(),
        (_, None) if row.node.via == Origin::Message => "by message".into(),
        (_, None) => String::new(),
    };
    if row.stale {
        note += "! another task wrote there before this one did";
    }
    if let Some(n) = row.race {
        note += &format!("  race {n}");
    }
    note.trim().to_owned()
}

/// What a node is to the one above it, in a word.
#[must_use]
pub fn origin_role(row: &OriginRow) -> &'static str {
    match row.role {
        None | Some(Role::Value) => "",
        Some(Role::Left) => "left ",
        Some(Role::Right) => "right ",
        Some(Role::Old) => "old ",
        Some(Role::Address) => "address ",
    }
}

/// A tree, a node a line.
pub(super) fn text(tree: &OriginTree) -> String {
    let named = tree.rows.iter().map(|row| row.place.chars().count()).max().unwrap_or(0).clamp(10, 28);
    let line = |row: &OriginRow| {
        let n = &row.node;
        let what = format!("{}{}{}", "  ".repeat(row.depth), origin_role(row), row.text);
        let turn = if n.turn > 0 { n.turn.to_string() } else { "-".into() };
        let pid = if n.pid > 0 { n.pid.to_string() } else { "-".into() };
        let (what, place) = (padded(&what, 40), padded(&row.place, named));
        format!("{turn:>8} {pid:>3}  {what} {place} 0x{:08X}  {}", n.value, origin_note(row)).trim_end().to_owned()
    };
    tree.rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
