//! Cognito user pools: signing in with a password, and again with a refresh token.

use std::collections::{BTreeMap, HashMap};

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::account::{REGION, USER_POOLS, USERS, User, UserPool};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::aws_json::{self, AwsError};
use crate::clock::unix_seconds;
use crate::random;
use crate::settings::HandedOut;
use crate::world::World;

const SERVICE: &str = "AWSCognitoIdentityProviderService";

/// How long ID and access tokens last, in seconds.
const TOKEN_LIFETIME: u64 = 3600;

/// The refresh tokens that were given out: token → user pool and user.
#[derive(Default)]
pub(crate) struct RefreshTokens {
    by_token: HashMap<String, (&'static UserPool, &'static User)>,
}

// Written out so that no token is ever printed.
impl std::fmt::Debug for RefreshTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RefreshTokens").field("count", &self.by_token.len()).finish()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateAuthRequest {
    auth_flow: Option<String>,
    client_id: Option<String>,
    #[serde(default)]
    auth_parameters: BTreeMap<String, String>,
}

/// Answers a request to the service.
pub(crate) fn answer(world: &World, request: &Arrived, region: &str) -> Answer {
    if request.method == Method::GET {
        return key_set(world, request, region);
    }
    let operation = match aws_json::operation(request, SERVICE) {
        Ok(operation) => operation,
        Err(error) => return error.to_answer(),
    };
    let result = match operation {
        "InitiateAuth" => aws_json::read(request).and_then(|request| initiate_auth(world, region, &request)),
        _ => Err(AwsError::unknown_operation()),
    };
    match result {
        Ok(body) => aws_json::answer(&body),
        Err(error) => error.to_answer(),
    }
}

/// The operation that a request asks for.
pub(crate) fn operation_name(request: &Arrived) -> &str {
    if request.method == Method::GET { "jwks.json" } else { aws_json::operation_name(request) }
}

/// The public keys of a user pool, at the address that its issuer names.
fn key_set(world: &World, request: &Arrived, region: &str) -> Answer {
    let known = USER_POOLS.iter().any(|pool| request.path() == format!("/{}/.well-known/jwks.json", pool.id));
    if known && region == REGION {
        let keys = json!({ "keys": [world.keys.user_pools.to_jwk()] });
        return Answer::json(StatusCode::OK, &keys);
    }
    AwsError {
        status: StatusCode::NOT_FOUND,
        name: "ResourceNotFoundException".to_owned(),
        message: "User pool does not exist.".to_owned(),
    }
    .to_answer()
}

fn initiate_auth(world: &World, region: &str, request: &InitiateAuthRequest) -> Result<Value, AwsError> {
    let client_id =
        request.client_id.as_deref().ok_or_else(|| AwsError::validation(None, "clientId", "not be null"))?;
    let flow = request.auth_flow.as_deref().ok_or_else(|| AwsError::validation(None, "authFlow", "not be null"))?;
    let pool = USER_POOLS.iter().find(|pool| pool.client_id == client_id && region == REGION).ok_or_else(|| {
        AwsError::new("ResourceNotFoundException", format!("User pool client {client_id} does not exist."))
    })?;
    let parameter = |name: &str| {
        request
            .auth_parameters
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| AwsError::new("InvalidParameterException", format!("Missing required parameter {name}")))
    };
    match flow {
        "USER_PASSWORD_AUTH" => {
            let user = check_password(parameter("USERNAME")?, parameter("PASSWORD")?)?;
            let refresh_token = random::opaque_token();
            world.refresh_tokens.lock().by_token.insert(refresh_token.clone(), (pool, user));
            authentication_result(world, pool, user, Some(&refresh_token))
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => {
            let token = parameter("REFRESH_TOKEN")?;
            let owner = world.refresh_tokens.lock().by_token.get(token).copied();
            let (_, user) = owner
                .filter(|(of_pool, _)| of_pool.id == pool.id)
                .ok_or_else(|| AwsError::new("NotAuthorizedException", "Invalid Refresh Token"))?;
            authentication_result(world, pool, user, None)
        }
        _ => Err(AwsError::new("InvalidParameterException", format!("{flow} flow not enabled for this client"))),
    }
}

fn check_password(name: &str, password: &str) -> Result<&'static User, AwsError> {
    let user = USERS
        .iter()
        .find(|user| user.name == name && user.password == password)
        // One text for both mistakes: whether the user exists is not told.
        .ok_or_else(|| AwsError::new("NotAuthorizedException", "Incorrect username or password."))?;
    if user.confirmed { Ok(user) } else { Err(AwsError::new("UserNotConfirmedException", "User is not confirmed.")) }
}

fn authentication_result(
    world: &World,
    pool: &UserPool,
    user: &User,
    refresh_token: Option<&str>,
) -> Result<Value, AwsError> {
    let settings = world.settings();
    let wrong = settings.sign_in.id_token;
    let now = unix_seconds(world.now());
    // Another pool's token stands for a login key that is not the token's issuer.
    let signing_pool = match wrong {
        HandedOut::OfOtherPool => USER_POOLS.iter().find(|other| other.id != pool.id).unwrap_or(pool),
        _ => pool,
    };
    let issuer = match wrong {
        HandedOut::OfOtherIssuer => "https://accounts.google.com".to_owned(),
        _ => format!("https://{}", signing_pool.login_key()),
    };
    let common = json!({
        "sub": user.subject,
        "iss": issuer,
        "origin_jti": random::uuid(),
        "event_id": random::uuid(),
        "auth_time": now,
        "iat": now,
        "exp": now + TOKEN_LIFETIME,
        "jti": random::uuid(),
    });
    let mut common_expired = common.clone();
    common_expired["exp"] = json!(now - 60);
    let client_id = match wrong {
        HandedOut::OfOtherClient => "3foreignclient000000000000",
        _ => signing_pool.client_id,
    };
    let mut id_claims = json!({
        "aud": client_id,
        "token_use": "id",
        "cognito:username": user.name,
        "email": format!("{}@example.com", user.name),
        "email_verified": true,
    });
    let mut access_claims = json!({
        "client_id": pool.client_id,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "username": user.name,
    });
    let claims = settings.role_claims(user.name);
    if !claims.groups.is_empty() {
        id_claims["cognito:groups"] = json!(claims.groups);
        access_claims["cognito:groups"] = json!(claims.groups);
    }
    if !claims.roles.is_empty() {
        id_claims["cognito:roles"] = json!(claims.roles);
    }
    if let Some(role) = claims.preferred_role {
        id_claims["cognito:preferred_role"] = json!(role);
    }
    let sign = |common: &Value, claims: &Value| {
        world
            .keys
            .user_pools
            .sign(&merged(common, claims))
            .ok_or_else(|| AwsError::internal(StatusCode::INTERNAL_SERVER_ERROR))
    };
    let access_token = sign(&common, &access_claims)?;
    let id_token = match wrong {
        HandedOut::Expired => sign(&common_expired, &id_claims)?,
        HandedOut::AccessToken => access_token.clone(),
        HandedOut::Altered => altered(&sign(&common, &id_claims)?),
        HandedOut::Garbage => "not-a-token".to_owned(),
        HandedOut::Good | HandedOut::OfOtherPool | HandedOut::OfOtherClient | HandedOut::OfOtherIssuer => {
            sign(&common, &id_claims)?
        }
    };
    let mut result = json!({
        "AccessToken": access_token,
        "IdToken": id_token,
        "ExpiresIn": TOKEN_LIFETIME,
        "TokenType": "Bearer",
    });
    if let Some(token) = refresh_token {
        result["RefreshToken"] = json!(token);
    }
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
}

/// The same token with one character of its signature changed.
fn altered(token: &str) -> String {
    match token.rsplit_once('.') {
        Some((message, signature)) => {
            let other = if signature.starts_with('A') { 'B' } else { 'A' };
            format!("{message}.{other}{}", signature.get(1..).unwrap_or_default())
        }
        None => token.to_owned(),
    }
}

fn merged(common: &Value, own: &Value) -> Value {
    let members = [common, own].into_iter().filter_map(Value::as_object).flatten();
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}
