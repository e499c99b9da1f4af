//! API Gateway, and what stands in front of it: WAF, CloudFront, proxies.

use super::access::is_http_api;
use crate::explain::case::Case;
use crate::explain::catalog::{Advice, CauseId, Note};
use crate::explain::finding::{Finding, Strength};
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

pub(super) fn sigv4_sent_to_jwt(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::Unauthorized]) || !case.may_be_api_gateway() {
        return None;
    }
    let names_itself = case.answer.is(&["Unauthorized"]);
    let strength = match (case.was_signed(), case.jwt_was_sent()) {
        (_, Some(true)) => return None,
        // IAM authorization never answers 401; API Gateway says in a header that it was the one that answered.
        (Some(true), _) if names_itself => Proven,
        (Some(true), _) => Telling,
        (Some(false), _) => return None,
        (None, _) => Likely,
    };
    let line = "await fetch(url, { headers: { authorization: await session.idToken() } });";
    Some(Finding::new(CauseId::Sigv4SentToJwt, strength).paste(Advice::SendIdToken, paste::code(line)))
}

pub(super) fn jwt_sent_to_iam(case: &Case<'_>) -> Option<Finding> {
    let is_jwt = case.jwt_was_sent();
    let is_sigv4 = case.was_signed() == Some(true) && is_jwt != Some(true);
    let strength = match case.symptom {
        // Elsewhere than at API Gateway there are no routes that could be missing.
        S::NotKeyValue | S::RequiresCredential if is_jwt == Some(true) && !case.may_be_api_gateway() => Telling,
        S::NotKeyValue | S::RequiresCredential if is_jwt == Some(true) => Likely,
        S::NotKeyValue | S::RequiresCredential if is_sigv4 => return None,
        S::NotKeyValue | S::RequiresCredential => Likely,
        S::FetchFailed | S::CorsBlocked | S::Forbidden if is_jwt == Some(true) => Possible,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::JwtSentToIam, strength)
            .paste(Advice::SignRequest, paste::code("await aws.signedFetch(url);"))
            .advise(Advice::UseAuthorizer),
    )
}

pub(super) fn lambda_authorizer_deny(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::AuthorizerDenied if case.may_be_api_gateway() => Likely,
        S::AuthorizerDenied => Possible,
        S::Unauthorized if case.may_be_api_gateway() && case.was_signed() != Some(true) => Possible,
        _ => return None,
    };
    let all = paste::statement(
        &["execute-api:Invoke"],
        &["arn:aws:execute-api:YOUR_REGION:YOUR_ACCOUNT_ID:YOUR_API_ID/YOUR_STAGE/*".to_owned()],
    );
    Some(Finding::new(CauseId::LambdaAuthorizerDeny, strength).paste(Advice::AuthorizerWildcard, all))
}

/// Whether the URL ends with its stage, or before.
fn is_stage_only(case: &Case<'_>) -> bool {
    case.path().is_some_and(|path| !path.is_empty() && path.matches('/').count() == 1 && path.len() > 1)
}

/// API Gateway reads any Authorization header as SigV4 where no method matches.
fn is_header_parsed(case: &Case<'_>) -> bool {
    case.is(&[S::NotKeyValue, S::RequiresCredential])
        && (case.was_signed() != Some(true) || case.jwt_was_sent() == Some(true))
}

pub(super) fn missing_route(case: &Case<'_>) -> Option<Finding> {
    if !case.may_be_api_gateway() {
        return None;
    }
    let strength = match case.symptom {
        S::MissingAuthenticationToken if case.is_preflight() => Possible,
        S::MissingAuthenticationToken | S::RouteNotFound => Likely,
        S::Forbidden if !is_http_api(case) => Possible,
        S::NotKeyValue | S::RequiresCredential if is_header_parsed(case) => Likely,
        S::TokenInvalid if !case.answer.is_graphql => Possible,
        S::FetchFailed | S::CorsBlocked => Remote,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::MissingRoute, strength)
            .note_if(is_stage_only(case) && case.is(&[S::MissingAuthenticationToken]), Note::StageOnly)
            .advise(Advice::CorrectRoute),
    )
}

pub(super) fn not_deployed(case: &Case<'_>) -> Option<Finding> {
    if !case.may_be_api_gateway() || is_http_api(case) {
        return None;
    }
    let strength = match case.symptom {
        S::MissingAuthenticationToken | S::Forbidden | S::RouteNotFound => Possible,
        S::NotKeyValue | S::RequiresCredential if is_header_parsed(case) => Possible,
        _ => return None,
    };
    let host = case.host().filter(|_| case.is_aws_host() == Some(true));
    let api = host.as_deref().and_then(|host| host.split('.').next()).unwrap_or("YOUR_API_ID").to_owned();
    let path = case.path().unwrap_or_default();
    let stage = path.split('/').nth(1).filter(|stage| is_stage_name(stage)).unwrap_or("YOUR_STAGE");
    let command = format!("aws apigateway create-deployment --rest-api-id {api} --stage-name {stage}");
    Some(Finding::new(CauseId::NotDeployed, strength).paste(Advice::DeployApi, paste::command(command)))
}

fn is_stage_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

pub(super) fn missing_stage(case: &Case<'_>) -> Option<Finding> {
    if !case.may_be_api_gateway() || case.is_aws_host() == Some(false) {
        return None;
    }
    let has_no_path = case.path().is_some_and(|path| path.len() <= 1);
    let strength = match case.symptom {
        S::Forbidden if has_no_path => Likely,
        S::Forbidden | S::RouteNotFound => Possible,
        // Such a refusal is not the API's own, so its gateway responses do not make it readable.
        S::FetchFailed | S::CorsBlocked if is_refused_before_api(case) => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::MissingStage, strength).advise(Advice::AddStage))
}

/// Whether somebody refuses at that host all that the page asks, without CORS headers, as far as it was tried.
fn is_refused_before_api(case: &Case<'_>) -> bool {
    case.is_service(&["execute-api"])
        && case.context.server_answers == Some(true)
        && case.context.refusals_readable == Some(false)
}

pub(super) fn custom_domain_mapping(case: &Case<'_>) -> Option<Finding> {
    if !case.may_be_api_gateway() || case.is_aws_host() == Some(true) {
        return None;
    }
    let is_custom = case.is_aws_host() == Some(false);
    let strength = match case.symptom {
        S::Forbidden if is_custom => Likely,
        S::Forbidden => Possible,
        S::MissingAuthenticationToken | S::RouteNotFound if is_custom => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::CustomDomainMapping, strength).advise(Advice::MapDomain))
}

pub(super) fn default_endpoint_disabled(case: &Case<'_>) -> Option<Finding> {
    let is_hidden = case.is(&[S::FetchFailed, S::CorsBlocked]) && is_refused_before_api(case);
    let is_api = case.is_service(&["execute-api"]) && case.is_aws_host() != Some(false);
    if !is_api || !case.is(&[S::Forbidden]) && !is_hidden {
        return None;
    }
    Some(Finding::new(CauseId::DefaultEndpointDisabled, Remote).advise(Advice::UseOtherEndpoint))
}

pub(super) fn api_key_usage_plan(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::Forbidden]) || !case.may_be_api_gateway() || is_http_api(case) {
        return None;
    }
    let strength = if case.api_key_sent() == Some(true) { Likely } else { Possible };
    let command =
        "aws apigateway create-usage-plan-key --usage-plan-id YOUR_PLAN_ID --key-type API_KEY --key-id YOUR_KEY_ID";
    Some(Finding::new(CauseId::ApiKeyUsagePlan, strength).paste(Advice::AddToUsagePlan, paste::command(command)))
}

/// What the managed core rule set lets through of a body.
const WAF_BODY_LIMIT: f64 = 8192.0;

pub(super) fn waf(case: &Case<'_>) -> Option<Finding> {
    let is_large = case.context.bytes.is_some_and(|bytes| bytes > WAF_BODY_LIMIT);
    let strength = match case.symptom {
        S::WafBlocked => Proven,
        S::Forbidden if !case.is_iot() && is_large => Likely,
        S::Forbidden if !case.is_iot() && !case.is_service(&["lambda"]) => Possible,
        S::CloudFrontPage if case.answer.says("request blocked") => Likely,
        S::CloudFrontPage => Possible,
        S::ForeignPage if case.answer.body.contains("awselb") && case.answer.status == Some(403) => Likely,
        S::EmptyForbidden if is_large => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::Waf, strength).advise(Advice::WafException))
}

pub(super) fn unsigned_request(case: &Case<'_>) -> Option<Finding> {
    let signed = case.was_signed();
    if signed == Some(true) {
        return None;
    }
    let is_anonymous = case.is(&[S::Denied])
        && case.denial.as_ref().is_some_and(|denial| denial.is_anonymous() && denial.service() != "cognito-identity");
    let strength = match case.symptom {
        S::MissingAuthenticationToken if !case.may_be_api_gateway() => Telling,
        S::MissingAuthenticationToken => Possible,
        S::FunctionUrlForbidden if signed == Some(false) => Telling,
        S::FunctionUrlForbidden => Possible,
        S::Forbidden if is_http_api(case) || case.is_service(&["lambda"]) => Possible,
        _ if is_anonymous => Possible,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::UnsignedRequest, strength)
            .paste(Advice::SignRequest, paste::code("await aws.signedFetch(url);")),
    )
}

pub(super) fn wrong_method_or_path(case: &Case<'_>) -> Option<Finding> {
    let line = "await aws.signedFetch(url, { method: \"POST\", body: JSON.stringify(event) });";
    case.is(&[S::NoOperation])
        .then(|| Finding::new(CauseId::WrongMethodOrPath, Proven).paste(Advice::UsePost, paste::code(line)))
}

pub(super) fn body_too_large(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::TooLarge]).then(|| Finding::new(CauseId::BodyTooLarge, Likely).advise(Advice::SmallerBody))
}

pub(super) fn throttled(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::Throttled => Proven,
        // S3's 503 has no CORS headers.
        S::FetchFailed | S::CorsBlocked if case.is_s3() => Remote,
        _ => return None,
    };
    Some(Finding::new(CauseId::Throttled, strength).advise(Advice::BackOff))
}

pub(super) fn usage_plan_quota(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::QuotaExceeded]).then(|| Finding::new(CauseId::UsagePlanQuota, Likely).advise(Advice::RaiseQuota))
}

pub(super) fn backend_fault(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::BackendFault => Likely,
        S::ServiceFault if case.is_service(&["execute-api", "lambda"]) => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::BackendFault, strength).advise(Advice::SeeLogs))
}

pub(super) fn aws_side_fault(case: &Case<'_>) -> Option<Finding> {
    let issuer_fits = case.key_and_issuer().is_some_and(|(key, issuer)| key == issuer);
    let strength = match case.symptom {
        S::ServiceFault => Likely,
        S::TokenUnverified if issuer_fits => Likely,
        S::TokenUnverified | S::LoginInvalid => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::AwsSideFault, strength).advise(Advice::WaitAndReport))
}

pub(super) fn cloudfront_get_with_body(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::CloudFrontPage]) {
        return None;
    }
    let reads = case.method().map(|method| method == "GET" || method == "HEAD");
    // The method alone says nothing here: the cause is that a GET has a body all the same.
    let has_body = case.context.body_sent.or(case.context.has_body).or(case.context.bytes.map(|bytes| bytes > 0.0));
    let strength = match (reads, has_body) {
        (Some(false), _) | (_, Some(false)) => return None,
        (Some(true), Some(true)) => Telling,
        (Some(true), None) => Likely,
        (None, _) => Possible,
    };
    Some(Finding::new(CauseId::CloudfrontGetWithBody, strength).advise(Advice::DropGetBody))
}

pub(super) fn cloudfront_host_forwarded(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::CloudFrontPage]) {
        return None;
    }
    Some(Finding::new(CauseId::CloudfrontHostForwarded, Likely).advise(Advice::ForwardWithoutHost))
}

pub(super) fn foreign_answer(case: &Case<'_>) -> Option<Finding> {
    let is_awselb = case.answer.body.contains("awselb");
    (case.is(&[S::ForeignPage]) && !is_awselb)
        .then(|| Finding::new(CauseId::ForeignAnswer, Likely).advise(Advice::CheckUrl))
}
