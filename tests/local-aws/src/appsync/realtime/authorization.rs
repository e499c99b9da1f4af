//! The signed headers of a request that is never sent, by which a connection or a frame is authorized.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::Value;

use crate::appsync::access::not_authorized;
use crate::appsync::errors::ApiError;
use crate::arrived::Arrived;
use crate::verify::Claim;

/// AWS's own client puts this into the object and does not sign it (@aws-amplify/api-graphql 4), which no request over
/// HTTP may do with a header of AWS's.
const USER_AGENT: &str = "x-amz-user-agent";

/// Headers, as an object of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authorization(HeaderMap);

impl Authorization {
    /// Reads the object. Anything that is no header makes all of it unusable.
    pub(super) fn read(object: &Value) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for (name, value) in object.as_object()? {
            let name = HeaderName::try_from(name.as_str()).ok()?;
            headers.append(name, HeaderValue::try_from(value.as_str()?).ok()?);
        }
        Some(Self(headers))
    }

    /// Reads the second subprotocol, `header-` and base64url without padding.
    pub(super) fn from_subprotocol(subprotocol: &str) -> Option<Self> {
        Self::from_json(&URL_SAFE_NO_PAD.decode(subprotocol.strip_prefix("header-")?).ok()?)
    }

    /// Reads the parameter `header` of the query, in base64.
    pub(super) fn from_parameter(parameter: &str) -> Option<Self> {
        Self::from_json(&STANDARD.decode(parameter).ok()?)
    }

    fn from_json(json: &[u8]) -> Option<Self> {
        Self::read(&serde_json::from_slice(json).ok()?)
    }

    /// The request that these are the headers of: a POST to this path of the API's HTTP endpoint. By its `host` AppSync
    /// finds the API.
    pub(super) fn to_request(
        &self,
        http_host: &str,
        path: &'static str,
        body: &str,
        now: SystemTime,
    ) -> Result<Arrived, ApiError> {
        let host = self.0.get("host").and_then(|host| host.to_str().ok());
        if !host.is_some_and(|host| host.eq_ignore_ascii_case(http_host)) {
            return Err(not_authorized());
        }
        let mut request = Arrived {
            method: Method::POST,
            uri: Uri::from_static(path),
            headers: self.0.clone(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            request_id: String::new(),
            now,
        };
        let is_signed = Claim::read(&request).is_ok_and(|claim| claim.signed_headers.iter().any(|n| n == USER_AGENT));
        if !is_signed {
            request.headers.remove(USER_AGENT);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn subprotocol(json: &str) -> String {
        format!("header-{}", URL_SAFE_NO_PAD.encode(json))
    }

    #[test]
    fn headers_are_read_from_either_place_whatever_their_case() {
        let json = r#"{"host":"h:1","X-Amz-Security-Token":"t"}"#;
        let read = Authorization::from_subprotocol(&subprotocol(json)).unwrap();
        assert_eq!(Authorization::from_parameter(&STANDARD.encode(json)), Some(read.clone()));
        let request = read.to_request("H:1", "/graphql/connect", "{}", SystemTime::now()).unwrap();
        assert_eq!((request.header("x-amz-security-token"), request.target()), (Some("t"), "/graphql/connect"));
        assert!(read.to_request("other:1", "/event", "{}", SystemTime::now()).is_err());
    }

    #[test]
    fn what_is_no_object_of_headers_is_not_read() {
        for object in [json!([]), json!({ "a": 1 }), json!({ "a b": "c" }), json!({ "a": "b\r\nc: d" })] {
            assert_eq!(Authorization::read(&object), None, "{object}");
        }
        for text in ["header-", "header-!", "eyJ9", "header-e30="] {
            assert_eq!(Authorization::from_subprotocol(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Authorization::from_subprotocol(&text);
            let _ = Authorization::from_parameter(&text);
            let _ = Authorization::from_json(&bytes);
        }
    }
}
