//! The way of one request: which service, which faults, which answer, and what is written down about it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, DATE, UPGRADE};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use serde_json::json;

use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::aws_json::{self, AwsError};
use crate::host::{Behind, Host, Service, parse_host};
use crate::world::World;
use crate::{appsync, cognito_identity, cognito_idp, control, cors, execute_api, log, random, s3, signed_json, sts};

/// The largest body that any of the services takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How the answer goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// As it should.
    Whole,
    /// The connection ends in the middle.
    Cut,
    /// It stops in the middle, and the connection stays open.
    Stalled,
}

/// An answer that is ready to go out.
struct Served {
    answer: Answer,
    delivery: Delivery,
    /// What was asked for, for the statistics and the log.
    operation: String,
}

impl Served {
    fn whole(answer: Answer, operation: &str) -> Self {
        Self { answer, delivery: Delivery::Whole, operation: operation.to_owned() }
    }
}

/// Answers one request.
pub(crate) async fn answer(world: &Arc<World>, mut request: Request<Incoming>) -> (Answer, Delivery) {
    let upgrade = request.headers().contains_key(UPGRADE).then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let mut arrived = Arrived {
        method: parts.method,
        uri: parts.uri,
        headers: parts.headers,
        body: bytes::Bytes::new(),
        request_id: random::uuid(),
        now: world.now(),
    };
    let host = parse_host(arrived.host(), arrived.path());
    let now = || match &host {
        Host::Service { service, .. } => world.now_at(*service),
        _ => world.now(),
    };
    arrived.now = now();
    let request_id_header = match host {
        Host::Service { service: Service::Http, .. } => "apigw-requestid",
        Host::Service { service: Service::S3, .. } => "x-amz-request-id",
        _ => "x-amzn-requestid",
    };
    let body_fits = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => {
            arrived.body = body.to_bytes();
            true
        }
        Err(_) => false,
    };
    let served = match &host {
        Host::Unknown => Served::whole(misdirected(), "unknown"),
        _ if !body_fits => Served::whole(too_large(), "unknown"),
        Host::Control => Served::whole(control::answer(world, &arrived).await, "control"),
        Host::UnknownApi => Served::whole(execute_api::unknown_api(), "unknown"),
        Host::Service { service, .. } if arrived.is_preflight() => {
            world.stats.count_preflight(*service);
            Served::whole(preflight(world, *service, &arrived), "preflight")
        }
        Host::Service { service, region } => serve(world, &arrived, upgrade, *service, region).await,
    };
    log::line(
        world.log,
        format_args!(
            "{} {}{} {} {} {}",
            arrived.method,
            arrived.host(),
            arrived.path(),
            served.answer.status.as_u16(),
            served.operation,
            served.answer.outcome,
        ),
    );
    let answer = served.answer.with_header(request_id_header, &arrived.request_id);
    (with_date(world, answer, now()), served.delivery)
}

fn preflight(world: &World, service: Service, arrived: &Arrived) -> Answer {
    match service.behind() {
        Behind::Api(api) => execute_api::preflight(world, api, arrived),
        Behind::S3 => s3::preflight(world, arrived),
        _ => cors::preflight(),
    }
}

async fn serve(
    world: &Arc<World>,
    arrived: &Arrived,
    upgrade: Option<OnUpgrade>,
    service: Service,
    region: &str,
) -> Served {
    let in_flight = world.stats.begin(service);
    let latency = world.faults.lock().latency_ms(service);
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    let answer = match take_fault(world, service, arrived) {
        Some(answer) => answer,
        None => match service.behind() {
            Behind::CognitoIdentity => cognito_identity::answer(world, arrived, region),
            Behind::CognitoIdp => cognito_idp::answer(world, arrived, region),
            Behind::Sts => sts::answer(world, arrived, region),
            Behind::AppSync(endpoint) => appsync::answer(world, endpoint, arrived, upgrade).await,
            Behind::Api(api) => execute_api::answer(world, api, arrived, region),
            Behind::SignedJson(json) => signed_json::answer(world, json, arrived, region),
            Behind::S3 => s3::answer(world, arrived),
        },
    };
    drop(in_flight);
    let operation = operation(world, service, arrived);
    if answer.status == StatusCode::SWITCHING_PROTOCOLS {
        // There is nothing that could be cut or delayed: what goes wrong with sockets are faults of their own.
        world.stats.count(service, &operation, &answer.outcome);
        return Served::whole(answer, &operation);
    }
    let (cut, stalled, cached, pad, expose_date) = {
        let mut faults = world.faults.lock();
        (
            faults.take_cut(service),
            faults.take_stall(service),
            faults.take_cached(service),
            faults.take_pad(service),
            !faults.hide_date,
        )
    };
    let mut answer = cors::expose(answer, service, expose_date);
    if let Some(cached) = cached {
        answer = from_cache(world, answer, cached.seconds);
    }
    if let Some(pad) = pad {
        answer = padded(answer, pad.bytes);
    }
    let mut delivery = Delivery::Whole;
    if cut {
        answer = answer.counted_as("cut");
        delivery = Delivery::Cut;
    } else if stalled {
        answer = answer.counted_as("stalled");
        delivery = Delivery::Stalled;
    }
    world.stats.count(service, &operation, &answer.outcome);
    Served { answer, delivery, operation }
}

/// The operation that a request asks for. Known even when a fault keeps the service from looking at it.
fn operation(world: &World, service: Service, arrived: &Arrived) -> String {
    match service.behind() {
        Behind::CognitoIdentity => aws_json::operation_name(arrived).to_owned(),
        Behind::CognitoIdp => cognito_idp::operation_name(arrived).to_owned(),
        Behind::Sts => sts::operation_name(arrived),
        Behind::AppSync(endpoint) => appsync::operation_name(endpoint).to_owned(),
        Behind::Api(api) => execute_api::operation_name(world, api, arrived),
        Behind::SignedJson(_) => signed_json::operation_name(arrived).to_owned(),
        Behind::S3 => s3::operation_name(arrived),
    }
}

/// The answer of a service that a fault keeps from looking at the request at all.
fn take_fault(world: &World, service: Service, arrived: &Arrived) -> Option<Answer> {
    // The lock is not held while an answer is made, which may look at the faults itself.
    let throttle = world.faults.lock().take_throttle(service);
    if let Some(throttle) = throttle {
        let answer = match service.behind() {
            Behind::CognitoIdentity | Behind::CognitoIdp => aws_json::throttled(),
            Behind::Sts => sts::throttled(),
            Behind::AppSync(_) => appsync::throttled(),
            Behind::Api(api) => execute_api::throttled(world, api),
            Behind::SignedJson(json) => signed_json::throttled(json),
            Behind::S3 => s3::throttled(arrived),
        };
        return Some(match throttle.retry_after {
            Some(seconds) if throttle.retry_after_as_date => {
                let date = world.now() + Duration::from_secs(seconds.into());
                answer.with_header("retry-after", &httpdate::fmt_http_date(date))
            }
            Some(seconds) => answer.with_header("retry-after", &seconds.to_string()),
            None => answer,
        });
    }
    let now = world.now();
    let is_down = world.faults.lock().is_down(service, now);
    let status = if is_down {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        let failure = world.faults.lock().take_status5xx(service)?;
        StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    };
    Some(match service.behind() {
        Behind::CognitoIdentity | Behind::CognitoIdp => AwsError::internal(status).to_answer(),
        Behind::Sts => sts::failed(status),
        Behind::AppSync(_) => appsync::failed(status),
        Behind::Api(api) => execute_api::failed(world, api, status),
        Behind::SignedJson(json) => signed_json::failed(json, status),
        Behind::S3 => s3::failed(arrived, status),
    })
}

/// The same answer, out of a cache that lets pages see how old it is.
fn from_cache(world: &World, answer: Answer, seconds: u32) -> Answer {
    let exposed = answer.headers.get(ACCESS_CONTROL_EXPOSE_HEADERS).and_then(|value| value.to_str().ok());
    let exposed = exposed.map_or_else(|| "age,date".to_owned(), |exposed| format!("{exposed},age"));
    let date = world.now() - Duration::from_secs(seconds.into());
    answer
        .with_header("age", &seconds.to_string())
        .with_header("date", &httpdate::fmt_http_date(date))
        .with_header("access-control-expose-headers", &exposed)
}

/// The same answer, followed by that many spaces.
fn padded(mut answer: Answer, bytes: usize) -> Answer {
    let mut body = answer.body.to_vec();
    body.resize(body.len() + bytes, b' ');
    answer.body = body.into();
    answer
}

/// Every answer carries the service's time, unless it has one already or a fault hides it.
fn with_date(world: &World, answer: Answer, now: SystemTime) -> Answer {
    if answer.headers.contains_key(DATE) || world.faults.lock().hide_date {
        answer
    } else {
        answer.with_header("date", &httpdate::fmt_http_date(now))
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
