//! Stops by their numbers, with the symbols of programs in their expressions.

use super::{Local, Refused};
use crate::backend::Listing;
use crate::executive::Pid;
use crate::session::expr::{Expr, ExprError, MemoryRange, Scope};
use crate::session::{Access, On, Stop as StopView, Touching};
use crate::vm::Span;
use std::sync::Arc;

impl Local {
    /// Sets a breakpoint and gives its number.
    pub fn add_breakpoint(&mut self, pid: Option<Pid>, pc: u32) -> u32 {
        self.session.stops.add(pid, pc)
    }

    /// Sets a stop on a change of an expression, or on something that happens, and gives its number.
    /// Symbols mean those of the task, or of the first program that has them.
    pub fn add_stop(&mut self, pid: Option<Pid>, on: On) -> u32 {
        let on = match on {
            On::Change(expr, last) => On::Change(self.bound(expr, pid), last),
            on => on,
        };
        self.session.stops.add_on(pid, on)
    }

    /// A stop on reads and writes of the memory an expression stands for, or of `bytes` bytes from there on.
    ///
    /// # Errors
    /// It stands for none, or the end lies outside RAM.
    pub fn access(
        &self,
        expr: &Expr,
        pid: Option<Pid>,
        bytes: Option<u32>,
        touching: Touching,
    ) -> Result<Access, ExprError> {
        let machine = self.machine();
        let bound = self.bound(expr.clone(), pid);
        let place = bound.place(&Scope { machine, pid, symbol: &|_, _| None })?;
        Ok(self.access_of(expr.text(), place, bytes, touching)?.shaped(expr.shape().cloned()))
    }

    /// A stop on touches of memory that a task sees at an address.
    ///
    /// # Errors
    /// The end lies outside RAM.
    pub fn access_at(
        &self,
        text: &str,
        (pid, address, size): (Pid, u16, u32),
        bytes: Option<u32>,
        touching: Touching,
    ) -> Result<Access, ExprError> {
        self.access_of(text, MemoryRange { pid: Some(pid), address, bytes: size }, bytes, touching)
    }

    fn access_of(
        &self,
        text: &str,
        place: MemoryRange,
        bytes: Option<u32>,
        touching: Touching,
    ) -> Result<Access, ExprError> {
        let machine = self.machine();
        let start = u32::from(place.address);
        let end = start.saturating_add(bytes.unwrap_or(place.bytes));
        if end > crate::vm::RAM_BYTES as u32 || end == start {
            let message = "a stretch of at least one byte that ends at or below 0xFFFF is expected".to_owned();
            return Err(ExprError::at(0, message));
        }
        let task = place.pid.and_then(|pid| machine.task(pid));
        let banked = |t: &&crate::executive::task::Task| {
            start.checked_sub(crate::vm::BANK_BASE).is_some_and(|at| (at as usize) < t.bank.len())
        };
        let span = Span { start, end, bank: task.filter(banked).map(|t| t.pid) };
        Ok(Access::new(text, span, touching))
    }

    /// Whether an expression is a number whatever the machine does: an address, if it is a symbol.
    #[must_use]
    pub fn is_constant(&self, expr: &Expr, pid: Option<Pid>) -> bool {
        self.bound(expr.clone(), pid).is_constant()
    }

    /// Lets a stop be for the instances of an application alone.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_app(&mut self, number: u32, app: Option<String>) -> Result<(), Refused> {
        self.breakpoint(number)?.app = app;
        Ok(())
    }

    /// Command lines to be carried out when a stop has stopped.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_commands(&mut self, number: u32, lines: Vec<String>) -> Result<(), Refused> {
        self.breakpoint(number)?.commands = lines;
        Ok(())
    }

    /// An expression with symbols as numbers.
    pub(in crate::backend) fn bound(&self, expr: Expr, pid: Option<Pid>) -> Expr {
        let listings = self.listings(pid);
        let symbol = |name: &str| {
            let named = listings.iter().flat_map(|l| l.labels.iter().chain(&l.data)).find(|(_, n)| n == name);
            named.map(|(at, _)| *at)
        };
        expr.bound(&symbol)
    }

    /// Gives a breakpoint a condition, or takes it away.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_condition(&mut self, number: u32, condition: Option<Expr>) -> Result<(), Refused> {
        let pid = self.breakpoint(number)?.pid;
        let condition = condition.map(|c| self.bound(c, pid));
        self.breakpoint(number)?.condition = condition;
        Ok(())
    }

    /// Lets the next `hits` hits of a stop pass.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_ignore(&mut self, number: u32, hits: u64) -> Result<(), Refused> {
        self.breakpoint(number)?.ignore = hits;
        Ok(())
    }

    /// Makes a breakpoint go when it has stopped once.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_temporary(&mut self, number: u32) -> Result<(), Refused> {
        self.breakpoint(number)?.temporary = true;
        Ok(())
    }

    fn breakpoint(&mut self, number: u32) -> Result<&mut StopView, Refused> {
        self.session.stops.get_mut(number).ok_or(Refused::NoStop(number))
    }

    /// The code of a task, or of all.
    fn listings(&self, pid: Option<Pid>) -> Vec<Arc<Listing>> {
        let pids = self.machine().tasks().iter().map(|t| t.pid).filter(|p| pid.is_none_or(|pid| pid == *p));
        pids.filter_map(|pid| self.listing(pid).cloned()).collect()
    }

    /// Removes a breakpoint.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn remove_breakpoint(&mut self, number: u32) -> Result<(), Refused> {
        if self.session.stops.remove(number) { Ok(()) } else { Err(Refused::NoStop(number)) }
    }

    /// Switches a breakpoint on or off.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn enable_breakpoint(&mut self, number: u32, enabled: bool) -> Result<(), Refused> {
        self.breakpoint(number)?.enabled = enabled;
        Ok(())
    }
}
