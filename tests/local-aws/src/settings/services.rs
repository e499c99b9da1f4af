//! Settings of AppSync and S3.

use std::collections::BTreeMap;

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

/// An Events API, as AppSync's own API shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EventsSettings {
    event_config: EventConfig,
    /// Name → settings.
    channel_namespaces: BTreeMap<String, ChannelNamespace>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EventConfig {
    connection_auth_modes: Vec<AuthMode>,
    default_publish_auth_modes: Vec<AuthMode>,
    default_subscribe_auth_modes: Vec<AuthMode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuthMode {
    auth_type: AuthenticationType,
}

/// A namespace. Modes that it does not name are the API's.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChannelNamespace {
    publish_auth_modes: Option<Vec<AuthMode>>,
    subscribe_auth_modes: Option<Vec<AuthMode>>,
}

impl EventsSettings {
    /// A namespace.
    pub(crate) fn namespace(&self, name: &str) -> Option<&ChannelNamespace> {
        self.channel_namespaces.get(name)
    }

    /// Whether connections are authorized in this mode.
    pub(crate) fn connects_with(&self, mode: AuthenticationType) -> bool {
        has_mode(&self.event_config.connection_auth_modes, mode)
    }

    /// Whether publishes to the namespace are authorized in this mode.
    pub(crate) fn publishes_with(&self, namespace: &str, mode: AuthenticationType) -> bool {
        let own = self.namespace(namespace).and_then(|namespace| namespace.publish_auth_modes.as_ref());
        has_mode(own.unwrap_or(&self.event_config.default_publish_auth_modes), mode)
    }

    /// Whether subscriptions in the namespace are authorized in this mode.
    pub(crate) fn subscribes_with(&self, namespace: &str, mode: AuthenticationType) -> bool {
        let own = self.namespace(namespace).and_then(|namespace| namespace.subscribe_auth_modes.as_ref());
        has_mode(own.unwrap_or(&self.event_config.default_subscribe_auth_modes), mode)
    }
}

fn has_mode(modes: &[AuthMode], mode: AuthenticationType) -> bool {
    modes.iter().any(|of| of.auth_type == mode)
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
