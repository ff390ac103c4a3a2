//! Following: another hsxray does what this machine does, request by request, and so is at the same state.
//!
//! A machine is plain data that changes only by turns and requests. With its recording, and each request with the turn
//! it was carried out at, all of it is there: its past, its waits, its searches.

use super::{Call, Handled, Reply, Server, member, refuse};
use crate::backend::kept::ReadProgram;
use crate::backend::request::Run;
use crate::backend::target::{Caps, Position};
use crate::backend::{Answer, Inspect, Local, Refused, Request, Setup, Snapshot, Target, Want, host};
use serde_json::{Value, json};
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// The kind of events that followers subscribe to by its name.
pub(in crate::remote) const JOURNAL: &str = "hx_journal";

/// How often it is reported how far a run has come.
const PROGRESS: Duration = Duration::from_millis(10);

/// What followers know of the run.
#[derive(Debug, Default)]
pub(super) struct Reported {
    turn: u64,
    running: bool,
    at: Option<Instant>,
}

/// A machine that can be followed.
pub struct Followed {
    /// The machine itself.
    pub local: Local,
    done: Sender<Value>,
}

/// What was done to a machine that is followed.
pub struct Requests(Receiver<Value>);

impl Followed {
    /// Lets a machine be followed.
    #[must_use]
    pub fn new(local: Local) -> (Followed, Requests) {
        let (done, requests) = channel();
        (Followed { local, done }, Requests(requests))
    }

    fn note(&self, data: Value) {
        // If nothing serves any more, nothing follows.
        let _ = self.done.send(data);
    }
}

impl Target for Followed {
    fn caps(&self) -> Caps {
        self.local.caps()
    }

    fn send(&mut self, request: Request) -> Result<Answer, Refused> {
        let turn = self.local.position().turn;
        // What reads files of the host is not the same elsewhere: followers begin again from a recording.
        let read = matches!(request, Request::File(_)) || !request.files().is_empty();
        let noted =
            request.is_journaled().then(|| if read { json!({ "again": true }) } else { json!({ "request": request }) });
        let answer = Target::send(&mut self.local, request)?;
        if let Some(mut noted) = noted {
            noted["turn"] = json!(turn);
            self.note(noted);
        }
        Ok(answer)
    }

    fn begin(&mut self, setup: Setup) -> Result<(), Refused> {
        self.local.begin(setup)?;
        self.note(json!({ "again": true, "turn": 0 }));
        Ok(())
    }

    fn pump(&mut self, turns: u64) -> bool {
        self.local.pump(turns)
    }

    fn position(&self) -> Position {
        self.local.position()
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        self.local.inspect()
    }

    fn here(&self) -> Option<&Local> {
        Some(&self.local)
    }

    fn note_read(&mut self, path: &Path) {
        self.local.note_read(path);
    }

    fn has_read(&self, path: &Path) -> bool {
        self.local.has_read(path)
    }

    fn read_programs(&self) -> &[ReadProgram] {
        self.local.read_programs()
    }

    fn look(&mut self, want: &Want) -> Arc<Snapshot> {
        self.local.look(want)
    }
}

impl Server {
    /// Lets clients follow what is done to the machine.
    pub fn follow(&mut self, requests: Requests) {
        self.requests = Some(requests);
    }

    /// Reports to followers what was done, and how far a run has come.
    pub(super) fn report_to_followers(&mut self, target: &dyn Target) {
        let Some(Requests(requests)) = &self.requests else { return };
        let mut done: Vec<Value> = requests.try_iter().collect();
        for data in &mut done {
            self.index += 1;
            data["index"] = json!(self.index);
        }
        let Position { turn, running, .. } = target.position();
        let reported = &mut self.reported;
        let ended = !running && (reported.running || reported.turn != turn || !done.is_empty());
        if ended || running && reported.turn != turn && reported.at.is_none_or(|at| at.elapsed() >= PROGRESS) {
            let mut progress = json!({ "turn": turn });
            if ended {
                progress["ended"] = json!(true);
            }
            done.push(progress);
            *reported = Reported { turn, running, at: Some(Instant::now()) };
        }
        reported.running = running;
        for data in done {
            self.streams.send(JOURNAL, &data);
        }
    }
}

/// `hx` with a request as data: it is carried out, and a run that it starts continues by itself.
pub(super) fn request(mut call: Call<'_>) -> Handled {
    let value = call.arguments.get("request").cloned().unwrap_or_default();
    let request: Request = match serde_json::from_value(value) {
        Ok(request) => request,
        Err(e) => return refuse(format!("the request cannot be read: {e}")),
    };
    call.server.sessions.check_all(call.session)?;
    call.server.permits(request.files())?;
    let runs = matches!(&request, Request::Run(run) if run.takes_turns()) || matches!(request, Request::Schedule(_));
    let endless = request == Request::RUN;
    if runs && let Some(hold) = call.server.states.hold {
        call.server.release(call.target, hold);
    }
    call.send(request)?;
    if call.target.position().running {
        call.server.clock_runs(!endless);
    }
    call.server.notice(call.target);
    call.server.report_to_followers(call.target);
    member("index", call.server.index)
}

/// The files that the programs of tasks were read from.
fn program_files(local: &Local) -> Vec<PathBuf> {
    let tasks = local.machine().tasks().iter();
    tasks.filter_map(|task| host::canonical(local.program(task.pid)?.path()?)).collect()
}

/// `hx` with `recording`: the machine as a recording, to be followed from there on.
pub(super) fn recording(mut call: Call<'_>) -> Handled {
    if call.server.step.is_some() || call.server.clock_is_bounded() {
        return refuse("busy: a run is under way, ask again");
    }
    let running = call.target.position().running;
    if running {
        call.send(Run::Pause)?;
    }
    call.server.report_to_followers(call.target);
    let recording = call.local()?.recording()?;
    let position = call.target.position();
    let mut reply = json!({ "recording": recording.text(), "index": call.server.index, "turn": position.turn });
    // A recording holds texts: followers on this computer find the files themselves.
    reply["files"] = program_files(call.local()?).iter().map(|path| path.to_string_lossy().into_owned()).collect();
    // The clock continues with a run of its own, which followers hear of.
    call.server.nudge(call.target);
    Ok(Reply::Now(reply))
}
