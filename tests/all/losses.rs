//! Nothing is lost and nothing is written over: outputs of the command line, files that several windows share, command
//! lines that are refused, and leaving.

use crate::support::Dice;
use hsxray::backend::{Local, Want, host};
use hsxray::command::{self, COMMANDS};
use hsxray::demo;
use hsxray::explore::checksum;
use hsxray::ui::{self, App};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LOOP: &str =
    ".entry start\n.text\nstart:\n    LDI R1, 0\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";

fn hsxray(arguments: &[&str], directory: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, directory);
    }
    command.args(arguments).current_dir(directory).output().expect("runs")
}

/// The files of a directory, each with a checksum of what it holds.
fn files(directory: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("there").map(|entry| entry.expect("entry").path()) {
        match entry.is_dir() {
            true => all.extend(files(&entry)),
            false => drop(all.insert(entry.clone(), checksum(&fs::read(&entry).expect("readable")))),
        }
    }
    all
}

#[test]
fn no_output_of_the_command_line_is_written_over_what_is_read_or_of_another_kind() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    fs::write(at.join("loop.mvasm"), LOOP).expect("written");
    fs::write(at.join("notes.txt"), "mine\n").expect("written");
    fs::create_dir(at.join("pages")).expect("made");
    fs::write(at.join("pages/index.html"), "mine\n").expect("written");
    let made = hsxray(&["batch", "loop.mvasm", "-e", "step 9", "-e", "record run.hsxrec"], at);
    assert!(made.status.success());
    let faulty = "commands = [\"step 2\"]\n[[program]]\nfile = \"loop.mvasm\"\n";
    fs::write(at.join("s.toml"), faulty).expect("written");
    let before = files(at);
    let refused: &[&[&str]] = &[
        &["batch", "loop.mvasm", "--trace-jsonl", "loop.mvasm", "-e", "step 2"],
        &["batch", "loop.mvasm", "--trace-jsonl", "./notes.txt", "-e", "step 2"],
        &["batch", "loop.mvasm", "-x", "notes.txt", "--trace-jsonl", "notes.txt"],
        &["--plain", "loop.mvasm", "--save", "loop.mvasm"],
        &["--plain", "loop.mvasm", "--save", "notes.txt"],
        &["--plain", "s.toml", "--save", "loop.mvasm"],
        &["--plain", "loop.mvasm", "--log", "notes.txt"],
        &["replay", "--plain", "run.hsxrec", "--save", "run.hsxrec"],
        &["export", "loop.mvasm", "--to", "csv", "-o", "notes.txt"],
        &["export", "run.hsxrec", "--to", "jsonl", "-o", "run.hsxrec"],
        &["asm", "loop.mvasm", "-o", "notes.txt"],
        &["learn", "1", "--export", "html", "pages"],
        &["dap", "--log", "notes.txt"],
    ];
    for arguments in refused {
        let output = hsxray(arguments, at);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains("--force writes over it"), "{arguments:?}: {told}");
        assert_eq!(files(at), before, "{arguments:?}");
    }
    let forced = hsxray(&["batch", "loop.mvasm", "--trace-jsonl", "notes.txt", "--force", "-e", "step 2"], at);
    assert!(forced.status.success());
    assert!(fs::read_to_string(at.join("notes.txt")).expect("there").starts_with('{'));
    // Its own kind is written over unasked.
    let again = hsxray(&["batch", "loop.mvasm", "--trace-jsonl", "notes.txt", "-e", "step 3"], at);
    assert!(again.status.success());
}

#[test]
fn no_command_of_a_session_writes_over_what_the_session_was_read_from_unless_told() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    fs::write(at.join("loop.mvasm"), LOOP).expect("written");
    fs::write(at.join("s.sched"), "1*5\n").expect("written");
    fs::write(at.join("st.txt"), "break again\nrun 3\n").expect("written");
    fs::create_dir(at.join("below")).expect("made");
    let made = hsxray(&["batch", "loop.mvasm", "-e", "step 9", "-e", "record r.hsxrec"], at);
    assert!(made.status.success());
    fs::hard_link(at.join("r.hsxrec"), at.join("same.hsxrec")).expect("linked");
    let before = files(at);
    let refused: &[&[&str]] = &[
        &["r.hsxrec", "-e", "run 5", "-e", "record r.hsxrec"],
        &["r.hsxrec", "-e", "run 5", "-e", "record below/../r.hsxrec"],
        &["r.hsxrec", "-e", "run 5", "-e", "record same.hsxrec"],
        &["loop.mvasm", "-e", "replay r.hsxrec", "-e", "run 5", "-e", "record r.hsxrec"],
        &["loop.mvasm", "-e", "source st.txt", "-e", "save stops st.txt"],
        &["loop.mvasm", "-e", "source st.txt", "-e", "reset", "-e", "save stops st.txt"],
        &["loop.mvasm", "-x", "st.txt", "-e", "break start", "-e", "save stops st.txt"],
        &["loop.mvasm", "-e", "schedule s.sched", "-e", "schedule show s.sched"],
        &["-e", "load loop.mvasm", "-e", "step 2", "-e", "export csv loop.mvasm"],
    ];
    for arguments in refused {
        let output = hsxray(&[&["batch"][..], *arguments].concat(), at);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
        assert!(told.contains("was read for this session: with ! after it"), "{arguments:?}: {told}");
        assert_eq!(files(at), before, "{arguments:?}");
    }
    // What the session has written itself it writes again, and what it was read from where it is asked to.
    let told = ["-e", "run 5", "-e", "record new.hsxrec", "-e", "record new.hsxrec", "-e", "record r.hsxrec !"];
    let output = hsxray(&[&["batch", "r.hsxrec"][..], &told[..]].concat(), at);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_ne!(files(at).get(&at.join("r.hsxrec")), before.get(&at.join("r.hsxrec")));
}

#[test]
fn a_picture_of_the_screen_does_not_replace_the_source_that_it_shows() {
    let home = tempfile::tempdir().expect("directory");
    let file = home.path().join("loop.txt");
    fs::write(&file, LOOP).expect("written");
    let mut target = Local::new("t", hsxray::backend::Config::default(), hsxray::backend::LoadDefaults::default());
    for line in [format!("load {}", file.display()), "step 3".to_owned()] {
        assert!(command::execute_line(&mut target, None, &line).iter().all(|outcome| outcome.result.is_ok()), "{line}");
    }
    let mut app = App::new((120, 24));
    let now = target.look(&Want::default());
    let keys = format!(": \"shot {}\" Enter", file.display());
    let now = ui::press(&mut app, &mut target, &keys, now).expect("keys");
    let screen = ui::picture::text(&ui::render(&now, &app.view, &app.theme, (120, 24)));
    assert!(screen.contains("was read for this session"), "{screen}");
    assert_eq!(fs::read_to_string(&file).expect("there"), LOOP);
}

#[test]
fn a_search_does_not_write_over_the_recording_it_begins_with() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    let made = hsxray(&["batch", &program("first"), &program("second"), "-e", "record r-1.hsxrec"], at);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let before = files(at);
    let title = "r-1.hsxrec";
    let again = hsxray(&["explore", title, "--always", "turn < 3", "--out", "."], at);
    let written = files(at).len() - before.len();
    assert_eq!((again.status.code(), written), (Some(1), 1), "{}", String::from_utf8_lossy(&again.stderr));
    // The failure of the second search would have the name of the first one's, which is read here.
    let first = files(at).into_keys().find(|path| !before.contains_key(path)).expect("a recording");
    let first = first.file_name().expect("a name").to_string_lossy().into_owned();
    let before = files(at);
    let over = hsxray(&["explore", &first, "-e", "goto 0", "--always", "turn < 2", "--out", "."], at);
    let told = String::from_utf8_lossy(&over.stderr).into_owned();
    assert!(over.status.code() == Some(1) && told.contains("is read here"), "{told}");
    assert!(!over.stdout.is_empty(), "the report is there all the same");
    assert_eq!(files(at), before);
}

/// A program of the demo in which an update is lost.
fn program(name: &str) -> String {
    crate::support::project(&format!("assets/programs/lost-update/{name}.mvasm")).display().to_string()
}

#[test]
fn those_who_read_change_and_write_a_file_under_its_lock_lose_nothing() {
    let home = tempfile::tempdir().expect("directory");
    let file = home.path().join("new/list.txt");
    std::thread::scope(|scope| {
        for window in 0..8 {
            let file = &file;
            scope.spawn(move || {
                for line in 0..25 {
                    host::locked(file, || {
                        let there = fs::read_to_string(file).unwrap_or_default();
                        host::write_text(file, &format!("{there}{window}.{line}\n")).expect("written");
                    });
                }
            });
        }
    });
    let text = fs::read_to_string(&file).expect("there");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 8 * 25);
}

/// All that a session is.
fn state(target: &mut Local) -> String {
    let now = target.look(&Want { inputs: true, ..Want::default() });
    let session = target.session();
    let stops: Vec<_> =
        session.stops.list().iter().map(|s| (s.number, s.enabled, s.hits, s.commands.clone())).collect();
    format!(
        "{:016x} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        target.machine().digest(),
        session.journal().entries().len(),
        stops,
        session.bookmarks(),
        now.watches.iter().map(|w| w.number).collect::<Vec<_>>(),
        now.branches,
        (now.rate, now.rotate, now.deadlock_stops),
        now.history.present,
        now.declared,
    )
}

/// A line that is wrong more often than not: an example of the book with a word left out, doubled, changed or swapped.
fn mangled(dice: &mut Dice) -> String {
    const ODD: [&str; 12] =
        ["nosuch", "-p", "99", "0x", "-1", "r16", "1.r99", "99999999999", "ZZ", "app:", "if", "missing/dir/x.bin"];
    let row = dice.of(COMMANDS);
    let mut words: Vec<String> = row.example.split(' ').map(str::to_owned).collect();
    for _ in 0..=dice.roll(2) {
        let at = dice.roll(words.len() as u64) as usize;
        match dice.roll(4) {
            0 if words.len() > 1 => drop(words.remove(at)),
            1 => words.insert(at, words[at].clone()),
            2 => words.push((*dice.of(&ODD)).to_owned()),
            _ => words[at] = (*dice.of(&ODD)).to_owned(),
        }
    }
    words.join(" ")
}

#[test]
fn a_command_line_that_is_refused_leaves_state_journal_and_files_as_they_were() {
    let home = tempfile::tempdir().expect("directory");
    let mut dice = Dice(7);
    let mut target = demo::target("ping").expect("demo");
    let (mut refused, mut line_count) = (0, 0);
    for _ in 0..1500 {
        let line = mangled(&mut dice);
        // What would write a file or run for long is tried only where it is refused before it does.
        let name = line.split([' ', '/', '.']).next().unwrap_or_default().to_owned();
        if [
            "record", "export", "save", "shot", "fs", "schedule", "waits", "could", "fate", "races", "explore", "run",
            "c",
        ]
        .contains(&name.as_str())
        {
            continue;
        }
        line_count += 1;
        let before = (state(&mut target), files(home.path()));
        let outcomes = command::execute_line(&mut target, Some(1), &line);
        if outcomes.len() == 1 && outcomes[0].result.is_err() {
            refused += 1;
            assert_eq!((state(&mut target), files(home.path())), before, "{line}: {:?}", outcomes[0].result);
        }
        target.pause();
        if target.machine().turns() > 2_000 || target.session().journal().entries().len() > 60 {
            target = demo::target("ping").expect("demo");
        }
    }
    assert!(refused > 300, "{refused} of {line_count} lines were refused");
}

fn front(keys: &str, prepare: impl FnOnce(&mut App)) -> (bool, String) {
    let mut target = demo::target("ping").expect("demo");
    let mut app = App::new((120, 40));
    prepare(&mut app);
    let now = target.look(&Want::default());
    let left = ui::press(&mut app, &mut target, keys, now).is_err_and(|e| e == "q leaves");
    (left, app.view.notices.message.clone())
}

#[test]
fn a_search_makes_the_folder_of_its_recordings_and_reports_without_one() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    std::fs::write(at.join("a.mvasm"), ".text\n.entry start\nstart:\n    BRK 1\n    RET\n").expect("writes");
    let search = |out: &str| hsxray(&["explore", "a.mvasm", "--out", out], at);
    let said = search("deep/down");
    assert_eq!(said.status.code(), Some(1));
    assert!(at.join("deep/down/a-1.hsxrec").is_file(), "{}", String::from_utf8_lossy(&said.stderr));
    // What stands in its place is kept, and the report is there all the same.
    std::fs::write(at.join("file"), "mine").expect("writes");
    std::fs::create_dir_all(at.join("full/a-1.hsxrec")).expect("directory");
    std::fs::create_dir_all(at.join("other")).expect("directory");
    std::fs::write(at.join("other/a-1.hsxrec"), "mine").expect("writes");
    for out in ["file", "full", "other"] {
        let said = search(out);
        assert_eq!(said.status.code(), Some(1), "{out}");
        assert!(String::from_utf8_lossy(&said.stdout).contains("BRK 1 in task 1"), "{out}: {said:?}");
        assert!(String::from_utf8_lossy(&said.stderr).contains("no recording"), "{out}: {said:?}");
    }
    assert_eq!(std::fs::read(at.join("file")).expect("there"), b"mine");
    assert_eq!(std::fs::read(at.join("other/a-1.hsxrec")).expect("there"), b"mine");
}

#[test]
fn q_asks_where_a_session_of_work_would_be_lost() {
    assert!(front("s s r S S q", |_| {}).0, "steps can be done again");
    let (left, said) = front("S S : \"select 2\" Enter S q", |_| {});
    assert!(!left, "an order of two tasks: {said}");
    assert!(!front(": \"schedule 1*3 2 1\" Enter q", |_| {}).0, "an order that was typed");
    assert!(front(": \"schedule random 7 5\" Enter q", |_| {}).0, "an order that was drawn");
    let (left, said) = front("12S : \"select 2\" Enter S S S S S S S S S S S S q", |_| {});
    assert!(!left, "an interleaving that was looked for: {said}");
    let (left, said) = front("s : \"break again\" Enter : \"poke 1 0x5000 2A\" Enter q", |_| {});
    assert!(!left, "it asks first");
    assert_eq!(said, "2 changes are not saved: record FILE saves the session, q once more leaves");
    assert!(front("s : \"break again\" Enter q q", |_| {}).0);
    assert!(!front("s : \"break again\" Enter q s q", |_| {}).0, "another key between them stays");
    assert!(front("s : \"break again\" Enter q", App::saves_at_the_end).0, "it is saved anyhow");
    let off = |app: &mut App| app.settings.change("quit_asks", "off").expect("setting");
    assert!(front("s : \"break again\" Enter q", off).0);
    let home = tempfile::tempdir().expect("directory");
    let file = home.path().join("a.hsxrec");
    let keys = format!("s : \"break again\" Enter : \"record {}\" Enter q", file.display());
    assert!(front(&keys, |_| {}).0, "it has been saved");
    assert!(file.exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_of_the_command_line_as_its_own_bound_would() {
    let home = tempfile::tempdir().expect("directory");
    let at = home.path();
    fs::write(at.join("loop.mvasm"), LOOP).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_hsxray"))
        .args(["batch", "loop.mvasm", "--trace-jsonl", "t.jsonl", "-e", "run", "-e", "run"])
        .current_dir(at)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("runs");
    // It runs as soon as something is written.
    let begun = || {
        fs::read_dir(at).expect("there").any(|entry| {
            let entry = entry.expect("entry");
            entry.file_name().to_string_lossy().contains(".part") && entry.metadata().is_ok_and(|about| about.len() > 0)
        })
    };
    while !begun() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    let mut said = String::new();
    std::io::Read::read_to_string(child.stdout.as_mut().expect("a pipe"), &mut said).expect("text");
    assert_eq!(child.wait().expect("ends").code(), Some(130), "{said}");
    assert_eq!(said.lines().count(), 1, "the second run is not begun: {said}");
    assert!(said.starts_with("stopped; "), "{said}");
    let turns: usize = said.split([' ', ',']).nth(1).and_then(|n| n.parse().ok()).expect("turns");
    let trace = fs::read_to_string(at.join("t.jsonl")).expect("the trace is kept");
    assert_eq!(trace.lines().filter(|line| line.contains("STEP")).count(), turns);
}
