//! RS256 tokens: made, published and checked.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// The issuer of tokens that the identity pools themselves make.
pub(crate) const IDENTITY_ISSUER: &str = "cognito-identity.amazonaws.com";

/// A key with which this server signs tokens.
#[derive(Debug)]
pub(crate) struct TokenKey {
    key_id: &'static str,
    pair: KeyPair,
    public: Vec<u8>,
}

/// Why a key could not be made. The operating system's randomness or memory is gone if this ever happens.
#[derive(Debug)]
pub(crate) struct NoKey;

impl TokenKey {
    fn generate(key_id: &'static str) -> Result<Self, NoKey> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| NoKey)?;
        let public = AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(pair.public_key())
            .map_err(|_| NoKey)?
            .as_ref()
            .to_vec();
        Ok(Self { key_id, pair, public })
    }

    /// The key's public half as a JSON Web Key.
    pub(crate) fn to_jwk(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
            "kid": self.key_id,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "use": "sig",
        })
    }

    /// A token with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        self.sign_parts(&json!({ "kid": self.key_id, "alg": "RS256", "typ": "JWT" }), claims)
    }

    fn sign_parts(&self, header: &Value, claims: &Value) -> Option<String> {
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Whether the token names this key and carries its signature.
    pub(crate) fn verifies(&self, token: &Token<'_>) -> bool {
        token.algorithm.as_deref() == Some("RS256")
            && token.key_id.as_deref() == Some(self.key_id)
            && UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public)
                .verify(token.message.as_bytes(), &token.signature)
                .is_ok()
    }
}

/// The keys of the services that issue tokens.
#[derive(Debug)]
pub(crate) struct TokenKeys {
    pub(crate) user_pools: TokenKey,
    pub(crate) identity_pools: TokenKey,
}

impl TokenKeys {
    /// The keys of this process: made once, because that takes a while and tests start many servers.
    pub(crate) fn of_this_process() -> Result<&'static Self, &'static NoKey> {
        static KEYS: OnceLock<Result<TokenKeys, NoKey>> = OnceLock::new();
        KEYS.get_or_init(|| {
            Ok(Self {
                user_pools: TokenKey::generate("local-user-pools")?,
                identity_pools: TokenKey::generate("local-identity-pools")?,
            })
        })
        .as_ref()
    }
}

/// A token taken apart, its signature not yet checked.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    message: &'a str,
    signature: Vec<u8>,
    algorithm: Option<String>,
    key_id: Option<String>,
    pub(crate) claims: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// Takes a token apart. None if it has not the form of one.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header = decode_object(header)?;
        let text_of = |name: &str| header.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            message,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
            algorithm: text_of("alg"),
            key_id: text_of("kid"),
            claims: decode_object(claims)?,
        })
    }

    /// A claim that is text.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// A claim that is a number of seconds.
    pub(crate) fn seconds(&self, claim: &str) -> Option<u64> {
        self.claims.get(claim).and_then(Value::as_u64)
    }

    /// A claim that is a list of texts; empty if it is not there.
    pub(crate) fn texts(&self, claim: &str) -> Vec<&str> {
        self.claims
            .get(claim)
            .and_then(Value::as_array)
            .map(|values| values.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    }

    /// The issuer without its scheme.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.text("iss").map(|issuer| issuer.strip_prefix("https://").unwrap_or(issuer))
    }
}

fn decode_object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_token_does_not_verify() {
        let keys = TokenKeys::of_this_process().unwrap();
        let text = keys.user_pools.sign(&json!({ "iss": "https://example.test/a", "exp": 7 })).unwrap();
        let token = Token::parse(&text).unwrap();
        assert!(keys.user_pools.verifies(&token));
        assert_eq!(token.issuer(), Some("example.test/a"));
        assert_eq!(token.seconds("exp"), Some(7));
        assert!(!keys.identity_pools.verifies(&token));

        let forged = keys.user_pools.sign(&json!({ "exp": 8 })).unwrap();
        let claims = forged.split('.').nth(1).unwrap();
        let parts: Vec<&str> = text.split('.').collect();
        let spliced = format!("{}.{claims}.{}", parts[0], parts[2]);
        assert!(!keys.user_pools.verifies(&Token::parse(&spliced).unwrap()));
    }

    #[test]
    fn a_token_must_name_the_algorithm_and_the_key() {
        let key = &TokenKeys::of_this_process().unwrap().user_pools;
        for (header, expected) in [
            (json!({ "alg": "RS256", "kid": key.key_id }), true),
            (json!({ "alg": "none", "kid": key.key_id }), false),
            (json!({ "alg": "RS256", "kid": "another" }), false),
            (json!({ "alg": "RS256" }), false),
        ] {
            let text = key.sign_parts(&header, &json!({})).unwrap();
            assert_eq!(key.verifies(&Token::parse(&text).unwrap()), expected, "{header}");
        }
    }

    #[test]
    fn text_that_is_no_token_is_not_parsed() {
        for text in ["", "a.b", "a.b.c", "eyJ9.eyJ9.!", "....."] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_published_key_has_the_modulus_of_2048_bits() {
        let jwk = TokenKeys::of_this_process().unwrap().user_pools.to_jwk();
        let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
        assert_eq!(modulus.len(), 256);
        assert_eq!(jwk["e"], "AQAB");
    }
}
