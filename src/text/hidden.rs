//! Characters that are not seen, or that change how others are shown, and how they are made visible.

use std::borrow::Cow;
use unicode_width::UnicodeWidthChar;

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

/// JSON without line breaks, in which characters that are not seen, or that change how others are shown, stand as escapes: it
/// shows nothing raw and means the same.
#[must_use]
pub fn escaped_json(json: String) -> String {
    // ASCII is the rule, and JSON escapes its control characters but one.
    if json.bytes().all(|b| b.is_ascii() && b != 0x7F) {
        return json;
    }
    // Outside of strings there are none of them.
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            c if is_hidden(c) => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use unicode_width::UnicodeWidthStr;

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
    fn json_shows_no_control_characters_and_means_the_same() {
        let value = json!({ "a\u{202E}": "\u{1b}[2J\u{7f}\u{9b}31m é 漢 \u{e0001}" });
        let text = escaped_json(value.to_string());
        assert!(!text.chars().any(is_hidden), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
    }
}
