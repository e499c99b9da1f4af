//! Who a client is: guest, user, the identity that links both, and what STS says of it.

use futures_util::future::{join_all, try_join_all};
use serde_json::json;
use sigfetch::{ClassicFlowOptions, Client, Options};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::aws::Aws;
use crate::platform::soon;
use crate::{API, POOL, PROVIDER, get, guest, login, options};

const GUEST: &str = "eu-west-1:0a1b2c3d-0000-4000-8000-000000000001";
const USER: &str = "eu-west-1:0a1b2c3d-0000-4000-8000-000000000002";

fn counts(of: &[(&str, usize)]) -> Vec<(String, usize)> {
    of.iter().map(|(route, count)| ((*route).to_owned(), *count)).collect()
}

#[wasm_bindgen_test]
async fn a_new_client_asks_nobody_anything() {
    let aws = Aws::start();
    let client = guest();
    crate::platform::pause(20).await;
    assert_eq!(aws.asked(), counts(&[]));
    drop(client);
}

#[wasm_bindgen_test]
async fn a_guest_gets_an_identity_and_credentials_without_any_login() {
    let aws = Aws::start();
    let client = guest();
    assert_eq!(soon(client.identity_id()).await.unwrap(), GUEST);
    let set = soon(client.credentials()).await.unwrap();
    assert_eq!((set.signing.access_key_id.as_str(), set.identity_id.as_deref()), ("ASIA1", Some(GUEST)));
    assert_eq!(set.signing.secret_access_key.expose(), "secret1");
    assert!(set.expires_at.unwrap() as f64 > js_sys::Date::now() + 3_500_000.0);
    assert_eq!(aws.asked(), counts(&[("GetId", 1), ("GetCredentialsForIdentity", 1)]));
    assert_eq!(aws.sent("GetId")[0].json(), json!({ "IdentityPoolId": POOL }));
    assert_eq!(aws.sent("GetCredentialsForIdentity")[0].json(), json!({ "IdentityId": GUEST }));
}

#[wasm_bindgen_test]
async fn requests_to_cognito_are_json_posts_that_carry_no_cookies_and_follow_no_redirect() {
    let aws = Aws::start();
    soon(guest().identity_id()).await.unwrap();
    for operation in ["GetId", "GetCredentialsForIdentity"] {
        let sent = &aws.sent(operation)[0];
        assert_eq!(sent.url(), "https://cognito-identity.eu-west-1.amazonaws.com/");
        assert_eq!((sent.method().as_str(), sent.credentials().as_str()), ("POST", "omit"));
        assert_eq!(sent.redirect(), "manual");
        assert_eq!(sent.header("content-type").as_deref(), Some("application/x-amz-json-1.1"));
        assert_eq!(sent.header("authorization"), None);
    }
}

#[wasm_bindgen_test]
async fn twenty_calls_at_once_share_one_exchange() {
    let aws = Aws::start();
    let client = guest();
    let calls = (0..20).map(|number| client.signed_fetch(&get(&format!("{API}?number={number}"))));
    let answers = soon(try_join_all(calls)).await.unwrap();
    assert!(answers.iter().all(|answer| answer.status() == 200));
    assert_eq!(aws.asked(), counts(&[("GetId", 1), ("GetCredentialsForIdentity", 1), ("api", 20)]));
    aws.sent("api").iter().for_each(|sent| sent.assert_signed_by(1));
}

#[wasm_bindgen_test]
async fn clones_are_the_same_client() {
    let aws = Aws::start();
    let client = guest();
    let clones: Vec<Client> = (0..5).map(|_| client.clone()).collect();
    let ids = soon(join_all(clones.iter().map(Client::identity_id))).await;
    assert!(ids.iter().all(|id| id.as_ref().is_ok_and(|id| id == GUEST)));
    assert_eq!(aws.sent("GetId").len(), 1);
}

#[wasm_bindgen_test]
async fn a_user_signs_in_with_the_token_of_the_login_function() {
    let aws = Aws::start();
    let client = guest();
    client.set_logins(Some(login(PROVIDER, "id.token"))).unwrap();
    assert_eq!(soon(client.identity_id()).await.unwrap(), USER);
    let logins = json!({ PROVIDER: "id.token" });
    assert_eq!(aws.sent("GetId")[0].json(), json!({ "IdentityPoolId": POOL, "Logins": logins }));
    assert_eq!(aws.sent("GetCredentialsForIdentity")[0].json(), json!({ "IdentityId": USER, "Logins": logins }));
}

#[wasm_bindgen_test]
async fn a_guest_who_signs_in_keeps_the_identity_and_gets_new_credentials() {
    let aws = Aws::start();
    let client = guest();
    soon(client.identity_id()).await.unwrap();
    client.set_logins(Some(login(PROVIDER, "id.token"))).unwrap();
    assert_eq!(soon(client.identity_id()).await.unwrap(), GUEST);
    assert_eq!(aws.asked(), counts(&[("GetId", 1), ("GetCredentialsForIdentity", 2)]));
    let linked = aws.sent("GetCredentialsForIdentity")[1].json();
    assert_eq!(linked, json!({ "IdentityId": GUEST, "Logins": { PROVIDER: "id.token" } }));
    soon(client.signed_fetch(&get(API))).await.unwrap();
    aws.sent("api")[0].assert_signed_by(2);
}

#[wasm_bindgen_test]
async fn a_user_who_signs_out_is_a_new_guest() {
    let aws = Aws::start();
    let client = guest();
    client.set_logins(Some(login(PROVIDER, "id.token"))).unwrap();
    assert_eq!(soon(client.identity_id()).await.unwrap(), USER);
    client.sign_out().unwrap();
    assert_eq!(soon(client.identity_id()).await.unwrap(), GUEST);
    assert_eq!(aws.sent("GetId")[1].json(), json!({ "IdentityPoolId": POOL }));
}

#[wasm_bindgen_test]
async fn sts_says_whom_the_credentials_belong_to() {
    let aws = Aws::start();
    let caller = soon(guest().whoami()).await.unwrap();
    assert_eq!((caller.account.as_str(), caller.role.as_deref()), ("123456789012", Some("Guests")));
    assert_eq!(caller.arn, "arn:aws:sts::123456789012:assumed-role/Guests/CognitoIdentityCredentials");
    let sent = &aws.sent("GetCallerIdentity")[0];
    assert_eq!(sent.url(), "https://sts.eu-west-1.amazonaws.com/");
    assert_eq!(
        (sent.method().as_str(), sent.credentials().as_str(), sent.redirect().as_str()),
        ("POST", "omit", "manual")
    );
    assert_eq!(sent.body(), b"Action=GetCallerIdentity&Version=2011-06-15");
    sent.assert_signed_by(1);
}

#[wasm_bindgen_test]
async fn the_classic_flow_asks_for_a_token_and_assumes_the_role() {
    let aws = Aws::start();
    let role_arn = "arn:aws:iam::123456789012:role/Reader";
    let client = Client::new(Options {
        classic_flow: Some(ClassicFlowOptions {
            role_arn: role_arn.into(),
            duration_seconds: Some(900),
            ..ClassicFlowOptions::default()
        }),
        ..options()
    })
    .unwrap();
    soon(client.signed_fetch(&get(API))).await.unwrap();
    let asked = [("GetId", 1), ("GetOpenIdToken", 1), ("AssumeRoleWithWebIdentity", 1), ("api", 1)];
    assert_eq!(aws.asked(), counts(&asked));
    let sent = &aws.sent("AssumeRoleWithWebIdentity")[0];
    assert_eq!(sent.header("content-type").as_deref(), Some("application/x-www-form-urlencoded"));
    assert_eq!(sent.header("authorization"), None);
    let form = String::from_utf8(sent.body()).unwrap();
    assert!(form.contains("WebIdentityToken=open.id.token") && form.contains("DurationSeconds=900"), "{form}");
    aws.sent("api")[0].assert_signed_by(1);
}
