//! The binary without a screen: line by line, settings, completions, closed pipes.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

fn hsxray(home: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, home);
    }
    command
}

fn run(home: &std::path::Path, arguments: &[&str], input: &str) -> Output {
    let mut child = hsxray(home)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawns");
    child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("writes");
    child.wait_with_output().expect("ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn plain_tells_each_stop_in_sentences_and_panes_as_lines() {
    let home = tempfile::tempdir().expect("directory");
    let said =
        run(home.path(), &["demo", "ping", "--plain"], "step 20\nshow tasks\npeek 1 zz\nshow nothing\nquit\nstep\n");
    let out = text(&said.stdout);
    assert_eq!(said.status.code(), Some(0));
    assert!(out.contains("20 turns are done; last: task 1 at 0x0020 (again) ADD R9, R9, R10."), "{out}");
    assert!(out.contains("Turn 20. Next: task 2, consumer, at 0x0024, MOV R2, R7."), "{out}");
    assert!(out.contains("Pane 1, tasks: every task"), "{out}");
    assert!(out.contains("Error: ") && out.contains(", at: zz"), "{out}");
    assert!(out.contains("there is no pane nothing"), "{out}");
    assert!(!out.contains(&['\u{1b}', '│', '─', '┌'][..]), "{out}");
    // Nothing after quit.
    assert!(!out.contains("Turn 21"), "{out}");
}

#[test]
fn plain_says_once_that_a_file_has_changed_on_disk() {
    let home = tempfile::tempdir().expect("directory");
    let file = home.path().join("loop.mvasm");
    std::fs::write(&file, ".text\nstart: JMP start\n").expect("writes");
    let mut child = hsxray(home.path())
        .args(["--plain".as_ref(), file.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("spawns");
    let mut to = child.stdin.take().expect("stdin");
    let mut from = BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    writeln!(to, "step").expect("writes");
    while !line.starts_with("One turn") {
        line.clear();
        assert!(from.read_line(&mut line).expect("a line") > 0, "it has ended");
    }
    std::fs::write(&file, ".text\nstart: LDI R1, 1\n JMP start\n").expect("writes");
    write!(to, "step\nstep\nreload\nstep\n").expect("writes");
    drop(to);
    let mut rest = String::new();
    from.read_to_string(&mut rest).expect("reads");
    assert_eq!(rest.matches("loop.mvasm has changed on disk since it was read").count(), 1, "{rest}");
    assert!(child.wait().expect("ends").success());
}

#[test]
fn a_run_without_end_in_a_pipe_leaves_a_turn_to_what_follows() {
    let home = tempfile::tempdir().expect("directory");
    let said = run(home.path(), &["demo", "ping", "--plain"], "run\nprint turn\n");
    let out = text(&said.stdout);
    assert_eq!(said.status.code(), Some(0));
    assert!(out.contains("ping: nothing has run yet. Next: task 1") && out.contains("turn = 10000000"), "{out}");
}

#[test]
fn settings_are_where_a_run_starts_from_and_what_is_wrong_with_them_is_told() {
    let home = tempfile::tempdir().expect("directory");
    let config = home.path().join("c.toml");
    std::fs::write(&config, "stack = 512\ntheme = \"darc\"\n").expect("writes");
    let source = home.path().join("a.mvasm");
    std::fs::write(&source, ".text\n    RET\n").expect("writes");
    let (config, source) = (config.to_str().expect("text"), source.to_str().expect("text"));
    let said = run(home.path(), &[source, "--plain", "--config", config], "print stack_top - stack_limit\n");
    assert!(text(&said.stdout).contains("= 512 "), "{}", text(&said.stdout));
    assert!(text(&said.stderr).contains("there is no theme darc; did you mean dark?"), "{}", text(&said.stderr));
    let said =
        run(home.path(), &[source, "--plain", "--config", config, "--stack", "256"], "print stack_top - stack_limit\n");
    assert!(text(&said.stdout).contains("= 256 "), "{}", text(&said.stdout));
}

#[test]
fn the_settings_file_is_written_found_and_checked() {
    let home = tempfile::tempdir().expect("directory");
    let path = text(&run(home.path(), &["config", "path"], "").stdout).trim().to_owned();
    assert!(path.ends_with("hsxray/config.toml") && path.starts_with(home.path().to_str().expect("text")), "{path}");
    assert_eq!(run(home.path(), &["config", "init"], "").status.code(), Some(0));
    assert_eq!(run(home.path(), &["config", "init"], "").status.code(), Some(2), "it is not written over");
    assert_eq!(run(home.path(), &["config", "init", "--force"], "").status.code(), Some(0));
    let checked = run(home.path(), &["config", "check"], "");
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stdout));
    std::fs::write(&path, "thmee = \"light\"\n[keys]\n\"g\" = \"zoom\"\n").expect("writes");
    let checked = run(home.path(), &["config", "check"], "");
    let said = text(&checked.stdout);
    assert_eq!(checked.status.code(), Some(1));
    assert!(said.contains("config.toml:1: there is no setting thmee; did you mean theme?"), "{said}");
    assert!(said.contains("line 3: key g: clashes with g g"), "{said}");
}

#[test]
fn a_theme_of_ones_own_is_beside_the_settings() {
    let home = tempfile::tempdir().expect("directory");
    let themes = home.path().join("themes");
    std::fs::create_dir(&themes).expect("makes");
    std::fs::write(themes.join("mine.toml"), "base = \"none\"\nhead = \"#010203\"\n").expect("writes");
    let config = home.path().join("c.toml");
    std::fs::write(&config, "theme = \"mine\"\n").expect("writes");
    let config = config.to_str().expect("text");
    let said = run(home.path(), &["shot", "--config", config, "--format", "ansi"], "");
    assert!(text(&said.stdout).contains("38;2;1;2;3"), "{}", text(&said.stdout));
    let plain = run(home.path(), &["shot", "--format", "ansi"], "");
    assert!(!text(&plain.stdout).contains("38;2;1;2;3"), "a picture reads no settings unless it is told to");
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    let home = tempfile::tempdir().expect("directory");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = text(&run(home.path(), &["completions", shell], "").stdout);
        assert!(said.contains("hsxray") && said.contains("batch"), "{shell}");
    }
    assert!(text(&run(home.path(), &["man"], "").stdout).contains(".TH hsxray"));
}

#[test]
fn a_log_tells_what_the_debugger_did() {
    let home = tempfile::tempdir().expect("directory");
    let log = home.path().join("log.txt");
    let log_name = log.to_str().expect("text");
    run(home.path(), &["demo", "ping", "--plain", "--log", log_name], "step 3\nquit\n");
    let said = std::fs::read_to_string(log).expect("the log");
    assert!(said.contains("command: step 3") && said.contains("3 turns are done"), "{said}");
}

#[test]
fn whoever_closes_the_pipe_has_read_enough() {
    let home = tempfile::tempdir().expect("directory");
    for arguments in [
        vec!["shot", "--size", "500x300"],
        vec!["man"],
        vec!["demo"],
        vec!["config", "path"],
        vec!["batch", "-e", "help; help; help"],
    ] {
        let mut child =
            hsxray(home.path()).args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("spawns");
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().expect("stderr").read_to_string(&mut errors).expect("reads");
        child.wait().expect("ends");
        assert!(!errors.contains("panicked"), "{arguments:?}: {errors}");
    }
}
