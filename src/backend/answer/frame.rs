//! Frames: calls of a task that have not returned, with their places in the source.

use crate::backend::{Frame, Listing, Local};
use crate::executive::Pid;
use serde::Serialize;

/// A frame, with its place in the source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrameInfo {
    /// Its number, from 0 for the innermost.
    pub frame: usize,
    /// Where it continues.
    pub pc: u32,
    /// The function.
    pub function: String,
    /// The source file.
    pub file: Option<String>,
    /// The line.
    pub line: Option<u32>,
    /// Where it returns to.
    pub returns_to: Option<u32>,
    /// Where the return address is kept.
    pub at: u32,
    /// Bytes of stack.
    pub bytes: u32,
    /// What is known of a function of C.
    #[serde(flatten)]
    pub c: Option<CFrame>,
    /// Whether it may not be one.
    #[serde(skip_serializing_if = "is_false")]
    pub doubtful: bool,
    /// The instruction it stands at: its pc, or its CALL.
    #[serde(skip)]
    pub stands_at: u32,
    /// The pc by name.
    #[serde(skip)]
    pub place: String,
    /// Where it returns to, by name.
    #[serde(skip)]
    pub returns: Option<String>,
}

/// A frame of C.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CFrame {
    /// The arguments.
    pub args: Vec<Argument>,
    /// R7, where that is known.
    pub r7: Option<u32>,
    /// Whether its type is known, and so what its arguments are.
    #[serde(skip)]
    pub known: bool,
}

/// An argument of a function of C.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type's name.
    pub r#type: String,
    /// Its value.
    pub value: serde_json::Value,
    /// Its value in words.
    #[serde(skip)]
    pub text: String,
}

/// The frame of a task that was chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrameChosen {
    /// The frame itself.
    #[serde(flatten)]
    pub frame: FrameInfo,
    /// Which task.
    #[serde(skip)]
    pub pid: Pid,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl FrameInfo {
    /// One of the frames of a task.
    #[must_use]
    pub fn of(local: &Local, pid: Pid, number: usize, frames: &[Frame]) -> Option<FrameInfo> {
        let frame = frames.get(number)?;
        let listing = local.listing(pid).map(|listing| &**listing);
        let named = |function, pc| {
            listing.map_or_else(|| format!("0x{pc:04X}"), |listing: &Listing| listing.named(function, pc))
        };
        let stands_at = frame.at_call(number);
        let (file, line) = line_of(local, listing, pid, stands_at).unzip();
        let of_c = local.debug_info(pid).and_then(|info| info.function_at(stands_at));
        let known = of_c.is_some_and(|f| f.of.is_some());
        let of_c = of_c.map(|f| f.name.clone());
        let caller = frames.get(number + 1).and_then(|f| f.entry);
        let argument = |v: crate::backend::VariableView| Argument {
            name: v.name,
            r#type: v.type_name,
            value: v.value,
            text: v.text,
        };
        let args = || local.variables_in(pid, frames, number).into_iter().filter(|v| v.arg > 0).map(argument).collect();
        Some(FrameInfo {
            frame: number,
            pc: frame.pc,
            c: of_c.as_ref().map(|_| CFrame { args: args(), r7: frame.r7, known }),
            function: of_c.unwrap_or_else(|| named(None, frame.entry.unwrap_or(frame.pc))),
            file,
            line,
            returns_to: frame.returns_to,
            at: frame.at,
            bytes: frame.bytes,
            doubtful: frame.doubtful,
            stands_at,
            place: named(frame.entry, frame.pc),
            returns: frame.returns_to.map(|pc| named(caller, pc)),
        })
    }
}

/// File and line of an address.
fn line_of(local: &Local, listing: Option<&Listing>, pid: Pid, pc: u32) -> Option<(String, u32)> {
    let symbols = local.program(pid).map(|program| &program.symbols);
    if let Some(symbols) = symbols.filter(|symbols| !symbols.functions.is_empty()) {
        let line = symbols.line_at(pc)?;
        return Some((symbols.files.get(line.file)?.path.clone(), line.line));
    }
    let listing = listing?;
    let (file, line) = listing.rows.get(listing.row_at(pc)?)?.source?;
    Some((listing.sources.get(file)?.0.clone(), line))
}
