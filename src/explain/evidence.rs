//! What is known of a failed call: the answer as it came, and what the client knew.

use serde::{Deserialize, Deserializer};

use super::loose::{self, Build, Loose, Scalar, bounded};

/// Evidence of one failed call. Every member may be missing; one of the wrong kind counts as missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// The HTTP status; none where the page could not read the answer, or for a WebSocket.
    #[serde(deserialize_with = "status")]
    pub status: Option<u16>,
    /// The answer's headers.
    #[serde(deserialize_with = "loose::read")]
    pub headers: Headers,
    /// The answer's body as text, or what stood in the console.
    #[serde(deserialize_with = "body")]
    pub body: String,
    /// What was thrown in place of an answer.
    #[serde(deserialize_with = "loose::read")]
    pub error: Thrown,
    /// What the client knew.
    #[serde(deserialize_with = "context")]
    pub context: Box<Context>,
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    Ok(Loose::deserialize(from)?.number().and_then(status_of))
}

fn status_of(number: f64) -> Option<u16> {
    (100.0..600.0).contains(&number).then_some(number as u16)
}

fn body<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Loose::deserialize(from)?.text().unwrap_or_default())
}

fn context<'de, D: Deserializer<'de>>(from: D) -> Result<Box<Context>, D::Error> {
    loose::read(from).map(Box::new)
}

/// Headers by lower-case name: read from an object, from a list of pairs, or from text with a line a header.
#[derive(Debug, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The value of the header with this lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Adds headers that are written as lines.
    pub(super) fn add_lines(&mut self, text: &str) {
        for (name, value) in text.lines().take(200).filter_map(|line| line.split_once(':')) {
            self.add(name, value);
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        self.0.push((bounded(name.trim(), 200).to_ascii_lowercase(), bounded(value.trim(), 16 * 1024).to_owned()));
    }
}

impl Build for Headers {
    type Part = Loose;

    fn scalar(&mut self, scalar: Scalar) {
        if let Scalar::Text(text) = scalar {
            self.add_lines(&text);
        }
    }

    fn entry(&mut self, pair: Loose) {
        if let Some([name, value]) = pair.list().as_deref() {
            self.add(name, value);
        }
    }

    fn member(&mut self, name: &str, value: Loose) {
        if let Some(value) = value.text() {
            self.add(name, &value);
        }
    }
}

/// An error that was thrown: `TypeError` of `fetch`, a `SigFetchError`, an AWS SDK's exception. A text counts as message.
#[derive(Debug, Default)]
pub struct Thrown {
    /// `name`.
    pub name: String,
    /// `message`.
    pub message: String,
    /// `code`.
    pub code: String,
    /// Status of the answer that it tells of, if it is a `SigFetchError`.
    pub status: Option<u16>,
    /// The name of the error in that answer.
    pub service_error: String,
    /// The id of that answer.
    pub request_id: String,
}

impl Build for Thrown {
    type Part = Loose;

    fn scalar(&mut self, scalar: Scalar) {
        if let Scalar::Text(text) = scalar {
            self.message = text;
        }
    }

    fn member(&mut self, name: &str, value: Loose) {
        let member = match name {
            "name" => &mut self.name,
            "message" => &mut self.message,
            "code" => &mut self.code,
            "serviceError" => &mut self.service_error,
            "requestId" => &mut self.request_id,
            "status" => {
                self.status = value.number().and_then(status_of);
                return;
            }
            _ => return,
        };
        *member = value.text().unwrap_or_default();
    }
}

macro_rules! context {
    ($($(#[doc = $doc:literal])+ $name:ident $key:literal: $read:ident $type:ty;)+) => {
        /// What the client that made the call knew about it. No member ever holds a token: of tokens there are claims.
        #[derive(Debug, Default)]
        #[allow(missing_docs)]
        pub struct Context {
            $($(#[doc = $doc])+ pub $name: Option<$type>,)+
        }

        impl Build for Context {
            type Part = Loose;

            fn member(&mut self, name: &str, value: Loose) {
                match name {
                    $($key => self.$name = value.$read(),)+
                    _ => {}
                }
            }
        }
    };
}

context! {
    /// AWS service of the call.
    service "service": text String;
    /// Operation of the API, such as `GetCredentialsForIdentity`.
    operation "operation": text String;
    /// Host that was called.
    host "host": text String;
    /// URL that was called, without secrets.
    url "url": text String;
    /// Path that was called.
    path "path": text String;
    /// HTTP method.
    method "method": text String;
    /// Region of the endpoint.
    region "region": text String;
    /// Whether the region has to be switched on for an account.
    opt_in_region "optInRegion": flag bool;
    /// AppSync authorization mode.
    auth_mode "authMode": text String;
    /// `http`, `websocket`, `realtime`, `mqtt` …
    channel "channel": text String;
    /// Phase of a WebSocket or upload.
    phase "phase": text String;
    /// GraphQL operation or field.
    operation_name "operationName": text String;
    /// What the page saw, if it could not read the answer.
    script_saw "scriptSaw": text String;
    /// Whether this was a preflight.
    preflight "preflight": flag bool;
    /// Names of headers sent, each perhaps with `: ` and its value.
    headers_sent "headersSent": list Vec<String>;
    /// Bytes of the body.
    bytes "bytes": number f64;
    /// Milliseconds that the request took.
    request_duration_ms "requestDurationMs": number f64;
    /// Calls within the last minute.
    calls_in_last_minute "callsInLastMinute": number f64;
    /// Bedrock model.
    model_id "modelId": text String;
    /// Whether an API key was sent.
    api_key_sent "apiKeySent": flag bool;

    /// Whether the credentials are a guest's.
    is_guest "isGuest": flag bool;
    /// `enhanced`, or `basic` (classic).
    flow "flow": text String;
    /// Role of the session, as name or ARN.
    role "role": text String;
    /// AWS account of the session.
    account "account": text String;
    /// Prefix of the access key id: `ASIA` for temporary credentials.
    access_key_id_prefix "accessKeyIdPrefix": text String;
    /// Whether the access key id has white space around it.
    access_key_id_has_whitespace "accessKeyIdHasWhitespace": flag bool;
    /// Whether the session token was sent.
    session_token_sent "sessionTokenSent": sent bool;
    /// Whether what was sent as session token looks like a JWT.
    session_token_looks_like_jwt "sessionTokenLooksLikeJwt": flag bool;
    /// Age of the credentials in milliseconds.
    credentials_age_ms "credentialsAgeMs": number f64;
    /// Whether the credentials had expired.
    credentials_expired "credentialsExpired": flag bool;
    /// Server time minus device time, in milliseconds, as the client has it.
    clock_offset_ms "clockOffsetMs": number f64;

    /// Identity pool.
    identity_pool_id "identityPoolId": text String;
    /// Identity id.
    identity_id "identityId": text String;
    /// Whether the identity id was one kept from earlier.
    cached_identity_id "cachedIdentityId": flag bool;
    /// Whether the identity id is another than before.
    identity_id_changed "identityIdChanged": flag bool;
    /// Whether GetId was called before.
    get_id_called "getIdCalled": flag bool;
    /// Whether the app has logins to send.
    logins_configured "loginsConfigured": flag bool;
    /// Whether logins were sent.
    logins_sent "loginsSent": flag bool;
    /// Key in `Logins`.
    logins_key "loginsKey": text String;
    /// Provider id of AssumeRoleWithWebIdentity.
    provider_id "providerId": text String;
    /// The login token's `iss`.
    token_iss "tokenIss": text String;
    /// The login token's `aud`.
    token_aud "tokenAud": text String;
    /// The login token's `token_use`.
    token_use "tokenUse": text String;
    /// The login token's `sub`.
    token_sub "tokenSub": text String;
    /// The login token's `exp`, in seconds.
    token_exp "tokenExp": number f64;
    /// The login token's `cognito:groups`.
    token_groups "tokenGroups": list Vec<String>;
    /// The login token's `cognito:preferred_role`.
    token_preferred_role "tokenPreferredRole": text String;
    /// Whether the login token is a JWT at all.
    token_is_jwt "tokenIsJwt": flag bool;

    /// Whether the request was signed.
    signed "signed": flag bool;
    /// Whether the browser signed it, not CloudFront.
    signed_by_client "signedByClient": flag bool;
    /// Service in the signed scope.
    signed_service "signedService": text String;
    /// Region in the signed scope.
    signed_region "signedRegion": text String;
    /// The signed scope, or credential scope.
    signed_scope "signedScope": text String;
    /// Signing algorithm.
    algorithm "algorithm": text String;
    /// What the Authorization header begins with.
    authorization_scheme "authorizationScheme": text String;
    /// SignedHeaders.
    signed_headers "signedHeaders": text String;
    /// The canonical request that was signed.
    signed_canonical_request "signedCanonicalRequest": text String;
    /// The same, under another name.
    sent_canonical "sentCanonical": text String;
    /// Its path.
    signed_canonical_path "signedCanonicalPath": text String;
    /// Path as it was handed to the signer.
    signed_path "signedPath": text String;
    /// Its query.
    signed_canonical_query "signedCanonicalQuery": text String;
    /// The string to sign.
    string_to_sign "stringToSign": text String;
    /// The query that was sent.
    query "query": text String;
    /// Hash of the body that was signed.
    signed_body_hash "signedBodyHash": text String;
    /// The same, under another name.
    signed_payload_hash "signedPayloadHash": text String;
    /// Whether a body was sent.
    body_sent "bodySent": flag bool;
    /// The same, under another name.
    has_body "hasBody": flag bool;
    /// Content type that was sent.
    content_type_sent "contentTypeSent": text String;
    /// Whether `x-amz-content-sha256` was sent.
    x_amz_content_sha256_sent "xAmzContentSha256Sent": flag bool;
    /// `x-amz-date` of the request.
    x_amz_date "xAmzDate": text String;
    /// Whether the URL was presigned.
    presigned "presigned": flag bool;
    /// Who presigned it: `server` or `client`.
    presigned_by "presignedBy": text String;
    /// Method that was presigned.
    presigned_method "presignedMethod": text String;
    /// Lifetime of the presigned URL, in seconds.
    expires_seconds "expiresSeconds": number f64;
    /// Whether the header object of AppSync's WebSocket was sent.
    header_object_sent "headerObjectSent": flag bool;
    /// Whether it has the session token.
    header_object_has_token "headerObjectHasToken": flag bool;

    /// Key of the S3 object.
    object_key "objectKey": text String;
    /// Partition key of the DynamoDB item.
    partition_key_sent "partitionKeySent": text String;

    /// Whether the host answers a `no-cors` request without credentials (found out by asking).
    server_answers "serverAnswers": flag bool;
    /// Whether the page may read what a request without signature is answered (found out by asking).
    refusals_readable "refusalsReadable": flag bool;
    /// Whether the preflight of a signed request passes (found out by asking).
    preflight_passes "preflightPasses": flag bool;
    /// Whether a preflight passes that asks for `content-type` only, which nearly every API allows (found out by asking).
    options_pass "optionsPass": flag bool;
    /// Whether Cognito issues credentials for the known identity (found out by asking).
    credentials_issued "credentialsIssued": flag bool;
    /// Role that the session should have, as name or ARN, as the app's developer says.
    expected_role "expectedRole": text String;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Evidence {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_there_is_read() {
        let evidence = read(
            r#"{"status":403,"headers":{"X-Amzn-ErrorType":"A"},"body":"b","error":{"name":"TypeError","message":"m"},
                "context":{"isGuest":true,"bytes":21000,"tokenGroups":["a","b"],"sessionTokenSent":"undefined","x":{}}}"#,
        );
        assert_eq!(evidence.status, Some(403));
        assert_eq!(evidence.headers.get("x-amzn-errortype"), Some("A"));
        assert_eq!((evidence.body.as_str(), evidence.error.message.as_str()), ("b", "m"));
        assert_eq!(evidence.context.is_guest, Some(true));
        assert_eq!(evidence.context.bytes, Some(21000.0));
        assert_eq!(evidence.context.token_groups.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
        assert_eq!(evidence.context.session_token_sent, Some(false));
    }

    #[test]
    fn headers_come_in_three_forms() {
        for headers in [r#"{"A":"1"}"#, r#"[["A","1"]]"#, r#""a: 1\nnonsense""#, r#"{"a":["1"]}"#] {
            assert_eq!(read(&format!(r#"{{"headers":{headers}}}"#)).headers.get("a"), Some("1"), "{headers}");
        }
    }

    #[test]
    fn members_of_the_wrong_kind_count_as_missing() {
        for wrong in ["null", "{}", "[]", "[[]]", "true", "-1", "1e400", r#"{"service":{"a":[1]}}"#, r#""x""#] {
            let wrong = wrong.replace("1e400", "9999999999999999999999");
            let evidence = read(&format!(
                r#"{{"status":{wrong},"headers":{wrong},"body":{wrong},"error":{wrong},"context":{wrong}}}"#
            ));
            assert_eq!(evidence.status, None);
            assert_eq!(evidence.context.service, None);
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let evidence = read(&format!(r#"{{"context":{{"service":{deep},"region":"eu-west-1"}},"headers":{deep}}}"#));
        assert_eq!(evidence.context.region.as_deref(), Some("eu-west-1"));
    }
}
