//! Everything that reads what comes from outside, each as a function of some bytes. The fuzzer calls one of them again and
//! again; `tests/all/fuzzed.rs` calls all of them with seeds, inputs that were found and changes of both.
//!
//! A reader may refuse anything. It must not panic, and what it accepts must do what is said here of it.

use hsxray::asm::{self, Options};
use hsxray::backend::{Config, Expr, LoadDefaults, LoadOptions, Local, LogText, Program, Recording, TurnSource, Want};
use hsxray::debug_info;
use hsxray::lesson::{HandIn, Lesson, Progress, exercise, grade};
use hsxray::ui::lesson::stage;
use hsxray::ui::share::Link;
use hsxray::ui::{Settings, theme};
use hsxray::{command, image};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A reader: its name, and what reads.
pub type Reader = (&'static str, fn(&[u8]));

/// THE table of readers. Each has a target in `fuzz/targets` and may have seeds in `fuzz/seeds/NAME`.
pub const READERS: [Reader; 15] = [
    ("image", read_image),
    ("symbols", read_symbols),
    ("source", read_source),
    ("debug", read_debug),
    ("recording", read_recording),
    ("link", read_link),
    ("settings", read_settings),
    ("theme", read_theme),
    ("lesson", read_lesson),
    ("handed", read_handed),
    ("expression", read_expression),
    ("schedule", read_schedule),
    ("command", read_command),
    ("session", run_session),
    ("frame", read_frame),
];

/// Instructions of a program that is run after it was read.
const TURNS: u64 = 2000;
/// Bytes of its past that are kept.
const HISTORY: usize = 1 << 20;

const PRODUCER: &str = include_str!("../assets/programs/ping/producer.mvasm");
const CONSUMER: &str = include_str!("../assets/programs/ping/consumer.mvasm");

const C_IMAGE: &[u8] = include_bytes!("../tests/cases/c/race/left.hxe");
const C_SYMBOLS: &str = include_str!("../tests/cases/c/race/left.sym");
const C_LLVM: &str = include_str!("../tests/cases/c/race/left.ll");
const C_DEBUG: &str = include_str!("../tests/cases/c/race/left.dbg");

fn good(name: &str, text: &str) -> Program {
    Program::builtin(name, text).expect("assembles")
}

/// A session with two tasks that talk to each other.
fn session() -> Local {
    let mut local = Local::new("fuzz", Config::default(), LoadDefaults::default());
    local.set_history(HISTORY);
    for (name, text) in [("producer.mvasm", PRODUCER), ("consumer.mvasm", CONSUMER)] {
        local.load(Arc::new(good(name, text)), LoadOptions::default()).expect("room");
    }
    local.begun()
}

fn checked(local: &Local) {
    let broken = local.machine().check();
    assert!(broken.is_empty(), "{broken:?}");
}

/// Carries a line out, with at most [`TURNS`] turns of a run that it begins.
fn line(local: &mut Local, text: &str) {
    let answers = command::execute_line(local, Some(1), text);
    answers.into_iter().filter_map(|outcome| outcome.result.err()).for_each(|e| drop(e.to_string()));
    local.pump(TURNS);
    local.pause();
}

/// Loads a program twice, runs it, looks at it, goes back.
fn run(program: Program) {
    let program = Arc::new(program);
    let mut local = Local::new(
        "fuzz",
        Config { trace: 64, ..Config::default() },
        LoadDefaults { stack: 256, ..LoadDefaults::default() },
    );
    local.set_history(HISTORY);
    if local.load(Arc::clone(&program), LoadOptions::default()).is_err() {
        return;
    }
    let _ = local.load(program, LoadOptions::default());
    for text in ["run 2000", "ps", "back 3", "step 3", "mbox all", "console", "sched stats", "waits", "explain", "bt"] {
        line(&mut local, text);
    }
    local.look(&Want::lists());
    checked(&local);
}

/// CRC-32 as the format of images has it.
fn crc<'b>(bytes: impl Iterator<Item = &'b u8>) -> u32 {
    let bit = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| bit(crc)))
}

/// An image with its checksum put right: else nothing behind it is ever reached.
fn read_image(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    let header = if bytes.get(4..6) == Some(&[0, 1]) { 32 } else { 96 };
    if bytes.len() >= header {
        let sum = crc(bytes[..0x1C].iter().chain(&bytes[header..]));
        bytes[0x1C..0x20].copy_from_slice(&sum.to_be_bytes());
    }
    let Ok(read) = image::read(&bytes) else { return };
    drop((asm::disassemble(&read, &image::Symbols::default()), asm::listing(&read)));
    if let Ok(written) = image::write(&read) {
        let again = image::read(&written).expect("what was written can be read");
        assert_eq!((&read.code, &read.rodata), (&again.code, &again.rodata));
    }
    run(Program { image: Arc::new(read), symbols: image::Symbols::default(), ..good("p.mvasm", PRODUCER) });
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Symbols of an image that has other ones, and of one of C.
fn read_symbols(bytes: &[u8]) {
    read_c(&text(bytes), C_LLVM.as_bytes(), C_DEBUG.as_bytes());
    let program = good("p.mvasm", PRODUCER);
    let Ok((symbols, _)) = image::read_sym(&text(bytes), &program.image) else { return };
    let written = image::write_sym(&program.image, &symbols, "p.hxe");
    drop((image::read_sym(&written, &program.image), asm::disassemble(&program.image, &symbols)));
    run(Program { symbols, ..program });
}

/// A source: what assembles is taken apart, and assembles to the same again.
fn read_source(bytes: &[u8]) {
    let assembled = |bytes: &[u8]| {
        let name = Path::new("m.mvasm");
        let mut read = |path: &Path| Ok(if path == name { bytes.to_vec() } else { b"x: .word 1\n".to_vec() });
        asm::assemble(&[PathBuf::from(name)], &Options::default(), &mut read)
    };
    match assembled(bytes) {
        Err(failure) => drop((failure.render(true), failure.plain())),
        Ok(first) => {
            let listed = asm::disassemble(&first.image, &first.symbols);
            match assembled(listed.as_bytes()) {
                Ok(again) => {
                    assert_eq!((&first.image.code, &first.image.rodata), (&again.image.code, &again.image.rodata))
                }
                Err(failure) => panic!("the disassembly does not assemble: {}\n{listed}", failure.plain()),
            }
            run(Program { image: Arc::new(first.image), symbols: first.symbols, ..good("p.mvasm", PRODUCER) });
        }
    }
}

/// What the C compiler says of a program: one of its files has these bytes, or all have.
fn read_debug(bytes: &[u8]) {
    read_c(C_SYMBOLS, bytes, C_DEBUG.as_bytes());
    read_c(C_SYMBOLS, C_LLVM.as_bytes(), bytes);
    read_c(C_SYMBOLS, bytes, bytes);
}

/// A program of C with these symbols and compiler's files. What is wrong with a file is one warning.
fn read_c(symbols: &str, llvm: &[u8], debug: &[u8]) {
    let image = image::read(C_IMAGE).expect("an image");
    let Ok((symbols, _)) = image::read_sym(symbols, &image) else { return };
    let mut asked = 0;
    let mut open = |file: &str| {
        asked += 1;
        let bytes = if file.ends_with(".ll") { llvm } else { debug };
        Some(Ok(text(bytes).into_owned()))
    };
    let (info, warnings) = debug_info::read(&image, &symbols, &mut open);
    assert!(warnings.len() <= asked, "{warnings:?}");
    let (image, debug) = (Arc::new(image), Arc::new(info));
    let program = Arc::new(Program { image, symbols, debug, ..good("left.mvasm", PRODUCER) });
    let mut local = Local::new("fuzz", Config { trace: 64, ..Config::default() }, LoadDefaults::default());
    local.set_history(HISTORY);
    local.load(program, LoadOptions::default()).expect("room");
    for words in C_LINES {
        line(&mut local, words);
    }
    local.look(&Want::lists());
    checked(&local);
}

/// What is asked of a program of C.
const C_LINES: [&str; 12] = [
    "line",
    "line into 3",
    "bt full",
    "info locals",
    "info globals",
    "info types",
    "info functions",
    "info scope main",
    "ptype main",
    "print *&i",
    "explain",
    "finish",
];

/// A recording without its first line, which holds the checksum.
fn read_recording(bytes: &[u8]) {
    let body = text(bytes);
    let Some(recording) = recording_of(&body) else { return };
    // A long run takes long, and is no fault.
    if recording.turns() <= 100_000
        && let Ok(local) = Local::replay(recording)
    {
        checked(&local);
    }
}

/// The recording with this content.
fn recording_of(body: &str) -> Option<Recording> {
    let sum = body.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3));
    let head = format!(r#"{{"format":"hsxray recording","version":1,"made_by":"fuzz","check":"{sum:016x}"}}"#);
    Recording::parse(&format!("{head}\n{body}")).ok()
}

fn read_link(bytes: &[u8]) {
    let body = text(bytes);
    let opened = Link::read(&format!("#r={body}")).ok();
    // What is in a link is a recording, too: what is changed in one reaches its reader with the right check.
    let packed = recording_of(&body).and_then(|recording| recording.packed().ok());
    let again = packed.map(|packed| Link::read(&format!("#r={packed}&view=memory&row=7")).expect("as it was packed"));
    for link in [opened, again].into_iter().flatten() {
        if let Link::Moment(linked, _) = link
            && linked.recording.turns() <= 100_000
            && let Ok(local) = Local::replay(linked.recording)
        {
            checked(&local);
        }
    }
}

fn read_settings(bytes: &[u8]) {
    drop(Settings::default().read(&text(bytes)));
}

fn read_theme(bytes: &[u8]) {
    drop(theme::custom(&text(bytes), false));
}

fn read_lesson(bytes: &[u8]) {
    let text = text(bytes);
    let find = |_: &str| Ok::<_, String>(good("p.mvasm", PRODUCER));
    drop(Progress::read(&text));
    let Ok(lesson) = Lesson::read("fuzz", "lesson.md", &text, &find) else { return };
    for page in 0..lesson.pages.len() {
        drop((lesson.target(page), lesson.start(page).len()));
    }
}

/// Searches are stopped soon: it is the reading that is tried here.
fn read_handed(bytes: &[u8]) {
    let Ok(hand_in) = HandIn::read(&text(bytes)) else { return };
    assert_eq!(
        HandIn::read(&hand_in.write()).ok().as_ref(),
        Some(&hand_in),
        "what is written of a hand-in is that hand-in"
    );
    // Seeds are of some edition: what is handed in counts as one of this.
    let find = |name: &str| {
        let lesson = exercise(name).filter(|e| e.name == name)?.lesson().ok()?;
        let sum = hand_in.lessons.iter().find(|handed| handed.lesson == name)?.sum.clone();
        Some(Lesson { sum, ..lesson })
    };
    drop(grade(&hand_in, &find, &stage, &|| false));
}

fn read_expression(bytes: &[u8]) {
    let text = text(bytes);
    let local = session();
    if let Ok(expr) = Expr::parse(&text) {
        drop((local.evaluate(&expr, Some(1)), local.is_constant(&expr, Some(1))));
        assert_eq!(Expr::parse(expr.text()).as_ref(), Ok(&expr), "what is written of an expression is that expression");
    }
    drop(LogText::parse(&text, Expr::parse));
}

fn read_schedule(bytes: &[u8]) {
    drop(TurnSource::parse(&text(bytes)));
}

/// Words of commands that reach files of the host, or take long by themselves.
const KEPT_OUT: [&str; 18] = [
    "record",
    "export",
    "replay",
    "load",
    "dot",
    "fs",
    "explore",
    "compare",
    "schedule",
    "/",
    "symbols",
    "rel",
    "source",
    "save",
    "shot",
    "directory",
    "fate",
    "learn",
];

fn is_kept_out(line: &str) -> bool {
    let line = line.to_lowercase();
    KEPT_OUT.iter().any(|word| line.contains(word))
}

/// A line of commands.
fn read_command(bytes: &[u8]) {
    let text = text(bytes);
    if is_kept_out(&text) {
        return;
    }
    let mut local = session();
    drop(command::complete(&mut local, &text, &|_| Vec::new()));
    line(&mut local, &text);
    checked(&local);
}

/// Lines of commands, after which the session is written as a recording and opened: it must end as it did.
fn run_session(bytes: &[u8]) {
    let text = text(bytes);
    let mut local = session();
    for text in text.lines().take(20).filter(|line| !is_kept_out(line)) {
        line(&mut local, text);
    }
    checked(&local);
    let Ok(recording) = local.recording() else { return };
    let written = recording.text();
    let opened = Local::replay(Recording::parse(&written).expect("what was written can be read")).expect("and replays");
    assert_eq!(opened.machine().digest(), local.machine().digest());
}

/// What a client sends to the debug adapter.
fn read_frame(bytes: &[u8]) {
    let input = std::io::Cursor::new(bytes.to_vec());
    let mut open = |_: &hsxray::remote::dap::Launch| Err("nothing is opened here".to_owned());
    let served = hsxray::remote::dap::serve(input, Box::new(std::io::sink()), &mut open, Default::default());
    served.expect("what is written goes nowhere");
}
