//! Lessons: their format, how they are judged, and every built-in one played to its end.

use crate::support::{project, role_map, snapshot};
use hsxray::backend::{Local, Program, Snapshot};
use hsxray::lesson::{Lesson, LessonTaskKind, Progress, Reached, SHELF, Standing, Study, shelved};
use hsxray::ui::lesson::rehearse;
use hsxray::ui::{App, Theme, begin_page, picture, press, render};
use std::sync::Arc;

const HEAD: &str =
    "+++\ntitle = \"T\"\nabout = \"a\"\nprograms = [\"p.mvasm\"]\npanes = [\"windows\", \"code\"]\n+++\n";
const PROGRAM: &str = ".text\nstart:\n    LDI R0, 5\n    ADD R0, R0, R0\n    MOV R3, R0\n    RET\n";

fn read(body: &str) -> Result<Lesson, String> {
    let find = |name: &str| match name {
        "p.mvasm" => Program::builtin(name, PROGRAM).map_err(|e| e.to_string()),
        _ => Err(format!("there is no {name}")),
    };
    Lesson::read("t", "lesson.md", &format!("{HEAD}{body}"), &find).map_err(|e| e.to_string())
}

fn task(text: &str) -> String {
    format!("# One\n\ntext\n\n```task\n{text}\n```\n")
}

/// A lesson on a screen.
struct Student {
    app: App,
    target: Local,
    now: Arc<Snapshot>,
}

impl Student {
    fn of(lesson: Lesson, size: (u16, u16)) -> Student {
        let lesson = Arc::new(lesson);
        let mut target = lesson.target(0).expect("fits");
        let mut app = App::new(size);
        app.open_lesson(lesson);
        begin_page(&mut app, &mut target);
        let now = target.look(&app.want());
        Student { app, target, now }
    }

    fn press(&mut self, keys: &str) {
        self.now = press(&mut self.app, &mut self.target, keys, self.now.clone()).expect("keys");
    }

    fn keys(&mut self, keys: &str) -> &Study {
        self.press(keys);
        self.course()
    }

    fn course(&self) -> &Study {
        self.app.view.lesson.as_ref().expect("a lesson")
    }

    /// Whether the lesson's text is on the screen.
    fn shows_text(&self) -> bool {
        picture::text(&self.picture(&Theme::default())).contains("19 lesson")
    }

    fn picture(&self, theme: &Theme) -> ratatui::buffer::Buffer {
        render(&self.now, &self.app.view, theme, self.app.view.layout.size)
    }
}

#[test]
fn every_built_in_lesson_can_be_played_to_its_end_and_says_what_is_wrong() {
    assert_eq!(SHELF.len(), 18);
    for shelved in SHELF {
        let lesson = Arc::new(shelved.lesson().unwrap_or_else(|e| panic!("{e}")));
        assert_eq!(rehearse(&lesson), Vec::<String>::new(), "{}", shelved.name);
        let wrongs: usize = lesson.pages.iter().flat_map(|p| &p.tasks).map(|t| t.wrong.len()).sum();
        assert!(lesson.tasks() >= 4 && wrongs > 0, "{}", shelved.name);
        for task in lesson.pages.iter().flat_map(|p| &p.tasks) {
            assert!(!task.hints.is_empty(), "{} line {}: no hint", shelved.name, task.line);
        }
    }
}

#[test]
fn every_lesson_in_the_directory_is_on_the_shelf() {
    let directory = std::fs::read_dir(project("assets/lessons")).expect("directory");
    let mut names: Vec<String> =
        directory.map(|e| e.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let shelf: Vec<&str> = SHELF.iter().map(|s| s.name).collect();
    assert_eq!(names, shelf);
}

#[test]
fn a_lesson_is_found_by_number_name_and_part_of_its_name() {
    for name in ["2", "02-sixteen-words", "sixteen"] {
        assert_eq!(shelved(name).map(|(at, s)| (at, s.name)), Some((1, "02-sixteen-words")));
    }
    assert!(shelved("0").is_none() && shelved("19").is_none() && shelved("nothing").is_none());
}

#[test]
fn what_is_wrong_with_a_lesson_is_told_with_its_line() {
    let cases = [
        (task("say = \"x\"\ncheck = \"1.r0 ==\"\nplay = \"s\""), "lesson.md:13: \"1.r0 ==\": "),
        (task("say = \"x\"\nplay = \"s\""), "lesson.md:12: a task has exactly one of"),
        (task("say = \"x\"\ncheck = \"1\"\npane = \"code\"\nplay = \"s\""), "lesson.md:12: a task has exactly one of"),
        (task("say = \"x\"\ncheck = \"1\"\nplai = \"s\""), "lesson.md:14: unknown field `plai`"),
        (task("say = \"x\"\ngoal = \"1\"\nplay = \"s\""), "lesson.md:12: goal and par belong together"),
        (task("say = \"x\"\nchoices = [\"a\", \"b\"]\ncorrect = 3\nplay = \"1\""), "lesson.md:12: choices need"),
        (
            task("say = \"x\"\nanswer = 1\nplay = \"1\"\n[[wrong]]\nwhen = \"1\"\nsay = \"y\""),
            "lesson.md:12: a wrong way has",
        ),
        ("text first\n".into(), "lesson.md:7: text before the first heading"),
        (String::new(), "lesson.md:7: a heading such as"),
        ("# One\n\n```page\nstrat = []\n```\n".into(), "lesson.md:10: unknown field `strat`"),
    ];
    for (body, message) in cases {
        let error = read(&body).expect_err(&body);
        assert!(error.starts_with(message), "{error}\nexpected {message}");
    }
    let find = |_: &str| Err("there is none".to_owned());
    let error = Lesson::read("t", "l.md", "no head", &find).expect_err("no head").to_string();
    assert!(error.starts_with("l.md:1: a head between"), "{error}");
    let error = Lesson::read("t", "l.md", &format!("{HEAD}# One\n"), &find).expect_err("no program").to_string();
    assert_eq!(error, "l.md:4: there is none");
}

const FAULTY: &str = r##"+++
title = "T"
about = "a"
minutes = "ten"
colour = "red"
programs = ["p.mvasm"]
panes = ["windows", "cod"]
+++

# One

```page
start = ["step 1",
         "nosuch 2",
         "step x"]
select = 3
```

```task
say = "x"
check = "1.r0 =="
hint = "a"
play = "s"
[[wrong]]
when = "1.r3 ++"
say = "y"
```

```task
say = "x"
choices = ["a", "b"]
correct = 3
play = "1"
```

# Two

```page
panes = ["code", "nope", "never"]
start = []
picked = 1
```

# Three

```page
start = ["goto nowhere", "step 2"]
panes = ["nope"]
```

```task
say = "x"
check = "turn == 2"
play = "s"
```

```task
say = "x"
check = "1.r3 == 77"
play = "s"
```

```task
say = "x"
pane = "windows"
play = "v d"
```
"##;

/// All that is wrong with a lesson: lines, and the beginnings of what is said.
fn faults(text: &str) -> Vec<(usize, String)> {
    let find = |name: &str| match name {
        "p.mvasm" => Program::builtin(name, PROGRAM).map_err(|e| e.to_string()),
        _ => Err(format!("there is no {name}")),
    };
    let draft = Lesson::draft("t", "lesson.md", text, &find);
    let mut all: Vec<(usize, String)> = draft.errors.iter().map(|e| (e.line, e.what.clone())).collect();
    for problem in draft.lesson.map_or_else(Vec::new, |lesson| rehearse(&Arc::new(lesson))) {
        let (line, what) = problem.strip_prefix("line ").and_then(|p| p.split_once(": ")).expect(&problem);
        all.push((line.parse().expect(&problem), what.to_owned()));
    }
    all.sort_by_key(|(line, _)| *line);
    all
}

fn expect_faults(text: &str, expected: &[(usize, &str)]) {
    let found = faults(text);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((line, what), (at, part)) in found.iter().zip(expected) {
        assert!(line == at && what.contains(part), "line {at}: {part}\nfound {line}: {what}\n{found:#?}");
    }
}

#[test]
fn every_fault_of_a_lesson_is_reported_at_once_each_with_its_line() {
    let line = |part: &str| FAULTY.lines().position(|l| l.contains(part)).expect(part) + 1;
    let read = [
        (4, "invalid type"),
        (5, "unknown field `colour`"),
        (line("check = \"1.r0"), "\"1.r0 ==\": "),
        (line("hint = "), "unknown field `hint`"),
        (line("when = \"1.r3"), "\"1.r3 ++\": "),
        (line("correct = 3") - 2, "choices need"),
        (line("picked"), "unknown field `picked`"),
    ];
    let begun = [
        (7, "there is no pane \"cod\""),
        (14, "start: there is no command \"nosuch\""),
        (15, "start: a number"),
        (16, "select: there is no task 3"),
        (line("\"nope\", \"never\""), "there is no pane \"nope\""),
        (line("\"nope\", \"never\""), "there is no pane \"never\""),
        (line("goto nowhere"), "start: "),
        (line("panes = [\"nope\"]"), "there is no pane \"nope\""),
    ];
    let mut all = [&read[..], &begun[..]].concat();
    all.sort_by_key(|(line, _)| *line);
    expect_faults(FAULTY, &all);
    // Where the programs are not known, nothing begins.
    let text = FAULTY.replace("\"p.mvasm\"", "\"p.mvasm\", \"q.mvasm\"");
    let mut all = [&read[..], &[(6, "there is no q.mvasm")]].concat();
    all.sort_by_key(|(line, _)| *line);
    expect_faults(&text, &all);
}

#[test]
fn a_task_that_cannot_be_done_does_not_hide_those_after_it() {
    let body = "# One\n\n```task\nsay = \"x\"\ncheck = \"1.r3 == 77\"\nplay = \"s\"\n```\n\n\
        ```task\nsay = \"x\"\nanswer = 5\nplay = \"6\"\n```\n\n```task\nsay = \"x\"\npane = \"code\"\nplay = \"Tab\"\n```\n";
    let found = faults(&format!("{HEAD}{body}"));
    let lines: std::collections::BTreeSet<usize> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [10, 16].into(), "{found:#?}");
}

#[test]
fn text_becomes_blocks_and_tasks_stay_out_of_it() {
    let lesson = read("# One *two*\n\nplain **strong** `code`\nmore\n\n- a\n- b\n\n```\nas  is\n```\n\n```task\nsay = \"x\"\ncheck = \"turn > 0\"\nplay = \"s\"\n```\n\nend\n\n# Next\n").expect("good");
    let page = &lesson.pages[0];
    assert_eq!((page.title.as_str(), lesson.pages[1].title.as_str()), ("One two", "Next"));
    snapshot("lesson-blocks", &format!("{:#?}", page.blocks));
    assert_eq!(page.markdown, "plain **strong** `code`\nmore\n\n- a\n- b\n\n```\nas  is\n```\n\n\n\nend");
    assert_eq!((page.tasks.len(), page.start.as_deref(), lesson.pages[1].start.as_deref()), (1, Some(&[][..]), None));
}

#[test]
fn each_kind_of_task_is_done_by_what_it_asks_for_and_nothing_else() {
    let done = |text: &str, keys: &str| {
        let mut student =
            Student::of(read(&task(&format!("say = \"x\"\nplay = \"s\"\n{text}"))).expect("good"), (120, 40));
        student.keys(keys).standing(0) == Standing::Done
    };
    assert!(done("check = \"1.r3 == 10\"", "3 s") && !done("check = \"1.r3 == 10\"", "2 s"));
    assert!(done("answer = \"1.r0 + 3\"", "s A 8 Enter") && !done("answer = \"1.r0 + 3\"", "s A 9 Enter"));
    let choice = "choices = [\"a\", \"b\"]\ncorrect = 2";
    assert!(done(choice, "A 2 Enter") && !done(choice, "A 1 Enter"));
    assert!(done("did = \"back\"", "s u") && done("did = \"step-task\"", "S") && !done("did = \"step-task\"", "s"));
    assert!(done("did = \"peek\"", ": \"peek 1 0x1000\" Enter"));
    assert!(done("cursor = \"1.reg_base + 12\"", "l l l") && !done("cursor = \"1.reg_base + 12\"", "l l"));
    assert!(done("pane = \"code\"", "Tab") && !done("pane = \"code\"", "Shift-Tab"));
    assert!(done("goal = \"1.ended\"\npar = 0", "c") && !done("goal = \"1.ended\"\npar = 0", "3 s"));
}

#[test]
fn hints_remarks_and_answers_are_shown_where_they_belong() {
    let body = task(
        "say = \"What is in R0?\"\nanswer = \"1.r0\"\nhints = [\"one\", \"two\"]\nright = \"so it is\"\nplay = \"5\"\n[[wrong]]\nis = 7\nsay = \"seven is too much\"",
    );
    let mut student = Student::of(read(&body).expect("good"), (120, 40));
    assert_eq!(student.keys("s H").hints(), ["one"]);
    assert_eq!(student.keys("H H").hints(), ["one", "two"]);
    assert_eq!(student.app.view.notices.message, "there is no other hint");
    assert_eq!(student.keys("A 7 Enter").remark(), Some("seven is too much"));
    assert_eq!(student.keys("A 6 Enter").remark(), Some("6 is not it. H gives a hint."));
    assert_eq!(student.keys("A 5 Enter").remark(), None);
    let shown = picture::text(&student.picture(&Theme::default()));
    assert!(shown.contains("so it is") && !shown.contains("hint: one"), "{shown}");
    student.keys("A");
    assert_eq!(student.app.view.notices.message, "no question is open: this task is done by doing it");
}

#[test]
fn a_remark_about_a_wrong_way_goes_when_it_is_left() {
    let body = task(
        "say = \"x\"\ncheck = \"turn == 1\"\nplay = \"s\"\n[[wrong]]\nwhen = \"turn > 2\"\nsay = \"too far\"\nplay = \"3 s\"",
    );
    let mut student = Student::of(read(&body).expect("good"), (120, 40));
    assert_eq!(student.keys("3 s").remark(), Some("too far"));
    assert_eq!(student.keys("u").remark(), None);
    assert_eq!(student.keys("u").standing(0), Standing::Done);
}

#[test]
fn a_page_begins_where_it_says_and_can_be_done_again() {
    let body = "# One\n\n```task\nsay = \"x\"\ncheck = \"turn == 1\"\nplay = \"s\"\n```\n\n# Two\n\n```page\nstart = [\"step 2\", \"show memory 0x1000\"]\npanes = [\"memory\", \"tasks\"]\n```\n\n```task\nsay = \"x\"\ncheck = \"1.r3 == 10\"\nplay = \"s\"\n```\n";
    let mut student = Student::of(read(body).expect("good"), (120, 40));
    assert_eq!((student.keys("J J").page_number(), student.now.turn), (1, 2));
    assert_eq!(student.keys("5 s").score(), (1, 2));
    assert_eq!(student.keys(": \"lesson again\" Enter").score(), (0, 2));
    assert_eq!(student.now.turn, 2);
    assert_eq!((student.keys("K").page_number(), student.now.turn), (0, 0));
    student.keys("s J s J");
    assert!(student.app.view.notices.message.contains("last lesson"), "{}", student.app.view.notices.message);
    student.press(": \"lesson leave\" Enter");
    assert!(student.app.view.lesson.is_none());
    student.press("J");
    assert!(student.app.view.notices.message.contains("does nothing here"), "{}", student.app.view.notices.message);
    student.press("v t");
    assert!(student.app.view.notices.message.contains("no lesson is open"), "{}", student.app.view.notices.message);
}

#[test]
fn open_tasks_are_told_before_a_lesson_ends_and_the_next_one_follows() {
    let mut student = Student::of(SHELF[0].lesson().expect("good"), (120, 40));
    student.keys("J J J J J J J J J");
    assert_eq!(
        student.app.view.notices.message,
        "a task is open on page 1 and 2 and 3 and 4 and 5: J again turns the page all the same"
    );
    assert_eq!(student.keys("J").lesson().name, "02-sixteen-words");
}

#[test]
fn progress_is_kept_and_taken_up_again() {
    let lesson = || {
        read(
            &(task("say = \"x\"\ncheck = \"turn == 1\"\nplay = \"s\"")
                + "\n# Two\n\n```task\nsay = \"x\"\ncheck = \"turn == 9\"\nplay = \"s\"\n```\n"),
        )
        .expect("good")
    };
    let mut student = Student::of(lesson(), (120, 40));
    student.keys("s J");
    let kept = Progress::read(&student.app.coursework.news().expect("news").write());
    assert!(student.app.coursework.news().is_none());
    let reached = kept.of("t");
    assert_eq!((reached.page, reached.done), (1, [(0, 0)].into()));
    // What shows that a task is done is kept with it.
    assert!(reached.work.0.get(&(0, 0)).is_some_and(|work| work.recording.is_some() && work.turn == Some(1)));
    let mut app = App::new((80, 24));
    app.coursework.set_progress(kept);
    app.open_lesson(Arc::new(lesson()));
    let course = app.view.lesson.as_ref().expect("open");
    assert_eq!((course.page_number(), course.score()), (1, (1, 2)));
    assert_eq!(Progress::read("{ broken"), Progress::default());
    // A lesson that has become shorter does not trip over what was done.
    let past = Reached { page: 9, done: [(0, 0), (5, 5)].into(), ..Reached::default() };
    let expected = Reached { page: 1, done: [(0, 0)].into(), ..Reached::default() };
    assert_eq!(Study::open(Arc::new(lesson()), &past).past(), expected);
}

#[test]
fn lessons_look_right_in_each_size_with_colours_and_in_ascii() {
    for (number, keys) in [(0, "s"), (1, ""), (4, "J J"), (7, "J J H")] {
        let mut student = Student::of(SHELF[number].lesson().expect("good"), (80, 24));
        student.keys(keys);
        let name = format!("lesson-{}", number + 1);
        snapshot(&name, &picture::text(&student.picture(&Theme::default())));
    }
    let mut student = Student::of(SHELF[0].lesson().expect("good"), (80, 24));
    student.keys("s J A 1 Enter");
    let theme = Theme::default();
    snapshot("lesson-roles", &role_map(&student.picture(&theme), &theme));
    let ascii = Theme::new(hsxray::ui::Palette::Dark, true);
    let text = picture::text(&student.picture(&ascii));
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn puzzles_say_how_many_switches_it_took() {
    let lesson = shelved("scheduler").expect("there").1.lesson().expect("good");
    assert!(matches!(lesson.pages[1].tasks[0].kind, LessonTaskKind::Goal { par: 2, .. }));
    let mut student = Student::of(lesson, (120, 40));
    student.keys("J J : \"schedule 1*4 2*8 1*4\" Enter");
    assert_eq!(student.course().solved(0), Some(2));
    student.keys(": \"lesson again\" Enter : \"schedule 1*2 2 1*2 2*7 1*4\" Enter");
    assert_eq!(student.course().solved(0), Some(4));
    let shown = picture::text(&student.picture(&Theme::default()));
    assert!(shown.contains("Done in 4 switches; 2 switches would"), "{shown}");
}

/// A built-in lesson at a page, from 1.
fn at(lesson: usize, page: usize) -> Student {
    let mut student = Student::of(SHELF[lesson - 1].lesson().expect("good"), (120, 40));
    student.press(&format!(": \"lesson page {page}\" Enter"));
    student
}

/// How many tasks of its page are done after these keys.
fn done(lesson: usize, page: usize, keys: &str) -> usize {
    let mut student = at(lesson, page);
    let course = student.keys(keys);
    (0..course.page().tasks.len()).filter(|task| course.standing(*task) == Standing::Done).count()
}

#[test]
fn a_task_is_not_done_by_what_its_sentence_does_not_ask_for() {
    for (lesson, page, keys) in [
        (2, 4, ": \"reg 1 r0 255\" Enter"),
        (3, 1, "7 s"),
        (3, 1, ": \"reg 1 psw Z\" Enter"),
        (3, 2, "A \"0xC\" Enter 2 0 s"),
        (4, 5, "P s Enter Enter Enter s Enter Enter Enter s Enter Enter Enter s Enter Enter Enter s Enter Enter Enter"),
        (5, 1, "A \"0x1040\" Enter 1 S"),
        (7, 4, ": \"kill 2\" Enter"),
        (7, 4, ": \"reg 2 r5 0x6000\" Enter : \"resume 2\" Enter c"),
        (8, 1, "1 6 s"),
        (8, 2, "c"),
        (11, 3, "c : \"poke 1 0x5000 02\" Enter"),
        (12, 2, ": \"schedule 1*8 2*8\" Enter : \"poke 1 0x5000 01\" Enter"),
    ] {
        let before = if keys.starts_with('A') { 1 } else { 0 };
        assert_eq!(done(lesson, page, keys), before, "lesson {lesson}, page {page}: {keys}");
    }
    // A find is to be opened, not reached by running.
    let mut student = at(11, 4);
    student.press(": \"explore start finally w[0x5000]==2\" Enter : \"explore wait\" Enter A \"700\" Enter c");
    assert_eq!(student.course().standing(2), Standing::Now);
    assert!(student.course().remark().is_some_and(|r| r.contains("explore open")), "{:?}", student.course().remark());
}

#[test]
fn a_task_refuses_what_reaches_its_state_in_a_way_that_its_sentence_excludes() {
    // How many tasks of the page the keys do that come first, and keys that must not do the next one.
    for (lesson, page, before, keys) in [
        (2, 2, 0, "2 Tab g g Enter"),
        (4, 1, 1, "A \"3\" Enter : \"step 6 -p 1\" Enter"),
        (4, 3, 0, ": \"step 6 -p 1\" Enter : \"step 2 -p 2\" Enter"),
        (4, 3, 0, ": \"schedule 1*3 2 1*3 2\" Enter"),
        (5, 3, 1, "A \"128\" Enter : \"step 8 -p 1\" Enter"),
        (7, 1, 1, "A \"16\" Enter : \"step 8 -p 1\" Enter"),
        (7, 2, 0, ": \"step 99 -p 1\" Enter"),
        (9, 3, 0, ": \"step 10\" Enter : \"catch timeout\" Enter"),
        (10, 3, 0, ": \"watch w[0x5020]\" Enter : \"step 74\" Enter"),
        (10, 3, 0, ": \"step 74\" Enter : \"watch w[0x5010]\" Enter"),
        (10, 4, 0, ": \"reg 2 r5 100\" Enter c"),
        (11, 4, 0, ": \"explore start same\" Enter : \"explore wait\" Enter"),
        (13, 3, 1, "A \"3\" Enter : \"races\" Enter"),
        (14, 1, 1, "A \"7\" Enter : \"races\" Enter"),
        (14, 4, 1, "A \"2\" Enter : \"sync 0x5000\" Enter"),
        (15, 2, 2, "A \"0x105A\" Enter A \"2\" Enter : \"step 3 -p 1\" Enter"),
        (18, 2, 0, ": \"set halfstep off\" Enter : \"schedule 1*2 2*6 1*4\" Enter"),
    ] {
        assert_eq!(done(lesson, page, keys), before, "lesson {lesson}, page {page}: {keys}");
    }
    // However the task is named, what was asked for is the same.
    assert_eq!(done(4, 3, ": \"sched up quantum 3\" Enter 8 s"), 1);
}

#[test]
fn a_task_can_ask_for_a_stop_for_a_state_and_for_a_cursor() {
    let with = |more: &str, keys: &str| {
        let text = format!("say = \"x\"\nplay = \"s\"\n{more}");
        let mut student = Student::of(read(&task(&text)).expect("good"), (120, 40));
        let course = student.keys(keys);
        (course.standing(0) == Standing::Done, course.remark().unwrap_or_default().to_owned())
    };
    let stop = "check = \"1.r3 == 10\"\nstop = \"watch 1.r3\"";
    assert!(with(stop, ": \"watch 1.r3\" Enter c").0);
    for keys in ["3 s", ": \"watch 1.r5\" Enter 3 s", "3 s : \"watch 1.r3\" Enter"] {
        let (done, said) = with(stop, keys);
        assert!(!done && said.contains("a run has to stop there for `watch 1.r3`"), "{keys}: {said}");
    }
    let state = "did = \"peek\"\nwhere = \"1.r3 == 10\"";
    assert!(with(state, "3 s : \"peek 1 0x1000\" Enter").0);
    let (done, said) = with(state, ": \"peek 1 0x1000\" Enter 3 s");
    assert!(!done && said.contains("not where it asks for it"), "{said}");
    let cursor = "did = \"open\"\nat = \"0x1008\"";
    assert!(with(cursor, "l l Enter").0);
    assert!(!with(cursor, "l Enter").0);
    for (text, message) in [
        ("check = \"1\"\nwhere = \"1\"", "where and at are for did"),
        ("pane = \"code\"\nat = 5", "where and at are for did"),
        ("did = \"peek\"\nstop = \"watch 1.r3\"", "stop is for check"),
        ("did = \"peek\"\nwhere = \"1.r3 ==\"", "\"1.r3 ==\": "),
    ] {
        let error = read(&task(&format!("say = \"x\"\nplay = \"s\"\n{text}"))).expect_err(text);
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn right_answers_are_taken_in_each_form() {
    assert_eq!(done(1, 2, "2 s A \"10\" Enter"), 2, "the value in place of the number of the choice");
    assert_eq!(done(1, 2, "2 s A \"R2 becomes 10\" Enter"), 2);
    assert_eq!(done(3, 2, "A \"again\" Enter"), 1, "a label");
    for answer in ["16", "0x10", "64/4", "16 calls"] {
        assert_eq!(done(7, 1, &format!("A \"{answer}\" Enter")), 1, "{answer}");
    }
    assert_eq!(done(7, 1, "8 s A \"16\" Enter"), 2, "in any order");
}

#[test]
fn what_may_be_changed_must_be_changed_and_nothing_else_may() {
    let with = |more: &str, keys: &str| {
        let text = format!("say = \"x\"\nplay = \"s\"\ncheck = \"1.r3 == 10\"\n{more}");
        let mut student = Student::of(read(&task(&text)).expect("good"), (120, 40));
        let course = student.keys(keys);
        (course.standing(0) == Standing::Done, course.remark().unwrap_or_default().to_owned())
    };
    assert!(with("", "3 s").0);
    let (done, said) = with("", ": \"reg 1 r3 10\" Enter");
    assert!(!done && said.starts_with("That came about by setting a register"), "{said}");
    assert!(with("by = [\"reg\"]", ": \"reg 1 r3 10\" Enter").0);
    let (done, said) = with("by = [\"reg\"]", "3 s");
    assert!(!done && said.contains("it asks for setting a register"), "{said}");
    let (done, said) = with("used = [\"watch\"]", "3 s");
    assert!(!done && said.contains("it asks for `watch`"), "{said}");
    assert!(with("used = [\"watch\"]", ": \"watch r3\" Enter c").0);
    // What is taken back does not count.
    assert!(with("", ": \"reg 1 r5 1\" Enter : \"undo\" Enter 3 s").0);
}

#[test]
fn predictions_that_enter_alone_makes_do_not_count() {
    let mut student = at(4, 5);
    student.press("P 9 9 s");
    let mut enters = at(4, 5);
    for _ in 0..9 {
        enters.press("P");
        enters.press("s Enter Enter Enter P");
    }
    assert_eq!(enters.course().standing(0), Standing::Now);
    // Who is next, and that its R3 changes, chosen turn after turn.
    let mut chosen = at(4, 5);
    chosen.press("P s 1 Enter 3 Space Enter Enter Enter s 2 Enter 3 Space Enter Enter Enter s 1 Enter Enter Enter");
    assert_eq!(chosen.course().standing(0), Standing::Done);
}

#[test]
fn the_first_turn_of_all_is_no_switch_anywhere() {
    let mut target = SHELF[3].lesson().expect("good").target(0).expect("room");
    let totals = |target: &mut Local, turns: u64| {
        crate::support::run(target, &format!("step {turns}"));
        target.explained().switches
    };
    assert_eq!((totals(&mut target, 1), totals(&mut target, 1), totals(&mut target, 6)), (0, 1, 7));
}

#[test]
fn explanations_say_what_a_lesson_has_taught() {
    let said = |lesson: usize, page: usize, keys: &str| {
        let mut student = at(lesson, page);
        student.press(keys);
        picture::text(&student.picture(&Theme::default()))
    };
    let first = said(1, 4, "");
    assert!(first.contains("R2 of task 1 lives at RAM") && !first.contains("Z clear"), "{first}");
    assert!(!first.contains("Switches so far") && !first.contains("B copied"), "{first}");
    let flags = said(3, 1, "5 s");
    assert!(flags.contains("C set") && !flags.contains("Switches so far"), "{flags}");
    assert!(said(5, 1, "").contains("The switch from task"));
}

#[test]
fn every_hex_number_that_students_read_has_its_mark() {
    let bare = |word: &str| {
        let digits = word.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
        let four = word.len() == 4
            && word.bytes().all(|b| b.is_ascii_digit())
            && (word.starts_with('0') || word.starts_with('5') && word.ends_with('0'));
        let letters = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
        digits && (letters || four || matches!(word, "FF" | "FFFC" | "FFFF"))
    };
    for shelved in SHELF {
        let lesson = shelved.lesson().expect("good");
        let mut texts: Vec<String> = Vec::new();
        for page in &lesson.pages {
            texts.push(page.markdown.clone());
            for task in &page.tasks {
                let wrong = task.wrong.iter().map(|w| w.say.clone());
                texts.extend(
                    task.hints.iter().cloned().chain(task.right.clone()).chain([task.say.clone()]).chain(wrong),
                );
            }
        }
        for text in texts {
            // What stands in backquotes is as it is on the screen or typed.
            let plain: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
            for word in plain.split(|c: char| !c.is_ascii_alphanumeric()) {
                let shown = text.contains(&format!("will show {word}"));
                assert!(shown || !bare(word), "{}: {word} in {text}", shelved.name);
            }
        }
    }
}

#[test]
fn a_check_names_what_is_odd_with_its_line() {
    let check = |body: &str| rehearse(&Arc::new(read(body).expect("good")));
    let wide = "x".repeat(61);
    let body = format!("# One\n\n## Below\n\n```nothing\nx\n```\n\n```\n{wide}\n```\n\n[a](b)\n");
    assert_eq!(
        check(&body),
        [
            "line 9: a heading below the first level is not shown: only its text is",
            "line 11: a block \"nothing\" is shown as it is: task and page are the blocks there are",
            "line 16: a line of 61 columns: more than 60 do not fit a page",
            "line 19: a link is not shown: only its text is",
        ]
    );
    let page = |block: &str| check(&format!("# One\n\n```page\n{block}\n```\n"));
    assert_eq!(page("select = 4"), ["line 10: page 1: select: there is no task 4"]);
    assert_eq!(page("panes = [\"nothing\"]"), ["line 10: page 1: there is no pane \"nothing\""]);
    let start = page("start = [\"nothing\"]");
    assert!(start[0].starts_with("line 10: page 1: start: "), "{start:?}");
    let proved = |answer: &str| {
        check(&task(&format!(
            "say = \"x\"\nanswer = {answer}\nplay = \"{answer}\"\nproof = {{ keys = \"3 s\", is = \"1.r3\" }}"
        )))
    };
    assert_eq!(proved("10"), Vec::<String>::new());
    assert!(proved("11")[0].contains("the answer is not what its proof gives: 1.r3 is 10"), "{:?}", proved("11"));
    let past = check(&task("say = \"x\"\ncheck = \"turn == 1\"\nplay = \"s\""));
    assert!(past[0].starts_with("line 12: page 1, task 1: nothing is said to a run past it"), "{past:?}");
}

#[test]
fn a_lesson_can_be_done_line_by_line() {
    let home = tempfile::tempdir().expect("directory");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"))
        .args(["learn", "1", "--plain"])
        .env("HOME", home.path())
        .env_remove("XDG_STATE_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("runs");
    let lines = b"show windows\ns\nJ\nH\n2s\n7\n10\nquit\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), lines).expect("written");
    let output = child.wait_with_output().expect("ends");
    let said = String::from_utf8(output.stdout).expect("text");
    for part in [
        "The first turn",
        "R15 00000000",
        "Done. R0 is 0x00000002 now",
        "The next instruction",
        "hint:",
        "R0 is not named",
        "5 + 5 = 10",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("\n\n\n"), "the room of a screen is not printed: {said}");
    let kept = std::fs::read_to_string(home.path().join(".local/state/hsxray/lessons.json")).expect("progress");
    assert!(kept.contains("01-one-task"), "{kept}");
}

#[test]
fn where_one_pane_has_room_every_page_begins_with_its_text() {
    for shelved in SHELF {
        let lesson = shelved.lesson().expect("lesson");
        let (pages, title) = (lesson.pages.len(), lesson.title.clone());
        let mut student = Student::of(lesson, (79, 24));
        for page in 1..=pages {
            student.keys(&format!(": \"lesson page {page}\" Enter"));
            let buffer = student.picture(&Theme::default());
            let line: String = (0..79).map(|x| buffer[(x, 1)].symbol()).collect();
            assert!(line.contains("19 lesson"), "{title}, page {page}: {line}");
        }
    }
}

#[test]
fn the_text_of_a_lesson_stays_on_the_screen_when_its_size_changes() {
    // The size of a terminal is known after the lesson is open.
    for size in [(79, 24), (70, 24), (60, 20), (40, 12)] {
        for shelved in SHELF {
            let mut student = Student::of(shelved.lesson().expect("lesson"), (80, 24));
            student.app.resize(size);
            assert!(student.shows_text(), "{} at {size:?}", shelved.name);
        }
    }
    let mut student = Student::of(SHELF[0].lesson().expect("lesson"), (120, 40));
    for size in [(100, 30), (79, 24), (20, 5), (79, 24), (120, 40), (79, 24)] {
        student.app.resize(size);
        assert!(student.shows_text() || size == (20, 5), "{size:?}");
    }
    // Another pane that is looked at stays, where there is room for one alone.
    student.press("Tab");
    assert!(!student.shows_text());
    student.app.resize((70, 24));
    assert!(!student.shows_text());
    // A view that is not a lesson's is left alone.
    student.app.resize((120, 40));
    student.press("v d 3 Tab");
    student.app.resize((79, 24));
    assert!(!student.shows_text());
}
