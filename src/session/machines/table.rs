//! THE table of models: what a switch moves on each machine, where to, and who says so.

/// Which way words go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toward {
    /// Out of the processor.
    Memory,
    /// Back into it.
    Processor,
}

/// Who moves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The processor, within one instruction or exception.
    Hardware,
    /// Instructions of the executive.
    Software,
}

impl Toward {
    /// In a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Toward::Memory => "out",
            Toward::Processor => "in",
        }
    }
}

impl By {
    /// In a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            By::Hardware => "hardware",
            By::Software => "software",
        }
    }
}

/// Where words lie while their task does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// R13 to R15 of the workspace of the task that comes.
    NextWorkspace,
    /// The two words that a BLWP names.
    Vector,
    /// A frame for each window, on the stack of the task that leaves.
    Frames,
    /// The newest such frame of the task that comes.
    NextFrame,
    /// What the executive keeps of the task that leaves.
    Record,
    /// What it keeps of the task that comes.
    NextRecord,
    /// The stack of the task that leaves.
    Stack,
    /// The stack of the task that comes.
    NextStack,
}

impl Place {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Place::NextWorkspace => "R13 R14 R15 of the next workspace",
            Place::Vector => "a vector in RAM",
            Place::Frames => "frames on the task's stack",
            Place::NextFrame => "the newest frame on the next task's stack",
            Place::Record => "the executive's record of the task",
            Place::NextRecord => "the executive's record of the next task",
            Place::Stack => "the task's own stack",
            Place::NextStack => "the next task's own stack",
        }
    }
}

/// How often words are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// At each switch.
    Switch,
    /// At each switch, for each register window in use of the task that leaves.
    WindowInUse,
    /// At each call that finds no free window.
    Overflow,
    /// At each return to a window that is in memory.
    Underflow,
}

impl Per {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Per::Switch => "a switch",
            Per::WindowInUse => "a window in use, at a switch",
            Per::Overflow => "a call without a free window",
            Per::Underflow => "a return to a window in memory",
        }
    }
}

/// Where a task's registers are while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registers {
    /// In memory: each access to one is an access to memory.
    InMemory,
    /// In the processor, or in the executive's own variables.
    InProcessor,
}

/// Some words that are moved together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub what: &'static str,
    /// How many.
    pub words: u64,
    /// How often.
    pub per: Per,
    /// Which way.
    pub toward: Toward,
    /// Where in memory they lie.
    pub place: Place,
    /// Who moves them.
    pub by: By,
}

/// Clock cycles, where a manual says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycles {
    /// Of each switch.
    pub a_switch: u64,
    /// What they are cycles of.
    pub of: &'static str,
}

/// A machine, as far as its switches are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// Its name in replies.
    pub name: &'static str,
    /// Its name in texts.
    pub title: &'static str,
    /// Bytes of its word.
    pub word_bytes: u64,
    /// What of the processor a switch sets, beside what is moved.
    pub sets: &'static [&'static str],
    /// What is moved.
    pub parts: &'static [Part],
    /// Where registers are.
    pub registers: Registers,
    /// What is known of its clock.
    pub cycles: Option<Cycles>,
    /// Where all this is documented.
    pub source: &'static str,
    /// What is assumed beside that.
    pub assumes: &'static str,
}

/// THE table of models.
pub const MODELS: &[Model] = &[
    Model {
        name: "hsx",
        title: "HSX",
        word_bytes: 4,
        sets: &["pc", "psw", "reg_base", "sp", "stack_limit"],
        parts: &[],
        registers: Registers::InMemory,
        cycles: None,
        source: "this machine: each switch of the trace",
        assumes: "the image bank changes with these five, and is no more than an address",
    },
    Model {
        name: "tms9900",
        title: "TMS9900",
        word_bytes: 2,
        sets: &["WP", "PC"],
        parts: &[
            Part {
                what: "WP PC ST",
                words: 3,
                per: Per::Switch,
                toward: Toward::Memory,
                place: Place::NextWorkspace,
                by: By::Hardware,
            },
            Part {
                what: "WP PC",
                words: 2,
                per: Per::Switch,
                toward: Toward::Processor,
                place: Place::Vector,
                by: By::Hardware,
            },
        ],
        registers: Registers::InMemory,
        cycles: Some(Cycles { a_switch: 26, of: "BLWP without wait states, finding its vector not counted" }),
        source: "Texas Instruments, TMS 9900 Microprocessor Data Manual: BLWP, instruction execution times",
        assumes: "a switch is one BLWP to the next task; what an executive does to choose it is not counted",
    },
    Model {
        name: "sparc",
        title: "SPARC",
        word_bytes: 4,
        sets: &["CWP", "WIM"],
        parts: &[
            Part {
                what: "ins and locals",
                words: 16,
                per: Per::WindowInUse,
                toward: Toward::Memory,
                place: Place::Frames,
                by: By::Software,
            },
            Part {
                what: "outs, globals, PSR Y PC nPC",
                words: 19,
                per: Per::Switch,
                toward: Toward::Memory,
                place: Place::Record,
                by: By::Software,
            },
            Part {
                what: "ins and locals",
                words: 16,
                per: Per::Switch,
                toward: Toward::Processor,
                place: Place::NextFrame,
                by: By::Software,
            },
            Part {
                what: "outs, globals, PSR Y PC nPC",
                words: 19,
                per: Per::Switch,
                toward: Toward::Processor,
                place: Place::NextRecord,
                by: By::Software,
            },
            Part {
                what: "ins and locals",
                words: 16,
                per: Per::Overflow,
                toward: Toward::Memory,
                place: Place::Frames,
                by: By::Software,
            },
            Part {
                what: "ins and locals",
                words: 16,
                per: Per::Underflow,
                toward: Toward::Processor,
                place: Place::Frames,
                by: By::Software,
            },
        ],
        registers: Registers::InProcessor,
        cycles: None,
        source: "The SPARC Architecture Manual, Version 8: sections 4.1 and 4.2 (windows, WIM), 7 (overflow and underflow traps)",
        assumes: "each CALL takes a window (SAVE) and each RET gives it back (RESTORE); all windows in use go to memory at a \
                  switch, and only the newest comes back with the task",
    },
    Model {
        name: "cortex-m",
        title: "Cortex-M",
        word_bytes: 4,
        sets: &["PSP"],
        parts: &[
            Part {
                what: "R0-R3 R12 LR PC xPSR",
                words: 8,
                per: Per::Switch,
                toward: Toward::Memory,
                place: Place::Stack,
                by: By::Hardware,
            },
            Part {
                what: "R4-R11",
                words: 8,
                per: Per::Switch,
                toward: Toward::Memory,
                place: Place::Stack,
                by: By::Software,
            },
            Part {
                what: "R4-R11",
                words: 8,
                per: Per::Switch,
                toward: Toward::Processor,
                place: Place::NextStack,
                by: By::Software,
            },
            Part {
                what: "R0-R3 R12 LR PC xPSR",
                words: 8,
                per: Per::Switch,
                toward: Toward::Processor,
                place: Place::NextStack,
                by: By::Hardware,
            },
        ],
        registers: Registers::InProcessor,
        cycles: Some(Cycles {
            a_switch: 22,
            of: "exception entry (12) and return (10) of a Cortex-M3 or M4 with memory \
                                                 without wait states; the software's words are not counted",
        }),
        source: "Arm, ARMv7-M Architecture Reference Manual: section B1.5, exception model; Cortex-M4 Technical Reference \
                 Manual and Arm knowledge base article 103489845 for the latencies",
        assumes: "no floating-point unit, no aligning word; the executive keeps R4-R11 on the task's stack, too",
    },
    Model {
        name: "copy",
        title: "copied registers",
        word_bytes: 4,
        sets: &["pc", "psw", "sp"],
        parts: &[
            Part {
                what: "R0-R15",
                words: 16,
                per: Per::Switch,
                toward: Toward::Memory,
                place: Place::Record,
                by: By::Software,
            },
            Part {
                what: "R0-R15",
                words: 16,
                per: Per::Switch,
                toward: Toward::Processor,
                place: Place::NextRecord,
                by: By::Software,
            },
        ],
        registers: Registers::InProcessor,
        cycles: None,
        source: "the HSX reference before its remedy: an executive that keeps a list of 16 registers for each task",
        assumes: "registers alone are copied, as an executive with one memory for all tasks would",
    },
    Model {
        name: "copy-image",
        title: "copied memory",
        word_bytes: 4,
        sets: &["pc", "psw", "sp"],
        parts: &[
            Part {
                what: "64 KiB of RAM",
                words: 16_384,
                per: Per::Switch,
                toward: Toward::Memory,
                place: Place::Record,
                by: By::Software,
            },
            Part {
                what: "64 KiB of RAM",
                words: 16_384,
                per: Per::Switch,
                toward: Toward::Processor,
                place: Place::NextRecord,
                by: By::Software,
            },
        ],
        registers: Registers::InProcessor,
        cycles: None,
        source: "the HSX reference before its remedy: each task's data memory is copied into the machine and back",
        assumes: "registers are copied with it, as words of that memory",
    },
];
