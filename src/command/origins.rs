//! `origin tree`: where a value came from, back to where it begins.

use super::Call;
use super::history::spot;
use super::parse::Word;
use super::reply::{CommandError, Reply};
use crate::backend::{Beginning, Origin, OriginRow, OriginTree, Role, TreeOptions};
use serde_json::{Value, json};

/// Nodes and steps at most, whatever is asked for.
const NODES: u64 = 10_000;
const DEPTH: u64 = 1_000;

/// `origin tree [SPOT] [depth N] [nodes N] [address]`.
pub(super) fn tree(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let mut options = TreeOptions::default();
    if let Some(nodes) = option(call, "nodes", NODES)? {
        options.nodes = nodes;
    }
    if let Some(depth) = option(call, "depth", DEPTH)? {
        options.depth = depth;
    }
    options.addresses = take_word(call, "address");
    let spot = if call.args.is_empty() {
        let missing = || {
            CommandError::at(
                call.args.end(),
                "PID REG, PID ADDR or a label is expected, or a write that last-write went to",
            )
        };
        call.target.found_spot().ok_or_else(missing)?
    } else {
        spot(call)?
    };
    let tree = call.target.origin_tree(spot, options)?;
    Ok(Reply::new(text(&tree), data(&tree)))
}

/// The number behind a word anywhere among the arguments.
fn option(call: &mut Call<'_>, name: &str, most: u64) -> Result<Option<usize>, CommandError> {
    let mut words: Vec<Word> = std::iter::from_fn(|| call.args.take_next()).collect();
    let Some(at) = words.iter().position(|w| w.text == name) else {
        words.into_iter().rev().for_each(|word| call.args.put_back(word));
        return Ok(None);
    };
    let column = words.remove(at).column;
    let number = (at < words.len()).then(|| words.remove(at));
    words.into_iter().rev().for_each(|word| call.args.put_back(word));
    let number = number.ok_or_else(|| CommandError::at(column, format!("a number is expected after {name}")))?;
    let n = super::parse::number(&number)?;
    let range = || CommandError::at(number.column, format!("{name} is a number from 1 to {most}"));
    usize::try_from(n).ok().filter(|_| (1..=most).contains(&n)).map(Some).ok_or_else(range)
}

fn take_word(call: &mut Call<'_>, name: &str) -> bool {
    let mut words: Vec<Word> = std::iter::from_fn(|| call.args.take_next()).collect();
    let at = words.iter().position(|w| w.text == name);
    if let Some(at) = at {
        words.remove(at);
    }
    words.into_iter().rev().for_each(|word| call.args.put_back(word));
    at.is_some()
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

fn text(tree: &OriginTree) -> String {
    let line = |row: &OriginRow| {
        let n = &row.node;
        let what = format!("{}{}{}", "  ".repeat(row.depth), origin_role(row), row.text);
        let turn = if n.turn > 0 { n.turn.to_string() } else { "-".into() };
        let pid = if n.pid > 0 { n.pid.to_string() } else { "-".into() };
        format!("{turn:>8} {pid:>3}  {what:40} {:10} {:08X}  {}", row.place, n.value, origin_note(row))
            .trim_end()
            .to_owned()
    };
    tree.rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn data(tree: &OriginTree) -> Value {
    let mut rows: Vec<&OriginRow> = tree.rows.iter().filter(|r| !r.again).collect();
    rows.sort_by_key(|r| r.node.id);
    rows.dedup_by_key(|r| r.node.id);
    let node = |row: &&OriginRow| {
        let n = &row.node;
        json!({ "id": n.id, "turn": n.turn, "pid": n.pid, "pc": format!("0x{:04X}", n.pc), "text": row.text,
                "at": format!("0x{:04X}", n.address), "place": row.place, "bytes": n.bytes, "bank": n.bank, "value": n.value,
                "via": n.via, "kids": n.kids, "end": n.end, "stale": row.stale, "race": row.race })
    };
    json!({ "root": 1, "turn": tree.turn, "nodes": rows.iter().map(node).collect::<Vec<_>>(), "complete": tree.complete })
}
