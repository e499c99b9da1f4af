//! The identity pool, and the way from it to credentials: what the user asked for, checked once.

use crate::endpoint::is_region;
use crate::error::Error;
use crate::http::mentions;

/// A Cognito identity pool id, `REGION:GUID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPoolId(String);

impl IdentityPoolId {
    /// Checks the form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match region_of(text) {
            Some(_) => Ok(Self(text.into())),
            // What people paste by mistake is named; the value is not.
            None => Err(Error::option(
                "options.identityPoolId",
                "must be REGION:GUID, an identity pool's id, not a user pool's and not an ARN",
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
    let (region, guid) = text.split_once(':')?;
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
    /// How many seconds the credentials shall last; none for STS's own default.
    pub duration: Option<u32>,
    /// A session policy in JSON.
    pub policy: Option<String>,
}

/// The basic (classic) flow, as a caller asks for it.
#[derive(Clone, Debug, Default)]
pub struct ClassicFlowOptions {
    /// The role. Its trust policy must name the identity pool.
    pub role_arn: String,
    /// The session's name. Default: `sigfetch`.
    pub role_session_name: Option<String>,
    /// How many seconds the credentials last, 900 to 43 200. Default: STS's own, 3 600.
    pub duration_seconds: Option<u32>,
    /// A session policy in JSON, at most 2 048 characters. Default: none.
    pub policy: Option<String>,
}

/// The name of sessions that are given none.
const SESSION_NAME: &str = "sigfetch";

impl ClassicFlow {
    /// Checks what is given against STS's limits (AWS STS API Reference: AssumeRoleWithWebIdentity).
    pub fn new(url: String, options: ClassicFlowOptions) -> Result<Self, Error> {
        let ClassicFlowOptions { role_arn, role_session_name, duration_seconds: duration, policy } = options;
        let session_name = role_session_name.unwrap_or_else(|| SESSION_NAME.into());
        let is_name = session_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
        check_role_arn("options.classicFlow.roleArn", &role_arn)?;
        if !is_name || !(2..=64).contains(&session_name.len()) {
            return Err(Error::option(
                "options.classicFlow.roleSessionName",
                "must be 2 to 64 of A-Z a-z 0-9 _ + = , . @ -",
            ));
        }
        if duration.is_some_and(|seconds| !(900..=43_200).contains(&seconds)) {
            return Err(Error::option("options.classicFlow.durationSeconds", "must be whole seconds, 900 to 43200"));
        }
        if policy.as_ref().is_some_and(|policy| policy.len() > 2_048) {
            return Err(Error::option("options.classicFlow.policy", "must have at most 2048 characters"));
        }
        Ok(Self { url, role_arn, session_name, duration, policy })
    }
}

/// Checks the form of a role's ARN.
pub fn check_role_arn(field: &'static str, arn: &str) -> Result<(), Error> {
    let is_role = (20..=2048).contains(&arn.len()) && arn.starts_with("arn:aws") && mentions(arn, ":role/");
    if is_role { Ok(()) } else { Err(Error::option(field, "must be a role's ARN, arn:aws:iam::ACCOUNT:role/NAME")) }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::error::Code;

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
        let good = ClassicFlowOptions { role_arn: ROLE.into(), ..ClassicFlowOptions::default() };
        let new = |options| ClassicFlow::new("u".into(), options);
        let flow = new(good.clone()).unwrap();
        assert_eq!((flow.session_name.as_str(), flow.duration, flow.policy), ("sigfetch", None, None));
        assert!(
            new(ClassicFlowOptions {
                role_arn: "arn:aws-us-gov:iam::123456789012:role/path/Reader".into(),
                role_session_name: Some("a_+=,.@-Z9".into()),
                duration_seconds: Some(43_200),
                policy: Some("{}".into()),
            })
            .is_ok()
        );
        let long = "x".repeat(2049);
        let role = |arn: &str| ClassicFlowOptions { role_arn: arn.into(), ..good.clone() };
        let session = |name: &str| ClassicFlowOptions { role_session_name: Some(name.into()), ..good.clone() };
        let lasting = |seconds| ClassicFlowOptions { duration_seconds: Some(seconds), ..good.clone() };
        for (options, field) in [
            (role(""), "roleArn"),
            (role("Reader"), "roleArn"),
            (role("arn:aws:iam::123456789012:user/Reader"), "roleArn"),
            (role(&long), "roleArn"),
            (session(""), "roleSessionName"),
            (session("x"), "roleSessionName"),
            (session("a name"), "roleSessionName"),
            (session(&long[..65]), "roleSessionName"),
            (lasting(0), "durationSeconds"),
            (lasting(899), "durationSeconds"),
            (lasting(43_201), "durationSeconds"),
            (ClassicFlowOptions { policy: Some(long.clone()), ..good.clone() }, "policy"),
        ] {
            let error = new(options).unwrap_err();
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
