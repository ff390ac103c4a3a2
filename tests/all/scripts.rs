//! Scripts that are followed, and pictures of a moment.

use crate::support::snapshot;
use hsxray::demo;
use hsxray::ui::view::Pause;
use hsxray::ui::{App, Theme, picture};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs hsxray in a directory with nothing of the user's; what stands in the pipe is its input.
fn hsxray(arguments: &[&str], directory: &Path, input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env(variable, directory);
    }
    command.args(arguments).current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    // It may end without reading all of it.
    let _ = std::io::Write::write_all(&mut child.stdin.take().expect("input"), input.as_bytes());
    child.wait_with_output().expect("ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

const TALK: &str = "# A talk\nrun 67\nview switch\npause The base points at task 2.\nkeys \"v i\"\nstep\npause\n";

#[test]
fn without_a_screen_a_script_is_told_and_nobody_waits_in_a_pipe() {
    let home = tempfile::tempdir().expect("directory");
    std::fs::write(home.path().join("talk.txt"), TALK).expect("writes");
    let plain = hsxray(&["demo", "ping", "--plain", "-x", "talk.txt"], home.path(), "print turn\n");
    snapshot("script-plain", &text(&plain.stdout));
    let batch = hsxray(&["batch", "-x", "talk.txt", "ping.toml"], home.path(), "");
    assert_eq!(batch.status.code(), Some(2), "there is no such scenario");
    std::fs::write(home.path().join("ping.toml"), "demo = \"ping\"\n").expect("writes");
    let batch = hsxray(&["batch", "-x", "talk.txt", "ping.toml"], home.path(), "");
    assert_eq!((batch.status.code(), text(&batch.stderr).as_str()), (Some(0), ""), "{}", text(&batch.stdout));
    assert!(text(&batch.stdout).contains("one turn is done; 1 turn, turn 68"), "{}", text(&batch.stdout));
}

#[test]
fn a_line_that_fails_is_named() {
    let home = tempfile::tempdir().expect("directory");
    std::fs::write(home.path().join("bad.txt"), "step\n\nstpe\nps\n").expect("writes");
    let plain = hsxray(&["demo", "ping", "--plain", "-x", "bad.txt"], home.path(), "");
    let told = text(&plain.stdout);
    assert!(told.contains("The script bad.txt ends at line 3.") && !told.contains("> ps"), "{told}");
    std::fs::write(home.path().join("ping.toml"), "demo = \"ping\"\n").expect("writes");
    let batch = hsxray(&["batch", "-x", "bad.txt", "ping.toml"], home.path(), "");
    assert!(text(&batch.stderr).contains("line 3: "), "{}", text(&batch.stderr));
    assert_eq!(batch.status.code(), Some(1));
    let none = hsxray(&["demo", "ping", "--plain", "-x", "none.txt"], home.path(), "");
    assert_eq!(none.status.code(), Some(2));
    assert!(text(&none.stderr).contains("none.txt"), "{}", text(&none.stderr));
}

#[test]
fn what_a_script_says_stands_in_a_box() {
    let mut target = demo::target("ping").expect("demo");
    for size in [(80, 24), (120, 40)] {
        let mut app = App::new(size);
        let now = target.look(&app.want());
        app.look(&now);
        app.view.notices.pause = Some(Pause {
            title: "talk.txt, line 4: Space continues, Esc leaves the script".into(),
            done: vec!["run 67".into(), "view switch".into()],
            text: "The base points at task 2: its registers are the sixteen words there, and the registers of the \
                   other tasks stay where they are.\u{1b}[31m"
                .into(),
        });
        let shown = picture::text(&hsxray::ui::render(&now, &app.view, &Theme::default(), size));
        assert!(!shown.contains('\u{1b}'), "a script's text is made visible");
        if size == (80, 24) {
            snapshot("script-pause", &shown);
        }
    }
}

#[test]
fn a_moment_is_written_as_a_picture_or_as_text() {
    let home = tempfile::tempdir().expect("directory");
    let mut target = demo::target("ping").expect("demo");
    let mut app = App::new((80, 24));
    let mut keys = |name: &str| {
        let file = home.path().join(name);
        let now = target.look(&app.want());
        let line = format!(": \"step; shot '{}'\" Enter", file.display());
        hsxray::ui::press(&mut app, &mut target, &line, now).expect("keys");
        (std::fs::read_to_string(file).unwrap_or_default(), app.view.notices.message.clone())
    };
    let (svg, said) = keys("a.svg");
    assert!(svg.starts_with("<svg") && svg.contains("producer"), "{svg}");
    assert!(said.ends_with("a.svg written: the screen as it is at turn 1"), "{said}");
    let (plain, _) = keys("b.txt");
    assert!(plain.contains("turn 2 ") && plain.lines().count() == 24 && !plain.contains('\u{1b}'), "{plain}");
    assert!(keys("c.ans").0.contains("\u{1b}["), "with colours");
    let (none, said) = keys("d.png");
    assert!(none.is_empty() && said.contains(".svg, .txt or .ans"), "{said}");
    let left = std::fs::read_dir(home.path()).expect("directory").count();
    assert_eq!(left, 3, "nothing is left behind");
}
