//! Every set of credentials this server gave out, so that it can tell its own from others'.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::account::ACCOUNT_ID;
use crate::iam::Policy;
use crate::random;

/// How long credentials last unless a fault says otherwise.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

/// Who signed a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The name of the role.
    pub(crate) role: String,
    pub(crate) session_name: String,
    /// The identity that the credentials were issued to, as `${cognito-identity.amazonaws.com:sub}`.
    pub(crate) identity_id: String,
    /// The identity pool, as `${cognito-identity.amazonaws.com:aud}`.
    pub(crate) pool_id: String,
    /// How the identity came to be: `authenticated` and its providers, or `unauthenticated`.
    pub(crate) amr: Vec<String>,
    pub(crate) session_policies: SessionPolicies,
    /// The role's sessions were revoked after this one began.
    pub(crate) is_revoked: bool,
}

/// What limits a session besides its role.
#[derive(Clone, Debug)]
pub(crate) enum SessionPolicies {
    None,
    /// Those that Cognito gives to guests in the enhanced flow.
    OfGuests,
    /// The one that was passed when the role was assumed.
    Given(Arc<Policy>),
}

impl Caller {
    /// A session of a role that begins now.
    pub(crate) fn new(role: &str, session_name: &str, identity_id: &str) -> Self {
        Self {
            role: role.to_owned(),
            session_name: session_name.to_owned(),
            identity_id: identity_id.to_owned(),
            pool_id: String::new(),
            amr: Vec::new(),
            session_policies: SessionPolicies::None,
            is_revoked: false,
        }
    }

    /// The caller as IAM names it.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{}/{}", self.role, self.session_name)
    }
}

/// One set of temporary credentials, as given to a client and kept here.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) expires_at: SystemTime,
    pub(crate) caller: Caller,
}

// Written out so that no log line or failed assertion can show a secret.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at", &self.expires_at)
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

/// The registry.
#[derive(Debug, Default)]
pub(crate) struct Issued {
    by_key: HashMap<String, Credentials>,
}

impl Issued {
    /// Makes new credentials for the caller.
    pub(crate) fn issue(&mut self, caller: Caller, now: SystemTime, lifetime: Duration) -> Credentials {
        let credentials = Credentials {
            access_key_id: random::access_key_id(),
            secret_access_key: random::secret_access_key(),
            session_token: random::session_token(),
            // AWS gives whole seconds.
            expires_at: SystemTime::UNIX_EPOCH + Duration::from_secs(crate::clock::unix_seconds(now + lifetime)),
            caller,
        };
        self.insert(credentials.clone());
        credentials
    }

    /// Takes up credentials that were made elsewhere.
    pub(crate) fn insert(&mut self, credentials: Credentials) {
        self.by_key.insert(credentials.access_key_id.clone(), credentials);
    }

    /// The credentials of that key id, if they came from here and were not revoked.
    pub(crate) fn find(&self, access_key_id: &str) -> Option<&Credentials> {
        self.by_key.get(access_key_id)
    }

    /// Denies everything to the sessions of that role which have begun so far.
    pub(crate) fn revoke_sessions(&mut self, role: &str) {
        for credentials in self.by_key.values_mut() {
            credentials.caller.is_revoked |= credentials.caller.role == role;
        }
    }

    /// Forgets all credentials: every key is unknown from now on.
    pub(crate) fn revoke_all(&mut self) {
        self.by_key.clear();
    }

    /// Ends all credentials at this moment: they are known, and expired.
    pub(crate) fn expire_all(&mut self, now: SystemTime) {
        for credentials in self.by_key.values_mut() {
            credentials.expires_at = credentials.expires_at.min(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_callers_as_iam_does_and_prints_no_secret() {
        let caller = Caller::new("LocalGuest", "CognitoIdentityCredentials", "us-east-1:0");
        assert_eq!(caller.arn(), "arn:aws:sts::123456789012:assumed-role/LocalGuest/CognitoIdentityCredentials");
        let credentials = Issued::default().issue(caller, SystemTime::now(), LIFETIME);
        let printed = format!("{credentials:?}");
        assert!(!printed.contains(&credentials.secret_access_key));
        assert!(!printed.contains(&credentials.session_token));
    }
}
