//! What stands in for AWS, see `aws.js`.

use js_sys::{Array, Uint8Array};
use sigfetch::secret::Secret;
use sigfetch::sigv4::{KeyCache, Scope, SigningCredentials, SigningRequest, is_signed, sha256_hex, sign_headers};
use sigfetch::time::parse_date;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Response, Url};

use crate::platform::{pause, soon};

#[wasm_bindgen(module = "/tests/web/aws.js")]
extern "C" {
    #[wasm_bindgen(js_name = Aws)]
    type JsAws;
    #[wasm_bindgen(constructor, js_class = "Aws")]
    fn new() -> JsAws;
    #[wasm_bindgen(method)]
    fn restore(this: &JsAws);
    #[wasm_bindgen(method, getter)]
    fn requests(this: &JsAws) -> Array;
    #[wasm_bindgen(method, getter)]
    fn unknown(this: &JsAws) -> Array;
    #[wasm_bindgen(method, js_name = planValue)]
    fn plan_value(this: &JsAws, route: &str, value: &JsValue);
    #[wasm_bindgen(method, js_name = planResponse)]
    fn plan_response(this: &JsAws, route: &str, status: u16, headers: &Array, body: &str);
    #[wasm_bindgen(method, js_name = planRefusal)]
    fn plan_refusal(this: &JsAws, route: &str, status: u16, name: &str, message: &str);
    #[wasm_bindgen(method, js_name = planNetworkError)]
    fn plan_network_error(this: &JsAws, route: &str);
    #[wasm_bindgen(method, js_name = planSilence)]
    fn plan_silence(this: &JsAws, route: &str);

    /// A request as it was sent.
    pub(crate) type Sent;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn route(this: &Sent) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn url(this: &Sent) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn method(this: &Sent) -> String;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Sent) -> Array;
    #[wasm_bindgen(method, getter, js_name = body)]
    fn body_bytes(this: &Sent) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn redirect(this: &Sent) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn credentials(this: &Sent) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn referrer(this: &Sent) -> String;
    #[wasm_bindgen(method, getter, js_name = referrerPolicy)]
    pub(crate) fn referrer_policy(this: &Sent) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn signal(this: &Sent) -> AbortSignal;

    /// A body that comes piece by piece.
    pub(crate) type Flow;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(status: u16, piece_size: u32, most: u32) -> Flow;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn response(this: &Flow) -> Response;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn pieces(this: &Flow) -> u32;
    #[wasm_bindgen(method, getter, js_name = isCancelled)]
    pub(crate) fn is_cancelled(this: &Flow) -> bool;
}

/// AWS for the length of one test.
pub(crate) struct Aws(JsAws);

impl Aws {
    pub(crate) fn start() -> Self {
        Self(JsAws::new())
    }

    /// What a route was sent, in order.
    pub(crate) fn sent(&self, route: &str) -> Vec<Sent> {
        let all = self.0.requests().into_iter().map(|sent| sent.unchecked_into::<Sent>());
        all.filter(|sent| sent.route() == route).collect()
    }

    /// How often each route was asked that was asked at all, in order of the first time.
    pub(crate) fn asked(&self) -> Vec<(String, usize)> {
        let mut asked: Vec<(String, usize)> = Vec::new();
        for sent in self.0.requests().into_iter().map(|sent| sent.unchecked_into::<Sent>()) {
            match asked.iter_mut().find(|(route, _)| *route == sent.route()) {
                Some((_, count)) => *count += 1,
                None => asked.push((sent.route(), 1)),
            }
        }
        asked
    }

    /// Waits until a route was asked.
    pub(crate) async fn until_asked(&self, route: &str) {
        soon(async {
            while self.sent(route).is_empty() {
                pause(1).await;
            }
        })
        .await;
    }

    /// Takes what nobody answered.
    pub(crate) fn take_unknown(&self) -> Vec<String> {
        let unknown = self.0.unknown().into_iter().filter_map(|text| text.as_string()).collect();
        self.0.unknown().set_length(0);
        unknown
    }

    pub(crate) fn answers_value(&self, route: &str, value: &JsValue) {
        self.0.plan_value(route, value);
    }

    pub(crate) fn answers(&self, route: &str, status: u16, headers: &[(&str, &str)], body: &str) {
        let entries = headers.iter().map(|(name, value)| Array::of2(&(*name).into(), &(*value).into()));
        self.0.plan_response(route, status, &entries.collect(), body);
    }

    pub(crate) fn refuses(&self, route: &str, status: u16, name: &str, message: &str) {
        self.0.plan_refusal(route, status, name, message);
    }

    pub(crate) fn breaks_off(&self, route: &str) {
        self.0.plan_network_error(route);
    }

    pub(crate) fn keeps_silent(&self, route: &str) {
        self.0.plan_silence(route);
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.0.restore();
        assert_eq!(self.take_unknown(), Vec::<String>::new(), "requests that nobody answers");
    }
}

impl Sent {
    pub(crate) fn body(&self) -> Vec<u8> {
        self.body_bytes().to_vec()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.header_pairs().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn header_pairs(&self) -> Vec<(String, String)> {
        let texts: Vec<String> = self.headers().into_iter().filter_map(|text| text.as_string()).collect();
        texts.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    }

    /// Whether exactly this request, body and all, was signed with the set of this number.
    #[track_caller]
    pub(crate) fn assert_signed_by(&self, set: u32) {
        let token = format!("token{set}");
        assert_eq!(self.header("x-amz-security-token").as_deref(), Some(token.as_str()));
        let date = self.header("x-amz-date").unwrap();
        let url = Url::new(&self.url()).unwrap();
        let own = ["authorization", "x-amz-date", "x-amz-security-token"];
        let pairs = self.header_pairs();
        let headers: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, value)| !own.contains(name) && is_signed(name, value))
            .collect();
        let service = if url.host().starts_with("sts.") { "sts" } else { "execute-api" };
        let signed = sign_headers(
            SigningRequest {
                method: &self.method(),
                host: &url.host(),
                path: &url.pathname(),
                query: url.search().trim_start_matches('?'),
                headers: &headers,
                payload_hash: &sha256_hex(&self.body()),
            },
            &Scope { service: service.into(), region: "eu-west-1".into() },
            &SigningCredentials {
                access_key_id: format!("ASIA{set}"),
                secret_access_key: Secret::new(format!("secret{set}")),
                session_token: Some(Secret::new(token)),
            },
            parse_date(&date).unwrap(),
            &mut KeyCache::default(),
        );
        assert_eq!(self.header("authorization"), Some(signed.authorization));
    }
}
