//! What one subscription has for its consumer, bounded.

use std::collections::VecDeque;

use super::failure::Failure;
use crate::time::Millis;

/// How much a subscription keeps for a consumer that is slower than its messages. When either limit is passed, the
/// oldest messages are dropped, the newest stay, and one [`Gap`] in their place tells how many are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLimits {
    /// Messages and gaps, at least 2.
    pub messages: usize,
    /// The sum of the messages' sizes as the host measures frames. A single larger message is kept.
    pub size: usize,
}

impl Default for QueueLimits {
    /// 1,000 messages and 8 MiB.
    fn default() -> Self {
        Self { messages: 1_000, size: 8 << 20 }
    }
}

/// A place in a subscription's messages where some may be missing: fetch again what they would have told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When the last sign of the connection before the gap came (of the machine's clock, milliseconds).
    pub since: Millis,
    /// When messages were sure to arrive again.
    pub until: Millis,
    /// How often the subscription was cut off and came back. More than 1 only when the consumer was so slow that
    /// nothing but gaps would lie between.
    pub disconnections: u32,
    /// Messages dropped because the queue was full.
    pub overflowed: u32,
    /// Messages that AppSync could not process or that could not be read.
    pub unreadable: u32,
}

impl Gap {
    fn merge(&mut self, later: Self) {
        self.until = later.until;
        self.disconnections = self.disconnections.saturating_add(later.disconnections);
        self.overflowed = self.overflowed.saturating_add(later.overflowed);
        self.unreadable = self.unreadable.saturating_add(later.unreadable);
    }
}

/// What a consumer takes from its subscription.
#[derive(Clone, PartialEq, Eq)]
pub enum Delivery<P> {
    /// A message's payload, as it came.
    Message(P),
    /// Messages may be missing here.
    Gap(Gap),
    /// AppSync completed the subscription. Nothing follows.
    End,
    /// The subscription failed. Nothing follows.
    Failed(Failure<P>),
}

/// Payloads are the users' data and stay out of logs.
impl<P> core::fmt::Debug for Delivery<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Message(_) => f.write_str("Message(..)"),
            Self::Gap(gap) => gap.fmt(f),
            Self::End => f.write_str("End"),
            Self::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
        }
    }
}

enum Item<P> {
    Message { payload: P, size: usize, arrived: Millis },
    Gap(Gap),
}

/// The queue between a subscription and its consumer.
pub(super) struct Queue<P> {
    limits: QueueLimits,
    items: VecDeque<Item<P>>,
    size: usize,
    outcome: Option<Result<(), Failure<P>>>,
}

impl<P: Clone> Queue<P> {
    pub(super) fn new(limits: QueueLimits) -> Self {
        Self { limits, items: VecDeque::new(), size: 0, outcome: None }
    }

    /// Whether there is nothing to take.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.outcome.is_none()
    }

    pub(super) fn push(&mut self, payload: P, size: usize, now: Millis) {
        self.items.push_back(Item::Message { payload, size, arrived: now });
        self.size += size;
        self.drop_oldest();
    }

    /// Two gaps without a message between them are one.
    pub(super) fn push_gap(&mut self, gap: Gap) {
        match self.items.back_mut() {
            Some(Item::Gap(last)) => last.merge(gap),
            _ => self.items.push_back(Item::Gap(gap)),
        }
        self.drop_oldest();
    }

    fn drop_oldest(&mut self) {
        while (self.items.len() > self.limits.messages.max(2) || self.size > self.limits.size) && self.items.len() > 1 {
            let is_gap = matches!(self.items.front(), Some(Item::Gap(_)));
            // The newest item is always kept.
            if is_gap && self.items.len() == 2 {
                return;
            }
            let Some(mut gap) = self.pop_as_gap() else { return };
            if is_gap && let Some(next) = self.pop_as_gap() {
                gap.merge(next);
            }
            if matches!(self.items.front(), Some(Item::Gap(_)))
                && let Some(next) = self.pop_as_gap()
            {
                gap.merge(next);
            }
            self.items.push_front(Item::Gap(gap));
        }
    }

    fn pop_as_gap(&mut self) -> Option<Gap> {
        Some(match self.items.pop_front()? {
            Item::Gap(gap) => gap,
            Item::Message { size, arrived, .. } => {
                self.size -= size;
                Gap { since: arrived, until: arrived, disconnections: 0, overflowed: 1, unreadable: 0 }
            }
        })
    }

    /// Ends the subscription; what lies in the queue can still be taken. Only the first outcome counts.
    pub(super) fn end(&mut self, outcome: Result<(), Failure<P>>) {
        self.outcome.get_or_insert(outcome);
    }

    /// Takes what is next. The outcome is taken last, and stays.
    pub(super) fn take(&mut self) -> Option<Delivery<P>> {
        match self.items.pop_front() {
            Some(Item::Message { payload, size, .. }) => {
                self.size -= size;
                Some(Delivery::Message(payload))
            }
            Some(Item::Gap(gap)) => Some(Delivery::Gap(gap)),
            None => self.outcome.as_ref().map(|outcome| match outcome {
                Ok(()) => Delivery::End,
                Err(failure) => Delivery::Failed(failure.clone()),
            }),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn disconnection(at: Millis) -> Gap {
        Gap { since: at, until: at + 1, disconnections: 1, overflowed: 0, unreadable: 0 }
    }

    fn drain(queue: &mut Queue<u32>) -> Vec<Delivery<u32>> {
        std::iter::from_fn(|| queue.take()).collect()
    }

    #[test]
    fn a_full_queue_keeps_the_newest_and_tells_what_is_missing() {
        let mut queue = Queue::new(QueueLimits { messages: 3, size: 1_000 });
        for message in 0..10 {
            queue.push(message, 1, i64::from(message));
        }
        let gap = Gap { since: 0, until: 7, disconnections: 0, overflowed: 8, unreadable: 0 };
        assert_eq!(drain(&mut queue), [Delivery::Gap(gap), Delivery::Message(8), Delivery::Message(9)]);
        assert!(queue.is_empty());
    }

    #[test]
    fn sizes_are_bounded_but_one_large_message_is_kept() {
        let mut queue = Queue::new(QueueLimits { messages: 100, size: 10 });
        queue.push(1, 6, 1);
        queue.push(2, 6, 2);
        queue.push(3, 60, 3);
        let gap = Gap { since: 1, until: 2, disconnections: 0, overflowed: 2, unreadable: 0 };
        assert_eq!(drain(&mut queue), [Delivery::Gap(gap), Delivery::Message(3)]);
    }

    #[test]
    fn the_outcome_comes_last_and_only_the_first_one_counts() {
        let mut queue = Queue::new(QueueLimits::default());
        queue.push(1, 1, 0);
        queue.end(Ok(()));
        queue.end(Err(crate::error::Error::new(crate::error::Code::Network, "late").into()));
        assert_eq!(queue.take(), Some(Delivery::Message(1)));
        assert_eq!(queue.take(), Some(Delivery::End));
    }

    proptest::proptest! {
        /// Everything put in is taken out in order or counted as missing, and no limit is passed.
        #[test]
        fn nothing_is_lost_uncounted(
            messages in 0usize..6, limit in 1usize..40,
            steps in proptest::collection::vec((0u8..4, 0usize..30), 0..200),
        ) {
            let mut queue = Queue::new(QueueLimits { messages, size: limit });
            let (mut next, mut expected, mut pushed_gaps, mut taken_gaps) = (0, 0, 0, 0);
            let mut check = |delivery: Delivery<u32>, expected: &mut u32| match delivery {
                Delivery::Message(message) => {
                    assert_eq!(message, *expected);
                    *expected += 1;
                }
                Delivery::Gap(gap) => {
                    *expected += gap.overflowed;
                    taken_gaps += gap.disconnections;
                }
                _ => unreachable!(),
            };
            for (step, size) in steps {
                match step {
                    0 => {
                        if let Some(delivery) = queue.take() {
                            check(delivery, &mut expected);
                        }
                    }
                    1 => {
                        queue.push_gap(disconnection(i64::from(next)));
                        pushed_gaps += 1;
                    }
                    _ => {
                        queue.push(next, size, i64::from(next));
                        next += 1;
                    }
                }
                assert!(queue.items.len() <= messages.max(2));
                let held = queue.items.iter().filter(|item| matches!(item, Item::Message { .. })).count();
                assert!(queue.size <= limit || held <= 1);
            }
            while let Some(delivery) = queue.take() {
                check(delivery, &mut expected);
            }
            proptest::prop_assert_eq!((expected, taken_gaps, queue.size), (next, pushed_gaps, 0));
        }
    }
}
