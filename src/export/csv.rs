//! A table as RFC 4180 has it: a header, a row for each entry of the trace.

use super::TraceReplay;
use super::words::about;
use crate::executive::Pid;
use crate::executive::trace::TraceKind;
use crate::text::visible;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the trace. Times are virtual µs, `pc` and `arg` decimal.
///
/// # Errors
/// `out` fails.
pub(super) async fn write(replay: &TraceReplay<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    // A killed task has its name here still.
    let mut names: BTreeMap<Pid, String> = BTreeMap::new();
    writeln!(out, "turn,time_us,pid,task,kind,pc,arg,about")?;
    let each = replay.each(|traced| {
        let e = traced.entry;
        if e.kind() == TraceKind::Load {
            names.insert(e.pid, field(traced.task_name(e.pid).unwrap_or_default()).into_owned());
        }
        let name = names.get(&e.pid).map_or("", String::as_str);
        let about = about(traced);
        let (kind, about) = (e.kind().name(), field(&about));
        writeln!(out, "{},{},{},{name},{kind},{},{},{about}", e.turn, e.time_us, e.pid, e.pc, e.arg())
    });
    each.await.map(drop)
}

/// A text as a field: what is not seen made visible, so that no program's name can do anything to a terminal, quoted where it
/// must be, and behind an apostrophe where a spreadsheet would take it for a formula.
fn field(text: &str) -> Cow<'_, str> {
    let mut text = visible(text);
    if text.starts_with(['=', '+', '-', '@']) {
        text = Cow::Owned(format!("'{text}"));
    }
    match text.contains([',', '"']) {
        true => Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn only_what_must_be_is_quoted_and_nothing_is_raw() {
        let fields = ["plain", "a,b", "say \"hi\"", "two\nlines", "\u{1b}[2J", ""].map(|t| field(t).into_owned());
        assert_eq!(fields, ["plain", "\"a,b\"", "\"say \"\"hi\"\"\"", "two\\nlines", "\\x1B[2J", ""]);
        assert_eq!(field("\u{9b}31m\u{202E}"), "\\x9B31m\\u{202E}");
    }

    #[test]
    fn nothing_is_a_formula() {
        assert_eq!(["=1+1", "@a,b"].map(|text| field(text).into_owned()), ["'=1+1", "\"'@a,b\""]);
    }
}
