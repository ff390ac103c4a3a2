//! The beginning of a session and its end.

use super::elsewhere::Elsewhere;
use super::permits::Leave;
use super::run::Motion;
use super::{Adapter, Failed, Machine, failed};
use crate::backend::Request;
use crate::backend::Want;
use crate::backend::request::{File, Places, Run, ScheduleRun};
use crate::command;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Turns that the lines of `init` may take together: they are carried out before the client can pause anything.
const INIT_TURNS: u64 = 50_000_000;

/// What a client asks to be loaded, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Launch {
    /// One program, scenario or recording.
    pub program: Option<String>,
    /// Programs, each a task: FILE, or FILE:stack=512,quantum=2,name=x.
    pub programs: Vec<String>,
    /// A built-in demo.
    pub demo: Option<String>,
    /// The directory that paths are relative to; the adapter's own if left out.
    pub cwd: Option<PathBuf>,
    /// Whether to stop before the first turn.
    pub stop_on_entry: bool,
    /// Bytes of stack for each task.
    pub stack: Option<u32>,
    /// Turns in a row for each task.
    pub quantum: Option<u32>,
    /// Whether stores into other tasks' registers and stacks are refused.
    pub protect: Option<bool>,
    /// Virtual microseconds a turn takes.
    pub turn_us: Option<u64>,
    /// Megabytes for going back in time.
    pub history: Option<u32>,
    /// Directories in which sources are looked for.
    pub source: Vec<PathBuf>,
    /// OLD=NEW for sources that have moved.
    pub map: Vec<String>,
    /// A directory that is copied into the machine's file tree.
    pub fs: Option<PathBuf>,
    /// Turns a second; full speed if left out.
    pub rate: Option<u64>,
    /// Lines of commands to be carried out first.
    pub init: Vec<String>,
    /// A schedule to follow, from a file.
    pub schedule: Option<PathBuf>,
    /// Where the session is saved when it ends, as a recording.
    pub save: Option<PathBuf>,
    /// Whether the session ends when every task has; otherwise it stops there, and one can go back.
    pub end_at_exit: bool,
    /// Run without debugging: nothing stops it, and the session ends when nothing runs any more.
    pub no_debug: bool,
    /// What the server asks for.
    pub token: Option<String>,
}

impl Default for Launch {
    fn default() -> Launch {
        Launch {
            program: None,
            programs: Vec::new(),
            demo: None,
            cwd: None,
            stop_on_entry: true,
            stack: None,
            quantum: None,
            protect: None,
            turn_us: None,
            history: None,
            source: Vec::new(),
            map: Vec::new(),
            fs: None,
            rate: None,
            init: Vec::new(),
            schedule: None,
            save: None,
            end_at_exit: false,
            no_debug: false,
            token: None,
        }
    }
}

impl Launch {
    /// A path of it, from the directory that paths are relative to.
    #[must_use]
    pub fn path(&self, path: impl Into<PathBuf>) -> PathBuf {
        let path = path.into();
        self.cwd.as_ref().map_or_else(|| path.clone(), |cwd| cwd.join(&path))
    }

    /// A run of all tasks from a turn on: from the first one by the schedule, if there is one.
    pub(super) fn run(&self, turn: u64) -> Request {
        match self.schedule.as_ref().filter(|_| turn == 0) {
            Some(file) => {
                let path = self.path(file).to_string_lossy().into_owned();
                ScheduleRun::Start { places: Places::File(path), limit: None }.into()
            }
            None => Run::ON.into(),
        }
    }

    /// Where sources are looked for of programs that come without files, in a recording.
    fn elsewhere(&self) -> Result<Elsewhere, Failed> {
        let found = Elsewhere::new(self.cwd.as_deref(), &self.source, &self.map).map_err(Failed)?;
        Ok(match self.files().first() {
            Some(file) => found.beside(file),
            None => found,
        })
    }

    /// The programs as they stand on a command line.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.program.iter().chain(&self.programs).map(|file| self.path(file)).collect()
    }
}

/// `launch`.
pub(super) fn launch(adapter: &mut Adapter<'_>, launch: Launch) -> Result<Value, Failed> {
    if adapter.machine.is_some() {
        return failed("a program is launched already: restart begins again");
    }
    adapter.permit(launch.token.as_deref())?;
    let elsewhere = launch.elsewhere()?;
    let machine = open(adapter, &launch)?;
    adapter.sources.elsewhere = elsewhere;
    adapter.begin_with(machine, launch);
    adapter.report_news();
    adapter.say("initialized", Value::Null);
    Ok(Value::Null)
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (x, y)| all | (x ^ y)) == 0
}

/// Loads what is asked for, and carries its first lines out.
fn open(adapter: &mut Adapter<'_>, launch: &Launch) -> Result<Machine, Failed> {
    if launch.files().is_empty() && launch.demo.is_none() {
        return failed(
            "\"program\" is expected in the launch configuration: an image, a source, a scenario or a recording",
        );
    }
    adapter.leave.permit_launch(launch)?;
    let mut machine = (adapter.open)(launch).map_err(Failed)?;
    if let Some(rate) = launch.rate {
        machine.target.send(Run::Rate(Some(rate).filter(|hz| *hz > 0)).into())?;
    }
    for line in &launch.init {
        let said = init(&adapter.leave, &mut machine, line)?;
        adapter.say("output", json!({ "category": "console", "output": said }));
    }
    Ok(machine)
}

/// Carries out a line before the session begins; its answers.
fn init(leave: &Leave, machine: &mut Machine, line: &str) -> Result<String, Failed> {
    let mut said = String::new();
    for words in command::split(line).map_err(|e| Failed(format!("init: {line}: {e}")))? {
        let reply = leave.execute(&mut *machine.target, None, words, None);
        let reply = reply.map_err(|e| Failed(format!("init: {line}: {e}")))?;
        if !reply.started {
            said += &format!("{}\n", reply.text);
            continue;
        }
        let last = machine.target.position().turn.saturating_add(INIT_TURNS);
        while (machine.pump)(&mut *machine.target, 100_000) {
            if machine.target.position().turn >= last {
                machine.target.send(Run::Pause.into())?;
            }
        }
        said += &format!("{}\n", command::run_reply(&machine.target.look(&Want::lists())).text);
    }
    Ok(said)
}

/// `configurationDone`.
pub(super) fn configuration_done(adapter: &mut Adapter<'_>, _: Value) -> Result<Value, Failed> {
    if std::mem::replace(&mut adapter.configured, true) {
        return Ok(Value::Null);
    }
    begin(adapter)?;
    Ok(Value::Null)
}

/// Stops at the entry, or runs.
fn begin(adapter: &mut Adapter<'_>) -> Result<(), Failed> {
    if adapter.is_shared() {
        adapter.joined();
        return Ok(());
    }
    let launch = adapter.launch.clone().unwrap_or_default();
    if launch.stop_on_entry && adapter.debugs() {
        adapter.stop_now("entry", None, None);
        return Ok(());
    }
    adapter.start(launch.run(0), Motion::Run)
}

/// What a client sends with `restart`: the launch configuration, which may have changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Restart {
    arguments: Option<Launch>,
}

/// `restart`.
pub(super) fn restart(adapter: &mut Adapter<'_>, restart: Restart) -> Result<Value, Failed> {
    let Some(launch) = restart.arguments.or_else(|| adapter.launch.clone()) else {
        return failed("no program is launched yet");
    };
    let elsewhere = launch.elsewhere()?;
    let machine = open(adapter, &launch)?;
    adapter.sources.elsewhere = elsewhere;
    adapter.begin_with(machine, launch);
    adapter.set_on_another_machine()?;
    adapter.report_news();
    begin(adapter)?;
    Ok(Value::Null)
}

/// `terminate`.
pub(super) fn terminate(adapter: &mut Adapter<'_>, _: Value) -> Result<Value, Failed> {
    // A machine of others continues without this client.
    if !adapter.is_shared()
        && let Ok(target) = adapter.target()
    {
        target.send(Run::Pause.into())?;
    }
    adapter.end_progress();
    adapter.motion = None;
    adapter.end();
    Ok(Value::Null)
}

/// `disconnect`.
pub(super) fn disconnect(adapter: &mut Adapter<'_>, _: Value) -> Result<Value, Failed> {
    adapter.end_progress();
    adapter.over = true;
    Ok(Value::Null)
}

impl Adapter<'_> {
    /// Refuses a client that does not name the token, where one is asked for.
    pub(super) fn permit(&self, given: Option<&str>) -> Result<(), Failed> {
        match &self.token {
            Some(token) if !same(token.as_bytes(), given.unwrap_or_default().as_bytes()) => {
                failed("this server asks for its token: \"token\" in the launch configuration")
            }
            _ => Ok(()),
        }
    }

    /// Begins with a machine, in place of the one before.
    fn begin_with(&mut self, machine: Machine, launch: Launch) {
        self.end_progress();
        self.machine = Some(machine);
        if launch.no_debug {
            self.filters.switch_off();
        }
        self.launch = Some(launch);
        self.motion = None;
        self.commands.clear();
        (self.console_seen, self.branches, self.ended, self.stop) = (0, 0, false, None);
        self.read.clear();
        self.forget();
    }

    /// Whether the client debugs, and does not only run.
    pub(super) fn debugs(&self) -> bool {
        !self.launch.as_ref().is_some_and(|launch| launch.no_debug)
    }

    /// The debuggee is at its end, which is said once.
    pub(super) fn end(&mut self) {
        self.stop = None;
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let code = self.look().ok().and_then(|now| now.tasks.iter().find_map(|task| task.exit_status));
        self.say("exited", json!({ "exitCode": code.unwrap_or(0) }));
        self.say("terminated", Value::Null);
    }

    /// Writes the session to the file that the client has named.
    pub(super) fn save(&mut self) {
        let path = self.launch.as_ref().and_then(|launch| launch.save.as_ref().map(|path| launch.path(path)));
        let (Some(path), Some(machine)) = (path, &mut self.machine) else { return };
        let mut record = || -> Result<(), Failed> {
            self.leave.permit(Some(&path))?;
            machine.target.send(Run::Pause.into())?;
            machine.target.send(File::Record(path.to_string_lossy().into_owned()).into())?;
            Ok(())
        };
        if let Err(Failed(why)) = record() {
            self.events.push(super::Event::important(format!("hsxray: {why}\n")));
        }
    }
}
