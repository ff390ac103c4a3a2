//! Breakpoints and log points: where they stand, by address or by name in each program that has it.

use super::reply::CommandError;
use super::stops::{Condition, Scope};
use super::words::Word;
use super::{Call, Meaning};
use crate::backend::request::{self, NewStop, Stop};
use crate::backend::{Names, Pid, Request, TaskView, application};

/// `break PLACE [-p PID] [if EXPR]`.
pub(super) fn set_break(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.is_empty() {
        return Ok(super::stops::list(call, None).into());
    }
    place(call, false).map(Meaning::Request)
}

pub(super) fn tbreak(call: &mut Call<'_>) -> Result<Request, CommandError> {
    place(call, true)
}

/// `logpoint PLACE TEXT [-p PID] [if EXPR]`.
pub(super) fn logpoint(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let asked = Asked::take(call)?;
    let (text, column) = match call.args.len() {
        0 => return Err(call.usage()),
        1 => call.args.word("a text")?.quoted_text(),
        _ => call.args.rest_in_place(),
    };
    asked.request(call, false, Some((text, column)))
}

fn place(call: &mut Call<'_>, temporary: bool) -> Result<Request, CommandError> {
    let asked = Asked::take(call)?;
    call.args.done()?;
    asked.request(call, temporary, None)
}

/// Where a breakpoint is to stand, and whose it is.
#[derive(Debug, Clone)]
struct Site {
    /// Its address; `None` until the task is loaded.
    pc: Option<u32>,
    pid: Option<Pid>,
    app: Option<String>,
}

/// `PLACE [-p PID] [if EXPR]`, the place being looked up.
struct Asked {
    sites: Vec<Site>,
    named: Option<String>,
    condition: Option<Condition>,
}

impl Asked {
    fn take(call: &mut Call<'_>) -> Result<Asked, CommandError> {
        let Scope { pid, app, condition } = Scope::take(call)?;
        call.name_line(pid);
        let is_name = |word: &str| !word.starts_with('*') && super::parse::number(&Word::plain(word, 0)).is_err();
        let named = call.args.peek().filter(|word| is_name(word)).map(str::to_owned);
        let sites = match &named {
            Some(name) => {
                let sites = sites(call, name, pid, app.as_deref());
                let word = call.args.word("a code address or label")?;
                if sites.is_empty() && !is_there(call, pid, app.as_deref()) {
                    return Ok(Asked { sites: vec![Site { pc: None, pid, app }], named, condition });
                }
                if sites.is_empty() {
                    // It says what is there.
                    super::parse::code_address(&word, &call.now, pid)?;
                    return Err(CommandError::at(word.column, format!("no task has {name}")));
                }
                for (pc, site) in sites.iter().filter_map(|site| Some((site.pc?, site))) {
                    begins(call, pc, site.pid).map_err(|e| CommandError { column: Some(word.column), ..e })?;
                }
                sites
            }
            None => {
                let column = call.args.column();
                let places = call.stop_places(pid)?;
                for pc in &places {
                    begins(call, *pc, pid).map_err(|e| CommandError { column: Some(column), ..e })?;
                }
                places.into_iter().map(|pc| Site { pc: Some(pc), pid, app: app.clone() }).collect()
            }
        };
        Ok(Asked { sites, named, condition })
    }

    fn request(
        self,
        call: &mut Call<'_>,
        temporary: bool,
        log: Option<(String, usize)>,
    ) -> Result<Request, CommandError> {
        let mut stops = Vec::new();
        for Site { pc, pid, app } in self.sites {
            let names = pc.map_or(Names::Innermost, Names::At);
            let condition = Scope::check(call, self.condition.clone(), pid, names)?;
            if let Some((text, column)) = &log {
                call.check_log(text, *column, pid, names)?;
            }
            let (named, log) = (self.named.clone(), log.as_ref().map(|(text, _)| text.clone()));
            let on = pc.map_or(request::On::Awaited, request::On::Instruction);
            stops.push(NewStop { on, pid, app, condition, temporary, named, log });
        }
        match <[NewStop; 1]>::try_from(stops) {
            Ok([one]) => Ok(Stop::Set(one).into()),
            Err(all) => Ok(Stop::SetAll(all).into()),
        }
    }
}

/// Whether a task is loaded that a stop is for.
fn is_there(call: &Call<'_>, pid: Option<Pid>, app: Option<&str>) -> bool {
    match (pid, app) {
        (Some(pid), _) => call.now.task(pid).is_some(),
        (None, Some(app)) => call.now.tasks.iter().any(|t| application(&t.name) == app),
        (None, None) => true,
    }
}

/// The places that a name stands for, each with whose it is: every task that has it stops there.
fn sites(call: &Call<'_>, name: &str, pid: Option<Pid>, app: Option<&str>) -> Vec<Site> {
    let meant = |t: &&TaskView| pid.is_none_or(|pid| pid == t.pid) && app.is_none_or(|app| app == application(&t.name));
    let mut owners: Vec<(u32, Vec<&TaskView>)> = Vec::new();
    for task in call.now.tasks.iter().filter(meant) {
        for pc in call.places_in(name, task) {
            match owners.iter_mut().find(|(at, _)| *at == pc) {
                Some((_, tasks)) => tasks.push(task),
                None => owners.push((pc, vec![task])),
            }
        }
    }
    let sites = owners.into_iter().flat_map(|(pc, owners)| match pid {
        Some(_) => vec![Site { pc: Some(pc), pid, app: None }],
        None => whose(&call.now.tasks, &owners, app.is_some(), pc),
    });
    sites.collect()
}

/// Whose a place is that some tasks have: that of all tasks, of all instances of an application, or of single tasks.
fn whose(tasks: &[TaskView], owners: &[&TaskView], one_app: bool, pc: u32) -> Vec<Site> {
    if owners.len() == tasks.len() && !one_app {
        return vec![Site { pc: Some(pc), pid: None, app: None }];
    }
    let instances =
        |app: &str, all: &mut dyn Iterator<Item = &TaskView>| all.filter(|t| application(&t.name) == app).count();
    let mut sites: Vec<Site> = Vec::new();
    for task in owners {
        let app = application(&task.name);
        let mine = instances(app, &mut owners.iter().copied());
        let site = match mine > 1 && mine == instances(app, &mut tasks.iter()) {
            true => Site { pc: Some(pc), pid: None, app: Some(app.to_owned()) },
            false => Site { pc: Some(pc), pid: Some(task.pid), app: None },
        };
        if !sites.iter().any(|s| (s.pid, &s.app) == (site.pid, &site.app)) {
            sites.push(site);
        }
    }
    sites
}

/// `*EXPR`: the address that an expression evaluates to.
pub(super) fn computed(call: &mut Call<'_>, pid: Option<Pid>) -> Result<u32, CommandError> {
    let (text, column) = call.args.rest_in_place();
    let (text, column) = (text.trim_start_matches('*').to_owned(), column + 1);
    let value = call.integer_of_c(&text, column, pid.or(call.selected))?;
    let pc = u32::try_from(value).ok().filter(|pc| *pc <= 0xFFFF);
    pc.ok_or_else(|| CommandError::at(column, "a code address from 0 to 0xFFFF is expected"))
}

/// An instruction of a task must begin there: what runs to it, looks for it in the past or lists it can do nothing else.
pub(super) fn stands(call: &Call<'_>, pc: u32, pid: Pid) -> Result<(), CommandError> {
    begins(call, pc, Some(pid))?;
    is_code(call, pc, pid)
}

/// An address must lie in the code of a task.
pub(super) fn is_code(call: &Call<'_>, pc: u32, pid: Pid) -> Result<(), CommandError> {
    let listing = &call.task(pid)?.listing;
    match listing.rows.is_empty() || listing.begins_at(pc).is_some() {
        true => Ok(()),
        false => Err(CommandError::new(format!(
            "task {pid} has no instruction at 0x{pc:04X}: its code ends at 0x{:04X}",
            listing.code_len.saturating_sub(1)
        ))),
    }
}

/// The same for a word of the line, which is marked.
pub(super) fn stands_at(call: &Call<'_>, pc: u32, pid: Pid, column: usize) -> Result<(), CommandError> {
    stands(call, pc, pid).map_err(|e| CommandError { column: Some(column), ..e })
}

/// An instruction must begin there, in a program of the tasks that are meant that has the address.
pub(super) fn begins(call: &Call<'_>, pc: u32, pid: Option<Pid>) -> Result<(), CommandError> {
    if !pc.is_multiple_of(4) {
        return Err(CommandError::new(format!("0x{pc:04X} is not the start of a word: a multiple of 4 is expected")));
    }
    let meant = call.now.tasks.iter().filter(|t| pid.is_none_or(|pid| pid == t.pid));
    let (mut inside, mut begins) = (None, false);
    for listing in meant.map(|t| &t.listing) {
        match listing.begins_at(pc) {
            Some(true) => begins = true,
            Some(false) => inside = inside.or(listing.row_at(pc).and_then(|at| listing.rows.get(at))),
            None => {}
        }
    }
    match inside.filter(|_| !begins) {
        Some(row) => Err(CommandError::new(format!(
            "0x{pc:04X} is the second word of {} at 0x{:04X}: no instruction begins there",
            row.mnemonic, row.address
        ))),
        None => Ok(()),
    }
}
