//! Colours and characters by role. Nothing is shown by colour alone: a role's colour only repeats
//! what a word or a mark says.

mod custom;
mod depth;
mod palette;
mod symbols;

pub use custom::custom;
pub use depth::Depth;
pub use palette::{PALETTES, Palette};
pub use symbols::{Frame, Symbols};

use ratatui::style::Style;

/// A row of the table of roles.
#[derive(Debug, Clone, Copy)]
pub struct RoleRow {
    /// Which.
    pub role: Role,
    /// Its name in theme files.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
}

macro_rules! roles {
    ($($role:ident $name:literal $about:literal;)*) => {
        /// What a piece of the screen means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role {
            $(#[doc = $about] $role,)*
        }

        /// THE table of roles.
        pub const ROLES: &[RoleRow] = &[$(RoleRow { role: Role::$role, name: $name, about: $about },)*];
    };
}

roles! {
    Text "text" "Ordinary text.";
    Dim "dim" "Less important: zeros, addresses, remarks.";
    Head "head" "Headings of columns.";
    Border "border" "Titles and rules.";
    Focus "focus" "Title and rule of the pane with the focus.";
    Run "run" "Ran, runs.";
    Ready "ready" "Could run.";
    Wait "wait" "Waits for a message.";
    Sleep "sleep" "Waits for time.";
    Pause "pause" "Held back by the user.";
    Ended "ended" "Returned, exited.";
    Trouble "trouble" "Fault, deadlock, a full box.";
    Changed "changed" "Changed by the last turn.";
    Since "since" "Changed since the last stop.";
    Foreign "foreign" "Changed by another task.";
    Pc "pc" "The pc, the cursor.";
    Selection "selection" "The selected row.";
    Stop "stop" "A stop.";
    Label "label" "A label, the name of a register.";
    Opcode "opcode" "The name of an instruction.";
    Comment "comment" "A remark beside code.";
    Found "found" "A text that was looked for.";
    Bar "bar" "Line 1.";
    Past "past" "Borders while looking at the past.";
    PastBar "past-bar" "Line 1 while looking at the past.";
    Error "error" "An error message.";
    Key "key" "A key.";
    Task1 "task1" "The name of task 1, 7, 13 and so on.";
    Task2 "task2" "The name of task 2, 8, 14 and so on.";
    Task3 "task3" "The name of task 3, 9, 15 and so on.";
    Task4 "task4" "The name of task 4, 10, 16 and so on.";
    Task5 "task5" "The name of task 5, 11, 17 and so on.";
    Task6 "task6" "The name of task 6, 12, 18 and so on.";
    Flash "flash" "Changed just now, in a slow run.";
}

/// How many roles there are.
const COUNT: usize = ROLES.len();

impl Role {
    /// The role of a task's name.
    #[must_use]
    pub fn of_task(pid: crate::backend::Pid) -> Role {
        [Role::Task6, Role::Task1, Role::Task2, Role::Task3, Role::Task4, Role::Task5][usize::from(pid % 6)]
    }
}

/// Styles and characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; COUNT],
    ascii: bool,
}

impl Default for Theme {
    fn default() -> Self {
        Theme::new(Palette::Dark, false)
    }
}

impl Theme {
    /// A built-in theme.
    #[must_use]
    pub fn new(palette: Palette, ascii: bool) -> Theme {
        Theme { styles: std::array::from_fn(|i| palette.style(ROLES[i].role)), ascii }
    }

    /// The same with no more colours than a terminal has.
    #[must_use]
    pub fn at_depth(mut self, depth: Depth) -> Theme {
        for style in &mut self.styles {
            *style = depth.style(*style);
        }
        self
    }

    /// The same for a moment in which changes flash.
    #[must_use]
    pub fn flashing(&self) -> Theme {
        let mut theme = self.clone();
        for role in [Role::Changed, Role::Foreign] {
            theme.styles[role as usize] = self.style(Role::Flash);
        }
        theme
    }

    /// The characters.
    #[must_use]
    pub const fn symbols(&self) -> &'static Symbols {
        if self.ascii { &symbols::ASCII } else { &symbols::UNICODE }
    }

    /// Whether only ASCII may be drawn.
    #[must_use]
    pub const fn ascii(&self) -> bool {
        self.ascii
    }

    /// The style of a role.
    #[must_use]
    pub const fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

/// docs/themes.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Themes\n\nGenerated from the tables of roles and palettes.\n\nEvery part of the screen has a role; a theme says how each role looks. Nothing is shown by colour alone: every state has a word, every mark a character, so that a theme without colours (`none`) loses nothing.\n\nBuilt in: ",
    );
    let names: Vec<String> = palette::PALETTES.iter().map(|(_, name)| format!("`{name}`")).collect();
    out += &names.join(", ");
    out += ". Choose one with `--theme NAME`, with `theme = \"NAME\"` in the settings file, or with `:theme NAME`. A terminal with 256 or 16 colours gets the nearest ones; `NO_COLOR` and `TERM=dumb` take all colours away, bold, reversed and underlined stay.\n\n## A theme of your own\n\nA file `themes/NAME.toml` beside the settings file:\n\n```toml\nbase = \"dark\"\nwait = \"#e69f00 bold\"\nselection = \"white on blue\"\ntrouble = \"red reversed\"\n```\n\nEach line is a role and its style: a colour (a name such as `green` or `light-red`, a number from 0 to 255, or `#rrggbb`), `on` and a background, and any of `bold`, `dim`, `italic`, `underlined`, `reversed`. Roles that are not named stay as in `base`. What is wrong is reported with its line, and the rest counts.\n\n## Roles\n\n| role | what it means |\n|---|---|\n";
    for row in ROLES {
        out += &format!("| `{}` | {} |\n", row.name, row.about);
    }
    out
}
