//! Messages below the lanes: each by its number from where it was sent to where it was received, as
//! far as there is room; where they are too many, how many were sent.

use crate::backend::{Lanes, Message};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;

/// A message as it is to be drawn: columns and text.
struct Mark {
    from: usize,
    text: String,
}

/// Draws the messages into this many rows from `row` on, right of the labels.
pub fn draw(lanes: &Lanes, columns: usize, row: usize, rows: usize, labels: usize, pen: &mut Pen<'_>) {
    if rows == 0 {
        return;
    }
    let placed = placed(lanes, columns, rows, pen);
    let hidden = lanes.messages.len() - placed.len();
    let label = if hidden == 0 { "messages".to_owned() } else { format!("msgs +{hidden}") };
    // A few of many would say nothing.
    if placed.len() <= hidden {
        pen.row(row).col(4).put("messages", Role::Dim);
        return sent(lanes, columns, labels, pen);
    }
    pen.row(row).col(4).put(&label, Role::Dim);
    for (place, Mark { from, text }) in placed {
        pen.row(row + place).col(labels + from).put(&text, Role::Label);
    }
}

/// Each message in the first row that has room for it; those for which none has are left out.
fn placed(lanes: &Lanes, columns: usize, rows: usize, pen: &Pen<'_>) -> Vec<(usize, Mark)> {
    // The first free column of each row.
    let mut free = vec![0; rows];
    let mut place = |mark: Mark| {
        let end = mark.from + mark.text.chars().count();
        let row = free.iter().position(|free| *free <= mark.from && end <= columns)?;
        free[row] = end + 1;
        Some((row, mark))
    };
    let forms = |message| [arrow(lanes, message, pen), short(lanes, message, columns)];
    lanes.messages.iter().filter_map(|message| forms(message).into_iter().flatten().find_map(&mut place)).collect()
}

/// From the column of the send to that of the receipt.
fn arrow(lanes: &Lanes, message: &Message, pen: &Pen<'_>) -> Option<Mark> {
    let symbols = pen.symbols();
    let column = |place: Option<(u64, _)>| lanes.column_of(place?.0);
    let name = format!("#{}", message.seq);
    match (column(message.sent), column(message.received)) {
        (Some(from), Some(to)) if to > from + name.len() => {
            let line = symbols.live.rule[0].repeat(to - from - name.len());
            Some(Mark { from, text: format!("{name}{line}{}", symbols.pc) })
        }
        (None, Some(to)) => {
            let text = format!("{}{}{name}", symbols.live.rule[0].repeat(to), symbols.pc);
            Some(Mark { from: 0, text })
        }
        (Some(from), None) => Some(Mark { from, text: format!("{name}{}", symbols.ellipsis) }),
        _ => None,
    }
}

/// The number alone, where the message was sent, or received if it was sent before; in the last columns
/// it ends there.
fn short(lanes: &Lanes, message: &Message, columns: usize) -> Option<Mark> {
    let (turn, _) = message.sent.or(message.received)?;
    let text = format!("#{}", message.seq);
    Some(Mark { from: lanes.column_of(turn)?.min(columns.saturating_sub(text.len())), text })
}

/// How many were sent in each column, compared with the one that has most.
fn sent(lanes: &Lanes, columns: usize, labels: usize, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    let most = lanes.sent.iter().max().copied().unwrap_or(0);
    for (column, sent) in lanes.sent.iter().take(columns).enumerate().filter(|(_, sent)| **sent > 0) {
        pen.col(labels + column).put(symbols.height(*sent, most), Role::Label);
    }
}
