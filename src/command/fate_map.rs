//! The choices along a run, in words.

use super::answer::count;
use crate::backend::{Label, MapRow, MapView, Pid};

/// All of it.
pub(super) fn map_text(view: &MapView) -> String {
    let mut lines: Vec<String> = view.rows.iter().map(row).collect();
    lines.push(map_covered(view));
    lines.join("\n")
}

/// A moment: `after turn 5, 15 of 21 orders fail, 50.0 % of even draws: 2 reads [0x5000] (...): lost; instead 1 safe`.
fn row(row: &MapRow) -> String {
    let after =
        format!("after turn {}{}", row.after, map_share(row).map(|share| format!(", {share}")).unwrap_or_default());
    let others = |taken: Option<Pid>| {
        let others = row.picks.iter().filter(|(pid, _)| Some(*pid) != taken);
        others.map(|(pid, label)| format!("{pid} {}", label.name())).collect::<Vec<_>>().join(", ")
    };
    match &row.taken {
        Some((turn, label)) => {
            format!("{after}: {}: {}; instead {}", turn.does(""), label.name(), others(Some(turn.pid)))
        }
        None if row.picks.is_empty() => format!("{after}: the end"),
        None => format!("{after}: next {}", others(None)),
    }
}

/// The share of what follows a moment that fails, where that was counted or sampled: `850 of 924 orders fail, 78.1 % of even draws`.
#[must_use]
pub fn map_share(row: &MapRow) -> Option<String> {
    if row.picks.is_empty() {
        return None;
    }
    let Some(share) = row.share else { return sampled(row) };
    let drawn = format!("{:.1} % of even draws", share.drawn * 100.0);
    Some(match share.orders {
        Some((failing, 1)) => format!("{failing} of 1 order fails, {drawn}"),
        Some((failing, orders)) => format!("{failing} of {orders} orders fail, {drawn}"),
        None => format!("{drawn} fail"),
    })
}

/// What came of some draws: `sampled: 12 of 200 even draws fail, 3.5 to 10.2 % of all (95 % sure)`.
fn sampled(row: &MapRow) -> Option<String> {
    let share = row.sampled?;
    let (low, high) = share.interval();
    let cut = if share.open > 0 { format!(", {} cut off", share.open) } else { String::new() };
    let [low, high] = [low, high].map(|bound| bound * 100.0);
    let (failed, draws) = (share.failed, share.draws());
    Some(format!("sampled: {failed} of {draws} even draws fail{cut}, {low:.1} to {high:.1} % of all (95 % sure)"))
}

/// What was covered.
#[must_use]
pub fn map_covered(view: &MapView) -> String {
    let states = count(view.states as u64, "state");
    // What is not known differs from nothing.
    let matters = |row: &&MapRow| {
        let mut known = row.picks.iter().map(|(_, label)| *label).filter(|label| *label != Label::Unknown);
        known.next().is_some_and(|first| known.any(|other| other != first))
    };
    let matter = view.rows.iter().filter(matters).count();
    let turns = count(view.turns - view.from, "turn");
    let matters = format!("who took the next turn mattered {} in {turns}", times(matter));
    match view.exhausted {
        true => format!("{matters}; exhausted, by {states}"),
        false => format!("{matters}, as far as is known; not exhausted after {states}"),
    }
}

fn times(n: usize) -> String {
    if n == 1 { "once".into() } else { format!("{n} times") }
}
