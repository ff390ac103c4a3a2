//! Sets of what a turn can change.

use std::fmt;

/// Its place among what can change: memory outside of the task's own registers.
pub const MEMORY: usize = 16;
/// The stack pointer.
pub const SP: usize = 17;
/// Messages: one is sent or received.
pub const MAIL: usize = 18;

/// A set of what a turn can change: R0 to R15 at their numbers, [`MEMORY`], [`SP`], [`MAIL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes(u32);

impl Changes {
    /// How many things there are.
    pub const COUNT: usize = 19;

    /// What a thing is called: `R3`, `memory`, `sp`, `mail`.
    #[must_use]
    pub fn name(i: usize) -> String {
        match i {
            MEMORY => "memory".into(),
            SP => "sp".into(),
            MAIL => "mail".into(),
            i => format!("R{i}"),
        }
    }

    /// The thing of a name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<usize> {
        (0..Changes::COUNT).find(|i| Changes::name(*i).eq_ignore_ascii_case(name))
    }

    /// Whether a thing is among them.
    #[must_use]
    pub const fn has(self, i: usize) -> bool {
        i < Changes::COUNT && self.0 >> i & 1 != 0
    }

    /// Adds a thing.
    pub fn add(&mut self, i: usize) {
        if i < Changes::COUNT {
            self.0 |= 1 << i;
        }
    }

    /// Adds a thing, or takes it away.
    pub fn toggle(&mut self, i: usize) {
        if i < Changes::COUNT {
            self.0 ^= 1 << i;
        }
    }

    /// The things, in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..Changes::COUNT).filter(move |i| self.has(*i))
    }

    /// The numbers of the registers among them.
    pub fn registers(self) -> impl Iterator<Item = u8> {
        self.iter().take_while(|i| *i < MEMORY).map(|i| i as u8)
    }
}

impl fmt::Display for Changes {
    /// `R3 R15 memory sp`, or `nothing`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.iter().map(Changes::name).collect();
        f.write_str(if names.is_empty() { "nothing".to_owned() } else { names.join(" ") }.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_have_names_and_come_in_order() {
        let mut changes = Changes::default();
        assert_eq!(changes.to_string(), "nothing");
        for i in [SP, 15, 3, MAIL, 4] {
            changes.add(i);
        }
        changes.toggle(4);
        changes.toggle(99);
        assert_eq!(changes.to_string(), "R3 R15 sp mail");
        assert_eq!(changes.registers().collect::<Vec<_>>(), [3, 15]);
        for i in 0..Changes::COUNT {
            assert_eq!(Changes::named(&Changes::name(i).to_lowercase()), Some(i));
        }
        assert_eq!(Changes::named("R16"), None);
    }
}
