//! The one place where permissions are judged: policies of every kind together, and IAM's way of saying no.
//!
//! The order is that of the IAM User Guide (Policy evaluation logic): an explicit deny anywhere wins; then every kind of
//! policy that applies must allow, a resource-based policy standing in for an identity-based one.

mod condition;
mod guests;
mod policy;
mod wildcard;

pub(crate) use guests::guest_session_policies;
pub(crate) use policy::{AttachedTo, Policy};

use policy::{Asked, Says};

/// Who asks, as policies name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// Nobody in particular: the request is not signed.
    Anonymous,
    /// Somebody whom an identity provider vouches for, on the way to a role.
    Federated(&'static str),
    /// A session of a role.
    RoleSession { account: &'static str, role_arn: String, session_arn: String },
}

impl Principal {
    /// A session of a role in an account.
    pub(crate) fn role_session(
        account: &'static str,
        role_arn: impl Into<String>,
        session_arn: impl Into<String>,
    ) -> Self {
        Self::RoleSession { account, role_arn: role_arn.into(), session_arn: session_arn.into() }
    }
}

/// Values of the request that conditions and variables speak of: key → values. Keys ignore case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context(Vec<(String, Vec<String>)>);

impl Context {
    /// Adds a key.
    pub(crate) fn with<T: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.0.push((key.to_owned(), values.into_iter().map(Into::into).collect()));
        self
    }

    /// Adds all keys of another context.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn get(&self, key: &str) -> Option<&[String]> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice())
    }
}

/// An action on a resource, with the values that conditions may speak of.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) context: Context,
}

impl Request {
    /// An action on a resource.
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), context: Context::default() }
    }

    /// Adds a value that conditions may speak of.
    pub(crate) fn with<T: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.context = self.context.with(key, values);
        self
    }
}

/// The kinds of policies, in the words of IAM's refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyKind {
    ResourceControl,
    ServiceControl,
    VpcEndpoint,
    ResourceBased,
    IdentityBased,
    PermissionsBoundary,
    Session,
    RoleTrust,
}

impl PolicyKind {
    /// As in "no … policy allows".
    fn name(self) -> &'static str {
        match self {
            Self::ResourceControl => "resource control policy",
            Self::ServiceControl => "service control policy",
            Self::VpcEndpoint => "VPC endpoint policy",
            Self::ResourceBased => "resource-based policy",
            Self::IdentityBased => "identity-based policy",
            Self::PermissionsBoundary => "permissions boundary",
            Self::Session => "session policy",
            Self::RoleTrust => "role trust policy",
        }
    }

    /// As in "an explicit deny in …".
    fn name_with_article(self) -> String {
        let article = if self == Self::IdentityBased { "an" } else { "a" };
        format!("{article} {}", self.name())
    }
}

/// The policies that apply to a request. A kind that is `None` does not apply, one that is empty allows nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policies<'a> {
    /// These can deny only: what AWS attaches by itself allows everything.
    pub(crate) resource_control: Vec<&'a Policy>,
    pub(crate) service_control: Option<Vec<&'a Policy>>,
    pub(crate) vpc_endpoint: Option<&'a Policy>,
    pub(crate) resource_based: Option<&'a Policy>,
    pub(crate) identity_based: Option<Vec<&'a Policy>>,
    pub(crate) permissions_boundary: Option<&'a Policy>,
    pub(crate) session: Option<Vec<&'a Policy>>,
    pub(crate) role_trust: Option<&'a Policy>,
}

/// What all policies together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Every kind of policy that applies allows it, and none denies it.
    Allowed,
    /// A policy of this kind denies it.
    ExplicitlyDenied(PolicyKind),
    /// No policy of this kind allows it.
    ImplicitlyDenied(PolicyKind),
}

impl Policies<'_> {
    /// Decides about a request.
    pub(crate) fn decide(&self, principal: &Principal, request: &Request) -> Decision {
        let asked =
            Asked { action: &request.action, resource: &request.resource, principal, context: &request.context };
        let optional = |policy: Option<&Policy>| policy.map(|policy| said(&[policy], asked));
        let all = |policies: &Option<Vec<&Policy>>| policies.as_ref().map(|policies| said(policies, asked));
        let resource_based = optional(self.resource_based);
        // Where AWS names one kind of several that refuse, which one is not documented: the first, in the order of the
        // User Guide's flow chart.
        let in_order = [
            (PolicyKind::ResourceControl, Some(said(&self.resource_control, asked)).filter(|said| *said == Says::Deny)),
            (PolicyKind::ServiceControl, all(&self.service_control)),
            (PolicyKind::VpcEndpoint, optional(self.vpc_endpoint)),
            (PolicyKind::ResourceBased, resource_based),
            (PolicyKind::IdentityBased, all(&self.identity_based)),
            (PolicyKind::PermissionsBoundary, optional(self.permissions_boundary)),
            (PolicyKind::Session, all(&self.session)),
            (PolicyKind::RoleTrust, optional(self.role_trust)),
        ];
        if let Some((kind, _)) = in_order.iter().find(|(_, said)| *said == Some(Says::Deny)) {
            return Decision::ExplicitlyDenied(*kind);
        }
        let is_refused = |kind: PolicyKind, said: Option<Says>| match (kind, said) {
            (_, None | Some(Says::Allow)) => false,
            // Within one account either of the two is enough.
            (PolicyKind::IdentityBased, _) => resource_based != Some(Says::Allow),
            (PolicyKind::ResourceBased, _) => self.identity_based.is_none(),
            _ => true,
        };
        match in_order.into_iter().find(|(kind, said)| is_refused(*kind, *said)) {
            Some((kind, _)) => Decision::ImplicitlyDenied(kind),
            None => Decision::Allowed,
        }
    }
}

fn said(policies: &[&Policy], asked: Asked<'_>) -> Says {
    let mut together = Says::Nothing;
    for policy in policies {
        match policy.says(asked) {
            Says::Deny => return Says::Deny,
            Says::Allow => together = Says::Allow,
            Says::Nothing => {}
        }
    }
    together
}

impl Decision {
    /// The end of IAM's sentence, if it gives a reason. None if the request is allowed.
    pub(crate) fn reason(self, action: &str) -> Option<String> {
        match self {
            Self::Allowed => None,
            Self::ExplicitlyDenied(PolicyKind::ServiceControl) => Some(format!(
                "with an explicit deny in a service control policy: {}",
                "arn:aws:organizations::999999999999:policy/o-localorg01/service_control_policy/p-localscp1"
            )),
            Self::ExplicitlyDenied(kind) => Some(format!("with an explicit deny in {}", kind.name_with_article())),
            Self::ImplicitlyDenied(kind) => Some(format!("because no {} allows the {action} action", kind.name())),
        }
    }
}

/// The sentence with which IAM denies (IAM User Guide: Troubleshoot access denied error messages). Services that do
/// not give reasons leave the end out.
pub(crate) fn denial(caller: &str, action: &str, resource: &str, reason: Option<&str>) -> String {
    let end = reason.map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("User: {caller} is not authorized to perform: {action} on resource: {resource}{end}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const RESOURCE: &str = "arn:aws:execute-api:us-east-1:1:api/prod/GET/items";

    fn policy(value: Value) -> Policy {
        serde_json::from_value(value).unwrap()
    }

    fn everything(effect: &str) -> Policy {
        policy(json!({ "Effect": effect, "Action": "*", "Resource": "*" }))
    }

    fn for_everybody(effect: &str) -> Policy {
        policy(json!({ "Effect": effect, "Principal": "*", "Action": "*", "Resource": "*" }))
    }

    fn session() -> Principal {
        Principal::role_session("1", "arn:aws:iam::1:role/R", "arn:aws:sts::1:assumed-role/R/s")
    }

    fn decide(policies: &Policies<'_>) -> Decision {
        policies.decide(&session(), &Request::new("execute-api:Invoke", RESOURCE))
    }

    #[test]
    fn every_kind_that_applies_must_allow() {
        let (allow, other) =
            (everything("Allow"), policy(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" })));
        let good = Policies {
            service_control: Some(vec![&allow]),
            identity_based: Some(vec![&other, &allow]),
            permissions_boundary: Some(&allow),
            session: Some(vec![&allow]),
            vpc_endpoint: Some(&allow),
            ..Policies::default()
        };
        assert_eq!(decide(&good), Decision::Allowed);
        for (policies, kind) in [
            (Policies { service_control: Some(vec![&other]), ..good.clone() }, PolicyKind::ServiceControl),
            (Policies { identity_based: Some(vec![&other]), ..good.clone() }, PolicyKind::IdentityBased),
            (Policies { identity_based: Some(vec![]), ..good.clone() }, PolicyKind::IdentityBased),
            (Policies { permissions_boundary: Some(&other), ..good.clone() }, PolicyKind::PermissionsBoundary),
            (Policies { session: Some(vec![&other]), ..good.clone() }, PolicyKind::Session),
            (Policies { vpc_endpoint: Some(&other), ..good.clone() }, PolicyKind::VpcEndpoint),
        ] {
            assert_eq!(decide(&policies), Decision::ImplicitlyDenied(kind));
        }
    }

    #[test]
    fn an_explicit_deny_of_any_kind_wins() {
        let (allow, deny) = (everything("Allow"), everything("Deny"));
        let resource_deny = for_everybody("Deny");
        let good = Policies { identity_based: Some(vec![&allow]), ..Policies::default() };
        for (policies, kind) in [
            (Policies { resource_control: vec![&deny], ..good.clone() }, PolicyKind::ResourceControl),
            (Policies { service_control: Some(vec![&allow, &deny]), ..good.clone() }, PolicyKind::ServiceControl),
            (Policies { identity_based: Some(vec![&allow, &deny]), ..good.clone() }, PolicyKind::IdentityBased),
            (Policies { permissions_boundary: Some(&deny), ..good.clone() }, PolicyKind::PermissionsBoundary),
            (Policies { session: Some(vec![&deny]), ..good.clone() }, PolicyKind::Session),
            (Policies { resource_based: Some(&resource_deny), ..good.clone() }, PolicyKind::ResourceBased),
        ] {
            assert_eq!(decide(&policies), Decision::ExplicitlyDenied(kind));
        }
        // A resource control policy that allows adds nothing.
        assert_eq!(decide(&Policies { resource_control: vec![&allow], ..good }), Decision::Allowed);
    }

    #[test]
    fn a_resource_based_policy_stands_in_for_an_identity_based_one_only() {
        let (allow, none) = (for_everybody("Allow"), vec![]);
        let resource_based =
            Policies { resource_based: Some(&allow), identity_based: Some(none), ..Policies::default() };
        assert_eq!(decide(&resource_based), Decision::Allowed);
        let bounded = everything("Allow");
        let other = policy(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }));
        let bounded =
            Policies { identity_based: Some(vec![&bounded]), permissions_boundary: Some(&other), ..resource_based };
        assert_eq!(decide(&bounded), Decision::ImplicitlyDenied(PolicyKind::PermissionsBoundary));
        let silent = policy(json!({ "Effect": "Allow", "Principal": { "AWS": "2" }, "Action": "*", "Resource": "*" }));
        let anonymous = Policies { resource_based: Some(&silent), ..Policies::default() };
        let request = Request::new("execute-api:Invoke", RESOURCE);
        let denied = Decision::ImplicitlyDenied(PolicyKind::ResourceBased);
        assert_eq!(anonymous.decide(&Principal::Anonymous, &request), denied);
    }

    #[test]
    fn refusals_read_as_iams_do() {
        let text =
            |decision: Decision| denial("arn:me", "s3:GetObject", "arn:it", decision.reason("s3:GetObject").as_deref());
        let start = "User: arn:me is not authorized to perform: s3:GetObject on resource: arn:it";
        for (decision, end) in [
            (
                Decision::ImplicitlyDenied(PolicyKind::IdentityBased),
                " because no identity-based policy allows the s3:GetObject action",
            ),
            (
                Decision::ImplicitlyDenied(PolicyKind::Session),
                " because no session policy allows the s3:GetObject action",
            ),
            (
                Decision::ImplicitlyDenied(PolicyKind::PermissionsBoundary),
                " because no permissions boundary allows the s3:GetObject action",
            ),
            (
                Decision::ExplicitlyDenied(PolicyKind::IdentityBased),
                " with an explicit deny in an identity-based policy",
            ),
            (
                Decision::ExplicitlyDenied(PolicyKind::ResourceControl),
                " with an explicit deny in a resource control policy",
            ),
            (Decision::Allowed, ""),
        ] {
            assert_eq!(text(decision), format!("{start}{end}"));
        }
        let scp = text(Decision::ExplicitlyDenied(PolicyKind::ServiceControl));
        assert!(scp.contains("in a service control policy: arn:aws:organizations::"), "{scp}");
    }
}
