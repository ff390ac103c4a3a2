//! What tasks print, with the places at which they did.

use super::Adapter;
use super::sources::{Where, line_of};
use crate::backend::{ConsoleLine, Snapshot, TraceEntry, Want, What};
use serde_json::{Value, json};

impl Adapter<'_> {
    /// Reports what tasks have printed since the last time.
    pub(super) fn report_printed(&mut self, now: &Snapshot) {
        let total = now.console_dropped + now.console.len() as u64;
        // Further back in time less was printed.
        let fresh = total.saturating_sub(self.console_seen.min(total));
        let skip = now.console.len().saturating_sub(usize::try_from(fresh).unwrap_or(usize::MAX));
        self.console_seen = total;
        let lines = &now.console[skip..];
        let Some(machine) = self.machine.as_mut().filter(|_| !lines.is_empty()) else { return };
        let traced = machine.target.look(&Want { trace: now.trace_capacity, ..Want::numbers() });
        for line in lines {
            let mut body = output(line);
            if let Some((source, number)) = self.printed_at(line, now, &traced.trace) {
                body["source"] = source;
                body["line"] = self.client.line(number).into();
            }
            self.say("output", body);
        }
    }

    /// The source and line at which a task has printed, while the trace holds that turn.
    fn printed_at(&mut self, line: &ConsoleLine, now: &Snapshot, trace: &[TraceEntry]) -> Option<(Value, u32)> {
        let first = trace.partition_point(|entry| entry.turn < line.turn);
        let mut of_turn = trace[first..].iter().take_while(|entry| entry.turn == line.turn);
        let called = |entry: &&TraceEntry| entry.pid == line.pid && matches!(entry.what, What::Trap { .. });
        let pc = of_turn.find(called).map(|entry| entry.pc)?;
        let task = now.task(line.pid)?;
        let (place, number) = line_of(task, pc);
        if place == Where::Listing {
            return None;
        }
        let source = self.describe(task, place).ok()?;
        Some((source, number))
    }
}

/// A line of the console.
fn output(line: &ConsoleLine) -> Value {
    let category = match line.stream {
        "stderr" => "stderr",
        "stdin" => "console",
        _ => "stdout",
    };
    let end = if line.text.ends_with('\n') { "" } else { "\n" };
    let text = format!("{}{end}", line.text);
    json!({ "category": category, "output": text, "data": { "turn": line.turn, "pid": line.pid } })
}
