//! Cognito Identity: from an identity pool and logins to an identity and credentials.

mod logins;
mod operations;

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};

use crate::account::{IDENTITY_POOLS, REGION};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::aws_json::{self, AwsError};
use crate::faults::{CognitoFault, OddBody};
use crate::iam;
use crate::identities::{Identity, IdentityError};
use crate::settings::{Around, IdentityState, PoolSettings, Settings};
use crate::world::World;

pub(crate) use operations::developer_token;

const SERVICE: &str = "AWSCognitoIdentityService";

/// Provider → token, as a client sends it.
type LoginMap = BTreeMap<String, String>;

/// An identity pool and what its owner set.
#[derive(Clone, Copy, Debug)]
struct Pool<'a> {
    id: &'static str,
    settings: &'a PoolSettings,
}

/// Answers a request to the service.
pub(crate) fn answer(world: &World, request: &Arrived, region: &str) -> Answer {
    let operation = match aws_json::operation(request, SERVICE) {
        Ok(operation) => operation,
        Err(error) => return error.to_answer(),
    };
    let fault = world.faults.lock().take_cognito(operation);
    let real = || run(world, request, region, operation);
    match fault {
        Some(fault) => faulty(&fault, real),
        None => real(),
    }
}

fn run(world: &World, request: &Arrived, region: &str, operation: &str) -> Answer {
    let settings = &world.settings();
    if let Some(denied) = denied_by_organization(settings, operation) {
        return denied;
    }
    let result =
        match operation {
            "GetId" => aws_json::read(request).and_then(|request| operations::get_id(world, settings, region, request)),
            "GetCredentialsForIdentity" => aws_json::read(request)
                .and_then(|request| operations::get_credentials_for_identity(world, settings, region, request)),
            "GetOpenIdToken" => aws_json::read(request)
                .and_then(|request| operations::get_open_id_token(world, settings, region, request)),
            "UnlinkIdentity" => aws_json::read(request)
                .and_then(|request| operations::unlink_identity(world, settings, region, request)),
            _ => Err(AwsError::unknown_operation()),
        };
    match result {
        Ok(Value::Null) => aws_json::answer(&json!({})),
        Ok(body) => aws_json::answer(&body),
        Err(error) => error.to_answer(),
    }
}

/// What a fault makes of an answer. The real operation runs only where its answer is needed.
fn faulty(fault: &CognitoFault, real: impl FnOnce() -> Answer) -> Answer {
    let status = |default: u16| {
        StatusCode::from_u16(fault.status.unwrap_or(default)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    };
    match (fault.body, &fault.merge) {
        (Some(OddBody::Html), _) => {
            Answer::new(status(503), "text/html", "<!DOCTYPE html><title>Busy</title><h1>Service Unavailable</h1>")
                .counted_as("html")
        }
        (Some(OddBody::Empty), _) => Answer::new(status(200), "application/x-amz-json-1.1", "").counted_as("empty"),
        (Some(OddBody::Half), _) => {
            let mut answer = real();
            answer.body.truncate(answer.body.len() / 2);
            answer.counted_as("half")
        }
        (Some(OddBody::Malformed), _) => {
            // The names are right and the kinds of the values are not.
            let body = json!({
                "IdentityId": 7,
                "Credentials": { "AccessKeyId": null, "SecretKey": [], "Expiration": "soon" },
            });
            let mut answer = aws_json::answer(&body);
            answer.status = status(200);
            answer.counted_as("malformed")
        }
        (None, Some(patch)) => {
            let mut answer = real();
            let mut body = serde_json::from_slice(&answer.body).unwrap_or_default();
            merge(&mut body, patch);
            answer.body = body.to_string().into();
            answer.counted_as("merged")
        }
        (None, None) => {
            let name = fault.name.as_deref().unwrap_or("InternalErrorException");
            let default = if name == "InternalErrorException" { 500 } else { 400 };
            AwsError {
                status: status(default),
                name: name.to_owned(),
                message: fault.message.clone().unwrap_or_default(),
            }
            .to_answer()
        }
    }
}

/// Puts the members of a patch into a document, as a merge patch (RFC 7396) does; but `null` removes nothing: it is a
/// value that a client has to survive.
fn merge(document: &mut Value, patch: &Value) {
    match (document, patch) {
        (Value::Object(document), Value::Object(patch)) => {
            for (name, value) in patch {
                merge(document.entry(name).or_insert(Value::Null), value);
            }
        }
        (document, patch) => *document = patch.clone(),
    }
}

/// Policies of identities do not reach these operations, which are unsigned; those of an organization do. The refusal
/// has the member `Message`, where the service's own errors have `message`.
fn denied_by_organization(settings: &Settings, operation: &str) -> Option<Answer> {
    let request = iam::Request::new(format!("cognito-identity:{operation}"), "*");
    let denied = settings.authorize_anonymous(&request, Around::default()).err()?;
    let name = "AccessDeniedException";
    let body = json!({ "__type": name, "Message": denied.text() });
    let answer = Answer::new(StatusCode::BAD_REQUEST, "application/x-amz-json-1.1", body.to_string());
    Some(answer.with_header("x-amzn-errortype", &format!("{name}:")).counted_as(name))
}

/// The pool of that id in this region.
fn find_pool<'a>(settings: &'a Settings, region: &str, id: Option<&str>) -> Result<Pool<'a>, AwsError> {
    let id = check_id(id, "identityPoolId")?;
    pool_of_id(settings, id)
        .filter(|_| region == REGION)
        .ok_or_else(|| AwsError::new("ResourceNotFoundException", format!("IdentityPool '{id}' not found.")))
}

fn pool_of_id<'a>(settings: &'a Settings, id: &str) -> Option<Pool<'a>> {
    let pool = IDENTITY_POOLS.iter().find(|pool| pool.id == id)?;
    Some(Pool { id: pool.id, settings: settings.identity_pool(pool.name)? })
}

/// The identity of that id in this region, with its pool.
fn find_identity<'a>(
    world: &World,
    settings: &'a Settings,
    region: &str,
    id: &str,
) -> Result<(Identity, Pool<'a>), AwsError> {
    let identity = world.identities.lock().find(id).cloned();
    let (identity, pool) = identity
        .filter(|_| region == REGION)
        .and_then(|identity| pool_of_id(settings, identity.pool_id).map(|pool| (identity, pool)))
        .ok_or_else(|| identity_error(id, &IdentityError::NotFound))?;
    match pool.settings.identities {
        IdentityState::Usable => Ok((identity, pool)),
        IdentityState::Forbidden => Err(identity_error(id, &IdentityError::Forbidden)),
        IdentityState::Deleted => Err(identity_error(id, &IdentityError::NotFound)),
        IdentityState::OfOtherLogins => Err(logins_do_not_match()),
    }
}

fn logins_do_not_match() -> AwsError {
    not_authorized("Logins don't match. Please include at least one valid login for this identity or identity pool.")
}

/// Checks the form of an identity's or a pool's id: 1 to 55 characters, `[\w-]+:[0-9a-f-]+`.
fn check_id<'a>(id: Option<&'a str>, field: &str) -> Result<&'a str, AwsError> {
    let Some(id) = id else {
        return Err(AwsError::validation(None, field, "not be null"));
    };
    if id.is_empty() || id.len() > 55 {
        let bound = if id.is_empty() {
            "have length greater than or equal to 1"
        } else {
            "have length less than or equal to 55"
        };
        return Err(AwsError::validation(Some(id), field, bound));
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
    let fits = id.split_once(':').is_some_and(|(region, guid)| {
        !region.is_empty() && !guid.is_empty() && region.bytes().all(word) && guid.bytes().all(lower_hex)
    });
    if fits {
        Ok(id)
    } else {
        Err(AwsError::validation(Some(id), field, r"satisfy regular expression pattern: [\w-]+:[0-9a-f-]+"))
    }
}

fn not_authorized(message: impl Into<String>) -> AwsError {
    AwsError::new("NotAuthorizedException", message)
}

fn identity_error(id: &str, error: &IdentityError) -> AwsError {
    match error {
        IdentityError::NotFound => AwsError::new("ResourceNotFoundException", format!("Identity '{id}' not found.")),
        IdentityError::Forbidden => not_authorized(format!("Access to Identity '{id}' is forbidden.")),
        IdentityError::Conflict(provider) => {
            AwsError::new("ResourceConflictException", format!("Logins already linked to another account: {provider}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked_in_form_before_they_are_looked_up() {
        for id in ["us-east-1:0a-f", "us_east:0"] {
            assert_eq!(check_id(Some(id), "identityPoolId"), Ok(id));
        }
        for id in ["us-east-1_AbCdEf", "us-east-1:", ":0", "us-east-1:ABC", ""] {
            let error = check_id(Some(id), "identityPoolId").unwrap_err();
            assert_eq!(error.name, "ValidationException", "{id}");
        }
        let error = check_id(Some("us-east-1_AbCdEf"), "identityPoolId").unwrap_err();
        assert_eq!(
            error.message,
            r"1 validation error detected: Value 'us-east-1_AbCdEf' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+:[0-9a-f-]+"
        );
        let error = check_id(None, "identityPoolId").unwrap_err();
        assert!(error.message.contains("Value null at 'identityPoolId'"), "{}", error.message);
    }
}
