//! Reading the answers of Cognito and STS. Every value is checked for its form before anything is done with it: it goes
//! into headers, storage and events, and a proxy or a bug may have put anything there.

use super::IssuedCredentials;
use crate::http::Document;
use crate::pool::IdentityPool;
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::time::{Millis, PLAUSIBLE, parse_date};

/// Whether a text can be an access key id: up to 128 word characters (IAM API Reference, "AccessKey"). It stands between
/// slashes in a header.
pub(crate) fn is_key_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a text can be a secret access key. AWS's have 40 characters, and it documents no most.
pub(crate) fn is_secret_key(text: &str) -> bool {
    is_printable(text, 1_024)
}

/// Whether a text can be a session token. AWS documents no most ("Use temporary credentials with AWS resources"); no
/// server takes headers as large as this.
pub(crate) fn is_session_token(text: &str) -> bool {
    is_printable(text, 64 * 1_024)
}

/// Whether a text has printable ASCII characters only, no blanks, and no more than so many.
fn is_printable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The identity id that every answer carries. It may differ from the one sent, and then it is the one to keep.
pub(super) fn read_identity_id(document: &Document, pool: &IdentityPool) -> Option<String> {
    let id = document.text(&["IdentityId"])?;
    pool.id.may_hold(id).then(|| id.to_owned())
}

/// The token of `GetOpenIdToken`'s answer.
pub(super) fn read_open_id_token(document: &Document) -> Option<Secret> {
    let token = document.text(&["Token"])?;
    is_session_token(token).then(|| Secret::new(token.into()))
}

/// The answer of `GetCredentialsForIdentity`. `SecretKey` is Cognito's name.
pub(super) fn read_credentials(document: &Document, pool: &IdentityPool) -> Option<IssuedCredentials> {
    let identity_id = read_identity_id(document, pool)?;
    read_issued(document, &["Credentials"], "SecretKey", identity_id)
}

/// The answer of `AssumeRoleWithWebIdentity`: XML, and JSON of some who stand in for STS.
pub(super) fn read_assumed(document: &Document, identity_id: String) -> Option<IssuedCredentials> {
    let path = ["AssumeRoleWithWebIdentityResponse", "AssumeRoleWithWebIdentityResult", "Credentials"];
    read_issued(document, &path, "SecretAccessKey", identity_id)
}

/// The credentials below a path.
fn read_issued(
    document: &Document,
    path: &[&str],
    secret_name: &str,
    identity_id: String,
) -> Option<IssuedCredentials> {
    let at = |name| [path, &[name]].concat();
    let text = |name, is_fit: fn(&str) -> bool| document.text(&at(name)).filter(|text| is_fit(text)).map(str::to_owned);
    let expiration = at("Expiration");
    let expires_at = document.text(&expiration).and_then(parse_date).or_else(|| {
        // Seconds with a fraction, which is dropped: better a moment early.
        Some((document.number(&expiration)?.trunc() * 1_000.0) as Millis)
    })?;
    let credentials = SigningCredentials {
        access_key_id: text("AccessKeyId", is_key_id)?,
        secret_access_key: Secret::new(text(secret_name, is_secret_key)?),
        session_token: Some(Secret::new(text("SessionToken", is_session_token)?)),
    };
    is_moment(expires_at).then_some(IssuedCredentials { identity_id, credentials, expires_at })
}

/// Whether this can be the end of credentials: after 1970, and not long after anybody's lifetime.
fn is_moment(time: Millis) -> bool {
    (1..PLAUSIBLE.end).contains(&time)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof};
    use serde_json::{Value, json};

    use super::*;
    use crate::http::{Json, json_document, xml_document};
    use crate::pool::{Flow, IdentityPoolId};

    const ID: &str = "us-east-1:0a1b2c3d-0000-4000-8000-000000000001";

    fn pool() -> IdentityPool {
        let id = IdentityPoolId::parse("us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a").unwrap();
        IdentityPool { id, url: "https://c/".into(), flow: Flow::Enhanced { custom_role_arn: None } }
    }

    fn good() -> Value {
        json!({ "IdentityId": ID, "Credentials": {
            "AccessKeyId": "ASIA", "SecretKey": "s/+", "SessionToken": "t==", "Expiration": 1442877512.5 } })
    }

    fn read(answer: &Value) -> Option<IssuedCredentials> {
        read_credentials(&json_document(answer), &pool())
    }

    #[test]
    fn credentials_are_read_with_their_end_in_seconds() {
        let issued = read(&good()).unwrap();
        assert_eq!((issued.identity_id.as_str(), issued.expires_at), (ID, 1_442_877_512_000));
        assert_eq!(issued.credentials.access_key_id, "ASIA");
    }

    #[test]
    fn a_value_of_another_form_is_none() {
        for (member, values) in [
            ("AccessKeyId", vec![json!(""), json!(7), json!(null), json!("A B"), json!("é"), json!("a".repeat(129))]),
            ("SecretKey", vec![json!(""), json!(["s"]), json!("s\n"), json!("s\u{0}"), json!("s".repeat(1_025))]),
            ("SessionToken", vec![json!(""), json!({}), json!("t t"), json!("\u{200b}"), json!("t".repeat(65_537))]),
            (
                "Expiration",
                vec![json!(0), json!(-1), json!(0.5), json!(1e300), json!(-1e300), json!(null), json!("soon")],
            ),
        ] {
            for value in values {
                let mut answer = good();
                answer["Credentials"][member] = value;
                assert_eq!(read(&answer), None, "{member}");
            }
        }
        let long = format!("us-east-1:{}", "a".repeat(1_000_000));
        for id in ["", "us-east-1:1", "eu-west-1:0a1b2c3d-0000-4000-8000-000000000001", "<script>", &long] {
            let mut answer = good();
            answer["IdentityId"] = json!(id);
            assert_eq!(read(&answer), None);
            assert_eq!(read_identity_id(&json_document(&answer), &pool()), None);
        }
        for token in [json!(""), json!("a b"), json!(7)] {
            assert_eq!(read_open_id_token(&json_document(&json!({ "Token": token }))), None);
        }
    }

    #[test]
    fn xml_and_json_with_either_form_of_time_give_the_same() {
        let members = |end: Value| json!({ "AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": end });
        let wrapped = |end| json!({ "AssumeRoleWithWebIdentityResult": { "Credentials": members(end) } });
        let in_json = |end| json_document(&json!({ "AssumeRoleWithWebIdentityResponse": wrapped(end) }));
        let in_xml = |end| xml_document(&wrapped(end));
        let read = |document| read_assumed(&document, ID.into());
        let expected = read(in_xml(json!("2015-09-21T23:18:32Z")));
        assert_eq!(expected.as_ref().unwrap().expires_at, 1_442_877_512_000);
        for answer in [
            in_xml(json!("2015-09-21T23:18:32.749Z")),
            in_json(json!("2015-09-21T23:18:32Z")),
            in_json(json!(1_442_877_512.5)),
        ] {
            assert_eq!(read(answer), expected);
        }
        for answer in [
            json_document(&json!({})),
            in_xml(json!("soon")),
            in_json(json!("soon")),
            in_json(json!(-1)),
            json_document(&json!({ "Credentials": members(json!(1)) })),
        ] {
            assert_eq!(read(answer), None);
        }
    }

    fn value() -> impl Strategy<Value = Json> {
        prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<f64>().prop_map(Json::Number),
            "(?s).{0,20}".prop_map(Json::Text),
            "[!-~]{1,20}".prop_map(Json::Text),
            Just(Json::Text(ID.into())),
            Just(Json::Array(vec![Json::Null])),
        ]
    }

    proptest::proptest! {
        /// Whatever stands in an answer, what is read of it fits into a header and is an identity of the pool.
        #[test]
        fn what_is_read_has_its_form(values in proptest::array::uniform5(value())) {
            let [identity, key, secret, token, end] = values;
            let members = [("AccessKeyId", key), ("SecretKey", secret), ("SessionToken", token), ("Expiration", end)];
            let members = members.map(|(name, value)| (name.to_owned(), value)).to_vec();
            let answer = Json::Object(vec![("IdentityId".into(), identity), ("Credentials".into(), Json::Object(members))]);
            if let Some(issued) = read_credentials(&Document::Json(answer), &pool()) {
                proptest::prop_assert_eq!(issued.identity_id, ID);
                proptest::prop_assert!(issued.expires_at > 0);
                let SigningCredentials { access_key_id, secret_access_key, session_token } = &issued.credentials;
                for text in [access_key_id.as_str(), secret_access_key.expose(), session_token.as_ref().unwrap().expose()] {
                    proptest::prop_assert!(!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()));
                }
            }
        }
    }
}
