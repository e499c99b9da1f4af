//! What the owner of the account can set: roles and their policies, identity pools, APIs, buckets. The members have the
//! names and forms of AWS's own APIs wherever AWS has them, so that a setting can be pasted.
//!
//! The settings are one JSON document: it begins as `initial.json`, and the control changes it.

mod api;
mod document;
mod identity;
mod services;

pub(crate) use api::{
    ApiSettings, AuthorizationType, Authorizer, MethodSettings, Proxy, ResourcePath, ResponseType, Waf,
};
pub(crate) use document::{Configured, Unfit, decode_pointer};
pub(crate) use identity::{AmbiguousRoleResolution, HandedOut, IdentityState, PoolSettings, RoleClaims};
pub(crate) use services::{AuthenticationType, BucketSettings, CorsRule, EventsSettings, GraphqlSettings};

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::account::{ACCOUNT_ID, REGION};
use crate::clock::format_extended;
use crate::iam::{self, AttachedTo, Context, Decision, Policies, Policy, Principal};
use crate::issued::{Caller, SessionPolicies};
use crate::tokens::IDENTITY_ISSUER;

use identity::{Group, UserSettings};

/// All settings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Settings {
    roles: BTreeMap<String, Role>,
    organization: Organization,
    /// Whether refusals end with the reason. Some services, and all of them some years ago, give none.
    denials_name_the_reason: bool,
    pub(crate) credentials: CredentialsState,
    identity_pools: BTreeMap<String, PoolSettings>,
    users: BTreeMap<String, UserSettings>,
    groups: BTreeMap<String, Group>,
    pub(crate) sign_in: SignIn,
    apis: BTreeMap<String, ApiSettings>,
    pub(crate) graphql: GraphqlSettings,
    pub(crate) events: EventsSettings,
    buckets: BTreeMap<String, BucketSettings>,
}

/// A role.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    #[serde(rename = "RoleId", default = "unnamed_role_id")]
    role_id: String,
    #[serde(rename = "trustPolicy")]
    trust_policy: Policy,
    /// Name → policy.
    policies: BTreeMap<String, Policy>,
    #[serde(rename = "permissionsBoundary")]
    permissions_boundary: Option<Policy>,
}

fn unnamed_role_id() -> String {
    "AROALOCALADDEDROLE000".to_owned()
}

/// What an organization attaches to the account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Organization {
    service_control_policies: BTreeMap<String, Policy>,
    resource_control_policies: BTreeMap<String, Policy>,
}

/// What holds of all credentials, whenever they were issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum CredentialsState {
    Valid,
    Expired,
    Unknown,
}

/// What the user pools do when somebody signs in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignIn {
    pub(crate) id_token: HandedOut,
}

/// Policies that a request meets besides those of its sender.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Around<'a> {
    pub(crate) resource_policy: Option<&'a Policy>,
    pub(crate) vpc_endpoint_policy: Option<&'a Policy>,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    caller: String,
    action: String,
    resource: String,
    reason: Option<String>,
}

impl Denied {
    /// IAM's sentence.
    pub(crate) fn text(&self) -> String {
        self.text_about(&self.resource)
    }

    /// What was asked for.
    pub(crate) fn resource(&self) -> &str {
        &self.resource
    }

    /// IAM's sentence, with the resource as a service shows it.
    pub(crate) fn text_about(&self, resource: &str) -> String {
        iam::denial(&self.caller, &self.action, resource, self.reason.as_deref())
    }
}

/// The ARN of a role of that name.
pub(crate) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT_ID}:role/{name}")
}

impl Settings {
    /// Everything that the form of the JSON does not say already.
    fn check(&self) -> Result<(), String> {
        let check = |what: &str, policy: &Policy, attached_to| {
            policy.check(attached_to).map_err(|reason| format!("{what}: {reason}"))
        };
        for (name, role) in &self.roles {
            check(&format!("trust policy of {name}"), &role.trust_policy, AttachedTo::Trust)?;
            for (policy_name, policy) in &role.policies {
                check(&format!("policy {policy_name} of {name}"), policy, AttachedTo::Identity)?;
            }
            role.permissions_boundary
                .iter()
                .try_for_each(|boundary| check(&format!("boundary of {name}"), boundary, AttachedTo::Identity))?;
        }
        for (name, policy) in &self.organization.service_control_policies {
            check(&format!("service control policy {name}"), policy, AttachedTo::Identity)?;
        }
        for (name, policy) in &self.organization.resource_control_policies {
            check(&format!("resource control policy {name}"), policy, AttachedTo::Resource)?;
        }
        for (name, api) in &self.apis {
            for policy in [&api.resource_policy, &api.vpc_endpoint_policy].into_iter().flatten() {
                check(&format!("policy of API {name}"), policy, AttachedTo::Resource)?;
            }
        }
        for (name, pool) in &self.identity_pools {
            pool.session_policy
                .iter()
                .try_for_each(|policy| check(&format!("session policy of {name}"), policy, AttachedTo::Identity))?;
        }
        for (name, bucket) in &self.buckets {
            bucket
                .policy
                .iter()
                .try_for_each(|policy| check(&format!("policy of bucket {name}"), policy, AttachedTo::Resource))?;
        }
        Ok(())
    }

    /// The names of all roles.
    pub(crate) fn role_names(&self) -> impl Iterator<Item = &str> {
        self.roles.keys().map(String::as_str)
    }

    /// The name of the role of that ARN, if there is one.
    pub(crate) fn role_of_arn<'a>(&self, arn: &'a str) -> Option<&'a str> {
        let name = arn.strip_prefix("arn:aws:iam::")?.strip_prefix(ACCOUNT_ID)?.strip_prefix(":role/")?;
        self.roles.contains_key(name).then_some(name)
    }

    /// The unique id of a role, the first half of a caller's `UserId`.
    pub(crate) fn role_id(&self, name: &str) -> String {
        self.roles.get(name).map_or_else(unnamed_role_id, |role| role.role_id.clone())
    }

    /// An identity pool, by the name under which the control's `config` shows it.
    pub(crate) fn identity_pool(&self, name: &str) -> Option<&PoolSettings> {
        self.identity_pools.get(name)
    }

    /// An API, by the name under which the control's `config` shows it.
    pub(crate) fn api(&self, name: &str) -> Option<&ApiSettings> {
        self.apis.get(name)
    }

    /// A bucket.
    pub(crate) fn bucket(&self, name: &str) -> Option<&BucketSettings> {
        self.buckets.get(name)
    }

    /// What a user's token says of groups and roles.
    pub(crate) fn role_claims(&self, user: &str) -> RoleClaims {
        let names = self.users.get(user).map(|user| user.groups.as_slice()).unwrap_or_default();
        RoleClaims::of_groups(names, &self.groups)
    }

    /// Whether the role's trust policy lets an identity of that pool assume it.
    pub(crate) fn trusts(&self, role: &str, pool_id: &str, identity_id: &str, amr: &[String]) -> bool {
        let Some(settings) = self.roles.get(role) else { return false };
        let key = |name: &str| format!("{IDENTITY_ISSUER}:{name}");
        let request = iam::Request::new("sts:AssumeRoleWithWebIdentity", role_arn(role))
            .with(&key("aud"), [pool_id])
            .with(&key("sub"), [identity_id])
            .with(&key("amr"), amr.iter().map(String::as_str));
        let policies = Policies { role_trust: Some(&settings.trust_policy), ..Policies::default() };
        policies.decide(&Principal::Federated(IDENTITY_ISSUER), &request) == Decision::Allowed
    }

    /// Decides whether a caller may do this.
    pub(crate) fn authorize(&self, caller: &Caller, request: &iam::Request, around: Around<'_>) -> Result<(), Denied> {
        let request = self.with_callers_context(caller, request);
        let role = self.roles.get(&caller.role);
        let policies = Policies {
            identity_based: Some(role.map(|role| role.policies.values().collect()).unwrap_or_default()),
            permissions_boundary: role.and_then(|role| role.permissions_boundary.as_ref()),
            session: match &caller.session_policies {
                SessionPolicies::None => None,
                SessionPolicies::OfGuests => Some(iam::guest_session_policies().iter().collect()),
                SessionPolicies::Given(policy) => Some(vec![policy.as_ref()]),
            },
            ..self.policies_around(around)
        };
        let principal = Principal::role_session(ACCOUNT_ID, role_arn(&caller.role), caller.arn());
        let decision = match policies.decide(&principal, &request) {
            // Revoking a role's sessions attaches a policy to it that denies everything to sessions that began before
            // (`AWSRevokeOlderSessions`).
            Decision::Allowed if caller.is_revoked => Decision::ExplicitlyDenied(iam::PolicyKind::IdentityBased),
            decision => decision,
        };
        self.to_result(decision, &caller.arn(), &request)
    }

    /// Decides whether somebody who is not signed in may do this.
    pub(crate) fn authorize_anonymous(&self, request: &iam::Request, around: Around<'_>) -> Result<(), Denied> {
        let policies = Policies {
            // These bind the account's own roles and users only.
            service_control: None,
            ..self.policies_around(around)
        };
        let decision = policies.decide(&Principal::Anonymous, &with_requests_context(request));
        self.to_result(decision, "anonymous", request)
    }

    /// Decides whether a role may do this that an AWS service uses for itself, under that session name.
    pub(crate) fn authorize_service(&self, role: &str, session: &str, request: &iam::Request) -> Result<(), Denied> {
        self.authorize(&Caller::new(role, session, ""), request, Around::default())
    }

    fn policies_around<'a>(&'a self, around: Around<'a>) -> Policies<'a> {
        Policies {
            resource_control: self.organization.resource_control_policies.values().collect(),
            service_control: Some(self.organization.service_control_policies.values().collect()),
            vpc_endpoint: around.vpc_endpoint_policy,
            resource_based: around.resource_policy,
            ..Policies::default()
        }
    }

    fn with_callers_context(&self, caller: &Caller, request: &iam::Request) -> iam::Request {
        let mut request = with_requests_context(request);
        let user_id = format!("{}:{}", self.role_id(&caller.role), caller.session_name);
        request.context = request.context.and(
            Context::default()
                .with("aws:PrincipalArn", [role_arn(&caller.role)])
                .with("aws:PrincipalAccount", [ACCOUNT_ID])
                .with("aws:PrincipalType", ["AssumedRole"])
                .with("aws:userid", [user_id])
                .with("aws:FederatedProvider", [IDENTITY_ISSUER]),
        );
        if !caller.identity_id.is_empty() {
            request = request.with("cognito-identity.amazonaws.com:sub", [caller.identity_id.as_str()]);
        }
        if !caller.pool_id.is_empty() {
            request = request.with("cognito-identity.amazonaws.com:aud", [caller.pool_id.as_str()]);
        }
        request.with("cognito-identity.amazonaws.com:amr", caller.amr.iter().map(String::as_str))
    }

    fn to_result(&self, decision: Decision, caller: &str, request: &iam::Request) -> Result<(), Denied> {
        if decision == Decision::Allowed {
            return Ok(());
        }
        Err(Denied {
            caller: caller.to_owned(),
            action: request.action.clone(),
            resource: request.resource.clone(),
            reason: decision.reason(&request.action).filter(|_| self.denials_name_the_reason),
        })
    }
}

/// Adds what holds of every request to this server. It plays services that are reached by https.
fn with_requests_context(request: &iam::Request) -> iam::Request {
    let mut request = request.clone();
    request.context = request.context.and(
        Context::default()
            .with("aws:SourceIp", ["127.0.0.1"])
            .with("aws:SecureTransport", ["true"])
            .with("aws:RequestedRegion", [REGION])
            .with("aws:ResourceAccount", [ACCOUNT_ID])
            .with("aws:CurrentTime", [format_extended(std::time::SystemTime::now())]),
    );
    request
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::account::{IDENTITY_POOLS, USERS};

    const ITEMS: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/items";

    fn settings(patch: Value) -> Settings {
        let mut configured = Configured::initial().unwrap();
        configured.merge("", &patch).unwrap();
        std::sync::Arc::into_inner(configured.take()).unwrap()
    }

    fn may(settings: &Settings, caller: &Caller, action: &str, resource: &str) -> Result<(), String> {
        let request = iam::Request::new(action, resource);
        settings.authorize(caller, &request, Around::default()).map_err(|denied| denied.text())
    }

    #[test]
    fn everything_that_is_named_exists() {
        let settings = settings(json!({}));
        for pool in IDENTITY_POOLS {
            let of_pool = settings.identity_pool(pool.name).unwrap();
            for arn in of_pool.roles.values() {
                assert!(settings.role_of_arn(arn).is_some(), "{arn}");
            }
        }
        for user in USERS {
            for arn in settings.role_claims(user.name).roles {
                assert!(settings.role_of_arn(&arn).is_some(), "{arn}");
            }
        }
    }

    #[test]
    fn a_guests_session_is_scoped_down_whatever_the_role_allows() {
        let everything = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        let settings = settings(json!({ "roles": { "LocalGuest": { "policies": { "administrator": everything } } } }));
        let guest = Caller { session_policies: SessionPolicies::OfGuests, ..Caller::new("LocalGuest", "s", "i") };
        assert_eq!(may(&settings, &guest, "execute-api:Invoke", ITEMS), Ok(()));
        let index = "arn:aws:kendra:us-east-1:123456789012:index/i";
        let refused = may(&settings, &guest, "kendra:Query", index).unwrap_err();
        assert!(refused.ends_with("because no session policy allows the kendra:Query action"), "{refused}");
        let classic = Caller { session_policies: SessionPolicies::None, ..guest };
        assert_eq!(may(&settings, &classic, "kendra:Query", index), Ok(()));
    }

    #[test]
    fn layers_are_named_in_refusals_unless_reasons_are_left_out() {
        let only_s3 = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
        let user = Caller::new("LocalUser", "s", "i");
        for (patch, end) in [
            (
                json!({ "roles": { "LocalUser": { "permissionsBoundary": only_s3 } } }),
                "no permissions boundary allows the execute-api:Invoke action",
            ),
            (
                json!({ "organization": { "serviceControlPolicies": { "FullAWSAccess": only_s3 } } }),
                "no service control policy allows the execute-api:Invoke action",
            ),
            (
                json!({ "roles": { "LocalUser": { "policies": { "api": null } } } }),
                "no identity-based policy allows the execute-api:Invoke action",
            ),
            (
                json!({ "roles": { "LocalUser": null } }),
                "no identity-based policy allows the execute-api:Invoke action",
            ),
            (
                json!({ "denialsNameTheReason": false, "roles": { "LocalUser": { "policies": { "api": null } } } }),
                "on resource: arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/items",
            ),
        ] {
            let refused = may(&settings(patch), &user, "execute-api:Invoke", ITEMS).unwrap_err();
            assert!(refused.ends_with(end), "{refused}");
        }
        let revoked = Caller { is_revoked: true, ..user };
        let refused = may(&settings(json!({})), &revoked, "execute-api:Invoke", ITEMS).unwrap_err();
        assert!(refused.ends_with("with an explicit deny in an identity-based policy"), "{refused}");
    }

    #[test]
    fn trust_policies_decide_by_pool_and_kind_of_identity() {
        let settings = settings(json!({}));
        let pool = IDENTITY_POOLS[0].id;
        let amr = |kind: &str| vec![kind.to_owned()];
        for (role, pool, kind, expected) in [
            ("LocalGuest", pool, "unauthenticated", true),
            ("LocalGuest", pool, "authenticated", false),
            ("LocalGuest", "us-east-1:0", "unauthenticated", false),
            ("LocalUser", pool, "authenticated", true),
            ("LocalWithoutAppSync", pool, "unauthenticated", true),
            ("LocalReports", IDENTITY_POOLS[3].id, "authenticated", false),
            ("LocalUntrusting", pool, "unauthenticated", false),
            ("LocalNotesDataSource", pool, "authenticated", false),
            ("Nobody", pool, "authenticated", false),
        ] {
            assert_eq!(settings.trusts(role, pool, "us-east-1:1", &amr(kind)), expected, "{role} {kind}");
        }
    }

    #[test]
    fn organizations_bind_the_anonymous_by_resource_control_only() {
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "cognito-identity:*", "Resource": "*" });
        let settings = settings(json!({ "organization": {
            "serviceControlPolicies": { "FullAWSAccess": null },
            "resourceControlPolicies": { "perimeter": deny },
        } }));
        let ask = |action: &str| settings.authorize_anonymous(&iam::Request::new(action, "*"), Around::default());
        assert_eq!(ask("s3:GetObject"), Ok(()));
        assert_eq!(
            ask("cognito-identity:GetId").unwrap_err().text(),
            "User: anonymous is not authorized to perform: cognito-identity:GetId on resource: * with an explicit deny in \
             a resource control policy"
        );
    }
}
