//! Who watches what: open pages wait here for the next change of a customer.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use money::CustomerId;
use tokio::sync::watch;

/// Most pages that watchers of one kind may have open of one customer at the same time.
const SUBSCRIPTIONS_MAX: usize = 50;

/// Who watches a customer. However many pages one of them has open, the others may open theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Watcher {
    /// The customer himself.
    Customer,
    /// Those who work for the operator.
    Staff,
    /// Neither: a program that waits for its own request, the first screen of a demo.
    Others,
}

/// What is watched, and by whom.
type Topic = (CustomerId, Watcher);

/// The changes of all customers. What has changed is not said: whoever is told looks again.
#[derive(Clone, Debug, Default)]
pub struct Live {
    topics: Arc<Mutex<HashMap<Topic, watch::Sender<u64>>>>,
}

/// One open page. Dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    live: Live,
    watched: Vec<(Topic, watch::Receiver<u64>)>,
}

impl Live {
    /// Watches these customers; `None` if of one of them such a watcher has `SUBSCRIPTIONS_MAX` pages open already.
    pub fn subscribe(&self, watcher: Watcher, customers: &[CustomerId]) -> Option<Subscription> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let pages =
            |customer: CustomerId| topics.get(&(customer, watcher)).map_or(0, watch::Sender::receiver_count);
        if customers.iter().any(|customer| pages(*customer) >= SUBSCRIPTIONS_MAX) {
            return None;
        }
        let mut watch = |customer: &CustomerId| {
            let topic = (*customer, watcher);
            let sender = topics.entry(topic).or_insert_with(|| watch::channel(0).0);
            (topic, sender.subscribe())
        };
        Some(Subscription { live: self.clone(), watched: customers.iter().map(&mut watch).collect() })
    }

    /// Tells the open pages of this customer to look again.
    pub fn notify(&self, customer: CustomerId) {
        self.notify_each([customer]);
    }

    /// As [`Live::notify`], for several.
    pub fn notify_each(&self, customers: impl IntoIterator<Item = CustomerId>) {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if topics.is_empty() {
            return;
        }
        for customer in customers {
            let watchers = [Watcher::Customer, Watcher::Staff, Watcher::Others];
            for sender in watchers.into_iter().filter_map(|watcher| topics.get(&(customer, watcher))) {
                sender.send_modify(|version| *version += 1);
            }
        }
    }

    /// Tells every open page of staff to look again: somebody's rights are others now.
    pub fn notify_staff(&self) {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let of_staff = topics.iter().filter(|((_, watcher), _)| *watcher == Watcher::Staff);
        of_staff.for_each(|(_, sender)| sender.send_modify(|version| *version += 1));
    }

    /// Tells every open page to look again: the test clock moved.
    pub fn notify_all(&self) {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.values().for_each(|sender| sender.send_modify(|version| *version += 1));
    }
}

impl Subscription {
    /// Waits for the next change after the one last seen. Changes that come together are seen as one.
    pub async fn changed(&mut self) {
        let watched = self.watched.iter_mut();
        let mut changes: Vec<_> = watched.map(|(_, receiver)| Box::pin(receiver.changed())).collect();
        // A sender lives as long as its last receiver, so none of them ends otherwise than by a change.
        poll_fn(|context| {
            let is_told = changes.iter_mut().any(|change| change.as_mut().poll(context).is_ready());
            if is_told { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut topics = self.live.topics.lock().unwrap_or_else(PoisonError::into_inner);
        for (topic, receiver) in self.watched.drain(..) {
            drop(receiver);
            if topics.get(&topic).is_some_and(|sender| sender.receiver_count() == 0) {
                topics.remove(&topic);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;

    const ANA: CustomerId = CustomerId::from_u128(1);
    const LEO: CustomerId = CustomerId::from_u128(2);

    #[test]
    fn who_has_many_pages_open_keeps_nobody_else_from_opening_his() {
        let live = Live::default();
        for (watcher, other) in [(Watcher::Staff, Watcher::Customer), (Watcher::Customer, Watcher::Staff)] {
            let subscribe = || live.subscribe(watcher, &[ANA]);
            let open: Vec<_> = (0..SUBSCRIPTIONS_MAX).map(|_| subscribe().expect("a page")).collect();
            assert!(subscribe().is_none(), "{watcher:?}");
            assert!(live.subscribe(watcher, &[LEO, ANA]).is_none(), "{watcher:?}");
            assert!(live.subscribe(other, &[ANA]).is_some(), "{watcher:?}");
            drop(open);
            assert!(subscribe().is_some(), "{watcher:?}");
        }
        assert!(live.topics.lock().expect("a lock").is_empty(), "nobody watches any more");
    }

    #[tokio::test]
    async fn all_who_watch_are_told() {
        let live = Live::default();
        for watcher in [Watcher::Customer, Watcher::Staff, Watcher::Others] {
            let mut both = live.subscribe(watcher, &[ANA, LEO]).expect("a page");
            for customer in [LEO, ANA] {
                live.notify(customer);
                tokio::time::timeout(std::time::Duration::from_secs(5), both.changed())
                    .await
                    .expect("it is told");
            }
        }
    }
}
