//! What stands between a client and a service, and changes requests on their way: CDNs, corporate proxies, libraries that
//! rewrite what was signed.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Uri};

use crate::arrived::Arrived;
use crate::settings::Proxy;

/// The request as the service sees it.
pub(crate) fn pass(proxy: Option<&Proxy>, request: &Arrived) -> Arrived {
    let mut seen = request.clone();
    let Some(proxy) = proxy else { return seen };
    let value = |text: &String| HeaderValue::from_str(text).ok();
    if let Some(host) = proxy.host.as_ref().and_then(value) {
        seen.headers.insert(HOST, host);
    }
    if let Some(content_type) = proxy.content_type.as_ref().and_then(value) {
        seen.headers.insert(CONTENT_TYPE, content_type);
    }
    if let Some(body) = &proxy.body {
        seen.body = Bytes::from(body.clone());
    }
    if let Some(name) = proxy.drops_header.as_ref().and_then(|name| HeaderName::try_from(name).ok()) {
        seen.headers.remove(name);
    }
    if proxy.encodes_query_again && !request.query().is_empty() {
        let target = format!("{}?{}", request.path(), request.query().replace('%', "%25"));
        seen.uri = Uri::try_from(target).unwrap_or(seen.uri);
    }
    seen
}
