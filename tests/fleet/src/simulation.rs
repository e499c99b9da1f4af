//! A fleet, and what becomes of it.

use std::rc::Rc;

use sigfetch::client::{Client, CoolDowns};
use sigfetch::config::Config;
use sigfetch::time::Millis;
use sigfetch::{Error, Options};

use crate::cognito::{Calls, Cognito, Condition, Period, Quotas};
use crate::host::{FleetHost, World, sleep};
use crate::outcome::Outcome;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

/// How long an outage or a shortage goes on.
const INCIDENT: Millis = HOUR;

/// How long a fleet without incident, or after a shortage, is watched.
const WATCHED: Millis = 2 * HOUR;

/// How often the app of a page that has credentials calls.
const APP_CALLS: std::ops::Range<Millis> = MINUTE..9 * MINUTE;

/// Any; nothing is sent there.
const POOL: &str = "us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";

/// What happens to a fleet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Incident {
    /// Pages are in use, and nothing goes wrong.
    None,
    /// Pages are in use, and for an hour Cognito answers with status 500. All of their credentials expire in it.
    Failing,
    /// Pages are in use, and for an hour no answer of Cognito comes. All of their credentials expire in it.
    Unreachable,
    /// Pages are in use, and for an hour Cognito takes only this part of its quotas.
    Shortage(f64),
    /// All pages are opened, one after another within so many milliseconds.
    Opening(Millis),
}

/// A fleet of clients that share Cognito's quotas.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// How many clients there are.
    pub clients: u32,
    /// How many of them are simulated, with as much smaller quotas.
    pub simulated: u32,
    /// How many of them are in one page.
    pub clients_per_page: u32,
    /// What happens to them.
    pub incident: Incident,
    /// Whether a page that is opened knows its identity from an earlier visit.
    pub remembers_identity: bool,
    /// Whether waiting times are random. Without, each is the longest that it may be.
    pub has_jitter: bool,
    /// What Cognito asks for when it throttles, in seconds.
    pub retry_after: Option<u32>,
    /// How long after it was told that there are no credentials an app calls again: so long, half of it more or less.
    pub again_after: Millis,
    /// Whether all apps call again after exactly that time.
    pub in_step: bool,
    /// What Cognito takes of the whole fleet.
    pub quotas: Quotas,
    /// When a fleet is given up that is not served, in milliseconds after the incident.
    pub horizon: Millis,
    /// Same seed, same figures.
    pub seed: u64,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            clients: 200_000,
            simulated: 2_000,
            clients_per_page: 1,
            incident: Incident::Failing,
            remembers_identity: true,
            has_jitter: true,
            retry_after: None,
            again_after: 2 * MINUTE,
            in_step: false,
            quotas: Quotas::default(),
            horizon: 6 * HOUR,
            seed: 1,
        }
    }
}

impl Fleet {
    fn bound(&self) -> Millis {
        let needs_identity = matches!(self.incident, Incident::Opening(_)) && !self.remembers_identity;
        let Quotas { get_id, get_credentials } = self.quotas;
        let rate = if needs_identity { get_id.min(get_credentials) } else { get_credentials };
        (f64::from(self.clients) / rate * 1_000.0) as Millis
    }

    /// Runs it.
    pub fn run(&self) -> Result<Outcome, Error> {
        on_simulated_clock(self.simulate())
    }

    /// Opens all pages while Cognito throttles every call, and gives its calls up to each of these moments since the one
    /// before. They are in milliseconds.
    pub fn run_throttled(&self, moments: &[Millis]) -> Result<Vec<Calls>, Error> {
        on_simulated_clock(async {
            let world = self.open(SECOND)?;
            self.change(&world, Condition::Serving(0.0));
            let mut calls = Vec::new();
            for moment in moments {
                sleep(moment - world.time()).await;
                calls.push(self.change(&world, Condition::Serving(0.0)).calls());
            }
            Ok(calls)
        })
    }

    async fn simulate(&self) -> Result<Outcome, Error> {
        let world;
        if let Incident::Opening(within) = self.incident {
            world = self.open(within)?;
        } else {
            world = self.open(HOUR)?;
            // How pages in use came by their first credentials is not the question.
            sleep(HOUR).await;
        }
        let mut calls_in_outage = 0;
        if let Some(condition) = self.outage() {
            self.change(&world, condition);
            sleep(INCIDENT).await;
            calls_in_outage = self.change(&world, Condition::Serving(1.0)).calls().total();
        }
        let (began, _) = (world.time(), world.take_app_calls());
        let mut calls = Calls::default();
        if let Incident::Shortage(part) = self.incident {
            self.change(&world, Condition::Serving(part));
            sleep(INCIDENT).await;
            calls = self.change(&world, Condition::Serving(1.0)).calls();
        } else {
            self.change(&world, Condition::Serving(1.0));
        }
        let is_watched = matches!(self.incident, Incident::None | Incident::Shortage(_));
        if is_watched {
            sleep(WATCHED).await;
        } else {
            self.until_served(&world).await;
        }
        let cognito = world.cognito.borrow();
        let period = cognito.period();
        let served_99 = period.served_99().filter(|_| !is_watched);
        let (app_calls, app_calls_failed) = world.take_app_calls();
        Ok(Outcome {
            clients: self.simulated,
            bound: self.bound(),
            served: period.served(),
            served_99_after: served_99.map(|(after, _)| after),
            calls: calls.and(served_99.map_or(period.calls(), |(_, calls)| calls)),
            calls_in_outage,
            watched: world.time() - began,
            app_calls,
            app_calls_failed,
        })
    }

    fn outage(&self) -> Option<Condition> {
        match self.incident {
            Incident::Failing => Some(Condition::Failing),
            Incident::Unreachable => Some(Condition::Unreachable),
            Incident::None | Incident::Shortage(_) | Incident::Opening(_) => None,
        }
    }

    fn change(&self, world: &World, condition: Condition) -> Period {
        world.cognito.borrow_mut().change(condition, self.simulated, world.time())
    }

    async fn until_served(&self, world: &World) {
        let end = world.time() + self.horizon;
        while world.time() < end && world.cognito.borrow().period().served_99().is_none() {
            sleep(SECOND).await;
        }
    }

    /// Opens all pages, one after another within that time.
    fn open(&self, within: Millis) -> Result<Rc<World>, Error> {
        let scale = f64::from(self.simulated) / f64::from(self.clients);
        let cognito = Cognito::new(self.quotas.times(scale), self.retry_after);
        let world = Rc::new(World::new(cognito, self.seed, self.has_jitter, self.remembers_identity));
        let mut cool_downs = CoolDowns::default();
        let mut opened_after = 0;
        for number in 0..self.simulated {
            if number % self.clients_per_page == 0 {
                cool_downs = CoolDowns::default();
                opened_after = world.between(0..within);
            }
            let config = Config::new(Options { identity_pool_id: Some(POOL.into()), ..Options::default() })?;
            let host = FleetHost { world: world.clone(), cool_downs: cool_downs.clone(), number };
            tokio::task::spawn_local(self.app(world.clone(), Client::new(config, host), opened_after));
        }
        Ok(world)
    }

    /// An app that is used as long as the simulation goes on.
    fn app(
        &self,
        world: Rc<World>,
        client: Client<FleetHost>,
        opened_after: Millis,
    ) -> impl Future<Output = ()> + use<> {
        let (again_after, in_step) = (self.again_after, self.in_step);
        async move {
            sleep(opened_after).await;
            while let Ok(caller) = client.caller() {
                let is_served = client.credentials(&caller).await.is_ok();
                world.count_app_call(is_served);
                let wait = match (is_served, in_step) {
                    (true, _) => world.between(APP_CALLS),
                    (false, true) => again_after,
                    (false, false) => world.between(again_after / 2..again_after * 3 / 2),
                };
                sleep(wait).await;
            }
        }
    }
}

/// Runs tasks on a clock that goes on to the next timer whenever all of them wait.
fn on_simulated_clock<T: Default>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    // Without I/O there is nothing that could fail.
    let Ok(runtime) = runtime else { return Ok(T::default()) };
    tokio::task::LocalSet::new().block_on(&runtime, work)
}
