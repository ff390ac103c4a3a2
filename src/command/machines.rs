//! `machines`: what other machines would have moved for the run.

use super::Call;
use super::parse::number;
use super::races::plural;
use super::reply::{CommandError, Reply};
use crate::backend::answer::{MachineCounted, MachinesCounted};
use std::fmt::Write;

/// `machines [windows N]`.
pub(super) fn machines(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let windows = if call.args.take("windows") { windows(call)? } else { MachinesCounted::WINDOWS };
    call.args.done()?;
    let found = call.inspect()?.machines(windows)?;
    Ok(Reply::new(text(&found), found))
}

fn windows(call: &mut Call<'_>) -> Result<u32, CommandError> {
    let word = call.args.word("a number of register windows")?;
    let possible = MachinesCounted::WINDOWS_RANGE;
    let n = u32::try_from(number(&word)?).ok().filter(|n| possible.contains(n));
    let (least, most) = (possible.start(), possible.end());
    n.ok_or_else(|| CommandError::malformed(word.column, format!("a SPARC has from {least} to {most} windows")))
}

/// The run in a line.
#[must_use]
pub fn machines_summary(found: &MachinesCounted) -> String {
    let accesses = found.register_reads + found.register_writes;
    let each = tenths(accesses, found.switches).map_or(String::new(), |each| format!(", {each} a switch"));
    let turns =
        if found.to < found.from { "no turn yet".into() } else { format!("turns {}..{}", found.from, found.to) };
    let switches = plural(found.switches, "switch", "switches");
    let registers = plural(accesses, "register access", "register accesses");
    format!("{turns}: {switches}, {registers}{each}")
}

/// When windows in memory pay, beside a machine whose registers are in the processor.
#[must_use]
pub fn break_even(found: &MachinesCounted, machine: &MachineCounted) -> Option<String> {
    let accesses = found.register_reads + found.register_writes;
    let even = tenths(machine.sums.accesses, found.switches)?;
    let verdict = match accesses.cmp(&machine.sums.accesses) {
        std::cmp::Ordering::Less => "a window pays",
        std::cmp::Ordering::Equal => "a window costs the same",
        std::cmp::Ordering::Greater => "a window does not pay",
    };
    let fits = machine.sums.register_accesses == 0;
    fits.then(|| format!("{}: {verdict}; it pays below {even} register accesses a switch", machine.title))
}

/// A share with one decimal, rounded down; `None` of nothing.
fn tenths(of: u64, n: u64) -> Option<String> {
    let tenths = of.saturating_mul(10).checked_div(n)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

fn text(found: &MachinesCounted) -> String {
    let mut text = machines_summary(found);
    let _ = write!(
        text,
        "\n{:16} {:>9} {:>12} {:>12} {:>12} {:>13} {:>9}",
        "", "a switch", "words moved", "of registers", "accesses", "bytes", "cycles"
    );
    for machine in &found.machines {
        let sums = &machine.sums;
        let [out, back] = machine.next_switch;
        let cycles = sums.cycles.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let _ = write!(
            text,
            "\n{:16} {:>9} {:>12} {:>12} {:>12} {:>13} {cycles:>9}",
            machine.title,
            format!("{out}+{back}"),
            sums.words_out + sums.words_in,
            sums.register_accesses,
            sums.accesses,
            sums.bytes
        );
    }
    let flushed = plural(found.windows_flushed, "window", "windows");
    let _ = write!(
        text,
        "\nSPARC with {} windows: {flushed} flushed by switches, {} spilled by calls, {} filled by returns",
        found.windows, found.windows_spilled, found.windows_filled
    );
    for line in found.machines.iter().filter_map(|machine| break_even(found, machine)) {
        let _ = write!(text, "\n{line}");
    }
    text
}
