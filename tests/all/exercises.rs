//! Exercises: every solution passes over all schedules, every wrong one fails with its sentence.

use crate::support::{machine, project};
use hsxray::backend::{Local, Required, Verdict};
use hsxray::executive::Config;
use hsxray::explore::{Checks, Defect, Exam, ExamLimits, ExamVerdict, Limits, exam};
use hsxray::lesson::{EXERCISES, Judgement, Lesson, LessonTaskKind, SHELF, Standing, exercise};
use hsxray::ui::lesson::{rehearse, stage};
use hsxray::ui::{App, begin_page, press};
use std::fs;
use std::sync::Arc;

fn lesson(name: &str) -> Lesson {
    exercise(name).expect("there is one").lesson().unwrap_or_else(|e| panic!("{e}"))
}

/// What comes of a text for the first task of a built-in exercise.
fn judged(name: &str, text: &str) -> Judgement {
    lesson(name).trial(0, 0, text, &stage).expect("begins").judge(&|| true)
}

fn file(name: &str, file: &str) -> String {
    fs::read_to_string(project(&format!("assets/exercises/{name}/{file}"))).expect("there")
}

#[test]
fn every_exercise_accepts_its_solutions_and_says_what_is_wrong_with_the_others() {
    let check = |lesson: &Arc<Lesson>| {
        assert_eq!(rehearse(lesson), Vec::<String>::new(), "{}", lesson.name);
        let tasks = lesson.pages.iter().flat_map(|page| &page.tasks);
        let written = tasks.filter_map(|task| match &task.kind {
            LessonTaskKind::Exercise(exercise) => Some(exercise),
            _ => None,
        });
        let all = written.clone().all(|exercise| exercise.wrong.len() >= 2 && exercise.solutions.len() >= 2);
        assert!(all && written.count() > 0, "{}", lesson.name);
    };
    // All schedules of some forty programs: each exercise on a thread of its own.
    std::thread::scope(|scope| {
        for shelved in EXERCISES {
            scope.spawn(move || check(&Arc::new(lesson(shelved.name))));
        }
    });
}

#[test]
fn every_exercise_in_the_directory_is_on_the_shelf_and_has_a_name_of_its_own() {
    let directory = fs::read_dir(project("assets/exercises")).expect("directory");
    let mut names: Vec<String> =
        directory.map(|e| e.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, EXERCISES.iter().map(|s| s.name).collect::<Vec<_>>());
    assert!(EXERCISES.iter().all(|e| SHELF.iter().all(|s| s.name != e.name)));
    for (name, expected) in
        [("e1", "01-add-up"), ("03-guard", "03-guard"), ("bytes", "02-count-bytes"), ("e10", "10-break-the-task")]
    {
        assert_eq!(exercise(name).map(|e| e.name), Some(expected));
    }
    assert!(exercise("e0").is_none() && exercise("e99").is_none() && exercise("").is_none());
}

/// Two tasks with the same flags; the second word of each is its own.
fn pair(own: &str) -> [String; 2] {
    [0, 4].map(|mine| {
        let text = format!(
            ".text\nstart:\n    LDI32 R4, 0x5000\n    LDI R3, {mine}\n    ADD R5, R4, R3\n    LDI R6, 4\n    SUB R3, R6, R3\n    \
             ADD R6, R4, R3\n    LDI R1, 1\n    LDI R2, 0\n{own}    RET\n"
        );
        text
    })
}

const BACK_OFF: &str = "again:\n    ST [R5+0], R1\n    LD R7, [R6+0]\n    CMP R7, R2\n    JZ inside\n    ST [R5+0], R2\n    \
                        JMP again\ninside:\n    ST [R5+0], R2\n";
const INSIST: &str = "    ST [R5+0], R1\nagain:\n    LD R7, [R6+0]\n    CMP R7, R2\n    JNZ again\n    ST [R5+0], R2\n";

fn examined(own: &str, limits: ExamLimits) -> ExamVerdict {
    let texts = pair(own);
    let start = machine(Config::default(), &[&texts[0], &texts[1]]);
    let checks = Checks { returns: true, ..Checks::default() };
    exam(&start, &Exam { checks, returns: true, turns: None, limits }, &|| true).expect("runs")
}

#[test]
fn a_lock_that_spins_passes_and_one_that_locks_both_out_does_not() {
    // Two that step back may do so for ever, but some schedule always leads out.
    assert!(matches!(examined(BACK_OFF, ExamLimits::default()), ExamVerdict::Passed { .. }));
    let ExamVerdict::Failed(broken) = examined(INSIST, ExamLimits::default()) else { panic!("it passes") };
    assert_eq!(broken.what, Defect::NoEnd);
    // Both have raised their flags: the first one, then the second one with its last turn.
    let turns = broken.schedule.turns();
    assert_eq!((broken.schedule.switches(), broken.avoidable), (1, Some(turns - 1)), "{}", broken.schedule);
}

#[test]
fn a_bound_that_is_reached_is_not_decided() {
    let few = Limits { states: 3, ..Limits::default() };
    for limits in [
        ExamLimits { steps: 2, ..ExamLimits::default() },
        ExamLimits { graph: few, ..ExamLimits::default() },
        ExamLimits { graph: Limits { bytes: 1, ..Limits::default() }, ..ExamLimits::default() },
    ] {
        assert!(matches!(examined(BACK_OFF, limits), ExamVerdict::Undecided(_)), "{limits:?}");
    }
    let texts = pair(BACK_OFF);
    let start = machine(Config::default(), &[&texts[0], &texts[1]]);
    let stopped = exam(&start, &Exam { returns: true, ..Exam::default() }, &|| false).expect("runs");
    assert!(!matches!(stopped, ExamVerdict::Failed(_)));
}

#[test]
fn strict_rotation_has_to_end_in_time() {
    let start = machine(Config::default(), &[".text\n    LDI R0, 1\n    LDI R0, 2\n    RET\n"]);
    let verdict = |turns| exam(&start, &Exam { turns: Some(turns), ..Exam::default() }, &|| true).expect("runs");
    assert!(matches!(verdict(3), ExamVerdict::Passed { .. }));
    let ExamVerdict::Failed(broken) = verdict(2) else { panic!("it passes") };
    assert_eq!((broken.what, broken.schedule.to_string()), (Defect::Slow(2), "1*2".into()));
}

#[test]
fn what_is_no_program_is_refused_before_anything_is_searched() {
    let kind = |text: &str| match judged("e1", text).verdict {
        Verdict::Failed(failing) => failing.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind("nonsense R99"), Required::Assembles);
    assert_eq!(kind(&format!("; {}\n    RET\n", "x".repeat(70_000))), Required::Assembles);
    assert_eq!(kind(".text\n    SVC 1, 1\n    RET\n"), Required::Uses);
    assert_eq!(kind(&format!(".text\n{}    RET\n", "    LDI R0, 1\n".repeat(20))), Required::Uses);
    // A text that includes itself ends with an error, and reads no other file.
    assert_eq!(kind(".include \"/etc/passwd\"\n"), Required::Assembles);
}

#[test]
fn a_schedule_is_refused_with_the_place_where_it_cannot_be_taken() {
    let said = |text: &str| match judged("e9", text).verdict {
        Verdict::Failed(failing) => (failing.kind, failing.what),
        other => panic!("{text}: {other:?}"),
    };
    for (text, what) in [
        ("", "line 1, column 1: a schedule has at least one place"),
        ("1*2 x", "line 1, column 5: "),
        ("1*2 3", "task 3 cannot take turn 3 of the schedule"),
        ("1*18446744073709551615 1*2", "the schedule has more than 100000 turns"),
    ] {
        let (kind, said) = said(text);
        assert!(kind == Required::Assembles && said.starts_with(what), "{text}: {said}");
    }
    assert_eq!(said("1*12 2*12").0, Required::Breaks);
    assert!(judged("e9", "1*6 2*8 1*6 2*4").passed());
}

#[test]
fn tasks_that_run_for_ever_are_not_decided_or_have_no_end() {
    let endless = judged("e1", ".text\nstart:\n    JMP start\n");
    assert!(endless.sentences().starts_with("No schedule ends: tasks run for ever."), "{}", endless.sentences());
    // It counts, so no state comes again: a bound is reached.
    let counting = judged("e1", ".text\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n");
    assert!(matches!(counting.verdict, Verdict::Undecided(_)), "{}", counting.sentences());
    assert!(!counting.passed() && counting.sentences().starts_with("Not decided"));
}

/// A student at a lesson, with a directory for what is written.
pub struct Student {
    pub app: App,
    target: Local,
    directory: tempfile::TempDir,
}

impl Student {
    fn at(name: &str) -> Student {
        Student::of(lesson(name))
    }

    pub fn of(lesson: Lesson) -> Student {
        let lesson = Arc::new(lesson);
        let directory = tempfile::tempdir().expect("directory");
        let mut target = lesson.target(0).expect("fits");
        let mut app = App::new((120, 40));
        app.coursework.set_workplace(directory.path().to_owned());
        app.open_lesson(lesson);
        begin_page(&mut app, &mut target);
        Student { app, target, directory }
    }

    fn saves(&mut self, file: &str, text: &str) -> Standing {
        self.writes(file, text);
        self.keys(": \"lesson judge\" Enter");
        self.app.view.lesson.as_ref().expect("open").standing(0)
    }

    pub fn writes(&self, file: &str, text: &str) {
        fs::write(self.directory.path().join(file), text).expect("saved");
    }

    pub fn keys(&mut self, keys: &str) {
        let now = self.target.look(&self.app.want());
        press(&mut self.app, &mut self.target, keys, now).expect("keys");
    }

    fn remark(&self) -> Option<String> {
        self.app.view.lesson.as_ref().expect("open").remark().map(str::to_owned)
    }
}

#[test]
fn a_wrong_program_opens_as_a_branch_with_the_switch_that_matters_and_a_right_one_does_the_task() {
    let mut student = Student::at("03-guard");
    assert_eq!(student.saves("guard.mvasm", &file("03-guard", "look-first.mvasm")), Standing::Now);
    let remark = student.remark().expect("said");
    assert!(remark.starts_with("Both are inside. Each has looked"), "{remark}");
    assert!(remark.contains("Avoidable until turn"), "{remark}");
    assert_eq!(student.target.session().branches().len(), 2);
    let history = student.target.session().history();
    let marks = student.target.session().bookmarks();
    assert!(marks.iter().any(|mark| mark.name == "switch" && mark.branch == history.branch), "{marks:?}");
    // The machine stands where both are in front of the same word.
    student.keys(": \"goto switch\" Enter");
    assert!(student.target.machine().turns() > 0 && !student.target.session().at_present());
    assert_eq!(student.saves("guard.mvasm", &file("03-guard", "peterson.mvasm")), Standing::Done);
    assert!(student.app.view.notices.message.starts_with("Proved over all schedules"));
}

#[test]
fn a_starter_is_written_where_nothing_is_and_never_over_the_students_work() {
    let mut student = Student::at("01-add-up");
    let path = student.directory.path().join("sum.mvasm");
    student.keys(": \"lesson judge\" Enter");
    assert_eq!(fs::read_to_string(&path).expect("written"), file("01-add-up", "start.mvasm"));
    assert_eq!(student.saves("sum.mvasm", "; mine\n    RET\n"), Standing::Now);
    assert_eq!(fs::read_to_string(&path).expect("there"), "; mine\n    RET\n");
    assert!(student.remark().is_some_and(|said| said.contains("At the end w[0x5004] == 0x123 is not true")));
    assert_eq!(student.saves("sum.mvasm", "LDI R0,\n"), Standing::Now);
    assert!(student.remark().is_some_and(|said| said.contains("sum.mvasm:1")), "{:?}", student.remark());
}
