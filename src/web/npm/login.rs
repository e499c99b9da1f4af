//! Who is signed in, asked anew at each refresh: a guest, the owner of some logins, or whom the developer's own backend
//! names.

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::super::json::entries;
use super::super::login::{check_providers, claims};
use super::fields::{Fields, is_own, member};
use crate::client::{CallError, Login};
use crate::cognito::Logins;
use crate::error::{Code, Error};
use crate::secret::Secret;

type Thrown<T> = Result<T, CallError<JsValue>>;

/// Whether a map of logins has any.
pub(super) fn has_logins(logins: &JsValue) -> bool {
    logins.is_object() && Object::keys(logins.unchecked_ref::<Object>()).length() > 0
}

/// A value of the page, or what a function of the page gives, which is called at once.
pub(super) fn promised(value: JsValue) -> JsFuture {
    let promise = if value.is_function() {
        let given = value.unchecked_ref::<Function>().call0(&JsValue::UNDEFINED);
        given.map_or_else(|thrown| Promise::reject(&thrown), |given| Promise::resolve(&given))
    } else {
        Promise::resolve(&value)
    };
    promise.into()
}

/// Asks the page who is signed in.
pub(super) async fn login(options: &Fields) -> Thrown<Login> {
    let name = if options.is_given("identity") { "identity" } else { "logins" };
    let (source, field) = (options.value(name), options.path(name));
    let given = promised(source).await.map_err(|cause| threw(&field, cause))?;
    if given.is_undefined() || given.is_null() {
        return Ok(Login::default());
    }
    if !given.is_object() || Array::is_array(&given) {
        return Err(failed(&field, "gave no logins"));
    }
    let given: Object = given.unchecked_into();
    let identity_id = member(&given, "identityId").map_err(|cause| threw(&field, cause))?;
    let is_named = !identity_id.is_undefined() || is_own(&given, "identityId").map_err(|cause| threw(&field, cause))?;
    if !is_named {
        return Ok(Login { logins: tokens(&given, &field).await?, identity_id: None });
    }
    let identity_id = identity_id.as_string().filter(|id| !id.is_empty());
    let identity_id = identity_id.ok_or_else(|| failed(&field, "gave no identityId: a non-empty string"))?;
    let logins = developer_logins(&given, &field).await?;
    if logins.is_empty() {
        return Err(failed(&field, "gave neither token nor logins"));
    }
    Ok(Login { logins, identity_id: Some(identity_id) })
}

fn failed(field: &str, what: &str) -> CallError<JsValue> {
    Error::about(Code::LoginsFailed, field.to_owned(), what).into()
}

fn threw(field: &str, cause: JsValue) -> CallError<JsValue> {
    CallError::caused(Error::about(Code::LoginsFailed, field.to_owned(), "threw or rejected"), cause)
}

/// The logins of a developer's user. The name of their provider differs between regions, and the token tells it.
async fn developer_logins(given: &Object, field: &str) -> Thrown<Logins> {
    let member = |name| member(given, name).map_err(|cause| threw(field, cause));
    let token = member("token")?;
    if token.is_undefined() {
        let logins = member("logins")?;
        return if logins.is_object() { tokens(logins.unchecked_ref(), field).await } else { Ok(Logins::default()) };
    }
    let token = token.as_string().filter(|token| !token.is_empty());
    let issuer = token.as_deref().and_then(claims).and_then(|claims| claims.get("iss")?.as_text().map(str::to_owned));
    match (token, issuer) {
        (Some(token), Some(issuer)) => {
            let provider = issuer.strip_prefix("https://").unwrap_or(&issuer).to_owned();
            Ok(vec![(provider, Secret::new(token))])
        }
        _ => Err(failed(field, "gave a token without an issuer (iss)")),
    }
}

/// The tokens of a map of logins, whose functions are all called before the first is waited for.
async fn tokens(logins: &Object, field: &str) -> Thrown<Logins> {
    let mut asked = Vec::new();
    for entry in entries(logins).map_err(|cause| threw(field, cause))?.iter() {
        let entry: Array = entry.unchecked_into();
        // A promise that rejects while an earlier one is waited for is handled, as `JsFuture` listens at once.
        asked.push((entry.get(0).as_string().unwrap_or_default(), promised(entry.get(1))));
    }
    let mut logins = Logins::with_capacity(asked.len());
    for (provider, token) in asked {
        let field = format!("{field}[\"{provider}\"]");
        let token = token.await.map_err(|cause| threw(&field, cause))?.as_string();
        let token = token.filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| failed(&field, "gave no token: a non-empty string"))?;
        logins.push((provider, Secret::new(token)));
    }
    check_providers(logins.iter().map(|(provider, _)| provider.as_str()))?;
    Ok(logins)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::super::evaluate;
    use super::*;

    const POOL: &str = "eu-west-1:0a1b2c3d-0000-4000-8000-000000000001";

    async fn ask(options: &str) -> Thrown<Login> {
        login(&Fields::new(evaluate(options), "options", Code::InvalidOption)).await
    }

    /// Code and field of the refusal, which has no cause.
    async fn refused(options: &str) -> (Code, String) {
        match ask(options).await {
            Err(CallError::Coded { error, cause: None }) => (error.code, error.field.clone().unwrap().into_owned()),
            other => panic!("{options}: {other:?}"),
        }
    }

    async fn tokens_of(options: &str) -> Vec<(String, String)> {
        let login = ask(options).await.unwrap();
        login.logins.into_iter().map(|(provider, token)| (provider, token.expose().to_owned())).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(provider, token)| ((*provider).to_owned(), (*token).to_owned())).collect()
    }

    #[wasm_bindgen_test]
    async fn whoever_gives_nothing_is_a_guest() {
        for options in ["{}", "{ logins: undefined }", "{ logins: null }", "{ logins: {} }", "{ logins: () => null }"] {
            assert_eq!(tokens_of(options).await, [], "{options}");
        }
        assert_eq!(tokens_of("{ identity: async () => undefined }").await, []);
    }

    #[wasm_bindgen_test]
    async fn logins_are_texts_and_functions_and_promises_of_them() {
        let expected = pairs(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]);
        let map = "{ a: '1', b: () => '2', c: async () => '3', d: () => ({ then: (resolve) => resolve('4') }) }";
        for options in [format!("{{ logins: {map} }}"), format!("{{ logins: async () => ({map}) }}")] {
            assert_eq!(tokens_of(&options).await, expected);
        }
        let all_at_once = "{ logins: (() => { let asked = 0; const later = async () => { asked += 1; await null;
            return `token${asked}`; }; return { a: later, b: later }; })() }";
        assert_eq!(tokens_of(all_at_once).await, pairs(&[("a", "token2"), ("b", "token2")]));
    }

    #[wasm_bindgen_test]
    async fn what_a_function_of_the_page_fails_with_is_the_cause() {
        for (options, field) in [
            ("{ logins: () => { throw 'why' } }", "options.logins"),
            ("{ logins: () => Promise.reject('why') }", "options.logins"),
            ("{ logins: { a: '1', b: async () => { throw 'why' } } }", "options.logins[\"b\"]"),
            ("{ logins: () => ({ get a() { throw 'why' } }) }", "options.logins"),
            ("{ logins: () => ({ get then() { throw 'why' } }) }", "options.logins"),
            ("{ logins: () => ({ then() { throw 'why' } }) }", "options.logins"),
            ("{ logins: () => new Proxy({}, { get() { throw 'why' } }) }", "options.logins"),
            ("{ logins: () => new Proxy({}, { ownKeys() { throw 'why' } }) }", "options.logins"),
            ("{ logins: () => new Proxy({}, { getPrototypeOf() { throw 'why' } }) }", "options.logins"),
            ("{ logins: () => new Proxy({}, { getOwnPropertyDescriptor() { throw 'why' } }) }", "options.logins"),
            ("{ identity: () => { throw 'why' } }", "options.identity"),
            ("{ identity: () => ({ get identityId() { throw 'why' } }) }", "options.identity"),
            ("{ identity: () => ({ identityId: 'x', get token() { throw 'why' } }) }", "options.identity"),
            ("{ identity: () => ({ identityId: 'x', get logins() { throw 'why' } }) }", "options.identity"),
            (
                "{ identity: () => ({ identityId: 'x', logins: new Proxy({}, { ownKeys() { throw 'why' } }) }) }",
                "options.identity",
            ),
        ] {
            let error = ask(options).await.err().unwrap_or_else(|| panic!("taken: {options}"));
            let CallError::Coded { error, cause } = error else { panic!("not coded: {options}") };
            assert_eq!((error.code, error.field.as_deref()), (Code::LoginsFailed, Some(field)), "{options}");
            assert_eq!(cause, Some("why".into()), "{options}");
            assert!(!error.message.contains("why"));
        }
    }

    #[wasm_bindgen_test]
    async fn what_is_no_login_is_named() {
        for (options, field) in [
            ("{ logins: () => 'token' }", "options.logins"),
            ("{ logins: () => 7 }", "options.logins"),
            ("{ logins: () => ['token'] }", "options.logins"),
            ("{ logins: () => ({ a: '' }) }", "options.logins[\"a\"]"),
            ("{ logins: () => ({ a: 7 }) }", "options.logins[\"a\"]"),
            ("{ logins: { a: () => undefined } }", "options.logins[\"a\"]"),
            ("{ logins: { a: async () => ({ token: 'x' }) } }", "options.logins[\"a\"]"),
            ("{ identity: () => ({ identityId: '' }) }", "options.identity"),
            ("{ identity: () => ({ identityId: undefined, token: 'x' }) }", "options.identity"),
            ("{ identity: () => ({ identityId: 'x' }) }", "options.identity"),
            ("{ identity: () => ({ identityId: 'x', logins: {} }) }", "options.identity"),
            ("{ identity: () => ({ identityId: 'x', token: 7 }) }", "options.identity"),
            ("{ identity: () => ({ identityId: 'x', token: 'opaque' }) }", "options.identity"),
            ("{ identity: () => ({ identityId: 'x', token: 'a.bnVsbA.c' }) }", "options.identity"),
        ] {
            let (code, named) = refused(options).await;
            assert_eq!((code, named.as_str()), (Code::LoginsFailed, field), "{options}");
        }
        for options in ["{ logins: { 'https://issuer.example': 'x' } }", "{ logins: { ['p'.repeat(129)]: 'x' } }"] {
            assert_eq!(refused(options).await, (Code::InvalidOption, "options.logins".into()));
        }
    }

    #[wasm_bindgen_test]
    async fn the_developers_own_backend_names_identity_and_token() {
        // {"iss":"https://cognito-identity.amazonaws.com"}
        let token = "e30.eyJpc3MiOiJodHRwczovL2NvZ25pdG8taWRlbnRpdHkuYW1hem9uYXdzLmNvbSJ9.c2ln";
        for name in ["identity", "logins"] {
            let options = format!("{{ {name}: async () => ({{ identityId: '{POOL}', token: '{token}' }}) }}");
            let login = ask(&options).await.unwrap();
            assert_eq!(login.identity_id.as_deref(), Some(POOL));
            assert_eq!(login.logins, [("cognito-identity.amazonaws.com".to_owned(), Secret::new(token.into()))]);
        }
        let with_logins = format!("{{ identity: () => ({{ identityId: '{POOL}', logins: {{ a: () => '1' }} }}) }}");
        assert_eq!(tokens_of(&with_logins).await, pairs(&[("a", "1")]));
    }

    #[wasm_bindgen_test]
    async fn what_every_object_inherits_is_no_login() {
        evaluate("Object.assign(Object.prototype, { identityId: 'polluted', token: 'polluted', a: 'polluted' })");
        let login = ask("{ __proto__: null, logins: () => ({ b: '1' }) }").await;
        evaluate("['identityId', 'token', 'a'].forEach((name) => delete Object.prototype[name])");
        let login = login.unwrap();
        assert_eq!((login.identity_id, login.logins.len()), (None, 1));
    }

    #[wasm_bindgen_test]
    fn a_map_has_logins_if_it_has_members() {
        for (expression, expected) in [
            ("{ a: '1' }", true),
            ("{}", false),
            ("undefined", false),
            ("null", false),
            ("Object.create({ a: 1 })", false),
        ] {
            assert_eq!(has_logins(&evaluate(expression)), expected, "{expression}");
        }
    }
}
