//! What AppSync says over a socket of the credentials and the clock that a frame was signed with.

use super::Client;
use super::host::Host;
use crate::appsync::connection::Recovery;
use crate::credentials::Attempt;
use crate::http::{Reply, Url};
use crate::retry::{Call, Policy, Recovered};
use crate::time::Millis;

impl<H: Host> Client<H> {
    /// Takes in that AppSync has accepted a frame that was signed with this key for this URL, or has refused it for what
    /// is to be recovered from. It means what the same answer means over HTTP: whoever signs next waits for other
    /// credentials, or signs by the host's clock.
    pub fn learn_from_socket(&self, url: &str, access_key_id: &str, refused: Option<Recovery>) {
        let Some(url) = Url::split(url) else { return };
        let (status, name, date) = match refused {
            None => (200, "", None),
            Some(Recovery::Credentials) => (403, "ExpiredTokenException", None),
            Some(Recovery::Clock(time)) => (403, "RequestTimeTooSkewed", time),
        };
        let reply = Reply { status, error_type: name.into(), date, ..Reply::default() };
        let call = Call {
            idempotent: true,
            replayable: true,
            policy: Policy { attempts: 2, budget: Millis::MAX },
            made: 0,
            elapsed: 0,
            recovered: Recovered::default(),
        };
        let attempt = Attempt { host: url.authority, reply: Some(&reply), key: access_key_id, signed_at: None };
        let now = self.0.host.now();
        // Whether it is tried again is the connection's to decide.
        self.0.state.borrow_mut().session.decide_retry(&call, &attempt, 0.0, now);
        self.0.tell_clock();
    }
}
