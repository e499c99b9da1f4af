//! Login maps: every token in one is checked, and one bad token fails the call.

use serde_json::Value;

use super::{LoginMap, not_authorized};
use crate::account::{IdentityPool, USER_POOLS};
use crate::aws_json::AwsError;
use crate::clock::unix_seconds;
use crate::identities::Login;
use crate::tokens::{IDENTITY_ISSUER, Token};
use crate::world::World;

/// The most logins that one map may hold.
const MOST_LOGINS: usize = 10;

/// What a checked login map says.
#[derive(Debug, Default)]
pub(crate) struct CheckedLogins {
    pub(crate) logins: Vec<Login>,
    /// The names of the roles that the tokens claim, the preferred one first.
    pub(crate) roles: Vec<String>,
    /// The identity that a developer's token speaks of.
    pub(crate) developer_identity: Option<String>,
}

/// Checks all logins of a map for a pool.
pub(crate) fn check(world: &World, pool: &IdentityPool, logins: &LoginMap) -> Result<CheckedLogins, AwsError> {
    if logins.len() > MOST_LOGINS {
        return Err(AwsError::validation(None, "logins", "have length less than or equal to 10"));
    }
    let mut checked = CheckedLogins::default();
    for (provider, token) in logins {
        if provider == IDENTITY_ISSUER {
            checked.developer_identity = Some(check_developer_token(world, pool, token)?);
        } else if is_user_pool(provider) {
            let token = check_user_pool_token(world, provider, token)?;
            let subject = token.text("sub").unwrap_or_default().to_owned();
            let roles = token.texts("cognito:roles");
            let role_name = |arn: &str| arn.rsplit('/').next().unwrap_or(arn).to_owned();
            let preferred = token.text("cognito:preferred_role");
            for arn in preferred.into_iter().chain(roles) {
                let name = role_name(arn);
                if !checked.roles.contains(&name) {
                    checked.roles.push(name);
                }
            }
            checked.logins.push(Login { provider: provider.clone(), subject });
        } else if provider.contains('.') && !provider.contains("://") {
            // A provider that this pool does not know.
            return Err(not_authorized(
                "Logins don't match. Please include at least one valid login for this identity or identity pool.",
            ));
        } else {
            return Err(AwsError::new("InvalidParameterException", "Please provide a valid public provider"));
        }
    }
    Ok(checked)
}

fn is_user_pool(provider: &str) -> bool {
    provider.starts_with("cognito-idp.") && provider.contains('/')
}

fn invalid(reason: impl std::fmt::Display) -> AwsError {
    not_authorized(format!("Invalid login token. {reason}"))
}

fn parse(text: &str) -> Result<Token<'_>, AwsError> {
    Token::parse(text).ok_or_else(|| invalid("Not a valid OpenId Connect identity token."))
}

fn check_expiry(world: &World, token: &Token<'_>) -> Result<(), AwsError> {
    let now = unix_seconds(world.now());
    let expires_at = token.seconds("exp").unwrap_or(0);
    if now >= expires_at {
        return Err(invalid(format!("Token expired: {now} >= {expires_at}")));
    }
    Ok(())
}

fn check_user_pool_token<'a>(world: &World, provider: &str, text: &'a str) -> Result<Token<'a>, AwsError> {
    let token = parse(text)?;
    let issuer = token.issuer().unwrap_or_default();
    if !issuer.starts_with("cognito-idp.") {
        return Err(invalid("Not a Cognito token."));
    }
    if issuer != provider {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    let not_supported = || not_authorized("Token is not from a supported provider of this identity pool.");
    let user_pool = USER_POOLS
        .iter()
        .find(|user_pool| user_pool.attached && user_pool.login_key() == provider)
        .ok_or_else(not_supported)?;
    if !world.keys.user_pools.verifies(&token) {
        return Err(invalid("Couldn't verify signed token."));
    }
    let Some(audience) = token.claims.get("aud").and_then(Value::as_str) else {
        // An access token: it names its client in another claim.
        return Err(invalid("Missing a required claim: aud"));
    };
    if audience != user_pool.client_id {
        return Err(not_supported());
    }
    if token.text("token_use") != Some("id") {
        return Err(invalid("Not a Cognito token."));
    }
    check_expiry(world, &token)?;
    Ok(token)
}

/// A token that a developer's backend got for one of its users: the pool's own token.
fn check_developer_token(world: &World, pool: &IdentityPool, text: &str) -> Result<String, AwsError> {
    let token = parse(text)?;
    if token.issuer() != Some(IDENTITY_ISSUER) {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    if !world.keys.identity_pools.verifies(&token) {
        return Err(invalid("Couldn't verify signed token."));
    }
    if token.text("aud") != Some(pool.id) {
        return Err(not_authorized("Token is not from a supported provider of this identity pool."));
    }
    check_expiry(world, &token)?;
    Ok(token.text("sub").unwrap_or_default().to_owned())
}
