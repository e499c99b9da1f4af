//! The AWS JSON 1.1 protocol: one URL, the operation in a header, errors by name.

use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::arrived::Arrived;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// An error as the service's model names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AwsError {
    pub(crate) status: StatusCode,
    pub(crate) name: String,
    pub(crate) message: String,
}

impl AwsError {
    /// An error of status 400, which nearly all are, throttling included.
    pub(crate) fn new(name: &str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, name: name.to_owned(), message: message.into() }
    }

    /// The request asks for nothing that the service has.
    pub(crate) fn unknown_operation() -> Self {
        Self { status: StatusCode::NOT_FOUND, name: "UnknownOperationException".to_owned(), message: String::new() }
    }

    /// The service's own fault.
    pub(crate) fn internal(status: StatusCode) -> Self {
        Self { status, name: "InternalErrorException".to_owned(), message: "Internal error".to_owned() }
    }

    /// The error of one field, in the words of the check that runs before every operation.
    pub(crate) fn validation(value: Option<&str>, field: &str, constraint: &str) -> Self {
        let value = value.map_or_else(|| "null".to_owned(), |value| format!("'{value}'"));
        Self::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value {value} at '{field}' failed to satisfy constraint: Member must {constraint}"
            ),
        )
    }

    /// The error on the wire. The colon after the name is AWS's.
    pub(crate) fn to_answer(&self) -> Answer {
        let body = json!({ "__type": self.name, "message": self.message });
        Answer::new(self.status, CONTENT_TYPE, body.to_string())
            .with_header("x-amzn-errortype", &format!("{}:", self.name))
            .with_header("x-amzn-errormessage", &self.message)
            .counted_as(self.name.clone())
    }
}

/// The service is asked too often. The status is 400 in this protocol, not 429.
pub(crate) fn throttled() -> Answer {
    AwsError::new("TooManyRequestsException", "Rate exceeded").to_answer()
}

/// The operation that a request names, whether or not there is one of that name.
pub(crate) fn operation_name(request: &Arrived) -> &str {
    let target = request.header("x-amz-target").unwrap_or_default();
    target.rsplit_once('.').map_or("unknown", |(_, operation)| operation)
}

/// The operation that a request asks for, if it speaks this protocol. The docs' samples put a package name before the
/// service's, the SDKs do not.
pub(crate) fn operation<'a>(request: &'a Arrived, service: &str) -> Result<&'a str, AwsError> {
    let unknown = AwsError::unknown_operation;
    let content_type = request.header("content-type").unwrap_or_default();
    if request.method != Method::POST || !content_type.starts_with(CONTENT_TYPE) {
        return Err(unknown());
    }
    let target = request.header("x-amz-target").unwrap_or_default();
    let (prefix, operation) = target.rsplit_once('.').ok_or_else(unknown)?;
    if prefix.rsplit('.').next() == Some(service) { Ok(operation) } else { Err(unknown()) }
}

/// Reads the body of a request.
pub(crate) fn read<T: DeserializeOwned>(request: &Arrived) -> Result<T, AwsError> {
    serde_json::from_slice(&request.body)
        .map_err(|_| AwsError::new("SerializationException", "Unable to read the request body"))
}

/// A good answer.
pub(crate) fn answer(body: &Value) -> Answer {
    Answer::new(StatusCode::OK, CONTENT_TYPE, body.to_string())
}
