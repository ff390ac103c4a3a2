//! Steps by source lines: every sequence, into calls and over them, from the first line of main to the end.

use super::cases::{Image, images, target};
use crate::support;
use hsxray::backend::Local;
use hsxray::command;
use serde_json::{Value, json};

/// Carries out a command for a task, runs to its end; its answer.
fn run(target: &mut Local, pid: u16, line: &str) -> Value {
    let words = command::split(line).expect("line").remove(0);
    let reply = command::execute(target, Some(pid), words).unwrap_or_else(|e| panic!("{line}: {e}"));
    if !reply.started {
        return reply.json;
    }
    while target.pump(1_000_000) {}
    command::run_reply(&target.look(&hsxray::backend::Want::lists())).json
}

/// Function, file, line, depth and pc where a step has led, as expectations have them; `None` at the end.
fn step(target: &mut Local, pid: u16, line: &str) -> Option<Value> {
    let stop = run(target, pid, line)["stop"].clone();
    let pc = target.machine().task(pid)?.context.pc;
    (stop["kind"] == "line").then(|| json!([stop["function"], stop["file"], stop["line"], stop["depth"], pc]))
}

fn plain(mut place: Value) -> Value {
    place[1] = json!(place[1].as_str().map(|file| file.trim_start_matches("./")));
    place
}

fn follow(image: &Image, command: &str, expected: &Value) {
    let mut target = target(image.case);
    let mut place = step(&mut target, image.pid, "line");
    for (i, expected) in expected.as_array().expect("steps").iter().enumerate() {
        let name = format!("{}, step {i} of {command}", image.name);
        assert_eq!(place, Some(plain(expected.clone())), "{name}");
        place = step(&mut target, image.pid, command);
    }
    assert_eq!(place, None, "{}: {command} goes to the end", image.name);
}

#[test]
fn the_first_step_after_the_load_leads_to_the_first_line_of_main() {
    for image in images() {
        let mut target = target(image.case);
        let place = step(&mut target, image.pid, "line");
        assert_eq!(place, Some(plain(image.expected["first_stop"].clone())), "{}", image.name);
    }
}

#[test]
fn steps_into_visit_every_line_in_order() {
    for image in images() {
        follow(&image, "line into", &image.expected["step_into"]);
    }
}

#[test]
fn steps_over_visit_the_lines_of_main_in_order() {
    for image in images() {
        follow(&image, "line", &image.expected["step_over"]);
    }
}

#[test]
fn a_count_takes_several_steps_in_one_run() {
    let image = images().remove(2);
    let steps = image.expected["step_into"].as_array().expect("steps");
    let mut target = target("lines");
    assert_eq!(step(&mut target, 1, "li 8").as_ref(), Some(&steps[7]));
    assert_eq!(step(&mut target, 1, "line into 20").as_ref(), Some(&steps[27]));
    let over = image.expected["step_over"].as_array().expect("steps");
    let mut target = super::cases::target("lines");
    assert_eq!(step(&mut target, 1, "ln 4").as_ref(), Some(&over[3]));
}

#[test]
fn until_does_not_go_back_in_a_loop() {
    let mut target = target("lines");
    support::run(&mut target, "break lines.c:16");
    let reply = support::run(&mut target, "run");
    assert_eq!((&reply["stop"]["function"], &reply["stop"]["line"]), (&json!("weigh"), &json!(16)));
    support::run(&mut target, "delete 1");
    let reply = support::run(&mut target, "until");
    assert_eq!(
        (&reply["stop"]["kind"], &reply["stop"]["line"]),
        (&json!("line"), &json!(12)),
        "the increment is below"
    );
    let reply = support::run(&mut target, "until");
    assert_eq!(reply["stop"]["line"], 17, "the loop is over");
}

#[test]
fn functions_and_lines_are_places_to_stop_at() {
    let mut target = target("recur");
    let set = support::run(&mut target, "break fact if r1 == 1");
    assert_eq!(set["pc"], 60);
    let set = support::run(&mut target, "break *fact");
    assert_eq!(set["pc"], 0);
    let set = support::run(&mut target, "tbreak recur.c:40");
    assert_eq!(set["pc"], 1028);
    let stop = support::run(&mut target, "run")["stop"].clone();
    assert_eq!((&stop["file"], &stop["line"], &stop["function"]), (&json!("recur.c"), &json!(40), &json!("main")));
    support::run(&mut target, "delete 2");
    let stop = support::run(&mut target, "advance visit")["stop"].clone();
    assert_eq!(stop["kind"], "breakpoint", "fact comes first");
}

#[test]
fn finish_says_what_r0_is() {
    let mut target = target("recur");
    support::run(&mut target, "tbreak fact; run");
    let stop = support::run(&mut target, "finish")["stop"].clone();
    assert_eq!((&stop["kind"], &stop["r0"], &stop["function"]), (&json!("returned"), &json!(120), &json!("main")));
}
