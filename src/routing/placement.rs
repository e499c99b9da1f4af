//! Which requests can be signed in their headers, and which in their URL.

use crate::error::{Code, Error};
use crate::http::Url;
use crate::sigv4::{check_headers, is_presigned};

/// Checks whether a request can be signed in its headers; names are in lower case.
///
/// # Errors
///
/// `INVALID_REQUEST` for a WebSocket, which takes no headers from a page, and as [`check_headers`].
pub(crate) fn check_header_signing(url: &Url<'_>, headers: &[(&str, &str)]) -> Result<(), Error> {
    if url.is_socket() {
        return Err(refused("input", "A WebSocket takes no headers")
            .advise("Use presign(), and open the WebSocket with the URL that it returns."));
    }
    check_headers(headers)
}

/// Checks whether a request can be signed in its URL; header names are in lower case.
///
/// # Errors
///
/// `INVALID_REQUEST` for a URL that is presigned already, for a WebSocket with a method or headers, and as
/// [`check_headers`].
pub(crate) fn check_presigning(url: &Url<'_>, method: &str, headers: &[(&str, &str)]) -> Result<(), Error> {
    if is_presigned(url.query) {
        return Err(refused("input", "The URL is presigned already"));
    }
    if url.is_socket() && (method != "GET" || !headers.is_empty()) {
        return Err(refused("init", "A WebSocket is opened with GET and without headers"));
    }
    check_headers(headers)
}

fn refused(field: &'static str, message: &str) -> Error {
    Error::new(Code::InvalidRequest, message).field(field)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_socket_takes_no_headers() {
        let refused = |url, headers: &[_]| check_header_signing(&Url::split(url).unwrap(), headers).err();
        assert_eq!(refused("https://x.example/", &[("x-api-key", "k")]), None);
        assert!(refused("https://x.example/", &[("host", "h")]).is_some());
        for url in ["wss://x.example/", "ws://localhost/"] {
            assert!(refused(url, &[]).unwrap().advice().contains("presign()"), "{url}");
        }
    }

    #[test]
    fn a_url_is_signed_once_and_a_socket_opens_with_get_alone() {
        let refused = |url, method, headers: &[_]| {
            let error = check_presigning(&Url::split(url).unwrap(), method, headers).err()?;
            error.field.clone()
        };
        assert_eq!(refused("https://x.example/?a=1", "PUT", &[("content-type", "a/b")]), None);
        assert_eq!(refused("wss://x.example/?a=1", "GET", &[]), None);
        assert_eq!(refused("wss://x.example/", "PUT", &[]).as_deref(), Some("init"));
        assert_eq!(refused("wss://x.example/", "GET", &[("a", "b")]).as_deref(), Some("init"));
        assert_eq!(refused("https://x.example/?X-Amz-Signature=1", "GET", &[]).as_deref(), Some("input"));
        assert!(refused("https://x.example/", "GET", &[("authorization", "b")]).is_some());
    }
}
