//! The cycle of a deadlock as a drawing: its tasks in a line with the mailboxes between them, and
//! the way back below.

use crate::backend::Pid;
use crate::backend::waits::{Object, TaskWaits, Waits};
use crate::text::visible;
use crate::ui::theme::Symbols;
use unicode_width::UnicodeWidthStr;

/// Lines of a drawing.
pub(super) const LINES: usize = 3;
/// Where it begins.
const INDENT: usize = 4;
/// Where the way back leaves and arrives, from the start of a task's name.
const FOOT: usize = 1;

/// The drawing of a cycle; `None` if it takes more columns than there are.
pub(super) fn drawing(waits: &Waits, cycle: &[Pid], symbols: &Symbols, columns: usize) -> Option<[String; LINES]> {
    let rows: Option<Vec<&TaskWaits>> = cycle.iter().map(|pid| waits.row(*pid)).collect();
    let rows = rows.filter(|rows| rows.len() > 1)?;
    let back = Link::of(rows.last()?)?;
    let bottom = back.leftwards(symbols, 0).width();
    let plain = line_of(&rows, symbols, 0)?;
    // The way back may take more room than the tasks: then the first arrow is longer.
    let (top, end) = line_of(&rows, symbols, (bottom + FOOT).saturating_sub(plain.1))?;
    let (start, end) = (INDENT + FOOT, INDENT + end + FOOT);
    let back = back.leftwards(symbols, end - start - 1);
    let [.., lower_left, lower_right] = symbols.corners;
    let lines = [
        format!("{}{top}", " ".repeat(INDENT)),
        format!("{}{}{}{}", " ".repeat(start), symbols.heads[2], " ".repeat(end - start - 1), symbols.live.wall),
        format!("{}{lower_left}{back}{lower_right}", " ".repeat(start)),
    ];
    lines.iter().all(|line| line.width() <= columns).then_some(lines)
}

/// The tasks with what each waits for, left to right, and where the last one begins. The first arrow
/// is so much longer.
fn line_of(rows: &[&TaskWaits], symbols: &Symbols, longer: usize) -> Option<(String, usize)> {
    let mut line = String::new();
    for (i, row) in rows.iter().enumerate() {
        let start = line.width();
        line += &format!("{}:{}", row.pid, visible(&row.name));
        if i + 1 == rows.len() {
            return Some((line, start));
        }
        line += &Link::of(row)?.rightwards(symbols, if i == 0 { longer } else { 0 });
    }
    None
}

/// From a task through the mailbox it waits for to the tasks that could send to it.
struct Link {
    mailbox: String,
    sender: &'static str,
}

impl Link {
    fn of(row: &TaskWaits) -> Option<Link> {
        let wait = row.wait.as_ref()?;
        let Object::Mailbox { name, .. } = &wait.on else { return None };
        let sender = if wait.holders().count() == 1 { "only sender" } else { "could send" };
        Some(Link { mailbox: visible(name).into_owned(), sender })
    }

    fn rightwards(&self, symbols: &Symbols, longer: usize) -> String {
        let (rule, head) = (symbols.live.rule[0], symbols.heads[0]);
        let (two, Link { mailbox, sender }) = (rule.repeat(2), self);
        format!(" {two}recv{two}{}{head} {mailbox} {two}{sender}{two}{head} ", rule.repeat(longer))
    }

    /// The way back, in at least this many columns.
    fn leftwards(&self, symbols: &Symbols, columns: usize) -> String {
        let (rule, head) = (symbols.live.rule[0], symbols.heads[1]);
        let (two, Link { mailbox, sender }) = (rule.repeat(2), self);
        let least = format!("{two}{sender}{two} {mailbox} {head}{two}recv{two}").width();
        let longer = columns.saturating_sub(least);
        let (left, right) = (rule.repeat(longer / 2), rule.repeat(longer - longer / 2));
        format!("{two}{sender}{two}{left} {mailbox} {head}{two}recv{two}{right}")
    }
}
