//! Settings of AppSync and S3.

use serde::Deserialize;

use super::{Proxy, Waf};
use crate::iam::Policy;

/// A GraphQL API, as AppSync's own API shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GraphqlSettings {
    authentication_type: AuthenticationType,
    additional_authentication_providers: Vec<AuthenticationProvider>,
    /// `Type.field` of the fields that lack `@aws_iam`.
    fields_without_iam: Vec<String>,
    /// The role with which AppSync reaches its data source.
    pub(crate) data_source_role: String,
    pub(crate) waf: Option<Waf>,
    pub(crate) proxy: Option<Proxy>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuthenticationProvider {
    authentication_type: AuthenticationType,
}

/// An authorization mode. Callers are known here in the first one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AuthenticationType {
    AwsIam,
    ApiKey,
    AmazonCognitoUserPools,
    OpenidConnect,
}

impl GraphqlSettings {
    /// Whether the API has this authorization mode.
    pub(crate) fn has_mode(&self, mode: AuthenticationType) -> bool {
        self.authentication_type == mode
            || self.additional_authentication_providers.iter().any(|provider| provider.authentication_type == mode)
    }

    /// Whether the schema lets IAM callers select the field at all.
    pub(crate) fn is_field_open_to_iam(&self, type_name: &str, field: &str) -> bool {
        let name = format!("{type_name}.{field}");
        !self.fields_without_iam.contains(&name)
    }
}

/// A bucket.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketSettings {
    pub(crate) region: String,
    pub(crate) policy: Option<Policy>,
    /// None: CORS is not enabled.
    #[serde(rename = "CORSRules")]
    pub(crate) cors_rules: Option<Vec<CorsRule>>,
    #[serde(rename = "kmsKeyArn")]
    pub(crate) kms_key_arn: Option<String>,
}

/// A rule of a bucket's CORS configuration.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct CorsRule {
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) allowed_methods: Vec<String>,
    #[serde(default)]
    pub(crate) allowed_headers: Vec<String>,
    #[serde(default)]
    pub(crate) expose_headers: Vec<String>,
    pub(crate) max_age_seconds: Option<u32>,
}
