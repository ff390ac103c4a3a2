//! Phrases that must not come back: translated word by word, or vague where the field has a term of its own.

use crate::support::project;
use std::fs;
use std::path::Path;

/// A phrase in small letters, what to say instead, and what may stand before or behind it.
struct Phrase {
    text: &'static str,
    instead: &'static str,
    unless_before: &'static [&'static str],
    unless_behind: &'static [&'static str],
}

const fn phrase(text: &'static str, instead: &'static str) -> Phrase {
    Phrase { text, instead, unless_before: &[], unless_behind: &[] }
}

const PHRASES: &[Phrase] = &[
    phrase("comes to", "evaluates to, amounts to"),
    phrase("come to", "evaluate to, reach"),
    phrase("anew", "again"),
    phrase("goes on", "continues"),
    phrase("go on", "continue"),
    phrase("went on", "continued"),
    phrase("going on", "running, in progress"),
    phrase("so many", "N, COUNT, that many"),
    phrase("somebody", "a task, the user, another task"),
    phrase("anybody", "any task"),
    phrase("nobody", "no task, no caller"),
    phrase("whoever", "the caller, the task that"),
    phrase("for who", "for the user, for those who"),
    phrase("to who", "to those who"),
    Phrase {
        text: "is no",
        instead: "is not a",
        unless_before: &["there", "where", "which", "why"],
        unless_behind: &["longer", "more", "fewer", "less"],
    },
    Phrase {
        text: "are no",
        instead: "are not",
        unless_before: &["there", "where"],
        unless_behind: &["longer", "more", "fewer", "less"],
    },
    Phrase { text: "is none", instead: "is not one", unless_before: &["there"], unless_behind: &[] },
    phrase("to be had", "available, free"),
    phrase("can be had", "is available"),
    phrase("cannot be had", "is not available"),
    phrase("is told", "is reported"),
    phrase("are told", "are reported"),
    phrase("be told", "be reported"),
    phrase("stands in the way", "prevents"),
    phrase("sees to it", "makes sure"),
    phrase("of one's own", "your own, custom"),
];

fn collect(path: &Path, root: &Path, out: &mut Vec<(String, String)>) {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).expect("directory").map(|e| e.expect("entry").path()).collect();
        entries.sort();
        entries.iter().for_each(|path| collect(path, root, out));
    } else if path.is_file()
        && path.extension().is_some_and(|e| ["rs", "md", "toml", "mvasm", "c"].iter().any(|known| e == *known))
    {
        let parts = path.strip_prefix(root).expect("below the root").components();
        let name = parts.map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        out.push((name, fs::read_to_string(path).expect("text")));
    }
}

/// The words of a text, each with the number of its line: phrases may run over the end of a line of comment.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim_start().trim_start_matches('/').to_lowercase();
        let parts = line.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '_' && c != '-');
        words.extend(parts.filter(|word| !word.is_empty()).map(|word| (i + 1, word.to_owned())));
    }
    words
}

/// Where the words of a text say a phrase: the numbers of the lines.
fn said(words: &[(usize, String)], phrase: &Phrase) -> Vec<usize> {
    let wanted: Vec<&str> = phrase.text.split(' ').collect();
    let here = |at: &usize| {
        let word = |at: usize| words.get(at).map_or("", |(_, word)| word.as_str());
        wanted.iter().enumerate().all(|(i, wanted)| word(at + i) == *wanted)
            && !phrase.unless_before.contains(&at.checked_sub(1).map_or("", &word))
            && !phrase.unless_behind.contains(&word(at + wanted.len()))
    };
    (0..words.len()).filter(here).map(|at| words[at].0).collect()
}

#[test]
fn no_phrase_of_the_list_comes_back() {
    let (root, mut files) = (project(""), Vec::new());
    for path in ["src", "docs", "assets/lessons", "assets/exercises", "assets/programs", "README.md", "CONTRIBUTING.md"]
    {
        collect(&root.join(path), &root, &mut files);
    }
    let mut places = Vec::new();
    for (name, text) in &files {
        let words = words(text);
        for phrase in PHRASES {
            let place = |line| format!("{name}:{line}: \"{}\": say {}", phrase.text, phrase.instead);
            places.extend(said(&words, phrase).into_iter().map(place));
        }
    }
    assert!(places.is_empty(), "{}", places.join("\n"));
}

#[test]
fn a_phrase_is_found_over_the_end_of_a_line_and_spares_what_is_right() {
    let lines = |text, wanted: &str| said(&words(text), PHRASES.iter().find(|p| p.text == wanted).expect("listed"));
    assert_eq!(lines("/// What it comes\n    /// to, and (Comes to) that.", "comes to"), [1, 2]);
    assert_eq!(lines("there is no task; it is no task; it is no longer one", "is no"), [1]);
    assert_eq!(lines("go_on(x); ago on", "go on"), Vec::<usize>::new());
}
