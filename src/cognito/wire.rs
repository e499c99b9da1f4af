//! The shapes of Cognito Identity (AWS JSON 1.1, service model 2014-06-30).

use crate::clock::Millis;
use crate::config::IdentityPoolId;
use crate::message::{Document, JsonObject, ServiceCall};
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::text::concat;

/// Provider name and login token, in the order given. Empty for guests.
pub type Logins = Vec<(String, Secret)>;

/// `GetId`: the identity for these logins, or a new guest's.
pub(super) fn get_id(url: &str, pool: &IdentityPoolId, logins: &Logins) -> ServiceCall {
    request(url, "GetId", with_logins(JsonObject::default().text("IdentityPoolId", pool.as_str()), logins))
}

/// `GetCredentialsForIdentity`.
pub(super) fn get_credentials(url: &str, identity_id: &str, logins: &Logins) -> ServiceCall {
    request(
        url,
        "GetCredentialsForIdentity",
        with_logins(JsonObject::default().text("IdentityId", identity_id), logins),
    )
}

/// Cognito refuses an empty map: guests send none.
fn with_logins(body: JsonObject, logins: &Logins) -> JsonObject {
    if logins.is_empty() {
        return body;
    }
    let map = logins.iter().fold(JsonObject::default(), |map, (provider, token)| map.text(provider, token.expose()));
    body.object("Logins", map)
}

fn request(url: &str, operation: &str, body: JsonObject) -> ServiceCall {
    ServiceCall { url: url.into(), target: concat(&["AWSCognitoIdentityService.", operation]), body: body.finish() }
}

/// The identity id that every answer carries. It may differ from the one sent, and then it is the one to keep.
pub(super) fn read_identity_id(document: &Document) -> Option<String> {
    document.text("IdentityId").map(str::to_owned)
}

/// The credentials of an answer and when they end. `SecretKey` is Cognito's name; `Expiration` is in seconds, with a
/// fraction that is dropped: better a moment early.
pub(super) fn read_credentials(document: &Document) -> Option<(SigningCredentials, Millis)> {
    let text = |path| document.text(path).map(str::to_owned);
    let credentials = SigningCredentials {
        access_key_id: text("Credentials.AccessKeyId")?,
        secret_access_key: Secret::new(text("Credentials.SecretKey")?),
        session_token: Some(Secret::new(text("Credentials.SessionToken")?)),
    };
    let seconds = document.whole_number("Credentials.Expiration")?;
    (seconds > 0).then(|| (credentials, seconds.saturating_mul(1_000)))
}
