//! A Cognito that throttles or fails, and what the clients of one page know of it together.

use super::world::{Fault, MINUTE, SECOND, World, code_of};
use crate::config::Options;
use crate::error::Code;
use crate::retry::Policy;

const SEEDS: u64 = 100;

/// Cognito goes on throttling. `Retry-After` makes an exchange end at its first attempt.
fn throttle(world: &World, seconds: u32) {
    world.faults.borrow_mut().extend([Fault::Throttled(Some(seconds)); 500]);
}

fn one_attempt() -> Options {
    Options { retry: Policy { attempts: 1, ..Policy::default() }, ..Options::default() }
}

fn asked(world: &World) -> u32 {
    world.asked("GetId") + world.asked("GetCredentialsForIdentity")
}

#[test]
fn what_one_client_learns_of_its_pool_the_others_of_the_page_need_not_ask() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        throttle(&world, 60);
        let first = world.client();
        let call = world.call(&first, "a");
        world.executor.pass(5 * SECOND);
        assert_eq!(call.take().as_ref().and_then(code_of), Some(Code::Throttled));
        assert_eq!(asked(&world), 1, "seed {seed}");
        // Nor does a client that is made anew.
        drop(first);
        for _ in 0..5 {
            let client = world.client();
            let call = world.call(&client, "b");
            world.executor.pass(SECOND);
            assert_eq!(call.take().as_ref().and_then(code_of), Some(Code::Throttled));
        }
        assert_eq!(asked(&world), 1, "seed {seed}");
    }
}

#[test]
fn another_pool_is_asked_as_ever() {
    let world = World::new(1);
    throttle(&world, 60);
    let client = world.client();
    world.call(&client, "a");
    world.executor.pass(5 * SECOND);
    world.faults.borrow_mut().clear();
    let id = "us-east-1:fc81b5de-4fa4-4087-adb5-4598fd250000".to_owned();
    let other = world.client_with(Options { identity_pool_id: Some(id), ..Options::default() });
    let call = world.call(&other, "b");
    world.executor.pass(5 * SECOND);
    assert!(matches!(call.take(), Some(Ok(200))));
}

#[test]
fn clients_of_a_page_ask_a_pool_that_throttles_one_at_a_time_and_ever_more_rarely() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let clients: Vec<_> = (0..10).map(|_| world.client()).collect();
        throttle(&world, 1);
        let mut asked_in = Vec::new();
        for span in [MINUTE, 9 * MINUTE, 50 * MINUTE] {
            let before = asked(&world);
            for _ in 0..span / (10 * SECOND) {
                for client in &clients {
                    world.call(client, "a");
                }
                world.executor.pass(10 * SECOND);
            }
            asked_in.push(f64::from(asked(&world) - before) / (span / MINUTE) as f64);
        }
        // At first all ask at once, because none of them knows yet.
        let most = f64::from(10 * Policy::default().attempts + 10);
        assert!(asked_in[0] <= most && asked_in[1] < 2.0 && asked_in[2] < 0.6, "seed {seed}: {asked_in:?}");
        // Once it serves, all get theirs.
        world.faults.borrow_mut().clear();
        world.executor.pass(12 * MINUTE);
        let calls: Vec<_> = clients.iter().map(|client| world.call(client, "b")).collect();
        world.executor.pass(20 * SECOND);
        assert!(calls.iter().all(|call| matches!(call.take(), Some(Ok(200)))), "seed {seed}");
        assert_eq!(world.asked("GetId") - world.refused.get(), 10, "seed {seed}");
    }
}

#[test]
fn a_short_pause_is_waited_out() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client_with(one_attempt());
        world.faults.borrow_mut().push_back(Fault::Throttled(None));
        world.call(&client, "a");
        world.executor.pass(SECOND);
        // The pause is 20 s at the most, so 16 s later it has 5 s to go, or is over.
        world.executor.pass(15 * SECOND);
        let call = world.call(&client, "b");
        world.executor.pass(6 * SECOND);
        assert!(matches!(call.take(), Some(Ok(200))), "seed {seed}");
        assert_eq!(world.refused.get(), 1);
    }
}

#[test]
fn a_set_that_ends_is_no_reason_to_ask_ever_more_often() {
    let mut asked_late = 0;
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        world.call(&client, "a");
        world.executor.pass(44 * MINUTE);
        world.call(&client, "b");
        world.executor.pass(SECOND);
        world.faults.borrow_mut().extend([Fault::Throttled(None); 500]);
        // The set is due from now on, and ends in a quarter of an hour.
        world.executor.pass(15 * MINUTE);
        let before = asked(&world);
        world.executor.pass(MINUTE);
        asked_late += u64::from(asked(&world) - before);
    }
    assert!((SEEDS..3 * SEEDS).contains(&asked_late), "{asked_late}");
}

#[test]
fn after_a_network_that_failed_a_pool_that_throttles_is_asked_once() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        world.faults.borrow_mut().extend([Fault::Network; 4]);
        let call = world.call(&client, "a");
        world.executor.pass(20 * SECOND);
        assert_eq!(call.take().as_ref().and_then(code_of), Some(Code::Network));
        world.faults.borrow_mut().push_back(Fault::Throttled(None));
        let call = world.call(&client, "b");
        world.executor.pass(SECOND);
        assert_eq!(call.take().as_ref().and_then(code_of), Some(Code::Throttled));
        assert_eq!((asked(&world), world.refused.get()), (5, 1), "seed {seed}");
    }
}

#[test]
fn what_one_tab_learns_of_its_pool_the_others_need_not_ask() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let tabs: Vec<_> = (0..5).map(|_| world.tab()).collect();
        throttle(&world, 60);
        for tab in &tabs {
            let call = world.call(tab, "a");
            world.executor.pass(5 * SECOND);
            assert_eq!(call.take().as_ref().and_then(code_of), Some(Code::Throttled), "seed {seed}");
        }
        assert_eq!(asked(&world), 1, "seed {seed}");
        // After the pause one asks, and the others take what it gets.
        world.faults.borrow_mut().clear();
        world.executor.pass(2 * MINUTE);
        for tab in &tabs {
            let call = world.call(tab, "b");
            world.executor.pass(5 * SECOND);
            assert!(matches!(call.take(), Some(Ok(200))), "seed {seed}");
        }
        assert_eq!((world.asked("GetId"), world.asked("GetCredentialsForIdentity")), (2, 1), "seed {seed}");
    }
}
