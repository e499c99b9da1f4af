//! One subscription, from the wish for it to its end.

use std::rc::Rc;

use super::action::{Moment, SubscriptionId, Ticket};
use super::backoff;
use super::failure::Failure;
use super::frame::WireId;
use super::queue::{Gap, Queue};
use super::refusal::{Remedy, Verdict};
use crate::time::Millis;

/// Starts in a row that may fail for a passing reason before the first one succeeds. Once a subscription has been
/// acknowledged, it is tried forever, as the connection is.
const FIRST_STARTS: u32 = 8;

/// How long a subscription or a connection has to last for earlier failures not to count any more. One that is lost
/// sooner each time must not be tried at full speed forever.
pub(super) const LASTING: Millis = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// To be started at that time, or as soon as there is a connection.
    Waiting { until: Millis },
    /// Its start is being signed.
    Signing { ticket: Ticket },
    /// Its start is on the wire.
    Starting { wire: WireId, sent: Millis, until: Millis },
    /// AppSync has acknowledged it.
    Live { wire: WireId, since: Millis },
    /// Nothing more comes, but for what is in the queue.
    Ended,
}

pub(super) struct Subscription<P> {
    pub(super) id: SubscriptionId,
    pub(super) body: String,
    pub(super) stage: Stage,
    pub(super) queue: Queue<P>,
    /// The access key of the last signature.
    pub(super) key: Rc<str>,
    has_recovered: bool,
    failures: u32,
    has_been_live: bool,
    /// When it was cut off, while it is.
    cut_off: Option<Millis>,
}

impl<P: Clone> Subscription<P> {
    pub(super) fn new(id: SubscriptionId, body: String, queue: Queue<P>, now: Millis) -> Self {
        Self {
            id,
            body,
            stage: Stage::Waiting { until: now },
            queue,
            key: "".into(),
            has_recovered: false,
            failures: 0,
            has_been_live: false,
            cut_off: None,
        }
    }

    pub(super) fn wire(&self) -> Option<WireId> {
        match self.stage {
            Stage::Starting { wire, .. } | Stage::Live { wire, .. } => Some(wire),
            _ => None,
        }
    }

    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self.stage, Stage::Signing { .. } | Stage::Starting { .. })
    }

    /// Takes an acknowledgement; true if it is the first one.
    pub(super) fn acknowledge(&mut self, wire: WireId, now: Millis) -> bool {
        self.stage = Stage::Live { wire, since: now };
        self.has_recovered = false;
        if let Some(since) = self.cut_off.take() {
            self.queue.push_gap(Gap { since, until: now, disconnections: 1, overflowed: 0, unreadable: 0 });
        }
        !std::mem::replace(&mut self.has_been_live, true)
    }

    /// Takes the loss of the connection, which was last heard of at `heard`. It will be started on the next one.
    pub(super) fn disconnect(&mut self, heard: Millis) {
        if self.stage == Stage::Ended {
            return;
        }
        if matches!(self.stage, Stage::Live { .. }) {
            self.cut_off = Some(heard);
        }
        self.stage = Stage::Waiting { until: Millis::MIN };
    }

    /// Forgets what earlier credentials met with.
    pub(super) fn reset(&mut self) {
        self.has_recovered = false;
        self.failures = 0;
    }

    /// The access key of the last signature, if another one may follow a refusal of it.
    pub(super) fn recoverable_key(&self) -> Option<&str> {
        (!self.has_recovered).then_some(&*self.key)
    }

    pub(super) fn refuse(&mut self, Verdict { remedy, failure }: Verdict<P>, at: Moment) {
        let mut until = at.now;
        if let Stage::Live { since, .. } = self.stage {
            if at.now - since >= LASTING {
                self.failures = 0;
            }
            // So that a server that takes and refuses each start is not overrun.
            until += backoff::delay(self.failures, at.random);
            self.failures += 1;
            self.cut_off = Some(at.now);
        }
        match remedy {
            Remedy::Recover if !self.has_recovered => {
                self.has_recovered = true;
                self.stage = Stage::Waiting { until };
            }
            Remedy::Wait => self.retry(failure, at),
            _ => self.end(Err(failure)),
        }
    }

    /// Starts again later, or ends with the error.
    pub(super) fn retry(&mut self, failure: Failure<P>, at: Moment) {
        self.failures += 1;
        if self.failures >= FIRST_STARTS && !self.has_been_live {
            return self.end(Err(failure));
        }
        self.stage = Stage::Waiting { until: at.now + backoff::delay(self.failures, at.random) };
    }

    pub(super) fn end(&mut self, outcome: Result<(), Failure<P>>) {
        self.stage = Stage::Ended;
        self.queue.end(outcome);
    }
}
