//! What an answer of AWS means for another attempt: whether there is something to heal first, whether waiting helps, or
//! whether the caller is to have the answer as it is. Texts are not contractual, so names decide where they can, and
//! fragments where services hide names from pages or have several for one thing.

use crate::clock::{Millis, parse_date};
use crate::message::HttpReply;
use crate::retry::{self, Policy};
use crate::text::{contains, cut, parse_decimal};

/// Why an attempt did not bring what was asked for, as far as another one could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The session token has expired, or is not known, or no longer.
    Token,
    /// The role is explicitly denied what was asked for. So it is for the sets of a role whose older sessions were
    /// revoked (IAM User Guide, "Revoke IAM role temporary security credentials"), and a newer set is let in.
    Role,
    /// The request was signed at a time too far from the server's, which says its own here if it does.
    Skew(Option<Millis>),
    /// Too fast: AWS has not processed it.
    Throttled,
    /// The service failed, or something before it. It may have processed the request.
    Fault,
    /// No answer that a page may see. It may have been processed.
    Network,
    /// Nothing that another attempt would change.
    Final,
}

const TOKEN: [&str; 6] = [
    "ExpiredToken",
    "TokenRefreshRequired",
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidToken",
];

impl Cause {
    /// Reads an answer.
    pub fn of(reply: &HttpReply) -> Self {
        let (name, text) = (reply.error_name(), reply.error_text());
        let names = |list: &[&str]| list.iter().any(|mark| contains(name, mark));
        match reply.status {
            ..400 => Self::Final,
            429 => Self::Throttled,
            _ if retry::is_throttling(name) => Self::Throttled,
            500 | 502..=504 => Self::Fault,
            400 | 401 | 403 => {
                let skew = names(&["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"]);
                if skew || contains(text, "Signature expired: ") || contains(text, "Signature not yet current: ") {
                    return Self::Skew(server_time(reply));
                }
                if names(&TOKEN) || contains(text, "security token included in the request is") {
                    return Self::Token;
                }
                if contains(text, "explicit deny in an identity-based policy") {
                    return Self::Role;
                }
                // S3 gave up waiting for the body, for one.
                if names(&["RequestTimeout"]) { Self::Fault } else { Self::Final }
            }
            _ => Self::Final,
        }
    }

    /// Whether the same attempt only fails again before something is healed. A bit each: each is healed once.
    fn heal(self) -> u8 {
        match self {
            Self::Token => 1,
            Self::Role => 2,
            Self::Skew(_) => 4,
            _ => 0,
        }
    }

    /// The cause in the words of the `retry` event.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Role => "role",
            Self::Skew(_) => "clock",
            Self::Throttled => "throttled",
            Self::Fault => "fault",
            Self::Network => "network",
            Self::Final => "",
        }
    }
}

/// The server's clock, as a refusal names it:
///
/// - `Signature expired: … is now earlier than … (20220127T015928Z - 15 min.)`, and `+` for those not yet current (IAM
///   User Guide, "Troubleshoot Signature Version 4 requests");
/// - S3's element `ServerTime`;
/// - Cognito's `Token expired: 1667365798 >= 1667235770`, where the first is the server's, in seconds.
pub fn server_time(reply: &HttpReply) -> Option<Millis> {
    let text = reply.error_text();
    if let Some((_, rest)) = cut(text, " than ") {
        return parse_date(cut(rest, "(")?.1);
    }
    if let Some((_, rest)) = cut(text, "Token expired: ") {
        return Some(parse_decimal(cut(rest, " ")?.0)? * 1_000);
    }
    parse_date(reply.document.text("ServerTime")?)
}

/// A call, as far as it has got.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Whether it does no harm to be processed twice, see [`is_idempotent`].
    pub idempotent: bool,
    /// Whether its body is still there.
    pub replayable: bool,
    /// What the caller grants.
    pub policy: Policy,
    /// The attempts so far.
    pub made: u32,
    /// The time since the first of them began.
    pub elapsed: Millis,
    /// What has been healed for it, a bit each.
    pub healed: u8,
}

/// What comes before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// Milliseconds to wait.
    pub wait: Millis,
    /// What has been healed for the call from then on.
    pub healed: u8,
}

impl Call {
    /// Whether there is to be another attempt; none if the caller gets the answer as it is. `can_heal` says whether
    /// what is wrong, if anything is, can be put right first.
    pub fn again(&self, cause: Cause, can_heal: bool, asked: Option<Millis>, random: f64) -> Option<Again> {
        if !self.replayable {
            return None;
        }
        let heal = cause.heal();
        if heal > 0 {
            let grants = can_heal && self.healed & heal == 0 && self.policy.allows(self.made, self.elapsed);
            return grants.then_some(Again { wait: 0, healed: self.healed | heal });
        }
        let is_worth_it = match cause {
            Cause::Throttled => true,
            Cause::Fault | Cause::Network => self.idempotent,
            _ => false,
        };
        let wait = self.policy.wait(self.made, self.elapsed, asked, random).filter(|_| is_worth_it)?;
        Some(Again { wait, healed: self.healed })
    }
}

/// Whether a request of this method does no harm when it is processed twice (RFC 9110, section 9.2.2).
pub fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof};
    use serde_json::{Value, json};

    use super::*;
    use crate::message::tests::flat;

    fn reply(status: u16, error_type: &str, body: &Value) -> HttpReply {
        HttpReply { status, error_type: error_type.into(), request_id: String::new(), document: flat(body) }
    }

    const EXPIRED: &str =
        "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)";
    const EARLY: &str =
        "Signature not yet current: 20220127T031427Z is still later than 20220127T021428Z (20220127T015928Z + 15 min.)";
    /// 2022-01-27T01:59:28Z.
    const NOW: Millis = 1_643_248_768_000;

    #[test]
    fn every_documented_answer_has_a_cause() {
        let skew = Cause::Skew(Some(NOW));
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
                Cause::Final,
            ),
            (403, "IncompleteSignatureException", json!({ "message": "x not a valid key=value pair" }), Cause::Final),
            (
                403,
                "ExpiredTokenException",
                json!({ "message": "The security token included in the request is expired" }),
                Cause::Token,
            ),
            (403, "", json!({ "message": "The security token included in the request is expired" }), Cause::Token),
            (
                403,
                "UnrecognizedClientException",
                json!({ "message": "The security token included in the request is invalid." }),
                Cause::Token,
            ),
            (
                403,
                "AccessDeniedException",
                json!({ "message": "The security token included in the request is invalid." }),
                Cause::Token,
            ),
            (403, "InvalidSignatureException", json!({ "message": mismatch }), Cause::Final),
            (403, "InvalidSignatureException", json!({ "message": EXPIRED }), skew),
            (403, "InvalidSignatureException", json!({ "message": EARLY }), skew),
            (403, "", json!({ "message": EXPIRED }), skew),
            (
                403,
                "InvalidSignatureException",
                json!({ "message": "Credential should be scoped to a valid Region, not 'us-east-1'" }),
                Cause::Final,
            ),
            (
                403,
                "AccessDeniedException",
                denied("because no identity-based policy allows the b action"),
                Cause::Final,
            ),
            (403, "AccessDeniedException", denied("because no session policy allows the b action"), Cause::Final),
            (403, "AccessDeniedException", denied("with an explicit deny in an identity-based policy"), Cause::Role),
            (
                403,
                "AccessDeniedException",
                denied("with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/p"),
                Cause::Role,
            ),
            (403, "AccessDeniedException", denied("with an explicit deny in a service control policy"), Cause::Final),
            (403, "ForbiddenException", json!({ "message": "Forbidden" }), Cause::Final),
            (429, "TooManyRequestsException", json!({ "message": "Too Many Requests" }), Cause::Throttled),
            (429, "LimitExceededException", json!({ "message": "Limit Exceeded" }), Cause::Throttled),
            (429, "", unreadable.clone(), Cause::Throttled),
            (413, "", json!({ "message": "Request Too Long" }), Cause::Final),
            (401, "UnauthorizedException", json!({ "message": "Unauthorized" }), Cause::Final),
            (504, "InternalServerErrorException", json!({ "message": "Endpoint request timed out" }), Cause::Fault),
            (502, "InternalServerErrorException", json!({ "message": "Internal server error" }), Cause::Fault),
            // API Gateway, HTTP.
            (403, "", json!({ "message": "Forbidden" }), Cause::Final),
            (404, "", json!({ "message": "Not Found" }), Cause::Final),
            // AppSync.
            (401, "UnauthorizedException", appsync("UnauthorizedException", "Permission denied"), Cause::Final),
            (401, "", appsync("UnauthorizedException", "You are not authorized to make this call."), Cause::Final),
            (401, "", appsync("UnauthorizedException", "Unable to parse JWT token."), Cause::Final),
            (
                403,
                "",
                appsync("UnrecognizedClientException", "The security token included in the request is invalid."),
                Cause::Token,
            ),
            (
                401,
                "",
                appsync("UnauthorizedException", "The security token included in the request is expired"),
                Cause::Token,
            ),
            (403, "", appsync("InvalidSignatureException", EARLY), skew),
            (400, "", appsync("BadRequestException", EXPIRED), skew),
            (400, "", appsync("BadRequestException", mismatch), Cause::Final),
            (403, "", appsync("WAFForbiddenException", "403 Forbidden"), Cause::Final),
            // AWS JSON: DynamoDB answers with 400.
            (
                400,
                "",
                json!({ "__type": "com.amazon.coral.service#ExpiredTokenException", "message": "" }),
                Cause::Token,
            ),
            (
                400,
                "",
                json!({ "__type": "com.amazon.coral.service#UnrecognizedClientException", "message": "" }),
                Cause::Token,
            ),
            (
                400,
                "",
                json!({ "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException" }),
                Cause::Throttled,
            ),
            (400, "", json!({ "__type": "x#ThrottlingException", "Message": "Rate exceeded" }), Cause::Throttled),
            (400, "", json!({ "__type": "x#ConditionalCheckFailedException" }), Cause::Final),
            (400, "", json!({ "__type": "x#InvalidSignatureException", "message": EXPIRED }), skew),
            (500, "InternalServerError", unreadable.clone(), Cause::Fault),
            // Query: elements stand under their names.
            (
                403,
                "",
                json!({ "Code": "InvalidClientTokenId", "Message": "The security token included in the request is invalid" }),
                Cause::Token,
            ),
            (
                403,
                "",
                json!({ "Code": "ExpiredToken", "Message": "The security token included in the request is expired" }),
                Cause::Token,
            ),
            (403, "", json!({ "Error": { "Code": "SignatureDoesNotMatch", "Message": EXPIRED } }), skew),
            (403, "", json!({ "Code": "SignatureDoesNotMatch", "Message": mismatch }), Cause::Final),
            (400, "", json!({ "Code": "Throttling", "Message": "Rate exceeded" }), Cause::Throttled),
            (400, "", json!({ "Code": "RequestExpired", "Message": "Request has expired." }), Cause::Skew(None)),
            // S3.
            (403, "", json!({ "Code": "RequestTimeTooSkewed", "ServerTime": "2022-01-27T01:59:28Z" }), skew),
            (403, "", json!({ "Code": "RequestTimeTooSkewed", "ServerTime": "2022-01-27T01:59:28.000Z" }), skew),
            (403, "", json!({ "Code": "RequestTimeTooSkewed" }), Cause::Skew(None)),
            (400, "", json!({ "Code": "ExpiredToken", "Message": "The provided token has expired." }), Cause::Token),
            (400, "", json!({ "Code": "TokenRefreshRequired", "Message": "" }), Cause::Token),
            (400, "", json!({ "Code": "InvalidToken", "Message": "" }), Cause::Token),
            (403, "", json!({ "Code": "InvalidAccessKeyId", "Message": "" }), Cause::Token),
            (503, "", json!({ "Code": "SlowDown", "Message": "Please reduce your request rate." }), Cause::Throttled),
            (400, "", json!({ "Code": "RequestTimeout", "Message": "" }), Cause::Fault),
            (301, "", json!({ "Code": "PermanentRedirect" }), Cause::Final),
            // What is no refusal at all, whatever it says.
            (200, "", json!({ "message": EXPIRED, "code": "ThrottlingException" }), Cause::Final),
            (501, "", unreadable.clone(), Cause::Final),
            (503, "", unreadable, Cause::Fault),
        ];
        for (status, kind, body, cause) in table {
            assert_eq!(Cause::of(&reply(status, kind, &body)), cause, "{status} {kind} {body}");
        }
    }

    #[test]
    fn cognitos_refusal_of_an_old_token_tells_the_time() {
        let body = |text: &str| reply(400, "NotAuthorizedException:", &json!({ "message": text }));
        let told = body("Invalid login token. Token expired: 1643248768 >= 1643240000");
        assert_eq!(server_time(&told), Some(NOW));
        for text in ["Token expired: soon", "Token expired: 1643248768", "earlier than (now)", "earlier than", ""] {
            assert_eq!(server_time(&body(text)), None, "{text}");
        }
    }

    fn cause() -> impl Strategy<Value = Cause> {
        prop_oneof![
            Just(Cause::Token),
            Just(Cause::Role),
            Just(Cause::Skew(None)),
            Just(Cause::Throttled),
            Just(Cause::Fault),
            Just(Cause::Network),
            Just(Cause::Final),
        ]
    }

    type Answer = (Cause, bool, Option<Millis>, f64, Millis);

    fn answer() -> impl Strategy<Value = Answer> {
        (cause(), any::<bool>(), proptest::option::of(0i64..9_000), 0.0f64..1.0, 0i64..3_000)
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 3_000, ..Default::default() })]

        /// A service that goes on failing in any order of ways. Every call ends; within attempts and budget; each
        /// cause is healed once at most; and what may have been processed is sent again only if that does no harm.
        #[test]
        fn every_call_ends_within_what_is_granted(
            idempotent: bool, replayable: bool, attempts in 1u32..12, budget in 0i64..60_000,
            answers in proptest::collection::vec(answer(), 12),
        ) {
            let policy = Policy { attempts, budget };
            let mut call = Call { idempotent, replayable, policy, made: 0, elapsed: 0, healed: 0 };
            let mut healed = Vec::new();
            let mut ended = false;
            for (cause, can_heal, asked, random, took) in answers {
                call.made += 1;
                call.elapsed += took;
                let Some(again) = call.again(cause, can_heal, asked, random) else { ended = true; break };
                proptest::prop_assert!(replayable && call.made < attempts);
                proptest::prop_assert!(call.elapsed + again.wait <= budget);
                match cause {
                    Cause::Token | Cause::Role | Cause::Skew(_) => {
                        proptest::prop_assert!(can_heal && !healed.contains(&cause));
                        healed.push(cause);
                    }
                    Cause::Throttled => proptest::prop_assert!(again.wait >= asked.unwrap_or(0)),
                    Cause::Fault | Cause::Network => proptest::prop_assert!(idempotent),
                    Cause::Final => proptest::prop_assert!(false, "nothing to gain"),
                }
                call.elapsed += again.wait;
                call.healed = again.healed;
            }
            proptest::prop_assert!(ended);
        }

        #[test]
        fn any_answer_is_read(status: u16, name in ".{0,30}", text in "(?s).{0,80}") {
            let reply = reply(status, "", &json!({ "__type": name, "message": text, "ServerTime": text }));
            if status < 400 {
                proptest::prop_assert_eq!(Cause::of(&reply), Cause::Final);
            }
            server_time(&reply);
        }
    }
}
