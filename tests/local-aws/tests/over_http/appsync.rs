//! AppSync: GraphQL with IAM.

use serde_json::json;

use crate::support::{LocalAws, Request};

#[tokio::test]
async fn a_guest_adds_and_reads_notes() {
    let local = LocalAws::start().await;
    let exchange = local.exchange("identityPoolId", None).await;
    let guest = &exchange.credentials;
    let reply = local.graphql(guest, r#"mutation { addNote(text: "hello") { id text owner } }"#).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("x-amzn-appsync-tokensconsumed").is_some());
    let note = reply.json()["data"]["addNote"].clone();
    assert_eq!(note["owner"], exchange.identity_id.as_str());

    let query = "query One($id: String!) { note(id: $id) { text } notes { id } me { role identityId account } }";
    let request = Request::new("POST", &local.endpoint("graphql"))
        .header("content-type", "application/json")
        .body(json!({ "query": query, "variables": { "id": note["id"] }, "operationName": "One" }).to_string());
    let reply = local.send(guest.sign(request, "appsync")).await;
    assert_eq!(
        reply.json(),
        json!({ "data": {
            "note": { "text": "hello" },
            "notes": [{ "id": note["id"] }],
            "me": { "role": "LocalGuest", "identityId": exchange.identity_id, "account": "123456789012" },
        } })
    );
}

#[tokio::test]
async fn a_field_that_a_role_may_not_select_is_null_with_a_reason() {
    let local = LocalAws::start().await;
    let query = "{ notes { text } audit { owner notes } }";
    let reply = local.graphql(&local.guest().await, query).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({
            "data": { "notes": [], "audit": null },
            "errors": [{
                "path": ["audit"],
                "data": null,
                "errorType": "Unauthorized",
                "errorInfo": null,
                "locations": [{ "line": 1, "column": 18, "sourceName": null }],
                "message": "Not Authorized to access audit on type Query",
            }],
        })
    );
    let reply = local.graphql(&local.user("alice").await, query).await;
    assert_eq!(reply.json(), json!({ "data": { "notes": [], "audit": [] } }));
    let reply = local.graphql(&local.guest().await, r#"mutation { deleteNote(id: "x") { id } }"#).await;
    assert_eq!(reply.json()["errors"][0]["message"], "Not Authorized to access deleteNote on type Mutation");
}

#[tokio::test]
async fn refusals_have_appsyncs_statuses_and_names() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let query = json!({ "query": "{ notes { id } }" }).to_string();
    let request = || {
        Request::new("POST", &local.endpoint("graphql")).header("content-type", "application/json").body(query.clone())
    };
    let mut unknown = guest.clone();
    unknown.access_key_id = "ASIAAAAAAAAAAAAAAAAA".to_owned();
    let no_appsync = local.exchange("identityPoolIdWithoutAppSync", None).await.credentials;
    let bearer = request().header("authorization", "eyJ0.eyJ0.sig");
    let half = request().header("authorization", "AWS4-HMAC-SHA256 Credential=x");
    let long = "The request signature we calculated does not match";
    for (request, status, name, message) in [
        (request(), 401, "UnauthorizedException", "You are not authorized to make this call."),
        (bearer, 401, "UnauthorizedException", "Unable to parse JWT token."),
        (half, 403, "IncompleteSignatureException", "Authorization header requires 'Signature'"),
        (no_appsync.sign(request(), "appsync"), 401, "UnauthorizedException", "Permission denied"),
        (unknown.sign(request(), "appsync"), 403, "UnrecognizedClientException", "The security token included"),
        (guest.sign(request(), "appsync").body("{}"), 400, "BadRequestException", long),
        (guest.sign(request(), "execute-api"), 400, "BadRequestException", "Credential should be scoped to correct"),
        (guest.sign(request().body("no json"), "appsync"), 400, "MalformedHttpRequestException", "Unable to parse"),
    ] {
        let reply = local.send(request).await;
        assert_eq!((reply.status, reply.error_type()), (status, name), "{}", reply.text());
        let error = &reply.json()["errors"][0];
        assert_eq!(error["errorType"], name);
        assert!(error["message"].as_str().unwrap().starts_with(message), "{error}");
    }
    local.faults(json!({ "expireCredentials": true })).await;
    let reply = local.send(guest.sign(request(), "appsync")).await;
    assert_eq!((reply.status, reply.error_type()), (403, "ExpiredTokenException"));
}

#[tokio::test]
async fn a_query_that_does_not_fit_the_schema_is_answered_with_200() {
    let local = LocalAws::start().await;
    let reply = local.graphql(&local.guest().await, "{ nothing }").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["data"], json!(null));
    let message = reply.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("nothing"), "{message}");
}
