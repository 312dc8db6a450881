//! A table of bounded size that drops the entry with the lowest rank.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
};

/// Stores a rank for each of at most `capacity` keys. When the table is full, the key with the lowest rank is dropped
/// in logarithmic time.
pub(crate) struct RankedTable<Key, Rank> {
    capacity: usize,
    ranks: HashMap<Key, Rank>,
    order: BTreeSet<(Rank, Key)>,
}

impl<Key: Copy + Ord + Hash, Rank: Copy + Ord> RankedTable<Key, Rank> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), ranks: HashMap::new(), order: BTreeSet::new() }
    }

    pub(crate) fn rank(&self, key: &Key) -> Option<Rank> {
        self.ranks.get(key).copied()
    }

    pub(crate) fn put(&mut self, key: Key, rank: Rank) {
        self.remove(&key);
        while self.is_full() {
            if let Some((_, lowest)) = self.order.pop_first() {
                self.ranks.remove(&lowest);
            }
        }
        self.ranks.insert(key, rank);
        self.order.insert((rank, key));
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        if let Some(rank) = self.ranks.remove(key) {
            self.order.remove(&(rank, *key));
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&Key, Rank) -> bool) {
        self.ranks.retain(|key, rank| keep(key, *rank));
        self.order.retain(|(rank, key)| keep(key, *rank));
    }

    pub(crate) fn is_full(&self) -> bool {
        self.ranks.len() >= self.capacity
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        assert_eq!(self.ranks.len(), self.order.len());
        self.ranks.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_rank_makes_room() {
        let mut table = RankedTable::new(2);
        table.put('a', 5);
        table.put('b', 1);
        table.put('b', 9);
        table.put('c', 1);
        assert_eq!((table.rank(&'a'), table.rank(&'b'), table.rank(&'c')), (None, Some(9), Some(1)));
        table.put('c', 2);
        assert_eq!((table.rank(&'b'), table.rank(&'c'), table.len()), (Some(9), Some(2), 2));
        table.retain(|_, rank| rank > 2);
        table.remove(&'x');
        assert_eq!((table.rank(&'c'), table.len(), table.is_full()), (None, 1, false));
    }
}
