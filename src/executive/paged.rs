//! Copies of memory in pages that later copies share as long as they do not change.

use std::sync::Arc;

/// Bytes of a page. Smaller ones share more and cost more to look at.
const PAGE: usize = 512;

/// A copy of some bytes.
#[derive(Debug, Clone, Default)]
pub struct Paged(Vec<Arc<[u8]>>);

impl Paged {
    /// Copies bytes; pages that an earlier copy holds already are shared with it.
    pub fn of(bytes: &[u8], earlier: Option<&Paged>) -> Paged {
        let earlier = earlier.map_or(&[][..], |e| &e.0);
        let page = |(i, page): (usize, &[u8])| match earlier.get(i) {
            Some(same) if **same == *page => Arc::clone(same),
            _ => page.into(),
        };
        Paged(bytes.chunks(PAGE).enumerate().map(page).collect())
    }

    /// Writes the copy back over bytes of the same length.
    pub fn put(&self, bytes: &mut [u8]) {
        for (to, page) in bytes.chunks_mut(PAGE).zip(&self.0) {
            to.copy_from_slice(page);
        }
    }

    /// The bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// Bytes that it does not share with an earlier copy.
    pub fn bytes_beyond(&self, earlier: Option<&Paged>) -> usize {
        let earlier = earlier.map_or(&[][..], |e| &e.0);
        let own = self.0.iter().enumerate().filter(|(i, p)| !earlier.get(*i).is_some_and(|e| Arc::ptr_eq(e, p)));
        size_of_val(&self.0[..]) + own.map(|(_, page)| page.len() + 16).sum::<usize>()
    }
}

/// Pages of some bytes as they were, for where others differ from them.
#[derive(Debug, Clone, Default)]
pub struct Patch(Vec<(usize, Box<[u8]>)>);

impl Patch {
    /// What `before` has where `after` differs; both have the same length.
    pub fn between(before: &[u8], after: &[u8]) -> Patch {
        let pairs = before.chunks(PAGE).zip(after.chunks(PAGE)).enumerate();
        Patch(pairs.filter(|(_, (b, a))| a != b).map(|(i, (b, _))| (i * PAGE, b.into())).collect())
    }

    /// Bytes it holds.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|(_, page)| page.len() + 32).sum()
    }

    /// Writes it over bytes.
    pub fn put(&self, bytes: &mut [u8]) {
        for (at, page) in &self.0 {
            bytes[*at..*at + page.len()].copy_from_slice(page);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_shares_the_pages_that_did_not_change() {
        let mut bytes = vec![7; 5 * PAGE + 9];
        let first = Paged::of(&bytes, None);
        bytes[2 * PAGE] = 8;
        let second = Paged::of(&bytes, Some(&first));
        let shared = first.0.iter().zip(&second.0).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert_eq!((shared, second.to_bytes() == bytes), (5, true));
        assert!(second.bytes_beyond(Some(&first)) < first.bytes_beyond(None) / 3);
        first.put(&mut bytes);
        assert_eq!(bytes, vec![7; 5 * PAGE + 9]);
    }

    #[test]
    fn a_patch_takes_changes_back() {
        let before: Vec<u8> = (0..2000).map(|i| (i % 251) as u8).collect();
        let mut after = before.clone();
        (after[0], after[1999]) = (1, 2);
        let patch = Patch::between(&before, &after);
        assert_eq!(patch.0.len(), 2);
        patch.put(&mut after);
        assert_eq!(after, before);
    }
}
