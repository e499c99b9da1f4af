//! GetCallerIdentity and the errors of the Query protocol.

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::support::{Credentials, LocalAws, Request};

fn who_am_i(local: &LocalAws) -> Request {
    Request::new("POST", &format!("{}/", local.endpoint("sts")))
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body("Action=GetCallerIdentity&Version=2011-06-15")
}

async fn assert_refused(local: &LocalAws, request: Request, status: u16, code: &str, message: &str) {
    let reply = local.send(request).await;
    let text = reply.text();
    assert_eq!(reply.status, status, "{text}");
    assert_eq!(reply.header("content-type"), Some("text/xml"));
    assert_eq!(reply.header("x-amzn-errortype"), None);
    assert!(text.contains(&format!("<Code>{code}</Code>")), "{text}");
    assert!(text.contains(&format!("<Message>{message}")), "{text}");
    assert!(text.contains("<Type>Sender</Type>"), "{text}");
    let id = reply.header("x-amzn-requestid").unwrap();
    assert!(text.contains(&format!("<RequestId>{id}</RequestId>")), "{text}");
}

#[tokio::test]
async fn a_caller_learns_who_it_is_in_xml_or_json() {
    let local = LocalAws::start().await;
    let credentials = local.user("alice").await;
    let arn = "arn:aws:sts::123456789012:assumed-role/LocalUser/CognitoIdentityCredentials";

    let reply = local.send(credentials.sign(who_am_i(&local), "sts")).await;
    assert_eq!(reply.header("content-type"), Some("text/xml"));
    assert!(reply.text().contains(&format!("<Arn>{arn}</Arn>")), "{}", reply.text());
    assert!(reply.text().contains("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"));

    let reply = local.send(credentials.sign(who_am_i(&local), "sts").header("accept", "application/json")).await;
    let result = &reply.json()["GetCallerIdentityResponse"]["GetCallerIdentityResult"];
    assert_eq!(
        *result,
        json!({
            "Account": "123456789012",
            "Arn": arn,
            "UserId": "AROALOCALUSER00000002:CognitoIdentityCredentials",
        })
    );
}

#[tokio::test]
async fn another_region_is_signed_for_that_region() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    let url = local.endpoint("sts").replace("us-east-1", "eu-west-1");
    let request = || who_am_i(&local).with_url(&format!("{url}/"));
    let now = SystemTime::now();
    let reply = local.send(credentials.sign_at(request(), "sts", "eu-west-1", now)).await;
    assert_eq!(reply.status, 200);
    let wrong = credentials.sign_at(request(), "sts", "us-east-1", now);
    assert_refused(&local, wrong, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region").await;
}

#[tokio::test]
async fn refusals_have_the_names_of_the_query_protocol() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    let sign = |credentials: &Credentials| credentials.sign(who_am_i(&local), "sts");
    let missing = "Request is missing Authentication Token";
    assert_refused(&local, who_am_i(&local), 403, "MissingAuthenticationToken", missing).await;

    let mut unknown = credentials.clone();
    unknown.access_key_id = "ASIAAAAAAAAAAAAAAAAA".to_owned();
    let invalid = "The security token included in the request is invalid<";
    assert_refused(&local, sign(&unknown), 403, "InvalidClientTokenId", invalid).await;

    let changed = sign(&credentials).body("Action=GetCallerIdentity&Version=2011-06-16");
    let mismatch = "The request signature we calculated does not match";
    assert_refused(&local, changed, 403, "SignatureDoesNotMatch", mismatch).await;

    let bearer = who_am_i(&local).header("authorization", "Bearer eyJ0");
    assert_refused(&local, bearer, 400, "IncompleteSignature", "'eyJ0' not a valid key=value pair").await;
    let nothing = who_am_i(&local).body("Action=Nothing");
    assert_refused(&local, nothing, 400, "InvalidAction", "Could not find operation Nothing").await;

    local.faults(json!({ "expireCredentials": true })).await;
    let expired = "The security token included in the request is expired";
    assert_refused(&local, sign(&credentials), 403, "ExpiredToken", expired).await;
}

#[tokio::test]
async fn the_window_is_fifteen_minutes() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    let at = |minutes: u64| {
        let time = SystemTime::now() - Duration::from_secs(minutes * 60);
        credentials.sign_at(who_am_i(&local), "sts", "us-east-1", time)
    };
    assert_eq!(local.send(at(14)).await.status, 200);
    assert_refused(&local, at(16), 403, "SignatureDoesNotMatch", "Signature expired: ").await;
}
