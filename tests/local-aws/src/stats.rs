//! What was asked for since the last reset: for tests that count calls, and for the page.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::Serialize;

use crate::host::Service;

/// Counters, safe to use from every connection at once.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    counters: Mutex<Counters>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counters {
    /// All requests to services, preflights left out.
    total: u64,
    /// Service → operation → outcome → how often. The outcome is `ok` or the name of the error.
    calls: BTreeMap<Service, BTreeMap<String, BTreeMap<String, u64>>>,
    /// Service → preflights.
    preflights: BTreeMap<Service, u64>,
    /// Service → the most requests that were in its hands at one moment.
    peak_concurrency: BTreeMap<Service, u64>,
    /// Service → sockets that are open.
    open_sockets: BTreeMap<Service, u64>,
    /// Service → messages that were handed to subscriptions.
    deliveries: BTreeMap<Service, u64>,
    #[serde(skip)]
    in_flight: BTreeMap<Service, u64>,
}

/// A request that a service is working on. Dropping it means that the service is done.
#[derive(Debug)]
pub(crate) struct InFlight<'a> {
    stats: &'a Stats,
    service: Service,
}

impl Stats {
    /// Notes that a service begins to work on a request.
    pub(crate) fn begin(&self, service: Service) -> InFlight<'_> {
        let mut counters = self.counters.lock();
        let in_flight = counters.in_flight.entry(service).or_default();
        *in_flight += 1;
        let in_flight = *in_flight;
        let peak = counters.peak_concurrency.entry(service).or_default();
        *peak = in_flight.max(*peak);
        InFlight { stats: self, service }
    }

    /// Counts an answer.
    pub(crate) fn count(&self, service: Service, operation: &str, outcome: &str) {
        let mut counters = self.counters.lock();
        counters.total += 1;
        *counters
            .calls
            .entry(service)
            .or_default()
            .entry(operation.to_owned())
            .or_default()
            .entry(outcome.to_owned())
            .or_default() += 1;
    }

    /// Counts a preflight.
    pub(crate) fn count_preflight(&self, service: Service) {
        *self.counters.lock().preflights.entry(service).or_default() += 1;
    }

    /// Counts messages that were handed to subscriptions.
    pub(crate) fn count_deliveries(&self, service: Service, messages: u64) {
        *self.counters.lock().deliveries.entry(service).or_default() += messages;
    }

    /// Notes that a socket is open.
    pub(crate) fn opened(&self, service: Service) {
        *self.counters.lock().open_sockets.entry(service).or_default() += 1;
    }

    /// Notes that a socket is open no more.
    pub(crate) fn closed(&self, service: Service) {
        if let Some(count) = self.counters.lock().open_sockets.get_mut(&service) {
            *count = count.saturating_sub(1);
        }
    }

    /// The counters as they stand.
    pub(crate) fn snapshot(&self) -> Counters {
        self.counters.lock().clone()
    }

    /// Starts counting anew. Requests that are under way stay in flight, and sockets that are open stay open.
    pub(crate) fn reset(&self) {
        let mut counters = self.counters.lock();
        let in_flight = std::mem::take(&mut counters.in_flight);
        let open_sockets = std::mem::take(&mut counters.open_sockets);
        *counters = Counters { in_flight, open_sockets, ..Counters::default() };
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if let Some(count) = self.stats.counters.lock().in_flight.get_mut(&self.service) {
            *count = count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_most_at_one_moment() {
        let stats = Stats::default();
        let first = stats.begin(Service::Sts);
        let second = stats.begin(Service::Sts);
        drop(first);
        drop(stats.begin(Service::Sts));
        drop(second);
        assert_eq!(stats.snapshot().peak_concurrency[&Service::Sts], 2);
    }

    #[test]
    fn a_reset_forgets_counts_and_keeps_what_is_in_flight() {
        let stats = Stats::default();
        let first = stats.begin(Service::Rest);
        stats.count(Service::Rest, "GET /items", "ok");
        stats.reset();
        assert_eq!(stats.snapshot().total, 0);
        let _second = stats.begin(Service::Rest);
        assert_eq!(stats.snapshot().peak_concurrency[&Service::Rest], 2);
        drop(first);
        assert_eq!(stats.snapshot().in_flight[&Service::Rest], 1);
    }
}
