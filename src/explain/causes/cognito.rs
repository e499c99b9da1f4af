//! The identity pool: logins, tokens, identities and the roles that it hands out.

use serde_json::json;

use crate::explain::case::{Case, is_pool_id};
use crate::explain::catalog::{Advice, CauseId, Note};
use crate::explain::denial::{Policy, Reason};
use crate::explain::finding::{Finding, Strength};
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

/// Whether the key in logins and the token's issuer are the same, if both are known.
fn key_fits(case: &Case<'_>) -> Option<bool> {
    case.key_and_issuer().map(|(key, issuer)| key == issuer)
}

/// The token that was sent is known not to be an ID token.
fn is_no_id_token(case: &Case<'_>) -> bool {
    case.context.token_use.as_deref() == Some("access") || case.context.token_is_jwt == Some(false)
}

/// Providers whose access token is what Cognito wants.
fn wants_access_token(case: &Case<'_>) -> bool {
    matches!(case.context.logins_key.as_deref(), Some("graph.facebook.com" | "www.amazon.com"))
}

pub(super) fn login_key_mismatch(case: &Case<'_>) -> Option<Finding> {
    let strength = match (case.symptom, key_fits(case)) {
        (S::IssuerMismatch, _) => Proven,
        (S::NoPublicProvider | S::NotACognitoToken, Some(false)) => Proven,
        (S::NoPublicProvider, _) | (S::NotACognitoToken, None) => Likely,
        (S::NotACognitoToken, Some(true)) => Possible,
        (S::ProviderUnsupported | S::TokenUnverified, Some(false)) => Telling,
        (S::LoginsDontMatch, Some(false)) => Likely,
        (S::ProviderUnsupported | S::LoginInvalid, None) => Possible,
        (S::TokenUnverified, None) => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::LoginKeyMismatch, strength).paste(Advice::CorrectLoginKey, paste::logins(case)))
}

pub(super) fn access_token_instead_of_id_token(case: &Case<'_>) -> Option<Finding> {
    let is_access = is_no_id_token(case);
    let strength = match case.symptom {
        // The access token of a user pool has no aud.
        S::ClaimMissing if case.answer.says("claim: aud") => Proven,
        S::ClaimMissing => Likely,
        S::NotAnIdToken if case.context.token_use.as_deref() == Some("access") => Proven,
        // Access tokens of some providers are opaque, and so is what is no token at all.
        S::NotAnIdToken if is_access => Telling,
        S::NotACognitoToken if is_access => Telling,
        S::NotACognitoToken if key_fits(case) == Some(false) => return None,
        S::NotAnIdToken => Likely,
        S::NotACognitoToken => Possible,
        S::ProviderUnsupported | S::LoginInvalid | S::LoginsDontMatch if is_access && !wants_access_token(case) => {
            Telling
        }
        S::Unauthorized if is_access => Telling,
        // An authorizer says nothing but Unauthorized to whatever token does not suit it.
        S::Unauthorized if case.was_signed() != Some(true) && case.context.token_use.is_none() => Possible,
        S::LoginInvalid => Possible,
        _ => return None,
    };
    let paste = if case.is(&[S::Unauthorized]) {
        paste::code("await fetch(url, { headers: { authorization: await session.idToken() } });")
    } else {
        paste::logins(case)
    };
    Some(Finding::new(CauseId::AccessTokenInsteadOfIdToken, strength).paste(Advice::SendIdTokenLogin, paste))
}

pub(super) fn expired_login(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::LoginExpired => Proven,
        S::TokenExpired if case.operation().starts_with("AssumeRoleWith") => Proven,
        S::Unauthorized if case.was_signed() != Some(true) => Possible,
        S::LoginInvalid => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::ExpiredLogin, strength).paste(Advice::RefreshLogin, paste::logins(case)))
}

pub(super) fn developer_token_to_getid(case: &Case<'_>) -> Option<Finding> {
    let line = "createClient({ identityPoolId, identity: async () => (await fetch(\"/api/aws-identity\")).json() })";
    case.is(&[S::CognitoTokenGiven])
        .then(|| Finding::new(CauseId::DeveloperTokenToGetid, Proven).paste(Advice::SkipGetId, paste::code(line)))
}

/// A kept identity id is used without GetId, so it is the id that does not go with the login.
fn is_kept_identity(case: &Case<'_>) -> bool {
    case.context.cached_identity_id == Some(true) || case.context.get_id_called == Some(false)
}

pub(super) fn provider_not_attached(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::NoProviders => Proven,
        S::ProviderUnsupported if key_fits(case) == Some(false) => Possible,
        S::ProviderUnsupported => Likely,
        S::LoginsDontMatch if is_kept_identity(case) => Possible,
        S::LoginsDontMatch => Likely,
        _ => return None,
    };
    Some(Finding::new(CauseId::ProviderNotAttached, strength).paste(Advice::AttachProvider, paste::provider(case)))
}

pub(super) fn wrong_identity_pool_id(case: &Case<'_>) -> Option<Finding> {
    let has_pool_form = || id_not_found(case).is_none_or(|id| is_pool_id(&id));
    let strength = match case.symptom {
        S::LoginsDontMatch if is_kept_identity(case) => Possible,
        S::LoginsDontMatch => Likely,
        S::ProviderUnsupported | S::NoProviders => Possible,
        S::PoolNotFound if has_pool_form() => Likely,
        S::IdentityNotFound => Possible,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::WrongIdentityPoolId, strength)
            .paste(Advice::UseRightPool, paste::client_with_other_pool()),
    )
}

pub(super) fn stale_identity_id(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        // GetId is asked without an identity id.
        S::LoginsDontMatch if case.operation() == "GetId" => return None,
        S::LoginsDontMatch if is_kept_identity(case) => Telling,
        S::LoginsDontMatch => Possible,
        S::IdentityForbidden if case.context.logins_sent == Some(false) || is_kept_identity(case) => Telling,
        S::IdentityForbidden | S::IdentityNotFound => Likely,
        S::LoginTaken => Possible,
        _ => return None,
    };
    let is_without_login = case.is(&[S::IdentityForbidden]) && case.context.logins_sent == Some(false);
    Some(
        Finding::new(CauseId::StaleIdentityId, strength)
            .note_if(is_without_login, Note::LoginNotSent)
            .paste(Advice::ForgetIdentity, paste::code("aws.signOut();"))
            .advise(Advice::SendLoginAgain),
    )
}

pub(super) fn login_token_invalid(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::TokenUnverified | S::LoginInvalid => Likely,
        S::NotACognitoToken => Possible,
        S::NotAnIdToken if case.context.token_is_jwt == Some(false) => Likely,
        S::JwtUnparsable if case.was_signed() != Some(true) => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::LoginTokenInvalid, strength).advise(Advice::CheckToken))
}

pub(super) fn guest_access_off(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::GuestsOff]) {
        return None;
    }
    // Where there is a login, that it was not sent is as good a cause.
    let has_login = case.is_guest_though_signed_in() || case.context.is_guest == Some(false);
    Some(
        Finding::new(CauseId::GuestAccessOff, if has_login { Telling } else { Proven })
            .note_if(has_login, Note::LoginNotSent)
            .paste(Advice::EnableGuests, paste::settings(&json!({ "AllowUnauthenticatedIdentities": true })))
            .paste(Advice::SendLoginsWithGetId, paste::logins(case)),
    )
}

/// The classic flow assumes a role only with its second request.
fn is_before_role(case: &Case<'_>) -> bool {
    matches!(case.operation(), "GetId" | "GetOpenIdToken")
}

pub(super) fn trust_policy(case: &Case<'_>) -> Option<Finding> {
    let of_trust =
        |reason| matches!(reason, Reason::NotAllowedBy(Policy::RoleTrust) | Reason::DeniedBy(Some(Policy::RoleTrust)));
    let strength = match case.symptom {
        S::Denied if case.denial.as_ref().is_some_and(|denial| of_trust(denial.reason)) => Proven,
        S::PoolConfiguration if is_before_role(case) => return None,
        S::PoolConfiguration | S::AssumeRoleDenied => Likely,
        S::IdentityForbidden => Remote,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::TrustPolicy, strength)
            .note_if(case.is_in_group(), Note::GroupTrust)
            .paste(Advice::SetTrustPolicy, paste::trust_policy(case)),
    )
}

pub(super) fn pool_roles_missing(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::PoolConfiguration if is_before_role(case) => return None,
        S::PoolConfiguration => Possible,
        // The classic flow's role is the app's own choice.
        S::AssumeRoleDenied => Remote,
        _ => return None,
    };
    let command = format!(
        "aws cognito-identity set-identity-pool-roles --identity-pool-id {} \
         --roles authenticated=AUTHENTICATED_ROLE_ARN,unauthenticated=UNAUTHENTICATED_ROLE_ARN",
        paste::pool(case),
    );
    Some(Finding::new(CauseId::PoolRolesMissing, strength).paste(Advice::SetPoolRoles, paste::command(command)))
}

pub(super) fn role_mapping_denied(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::RoleMappingDenied]).then(|| {
        Finding::new(CauseId::RoleMappingDenied, Proven).paste(Advice::FixRoleMapping, paste::role_mapping(case))
    })
}

/// The id that Cognito did not find or take, as its message or the client has it.
pub(super) fn id_not_found(case: &Case<'_>) -> Option<String> {
    let quoted = case.answer.between("identitypool '", "'").or_else(|| case.answer.between("identity '", "'"));
    let refused = || case.answer.between("value '", "'");
    let known = case.context.identity_pool_id.as_deref();
    quoted.or_else(refused).or(known).map(ToOwned::to_owned)
}

pub(super) fn user_pool_id_as_identity_pool_id(case: &Case<'_>) -> Option<Finding> {
    let id = id_not_found(case);
    let has_wrong_form = id.as_deref().map(|id| !is_pool_id(id));
    let strength = match (case.symptom, has_wrong_form) {
        // The client has refused it before it asked anybody.
        _ if case.evidence.error.code == "INVALID_OPTION" && has_wrong_form == Some(true) => Proven,
        (S::PoolNotFound | S::PoolIdMalformed, Some(true)) => Proven,
        (S::PoolIdMalformed, _) => Likely,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::UserPoolIdAsIdentityPoolId, strength)
            .paste(Advice::UseIdentityPoolId, paste::client_with_other_pool()),
    )
}

/// The first request of the classic flow was refused, and the text is not known: AWS may repeat a token in it.
fn is_classic_flow_refused(case: &Case<'_>) -> bool {
    case.operation() == "GetOpenIdToken"
        && case.answer.is(&["InvalidParameterException"])
        && case.answer.message.is_empty()
}

pub(super) fn classic_flow_off(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::ClassicFlowOff => Proven,
        _ if is_classic_flow_refused(case) => Likely,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::ClassicFlowOff, strength)
            .paste(Advice::EnableClassicFlow, paste::settings(&json!({ "AllowClassicFlow": true })))
            .advise(Advice::UseEnhancedFlow),
    )
}

pub(super) fn classic_flow_role_mappings(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::ClassicFlowRoleMappings => Proven,
        _ if is_classic_flow_refused(case) => Possible,
        _ => return None,
    };
    Some(Finding::new(CauseId::ClassicFlowRoleMappings, strength).advise(Advice::UseEnhancedFlow))
}

pub(super) fn login_linked_elsewhere(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::LoginTaken]).then(|| Finding::new(CauseId::LoginLinkedElsewhere, Likely).advise(Advice::UnlinkLogin))
}

pub(super) fn login_provider_down(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::ProviderDown]).then(|| Finding::new(CauseId::LoginProviderDown, Likely).advise(Advice::WaitAndReport))
}
