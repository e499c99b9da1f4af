//! Amazon resource names.

/// `arn:partition:service:region:account:resource`, with region and account perhaps empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
}

/// Longer ones than any that AWS gives out are somebody's joke.
const LONGEST: usize = 2048;

impl<'a> Arn<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let arn = Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        };
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_*".contains(&byte));
        let head_is_plain = [arn.partition, arn.service, arn.region, arn.account].into_iter().all(plain);
        (head_is_plain && !arn.service.is_empty() && is_clean(text)).then_some(arn)
    }

    /// Role and session names of `assumed-role/ROLE/SESSION` (a path may stand in front of the role), or `role/…/ROLE`.
    pub(super) fn role(&self) -> Option<(&'a str, Option<&'a str>)> {
        if let Some(rest) = self.resource.strip_prefix("assumed-role/") {
            let (role, session) = rest.rsplit_once('/')?;
            return Some((role, Some(session)));
        }
        self.resource.strip_prefix("role/").map(|path| (path.rsplit('/').next().unwrap_or(path), None))
    }

    /// The account, unless it is masked (`********6925`) or absent.
    pub(super) fn known_account(&self) -> Option<&'a str> {
        Some(self.account).filter(|account| is_account(account))
    }
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text may go into a policy as it is.
pub(super) fn is_clean(text: &str) -> bool {
    text.len() <= LONGEST
        && text.chars().all(|c| c.is_ascii_alphanumeric() || !c.is_ascii() || "-_.:/*+=,@$!~'()&% {}?#".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let arn = Arn::parse(
            "arn:aws:sts::204518736925:assumed-role/eu-west-1_f9-AdminsGroupRole/CognitoIdentityCredentials",
        )
        .unwrap();
        assert_eq!((arn.service, arn.region, arn.account), ("sts", "", "204518736925"));
        assert_eq!(arn.role(), Some(("eu-west-1_f9-AdminsGroupRole", Some("CognitoIdentityCredentials"))));
        assert_eq!(Arn::parse("arn:aws:iam::204518736925:role/service-role/R").unwrap().role(), Some(("R", None)));
        let masked = Arn::parse("arn:aws:execute-api:eu-west-1:********6925:f6g8/test/GET/a").unwrap();
        assert_eq!((masked.known_account(), masked.resource), (None, "f6g8/test/GET/a"));
    }

    #[test]
    fn other_texts_are_no_arns() {
        for text in
            ["", "arn:", "arn:aws:s3", "arn:a b:s3:::x", "arn:aws::::x", "xarn:aws:s3:::b", "arn:aws:s3:::<b>\n"]
        {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
