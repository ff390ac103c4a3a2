//! Programs judged by what is required of them, over all schedules from where a session stands.

use super::explore::many;
use super::{Local, Pid, Program, Value};
use crate::executive::services::service;
use crate::explore::{
    self, Along, Background, Bound, Broken, Checks, Defect, Exam, ExamVerdict, ExploreError, Failure, FailureKind,
    Options, Schedule, ScopedExpr, WorkState,
};
use crate::isa::{Form, Insn};
use crate::session::TurnSource;
use crate::session::expr::Expr;

/// What is required of programs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Requirements {
    /// What must hold in every state.
    pub always: Vec<Expr>,
    /// What must hold at every end.
    pub finally: Vec<Expr>,
    /// No two tasks may stand in front of accesses that race.
    pub norace: bool,
    /// From every state an end must be within reach in which every task has returned.
    pub returns: bool,
    /// Turns after which strict rotation must have ended.
    pub turns: Option<u64>,
}

/// What a program may consist of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allowance {
    /// Instructions.
    pub instructions: Option<u64>,
    /// Bytes of code and data.
    pub bytes: Option<u64>,
    /// Names of the services that it may call, as in the service table; any if left out.
    pub services: Option<Vec<String>>,
}

/// What came of judging.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// All that is required holds in every schedule.
    Passed {
        /// States that were looked at.
        states: u64,
    },
    /// Something does not.
    Failed(Box<Failing>),
    /// It was not found out: why.
    Undecided(String),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Failing {
    /// What kind of requirement it is.
    pub kind: Required,
    /// What is wrong, in words; may hold anything a program says.
    pub what: String,
    /// The shortest schedule that was found, if one shows it.
    pub schedule: Vec<(Pid, u64)>,
    /// How it could have been avoided, in words.
    pub way_out: Option<String>,
    /// Turns of the schedule after which another choice would have been right.
    pub switch: Option<u64>,
}

macro_rules! required {
    ($($id:ident $name:literal $about:literal;)*) => {
        /// What can be required of a program, and what it must never do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Required { $(#[doc = $about] $id),* }

        impl Required {
            /// All of them.
            pub const ALL: &[Required] = &[$(Required::$id),*];

            /// Its name in lessons and reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Required::$id => $name),* }
            }
        }
    };
}

required! {
    Assembles "assembles" "It assembles.";
    Uses "uses" "It uses no more than it may.";
    NoFault "fault" "No task faults.";
    NoBrk "brk" "No task reaches a BRK.";
    NoDeadlock "deadlock" "No tasks wait for ever.";
    Always "always" "An expression is true in every state.";
    Finally "finally" "An expression is true at every end.";
    NoRace "norace" "In no state do two tasks stand in front of accesses that race.";
    Returns "returns" "From every state an end can be reached in which every task has returned.";
    Turns "turns" "Strict rotation ends soon enough.";
    Breaks "breaks" "It makes a wrong program fail.";
}

impl Required {
    const fn of(kind: FailureKind) -> Required {
        match kind {
            FailureKind::Fault => Required::NoFault,
            FailureKind::Deadlock => Required::NoDeadlock,
            FailureKind::Brk => Required::NoBrk,
            FailureKind::Always => Required::Always,
            FailureKind::Finally => Required::Finally,
            FailureKind::Race => Required::NoRace,
        }
    }
}

impl Failing {
    /// Something that no schedule shows.
    #[must_use]
    pub fn plainly(kind: Required, what: String) -> Failing {
        Failing { kind, what, schedule: Vec::new(), way_out: None, switch: None }
    }

    /// All of it in a few sentences.
    #[must_use]
    pub fn sentences(&self) -> String {
        let schedule: Schedule = self.schedule.iter().copied().collect();
        let mut out = self.what.clone();
        if schedule.turns() > 0 {
            let turns = many(schedule.turns(), "turn", "turns");
            out += &format!(" {turns} with {} lead there.", many(schedule.switches(), "switch", "switches"));
        }
        self.way_out.iter().for_each(|way| out += &format!(" {way}"));
        out
    }
}

/// A failure as a sentence.
fn said(failure: &Failure) -> String {
    let detail = &failure.detail;
    match failure.kind {
        FailureKind::Fault => format!("A task faults: {detail}."),
        FailureKind::Deadlock => format!("Tasks wait for ever: {detail}."),
        FailureKind::Brk => format!("A BRK is reached: {detail}."),
        FailureKind::Always => format!("On the way {detail}."),
        FailureKind::Finally => format!("At the end {detail}."),
        FailureKind::Race => format!("Two accesses race: {detail}."),
    }
}

/// Turns of a schedule that is tried, at most.
const LONGEST: u64 = 100_000;

/// Whether to continue; asked now and then.
pub type GoOn<'a> = dyn Fn() -> bool + Sync + 'a;

impl Local {
    /// Judges the programs over all schedules from where the session stands. Names without a task are those of the first.
    #[must_use]
    pub fn examine(&self, required: &Requirements, go_on: &GoOn<'_>) -> Verdict {
        let exam = self.exam(required);
        match explore::exam(self.machine(), &exam, go_on) {
            Ok(ExamVerdict::Passed { states }) => Verdict::Passed { states },
            Ok(ExamVerdict::Failed(broken)) => Verdict::Failed(Box::new(self.failing(&exam, *broken))),
            Ok(ExamVerdict::Undecided(Bound::Stopped)) => Verdict::Undecided("it was stopped".into()),
            Ok(ExamVerdict::Undecided(bound)) => Verdict::Undecided(format!(
                "not all schedules could be tried, the bound on {} was reached",
                bound.name()
            )),
            Err(e) => Verdict::Undecided(e.to_string()),
        }
    }

    fn exam(&self, required: &Requirements) -> Exam {
        let Requirements { always, finally, norace, returns, turns } = required;
        let pid = self.first_pid();
        let asked =
            |exprs: &[Expr]| exprs.iter().map(|expr| ScopedExpr { expr: self.bound(expr.clone(), pid), pid }).collect();
        let checks = Checks {
            always: asked(always),
            finally: asked(finally),
            returns: *returns,
            norace: *norace,
            sync: self.session.declared.sync.clone(),
            ..Checks::default()
        };
        Exam { checks, returns: *returns, turns: *turns, ..Exam::default() }
    }

    /// Follows a schedule from here: what fails first on it, or that nothing does.
    ///
    /// # Errors
    /// The text is not a list of turns that this machine can take, with the place.
    pub fn try_schedule(&self, text: &str, required: &Requirements) -> Result<Verdict, String> {
        let source = TurnSource::parse(text).map_err(|e| e.to_string())?;
        let places = source.list().unwrap_or_default();
        if places.iter().fold(0u64, |sum, (_, turns)| sum.saturating_add(*turns)) > LONGEST {
            return Err(format!("the schedule has more than {LONGEST} turns"));
        }
        let schedule: Schedule = places.into_iter().collect();
        let exam = self.exam(required);
        let Along { turns, failure } = explore::along(self.machine(), &exam.checks, &schedule, &|_| true);
        match failure {
            Some(failure) => {
                let broken =
                    Broken { what: Defect::Failure(failure), schedule: schedule.first(turns), avoidable: None };
                Ok(Verdict::Failed(Box::new(self.failing(&exam, broken))))
            }
            None if turns < schedule.turns() => {
                let pid = schedule.each().nth(usize::try_from(turns).unwrap_or(usize::MAX)).unwrap_or_default();
                Err(format!("task {pid} cannot take turn {} of the schedule: it waits or has ended", turns + 1))
            }
            None => Ok(Verdict::Passed { states: turns + 1 }),
        }
    }

    fn failing(&self, exam: &Exam, Broken { what, schedule, avoidable }: Broken) -> Failing {
        let options = Options { checks: exam.checks.clone(), ..Options::default() };
        let (kind, what) = match what {
            Defect::Failure(failure) => (Required::of(failure.kind), said(&failure)),
            Defect::NoEnd => {
                let what = if schedule.turns() > 0 { "From there no" } else { "No" };
                (Required::Returns, format!("{what} schedule ends: tasks run for ever."))
            }
            Defect::Slow(most) => {
                let what = format!("Strict rotation has not ended after {most} turns.");
                return Failing { schedule: schedule.parts().to_vec(), ..Failing::plainly(Required::Turns, what) };
            }
        };
        // Of tasks that run for ever the last step is the one that matters; else it is searched for.
        let searched = kind != Required::Returns;
        let view = searched.then(|| self.last_exit(&options, &schedule)).flatten();
        let decides = match avoidable {
            Some(turn) => self.deciding_turn(&schedule, turn),
            None => view.as_ref().and_then(|view| view.decides.clone()),
        };
        let switch = avoidable.or_else(|| view.and_then(|view| view.fate.last_exit).map(|way| way.after));
        let other = || self.critical_switch(&options, &schedule).filter(|_| searched);
        let from = self.machine().turns();
        let way_out = match decides {
            Some(turn) => Some(format!("Avoidable until turn {}: {turn}.", turn.turn - from)),
            None => {
                other().map(|way| format!("Another choice after turn {} passes; there may be later ones.", way.turn))
            }
        };
        Failing { kind, what, schedule: schedule.parts().to_vec(), way_out, switch }
    }

    /// What an expression evaluates to at the end of a schedule from here.
    #[must_use]
    pub fn value_after(&self, schedule: &[(Pid, u64)], expr: &Expr) -> Option<Value> {
        let schedule: Schedule = schedule.iter().copied().collect();
        let there = self.along(&schedule).ok()?;
        there.evaluate(expr, self.first_pid()).ok()
    }
}

/// Work that is done in the background. Clones share it; it is stopped when the last of them goes.
#[derive(Debug, Clone)]
pub struct Working<T>(Background<T>);

impl<T: Clone + Send + 'static> Working<T> {
    /// Begins it. The work asks now and then whether to continue.
    #[must_use]
    pub fn start(work: impl FnOnce(&GoOn<'_>) -> T + Send + 'static) -> Working<T> {
        Working(Background::start(work))
    }

    /// What came of it, once it is over.
    ///
    /// # Errors
    /// It has failed by an error of its own.
    pub fn done(&self) -> Option<Result<T, ExploreError>> {
        match self.0.state() {
            WorkState::UnderWay => None,
            WorkState::Done(done) => Some(Ok(done)),
            WorkState::Failed => Some(Err(ExploreError::Failed)),
        }
    }

    /// Waits until it is over.
    pub fn wait(&self) {
        self.0.wait();
    }
}

impl Program {
    /// What a program uses beyond what it may; `None` if it keeps to it.
    #[must_use]
    pub fn exceeds(&self, may: &Allowance) -> Option<String> {
        let Allowance { instructions, bytes, services } = may;
        let insns = self.instructions();
        let counted =
            [(insns.len() as u64, *instructions, "instructions"), (self.size(), *bytes, "bytes of code and data")];
        let over = counted.into_iter().find_map(|(has, may, what)| {
            let may = may.filter(|may| has > *may)?;
            Some(format!("It has {has} {what}, and may have {may}."))
        });
        let calls = insns.iter().filter(|insn| insn.op.row().form == Form::Service).filter_map(|insn| {
            let (module, function) = insn.service();
            let name = service(module, function).map_or("no service", |s| s.name);
            let allowed = services.as_ref()?.iter().any(|s| s.eq_ignore_ascii_case(name));
            (!allowed).then(|| format!("It calls SVC {module}, {function} ({name}), which it may not."))
        });
        over.or_else(|| calls.into_iter().next())
    }

    fn instructions(&self) -> Vec<Insn> {
        let words = &self.image.code;
        let (mut insns, mut i) = (Vec::new(), 0);
        while let Some(word) = words.get(i) {
            let insn = Insn::decode(*word, words.get(i + 1).copied());
            i += insn.as_ref().map_or(1, |insn| (insn.size() / 4) as usize);
            insns.extend(insn);
        }
        insns
    }

    /// Bytes of code and data.
    fn size(&self) -> u64 {
        4 * self.image.code.len() as u64 + self.image.rodata.len() as u64 + u64::from(self.image.bss)
    }
}
