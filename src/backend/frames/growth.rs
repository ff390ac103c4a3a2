//! Functions whose stack is higher by one way than by another.
//!
//! The reference compiler makes room for a value by a PUSH where it needs it. In a branch or a loop that PUSH runs
//! sometimes or again and again, and the RET behind it takes another word than the return address.

use super::Stack;
use super::heights::grows_at;
use crate::backend::Local;
use crate::executive::Pid;
use crate::image::{Image, Symbols};
use crate::vm::{Code, Fault};

impl Local {
    /// Why a task has left its code, if a function of its program has taken another word than its return address to
    /// return to: in a sentence.
    #[must_use]
    pub(in crate::backend) fn growth_sentence(&self, pid: Pid) -> Option<String> {
        let task = self.machine().task(pid)?;
        let cx = &task.context;
        task.fault.filter(|at| at.fault == Fault::PcOutOfRange)?;
        // A RET has taken the word that lies below the stack now.
        let stack = Stack { machine: self.machine(), code: &task.code, top: cx.sp };
        (cx.sp.checked_sub(4).map(|at| stack.word(at)) == Some(cx.pc)).then_some(())?;
        let symbols = &self.program(pid)?.symbols;
        let grows = symbols.functions.iter().filter_map(|f| Some((&f.name, grows_at(&task.code, f.start)?)));
        let named = |(name, at): (&String, u32)| {
            let line = symbols.line_at(at).map(|l| format!(", {}:{}", symbols.files[l.file].path, l.line));
            format!("{name} (at 0x{at:04X}{})", line.unwrap_or_default())
        };
        let functions: Vec<String> = grows.take(NAMED).map(named).collect();
        (!functions.is_empty()).then(|| {
            format!(
                "A RET took it for its return address. The stack of {} is higher by one way than by another, so that its RET \
                 takes a saved value. The compiler of HSX makes such code where it keeps a value in a branch or a loop; \
                 the C is not at fault.",
                functions.join(", ")
            )
        })
    }
}

/// Functions that are named at most.
const NAMED: usize = 8;

/// What is said of a program's compiled functions whose stack grows so.
pub(in crate::backend) fn growths(image: &Image, symbols: &Symbols) -> Vec<String> {
    if symbols.functions.is_empty() {
        return Vec::new();
    }
    let code = Code::new(&image.code);
    let found = symbols.functions.iter().filter_map(|f| Some((&f.name, grows_at(&code, f.start)?)));
    let text = |(name, at): (&String, u32)| {
        format!("{name}: at 0x{at:04X} the stack is higher by one way than by another: its RET may take a wrong word")
    };
    found.take(NAMED).map(text).collect()
}
