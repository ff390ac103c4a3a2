//! What several tests need.

use hsxray::asm::{self, Assembled, Options};
use hsxray::executive::input::{Applied, Input, Load};
use hsxray::executive::{Config, Machine};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
