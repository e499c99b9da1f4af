//! What the user asked for, checked once. The edge reads options field by field; here they become types.

use crate::endpoint::{is_region, service_host};
use crate::error::{Code, Error};
use crate::target::{Declared, HostPattern, Rules, SignAs};
use crate::text::{concat, contains, cut, decimal};

/// A Cognito identity pool id, `REGION:GUID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPoolId(String);

impl IdentityPoolId {
    /// Checks the form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let is_guid =
            |guid: &str| guid.len() == 36 && guid.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9' | b'a'..=b'f'));
        match cut(text, ":") {
            Some((region, guid)) if is_region(region) && is_guid(guid) => Ok(Self(text.into())),
            // What people paste by mistake is named; the value is not.
            _ => Err(invalid(
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
        cut(&self.0, ":").map_or("", |(region, _)| region)
    }
}

/// Cognito's limits on a `Logins` map (service model: at most 10 entries, keys of 1 to 128 characters).
const MAX_LOGINS: usize = 10;
const MAX_LOGIN_KEY: usize = 128;

/// Checks the name of one more provider in `logins`.
pub fn check_login_key(key: &str, before: usize) -> Result<(), Error> {
    let what = if before >= MAX_LOGINS {
        "takes at most ten providers"
    } else if contains(key, "://") {
        "takes names without https://"
    } else if key.is_empty() || key.len() > MAX_LOGIN_KEY {
        "takes names of 1 to 128 characters"
    } else {
        return Ok(());
    };
    Err(invalid("options.logins", what))
}

fn invalid(field: &str, what: &str) -> Error {
    Error::new(Code::InvalidOption, concat(&[field, " ", what])).field(field.to_owned())
}

/// A client's options.
#[derive(Debug, Default)]
pub struct Config {
    /// The client's region.
    pub region: Option<String>,
    endpoints: Vec<Declared>,
    allowed: Option<Vec<HostPattern>>,
    pool: Option<(IdentityPoolId, String)>,
}

impl Config {
    /// Takes `options.endpoints[index]`; `url` is as the platform's parser writes it.
    pub fn declare(
        &mut self,
        index: u32,
        url: &str,
        service: &str,
        region: Option<String>,
        sign_as: Option<String>,
    ) -> Result<(), Error> {
        let field = |name| concat(&["options.endpoints[", &decimal(index.into()), "].", name]);
        check_region(&field("region"), region.as_deref())?;
        let mut declared = Declared::parse(url, service).map_err(|what| invalid(&field("url"), what))?;
        let sign_as = sign_as.map(|text| SignAs::parse(&text)).transpose();
        declared.sign_as = sign_as.map_err(|what| invalid(&field("signAs"), what))?;
        declared.region = region;
        self.endpoints.push(declared);
        Ok(())
    }

    /// Takes `options.allow`, after the region is known.
    pub fn allow(&mut self, hosts: &[&str]) -> Result<(), Error> {
        let mut allowed = Vec::new();
        for (index, host) in hosts.iter().enumerate() {
            let field = concat(&["options.allow[", &decimal(index as u64), "]"]);
            allowed.push(HostPattern::parse(host).map_err(|what| invalid(&field, what))?);
        }
        // The client's own question who it is needs no leave.
        let sts = self.region.as_deref().and_then(|region| service_host("sts", region));
        allowed.extend(sts.as_deref().map(HostPattern::exact));
        self.allowed = Some(allowed);
        Ok(())
    }

    /// Where credentials may go.
    pub fn rules(&self) -> Rules<'_> {
        Rules { declared: &self.endpoints, allowed: self.allowed.as_deref(), region: self.region.as_deref() }
    }

    /// Takes `options.identityPoolId` and `options.region`, after the endpoints.
    pub fn configure(&mut self, pool: Option<String>, region: Option<String>) -> Result<(), Error> {
        check_region("options.region", region.as_deref())?;
        self.region = region;
        let Some(pool) = pool else { return Ok(()) };
        let pool = IdentityPoolId::parse(&pool)?;
        let url = self.service_url("cognito-identity", pool.region());
        let url = url.ok_or_else(|| invalid("options.identityPoolId", "names a region without Cognito"))?;
        self.region.get_or_insert_with(|| pool.region().into());
        self.pool = Some((pool, url));
        Ok(())
    }

    /// The identity pool, and where its Cognito Identity listens.
    pub fn pool(&self) -> Option<(&IdentityPoolId, &str)> {
        self.pool.as_ref().map(|(pool, url)| (pool, url.as_str()))
    }

    /// Where STS listens for the client's region.
    pub fn sts_url(&self) -> Option<String> {
        self.service_url("sts", self.region.as_deref()?)
    }

    /// A declared endpoint of the service, or AWS's own.
    fn service_url(&self, service: &str, region: &str) -> Option<String> {
        // A pattern stands for many hosts and is no address.
        let declared = self.endpoints.iter().filter(|entry| entry.service == service).find_map(Declared::base);
        match declared {
            None => Some(concat(&["https://", &service_host(service, region)?, "/"])),
            declared => declared,
        }
    }
}

fn check_region(field: &str, region: Option<&str>) -> Result<(), Error> {
    match region {
        Some(region) if !is_region(region) => Err(invalid(field, "must be a region, such as eu-west-1")),
        _ => Ok(()),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_pool_id_gives_its_region() {
        let id = IdentityPoolId::parse("ap-northeast-1:fc81b5de-4fa4-4087-adb5-4598fd25982a").unwrap();
        assert_eq!(id.region(), "ap-northeast-1");
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
    fn provider_names_are_checked() {
        assert!(check_login_key("accounts.google.com", 0).is_ok());
        assert!(check_login_key("https://issuer.example", 0).is_err());
        assert!(check_login_key("", 0).is_err());
        assert!(check_login_key("accounts.google.com", 10).is_err());
    }

    #[test]
    fn options_are_taken_together_and_the_field_is_named() {
        let mut config = Config::default();
        let field = |error: Error| error.field.clone().unwrap().into_owned();
        let bad = config.declare(0, "http://api.example.com/", "sts", None, None).unwrap_err();
        assert_eq!(field(bad), "options.endpoints[0].url");
        let bad = config.declare(1, "https://api.example.com/", "sts", Some("moon".into()), None).unwrap_err();
        assert_eq!(field(bad), "options.endpoints[1].region");
        config.declare(0, "http://sts.localhost:4599/", "sts", None, None).unwrap();
        let pool = "eu-west-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";
        config.configure(Some(pool.into()), None).unwrap();
        assert_eq!(config.region.as_deref(), Some("eu-west-1"));
        assert_eq!(config.pool().unwrap().1, "https://cognito-identity.eu-west-1.amazonaws.com/");
        assert_eq!(config.sts_url().unwrap(), "http://sts.localhost:4599/");
        let bad = Config::default().configure(None, Some("moon".into())).unwrap_err();
        assert_eq!(field(bad), "options.region");
    }

    #[test]
    fn a_pattern_is_no_address_of_cognito_or_sts() {
        let mut config = Config { region: Some("eu-west-1".into()), ..Config::default() };
        config.declare(0, "https://*.example.com/", "sts", None, None).unwrap();
        assert_eq!(config.sts_url().unwrap(), "https://sts.eu-west-1.amazonaws.com/");
        config.declare(1, "https://sts.example.com/", "sts", None, None).unwrap();
        assert_eq!(config.sts_url().unwrap(), "https://sts.example.com/");
    }

    #[test]
    fn an_allow_list_names_hosts_and_always_has_the_clients_own_sts() {
        let field = |error: Error| error.field.clone().unwrap().into_owned();
        let mut config = Config { region: Some("eu-west-1".into()), ..Config::default() };
        assert!(config.rules().allowed.is_none());
        let bad = config.allow(&["a.example.com", "https://sqs.eu-west-1.amazonaws.com"]).unwrap_err();
        assert_eq!(field(bad), "options.allow[1]");
        config.allow(&["*.execute-api.eu-west-1.amazonaws.com"]).unwrap();
        let holds = |host| config.rules().allowed.unwrap().iter().any(|pattern| pattern.holds(host));
        assert!(holds("sts.eu-west-1.amazonaws.com") && holds("abc.execute-api.eu-west-1.amazonaws.com"));
        assert!(!holds("sqs.eu-west-1.amazonaws.com"));
        let bad = config.declare(2, "https://a.example.com", "s3", None, Some("a b".into())).unwrap_err();
        assert_eq!(field(bad), "options.endpoints[2].signAs");
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
