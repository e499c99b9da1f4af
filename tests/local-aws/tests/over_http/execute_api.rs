//! API Gateway: who may call what, and what callers are told.

use serde_json::json;

use crate::support::{Credentials, LocalAws, Reply, Request};

async fn call(local: &LocalAws, credentials: &Credentials, method: &str, path: &str, body: &str) -> Reply {
    let url = format!("{}{path}", local.endpoint("rest"));
    let request = Request::new(method, &url).header("content-type", "application/json").body(body.to_owned());
    local.send(credentials.sign(request, "execute-api")).await
}

#[tokio::test]
async fn a_user_keeps_items() {
    let local = LocalAws::start().await;
    let user = local.user("alice").await;
    let made = call(&local, &user, "POST", "/items", r#"{"n":1}"#).await;
    assert_eq!(made.status, 201);
    let path = format!("/items/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(call(&local, &user, "PUT", &path, r#"{"n":2}"#).await.status, 200);
    assert_eq!(call(&local, &user, "GET", &path, "").await.json()["n"], 2);
    assert_eq!(call(&local, &user, "GET", "/items", "").await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(call(&local, &user, "DELETE", &path, "").await.status, 204);
    assert_eq!(call(&local, &user, "GET", &path, "").await.status, 404);
}

#[tokio::test]
async fn roles_may_what_their_policies_allow() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let user = local.user("alice").await;
    let carol = local.user("carol").await;
    assert_eq!(call(&local, &guest, "GET", "/items", "").await.status, 200);
    assert_eq!(call(&local, &user, "GET", "/reports", "").await.status, 200);
    assert_eq!(call(&local, &carol, "GET", "/reports", "").await.status, 200);

    let reply = call(&local, &guest, "GET", "/reports", "").await;
    assert_eq!((reply.status, reply.error_type()), (403, "AccessDeniedException"));
    assert_eq!(
        reply.message(),
        "User: arn:aws:sts::123456789012:assumed-role/LocalGuest/CognitoIdentityCredentials is not authorized to \
         perform: execute-api:Invoke on resource: \
         arn:aws:execute-api:us-east-1:********9012:a1b2c3d4e5/prod/GET/reports because no identity-based policy \
         allows the execute-api:Invoke action"
    );
    let reply = call(&local, &user, "GET", "/secret", "").await;
    assert!(reply.message().ends_with("with an explicit deny in an identity-based policy"), "{}", reply.text());
    assert_eq!(call(&local, &guest, "POST", "/items", "{}").await.error_type(), "AccessDeniedException");
    assert_eq!(call(&local, &carol, "GET", "/items", "").await.error_type(), "AccessDeniedException");
}

#[tokio::test]
async fn an_unknown_route_sounds_like_a_missing_signature() {
    let local = LocalAws::start().await;
    let user = local.user("alice").await;
    for (method, path) in [("GET", "/nothing"), ("PATCH", "/items"), ("GET", "/echo")] {
        let reply = call(&local, &user, method, path, "").await;
        assert_eq!((reply.status, reply.error_type()), (403, "MissingAuthenticationTokenException"), "{path}");
        assert_eq!(reply.message(), "Missing Authentication Token");
    }
    let url = format!("{}/nothing", local.endpoint("rest"));
    let reply = local.send(Request::new("GET", &url).header("authorization", "Bearer eyJ0")).await;
    assert_eq!(reply.error_type(), "IncompleteSignatureException");

    let url = local.endpoint("rest").replace(&local.at("/apiIds/rest"), "nobodys000");
    let reply = local.send(Request::new("GET", &url)).await;
    assert_eq!((reply.status, reply.error_type()), (403, "ForbiddenException"));
}

#[tokio::test]
async fn an_http_api_gives_no_reasons() {
    let local = LocalAws::start().await;
    let (guest, user) = (local.guest().await, local.user("alice").await);
    let request = |path: &str| Request::new("GET", &format!("{}{path}", local.endpoint("http")));
    let good = local.send(user.sign(request("/reports"), "execute-api")).await;
    assert_eq!(good.status, 200);
    assert!(good.header("apigw-requestid").is_some());
    assert_eq!(good.header("x-amzn-requestid"), None);

    let denied = guest.sign(request("/reports"), "execute-api");
    let mismatched = user.sign(request("/reports"), "execute-api").with_url(&request("/items").url.to_string());
    for refused in [denied, mismatched, request("/reports")] {
        let reply = local.send(refused).await;
        assert_eq!((reply.status, reply.json()), (403, json!({ "message": "Forbidden" })));
        assert_eq!(reply.header("x-amzn-errortype"), None);
    }
    let reply = local.send(user.sign(request("/prod/items"), "execute-api")).await;
    assert_eq!((reply.status, reply.json()), (404, json!({ "message": "Not Found" })));
}

#[tokio::test]
async fn a_body_over_ten_megabytes_is_too_large() {
    let local = LocalAws::start().await;
    let user = local.user("alice").await;
    let url = format!("{}/echo/large", local.endpoint("rest"));
    let megabytes = |count: usize| Request::new("POST", &url).body(vec![b'x'; count << 20]);
    assert_eq!(local.send(user.sign(megabytes(10), "execute-api")).await.status, 200);
    let mut larger = megabytes(10);
    larger.body = [larger.body.as_ref(), b"x"].concat().into();
    assert_eq!(local.send(user.sign(larger, "execute-api")).await.status, 413);
}
