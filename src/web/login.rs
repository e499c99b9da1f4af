//! What the page and a Rust front end have in common about logins.

use wasm_bindgen::prelude::*;

use super::json;
use crate::error::Error;
use crate::http::{Json, mentions};

#[wasm_bindgen]
extern "C" {
    /// Base64 to a string with a character for each byte.
    #[wasm_bindgen(catch)]
    fn atob(base64: &str) -> Result<JsValue, JsValue>;
}

/// Checks the names of providers against what Cognito takes (service model: at most 10, of 1 to 128 characters).
pub(super) fn check_providers<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Result<(), Error> {
    let invalid = |what| Err(Error::option("options.logins", what));
    if names.clone().count() > 10 {
        return invalid("takes at most ten providers");
    }
    for name in names {
        if mentions(name, "://") {
            return invalid("takes names without https://");
        }
        if !(1..=128).contains(&name.chars().count()) {
            return invalid("takes names of 1 to 128 characters");
        }
    }
    Ok(())
}

/// What a JWT says (RFC 7519). Nothing is verified: the service that it is shown to does that.
pub(super) fn claims(token: &str) -> Option<Json> {
    let payload = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    let bytes: Vec<u8> = atob(&payload).ok()?.as_string()?.chars().map(|character| character as u8).collect();
    json::parse(&String::from_utf8(bytes).ok()?)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn the_claims_of_a_token_are_read() {
        // {"iss":"https://issuer.example","name":"Zoë ☕","exp":1}, in base64 for URLs without padding.
        let token = "e30.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwibmFtZSI6Ilpvw6sg4piVIiwiZXhwIjoxfQ.c2ln";
        let claims = claims(token).unwrap();
        let text = |name| claims.get(name).and_then(Json::as_text);
        assert_eq!((text("iss"), text("name"), text("exp")), (Some("https://issuer.example"), Some("Zoë ☕"), None));
        assert_eq!(claims.get("exp").and_then(Json::as_number), Some(1.0));
    }

    #[wasm_bindgen_test]
    fn both_alphabets_of_base64_are_read() {
        // {"a":"?>~"} has both a 62nd and a 63rd character.
        for payload in ["eyJhIjoiPz4-In0", "eyJhIjoiPz4+In0", "eyJhIjoiPz4+In0="] {
            let read = claims(&format!("e30.{payload}.x"));
            assert_eq!(read.as_ref().and_then(|claims| claims.get("a")?.as_text()), Some("?>>"), "{payload}");
        }
    }

    #[wasm_bindgen_test]
    fn a_token_that_is_no_jwt_has_no_claims() {
        let long = "A".repeat(100_000);
        for token in
            ["", ".", "..", "opaque", "e30", "a.b", "a.b.c", "a.é.c", "a.\u{0}.c", "a.====.c", "a.e30=x.c", &long]
        {
            assert!(claims(token).is_none(), "{token}");
        }
        // Not UTF-8, and not JSON.
        for payload in ["_w", "_____w", "eyJhIjo", "eyJhIjoi_yJ9"] {
            assert!(claims(&format!("a.{payload}.c")).is_none(), "{payload}");
        }
    }

    #[wasm_bindgen_test]
    fn claims_that_are_no_object_have_no_members() {
        // null, [], "iss", 7, {"iss":7}
        for payload in ["bnVsbA", "W10", "Imlzcyi", "Nw", "eyJpc3MiOjd9"] {
            let issuer = claims(&format!("a.{payload}.c"));
            assert!(issuer.and_then(|claims| claims.get("iss")?.as_text().map(str::to_owned)).is_none(), "{payload}");
        }
    }

    #[wasm_bindgen_test]
    fn provider_names_are_those_that_cognito_takes() {
        let longest = "é".repeat(128);
        assert!(check_providers(["graph.facebook.com", &longest].into_iter()).is_ok());
        assert!(check_providers([].into_iter()).is_ok());
        let too_long = "p".repeat(129);
        for names in [vec!["https://issuer.example"], vec!["a", ""], vec![&too_long], vec!["p"; 11]] {
            let error = check_providers(names.into_iter()).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("options.logins"));
        }
    }
}
