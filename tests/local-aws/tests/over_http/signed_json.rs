//! DynamoDB and other AWS JSON services that ask for signatures.

use serde_json::{Value, json};

use crate::support::{Credentials, LocalAws, Reply, aws_json};

async fn dynamodb(local: &LocalAws, credentials: &Credentials, operation: &str, body: Value) -> Reply {
    let request = aws_json(&format!("{}/", local.endpoint("dynamodb")), "DynamoDB_20120810", operation, &body)
        .replace_header("content-type", "application/x-amz-json-1.0");
    local.send(credentials.sign(request, "dynamodb")).await
}

#[tokio::test]
async fn a_user_keeps_items_under_the_identity_id_and_sees_no_others() {
    let local = LocalAws::start().await;
    let exchange = local.exchange("identityPoolId", Some(local.logins("alice").await)).await;
    let user = &exchange.credentials;
    let key = json!({ "owner": { "S": exchange.identity_id }, "id": { "S": "1" } });
    let with = |name: &str, value: &Value| json!({ "TableName": "LocalItems", name: value });
    assert_eq!(dynamodb(&local, user, "PutItem", with("Item", &key)).await.status, 200);
    assert_eq!(dynamodb(&local, user, "GetItem", with("Key", &key)).await.json(), json!({ "Item": key }));
    let query = |owner: &str| {
        json!({
            "TableName": "LocalItems",
            "KeyConditionExpression": "#o = :me",
            "ExpressionAttributeNames": { "#o": "owner" },
            "ExpressionAttributeValues": { ":me": { "S": owner } },
        })
    };
    assert_eq!(dynamodb(&local, user, "Query", query(&exchange.identity_id)).await.json()["Count"], 1);
    let foreign = dynamodb(&local, user, "Query", query("us-east-1:0")).await;
    assert_eq!(foreign.status, 400);
    assert_eq!(
        foreign.json(),
        json!({
            "__type": "com.amazon.coral.service#AccessDeniedException",
            "Message": "User: arn:aws:sts::123456789012:assumed-role/LocalUser/CognitoIdentityCredentials is not \
                        authorized to perform: dynamodb:Query on resource: \
                        arn:aws:dynamodb:us-east-1:123456789012:table/LocalItems because no identity-based policy allows \
                        the dynamodb:Query action",
        })
    );
    let scan = dynamodb(&local, user, "Scan", json!({ "TableName": "LocalItems" })).await;
    assert!(scan.json()["__type"].as_str().unwrap().ends_with("#AccessDeniedException"));
    assert_eq!(dynamodb(&local, user, "DeleteItem", with("Key", &key)).await.status, 200);
    assert_eq!(dynamodb(&local, user, "GetItem", with("Key", &key)).await.json(), json!({}));
}

#[tokio::test]
async fn refusals_have_status_400_and_a_type() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let body = json!({ "TableName": "LocalItems", "Key": { "owner": { "S": "x" }, "id": { "S": "1" } } });
    let request = || {
        aws_json(&format!("{}/", local.endpoint("dynamodb")), "DynamoDB_20120810", "GetItem", &body)
            .replace_header("content-type", "application/x-amz-json-1.0")
    };
    let mut unknown = guest.clone();
    unknown.access_key_id = "ASIAAAAAAAAAAAAAAAAA".to_owned();
    for (request, name) in [
        (request(), "MissingAuthenticationTokenException"),
        (request().header("authorization", "Bearer eyJ0"), "IncompleteSignatureException"),
        (unknown.sign(request(), "dynamodb"), "UnrecognizedClientException"),
        (guest.sign(request(), "dynamodb").body("{}"), "InvalidSignatureException"),
        (
            guest.sign(request().replace_header("x-amz-target", "DynamoDB_20120810.Nothing"), "dynamodb"),
            "UnknownOperationException",
        ),
    ] {
        let reply = local.send(request).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json()["__type"], format!("com.amazon.coral.service#{name}"), "{}", reply.text());
        assert_eq!(reply.header("x-amzn-errortype"), None);
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
}

#[tokio::test]
async fn guests_are_limited_to_a_list_of_services_in_the_enhanced_flow() {
    let local = LocalAws::start().await;
    let (guest, user) = (local.guest().await, local.user("alice").await);
    let everything = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let reply = local.control("PUT", "settings/roles/LocalGuest/policies/administrator", Some(everything)).await;
    assert_eq!(reply.status, 200);
    let index = local.at("/kendraIndexId");
    for (service, target, operation, body, reached) in [
        ("kendra", "AWSKendraFrontendService", "Query", json!({ "IndexId": index }), false),
        ("ssm", "AmazonSSM", "GetParameter", json!({ "Name": "/public/title" }), false),
        ("translate", "AWSShineFrontendService_20170701", "TranslateText", json!({ "Text": "hello" }), true),
    ] {
        let request = || aws_json(&format!("{}/", local.endpoint(service)), target, operation, &body);
        let of_user = local.send(user.sign(request(), service)).await;
        assert_eq!(of_user.status, 200, "{}", of_user.text());
        let of_guest = local.send(guest.sign(request(), service)).await;
        assert_eq!(of_guest.status == 200, reached, "{}", of_guest.text());
        let action = format!("because no session policy allows the {service}:{operation} action");
        assert_eq!(of_guest.message().ends_with(&action), !reached, "{}", of_guest.text());
    }
}
