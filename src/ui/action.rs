//! THE table of keys: screen actions, and keys for commands. Key handling, the hint line, the help
//! screen and docs/keys.md are loops over it.

mod does;

pub use does::{KeyEffect, Saying};

use super::layout::ViewId;
use super::pane::PaneId;
use crate::backend::Pid;
use std::borrow::Cow;

/// What only a screen can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Run, or stop a run.
    RunOrPause,
    /// Stop a run; twice in a row leave.
    Interrupt,
    /// Do again what was done last: a step, a round, a run.
    Repeat,
    /// Select the next or previous task.
    Select(i8),
    /// Select a task by count, or the one before.
    SelectPid,
    /// Select a task.
    SelectTask(Pid),
    /// Go to the next or previous pane.
    Focus(i8),
    /// Go to a pane, which is opened if it has no place.
    FocusPane(PaneId),
    /// Go to the pane beside: columns and rows of the direction.
    Beside(i8, i8),
    /// Make the pane wider or narrower, or higher or lower.
    Grow(bool, i8),
    /// Back to the arrangement as it came.
    Even,
    /// Take the pane's place away.
    Close,
    /// Split the pane's place: side by side, or one above the other.
    Split(bool),
    /// Another arrangement of panes.
    View(ViewId),
    /// One pane fills the screen, or no longer.
    Zoom,
    /// The pane stays with the selected task, or follows the selection again.
    Pin,
    /// The next format of numbers or code.
    Format,
    /// Open what the cursor is on.
    Open,
    /// Change the value under the cursor.
    Edit,
    /// Copy the value under the cursor.
    Copy,
    /// Copy the text of the pane.
    CopyPane,
    /// What can be done with what the cursor is on.
    Menu,
    /// Set or remove a breakpoint under the cursor.
    Breakpoint,
    /// Run to the line under the cursor; or back to where that ran last.
    Until(bool),
    /// Remove the stop under the cursor.
    Delete,
    /// Switch the stop under the cursor on or off.
    Enable,
    /// Sort the task list by the next column.
    Sort,
    /// The console of one task, or of all.
    OwnConsole,
    /// Show empty mailboxes, or not.
    AllBoxes,
    /// Move the cursor by rows.
    Move(i8),
    /// Move the cursor sideways.
    Side(i8),
    /// Move it by pages; halves are ±1, wholes ±2.
    Page(i8),
    /// To the start or the end.
    Edge(bool),
    /// Back to the natural place: the pc, the newest row.
    Follow,
    /// Go to the turn that wrote what the cursor is on: the last before now, or the next.
    Written(bool),
    /// Show where the value came from that the cursor is on.
    Origins,
    /// Go back to the turn of the previous entry of the trace, as filtered.
    Event,
    /// Go to the next or previous turn in which something happened, as filtered.
    Happened(bool),
    /// Columns of the timeline of twice as many turns, or half as many.
    Scale(i8),
    /// Let the timeline follow the cursor again, at the turn that was left for others.
    FollowTime,
    /// Go forward, or back, by twentieths of all turns done.
    Slide(i8),
    /// Back to the place before this one, or forward again.
    Revisit(bool),
    /// Name this turn, or go to a named one.
    Mark(bool),
    /// Show the next source file of the program, or the previous one.
    File(bool),
    /// Show an instruction of a task.
    GoCode(Pid, u32),
    /// Show a byte of memory.
    GoMemory(u16),
    /// Show a mailbox.
    GoBox(u16),
    /// Ask before each step what it will change, or no longer.
    Predict,
    /// Answer such a question.
    Saying(Saying),
    /// Look for a text in the pane.
    Search,
    /// Continue at the next or previous place found.
    Found(bool),
    /// Show only rows that pass a filter.
    Filter,
    /// Open the command line.
    Prompt,
    /// Open the command line with the name of a command that takes arguments.
    PromptWith(&'static str),
    /// Open the palette, with everything or with symbols alone.
    Palette(bool),
    /// Ask for the answer to a lesson's question.
    Answer,
    /// Open the help.
    Help,
    /// Draw everything again.
    Redraw,
    /// Suspend the process.
    Suspend,
    /// Leave.
    Quit,
}

/// When a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyContext {
    /// Always.
    Everywhere,
    /// While this pane has the focus; comes before what holds everywhere.
    In(PaneId),
    /// While a text is being looked for; comes first.
    Searching,
    /// While a lesson is open; comes before the panes.
    Lesson,
}

/// One row of the table.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// What it is called in the settings file.
    pub name: &'static str,
    /// The keys by name; those of a sequence are separated by blanks.
    pub keys: &'static [&'static str],
    /// Where they hold.
    pub place: KeyContext,
    /// What they do.
    pub does: KeyEffect,
    /// A word or two for the hint line; empty keeps it out of there.
    pub hint: &'static str,
    /// A sentence for help and docs.
    pub help: &'static str,
}

const fn row(
    name: &'static str,
    keys: &'static [&'static str],
    does: KeyEffect,
    hint: &'static str,
    help: &'static str,
) -> KeyRow {
    during(KeyContext::Everywhere, name, keys, does, hint, help)
}

const fn at(
    place: PaneId,
    name: &'static str,
    keys: &'static [&'static str],
    does: KeyEffect,
    hint: &'static str,
    help: &'static str,
) -> KeyRow {
    during(KeyContext::In(place), name, keys, does, hint, help)
}

const fn during(
    place: KeyContext,
    name: &'static str,
    keys: &'static [&'static str],
    does: KeyEffect,
    hint: &'static str,
    help: &'static str,
) -> KeyRow {
    KeyRow { name, keys, place, does, hint, help }
}

const fn run(line: &'static str) -> KeyEffect {
    KeyEffect::Command(Cow::Borrowed(line))
}

const fn ask(label: &'static str, line: &'static str) -> KeyEffect {
    KeyEffect::Ask(Cow::Borrowed(label), Cow::Borrowed(line))
}

use {Action as A, KeyEffect::Act};

/// THE table of keys. Rows that stand first are hinted first.
#[rustfmt::skip]
pub const KEYS: &[KeyRow] = &[
    during(KeyContext::Lesson, "lesson-next", &["J"], run("lesson next"), "next page", "On: further down the page, to the next page, to the next lesson."),
    during(KeyContext::Lesson, "lesson-previous", &["K"], run("lesson previous"), "page before", "Back to the page before."),
    during(KeyContext::Lesson, "lesson-hint", &["H"], run("lesson hint"), "hint", "A hint for the task to do now."),
    during(KeyContext::Lesson, "lesson-answer", &["A"], Act(A::Answer), "answer", "Answer the question that is open."),
    at(PaneId::Stops, "delete-stop", &["d", "Delete"], Act(A::Delete), "delete", "Remove the stop under the cursor."),
    at(PaneId::Stops, "enable-stop", &["o"], Act(A::Enable), "on/off", "Switch the stop under the cursor on or off."),
    at(PaneId::Watch, "watch", &["e"], ask("expression", "display {}"), "watch", "Ask for an expression to keep in sight."),
    at(PaneId::Watch, "unwatch", &["d", "Delete"], Act(A::Delete), "remove", "No longer keep the expression under the cursor in sight."),
    at(PaneId::Tasks, "sort", &["o"], Act(A::Sort), "", "Sort by number, name, state or turns."),
    at(PaneId::Console, "stdin", &["Enter", "e"], ask("stdin of {pid}", "send {pid} '{}'"), "stdin", "Type a line into the selected task's stdin."),
    at(PaneId::Console, "own-console", &["o"], Act(A::OwnConsole), "one/all", "The console of the selected task alone, or of all tasks."),
    at(PaneId::Mailboxes, "send", &["e"], Act(A::Edit), "send", "Send a message to the box under the cursor."),
    at(PaneId::Code, "previous-file", &["("], Act(A::File(false)), "", "The previous source file of the program."),
    at(PaneId::Code, "next-file", &[")"], Act(A::File(true)), "", "The next source file of the program."),
    at(PaneId::Timeline, "scale-out", &["("], Act(A::Scale(1)), "out", "Columns of twice as many turns, up to the whole run."),
    at(PaneId::Timeline, "scale-in", &[")"], Act(A::Scale(-1)), "in", "Columns of half as many turns, down to one."),
    at(PaneId::Timeline, "happened-before", &["["], Act(A::Happened(false)), "event", "Back to the previous turn with a message, a wait or its end, a fault, a break or an end; with a filter such as send pid=2 to one of those."),
    at(PaneId::Timeline, "happens-next", &["]"], Act(A::Happened(true)), "", "On to the next such turn."),
    at(PaneId::Timeline, "timeline-start", &["Home"], run("goto start"), "", "To the start of the run."),
    at(PaneId::Timeline, "timeline-present", &["End"], run("goto present"), "", "To the present."),
    at(PaneId::Timeline, "follow-time", &["Esc"], Act(A::FollowTime), "", "Back to the cursor, and to the turn that was left for others in the timeline."),
    at(PaneId::Predict, "predict-tick", &["Space"], Act(A::Saying(Saying::Tick)), "tick", "Tick the choice, or take the tick away; without a question run or pause."),
    at(PaneId::Predict, "predict-say", &["Enter"], Act(A::Saying(Saying::Say)), "say it", "Say what is chosen, and continue with the next part; after the last one the turn is taken."),
    at(PaneId::Predict, "predict-leave", &["Esc"], Act(A::Saying(Saying::Leave)), "leave", "Leave the question: nothing is counted."),
    row("step", &["s", "F11"], run("step {n}"), "turn", "Run one turn of the machine, or COUNT turns."),
    row("step-task", &["S"], run("step {n} -p {pid}"), "turn of the task", "Take a turn of the selected task while the others stand still."),
    row("round", &["r"], run("round {n}"), "round", "Take a round: each ready task gets its quantum."),
    row("run", &["c", "F5"], run("run {n?}"), "run", "Run until something stops it, or for at most COUNT turns."),
    row("over", &["n", "F10"], run("next {n} -p {pid}"), "over", "Step over: run until the selected task has done an instruction, over the calls it makes; in the source of a C program a line."),
    row("out", &["f", "Shift-F11"], run("finish -p {pid}"), "", "Run until the selected task has returned from its function."),
    row("until", &["t", "Ctrl-F10"], Act(A::Until(false)), "", "Run until the selected task stands at the line under the cursor."),
    row("until-back", &["T"], Act(A::Until(true)), "", "Back to where the selected task last stood at the line under the cursor."),
    row("lock", &["L"], run("set scheduler toggle"), "", "While one task is stepped over, out or until: let the others rotate, or stand still."),
    row("back", &["u"], run("back {n}"), "back", "Go back one turn of the machine, or COUNT turns."),
    row("back-task", &["U"], run("back {n} -p {pid}"), "", "Back to just before the selected task's previous turn."),
    row("run-or-pause", &["Space", "F6"], Act(A::RunOrPause), "run/pause", "Run, or stop the run."),
    row("back-over", &["N"], run("reverse-next {n} -p {pid}"), "", "Back one instruction of the selected task, over the calls it has returned from; in the source of a C program a line."),
    row("back-out", &["F"], run("reverse-finish -p {pid}"), "", "Back to the call that entered the selected task's function."),
    row("back-to-stop", &["C"], run("reverse-continue"), "", "Run back to the previous stop."),
    row("present", &["="], run("goto present"), "present", "To the present."),
    row("mark", &["m"], Act(A::Mark(true)), "", "Name this turn, to come back to it."),
    row("go-mark", &["'"], Act(A::Mark(false)), "", "Go to a named turn."),
    row("previous-event", &["["], Act(A::Event), "", "Back to the turn of the previous entry of the trace, as filtered."),
    row("slide-back", &["<"], Act(A::Slide(-1)), "", "Back a twentieth of all turns done; the slider shows where that is."),
    row("slide", &[">"], Act(A::Slide(1)), "", "On a twentieth of all turns done, at most to the present."),
    row("repeat", &["."], Act(A::Repeat), "", "Do again what was done last: a step, a round, a run."),
    row("stop-here", &["b", "F9"], Act(A::Breakpoint), "stop here", "Stop on what the cursor is on: an instruction (set or removed), a register or byte that changes, a send to a mailbox, a kind of trace entry."),
    row("next-pane", &["Tab"], Act(A::Focus(1)), "pane", "Go to the next pane; after a number to the pane of that number."),
    row("prompt", &[":"], Act(A::Prompt), "command", "Open the command line; help lists all commands."),
    row("help", &["?", "F1"], Act(A::Help), "help", "Show this help."),
    row("quit", &["q"], Act(A::Quit), "quit", "Leave; where changes, stops or bookmarks would be lost, it says so first and leaves when pressed again."),
    row("palette", &["Ctrl-P"], Act(A::Palette(true)), "palette", "Find commands, keys, panes, tasks, symbols and mailboxes by a few letters."),
    row("open", &["Enter"], Act(A::Open), "open", "Open what the cursor is on: a task's code, a register or stack in memory, a trace entry's task."),
    row("edit", &["e"], Act(A::Edit), "edit", "Change the value under the cursor: a register, a byte, a value of the registry."),
    row("previous-pane", &["Shift-Tab"], Act(A::Focus(-1)), "", "Go to the previous pane."),
    row("pane-1", &["Alt-1"], Act(A::FocusPane(PaneId::Tasks)), "", "Go to pane 1, tasks."),
    row("pane-2", &["Alt-2"], Act(A::FocusPane(PaneId::Windows)), "", "Go to pane 2, windows."),
    row("pane-3", &["Alt-3"], Act(A::FocusPane(PaneId::Code)), "", "Go to pane 3, code."),
    row("pane-4", &["Alt-4"], Act(A::FocusPane(PaneId::Stack)), "", "Go to pane 4, stack."),
    row("pane-5", &["Alt-5"], Act(A::FocusPane(PaneId::Mailboxes)), "", "Go to pane 5, mailboxes."),
    row("pane-6", &["Alt-6"], Act(A::FocusPane(PaneId::Trace)), "", "Go to pane 6, trace."),
    row("pane-7", &["Alt-7"], Act(A::FocusPane(PaneId::Timeline)), "", "Go to pane 7, timeline."),
    row("pane-8", &["Alt-8"], Act(A::FocusPane(PaneId::Console)), "", "Go to pane 8, console."),
    row("pane-9", &["Alt-9"], Act(A::FocusPane(PaneId::Stops)), "", "Go to pane 9, stops."),
    row("next-task", &["}"], Act(A::Select(1)), "next task", "Select the next task."),
    row("previous-task", &["{"], Act(A::Select(-1)), "", "Select the previous task."),
    row("select-task", &["p"], Act(A::SelectPid), "", "Select a task by pid (3p), or the one selected before."),
    row("format", &["%"], Act(A::Format), "format", "The pane's next format: numbers as hex, signed, unsigned, binary, f16, text; code as asm, source, both; bytes as hex, words, text; all stacks or one alone; the timeline over turns or virtual time."),
    row("zoom", &["z"], Act(A::Zoom), "zoom", "Let the pane fill the screen, or put it back."),
    row("search", &["/"], Act(A::Search), "search", "Look for a text in the pane."),
    during(KeyContext::Searching, "next-found", &["n"], Act(A::Found(true)), "next found", "Go to the next place where the text was found."),
    during(KeyContext::Searching, "previous-found", &["N"], Act(A::Found(false)), "", "Go to the previous place where the text was found."),
    row("filter", &["\\"], Act(A::Filter), "filter", "Show only rows of the pane that hold some words: pid=2 send -step."),
    row("menu", &["a"], Act(A::Menu), "", "List what can be done with what the cursor is on."),
    row("explain", &["i"], Act(A::FocusPane(PaneId::Explain)), "", "Go to pane 15, which says in words what the last turn did."),
    row("predict", &["P"], Act(A::Predict), "", "Predict: a step asks first what the turn will change, judges the answer and keeps a score; or no longer."),
    row("copy", &["y"], Act(A::Copy), "", "Copy the value under the cursor to the clipboard."),
    row("copy-pane", &["Y"], Act(A::CopyPane), "", "Copy the text of the pane to the clipboard; after a number that of the pane of that number."),
    row("pin", &["Ctrl-W p"], Act(A::Pin), "", "Let the pane stay with the selected task, or follow the selection again."),
    row("all-boxes", &["A"], Act(A::AllBoxes), "", "Show empty mailboxes too, or hide them."),
    row("faster", &["+"], run("clock rate double"), "", "Double the rate of a run."),
    row("slower", &["-"], run("clock rate half"), "", "Halve the rate; from full speed to a million turns a second."),
    row("full-speed", &["0"], run("clock rate max"), "", "Full speed (when no count is being typed)."),
    row("down", &["j", "Down"], Act(A::Move(1)), "", "Down a row."),
    row("up", &["k", "Up"], Act(A::Move(-1)), "", "Up a row."),
    row("left", &["h", "Left"], Act(A::Side(-1)), "", "To the register or byte on the left."),
    row("right", &["l", "Right"], Act(A::Side(1)), "", "To the register or byte on the right."),
    row("half-page-down", &["Ctrl-D"], Act(A::Page(1)), "", "Down half a page."),
    row("half-page-up", &["Ctrl-U"], Act(A::Page(-1)), "", "Up half a page."),
    row("page-down", &["PgDn", "Ctrl-F"], Act(A::Page(2)), "", "Down a page."),
    row("page-up", &["PgUp", "Ctrl-B"], Act(A::Page(-2)), "", "Up a page."),
    row("top", &["g g", "Home"], Act(A::Edge(false)), "", "To the first row."),
    row("go-calls", &["g f"], Act(A::FocusPane(PaneId::Calls)), "", "Go to pane 13, the calls of the selected task."),
    row("go-locals", &["g v"], Act(A::FocusPane(PaneId::Locals)), "", "Go to pane 24, the variables of the chosen frame of C."),
    row("go-switch", &["g x"], Act(A::FocusPane(PaneId::Switch)), "", "Go to pane 18, the switch between two tasks."),
    row("go-explore", &["g e"], Act(A::FocusPane(PaneId::Explore)), "", "Go to pane 17, the search over schedules."),
    row("go-races", &["g c"], Act(A::FocusPane(PaneId::Races)), "", "Go to pane 21, races: pairs of accesses whose order is the schedule's alone, and updates that were lost."),
    row("go-waits", &["g d"], Act(A::FocusPane(PaneId::Waits)), "", "Go to pane 12, who waits for whom: deadlocks."),
    row("bottom", &["G", "End"], Act(A::Edge(true)), "", "To the last row."),
    row("go-pc", &["g p"], Act(A::Follow), "", "Back to the pc, the newest row, the start."),
    row("jump-back", &["Ctrl-O"], run("jump back {n}"), "", "Back to the place in time that was left by the last jump."),
    row("jump-forward", &["Alt-o"], run("jump forward {n}"), "", "Forward again, to where one came back from."),
    row("place-back", &["Backspace", "Alt-Left"], Act(A::Revisit(false)), "", "Back to the place in code or memory that was left for this one."),
    row("place-forward", &["Alt-Right"], Act(A::Revisit(true)), "", "Forward again, to where one came back from."),
    row("go-address", &["g a"], ask("address", "show memory {}"), "", "Show an address in memory."),
    row("go-symbol", &["g s"], Act(A::Palette(false)), "", "Find a symbol by a few letters."),
    row("line", &["g n"], run("line -p {pid}"), "", "Run the selected task to another source line, over calls."),
    row("line-into", &["g i"], run("line into -p {pid}"), "", "Run the selected task to another source line, into calls."),
    row("next-branch", &["g b"], run("branch next"), "", "This turn in the next branch: what went another way."),
    row("go-turn", &["g t"], ask("turn, time such as 300us, or bookmark", "goto {}"), "", "Go to a turn, a time or a bookmark."),
    row("go-start", &["g 0"], run("goto start"), "", "Go to the start."),
    row("go-present", &["g $"], run("goto present"), "", "Go to the present."),
    row("share", &["g l"], run("share"), "", "Make a link that opens this moment, and put it into the clipboard."),
    row("go-write", &["g w"], Act(A::Written(false)), "", "Go to the turn that last wrote the register or byte under the cursor."),
    row("go-next-write", &["g W"], Act(A::Written(true)), "", "Go to the turn that writes it next."),
    row("go-origin", &["g o"], run("origin"), "", "From a write, on to where the written value was made."),
    row("go-origins", &["g O"], Act(A::Origins), "", "Show where the value of the register or byte under the cursor came from, as a tree in pane 22."),
    row("go-scheduled", &["g r"], run("back scheduled -p {pid}"), "", "Back to where the selected task was last scheduled."),
    row("go-blocked", &["g k"], run("back blocked -p {pid}"), "", "Back to where the selected task last began to wait."),
    row("go-woken", &["g K"], run("back woken -p {pid}"), "", "Back to where the selected task was last woken."),
    row("undo", &["g u"], run("undo"), "", "Undo the last change from outside, in a new branch."),
    row("steer-pick", &["x p"], run("pick {pid} {n?}"), "", "Let the selected task take the next turn, out of rotation, or the next COUNT turns."),
    row("steer-freeze", &["x f"], run("freeze {pid} toggle"), "", "Freeze the selected task: it gets no turn; or thaw it."),
    row("steer-quantum", &["x q"], ask("quantum of {pid}", "sched {pid} quantum {}"), "", "Change the selected task's quantum: its turns in a row."),
    row("steer-preempt", &["x n"], run("preempt"), "", "Let the next task in rotation run now, whatever is left of the quantum."),
    row("steer-order", &["x o"], ask("pids in order, or default", "order {}"), "", "Change the order of the rotation."),
    row("steer-random", &["x r"], ask("seed, and how many turns", "schedule random {}"), "", "Take turns of ready tasks drawn from a seed."),
    row("steer-schedule", &["x s"], ask("schedule file, or places such as 1*3 2", "schedule {}"), "", "Take turns by a schedule."),
    row("steer-go-on", &["x g"], run("schedule go"), "", "Continue the schedule that a stop has interrupted."),
    row("view-debug", &["v d"], Act(A::View(ViewId::Debug)), "", "View debug: everything at once."),
    row("view-interleave", &["v i"], Act(A::View(ViewId::Interleave)), "", "View interleave: timeline, tasks, trace and mailboxes."),
    row("view-task", &["v w"], Act(A::View(ViewId::Task)), "", "View task: code, window, stack and memory of one task."),
    row("view-teach", &["v l"], Act(A::View(ViewId::Teach)), "", "View teach: few panes with windows, memory and code."),
    row("view-memory", &["v m"], Act(A::View(ViewId::Memory)), "", "View memory: memory beside stacks and windows."),
    row("view-switch", &["v s"], Act(A::View(ViewId::Switch)), "", "View switch: all windows in RAM, and the next switch."),
    row("view-compact", &["v c"], Act(A::View(ViewId::Compact)), "", "View compact: one pane above the register windows."),
    row("view-projector", &["v p"], Act(A::View(ViewId::Projector)), "", "View projector: few panes, strong contrast, wide spacing."),
    row("view-fate", &["v f"], Act(A::View(ViewId::Fate)), "", "View fate: what can still come of the run, and what a task could see."),
    row("view-both", &["v b"], Act(A::View(ViewId::Both)), "", "View both: two runs side by side, from where they part on."),
    row("view-source", &["v C"], Act(A::View(ViewId::Source)), "", "View source: a program in C with its variables and calls."),
    row("view-lesson", &["v t"], Act(A::View(ViewId::Lesson)), "", "View lesson: its page beside the panes it is about."),
    row("view-own-1", &["v 1"], Act(A::View(ViewId::Own(1))), "", "Your own view 1, kept with layout save 1."),
    row("view-own-2", &["v 2"], Act(A::View(ViewId::Own(2))), "", "Your own view 2, kept with layout save 2."),
    row("view-own-3", &["v 3"], Act(A::View(ViewId::Own(3))), "", "Your own view 3, kept with layout save 3."),
    row("view-own-4", &["v 4"], Act(A::View(ViewId::Own(4))), "", "Your own view 4, kept with layout save 4."),
    row("view-own-5", &["v 5"], Act(A::View(ViewId::Own(5))), "", "Your own view 5, kept with layout save 5."),
    row("view-own-6", &["v 6"], Act(A::View(ViewId::Own(6))), "", "Your own view 6, kept with layout save 6."),
    row("view-own-7", &["v 7"], Act(A::View(ViewId::Own(7))), "", "Your own view 7, kept with layout save 7."),
    row("view-own-8", &["v 8"], Act(A::View(ViewId::Own(8))), "", "Your own view 8, kept with layout save 8."),
    row("view-own-9", &["v 9"], Act(A::View(ViewId::Own(9))), "", "Your own view 9, kept with layout save 9."),
    row("pane-left", &["Ctrl-W h", "Ctrl-W Left"], Act(A::Beside(-1, 0)), "", "Go to the pane on the left."),
    row("pane-down", &["Ctrl-W j", "Ctrl-W Down"], Act(A::Beside(0, 1)), "", "Go to the pane below."),
    row("pane-up", &["Ctrl-W k", "Ctrl-W Up"], Act(A::Beside(0, -1)), "", "Go to the pane above."),
    row("pane-right", &["Ctrl-W l", "Ctrl-W Right"], Act(A::Beside(1, 0)), "", "Go to the pane on the right."),
    row("wider", &["Ctrl-W >"], Act(A::Grow(true, 2)), "", "Make the pane wider."),
    row("narrower", &["Ctrl-W <"], Act(A::Grow(true, -2)), "", "Make the pane narrower."),
    row("higher", &["Ctrl-W +"], Act(A::Grow(false, 1)), "", "Make the pane higher."),
    row("lower", &["Ctrl-W -"], Act(A::Grow(false, -1)), "", "Make the pane lower."),
    row("even", &["Ctrl-W ="], Act(A::Even), "", "Put the view back as it came."),
    row("close", &["Ctrl-W c"], Act(A::Close), "", "Take the pane's place away."),
    row("only", &["Ctrl-W o"], Act(A::Zoom), "", "Let the pane fill the screen, or put it back."),
    row("split-below", &["Ctrl-W s"], Act(A::Split(false)), "", "Split the pane's place in two, one below the other."),
    row("split-beside", &["Ctrl-W v"], Act(A::Split(true)), "", "Split the pane's place in two, side by side."),
    row("follow", &["Esc"], Act(A::Follow), "", "Back to the pc or the newest row; drops a count, a search."),
    row("interrupt", &["Ctrl-C"], Act(A::Interrupt), "", "Stop the run; twice in a row leave."),
    row("redraw", &["Ctrl-L"], Act(A::Redraw), "", "Draw the screen again."),
    row("suspend", &["Ctrl-Z"], Act(A::Suspend), "", "Suspend; fg brings it back."),
];

/// Digits after this prefix open the pane of that number in the focused pane's place.
pub const OPEN_HERE: &str = "Ctrl-W";
