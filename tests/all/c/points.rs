//! Points on the way: frames, variables, what names mean, where `finish` leads.

use super::cases::{CASES, Image, images, json, target};
use crate::support;
use hsxray::backend::Local;
use hsxray::command;
use serde_json::{Value, json};

fn run(target: &mut Local, pid: u16, line: &str) -> Value {
    let words = command::split(line).expect("line").remove(0);
    let reply = command::execute(target, Some(pid), words).unwrap_or_else(|e| panic!("{line}: {e}"));
    if !reply.started {
        return reply.json;
    }
    while target.pump(1_000_000) {}
    command::run_reply(&target.look(&hsxray::backend::Want::lists())).json
}

fn plain(file: &Value) -> Option<&str> {
    file.as_str().map(|file| file.trim_start_matches("./"))
}

/// A machine that stands at a point.
fn stand(image: &Image, point: &Value) -> Local {
    let mut target = target(image.case);
    let file = plain(&point["frames"][0]["file"]).expect("file");
    let set = run(&mut target, image.pid, &format!("break {file}:{} -p {}", point["line"], image.pid));
    let arrival = point["arrival"].as_u64().expect("arrival");
    run(&mut target, image.pid, &format!("ignore {} {}", set["number"], arrival - 1));
    let stop = run(&mut target, image.pid, "run")["stop"].clone();
    assert_eq!(stop["pc"], point["pc"], "{} {file}:{}", image.name, point["line"]);
    run(&mut target, image.pid, &format!("delete {}", set["number"]));
    target
}

fn each_point(check: impl Fn(&Image, &Value, &mut Local)) {
    for image in images() {
        for point in image.expected["points"].as_array().expect("points") {
            let mut target = stand(&image, point);
            check(&image, point, &mut target);
        }
    }
}

#[test]
fn frames_have_their_functions_lines_and_frame_pointers() {
    each_point(|image, point, target| {
        let found = run(target, image.pid, "backtrace");
        let expected = point["frames"].as_array().expect("frames");
        assert_eq!(found["frames"].as_array().map(Vec::len), Some(expected.len()), "{}", image.name);
        for (found, expected) in found["frames"].as_array().expect("frames").iter().zip(expected) {
            for key in ["function", "line", "pc", "r7"] {
                assert_eq!(found[key], expected[key], "{} {key} of {expected}", image.name);
            }
            assert_eq!(plain(&found["file"]), plain(&expected["file"]));
        }
    });
}

#[test]
fn every_frame_shows_its_variables() {
    each_point(|image, point, target| {
        for (number, frame) in point["frames"].as_array().expect("frames").iter().enumerate() {
            run(target, image.pid, &format!("frame {number}"));
            let found = run(target, image.pid, "info locals");
            let found = found["locals"].as_array().expect("locals");
            let row =
                |v: &Value| json!([v["name"], v["type"], v["size"], v["location"]["address"], v["value"], v["out"]]);
            let mut found: Vec<Value> = found.iter().map(row).collect();
            let locals = frame["locals"].as_array().expect("locals");
            let statics = frame["statics"].as_array().expect("statics");
            let row = |v: &Value| json!([v["name"], v["type"], v["size"], v["addr"], v["value"], v["depth"]]);
            let mut expected: Vec<Value> = locals.iter().chain(statics).map(row).collect();
            let key = |v: &Value| v.to_string();
            found.sort_by_key(key);
            expected.sort_by_key(key);
            assert_eq!(found, expected, "{} line {}, frame {number}", image.name, point["line"]);
        }
    });
}

#[test]
fn names_mean_what_c_says_they_mean() {
    each_point(|image, point, target| {
        for (name, expected) in point["names"].as_object().expect("names") {
            let found = run(target, image.pid, &format!("print {name}"));
            assert_eq!(found["value"], expected["value"], "{} {name}", image.name);
            assert_eq!(found["address"], expected["address"], "{} {name}", image.name);
        }
    });
}

#[test]
fn finish_stops_behind_the_call_with_the_value_in_r0() {
    each_point(|image, point, target| {
        if point["finish"].is_null() {
            return;
        }
        let stop = run(target, image.pid, "finish")["stop"].clone();
        assert_eq!(stop["kind"], "returned");
        assert_eq!(stop["r0"], point["finish"]["r0"]);
        let pc = target.machine().task(image.pid).expect("there").context.pc;
        assert_eq!(u64::from(pc), point["finish"]["pc"]);
    });
}

#[test]
fn functions_return_what_they_say_and_programs_end_as_expected() {
    for case in CASES {
        let mut target = target(case);
        let mut made: Vec<Vec<Value>> = vec![Vec::new(); 3];
        let mut before: Vec<_> = target.machine().tasks().iter().map(|t| t.context).collect();
        while support::run(&mut target, "step")["stop"]["kind"] == "limit" {
            let tasks: Vec<_> = target.machine().tasks().to_vec();
            for (task, was) in tasks.iter().zip(&before).filter(|(task, was)| task.context.depth < was.depth) {
                let Some(info) = target.debug_info(task.pid) else { continue };
                let Some(function) = info.function_at(was.pc).filter(|f| f.of.is_some()) else { continue };
                let r0 = target.machine().reg(task, 0);
                let returned = target.returned(task.pid, function.start, r0);
                let (value, of) = returned.map(|v| (v.value, v.type_name)).unzip();
                made[usize::from(task.pid)].push(json!({
                    "function": function.name, "type": of.unwrap_or_else(|| "void".to_owned()),
                    "value": value.map(|v| v.json()), "returns_to": task.context.pc, "depth": was.depth,
                }));
            }
            before = tasks.iter().map(|t| t.context).collect();
        }
        for image in images().into_iter().filter(|i| i.case == case) {
            let expected = image.expected["returns"].as_array().expect("returns");
            // They are expected in the order of the calls, and met in that of the returns.
            let sorted = |rows: &[Value]| {
                let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
                rows.sort();
                rows
            };
            assert_eq!(sorted(&made[usize::from(image.pid)]), sorted(expected), "{}", image.name);
        }
        let expected = &json(case, "expect.json")["final"];
        if let Some(turns) = expected["turns"].as_u64().filter(|_| case != "overflow") {
            assert_eq!(target.machine().turns(), turns, "{case}");
        }
        if let Some(r0) = expected["r0"].as_u64() {
            assert_eq!(u64::from(target.machine().reg(&target.machine().tasks()[0], 0)), r0, "{case}");
        }
    }
}

#[test]
fn an_overflowing_recursion_shows_all_its_frames() {
    let mut target = target("overflow");
    support::run(&mut target, "run");
    let found = support::run(&mut target, "backtrace");
    let expected = &json("overflow", "expect.json")["final"];
    let frames = found["frames"].as_array().expect("frames");
    assert_eq!(json!(frames.len()), expected["frames"]);
    for (found, expected) in frames.iter().zip(expected["innermost frames"].as_array().expect("frames")) {
        assert_eq!(
            (&found["function"], &found["line"], &found["pc"]),
            (&expected["function"], &expected["line"], &expected["pc"])
        );
    }
    support::run(&mut target, "frame 1");
    assert_eq!(support::run(&mut target, "print level")["value"], 170);
    support::run(&mut target, "frame 171");
    assert_eq!(support::run(&mut target, "print r")["value"], 0);
}

#[test]
fn a_variable_is_set_from_its_first_store_on() {
    let mut compared = 0;
    each_point(|image, point, target| {
        let found = run(target, image.pid, "info locals");
        for expected in point["frames"][0]["locals"].as_array().expect("locals") {
            let same = |v: &&Value| v["name"] == expected["name"] && v["location"]["address"] == expected["addr"];
            let found = found["locals"].as_array().expect("locals").iter().find(same).expect("it is there");
            assert_eq!(found["set"], expected["set"], "{} line {}: {found}", image.name, point["line"]);
            let says = found["text"].as_str().expect("text").ends_with(" (not set yet)");
            assert_eq!(says, expected["set"] == json!(false), "{found}");
        }
    });
    for image in images() {
        let points = image.expected["points"].as_array().expect("points");
        let locals = points.iter().flat_map(|point| point["frames"][0]["locals"].as_array().expect("locals"));
        compared += locals.filter(|local| local["set"] == json!(false)).count();
    }
    assert!(compared > 3, "some are not set");
}

#[test]
fn values_in_the_past_are_those_met_on_the_way() {
    let mut dice = support::Dice(3);
    for image in images().into_iter().filter(|image| image.case != "overflow") {
        let mut target = target(image.case);
        let mut met = Vec::new();
        for _ in 0..30 {
            if run(&mut target, image.pid, "line into")["stop"]["kind"] != "line" {
                break;
            }
            let frames = run(&mut target, image.pid, "backtrace");
            met.push((target.machine().turns(), frames, run(&mut target, image.pid, "info locals")));
        }
        for _ in 0..10 {
            let (turn, frames, locals) = dice.of(&met);
            run(&mut target, image.pid, &format!("goto {turn}"));
            assert_eq!(run(&mut target, image.pid, "backtrace"), *frames, "{} turn {turn}", image.name);
            assert_eq!(run(&mut target, image.pid, "info locals"), *locals, "{} turn {turn}", image.name);
        }
    }
}
