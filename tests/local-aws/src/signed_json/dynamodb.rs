//! DynamoDB: one table, whose items belong to whoever their partition key names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ServiceError, arn};
use crate::account::TABLE;
use crate::iam;
use crate::world::World;

/// The items: partition key and sort key → item.
#[derive(Debug, Default)]
pub(crate) struct Table {
    items: BTreeMap<(String, String), Value>,
}

fn string_of<'a>(item: &'a Value, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.get("S")?.as_str()
}

/// The partition key that an operation is about.
fn leading_key(operation: &str, body: &Value) -> Option<String> {
    match operation {
        "PutItem" => string_of(body.get("Item")?, "owner").map(str::to_owned),
        "GetItem" | "DeleteItem" => string_of(body.get("Key")?, "owner").map(str::to_owned),
        "Query" => queried_key(body),
        _ => None,
    }
}

/// The value in `owner = :value`, the only condition that is understood here.
fn queried_key(body: &Value) -> Option<String> {
    let expression = body.get("KeyConditionExpression")?.as_str()?;
    let (name, value) = expression.split_once('=')?;
    let name = name.trim();
    let name = body.get("ExpressionAttributeNames").and_then(|names| names.get(name)?.as_str()).unwrap_or(name);
    if name != "owner" {
        return None;
    }
    string_of(body.get("ExpressionAttributeValues")?, value.trim()).map(str::to_owned)
}

pub(super) fn asks(operation: &str, body: &Value) -> Option<iam::Request> {
    if !matches!(operation, "GetItem" | "PutItem" | "DeleteItem" | "Query" | "Scan") {
        return None;
    }
    let table = body.get("TableName").and_then(Value::as_str).unwrap_or_default();
    let request = iam::Request::new(format!("dynamodb:{operation}"), arn("dynamodb", &format!("table/{table}")));
    Some(match leading_key(operation, body) {
        Some(key) => request.with("dynamodb:LeadingKeys", [key]),
        None => request,
    })
}

pub(super) fn run(world: &World, operation: &str, body: &Value) -> Result<Value, ServiceError> {
    if body.get("TableName").and_then(Value::as_str) != Some(TABLE) {
        return Err(ServiceError::new("ResourceNotFoundException", "Requested resource not found"));
    }
    let invalid = || ServiceError::new("ValidationException", "The provided key element does not match the schema");
    let key_of = |item: Option<&Value>| {
        let text = |name: &str| string_of(item?, name).map(str::to_owned);
        Some((text("owner")?, text("id")?))
    };
    let items = &mut world.table.lock().items;
    match operation {
        "PutItem" => {
            let item = body.get("Item").cloned().unwrap_or_default();
            let key = key_of(Some(&item)).ok_or_else(invalid)?;
            items.insert(key, item);
            Ok(json!({}))
        }
        "GetItem" => match items.get(&key_of(body.get("Key")).ok_or_else(invalid)?) {
            Some(item) => Ok(json!({ "Item": item })),
            None => Ok(json!({})),
        },
        "DeleteItem" => {
            items.remove(&key_of(body.get("Key")).ok_or_else(invalid)?);
            Ok(json!({}))
        }
        _ => {
            let owner = match operation {
                "Query" => Some(queried_key(body).ok_or_else(invalid)?),
                _ => None,
            };
            let is_wanted = |found: &str| owner.as_deref().is_none_or(|owner| owner == found);
            let found: Vec<&Value> =
                items.iter().filter(|((found, _), _)| is_wanted(found)).map(|(_, item)| item).collect();
            Ok(json!({ "Items": found, "Count": found.len(), "ScannedCount": found.len() }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_key_is_found_in_every_operation() {
        let key = json!({ "owner": { "S": "me" }, "id": { "S": "1" } });
        for (operation, body, expected) in [
            ("PutItem", json!({ "Item": key }), Some("me")),
            ("GetItem", json!({ "Key": key }), Some("me")),
            ("DeleteItem", json!({ "Key": key }), Some("me")),
            (
                "Query",
                json!({
                    "KeyConditionExpression": "#o = :me",
                    "ExpressionAttributeNames": { "#o": "owner" },
                    "ExpressionAttributeValues": { ":me": { "S": "me" } },
                }),
                Some("me"),
            ),
            ("Query", json!({ "KeyConditionExpression": "id = :me" }), None),
            ("Scan", json!({}), None),
        ] {
            assert_eq!(leading_key(operation, &body).as_deref(), expected, "{operation}");
        }
    }
}
