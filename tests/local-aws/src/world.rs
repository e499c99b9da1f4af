//! What all services share.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

use crate::appsync::{Changes, ChannelPattern, Notes, Sockets, Subscribers};
use crate::arrived::Arrived;
use crate::clock::{Clock, shifted};
use crate::cognito_idp::RefreshTokens;
use crate::execute_api::Items;
use crate::faults::Faults;
use crate::host::Service;
use crate::identities::Identities;
use crate::issued::{Caller, Credentials, Issued, LIFETIME};
use crate::s3::Objects;
use crate::settings::{Configured, CredentialsState, Settings, Unfit};
use crate::signed_json::Table;
use crate::stats::Stats;
use crate::tokens::TokenKeys;
use crate::verify::{self, Refusal, Scope};

/// The state of the server. Each part has its own lock, and no code holds two at once.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) port: u16,
    pub(crate) log: bool,
    pub(crate) clock: Clock,
    pub(crate) keys: &'static TokenKeys,
    pub(crate) configured: Mutex<Configured>,
    /// The ids of the states that were entered last.
    pub(crate) states: Mutex<Vec<String>>,
    pub(crate) identities: Mutex<Identities>,
    pub(crate) issued: Mutex<Issued>,
    pub(crate) refresh_tokens: Mutex<RefreshTokens>,
    pub(crate) items: Mutex<Items>,
    pub(crate) table: Mutex<Table>,
    pub(crate) objects: Mutex<Objects>,
    /// Shared with the GraphQL engine, which keeps what it works with.
    pub(crate) notes: Arc<Mutex<Notes>>,
    /// What happens to the notes. The engine has a share in it too.
    pub(crate) changes: Changes,
    /// Subscriptions of the GraphQL API, by their fields.
    pub(crate) fields: Arc<Subscribers<String>>,
    /// Subscriptions of the Events API, by their channels.
    pub(crate) channels: Arc<Subscribers<ChannelPattern>>,
    pub(crate) sockets: Sockets,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) stats: Stats,
}

impl World {
    /// A world in which nothing happened yet.
    pub(crate) fn new(port: u16, log: bool, keys: &'static TokenKeys) -> Result<Self, Unfit> {
        Ok(Self {
            port,
            log,
            clock: Clock::default(),
            keys,
            configured: Mutex::new(Configured::initial()?),
            states: Mutex::default(),
            identities: Mutex::default(),
            issued: Mutex::default(),
            refresh_tokens: Mutex::default(),
            items: Mutex::default(),
            table: Mutex::default(),
            objects: Mutex::default(),
            notes: Arc::default(),
            changes: Changes::default(),
            fields: Arc::default(),
            channels: Arc::default(),
            sockets: Sockets::default(),
            faults: Mutex::default(),
            stats: Stats::default(),
        })
    }

    /// What the account's owner has set at the moment.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.configured.lock().settings()
    }

    /// Finds out who sent a request.
    pub(crate) fn verify(&self, request: &Arrived, scope: Scope<'_>) -> Result<Caller, Refusal> {
        let caller = verify::verify(request, scope, &self.issued.lock(), request.now)?;
        match self.settings().credentials {
            CredentialsState::Valid => Ok(caller),
            CredentialsState::Expired => Err(Refusal::ExpiredCredentials),
            CredentialsState::Unknown => Err(Refusal::UnknownCredentials),
        }
    }

    /// The time, as the server believes it to be.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The time, as one service believes it to be.
    pub(crate) fn now_at(&self, service: Service) -> SystemTime {
        let offset = self.faults.lock().service_clock_offset(service);
        shifted(self.now(), offset)
    }

    /// Goes back to the start: state, sockets, faults and counters.
    pub(crate) fn reset(&self) -> Result<(), Unfit> {
        *self.configured.lock() = Configured::initial()?;
        self.states.lock().clear();
        *self.identities.lock() = Identities::default();
        *self.issued.lock() = Issued::default();
        *self.refresh_tokens.lock() = RefreshTokens::default();
        *self.items.lock() = Items::default();
        *self.table.lock() = Table::default();
        *self.objects.lock() = Objects::default();
        *self.notes.lock() = Notes::default();
        self.sockets.end(None, None, "");
        *self.faults.lock() = Faults::default();
        self.clock.set_offset(0);
        self.stats.reset();
        Ok(())
    }

    /// New credentials that last an hour, or as long as the faults say.
    pub(crate) fn issue(&self, caller: Caller) -> Credentials {
        let lifetime = self.faults.lock().credential_lifetime_seconds.map_or(LIFETIME, Duration::from_secs);
        self.issue_for(caller, lifetime)
    }

    /// New credentials that last this long.
    pub(crate) fn issue_for(&self, caller: Caller, lifetime: Duration) -> Credentials {
        let now = self.now();
        self.issued.lock().issue(caller, now, lifetime)
    }
}
