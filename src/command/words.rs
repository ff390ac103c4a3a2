//! Lines to commands, commands to words.

use super::reply::CommandError;
use crate::limits::LINE;

/// A word with the column it starts in, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text, quotes removed.
    pub text: String,
    /// The text as it was typed: expressions are read from that, since quotes mean something in them.
    pub raw: String,
    /// Column of its first character.
    pub column: usize,
}

impl Word {
    /// A word that stands as it is.
    #[must_use]
    pub fn plain(text: impl Into<String>, column: usize) -> Word {
        let text = text.into();
        Word { raw: text.clone(), text, column }
    }

    /// Whether all of it is one quoted text, and not the number of a character, such as `'a'`.
    fn is_quoted(&self) -> bool {
        let quote = self.raw.chars().next().filter(|c| ['"', '\''].contains(c));
        let quoted = quote.is_some_and(|q| self.raw.len() == self.text.len() + 2 && self.raw.ends_with(q));
        let character = self.text.chars().count() == if self.text.starts_with('\\') { 2 } else { 1 };
        quoted && !(self.raw.starts_with('\'') && character) && self.raw != r"'\'"
    }

    /// What stands in its quotes, escapes read, if all of it is quoted, else the text as it was typed; and the column that
    /// begins in.
    pub(super) fn quoted_text(&self) -> (String, usize) {
        let quote = self.raw.chars().next().filter(|c| ['"', '\''].contains(c));
        let quoted = quote.is_some_and(|q| self.raw.len() > 1 && self.raw.ends_with(q));
        if quoted { (self.text.clone(), self.column + 1) } else { (self.raw.clone(), self.column) }
    }

    /// The expression it is, and the column that begins in: as typed, or what is inside of quotes.
    pub(super) fn expression(&self) -> (&str, usize) {
        if self.is_quoted() { (&self.text, self.column + 1) } else { (&self.raw, self.column) }
    }
}

/// Splits a line into commands of words: `;` ends a command, `#` a line, quotes and backslashes work as in a shell.
/// A quoted character such as `';'` is one whatever it is.
///
/// # Errors
/// A quote that is not closed, or a line that is too long.
pub fn split(line: &str) -> Result<Vec<Vec<Word>>, CommandError> {
    LINE.check(line.len() as u64).map_err(|over| CommandError::new(format!("this line is {over}")))?;
    let chars: Vec<char> = line.chars().collect();
    let mut commands = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        match c {
            '#' if word.is_none() => break,
            ';' => {
                finish(&mut commands, &mut word);
                commands.push(Vec::new());
                at += 1;
            }
            c if c.is_whitespace() => {
                finish(&mut commands, &mut word);
                at += 1;
            }
            _ => {
                let end = part(&chars, at)?;
                let word = word.get_or_insert_with(|| Word::plain("", at));
                word.raw.extend(&chars[at..end]);
                unquote(&chars[at..end], &mut word.text);
                at = end;
            }
        }
    }
    finish(&mut commands, &mut word);
    commands.retain(|c| !c.is_empty());
    Ok(commands)
}

fn finish(commands: &mut [Vec<Word>], word: &mut Option<Word>) {
    if let (Some(last), Some(word)) = (commands.last_mut(), word.take()) {
        last.push(word);
    }
}

/// The end of a part of a word that begins somewhere: a quoted text, an escaped character, or one character.
fn part(chars: &[char], at: usize) -> Result<usize, CommandError> {
    if let Some(length) = character(&chars[at..]) {
        return Ok(at + length);
    }
    match chars[at] {
        '\\' if at + 1 < chars.len() => Ok(at + 2),
        '\\' => Err(CommandError::malformed(at, "a character is expected after the backslash")),
        quote @ ('"' | '\'') => {
            let mut end = at + 1;
            while let Some(&c) = chars.get(end) {
                match c {
                    c if c == quote => return Ok(end + 1),
                    '\\' if quote == '"' => end += 2,
                    _ => end += 1,
                }
            }
            Err(CommandError::malformed(at, "this quote is not closed"))
        }
        _ => Ok(at + 1),
    }
}

/// How long the character in quotes is that begins here, if one does. Three quotes are a quoted quote, unless something is glued
/// to them.
fn character(chars: &[char]) -> Option<usize> {
    match chars {
        ['\'', '\'', '\'', rest @ ..] => {
            rest.first().is_none_or(|c| c.is_whitespace() || [';', ')', ']'].contains(c)).then_some(3)
        }
        ['\'', '\\', '\'', '\'', ..] => Some(4),
        ['\'', c, '\'', ..] => (*c != '\'').then_some(3),
        _ => None,
    }
}

/// Adds a part of a word without its quotes and backslashes.
fn unquote(part: &[char], text: &mut String) {
    match part {
        ['\\', c] => text.push(*c),
        ['\'', inner @ .., '\''] => text.extend(inner),
        ['"', inner @ .., '"'] => {
            let mut chars = inner.iter();
            while let Some(c) = chars.next() {
                text.extend(if *c == '\\' { chars.next() } else { Some(c) });
            }
        }
        plain => text.extend(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<Vec<String>> {
        let commands = split(line).expect("good line");
        commands.into_iter().map(|c| c.into_iter().map(|w| w.text).collect()).collect()
    }

    fn raws(line: &str) -> Vec<Vec<String>> {
        let commands = split(line).expect("good line");
        commands.into_iter().map(|c| c.into_iter().map(|w| w.raw).collect()).collect()
    }

    #[test]
    fn a_line_holds_commands_of_words() {
        assert_eq!(texts("step 3; ps # all"), [vec!["step", "3"], vec!["ps"]]);
        assert_eq!(texts(" ; ;"), Vec::<Vec<String>>::new());
        assert_eq!(texts(r#"send 1 "two words" it\'s 'a;b#c'"#), [["send", "1", "two words", "it's", "a;b#c"]]);
        assert_eq!(texts("send 1 a#b \"\""), [["send", "1", "a#b", ""]]);
    }

    #[test]
    fn an_open_quote_is_marked_where_it_starts() {
        assert_eq!(split("send 1 \"abc").expect_err("open").column, Some(7));
    }

    #[test]
    fn a_quoted_character_is_one_whatever_it_is() {
        assert_eq!(raws("print ';' + '#'; ps"), [vec!["print", "';'", "+", "'#'"], vec!["ps"]]);
        assert_eq!(raws("print ' '+''' # all"), [["print", "' '+'''"]]);
        assert_eq!(raws(r"print '\''; ps"), [vec!["print", r"'\''"], vec!["ps"]]);
        assert_eq!(texts(r"commands 1 'print '\''a'\'''"), [["commands", "1", "print 'a'"]]);
    }
}
