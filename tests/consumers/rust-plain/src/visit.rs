//! What a visitor does by the client: first as a guest, then signed in.

use js_sys::Reflect;
use serde::{Deserialize, Serialize};
use sigfetch::{Client, EndpointOptions, Options};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

/// Whom to be and what to call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    identity_pool_id: String,
    endpoints: Vec<Endpoint>,
    /// Of an API that says what arrived.
    url: String,
    /// Of the user who signs in.
    provider: String,
    token: String,
}

#[derive(Deserialize)]
struct Endpoint {
    url: String,
    service: String,
    region: Option<String>,
}

/// What came of a visit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    pub identity_id: String,
    pub role: Option<String>,
    pub get: u16,
    pub post: u16,
    /// What the API says of the body that was posted.
    pub body_base64: String,
}

/// A guest's visit, and then that of a user.
pub async fn visits(task: Task) -> Result<Vec<Visit>, JsValue> {
    let Task { identity_pool_id, endpoints, url, provider, token } = task;
    let client = Client::new(Options {
        identity_pool_id: Some(identity_pool_id),
        endpoints: endpoints.into_iter().map(declared).collect(),
        ..Options::default()
    })?;
    let guest = visit(&client, &url).await?;
    client.set_logins(Some(Rc::new(move || {
        let logins = vec![(provider.clone(), token.clone())];
        Box::pin(async { Ok(logins) })
    })))?;
    let user = visit(&client, &url).await?;
    client.sign_out()?;
    client.close();
    Ok(vec![guest, user])
}

fn declared(Endpoint { url, service, region }: Endpoint) -> EndpointOptions {
    EndpointOptions { url, service, region, sign_as: None }
}

async fn visit(client: &Client, url: &str) -> Result<Visit, JsValue> {
    let got = client.signed_fetch(&Request::new_with_str(url)?).await?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&"kettle ☕".into());
    let posted = client.signed_fetch(&Request::new_with_str_and_init(url, &init)?).await?;
    Ok(Visit {
        identity_id: client.identity_id().await?,
        role: client.whoami().await?.role,
        get: got.status(),
        post: posted.status(),
        body_base64: body_of(&posted).await?,
    })
}

async fn body_of(response: &Response) -> Result<String, JsValue> {
    let answer = JsFuture::from(response.json()?).await?;
    Ok(Reflect::get(&answer, &"bodyBase64".into())?.as_string().unwrap_or_default())
}
