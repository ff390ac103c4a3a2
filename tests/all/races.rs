//! Races and stale writes: programs whose pairs were worked out by hand, and an oracle.

mod stop;

use crate::support::{Dice, assemble, project};
use hsxray::backend::Target;
use hsxray::backend::request::{Goto, Travel};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::task::RunState;
use hsxray::executive::trace::TraceKind;
use hsxray::executive::{Config, Machine, Marks, Observer, Outcome, Turn, Who};
use hsxray::image::Image;
use hsxray::session::{OriginNode, Race, Session, Sharing, Shown, Site, TreeOptions, WatchedBytes, now};
use hsxray::vm::{Code, Context, Touch, View, touches};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(project("tests/cases/races")).expect("cases").map(|e| e.expect("entry").path());
    let mut cases: Vec<PathBuf> = entries.collect();
    cases.sort();
    cases
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("file")).expect("JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(text: &str) -> u64 {
    text.strip_prefix("0x").map_or_else(|| text.parse(), |hex| u64::from_str_radix(hex, 16)).expect("number")
}

fn load(session: &mut Session, text: &str) {
    let image = Image { name: None, ..assemble(text).image };
    session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
}

/// One of the commands that cases give between turns.
fn outside(session: &mut Session, line: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    let input = match words[..] {
        ["kill", pid] => Input::Kill(number(pid) as u16),
        ["poke", pid, address, hex] => {
            let byte = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex");
            let bytes = (0..hex.len()).step_by(2).map(byte).collect();
            Input::Poke { pid: number(pid) as u16, address: number(address) as u16, bytes }
        }
        ["send", pid, target, text] => {
            let (target, payload) = (target.as_bytes().to_vec(), text.as_bytes().to_vec());
            Input::Send { pid: number(pid) as u16, target, payload }
        }
        _ => panic!("{line}"),
    };
    session.apply(input).expect(line);
}

fn run(case: &Path) -> Session {
    let said = read(&case.join("case.json"));
    let protect = !list(&said["options"]).iter().any(|o| o == "off");
    let mut session = Session::new(Config { protect, ..Config::default() });
    for name in list(&said["programs"]) {
        load(&mut session, &fs::read_to_string(case.join(name.as_str().expect("name"))).expect("source"));
    }
    for turn in 0..said["limit"].as_u64().expect("limit") {
        list(&said["at"][turn.to_string()]).iter().for_each(|line| outside(&mut session, line.as_str().expect("line")));
        let pick = said["schedule"][turn as usize].as_u64();
        session.start(pick.map_or(Who::Rotation, |pid| Who::Only(pid as u16)), 1);
        while session.pump(u64::MAX) {}
    }
    session
}

fn sync(case: &Path) -> Vec<(u32, u32)> {
    let said = read(&case.join("case.json"));
    let number = |pair: &Value, i: usize| pair[i].as_u64().expect("number") as u32;
    list(&said["sync"]).iter().map(|pair| (number(pair, 0), number(pair, 0) + number(pair, 1))).collect()
}

fn site(site: &Site) -> Value {
    json!({ "pid": site.pid, "pc": format!("0x{:04X}", site.pc), "does": if site.write { "write" } else { "read" } })
}

fn races(sharing: &Sharing) -> Value {
    let bytes = |r: &std::ops::Range<u32>| json!([format!("0x{:04X}", r.start), r.end - r.start]);
    let race = |r: &hsxray::session::Race| {
        json!({ "earlier": site(&r.earlier.site), "later": site(&r.later.site), "times": r.times,
                "bytes": r.bytes.iter().map(bytes).collect::<Vec<_>>(), "first": [r.earlier.turn, r.later.turn] })
    };
    sharing.races.iter().map(race).collect()
}

fn stale(sharing: &Sharing) -> Value {
    let turns = |s: &hsxray::session::Stale| s.foreign.iter().map(|(turn, _)| *turn).collect::<Vec<_>>();
    let pids = |s: &hsxray::session::Stale| {
        let mut pids: Vec<u16> = s.foreign.iter().map(|(_, pid)| *pid).collect();
        pids.sort_unstable();
        pids.dedup();
        pids
    };
    let stale = |s: &hsxray::session::Stale| {
        json!({ "address": format!("0x{:04X}", s.address), "task": s.pid, "read": s.read, "foreign": turns(s),
                "by": pids(s), "write": s.write })
    };
    sharing.stale.iter().map(stale).collect()
}

#[test]
fn all_cases_have_the_races_and_stale_writes_that_were_worked_out_by_hand() {
    let mut seen = 0;
    for case in cases() {
        let name = case.file_name().expect("name").to_string_lossy().into_owned();
        let expect = read(&case.join("expect.json"));
        let mut session = run(&case);
        assert_eq!(session.present(), expect["turns"].as_u64().expect("turns"), "{name}");
        let sharing = now(session.sharing(1, session.present(), &sync(&case), false)).expect("past");
        assert_eq!(races(&sharing), expect["races"], "{name}: races");
        assert_eq!(stale(&sharing), expect["lost_updates"], "{name}: stale writes");
        assert_eq!(sharing.more, 0, "{name}");
        seen += 1;
    }
    assert!(seen >= 23, "{seen} cases");
}

#[test]
fn changes_from_outside_race_with_what_tasks_do_if_they_are_asked_for() {
    let case = cases().into_iter().find(|case| case.ends_with("poke-from-outside")).expect("case");
    let mut session = run(&case);
    let end = session.present();
    let of_tasks = now(session.sharing(1, end, &[], false)).expect("past").races;
    let all = now(session.sharing(1, end, &[], true)).expect("past").races;
    let (outside, others): (Vec<Race>, Vec<Race>) = all.into_iter().partition(Race::is_by_host);
    assert_eq!(others, of_tasks);
    assert!(!outside.is_empty());
    let ends: Vec<_> = outside.iter().flat_map(|race| [race.earlier, race.later]).collect();
    assert!(ends.iter().filter(|end| end.site.pid == 0).all(|end| end.site.write && end.value == 0x63), "{ends:?}");
    let found = outside.iter().find(|race| race.earlier.site.pid == 0).expect("what read it came later");
    assert!(found.later.turn > found.earlier.turn && !found.later.site.write, "{found:?}");
}

#[test]
fn what_is_shown_in_both_orders_is_a_branch_that_ends_with_them() {
    let mut counts = [0; 4];
    for case in cases() {
        let name = case.file_name().expect("name").to_string_lossy().into_owned();
        let mut session = run(&case);
        let sharing = now(session.sharing(1, session.present(), &sync(&case), false)).expect("past");
        for race in &sharing.races {
            let way = session.other_way(race).expect("past");
            counts[way.shown as usize] += 1;
            if !matches!(way.shown, Shown::Both | Shown::Time) {
                continue;
            }
            let mut branch = session.clone();
            branch.go_other_way(&way, "other").expect("past");
            assert!(branch.at_present() && branch.place().branch != session.place().branch, "{name}");
            let ends = [branch.machine().ran(), branch.before().expect("turns").ran()];
            assert_eq!(ends, [Some(race.earlier.site.pid), Some(race.later.site.pid)], "{name}: {race:?}");
            let again = now(branch.sharing(1, branch.present(), &sync(&case), false)).expect("past");
            let both = |r: &&hsxray::session::Race| {
                (r.earlier.site, r.later.site) == (race.later.site, race.earlier.site)
                    || (r.earlier.site, r.later.site) == (race.earlier.site, race.later.site)
            };
            assert!(again.races.iter().any(|r| both(&r)), "{name}: {race:?} is a race of its other way, too");
        }
    }
    // Both, time, hangs, untried.
    assert_eq!(counts, [27, 2, 5, 3]);
}

/// An access of an oracle's event: instruction, reading or writing, and which bytes.
type Seen = (u32, bool, BTreeSet<u32>);

/// What a task did in a turn.
struct Did {
    turn: u64,
    pid: u16,
    seen: Vec<Seen>,
    /// The events that happened before it.
    before: BTreeSet<usize>,
}

/// Collects what one turn touches.
#[derive(Default)]
struct Touched(Vec<Touch>);

impl Observer for Touched {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, _: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        touches(cx, ram, code, |t| self.0.push(t));
        false
    }

    fn after(&mut self, _: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        if last.is_some() {
            self.0.extend(touched);
        }
        false
    }
}

/// Takes turns one by one, and closes what it knows of their order transitively: slow and plain.
#[derive(Default)]
struct Oracle {
    events: Vec<Did>,
    last: BTreeMap<u16, usize>,
    sent: BTreeMap<u64, usize>,
    /// By mailbox: bytes of each message that was received, and the receipt.
    receipts: BTreeMap<u64, Vec<(u32, usize)>>,
    sets: Vec<usize>,
    /// By task: what its next turn comes after, because its wait was ended by a kill.
    owed: BTreeMap<u16, Vec<usize>>,
}

impl Oracle {
    fn event(&mut self, turn: u64, pid: u16, touched: &[Touch], edges: &[usize]) -> usize {
        let mut seen: BTreeMap<(u32, bool), BTreeSet<u32>> = BTreeMap::new();
        for t in touched.iter().filter(|t| t.pid == pid && t.bank.is_none()) {
            seen.entry((t.pc, t.write)).or_default().extend(t.address..t.address + t.len);
        }
        let owed = self.owed.remove(&pid).unwrap_or_default();
        let edges: Vec<usize> = edges.iter().copied().chain(owed).chain(self.last.get(&pid).copied()).collect();
        let before = edges.iter().flat_map(|e| self.events[*e].before.iter().copied().chain([*e])).collect();
        let seen = seen.into_iter().map(|((pc, write), bytes)| (pc, write, bytes)).collect();
        self.events.push(Did { turn, pid, seen, before });
        self.last.insert(pid, self.events.len() - 1);
        self.events.len() - 1
    }

    /// The receipts without which a message would not have fitted.
    fn room(&self, before: &Machine, arg: u64, cost: u32) -> Vec<usize> {
        let mailbox = before.mailboxes().get((arg >> 32) as u16).expect("mailbox");
        let mut needed = mailbox.used() + cost;
        let receipts = self.receipts.get(&(arg >> 32)).map_or(&[][..], Vec::as_slice);
        let mut found = Vec::new();
        for (cost, receipt) in receipts.iter().rev() {
            needed += cost;
            if needed > mailbox.capacity() {
                found.push(*receipt);
            }
        }
        found
    }

    fn turn(&mut self, machine: &mut Machine, who: Who) -> Option<u16> {
        let before = machine.clone();
        let known = machine.trace().total();
        let mut touched = Touched::default();
        let ran = machine.observe(who, 1, &Marks::default(), &mut touched);
        let Turn { n: turn, pid, outcome, .. } = ran.last?;
        let entries: Vec<_> = machine.trace().last((machine.trace().total() - known) as usize).collect();
        let task = before.task(pid).expect("task");
        let (given, payload) = (before.reg(task, 1), before.reg(task, 3) & 0xFFFF);
        let mut edges = Vec::new();
        for e in &entries {
            match e.kind() {
                TraceKind::Send => edges.extend(self.room(&before, e.arg(), payload + 8)),
                TraceKind::Recv if e.pid == pid => edges.extend(self.sent.get(&e.arg())),
                _ => {}
            }
        }
        let service = match outcome {
            Outcome::Trap { module, function } => (module, function),
            _ => (0, 0xFF),
        };
        if service == (5, 4) {
            // The box may be gone with its task, or not be there yet.
            let mailbox = machine.mailboxes().resolve(pid, given as u16).ok().and_then(|d| machine.mailboxes().get(d));
            let args = mailbox.into_iter().flat_map(|mailbox| {
                mailbox.messages().map(|m| u64::from(mailbox.descriptor()) << 32 | u64::from(m.seq))
            });
            edges.extend(args.filter_map(|arg| self.sent.get(&arg)));
        }
        if service == (7, 2) && machine.reg(machine.task(pid).expect("task"), 1) == 0 {
            edges.extend(&self.sets);
        }
        let own = self.event(turn, pid, &touched.0, &edges);
        if matches!(service, (7, 0 | 3)) && machine.reg(machine.task(pid).expect("task"), 0) == 0 {
            self.sets.push(own);
        }
        for e in &entries {
            if e.kind() == TraceKind::Send {
                self.sent.insert(e.arg(), own);
            }
            if e.kind() == TraceKind::Recv {
                let receipt = if e.pid == pid {
                    own
                } else {
                    let sender = self.sent.get(&e.arg()).copied();
                    self.event(turn, e.pid, &touched.0, sender.as_slice())
                };
                // All messages of these programs have four bytes.
                self.receipts.entry(e.arg() >> 32).or_default().push((12, receipt));
            }
        }
        Some(pid)
    }

    /// Removes a task: those whose waits that ends come after all it did. Whether there were any.
    fn kill(&mut self, machine: &mut Machine, pid: u16) -> bool {
        let known = machine.trace().total();
        machine.apply(&Input::Kill(pid)).expect("task");
        let entries: Vec<_> = machine.trace().last((machine.trace().total() - known) as usize).collect();
        let woken: Vec<u16> = entries.iter().filter(|e| e.kind() == TraceKind::Wake).map(|e| e.pid).collect();
        let last = self.last.get(&pid).copied();
        woken.iter().for_each(|woken| self.owed.entry(*woken).or_default().extend(last));
        !woken.is_empty()
    }

    /// The races of the turns from `from` to `to`, as the cases write them.
    fn races(&self, from: u64, to: u64) -> BTreeSet<String> {
        type End = (u16, u32, bool);
        type Pair = ((u64, End), (u64, End), BTreeSet<u32>, u64);
        let mut pairs: BTreeMap<(End, End), Pair> = BTreeMap::new();
        for (j, later) in self.events.iter().enumerate() {
            for (pc, write, bytes) in later.seen.iter().filter(|_| (from..=to).contains(&later.turn)) {
                let own = (later.pid, *pc, *write);
                let mut found: BTreeMap<End, (u64, BTreeSet<u32>)> = BTreeMap::new();
                for (i, earlier) in self.events[..j].iter().enumerate().filter(|(_, e)| e.turn >= from) {
                    for (pc, wrote, others) in earlier.seen.iter().filter(|(_, wrote, _)| *wrote || *write) {
                        let common: BTreeSet<u32> = bytes.intersection(others).copied().collect();
                        if earlier.pid != later.pid && !later.before.contains(&i) && !common.is_empty() {
                            let hit = found.entry((earlier.pid, *pc, *wrote)).or_default();
                            hit.0 = hit.0.max(earlier.turn);
                            hit.1.extend(common);
                        }
                    }
                }
                for (other, (turn, bytes)) in found {
                    let key = (own.min(other), own.max(other));
                    let fresh = ((turn, other), (later.turn, own), BTreeSet::new(), 0);
                    let pair = pairs.entry(key).or_insert(fresh);
                    pair.2.extend(bytes);
                    pair.3 += 1;
                }
            }
        }
        pairs.into_values().map(|pair| format!("{pair:?}")).collect()
    }
}

fn as_oracle(sharing: &Sharing) -> BTreeSet<String> {
    let end = |s: &Site| (s.pid, s.pc, s.write);
    let race = |r: &hsxray::session::Race| {
        let bytes: BTreeSet<u32> = r.bytes.iter().flat_map(Clone::clone).collect();
        format!("{:?}", ((r.earlier.turn, end(&r.earlier.site)), (r.later.turn, end(&r.later.site)), bytes, r.times))
    };
    sharing.races.iter().map(race).collect()
}

/// A program that loads, stores, sends, receives, polls, peeks, sleeps, and sets and gets a value.
fn random_program(dice: &mut Dice, first: bool) -> String {
    let mut text = String::from(".text\n LDI32 R6, 0x5000\n");
    for (name, handle) in [("a", 8), ("b", 9)] {
        text += &format!(" LDI32 R1, {name}\n SVC 5, 0\n MOV R{handle}, R1\n");
    }
    if first {
        text += " LDI R1, 2\n LDI R2, 1\n LDI R3, 0\n LDI R4, 0\n SVC 7, 0\n";
    }
    text += "again:\n";
    for _ in 0..4 + dice.roll(8) {
        let handle = 8 + dice.roll(2);
        let receive = |limit: &str| {
            format!(" MOV R1, R{handle}\n LDI32 R2, buf\n LDI R3, 4\n LDI32 R4, {limit}\n LDI R5, 0\n SVC 5, 3\n")
        };
        text += &match dice.roll(14) {
            0 | 1 => format!(" LD R7, [R6+{}]\n", 4 * dice.roll(2)),
            2 | 3 => format!(" ST [R6+{}], R7\n", 4 * dice.roll(2)),
            4 => format!(" LDB R7, [R6+{}]\n", dice.roll(8)),
            5 => format!(" STB [R6+{}], R7\n", dice.roll(8)),
            6 => format!(" STH [R6+{}], R7\n", 2 * dice.roll(4)),
            7 | 8 => format!(" MOV R1, R{handle}\n LDI32 R2, buf\n LDI R3, 4\n LDI R4, 0\n LDI R5, 0\n SVC 5, 2\n"),
            9 => receive("0"),
            10 => receive(if dice.roll(2) == 0 { "1" } else { "0xFFFF" }),
            11 => format!(" MOV R1, R{handle}\n SVC 5, 4\n"),
            12 => String::from(" LDI32 R1, 0x0201\n SVC 7, 2\n"),
            _ => String::from(" LDI32 R1, 0x0201\n LDI R2, 7\n SVC 7, 3\n"),
        };
    }
    // The second box is that of the first task, and goes with it.
    let b = if first { "svc:b" } else { "svc:b@1" };
    text + &format!(" JMP again\n.data\na:\n .asciz \"app:a\"\nb:\n .asciz \"{b}\"\n.align 4\nbuf:\n .word 0\n")
}

proptest! {
    #![proptest_config(crate::support::cases(48))]

    #[test]
    fn races_of_random_programs_are_those_of_a_transitive_closure_in_every_window(seed: u64) {
        let mut dice = Dice(seed);
        let mut session = Session::new(Config::default());
        let mut machine = Machine::new(Config::default());
        for i in 0..3 {
            let image = Arc::new(Image { name: None, ..assemble(&random_program(&mut dice, i == 0)).image });
            session.apply(Input::Load(Load::new(Arc::clone(&image)))).expect("room");
            machine.apply(&Input::Load(Load::new(image))).expect("room");
        }
        let mut oracle = Oracle::default();
        let (end, killed) = (60 + dice.roll(260), if dice.roll(3) == 0 { 2 } else { 1 });
        for turn in 0..220 {
            if turn == end {
                oracle.kill(&mut machine, killed);
                session.apply(Input::Kill(killed)).expect("task");
            }
            let ready: Vec<u16> = machine.tasks().iter().filter(|t| t.state == RunState::Ready).map(|t| t.pid).collect();
            let who = if ready.is_empty() { Who::Rotation } else { Who::Only(*dice.of(&ready)) };
            if oracle.turn(&mut machine, who).is_none() {
                break;
            }
            session.start(who, 1);
            while session.pump(u64::MAX) {}
        }
        let present = session.present();
        prop_assert_eq!(present, machine.turns());
        let whole = now(session.sharing(1, present, &[], false)).expect("past");
        prop_assert_eq!(as_oracle(&whole), oracle.races(1, present));
        for _ in 0..3 {
            let (a, b) = (1 + dice.roll(present.max(1)), 1 + dice.roll(present.max(1)));
            let (from, to) = (a.min(b), a.max(b));
            let part = now(session.sharing(from, to, &[], false)).expect("past");
            prop_assert_eq!(as_oracle(&part), oracle.races(from, to), "{}..{}", from, to);
        }
    }
}

/// What the tree of a spot says: depth, turn, pid, value, and how it came there or where it begins.
fn tree(session: &Session, spot: WatchedBytes) -> Vec<String> {
    let nodes = now(session.origin_tree(spot, TreeOptions::default())).expect("past");
    let line = |n: &OriginNode| {
        let kids: Vec<usize> = n.kids.iter().map(|k| k.id).collect();
        format!("{} turn {} of {}: {:X} {:?} {:?} {kids:?}", n.id, n.turn, n.pid, n.value, n.via, n.end)
    };
    nodes.iter().map(line).collect()
}

#[test]
fn the_tree_of_a_lost_update_ends_in_the_zero_and_the_one_it_was_made_of() {
    let session = run(&project("tests/cases/races/lost-update"));
    let word = WatchedBytes::seen(session.machine(), 2, 0x5000, 4).expect("spot");
    let expected = [
        "1 turn 10 of 2: 1 Store None [2]",
        "2 turn 8 of 2: 1 Compute None [4, 3]",
        "3 turn 6 of 2: 1 Begin Some(Constant) []",
        "4 turn 4 of 2: 0 Load None [5]",
        "5 turn 0 of 0: 0 Begin Some(Zero) []",
    ];
    assert_eq!(tree(&session, word), expected);
}

#[test]
fn a_tree_goes_through_a_message_into_its_senders_memory() {
    let mut session = Session::new(Config::default());
    for name in ["producer", "consumer", "ticker"] {
        let text = fs::read_to_string(project(&format!("assets/programs/ping/{name}.mvasm"))).expect("source");
        load(&mut session, &text);
    }
    session.start(Who::Rotation, 400);
    while session.pump(u64::MAX) {}
    let machine = session.machine();
    let received = machine.trace().last(4096).rfind(|e| e.kind() == TraceKind::Recv && e.pid == 2).expect("receipt");
    session.seek(received.turn).expect("past");
    let before = session.before().expect("turns").clone();
    let buffer = before.reg(before.task(2).expect("task"), 2) as u16;
    let spot = WatchedBytes::seen(session.machine(), 2, buffer, 4).expect("spot");
    let nodes = now(session.origin_tree(spot, TreeOptions::default())).expect("past");
    assert_eq!((nodes[0].pid, nodes[0].via), (2, hsxray::session::Origin::Message));
    let kid = &nodes[nodes[0].kids[0].id - 1];
    assert_eq!((kid.pid, kid.value), (1, nodes[0].value), "the producer stored what the consumer got");
    assert!(nodes.iter().any(|n| n.end.is_some()));
}

proptest! {
    #![proptest_config(crate::support::cases(24))]

    #[test]
    fn what_a_tree_says_was_copied_is_what_is_there(seed: u64) {
        let mut dice = Dice(seed);
        let mut session = Session::new(Config::default());
        (0..3).for_each(|i| load(&mut session, &random_program(&mut dice, i == 0)));
        session.start(Who::Rotation, 150 + dice.roll(150));
        while session.pump(u64::MAX) {}
        let machine = session.machine();
        let shared = [0x5000, 0x5004].into_iter().filter_map(|at| WatchedBytes::seen(machine, 1, at, 4));
        let registers = (1..=3).flat_map(|pid| [2, 4, 7].map(|i| (pid, i)));
        let spots: Vec<WatchedBytes> = shared.chain(registers.filter_map(|(pid, i)| WatchedBytes::register(machine, pid, i))).collect();
        for spot in spots {
            let nodes = now(session.origin_tree(spot, TreeOptions::default())).expect("past");
            prop_assert!(!nodes.is_empty());
            if nodes[0].bytes == 4 {
                prop_assert_eq!(nodes[0].value, spot.value(session.machine()));
            }
            for node in &nodes {
                let copies = !matches!(node.via, hsxray::session::Origin::Compute | hsxray::session::Origin::Begin);
                for kid in node.kids.iter().filter(|_| copies).map(|k| &nodes[k.id - 1]) {
                    let known = kid.bytes == node.bytes && kid.end != Some(hsxray::session::Beginning::Input);
                    prop_assert!(!known || kid.value == node.value, "{:?} from {:?}", node, kid);
                    prop_assert!(kid.turn < node.turn, "{:?} from {:?}", node, kid);
                }
            }
        }
    }
}

#[test]
fn goto_next_race_visits_each_pair_in_the_turn_that_shows_it_first() {
    let mut target = hsxray::demo::target("lost-update").expect("demo");
    crate::support::run(&mut target, "run 100; races; goto start");
    let mut visited = Vec::new();
    while let Ok(answer) = Target::send(&mut target, Travel::Goto(Goto::Race { next: true }).into()) {
        visited.push((target.machine().turns(), hsxray::command::Reply::from(answer).text));
    }
    let turns: Vec<u64> = visited.iter().map(|(turn, _)| *turn).collect();
    assert_eq!(turns, [9, 10], "{visited:?}");
    assert!(visited[0].1.starts_with("race 1; "), "{visited:?}");
    Target::send(&mut target, Travel::Goto(Goto::Race { next: false }).into()).expect("before");
    assert_eq!(target.machine().turns(), 9);
    let refused = Target::send(&mut target, Travel::Goto(Goto::Race { next: false }).into()).expect_err("none");
    assert!(refused.to_string().starts_with("no race was seen first before turn 9 in turns 1 to "), "{refused}");
}

#[test]
fn an_update_is_lost_only_if_what_was_written_was_made_from_what_had_been_read() {
    let session = |between: &str| {
        let source = format!(
            ".text\n LDI32 R6, 0x5000\n LDI R3, 1\n LD R2, [R6+0]\n {between}\n PUSH R2\n POP R4\n ST [R6+0], R4\n RET\n"
        );
        let mut session = Session::new(Config::default());
        for _ in 0..2 {
            let image = Image { name: None, ..assemble(&source).image };
            session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
        }
        session.start(Who::Rotation, 100);
        while session.pump(u64::MAX) {}
        session
    };
    for (between, from_read) in [("ADD R2, R2, R3", true), ("LDI R2, 7", false), ("MOV R2, R3", false)] {
        let mut session = session(between);
        let stale = now(session.sharing(1, session.present(), &[], false)).expect("past").stale;
        assert_eq!(stale.len(), 1, "{stale:?}");
        assert_eq!(session.came_from_read(&stale[0]), Some(from_read), "{between}");
    }
    let mut target = hsxray::demo::target("lost-update").expect("demo");
    let found = crate::support::run(&mut target, "run 100; races");
    assert_eq!(found["lost_updates"][0]["from_read"], json!(true), "{found}");
}
