//! One publish over a socket, until its answer.

use super::action::{Moment, PublishId, RefusedSignature, Ticket};
use super::backoff;
use super::frame::WireId;
use super::refusal::{Refusal, Remedy};
use crate::appsync::events::Publish;
use crate::error::{Code, Error};
use crate::time::Millis;

/// How long a publish may take in all.
const TIMEOUT: Millis = 30_000;

pub(super) struct PendingPublish {
    pub(super) id: PublishId,
    pub(super) publish: Publish,
    pub(super) stage: PublishStage,
    /// When it is given up.
    pub(super) until: Millis,
    /// The signature that AppSync refused last, for the next one.
    pub(super) refused: Option<RefusedSignature>,
    /// Of the last signature.
    pub(super) stamp: u64,
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
    pub(super) fn new(id: PublishId, publish: Publish, now: Millis) -> Self {
        Self {
            id,
            publish,
            stage: PublishStage::Waiting { until: now },
            until: now + TIMEOUT,
            refused: None,
            stamp: 0,
            has_recovered: false,
            failures: 0,
        }
    }

    /// Takes a refusal; an error, if it is not tried again. AppSync has taken nothing in, so that it may be.
    pub(super) fn refuse(&mut self, refusal: Refusal, at: Moment) -> Result<(), Error> {
        let until = match refusal.remedy() {
            Remedy::Recover(recovery) if !self.has_recovered => {
                self.has_recovered = true;
                self.refused = Some(RefusedSignature { recovery, stamp: self.stamp });
                at.now
            }
            Remedy::Wait => {
                self.failures += 1;
                at.now + backoff::delay(self.failures, at.random)
            }
            _ => return Err(refusal.into_error("the publish")),
        };
        if until >= self.until {
            return Err(refusal.into_error("the publish"));
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
