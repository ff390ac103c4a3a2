//! THE table of the arrangements that come with the program.

use crate::ui::pane::PaneId;
use serde::{Deserialize, Serialize};

/// An arrangement by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ViewId {
    /// Everything at once.
    #[default]
    Debug,
    /// How tasks interleave.
    Interleave,
    /// One task in depth.
    Task,
    /// Large register windows.
    Teach,
    /// Memory.
    Memory,
    /// Every task's window in RAM, and the switch between two of them.
    Switch,
    /// One pane above the register windows.
    Compact,
    /// For a projector: few panes, and room between things.
    Projector,
    /// Two runs side by side.
    Both,
    /// What can still come of the run, and what a task could see.
    Fate,
    /// A program in C: its source, and the variables of the chosen frame.
    Source,
    /// A lesson's page beside the panes it names.
    Lesson,
    /// The user's own, 1 to 9.
    Own(u8),
}

/// A row of the table of arrangements.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// Which.
    pub desk: ViewId,
    /// The key after `v`.
    pub key: char,
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The pane that keys go to first, if it is for one above all.
    pub main: Option<PaneId>,
    /// The pane its strip opens with.
    pub strip: PaneId,
}

/// THE table of arrangements.
pub const PRESETS: [Preset; 12] = [
    Preset {
        desk: ViewId::Debug,
        key: 'd',
        name: "debug",
        about: "everything at once",
        main: None,
        strip: PaneId::Trace,
    },
    Preset {
        desk: ViewId::Interleave,
        key: 'i',
        name: "interleave",
        about: "timeline, tasks, trace and mailboxes",
        main: Some(PaneId::Timeline),
        strip: PaneId::Trace,
    },
    Preset {
        desk: ViewId::Task,
        key: 'w',
        name: "task",
        about: "one task: code, window, stack, memory",
        main: Some(PaneId::Code),
        strip: PaneId::Trace,
    },
    Preset {
        desk: ViewId::Teach,
        key: 'l',
        name: "teach",
        about: "few panes: windows, memory, code, what a turn did",
        main: Some(PaneId::Windows),
        strip: PaneId::Memory,
    },
    Preset {
        desk: ViewId::Memory,
        key: 'm',
        name: "memory",
        about: "memory beside stacks and windows",
        main: Some(PaneId::Memory),
        strip: PaneId::Trace,
    },
    Preset {
        desk: ViewId::Switch,
        key: 's',
        name: "switch",
        about: "every task's window in RAM, and the switch between two of them",
        main: Some(PaneId::Switch),
        strip: PaneId::Explain,
    },
    Preset {
        desk: ViewId::Compact,
        key: 'c',
        name: "compact",
        about: "one pane above the register windows",
        main: None,
        strip: PaneId::Code,
    },
    Preset {
        desk: ViewId::Projector,
        key: 'p',
        name: "projector",
        about: "few panes in strong contrast, with room between things",
        main: Some(PaneId::Windows),
        strip: PaneId::Explain,
    },
    Preset {
        desk: ViewId::Both,
        key: 'b',
        name: "both",
        about: "two runs side by side, from where they part on",
        main: Some(PaneId::Both),
        strip: PaneId::Trace,
    },
    Preset {
        desk: ViewId::Fate,
        key: 'f',
        name: "fate",
        about: "what can still come of the run, and what a task could see",
        main: Some(PaneId::Timeline),
        strip: PaneId::Explain,
    },
    Preset {
        desk: ViewId::Source,
        key: 'C',
        name: "source",
        about: "a program in C: source, variables, calls",
        main: Some(PaneId::Code),
        strip: PaneId::Console,
    },
    Preset {
        desk: ViewId::Lesson,
        key: 't',
        name: "lesson",
        about: "a lesson's page beside the panes it is about",
        main: None,
        strip: PaneId::Code,
    },
];

impl ViewId {
    /// Its name: `debug`, or the digit of a custom one.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            ViewId::Own(n) => n.to_string(),
            desk => PRESETS.iter().find(|p| p.desk == desk).map_or("", |p| p.name).to_owned(),
        }
    }

    /// The arrangement of a name or digit.
    #[must_use]
    pub fn named(name: &str) -> Option<ViewId> {
        let digit = name.parse().ok().filter(|n| (1..=9).contains(n)).map(ViewId::Own);
        digit.or_else(|| PRESETS.iter().find(|p| p.name == name).map(|p| p.desk))
    }
}
