//! What follows from the frames of AppSync.

use std::collections::VecDeque;

use super::frame::{Frame, Value, WireId};
use super::link::Link;
use super::publishing::PublishStage;
use super::queue::Gap;
use super::refusal::{Remedy, Verdict};
use super::subscription::{Stage, Subscription};
use super::{Action, Connection, Moment, SocketId, backoff, change};
use crate::error::{Code, Error};
use crate::time::Millis;

impl<P: Value> Connection<P> {
    /// A frame has come. `frame` is the JSON in it; `None` if it has none, is binary or longer than [`super::FRAME_LIMIT`].
    /// `size` is its length, as the host counts.
    pub fn received(&mut self, socket: SocketId, frame: Option<P>, size: usize, at: Moment) {
        if self.socket() != Some(socket) {
            return;
        }
        if let Link::Open(open) = &mut self.link {
            open.heard = open.heard.max(at.now);
            open.is_doubtful = false;
        }
        match frame.and_then(|frame| self.endpoint.protocol().read(&frame)) {
            None => {
                let error = Error::new(Code::ServiceFault, "a frame from AppSync cannot be read").field("frame");
                self.actions.push_back(Action::Unusable(error.into()));
            }
            Some(frame) => match self.link {
                Link::Greeting { socket, .. } => self.received_in_greeting(socket, frame, at),
                Link::Open(_) => self.received_while_open(frame, size, at),
                _ => {}
            },
        }
    }

    fn received_in_greeting(&mut self, socket: SocketId, frame: Frame<P>, at: Moment) {
        match frame {
            Frame::ConnectionAck { timeout } => self.connected(socket, timeout, at),
            Frame::ConnectionError(error) | Frame::Refused { id: None, error } => {
                self.refuse_connection(error.as_ref(), at);
            }
            _ => {}
        }
        self.advance(at);
    }

    fn received_while_open(&mut self, frame: Frame<P>, size: usize, at: Moment) {
        match frame {
            // By far the most frequent, and nothing else follows from it.
            Frame::Data { id, payloads } => return self.received_data(id, payloads, size, at),
            Frame::ConnectionAck { .. } | Frame::KeepAlive | Frame::Nothing => {}
            Frame::ConnectionError(error) => self.refuse_connection(error.as_ref(), at),
            Frame::Started(id) => self.started(id, at),
            Frame::Complete(id) => {
                self.forget_abandoned(id);
                if let Some(subscription) = self.subscriptions.iter_mut().find(|s| s.wire() == Some(id)) {
                    change(&mut self.actions, subscription, |subscription| subscription.end(Ok(())));
                }
            }
            Frame::MessageLost(id) => {
                if let Some(subscription) = self.subscriptions.iter_mut().find(|s| s.wire() == Some(id)) {
                    change(&mut self.actions, subscription, |subscription| {
                        subscription.queue.push_gap(unreadable(at.now))
                    });
                }
            }
            Frame::Refused { id: Some(id), error } => self.refused(id, error.as_ref(), at),
            Frame::Refused { id: None, error } => self.throttled(error.as_ref(), at),
            Frame::Published { id, report } => {
                if let Some(index) = self.publish_with(id) {
                    self.finish_publish(index, Ok(report));
                }
            }
        }
        self.advance(at);
    }

    fn publish_with(&self, wire: WireId) -> Option<usize> {
        self.publishes.iter().position(|pending| pending.stage == PublishStage::Sent { wire })
    }

    fn forget_abandoned(&mut self, wire: WireId) -> bool {
        let before = self.abandoned.len();
        self.abandoned.retain(|(id, _)| *id != wire);
        self.abandoned.len() < before
    }

    fn started(&mut self, wire: WireId, at: Moment) {
        if self.forget_abandoned(wire) {
            return self.send_stop(wire);
        }
        let starting = |s: &&mut Subscription<P>| matches!(s.stage, Stage::Starting { wire: own, .. } if own == wire);
        if let Some(subscription) = self.subscriptions.iter_mut().find(starting) {
            acknowledge(&mut self.actions, subscription, wire, at.now);
            let key = subscription.key.clone();
            self.accept(key);
        }
    }

    fn received_data(&mut self, wire: WireId, payloads: Vec<Option<P>>, size: usize, at: Moment) {
        let Some(subscription) = self.subscriptions.iter_mut().find(|s| s.wire() == Some(wire)) else { return };
        if matches!(subscription.stage, Stage::Starting { .. }) {
            acknowledge(&mut self.actions, subscription, wire, at.now);
        }
        let size = size / payloads.len().max(1);
        change(&mut self.actions, subscription, |subscription| {
            for payload in payloads {
                match payload {
                    Some(payload) => subscription.queue.push(payload, size, at.now),
                    None => subscription.queue.push_gap(unreadable(at.now)),
                }
            }
        });
    }

    fn refused(&mut self, wire: WireId, error: Option<&P>, at: Moment) {
        self.forget_abandoned(wire);
        if let Some(subscription) = self.subscriptions.iter_mut().find(|s| s.wire() == Some(wire)) {
            let verdict = (self.judge)(error, subscription.recoverable_key());
            change(&mut self.actions, subscription, |subscription| subscription.refuse(verdict, at));
        } else if let Some(index) = self.publish_with(wire) {
            self.refuse_publish(index, error, at);
        }
    }

    /// AppSync does not say which of the starts in flight it has dropped when it throttles a socket: all that are not
    /// acknowledged soon are sent again.
    fn throttled(&mut self, error: Option<&P>, at: Moment) {
        // Nobody knows which signature it was.
        let Verdict { remedy, failure } = (self.judge)(error, None);
        if remedy == Remedy::Wait {
            let soon = at.now + 1_000 + backoff::delay(2, at.random);
            for subscription in &mut self.subscriptions {
                if let Stage::Starting { until, .. } = &mut subscription.stage {
                    *until = soon.min(*until);
                }
            }
        }
        self.actions.push_back(Action::Unusable(failure));
    }
}

fn acknowledge<P: Clone>(
    actions: &mut VecDeque<Action<P>>,
    subscription: &mut Subscription<P>,
    wire: WireId,
    now: Millis,
) {
    let mut is_first = false;
    change(actions, subscription, |subscription| is_first = subscription.acknowledge(wire, now));
    if is_first {
        actions.push_back(Action::Subscribed(subscription.id));
    }
}

fn unreadable(now: Millis) -> Gap {
    Gap { since: now, until: now, disconnections: 0, overflowed: 0, unreadable: 1 }
}
