//! The client's options, read field by field: an error names the field, and never prints the value.

use js_sys::{Array, Date, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::value::{function, get, present};
use crate::clock::Millis;
use crate::config::{IdentityPoolId, check_login_keys};
use crate::credentials::CredentialSet;
use crate::endpoint::{cognito_identity_host, is_region, sts_host};
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::target::{Declared, Overrides};

/// How long one answer of Cognito or STS may take by default, in milliseconds.
const TIMEOUT: f64 = 10_000.0;

/// The options, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) source: Source,
    pub(super) region: Option<String>,
    pub(super) endpoints: Vec<Declared>,
    pub(super) timeout: f64,
}

/// Where credentials come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A Cognito identity pool; `url` is where Cognito Identity listens.
    Pool { pool: IdentityPoolId, url: String },
    /// A function that gives them.
    Provider(js_sys::Function),
    /// Given once.
    Fixed(CredentialSet),
}

fn invalid(field: impl Into<std::borrow::Cow<'static, str>>, what: &str) -> Error {
    let field = field.into();
    let message = [&field, " ", what].concat();
    Error::new(Code::InvalidOption, message).field(field)
}

/// A non-empty text, or nothing.
fn text(object: &JsValue, name: &str, field: &str) -> Result<Option<String>, Error> {
    match present(get(object, name)) {
        None => Ok(None),
        Some(value) => match value.as_string() {
            Some(text) if !text.is_empty() => Ok(Some(text)),
            _ => Err(invalid([field, name].concat(), "must be a non-empty string")),
        },
    }
}

fn region(object: &JsValue, field: &str) -> Result<Option<String>, Error> {
    let region = text(object, "region", field)?;
    match &region {
        Some(text) if !is_region(text) => {
            Err(invalid([field, "region"].concat(), "must be a region, such as eu-west-1"))
        }
        _ => Ok(region),
    }
}

impl Config {
    /// Reads `createClient`'s options.
    pub(super) fn read(options: &JsValue) -> Result<Self, Error> {
        if !options.is_object() {
            return Err(invalid("options", "must be an object with identityPoolId or credentials"));
        }
        let endpoints = endpoints(&get(options, "endpoints"))?;
        let own_region = region(options, "options.")?;
        let pool = present(get(options, "identityPoolId"));
        let credentials = present(get(options, "credentials"));
        let (source, region) = match (pool, credentials) {
            (Some(pool), None) => {
                let text = pool.as_string().ok_or_else(|| invalid("options.identityPoolId", "must be a string"))?;
                let pool = IdentityPoolId::parse(&text)?;
                check_logins(&get(options, "logins"))?;
                let region = own_region.unwrap_or_else(|| pool.region().into());
                let url = service_url(&endpoints, "cognito-identity", || cognito_identity_host(pool.region()));
                let url = url.ok_or_else(|| invalid("options.identityPoolId", "names a region without Cognito"))?;
                (Source::Pool { pool, url }, Some(region))
            }
            (None, Some(value)) => {
                if present(get(options, "logins")).is_some() {
                    return Err(invalid("options.logins", "goes with identityPoolId, not with credentials"));
                }
                let source = match function(&value) {
                    Some(provider) => Source::Provider(provider.clone()),
                    None => Source::Fixed(read_credentials(&value).map_err(|name| {
                        invalid(["options.credentials", name].concat(), "must be a non-empty string")
                    })?),
                };
                (source, own_region)
            }
            (Some(_), Some(_)) => {
                return Err(invalid("options.credentials", "and options.identityPoolId exclude each other"));
            }
            (None, None) => return Err(invalid("options.identityPoolId", "or options.credentials is needed")),
        };
        let timeout = match present(get(options, "timeoutMs")) {
            None => TIMEOUT,
            Some(value) => value
                .as_f64()
                .filter(|ms| *ms >= 1.0 && *ms <= 2_147_483_647.0)
                .ok_or_else(|| invalid("options.timeoutMs", "must be a number of milliseconds, 1 or more"))?,
        };
        Ok(Self { source, region, endpoints, timeout })
    }

    /// Where STS listens, for the client's region.
    pub(super) fn sts_url(&self) -> Option<String> {
        service_url(&self.endpoints, "sts", || sts_host(self.region.as_deref()?))
    }
}

fn service_url(endpoints: &[Declared], service: &str, host: impl FnOnce() -> Option<String>) -> Option<String> {
    match endpoints.iter().find(|entry| entry.service == service) {
        Some(entry) => Some(entry.url() + "/"),
        None => Some(["https://", &host()?, "/"].concat()),
    }
}

fn endpoints(value: &JsValue) -> Result<Vec<Declared>, Error> {
    let Some(value) = present(value.clone()) else { return Ok(Vec::new()) };
    let list = value.dyn_ref::<Array>().ok_or_else(|| invalid("options.endpoints", "must be an array"))?;
    let mut endpoints = Vec::new();
    for entry in list.iter() {
        let field = ["options.endpoints[", &endpoints.len().to_string(), "]."].concat();
        let url = present(get(&entry, "url")).ok_or_else(|| invalid([&field, "url"].concat(), "is needed"))?;
        let url = super::request::absolute_url(&url)
            .ok_or_else(|| invalid([&field, "url"].concat(), "must be an absolute URL"))?;
        let service = text(&entry, "service", &field)?.unwrap_or_default();
        let declared = Declared::parse(&url, &service).map_err(|what| {
            let name = if service.is_empty() { "service" } else { "url" };
            invalid([&field, name].concat(), what)
        })?;
        endpoints.push(Declared {
            region: region(&entry, &field)?,
            sign_as: text(&entry, "signAs", &field)?,
            ..declared
        });
    }
    Ok(endpoints)
}

/// Checks the shape of `logins`; tokens are asked for at each refresh only.
pub(super) fn check_logins(value: &JsValue) -> Result<(), Error> {
    let Some(value) = present(value.clone()) else { return Ok(()) };
    if !value.is_object() || value.is_instance_of::<Array>() {
        return Err(invalid("options.logins", "must map provider names to tokens or functions"));
    }
    let keys: Vec<String> = Object::keys(value.unchecked_ref::<Object>()).iter().filter_map(|key| key.as_string()).collect();
    check_login_keys(keys.iter().map(String::as_str))?;
    for key in &keys {
        let token = get(&value, key);
        if !token.is_string() && function(&token).is_none() {
            return Err(invalid(login_field(key), "must be a token or a function that gives one"));
        }
    }
    Ok(())
}

/// How a provider's entry is named in errors.
pub(super) fn login_field(provider: &str) -> String {
    ["options.logins[\"", provider, "\"]"].concat()
}

/// Reads credentials in the SDKs' shape; the error is the name of the member that is missing.
pub(super) fn read_credentials(value: &JsValue) -> Result<CredentialSet, &'static str> {
    let member = |name| get(value, name).as_string().filter(|text| !text.is_empty());
    let token = match present(get(value, "sessionToken")) {
        None => None,
        Some(token) => Some(token.as_string().ok_or(".sessionToken")?),
    };
    let expires_at = match present(get(value, "expiration")) {
        None => None,
        Some(end) => {
            let end = Date::new(&end).get_time();
            Some(if end.is_finite() { end as Millis } else { return Err(".expiration") })
        }
    };
    Ok(CredentialSet {
        signing: SigningCredentials {
            access_key_id: member("accessKeyId").ok_or(".accessKeyId")?,
            secret_access_key: Secret::new(member("secretAccessKey").ok_or(".secretAccessKey")?),
            session_token: token.filter(|token| !token.is_empty()).map(Secret::new),
        },
        identity_id: member("identityId"),
        expires_at,
    })
}

/// Reads `init.aws`.
pub(super) fn overrides(aws: &JsValue) -> Result<Overrides, Error> {
    let in_init = |mut error: Error| {
        error.code = Code::InvalidRequest;
        error
    };
    Ok(Overrides {
        service: text(aws, "service", "init.aws.").map_err(in_init)?,
        region: region(aws, "init.aws.").map_err(in_init)?,
        sign_as: text(aws, "signAs", "init.aws.").map_err(in_init)?,
    })
}
