//! How a cell of a lane looks.

use crate::backend::{Doing, LaneCell, Lanes, Share, TraceKind};
use crate::ui::theme::{Role, Symbols};
use crate::ui::view::LaneSteps;

/// Turns in a column up to which messages are marked in the lanes; in wider ones nothing else would
/// be seen.
const FEW: u64 = 8;

/// The two halves of a cell, each by its height: block elements.
#[rustfmt::skip]
const HALVES: [[&str; 3]; 3] = [
    [" ", "▗", "▐"],
    ["▖", "▄", "▟"],
    ["▌", "▙", "█"],
];
/// The same in octants.
#[rustfmt::skip]
const OCTANTS: [[&str; 5]; 5] = [
    [" ", "𜺠", "▗", "𜶖", "▐"],
    ["𜺣", "▂", "𜷋", "𜷓", "𜷕"],
    ["▖", "𜶻", "▄", "𜷡", "▟"],
    ["𜵈", "𜶿", "𜷞", "▆", "𜷥"],
    ["▌", "𜷀", "▙", "𜷤", "█"],
];

fn role(doing: Doing) -> Role {
    match doing {
        Doing::Ran => Role::Run,
        Doing::Ready => Role::Ready,
        Doing::Waits => Role::Wait,
        Doing::Sleeps => Role::Sleep,
        Doing::Paused => Role::Pause,
        Doing::Ended => Role::Ended,
        Doing::Faulted => Role::Trouble,
    }
}

/// The mark of a cell, and its role; a blank where the task was not there.
pub fn look(symbols: &'static Symbols, steps: LaneSteps, lanes: &Lanes, cell: &LaneCell) -> (&'static str, Role) {
    let per_column = lanes.turns_a_column();
    let [send, receive, trap] = symbols.lane_events;
    let few = per_column <= FEW;
    match cell.kinds {
        kinds if kinds.has(TraceKind::Fault) => (symbols.lane[Doing::Faulted as usize], Role::Trouble),
        kinds if kinds.has(TraceKind::Break) => (symbols.stop[0], Role::Stop),
        kinds if few && kinds.has(TraceKind::Send) => (send, Role::Label),
        kinds if few && kinds.has(TraceKind::Recv) => (receive, Role::Label),
        kinds if per_column == 1 && kinds.has(TraceKind::Trap) => (trap, Role::Run),
        _ if lanes.window.time && ran(&cell.share) > 0 => (height(symbols, steps, cell), Role::Run),
        _ => share(symbols, steps, cell),
    }
}

/// A turn is short beside a sleep: over virtual time it is shown however little of a column it takes.
fn ran(share: &Share) -> u64 {
    share.turns(Doing::Ran)
}

/// How much of a column a task ran, in the two halves of it if they are distinguished.
fn height(symbols: &'static Symbols, steps: LaneSteps, cell: &LaneCell) -> &'static str {
    let level = |share: &Share, steps: u64| (ran(share) * steps).div_ceil(share.total().max(1)).min(steps) as usize;
    match (steps, &cell.halves) {
        (LaneSteps::Halves, Some([first, second])) => HALVES[level(first, 2)][level(second, 2)],
        (LaneSteps::Octants, Some([first, second])) => OCTANTS[level(first, 4)][level(second, 4)],
        (LaneSteps::Cells, _) | (_, None) => symbols.height(ran(&cell.share), cell.share.total()),
    }
}

/// What most of the turns were spent with. Being ready is the same as running: a task that runs
/// in rotation with others shows how much it ran.
fn share(symbols: &'static Symbols, steps: LaneSteps, cell: &LaneCell) -> (&'static str, Role) {
    let share = &cell.share;
    let all = share.total();
    if all == 0 {
        return (" ", Role::Text);
    }
    if share.turns(Doing::Faulted) > 0 {
        return (symbols.lane[Doing::Faulted as usize], Role::Trouble);
    }
    let ran = ran(share);
    let turns = |doing: &Doing| match doing {
        Doing::Ran => 0,
        Doing::Ready => ran + share.turns(Doing::Ready),
        doing => share.turns(*doing),
    };
    let most = Doing::ALL.into_iter().max_by_key(turns).unwrap_or(Doing::Ready);
    match most {
        Doing::Ready if ran == all => (symbols.lane[Doing::Ran as usize], Role::Run),
        Doing::Ready if ran > 0 => (height(symbols, steps, cell), Role::Run),
        doing => (symbols.lane[doing as usize], role(doing)),
    }
}

/// What the marks mean, those first that are asked for most.
pub fn legend(symbols: &'static Symbols, lanes: &Lanes) -> Vec<(&'static str, &'static str)> {
    let [send, receive, trap] = symbols.lane_events;
    let mark = |doing: Doing| symbols.lane[doing as usize];
    let mut legend = vec![
        (mark(Doing::Ran), "runs"),
        (mark(Doing::Ready), "ready"),
        (mark(Doing::Waits), "waits"),
        (mark(Doing::Sleeps), "sleeps"),
    ];
    let per_column = lanes.turns_a_column();
    if per_column > 1 {
        legend[0] = (symbols.heights[3], "share it runs");
    }
    if lanes.exact && per_column <= FEW {
        legend.extend([(send, "sends"), (receive, "receives")]);
    }
    if lanes.exact && per_column == 1 {
        legend.push((trap, "calls"));
    }
    legend.extend([(mark(Doing::Faulted), "fault"), (mark(Doing::Ended), "ended"), (mark(Doing::Paused), "paused")]);
    legend
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::symbols::pixel::{OCTANTS as PIXELS, QUADRANTS};

    /// The character of two columns that are filled from the foot up, of some dots each; dots count row by row.
    fn filled(rows: usize, heights: [usize; 2], pixels: &[char]) -> String {
        let dot = |column: usize, row: usize| usize::from(rows - row <= heights[column]) << (2 * row + column);
        let dots = (0..rows).flat_map(|row| [dot(0, row), dot(1, row)]);
        pixels[dots.sum::<usize>()].to_string()
    }

    #[test]
    fn a_cell_in_two_halves_shows_the_height_of_each() {
        for (left, right) in (0..5).flat_map(|left| (0..5).map(move |right| (left, right))) {
            assert_eq!(OCTANTS[left][right], filled(4, [left, right], &PIXELS));
            if left < 3 && right < 3 {
                assert_eq!(HALVES[left][right], filled(2, [left, right], &QUADRANTS));
            }
        }
    }
}
