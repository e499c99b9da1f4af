//! Where the evidence does not decide, that is said, and what would decide it.

use crate::explain::case::Case;
use crate::explain::catalog::{Advice, CauseId};
use crate::explain::finding::{Finding, Strength};
use crate::explain::symptom::Symptom as S;

/// What to look at, where none of the causes found is proven.
pub(in crate::explain) fn unsolved(case: &Case<'_>, found: &[Finding]) -> Option<Finding> {
    if found.is_empty() {
        return None;
    }
    let new = Finding::new(CauseId::Unsolved, Strength::Remote);
    Some(match case.symptom {
        S::Denied | S::S3AccessDenied | S::AccessDenied | S::TokenInvalid | S::AccessKeyUnknown => {
            new.advise(Advice::AskWhoami).advise(Advice::AskPolicies)
        }
        S::MissingAuthenticationToken
        | S::NotKeyValue
        | S::RequiresCredential
        | S::Forbidden
        | S::RouteNotFound
        | S::Unauthorized => new.advise(Advice::AskRequest).advise(Advice::AskStage),
        S::AppSyncPermissionDenied
        | S::CallNotAuthorized
        | S::NoAuthorizationHeader
        | S::FieldDenied
        | S::JwtUnparsable => new.advise(Advice::AskWhoami).advise(Advice::AskApi),
        _ if case.is_service(&["cognito-identity"]) => new.advise(Advice::AskPool),
        _ => new.advise(Advice::AskRequest),
    })
}
