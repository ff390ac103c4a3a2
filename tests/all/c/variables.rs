//! Globals, statics and their types, from the compiler's files and the image alone.

use super::cases::images;

#[test]
fn globals_and_statics_are_where_the_linker_has_put_them() {
    for image in images() {
        let info = image.program().debug;
        let expected = image.expected["globals"].as_array().expect("globals");
        for expected in expected {
            let (name, line) = (expected["name"].as_str().expect("name"), expected["line"].as_u64());
            let file = expected["file"].as_str().expect("file").trim_start_matches("./");
            let is_it =
                |g: &&hsxray::debug_info::Global| g.name == name && g.file == file && line == Some(g.line.into());
            let found = info.globals.iter().find(is_it).unwrap_or_else(|| panic!("{file}:{line:?} {name}"));
            assert_eq!(found.address.map(u64::from), expected["address"].as_u64(), "{file} {name}");
            assert_eq!(info.types.name(found.of), expected["type"].as_str().expect("type"), "{file} {name}");
            if expected["address"].is_null() {
                continue;
            }
            assert_eq!(u64::from(info.types.size(found.of.expect("a type"))), expected["size"], "{file} {name}");
            assert_eq!(found.is_static, expected["static"], "{file} {name}");
            let function = found.function.and_then(|start| info.function_at(start)).map(|f| f.name.as_str());
            assert_eq!(function, expected["function"].as_str(), "{file} {name}");
            let block = found.block.map(|id| &info.blocks[id]).filter(|block| block.parent.is_some());
            assert_eq!(block.map(|block| u64::from(block.line)), expected["block_line"].as_u64(), "{file} {name}");
        }
        assert_eq!(info.globals.len(), expected.len(), "{}", image.name);
    }
}
