//! AppSync, which says little.

use serde_json::json;

use crate::explain::case::Case;
use crate::explain::catalog::{Advice, CauseId, Note};
use crate::explain::finding::{Finding, Strength};
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

pub(super) fn appsync_datasource_error(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::DataSourceFailed]) {
        return None;
    }
    let found = Finding::new(CauseId::AppsyncDatasourceError, Proven);
    Some(if case.denial.is_some() {
        found.note(Note::DataSourceRole).paste(Advice::AllowDataSource, paste::missing_statement(case))
    } else {
        found.advise(Advice::SeeResolverLogs)
    })
}

fn uses_iam(case: &Case<'_>) -> Option<bool> {
    match case.context.auth_mode.as_deref() {
        Some(mode) => Some(mode.to_ascii_uppercase().contains("IAM")),
        None if case.api_key_sent() == Some(true) => Some(false),
        None => case.was_signed(),
    }
}

pub(super) fn appsync_role_lacks_graphql(case: &Case<'_>) -> Option<Finding> {
    let has_right_role = case.wants_other_role() == Some(false);
    let strength = match case.symptom {
        // The role was assumed, so that it is not the one that was meant is ruled out.
        S::AppSyncPermissionDenied if has_right_role => Telling,
        S::CallNotAuthorized if has_right_role && uses_iam(case) == Some(true) => Likely,
        S::AppSyncPermissionDenied => Likely,
        S::CallNotAuthorized if uses_iam(case) == Some(true) => Possible,
        S::CallNotAuthorized if uses_iam(case).is_none() => Remote,
        // A policy that allows other fields of the API gives the same answer as a schema that denies this one.
        S::FieldDenied if uses_iam(case) != Some(false) => Possible,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::AppsyncRoleLacksGraphql, strength)
            .paste(Advice::AllowGraphql, paste::missing_statement(case)),
    )
}

pub(super) fn appsync_iam_not_enabled(case: &Case<'_>) -> Option<Finding> {
    let strength = match (case.symptom, uses_iam(case)) {
        (S::JwtUnparsable, Some(true)) => Proven,
        (S::JwtUnparsable, None) => Likely,
        (S::CallNotAuthorized, Some(true)) => Likely,
        (S::CallNotAuthorized, None) => Possible,
        _ => return None,
    };
    let settings = json!({ "additionalAuthenticationProviders": [{ "authenticationType": "AWS_IAM" }] });
    Some(
        Finding::new(CauseId::AppsyncIamNotEnabled, strength)
            .paste(Advice::AddIamMode, paste::settings(&settings))
            .paste(Advice::MarkField, paste::schema("@aws_iam"))
            .paste(Advice::AllowGraphql, paste::missing_statement(case)),
    )
}

pub(super) fn appsync_api_key(case: &Case<'_>) -> Option<Finding> {
    let sends_key = case.api_key_sent() == Some(true)
        || case
            .context
            .auth_mode
            .as_deref()
            .is_some_and(|mode| mode.eq_ignore_ascii_case("API_KEY") || mode.eq_ignore_ascii_case("apiKey"));
    let strength = match case.symptom {
        S::CallNotAuthorized if sends_key => Telling,
        S::CallNotAuthorized if uses_iam(case).is_none() => Likely,
        _ => return None,
    };
    let command = "aws appsync create-api-key --api-id YOUR_API_ID --expires UNIX_SECONDS";
    Some(Finding::new(CauseId::AppsyncApiKey, strength).paste(Advice::RenewApiKey, paste::command(command)))
}

pub(super) fn appsync_no_auth_header(case: &Case<'_>) -> Option<Finding> {
    let did_not_go_out = case.context.signed == Some(false)
        || case.context.header_object_sent == Some(false)
        || case.sent_header("authorization") == Some(false);
    let strength = match case.symptom {
        S::NoAuthorizationHeader if did_not_go_out => Telling,
        S::NoAuthorizationHeader => Likely,
        S::CallNotAuthorized if did_not_go_out => Telling,
        S::CallNotAuthorized => Possible,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::AppsyncNoAuthHeader, strength)
            .paste(Advice::SendAuthorization, paste::code("await aws.graphql(url, { query, variables });")),
    )
}

pub(super) fn appsync_field_denied(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::FieldDenied]) {
        return None;
    }
    let role = case.role().unwrap_or_else(|| "YOUR_ROLE".to_owned());
    Some(
        Finding::new(CauseId::AppsyncFieldDenied, Likely)
            .paste(Advice::MarkField, paste::schema("@aws_iam"))
            .paste(Advice::AddCustomRole, paste::settings(&json!({ "adminRoleNames": [role] }))),
    )
}

pub(super) fn malformed_graphql_body(case: &Case<'_>) -> Option<Finding> {
    let line = "await aws.graphql(url, { query: \"query { notes { id } }\" });";
    case.is(&[S::GraphqlMalformed])
        .then(|| Finding::new(CauseId::MalformedGraphqlBody, Proven).paste(Advice::SendQuery, paste::code(line)))
}
