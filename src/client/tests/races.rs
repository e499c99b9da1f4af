//! Users who come and go while calls wait: whatever the order, no call goes out as somebody else.

use super::world::{Fault, SECOND, World, code_of};
use crate::error::Code;

/// Interleavings of the random test; each has some forty steps.
const SEEDS: u64 = 3_000;

#[test]
fn a_call_of_a_user_who_is_replaced_ends_and_a_guests_goes_on_as_the_user() {
    for seed in 0..200 {
        let world = World::new(seed);
        let client = world.client();
        let guest = world.call_as(&client, "guest", "POST");
        world.sign_in(&client, Some("alice"));
        let alice = world.call_as(&client, "alice", "POST");
        world.executor.pass(100);
        world.sign_in(&client, Some("bob"));
        let bob = world.call_as(&client, "bob", "POST");
        world.executor.pass(5 * SECOND);
        assert!(matches!(bob.take(), Some(Ok(200))), "seed {seed}");
        // The guest's call went on as alice, and ended with her.
        for call in [guest, alice] {
            let result = call.take().unwrap();
            assert!(matches!(result, Ok(200)) || code_of(&result) == Some(Code::SignedOut), "seed {seed}: {result:?}");
        }
        for arrived in world.arrived.borrow().iter() {
            let allowed: &[Option<&str>] = match arrived.call.as_str() {
                "guest" => &[None, Some("alice")],
                "alice" => &[Some("alice")],
                _ => &[Some("bob")],
            };
            assert!(allowed.contains(&arrived.user.as_deref()), "seed {seed}: {arrived:?}");
        }
    }
}

/// What calls may go out as.
#[derive(Clone, Debug, PartialEq)]
struct Expected {
    call: String,
    /// Whoever was signed in from the call on, as long as a guest was there at first.
    users: Vec<Option<String>>,
    goes_on: bool,
}

#[test]
fn whatever_the_order_no_call_goes_out_as_somebody_else() {
    let (mut calls_made, mut signed_out) = (0, 0);
    for seed in 0..SEEDS {
        let world = World::new(seed);
        world.is_function.set(seed % 3 == 0);
        world.latency.set([0, 5, 300][world.executor.below(3)]);
        let client = world.client();
        let mut open: Vec<Expected> = Vec::new();
        let mut started = Vec::new();
        for step in 0..40 {
            let user = world.user.borrow().clone();
            match world.executor.below(10) {
                0..=4 => {
                    let call = format!("{step}");
                    started.push((call.clone(), world.call_as(&client, &call, "POST")));
                    open.push(Expected { call, goes_on: user.is_none(), users: vec![user] });
                }
                5 | 6 => {
                    let next = [None, Some("alice"), Some("bob")][world.executor.below(3)];
                    // A guest's calls that wait go on as the user who signs in; nobody else's do.
                    for expected in open.iter_mut().filter(|expected| expected.goes_on) {
                        expected.users.push(next.map(str::to_owned));
                        expected.goes_on = next.is_none();
                    }
                    world.sign_in(&client, next);
                }
                7 => {
                    *world.user.borrow_mut() = None;
                    client.sign_out().unwrap();
                    open.iter_mut().for_each(|expected| expected.goes_on = false);
                }
                8 => {
                    let fault = [Fault::Network, Fault::Throttled(None), Fault::Unreadable][world.executor.below(3)];
                    world.faults.borrow_mut().push_back(fault);
                }
                _ => world.executor.pass((world.executor.random() * 500.0) as i64),
            }
        }
        world.executor.pass(120 * SECOND);
        calls_made += started.len();
        for (call, pending) in started {
            let result = pending.take().unwrap_or_else(|| panic!("seed {seed}: call {call} is stuck"));
            signed_out += usize::from(code_of(&result) == Some(Code::SignedOut));
            let ends = matches!(result, Ok(200))
                || matches!(
                    code_of(&result),
                    Some(Code::SignedOut | Code::Throttled | Code::Network | Code::ServiceFault)
                );
            assert!(ends, "seed {seed}: call {call} ended with {result:?}");
        }
        for arrived in world.arrived.borrow().iter() {
            let expected = open.iter().find(|expected| expected.call == arrived.call).unwrap();
            assert!(expected.users.contains(&arrived.user), "seed {seed}: {arrived:?}, {expected:?}");
        }
        let count = |call: &str| world.arrived.borrow().iter().filter(|arrived| arrived.call == call).count();
        assert!(open.iter().all(|expected| count(&expected.call) <= 1), "seed {seed}: a POST arrived twice");
        drop(client);
        world.executor.pass(SECOND);
        assert_eq!((world.executor.tasks(), world.executor.timers()), (0, 0), "seed {seed}");
    }
    assert!(calls_made > 10_000 && signed_out > 1_000, "{calls_made} calls, {signed_out} signed out");
}
