//! What an answer says, before anybody asks why: one name for all the forms in which services and gateways say it.
//!
//! The message decides before the name of the error: Neptune and OpenSearch call a wrong signature `AccessDenied`, S3
//! calls a missing session token an unknown key, and owners of APIs rewrite API Gateway's texts but rarely its names.

use super::answer::{Answer, Form};
use super::denial::Denial;
use super::evidence::{Context, Evidence};
use crate::retry::is_throttling;

/// What the answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symptom {
    /// Nothing that is known.
    Unknown,

    /// IAM's refusal, with principal and action.
    Denied,
    /// `Not authorized to perform sts:AssumeRoleWithWebIdentity`.
    AssumeRoleDenied,
    /// S3's `AccessDenied` without a reason.
    S3AccessDenied,
    /// `AccessDenied` of another service, without principal or action.
    AccessDenied,

    /// The signature does not match.
    SignatureMismatch,
    /// The body is not the one whose hash was signed.
    BodyHashMismatch,
    /// The signature is refused, and the text does not say whether for its bytes, its time or its scope.
    SignatureRefused,
    /// The credential scope names a wrong region or service.
    ScopeWrong,
    /// S3 names the region that it expects, or redirects there.
    BucketElsewhere,
    /// The signature's time is out of the server's window.
    SignatureOutOfTime,
    /// `Request has expired`: a presigned URL.
    UrlExpired,
    /// A header in SignedHeaders did not arrive.
    SignedHeaderMissing,
    /// `host` is not among the signed headers.
    HostNotSigned,
    /// S3 got headers that are not signed.
    HeadersNotSigned,
    /// `not a valid key=value pair (missing equal-sign)`.
    NotKeyValue,
    /// `Authorization header requires 'Credential' parameter`.
    RequiresCredential,
    /// `Missing Authentication Token`.
    MissingAuthenticationToken,
    /// The session token, or key, is not valid.
    TokenInvalid,
    /// The session token has expired.
    TokenExpired,
    /// S3 does not know the access key id.
    AccessKeyUnknown,

    /// 401 `Unauthorized` of an API's authorizer.
    Unauthorized,
    /// 403 `Forbidden` and nothing else.
    Forbidden,
    /// `User is not authorized to access this resource`: a Lambda authorizer, or an API key.
    AuthorizerDenied,
    /// Lambda's function URL refuses.
    FunctionUrlForbidden,
    /// OpenSearch Serverless refuses.
    AossForbidden,
    /// No operation for this method and path.
    NoOperation,
    /// 404 of an API.
    RouteNotFound,
    /// The body is too large.
    TooLarge,
    /// Throttled.
    Throttled,
    /// A usage plan's quota is used up.
    QuotaExceeded,
    /// 5xx of an API's backend.
    BackendFault,
    /// 5xx of AWS.
    ServiceFault,
    /// AWS WAF says so.
    WafBlocked,
    /// A page of CloudFront's.
    CloudFrontPage,
    /// A page of some other server.
    ForeignPage,
    /// 403 with an empty body.
    EmptyForbidden,

    /// `Logins don't match`.
    LoginsDontMatch,
    /// `Token is not from a supported provider`.
    ProviderUnsupported,
    /// `Issuer doesn't match providerName`.
    IssuerMismatch,
    /// `Not a Cognito token`.
    NotACognitoToken,
    /// `Can't pass in a Cognito token`.
    CognitoTokenGiven,
    /// `Missing a required claim`.
    ClaimMissing,
    /// `Not a valid OpenId Connect identity token`.
    NotAnIdToken,
    /// The login token has expired.
    LoginExpired,
    /// `Couldn't verify signed token`.
    TokenUnverified,
    /// Another refusal of a login token.
    LoginInvalid,
    /// `Please provide a valid public provider`.
    NoPublicProvider,
    /// `does not have identity providers configured`.
    NoProviders,
    /// `Unauthenticated access is not supported`.
    GuestsOff,
    /// `Access to Identity … is forbidden`.
    IdentityForbidden,
    /// `The ambiguous role mapping rules denied this request`.
    RoleMappingDenied,
    /// `Invalid identity pool configuration`.
    PoolConfiguration,
    /// The identity pool does not exist.
    PoolNotFound,
    /// The identity does not exist.
    IdentityNotFound,
    /// The id does not have the form of an identity pool's.
    PoolIdMalformed,
    /// The classic flow is off.
    ClassicFlowOff,
    /// The classic flow does not go with role mappings.
    ClassicFlowRoleMappings,
    /// The login belongs to another identity.
    LoginTaken,
    /// The provider does not answer Cognito.
    ProviderDown,

    /// AppSync: `Permission denied`.
    AppSyncPermissionDenied,
    /// AppSync: `Unable to parse JWT token`.
    JwtUnparsable,
    /// AppSync: `Not Authorized to access X on type Y`.
    FieldDenied,
    /// AppSync: `You are not authorized to make this call`, or a bare `Unauthorized`.
    CallNotAuthorized,
    /// AppSync: `Valid authorization header not provided`.
    NoAuthorizationHeader,
    /// AppSync: the body is no GraphQL request.
    GraphqlMalformed,
    /// AppSync's data source or resolver failed.
    DataSourceFailed,

    /// The preflight does not allow a header.
    PreflightHeaderRefused,
    /// The preflight was refused.
    PreflightRefused,
    /// The preflight was redirected.
    PreflightRedirected,
    /// CORS hides the answer.
    CorsBlocked,
    /// `fetch` failed, and nothing says why.
    FetchFailed,
    /// Nobody answers at that name or address.
    Unreachable,
    /// A WebSocket was refused or closed.
    SocketRefused,
}

use Symptom as S;

/// What a page sees of an answer that it may not read, or of none.
pub(super) const HIDDEN: [Symptom; 7] = [
    S::PreflightHeaderRefused,
    S::PreflightRefused,
    S::PreflightRedirected,
    S::CorsBlocked,
    S::FetchFailed,
    S::Unreachable,
    S::SocketRefused,
];

pub(super) fn read(answer: &Answer<'_>, denial: Option<&Denial<'_>>, evidence: &Evidence, script: &str) -> Symptom {
    let context = &evidence.context;
    if is_data_source(answer, denial) {
        return S::DataSourceFailed;
    }
    if denial.is_some() {
        return S::Denied;
    }
    by_message(answer, evidence)
        .or_else(|| hidden(answer, script))
        .or_else(|| by_code(answer, context))
        .or_else(|| by_thrown_code(&evidence.error.code))
        .or_else(|| by_form(answer, context))
        .unwrap_or(S::Unknown)
}

/// AppSync reaches its data sources with a role of its own, and wraps their refusals into a result.
fn is_data_source(answer: &Answer<'_>, denial: Option<&Denial<'_>>) -> bool {
    let session = denial.and_then(|denial| denial.role()).and_then(|(_, session)| session);
    let is_result = answer.is_graphql && matches!(answer.status, Some(200) | None);
    let source = answer.graphql_type.split_once(':').map_or("", |(source, _)| source);
    session == Some("APPSYNC_ASSUME_ROLE")
        || is_result && (!source.is_empty() && !source.contains('.') || answer.says("(service: "))
        || is_result && ["MappingTemplate", "Code", "Template"].contains(&answer.graphql_type.as_str())
}

/// Fragments of messages in lower case, the more telling ones first.
const SAYINGS: &[(&str, Symptom)] = &[
    ("request signature we calculated does not match", S::SignatureMismatch),
    ("signature expired: ", S::SignatureOutOfTime),
    ("signature not yet current", S::SignatureOutOfTime),
    ("difference between the request time and the", S::SignatureOutOfTime),
    ("credential should be scoped", S::ScopeWrong),
    ("is wrong; expecting '", S::BucketElsewhere),
    ("must be addressed using the specified endpoint", S::BucketElsewhere),
    ("re-send this request to the specified temporary endpoint", S::BucketElsewhere),
    ("location constraint is incompatible for the region specific endpoint", S::BucketElsewhere),
    ("headers present in the request which were not signed", S::HeadersNotSigned),
    ("named as a signedheader, but it does not exist", S::SignedHeaderMissing),
    ("must be a 'signedheader'", S::HostNotSigned),
    // Newer: `Invalid key=value pair (missing equal-sign) in Authorization header (hashed …)`.
    ("key=value pair (missing equal-sign)", S::NotKeyValue),
    ("not a valid key=value pair", S::NotKeyValue),
    ("header requires 'credential' parameter", S::RequiresCredential),
    ("security token included in the request is expired", S::TokenExpired),
    ("provided token has expired", S::TokenExpired),
    // S3 compares the body with the hash in the header, which is the one that was signed.
    ("'x-amz-content-sha256' header does not match what was computed", S::BodyHashMismatch),
    ("corsresponse: ", S::PreflightRefused),
    ("security token included in the request is invalid", S::TokenInvalid),
    ("access key id you provided does not exist", S::AccessKeyUnknown),
    ("provided token is malformed or otherwise invalid", S::TokenInvalid),
    ("request has expired", S::UrlExpired),
    ("policy expired", S::UrlExpired),
    ("missing authentication token", S::MissingAuthenticationToken),
    ("not authorized to perform sts:assumerole", S::AssumeRoleDenied),
    ("unable to determine service/operation name", S::NoOperation),
    ("troubleshooting function url authorization", S::FunctionUrlForbidden),
    ("user is not authorized to access this resource", S::AuthorizerDenied),
    ("logins don't match", S::LoginsDontMatch),
    ("not from a supported provider", S::ProviderUnsupported),
    ("issuer doesn't match providername", S::IssuerMismatch),
    ("not a cognito token", S::NotACognitoToken),
    ("can't pass in a cognito token", S::CognitoTokenGiven),
    ("missing a required claim", S::ClaimMissing),
    ("not a valid openid connect identity token", S::NotAnIdToken),
    ("token expired: ", S::LoginExpired),
    ("token is expired", S::LoginExpired),
    ("token has expired", S::LoginExpired),
    ("couldn't verify signed token", S::TokenUnverified),
    ("invalid login token", S::LoginInvalid),
    ("valid public provider", S::NoPublicProvider),
    ("does not have identity providers configured", S::NoProviders),
    ("unauthenticated access is not supported", S::GuestsOff),
    ("ambiguous role mapping rules", S::RoleMappingDenied),
    ("invalid identity pool configuration", S::PoolConfiguration),
    ("(classic) flow is not enabled", S::ClassicFlowOff),
    ("flow is not supported with rolemappings", S::ClassicFlowRoleMappings),
    ("already linked", S::LoginTaken),
    ("unable to parse jwt token", S::JwtUnparsable),
    ("valid authorization header not provided", S::NoAuthorizationHeader),
    ("you are not authorized to make this call", S::CallNotAuthorized),
    ("unable to parse graphql query", S::GraphqlMalformed),
    ("request body is empty", S::GraphqlMalformed),
    ("endpoint request timed out", S::BackendFault),
];

/// OpenSearch Serverless says in a header of its own which part of it refuses.
pub(super) const AOSS_HINT: &str = "x-aoss-response-hint";

fn by_message(answer: &Answer<'_>, evidence: &Evidence) -> Option<Symptom> {
    let context = &evidence.context;
    if let Some((_, symptom)) = SAYINGS.iter().find(|(fragment, _)| answer.says(fragment)) {
        return Some(*symptom);
    }
    if answer.says("not authorized to access ") && answer.says(" on type ") {
        return Some(S::FieldDenied);
    }
    if answer.says("access to identity") && answer.says("forbidden") {
        return Some(S::IdentityForbidden);
    }
    if answer.says("identitypool ") && answer.says("not found") {
        return Some(S::PoolNotFound);
    }
    if answer.says("identity ") && answer.says("not found") && is_cognito(context) {
        return Some(S::IdentityNotFound);
    }
    if answer.says("'identitypoolid' failed to satisfy constraint") {
        return Some(S::PoolIdMalformed);
    }
    let sentence = answer.sentence().trim_end_matches('.');
    let message = if sentence.len() < 100 { sentence.to_ascii_lowercase() } else { return None };
    let is_appsync = answer.is_graphql || context.is_appsync();
    Some(match message.as_str() {
        "permission denied" if is_appsync => S::AppSyncPermissionDenied,
        "unauthorized" | "authorization failed" if is_appsync => S::CallNotAuthorized,
        "unauthorized" if answer.status != Some(200) => S::Unauthorized,
        "forbidden" | "403 forbidden" if answer.is(&["WAFForbidden"]) => S::WafBlocked,
        "403 forbidden" if context.signs_for(&["aoss"]) || evidence.headers.get(AOSS_HINT).is_some() => {
            S::AossForbidden
        }
        "forbidden" | "403 forbidden" if answer.status != Some(200) => S::Forbidden,
        "too many requests" | "rate exceeded" => S::Throttled,
        "limit exceeded" if answer.status == Some(429) => S::QuotaExceeded,
        "access denied" if answer.form == Form::Xml || context.is_s3() || is_of_s3(answer) => S::S3AccessDenied,
        "not found" if answer.status == Some(404) && answer.form == Form::Json => S::RouteNotFound,
        "no method found matching route" => S::RouteNotFound,
        "request too long" => S::TooLarge,
        "internal server error" if answer.status.is_none_or(|status| status >= 500) => S::BackendFault,
        _ => return None,
    })
}

/// What a page sees of an answer that it may not read, and what browsers write into the console about it.
fn hidden(answer: &Answer<'_>, script: &str) -> Option<Symptom> {
    if matches!(answer.form, Form::Json | Form::Xml | Form::Html) {
        return None;
    }
    let script = script.to_ascii_lowercase();
    let says = |fragment: &str| script.contains(fragment) || answer.says(fragment);
    if says("is not allowed by access-control-allow-headers") || says("is not allowed according to header") {
        return Some(S::PreflightHeaderRefused);
    }
    if says("which is disallowed for cross-origin requests that require preflight")
        || says("redirect is not allowed for a preflight")
    {
        return Some(S::PreflightRedirected);
    }
    if says("response to preflight request doesn't pass")
        || says("preflight response is not successful")
        || says("cors preflight channel did not succeed")
    {
        return Some(S::PreflightRefused);
    }
    if says("websocket") && (says("handshake") || says("failed") || says("403") || says("closed"))
        || says("socket closed")
        || says("amqjs0")
    {
        return Some(S::SocketRefused);
    }
    if says("access-control-allow-origin") || says("blocked by cors policy") || says("cross-origin request blocked") {
        return Some(S::CorsBlocked);
    }
    // In the words of Chromium, Firefox and Node.
    const UNREACHABLE: [&str; 6] = [
        "err_name_not_resolved",
        "err_connection_refused",
        "err_internet_disconnected",
        "err_address_unreachable",
        "enotfound",
        "econnrefused",
    ];
    if UNREACHABLE.iter().any(|fragment| says(fragment)) {
        return Some(S::Unreachable);
    }
    // In the words of Chromium, Firefox, Safari and others.
    const FAILED: [&str; 8] = [
        "failed to fetch",
        "networkerror when attempting to fetch",
        "load failed",
        "internet connection appears to be offline",
        "network request failed",
        "network error",
        "fetch failed",
        "err_failed",
    ];
    FAILED.iter().any(|fragment| says(fragment)).then_some(S::FetchFailed)
}

/// Names of errors, without `Exception` behind them.
const CODES: &[(&[&str], Symptom)] = &[
    (&["MissingAuthenticationToken"], S::MissingAuthenticationToken),
    (&["IncompleteSignature"], S::RequiresCredential),
    (&["ExpiredToken", "TokenRefreshRequired"], S::TokenExpired),
    (&["UnrecognizedClient", "InvalidClientTokenId", "InvalidToken"], S::TokenInvalid),
    (&["InvalidAccessKeyId"], S::AccessKeyUnknown),
    (&["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"], S::SignatureOutOfTime),
    (&["XAmzContentSHA256Mismatch"], S::BodyHashMismatch),
    (&["InvalidSignature", "SignatureDoesNotMatch"], S::SignatureRefused),
    (
        &["PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"],
        S::BucketElsewhere,
    ),
    (&["InvalidIdentityPoolConfiguration"], S::PoolConfiguration),
    (&["WAFForbidden"], S::WafBlocked),
    (&["MalformedHttpRequest"], S::GraphqlMalformed),
    (&["ExternalService"], S::ProviderDown),
    (&["ResourceConflict"], S::LoginTaken),
    (&["RequestEntityTooLarge", "PayloadTooLarge"], S::TooLarge),
    (&["InternalError", "ServiceUnavailable", "InternalFailure", "InternalServer"], S::ServiceFault),
];

fn by_code(answer: &Answer<'_>, context: &Context) -> Option<Symptom> {
    if let Some((_, symptom)) = CODES.iter().find(|(names, _)| answer.is(names)) {
        return Some(*symptom);
    }
    if is_throttling(&answer.code) || answer.status == Some(429) {
        return Some(S::Throttled);
    }
    if answer.is(&["Unauthorized"]) {
        return Some(if answer.is_graphql || context.is_appsync() { S::CallNotAuthorized } else { S::Unauthorized });
    }
    if answer.is(&["Forbidden"]) {
        return Some(S::Forbidden);
    }
    if answer.is(&["AccessDenied"]) {
        return Some(if answer.form == Form::Xml || context.is_s3() { S::S3AccessDenied } else { S::AccessDenied });
    }
    None
}

/// The codes of `SigFetchError`, where nothing of AWS's answer is left in it.
fn by_thrown_code(code: &str) -> Option<Symptom> {
    Some(match code {
        "NETWORK" => S::FetchFailed,
        "LOGIN_EXPIRED" => S::LoginExpired,
        "LOGIN_REJECTED" => S::LoginInvalid,
        "GUESTS_NOT_ALLOWED" => S::GuestsOff,
        "POOL_NOT_FOUND" => S::PoolNotFound,
        "POOL_MISCONFIGURED" => S::PoolConfiguration,
        "IDENTITY_LOST" => S::IdentityForbidden,
        "THROTTLED" => S::Throttled,
        "SERVICE_FAULT" => S::ServiceFault,
        _ => return None,
    })
}

fn by_form(answer: &Answer<'_>, context: &Context) -> Option<Symptom> {
    // `Request failed with status code 403` of a library that keeps the answer to itself.
    let is_silent = answer.form == Form::Empty || answer.form == Form::Text && answer.says("status code");
    let is_cloudfront = answer.says("the request could not be satisfied") || answer.says("generated by cloudfront");
    match (answer.form, answer.status) {
        (Form::Html, _) if is_cloudfront => Some(S::CloudFrontPage),
        (Form::Html, _) => Some(S::ForeignPage),
        (_, Some(301 | 307 | 308)) => Some(S::BucketElsewhere),
        (_, Some(413)) => Some(S::TooLarge),
        (_, Some(401)) if is_silent && context.is_appsync() => Some(S::CallNotAuthorized),
        (_, Some(401)) if is_silent => Some(S::Unauthorized),
        (Form::Text, Some(403)) if is_silent && context.signs_for(&["execute-api"]) => Some(S::Forbidden),
        (_, Some(403)) if is_silent => Some(S::EmptyForbidden),
        (_, Some(500..)) => Some(S::ServiceFault),
        _ => None,
    }
}

/// Whether the operation that a command line names is one of S3's.
fn is_of_s3(answer: &Answer<'_>) -> bool {
    answer.operation().is_some_and(|operation| operation.contains("Object") || operation.contains("Bucket"))
}

fn is_cognito(context: &Context) -> bool {
    context.service.as_deref().is_none_or(|service| service.starts_with("cognito"))
}

impl Context {
    /// Whether the request was signed for, or goes to, one of these services.
    pub(super) fn signs_for(&self, services: &[&str]) -> bool {
        [&self.signed_service, &self.service].into_iter().flatten().any(|service| services.contains(&service.as_str()))
    }

    pub(super) fn is_s3(&self) -> bool {
        self.signs_for(&["s3"])
    }

    pub(super) fn is_appsync(&self) -> bool {
        self.signs_for(&["appsync"]) || self.auth_mode.is_some()
    }
}
