//! What the user asked for, checked once. The edge reads options field by field; here they become types.

use std::rc::Rc;

use crate::endpoint::{is_region, service_host};
use crate::error::Error;
use crate::pool::{ClassicFlow, Flow, IdentityPool, IdentityPoolId, check_role_arn, invalid};
use crate::target::{Declared, HostPattern, NO_REGION, Rules, SignAs};
use crate::text::{concat, decimal};

/// A client's options.
#[derive(Debug, Default)]
pub struct Config {
    /// The client's region.
    pub region: Option<String>,
    endpoints: Vec<Declared>,
    allowed: Option<Vec<HostPattern>>,
    pool: Option<Rc<IdentityPool>>,
}

impl Config {
    /// Takes `options.endpoints[index]`; `url` is as the platform's parser writes it.
    pub fn declare(
        &mut self,
        index: u32,
        url: &str,
        service: &str,
        region: Option<&str>,
        sign_as: Option<&str>,
    ) -> Result<(), Error> {
        let checked = Declared::check(url, service, region).and_then(|mut declared| {
            declared.sign_as = sign_as.map(SignAs::parse).transpose().map_err(|what| ("signAs", what))?;
            Ok(declared)
        });
        let declared = checked.map_err(|(member, what)| {
            invalid(&concat(&["options.endpoints[", &decimal(index.into()), "].", member]), what)
        })?;
        self.endpoints.push(declared);
        Ok(())
    }

    /// Takes `options.allow`, after the region is known. A list without entries comes as one empty text.
    pub fn allow(&mut self, hosts: &[&str]) -> Result<(), Error> {
        let mut allowed = Vec::new();
        for host in hosts {
            if !host.is_empty() {
                let pattern = HostPattern::parse(host).map_err(|what| {
                    let field = concat(&["options.allow[", &decimal(allowed.len() as u64), "]"]);
                    invalid(&field, what)
                })?;
                allowed.push(pattern);
            }
        }
        // The client's own question who it is needs no leave.
        if let Some(sts) = self.region.as_deref().and_then(|region| service_host("sts", region)) {
            allowed.push(HostPattern::exact(&sts));
        }
        self.allowed = Some(allowed);
        Ok(())
    }

    /// Where credentials may go.
    pub fn rules(&self) -> Rules<'_> {
        Rules { declared: &self.endpoints, allowed: self.allowed.as_deref(), region: self.region.as_deref() }
    }

    /// Takes `options.identityPoolId`, `options.region` and `options.roleArn`, after the endpoints.
    pub fn configure(
        &mut self,
        pool: Option<&str>,
        region: Option<String>,
        custom_role_arn: Option<String>,
    ) -> Result<(), Error> {
        check_region("options.region", region.as_deref())?;
        self.region = region;
        let Some(pool) = pool else { return Ok(()) };
        let id = IdentityPoolId::parse(pool)?;
        let url = self.service_url("cognito-identity", id.region());
        let url = url.ok_or_else(|| invalid("options.identityPoolId", "names a region without Cognito"))?;
        if let Some(arn) = &custom_role_arn {
            check_role_arn("options.roleArn", arn)?;
        }
        self.region.get_or_insert_with(|| id.region().into());
        self.pool = Some(Rc::new(IdentityPool { id, url, flow: Flow::Enhanced { custom_role_arn } }));
        Ok(())
    }

    /// Takes `options.classicFlow`, after the identity pool.
    pub fn use_classic_flow(&mut self, role: &str, session: &str, duration: &str, policy: &str) -> Result<(), Error> {
        let flow = ClassicFlow::parse(self.sts_url().unwrap_or_default(), role, session, duration, policy)?;
        // No exchange holds the pool yet.
        if let Some(pool) = self.pool.as_mut().and_then(Rc::get_mut) {
            pool.flow = Flow::Classic(flow);
        }
        Ok(())
    }

    /// The identity pool.
    pub fn pool(&self) -> Option<&Rc<IdentityPool>> {
        self.pool.as_ref()
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
        Some(region) if !is_region(region) => Err(invalid(field, NO_REGION)),
        _ => Ok(()),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn options_are_taken_together_and_the_field_is_named() {
        let mut config = Config::default();
        let field = |error: Error| error.field.clone().unwrap().into_owned();
        let bad = config.declare(0, "http://api.example.com/", "sts", None, None).unwrap_err();
        assert_eq!(field(bad), "options.endpoints[0].url");
        let bad = config.declare(1, "https://api.example.com/", "sts", Some("moon"), None).unwrap_err();
        assert_eq!(field(bad), "options.endpoints[1].region");
        config.declare(0, "http://sts.localhost:4599/", "sts", None, None).unwrap();
        let pool = "eu-west-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";
        config.configure(Some(pool), None, None).unwrap();
        assert_eq!(config.region.as_deref(), Some("eu-west-1"));
        assert_eq!(config.pool().unwrap().url, "https://cognito-identity.eu-west-1.amazonaws.com/");
        assert_eq!(config.sts_url().unwrap(), "http://sts.localhost:4599/");
        let bad = Config::default().configure(None, Some("moon".into()), None).unwrap_err();
        assert_eq!(field(bad), "options.region");
        let bad = Config::default().configure(Some(pool), None, Some("Reader".into())).unwrap_err();
        assert_eq!(field(bad), "options.roleArn");
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
        let bad = config.declare(2, "https://a.example.com", "s3", None, Some("a b")).unwrap_err();
        assert_eq!(field(bad), "options.endpoints[2].signAs");
    }

    #[test]
    fn cognito_and_sts_are_called_in_the_pools_partition() {
        let role = "arn:aws:iam::123456789012:role/Reader";
        for (region, suffix) in [
            ("eu-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("us-gov-west-1", "amazonaws.com"),
            ("us-gov-east-1", "amazonaws.com"),
            ("eusc-de-east-1", "amazonaws.eu"),
        ] {
            let mut config = Config::default();
            config.configure(Some(&format!("{region}:fc81b5de-4fa4-4087-adb5-4598fd25982a")), None, None).unwrap();
            config.use_classic_flow(role, "", "", "").unwrap();
            let pool = config.pool().unwrap();
            assert_eq!(pool.url, format!("https://cognito-identity.{region}.{suffix}/"));
            let Flow::Classic(flow) = &pool.flow else { panic!("not the classic flow") };
            assert_eq!(flow.url, format!("https://sts.{region}.{suffix}/"));
        }
    }
}
