//! AssumeRoleWithWebIdentity: an identity pool's token for a role's credentials.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::query_protocol::{Field, Fields, QueryError};
use crate::account::IDENTITY_POOLS;
use crate::clock::{format_extended, unix_seconds};
use crate::iam::{AttachedTo, Policy};
use crate::issued::{Caller, SessionPolicies};
use crate::settings::Settings;
use crate::tokens::{IDENTITY_ISSUER, Token};
use crate::world::World;

/// How long a session lasts that names no duration, in seconds.
const DEFAULT_DURATION: u64 = 3600;

/// The operation. It is unsigned: the token speaks for the caller.
pub(super) fn assume_role(world: &World, parameters: &BTreeMap<String, String>) -> Result<Fields, QueryError> {
    let required = |name: &str, field: &str| {
        parameters.get(name).filter(|value| !value.is_empty()).map(String::as_str).ok_or_else(|| {
            validation(&format!(
                "1 validation error detected: Value null at '{field}' failed to satisfy constraint: Member must \
                     not be null"
            ))
        })
    };
    let role_arn = required("RoleArn", "roleArn")?;
    let session_name = required("RoleSessionName", "roleSessionName")?;
    let text = required("WebIdentityToken", "webIdentityToken")?;
    check_session_name(session_name)?;
    let duration = check_duration(parameters.get("DurationSeconds").map(String::as_str))?;

    let token = check_token(world, text)?;
    let amr: Vec<String> = token.texts("amr").into_iter().map(str::to_owned).collect();
    let audience = token.text("aud").unwrap_or_default();
    let subject = token.text("sub").unwrap_or_default();
    let settings = world.settings();
    let role = settings
        .role_of_arn(role_arn)
        .filter(|role| settings.trusts(role, audience, subject, &amr))
        .ok_or_else(|| {
            QueryError::new(
                StatusCode::FORBIDDEN,
                "AccessDenied",
                "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            )
        })?;
    let session_policies = match parameters.get("Policy") {
        Some(text) => SessionPolicies::Given(Arc::new(parse_session_policy(text)?)),
        None => match pool_session_policy(&settings, audience) {
            Some(policy) => SessionPolicies::Given(Arc::new(policy.clone())),
            None => SessionPolicies::None,
        },
    };
    let caller =
        Caller { pool_id: audience.to_owned(), amr, session_policies, ..Caller::new(role, session_name, subject) };
    let user_id = format!("{}:{session_name}", settings.role_id(role));
    let credentials = world.issue_for(caller, duration);
    Ok(vec![
        ("SubjectFromWebIdentityToken", subject.into()),
        ("Audience", audience.into()),
        (
            "AssumedRoleUser",
            Field::Group(vec![("Arn", credentials.caller.arn().into()), ("AssumedRoleId", user_id.into())]),
        ),
        (
            "Credentials",
            Field::Group(vec![
                ("AccessKeyId", credentials.access_key_id.as_str().into()),
                ("SecretAccessKey", credentials.secret_access_key.as_str().into()),
                ("SessionToken", credentials.session_token.as_str().into()),
                ("Expiration", format_extended(credentials.expires_at).into()),
            ]),
        ),
        ("Provider", IDENTITY_ISSUER.into()),
    ])
}

/// The session policy that clients of a pool pass, as its owner set it for this server.
fn pool_session_policy<'a>(settings: &'a Settings, pool_id: &str) -> Option<&'a Policy> {
    let pool = IDENTITY_POOLS.iter().find(|pool| pool.id == pool_id)?;
    settings.identity_pool(pool.name)?.session_policy.as_ref()
}

/// The most characters that a session policy may have.
const LONGEST_SESSION_POLICY: usize = 2048;

fn parse_session_policy(text: &str) -> Result<Policy, QueryError> {
    if text.is_empty() || text.chars().count() > LONGEST_SESSION_POLICY {
        return Err(validation(
            "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length \
             between 1 and 2048",
        ));
    }
    let malformed = |reason: String| QueryError::new(StatusCode::BAD_REQUEST, "MalformedPolicyDocument", reason);
    let policy: Policy = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
    policy.check(AttachedTo::Identity).map_err(|reason| malformed(reason.to_owned()))?;
    Ok(policy)
}

fn validation(message: &str) -> QueryError {
    QueryError::new(StatusCode::BAD_REQUEST, "ValidationError", message)
}

fn check_session_name(name: &str) -> Result<(), QueryError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if (2..=64).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(validation(&format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\w+=,.@-]*"
        )))
    }
}

fn check_duration(text: Option<&str>) -> Result<Duration, QueryError> {
    let seconds = match text {
        None => DEFAULT_DURATION,
        Some(text) => text.parse().ok().filter(|seconds| (900..=43200).contains(seconds)).ok_or_else(|| {
            validation(&format!(
                "1 validation error detected: Value '{text}' at 'durationSeconds' failed to satisfy constraint: \
                     Member must have value between 900 and 43200"
            ))
        })?,
    };
    Ok(Duration::from_secs(seconds))
}

fn check_token<'a>(world: &World, text: &'a str) -> Result<Token<'a>, QueryError> {
    let invalid = |message: &str| QueryError::new(StatusCode::BAD_REQUEST, "InvalidIdentityToken", message);
    let token = Token::parse(text).ok_or_else(|| {
        invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
    })?;
    let issuer = token.issuer().unwrap_or_default();
    if issuer != IDENTITY_ISSUER {
        return Err(invalid(&format!("No OpenIDConnect provider found in your account for https://{issuer}")));
    }
    if !world.keys.identity_pools.verifies(&token) {
        return Err(invalid("The web identity token's signature could not be verified."));
    }
    let now = unix_seconds(world.now());
    let expires_at = token.seconds("exp").unwrap_or(0);
    if now >= expires_at {
        return Err(QueryError::new(
            StatusCode::BAD_REQUEST,
            "ExpiredTokenException",
            format!("Token expired: current date/time {now} must be before the expiration date/time {expires_at}"),
        ));
    }
    Ok(token)
}
