//! Keys and the mouse as the rest of the screen names them.

use crate::ui::front::UserInput;
use crate::ui::{Button, Mouse, Pointer};
use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

/// The name of a key as the table writes it: `s`, `S`, `Ctrl-U`, `F5`, `Shift-Tab`, `Space`.
fn key(event: &KeyEvent) -> Option<String> {
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

/// What a mouse event means, if anything.
fn pointer(event: MouseEvent) -> Option<Pointer> {
    let what = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Mouse::Press(Button::Left),
        MouseEventKind::Down(MouseButton::Right) => Mouse::Press(Button::Right),
        MouseEventKind::Drag(MouseButton::Left) => Mouse::Drag,
        MouseEventKind::Up(_) => Mouse::Release,
        MouseEventKind::ScrollDown => Mouse::Wheel(3),
        MouseEventKind::ScrollUp => Mouse::Wheel(-3),
        _ => return None,
    };
    Some(Pointer { what, x: event.column, y: event.row })
}

/// What an event of the terminal means, if anything.
pub(super) fn user_input(event: Event) -> Option<UserInput> {
    match event {
        Event::Key(event) if event.kind != KeyEventKind::Release => key(&event).map(UserInput::Key),
        Event::Mouse(event) => pointer(event).map(UserInput::Mouse),
        Event::Paste(text) => Some(UserInput::Paste(text)),
        Event::Resize(width, height) => Some(UserInput::Resize(width, height)),
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_tables_names() {
        let key = |code, modifiers| super::key(&KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('S'), KeyModifiers::SHIFT).as_deref(), Some("S"));
        assert_eq!(key(KeyCode::Char('u'), KeyModifiers::CONTROL).as_deref(), Some("Ctrl-U"));
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT).as_deref(), Some("Shift-Tab"));
        assert_eq!(key(KeyCode::Char('4'), KeyModifiers::ALT).as_deref(), Some("Alt-4"));
        assert_eq!(key(KeyCode::Char(' '), KeyModifiers::NONE).as_deref(), Some("Space"));
    }
}
