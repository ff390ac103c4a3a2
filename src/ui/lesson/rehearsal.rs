//! A lesson played from start to end without a terminal: that its answers pass, that its wrong ways
//! and what overshoots its goals are answered, and that nothing is done before the student does it.

use crate::backend::{Local, Pid, Snapshot, Value};
use crate::lesson::{Case, Exercise, Judgement, Lesson, LessonTask, LessonTaskKind, Wrong};
use crate::ui::lesson::{answer_keys, carry_out, stage, task_keys};
use crate::ui::{App, begin_page, pane, press};
use std::sync::Arc;

/// A size that lessons are made for.
const SIZE: (u16, u16) = (120, 40);
/// Runs that a student may begin before there must be something to say: each ends at a stop, or at the end.
const OVERSHOT: usize = 4;

/// Plays a lesson; gives what is wrong with it, each with its place.
#[must_use]
pub fn rehearse(lesson: &Arc<Lesson>) -> Vec<String> {
    let mut problems: Vec<String> = lesson.warnings.iter().map(|w| format!("line {}: {}", w.line, w.what)).collect();
    for (number, page) in lesson.pages.iter().enumerate() {
        problems.extend(faults_of_start(lesson, number));
        // What a page begins with may be that of one before it.
        let begun = lesson.pages[..=number].iter().rev().find(|page| page.broken || page.start.is_some());
        if !page.broken
            && begun.is_none_or(|page| !page.broken)
            && let Some(mut stage) = Stage::open(lesson, number)
        {
            stage.play(&mut problems);
        }
    }
    problems
}

/// What is wrong with how a page itself says that it begins: each in its line.
fn faults_of_start(lesson: &Arc<Lesson>, number: usize) -> Vec<String> {
    let page = &lesson.pages[number];
    let at = |line: usize, what: String| format!("line {line}: page {}: {what}", number + 1);
    let panes = page.panes.iter().zip(&page.lines.panes);
    let unknown = panes.filter(|(name, _)| pane::named(std::slice::from_ref(name)).is_empty());
    let mut faults: Vec<String> =
        unknown.map(|(name, line)| at(*line, format!("there is no pane \"{name}\""))).collect();
    let mut target = match lesson.target(number) {
        Ok(target) => target,
        Err(e) => {
            // Programs of a page before were tried there.
            faults.extend((number == 0 || page.programs.is_some()).then(|| at(page.start_line(), e.to_string())));
            return faults;
        }
    };
    let mut app = App::new(SIZE);
    let own = page.start.is_some();
    let lines: Vec<usize> = if own { page.lines.start.clone() } else { vec![0; lesson.start(number).len()] };
    for (text, line) in lesson.start(number).iter().zip(lines) {
        if let Err(what) = carry_out(&mut app, &mut target, vec![text.clone()])
            && own
        {
            faults.push(at(line, format!("start: {what}")));
        }
    }
    let there = |pid: &Pid| target.machine().task(*pid).is_some();
    if let Some(pid) = page.select.filter(|pid| !there(pid)) {
        let line = page.lines.select.unwrap_or(page.start_line());
        faults.push(at(line, format!("select: there is no task {pid}")));
    }
    faults
}

/// A page being played.
#[derive(Clone)]
struct Stage {
    app: App,
    target: Local,
    now: Arc<Snapshot>,
    number: usize,
}

impl Stage {
    /// The page where it begins; `None` if it cannot.
    fn open(lesson: &Arc<Lesson>, number: usize) -> Option<Stage> {
        let mut target = lesson.target(number).ok()?;
        let mut app = App::new(SIZE);
        app.open_lesson(Arc::clone(lesson));
        app.go_page(number);
        begin_page(&mut app, &mut target);
        if app.view.notices.tone == crate::ui::view::Tone::Error {
            return None;
        }
        let now = target.look(&app.want());
        app.look(&now);
        Some(Stage { app, target, now, number })
    }

    fn tasks(&self) -> Vec<LessonTask> {
        self.app.view.lesson.as_ref().map_or_else(Vec::new, |course| course.page().tasks.clone())
    }

    /// The task to do now.
    fn current(&self) -> Option<usize> {
        self.app.view.lesson.as_ref()?.now().map(|(i, _)| i)
    }

    fn remark(&self) -> Option<&str> {
        self.app.view.lesson.as_ref()?.remark()
    }

    fn keys(&mut self, keys: &str) -> Result<(), String> {
        self.now = press(&mut self.app, &mut self.target, keys, self.now.clone())?;
        Ok(())
    }

    /// Plays the tasks of the page. One that cannot be done counts as done, so that those after it are played as well.
    fn play(&mut self, problems: &mut Vec<String>) {
        for (i, task) in self.tasks().iter().enumerate() {
            let page = self.number + 1;
            let mut say = |what: String| {
                problems.push(format!("line {}: page {page}, task {}: {what}", task.line, i + 1));
            };
            if self.current() != Some(i) {
                say("is done before the student does it".into());
                continue;
            }
            if let Err(what) = self.prove(&task.kind).and_then(|()| self.clone().check_proof(task)) {
                say(what);
            }
            if let Err(what) = self.clone().overshoot(i, task) {
                say(what);
            }
            for wrong in &task.wrong {
                if let Err(what) = self.clone().go_wrong(i, wrong) {
                    say(what);
                }
            }
            let played = match &task.kind {
                LessonTaskKind::Exercise(exercise) => self.write(i, exercise),
                _ => self.keys(&task_keys(task).unwrap_or_default()),
            };
            match played {
                Err(e) => say(e),
                Ok(()) if self.current() == Some(i) => {
                    say(format!("is not done by its play \"{}\": {}", task.play, self.state()));
                }
                Ok(()) => continue,
            }
            self.pass();
        }
    }

    /// Counts the task to do now as done.
    fn pass(&mut self) {
        if let Some(course) = &mut self.app.view.lesson {
            course.pass();
        }
        self.now = self.target.look(&self.app.want());
        self.app.look(&self.now);
    }

    /// Proves the par of a puzzle: with fewer switches it cannot be done, with this many it can.
    fn prove(&self, kind: &LessonTaskKind) -> Result<(), String> {
        let LessonTaskKind::Goal { goal, par } = kind else { return Ok(()) };
        let found = self.target.par(goal.clone(), self.app.view.selected, u64::from(*par) + 3);
        match found {
            Ok(found) if found.proved && found.switches == u64::from(*par) => Ok(()),
            Ok(found) if found.proved => Err(format!("par is {}: schedule {}", found.switches, found.schedule)),
            Ok(_) => Err("the par could not be proved: too many schedules".into()),
            Err(e) => Err(format!("par: {e}")),
        }
    }

    /// Shows that a fixed answer is true.
    fn check_proof(&mut self, task: &LessonTask) -> Result<(), String> {
        let Some(proof) = &task.proof else { return Ok(()) };
        self.keys(&proof.keys)?;
        let found = self.target.evaluate(&proof.is, self.app.view.selected);
        let found = found.map_err(|e| format!("proof {}: {e}", proof.is.text()))?;
        let right = match &task.kind {
            LessonTaskKind::Answer(expr) => {
                self.target.evaluate(expr, self.app.view.selected).is_ok_and(|is| is == found)
            }
            _ => found.truth(),
        };
        let told = || format!("the answer is not what its proof gives: {} is {found}", proof.is.text());
        right.then_some(()).ok_or_else(told)
    }

    /// Runs past the goal of a task: either that does it as well, or there is something to say to it.
    fn overshoot(&mut self, number: usize, task: &LessonTask) -> Result<(), String> {
        if !matches!(task.kind, LessonTaskKind::Check(_)) {
            return Ok(());
        }
        let begun = self.now.turn;
        for _ in 0..OVERSHOT {
            // Programs of a lesson may run forever: a bound that no goal is behind.
            self.keys(": \"run 100000\" Enter")?;
            if self.current() != Some(number) || self.remark().is_some() {
                return Ok(());
            }
        }
        if self.now.turn == begun {
            // Nothing can run, so nothing is overshot.
            return Ok(());
        }
        Err(format!("nothing is said to a run past it: {}", self.state()))
    }

    /// Takes a wrong way, which must be reported and do nothing.
    fn go_wrong(&mut self, task: usize, wrong: &Wrong) -> Result<(), String> {
        let keys = match (&wrong.case, &wrong.play) {
            (Case::Is(expr), _) => match self.now.asked.iter().find(|(e, _)| e == expr) {
                Some((_, Ok(Value::Int(n)))) => answer_keys(&n.to_string()),
                _ => return Err(format!("the wrong answer {} is not a whole number", expr.text())),
            },
            (Case::When(_), Some(keys)) => keys.clone(),
            (Case::When(expr), None) => return Err(format!("the wrong way {} has no play", expr.text())),
            // What is written is judged all at once.
            (Case::Fails(..), _) => return Ok(()),
        };
        self.keys(&keys)?;
        let way = wrong.expr().map_or_else(|| keys.clone(), |expr| expr.text().to_owned());
        if self.current() != Some(task) {
            return Err(format!("the wrong way {way} does the task"));
        }
        if self.remark() != Some(&wrong.say) {
            let said = self.remark().unwrap_or("nothing");
            return Err(format!("to the wrong way {way} is said: {said}; {}", self.state()));
        }
        Ok(())
    }

    /// Writes what an exercise asks for: the starter and each wrong way must fail, the latter with its sentence, and each
    /// solution must pass. The last of them does the task.
    fn write(&mut self, task: usize, exercise: &Exercise) -> Result<(), String> {
        if self.judge(task, &exercise.starter)?.passed() {
            return Err("the starter does the task".into());
        }
        let wrong = self.tasks()[task].wrong.clone();
        let wrong = wrong.iter().filter(|wrong| wrong.play.is_some());
        for ((name, text), wrong) in exercise.wrong.iter().zip(wrong) {
            let judgement = self.judge(task, text)?;
            if judgement.remark.as_ref() != Some(&wrong.say) {
                return Err(format!("to {name} is said: {}", judgement.sentences()));
            }
        }
        for (name, text) in &exercise.solutions {
            let judgement = self.judge(task, text)?;
            if !judgement.passed() {
                return Err(format!("{name} is not a solution: {}", judgement.sentences()));
            }
            self.app.judged((self.number, task), &judgement);
        }
        Ok(())
    }

    fn judge(&self, task: usize, text: &str) -> Result<Judgement, String> {
        let lesson = self.app.view.lesson.as_ref().map(|course| Arc::clone(course.lesson()));
        let lesson = lesson.ok_or("no lesson is open")?;
        let trial = lesson.trial(self.number, task, text, &stage).map_err(|e| e.to_string())?;
        Ok(trial.judge(&|| true))
    }

    /// Where things stand, for the report.
    fn state(&self) -> String {
        let asked: Vec<String> = self
            .now
            .asked
            .iter()
            .map(|(expr, value)| {
                format!("{} is {}", expr.text(), value.as_ref().map_or("nothing".into(), Value::to_string))
            })
            .collect();
        format!("at turn {} {}; {}", self.now.turn, asked.join(", "), self.app.view.notices.message)
    }
}
