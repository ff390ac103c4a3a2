//! Breakpoints at lines, functions and instructions.

use super::reference::MemoryReference;
use super::sources::{Source, stops_at};
use super::terms::{Effect, Hits, Terms};
use super::{Adapter, Failed, REQUESTS, arguments, failed};
use crate::backend::answer::Done;
use crate::backend::request::{NewStop, On, Stop};
use crate::backend::{Pid, Request};
use crate::command::{self, Meaning};
use serde::Deserialize;
use serde_json::{Value, json};

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

/// A breakpoint of the client's.
#[derive(Debug)]
struct Entry {
    id: i64,
    kind: BreakpointKind,
    /// What the client has asked for.
    key: Value,
    /// The stops it is: a line may have instructions in several functions and tasks.
    stops: Vec<u32>,
    hits: Option<Hits>,
    log: Option<String>,
    answer: Value,
    /// The machine that its stops were set on is gone.
    stale: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Book {
    made: i64,
    entries: Vec<Entry>,
    /// The requests that set them, to set them again on another machine.
    asked: Vec<(BreakpointKind, &'static str, Value)>,
}

impl Book {
    /// The breakpoints that some stops are, each with its kind.
    pub fn hit(&self, numbers: &[u32]) -> Vec<(i64, BreakpointKind)> {
        let is_hit = |entry: &&Entry| entry.stops.iter().any(|stop| numbers.contains(stop));
        self.entries.iter().filter(is_hit).map(|entry| (entry.id, entry.kind.clone())).collect()
    }

    /// What a stop does that has been reached this often. In the past, where a run looks for stops, hits are not counted.
    pub fn effect(&self, stop: u32, hits: u64, back: bool) -> Effect {
        let Some(entry) = self.entries.iter().find(|entry| entry.stops.contains(&stop)) else { return Effect::Stop };
        match (&entry.log, entry.hits) {
            (_, Some(counted)) if !back && !counted.holds(hits) => Effect::Pass,
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

/// The stop that a line of commands sets.
pub(super) fn by_command(adapter: &mut Adapter<'_>, line: &str, pid: Option<Pid>) -> Result<Vec<NewStop>, Failed> {
    let mut commands = command::split(line)?;
    let words = commands.pop().filter(|_| commands.is_empty());
    let Some(words) = words else { return failed("one expression is expected, without ;") };
    match command::read(adapter.target()?, pid, words)? {
        (Meaning::Request(Request::Stop(Stop::Set(new))), _) => Ok(vec![new]),
        (Meaning::Request(Request::Stop(Stop::SetAll(all))), _) => Ok(all),
        _ => failed("a condition is expected"),
    }
}

impl Adapter<'_> {
    /// Breakpoints in front of instructions.
    fn at(&mut self, places: &[(Option<Pid>, u32)], terms: &Terms) -> Result<Vec<NewStop>, Failed> {
        let mut stops = Vec::new();
        for (pid, pc) in places {
            match terms.condition() {
                None => stops.push(NewStop::plain(On::Instruction(*pc), *pid)),
                Some(condition) => {
                    let task = pid.map_or_else(String::new, |pid| format!("-p {pid} "));
                    stops.extend(by_command(self, &format!("break 0x{pc:04X} {task}if {condition}"), *pid)?);
                }
            }
        }
        Ok(stops)
    }

    /// Replaces the breakpoints of a kind. What was asked for in the same words before stays as it is.
    pub(super) fn replace(&mut self, kind: &BreakpointKind, wanted: Vec<Wanted>) -> Result<Value, Failed> {
        if wanted.len() > MOST {
            return failed(format!("{MOST} breakpoints are the most"));
        }
        let (mut old, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.breakpoints.entries).into_iter().partition(|entry| entry.kind == *kind);
        self.breakpoints.entries = others;
        let mut answers = Vec::new();
        for Wanted { key, stops, terms, answer } in wanted {
            let known = old.iter().position(|entry| entry.key == key).map(|at| old.remove(at));
            let entry = match known {
                Some(entry) if !entry.stale => entry,
                known => {
                    let id = known.map_or_else(|| self.breakpoints.made + 1, |entry| entry.id);
                    self.breakpoints.made = self.breakpoints.made.max(id);
                    let hits = terms.hits();
                    let counted = hits.as_ref().ok().copied().flatten();
                    let stops = hits.and(stops).and_then(|stops| self.set_all(stops));
                    let mut answer = answer;
                    answer["id"] = id.into();
                    answer["verified"] = stops.is_ok().into();
                    if let Err(Failed(why)) = &stops {
                        answer["message"] = why.clone().into();
                    }
                    Entry {
                        id,
                        kind: kind.clone(),
                        key,
                        stops: stops.unwrap_or_default(),
                        hits: counted,
                        log: terms.log_message.filter(|text| !text.is_empty()),
                        answer,
                        stale: false,
                    }
                }
            };
            answers.push(entry.answer.clone());
            self.breakpoints.entries.push(entry);
        }
        for number in old.iter().filter(|entry| !entry.stale).flat_map(|entry| &entry.stops) {
            // The user may have removed it in the console.
            let _ = self.target()?.send(Stop::Delete(*number).into());
        }
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
}

/// Sets all breakpoints again: the machine is another one.
pub(super) fn again(adapter: &mut Adapter<'_>) -> Result<(), Failed> {
    adapter.breakpoints.entries.iter_mut().for_each(|entry| entry.stale = true);
    for (_, command, value) in std::mem::take(&mut adapter.breakpoints.asked) {
        if let Some(row) = REQUESTS.iter().find(|row| row.name == command) {
            (row.handler)(adapter, value)?;
        }
    }
    adapter.set_filters()
}

/// A breakpoint at a line.
#[derive(Debug, Deserialize)]
struct AtLine {
    line: i64,
    #[serde(flatten)]
    terms: Terms,
}

/// Breakpoints of a source.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OfSource {
    source: Source,
    breakpoints: Vec<AtLine>,
    lines: Vec<i64>,
}

/// `setBreakpoints`.
pub(super) fn set_source(adapter: &mut Adapter<'_>, value: Value) -> Result<Value, Failed> {
    let OfSource { source, mut breakpoints, lines } = arguments(value.clone())?;
    if breakpoints.is_empty() {
        breakpoints = lines.into_iter().map(|line| AtLine { line, terms: Terms::default() }).collect();
    }
    let kind = BreakpointKind::Source(source.key());
    adapter.breakpoints.remember(kind.clone(), "setBreakpoints", value);
    let now = adapter.look()?;
    let tasks = adapter.tasks_of(&now, &source)?;
    let mut wanted = Vec::new();
    for AtLine { line, terms } in breakpoints {
        let asked = adapter.client.line_from(line);
        let places: Vec<_> = tasks
            .iter()
            .filter_map(|(task, place)| stops_at(task, *place, asked).map(|(at, line)| (*task, *place, at, line)))
            .collect();
        let nearest = places.iter().map(|(.., line)| *line).min();
        let mut answer = json!({ "line": line });
        let stops = match nearest {
            None if tasks.is_empty() => failed("no program that is loaded has this source"),
            None => failed("no instruction comes from this line or one behind it"),
            Some(nearest) => {
                let there = || places.iter().filter(|(.., line)| *line == nearest);
                answer["line"] = adapter.client.line(nearest).into();
                if let Some((task, place, at, _)) = there().next() {
                    answer["source"] = adapter.describe(task, *place)?;
                    answer["instructionReference"] =
                        MemoryReference::Code(task.pid, at.first().copied().unwrap_or_default().into()).text().into();
                }
                let all: Vec<_> =
                    there().flat_map(|(task, _, at, _)| at.iter().map(|pc| (Some(task.pid), *pc))).collect();
                adapter.at(&all, &terms)
            }
        };
        wanted.push(Wanted { key: key(&json!(line), &terms), stops, terms, answer });
    }
    adapter.replace(&kind, wanted)
}

/// What tells a breakpoint from others of its kind.
pub(super) fn key(place: &Value, terms: &Terms) -> Value {
    json!([place, terms.condition, terms.hit_condition, terms.log_message])
}

/// A breakpoint at a function.
#[derive(Debug, Deserialize)]
struct AtFunction {
    name: String,
    #[serde(flatten)]
    terms: Terms,
}

/// Breakpoints at functions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Functions {
    breakpoints: Vec<AtFunction>,
}

/// `setFunctionBreakpoints`.
pub(super) fn set_function(adapter: &mut Adapter<'_>, value: Value) -> Result<Value, Failed> {
    let Functions { breakpoints } = arguments(value.clone())?;
    adapter.breakpoints.remember(BreakpointKind::Function, "setFunctionBreakpoints", value);
    let mut wanted = Vec::new();
    for AtFunction { name, terms } in breakpoints {
        let stops = adapter.function(&name, &terms);
        wanted.push(Wanted { key: key(&json!(name), &terms), stops, terms, answer: json!({}) });
    }
    adapter.replace(&BreakpointKind::Function, wanted)
}

impl Adapter<'_> {
    /// Stops at a function or label, which may be that of one task: `TASK:NAME`.
    fn function(&mut self, name: &str, terms: &Terms) -> Result<Vec<NewStop>, Failed> {
        let now = self.look()?;
        let split = name.split_once(':').and_then(|(task, rest)| {
            let named = |t: &&crate::backend::TaskView| t.name == task || t.pid.to_string() == task;
            now.tasks.iter().find(named).map(|task| (task.pid, rest))
        });
        let (pid, place) = split.map_or((None, name), |(pid, rest)| (Some(pid), rest));
        if place.is_empty() || place.contains(|c: char| c.is_whitespace() || c == ';') {
            return failed("a function, a label or an address is expected");
        }
        let condition = terms.condition().map_or_else(String::new, |condition| format!(" if {condition}"));
        // Two programs may each have a function of this name, elsewhere.
        let pids = now.tasks.iter().map(|task| task.pid).filter(|task| pid.is_none_or(|pid| pid == *task));
        let (mut stops, mut why) = (Vec::new(), Failed("there is no task".into()));
        for pid in pids {
            match by_command(self, &format!("break {place} -p {pid}{condition}"), Some(pid)) {
                Ok(set) => stops.extend(set),
                Err(e) => why = e,
            }
        }
        if stops.is_empty() { Err(why) } else { Ok(stops) }
    }
}

/// A breakpoint at an instruction.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AtInstruction {
    instruction_reference: String,
    #[serde(default)]
    offset: i64,
    #[serde(flatten)]
    terms: Terms,
}

/// Breakpoints at instructions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Instructions {
    breakpoints: Vec<AtInstruction>,
}

/// `setInstructionBreakpoints`.
pub(super) fn set_instruction(adapter: &mut Adapter<'_>, value: Value) -> Result<Value, Failed> {
    let Instructions { breakpoints } = arguments(value.clone())?;
    adapter.breakpoints.remember(BreakpointKind::Instruction, "setInstructionBreakpoints", value);
    let mut wanted = Vec::new();
    for AtInstruction { instruction_reference: reference, offset, terms } in breakpoints {
        let place = MemoryReference::read(&reference, offset).and_then(|place| match place {
            MemoryReference::Code(pid, address) => Ok((Some(pid), address)),
            // A bare number is an address of code in all tasks.
            MemoryReference::Ram(None, address) => Ok((None, address)),
            MemoryReference::Ram(Some(_), _) => failed("memory of a task is not code"),
        });
        let code = |address| u32::try_from(address).or_else(|_| failed("the address lies before the code"));
        let place = place.and_then(|(pid, address)| Ok((pid, code(address)?)));
        let answer = json!({ "instructionReference": reference, "offset": offset });
        let stops = place.and_then(|place| adapter.at(&[place], &terms));
        wanted.push(Wanted { key: key(&json!([reference, offset]), &terms), stops, terms, answer });
    }
    adapter.replace(&BreakpointKind::Instruction, wanted)
}
