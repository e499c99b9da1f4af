//! One small function a cause: it looks at the case and says whether, and how strongly, the evidence speaks for it.
//!
//! [`CAUSES`] has them in the order in which equally strong ones are listed. To add one: an entry in `catalog/causes.rs`
//! (id, documentation, texts), its advice in `catalog/advice.rs`, a function here and its line below.

mod access;
mod appsync;
mod browser;
mod cognito;
mod credentials;
mod gateway;
mod s3;
mod scope;
mod signature;
mod unsolved;

use super::case::Case;
use super::finding::Finding;

pub(super) use access::other_action;
pub(super) use browser::refused_header;
pub(super) use scope::expected_region;
pub(super) use unsolved::unsolved;

/// A rule for one cause.
type Rule = fn(&Case<'_>) -> Option<Finding>;

/// Every rule; among equally strong findings the earlier one is listed first.
pub(super) const CAUSES: &[Rule] = &[
    // What a message proves by itself, and clocks and credentials, stand before what only may be.
    appsync::appsync_datasource_error,
    signature::signature_signed_header_missing,
    signature::signature_host_not_signed,
    s3::signature_header_not_signed,
    credentials::clock_skew,
    credentials::signed_too_early,
    credentials::clock_offset_poisoned,
    credentials::missing_session_token,
    credentials::presigned_outlives_credentials,
    credentials::expired_session_token,
    s3::presigned_expired,
    credentials::malformed_access_key,
    credentials::malformed_authorization,
    scope::wrong_region,
    scope::wrong_service,
    scope::sigv4a_required,
    scope::bucket_region,
    // Who called.
    access::guest_scope_down,
    access::guest_credentials_while_signed_in,
    access::role_from_token_off,
    access::role_not_assumed,
    access::group_role_lacks_action,
    access::api_key_denied,
    access::rcp,
    access::scp,
    access::permissions_boundary,
    access::session_policy,
    access::vpc_endpoint_policy,
    access::iot_policy_not_attached,
    s3::kms,
    s3::user_sub_instead_of_identity_id,
    access::leading_keys,
    s3::s3_acl_header,
    s3::aoss_signing_rules,
    s3::aoss_content_sha256,
    appsync::appsync_role_lacks_graphql,
    access::role_lacks_action,
    access::resource_arn_mismatch,
    access::wrong_action_name,
    access::resource_policy_deny,
    access::explicit_deny,
    s3::aoss_data_access_policy,
    s3::s3_missing_object,
    // Signatures, by how often they are the cause.
    signature::signature_by_cloudfront_oac,
    signature::signature_query,
    signature::signature_body,
    signature::signature_canonical_path,
    signature::signature_content_type,
    signature::signature_host,
    signature::signature_method,
    signature::signature_extra_header_by_proxy,
    signature::wrong_secret_key,
    // API Gateway and what stands in front of it.
    gateway::sigv4_sent_to_jwt,
    gateway::jwt_sent_to_iam,
    gateway::lambda_authorizer_deny,
    gateway::waf,
    gateway::api_key_usage_plan,
    gateway::not_deployed,
    gateway::missing_stage,
    gateway::missing_route,
    gateway::custom_domain_mapping,
    gateway::unsigned_request,
    gateway::default_endpoint_disabled,
    gateway::wrong_method_or_path,
    gateway::body_too_large,
    gateway::throttled,
    gateway::usage_plan_quota,
    gateway::backend_fault,
    gateway::cloudfront_get_with_body,
    gateway::cloudfront_host_forwarded,
    gateway::foreign_answer,
    // The identity pool.
    cognito::login_key_mismatch,
    cognito::access_token_instead_of_id_token,
    cognito::expired_login,
    cognito::developer_token_to_getid,
    cognito::provider_not_attached,
    cognito::wrong_identity_pool_id,
    cognito::stale_identity_id,
    cognito::login_token_invalid,
    cognito::guest_access_off,
    cognito::trust_policy,
    cognito::pool_roles_missing,
    cognito::role_mapping_denied,
    cognito::user_pool_id_as_identity_pool_id,
    cognito::classic_flow_off,
    cognito::classic_flow_role_mappings,
    cognito::login_linked_elsewhere,
    cognito::login_provider_down,
    gateway::aws_side_fault,
    // AppSync.
    appsync::appsync_iam_not_enabled,
    appsync::appsync_api_key,
    appsync::appsync_no_auth_header,
    appsync::appsync_field_denied,
    appsync::malformed_graphql_body,
    // The browser.
    browser::preflight_header_not_allowed,
    browser::preflight_requires_auth,
    browser::cors_hidden,
    browser::no_server,
    // Rare readings of an invalid token.
    credentials::sts_global_token,
    credentials::region_not_enabled,
    credentials::access_key_unknown,
];
