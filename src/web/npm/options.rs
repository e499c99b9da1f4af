//! The options of `createClient`: their kinds are checked here, what they say by [`Config`](crate::config::Config).

use js_sys::{JSON, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Url;

use super::fields::{Fields, member, whole_number};
use crate::config::{EndpointOptions, GOES_WITH_POOL, Options};
use crate::credentials::CredentialSet;
use crate::error::{Code, Error};
use crate::pool::ClassicFlowOptions;
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::time::Millis;

#[wasm_bindgen]
extern "C" {
    type Date;
    // js-sys does not catch what a value throws that is converted to a time.
    #[wasm_bindgen(constructor, catch)]
    fn of(time: &JsValue) -> Result<Date, JsValue>;
    #[wasm_bindgen(method, js_name = getTime)]
    fn get_time(this: &Date) -> f64;
}

/// Reads all options that are data.
pub(super) fn read_options(options: &Fields) -> Result<Options, Error> {
    if options.is_missing() {
        return Err(Error::option("options", "must be an object"));
    }
    let has_credentials = options.is_given("credentials");
    if has_credentials && !options.value("credentials").is_object() && !options.value("credentials").is_function() {
        return Err(options.invalid("credentials", "must be an object or a function"));
    }
    check_identity(options, has_credentials)?;
    let mut read = Options { has_credentials, ..Options::default() };
    read.identity_pool_id = options.text("identityPoolId")?;
    read.region = options.text("region")?;
    read.role_arn = options.text("roleArn")?;
    read.classic_flow = read_classic_flow(options)?;
    read.endpoints = read_endpoints(options)?;
    read.allow = read_allow(options)?;
    read.share_between_tabs = options.flag("shareBetweenTabs")?;
    let (attempts, budget) = read_retry(options, "retry")?;
    read.retry.attempts = attempts.unwrap_or(read.retry.attempts);
    read.retry.budget = budget.unwrap_or(read.retry.budget);
    read.timeout = read_timeout(options)?.unwrap_or(read.timeout);
    Ok(read)
}

/// Checks the options that say who is signed in. The facade has checked the shape of `logins`.
fn check_identity(options: &Fields, has_credentials: bool) -> Result<(), Error> {
    for name in ["logins", "identity", "rememberIdentity"] {
        if has_credentials && options.is_given(name) {
            return Err(options.invalid(name, GOES_WITH_POOL));
        }
    }
    let identity = options.value("identity");
    if identity.is_truthy() && !identity.is_function() {
        return Err(options.invalid("identity", "must be a function"));
    }
    if identity.is_truthy() && options.is_given("logins") {
        return Err(options.invalid("identity", "and options.logins exclude each other"));
    }
    let store = options.value("rememberIdentity");
    let has = |name: &str| Reflect::has(&store, &name.into()).unwrap_or(false);
    let is_store = store.is_object() && has("getItem") && has("setItem") && has("removeItem");
    if store.is_truthy() && store != JsValue::TRUE && !is_store {
        let what = "must be true or false, or have getItem, setItem and removeItem";
        return Err(options.invalid("rememberIdentity", what));
    }
    Ok(())
}

fn read_timeout(options: &Fields) -> Result<Option<Millis>, Error> {
    let value = options.value("timeoutMs");
    if value.is_undefined() {
        return Ok(None);
    }
    // What is not a whole number is out of range.
    Ok(Some(whole_number(&value).map_or(0, Millis::from)))
}

/// Attempts and budget of a `retry` option; none for what it does not say.
pub(super) fn read_retry(options: &Fields, name: &str) -> Result<(Option<u32>, Option<Millis>), Error> {
    let value = options.value(name);
    if value.is_undefined() {
        return Ok((None, None));
    }
    if value == JsValue::FALSE {
        return Ok((Some(1), None));
    }
    if !value.is_object() {
        return Err(options.invalid(name, "must be false or an object"));
    }
    let retry = options.object(name);
    let attempts = retry.whole_number("attempts", 1, 100)?;
    let budget = retry.value("budgetMs");
    if budget.is_undefined() {
        return Ok((attempts, None));
    }
    let budget = budget.as_f64().filter(|budget| (0.0..f64::from(1u32 << 31)).contains(budget));
    let budget = budget.ok_or_else(|| retry.invalid("budgetMs", "must be milliseconds, 0 or more"))?;
    Ok((attempts, Some(budget as Millis)))
}

fn read_endpoints(options: &Fields) -> Result<Vec<EndpointOptions>, Error> {
    let mut endpoints = Vec::new();
    for entry in options.entries("endpoints")?.unwrap_or_default() {
        let service = entry.required_text("service")?;
        let (region, sign_as) = (entry.text("region")?, entry.text("signAs")?);
        let url = entry.value("url").as_string().and_then(|url| Url::new(&url).ok());
        let url = url.ok_or_else(|| entry.invalid("url", "must be an absolute URL"))?.href();
        endpoints.push(EndpointOptions { url, service, region, sign_as });
    }
    Ok(endpoints)
}

fn read_allow(options: &Fields) -> Result<Option<Vec<String>>, Error> {
    let Some(entries) = options.entries("allow")? else { return Ok(None) };
    entries.iter().map(Fields::own_text).collect::<Result<_, _>>().map(Some)
}

fn read_classic_flow(options: &Fields) -> Result<Option<ClassicFlowOptions>, Error> {
    let value = options.value("classicFlow");
    if value.is_undefined() {
        return Ok(None);
    }
    if !value.is_object() {
        return Err(options.invalid("classicFlow", "must be an object"));
    }
    let flow = options.object("classicFlow");
    let policy = flow.value("policy");
    let policy = if policy.is_object() {
        // An object whose `toJSON` gives nothing is not written, and that throws nothing.
        let json = JSON::stringify(&policy).ok().and_then(|json| json.as_string());
        Some(json.ok_or_else(|| flow.invalid("policy", "cannot be written as JSON"))?)
    } else {
        flow.text("policy")?
    };
    let duration = flow.value("durationSeconds");
    Ok(Some(ClassicFlowOptions {
        role_arn: flow.required_text("roleArn")?,
        role_session_name: flow.text("roleSessionName")?,
        // What is not a whole number is out of range.
        duration_seconds: (!duration.is_undefined()).then(|| whole_number(&duration).unwrap_or(0)),
        policy,
    }))
}

/// Credentials of the page's own, in the shape of the AWS SDK for JavaScript v3; none if they are malformed.
pub(super) fn read_credentials(given: &JsValue) -> Option<CredentialSet> {
    if !given.is_object() {
        return None;
    }
    let value = |name: &str| member(given, name).ok();
    // They go into headers: printable ASCII only, which AWS's own are.
    let is_printable = |text: &String| !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let text = |name: &str| value(name)?.as_string().filter(is_printable);
    let token = value("sessionToken")?;
    let session_token = if token.is_undefined() || token.is_null() {
        None
    } else {
        Some(Secret::new(text("sessionToken").filter(|token| !token.contains(' '))?))
    };
    let expiration = value("expiration")?;
    let expires_at = if expiration.is_undefined() {
        None
    } else {
        let time = Date::of(&expiration).ok()?.get_time();
        Some((!time.is_nan()).then_some(time as Millis)?)
    };
    Some(CredentialSet {
        signing: SigningCredentials {
            access_key_id: text("accessKeyId")?,
            secret_access_key: Secret::new(text("secretAccessKey")?),
            session_token,
        },
        identity_id: value("identityId")?.as_string().filter(|id| !id.is_empty()),
        expires_at,
    })
}

/// The seconds that a presigned URL is to be good for.
pub(super) fn read_expires_seconds(value: &JsValue) -> Option<u32> {
    // What is not a whole number is out of range.
    (!value.is_undefined()).then(|| whole_number(value).unwrap_or(0))
}

/// What one call says differently, in `init.aws`.
pub(super) fn aws_fields(aws: JsValue) -> Fields {
    Fields::new(aws, "init.aws", Code::InvalidRequest)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::super::evaluate;
    use super::*;
    use crate::retry::Policy;

    const POOL: &str = "identityPoolId: 'eu-west-1:fc81b5de-4fa4-4087-adb5-4598fd25982a'";
    const STORE: &str = "{ getItem() {}, setItem() {}, removeItem() {} }";

    fn read(options: &str) -> Result<Options, Error> {
        read_options(&Fields::new(evaluate(options), "options", Code::InvalidOption))
    }

    #[wasm_bindgen_test]
    fn an_option_of_another_kind_is_named() {
        for (option, field) in [
            ("identityPoolId: 7", "identityPoolId"),
            ("identityPoolId: ''", "identityPoolId"),
            ("region: null", "region"),
            ("roleArn: []", "roleArn"),
            ("credentials: 'AKIA'", "credentials"),
            ("credentials: true", "credentials"),
            ("credentials: () => {}, logins: { a: 'b' }", "logins"),
            ("credentials: () => {}, identity: () => {}", "identity"),
            ("credentials: () => {}, rememberIdentity: true", "rememberIdentity"),
            ("identity: {}", "identity"),
            ("identity: () => {}, logins: { a: 'b' }", "identity"),
            ("rememberIdentity: 'yes'", "rememberIdentity"),
            ("rememberIdentity: { getItem() {}, setItem() {} }", "rememberIdentity"),
            ("rememberIdentity: new Proxy({}, { has() { throw 1 } })", "rememberIdentity"),
            ("shareBetweenTabs: 'yes'", "shareBetweenTabs"),
            ("retry: true", "retry"),
            ("retry: null", "retry"),
            ("retry: 3", "retry"),
            ("retry: { attempts: 0 }", "retry.attempts"),
            ("retry: { attempts: 101 }", "retry.attempts"),
            ("retry: { attempts: '3' }", "retry.attempts"),
            ("retry: { budgetMs: -1 }", "retry.budgetMs"),
            ("retry: { budgetMs: NaN }", "retry.budgetMs"),
            ("retry: { budgetMs: 2 ** 31 }", "retry.budgetMs"),
            ("endpoints: {}", "endpoints"),
            ("endpoints: [null]", "endpoints[0].service"),
            ("endpoints: ['https://a.example']", "endpoints[0].service"),
            ("endpoints: [{ service: 's3' }]", "endpoints[0].url"),
            ("endpoints: [{ url: 'nowhere', service: 's3' }]", "endpoints[0].url"),
            ("endpoints: [{ url: new URL('https://a.example'), service: 's3' }]", "endpoints[0].url"),
            ("endpoints: [{ url: 'https://a.example', service: 's3', region: 7 }]", "endpoints[0].region"),
            ("endpoints: [{ url: 'https://a.example', service: 's3', signAs: {} }]", "endpoints[0].signAs"),
            ("allow: 'a.example'", "allow"),
            ("allow: ['a.example', 7]", "allow[1]"),
            ("allow: ['']", "allow[0]"),
            ("classicFlow: true", "classicFlow"),
            ("classicFlow: null", "classicFlow"),
            ("classicFlow: {}", "classicFlow.roleArn"),
            ("classicFlow: { roleArn: 'a', roleSessionName: 7 }", "classicFlow.roleSessionName"),
            ("classicFlow: { roleArn: 'a', policy: 7 }", "classicFlow.policy"),
            ("classicFlow: { roleArn: 'a', policy: { n: 1n } }", "classicFlow.policy"),
            ("classicFlow: { roleArn: 'a', policy: { get a() { throw 1 } } }", "classicFlow.policy"),
            ("classicFlow: { roleArn: 'a', policy: { toJSON: () => undefined } }", "classicFlow.policy"),
            ("classicFlow: { roleArn: 'a', policy: new Proxy({}, { ownKeys() { throw 1 } }) }", "classicFlow.policy"),
        ] {
            let error = read(&format!("{{ {POOL}, ...{{ {option} }} }}")).err();
            let error = error.unwrap_or_else(|| panic!("taken: {option}"));
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidOption, Some(&*format!("options.{field}"))));
        }
        for options in ["undefined", "null"] {
            assert_eq!(read(options).unwrap_err().field.as_deref(), Some("options"));
        }
    }

    #[wasm_bindgen_test]
    fn options_are_read_as_they_are_given() {
        let options = read(&format!(
            "{{ {POOL}, region: 'eu-west-2', roleArn: 'role', shareBetweenTabs: true, timeoutMs: 1500,
                retry: {{ attempts: 2, budgetMs: 0.5 }}, allow: ['a.example'], rememberIdentity: {STORE},
                endpoints: [{{ url: 'https://A.example:443/x y', service: 's3', region: 'eu-west-3', signAs: 'b' }}],
                classicFlow: {{ roleArn: 'arn', policy: {{ Version: '2012-10-17' }}, durationSeconds: 900 }} }}"
        ))
        .unwrap();
        assert_eq!((options.region.as_deref(), options.role_arn.as_deref()), (Some("eu-west-2"), Some("role")));
        assert!(options.share_between_tabs && !options.has_credentials);
        assert_eq!((options.timeout, options.retry), (1_500, Policy { attempts: 2, budget: 0 }));
        assert_eq!(options.allow, Some(vec!["a.example".into()]));
        let endpoint = &options.endpoints[0];
        assert_eq!((endpoint.url.as_str(), endpoint.service.as_str()), ("https://a.example/x%20y", "s3"));
        assert_eq!((endpoint.region.as_deref(), endpoint.sign_as.as_deref()), (Some("eu-west-3"), Some("b")));
        let flow = options.classic_flow.unwrap();
        assert_eq!(flow.policy.as_deref(), Some("{\"Version\":\"2012-10-17\"}"));
        assert_eq!((flow.role_arn.as_str(), flow.duration_seconds), ("arn", Some(900)));
    }

    #[wasm_bindgen_test]
    fn options_that_are_left_out_have_their_defaults() {
        for options in [format!("{{ {POOL} }}"), format!("{{ {POOL}, retry: undefined, timeoutMs: undefined }}")] {
            let (read, defaults) = (read(&options).unwrap(), Options::default());
            assert_eq!((read.retry, read.timeout), (defaults.retry, defaults.timeout));
            assert!(read.classic_flow.is_none() && read.allow.is_none() && read.endpoints.is_empty());
        }
        let once = read(&format!("{{ {POOL}, retry: false }}")).unwrap();
        assert_eq!(once.retry, Policy { attempts: 1, ..Policy::default() });
        assert!(read("{ credentials: () => {} }").unwrap().has_credentials);
    }

    /// The range is checked where the option is used, which names it.
    #[wasm_bindgen_test]
    fn a_number_that_is_not_whole_is_out_of_range() {
        for value in ["true", "'1000'", "1500.5", "NaN", "null", "{}", "[]", "2 ** 32", "-1"] {
            assert_eq!(read(&format!("{{ {POOL}, timeoutMs: {value} }}")).unwrap().timeout, 0, "{value}");
            let flow = format!("{{ {POOL}, classicFlow: {{ roleArn: 'a', durationSeconds: {value} }} }}");
            assert_eq!(read(&flow).unwrap().classic_flow.unwrap().duration_seconds, Some(0), "{value}");
            assert_eq!(read_expires_seconds(&evaluate(value)), Some(0), "{value}");
        }
        assert_eq!(read_expires_seconds(&JsValue::UNDEFINED), None);
    }

    fn credentials(members: &str) -> Option<CredentialSet> {
        read_credentials(&evaluate(&format!("{{ accessKeyId: 'AKIA', secretAccessKey: 's/+', ...{{ {members} }} }}")))
    }

    #[wasm_bindgen_test]
    fn credentials_are_read_in_the_shape_of_the_sdk() {
        let long_lived = credentials("").unwrap();
        assert_eq!((long_lived.expires_at, long_lived.identity_id), (None, None));
        assert!(long_lived.signing.session_token.is_none());
        assert!(credentials("sessionToken: null").unwrap().signing.session_token.is_none());
        for expiration in ["new Date(1e12)", "1e12", "'2001-09-09T01:46:40Z'"] {
            let set = credentials(&format!("sessionToken: 't', identityId: 'id', expiration: {expiration}")).unwrap();
            assert_eq!((set.expires_at, set.identity_id.as_deref()), (Some(1_000_000_000_000), Some("id")));
            assert_eq!(set.signing.session_token.unwrap().expose(), "t");
        }
        let of_a_class =
            "new (class { #key = 'AKIA'; get accessKeyId() { return this.#key } secretAccessKey = 's' })()";
        assert_eq!(read_credentials(&evaluate(of_a_class)).unwrap().signing.access_key_id, "AKIA");
    }

    #[wasm_bindgen_test]
    fn credentials_of_another_form_are_none() {
        for members in [
            "accessKeyId: undefined",
            "accessKeyId: ''",
            "accessKeyId: 7",
            "accessKeyId: 'é'",
            "accessKeyId: 'A\\nB'",
            "secretAccessKey: undefined",
            "secretAccessKey: 's\\0'",
            "secretAccessKey: new String('s')",
            "sessionToken: ''",
            "sessionToken: 'a b'",
            "sessionToken: 'a\\r\\nx: y'",
            "sessionToken: {}",
            "expiration: 'soon'",
            "expiration: NaN",
            "expiration: {}",
            "expiration: new Date(NaN)",
            "expiration: Symbol('soon')",
            "expiration: 1n",
            "expiration: { valueOf() { throw 1 } }",
        ] {
            assert!(credentials(members).is_none(), "{members}");
        }
        for expression in [
            "undefined",
            "null",
            "7",
            "'AKIA'",
            "[]",
            "{}",
            "Object.defineProperty({ accessKeyId: 'AKIA' }, 'secretAccessKey', { get() { throw 1 } })",
            "new Proxy({}, { get() { throw 1 } })",
            "new Proxy({ accessKeyId: 'a', secretAccessKey: 's' }, { getOwnPropertyDescriptor() { throw 1 } })",
            "new Proxy({}, { getPrototypeOf() { throw 1 } })",
            "{ get accessKeyId() { throw 1 }, secretAccessKey: 's' }",
        ] {
            assert!(read_credentials(&evaluate(expression)).is_none(), "{expression}");
        }
    }

    #[wasm_bindgen_test]
    fn credentials_are_not_taken_from_what_every_object_inherits() {
        evaluate(
            "Object.assign(Object.prototype, { sessionToken: 'polluted', expiration: 7, identityId: 'polluted' })",
        );
        let seen = credentials("");
        evaluate("['sessionToken', 'expiration', 'identityId'].forEach((name) => delete Object.prototype[name])");
        let set = seen.unwrap();
        assert_eq!((set.expires_at, set.identity_id), (None, None));
        assert!(set.signing.session_token.is_none());
    }
}
