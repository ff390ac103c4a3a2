//! Themes by name.

use super::Settings;
use crate::ui::theme::{PALETTES, Palette};

/// The theme that a name stands for.
#[derive(Debug, Clone, Copy)]
pub enum Named<'s> {
    /// The text of a file of the user's.
    Own(&'s str),
    /// One that is built in.
    BuiltIn(Palette),
}

impl Settings {
    /// The theme of a name: one of the user's own, else a built-in one.
    ///
    /// # Errors
    /// No theme is called that; which name is nearest.
    pub fn theme_named(&self, name: &str) -> Result<Named<'_>, String> {
        if let Some((_, text)) = self.themes.iter().find(|(own, _)| own == name) {
            return Ok(Named::Own(text));
        }
        Palette::named(name).map(Named::BuiltIn).ok_or_else(|| {
            let own = self.themes.iter().map(|(name, _)| name.as_str());
            let names = own.chain(PALETTES.iter().map(|(_, name)| *name));
            let near = names.min_by_key(|n| strsim::osa_distance(n, name)).unwrap_or("dark");
            format!("there is no theme {name}; did you mean {near}?")
        })
    }
}
