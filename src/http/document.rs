//! The body of an answer: JSON, or the text of XML or HTML.

use super::Json;
use crate::secret::Secret;

/// The body of an answer. It may hold credentials: it prints nothing, and is wiped from memory when it is dropped.
#[derive(Clone)]
pub enum Document {
    /// What the platform's JSON parser reads.
    Json(Json),
    /// What it does not: XML, HTML, half an answer, or nothing.
    Text(Secret),
}

impl Document {
    /// The text at a path of names that the JSON of an answer has. In XML it is the first innermost element of the path's
    /// last name: the Query protocol has the same names in both forms, and S3's refusals have no others. None if there is
    /// nothing, or nothing but an empty text.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        let text = match self {
            Self::Json(json) => json.at(path)?.as_text()?,
            Self::Text(text) => element(text.expose(), path.last()?)?,
        };
        (!text.is_empty()).then_some(text)
    }

    /// The number at a path of names.
    pub fn number(&self, path: &[&str]) -> Option<f64> {
        match self {
            Self::Json(json) => json.at(path)?.as_number(),
            Self::Text(_) => None,
        }
    }
}

/// What the first element of this name holds that has no elements in it, and no attributes.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let mut tags = xml.split('<').skip(1).peekable();
    loop {
        let value = tags.next()?.strip_prefix(name).and_then(|rest| rest.strip_prefix('>'));
        let is_innermost = tags.peek().is_some_and(|next| next.starts_with('/'));
        if let Some(value) = value.filter(|value| is_innermost && !value.is_empty()) {
            return Some(value);
        }
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::Text(Secret::default())
    }
}

impl core::fmt::Debug for Document {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Document(..)")
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// The document of a JSON value. A text stands for a body that is not JSON.
    pub(crate) fn json_document(value: &serde_json::Value) -> Document {
        match value {
            serde_json::Value::String(text) => Document::Text(Secret::new(text.clone())),
            value => Document::Json(value.into()),
        }
    }

    /// The members of a JSON object as the elements of XML.
    pub(crate) fn xml_document(members: &serde_json::Value) -> Document {
        fn elements(members: &serde_json::Value) -> String {
            match members {
                serde_json::Value::Object(members) => {
                    members.iter().map(|(name, value)| format!("\n<{name}>{}</{name}>", elements(value))).collect()
                }
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            }
        }
        let text =
            format!("<?xml version=\"1.0\"?>\n<Response xmlns=\"https://x/\">{}\n</Response>", elements(members));
        Document::Text(Secret::new(text))
    }

    #[test]
    fn json_and_xml_are_read_by_the_same_paths() {
        let members =
            json!({ "Error": { "Type": "Sender", "Code": "ExpiredToken", "Message": "" }, "RequestId": "r1" });
        for document in [json_document(&members), xml_document(&members)] {
            assert_eq!(document.text(&["Error", "Code"]), Some("ExpiredToken"));
            assert_eq!((document.text(&["RequestId"]), document.text(&["Error", "Message"])), (Some("r1"), None));
            assert_eq!((document.text(&["Error"]), document.text(&["Else"]), document.text(&[])), (None, None, None));
            assert_eq!(document.number(&["RequestId"]), None);
        }
        assert_eq!(json_document(&json!({ "a": { "n": 0.5 } })).number(&["a", "n"]), Some(0.5));
    }

    #[test]
    fn an_element_ends_with_its_tag_and_has_no_others_in_it() {
        let xml = |text: &str| Document::Text(Secret::new(text.into()));
        for none in [
            "",
            "<Code>",
            "<Code>x",
            "<Code>x<b/></Code>",
            "Code>x</Code>",
            "<Code a=\"b\">x</Code>",
            "<Codex>x</Codex>",
        ] {
            assert_eq!(xml(none).text(&["Code"]), None, "{none}");
        }
        assert_eq!(xml("<Code></Code><Code>a</Code><Code>b</Code>").text(&["Code"]), Some("a"));
    }

    #[test]
    fn debug_text_shows_nothing_of_the_document() {
        let document = Document::Text(Secret::new("<SecretAccessKey>wJalrXUtnFEMI</SecretAccessKey>".into()));
        assert_eq!(format!("{document:?}"), "Document(..)");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_asked(text in "(?s)(<|>|/|Code|é|.){0,40}", name in ".{0,6}") {
            let document = Document::Text(Secret::new(text.clone()));
            for name in [name.as_str(), "Code"] {
                if let Some(value) = document.text(&[name]) {
                    let written = format!("<{name}>{value}</");
                    proptest::prop_assert!(text.contains(&written));
                }
            }
        }
    }
}
