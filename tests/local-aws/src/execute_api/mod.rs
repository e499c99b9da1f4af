//! API Gateway: an API whose methods ask for IAM authorization, unless its owner sets something else.
//!
//! It is deployed three times: as a REST API with CORS headers on its gateway responses, so that a page can read why it
//! was refused; as a REST API as API Gateway makes it, whose refusals look like CORS errors to a page; and as an HTTP
//! API, which gives no reasons.

mod echo;
mod http_api;
mod items;
mod rest_api;
mod routes;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::account::{ACCOUNT_ID, Api, ApiKind, REGION, USER_POOLS};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::clock::unix_seconds;
use crate::iam;
use crate::issued::Caller;
use crate::proxy;
use crate::settings::{
    ApiSettings, Around, AuthorizationType, Authorizer, Denied, MethodSettings, ResourcePath, Settings,
};
use crate::tokens::Token;
use crate::verify::{self, Refusal, Scope};
use crate::world::World;

use routes::Route;

pub(crate) use items::Items;
pub(crate) use rest_api::unknown_api;

/// Why a request does not reach the backend.
#[derive(Debug)]
enum Refused {
    /// The host name is switched off.
    DefaultEndpointDisabled,
    /// A web ACL blocks it.
    WafFiltered,
    /// The path begins with no stage.
    NoStage,
    /// No resource or method, and perhaps an `Authorization` that is no signature.
    NoRoute { malformed: Option<String> },
    /// The caller is not known.
    Signature(Refusal),
    /// The caller is known and may not.
    Denied(Denied),
    /// No key of a usage plan.
    NoApiKey,
    /// An authorizer that wants a token got none that it knows.
    Unauthorized,
    /// A Lambda authorizer says no.
    AuthorizerDenied { is_explicit: bool },
}

/// An API and what its owner set.
#[derive(Clone, Copy, Debug)]
struct Deployed<'a> {
    api: &'static Api,
    settings: &'a ApiSettings,
    /// Whether pages may see `Date`.
    expose_date: bool,
}

/// Answers a request to an API.
pub(crate) fn answer(world: &World, api: &'static Api, request: &Arrived, region: &str) -> Answer {
    let settings = &world.settings();
    let Some(deployed) = deployed(world, settings, api) else { return unknown_api() };
    let seen = &proxy::pass(deployed.settings.proxy.as_ref(), request);
    if seen.method == Method::OPTIONS {
        return preflight_of(deployed, seen);
    }
    match let_in(world, settings, deployed, seen, region) {
        Ok((route, caller)) => {
            let answer = integrate(world, deployed, seen, &route, caller.as_ref());
            match api.kind {
                ApiKind::Rest => rest_api::with_integration_headers(deployed, answer),
                ApiKind::Http => http_api::allow_origin(deployed, seen, answer),
            }
        }
        Err(refused) => refuse(deployed, &refused),
    }
}

/// The answer to a browser that asks whether it may send a request.
pub(crate) fn preflight(world: &World, api: &'static Api, request: &Arrived) -> Answer {
    match deployed(world, &world.settings(), api) {
        Some(deployed) => preflight_of(deployed, request),
        None => unknown_api(),
    }
}

/// The method and the resource that a request is for.
pub(crate) fn operation_name(world: &World, api: &'static Api, request: &Arrived) -> String {
    let settings = &world.settings();
    let route = deployed(world, settings, api).and_then(|deployed| routes::find_method(deployed, request));
    match route {
        Some((route, _)) => format!("{} {}", request.method, routes::template(route.resource)),
        None => "unknown".to_owned(),
    }
}

/// The stage's rate limit was reached.
pub(crate) fn throttled(world: &World, api: &'static Api) -> Answer {
    let settings = &world.settings();
    match (api.kind, deployed(world, settings, api)) {
        (ApiKind::Rest, Some(deployed)) => rest_api::throttled(deployed),
        (ApiKind::Rest, None) => unknown_api(),
        (ApiKind::Http, _) => http_api::failure(StatusCode::TOO_MANY_REQUESTS),
    }
}

/// The backend failed or took too long.
pub(crate) fn failed(world: &World, api: &'static Api, status: StatusCode) -> Answer {
    let settings = &world.settings();
    match (api.kind, deployed(world, settings, api)) {
        (ApiKind::Rest, Some(deployed)) => rest_api::failed(deployed, status),
        (ApiKind::Rest, None) => unknown_api(),
        (ApiKind::Http, _) => http_api::failure(status),
    }
}

fn deployed<'a>(world: &World, settings: &'a Settings, api: &'static Api) -> Option<Deployed<'a>> {
    let expose_date = !world.faults.lock().hide_date;
    settings.api(api.name).map(|settings| Deployed { api, settings, expose_date })
}

fn preflight_of(deployed: Deployed<'_>, request: &Arrived) -> Answer {
    match deployed.api.kind {
        ApiKind::Rest => rest_api::preflight(deployed, request),
        ApiKind::Http => http_api::preflight(deployed, request),
    }
}

fn refuse(deployed: Deployed<'_>, refused: &Refused) -> Answer {
    match deployed.api.kind {
        ApiKind::Rest => rest_api::refuse(deployed, refused),
        ApiKind::Http => http_api::refuse(refused),
    }
}

/// Everything that comes before the backend. The caller is known only where the method asks for IAM authorization.
fn let_in(
    world: &World,
    settings: &Settings,
    deployed: Deployed<'_>,
    request: &Arrived,
    region: &str,
) -> Result<(Route, Option<Caller>), Refused> {
    let own = deployed.settings;
    if !own.default_endpoint {
        return Err(Refused::DefaultEndpointDisabled);
    }
    if deployed.api.kind == ApiKind::Rest {
        // A web ACL is asked before anything else.
        if own.waf.as_ref().is_some_and(|waf| request.body.len() > waf.max_body_bytes) {
            return Err(Refused::WafFiltered);
        }
        if routes::stage(deployed, request.path()).is_none() {
            return Err(Refused::NoStage);
        }
    }
    let (route, method) = routes::find_method(deployed, request)
        .ok_or_else(|| Refused::NoRoute { malformed: verify::is_malformed(request) })?;
    let caller = authorize(world, settings, deployed, method, request, region)?;
    let has_key = || request.header("x-api-key").is_some_and(|key| own.api_keys.iter().any(|known| known == key));
    if deployed.api.kind == ApiKind::Rest && method.api_key_required && !has_key() {
        return Err(Refused::NoApiKey);
    }
    Ok((route, caller))
}

/// Who calls, and whether that caller may.
fn authorize(
    world: &World,
    settings: &Settings,
    deployed: Deployed<'_>,
    method: &MethodSettings,
    request: &Arrived,
    region: &str,
) -> Result<Option<Caller>, Refused> {
    let own = deployed.settings;
    let around = match deployed.api.kind {
        ApiKind::Rest => Around {
            resource_policy: own.resource_policy.as_ref(),
            vpc_endpoint_policy: own.vpc_endpoint_policy.as_ref(),
        },
        // HTTP APIs have neither.
        ApiKind::Http => Around::default(),
    };
    let ask = || iam::Request::new("execute-api:Invoke", resource_arn(deployed, request));
    match method.authorization_type {
        AuthorizationType::AwsIam => {
            let scope = Scope { service: "execute-api", region, window_minutes: 5 };
            let caller = world.verify(request, scope).map_err(Refused::Signature)?;
            settings.authorize(&caller, &ask(), around).map_err(Refused::Denied)?;
            return Ok(Some(caller));
        }
        AuthorizationType::None => {}
        AuthorizationType::CognitoUserPools if has_user_pool_token(world, request) => {}
        AuthorizationType::CognitoUserPools => return Err(Refused::Unauthorized),
        AuthorizationType::Custom => match (request.header("authorization"), own.authorizer) {
            // The identity source is missing: the authorizer is not even asked.
            (None, _) => return Err(Refused::Unauthorized),
            (Some(_), Authorizer::Allow) => {}
            (Some(_), Authorizer::NotNamed) => return Err(Refused::AuthorizerDenied { is_explicit: false }),
            (Some(_), Authorizer::Deny) => return Err(Refused::AuthorizerDenied { is_explicit: true }),
        },
    }
    if around.resource_policy.is_some() || around.vpc_endpoint_policy.is_some() {
        settings.authorize_anonymous(&ask(), around).map_err(Refused::Denied)?;
    }
    Ok(None)
}

/// Whether the request carries an ID token of one of the user pools.
fn has_user_pool_token(world: &World, request: &Arrived) -> bool {
    let Some(authorization) = request.header("authorization") else { return false };
    let text = authorization.strip_prefix("Bearer ").unwrap_or(authorization);
    let Some(token) = Token::parse(text) else { return false };
    world.keys.user_pools.verifies(&token)
        && token.text("token_use") == Some("id")
        && USER_POOLS.iter().any(|pool| token.issuer() == Some(pool.login_key().as_str()))
        && token.seconds("exp").is_some_and(|end| unix_seconds(world.now()) < end)
}

fn resource_arn(deployed: Deployed<'_>, request: &Arrived) -> String {
    let stage = routes::stage(deployed, request.path()).unwrap_or_default();
    let path = routes::path_in_stage(deployed, request.path()).unwrap_or_default();
    format!("arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{}/{stage}/{}/{path}", deployed.api.id, request.method)
}

/// The ARN as API Gateway shows it: with the last four digits of the account only.
fn resource_arn_masked(arn: &str) -> String {
    let masked = format!("********{}", &ACCOUNT_ID[ACCOUNT_ID.len() - 4..]);
    arn.replacen(ACCOUNT_ID, &masked, 1)
}

/// The backend. It is reached only by callers who may.
fn integrate(
    world: &World,
    deployed: Deployed<'_>,
    request: &Arrived,
    route: &Route,
    caller: Option<&Caller>,
) -> Answer {
    let ok = |body: Value| Answer::json(StatusCode::OK, &body);
    match route.resource {
        ResourcePath::Items | ResourcePath::Item => items::answer(
            &mut world.items.lock(),
            deployed.api.id,
            &request.method,
            route.parameter.as_deref(),
            &request.body,
        ),
        ResourcePath::Echo => echo::answer(request, caller),
        ResourcePath::Reports => {
            ok(json!({ "reports": [{ "id": "2024-q4", "total": 4200 }], "for": caller.map(Caller::arn) }))
        }
        ResourcePath::Secret => ok(json!({ "secret": "nobody may read this" })),
    }
}
