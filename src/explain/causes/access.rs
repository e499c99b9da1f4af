//! IAM's refusals: who may do what, and which policy says so.

use serde_json::json;

use crate::explain::arn::Arn;
use crate::explain::case::Case;
use crate::explain::catalog::{Advice, CauseId, Note};
use crate::explain::denial::{Policy, Reason};
use crate::explain::finding::{Finding, Strength};
use crate::explain::guests::Reach;
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

/// The reason of IAM's refusal, if it is one. Where AppSync's data source was refused, it is not the caller's.
fn reason(case: &Case<'_>) -> Option<Reason> {
    case.is(&[S::Denied]).then_some(case.denial.as_ref()?.reason)
}

/// Refusals that leave open whether an identity's policy lacks something.
fn may_lack_permission(case: &Case<'_>) -> bool {
    matches!(reason(case), Some(Reason::None | Reason::NotAllowedBy(Policy::Identity)))
        && !case.denial.as_ref().is_some_and(|denial| denial.is_anonymous())
}

/// Whether the guests' limits explain the refusal whatever the role allows.
fn is_beyond_guests(case: &Case<'_>) -> bool {
    case.is_guest() == Some(true)
        && case.is_enhanced_flow() != Some(false)
        && matches!(case.guest_reach(), Some(Reach::KnownNotAllowed))
}

pub(super) fn guest_scope_down(case: &Case<'_>) -> Option<Finding> {
    let reach = case.guest_reach()?;
    let is_guest = case.is_guest();
    if is_guest == Some(false) || case.is_enhanced_flow() == Some(false) {
        return None;
    }
    let strength = match reason(case) {
        Some(Reason::NotAllowedBy(Policy::Session)) => match (is_guest, reach) {
            (Some(true), Reach::Allowed | Reach::SomeActions) => Likely,
            (Some(true), _) => Proven,
            _ => Telling,
        },
        Some(Reason::None) if is_guest == Some(true) => match reach {
            Reach::KnownNotAllowed if case.is_enhanced_flow() == Some(true) => Proven,
            Reach::KnownNotAllowed | Reach::NotListed => Telling,
            Reach::DefaultRegionsOnly if case.is_opt_in_region() != Some(false) => Possible,
            _ => return None,
        },
        Some(Reason::NotAllowedBy(Policy::Identity)) if is_guest == Some(true) && reach == Reach::KnownNotAllowed => {
            Likely
        }
        None if is_guest == Some(true)
            && case.is(&[S::EmptyForbidden, S::Forbidden, S::AccessDenied, S::AossForbidden, S::SocketRefused]) =>
        {
            match reach {
                Reach::KnownNotAllowed => Likely,
                Reach::NotListed | Reach::SomeActions => Possible,
                _ => return None,
            }
        }
        _ => return None,
    };
    let found = Finding::new(CauseId::GuestScopeDown, strength)
        .note_if(reach == Reach::SomeActions, Note::SomeActionsOpen)
        .note_if(reach == Reach::NotListed, Note::ListMayDiffer)
        .advise(Advice::SignInFirst)
        .advise(Advice::ApiInFront)
        .paste(Advice::UseClassicFlow, paste::client_with_classic_flow(case))
        .paste(Advice::EnableClassicFlow, paste::settings(&json!({ "AllowClassicFlow": true })))
        .paste(Advice::AddStatement, paste::missing_statement(case));
    Some(found)
}

pub(super) fn guest_credentials_while_signed_in(case: &Case<'_>) -> Option<Finding> {
    if case.is(&[S::GuestsOff]) && (case.is_guest_though_signed_in() || case.context.is_guest == Some(false)) {
        return Some(
            Finding::new(CauseId::GuestCredentialsWhileSignedIn, Likely).paste(Advice::PassLogins, paste::logins(case)),
        );
    }
    let is_refused = may_lack_permission(case)
        || matches!(reason(case), Some(Reason::NotAllowedBy(Policy::Session)))
        || case.is(&[S::S3AccessDenied, S::AppSyncPermissionDenied, S::EmptyForbidden, S::AccessDenied]);
    let strength = if !is_refused {
        return None;
    } else if case.is_guest_though_signed_in() {
        Telling
    } else if case.is_guest() == Some(true) && !is_beyond_guests(case) {
        // Whether somebody is signed in, only the app knows.
        Remote
    } else {
        return None;
    };
    Some(Finding::new(CauseId::GuestCredentialsWhileSignedIn, strength).paste(Advice::PassLogins, paste::logins(case)))
}

pub(super) fn group_role_lacks_action(case: &Case<'_>) -> Option<Finding> {
    if case.is_guest() == Some(true) {
        return None;
    }
    let gives_no_reason = case.is(&[S::S3AccessDenied, S::AppSyncPermissionDenied, S::EmptyForbidden, S::AccessDenied]);
    if !may_lack_permission(case) && !gives_no_reason {
        return None;
    }
    let strength = if case.has_preferred_role() == Some(false) {
        return None;
    } else if case.is_group_role() || case.has_preferred_role() == Some(true) {
        Telling
    } else if case.is_in_group() {
        Likely
    } else if case.context.token_groups.is_some() {
        return None;
    } else {
        // A group's role may have any name; only names made for the pool's own roles speak against it.
        match case.role() {
            Some(role) if role.to_ascii_lowercase().contains("auth") => return None,
            Some(_) => Remote,
            None if case.is_guest() == Some(false) && gives_no_reason => Possible,
            None if gives_no_reason => Remote,
            None => return None,
        }
    };
    Some(
        Finding::new(CauseId::GroupRoleLacksAction, strength)
            .paste(Advice::AddStatementToGroupRole, paste::missing_statement(case))
            .advise_if(strength != Telling, Advice::AskWhoami),
    )
}

pub(super) fn role_from_token_off(case: &Case<'_>) -> Option<Finding> {
    let gives_no_reason = case.is(&[S::S3AccessDenied, S::AppSyncPermissionDenied, S::EmptyForbidden, S::AccessDenied]);
    let is_refused = may_lack_permission(case) || gives_no_reason;
    if !is_refused || case.has_preferred_role() != Some(false) || case.is_guest_though_signed_in() {
        return None;
    }
    Some(Finding::new(CauseId::RoleFromTokenOff, Telling).paste(Advice::ChooseRoleFromToken, paste::role_mapping(case)))
}

pub(super) fn role_not_assumed(case: &Case<'_>) -> Option<Finding> {
    let is_refused = may_lack_permission(case)
        || case.is(&[
            S::S3AccessDenied,
            S::AppSyncPermissionDenied,
            S::CallNotAuthorized,
            S::FieldDenied,
            S::EmptyForbidden,
            S::AccessDenied,
        ]);
    if !is_refused || case.is_guest_though_signed_in() {
        return None;
    }
    let has_none = case.context.credentials_issued == Some(false);
    if !has_none && case.has_expected_role() != Some(false) {
        return None;
    }
    let settings = json!({ "Roles": { "authenticated": paste::role_arn_of(case, case.expected_role()) } });
    Some(
        Finding::new(CauseId::RoleNotAssumed, Telling)
            .paste(Advice::AssumeExpectedRole, paste::settings(&settings))
            .advise(Advice::AskWhoami),
    )
}

pub(super) fn role_lacks_action(case: &Case<'_>) -> Option<Finding> {
    let is_presigned_by_server = case.context.presigned_by.as_deref() == Some("server");
    let strength = match case.symptom {
        S::Denied if !may_lack_permission(case) || is_beyond_guests(case) => return None,
        S::Denied if case.is_group_role() => Possible,
        S::Denied => Likely,
        S::S3AccessDenied => Likely,
        S::FunctionUrlForbidden => Likely,
        S::Forbidden if case.is_iot() => {
            if case.is_guest() == Some(true) {
                Likely
            } else {
                Possible
            }
        }
        S::Forbidden if case.is_service(&["lambda"]) || is_http_api(case) => Likely,
        // A REST API names principal and action when IAM denies, and itself when it says Forbidden.
        S::Forbidden if case.was_signed() != Some(false) && case.answer.is(&["Forbidden"]) => Remote,
        S::Forbidden if case.was_signed() != Some(false) => Possible,
        S::EmptyForbidden | S::AccessDenied if case.was_signed() != Some(false) && !is_beyond_guests(case) => Likely,
        S::SocketRefused if is_presigned_by_server => Telling,
        S::SocketRefused => Possible,
        S::FetchFailed | S::CorsBlocked if is_presigned_by_server => Likely,
        S::FetchFailed | S::CorsBlocked if case.was_signed() != Some(false) => Possible,
        _ => return None,
    };
    let is_function = case.is_service(&["lambda"]) && case.denial.is_none();
    let statement = if is_function { paste::function_url(case) } else { paste::missing_statement(case) };
    Some(
        Finding::new(CauseId::RoleLacksAction, strength)
            .note_if(reason(case) == Some(Reason::None), Note::NoReasonGiven)
            .note_if(is_presigned_by_server, Note::PresignedByServer)
            .note_if(is_function, Note::FunctionUrlActions)
            .note_if(case.is(&[S::Forbidden]) && is_http_api(case), Note::HttpApiSaysNothing)
            .paste(Advice::AddStatement, statement),
    )
}

/// HTTP APIs name no error in a header, and have a request id of their own.
pub(super) fn is_http_api(case: &Case<'_>) -> bool {
    case.evidence.headers.get("apigw-requestid").is_some() && case.evidence.headers.get("x-amzn-errortype").is_none()
}

/// Services whose actions have no resource to name in a policy.
const WITHOUT_RESOURCES: [&str; 8] =
    ["comprehend", "mobileanalytics", "polly", "rekognition", "textract", "transcribe", "translate", "sts"];

pub(super) fn resource_arn_mismatch(case: &Case<'_>) -> Option<Finding> {
    let new = |strength| Finding::new(CauseId::ResourceArnMismatch, strength);
    let resource = case.denial.as_ref().and_then(|denial| denial.resource);
    let service = case.denial.as_ref().map_or("", |denial| denial.service());
    match case.symptom {
        S::Denied if !may_lack_permission(case) || is_beyond_guests(case) => None,
        S::Denied if WITHOUT_RESOURCES.contains(&service) => None,
        S::Denied => Some(match resource {
            Some(resource) if service == "dynamodb" && resource.contains("/index/") => {
                new(Telling).note(Note::IndexOfTable).paste(Advice::IndexResource, paste::table_and_indexes(case))
            }
            Some(_) if paste::action(case) == "s3:ListBucket" => {
                new(Likely).note(Note::BucketItself).paste(Advice::ListBucket, paste::missing_statement(case))
            }
            Some(_) => new(Possible).paste(Advice::CorrectResource, paste::missing_statement(case)),
            None => new(Remote).paste(Advice::CorrectResource, paste::missing_statement(case)),
        }),
        S::S3AccessDenied if paste::is_s3_listing(case) => {
            Some(new(Telling).note(Note::BucketItself).paste(Advice::ListBucket, paste::missing_statement(case)))
        }
        S::S3AccessDenied | S::AppSyncPermissionDenied => {
            Some(new(Possible).paste(Advice::CorrectResource, paste::missing_statement(case)))
        }
        S::SocketRefused | S::Forbidden if case.is_iot() => {
            let is_subscribing = case.operation().eq_ignore_ascii_case("subscribe");
            let strength = if is_subscribing { Likely } else { Possible };
            Some(new(strength).note(Note::TopicFilter).paste(Advice::SubscribeTopicFilter, paste::topic_filter(case)))
        }
        _ => None,
    }
}

/// Pairs of actions that are taken for each other: what is needed, and what stands in policies in its place.
const CONFUSABLE: [(&str, &str); 16] = [
    ("execute-api:", "apigateway:GET"),
    ("mobileanalytics:", "mobiletargeting:PutEvents"),
    ("mobiletargeting:", "mobileanalytics:PutEvents"),
    ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"),
    ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl"),
    ("lambda:", "lambda:Invoke"),
    ("appsync:GraphQL", "appsync:GetGraphqlApi"),
    ("appsync:Event", "appsync:GraphQL"),
    ("lex:Recognize", "lex:PostText"),
    ("lex:Post", "lex:RecognizeText"),
    ("s3:ListBucket", "s3:ListObjects"),
    ("s3:PutObjectAcl", "s3:PutObject"),
    ("es:ESHttp", "es:DescribeDomain"),
    ("geo-maps:", "geo:GetMapTile"),
    ("geo-places:", "geo:SearchPlaceIndexForText"),
    ("geo-routes:", "geo:CalculateRoute"),
];

/// What policies often have in the place of this action.
pub(in crate::explain) fn other_action(action: &str) -> Option<&'static str> {
    CONFUSABLE.iter().find(|(needed, _)| action.starts_with(needed)).map(|(_, other)| *other)
}

pub(super) fn wrong_action_name(case: &Case<'_>) -> Option<Finding> {
    if !may_lack_permission(case) || is_beyond_guests(case) || case.is_group_role() {
        return None;
    }
    other_action(&paste::action(case))?;
    Some(Finding::new(CauseId::WrongActionName, Possible).paste(Advice::CorrectAction, paste::missing_statement(case)))
}

pub(super) fn leading_keys(case: &Case<'_>) -> Option<Finding> {
    if !may_lack_permission(case) || case.denial.as_ref()?.service() != "dynamodb" {
        return None;
    }
    let identity = case.context.identity_id.as_deref();
    let strength = match case.context.partition_key_sent.as_deref() {
        Some(key) if Some(key) == identity => return None,
        Some(key) if Some(key) == case.context.token_sub.as_deref() => return None,
        Some(key) if identity.is_some_and(|identity| key.contains(identity)) || has_identity_id(key) => Telling,
        Some(_) => Likely,
        None => Possible,
    };
    Some(
        Finding::new(CauseId::LeadingKeys, strength)
            .paste(Advice::LeadingKeysStatement, paste::leading_keys(case))
            .paste(Advice::UseIdentityId, paste::code("const key = await aws.identityId();")),
    )
}

/// Whether the text begins with an identity id and goes on: `eu-west-1:guid#1`.
fn has_identity_id(key: &str) -> bool {
    let guid_at = key.find(':').map_or(0, |at| at + 1);
    key.get(..guid_at + 36).is_some_and(crate::explain::case::is_pool_id)
}

/// Services whose resources have policies of their own.
const WITH_RESOURCE_POLICIES: [&str; 8] =
    ["aoss", "es", "execute-api", "kms", "lambda", "secretsmanager", "sns", "sqs"];

pub(super) fn resource_policy_deny(case: &Case<'_>) -> Option<Finding> {
    let denial = case.denial.as_ref().filter(|_| case.is(&[S::Denied]));
    let service = denial.map_or("", |denial| denial.service());
    let strength = match (case.symptom, denial.map(|denial| denial.reason)) {
        // Whoever signs is nobody's anonymous: a policy that lets everybody in is one cure, and a signature another.
        (_, Some(Reason::None | Reason::NotAllowedBy(_))) if denial.is_some_and(|denial| denial.is_anonymous()) => {
            Likely
        }
        (_, Some(Reason::NotAllowedBy(Policy::Resource) | Reason::DeniedBy(Some(Policy::Resource)))) => Proven,
        (_, Some(Reason::DeniedBy(None))) if service == "execute-api" => Likely,
        (_, Some(Reason::DeniedBy(None))) => Possible,
        (_, Some(Reason::None | Reason::NotAllowedBy(Policy::Identity))) if is_across_accounts(case) => Likely,
        (_, Some(Reason::None)) if WITH_RESOURCE_POLICIES.contains(&service) && !is_beyond_guests(case) => Possible,
        (S::S3AccessDenied | S::FunctionUrlForbidden, _) => Possible,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::ResourcePolicyDeny, strength)
            .paste(Advice::AllowInResourcePolicy, paste::resource_policy(case))
            .advise_if(case.is_service(&["execute-api"]) || service == "execute-api", Advice::DeployPolicy),
    )
}

/// Whether the resource belongs to another account than the caller, whose policies alone then do not suffice.
fn is_across_accounts(case: &Case<'_>) -> bool {
    let accounts = || {
        let denial = case.denial.as_ref()?;
        let (caller, resource) = (Arn::parse(denial.principal)?, Arn::parse(denial.resource?)?);
        Some(caller.known_account()? != resource.known_account()?)
    };
    accounts() == Some(true)
}

pub(super) fn permissions_boundary(case: &Case<'_>) -> Option<Finding> {
    let strength = match reason(case)? {
        Reason::NotAllowedBy(Policy::Boundary) | Reason::DeniedBy(Some(Policy::Boundary)) => Proven,
        Reason::DeniedBy(None) => Possible,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::PermissionsBoundary, strength)
            .paste(Advice::WidenBoundary, paste::missing_statement(case)),
    )
}

pub(super) fn scp(case: &Case<'_>) -> Option<Finding> {
    let is_global_model = case.context.model_id.as_deref().is_some_and(|model| model.starts_with("global."));
    let strength = match (case.symptom, reason(case)) {
        (_, Some(Reason::NotAllowedBy(Policy::ServiceControl) | Reason::DeniedBy(Some(Policy::ServiceControl)))) => {
            Proven
        }
        (_, Some(Reason::DeniedBy(None))) => Likely,
        (S::Denied, Some(Reason::None)) if is_global_model => Likely,
        (S::FetchFailed | S::CorsBlocked, _) if case.was_signed() != Some(false) => Remote,
        _ => return None,
    };
    Some(Finding::new(CauseId::Scp, strength).advise(Advice::AskOrganization))
}

pub(super) fn rcp(case: &Case<'_>) -> Option<Finding> {
    match reason(case)? {
        Reason::NotAllowedBy(Policy::ResourceControl) | Reason::DeniedBy(Some(Policy::ResourceControl)) => {}
        _ => return None,
    }
    Some(Finding::new(CauseId::Rcp, Proven).advise(Advice::ExemptCognito).advise(Advice::AskOrganization))
}

pub(super) fn session_policy(case: &Case<'_>) -> Option<Finding> {
    let strength = match reason(case)? {
        Reason::DeniedBy(Some(Policy::Session)) => Proven,
        Reason::NotAllowedBy(Policy::Session) => {
            if case.is_guest() == Some(false) || case.is_enhanced_flow() == Some(false) {
                Proven
            } else if case.is_guest() == Some(true) && case.is_enhanced_flow() == Some(true) {
                return None;
            } else {
                Possible
            }
        }
        _ => return None,
    };
    Some(
        Finding::new(CauseId::SessionPolicy, strength)
            .paste(Advice::WidenSessionPolicy, paste::missing_statement(case)),
    )
}

pub(super) fn explicit_deny(case: &Case<'_>) -> Option<Finding> {
    let strength = match reason(case)? {
        Reason::DeniedBy(Some(Policy::Identity)) => Proven,
        Reason::DeniedBy(Some(Policy::Other)) => Likely,
        Reason::DeniedBy(None) => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::ExplicitDeny, strength).advise(Advice::RemoveDeny))
}

pub(super) fn vpc_endpoint_policy(case: &Case<'_>) -> Option<Finding> {
    let is_vpc_host = case.host().is_some_and(|host| host.contains("vpce"));
    let strength = match (case.symptom, reason(case)) {
        (_, Some(Reason::NotAllowedBy(Policy::VpcEndpoint) | Reason::DeniedBy(Some(Policy::VpcEndpoint)))) => Proven,
        (S::NotKeyValue | S::RequiresCredential, _) if is_vpc_host => Likely,
        (S::NotKeyValue, _)
            if case.may_be_api_gateway() && (case.jwt_was_sent() == Some(true) || case.was_signed() != Some(true)) =>
        {
            Possible
        }
        _ => return None,
    };
    Some(
        Finding::new(CauseId::VpcEndpointPolicy, strength).paste(Advice::OpenVpcEndpoint, paste::resource_policy(case)),
    )
}

pub(super) fn iot_policy_not_attached(case: &Case<'_>) -> Option<Finding> {
    if !case.is_iot() || case.is_guest() == Some(true) {
        return None;
    }
    let strength = match case.symptom {
        S::Forbidden | S::EmptyForbidden if case.is_guest() == Some(false) => Telling,
        S::Forbidden | S::EmptyForbidden | S::SocketRefused => Likely,
        S::FetchFailed => Possible,
        _ => return None,
    };
    let target =
        case.context.identity_id.as_deref().filter(|id| crate::explain::case::is_pool_id(id)).unwrap_or("IDENTITY_ID");
    let command = format!("aws iot attach-policy --policy-name YOUR_IOT_POLICY --target {target}");
    Some(Finding::new(CauseId::IotPolicyNotAttached, strength).paste(Advice::AttachIotPolicy, paste::command(command)))
}

pub(super) fn api_key_denied(case: &Case<'_>) -> Option<Finding> {
    let is_location = case.is_service(&["geo", "geo-maps", "geo-places", "geo-routes"]);
    let strength = match case.symptom {
        S::AuthorizerDenied if is_location => Telling,
        S::AuthorizerDenied if case.api_key_sent() == Some(true) => Likely,
        S::AuthorizerDenied if case.service().is_none() => Remote,
        S::Denied if case.api_key_sent() == Some(true) && reason(case) == Some(Reason::DeniedBy(None)) => Telling,
        _ => return None,
    };
    Some(Finding::new(CauseId::ApiKeyDenied, strength).advise(Advice::GiveKeyAction))
}
