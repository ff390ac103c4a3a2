//! Stops on changes, reads and writes, and on something that happens.

use super::Call;
use super::parse::number;
use super::reply::{CommandError, Reply};
use super::stops::{Condition, dress, parsed};
use crate::backend::{Event, Expr, Names, On, Pid, Touching};
use serde_json::json;

/// `watch EXPR`, and the reference's `watch add|list|remove`, which keep an expression in sight.
pub(super) fn watch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("list") {
        call.args.clear();
        return super::expr::display(call);
    }
    if call.args.take("add") {
        let pid = call.args.pid(call.target)?;
        return super::expr::keep(call, Some(pid));
    }
    if call.args.take("remove") {
        call.args.pid(call.target)?;
        return super::expr::undisplay(call);
    }
    let touching = match (call.args.take("-w"), call.args.take("-l")) {
        (true, _) => Some(Touching::Write),
        (_, true) => Some(Touching::Change),
        _ => None,
    };
    let asked = Asked::take(call)?;
    let pid = asked.pid.or(call.selected);
    match touching.or(asked.bytes.map(|_| Touching::Change)) {
        None if asked.place.is_none() && !call.target.is_constant(&asked.expr, pid) => {
            let place = |e: crate::backend::ExprError| CommandError::at(asked.column + e.column, e.message);
            call.target.evaluate(&asked.expr, pid).map_err(place)?;
            let said = format!("watch {}", asked.expr.text());
            arm(call, pid, asked.app, On::Change(asked.expr, None), asked.condition, &said)
        }
        // The value of a symbol never changes: what is meant is the word there.
        touching => access(call, asked, touching.unwrap_or(Touching::Change)),
    }
}

/// `rwatch PLACE`.
pub(super) fn rwatch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let asked = Asked::take(call)?;
    access(call, asked, Touching::Read)
}

/// `awatch PLACE`.
pub(super) fn awatch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let asked = Asked::take(call)?;
    access(call, asked, Touching::Any)
}

/// `PLACE [len N] [-p PID] [if EXPR]`.
struct Asked {
    expr: Expr,
    column: usize,
    bytes: Option<u32>,
    pid: Option<Pid>,
    app: Option<String>,
    condition: Option<Expr>,
    /// The memory it is the place of, if it is a variable of C: the task, its address and bytes.
    place: Option<(Pid, u16, u32)>,
}

impl Asked {
    fn take(call: &mut Call<'_>) -> Result<Asked, CommandError> {
        let condition = Condition::take(call);
        let app = call.args.app_option(call.target);
        let pid = call.args.pid_option(call.target)?;
        let bytes = match call.args.take_from("len") {
            Some((text, column)) => Some(number(&super::Word { text: text.trim().to_owned(), column })?),
            None => None,
        };
        let (text, column) = call.args.rest_in_place();
        let bytes = bytes.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let seen_by = pid.or(call.selected);
        let condition = condition.map(|c| c.read(call, seen_by, Names::Innermost)).transpose()?;
        // What is watched is the variable of the frame that is chosen now.
        let place = call.target.c_place(&text, seen_by).ok().flatten();
        let expr = match place {
            Some((_, address, _)) => Expr::number(&text, address.into()),
            None => parsed(call, &text, column, seen_by, Names::Chosen)?,
        };
        Ok(Asked { expr, column, bytes, pid, app, condition, place })
    }
}

fn access(call: &mut Call<'_>, asked: Asked, touching: Touching) -> Result<Reply, CommandError> {
    let seen_by = asked.pid.or(call.selected);
    let access = match asked.place {
        Some(place) => call.target.access_at(asked.expr.text(), place, asked.bytes, touching),
        None => call.target.access(&asked.expr, seen_by, asked.bytes, touching),
    };
    let access = access.map_err(|e| CommandError::at(asked.column + e.column, e.message))?;
    let said = format!("{} {access}", touching.command());
    arm(call, asked.pid, asked.app, On::Access(access), asked.condition, &said)
}

pub(super) fn catch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let condition = Condition::take(call);
    let app = call.args.app_option(call.target);
    let pid = call.args.pid_option(call.target)?;
    let condition = condition.map(|c| c.read(call, pid.or(call.selected), Names::Innermost)).transpose()?;
    let name = call.args.word("an event, such as send, block or trap 5")?;
    let argument = call.args.take_next();
    call.args.done()?;
    let event = Event::parse(&name.text, argument.as_ref().map(|w| w.text.as_str()));
    let event = event.map_err(|e| CommandError::at(argument.map_or(name.column, |w| w.column), e))?;
    if call.target.machine().trace().capacity() == 0 {
        return Err(CommandError::new("to catch events takes a trace: --trace-size above 0"));
    }
    let said = format!("catch {event}");
    arm(call, pid, app, On::Event(event), condition, &said)
}

fn arm(
    call: &mut Call<'_>,
    pid: Option<Pid>,
    app: Option<String>,
    on: On,
    condition: Option<Expr>,
    said: &str,
) -> Result<Reply, CommandError> {
    let number = call.target.add_stop(pid, on);
    let mut reply = Reply::new(format!("stop {number}: {said}"), json!({ "number": number, "pid": pid }));
    dress(call, number, app, condition, &mut reply)?;
    Ok(reply)
}
