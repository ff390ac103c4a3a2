//! Going about in time from what the cursor is on.

use super::super::action::KeyEffect;
use super::super::pane::{PaneId, shown_trace};
use super::super::spot::Spot;
use super::super::view::{Choice, Menu, Overlay, Purpose};
use super::{App, Effect};
use crate::backend::request::{Goto, OriginOf, Travel, Written};
use crate::backend::{Snapshot, Status};

impl App {
    /// To the turn that wrote what the cursor is on.
    pub(super) fn go_write(&mut self, next: bool, now: &Snapshot) -> Vec<Effect> {
        let place = self.written_here(now);
        place.map(|place| Effect::Send(Travel::Write { next, place }.into())).into_iter().collect()
    }

    /// Shows where the value came from that the cursor is on.
    pub(super) fn go_origins(&mut self, now: &Snapshot) -> Vec<Effect> {
        let Some(place) = self.written_here(now) else { return Vec::new() };
        self.focus(PaneId::Origin);
        let of = OriginOf { place: Some(place), depth: None, nodes: None, addresses: false };
        vec![Effect::Send(Travel::OriginTree(of).into())]
    }

    /// The register or byte under the cursor; says so if it is on neither.
    fn written_here(&mut self, now: &Snapshot) -> Option<Written> {
        match self.under_cursor(now) {
            Some(Spot::Register(pid, reg)) => Some(Written::Register { pid, reg }),
            Some(Spot::Byte(pid, address)) => Some(Written::Memory { pid, address, bytes: 1 }),
            _ => {
                self.refuse("the cursor is on no register and no byte: go to the windows or to memory first");
                None
            }
        }
    }

    /// Back to the turn of the newest entry of the trace that passes its filter.
    pub(super) fn go_event(&mut self, count: Option<u64>, now: &Snapshot) -> Vec<Effect> {
        let earlier = self.at(PaneId::Trace, now, |here| {
            let entries = shown_trace(here).into_iter().rev();
            let mut turns: Vec<u64> = entries.map(|e| e.turn).filter(|turn| (1..now.turn).contains(turn)).collect();
            turns.dedup();
            // Fewer than a count asks for lead to the first.
            let at = (count.unwrap_or(1).max(1) - 1).min(turns.len().saturating_sub(1) as u64);
            turns.get(at as usize).copied()
        });
        match earlier {
            Some(turn) => vec![Effect::Send(Travel::Goto(Goto::Turn(turn)).into())],
            None => {
                self.refuse("the trace holds no earlier entry that passes its filter");
                Vec::new()
            }
        }
    }

    /// Some twentieths of all turns done forward, or back.
    pub(super) fn slide(&mut self, by: i8, count: Option<u64>, now: &Snapshot) -> Vec<Effect> {
        let way = (now.history.present / 20).max(1).saturating_mul(count.unwrap_or(1));
        let turn = if by < 0 { now.turn.saturating_sub(way) } else { now.turn.saturating_add(way) };
        self.slide_to(turn.min(now.history.present), now)
    }

    /// To a turn; a run is stopped for it.
    pub(super) fn slide_to(&mut self, turn: u64, now: &Snapshot) -> Vec<Effect> {
        let running = now.status == Status::Running;
        // Turns of the timeline are looked at; Esc returns to the one that was left for them.
        self.view.left = match self.view.left {
            Some(left) => Some(left).filter(|left| *left != turn),
            None => (self.view.layout.focus == PaneId::Timeline && !running).then_some(now.turn),
        };
        let goto = match turn {
            turn if turn == now.turn && !running => return Vec::new(),
            turn if turn == now.history.present => Goto::Present,
            turn => Goto::Turn(turn),
        };
        let pause = running.then_some(Effect::Pause);
        pause.into_iter().chain([Effect::Send(Travel::Goto(goto).into())]).collect()
    }

    /// Asks for the name of a new bookmark, or which one to go to.
    pub(super) fn mark(&mut self, new: bool, now: &Snapshot) {
        if new {
            let (label, template) = ("bookmark of this turn".to_owned(), "bookmark '{}'".to_owned());
            return self.ask(Purpose::Fill { label, template }, "");
        }
        let choice = |b: &crate::backend::Bookmark| Choice {
            label: b.name.clone(),
            about: format!("turn {}", b.turn),
            does: KeyEffect::command(format!("goto '{}'", b.name)),
        };
        let choices: Vec<Choice> = now.history.bookmarks.iter().map(choice).collect();
        if choices.is_empty() {
            return self.refuse("there is no bookmark yet: m names a turn");
        }
        self.view.typing.overlay = Overlay::Menu(Menu { title: "bookmarks".into(), at: (8, 3), choices, chosen: 0 });
    }
}
