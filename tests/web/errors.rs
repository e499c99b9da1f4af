//! Errors as JavaScript sees them: one class, with a code, the field it is about and what to do next.

use std::rc::Rc;

use js_sys::{Function, Reflect};
use sigfetch::client::CallError;
use sigfetch::{Client, LoginFunction, Options};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::aws::Aws;
use crate::platform::soon;
use crate::{PROVIDER, get, guest, login, options};

/// A SigFetchError, member by member.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) advice: String,
    pub(crate) field: Option<String>,
    pub(crate) is_retryable: bool,
    pub(crate) status: Option<u16>,
    service_error: Option<String>,
    request_id: Option<String>,
    cause: JsValue,
    class: JsValue,
}

impl Seen {
    #[track_caller]
    pub(crate) fn of(error: impl Into<JsValue>) -> Self {
        let error = error.into();
        assert!(error.is_instance_of::<js_sys::Error>(), "{error:?}");
        let member = |name: &str| Reflect::get(&error, &name.into()).unwrap();
        assert_eq!(member("name").as_string().as_deref(), Some("SigFetchError"), "{error:?}");
        Self {
            code: member("code").as_string().unwrap(),
            message: member("message").as_string().unwrap(),
            advice: member("advice").as_string().unwrap(),
            field: member("field").as_string(),
            is_retryable: member("retryable").as_bool().unwrap(),
            status: member("status").as_f64().map(|status| status as u16),
            service_error: member("serviceError").as_string(),
            request_id: member("requestId").as_string(),
            cause: member("cause"),
            class: member("constructor"),
        }
    }
}

fn logins(work: impl Fn() -> Result<Vec<(String, String)>, JsValue> + 'static) -> LoginFunction {
    Rc::new(move || {
        let outcome = work();
        Box::pin(async { outcome })
    })
}

#[wasm_bindgen_test]
fn a_wrong_option_is_named() {
    let wrong = |change: &dyn Fn(&mut Options)| {
        let mut options = options();
        change(&mut options);
        Seen::of(Client::new(options).unwrap_err())
    };
    for (field, change) in [
        ("options.identityPoolId", &(|options: &mut Options| options.identity_pool_id = None) as &dyn Fn(&mut Options)),
        ("options.identityPoolId", &|options| options.identity_pool_id = Some("eu-west-1_AbCdEf".into())),
        ("options.region", &|options| options.region = Some("moon".into())),
        ("options.roleArn", &|options| options.role_arn = Some("Reader".into())),
        ("options.timeoutMs", &|options| options.timeout = 0),
        ("options.allow[0]", &|options| options.allow = Some(vec!["https://a.example".into()])),
    ] {
        let seen = wrong(change);
        assert_eq!((seen.code.as_str(), seen.field.as_deref()), ("INVALID_OPTION", Some(field)));
        assert!(seen.message.starts_with(field) && seen.advice.ends_with('.') && !seen.is_retryable);
        assert!(seen.cause.is_undefined() && seen.status.is_none());
    }
}

#[wasm_bindgen_test]
async fn what_a_login_function_throws_is_the_cause() {
    let aws = Aws::start();
    let thrown: JsValue = js_sys::Error::new("session is over").into();
    let client = guest();
    let rejection = thrown.clone();
    client.set_logins(Some(logins(move || Err(rejection.clone())))).unwrap();
    let error = soon(client.identity_id()).await.unwrap_err();
    assert!(matches!(&error, CallError::Coded { cause: Some(cause), .. } if *cause == thrown));
    let seen = Seen::of(error);
    assert_eq!((seen.code.as_str(), seen.field.as_deref()), ("LOGINS_FAILED", Some("logins")));
    assert!(seen.cause == thrown, "it is the same object");
    assert!(!seen.message.contains("session is over"), "a cause may hold a secret");
    assert_eq!(aws.asked(), vec![]);
    client.set_logins(Some(login(PROVIDER, "id.token"))).unwrap();
    assert!(soon(client.identity_id()).await.is_ok(), "the next login counts");
}

#[wasm_bindgen_test]
async fn logins_that_cognito_cannot_take_are_refused_before_they_are_sent() {
    let aws = Aws::start();
    let client = guest();
    let many: Vec<_> = (0..11).map(|number| (format!("provider{number}"), "token".to_owned())).collect();
    let one = |provider: &str| vec![(provider.to_owned(), "token".to_owned())];
    for given in [many, one("https://issuer.example"), one(""), one(&"p".repeat(129))] {
        client.set_logins(Some(logins(move || Ok(given.clone())))).unwrap();
        let seen = Seen::of(soon(client.identity_id()).await.unwrap_err());
        assert_eq!((seen.code.as_str(), seen.field.as_deref()), ("INVALID_OPTION", Some("options.logins")));
    }
    assert_eq!(aws.asked(), vec![]);
}

#[wasm_bindgen_test]
async fn what_aws_says_of_a_refusal_is_told_but_for_the_token() {
    let aws = Aws::start();
    let client = guest();
    client.set_logins(Some(login(PROVIDER, "ey.secret.token"))).unwrap();
    let headers = [("x-amzn-requestid", "r-1"), ("x-amzn-errortype", "NotAuthorizedException:")];
    aws.answers("GetId", 400, &headers, "{\"message\":\"Token expired: 7 >= 6 ey.secret.token\"}");
    let seen = Seen::of(soon(client.identity_id()).await.unwrap_err());
    assert_eq!((seen.code.as_str(), seen.status), ("LOGIN_EXPIRED", Some(400)));
    assert_eq!(seen.service_error.as_deref(), Some("NotAuthorizedException"));
    assert_eq!(seen.request_id.as_deref(), Some("r-1"));
    assert!(!seen.message.contains("ey.secret.token"), "{}", seen.message);
}

#[wasm_bindgen_test]
async fn all_errors_are_of_one_class() {
    let _aws = Aws::start();
    let client = guest();
    client.close();
    let of_options = Seen::of(Client::new(Options::default()).unwrap_err());
    let of_a_call = Seen::of(soon(client.credentials()).await.unwrap_err());
    let of_a_setter = Seen::of(client.sign_out().unwrap_err());
    let of_a_fetch = Seen::of(soon(guest().signed_fetch(&get("https://elsewhere.example/"))).await.unwrap_err());
    for seen in [&of_a_call, &of_a_setter, &of_a_fetch] {
        assert!(seen.class.is_instance_of::<Function>() && seen.class == of_options.class);
    }
}
