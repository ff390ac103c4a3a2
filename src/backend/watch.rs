//! Expressions that are kept in sight.

use super::{Local, Names, in_format};
use crate::executive::{Machine, Pid};
use crate::session::PastPosition;
use crate::session::expr::{Expr, ExprError, Scope, Value};
use serde::Serialize;

/// An expression that is kept in sight.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// Its number, from 1, never used again.
    pub number: u32,
    /// The expression.
    pub expr: Expr,
    /// The task that is meant where none is named; the selected one if `None`.
    pub pid: Option<Pid>,
    /// The function of C whose variables it names, where it names some.
    pub function: Option<String>,
    /// The format in which its value is shown; by its type if `None`.
    pub format: Option<char>,
}

/// A watch as data: its value now and before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WatchView {
    /// Its number.
    pub number: u32,
    /// The expression's text.
    pub expression: String,
    /// Its value, or why it has none.
    pub value: Result<Value, String>,
    /// The value of an expression of C by its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its value at the stop before this one, if that was another.
    pub was: Option<Value>,
    /// Whether the last turn changed it.
    pub just_now: bool,
}

/// The watches, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Watches {
    list: Vec<Watch>,
    made: u32,
    /// Their values one turn before and at the stop before.
    kept: [Option<(Key, Vec<Option<Value>>)>; 2],
}

/// A moment, the task that was meant, and the numbers of the watches.
type Key = (PastPosition, Option<Pid>, Vec<u32>);

/// An earlier moment.
#[derive(Debug, Clone, Copy)]
enum Then {
    Before,
    Since,
}

impl Local {
    /// The value of an expression now.
    ///
    /// # Errors
    /// A name that means nothing here, a division by zero.
    pub fn evaluate(&self, expr: &Expr, pid: Option<Pid>) -> Result<Value, ExprError> {
        self.evaluate_on(expr, pid, self.machine())
    }

    fn evaluate_on(&self, expr: &Expr, pid: Option<Pid>, machine: &Machine) -> Result<Value, ExprError> {
        let symbol = |pid: Pid, name: &str| {
            let listing = self.listing(pid)?;
            let named = listing.labels.iter().chain(&listing.data).find(|(_, n)| n == name);
            named.map(|(at, _)| *at)
        };
        expr.eval(&Scope { machine, pid, symbol: &symbol })
    }

    /// Keeps an expression in sight and gives its number.
    pub(super) fn watch(&mut self, expr: Expr, pid: Option<Pid>, format: Option<char>) -> u32 {
        self.watches.made += 1;
        let number = self.watches.made;
        // What means something without a frame means the same everywhere.
        let bound = self.expression(expr.text(), pid, Names::At(u32::MAX)).is_err();
        let function = pid.or_else(|| self.machine().tasks().first().map(|t| t.pid)).filter(|_| bound);
        let function = function.and_then(|pid| self.c_function(pid));
        self.watches.list.push(Watch { number, expr, pid, function, format });
        number
    }

    /// The expressions of a task that is loaded again are read with what their names mean now.
    pub(super) fn watches_again(&mut self, pid: Pid) {
        let own = |w: &&Watch| w.pid.is_none_or(|of| of == pid);
        let read = |w: &Watch| Some((w.number, self.expression(w.expr.text(), w.pid, Names::Innermost).ok()?));
        let again: Vec<(u32, Expr)> = self.watches.list.iter().filter(own).filter_map(read).collect();
        for watch in &mut self.watches.list {
            if let Some((_, expr)) = again.iter().find(|(number, _)| *number == watch.number) {
                watch.expr = expr.clone();
            }
        }
        self.watches.kept = Default::default();
    }

    /// No longer keeps it in sight; false if there is none of that number.
    pub(super) fn unwatch(&mut self, number: u32) -> bool {
        let before = self.watches.list.len();
        self.watches.list.retain(|w| w.number != number);
        self.watches.list.len() < before
    }

    /// All watches as data. `pid` is meant where neither the expression nor the watch names a task.
    pub fn watch_views(&mut self, pid: Option<Pid>) -> Vec<WatchView> {
        if self.watches.list.is_empty() {
            return Vec::new();
        }
        let (before_at, since_at) = self.session().compared();
        let before = before_at.filter(|_| !self.running());
        let before = self.values_then(Then::Before, before, pid);
        let since = self.values_then(Then::Since, since_at, pid);
        let views = self.watches.list.iter().enumerate().map(|(i, watch)| {
            let (value, text) = self.watched(watch, watch.pid.or(pid));
            let changed =
                |then: &[Option<Value>]| then.get(i).copied().flatten().filter(|then| value.as_ref() != Ok(then));
            WatchView {
                number: watch.number,
                expression: watch.expr.text().to_owned(),
                text,
                was: changed(&since),
                just_now: changed(&before).is_some(),
                value,
            }
        });
        views.collect()
    }

    /// What a watch evaluates to now, and how its language writes that.
    fn watched(&self, watch: &Watch, pid: Option<Pid>) -> (Result<Value, String>, Option<String>) {
        let own = pid.or_else(|| self.machine().tasks().first().map(|t| t.pid));
        let here = own.and_then(|pid| self.c_function(pid));
        if watch.function.is_some() && watch.function != here {
            return (Err("not in scope".to_owned()), None);
        }
        let value = self.evaluate(&watch.expr, pid).map_err(|e| e.message);
        let of_c = self.c_value(watch.expr.text(), pid).ok().flatten();
        let text = match (of_c, watch.format, &value) {
            (Some(c), Some(format), _) => Some(c.value.formatted(format, c.size)),
            (Some(c), None, _) => Some(c.value.to_string()),
            (None, Some(format), Ok(Value::Int(n))) => Some(in_format(*n, format)),
            (None, _, _) => None,
        };
        (value, text)
    }

    /// The values of the watches at an earlier moment, found once for each.
    fn values_then(&mut self, then: Then, place: Option<PastPosition>, pid: Option<Pid>) -> Vec<Option<Value>> {
        let Some(place) = place else { return Vec::new() };
        let numbers: Vec<u32> = self.watches.list.iter().map(|w| w.number).collect();
        let key = (place, pid, numbers);
        if let Some((kept, values)) = &self.watches.kept[then as usize]
            && *kept == key
        {
            return values.clone();
        }
        let machine = match then {
            Then::Before => self.session_mut().before().cloned(),
            Then::Since => self.session_mut().since().cloned(),
        };
        let Some(machine) = machine else { return Vec::new() };
        let value = |w: &Watch| self.evaluate_on(&w.expr, w.pid.or(pid), &machine).ok();
        let values: Vec<Option<Value>> = self.watches.list.iter().map(value).collect();
        self.watches.kept[then as usize] = Some((key, values.clone()));
        values
    }
}
