//! Who may do what: allow and deny lists with wildcards, and IAM's way of saying no.

/// Statements that allow and statements that deny. A deny wins over every allow.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) allow: &'static [Statement],
    pub(crate) deny: &'static [Statement],
}

/// One action and the resources it is allowed or denied on. `*` stands for any run of characters, `?` for one.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) action: &'static str,
    pub(crate) resources: &'static [&'static str],
}

/// What a policy says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitlyDenied,
    /// No statement speaks of it.
    ImplicitlyDenied,
}

impl Statement {
    fn covers(&self, action: &str, resource: &str) -> bool {
        matches(self.action, action) && self.resources.iter().any(|pattern| matches(pattern, resource))
    }
}

impl Policy {
    /// Decides about an action on a resource.
    pub(crate) fn decide(&self, action: &str, resource: &str) -> Decision {
        if self.deny.iter().any(|statement| statement.covers(action, resource)) {
            Decision::ExplicitlyDenied
        } else if self.allow.iter().any(|statement| statement.covers(action, resource)) {
            Decision::Allowed
        } else {
            Decision::ImplicitlyDenied
        }
    }

    /// Whether any statement allows the action at all, whatever the resource.
    pub(crate) fn mentions(&self, action: &str) -> bool {
        self.allow.iter().any(|statement| matches(statement.action, action))
    }
}

/// The sentence with which IAM denies, for a caller, an action and a resource. None if it is allowed.
pub(crate) fn denial(decision: Decision, caller: &str, action: &str, resource: &str) -> Option<String> {
    let reason = match decision {
        Decision::Allowed => return None,
        Decision::ExplicitlyDenied => "with an explicit deny in an identity-based policy".to_owned(),
        Decision::ImplicitlyDenied => {
            format!("because no identity-based policy allows the {action} action")
        }
    };
    Some(format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {reason}"))
}

/// Matches with `*` and `?`, in time that grows with the product of the lengths and no faster.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at_pattern, mut at_text) = (0, 0);
    // Where the last star was, and how much of the text it stood for so far.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(at_text) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                star = Some((at_pattern, at_text));
                at_pattern += 1;
            }
            Some(wanted) if wanted == byte || *wanted == b'?' => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => match star {
                Some((star_pattern, star_text)) => {
                    star = Some((star_pattern, star_text + 1));
                    at_pattern = star_pattern + 1;
                    at_text = star_text + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at_pattern.min(pattern.len())..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        allow: &[Statement {
            action: "execute-api:Invoke",
            resources: &["arn:api/prod/GET/items", "arn:api/prod/*/echo/*"],
        }],
        deny: &[Statement { action: "execute-api:*", resources: &["arn:api/prod/*/echo/secret"] }],
    };

    #[test]
    fn stars_and_question_marks_match_as_in_iam() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a*b*c", "aXbYbZc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "a", false),
            ("abc", "ab", false),
            ("*/prod/*", "api/prod/GET/x/y", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_deny_wins_over_an_allow() {
        let decide = |resource| POLICY.decide("execute-api:Invoke", resource);
        assert_eq!(decide("arn:api/prod/GET/items"), Decision::Allowed);
        assert_eq!(decide("arn:api/prod/PUT/echo/a/b"), Decision::Allowed);
        assert_eq!(decide("arn:api/prod/PUT/items"), Decision::ImplicitlyDenied);
        assert_eq!(decide("arn:api/prod/PUT/echo/secret"), Decision::ExplicitlyDenied);
        assert_eq!(POLICY.decide("appsync:GraphQL", "arn:api/prod/GET/items"), Decision::ImplicitlyDenied);
    }

    #[test]
    fn the_denial_gives_its_reason() {
        let text = denial(Decision::ImplicitlyDenied, "arn:me", "execute-api:Invoke", "arn:it");
        assert_eq!(
            text.as_deref(),
            Some(
                "User: arn:me is not authorized to perform: execute-api:Invoke on resource: arn:it \
                 because no identity-based policy allows the execute-api:Invoke action"
            )
        );
        assert_eq!(denial(Decision::Allowed, "a", "b", "c"), None);
    }
}
