//! How a cell of a lane looks.

use crate::backend::{Doing, LaneCell, Lanes, Share, TraceKind};
use crate::ui::theme::{Role, Symbols};

/// Turns in a column up to which messages are marked in the lanes; in wider ones nothing else would
/// be seen.
const FEW: u64 = 8;

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
pub fn look(symbols: &'static Symbols, lanes: &Lanes, cell: &LaneCell) -> (&'static str, Role) {
    let per_column = lanes.turns_a_column();
    let [send, receive, trap] = symbols.lane_events;
    let few = per_column <= FEW;
    match cell.kinds {
        kinds if kinds.has(TraceKind::Fault) => (symbols.lane[Doing::Faulted as usize], Role::Trouble),
        kinds if kinds.has(TraceKind::Break) => (symbols.stop[0], Role::Stop),
        kinds if few && kinds.has(TraceKind::Send) => (send, Role::Label),
        kinds if few && kinds.has(TraceKind::Recv) => (receive, Role::Label),
        kinds if per_column == 1 && kinds.has(TraceKind::Trap) => (trap, Role::Run),
        _ if lanes.window.time && ran(cell) > 0 => (symbols.height(ran(cell), cell.share.total()), Role::Run),
        _ => share(symbols, &cell.share),
    }
}

/// A turn is short beside a sleep: over virtual time it is shown however little of a column it takes.
fn ran(cell: &LaneCell) -> u64 {
    cell.share.turns(Doing::Ran)
}

/// What most of the turns were spent with. Being ready is the same as running: a task that runs
/// in rotation with others shows how much it ran.
fn share(symbols: &'static Symbols, share: &Share) -> (&'static str, Role) {
    let all = share.total();
    if all == 0 {
        return (" ", Role::Text);
    }
    if share.turns(Doing::Faulted) > 0 {
        return (symbols.lane[Doing::Faulted as usize], Role::Trouble);
    }
    let ran = share.turns(Doing::Ran);
    let turns = |doing: &Doing| match doing {
        Doing::Ran => 0,
        Doing::Ready => ran + share.turns(Doing::Ready),
        doing => share.turns(*doing),
    };
    let most = Doing::ALL.into_iter().max_by_key(turns).unwrap_or(Doing::Ready);
    match most {
        Doing::Ready if ran == all => (symbols.lane[Doing::Ran as usize], Role::Run),
        Doing::Ready if ran > 0 => (symbols.height(ran, all), Role::Run),
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
