//! What AppSync says over a socket of the credentials and the clock that a frame was signed with.

use super::Client;
use super::host::Host;
use crate::appsync::connection::Remedy;
use crate::appsync::{kind_of_frame, refusal, reply_of_frame};
use crate::error::Error;
use crate::http::{Json, Url};

impl<H: Host> Client<H> {
    /// Takes in that AppSync has accepted a frame that was signed with this key.
    pub fn frame_accepted(&self, access_key_id: &str) {
        self.0.state.borrow_mut().session.on_frame_accepted(access_key_id);
    }

    /// Says what helps against a refusal, and what it fails with otherwise. `error` is the first one of the frame. With the
    /// key and the URL of the frame that was refused, it means what the same answer means over HTTP: whoever signs next
    /// waits for other credentials, or signs by the host's clock. Whether it is tried again is the connection's to decide.
    pub fn frame_refused(&self, url: &str, access_key_id: Option<&str>, error: Option<Json>) -> (Remedy, Error) {
        let reply = reply_of_frame(error);
        let kind = kind_of_frame(&reply);
        if let (Some(url), Some(key)) = (Url::split(url), access_key_id) {
            let now = self.0.host.now();
            self.0.state.borrow_mut().session.on_frame_refused(kind, url.authority, key, now);
            self.0.tell_clock();
        }
        (Remedy::of(kind), refusal(&reply))
    }
}
