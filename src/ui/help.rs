//! The help screen and docs/keys.md, made from the tables.

use super::action::{KEYS, KeyContext};
use super::format::wrapped;
use super::keymap::{Binding, Keymap};
use super::pane;

/// A sequence of keys as it is written: letters together, names apart.
#[must_use]
pub fn sequence(keys: &str) -> String {
    if keys.split(' ').all(|k| k.chars().count() == 1) { keys.replace(' ', "") } else { keys.to_owned() }
}

fn written(keys: &[String]) -> String {
    keys.iter().map(|k| sequence(k)).collect::<Vec<_>>().join(" ")
}

/// The help screen's rows for this many columns: keys and sentences, headings with empty keys.
#[must_use]
pub fn rows_for(keymap: &Keymap, width: u16) -> Vec<(String, String)> {
    let room = usize::from(width.saturating_sub(4).min(96)).saturating_sub(26).max(10);
    rows(keymap).into_iter().flat_map(|(keys, sentence)| wrap(keys, &sentence, room)).collect()
}

/// A row as several, each of whose sentences fits. Long keys get a row of their own.
fn wrap(keys: String, sentence: &str, room: usize) -> Vec<(String, String)> {
    if keys.is_empty() {
        return vec![(keys, sentence.to_owned())];
    }
    let lines = wrapped(sentence, room, [""; 2]);
    let own_row = keys.chars().count() > 21;
    let first = own_row.then(|| (keys.clone(), String::new()));
    let rest = lines.into_iter().enumerate().map(|(i, line)| {
        let key = if i == 0 && !own_row { keys.clone() } else { " ".to_owned() };
        (key, line)
    });
    first.into_iter().chain(rest).collect()
}

fn rows(keymap: &Keymap) -> Vec<(String, String)> {
    let mut rows = vec![(String::new(), "Keys; a number before a key is a count".to_owned())];
    let of = |place: KeyContext| keymap.rows().iter().filter(move |r| r.place == place);
    let row = |r: &Binding| (written(&r.keys), r.help.clone());
    let heading = |text: String| [(String::new(), String::new()), (String::new(), text)];
    rows.extend(of(KeyContext::Everywhere).map(row));
    rows.extend(heading("While a text is looked for".to_owned()));
    rows.extend(of(KeyContext::Searching).map(row));
    rows.extend(heading("In a lesson".to_owned()));
    rows.extend(of(KeyContext::Lesson).map(row));
    for p in pane::PANES.iter().filter(|p| of(KeyContext::In(p.id)).next().is_some()) {
        rows.extend(heading(format!("In pane {} {}", p.number, p.name)));
        rows.extend(of(KeyContext::In(p.id)).map(row));
    }
    rows.push((String::new(), String::new()));
    rows.push((String::new(), "Panes".to_owned()));
    rows.extend(pane::PANES.iter().map(|p| (format!("{} {}", p.number, p.name), p.about.to_owned())));
    rows.push((String::new(), String::new()));
    rows.push((String::new(), "Commands, after a colon".to_owned()));
    rows.extend(crate::command::COMMANDS.iter().map(|c| (format!("{} {}", c.name, c.args), c.help.to_owned())));
    rows
}

/// docs/keys.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Keys\n\nGenerated from the table of keys. A number before a key is a count: `20s` takes 20 turns.\n\n| keys | name | what they do |\n|---|---|---|\n",
    );
    for row in KEYS {
        let keys: Vec<String> = row.keys.iter().map(|k| format!("`{}`", sequence(k))).collect();
        let place = match row.place {
            KeyContext::Everywhere => String::new(),
            KeyContext::In(id) => format!("In the {} pane: ", pane::pane(id).name),
            KeyContext::Searching => "While searching: ".to_owned(),
            KeyContext::Lesson => "In a lesson: ".to_owned(),
        };
        out.push_str(&format!("| {} | `{}` | {place}{} |\n", keys.join(" "), row.name, row.help));
    }
    out.push_str("\n## Panes\n\n| number | name | what it shows |\n|--:|---|---|\n");
    for p in pane::PANES {
        out.push_str(&format!("| {} | {} | {} |\n", p.number, p.name, p.about));
    }
    out
}
