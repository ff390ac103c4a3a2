//! Line tables and functions: drift, glue, several files.

use super::cases::{images, numbers};
use hsxray::backend::Program;
use hsxray::isa::Insn;

/// The runs of a line: stretches of its instructions, and of glue between them.
fn runs(program: &Program, file: usize, line: u32) -> Vec<Vec<u32>> {
    let mut runs: Vec<Vec<u32>> = Vec::new();
    let mut before = None;
    for l in &program.symbols.lines {
        let word = program.image.code[l.address as usize / 4];
        let end = l.address + Insn::decode(word, None).expect("an instruction").size();
        match runs.last_mut() {
            _ if (l.file, l.line) != (file, line) => {}
            Some(run) if before == Some((file, line)) => run[1] = end,
            _ => runs.push(vec![l.address, end]),
        }
        before = Some((l.file, l.line));
    }
    runs
}

#[test]
fn functions_begin_end_and_have_bodies_where_expected() {
    for image in images() {
        let symbols = image.program().symbols;
        for expected in image.expected["functions"].as_array().expect("functions") {
            let name = expected["name"].as_str().expect("name");
            let found = symbols.functions.iter().find(|f| f.name == name).expect(name);
            assert_eq!(u64::from(found.start), expected["address"], "{name}");
            assert_eq!(u64::from(found.end), expected["end"], "{name}");
            assert_eq!(symbols.body(found).map(u64::from), expected["body"].as_u64(), "{name}");
            assert_eq!(u64::from(found.line), expected["line"], "{name}");
            let file = found.file.map(|file| symbols.files[file].path.as_str());
            assert_eq!(file, expected["file"].as_str().map(|f| f.trim_start_matches("./")), "{name}");
        }
        assert_eq!(symbols.functions.len(), image.expected["functions"].as_array().expect("functions").len());
    }
}

#[test]
fn lines_have_the_expected_places_and_stretches() {
    for image in images() {
        let program = image.program();
        // The compiler lets the frame of one of them grow in a loop, which is said and is true.
        let other: Vec<&String> = program.warnings.iter().filter(|w| !w.contains("the stack is higher")).collect();
        assert_eq!(other, Vec::<&String>::new(), "{}", image.name);
        assert_eq!(program.warnings.len(), usize::from(image.name == "producer"), "{:?}", program.warnings);
        let symbols = &program.symbols;
        for (file, lines) in image.expected["lines"].as_object().expect("files") {
            let path = file.trim_start_matches("./");
            let file = symbols.files.iter().position(|f| f.path == path).expect(path);
            for (line, expected) in lines.as_object().expect("lines") {
                let number = line.parse().expect("line");
                assert_eq!(symbols.breaks(file, number), numbers(&expected["break_at"]), "{path}:{line}");
                let ranges: Vec<Vec<u32>> =
                    expected["ranges"].as_array().expect("ranges").iter().map(numbers).collect();
                assert_eq!(runs(&program, file, number), ranges, "{path}:{line}");
            }
        }
    }
}

#[test]
fn glue_in_front_of_a_body_has_no_line() {
    for image in images() {
        let symbols = image.program().symbols;
        for range in image.expected["glue"].as_array().expect("ranges") {
            let [from, to] = numbers(range)[..] else { panic!("{range}") };
            let prologue = symbols.function_at(from).is_some_and(|f| f.start == from);
            for at in (from..to).step_by(4) {
                assert_eq!(symbols.line_of(at), None, "{} {at:04X}", image.name);
                assert_eq!(symbols.line_at(at).is_none(), prologue, "{} {at:04X}", image.name);
            }
        }
    }
}
