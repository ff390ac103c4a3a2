//! What can still come of the run.

use crate::backend::answer::{Arrived, CouldData, Done, FateJudged, FateOff, MapData, WorldData};
use crate::backend::request::{Fate, Request};
use crate::backend::{Local, Refused};

impl Local {
    /// Answers a question about all schedules that leave the run; also the requests that lead to the same place again, if
    /// that is not this one.
    pub(super) fn carry_out_fate(&mut self, fate: Fate) -> Result<(Done, Option<Vec<Request>>), Refused> {
        let done = match fate {
            Fate::Off => {
                self.hide_fate();
                Done::FateOff(FateOff { fate: None })
            }
            Fate::Map => Done::FateMap(Box::new(MapData::of(self.choices(&self.property_shown())?))),
            Fate::Could { pid, n, after } => Done::Could(Box::new(CouldData::of(self.ask_could(pid, n, after)?))),
            Fate::World(pid) => Done::World(Box::new(WorldData::of(self.named_world(pid)?))),
            Fate::Open(number) => {
                let again = self.open_could(number)?;
                return Ok((self.arrived(Arrived::Plainly {}), Some(again)));
            }
            Fate::Judge(property) => Done::Fate(Box::new(FateJudged::of(self.judge(property)?))),
        };
        Ok((done, None))
    }
}
