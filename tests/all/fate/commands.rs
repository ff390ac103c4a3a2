//! `fate` as a command: what programs read, and what people read.

use super::json;
use super::labels::ending;
use super::{Case, cases, parsed};
use crate::support::{project, run};
use hsxray::backend::{Config, Local, Target};
use hsxray::command;
use hsxray::explore::{Ending, Schedule};
use serde_json::{Value, json as data};

/// A session in which the programs of a case are loaded.
pub(super) fn session(case: &Case) -> Local {
    let folder = project("tests/cases/fate").join(&case.name);
    let mut local = Local::new("fate", Config::default(), Default::default());
    for program in json(&folder.join("case.json"))["programs"].as_array().expect("programs") {
        run(&mut local, &format!("load '{}'", folder.join(program.as_str().expect("a name")).display()));
    }
    local
}

/// The property of a case as arguments.
fn property(case: &Case) -> String {
    let property = &json(&project("tests/cases/fate").join(&case.name).join("case.json"))["property"];
    let each = |word: &str| -> Vec<String> {
        let texts = property[word].as_array().into_iter().flatten();
        let quote = |text: &Value| match word {
            "allow" => format!(" allow {}", text.as_str().expect("a kind")),
            _ => format!(" {word} '{}'", text.as_str().expect("an expression")),
        };
        texts.map(quote).collect()
    };
    ["always", "finally", "allow"].into_iter().flat_map(each).collect()
}

fn witness(reply: &Value) -> Schedule {
    let part = |part: &Value| (part[0].as_u64().expect("a pid") as u16, part[1].as_u64().expect("turns"));
    reply["witness"].as_array().expect("a schedule").iter().map(part).collect()
}

#[test]
fn the_reply_of_fate_is_the_truth_for_every_case() {
    for case in cases() {
        let (mut local, expect) = (session(&case), &case.expect);
        let schedule = expect["run"]["schedule"].as_str().expect("a schedule");
        run(&mut local, &format!("explore follow {schedule}"));
        let reply = run(&mut local, &format!("fate{} -p 1", property(&case)));
        let name = &case.name;
        assert_eq!((&reply["turns"], &reply["exhausted"]), (&expect["run"]["turns"], &true.into()), "{name}");
        let rows = expect["turns"].as_array().expect("rows");
        for (k, (label, row)) in reply["labels"].as_str().expect("letters").chars().zip(rows).enumerate() {
            let letter = ["safe", "may fail", "lost", "never ends"].iter().position(|l| row["label"] == *l);
            assert_eq!(label, ['.', 'm', 'L', 'n'][letter.expect("a label")], "{name} after turn {k}");
        }
        let next: Vec<Value> = rows.last().expect("a row")["next"]
            .as_object()
            .expect("picks")
            .iter()
            .map(|(pid, row)| data!({ "pid": pid.parse::<u16>().expect("a pid"), "label": row["label"] }))
            .collect();
        assert_eq!(reply["next"], Value::from(next), "{name}");
        for member in ["last_exit", "last_danger"] {
            assert_eq!(reply[member], expect[member]["after_turn"], "{name}: {member}");
        }
        let (exit, danger) = (&reply["last_exit"], &reply["last_danger"]);
        match exit.as_u64().or(danger.as_u64()) {
            Some(after) => {
                let witness = witness(&reply);
                assert_eq!(witness.first(after), parsed(&schedule.into()).first(after), "{name}");
                let wanted = if danger.is_u64() { Ending::Fails } else { Ending::Passes };
                assert_eq!(ending(&case, &witness).0, wanted, "{name}: {witness}");
            }
            None => assert!(reply["witness"].is_null(), "{name}"),
        }
    }
}

fn text(local: &mut Local, line: &str) -> String {
    let outcomes = command::execute_line(local, None, line);
    match &outcomes[..] {
        [outcome] => outcome.result.as_ref().map_or_else(ToString::to_string, |reply| reply.text.clone()),
        _ => panic!("{line}"),
    }
}

fn named(name: &str) -> Case {
    cases().into_iter().find(|case| case.name == name).expect("a case")
}

#[test]
fn what_made_a_run_lost_is_said_in_a_sentence() {
    let mut local = session(&named("lost-update"));
    run(&mut local, "explore follow 1*4 2*6 1*2");
    assert_eq!(
        text(&mut local, "fate finally 'w[0x5000] == 2'"),
        "after turns 0..5 may fail, 6..12 lost\n\
         avoidable until turn 6: 2 reads [0x5000] there (0x0008 LD R2, [R1+0])\n\
         after turn 5 this leaves the run and passes: 1*4 2 1*2 2*5\n\
         exhausted: every order of turns is covered, by 28 states"
    );
    assert_eq!(
        text(&mut local, "fate finally 'w[0x5000] == 1' finally 'w[0x5000] < 3'"),
        "after turns 0..5 may fail, 6..12 safe\n\
         it could fail until turn 6: 2 reads [0x5000] there (0x0008 LD R2, [R1+0])\n\
         after turn 5 this leaves the run and fails: 1*4 2 1*2 2*5\n\
         exhausted: every order of turns is covered, by 28 states"
    );
    assert_eq!(text(&mut local, "fate allow sleep"), "fault, brk or deadlock is expected");
    assert_eq!(text(&mut local, "fate never r3"), "always, finally, allow or norace is expected");
}

#[test]
fn in_the_past_the_run_up_to_there_is_judged() {
    let mut local = session(&named("lost-update"));
    run(&mut local, "explore follow 1*4 2*6 1*2");
    run(&mut local, "goto 5");
    let reply = run(&mut local, "fate finally 'w[0x5000] == 2'");
    assert_eq!((&reply["labels"], &reply["last_exit"], &reply["ends"]), (&"mmmmmm".into(), &5.into(), &"open".into()));
    assert_eq!(reply["next"], data!([{ "pid": 1, "label": "safe" }, { "pid": 2, "label": "lost" }]));
}

#[test]
fn turns_before_a_change_from_outside_are_not_judged() {
    let mut local = session(&named("lost-update"));
    run(&mut local, "explore follow 1*4");
    run(&mut local, "poke 1 0x5000 05");
    run(&mut local, "explore follow 1*2");
    let reply = run(&mut local, "fate finally 'w[0x5000] == 2'");
    assert_eq!((&reply["turns"], &reply["from"], &reply["labels"]), (&6.into(), &4.into(), &"????m..".into()));
    assert_eq!((&reply["exhausted"], &reply["next"][0]["label"]), (&false.into(), &"safe".into()));
    assert_eq!(local.position().turn, 6);
}

#[test]
fn a_race_can_be_what_decides_the_fate_of_a_run() {
    let mut local = hsxray::demo::target("lost-update").expect("demo");
    run(&mut local, "explore follow 1*6 2*6");
    let passed = run(&mut local, "fate norace");
    assert_eq!((&passed["ends"], &passed["exhausted"]), (&data!("passes"), &data!(true)), "{passed}");
    assert!(passed["last_danger"].is_u64(), "both could have stood in front of their accesses: {passed}");
    let mut local = hsxray::demo::target("lost-update").expect("demo");
    run(&mut local, "run");
    let failed = run(&mut local, "fate norace");
    assert_eq!(failed["ends"], "fails", "{failed}");
    assert_eq!(run(&mut local, "sync 0x5000; fate norace")["ends"], "passes", "declared words do not race");
}
