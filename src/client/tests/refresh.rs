//! Single-flight refreshes, background refreshes, wake-ups, lost identities.

use super::world::{ApiFault, Fault, HOUR, MINUTE, SECOND, World, code_of, patient};
use crate::config::Options;
use crate::error::Code;
use crate::event::{CredentialsDetail, Event};

const SEEDS: u64 = 200;

#[test]
fn fifty_first_calls_share_one_get_id_and_one_get_credentials() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        let calls: Vec<_> = (0..50).map(|number| world.call(&client, &number.to_string())).collect();
        world.executor.pass(5 * SECOND);
        assert!(calls.iter().all(|call| matches!(call.take(), Some(Ok(200)))));
        assert_eq!((world.asked("GetId"), world.asked("GetCredentialsForIdentity")), (1, 1), "seed {seed}");
        // And after the credentials have expired while nobody called, one more.
        world.executor.pass(2 * HOUR);
        let calls: Vec<_> = (0..50).map(|number| world.call(&client, &number.to_string())).collect();
        world.executor.pass(5 * SECOND);
        assert!(calls.iter().all(|call| matches!(call.take(), Some(Ok(200)))));
        assert_eq!(world.asked("GetId"), 1);
        assert!(world.asked("GetCredentialsForIdentity") <= 3, "seed {seed}");
    }
}

#[test]
fn nothing_is_asked_before_the_first_call() {
    let world = World::new(1);
    let client = world.client();
    world.executor.pass(HOUR);
    assert!(world.asked.borrow().is_empty());
    drop(client);
    assert_eq!((world.executor.tasks(), world.executor.timers()), (0, 0));
}

#[test]
fn callers_that_give_up_do_not_end_the_refresh_of_the_others() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        let calls: Vec<_> = (0..100).map(|number| world.call(&client, &number.to_string())).collect();
        for call in &calls[..99] {
            world.executor.pass((world.executor.random() * 10.0) as i64);
            call.abort();
        }
        world.executor.pass(5 * SECOND);
        assert!(matches!(calls[99].take(), Some(Ok(200))), "seed {seed}");
        assert_eq!(world.asked("GetCredentialsForIdentity"), 1, "seed {seed}");
    }
}

#[test]
fn credentials_that_are_used_are_refreshed_before_they_expire_and_nobody_waits() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        for minute in 0..300 {
            let call = world.call(&client, &minute.to_string());
            world.executor.pass(MINUTE);
            assert!(matches!(call.take(), Some(Ok(200))), "seed {seed}, minute {minute}");
        }
        assert_eq!(world.asked("GetId"), 1);
        // 300 minutes take 5 to 7 sets: each is replaced in the last quarter hour of its life.
        let asked = world.asked("GetCredentialsForIdentity");
        assert!((5..=7).contains(&asked), "seed {seed}: {asked}");
        // Every call was sent once.
        assert_eq!(world.attempts.get(), 300, "seed {seed}");
    }
}

#[test]
fn an_early_refresh_that_fails_leaves_the_old_set_in_use() {
    let world = World::new(7);
    let client = world.client();
    let first = world.call(&client, "first");
    world.executor.pass(5 * SECOND);
    assert!(matches!(first.take(), Some(Ok(200))));
    world.faults.borrow_mut().extend([Fault::Network; 100]);
    world.executor.pass(58 * MINUTE);
    let late = world.call(&client, "late");
    world.executor.pass(5 * SECOND);
    assert!(matches!(late.take(), Some(Ok(200))));
    let failed = |event: &Event| matches!(event, Event::Credentials(CredentialsDetail::Failed { code: Code::Network }));
    assert!(world.events.borrow().iter().any(failed));
    // After the set has really expired the call fails, and says why.
    world.executor.pass(2 * MINUTE);
    let over = world.call(&client, "over");
    world.executor.pass(MINUTE);
    assert_eq!(over.take().as_ref().and_then(code_of), Some(Code::Network));
}

#[test]
fn a_page_that_wakes_after_its_credentials_expired_refreshes_before_anybody_calls() {
    let world = World::new(3);
    let client = world.client();
    let call = world.call(&client, "before sleep");
    world.executor.pass(5 * SECOND);
    assert!(matches!(call.take(), Some(Ok(200))));
    // Asleep: the device's clock goes on, monotonic time and timers stand still.
    world.device.set(world.device.get() + 2 * HOUR);
    world.executor.pass(0);
    client.wake();
    world.executor.pass(5 * SECOND);
    assert_eq!(world.asked("GetCredentialsForIdentity"), 2);
}

#[test]
fn a_guest_identity_that_is_gone_is_replaced_once() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        *world.stored.borrow_mut() = Some("us-east-1:00000000-0000-4000-8000-000000009999".into());
        let client = world.client();
        let call = world.call(&client, "a");
        world.executor.pass(5 * SECOND);
        assert!(matches!(call.take(), Some(Ok(200))), "seed {seed}");
        assert_eq!((world.asked("GetId"), world.asked("GetCredentialsForIdentity")), (1, 2));
        assert_eq!(*world.stored.borrow(), Some(world.arrived.borrow()[0].identity_id.clone()));
    }
}

#[test]
fn cognitos_passing_faults_are_not_the_callers() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client_with(patient());
        let kinds = [
            Fault::Network,
            Fault::Silence,
            Fault::Throttled(None),
            Fault::Throttled(Some(2)),
            Fault::ServerError,
            Fault::Unreadable,
        ];
        for _ in 0..world.executor.below(6) {
            world.faults.borrow_mut().push_back(kinds[world.executor.below(kinds.len())]);
        }
        let calls: Vec<_> = (0..5).map(|number| world.call(&client, &number.to_string())).collect();
        world.executor.pass(5 * MINUTE);
        assert!(calls.iter().all(|call| matches!(call.take(), Some(Ok(200)))), "seed {seed}");
        assert!(world.asked("GetId") <= 7, "seed {seed}");
    }
}

#[test]
fn a_refusal_is_everybodys_and_is_not_remembered() {
    let world = World::new(11);
    let client = world.client();
    world.faults.borrow_mut().push_back(Fault::Refused);
    let calls: Vec<_> = (0..10).map(|number| world.call(&client, &number.to_string())).collect();
    world.executor.pass(5 * SECOND);
    for call in &calls {
        assert_eq!(call.take().as_ref().and_then(code_of), Some(Code::GuestsNotAllowed));
    }
    let again = world.call(&client, "again");
    world.executor.pass(5 * SECOND);
    assert!(matches!(again.take(), Some(Ok(200))));
}

#[test]
fn what_the_page_throws_is_the_cause() {
    let world = World::new(12);
    *world.user.borrow_mut() = Some("broken".into());
    let client = world.client();
    let call = world.call(&client, "a");
    world.executor.pass(SECOND);
    let Some(Err(crate::client::CallError::Coded { error, cause })) = call.take() else { panic!("no error") };
    assert_eq!((error.code, cause.as_deref()), (Code::LoginsFailed, Some("the page's own error")));
    assert!(world.asked.borrow().is_empty());
}

#[test]
fn a_closed_client_refuses_calls_and_leaves_nothing_behind() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        let calls: Vec<_> = (0..20).map(|number| world.call(&client, &number.to_string())).collect();
        world.executor.pass((world.executor.random() * 1_500.0) as i64);
        client.close();
        let late = world.call(&client, "late");
        world.executor.pass(5 * SECOND);
        for call in &calls {
            let result = call.take().unwrap();
            assert!(matches!(result, Ok(200)) || code_of(&result) == Some(Code::Closed), "seed {seed}: {result:?}");
        }
        assert_eq!(late.take().as_ref().and_then(code_of), Some(Code::Closed));
        assert_eq!((world.executor.tasks(), world.executor.timers()), (0, 0), "seed {seed}");
    }
}

#[test]
fn a_client_that_nobody_holds_leaves_nothing_behind() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        for _ in 0..21 {
            let client = world.client();
            let call = world.call(&client, "a");
            world.executor.pass((world.executor.random() * 1_500.0) as i64);
            drop(client);
            drop(call);
        }
        world.executor.pass(5 * SECOND);
        assert_eq!((world.executor.tasks(), world.executor.timers()), (0, 0), "seed {seed}");
    }
}

#[test]
fn one_attempt_is_one_attempt() {
    let world = World::new(13);
    let retry = crate::retry::Policy { attempts: 1, ..Default::default() };
    let client = world.client_with(Options { retry, ..Options::default() });
    world.api_faults.borrow_mut().push_back(ApiFault::Status(503));
    let call = world.call(&client, "a");
    world.executor.pass(MINUTE);
    assert!(matches!(call.take(), Some(Ok(503))));
    assert_eq!(world.attempts.get(), 1);
}

#[test]
fn an_identity_that_is_lost_while_it_is_in_use_is_replaced_once() {
    for seed in 0..SEEDS {
        let world = World::new(seed);
        let client = world.client();
        let first = world.call(&client, "first");
        world.executor.pass(5 * SECOND);
        assert!(matches!(first.take(), Some(Ok(200))));
        world.lose_identities();
        world.executor.pass(2 * HOUR);
        let calls: Vec<_> = (0..10).map(|number| world.call(&client, &number.to_string())).collect();
        world.executor.pass(10 * SECOND);
        assert!(calls.iter().all(|call| matches!(call.take(), Some(Ok(200)))), "seed {seed}");
        assert_eq!(world.asked("GetId"), 2, "seed {seed}");
        let changes = world.events.borrow().iter().filter(|event| matches!(event, Event::IdentityChange(_))).count();
        assert_eq!(changes, 2, "seed {seed}");
    }
}
