//! The handle that the facade holds. Every method clones the session and returns a promise, so that calls may overlap
//! and outlive the handle.

use std::rc::Rc;

use js_sys::{Date, Function, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Headers, Request, RequestInit};

use super::error::Dresser;
use super::options::{Config, check_logins};
use super::session::Session;
use super::value::{get, plain};
use super::{request, transport};
use crate::appsync::check_result;
use crate::cognito::{caller_identity_request, read_caller, read_caller_xml, read_sts_fault};
use crate::error::{Code, Error};

/// The client behind the facade.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Handle(Rc<Session>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: Option<&'a str>,
    identity_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallerIdentity<'a> {
    account: &'a str,
    arn: &'a str,
    role: Option<&'a str>,
    user_id: &'a str,
}

#[wasm_bindgen]
impl Handle {
    /// Checks the options. `make_error(report, cause)` makes the facade's error.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, make_error: Function) -> Result<Handle, JsValue> {
        let dresser = Dresser::new(make_error);
        let config = Config::read(&options).map_err(|error| dresser.dress(&error))?;
        Ok(Self(Session::new(config, get(&options, "logins"), dresser)))
    }

    /// Signs and sends.
    #[wasm_bindgen(js_name = signedFetch)]
    pub fn signed_fetch(&self, request: Request, given: Headers, aws: JsValue) -> Promise {
        let session = self.0.clone();
        future_to_promise(async move {
            let request = request::sign(&session, request, &given, &aws).await?;
            Ok(transport::send(&request).await?.into())
        })
    }

    /// Signs.
    pub fn sign(&self, request: Request, given: Headers, aws: JsValue) -> Promise {
        let session = self.0.clone();
        future_to_promise(async move { Ok(request::sign(&session, request, &given, &aws).await?.into()) })
    }

    /// Signs, sends and reads a GraphQL answer.
    pub fn graphql(&self, request: Request, given: Headers, aws: JsValue) -> Promise {
        let session = self.0.clone();
        future_to_promise(async move {
            let request = request::sign(&session, request, &given, &aws).await?;
            let response = transport::send(&request).await?;
            let reply = transport::reply(&response, &transport::text(&response).await?);
            let value = reply.document.as_ref().map_or(JsValue::UNDEFINED, |document| document.value().clone());
            let first = get(&get(&value, "errors"), "0");
            let text = |name| get(&first, name).as_string().unwrap_or_default();
            let first_error = first.is_object().then(|| (text("errorType"), text("message")));
            let has_result = !get(&value, "data").is_undefined() || first.is_object();
            check_result(&reply, has_result, first_error).map_err(|error| session.dresser.dress(&error))?;
            Ok(value)
        })
    }

    /// The credentials, for whoever signs elsewhere.
    pub fn credentials(&self) -> Promise {
        let session = self.0.clone();
        future_to_promise(async move {
            let set = session.credentials().await?;
            // Handing credentials over is what this method is for.
            let value = plain(&Credentials {
                access_key_id: &set.signing.access_key_id,
                secret_access_key: set.signing.secret_access_key.expose(),
                session_token: set.signing.session_token.as_ref().map(|token| token.expose()),
                identity_id: set.identity_id.as_deref(),
            });
            if let Some(end) = set.expires_at {
                Reflect::set(&value, &"expiration".into(), &Date::new(&(end as f64).into()))?;
            }
            Ok(value)
        })
    }

    /// The Cognito identity id.
    #[wasm_bindgen(js_name = identityId)]
    pub fn identity_id(&self) -> Promise {
        let session = self.0.clone();
        future_to_promise(async move {
            session.credentials().await?.identity_id.map(JsValue::from).ok_or_else(|| {
                let error = Error::new(Code::InvalidOption, "The credentials given have no identityId")
                    .field("options.credentials")
                    .advise("Use an identity pool, or give identityId with the credentials.");
                session.dresser.dress(&error)
            })
        })
    }

    /// STS GetCallerIdentity.
    pub fn whoami(&self) -> Promise {
        let session = self.0.clone();
        future_to_promise(async move { whoami(&session).await })
    }

    /// Replaces the logins.
    #[wasm_bindgen(js_name = setLogins)]
    pub fn set_logins(&self, logins: JsValue) -> Result<(), JsValue> {
        check_logins(&logins).map_err(|error| self.0.dresser.dress(&error))?;
        self.0.set_logins(logins);
        Ok(())
    }

    /// Forgets credentials, identity and logins.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self) {
        self.0.sign_out();
    }
}

async fn whoami(session: &Rc<Session>) -> Result<JsValue, JsValue> {
    let refuse = |error: Error| session.dresser.dress(&error);
    let url = session.config.sts_url().ok_or_else(|| {
        refuse(Error::new(Code::InvalidOption, "whoami needs options.region").field("options.region"))
    })?;
    let (content_type, body) = caller_identity_request();
    let headers = Headers::new()?;
    headers.set("content-type", content_type)?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&body.into());
    let request = Request::new_with_str_and_init(&url, &init)?;
    let request = request::sign(session, request, &headers, &JsValue::UNDEFINED).await?;
    let response = transport::send(&request).await.map_err(|cause| {
        session.dresser.dress_caused(&Error::new(Code::Network, "No connection to STS for GetCallerIdentity"), &cause)
    })?;
    let body = transport::text(&response).await?;
    let reply = transport::reply(&response, &body);
    let caller = reply.document.as_ref().and_then(read_caller).or_else(|| read_caller_xml(&body));
    match caller {
        Some(caller) if reply.status == 200 => Ok(plain(&CallerIdentity {
            account: &caller.account,
            arn: &caller.arn,
            role: caller.role.as_deref(),
            user_id: &caller.user_id,
        })),
        _ => Err(refuse(read_sts_fault(reply.status, reply.document.as_ref(), &body))),
    }
}
