//! The AWS Query protocol's answers: XML, and the JSON that STS gives to those who ask for it.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// A value of a result: text or a group.
#[derive(Debug)]
pub(super) enum Field {
    Text(String),
    Group(Fields),
}

/// The members of a result, in the order in which they are written.
pub(super) type Fields = Vec<(&'static str, Field)>;

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// An error of the protocol.
#[derive(Debug)]
pub(super) struct QueryError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl QueryError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn to_answer(&self, request_id: &str) -> Answer {
        let kind = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        let error = vec![("Type", kind.into()), ("Code", self.code.into()), ("Message", self.message.as_str().into())];
        let body = format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\">\n{}  <RequestId>{}</RequestId>\n</ErrorResponse>\n",
            write_xml(&vec![("Error", Field::Group(error))], 1),
            escape(request_id),
        );
        Answer::new(self.status, "text/xml", body).counted_as(self.code)
    }
}

/// The result as XML.
pub(super) fn xml_answer(action: &str, fields: &Fields, request_id: &str) -> Answer {
    let body = format!(
        "<{action}Response xmlns=\"{NAMESPACE}\">\n  <{action}Result>\n{}  </{action}Result>\n  <ResponseMetadata>\n    \
         <RequestId>{}</RequestId>\n  </ResponseMetadata>\n</{action}Response>\n",
        write_xml(fields, 2),
        escape(request_id),
    );
    Answer::new(StatusCode::OK, "text/xml", body)
}

/// The result as JSON.
pub(super) fn json_answer(action: &str, fields: &Fields, request_id: &str) -> Answer {
    let result = Map::from_iter([(format!("{action}Result"), write_json(fields))]);
    let mut response = result;
    response.insert("ResponseMetadata".to_owned(), json!({ "RequestId": request_id }));
    let body = Map::from_iter([(format!("{action}Response"), Value::Object(response))]);
    Answer::json(StatusCode::OK, &Value::Object(body))
}

fn write_xml(fields: &Fields, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    fields
        .iter()
        .map(|(name, field)| match field {
            Field::Text(text) => format!("{indent}<{name}>{}</{name}>\n", escape(text)),
            Field::Group(fields) => {
                format!("{indent}<{name}>\n{}{indent}</{name}>\n", write_xml(fields, depth + 1))
            }
        })
        .collect()
}

fn write_json(fields: &Fields) -> Value {
    let members = fields.iter().map(|(name, field)| {
        let value = match field {
            Field::Text(text) => Value::from(text.as_str()),
            Field::Group(fields) => write_json(fields),
        };
        ((*name).to_owned(), value)
    });
    Value::Object(members.collect())
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_groups_are_nested() {
        let fields = vec![("A", Field::from("<&>")), ("B", Field::Group(vec![("C", Field::from("d"))]))];
        assert_eq!(write_xml(&fields, 0), "<A>&lt;&amp;&gt;</A>\n<B>\n  <C>d</C>\n</B>\n");
        assert_eq!(write_json(&fields), json!({ "A": "<&>", "B": { "C": "d" } }));
    }
}
