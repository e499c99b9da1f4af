//! S3's errors (S3 API Reference: Error responses).

use aws_lc_rs::digest::{SHA256, digest};
use http::StatusCode;

use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::clock::format_extended;
use crate::verify::{Claim, Fault, Placement, Refusal, canonical_request, string_to_sign};
use crate::world::World;

/// An error and what S3 tells besides.
#[derive(Debug)]
pub(super) struct S3Error {
    status: StatusCode,
    code: &'static str,
    message: String,
    more: Vec<(&'static str, String)>,
}

impl S3Error {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), more: Vec::new() }
    }

    /// Adds an element.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    pub(super) fn to_answer(&self, request: &Arrived) -> Answer {
        let more: String =
            self.more.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escape(value))).collect();
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>{more}\
             <RequestId>{}</RequestId><HostId>local=</HostId></Error>",
            self.code,
            escape(&self.message),
            escape(&request.request_id),
        );
        Answer::new(self.status, "application/xml", body).counted_as(self.code)
    }
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub(super) fn access_denied() -> S3Error {
    S3Error::new(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied")
}

/// A signed request states the hash of its body, or that it has none.
pub(super) fn check_payload(request: &Arrived) -> Result<(), S3Error> {
    let Some(stated) = request.header("x-amz-content-sha256") else {
        return if request.headers.contains_key("authorization") {
            let message = "Missing required header for this request: x-amz-content-sha256";
            Err(S3Error::new(StatusCode::BAD_REQUEST, "InvalidRequest", message))
        } else {
            Ok(())
        };
    };
    let hash: String = digest(&SHA256, &request.body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    if stated == "UNSIGNED-PAYLOAD" || stated == hash {
        return Ok(());
    }
    let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    Err(S3Error::new(StatusCode::BAD_REQUEST, "XAmzContentSHA256Mismatch", message)
        .with("ClientComputedContentSHA256", stated)
        .with("S3ComputedContentSHA256", hash))
}

/// What S3 says of a signature that does not hold.
pub(super) fn of_refusal(world: &World, request: &Arrived, refusal: Refusal, bucket_region: &str) -> S3Error {
    let bad = |code, message: String| S3Error::new(StatusCode::BAD_REQUEST, code, message);
    let forbidden = |code, message: &str| S3Error::new(StatusCode::FORBIDDEN, code, message);
    let claim = Claim::read(request).ok();
    let is_presigned = claim.as_ref().is_some_and(|claim| claim.placement != Placement::Headers);
    let malformed = |text: String| match is_presigned {
        true => {
            bad("AuthorizationQueryParametersError", format!("Error parsing the X-Amz-Credential parameter; {text}"))
        }
        false => bad("AuthorizationHeaderMalformed", format!("The authorization header is malformed; {text}")),
    };
    match refusal {
        Refusal::Unsigned => access_denied(),
        Refusal::Incomplete(_) if request.header("authorization").is_some_and(|value| !value.starts_with("AWS4-")) => {
            bad("InvalidArgument", "Unsupported Authorization Type".to_owned())
        }
        Refusal::Incomplete(text) => malformed(text),
        Refusal::UnknownCredentials => {
            let is_known = |claim: &Claim| world.issued.lock().find(&claim.access_key_id).is_some();
            // A temporary key without its token is unknown, and not a bad token (databend#8069).
            match claim.filter(|claim| claim.session_token.is_some() && is_known(claim)) {
                Some(_) => bad("InvalidToken", "The provided token is malformed or otherwise invalid.".to_owned()),
                None => {
                    forbidden("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
                }
            }
        }
        Refusal::ExpiredCredentials => bad("ExpiredToken", "The provided token has expired.".to_owned()),
        Refusal::Invalid(invalid) => match invalid.fault {
            Fault::Region => {
                let signed = claim.map(|claim| claim.region).unwrap_or_default();
                malformed(format!("the region '{signed}' is wrong; expecting '{bucket_region}'"))
                    .with("Region", bucket_region)
            }
            Fault::Scope => {
                let signed = claim.map(|claim| claim.service).unwrap_or_default();
                malformed(format!("incorrect service \"{signed}\". This endpoint belongs to \"s3\"."))
            }
            Fault::Clock => forbidden(
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            )
            .with("RequestTime", claim.map(|claim| claim.date_time).unwrap_or_default())
            .with("ServerTime", format_extended(request.now))
            .with("MaxAllowedSkewMilliseconds", "900000"),
            Fault::PresignedExpired => {
                forbidden("AccessDenied", "Request has expired").with("ServerTime", format_extended(request.now))
            }
            Fault::HeaderNotSigned(name) => {
                forbidden("AccessDenied", "There were headers present in the request which were not signed")
                    .with("HeadersNotSigned", name)
            }
            Fault::Mismatch => mismatch(request, claim),
        },
    }
}

/// S3 shows what it would have signed in elements of their own.
fn mismatch(request: &Arrived, claim: Option<Claim>) -> S3Error {
    let error = S3Error::new(
        StatusCode::FORBIDDEN,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
    let Some(claim) = claim else { return error };
    let canonical = canonical_request(request, &claim);
    error
        .with("AWSAccessKeyId", claim.access_key_id.as_str())
        .with("StringToSign", string_to_sign(&canonical, &claim))
        .with("SignatureProvided", claim.signature.as_str())
        .with("CanonicalRequest", canonical)
}
