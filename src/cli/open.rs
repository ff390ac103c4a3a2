//! From arguments to a loaded machine.

mod recovered;
mod saved;
mod shown;

pub(super) use recovered::recovered;
pub(super) use saved::save_session;

use super::input;
use super::output::{self, unusable};
use super::scenario::{self, Again, Scenario};
use super::waiting::Opening;
use super::{
    Front, Profile, Programs, Switch, config, crash, ended_by, kept_stops, learn, link, plain, recover, written,
};
use crate::backend::host;
use crate::backend::kept::unpacked_text;
use crate::backend::request::Run;
use crate::backend::{
    Config, LoadDefaults, LoadOptions, Local, Program, ProgramError, Recording, Sources, Target, Want,
};
use crate::command::script;
use crate::demo;
use crate::limits::{FILE, PROGRAMS, SMALL_FILE};
use crate::ui::share::{self, Link, Standing};
use crate::ui::{self, Left, Setting};
use shown::shown;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// A machine with its programs, and what a scenario wants done.
pub(super) struct Opened {
    pub target: Local,
    pub scenario: Scenario,
    /// How to open it again.
    pub again: Again,
    /// The files that it was read from.
    pub read: Vec<PathBuf>,
    /// Where a link puts the user, and what it left out.
    pub standing: (Standing, Vec<String>),
    /// What is to be said about it first.
    pub problems: Vec<String>,
    /// It was left without an end and is opened again, stops and all.
    pub recovered: bool,
}

impl Opened {
    /// A session at its start.
    pub fn new(target: Local, scenario: Scenario, again: Again, read: Vec<PathBuf>) -> Opened {
        let mut target = target.begun();
        read.iter().for_each(|path| target.note_read(path));
        let (standing, problems) = Default::default();
        Opened { target, scenario, again, read, standing, problems, recovered: false }
    }

    /// A demo.
    ///
    /// # Errors
    /// There is no such demo.
    pub fn demo(name: &str) -> Result<Opened, String> {
        Ok(Opened::new(demo::target(name)?, Scenario::default(), Again::demo(name), Vec::new()))
    }
}

/// Loads what the arguments name. What neither they nor a scenario say, `user` says.
pub(super) fn open(programs: &Programs, user: &ui::Settings) -> Result<Opened, String> {
    if let [link] = &programs.files[..]
        && let Some(link) = link.to_str().filter(|text| share::is_link(text))
    {
        return link::opened(link, programs.history);
    }
    let files: Vec<_> = programs.files.iter().map(|f| argument(f)).collect::<Result<_, _>>()?;
    PROGRAMS.check(files.len() as u64).map_err(|over| over.to_string())?;
    // One file may be of any kind, and a pipe can be read once only: what it holds says what it is.
    let mut first = None;
    let mut whole = None;
    let mut sources = sources(programs)?;
    if let [(path, _)] = &files[..] {
        let bytes = input::read(path, &FILE).map_err(|e| format!("{}: {e}", path.display()))?;
        if Recording::is_one(&bytes) {
            return recording(path, bytes, programs.history);
        }
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) || scenario::is_one(path, &bytes) {
            let beside = path.parent().filter(|p| !p.as_os_str().is_empty() && host::is_file(path));
            sources.directories.extend(beside.map(Path::to_owned));
            whole = Some(scenario::read(path, bytes)?);
        } else {
            first = Some(bytes);
        }
    }
    let scenario = whole.unwrap_or_else(|| Scenario::of(files));
    if let Some(text) = &scenario.link {
        let mut opened = link::opened(text, programs.history)?;
        opened.target.set_kept(scenario.kept.clone());
        let again = scenario.again(opened.target.machine().config(), &LoadDefaults::default());
        return Ok(Opened { again, scenario, ..opened });
    }
    if let Some(packed) = &scenario.recording {
        let text = unpacked_text(packed).ok_or("the recording in the scenario is damaged")?;
        let mut target = replayed(Path::new(&scenario.title()), text.into_bytes(), programs.history)?;
        target.set_kept(scenario.kept.clone());
        let again = scenario.again(target.machine().config(), &LoadDefaults::default());
        return Ok(Opened::new(target, scenario, again, written::inputs(programs)));
    }
    let settings = scenario.settings();
    let default = Config::default();
    let given = |setting| user.given(setting).and_then(|n| u32::try_from(n).ok());
    let config = Config {
        turn_us: programs
            .turn_us
            .or(settings.turn_us)
            .or(user.given(Setting::TurnUs))
            .unwrap_or(default.turn_us)
            .max(1),
        protect: programs.protect.map(|s| s == Switch::On).or(settings.protect).unwrap_or(user.on(Setting::Protect)),
        trace: programs.trace_size.map_or(default.trace, |n| n as usize),
        no_math: !programs.math.map(|s| s == Switch::On).or(settings.math).unwrap_or(user.on(Setting::Math)),
        limits: programs.profile.or(settings.profile).or(user_profile(user)).unwrap_or(Profile::Desktop).limits(),
    };
    let defaults = LoadDefaults {
        stack: programs.stack.or(settings.stack).or(given(Setting::Stack)).unwrap_or(LoadDefaults::default().stack),
        quantum: programs.quantum.or(settings.quantum).or(given(Setting::Quantum)).unwrap_or(1),
    };
    let again = scenario.again(&config, &defaults);
    let mut read = written::inputs(programs);
    if let Some(name) = &scenario.demo {
        let mut target = demo::target(name)?;
        target.set_kept(scenario.kept.clone());
        return Ok(Opened::new(target, scenario, again, read));
    }
    let mut target = Local::new(scenario.title(), config, defaults);
    set_history(&mut target, programs.history.or(given(Setting::HistoryMb)));
    if let Some(directory) = programs.fs.as_deref().or(settings.fs.as_deref()) {
        let left_out = target.import_files(directory).map_err(|e| e.to_string())?;
        for path in left_out {
            let path = path.display().to_string();
            output::note(&format_args!("hsxray: warning: {path} is neither a file nor a directory: left out"));
        }
    }
    target.set_sources(sources);
    target.set_kept(scenario.kept.clone());
    load(&mut target, &scenario, first)?;
    read.extend(scenario.programs.iter().flat_map(|(paths, _)| paths.clone()));
    Ok(Opened::new(target, scenario, again, read))
}

/// Loads the programs of a scenario; the bytes of the first one may have been read already.
fn load(target: &mut Local, scenario: &Scenario, mut first: Option<Vec<u8>>) -> Result<(), String> {
    for (paths, options) in &scenario.programs {
        let first = first.take();
        let program = explained(paths, target.or_kept(paths, || read_program(paths, first)))?;
        let (name, program) = (program.origin(), Arc::new(program));
        target.load(Arc::clone(&program), options.clone()).map_err(|e| format!("{name}: {e}"))?;
        if let Some(path) = paths.first() {
            target.note_program(path, &program);
        }
    }
    Ok(())
}

/// A file with its options; what follows the last colon is text also where that is not a valid name.
pub(super) fn argument(text: &OsStr) -> Result<(PathBuf, LoadOptions), String> {
    if let Some(text) = text.to_str() {
        return LoadOptions::argument(text);
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let bytes = text.as_bytes();
        let colon = bytes.iter().rposition(|b| *b == b':');
        let list = colon.and_then(|at| std::str::from_utf8(&bytes[at..]).ok()).filter(|list| list.contains('='));
        if let (Some(at), Some(list)) = (colon, list) {
            let (_, options) = LoadOptions::argument(list)?;
            return Ok((OsStr::from_bytes(&bytes[..at]).into(), options));
        }
    }
    Ok((text.into(), LoadOptions::default()))
}

/// The profile that the user has set.
fn user_profile(user: &ui::Settings) -> Option<Profile> {
    (user.get(Setting::Profile) == "embedded").then_some(Profile::Embedded)
}

/// Where the arguments say that sources are.
fn sources(programs: &Programs) -> Result<Sources, String> {
    let pair = |text: &String| {
        let (old, new) = text.split_once('=').ok_or_else(|| format!("--map {text}: OLD=NEW is expected"))?;
        Ok((old.to_owned(), new.to_owned()))
    };
    let moved = programs.map.iter().map(pair).collect::<Result<_, String>>()?;
    Ok(Sources { directories: programs.source.clone(), moved })
}

pub(super) fn set_history(target: &mut Local, megabytes: Option<u32>) {
    if let Some(megabytes) = megabytes {
        target.set_history(usize::try_from(u64::from(megabytes) << 20).unwrap_or(usize::MAX));
    }
}

/// Opens a recording.
fn recording(path: &Path, bytes: Vec<u8>, history: Option<u32>) -> Result<Opened, String> {
    let again = Again::recording(path, &bytes);
    let target = replayed(path, bytes, history)?;
    Ok(Opened::new(target, Scenario::default(), again, vec![path.to_owned()]))
}

/// The session that a recording has, run again.
fn replayed(path: &Path, bytes: Vec<u8>, history: Option<u32>) -> Result<Local, String> {
    let mut opening = Opening::default();
    let opened = Local::open_watched(bytes, &mut |turn, end| opening.at(turn, end));
    drop(opening);
    let mut target = opened.map_err(|e| format!("{}: {e}", path.display()))?;
    set_history(&mut target, history);
    Ok(target)
}

/// Opens the screen on a recording.
pub(super) fn replay(path: &Path, history: Option<u32>, front: &Front) -> ExitCode {
    let bytes = input::read(path, &FILE).map_err(|e| format!("{}: {e}", path.display()));
    let opened = bytes.and_then(|bytes| recording(path, bytes, history));
    opened.map_or_else(|e| unusable(&e), |opened| show(opened, front))
}

/// Reads a program, of which the bytes may be known already.
fn read_program(paths: &[PathBuf], bytes: Option<Vec<u8>>) -> Result<Program, ProgramError> {
    match (paths, bytes) {
        ([path], Some(bytes)) => Program::of(input::name(path), bytes),
        ([path], None) if input::is_standard(path) => {
            let bytes = input::read(path, &FILE);
            Program::of(input::name(path), bytes.map_err(|source| ProgramError::Read { path: path.clone(), source })?)
        }
        ([path], None) => Program::read(path),
        (sources, _) => Program::of_sources(sources),
    }
}

/// A program that was read: errors in a source are shown with their lines.
fn explained(paths: &[PathBuf], read: Result<Program, ProgramError>) -> Result<Program, String> {
    match read {
        Ok(program) => {
            for warning in &program.warnings {
                output::note(&format_args!("hsxray: warning: {warning}"));
            }
            Ok(program)
        }
        Err(ProgramError::Assemble(failure)) => {
            let color = super::asm::color();
            let names: Vec<String> = paths.iter().map(|path| input::name(path).display().to_string()).collect();
            let verb = if names.len() == 1 { "does" } else { "do" };
            Err(format!("{} {verb} not assemble\n{}", names.join(", "), failure.render(color)))
        }
        Err(e) => Err(e.to_string()),
    }
}

/// Opens the screen on programs, or on the first demo.
pub(super) fn screen(programs: &Programs, front: &Front) -> ExitCode {
    if programs.files.is_empty() {
        return demo("ping", front);
    }
    if let [link] = &programs.files[..]
        && let Some(Ok(Link::Lesson(name, page))) = link.to_str().filter(|text| share::is_link(text)).map(Link::read)
    {
        return learn::linked(&name, page, &front.looks);
    }
    let opened = config::load(&front.looks).and_then(|(user, _)| open(programs, &user));
    opened.map_or_else(|e| unusable(&e), |opened| show(opened, front))
}

/// Opens the screen on a demo.
pub(super) fn demo(name: &str, front: &Front) -> ExitCode {
    Opened::demo(name).map_or_else(|e| unusable(&e), |opened| show(opened, front))
}

/// Reads a script that is to be followed.
pub(super) fn read_script(path: &Path) -> Result<ui::ScriptPlayer, String> {
    let text = input::text(path, &SMALL_FILE).map_err(|e| format!("{}: {e}", path.display()))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(ui::ScriptPlayer::new(name, script::read(&text)))
}

fn show(mut opened: Opened, front: &Front) -> ExitCode {
    // In color-eyre's report a panic keeps its place; the hook is installed before the terminal's.
    if let Err(e) = color_eyre::install() {
        return unusable(&e);
    }
    let ready = saved::outputs(&opened, front).and_then(|()| front.log.as_deref().map_or(Ok(()), saved::log));
    let app = match ready.and_then(|()| opened.scenario.first_commands(&mut opened.target)) {
        Ok(()) => config::app(&front.looks),
        Err(e) => Err(e),
    };
    let keeps_stops = app.as_ref().is_ok_and(|app| app.settings.on(Setting::KeepStops));
    let mut problems = std::mem::take(&mut opened.problems);
    problems.extend(opened.target.forget_kept());
    if keeps_stops && !opened.recovered {
        problems.extend(kept_stops::restore(&mut opened));
    }
    let stops = if keeps_stops { kept_stops::place(&opened.read) } else { None };
    let script = front.script.as_deref().map(read_script).transpose();
    front.script.iter().for_each(|path| opened.target.note_read(path));
    let (mut app, script) = match app.and_then(|app| Ok((app, script?))) {
        Ok(both) => both,
        Err(e) => return unusable(&e),
    };
    app.warn(&problems);
    let (standing, dropped) = &opened.standing;
    if standing != &Standing::default() || !dropped.is_empty() {
        app.look(&opened.target.look(&Want::default()));
        app.stand(standing, dropped);
    }
    if let Some(failure) = &opened.target.failure {
        app.answer(&format!("recorded failure: {failure}"));
    }
    // A script shows its own texts.
    app.view.notices.welcome &= script.is_none();
    app.script = script;
    if opened.target.position().rate.is_none()
        && let Some(hz) = app.settings.given(Setting::Rate).filter(|hz| *hz > 0)
        && let Err(e) = opened.target.send(Run::Rate(Some(hz)).into())
    {
        return unusable(&e);
    }
    if !app.settings.on(Setting::DeadlockStops)
        && let Err(e) = opened.target.send(Run::DeadlockStops(false).into())
    {
        return unusable(&e);
    }
    if !front.plain && std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return unusable(&"this terminal cannot move a cursor (TERM is dumb): hsxray --plain works line by line");
    }
    let usual = || app.settings.on(Setting::Save).then(recover::usual_place).flatten();
    let save = front.save.clone().or_else(usual);
    if save.is_some() {
        app.saves_at_the_end();
    }
    if front.plain {
        return plain::run(opened, app, save.as_deref());
    }
    let Opened { target, scenario, again, .. } = opened;
    let mut shown = match shown(target, scenario, front, &mut app) {
        Ok(shown) => shown,
        Err(e) => return unusable(&e),
    };
    let record = ui::Record::default();
    crash::watch(again.clone(), record.clone());
    let keeper = recover::Keeper::start(again, record.clone());
    match shown.run(&mut app, record) {
        Ok(left) => {
            if let Some(keeper) = keeper.filter(|_| left == Left::Asked) {
                keeper.end();
            }
            let target = shown.local();
            if let Some(place) = stops.filter(|_| app.settings.on(Setting::KeepStops)) {
                kept_stops::keep(&target, &place);
            }
            config::keep(app);
            match (left, save_session(target, save.as_deref())) {
                (Left::Signal(signal), _) => ended_by(signal),
                (Left::Asked, code) => code,
            }
        }
        Err(e) => unusable(&e),
    }
}
