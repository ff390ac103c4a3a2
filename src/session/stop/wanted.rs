//! What stops and a goal ask a run to look for.

use super::{Event, Lifetime, On, Stop, Touching};
use crate::executive::Machine;
use crate::executive::task::Task;
use crate::session::expr::{Needs, Scope};
use crate::session::plan::Goal;
use crate::vm::{Code, Context, Registers, StackMove, Words, stack_move};

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words whose writes count.
    pub writes: Words,
    /// Words whose reads count.
    pub reads: Option<Words>,
    /// Something that any turn may change.
    pub each: bool,
    /// Something that the clock alone changes, in a turn that can be solved for.
    pub clock: bool,
    /// Something that is traced, or changes with it.
    pub events: bool,
    /// Another task's turn than before.
    pub switches: bool,
    /// Depths of calls to be reached.
    pub depths: Vec<u32>,
    /// Bytes beyond which a stack stops the run.
    pub stacks: Vec<u32>,
    /// A task's way to a goal.
    pub goal: Option<Goal>,
}

impl Wanted {
    fn needs(&mut self, needs: &Needs, solved: bool) {
        needs.spans.iter().for_each(|(start, end)| self.writes.insert(*start, *end));
        self.each |= needs.each && !solved;
        self.clock |= needs.each && solved;
        self.events |= needs.events;
    }

    pub fn stop(&mut self, stop: &Stop, machine: &Machine) {
        match &stop.on {
            On::Instruction(_) | On::Awaited | On::AwaitedAccess(_) => {}
            On::Change(expr, _) => {
                let scope = Scope { machine, pid: stop.pid, symbol: &|_, _| None };
                self.needs(&expr.needs(&scope), expr.steady_turns(&scope).is_some());
            }
            On::Access(access) => {
                let (start, end) = (access.span.start, access.span.end);
                if access.touching != Touching::Read {
                    self.writes.insert(start, end);
                }
                if matches!(access.touching, Touching::Read | Touching::Any) {
                    self.reads.get_or_insert_default().insert(start, end);
                }
                if let Some(Lifetime { slot, .. }) = access.lifetime {
                    self.writes.insert(slot, slot + 4);
                    self.reads.get_or_insert_default().insert(slot, slot + 4);
                }
            }
            On::Event(Event::Switch) => self.switches = true,
            On::Event(Event::Depth(depth)) => self.depths.push(*depth),
            On::Event(Event::Stack(bytes)) => self.stacks.push(*bytes),
            On::Event(
                Event::Traced { .. } | Event::Trap { .. } | Event::Unwritten | Event::Race(_) | Event::Deadlock,
            ) => self.events = true,
        }
    }

    /// Whether growing stacks are of interest.
    pub fn grows(&self) -> bool {
        !self.depths.is_empty() || !self.stacks.is_empty()
    }

    /// Whether turns themselves are of interest, switches, or a goal.
    pub fn rare(&self) -> bool {
        self.each || self.switches || self.goal.is_some()
    }

    /// Whether the instruction in front of a context takes it to a depth or size that is waited for.
    pub fn grown(&self, cx: &Context, code: &Code) -> bool {
        let used = cx.stack_top.saturating_sub(cx.sp);
        let higher = |bytes: &u32| used <= *bytes && used + 4 > *bytes;
        match stack_move(cx, code) {
            Some(StackMove::Call) => self.depths.contains(&(cx.depth + 1)) || self.stacks.iter().any(higher),
            Some(StackMove::Push) => self.stacks.iter().any(higher),
            _ => false,
        }
    }

    /// All words whose accesses count, if nothing else of turns that only retire does and the registers among them are
    /// known: claims refuse the accesses to memory, and code can be marked for those to registers.
    pub fn words(&self, machine: &Machine) -> Option<Words> {
        let mut words = self.writes.clone();
        self.reads.iter().for_each(|reads| words.add(reads));
        let known = machine.tasks().iter().all(|task| self.registers(task).is_some());
        (!self.grows() && !self.rare() && known).then_some(words)
    }

    /// The registers of a task whose accesses count; `None` where some do and its window was moved.
    pub fn registers(&self, task: &Task) -> Option<Registers> {
        let written = self.writes.registers(&task.context)?;
        let read = self.reads.as_ref().map_or(Some(0), |reads| reads.registers(&task.context))?;
        let registers = Registers { read, written };
        (registers == Registers::NONE || !task.window_is_moved()).then_some(registers)
    }

    /// Whether nothing but writes is looked for in turns that do no more than retire.
    pub fn only_writes(&self) -> bool {
        self.reads.is_none() && !self.grows() && !self.rare()
    }
}
