//! A number that any difference between two machines changes, the same on every host.

use super::task::Task;
use super::{Machine, MachineState};
use crate::vm::Context;
use std::hash::{Hash, Hasher};

/// FNV-1a over eight bytes at a time, numbers taken as little-endian words.
struct Fnv(u64);

impl Fnv {
    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01B3);
        // The multiplication carries only upward: bring high bits down.
        self.0 ^= self.0 >> 29;
    }
}

/// Bytes as little-endian numbers of eight each, the last filled up with zeros: for hashes that are the
/// same on every host.
pub fn words(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    })
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        words(bytes).for_each(|word| self.word(word));
        self.word(bytes.len() as u64);
    }

    fn write_u8(&mut self, i: u8) {
        self.word(i.into());
    }

    fn write_u16(&mut self, i: u16) {
        self.word(i.into());
    }

    fn write_u32(&mut self, i: u32) {
        self.word(i.into());
    }

    fn write_u64(&mut self, i: u64) {
        self.word(i);
    }

    fn write_usize(&mut self, i: usize) {
        self.word(i as u64);
    }

    fn write_isize(&mut self, i: isize) {
        self.word(i as u64);
    }
}

impl Machine {
    /// The digest of the whole state, trace included.
    #[must_use]
    pub fn digest(&self) -> u64 {
        // The configuration is chosen, and no part of the state.
        let Machine { config: _, ram, state, trace } = self;
        let MachineState {
            tasks,
            rotation,
            turn,
            time_us,
            deadlines,
            waits,
            ran,
            next_pid,
            mailboxes,
            files,
            registry,
            console,
        } = state;
        let mut to = Fnv(0xCBF2_9CE4_8422_2325);
        (turn, time_us, waits, ran, next_pid).hash(&mut to);
        to.write(ram.bytes());
        tasks.iter().for_each(|task| digest_task(task, &mut to));
        (rotation, deadlines).hash(&mut to);
        (mailboxes, files, registry, console).hash(&mut to);
        to.write_u64(trace.total());
        for entry in trace.last(usize::MAX) {
            (entry.turn, entry.time_us, entry.pid, entry.kind() as u8, entry.pc, entry.arg()).hash(&mut to);
        }
        to.finish()
    }
}

fn digest_task(task: &Task, to: &mut Fnv) {
    let Task {
        context,
        code,
        bank,
        quantum,
        // The context's.
        pid: _,
        state,
        // Statistics: nothing that happens depends on them.
        last_turn: _,
        woken: _,
        wait_stats: _,
        state_time: _,
        former: _,
        counters,
        // Code and bank are what it has brought; the arena is in the context.
        image: _,
        arena: _,
        name,
        wait,
        unretired,
        exit_status,
        fault,
    } = task;
    let Context { pc, sp, reg_base, pid, stack_limit, stack_top, lowest, depth, flags } = context;
    (pid, pc, sp, depth, lowest, flags.psw(), reg_base, stack_limit, stack_top).hash(to);
    (state, quantum, counters, unretired, exit_status, fault).hash(to);
    (name, wait).hash(to);
    to.write(bank);
    code.words().iter().for_each(|word| to.write_u32(*word));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executive::Config;
    use crate::executive::input::Input;

    #[test]
    fn a_byte_of_a_file_makes_a_difference() {
        let with = |byte| {
            let mut machine = Machine::new(Config::default());
            let input = Input::File { path: "a".into(), content: vec![byte] };
            machine.apply(&input).expect("room");
            machine.digest()
        };
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }
}
