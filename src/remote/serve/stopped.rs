//! Why a run has stopped, as events, and what it holds.

use super::happened::Happening;
use super::states::Hold;
use crate::backend::{Fault, Local, Pid, Status};
use serde_json::json;

/// What a stop says, and which task it holds.
pub(super) fn stopped(status: &Status, local: &Local) -> Option<(Hold, Vec<Happening>)> {
    let machine = local.machine();
    let stop = |pid: Pid, reason: &str, pc: u32| {
        let task = machine.task(pid);
        let (next, steps) = (task.map(|task| task.context.pc), task.map_or(0, |task| task.steps()));
        json!({ "reason": reason, "pc": pc, "next_pc": next, "steps": steps, "cycles": steps })
    };
    let debug_stop = |pid, data| vec![Happening::new("debug_stop", Some(pid), data)];
    match *status {
        Status::Breakpoint { pid, pc, .. } => {
            Some((Hold { pid, breakpoint: Some(pc) }, debug_stop(pid, stop(pid, "breakpoint", pc))))
        }
        Status::Break { pid, pc, code } => {
            let mut data = stop(pid, "brk", pc);
            data["opcode"] = json!(machine.task(pid).and_then(|task| task.code.word_at(pc)));
            data["code"] = json!(code);
            Some((Hold { pid, breakpoint: None }, debug_stop(pid, data)))
        }
        Status::Fault { pid, pc, fault } => {
            let length = machine.task(pid).map(|task| task.code.len());
            let error = if fault == Fault::PcOutOfRange { "pc_out_of_range" } else { fault.name() };
            let mut data = stop(pid, "vm_error", pc);
            data["error"] = json!(error);
            data["code_len"] = json!(length);
            let first = json!({ "error": error, "pc": pc, "code_len": length });
            let mut all = vec![Happening::new("vm_error", Some(pid), first)];
            all.extend(debug_stop(pid, data));
            Some((Hold { pid, breakpoint: None }, all))
        }
        Status::Watchpoint { .. } | Status::Event { .. } => {
            let pid = machine.ran()?;
            let pc = machine.task(pid)?.context.pc;
            let reason = if matches!(status, Status::Watchpoint { .. }) { "watchpoint" } else { "event" };
            Some((Hold { pid, breakpoint: None }, debug_stop(pid, stop(pid, reason, pc))))
        }
        _ => None,
    }
}
