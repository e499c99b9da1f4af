//! The identity pool, and the way from it to credentials: what the user asked for, checked once.

use crate::endpoint::is_region;
use crate::error::{Code, Error};
use crate::text::{concat, contains, cut, parse_decimal};

/// A Cognito identity pool id, `REGION:GUID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPoolId(String);

impl IdentityPoolId {
    /// Checks the form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match region_of(text) {
            Some(_) => Ok(Self(text.into())),
            // What people paste by mistake is named; the value is not.
            None => Err(invalid(
                "options.identityPoolId",
                "must be REGION:GUID, an identity pool's id, no user pool's, no ARN",
            )),
        }
    }

    /// The id as AWS wants it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region that the pool lives in.
    pub fn region(&self) -> &str {
        region_of(&self.0).unwrap_or_default()
    }

    /// Whether a text has the form of an identity's id in this pool's region. Nothing in it tells the pool.
    pub fn may_hold(&self, identity_id: &str) -> bool {
        region_of(identity_id) == Some(self.region())
    }
}

/// The region in a text of the form `REGION:GUID`, which the ids of identity pools and of identities share.
fn region_of(text: &str) -> Option<&str> {
    let (region, guid) = cut(text, ":")?;
    let is_guid = guid.len() == 36 && guid.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9' | b'a'..=b'f'));
    (is_guid && is_region(region)).then_some(region)
}

/// An identity pool and how its credentials are to be had.
#[derive(Debug)]
pub struct IdentityPool {
    /// Its id.
    pub id: IdentityPoolId,
    /// Where its Cognito Identity listens.
    pub url: String,
    /// Which way to go.
    pub flow: Flow,
}

/// The two ways to credentials (Cognito Developer Guide: Identity pools authentication flow).
#[derive(Debug)]
pub enum Flow {
    /// Cognito chooses the role and gives the credentials: `GetCredentialsForIdentity`.
    Enhanced {
        /// The role to ask for, of those that the login's token claims.
        custom_role_arn: Option<String>,
    },
    /// The client chooses the role: `GetOpenIdToken`, then `AssumeRoleWithWebIdentity` of STS.
    Classic(ClassicFlow),
}

/// What `AssumeRoleWithWebIdentity` is asked for.
#[derive(Debug)]
pub struct ClassicFlow {
    /// Where STS listens.
    pub url: String,
    /// The role.
    pub role_arn: String,
    /// The session's name, which ends the caller's ARN.
    pub session_name: String,
    /// How many seconds the credentials shall last, in digits; STS's own default if empty.
    pub duration: String,
    /// A session policy in JSON, if not empty.
    pub policy: String,
}

/// How sessions are called that are given no name.
const SESSION_NAME: &str = "sigfetch";

impl ClassicFlow {
    /// Checks what is given against STS's limits (AWS STS API Reference: AssumeRoleWithWebIdentity).
    pub fn parse(url: String, role: &str, session: &str, duration: &str, policy: &str) -> Result<Self, Error> {
        let session_name = if session.is_empty() { SESSION_NAME } else { session };
        let is_name = session_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
        let is_duration =
            duration.is_empty() || parse_decimal(duration).is_some_and(|seconds| (900..=43_200).contains(&seconds));
        check_role_arn("options.classicFlow.roleArn", role)?;
        if !is_name || !(2..=64).contains(&session_name.len()) {
            Err(invalid("options.classicFlow.roleSessionName", "must be 2 to 64 of A-Z a-z 0-9 _ + = , . @ -"))
        } else if !is_duration {
            Err(invalid("options.classicFlow.durationSeconds", "must be whole seconds, 900 to 43200"))
        } else if policy.len() > 2048 {
            Err(invalid("options.classicFlow.policy", "must have at most 2048 characters"))
        } else {
            Ok(Self {
                url,
                role_arn: role.into(),
                session_name: session_name.into(),
                duration: duration.into(),
                policy: policy.into(),
            })
        }
    }
}

/// Checks the form of a role's ARN.
pub fn check_role_arn(field: &str, arn: &str) -> Result<(), Error> {
    let is_role = (20..=2048).contains(&arn.len()) && arn.starts_with("arn:aws") && contains(arn, ":role/");
    if is_role { Ok(()) } else { Err(invalid(field, "must be a role's ARN, arn:aws:iam::ACCOUNT:role/NAME")) }
}

/// An error about an option.
pub fn invalid(field: &str, what: &str) -> Error {
    Error::new(Code::InvalidOption, concat(&[field, " ", what])).field(field.to_owned())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const GUID: &str = "fc81b5de-4fa4-4087-adb5-4598fd25982a";
    const ROLE: &str = "arn:aws:iam::123456789012:role/Reader";

    #[test]
    fn a_pool_id_gives_its_region_in_every_partition() {
        for region in ["ap-northeast-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"] {
            let id = IdentityPoolId::parse(&format!("{region}:{GUID}")).unwrap();
            assert_eq!(id.region(), region);
        }
    }

    #[test]
    fn an_identity_id_has_the_pools_region() {
        let pool = IdentityPoolId::parse(&format!("eu-west-1:{GUID}")).unwrap();
        assert!(pool.may_hold(&format!("eu-west-1:{GUID}")));
        for other in ["", "x", GUID, &format!("eu-west-2:{GUID}"), &format!("eu-west-1:{GUID}x")] {
            assert!(!pool.may_hold(other), "{other}");
        }
    }

    #[test]
    fn what_people_paste_by_mistake_is_refused_and_never_echoed() {
        for text in [
            "ap-northeast-1_AbCdEf",
            "arn:aws:cognito-identity:us-east-1:1:identitypool/us-east-1:x",
            "nonsense",
            "",
            "mars-1:fc81b5de-4fa4-4087-adb5-4598fd25982a",
            "us-east-1:fc81b5de",
            "us-east-1:FC81B5DE-4fa4-4087-adb5-4598fd25982a",
        ] {
            let error = IdentityPoolId::parse(text).unwrap_err();
            assert_eq!(error.code, Code::InvalidOption);
            assert_eq!(error.field.as_deref(), Some("options.identityPoolId"));
            assert!(text.is_empty() || !error.message.contains(text));
        }
    }

    #[test]
    fn the_classic_flow_is_checked_field_by_field() {
        let parse = |role, session, duration, policy| ClassicFlow::parse("u".into(), role, session, duration, policy);
        let flow = parse(ROLE, "", "", "").unwrap();
        assert_eq!((flow.session_name.as_str(), flow.duration.as_str()), ("sigfetch", ""));
        assert!(parse("arn:aws-us-gov:iam::123456789012:role/path/Reader", "a_+=,.@-Z9", "43200", "{}").is_ok());
        let long = "x".repeat(2049);
        for (role, session, duration, policy, field) in [
            ("", "", "", "", "roleArn"),
            ("Reader", "", "", "", "roleArn"),
            ("arn:aws:iam::123456789012:user/Reader", "", "", "", "roleArn"),
            (long.as_str(), "", "", "", "roleArn"),
            (ROLE, "x", "", "", "roleSessionName"),
            (ROLE, "a name", "", "", "roleSessionName"),
            (ROLE, &long[..65], "", "", "roleSessionName"),
            (ROLE, "", "899", "", "durationSeconds"),
            (ROLE, "", "43201", "", "durationSeconds"),
            (ROLE, "", "1h", "", "durationSeconds"),
            (ROLE, "", "900.5", "", "durationSeconds"),
            (ROLE, "", "", &long, "policy"),
        ] {
            let error = parse(role, session, duration, policy).unwrap_err();
            assert_eq!(error.field.as_deref(), Some(format!("options.classicFlow.{field}").as_str()));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_pool_id_or_refused(text in ".{0,60}") {
            if let Ok(id) = IdentityPoolId::parse(&text) {
                proptest::prop_assert!(!id.region().is_empty());
            }
        }
    }
}
