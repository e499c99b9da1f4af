//! An answer, and what AWS says in it when it refuses.

use super::Document;
use crate::time::Millis;

/// An answer, as far as a browser shows it.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `x-amzn-errortype`, empty if absent or hidden.
    pub error_type: String,
    /// `x-amzn-requestid`, empty if absent or hidden.
    pub request_id: String,
    /// `Date`: when the server wrote the answer; none if the header is absent, hidden, or came with `Age`, out of a cache.
    pub date: Option<Millis>,
    /// `Retry-After`, if it is there and can be read.
    pub retry_after: Option<RetryAfter>,
    /// The body, as far as it was read, see [`super::MAX_BODY`].
    pub document: Document,
}

/// How long the service wants to be left alone (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// For so many seconds.
    Seconds(u32),
    /// Until then, by the server's clock.
    Date(Millis),
}

impl RetryAfter {
    /// Reads the header's value. `read_date` is the platform's reader of HTTP dates.
    pub fn parse(text: &str, read_date: impl Fn(&str) -> Option<Millis>) -> Option<Self> {
        let text = text.trim_ascii();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(Self::Seconds);
        }
        read_date(text).map(Self::Date)
    }
}

/// What AWS says of an error. A part that it does not say is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceError<'a> {
    /// The bare name, such as `NotAuthorizedException`.
    pub name: &'a str,
    /// The text for people. It may repeat what was sent.
    pub message: &'a str,
    /// The request id, for AWS support.
    pub request_id: &'a str,
}

/// Where the JSON and XML protocols of AWS put these. AppSync lists errors as GraphQL does.
const NAMES: [&[&str]; 5] = [&["__type"], &["code"], &["Code"], &["Error", "Code"], &["errors", "0", "errorType"]];
const MESSAGES: [&[&str]; 4] = [&["message"], &["Message"], &["Error", "Message"], &["errors", "0", "message"]];
const REQUEST_IDS: [&[&str]; 3] = [&["RequestId"], &["RequestID"], &["requestId"]];

impl Reply {
    /// What AWS says of an error, from wherever the service puts it: the one reader of AWS's error bodies.
    pub fn error(&self) -> ServiceError<'_> {
        ServiceError {
            name: bare_name(self.header_or(&self.error_type, &NAMES)),
            message: self.header_or("", &MESSAGES),
            request_id: self.header_or(&self.request_id, &REQUEST_IDS),
        }
    }

    fn header_or<'a>(&'a self, header: &'a str, paths: &[&[&str]]) -> &'a str {
        if !header.is_empty() {
            return header;
        }
        paths.iter().find_map(|path| self.document.text(path)).unwrap_or_default()
    }
}

/// The bare name of an error, however a service writes it: `com.amazon.coral.service#Name:http://…` is `Name`.
fn bare_name(written: &str) -> &str {
    let head = written.split([':', ',']).next().unwrap_or_default();
    head.rsplit_once('#').map_or(head, |(_, name)| name).trim_ascii()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::super::{json_document, xml_document};
    use super::*;

    #[test]
    fn error_names_are_bare() {
        for written in [
            "NotAuthorizedException",
            "NotAuthorizedException:",
            "NotAuthorizedException:http://internal.amazon.com/coral/",
            "com.amazonaws.cognito#NotAuthorizedException",
            "com.amazon.coral.service#NotAuthorizedException:http://internal.amazon.com/coral/",
            "NotAuthorizedException, more",
        ] {
            assert_eq!(bare_name(written), "NotAuthorizedException");
        }
    }

    #[test]
    fn an_error_is_read_from_every_place_that_a_service_puts_it() {
        let of = |document| Reply { status: 400, document, ..Reply::default() };
        let said = ServiceError { name: "Throttling", message: "Rate exceeded", request_id: "" };
        for body in [
            json!({ "__type": "com.amazon.coral#Throttling", "message": "Rate exceeded" }),
            json!({ "__type": "Throttling", "Message": "Rate exceeded" }),
            json!({ "code": "Throttling", "message": "Rate exceeded" }),
            json!({ "Code": "Throttling", "Message": "Rate exceeded" }),
            json!({ "Error": { "Code": "Throttling", "Message": "Rate exceeded" } }),
            json!({ "errors": [{ "errorType": "Throttling", "message": "Rate exceeded" }] }),
        ] {
            assert_eq!(of(json_document(&body)).error(), said, "{body}");
        }
        let members = json!({ "Error": { "Type": "Sender", "Code": "Throttling", "Message": "Rate exceeded" },
            "RequestId": "r1" });
        let said = ServiceError { request_id: "r1", ..said };
        assert_eq!(of(json_document(&members)).error(), said);
        assert_eq!(of(xml_document(&members)).error(), said);
        let s3 = json!({ "Code": "Throttling", "Message": "Rate exceeded", "RequestId": "r1" });
        assert_eq!(of(xml_document(&s3)).error(), said);
        for nothing in [json!({}), json!([]), json!(null), json!("<html><b>code</b></html>"), json!({ "code": 7 })] {
            assert_eq!(of(json_document(&nothing)).error(), ServiceError::default(), "{nothing}");
        }
    }

    #[test]
    fn headers_come_before_the_body() {
        let body = json!({ "__type": "Other", "message": "text", "RequestId": "other" });
        let reply = Reply {
            error_type: "ThrottlingException:http://x/".into(),
            request_id: "r1".into(),
            document: json_document(&body),
            ..Reply::default()
        };
        let said = ServiceError { name: "ThrottlingException", message: "text", request_id: "r1" };
        assert_eq!(reply.error(), said);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_or_nothing() {
        let read_date = |text: &str| (text == "Fri, 31 Dec 1999 23:59:59 GMT").then_some(946_684_799_000);
        let parse = |text| RetryAfter::parse(text, read_date);
        assert_eq!((parse("7"), parse(" 120 ")), (Some(RetryAfter::Seconds(7)), Some(RetryAfter::Seconds(120))));
        assert_eq!(parse("Fri, 31 Dec 1999 23:59:59 GMT"), Some(RetryAfter::Date(946_684_799_000)));
        for nothing in ["", "soon", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(parse(nothing), None, "{nothing}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read(written in "(?s).{0,40}") {
            let reply = Reply { error_type: written.clone(), ..Reply::default() };
            proptest::prop_assert!(!reply.error().name.contains([':', ',', '#']));
            RetryAfter::parse(&written, |_| None);
        }
    }
}
