//! The answer as its sender meant it: name and text of the error, and elements of XML errors.
//!
//! Pasted evidence comes in more forms than a client meets: a WebSocket's message, the text of an SDK's exception, an
//! AWS CLI line, a page of CloudFront or of a proxy.

use serde_json::Value;

use super::evidence::Evidence;
use super::loose::bounded;
use super::redact::redacted;

/// What the body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Empty,
    Json,
    Xml,
    Html,
    Text,
}

/// An answer, read once.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) status: Option<u16>,
    pub(super) form: Form,
    pub(super) body: &'a str,
    /// The bare name of the error, such as `AccessDeniedException`; empty if there is none.
    pub(super) code: String,
    /// What it says, without what looks like a secret; all messages of a GraphQL answer, a line each.
    pub(super) message: String,
    /// The same as it came. Only for comparing: whatever is cut out of it might be a part of a secret.
    pub(super) raw_message: String,
    /// `errorType` of a GraphQL error as it stands, such as `DynamoDB:DynamoDbException`.
    pub(super) graphql_type: String,
    /// Whether a GraphQL result lists errors beside (or in place of) `data`.
    pub(super) is_graphql: bool,
    lower: String,
}

/// Of a message this much is read: two canonical requests with session tokens in them fit.
const LONGEST_MESSAGE: usize = 32 * 1024;

impl<'a> Answer<'a> {
    pub(super) fn read(evidence: &'a Evidence) -> Self {
        let body = evidence.body.trim();
        let form = form(body);
        let mut read = Read::default();
        match form {
            Form::Json => read.json(body),
            Form::Xml => read.xml(body),
            Form::Text => read.text(body),
            Form::Html => read.message = html_text(body),
            Form::Empty => {}
        }
        let header = |name| evidence.headers.get(name).unwrap_or_default();
        if let Some(name) = Some(bare(header("x-amzn-errortype"))).filter(|name| !name.is_empty()) {
            read.code = name.to_owned();
        }
        if read.message.is_empty() {
            read.message = header("x-amzn-errormessage").to_owned();
        }
        let thrown = &evidence.error;
        if form == Form::Empty && read.message.is_empty() {
            read.text(&thrown.message);
        }
        if read.code.is_empty() {
            read.code = [&thrown.name, &thrown.code]
                .map(|name| bare(name))
                .into_iter()
                .find(|name| is_error_name(name))
                .unwrap_or_default()
                .to_owned();
        }
        let message = bounded(&read.message, LONGEST_MESSAGE).trim().to_owned();
        Self {
            status: evidence.status.or_else(|| (form == Form::Text).then(|| stated_status(&message))?),
            form,
            body,
            code: bounded(&read.code, 200).to_owned(),
            lower: message.to_ascii_lowercase(),
            message: redacted(&message),
            raw_message: message,
            graphql_type: read.graphql_type,
            is_graphql: read.is_graphql,
        }
    }

    /// Whether the message has this fragment, which is given in lower case.
    pub(super) fn says(&self, fragment: &str) -> bool {
        self.lower.contains(fragment)
    }

    /// The bare sentence, out of what SDKs and command lines put around it.
    pub(super) fn sentence(&self) -> &str {
        let message = self.message.trim();
        let message = message.split_once(" (Service: ").map_or(message, |(said, _)| said);
        let message = message.lines().next().unwrap_or_default();
        // `An error occurred (Name) when calling the X operation: …`, `… api error Name: …`, `java.package.Name: …`.
        match message.rsplit_once(": ") {
            Some((before, said)) if is_wrapping(before) => said.trim(),
            _ => message.trim(),
        }
    }

    /// The operation that an SDK or a command line names: `… when calling the PutObject operation: …`, `operation error
    /// S3: PutObject, …`.
    pub(super) fn operation(&self) -> Option<&str> {
        let named = || self.between("operation error ", ",")?.split_once(": ").map(|(_, name)| name);
        let name = self.between("when calling the ", " operation").or_else(named)?;
        (name.len() < 80 && name.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(name)
    }

    /// Whether the name of the error is one of these, with or without `Exception` or `Error` behind it.
    pub(super) fn is(&self, names: &[&str]) -> bool {
        let plain = |name: &str| name.trim_end_matches("Exception").trim_end_matches("Error").to_ascii_lowercase();
        let code = plain(&self.code);
        !code.is_empty() && names.iter().any(|name| plain(name) == code)
    }

    /// The text of an element of an XML answer.
    pub(super) fn element(&self, name: &str) -> Option<String> {
        element(self.body, name).filter(|text| !text.is_empty())
    }

    /// What stands between these two in the message: `between("region '", "'")`.
    pub(super) fn between(&self, before: &str, after: &str) -> Option<&str> {
        let is_there = |at: &usize| {
            self.message.get(*at..at + before.len()).is_some_and(|there| there.eq_ignore_ascii_case(before))
        };
        let at = self.message.char_indices().map(|(at, _)| at).find(is_there)?;
        let rest = self.message.get(at + before.len()..)?;
        Some(rest.split_once(after)?.0).filter(|text| !text.is_empty())
    }
}

/// Whether that stands in front of what an error says.
fn is_wrapping(before: &str) -> bool {
    let last = before.rsplit([' ', '.']).next().unwrap_or_default();
    before.ends_with(" operation") || is_error_name(last) || last.ends_with("Error")
}

/// The status in the text of an exception: `Status Code: 403`, `StatusCode: 403`, `Received status code 401`.
fn stated_status(text: &str) -> Option<u16> {
    let lower = bounded(text, 2000).to_ascii_lowercase();
    let (_, rest) = lower.split_once("status code").or_else(|| lower.split_once("statuscode"))?;
    let digits = rest.trim_start_matches([':', ' ', '=']).get(..3)?;
    digits.parse().ok().filter(|status| (100..600).contains(status))
}

fn form(body: &str) -> Form {
    let start = bounded(body, 4096).to_ascii_lowercase();
    if body.is_empty() {
        Form::Empty
    } else if start.contains("<!doctype html") || start.contains("<html") || start.contains("<head") {
        Form::Html
    } else if start.contains("<error") {
        Form::Xml
    } else if body.contains('{') && body.contains('}') {
        Form::Json
    } else {
        Form::Text
    }
}

#[derive(Default)]
struct Read {
    code: String,
    message: String,
    graphql_type: String,
    is_graphql: bool,
}

/// Where JSON answers put the name of an error, and its text.
const NAMES: [&str; 6] = ["__type", "code", "Code", "errorType", "errorCode", "type"];
const TEXTS: [&str; 7] =
    ["message", "Message", "detailedMessage", "errorMessage", "error_description", "reason", "error"];

impl Read {
    fn json(&mut self, body: &str) {
        // What surrounds the object (a status line, a log prefix) does not hinder.
        let object = body.find('{').zip(body.rfind('}')).and_then(|(start, end)| body.get(start..=end));
        match object.map(serde_json::from_str::<Value>) {
            Some(Ok(value)) => self.value(&value),
            _ => self.text(body),
        }
    }

    fn value(&mut self, root: &Value) {
        let inner = root.get("payload").filter(|payload| payload.is_object()).unwrap_or(root);
        // A list, or a single object, as AppSync's WebSocket has sent it.
        let errors: &[Value] = match inner.get("errors") {
            Some(Value::Array(errors)) => errors,
            Some(error @ Value::Object(_)) => std::slice::from_ref(error),
            _ => &[],
        };
        self.is_graphql = !errors.is_empty();
        for error in errors.iter().take(10) {
            self.take(error);
            if self.graphql_type.is_empty() {
                self.graphql_type = text(error, &["errorType"]).to_owned();
            }
        }
        self.take(inner);
        for nested in ["error", "Error"].iter().filter_map(|name| inner.get(name)) {
            self.take(nested);
        }
    }

    fn take(&mut self, object: &Value) {
        if self.code.is_empty() {
            let name = bare(text(object, &NAMES));
            // `type` is also the kind of a WebSocket's message, and `code` a number of whoever wrote the API.
            if object.get("__type").is_some() || object.get("errorType").is_some() || is_error_name(name) {
                self.code = name.to_owned();
            }
        }
        let message = text(object, &TEXTS);
        if !message.is_empty() && !self.message.contains(message) {
            if !self.message.is_empty() {
                self.message.push('\n');
            }
            self.message.push_str(message);
        }
    }

    fn xml(&mut self, body: &str) {
        self.code = element(body, "Code").map(|code| bare(&code).to_owned()).unwrap_or_default();
        self.message = element(body, "Message").unwrap_or_default();
    }

    /// The text of an exception: `AccessDeniedException: User: …`, `An error occurred (AccessDenied) when …: …`,
    /// `… (Service: …; Status Code: 400; Error Code: NotAuthorizedException; …)`.
    fn text(&mut self, text: &str) {
        text.clone_into(&mut self.message);
        let start = bounded(text, 2000);
        let named = [("an error occurred (", ")"), ("error code: ", ";"), ("errorcode: ", ";")];
        let lower = start.to_ascii_lowercase();
        let found = named.iter().find_map(|(before, after)| {
            let at = lower.find(before)? + before.len();
            start.get(at..)?.split_once(after).map(|(name, _)| name)
        });
        let first = || {
            start
                .split([':', ' ', '\n'])
                .find(|word| is_error_name(word))
                .filter(|word| start.contains(&format!("{word}:")))
        };
        if let Some(name) = found.or_else(first) {
            bare(name).clone_into(&mut self.code);
        }
    }
}

/// AWS's bare name of an error, out of what stands around it: a namespace in front, and behind it a colon with nothing, a
/// URL or a shape behind.
pub(super) fn bare(written: &str) -> &str {
    let name = written.trim().split([':', ',']).next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default().trim()
}

/// Whether a word is a name as AWS gives to errors. `TypeError` and the like are JavaScript's own.
fn is_error_name(name: &str) -> bool {
    const ENDS: [&str; 6] = ["Exception", "Denied", "Mismatch", "Expired", "Token", "Malformed"];
    name.len() <= 100
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        && (ENDS.iter().any(|end| name.ends_with(end)) || OTHER_NAMES.contains(&name))
}

/// Names of errors that do not end like the others.
const OTHER_NAMES: [&str; 12] = [
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "Forbidden",
    "SlowDown",
    "Throttling",
    "PermanentRedirect",
    "TemporaryRedirect",
    "IllegalLocationConstraint",
    "AuthorizationQueryParametersError",
];

fn text<'v>(object: &'v Value, names: &[&str]) -> &'v str {
    names.iter().find_map(|name| object.get(name)?.as_str().filter(|text| !text.is_empty())).unwrap_or_default()
}

/// The text of the first element of that name. Elements with children come out with their tags.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    let mut text = bounded(inner, LONGEST_MESSAGE).to_owned();
    for (escaped, plain) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#10;", "\n"),
        ("&#xA;", "\n"),
        ("&amp;", "&"),
    ] {
        text = text.replace(escaped, plain);
    }
    Some(text)
}

/// What an HTML page says, without tags, scripts and styles.
fn html_text(html: &str) -> String {
    let mut text = String::new();
    let mut skipped = None;
    for piece in bounded(html, LONGEST_MESSAGE).split('<').skip(1) {
        let Some((tag, inner)) = piece.split_once('>') else { continue };
        let tag = tag.trim().to_ascii_lowercase();
        match skipped {
            Some(end) if tag.starts_with(end) => skipped = None,
            Some(_) => continue,
            None if tag.starts_with("script") => skipped = Some("/script"),
            None if tag.starts_with("style") => skipped = Some("/style"),
            None => {}
        }
        if skipped.is_none() && !inner.trim().is_empty() {
            text.push_str(&inner.split_whitespace().collect::<Vec<_>>().join(" "));
            text.push(' ');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(body: &str) -> Evidence {
        Evidence { body: body.to_owned(), ..Evidence::default() }
    }

    #[test]
    fn name_and_text_are_found_in_every_form() {
        for (body, code, message) in [
            (
                r#"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"m"}"#,
                "ExpiredTokenException",
                "m",
            ),
            (
                r##"{"__type":"#SignatureDoesNotMatch","error":{"message":"old"},"message":"m"}"##,
                "SignatureDoesNotMatch",
                "m\nold",
            ),
            (r#"{"Error":{"Code":"AccessDenied","Message":"m"}}"#, "AccessDenied", "m"),
            (r#"{"errors":[{"errorType":"UnauthorizedException","message":"m"}]}"#, "UnauthorizedException", "m"),
            (
                r#"{"payload":{"errors":{"errorType":"com.a.b#UnauthorizedException","message":"m"}},"type":"error"}"#,
                "UnauthorizedException",
                "m",
            ),
            (r#"HTTP 403 {"message":"m"}"#, "", "m"),
            (
                "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>a &amp; b</Message></Error>",
                "AccessDenied",
                "a & b",
            ),
            ("AccessDeniedException: m", "AccessDeniedException", "AccessDeniedException: m"),
            (
                "An error occurred (AccessDenied) when calling the X operation: m",
                "AccessDenied",
                "An error occurred (AccessDenied) when calling the X operation: m",
            ),
            ("TypeError: Failed to fetch", "", "TypeError: Failed to fetch"),
            ("<html><script>var a='<b>'</script><h1>403</h1><p>Request  blocked.</p>", "", "403 Request blocked."),
            ("", "", ""),
        ] {
            let evidence = evidence(body);
            let answer = Answer::read(&evidence);
            assert_eq!((answer.code.as_str(), answer.message.as_str()), (code, message), "{body}");
        }
    }

    #[test]
    fn names_are_bared() {
        assert_eq!(bare("NotAuthorizedException:"), "NotAuthorizedException");
        assert_eq!(bare("ExpiredTokenException:http://internal.amazon.com/coral/#x/"), "ExpiredTokenException");
        assert_eq!(bare("com.amazonaws.deepdish.graphql.auth#UnauthorizedException"), "UnauthorizedException");
    }

    #[test]
    fn the_place_of_a_fragment_survives_other_scripts() {
        let evidence = evidence("İİİ not 'X'. region 'eu' is wrong");
        let answer = Answer::read(&evidence);
        assert_eq!(answer.between("region '", "'"), Some("eu"));
    }
}
