//! Subscriptions that last, over a client and AppSync's sockets in memory.

use std::cell::RefCell;
use std::rc::Rc;

use super::sockets::{FakeSocketHost, endpoint, operation};
use super::world::{FakeHost, Fault, HOUR, MINUTE, SECOND, World};
use crate::appsync::connection::tests::JsonValue;
use crate::appsync::connection::{Delivery, Failure, QueueLimits};
use crate::appsync::events::{Channel, Publish};
use crate::client::Client;
use crate::client::realtime::{Realtime, Subscription};
use crate::client::signal::signal;
use crate::error::Code;

type Connections = Realtime<FakeSocketHost>;

/// What a consumer saw.
#[derive(Default)]
struct Seen {
    messages: Vec<u64>,
    /// How many messages had come before each gap.
    gaps: Vec<usize>,
    outcome: Option<Result<(), Code>>,
}

/// A consumer that takes whatever comes.
#[derive(Clone, Default)]
struct Consumer(Rc<RefCell<Seen>>);

impl Consumer {
    fn take(&self, delivery: Delivery<JsonValue>) {
        let mut seen = self.0.borrow_mut();
        match delivery {
            Delivery::Message(JsonValue(json)) => {
                let message = json.as_u64().or_else(|| json["data"]["n"].as_u64()).unwrap();
                seen.messages.push(message);
            }
            Delivery::Gap(gap) => {
                assert_eq!((gap.disconnections, gap.overflowed, gap.unreadable), (1, 0, 0));
                let place = seen.messages.len();
                seen.gaps.push(place);
            }
            Delivery::End => seen.outcome = Some(Ok(())),
            Delivery::Failed(failure) => seen.outcome = Some(Err(code(&failure))),
        }
    }

    fn messages(&self) -> Vec<u64> {
        self.0.borrow().messages.clone()
    }

    fn gaps(&self) -> usize {
        self.0.borrow().gaps.len()
    }

    fn outcome(&self) -> Option<Result<(), Code>> {
        self.0.borrow().outcome
    }
}

fn connections(world: &Rc<World>) -> (Client<FakeHost>, Connections) {
    let client = world.client();
    let host = FakeSocketHost { world: world.clone(), client: client.clone() };
    (client, Realtime::new(host))
}

fn subscription(connections: &Connections, is_events: bool, name: &str) -> Subscription<FakeSocketHost> {
    let limits = QueueLimits::default();
    let period = connections.host().client.period();
    connections.subscribe(period, &endpoint(is_events), operation(is_events, name), limits).unwrap()
}

fn code(failure: &Failure<JsonValue>) -> Code {
    let Failure::Coded(error) = failure else { panic!("{failure:?}") };
    error.code
}

/// Waits for a change of a subscription.
async fn change(subscription: &Subscription<FakeSocketHost>) {
    let (giver, changed) = signal();
    subscription.on_change(Box::new(move || giver.give(())));
    changed.await;
}

/// Waits for what is next; none if nothing more comes.
async fn next(subscription: &Subscription<FakeSocketHost>) -> Option<Delivery<JsonValue>> {
    loop {
        match subscription.take() {
            None if subscription.is_over() => return None,
            None => change(subscription).await,
            some => return some,
        }
    }
}

/// Waits until it is acknowledged or has ended without that.
async fn settled(subscription: &Subscription<FakeSocketHost>) {
    while subscription.is_acknowledged().is_none() {
        change(subscription).await;
    }
}

/// Subscribes until it is aborted, or ends.
fn consume(
    world: &World,
    connections: &Connections,
    is_events: bool,
    name: &str,
) -> (Consumer, super::executor::Pending<()>) {
    let consumer = Consumer::default();
    let (own, subscription) = (consumer.clone(), subscription(connections, is_events, name));
    let work = world.executor.start(async move {
        while let Some(delivery) = next(&subscription).await {
            own.take(delivery);
        }
    });
    (consumer, work)
}

/// Everything is let go of.
fn assert_nothing_left(world: &World, what: &str) {
    world.executor.pass(MINUTE);
    let left = (world.executor.tasks(), world.executor.timers(), world.open_sockets());
    assert_eq!(left, (0, 0, 0), "{what}");
}

#[test]
fn subscriptions_to_an_endpoint_share_a_socket_that_closes_when_nobody_needs_it() {
    for is_events in [false, true] {
        let world = World::new(1);
        let (client, connections) = connections(&world);
        let (first, first_work) = consume(&world, &connections, is_events, "/default/a");
        let (second, second_work) = consume(&world, &connections, is_events, "/default/b");
        let (third, third_work) = consume(&world, &connections, is_events, "/default/b");
        world.executor.pass(5 * SECOND);
        assert_eq!((world.opened_sockets(), connections.connections()), (1, 1));
        assert_eq!((world.broadcast("/default/a", 1), world.broadcast("/default/b", 2)), (1, 2));
        world.executor.pass(SECOND);
        assert_eq!((first.messages(), second.messages(), third.messages()), (vec![1], vec![2], vec![2]));
        first_work.abort();
        second_work.abort();
        world.executor.pass(10 * SECOND);
        assert_eq!((world.broadcast("/default/a", 3), world.broadcast("/default/b", 4)), (0, 1));
        third_work.abort();
        world.executor.pass(10 * SECOND);
        assert_eq!((world.open_sockets(), connections.connections()), (0, 0));
        assert_eq!((world.asked("GetId"), world.asked("GetCredentialsForIdentity")), (1, 1));
        drop((client, connections));
        assert_nothing_left(&world, "after the last consumer");
    }
}

#[test]
fn a_subscription_says_when_it_is_acknowledged_and_a_publish_is_answered() {
    let world = World::new(2);
    let (client, connections) = connections(&world);
    let connections = Rc::new(connections);
    let room = subscription(&connections, true, "/default/room");
    let (own, period) = (connections.clone(), client.period());
    let published = world.executor.start(async move {
        settled(&room).await;
        let channel = Channel::parse("default/room").unwrap();
        let batch = Publish::batches(&channel, &["1".into(), "2".into()], true).unwrap().remove(0);
        let (giver, answer) = signal();
        own.publish(period, &endpoint(true), batch.body().into(), Box::new(|result| giver.give(result))).unwrap();
        answer.await.unwrap().map(|JsonValue(answer)| answer["successful"].as_array().unwrap().len())
    });
    world.executor.pass(5 * SECOND);
    assert_eq!(published.take(), Some(Ok(2)));
    // A subscription that is refused stops waiting too.
    let refused = subscription(&connections, false, "forbidden");
    let ended = world.executor.start(async move {
        settled(&refused).await;
        next(&refused).await
    });
    world.executor.pass(5 * SECOND);
    assert!(matches!(ended.take(), Some(Some(Delivery::Failed(failure))) if code(&failure) == Code::Refused));
}

#[test]
fn expired_credentials_and_a_wrong_clock_are_recovered_from_with_one_refresh() {
    for is_events in [false, true] {
        let world = World::new(3);
        world.has_dates.set(false);
        let (client, connections) = connections(&world);
        let consumers: Vec<_> = (0..20).map(|_| consume(&world, &connections, is_events, "/default/a")).collect();
        world.executor.pass(5 * SECOND);
        assert_eq!(world.broadcast("/default/a", 1), 20);
        world.executor.pass(SECOND);
        // All credentials are revoked, and the connection is lost.
        world.revoke_all();
        world.cut_sockets(true);
        world.executor.pass(10 * SECOND);
        assert_eq!((world.broadcast("/default/a", 2), world.asked("GetCredentialsForIdentity")), (20, 2));
        world.executor.pass(SECOND);
        // The device's clock is wrong by ten minutes, without its noticing.
        world.device.set(-10 * MINUTE);
        world.cut_sockets(true);
        world.executor.pass(30 * SECOND);
        assert_eq!(world.broadcast("/default/a", 3), 20);
        world.executor.pass(SECOND);
        for (consumer, _) in &consumers {
            assert_eq!((consumer.messages(), consumer.gaps()), (vec![1, 2, 3], 2));
        }
        connections.close();
        client.close();
        assert_nothing_left(&world, "after close");
        assert!(consumers.iter().all(|(consumer, _)| consumer.outcome() == Some(Ok(()))));
    }
}

#[test]
fn a_user_who_goes_takes_the_subscriptions_along_and_a_guest_goes_on_as_the_user() {
    for seed in 0..60 {
        let world = World::new(seed);
        let (client, connections) = connections(&world);
        let is_events = seed % 2 == 0;
        let change = |user: Option<&str>| {
            world.sign_in(&client, user);
            connections.identity_changed();
        };
        let pause = || world.executor.pass(world.executor.below(3_000) as i64);
        let (guest, _guest_work) = consume(&world, &connections, is_events, "/default/guest");
        pause();
        change(Some("alice"));
        let (alice, _alice_work) = consume(&world, &connections, is_events, "/default/alice");
        pause();
        assert_eq!((guest.outcome(), alice.outcome()), (None, None), "seed {seed}");
        world.executor.pass(20 * SECOND);
        assert_eq!(world.broadcast("/default/guest", 1), 1);
        change(Some("bob"));
        let (bob, _bob_work) = consume(&world, &connections, is_events, "/default/bob");
        world.executor.pass(20 * SECOND);
        let gone = Some(Err(Code::SignedOut));
        assert_eq!((guest.outcome(), alice.outcome(), bob.outcome()), (gone, gone, None), "seed {seed}");
        *world.user.borrow_mut() = None;
        client.sign_out().unwrap();
        connections.identity_changed();
        world.executor.pass(20 * SECOND);
        assert_eq!((bob.outcome(), world.open_sockets()), (gone, 0), "seed {seed}");
        for (name, user) in world.sockets.started.borrow().iter() {
            let allowed: &[Option<&str>] = match name.as_str() {
                "/default/guest" => &[None, Some("alice")],
                "/default/alice" => &[Some("alice")],
                _ => &[Some("bob")],
            };
            assert!(allowed.contains(&user.as_deref()), "seed {seed}: {name} as {user:?}");
        }
        drop((client, connections));
        assert_nothing_left(&world, "after sign-out");
    }
}

#[test]
fn a_closed_client_takes_no_subscriptions() {
    let world = World::new(4);
    let (client, connections) = connections(&world);
    connections.close();
    let refused = connections.subscribe(client.period(), &endpoint(true), operation(true, "a"), QueueLimits::default());
    assert_eq!(refused.unwrap_err().code, Code::Closed);
}

#[test]
fn who_signed_out_before_the_subscription_could_be_made_gets_none() {
    let world = World::new(6);
    let (client, connections) = connections(&world);
    let period = client.period();
    client.sign_out().unwrap();
    let refused = connections.subscribe(period, &endpoint(true), operation(true, "a"), QueueLimits::default());
    assert_eq!(refused.unwrap_err().code, Code::SignedOut);
    assert_nothing_left(&world, "after close");
}

#[test]
fn half_an_hour_of_faults_loses_nothing_unnoticed_and_leaves_nothing_behind() {
    const SUBSCRIPTIONS: usize = 100;
    for (seed, is_events) in (0..6).map(|seed| (seed, seed % 2 == 0)) {
        let world = World::new(seed);
        world.lifetime.set(10 * MINUTE);
        let (client, connections) = connections(&world);
        let name = |index: usize| format!("/default/s{index}");
        let consumers: Vec<_> =
            (0..SUBSCRIPTIONS).map(|index| consume(&world, &connections, is_events, &name(index)).0).collect();
        world.executor.pass(10 * SECOND);
        let (mut message, mut faults, mut refused, mut expired) = (0, 0, Vec::new(), 0);
        let mut broadcast = |world: &Rc<World>| {
            message += 1;
            (0..SUBSCRIPTIONS).filter(|index| world.broadcast(&name(*index), message) == 1).count()
        };
        let end = world.executor.time() + 30 * MINUTE;
        while world.executor.time() < end {
            broadcast(&world);
            world.executor.pass(SECOND);
            if world.executor.below(4) > 0 {
                continue;
            }
            faults += 1;
            match world.executor.below(9) {
                0 | 1 => world.cut_sockets(true),
                2 => world.cut_sockets(false),
                // Credentials that are refused again as soon as they are renewed are given up.
                3 | 6 if world.executor.time() - expired < 3 * MINUTE => world.cut_sockets(false),
                3 => {
                    expired = world.executor.time();
                    world.revoke_all();
                    world.cut_sockets(true);
                }
                4 => {
                    world.cut_sockets(false);
                    world.slept.set(world.slept.get() + MINUTE + world.executor.below(1_000_000) as i64);
                    client.wake();
                    connections.wake();
                }
                5 => *world.sockets.failing_connects.borrow_mut() += 1 + world.executor.below(3) as u32,
                6 => {
                    expired = world.executor.time();
                    world.cut_sockets(true);
                    let kinds = [
                        ("LimitExceededError", "Rate limit exceeded"),
                        ("ExpiredTokenException", "The security token included in the request is expired"),
                    ];
                    world.sockets.failing_starts.borrow_mut().push(kinds[world.executor.below(2)]);
                }
                7 => world.faults.borrow_mut().push_back(Fault::Network),
                _ => {
                    refused.push(consume(&world, &connections, is_events, "/default/forbidden").0);
                    consume(&world, &connections, is_events, "/default/gone").1.abort();
                }
            }
        }
        *world.sockets.failing_connects.borrow_mut() = 0;
        world.executor.pass(3 * MINUTE);
        let outcome = consumers[0].outcome();
        let happenings = world.happenings.borrow().clone();
        let last = &happenings[happenings.len().saturating_sub(12)..];
        assert_eq!(broadcast(&world), SUBSCRIPTIONS, "seed {seed}: {outcome:?} after {last:#?}");
        world.executor.pass(SECOND);
        let mut delivered = 0;
        for consumer in &consumers {
            let seen = consumer.0.borrow();
            assert_eq!((seen.outcome, seen.messages.last()), (None, Some(&message)), "seed {seed}");
            for (at, pair) in seen.messages.windows(2).enumerate() {
                assert!(pair[0] < pair[1], "seed {seed}: twice or out of order");
                let is_told = seen.gaps.contains(&(at + 1));
                assert!(pair[0] + 1 == pair[1] || is_told, "seed {seed}: a hole that nobody was told of");
            }
            delivered += seen.messages.len();
        }
        // One gap for each time that it was subscribed again after it had been.
        let started = world.sockets.started.borrow();
        for (index, consumer) in consumers.iter().enumerate() {
            let starts = started.iter().filter(|(own, _)| *own == name(index)).count();
            assert!(consumer.gaps() < starts, "seed {seed}: {} gaps, {starts} starts", consumer.gaps());
        }
        drop(started);
        assert!(refused.iter().all(|consumer| consumer.outcome() == Some(Err(Code::Refused))), "seed {seed}");
        assert_eq!(*world.sockets.most.borrow(), 1, "seed {seed}: sockets at a time");
        let (sockets, credentials) = (world.opened_sockets(), world.asked("GetCredentialsForIdentity"));
        assert!(faults > 200 && delivered > 30_000, "seed {seed}: {faults} faults, {delivered} delivered");
        assert!(sockets <= 2 * faults && credentials <= faults, "seed {seed}: {sockets} sockets, {credentials} calls");
        connections.close();
        client.close();
        drop((client, connections));
        assert_nothing_left(&world, "after the soak");
    }
}

#[test]
fn connections_of_a_dropped_owner_are_closed() {
    let world = World::new(5);
    let (client, connections) = connections(&world);
    let (consumer, _work) = consume(&world, &connections, true, "/default/a");
    world.executor.pass(HOUR);
    assert_eq!(world.broadcast("/default/a", 1), 1);
    world.executor.pass(SECOND);
    drop((connections, client));
    assert_nothing_left(&world, "after the owner");
    assert_eq!((consumer.messages(), consumer.outcome()), (vec![1], Some(Ok(()))));
}
