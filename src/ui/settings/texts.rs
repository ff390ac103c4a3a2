//! The settings as texts: the file as it comes, and the chapter of the book.

use super::{SETTINGS, Values};
use crate::ui::keymap::PRESETS as KEY_PRESETS;

/// The settings file as it comes: every setting with its default, commented out.
#[must_use]
pub fn default_file() -> String {
    let mut out = String::from("# Settings of hsxray. Take away the # before a line to change it.\n");
    for row in SETTINGS {
        let value = if matches!(row.values, Values::Number(..)) {
            row.default.to_owned()
        } else {
            format!("\"{}\"", row.default)
        };
        out += &format!("\n# {} ({})\n# {} = {value}\n", row.help, row.expected(), row.name);
    }
    out + "\n# Keys of your own: an action from docs/keys.md, or a command line. \"\" takes a key's meaning away.\n# [keys]\n# \"Ctrl-G\" = \"step 10\"\n# \"x\" = \"zoom\"\n"
}

/// docs/config.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Settings\n\nGenerated from the table of settings.\n\n`hsxray config init` writes a file with every setting and its default, `hsxray config path` says where it is, `hsxray config check` reads it and says what is wrong with it. `--config FILE` takes another file. A variable such as `HSXRAY_THEME` comes before the file, an option of the command line before both; `:set NAME VALUE` changes a setting while the debugger runs, `:set` lists them all.\n\nA setting that is not known or has a bad value is reported with its line and the nearest name; the rest of the file counts. [Where it is kept](quick-start.md#where-things-are-kept), and what else is.\n\n| setting | values | default | what it does |\n|---|---|---|---|\n",
    );
    for row in SETTINGS {
        out += &format!("| `{}` | {} | `{}` | {} |\n", row.name, row.expected(), row.default, row.help);
    }
    out += "\n`hsx`, `clang`, `python` and `cflags` are the tools that [C sources](c-programs.md#from-the-source) are compiled with. They may stand in a section of their own:\n\n```toml\n[toolchain]\nhsx = \"/home/me/HSX\"\nclang = \"clang-16\"\n```\n";
    out += "\n## Keys of your own\n\n```toml\nkeymap = \"vscode\"\n\n[keys]\n\"Ctrl-G\" = \"step 10\"\n\"Z\" = \"zoom\"\n\"v x\" = \"show trace\"\n\"q\" = \"\"\n```\n\nThe left side is a key, or keys separated by blanks; the right side the name of an action from [keys.md](keys.md) or a command line. An empty text takes the key's meaning away. A key that clashes with the beginning of a longer one is reported with its line and left out.\n\nPresets put the keys of other debuggers over the usual ones:\n\n| preset | keys |\n|---|---|\n";
    for (name, keys) in KEY_PRESETS {
        let keys: Vec<String> = keys.iter().map(|(key, action)| format!("`{key}` {action}")).collect();
        out += &format!("| `{name}` | {} |\n", if keys.is_empty() { "as in keys.md".into() } else { keys.join(", ") });
    }
    out
}
