//! STS GetCallerIdentity: who am I, really. AWS Query protocol; JSON is asked for and XML understood.

use serde::Serialize;

use super::refusals::Refusal;
use crate::error::Error;
use crate::http::Reply;

/// The form that asks STS, signed, who the caller is.
pub const CALLER_IDENTITY_FORM: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// Who AWS says the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallerIdentity {
    /// The twelve-digit account id.
    pub account: String,
    /// The ARN, such as `arn:aws:sts::123456789012:assumed-role/Role/CognitoIdentityCredentials`.
    pub arn: String,
    /// The role's name, out of the ARN; none if the caller is no assumed role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The unique id of the session.
    pub user_id: String,
}

/// Reads the answer, in JSON or in XML; what is none is an error with what STS said.
pub fn read_caller(reply: &Reply) -> Result<CallerIdentity, Error> {
    let member = |name| {
        let path = ["GetCallerIdentityResponse", "GetCallerIdentityResult", name];
        reply.document.text(&path).map(str::to_owned)
    };
    match (member("Account"), member("Arn"), member("UserId")) {
        (Some(account), Some(arn), Some(user_id)) if reply.status == 200 => {
            let role = arn.split(':').find_map(|part| part.strip_prefix("assumed-role/")?.rsplit_once('/'));
            let role = role.map(|(role, _)| role.to_owned());
            Ok(CallerIdentity { account, arn, role, user_id })
        }
        _ => Err(Refusal::of(reply).error("STS", "GetCallerIdentity", &|_| false)),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Code;
    use crate::http::{Document, json_document, xml_document};

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Guest/CognitoIdentityCredentials";

    fn reply(status: u16, document: Document) -> Reply {
        Reply { status, document, ..Reply::default() }
    }

    #[test]
    fn both_forms_give_the_same_caller() {
        let members = json!({ "Account": "123456789012", "Arn": ARN, "UserId": "AROA:C" });
        let xml = xml_document(&json!({ "GetCallerIdentityResult": members }));
        let json = json!({ "GetCallerIdentityResponse": { "GetCallerIdentityResult": members } });
        let caller = read_caller(&reply(200, json_document(&json))).unwrap();
        assert_eq!(caller.role.as_deref(), Some("Guest"));
        assert_eq!(read_caller(&reply(200, xml)), Ok(caller));
    }

    #[test]
    fn a_refusal_is_read_from_both_forms() {
        let members = json!({ "Code": "ExpiredToken", "Message": "too old" });
        let body = json!({ "Error": members, "RequestId": "r1" });
        let flat = json!({ "Code": "ExpiredToken", "Message": "too old", "RequestId": "r1" });
        for document in [json_document(&body), json_document(&flat), xml_document(&body), xml_document(&flat)] {
            let error = read_caller(&reply(403, document)).unwrap_err();
            assert_eq!(error.code, Code::Refused);
            assert!(error.message.ends_with("ExpiredToken: too old"));
            let service = error.service.as_ref().unwrap();
            assert_eq!((service.name.as_str(), service.request_id.as_str()), ("ExpiredToken", "r1"));
        }
        let html = json_document(&json!("<html>"));
        assert_eq!(read_caller(&reply(200, html)).unwrap_err().code, Code::ServiceFault);
    }
}
