//! A lesson from its file: Markdown with a TOML head between `+++` lines. Fenced blocks `page` and
//! `task` are TOML, too.

use super::task_text::TaskText;
use super::text::{Block, Gather};
use super::{Lesson, LessonError, LessonTaskKind, Page, Programs, Warning};
use crate::backend::{Level, LoadDefaults, LoadOptions, Pid, Program, text_sum};
use crate::limits::{PAGES, PROGRAMS, TASKS};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use serde::Deserialize;
use std::ops::Range;
use std::sync::Arc;
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
    programs: Vec<String>,
    #[serde(default)]
    panes: Vec<String>,
    #[serde(default)]
    start: Vec<String>,
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
    programs: Option<Vec<String>>,
    start: Option<Vec<String>>,
    #[serde(default)]
    panes: Vec<String>,
    select: Option<Pid>,
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

/// Finds a lesson's program by the name of its file.
pub(super) type Find<'f> = dyn Fn(&str) -> Result<Program, String> + 'f;

impl Lesson {
    /// Reads a lesson. `name` is its identity; where it is empty, the lesson's own `id`, or one that follows from its
    /// title and tasks. `file` is its file's name, for errors; `find` reads a program beside it.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn read(name: &str, file: &str, text: &str, find: &Find<'_>) -> Result<Lesson, LessonError> {
        let source = Source { file, text };
        let (head, body) = source.head()?;
        let mut shelf = Loaded { find, list: Vec::new() };
        let programs = shelf.programs(&head.programs).map_err(|e| source.error(0, e))?;
        let mut pages = Pages {
            source: &source,
            panes: &head.panes,
            pages: Vec::new(),
            kept: body,
            gather: Gather::default(),
            loaded: shelf,
            warnings: Vec::new(),
        };
        pages.read(body)?;
        let Pages { mut pages, warnings, loaded, .. } = pages;
        let tasks: usize = pages.iter().map(|p| p.tasks.len()).sum();
        let bounds = [PAGES.check(pages.len() as u64), TASKS.check(tasks as u64)];
        bounds.into_iter().collect::<Result<(), _>>().map_err(|over| source.error(body, over.to_string()))?;
        let Some(first) = pages.first_mut() else {
            return Err(source.error(body, "a heading such as \"# First page\" is expected".into()));
        };
        first.start.get_or_insert(head.start);
        let says: Vec<&str> = pages.iter().flat_map(|p| &p.tasks).map(|task| task.say.as_str()).collect();
        let own = head.id.unwrap_or_else(|| identity(&head.title, &says));
        let lesson = Lesson {
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
        };
        lesson.names_programs_of_pages().map_err(|(line, what)| LessonError { file: file.to_owned(), line, what })?;
        Ok(lesson)
    }

    /// Whether what exercises put something else in place of are programs of their pages.
    fn names_programs_of_pages(&self) -> Result<(), (usize, String)> {
        for (number, page) in self.pages.iter().enumerate() {
            for task in &page.tasks {
                let LessonTaskKind::Exercise(exercise) = &task.kind else { continue };
                let there = |name: &str| self.programs(number).iter().any(|(program, _)| program.origin() == name);
                let other = exercise.replaced().find(|name| !there(name));
                if let Some(name) = other {
                    return Err((task.line, format!("{name} is not one of the programs of the page")));
                }
            }
        }
        Ok(())
    }
}

/// What distinguishes a lesson from others, wherever its directory is: its title and what its tasks ask for. Where only its text
/// changes it stays the same lesson.
fn identity(title: &str, says: &[&str]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = title.chars().map(plain).take(40).collect();
    format!("{slug}-{}", &text_sum(&format!("{title}\n{}", says.join("\n")))[..8])
}

/// The programs that have been read, each once.
struct Loaded<'f> {
    find: &'f Find<'f>,
    list: Vec<(String, Arc<Program>)>,
}

impl Loaded<'_> {
    /// A checksum of a lesson's text and of its programs.
    fn sum(&self, text: &str) -> String {
        let mut all = text.replace("\r\n", "\n");
        for (name, program) in &self.list {
            let (image, rodata) = (&program.image, text_sum(&format!("{:?}", program.image.rodata)));
            all += &format!("\n{name} {} {} {rodata} {:?}", image.entry, image.bss, image.code);
        }
        text_sum(&all)
    }

    /// The programs that arguments such as `worker.mvasm:stack=256` name.
    fn programs(&mut self, arguments: &[String]) -> Result<Programs, String> {
        arguments
            .iter()
            .map(|argument| {
                let (file, options) = LoadOptions::argument(argument)?;
                Ok((self.program(&file.to_string_lossy())?, options))
            })
            .collect()
    }

    /// The program of that name.
    fn program(&mut self, file: &str) -> Result<Arc<Program>, String> {
        if let Some((_, program)) = self.list.iter().find(|(name, _)| name == file) {
            return Ok(Arc::clone(program));
        }
        PROGRAMS.check(self.list.len() as u64 + 1).map_err(|over| over.to_string())?;
        let program = Arc::new((self.find)(file)?);
        self.list.push((file.to_owned(), Arc::clone(&program)));
        Ok(program)
    }
}

/// A file's text.
struct Source<'t> {
    file: &'t str,
    text: &'t str,
}

impl Source<'_> {
    /// An error at a place of the text.
    fn error(&self, at: usize, what: String) -> LessonError {
        LessonError { file: self.file.to_owned(), line: self.line(at), what }
    }

    /// The line of a place of the text, from 1.
    fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).matches('\n').count() + 1
    }

    /// TOML that begins at a place of the text.
    fn toml<T: serde::de::DeserializeOwned>(&self, at: usize, text: &str) -> Result<T, LessonError> {
        toml::from_str(text).map_err(|e| {
            let inside = e.span().map_or(0, |s| s.start);
            self.error(at + inside, e.message().to_owned())
        })
    }

    /// The head, and where the text after it begins.
    fn head(&self) -> Result<(Head, usize), LessonError> {
        let missing = || self.error(0, "a head between two lines of +++ is expected".into());
        let start = self.text.starts_with("+++\n").then_some(4).ok_or_else(missing)?;
        let length = self.text[start..].find("\n+++\n").ok_or_else(missing)?;
        let head = self.toml(start, &self.text[start..start + length + 1])?;
        Ok((head, start + length + 5))
    }
}

/// The pages that have been read so far.
struct Pages<'s> {
    source: &'s Source<'s>,
    /// The panes of pages that name none.
    panes: &'s [String],
    pages: Vec<Page>,
    /// Up to where the text is in the newest page's Markdown.
    kept: usize,
    gather: Gather,
    loaded: Loaded<'s>,
    /// What is odd but can be read.
    warnings: Vec<Warning>,
}

impl Pages<'_> {
    fn read(&mut self, body: usize) -> Result<(), LessonError> {
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
                    self.pages.push(Page { title, panes: self.panes.to_vec(), line, ..Page::default() });
                    (heading, self.kept) = (false, range.end);
                }
                _ if self.pages.is_empty() && !heading => {
                    return Err(self.source.error(range.start, "text before the first heading of level 1".into()));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    self.gather.finish();
                    let info = if let CodeBlockKind::Fenced(info) = kind { info.to_string() } else { String::new() };
                    fence = Some((info, String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    let (info, text) = fence.take().unwrap_or_default();
                    self.block(&info, &text, range)?;
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
        Ok(())
    }

    /// Takes a block that is fenced off.
    fn block(&mut self, info: &str, text: &str, range: Range<usize>) -> Result<(), LessonError> {
        // TOML begins in the line after the fence.
        let at = self.source.text[range.clone()].find('\n').map_or(range.start, |n| range.start + n + 1);
        let Some(page) = self.pages.last_mut() else { return Ok(()) };
        match info {
            "task" => {
                let written: TaskText = self.source.toml(at, text)?;
                let line = self.source.line(at);
                let task = written.task(line, &mut |name| self.loaded.program(name));
                let task = task.map_err(|e| self.source.error(at, e))?;
                page.tasks.push(task);
            }
            "page" => {
                let written: PageText = self.source.toml(at, text)?;
                let programs = written.programs.map(|names| self.loaded.programs(&names)).transpose();
                page.programs = programs.map_err(|e| self.source.error(at, e))?;
                page.block_line = Some(self.source.line(range.start));
                (page.start, page.select) = (written.start, written.select);
                if !written.panes.is_empty() {
                    page.panes = written.panes;
                }
            }
            _ => {
                if !matches!(info, "" | "text" | "mvasm") {
                    let what = format!("a block \"{info}\" is shown as it is: task and page are the blocks there are");
                    self.warnings.push(Warning { line: self.source.line(range.start), what });
                }
                let first = self.source.line(at);
                let long = (first..).zip(text.lines()).filter(|(_, text)| text.width() > WIDEST);
                self.warnings.extend(long.map(|(line, text)| {
                    let what = format!("a line of {} columns: more than {WIDEST} do not fit a page", text.width());
                    Warning { line, what }
                }));
                self.gather.blocks.push(Block::Code(text.lines().map(str::to_owned).collect()));
                return Ok(());
            }
        }
        page.markdown += &self.source.text[self.kept..range.start];
        self.kept = range.end;
        Ok(())
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
