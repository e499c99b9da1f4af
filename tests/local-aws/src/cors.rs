//! What each AWS-run service lets a browser read and send. An API's owner decides for that: see `execute_api`.

use http::StatusCode;

use crate::answer::Answer;
use crate::host::{Behind, Service};

/// Headers that a preflight to an AWS-run service allows. AWS publishes no list; these are the ones its own browser
/// SDKs send, so that a client which adds others is found out.
const ALLOWED_HEADERS: &str = "amz-sdk-invocation-id,amz-sdk-request,authorization,cache-control,content-type,\
                               x-amz-content-sha256,x-amz-date,x-amz-security-token,x-amz-target,x-amz-user-agent";

const COGNITO_EXPOSES: &str = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage";
const APPSYNC_EXPOSES: &str =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-user-agent,x-amzn-ErrorMessage,x-amz-schema-version";

/// Adds the CORS headers of an AWS-run service. Without `Date` among the exposed headers a page cannot learn the
/// server's time from the answer.
pub(crate) fn expose(answer: Answer, service: Service, expose_date: bool) -> Answer {
    let exposed = match service.behind() {
        Behind::CognitoIdentity | Behind::CognitoIdp => COGNITO_EXPOSES,
        Behind::AppSync(_) => APPSYNC_EXPOSES,
        // What STS exposes is not documented: nothing, until seen.
        Behind::Sts => return answer.with_header("access-control-allow-origin", "*"),
        // That all AWS JSON services expose the same is inferred.
        Behind::SignedJson(_) => COGNITO_EXPOSES,
        Behind::Api(_) | Behind::S3 => return answer,
    };
    let exposed = if expose_date { format!("{exposed},Date") } else { exposed.to_owned() };
    answer.with_header("access-control-allow-origin", "*").with_header("access-control-expose-headers", &exposed)
}

/// The answer of an AWS-run service to a preflight.
pub(crate) fn preflight() -> Answer {
    Answer::empty(StatusCode::OK)
        .with_header("access-control-allow-origin", "*")
        .with_header("access-control-allow-methods", "GET,POST,OPTIONS")
        .with_header("access-control-allow-headers", ALLOWED_HEADERS)
        .with_header("access-control-max-age", "172800")
}
