//! Numbers, times and names as the screen writes them.

use crate::backend::{RunState, TaskView};
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text with everything invisible made visible: control characters and escape sequences as
/// `\x1B`, line breaks as `\n`, characters that change direction or have no width by their number.
/// Whatever a program prints or is named goes through here.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    // Accents on the last letter written.
    let mut accents = 0;
    while let Some(c) = chars.next() {
        let base = out.chars().next_back();
        if is_accent(c) && accents < ACCENTS && (accents > 0 || base.is_some_and(char::is_alphabetic)) {
            accents += 1;
            out.push(c);
            continue;
        }
        accents = 0;
        let voiced = chars.peek().and_then(|mark| voiced(c, *mark));
        if let Some(whole) = voiced {
            chars.next();
            out.push(whole);
            continue;
        }
        match c {
            JOINER if base.is_some_and(is_picture) && chars.peek().copied().is_some_and(is_picture) => {}
            VARIANT if base.is_some_and(is_picture) => {}
            '\u{FF9E}' => out.push('\u{309B}'),
            '\u{FF9F}' => out.push('\u{309C}'),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) && u32::from(c) < 0x100 => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c if is_hidden(c) => out.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Joins pictures to one, which few terminals show as one: without it they stand side by side.
const JOINER: char = '\u{200D}';
/// Asks for a picture in colours.
const VARIANT: char = '\u{FE0F}';
/// Accents on a letter that are drawn; more would climb over other rows.
const ACCENTS: usize = 2;

/// Pictures of two columns.
fn is_picture(c: char) -> bool {
    u32::from(c) >= 0x1_F000 && c.width() == Some(2)
}

/// Accents of the Latin, Greek and Cyrillic scripts, which terminals draw over the letter before.
fn is_accent(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F)
}

/// A halfwidth kana with a mark of its own, as the full letter: it takes the same two columns, and every
/// terminal agrees on that.
fn voiced(kana: char, mark: char) -> Option<char> {
    const VOICED: [(char, &str); 2] = [
        ('\u{FF9E}', "ｳヴｶガｷギｸグｹゲｺゴｻザｼジｽズｾゼｿゾﾀダﾁヂﾂヅﾃデﾄドﾊバﾋビﾌブﾍベﾎボ"),
        ('\u{FF9F}', "ﾊパﾋピﾌプﾍペﾎポ"),
    ];
    let (_, pairs) = VOICED.iter().find(|(m, _)| *m == mark)?;
    let mut pairs = pairs.chars();
    std::iter::from_fn(|| Some((pairs.next()?, pairs.next()?))).find(|(half, _)| *half == kana).map(|(_, full)| full)
}

/// Control characters, characters that take no column, and those that change the direction of text.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    if matches!(c, ' '..='~') {
        return false;
    }
    c.width().is_none_or(|columns| columns == 0)
        || matches!(u32::from(c),
            0xAD | 0x115F | 0x3164 | 0xFFA0 | 0xFF9E | 0xFF9F | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF
            | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

/// The same for a text of several lines, whose line breaks and tabs are kept.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    let line = |line: &str| visible(&line.replace('\t', "    ")).into_owned();
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

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

/// Bytes as text: printable ASCII, dots for the rest.
#[must_use]
pub fn plain_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if (0x20..0x7F).contains(b) { char::from(*b) } else { '.' }).collect()
}

/// Bytes as pairs of hex digits.
#[must_use]
pub fn hex_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(3 * bytes.len());
    for (i, b) in bytes.iter().enumerate() {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        if i > 0 {
            out.push(' ');
        }
        out.push(char::from(DIGITS[usize::from(b >> 4)]));
        out.push(char::from(DIGITS[usize::from(b & 15)]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_drawn() {
        assert_eq!(visible("a\x1B[31mb\u{9B}c\u{202E}d\u{200B}\n"), "a\\x1B[31mb\\x9Bc\\u{202E}d\\u{200B}\\n");
        assert_eq!(visible("\u{301}a\u{3164}"), "\\u{301}a\\u{3164}");
        assert_eq!(visible("a\u{301}\u{301}\u{301}"), "a\u{301}\u{301}\\u{301}");
        assert_eq!(visible("plain ünïcode 漢"), "plain ünïcode 漢");
        assert_eq!(visible_lines("a\n\tb\x07"), "a\n    b\\x07");
    }

    #[test]
    fn names_take_the_columns_that_terminals_give_them() {
        let shown = |text: &str| (visible(text).into_owned(), visible(text).width());
        assert_eq!(shown("ｶﾞｷﾞﾊﾟ"), ("ガギパ".to_owned(), 6));
        assert_eq!(shown("ﾞ"), ("゛".to_owned(), 2));
        assert_eq!(shown("👨\u{200D}👩\u{200D}👧"), ("👨👩👧".to_owned(), 6));
        assert_eq!(shown("Za\u{308}hler"), ("Za\u{308}hler".to_owned(), 6));
        assert_eq!(visible("a\u{200D}b"), "a\\u{200D}b");
    }

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
