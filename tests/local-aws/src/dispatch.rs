//! The way of one request: which service, which faults, which answer, and what is written down about it.

use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::json;

use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::host::{Host, Service, parse_host};
use crate::world::World;
use crate::{appsync, cognito_identity, cognito_idp, control, cors, execute_api, log, random, sts};

/// The largest body that any of the services takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How the answer goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// As it should.
    Whole,
    /// The connection ends in the middle.
    Cut,
}

/// Answers one request.
pub(crate) async fn answer(world: &World, request: Request<Incoming>) -> (Answer, Delivery) {
    let (parts, body) = request.into_parts();
    let mut arrived = Arrived {
        method: parts.method,
        uri: parts.uri,
        headers: parts.headers,
        body: bytes::Bytes::new(),
        request_id: random::uuid(),
    };
    let host = parse_host(arrived.host());
    let body_fits = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => {
            arrived.body = body.to_bytes();
            true
        }
        Err(_) => false,
    };
    let (answer, delivery) = match host {
        Host::Unknown => (misdirected(), Delivery::Whole),
        _ if !body_fits => (too_large(), Delivery::Whole),
        Host::Control => (control::answer(world, &arrived), Delivery::Whole),
        Host::UnknownApi => (execute_api::unknown_api(), Delivery::Whole),
        Host::Service { service, region } => serve(world, &arrived, service, &region).await,
    };
    log::line(
        world.log,
        format_args!(
            "{} {}{} {} {} {}",
            arrived.method,
            arrived.host(),
            arrived.path(),
            answer.status.as_u16(),
            answer.operation,
            answer.outcome,
        ),
    );
    (finish(world, &arrived, answer), delivery)
}

async fn serve(world: &World, arrived: &Arrived, service: Service, region: &str) -> (Answer, Delivery) {
    if arrived.is_preflight() {
        world.stats.count_preflight(service);
        let answer = match service.rest_api() {
            Some(api) => execute_api::preflight(api, arrived),
            None => cors::preflight(),
        };
        return (answer, Delivery::Whole);
    }
    let in_flight = world.stats.begin(service);
    let latency = world.faults.lock().latency_ms(service);
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    let answer = match faulty(world, service) {
        Some(answer) => answer,
        None => match service {
            Service::CognitoIdentity => cognito_identity::answer(world, arrived, region),
            Service::CognitoIdp => cognito_idp::answer(world, arrived, region),
            Service::Sts => sts::answer(world, arrived, region),
            Service::Graphql => appsync::answer(world, arrived, region).await,
            Service::Rest | Service::RestWithoutCors => match service.rest_api() {
                Some(api) => execute_api::answer(world, api, arrived, region),
                None => execute_api::unknown_api(),
            },
        },
    };
    let (cut, expose_date) = {
        let mut faults = world.faults.lock();
        (faults.take_cut(service), !faults.hide_date)
    };
    drop(in_flight);
    let answer = cors::expose(answer, service, expose_date);
    let outcome = if cut { "cut" } else { &answer.outcome };
    world.stats.count(service, &answer.operation, outcome);
    (answer, if cut { Delivery::Cut } else { Delivery::Whole })
}

/// The answer of a service that a fault keeps from looking at the request at all.
fn faulty(world: &World, service: Service) -> Option<Answer> {
    let (throttle, failure) = {
        let mut faults = world.faults.lock();
        let throttle = faults.take_throttle(service);
        let failure = match throttle {
            Some(_) => None,
            None => faults.take_status5xx(service),
        };
        (throttle, failure)
    };
    if let Some(throttle) = throttle {
        let answer = match service {
            Service::CognitoIdentity | Service::CognitoIdp => cognito_identity::throttled(),
            Service::Sts => sts::throttled(),
            Service::Graphql => appsync::throttled(),
            Service::Rest | Service::RestWithoutCors => execute_api::throttled(service.rest_api()),
        };
        return Some(match throttle.retry_after {
            Some(seconds) => answer.with_header("retry-after", &seconds.to_string()),
            None => answer,
        });
    }
    let status = StatusCode::from_u16(failure?.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Some(match service {
        Service::CognitoIdentity | Service::CognitoIdp => cognito_identity::failed(status),
        Service::Sts => sts::failed(status),
        Service::Graphql => appsync::failed(status),
        Service::Rest | Service::RestWithoutCors => execute_api::failed(service.rest_api(), status),
    })
}

/// What every answer carries.
fn finish(world: &World, arrived: &Arrived, answer: Answer) -> Answer {
    let answer = answer.with_header("x-amzn-requestid", &arrived.request_id);
    if world.faults.lock().hide_date {
        answer
    } else {
        answer.with_header("date", &httpdate::fmt_http_date(world.now()))
    }
}

fn misdirected() -> Answer {
    let body = json!({ "message": "no service of this server has that host name" });
    Answer::json(StatusCode::MISDIRECTED_REQUEST, &body).counted_as("misdirected")
}

fn too_large() -> Answer {
    let body = json!({ "message": "Request Too Long" });
    Answer::json(StatusCode::PAYLOAD_TOO_LARGE, &body).counted_as("RequestTooLarge")
}
