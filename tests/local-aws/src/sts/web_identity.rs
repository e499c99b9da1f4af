//! AssumeRoleWithWebIdentity: an identity pool's token for a role's credentials.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;

use super::query_protocol::{Field, Fields, QueryError};
use crate::account::{Standing, role_by_arn};
use crate::clock::{format_extended, unix_seconds};
use crate::issued::Caller;
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
    let standing = match token.texts("amr").first() {
        Some(&"authenticated") => Standing::User,
        _ => Standing::Guest,
    };
    let audience = token.text("aud").unwrap_or_default();
    let role = role_by_arn(role_arn).filter(|role| role.trusts(audience, standing)).ok_or_else(|| {
        QueryError::new(
            StatusCode::FORBIDDEN,
            "AccessDenied",
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        )
    })?;

    let subject = token.text("sub").unwrap_or_default();
    let credentials = world.issue_for(Caller::new(role, session_name, subject), duration);
    Ok(vec![
        ("SubjectFromWebIdentityToken", subject.into()),
        ("Audience", audience.into()),
        (
            "AssumedRoleUser",
            Field::Group(vec![
                ("Arn", credentials.caller.arn().into()),
                ("AssumedRoleId", credentials.caller.user_id().into()),
            ]),
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
