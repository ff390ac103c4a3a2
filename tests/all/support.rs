//! What several tests need.

use hsxray::asm::{self, Assembled, Options};
use hsxray::backend::{Local, Want};
use hsxray::command;
use hsxray::executive::input::{Applied, Input, Load};
use hsxray::executive::{Config, Machine};
use hsxray::ui::Theme;
use hsxray::ui::theme::{ROLES, RoleRow};
use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use ratatui::buffer::Buffer;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A path inside the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Assembles a text, or panics with its errors.
pub fn assemble(text: &str) -> Assembled {
    assemble_with(text, &Options::default())
}

pub fn assemble_with(text: &str, options: &Options) -> Assembled {
    let result = asm::assemble(&["test.mvasm".into()], options, &mut |_: &Path| Ok(text.as_bytes().to_vec()));
    result.unwrap_or_else(|e| panic!("{e}"))
}

/// The errors of a text, one a line.
pub fn errors(text: &str) -> String {
    match asm::assemble(&["test.mvasm".into()], &Options::default(), &mut |_: &Path| Ok(text.as_bytes().to_vec())) {
        Ok(_) => String::new(),
        Err(failure) => failure.plain(),
    }
}

/// A machine with programs loaded as pids 1, 2, …
pub fn machine(config: Config, sources: &[&str]) -> Machine {
    let mut machine = Machine::new(config);
    for source in sources {
        load(&mut machine, source);
    }
    machine
}

pub fn load(machine: &mut Machine, source: &str) -> u16 {
    let mut image = assemble(source).image;
    image.name = None;
    match machine.apply(&Input::Load(Load::new(Arc::new(image)))) {
        Ok(Applied::Loaded(pid)) => pid,
        other => panic!("{other:?}"),
    }
}

/// insta with snapshots in `snapshots/`.
pub fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// One letter a cell by what its style means; a dot for ordinary text. The legend stands below.
pub fn role_map(buffer: &Buffer, theme: &Theme) -> String {
    const LETTERS: &str = ".dhbFrRwzpetcsfP_SLoKnBqQEk123456x";
    let mut out = String::new();
    let mut used = BTreeSet::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let same = |row: &RoleRow| {
                let style = theme.style(row.role);
                let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
                (fg, bg, style.add_modifier) == (cell.fg, cell.bg, cell.modifier)
            };
            let role = ROLES.iter().position(same);
            let letter = role.and_then(|i| LETTERS.chars().nth(i)).unwrap_or('?');
            if let Some(i) = role {
                used.insert((i, letter));
            }
            line.push(if cell.symbol() == " " && matches!(letter, '.' | '?') { ' ' } else { letter });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let legend: Vec<String> = used.iter().map(|(i, c)| format!("{c} {}", ROLES[*i].name)).collect();
    out + "\n" + &legend.join("  ")
}

/// A small generator, so that a failure can be repeated.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.roll(all.len() as u64) as usize]
    }
}

/// How a property is tried: the same cases each time, unless `PROPTEST_RNG_SEED` asks for others.
pub fn cases(cases: u32) -> ProptestConfig {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng_seed = match config.rng_seed {
        RngSeed::Random => RngSeed::Fixed(0x0048_5358),
        fixed @ RngSeed::Fixed(_) => fixed,
    };
    ProptestConfig { rng_seed, ..config }
}

/// Carries out commands for task 1, runs to their ends; the last answer.
pub fn run(target: &mut Local, line: &str) -> Value {
    let mut last = Value::Null;
    for words in command::split(line).expect("line") {
        let reply = command::execute(target, Some(1), words).expect(line);
        last = reply.json;
        if reply.started {
            while target.pump(1_000_000) {}
            last = command::run_reply(&target.look(&Want::default())).json;
        }
    }
    last
}

/// Why a command is refused: the column, and what is said.
pub fn fails(target: &mut Local, line: &str) -> (Option<usize>, String) {
    let words = command::split(line).expect("line").remove(0);
    let error = command::execute(target, Some(1), words).expect_err(line);
    (error.column, error.message)
}

/// Carries out commands as a front end does: those of stops, too.
pub fn obey(target: &mut Local, line: &str) {
    let mut app = hsxray::ui::App::new((80, 24));
    let now = target.look(&Want::default());
    let typed = line.chars().map(|c| if c == ' ' { "Space".to_owned() } else { c.to_string() });
    let keys: Vec<String> = [":".to_owned()].into_iter().chain(typed).chain(["Enter".to_owned()]).collect();
    hsxray::ui::press_keys(&mut app, target, &keys, now, 10).expect(line);
}

/// What a server has written, to be read while it still writes.
#[derive(Clone, Default)]
pub struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one writer").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// All of it.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("one writer").clone()).expect("UTF-8")
    }
}
