//! Whether something was stored in a variable since its frame was made.

use super::{Local, VariableView};
use crate::executive::Pid;
use crate::session::InFrame;

impl Local {
    /// The variables of a frame, with what is known of whether something was stored in each.
    #[must_use]
    pub fn variables_set(&self, pid: Pid, number: usize) -> Vec<VariableView> {
        let mut found = self.variables(pid, number);
        let Some(depth) = self.machine().task(pid).and_then(|t| t.context.depth.checked_sub(number as u32)) else {
            return found;
        };
        let own = |v: &VariableView| {
            (v.kind == "local" || v.kind == "argument").then_some(v.address()?..v.address()? + v.size)
        };
        let wanted: Vec<InFrame> = found.iter().filter_map(own).map(|range| (depth, range)).collect();
        if wanted.is_empty() {
            return found;
        }
        let unset = self.session.unset(pid, &wanted).unwrap_or_default();
        for (view, unset) in found.iter_mut().filter(|v| own(v).is_some()).zip(unset) {
            view.set = Some(!unset);
            if unset {
                view.text += " (not set yet)";
            }
        }
        found
    }

    /// Whether something was stored in a place on the stack since its frame was made; `None` for what is in no frame of
    /// C.
    #[must_use]
    pub fn is_set(&self, pid: Pid, address: u32, size: u32) -> Option<bool> {
        let cx = &self.machine().task(pid)?.context;
        let info = self.debug_info(pid)?;
        let (frames, _) = self.frames(pid);
        let inside = (cx.sp..cx.stack_top).contains(&address);
        let number = frames.iter().position(|frame| inside && address < frame.at)?;
        info.function_at(frames[number].at_call(number))?;
        let depth = cx.depth.checked_sub(number as u32)?;
        let unset = self.session.unset(pid, &[(depth, address..address + size)]).ok()?;
        unset.first().map(|unset| !unset)
    }
}
