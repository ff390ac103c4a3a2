//! Stops on changes, reads and writes, and on something that happens.

use super::parse::{Args, number};
use super::reply::CommandError;
use super::stops::Scope;
use super::words::Word;
use super::{Call, Meaning};
use crate::backend::request::{NewStop, On, Stop};
use crate::backend::{Event, Expr, Names, Pid, Request, Touching};

/// `watch EXPR`, and the reference's `watch add|list|remove`, which keep an expression in sight.
pub(super) fn watch(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.take("list") {
        call.args.clear();
        return Ok(super::expr::list(call).into());
    }
    if call.args.take("add") {
        let pid = call.pid()?;
        return super::expr::keep(call, Some(pid)).map(Meaning::Request);
    }
    if call.args.take("remove") {
        call.pid()?;
        return super::expr::undisplay(call).map(Meaning::Request);
    }
    let touching = match (call.args.take("-w"), call.args.take("-l")) {
        (true, _) => Some(Touching::Write),
        (_, true) => Some(Touching::Change),
        _ => None,
    };
    let asked = Asked::take(call)?;
    let touching = touching.or(asked.bytes.map(|_| Touching::Change));
    let request = match touching {
        Some(touching) => asked.access(call, touching)?,
        // A C variable: its memory is watched.
        None if asked.variable => asked.access(call, Touching::Change)?,
        None => {
            let pid = asked.scope.pid.or(call.selected);
            // What is not there yet may come: the stop is pending until then.
            match call.evaluated(&asked.expr, pid) {
                Some(Err(e)) if !e.absent => return Err(CommandError::of(e, asked.column)),
                _ => {}
            }
            if let Some(value) = asked.expr.constant() {
                let message = format!("{value} never changes: [{}] is the memory there", asked.expr.text());
                return Err(CommandError::at(asked.column, message));
            }
            // The value of a symbol never changes: what is meant is the word there.
            match call.is_place(&asked.expr, pid) {
                true => asked.access(call, Touching::Change)?,
                false => asked.change(call)?,
            }
        }
    };
    Ok(Meaning::Request(request))
}

/// `rwatch PLACE`.
pub(super) fn rwatch(call: &mut Call<'_>) -> Result<Request, CommandError> {
    Asked::take(call)?.access(call, Touching::Read)
}

/// `awatch PLACE`.
pub(super) fn awatch(call: &mut Call<'_>) -> Result<Request, CommandError> {
    Asked::take(call)?.access(call, Touching::Any)
}

/// `PLACE [len N] [as PID] [-p PID] [if EXPR]`.
struct Asked {
    expr: Expr,
    column: usize,
    bytes: Option<u32>,
    seen_by: Option<Pid>,
    /// Whether it is a variable of C.
    variable: bool,
    scope: Scope,
}

impl Asked {
    fn take(call: &mut Call<'_>) -> Result<Asked, CommandError> {
        let scope = Scope::take(call)?;
        let seen_by = match call.args.take_from("as") {
            Some((text, column)) => Some(Args::new(vec![Word::plain(text, column)], column).pid(&call.now)?),
            None => None,
        };
        let bytes = match call.args.take_from("len") {
            Some((text, column)) => Some(number(&Word::plain(text.trim(), column))?),
            None => None,
        };
        let (text, column) = call.args.rest_in_place();
        let bytes = bytes.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let pid = seen_by.or(scope.pid).or(call.selected);
        // What is watched is the variable of the frame that is chosen now.
        if let Some((whose, address, size)) = call.variable(&text, pid) {
            // With a length of its own it is not a value of its type any more.
            let read = call.expression(&text, column, pid, Names::Chosen).ok().filter(|_| bytes.is_none());
            let expr = Expr::number(&text, address.into()).shaped(read.and_then(|e| e.shape().cloned()));
            let (bytes, seen_by) = (bytes.or(Some(size)), Some(whose));
            return Ok(Asked { expr, column, bytes, seen_by, variable: true, scope });
        }
        let expr = call.expression(&text, column, pid, Names::Chosen)?;
        Ok(Asked { expr, column, bytes, seen_by, variable: false, scope })
    }

    /// A stop on reads or writes of the place.
    fn access(self, call: &mut Call<'_>, touching: Touching) -> Result<Request, CommandError> {
        let Asked { expr: place, column, bytes, seen_by, scope: Scope { pid, app, condition }, .. } = self;
        call.blame = Some(column);
        // What the selected task sees is said, so that it means the same later.
        let seen_by = seen_by.or(if pid.is_none() { call.selected } else { None });
        let condition = Scope::check(call, condition, pid, Names::Innermost)?;
        let on = On::Access { place, bytes, touching, seen_by };
        Ok(Stop::Set(NewStop { app, condition, ..NewStop::plain(on, pid) }).into())
    }

    /// A stop on a change of its value.
    fn change(self, call: &mut Call<'_>) -> Result<Request, CommandError> {
        let Scope { pid, app, condition } = self.scope;
        let pid = pid.or(call.selected);
        let condition = Scope::check(call, condition, pid, Names::Innermost)?;
        Ok(Stop::Set(NewStop { app, condition, ..NewStop::plain(On::Change(self.expr), pid) }).into())
    }
}

pub(super) fn catch(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let Scope { pid, app, condition } = Scope::take(call)?;
    let name = call.args.word("an event, such as send, block or trap 5")?;
    let (event, column) = match name.text.eq_ignore_ascii_case("race") && !call.args.is_empty() {
        true => race(call, pid)?,
        false => {
            let argument = call.args.take_next();
            let event = Event::parse(&name.text, argument.as_ref().map(|w| w.text.as_str()));
            let column = argument.map_or(name.column, |w| w.column);
            (event.map_err(|e| CommandError::malformed(column, e))?, column)
        }
    };
    call.args.done()?;
    event.check().map_err(|e| CommandError::malformed(column, e))?;
    let condition = Scope::check(call, condition, pid, Names::Innermost)?;
    Ok(Stop::Set(NewStop { app, condition, ..NewStop::plain(On::Event(event), pid) }).into())
}

/// The place of `catch race PLACE`: an address, a label, a variable of C, or two addresses as stops are written down.
fn race(call: &mut Call<'_>, pid: Option<Pid>) -> Result<(Event, usize), CommandError> {
    let (text, column) = call.args.expression_word("a place")?;
    let pid = pid.or(call.selected);
    let stretch = match call.variable(&text, pid) {
        Some((_, address, size)) => format!("0x{address:04X}..0x{:04X}", u32::from(address) + size),
        None if text.contains("..") => text,
        None => {
            let address = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(&text);
            format!("0x{:04X}", call.integer(address, column, pid)?)
        }
    };
    let event = Event::parse("race", Some(&stretch)).map_err(|e| CommandError::malformed(column, e))?;
    Ok((event, column))
}
