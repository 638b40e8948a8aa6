//! Who watches what: open pages wait here for the next change of a customer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use money::CustomerId;
use tokio::sync::watch;

/// Most pages that one customer may have open at the same time.
const SUBSCRIPTIONS_PER_CUSTOMER_MAX: usize = 50;

/// The changes of all customers. What has changed is not said: whoever is told looks again.
#[derive(Clone, Debug, Default)]
pub struct Live {
    topics: Arc<Mutex<HashMap<CustomerId, watch::Sender<u64>>>>,
}

/// One open page. Dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    live: Live,
    customer: CustomerId,
    receiver: Option<watch::Receiver<u64>>,
}

impl Live {
    /// Watches one customer; `None` if he has `SUBSCRIPTIONS_PER_CUSTOMER_MAX` pages open already.
    pub fn subscribe(&self, customer: CustomerId) -> Option<Subscription> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = topics.entry(customer).or_insert_with(|| watch::channel(0).0);
        if sender.receiver_count() >= SUBSCRIPTIONS_PER_CUSTOMER_MAX {
            return None;
        }
        Some(Subscription { live: self.clone(), customer, receiver: Some(sender.subscribe()) })
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
        for sender in customers.into_iter().filter_map(|customer| topics.get(&customer)) {
            sender.send_modify(|version| *version += 1);
        }
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
        let changed = match &mut self.receiver {
            Some(receiver) => receiver.changed().await.is_ok(),
            None => false,
        };
        if !changed {
            // Cannot be: the sender lives as long as a receiver, the topic is dropped with its last subscription.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut topics = self.live.topics.lock().unwrap_or_else(PoisonError::into_inner);
        self.receiver = None;
        if topics.get(&self.customer).is_some_and(|sender| sender.receiver_count() == 0) {
            topics.remove(&self.customer);
        }
    }
}
