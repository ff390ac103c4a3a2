//! THE table of requests.

use super::{Adapter, Failed, arguments};
use super::{
    breakpoints, caps, custom, data, evaluate, exceptions, frames, jump, launch, memory, run, scopes, shared, sources,
    variables,
};
use serde_json::Value;

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it may come first.
    Nothing,
    /// A machine; while that runs, it is done between two turns.
    Machine,
    /// A machine that stands.
    Standing,
}

/// A request.
pub struct RequestRow {
    /// Its name in the protocol.
    pub name: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// What it does, one sentence.
    pub about: &'static str,
    pub(super) handler: fn(&mut Adapter<'_>, Value) -> Result<Value, Failed>,
}

macro_rules! requests {
    ($($name:literal $needs:ident $path:path, $about:literal;)*) => {
        /// THE table of requests, as they come in a session.
        pub const REQUESTS: &[RequestRow] = &[$(RequestRow {
            name: $name, needs: Needs::$needs, about: $about,
            handler: |adapter, value| $path(adapter, arguments(value)?),
        },)*];
    };
}

requests! {
    "initialize" Nothing caps::initialize, "Says what the client and the debugger can do.";
    "launch" Nothing launch::launch, "Loads programs, a scenario or a recording.";
    "attach" Nothing shared::attach, "Joins a machine that hsxray serves, alone or behind a screen.";
    "setBreakpoints" Machine breakpoints::set_source, "Breakpoints at lines of a source or a listing: the ones of that source before are gone.";
    "setFunctionBreakpoints" Machine breakpoints::set_function, "Breakpoints at functions, labels or addresses: NAME, or TASK:NAME.";
    "setInstructionBreakpoints" Machine breakpoints::set_instruction, "Breakpoints at instructions of a disassembly.";
    "setExceptionBreakpoints" Machine exceptions::set, "Which faults, BRK and the like stop a run.";
    "dataBreakpointInfo" Machine data::info, "Whether a variable, a register or memory can be watched.";
    "setDataBreakpoints" Machine data::set, "Stops on reads and writes of registers and memory.";
    "configurationDone" Machine launch::configuration_done, "The breakpoints are set: stops at the entry, or runs.";
    "threads" Machine frames::threads, "The tasks, and what each waits for.";
    "continue" Standing run::carry_on, "Runs all tasks in rotation, or one alone.";
    "pause" Machine run::pause, "Stops the run between two turns.";
    "next" Standing run::next, "Runs a task to another line, or one instruction, over the calls it makes.";
    "stepIn" Standing run::step_in, "The same, into the calls it makes.";
    "stepOut" Standing run::step_out, "Runs until a task has returned from its function.";
    "stepBack" Standing run::step_back, "Goes back to a task's previous line or instruction.";
    "reverseContinue" Standing run::reverse_continue, "Goes back to the previous stop.";
    "restartFrame" Standing run::restart_frame, "Goes back in time to the call that entered a function.";
    "gotoTargets" Standing jump::targets, "The places in time at which a task was or will be at a line, and the line itself.";
    "goto" Standing jump::goto, "Goes there.";
    "stackTrace" Machine frames::stack_trace, "The calls of a task that have not returned.";
    "scopes" Machine scopes::scopes, "What is there to be looked at beside a frame.";
    "variables" Machine variables::variables, "Variables, registers, words of the stack, mailboxes, values.";
    "setVariable" Standing variables::set, "Changes one of them.";
    "setExpression" Standing evaluate::set, "Changes what an expression names.";
    "evaluate" Machine evaluate::evaluate, "The value of an expression; in the console also a line of commands.";
    "completions" Machine evaluate::completions, "What could stand at the end of a line in the console.";
    "exceptionInfo" Machine exceptions::info, "Why a task stopped, in sentences.";
    "readMemory" Machine memory::read, "Bytes as a task sees them.";
    "writeMemory" Standing memory::write, "Changes them.";
    "disassemble" Machine memory::disassemble, "Instructions around an address.";
    "source" Machine sources::source, "The text of a listing, or of a source that is not a file here.";
    "loadedSources" Machine sources::loaded, "The sources of all programs.";
    "breakpointLocations" Machine sources::locations, "The lines that have instructions.";
    "modules" Machine sources::modules, "The programs.";
    "terminateThreads" Standing run::terminate_threads, "Removes tasks with all they have.";
    "restart" Machine launch::restart, "Reads the programs again and begins at turn 0, with the same breakpoints.";
    "terminate" Nothing launch::terminate, "Ends the session.";
    "disconnect" Nothing launch::disconnect, "Ends the session and the connection.";
    "hsxray/lanes" Machine custom::lanes, "Every access to shared words in some turns, with what was written over what another task had written.";
    "hsxray/waits" Machine custom::waits, "Who waits for whom, and what certainly waits for ever.";
    "hsxray/branches" Machine custom::branches, "The branches of events; the event `hsxray/branch` reports each new one.";
    "hsxray/explore" Standing custom::explore, "Starts a search over schedules with what `start` names, or says how far it is.";
    "hsxray/freeze" Standing custom::freeze, "Holds a task back.";
    "hsxray/thaw" Standing custom::thaw, "Lets it continue.";
    "hsxray/lastWrite" Standing custom::last_write, "Goes to the turn that wrote `variable` last: a register, an address, a label or a variable of C.";
    "cancel" Nothing caps::cancel, "Gives up a search back in time.";
}
