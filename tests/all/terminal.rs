//! The real binary in a pseudo-terminal.
#![cfg(unix)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longest wait for something to show: generous, because it only passes when a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    home: tempfile::TempDir,
    // Kept open for the life of the child.
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// Its modes before the program has begun.
    before: String,
}

impl Terminal {
    fn open(arguments: &[&str], environment: &[(&str, &str)]) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_hsxray"));
        command.args(arguments);
        Terminal::run(command, environment)
    }

    fn run(command: CommandBuilder, environment: &[(&str, &str)]) -> Terminal {
        Terminal::sized((40, 120), command, environment)
    }

    /// A program in a terminal of this many rows and columns.
    fn sized((rows, cols): (u16, u16), mut command: CommandBuilder, environment: &[(&str, &str)]) -> Terminal {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("pty");
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        // Nothing of the user's is read or written, and nothing of an earlier test's.
        let home = tempfile::tempdir().expect("directory");
        for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
            command.env(variable, home.path());
        }
        command.env("HSXRAY_WELCOME", "off");
        environment.iter().for_each(|(key, value)| command.env(key, value));
        let before = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).expect("spawns");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("reader");
        let writer = pair.master.take_writer().expect("writer");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (parser, raw) = (parser(rows, cols), Vec::new());
        Terminal { child, home, master: pair.master, writer, output, parser, raw, before }
    }

    fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).expect("writes");
    }

    fn take(&mut self, wait: Duration) {
        if let Ok(bytes) = self.output.recv_timeout(wait) {
            self.parser.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    fn wait(&mut self, text: &str) {
        let start = Instant::now();
        while !self.parser.screen().contents().contains(text) {
            assert!(start.elapsed() < PATIENCE, "\"{text}\" does not show:\n{}", self.parser.screen().contents());
            self.take(Duration::from_millis(50));
        }
    }

    /// Waits until the picture is whole: nothing has come for a while.
    fn settle(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.parser.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    /// Waits for the end and checks that the terminal is as it was.
    #[track_caller]
    fn ended(&mut self) -> u32 {
        let start = Instant::now();
        let status = loop {
            self.take(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().expect("status") {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.parser.screen().contents());
        };
        self.settle();
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor shows");
        assert!(!screen.bracketed_paste(), "pasting is as before");
        status.exit_code()
    }

    fn size(&mut self, rows: u16, cols: u16) {
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("resizes");
        self.parser.screen_mut().set_size(rows.try_into().expect("not zero"), cols.try_into().expect("not zero"));
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.process_id().expect("pid").to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().expect("kill").success());
    }
}

/// The registers on the screen, without the marks that tell what is new.
fn registers(t: &mut Terminal) -> Vec<String> {
    t.settle();
    let screen = t.parser.screen().contents();
    let rows = screen.lines().filter(|l| l.starts_with("10") && l.contains(" R"));
    rows.map(|l| l.replace(['•', '◦', '!', '│', '║'], " ")).collect()
}

#[test]
fn moving_in_the_timeline_moves_registers_and_trace() {
    let mut there = Terminal::open(&[], &[]);
    there.wait("turn 0");
    there.keys(":run 90\r");
    there.wait("turn 90 ");
    let mut t = Terminal::open(&[], &[]);
    t.wait("turn 0");
    t.keys(":run 100\r");
    t.wait("turn 100 ");
    let present = registers(&mut t);
    t.keys("7\t");
    t.wait("turn a column");
    t.keys("\u{1b}[D".repeat(10).as_str());
    t.wait("turn 90 ");
    let past = registers(&mut t);
    assert_eq!(past.len(), 4, "{past:?}");
    assert_ne!(past, present);
    assert_eq!(past, registers(&mut there), "as if it had been run that far only");
    t.keys("6\t");
    t.wait("90   1 STEP");
    assert!(!t.parser.screen().contents().contains(" 91   "), "the trace ends there");
    t.keys("7\t\u{1b}[C\u{1b}[C");
    t.wait("turn 92 ");
    t.keys("q");
    there.keys("q");
    assert_eq!((t.ended(), there.ended()), (0, 0));
}

#[cfg(feature = "remote")]
#[test]
fn clients_drive_the_machine_that_a_screen_shows_and_keys_are_told_to_them() {
    use std::io::{BufRead, BufReader};
    let program = crate::support::project("tests/cases/protocol-programs/frames.hxe");
    let mut t = Terminal::open(&["--serve", "127.0.0.1:0", program.to_str().expect("path")], &[]);
    t.wait("clients connect at 127.0.0.1:");
    let text = t.parser.screen().contents();
    let port = text.split("clients connect at 127.0.0.1:").nth(1).and_then(|rest| rest.split_whitespace().next());
    let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
    let mut out = std::net::TcpStream::connect(("127.0.0.1", port)).expect("connects");
    out.set_read_timeout(Some(PATIENCE)).expect("option");
    let mut input = BufReader::new(out.try_clone().expect("clone"));
    let mut ask = |request: &str| {
        writeln!(out, "{request}").expect("writes");
        let mut line = String::new();
        input.read_line(&mut line).expect("a reply");
        serde_json::from_str::<serde_json::Value>(&line).expect("JSON")
    };
    assert_eq!(ask(r#"{"cmd":"step","steps":11}"#)["result"]["executed"], 11);
    t.wait("turn 11");
    t.keys(":step 4\r");
    t.wait("turn 15");
    assert_eq!(ask(r#"{"cmd":"dumpregs","pid":1}"#)["registers"]["steps"], 15);
    ask(r#"{"cmd":"clock","op":"start"}"#);
    t.wait(" RUN ");
    t.keys(":pause\r");
    let began = Instant::now();
    while ask(r#"{"cmd":"clock"}"#)["clock"]["running"] == true {
        assert!(began.elapsed() < PATIENCE, "the clock runs");
    }
    t.keys(":back 3\r");
    t.wait("PAST");
    assert_eq!(ask(r#"{"cmd":"ping"}"#)["reply"], "pong");
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn a_first_lesson_is_played_from_start_to_finish_and_what_was_done_is_kept() {
    let mut t = Terminal::open(&["learn"], &[]);
    t.wait("lesson 1 of 18: one task");
    t.keys("s");
    t.wait("1 of 8 tasks");
    t.keys("J");
    t.wait("page 2 of 5");
    t.keys("ss");
    t.wait("2 of 8 tasks");
    // A wrong answer is told, a hint helps, the right one counts.
    t.keys("A");
    t.wait("answer, 1 or 2");
    t.keys("1\r");
    t.wait("R0 is not named");
    t.keys("H");
    t.wait("hint: ");
    t.keys("A");
    t.wait("answer, 1 or 2");
    t.keys("2\r");
    t.wait("3 of 8 tasks");
    t.keys("J");
    t.wait("page 3 of 5");
    t.keys("2u");
    t.wait("4 of 8 tasks");
    t.keys("J");
    t.wait("page 4 of 5");
    t.keys("i");
    t.wait("5 of 8 tasks");
    t.keys("A");
    t.wait("answer, a number");
    t.keys("1008\r");
    t.wait("6 of 8 tasks");
    t.keys("J");
    t.wait("page 5 of 5");
    t.keys("c");
    t.wait("7 of 8 tasks");
    t.keys("A");
    t.wait("answer, a number");
    t.keys("a\r");
    t.wait("8 of 8 tasks");
    t.keys("J");
    t.wait("lesson 2 of 18");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    let kept = std::fs::read_to_string(t.home.path().join("hsxray/lessons.json")).expect("progress is kept");
    assert!(kept.contains("\"01-one-task\"") && kept.contains("\"02-sixteen-words\""), "{kept}");
    let mut list = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"));
    let list = list.args(["learn", "--list"]).env("XDG_STATE_HOME", t.home.path()).output().expect("a list");
    let list = String::from_utf8_lossy(&list.stdout);
    assert!(list.lines().any(|line| line.contains("One task") && line.contains("8 of 8")), "{list}");
}

#[test]
fn a_lesson_begins_with_its_text_where_one_pane_has_room_and_keeps_it_when_the_terminal_shrinks() {
    for cols in [79, 60] {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_hsxray"));
        command.args(["learn", "1"]);
        let mut t = Terminal::sized((24, cols), command, &[]);
        t.wait("19 lesson");
        t.wait("A loaded program is called a");
        t.keys("q");
        assert_eq!(t.ended(), 0, "{cols} columns");
    }
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_hsxray"));
    command.args(["learn", "2"]);
    let mut t = Terminal::sized((24, 100), command, &[]);
    t.wait("2 windows");
    t.wait("19 lesson");
    t.size(24, 79);
    let start = Instant::now();
    while t.parser.screen().contents().contains("2 windows") {
        assert!(start.elapsed() < PATIENCE, "{}", t.parser.screen().contents());
        t.take(Duration::from_millis(20));
    }
    t.wait("19 lesson");
    t.wait("The registers of a task");
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn a_program_is_judged_each_time_it_is_saved() {
    let directory = tempfile::tempdir().expect("directory");
    let exercise = |file: &str| {
        std::fs::read_to_string(crate::support::project(&format!("assets/exercises/01-add-up/{file}"))).expect("there")
    };
    let saved = |text: &str| std::fs::write(directory.path().join("sum.mvasm"), text).expect("saved");
    let mut t = Terminal::open(&["learn", "e1", "--in", &directory.path().to_string_lossy()], &[]);
    t.wait("write your program into");
    saved(&exercise("bytes.mvasm"));
    t.wait("the page says why");
    t.wait("lowest bytes");
    saved("nonsense\n");
    t.wait("sum.mvasm:1");
    saved(&exercise("sum.mvasm"));
    t.wait("1 of 1 task ");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    let kept = std::fs::read_to_string(t.home.path().join("hsxray/lessons.json")).expect("progress is kept");
    assert!(kept.contains("\"01-add-up\"") && kept.contains("\"recording\""), "{kept}");
    assert_eq!(std::fs::read_to_string(directory.path().join("sum.mvasm")).expect("there"), exercise("sum.mvasm"));
}

#[test]
fn predictions_are_asked_for_and_judged_at_any_rate() {
    let mut t = Terminal::open(&["demo", "lost-update"], &[]);
    t.wait("turn 0");
    t.keys("PS");
    t.wait("What will task 1's turn change?");
    // LDI32 R1, 0x5000: faster than pictures come.
    t.keys("1 \r0x5000\r\r");
    t.wait("turn 1 ");
    t.wait("R1       right  0x00005000");
    t.wait("2/2 streak 1");
    t.keys(":clock rate 4\r");
    t.wait("4 turns");
    t.keys("s");
    t.wait("Who takes the next turn?");
    t.keys("\r\r\r");
    t.wait("turn 2 ");
    t.wait("/5 streak");
    t.keys("Pq");
    assert_eq!(t.ended(), 0);
}

#[test]
fn a_first_session_starts_steps_runs_and_quits() {
    let mut t = Terminal::open(&[], &[]);
    t.wait("hsxray ping");
    t.wait("turn 0");
    t.keys("s");
    t.wait("turn 1 ");
    t.keys("20s");
    t.wait("turn 21 ");
    t.keys("2pS");
    t.wait("step 1 of 2");
    t.keys(" ");
    t.wait("RUN");
    t.keys("\t%z");
    t.wait("2 windows");
    t.keys(" ");
    t.wait("PAUSED");
    t.keys(":ps\r");
    t.wait("pane 16");
    t.keys("?");
    t.wait("Esc leaves");
    t.keys("\u{1b}");
    std::thread::sleep(Duration::from_millis(100));
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn ctrl_c_stops_a_run_and_twice_in_a_row_leaves() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    t.keys("c");
    t.wait("RUN");
    t.keys("\u{3}");
    t.wait("PAUSED");
    t.keys("\u{3}");
    t.keys("\u{3}");
    assert_eq!(t.ended(), 0);
}

#[test]
fn sigterm_leaves_the_terminal_as_it_was() {
    let mut t = Terminal::open(&[], &[]);
    t.wait("turn 0");
    t.keys(" ");
    t.wait("RUN");
    t.signal("-TERM");
    assert_eq!(t.ended(), 128 + 15);
}

#[test]
fn what_a_signal_ends_exits_with_its_number() {
    for (signal, number) in [("-INT", 2), ("-HUP", 1), ("-QUIT", 3)] {
        let mut t = Terminal::open(&[], &[]);
        t.wait("turn 0");
        t.signal(signal);
        assert_eq!(t.ended(), 128 + number, "{signal}");
    }
}

#[test]
fn ctrl_c_stops_a_run_of_the_plain_front_end_and_gives_the_prompt_back() {
    let mut t = Terminal::open(&["demo", "ping", "--plain"], &[]);
    t.wait("quit leaves");
    t.keys("run\r");
    std::thread::sleep(Duration::from_millis(300));
    t.keys("\u{3}");
    t.wait("Stopped;");
    t.keys("print 1\u{3}");
    t.keys("print 6*7\r");
    t.wait("6*7 = 42");
    t.keys("quit\r");
    assert_eq!(t.ended(), 0);
}

#[test]
fn terminals_get_the_colours_they_know() {
    let raw = |term: &str| {
        let mut t = Terminal::open(&[], &[("TERM", term)]);
        t.wait("turn 0");
        t.settle();
        t.keys("q");
        t.ended();
        String::from_utf8_lossy(&t.raw).into_owned()
    };
    assert!(raw("xterm-256color").contains("38;5;"));
    for sixteen in ["linux", "xterm"] {
        let bytes = raw(sixteen);
        assert!(!bytes.contains("8;5;") && bytes.contains("\u{1b}[3"), "{sixteen}");
    }
    for none in ["vt100", "xterm-mono"] {
        let bytes = raw(none);
        assert!(!bytes.contains("8;5;") && !bytes.contains("\u{1b}[31m"), "{none}");
    }
}

#[test]
fn a_panic_leaves_the_terminal_first_and_is_told_then() {
    let mut t = Terminal::open(&[], &[("HSXRAY_PANIC", "0"), ("RUST_BACKTRACE", "0")]);
    assert_ne!(t.ended(), 0);
    let raw = String::from_utf8_lossy(&t.raw).into_owned();
    let (left, told) = (raw.find("\u{1b}[?1049l"), raw.find("asked for by HSXRAY_PANIC"));
    assert!(left.is_some() && left < told, "{raw}");
}

#[test]
fn a_crash_leaves_a_report_that_opens_the_session_again() {
    let mut t = Terminal::open(&["demo", "ping"], &[("HSXRAY_PANIC", "30"), ("RUST_BACKTRACE", "0")]);
    t.wait("turn 0");
    t.keys("20s2pS");
    t.wait("turn 21 ");
    t.keys(":poke 1 0x5000 2A\r9s");
    assert_ne!(t.ended(), 0);
    let raw = String::from_utf8_lossy(&t.raw).into_owned();
    let told = raw.rsplit("hsxray ").next().expect("the last line");
    let report = told.split_whitespace().next().expect("a path");
    let text = std::fs::read_to_string(report).expect("the report");
    assert!(
        text.contains("asked for by HSXRAY_PANIC") && text.contains("'step 20'") || text.contains("\"step 20\""),
        "{text}"
    );
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"))
        .args(["batch", report, "--json", "-e", "info", "-e", "peek 1 0x5000 1", "-e", "ps"])
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("\"turn\":30") && said.contains("\"bytes\":\"2a\""), "{said}");
}

#[test]
fn a_report_holds_schedules_and_ways_back() {
    let mut t = Terminal::open(&["demo", "ping"], &[("HSXRAY_PANIC", "30"), ("RUST_BACKTRACE", "0")]);
    t.wait("turn 0");
    t.keys("20s:schedule random 7 10 for 3\r");
    t.wait("turn 23 ");
    t.keys("xg");
    assert_ne!(t.ended(), 0);
    let open = |raw: &[u8]| {
        let raw = String::from_utf8_lossy(raw).into_owned();
        let told = raw.rsplit("hsxray ").next().expect("the last line");
        let report = told.split_whitespace().next().expect("a path").to_owned();
        let text = std::fs::read_to_string(&report).expect("the report");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"))
            .args(["batch", &report, "-e", "info"])
            .output()
            .expect("runs");
        (text, String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (text, said) = open(&t.raw);
    assert!(text.contains("schedule random 7 10 for 3") && text.contains("schedule go for 7"), "{text}");
    assert!(said.contains("turn 30"), "{said}");
    let mut t = Terminal::open(&["demo", "ping"], &[("HSXRAY_PANIC", "30"), ("RUST_BACKTRACE", "0")]);
    t.wait("turn 0");
    t.keys("20sC");
    t.wait("turn 0 of 20");
    t.keys("3s:poke 1 0x5000 2A\r9s");
    t.wait("turn 12 ");
    t.keys("18s");
    assert_ne!(t.ended(), 0);
    let (text, said) = open(&t.raw);
    assert!(text.contains("reverse-continue") && said.contains("turn 30"), "{text}{said}");
}

#[test]
fn a_session_that_was_killed_can_be_recovered_and_one_that_ends_saved() {
    let home = tempfile::tempdir().expect("directory");
    let state = home.path().display().to_string();
    let place = [("XDG_STATE_HOME", state.as_str())];
    let mut t = Terminal::open(&["demo", "ping"], &place);
    t.wait("turn 0");
    t.keys("20s:poke 1 0x5000 2A\r5s");
    t.wait("turn 25 ");
    let left = home.path().join("hsxray");
    let written = || {
        let files = std::fs::read_dir(&left).into_iter().flatten().filter_map(Result::ok);
        let mut texts = files.filter_map(|f| std::fs::read_to_string(f.path()).ok());
        texts.any(|text| text.contains("step 5"))
    };
    let start = Instant::now();
    while !written() {
        assert!(start.elapsed() < PATIENCE, "nothing is written down");
        std::thread::sleep(Duration::from_millis(20));
    }
    // It is open in a window: nothing is to be recovered.
    assert_eq!(Terminal::open(&["--recover"], &place).ended(), 2);
    t.signal("-KILL");
    t.child.wait().expect("ends");
    // Another process may have its number by now: this one has.
    let of_killed = left.join(format!("session-{}.toml", t.child.process_id().expect("a number")));
    std::fs::rename(of_killed, left.join(format!("session-{}.toml", std::process::id()))).expect("renamed");
    let saved = home.path().join("saved.hsxrec");
    let saved = saved.to_str().expect("UTF-8");
    let mut t = Terminal::open(&["--recover", "--save", saved], &place);
    t.wait("turn 25 ");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    assert!(String::from_utf8_lossy(&t.raw).contains("the session is saved"));
    let replayed = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"))
        .args(["batch", saved, "-e", "info", "-e", "peek 1 0x5000 1"])
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(said.contains("turn 25") && said.contains("0x5000  2A"), "{said}");
    // It was left by its user: nothing is to be recovered any more.
    let mut t = Terminal::open(&["--recover"], &place);
    assert_eq!(t.ended(), 2);
    assert!(String::from_utf8_lossy(&t.raw).contains("nothing to recover"));
}

#[test]
fn a_find_of_a_search_is_there_again_after_a_kill() {
    let home = tempfile::tempdir().expect("directory");
    let state = home.path().display().to_string();
    let place = [("XDG_STATE_HOME", state.as_str())];
    let mut t = Terminal::open(&["demo", "lost-update"], &place);
    t.wait("turn 0");
    t.keys(":explore start finally 'w[0x5000] == 2'\rge");
    t.wait("exhausted: every schedule is covered");
    t.keys("\r");
    t.wait("turn 12 ");
    let written = || {
        let files = std::fs::read_dir(home.path().join("hsxray")).into_iter().flatten().filter_map(Result::ok);
        // Not what is being written beside it: a kill may come before that takes its place.
        let whole = files.map(|f| f.path()).filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
        let mut texts = whole.filter_map(|path| std::fs::read_to_string(path).ok());
        texts.any(|text| text.contains("explore follow 1*4 2*6 1*2") && !text.contains("explore start"))
    };
    let start = Instant::now();
    while !written() {
        assert!(start.elapsed() < PATIENCE, "what was opened is not written down");
        std::thread::sleep(Duration::from_millis(20));
    }
    t.signal("-KILL");
    t.child.wait().expect("ends");
    let mut t = Terminal::open(&["--recover"], &place);
    t.wait("turn 12 ");
    t.keys(":print w[0x5000]\r");
    t.wait("w[0x5000] = 1");
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn a_stop_on_a_source_line_then_back_then_who_wrote_it_then_another_past() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    // Source, nine lines down to ADD R9: a stop there, and into it with the 12th message.
    t.keys("\u{1b}3");
    t.keys("%jjjjjjjjb");
    t.wait("breakpoint 1: task 1 at again (0x0020)");
    t.keys(":ignore 1 11\rc");
    t.wait("STOP 1 task 1");
    t.wait("turn 433 ");
    t.keys("5u");
    t.wait("PAST 5 turns back");
    // The word of the message at 400C: who wrote it last?
    t.keys("ga0x400C\r");
    t.wait("11 memory");
    t.keys("gw");
    t.wait("turn 400: task 1 at 0x002C");
    t.wait("PAST");
    // Another value for the counter, in the past: a branch.
    t.keys(":reg 1 r9 0x63\r");
    t.wait("more in pane 16");
    t.keys("c");
    t.wait("STOP 1 task 1");
    t.keys(":branch list\r");
    t.wait("main");
    // It asks first: a stop and a change would be lost.
    t.keys("qq");
    assert_eq!(t.ended(), 0);
}

#[test]
fn a_terminal_that_is_closed_ends_the_session() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    t.keys("c");
    t.wait("RUN");
    let Terminal { mut child, master, writer, output, .. } = t;
    drop((master, writer, output));
    let start = Instant::now();
    while child.try_wait().expect("status").is_none() {
        assert!(start.elapsed() < PATIENCE, "it goes on without a terminal");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_screen_follows_a_storm_of_sizes() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    t.keys("c");
    t.wait("RUN");
    for (rows, cols) in [(10, 30), (60, 200), (24, 80), (1, 1), (50, 160), (24, 100)] {
        t.size(rows, cols);
        t.take(Duration::from_millis(5));
    }
    t.wait("RUN");
    t.keys(" ");
    t.wait("PAUSED");
    // The last size is the one that is drawn: the hints stand in the last row.
    t.wait("s turn");
    let last = t.parser.screen().rows(0, 100).nth(23).expect("row 24");
    assert!(last.starts_with("s turn"), "{last}");
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn the_mouse_selects_and_the_wheel_scrolls() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    assert!(t.parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None);
    // A click on the row of task 2, in the fourth row of the screen, and what can be done with it.
    t.keys("\u{1b}[<0;9;5M\u{1b}[<0;9;5m");
    t.keys("S");
    t.wait("step 1 of 2");
    t.keys("\u{1b}[<2;9;5M");
    t.wait("take a turn of it alone");
    t.keys("\r");
    t.wait("turn 2 ");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    assert_eq!(t.parser.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
}

#[test]
fn two_terminal_emulators_show_the_same() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    for (keys, shows) in [("30s", "turn 30 "), ("v", "v and then"), ("w", "view task"), ("?", "Esc leaves")] {
        t.keys(keys);
        t.wait(shows);
    }
    t.settle();
    let mut other = avt::Terminal::new(120, 40).expect("a size");
    let bytes = String::from_utf8_lossy(&t.raw).into_owned();
    other.feed(bytes.as_str());
    let rows: Vec<String> = t.parser.screen().rows(0, 120).map(|r| r.trim_end().to_owned()).collect();
    let same: Vec<String> =
        (0..40).map(|i| other.screen().line(i).expect("a row").text().trim_end().to_owned()).collect();
    assert_eq!(rows, same);
}

#[test]
fn the_welcome_shows_once_and_what_was_arranged_comes_back() {
    let mut t = Terminal::open(&["demo", "ping"], &[("HSXRAY_WELCOME", "on")]);
    t.wait("welcome; any key ends this");
    t.keys("vw");
    t.wait("view task");
    t.keys(":ps\r");
    t.wait("pane 16");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    let home = t.home.path().display().to_string();
    let mut again = Terminal::open(&["demo", "ping"], &[("HSXRAY_WELCOME", "on"), ("XDG_STATE_HOME", &home)]);
    again.wait("turn 0");
    let contents = again.parser.screen().contents();
    // View task has the code on the left.
    assert!(
        !contents.contains("welcome;") && contents.lines().nth(1).is_some_and(|l| l.contains("3 code")),
        "{contents}"
    );
    again.keys(":");
    again.keys("\u{1b}[A");
    again.wait(":ps");
    again.keys("\u{3}\u{3}");
    std::thread::sleep(Duration::from_millis(100));
    again.keys("q");
    assert_eq!(again.ended(), 0);
}

#[test]
fn ctrl_z_suspends_and_fg_brings_the_screen_back() {
    // A shell with job control, as people have.
    let mut command = CommandBuilder::new("bash");
    command.args(["--norc", "--noprofile", "-i"]);
    let mut t = Terminal::run(command, &[("PS1", "ready> ")]);
    t.wait("ready> ");
    t.keys(&format!("{} demo ping\r", env!("CARGO_BIN_EXE_hsxray")));
    t.wait("turn 0");
    t.keys("s");
    t.wait("turn 1 ");
    t.keys("\u{1a}");
    t.wait("Stopped");
    assert!(!t.parser.screen().alternate_screen());
    t.keys("fg\r");
    t.wait("turn 1 ");
    t.keys("s");
    t.wait("turn 2 ");
    t.keys("q");
    t.wait("ready> ");
    t.keys("exit\r");
    t.ended();
}

#[test]
fn escape_sequences_of_a_guest_do_not_reach_the_terminal() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("evil.mvasm");
    let source = ".text\n    LDI32 R1, text\n    LDI R2, 13\n    SVC 1, 1\n    RET\n.data\ntext:\n    .ascii \"\\x1B]0;owned\\x07\\x1B[6n\"\n";
    std::fs::write(&file, source).expect("writes");
    let name = format!("{}:name=n\u{1b}[5mx", file.display());
    let mut t = Terminal::open(&[&name], &[]);
    t.wait("turn 0");
    t.keys("c");
    t.wait("DONE");
    t.keys("8\t");
    t.wait("owned");
    t.keys("q");
    t.ended();
    let raw = String::from_utf8_lossy(&t.raw).into_owned();
    assert!(!raw.contains("\u{1b}]0;owned") && !raw.contains("\u{1b}[6n") && !raw.contains("\u{1b}[5mx"));
}

#[test]
fn without_a_terminal_it_says_what_else_there_is() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("hsxray batch") && text.contains("hsxray shot"), "{text}");
}

fn parser(rows: u16, cols: u16) -> vt100::Parser {
    let size = |n| std::num::NonZero::new(n).expect("not zero");
    vt100::Parser::new(size(rows), size(cols), 0)
}

#[test]
fn a_slow_run_flashes_and_a_stop_ends_the_flash() {
    let mut t = Terminal::open(&["demo", "ping"], &[("HSXRAY_RATE", "4")]);
    t.wait("turn 0");
    t.keys(" ");
    let flashes = |t: &Terminal| {
        let screen = t.parser.screen();
        // The value of a pc, in the head of a window.
        (0..40).any(|y| {
            let row = screen.contents_between(y, 0, y, 120);
            let at = row.find("reg_base").and_then(|at| row[at..].find("pc ").map(|pc| at + pc + 3));
            let column = at.map(|at| row[..at].chars().count() as u16);
            column.and_then(|x| screen.cell(y, x)).is_some_and(vt100::Cell::inverse)
        })
    };
    let wait = |t: &mut Terminal, wanted: bool| {
        let start = Instant::now();
        while flashes(t) != wanted {
            assert!(start.elapsed() < PATIENCE, "{}", t.parser.screen().contents());
            t.take(Duration::from_millis(10));
        }
    };
    wait(&mut t, true);
    t.keys(" ");
    t.wait("PAUSED");
    wait(&mut t, false);
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn a_script_is_followed_with_pauses_and_breaks_off_at_an_error() {
    let talk = crate::support::project("tests/all/talk.txt").display().to_string();
    let mut t = Terminal::open(&["demo", "ping", "-x", &talk], &[]);
    t.wait("talk.txt, line 4: Space continues, Esc leaves the script");
    t.wait("> run 67");
    t.wait("The base points at task 2.");
    t.wait("18 switch");
    // Other keys do what they always do, and the script waits.
    t.keys("s");
    t.wait("turn 68 ");
    t.keys(" ");
    t.wait("line 7: Space continues");
    t.wait("7 timeline");
    t.wait("turn 70 ");
    t.keys("\r");
    t.wait("talk.txt, line 8: ");
    assert!(!t.parser.screen().contents().contains("Space continues"));
    // It is over: Space runs the machine.
    t.keys(" ");
    t.wait("RUN");
    t.keys(" ");
    t.wait("PAUSED");
    t.keys(":show log\rz");
    t.wait("> keys v i");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    let mut t = Terminal::open(&["demo", "ping", "-x", &talk], &[]);
    t.wait("line 4: Space continues");
    t.keys("\u{1b}");
    t.wait("talk.txt, line 4: the script is left");
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

const LOOP: &str =
    ".entry start\n.text\nstart:\n    LDI R1, 0\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";

/// A program in a file of its own.
fn looping() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("loop.mvasm");
    std::fs::write(&file, LOOP).expect("written");
    let name = file.to_str().expect("text").to_owned();
    (directory, name)
}

#[test]
fn a_program_that_changes_on_disk_shows_in_line_1_and_is_loaded_again_if_wanted() {
    let (_directory, file) = looping();
    let mut t = Terminal::open(&[&file], &[]);
    t.wait("turn 0");
    t.keys("9s");
    t.wait("turn 9 ");
    std::fs::write(&file, LOOP.replace("R2, 1", "R2, 100")).expect("written");
    t.wait("loop.mvasm changed");
    t.keys(":reload 1\r");
    t.wait("loaded again");
    t.settle();
    assert!(!t.parser.screen().contents().contains("changed"), "{}", t.parser.screen().contents());
    t.keys(":set autoreload on\r");
    std::fs::write(&file, LOOP.replace("R2, 1", "R2, 77")).expect("written");
    t.wait("LDI   R2, 77");
    // One that does not assemble says why, once, and the task stays.
    std::fs::write(&file, "nonsense\n").expect("written");
    t.wait("nonsense");
    t.wait("loop.mvasm changed");
    t.keys("2s");
    t.wait("turn 11 ");
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn a_light_terminal_gets_light_colours_and_its_reply_is_no_keys() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    assert!(String::from_utf8_lossy(&t.raw).contains("\u{1b}]11;?"), "it asks");
    t.keys("\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\");
    t.keys(":set theme\r");
    t.wait("theme is light");
    t.settle();
    assert!(t.parser.screen().contents().contains("turn 0 "), "{}", t.parser.screen().contents());
    // A second one, however late, is not keys either.
    t.keys("\u{1b}]11;rgb:0000/0000/0000\u{7}s");
    t.wait("turn 1 ");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    // Where a theme is set, nothing is asked.
    let mut t = Terminal::open(&["demo", "ping", "--theme", "dark"], &[]);
    t.wait("turn 0");
    t.settle();
    assert!(!String::from_utf8_lossy(&t.raw).contains("\u{1b}]11;?"));
    t.keys("q");
    assert_eq!(t.ended(), 0);
}

#[test]
fn the_cursor_stands_on_the_row_with_the_focus_and_is_seen_there_unless_it_is_switched_off() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    t.settle();
    assert!(!t.parser.screen().hide_cursor());
    t.keys(":set cursor off\r");
    cursor_follows_the_focus(t, true);
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    t.wait("turn 0");
    cursor_follows_the_focus(t, false);
}

fn cursor_follows_the_focus(mut t: Terminal, hidden: bool) {
    let row = |t: &mut Terminal| {
        t.settle();
        let screen = t.parser.screen();
        assert_eq!(screen.hide_cursor(), hidden);
        let (row, column) = screen.cursor_position();
        screen.rows(column, 60).nth(row.into()).expect("a row")
    };
    assert!(row(&mut t).contains("1 producer"));
    t.keys("j");
    assert!(row(&mut t).contains("2 consumer"));
    t.keys(":break pace\r:display r9\r:run 300\r");
    for (pane, keys, there) in [
        ("windows", "j", "R4"),
        ("mail", "", "app:ping"),
        ("stops", "", "pace"),
        ("watch", "", "r9"),
        ("waits", "j", "2 "),
        ("calls", "", "pace"),
        ("code", "", "PUSH"),
    ] {
        t.keys(&format!(":show {pane}\r{keys}"));
        let row = row(&mut t);
        assert!(row.contains(there), "{pane}: {row}");
    }
    t.keys(":");
    t.settle();
    assert!(!t.parser.screen().hide_cursor());
    // Together they would be Alt-q.
    t.keys("\u{1b}");
    t.settle();
    t.keys("qq");
    assert_eq!(t.ended(), 0);
}

#[test]
fn stops_are_kept_between_runs_for_each_program_if_wanted() {
    let (_directory, file) = looping();
    let home = tempfile::tempdir().expect("directory");
    let state = home.path().display().to_string();
    let around = [("XDG_STATE_HOME", state.as_str()), ("HSXRAY_KEEP_STOPS", "on")];
    let mut t = Terminal::open(&[&file], &around);
    t.wait("turn 0");
    t.keys(":tbreak start+4\r:break again if r1 > 2\r:commands 2 'print r1'\r:break 0xC\r:delete 3\r");
    t.wait("stop 3 is removed");
    t.keys("qq");
    assert_eq!(t.ended(), 0);
    let mut again = Terminal::open(&[&file], &around);
    again.wait("turn 0");
    again.keys(":info breakpoints\r");
    again.wait("start+4");
    again.keys(":commands 2\r");
    again.wait("print r1");
    let kept =
        std::fs::read_dir(home.path().join("hsxray/stops")).expect("there").next().expect("a file").expect("entry");
    let kept = std::fs::read_to_string(kept.path()).expect("text");
    assert!(kept.starts_with("tbreak 'start+4'") || kept.starts_with("tbreak start+4"), "{kept}");
    assert!(kept.contains("if r1 > 2") && kept.lines().count() == 3, "{kept}");
    again.keys("q");
    assert_eq!(again.ended(), 0, "nothing is new: it does not ask");
    // Another program has none of them.
    let mut other = Terminal::open(&["demo", "ping"], &around);
    other.wait("turn 0");
    other.keys(":info breakpoints\r");
    other.wait("no stops");
    other.keys("q");
    assert_eq!(other.ended(), 0);
}

#[test]
fn two_windows_that_end_together_keep_the_history_of_both() {
    let home = tempfile::tempdir().expect("directory");
    let state = home.path().display().to_string();
    let around = [("XDG_STATE_HOME", state.as_str())];
    let mut windows: Vec<Terminal> = (0..3).map(|_| Terminal::open(&["demo", "ping"], &around)).collect();
    for (i, window) in windows.iter_mut().enumerate() {
        window.wait("turn 0");
        window.keys(&format!(":print 100 + {i}\r"));
        window.wait(&format!("= 10{i} "));
    }
    windows.iter_mut().for_each(|window| window.keys("q"));
    windows.iter_mut().for_each(|window| assert_eq!(window.ended(), 0));
    let kept = std::fs::read_to_string(home.path().join("hsxray/kept.json")).expect("there");
    for i in 0..3 {
        assert!(kept.contains(&format!("print 100 + {i}")), "{kept}");
    }
}

/// What the terminal does with keys and output.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal"))
}

#[test]
fn any_signal_in_any_state_leaves_the_terminal_as_it_was_and_the_session_to_be_recovered() {
    const SIGNALS: [(&str, u32); 5] = [("-INT", 2), ("-QUIT", 3), ("-TERM", 15), ("-HUP", 1), ("-USR1", 10)];
    const STATES: [(&str, &str, &str); 4] = [
        ("idle", "", "turn 3 "),
        ("running", ":clock rate 50\r:run\r", "RUN"),
        ("prompt", ":peek 1", ":peek 1"),
        ("search", ":explore start strategy all\rge", "explore"),
    ];
    for (signal, number) in SIGNALS {
        for (state, keys, shown) in STATES {
            let home = tempfile::tempdir().expect("directory");
            let place = home.path().display().to_string();
            let mut t = Terminal::open(&["demo", "ping"], &[("XDG_STATE_HOME", &place)]);
            let before = t.before.clone();
            t.wait("turn 0");
            assert_ne!(modes(&*t.master), before, "it is raw");
            t.keys("3s");
            t.wait("turn 3 ");
            t.keys(keys);
            t.wait(shown);
            let written = || {
                let files = std::fs::read_dir(home.path().join("hsxray")).into_iter().flatten().filter_map(Result::ok);
                let mut texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
                texts.any(|text| text.contains("step 3"))
            };
            let start = Instant::now();
            while !written() && start.elapsed() < PATIENCE {
                t.take(Duration::from_millis(20));
            }
            t.signal(signal);
            assert_eq!(t.ended(), 128 + number, "{signal} while {state}");
            assert_eq!(modes(&*t.master), before, "{signal} while {state}");
            assert!(written(), "{signal} while {state}: the journal is kept");
        }
    }
}

#[test]
fn a_stop_signal_from_outside_leaves_the_terminal_until_the_process_continues() {
    let mut t = Terminal::open(&["demo", "ping"], &[]);
    let before = t.before.clone();
    t.wait("turn 0");
    t.keys("4s");
    t.wait("turn 4 ");
    t.signal("-TSTP");
    let start = Instant::now();
    while t.parser.screen().alternate_screen() {
        assert!(start.elapsed() < PATIENCE, "it does not leave the screen");
        t.take(Duration::from_millis(20));
    }
    t.settle();
    assert_eq!(modes(&*t.master), before);
    t.signal("-CONT");
    t.wait("turn 4 ");
    t.keys("s");
    t.wait("turn 5 ");
    t.keys("q");
    assert_eq!(t.ended(), 0);
    assert_eq!(modes(&*t.master), before);
}

#[test]
fn why_a_shared_total_is_wrong_is_followed_to_the_line_of_the_other_task() {
    let mut t = Terminal::open(&["demo", "race-in-c"], &[]);
    t.wait("int seen = SHARED;");
    t.keys("c");
    t.wait("DONE");
    // Three times 1 and three times 100 are not 300.
    t.keys(":print *(int *)0x5000\r");
    t.wait("*(int *)0x5000 = 300");
    t.keys(":races\r");
    t.wait("3 races on 1 word");
    // The pair of writes: task 2 has stored what it had read before task 1 stored its own.
    t.keys(":races go 3\r");
    t.wait("PAST");
    t.keys(":list -p 2\r");
    t.wait("right.c");
    t.keys(":last-write *(int *)0x5000\r");
    t.wait("task 2 at 0x011C (add at right.c:7)");
    t.keys(":explain\r");
    t.wait("ST put 0x64 from R4");
    t.keys("qq");
    assert_eq!(t.ended(), 0);
}

#[test]
fn all_panes_follow_the_task_that_a_run_has_stopped_in_at_once() {
    let mut t = Terminal::open(&["demo", "race-in-c"], &[]);
    t.wait("int seen = SHARED;");
    t.keys(":break right.c:7 -p 2\r");
    t.wait("breakpoint 1");
    t.keys("c");
    t.wait("locals of #0 add");
    t.wait("2:right");
    t.wait("add (what=100)");
    t.keys("qq");
    assert_eq!(t.ended(), 0);
}

#[test]
fn from_a_failure_that_was_found_to_both_ways_of_a_race_and_back() {
    let mut t = Terminal::open(&["demo", "lost-update"], &[]);
    t.wait("turn 0");
    t.keys(":explore start finally 'w[0x5000] == 2'; explore wait; explore open 1 beside\r");
    t.wait("is not true");
    t.wait("turn 12 ");
    // What raced in it?
    t.keys("gc");
    t.wait("21 races");
    t.wait("turns 1 to 12");
    // The run in which the first pair comes the other way round.
    t.keys("%");
    t.wait("turns 1 to 7");
    t.wait("turn 7 ");
    // And back to the failure.
    t.keys("\u{f}");
    t.wait("12 turns are done");
    t.wait("turn 12 ");
    t.keys("qq");
    assert_eq!(t.ended(), 0);
}
