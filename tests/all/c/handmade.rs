//! Programs as a C compiler could make them, written by hand: what the nine of `tests/cases/c` do not have.

use crate::support::run;
use hsxray::backend::{Local, Program};
use hsxray::{command, image};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;

/// Bytes of `main`'s frame.
const ROOM: i32 = 128;
/// R7 of `main`.
pub const R7: i32 = 0xFFF8;

/// A program: `main` stores some words in its frame and calls `work`, which has a frame of its own.
#[derive(Default)]
pub struct Handmade {
    /// Words of `main`'s frame, by their places from R7.
    pub words: Vec<(i32, u32)>,
    /// Its variables: name, location as the symbol file has it, entry of the type.
    pub locals: Vec<(&'static str, Value, u32)>,
    /// Entries of types and the like.
    pub entries: &'static str,
    /// There is no `.ll`.
    pub without_llvm: bool,
    /// `work` is called through R4.
    pub through_a_register: bool,
}

/// A place in the frame.
pub fn at(offset: i32) -> Value {
    json!({ "kind": "stack", "offset": offset })
}

impl Handmade {
    fn assembler(&self) -> String {
        let room = "    PUSH R12\n".repeat(ROOM as usize / 4);
        let mut stores = String::new();
        for (offset, word) in &self.words {
            let _ = write!(stores, "    LDI32 R12, {word}\n    ST [R7+{offset}], R12\n");
        }
        format!(
            ".entry main\n.text\nmain:\n    PUSH R7\n    MOV R7, R15\n{room}lines:\n{stores}    LDI32 R4, work\nhere:\n\
             \x20   CALL work\n    LDI R0, 0\n    RET\nwork:\n    PUSH R7\n    MOV R7, R15\n    PUSH R12\nbody:\n\
             \x20   LDI R4, 7\n    LDI R0, 3\n    POP R12\n    POP R7\n    RET\n"
        )
    }

    fn llvm(&self) -> String {
        let mut text = String::from(
            "define i32 @main() #0 !dbg !1 {\ndefine i32 @work() #0 !dbg !2 {\n!0 = !DIFile(directory: \".\", filename: \"app.c\")\n\
             !1 = distinct !DISubprogram(line: 3, name: \"main\", scope: !0, file: !0, type: !5)\n\
             !2 = distinct !DISubprogram(name: \"work\", scope: !0, file: !0, line: 30, type: !7)\n\
             !3 = !DIBasicType(name: \"int\", size: 32, encoding: DW_ATE_signed)\n\
             !5 = !DISubroutineType(types: !6)\n!6 = !{!3}\n!7 = !DISubroutineType(types: !6)\n",
        );
        text += self.entries;
        for (i, (name, _, of)) in self.locals.iter().enumerate() {
            let id = 900 + i;
            let _ =
                writeln!(text, "!{id} = !DILocalVariable(line: 4, type: !{of}, name: \"{name}\", file: !0, scope: !1)");
        }
        text
    }

    fn symbols(&self, program: &Program) -> String {
        let place = |name: &str| program.symbols.symbols.iter().find(|s| s.name == name).map_or(0, |s| s.address);
        let (main, lines, here) = (place("main"), place("lines"), place("here"));
        let (work, body, end) = (place("work"), place("body"), 4 * program.image.code.len() as u32);
        let line = |pc: u32, line: u32| json!({ "pc": pc, "line": line, "file": "app.c" });
        let instructions =
            [line(lines, 4), line(here, 6), line(here + 4, 7), line(work - 4, 8), line(body, 31), line(body + 4, 32)];
        let local = |(name, location, _): &(&str, Value, u32)| {
            let range = json!({ "start": main, "end": work - 4, "location": location });
            json!({ "name": name, "function": "main", "line": 4, "scope": "!1", "locations": [range] })
        };
        let locals: Vec<Value> = self.locals.iter().map(local).collect();
        let function = |name: &str, from: u32, to: u32, line: u32| json!({ "name": name, "address": from, "size": to - from, "line": line, "file": "app.c" });
        let functions = [function("main", main, work, 3), function("work", work, end, 30)];
        json!({ "version": 1, "addresses": "words", "instructions": instructions,
                "symbols": { "functions": functions, "locals": locals } })
        .to_string()
    }

    /// Its files in a directory, loaded.
    pub fn program(&self) -> Program {
        let directory = tempfile::tempdir().expect("directory");
        let file = |name: &str| directory.path().join(name);
        let assembled = Program::builtin("app.mvasm", &self.assembler()).unwrap_or_else(|e| panic!("{e}"));
        let mut made = (*assembled.image).clone();
        if self.through_a_register {
            let here = assembled.symbols.by_name("here").expect("there").address as usize / 4;
            made.code[here] = 0x2404_0000;
        }
        std::fs::write(file("app.hxe"), image::write(&made).expect("an image")).expect("writes");
        std::fs::write(file("app.sym"), self.symbols(&assembled)).expect("writes");
        if !self.without_llvm {
            std::fs::write(file("app.ll"), self.llvm()).expect("writes");
        }
        Program::read(&file("app.hxe")).expect("reads")
    }

    /// A machine with it, standing in front of the call.
    pub fn target(&self) -> Local {
        let program = self.program();
        assert_eq!(program.warnings, Vec::<String>::new());
        let mut target = Local::new("app", Default::default(), Default::default());
        target.load(Arc::new(program), Default::default()).expect("loads");
        run(&mut target, "tbreak app.c:6; run");
        target
    }
}

pub fn text(target: &mut Local, line: &str) -> String {
    let words = command::split(line).expect("line").remove(0);
    let reply = command::execute(target, Some(1), words);
    let started = reply.as_ref().is_ok_and(|reply| reply.started);
    while started && target.pump(1_000_000) {}
    match reply {
        Ok(_) if started => command::run_reply(&target.look(&hsxray::backend::Want::lists())).text,
        reply => reply.map_or_else(|e| e.to_string(), |reply| reply.text),
    }
}
