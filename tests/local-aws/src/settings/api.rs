//! Settings of API Gateway's APIs.

use std::collections::BTreeMap;

use http::Method;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::iam::Policy;

/// An API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApiSettings {
    pub(crate) stages: Vec<String>,
    /// Path → method → settings.
    resources: BTreeMap<ResourcePath, BTreeMap<String, MethodSettings>>,
    /// What the owner of a REST API made of gateway responses.
    gateway_responses: BTreeMap<ResponseType, GatewayResponse>,
    /// Headers that the backend answers with.
    pub(crate) integration_headers: BTreeMap<String, String>,
    /// The CORS configuration of an HTTP API. Of a REST API: what its `OPTIONS` methods are made of, as SAM and the CDK
    /// make them, if it is not what they say themselves.
    pub(crate) cors: Option<CorsConfiguration>,
    /// Whether the `execute-api` host answers.
    pub(crate) default_endpoint: bool,
    /// What the Lambda authorizer says of everybody.
    pub(crate) authorizer: Authorizer,
    /// Keys of the usage plan that contains the stage.
    pub(crate) api_keys: Vec<String>,
    pub(crate) resource_policy: Option<Policy>,
    /// The policy of the VPC endpoint through which requests come, if they do.
    pub(crate) vpc_endpoint_policy: Option<Policy>,
    pub(crate) waf: Option<Waf>,
    pub(crate) proxy: Option<Proxy>,
}

/// A resource of the APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) enum ResourcePath {
    #[serde(rename = "/items")]
    Items,
    #[serde(rename = "/items/{id}")]
    Item,
    #[serde(rename = "/echo/{proxy+}")]
    Echo,
    #[serde(rename = "/reports")]
    Reports,
    #[serde(rename = "/secret")]
    Secret,
}

/// A method of a resource.
#[derive(Clone, Debug)]
pub(crate) struct MethodSettings {
    pub(crate) authorization_type: AuthorizationType,
    pub(crate) api_key_required: bool,
    /// Whether the method was there when the stage was deployed last.
    pub(crate) deployed: bool,
    /// What a method without a backend answers: `OPTIONS`.
    pub(crate) response_headers: BTreeMap<String, String>,
}

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AuthorizationType {
    None,
    AwsIam,
    CognitoUserPools,
    /// A Lambda authorizer.
    Custom,
}

/// What a Lambda authorizer's policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Authorizer {
    Allow,
    /// Its policy does not speak of the method; often it was cached for another one.
    NotNamed,
    Deny,
}

/// The kinds of gateway responses that occur here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ResponseType {
    #[serde(rename = "DEFAULT_4XX")]
    Default4xx,
    #[serde(rename = "DEFAULT_5XX")]
    Default5xx,
    AccessDenied,
    ApiConfigurationError,
    ExpiredToken,
    IntegrationFailure,
    IntegrationTimeout,
    InvalidApiKey,
    InvalidSignature,
    MissingAuthenticationToken,
    RequestTooLarge,
    Throttled,
    Unauthorized,
    WafFiltered,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GatewayResponse {
    #[serde(default)]
    response_parameters: BTreeMap<String, String>,
}

/// A CORS configuration of an HTTP API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct CorsConfiguration {
    pub(crate) allow_origins: Vec<String>,
    #[serde(default)]
    pub(crate) allow_methods: Vec<String>,
    #[serde(default)]
    pub(crate) allow_headers: Vec<String>,
    #[serde(default)]
    pub(crate) expose_headers: Vec<String>,
    pub(crate) max_age: Option<u32>,
}

/// A web ACL: requests with larger bodies are blocked, as by the managed rule `SizeRestrictions_BODY`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Waf {
    pub(crate) max_body_bytes: usize,
}

/// Something between the client and the service that changes requests.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Proxy {
    /// The `Host` that the service sees.
    pub(crate) host: Option<String>,
    /// The `Content-Type` that the service sees.
    pub(crate) content_type: Option<String>,
    /// The body that the service sees.
    pub(crate) body: Option<String>,
    /// Whether `%` in the query is encoded once more.
    pub(crate) encodes_query_again: bool,
    /// The header that gets lost.
    pub(crate) drops_header: Option<String>,
}

impl ApiSettings {
    /// The settings of a method of a resource, as they were deployed.
    pub(crate) fn method(&self, path: ResourcePath, method: &Method) -> Option<&MethodSettings> {
        let methods = self.resources.get(&path)?;
        // OpenAPI writes methods in lower case. What was pasted out of such a document replaces what was there.
        let pasted = methods.get(&method.as_str().to_ascii_lowercase());
        pasted.or_else(|| methods.get(method.as_str())).filter(|method| method.deployed)
    }

    /// The headers that the owner added to gateway responses of this kind: name → value.
    pub(crate) fn gateway_headers(&self, kind: ResponseType, is_server_error: bool) -> BTreeMap<&str, &str> {
        let default = if is_server_error { ResponseType::Default5xx } else { ResponseType::Default4xx };
        let response = self.gateway_responses.get(&kind).or_else(|| self.gateway_responses.get(&default));
        response
            .into_iter()
            .flat_map(|response| &response.response_parameters)
            .filter_map(|(name, value)| header_of_parameter("gatewayresponse.header.", name, value))
            .collect()
    }
}

/// A header out of a response parameter, whose static value stands in single quotes.
fn header_of_parameter<'a>(prefix: &str, name: &'a str, value: &'a str) -> Option<(&'a str, &'a str)> {
    Some((name.strip_prefix(prefix)?, value.strip_prefix('\'')?.strip_suffix('\'')?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OwnForm {
    authorization_type: AuthorizationType,
    #[serde(default)]
    api_key_required: bool,
    #[serde(default = "yes")]
    deployed: bool,
    #[serde(default)]
    response_headers: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

/// A method with a mock integration, as an OpenAPI document has it.
#[derive(Deserialize)]
struct OpenApiForm {
    #[serde(default)]
    security: Vec<Value>,
    #[serde(rename = "x-amazon-apigateway-integration")]
    integration: OpenApiIntegration,
}

#[derive(Deserialize)]
struct OpenApiIntegration {
    responses: BTreeMap<String, OpenApiResponse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenApiResponse {
    #[serde(default)]
    response_parameters: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for MethodSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.get("x-amazon-apigateway-integration").is_none() {
            let OwnForm { authorization_type, api_key_required, deployed, response_headers } =
                serde_json::from_value(value).map_err(D::Error::custom)?;
            return Ok(Self { authorization_type, api_key_required, deployed, response_headers });
        }
        let form: OpenApiForm = serde_json::from_value(value).map_err(D::Error::custom)?;
        let header = |(name, value): (&String, &String)| {
            header_of_parameter("method.response.header.", name, value)
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let responses = form.integration.responses.values();
        Ok(Self {
            authorization_type: if form.security.is_empty() {
                AuthorizationType::None
            } else {
                AuthorizationType::AwsIam
            },
            api_key_required: false,
            deployed: true,
            response_headers: responses.flat_map(|response| &response.response_parameters).filter_map(header).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_options_method_can_be_pasted_from_an_openapi_document() {
        let method: MethodSettings = serde_json::from_value(json!({
            "security": [],
            "responses": { "204": { "description": "preflight" } },
            "x-amazon-apigateway-integration": {
                "type": "mock",
                "responses": { "default": {
                    "statusCode": "204",
                    "responseParameters": { "method.response.header.Access-Control-Allow-Origin": "'*'" },
                } },
            },
        }))
        .unwrap();
        assert_eq!(method.authorization_type, AuthorizationType::None);
        assert_eq!(method.response_headers["Access-Control-Allow-Origin"], "*");
        let misspelt = serde_json::from_value::<MethodSettings>(json!({ "authorisationType": "NONE" })).unwrap_err();
        assert!(misspelt.to_string().contains("authorisationType"));
    }

    #[test]
    fn a_gateway_response_of_its_own_replaces_the_default() {
        let parameters = |value: &str| json!({ "responseParameters": { "gatewayresponse.header.X": value } });
        let api: ApiSettings = serde_json::from_value(json!({
            "stages": [], "resources": {}, "integrationHeaders": {}, "cors": null, "defaultEndpoint": true,
            "authorizer": "allow", "apiKeys": [], "resourcePolicy": null, "vpcEndpointPolicy": null, "waf": null,
            "proxy": null,
            "gatewayResponses": {
                "DEFAULT_4XX": parameters("'four'"),
                "ACCESS_DENIED": parameters("'denied'"),
                "THROTTLED": parameters("method.request.header.X"),
            },
        }))
        .unwrap();
        let header = |kind, is_server_error| api.gateway_headers(kind, is_server_error).get("X").copied();
        assert_eq!(header(ResponseType::ExpiredToken, false), Some("four"));
        assert_eq!(header(ResponseType::AccessDenied, false), Some("denied"));
        assert_eq!(header(ResponseType::IntegrationFailure, true), None);
        assert_eq!(header(ResponseType::Throttled, false), None, "not a static value");
    }
}
