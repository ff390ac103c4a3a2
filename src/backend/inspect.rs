//! What a front end asks about programs and values beyond a [`Snapshot`](super::Snapshot): names and types of C, frames,
//! the past of a value. Answers are plain data, and nothing changes by asking.

use super::answer::{FrameInfo, MachinesCounted, WriteAt};
use super::{CValue, Frame, Jump, Local, Names, Program, Recording, Refused, VariableView};
use crate::executive::Pid;
use crate::session::expr::{Expr, ExprError};
use crate::session::{Writer, now};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

/// Questions about the programs of a target. Tasks that are not there have no program, no frames and no variables.
pub trait Inspect {
    /// The program of a task: its image, names, lines and what is known of its types.
    fn program(&self, pid: Pid) -> Option<&Program>;

    /// The frames of a task, the innermost first, and how many more there are.
    fn frames(&self, pid: Pid) -> (Vec<Frame>, u32);

    /// The frames of a task with these numbers, as far as there are such, with their places in the source.
    fn frame_infos(&self, pid: Pid, numbers: Range<usize>) -> Vec<FrameInfo>;

    /// The number of the frame of a task in which names are looked up; 0, the innermost, where none was chosen.
    fn chosen_frame(&self, pid: Pid) -> usize;

    /// Reads an expression: one of C where it names something of C, else one of the machine's own. `names` says
    /// which frame is meant.
    ///
    /// # Errors
    /// Where it goes wrong, and what was expected there.
    fn expression(&self, text: &str, pid: Option<Pid>, names: Names) -> Result<Expr, ExprError>;

    /// The value of an expression of C; `None` for one of the machine's own.
    ///
    /// # Errors
    /// As for [`Inspect::expression`], or its value cannot be read.
    fn c_value(&self, text: &str, pid: Option<Pid>) -> Result<Option<CValue>, ExprError>;

    /// The memory that an expression of C stands for: the task, its first address and its bytes.
    ///
    /// # Errors
    /// As for [`Inspect::expression`].
    fn c_place(&self, text: &str, pid: Option<Pid>) -> Result<Option<(Pid, u16, u32)>, ExprError>;

    /// The type of an expression of C, or what the name of a type stands for: its name and its definition.
    ///
    /// # Errors
    /// As for [`Inspect::expression`].
    fn type_of(&self, text: &str, pid: Option<Pid>) -> Result<(String, String), ExprError>;

    /// The variables of a frame.
    fn variables(&self, pid: Pid, number: usize) -> Vec<VariableView>;

    /// The same; those are marked to which certainly nothing was stored since their frame was made.
    fn variables_set(&self, pid: Pid, number: usize) -> Vec<VariableView>;

    /// The function at an address of a task's program, and all its variables, wherever they are declared in it.
    fn variables_of(&self, pid: Pid, pc: u32) -> Option<(String, Vec<VariableView>)>;

    /// Whether something was stored in a place on the stack since its frame was made; false if certainly nothing was.
    fn is_set(&self, pid: Pid, address: u32, size: u32) -> Option<bool>;

    /// Globals and statics of a task's program, each with its file.
    fn globals(&self, pid: Pid) -> Vec<(String, VariableView)>;

    /// Where to stop for a function or `FILE:LINE`; `None` for what is neither.
    fn stop_places(&self, text: &str, pid: Option<Pid>) -> Option<Vec<u32>>;

    /// The code addresses that a name stands for in a task's program.
    fn places_in(&self, name: &str, pid: Pid) -> Vec<u32>;

    /// Where a source file of a program is looked for, in order.
    fn source_places(&self, program: &Program, path: &str) -> Vec<PathBuf>;

    /// The session as a recording, to its present.
    ///
    /// # Errors
    /// Something runs, or a program cannot be written.
    fn recording(&self) -> Result<Recording, Refused>;

    /// The last write into each of some words of RAM up to this turn, by address.
    ///
    /// # Errors
    /// The past cannot be run again.
    fn last_writers(&self, words: &[u32]) -> Result<BTreeMap<u32, WriteAt>, Refused>;

    /// What other machines would have moved for the turns up to this one, the SPARC with a number of register windows.
    ///
    /// # Errors
    /// The past cannot be run again.
    fn machines(&self, windows: u32) -> Result<MachinesCounted, Refused>;

    /// The places in time that were left for others, the oldest first, and how many of them lie behind.
    fn jumps(&self) -> (Vec<Jump>, usize);

    /// The current branch as the text of a recording without names, sources, stops and bookmarks.
    ///
    /// # Errors
    /// Something runs, or a program cannot be written.
    fn bare_recording(&self) -> Result<String, Refused>;
}

impl Inspect for Local {
    fn program(&self, pid: Pid) -> Option<&Program> {
        Local::program(self, pid)
    }

    fn frames(&self, pid: Pid) -> (Vec<Frame>, u32) {
        Local::frames(self, pid)
    }

    fn frame_infos(&self, pid: Pid, numbers: Range<usize>) -> Vec<FrameInfo> {
        let (all, _) = Local::frames(self, pid);
        let there = numbers.start..numbers.end.min(all.len());
        there.filter_map(|number| FrameInfo::of(self, pid, number, &all)).collect()
    }

    fn chosen_frame(&self, pid: Pid) -> usize {
        Local::chosen_frame(self, pid)
    }

    fn expression(&self, text: &str, pid: Option<Pid>, names: Names) -> Result<Expr, ExprError> {
        Local::expression(self, text, pid, names)
    }

    fn c_value(&self, text: &str, pid: Option<Pid>) -> Result<Option<CValue>, ExprError> {
        Local::c_value(self, text, pid)
    }

    fn c_place(&self, text: &str, pid: Option<Pid>) -> Result<Option<(Pid, u16, u32)>, ExprError> {
        Local::c_place(self, text, pid)
    }

    fn type_of(&self, text: &str, pid: Option<Pid>) -> Result<(String, String), ExprError> {
        Local::type_of(self, text, pid)
    }

    fn variables(&self, pid: Pid, number: usize) -> Vec<VariableView> {
        Local::variables(self, pid, number)
    }

    fn variables_set(&self, pid: Pid, number: usize) -> Vec<VariableView> {
        Local::variables_set(self, pid, number)
    }

    fn variables_of(&self, pid: Pid, pc: u32) -> Option<(String, Vec<VariableView>)> {
        Local::variables_of(self, pid, pc)
    }

    fn is_set(&self, pid: Pid, address: u32, size: u32) -> Option<bool> {
        Local::is_set(self, pid, address, size)
    }

    fn globals(&self, pid: Pid) -> Vec<(String, VariableView)> {
        Local::globals(self, pid)
    }

    fn stop_places(&self, text: &str, pid: Option<Pid>) -> Option<Vec<u32>> {
        Local::stop_places(self, text, pid)
    }

    fn places_in(&self, name: &str, pid: Pid) -> Vec<u32> {
        Local::places_in(self, name, pid)
    }

    fn source_places(&self, program: &Program, path: &str) -> Vec<PathBuf> {
        self.sources().places(program.directory(), path)
    }

    fn recording(&self) -> Result<Recording, Refused> {
        Local::recording(self)
    }

    fn last_writers(&self, words: &[u32]) -> Result<BTreeMap<u32, WriteAt>, Refused> {
        let value = |at: u32| self.machine().ram().shared_word(at as u16);
        let write = |(at, writer): (u32, Writer)| (at, self.write_at(writer, value(at)));
        Ok(now(self.session.last_writers(words, 0))?.into_iter().map(write).collect())
    }

    fn machines(&self, windows: u32) -> Result<MachinesCounted, Refused> {
        let count = self.session.count_for_models(windows, None)?;
        Ok(MachinesCounted::of(&count, self.machine()))
    }

    fn jumps(&self) -> (Vec<Jump>, usize) {
        Local::jumps(self)
    }

    fn bare_recording(&self) -> Result<String, Refused> {
        Local::bare_recording(self)
    }
}
