//! Records of single instructions, of tasks that clients trace.

use super::arguments::{number, whole};
use super::session::wall;
use super::{Call, Handled, Refusal, member, refuse};
use crate::backend::{Local, Pid, TraceEntry, What};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Records that are kept of a task, unless a client says otherwise; and the most it may say.
const USUAL: usize = 256;
const MOST: usize = 4096;

/// What is kept of each task.
#[derive(Debug)]
pub(super) struct Records {
    capacity: usize,
    changed_regs: bool,
    seq: u64,
    traced: BTreeMap<Pid, Last>,
    kept: BTreeMap<Pid, VecDeque<Value>>,
}

/// The registers and flags behind a task's last record.
type Last = Option<([u32; 16], u8)>;

impl Default for Records {
    fn default() -> Records {
        Records { capacity: USUAL, changed_regs: true, seq: 0, traced: BTreeMap::new(), kept: BTreeMap::new() }
    }
}

impl Records {
    /// Whether some task is traced.
    pub fn any(&self) -> bool {
        !self.traced.is_empty()
    }

    /// Whether a task is.
    pub fn has(&self, pid: Pid) -> bool {
        self.traced.contains_key(&pid)
    }

    /// A task is gone.
    pub fn forget(&mut self, pid: Pid) {
        self.traced.remove(&pid);
        self.kept.remove(&pid);
    }

    /// Keeps the record of a turn, if it was one of a task that is traced: the event for it, and how a step lists it.
    pub fn take(&mut self, local: &Local, entry: &TraceEntry) -> Option<(Value, Value)> {
        if !matches!(entry.what, What::Step | What::Trap { .. } | What::Break { .. }) {
            return None;
        }
        let last = self.traced.get_mut(&entry.pid)?;
        let machine = local.machine();
        let task = machine.task(entry.pid)?;
        let mut regs = [0; 16];
        (0..).zip(&mut regs).for_each(|(i, reg)| *reg = machine.reg(task, i));
        let (flags, word) = (task.context.flags.psw(), task.code.word_at(entry.pc));
        let changed: Vec<String> = match last {
            Some((before, _)) => (0..16).filter(|i| before[*i] != regs[*i]).map(|i| format!("R{i}")).collect(),
            None => (0..16).map(|i| format!("R{i}")).collect(),
        };
        let flags_changed = last.is_none_or(|(_, before)| before != flags);
        let changed: Vec<String> = changed.into_iter().chain(flags_changed.then(|| "PSW".to_owned())).collect();
        *last = Some((regs, flags));
        let flat = json!({ "pc": entry.pc, "next_pc": task.context.pc, "opcode": word, "flags": flags, "regs": regs,
            "steps": task.steps() });
        let mut event = flat.clone();
        if self.changed_regs && !changed.is_empty() {
            event["changed_regs"] = json!(changed);
        }
        self.seq += 1;
        let mut record = event.clone();
        record["seq"] = json!(self.seq);
        record["pid"] = json!(entry.pid);
        record["ts"] = json!(wall());
        self.keep(entry.pid, record);
        let mut listed = flat;
        listed["type"] = json!("trace_step");
        listed["pid"] = json!(entry.pid);
        Some((event, listed))
    }

    fn keep(&mut self, pid: Pid, record: Value) {
        let kept = self.kept.entry(pid).or_default();
        kept.push_back(record);
        let over = kept.len().saturating_sub(self.capacity);
        kept.drain(..over);
    }

    fn shown(&self, pid: Pid, limit: usize) -> (usize, Vec<Value>) {
        let kept = self.kept.get(&pid);
        let count = kept.map_or(0, VecDeque::len);
        let records = kept.into_iter().flatten().skip(count.saturating_sub(limit)).cloned().collect();
        (count, records)
    }
}

/// `trace`.
pub(super) fn trace(call: Call<'_>) -> Handled {
    match &*call.arguments.op(&["op"], "switch") {
        "config" => config(call),
        "records" | "history" => records(&call, true),
        "export" => records(&call, false),
        "import" => import(call),
        "switch" => switch(call),
        op => refuse(format!("unknown trace op '{}'", op.chars().take(80).collect::<String>())),
    }
}

fn switch(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    call.may_change(pid)?;
    let on = match (call.arguments.get("mode"), call.arguments.switch("mode")) {
        (None, _) => !call.server.records.has(pid),
        (Some(_), Some(on)) => on,
        (Some(_), None) => return refuse("trace mode must be 'on' or 'off'"),
    };
    let records = &mut call.server.records;
    match on {
        true => drop(records.traced.entry(pid).or_default()),
        false => drop(records.traced.remove(&pid)),
    }
    member("trace", json!({ "pid": pid, "enabled": on, "buffer_size": records.capacity }))
}

fn records(call: &Call<'_>, with_state: bool) -> Handled {
    let pid = call.pid()?;
    let limit = call.arguments.count(&["limit"])?.map_or(MOST, |limit| limit.min(MOST as u64) as usize);
    let (count, shown) = call.server.records.shown(pid, limit);
    let mut reply = json!({ "pid": pid, "capacity": call.server.records.capacity, "count": count,
        "returned": shown.len(), "format": "hsx.trace/1", "records": shown });
    if with_state {
        reply["enabled"] = json!(call.server.records.has(pid));
    }
    member("trace", reply)
}

fn config(call: Call<'_>) -> Handled {
    let size = call.arguments.int(&["buffer_size"])?;
    let records = &mut call.server.records;
    if let Some(on) = call.arguments.switch("changed_regs") {
        records.changed_regs = on;
        return member("trace", json!({ "changed_regs": on }));
    }
    let Some(size) = size else {
        return refuse("trace.config requires 'changed-regs <on|off>' or 'buffer <size>'");
    };
    let Ok(size) = usize::try_from(size) else { return refuse("trace buffer size must be non-negative") };
    let size = size.min(MOST);
    records.capacity = size;
    for kept in records.kept.values_mut() {
        let over = kept.len().saturating_sub(size);
        kept.drain(..over);
    }
    member("trace", json!({ "buffer_size": size }))
}

/// Records that a client brings, in place of those there are or behind them.
fn import(call: Call<'_>) -> Handled {
    if call.session.is_none() {
        return refuse("session_required");
    }
    let pid = call.pid()?;
    let list = call.arguments.get("records").and_then(Value::as_array);
    let Some(list) = list else { return Err(call.arguments.missing("records")) };
    let brought = list.iter().map(|record| imported(pid, record)).collect::<Result<Vec<_>, _>>()?;
    let records = &mut call.server.records;
    if call.arguments.switch("replace") != Some(false) {
        records.kept.remove(&pid);
    }
    brought.into_iter().for_each(|record| records.keep(pid, record));
    self::records(&call, true)
}

/// A record that a client brings, with only what belongs into one.
fn imported(pid: Pid, record: &Value) -> Result<Value, Refusal> {
    let Some(from) = record.as_object() else { return refuse("trace records must be objects") };
    let mut to = Map::new();
    for name in ["seq", "pc", "opcode"] {
        let value = from.get(name).and_then(whole);
        let value = value.ok_or_else(|| Refusal(format!("trace record missing required field '{name}'")))?;
        to.insert(name.into(), json!(value));
    }
    to.insert("pid".into(), json!(pid));
    for name in ["next_pc", "steps", "flags"] {
        if let Some(value) = from.get(name).and_then(whole) {
            to.insert(name.into(), json!(value));
        }
    }
    if let Some(ts) = from.get("ts").and_then(Value::as_f64) {
        to.insert("ts".into(), json!(ts));
    }
    if let Some(regs) = from.get("regs").and_then(Value::as_array) {
        let regs: Vec<i64> = regs.iter().filter_map(whole).take(16).collect();
        to.insert("regs".into(), json!(regs));
    }
    if let Some(names) = from.get("changed_regs").and_then(Value::as_array) {
        let names: Vec<String> = names.iter().filter_map(Value::as_str).take(17).map(str::to_uppercase).collect();
        to.insert("changed_regs".into(), json!(names));
    }
    if let Some(access) = from.get("mem_access").and_then(Value::as_object) {
        let text = |name: &str| access.get(name).and_then(Value::as_str);
        let int = |name: &str| access.get(name).and_then(|value| value.as_i64().or_else(|| number(value.as_str()?)));
        let mut shown = Map::new();
        if let Some(op) = text("op").map(str::to_lowercase).filter(|op| matches!(&**op, "read" | "write")) {
            shown.insert("op".into(), json!(op));
        }
        for name in ["address", "width", "value"] {
            if let Some(value) = int(name) {
                shown.insert(name.into(), json!(value));
            }
        }
        to.insert("mem_access".into(), Value::Object(shown));
    }
    Ok(Value::Object(to))
}
