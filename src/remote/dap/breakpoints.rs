//! Breakpoints at lines, functions and instructions.

use super::book::{BreakpointKind, Wanted};
use super::reference::MemoryReference;
use super::sources::{Source, stops_at};
use super::terms::Terms;
use super::{Adapter, Failed, arguments, failed};
use crate::backend::request::{NewStop, On, Stop};
use crate::backend::{Pid, Request};
use crate::command::{self, Meaning};
use serde::Deserialize;
use serde_json::{Value, json};

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
