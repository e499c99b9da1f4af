//! The settings as one JSON document, and its changes: all of a change is taken, or none of it.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Settings;

const INITIAL: &str = include_str!("initial.json");

/// Why a change was not taken, for the person who made it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfit(pub(crate) String);

/// The document, and what it says.
#[derive(Debug)]
pub(crate) struct Configured {
    document: Value,
    settings: Arc<Settings>,
}

impl Configured {
    /// The settings of a new account.
    pub(crate) fn initial() -> Result<Self, Unfit> {
        Self::read(serde_json::from_str(INITIAL).map_err(|error| Unfit(error.to_string()))?)
    }

    fn read(document: Value) -> Result<Self, Unfit> {
        let settings = Settings::deserialize(&document).map_err(|error| Unfit(error.to_string()))?;
        settings.check().map_err(Unfit)?;
        Ok(Self { document, settings: Arc::new(settings) })
    }

    /// What is set at the moment.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings)
    }

    #[cfg(test)]
    pub(super) fn take(self) -> Arc<Settings> {
        self.settings
    }

    /// The document, or the part of it that a JSON pointer names.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        self.document.pointer(pointer)
    }

    /// Takes a JSON merge patch (RFC 7396) at the place that a JSON pointer (RFC 6901) names. A policy in it replaces a
    /// policy.
    pub(crate) fn merge(&mut self, pointer: &str, patch: &Value) -> Result<(), Unfit> {
        let mut document = self.document.clone();
        let target = document.pointer_mut(pointer).ok_or_else(|| Unfit(format!("nothing is at {pointer}")))?;
        merge(target, patch);
        *self = Self::read(document)?;
        Ok(())
    }

    /// Puts a value at the place that a JSON pointer names. The place is made if what holds it is there.
    pub(crate) fn put(&mut self, pointer: &str, value: Value) -> Result<(), Unfit> {
        let mut document = self.document.clone();
        let (parent, name) = pointer.rsplit_once('/').ok_or_else(|| Unfit("no place is named".to_owned()))?;
        let name = name.replace("~1", "/").replace("~0", "~");
        let members = document
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .ok_or_else(|| Unfit(format!("no object at {parent}")))?;
        members.insert(name, value);
        *self = Self::read(document)?;
        Ok(())
    }
}

/// The JSON pointer that stands percent-encoded in a path.
pub(crate) fn decode_pointer(encoded: &str) -> String {
    percent_decode_str(encoded).decode_utf8_lossy().into_owned()
}

fn merge(target: &mut Value, patch: &Value) {
    let is_policy = patch.get("Statement").is_some() || patch.get("Effect").is_some();
    let Some(members) = patch.as_object().filter(|_| !is_policy) else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, value) in members {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patches_merge_and_null_removes() {
        let mut document = json!({ "a": { "b": 1, "c": 2 }, "d": [1, 2] });
        merge(&mut document, &json!({ "a": { "b": null, "e": { "f": 3 } }, "d": [3] }));
        assert_eq!(document, json!({ "a": { "c": 2, "e": { "f": 3 } }, "d": [3] }));
        merge(&mut document, &json!({ "a": { "Effect": "Allow" } }));
        assert_eq!(document["a"], json!({ "Effect": "Allow" }), "a policy is not mixed with another");
    }

    #[test]
    fn a_change_that_does_not_fit_leaves_everything_as_it_was() {
        let mut configured = Configured::initial().unwrap();
        let before = configured.at("").cloned();
        for (patch, word) in [
            (json!({ "rolls": {} }), "rolls"),
            (json!({ "roles": { "LocalUser": { "policies": { "x": { "Effect": "Maybe" } } } } }), "Maybe"),
            (
                json!({ "roles": { "LocalUser": { "policies": { "x": { "Effect": "Allow", "Action": "*" } } } } }),
                "policy x of LocalUser",
            ),
            (json!({ "apis": { "rest": { "resources": { "/nothing": {} } } } }), "/nothing"),
            (json!({ "organization": null }), "organization"),
        ] {
            let Unfit(error) = configured.merge("", &patch).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
        assert_eq!(configured.at("").cloned(), before);
    }

    #[test]
    fn a_value_is_put_where_a_pointer_says() {
        let mut configured = Configured::initial().unwrap();
        let statement = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
        configured.put("/roles/LocalUser/policies/pasted", statement.clone()).unwrap();
        assert_eq!(configured.at("/roles/LocalUser/policies/pasted"), Some(&statement));
        let method = json!({ "authorizationType": "NONE" });
        configured.put("/apis/rest/resources/~1items/GET", method.clone()).unwrap();
        assert_eq!(configured.at("/apis/rest/resources/~1items/GET"), Some(&method));
        configured.merge("/apis/rest/resources/~1items/GET", &json!({ "deployed": false })).unwrap();
        assert_eq!(configured.at("/apis/rest/resources/~1items/GET/authorizationType"), Some(&json!("NONE")));
        assert!(configured.merge("/apis/nothing", &json!({})).is_err());
        assert!(configured.put("/roles/Nobody/policies/x", statement.clone()).is_err());
        assert!(configured.put("", statement).is_err());
        assert_eq!(decode_pointer("/apis/rest/resources/~1items~1%7Bid%7D"), "/apis/rest/resources/~1items~1{id}");
    }
}
