//! STS AssumeRoleWithWebIdentity, the last step of the classic flow: AWS Query protocol, unsigned, answered in XML, and
//! in JSON by some who stand in for STS.

use super::wire::{read_keys, read_seconds};
use crate::clock::{Millis, parse_date};
use crate::message::{Document, ServiceCall};
use crate::pool::ClassicFlow;
use crate::secret::Secret;
use crate::sigv4::{SigningCredentials, percent_encode};
use crate::text::concat;

/// The request: a role for an identity's token.
pub(super) fn assume_role(flow: &ClassicFlow, token: &Secret) -> ServiceCall {
    let mut body = String::from("Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
    for (name, value) in [
        ("&RoleArn=", flow.role_arn.as_str()),
        ("&RoleSessionName=", &flow.session_name),
        ("&WebIdentityToken=", token.expose()),
        ("&DurationSeconds=", &flow.duration),
        ("&Policy=", &flow.policy),
    ] {
        if !value.is_empty() {
            body.push_str(name);
            percent_encode(&mut body, value);
        }
    }
    ServiceCall { url: flow.url.clone(), target: String::new(), body }
}

/// Where the members of a JSON answer lie; the elements of an XML answer are laid flat under their bare names.
const IN_JSON: &str = "AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult.Credentials.";

/// The credentials of an answer and when they end.
pub(super) fn read_assumed(document: &Document) -> Option<(SigningCredentials, Millis)> {
    let read = |prefix| {
        let path = concat(&[prefix, "Expiration"]);
        let end = document.text(&path).and_then(parse_date).or_else(|| read_seconds(document, &path))?;
        Some((read_keys(document, prefix, "SecretAccessKey")?, end))
    };
    read("").or_else(|| read(IN_JSON))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::message::tests::flat;

    #[test]
    fn the_body_is_a_form_with_what_is_given_and_no_more() {
        let flow = |session: &str, duration: &str, policy: &str| {
            ClassicFlow::parse("https://sts/".into(), "arn:aws:iam::123456789012:role/R", session, duration, policy)
        };
        let token = Secret::new("a.b+c=".into());
        let start =
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FR";
        let call = assume_role(&flow("", "", "").unwrap(), &token);
        assert_eq!((call.url.as_str(), call.target.as_str()), ("https://sts/", ""));
        assert_eq!(call.body, format!("{start}&RoleSessionName=sigfetch&WebIdentityToken=a.b%2Bc%3D"));
        let call = assume_role(&flow("me@x", "900", "{\"é\": 1}").unwrap(), &token);
        let end =
            "&RoleSessionName=me%40x&WebIdentityToken=a.b%2Bc%3D&DurationSeconds=900&Policy=%7B%22%C3%A9%22%3A%201%7D";
        assert_eq!(call.body, format!("{start}{end}"));
    }

    #[test]
    fn xml_and_json_with_either_form_of_time_give_the_same() {
        let members = |end: serde_json::Value| json!({ "AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": end });
        let in_json = |end| json!({ "AssumeRoleWithWebIdentityResponse": { "AssumeRoleWithWebIdentityResult": { "Credentials": members(end) } } });
        let expected = read_assumed(&flat(&members(json!("2015-09-21T23:18:32Z"))));
        assert_eq!(expected.as_ref().unwrap().1, 1_442_877_512_000);
        for answer in [
            members(json!("2015-09-21T23:18:32.749Z")),
            in_json(json!("2015-09-21T23:18:32Z")),
            in_json(json!(1_442_877_512.5)),
        ] {
            assert_eq!(read_assumed(&flat(&answer)), expected);
        }
        for answer in
            [json!({}), members(json!("soon")), members(json!(-1)), json!({ "Credentials": members(json!(1)) })]
        {
            assert_eq!(read_assumed(&flat(&answer)), None);
        }
    }
}
