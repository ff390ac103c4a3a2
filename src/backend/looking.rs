//! Requests for which much of the past is looked through: done in slices on a copy of the session, which takes its place
//! when all is done. So the session can be looked at meanwhile, and a search that is given up has changed nothing.

use super::answer::{Answer, Done, Started};
use super::local::Local;
use super::refused::Refused;
use super::request::{File, Goto, Past, Races, Request, Side, Travel};
use crate::session::{Looked, next_slice};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

/// A copy of a session, and what came of a request on it.
type Carried = (Local, Result<Answer, Refused>);

/// Turns that are looked at before the caller is asked to wait: ten milliseconds or so.
const AT_ONCE: u64 = 1 << 17;

/// How far a search of the past has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookingProgress {
    /// Turns looked at.
    pub turns: u64,
    /// Turns to be looked at, at most.
    pub most: u64,
}

/// A request that is being carried out.
struct SlicedSearch {
    request: Request,
    /// Behind a lock that nothing ever waits for: a session can be shared between threads.
    work: Mutex<Pin<Box<dyn Future<Output = Carried> + Send>>>,
    looked: Looked,
}

/// What came of a request that took its time.
pub type Found = (Request, Result<Answer, Refused>);

/// The search that is under way, or what came of the last one. A copy of a session has neither.
#[derive(Default)]
pub(super) struct Looking {
    search: Option<SlicedSearch>,
    found: Option<Found>,
}

impl Clone for Looking {
    fn clone(&self) -> Looking {
        Looking::default()
    }
}

impl std::fmt::Debug for Looking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Looking").field("request", &self.search.as_ref().map(|search| &search.request)).finish()
    }
}

impl Local {
    /// Begins a request, if the past is looked through for it; the answer, if it is there at once.
    ///
    /// # Errors
    /// Why it was not carried out.
    pub(super) fn start_looking(&mut self, request: Request) -> Result<Answer, Refused> {
        let Some(most) = self.most_turns(&request).filter(|_| !self.running()) else { return self.do_now(request) };
        self.looking = Looking::default();
        let mut copy = self.clone();
        let looked = copy.session.count_looked();
        looked.expect(most);
        let carried = request.clone();
        let work: Pin<Box<dyn Future<Output = Carried> + Send>> = Box::pin(async move {
            let answer = copy.answer(carried).await;
            (copy, answer)
        });
        self.looking.search = Some(SlicedSearch { request, work: Mutex::new(work), looked });
        self.look_on(AT_ONCE);
        match self.looking.found.take() {
            Some((_, answer)) => answer,
            None => Ok(Answer { done: Done::Started(Started {}), forked: None, again: None }),
        }
    }

    /// Looks through about this number of turns, a slice at least; true until the search has ended.
    pub(super) fn look_on(&mut self, turns: u64) -> bool {
        let Some(mut search) = self.looking.search.take() else { return false };
        let enough = search.looked.turns().saturating_add(turns);
        let (copy, answer) = loop {
            if let Some(carried) = next_slice(search.work.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut()) {
                break carried;
            }
            if search.looked.turns() >= enough {
                self.looking.search = Some(search);
                return true;
            }
        };
        if answer.is_ok() {
            *self = copy;
        }
        self.looking.found = Some((search.request, answer));
        false
    }

    /// How far the search has come that is under way.
    #[must_use]
    pub fn looking(&self) -> Option<LookingProgress> {
        let looked = &self.looking.search.as_ref()?.looked;
        let most = looked.most();
        Some(LookingProgress { turns: looked.turns().min(most), most })
    }

    /// What came of the last request that took its time, once.
    pub fn take_found(&mut self) -> Option<Found> {
        self.looking.found.take()
    }

    /// Ends a search without a result: nothing has changed.
    pub(super) fn give_up_looking(&mut self) {
        self.looking = Looking::default();
    }

    /// How many turns are looked through for a request, at most; `None` where it takes no search. The turns of a recording
    /// are known once it is read.
    fn most_turns(&self, request: &Request) -> Option<u64> {
        let (here, present) = (self.machine().turns(), self.session.present());
        match request {
            Request::Travel(travel) => match travel {
                Travel::Back { pid: Some(_), .. }
                | Travel::BackTo { .. }
                | Travel::ReverseNext { .. }
                | Travel::ReverseLine { .. }
                | Travel::ReverseFinish { .. }
                | Travel::Write { next: false, .. }
                | Travel::Goto(Goto::Time(_) | Goto::Ran { .. } | Goto::Deepest { .. } | Goto::Entered { .. })
                | Travel::Goto(Goto::Event { next: false, .. })
                | Travel::Origin
                | Travel::OriginTree(_) => Some(here),
                Travel::Write { next: true, .. } | Travel::Goto(Goto::Event { next: true, .. }) => Some(present - here),
                Travel::Goto(Goto::Race { .. }) => Some(2 * present),
                Travel::Back { pid: None, .. }
                | Travel::Goto(Goto::Turn(_) | Goto::Bookmark(_) | Goto::Start | Goto::Present)
                | Travel::ReverseContinue
                | Travel::Bookmark(_)
                | Travel::Branch(_)
                | Travel::Undo
                | Travel::Redo
                | Travel::Jump { .. }
                | Travel::Compare(Side::Branch(_), Side::Branch(_)) => None,
                Travel::Compare(..) => Some(0),
            },
            Request::Past(past) => Some(match past {
                Past::Writes { from, to, .. } => to.saturating_sub(*from),
                Past::Uses(_) => present - here,
                Past::Between { from, to } => from.abs_diff(*to),
                Past::Intervals { .. } | Past::WakePath(_) => here,
            }),
            // They are run again twice.
            Request::Races(Races::List { from, to, .. }) => Some(2 * to.unwrap_or(present).saturating_sub(*from)),
            Request::Races(Races::Go { .. } | Races::Prove(_) | Races::Both(_)) => Some(2 * present),
            Request::File(File::Replay(_)) => Some(0),
            Request::File(File::Restart(turn)) => *turn,
            Request::Races(_)
            | Request::Run(_)
            | Request::Schedule(_)
            | Request::Stop(_)
            | Request::Input(_)
            | Request::Search(_)
            | Request::Fate(_)
            | Request::Display(_)
            | Request::File(
                File::Load(_)
                | File::Reload(_)
                | File::Symbols { .. }
                | File::Sources(_)
                | File::Reset
                | File::Record(_)
                | File::Stops(_)
                | File::Export { .. }
                | File::Files(_)
                | File::Waits(_)
                | File::Schedule(_),
            ) => None,
        }
    }
}
