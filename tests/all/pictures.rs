//! The pictures of the book are current. `UPDATE_DOCS=1 cargo test pictures` draws them anew.

use crate::support::project;
use std::fs;
use std::process::Command;

/// A card of a machine: the pane on other machines with the cursor moved to it.
macro_rules! card {
    ($keys:literal) => {
        ["--demo", "ping", "-e", "run 67", "-k", concat!(": \"show machines\" Enter z", $keys), "--size", "100x22"]
    };
}

/// THE table of pictures: the name in docs/pictures, and what `hsxray shot` draws it from.
pub const PICTURES: &[(&str, &[&str])] = &[
    ("screen", &["--demo", "ping", "-e", "run 425", "-e", "step"]),
    ("small", &["--demo", "ping", "-e", "run 425", "-e", "step", "--size", "80x24"]),
    ("windows", &["--demo", "window", "-e", "run 14", "-k", "2 Tab z", "--size", "80x12"]),
    ("switch", &["--demo", "ping", "-e", "run 67", "-k", ": \"set halfstep on\" Enter v s s z", "--size", "104x22"]),
    ("explain", &["--demo", "ping", "-e", "run 70", "-k", "i z", "--size", "90x16"]),
    ("guard", &["--demo", "runaway", "-e", "run", "-k", "4 Tab z", "--size", "90x26"]),
    ("mail", &["--demo", "fanout", "-e", "run 300", "-k", "5 Tab z", "--size", "100x14"]),
    ("timeline", &["--demo", "ping", "-e", "run 425", "-k", "v i", "--size", "110x30"]),
    ("deadlock", &["--demo", "deadlock", "-e", "run", "-k", "g d z", "--size", "110x18"]),
    ("explore", &["--demo", "lost-update", "-e", RACE, "-k", "g e z", "--size", "100x12"]),
    ("race", &["--demo", "lost-update", "-e", RACE, "-e", "explore open 1", "-k", "v i", "--size", "100x26"]),
    ("lesson", &["--lesson", "2", "--size", "110x34"]),
    ("predict", &["--demo", "ping", "-e", "run 425", "-k", "P s l l Space z", "--size", "80x16"]),
    ("c-source", &["--demo", "race-in-c", "-e", "tbreak right.c:7 -p 2; run", "--size", "110x32"]),
    ("machine-hsx", &card!("")),
    ("machine-tms9900", &card!(" j")),
    ("machine-sparc", &card!(" 2 j")),
    ("machine-cortex-m", &card!(" 3 j")),
    ("machine-copy", &card!(" 4 j")),
    ("machine-copy-image", &card!(" 5 j")),
    ("projector", &["--demo", "ping", "-e", "run 425", "-k", "v p", "--size", "80x24"]),
];

/// Looks for the schedules in which one of two updates is lost.
const RACE: &str = "explore start finally 'w[0x5000] == 2' collect 'w[0x5000]'; explore wait";

fn shot(arguments: &[&str]) -> String {
    let nowhere = project("target/nowhere");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, &nowhere);
    }
    command.env("LANG", "C.UTF-8").args(["shot", "--format", "svg"]).args(arguments);
    let output = command.output().expect("runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_pictures_of_the_book_are_current() {
    let directory = project("docs/pictures");
    let write = std::env::var_os("UPDATE_DOCS").is_some();
    fs::create_dir_all(&directory).expect("directory");
    let mut stale = Vec::new();
    for (name, arguments) in PICTURES {
        let (path, drawn) = (directory.join(format!("{name}.svg")), shot(arguments));
        if write {
            fs::write(&path, &drawn).expect("writes");
        } else if fs::read_to_string(&path).unwrap_or_default() != drawn {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "{stale:?} are stale: UPDATE_DOCS=1 cargo test pictures");
    let mut there: Vec<String> = fs::read_dir(&directory)
        .expect("directory")
        .map(|f| f.expect("file").file_name().to_string_lossy().into_owned())
        .collect();
    let mut wanted: Vec<String> = PICTURES.iter().map(|(name, _)| format!("{name}.svg")).collect();
    there.sort();
    wanted.sort();
    assert_eq!(there, wanted, "docs/pictures holds these pictures and no others");
}
