//! Stops on reads and writes of registers and memory, and on changes of values.
//!
//! What can be watched has an id: the words that name it in a command, or `=` and an expression whose value may change.

use super::book::{BreakpointKind, Wanted};
use super::breakpoints::{by_command, key};
use super::memory::RAM;
use super::reference::{MemoryReference, Referred};
use super::terms::Terms;
use super::{Adapter, Failed, arguments, failed};
use crate::backend::request::register_named;
use crate::backend::{Pid, Reg};
use serde::Deserialize;
use serde_json::{Value, json};

/// What is to be watched.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Asked {
    variables_reference: i64,
    name: String,
    frame_id: Option<i64>,
    bytes: Option<u32>,
    as_address: bool,
}

/// `dataBreakpointInfo`.
pub(super) fn info(adapter: &mut Adapter<'_>, asked: Asked) -> Result<Value, Failed> {
    Ok(match adapter.watched(&asked) {
        Ok((id, description)) => {
            let types = if id.starts_with('=') { vec!["write"] } else { vec!["read", "write", "readWrite"] };
            json!({ "dataId": id, "description": description, "accessTypes": types, "canPersist": true })
        }
        Err(Failed(why)) => json!({ "dataId": null, "description": why }),
    })
}

impl Adapter<'_> {
    /// The id of what is to be watched, and what it is in words.
    fn watched(&mut self, asked: &Asked) -> Result<(String, String), Failed> {
        let Asked { variables_reference, name, frame_id, bytes, as_address } = asked;
        if *as_address {
            let MemoryReference::Ram(pid, address) = MemoryReference::read(name, 0)? else {
                return failed("code does not change");
            };
            return memory(pid, address, bytes.unwrap_or(1));
        }
        if *variables_reference == 0 {
            let pid = frame_id.map(|id| self.frame(id)).transpose()?;
            if let Some((pid, number)) = pid {
                self.choose(pid, number)?;
            }
            return self.expression(name, pid.map(|(pid, _)| pid));
        }
        match self.references.find(*variables_reference)? {
            Referred::Registers(pid) => match register_named(name) {
                Some(Reg::R(register)) => Ok((format!("{pid}.r{register}"), format!("R{register} of task {pid}"))),
                Some(_) => Ok((format!("={pid}.{}", name.to_lowercase()), format!("{name} of task {pid}"))),
                None => failed(format!("{name} cannot be watched")),
            },
            Referred::Stack(pid) => match MemoryReference::read(name, 0)? {
                MemoryReference::Ram(None, address) => memory(Some(pid), address, bytes.unwrap_or(4)),
                _ => failed(format!("{name} cannot be watched")),
            },
            Referred::Locals(pid, number) => {
                self.choose(pid, number)?;
                self.expression(name, Some(pid))
            }
            Referred::Globals(pid) => self.expression(name, Some(pid)),
            Referred::Data(pid) => {
                let label = self.label(pid, name)?;
                let (id, about) = memory(Some(pid), label.address.into(), bytes.unwrap_or(label.bytes))?;
                Ok((id, format!("{name}: {about}")))
            }
            Referred::Members(pid, path, _) => self.expression(&super::values::member(&path, name), pid),
            Referred::Mailbox(descriptor) => {
                let now = self.look()?;
                Ok((
                    format!("={}.{name}", now.mailbox_name(descriptor)),
                    format!("{name} of {}", now.mailbox_name(descriptor)),
                ))
            }
            Referred::Frame(..)
            | Referred::Task(_)
            | Referred::Mailboxes
            | Referred::Values
            | Referred::Scheduler
            | Referred::Trace
            | Referred::Jump(..) => failed(format!("{name} cannot be watched")),
        }
    }

    /// A variable of C as the memory it is; another expression as it stands.
    fn expression(&mut self, text: &str, pid: Option<Pid>) -> Result<(String, String), Failed> {
        let place = self.target()?.inspect().map(|inspect| inspect.c_place(text, pid)).transpose()?.flatten();
        if let Some((pid, address, size)) = place {
            let (id, about) = memory(Some(pid), address.into(), size)?;
            return Ok((id, format!("{text}: {about}")));
        }
        self.value_of(text, pid)?;
        Ok((format!("={text}"), text.to_owned()))
    }
}

/// Memory as a task sees it: all of it must be there.
fn memory(pid: Option<Pid>, address: i64, bytes: u32) -> Result<(String, String), Failed> {
    if bytes == 0 || !(0..=RAM - i64::from(bytes)).contains(&address) {
        return failed("at least one byte of RAM is expected, and none behind 0xFFFF");
    }
    let viewer = pid.map_or_else(String::new, |pid| format!(" as {pid}"));
    let whose = pid.map_or_else(String::new, |pid| format!(", as task {pid} sees them"));
    Ok((format!("[0x{address:04X}] len {bytes}{viewer}"), format!("{bytes} bytes at 0x{address:04X}{whose}")))
}

/// How it is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Touch {
    Read,
    /// A write that changes a byte.
    #[default]
    Write,
    ReadWrite,
}

/// A stop on data.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnData {
    data_id: String,
    #[serde(default)]
    access_type: Option<Touch>,
    #[serde(flatten)]
    terms: Terms,
}

/// All of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct All {
    breakpoints: Vec<OnData>,
}

/// `setDataBreakpoints`.
pub(super) fn set(adapter: &mut Adapter<'_>, value: Value) -> Result<Value, Failed> {
    let All { breakpoints } = arguments(value.clone())?;
    adapter.breakpoints.remember(BreakpointKind::Data, "setDataBreakpoints", value);
    let mut wanted = Vec::new();
    for OnData { data_id, access_type, terms } in breakpoints {
        let touch = access_type.unwrap_or_default();
        let (verb, place) = match (data_id.strip_prefix('='), touch) {
            (Some(expression), _) => ("watch", expression),
            (None, Touch::Write) => ("watch -l", data_id.as_str()),
            (None, Touch::Read) => ("rwatch", data_id.as_str()),
            (None, Touch::ReadWrite) => ("awatch", data_id.as_str()),
        };
        let condition = terms.condition().map_or_else(String::new, |condition| format!(" if {condition}"));
        let stops = by_command(adapter, &format!("{verb} {place}{condition}"), None);
        wanted.push(Wanted {
            key: key(&json!([data_id, format!("{touch:?}")]), &terms),
            stops,
            terms,
            answer: json!({}),
        });
    }
    adapter.replace(&BreakpointKind::Data, wanted)
}
