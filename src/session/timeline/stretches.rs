//! Turns in stretches of equal length, which grow with the run: their number is bounded,
//! however long it is.

/// What is known of a stretch.
pub trait Sum: Clone + Default {
    /// Takes the next stretch in.
    fn add(&mut self, next: &Self);
}

/// Something for each stretch of turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stretches<T> {
    /// Turns in a stretch, as a power of two.
    power: u32,
    /// The first one holds turn 1.
    cells: Vec<T>,
}

impl<T: Sum> Stretches<T> {
    /// Stretches that begin with a length, as a power of two.
    pub fn of_length(power: u32) -> Stretches<T> {
        Stretches { power, cells: Vec::new() }
    }

    /// Turns in a stretch, as a power of two.
    pub fn power(&self) -> u32 {
        self.power
    }

    /// Turns in a stretch.
    pub fn length(&self) -> u64 {
        1 << self.power
    }

    /// The stretches, oldest first, with the first and the last turn of each.
    pub fn iter(&self) -> impl Iterator<Item = ((u64, u64), &T)> {
        let length = self.length();
        self.cells.iter().zip(0u64..).map(move |(cell, i)| ((i * length + 1, (i + 1) * length), cell))
    }

    /// The stretches that hold some of the turns from `first` to `last`, with the first turn of each.
    pub fn of(&self, first: u64, last: u64) -> impl Iterator<Item = (u64, &T)> {
        let index = |turn: u64| ((turn.max(1) - 1) >> self.power) as usize;
        let (from, to) = (index(first), if last < first { 0 } else { index(last) + 1 });
        let cells = self.cells.get(from..to.min(self.cells.len())).unwrap_or_default();
        cells.iter().zip(from as u64..).map(|(cell, i)| ((i << self.power) + 1, cell))
    }

    /// Turns that can be done until the stretch after a turn ends.
    pub fn room(&self, turn: u64) -> u64 {
        self.length() - turn % self.length()
    }

    /// Makes the stretches twice as long while a turn would need more than `most` of them.
    pub fn grow(&mut self, turn: u64, most: u64) {
        while turn.saturating_sub(1) >> self.power >= most {
            self.halve();
        }
    }

    /// The stretch of a turn. When there would be more than `most`, they become twice as long.
    pub fn at(&mut self, turn: u64, most: u64) -> &mut T {
        self.grow(turn, most);
        let i = (turn.saturating_sub(1) >> self.power) as usize;
        if i >= self.cells.len() {
            self.cells.resize(i + 1, T::default());
        }
        &mut self.cells[i]
    }

    fn halve(&mut self) {
        let pairs = self.cells.chunks(2).map(|pair| {
            let mut sum = pair[0].clone();
            pair.iter().skip(1).for_each(|next| sum.add(next));
            sum
        });
        self.cells = pairs.collect();
        self.power += 1;
    }

    /// The stretches behind the end of one.
    pub fn after(&mut self, turn: u64) -> impl Iterator<Item = &mut T> {
        self.cells.iter_mut().skip((turn >> self.power) as usize)
    }

    /// The stretches up to a turn; what the turn's stretch holds stays.
    pub fn until(&self, turn: u64) -> Stretches<T> {
        let kept = turn.div_ceil(self.length()) as usize;
        Stretches { power: self.power, cells: self.cells[..kept.min(self.cells.len())].to_vec() }
    }
}
