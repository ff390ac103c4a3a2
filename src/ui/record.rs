//! What has been done in a session, as command lines that do it again: steps for runs, and for everything else that
//! was accepted the requests themselves.

use crate::backend::kept::ReadProgram;
use crate::backend::request::{Run, ScheduleRun};
use crate::backend::target::{Course, Position};
use crate::backend::{Request, Target};
use std::sync::{Arc, Mutex, PoisonError};

/// A record that the reporter of a crash reads, too.
#[derive(Debug, Clone, Default)]
pub struct Record(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    done: Vec<String>,
    /// The run that is under way, or the last one, and how many turns it has done.
    run: Option<(Turns, u64)>,
    /// The programs that were read from files, in their order.
    programs: Vec<ReadProgram>,
}

/// Whose turns those of a run are.
#[derive(Debug, Clone, PartialEq)]
enum Turns {
    /// Those of all tasks in rotation, or of one alone.
    Of(Option<crate::backend::Pid>),
    /// What a schedule says.
    By(ScheduleRun),
}

impl Lines {
    /// The run that is under way, or the last one, as a line.
    fn running(&self) -> Option<String> {
        let (who, turns) = self.run.as_ref()?;
        let request: Request = match (who, *turns) {
            (_, 0) => return None,
            (Turns::Of(only), turns) => Run::Turns { only: *only, turns }.into(),
            (Turns::By(schedule), turns) => schedule.clone().with_limit(turns).into(),
        };
        Some(request.to_string())
    }

    fn settle(&mut self) {
        let line = self.running();
        self.done.extend(line);
        self.run = None;
    }
}

impl Record {
    fn with<T>(&self, f: impl FnOnce(&mut Lines) -> T) -> T {
        // A panic while it was locked left it whole: each change is one assignment.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request that has been carried out. Of a run that it started the turns are written down as they are done; of
    /// what only writes files or looks, nothing.
    pub fn request(&self, request: &Request, started: bool) {
        // A session is opened again in whatever directory the user is then.
        match request.clone().with_full_paths() {
            Request::Schedule(schedule) => self.with(|lines| {
                lines.settle();
                lines.run = Some((Turns::By(schedule), 0));
            }),
            request if started || !request.is_journaled() => {}
            request => self.line(&request.to_string()),
        }
    }

    /// Takes note of the programs that a session has read since. What is done again reads the same, in the same order, so
    /// this comes before the request that has read them.
    pub fn programs(&self, target: &dyn Target) {
        let all = target.read_programs();
        self.with(|lines| lines.programs.extend_from_slice(all.get(lines.programs.len()..).unwrap_or_default()));
    }

    /// A stretch of a run, from how the target stood before it to how it stands now: turns that were done, or a search of
    /// the past that has ended.
    pub fn ran(&self, before: Position, after: Position) {
        match (before.course, after.course) {
            (Course::Search, Course::Search) | (Course::Looking, _) => {}
            (Course::Search, _) => self.turns(Course::Search, 0),
            // A search goes back in the end.
            (_, course) => self.turns(course, after.turn.saturating_sub(before.turn)),
        }
    }

    /// A line that does again what was done.
    fn line(&self, line: &str) {
        self.with(|lines| {
            lines.settle();
            lines.done.push(line.to_owned());
        });
    }

    /// Turns that have been done, or a search of the past that has ended.
    pub fn turns(&self, course: Course, more: u64) {
        let only = match course {
            Course::Search => return self.line("reverse-continue"),
            // The request is written down when it is answered.
            Course::Looking => return,
            Course::Schedule => {
                return self.with(|lines| {
                    if let Some((Turns::By(_), turns)) = &mut lines.run {
                        *turns += more;
                    }
                });
            }
            Course::Rotation => None,
            Course::Only(pid) => Some(pid),
        };
        self.with(|lines| match &mut lines.run {
            Some((Turns::Of(same), turns)) if *same == only => *turns += more,
            _ => {
                lines.settle();
                lines.run = Some((Turns::Of(only), more));
            }
        });
    }

    /// The programs that were read, without the first few.
    #[must_use]
    pub fn programs_from(&self, first: usize) -> Vec<ReadProgram> {
        self.with(|lines| lines.programs.get(first..).unwrap_or_default().to_vec())
    }

    /// The lines that do it all again.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.with(|lines| lines.done.iter().cloned().chain(lines.running()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::request::{File, Input, Places};

    #[test]
    fn runs_are_kept_as_steps_and_requests_as_command_lines() {
        let record = Record::default();
        record.turns(Course::Rotation, 1);
        record.turns(Course::Rotation, 20);
        record.turns(Course::Only(2), 3);
        record.turns(Course::Rotation, 0);
        record.request(&Input::Send { pid: 1, mailbox: None, text: "two words".into() }.into(), false);
        record.turns(Course::Rotation, 7);
        assert_eq!(record.lines(), ["step 21", "step 3 -p 2", "send 1 'two words'", "step 7"]);
    }

    #[test]
    fn what_only_writes_a_file_is_not_done_again() {
        let record = Record::default();
        record.request(&File::Record("a.hsxrec".into()).into(), false);
        record.request(&File::Load("a.hxe".into()).into(), false);
        let there = crate::backend::host::absolute(std::path::Path::new("a.hxe"));
        assert_eq!(record.lines(), [Request::from(File::Load(there.display().to_string())).to_string()]);
    }

    #[test]
    fn runs_by_a_schedule_are_kept_as_far_as_they_came() {
        let record = Record::default();
        let begin = |places| record.request(&ScheduleRun::Start { places, limit: None }.into(), true);
        begin(Places::Random { seed: 7, turns: None });
        record.turns(Course::Schedule, 20);
        record.turns(Course::Schedule, 3);
        record.request(&ScheduleRun::Go { limit: Some(9) }.into(), true);
        record.turns(Course::Schedule, 9);
        begin(Places::List(vec![(1, 3), (2, 1)]));
        record.turns(Course::Rotation, 7);
        assert_eq!(record.lines(), ["schedule random 7 for 23", "schedule go for 9", "step 7"]);
    }
}
