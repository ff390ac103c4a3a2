//! Programs, scenarios and scripts through pipes and standard input.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const LOOP: &str = ".text\nstart:\n    LDI R1, 0\nagain:\n    LDI R2, 1\n    ADD R1, R1, R2\n    JMP again\n";

/// Runs `hsxray batch` with a text on its standard input.
fn batch(directory: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, directory);
    }
    command.arg("batch").args(arguments).current_dir(directory);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    // What is not read is not missed.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn says(output: &Output, part: &str) {
    let said = text(&output.stdout);
    assert!(output.status.success() && said.contains(part), "{part}: {said}{}", text(&output.stderr));
}

#[test]
fn a_dash_is_standard_input_as_a_program_a_script_and_a_scenario() {
    let directory = tempfile::tempdir().expect("directory");
    let at = directory.path();
    fs::write(at.join("loop.mvasm"), LOOP).expect("written");
    says(&batch(at, &["-", "-e", "step 3", "-e", "print turn"], LOOP), "turn = 3");
    let both = batch(at, &["loop.mvasm", "-", "-e", "step 3", "-e", "ps"], LOOP);
    says(&both, "stdin");
    says(&both, "loop");
    says(&batch(at, &["loop.mvasm", "-x", "-"], "step 4\nprint turn\n"), "turn = 4");
    let scenario = "commands = [\"step 5\"]\n[[program]]\nfile = \"loop.mvasm\"\n";
    says(&batch(at, &["-", "-e", "print turn"], scenario), "turn = 5");
    let twice = batch(at, &["-", "-x", "-"], LOOP);
    assert_eq!(twice.status.code(), Some(2));
    assert!(text(&twice.stderr).contains("standard input can be read once"), "{}", text(&twice.stderr));
    // What does not assemble is named.
    let wrong = batch(at, &["-", "-e", "ps"], "nonsense\n");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("<stdin>:1"), "{}", text(&wrong.stderr));
}

#[cfg(unix)]
#[test]
fn names_in_a_scenario_through_a_pipe_are_those_of_the_current_directory() {
    let directory = tempfile::tempdir().expect("directory");
    let at = directory.path();
    fs::write(at.join("loop.mvasm"), LOOP).expect("written");
    fs::create_dir(at.join("elsewhere")).expect("made");
    let pipe = at.join("elsewhere/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let write = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, "[[program]]\nfile = \"loop.mvasm\"\n").expect("written")
    });
    says(&batch(at, &["elsewhere/pipe", "-e", "step 3", "-e", "print turn"], ""), "turn = 3");
    write.join().expect("written");
}
