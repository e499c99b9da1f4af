//! Every set of credentials this server gave out, so that it can tell its own from others'.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::account::{ACCOUNT_ID, Role};
use crate::iam::Decision;
use crate::random;

/// How long credentials last unless a fault says otherwise.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

/// Who signed a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) role: &'static Role,
    pub(crate) session_name: String,
    /// The identity that the credentials were issued to, as `${cognito-identity.amazonaws.com:sub}`.
    pub(crate) identity_id: String,
    /// The role's sessions were revoked after this one began.
    pub(crate) is_revoked: bool,
}

impl Caller {
    /// A session of a role that begins now.
    pub(crate) fn new(role: &'static Role, session_name: &str, identity_id: &str) -> Self {
        Self { role, session_name: session_name.to_owned(), identity_id: identity_id.to_owned(), is_revoked: false }
    }

    /// Whether the caller may do this. Revoking a role's sessions attaches a policy to it that denies everything to
    /// sessions that began before (`AWSRevokeOlderSessions`).
    pub(crate) fn decide(&self, action: &str, resource: &str) -> Decision {
        if self.is_revoked { Decision::ExplicitlyDenied } else { self.role.policy.decide(action, resource) }
    }

    /// The caller as IAM names it.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{}/{}", self.role.name, self.session_name)
    }

    /// The caller's unique id.
    pub(crate) fn user_id(&self) -> String {
        format!("{}:{}", self.role.id, self.session_name)
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
            credentials.caller.is_revoked |= credentials.caller.role.name == role;
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
    use crate::account::ROLES;

    #[test]
    fn names_callers_as_iam_does_and_prints_no_secret() {
        let caller = Caller::new(&ROLES[0], "CognitoIdentityCredentials", "us-east-1:0");
        assert_eq!(caller.arn(), "arn:aws:sts::123456789012:assumed-role/LocalGuest/CognitoIdentityCredentials");
        let credentials = Issued::default().issue(caller, SystemTime::now(), LIFETIME);
        let printed = format!("{credentials:?}");
        assert!(!printed.contains(&credentials.secret_access_key));
        assert!(!printed.contains(&credentials.session_token));
    }
}
