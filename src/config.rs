//! What the user asked for, checked once. The edge reads options field by field; here they become types.

use crate::error::{Code, Error};

/// A Cognito identity pool id, `REGION:GUID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPoolId(String);

impl IdentityPoolId {
    /// Checks the form. What people paste by mistake is recognised and named.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |what: &str| {
            Error::new(Code::InvalidOption, ["options.identityPoolId must be an identity pool id, ", what].concat())
                .field("options.identityPoolId")
                .advise("Copy the id from the identity pool's page; it looks like eu-west-1:01234567-89ab-cdef-0123-456789abcdef.")
        };
        if text.starts_with("arn:") {
            return Err(wrong("not an ARN"));
        }
        let Some((region, guid)) = text.split_once(':') else {
            let user_pool = text.split_once('_').is_some_and(|(region, _)| crate::endpoint::is_region(region));
            return Err(wrong(if user_pool { "not a user pool id" } else { "REGION:GUID" }));
        };
        if !crate::endpoint::is_region(region) {
            return Err(wrong("which starts with a region"));
        }
        let dashes = [8, 13, 18, 23];
        let is_guid = guid.len() == 36
            && guid.bytes().enumerate().all(|(at, byte)| match byte {
                b'-' => dashes.contains(&at),
                b'0'..=b'9' | b'a'..=b'f' => !dashes.contains(&at),
                _ => false,
            });
        if !is_guid {
            return Err(wrong("which ends with a GUID in lower-case hex"));
        }
        Ok(Self(text.into()))
    }

    /// The id as AWS wants it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region that the pool lives in.
    pub fn region(&self) -> &str {
        self.0.split_once(':').map_or("", |(region, _)| region)
    }
}

/// Cognito's limits on a `Logins` map (service model: at most 10 entries, keys of 1 to 128 characters).
const MAX_LOGINS: usize = 10;
const MAX_LOGIN_KEY: usize = 128;

/// Checks the provider names of `logins`.
pub fn check_login_keys<'a>(keys: impl ExactSizeIterator<Item = &'a str>) -> Result<(), Error> {
    let wrong = |what: &str| Err(Error::new(Code::InvalidOption, what).field("options.logins"));
    if keys.len() > MAX_LOGINS {
        return wrong("options.logins has more than the ten providers that Cognito takes");
    }
    for key in keys {
        if key.contains("://") {
            return wrong("options.logins takes provider names without https://");
        }
        if key.is_empty() || key.len() > MAX_LOGIN_KEY {
            return wrong("options.logins takes provider names of 1 to 128 characters");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_id_gives_its_region() {
        let id = IdentityPoolId::parse("ap-northeast-1:fc81b5de-4fa4-4087-adb5-4598fd25982a").unwrap();
        assert_eq!(id.region(), "ap-northeast-1");
    }

    #[test]
    fn what_people_paste_by_mistake_is_named_and_never_echoed() {
        for (text, names) in [
            ("ap-northeast-1_AbCdEf", "user pool"),
            ("arn:aws:cognito-identity:us-east-1:1:identitypool/us-east-1:x", "ARN"),
            ("nonsense", "REGION:GUID"),
            ("", "REGION:GUID"),
            ("mars-1:fc81b5de-4fa4-4087-adb5-4598fd25982a", "region"),
            ("us-east-1:fc81b5de", "GUID"),
            ("us-east-1:FC81B5DE-4fa4-4087-adb5-4598fd25982a", "GUID"),
        ] {
            let error = IdentityPoolId::parse(text).unwrap_err();
            assert_eq!(error.code, Code::InvalidOption);
            assert_eq!(error.field.as_deref(), Some("options.identityPoolId"));
            assert!(error.message.contains(names), "{text}: {}", error.message);
            assert!(text.is_empty() || !error.message.contains(text));
        }
    }

    #[test]
    fn provider_names_are_checked() {
        assert!(check_login_keys(["accounts.google.com"].into_iter()).is_ok());
        assert!(check_login_keys(["https://issuer.example"].into_iter()).is_err());
        assert!(check_login_keys([""].into_iter()).is_err());
        assert!(check_login_keys(["a"; 11].into_iter()).is_err());
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
