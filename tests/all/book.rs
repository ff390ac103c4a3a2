//! docs/ is a book: each page is a chapter, each link leads somewhere, each command line is one.

use crate::pictures::PICTURES;
use crate::support::project;
use clap::Parser;
use hsxray::cli::Cli;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The pages: README.md, and the Markdown files of docs/.
fn pages() -> Vec<PathBuf> {
    let files = fs::read_dir(project("docs")).expect("directory").map(|f| f.expect("file").path());
    let mut pages: Vec<PathBuf> = files.filter(|f| f.extension().is_some_and(|e| e == "md")).collect();
    pages.push(project("README.md"));
    pages.sort();
    pages
}

fn text(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|e| panic!("{}: {e}", page.display()))
}

/// Lines outside and inside of fenced blocks.
fn prose_and_code(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut prose, mut code, mut fence) = (Vec::new(), Vec::new(), "");
    for line in text.lines() {
        let opens = ["```", "~~~"].into_iter().find(|f| line.starts_with(f));
        match (fence, opens) {
            ("", Some(f)) => fence = f,
            ("", None) => prose.push(line),
            (inside, Some(f)) if inside == f => fence = "",
            _ => code.push(line),
        }
    }
    (prose, code)
}

/// A line without what stands in backquotes, and what stands there.
fn without_code(line: &str) -> (String, Vec<&str>) {
    let parts: Vec<&str> = line.split('`').collect();
    let text = parts.iter().step_by(2).copied().collect();
    (text, parts.into_iter().skip(1).step_by(2).collect())
}

/// Where the links and pictures of a text lead.
fn links(text: &str) -> Vec<String> {
    let (prose, _) = prose_and_code(text);
    let mut out = Vec::new();
    for line in prose {
        let (line, _) = without_code(line);
        let after = line.split("](").skip(1);
        out.extend(after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned()));
    }
    out
}

/// The names by which the headings of a text can be linked to.
fn anchors(text: &str) -> BTreeSet<String> {
    let (prose, _) = prose_and_code(text);
    let headings = prose.into_iter().filter(|l| l.starts_with('#'));
    let slug = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(slug).collect()
}

#[test]
fn every_page_is_one_chapter() {
    let chapters = links(&text(&project("docs/SUMMARY.md")));
    let mut sorted = chapters.clone();
    sorted.sort();
    let beside = |p: &PathBuf| p.parent() == Some(&project("docs"));
    let names = pages().into_iter().filter(beside).map(|p| p.file_name().expect("name").to_string_lossy().into_owned());
    let names: Vec<String> = names.filter(|n| n != "SUMMARY.md").collect();
    assert_eq!(sorted, names, "SUMMARY.md names each page once, and nothing else");
    let book: toml::Table = toml::from_str(&text(&project("docs/book.toml"))).expect("TOML");
    assert_eq!(book["book"]["src"].as_str(), Some("."));
}

#[test]
fn every_link_leads_somewhere() {
    for page in pages() {
        let beside = page.parent().expect("directory");
        for link in links(&text(&page)) {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { page.clone() } else { beside.join(path) };
            assert!(target.is_file(), "{}: {link} leads nowhere", page.display());
            let known = anchor.is_empty() || anchors(&text(&target)).contains(anchor);
            assert!(known, "{}: {link} names no heading", page.display());
        }
    }
}

#[test]
fn every_file_that_contributors_are_sent_to_exists() {
    let mut missing = Vec::new();
    for page in ["CONTRIBUTING.md", "docs/architecture.md"] {
        let text = text(&project(page));
        let (prose, _) = prose_and_code(&text);
        for name in prose.into_iter().flat_map(|line| without_code(line).1) {
            let is_path = name.contains('/') && name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            let found = ["", "src/"].iter().any(|at| {
                let path = project(&format!("{at}{name}"));
                path.exists() || path.with_extension("rs").exists()
            });
            if is_path && !found {
                missing.push(format!("{page}: {name}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_picture_is_shown() {
    let shown: BTreeSet<String> = pages().iter().flat_map(|p| links(&text(p))).collect();
    for (name, _) in PICTURES {
        assert!(shown.contains(&format!("pictures/{name}.svg")), "{name} is shown nowhere");
    }
}

#[test]
fn every_command_line_in_a_block_is_one() {
    for page in pages() {
        let text = text(&page);
        let (_, code) = prose_and_code(&text);
        for line in code.iter().filter(|l| l.starts_with("hsxray ")) {
            let line = line.split(" #").next().unwrap_or(line);
            let words =
                hsxray::command::split(line).unwrap_or_else(|e| panic!("{}: {line}: {}", page.display(), e.message));
            let words = words.into_iter().flatten().map(|w| w.text);
            if let Err(e) = Cli::try_parse_from(words) {
                panic!("{}: {line}: {e}", page.display());
            }
        }
    }
}

#[test]
fn every_command_after_a_colon_is_one() {
    for page in pages() {
        let text = text(&page);
        let (prose, _) = prose_and_code(&text);
        for code in prose.iter().flat_map(|line| without_code(line).1) {
            let Some(line) = code.strip_prefix(':').filter(|l| !l.is_empty()) else { continue };
            let word = line.split_whitespace().next().unwrap_or(line);
            let found = hsxray::command::find(word);
            assert_eq!(found.len(), 1, "{}: there is no command {line}", page.display());
        }
    }
}
