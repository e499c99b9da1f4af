//! What a page may send and read.

use crate::support::{LocalAws, Reply, Request};

async fn preflight(local: &LocalAws, url: &str, method: &str) -> Reply {
    let request = Request::new("OPTIONS", url)
        .header("origin", "http://localhost:8080")
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization,x-amz-date");
    local.send(request).await
}

fn allowed_headers(reply: &Reply) -> Vec<String> {
    let list = reply.header("access-control-allow-headers").unwrap().to_ascii_lowercase();
    list.split(',').map(str::to_owned).collect()
}

#[tokio::test]
async fn a_rest_api_allows_only_what_the_guide_suggests() {
    let local = LocalAws::start().await;
    for name in ["rest", "restWithoutCors"] {
        let url = format!("{}/items", local.endpoint(name));
        let reply = preflight(&local, &url, "POST").await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            allowed_headers(&reply),
            ["content-type", "x-amz-date", "authorization", "x-api-key", "x-amz-security-token"]
        );
        let unknown = preflight(&local, &format!("{}/nothing", local.endpoint(name)), "GET").await;
        assert_eq!(unknown.status, 403, "a path that is no resource has no OPTIONS");
    }
}

#[tokio::test]
async fn aws_run_services_allow_what_aws_sdks_send() {
    let local = LocalAws::start().await;
    for name in ["cognitoIdentity", "cognitoIdp", "sts", "graphql"] {
        let reply = preflight(&local, &local.endpoint(name), "POST").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some("*")), "{name}");
        let allowed = allowed_headers(&reply);
        for header in ["authorization", "content-type", "x-amz-date", "x-amz-security-token", "x-amz-target"] {
            assert!(allowed.iter().any(|name| name == header), "{name} {header}");
        }
    }
    let stats = local.control("GET", "stats", None).await.json();
    assert_eq!((&stats["total"], &stats["preflights"]["sts"]), (&0.into(), &1.into()));
}

#[tokio::test]
async fn what_a_page_may_read_differs_by_service() {
    let local = LocalAws::start().await;
    let exposed = |reply: &Reply| reply.header("access-control-expose-headers").map(str::to_owned);
    let unsigned = |name: &str| local.send(Request::new("POST", &local.endpoint(name)));

    let reply = unsigned("cognitoIdentity").await;
    let expected = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";
    assert_eq!(exposed(&reply).as_deref(), Some(expected));
    let reply = unsigned("graphql").await;
    let list = exposed(&reply).unwrap();
    assert!(list.contains("x-amzn-ErrorType") && list.ends_with(",Date"), "{list}");
    let reply = unsigned("sts").await;
    assert_eq!((reply.header("access-control-allow-origin"), exposed(&reply)), (Some("*"), None));
}

#[tokio::test]
async fn refusals_of_an_api_can_be_read_only_if_its_owner_thought_of_it() {
    let local = LocalAws::start().await;
    let user = local.user("alice").await;
    for (name, of_refusals) in [("rest", Some("*")), ("restWithoutCors", None), ("http", None)] {
        let request = |path: &str| Request::new("GET", &format!("{}{path}", local.endpoint(name)));
        let good = local.send(user.sign(request("/items"), "execute-api")).await;
        assert_eq!((good.status, good.header("access-control-allow-origin")), (200, Some("*")), "{name}");
        let refused = local.send(request("/items")).await;
        assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, of_refusals), "{name}");
    }
    let refused = local.send(Request::new("GET", &format!("{}/items", local.endpoint("rest")))).await;
    let exposed = refused.header("access-control-expose-headers");
    assert_eq!(exposed, Some("x-amzn-errortype,x-amzn-requestid,retry-after,date"));
}
