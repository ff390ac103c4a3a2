//! The keys of a task, with what each does: for those who read a lesson without the debugger.

use crate::ui::help::sequence;
use crate::ui::keymap::{self, Keymap};

/// Each key of a script that does something by itself, once, as it is written on a keyboard, with a sentence; texts that are
/// typed are left out.
#[must_use]
pub fn keys_of(script: &str) -> Vec<(String, String)> {
    let map = Keymap::default();
    let mut found: Vec<(String, String)> = Vec::new();
    for part in script.split('"').step_by(2) {
        let (mut keys, mut counts) = (String::new(), false);
        for key in keymap::script(part) {
            // The digits of a count; 0 begins none.
            counts = key.parse().is_ok_and(|digit: u8| digit > 0 || counts);
            if counts {
                continue;
            }
            keys = if keys.is_empty() { key } else { format!("{keys} {key}") };
            if let Some(row) = map.rows().iter().find(|row| row.keys.contains(&keys)) {
                let explained = (sequence(&keys), row.help.clone());
                if !found.contains(&explained) {
                    found.push(explained);
                }
                keys.clear();
            } else if !map.is_prefix(&keys) {
                // What an answer is made of.
                keys.clear();
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_explained_once_and_typed_texts_are_not() {
        let names = |script: &str| keys_of(script).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(names("s s 2 0 s"), ["s"]);
        assert_eq!(names(": \"run s\" Enter").first().map(String::as_str), Some(":"));
        assert!(!names(": \"run s\" Enter").contains(&"s".to_owned()));
        assert!(keys_of("s").iter().all(|(_, does)| does.len() > 10));
    }
}
