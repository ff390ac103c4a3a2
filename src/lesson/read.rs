//! A lesson from its file: Markdown with a TOML head between `+++` lines. Fenced blocks `page` and
//! `task` are TOML, too.

use super::loaded::Loaded;
use super::source::{HEAD_END, HEAD_START, Source};
use super::task_text::TaskText;
use super::text::{Block, Gather};
use super::{Draft, Lesson, LessonError, LessonTaskKind, Page, PageLines, Programs, Warning};
use crate::backend::{Level, LoadDefaults, Pid, Program, text_sum};
use crate::limits::{PAGES, TASKS};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;
use unicode_width::UnicodeWidthStr;

/// The head of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: Option<String>,
    title: String,
    about: String,
    #[serde(default)]
    aim: String,
    minutes: Option<u32>,
    programs: Vec<Spanned<String>>,
    #[serde(default)]
    panes: Vec<Spanned<String>>,
    #[serde(default)]
    start: Vec<Spanned<String>>,
    stack: Option<u32>,
    #[serde(default = "yes")]
    protect: bool,
    #[serde(default)]
    explain: Level,
}

fn yes() -> bool {
    true
}

/// A block that says how a page begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageText {
    programs: Option<Vec<Spanned<String>>>,
    start: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    panes: Vec<Spanned<String>>,
    select: Option<Spanned<Pid>>,
}

/// The texts of a list without their places.
fn plain(list: &[Spanned<String>]) -> Vec<String> {
    list.iter().map(|text| text.get_ref().clone()).collect()
}

/// Columns of a line that is shown as it is, at most.
const WIDEST: usize = 60;

/// Markdown that a page has no form for, in words that "not shown" follows.
fn not_shown(event: &Event<'_>) -> Option<&'static str> {
    Some(match event {
        Event::Start(Tag::Heading { .. }) => "a heading below the first level is",
        Event::Start(Tag::BlockQuote(_)) => "a quotation is",
        Event::Start(Tag::Link { .. }) => "a link is",
        Event::Start(Tag::Image { .. }) => "a picture is",
        Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => "HTML is",
        Event::Rule => "a rule is",
        Event::Text(text) if text.starts_with('|') => "a table is",
        _ => return None,
    })
}

/// Where in a block stands what a fault is about, whose text it begins with in quotes; the block's begin if it does not.
fn about(block: &str, fault: &str) -> usize {
    let quoted = fault.strip_prefix('"').and_then(|rest| rest.split_once("\": ")).map(|(text, _)| text);
    quoted.and_then(|text| block.find(&format!("\"{text}\"")).or_else(|| block.find(text))).unwrap_or(0)
}

/// Finds a lesson's program by the name of its file.
pub type Find<'f> = dyn Fn(&str) -> Result<Program, String> + 'f;

impl Lesson {
    /// Reads a lesson. `name` is its identity; where it is empty, the lesson's own `id`, or one that follows from its
    /// title and tasks. `file` is its file's name, for errors; `find` reads a program beside it.
    ///
    /// # Errors
    /// What is wrong with it first, with its line.
    pub fn read(name: &str, file: &str, text: &str, find: &Find<'_>) -> Result<Lesson, LessonError> {
        let Draft { lesson, errors } = Lesson::draft(name, file, text, find);
        match (errors.into_iter().next(), lesson) {
            (None, Some(lesson)) => Ok(lesson),
            (Some(error), _) => Err(error),
            (None, None) => Err(Source { file, text }.error(0, "this is not a lesson".into())),
        }
    }

    /// Reads a lesson as far as that is possible, and finds all that is wrong with its file.
    #[must_use]
    pub fn draft(name: &str, file: &str, text: &str, find: &Find<'_>) -> Draft {
        let source = Source { file, text };
        let (length, head) = match source.head() {
            Ok(bounds) => bounds,
            Err(error) => return Draft { lesson: None, errors: vec![error] },
        };
        let body = HEAD_START + length + HEAD_END;
        let (head, errors): (Option<Head>, _) = source.toml(HEAD_START, head);
        let mut pages = Pages {
            source: &source,
            panes: head.as_ref().map_or_else(Vec::new, |head| plain(&head.panes)),
            pages: Vec::new(),
            kept: body,
            gather: Gather::default(),
            loaded: Loaded { find, list: Vec::new() },
            warnings: Vec::new(),
            errors,
        };
        let programs = head.as_ref().and_then(|head| pages.programs(HEAD_START, &head.programs));
        pages.read(body);
        let Pages { mut pages, warnings, loaded, mut errors, .. } = pages;
        let tasks: usize = pages.iter().map(|p| p.tasks.len()).sum();
        let bounds = [PAGES.check(pages.len() as u64), TASKS.check(tasks as u64)];
        errors.extend(bounds.into_iter().filter_map(Result::err).map(|over| source.error(body, over.to_string())));
        match (pages.first_mut(), &head) {
            (None, _) => errors.push(source.error(body, "a heading such as \"# First page\" is expected".into())),
            (Some(first), Some(head)) => {
                if first.start.is_none() {
                    (first.start, first.lines.start) =
                        (Some(plain(&head.start)), source.lines(HEAD_START, &head.start));
                }
                if first.lines.panes.is_empty() {
                    first.lines.panes = source.lines(HEAD_START, &head.panes);
                }
            }
            (Some(_), None) => {}
        }
        let known = head.zip(programs).filter(|_| !pages.is_empty());
        let lesson = known.map(|(head, programs)| {
            let says: Vec<&str> = pages.iter().flat_map(|p| &p.tasks).map(|task| task.say.as_str()).collect();
            let own = head.id.unwrap_or_else(|| identity(&head.title, &says));
            Lesson {
                name: if name.is_empty() { own } else { name.to_owned() },
                sum: loaded.sum(text),
                title: head.title,
                about: head.about,
                aim: head.aim,
                minutes: head.minutes,
                programs,
                level: head.explain,
                warnings,
                stack: head.stack.unwrap_or(LoadDefaults::default().stack),
                protect: head.protect,
                pages,
            }
        });
        let unnamed = lesson.iter().flat_map(Lesson::strange_to_their_pages);
        errors.extend(unnamed.map(|(line, what)| LessonError { file: file.to_owned(), line, what }));
        errors.sort_by_key(|error| error.line);
        Draft { lesson, errors }
    }

    /// What exercises put something else in place of though it is not a program of their page.
    fn strange_to_their_pages(&self) -> Vec<(usize, String)> {
        let mut strange = Vec::new();
        for (number, page) in self.pages.iter().enumerate() {
            for task in &page.tasks {
                let LessonTaskKind::Exercise(exercise) = &task.kind else { continue };
                let there = |name: &str| self.programs(number).iter().any(|(program, _)| program.origin() == name);
                let others = exercise.replaced().filter(|name| !there(name));
                strange
                    .extend(others.map(|name| (task.line, format!("{name} is not one of the programs of the page"))));
            }
        }
        strange
    }
}

/// What distinguishes a lesson from others, wherever its directory is: its title and what its tasks ask for. Where only its text
/// changes it stays the same lesson.
fn identity(title: &str, says: &[&str]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = title.chars().map(plain).take(40).collect();
    format!("{slug}-{}", &text_sum(&format!("{title}\n{}", says.join("\n")))[..8])
}

/// The pages that have been read so far.
struct Pages<'s> {
    source: &'s Source<'s>,
    /// The panes of pages that name none.
    panes: Vec<String>,
    pages: Vec<Page>,
    /// Up to where the text is in the newest page's Markdown.
    kept: usize,
    gather: Gather,
    loaded: Loaded<'s>,
    /// What is odd but can be read.
    warnings: Vec<Warning>,
    /// What cannot be read.
    errors: Vec<LessonError>,
}

impl Pages<'_> {
    /// The programs that a list in TOML names, which begins at a place of the text; `None` if one cannot be read.
    fn programs(&mut self, at: usize, list: &[Spanned<String>]) -> Option<Programs> {
        let mut programs = Some(Programs::new());
        for text in list {
            match self.loaded.argument(text.get_ref()) {
                Ok(program) => programs.iter_mut().for_each(|all| all.push(program.clone())),
                Err(what) => {
                    self.errors.push(self.source.error(at + text.span().start, what));
                    programs = None;
                }
            }
        }
        programs
    }

    fn read(&mut self, body: usize) {
        let mut early = false;
        let mut fence: Option<(String, String)> = None;
        let mut heading = false;
        for (event, range) in Parser::new(&self.source.text[body..]).into_offset_iter() {
            let range = range.start + body..range.end + body;
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                    self.end_page(range.start);
                    heading = true;
                }
                Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                    let title = self.gather.take_plain();
                    let line = self.source.line(range.start);
                    self.pages.push(Page { title, panes: self.panes.clone(), line, ..Page::default() });
                    (heading, self.kept) = (false, range.end);
                }
                _ if self.pages.is_empty() && !heading => {
                    if !std::mem::replace(&mut early, true) {
                        let what = "text before the first heading of level 1".into();
                        self.errors.push(self.source.error(range.start, what));
                    }
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    self.gather.finish();
                    let info = if let CodeBlockKind::Fenced(info) = kind { info.to_string() } else { String::new() };
                    fence = Some((info, String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    let (info, text) = fence.take().unwrap_or_default();
                    self.block(&info, &text, range);
                }
                Event::Text(text) if fence.is_some() => fence.iter_mut().for_each(|(_, all)| *all += &text),
                other => {
                    if let Some(what) = not_shown(&other) {
                        let line = self.source.line(range.start);
                        self.warnings.push(Warning { line, what: format!("{what} not shown: only its text is") });
                    }
                    self.gather.event(&other);
                }
            }
        }
        self.end_page(self.source.text.len());
    }

    /// Takes a block that is fenced off.
    fn block(&mut self, info: &str, text: &str, range: Range<usize>) {
        // TOML begins in the line after the fence.
        let at = self.source.text[range.clone()].find('\n').map_or(range.start, |n| range.start + n + 1);
        let good = match info {
            "task" => self.task(at, text),
            "page" => self.page(at, text, range.start),
            _ => return self.shown_block(info, at, text, range.start),
        };
        let Some(page) = self.pages.last_mut() else { return };
        page.broken |= !good;
        page.markdown += &self.source.text[self.kept..range.start];
        self.kept = range.end;
    }

    /// Takes a task in; false if it cannot be read.
    fn task(&mut self, at: usize, text: &str) -> bool {
        let (written, errors): (Option<TaskText>, _) = self.source.toml(at, text);
        let good = errors.is_empty();
        self.errors.extend(errors);
        let Some(written) = written else { return false };
        match written.task(self.source.line(at), &mut |name| self.loaded.program(name)) {
            Ok(task) => {
                if let Some(page) = self.pages.last_mut() {
                    page.tasks.push(task);
                }
                good
            }
            Err(faults) => {
                let faults = faults.into_iter().map(|what| self.source.error(at + about(text, &what), what));
                self.errors.extend(faults);
                false
            }
        }
    }

    /// Takes in how a page begins; false if that cannot be read.
    fn page(&mut self, at: usize, text: &str, fence: usize) -> bool {
        let (written, errors): (Option<PageText>, _) = self.source.toml(at, text);
        let read = errors.is_empty();
        self.errors.extend(errors);
        let Some(written) = written else { return false };
        let programs = written.programs.as_ref().map(|list| self.programs(at, list));
        let good = read && !matches!(programs, Some(None));
        let source = self.source;
        let Some(page) = self.pages.last_mut() else { return good };
        page.programs = programs.flatten();
        page.block_line = Some(source.line(fence));
        page.start = written.start.as_deref().map(plain);
        page.select = written.select.as_ref().map(|pid| *pid.get_ref());
        page.lines = PageLines {
            start: written.start.as_deref().map_or_else(Vec::new, |list| source.lines(at, list)),
            panes: source.lines(at, &written.panes),
            select: written.select.map(|pid| source.line(at + pid.span().start)),
        };
        if !written.panes.is_empty() {
            page.panes = plain(&written.panes);
        }
        good
    }

    /// Takes a block that is shown as it is.
    fn shown_block(&mut self, info: &str, at: usize, text: &str, fence: usize) {
        if !matches!(info, "" | "text" | "mvasm") {
            let what = format!("a block \"{info}\" is shown as it is: task and page are the blocks there are");
            self.warnings.push(Warning { line: self.source.line(fence), what });
        }
        let first = self.source.line(at);
        let long = (first..).zip(text.lines()).filter(|(_, text)| text.width() > WIDEST);
        self.warnings.extend(long.map(|(line, text)| {
            let what = format!("a line of {} columns: more than {WIDEST} do not fit a page", text.width());
            Warning { line, what }
        }));
        self.gather.blocks.push(Block::Code(text.lines().map(str::to_owned).collect()));
    }

    /// Ends the newest page.
    fn end_page(&mut self, at: usize) {
        self.gather.finish();
        let blocks = std::mem::take(&mut self.gather.blocks);
        if let Some(page) = self.pages.last_mut() {
            page.blocks = blocks;
            page.markdown += &self.source.text[self.kept..at];
            page.markdown = page.markdown.trim().to_owned();
        }
        self.kept = at;
    }
}
