//! Stops on the way back: what is looked through again, and what was hit there.

use super::{Access, Due, Lifetime, On, Stops};

impl Stops {
    /// The lifetimes of the variables that are watched.
    pub(in crate::session) fn lifetimes(&mut self) -> impl Iterator<Item = &mut Lifetime> {
        self.list.iter_mut().filter_map(|stop| match &mut stop.on {
            On::Access(access) => access.lifetime.as_mut(),
            On::Instruction(_) | On::Awaited | On::Change(..) | On::AwaitedAccess(_) | On::Event(_) => None,
        })
    }

    /// Lets nothing pass and removes nothing: each hit stops. Log points do not stop.
    pub(in crate::session) fn stop_at_each_hit(&mut self) {
        self.version += 1;
        self.list.retain(|stop| stop.log.is_none());
        for stop in &mut self.list {
            (stop.ignore, stop.temporary) = (0, false);
            if let On::Access(Access { lifetime: Some(lifetime), .. }) = &mut stop.on {
                lifetime.look_backwards();
            }
        }
    }

    /// Stops are hit on the way back: those that are due, but for hits that are to pass.
    pub(in crate::session) fn hit_backwards(&mut self, mut hits: Vec<Due>) -> Vec<Due> {
        hits.retain(|hit| {
            let Some(stop) = self.list.iter_mut().find(|stop| stop.number == hit.number) else { return false };
            // What it watches is not there any more, or not yet: it has ended.
            if hit.status.ends_a_stop() {
                stop.temporary = true;
                return true;
            }
            // Where a condition cannot be evaluated it stops, and that is not a hit.
            stop.condition_error.clone_from(&hit.condition_error);
            if hit.condition_error.is_some() {
                return true;
            }
            stop.hits += 1;
            let passes = stop.ignore > 0;
            stop.ignore -= u64::from(passes);
            !passes
        });
        hits
    }

    /// A search on the way back has ended: the stops as it left them, and those that are due.
    pub(in crate::session) fn found_backwards(&mut self, stops: Stops, due: Vec<Due>) {
        let version = self.version + 1;
        *self = Stops { version, due, commands: Vec::new(), ..stops };
        self.list.retain(|stop| !(stop.temporary && self.due.iter().any(|d| d.number == stop.number)));
    }
}
