//! 5: mailboxes, and the messages of the selected one.

use super::{Here, Response, Unit, scroll_to, selected};
use crate::backend::{MailboxView, MessageView, mode_names};
use crate::text::{hex, plain, visible};
use crate::ui::format::{fit, plural, short_count};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{ByteFormat, Formats, Scene};

/// The row of the table.
pub(super) const UNIT: Unit = Unit { info, rows, draw, cursor, format, filters: true, ..Unit::LIST };

/// Boxes worth a row: in use, waited for or shared; all of them if the user wants.
#[must_use]
pub fn shown<'s>(here: &Here<'s>) -> Vec<&'s MailboxView> {
    let filter = here.filter();
    let passes = |b: &MailboxView| filter.passes(b.owner, "box", || b.name.clone());
    let used = |b: &&MailboxView| (here.view.formats.all_boxes || !filter.is_empty() || in_use(b)) && passes(b);
    let mut boxes: Vec<&MailboxView> = here.now.mailboxes.iter().filter(used).collect();
    // Boxes that tasks share come first, then those of single tasks.
    boxes.sort_by_key(|b| (b.owner.is_some(), b.descriptor));
    boxes
}

fn rows(here: &Here<'_>) -> usize {
    shown(here).len()
}

fn info(here: &Here<'_>) -> String {
    plural(here.now.mailboxes.len() as u64, "box")
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let boxes = shown(here);
    let height = pen.height();
    let columns = Columns::of(pen.width());
    columns.head(pen);
    let cursor = here.state.cursor.min(boxes.len().saturating_sub(1));
    let empty = here.now.mailboxes.len() - boxes.len();
    let foot = usize::from(empty > 0 && height > 2);
    let messages = if height >= 8 { height.saturating_sub(1 + foot) / 2 } else { usize::from(height >= 4) };
    let list = height.saturating_sub(1 + foot + messages).min(boxes.len().max(1));
    let first = scroll_to(cursor, boxes.len(), list);
    for (row, b) in boxes.iter().skip(first).take(list).enumerate() {
        line(b, first + row == cursor, &columns, pen.row(row + 1).spot(Spot::Box(first + row, b.descriptor)));
    }
    if let Some(b) = boxes.get(cursor) {
        let room = height.saturating_sub(1 + foot + list.min(boxes.len()));
        contents(here, b, list.min(boxes.len()) + 1, room, pen);
    }
    if foot > 0 {
        let lines = list.min(boxes.len());
        let used = 1 + lines + boxes.get(cursor).map_or(0, |b| b.messages.len().max(1).min(height - 2 - lines));
        folded(here, used, &columns, empty, pen);
    }
}

/// Empty boxes where there is room left, those of the selected task first; the others are counted.
fn folded(scene: &Scene<'_>, from: usize, columns: &Columns, empty: usize, pen: &mut Pen<'_>) {
    let all = pen.height().saturating_sub(from);
    let room = if all < empty { all.saturating_sub(1) } else { empty };
    let chosen = selected(scene).map(|t| t.pid);
    let mut boxes: Vec<&MailboxView> = scene.now.mailboxes.iter().filter(|b| !in_use(b)).collect();
    boxes.sort_by_key(|b| (b.owner != chosen, b.descriptor));
    for (i, b) in boxes.iter().take(room).enumerate() {
        line(b, false, columns, pen.row(from + i));
    }
    if room < empty {
        // In a lesson the key answers questions.
        let key = if scene.view.lesson.is_none() { " (A shows all)" } else { "" };
        pen.row(from + room)
            .put(&format!("       {}{key}", plural((empty - room) as u64, "more empty box")), Role::Dim);
    }
}

fn cursor(here: &Here<'_>) -> Option<Spot> {
    let boxes = shown(here);
    let row = here.state.cursor.min(boxes.len().checked_sub(1)?);
    Some(Spot::Box(row, boxes[row].descriptor))
}

/// Messages another way.
fn format(here: &Here<'_>) -> Vec<Response> {
    let formats = here.view.formats;
    let messages = formats.messages.next();
    vec![Response::Formats(Formats { messages, ..formats }), Response::Say(messages.about().into())]
}

fn in_use(b: &MailboxView) -> bool {
    b.depth > 0 || b.sent > 0 || !b.waiters.is_empty() || !b.taps.is_empty() || b.owner.is_none()
}

/// Columns of the bar that shows how full a box is.
const BAR: usize = 8;
/// Where names begin.
const NAME: usize = 7;
/// Columns of `waiters` and the blank before it.
const WAITERS: usize = 9;

/// Where the columns of the list are; numbers by their ends.
struct Columns {
    /// Columns of the name.
    name: usize,
    depth: usize,
    bytes: usize,
    /// Sent and received, where they leave room for names.
    counts: Option<(usize, usize)>,
    waiters: usize,
    bar: Option<usize>,
}

impl Columns {
    fn of(width: usize) -> Columns {
        // Depth and bytes; sent and received.
        let (fill, sums) = (13, 14);
        let with_sums = width >= NAME + 10 + fill + sums + WAITERS;
        let numbers = if with_sums { fill + sums } else { fill };
        let name = width.saturating_sub(NAME + numbers + WAITERS).clamp(8, 26);
        let at = NAME + name;
        let waiters = at + numbers + 1;
        let bar = (width >= waiters + WAITERS + 1 + BAR).then(|| width - BAR);
        Columns { name, depth: at + 6, bytes: at + 13, counts: with_sums.then_some((at + 20, at + 27)), waiters, bar }
    }

    fn head(&self, pen: &mut Pen<'_>) {
        pen.row(0).put("    id name", Role::Head).right("depth", self.depth, Role::Head);
        pen.right("bytes", self.bytes, Role::Head);
        if let Some((sent, received)) = self.counts {
            pen.right("sent", sent, Role::Head).right("recv", received, Role::Head);
        }
        pen.col(self.waiters).put("waiters", Role::Head);
    }
}

fn fill_bar(b: &MailboxView, role: Role, pen: &mut Pen<'_>) {
    let bar = pen.symbols().bar;
    let capacity = (b.capacity as usize).max(1);
    let full = (b.bytes_used as usize * BAR).div_ceil(capacity).min(BAR);
    pen.put(&bar[2].repeat(full), role).put(&bar[0].repeat(BAR - full), Role::Dim);
}

fn line(b: &MailboxView, chosen: bool, columns: &Columns, pen: &mut Pen<'_>) {
    let s = pen.symbols();
    if chosen {
        pen.highlight(Role::Selection);
    }
    let plain = if chosen { Role::Selection } else { Role::Text };
    let full = b.bytes_used > 0 && b.bytes_used + 9 > b.capacity;
    pen.put(if chosen { s.last } else { " " }, Role::Run).right(&b.descriptor.to_string(), 6, plain);
    pen.col(NAME).put(&fit(&visible(&b.name), columns.name, s.ellipsis), plain);
    let fill = if full { Role::Trouble } else { plain };
    pen.right(&short_count(b.depth as u64, 5), columns.depth, plain);
    pen.right(&format!("{}/{}", b.bytes_used, b.capacity), columns.bytes, fill);
    if let Some(column) = columns.bar {
        fill_bar(b, fill, pen.col(column));
    }
    if let Some((sent, received)) = columns.counts {
        pen.right(&short_count(b.sent, 6), sent, Role::Dim).right(&short_count(b.received, 6), received, Role::Dim);
    }
    let waiters: Vec<String> = b.waiters.iter().map(u16::to_string).collect();
    let taps: Vec<String> = b.taps.iter().map(|t| format!(" tap {}", t.pid)).collect();
    let text = if waiters.is_empty() { "-".to_owned() } else { waiters.join(",") };
    let role = if waiters.is_empty() { Role::Dim } else { Role::Wait };
    let room = columns.bar.map_or(pen.width(), |c| c - 1).saturating_sub(columns.waiters);
    pen.col(columns.waiters).put(&fit(&(text + &taps.concat()), room, s.ellipsis), role);
}

/// The mode of a box and its messages, oldest first.
fn contents(scene: &Scene<'_>, b: &MailboxView, row: usize, room: usize, pen: &mut Pen<'_>) {
    if room == 0 {
        return;
    }
    let mode = if b.mode == 0 { "single reader".to_owned() } else { mode_names(b.mode).to_lowercase() };
    if scene.now.reported.is_some() {
        pen.row(row).put(&format!("       {mode}; messages are not reported"), Role::Dim);
        return;
    }
    let head = format!("       {mode}, at most {} queued at once", b.deepest);
    if b.messages.is_empty() {
        let (room, ellipsis) = (pen.width(), pen.symbols().ellipsis);
        pen.row(row).put(&fit(&format!("{head}, empty now"), room, ellipsis), Role::Dim);
        return;
    }
    let more = b.messages.len().saturating_sub(room);
    for (i, m) in b.messages.iter().take(room).enumerate() {
        message(b, m, scene.view.formats.messages, pen.row(row + i));
        if more > 0 && i + 1 == room {
            let text = format!(" +{more} more");
            let end = pen.width();
            pen.right(&text, end, Role::Wait);
        }
    }
}

fn message(b: &MailboxView, m: &MessageView, format: ByteFormat, pen: &mut Pen<'_>) {
    let head = format!("       #{} from {}  turn {}  ch {}  {} B  ", m.seq, m.src, m.turn, m.channel, m.length);
    pen.put(&head, Role::Dim);
    // With fan-out: those who have still to read it.
    let unread = |(_, next): &&(u16, u32)| m.seq.wrapping_sub(*next) < 1 << 31;
    let pids: Vec<String> = b.readers.iter().filter(unread).map(|(pid, _)| pid.to_string()).collect();
    if !pids.is_empty() {
        pen.put(&format!("for {}  ", pids.join(",")), Role::Wait);
    }
    let room = pen.width().saturating_sub(pen.at());
    // Columns a byte takes: of hex, of words, of text.
    let (bytes_fit, whole) = match format {
        ByteFormat::Hex => (room.saturating_sub(4) / 4, m.bytes.len()),
        ByteFormat::Words => (room / 9 * 4, m.bytes.len()),
        ByteFormat::Text => (room, m.bytes.len()),
    };
    let bytes = &m.bytes[..whole.min(bytes_fit)];
    match format {
        ByteFormat::Hex => pen.put(&hex::pairs(bytes), Role::Text),
        ByteFormat::Words => pen.put(&words(bytes), Role::Text),
        ByteFormat::Text => pen.put(&plain(bytes), Role::Text),
    };
    if bytes.len() < whole {
        pen.put(pen.symbols().ellipsis, Role::Dim);
    }
    if format == ByteFormat::Hex {
        pen.put("  ", Role::Dim).put(&plain(bytes), Role::Label);
    }
}

/// Words of four bytes, least byte first; a rest as bytes.
fn words(bytes: &[u8]) -> String {
    let (words, rest) = bytes.as_chunks::<4>();
    let words = words.iter().map(|w| format!("{:08X}", u32::from_le_bytes(*w)));
    let rest = (!rest.is_empty()).then(|| hex::pairs(rest));
    words.chain(rest).collect::<Vec<_>>().join(" ")
}
