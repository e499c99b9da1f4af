//! The way in for tests and for the page: what there is, what was asked for, and what shall go wrong.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::account::{
    ACCOUNT_ID, Api, BUCKET, EVENTS_API_ID, EVENTS_DNS_ID, EVENTS_DOMAIN, GRAPHQL_API_ID, GRAPHQL_DNS_ID,
    GRAPHQL_DOMAIN, HTTP_API, IDENTITY_POOLS, KENDRA_INDEX_ID, REGION, REST_API, REST_API_WITHOUT_CORS, TABLE,
    USER_POOLS, USERS,
};
use crate::answer::Answer;
use crate::appsync::Injection;
use crate::arrived::Arrived;
use crate::cognito_identity;
use crate::faults::Change;
use crate::settings::{Unfit, decode_pointer, role_arn};
use crate::states;
use crate::world::World;

/// Answers a request to the control. Any page may use it: nothing here is worth protecting.
pub(crate) async fn answer(world: &World, request: &Arrived) -> Answer {
    let answer = if request.method == Method::OPTIONS {
        Answer::empty(StatusCode::NO_CONTENT)
    } else {
        route(world, request).await
    };
    answer
        .with_header("access-control-allow-origin", "*")
        .with_header("access-control-allow-methods", "GET,POST,PUT,PATCH,OPTIONS")
        .with_header("access-control-allow-headers", "content-type")
        .with_header("access-control-expose-headers", "date")
        .with_header("cache-control", "no-store")
}

async fn route(world: &World, request: &Arrived) -> Answer {
    if let Some(pointer) = request.path().strip_prefix("/_local/settings") {
        return settings(world, request, &decode_pointer(pointer));
    }
    match (request.method.as_str(), request.path()) {
        ("GET", "/_local/config") => ok(&config(world)),
        ("GET", "/_local/stats") => to_answer(serde_json::to_value(world.stats.snapshot())),
        ("POST", "/_local/reset") => match world.reset() {
            Ok(()) => ok(&json!({})),
            Err(unfit) => unfit_answer(&unfit),
        },
        ("GET", "/_local/faults") => faults(world),
        ("POST", "/_local/faults") => change_faults(world, &request.body),
        ("GET", "/_local/states") => states(world),
        ("POST", "/_local/states") => enter_states(world, &request.body),
        ("POST", "/_local/publish") => publish(world, &request.body).await,
        ("POST", "/_local/developer-token") => developer_token(world, &request.body),
        _ => failure(StatusCode::NOT_FOUND, "no such control"),
    }
}

fn ok(body: &Value) -> Answer {
    Answer::json(StatusCode::OK, body)
}

fn failure(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message })).counted_as("refused")
}

fn unfit_answer(unfit: &Unfit) -> Answer {
    failure(StatusCode::BAD_REQUEST, &unfit.0)
}

fn to_answer(body: serde_json::Result<Value>) -> Answer {
    match body {
        Ok(body) => ok(&body),
        Err(error) => failure(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// Everything that a client needs to know.
fn config(world: &World) -> Value {
    let port = world.port;
    let settings = world.settings();
    let service = |name: &str| format!("http://{name}.{REGION}.localhost:{port}");
    let api = |api: &Api| format!("http://{}.execute-api.{REGION}.localhost:{port}{}", api.id, api.path_prefix);
    let identity_pools = IDENTITY_POOLS.iter().map(|pool| (pool.name.to_owned(), json!(pool.id)));
    let user_pools: Vec<Value> = USER_POOLS
        .iter()
        .map(|pool| json!({ "userPoolId": pool.id, "clientId": pool.client_id, "loginKey": pool.login_key() }))
        .collect();
    let users: Vec<Value> = USERS
        .iter()
        .map(|user| {
            let roles = settings.role_claims(user.name).roles;
            json!({
                "username": user.name,
                "password": user.password,
                "confirmed": user.confirmed,
                "roles": roles,
            })
        })
        .collect();
    let roles: Map<String, Value> =
        settings.role_names().map(|name| (name.to_owned(), json!(role_arn(name)))).collect();
    let mut config = json!({
        "region": REGION,
        "accountId": ACCOUNT_ID,
        "userPoolId": user_pools[0]["userPoolId"],
        "clientId": user_pools[0]["clientId"],
        "loginKey": user_pools[0]["loginKey"],
        "unattachedUserPool": user_pools[1],
        "users": users,
        "roles": roles,
        "endpoints": {
            "cognitoIdentity": service("cognito-identity"),
            "cognitoIdp": service("cognito-idp"),
            "sts": service("sts"),
            "rest": api(&REST_API),
            "restWithoutCors": api(&REST_API_WITHOUT_CORS),
            "http": api(&HTTP_API),
            "graphql": format!("http://{GRAPHQL_DNS_ID}.appsync-api.{REGION}.localhost:{port}/graphql"),
            "graphqlRealtime": format!("ws://{GRAPHQL_DNS_ID}.appsync-realtime-api.{REGION}.localhost:{port}/graphql"),
            "graphqlDomain": format!("http://{GRAPHQL_DOMAIN}:{port}/graphql"),
            "events": format!("http://{EVENTS_DNS_ID}.appsync-api.{REGION}.localhost:{port}/event"),
            "eventsRealtime": format!("ws://{EVENTS_DNS_ID}.appsync-realtime-api.{REGION}.localhost:{port}/event/realtime"),
            "eventsDomain": format!("http://{EVENTS_DOMAIN}:{port}/event"),
            "dynamodb": service("dynamodb"),
            "kendra": service("kendra"),
            "s3": service(&format!("{BUCKET}.s3")),
            "ssm": service("ssm"),
            "translate": service("translate"),
        },
        "apiIds": {
            "rest": REST_API.id,
            "restWithoutCors": REST_API_WITHOUT_CORS.id,
            "http": HTTP_API.id,
            "graphqlHost": GRAPHQL_DNS_ID,
            "graphql": GRAPHQL_API_ID,
            "eventsHost": EVENTS_DNS_ID,
            "events": EVENTS_API_ID,
        },
        "bucket": BUCKET,
        "table": TABLE,
        "kendraIndexId": KENDRA_INDEX_ID,
    });
    if let Some(members) = config.as_object_mut() {
        members.extend(identity_pools);
    }
    config
}

/// Shows or changes the settings, or the part of them that a JSON pointer names.
fn settings(world: &World, request: &Arrived, pointer: &str) -> Answer {
    let mut configured = world.configured.lock();
    let change = || serde_json::from_slice::<Value>(&request.body).map_err(|error| Unfit(error.to_string()));
    let changed = match request.method.as_str() {
        "GET" => Ok(()),
        "PATCH" => change().and_then(|patch| configured.merge(pointer, &patch)),
        "PUT" => change().and_then(|value| configured.put(pointer, value)),
        _ => return failure(StatusCode::NOT_FOUND, "no such control"),
    };
    match (changed, configured.at(pointer)) {
        (Err(unfit), _) => unfit_answer(&unfit),
        (Ok(()), Some(part)) => ok(part),
        (Ok(()), None) => failure(StatusCode::NOT_FOUND, "no such setting"),
    }
}

fn states(world: &World) -> Answer {
    match states::list() {
        Ok(states) => ok(&json!({ "on": &*world.states.lock(), "states": states })),
        Err(unfit) => unfit_answer(&unfit),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StatesRequest {
    states: Vec<String>,
}

fn enter_states(world: &World, body: &[u8]) -> Answer {
    let request: StatesRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return failure(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match states::enter(world, request.states) {
        Ok(()) => ok(&json!({ "on": &*world.states.lock() })),
        Err(unfit) => unfit_answer(&unfit),
    }
}

fn faults(world: &World) -> Answer {
    to_answer(serde_json::to_value(&*world.faults.lock()))
}

fn change_faults(world: &World, body: &[u8]) -> Answer {
    let mut change: Change = match serde_json::from_slice(body) {
        Ok(change) => change,
        Err(error) => return failure(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    // Everything is checked before anything changes.
    let named = [&change.delete_identity, &change.disable_identity];
    for id in named.into_iter().flatten() {
        if world.identities.lock().find(id).is_none() {
            return failure(StatusCode::NOT_FOUND, "no such identity");
        }
    }
    if let Some(role) = &change.revoke_sessions
        && !world.settings().role_names().any(|known| known == role)
    {
        return failure(StatusCode::NOT_FOUND, "no such role");
    }
    if let Some(role) = &change.revoke_sessions {
        world.issued.lock().revoke_sessions(role);
    }
    if let Some(id) = &change.disable_identity {
        world.identities.lock().disable(id);
    }
    if let Some(id) = &change.delete_identity {
        world.identities.lock().delete(id);
    }
    if change.revoke_credentials {
        world.issued.lock().revoke_all();
    }
    let now = world.now();
    if change.expire_credentials {
        world.issued.lock().expire_all(now);
    }
    let on_sockets = change.take_sockets_change();
    let offset = {
        let mut faults = world.faults.lock();
        faults.apply(change, now);
        faults.clock_offset_seconds
    };
    world.clock.set_offset(offset);
    on_sockets.apply(&world.sockets);
    faults(world)
}

/// Sends messages to subscriptions.
async fn publish(world: &World, body: &[u8]) -> Answer {
    let injection: Injection = match serde_json::from_slice(body) {
        Ok(injection) => injection,
        Err(error) => return failure(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    ok(&json!({ "deliveries": injection.deliver(world).await }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeveloperTokenRequest {
    identity_pool_id: String,
    user: String,
}

/// Plays a developer's backend, which signs users in by itself.
fn developer_token(world: &World, body: &[u8]) -> Answer {
    let request: DeveloperTokenRequest = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => return failure(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match cognito_identity::developer_token(world, &request.identity_pool_id, &request.user) {
        Ok(body) => ok(&body),
        Err(error) => error.to_answer(),
    }
}
