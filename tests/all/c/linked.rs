//! Modules of C linked here: the same bytes as the reference linker's, with true addresses.

use super::cases::{Image, images, json};
use crate::support::project;
use hsxray::asm::{self, Assembled, DebugFile, Options};
use hsxray::{debug_info, image};
use std::path::{Path, PathBuf};

fn sources(image: &Image) -> Vec<PathBuf> {
    let directory = project("tests/cases/c").join(image.case);
    let modules = json(image.case, "prog.json")[&image.name].clone();
    let modules = modules.as_array().expect("modules").iter().map(|m| m.as_str().expect("name").to_owned());
    modules.map(|m| directory.join(Path::new(&m).with_extension("mvasm"))).collect()
}

fn assemble(image: &Image) -> Assembled {
    let options = Options { name: Some(image.name.clone()), ..Options::default() };
    asm::assemble(&sources(image), &options, &mut |p: &Path| std::fs::read(p)).unwrap_or_else(|e| panic!("{e}"))
}

fn debug_files(image: &Image) -> Vec<DebugFile> {
    let stem = |p: &PathBuf| p.file_stem().expect("stem").to_string_lossy().into_owned();
    let text = |p: &PathBuf| std::fs::read_to_string(p.with_extension("dbg")).unwrap_or_else(|_| "{}".to_owned());
    sources(image).iter().map(|p| (stem(p), text(p))).collect()
}

#[test]
fn linked_here_an_image_has_the_same_bytes_and_all_that_is_known_of_it() {
    for image in images() {
        let reference = image.program();
        let mut linked = assemble(&image);
        assert_eq!(linked.image.code, reference.image.code, "{}", image.name);
        assert_eq!(linked.image.rodata, reference.image.rodata, "{}", image.name);
        linked.attach(&debug_files(&image)).unwrap_or_else(|e| panic!("{e}"));
        // Written and read again, as by those who link here and debug later.
        let text = image::write_sym(&linked.image, &linked.symbols, "app.hxe");
        let (symbols, warnings) = image::read_sym(&text, &linked.image).expect("good");
        assert_eq!(warnings, Vec::<String>::new());
        let (ours, theirs) = (&symbols.functions, &reference.symbols.functions);
        assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(theirs) {
            assert_eq!((&a.name, a.start, a.end, a.line), (&b.name, b.start, b.end, b.line), "{}", image.name);
        }
        let in_c = |l: &&image::Line| symbols.function_at(l.address).is_some();
        let path = |symbols: &image::Symbols, l: &image::Line| (l.address, symbols.files[l.file].path.clone(), l.line);
        let ours: Vec<_> = symbols.lines.iter().filter(in_c).map(|l| path(&symbols, l)).collect();
        let theirs: Vec<_> = reference.symbols.lines.iter().map(|l| path(&reference.symbols, l)).collect();
        assert_eq!(ours, theirs, "{}", image.name);
        assert_eq!(symbols.locals.len(), reference.symbols.locals.len());
        let directory = project("tests/cases/c").join(image.case);
        let mut open = |file: &str| Some(Ok(std::fs::read_to_string(directory.join(file)).ok()?));
        let (info, warnings) = debug_info::read(&linked.image, &symbols, &mut open);
        assert_eq!(warnings, Vec::<String>::new());
        let places = |info: &debug_info::DebugInfo| {
            let mut all: Vec<_> = info.globals.iter().map(|g| (g.file.clone(), g.line, g.address)).collect();
            all.sort();
            all
        };
        assert_eq!(places(&info), places(&reference.debug), "{}", image.name);
    }
}

#[test]
fn debug_files_that_do_not_fit_are_refused() {
    let image = images().into_iter().find(|i| i.name == "files").expect("there");
    let mut linked = assemble(&image);
    let good = debug_files(&image);
    let before = linked.symbols.clone();
    let refused = |linked: &mut Assembled, files: &[DebugFile]| linked.attach(files).expect_err("refused").to_string();
    assert_eq!(
        refused(&mut linked, &good[1..]),
        "nap.dbg is expected: every source has one, or none; for one without C it holds {}"
    );
    let mut more = good.clone();
    more.push(("other".to_owned(), "{}".to_owned()));
    assert_eq!(refused(&mut linked, &more), "other.dbg: no source of this name is assembled");
    let mut mixed = good.clone();
    mixed[2].1 = good[3].1.clone();
    let error = refused(&mut linked, &mixed);
    assert!(error.starts_with("bank.dbg is of another bank.mvasm: it counts "), "{error}");
    mixed[2].1 = "{".to_owned();
    assert!(refused(&mut linked, &mixed).starts_with("bank.dbg: bad JSON: "));
    assert_eq!(linked.symbols, before, "nothing has changed");
}
