//! A signed request is taken as its sender's, and one change to it is not.

use std::time::{Duration, SystemTime};

use crate::support::{Credentials, LocalAws, Request};

/// A request with everything that a signature covers: encoded path, repeated and empty query keys, UTF-8, headers, body.
fn rich(local: &LocalAws) -> Request {
    let url = format!("{}/echo/a%20b/%40me//x?b=2&a=1%2F3&empty=&a=0&e=%E2%82%AC", local.endpoint("rest"));
    Request::new("POST", &url)
        .header("content-type", "application/json; charset=utf-8")
        .header("x-amz-meta-note", "  two   spaces ")
        .body("{\"grüße\":1}")
}

async fn refusal(local: &LocalAws, request: Request) -> (String, String) {
    let reply = local.send(request).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    (reply.error_type().to_owned(), reply.message())
}

async fn assert_mismatch(local: &LocalAws, what: &str, request: Request) {
    let (name, message) = refusal(local, request).await;
    assert_eq!(name, "InvalidSignatureException", "{what}");
    assert!(message.starts_with("The request signature we calculated does not match"), "{what}: {message}");
    assert!(message.contains("The Canonical String for this request should have been\n'"), "{what}");
    assert!(message.contains("The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n"), "{what}");
}

#[tokio::test]
async fn a_signed_request_reaches_the_backend_as_it_was_sent() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    let reply = local.send(credentials.sign(rich(&local), "execute-api")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let echo = reply.json();
    assert_eq!(echo["path"], "/prod/echo/a%20b/%40me//x");
    assert_eq!(echo["query"], "b=2&a=1%2F3&empty=&a=0&e=%E2%82%AC");
    assert_eq!(echo["bodyLength"], "{\"grüße\":1}".len());
    let headers = echo["headers"].to_string();
    assert!(!headers.contains("authorization") && !headers.contains("security-token"), "{headers}");
}

#[tokio::test]
async fn a_presigned_request_is_accepted_until_it_is_changed() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    let url = format!("{}/echo/ws?x=a%20b", local.endpoint("rest"));
    let presigned = credentials.presign(Request::new("GET", &url), "execute-api", Duration::from_secs(60));
    assert_eq!(local.send(presigned.clone()).await.status, 200);

    let text = presigned.url.to_string();
    assert_mismatch(&local, "query", presigned.clone().with_url(&text.replace("x=a%20b", "x=a%20c"))).await;
    assert_mismatch(&local, "expiry", presigned.clone().with_url(&text.replace("Expires=60", "Expires=600"))).await;
    let (name, _) = refusal(&local, presigned.with_url(&text.replace("X-Amz-Expires=60", "X-Amz-Expires=0"))).await;
    assert_eq!(name, "IncompleteSignatureException");
}

#[tokio::test]
async fn one_changed_byte_is_refused() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    let signed = credentials.sign(rich(&local), "execute-api");
    let url = signed.url.to_string();

    let changed_url = |from: &str, to: &str| signed.clone().with_url(&url.replace(from, to));
    assert_mismatch(&local, "path", changed_url("/x?", "/y?")).await;
    assert_mismatch(&local, "path encoding", changed_url("%40me", "@me")).await;
    assert_mismatch(&local, "query value", changed_url("b=2", "b=3")).await;
    assert_mismatch(&local, "query order of equal names", changed_url("a=1%2F3", "a=1%2F4")).await;
    assert_mismatch(&local, "empty query key", changed_url("&empty=", "")).await;
    assert_mismatch(&local, "body", signed.clone().body("{\"grüße\":2}")).await;
    assert_mismatch(&local, "header", signed.clone().replace_header("x-amz-meta-note", "two spacez")).await;
    let other_type = signed.clone().replace_header("content-type", "application/json; charset=UTF-8");
    assert_mismatch(&local, "content type", other_type).await;

    let authorization = signed.get_header("authorization").to_owned();
    let last = if authorization.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{last}", &authorization[..authorization.len() - 1]);
    assert_mismatch(&local, "signature", signed.clone().replace_header("authorization", &forged)).await;

    let mut other_secret = credentials.clone();
    other_secret.secret_access_key.pop();
    assert_mismatch(&local, "secret", other_secret.sign(rich(&local), "execute-api")).await;

    assert_eq!(local.send(signed).await.status, 200);
}

#[tokio::test]
async fn equal_requests_in_another_spelling_are_accepted() {
    let local = LocalAws::start().await;
    let signed = local.guest().await.sign(rich(&local), "execute-api");
    let url = signed.url.to_string();
    // Neither the order of the query nor runs of spaces or slashes are part of the canonical form.
    let reordered = url.replace("b=2&a=1%2F3&empty=&a=0", "a=0&empty=&a=1%2F3&b=2").replace("me//x", "me/x");
    let respelt = signed.with_url(&reordered).replace_header("x-amz-meta-note", "two spaces");
    assert_eq!(local.send(respelt).await.status, 200);
}

#[tokio::test]
async fn time_scope_and_credentials_are_checked_before_the_signature() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    let at = |credentials: &Credentials, service: &str, region: &str, time| {
        credentials.sign_at(rich(&local), service, region, time)
    };
    let now = SystemTime::now();
    let minutes = |count: u64| Duration::from_secs(count * 60);

    let (name, message) = refusal(&local, at(&credentials, "execute-api", "us-east-1", now - minutes(6))).await;
    assert_eq!(name, "InvalidSignatureException");
    assert!(message.starts_with("Signature expired: ") && message.ends_with(" - 5 min.)"), "{message}");
    let (_, message) = refusal(&local, at(&credentials, "execute-api", "us-east-1", now + minutes(6))).await;
    assert!(message.starts_with("Signature not yet current: ") && message.ends_with(" + 5 min.)"), "{message}");
    let (_, message) = refusal(&local, at(&credentials, "execute-api", "eu-west-1", now)).await;
    assert_eq!(message, "Credential should be scoped to a valid region, not 'eu-west-1'. ");
    let (_, message) = refusal(&local, at(&credentials, "appsync", "us-east-1", now)).await;
    assert_eq!(message, "Credential should be scoped to correct service: 'execute-api'. ");

    let mut unknown = credentials.clone();
    unknown.access_key_id = "ASIAAAAAAAAAAAAAAAAA".to_owned();
    let mut other_token = credentials.clone();
    other_token.session_token.pop();
    for wrong in [unknown, other_token] {
        let (name, message) = refusal(&local, at(&wrong, "execute-api", "us-east-1", now)).await;
        assert_eq!(name, "UnrecognizedClientException");
        assert_eq!(message, "The security token included in the request is invalid.");
    }
}

#[tokio::test]
async fn what_steers_a_service_must_be_signed() {
    let local = LocalAws::start().await;
    let signed = local.guest().await.sign(rich(&local), "execute-api");
    let (name, message) = refusal(&local, signed.clone().header("x-amz-target", "Other")).await;
    assert_eq!(name, "InvalidSignatureException");
    assert_eq!(message, "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");

    let authorization = signed.get_header("authorization").replace("content-type;", "");
    let (_, message) = refusal(&local, signed.replace_header("authorization", &authorization)).await;
    assert_eq!(message, "'content-type' must be a 'SignedHeader' in the AWS Authorization.");
}

#[tokio::test]
async fn a_signature_that_is_none_is_told_what_it_lacks() {
    let local = LocalAws::start().await;
    let url = format!("{}/items", local.endpoint("rest"));
    let (name, message) = refusal(&local, Request::new("GET", &url)).await;
    assert_eq!(
        (name.as_str(), message.as_str()),
        ("MissingAuthenticationTokenException", "Missing Authentication Token")
    );
    let bearer = Request::new("GET", &url).header("authorization", "Bearer eyJ0");
    let (name, message) = refusal(&local, bearer).await;
    assert_eq!(name, "IncompleteSignatureException");
    assert!(message.contains("not a valid key=value pair (missing equal-sign)"), "{message}");
}
