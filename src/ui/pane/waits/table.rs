//! The rows of the pane of waits: one a task, with its figures where there is room.

use crate::backend::RunState;
use crate::backend::waits::{How, Latency, Object, TaskWaits, Waiting, Waits};
use crate::text::visible;
use crate::ui::format::{count, fit, plural, short_count, short_time, time};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;

/// Columns of the figures, with the blank before them.
const FIGURES: usize = 40;
/// Columns from which on a row says since when and until when a task waits.
const NARROW: usize = 60;
/// Columns a row takes at most.
const WIDEST: usize = 148;

/// Where the columns are; numbers by their ends.
pub(super) struct Columns {
    /// Columns of what is waited for.
    object: usize,
    /// Since when and until when, where that leaves room for names.
    since: Option<usize>,
    waited: usize,
    until: Option<usize>,
    who: usize,
    /// Columns of who could end it.
    room: usize,
    figures: Option<usize>,
}

impl Columns {
    pub(super) fn of(width: usize) -> Columns {
        // Figures far away from their task would be read in the wrong row.
        let width = width.min(WIDEST);
        let figures = (width >= 116).then(|| width - FIGURES);
        let object = (figures.unwrap_or(width) / 4).clamp(12, 30);
        if width < NARROW {
            let object = (width / 2).clamp(14, 24);
            let waited = 7 + object + 10;
            let who = waited + 2;
            return Columns {
                object,
                since: None,
                waited,
                until: None,
                who,
                room: width.saturating_sub(who),
                figures: None,
            };
        }
        let since = 7 + object + 11;
        let waited = since + 10;
        let until = waited + 2;
        let who = until + 10;
        let (since, until) = (Some(since), Some(until));
        Columns { object, since, waited, until, who, room: figures.unwrap_or(width).saturating_sub(who), figures }
    }

    pub(super) fn has_figures(&self) -> bool {
        self.figures.is_some()
    }

    pub(super) fn head(&self, pen: &mut Pen<'_>) {
        pen.put("  pid  waits for", Role::Head);
        if let Some(end) = self.since {
            pen.right("since", end, Role::Head);
        }
        pen.right("waited", self.waited, Role::Head);
        if let Some(at) = self.until {
            pen.col(at).put("until", Role::Head);
        }
        pen.col(self.who).put("who could end it", Role::Head);
        if let Some(at) = self.figures {
            pen.right("share", at + 6, Role::Head).right("longest", at + 16, Role::Head);
            pen.right("wake to run", at + 32, Role::Head).right("queue", at + 39, Role::Head);
        }
    }
}

pub(super) fn line(waits: &Waits, row: &TaskWaits, columns: &Columns, chosen: bool, starves: bool, pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let plain = if chosen { Role::Selection } else { Role::Text };
    if starves {
        pen.put(pen.symbols().foreign, Role::Trouble);
    }
    let ellipsis = pen.symbols().ellipsis;
    pen.right(&row.pid.to_string(), 5, plain).col(7);
    let (text, role) = object(row);
    pen.put(&fit(&text, columns.object, ellipsis), if chosen { plain } else { role });
    let since = row.wait.as_ref().map_or(row.last_turn, |w| w.since_turn);
    if let Some(end) = columns.since {
        pen.right(&format!("turn {}", short_count(since, 6)), end, plain);
    }
    pen.right(&waited(waits, row), columns.waited, plain);
    if let Some(wait) = &row.wait {
        if let Some(at) = columns.until {
            let until = wait.until.map_or_else(|| "forever".to_owned(), |at| short_time(at, 9));
            pen.col(at).put(&until, plain);
        }
        pen.col(columns.who).long(&[(&who(waits, wait), plain)], columns.who + columns.room);
    }
    if let Some(at) = columns.figures {
        let longest = row.longest.map_or("-".to_owned(), |l| short_time(l.us, 9));
        pen.right(&share(waits, row), at + 6, Role::Dim).right(&longest, at + 16, Role::Dim);
        pen.right(&latency(&row.latency), at + 32, Role::Dim);
        pen.right(&row.deepest_queue().to_string(), at + 39, Role::Dim);
    }
}

/// What a task waits for, or what else it does.
fn object(row: &TaskWaits) -> (String, Role) {
    match (row.wait.as_ref().map(|w| &w.on), row.state) {
        (Some(Object::Mailbox { name, .. }), _) => (format!("recv {}", visible(name)), Role::Wait),
        (Some(Object::Sleep), _) => ("sleep".to_owned(), Role::Sleep),
        (None, RunState::Returned | RunState::Exited) => {
            (format!("{} {}", row.state.name(), row.exit_status.unwrap_or(0)), Role::Ended)
        }
        (None, RunState::Faulted) => ("FAULT".to_owned(), Role::Trouble),
        (None, RunState::Paused) => ("paused".to_owned(), Role::Pause),
        (None, _) => ("ready".to_owned(), Role::Ready),
    }
}

/// How long a wait has lasted, or for how many turns a ready task was not scheduled.
fn waited(waits: &Waits, row: &TaskWaits) -> String {
    match (&row.wait, row.unserved) {
        (Some(wait), _) => short_time(waits.time_us - wait.since_us, 9),
        (None, Some(turns)) => format!("{} t", short_count(turns, 6)),
        (None, None) => "-".to_owned(),
    }
}

/// Those who could send first, then those who would have to open the mailbox.
fn who(waits: &Waits, wait: &Waiting) -> String {
    if wait.on == Object::Sleep {
        return "time".to_owned();
    }
    let holds = wait.enders.iter().filter(|e| e.how != How::Opens).map(|e| {
        let name = waits.row(e.pid).map_or("", |r| &r.name);
        let blocked = if e.blocked { " (blocked)" } else { "" };
        format!("{}:{}{blocked}", e.pid, visible(name))
    });
    let mut parts: Vec<String> = holds.chain(wait.outside.then(|| "from outside".to_owned())).collect();
    let openers: Vec<String> =
        wait.enders.iter().filter(|e| e.how == How::Opens && !e.blocked).map(|e| e.pid.to_string()).collect();
    if !openers.is_empty() {
        parts.push(format!("{} by opening it", openers.join(",")));
    }
    if parts.is_empty() { "no task that is left".to_owned() } else { parts.join(", ") }
}

fn share(waits: &Waits, row: &TaskWaits) -> String {
    let share = row.share(waits.turn);
    format!("{}.{}%", share / 10, share % 10)
}

/// Least, median and most turns from a wake to the task's own turn.
fn latency(latency: &Latency) -> String {
    let (Some(least), Some((low, high)), Some(most)) = (latency.least(), latency.median(), latency.most()) else {
        return "-".to_owned();
    };
    let n = |n| short_count(n, 4);
    let median = if low == high { n(low) } else { format!("{}-{}", n(low), n(high)) };
    format!("{}/{median}/{}", n(least), n(most))
}

/// The figures of a task in a line.
pub(super) fn figures(waits: &Waits, row: &TaskWaits) -> String {
    let mut parts = vec![format!("{}: {} of turns", row.pid, share(waits, row))];
    if let Some(longest) = row.longest {
        let (turns, us) = (plural(longest.turns, "turn"), time(longest.us));
        parts.push(format!("longest wait {turns}, {us}, from turn {}", count(longest.since)));
    }
    if row.latency.count() > 0 {
        parts.push(format!("wake to run {} turns", latency(&row.latency)));
    }
    parts.push(format!("deepest queue {}", row.deepest_queue()));
    parts.join("; ")
}
