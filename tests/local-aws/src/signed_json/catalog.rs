//! One operation each of services that guests may or may not reach.

use serde_json::{Value, json};

use super::{ServiceError, arn};
use crate::account::KENDRA_INDEX_ID;
use crate::iam;
use crate::random;
use crate::world::World;

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn kendra_asks(operation: &str, body: &Value) -> Option<iam::Request> {
    let index = arn("kendra", &format!("index/{}", text(body, "IndexId")));
    (operation == "Query").then(|| iam::Request::new("kendra:Query", index))
}

pub(super) fn kendra_run(_: &World, _: &str, body: &Value) -> Result<Value, ServiceError> {
    let index = text(body, "IndexId");
    if index != KENDRA_INDEX_ID {
        let message = format!("The index with the ID {index} was not found.");
        return Err(ServiceError::new("ResourceNotFoundException", message));
    }
    Ok(json!({ "QueryId": random::uuid(), "ResultItems": [], "FacetResults": [], "TotalNumberOfResults": 0 }))
}

pub(super) fn ssm_asks(operation: &str, body: &Value) -> Option<iam::Request> {
    let parameter = arn("ssm", &format!("parameter/{}", text(body, "Name").trim_start_matches('/')));
    (operation == "GetParameter").then(|| iam::Request::new("ssm:GetParameter", parameter))
}

pub(super) fn ssm_run(_: &World, _: &str, body: &Value) -> Result<Value, ServiceError> {
    let name = text(body, "Name");
    Ok(json!({ "Parameter": { "Name": name, "Type": "String", "Value": "local", "Version": 1 } }))
}

pub(super) fn translate_asks(operation: &str, _: &Value) -> Option<iam::Request> {
    (operation == "TranslateText").then(|| iam::Request::new("translate:TranslateText", "*"))
}

/// It knows no language: the text comes back as it is.
pub(super) fn translate_run(_: &World, _: &str, body: &Value) -> Result<Value, ServiceError> {
    Ok(json!({
        "TranslatedText": text(body, "Text"),
        "SourceLanguageCode": text(body, "SourceLanguageCode"),
        "TargetLanguageCode": text(body, "TargetLanguageCode"),
    }))
}
