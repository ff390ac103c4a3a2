//! Searches over schedules.

use crate::backend::answer::{Arrived, Done, SearchState};
use crate::backend::request::{Branch, Plan, Request, Search, Side, Travel};
use crate::backend::{Local, Opened, Refused};
use crate::explore::{Bounds, Checks, Draw, Options, ScopedExpr, Strategy};
use crate::session::expr::Expr;
use crate::session::{TurnSource, now};

/// Schedules drawn at random when no number is given.
const DRAWN: u64 = 10_000;

impl Local {
    /// Searches over schedules; also the requests that lead to the same place again, if that is not this one.
    pub(super) fn carry_out_search(&mut self, search: Search) -> Result<(Done, Option<Vec<Request>>), Refused> {
        match search {
            Search::Start(plan) => self.start_hunt(self.options(plan))?,
            Search::Stop => self.stop_hunt(),
            Search::Wait => self.wait_for_hunt(),
            Search::Open(number) => return self.open_number(number),
            Search::Beside(number) => return self.open_beside(number),
            Search::Follow(places) => {
                self.follow(TurnSource::of(&places))?;
                return Ok((self.arrived(Arrived::Plainly {}), None));
            }
        }
        Ok((self.search_state()?, None))
    }

    fn options(&self, plan: Plan) -> Options {
        let Plan { pid, always, finally, collect, returns, same, norace, preemptions, random, schedules } = plan;
        let asked =
            |exprs: Vec<Expr>| exprs.into_iter().map(|expr| ScopedExpr { expr: self.bound(expr, pid), pid }).collect();
        let strategy = match (preemptions, random) {
            (_, Some(seed)) => Strategy::Sample(Draw::Even, seed),
            (Some(most), None) => Strategy::Preemptions(most),
            (None, None) => Strategy::Exhaustive,
        };
        let sync = self.session.declared.sync.clone();
        let schedules = schedules.or(random.map(|_| DRAWN)).unwrap_or(u64::MAX);
        Options {
            strategy,
            checks: Checks {
                always: asked(always),
                finally: asked(finally),
                returns,
                same,
                norace,
                sync,
                ..Checks::default()
            },
            collect: asked(collect),
            bounds: Bounds { schedules, ..Bounds::default() },
            ..Options::default()
        }
    }

    fn find(&mut self, number: u64) -> Result<(Opened, Vec<Request>), Refused> {
        let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
        let opened = index.map(|index| self.open_found(index)).transpose()?.flatten();
        let opened = opened.ok_or_else(|| Refused::Now(format!("nothing with number {number} was found")))?;
        let again = vec![
            Travel::Branch(Branch::Go { branch: opened.branch, turn: Some(opened.turn) }).into(),
            Search::Follow(opened.schedule.parts().to_vec()).into(),
        ];
        Ok((opened, again))
    }

    fn open_number(&mut self, number: u64) -> Result<(Done, Option<Vec<Request>>), Refused> {
        let (opened, again) = self.find(number)?;
        Ok((self.arrived(Arrived::Find { text: opened.text }), Some(again)))
    }

    /// Follows a find and a schedule that passes, as two branches that are compared; it stands at the end of the find.
    fn open_beside(&mut self, number: u64) -> Result<(Done, Option<Vec<Request>>), Refused> {
        let (Opened { text, turn, .. }, mut again) = self.find(number)?;
        let failing = self.session.place().branch;
        let Some((passing, after)) = self.passing(number)? else {
            let text = format!("{text}; no schedule that passes is known");
            return Ok((self.arrived(Arrived::Find { text }), Some(again)));
        };
        self.name_run(&format!("failing {number}"), turn + after)?;
        self.travel()?.go(failing, turn)?;
        self.follow(TurnSource::of(passing.parts()))?;
        let other = self.session.place().branch;
        self.name_run(&format!("passing {number}"), turn + after)?;
        now(self.compare(Side::Branch(failing), Side::Branch(other)))?;
        self.travel()?.go(failing, u64::MAX)?;
        again.extend([
            Travel::Branch(Branch::Go { branch: failing, turn: Some(turn) }).into(),
            Search::Follow(passing.parts().to_vec()).into(),
            Travel::Compare(Side::Branch(failing), Side::Branch(other)).into(),
            Travel::Branch(Branch::Go { branch: failing, turn: None }).into(),
        ]);
        let text = format!("{text}; branch {other} passes: view both shows them side by side");
        Ok((self.arrived(Arrived::Find { text }), Some(again)))
    }

    /// How the search stands that was begun last.
    fn search_state(&self) -> Result<Done, Refused> {
        let hunted = self.hunted().ok_or_else(|| Refused::Now("no search was begun".into()))?;
        Ok(Done::Search(Box::new(SearchState::of(hunted))))
    }
}
