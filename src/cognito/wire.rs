//! What is sent to Cognito Identity (AWS JSON 1.1, service model 2014-06-30) and to STS.

use serde::{Serialize, Serializer};

use crate::pool::IdentityPool;
use crate::secret::Secret;

/// A POST that an exchange wants sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRequest {
    /// The absolute URL.
    pub url: String,
    /// `x-amz-target`; none where there is to be no such header.
    pub target: Option<&'static str>,
    /// The body. It may hold login tokens, which its debug text does not show.
    pub body: Body,
}

/// The body of a [`ServiceRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// To be written as JSON, with content type `application/x-amz-json-1.1`.
    Json(CognitoInput),
    /// A form, with content type `application/x-www-form-urlencoded`.
    Form(Secret),
}

/// What one of Cognito's operations takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum CognitoInput {
    /// Of `GetId`.
    GetId(GetId),
    /// Of `GetCredentialsForIdentity`.
    GetCredentialsForIdentity(GetCredentialsForIdentity),
    /// Of `GetOpenIdToken`.
    GetOpenIdToken(GetOpenIdToken),
}

/// `GetId`: the identity for these logins, or a new guest's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetId {
    /// The identity pool's id.
    pub identity_pool_id: String,
    /// Whose identity.
    #[serde(skip_serializing_if = "Logins::is_empty", serialize_with = "write_logins")]
    pub logins: Logins,
}

/// `GetCredentialsForIdentity`: credentials of the role that the pool chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCredentialsForIdentity {
    /// The identity.
    pub identity_id: String,
    /// The role to ask for, of those that the login's token claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_role_arn: Option<String>,
    /// The logins that show that it is the user's.
    #[serde(skip_serializing_if = "Logins::is_empty", serialize_with = "write_logins")]
    pub logins: Logins,
}

/// `GetOpenIdToken`: a token of the identity, for STS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetOpenIdToken {
    /// The identity.
    pub identity_id: String,
    /// The logins that show that it is the user's.
    #[serde(skip_serializing_if = "Logins::is_empty", serialize_with = "write_logins")]
    pub logins: Logins,
}

/// Provider name and login token, in the order given. Empty for guests, who send no map at all: Cognito refuses an empty
/// one.
pub type Logins = Vec<(String, Secret)>;

fn write_logins<S: Serializer>(logins: &Logins, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(logins.iter().map(|(provider, token)| (provider, token.expose())))
}

impl CognitoInput {
    fn target(&self) -> &'static str {
        match self {
            Self::GetId(_) => "AWSCognitoIdentityService.GetId",
            Self::GetCredentialsForIdentity(_) => "AWSCognitoIdentityService.GetCredentialsForIdentity",
            Self::GetOpenIdToken(_) => "AWSCognitoIdentityService.GetOpenIdToken",
        }
    }

    /// The request to the Cognito of this pool.
    pub(super) fn request(self, pool: &IdentityPool) -> ServiceRequest {
        ServiceRequest { url: pool.url.clone(), target: Some(self.target()), body: Body::Json(self) }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn inputs_are_written_as_cognito_reads_them() {
        let logins = vec![("accounts.google.com".to_owned(), Secret::new("eyJ.\"token\"".into()))];
        let input = CognitoInput::GetId(GetId { identity_pool_id: "p".into(), logins: logins.clone() });
        let written = json!({ "IdentityPoolId": "p", "Logins": { "accounts.google.com": "eyJ.\"token\"" } });
        assert_eq!(serde_json::to_value(input).unwrap(), written);
        let input = |custom_role_arn, logins| {
            CognitoInput::GetCredentialsForIdentity(GetCredentialsForIdentity {
                identity_id: "i".into(),
                custom_role_arn,
                logins,
            })
        };
        assert_eq!(serde_json::to_value(input(None, Logins::new())).unwrap(), json!({ "IdentityId": "i" }));
        let written =
            json!({ "IdentityId": "i", "CustomRoleArn": "a", "Logins": { "accounts.google.com": "eyJ.\"token\"" } });
        assert_eq!(serde_json::to_value(input(Some("a".into()), logins)).unwrap(), written);
        let input = CognitoInput::GetOpenIdToken(GetOpenIdToken { identity_id: "i".into(), logins: Logins::new() });
        assert_eq!(serde_json::to_value(input).unwrap(), json!({ "IdentityId": "i" }));
    }

    #[test]
    fn debug_text_shows_no_token() {
        let logins = vec![("accounts.google.com".to_owned(), Secret::new("eyJ.token".into()))];
        let json = Body::Json(CognitoInput::GetId(GetId { identity_pool_id: "p".into(), logins }));
        for body in [json, Body::Form(Secret::new("WebIdentityToken=eyJ.token".into()))] {
            let request = ServiceRequest { url: "https://c/".into(), target: None, body };
            assert!(!format!("{request:?}").contains("eyJ"));
        }
    }
}
