//! AWS JSON services that ask for signatures: DynamoDB, and some that are here for their refusals alone.

mod catalog;
mod dynamodb;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::account::{ACCOUNT_ID, REGION};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::aws_json;
use crate::iam;
use crate::settings::{Around, Denied};
use crate::verify::{Refusal, Scope};
use crate::world::World;

pub(crate) use dynamodb::Table;

/// A service of the AWS JSON protocols.
#[derive(Debug)]
pub(crate) struct JsonService {
    /// The signing name and the prefix of ARNs.
    name: &'static str,
    content_type: &'static str,
    /// What stands before the operation in `X-Amz-Target`.
    target: &'static str,
    /// What stands before the names of errors that are not the service's own.
    error_prefix: &'static str,
    /// What an operation asks IAM for; none if there is no such operation.
    asks: fn(operation: &str, body: &Value) -> Option<iam::Request>,
    run: fn(world: &World, operation: &str, body: &Value) -> Result<Value, ServiceError>,
}

/// DynamoDB.
pub(crate) const DYNAMODB: JsonService = JsonService {
    name: "dynamodb",
    content_type: "application/x-amz-json-1.0",
    target: "DynamoDB_20120810",
    error_prefix: "com.amazon.coral.service#",
    asks: dynamodb::asks,
    run: dynamodb::run,
};

/// Kendra, which guests of the enhanced flow do not reach.
pub(crate) const KENDRA: JsonService = JsonService {
    name: "kendra",
    content_type: "application/x-amz-json-1.1",
    target: "AWSKendraFrontendService",
    error_prefix: "",
    asks: catalog::kendra_asks,
    run: catalog::kendra_run,
};

/// Systems Manager, which guests of the enhanced flow do not reach.
pub(crate) const SSM: JsonService = JsonService {
    name: "ssm",
    content_type: "application/x-amz-json-1.1",
    target: "AmazonSSM",
    error_prefix: "",
    asks: catalog::ssm_asks,
    run: catalog::ssm_run,
};

/// Translate, which guests reach.
pub(crate) const TRANSLATE: JsonService = JsonService {
    name: "translate",
    content_type: "application/x-amz-json-1.1",
    target: "AWSShineFrontendService_20170701",
    error_prefix: "",
    asks: catalog::translate_asks,
    run: catalog::translate_run,
};

/// An error that the service itself gives.
#[derive(Debug)]
pub(crate) struct ServiceError {
    name: &'static str,
    message: String,
}

impl ServiceError {
    fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }
}

/// Answers a request to one of the services.
pub(crate) fn answer(world: &World, service: &JsonService, request: &Arrived, region: &str) -> Answer {
    let scope = Scope { service: service.name, region, window_minutes: 5 };
    let caller = match world.verify(request, scope) {
        Ok(caller) => caller,
        Err(refusal) => return refused(service, refusal),
    };
    let Some(operation) = operation(service, request) else {
        return failure(service, "UnknownOperationException", &json!({}));
    };
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return failure(service, "SerializationException", &json!({}));
    };
    let Some(asked) = (service.asks)(operation, &body) else {
        return failure(service, "UnknownOperationException", &json!({}));
    };
    if let Err(denied) = world.settings().authorize(&caller, &asked, Around::default()) {
        return access_denied(service, &denied);
    }
    match (service.run)(world, operation, &body) {
        Ok(body) => Answer::new(StatusCode::OK, service.content_type, body.to_string()),
        Err(ServiceError { name, message }) => {
            let body = json!({ "message": message });
            failure(service, name, &body)
        }
    }
}

/// The service is asked too often.
pub(crate) fn throttled(service: &JsonService) -> Answer {
    failure(service, "ThrottlingException", &json!({ "message": "Rate exceeded" }))
}

/// The service itself fails.
pub(crate) fn failed(service: &JsonService, status: StatusCode) -> Answer {
    let mut answer = failure(service, "InternalServerError", &json!({ "message": "Internal server error" }));
    answer.status = status;
    answer
}

/// The operation that a request asks for.
pub(crate) fn operation_name(request: &Arrived) -> &str {
    aws_json::operation_name(request)
}

fn operation<'a>(service: &JsonService, request: &'a Arrived) -> Option<&'a str> {
    let content_type = request.header("content-type")?;
    let (target, operation) = request.header("x-amz-target")?.rsplit_once('.')?;
    let fits =
        request.method == Method::POST && content_type.starts_with(service.content_type) && target == service.target;
    fits.then_some(operation)
}

/// An error: status 400 whatever it is, authorization included (DynamoDB Developer Guide: Error handling; a guest's
/// refusal by Translate in amplify-js has the same form).
fn failure(service: &JsonService, name: &'static str, members: &Value) -> Answer {
    let mut body = json!({ "__type": format!("{}{name}", service.error_prefix) });
    if let (Some(body), Some(members)) = (body.as_object_mut(), members.as_object()) {
        body.extend(members.clone());
    }
    Answer::new(StatusCode::BAD_REQUEST, service.content_type, body.to_string()).counted_as(name)
}

/// IAM's own refusals have a capital.
fn access_denied(service: &JsonService, denied: &Denied) -> Answer {
    failure(service, "AccessDeniedException", &json!({ "Message": denied.text() }))
}

fn refused(service: &JsonService, refusal: Refusal) -> Answer {
    let (name, message) = match refusal {
        Refusal::Unsigned => {
            ("MissingAuthenticationTokenException", "Request is missing Authentication Token".to_owned())
        }
        Refusal::Incomplete(text) => ("IncompleteSignatureException", text),
        Refusal::UnknownCredentials => {
            ("UnrecognizedClientException", "The security token included in the request is invalid.".to_owned())
        }
        Refusal::ExpiredCredentials => {
            ("ExpiredTokenException", "The security token included in the request is expired".to_owned())
        }
        Refusal::Invalid(invalid) => ("InvalidSignatureException", invalid.text),
    };
    failure(service, name, &json!({ "message": message }))
}

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}")
}
