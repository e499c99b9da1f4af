//! STS GetCallerIdentity: who am I, really. AWS Query protocol; JSON is asked for and XML understood.

use super::fault;
use crate::error::Error;
use crate::message::HttpReply;
use crate::text::{concat, cut, cut_last};

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

/// Reads the answer, in JSON or in XML, where a path is the bare name of an element; what is none is an error with what
/// STS said.
pub fn read_caller(reply: &HttpReply) -> Result<Caller, Error> {
    let member = |name| {
        let json = concat(&["GetCallerIdentityResponse.GetCallerIdentityResult.", name]);
        reply.document.text(&json).or_else(|| reply.document.text(name)).map(str::to_owned)
    };
    match (member("Account"), member("Arn"), member("UserId")) {
        (Some(account), Some(arn), Some(user_id)) if reply.status == 200 => Ok(caller(account, arn, user_id)),
        _ => Err(fault::error(("STS", "GetCallerIdentity"), fault::read(reply), false)),
    }
}

fn caller(account: String, arn: String, user_id: String) -> Caller {
    let role = cut(&arn, ":assumed-role/").and_then(|(_, rest)| cut_last(rest, b'/')).map(|(role, _)| role.to_owned());
    Caller { account, arn, role, user_id }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::error::Code;
    use crate::message::tests::flat;

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Guest/CognitoIdentityCredentials";

    fn reply(status: u16, body: &Value) -> HttpReply {
        HttpReply { status, error_type: String::new(), request_id: String::new(), document: flat(body) }
    }

    #[test]
    fn both_forms_give_the_same_caller() {
        let members = json!({ "Account": "123456789012", "Arn": ARN, "UserId": "AROA:C" });
        let json = json!({ "GetCallerIdentityResponse": { "GetCallerIdentityResult": members } });
        let caller = read_caller(&reply(200, &json)).unwrap();
        assert_eq!(caller.role.as_deref(), Some("Guest"));
        // Elements of the XML form are laid flat under their names.
        assert_eq!(read_caller(&reply(200, &members)), Ok(caller));
    }

    #[test]
    fn a_refusal_is_read_from_both_forms() {
        let members = json!({ "Code": "ExpiredToken", "Message": "too old" });
        for body in [
            json!({ "Error": members, "RequestId": "r1" }),
            json!({ "Code": "ExpiredToken", "Message": "too old", "RequestId": "r1" }),
        ] {
            let error = read_caller(&reply(403, &body)).unwrap_err();
            assert_eq!(error.code, Code::Refused);
            assert!(error.message.ends_with("ExpiredToken: too old"));
            let service = error.service.as_ref().unwrap();
            assert_eq!((service.name.as_str(), service.request_id.as_str()), ("ExpiredToken", "r1"));
        }
        assert_eq!(read_caller(&reply(200, &json!("<html>"))).unwrap_err().code, Code::ServiceFault);
    }
}
