//! The breakpoints of a client: the stops that each of them is, and what has become of them.

use super::terms::{Effect, Hits, Terms};
use super::{Adapter, Failed, REQUESTS, failed};
use crate::backend::answer::Done;
use crate::backend::request::{NewStop, Stop};
use crate::backend::{Program, Snapshot, StopView};
use serde_json::{Value, json};
use std::sync::Arc;

/// Breakpoints that one request may set.
const MOST: usize = 4096;

/// What kind of breakpoints a request sets: it replaces all of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BreakpointKind {
    /// At lines of a source.
    Source(String),
    /// At functions.
    Function,
    /// At instructions.
    Instruction,
    /// On data.
    Data,
}

impl BreakpointKind {
    /// Why the machine stands, in the words of the protocol.
    pub const fn reason(&self) -> &'static str {
        match self {
            BreakpointKind::Source(_) => "breakpoint",
            BreakpointKind::Function => "function breakpoint",
            BreakpointKind::Instruction => "instruction breakpoint",
            BreakpointKind::Data => "data breakpoint",
        }
    }
}

/// A breakpoint that is to be set.
pub(super) struct Wanted {
    /// What the client has asked for.
    pub key: Value,
    /// The stops, or why there are none.
    pub stops: Result<Vec<NewStop>, Failed>,
    pub terms: Terms,
    /// What the answer says beside its number.
    pub answer: Value,
}

/// A breakpoint of the client's.
#[derive(Debug)]
struct Entry {
    id: i64,
    kind: BreakpointKind,
    /// What the client has asked for.
    key: Value,
    /// The stops it is: a line may have instructions in several functions and tasks.
    stops: Vec<u32>,
    /// What they were set as.
    set: Vec<NewStop>,
    /// Why there are none.
    refused: Option<String>,
    hits: Option<Hits>,
    log: Option<String>,
    /// What the answer says beside its number and whether it can stop.
    place: Value,
    /// What the client was answered last.
    answer: Value,
    /// The machine that its stops were set on is gone.
    stale: bool,
}

impl Entry {
    /// Whether its stops are all there still, and are what is asked for now.
    fn serves(&self, stops: &Result<Vec<NewStop>, Failed>, now: &Snapshot) -> bool {
        // What an expression names depends on the frame in which it is read: the stop that was set on it stays.
        let same = self.kind == BreakpointKind::Data || stops.as_ref().is_ok_and(|stops| *stops == self.set);
        let there = |number: &u32| stop(now, *number).is_some();
        !self.stale && !self.stops.is_empty() && self.stops.iter().all(there) && same
    }

    /// What the client is answered.
    fn answered(&self, now: &Snapshot) -> Value {
        let why = self.why_not(now);
        let mut answer = self.place.clone();
        answer["id"] = self.id.into();
        answer["verified"] = why.is_none().into();
        if let Some(why) = why {
            answer["message"] = why.into();
        }
        answer
    }

    /// Why it cannot stop as things are; `None` if one of its stops can.
    fn why_not(&self, now: &Snapshot) -> Option<String> {
        if let Some(why) = &self.refused {
            return Some(why.clone());
        }
        let mut first = None;
        for number in &self.stops {
            let off = stop(now, *number).is_some_and(|stop| !stop.enabled);
            let pending = now.pending.iter().find(|(of, _)| of == number).map(|(_, why)| why.clone());
            let why = pending.or_else(|| off.then(|| format!("stop {number} is switched off")))?;
            first.get_or_insert(why);
        }
        first.or_else(|| Some("nothing was set".into()))
    }
}

/// A stop by its number.
fn stop(now: &Snapshot, number: u32) -> Option<&StopView> {
    now.stops.iter().find(|stop| stop.number == number)
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Book {
    made: i64,
    entries: Vec<Entry>,
    /// The requests that set them, to be carried out again when other programs are there.
    asked: Vec<(BreakpointKind, &'static str, Value)>,
    /// They are carried out again, which brings none back that the user has removed.
    repeats: bool,
    /// The programs of the tasks when that was last done.
    programs: Vec<Option<Arc<Program>>>,
}

impl Book {
    /// The breakpoints that some stops are, each with its kind.
    pub fn hit(&self, numbers: &[u32]) -> Vec<(i64, BreakpointKind)> {
        let is_hit = |entry: &&Entry| entry.stops.iter().any(|stop| numbers.contains(stop));
        self.entries.iter().filter(is_hit).map(|entry| (entry.id, entry.kind.clone())).collect()
    }

    /// What a stop does that has been reached. Hits are those of the whole breakpoint, whichever task they are of; in the past,
    /// where a run looks for stops, they are not counted.
    pub fn effect(&self, number: u32, now: &Snapshot, back: bool) -> Effect {
        let Some(entry) = self.entries.iter().find(|entry| entry.stops.contains(&number)) else { return Effect::Stop };
        let hits = || entry.stops.iter().filter_map(|number| Some(stop(now, *number)?.hits)).sum::<u64>();
        match (&entry.log, entry.hits) {
            (_, Some(counted)) if !back && !counted.holds(hits()) => Effect::Pass,
            (Some(_), _) if back => Effect::Pass,
            (Some(text), _) => Effect::Log(text.clone()),
            (None, _) => Effect::Stop,
        }
    }

    /// Remembers a request, to be done again after a restart.
    pub fn remember(&mut self, kind: BreakpointKind, command: &'static str, value: Value) {
        self.asked.retain(|(known, ..)| *known != kind);
        self.asked.push((kind, command, value));
    }

    /// Takes note of the programs that are there; whether others were before.
    fn programs_changed(&mut self, now: &Snapshot) -> bool {
        let programs: Vec<Option<Arc<Program>>> = now.tasks.iter().map(|task| task.program.clone()).collect();
        let same = |(a, b): (&Option<Arc<Program>>, &Option<Arc<Program>>)| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let known = self.programs.len() == programs.len() && self.programs.iter().zip(&programs).all(same);
        self.programs = programs;
        !known
    }
}

impl Adapter<'_> {
    /// Replaces the breakpoints of a kind. What was asked for in the same words before stays as it is, if it is there still.
    pub(super) fn replace(&mut self, kind: &BreakpointKind, mut wanted: Vec<Wanted>) -> Result<Value, Failed> {
        if wanted.len() > MOST {
            return failed(format!("{MOST} breakpoints are the most"));
        }
        let now = self.look()?;
        let (mut old, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.breakpoints.entries).into_iter().partition(|entry| entry.kind == *kind);
        self.breakpoints.entries = others;
        if self.breakpoints.repeats {
            wanted.retain(|wanted| old.iter().any(|entry| entry.key == wanted.key));
        }
        for wanted in wanted {
            let known = old.iter().position(|entry| entry.key == wanted.key).map(|at| old.remove(at));
            let entry = match known {
                Some(entry) if entry.serves(&wanted.stops, &now) => entry,
                known => self.entry(kind, known, wanted)?,
            };
            self.breakpoints.entries.push(entry);
        }
        for entry in old {
            self.delete(&entry)?;
        }
        self.answers(kind)
    }

    /// Sets the stops of a breakpoint, under the number that it has already.
    fn entry(&mut self, kind: &BreakpointKind, known: Option<Entry>, wanted: Wanted) -> Result<Entry, Failed> {
        let Wanted { key, stops, terms, answer } = wanted;
        if let Some(known) = &known {
            self.delete(known)?;
        }
        let id = known.as_ref().map_or(self.breakpoints.made + 1, |entry| entry.id);
        self.breakpoints.made = self.breakpoints.made.max(id);
        let hits = terms.hits();
        let counted = hits.as_ref().ok().copied().flatten();
        let stops = if self.debugs() { stops } else { failed("the program runs without debugging") };
        let set = hits.and(stops).and_then(|stops| Ok((self.set_all(stops.clone())?, stops)));
        let (set, refused) = match set {
            Ok(set) => (set, None),
            Err(Failed(why)) => ((Vec::new(), Vec::new()), Some(why)),
        };
        Ok(Entry {
            id,
            kind: kind.clone(),
            key,
            stops: set.0,
            set: set.1,
            refused,
            hits: counted,
            log: terms.log_message.filter(|text| !text.is_empty()),
            place: answer,
            answer: known.map_or(Value::Null, |entry| entry.answer),
            stale: false,
        })
    }

    /// Removes the stops of a breakpoint.
    fn delete(&mut self, entry: &Entry) -> Result<(), Failed> {
        for number in entry.stops.iter().filter(|_| !entry.stale) {
            // The user may have removed it in the console.
            let _ = self.target()?.send(Stop::Delete(*number).into());
        }
        Ok(())
    }

    /// The answers for all breakpoints of a kind, which are known when they are set. Where they are set again, the client hears
    /// of what is not as it was.
    fn answers(&mut self, kind: &BreakpointKind) -> Result<Value, Failed> {
        let now = self.look()?;
        let (mut answers, mut changed) = (Vec::new(), Vec::new());
        for entry in self.breakpoints.entries.iter_mut().filter(|entry| entry.kind == *kind) {
            let answer = entry.answered(&now);
            if self.breakpoints.repeats && answer != entry.answer {
                changed.push(answer.clone());
            }
            entry.answer = answer.clone();
            answers.push(answer);
        }
        self.say_breakpoints(changed);
        Ok(json!({ "breakpoints": answers }))
    }

    fn set_all(&mut self, stops: Vec<NewStop>) -> Result<Vec<u32>, Failed> {
        let mut numbers = Vec::new();
        for new in stops {
            match self.target()?.send(Stop::Set(new).into()).map(|answer| answer.done) {
                Ok(Done::StopSet(set)) => numbers.push(set.number),
                Ok(_) => {}
                Err(e) => {
                    for number in numbers {
                        self.target()?.send(Stop::Delete(number).into())?;
                    }
                    return Err(e.into());
                }
            }
        }
        Ok(numbers)
    }

    /// Sets all breakpoints again: the machine is another one.
    pub(super) fn set_on_another_machine(&mut self) -> Result<(), Failed> {
        self.breakpoints.entries.iter_mut().for_each(|entry| entry.stale = true);
        self.set_again()?;
        self.set_filters()
    }

    /// Carries out the requests again that set breakpoints.
    fn set_again(&mut self) -> Result<(), Failed> {
        self.breakpoints.repeats = true;
        let done = self.breakpoints.asked.clone().into_iter().try_for_each(|(_, command, value)| {
            let row = REQUESTS.iter().find(|row| row.name == command);
            row.map_or(Ok(()), |row| (row.handler)(self, value).map(drop))
        });
        self.breakpoints.repeats = false;
        done
    }

    /// Reports what has become of breakpoints: tasks may have come with more places for them, and the user may have removed
    /// them in the console.
    pub(super) fn report_breakpoints(&mut self, now: &Snapshot) {
        let gone = |entry: &Entry| !entry.stops.is_empty() && entry.stops.iter().all(|n| stop(now, *n).is_none());
        let (removed, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.breakpoints.entries).into_iter().partition(gone);
        self.breakpoints.entries = left;
        for Entry { id, .. } in removed {
            let breakpoint = json!({ "id": id, "verified": false });
            self.say("breakpoint", json!({ "reason": "removed", "breakpoint": breakpoint }));
        }
        if self.breakpoints.programs_changed(now) {
            // It reports itself what is not as it was; what cannot be set is answered so when the client asks.
            let _ = self.set_again();
            return;
        }
        let mut changed = Vec::new();
        for entry in &mut self.breakpoints.entries {
            let answer = entry.answered(now);
            if answer != entry.answer {
                entry.answer = answer.clone();
                changed.push(answer);
            }
        }
        self.say_breakpoints(changed);
    }

    fn say_breakpoints(&mut self, changed: Vec<Value>) {
        for breakpoint in changed {
            self.say("breakpoint", json!({ "reason": "changed", "breakpoint": breakpoint }));
        }
    }
}
