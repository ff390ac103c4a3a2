//! What is handed in: honest work is proved, and each forgery fails and says why.

use crate::exercises::Student;
use crate::support::project;
use hsxray::backend::request::{Input, Request, Run, Search, Travel};
use hsxray::backend::{Local, Program, Reg, Target, text_sum};
use hsxray::lesson::{Grade, GradedTask, HandIn, HandInError, Lesson, Progress, TaskWork, exercise, grade};
use hsxray::ui::lesson::stage;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

const LESSON: &str = r#"+++
id = "five-and-ten"
title = "Five and ten"
about = "a lesson for tests"
programs = ["p.mvasm"]
panes = ["windows", "code"]
+++

# One

```task
say = "Run until R3 is 10."
check = "1.r3 == 10"
hints = ["Three turns."]
play = "3 s"
```

```task
say = "What is in R0?"
answer = "1.r0"
play = "10"
```

```task
say = "Go back."
did = "back"
play = "u"
```

# Two

```page
start = ["step 1"]
```

```task
say = "Put 7 into R5, and take a turn."
check = "1.r5 == 7 && turn == 2"
by = ["reg"]
play = ': "reg 1 r5 7" Enter s'
```
"#;
const PROGRAM: &str = ".text\nstart:\n    LDI R0, 5\n    ADD R0, R0, R0\n    MOV R3, R0\n    RET\n";

fn lesson() -> Lesson {
    let find = |name: &str| Program::builtin(name, PROGRAM).map_err(|e| e.to_string());
    Lesson::read("", "lesson.md", LESSON, &find).unwrap_or_else(|e| panic!("{e}"))
}

fn find(name: &str) -> Option<Lesson> {
    match name {
        "five-and-ten" => Some(lesson()),
        name => exercise(name).filter(|e| e.name == name).map(|e| e.lesson().expect("good")),
    }
}

/// A session in which keys are pressed at a lesson, from its first page on; what is kept of it.
fn played(lesson: Lesson, write: Option<(&str, &str)>, keys: &str) -> Progress {
    let mut student = Student::of(lesson);
    if let Some((file, text)) = write {
        student.writes(file, text);
    }
    student.keys(keys);
    student.app.coursework.news().expect("news").clone()
}

fn solution() -> String {
    fs::read_to_string(project("assets/exercises/01-add-up/sum.mvasm")).expect("there")
}

/// All of the lesson and an exercise, done as they should be.
fn honest() -> Value {
    let first = played(lesson(), None, "H 3 s A \"10\" Enter u J : \"reg 1 r5 7\" Enter s");
    let guard = find("01-add-up").expect("there");
    let second = played(guard.clone(), Some(("sum.mvasm", &solution())), ": \"lesson judge\" Enter");
    let own = lesson();
    let lessons = [(&own, first.of("five-and-ten")), (&guard, second.of("01-add-up"))];
    serde_json::from_str(&HandIn::of("Ada", &lessons).write()).expect("JSON")
}

/// What the tasks of a hand-in's lesson are worth, or why it was not graded.
fn graded(hand_in: &Value, lesson: usize) -> Result<Vec<GradedTask>, String> {
    let hand_in = HandIn::read(&hand_in.to_string()).map_err(|e| e.to_string())?;
    grade(&hand_in, &find, &stage, &|| true)[lesson].tasks.clone()
}

/// What a task of the first page is worth, from 0.
fn worth(hand_in: &Value, lesson: usize, task: usize) -> Grade {
    graded(hand_in, lesson).expect("graded")[task].grade.clone()
}

fn fails(hand_in: &Value, lesson: usize, task: usize, why: &str) {
    match worth(hand_in, lesson, task) {
        Grade::Failed(said) => assert!(said.contains(why), "{said}\nexpected {why}"),
        other => panic!("{other:?}, expected {why}"),
    }
}

fn recording(hand_in: &Value, lesson: usize, task: usize) -> String {
    hand_in["lessons"][lesson]["tasks"][task]["recording"].as_str().expect("a recording").to_owned()
}

/// A recording with something changed in it, and its check mended.
fn mended(recording: &str, change: impl FnOnce(&mut Value)) -> String {
    let (head, body) = recording.split_once('\n').expect("two parts");
    let mut body: Value = serde_json::from_str(body).expect("JSON");
    change(&mut body);
    let body = body.to_string();
    let mut head: Value = serde_json::from_str(head).expect("JSON");
    head["check"] = json!(text_sum(&body));
    format!("{head}\n{body}")
}

#[test]
fn honest_work_is_proved_and_what_nothing_can_show_is_said() {
    let hand_in = honest();
    let grades = graded(&hand_in, 0).expect("graded");
    let names: Vec<&str> = grades.iter().map(|task| task.grade.name()).collect();
    assert_eq!(names, ["proved", "proved", "said", "proved"], "{grades:#?}");
    assert_eq!((grades[0].hints, grades[1].tries), (1, 1));
    assert_eq!(worth(&hand_in, 1, 0), Grade::Proved);
    assert!(hand_in.to_string().len() < 64 << 10, "{} bytes", hand_in.to_string().len());
    // It reads back as it was written.
    let again = HandIn::read(&hand_in.to_string()).expect("read");
    assert_eq!(serde_json::from_str::<Value>(&again.write()).expect("JSON"), hand_in);
}

#[test]
fn what_is_open_is_open() {
    let progress = played(lesson(), None, "s");
    let own = lesson();
    let text = HandIn::of("", &[(&own, progress.of("five-and-ten"))]).write();
    let hand_in: Value = serde_json::from_str(&text).expect("JSON");
    assert!(graded(&hand_in, 0).expect("graded").iter().all(|task| task.grade == Grade::Open));
}

#[test]
fn a_changed_program_is_judged_again() {
    let mut hand_in = honest();
    let wrong = fs::read_to_string(project("assets/exercises/01-add-up/bytes.mvasm")).expect("there");
    hand_in["lessons"][1]["tasks"][0]["text"] = json!(wrong);
    fails(&hand_in, 1, 0, "That is the sum of the lowest bytes");
    // Another solution passes, but it is not the one that was recorded.
    let other = fs::read_to_string(project("assets/exercises/01-add-up/from-the-end.mvasm")).expect("there");
    hand_in["lessons"][1]["tasks"][0]["text"] = json!(other);
    fails(&hand_in, 1, 0, "its recording does not begin as this task does");
    hand_in["lessons"][1]["tasks"][0]["text"] = json!("x".repeat(100_000));
    fails(&hand_in, 1, 0, "over the limit");
}

#[test]
fn a_recording_of_something_else_shows_nothing() {
    let mut hand_in = honest();
    hand_in["lessons"][0]["tasks"][0]["recording"] = json!(recording(&hand_in, 1, 0));
    fails(&hand_in, 0, 0, "its recording");
    // The same session under another configuration.
    let mut hand_in = honest();
    let bold = mended(&recording(&hand_in, 0, 0), |body| body["config"]["protect"] = json!(false));
    hand_in["lessons"][0]["tasks"][0]["recording"] = json!(bold);
    fails(&hand_in, 0, 0, "another configuration");
}

#[test]
fn a_flag_that_says_done_shows_nothing() {
    let mut hand_in = honest();
    let task = hand_in["lessons"][0]["tasks"][0].as_object_mut().expect("a task");
    task.remove("recording");
    fails(&hand_in, 0, 0, "has no recording that shows it");
    let mut hand_in = honest();
    let task = hand_in["lessons"][1]["tasks"][0].as_object_mut().expect("a task");
    task.remove("text");
    fails(&hand_in, 1, 0, "nothing that was written is there");
    // A turn at which it was not so, and one that is not there.
    let mut hand_in = honest();
    hand_in["lessons"][0]["tasks"][0]["turn"] = json!(1);
    fails(&hand_in, 0, 0, "1.r3 == 10 is not true");
    hand_in["lessons"][0]["tasks"][0]["turn"] = json!(1_000_000);
    fails(&hand_in, 0, 0, "is to show what was so after 1000000");
    // An answer that is not right there.
    let mut hand_in = honest();
    hand_in["lessons"][0]["tasks"][1]["answer"] = json!("11");
    fails(&hand_in, 0, 1, "the answer \"11\" is not right");
}

#[test]
fn a_file_that_is_cut_or_huge_or_of_another_version_is_not_read() {
    let text = honest().to_string();
    for cut in [text.len() / 2, text.len() - 1] {
        assert!(matches!(HandIn::read(&text[..cut]), Err(HandInError::Damaged(_))));
    }
    assert!(matches!(HandIn::read(""), Err(HandInError::Format)));
    assert!(matches!(HandIn::read("{\"format\": \"hsxray recording\", \"version\": 1}"), Err(HandInError::Format)));
    assert!(matches!(HandIn::read(&" ".repeat((16 << 20) + 1)), Err(HandInError::Over(_))));
    let mut hand_in = honest();
    hand_in["version"] = json!(2);
    assert!(matches!(HandIn::read(&hand_in.to_string()), Err(HandInError::Version(2))));
    let mut hand_in = honest();
    hand_in["lessons"] = json!(vec![hand_in["lessons"][0].clone(); 101]);
    assert!(matches!(HandIn::read(&hand_in.to_string()), Err(HandInError::Over(_))));
}

#[test]
fn a_lesson_of_another_identity_or_edition_is_not_graded() {
    let mut hand_in = honest();
    hand_in["lessons"][0]["lesson"] = json!("four-and-nine");
    assert_eq!(graded(&hand_in, 0), Err("there is no lesson of this identity here".into()));
    let mut hand_in = honest();
    hand_in["lessons"][0]["sum"] = json!("0123456789abcdef");
    assert_eq!(graded(&hand_in, 0), Err("it was done with another edition of this lesson".into()));
    let mut hand_in = honest();
    hand_in["lessons"][1] = hand_in["lessons"][0].clone();
    assert_eq!(graded(&hand_in, 1), Err("it is handed in twice".into()));
    let mut hand_in = honest();
    hand_in["lessons"][0]["tasks"][0]["page"] = json!(9);
    assert_eq!(graded(&hand_in, 0), Err("it has no task 1 on page 9".into()));
    let mut hand_in = honest();
    hand_in["lessons"][0]["tasks"][1] = hand_in["lessons"][0]["tasks"][0].clone();
    assert_eq!(graded(&hand_in, 0), Err("task 1 of page 1 is handed in twice".into()));
}

#[test]
fn a_recording_that_does_not_replay_shows_nothing() {
    let mut hand_in = honest();
    let text = recording(&hand_in, 0, 0);
    hand_in["lessons"][0]["tasks"][0]["recording"] = json!(text.replacen("\"turn\"", "\"turm\"", 1));
    fails(&hand_in, 0, 0, "the recording is damaged");
    let forged = mended(&text, |body| body["end"]["digest"] = json!("0000000000000000"));
    hand_in["lessons"][0]["tasks"][0]["recording"] = json!(forged);
    fails(&hand_in, 0, 0, "ended in state");
    let endless = mended(&text, |body| body["end"]["turn"] = json!(u64::MAX));
    hand_in["lessons"][0]["tasks"][0]["recording"] = json!(endless);
    fails(&hand_in, 0, 0, "turns, more than");
}

/// The first task's recording, of a session in which requests were carried out.
fn with_session(requests: Vec<Request>) -> Value {
    let mut hand_in = honest();
    let mut session: Local = lesson().target(0).expect("fits");
    for request in requests {
        session.send(request).expect("done");
        while session.pump(1000) {}
    }
    let (text, turn) = (session.bare_recording().expect("standing"), session.machine().turns());
    let task = &mut hand_in["lessons"][0]["tasks"][0];
    (task["recording"], task["turn"]) = (json!(text), json!(turn));
    hand_in
}

#[test]
fn a_state_that_was_put_there_is_not_reached() {
    let run = |turns| Request::from(Run::Turns { only: None, turns });
    assert_eq!(worth(&with_session(vec![run(3)]), 0, 0), Grade::Proved);
    // To choose who runs changes nothing in the machine's memory.
    assert_eq!(worth(&with_session(vec![Search::Follow(vec![(1, 3)]).into()]), 0, 0), Grade::Proved);
    let put = with_session(vec![Input::Register { pid: 1, reg: Reg::R(3), value: 10 }.into()]);
    fails(&put, 0, 0, "by setting a register, which no task asks for");
    // Taking it back leaves nothing of it.
    let undone = vec![Input::Register { pid: 1, reg: Reg::R(3), value: 10 }.into(), Travel::Undo.into(), run(3)];
    assert_eq!(worth(&with_session(undone), 0, 0), Grade::Proved);
    // A task that asks for a change is not done without it.
    let mut hand_in = honest();
    let first = recording(&hand_in, 0, 0);
    hand_in["lessons"][0]["tasks"][3]["recording"] = json!(first);
    fails(&hand_in, 0, 3, "its recording");
}

/// The output of the program with these arguments, and its status.
fn hsxray(arguments: &[&str]) -> (String, i32) {
    let out = Command::new(env!("CARGO_BIN_EXE_hsxray")).args(arguments).output().expect("runs");
    (String::from_utf8(out.stdout).expect("text"), out.status.code().expect("a status"))
}

#[test]
fn a_class_is_graded_without_letting_what_it_says_out_of_its_cells() {
    let directory = tempfile::tempdir().expect("directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let mut hand_in = honest();
    hand_in["lessons"] = json!([hand_in["lessons"][1]]);
    fs::write(path("ada.json"), hand_in.to_string()).expect("written");
    let task = hand_in["lessons"][0]["tasks"][0].clone();
    hand_in["student"] = json!("=HYPERLINK(\"http://x\")\u{1b}[2J\r\n\u{202e}eve");
    hand_in["lessons"][0]["lesson"] = json!("+cmd|'/C calc'!A0\n");
    fs::write(path("eve.json"), hand_in.to_string()).expect("written");
    fs::write(path("cut.json"), &hand_in.to_string()[..200]).expect("written");
    let (csv, status) = hsxray(&["grade", "--csv", &path("ada.json"), &path("eve.json"), &path("cut.json")]);
    assert_eq!(status, 1);
    assert!(!csv.chars().any(|c| c.is_control() && c != '\n') && !csv.contains('\u{202e}'), "{csv:?}");
    assert_eq!(csv.lines().count(), 4, "{csv}");
    for line in csv.lines() {
        assert!(!line.contains(",=") && !line.contains(",+") && !line.contains(",\"="), "{line}");
    }
    assert!(csv.contains("ada.json,Ada,01-add-up,1,1,proved,"), "{csv}");
    assert!(csv.contains("not read"), "{csv}");
    let (text, status) = hsxray(&["grade", &path("ada.json")]);
    assert!(status == 0 && text.contains("page 1, task 1: proved; 1 tries, 0 hints as said"), "{text}");
    let (text, _) = hsxray(&["grade", &path("eve.json")]);
    assert!(
        !text.contains('\u{1b}') && text.contains("not graded: there is no lesson of this identity here"),
        "{text}"
    );
    // The same work under two names is named.
    hand_in["lessons"][0]["lesson"] = json!("01-add-up");
    hand_in["lessons"][0]["tasks"] = json!([task]);
    fs::write(path("eve.json"), hand_in.to_string()).expect("written");
    let (text, _) = hsxray(&["grade", &path("ada.json"), &path("eve.json")]);
    assert_eq!(text.matches("the same text as in").count(), 2, "{text}");
    let (text, status) = hsxray(&["progress", &path("ada.json"), &path("eve.json"), &path("cut.json")]);
    assert_eq!((status, text.lines().count(), text.matches("1 of 1").count()), (0, 4, 2), "{text}");
}

#[test]
fn the_same_lesson_elsewhere_is_the_same_and_another_text_another_edition() {
    let find = |name: &str| Program::builtin(name, PROGRAM).map_err(|e| e.to_string());
    let read = |text: &str| Lesson::read("", "lesson.md", text, &find).expect("good");
    let named = read(LESSON);
    let nameless = read(&LESSON.replace("id = \"five-and-ten\"\n", ""));
    assert_eq!(named.name, "five-and-ten");
    assert!(nameless.name.starts_with("five-and-ten-"), "{}", nameless.name);
    // A word in the text makes another edition, not another lesson; another task makes another lesson.
    let reworded = read(&LESSON.replace("id = \"five-and-ten\"\n", "").replace("# One\n", "# One\n\nA word.\n"));
    assert_eq!(reworded.name, nameless.name);
    assert_ne!(reworded.sum, nameless.sum);
    let other = read(&LESSON.replace("id = \"five-and-ten\"\n", "").replace("Go back.", "Go back once."));
    assert_ne!(other.name, nameless.name);
    let work = TaskWork { tries: 3, ..TaskWork::default() };
    let mut kept = hsxray::lesson::Work::default();
    *kept.of((0, 1)) = work;
    assert_eq!(serde_json::to_string(&kept).expect("JSON"), "[{\"page\":0,\"task\":1,\"tries\":3}]");
}
