//! A client's options, checked once.

use std::rc::Rc;

use crate::endpoint::{is_region, service_host};
use crate::error::Error;
use crate::pool::{ClassicFlow, ClassicFlowOptions, Flow, IdentityPool, IdentityPoolId, check_role_arn};
use crate::retry::Policy;
use crate::routing::{DeclaredEndpoint, HostPattern, InvalidMember, REGION_EXPECTED, Rules};
use crate::time::Millis;

/// What a client is made of; the options of JavaScript's `createClient` that are data. An identity pool, or credentials
/// of the caller's own, are needed.
#[derive(Clone, Debug)]
pub struct Options {
    /// The Cognito identity pool, `REGION:GUID`.
    pub identity_pool_id: Option<String>,
    /// Whether the caller provides credentials itself, in place of an identity pool.
    pub has_credentials: bool,
    /// The region of declared endpoints that name none, and of [`whoami`](crate::client::Client::whoami). Default: the
    /// identity pool's.
    pub region: Option<String>,
    /// The role to ask for, of those that the login's token claims. Default: the identity pool's choice.
    pub role_arn: Option<String>,
    /// Use the basic (classic) flow. Default: the enhanced flow.
    pub classic_flow: Option<ClassicFlowOptions>,
    /// Endpoints that cannot be recognised from their host.
    pub endpoints: Vec<EndpointOptions>,
    /// The only AWS hosts that may be called besides declared ones. Default: all.
    pub allow: Option<Vec<String>>,
    /// How often, and for how long, a call is tried. Default: 4 attempts within 20 s.
    pub retry: Policy,
    /// How long to wait for one answer of Cognito or STS, in milliseconds. Default: 10 000.
    pub timeout: Millis,
    /// Whether the tabs of an origin share refreshes. Default: no.
    pub share_between_tabs: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            identity_pool_id: None,
            has_credentials: false,
            region: None,
            role_arn: None,
            classic_flow: None,
            endpoints: Vec::new(),
            allow: None,
            retry: Policy::default(),
            timeout: 10_000,
            share_between_tabs: false,
        }
    }
}

/// An endpoint that cannot be recognised from its host: a custom domain, CloudFront, a development proxy.
#[derive(Clone, Debug, Default)]
pub struct EndpointOptions {
    /// Absolute URL as the platform's URL parser writes it; it holds for itself and every path below it.
    pub url: String,
    /// The signing name, such as `execute-api`.
    pub service: String,
    /// The region. Default: the client's.
    pub region: Option<String>,
    /// What to sign for, where AWS sees another address than the one that is sent to.
    pub sign_as: Option<String>,
}

/// The longest `timeout` that a timer takes, in milliseconds.
const LONGEST_TIMEOUT: Millis = 2_147_483_647;

/// A client's options after they were checked.
#[derive(Debug)]
pub struct Config {
    /// How often, and for how long, a call is tried.
    pub retry: Policy,
    /// How long to wait for one answer of Cognito or STS, in milliseconds.
    pub timeout: Millis,
    /// Whether the tabs of an origin share refreshes.
    pub share_between_tabs: bool,
    region: Option<String>,
    endpoints: Vec<DeclaredEndpoint>,
    allowed: Option<Vec<HostPattern>>,
    pool: Option<Rc<IdentityPool>>,
}

impl Config {
    /// Checks all options. The error names the first that is wrong, such as `options.endpoints[0].url`.
    pub fn new(options: Options) -> Result<Self, Error> {
        let Options { identity_pool_id, has_credentials, region, role_arn, classic_flow, .. } = options;
        if identity_pool_id.is_none() && !has_credentials {
            return Err(Error::option("options.identityPoolId", "or options.credentials is needed"));
        }
        if identity_pool_id.is_some() && has_credentials {
            return Err(Error::option("options.credentials", "and options.identityPoolId exclude each other"));
        }
        let for_pools = [
            ("options.roleArn", role_arn.is_some()),
            ("options.classicFlow", classic_flow.is_some()),
            ("options.shareBetweenTabs", options.share_between_tabs),
        ];
        if let Some((field, _)) = for_pools.into_iter().find(|(_, is_given)| has_credentials && *is_given) {
            return Err(Error::option(field, GOES_WITH_POOL));
        }
        if role_arn.is_some() && classic_flow.is_some() {
            return Err(Error::option("options.roleArn", "and options.classicFlow exclude each other"));
        }
        if !(1..=LONGEST_TIMEOUT).contains(&options.timeout) {
            return Err(Error::option("options.timeoutMs", "must be whole milliseconds, 1 or more"));
        }
        if region.as_deref().is_some_and(|region| !is_region(region)) {
            return Err(Error::option("options.region", REGION_EXPECTED));
        }
        let mut endpoints = Vec::with_capacity(options.endpoints.len());
        for (index, entry) in options.endpoints.iter().enumerate() {
            endpoints.push(declare(index, entry)?);
        }
        let mut config = Self {
            retry: options.retry,
            timeout: options.timeout,
            share_between_tabs: options.share_between_tabs,
            region,
            endpoints,
            allowed: None,
            pool: None,
        };
        if let Some(id) = identity_pool_id {
            config.pool = Some(Rc::new(config.identity_pool(&id, role_arn, classic_flow)?));
        }
        if let Some(hosts) = options.allow {
            config.allowed = Some(config.allow_list(&hosts)?);
        }
        Ok(config)
    }

    /// Where credentials may go.
    pub fn rules(&self) -> Rules<'_> {
        Rules { declared: &self.endpoints, allowed: self.allowed.as_deref(), region: self.region.as_deref() }
    }

    /// The identity pool.
    pub fn pool(&self) -> Option<&Rc<IdentityPool>> {
        self.pool.as_ref()
    }

    /// Where STS listens for the client's region.
    pub fn sts_url(&self) -> Option<String> {
        self.service_url("sts", self.region.as_deref()?)
    }

    fn identity_pool(
        &mut self,
        id: &str,
        custom_role_arn: Option<String>,
        classic_flow: Option<ClassicFlowOptions>,
    ) -> Result<IdentityPool, Error> {
        let id = IdentityPoolId::parse(id)?;
        let url = self
            .service_url("cognito-identity", id.region())
            .ok_or_else(|| Error::option("options.identityPoolId", "names a region without Cognito"))?;
        if let Some(arn) = &custom_role_arn {
            check_role_arn("options.roleArn", arn)?;
        }
        self.region.get_or_insert_with(|| id.region().into());
        let flow = match classic_flow {
            Some(flow) => Flow::Classic(ClassicFlow::new(self.sts_url().unwrap_or_default(), flow)?),
            None => Flow::Enhanced { custom_role_arn },
        };
        Ok(IdentityPool { id, url, flow })
    }

    fn allow_list(&self, hosts: &[String]) -> Result<Vec<HostPattern>, Error> {
        let mut allowed = Vec::with_capacity(hosts.len() + 1);
        for (index, host) in hosts.iter().enumerate() {
            let pattern = HostPattern::parse(host);
            allowed.push(pattern.map_err(|what| Error::option(format!("options.allow[{index}]"), what))?);
        }
        // whoami() calls STS, so STS is always allowed.
        if let Some(sts) = self.region.as_deref().and_then(|region| service_host("sts", region)) {
            allowed.push(HostPattern::exact(&sts));
        }
        Ok(allowed)
    }

    /// A declared endpoint of the service, or AWS's own.
    fn service_url(&self, service: &str, region: &str) -> Option<String> {
        // A pattern stands for many hosts and is not an address.
        let declared =
            self.endpoints.iter().filter(|entry| entry.service == service).find_map(DeclaredEndpoint::base_url);
        declared.or_else(|| Some(format!("https://{}/", service_host(service, region)?)))
    }
}

/// What is wrong with an option that needs an identity pool.
pub const GOES_WITH_POOL: &str = "goes with identityPoolId, not with credentials";

fn declare(index: usize, entry: &EndpointOptions) -> Result<DeclaredEndpoint, Error> {
    let EndpointOptions { url, service, region, sign_as } = entry;
    let invalid =
        |InvalidMember { member, problem }| Error::option(format!("options.endpoints[{index}].{member}"), problem);
    DeclaredEndpoint::new(url, service, region.as_deref(), sign_as.as_deref()).map_err(invalid)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const POOL: &str = "eu-west-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";
    const ROLE: &str = "arn:aws:iam::123456789012:role/Reader";

    fn pool(id: &str) -> Options {
        Options { identity_pool_id: Some(id.into()), ..Options::default() }
    }

    fn credentials() -> Options {
        Options { has_credentials: true, region: Some("eu-west-1".into()), ..Options::default() }
    }

    fn endpoint(url: &str, service: &str) -> EndpointOptions {
        EndpointOptions { url: url.into(), service: service.into(), ..EndpointOptions::default() }
    }

    #[track_caller]
    fn refused(options: Options) -> String {
        Config::new(options).unwrap_err().field.clone().unwrap().into_owned()
    }

    #[test]
    fn the_first_wrong_option_is_named() {
        assert_eq!(refused(Options::default()), "options.identityPoolId");
        assert_eq!(refused(Options { has_credentials: true, ..pool(POOL) }), "options.credentials");
        assert_eq!(refused(pool("nonsense")), "options.identityPoolId");
        assert_eq!(refused(Options { region: Some("moon".into()), ..pool(POOL) }), "options.region");
        assert_eq!(refused(Options { role_arn: Some("Reader".into()), ..pool(POOL) }), "options.roleArn");
        let classic_flow = Some(ClassicFlowOptions { role_arn: ROLE.into(), ..ClassicFlowOptions::default() });
        let both = Options { role_arn: Some(ROLE.into()), classic_flow: classic_flow.clone(), ..pool(POOL) };
        assert_eq!(refused(both), "options.roleArn");
        assert_eq!(refused(Options { classic_flow, ..credentials() }), "options.classicFlow");
        assert_eq!(refused(Options { share_between_tabs: true, ..credentials() }), "options.shareBetweenTabs");
        for timeout in [0, -1, LONGEST_TIMEOUT + 1] {
            assert_eq!(refused(Options { timeout, ..pool(POOL) }), "options.timeoutMs");
        }
        let allow = Some(vec!["a.example.com".into(), "https://sqs.eu-west-1.amazonaws.com".into()]);
        assert_eq!(refused(Options { allow, ..pool(POOL) }), "options.allow[1]");
    }

    #[test]
    fn a_member_of_a_declaration_is_named() {
        let good = endpoint("https://api.example.com/", "execute-api");
        for (bad, member) in [
            (endpoint("http://api.example.com/", "sts"), "url"),
            (endpoint("https://api.example.com/", "execute api"), "service"),
            (EndpointOptions { region: Some("moon".into()), ..good.clone() }, "region"),
            (EndpointOptions { sign_as: Some("a b".into()), ..good.clone() }, "signAs"),
        ] {
            let options = Options { endpoints: vec![good.clone(), bad], ..pool(POOL) };
            assert_eq!(refused(options), format!("options.endpoints[1].{member}"));
        }
    }

    #[test]
    fn a_declared_endpoint_moves_the_services_that_the_client_calls_and_a_pattern_does_not() {
        let config = Config::new(pool(POOL)).unwrap();
        assert_eq!(config.pool().unwrap().url, "https://cognito-identity.eu-west-1.amazonaws.com/");
        assert_eq!(config.sts_url().unwrap(), "https://sts.eu-west-1.amazonaws.com/");
        let endpoints = vec![
            endpoint("https://*.example.com/", "sts"),
            endpoint("https://*.example.com/", "cognito-identity"),
            endpoint("http://sts.localhost:4599/", "sts"),
        ];
        let config = Config::new(Options { endpoints, ..pool(POOL) }).unwrap();
        assert_eq!(config.pool().unwrap().url, "https://cognito-identity.eu-west-1.amazonaws.com/");
        assert_eq!(config.sts_url().unwrap(), "http://sts.localhost:4599/");
    }

    #[test]
    fn an_allow_list_always_has_the_clients_own_sts() {
        assert!(Config::new(credentials()).unwrap().rules().allowed.is_none());
        let allow = Some(vec!["*.execute-api.eu-west-1.amazonaws.com".into()]);
        let config = Config::new(Options { allow, ..credentials() }).unwrap();
        let matches = |host| config.rules().allowed.unwrap().iter().any(|pattern| pattern.matches(host));
        assert!(matches("sts.eu-west-1.amazonaws.com") && matches("abc.execute-api.eu-west-1.amazonaws.com"));
        assert!(!matches("sqs.eu-west-1.amazonaws.com"));
    }

    #[test]
    fn cognito_and_sts_are_called_in_the_pools_partition() {
        for (region, suffix) in [
            ("eu-west-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("us-gov-west-1", "amazonaws.com"),
            ("us-gov-east-1", "amazonaws.com"),
            ("eusc-de-east-1", "amazonaws.eu"),
        ] {
            let classic_flow = Some(ClassicFlowOptions { role_arn: ROLE.into(), ..ClassicFlowOptions::default() });
            let id = format!("{region}:fc81b5de-4fa4-4087-adb5-4598fd25982a");
            let config = Config::new(Options { classic_flow, ..pool(&id) }).unwrap();
            let pool = config.pool().unwrap();
            assert_eq!(pool.url, format!("https://cognito-identity.{region}.{suffix}/"));
            let Flow::Classic(flow) = &pool.flow else { panic!("not the classic flow") };
            assert_eq!(flow.url, format!("https://sts.{region}.{suffix}/"));
        }
    }
}
