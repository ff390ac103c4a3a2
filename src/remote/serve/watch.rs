//! Memory that clients watch: compared after each request that runs, and after each slice of the clock.

use super::arguments::number;
use super::{Call, Handled, Refusal, member, refuse};
use crate::backend::{Local, Pid, Space};
use crate::text::hex;
use serde_json::{Value, json};

/// Watches at one time, and bytes of each.
const MOST: usize = 1024;
const LONGEST: u64 = 4096;

#[derive(Debug)]
struct MemoryWatch {
    id: u64,
    pid: Pid,
    expr: String,
    kind: &'static str,
    address: u16,
    length: usize,
    value: Vec<u8>,
}

/// All watches of clients.
#[derive(Debug, Default)]
pub(super) struct Watches {
    made: u64,
    all: Vec<MemoryWatch>,
}

fn read(local: &Local, pid: Pid, address: u16, length: usize) -> Vec<u8> {
    let machine = local.machine();
    machine.task(pid).map_or_else(Vec::new, |task| machine.peek(task, address, length))
}

impl MemoryWatch {
    fn shown(&self) -> Value {
        let mut shown = json!({ "id": self.id, "pid": self.pid, "expr": self.expr, "type": self.kind,
            "length": self.length, "value": hex::text(&self.value), "address": self.address, "mode": "memory" });
        if self.kind == "symbol" {
            shown["symbol"] = json!(self.expr);
            shown["description"] = json!(self.expr);
        }
        shown
    }
}

impl Watches {
    /// Those whose value has changed since the last time.
    pub fn changed(&mut self, local: &Local) -> Vec<(Pid, Value)> {
        let mut changes = Vec::new();
        for watch in &mut self.all {
            let now = read(local, watch.pid, watch.address, watch.length);
            if now == watch.value || now.is_empty() {
                continue;
            }
            let mut data = json!({ "watch_id": watch.id, "address": watch.address, "expr": watch.expr,
                "type": watch.kind, "length": watch.length, "old": hex::text(&watch.value), "new": hex::text(&now) });
            if watch.kind == "symbol" {
                data["symbol"] = json!(watch.expr);
            }
            watch.value = now;
            changes.push((watch.pid, data));
        }
        changes
    }

    /// A task is gone.
    pub fn forget(&mut self, pid: Pid) {
        self.all.retain(|watch| watch.pid != pid);
    }
}

/// `watch`.
pub(super) fn watch(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    match &*call.arguments.op(&["op"], "list") {
        "list" => {
            let local = call.local()?;
            let of_task = call.server.watches.all.iter().filter(|watch| watch.pid == pid);
            let shown = of_task.map(|watch| {
                let mut shown = watch.shown();
                shown["value"] = json!(hex::text(&read(local, pid, watch.address, watch.length)));
                shown
            });
            let shown: Vec<Value> = shown.collect();
            member("watch", json!({ "pid": pid, "count": shown.len(), "watches": shown }))
        }
        "add" => add(call, pid),
        "remove" => {
            call.may_change(pid)?;
            let id = call.arguments.count(&["id", "watch"])?.ok_or_else(|| call.arguments.missing("id"))?;
            let watches = &mut call.server.watches.all;
            let Some(at) = watches.iter().position(|watch| watch.pid == pid && watch.id == id) else {
                return refuse(format!("unknown watch {id} for pid {pid}"));
            };
            let gone = watches.remove(at);
            member("watch", gone.shown())
        }
        op => refuse(format!("unknown watch op '{}'", op.chars().take(80).collect::<String>())),
    }
}

fn add(call: Call<'_>, pid: Pid) -> Handled {
    call.may_change(pid)?;
    let expr = call.arguments.required("expr")?;
    if call.server.watches.all.len() >= MOST || expr.len() > 200 {
        return refuse("too_many");
    }
    let kind = call.arguments.op(&["type", "kind"], "");
    let (kind, address) = place(&call, pid, expr, &kind)?;
    let length = call.arguments.count(&["length", "size"])?.unwrap_or(4).clamp(1, LONGEST) as usize;
    let value = read(call.local()?, pid, address, length);
    call.server.watches.made += 1;
    let id = call.server.watches.made;
    let watch = MemoryWatch { id, pid, expr: expr.to_owned(), kind, address, length, value };
    let shown = watch.shown();
    call.server.watches.all.push(watch);
    member("watch", shown)
}

/// What an expression names: an address, a variable of the program, or one of C.
fn place(call: &Call<'_>, pid: Pid, expr: &str, kind: &str) -> Result<(&'static str, u16), Refusal> {
    let plain = number(expr).and_then(|address| u16::try_from(address).ok());
    if let Some(address) = plain.filter(|_| matches!(kind, "" | "address" | "auto")) {
        return Ok(("address", address));
    }
    let local = call.local()?;
    let symbols = local.program(pid).map(|program| &program.symbols);
    let named = symbols.and_then(|symbols| symbols.by_name(expr)).filter(|symbol| symbol.space == Space::Data);
    match named.and_then(|symbol| u16::try_from(symbol.address).ok()) {
        Some(address) => Ok(("symbol", address)),
        None => refuse(format!("symbol '{expr}' not found for pid {pid}")),
    }
}
