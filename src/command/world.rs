//! What others have done that a task will read, in words.

use super::Call;
use super::answer::count;
use super::reply::CommandError;
use crate::backend::request::Fate;
use crate::backend::{Request, WorldChange, WorldNews, WorldView};
use crate::text::hex;

/// `world [PID]`.
pub(super) fn world(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid_or_selected()?;
    call.args.done()?;
    Ok(Fate::World(pid).into())
}

/// All of it, a line a change.
pub(super) fn world_text(view: &WorldView) -> String {
    let mut lines: Vec<String> = view.changes.iter().map(|change| format!("  {}", line(view, change))).collect();
    lines.insert(0, format!("since turn {}, the last of task {}:", view.since, view.pid));
    lines.push(world_ahead(view));
    lines.join("\n")
}

/// `[0x5000] 2, was 1: 2 in turn 9 at loop+0x8; read in its turn 12 at loop`.
fn line(view: &WorldView, change: &WorldChange) -> String {
    let WorldChange { what, by, turn, place, read_in, read_at } = change;
    let name = if let WorldNews::Bytes { name, .. } = what { name.as_deref() } else { None };
    let by = match *by {
        0 => "the host".to_owned(),
        by if by == view.pid => "the end of its wait".to_owned(),
        by => format!("task {by}"),
    };
    let at = place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
    format!("{}: {by} in turn {turn}{at}; read in its turn {read_in} at {read_at}", world_news(what, name))
}

/// What has changed: `counter [0x5000] 2, was 1`; `message 3 of app:ping 05`.
#[must_use]
pub fn world_news(what: &WorldNews, name: Option<&str>) -> String {
    match what {
        WorldNews::Bytes { address, old, new, .. } => {
            let name = name.map_or_else(String::new, |name| format!("{name} "));
            format!("{name}[0x{address:04X}] {}, was {}", value(new), value(old))
        }
        WorldNews::Message { mailbox, seq, data } => format!("message {seq} of {mailbox} {}", hex::shown(data)),
    }
}

/// What was looked through, and that nothing else was found there.
#[must_use]
pub fn world_ahead(view: &WorldView) -> String {
    let nothing = if view.changes.is_empty() { "nothing" } else { "nothing else" };
    let turns = count(view.ahead, "turn");
    match view.ahead {
        0 => format!("others have changed nothing that task {} is known to read: it cannot take a turn", view.pid),
        _ => format!(
            "others have changed {nothing} that task {} reads in its next {turns}, if it continues alone",
            view.pid
        ),
    }
}

/// A number of one, two or four bytes; longer stretches in hex.
fn value(bytes: &[u8]) -> String {
    match *bytes {
        [a] => a.to_string(),
        [a, b] => u16::from_le_bytes([a, b]).to_string(),
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]).to_string(),
        _ => hex::shown(bytes),
    }
}
