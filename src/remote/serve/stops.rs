//! Breakpoints that clients of this door have set: others are not theirs to see or clear.

use super::{Call, Handled, Refusal, Reply, refuse};
use crate::backend::answer::Done;
use crate::backend::request::{NewStop, On, Stop};
use crate::backend::{Pid, Refused};
use serde_json::json;
use std::collections::BTreeMap;

/// Breakpoints at one time.
const MOST: usize = 4096;

/// They, with the numbers of their stops.
#[derive(Debug, Default)]
pub(super) struct Stops(BTreeMap<(Pid, u16), u32>);

impl Stops {
    /// The addresses at which a task has one.
    pub fn of(&self, pid: Pid) -> Vec<u16> {
        self.0.range((pid, 0)..=(pid, u16::MAX)).map(|((_, address), _)| *address).collect()
    }

    /// A task is gone: the numbers of its stops.
    pub fn forget(&mut self, pid: Pid) -> Vec<u32> {
        let of = self.of(pid);
        of.into_iter().filter_map(|address| self.0.remove(&(pid, address))).collect()
    }
}

/// `bp`.
pub(super) fn breakpoints(call: Call<'_>) -> Handled {
    let op = call.arguments.op(&["op", "action"], "list");
    match &*op {
        "list" => list(call),
        "set" | "add" => add(call),
        "clear" | "remove" => remove(call),
        "clear_all" | "clearall" | "reset" => clear(call),
        op => refuse(format!("unknown bp op '{}'", op.chars().take(80).collect::<String>())),
    }
}

fn answer(call: &Call<'_>, pid: Pid) -> Handled {
    Ok(Reply::Now(json!({ "pid": pid, "breakpoints": call.server.stops.of(pid) })))
}

fn place(call: &Call<'_>) -> Result<(Pid, u16), Refusal> {
    let pid = call.pid()?;
    call.may_change(pid)?;
    let address = call.arguments.address(&["addr", "address"])?.ok_or_else(|| call.arguments.missing("addr"))?;
    Ok((pid, address))
}

/// `bp` with `op` list.
pub(super) fn list(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    answer(&call, pid)
}

/// `bp` with `op` set.
pub(super) fn add(mut call: Call<'_>) -> Handled {
    let (pid, address) = place(&call)?;
    if !call.server.stops.0.contains_key(&(pid, address)) {
        if call.server.stops.0.len() >= MOST {
            return refuse("too_many");
        }
        let new = NewStop::plain(On::Instruction(address.into()), Some(pid));
        if let Done::StopSet(set) = call.send(Stop::Set(new))?.done {
            call.server.stops.0.insert((pid, address), set.number);
        }
    }
    answer(&call, pid)
}

/// Removes a stop; one that the user has removed is gone already.
fn delete(call: &mut Call<'_>, number: u32) -> Result<(), Refusal> {
    match call.target.send(Stop::Delete(number).into()) {
        Ok(_) | Err(Refused::NoStop(_)) => Ok(()),
        Err(e) => Err(e.into()),
    }
}

/// `bp` with `op` clear.
pub(super) fn remove(mut call: Call<'_>) -> Handled {
    let (pid, address) = place(&call)?;
    if let Some(number) = call.server.stops.0.remove(&(pid, address)) {
        delete(&mut call, number)?;
    }
    answer(&call, pid)
}

fn clear(mut call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    call.may_change(pid)?;
    for number in call.server.stops.forget(pid) {
        delete(&mut call, number)?;
    }
    answer(&call, pid)
}
