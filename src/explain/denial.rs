//! The grammar of IAM's refusals: `User: {principal} is not authorized to perform: {action} on resource: {resource}`,
//! and a reason that says which policy decided.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>

use super::arn::{Arn, is_clean};

/// Which policy decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    Identity,
    Resource,
    Session,
    Boundary,
    ServiceControl,
    ResourceControl,
    VpcEndpoint,
    RoleTrust,
    /// Named, but none that we know.
    Other,
}

/// Why the request was refused, as far as the message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Older services and AppSync say nothing.
    None,
    /// No policy of that kind allows it.
    NotAllowedBy(Policy),
    /// A `Deny` statement of that kind of policy matches; none if the message does not say which.
    DeniedBy(Option<Policy>),
}

/// A refusal of IAM.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Denial<'a> {
    /// An ARN, or `anonymous`.
    pub(super) principal: &'a str,
    /// `service:Action`.
    pub(super) action: &'a str,
    /// The resource, if it is named; often an ARN, sometimes `*`.
    pub(super) resource: Option<&'a str>,
    pub(super) reason: Reason,
    /// The policy whose statement denies, if it is named.
    pub(super) policy_arn: Option<&'a str>,
}

const VERB: &str = " is not authorized to perform: ";

impl<'a> Denial<'a> {
    pub(super) fn read(message: &'a str) -> Option<Self> {
        let (before, after) = message.split_once(VERB)?;
        let principal = before.rsplit_once("User: ")?.1.trim();
        let action = word(after)?;
        let (service, name) = action.split_once(':')?;
        let plain =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-*".contains(&b));
        if !plain(service) || !plain(name) || action.len() > 128 {
            return None;
        }
        let rest = after.get(after.find(action)? + action.len()..)?;
        let resource = rest.split_once("on resource:").and_then(|(_, rest)| word(rest)).filter(|text| is_clean(text));
        let (reason, policy_arn) = reason(rest);
        Some(Self { principal, action, resource, reason, policy_arn })
    }

    pub(super) fn service(&self) -> &'a str {
        self.action.split_once(':').map_or("", |(service, _)| service)
    }

    pub(super) fn is_anonymous(&self) -> bool {
        self.principal.eq_ignore_ascii_case("anonymous")
    }

    /// Role and session of the principal.
    pub(super) fn role(&self) -> Option<(&'a str, Option<&'a str>)> {
        Arn::parse(self.principal)?.role()
    }
}

/// The next word, out of quotes that may stand around it and without a full stop behind it.
fn word(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let word = match text.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => text.split_whitespace().next(),
    }?;
    Some(word.trim_end_matches(['.', ',', '"'])).filter(|word| !word.is_empty())
}

fn reason(rest: &str) -> (Reason, Option<&str>) {
    if let Some((_, rest)) = rest.split_once("because no ")
        && let Some((kind, _)) = rest.split_once(" allows")
    {
        return (Reason::NotAllowedBy(policy(kind)), None);
    }
    let Some((_, rest)) = rest.split_once("with an explicit deny") else { return (Reason::None, None) };
    let Some(rest) = rest.strip_prefix(" in a") else { return (Reason::DeniedBy(None), None) };
    let kind = rest.split([':', '\n', '(']).next().unwrap_or(rest);
    let arn = rest.split_once(": ").and_then(|(_, rest)| word(rest)).filter(|text| Arn::parse(text).is_some());
    (Reason::DeniedBy(Some(policy(kind))), arn)
}

fn policy(kind: &str) -> Policy {
    let kind = kind.to_ascii_lowercase();
    [
        ("identity-based", Policy::Identity),
        ("resource-based", Policy::Resource),
        ("session", Policy::Session),
        ("boundary", Policy::Boundary),
        ("service control", Policy::ServiceControl),
        ("resource control", Policy::ResourceControl),
        ("vpc endpoint", Policy::VpcEndpoint),
        ("trust", Policy::RoleTrust),
    ]
    .into_iter()
    .find(|(name, _)| kind.contains(name))
    .map_or(Policy::Other, |(_, policy)| policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_what_where_and_why_are_read() {
        let read = Denial::read(
            "User: arn:aws:sts::204518736925:assumed-role/R/CognitoIdentityCredentials is not authorized to perform: \
             kendra:Query on resource: arn:aws:kendra:eu-west-1:204518736925:index/1 because no session policy allows the \
             kendra:Query action",
        )
        .unwrap();
        assert_eq!((read.service(), read.action), ("kendra", "kendra:Query"));
        assert_eq!(read.resource, Some("arn:aws:kendra:eu-west-1:204518736925:index/1"));
        assert_eq!(read.role(), Some(("R", Some("CognitoIdentityCredentials"))));
        assert_eq!(read.reason, Reason::NotAllowedBy(Policy::Session));
    }

    #[test]
    fn every_reason_has_its_policy() {
        for (text, reason) in [
            ("", Reason::None),
            (" because no identity-based policy allows the s:A action", Reason::NotAllowedBy(Policy::Identity)),
            (" because no permissions boundary allows the s:A action", Reason::NotAllowedBy(Policy::Boundary)),
            (" because no VPC endpoint policy allows the s:A action", Reason::NotAllowedBy(Policy::VpcEndpoint)),
            (" because no service control policy allows the s:A action", Reason::NotAllowedBy(Policy::ServiceControl)),
            (" because no role trust policy allows the s:A action", Reason::NotAllowedBy(Policy::RoleTrust)),
            (" with an explicit deny", Reason::DeniedBy(None)),
            (" with an explicit deny in a resource control policy", Reason::DeniedBy(Some(Policy::ResourceControl))),
            (" with an explicit deny in an identity-based policy", Reason::DeniedBy(Some(Policy::Identity))),
            (" with an explicit deny in a new kind of policy", Reason::DeniedBy(Some(Policy::Other))),
        ] {
            let message = format!("User: arn:aws:iam::204518736925:user/a is not authorized to perform: s:A{text}");
            assert_eq!(Denial::read(&message).unwrap().reason, reason, "{text}");
        }
    }

    #[test]
    fn resources_may_be_quoted_and_policies_named() {
        let read = Denial::read(
            "User: arn:aws:iam::204518736925:user/a is not authorized to perform: s3:GetObject on resource: \
             \"arn:aws:s3:::b/a b\" with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/p",
        )
        .unwrap();
        assert_eq!(read.resource, Some("arn:aws:s3:::b/a b"));
        assert_eq!(read.policy_arn, Some("arn:aws:organizations::1:policy/o/p"));
    }

    #[test]
    fn other_sentences_are_no_denials() {
        for text in [
            "User is not authorized to access this resource",
            "User: x is not authorized to perform: nothing",
            "is not authorized to perform: s:A",
            "User: x is not authorized to perform: <script>:A",
        ] {
            assert_eq!(Denial::read(text), None, "{text}");
        }
    }
}
