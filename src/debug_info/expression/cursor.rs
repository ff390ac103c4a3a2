//! The text of an expression, token by token.

use crate::session::expr::Binary;

/// Operators with their strengths, the longer ones first.
const OPERATORS: [(&str, Binary, u32); 18] = [
    ("||", Binary::Or, 1),
    ("&&", Binary::And, 2),
    ("==", Binary::Equal, 3),
    ("!=", Binary::Unequal, 3),
    ("<<", Binary::ShiftLeft, 8),
    (">>", Binary::ShiftRight, 8),
    ("<=", Binary::LessOrEqual, 4),
    (">=", Binary::GreaterOrEqual, 4),
    ("<", Binary::Less, 4),
    (">", Binary::Greater, 4),
    ("|", Binary::BitOr, 5),
    ("^", Binary::BitXor, 6),
    ("&", Binary::BitAnd, 7),
    ("+", Binary::Add, 10),
    ("-", Binary::Subtract, 10),
    ("*", Binary::Multiply, 11),
    ("/", Binary::Divide, 11),
    ("%", Binary::Remainder, 11),
];

/// How strong `@` is, which makes an array of a place: below sums, above shifts.
pub(super) const REPEAT: u32 = 9;

/// A place in a text.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

/// A number as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    pub value: i64,
    /// Only C writes it so.
    pub of_c: bool,
    /// It has no sign.
    pub unsigned: bool,
}

/// What follows a backslash in a character: its value, and how many bytes of the text it takes.
fn escape(rest: &str) -> Option<(i64, usize)> {
    let digits = |text: &str, most: usize, radix: u32| {
        let len = text.chars().take(most).take_while(|c| c.is_digit(radix)).count();
        i64::from_str_radix(&text[..len], radix).ok().map(|value| (value, len))
    };
    let simple = |value: u8| Some((i64::from(value), 1));
    match rest.chars().next()? {
        'n' => simple(b'\n'),
        't' => simple(b'\t'),
        'r' => simple(b'\r'),
        'a' => simple(7),
        'b' => simple(8),
        'v' => simple(11),
        'f' => simple(12),
        c @ ('\\' | '\'' | '"' | '?') => simple(c as u8),
        'x' => digits(&rest[1..], 2, 16).map(|(value, len)| (value, len + 1)),
        '0'..='7' => digits(rest, 3, 8),
        _ => None,
    }
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str) -> Cursor<'t> {
        Cursor { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The column of what comes next, from 0.
    pub fn column(&self) -> usize {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        self.text[..self.at + blanks].chars().count()
    }

    /// The next character behind blanks.
    pub fn peek(&self) -> Option<char> {
        self.rest().trim_start().chars().next()
    }

    /// Takes these characters, if they come next.
    pub fn take(&mut self, token: &str) -> bool {
        let found = self.rest().trim_start().starts_with(token);
        if found {
            self.blanks();
            self.at += token.len();
        }
        found
    }

    /// The operator that comes next, and its strength.
    pub fn operator(&self) -> Option<(Binary, u32)> {
        self.next_operator().map(|(_, op, strength)| (op, strength))
    }

    fn next_operator(&self) -> Option<(&'static str, Binary, u32)> {
        let rest = self.rest().trim_start();
        OPERATORS.into_iter().find(|(text, _, _)| rest.starts_with(text))
    }

    /// Takes that operator.
    pub fn take_operator(&mut self) {
        if let Some((text, _, _)) = self.next_operator() {
            self.take(text);
        }
    }

    /// Takes as many characters of a kind as come next; `None` if there are none.
    pub fn take_while(&mut self, fits: impl Fn(char) -> bool) -> Option<&'t str> {
        let rest = self.rest().trim_start();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        (end > 0).then(|| {
            self.blanks();
            self.at += end;
            &rest[..end]
        })
    }

    /// Gives the end of what was taken last back: what is left of it.
    pub fn give_back(&mut self, taken: &str, left: &'t str) -> &'t str {
        self.at -= taken.len() - left.len();
        left
    }

    /// Takes a word of C: letters, digits and `_`, no digit first.
    pub fn word(&mut self) -> Option<&'t str> {
        self.peek().filter(|c| c.is_ascii_alphabetic() || *c == '_')?;
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    /// Takes a number or a character in quotes; whether it is written as only C writes it, and whether as one without a
    /// sign.
    pub fn literal(&mut self) -> Option<Literal> {
        let start = self.at;
        let value = match self.peek()? {
            '\'' => self.character(),
            '0'..='9' => self.number(),
            _ => None,
        };
        if value.is_none() {
            self.at = start;
        }
        value
    }

    /// Takes a number with a fraction, such as `1.5`; a suffix may follow.
    pub fn real(&mut self) -> Option<f64> {
        let rest = self.rest().trim_start();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let fraction = rest[whole..].strip_prefix('.').map(digits).filter(|count| *count > 0 && whole > 0)?;
        let end = whole + 1 + fraction;
        let value = rest[..end].parse().ok()?;
        self.blanks();
        self.at += end;
        self.take_suffix();
        Some(value)
    }

    fn take_suffix(&mut self) {
        let suffix = ["f16", "F16", "f", "F"].into_iter().find(|suffix| self.rest().starts_with(suffix));
        self.at += suffix.map_or(0, str::len);
    }

    fn character(&mut self) -> Option<Literal> {
        self.take("'");
        let (value, len) = match self.rest().strip_prefix('\\') {
            Some(rest) => escape(rest).map(|(value, len)| (value, len + 1))?,
            None => self.rest().chars().next().map(|c| (i64::from(u32::from(c)), c.len_utf8()))?,
        };
        let of_c = self.rest().starts_with('\\');
        self.rest()[len..].starts_with('\'').then(|| self.at += len + 1)?;
        Some(Literal { value, of_c, unsigned: false })
    }

    fn number(&mut self) -> Option<Literal> {
        let text = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')?;
        // `2.r3` and `2:x` begin with a task.
        if self.rest().starts_with([':', '.']) {
            return None;
        }
        let plain = text.trim_end_matches(['u', 'U', 'l', 'L']);
        let digits = |start: &str, radix| {
            i64::from_str_radix(&plain.to_ascii_lowercase().strip_prefix(start)?.replace('_', ""), radix).ok()
        };
        let octal = plain.len() > 1 && plain.starts_with('0');
        let value = match octal {
            true => digits("0x", 16).or_else(|| digits("0b", 2)).or_else(|| digits("0", 8))?,
            false => digits("", 10)?,
        };
        let unsigned = text[plain.len()..].contains(['u', 'U']);
        Some(Literal {
            value,
            of_c: plain.len() < text.len() || octal && !plain.contains(['x', 'X', 'b', 'B']),
            unsigned,
        })
    }

    /// What comes next without blanks, from here on.
    pub fn ahead(&self) -> &'t str {
        self.rest()
    }
}
