//! A machine on a screen, with or without doors for others.

use super::super::Front;
use super::super::scenario::Scenario;
use crate::backend::Local;
use crate::ui::{self, Left};

/// A machine on a screen: alone, or with clients that act on it, too.
pub(super) enum Shown {
    Alone(Box<Local>, Box<Scenario>),
    #[cfg(feature = "remote")]
    Served(Box<crate::remote::serve::Followed>, Box<super::super::serve::Beside>),
}

impl Shown {
    pub fn run(&mut self, app: &mut ui::App, record: ui::Record) -> std::io::Result<Left> {
        match self {
            Shown::Alone(target, scenario) => ui::run(&mut **target, app, record, &mut **scenario),
            #[cfg(feature = "remote")]
            Shown::Served(target, beside) => ui::run(&mut **target, app, record, &mut **beside),
        }
    }

    pub fn local(self) -> Local {
        match self {
            Shown::Alone(target, _) => *target,
            #[cfg(feature = "remote")]
            Shown::Served(target, _) => target.local,
        }
    }
}

/// A machine as it is to be shown.
#[cfg(feature = "remote")]
pub(super) fn shown(target: Local, scenario: Scenario, front: &Front, app: &mut ui::App) -> Result<Shown, String> {
    if let Some(address) = &front.serve {
        let (target, beside, bound) = super::super::serve::Beside::new(target, scenario, address, front.token.clone())?;
        app.answer(&format!("clients connect at {bound}"));
        return Ok(Shown::Served(Box::new(target), Box::new(beside)));
    }
    Ok(Shown::Alone(Box::new(target), Box::new(scenario)))
}

/// A machine as it is to be shown: without doors there is one way.
#[cfg(not(feature = "remote"))]
pub(super) fn shown(target: Local, scenario: Scenario, _: &Front, _: &mut ui::App) -> Result<Shown, String> {
    Ok(Shown::Alone(Box::new(target), Box::new(scenario)))
}
