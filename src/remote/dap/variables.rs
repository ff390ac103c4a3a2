//! What is inside of a scope or a variable, and how it is set.

use super::labels;
use super::reference::{MemoryReference, Referred};
use super::values::{Variable, inside, member, members, text};
use super::{Adapter, Failed, failed};
use crate::backend::request::{Input, register_named};
use crate::backend::{
    MailboxView, Pid, Snapshot, TaskView, Value as Number, VariableView, Want, encode_f16, flag_letters,
};
use crate::text::{counted, hex, quoted};
use serde::Deserialize;
use serde_json::{Value, json};

/// How values are to be written.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Format {
    pub hex: bool,
}

/// Whose variables are asked for, and which of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Asked {
    variables_reference: i64,
    filter: Option<String>,
    start: usize,
    count: usize,
    format: Format,
}

/// `variables`.
pub(super) fn variables(adapter: &mut Adapter<'_>, asked: Asked) -> Result<Value, Failed> {
    let referred = adapter.references.find(asked.variables_reference)?;
    let indexed = matches!(referred, Referred::Stack(_) | Referred::Trace | Referred::Members(_, _, Value::Array(_)));
    let all = adapter.inside(&referred, asked.format.hex)?;
    // Only what is counted by index is given in pages.
    let (start, count) = match (indexed, asked.filter.as_deref()) {
        (true, Some("named")) | (false, Some("indexed")) => (0, 0),
        (true, _) => (asked.start, if asked.count == 0 { usize::MAX } else { asked.count }),
        (false, _) => (0, usize::MAX),
    };
    let page: Vec<Variable> = all.into_iter().skip(start).take(count).collect();
    let shown: Vec<Value> = page.into_iter().map(|variable| variable.json(adapter)).collect();
    Ok(json!({ "variables": shown }))
}

impl Adapter<'_> {
    /// A number as it is typed, which may have a fraction and the unit behind it that it is shown with; or an expression.
    fn number(&mut self, text: &str, unit: Option<&str>) -> Result<f64, Failed> {
        let plain = unit.and_then(|unit| text.trim().strip_suffix(unit)).unwrap_or(text).trim();
        if let Some(number) = plain.parse().ok().filter(|number: &f64| number.is_finite()) {
            return Ok(number);
        }
        Ok(match self.value_of(plain, None)? {
            Number::Int(n) => n as f64,
            Number::Real(x) => x,
        })
    }

    fn inside(&mut self, referred: &Referred, hex: bool) -> Result<Vec<Variable>, Failed> {
        let pid = match referred {
            Referred::Registers(pid) | Referred::Stack(pid) | Referred::Task(pid) => Some(*pid),
            _ => None,
        };
        let now = self.target()?.look(&Want { pid, ..Want::lists() });
        let task = |pid: Pid| now.task(pid).map_or_else(|| failed(format!("there is no task {pid}")), Ok);
        Ok(match referred {
            Referred::Frame(..) | Referred::Jump(..) => return failed("a scope or a variable is expected"),
            Referred::Locals(pid, number) => {
                let inspect = self.target()?.inspect();
                let all = inspect.map_or_else(Vec::new, |inspect| inspect.variables(*pid, *number));
                all.into_iter().map(|view| of_c(*pid, view, hex)).collect()
            }
            Referred::Globals(pid) => {
                let all = self.target()?.inspect().map_or_else(Vec::new, |inspect| inspect.globals(*pid));
                all.into_iter().map(|(_, view)| of_c(*pid, view, hex)).collect()
            }
            Referred::Registers(pid) => registers(&now, task(*pid)?),
            Referred::Stack(pid) => stack(&now, task(*pid)?),
            Referred::Task(pid) => about(task(*pid)?),
            Referred::Mailboxes => now.mailboxes.iter().map(mailbox).collect(),
            Referred::Mailbox(descriptor) => {
                let found = now.mailboxes.iter().find(|mailbox| mailbox.descriptor == *descriptor);
                found.map_or_else(Vec::new, messages)
            }
            Referred::Values => now.values.iter().map(value).collect(),
            Referred::Scheduler => scheduler(&now),
            Referred::Trace => self.newest_events()?,
            Referred::Data(pid) => labels::variables(&now, task(*pid)?),
            Referred::Members(pid, path, value) => members(*pid, path, value, hex),
        })
    }
}

/// A variable of C.
fn of_c(pid: Pid, view: VariableView, hex: bool) -> Variable {
    let address = view.address().map(i64::from);
    let inside = inside(Some(pid), &view.name, &view.value);
    let value = if hex && view.value.is_number() { text(&view.value, hex) } else { view.text };
    Variable {
        value,
        type_name: Some(view.type_name),
        memory: address.map(|address| MemoryReference::Ram(Some(pid), address).text()),
        inside,
        evaluate: Some(view.name.clone()),
        name: view.name,
        fixed: false,
    }
}

/// Registers are RAM: R0 to R15 each name the memory that they are.
fn registers(now: &Snapshot, task: &TaskView) -> Vec<Variable> {
    let pid = task.pid;
    let register = |i: usize| {
        let address = i64::from(task.reg_base) + 4 * i as i64;
        Variable {
            name: format!("R{i}"),
            value: format!("0x{:08X}", task.reg(&now.ram, i)),
            memory: Some(MemoryReference::Ram(Some(pid), address).text()),
            evaluate: Some(format!("{pid}.r{i}")),
            ..Variable::default()
        }
    };
    let other = |name: &str, value: String, memory: Option<MemoryReference>| Variable {
        name: name.to_owned(),
        value,
        memory: memory.map(MemoryReference::text),
        evaluate: Some(format!("{pid}.{}", name.to_lowercase())),
        ..Variable::default()
    };
    let flags = format!("0x{:02X} {}", task.psw, flag_letters(task.psw));
    let last = [
        other("PC", format!("0x{:04X}", task.pc), Some(MemoryReference::Code(pid, task.pc.into()))),
        other("SP", format!("0x{:04X}", task.sp), Some(MemoryReference::Ram(Some(pid), task.sp.into()))),
        other("PSW", flags.trim_end().to_owned(), None),
    ];
    (0..16).map(register).chain(last).collect()
}

/// The words on a stack, the newest first, with what returns where.
fn stack(now: &Snapshot, task: &TaskView) -> Vec<Variable> {
    let frames = now.calls.as_ref().map_or(&[][..], |calls| &calls.frames[..]);
    let word = |address: u16| {
        let bytes = now.peek(task, address, 4);
        let word = bytes.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let returns = frames.iter().find(|frame| frame.at == u32::from(address)).and_then(|frame| frame.returns_to);
        let note = returns.map_or_else(String::new, |pc| format!(" returns to {}", task.listing.named(None, pc)));
        Variable {
            name: format!("0x{address:04X}"),
            value: format!("0x{word:08X}{note}"),
            memory: Some(MemoryReference::Ram(Some(task.pid), address.into()).text()),
            evaluate: Some(format!("w[0x{address:04X}]")),
            ..Variable::default()
        }
    };
    (task.sp..task.stack_top).step_by(4).map(word).collect()
}

/// What is known of a task.
fn about(task: &TaskView) -> Vec<Variable> {
    let counters = &task.counters;
    let mut all = vec![Variable::fixed("state", task.state.name())];
    if let Some(wait) = &task.wait {
        all.push(Variable::fixed("waits for", wait.name.as_deref().unwrap_or("a point in time")));
        all.extend(wait.deadline_us.map(|us| Variable::fixed("until", format!("{us} us"))));
    }
    all.extend(task.exit_status.map(|status| Variable::fixed("exit status", status)));
    all.extend(task.fault.map(|(fault, pc)| Variable::fixed("fault", format!("{} at 0x{pc:04X}", fault.name()))));
    all.push(Variable { name: "quantum".into(), value: task.quantum.to_string(), ..Variable::default() });
    all.push(Variable::fixed("turns", counters.turns));
    all.push(Variable::fixed("switches", counters.switches));
    all.push(Variable::fixed("calls", task.depth));
    all.push(Variable::fixed("registers at", format!("0x{:04X}", task.reg_base)));
    all.push(Variable::fixed("stack", format!("0x{:04X} to 0x{:04X}", task.stack_base, task.stack_top)));
    all
}

/// A mailbox in a line.
fn mailbox(mailbox: &MailboxView) -> Variable {
    let waiters: Vec<String> = mailbox.waiters.iter().map(ToString::to_string).collect();
    let waiters = if waiters.is_empty() { String::new() } else { format!(", waiting: {}", waiters.join(", ")) };
    Variable {
        inside: Some((Referred::Mailbox(mailbox.descriptor), 0)),
        ..Variable::fixed(
            &mailbox.name,
            format!(
                "{}, {} of {} bytes{waiters}",
                counted(mailbox.depth as u64, "message"),
                mailbox.bytes_used,
                mailbox.capacity
            ),
        )
    }
}

/// Its messages and counts.
fn messages(mailbox: &MailboxView) -> Vec<Variable> {
    let owner = mailbox.owner.map_or_else(|| "none".to_owned(), |pid| format!("task {pid}"));
    let mut all = vec![
        Variable::fixed("depth", mailbox.depth),
        Variable::fixed("owner", owner),
        Variable::fixed("sent", mailbox.sent),
        Variable::fixed("received", mailbox.received),
    ];
    all.extend(mailbox.messages.iter().map(|message| {
        let (text, hex) = (quoted(&message.bytes), hex::shown(&message.bytes));
        Variable::fixed(format!("message {}", message.seq), format!("{text} {hex} from task {}", message.src))
    }));
    all
}

/// A value of the registry.
fn value(view: &crate::backend::ValueView) -> Variable {
    let unit = view.unit.as_deref().map_or_else(String::new, |unit| format!(" {unit}"));
    Variable {
        name: view.name.clone().unwrap_or_else(|| format!("0x{:04X}", view.oid)),
        value: format!("{}{unit}", view.value),
        ..Variable::default()
    }
}

/// Whose turn it is.
fn scheduler(now: &Snapshot) -> Vec<Variable> {
    let name = |pid: Option<Pid>| pid.map_or_else(|| "none".to_owned(), |pid| format!("task {pid}"));
    let mut all = vec![
        Variable::fixed("turn", now.turn),
        Variable::fixed("present", now.history.present),
        Variable::fixed("time", format!("{} us", now.time_us)),
        Variable::fixed("ran last", name(now.last)),
        Variable::fixed("next", name(now.next)),
        Variable::fixed("branch", format!("{} {}", now.history.branch, now.history.branch_name)),
    ];
    all.extend(now.tasks.iter().map(|task| {
        Variable::fixed(
            format!("task {}", task.pid),
            format!("{}, {}", task.state.name(), counted(task.counters.turns, "turn")),
        )
    }));
    all
}

/// What is to be set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Set {
    variables_reference: i64,
    name: String,
    value: String,
    format: Format,
}

/// `setVariable`.
pub(super) fn set(adapter: &mut Adapter<'_>, set: Set) -> Result<Value, Failed> {
    let referred = adapter.references.find(set.variables_reference)?;
    let Set { name, value, .. } = &set;
    let fixed = || failed(format!("{name} cannot be set"));
    let input = match &referred {
        Referred::Registers(pid) => {
            let Some(reg) = register_named(name) else { return fixed() };
            Input::Register { pid: *pid, reg, value: adapter.word_of(value, *pid)? }
        }
        Referred::Stack(pid) => match MemoryReference::read(name, 0)? {
            MemoryReference::Ram(None, address) => {
                let address = u16::try_from(address).or_else(|_| failed("the address lies outside of RAM"))?;
                Input::Poke { pid: *pid, address, bytes: adapter.word_of(value, *pid)?.to_le_bytes().to_vec() }
            }
            _ => return fixed(),
        },
        Referred::Data(pid) => {
            let label = adapter.label(*pid, name)?;
            if label.bytes > 4 {
                return fixed();
            }
            let bytes = adapter.word_of(value, *pid)?.to_le_bytes()[..label.bytes as usize].to_vec();
            Input::Poke { pid: *pid, address: label.address, bytes }
        }
        Referred::Task(pid) if name == "quantum" => Input::Quantum { pid: *pid, turns: adapter.word_of(value, *pid)? },
        Referred::Locals(pid, number) => {
            adapter.choose(*pid, *number)?;
            Input::Variable { pid: *pid, place: name.clone(), value: value.clone() }
        }
        Referred::Globals(pid) => Input::Variable { pid: *pid, place: name.clone(), value: value.clone() },
        Referred::Members(Some(pid), path, _) => {
            Input::Variable { pid: *pid, place: member(path, name), value: value.clone() }
        }
        Referred::Values => {
            let now = adapter.look()?;
            let named = |view: &&crate::backend::ValueView| {
                view.name.as_ref() == Some(name) || format!("0x{:04X}", view.oid) == *name
            };
            let Some(view) = now.values.iter().find(named) else { return fixed() };
            let (oid, unit) = (view.oid, view.unit.clone());
            Input::Value { pid: 0, oid, raw: encode_f16(adapter.number(value, unit.as_deref())?) }
        }
        Referred::Members(None, ..)
        | Referred::Frame(..)
        | Referred::Task(_)
        | Referred::Mailboxes
        | Referred::Mailbox(_)
        | Referred::Scheduler
        | Referred::Trace
        | Referred::Jump(..) => return fixed(),
    };
    adapter.target()?.send(input.into())?;
    adapter.changed(&["variables", "stacks"]);
    // A part of a whole is read again from memory.
    if let Referred::Members(pid, path, _) = &referred {
        return adapter.value_after(&member(path, name), *pid, set.format.hex);
    }
    let all = adapter.inside(&referred, set.format.hex)?;
    let now = all.into_iter().find(|variable| variable.name == *name);
    let mut shown = now.map_or(Value::Null, |variable| variable.json(adapter));
    if let Value::Object(members) = &mut shown {
        members.retain(|key, _| ["value", "type", "variablesReference", "memoryReference"].contains(&key.as_str()));
    }
    Ok(shown)
}
