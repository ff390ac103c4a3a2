//! Lessons as pages for a browser.

use hsxray::lesson::SHELF;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn export(directory: &Path, lessons: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    command.args(["learn", "--export", "html"]).arg(directory).args(lessons).output().expect("runs")
}

/// The parts between `<` and `>`, and whether each tag is closed in its order.
fn well_formed(text: &str) -> Result<usize, String> {
    let (mut open, mut tags, mut rest) = (Vec::new(), 0, text);
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, left) = after.split_once('>').ok_or_else(|| format!("a tag is not ended: {after:.40}"))?;
        rest = left;
        tags += 1;
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or("");
        if tag.starts_with('!') || tag.ends_with('/') {
            continue;
        }
        if name == "style" {
            rest = left.split_once("</style>").ok_or("a style is not ended")?.1;
        } else if !tag.starts_with('/') {
            open.push(name.to_owned());
        } else if open.pop().as_deref() != Some(name) {
            return Err(format!("</{name}> ends nothing that is open"));
        }
    }
    if open.is_empty() { Ok(tags) } else { Err(format!("{open:?} are not ended")) }
}

#[test]
fn every_lesson_becomes_a_page_that_stands_alone() {
    let home = tempfile::tempdir().expect("directory");
    let output = export(home.path(), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| fs::read_to_string(home.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let index = read("index.html");
    well_formed(&index).expect("the list");
    let (mut keys, mut after) = (0, 0);
    for shelved in SHELF {
        let (name, lesson) = (format!("{}.html", shelved.name), shelved.lesson().expect("a lesson"));
        assert!(index.contains(&format!("href=\"{name}\"")), "{name}");
        let page = read(&name);
        let tags = well_formed(&page).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(tags > 100, "{name}");
        let pictures = page.matches("<svg ").count();
        assert!(pictures >= lesson.pages.len(), "{name}: a picture a page at least");
        assert_eq!(page.matches("<summary>The same as text").count(), pictures, "{name}: each as text, too");
        let tasks = || lesson.pages.iter().flat_map(|page| &page.tasks);
        assert_eq!(page.matches("<summary>Hint").count(), tasks().map(|t| t.hints.len()).sum::<usize>(), "{name}");
        assert_eq!(page.matches("<summary>Solution").count(), tasks().count(), "{name}");
        let programs: usize = lesson.all_programs().map(|program| program.symbols.files.len()).sum();
        let listed =
            page.split_once("<h2>The programs</h2>").map_or(0, |(_, listed)| listed.matches("<details>").count());
        assert_eq!(listed, programs, "{name}");
        keys += page.matches("<dl class=\"keys\">").count();
        after += page.matches("The screen after this task").count();
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("//hsxray"), "{name}");
        let outside = page.replace("http://www.w3.org/2000/svg", "").contains("http");
        assert!(!outside, "{name} needs nothing from elsewhere");
    }
    assert_eq!(fs::read_dir(home.path()).expect("directory").count(), SHELF.len() + 1);
    assert!(keys > 50 && after > 50, "{keys} tasks explain their keys, {after} show what came of them");
    let first = read(&format!("{}.html", SHELF[0].name));
    assert!(first.contains("Next: <a href=") && !first.contains("Before:"), "lessons lead to each other");
}

#[test]
fn one_lesson_is_written_and_other_formats_are_refused() {
    let home = tempfile::tempdir().expect("directory");
    assert!(export(home.path(), &["3"]).status.success());
    let mut names: Vec<String> = fs::read_dir(home.path())
        .expect("directory")
        .map(|f| f.expect("file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["03-flags.html", "index.html"]);
    let none = export(home.path(), &["nothing"]);
    assert_eq!(none.status.code(), Some(2));
    let mut other = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    let other = other.args(["learn", "--export", "pdf"]).arg(home.path()).output().expect("runs");
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("html"), "what there is, is said");
}

#[test]
fn solutions_can_be_left_out_and_the_debugger_can_stand_beside_the_text() {
    let home = tempfile::tempdir().expect("directory");
    let page = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
        let output = command.args(["learn", "--export", "html"]).arg(home.path()).arg("2").args(more).output();
        let output = output.expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read_to_string(home.path().join(format!("{}.html", SHELF[1].name))).expect("a page")
    };
    let class = page(&["--no-solutions"]);
    assert!(!class.contains("Solution") && !class.contains("These keys") && class.contains("Hint 1"));
    let live = page(&["--live"]);
    well_formed(&live).expect("a page");
    let name = SHELF[1].name;
    assert!(live.contains(&format!("src=\"hsxray.html#lesson={name}/1\"")), "{live:.900}");
    assert!(live.contains(&format!("<a href=\"hsxray.html#lesson={name}/2\" target=\"debugger\">")));
    assert!(!live.contains("<svg "), "the screen itself stands there");
}

/// Which program of this computer is a Chromium.
fn chromium() -> Option<&'static str> {
    let there = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(there)
}

#[test]
#[ignore = "needs Chromium"]
fn a_browser_opens_the_pages_without_errors() {
    let browser = chromium().expect("Chromium is installed");
    let home = tempfile::tempdir().expect("directory");
    assert!(export(home.path(), &[]).status.success());
    for name in SHELF.iter().map(|s| s.name).chain(["index"]) {
        let page = format!("file://{}", home.path().join(format!("{name}.html")).display());
        let profile = format!("--user-data-dir={}", home.path().join("profile").display());
        let output = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
            .args(["--enable-logging=stderr", "--v=0", "--dump-dom", &profile, &page])
            .output()
            .expect("Chromium runs");
        let (dom, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {said}");
        assert!(dom.contains("<title>") && dom.contains("- hsxray</title>"), "{name}: {dom:.200}");
        assert!(name == "index" || dom.contains("<svg ") && dom.contains("<details>"), "{name}");
        let errors: Vec<&str> = said.lines().filter(|line| line.contains(":CONSOLE")).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}
