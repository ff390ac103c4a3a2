//! References: numbers by which clients name frames, containers of variables, and memory.
//!
//! A frame or a container is known until the machine moves. A reference to memory is a number, since clients add to it:
//! the kind of memory, the task and the address.

use super::jump::Jump;
use super::{Failed, failed};
use crate::backend::Pid;
use serde_json::Value;

/// Numbers that clients can keep exactly, and that the protocol allows.
const MOST: i64 = i32::MAX as i64;

/// What a number stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Referred {
    /// A call of a task, from 0 for the innermost.
    Frame(Pid, usize),
    /// Variables and arguments of a call.
    Locals(Pid, usize),
    /// Globals of a program.
    Globals(Pid),
    /// R0 to R15, PC, SP and flags.
    Registers(Pid),
    /// The words of a stack.
    Stack(Pid),
    /// What is known of a task.
    Task(Pid),
    /// All mailboxes.
    Mailboxes,
    /// One, by descriptor.
    Mailbox(u16),
    /// The registry.
    Values,
    /// Whose turn it is.
    Scheduler,
    /// What has happened in the newest turns.
    Trace,
    /// The data labels of a program.
    Data(Pid),
    /// A place in time.
    Jump(Jump, Pid, u32),
    /// Members of a value of C; the expression that names the whole, and the task.
    Members(Option<Pid>, String, Value),
}

/// Which numbers stand for what.
#[derive(Debug, Default)]
pub(super) struct References {
    /// The last number that stands for nothing any more.
    passed: i64,
    known: Vec<Referred>,
}

impl References {
    /// The machine has moved: numbers given before stand for nothing any more.
    pub fn clear(&mut self) {
        self.passed += self.known.len() as i64;
        if self.passed > MOST / 2 {
            self.passed = 0;
        }
        self.known.clear();
    }

    /// The number of something.
    pub fn number(&mut self, referred: Referred) -> i64 {
        let at = self.known.iter().position(|known| *known == referred).unwrap_or_else(|| {
            self.known.push(referred);
            self.known.len() - 1
        });
        self.passed + at as i64 + 1
    }

    /// What a number stands for.
    pub fn find(&self, number: i64) -> Result<Referred, Failed> {
        let at = number.checked_sub(self.passed + 1).and_then(|at| usize::try_from(at).ok());
        let known = at.and_then(|at| self.known.get(at));
        known.map_or_else(|| failed("the machine has moved since: ask for the stack again"), |known| Ok(known.clone()))
    }
}

/// A place in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemoryReference {
    /// RAM, as a task sees it, or as all share it.
    Ram(Option<Pid>, i64),
    /// The code of a task.
    Code(Pid, i64),
}

const CODE: i64 = 1;
const RAM: i64 = 2;

impl MemoryReference {
    /// As clients are given it. A place outside of memory is its nearest end: the numbers behind it mean another task's.
    pub fn text(self) -> String {
        let within = |address: i64| address.clamp(0, 0xFFFF);
        let number = match self {
            MemoryReference::Ram(None, address) => within(address),
            MemoryReference::Ram(Some(pid), address) => RAM << 32 | i64::from(pid) << 16 | within(address),
            MemoryReference::Code(pid, address) => CODE << 32 | i64::from(pid) << 16 | within(address),
        };
        format!("0x{number:X}")
    }

    /// The place at a distance in bytes from a reference. Addresses may lie outside: there is nothing then.
    pub fn read(text: &str, offset: i64) -> Result<MemoryReference, Failed> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let number = digits.map_or_else(|| text.parse().ok(), |digits| i64::from_str_radix(digits, 16).ok());
        let place = number.and_then(|number: i64| {
            let pid = Pid::try_from(number >> 16 & 0xFFFF).ok()?;
            let address = (number & 0xFFFF).checked_add(offset)?;
            match number >> 32 {
                0 if number < 0x10000 => Some(MemoryReference::Ram(None, address)),
                CODE => Some(MemoryReference::Code(pid, address)),
                RAM => Some(MemoryReference::Ram(Some(pid), address)),
                _ => None,
            }
        });
        place.map_or_else(|| failed(format!("\"{text}\" is not a memory reference of this session")), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_clients_can_add_to_it() {
        for place in [
            MemoryReference::Ram(None, 0x4000),
            MemoryReference::Ram(Some(3), 0xFFFF),
            MemoryReference::Code(65535, 0x44),
        ] {
            assert_eq!(MemoryReference::read(&place.text(), 0).expect("read"), place);
        }
        assert_eq!(MemoryReference::Code(1, 0x44).text(), "0x100010044");
        assert_eq!(MemoryReference::Ram(Some(1), -4).text(), "0x200010000", "and not the end of task 0's memory");
        assert_eq!(MemoryReference::Ram(Some(1), 0x1_1170).text(), "0x20001FFFF", "and not the memory of task 2");
        assert_eq!(MemoryReference::read("4295032900", 4).expect("read"), MemoryReference::Code(1, 0x48));
        assert_eq!(
            MemoryReference::read("0x200014000", -0x5000).expect("read"),
            MemoryReference::Ram(Some(1), -0x1000)
        );
        for wrong in ["", "0x", "x", "-5", "0x10000", "0x300000000", "0xFFFFFFFFFFFFFFFFF"] {
            assert!(MemoryReference::read(wrong, 0).is_err(), "{wrong}");
        }
        assert!(MemoryReference::read("0x4000", i64::MAX).is_err());
    }

    #[test]
    fn numbers_of_before_a_move_stand_for_nothing() {
        let mut references = References::default();
        let frame = references.number(Referred::Frame(1, 0));
        assert_eq!(references.number(Referred::Frame(1, 0)), frame);
        assert_eq!(references.find(frame).expect("known"), Referred::Frame(1, 0));
        references.clear();
        assert!(references.find(frame).is_err());
        assert_ne!(references.number(Referred::Values), frame);
        for wrong in [0, -1, i64::MIN, i64::MAX] {
            assert!(references.find(wrong).is_err());
        }
    }
}
