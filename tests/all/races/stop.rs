//! `catch race`: a stop at each second access of a race, in the past as when it happened.

use super::{Oracle, cases, load, random_program, run, sync};
use crate::support::{Dice, assemble};
use hsxray::backend::Local;
use hsxray::command::{execute, split};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::task::RunState;
use hsxray::executive::{Config, Machine, Who};
use hsxray::image::Image;
use hsxray::session::{Event, On, Session, Status, now};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

impl Oracle {
    /// The turns of accesses that some earlier one of another task is not ordered before, though they conflict.
    fn seconds(&self) -> BTreeSet<u64> {
        let mut found = BTreeSet::new();
        for (j, later) in self.events.iter().enumerate() {
            for (i, earlier) in self.events[..j].iter().enumerate().filter(|(_, e)| e.pid != later.pid) {
                let conflict = |(_, writes, bytes): &super::Seen| {
                    earlier.seen.iter().any(|(_, wrote, others)| (*wrote || *writes) && !bytes.is_disjoint(others))
                };
                if !later.before.contains(&i) && later.seen.iter().any(conflict) {
                    found.insert(later.turn);
                }
            }
        }
        found
    }
}

fn catch(session: &mut Session) {
    session.stops.add_on(None, On::Event(Event::Race(None)));
}

/// The turn where it stands, if it stopped for a race.
fn raced(session: &Session) -> Option<u64> {
    let Status::Event { event, .. } = session.status() else { return None };
    assert!(event.starts_with("race at "), "{event}");
    Some(session.machine().turns())
}

fn backwards(session: &mut Session) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    while session.machine().turns() > 0 {
        session.reverse_continue().expect("past");
        found.extend(raced(session));
    }
    found
}

fn forwards(session: &mut Session, who: Who, end: u64) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    while session.machine().turns() < end {
        let before = session.machine().turns();
        session.start(who, end - before);
        while session.pump(u64::MAX) {}
        found.extend(raced(session));
        if session.machine().turns() == before {
            break;
        }
    }
    found
}

proptest! {
    #![proptest_config(crate::support::cases(32))]

    #[test]
    fn it_is_at_every_second_access_when_it_happens_in_the_past_and_backwards(seed: u64) {
        let mut dice = Dice(seed);
        let mut machine = Machine::new(Config::default());
        let (mut live, mut late) = (Session::new(Config::default()), Session::new(Config::default()));
        for i in 0..3 {
            let image = Arc::new(Image { name: None, ..assemble(&random_program(&mut dice, i == 0)).image });
            machine.apply(&Input::Load(Load::new(Arc::clone(&image)))).expect("room");
            for session in [&mut live, &mut late] {
                session.apply(Input::Load(Load::new(Arc::clone(&image)))).expect("room");
            }
        }
        catch(&mut live);
        let (mut oracle, mut seen) = (Oracle::default(), BTreeSet::new());
        for _ in 0..160 {
            let ready: Vec<u16> = machine.tasks().iter().filter(|t| t.state == RunState::Ready).map(|t| t.pid).collect();
            let who = if ready.is_empty() { Who::Rotation } else { Who::Only(*dice.of(&ready)) };
            if oracle.turn(&mut machine, who).is_none() {
                break;
            }
            for session in [&mut live, &mut late] {
                session.start(who, 1);
                while session.pump(u64::MAX) {}
            }
            seen.extend(raced(&live));
        }
        let (end, expected) = (machine.turns(), oracle.seconds());
        prop_assert_eq!(&seen, &expected, "as it happens");
        catch(&mut late);
        let mut before = expected.clone();
        before.remove(&end);
        prop_assert_eq!(&backwards(&mut late), &before, "backwards, set afterwards");
        prop_assert_eq!(&forwards(&mut late, Who::Rotation, end), &expected, "through the past");
        prop_assert_eq!(&backwards(&mut live), &before, "backwards");
        let middle = 1 + dice.roll(end.max(2) - 1);
        live.seek(middle).expect("past");
        let rest: BTreeSet<u64> = expected.into_iter().filter(|turn| *turn > middle).collect();
        prop_assert_eq!(forwards(&mut live, Who::Rotation, end), rest, "from the middle");
    }

    #[test]
    fn a_run_of_many_turns_stops_where_single_turns_do(seed: u64) {
        let mut dice = Dice(seed);
        let mut sessions = [Session::new(Config::default()), Session::new(Config::default())];
        let programs: Vec<String> = (0..3).map(|i| random_program(&mut dice, i == 0)).collect();
        let found = sessions.each_mut().map(|session| {
            programs.iter().for_each(|text| load(session, text));
            catch(session);
            session
        });
        let [one, many] = found;
        let mut seen = BTreeSet::new();
        for _ in 0..300 {
            one.start(Who::Rotation, 1);
            while one.pump(1) {}
            seen.extend(raced(one));
        }
        prop_assert_eq!(forwards(many, Who::Rotation, one.machine().turns()), seen);
    }
}

#[test]
fn every_race_of_the_cases_has_its_stop_windows_and_deliveries_included() {
    for case in cases() {
        let name = case.file_name().expect("name").to_string_lossy().into_owned();
        let mut session = run(&case);
        let end = session.present();
        sync(&case).into_iter().for_each(|(start, end)| session.declared.synchronize(start, end));
        let sharing = now(session.sharing(1, end, &sync(&case), false)).expect("past");
        catch(&mut session);
        let mut found = backwards(&mut session);
        // One that the last turn completes lies behind where the search began.
        found.extend(sharing.races.iter().map(|r| r.later.turn).filter(|turn| *turn == end));
        for race in &sharing.races {
            assert!(found.contains(&race.later.turn), "{name}: {race:?} in {found:?}");
        }
        let times: u64 = sharing.races.iter().map(|r| r.times).sum();
        assert!(found.len() as u64 <= times, "{name}: {found:?}");
        session.seek(0).expect("start");
        let through = forwards(&mut session, Who::Rotation, end);
        assert!(through.is_superset(&found), "{name}: {through:?} of {found:?}");
    }
}

fn lost_update(directory: &Path) -> Local {
    let mut target = Local::new("race", hsxray::backend::Config::default(), Default::default());
    for name in ["first", "second"] {
        let from = crate::support::project(&format!("tests/cases/races/lost-update/{name}.mvasm"));
        let to = directory.join(format!("{name}.mvasm"));
        std::fs::copy(from, &to).expect("copies");
        crate::support::run(&mut target, &format!("load {}", to.display()));
    }
    target
}

fn stopped(target: &mut Local, line: &str) -> (u64, String) {
    crate::support::run(target, line);
    let event = match target.session().status() {
        Status::Event { event, .. } => event.clone(),
        _ => String::new(),
    };
    (target.machine().turns(), event)
}

#[test]
fn a_stop_on_a_race_says_who_did_what_and_obeys_place_condition_task_and_declarations() {
    let directory = tempfile::tempdir().expect("directory");
    let open = || lost_update(directory.path());
    let mut target = open();
    let text = |pid, does, other, did, turn| {
        format!("race at 0x5000: {pid} {does}, {other} {did} in turn {turn}, only the schedule ordered them")
    };
    assert_eq!(stopped(&mut target, "catch race; run"), (9, text(1, "writes", 2, "read", 4)));
    assert_eq!(stopped(&mut target, "run"), (10, text(2, "writes", 1, "read", 3)));
    assert_eq!(stopped(&mut target, "reverse-continue"), (9, text(1, "writes", 2, "read", 4)));
    let elsewhere = |line: &str| stopped(&mut open(), line).1;
    assert_eq!(elsewhere("catch race 0x5004; run"), "");
    assert_eq!(elsewhere("catch race 0x5004..0x5010; run"), "");
    assert_eq!(stopped(&mut open(), "catch race [0x5000] -p 2; run").0, 10);
    assert_eq!(stopped(&mut open(), "catch race 0x5002..0x5003 if turn > 9; run").0, 10);
    assert_eq!(elsewhere("sync 0x5000; catch race; run"), "", "declared words do not race");
    assert_eq!(stopped(&mut open(), "catch race; run; sync 0x5000; run").1, "", "declared while it is on");
    // The pair that stops in 9 alone is hidden: it is the first of the list.
    assert_eq!(stopped(&mut open(), "run; races hide 1; goto start; catch race; run").0, 10);
    let record = directory.path().join("a.hsxrec");
    let mut again = open();
    crate::support::run(&mut again, &format!("catch race 0x5000; run 5; record {0}; replay {0}", record.display()));
    assert_eq!(stopped(&mut again, "run").0, 9, "recordings keep it");
}

#[test]
fn what_a_stop_on_a_race_cannot_be_is_refused() {
    let mut target = Local::new("race", hsxray::backend::Config::default(), Default::default());
    let mut refused = |line: &str| {
        let words = split(line).expect("line").remove(0);
        execute(&mut target, None, words).expect_err(line).to_string()
    };
    assert!(refused("catch race 0x10000").contains("an address is expected"), "{}", refused("catch race 0x10000"));
    assert!(refused("catch race 0x5004..0x5000").contains("an address is expected"));
    let config = hsxray::backend::Config { trace: 64, ..hsxray::backend::Config::default() };
    let mut small = Local::new("race", config, Default::default());
    let words = split("catch race").expect("line").remove(0);
    let refused = execute(&mut small, None, words).expect_err("a small trace").to_string();
    assert_eq!(refused, "to catch race takes a trace: --trace-size 128 or more");
}
