//! What a search for the previous stop has to look at: stretches in which nothing can have stopped a run are left out.

use crate::executive::Pid;
use crate::executive::trace::TraceKind;
use crate::session::Session;
use crate::session::expr::Scope;
use crate::session::lanes::Kinds;
use crate::session::stop::{Event, On, Stop, Touching};
use crate::session::timeline::Sought;
use crate::vm::{BANK_BASE, Span};

/// What stops a run without having been asked for: a fault, a BRK, and what can make a deadlock certain.
const BY_ITSELF: Kinds = Kinds::none()
    .with(TraceKind::Fault)
    .with(TraceKind::Break)
    .with(TraceKind::Block)
    .with(TraceKind::Halt)
    .with(TraceKind::Kill);

impl Session {
    /// All that could stop a run of the past; [`Sought::Anything`] alone if that can be any turn.
    pub(super) fn stopping(&self) -> Vec<Sought> {
        let mut sought = vec![Sought::Kinds(BY_ITSELF)];
        for stop in self.stops.list().iter().filter(|stop| stop.enabled && stop.log.is_none()) {
            self.add_stopping(stop, &mut sought);
        }
        if sought.contains(&Sought::Anything) {
            sought = vec![Sought::Anything];
        }
        sought
    }

    fn add_stopping(&self, stop: &Stop, sought: &mut Vec<Sought>) {
        match &stop.on {
            On::Instruction(_) => sought.push(turns_of(stop.pid)),
            // Its task comes with an input.
            On::Awaited | On::AwaitedAccess(_) => {}
            On::Change(expr, _) => {
                let needs = expr.needs(&Scope { machine: &self.machine, pid: stop.pid, symbol: &|_, _| None });
                if needs.each || needs.events || needs.clock || expr.looks_up_addresses() {
                    return sought.push(Sought::Anything);
                }
                sought.extend(needs.spans.iter().map(|(start, end)| self.stores_to(*start, *end)));
            }
            On::Access(access) => {
                sought.push(match access.touching {
                    Touching::Read | Touching::Any => Sought::Anything,
                    Touching::Write | Touching::Change => self.timeline.writers(access.span, self.machine.config()),
                });
                sought.extend(access.lifetime.as_ref().map(|lifetime| Sought::Turns(lifetime.pid)));
            }
            On::Event(event) => sought.push(happening(event)),
        }
    }

    /// What stores to memory of which it is not known whether it is a bank.
    fn stores_to(&self, start: u32, end: u32) -> Sought {
        let banked = |bank: &[u8]| start < BANK_BASE + bank.len() as u32 && BANK_BASE < end;
        if self.machine.tasks().iter().any(|task| banked(&task.bank)) {
            return Sought::Anything;
        }
        self.timeline.writers(Span { start, end, bank: None }, self.machine.config())
    }
}

fn turns_of(pid: Option<Pid>) -> Sought {
    pid.map_or(Sought::Anything, Sought::Turns)
}

fn happening(event: &Event) -> Sought {
    match event {
        Event::Traced { kind, .. } => Sought::Kinds(Kinds::none().with(*kind)),
        Event::Trap { .. } => Sought::Kinds(Kinds::none().with(TraceKind::Trap)),
        // What makes it certain stops a run by itself.
        Event::Deadlock => Sought::Kinds(BY_ITSELF),
        Event::Switch | Event::Depth(_) | Event::Stack(_) | Event::Unwritten | Event::Race(_) => Sought::Anything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm::Options;
    use crate::executive::input::{Input, Load};
    use crate::executive::{Config, Who};
    use crate::session::stop::Access;
    use std::path::Path;
    use std::sync::Arc;

    /// Stores to 0x5000 at once, and elsewhere from then on.
    const ONCE: &str = ".text\n LDI32 R6, 0x5000\n LDI R8, 1\n ST [R6+0], R8\nagain:\n ADD R8, R8, R8\n STB [R6+512], R8\n JMP again\n";

    #[test]
    fn stretches_in_which_other_pages_were_written_are_left_out() {
        let mut read = |_: &Path| Ok(ONCE.as_bytes().to_vec());
        let program = crate::asm::assemble(&["once.mvasm".into()], &Options::default(), &mut read).expect("assembles");
        let mut session = Session::new(Config::default());
        for _ in 0..2 {
            session.apply(Input::Load(Load::new(Arc::new(program.image.clone())))).expect("room");
        }
        session.start(Who::Rotation, 400_000);
        while session.pump(u64::MAX) {}
        let watch = |start| Span { start, end: start + 4, bank: None };
        session.stops.add_on(None, On::Access(Access::new("word", watch(0x5000), Touching::Write)));
        let may = |session: &Session, first, last| {
            session.stopping().iter().any(|sought| session.timeline.may(first, last, *sought))
        };
        assert!(may(&session, 1, 8) && !may(&session, 100_000, 400_000));
        session.stops.add_on(None, On::Access(Access::new("other", watch(0x5200), Touching::Write)));
        assert!(may(&session, 100_000, 400_000));
        session.stops.add_on(None, On::Instruction(0));
        assert_eq!(session.stopping(), [Sought::Anything]);
    }
}
