//! Lines to commands, commands to words, words to numbers, pids and addresses.

use super::reply::CommandError;
use crate::backend::{Local, Pid, application};
use crate::limits::LINE;

/// A word with the column it starts in, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text, quotes removed.
    pub text: String,
    /// Column of its first character.
    pub column: usize,
}

/// Splits a line into commands of words: `;` ends a command, `#` a line, quotes and backslashes
/// work as in a shell.
///
/// # Errors
/// A quote that is not closed, or a line that is too long.
pub fn split(line: &str) -> Result<Vec<Vec<Word>>, CommandError> {
    LINE.check(line.len() as u64).map_err(|over| CommandError::new(format!("this line is {over}")))?;
    let mut commands = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut quote: Option<(char, usize)> = None;
    let mut chars = line.chars().enumerate();
    while let Some((column, c)) = chars.next() {
        let text = |word: &mut Option<Word>, c: Option<char>| {
            word.get_or_insert(Word { text: String::new(), column }).text.extend(c);
        };
        match (quote, c) {
            (Some((q, _)), _) if c == q => quote = None,
            (Some(('"', _)) | None, '\\') => match chars.next() {
                Some((_, c)) => text(&mut word, Some(c)),
                None => return Err(CommandError::at(column, "a character is expected after the backslash")),
            },
            (Some(_), _) => text(&mut word, Some(c)),
            (None, '"' | '\'') => {
                quote = Some((c, column));
                text(&mut word, None);
            }
            (None, '#') if word.is_none() => break,
            (None, ';') => {
                finish(&mut commands, &mut word);
                commands.push(Vec::new());
            }
            (None, c) if c.is_whitespace() => finish(&mut commands, &mut word),
            (None, c) => text(&mut word, Some(c)),
        }
    }
    if let Some((_, column)) = quote {
        return Err(CommandError::at(column, "this quote is not closed"));
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

/// The words after a command's name, taken one by one.
#[derive(Debug)]
pub struct Args {
    words: std::collections::VecDeque<Word>,
    end: usize,
}

impl Args {
    pub(super) fn new(words: Vec<Word>, end: usize) -> Args {
        let end = words.last().map_or(end, |w| w.column + w.text.chars().count());
        Args { words: words.into(), end }
    }

    /// Column after the last word.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end
    }

    /// Whether all words are taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The next word, if there is one.
    pub fn take_next(&mut self) -> Option<Word> {
        self.words.pop_front()
    }

    /// Puts a word that was taken back.
    pub fn put_back(&mut self, word: Word) {
        self.words.push_front(word);
    }

    /// Column of the next word.
    #[must_use]
    pub fn column(&self) -> usize {
        self.words.front().map_or(self.end, |w| w.column)
    }

    /// The next word without taking it.
    #[must_use]
    pub fn peek(&self) -> Option<&str> {
        self.words.front().map(|w| w.text.as_str())
    }

    /// The next word; `what` says what is missing.
    ///
    /// # Errors
    /// There is none.
    pub fn word(&mut self, what: &str) -> Result<Word, CommandError> {
        self.take_next().ok_or_else(|| CommandError::at(self.end, format!("{what} is expected here")))
    }

    /// Takes the next word if it is this one, in any case.
    pub fn take(&mut self, word: &str) -> bool {
        let same = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        if same {
            self.words.pop_front();
        }
        same
    }

    /// Takes `-p PID` or `--pid PID` from anywhere among the words.
    ///
    /// # Errors
    /// The pid is missing or no task.
    pub fn pid_option(&mut self, target: &Local) -> Result<Option<Pid>, CommandError> {
        let Some(at) = self.words.iter().position(|w| w.text == "-p" || w.text == "--pid") else { return Ok(None) };
        let option = self.words.remove(at);
        match self.words.remove(at) {
            Some(word) => pid(&word, target).map(Some),
            None => Err(CommandError::at(option.map_or(self.end, |w| w.column), "a pid is expected after this")),
        }
    }

    /// Takes `-p NAME` where several tasks are instances of that application.
    pub fn app_option(&mut self, target: &Local) -> Option<String> {
        let at = self.words.iter().position(|w| w.text == "-p" || w.text == "--pid")?;
        let name = self.words.get(at + 1)?.text.clone();
        let many = target.machine().tasks().iter().filter(|t| application(&t.name) == name).count() > 1;
        many.then(|| {
            self.words.remove(at);
            self.words.remove(at);
            name
        })
    }

    /// The next word as a task: its pid or its name.
    ///
    /// # Errors
    /// It is missing or no task.
    pub fn pid(&mut self, target: &Local) -> Result<Pid, CommandError> {
        let word = self.word("a pid or task name")?;
        pid(&word, target)
    }

    /// The next word as a count, if there is one.
    ///
    /// # Errors
    /// It is no number.
    pub fn count(&mut self) -> Result<Option<u64>, CommandError> {
        self.take_next().map(|w| number(&w)).transpose()
    }

    /// The next word as a number.
    ///
    /// # Errors
    /// It is missing or no number.
    pub fn number(&mut self, what: &str) -> Result<u64, CommandError> {
        number(&self.word(what)?)
    }

    /// The next word as a 16-bit address: a number, or a data label of the task.
    ///
    /// # Errors
    /// It is missing, out of range or unknown.
    pub fn address(&mut self, target: &Local, pid: Pid) -> Result<u16, CommandError> {
        let word = self.word("an address")?;
        let label = target.listing(pid).and_then(|l| l.data.iter().find(|(_, name)| *name == word.text));
        let value = match label {
            Some((address, _)) => u64::from(*address),
            None => number(&word)?,
        };
        u16::try_from(value).map_err(|_| CommandError::at(word.column, "an address from 0 to 0xFFFF is expected"))
    }

    /// The next word as a code address: a number, or a code label of the task.
    ///
    /// # Errors
    /// It is missing or unknown.
    pub fn code_address(&mut self, target: &Local, pid: Option<Pid>) -> Result<u32, CommandError> {
        let word = self.word("a code address or label")?;
        if let Ok(value) = number(&word) {
            let short = u32::try_from(value).ok().filter(|v| *v <= 0xFFFF);
            return short.ok_or_else(|| CommandError::at(word.column, "a code address from 0 to 0xFFFF is expected"));
        }
        if let Some(address) = line_address(&word.text, target, pid) {
            return Ok(address);
        }
        let (name, offset) = word.text.split_once('+').map_or((word.text.as_str(), Some(0)), |(name, offset)| {
            let offset = offset.strip_prefix("0x").unwrap_or(offset);
            (name, u32::from_str_radix(offset, 16).ok())
        });
        let pids = pid.map_or_else(|| target.machine().tasks().iter().map(|t| t.pid).collect(), |p| vec![p]);
        let labels = pids.iter().filter_map(|p| target.listing(*p)).flat_map(|l| &l.labels);
        let found = labels.clone().find(|(_, label)| label == name).map(|(address, _)| *address);
        found.zip(offset).map(|(address, offset)| address.wrapping_add(offset)).ok_or_else(|| {
            let names: Vec<&str> = labels.map(|(_, name)| name.as_str()).collect();
            CommandError::at(
                word.column,
                format!("a code address or label is expected{}", did_you_mean(&word.text, &names)),
            )
        })
    }

    /// The next word as the places to stop at for it: of a function its first line, of a line each function that
    /// has it, else a code address, which may have a `*` in front.
    ///
    /// # Errors
    /// It is missing or unknown.
    pub fn stop_places(&mut self, target: &Local, pid: Option<Pid>) -> Result<Vec<u32>, CommandError> {
        let word = self.word("a code address, function, label or FILE:LINE")?;
        if let Some(places) = target.stop_places(&word.text, pid) {
            return Ok(places);
        }
        let text = word.text.strip_prefix('*').map(str::to_owned);
        self.put_back(text.map_or(word.clone(), |text| Word { text, column: word.column + 1 }));
        self.code_address(target, pid).map(|place| vec![place])
    }

    /// A text as a code address of a task.
    ///
    /// # Errors
    /// It is none.
    pub fn place(&self, text: &str, column: usize, target: &Local, pid: Pid) -> Result<u32, CommandError> {
        Args::new(vec![Word { text: text.to_owned(), column }], column).code_address(target, Some(pid))
    }

    /// All words that are left as one text.
    #[must_use]
    pub fn rest(&mut self) -> String {
        let words: Vec<String> = self.words.drain(..).map(|w| w.text).collect();
        words.join(" ")
    }

    /// Takes all words that are left.
    pub fn clear(&mut self) {
        self.words.clear();
    }

    /// Takes a word and all that follow it: the text after it, and the column that begins in.
    pub fn take_from(&mut self, word: &str) -> Option<(String, usize)> {
        let at = self.words.iter().position(|w| w.text == word)?;
        let rest = self.words.split_off(at + 1);
        let head = std::mem::replace(&mut self.words, rest);
        let text = self.rest_in_place();
        self.words = head;
        self.words.pop_back();
        Some(text)
    }

    /// All words that are left as one text in which each stands in its column, and the column of the first.
    #[must_use]
    pub fn rest_in_place(&mut self) -> (String, usize) {
        let start = self.words.front().map_or(self.end, |w| w.column);
        let mut text = String::new();
        for word in self.words.drain(..) {
            let gap = (word.column - start).saturating_sub(text.chars().count()).max(usize::from(!text.is_empty()));
            text.extend(std::iter::repeat_n(' ', gap));
            text.push_str(&word.text);
        }
        (text, start)
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// The first word that is left.
    pub fn done(&mut self) -> Result<(), CommandError> {
        match self.take_next() {
            Some(word) => {
                Err(CommandError::at(word.column, format!("nothing more is expected, but there is \"{}\"", word.text)))
            }
            None => Ok(()),
        }
    }
}

/// The address of `FILE:LINE`: of the first instruction on that line, or on the next that has any.
fn line_address(text: &str, target: &Local, pid: Option<Pid>) -> Option<u32> {
    target.stop_places(text, pid).filter(|_| text.contains(':'))?.first().copied()
}

/// A number, decimal or `0x…`.
///
/// # Errors
/// It is none.
pub fn number(word: &Word) -> Result<u64, CommandError> {
    let text = word.text.replace('_', "");
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    parsed.ok_or_else(|| {
        CommandError::at(word.column, format!("a number, decimal or 0x…, is expected, not \"{}\"", word.text))
    })
}

fn pid(word: &Word, target: &Local) -> Result<Pid, CommandError> {
    let tasks = target.machine().tasks();
    if let Ok(value) = number(word) {
        let found = tasks.iter().find(|t| u64::from(t.pid) == value);
        let there: Vec<String> = tasks.iter().map(|t| t.pid.to_string()).collect();
        let there = if there.is_empty() { "there are none".into() } else { format!("there are {}", there.join(", ")) };
        return found
            .map(|t| t.pid)
            .ok_or_else(|| CommandError::at(word.column, format!("there is no task {value}; {there}")));
    }
    let named: Vec<Pid> = tasks.iter().filter(|t| t.name == word.text).map(|t| t.pid).collect();
    match named[..] {
        [pid] => Ok(pid),
        [] => {
            let names: Vec<&str> = tasks.iter().map(|t| t.name.as_str()).collect();
            Err(CommandError::at(
                word.column,
                format!("a pid or task name is expected, not \"{}\"{}", word.text, did_you_mean(&word.text, &names)),
            ))
        }
        _ => Err(CommandError::at(word.column, format!("\"{}\" is the name of several tasks: use the pid", word.text))),
    }
}

/// `; did you mean "…"?` when one of the names is close.
#[must_use]
pub fn did_you_mean(word: &str, names: &[&str]) -> String {
    let near = names.iter().map(|name| (strsim::osa_distance(word, name), name)).min();
    match near {
        Some((d, name)) if d <= 1 + word.chars().count() / 3 => format!("; did you mean \"{name}\"?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<Vec<String>> {
        let commands = split(line).expect("good line");
        commands.into_iter().map(|c| c.into_iter().map(|w| w.text).collect()).collect()
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
    fn near_names_are_offered() {
        assert_eq!(did_you_mean("setp", &["step", "stack"]), "; did you mean \"step\"?");
        assert_eq!(did_you_mean("xyzzy", &["step", "stack"]), "");
    }
}
