//! C sources through the toolchain of the user: here tools that give back what the real ones made of the cases.

use crate::support::project;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A directory with the sources of a case, and tools that compile them: `clang`, and `sh` in place of Python. They give
/// what stands in the case under the name of the file they are to write.
fn workshop(case: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("directory");
    let at = |name: &str| directory.path().join(name);
    fs::create_dir_all(at("hsx/python")).expect("makes");
    let from = project("tests/cases/c").join(case);
    for entry in fs::read_dir(&from).expect("directory") {
        let path = entry.expect("entry").path();
        let of_c = path.with_extension("c").exists();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_owned();
        if matches!(ending.as_str(), "c" | "h") || ending == "mvasm" && !of_c {
            fs::copy(&path, at(&path.file_name().expect("name").to_string_lossy())).expect("copies");
        }
    }
    let from = from.display();
    let clang = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'clang version 16.0.6'; exit; fi\necho \"$@\" >> calls\n\
         for last; do :; done\ncp '{from}/'\"$(basename \"$last\")\" \"$last\"\n"
    );
    tool(&at("clang"), &clang);
    let give = |n: u32| format!("cp '{from}/'\"$(basename \"${n}\")\" \"${n}\"");
    fs::write(at("hsx/python/hsx-llc.py"), format!("{} && {}\n", give(3), give(5))).expect("writes");
    directory
}

fn tool(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).expect("writes");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("sets");
}

fn hsxray(directory: &Path, arguments: &[&str], without: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    command.current_dir(directory).env("HSX_HOME", directory.join("hsx")).env("HSXRAY_PYTHON", "sh");
    command.env("HSXRAY_CLANG", directory.join("clang")).env_remove("HSXRAY_CFLAGS");
    if !without.is_empty() {
        command.env_remove(without);
    }
    command.args(arguments).output().expect("runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_c_source_is_compiled_linked_and_debugged() {
    let directory = workshop("recur");
    let lines = ["batch", "recur.c", "-e", "tbreak recur.c:7; run; info locals; print fact#2::n; list; finish"];
    let output = hsxray(directory.path(), &lines, "");
    assert!(output.status.success(), "{}", said(&output));
    let text = said(&output);
    for part in ["n = 1", "fact#2::n = 2", ">   7          return 1;", "Value returned: 1 (int)"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("has changed since"), "{text}");
    let calls = fs::read_to_string(directory.path().join("calls")).expect("was called");
    assert!(calls.starts_with("-S -emit-llvm -O0 -g -fno-builtin -fno-ident -fdebug-prefix-map="), "{calls}");
    assert!(calls.contains(" ./recur.c -o "), "{calls}");
}

#[test]
fn a_scenario_names_c_sources_and_a_reload_compiles_again() {
    let directory = workshop("recur");
    fs::write(directory.path().join("two.toml"), "[[program]]\nfile = \"recur.c\"\n").expect("writes");
    let output = hsxray(directory.path(), &["batch", "two.toml", "-e", "run 50; reload 1; tbreak fact; run"], "");
    assert!(output.status.success(), "{}", said(&output));
    let calls = fs::read_to_string(directory.path().join("calls")).expect("was called");
    assert_eq!(calls.lines().count(), 2, "{calls}");
}

#[test]
fn what_is_missing_or_fails_is_said_in_the_tools_own_words() {
    let directory = workshop("recur");
    let at = directory.path();
    let refused = |without: &str| {
        let output = hsxray(at, &["batch", "recur.c", "-e", "run"], without);
        assert!(!output.status.success(), "{}", said(&output));
        said(&output)
    };
    assert!(refused("HSX_HOME").contains("HSX_HOME is not set"));
    tool(&at.join("clang"), "#!/bin/sh\necho 'Debian clang version 14.0.6'\n");
    assert!(refused("").contains("clang 14 makes debug information"));
    let fails = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'clang version 16.0.6' && exit\n\
                 echo 'recur.c:3:1: error: unknown type name' >&2\nexit 1\n";
    tool(&at.join("clang"), fails);
    assert!(refused("").contains("clang: recur.c:3:1: error: unknown type name"));
    fs::remove_file(at.join("clang")).expect("removes");
    let missing = refused("");
    let clang = at.join("clang").display().to_string();
    assert!(
        missing.contains(&format!("{clang} was not found: set clang in the settings, or HSXRAY_CLANG")),
        "{missing}"
    );
    fs::remove_file(at.join("hsx/python/hsx-llc.py")).expect("removes");
    assert!(refused("").contains("hsx/python/hsx-llc.py is not there"));
}

#[test]
fn a_tool_that_crashes_is_named_with_how_it_ended_and_its_last_lines() {
    let directory = workshop("recur");
    let script = "for i in 1 2 3 4 5 6 7; do echo line $i; done; kill -ABRT $$\n";
    fs::write(directory.path().join("hsx/python/hsx-llc.py"), script).expect("writes");
    let text = said(&hsxray(directory.path(), &["batch", "recur.c", "-e", "run"], ""));
    assert!(text.contains("hsx-llc has ended by signal: 6"), "{text}");
    assert!(text.contains("line 3\nline 4\nline 5\nline 6\nline 7") && !text.contains("line 2\n"), "{text}");
}

#[test]
fn the_settings_name_the_tools_and_their_options() {
    let directory = workshop("recur");
    let at = directory.path();
    tool(&at.join("clang-of-mine"), &fs::read_to_string(at.join("clang")).expect("reads"));
    fs::remove_file(at.join("clang")).expect("removes");
    let path = |name: &str| at.join(name).display().to_string();
    let text = format!(
        "theme = \"light\"\n[toolchain]\nhsx = \"{}\"\nclang = \"{}\"\npython = \"sh\"\ncflags = \"-I include -DN=3\"\n",
        path("hsx"),
        path("clang-of-mine")
    );
    fs::create_dir_all(at.join("config/hsxray")).expect("makes");
    fs::write(at.join("config/hsxray/config.toml"), text).expect("writes");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    for name in ["HSX_HOME", "HSXRAY_HSX", "HSXRAY_CLANG", "HSXRAY_PYTHON", "HSXRAY_CFLAGS"] {
        command.env_remove(name);
    }
    command.current_dir(at).env("XDG_CONFIG_HOME", at.join("config")).env("HOME", at);
    let output = command.args(["batch", "recur.c", "-e", "tbreak fact; run"]).output().expect("runs");
    assert!(output.status.success(), "{}", said(&output));
    let calls = fs::read_to_string(at.join("calls")).expect("was called");
    assert!(
        calls.contains(" -fno-ident -fdebug-prefix-map=") && calls.contains(" -I include -DN=3 ./recur.c"),
        "{calls}"
    );
    let mut checked = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    let checked = checked.args(["config", "check"]).arg(at.join("config/hsxray/config.toml")).output().expect("runs");
    assert!(said(&checked).contains("is all right"), "{}", said(&checked));
}

/// Lets the tools of a workshop give from now on what they made of another case, under the name of the first.
fn swap(directory: &Path, case: &str, other: &str) {
    let from = project("tests/cases/c").join(other);
    let to = directory.join("made");
    fs::create_dir_all(&to).expect("makes");
    for ending in ["ll", "dbg", "mvasm"] {
        let text = fs::read_to_string(from.join(format!("{other}.{ending}"))).expect("reads");
        let text = text.replace(&format!("{other}.c"), &format!("{case}.c"));
        fs::write(to.join(format!("{case}.{ending}")), text).expect("writes");
    }
    fs::copy(from.join(format!("{other}.c")), directory.join(format!("{case}.c"))).expect("copies");
    let own = project("tests/cases/c").join(case);
    for tool in ["clang", "hsx/python/hsx-llc.py"] {
        let script = fs::read_to_string(directory.join(tool)).expect("reads");
        fs::write(directory.join(tool), script.replace(&own.display().to_string(), &to.display().to_string()))
            .expect("writes");
    }
}

#[test]
fn a_reload_names_a_stop_whose_line_is_gone_and_finds_it_again() {
    let directory = workshop("recur");
    let at = directory.path();
    let mut reloaded = Reloaded::begin(at, "recur.c");
    reloaded.line("break recur.c:44");
    reloaded.line("break recur.c:7");
    swap(at, "recur", "drift1");
    let told = reloaded.line("reload 1");
    assert!(told.contains("stop 1 (recur.c:44) has no place in it"), "{told}");
    let listed = reloaded.line("info breakpoints");
    assert!(listed.contains("no task has an instruction at recur.c:44"), "{listed}");
    assert!(!listed.contains("no task has an instruction at recur.c:7"), "{listed}");
    swap(at, "recur", "recur");
    let told = reloaded.line("reload 1");
    assert!(!told.contains("has no place"), "it comes back with its line: {told}");
}

#[test]
fn a_header_that_has_changed_is_reported_and_a_build_that_fails_keeps_the_old_program() {
    let directory = workshop("files");
    let at = directory.path();
    fs::write(at.join("all.toml"), FILES).expect("writes");
    let mut reloaded = Reloaded::begin(at, "all.toml");
    reloaded.line("tbreak log.c:9; run");
    let header = fs::read_to_string(at.join("bank.h")).expect("reads");
    fs::write(at.join("bank.h"), format!("{header}\n")).expect("writes");
    let told = reloaded.line("print count");
    assert!(told.contains("bank.h has changed on disk since it was read: reload reads it again"), "{told}");
    let fails = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'clang version 16.0.6' && exit\n\
                 echo 'bank.h:9:1: error: expected a declaration' >&2\nexit 1\n";
    tool(&at.join("clang"), fails);
    let told = reloaded.line("reload 1");
    assert!(told.contains("bank.h:9:1: error: expected a declaration"), "{told}");
    let frame = reloaded.line("info frame");
    assert!(frame.contains("note (what=6) at log.c:9"), "{frame}");
}

/// A session in plain mode that is typed to line by line.
struct Reloaded {
    child: std::process::Child,
    input: std::process::ChildStdin,
    lines: std::io::BufReader<std::process::ChildStdout>,
}

impl Reloaded {
    fn begin(directory: &Path, file: &str) -> Reloaded {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
        command.current_dir(directory).env("HSX_HOME", directory.join("hsx")).env("HSXRAY_PYTHON", "sh");
        command
            .env("HSXRAY_CLANG", directory.join("clang"))
            .env("XDG_CONFIG_HOME", directory)
            .env_remove("HSXRAY_CFLAGS");
        let piped = std::process::Stdio::piped;
        let mut child =
            command.args(["--plain", file]).stdin(piped()).stdout(piped()).stderr(piped()).spawn().expect("runs");
        let input = child.stdin.take().expect("a pipe");
        let lines = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
        Reloaded { child, input, lines }
    }

    /// What is said to a line: up to the answer of a mark that is asked for behind it.
    fn line(&mut self, line: &str) -> String {
        use std::io::{BufRead, Write};
        writeln!(self.input, "{line}\nprint 41 + 1").expect("is read");
        let mut told = String::new();
        while !told.ends_with("41 + 1 = 42 (0x0000002A)\n") {
            assert!(self.lines.read_line(&mut told).expect("text") > 0, "it has ended: {told}");
        }
        told
    }
}

impl Drop for Reloaded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_the_compiler_of_hsx_refuses_is_said_with_its_line_in_c() {
    let directory = workshop("recur");
    let llvm = fs::read_to_string(project("tests/cases/c/recur/recur.ll")).expect("reads");
    let (id, location) = llvm
        .lines()
        .filter_map(|line| line.strip_prefix('!')?.split_once(" = !DILocation(line: "))
        .next()
        .expect("there are locations");
    let line = location.split(',').next().expect("a line");
    let message = format!("Traceback\necho\nValueError: unsupported: %1 = sdiv i32 %0, 3, !dbg !{id}");
    let script = format!("printf '%s\\n' '{message}'\nexit 1\n");
    fs::write(directory.path().join("hsx/python/hsx-llc.py"), script).expect("writes");
    let text = said(&hsxray(directory.path(), &["batch", "recur.c", "-e", "run"], ""));
    let part = format!(
        "hsx-llc: recur.c:{line}: the compiler of HSX knows no division (sdiv): ValueError: unsupported: %1 = sdiv"
    );
    assert!(text.contains(&part), "{text}");
    assert!(!text.contains("Traceback"), "{text}");
}

const FILES: &str = "[[program]]\nfiles = [\"nap.mvasm\", \"main.c\", \"bank.c\", \"log.c\"]\n";

#[test]
fn a_program_of_several_sources_is_compiled_and_linked() {
    let directory = workshop("files");
    fs::write(directory.path().join("all.toml"), FILES).expect("writes");
    let lines = "tbreak log.c:9; run; bt; print count; print main.c::count; print deposit::calls; print note::calls; \
                 info globals history; info source";
    let output = hsxray(directory.path(), &["batch", "all.toml", "-e", lines], "");
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    for part in [
        "in note (what=6) at log.c:9",
        "main () at main.c:16",
        "\ncount = 0\n",
        "main.c::count = 11",
        "deposit::calls = 6",
        "note::calls = 0",
        "history = {6, 0, 0, 0}",
        "bank.h  11 lines",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let calls = fs::read_to_string(directory.path().join("calls")).expect("was called");
    assert_eq!(calls.lines().count(), 3, "{calls}");
}

#[test]
fn linked_from_c_sources_the_image_and_its_symbols_suffice() {
    let directory = workshop("files");
    let arguments =
        ["asm", "nap.mvasm", "main.c", "bank.c", "log.c", "-o", "app.hxe", "--sym", "app.sym", "--keep", "made"];
    let output = hsxray(directory.path(), &arguments, "");
    assert!(output.status.success(), "{}", said(&output));
    assert!(directory.path().join("made/bank.ll").is_file() && directory.path().join("made/log.dbg").is_file());
    let alone = tempfile::tempdir().expect("directory");
    for file in ["app.hxe", "app.sym"] {
        fs::copy(directory.path().join(file), alone.path().join(file)).expect("copies");
    }
    let lines = "tbreak log.c:9; run; info locals; print deposit::calls; print history; whatis rate; whatis deposit; \
                 ptype unsigned char";
    let text = said(&hsxray(alone.path(), &["batch", "app.hxe", "-e", lines], ""));
    for part in
        ["what = 6\ncalls = 0", "deposit::calls = 6", "history = {6, 0, 0, 0}", "type = short", "type = int(int)"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("warning"), "{text}");
}
