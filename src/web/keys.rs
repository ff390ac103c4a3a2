//! Keys and the mouse as a browser names them, and as the table of keys does.

use crate::ui::{Button, Mouse, Pointer};

/// A key as an event of a browser has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressed<'e> {
    /// What it means: `a`, `A`, `Enter`, `ArrowUp`.
    pub key: &'e str,
    /// Its place on the keyboard: `KeyA`. With Alt some systems give another letter.
    pub code: &'e str,
    /// Ctrl is held.
    pub ctrl: bool,
    /// Alt is held.
    pub alt: bool,
    /// Shift is held.
    pub shift: bool,
}

/// Keys that a browser keeps for its windows and tabs, and that stand in the table of keys: Alt with the letter is pressed
/// in their place.
const KEPT_BY_BROWSERS: [char; 3] = ['W', 'N', 'T'];

/// Keys whose names differ.
const NAMES: &[(&str, &str)] = &[
    ("Escape", "Esc"),
    ("ArrowUp", "Up"),
    ("ArrowDown", "Down"),
    ("ArrowLeft", "Left"),
    ("ArrowRight", "Right"),
    ("PageUp", "PgUp"),
    ("PageDown", "PgDn"),
    (" ", "Space"),
    ("Enter", "Enter"),
    ("Tab", "Tab"),
    ("Backspace", "Backspace"),
    ("Delete", "Delete"),
    ("Home", "Home"),
    ("End", "End"),
];

impl Pressed<'_> {
    /// The name of the key as the table writes it; `None` for what is not a key by itself. `bound` says whether the table in
    /// use has a key.
    #[must_use]
    pub fn name(&self, bound: impl Fn(&str) -> bool) -> Option<String> {
        let function = |key: &str| key.strip_prefix('F').and_then(|n| n.parse::<u8>().ok()).is_some();
        let named = NAMES.iter().find(|(key, _)| *key == self.key).map(|(_, name)| (*name).to_owned());
        if let Some(base) = named.or_else(|| function(self.key).then(|| self.key.to_owned())) {
            return Some(self.held(self.shift, &base));
        }
        let mut letters = self.key.chars();
        let (letter, None) = (letters.next()?, letters.next()) else { return None };
        // Capitals and signs carry their shift in the character.
        match (self.alt, self.letter_by_place()) {
            // Where Alt makes other letters, its place says which key it is; AltGr, which is Ctrl and Alt, writes signs.
            (true, Some(place)) if !self.ctrl => {
                let other = format!("Ctrl-{}", place.to_ascii_uppercase());
                let own = format!("Alt-{place}");
                let kept = KEPT_BY_BROWSERS.contains(&place.to_ascii_uppercase());
                Some(if kept && !bound(&own) { other } else { own })
            }
            (true, _) if self.ctrl => Some(letter.to_string()),
            _ if self.ctrl => Some(self.held(false, &letter.to_uppercase().to_string())),
            _ => Some(self.held(false, &letter.to_string())),
        }
    }

    /// The letter or digit that an English keyboard has at the key's place.
    fn letter_by_place(&self) -> Option<char> {
        let place = self.code.strip_prefix("Key").or_else(|| self.code.strip_prefix("Digit"))?;
        let letter = place.chars().next()?;
        Some(if self.shift { letter } else { letter.to_ascii_lowercase() })
    }

    fn held(&self, shift: bool, base: &str) -> String {
        let held = [(self.ctrl, "Ctrl-"), (self.alt, "Alt-"), (shift, "Shift-")];
        held.iter().filter(|(held, _)| *held).map(|(_, name)| *name).chain([base]).collect()
    }
}

/// What the mouse or a finger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// Presses the left button, or taps.
    Press,
    /// Presses the right button, or taps for long.
    PressRight,
    /// Moves with the left button held.
    Drag,
    /// Releases it.
    Release,
    /// Turns the wheel by rows, down if positive.
    Wheel(i8),
}

impl Touched {
    pub(super) const fn pointer(self, x: u16, y: u16) -> Pointer {
        let what = match self {
            Touched::Press => Mouse::Press(Button::Left),
            Touched::PressRight => Mouse::Press(Button::Right),
            Touched::Drag => Mouse::Drag,
            Touched::Release => Mouse::Release,
            Touched::Wheel(rows) => Mouse::Wheel(rows),
        };
        Pointer { what, x, y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of a key with `C`trl, `A`lt and `S`hift.
    fn name(held: &str, key: &str, code: &str) -> Option<String> {
        let [ctrl, alt, shift] = ['C', 'A', 'S'].map(|modifier| held.contains(modifier));
        Pressed { key, code, ctrl, alt, shift }.name(|key| key == "Alt-n")
    }

    #[test]
    fn keys_have_the_tables_names() {
        for (held, key, code, expected) in [
            ("", "s", "KeyS", "s"),
            ("S", "S", "KeyS", "S"),
            ("C", "u", "KeyU", "Ctrl-U"),
            ("S", "Tab", "Tab", "Shift-Tab"),
            ("A", "4", "Digit4", "Alt-4"),
            ("", " ", "Space", "Space"),
            ("S", "?", "Slash", "?"),
            ("", "ArrowUp", "ArrowUp", "Up"),
            ("A", "ArrowLeft", "ArrowLeft", "Alt-Left"),
            ("S", "F5", "F5", "Shift-F5"),
            ("", "F12", "F12", "F12"),
            ("", "л", "KeyK", "л"),
        ] {
            assert_eq!(name(held, key, code).as_deref(), Some(expected), "{held} {key}");
        }
        for nothing in ["Shift", "Control", "Dead", "Unidentified", "Fn", ""] {
            assert_eq!(name("", nothing, ""), None, "{nothing}");
        }
    }

    #[test]
    fn what_browsers_keep_has_other_keys() {
        assert_eq!(name("A", "w", "KeyW").as_deref(), Some("Ctrl-W"));
        // An Apple keyboard writes another letter with Alt.
        assert_eq!(name("A", "∑", "KeyW").as_deref(), Some("Ctrl-W"));
        // The user's own key comes first.
        assert_eq!(name("A", "n", "KeyN").as_deref(), Some("Alt-n"));
        // AltGr writes signs.
        assert_eq!(name("CA", "[", "Digit8").as_deref(), Some("["));
    }
}
