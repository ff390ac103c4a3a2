//! The data labels of a program as variables, and the newest events of the trace.

use super::reference::MemoryReference;
use super::values::Variable;
use super::{Adapter, Failed, failed};
use crate::backend::{Pid, Snapshot, Space, TaskView};
use crate::command;
use crate::text::{hex, plain};

/// Entries of the trace that are shown, at most.
pub(super) const EVENTS: usize = 256;
/// Bytes of a label that are shown, at most.
const SHOWN: u32 = 16;

/// Data behind a label.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub name: String,
    pub address: u16,
    /// 1, 2 or 4 for a number, more for bytes.
    pub bytes: u32,
}

/// The data labels of a task's program, by address.
fn labels(task: &TaskView) -> Vec<Label> {
    let data = &task.listing.data;
    let symbols = task.program.as_ref().map_or(&[][..], |program| &program.symbols.symbols);
    let label = |(i, (address, name)): (usize, &(u32, String))| {
        let known = symbols.iter().find(|s| s.space == Space::Data && s.address == *address && s.name == *name);
        let next = data[i + 1..].iter().find(|(next, _)| next > address).map(|(next, _)| next - address);
        // Where no size is known, it reaches to the next label; behind the last one a word is meant.
        let size = known.map(|symbol| symbol.size).filter(|size| *size > 0).or(next).unwrap_or(4);
        let bytes = if size == 3 { 2 } else { size };
        Some(Label { name: name.clone(), address: u16::try_from(*address).ok()?, bytes })
    };
    data.iter().enumerate().filter_map(label).collect()
}

/// They as variables: numbers where they have the size of one, else bytes.
pub(super) fn variables(now: &Snapshot, task: &TaskView) -> Vec<Variable> {
    let shown = |label: Label| {
        let Label { name, address, bytes } = label;
        let data = now.peek(task, address, bytes.min(SHOWN) as usize);
        let number = data.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let cell = match bytes {
            1 => Some(('b', format!("0x{number:02X}"))),
            2 => Some(('h', format!("0x{number:04X}"))),
            4 => Some(('w', format!("0x{number:08X}"))),
            _ => None,
        };
        Variable {
            name,
            value: cell.as_ref().map_or_else(|| listed(&data, bytes), |(_, value)| value.clone()),
            memory: Some(MemoryReference::Ram(Some(task.pid), address.into()).text()),
            evaluate: cell.as_ref().map(|(size, _)| format!("{size}[0x{address:04X}]")),
            fixed: cell.is_none(),
            ..Variable::default()
        }
    };
    labels(task).into_iter().map(shown).collect()
}

/// Bytes in hexadecimal and as text, with a mark where there are more.
fn listed(data: &[u8], bytes: u32) -> String {
    let more = if bytes > SHOWN { " …" } else { "" };
    format!("{}{more} \"{}\"", hex::pairs(data), plain(data))
}

impl Adapter<'_> {
    /// The data label of a task's program that has a name.
    pub(super) fn label(&mut self, pid: Pid, name: &str) -> Result<Label, Failed> {
        let now = self.look()?;
        let found = now.task(pid).and_then(|task| labels(task).into_iter().find(|label| label.name == name));
        found.map_or_else(|| failed(format!("task {pid} has no data that is called {name}")), Ok)
    }

    /// The newest events, the last one first, each with its number in all and in the words of the console.
    pub(super) fn newest_events(&mut self) -> Result<Vec<Variable>, Failed> {
        let target = self.target()?;
        let words = command::split(&format!("trace {EVENTS}"))?.pop().unwrap_or_default();
        let said = command::execute(target, None, words)?.text;
        let now = self.look()?;
        let count = EVENTS.min(usize::try_from(now.trace_total - now.trace_dropped).unwrap_or(EVENTS));
        let lines: Vec<&str> = said.lines().take(count).collect();
        let numbers = (1..=now.trace_total).rev();
        let events = lines.into_iter().rev().zip(numbers);
        Ok(events.map(|(line, number)| Variable::fixed(number.to_string(), line.trim())).collect())
    }
}
