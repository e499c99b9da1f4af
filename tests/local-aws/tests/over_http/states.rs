//! Every state of the list: the call succeeds without it, fails in it as listed, and succeeds again once the fix is
//! applied.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::support::{Credentials, LocalAws, Reply, Request, aws_json};

/// What came of a call, as a browser sees it.
#[derive(Debug)]
struct Outcome {
    /// Which request was answered last: an operation of Cognito or STS, `preflight`, or `service`.
    from: &'static str,
    reply: Reply,
    /// Whether a page may read the answer.
    readable: bool,
}

impl Outcome {
    fn of_aws(from: &'static str, reply: Reply) -> Self {
        let readable = reply.header("access-control-allow-origin").is_some();
        Self { from, reply, readable }
    }

    fn is_good(&self) -> bool {
        let is_graphql_error = || !serde_json::from_slice(&self.reply.body).unwrap_or(Value::Null)["errors"].is_null();
        self.from == "service" && (200..300).contains(&self.reply.status) && self.readable && !is_graphql_error()
    }

    /// The error's name, wherever the protocol puts it.
    fn error_type(&self) -> String {
        let text = self.reply.text();
        let body: Value = serde_json::from_slice(&self.reply.body).unwrap_or(Value::Null);
        let of_header = self.reply.error_type().trim_end_matches(':').to_owned();
        let of_json = body["__type"].as_str().or(body["errors"][0]["errorType"].as_str()).unwrap_or_default();
        let of_xml = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
        [of_header.as_str(), of_json.rsplit('#').next().unwrap_or_default(), of_xml.unwrap_or_default()]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default()
            .to_owned()
    }
}

/// Whoever calls, once it is known.
struct Caller {
    identity_id: String,
    sub: String,
    id_token: String,
    credentials: Option<Credentials>,
}

impl Caller {
    fn nobody() -> Self {
        Self { identity_id: String::new(), sub: String::new(), id_token: String::new(), credentials: None }
    }

    fn fill_in(&self, text: &str) -> String {
        text.replace("${identityId}", &self.identity_id)
            .replace("${sub}", &self.sub)
            .replace("${idToken}", &self.id_token)
    }
}

fn text<'a>(call: &'a Value, name: &str) -> Option<&'a str> {
    call[name].as_str()
}

async fn call(local: &LocalAws, call: &Value) -> Outcome {
    match identify(local, call).await {
        Ok(caller) => send(local, call, &caller).await,
        Err(outcome) => *outcome,
    }
}

async fn identify(local: &LocalAws, call: &Value) -> Result<Caller, Box<Outcome>> {
    let mut caller = Caller::nobody();
    if call["as"] == "nobody" {
        return Ok(caller);
    }
    let mut logins = json!({});
    if call["as"] == "user" {
        let tokens = local.sign_in("alice").await;
        caller.id_token = tokens["IdToken"].as_str().unwrap().to_owned();
        caller.sub = "a11ce000-0000-4000-8000-000000000001".to_owned();
        logins = json!({ "Logins": { local.at("/loginKey"): caller.id_token } });
    }
    let with_logins = |mut body: Value| {
        body.as_object_mut().unwrap().extend(logins.as_object().unwrap().clone());
        body
    };
    let good = |from: &'static str, reply: Reply| match reply.status {
        200 => Ok(reply.json()),
        _ => Err(Box::new(Outcome::of_aws(from, reply))),
    };
    let pool = match text(call, "poolId") {
        Some(id) => id.to_owned(),
        None => local.at(&format!("/{}", text(call, "pool").unwrap_or("identityPoolId"))),
    };
    let reply = local.cognito("GetId", with_logins(json!({ "IdentityPoolId": pool }))).await;
    let identity = good("GetId", reply)?["IdentityId"].clone();
    caller.identity_id = identity.as_str().unwrap().to_owned();
    let body = with_logins(json!({ "IdentityId": identity }));
    if text(call, "flow") != Some("classic") {
        let reply = local.cognito("GetCredentialsForIdentity", body).await;
        let credentials = good("GetCredentialsForIdentity", reply)?;
        caller.credentials = Some(Credentials::from_cognito(&credentials["Credentials"]));
        return Ok(caller);
    }
    let token = good("GetOpenIdToken", local.cognito("GetOpenIdToken", body).await)?["Token"].clone();
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", "AssumeRoleWithWebIdentity")
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", &local.at(&format!("/roles/{}", text(call, "role").unwrap())))
        .append_pair("RoleSessionName", "web")
        .append_pair("WebIdentityToken", token.as_str().unwrap())
        .finish();
    let request = Request::new("POST", &format!("{}/", local.endpoint("sts")))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let reply = local.send(request).await;
    if reply.status != 200 {
        return Err(Box::new(Outcome::of_aws("AssumeRoleWithWebIdentity", reply)));
    }
    caller.credentials = Some(Credentials::from_sts(&reply.text()));
    Ok(caller)
}

fn request(local: &LocalAws, call: &Value, caller: &Caller) -> (Request, &'static str) {
    let service = text(call, "service").unwrap();
    let mut endpoint = local.endpoint(service);
    if let Some(region) = text(call, "region") {
        endpoint = endpoint.replace("us-east-1", region);
    }
    if let Some(host) = text(call, "host") {
        endpoint = format!("http://{host}.localhost:{}", local.port);
    }
    let body = match (&call["json"], text(call, "body")) {
        (Value::Null, body) => body.map(str::to_owned),
        (body, _) => Some(body.to_string()),
    };
    let body = body.map(|body| caller.fill_in(&body));
    match service {
        "graphql" => {
            let body = body.unwrap_or_else(|| json!({ "query": call["query"] }).to_string());
            let request = Request::new("POST", &endpoint).header("content-type", "application/json").body(body);
            (request, "appsync")
        }
        "dynamodb" | "kendra" | "translate" => {
            let (target, content_type) = match service {
                "dynamodb" => ("DynamoDB_20120810", "application/x-amz-json-1.0"),
                "kendra" => ("AWSKendraFrontendService", "application/x-amz-json-1.1"),
                _ => ("AWSShineFrontendService_20170701", "application/x-amz-json-1.1"),
            };
            let operation = text(call, "operation").unwrap();
            let request = aws_json(&format!("{endpoint}/"), target, operation, &Value::Null)
                .replace_header("content-type", content_type)
                .body(body.unwrap());
            (
                request,
                if service == "dynamodb" {
                    "dynamodb"
                } else if service == "kendra" {
                    "kendra"
                } else {
                    "translate"
                },
            )
        }
        _ => {
            // The signer encodes no path for S3: the colon of an identity id is encoded here.
            let path = caller.fill_in(text(call, "path").unwrap()).replace(':', "%3A");
            let mut request = Request::new(text(call, "method").unwrap(), &format!("{endpoint}{path}"));
            if !call["json"].is_null() {
                request = request.header("content-type", "application/json");
            }
            for (name, value) in call["headers"].as_object().into_iter().flatten() {
                request = request.header(name, &caller.fill_in(value.as_str().unwrap()));
            }
            let request = request.body(body.unwrap_or_default());
            (request, if service == "s3" { "s3" } else { "execute-api" })
        }
    }
}

async fn send(local: &LocalAws, call: &Value, caller: &Caller) -> Outcome {
    let (mut request, service) = request(local, call, caller);
    if let Some(credentials) = caller.credentials.as_ref().filter(|_| call["sign"] != false) {
        let mut credentials = credentials.clone();
        if let Some(token) = text(call, "sessionToken") {
            credentials.session_token = token.to_owned();
        }
        let region = text(call, "signRegion").or(text(call, "region")).unwrap_or("us-east-1");
        let service = text(call, "signService").unwrap_or(service);
        request = credentials.sign_at(request, service, region, SystemTime::now());
    }
    if let Some(preflight) = refused_preflight(local, &request).await {
        return Outcome {
            from: "preflight",
            readable: Outcome::of_aws("preflight", preflight.clone()).readable,
            reply: preflight,
        };
    }
    Outcome::of_aws("service", local.send(request.header("origin", "https://app.example")).await)
}

/// The answer to the preflight of a request, if a browser does not go on after it.
async fn refused_preflight(local: &LocalAws, request: &Request) -> Option<Reply> {
    let is_safe = |name: &str, value: &str| {
        name.eq_ignore_ascii_case("accept")
            || (name.eq_ignore_ascii_case("content-type") && value.starts_with("text/plain"))
    };
    let asked: Vec<String> = request
        .headers
        .iter()
        .filter(|(name, value)| !is_safe(name, value))
        .map(|(name, _)| name.to_lowercase())
        .collect();
    let preflight = Request::new("OPTIONS", &request.url.to_string())
        .header("origin", "https://app.example")
        .header("access-control-request-method", &request.method)
        .header("access-control-request-headers", &asked.join(","));
    let reply = local.send(preflight).await;
    let list = |name: &str| -> Vec<String> {
        reply.header(name).unwrap_or_default().split(',').map(|item| item.trim().to_lowercase()).collect()
    };
    let (headers, methods) = (list("access-control-allow-headers"), list("access-control-allow-methods"));
    let allows_header =
        |name: &String| headers.contains(name) || (name != "authorization" && headers.iter().any(|item| item == "*"));
    let method = request.method.to_lowercase();
    let allows_method = methods.contains(&method) || methods.iter().any(|item| item == "*");
    let is_simple_method = matches!(method.as_str(), "get" | "head" | "post");
    let goes_on = (200..300).contains(&reply.status)
        && reply.header("access-control-allow-origin").is_some()
        && asked.iter().all(allows_header)
        && (allows_method || is_simple_method);
    (!goes_on).then_some(reply)
}

/// The call with the members of another put over it; `null` takes one away.
fn changed(call: &Value, change: &Value) -> Value {
    let mut call = call.clone();
    for (name, value) in change.as_object().into_iter().flatten() {
        call[name] = value.clone();
    }
    call
}

fn encoded(pointer: &str) -> String {
    pointer.replace('{', "%7B").replace('}', "%7D").replace('$', "%24")
}

/// Applies a fix and gives the call to try again.
async fn apply(local: &LocalAws, fix: &Value, mut call: Value) -> Value {
    for step in fix.as_array().unwrap() {
        for (method, at) in [("PUT", text(step, "put")), ("PATCH", text(step, "merge"))] {
            let Some(at) = at else { continue };
            let reply = local.control(method, &format!("settings{}", encoded(at)), Some(step["value"].clone())).await;
            assert_eq!(reply.status, 200, "{step}: {}", reply.text());
        }
        if !step["faults"].is_null() {
            local.faults(step["faults"].clone()).await;
        }
        call = changed(&call, &step["call"]);
    }
    call
}

async fn enter(local: &LocalAws, states: &[&str]) {
    let reply = local.control("POST", "states", Some(json!({ "states": states }))).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

async fn list(local: &LocalAws) -> Vec<Value> {
    local.control("GET", "states", None).await.json()["states"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_state_shows_its_answer_and_is_cured_by_its_fix() {
    let local = LocalAws::start().await;
    let states = list(&local).await;
    assert!(states.len() > 100);
    for state in states {
        let id = state["id"].as_str().unwrap();
        let is_owners_mistake = !state["settings"].is_null() || !state["faults"].is_null();
        local.control("POST", "reset", None).await;
        // Guests are denied Kendra with any settings.
        if is_owners_mistake && !id.starts_with("guest-scope-down") && id != "resource-policy-anonymous" {
            let before = call(&local, &changed(&state["call"], &json!({ "region": null }))).await;
            assert!(before.is_good() || id == "cors-hidden", "{id} before: {before:?}");
        }

        enter(&local, &[id]).await;
        let outcome = call(&local, &state["call"]).await;
        let expected = &state["answer"];
        assert_eq!(outcome.from, expected["from"], "{id}: {outcome:?}");
        assert_eq!(outcome.reply.status, expected["status"].as_u64().unwrap() as u16, "{id}: {}", outcome.reply.text());
        if let Some(name) = text(expected, "type") {
            assert_eq!(outcome.error_type(), name, "{id}: {}", outcome.reply.text());
        }
        if let Some(message) = text(expected, "message") {
            let body = outcome.reply.text().replace("\\\"", "\"");
            assert!(body.contains(message), "{id}: {body}");
        }
        assert_eq!(outcome.readable, expected["readable"].as_bool().unwrap(), "{id}: {outcome:?}");
        assert!(!outcome.is_good(), "{id}");

        let again = apply(&local, &state["fix"], state["call"].clone()).await;
        let after = call(&local, &again).await;
        assert!(after.is_good(), "{id} after: {} {after:?}", after.reply.text());
    }
}

#[tokio::test]
async fn states_mix_and_a_reset_ends_them() {
    let local = LocalAws::start().await;
    let states = list(&local).await;
    let state = |id: &str| states.iter().find(|state| state["id"] == id).unwrap().clone();
    enter(
        &local,
        &["guest-access-off", "role-lacks-action", "denials"].map(|id| if id == "denials" { "scp" } else { id }),
    )
    .await;
    assert_eq!(
        local.control("GET", "states", None).await.json()["on"],
        json!(["guest-access-off", "role-lacks-action", "scp"])
    );

    let denied = call(&local, &state("role-lacks-action")["call"]).await;
    assert!(denied.reply.message().contains("with an explicit deny in a service control policy"));
    let no_guest = call(&local, &state("guest-access-off")["call"]).await;
    assert_eq!(no_guest.from, "GetId");
    // One fix alone does not cure two faults.
    let again = apply(&local, &state("scp")["fix"], state("role-lacks-action")["call"].clone()).await;
    assert!(call(&local, &again).await.reply.message().contains("no identity-based policy allows"));
    let again = apply(&local, &state("role-lacks-action")["fix"], again).await;
    assert!(call(&local, &again).await.is_good());

    local.control("POST", "reset", None).await;
    assert_eq!(local.control("GET", "states", None).await.json()["on"], json!([]));
    assert!(call(&local, &state("guest-access-off")["call"]).await.is_good());
}

#[tokio::test]
async fn a_state_or_setting_that_does_not_exist_is_refused_and_changes_nothing() {
    let local = LocalAws::start().await;
    for (method, what, body, word) in [
        ("POST", "states", json!({ "states": ["waf", "wav"] }), "wav"),
        ("POST", "states", json!({ "on": [] }), "on"),
        ("PATCH", "settings", json!({ "rolls": {} }), "rolls"),
        ("PUT", "settings/roles/LocalUser/trustPolicy", json!({ "Effect": "Allow", "Action": "*" }), "Principal"),
        ("PUT", "settings/roles/Nobody/policies/x", json!({}), "/roles/Nobody/policies"),
        ("PATCH", "settings/buckets/nothing", json!({}), "/buckets/nothing"),
    ] {
        let reply = local.control(method, what, Some(body)).await;
        assert_eq!(reply.status, 400, "{what}");
        assert!(reply.message().contains(word), "{}", reply.text());
    }
    assert_eq!(local.control("GET", "settings/roles/Nobody", None).await.status, 404);
    assert_eq!(local.control("DELETE", "settings", None).await.status, 404);
    assert_eq!(local.control("GET", "states", None).await.json()["on"], json!([]));
    assert_eq!(local.control("GET", "settings/apis/rest/stages", None).await.json(), json!(["prod"]));
    assert_eq!(
        local.control("GET", "settings/apis/rest/resources/~1items~1%7Bid%7D/PUT", None).await.json(),
        json!({ "authorizationType": "AWS_IAM" })
    );
}
