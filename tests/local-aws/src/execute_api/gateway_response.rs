//! Gateway responses: what API Gateway answers by itself, without the backend.

use http::StatusCode;
use serde_json::json;

use crate::account::RestApi;
use crate::answer::Answer;

/// A refusal or failure of the gateway.
#[derive(Debug)]
pub(super) struct GatewayResponse {
    status: StatusCode,
    name: &'static str,
    message: String,
}

impl GatewayResponse {
    pub(super) fn new(status: StatusCode, name: &'static str, message: impl Into<String>) -> Self {
        Self { status, name, message: message.into() }
    }

    pub(super) fn forbidden(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, name, message)
    }

    /// On the wire. The CORS headers are there only if the API's owner added them.
    pub(super) fn to_answer(&self, api: Option<&RestApi>, expose_date: bool) -> Answer {
        let answer = Answer::json(self.status, &json!({ "message": self.message }))
            .with_header("x-amzn-errortype", self.name)
            .counted_as(self.name);
        match api {
            Some(api) if api.cors_on_gateway_responses => {
                expose(api, answer.with_header("access-control-allow-origin", "*"), expose_date)
            }
            _ => answer,
        }
    }
}

/// Lets a page read what the SDK needs, on the API whose owner thought of it.
pub(super) fn expose(api: &RestApi, answer: Answer, expose_date: bool) -> Answer {
    if !api.cors_on_gateway_responses {
        return answer;
    }
    let exposed =
        if expose_date { "x-amzn-errortype,x-amzn-requestid,date" } else { "x-amzn-errortype,x-amzn-requestid" };
    answer.with_header("access-control-expose-headers", exposed)
}
