//! Settings of identity pools, users and groups.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::iam::Policy;

/// An identity pool, as `GetIdentityPool` and `GetIdentityPoolRoles` show it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct PoolSettings {
    pub(crate) allow_unauthenticated_identities: bool,
    pub(crate) allow_classic_flow: bool,
    pub(crate) cognito_identity_providers: Vec<CognitoProvider>,
    /// Other providers → app id. Their tokens cannot be checked here: see the README.
    pub(crate) supported_login_providers: BTreeMap<String, String>,
    /// `authenticated` and `unauthenticated` → ARN.
    #[serde(default)]
    pub(crate) roles: BTreeMap<String, String>,
    /// Provider and client, joined by a colon → mapping.
    #[serde(default)]
    pub(crate) role_mappings: BTreeMap<String, RoleMapping>,
    /// What clients of the classic flow pass as session policy, if they pass none themselves.
    #[serde(rename = "sessionPolicy")]
    pub(crate) session_policy: Option<Policy>,
    /// What holds of identities, whoever asks for them.
    #[serde(rename = "identities")]
    pub(crate) identities: IdentityState,
}

/// A user pool and one of its clients, whose tokens an identity pool takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct CognitoProvider {
    pub(crate) provider_name: String,
    pub(crate) client_id: String,
    #[serde(rename = "ServerSideTokenCheck", default)]
    _server_side_token_check: bool,
}

/// How a pool chooses a role for the users of a provider.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct RoleMapping {
    #[serde(rename = "Type")]
    _kind: MappingType,
    pub(crate) ambiguous_role_resolution: AmbiguousRoleResolution,
}

/// Rules are not played here.
#[derive(Clone, Copy, Debug, Deserialize)]
enum MappingType {
    Token,
}

/// What happens if the token does not say which role to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum AmbiguousRoleResolution {
    AuthenticatedRole,
    Deny,
}

/// What Cognito says of every identity that a client names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum IdentityState {
    Usable,
    /// As if another user owned it, or it were disabled.
    Forbidden,
    /// As if it had been deleted.
    Deleted,
    /// As if none of its logins had been sent.
    OfOtherLogins,
}

/// What a user pool gives as ID token. Only the first is AWS's own doing; the others stand for an app that passes the
/// wrong thing on to Cognito Identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum HandedOut {
    Good,
    Expired,
    AccessToken,
    OfOtherPool,
    OfOtherClient,
    OfOtherIssuer,
    Altered,
    Garbage,
}

/// A user's place in the groups.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserSettings {
    pub(super) groups: Vec<String>,
}

/// A group of a user pool.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Group {
    precedence: u32,
    role_arn: Option<String>,
}

/// The claims about groups in a token.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RoleClaims {
    pub(crate) groups: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) preferred_role: Option<String>,
}

impl RoleClaims {
    /// The preferred role is that of the group with the lowest precedence; there is none if two share it with different
    /// roles (Cognito Developer Guide: Adding groups to a user pool).
    pub(super) fn of_groups(names: &[String], all: &BTreeMap<String, Group>) -> Self {
        let mut groups: Vec<(&String, &Group)> = names.iter().filter_map(|name| all.get_key_value(name)).collect();
        groups.sort_by_key(|(_, group)| group.precedence);
        let with_roles = || groups.iter().filter_map(|(_, group)| Some((group.precedence, group.role_arn.as_ref()?)));
        let lowest = with_roles().next();
        let is_tied = lowest.is_some_and(|(precedence, role)| {
            with_roles().any(|(other, other_role)| other == precedence && other_role != role)
        });
        Self {
            groups: groups.iter().map(|(name, _)| (*name).clone()).collect(),
            roles: with_roles().map(|(_, role)| role.clone()).collect(),
            preferred_role: lowest.filter(|_| !is_tied).map(|(_, role)| role.clone()),
        }
    }
}

impl PoolSettings {
    /// How the pool chooses the role of a provider's users, if not its default role.
    pub(crate) fn role_mapping(&self, provider: &str, client_id: &str) -> Option<&RoleMapping> {
        self.role_mappings.get(&format!("{provider}:{client_id}"))
    }

    /// Whether the pool takes tokens of this provider.
    pub(crate) fn takes(&self, provider: &str) -> bool {
        self.cognito_identity_providers.iter().any(|known| known.provider_name == provider)
    }

    /// Whether the pool takes tokens that this provider made for this client.
    pub(crate) fn takes_client(&self, provider: &str, client_id: &Value) -> bool {
        self.cognito_identity_providers
            .iter()
            .any(|known| known.provider_name == provider && client_id == known.client_id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_with_the_lowest_precedence_gives_the_preferred_role() {
        let group = |precedence, role: Option<&str>| Group { precedence, role_arn: role.map(str::to_owned) };
        let all = BTreeMap::from([
            ("a".to_owned(), group(2, Some("A"))),
            ("b".to_owned(), group(1, Some("B"))),
            ("c".to_owned(), group(1, Some("C"))),
            ("none".to_owned(), group(0, None)),
        ]);
        let claims = |names: &[&str]| {
            RoleClaims::of_groups(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), &all)
        };
        assert_eq!(claims(&["a", "b", "none"]).preferred_role.as_deref(), Some("B"));
        assert_eq!(claims(&["a", "b"]).roles, ["B", "A"]);
        assert_eq!(claims(&["a", "b", "c"]).preferred_role, None);
        assert_eq!(claims(&["none"]), RoleClaims { groups: vec!["none".to_owned()], ..RoleClaims::default() });
        assert_eq!(claims(&[]), RoleClaims::default());
    }
}
