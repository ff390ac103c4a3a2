//! 19: a page of a lesson: its text, its tasks, and how far the student has come.

use super::{Here, Unit};
use crate::lesson::{Block, LessonTaskKind, SHELF, Span, Standing, Study, Tone, place};
use crate::ui::format::{fit, plural};
use crate::ui::pen::Pen;
use crate::ui::theme::{Role, Symbols};
use unicode_width::UnicodeWidthStr;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { title, info, rows, draw, strip: false, ..Unit::LIST };

/// Rows at the lower end that do not scroll.
pub const FOOT: usize = 1;

/// A part of a line.
type Part = (String, Role);

fn title(here: &Here<'_>, room: usize) -> String {
    let Some(course) = &here.view.lesson else { return String::new() };
    let lesson = course.lesson();
    let title = lesson.title.to_lowercase();
    let whole = match place(&lesson.name) {
        Some(at) => format!("{} of {}: {title}", at + 1, SHELF.len()),
        None => title,
    };
    // The number of the page stays.
    fit(&whole, room.saturating_sub(1), here.theme.symbols().ellipsis).into_owned()
}

fn info(here: &Here<'_>) -> String {
    let of = |course: &Study| format!("page {} of {}", course.page_number() + 1, course.lesson().pages.len());
    here.view.lesson.as_ref().map_or(String::new(), of)
}

fn rows(here: &Here<'_>) -> usize {
    lines(here).0.len()
}

/// The last row of the task to do now, or of the page.
pub fn now_row(here: &Here<'_>) -> usize {
    lines(here).1
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let Some(course) = &here.view.lesson else {
        pen.row(0).put(" no lesson is open: hsxray learn opens one", Role::Dim);
        return;
    };
    let (lines, _) = page(course, pen.width(), pen.symbols());
    let room = pen.height().saturating_sub(FOOT);
    let first = here.state.scroll.min(lines.len().saturating_sub(room));
    for (row, line) in lines.iter().skip(first).take(room).enumerate() {
        pen.row(row);
        for (text, role) in line {
            pen.put(text, *role);
        }
    }
    foot(course, first + room < lines.len(), pen);
}

/// How far the student has come, and whether the page continues below or is done.
fn foot(course: &Study, more: bool, pen: &mut Pen<'_>) {
    let (done, all) = course.score();
    let [_, open, full, _] = pen.symbols().bar;
    let down = pen.symbols().more[0];
    let cells = 16 * done / all.max(1);
    let row = pen.height().saturating_sub(1);
    pen.row(row).put(" ", Role::Text).put(&full.repeat(cells), Role::Run).put(&open.repeat(16 - cells), Role::Dim);
    pen.put(&format!(" {done} of {}", plural(all as u64, "task")), Role::Dim);
    let end = pen.width();
    if more {
        pen.right(&format!("{down} J more"), end, Role::Key);
    } else if course.now().is_none() {
        pen.right("J: next", end, Role::Key);
    }
}

/// The lines of the page that is open, and the last row of the task to do now.
fn lines(here: &Here<'_>) -> (Vec<Vec<Part>>, usize) {
    let Some(course) = &here.view.lesson else { return (Vec::new(), 0) };
    page(course, here.width, here.theme.symbols())
}

fn page(course: &Study, width: usize, symbols: &Symbols) -> (Vec<Vec<Part>>, usize) {
    let mut text = Text { lines: Vec::new(), width: width.saturating_sub(1), symbols };
    let open = course.page();
    text.flow([" ", " "], &[(open.title.clone(), Role::Focus)]);
    for (i, block) in open.blocks.iter().enumerate() {
        let tight =
            matches!((block, i.checked_sub(1).map(|b| &open.blocks[b])), (Block::Item(..), Some(Block::Item(..))));
        if !tight {
            text.blank();
        }
        text.block(block);
    }
    let mut last = None;
    for i in 0..open.tasks.len() {
        text.blank();
        text.task(course, i);
        if course.standing(i) == Standing::Now {
            last = Some(text.lines.len() - 1);
        }
    }
    let end = text.lines.len().saturating_sub(1);
    (text.lines, last.unwrap_or(end))
}

/// Lines that grow at their end.
struct Text<'s> {
    lines: Vec<Vec<Part>>,
    width: usize,
    symbols: &'s Symbols,
}

impl Text<'_> {
    fn blank(&mut self) {
        self.lines.push(Vec::new());
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(spans) => self.flow([" ", " "], &parts(spans, Role::Text)),
            Block::Item(mark, spans) => {
                let (first, other) = (format!(" {mark}"), " ".repeat(1 + mark.width()));
                self.flow([&first, &other], &parts(spans, Role::Text));
            }
            Block::Code(lines) => {
                let line = |l: &String| vec![(format!("   {l}"), Role::Opcode)];
                self.lines.extend(lines.iter().map(line));
            }
        }
    }

    fn task(&mut self, course: &Study, number: usize) {
        let task = &course.page().tasks[number];
        let standing = course.standing(number);
        let role = if standing == Standing::Now { Role::Text } else { Role::Dim };
        let mark = match standing {
            // As in line 1; an x could be read as "wrong".
            Standing::Done => self.symbols.status[3],
            Standing::Now => self.symbols.pc,
            Standing::Later => " ",
        };
        let first = format!(" {mark} {} ", number + 1);
        self.flow([&first, "     "], &parts(&marked(&task.say), role));
        if let LessonTaskKind::Choice { choices, .. } = &task.kind {
            for (i, choice) in choices.iter().enumerate() {
                self.flow([&format!("     {}  ", i + 1), "        "], &parts(&marked(choice), role));
            }
        }
        match standing {
            Standing::Done => {
                let done = course.solved(number).map_or("Done.".to_owned(), |n| verdict(&task.kind, n));
                let right = task.right.as_deref().unwrap_or_default();
                self.flow(["     ", "     "], &parts(&marked(format!("{done} {right}").trim()), Role::Run));
            }
            Standing::Now => {
                for hint in course.hints() {
                    self.flow(["     hint: ", "     "], &parts(&marked(hint), Role::Since));
                }
                if let Some(remark) = course.remark() {
                    self.flow(["     ", "     "], &parts(&marked(remark), Role::Trouble));
                }
            }
            Standing::Later => {}
        }
    }

    /// Text broken between words, with a start for the first line and one for the others.
    fn flow(&mut self, starts: [&str; 2], parts: &[Part]) {
        let mut line = vec![(starts[0].to_owned(), parts.first().map_or(Role::Text, |(_, role)| *role))];
        let mut used = starts[0].width();
        let mut empty = true;
        let mut glue = false;
        for (text, role) in parts {
            for (i, word) in text.split(' ').enumerate() {
                let blank = (i > 0 || !glue) && !empty;
                if word.is_empty() {
                    glue = false;
                    continue;
                }
                let needed = word.width() + usize::from(blank);
                if !empty && blank && used + needed > self.width {
                    self.lines.push(std::mem::replace(&mut line, vec![(starts[1].to_owned(), *role)]));
                    used = starts[1].width();
                } else if blank {
                    line.push((" ".to_owned(), *role));
                    used += 1;
                }
                line.push((word.to_owned(), *role));
                used += word.width();
                empty = false;
            }
            glue = !text.ends_with(' ');
        }
        self.lines.push(line);
    }
}

/// How well a puzzle was solved.
fn verdict(kind: &LessonTaskKind, switches: u64) -> String {
    let LessonTaskKind::Goal { par, .. } = kind else { return String::new() };
    let times = |n: u64| if n == 1 { "1 switch".to_owned() } else { format!("{n} switches") };
    match switches.cmp(&u64::from(*par)) {
        std::cmp::Ordering::Greater => format!("Done in {}; {} would do.", times(switches), times((*par).into())),
        _ => format!("Done in {}: fewer is impossible.", times(switches)),
    }
}

fn parts(spans: &[Span], plain: Role) -> Vec<Part> {
    let role = |tone| match tone {
        Tone::Plain => plain,
        Tone::Strong => Role::Label,
        Tone::Code => Role::Key,
    };
    spans.iter().map(|s| (s.text.clone(), role(s.tone))).collect()
}

/// A text with code between backquotes.
fn marked(text: &str) -> Vec<Span> {
    let tone = |i| if i % 2 == 1 { Tone::Code } else { Tone::Plain };
    let span = |(i, text): (usize, &str)| Span { text: text.to_owned(), tone: tone(i) };
    text.split('`').enumerate().map(span).filter(|s| !s.text.is_empty()).collect()
}
