//! `hsxray learn --export html DIR`: lessons as pages for a browser, each in one file that needs no network and
//! no scripts.

use crate::backend::host::{self, Content};
use crate::cli::written;
use crate::lesson::{Lesson, LessonTask, LessonTaskKind, Page};
use crate::ui::lesson::page_preview;
use crate::ui::picture;
use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};
use std::path::Path;
use std::sync::Arc;

const STYLE: &str = include_str!("lesson.css");

/// Writes a file for each lesson and a list of them; gives the names.
///
/// # Errors
/// A page cannot be drawn, or a file cannot be written.
pub(super) fn export(lessons: Vec<Lesson>, directory: &Path, force: bool) -> Result<Vec<String>, String> {
    let mut pages = Vec::new();
    let mut list = String::new();
    for lesson in lessons.into_iter().map(Arc::new) {
        let name = format!("{}.html", stem(&lesson.name));
        list += &format!("<li><a href=\"{name}\">{}</a><br />{}</li>\n", escape(&lesson.title), escape(&lesson.about));
        pages.push((name, document(&lesson.title, &body(&lesson)?)));
    }
    let index = format!("<h1>Lessons</h1>\n<ol class=\"lessons\">\n{list}</ol>\n");
    pages.push(("index.html".into(), document("Lessons", &index)));
    // All of them are written, or none.
    for (name, _) in &pages {
        written::may_be(&directory.join(name), Content::Page, &[], force)?;
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

fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <link rel=\"icon\" href=\"data:,\" />\n<title>{} - hsxray</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escape(title)
    )
}

fn body(lesson: &Arc<Lesson>) -> Result<String, String> {
    let mut out = String::from("<nav><a href=\"index.html\">All lessons</a></nav>\n");
    out += &format!("<h1>{}</h1>\n<p class=\"about\">{}</p>\n", escape(&lesson.title), escape(&lesson.about));
    for (number, page) in lesson.pages.iter().enumerate() {
        out += &section(page, page_preview(lesson, number)?.map(|buffer| picture::svg(&buffer)));
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

fn section(page: &Page, picture: Option<String>) -> String {
    let mut out = format!("<section>\n<h2>{}</h2>\n{}", escape(&page.title), markdown(&page.markdown));
    if let Some(svg) = picture {
        out +=
            &format!("<figure role=\"img\" aria-label=\"The screen at the start of this page\">\n{svg}\n</figure>\n");
    }
    if !page.tasks.is_empty() {
        out += "<ol class=\"tasks\">\n";
        out.extend(page.tasks.iter().map(task));
        out += "</ol>\n";
    }
    out + "</section>\n"
}

fn task(task: &LessonTask) -> String {
    let mut out = format!("<li>{}", markdown(&task.say));
    if let LessonTaskKind::Choice { choices, .. } = &task.kind {
        let items = choices.iter().map(|choice| format!("<li>{}</li>", escape(choice)));
        out += &format!("<ol>{}</ol>\n", items.collect::<String>());
    }
    for (i, hint) in task.hints.iter().enumerate() {
        out += &details(&format!("Hint {}", i + 1), &markdown(hint));
    }
    let right = task.right.as_deref().map_or(String::new(), markdown);
    let does = match &task.kind {
        LessonTaskKind::Exercise(exercise) => {
            exercise.solutions.iter().take(1).map(|(_, text)| format!("<pre>{}</pre>\n", escape(text))).collect()
        }
        kind => {
            let does = if kind.asks() { "The answer" } else { "These keys do it" };
            format!("<p>{does}: <kbd>{}</kbd></p>\n", escape(&task.play))
        }
    };
    out += &details("Solution", &format!("{does}{right}"));
    out + "</li>\n"
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
    let text = crate::ui::visible_lines(text);
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
