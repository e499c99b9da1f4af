//! What happens, step by step.

use super::*;

fn gaps(deliveries: &[Delivery<JsonValue>]) -> u32 {
    deliveries.iter().map(|delivery| if let Delivery::Gap(gap) = delivery { gap.disconnections } else { 0 }).sum()
}

fn failure(deliveries: &[Delivery<JsonValue>]) -> Option<&Error> {
    match deliveries.last() {
        Some(Delivery::Failed(Failure::Coded(error))) => Some(error),
        _ => None,
    }
}

fn code(failure: Failure<JsonValue>) -> Code {
    let Failure::Coded(error) = failure else { panic!("{failure:?}") };
    error.code
}

#[test]
fn what_is_signed_is_what_the_published_vectors_sign() {
    let vectors: Json = serde_json::from_str(include_str!("../../../../tests/vectors/sigv4/botocore.json")).unwrap();
    let vector = |name: &str| {
        let cases = vectors["cases"].as_array().unwrap();
        cases.iter().find(|case| case["name"] == name).unwrap_or_else(|| panic!("{name}")).clone()
    };
    let check = |task: &SigningTask, name: &str| {
        let vector = vector(name);
        assert_eq!((vector["url"].as_str(), vector["body"].as_str()), (Some(&*task.url), Some(&*task.body)), "{name}");
        let headers: serde_json::Map<_, _> = task.headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        assert_eq!(vector["headers"], Json::Object(headers), "{name}");
    };
    for (protocol, connect, subscribe) in [
        (Protocol::GraphQl, "graphql-ws-connect", "graphql-ws-start"),
        (Protocol::Events, "events-connect", "events-subscribe"),
    ] {
        let mut hand = Hand::new(protocol);
        hand.subscribe();
        check(&hand.tasks[0], connect);
        hand.sign(1);
        let socket = hand.socket.unwrap();
        hand.call(|connection, at| connection.opened(socket, at));
        assert_eq!(hand.sent, [json!({ "type": "connection_init" })]);
        assert!(hand.tasks.is_empty(), "nothing is started before the connection is acknowledged");
        hand.receive(frame(protocol, "acknowledged", 0));
        check(&hand.tasks[0], subscribe);
    }
}

#[test]
fn a_socket_is_authorized_by_its_second_subprotocol_and_a_start_by_itself() {
    let header = json!({
        "accept": "application/json, text/javascript", "content-encoding": "amz-1.0",
        "content-type": "application/json; charset=UTF-8", "host": format!("{ID}.appsync-api.us-east-1.amazonaws.com"),
        "x-amz-date": "20250115T120000Z", "X-Amz-Security-Token": "TOKEN",
        "Authorization": "AWS4-HMAC-SHA256 SIGNATURE1",
    });
    for protocol in BOTH {
        let (mut connection, _) = connection(protocol);
        let at = Moment { now: 0, random: 0.0 };
        connection.subscribe(operation(protocol), QueueLimits::default(), at);
        let Some(Action::Sign(task)) = connection.next_action() else { panic!("no signature wanted") };
        connection.signed(task.ticket, Ok(authorization(1)), at);
        let Some(Action::State(State::Connecting)) = connection.next_action() else { panic!("not connecting") };
        let Some(Action::Open { url, subprotocol, authorization: second, .. }) = connection.next_action() else {
            panic!("no socket wanted")
        };
        let (end, name) = match protocol {
            Protocol::GraphQl => ("graphql", "graphql-ws"),
            Protocol::Events => ("event/realtime", "aws-appsync-event-ws"),
        };
        assert_eq!(url, format!("wss://{ID}.appsync-realtime-api.us-east-1.amazonaws.com/{end}"));
        assert_eq!(subprotocol, name);
        assert!(second.expose().is_ascii());
        assert_eq!(serde_json::from_str::<Json>(second.expose()).unwrap(), header);

        let (hand, ..) = Hand::connected(protocol, 1);
        let start = &hand.sent[0];
        match protocol {
            Protocol::GraphQl => {
                assert_eq!(start["payload"]["extensions"]["authorization"], header);
                assert_eq!(start["payload"]["data"], r#"{"query":"subscription S { onPost { id } }","variables":{}}"#);
            }
            Protocol::Events => {
                assert_eq!((&start["authorization"], start["channel"].as_str()), (&header, Some("/default/room-1")));
            }
        }
    }
}

#[test]
fn nothing_secret_and_nothing_of_the_users_is_printed() {
    for protocol in BOTH {
        let (mut connection, _) = connection(protocol);
        let at = Moment { now: 0, random: 0.0 };
        let operation = operation(protocol);
        let mut printed = format!("{operation:?}{:?}", authorization(1));
        connection.subscribe(operation, QueueLimits::default(), at);
        for _ in 0..20 {
            let Some(action) = connection.next_action() else { break };
            printed += &format!("{action:?}");
            match action {
                Action::Sign(task) => connection.signed(task.ticket, Ok(authorization(1)), at),
                Action::Open { socket, .. } => {
                    connection.opened(socket, at);
                    connection.received(socket, Some(JsonValue(frame(protocol, "acknowledged", 0))), 1, at);
                }
                _ => {}
            }
        }
        printed += &format!("{connection:?}{:?}", Delivery::Message(JsonValue(json!("onPost"))));
        for secret in ["TOKEN", "SIGNATURE", "onPost", "room-1"] {
            assert!(!printed.contains(secret), "{secret} in {printed}");
        }
    }
}

#[test]
fn messages_arrive_in_order_and_the_consumer_is_told_once() {
    for protocol in BOTH {
        let (mut hand, ids, wires) = Hand::connected(protocol, 2);
        hand.others.clear();
        for message in 0..3 {
            hand.receive(data(protocol, wires[0], message));
        }
        let ready =
            |hand: &Hand| hand.others.iter().filter(|a| matches!(a, Action::Ready(id) if *id == ids[0])).count();
        assert_eq!((ready(&hand), hand.others.len()), (1, 1));
        let taken = hand.take(ids[0]);
        let numbers: Vec<_> = taken
            .iter()
            .map(|delivery| match delivery {
                Delivery::Message(payload) => message_of(protocol, payload),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(numbers, [0, 1, 2]);
        hand.receive(data(protocol, wires[0], 3));
        assert_eq!(ready(&hand), 2);
        assert!(hand.take(ids[1]).is_empty());
    }
}

#[test]
fn events_come_as_one_text_or_as_several() {
    let (mut hand, ids, wires) = Hand::connected(Protocol::Events, 1);
    let id = wires[0].to_string();
    hand.receive(json!({ "type": "data", "id": id, "event": "{\"a\":\"<\"}" }));
    hand.receive(json!({ "type": "data", "id": id, "event": ["1", "no JSON", "[2]"] }));
    hand.receive(json!({ "type": "broadcast_error", "id": id, "errors": [{ "errorType": "MessageProcessingError" }] }));
    hand.receive(json!({ "type": "data", "id": id, "event": 7 }));
    let taken = hand.take(ids[0]);
    assert_eq!(taken[0], Delivery::Message(JsonValue(json!({ "a": "<" }))));
    assert_eq!(taken[1], Delivery::Message(JsonValue(json!(1))));
    let unreadable = |delivery: &Delivery<_>| matches!(delivery, Delivery::Gap(gap) if gap.disconnections == 0);
    assert!(unreadable(&taken[2]));
    assert_eq!(taken[3], Delivery::Message(JsonValue(json!([2]))));
    assert!(matches!(taken[4], Delivery::Gap(Gap { unreadable: 2, disconnections: 0, .. })) && taken.len() == 5);
}

#[test]
fn a_refused_subscription_ends_alone() {
    for protocol in BOTH {
        let (mut hand, ids, wires) = Hand::connected(protocol, 2);
        let lone = hand.subscribe();
        hand.sent.clear();
        hand.sign(1);
        let id = hand.wires()[0];
        let mut refusal = refused(protocol, Some(id), "Unauthorized", "Not Authorized to access onPost on type Post");
        if protocol == Protocol::GraphQl {
            // Seen in the wild: an object in place of an array.
            refusal["payload"]["errors"] = refusal["payload"]["errors"][0].clone();
        }
        hand.receive(refusal);
        let taken = hand.take(lone);
        let error = failure(&taken).unwrap();
        assert_eq!((error.code, error.service.as_ref().unwrap().name.as_str()), (Code::Refused, "Unauthorized"));
        assert!(error.message.contains("Not Authorized to access onPost"));
        assert!(hand.tasks.is_empty() && hand.closed.is_empty());
        assert!(hand.connection.take(lone).is_none());
        hand.receive(data(protocol, wires[1], 1));
        assert_eq!(hand.take(ids[1]).len(), 1);
        // One that AppSync completes ends without an error.
        hand.receive(frame(protocol, "complete", wires[0]));
        let expected = if protocol == Protocol::GraphQl { vec![Delivery::End] } else { vec![] };
        assert_eq!(hand.take(ids[0]), expected);
    }
}

#[test]
fn a_start_that_fails_for_a_passing_reason_is_tried_again_until_it_is_hopeless() {
    for protocol in BOTH {
        let (mut hand, ..) = Hand::connected(protocol, 1);
        let id = hand.subscribe();
        let mut waits = Vec::new();
        for _ in 0..8 {
            hand.sent.clear();
            hand.sign(1);
            let wire = hand.wires()[0];
            hand.receive(refused(protocol, Some(wire), "MaxSubscriptionsReachedError", "Max number reached"));
            if let Some(until) = hand.connection.deadline().filter(|until| *until < hand.now + 61_000) {
                waits.push(until - hand.now);
                hand.wait(until - hand.now);
                hand.receive(json!({ "type": "ka" }));
            }
        }
        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(failure(&hand.take(id)).unwrap().code, Code::Throttled);
        assert!(hand.closed.is_empty());
    }
}

#[test]
fn after_throttling_without_an_id_the_starts_without_an_answer_are_sent_again() {
    let protocol = Protocol::GraphQl;
    let (mut hand, ..) = Hand::connected(protocol, 1);
    let ids = [hand.subscribe(), hand.subscribe()];
    hand.sent.clear();
    hand.sign(1);
    let wires = hand.wires();
    let errors = json!({ "errorType": "LimitExceededError", "message": "Rate limit exceeded" });
    hand.receive(json!({ "type": "error", "payload": { "errors": errors } }));
    hand.receive(frame(protocol, "started", wires[0]));
    hand.wait(5_000);
    hand.wait(5_000);
    hand.sent.clear();
    hand.sign(1);
    assert_eq!(hand.wires().len(), 1);
    // The late acknowledgement of a start that was given up is answered with a stop.
    hand.receive(frame(protocol, "started", wires[1]));
    assert_eq!(hand.stops(), 1);
    hand.receive(frame(protocol, "started", hand.wires()[0]));
    assert!(ids.iter().all(|id| hand.take(*id).is_empty()));
}

#[test]
fn expired_credentials_and_a_wrong_clock_are_recovered_from_once() {
    let skew = "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)";
    for (name, message) in [
        ("UnauthorizedException", ""),
        ("com.amazonaws.deepdish.graphql.auth#UnauthorizedException", "Permission denied"),
        ("X", "The security token included in the request is expired"),
        ("BadRequestException", skew),
    ] {
        for protocol in BOTH {
            // A start.
            let (mut hand, ids, wires) = Hand::connected(protocol, 1);
            let id = hand.subscribe();
            hand.sent.clear();
            hand.sign(41);
            let wire = hand.wires()[0];
            hand.receive(refused(protocol, Some(wire), name, message));
            assert_eq!((hand.refused_keys(), hand.tasks.len()), (vec!["41".to_owned()], 1));
            hand.sent.clear();
            hand.sign(42);
            let wire = hand.wires()[0];
            hand.receive(refused(protocol, Some(wire), name, message));
            assert_eq!(failure(&hand.take(id)).unwrap().code, Code::Refused);
            assert!(hand.refused_keys().is_empty() && hand.tasks.is_empty() && hand.closed.is_empty());
            // One that is running.
            hand.now += LASTING;
            hand.receive(refused(protocol, Some(wires[0]), name, message));
            hand.wait(500);
            assert_eq!(hand.refused_keys(), ["1"]);
            hand.start();
            assert_eq!(gaps(&hand.take(ids[0])), 1);

            // A connect.
            let mut hand = Hand::new(protocol);
            let id = hand.subscribe();
            for key in [7, 8] {
                hand.sign(key);
                let socket = hand.socket.unwrap();
                hand.call(|connection, at| connection.opened(socket, at));
                let errors = json!([{ "errorType": name, "message": message, "errorCode": 400 }]);
                hand.receive(match protocol {
                    Protocol::GraphQl => json!({ "type": "connection_error", "payload": { "errors": errors } }),
                    Protocol::Events => json!({ "type": "connection_error", "errors": errors }),
                });
                assert_eq!(hand.closed.last(), Some(&socket));
                assert_eq!(hand.refused_keys(), if key == 7 { vec!["7"] } else { Vec::new() });
            }
            assert_eq!(failure(&hand.take(id)).unwrap().code, Code::Refused);
            assert_eq!((hand.state(), hand.connection.is_idle()), (Some(&State::Idle), true));
        }
    }
}

#[test]
fn a_connection_that_was_there_outlasts_credentials_that_are_refused_for_a_while() {
    for protocol in BOTH {
        let refuse = |hand: &mut Hand, key: u64| {
            hand.sign(key);
            let socket = hand.socket.unwrap();
            hand.call(|connection, at| connection.opened(socket, at));
            let errors = json!([{ "errorType": "UnauthorizedException", "errorCode": 401 }]);
            let payload = json!({ "errors": errors });
            hand.receive(json!({ "type": "connection_error", "payload": payload, "errors": errors }));
        };
        let lost = || {
            let (mut hand, ids, _) = Hand::connected(protocol, 1);
            hand.close();
            hand.wait(60_000);
            (hand, ids[0])
        };

        let (mut hand, id) = lost();
        for key in 1..=5 {
            refuse(&mut hand, key);
            assert_eq!(hand.refused_keys(), [key.to_string()]);
            // Only the first one is followed at once.
            assert_eq!(hand.tasks.len(), usize::from(key == 1));
            hand.wait(60_000);
        }
        hand.connect();
        assert_eq!((gaps(&hand.take(id)), hand.state()), (1, Some(&State::Connected)));

        let (mut hand, id) = lost();
        for key in 1..=7 {
            refuse(&mut hand, key);
            hand.wait(60_000);
        }
        assert_eq!(failure(&hand.take(id)).unwrap().code, Code::Refused);
        assert!(hand.tasks.is_empty());
    }
}

#[test]
fn each_key_that_is_accepted_is_told_once() {
    let accepted = |hand: &mut Hand| -> Vec<String> {
        let others = std::mem::take(&mut hand.others).into_iter();
        others
            .filter_map(|action| if let Action::Accepted { key } = action { Some(key.to_string()) } else { None })
            .collect()
    };
    for protocol in BOTH {
        let (mut hand, ..) = Hand::connected(protocol, 2);
        assert_eq!(accepted(&mut hand), ["1"]);
        hand.subscribe();
        hand.sent.clear();
        hand.sign(2);
        assert!(accepted(&mut hand).is_empty());
        hand.receive(frame(protocol, "started", hand.wires()[0]));
        assert_eq!(accepted(&mut hand), ["2"]);
    }
}

#[test]
fn texts_of_refusals_hold_no_canonical_request() {
    let (mut hand, ids, wires) = Hand::connected(Protocol::Events, 1);
    let message =
        "The request signature we calculated does not match.\n\nThe Canonical String\nx-amz-security-token:TOKEN";
    hand.receive(refused(Protocol::Events, Some(wires[0]), "BadRequestException", message));
    let taken = hand.take(ids[0]);
    let error = failure(&taken).unwrap();
    assert!(error.message.ends_with("does not match.") && !format!("{error:?}").contains("TOKEN"));
}

#[test]
fn every_way_to_lose_the_connection_gives_one_gap_when_messages_arrive_again() {
    type Cut = (fn(&mut Hand), fn(&Loss) -> bool);
    let cuts: [Cut; 6] = [
        (Hand::close, |loss| *loss == Loss::Closed(1006)),
        (|hand| hand.wait(300_000), |loss| *loss == Loss::Silent),
        (|hand| hand.call(|connection, at| connection.resumed(80_000, at)), |loss| *loss == Loss::Slept),
        (
            |hand| {
                hand.call(|connection, at| connection.network_changed(false, at));
                hand.call(|connection, at| connection.network_changed(true, at));
            },
            |loss| *loss == Loss::NetworkChanged,
        ),
        (|hand| hand.call(Connection::identity_changed), |loss| *loss == Loss::IdentityChanged),
        (
            |hand| {
                hand.receive(json!({ "type": "connection_error", "errors": [{ "errorType": "X", "errorCode": 500 }] }))
            },
            |loss| *loss == Loss::Refused,
        ),
    ];
    for protocol in BOTH {
        for (cut, is_loss) in cuts {
            let (mut hand, ids, wires) = Hand::connected(protocol, 2);
            hand.now += 5_000;
            let heard = hand.now;
            hand.receive(data(protocol, wires[0], 1));
            cut(&mut hand);
            assert!(
                hand.others.iter().any(|a| matches!(a, Action::State(State::Waiting { loss, .. }) if is_loss(loss))),
                "{:?}",
                hand.others
            );
            hand.wait(500);
            // The first new connection fails, which changes nothing.
            hand.sign(1);
            hand.close();
            hand.wait(2_000);
            assert_eq!(hand.take(ids[0]).len(), 1);
            hand.connect();
            for id in &ids {
                let taken = hand.take(*id);
                let [Delivery::Gap(gap)] = taken[..] else { panic!("{taken:?}") };
                assert_eq!((gap.disconnections, gap.until), (1, hand.now));
                assert!(gap.since <= heard);
            }
            let wires_now = hand.wires();
            hand.receive(data(protocol, wires[0], 2));
            assert!(hand.take(ids[0]).is_empty(), "old ids are dead");
            hand.receive(data(protocol, wires_now[0], 3));
            assert_eq!(hand.take(ids[0]).len(), 1);
        }
    }
}

#[test]
fn a_connection_is_renewed_after_a_day() {
    let (mut hand, ids, _) = Hand::connected(Protocol::GraphQl, 1);
    for _ in 0..24 * 60 {
        hand.now += 60_000;
        hand.receive(json!({ "type": "ka" }));
    }
    assert_eq!(hand.closed.len(), 1);
    hand.connect();
    assert_eq!(gaps(&hand.take(ids[0])), 1);
}

#[test]
fn a_short_sleep_makes_the_next_keep_alive_due_sooner() {
    let (mut hand, ..) = Hand::connected(Protocol::GraphQl, 1);
    hand.call(|connection, at| connection.resumed(10_000, at));
    assert_eq!(hand.connection.deadline(), Some(hand.now + 60_000));
    hand.receive(json!({ "type": "ka" }));
    assert_eq!(hand.connection.deadline(), Some(hand.now + 300_000));
}

#[test]
fn delays_grow_while_connections_do_not_last() {
    let (mut hand, ..) = Hand::connected(Protocol::GraphQl, 1);
    let mut delays = Vec::new();
    for _ in 0..8 {
        hand.close();
        let Some(State::Waiting { delay, .. }) = hand.state() else { panic!("not waiting") };
        let delay = *delay;
        delays.push(delay);
        hand.wait(delay);
        hand.connect();
    }
    assert_eq!(delays, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    hand.now += LASTING;
    hand.close();
    assert!(matches!(hand.state(), Some(State::Waiting { delay: 500, .. })));
}

#[test]
fn a_first_connection_is_given_up_unless_the_device_is_offline() {
    for is_online in [true, false] {
        let mut hand = Hand::new(Protocol::Events);
        hand.call(|connection, at| connection.network_changed(is_online, at));
        let id = hand.subscribe();
        for _ in 0..20 {
            hand.sign(1);
            if hand.connection.is_idle() || hand.connection.subscriptions() == 0 {
                break;
            }
            hand.close();
            hand.wait(60_000);
        }
        let taken = hand.take(id);
        assert_eq!(failure(&taken).map(|error| error.code), is_online.then_some(Code::Network));
        if !is_online {
            hand.call(|connection, at| connection.network_changed(true, at));
            hand.connect();
            assert!(hand.take(id).is_empty());
        }
    }
}

#[test]
fn what_the_signer_has_thrown_is_handed_on_as_it_is() {
    let mut hand = Hand::new(Protocol::Events);
    let id = hand.subscribe();
    let thrown = JsonValue(json!({ "name": "thrown" }));
    for is_retryable in [true, false] {
        hand.wait(60_000);
        let ticket = hand.tasks.remove(0).ticket;
        let failure = Failure::Thrown { thrown: thrown.clone(), is_retryable };
        hand.call(|connection, at| connection.signed(ticket, Err(failure.clone()), at));
        let expected = if is_retryable { Vec::new() } else { vec![Delivery::Failed(failure)] };
        assert_eq!(hand.take(id), expected);
    }
}

#[test]
fn what_cannot_be_signed_is_tried_again_or_ends() {
    for (code, is_final) in [(Code::LoginExpired, true), (Code::Network, false)] {
        let mut hand = Hand::new(Protocol::GraphQl);
        let id = hand.subscribe();
        let ticket = hand.tasks.remove(0).ticket;
        hand.call(|connection, at| connection.signed(ticket, Err(Error::new(code, "x").into()), at));
        assert_eq!(failure(&hand.take(id)).map(|error| error.code), is_final.then_some(code));

        let (mut hand, ids, _) = Hand::connected(Protocol::GraphQl, 1);
        let id = hand.subscribe();
        let ticket = hand.tasks.remove(0).ticket;
        hand.call(|connection, at| connection.signed(ticket, Err(Error::new(code, "x").into()), at));
        assert_eq!(failure(&hand.take(id)).map(|error| error.code), is_final.then_some(code));
        assert!(hand.take(ids[0]).is_empty() && hand.closed.is_empty());
    }
}

#[test]
fn unsubscribing_is_safe_at_every_moment() {
    for protocol in BOTH {
        for moment in 0..6 {
            let mut hand = Hand::new(protocol);
            let id = hand.subscribe();
            if moment > 0 {
                hand.sign(1);
            }
            if moment > 1 {
                let socket = hand.socket.unwrap();
                hand.call(|connection, at| connection.opened(socket, at));
            }
            if moment > 2 {
                hand.receive(frame(protocol, "acknowledged", 0));
            }
            if moment > 3 {
                hand.sign(1);
            }
            let wires = hand.wires();
            if moment > 4 {
                hand.receive(frame(protocol, "started", wires[0]));
            }
            for _ in 0..2 {
                hand.call(|connection, at| connection.unsubscribe(id, at));
            }
            assert_eq!(hand.connection.subscriptions(), 0);
            hand.sign(1);
            if let Some(socket) = hand.socket {
                hand.call(|connection, at| connection.opened(socket, at));
                if moment < 3 {
                    hand.receive(frame(protocol, "acknowledged", 0));
                }
            }
            if moment == 4 {
                assert_eq!(hand.stops(), 0, "AppSync might not know the id yet");
                hand.receive(frame(protocol, "started", wires[0]));
            }
            assert_eq!(hand.stops(), usize::from(moment > 3), "{moment}");
            // Mounted again at once: the same socket serves.
            if moment > 0 {
                let again = hand.subscribe();
                hand.sign(1);
                assert!(hand.closed.is_empty());
                hand.call(|connection, at| connection.unsubscribe(again, at));
            }
            hand.wait(5_000);
            hand.wait(15_000);
            hand.wait(15_000);
            assert!(hand.connection.is_idle(), "{moment}");
            assert_eq!(hand.closed.len(), usize::from(moment > 0));
            assert_eq!(hand.connection.deadline(), None);
        }
    }
}

#[test]
fn signing_out_ends_everything_and_no_late_signature_is_used() {
    for protocol in BOTH {
        let (mut hand, ids, _) = Hand::connected(protocol, 1);
        let starting = hand.subscribe();
        hand.call(|connection, _| connection.end(Err(Error::new(Code::Refused, "signed out").into())));
        for id in [ids[0], starting] {
            assert_eq!(failure(&hand.take(id)).unwrap().message, "signed out");
        }
        assert_eq!(hand.closed.len(), 1);
        hand.sent.clear();
        hand.sign(1);
        assert!(hand.sent.is_empty() && hand.connection.is_idle());

        // A guest who signs in keeps the subscriptions; what was being signed for the guest is signed again.
        let (mut hand, ids, _) = Hand::connected(protocol, 1);
        let starting = hand.subscribe();
        let stale = hand.tasks.remove(0);
        hand.call(Connection::identity_changed);
        hand.sent.clear();
        hand.call(|connection, at| connection.signed(stale.ticket, Ok(authorization(1)), at));
        assert!(hand.sent.is_empty());
        hand.connect();
        assert_eq!((gaps(&hand.take(ids[0])), gaps(&hand.take(starting))), (1, 0));

        // So is what was being signed to connect.
        let mut hand = Hand::new(protocol);
        hand.subscribe();
        let stale = hand.tasks.remove(0);
        hand.call(Connection::identity_changed);
        hand.call(|connection, at| connection.signed(stale.ticket, Ok(authorization(1)), at));
        assert!(hand.socket.is_none());
        hand.connect();
    }
    let (mut hand, ids, _) = Hand::connected(Protocol::GraphQl, 1);
    hand.call(|connection, _| connection.end(Ok(())));
    assert_eq!(hand.take(ids[0]), [Delivery::End]);
}

#[test]
fn publishes_are_answered_by_their_ids() {
    let mut hand = Hand::new(Protocol::Events);
    let publishes: Vec<_> = (0..4).map(|_| hand.call(|c, at| c.publish(publish(), at)).unwrap()).collect();
    hand.connect();
    let ids: Vec<_> = hand.sent.iter().map(|message| message["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(hand.sent[0]["events"], json!(["1"]));
    assert_eq!(
        (hand.sent[0]["type"].as_str(), hand.sent[0]["channel"].as_str()),
        (Some("publish"), Some("/default/room-1"))
    );
    let successful = json!([{ "identifier": "i", "index": 0 }]);
    hand.others.clear();
    hand.receive(json!({ "type": "publish_success", "id": ids[1], "successful": successful, "failed": [] }));
    hand.receive(json!({ "type": "publish_error", "id": ids[0], "errors": [{ "errorType": "Unauthorized" }] }));
    hand.receive(
        json!({ "type": "publish_error", "id": ids[2], "errors": [{ "errorType": "UnauthorizedException" }] }),
    );
    assert_eq!(hand.refused_keys(), ["1"]);
    assert_eq!(hand.tasks.len(), 1, "recovered once");
    hand.close();
    let results: Vec<_> = std::mem::take(&mut hand.others)
        .into_iter()
        .filter_map(|action| match action {
            Action::Published { publish, result } => Some((publish, result.map_err(code))),
            _ => None,
        })
        .collect();
    assert_eq!(results.len(), 3);
    let answer = &results[0].1.as_ref().unwrap().0;
    assert_eq!((results[0].0, &answer["successful"]), (publishes[1], &successful));
    assert_eq!(results[1], (publishes[0], Err(Code::Refused)));
    assert_eq!(results[2], (publishes[3], Err(Code::Network)), "it may have been published");
    // The one that was refused is not sent yet, and goes on.
    hand.tasks.clear();
    hand.wait(1_000);
    hand.connect();
    let id = hand.sent[0]["id"].as_str().unwrap().to_owned();
    hand.receive(json!({ "type": "publish_success", "id": id, "successful": successful }));
    let last = hand.others.last();
    assert!(matches!(last, Some(Action::Published { publish, result: Ok(_) }) if *publish == publishes[2]), "{last:?}");
    hand.wait(5_000);
    hand.wait(5_000);
    assert!(hand.connection.is_idle());
}

#[test]
fn a_publish_ends_in_time_and_only_what_gets_through_is_taken() {
    let mut hand = Hand::new(Protocol::Events);
    let id = hand.call(|connection, at| connection.publish(publish(), at)).unwrap();
    hand.wait(30_000);
    assert!(matches!(hand.others.last(), Some(Action::Published { publish, result: Err(Failure::Coded(error)) })
        if *publish == id && error.code == Code::Timeout));
    let channel = events::Channel::parse("a").unwrap();
    let unsafe_publish = events::Publish::batches(&channel, &[String::from("\"<b>\"")], false).unwrap().remove(0);
    let unsafe_publish = unsafe_publish.body().to_owned();
    let error = hand.call(|connection, at| connection.publish(unsafe_publish, at)).unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (Code::InvalidRequest, Some("events")));
    let mut hand = Hand::new(Protocol::GraphQl);
    assert!(hand.call(|connection, at| connection.publish(publish(), at)).is_err());
}

#[test]
fn frames_that_cannot_be_used_harm_nobody() {
    for protocol in BOTH {
        let (mut hand, ids, wires) = Hand::connected(protocol, 1);
        hand.others.clear();
        let socket = hand.socket.unwrap();
        hand.call(|connection, at| connection.received(socket, None, FRAME_LIMIT + 1, at));
        for frame in [
            json!(null),
            json!(7),
            json!([]),
            json!({}),
            json!({ "type": 1 }),
            json!({ "type": "nonsense" }),
            json!({ "type": "data" }),
            json!({ "type": "data", "id": 1 }),
            json!({ "type": "start_ack", "id": "abc" }),
            json!({ "type": "publish_success", "id": "1" }),
        ] {
            hand.receive(frame);
        }
        let unusable = hand
            .others
            .iter()
            .filter(|a| matches!(a, Action::Unusable(Failure::Coded(e)) if e.field.as_deref() == Some("frame")));
        assert_eq!(unusable.count(), 11);
        for frame in [data(protocol, 4_000_000_000, 1), frame(protocol, "started", 9_999), json!({ "type": "error" })] {
            hand.receive(frame);
        }
        hand.receive(data(protocol, wires[0], 1));
        assert_eq!(hand.take(ids[0]).len(), 1);
        assert!(hand.closed.is_empty());
    }
}

#[test]
fn absurd_timeouts_are_bounded() {
    for (timeout, limit) in [
        (json!(0), 300_000),
        (json!(-5), 300_000),
        (json!("1"), 300_000),
        (json!(1), 1_000),
        (json!(1e300), 600_000),
        (json!(60_000), 60_000),
    ] {
        let mut hand = Hand::new(Protocol::Events);
        hand.subscribe();
        hand.sign(1);
        let socket = hand.socket.unwrap();
        hand.call(|connection, at| connection.opened(socket, at));
        hand.receive(json!({ "type": "connection_ack", "connectionTimeoutMs": timeout }));
        hand.start();
        assert_eq!(hand.connection.deadline(), Some(hand.now + limit), "{timeout}");
    }
}

#[test]
fn hundreds_of_subscriptions_start_in_portions() {
    let mut hand = Hand::new(Protocol::GraphQl);
    for _ in 0..100 {
        hand.subscribe();
    }
    hand.sign(1);
    let socket = hand.socket.unwrap();
    hand.call(|connection, at| connection.opened(socket, at));
    hand.receive(frame(Protocol::GraphQl, "acknowledged", 0));
    let mut portions = Vec::new();
    while !hand.tasks.is_empty() {
        portions.push(hand.tasks.len());
        assert!(hand.connection.deadline().unwrap() > hand.now);
        hand.start();
    }
    assert_eq!(portions.iter().sum::<usize>(), 100);
    assert_eq!(portions[0], STARTS);
}
