//! Policy documents, read as AWS reads them: a member that no policy has is an error.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::condition::Conditions;
use super::wildcard::Pattern;
use super::{Context, Principal};

/// A policy.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    statements: Vec<Statement>,
}

/// What a policy is attached to. It decides which elements the policy must and must not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttachedTo {
    /// A role, an organization or a session.
    Identity,
    Resource,
    /// A role, to say who may assume it.
    Trust,
}

/// What a policy says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Allow,
    Deny,
    Nothing,
}

/// A request as policies see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) action: &'a str,
    pub(super) resource: &'a str,
    pub(super) principal: &'a Principal,
    pub(super) context: &'a Context,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: Effect,
    principal: Option<Principals>,
    not_principal: Option<Principals>,
    action: Option<OneOrMany>,
    not_action: Option<OneOrMany>,
    resource: Option<OneOrMany>,
    not_resource: Option<OneOrMany>,
    #[serde(default)]
    condition: Conditions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

/// One text or a list of texts. Numbers and booleans are taken as their text, as AWS takes them.
#[derive(Clone, Debug)]
pub(super) struct OneOrMany(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = |value: Value| match value {
            Value::String(text) => Ok(text),
            Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
            other => Err(D::Error::custom(format!("{other} is not a text"))),
        };
        match Value::deserialize(deserializer)? {
            Value::Array(values) => values.into_iter().map(text).collect::<Result<_, _>>().map(Self),
            one => Ok(Self(vec![text(one)?])),
        }
    }
}

/// Whom a statement is about: everybody, or kind → names.
#[derive(Clone, Debug)]
enum Principals {
    Everybody,
    Named(BTreeMap<String, OneOrMany>),
}

impl<'de> Deserialize<'de> for Principals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value == "*" {
            return Ok(Self::Everybody);
        }
        let named: BTreeMap<String, OneOrMany> = serde_json::from_value(value).map_err(D::Error::custom)?;
        match named.keys().find(|kind| !matches!(kind.as_str(), "AWS" | "Federated" | "Service" | "CanonicalUser")) {
            Some(kind) => Err(D::Error::custom(format!("unknown kind of principal {kind}"))),
            None => Ok(Self::Named(named)),
        }
    }
}

/// How closely a statement names a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    NotNamed,
    /// By its account: what is allowed then still has to be allowed by a policy of the principal's own (IAM User
    /// Guide: AWS JSON policy elements: Principal, "AWS account principals").
    ByAccount,
    Itself,
}

impl Principals {
    fn name(&self, principal: &Principal) -> Naming {
        let named = match self {
            Self::Everybody => return Naming::Itself,
            Self::Named(named) => named,
        };
        let names = |kind: &str| named.get(kind).map(|names| names.0.as_slice()).unwrap_or_default();
        let is_itself = match principal {
            Principal::Anonymous => names("AWS").iter().any(|name| name == "*"),
            Principal::Federated(provider) => names("Federated").iter().any(|name| name == provider),
            Principal::RoleSession { role_arn, session_arn, .. } => {
                names("AWS").iter().any(|name| name == "*" || name == role_arn || name == session_arn)
            }
        };
        let is_by_account = || match principal {
            Principal::RoleSession { account, .. } => {
                let root = format!("arn:aws:iam::{account}:root");
                names("AWS").iter().any(|name| name == account || *name == root)
            }
            Principal::Anonymous | Principal::Federated(_) => false,
        };
        if is_itself {
            Naming::Itself
        } else if is_by_account() {
            Naming::ByAccount
        } else {
            Naming::NotNamed
        }
    }
}

impl Statement {
    /// What a policy's grammar demands beyond the form of the members.
    fn check(&self) -> Result<(), &'static str> {
        if self.action.is_some() == self.not_action.is_some() {
            return Err("a statement has either Action or NotAction");
        }
        if self.resource.is_some() && self.not_resource.is_some() {
            return Err("a statement has either Resource or NotResource");
        }
        if self.principal.is_some() && self.not_principal.is_some() {
            return Err("a statement has either Principal or NotPrincipal");
        }
        let actions = self.action.iter().chain(&self.not_action).flat_map(|actions| &actions.0);
        match actions.into_iter().all(|action| action == "*" || action.contains(':')) {
            true => Ok(()),
            false => Err("an action is * or has the form service:Action"),
        }
    }

    fn naming(&self, principal: &Principal) -> Naming {
        match (&self.principal, &self.not_principal) {
            (Some(principals), _) => principals.name(principal),
            (None, Some(principals)) => match principals.name(principal) {
                Naming::NotNamed => Naming::Itself,
                _ => Naming::NotNamed,
            },
            // A policy of the principal's own.
            (None, None) => Naming::Itself,
        }
    }

    fn covers_action(&self, action: &str) -> bool {
        let action = action.to_lowercase();
        let none = Context::default();
        let is_listed = |actions: &OneOrMany| {
            let mut patterns = actions.0.iter().filter_map(|text| Pattern::read(&text.to_lowercase(), &none));
            patterns.any(|pattern| pattern.matches(&action))
        };
        match (&self.action, &self.not_action) {
            (Some(actions), _) => is_listed(actions),
            (None, Some(actions)) => !is_listed(actions),
            (None, None) => false,
        }
    }

    fn covers_resource(&self, resource: &str, context: &Context) -> bool {
        let is_listed = |resources: &OneOrMany| resources.0.iter().any(|text| covers_arn(text, resource, context));
        match (&self.resource, &self.not_resource) {
            (Some(resources), _) => is_listed(resources),
            (None, Some(resources)) => !is_listed(resources),
            // Trust policies have no resource: it is the role that they belong to.
            (None, None) => true,
        }
    }

    fn says(&self, asked: Asked<'_>) -> Says {
        let covers = self.covers_action(asked.action)
            && self.covers_resource(asked.resource, asked.context)
            && self.condition.hold(asked.context);
        match (covers, self.effect, self.naming(asked.principal)) {
            (true, Effect::Deny, Naming::Itself | Naming::ByAccount) => Says::Deny,
            (true, Effect::Allow, Naming::Itself) => Says::Allow,
            _ => Says::Nothing,
        }
    }
}

/// Whether the pattern covers the ARN. Wildcards reach over no more than one of the first five parts, and parts that
/// are missing at the end are wildcards (IAM User Guide: IAM JSON policy elements: Resource).
fn covers_arn(pattern: &str, resource: &str, context: &Context) -> bool {
    let matches = |pattern: &str, text: &str| Pattern::read(pattern, context).is_some_and(|read| read.matches(text));
    if pattern == "*" {
        return true;
    }
    if !pattern.starts_with("arn:") || !resource.starts_with("arn:") {
        return false;
    }
    // Colons of variables do not divide an ARN.
    let parts = split_outside_variables(pattern);
    let given: Vec<&str> = resource.splitn(6, ':').collect();
    let at = |index: usize| parts.get(index).copied().unwrap_or("*");
    let last = if parts.len() > 6 { pattern_after_five_colons(pattern, &parts) } else { at(5) };
    given.len() == 6 && (0..5).all(|index| matches(at(index), given[index])) && matches(last, given[5])
}

fn split_outside_variables(pattern: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut begin = 0;
    for (at, character) in pattern.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&pattern[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&pattern[begin..]);
    parts
}

fn pattern_after_five_colons<'a>(pattern: &'a str, parts: &[&str]) -> &'a str {
    let before: usize = parts.iter().take(5).map(|part| part.len() + 1).sum();
    &pattern[before..]
}

impl Policy {
    /// Whether the statements have the elements that such a policy must have, and no others.
    pub(crate) fn check(&self, attached_to: AttachedTo) -> Result<(), &'static str> {
        let has_principal = |statement: &Statement| statement.principal.is_some() || statement.not_principal.is_some();
        let has_resource = |statement: &Statement| statement.resource.is_some() || statement.not_resource.is_some();
        let (principal, resource) = match attached_to {
            AttachedTo::Identity => (false, true),
            AttachedTo::Resource => (true, true),
            AttachedTo::Trust => (true, false),
        };
        for statement in &self.statements {
            match (has_principal(statement) == principal, principal) {
                (true, _) => {}
                (false, true) => return Err("a statement of this policy has a Principal"),
                (false, false) => return Err("a statement of this policy has no Principal"),
            }
            match (has_resource(statement) == resource, resource) {
                (true, _) => {}
                (false, true) => return Err("a statement of this policy has a Resource"),
                (false, false) => return Err("a statement of this policy has no Resource"),
            }
        }
        Ok(())
    }

    /// What the policy says: a deny wins over every allow.
    pub(super) fn says(&self, asked: Asked<'_>) -> Says {
        let mut said = Says::Nothing;
        for statement in &self.statements {
            match statement.says(asked) {
                Says::Deny => return Says::Deny,
                Says::Allow => said = Says::Allow,
                Says::Nothing => {}
            }
        }
        said
    }
}

impl<'de> Deserialize<'de> for Policy {
    /// Reads a whole document, or a statement alone: that is what people paste into one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut document = Value::deserialize(deserializer)?;
        let statements = match document.as_object_mut() {
            Some(members) if members.contains_key("Statement") => {
                let statements = members.remove("Statement").unwrap_or_default();
                members.remove("Version");
                members.remove("Id");
                if let Some(name) = members.keys().next() {
                    return Err(D::Error::custom(format!("unknown member {name} of a policy")));
                }
                statements
            }
            _ => document,
        };
        let statements = if statements.is_array() {
            serde_json::from_value(statements)
        } else {
            serde_json::from_value(statements).map(|statement| vec![statement])
        };
        let statements: Vec<Statement> = statements.map_err(D::Error::custom)?;
        for statement in &statements {
            statement.check().map_err(D::Error::custom)?;
        }
        Ok(Self { statements })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(value: Value) -> Policy {
        serde_json::from_value(value).unwrap()
    }

    fn says(policy: &Policy, action: &str, resource: &str, principal: &Principal) -> Says {
        let context = Context::default().with("cognito-identity.amazonaws.com:sub", ["us-east-1:me"]);
        policy.says(Asked { action, resource, principal, context: &context })
    }

    #[test]
    fn actions_ignore_case_and_resources_do_not() {
        let policy =
            policy(json!({ "Effect": "Allow", "Action": "Execute-API:inv*", "Resource": "arn:aws:a:r:1:x/Y" }));
        let says = |action, resource| says(&policy, action, resource, &Principal::Anonymous);
        assert_eq!(says("execute-api:Invoke", "arn:aws:a:r:1:x/Y"), Says::Allow);
        assert_eq!(says("execute-api:Invoke", "arn:aws:a:r:1:x/y"), Says::Nothing);
        assert_eq!(says("execute-api:ManageConnections", "arn:aws:a:r:1:x/Y"), Says::Nothing);
    }

    #[test]
    fn a_deny_wins_wherever_it_stands() {
        let policy = policy(json!({ "Version": "2012-10-17", "Statement": [
            { "Sid": "No", "Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::open/*"] },
            { "Effect": "Allow", "NotAction": ["s3:Delete*"], "Resource": "*" },
        ] }));
        let says = |action, resource| says(&policy, action, resource, &Principal::Anonymous);
        assert_eq!(says("s3:GetObject", "arn:aws:s3:::open/a"), Says::Allow);
        assert_eq!(says("s3:DeleteObject", "arn:aws:s3:::open/a"), Says::Nothing);
        assert_eq!(says("s3:GetObject", "arn:aws:s3:::closed/a"), Says::Deny);
    }

    #[test]
    fn wildcards_stay_in_their_part_of_an_arn() {
        let context = Context::default().with("cognito-identity.amazonaws.com:sub", ["us-east-1:me"]);
        for (pattern, resource, expected) in [
            ("*", "anything", true),
            ("*", "*", true),
            ("arn:aws:kendra:*", "*", false),
            ("arn:aws:kendra", "arn:aws:kendra:us-east-1:1:index/2", true),
            ("arn:aws:*:us-east-1:1:index/2", "arn:aws:kendra:us-east-1:1:index/2", true),
            ("arn:aws:*:index/2", "arn:aws:kendra:us-east-1:1:index/2", false),
            ("arn:aws:logs:r:1:log-group:a:*", "arn:aws:logs:r:1:log-group:a:b", true),
            ("arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*", "arn:aws:s3:::b/us-east-1:me/k", true),
            ("arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*", "arn:aws:s3:::b/us-east-1:you/k", false),
            ("arn:aws:s3:::b/${absent:key}/*", "arn:aws:s3:::b//k", false),
        ] {
            assert_eq!(covers_arn(pattern, resource, &context), expected, "{pattern} {resource}");
        }
    }

    #[test]
    fn a_principal_is_named_by_itself_or_by_its_account() {
        let session = Principal::role_session("1", "arn:aws:iam::1:role/R", "arn:aws:sts::1:assumed-role/R/s");
        let of = |effect: &str, principal: Value| {
            policy(json!({ "Effect": effect, "Principal": principal, "Action": "*", "Resource": "*" }))
        };
        for (principal, allowed, denied) in [
            (json!("*"), Says::Allow, Says::Deny),
            (json!({ "AWS": "*" }), Says::Allow, Says::Deny),
            (json!({ "AWS": ["x", "arn:aws:iam::1:role/R"] }), Says::Allow, Says::Deny),
            (json!({ "AWS": "arn:aws:sts::1:assumed-role/R/s" }), Says::Allow, Says::Deny),
            (json!({ "AWS": "arn:aws:iam::1:root" }), Says::Nothing, Says::Deny),
            (json!({ "AWS": "1" }), Says::Nothing, Says::Deny),
            (json!({ "AWS": "2" }), Says::Nothing, Says::Nothing),
            (json!({ "Federated": "cognito-identity.amazonaws.com" }), Says::Nothing, Says::Nothing),
        ] {
            assert_eq!(says(&of("Allow", principal.clone()), "a:b", "*", &session), allowed, "{principal}");
            assert_eq!(says(&of("Deny", principal.clone()), "a:b", "*", &session), denied, "{principal}");
        }
        let others =
            policy(json!({ "Effect": "Deny", "NotPrincipal": { "AWS": "2" }, "Action": "*", "Resource": "*" }));
        assert_eq!(says(&others, "a:b", "*", &session), Says::Deny);
    }

    #[test]
    fn what_is_no_policy_is_refused_by_name() {
        for (value, word) in [
            (json!({ "Effect": "Alow", "Action": "a:b", "Resource": "*" }), "Alow"),
            (json!({ "Effect": "Allow", "Actions": "a:b", "Resource": "*" }), "Actions"),
            (json!({ "Effect": "Allow", "Resource": "*" }), "Action"),
            (json!({ "Effect": "Allow", "Action": "Invoke", "Resource": "*" }), "service:Action"),
            (json!({ "Statement": [], "Statements": [] }), "Statements"),
            (json!({ "Effect": "Allow", "Action": "a:b", "Principal": { "Role": "x" } }), "Role"),
            (json!({ "Effect": "Allow", "Action": { "a": 1 }, "Resource": "*" }), "not a text"),
        ] {
            let error = serde_json::from_value::<Policy>(value).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn elements_must_fit_what_a_policy_is_attached_to() {
        let plain = policy(json!({ "Effect": "Allow", "Action": "a:b", "Resource": "*" }));
        let resource = policy(json!({ "Effect": "Allow", "Principal": "*", "Action": "a:b", "Resource": "*" }));
        let trust = policy(json!({ "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity" }));
        for (attached_to, fits) in [
            (AttachedTo::Identity, [true, false, false]),
            (AttachedTo::Resource, [false, true, false]),
            (AttachedTo::Trust, [false, false, true]),
        ] {
            let checked = [&plain, &resource, &trust].map(|policy| policy.check(attached_to).is_ok());
            assert_eq!(checked, fits, "{attached_to:?}");
        }
    }
}
