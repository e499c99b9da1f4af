//! What became of a fleet.

use sigfetch::time::Millis;

use crate::cognito::Calls;

/// The most refused calls of Cognito for each that it serves that a fleet may cause.
pub const MOST_REFUSED_PER_SERVED: f64 = 5.0;

/// The most that serving 99 % of a fleet may take, as a multiple of what the quota allows.
pub const LONGEST_TIMES_BOUND: f64 = 1.3;

/// What became of the simulated part of a fleet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// How many clients were simulated.
    pub clients: u32,
    /// How long it takes to serve each of them once if Cognito is asked neither more nor less than it takes.
    pub bound: Millis,
    /// How many have got credentials since the incident.
    pub served: u32,
    /// After an outage or an opening: when 99 % had, since the end of the outage, or since all pages were opened.
    pub served_99_after: Option<Millis>,
    /// Calls of Cognito up to then; or during the shortage and after it, or while all was well.
    pub calls: Calls,
    /// Calls of Cognito in the outage.
    pub calls_in_outage: u64,
    /// How long the pages' apps were watched.
    pub watched: Millis,
    /// Their calls in that time.
    pub app_calls: u64,
    /// Those of them that got no credentials.
    pub app_calls_failed: u64,
}

impl Outcome {
    /// How many calls Cognito refuses for each that it serves.
    pub fn refused_per_served(&self) -> f64 {
        self.calls.refused as f64 / self.calls.served().max(1) as f64
    }

    /// How long it took to serve 99 %, as a multiple of what the quota allows; none if they were not.
    pub fn times_bound(&self) -> Option<f64> {
        Some(self.served_99_after? as f64 / self.bound as f64)
    }

    /// The share of the apps' calls that got no credentials.
    pub fn failed_share(&self) -> f64 {
        self.app_calls_failed as f64 / self.app_calls.max(1) as f64
    }
}
