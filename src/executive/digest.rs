//! A number that any difference between two machines changes, the same on every host.

use super::Machine;
use super::task::Task;
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
        let mut to = Fnv(0xCBF2_9CE4_8422_2325);
        (self.turn, self.time_us, self.waits, self.ran, self.next_pid).hash(&mut to);
        to.write(self.ram.bytes());
        self.tasks.iter().for_each(|task| digest_task(task, &mut to));
        (&self.rotation, &self.deadlines).hash(&mut to);
        (&self.mailboxes, &self.files, &self.registry, &self.console).hash(&mut to);
        to.write_u64(self.trace.total());
        for entry in self.trace.last(usize::MAX) {
            (entry.turn, entry.time_us, entry.pid, entry.kind as u8, entry.pc, entry.arg).hash(&mut to);
        }
        to.finish()
    }
}

fn digest_task(task: &Task, to: &mut Fnv) {
    let cx = &task.context;
    (cx.pid, cx.pc, cx.sp, cx.depth, cx.lowest, cx.flags.psw(), cx.reg_base, cx.stack_limit, cx.stack_top).hash(to);
    (task.state, task.quantum, task.counters, task.unretired, task.exit_status, task.fault).hash(to);
    (&task.name, &task.wait).hash(to);
    to.write(&task.bank);
    task.code.words().iter().for_each(|word| to.write_u32(*word));
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
