//! What a session begins with.

use super::{LoadDefaults, LoadOptions, Local, Program, Refused};
use crate::executive::Config;
use std::sync::Arc;

/// A session as it is to begin: a machine and the programs in it.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its name for people.
    pub title: String,
    /// The machine.
    pub config: Config,
    /// What programs get that say nothing else.
    pub defaults: LoadDefaults,
    /// The programs, in the order in which they are loaded.
    pub programs: Vec<(Arc<Program>, LoadOptions)>,
}

impl Setup {
    /// The session on its own engine, before its first turn.
    ///
    /// # Errors
    /// Which program has no room.
    pub fn begin(self) -> Result<Local, Refused> {
        let Setup { title, config, defaults, programs } = self;
        let mut local = Local::new(title, config, defaults);
        for (program, options) in programs {
            local.load(program, options)?;
        }
        Ok(local.begun())
    }
}
