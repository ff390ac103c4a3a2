//! Expressions: read them, print them, keep them in sight.

use super::reply::{CommandError, Remedy, Reply};
use super::{Args, Call, Meaning, Word};
use crate::backend::request::Display;
use crate::backend::{Expr, ExprError, Names, Pid, Request, Target, Value, Want, WatchView, formats, in_format};
use serde::Serialize;

/// Reads an expression; columns of errors are those of the line.
pub(super) fn parsed(text: &str, column: usize) -> Result<Expr, CommandError> {
    Expr::parse(text).map_err(|e| CommandError { remedy: Remedy::None, ..CommandError::of(e, column) })
}

impl Call<'_> {
    /// The value of an expression now. `pid` is the task that is meant where it names none.
    pub(super) fn value(&mut self, expr: &Expr, column: usize, pid: Option<Pid>) -> Result<Value, CommandError> {
        match self.evaluated(expr, pid) {
            Some(value) => value.map_err(|e| CommandError::of(e, column)),
            None => Err(CommandError::at(column, "this target evaluates no expressions")),
        }
    }

    /// The same with the expression's own error; `None` from a target that evaluates none.
    pub(super) fn evaluated(&mut self, expr: &Expr, pid: Option<Pid>) -> Option<Result<Value, ExprError>> {
        evaluated(self.target, expr, pid)
    }

    /// The whole number that a text evaluates to.
    pub(super) fn integer(&mut self, text: &str, column: usize, pid: Option<Pid>) -> Result<i64, CommandError> {
        let expr = parsed(text, column)?;
        self.whole(&expr, column, pid)
    }

    /// The whole number that a text evaluates to in the chosen frame, in which it may name variables of C.
    pub(super) fn integer_of_c(&mut self, text: &str, column: usize, pid: Option<Pid>) -> Result<i64, CommandError> {
        let expr = self.expression(text, column, pid, Names::Chosen)?;
        self.whole(&expr, column, pid)
    }

    fn whole(&mut self, expr: &Expr, column: usize, pid: Option<Pid>) -> Result<i64, CommandError> {
        match self.value(expr, column, pid)? {
            Value::Int(n) => Ok(n),
            Value::Real(x) => Err(CommandError::at(column, format!("a whole number is expected, not {x}"))),
        }
    }

    /// The next word as a number that is not negative.
    pub(super) fn natural(&mut self, what: &str, pid: Option<Pid>) -> Result<u64, CommandError> {
        let (text, column) = self.args.expression_word(what)?;
        let value = self.integer(&text, column, pid)?;
        u64::try_from(value).map_err(|_| CommandError::at(column, format!("{what} is expected, not {value}")))
    }

    /// The next word as a number: as it stands, or as what an expression evaluates to.
    pub(super) fn number(&mut self, what: &str) -> Result<u64, CommandError> {
        let word = self.args.word(what)?;
        let plain = match super::parse::number(&word) {
            Ok(number) => return Ok(number),
            Err(plain) => plain,
        };
        let computed = is_computed(&word.text);
        self.args.put_back(word);
        match self.natural(what, self.selected) {
            Ok(number) => Ok(number),
            Err(e) if computed => Err(e),
            Err(_) => Err(plain),
        }
    }

    /// A word as a number: as it stands, or as what an expression of more than letters and digits evaluates to.
    pub(super) fn number_of(&mut self, word: &Word) -> Option<u64> {
        let plain = super::parse::number(word).ok();
        let (text, column) = word.expression();
        let computed = plain.is_none() && is_computed(text);
        let value = computed.then(|| self.integer(text, column, self.selected).ok()).flatten();
        plain.or_else(|| value.and_then(|n| u64::try_from(n).ok()))
    }

    /// The next word as a count, if there is one.
    pub(super) fn count(&mut self) -> Result<Option<u64>, CommandError> {
        if self.args.is_empty() { Ok(None) } else { self.number("a number").map(Some) }
    }

    /// The next word as an address as a task sees it.
    pub(super) fn address(&mut self, pid: Pid) -> Result<u16, CommandError> {
        let column = self.args.column();
        let (text, _) = self.args.expression_word("an address")?;
        let value = self.integer(&text, column, Some(pid))?;
        let fixed = parsed(&text, column)?.constant().is_some();
        u16::try_from(value).map_err(|_| {
            let wrong = CommandError::at(column, "an address from 0 to 0xFFFF is expected");
            // A number is as wrong later.
            if fixed { CommandError { remedy: Remedy::None, ..wrong } } else { wrong }
        })
    }
}

/// Whether a word can only be an expression: it holds more than letters and digits.
pub(super) fn is_computed(word: &str) -> bool {
    word.contains(|c: char| !c.is_alphanumeric() && c != '_')
}

fn evaluated(target: &mut dyn Target, expr: &Expr, pid: Option<Pid>) -> Option<Result<Value, ExprError>> {
    let now = target.look(&Want { pid, asks: vec![expr.clone()], ..Want::numbers() });
    now.asked.first().map(|(_, value)| value.clone())
}

/// The address that the words at the end of a line evaluate to for a task.
///
/// # Errors
/// They are not an expression, it cannot be evaluated, or it evaluates to something else than an address.
pub fn address(target: &mut dyn Target, selected: Option<Pid>, words: &[Word]) -> Result<u16, CommandError> {
    let (text, column) = Args::new(words.to_vec(), 0).rest_in_place();
    let value = match evaluated(target, &parsed(&text, column)?, selected) {
        Some(value) => value.map_err(|e| CommandError::of(e, column))?,
        None => return Err(CommandError::at(column, "this target evaluates no expressions")),
    };
    let address = if let Value::Int(n) = value { u16::try_from(n).ok() } else { None };
    address.ok_or_else(|| CommandError::at(column, "an address from 0 to 0xFFFF is expected"))
}

/// The value of an expression.
#[derive(Serialize)]
struct Printed {
    value: Value,
    text: String,
}

pub(super) fn print(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let format = format(call)?;
    let (text, column) = call.args.rest_in_place();
    let mut reply = match super::variables::print(call, &text, column, pid, format)? {
        Some(reply) => reply,
        None => print_own(call, &text, column, pid, format)?,
    };
    if names_register(&text) && outer_frame(call, pid) {
        reply.text += ", registers being those of the innermost frame";
    }
    Ok(reply)
}

/// The next word as the format of a value, if it is one: `/x`.
fn format(call: &mut Call<'_>) -> Result<Option<char>, CommandError> {
    let letters = call.args.peek().and_then(|word| word.strip_prefix('/')).map(|letters| letters.chars().next_back());
    if letters.is_some() {
        call.args.take_next();
    }
    match letters.flatten() {
        Some(letter) if !formats().contains(letter) => {
            Err(CommandError::new(format!("there is no format {letter}: {} are there", spelled(formats()))))
        }
        letter => Ok(letter),
    }
}

/// Whether an outer frame is chosen of the task that is meant.
fn outer_frame(call: &Call<'_>, pid: Option<Pid>) -> bool {
    let pid = pid.or(call.selected);
    pid.zip(call.target.inspect()).is_some_and(|(pid, inspect)| inspect.chosen_frame(pid) > 0)
}

/// Whether an expression names a register of the task that is meant: only R7 is kept over calls.
fn names_register(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
    let number = |word: &str| word.strip_prefix(['r', 'R']).and_then(|number| number.parse::<u8>().ok());
    words.filter_map(number).any(|number| number < 16)
}

/// The value of an expression of the machine's own.
fn print_own(
    call: &mut Call<'_>,
    text: &str,
    column: usize,
    pid: Option<Pid>,
    format: Option<char>,
) -> Result<Reply, CommandError> {
    let expr = parsed(text, column)?;
    let value = call.value(&expr, column, pid)?;
    let text = match (value, format) {
        (Value::Int(n), Some(format)) => in_format(n, format),
        _ => value.to_string(),
    };
    Ok(Reply::new(format!("{} = {text}", expr.text()), Printed { value, text }))
}

/// Letters, one by one.
fn spelled(letters: &str) -> String {
    letters.chars().map(String::from).collect::<Vec<_>>().join(", ")
}

/// An expression that was expected to be true.
#[derive(Serialize)]
struct Expected {
    expression: String,
    value: Value,
}

/// `expect EXPR`: an error unless it is true, with the values of both sides of a comparison.
pub(super) fn expect(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let (text, column) = call.args.rest_in_place();
    let expr = call.expression(&text, column, pid, Names::Chosen)?;
    let value = call.value(&expr, column, pid)?;
    if value.truth() {
        let expression = expr.text().to_owned();
        return Ok(Reply::new(format!("{expression} holds"), Expected { expression, value }));
    }
    let sides = match expr.sides() {
        Some((left, right)) => {
            let (a, b) = (call.value(&left, column, pid)?, call.value(&right, column, pid)?);
            format!(": {} is {a}, {} is {b}", left.text(), right.text())
        }
        None => format!(": it is {value}"),
    };
    Err(CommandError::new(format!("expected {}{sides}", expr.text())))
}

/// The task that is meant where the expression names none: `-p PID`, or the selected one.
fn meant(call: &mut Call<'_>) -> Result<Option<Pid>, CommandError> {
    Ok(call.args.pid_option(&call.now)?.or(call.selected))
}

pub(super) fn display(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let pid = call.args.pid_option(&call.now)?;
    if call.args.is_empty() {
        return Ok(list(call).into());
    }
    keep(call, pid).map(Meaning::Request)
}

/// Keeps the expression in the words that are left in sight.
pub(super) fn keep(call: &mut Call<'_>, pid: Option<Pid>) -> Result<Request, CommandError> {
    let format = format(call)?;
    let (text, column) = call.args.rest_in_place();
    let expr = match call.expression(&text, column, pid, Names::Innermost) {
        Ok(expr) => expr,
        // A struct is not a number, but it can be shown.
        Err(e) => match call.variable(&text, pid.or(call.selected)) {
            Some((_, address, _)) => Expr::number(&text, address.into()),
            None => return Err(e),
        },
    };
    // A name that means nothing is an error now, not a dash in the pane later.
    call.check_names(&expr, column, pid)?;
    Ok(Display::Keep { expr, pid, format }.into())
}

/// The expressions that are kept in sight.
#[derive(Serialize)]
struct Displays<'d> {
    displays: &'d [WatchView],
}

pub(super) fn list(call: &mut Call<'_>) -> Reply {
    let now = call.look(&Want { pid: call.selected, ..Want::lists() });
    let line = |w: &WatchView| match (&w.value, &w.text) {
        (_, Some(text)) => format!("{}: {} = {text}", w.number, w.expression),
        (Ok(value), None) => format!("{}: {} = {value}", w.number, w.expression),
        (Err(why), None) => format!("{}: {}: {why}", w.number, w.expression),
    };
    let text = match &now.watches[..] {
        [] => "nothing is kept in sight".into(),
        views => views.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    Reply::new(text, Displays { displays: &now.watches })
}

pub(super) fn undisplay(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let word = call.args.word("the number of a display")?;
    call.args.done()?;
    call.blame = Some(word.column);
    let number = word.text.parse();
    number
        .map(|number| Display::Drop(number).into())
        .map_err(|_| CommandError::at(word.column, format!("there is no display {}", word.text)))
}
