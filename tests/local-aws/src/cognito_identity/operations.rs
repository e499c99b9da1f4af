//! The operations that a browser may call unsigned.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::logins::{self, CheckedLogins};
use super::{LoginMap, Pool, check_id, find_identity, find_pool, identity_error, not_authorized};
use crate::account::{REGION, Standing};
use crate::aws_json::AwsError;
use crate::clock::unix_seconds;
use crate::identities::{Identity, IdentityError, Login};
use crate::issued::{Caller, Credentials, SessionPolicies};
use crate::random;
use crate::settings::{AmbiguousRoleResolution, Settings};
use crate::tokens::IDENTITY_ISSUER;
use crate::world::World;

/// The session name of every enhanced-flow caller.
const SESSION_NAME: &str = "CognitoIdentityCredentials";

/// How long a classic-flow token lasts, in seconds.
const OPEN_ID_TOKEN_LIFETIME: u64 = 600;
/// How long a developer's token lasts, in seconds.
const DEVELOPER_TOKEN_LIFETIME: u64 = 900;
/// The provider name under which the backend's own users are kept.
const DEVELOPER_PROVIDER: &str = "login.local.example";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetIdRequest {
    identity_pool_id: Option<String>,
    logins: Option<LoginMap>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct IdentityRequest {
    identity_id: Option<String>,
    logins: Option<LoginMap>,
    custom_role_arn: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UnlinkRequest {
    identity_id: Option<String>,
    logins: Option<LoginMap>,
    logins_to_remove: Option<Vec<String>>,
}

pub(super) fn get_id(
    world: &World,
    settings: &Settings,
    region: &str,
    request: GetIdRequest,
) -> Result<Value, AwsError> {
    let pool = find_pool(settings, region, request.identity_pool_id.as_deref())?;
    let logins = request.logins.unwrap_or_default();
    if logins.is_empty() {
        check_guests_allowed(pool)?;
        let id = world.identities.lock().create_guest(pool.id);
        return Ok(json!({ "IdentityId": id }));
    }
    let checked = logins::check(world, pool, &logins)?;
    let id = match checked.developer_identity {
        Some(id) => id,
        None => world
            .identities
            .lock()
            .identity_of_logins(pool.id, &checked.logins)
            .map_err(|error| identity_error("", &error))?,
    };
    Ok(json!({ "IdentityId": id }))
}

pub(super) fn get_credentials_for_identity(
    world: &World,
    settings: &Settings,
    region: &str,
    request: IdentityRequest,
) -> Result<Value, AwsError> {
    let (identity, pool, standing, checked) = use_identity(world, settings, region, &request)?;
    let amr = methods(&identity, standing);
    let role = choose_role(settings, pool, standing, &checked, request.custom_role_arn.as_deref())?
        .filter(|role| settings.trusts(role, pool.id, &identity.id, &amr))
        .ok_or_else(|| {
            AwsError::new(
                "InvalidIdentityPoolConfigurationException",
                "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
            )
        })?;
    let credentials = world.issue(Caller {
        pool_id: pool.id.to_owned(),
        amr,
        session_policies: match standing {
            Standing::Guest => SessionPolicies::OfGuests,
            Standing::User => SessionPolicies::None,
        },
        ..Caller::new(&role, SESSION_NAME, &identity.id)
    });
    Ok(json!({ "IdentityId": identity.id, "Credentials": to_json(&credentials) }))
}

pub(super) fn get_open_id_token(
    world: &World,
    settings: &Settings,
    region: &str,
    request: IdentityRequest,
) -> Result<Value, AwsError> {
    let (identity, pool, standing, _) = use_identity(world, settings, region, &request)?;
    if !pool.settings.role_mappings.is_empty() {
        return Err(AwsError::new(
            "InvalidParameterException",
            "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
        ));
    }
    if !pool.settings.allow_classic_flow {
        return Err(AwsError::new(
            "InvalidParameterException",
            "Basic (classic) flow is not enabled, please use enhanced flow.",
        ));
    }
    let token = open_id_token(world, pool, &identity, standing, OPEN_ID_TOKEN_LIFETIME)?;
    Ok(json!({ "IdentityId": identity.id, "Token": token }))
}

pub(super) fn unlink_identity(
    world: &World,
    settings: &Settings,
    region: &str,
    request: UnlinkRequest,
) -> Result<Value, AwsError> {
    let id = check_id(request.identity_id.as_deref(), "identityId")?;
    let logins = request.logins.ok_or_else(|| AwsError::validation(None, "logins", "not be null"))?;
    let to_remove =
        request.logins_to_remove.ok_or_else(|| AwsError::validation(None, "loginsToRemove", "not be null"))?;
    let (_, pool) = find_identity(world, settings, region, id)?;
    let checked = logins::check(world, pool, &logins)?;
    let mut identities = world.identities.lock();
    identities.use_identity(id, &checked.logins).map_err(|error| identity_error(id, &error))?;
    identities.unlink(id, &to_remove);
    Ok(Value::Null)
}

/// What a developer's backend does for a user of its own: it finds or makes the user's identity and gets a token for
/// it. On AWS the call is signed with the backend's credentials; here the control makes it.
pub(crate) fn developer_token(world: &World, pool_id: &str, user: &str) -> Result<Value, AwsError> {
    let settings = world.settings();
    let pool = find_pool(&settings, REGION, Some(pool_id))?;
    let login = Login { provider: DEVELOPER_PROVIDER.to_owned(), subject: user.to_owned() };
    let id =
        world.identities.lock().identity_of_logins(pool.id, &[login]).map_err(|error| identity_error("", &error))?;
    let identity = find_identity(world, &settings, REGION, &id)?.0;
    let token = open_id_token(world, pool, &identity, Standing::User, DEVELOPER_TOKEN_LIFETIME)?;
    Ok(json!({ "IdentityId": id, "Token": token }))
}

/// Finds out which identity a client may use, and as what.
fn use_identity<'a>(
    world: &World,
    settings: &'a Settings,
    region: &str,
    request: &IdentityRequest,
) -> Result<(Identity, Pool<'a>, Standing, CheckedLogins), AwsError> {
    let id = check_id(request.identity_id.as_deref(), "identityId")?;
    let (identity, pool) = find_identity(world, settings, region, id)?;
    let checked = match &request.logins {
        Some(logins) => logins::check(world, pool, logins)?,
        None => CheckedLogins::default(),
    };
    let mut logins = checked.logins.clone();
    if let Some(developer_identity) = &checked.developer_identity {
        if developer_identity != id {
            return Err(identity_error(id, &IdentityError::Forbidden));
        }
        logins.extend(identity.login(DEVELOPER_PROVIDER));
    }
    let used = world.identities.lock().use_identity(id, &logins).map_err(|error| identity_error(id, &error))?;
    let standing = if logins.is_empty() { Standing::Guest } else { Standing::User };
    if standing == Standing::Guest {
        check_guests_allowed(pool)?;
    }
    let identity = find_identity(world, settings, region, &used)?.0;
    Ok((identity, pool, standing, checked))
}

fn check_guests_allowed(pool: Pool<'_>) -> Result<(), AwsError> {
    if pool.settings.allow_unauthenticated_identities {
        Ok(())
    } else {
        Err(not_authorized("Unauthenticated access is not supported for this identity pool."))
    }
}

/// The name of the role that an identity is meant to get. None if the pool has none for it.
fn choose_role(
    settings: &Settings,
    pool: Pool<'_>,
    standing: Standing,
    checked: &CheckedLogins,
    custom_role_arn: Option<&str>,
) -> Result<Option<String>, AwsError> {
    let of_pool = match standing {
        Standing::Guest => pool.settings.roles.get("unauthenticated"),
        Standing::User => pool.settings.roles.get("authenticated"),
    };
    let arn = match (custom_role_arn, &checked.claims) {
        // Only a role that the token itself claims may be asked for.
        (Some(arn), claims) => {
            let is_claimed = claims.as_ref().is_some_and(|claims| claims.roles.iter().any(|role| role == arn));
            if !is_claimed {
                return Err(not_authorized("Access to the requested role is not permitted by the token."));
            }
            Some(arn)
        }
        (None, Some(claims)) => match (&claims.preferred_role, claims.roles.as_slice()) {
            (Some(preferred), _) => Some(preferred.as_str()),
            (None, [only]) => Some(only.as_str()),
            (None, _) if claims.ambiguous_role_resolution == AmbiguousRoleResolution::Deny => {
                return Err(not_authorized("The ambiguous role mapping rules denied this request"));
            }
            (None, _) => of_pool.map(String::as_str),
        },
        (None, None) => of_pool.map(String::as_str),
    };
    Ok(arn.and_then(|arn| settings.role_of_arn(arn)).map(str::to_owned))
}

/// How an identity came to be, for the `amr` claim and the condition key of that name.
fn methods(identity: &Identity, standing: Standing) -> Vec<String> {
    let kind = match standing {
        Standing::Guest => "unauthenticated",
        Standing::User => "authenticated",
    };
    std::iter::once(kind).chain(identity.providers()).map(str::to_owned).collect()
}

/// A token of the identity pool about one of its identities.
fn open_id_token(
    world: &World,
    pool: Pool<'_>,
    identity: &Identity,
    standing: Standing,
    lifetime: u64,
) -> Result<String, AwsError> {
    let now = unix_seconds(world.now());
    let claims = json!({
        "sub": identity.id,
        "aud": pool.id,
        "amr": methods(identity, standing),
        "iss": format!("https://{IDENTITY_ISSUER}"),
        "iat": now,
        "exp": now + lifetime,
        "jti": random::uuid(),
    });
    world.keys.identity_pools.sign(&claims).ok_or_else(|| AwsError::internal(StatusCode::INTERNAL_SERVER_ERROR))
}

/// The credentials as this service writes them: the secret under another name than STS gives it, the expiry as a
/// number with a fraction.
fn to_json(credentials: &Credentials) -> Value {
    #[allow(clippy::cast_precision_loss, reason = "seconds fit the 53 bits for millions of years")]
    let expiration = unix_seconds(credentials.expires_at) as f64;
    json!({
        "AccessKeyId": credentials.access_key_id,
        "SecretKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": expiration,
    })
}
