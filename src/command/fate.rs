//! What can still come of the run, and what a task could still see.

use super::Call;
use super::answer::count;
use super::reply::CommandError;
use crate::backend::request::{Fate, Property};
use crate::backend::{Ending, FailureKind, FateView, Label, Request, RunState};

/// `fate [always EXPR] [finally EXPR] [allow fault|brk|deadlock] [norace] ...`, `fate map`, `fate off`.
pub(super) fn fate(call: &mut Call<'_>) -> Result<Request, CommandError> {
    if call.args.take("off") {
        call.args.done()?;
        return Ok(Fate::Off.into());
    }
    if call.args.take("map") {
        call.args.done()?;
        return Ok(Fate::Map.into());
    }
    let mut pid = call.args.pid_option(&call.now)?.or(call.selected);
    let mut property = Property::default();
    while let Some(word) = call.args.take_next() {
        let list = match word.text.as_str() {
            "always" => &mut property.always,
            "finally" => &mut property.finally,
            "allow" => {
                property.allow.push(allowed(call)?);
                continue;
            }
            "norace" => {
                property.norace = true;
                continue;
            }
            _ => return Err(CommandError::malformed(word.column, "always, finally, allow or norace is expected")),
        };
        let (text, column) = call.args.expression_before(&["always", "finally", "allow", "norace"])?;
        let (expr, whose) = call.property(&text, column, pid)?;
        list.push(expr.clone());
        call.check_names(&expr, column, whose)?;
        pid = whose;
    }
    Ok(Fate::Judge(Property { pid, ..property }).into())
}

/// `could [PID [N [after TURN]]]`, `could open NUMBER`.
pub(super) fn could(call: &mut Call<'_>) -> Result<Request, CommandError> {
    if call.args.take("open") {
        let number = call.number("the number of a thing in the answer of could")?;
        call.args.done()?;
        return Ok(Fate::Open(number).into());
    }
    let pid = call.pid_or_selected()?;
    let task = call.task(pid)?;
    // A receive that waits has taken its turn already; what it sees is still open.
    let next = task.counters.turns + u64::from(task.state != RunState::WaitingMbx);
    call.blame = Some(call.args.column());
    let n = call.count()?.unwrap_or(next);
    let after = if call.args.take("after") { Some(call.number("the number of a turn")?) } else { None };
    call.args.done()?;
    Ok(Fate::Could { pid, n, after }.into())
}

/// The next word as a kind of failure that may be allowed.
fn allowed(call: &mut Call<'_>) -> Result<FailureKind, CommandError> {
    let word = call.args.word("fault, brk or deadlock")?;
    match word.text.as_str() {
        "fault" => Ok(FailureKind::Fault),
        "brk" => Ok(FailureKind::Brk),
        "deadlock" => Ok(FailureKind::Deadlock),
        _ => Err(CommandError::malformed(word.column, "fault, brk or deadlock is expected")),
    }
}

/// What can come of a run, in words.
#[must_use]
pub fn text(view: &FateView) -> String {
    let mut lines = vec![stretches(view), fate_sentence(view)];
    lines.extend(view.way().map(|way| {
        let does = if view.fate.ending == Ending::Passes { "fails" } else { "passes" };
        format!("after turn {} this leaves the run and {does}: {}", view.from + way.after, way.schedule)
    }));
    if !view.fate.next.is_empty() {
        let next: Vec<String> = view.fate.next.iter().map(|(pid, label)| format!("{pid} {}", label.name())).collect();
        lines.push(format!("next: {}", next.join(", ")));
    }
    lines.push(covered(view));
    lines.join("\n")
}

/// The labels, those that are alike together: `after turns 0..5 may fail, 6..12 lost`.
fn stretches(view: &FateView) -> String {
    let mut stretches: Vec<(u64, u64, Label)> = Vec::new();
    for (turn, label) in (view.from..).zip(&view.fate.labels) {
        match stretches.last_mut() {
            Some((_, to, same)) if *same == *label => *to = turn,
            _ => stretches.push((turn, turn, *label)),
        }
    }
    let stretch = |(from, to, label): &(u64, u64, Label)| match from == to {
        true => format!("{from} {}", label.name()),
        false => format!("{from}..{to} {}", label.name()),
    };
    format!("after turns {}", stretches.iter().map(stretch).collect::<Vec<_>>().join(", "))
}

/// What made a run lost or safe, in a sentence.
#[must_use]
pub fn fate_sentence(view: &FateView) -> String {
    let fate = &view.fate;
    let present = fate.labels.last().copied().unwrap_or(Label::Unknown);
    match (fate.ending, view.way(), &view.decides) {
        (Ending::Fails, Some(_), Some(turn)) => format!("avoidable until turn {}: {turn}", turn.turn),
        (Ending::Passes, Some(_), Some(turn)) => format!("it could fail until turn {}: {turn}", turn.turn),
        (Ending::Open, Some(_), Some(turn)) => {
            format!("no schedule passes since turn {}: {turn}", turn.turn)
        }
        (Ending::Fails, _, _) if fate.exhausted() => "unavoidable: no schedule from the start passes".into(),
        (Ending::Passes, _, _) if fate.exhausted() => "it passes, and no schedule fails".into(),
        (Ending::Fails, _, _) => "it fails; from where on it had to is not known".into(),
        (Ending::Passes, _, _) => "it passes; until when it could fail is not known".into(),
        (Ending::Open, _, _) => match present {
            Label::Safe if fate.endless => "no schedule from here fails, some never end".into(),
            Label::Safe => "every schedule from here passes".into(),
            Label::MayFail => "some schedules from here fail, others pass".into(),
            Label::Lost if fate.endless => "every schedule from here that ends fails, some never end".into(),
            Label::Lost => "every schedule from here fails".into(),
            Label::NeverEnds => "no schedule from here ends".into(),
            Label::Unknown => "what comes of this is not known".into(),
        },
    }
}

/// What was covered.
fn covered(view: &FateView) -> String {
    let states = count(view.fate.states as u64, "state");
    let before = match view.from {
        0 => String::new(),
        from => format!("; the machine was changed from outside after turn {from}: what lies before is not judged"),
    };
    match view.fate.exhausted() {
        true => format!("exhausted: every order of turns is covered, by {states}{before}"),
        false => {
            format!("not exhausted after {states}: the bound was reached, what is not known may be anything{before}")
        }
    }
}
