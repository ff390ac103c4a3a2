//! `hsxray learn`: lessons.

mod export;
mod plain;

use super::output::{self, unusable};
use super::{Looks, config};
use crate::backend::host::Content;
use crate::backend::{Program, host};
use crate::lesson::{
    Draft, EXERCISES, Find, HandIn, HandedLesson, Lesson, Progress, SHELF, Shelved, exercise, shelved,
};
use crate::limits::{FILE, SMALL_FILE};
use crate::ui::{self, Outside, lesson::rehearse};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `learn`.
#[derive(Debug, Args)]
pub(super) struct LearnArgs {
    /// A lesson's number or name, or a directory with a lesson of your own; the first one that is not
    /// finished if left out.
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
    /// List the lessons and how far you have come.
    #[arg(long, conflicts_with = "lessons")]
    list: bool,
    /// Play lessons through and say what is wrong with them; all built-in ones if none is named.
    #[arg(long)]
    check: bool,
    /// Write lessons as pages for a browser into a directory; all built-in ones if none is named.
    #[arg(long, num_args = 2, value_names = ["html", "DIR"], conflicts_with = "check")]
    export: Vec<String>,
    /// Write these pages without the solutions of tasks.
    #[arg(long, requires = "export")]
    no_solutions: bool,
    /// Write these pages beside the running debugger: its page for browsers must be at the address of the setting share_base.
    #[arg(long, requires = "export")]
    live: bool,
    /// Line by line, for screen readers, pipes and terminals that cannot move a cursor.
    #[arg(long, conflicts_with_all = ["list", "check", "export"])]
    plain: bool,
    /// Write what you have done in lessons to a file, to hand it in: in those that are named, or in all you have begun.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "check", "export", "plain"])]
    hand_in: Option<PathBuf>,
    /// The name to hand it in under.
    #[arg(long, value_name = "TEXT", requires = "hand_in")]
    name: Option<String>,
    /// Read and write the files of exercises in this directory; the current one, or that of a lesson of your own, if left out.
    #[arg(long = "in", value_name = "DIR", conflicts_with_all = ["list", "check", "export"])]
    workplace: Option<PathBuf>,
    /// Write over files of another kind.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    looks: Looks,
}

pub(super) fn run(args: &LearnArgs) -> ExitCode {
    if args.list {
        return list();
    }
    if args.check {
        return check(&args.lessons);
    }
    if let [format, directory] = &args.export[..] {
        return write(format, Path::new(directory), args);
    }
    if let Some(file) = &args.hand_in {
        return hand_in(file, args);
    }
    let lesson = match &args.lessons[..] {
        [] => first_unfinished(&read_progress()),
        [one] => named(one),
        _ => Err("one lesson at a time: several are for --check and --export".into()),
    };
    let workplace =
        args.workplace.clone().unwrap_or_else(|| workplace(args.lessons.first().map_or("", String::as_str)));
    let shown = |lesson| match args.plain {
        true => plain::run(lesson, workplace, &args.looks),
        false => show(lesson, None, workplace, &args.looks),
    };
    lesson.map_or_else(|e| unusable(&e), shown)
}

/// Where the files of exercises are: beside a lesson of the user's own, else in the current directory.
fn workplace(name: &str) -> PathBuf {
    let path = Path::new(name);
    match (path.is_dir(), path.is_file()) {
        (true, _) => path.to_owned(),
        (false, true) => path.parent().unwrap_or(Path::new("")).to_owned(),
        (false, false) => PathBuf::new(),
    }
}

/// Opens a built-in lesson that a link names, at a page, from 1, or where it was left.
pub(super) fn linked(name: &str, page: Option<usize>, looks: &Looks) -> ExitCode {
    match shelved(name).map(|(_, shelved)| shelved.lesson()) {
        Some(Ok(lesson)) => show(lesson, page, PathBuf::new(), looks),
        Some(Err(e)) => unusable(&e),
        None => unusable(&format!(
            "there is no lesson \"{}\"; hsxray learn --list lists the lessons",
            crate::text::visible(name)
        )),
    }
}

/// A lesson by number, name or directory.
pub(super) fn named(name: &str) -> Result<Lesson, String> {
    let path = Path::new(name);
    if path.is_dir() || path.is_file() {
        return own(path);
    }
    match shelved(name).map(|(_, shelved)| shelved).or_else(|| exercise(name)) {
        Some(shelved) => shelved.lesson().map_err(|e| e.to_string()),
        None => Err(format!("there is no lesson and no directory \"{name}\"; hsxray learn --list lists the lessons")),
    }
}

/// The same as far as it can be read, with all that is wrong with its file.
fn draft(name: &str) -> Result<Draft, String> {
    let path = Path::new(name);
    if path.is_dir() || path.is_file() {
        return own_by(path, Lesson::draft);
    }
    match shelved(name).map(|(_, shelved)| shelved).or_else(|| exercise(name)) {
        Some(shelved) => Ok(shelved.draft()),
        None => named(name).map(|lesson| Draft { lesson: Some(lesson), errors: Vec::new() }),
    }
}

/// A lesson of the user's own: a directory with `lesson.md` and programs, or that file.
fn own(path: &Path) -> Result<Lesson, String> {
    own_by(path, Lesson::read)?.map_err(|e| e.to_string())
}

fn own_by<T>(path: &Path, read: impl FnOnce(&str, &str, &str, &Find<'_>) -> T) -> Result<T, String> {
    let file = if path.is_dir() { path.join("lesson.md") } else { path.to_owned() };
    let text = host::text(&file, &SMALL_FILE).map_err(|e| format!("{}: {e}", file.display()))?;
    let beside = file.parent().unwrap_or(Path::new("")).to_owned();
    let find = |name: &str| Program::read(&beside.join(name)).map_err(|e| e.to_string());
    Ok(read("", &file.display().to_string(), &text, &find))
}

fn first_unfinished(progress: &Progress) -> Result<Lesson, String> {
    for shelved in SHELF {
        let lesson = shelved.lesson().map_err(|e| e.to_string())?;
        if progress.of(&lesson.name).done.len() < lesson.tasks() {
            return Ok(lesson);
        }
    }
    SHELF[0].lesson().map_err(|e| e.to_string())
}

fn list() -> ExitCode {
    let progress = read_progress();
    let mut text = String::from("Lessons; open one with: hsxray learn NUMBER\n\n");
    let numbered = (1..).zip(SHELF).map(|(n, shelved)| (n.to_string(), shelved));
    let exercises = (1..).zip(EXERCISES).map(|(n, shelved)| (format!("e{n}"), shelved));
    for (number, shelved) in numbered.chain(exercises) {
        let lesson = match shelved.lesson() {
            Ok(lesson) => lesson,
            Err(e) => return unusable(&e),
        };
        if number == "e1" {
            text += "\nExercises, in which you write programs; open one with: hsxray learn e1\n\n";
        }
        let done = progress.of(&lesson.name).done.len().min(lesson.tasks());
        let come = format!("{done} of {}", lesson.tasks());
        text += &format!("  {number:>3} {:31} {come:>8}  {}\n", lesson.title, lesson.about);
    }
    output::text(&text)
}

/// Writes what was done in lessons.
fn hand_in(file: &Path, args: &LearnArgs) -> ExitCode {
    let progress = read_progress();
    let begun = |name: &String| progress.lessons().any(|lesson| lesson == name);
    let names =
        chosen(&args.lessons, &[SHELF, EXERCISES]).into_iter().filter(|name| !args.lessons.is_empty() || begun(name));
    let lessons: Result<Vec<Lesson>, String> = names.map(|name| named(&name)).collect();
    let written = lessons.and_then(|lessons| {
        let reached: Vec<_> = lessons.iter().map(|lesson| (lesson, progress.of(&lesson.name))).collect();
        let hand_in = HandIn::of(args.name.as_deref().unwrap_or_default(), &reached);
        super::written::may_be(file, Content::HandIn, &[], args.force)?;
        host::write_text(file, &hand_in.write()).map_err(|e| e.to_string())?;
        Ok(hand_in)
    });
    match written {
        Err(e) => unusable(&e),
        Ok(hand_in) => {
            let lesson = |lesson: &HandedLesson| {
                let done = lesson.tasks.iter().filter(|task| task.done).count();
                format!("{}: {done} done, {} worked on\n", lesson.lesson, lesson.tasks.len())
            };
            let rows: String = hand_in.lessons.iter().map(lesson).collect();
            output::text(&format!("{rows}written to {}\n", file.display()))
        }
    }
}

/// The lessons that are named, or all of the shelves.
fn chosen(names: &[String], shelves: &[&[Shelved]]) -> Vec<String> {
    let all = || shelves.iter().flat_map(|shelf| *shelf).map(|s| s.name.to_owned()).collect();
    if names.is_empty() { all() } else { names.to_vec() }
}

/// Writes lessons for a browser.
fn write(format: &str, directory: &Path, args: &LearnArgs) -> ExitCode {
    if format != "html" {
        return unusable(&format!("lessons are exported as html, not as {format}"));
    }
    let lessons = chosen(&args.lessons, &[SHELF]).iter().map(|name| named(name)).collect::<Result<Vec<_>, _>>();
    let base = || config::load(&args.looks).map(|(settings, _)| settings.get(ui::Setting::ShareBase).to_owned());
    let live = match args.live.then(base).transpose() {
        Ok(live) => live,
        Err(e) => return unusable(&e),
    };
    let wanted = export::Wanted { solutions: !args.no_solutions, live, force: args.force };
    match lessons.and_then(|lessons| export::export(lessons, directory, &wanted)) {
        Ok(files) => output::text(&format!("{} files written to {}\n", files.len(), directory.display())),
        Err(e) => unusable(&e),
    }
}

fn check(names: &[String]) -> ExitCode {
    let mut good = true;
    for name in chosen(names, &[SHELF, EXERCISES]) {
        let Draft { lesson, errors } = match draft(&name) {
            Ok(draft) => draft,
            Err(e) => {
                output::note(&format_args!("hsxray: {e}"));
                good = false;
                continue;
            }
        };
        let mut problems: Vec<String> = errors.iter().map(|e| format!("line {}: {}", e.line, e.what)).collect();
        let about = lesson.map_or_else(String::new, |lesson| {
            let lesson = Arc::new(lesson);
            problems.extend(rehearse(&lesson));
            format!(" {} pages, {} tasks", lesson.pages.len(), lesson.tasks())
        });
        problems.sort_by_key(|problem| line_of(problem));
        good &= problems.is_empty();
        let told = if problems.is_empty() { " is all right" } else { "" };
        let rows: String = problems.iter().map(|p| format!("\n  {}", crate::text::visible(p))).collect();
        if let Err(e) = output::lines(&format!("{name}:{about}{told}{rows}")) {
            return unusable(&e);
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The line that a problem begins with.
fn line_of(problem: &str) -> usize {
    let number = problem.strip_prefix("line ").and_then(|rest| rest.split_once(':'));
    number.and_then(|(number, _)| number.parse().ok()).unwrap_or(0)
}

/// What a lesson needs of the world outside the screen.
struct Student;

impl Outside for Student {
    fn keep(&mut self, progress: &Progress) {
        if let Some(file) = progress_file() {
            // A lesson continues where its progress cannot be written.
            let both = || progress.clone().merged(&read_progress());
            let _ = host::locked(&file, || host::write_text(&file, &both().write()));
        }
    }
}

fn show(lesson: Lesson, page: Option<usize>, workplace: PathBuf, looks: &Looks) -> ExitCode {
    if let Err(e) = color_eyre::install() {
        return unusable(&e);
    }
    let (mut app, mut target) = match (config::app(looks), lesson.target(0)) {
        (Ok(app), Ok(target)) => (app, target),
        (Err(e), _) => return unusable(&e),
        (_, Err(e)) => return unusable(&e),
    };
    app.view.notices.welcome = false;
    app.coursework.set_progress(read_progress());
    app.coursework.set_workplace(workplace);
    let pages = lesson.pages.len();
    app.open_lesson(Arc::new(lesson));
    if let Some(page) = page {
        app.go_page(page.clamp(1, pages) - 1);
    }
    ui::begin_page(&mut app, &mut target);
    match ui::run(&mut target, &mut app, ui::Record::default(), &mut Student) {
        Ok(left) => {
            if let Some(progress) = app.coursework.news() {
                Student.keep(progress);
            }
            match left {
                ui::Left::Asked => ExitCode::SUCCESS,
                ui::Left::Signal(signal) => super::ended_by(signal),
            }
        }
        Err(e) => unusable(&e),
    }
}

fn progress_file() -> Option<PathBuf> {
    Some(config::state_directory()?.join("lessons.json"))
}

fn read_progress() -> Progress {
    let text = progress_file().and_then(|file| host::text(&file, &FILE).ok());
    text.map_or_else(Progress::default, |text| Progress::read(&text))
}
