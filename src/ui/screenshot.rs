//! The screen as it is now, in a file.

use super::{App, picture, render};
use crate::backend::host::{self, Content};
use crate::backend::{HostError, Target};
use crate::command::{CommandError, Word};
use ratatui::buffer::Buffer;
use std::ffi::OsStr;
use std::path::Path;

/// How a file holds a picture, by the end of its name.
fn form(path: &Path) -> Option<fn(&Buffer) -> String> {
    match path.extension().and_then(OsStr::to_str)? {
        "svg" => Some(picture::svg),
        "txt" => Some(picture::text),
        "ans" => Some(picture::ansi),
        _ => None,
    }
}

/// How the file that a word names holds a picture.
///
/// # Errors
/// Its name ends in none of the forms there are.
pub(super) fn form_of(word: &Word) -> Result<fn(&Buffer) -> String, CommandError> {
    let form = form(Path::new(&word.text));
    form.ok_or_else(|| CommandError::at(word.column, "a file name that ends in .svg, .txt or .ans is expected"))
}

/// `shot FILE`: writes the screen without what lies over it.
///
/// # Errors
/// No file is named, its name ends in none of the forms there are, or it cannot be written.
pub(super) fn shot(app: &mut App, target: &mut dyn Target, words: &[Word]) -> Result<(), CommandError> {
    let (file, forced) = match words {
        [_, file] => (file, false),
        [_, file, force] if matches!(force.text.as_str(), "!" | "--force") => (file, true),
        _ => return Err(CommandError::new("shot takes one file: shot screen.svg")),
    };
    let (path, form) = (Path::new(&file.text), form_of(file)?);
    let content = if file.text.to_ascii_lowercase().ends_with(".svg") { Content::Picture } else { Content::Text };
    let read = target.has_read(path).then(|| format!("{} was read for this session", file.text));
    if let Some(why) = read.or_else(|| host::refuses(path, content)).filter(|_| !forced) {
        return Err(CommandError::at(file.column, format!("{why}: with ! after it is written over")));
    }
    let now = target.look(&app.want());
    app.look(&now);
    let mut view = app.view.clone();
    let notices = &mut view.notices;
    (notices.pause, notices.flash, notices.welcome) = (None, false, false);
    let text = form(&render(&now, &view, &app.theme, view.layout.size)) + "\n";
    let failed = |e: HostError| CommandError::new(e.to_string());
    host::atomic_write(path, |out| out.write_all(text.as_bytes())).map_err(failed)?;
    app.answer(&format!("{} written: the screen as it is at turn {}", file.text, now.turn));
    Ok(())
}
