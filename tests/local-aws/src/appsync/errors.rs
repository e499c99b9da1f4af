//! Errors in AppSync's form: of the whole request, and of single fields.

use std::borrow::Cow;

use async_graphql::{Response, ServerError};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;

/// The member of an engine error's extensions that becomes AppSync's `errorType`.
pub(super) const ERROR_TYPE: &str = "errorType";

/// A refusal of a whole request, or of what a frame asks for.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    name: Cow<'static, str>,
    message: String,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, name: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, name: name.into(), message: message.into() }
    }

    /// AppSync's name for all that is wrong with a request besides its authorization, signatures included.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequestException", message)
    }

    /// Over HTTP.
    pub(super) fn to_answer(&self) -> Answer {
        Answer::json(self.status, &json!({ "errors": [self.to_json()] }))
            .with_header("x-amzn-errortype", &self.name)
            .counted_as(self.name.clone())
    }

    /// In a list of errors.
    pub(super) fn to_json(&self) -> Value {
        json!({ "errorType": self.name, "message": self.message })
    }

    /// In the list of errors of a connection, where each has a code.
    pub(super) fn to_connection_error(&self) -> Value {
        // As in aws-appsync-community#373: 400, where HTTP says 401.
        let code = if self.status == StatusCode::UNAUTHORIZED { 400 } else { self.status.as_u16() };
        json!({ "errorType": self.name, "message": self.message, "errorCode": code })
    }

    /// The name by which it is counted.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// There is nothing at that path, or nothing that takes that method.
pub(super) fn unknown_operation() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "UnknownOperationException", "Unknown Operation Request.")
}

/// The engine's response as AppSync writes it.
pub(super) fn to_appsync(response: &Response) -> Value {
    let data = serde_json::to_value(&response.data).unwrap_or_default();
    let mut body = Map::from_iter([("data".to_owned(), data)]);
    if !response.errors.is_empty() {
        let errors: Vec<Value> = response.errors.iter().map(field_error).collect();
        body.insert("errors".to_owned(), json!(errors));
    }
    Value::Object(body)
}

/// The name by which an error is counted.
pub(super) fn outcome(error: &ServerError) -> String {
    error_type(error).unwrap_or_else(|| "ValidationError".to_owned())
}

fn error_type(error: &ServerError) -> Option<String> {
    let value = error.extensions.as_ref()?.get(ERROR_TYPE)?;
    value.clone().into_json().ok()?.as_str().map(str::to_owned)
}

fn field_error(error: &ServerError) -> Value {
    let locations: Vec<Value> =
        error.locations.iter().map(|at| json!({ "line": at.line, "column": at.column, "sourceName": null })).collect();
    match error_type(error) {
        Some(name) => json!({
            "path": error.path,
            "data": null,
            "errorType": name,
            "errorInfo": null,
            "locations": locations,
            "message": error.message,
        }),
        // The query itself is wrong: nothing was resolved.
        None => json!({ "path": null, "locations": locations, "message": error.message }),
    }
}
