//! `hsxray learn --export html DIR`: lessons as pages for a browser, each in one file that needs no network and
//! no scripts.

use crate::backend::host::{self, Content};
use crate::cli::written;
use crate::lesson::{Lesson, LessonTask, LessonTaskKind, Page, shelved};
use crate::ui::lesson::{PagePictures, keys_of, page_pictures};
use crate::ui::picture;
use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};
use ratatui::buffer::Buffer;
use std::path::Path;
use std::sync::Arc;

const STYLE: &str = include_str!("lesson.css");

/// What is written.
pub(super) struct Wanted {
    /// Solutions, too.
    pub solutions: bool,
    /// The address of the page for browsers, to have each lesson beside the running debugger.
    pub live: Option<String>,
    /// Files of another kind may be written over.
    pub force: bool,
}

/// Writes a file for each lesson and a list of them; gives the names.
///
/// # Errors
/// A page cannot be drawn, or a file cannot be written.
pub(super) fn export(lessons: Vec<Lesson>, directory: &Path, wanted: &Wanted) -> Result<Vec<String>, String> {
    let lessons: Vec<Arc<Lesson>> = lessons.into_iter().map(Arc::new).collect();
    if let Some(own) = lessons.iter().find(|lesson| wanted.live.is_some() && shelved(&lesson.name).is_none()) {
        return Err(format!("{} is not built in: the page for browsers has built-in lessons alone", own.name));
    }
    let name = |lesson: &Lesson| format!("{}.html", stem(&lesson.name));
    let link = |lesson: &Lesson| format!("<a href=\"{}\">{}</a>", name(lesson), escape(&lesson.title));
    let mut pages = Vec::new();
    let mut list = String::new();
    for (i, lesson) in lessons.iter().enumerate() {
        list += &format!("<li>{}<br />{}</li>\n", link(lesson), escape(&lesson.about));
        let before = i.checked_sub(1).map(|i| format!("<span>Before: {}</span>", link(&lessons[i])));
        let next = lessons.get(i + 1).map(|next| format!("<span>Next: {}</span>", link(next)));
        let links: String = before.into_iter().chain(next).collect();
        let body = format!("{}<nav class=\"next\">{links}</nav>\n", body(lesson, wanted)?);
        pages.push((name(lesson), document(&lesson.title, &body, wanted.live.is_some())));
    }
    let index = format!("<h1>Lessons</h1>\n<ol class=\"lessons\">\n{list}</ol>\n");
    pages.push(("index.html".into(), document("Lessons", &index, false)));
    // All of them are written, or none.
    for (name, _) in &pages {
        written::may_be(&directory.join(name), Content::Page, &[], wanted.force)?;
    }
    for (name, text) in &pages {
        host::write_text(&directory.join(name), text).map_err(|e| e.to_string())?;
    }
    Ok(pages.into_iter().map(|(name, _)| name).collect())
}

/// A lesson's name without the directories of one that is not built in.
fn stem(name: &str) -> String {
    let last = Path::new(name).file_name().map_or_else(|| name.into(), |n| n.to_string_lossy());
    let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
    last.chars().map(plain).collect()
}

fn document(title: &str, body: &str, live: bool) -> String {
    let class = if live { " class=\"live\"" } else { "" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <link rel=\"icon\" href=\"data:,\" />\n<title>{} - hsxray</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main{class}>\n{body}</main>\n</body>\n</html>\n",
        escape(title)
    )
}

fn body(lesson: &Arc<Lesson>, wanted: &Wanted) -> Result<String, String> {
    let mut out = String::from("<nav><a href=\"index.html\">All lessons</a></nav>\n");
    out += &format!("<h1>{}</h1>\n<p class=\"about\">{}</p>\n", escape(&lesson.title), escape(&lesson.about));
    let address = |base: &str, page: usize| escape(&format!("{base}#lesson={}/{page}", lesson.name));
    if let Some(base) = &wanted.live {
        let first = address(base, 1);
        out += &format!("<iframe name=\"debugger\" title=\"The debugger on this lesson\" src=\"{first}\"></iframe>\n");
    }
    for (number, page) in lesson.pages.iter().enumerate() {
        let pictures = if wanted.live.is_some() { None } else { page_pictures(lesson, number)? };
        let live = wanted.live.as_ref().map(|base| address(base, number + 1));
        out += &section(page, pictures.as_ref(), live.as_deref(), wanted.solutions);
    }
    let sources = lesson.all_programs().flat_map(|program| &program.symbols.files);
    let programs = sources.filter_map(|file| {
        let name = Path::new(&file.path).file_name()?.to_string_lossy();
        Some(details(&escape(&name), &format!("<pre>{}</pre>", escape(file.text.as_deref()?))))
    });
    let programs: String = programs.collect();
    if !programs.is_empty() {
        out += &format!("<section>\n<h2>The programs</h2>\n{programs}</section>\n");
    }
    Ok(out)
}

fn section(page: &Page, pictures: Option<&PagePictures>, live: Option<&str>, solutions: bool) -> String {
    let mut out = format!("<section>\n<h2>{}</h2>\n{}", escape(&page.title), markdown(&page.markdown));
    if let Some(address) = live {
        out += &format!("<p><a href=\"{address}\" target=\"debugger\">Begin this page in the debugger</a></p>\n");
    }
    if let Some(pictures) = pictures {
        out += &figure(&pictures.start, "The screen at the start of this page");
    }
    if !page.tasks.is_empty() {
        out += "<ol class=\"tasks\">\n";
        for (i, one) in page.tasks.iter().enumerate() {
            let after = pictures.and_then(|pictures| pictures.after.get(i)?.as_ref());
            out += &task(one, after, solutions);
        }
        out += "</ol>\n";
    }
    out + "</section>\n"
}

/// A picture of the screen, and the same as text for those who cannot see it.
fn figure(screen: &Buffer, label: &str) -> String {
    let text = details("The same as text", &format!("<pre>{}</pre>", escape(&picture::text(screen))));
    format!("<figure role=\"img\" aria-label=\"{label}\">\n{}\n</figure>\n{text}", picture::svg(screen))
}

fn task(task: &LessonTask, after: Option<&Buffer>, solutions: bool) -> String {
    let mut out = format!("<li>{}", markdown(&task.say));
    if let LessonTaskKind::Choice { choices, .. } = &task.kind {
        let items = choices.iter().map(|choice| format!("<li>{}</li>", escape(choice)));
        out += &format!("<ol>{}</ol>\n", items.collect::<String>());
    }
    for (i, hint) in task.hints.iter().enumerate() {
        out += &details(&format!("Hint {}", i + 1), &markdown(hint));
    }
    if solutions {
        out += &details("Solution", &solution(task, after));
    }
    out + "</li>\n"
}

fn solution(task: &LessonTask, after: Option<&Buffer>) -> String {
    let right = task.right.as_deref().map_or(String::new(), markdown);
    let does = match &task.kind {
        LessonTaskKind::Exercise(exercise) => {
            exercise.solutions.iter().take(1).map(|(_, text)| format!("<pre>{}</pre>\n", escape(text))).collect()
        }
        kind if kind.asks() => format!("<p>The answer: <kbd>{}</kbd></p>\n", escape(&task.play)),
        _ => {
            let keys = keys_of(&task.play);
            let rows =
                keys.iter().map(|(key, does)| format!("<dt><kbd>{}</kbd></dt><dd>{}</dd>", escape(key), escape(does)));
            let rows: String = rows.collect();
            let explained = if rows.is_empty() { rows } else { format!("<dl class=\"keys\">{rows}</dl>\n") };
            format!("<p>These keys do it: <kbd>{}</kbd></p>\n{explained}", escape(&task.play))
        }
    };
    let after = after.map_or(String::new(), |screen| figure(screen, "The screen after this task"));
    does + &right + &after
}

fn details(summary: &str, inside: &str) -> String {
    format!("<details><summary>{summary}</summary>{inside}</details>\n")
}

/// Markdown as HTML. What is HTML already shows as it is written, and links and pictures are their texts: a page
/// holds nothing but what is in it.
fn markdown(text: &str) -> String {
    let kept = |event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::End(TagEnd::Link | TagEnd::Image) => None,
        other => Some(other),
    };
    let mut out = String::new();
    html::push_html(&mut out, Parser::new(text).filter_map(kept));
    out
}

fn escape(text: &str) -> String {
    let text = crate::text::visible_lines(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_nothing_but_what_is_in_it() {
        let html = markdown("See <b>this</b> [a](javascript:x) ![b](http://x/y.png) `R3 < 4`");
        assert_eq!(html.trim(), "<p>See &lt;b&gt;this&lt;/b&gt; a b <code>R3 &lt; 4</code></p>");
        assert_eq!(markdown("<script>alert(1)</script>\n"), "&lt;script&gt;alert(1)&lt;/script&gt;\n");
        assert_eq!(stem("/home/me/my <lesson>"), "my__lesson_");
    }
}
