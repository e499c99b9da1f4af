//! What AppSync says over a socket of the credentials and the clock that a frame was signed with.

use super::Client;
use super::host::Host;
use crate::appsync::connection::{Refusal, Remedy};
use crate::http::Url;

impl<H: Host> Client<H> {
    /// Takes in that AppSync has accepted a frame that was signed with this key.
    pub fn frame_accepted(&self, access_key_id: &str) {
        self.0.state.borrow_mut().session.on_frame_accepted(access_key_id);
    }

    /// Says what helps against a refusal. With the key and the URL of the frame that was refused, it means what the same
    /// answer means over HTTP: whoever signs next waits for other credentials, or signs by the host's clock. Whether it is
    /// tried again is the connection's to decide.
    pub fn frame_refused(&self, url: &str, access_key_id: Option<&str>, refusal: &Refusal) -> Remedy {
        let kind = refusal.kind();
        if let (Some(url), Some(key)) = (Url::split(url), access_key_id) {
            let now = self.0.host.now();
            self.0.state.borrow_mut().session.on_frame_refused(kind, url.authority, key, now);
            self.0.tell_clock();
        }
        Remedy::of(kind)
    }
}
