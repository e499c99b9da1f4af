//! Login maps: every token in one is checked, and one bad token fails the call.

use super::{LoginMap, Pool, logins_do_not_match, not_authorized};
use crate::aws_json::AwsError;
use crate::clock::unix_seconds;
use crate::identities::Login;
use crate::settings::AmbiguousRoleResolution;
use crate::tokens::{IDENTITY_ISSUER, Token};
use crate::world::World;

/// The most logins that one map may hold.
const MOST_LOGINS: usize = 10;

/// What a checked login map says.
#[derive(Debug, Default)]
pub(crate) struct CheckedLogins {
    pub(crate) logins: Vec<Login>,
    /// What a token says of roles, if the pool takes roles from it.
    pub(crate) claims: Option<ClaimedRoles>,
    /// The identity that a developer's token speaks of.
    pub(crate) developer_identity: Option<String>,
}

/// The roles that a token claims.
#[derive(Debug)]
pub(crate) struct ClaimedRoles {
    pub(crate) roles: Vec<String>,
    pub(crate) preferred_role: Option<String>,
    pub(crate) ambiguous_role_resolution: AmbiguousRoleResolution,
}

/// Checks all logins of a map for a pool.
pub(crate) fn check(world: &World, pool: Pool<'_>, logins: &LoginMap) -> Result<CheckedLogins, AwsError> {
    if logins.len() > MOST_LOGINS {
        return Err(AwsError::validation(None, "logins", "have length less than or equal to 10"));
    }
    if !logins.is_empty() && pool.settings.cognito_identity_providers.is_empty() {
        let has_others = !pool.settings.supported_login_providers.is_empty();
        // The developer's own tokens need no provider.
        if !has_others && !logins.contains_key(IDENTITY_ISSUER) {
            return Err(not_authorized(format!(
                "Identity pool - {} does not have identity providers configured.",
                pool.id
            )));
        }
    }
    let mut checked = CheckedLogins::default();
    for (provider, token) in logins {
        if provider == IDENTITY_ISSUER {
            checked.developer_identity = Some(check_developer_token(world, pool, token)?);
        } else if is_user_pool(provider) {
            let token = check_user_pool_token(world, pool, provider, token)?;
            let subject = token.text("sub").unwrap_or_default().to_owned();
            let client = token.text("aud").unwrap_or_default();
            if let Some(mapping) = pool.settings.role_mapping(provider, client) {
                checked.claims = Some(ClaimedRoles {
                    roles: token.texts("cognito:roles").into_iter().map(str::to_owned).collect(),
                    preferred_role: token.text("cognito:preferred_role").map(str::to_owned),
                    ambiguous_role_resolution: mapping.ambiguous_role_resolution,
                });
            }
            checked.logins.push(Login { provider: provider.clone(), subject });
        } else if provider.contains('.') && !provider.contains("://") {
            // A provider that this pool does not know.
            return Err(logins_do_not_match());
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

fn check_user_pool_token<'a>(
    world: &World,
    pool: Pool<'_>,
    provider: &str,
    text: &'a str,
) -> Result<Token<'a>, AwsError> {
    let token = parse(text)?;
    let issuer = token.issuer().unwrap_or_default();
    if !issuer.starts_with("cognito-idp.") {
        return Err(invalid("Not a Cognito token."));
    }
    if issuer != provider {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    let not_supported = || not_authorized("Token is not from a supported provider of this identity pool.");
    if !pool.settings.takes(provider) {
        return Err(not_supported());
    }
    if !world.keys.user_pools.verifies(&token) {
        return Err(invalid("Couldn't verify signed token."));
    }
    let Some(audience) = token.claims.get("aud").filter(|audience| audience.is_string()) else {
        // An access token: it names its client in another claim.
        return Err(invalid("Missing a required claim: aud"));
    };
    if !pool.settings.takes_client(provider, audience) {
        return Err(not_supported());
    }
    if token.text("token_use") != Some("id") {
        return Err(invalid("Not a Cognito token."));
    }
    check_expiry(world, &token)?;
    Ok(token)
}

/// A token that a developer's backend got for one of its users: the pool's own token.
fn check_developer_token(world: &World, pool: Pool<'_>, text: &str) -> Result<String, AwsError> {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::account::{IDENTITY_POOLS, REGION, USER_POOLS};
    use crate::cognito_identity::pool_of_id;
    use crate::tokens::TokenKeys;

    fn world() -> World {
        World::new(0, false, TokenKeys::of_this_process().unwrap()).unwrap()
    }

    fn check(world: &World, logins: &LoginMap) -> Result<CheckedLogins, AwsError> {
        let settings = world.settings();
        super::check(world, pool_of_id(&settings, IDENTITY_POOLS[0].id).unwrap(), logins)
    }

    fn message(world: &World, provider: &str, token: &str) -> String {
        check(world, &LoginMap::from([(provider.to_owned(), token.to_owned())])).unwrap_err().message
    }

    /// The claims of a good ID token.
    fn id_claims(world: &World) -> Value {
        json!({
            "iss": format!("https://{}", USER_POOLS[0].login_key()),
            "aud": USER_POOLS[0].client_id,
            "token_use": "id",
            "sub": "someone",
            "exp": unix_seconds(world.now()) + 60,
        })
    }

    #[test]
    fn each_claim_of_an_id_token_must_fit() {
        let world = world();
        let key = USER_POOLS[0].login_key();
        for (claim, value, expected) in [
            ("aud", json!("another-client"), "Token is not from a supported provider of this identity pool."),
            ("token_use", json!("access"), "Invalid login token. Not a Cognito token."),
            ("aud", json!(null), "Invalid login token. Missing a required claim: aud"),
        ] {
            let mut claims = id_claims(&world);
            claims[claim] = value;
            let token = world.keys.user_pools.sign(&claims).unwrap();
            assert_eq!(message(&world, &key, &token), expected, "{claim}");
        }
        let good = LoginMap::from([(key, world.keys.user_pools.sign(&id_claims(&world)).unwrap())]);
        assert_eq!(check(&world, &good).unwrap().logins[0].subject, "someone");
    }

    #[test]
    fn a_developers_token_must_be_this_pools_own() {
        let world = world();
        let claims = |pool: usize| {
            json!({
                "iss": format!("https://{IDENTITY_ISSUER}"),
                "aud": IDENTITY_POOLS[pool].id,
                "sub": format!("{REGION}:0"),
                "exp": unix_seconds(world.now()) + 60,
            })
        };
        let of_another_key = world.keys.user_pools.sign(&claims(0)).unwrap();
        let unverified = "Invalid login token. Couldn't verify signed token.";
        assert_eq!(message(&world, IDENTITY_ISSUER, &of_another_key), unverified);
        let of_another_pool = world.keys.identity_pools.sign(&claims(1)).unwrap();
        let unsupported = "Token is not from a supported provider of this identity pool.";
        assert_eq!(message(&world, IDENTITY_ISSUER, &of_another_pool), unsupported);
    }

    #[test]
    fn eleven_logins_are_too_many() {
        let logins: LoginMap = (0..11).map(|number| (format!("p{number}.example"), String::new())).collect();
        let error = check(&world(), &logins).unwrap_err();
        assert_eq!(error.name, "ValidationException");
    }
}
