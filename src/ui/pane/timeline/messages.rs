//! Messages below the lanes: each by its number from where it was sent to where it was received, as
//! far as there is room; where they are too many, how many were sent.

use crate::target::{Lanes, Message};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;

/// A message as it is to be drawn: columns and text.
struct Mark {
    from: usize,
    text: String,
}

/// Draws the messages into so many rows from `row` on, right of the labels.
pub fn draw(lanes: &Lanes, columns: usize, row: usize, rows: usize, labels: usize, pen: &mut Pen<'_>) {
    if rows == 0 {
        return;
    }
    if lanes.messages.is_empty() {
        pen.row(row).col(4).put("messages", Role::Dim);
        return sent(lanes, columns, labels, pen);
    }
    let hidden = listed(lanes, columns, row, rows, labels, pen);
    let label = if hidden == 0 { "messages".to_owned() } else { format!("msgs +{hidden}") };
    pen.row(row).col(4).put(&label, Role::Dim);
}

/// Each message in the first row that has room for it; how many have none.
fn listed(lanes: &Lanes, columns: usize, row: usize, rows: usize, labels: usize, pen: &mut Pen<'_>) -> usize {
    let mut hidden = 0;
    // The first free column of each row.
    let mut free = vec![0; rows];
    for message in &lanes.messages {
        let arrow = arrow(lanes, message, pen);
        let short = short(lanes, message, columns);
        let mut forms = [arrow, short].into_iter().flatten();
        let placed = forms.find_map(|Mark { from, text }| {
            let end = from + text.chars().count();
            let place = free.iter().position(|free| *free <= from && end <= columns)?;
            pen.row(row + place).col(labels + from).put(&text, Role::Label);
            free[place] = end + 1;
            Some(())
        });
        hidden += usize::from(placed.is_none());
    }
    hidden
}

/// From the column of the send to that of the receipt.
fn arrow(lanes: &Lanes, message: &Message, pen: &Pen<'_>) -> Option<Mark> {
    let symbols = pen.symbols();
    let column = |place: Option<(u64, _)>| lanes.window.column_of(place?.0);
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
    Some(Mark { from: lanes.window.column_of(turn)?.min(columns.saturating_sub(text.len())), text })
}

/// How many were sent in each column, compared with the one that has most.
fn sent(lanes: &Lanes, columns: usize, labels: usize, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    let most = lanes.sent.iter().max().copied().unwrap_or(0);
    for (column, sent) in lanes.sent.iter().take(columns).enumerate().filter(|(_, sent)| **sent > 0) {
        pen.col(labels + column).put(symbols.height(*sent, most), Role::Label);
    }
}
