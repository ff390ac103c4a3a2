//! `hsxray grade` and `hsxray progress`: what students have handed in, judged again from its content.

mod table;

use super::learn::named;
use super::output::{self, unusable};
use crate::backend::host;
use crate::lesson::{EXERCISES, Grade, Graded, GradedTask, HandIn, Lesson, SHELF, grade as graded};
use crate::limits::HAND_IN;
use crate::ui::lesson::stage;
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use table::Table;

/// Arguments of `grade`.
#[derive(Debug, Args)]
pub(super) struct GradeArgs {
    #[command(flatten)]
    handed: HandedFiles,
    /// A row for each task, for a spreadsheet.
    #[arg(long)]
    csv: bool,
}

/// Arguments of `progress`.
#[derive(Debug, Args)]
pub(super) struct ProgressArgs {
    #[command(flatten)]
    handed: HandedFiles,
    /// For a spreadsheet.
    #[arg(long)]
    csv: bool,
}

/// What was handed in.
#[derive(Debug, Args)]
struct HandedFiles {
    /// Files that students have handed in.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// A directory with a lesson of your own that was handed in; may be given several times.
    #[arg(long = "lesson", value_name = "DIR")]
    lessons: Vec<String>,
}

/// A file that was handed in, and what it is worth.
struct Paper {
    file: String,
    /// Who has handed it in, as they say; or why it cannot be read.
    read: Result<(HandIn, Vec<Graded>), String>,
}

impl HandedFiles {
    fn papers(&self) -> Result<Vec<Paper>, String> {
        let own = self.lessons.iter().map(|name| named(name)).collect::<Result<Vec<Lesson>, _>>()?;
        let built_in = |name: &str| {
            let shelved = SHELF.iter().chain(EXERCISES).find(|shelved| shelved.name == name)?;
            shelved.lesson().ok()
        };
        let find = |name: &str| own.iter().find(|lesson| lesson.name == name).cloned().or_else(|| built_in(name));
        let paper = |path: &PathBuf| {
            let read = read(path).map(|hand_in| {
                let tasks = graded(&hand_in, &find, &stage, &|| true);
                (hand_in, tasks)
            });
            Paper { file: path.display().to_string(), read }
        };
        Ok(self.files.iter().map(paper).collect())
    }
}

fn read(path: &Path) -> Result<HandIn, String> {
    let text = host::text(path, &HAND_IN).map_err(|e| e.to_string())?;
    HandIn::read(&text).map_err(|e| e.to_string())
}

pub(super) fn grade(args: &GradeArgs) -> ExitCode {
    let papers = match args.handed.papers() {
        Ok(papers) => papers,
        Err(e) => return unusable(&e),
    };
    let text = if args.csv { csv(&papers) } else { papers.iter().map(|paper| report(paper, &papers)).collect() };
    let written = output::text(&text);
    let good = papers.iter().all(|paper| paper.read.as_ref().is_ok_and(|(_, lessons)| lessons.iter().all(holds)));
    if written != ExitCode::SUCCESS || good { written } else { ExitCode::FAILURE }
}

/// Whether all that is said of a lesson holds.
fn holds(graded: &Graded) -> bool {
    let bad = |task: &GradedTask| matches!(task.grade, Grade::Failed(_) | Grade::Undecided(_));
    graded.tasks.as_ref().is_ok_and(|tasks| !tasks.iter().any(bad))
}

/// Tasks that are proved, and all there are.
fn score(tasks: &[GradedTask]) -> (usize, usize) {
    (tasks.iter().filter(|task| task.grade == Grade::Proved).count(), tasks.len())
}

/// A paper for people.
fn report(paper: &Paper, all: &[Paper]) -> String {
    let (hand_in, lessons) = match &paper.read {
        Ok(read) => read,
        Err(why) => return format!("{}: not read: {why}\n", paper.file),
    };
    let mut out = format!("{}: {}\n", paper.file, plain(&hand_in.student));
    for Graded { lesson, tasks } in lessons {
        let tasks = match tasks {
            Ok(tasks) => tasks,
            Err(why) => {
                out += &format!("  {}: not graded: {why}\n", plain(lesson));
                continue;
            }
        };
        let (proved, count) = score(tasks);
        out += &format!("  {}: {proved} of {count} proved\n", plain(lesson));
        for task in tasks {
            let GradedTask { page, task: number, grade, tries, hints } = task;
            let why = if grade.why().is_empty() { String::new() } else { format!(": {}", plain(grade.why())) };
            out += &format!(
                "    page {page}, task {number}: {}{why}; {tries} tries, {hints} hints as said\n",
                grade.name()
            );
            for other in same_text(paper, lesson, (*page, *number), all) {
                out += &format!("      the same text as in {other}\n");
            }
        }
    }
    out
}

/// The other files in which the same was written for a task.
fn same_text<'a>(paper: &Paper, lesson: &str, place: (usize, usize), all: &'a [Paper]) -> Vec<&'a str> {
    let text_of = |paper: &Paper| {
        let (hand_in, _) = paper.read.as_ref().ok()?;
        let handed = hand_in.lessons.iter().find(|handed| handed.lesson == lesson)?;
        let task = handed.tasks.iter().find(|task| (task.page, task.task) == place)?;
        Some(task.work.text.as_ref()?.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    let Some(own) = text_of(paper) else { return Vec::new() };
    let others = all.iter().filter(|other| other.file != paper.file && text_of(other).is_some_and(|text| text == own));
    others.map(|other| other.file.as_str()).collect()
}

/// A text of a stranger in one line.
fn plain(text: &str) -> String {
    crate::text::visible(&text.replace(['\n', '\r'], " ")).into_owned()
}

fn csv(papers: &[Paper]) -> String {
    let head =
        ["file", "student", "lesson", "page", "task", "grade", "why", "tries_said", "hints_said", "same_text_as"];
    let mut table = Table::new(&head);
    for paper in papers {
        let (hand_in, lessons) = match &paper.read {
            Ok(read) => read,
            Err(why) => {
                table.row(&[&paper.file, "", "", "", "", "not read", why, "", "", ""]);
                continue;
            }
        };
        for Graded { lesson, tasks } in lessons {
            match tasks {
                Err(why) => table.row(&[&paper.file, &hand_in.student, lesson, "", "", "not graded", why, "", "", ""]),
                Ok(tasks) => {
                    for GradedTask { page, task, grade, tries, hints } in tasks {
                        let same = same_text(paper, lesson, (*page, *task), papers).join(" ");
                        let numbers = [*page as u64, *task as u64, (*tries).into(), (*hints).into()];
                        let [page, task, tries, hints] = numbers.map(|n| n.to_string());
                        let (grade, why) = (grade.name(), grade.why());
                        let cells =
                            [&paper.file, &hand_in.student, lesson, &page, &task, grade, why, &tries, &hints, &same];
                        table.row(&cells);
                    }
                }
            }
        }
    }
    table.text()
}

pub(super) fn progress(args: &ProgressArgs) -> ExitCode {
    let papers = match args.handed.papers() {
        Ok(papers) => papers,
        Err(e) => return unusable(&e),
    };
    let lessons = lessons_of(&papers);
    let mut head: Vec<&str> = vec!["file", "student"];
    head.extend(lessons.iter().map(String::as_str));
    let mut table = Table::new(&head);
    for paper in &papers {
        let mut cells = vec![paper.file.clone()];
        match &paper.read {
            Err(why) => cells.push(format!("not read: {why}")),
            Ok((hand_in, graded)) => {
                let scores: BTreeMap<&str, String> = graded.iter().map(|g| (g.lesson.as_str(), cell(g))).collect();
                cells.push(hand_in.student.clone());
                cells.extend(lessons.iter().map(|lesson| scores.get(lesson.as_str()).cloned().unwrap_or_default()));
            }
        }
        cells.resize(head.len(), String::new());
        table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    output::text(&if args.csv { table.text() } else { table.aligned() })
}

/// The lessons that were handed in, in the order of the shelves, others behind them.
fn lessons_of(papers: &[Paper]) -> Vec<String> {
    let place = |name: &str| SHELF.iter().chain(EXERCISES).position(|s| s.name == name).unwrap_or(usize::MAX);
    let handed = papers.iter().filter_map(|paper| paper.read.as_ref().ok()).flat_map(|(_, graded)| graded);
    let mut lessons: Vec<String> = handed.map(|graded| graded.lesson.clone()).collect();
    lessons.sort_by_key(|name| (place(name), name.clone()));
    lessons.dedup();
    lessons
}

fn cell(graded: &Graded) -> String {
    match &graded.tasks {
        Err(_) => "not graded".into(),
        Ok(tasks) => {
            let (proved, count) = score(tasks);
            format!("{proved} of {count}")
        }
    }
}
