//! Why an attempt failed, as far as it matters for another one. Texts are not contractual, so names decide where they can,
//! and fragments of texts where services hide names from pages or have several for one thing.

use serde::{Serialize, Serializer};

use crate::http::{Reply, after, mentions};
use crate::time::{Millis, parse_date};

/// Why an attempt failed, as far as it matters for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The session token has expired, or is not known, or no longer.
    ExpiredCredentials,
    /// The role is explicitly denied what was asked for. So it is for the sets of a role whose older sessions were
    /// revoked (IAM User Guide, "Revoke IAM role temporary security credentials"), and a newer set is let in.
    DeniedRole,
    /// The request was signed at a time too far from the server's, which says its own here if it does.
    ClockSkew(Option<Millis>),
    /// Too fast: AWS has not processed it.
    Throttled,
    /// The service failed, or something before it. It may have processed the request.
    ServerFault,
    /// No answer that a page may see. It may have been processed.
    Network,
    /// Nothing that another attempt would change.
    Final,
}

/// What AWS's names of throttling have in common (thirteen of the fourteen on the SDKs' list).
const THROTTLING: [&str; 6] =
    ["Throttl", "LimitExceeded", "TooManyRequests", "SlowDown", "ThroughputExceeded", "InProgress"];

/// Whether an error name means throttling, whatever the status.
pub fn is_throttling(name: &str) -> bool {
    THROTTLING.iter().any(|mark| mentions(name, mark))
}

const EXPIRED: [&str; 6] = [
    "ExpiredToken",
    "TokenRefreshRequired",
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidToken",
];

/// Whether an answer of this status has to be read to classify it. All others are classified by their headers.
pub fn needs_body(status: u16) -> bool {
    matches!(status, 400 | 401 | 403)
}

impl ErrorKind {
    /// Reads an answer.
    pub fn classify(reply: &Reply) -> Self {
        let error = reply.error();
        let is_named = |marks: &[&str]| marks.iter().any(|mark| mentions(error.name, mark));
        let says = |fragment| mentions(error.message, fragment);
        match reply.status {
            ..400 => Self::Final,
            429 => Self::Throttled,
            _ if is_throttling(error.name) => Self::Throttled,
            500 | 502..=504 => Self::ServerFault,
            status if !needs_body(status) => Self::Final,
            _ if is_named(&["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"])
                || says("Signature expired: ")
                || says("Signature not yet current: ") =>
            {
                Self::ClockSkew(stated_time(reply))
            }
            _ if is_named(&EXPIRED) || says("security token included in the request is") => Self::ExpiredCredentials,
            _ if says("explicit deny in an identity-based policy") => Self::DeniedRole,
            // S3 gave up waiting for the body, for one.
            _ if is_named(&["RequestTimeout"]) => Self::ServerFault,
            _ => Self::Final,
        }
    }

    /// The kind in the words of the `retry` event; empty for [`ErrorKind::Final`].
    pub fn name(self) -> &'static str {
        match self {
            Self::ExpiredCredentials => "token",
            Self::DeniedRole => "role",
            Self::ClockSkew(_) => "clock",
            Self::Throttled => "throttled",
            Self::ServerFault => "fault",
            Self::Network => "network",
            Self::Final => "",
        }
    }
}

impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The server's time, as a refusal states it:
///
/// - `Signature expired: … is now earlier than … (20220127T015928Z - 15 min.)`, and `+` for those not yet current (IAM
///   User Guide, "Troubleshoot Signature Version 4 requests");
/// - S3's element `ServerTime`;
/// - Cognito's `Token expired: 1667365798 >= 1667235770`, where the first is the server's, in seconds.
pub fn stated_time(reply: &Reply) -> Option<Millis> {
    let text = reply.error().message;
    if let Some(rest) = after(text, " than ") {
        return parse_date(rest.split_once('(')?.1);
    }
    if let Some(rest) = after(text, "Token expired: ") {
        let seconds: u32 = rest.split_once(' ')?.0.parse().ok()?;
        return Some(Millis::from(seconds) * 1_000);
    }
    parse_date(reply.document.text(&["ServerTime"])?)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::http::{json_document, xml_document};

    fn reply(status: u16, error_type: &str, body: &Value) -> Reply {
        Reply { status, error_type: error_type.into(), document: json_document(body), ..Reply::default() }
    }

    const EXPIRED: &str =
        "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)";
    const EARLY: &str =
        "Signature not yet current: 20220127T031427Z is still later than 20220127T021428Z (20220127T015928Z + 15 min.)";
    /// 2022-01-27T01:59:28Z.
    const NOW: Millis = 1_643_248_768_000;

    #[test]
    fn every_documented_answer_has_a_kind() {
        let skew = ErrorKind::ClockSkew(Some(NOW));
        let appsync = |kind: &str, text: &str| json!({ "errors": [{ "errorType": kind, "message": text }] });
        let mismatch = "The request signature we calculated does not match the signature you provided.";
        let denied =
            |why: &str| json!({ "message": format!("User: a is not authorized to perform: b on resource: c {why}") });
        let unreadable = json!({});
        let table = [
            // API Gateway, REST.
            (
                403,
                "MissingAuthenticationTokenException",
                json!({ "message": "Missing Authentication Token" }),
                ErrorKind::Final,
            ),
            (
                403,
                "IncompleteSignatureException",
                json!({ "message": "x not a valid key=value pair" }),
                ErrorKind::Final,
            ),
            (
                403,
                "ExpiredTokenException",
                json!({ "message": "The security token included in the request is expired" }),
                ErrorKind::ExpiredCredentials,
            ),
            (
                403,
                "",
                json!({ "message": "The security token included in the request is expired" }),
                ErrorKind::ExpiredCredentials,
            ),
            (
                403,
                "UnrecognizedClientException",
                json!({ "message": "The security token included in the request is invalid." }),
                ErrorKind::ExpiredCredentials,
            ),
            (
                403,
                "AccessDeniedException",
                json!({ "message": "The security token included in the request is invalid." }),
                ErrorKind::ExpiredCredentials,
            ),
            (403, "InvalidSignatureException", json!({ "message": mismatch }), ErrorKind::Final),
            (403, "InvalidSignatureException", json!({ "message": EXPIRED }), skew),
            (403, "InvalidSignatureException", json!({ "message": EARLY }), skew),
            (403, "", json!({ "message": EXPIRED }), skew),
            (
                403,
                "InvalidSignatureException",
                json!({ "message": "Credential should be scoped to a valid Region, not 'us-east-1'" }),
                ErrorKind::Final,
            ),
            (
                403,
                "AccessDeniedException",
                denied("because no identity-based policy allows the b action"),
                ErrorKind::Final,
            ),
            (403, "AccessDeniedException", denied("because no session policy allows the b action"), ErrorKind::Final),
            (
                403,
                "AccessDeniedException",
                denied("with an explicit deny in an identity-based policy"),
                ErrorKind::DeniedRole,
            ),
            (
                403,
                "AccessDeniedException",
                denied("with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/p"),
                ErrorKind::DeniedRole,
            ),
            (
                403,
                "AccessDeniedException",
                denied("with an explicit deny in a service control policy"),
                ErrorKind::Final,
            ),
            (403, "ForbiddenException", json!({ "message": "Forbidden" }), ErrorKind::Final),
            (429, "TooManyRequestsException", json!({ "message": "Too Many Requests" }), ErrorKind::Throttled),
            (429, "LimitExceededException", json!({ "message": "Limit Exceeded" }), ErrorKind::Throttled),
            (429, "", unreadable.clone(), ErrorKind::Throttled),
            (413, "", json!({ "message": "Request Too Long" }), ErrorKind::Final),
            (401, "UnauthorizedException", json!({ "message": "Unauthorized" }), ErrorKind::Final),
            (
                504,
                "InternalServerErrorException",
                json!({ "message": "Endpoint request timed out" }),
                ErrorKind::ServerFault,
            ),
            (
                502,
                "InternalServerErrorException",
                json!({ "message": "Internal server error" }),
                ErrorKind::ServerFault,
            ),
            // API Gateway, HTTP.
            (403, "", json!({ "message": "Forbidden" }), ErrorKind::Final),
            (404, "", json!({ "message": "Not Found" }), ErrorKind::Final),
            // AppSync.
            (401, "UnauthorizedException", appsync("UnauthorizedException", "Permission denied"), ErrorKind::Final),
            (401, "", appsync("UnauthorizedException", "You are not authorized to make this call."), ErrorKind::Final),
            (401, "", appsync("UnauthorizedException", "Unable to parse JWT token."), ErrorKind::Final),
            (
                403,
                "",
                appsync("UnrecognizedClientException", "The security token included in the request is invalid."),
                ErrorKind::ExpiredCredentials,
            ),
            (
                401,
                "",
                appsync("UnauthorizedException", "The security token included in the request is expired"),
                ErrorKind::ExpiredCredentials,
            ),
            (403, "", appsync("InvalidSignatureException", EARLY), skew),
            (400, "", appsync("BadRequestException", EXPIRED), skew),
            (400, "", appsync("BadRequestException", mismatch), ErrorKind::Final),
            (403, "", appsync("WAFForbiddenException", "403 Forbidden"), ErrorKind::Final),
            // AWS JSON: DynamoDB answers with 400.
            (
                400,
                "",
                json!({ "__type": "com.amazon.coral.service#ExpiredTokenException", "message": "" }),
                ErrorKind::ExpiredCredentials,
            ),
            (
                400,
                "",
                json!({ "__type": "com.amazon.coral.service#UnrecognizedClientException", "message": "" }),
                ErrorKind::ExpiredCredentials,
            ),
            (
                400,
                "",
                json!({ "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException" }),
                ErrorKind::Throttled,
            ),
            (400, "", json!({ "__type": "x#ThrottlingException", "Message": "Rate exceeded" }), ErrorKind::Throttled),
            (400, "", json!({ "__type": "x#ConditionalCheckFailedException" }), ErrorKind::Final),
            (400, "", json!({ "__type": "x#InvalidSignatureException", "message": EXPIRED }), skew),
            (500, "InternalServerError", unreadable.clone(), ErrorKind::ServerFault),
            // Query.
            (
                403,
                "",
                json!({ "Code": "InvalidClientTokenId", "Message": "The security token included in the request is invalid" }),
                ErrorKind::ExpiredCredentials,
            ),
            (
                403,
                "",
                json!({ "Code": "ExpiredToken", "Message": "The security token included in the request is expired" }),
                ErrorKind::ExpiredCredentials,
            ),
            (403, "", json!({ "Error": { "Code": "SignatureDoesNotMatch", "Message": EXPIRED } }), skew),
            (403, "", json!({ "Code": "SignatureDoesNotMatch", "Message": mismatch }), ErrorKind::Final),
            (400, "", json!({ "Code": "Throttling", "Message": "Rate exceeded" }), ErrorKind::Throttled),
            (
                400,
                "",
                json!({ "Code": "RequestExpired", "Message": "Request has expired." }),
                ErrorKind::ClockSkew(None),
            ),
            // S3.
            (403, "", json!({ "Code": "RequestTimeTooSkewed", "ServerTime": "2022-01-27T01:59:28Z" }), skew),
            (403, "", json!({ "Code": "RequestTimeTooSkewed", "ServerTime": "2022-01-27T01:59:28.000Z" }), skew),
            (403, "", json!({ "Code": "RequestTimeTooSkewed" }), ErrorKind::ClockSkew(None)),
            (
                400,
                "",
                json!({ "Code": "ExpiredToken", "Message": "The provided token has expired." }),
                ErrorKind::ExpiredCredentials,
            ),
            (400, "", json!({ "Code": "TokenRefreshRequired", "Message": "" }), ErrorKind::ExpiredCredentials),
            (400, "", json!({ "Code": "InvalidToken", "Message": "" }), ErrorKind::ExpiredCredentials),
            (403, "", json!({ "Code": "InvalidAccessKeyId", "Message": "" }), ErrorKind::ExpiredCredentials),
            (
                503,
                "",
                json!({ "Code": "SlowDown", "Message": "Please reduce your request rate." }),
                ErrorKind::Throttled,
            ),
            (400, "", json!({ "Code": "RequestTimeout", "Message": "" }), ErrorKind::ServerFault),
            (301, "", json!({ "Code": "PermanentRedirect" }), ErrorKind::Final),
            // What is no refusal at all, whatever it says.
            (200, "", json!({ "message": EXPIRED, "code": "ThrottlingException" }), ErrorKind::Final),
            (501, "", unreadable.clone(), ErrorKind::Final),
            (503, "", unreadable, ErrorKind::ServerFault),
        ];
        for (status, name, body, kind) in table {
            let reply = reply(status, name, &body);
            assert_eq!(ErrorKind::classify(&reply), kind, "{status} {name} {body}");
            // The Query protocol and S3 answer in XML.
            if body.get("Code").or(body.get("Error")).is_some() {
                let reply = Reply { document: xml_document(&body), ..reply };
                assert_eq!(ErrorKind::classify(&reply), kind, "{status} {name} {body} in XML");
            }
        }
    }

    #[test]
    fn throttling_is_known_by_every_name_that_awss_sdks_know() {
        for name in [
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "TransactionInProgressException",
        ] {
            assert!(is_throttling(name), "{name}");
        }
        for name in ["NotAuthorizedException", "ResourceNotFoundException", "AccessDenied", ""] {
            assert!(!is_throttling(name), "{name}");
        }
    }

    #[test]
    fn cognitos_refusal_of_an_old_token_tells_the_time() {
        let body = |text: &str| reply(400, "NotAuthorizedException:", &json!({ "message": text }));
        let told = body("Invalid login token. Token expired: 1643248768 >= 1643240000");
        assert_eq!(stated_time(&told), Some(NOW));
        for text in [
            "Token expired: soon",
            "Token expired: 1643248768",
            "Token expired: 99999999999999 >= 1",
            "Token expired: -1 >= 1",
            "earlier than (now)",
            "earlier than",
            "",
        ] {
            assert_eq!(stated_time(&body(text)), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_read(status: u16, name in ".{0,30}", text in "(?s).{0,80}") {
            let reply = reply(status, "", &json!({ "__type": name, "message": text, "ServerTime": text }));
            if status < 400 {
                proptest::prop_assert_eq!(ErrorKind::classify(&reply), ErrorKind::Final);
            }
            stated_time(&reply);
        }
    }
}
