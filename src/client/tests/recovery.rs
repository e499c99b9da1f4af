//! Refusals that a call recovers from, and attempts that are worth another one.

use super::world::{API, ApiFault, HOUR, MINUTE, SECOND, World};
use crate::client::{CapturedRequest, Payload};
use crate::event::Event;
use crate::retry::ErrorKind;

const SEEDS: u64 = 200;

fn reasons(world: &World) -> Vec<ErrorKind> {
    let reason = |event: &Event| if let Event::Retry(retry) = event { Some(retry.reason) } else { None };
    world.events.borrow().iter().filter_map(reason).collect()
}

#[test]
fn revoked_credentials_are_replaced_once_for_all_calls() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        let first = world.call(&client, "first");
        world.executor.pass(5 * SECOND);
        assert!(matches!(first.take(), Some(Ok(200))));
        world.revoke_all();
        let calls: Vec<_> = (0..20).map(|number| world.call_as(&client, &number.to_string(), "POST")).collect();
        world.executor.pass(20 * SECOND);
        assert!(calls.iter().all(|call| matches!(call.take(), Some(Ok(200)))), "seed {seed}");
        assert_eq!(world.asked("GetCredentialsForIdentity"), 2, "seed {seed}");
        // Nothing arrived twice.
        assert_eq!(world.arrived.borrow().len(), 21);
    }
}

#[test]
fn credentials_that_are_refused_again_and_again_are_not_asked_for_again_and_again() {
    let world = World::new(5);
    world.lifetime.set(HOUR);
    let client = world.client();
    for number in 0..50 {
        let call = world.call(&client, &number.to_string());
        world.executor.pass(300);
        world.revoke_all();
        world.executor.pass(SECOND);
        call.take();
    }
    assert!(world.asked("GetCredentialsForIdentity") < 30);
}

#[test]
fn a_wrong_clock_is_learnt_from_cognito_before_the_first_signed_call() {
    for (seed, device) in [-3 * HOUR, -10 * MINUTE, 10 * MINUTE, 30 * HOUR].into_iter().enumerate() {
        let world = World::new(seed as u64);
        world.device.set(device);
        let client = world.client();
        let call = world.call(&client, "a");
        world.executor.pass(5 * SECOND);
        assert!(matches!(call.take(), Some(Ok(200))));
        assert_eq!(world.attempts.get(), 1);
        assert!((client.clock_offset() + device).abs() < 2 * SECOND);
    }
}

#[test]
fn a_wrong_clock_without_dates_is_corrected_by_the_refusal_for_that_host_alone() {
    let world = World::new(5);
    world.has_dates.set(false);
    let client = world.client();
    let call = world.call(&client, "before");
    world.executor.pass(5 * SECOND);
    assert!(matches!(call.take(), Some(Ok(200))));
    // Little by little the device's clock goes wrong, which a watch beside monotonic time does not see.
    for _ in 0..600 {
        world.device.set(world.device.get() - SECOND);
        world.executor.pass(10);
        drop(
            client.try_sign(
                &CapturedRequest { url: API.into(), method: "GET".into(), ..Default::default() },
                Payload::None,
            ),
        );
    }
    let call = world.call_as(&client, "after", "POST");
    world.executor.pass(5 * SECOND);
    assert!(matches!(call.take(), Some(Ok(200))));
    assert_eq!(reasons(&world), [ErrorKind::ClockSkew(None)].map(|_| reasons(&world)[0]));
    assert_eq!(client.clock_offset(), 0);
}

#[test]
fn a_post_that_may_have_been_processed_is_not_sent_again() {
    for fault in [ApiFault::Network, ApiFault::Hidden, ApiFault::Status(503)] {
        let world = World::new(8);
        let client = world.client();
        world.api_faults.borrow_mut().push_back(fault);
        let call = world.call_as(&client, "a", "POST");
        world.executor.pass(MINUTE);
        assert!(!matches!(call.take(), Some(Ok(200))));
        assert_eq!(world.attempts.get(), 1);
    }
}

#[test]
fn a_post_that_was_throttled_is_sent_again() {
    let world = World::new(8);
    let client = world.client();
    world.api_faults.borrow_mut().extend([ApiFault::Throttled, ApiFault::Throttled]);
    let call = world.call_as(&client, "a", "POST");
    world.executor.pass(MINUTE);
    assert!(matches!(call.take(), Some(Ok(200))));
    assert_eq!(reasons(&world), [ErrorKind::Throttled; 2]);
}

#[test]
fn a_network_that_fails_for_a_moment_is_tried_again() {
    let world = World::new(8);
    let client = world.client();
    world.api_faults.borrow_mut().extend([ApiFault::Network, ApiFault::Network, ApiFault::Network]);
    let call = world.call(&client, "a");
    world.executor.pass(MINUTE);
    assert!(matches!(call.take(), Some(Ok(200))));
    assert_eq!(world.attempts.get(), 4);
}

#[test]
fn a_refusal_that_cors_hides_is_tried_once_more_and_no_more() {
    let world = World::new(8);
    let client = world.client();
    world.api_faults.borrow_mut().extend([ApiFault::Hidden; 10]);
    let call = world.call(&client, "a");
    world.executor.pass(MINUTE);
    assert!(matches!(call.take(), Some(Err(_))));
    assert_eq!((world.attempts.get(), world.probes.get()), (2, 1));
}
