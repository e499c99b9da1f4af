//! STS GetCallerIdentity: who am I, really. AWS Query protocol; JSON is asked for and XML understood.

use crate::error::{Code, Error, ServiceFault};
use crate::message::Document;
use crate::retry;
use crate::text::{concat, contains, cut, cut_last};

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

/// Reads the answer, in whichever form it came; what is none is an error with what STS said.
pub fn read_caller(status: u16, document: Option<&impl Document>, body: &str) -> Result<Caller, Error> {
    let member = |name| {
        let json = document.and_then(|json| json.text(&["GetCallerIdentityResponse", "GetCallerIdentityResult", name]));
        json.or_else(|| element(body, name))
    };
    match (member("Account"), member("Arn"), member("UserId")) {
        (Some(account), Some(arn), Some(user_id)) if status == 200 => Ok(caller(account, arn, user_id)),
        _ => Err(fault(status, document, body)),
    }
}

fn caller(account: String, arn: String, user_id: String) -> Caller {
    let role = cut(&arn, ":assumed-role/").and_then(|(_, rest)| cut_last(rest, b'/')).map(|(role, _)| role.to_owned());
    Caller { account, arn, role, user_id }
}

/// What STS said when it refused: `<Error><Code>…` or `{"Error":{"Code":…}}`.
fn fault(status: u16, document: Option<&impl Document>, body: &str) -> Error {
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

/// The text of the first element of that name: flat answers of known shape, so no parser is needed. Entities stay as
/// they are: what is read here has none, but for the text of an error.
fn element(xml: &str, name: &str) -> Option<String> {
    let rest = cut(xml, &concat(&["<", name, ">"]))?.1;
    let text = cut(rest, &concat(&["</", name, ">"]))?.0;
    (!contains(text, "<")).then(|| text.to_owned())
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
        let caller = read_caller(200, Some(&json), "").unwrap();
        assert_eq!(caller.role.as_deref(), Some("Guest"));
        assert_eq!(read_caller(200, None::<&serde_json::Value>, &xml), Ok(caller));
    }

    #[test]
    fn a_refusal_is_read_from_xml_and_json() {
        let xml = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>too old</Message></Error>\
                   <RequestId>r1</RequestId></ErrorResponse>";
        let error = fault(403, None::<&serde_json::Value>, xml);
        assert!(error.message.ends_with("ExpiredToken: too old"));
        let service = error.service.as_ref().unwrap();
        assert_eq!((service.name.as_str(), service.request_id.as_str()), ("ExpiredToken", "r1"));
        let json = json!({ "Error": { "Code": "AccessDenied", "Message": "no" }, "RequestId": "r2" });
        assert_eq!(fault(403, Some(&json), "").service.as_ref().unwrap().name, "AccessDenied");
        assert_eq!(fault(200, None::<&serde_json::Value>, "<html>").code, Code::ServiceFault);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(xml in ".*") {
            let _ = read_caller(200, None::<&serde_json::Value>, &xml);
        }
    }
}
