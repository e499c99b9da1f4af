//! One publish over a socket, until its answer.

use std::rc::Rc;

use super::action::{Moment, PublishId, Ticket};
use super::backoff;
use super::failure::Failure;
use super::frame::WireId;
use super::refusal::{Remedy, Verdict};
use crate::error::{Code, Error};
use crate::time::Millis;

/// How long a publish may take in all.
const TIMEOUT: Millis = 30_000;

pub(super) struct PendingPublish {
    pub(super) id: PublishId,
    pub(super) body: String,
    pub(super) stage: PublishStage,
    /// When it is given up.
    pub(super) until: Millis,
    /// The access key of the last signature.
    pub(super) key: Rc<str>,
    has_recovered: bool,
    failures: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PublishStage {
    Waiting { until: Millis },
    Signing { ticket: Ticket },
    Sent { wire: WireId },
}

impl PendingPublish {
    pub(super) fn new(id: PublishId, body: String, now: Millis) -> Self {
        Self {
            id,
            body,
            stage: PublishStage::Waiting { until: now },
            until: now + TIMEOUT,
            key: "".into(),
            has_recovered: false,
            failures: 0,
        }
    }

    /// The access key of the last signature, if another one may follow a refusal of it.
    pub(super) fn recoverable_key(&self) -> Option<&str> {
        (!self.has_recovered).then_some(&*self.key)
    }

    /// Takes a refusal; an error, if it is not tried again. AppSync has taken nothing in, so that it may be.
    pub(super) fn refuse<P>(&mut self, Verdict { remedy, failure }: Verdict<P>, at: Moment) -> Result<(), Failure<P>> {
        let until = match remedy {
            Remedy::Recover if !self.has_recovered => {
                self.has_recovered = true;
                at.now
            }
            Remedy::Wait => {
                self.failures += 1;
                at.now + backoff::delay(self.failures, at.random)
            }
            _ => return Err(failure),
        };
        if until >= self.until {
            return Err(failure);
        }
        self.stage = PublishStage::Waiting { until };
        Ok(())
    }

    /// Takes the loss of the connection; an error, if it was sent. It is not sent again: AppSync may have published it.
    pub(super) fn disconnect(&mut self) -> Result<(), Error> {
        if matches!(self.stage, PublishStage::Sent { .. }) {
            let error = Error::new(Code::Network, "the connection was lost before AppSync answered the publish");
            return Err(error.advise(PERHAPS_PUBLISHED));
        }
        self.stage = PublishStage::Waiting { until: Millis::MIN };
        Ok(())
    }

    /// The error when its time is over.
    pub(super) fn timeout(&self) -> Error {
        let error = Error::new(Code::Timeout, "AppSync has not answered the publish in time");
        if matches!(self.stage, PublishStage::Sent { .. }) { error.advise(PERHAPS_PUBLISHED) } else { error }
    }
}

const PERHAPS_PUBLISHED: &str = "The events may have been published.";
