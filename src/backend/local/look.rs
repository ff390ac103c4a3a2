//! What a session shows of itself: snapshots, and what is kept between two of them.

use super::super::snapshot::{ChangedFile, Explained, FileView, Happened, Past, Snapshot, Status};
use super::super::{Want, view};
use super::Local;
use crate::executive::input::Input;
use crate::executive::{Machine, Pid};
use crate::explain::explain;
use crate::predict::happened;
use crate::session::{PastPosition, now};
use std::sync::Arc;

/// Calls that are named with their arguments.
const NAMED_CALLS: usize = 64;

impl Local {
    /// The last turn in words, made once for each place.
    pub fn explained(&mut self) -> Arc<Explained> {
        let here = self.session.place();
        if let Some((at, told)) = &self.explained
            && *at == here
        {
            return Arc::clone(told);
        }
        let who = self.session.chosen();
        let before = self.session.before().cloned();
        let turn = self.machine().turns();
        let mut told = explain(before.as_ref().map(|machine| (machine, who)), self.machine(), &self.inputs(turn));
        if let Some((before, pid)) = before.as_ref().zip(told.pid) {
            told.add_of_turn(self.c_sentence(before, pid).or_else(|| self.growth_sentence(pid)));
        }
        let told = Arc::new(told);
        self.explained = Some((here, Arc::clone(&told)));
        told
    }

    /// What the last turn changed; `None` before the first one.
    fn happened(&mut self) -> Option<Arc<Happened>> {
        let who = self.session.chosen();
        happened(self.session.before()?, who).map(Arc::new)
    }

    /// What came from outside from a turn on up to the one in view.
    pub(in crate::backend) fn inputs(&self, from: u64) -> Vec<Arc<Input>> {
        let turn = self.machine().turns();
        let here = self.session.journal().entries().iter().filter(|(at, _)| (from..=turn).contains(at));
        here.filter_map(|(_, entry)| entry.input()).map(Arc::clone).collect()
    }

    /// The tasks whose programs have been written since they were read.
    fn changed_files(&self) -> Vec<ChangedFile> {
        let changed = |pid: Pid| {
            let (file, stamp) = self.program(pid)?.changed()?;
            Some(ChangedFile { pid, file, stamp })
        };
        self.machine().tasks().iter().filter_map(|task| changed(task.pid)).collect()
    }

    /// Whether it runs, or why it stands.
    fn status(&self) -> Status {
        if self.looking().is_some() { Status::Running } else { self.session.status().clone() }
    }

    /// The state as data.
    pub fn look(&mut self, want: &Want) -> Arc<Snapshot> {
        let accesses = want.accesses.map(|(from, to)| self.accesses(from, to).map(Arc::new).map_err(|e| e.to_string()));
        let state = if want.state { self.state(want) } else { Snapshot::default() };
        let machine = self.machine();
        let status = self.status();
        let place = status.pid_at_a_place().and_then(|pid| self.source_place(pid));
        let returned = match status {
            Status::Returned { pid, function: Some(function), r0, .. } => self.returned(pid, function, r0),
            _ => None,
        };
        Arc::new(Snapshot {
            title: self.title.clone(),
            turn: machine.turns(),
            time_us: machine.time_us(),
            turn_us: machine.config().turn_us,
            trace: machine.trace().last(want.trace).collect(),
            trace_total: machine.trace().total(),
            trace_dropped: machine.trace().dropped(),
            trace_capacity: machine.trace().capacity(),
            arrived: self.session.arrived(),
            looking: self.looking(),
            ran: self.session.ran(),
            forked: self.session.forked(),
            due: self.session.stops.due().to_vec(),
            commands_due: self.session.stops.commands_due().to_vec(),
            logged: self.session.stops.logged().to_vec(),
            left: self.session.left(),
            rate: self.rate,
            inputs: if want.inputs { self.inputs(0) } else { Vec::new() },
            changed: want.changed.then(|| self.changed_files()),
            asked: want.asks.iter().map(|e| (e.clone(), self.evaluate(e, want.pid))).collect(),
            hunted: self.hunted().filter(|_| want.hunt).map(Arc::new),
            explained: (want.explain && (status != Status::Running || want.follow)).then(|| self.explained()),
            files: want.files.then(|| machine_files(self.machine())),
            accesses,
            place,
            returned,
            violations: want.check.then(|| self.machine().check()),
            schedule: want.schedule.then(|| self.schedule_so_far().map_err(|e| e.to_string())),
            status,
            ..state
        })
    }

    /// What every picture of the state has.
    fn state(&mut self, want: &Want) -> Snapshot {
        let running = self.running();
        let (before_at, since_at) = self.session.compared();
        let shown = !running || want.follow;
        let before_at = before_at.filter(|_| shown);
        let before = past(&mut self.before, before_at, || self.session.before().map(view::past));
        let since = past(&mut self.since, since_at, || self.session.since().map(view::past));
        let happened = (want.happened && !running).then(|| self.happened()).flatten();
        let watches = self.watch_views(want.pid);
        let variables = want.variables.as_ref().filter(|_| shown).and_then(|opened| {
            let pid = want.pid.filter(|pid| self.machine().task(*pid).is_some()).or_else(|| self.first_pid())?;
            Some(self.frame_variables(pid, opened))
        });
        let course = if want.course { self.session.course() } else { Arc::default() };
        let lanes = want.lanes.map(|sight| self.session.lanes(&sight));
        let words = lanes.iter().flat_map(|lanes| &lanes.words);
        let lane_names = words.filter_map(|word| Some((word.start, self.frame_word(word.start)?))).collect();
        let races = (want.races && !running).then(|| now(self.recent_races()).ok()).flatten().map(Arc::new);
        let stack_of = want.pid.or_else(|| self.first_pid()).filter(|_| want.stack_past && !running);
        let stack_past = stack_of.and_then(|pid| self.stack_past(pid));
        let both = want.both.filter(|_| !running).and_then(|sight| self.both_runs(sight));
        let machines = if want.machines && !running { self.machines_shown() } else { None };
        // What was begun is taken in, whether it is still wanted or not: then nothing is under way any more.
        let fate = if want.fate || self.judging() { self.fate_shown() } else { None }.filter(|_| want.fate);
        // Beside fate the explanation of a turn ends with what can be seen next.
        let wants_could = want.could || want.explain && fate.is_some();
        let could = match want.pid.or_else(|| self.first_pid()).filter(|_| wants_could) {
            Some(pid) => self.could_shown(pid),
            None => {
                self.take_could();
                None
            }
        };
        let world_of = want.pid.or_else(|| self.first_pid()).filter(|_| want.world && !running);
        let world = world_of.and_then(|pid| self.world_shown(pid));
        let map = match want.map {
            true => self.map_shown(),
            false => {
                self.take_map();
                None
            }
        };
        let stops = self.session.stops.list();
        let program_of =
            |pid| self.loaded(pid).map(|loaded| (Arc::clone(&loaded.listing), Arc::clone(&loaded.program)));
        let mut snapshot = Snapshot {
            pending: stops.iter().filter_map(|stop| Some((stop.number, self.pending(stop)?))).collect(),
            stops: stops.to_vec(),
            watches,
            variables,
            races,
            stack_past,
            both,
            fate,
            machines,
            could,
            world,
            map,
            origins: self.origins.clone().filter(|_| want.origins),
            stdio: self.stream_modes(),
            declared: self.session.declared.clone(),
            rotate: self.session.rotate,
            deadlock_stops: self.session.deadlock_stops,
            before,
            happened,
            since,
            lane_names,
            lanes,
            history: self.session.history(),
            course,
            branches: self.session.branches(),
            sources: self.sources.names(),
            ..view::of(self.machine(), want, program_of)
        };
        if let Some(calls) = &mut snapshot.calls {
            calls.chosen = self.chosen_frame(calls.pid);
            let upto = calls.frames.len().min(NAMED_CALLS);
            calls.of_c = (0..upto).map(|i| self.call_text(calls.pid, &calls.frames, i)).collect();
        }
        snapshot
    }
}

/// The names and lengths of the machine's files.
fn machine_files(machine: &Machine) -> Vec<FileView> {
    machine.files().iter().map(|(path, content)| FileView { path: path.to_owned(), bytes: content.len() }).collect()
}

/// The picture of an earlier machine, taken once for each place.
fn past(
    kept: &mut Option<(PastPosition, Arc<Past>)>,
    place: Option<PastPosition>,
    take: impl FnOnce() -> Option<Past>,
) -> Option<Arc<Past>> {
    let place = place?;
    match kept {
        Some((at, past)) if *at == place => Some(Arc::clone(past)),
        _ => {
            let past = Arc::new(take()?);
            *kept = Some((place, Arc::clone(&past)));
            Some(past)
        }
    }
}
