//! Generated documents are current. `UPDATE_DOCS=1 cargo test docs` writes them.

use crate::support::project;
use hsxray::command::{COMMANDS, Family};
use hsxray::demo;
use hsxray::executive::services::SERVICES;
use hsxray::isa::{Form, ISA};
use hsxray::lesson::{EXERCISES, LessonTaskKind, SHELF, Shelved};
use hsxray::limits::LIMITS;
use std::fs;

fn current(path: &str, text: &str) {
    let file = project(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, text).expect("writes");
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(there == text, "{path} is stale: UPDATE_DOCS=1 cargo test docs");
}

#[test]
fn the_key_reference_is_current() {
    current("docs/keys.md", &hsxray::ui::help::markdown());
}

#[test]
fn the_pages_on_settings_and_themes_are_current() {
    current("docs/config.md", &hsxray::ui::settings::markdown());
    current("docs/themes.md", &hsxray::ui::theme::markdown());
}

#[test]
fn the_command_reference_is_current() {
    let mut out = String::from(
        "# Commands\n\nGenerated from the table of commands. One language for the prompt (`:`), `-e`, scripts (`-x`) and scenarios: commands separated by `;`, `#` starts a comment, words are quoted as in a shell, numbers are decimal or `0x…`, a task is named by its pid or name.\n",
    );
    for family in Family::ALL {
        out += &format!("\n## {}\n\n| command | what it does | example |\n|---|---|---|\n", family.title());
        for c in COMMANDS.iter().filter(|c| c.family == family) {
            let short = if c.short.is_empty() { String::new() } else { format!("<br>also `{}`", c.short.join("`, `")) };
            let usage = format!("{} {}", c.name, c.args).trim().replace('|', "\\|");
            out += &format!("| `{usage}`{short} | {} | `{}` |\n", c.help, c.example.trim());
        }
    }
    current("docs/commands.md", &out);
}

fn operands(form: Form) -> &'static str {
    match form {
        Form::None => "",
        Form::RdImm => "Rd, imm",
        Form::RdWide => "Rd, imm32",
        Form::Load => "Rd, [Rs+imm]",
        Form::Store => "[Rs+imm], Rv",
        Form::RdRs => "Rd, Rs",
        Form::RdRsRs => "Rd, Ra, Rb",
        Form::RsRs => "Ra, Rb",
        Form::Rs => "Rs",
        Form::Rd => "Rd",
        Form::Jump => "target",
        Form::Call => "target",
        Form::Service => "module, function",
        Form::Code => "code",
    }
}

#[test]
fn the_instruction_and_service_references_are_current() {
    let mut out = String::from(
        "# Instructions\n\nGenerated from the instruction table. A word is `op << 24 | rd << 20 | rs1 << 16 | rs2 << 12 | imm12`, big-endian in code space; LDI32 takes a second word.\n\n| op | instruction | what it does |\n|---|---|---|\n",
    );
    for row in ISA {
        out += &format!(
            "| 0x{:02X} | `{}` | {} |\n",
            row.code,
            format!("{} {}", row.mnemonic, operands(row.form)).trim(),
            row.effect.replace('|', "\\|")
        );
    }
    current("docs/instructions.md", &out);
    let mut out = String::from(
        "# Services\n\nGenerated from the service table. `SVC module, function` calls the executive within the turn. A call that is not answered gives R0 = 0xFFFFFF01.\n\n| call | name | arguments and results | what it does |\n|---|---|---|---|\n",
    );
    for s in SERVICES {
        out += &format!(
            "| `SVC 0x{:X}, 0x{:02X}` | {} | {} | {} |\n",
            s.module,
            s.function,
            s.name,
            s.signature(),
            s.sentence
        );
    }
    current("docs/services.md", &out);
}

#[test]
fn the_chapter_on_stops_names_every_event() {
    let text = std::fs::read_to_string(project("docs/stops.md")).expect("chapter");
    let named = |name: &String| text.contains(&format!("`{name}`")) || text.contains(&format!("`{name} "));
    let missing: Vec<String> = hsxray::session::Event::names().filter(|name| !named(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_chapter_on_limits_is_current() {
    let mut out = String::from(
        "# Limits\n\nGenerated from the table of limits. What is over one of them is refused with an error that names it \
         and its number; nothing is cut silently. Files are regular files or pipes: a directory or device is refused.\n\n\
         | limit | most | what it bounds |\n|---|--:|---|\n",
    );
    for limit in LIMITS {
        out += &format!("| {} | {} | {} |\n", limit.name, limit.amount(), limit.about);
    }
    current("docs/limits.md", &out);
}

#[cfg(feature = "remote")]
#[test]
fn the_reference_of_the_debug_adapter_is_current() {
    use hsxray::remote::dap::{Needs, REQUESTS};
    let mut out = String::from(
        "# Requests of the debug adapter\n\nGenerated from the table of requests of the [debug adapter](editors.md). While the machine runs, a request that looks or sets a breakpoint is done between two turns; one that moves or changes the machine is refused until it stands.\n\n| request | also while it runs | what it does |\n|---|---|---|\n",
    );
    for row in REQUESTS {
        let runs = if row.needs == Needs::Standing { "no" } else { "yes" };
        out += &format!("| `{}` | {runs} | {} |\n", row.name, row.about);
    }
    current("docs/dap.md", &out);
}

#[cfg(feature = "remote")]
#[test]
fn the_reference_of_the_served_protocol_is_current() {
    use hsxray::remote::serve::{COMMANDS, Locks, NeededSession};
    let mut out = String::from(
        "# Commands of the executive's protocol\n\nGenerated from the table of commands that [`hsxray serve`](serving.md) answers. Each is a line of JSON with the members `cmd`, `session` where it is open, and those named here.\n\n| command | members | session | locks | what it does |\n|---|---|---|---|---|\n",
    );
    for row in COMMANDS {
        let session = match row.session {
            NeededSession::Ignored => "ignored",
            NeededSession::Free => "optional",
            NeededSession::Named => "any name",
            NeededSession::Known => "required",
        };
        let locks = match row.locks {
            Locks::No => "",
            Locks::Task => "kept",
            Locks::Changes => "kept by changes",
        };
        out += &format!("| `{}` | {} | {session} | {locks} | {} |\n", row.name, row.members, row.about);
    }
    current("docs/serve.md", &out);
}

/// A lesson as a lab sheet: its aim and minutes, its tasks with room for notes, and the errors that are usual.
fn lab_sheet(number: &str, shelved: &Shelved) -> String {
    let lesson = shelved.lesson().unwrap_or_else(|e| panic!("{e}"));
    let minutes = lesson.minutes.unwrap_or_else(|| panic!("{} needs minutes", shelved.name));
    assert!(!lesson.aim.is_empty(), "{} needs an aim", shelved.name);
    let mut out = format!("## {number}. {}\n\n", lesson.title);
    out += &format!("**Aim.** {}\n\n**Minutes.** {minutes}, with `hsxray learn {number}`.\n\n", lesson.aim);
    out += "| | task | done, or what you found |\n|--:|---|---|\n";
    for (page, tasks) in (1..).zip(lesson.pages.iter().map(|page| &page.tasks)) {
        for (task, say) in (1..).zip(tasks.iter().map(|task| &task.say)) {
            out += &format!("| {page}.{task} | {} | |\n", say.replace('\n', " ").replace('|', "\\|"));
        }
    }
    let wrong: Vec<&str> =
        lesson.pages.iter().flat_map(|p| &p.tasks).flat_map(|t| &t.wrong).map(|w| w.say.as_str()).collect();
    out += "\n**Usual errors**, and what the page says to them:\n\n";
    wrong.iter().for_each(|say| out += &format!("- {}\n", say.replace('\n', " ")));
    out + "\n"
}

#[test]
fn the_lab_sheets_are_current() {
    let mut out = String::from(
        "# Lab sheets\n\nGenerated from the lessons and exercises. How to hand in and grade them: [a class](class.md).\n\n",
    );
    let numbered = (1..).zip(SHELF).map(|(n, shelved)| (n.to_string(), shelved));
    let exercises = (1..).zip(EXERCISES).map(|(n, shelved)| (format!("e{n}"), shelved));
    numbered.chain(exercises).for_each(|(number, shelved)| out += &lab_sheet(&number, shelved));
    current("docs/lab-sheets.md", &format!("{}\n", out.trim_end()));
}

#[test]
fn the_readme_lists_all_demos() {
    let readme = fs::read_to_string(project("README.md")).expect("README");
    for demo in demo::DEMOS {
        assert!(
            readme.contains(&format!("| `{}` | {} |", demo.name, demo.about)),
            "{} is missing in the README",
            demo.name
        );
    }
}

#[test]
fn the_chapter_on_writing_lessons_names_every_kind_of_task() {
    let chapter = include_str!("../../docs/writing-lessons.md");
    for name in LessonTaskKind::NAMES {
        assert!(chapter.lines().any(|line| line.starts_with(&format!("| `{name} = "))), "{name}");
    }
}
