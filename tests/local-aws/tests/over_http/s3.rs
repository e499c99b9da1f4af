//! S3: objects, and refusals that S3 words in its own way.

use std::time::Duration;

use crate::support::{Credentials, LocalAws, Reply, Request};

async fn call(local: &LocalAws, credentials: &Credentials, method: &str, path: &str, body: &'static str) -> Reply {
    let request = Request::new(method, &format!("{}{path}", local.endpoint("s3"))).body(body);
    local.send(credentials.sign(request, "s3")).await
}

fn element(reply: &Reply, name: &str) -> String {
    let text = reply.text();
    let found = text.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
    found.map(|(value, _)| value.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_user_keeps_files_under_the_identity_id() {
    let local = LocalAws::start().await;
    let exchange = local.exchange("identityPoolId", Some(local.logins("alice").await)).await;
    let user = &exchange.credentials;
    let path = format!("/private/{}/a%20b.txt", exchange.identity_id.replace(':', "%3A"));
    assert_eq!(call(&local, user, "PUT", &path, "hello").await.status, 200);
    assert_eq!(call(&local, user, "GET", &path, "").await.text(), "hello");
    let listed = call(&local, user, "GET", "/?list-type=2&prefix=private/", "").await;
    assert!(element(&listed, "Key").ends_with("/a b.txt"), "{}", listed.text());
    assert_eq!(call(&local, user, "DELETE", &path, "").await.status, 204);
    let missing = call(&local, user, "GET", &path, "").await;
    assert_eq!((missing.status, element(&missing, "Code").as_str()), (404, "NoSuchKey"));
    let foreign = call(&local, user, "PUT", "/private/us-east-1%3A0/a.txt", "x").await;
    assert_eq!((foreign.status, element(&foreign, "Code").as_str()), (403, "AccessDenied"));
    assert!(foreign.header("x-amz-request-id").is_some());
}

#[tokio::test]
async fn credentials_and_signatures_are_refused_in_s3s_words() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let url = format!("{}/public/hello.txt", local.endpoint("s3"));
    let get = || Request::new("GET", &url);
    assert_eq!(local.send(guest.sign(get(), "s3")).await.text(), "hello\n");

    let mut wrong_token = guest.clone();
    wrong_token.session_token = "undefined".to_owned();
    let stated = |value: &str| guest.sign(get(), "s3").replace_header("x-amz-content-sha256", value);
    let empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (request, status, code, message) in [
        (get(), 403, "AccessDenied", "Access Denied"),
        (get().header("authorization", "Bearer eyJ0"), 400, "InvalidArgument", "Unsupported Authorization Type"),
        (guest.sign(get(), "s3").without_header("x-amz-security-token"), 403, "InvalidAccessKeyId", "does not exist"),
        (wrong_token.sign(get(), "s3"), 400, "InvalidToken", "malformed or otherwise invalid"),
        (guest.sign(get(), "lambda"), 400, "AuthorizationHeaderMalformed", "incorrect service"),
        (guest.sign(get(), "s3").header("x-amz-acl", "private"), 403, "AccessDenied", "headers present"),
        (guest.sign(get(), "s3").with_url(&url.replace("hello", "other")), 403, "SignatureDoesNotMatch", "signature"),
        (stated(&empty_hash.replace('e', "f")), 403, "SignatureDoesNotMatch", "signature"),
        (guest.sign(get(), "s3").body("x"), 400, "XAmzContentSHA256Mismatch", "does not match what was computed"),
    ] {
        let reply = local.send(request).await;
        assert_eq!((reply.status, element(&reply, "Code").as_str()), (status, code), "{}", reply.text());
        assert!(element(&reply, "Message").contains(message), "{}", reply.text());
    }
    let reply = local.send(guest.sign(get(), "s3").header("x-amz-acl", "private")).await;
    assert_eq!(element(&reply, "HeadersNotSigned"), "x-amz-acl");
    let reply = local.send(guest.sign(get(), "s3").with_url(&url.replace("hello", "other"))).await;
    assert!(element(&reply, "CanonicalRequest").starts_with("GET\n/public/other.txt\n"), "{}", reply.text());
    let nobodys = url.replace("local-bucket", "nobodys-bucket");
    assert_eq!(local.send(Request::new("GET", &nobodys)).await.status, 404);
}

#[tokio::test]
async fn a_presigned_url_ends_by_itself_or_with_its_credentials() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let url = format!("{}/public/hello.txt", local.endpoint("s3"));
    let presigned = guest.presign(Request::new("GET", &url), "s3", Duration::from_secs(60));
    assert_eq!(local.send(presigned.clone()).await.text(), "hello\n");

    local.faults(serde_json::json!({ "clockOffsetSeconds": 61 })).await;
    let reply = local.send(presigned.clone()).await;
    assert_eq!((reply.status, element(&reply, "Message").as_str()), (403, "Request has expired"));

    local.faults(serde_json::json!({ "clockOffsetSeconds": 0 })).await;
    local.faults(serde_json::json!({ "expireCredentials": true })).await;
    let reply = local.send(presigned).await;
    assert_eq!((reply.status, element(&reply, "Code").as_str()), (400, "ExpiredToken"));
}
