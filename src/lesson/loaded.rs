//! The programs of a lesson as its file is read.

use super::read::Find;
use crate::backend::{LoadOptions, Program, text_sum};
use crate::limits::PROGRAMS;
use std::sync::Arc;

/// The programs that have been read, each once.
pub(super) struct Loaded<'f> {
    /// Finds one.
    pub find: &'f Find<'f>,
    /// Those that were found, by name.
    pub list: Vec<(String, Arc<Program>)>,
}

impl Loaded<'_> {
    /// A checksum of a lesson's text and of its programs.
    pub fn sum(&self, text: &str) -> String {
        let mut all = text.replace("\r\n", "\n");
        for (name, program) in &self.list {
            let (image, rodata) = (&program.image, text_sum(&format!("{:?}", program.image.rodata)));
            all += &format!("\n{name} {} {} {rodata} {:?}", image.entry, image.bss, image.code);
        }
        text_sum(&all)
    }

    /// The program that an argument such as `worker.mvasm:stack=256` names, with its options.
    pub fn argument(&mut self, argument: &str) -> Result<(Arc<Program>, LoadOptions), String> {
        let (file, options) = LoadOptions::argument(argument)?;
        Ok((self.program(&file.to_string_lossy())?, options))
    }

    /// The program of that name.
    pub fn program(&mut self, file: &str) -> Result<Arc<Program>, String> {
        if let Some((_, program)) = self.list.iter().find(|(name, _)| name == file) {
            return Ok(Arc::clone(program));
        }
        PROGRAMS.check(self.list.len() as u64 + 1).map_err(|over| over.to_string())?;
        let program = Arc::new((self.find)(file)?);
        self.list.push((file.to_owned(), Arc::clone(&program)));
        Ok(program)
    }
}
