//! A map that forgets: what was put in is there for a time, and no more than so many at once. Time comes in with every call.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Remembers each value for a time. The oldest gives way when there are too many.
#[derive(Debug)]
pub(super) struct Fading<K, V> {
    lasts: Duration,
    len_max: usize,
    values: HashMap<K, (Instant, V)>,
    order: VecDeque<(Instant, K)>,
}

impl<K: Clone + Eq + Hash, V> Fading<K, V> {
    pub(super) fn new(lasts: Duration, len_max: usize) -> Self {
        Self { lasts, len_max, values: HashMap::new(), order: VecDeque::new() }
    }

    /// What was put in under this key, if that was not too long ago.
    pub(super) fn get(&self, now: Instant, key: &K) -> Option<&V> {
        let (at, value) = self.values.get(key)?;
        (now.saturating_duration_since(*at) < self.lasts).then_some(value)
    }

    /// Puts a value in, in the place of an older one.
    pub(super) fn put(&mut self, now: Instant, key: K, value: V) {
        while let Some((at, _)) = self.order.front()
            && (now.saturating_duration_since(*at) >= self.lasts || self.order.len() >= self.len_max)
        {
            let Some((at, key)) = self.order.pop_front() else { break };
            // A newer value under the same key stays for its own time.
            if self.values.get(&key).is_some_and(|(put_at, _)| *put_at == at) {
                self.values.remove(&key);
            }
        }
        self.values.insert(key.clone(), (now, value));
        self.order.push_back((now, key));
    }

    /// Forgets one.
    pub(super) fn remove(&mut self, key: &K) {
        self.values.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fade_and_never_grow_too_many() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut fading = Fading::new(Duration::from_secs(30), 3);
        fading.put(at(0), 'a', 1);
        assert_eq!(fading.get(at(0), &'a'), Some(&1));
        fading.put(at(20), 'a', 2);
        assert_eq!(fading.get(at(40), &'a'), Some(&2), "put in again, it lasts from then on");
        for (seconds, key) in [(41, 'b'), (42, 'c'), (43, 'd'), (44, 'e')] {
            fading.put(at(seconds), key, 0);
        }
        assert_eq!(fading.get(at(44), &'a'), None, "the oldest gave way");
        assert!(fading.order.len() <= 3 && fading.values.len() <= 3);
        assert_eq!(fading.get(at(74), &'e'), None);
        fading.remove(&'d');
        assert_eq!(fading.get(at(45), &'d'), None);
    }
}
