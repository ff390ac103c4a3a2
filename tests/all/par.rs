//! The fewest switches to a goal: what the search proves is what trying every schedule of single turns finds.

use crate::classics::philosophers;
use crate::explore::{increments, machine};
use crate::support;
use hsxray::executive::{Machine, Pid};
use hsxray::explore::{Bounds, NoPar, Par, Schedule, ScopedExpr, par};
use hsxray::lesson::{LessonTaskKind, SHELF};
use hsxray::session::expr::Expr;

fn goal(text: &str) -> ScopedExpr {
    ScopedExpr { expr: Expr::parse(text).expect("expression"), pid: Some(1) }
}

fn found(start: &Machine, text: &str) -> Result<Par, NoPar> {
    par(start, &goal(text), Bounds::default(), 12, &mut |_| true)
}

fn holds(machine: &Machine, goal: &ScopedExpr) -> bool {
    goal.value(machine).is_ok_and(|v| v.truth())
}

/// Whether some schedule of single turns with so many more switches reaches a goal.
fn reaches(machine: &Machine, goal: &ScopedExpr, last: Option<Pid>, left: u64) -> bool {
    let mut at = machine.clone();
    loop {
        if holds(&at, goal) {
            return true;
        }
        let others: Vec<Pid> = at.tasks().iter().map(|t| t.pid).filter(|pid| Some(*pid) != last).collect();
        let cost = u64::from(last.is_some());
        let mut next =
            others.into_iter().filter(|pid| cost <= left && at.task(*pid).is_some_and(|t| ready(&at, t.pid)));
        if next.any(|pid| {
            let mut turned = at.clone();
            turned.turn_of(pid).is_ok() && reaches(&turned, goal, Some(pid), left - cost)
        }) {
            return true;
        }
        match last {
            Some(pid) if ready(&at, pid) && at.turn_of(pid).is_ok() => {}
            _ => return false,
        }
    }
}

fn ready(machine: &Machine, pid: Pid) -> bool {
    machine.task(pid).is_some_and(|t| t.state == hsxray::backend::RunState::Ready)
}

/// The least number of switches, by trying all schedules of single turns.
fn by_force(start: &Machine, text: &str) -> u64 {
    (0..).find(|n| reaches(start, &goal(text), None, *n)).expect("some number")
}

/// What the search says is reached as it says, and not sooner.
fn agrees(start: &Machine, text: &str, switches: u64) -> Par {
    let par = found(start, text).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!((par.switches, par.schedule.switches(), par.proved), (switches, switches, true), "{text}");
    let mut machine = start.clone();
    assert_eq!(par.schedule.run(&mut machine), par.schedule.turns());
    assert!(holds(&machine, &goal(text)), "{text}: {}", par.schedule);
    let mut before = start.clone();
    par.schedule.first(par.schedule.turns().saturating_sub(1)).run(&mut before);
    assert!(par.schedule.turns() == 0 || !holds(&before, &goal(text)), "{text}: {}", par.schedule);
    par
}

const BOTH: &str = "1.ended && 2.ended";

#[test]
fn pars_are_what_trying_every_schedule_finds() {
    let lost = machine(&[increments(1), increments(1)]);
    let twice = machine(&[increments(2), increments(2)]);
    let cases = [
        (&lost, format!("w[0x5000] == 1 && {BOTH}"), 2),
        (&lost, format!("w[0x5000] == 2 && {BOTH}"), 1),
        (&lost, "w[0x5000] == 1".to_owned(), 0),
        (&lost, "1.r2 == 2".to_owned(), 1),
        (&twice, format!("w[0x5000] == 2 && {BOTH}"), 2),
        (&twice, format!("w[0x5000] == 3 && {BOTH} && 2.r2 == 2"), 3),
    ];
    for (start, text, switches) in cases {
        assert_eq!(by_force(start, &text), switches, "{text}");
        agrees(start, &text, switches);
    }
}

#[test]
fn philosophers_starve_after_as_many_switches_as_there_are_of_them() {
    let two = machine(&philosophers(2, false));
    let text = "1.waiting && 2.waiting";
    agrees(&two, text, by_force(&two, text));
    assert_eq!(agrees(&two, text, 2).switches, 2);
    let three = machine(&philosophers(3, false));
    agrees(&three, "1.waiting && 2.waiting && 3.waiting", 3);
}

#[test]
fn goals_that_hold_at_once_or_never_or_too_late_are_told() {
    let start = machine(&[increments(1), increments(1)]);
    assert_eq!(agrees(&start, "1 == 1", 0).schedule, Schedule::default());
    assert_eq!(found(&start, "w[0x5000] == 3"), Err(NoPar::Never));
    assert_eq!(found(&start, "app:box.depth == 1"), Err(NoPar::Never), "no such mailbox ever");
    assert!(matches!(found(&start, "1.nothing == 1"), Err(NoPar::Search(_))));
    let lost = goal(&format!("w[0x5000] == 1 && {BOTH}"));
    assert_eq!(par(&start, &lost, Bounds::default(), 1, &mut |_| true), Err(NoPar::More(1)));
    let few = Bounds { steps: 3, ..Bounds::default() };
    assert_eq!(par(&start, &lost, few, 9, &mut |_| true), Err(NoPar::Ended(0)));
}

#[test]
fn every_par_of_the_lessons_is_proved() {
    let mut solutions = String::new();
    for shelved in SHELF {
        let lesson = shelved.lesson().expect("a lesson");
        for (number, page) in lesson.pages.iter().enumerate() {
            for task in &page.tasks {
                let LessonTaskKind::Goal { goal, par } = &task.kind else { continue };
                let mut target = lesson.target(number).expect("room");
                lesson.start(number).iter().for_each(|line| drop(support::run(&mut target, line)));
                let found = target.par(goal.clone(), page.select, 12).unwrap_or_else(|e| panic!("{}: {e}", page.title));
                assert_eq!((found.switches, found.proved), (u64::from(*par), true), "{}", page.title);
                // Followed as a student would, it counts as many switches.
                support::run(&mut target, &format!("schedule {}", found.schedule));
                let counted: u64 = target.machine().tasks().iter().map(|t| t.counters.switches).sum();
                assert_eq!(counted, found.switches, "{}", page.title);
                assert!(
                    holds(target.machine(), &ScopedExpr { expr: goal.clone(), pid: page.select }),
                    "{}",
                    page.title
                );
                solutions += &format!("{}, {}: par {par}, {}\n", shelved.name, page.title, found.schedule);
            }
        }
    }
    support::snapshot("par-lessons", &solutions);
}
