//! The command language: one table, read by the prompt, keys, scripts, batch, help and docs.
//!
//! A line holds commands separated by `;`; `#` starts a comment; words are quoted as in a shell.
//! Knows nothing of screens.

mod answer;
mod breakpoints;
mod call;
mod change;
mod columns;
mod complete;
mod could;
mod event;
mod examine;
mod explore;
mod export;
mod expr;
mod fate;
mod fate_map;
mod frames;
mod goal;
mod history;
mod info;
mod inspect;
mod lanes;
mod line;
mod list;
mod look;
mod machines;
mod measure;
mod messages;
mod origins;
mod parse;
mod programs;
mod races;
mod recordings;
mod reply;
mod run;
pub mod script;
mod send;
mod signature;
mod steer;
mod stop_files;
mod stops;
mod symbols;
mod values;
mod variables;
mod waits;
mod watch;
mod words;
mod world;

pub use call::{Call, Meaning};
pub use complete::{Offer, complete, word_start};
pub use could::{could_covered, could_sees, could_sentence, could_why};
pub use explore::summary;
pub use expr::address;
pub use fate::fate_sentence;
pub use fate_map::{map_covered, map_share};
pub use goal::SET_OF_SESSION;
pub use line::{Outcome, execute_line};
pub use machines::{break_even, machines_summary};
pub use origins::{origin_note, origin_role};
pub use parse::Args;
pub use races::{place as race_place, race_summary, shown as race_shown, stale_sentence, why as race_why};
pub use reply::{CommandError, Reply, Show, run_reply, sentence, stop_line};
pub use send::{CarryOut, found, send, start};
pub use signature::{ArgumentKind, check_words};
pub use words::{Word, split};
pub use world::{world_ahead, world_news};

use crate::backend::{Pid, Target, Want};
use call::Does;
use std::path::Path;

/// Groups of commands, in the order of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Running and stepping.
    Run,
    /// Going back, searching the past, branches, recordings.
    Back,
    /// Looking.
    Look,
    /// Mailboxes and consoles.
    Messages,
    /// The rotation and the trace.
    Scheduler,
    /// Breakpoints.
    Stops,
    /// Changing state.
    Change,
    /// Programs and files.
    Programs,
    /// What only a screen can do.
    Screen,
    /// The rest.
    Rest,
}

impl Family {
    /// All families in order.
    pub const ALL: [Family; 10] = [
        Family::Run,
        Family::Back,
        Family::Look,
        Family::Messages,
        Family::Scheduler,
        Family::Stops,
        Family::Change,
        Family::Programs,
        Family::Screen,
        Family::Rest,
    ];

    /// Heading in help and docs.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Family::Run => "Run",
            Family::Back => "Back in time",
            Family::Look => "Look",
            Family::Messages => "Messages",
            Family::Scheduler => "Scheduler and trace",
            Family::Stops => "Stops",
            Family::Change => "Change",
            Family::Programs => "Programs and files",
            Family::Screen => "Screen",
            Family::Rest => "Rest",
        }
    }
}

/// One row of the command table.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Short forms.
    pub short: &'static [&'static str],
    /// Arguments as shown in usage lines.
    pub args: &'static str,
    /// Group in the help.
    pub family: Family,
    /// What it does, one sentence.
    pub help: &'static str,
    /// A line that works.
    pub example: &'static str,
    does: Does,
}

macro_rules! commands {
    ($($family:ident { $($name:literal [$($short:literal)*] $args:literal $does:ident $($run:path)?, $example:literal, $help:literal;)* })*) => {
        /// THE command table.
        pub const COMMANDS: &[Command] = &[$($(Command {
            name: $name, short: &[$($short),*], args: $args, family: Family::$family,
            help: $help, example: $example, does: Does::$does$(($run))?,
        },)*)*];
    };
}

commands! {
    Run {
        "step" [] "[N] [-p PID]" Do run::step, "step 10", "Run N turns of the rotation (1 if left out), or of one task while the others stand still.";
        "round" [] "[N]" Do run::round, "round 2", "Take N rounds: as many turns as give each ready task its quantum.";
        "run" ["r" "continue" "c"] "[N]" Do run::run, "run 1000", "Run until a fault, BRK, breakpoint or deadlock, until nothing is left to do, or for N turns.";
        "clock" [] "[status|start|stop|rate HZ|step [N] [-p PID]]" Either run::clock, "clock rate 50", "The machine's clock: its state, start and stop it, turns a second (0 or max for full speed), step it.";
        "stepi" ["si"] "[N] [-p PID]" Do goal::stepi, "stepi 3", "Run until the selected task has done N more instructions, into calls.";
        "next" ["nexti" "ni" "n"] "[N] [-p PID]" Do goal::next, "next", "Run until the selected task has done N more instructions, over the calls it makes.";
        "line" ["ln"] "[into] [N] [-p PID]" Do goal::line, "line", "Run until the selected task is on another source line, or N lines on, over the calls it makes; with into, into called functions that have lines.";
        "li" [] "[N] [-p PID]" Do goal::line_into, "li 3", "As line into.";
        "finish" ["fin"] "[-p PID]" Do goal::finish, "finish", "Run until the selected task has returned from its function.";
        "until" [] "[PLACE | EXPR | turn N | time T] [-p PID]" Do goal::until, "until r9 > 3", "Run until the selected task stands at a place, until an expression is true, or to a turn or time; without one until the task is past its instruction, out of a loop.";
        "advance" ["adv"] "PLACE [-p PID]" Do goal::advance, "advance 0x44", "Run until the selected task stands at a place.";
        "pause" [] "[PID]" Do run::pause, "pause 2", "Hold a task back; without a pid stop the run.";
        "resume" [] "[PID]" Do run::resume, "resume 2", "Let a paused task continue, or a faulted one try its instruction again; without a pid continue the run that ended because nothing could run.";
    }
    Back {
        "back" [] "[N|scheduled|blocked|woken] [-p PID]" Do history::back, "back 5", "Go back N turns (1 if left out), to just before a task's Nth previous turn with -p, or to where a task was last scheduled, blocked or woken.";
        "reverse-stepi" ["rsi"] "[N] [-p PID]" Do history::reverse_stepi, "reverse-stepi 2 -p 1", "Go back to just before the selected task's Nth previous turn.";
        "reverse-next" ["rn"] "[N] [-p PID]" Do history::reverse_next, "reverse-next -p 1", "Go back one instruction of a task, over the calls it has returned from.";
        "reverse-line" ["rl"] "[into] [N] [-p PID]" Do history::reverse_line, "reverse-line -p 1", "Go back to the previous source line of a task, over the calls it has returned from; with into, into them.";
        "reverse-finish" ["rf"] "[-p PID]" Do history::reverse_finish, "reverse-finish -p 1", "Go back to the call that entered a task's function.";
        "reverse-continue" ["rc"] "" Do history::reverse_continue, "reverse-continue", "Go back to the previous stop: where a run forward would stop last before this turn.";
        "goto" [] "TURN|TIMEus|MARK|start|present|ran PLACE|deepest|entered [N]|next|previous [race|KIND...] [-p PID]" Do history::goto, "goto 120", "Go to a turn, to the last turn at a time, to a bookmark, to the start or the present; to just before an instruction ran last, with ran; to where a task's stack was as deep as it ever was, with deepest, or just before the call that entered a frame, with entered; or to the next or previous turn in which something happened, of the kinds that the trace names: goto next send; or in which a race was seen first: goto next race.";
        "last-write" [] "PID REG | PID ADDR [LEN] | ADDR | LABEL | VARIABLE" Do history::last_write, "last-write 1 r9", "Go to the turn that wrote a register or memory last, and say which task it was; again, to the one before.";
        "next-write" [] "PID REG | PID ADDR [LEN] | ADDR | LABEL | VARIABLE" Do history::next_write, "next-write 1 0x5000", "Go to the turn that writes a register or memory next, up to the present.";
        "origin" [] "[tree [PID REG | PID ADDR [LEN] | ADDR | LABEL] [depth N] [nodes N] [address]]" Do history::origin, "origin tree 1 r9", "From a write that was gone to, on to the write of what was copied there: through moves, loads, stores, the stack and messages; as a tree all sources at once, operands of arithmetic included, back to where they begin.";
        "bookmark" [] "[NAME]" Either history::bookmark, "bookmark before", "Name this turn, to go back to it with goto; without a name list the bookmarks.";
        "branch" [] "[list|go BRANCH [TURN]|next|name BRANCH TEXT|delete BRANCH]" Either history::branch, "branch list", "The courses of events: changing something in the past begins a new one, the old one is kept.";
        "writes" [] "[from TURN] [to TURN] PID REG | PID ADDR [LEN] | ADDR | LABEL | VARIABLE" Do history::writes, "writes 1 r9", "All turns that wrote a register or memory, with who wrote what: of the turns so far, or from one turn to another.";
        "uses" [] "[PID REG | PID ADDR [LEN] | ADDR | LABEL | VARIABLE]" Do origins::uses, "uses 1 r9", "Where a value went from here on: the stores, messages, services and comparisons of what was made from it, up to the present; without a place, the value of the write that was gone to.";
        "measure" [] "FROM [to TO] [-p PID]" Do measure::measure, "measure 1 to 20", "How long it took: between two turns or bookmarks, task by task, or from each event to the next one, with the least, the median and the most; without TO up to here, or from one to the next of the same event.";
        "jump" [] "back [N] | forward [N]" Do history::jump, "jump back", "Back to the place in time that was left by the last jump, or forward again (Ctrl-O, Alt-o).";
        "jumps" [] "" Ask history::jumps, "jumps", "The places in time that were left for others, with the commands that led away.";
        "undo" [] "" Do history::undo, "undo", "Go back to before the last change from outside, and continue without it in a new branch.";
        "redo" [] "" Do history::redo, "redo", "Return to where the last change was undone.";
        "record" [] "FILE" Do recordings::record, "record run.hsxrec", "Write this branch to a file that stands alone: programs, configuration, what came from outside, stops, bookmarks.";
        "replay" [] "FILE" Do recordings::replay, "replay run.hsxrec", "Open a recording in place of this session, and prove that it ends as it did.";
        "export" [] "perfetto|csv|jsonl FILE" Do export::export, "export perfetto run.json", "Write all turns of this branch, up to the present, for other tools: lanes and messages for ui.perfetto.dev or chrome://tracing, a table, or one JSON object a line.";
        "compare" [] "BRANCH|FILE BRANCH|FILE" Do recordings::compare, "compare 1 2", "The first difference of two branches, by number, or recordings, which become branches: why they part, and what each task did differently first; both are there afterwards, view both shows them side by side.";
    }
    Look {
        "ps" [] "[PID]" Ask inspect::ps, "ps", "The tasks: state, turns, pc, sp, arena, and what they wait for.";
        "dumpregs" ["regs"] "PID" Ask inspect::dumpregs, "dumpregs 1", "Registers of a task, read through its window.";
        "backtrace" ["bt" "where"] "[full] [N] [-p PID]" Ask examine::backtrace, "backtrace", "The calls that have not returned, the innermost first, with functions and lines; with full, the variables of each.";
        "frame" ["f"] "[N] [-p PID]" Do examine::frame, "frame 1", "Choose one of those calls, until the task runs: list, print, info locals and the like look there.";
        "up" [] "[N] [-p PID]" Do examine::up, "up", "Choose the call that made the chosen one, or the Nth.";
        "down" [] "[N] [-p PID]" Do examine::down, "down", "Choose the call that the chosen one made, or the Nth.";
        "list" ["l"] "[PLACE | -] [-p PID]" Ask list::list, "list again", "Source lines around a place, or around the pc, then those behind the last ones, with - those in front of them; in a program of C around a line, or from one line to another: list 40, list main.c:10,20.";
        "x" [] "[/COUNT FORMAT SIZE] ADDR [-p PID]" Ask examine::x, "x/4xw 0x4000", "Memory in a format: x hex, d signed, u unsigned, t binary, f f16, c characters, s text, i instructions; b bytes, h halves, w words.";
        "find" [] "HEX | text TEXT [-p PID]" Ask examine::find, "find 0C40", "Where bytes or a text stand in memory as a task sees it.";
        "stack" [] "PID [N] [writers]" Ask inspect::stack, "stack 1 16 writers", "The words on a task's stack, newest first, return addresses named; with writers, who wrote each and in which turn.";
        "peek" [] "PID ADDR [LEN]" Ask inspect::peek, "peek 1 0x4000 16", "Bytes of memory as a task sees it.";
        "disasm" ["u"] "PID [PLACE [N]]" Ask inspect::disasm, "disasm 1 0 8", "Instructions, from the task's pc if no address is given.";
        "memory" [] "regions PID" Ask inspect::memory, "memory regions 1", "The regions of a task's memory.";
        "sym" [] "info PID | addr PID PLACE | name PID NAME | line PID PLACE | load PID FILE" Either symbols::sym, "sym name 1 again", "One symbol of a task's program: the one at or below an address, one by name, the source line of an address; or read another symbol file.";
        "symbols" [] "PID" Ask inspect::symbols, "symbols 1", "Names known for a task's program.";
        "print" ["p"] "[/FORMAT] EXPR [-p PID]" Ask expr::print, "print 2.r3 + w[0x4000]", "What an expression evaluates to: registers, memory, symbols, mailboxes, arithmetic; variables of C in the chosen frame, by their types.";
        "whatis" [] "EXPR [-p PID]" Ask variables::whatis, "whatis 1", "The type of an expression of C.";
        "ptype" [] "EXPR|TYPE [-p PID]" Ask variables::ptype, "ptype int", "What a type of C is made of: members and their places.";
        "expect" [] "EXPR [-p PID]" Ask expr::expect, "expect 2.r3 == 5", "An error unless an expression is true, with the values of both sides: fails a batch run.";
        "display" [] "[EXPR [-p PID]]" Either expr::display, "display app:ping.depth", "Keep an expression in sight, in pane 10; without one list them.";
        "undisplay" [] "DISPLAY" Do expr::undisplay, "undisplay 1", "No longer keep an expression in sight.";
        "info" ["i"] "[PID|breakpoints|display|threads|registers|locals|args|frame|functions [TEXT]|types [TEXT]|scope [PLACE]|globals [TEXT]|line [PLACE]|symbol EXPR|source]" Ask look::info, "info breakpoints", "The session: turn, time, who is next, counts; or one task with everything about it; or the variables of the chosen frame of C, its arguments, the frame; functions, types and globals, those with a text in their names; the variables of a function; the line of a place; the label an address of code lies behind; source files.";
        "explain" [] "" Ask look::explain, "explain", "What the last turn did, in sentences with its own values and addresses, what was switched, and what comes next.";
        "explore" [] "[start [always EXPR|finally EXPR|collect EXPR|returns|same|norace|preemptions N|random SEED|schedules N ...] [-p PID] | wait | stop | open N [beside] | follow PLACES]" Either explore::explore, "explore start collect 'w[0x5000]'", "Search all schedules from here on in the background: faults, deadlocks, BRK and what else must hold; pane 17 shows it, open follows a find as a branch, beside with a run that passes beside it; follow follows a schedule such as 1*4 2*6 past faults.";
        "fate" [] "[always EXPR|finally EXPR|allow fault|allow brk|allow deadlock|norace ...] [-p PID] | map | off" Do fate::fate, "fate finally 'w[0x5000] == 2'", "What can still come of the run so far, by all schedules that leave it: after which turns none fails, some do or every one does, the last turn from which a schedule passes, and each task that could be next. The timeline and the list of tasks show it from then on. map lists where along the run it matters who takes the next turn, with the share of what follows that fails; pane 27 shows that.";
        "could" [] "[PID [N [after TURN]]] | open NUMBER" Do fate::could, "could 2", "All that a task's Nth turn (its next one if left out) could see, over all schedules that keep the turns so far, or up to a turn: values it could load, messages, no message, the end of a time limit; for each the schedule with the fewest switches. open goes to one of them, as a branch; pane 26 lists them for the selected task's next turn that sees something.";
        "races" [] "[FROM TO | all [FROM]] [host] [at PLACE] [-p PID] | go N [earlier] | prove N | prove all | both N | hide N [WHY] | show" Do races::races, "races", "Pairs of accesses that nothing but the schedule ordered, in the turns so far (all: up to the present; host: changes from outside count, too), and writes over what another task had written; go to one, prove that the other order happens too, open it as a branch, hide a pair.";
        "lanes" [] "[FROM TO]" Ask lanes::lanes, "lanes", "Every access to the words that several tasks touch, with what was written, and writes over what another task had written.";
        "lane" [] "[PLACE [len N] [-p PID] | drop N | auto | off]" Either lanes::lane, "lane 0x5000", "Memory that has a lane on the timeline, whichever task touches it; off leaves only these, auto also the words that several tasks touch.";
        "sync" [] "[PLACE [LEN] [-p PID] | drop N | list]" Either races::sync, "sync 0x5004", "Words by which tasks synchronize, such as the flags of a lock: a load of one comes after the stores before it, and they are not races themselves.";
        "world" [] "[PID]" Do world::world, "world 2", "What others have changed since a task's last turn (the selected one's if left out) that it will read if it continues alone: words, registers and messages, by whom, in which turn and where, and which of the task's turns reads each. Pane 28 lists it between two steps of the selected task.";
        "waits" [] "[TURNS | dot [FILE] | path [PID]]" Either waits::waits, "waits 500", "Who waits for whom: for what, since when, until when, who could end it, a deadlock as soon as it is certain, shares of turns, longest waits, tasks kept waiting for more than TURNS (1000 if left out); or all that as a graph for Graphviz; path lists who had to run, and for how many turns, before the last wait of a task ended.";
        "machines" [] "[windows N]" Ask machines::machines, "machines", "What other machines would have moved for the turns so far: HSX, TMS9900, SPARC with N register windows (8 if left out), Cortex-M, an executive that copies registers or all memory; for each the words that a switch moves, and every access to a register where those are in memory.";
        "check" [] "" Ask look::check, "check", "Check the machine's invariants.";
    }
    Messages {
        "mbox" [] "[all|pid PID|owner PID|ns NAME|app|shared|svc|MAILBOX]" Ask messages::mbox, "mbox app", "Mailboxes with their messages, waiters and taps.";
        "send" [] "PID [MAILBOX] DATA" Do messages::send, "send 1 hello", "Send text to a task's stdin, or to a mailbox by name.";
        "sendhex" [] "PID MAILBOX HEX" Do messages::send_bytes, "sendhex 1 svc:stdio.in@1 FF00", "Send a message that is not text to a mailbox by name, as hex digits.";
        "listen" [] "[PID | all] [N]" Do messages::listen, "listen 1", "Take the messages out of a task's stdout (of every task without a pid).";
        "stdio" [] "[PID|default|all] [in|out|err|both|all] [off|fanout|block]" Either messages::stdio, "stdio 1 out fanout", "How standard streams pass messages on: to one reader (off), or to every reader, where a full box drops its oldest messages (fanout) or refuses new ones (block); of a task, of tasks loaded later, or of all.";
        "console" [] "[PID]" Ask messages::console, "console 1", "What tasks printed.";
    }
    Scheduler {
        "sched" [] "[stats [N]] | PID [quantum N]" Either look::sched, "sched 1 quantum 4", "Counters of the tasks and the newest trace entries, or a task's quantum.";
        "trace" [] "[N]" Ask look::trace, "trace 20", "The newest trace entries, oldest first.";
        "pick" [] "PID [N]" Do steer::pick, "pick 2 3", "Let a task take the next turn, or N, out of rotation: the others stand still, and who is next in rotation stays as it is.";
        "freeze" [] "PID [toggle]" Do steer::freeze, "freeze 2", "Hold a task back until thaw; a wait it has continues behind that. With toggle thaw it if it is frozen.";
        "thaw" [] "PID" Do steer::thaw, "thaw 2", "Let a frozen task continue, or continue to wait.";
        "order" [] "[PID... | default]" Either steer::order, "order 3 1 2", "The order of the rotation from now on: these, then the others by pid. Who is next follows from who ran last; default puts back the order by pid.";
        "preempt" [] "" Do steer::preempt, "preempt", "Let the next task in rotation run now, though the one that ran last has turns of its quantum left.";
        "schedule" [] "FILE | PLACES | random SEED [N] | go [for N] | show [FILE]" Either steer::schedule, "schedule 1*3 2 1", "Let tasks take turns as a list says, from a file or here: pids, each with a count if it takes several. Or draw N turns evenly from the ready tasks; continue a schedule after a stop; with for N do N turns now and the rest with go; show who took the turns so far as such a list, or write it to a file.";
    }
    Stops {
        "break" ["b"] "[PLACE | *EXPR] [-p PID] [if EXPR]" Either breakpoints::set_break, "break again if r9 > 10", "Stop in front of an instruction: address, label, label+4 or FILE:LINE; for one task or all, and only where an expression is true.";
        "logpoint" ["log"] "PLACE TEXT [-p PID] [if EXPR]" Do breakpoints::logpoint, "logpoint again 'r9 is {r9}'", "Write a line down each time a task reaches a place, and continue: a text with expressions in braces.";
        "save" [] "stops FILE" Do stop_files::save, "save stops stops.txt", "Write the command lines that set the stops as they are; source FILE sets them again.";
        "source" [] "FILE" Ask stop_files::source, "source stops.txt", "Carry out the lines of a file, one after the other, as if they were typed.";
        "tbreak" ["tb"] "PLACE | *EXPR [-p PID] [if EXPR]" Do breakpoints::tbreak, "tbreak again", "The same, once.";
        "watch" [] "[-w] [-l] EXPR [len N] [as PID] [-p PID] [if EXPR]" Either watch::watch, "watch 2.r3", "Stop after a turn that changes the value of an expression, whichever task changes it; with -l or len, bytes from a place on; with -w after each write there, changed or not.";
        "rwatch" [] "EXPR [len N] [as PID] [-p PID] [if EXPR]" Do watch::rwatch, "rwatch [0x5000]", "Stop after a turn that reads a register or memory.";
        "awatch" [] "EXPR [len N] [as PID] [-p PID] [if EXPR]" Do watch::awatch, "awatch b[0x5000] len 16", "Stop after a turn that reads or writes a register or memory.";
        "catch" [] "EVENT [ARG] [-p PID] [if EXPR]" Do watch::catch, "catch send app:ping", "Stop after something has happened: send, recv [MAILBOX], block, wake, timeout, fault, break, halt, deadlock, idle, load, kill, input, trap MODULE[.FN], switch, depth N calls, stack N bytes, uninit (a read of what nothing has written), race [PLACE] (the second of two accesses that nothing but the schedule ordered).";
        "commands" [] "STOP ['LINE' ...]" Either stops::commands, "commands 1 'print r9; run'", "Lines to be carried out when a stop has stopped; an empty one takes them away. In scripts the lines may follow, up to end.";
        "condition" [] "STOP [EXPR]" Do stops::condition, "condition 1 r9 > 10", "Let a breakpoint stop only where an expression is true; without one always.";
        "ignore" [] "STOP COUNT" Do stops::ignore, "ignore 1 5", "Let the next hits of a breakpoint pass.";
        "bp" [] "list PID | set PID PLACE | clear PID PLACE | clearall PID | PLACE" Either stops::bp, "bp set 1 0x10", "Breakpoints by task and address; an address or label alone stops every task there.";
        "delete" [] "STOP" Do stops::delete, "delete 1", "Remove a breakpoint.";
        "enable" [] "STOP" Do stops::enable, "enable 1", "Switch a breakpoint on.";
        "disable" [] "STOP" Do stops::disable, "disable 1", "Switch a breakpoint off.";
    }
    Change {
        "reg" [] "PID REG VALUE" Do change::reg, "reg 1 r3 0x10", "Set a register: R0..R15, PC, SP or PSW, which also takes its letters: ZC, or - for none.";
        "poke" [] "PID ADDR HEX" Do change::poke, "poke 1 0x4000 DEADBEEF", "Set bytes of memory as a task sees it.";
        "rebase" [] "PID ADDR" Do change::rebase, "rebase 2 0x1020", "Move a task's register window: R0 is the word at that address from now on, and no word changes. It may lie on the window of another task, to share registers with it.";
        "val" ["val.list" "val.get" "val.set"] "list | get ID | set ID NUMBER [-p PID]" Either values::val, "val set motor:speed 12.5", "Values of the registry: list, read, change; ID is an OID, group:id or a name.";
        "cmd" ["cmd.list" "cmd.call"] "list | call ID [-p PID]" Either values::cmd, "cmd list", "Commands of the registry: list, call.";
    }
    Programs {
        "load" ["exec"] "FILE" Do programs::load, "load app.hxe", "Load a program (.hxe, .mvasm, or .c through your own toolchain) as a new task.";
        "directory" ["dir"] "[DIR | OLD=NEW]" Either programs::directory, "directory /usr=/opt", "Look for sources in a directory too, or where a beginning of their paths has moved to; without one say where.";
        "reload" [] "PID" Do programs::reload, "reload 1", "Read a task's program again and load it in its place: the task keeps its pid, quantum and streams, and its stops and expressions in sight find their labels and lines again.";
        "restart" [] "[turn [N] | stop]" Either programs::restart, "restart turn", "Read all programs from their files again and begin at turn 0, with the stops, displays and settings there are; with turn run to the turn where it stands, or to turn N, whatever would stop it on the way; with stop run to the stop where it stands, as often as that has been hit.";
        "reset" [] "" Do programs::reset, "reset", "Begin again as the session began: its programs at turn 0, without past, stops and displays.";
        "kill" [] "PID" Do programs::kill, "kill 2", "Remove a task and everything it has.";
        "fs" [] "list | export DIR" Either programs::fs, "fs export out", "The machine's files: list them, write them to a directory of the host.";
    }
    Screen {
        "set" [] "[SETTING [SETTING-VALUE]] | scheduler [locked|rotate|toggle]" Either goal::set, "set scheduler locked", "Settings of the screen: show all, show one, change one until the end of this run. And whether other tasks take their turns while one is stepped over, out or until.";
        "theme" [] "THEME" Screen, "theme light", "Other colours: dark, light, contrast, colour-blind, none, or a theme of your own.";
        "view" [] "VIEW" Screen, "view task", "Another arrangement of panes: debug, interleave, task, teach, memory, switch, compact, projector, both, source, lesson, or 1 to 9 of your own.";
        "layout" [] "save N | reset | close | split [below|beside]" Screen, "layout save 1", "Keep the arrangement as your own view N, put it back as it came, take the pane away, split its place.";
        "show" [] "PANE [ADDR]" Screen, "show memory 0x4000", "Go to a pane by name or number; memory at an address or a name.";
        "lesson" [] "next | previous | hint | again | page N | answer TEXT | judge | leave" Screen, "lesson hint", "In a lesson: on, back, a hint, the page again from its start, another page, an answer to the question, what you have written judged again, an end.";
        "predict" [] "[on|off|ANSWER ...]" Screen, "predict 2 r3=0x12 sp ZC", "Ask before each step what the turn will change, judge the answer and keep a score (key P); or say it here: the pid if several tasks could run, what changes (r3, r3=0x12, memory, sp, mail, nothing), and the flags after it (ZC, or - for none).";
        "share" [] "[--no-sources]" Screen, "share", "Make a link that opens this moment on the page for browsers or with hsxray: the recording with its sources, at this turn, in this view and pane, with this cursor; in a lesson a link of its page.";
        "shot" [] "FILE.svg|FILE.txt|FILE.ans" Screen, "shot screen.svg", "Write the screen as it is now: as a picture, as text, as text with colours.";
        "select" ["thread"] "TASK" Screen, "select 2", "Select a task by number or name.";
    }
    Rest {
        "help" ["h"] "[COMMAND]" Ask look::help, "help step", "All commands, or one in full.";
        "quit" ["q" "exit"] "" Ask look::quit, "quit", "Leave.";
    }
}

/// The rows a word may mean: exactly, or by a unique beginning.
#[must_use]
pub fn find(word: &str) -> Vec<&'static Command> {
    let word = word.to_lowercase();
    let named = |c: &&Command| c.name == word || c.short.contains(&word.as_str());
    match COMMANDS.iter().find(named) {
        Some(exact) => vec![exact],
        None => COMMANDS.iter().filter(|c| c.name.starts_with(&word)).collect(),
    }
}

/// The file that a command reads before it makes a request of it: what guards files has to ask about it first.
#[must_use]
pub fn sourced(words: &[Word]) -> Option<&Path> {
    let reads = find(&words.first()?.text).iter().any(|command| command.name == "source");
    words.get(1).filter(|_| reads).map(|word| Path::new(&word.text))
}

/// Reads one command: what it means here and now, and the place in the line to be marked if that is refused. Nothing is
/// done yet.
///
/// # Errors
/// What is wrong, where in the line, and what is expected.
pub fn read(
    target: &mut dyn Target,
    selected: Option<Pid>,
    words: Vec<Word>,
) -> Result<(Meaning, Option<usize>), CommandError> {
    let mut words = words.into_iter();
    let Some(name) = words.next() else { return Ok((Reply::empty().into(), None)) };
    // `x/8xw` is `x /8xw` in one word.
    let (called, slash) = name.text.split_once('/').map_or((name.text.as_str(), None), |(n, rest)| (n, Some(rest)));
    let row = match find(called)[..] {
        [row] => row,
        [] => return Err(CommandError::unknown(&name)),
        ref many => return Err(CommandError::ambiguous(&name, many)),
    };
    let mut rest: Vec<Word> = words.collect();
    // `val.list` and its like are `val list` in one word.
    if let Some((_, sub)) = name.text.split_once('.') {
        rest.insert(0, Word::plain(sub, name.column));
    }
    if let Some(format) = slash {
        rest.insert(0, Word::plain(format!("/{format}"), name.column + called.chars().count()));
    }
    let end = name.column + name.text.chars().count();
    let now = target.look(&Want::lists());
    let mut call = Call { target, now, selected, args: Args::new(rest, end), blame: None, row };
    let meaning = match row.does {
        Does::Ask(ask) => ask(&mut call)?.into(),
        Does::Do(request) => Meaning::Request(request(&mut call)?),
        Does::Either(read) => read(&mut call)?,
        Does::Screen => return Err(call.needs_screen()),
    };
    Ok((meaning, call.blame))
}

/// Carries out one command.
///
/// # Errors
/// What was wrong, where in the line, and what was expected.
pub fn execute(target: &mut dyn Target, selected: Option<Pid>, words: Vec<Word>) -> Result<Reply, CommandError> {
    execute_by(send, target, selected, words)
}

/// The same; how its request is carried out is given: by [`send`], or by [`start`].
///
/// # Errors
/// As [`execute`].
pub fn execute_by(
    carry_out: CarryOut,
    target: &mut dyn Target,
    selected: Option<Pid>,
    words: Vec<Word>,
) -> Result<Reply, CommandError> {
    match read(target, selected, words)? {
        (Meaning::Answer(reply), _) => Ok(reply),
        (Meaning::Request(request), blame) => {
            carry_out(target, request).map_err(|e| CommandError { column: e.column.or(blame), ..e })
        }
    }
}
