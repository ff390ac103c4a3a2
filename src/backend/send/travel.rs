//! Going about in time.

use crate::backend::answer::{
    Arrival, Arrived, CauseSaid, Compared, Done, Dropped, Marked, Named, Pair, Parts, Started, TaskSaid, WordPair,
    WriteFound,
};
use crate::backend::request::{Branch, Goto, Side, Travel, Written};
use crate::backend::{Local, Refused, TraceEntry, Want, What};
use crate::executive::Pid;
use crate::explain;
use crate::session::{Cause, Difference, Kinds, TwoRuns, Via, WatchedBytes, Write};
use std::path::Path;

impl Local {
    /// Goes about in time.
    pub(super) async fn carry_out_travel(&mut self, travel: Travel) -> Result<Done, Refused> {
        match travel {
            Travel::Back { pid: None, turns } => self.travel()?.back(turns)?,
            Travel::Back { pid: Some(pid), turns } => self.travel()?.back_of(pid, turns).await?,
            Travel::BackTo { pid, moment } => self.travel()?.back_to(pid, moment).await?,
            Travel::ReverseNext { pid, count } => {
                for _ in 0..count {
                    self.travel()?.reverse_next(pid).await?;
                }
            }
            Travel::ReverseLine { pid, into, count } => {
                for _ in 0..count {
                    self.reverse_line(pid, into).await?;
                }
                return Ok(self.arrived(Arrived::Line { place: self.source_place(pid) }));
            }
            Travel::ReverseFinish { pid } => self.travel()?.reverse_finish(pid).await?,
            Travel::ReverseContinue => {
                self.travel()?.start_reverse_continue()?;
                return Ok(Done::Started(Started {}));
            }
            Travel::Goto(goto) => return self.goto(goto).await,
            Travel::Write { next, place } => {
                let spot = self.spot(place)?;
                let session = self.travel()?;
                let write = if next { session.next_write(spot).await? } else { session.last_write(spot).await? };
                return Ok(self.wrote(write, None));
            }
            Travel::Origin => {
                let (via, write) = self.travel()?.origin().await?;
                return Ok(self.wrote(write, Some(via)));
            }
            Travel::OriginTree(of) => return self.origins_of(of).await,
            Travel::Bookmark(name) => {
                self.travel()?.bookmark(&name);
                let (turn, branch) = (self.machine().turns(), self.session().history().branch);
                return Ok(Done::Marked(Marked { name, turn, branch }));
            }
            Travel::Branch(branch) => return self.branch(branch),
            Travel::Undo => {
                let undone = self.travel()?.undo()?.name();
                return Ok(self.arrived(Arrived::Undone { undone }));
            }
            Travel::Redo => self.travel()?.redo()?,
            Travel::Jump { forward, count } => self.jump(forward, count)?,
            Travel::Compare(a, b) => return self.compare(a, b).await,
        }
        Ok(self.arrived(Arrived::Plainly {}))
    }

    /// Where the cursor in time is now.
    pub(super) fn arrived(&self, by: Arrived) -> Done {
        let (machine, session) = (self.machine(), self.session());
        Done::Arrived(Box::new(Arrival {
            turn: machine.turns(),
            time_us: machine.time_us(),
            stop: session.status().clone(),
            present: session.present(),
            past: !session.at_present(),
            branch: session.history().branch,
            by,
        }))
    }

    async fn goto(&mut self, goto: Goto) -> Result<Done, Refused> {
        let session = self.travel()?;
        let present = session.present();
        match goto {
            Goto::Turn(turn) => session.seek(turn)?,
            Goto::Time(time_us) => session.seek_time(time_us).await?,
            Goto::Bookmark(name) => session.seek_bookmark(&name)?,
            Goto::Start => session.seek(0)?,
            Goto::Present => session.seek(present)?,
            Goto::Ran { pc, pid } => session.last_ran(pc, pid).await?,
            Goto::Deepest { pid } => session.deepest(pid).await?,
            Goto::Entered { frame, pid } => session.entered(pid, frame).await?,
            Goto::Race { next } => return self.go_to_other_race(next).await,
            Goto::Event { next, kinds, pid } => {
                let all = kinds.iter().fold(Kinds::none(), |all, kind| all.with(*kind));
                let wanted = if kinds.is_empty() { Kinds::EVENTS } else { all };
                let event = session.seek_event(next, wanted, pid).await?;
                let input = self.input_said(&event, next);
                return Ok(self.arrived(Arrived::Event { event, input }));
            }
        }
        Ok(self.arrived(Arrived::Plainly {}))
    }

    pub(in crate::backend) fn spot(&self, place: Written) -> Result<WatchedBytes, Refused> {
        let machine = self.machine();
        let spot = match place {
            Written::Register { pid, reg } => WatchedBytes::register(machine, pid, reg),
            Written::Memory { pid, address, bytes } => WatchedBytes::seen(machine, pid, address, bytes.into()),
        };
        spot.ok_or_else(|| Refused::Now("a task, and memory that ends at or below 0xFFFF, are expected".into()))
    }

    fn wrote(&self, write: Write, via: Option<Via>) -> Done {
        let Write { writer, old, new } = write;
        let place = writer.pid.zip(writer.pc).and_then(|(pid, pc)| {
            let listing = self.listing(pid)?;
            self.c_place_text(pid, pc).or_else(|| listing.label_at(pc).map(|_| listing.named(None, pc)))
        });
        let found = WriteFound { pid: writer.pid, pc: writer.pc, old, new, via, place };
        self.arrived(Arrived::Write(found))
    }

    fn branch(&mut self, branch: Branch) -> Result<Done, Refused> {
        match branch {
            Branch::Go { branch, turn } => {
                self.travel()?.go(branch, turn.unwrap_or(u64::MAX))?;
                Ok(self.arrived(Arrived::Plainly {}))
            }
            Branch::Next => self.next_branch(),
            Branch::Name { branch, name } => {
                self.travel()?.name_branch(branch, &name)?;
                Ok(Done::Named(Named { branch, name }))
            }
            Branch::Delete(branch) => {
                self.travel()?.delete_branch(branch)?;
                Ok(Done::Dropped(Dropped { branch }))
            }
        }
    }

    /// The same turn of the branch after this one, around all of them; on one of two that were compared, of the other.
    fn next_branch(&mut self) -> Result<Done, Refused> {
        let compared = self.compared;
        let session = self.travel()?;
        let branches = session.branches();
        let here = branches.iter().position(|b| b.current).unwrap_or(0);
        let other = compared.and_then(|[x, y]| match branches[here].number {
            number if number == x => branches.iter().find(|b| b.number == y),
            number if number == y => branches.iter().find(|b| b.number == x),
            _ => None,
        });
        let next = other.unwrap_or(&branches[(here + 1) % branches.len()]);
        if next.current {
            return Err(Refused::Now("there is no other branch: a change in the past begins one".into()));
        }
        let turn = session.machine().turns();
        session.go(next.number, turn)?;
        let name = format!("{} {}", next.number, next.name);
        Ok(self.arrived(Arrived::Branch { name }))
    }

    /// The first difference of two sides, and both go there. A recording becomes a branch of the session.
    pub(super) async fn compare(&mut self, a: Side, b: Side) -> Result<Done, Refused> {
        let (x, y) = match (&a, &b) {
            (Side::File(left), Side::File(right)) => {
                let looked = self.session.looked();
                let mut one = Local::open_in_slices(Path::new(left), &looked).await?;
                let other = Local::open_in_slices(Path::new(right), &looked).await?;
                if one.machine().config() != other.machine().config() {
                    let found = one.session().compare_with(1, other.session(), 1)?;
                    return Ok(Done::Compared(compared(&a, &b, found.map(|found| one.parts(found)), None)));
                }
                (self.opened(one, left)?, self.opened(other, right)?)
            }
            _ => (self.side(&a).await?, self.side(&b).await?),
        };
        let session = self.travel()?;
        let found = session.compare(x, y)?;
        if let Some(difference) = found {
            session.go(x, difference.turn)?;
        }
        self.compared = Some([x, y]);
        let parts = found.map(|found| self.parts(found));
        let done = compared(&a, &b, parts, Some([x, y]));
        Ok(Done::Compared(match self.two_runs([x, y]) {
            Some(runs) => Compared { cause: Some(self.cause_said(&runs)), tasks: self.tasks_said(&runs), ..done },
            None => done,
        }))
    }

    fn cause_said(&self, runs: &TwoRuns) -> CauseSaid {
        let kind = match runs.cause {
            Cause::Pick { .. } => "pick",
            Cause::Input { .. } => "input",
            Cause::Ends { .. } => "ends",
            Cause::Nothing => "nothing",
        };
        CauseSaid { kind, turn: runs.common, text: self.cause_text(runs) }
    }

    fn tasks_said(&self, runs: &TwoRuns) -> Vec<TaskSaid> {
        let rows = self.difference_rows(runs).into_iter();
        rows.map(|row| TaskSaid { pid: row.pid, differs_at: row.n, turns: row.turns, text: row.text }).collect()
    }

    /// Where two courses of events part, one of which is at its first difference here.
    fn parts(&mut self, difference: Difference) -> Parts {
        let Difference { turn, ran, at, ram } = difference;
        let now = self.look(&Want::lists());
        let name = |pid: Option<Pid>, pc: Option<u32>| now.task(pid?)?.listing.name_of(pc?);
        Parts {
            turn,
            ran: Pair { a: ran.0, b: ran.1 },
            at: Pair { a: name(ran.0, at.0), b: name(ran.1, at.1) },
            word: ram.map(|(address, a, b)| WordPair { address, name: now.address_name(address), a, b }),
        }
    }

    /// What came from outside at an entry of the trace, in words: the first of its kind in its turn, or the last where the
    /// past was searched.
    fn input_said(&self, event: &TraceEntry, first: bool) -> Option<String> {
        let What::Input { input: kind } = event.what else { return None };
        let entries = self.session().journal().entries().iter().filter(|(turn, _)| *turn == event.turn);
        let mut there = entries.filter_map(|(_, entry)| entry.input());
        let input = if first { kind.next_of(&mut there) } else { kind.next_of(&mut there.rev()) };
        input.map(explain::input)
    }

    async fn side(&mut self, side: &Side) -> Result<u32, Refused> {
        match side {
            Side::Branch(number) => Ok(*number),
            Side::File(path) => {
                let local = Local::open_in_slices(Path::new(path), &self.session.looked()).await?;
                self.opened(local, path)
            }
        }
    }

    /// Makes a recording a branch of the session, or the session if that is empty.
    fn opened(&mut self, local: Local, path: &str) -> Result<u32, Refused> {
        let stem = Path::new(path).file_stem();
        let name = stem.map_or_else(|| path.to_owned(), |n| n.to_string_lossy().into_owned());
        let session = self.travel()?;
        if session.machine().turns() == 0 && session.machine().tasks().is_empty() && session.branches().len() == 1 {
            self.replace_with(local);
            self.travel()?.name_branch(1, &name)?;
            return Ok(1);
        }
        let message = format!("{path} ran under other settings than this session");
        self.adopt(local, &name)?.ok_or(Refused::Now(message))
    }
}

fn compared(a: &Side, b: &Side, parts: Option<Parts>, branches: Option<[u32; 2]>) -> Compared {
    let (cause, tasks) = (None, Vec::new());
    Compared { same: parts.is_none(), a: a.name(), b: b.name(), parts, branches, cause, tasks }
}
