//! The rule for a fleet: how often Cognito is asked after an outage, and how soon all are served.

use super::{Calls, Fleet, Incident, LONGEST_TIMES_BOUND, MOST_REFUSED_PER_SERVED, Outcome};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// Fleets that the default quotas can serve, and need 17 and 42 minutes for.
const SIZES: [u32; 2] = [200_000, 500_000];

/// Few clients, for the sake of time.
fn small() -> Fleet {
    Fleet { simulated: 400, ..Fleet::default() }
}

#[track_caller]
fn assert_rule(fleet: &Fleet) -> Outcome {
    let outcome = fleet.run().unwrap();
    assert!(outcome.refused_per_served() <= MOST_REFUSED_PER_SERVED, "{fleet:?}: {outcome:?}");
    assert!(outcome.times_bound().unwrap() <= LONGEST_TIMES_BOUND, "{fleet:?}: {outcome:?}");
    outcome
}

#[test]
fn after_an_outage_few_calls_are_refused_and_all_are_served_soon() {
    for clients in SIZES {
        for incident in [Incident::Failing, Incident::Unreachable] {
            assert_rule(&Fleet { clients, incident, ..small() });
        }
    }
}

#[test]
fn the_same_holds_however_the_apps_call_and_whatever_cognito_asks_for() {
    for clients in SIZES {
        assert_rule(&Fleet { clients, again_after: 30 * SECOND, in_step: true, ..small() });
        assert_rule(&Fleet { clients, retry_after: Some(60), ..small() });
    }
}

#[test]
fn clients_of_one_page_ask_a_cognito_that_fails_hardly_more_often_than_one() {
    for clients in SIZES {
        let alone = assert_rule(&Fleet { clients, ..small() });
        let together = assert_rule(&Fleet { clients, clients_per_page: 3, ..small() });
        assert!(together.calls_in_outage < alone.calls_in_outage * 2 / 3, "{alone:?}, {together:?}");
    }
}

#[test]
fn a_fleet_too_small_to_fill_the_quota_is_served_within_a_quarter_of_an_hour() {
    for clients in [5_000, 50_000, 100_000] {
        let outcome = Fleet { clients, ..small() }.run().unwrap();
        assert!(outcome.served_99_after.unwrap() < 15 * MINUTE, "{outcome:?}");
        assert!(outcome.refused_per_served() < 1.5, "{outcome:?}");
    }
}

#[test]
fn without_jitter_a_fleet_is_served_later() {
    let with = assert_rule(&small());
    let without = Fleet { has_jitter: false, ..small() }.run().unwrap();
    assert!(without.served_99_after > with.served_99_after.map(|after| after * 3 / 2), "{without:?}");
}

#[test]
fn no_page_notices_background_refreshes_that_the_quota_can_serve() {
    for clients in [100_000, 500_000] {
        let outcome = Fleet { clients, incident: Incident::None, ..small() }.run().unwrap();
        assert!(outcome.failed_share() < 0.001, "{outcome:?}");
        assert!(outcome.refused_per_served() < if clients == 100_000 { 0.01 } else { 2.0 }, "{outcome:?}");
    }
}

#[test]
fn an_hour_at_half_the_quotas_stays_within_the_rule() {
    let outcome = Fleet { clients: 300_000, incident: Incident::Shortage(0.5), ..small() }.run().unwrap();
    assert!(outcome.refused_per_served() < MOST_REFUSED_PER_SERVED, "{outcome:?}");
    assert!(outcome.failed_share() < 0.02, "{outcome:?}");
}

#[test]
fn a_pool_that_throttles_is_asked_ever_more_rarely() {
    const MOMENTS: [i64; 4] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
    for (clients_per_page, retry_after) in [(1, None), (3, None), (1, Some(120))] {
        let fleet = Fleet { simulated: 300, clients_per_page, retry_after, ..small() };
        let spans = [MINUTE, 4 * MINUTE, 10 * MINUTE, 45 * MINUTE];
        let per_page_and_minute = |(calls, span): (&Calls, &i64)| {
            assert_eq!(calls.total(), calls.refused);
            let pages = f64::from(fleet.simulated / clients_per_page);
            calls.refused as f64 / pages / (*span as f64 / MINUTE as f64)
        };
        let calls = fleet.run_throttled(&MOMENTS).unwrap();
        let rates: Vec<f64> = calls.iter().zip(&spans).map(per_page_and_minute).collect();
        assert!(rates.windows(2).all(|pair| pair[1] < pair[0]), "{fleet:?}: {rates:?}");
        // Less than once in five minutes, however many clients a page has.
        assert!(rates[3] < 0.2, "{fleet:?}: {rates:?}");
        if retry_after.is_some() {
            assert!(rates[0] <= 1.0, "{rates:?}");
        }
    }
}

#[test]
fn no_fleet_is_faster_than_the_quotas_and_no_call_is_lost() {
    for incident in [Incident::Failing, Incident::Opening(SECOND)] {
        for remembers_identity in [true, false] {
            let fleet = Fleet { clients: 20_000, incident, remembers_identity, ..small() };
            let outcome = fleet.run().unwrap();
            // A quota lets a few calls through at once.
            assert!(outcome.times_bound().unwrap() > 0.95, "{outcome:?}");
            assert!(outcome.calls.credentials >= u64::from(outcome.clients) * 99 / 100, "{outcome:?}");
            let needs_identity = incident == Incident::Opening(SECOND) && !remembers_identity;
            assert_eq!(outcome.calls.identities > 0, needs_identity, "{outcome:?}");
            assert_eq!(outcome.calls_in_outage > 0, incident == Incident::Failing);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let fleet = Fleet { simulated: 100, ..small() };
    assert_eq!(fleet.run().unwrap(), fleet.run().unwrap());
    assert_ne!(fleet.run().unwrap(), Fleet { seed: 2, ..fleet }.run().unwrap());
}
