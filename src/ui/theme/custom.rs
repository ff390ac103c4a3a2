//! Themes of the user's own: a TOML file that changes some roles of a built-in theme.

use super::palette::PALETTES;
use super::{Palette, ROLES, Theme};
use crate::ui::settings::{Problem, line_of};
use ratatui::style::{Color, Modifier, Style};
use toml::de::{DeTable, DeValue};

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// Reads a theme: `base = "dark"`, then a line a role such as `wait = "#e69f00 bold on black"`.
/// What is wrong is reported and left out; the rest counts.
#[must_use]
pub fn custom(text: &str, ascii: bool) -> (Theme, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let at = |offset| line_of(text, offset);
    let syntax = |e: &toml::de::Error| Problem::new(at(e.span().map_or(0, |s| s.start)), e.message().to_owned());
    let mut problems: Vec<Problem> = errors.iter().map(syntax).collect();
    let rows: Vec<_> = table.get_ref().iter().collect();
    let base = rows.iter().find(|(k, _)| k.get_ref() == "base").map(|(_, v)| v);
    let named = base.and_then(|v| v.get_ref().as_str());
    let palette = named.map_or(Some(Palette::Dark), Palette::named).unwrap_or_else(|| {
        let names: Vec<&str> = PALETTES.iter().map(|(_, name)| *name).collect();
        let line = base.map_or(1, |v| at(v.span().start));
        problems.push(Problem::new(line, format!("base is one of {}", names.join(", "))));
        Palette::Dark
    });
    let mut theme = Theme::new(palette, ascii);
    for (key, value) in rows.into_iter().filter(|(k, _)| k.get_ref() != "base") {
        let name: &str = key.get_ref();
        let Some(row) = ROLES.iter().find(|r| r.name == name) else {
            let near = ROLES.iter().map(|r| r.name).min_by_key(|n| strsim::osa_distance(n, name)).unwrap_or("text");
            let text = format!("there is no role {name}; did you mean {near}?");
            problems.push(Problem::new(at(key.span().start), text));
            continue;
        };
        match style(value.get_ref()) {
            Ok(style) => theme.styles[row.role as usize] = style,
            Err(what) => problems.push(Problem::new(at(value.span().start), format!("{name}: {what}"))),
        }
    }
    problems.sort_by_key(|p| p.line);
    (theme, problems)
}

/// `green bold`, `#e69f00 on black`, `reversed`.
fn style(value: &DeValue<'_>) -> Result<Style, String> {
    let text = value.as_str().ok_or("a text such as \"green bold\" is expected")?;
    let mut style = Style::new().fg(Color::Reset);
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if let Some((_, modifier)) =
            MODIFIERS.iter().find(|(name, _)| *name == word || word == "underline" && *name == "underlined")
        {
            style = style.add_modifier(*modifier);
        } else if word == "on" {
            style = style.bg(color(words.next().ok_or("a colour is expected after on")?)?);
        } else {
            style = style.fg(color(word)?);
        }
    }
    Ok(style)
}

fn color(word: &str) -> Result<Color, String> {
    word.parse().map_err(|_| format!("{word} is not a colour: a name such as green or light-red, 0 to 255, or #rrggbb"))
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::*;

    #[test]
    fn a_theme_changes_roles_of_a_built_in_one() {
        let (theme, problems) =
            custom("base = \"light\"\nwait = \"#e69f00 bold on black\"\nrun = \"light-green\"\n", false);
        assert_eq!(problems, []);
        let wait = Style::new().fg(Color::Rgb(230, 159, 0)).bg(Color::Black).add_modifier(Modifier::BOLD);
        assert_eq!(theme.style(Role::Wait), wait);
        assert_eq!(theme.style(Role::Run).fg, Some(Color::LightGreen));
        assert_eq!(theme.style(Role::Sleep), Theme::new(Palette::Light, false).style(Role::Sleep));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_the_rest_counts() {
        let text = "base = \"drak\"\nwiat = \"red\"\nrun = \"grreen\"\nstop = 5\nsleep = \"blue\"\n";
        let (theme, problems) = custom(text, false);
        let said: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.line, p.text)).collect();
        assert_eq!(said[0], "1: base is one of dark, light, contrast, colour-blind, none");
        assert_eq!(said[1], "2: there is no role wiat; did you mean wait?");
        assert!(said[2].starts_with("3: run: grreen is not a colour"), "{}", said[2]);
        assert_eq!(said[3], "4: stop: a text such as \"green bold\" is expected");
        assert_eq!(theme.style(Role::Sleep).fg, Some(Color::Blue));
    }
}
