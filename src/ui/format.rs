//! Numbers, times and names as the screen writes them.

use crate::backend::{RunState, TaskView};
use crate::text::visible;
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text as it is drawn: visible, and with ASCII only where that is wanted.
#[must_use]
pub fn drawn(text: &str, ascii: bool) -> Cow<'_, str> {
    match visible(text) {
        text if ascii && !text.is_ascii() => {
            Cow::Owned(text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect())
        }
        text => text,
    }
}

/// A text in lines of this many columns, broken at blanks; a longer word is cut where it is drawn. The first line
/// begins with the first of two starts, the others with the second.
#[must_use]
pub fn wrapped(text: &str, width: usize, [first, other]: [&str; 2]) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut empty) = (first.to_owned(), true);
    for word in text.split(' ') {
        if !empty && line.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut line, other.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    lines.push(line);
    lines
}

/// At most this many columns of a text, with a mark where something is left out.
#[must_use]
pub fn fit<'t>(text: &'t str, width: usize, ellipsis: &str) -> Cow<'t, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(ellipsis.width());
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > room
    });
    let kept = &text[..end.map_or(text.len(), |(at, _)| at)];
    Cow::Owned(if width == 0 { String::new() } else { format!("{kept}{ellipsis}") })
}

/// A number of columns of a text from a column on, with a mark at each end where something is left out.
#[must_use]
pub fn window<'t>(text: &'t str, from: usize, width: usize, ellipsis: &str) -> Cow<'t, str> {
    if from == 0 || text.is_empty() {
        return fit(text, width, ellipsis);
    }
    let (mut used, skipped) = (0, from + ellipsis.width());
    let start = text.char_indices().find(|(_, c)| {
        let here = used;
        used += c.width().unwrap_or(0);
        here >= skipped
    });
    let rest = start.map_or("", |(at, _)| &text[at..]);
    let shown = format!("{ellipsis}{rest}");
    Cow::Owned(fit(&shown, width, ellipsis).into_owned())
}

/// A count of things: `1 turn`, `2 turns`.
#[must_use]
pub fn plural(n: u64, thing: &str) -> String {
    let end = match (n, thing.ends_with(['x', 'h', 's'])) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{} {thing}{end}", count(n))
}

/// A count, grouped by threes from 10 000 on.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    if n < 10_000 {
        return digits;
    }
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// A count in at most `width` columns: plain, or in thousands, millions, … rounded down.
#[must_use]
pub fn short_count(n: u64, width: usize) -> String {
    let plain = n.to_string();
    if plain.len() <= width {
        return plain;
    }
    let scaled = [('k', 1e3), ('M', 1e6), ('G', 1e9), ('T', 1e12), ('P', 1e15), ('E', 1e18)];
    let forms = scaled.iter().flat_map(|(unit, by)| {
        let x = n as f64 / by;
        let one = format!("{:.1}{unit}", (x * 10.0).floor() / 10.0);
        [one, format!("{}{unit}", x.floor())]
    });
    forms.into_iter().find(|t| t.len() <= width).unwrap_or(plain)
}

/// A time: µs up to 9999, then ms, then s.
#[must_use]
pub fn time(us: u64) -> String {
    match us {
        0..=9_999 => format!("{us}us"),
        10_000..=9_999_999 => format!("{}.{}ms", us / 1000, us % 1000 / 100),
        _ => format!("{}.{}s", us / 1_000_000, us % 1_000_000 / 100_000),
    }
}

/// A time in at most `width` columns, in ever larger units, rounded down.
#[must_use]
pub fn short_time(us: u64, width: usize) -> String {
    let plain = time(us);
    if plain.len() <= width {
        return plain;
    }
    const UNITS: [(&str, u64); 6] = [
        ("ms", 1000),
        ("s", 1_000_000),
        ("m", 60_000_000),
        ("h", 3_600_000_000),
        ("d", 86_400_000_000),
        ("y", 31_557_600_000_000),
    ];
    let forms = UNITS
        .iter()
        .filter(|(_, of)| us >= *of)
        .flat_map(|(unit, of)| [format!("{}.{}{unit}", us / of, us % of * 10 / of), format!("{}{unit}", us / of)]);
    forms.into_iter().find(|t| t.len() <= width).unwrap_or(plain)
}

/// A task's state in a word, with its exit status if that fits.
#[must_use]
pub fn state(task: &TaskView, running: bool, width: usize) -> String {
    let status = |word: &str| match task.exit_status {
        Some(status) if word.len() + 1 + status.to_string().len() <= width => format!("{word} {status}"),
        _ => word.to_owned(),
    };
    match task.state {
        RunState::Ready if running => "run".into(),
        RunState::Ready => "ready".into(),
        RunState::WaitingMbx => "wait".into(),
        RunState::Sleeping => "sleep".into(),
        RunState::Paused => "pause".into(),
        RunState::Returned => status("ret"),
        RunState::Exited => status("exit"),
        RunState::Faulted => "FAULT".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scrolled_past_is_marked_at_both_ends() {
        assert_eq!(window("0123456789", 0, 20, "…"), "0123456789");
        assert_eq!(window("0123456789", 0, 5, "…"), "0123…");
        assert_eq!(window("0123456789", 4, 5, "…"), "…567…");
        assert_eq!(window("0123456789", 4, 9, "…"), "…56789");
        assert_eq!(window("012", 8, 9, "…"), "…");
        assert_eq!(window("漢字漢字", 3, 4, "…"), "…漢…");
        assert_eq!(window("", 8, 9, "…"), "");
    }

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!(
            (plural(1, "line"), plural(0, "line"), plural(12_000, "box")),
            ("1 line".into(), "0 lines".into(), "12 000 boxes".into())
        );
    }

    #[test]
    fn counts_and_times_have_units() {
        assert_eq!(count(9_999), "9999");
        assert_eq!(count(8_412_330), "8 412 330");
        assert_eq!(short_count(123_456, 6), "123456");
        assert_eq!(short_count(123_456, 5), "123k");
        assert_eq!(short_count(u64::MAX, 5), "18.4E");
        assert_eq!(time(426), "426us");
        assert_eq!(time(51_100), "51.1ms");
        assert_eq!(time(10_400_000), "10.4s");
        assert_eq!(short_time(609, 5), "609us");
        assert_eq!(short_time(9_999, 5), "9.9ms");
        assert_eq!(short_time(123_456, 5), "123ms");
        assert_eq!(short_time(999_999_999_999, 5), "277h");
    }

    #[test]
    fn texts_are_cut_with_a_mark() {
        assert_eq!(fit("producer", 8, "…"), "producer");
        assert_eq!(fit("producer", 5, "…"), "prod…");
        assert_eq!(fit("漢字漢字", 5, "…"), "漢字…");
        assert_eq!(fit("abc", 0, "…"), "");
    }
}
