//! How many orders there are, and how many of them fail in which way.

use super::Orders;

/// Orders that end with the same values after the same failures.
#[derive(Debug, Clone, Copy)]
struct Class {
    failed: u64,
    values: u32,
    orders: u128,
}

/// The orders by what becomes of them; `None` if some never end, or there are too many for 128 bits.
#[derive(Debug, Default)]
pub(super) struct Counts(Option<Vec<Class>>);

impl Counts {
    fn sum(&self, of: impl Fn(&Class) -> bool) -> Option<u128> {
        self.0.as_ref()?.iter().filter(|class| of(class)).try_fold(0u128, |sum, class| sum.checked_add(class.orders))
    }

    pub fn all(&self) -> Option<u128> {
        self.sum(|_| true)
    }

    pub fn failing(&self) -> Option<u128> {
        self.sum(|class| class.failed != 0)
    }

    pub fn failure(&self, bit: usize) -> Option<u128> {
        self.sum(|class| class.failed >> bit & 1 != 0)
    }

    pub fn values(&self, number: usize) -> Option<u128> {
        self.sum(|class| class.values as usize == number)
    }
}

/// Adds orders to those with the same failures so far.
fn add(ways: &mut Vec<(u64, u128)>, failed: u64, orders: u128) -> Option<()> {
    match ways.iter_mut().find(|(f, _)| *f == failed) {
        Some((_, sum)) => *sum = sum.checked_add(orders)?,
        None => ways.push((failed, orders)),
    }
    Some(())
}

impl Orders {
    /// Counts the orders from the start to each end. Every order has to end.
    pub(super) fn count(&self) -> Counts {
        Counts(self.classes())
    }

    fn classes(&self) -> Option<Vec<Class>> {
        // For each state the ways to it, by what failed on them. A state comes after all that lead to it.
        let mut ways: Vec<Vec<(u64, u128)>> = vec![Vec::new(); self.states.len()];
        ways[0] = vec![(self.at_start, 1)];
        let mut classes: Vec<Class> = Vec::new();
        for &at in self.finished.iter().rev() {
            let (state, here) = (&self.states[at as usize], std::mem::take(&mut ways[at as usize]));
            for edge in &state.edges {
                for &(failed, orders) in &here {
                    add(&mut ways[edge.to as usize], failed | edge.failed, orders)?;
                }
            }
            for (end, (failed, orders)) in state.end.iter().flat_map(|end| here.iter().map(move |way| (end, *way))) {
                let (failed, values) = (failed | end.failed, end.values);
                match classes.iter_mut().find(|c| (c.failed, c.values) == (failed, values)) {
                    Some(class) => class.orders = class.orders.checked_add(orders)?,
                    None => classes.push(Class { failed, values, orders }),
                }
            }
        }
        Some(classes)
    }
}
