//! The programs of tasks elsewhere. No request reads code, so it is known only where the image can be read here, too, and
//! is as long as the executive says.

use super::talk::{Talk, Trouble};
use crate::backend::{Listing, Pid, Program};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Known = (Option<Arc<Program>>, Arc<Listing>);

/// The programs that were looked for, by task.
#[derive(Default)]
pub(super) struct Programs {
    /// Images that the user has named; they are looked at by their file name, before the executive's own path.
    images: Vec<PathBuf>,
    known: BTreeMap<(Pid, String), Known>,
}

impl Programs {
    pub fn new(images: Vec<PathBuf>) -> Programs {
        Programs { images, known: BTreeMap::new() }
    }

    /// The program of a task and its listing, from the path that the executive has read it from.
    pub fn of(&mut self, talk: &mut Talk, pid: Pid, path: &str) -> Result<Known, Trouble> {
        let key = (pid, path.to_owned());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let length = code_length(talk, pid)?;
        let file = Path::new(path).file_name();
        let named = self.images.iter().filter(|image| image.file_name() == file).map(PathBuf::as_path);
        let read = named.chain([Path::new(path)]).filter_map(|path| Program::read(path).ok());
        let program = read.into_iter().find(|program| length.is_some_and(|bytes| fits(program, bytes)));
        let known = match program {
            Some(program) => {
                let listing = Arc::new(Listing::of(&program));
                (Some(Arc::new(program)), listing)
            }
            None => Known::default(),
        };
        self.known.insert(key, known.clone());
        Ok(known)
    }
}

fn fits(program: &Program, bytes: u64) -> bool {
    4 * program.image.code.len() as u64 == bytes
}

/// The bytes of code that a task has, where the executive knows them.
fn code_length(talk: &mut Talk, pid: Pid) -> Result<Option<u64>, Trouble> {
    let reply = match talk.ask(json!({ "cmd": "memory", "pid": pid })) {
        Err(Trouble::Refused(_)) => return Ok(None),
        reply => reply?,
    };
    let regions = reply["memory"]["regions"].as_array().cloned().unwrap_or_default();
    Ok(regions.iter().find(|region| region["type"] == "code").and_then(|region| region["length"].as_u64()))
}
