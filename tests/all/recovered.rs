//! Sessions that were killed and are opened again, where files have changed, gone, or cannot be read twice.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

const LOOP: &str =
    ".entry start\n.text\nstart:\n    LDI R1, 0\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";

/// Longest wait for something to be written: generous, because it only passes when a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

fn command(home: &Path, directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, home);
    }
    command.current_dir(directory);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A home for what is kept, and a directory with a program in it.
fn places() -> (tempfile::TempDir, tempfile::TempDir) {
    let (home, work) = (tempfile::tempdir().expect("directory"), tempfile::tempdir().expect("directory"));
    fs::write(work.path().join("loop.mvasm"), LOOP).expect("written");
    (home, work)
}

/// A session line by line that waits for more.
struct Session {
    child: Child,
    lines: ChildStdin,
    home: PathBuf,
}

impl Session {
    fn open(home: &Path, directory: &Path, arguments: &[&str]) -> Session {
        let mut child = command(home, directory).arg("--plain").args(arguments).spawn().expect("runs");
        let lines = child.stdin.take().expect("a pipe");
        Session { child, lines, home: home.to_owned() }
    }

    /// Has lines carried out, and waits until the journal has what they are written down as.
    #[track_caller]
    fn does(&mut self, lines: &str, written: &[&str]) {
        writeln!(self.lines, "{lines}").expect("written");
        let start = Instant::now();
        while !journals(&self.home).iter().any(|text| written.iter().all(|line| text.contains(line))) {
            assert!(start.elapsed() < PATIENCE, "{written:?} is not written down: {:?}", journals(&self.home));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it without a warning.
    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ends");
    }
}

/// What is written down of sessions.
fn journals(home: &Path) -> Vec<String> {
    let files = fs::read_dir(home.join("hsxray")).into_iter().flatten().filter_map(Result::ok);
    let whole = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    whole.filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// Opens the last session again from another directory and has lines carried out in it: what is said, and what is said
/// about it.
fn recover(home: &Path, lines: &str) -> (Option<i32>, String, String) {
    let mut child = command(home, home).args(["--recover", "--plain"]).spawn().expect("runs");
    // If it has ended already it reads nothing.
    let _ = child.stdin.take().expect("a pipe").write_all(lines.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().expect("ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.code(), text(&stdout), text(&stderr))
}

#[test]
fn a_session_line_by_line_is_opened_again_after_a_kill_with_the_program_that_was_run() {
    let (home, work) = places();
    let mut session = Session::open(home.path(), work.path(), &["loop.mvasm"]);
    session.does("step 20\nbreak again", &["step 20", "break "]);
    session.kill();
    // The label is not in the file any more.
    fs::write(work.path().join("loop.mvasm"), LOOP.replace("again", "other")).expect("written");
    let (code, said, problems) = recover(home.path(), "print turn\nprint 1.r1\ninfo breakpoints\nquit\n");
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 20") && said.contains("1.r1 = 9") && said.contains("again"), "{said}");
    assert!(problems.contains("loop.mvasm has changed since"), "{problems}");
    // It was left by its user: nothing is to be recovered any more.
    assert_eq!(recover(home.path(), "").0, Some(2));
}

/// Writes the program with another number to add.
fn write_loop(directory: &Path, step: u32) {
    fs::write(directory.join("loop.mvasm"), LOOP.replace("R2, 1", &format!("R2, {step}"))).expect("written");
}

/// A session that has taken twenty turns of a program whose file then adds 100 instead of 1.
fn changed_after_twenty_turns(home: &Path, directory: &Path) -> Session {
    let mut session = Session::open(home, directory, &["loop.mvasm"]);
    session.does("step 20", &["step 20"]);
    write_loop(directory, 100);
    session
}

#[test]
fn each_turn_is_done_again_with_the_program_that_was_loaded_then() {
    let (home, work) = places();
    let mut session = changed_after_twenty_turns(home.path(), work.path());
    session.does("reload 1\nstep 5", &["reload 1", "step 5"]);
    session.kill();
    let lines = "print turn\nprint 1.r1\ngoto 19\nprint 1.r1 + 0\nquit\n";
    let (code, said, problems) = recover(home.path(), lines);
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 25") && said.contains("1.r1 = 200"), "{said}");
    assert!(said.contains("1.r1 + 0 = 9"), "the first turns are those of the first program: {said}");
    assert!(!problems.contains("has changed"), "the file holds what was run last: {problems}");
    // The same where it has changed once more, or is gone.
    let mut session = Session::open(home.path(), work.path(), &["loop.mvasm"]);
    session.does("step 21", &["step 21"]);
    session.kill();
    fs::remove_file(work.path().join("loop.mvasm")).expect("removed");
    let (code, said, problems) = recover(home.path(), "print turn\nprint 1.r2\nquit\n");
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 21") && said.contains("1.r2 = 100"), "{said}");
    assert!(problems.contains("loop.mvasm is not there any more"), "{problems}");
}

#[test]
fn a_restart_reads_again_what_was_read_then() {
    let (home, work) = places();
    let mut session = changed_after_twenty_turns(home.path(), work.path());
    session.does("restart\nstep 7", &["restart", "step 7"]);
    session.kill();
    write_loop(work.path(), 7);
    let (code, said, problems) = recover(home.path(), "print turn\nprint 1.r2\nquit\n");
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 7") && said.contains("1.r2 = 100"), "{said}");
    assert!(problems.contains("loop.mvasm has changed since"), "{problems}");
}

#[test]
fn a_file_that_was_named_from_its_directory_is_found_from_another_one() {
    let (home, work) = places();
    fs::write(work.path().join("second.mvasm"), LOOP).expect("written");
    let mut session = Session::open(home.path(), work.path(), &["loop.mvasm"]);
    session.does("step 4\nload second.mvasm\nstep 6", &["step 4", "second.mvasm", "step 6"]);
    session.kill();
    let (code, said, problems) = recover(home.path(), "print turn\nps\nquit\n");
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 10") && said.contains("second"), "{said}{problems}");
    assert_eq!(problems, "", "nothing has changed");
}

#[cfg(unix)]
#[test]
fn a_program_that_came_through_a_pipe_is_kept_with_the_session() {
    let (home, work) = places();
    let pipe = work.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let write = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, LOOP).expect("written")
    });
    let mut session = Session::open(home.path(), work.path(), &["pipe"]);
    session.does("step 8\nbreak again", &["step 8", "break "]);
    write.join().expect("written");
    session.kill();
    // The pipe is there, and nothing writes into it: it is not waited for.
    let (code, said, problems) = recover(home.path(), "print turn\nlist\nquit\n");
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 8") && said.contains("again"), "{said}");
    assert!(!problems.contains("not there"), "{problems}");
}

/// Leaves a session behind as if its process had been killed.
fn leave(home: &Path, name: &str, text: &str) {
    let directory = home.join("hsxray");
    fs::create_dir_all(&directory).expect("directory");
    fs::write(directory.join(name), text).expect("written");
}

#[test]
fn a_session_is_opened_up_to_the_line_that_fails_and_its_lines_stay() {
    let (home, _work) = places();
    let text = "demo = \"ping\"\ncommands = [\"step 5\", \"schedule /nowhere/x.sched\", \"step 3\"]\n";
    leave(home.path(), "session-7.toml", text);
    let (code, said, problems) = recover(home.path(), "print turn\nquit\n");
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 5"), "{said}");
    let part = "the session is opened up to line 2 of 3, which fails: schedule /nowhere/x.sched: ";
    assert!(problems.contains(part), "{problems}");
    let aside = home.path().join("hsxray/part-of-session-7.toml");
    assert_eq!(fs::read_to_string(aside).expect("it stays"), text);
    assert_eq!(recover(home.path(), "").0, Some(2), "it is not offered again");
}

#[test]
fn a_session_that_cannot_be_opened_again_does_not_hide_an_older_one() {
    let (home, _work) = places();
    leave(home.path(), "session-7.toml", "demo = \"ping\"\ncommands = [\"step 5\"]\n");
    std::thread::sleep(Duration::from_millis(20));
    leave(home.path(), "session-8.toml", "[[program]]\nfile = \"/nowhere/a.mvasm\"\n");
    std::thread::sleep(Duration::from_millis(20));
    leave(home.path(), "session-9.toml", "commands = [\"step\n");
    let (code, said, problems) = recover(home.path(), "print turn\nquit\n");
    assert_eq!(code, Some(0), "{said}{problems}");
    assert!(said.contains("turn = 5"), "{said}");
    for name in ["session-8.toml cannot be opened again", "session-9.toml cannot be opened again"] {
        assert!(problems.contains(name), "{problems}");
    }
    let (code, _, problems) = recover(home.path(), "");
    assert_eq!(code, Some(2));
    assert!(problems.contains("no session that was left without an end can be opened again"), "{problems}");
}

#[test]
fn a_session_that_ends_leaves_nothing_to_recover() {
    let (home, work) = places();
    for last in ["quit", ""] {
        let mut session = Session::open(home.path(), work.path(), &["loop.mvasm"]);
        session.does("step 3", &["step 3"]);
        writeln!(session.lines, "{last}").expect("written");
        let Session { mut child, lines, .. } = session;
        drop(lines);
        assert!(child.wait().expect("ends").success(), "{last}");
        assert_eq!(journals(home.path()), Vec::<String>::new(), "{last}");
    }
}
