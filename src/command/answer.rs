//! Answers in words.

use super::reply::{Reply, Show, sentence};
use crate::backend::answer::{
    Answer, Arrival, Arrived, Compared, DeadlockStops, Done, ModesOf, Rebased, SearchState, StopSet, WriteFound,
};
use crate::backend::{Forked, Pid, Via, mode_names};

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Reply {
        let mut text = done(&answer.done);
        if let Some(fork) = &answer.forked {
            text += if text.is_empty() { "" } else { "\n" };
            text += &forked(fork);
        }
        let started = answer.started();
        let show = match &answer.done {
            Done::Frame(chosen) => Some(Show::Code(chosen.pid, chosen.frame.stands_at)),
            _ => None,
        };
        Reply { started, show, ..Reply::new(text, answer) }
    }
}

fn rebased(moved: &Rebased) -> String {
    let Rebased { pid, was, reg_base, overlaps } = moved;
    let others: Vec<String> = overlaps.iter().map(Pid::to_string).collect();
    let on = match &others[..] {
        [] => String::new(),
        [one] => format!("; it lies on the window or stack of task {one}"),
        many => format!("; it lies on windows or stacks of tasks {}", many.join(", ")),
    };
    format!("R0 of task {pid} is the word at 0x{reg_base:04X} now, it was at 0x{was:04X}: no word has changed{on}")
}

/// That a branch began, in words.
pub(super) fn forked(fork: &Forked) -> String {
    let Forked { branch, from, turn, kept } = fork;
    format!("branch {branch} begins at turn {turn}; branch {from} with its {kept} turns is kept: branch go {from}")
}

/// A number of things, with the right ending: `1 byte`, `2 bytes`.
pub(super) fn count(n: impl Into<u64>, thing: &str) -> String {
    let n = n.into();
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// A task, or that there is none.
pub(super) fn who(pid: Option<Pid>) -> String {
    pid.map_or_else(|| "no task".into(), |pid| format!("task {pid}"))
}

fn done(done: &Done) -> String {
    match done {
        Done::Started(_) => String::new(),
        Done::Clock(clock) => {
            let speed = match clock.rate_hz {
                0 => "full speed".to_owned(),
                hz => format!("{hz} turns a second"),
            };
            let next = clock.next.map_or("none".into(), |pid| pid.to_string());
            format!("{}; turn {}, {} us, {speed}; next {next}", sentence(&clock.stop), clock.turn, clock.time_us)
        }
        Done::Scheduler(scheduler) => match scheduler.scheduler {
            "rotate" => "while one task is stepped over, out or until, the others take their turns".into(),
            _ => "while one task is stepped over, out or until, the others stand still".into(),
        },
        Done::DeadlockStops(DeadlockStops { deadlock_stops: true }) => {
            "a run ends when some tasks certainly wait for ever, though others could continue".into()
        }
        Done::DeadlockStops(_) => "a run ends at a deadlock only when no task can continue".into(),
        Done::Arrived(arrival) => arrived(arrival),
        Done::Marked(mark) => format!("{} is turn {}", mark.name, mark.turn),
        Done::Named(named) => format!("branch {} is {}", named.branch, named.name),
        Done::Dropped(dropped) => format!("branch {} is deleted", dropped.branch),
        Done::Compared(compared) => parts(compared),
        Done::StopSet(set) => stop(set),
        Done::StopsSet(set) => {
            let all: Vec<String> = [&set.first].into_iter().chain(&set.others).map(stop).collect();
            all.join("\n")
        }
        Done::Variable(set) => format!("{} = {}", set.name, set.text),
        Done::Frame(chosen) => super::frames::frame_line(&chosen.frame),
        Done::Removed(removed) => match removed.removed[..] {
            [one] => format!("stop {one} is removed"),
            ref all => format!("{} removed", count(all.len() as u64, "stop")),
        },
        Done::Enabled(stop) => format!("stop {} is {}", stop.number, if stop.enabled { "on" } else { "off" }),
        Done::Conditioned(stop) if stop.condition.is_empty() => format!("stop {} always stops", stop.number),
        Done::Conditioned(stop) => format!("stop {} stops if {}", stop.number, stop.condition),
        Done::Ignoring(stop) if stop.ignore == 0 => format!("stop {} stops at its next hit", stop.number),
        Done::Ignoring(stop) => format!("stop {} lets the next {} pass", stop.number, count(stop.ignore, "hit")),
        Done::Commands(stop) if stop.commands.is_empty() => format!("stop {} has no commands", stop.number),
        Done::Commands(stop) => format!("stop {} does: {}", stop.number, stop.commands.join("; ")),
        Done::Register(set) => format!("{} of task {} is 0x{:08X}", set.reg, set.pid, set.value),
        Done::Rebased(moved) => rebased(moved),
        Done::Poked(set) => format!("{} at 0x{:04X}", count(set.length as u64, "byte"), set.address),
        Done::Sent(sent) => {
            let unopened = if sent.unopened { ", which no task has open" } else { "" };
            format!("{} sent to {}{unopened}", count(sent.length as u64, "byte"), sent.target)
        }
        Done::Taken(taken) if taken.messages.is_empty() => "no messages".into(),
        Done::Taken(taken) => taken.messages.iter().map(|message| message.text.as_str()).collect(),
        Done::Streams(modes) => {
            let line = |of: &ModesOf| {
                let shown: Vec<String> = modes
                    .shown
                    .numbers()
                    .map(|stream| format!("{} {}", ["in", "out", "err"][stream], mode_names(of.modes[stream])))
                    .collect();
                let whose = if of.pid == 0 { "tasks loaded later".into() } else { format!("task {}", of.pid) };
                format!("{whose}: {}", shown.join(", "))
            };
            modes.streams.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Done::Symbols(read) => {
            let warnings: String = read.warnings.iter().map(|warning| format!("\nwarning: {warning}")).collect();
            format!("{} symbols of {} are task {}'s now{warnings}", read.count, read.file, read.pid)
        }
        Done::Value(set) => {
            let note = if set.changed { "" } else { " (smaller than its epsilon: not changed)" };
            set.value.as_ref().map_or_else(String::new, |value| format!("{}{note}", super::values::value_line(value)))
        }
        Done::Called(called) => format!("the request went to pid:{}", called.owner),
        Done::Task(task) => format!("task {}: quantum {}, {}", task.pid, task.quantum, task.state),
        Done::Order(order) if order.order.is_empty() => "there are no tasks".into(),
        Done::Order(order) => {
            let order_of: Vec<String> = order.order.iter().map(Pid::to_string).collect();
            format!("order of rotation {}; next {}", order_of.join(" "), who(order.next))
        }
        Done::Preempted(given) => {
            let left = count(given.given_up, "turn");
            format!("task {} gives up {left} of its quantum; next {}", given.pid, who(given.next))
        }
        Done::State(task) if task.state == "paused" => {
            format!("task {0} is paused: thaw {0} or resume {0} lets it continue", task.pid)
        }
        Done::State(task) => format!("task {} is {}", task.pid, task.state),
        Done::Loaded(loaded) => {
            let warnings: String = loaded.warnings.iter().map(|warning| format!("\nwarning: {warning}")).collect();
            let lost = without_place(&loaded.lost_stops, &loaded.lost_places, "it");
            let again = if loaded.old_pid == Some(loaded.pid) { ", loaded again" } else { "" };
            format!("{} is task {}{again}{warnings}{lost}", loaded.name, loaded.pid)
        }
        Done::Kept(kept) => {
            let pending = kept.pending.as_ref().map_or_else(String::new, |why| format!("; pending: {why}"));
            format!("{}: {}, shown in pane 10{pending}", kept.number, kept.expression)
        }
        Done::Forgotten(gone) => format!("{} is no longer shown", gone.number),
        Done::Recorded(made) => {
            let (turns, inputs) = (count(made.turn, "turn"), count(made.inputs as u64, "input"));
            let others = if made.left_out.is_empty() { "" } else { "; only this branch is in it" };
            format!("{} written: {turns}, {inputs}, state {}{others}", made.file, made.digest)
        }
        Done::Exported(made) => format!("{} written: {} as {}", made.file, count(made.turns, "turn"), made.format),
        Done::Files(made) => format!("{} written to {}", count(made.files.len() as u64, "file"), made.directory),
        Done::Written(made) => format!("{} written", made.file),
        Done::Sources(sources) => source_places(&sources.places, sources.found),
        Done::Search(search) => search_state(search),
        Done::Races(races) => super::races::text(&races.list, &races.rows),
        Done::Race(tried) => match tried.row.branch {
            Some(branch) => {
                let verdict = super::races::verdict(&tried.row);
                format!("{verdict}\nthis is the end of branch {branch}, where they do")
            }
            None => super::races::verdict(&tried.row),
        },
        Done::RaceHidden(hidden) => format!("race {} is hidden; races show lists it again", hidden.race),
        Done::RacesShown(shown) if shown.shown == 1 => "1 pair is listed again".into(),
        Done::RacesShown(shown) => format!("{} pairs are listed again", shown.shown),
        Done::Synchronizing(declared) if declared.sync.is_empty() => "no word is declared as synchronization".into(),
        Done::Synchronizing(declared) => super::races::stretches(&declared.sync).join("\n"),
        Done::Pinned(lanes) => {
            let mut lines = super::races::stretches(&lanes.pinned);
            let auto = if lanes.auto { "shared words have theirs" } else { "shared words have none of their own" };
            lines.push(auto.into());
            lines.join("\n")
        }
        Done::Fate(fate) => super::fate::text(&fate.view),
        Done::FateOff(_) => "the fate of the run is no longer shown".into(),
        Done::FateMap(map) => super::fate_map::map_text(&map.view),
        Done::Could(could) => super::could::could_text(&could.view),
        Done::World(world) => super::world::world_text(&world.view),
        Done::Origins(origins) => super::origins::text(&origins.tree),
        Done::Writes(found) => super::history::writes_text(found),
        Done::Uses(found) => super::origins::uses_text(found),
        Done::Between(found) => super::measure::turns(found),
        Done::Intervals(found) => super::measure::events(found),
        Done::WakePath(path) => super::waits::path_text(path),
        Done::Restarted(began) => {
            let lost = without_place(&began.lost_stops, &[], "any program");
            format!("all programs are read again, and the session is at turn {}{lost}", began.turn)
        }
        Done::Reset(_) => "the session begins again at turn 0".into(),
    }
}

fn arrived(arrival: &Arrival) -> String {
    let Arrival { turn, time_us, stop, present, past, by, .. } = arrival;
    let place = if *past { format!("the present is turn {present}") } else { "the present".into() };
    let why = match stop {
        crate::backend::Status::Visited => String::new(),
        status => format!("{}; ", sentence(status)),
    };
    let here = format!("{why}turn {turn}, {time_us} us, {place}");
    match by {
        Arrived::Plainly {} => here,
        Arrived::Event { event, input } => {
            let who = if event.pid == 0 { String::new() } else { format!(" of task {}", event.pid) };
            let what = input.as_ref().map_or_else(String::new, |input| format!(", {input}"));
            format!("{}{who}{what}; {here}", event.kind().name())
        }
        Arrived::Undone { undone } => format!("{undone} taken back; {here}"),
        Arrived::Write(found) => wrote(found, *turn),
        Arrived::File { file, failure } => {
            let failure = failure.as_ref().map_or_else(String::new, |failure| format!("\nrecorded failure: {failure}"));
            format!("{file} replayed, its end is the one recorded; {here}{failure}")
        }
        Arrived::Line { place: Some(place) } => format!("{}; {here}", super::reply::source_place(place)),
        Arrived::Line { place: None } => here,
        Arrived::Branch { name } => format!("branch {name}: {here}"),
        Arrived::Find { text } => format!("{text}; {here}"),
    }
}

fn wrote(found: &WriteFound, turn: u64) -> String {
    let WriteFound { pid, pc, old, new, via, place } = found;
    let how = match via {
        None => "",
        Some(Via::Move) => "moved from a register; ",
        Some(Via::Load) => "loaded from memory; ",
        Some(Via::Store) => "stored from a register; ",
        Some(Via::Message) => "received in a message; ",
    };
    let writer = match (pid, pc) {
        (Some(pid), Some(pc)) => {
            let place = place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
            format!("task {pid} at 0x{pc:04X}{place}")
        }
        _ => "something from outside".into(),
    };
    format!("{how}turn {turn}: {writer} wrote 0x{new:08X}, before it was 0x{old:08X}")
}

fn parts(compared: &Compared) -> String {
    let Compared { a, b, parts, branches, cause, tasks, .. } = compared;
    let why = cause.iter().filter(|cause| cause.kind != "nothing").map(|cause| format!("\n{}", cause.text));
    let differs = tasks.iter().map(|task| format!("\n{} {}", task.pid, task.text));
    let more: String = why.chain(differs).collect();
    let Some(parts) = parts else { return format!("{a} and {b} are the same as far as both go") };
    let memory = parts.word.as_ref().map_or(String::new(), |word| {
        let what = match &word.name {
            Some(name) => format!("{name} (0x{:04X})", word.address),
            None => format!("the word at 0x{:04X}", word.address),
        };
        format!("; {what} is 0x{:08X} and 0x{:08X}", word.a, word.b)
    });
    let one = |pid: Option<Pid>, at: &Option<String>| match at {
        Some(name) => format!("{} at {name}", who(pid)),
        None => who(pid),
    };
    let (a, b) = (one(parts.ran.a, &parts.at.a), one(parts.ran.b, &parts.at.b));
    let ran = if a == b { format!("{a} ran") } else { format!("{a} and {b} ran") };
    let then = match branches {
        Some([_, y]) => format!("; branch {y} is here too: branch next; side by side: view both"),
        None => "; their settings differ, so they cannot be opened together".into(),
    };
    format!("{a} and {b} differ from turn {} on: {ran}{memory}{then}{more}", parts.turn)
}

fn stop(set: &StopSet) -> String {
    let StopSet { number, stop, .. } = set;
    let condition = stop.condition.as_ref().map_or(String::new(), |c| format!(" if {}", c.text()));
    let once = if stop.temporary { ", once" } else { "" };
    let pending = set.pending.as_ref().map_or(String::new(), |why| format!("; pending: {why}"));
    if !stop.is_breakpoint() {
        return format!("stop {number}: {}{condition}{once}{pending}", super::stops::said(stop));
    }
    let whose = match (stop.pid, &stop.app) {
        (Some(pid), _) => format!("task {pid}"),
        (None, Some(app)) => format!("every {app}"),
        (None, None) => "every task".into(),
    };
    let place = match (set.pc, &set.place) {
        (Some(pc), Some(name)) => format!("{name} (0x{pc:04X})"),
        (Some(pc), None) => format!("0x{pc:04X}"),
        (None, name) => name.clone().unwrap_or_default(),
    };
    match &stop.log {
        Some(log) => format!("log point {number}: {whose} at {place}{condition}: {log}{pending}"),
        None => format!("breakpoint {number}: {whose} at {place}{condition}{once}{pending}"),
    }
}

/// The stops whose place is not in a program any more, on a line of its own.
fn without_place(stops: &[u32], places: &[String], program: &str) -> String {
    let named = |(i, number): (usize, &u32)| match places.get(i).filter(|place| !place.is_empty()) {
        Some(place) => format!("{number} ({place})"),
        None => number.to_string(),
    };
    let stops: Vec<String> = stops.iter().enumerate().map(named).collect();
    match &stops[..] {
        [] => String::new(),
        [one] => format!("\nstop {one} has no place in {program}"),
        many => format!("\nstops {} have no place in {program}", many.join(", ")),
    }
}

/// Where sources are looked for, and for how many programs that was of use.
pub(super) fn source_places(places: &[String], found: usize) -> String {
    match (places, found) {
        ([], _) => "sources are looked for beside their images".to_owned(),
        (places, 0) => format!("sources are looked for beside their images and in {}", places.join(", ")),
        (places, n) => {
            format!("sources are looked for in {}; found for {}", places.join(", "), count(n as u64, "task"))
        }
    }
}

/// How a search stands, and what it has found, a line each.
pub(super) fn search_state(search: &SearchState) -> String {
    let mut lines = vec![super::summary(&search.hunted.progress, search.from)];
    lines.extend(search.hunted.rows.iter().enumerate().map(|(i, row)| format!("{:3} {}", i + 1, row.text())));
    lines.join("\n")
}
