//! 14: values and commands of the registry.

use super::list::head;
use super::{Here, Response, Unit};
use crate::backend::{CommandView, Pid, ValueView};
use crate::text::visible;
use crate::ui::format::{count as written, fit, plural};
use crate::ui::pen::Pen;
use crate::ui::spot::{self, Spot};
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { info, rows: count, draw, open, edit, filters: true, ..Unit::LIST };

/// A row: a value or a command.
#[derive(Debug, Clone, Copy)]
enum ValueRow<'s> {
    /// A value.
    Value(&'s ValueView),
    /// A command.
    Command(&'s CommandView),
}

impl ValueRow<'_> {
    fn owner(&self) -> Pid {
        match self {
            ValueRow::Value(v) => v.owner,
            ValueRow::Command(c) => c.owner,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            ValueRow::Value(_) => "value",
            ValueRow::Command(_) => "command",
        }
    }

    /// What commands call it: `group:id`.
    fn id(&self) -> String {
        let oid = match self {
            ValueRow::Value(v) => v.oid,
            ValueRow::Command(c) => c.oid,
        };
        format!("{}:{}", oid >> 8, oid & 0xFF)
    }

    /// Its name with that of its group.
    fn name(&self) -> String {
        let (group, name) = match self {
            ValueRow::Value(v) => (&v.group, &v.name),
            ValueRow::Command(c) => (&c.group, &c.name),
        };
        let parts: Vec<&str> = [group, name].into_iter().flatten().map(String::as_str).collect();
        visible(&parts.join(":")).into_owned()
    }
}

/// The rows that pass the filter: values first.
fn rows<'s>(here: &Here<'s>) -> Vec<ValueRow<'s>> {
    let filter = here.filter();
    let values = here.now.values.iter().map(ValueRow::Value);
    let all = values.chain(here.now.commands.iter().map(ValueRow::Command));
    all.filter(|r| filter.passes(Some(r.owner()), r.kind(), || r.name())).collect()
}

fn count(here: &Here<'_>) -> usize {
    rows(here).len()
}

/// The row under the cursor.
fn chosen<'s>(here: &Here<'s>) -> Option<ValueRow<'s>> {
    rows(here).get(here.state.cursor).copied()
}

/// Calls a command, or asks for a value.
fn open(here: &Here<'_>) -> Vec<Response> {
    match chosen(here) {
        Some(row @ ValueRow::Command(c)) => Response::command(format!("cmd call {} -p {}", row.id(), c.owner)),
        Some(ValueRow::Value(_)) | None => edit(here),
    }
}

/// Asks for a new value.
fn edit(here: &Here<'_>) -> Vec<Response> {
    match chosen(here) {
        Some(row @ ValueRow::Value(v)) => vec![Response::Ask {
            label: row.name(),
            template: format!("val set {} {{}} -p {}", row.id(), v.owner),
            text: v.value.to_string(),
            value: true,
        }],
        Some(ValueRow::Command(_)) | None => spot::edit(here),
    }
}

fn info(here: &Here<'_>) -> String {
    let now = here.now;
    format!("{} {}", plural(now.values.len() as u64, "value"), plural(now.commands.len() as u64, "command"))
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let rows = rows(here);
    pen.row(0).put("  task  id      name", Role::Head).col(40).put("value", Role::Head);
    if pen.width() >= 80 {
        pen.col(56).put("range or help", Role::Head);
        let end = pen.width();
        pen.right("changes", end, Role::Head);
    }
    if rows.is_empty() {
        pen.row(1).put(" no values and no commands here", Role::Dim);
    }
    let room = pen.height().saturating_sub(1);
    let first = head(here, rows.len(), room);
    for (row, (i, entry)) in rows.iter().enumerate().skip(first).take(room).enumerate() {
        line(entry, here.chosen() == Some(i), pen.row(row + 1).spot(Spot::Row(i)));
    }
}

fn line(row: &ValueRow<'_>, chosen: bool, pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let plain = if chosen { Role::Selection } else { Role::Text };
    let ellipsis = pen.symbols().ellipsis;
    pen.right(&row.owner().to_string(), 5, plain).col(8).put(&row.id(), Role::Dim);
    pen.col(16).put(&fit(&row.name(), 22, ellipsis), Role::Label);
    let (value, more, times) = match row {
        ValueRow::Value(v) => {
            let unit = v.unit.as_deref().map_or(String::new(), |u| format!(" {}", visible(u)));
            let range = v.range.map_or(String::new(), |(lo, hi)| format!("{lo} to {hi}"));
            let fixed = if v.flags & 1 != 0 { "  read only" } else { "" };
            (format!("{}{unit}", v.value), format!("{range}{fixed}"), v.changes)
        }
        ValueRow::Command(c) => {
            let help = c.help.as_deref().map_or(String::new(), |h| visible(h).into_owned());
            ("command".to_owned(), help, c.calls)
        }
    };
    pen.col(40).put(&fit(&value, 15, ellipsis), plain);
    if pen.width() >= 80 {
        let end = pen.width() - 10;
        pen.col(56).long(&[(&more, Role::Dim)], end);
        let end = pen.width();
        pen.right(&written(times), end, Role::Dim);
    }
}
