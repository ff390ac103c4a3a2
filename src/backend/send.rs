//! Carries out requests on a machine in this process, a family a file.

mod fate;
mod file;
mod input;
mod past;
mod races;
mod run;
mod search;
mod stop;
mod travel;

use super::answer::{Answer, Done, Forgotten, FrameChosen, FrameInfo, Kept};
use super::kept::ReadProgram;
use super::request::{Display, Request, Travel};
use super::target::{Caps, Course, Listed, Position, Target};

use super::{Found, Inspect, Local, Refused, Setup, Snapshot, Want};
use crate::executive::Pid;
use crate::session::now;
use std::path::Path;
use std::sync::Arc;

/// What was done, and the requests that do it again where it would not itself.
type Carried = (Done, Option<Vec<Request>>);

/// Whether a request leads through time in a jump, after which one may want to come back.
const fn leaves(request: &Request) -> bool {
    match request {
        Request::Travel(Travel::Jump { .. }) => false,
        Request::Travel(_) | Request::Races(_) | Request::Search(_) | Request::Fate(_) => true,
        Request::Run(_)
        | Request::Schedule(_)
        | Request::Stop(_)
        | Request::Input(_)
        | Request::Display(_)
        | Request::Past(_)
        | Request::File(_) => false,
    }
}

impl Target for Local {
    fn caps(&self) -> Caps {
        Caps::ALL
    }

    fn send(&mut self, request: Request) -> Result<Answer, Refused> {
        self.give_up_looking();
        self.do_now(request)
    }

    fn start_request(&mut self, request: Request) -> Result<Answer, Refused> {
        self.give_up_looking();
        self.start_looking(request)
    }

    fn found(&mut self) -> Option<Found> {
        self.take_found()
    }

    fn begin(&mut self, setup: Setup) -> Result<(), Refused> {
        *self = setup.begin()?;
        Ok(())
    }

    fn pump(&mut self, turns: u64) -> bool {
        Local::pump(self, turns)
    }

    fn position(&self) -> Position {
        let machine = self.machine();
        let course = match self.session.alone() {
            _ if self.looking().is_some() => Course::Looking,
            _ if self.session.searching() => Course::Search,
            _ if self.session.scheduled() => Course::Schedule,
            Some(pid) => Course::Only(pid),
            None => Course::Rotation,
        };
        Position {
            turn: machine.turns(),
            time_us: machine.time_us(),
            turn_us: machine.config().turn_us,
            rate: self.rate,
            course,
            running: self.running(),
            looking: self.looking(),
            exploring: self.hunting(),
            settling: self.judging() || self.looking_ahead() || self.mapping(),
        }
    }

    fn here(&self) -> Option<&Local> {
        Some(self)
    }

    fn settle(&mut self) {
        if let Some(job) = &self.fates.job {
            job.work.wait();
        }
        if let Some(job) = &self.coulds.job {
            job.work.wait();
        }
        if let Some(job) = &self.maps.job {
            job.work.wait();
        }
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        Some(self)
    }

    fn note_read(&mut self, path: &Path) {
        Local::note_read(self, path);
    }

    fn has_read(&self, path: &Path) -> bool {
        Local::has_read(self, path)
    }

    fn read_programs(&self) -> &[ReadProgram] {
        Local::read_programs(self)
    }

    fn note_listed(&mut self, lines: Listed) {
        self.listed = Some(lines);
    }

    fn listed(&self) -> Option<&Listed> {
        self.listed.as_ref()
    }

    fn look(&mut self, want: &Want) -> Arc<Snapshot> {
        Local::look(self, want)
    }
}

impl Local {
    fn frame_chosen(&mut self, pid: Pid, frame: u64) -> Result<Done, Refused> {
        let number = usize::try_from(frame).unwrap_or(usize::MAX);
        self.choose_frame(pid, number)?;
        let frames = self.frames(pid).0;
        let last = frames.len().saturating_sub(1);
        let frame = FrameInfo::of(self, pid, number, &frames).ok_or(Refused::NoFrame { pid, last })?;
        Ok(Done::Frame(Box::new(FrameChosen { frame, pid })))
    }

    /// Carries out a request, whatever that takes.
    pub(super) fn do_now(&mut self, request: Request) -> Result<Answer, Refused> {
        now(self.answer(request))
    }

    /// Carries out a request in slices, between two turns of a run that is under way.
    pub(super) async fn answer(&mut self, request: Request) -> Result<Answer, Refused> {
        self.forget_fork();
        self.session.stops.drop_commands();
        let (from, why) = (self.session.place(), leaves(&request).then(|| request.to_string()));
        let (done, again) = match self.carry_out(request.clone()).await {
            Err(Refused::Running) => self.between_turns(|local| now(local.carry_out(request))),
            carried => carried,
        }?;
        if let Some(why) = why {
            self.left(from, why);
        }
        Ok(Answer { done, forked: self.session.forked(), again })
    }

    async fn carry_out(&mut self, request: Request) -> Result<Carried, Refused> {
        let done = match request {
            Request::Run(run) => self.carry_out_run(run),
            Request::Schedule(schedule) => self.carry_out_schedule(schedule),
            Request::Travel(travel) => self.carry_out_travel(travel).await,
            Request::Stop(stop) => self.carry_out_stop(stop),
            Request::Input(input) => self.carry_out_input(input),
            Request::Races(races) => self.carry_out_races(races).await,
            Request::Past(past) => self.carry_out_past(past).await,
            Request::Fate(fate) => return self.carry_out_fate(fate),
            Request::Search(search) => return self.carry_out_search(search),
            Request::Display(Display::Keep { expr, pid, format }) => {
                let expression = expr.text().to_owned();
                let pending = self.evaluate(&expr, pid).err().filter(|e| e.absent).map(|e| e.message);
                Ok(Done::Kept(Kept { number: self.watch(expr, pid, format), expression, pending }))
            }
            Request::Display(Display::Frame { pid, frame }) => self.frame_chosen(pid, frame),
            Request::Display(Display::Drop(number)) if self.unwatch(number) => {
                Ok(Done::Forgotten(Forgotten { number }))
            }
            Request::Display(Display::Drop(number)) => Err(Refused::NoDisplay(number)),
            Request::File(file) => self.carry_out_file(file).await,
        };
        Ok((done?, None))
    }
}
