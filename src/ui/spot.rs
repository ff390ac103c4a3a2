//! Things on the screen that keys and clicks can mean, and what can be done with each of them
//! wherever it shows.

mod menu;

pub use menu::menu;

use super::pane::{Here, Response, memory_byte, toggle};
use super::view::{NumberFormat, TaskSort};
use crate::backend::{Pid, Snapshot, TaskView};

/// Something on the screen that keys and clicks can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spot {
    /// A row of a pane's list.
    Row(usize),
    /// A task.
    Task(Pid),
    /// A register of a task.
    Register(Pid, u8),
    /// A byte as a task sees it.
    Byte(Pid, u16),
    /// An instruction of a task: its row in the list, its address.
    Code(Pid, usize, u32),
    /// A mailbox: its row in the list, its descriptor.
    Box(usize, u16),
    /// A stop: its row in the list, its number.
    Stop(usize, u32),
    /// A turn.
    Turn(u64),
    /// The heading of a column the list can be sorted by.
    Sort(TaskSort),
}

fn task(now: &Snapshot, pid: Pid) -> Option<&TaskView> {
    now.tasks.iter().find(|t| t.pid == pid)
}

/// Where a register of a task lies in RAM.
fn register_at(task: &TaskView, i: u8) -> u16 {
    task.reg_base.wrapping_add(4 * u16::from(i))
}

/// Opens what the cursor is on: what it points at, or where it lies.
#[must_use]
pub fn open(here: &Here<'_>) -> Vec<Response> {
    let now = here.now;
    let found = match super::pane::cursor(here) {
        Some(Spot::Task(pid)) => task(now, pid).map(|t| vec![Response::Memory(t.sp)]),
        Some(Spot::Register(pid, i)) => task(now, pid).map(|t| vec![Response::Memory(register_at(t, i))]),
        Some(Spot::Code(pid, _, pc)) => Some(follow_jump(now, pid, pc)),
        Some(Spot::Byte(pid, address)) => task(now, pid).map(|t| follow_pointer(now, t, address)),
        Some(Spot::Stop(_, number)) => open_stop(here, number),
        Some(Spot::Row(_) | Spot::Box(..) | Spot::Turn(_) | Spot::Sort(_)) | None => None,
    };
    found.unwrap_or_default()
}

/// From a stop to the instruction it is on.
fn open_stop(here: &Here<'_>, number: u32) -> Option<Vec<Response>> {
    let stop = here.now.stops.iter().find(|s| s.number == number)?;
    let pid = stop.pid.or(here.view.selected)?;
    Some(vec![Response::Code(pid, stop.pc()?)])
}

/// From a jump or call to where it leads.
fn follow_jump(now: &Snapshot, pid: Pid, pc: u32) -> Vec<Response> {
    let listing = task(now, pid).map(|t| &t.listing);
    let row = listing.and_then(|l| l.rows.get(l.row_at(pc)?));
    match row.and_then(|r| r.target) {
        Some(target) => vec![Response::Code(pid, target)],
        None => Response::refuse("this instruction leads nowhere else"),
    }
}

/// From a word in memory to the address it holds.
fn follow_pointer(now: &Snapshot, task: &TaskView, address: u16) -> Vec<Response> {
    let at = |i: u16| memory_byte(now, task, usize::from(address & !3) + usize::from(i));
    let word = u32::from_le_bytes([at(0), at(1), at(2), at(3)]);
    match u16::try_from(word) {
        Ok(to) => vec![Response::Memory(to)],
        Err(_) => Response::refuse(format!("0x{word:08X} is not an address of this machine: it has 64 KiB")),
    }
}

/// Asks for a new value of what the cursor is on.
#[must_use]
pub fn edit(here: &Here<'_>) -> Vec<Response> {
    let question = super::pane::cursor(here).and_then(|spot| Some((question(here, spot)?, spot)));
    match question {
        // A condition is text that is edited; every other text is a value.
        Some(((label, template, text), spot)) => {
            vec![Response::Ask { label, template, text, value: !matches!(spot, Spot::Stop(..)) }]
        }
        None => Response::refuse("there is nothing to change under the cursor"),
    }
}

/// What to ask for, the command with a gap, and the value there is.
fn question(here: &Here<'_>, spot: Spot) -> Option<(String, String, String)> {
    let now = here.now;
    match spot {
        Spot::Register(pid, i) => {
            let word = task(now, pid)?.reg(&now.ram, i.into());
            let text = match here.view.formats.numbers {
                NumberFormat::Signed => (word as i32).to_string(),
                NumberFormat::Unsigned => word.to_string(),
                NumberFormat::Hex | NumberFormat::Binary | NumberFormat::F16 | NumberFormat::Text => {
                    format!("0x{word:08X}")
                }
            };
            Some((format!("R{i} of {pid}"), format!("reg {pid} r{i} {{}}"), text))
        }
        Spot::Byte(pid, address) => {
            let text = format!("{:02X}", memory_byte(now, task(now, pid)?, address.into()));
            Some((format!("bytes at {address:04X}, in hex"), format!("poke {pid} 0x{address:04X} '{{}}'"), text))
        }
        Spot::Box(_, id) => {
            let name = &now.mailboxes.iter().find(|b| b.descriptor == id)?.name;
            let pid = here.view.selected?;
            Some((format!("message of {pid} to {name}"), format!("send {pid} '{name}' '{{}}'"), String::new()))
        }
        Spot::Stop(_, number) => {
            let stop = now.stops.iter().find(|s| s.number == number)?;
            let text = stop.condition.as_ref().map_or(String::new(), |c| c.text().to_owned());
            Some((format!("stop {number} only if"), format!("condition {number} {{}}"), text))
        }
        Spot::Task(pid) => {
            let quantum = task(now, pid)?.quantum.to_string();
            Some((format!("quantum of {pid}"), format!("sched {pid} quantum {{}}"), quantum))
        }
        Spot::Row(_) | Spot::Code(..) | Spot::Turn(_) | Spot::Sort(_) => None,
    }
}

/// Stops on what the cursor is on: a watchpoint on a register or byte, a stop on sends to a mailbox, a
/// breakpoint on an instruction.
#[must_use]
pub fn stop(here: &Here<'_>) -> Option<Vec<Response>> {
    let line = match super::pane::cursor(here)? {
        Spot::Register(pid, i) => format!("watch {pid}.r{i} -p {pid}"),
        Spot::Byte(pid, at) => format!("watch {pid}:b[0x{at:04X}] -p {pid}"),
        Spot::Box(_, id) => {
            let found = here.now.mailboxes.iter().find(|b| b.descriptor == id)?;
            format!("catch send '{}'", found.name.replace('\'', "'\\''"))
        }
        Spot::Code(pid, _, pc) => toggle(pid, pc, here.now),
        Spot::Row(_) | Spot::Task(_) | Spot::Stop(..) | Spot::Turn(_) | Spot::Sort(_) => return None,
    };
    Some(Response::command(line))
}

impl Spot {
    /// What the clipboard gets of it; `None` for a row, whose pane knows its text.
    #[must_use]
    pub fn text(self, now: &Snapshot) -> Option<String> {
        match self {
            Spot::Register(pid, i) => task(now, pid).map(|t| format!("0x{:08X}", t.reg(&now.ram, i.into()))),
            Spot::Byte(_, address) => Some(format!("0x{address:04X}")),
            Spot::Code(_, _, pc) => Some(format!("0x{pc:04X}")),
            Spot::Task(pid) => task(now, pid).map(|t| format!("{}:{}", t.pid, t.name)),
            Spot::Box(_, id) => now.mailboxes.iter().find(|b| b.descriptor == id).map(|b| b.name.clone()),
            Spot::Stop(_, number) => Some(number.to_string()),
            Spot::Turn(turn) => Some(turn.to_string()),
            Spot::Row(_) | Spot::Sort(_) => None,
        }
    }

    /// The address of what it shows of RAM: a register as the word it is, or a byte.
    #[must_use]
    pub fn address(self, now: &Snapshot) -> Option<u16> {
        match self {
            Spot::Register(pid, i) => task(now, pid).map(|t| register_at(t, i)),
            Spot::Byte(_, address) => Some(address),
            Spot::Row(_)
            | Spot::Task(_)
            | Spot::Code(..)
            | Spot::Box(..)
            | Spot::Stop(..)
            | Spot::Turn(_)
            | Spot::Sort(_) => None,
        }
    }
}
