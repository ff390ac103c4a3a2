//! A watch on a variable of a function ends with the call whose frame it is in, forwards and backwards.

use super::cases::target;
use crate::support::run;
use hsxray::backend::{Local, Status};
use hsxray::command;

fn text(target: &mut Local, line: &str) -> String {
    let words = command::split(line).expect("line").remove(0);
    command::execute(target, Some(1), words).map_or_else(|e| e.to_string(), |reply| reply.text)
}

/// What the session stands for: the value of a watch, or the variable that went out of scope.
fn stood(target: &Local) -> (u64, String) {
    let text = match target.session().status() {
        Status::Watchpoint { ended: Some(variable), .. } => format!("{variable} ended"),
        Status::Watchpoint { expression, new: Some(new), .. } => format!("{expression} is {new}"),
        other => format!("{other:?}"),
    };
    (target.session().machine().turns(), text)
}

/// Stands in `fact (n=1)`, in the frame of `fact (n=2)`.
fn within() -> Local {
    let mut target = target("recur");
    run(&mut target, "tbreak recur.c:7; run");
    run(&mut target, "frame 1");
    target
}

#[test]
fn a_watch_on_a_local_stops_when_it_changes_and_ends_with_its_frame() {
    let mut target = within();
    assert_eq!(text(&mut target, "watch rest"), "stop 2: watch -l rest");
    run(&mut target, "run");
    assert_eq!(stood(&target), (214, "rest is 1".to_owned()));
    run(&mut target, "run");
    let (turn, ended) = stood(&target);
    assert_eq!(ended, "fact::rest ended");
    assert!(target.session().stops.list().is_empty(), "it is gone");
    // The frames of the callers have variables of the same name: they are not watched.
    assert_eq!(text(&mut target, "print n"), "n = 3");
    run(&mut target, "run");
    assert!(matches!(target.session().status(), Status::AllDone), "{:?}, after {turn}", target.session().status());
}

#[test]
fn backwards_it_ends_with_the_call_that_made_the_frame() {
    let mut target = target("recur");
    run(&mut target, "tbreak recur.c:9; run; tbreak recur.c:10; run; watch rest; watch main::deepest");
    run(&mut target, "reverse-continue");
    assert_eq!(stood(&target), (214, "rest is 1".to_owned()), "the turn of the change");
    while target.session().stops.list().len() > 1 {
        run(&mut target, "reverse-continue");
    }
    let (turn, ended) = stood(&target);
    assert_eq!((turn, ended.as_str()), (138, "fact::rest ended"));
    let numbers: Vec<u32> = target.session().stops.list().iter().map(|stop| stop.number).collect();
    assert_eq!(numbers, [4], "what main holds is still watched, at turn {turn}");
}

#[test]
fn in_the_past_only_the_frame_that_was_chosen_is_watched() {
    let mut target = target("recur");
    run(&mut target, "tbreak recur.c:7; run");
    run(&mut target, "frame 1; watch rest");
    // Behind the end of the frame, and in front of its call: the watch waits until its frame is made again.
    run(&mut target, "disable 2; run; goto 0; enable 2");
    let mut stops = Vec::new();
    while target.session().stops.list().len() == 1 {
        run(&mut target, "run");
        stops.push(stood(&target));
    }
    let (last, changes) = stops.split_last().expect("stops");
    assert_eq!(last, &(228, "fact::rest ended".to_owned()));
    assert!(changes.contains(&(214, "rest is 1".to_owned())), "{changes:?}");
    assert!(changes.iter().all(|(turn, _)| (138..228).contains(turn)), "in its frame alone: {changes:?}");
}

#[test]
fn statics_globals_and_addresses_are_watched_for_ever() {
    let mut target = target("files");
    run(&mut target, "break bank.c:9; run; watch balance; delete 1; run");
    assert_eq!(stood(&target).1, "balance is 600 (0x00000258)".to_owned());
    run(&mut target, "run");
    assert!(stood(&target).1.starts_with("balance is "), "{:?}", stood(&target));
}
