//! Predictions: asked by keys before a step, judged by what the turn really changed, counted.

use crate::support::{role_map, snapshot};
use hsxray::backend::predict::Tally;
use hsxray::backend::{Local, Snapshot, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::lesson::shelved;
use hsxray::ui::layout::layout;
use hsxray::ui::{self, App, Button, Mouse, Palette, PaneId, Pointer, Theme, picture};
use std::sync::Arc;

/// A demo after some lines.
fn demo_after(name: &str, lines: &str) -> Local {
    let mut target = demo::target(name).expect("demo");
    for words in command::split(lines).expect("line") {
        if command::execute(&mut target, None, words).expect("command").started {
            while target.pump(1_000_000) {}
        }
    }
    target
}

/// The screen after keys, from a target that goes on.
struct Screen {
    target: Local,
    app: App,
    now: Arc<Snapshot>,
}

impl Screen {
    fn new(name: &str, lines: &str, size: (u16, u16)) -> Screen {
        let mut target = demo_after(name, lines);
        let now = target.look(&Want::default());
        Screen { target, app: App::new(size), now }
    }

    fn press(&mut self, keys: &str) -> &mut Screen {
        self.now = ui::press(&mut self.app, &mut self.target, keys, self.now.clone()).expect("keys");
        self
    }

    fn text(&self) -> String {
        picture::text(&ui::render(&self.now, &self.app.view, &Theme::default(), self.app.view.layout.size))
    }
}

/// A screen in colour, as text with a map of its roles, and in plain ASCII.
fn seen(name: &str, demo: (&str, &str), keys: &str) {
    let (colour, plain) = (Theme::default(), Theme::new(Palette::None, true));
    for size in [(80, 24), (120, 40)] {
        let mut screen = Screen::new(demo.0, demo.1, size);
        screen.press(keys);
        let buffer = ui::render(&screen.now, &screen.app.view, &colour, size);
        if size == (80, 24) {
            snapshot(
                &format!("predict-{name}"),
                &format!("{}\n{}", picture::text(&buffer), role_map(&buffer, &colour)),
            );
        }
        let text = picture::text(&ui::render(&screen.now, &screen.app.view, &plain, size));
        assert!(text.is_ascii(), "{text}");
    }
}

/// Two tasks are ready, and task 2 is next: with `LDI32 R7, buf`, which puts there what is there already.
const READY: (&str, &str) = ("ping", "run 429; step");

#[test]
fn every_part_of_a_question_and_what_came_of_it() {
    seen("on", READY, "P");
    seen("who", READY, "P s 2");
    seen("changes", READY, "P s 2 Enter l Space");
    seen("value", READY, "P s 2 Enter l Space Enter 0 x 1 2");
    seen("flags", READY, "P s 2 Enter l Space Enter Enter l Space");
    seen("right", READY, "P s 2 Enter Enter Enter");
    seen("wrong", READY, "P s 1 Enter l Space Enter 0 x 1 2 Enter l Space Enter");
}

#[test]
fn who_is_judged_and_the_rest_only_of_the_task_that_ran() {
    let mut screen = Screen::new("ping", "run 429; step", (80, 24));
    let turn = screen.now.turn;
    screen.press("P s");
    assert_eq!((screen.now.turn, screen.app.view.layout.focus), (turn, PaneId::Predict), "the turn waits");
    // LDI32 R7, buf puts there what is there already: nothing changes.
    screen.press("2 Enter Enter Enter");
    assert_eq!(screen.now.turn, turn + 1);
    let score = screen.app.view.predict.score;
    assert_eq!((score.sum(), score.streak, score.whole), (Tally { right: 3, asked: 3 }, 1, 1));
    let verdict = screen.app.view.predict.verdict.clone().expect("judged");
    assert!(verdict.whole() && verdict.sentences.iter().any(|s| s.contains("task 2 ran LDI32")), "{verdict:?}");
    screen.press("s 2 Enter Enter Enter");
    let score = screen.app.view.predict.score;
    assert_eq!((score.who, score.changes.asked, score.streak), (Tally { right: 1, asked: 2 }, 1, 0));
    assert!(screen.text().contains("WRONG"), "{}", screen.text());
}

#[test]
fn a_task_alone_is_not_asked_for_and_its_value_is_beside_the_score() {
    let mut screen = Screen::new("lost-update", "", (120, 40));
    // LDI32 R1, counter of task 1: R1 alone.
    screen.press("P S");
    assert!(screen.text().contains("1 of 2"), "{}", screen.text());
    screen.press("1 Space Enter \"0x5000\" Enter Enter");
    let predict = &screen.app.view.predict;
    assert_eq!((screen.now.turn, predict.score.who.asked, predict.score.streak), (1, 0, 1));
    assert_eq!(predict.score.values, Tally { right: 1, asked: 1 });
    // A wrong value leaves the streak; a wrong flag ends it.
    screen.press("S 2 Space Enter 9 Enter Enter");
    let predict = &screen.app.view.predict;
    assert_eq!((predict.score.values, predict.score.changes.asked), (Tally { right: 1, asked: 2 }, 2));
    screen.press(". Enter Space Enter");
    assert_eq!(screen.app.view.predict.score.flags, Tally { right: 2, asked: 3 });
    assert_eq!(screen.now.turn, 3, "the last step again asks again");
}

#[test]
fn leaving_running_going_back_and_the_past_count_nothing() {
    let mut screen = Screen::new("ping", "run 50", (80, 24));
    screen.press("P s Esc");
    assert_eq!((screen.now.turn, &screen.app.view.predict.question), (50, &None));
    // A count, a round and a run are not asked.
    screen.press("3 s");
    assert_eq!((screen.now.turn, screen.app.view.predict.question.is_some()), (53, false));
    screen.press("s u");
    assert_eq!((screen.now.turn, screen.app.view.predict.question.is_some()), (52, false), "u drops the question");
    // In the past it asks and judges, but that was seen before.
    screen.press("s Enter Enter Enter");
    let predict = &screen.app.view.predict;
    assert_eq!((screen.now.turn, predict.score.turns), (53, 0));
    assert!(predict.verdict.as_ref().is_some_and(|v| !v.counts && v.turn == 53));
    assert!(screen.press("z").text().contains("Not counted"), "{}", screen.text());
    screen.press("z s Enter Enter Enter");
    assert_eq!((screen.now.turn, screen.app.view.predict.score.turns), (54, 1));
    screen.press("5 c");
    assert_eq!((screen.now.turn, screen.app.view.predict.score.turns), (59, 1));
}

#[test]
fn where_nobody_can_run_the_pane_says_so_and_the_step_goes_on() {
    let mut ended = Screen::new("sleepers", "run", (80, 24));
    ended.press("P s");
    assert!(ended.text().contains("Every task has ended"), "{}", ended.text());
    let mut stuck = Screen::new("deadlock", "run", (80, 24));
    stuck.press("P s S");
    assert!(stuck.app.view.predict.question.is_none() && stuck.text().contains("No task can run"), "{}", stuck.text());
    assert!(stuck.app.view.notices.message.contains("waits for"), "{}", stuck.app.view.notices.message);
}

#[test]
fn where_all_sleep_the_first_to_wake_is_asked_for() {
    let mut screen = Screen::new("sleepers", "", (80, 24));
    while screen.now.next.is_some() {
        screen.press("s");
    }
    assert!(screen.now.tasks.iter().filter(|t| t.wait.is_some()).count() > 1, "{:?}", screen.now.tasks);
    screen.press("P s");
    snapshot("predict-sleepers", &screen.text());
    let first = screen.now.tasks.iter().min_by_key(|t| t.wait.as_ref().and_then(|w| w.deadline_us)).expect("one").pid;
    screen.press(&format!("{first} Enter Enter Enter"));
    assert_eq!(screen.app.view.predict.score.who, Tally { right: 1, asked: 1 });
}

#[test]
fn an_answer_can_be_typed_as_a_command() {
    let mut screen = Screen::new("lost-update", "", (80, 24));
    screen.press(": \"predict 1 r1=0x5000 -\" Enter");
    let predict = &screen.app.view.predict;
    assert!(predict.on && predict.score.streak == 1 && screen.now.turn == 1, "{}", screen.app.view.notices.message);
    screen.press(": \"predict 2 r1=0x5000 z\" Enter");
    assert_eq!(screen.app.view.predict.score.flags, Tally { right: 1, asked: 2 });
    screen.press(": \"predict r1 -\" Enter Esc");
    assert!(
        screen.app.view.notices.log.iter().any(|l| l.contains("who takes the turn is missing")),
        "{:?}",
        screen.app.view.notices.log
    );
    assert_eq!(screen.now.turn, 2);
    // The answer is about the question that is open.
    screen.press("S : \"predict nothing -\" Enter");
    assert_eq!((screen.now.turn, screen.now.last), (3, screen.app.view.selected));
    screen.press(": \"predict off\" Enter s s");
    assert_eq!((screen.now.turn, screen.app.view.predict.on), (5, false));
}

#[test]
fn other_panes_can_be_looked_at_while_a_question_is_open() {
    let mut screen = Screen::new("ping", "run 50", (80, 24));
    screen.press("P s Alt-3 j j");
    let predict = &screen.app.view.predict;
    assert_eq!((screen.app.view.layout.focus, predict.question.as_ref().map(|q| q.cursor)), (PaneId::Code, Some(0)));
    screen.press("s j");
    let predict = &screen.app.view.predict;
    assert_eq!((screen.app.view.layout.focus, predict.question.as_ref().map(|q| q.cursor)), (PaneId::Predict, Some(1)));
    assert_eq!(screen.now.turn, 50);
    screen.press("P");
    assert_eq!((screen.app.view.layout.focus, screen.app.view.predict.on), (PaneId::Tasks, false));
}

#[test]
fn choices_can_be_clicked() {
    let mut screen = Screen::new("lost-update", "", (80, 24));
    screen.press("P S");
    let rect = layout(&screen.app.view).into_iter().find(|(id, _)| *id == PaneId::Predict).expect("shown").1;
    // R5: second row of registers, second column.
    let at = Pointer { what: Mouse::Press(Button::Left), x: rect.x + 14, y: rect.y + 4 };
    assert!(screen.app.mouse(at, &screen.now).is_empty());
    let question = screen.app.view.predict.question.as_ref().expect("still asked");
    assert_eq!((question.changes.to_string(), question.cursor), ("R5".to_owned(), 5));
}

#[test]
fn a_lesson_leaves_room_for_a_question_and_counts_right_parts() {
    for size in [(80, 24), (120, 40)] {
        let lesson = Arc::new(shelved("12").expect("built in").1.lesson().expect("a lesson"));
        let target = lesson.target(0).expect("fits");
        let mut screen = Screen { target, app: App::new(size), now: Arc::default() };
        screen.app.open_lesson(lesson);
        ui::begin_page(&mut screen.app, &mut screen.target);
        screen.now = screen.target.look(&screen.app.want());
        screen.press("P s 1");
        let shown = layout(&screen.app.view);
        let area = |id| shown.iter().find(|(pane, _)| *pane == id).map(|(_, r)| (r.width, r.height));
        assert!(area(PaneId::Predict).is_some_and(|(w, h)| w >= 37 && h >= 10), "{size:?}: {shown:?}");
        assert!(area(PaneId::Lesson).is_some(), "{size:?}: {shown:?}");
    }
}
