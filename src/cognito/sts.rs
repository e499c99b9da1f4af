//! STS GetCallerIdentity: who am I, really. AWS Query protocol; JSON is asked for and XML understood.

use crate::error::{Code, Error, ServiceFault};
use crate::message::Document;
use crate::retry;

/// Who AWS says the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The twelve-digit account id.
    pub account: String,
    /// The ARN, such as `arn:aws:sts::123456789012:assumed-role/Role/CognitoIdentityCredentials`.
    pub arn: String,
    /// The role's name, out of the ARN; none if the caller is no assumed role.
    pub role: Option<String>,
    /// The unique id of the session.
    pub user_id: String,
}

/// Content type and body of the request.
pub fn caller_identity_request() -> (&'static str, &'static str) {
    ("application/x-www-form-urlencoded", "Action=GetCallerIdentity&Version=2011-06-15")
}

/// Reads the JSON form.
pub fn read_caller(document: &impl Document) -> Option<Caller> {
    let text = |name| document.text(&["GetCallerIdentityResponse", "GetCallerIdentityResult", name]);
    Some(caller(text("Account")?, text("Arn")?, text("UserId")?))
}

/// Reads the XML form.
pub fn read_caller_xml(xml: &str) -> Option<Caller> {
    Some(caller(element(xml, "Account")?, element(xml, "Arn")?, element(xml, "UserId")?))
}

fn caller(account: String, arn: String, user_id: String) -> Caller {
    let role =
        arn.split_once(":assumed-role/").and_then(|(_, rest)| rest.rsplit_once('/')).map(|(role, _)| role.to_owned());
    Caller { account, arn, role, user_id }
}

/// What STS said when it refused: `<Error><Code>…` or `{"Error":{"Code":…}}`.
pub fn read_sts_fault(status: u16, document: Option<&impl Document>, body: &str) -> Error {
    let text = |json: &[&str], name| {
        document.and_then(|document| document.text(json)).or_else(|| element(body, name)).unwrap_or_default()
    };
    let name = text(&["Error", "Code"], "Code");
    let code = match status {
        _ if retry::is_throttling(&name) => Code::Throttled,
        400..=499 => Code::Refused,
        _ => Code::ServiceFault,
    };
    let mut message = String::from("STS refused GetCallerIdentity");
    for part in [name.as_str(), &text(&["Error", "Message"], "Message")] {
        if !part.is_empty() {
            message.push_str(": ");
            message.push_str(part);
        }
    }
    let request_id = text(&["RequestId"], "RequestId");
    Error::new(code, message).service(ServiceFault { status, name, request_id })
}

/// The text of the first element of that name: flat answers of known shape, so no parser is needed.
fn element(xml: &str, name: &str) -> Option<String> {
    let open = ["<", name, ">"].concat();
    let close = ["</", name, ">"].concat();
    let rest = xml.split_once(&open)?.1;
    let text = rest.split_once(&close)?.0;
    (!text.contains('<')).then(|| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Guest/CognitoIdentityCredentials";

    #[test]
    fn both_forms_give_the_same_caller() {
        let json = json!({ "GetCallerIdentityResponse": { "GetCallerIdentityResult": {
            "Account": "123456789012", "Arn": ARN, "UserId": "AROA:C" } } });
        let xml = format!(
            "<GetCallerIdentityResponse xmlns=\"x\"><GetCallerIdentityResult><Arn>{ARN}</Arn><UserId>AROA:C</UserId>\
             <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        let caller = read_caller(&json).unwrap();
        assert_eq!(caller.role.as_deref(), Some("Guest"));
        assert_eq!(read_caller_xml(&xml), Some(caller));
    }

    #[test]
    fn a_refusal_is_read_from_xml_and_json() {
        let xml = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>a &lt; b</Message></Error>\
                   <RequestId>r1</RequestId></ErrorResponse>";
        let error = read_sts_fault(403, None::<&serde_json::Value>, xml);
        assert!(error.message.ends_with("ExpiredToken: a < b"));
        let fault = error.service.unwrap();
        assert_eq!((fault.name.as_str(), fault.request_id.as_str()), ("ExpiredToken", "r1"));
        let json = json!({ "Error": { "Code": "AccessDenied", "Message": "no" }, "RequestId": "r2" });
        assert_eq!(read_sts_fault(403, Some(&json), "").service.unwrap().name, "AccessDenied");
        assert_eq!(read_sts_fault(200, None::<&serde_json::Value>, "<html>").code, Code::ServiceFault);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(xml in ".*") {
            let _ = read_caller_xml(&xml);
            let _ = read_sts_fault(403, None::<&serde_json::Value>, &xml);
        }
    }
}
