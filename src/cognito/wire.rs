//! The shapes of Cognito Identity (AWS JSON 1.1, service model 2014-06-30).

use crate::clock::Millis;
use crate::message::{Document, JsonObject, ServiceCall};
use crate::pool::IdentityPool;
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::text::concat;

/// Provider name and login token, in the order given. Empty for guests.
pub type Logins = Vec<(String, Secret)>;

/// `GetId`: the identity for these logins, or a new guest's.
pub(super) fn get_id(pool: &IdentityPool, logins: &Logins) -> ServiceCall {
    request(pool, "GetId", with_logins(JsonObject::default().text("IdentityPoolId", pool.id.as_str()), logins))
}

/// `GetCredentialsForIdentity` or `GetOpenIdToken`, which take the same; `custom_role_arn` is for the former only.
pub(super) fn for_identity(
    pool: &IdentityPool,
    operation: &str,
    identity_id: &str,
    logins: &Logins,
    custom_role_arn: Option<&str>,
) -> ServiceCall {
    let mut body = JsonObject::default().text("IdentityId", identity_id);
    if let Some(arn) = custom_role_arn {
        body = body.text("CustomRoleArn", arn);
    }
    request(pool, operation, with_logins(body, logins))
}

/// Cognito refuses an empty map: guests send none.
fn with_logins(body: JsonObject, logins: &Logins) -> JsonObject {
    if logins.is_empty() {
        return body;
    }
    let map = logins.iter().fold(JsonObject::default(), |map, (provider, token)| map.text(provider, token.expose()));
    body.object("Logins", map)
}

fn request(pool: &IdentityPool, operation: &str, body: JsonObject) -> ServiceCall {
    ServiceCall {
        url: pool.url.clone(),
        target: concat(&["AWSCognitoIdentityService.", operation]),
        body: body.finish(),
    }
}

/// The identity id that every answer carries. It may differ from the one sent, and then it is the one to keep.
pub(super) fn read_identity_id(document: &Document) -> Option<String> {
    document.text("IdentityId").map(str::to_owned)
}

/// The token of `GetOpenIdToken`'s answer.
pub(super) fn read_token(document: &Document) -> Option<Secret> {
    document.text("Token").map(|token| Secret::new(token.into()))
}

/// The credentials of `GetCredentialsForIdentity`'s answer and when they end. `SecretKey` is Cognito's name;
/// `Expiration` is in seconds.
pub(super) fn read_credentials(document: &Document) -> Option<(SigningCredentials, Millis)> {
    let credentials = read_keys(document, "Credentials.", "SecretKey")?;
    Some((credentials, read_seconds(document, "Credentials.Expiration")?))
}

/// The three texts of credentials, whose paths begin with `prefix`.
pub(super) fn read_keys(document: &Document, prefix: &str, secret_name: &str) -> Option<SigningCredentials> {
    let text = |name| document.text(&concat(&[prefix, name])).map(str::to_owned);
    Some(SigningCredentials {
        access_key_id: text("AccessKeyId")?,
        secret_access_key: Secret::new(text(secret_name)?),
        session_token: Some(Secret::new(text("SessionToken")?)),
    })
}

/// A time in seconds with a fraction, which is dropped: better a moment early.
pub(super) fn read_seconds(document: &Document, path: &str) -> Option<Millis> {
    let seconds = document.whole_number(path)?;
    // At most fifteen digits: no overflow.
    (seconds > 0).then(|| seconds * 1_000)
}
