//! Key events as names, and names back from scripts.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The name of a key as the table writes it: `s`, `S`, `Ctrl-U`, `F5`, `Shift-Tab`, `Space`.
#[must_use]
pub fn name(event: &KeyEvent) -> Option<String> {
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let (base, shift) = match event.code {
        KeyCode::Char(' ') => ("Space".to_owned(), shift),
        // Capitals and signs carry their shift in the character.
        KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => (c.to_uppercase().to_string(), false),
        KeyCode::Char(c) => (c.to_string(), false),
        KeyCode::F(n) => (format!("F{n}"), shift),
        KeyCode::BackTab => ("Tab".to_owned(), true),
        KeyCode::Tab => ("Tab".to_owned(), shift),
        KeyCode::Enter => ("Enter".to_owned(), shift),
        KeyCode::Esc => ("Esc".to_owned(), shift),
        KeyCode::Backspace => ("Backspace".to_owned(), shift),
        KeyCode::Delete => ("Delete".to_owned(), shift),
        KeyCode::Up => ("Up".to_owned(), shift),
        KeyCode::Down => ("Down".to_owned(), shift),
        KeyCode::Left => ("Left".to_owned(), shift),
        KeyCode::Right => ("Right".to_owned(), shift),
        KeyCode::Home => ("Home".to_owned(), shift),
        KeyCode::End => ("End".to_owned(), shift),
        KeyCode::PageUp => ("PgUp".to_owned(), shift),
        KeyCode::PageDown => ("PgDn".to_owned(), shift),
        _ => return None,
    };
    let mut name = String::new();
    for (modifier, prefix) in [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-")] {
        if event.modifiers.contains(modifier) {
            name.push_str(prefix);
        }
    }
    if shift {
        name.push_str("Shift-");
    }
    Some(name + &base)
}

/// The character a key name types, if it types one.
#[must_use]
pub fn typed(name: &str) -> Option<char> {
    if name == "Space" {
        return Some(' ');
    }
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Some(c),
        _ => None,
    }
}

/// The keys of a script: names separated by blanks; `"text"` types its characters.
#[must_use]
pub fn script(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for (i, part) in text.split('"').enumerate() {
        if i % 2 == 0 {
            keys.extend(part.split_whitespace().map(str::to_owned));
        } else {
            keys.extend(part.chars().map(|c| if c == ' ' { "Space".to_owned() } else { c.to_string() }));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_tables_names() {
        let key = |code, modifiers| name(&KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('S'), KeyModifiers::SHIFT).as_deref(), Some("S"));
        assert_eq!(key(KeyCode::Char('u'), KeyModifiers::CONTROL).as_deref(), Some("Ctrl-U"));
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(), Some("Shift-Tab"));
        assert_eq!(key(KeyCode::Char('4'), KeyModifiers::ALT).as_deref(), Some("Alt-4"));
        assert_eq!(key(KeyCode::Char(' '), KeyModifiers::NONE).as_deref(), Some("Space"));
    }

    #[test]
    fn scripts_name_keys_and_type_texts() {
        assert_eq!(script("s : \"ps 1\" Enter"), ["s", ":", "p", "s", "Space", "1", "Enter"]);
    }
}
