//! What tables and blocks of the book claim, tried.

use crate::support::{assemble, errors, machine, project, run};
use hsxray::backend::Expr;
use hsxray::demo;
use hsxray::executive::{Config, Machine};
use hsxray::vm::Fault;
use std::fs;

pub(crate) fn chapter(name: &str) -> String {
    fs::read_to_string(project(&format!("docs/{name}.md"))).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The rows of the table whose head begins so, cells trimmed.
pub(crate) fn rows(chapter: &str, head: &str) -> Vec<Vec<String>> {
    let mut lines = chapter.lines().skip_while(|l| !l.starts_with(head));
    assert!(lines.next().is_some(), "there is no table {head}");
    let cells = |line: &str| {
        let line = line.trim().trim_matches('|').replace("\\|", "\u{1}");
        line.split('|').map(|cell| cell.replace('\u{1}', "|").trim().to_owned()).collect()
    };
    let rows: Vec<Vec<String>> = lines.skip(1).take_while(|l| l.starts_with('|')).map(cells).collect();
    assert!(!rows.is_empty(), "{head}");
    rows
}

/// What stands in backquotes.
pub(crate) fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_program_in_the_book_assembles() {
    let mut blocks = 0;
    for entry in fs::read_dir(project("docs")).expect("directory") {
        let text = fs::read_to_string(entry.expect("entry").path()).unwrap_or_default();
        for block in text.split("```mvasm\n").skip(1).filter_map(|rest| rest.split_once("```")) {
            assemble(block.0);
            blocks += 1;
        }
    }
    assert!(blocks >= 3);
}

#[test]
fn the_first_program_prints_what_the_book_says() {
    let chapter = chapter("assembler");
    let block = chapter.split("```mvasm\n").nth(1).and_then(|rest| rest.split_once("```")).expect("a block").0;
    let mut m = machine(Config::default(), &[block]);
    m.run(hsxray::executive::Who::Rotation, 1000, &Default::default());
    let printed: Vec<String> = m.console().lines().map(|l| l.text.clone()).collect();
    assert_eq!(printed.iter().filter(|l| l.contains("tick")).count(), 3, "{printed:?}");
}

#[test]
fn the_assembler_makes_the_bytes_numbers_and_errors_that_its_chapter_says() {
    let chapter = chapter("assembler");
    for row in rows(&chapter, "| line | bytes |") {
        let image = assemble(&format!(".data\n{}\n", code(&row[0]).join("\n"))).image;
        let bytes: Vec<String> = image.rodata.iter().map(|b| format!("{b:02X}")).collect();
        assert_eq!(bytes.join(" "), row[1], "{}", row[0]);
    }
    for row in rows(&chapter, "| number | value |") {
        let image = assemble(&format!(".text\n    LDI32 R1, {}\n", code(&row[0])[0])).image;
        assert_eq!((image.code[1] as i32).to_string(), row[1], "{}", row[0]);
    }
    for row in rows(&chapter, "| line | error |") {
        let told = errors(&format!(".text\nstart:\n    {}\n    RET\n", code(&row[0])[0]));
        assert!(told.contains(&format!("error[{}]", row[1])), "{}: {told}", row[0]);
    }
}

#[test]
fn the_windows_lie_where_the_book_says() {
    let program = ".text\n    RET\n";
    let m = machine(Config::default(), &[program; 3]);
    for row in rows(&chapter("windows"), "| task | `reg_base`") {
        let pid: u16 = row[0].parse().expect("a pid");
        let base = u32::from(m.task(pid).expect("task").context.reg_base);
        let expected = [base, base, base + 12, base + 60].map(|at| format!("0x{at:04X}"));
        assert_eq!(row[1..], expected, "task {pid}");
    }
}

#[test]
fn every_form_of_expression_in_the_book_means_something() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "run 425");
    for row in rows(&chapter("expressions"), "| form | means |") {
        for form in code(&row[0]) {
            let text = form.replace("[a]", "[0x1000]").replace("(x)", "(r3)");
            let value = Expr::parse(&text).and_then(|expr| target.evaluate(&expr, Some(2)));
            // A symbol is the selected task's own.
            let value = value.or_else(|_| Expr::parse(&text).and_then(|expr| target.evaluate(&expr, Some(1))));
            value.unwrap_or_else(|e| panic!("{form}: {e}"));
        }
    }
}

#[test]
fn every_command_of_the_table_on_time_travel_can_be_typed() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "run 500; bookmark NAME");
    let mut tried = 0;
    for row in rows(&chapter("time-travel"), "| to go | type |") {
        for line in code(&row[1]) {
            let done = hsxray::command::execute_line(&mut target, Some(1), &line);
            while target.pump(1_000_000) {}
            for outcome in done {
                // Nothing may lie that way, but it is said as a command.
                let told = outcome.result.err().map(|e| e.to_string()).unwrap_or_default();
                assert!(!told.contains("is expected") && !told.contains("there is no command"), "{line}: {told}");
            }
            tried += 1;
        }
    }
    assert!(tried > 10);
}

#[test]
fn every_fault_of_the_book_comes_about_as_it_says() {
    let causes = [
        ("stack_overflow", "start:\n    CALL start\n"),
        ("stack_underflow", "    POP R1\n"),
        ("mem_fault", "    LDI32 R1, 0x1040\n    ST [R1+0], R1\n"),
        ("div_zero", "    DIV R1, R1, R2\n"),
        ("illegal_opcode", "    .code 0\n"),
        ("pc_out_of_range", "    LDI R1, 1\n"),
    ];
    let rows = rows(&chapter("scheduler"), "| fault | cause |");
    let names: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names, causes.map(|(name, _)| name));
    for (name, program) in causes {
        let mut m: Machine = machine(Config::default(), &[&format!(".text\n{program}"), ".text\n    RET\n"]);
        m.run(hsxray::executive::Who::Only(1), 5000, &Default::default());
        let fault = m.task(1).and_then(|t| t.fault).expect(name).fault;
        assert_eq!(Fault::name(fault), name);
    }
}

/// What a line of the table for those who know the shell answers here: a part of the answer, or of what refuses it.
const WORDS_OF_THE_SHELL: [(&str, &str); 8] = [
    ("trace 1", "STEP"),
    ("list 1", "start:"),
    ("stack 1", "task 1: guard 0x"),
    ("info 1", "task 1 producer"),
    ("reload 1", "producer is task 1"),
    ("restart", "the session is at turn 0"),
    ("save NAME", "save stops FILE"),
    ("events 10", "there is no command"),
];

#[test]
fn words_of_the_shell_mean_here_what_the_book_says() {
    let told = |line: &str| {
        let mut target = demo::target("ping").expect("demo").begun();
        run(&mut target, "run 30");
        let line = line.replace("NAME", "x");
        let results =
            hsxray::command::execute_line(&mut target, Some(1), &line).into_iter().map(|outcome| outcome.result);
        let texts = results.map(|result| result.map_or_else(|e| e.to_string(), |reply| reply.text));
        texts.collect::<Vec<_>>().join("\n")
    };
    let rows = rows(&chapter("hsx-shell"), "| in the shell | here that means |");
    let lines: Vec<String> = rows.iter().filter_map(|row| code(&row[0]).first().cloned()).collect();
    assert_eq!(lines, WORDS_OF_THE_SHELL.map(|(line, _)| line));
    for (line, part) in WORDS_OF_THE_SHELL {
        assert!(told(line).contains(part), "{line}: {}", told(line));
    }
    for line in rows
        .iter()
        .flat_map(|row| code(&row[2]))
        .filter(|line| !line.starts_with("show") && !line.starts_with("record"))
    {
        let said = told(&line);
        assert!(!said.contains("is expected") && !said.contains("there is no command"), "{line}: {said}");
    }
}

#[test]
fn the_example_of_the_chapter_on_settings_has_nothing_wrong() {
    let chapter = chapter("config");
    let block = chapter.split("```toml\n").nth(1).and_then(|rest| rest.split_once("```")).expect("a block").0;
    let mut settings = hsxray::ui::Settings::default();
    assert_eq!(settings.read(block), []);
    let (_, problems) = hsxray::ui::App::with_settings((80, 24), settings, Default::default());
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn every_mark_of_the_book_is_one_that_is_drawn() {
    let symbols = hsxray::ui::Theme::default().symbols();
    let drawn = format!("{symbols:?}");
    for row in rows(&chapter("screen"), "| mark | means |") {
        for mark in code(&row[0]) {
            assert!(drawn.contains(&format!("{mark:?}")), "{mark}");
        }
    }
}
