//! What a client knew of a call, as the package's JavaScript hands it over, put into the terms of [`Context`]; and errors
//! and pasted texts in which an answer is wrapped, unwrapped.
//!
//! What is handed over holds claims of tokens and never a token. Of the body that was sent, only what this file makes of
//! it goes on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::case::{is_guid, is_pool_id};
use super::evidence::{Context, Evidence};
use super::loose::bounded;

/// Operations that the client itself calls, by the service that has them.
const OWN_OPERATIONS: [(&str, &str); 5] = [
    ("GetId", "cognito-identity"),
    ("GetCredentialsForIdentity", "cognito-identity"),
    ("GetOpenIdToken", "cognito-identity"),
    ("AssumeRoleWithWebIdentity", "sts"),
    ("GetCallerIdentity", "sts"),
];

/// Of a body that was sent, this much is looked at.
const MOST_OF_BODY: usize = 16 * 1024;

impl Evidence {
    /// The evidence in a JSON text, with what a client knew (another JSON text). What cannot be read is missing.
    pub fn read(evidence: &str, known: &str) -> Self {
        let mut read: Self = serde_json::from_str(evidence).unwrap_or_default();
        read.unwrap_paste();
        read.unwrap_error();
        let known: Value = serde_json::from_str(known).unwrap_or_default();
        // What `fetch` throws says nothing of AWS; browsers tell why in their console only.
        if known.is_object() && read.error.name == "TypeError" {
            read.context.script_saw = Some(read.error.message.clone());
        }
        read.context.add(&known);
        read
    }

    /// `curl -i` and network panels give status line, headers and body in one piece.
    fn unwrap_paste(&mut self) {
        if !self.body.starts_with("HTTP/") {
            return;
        }
        let text = self.body.replace("\r\n", "\n");
        let Some((head, body)) = text.split_once("\n\n") else { return };
        let (line, headers) = head.split_once('\n').unwrap_or((head, ""));
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        self.status = self.status.or(status.filter(|status| (100..600).contains(status)));
        self.headers.add_lines(headers);
        body.clone_into(&mut self.body);
    }

    /// An error of the client tells of an answer of Cognito, STS or AppSync: `GetId failed: {name}: {what it said}`.
    fn unwrap_error(&mut self) {
        let name = &self.error.service_error;
        if name.is_empty() || !self.body.is_empty() {
            return;
        }
        let (before, said) = self.error.message.split_once(&format!("{name}: ")).unwrap_or((&self.error.message, ""));
        let is_word =
            |operation: &str| before.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == operation);
        if let Some((operation, service)) = OWN_OPERATIONS.iter().find(|(operation, _)| is_word(operation)) {
            self.context.operation = Some((*operation).to_owned());
            self.context.service = Some((*service).to_owned());
        }
        self.status = self.status.or(self.error.status);
        self.headers.add_lines(&format!("x-amzn-errortype: {name}\nx-amzn-requestid: {}", self.error.request_id));
        self.body = json!({ "__type": name, "message": said }).to_string();
    }
}

fn text(of: &Value, name: &str) -> Option<String> {
    Some(of.get(name)?.as_str()?.to_owned()).filter(|text| !text.is_empty())
}

impl Context {
    /// Adds what a client knew to what is there.
    pub(super) fn add(&mut self, known: &Value) {
        if !known.is_object() {
            return;
        }
        self.add_identity(known);
        // What the client asks for itself did not go to the host of the call that needed it.
        let is_own = |operation: &str| OWN_OPERATIONS.iter().any(|(own, _)| *own == operation);
        if !self.operation.as_deref().is_some_and(is_own) {
            self.add_call(&known["call"]);
        }
        let signed = &known["texts"];
        self.signed_canonical_request = signed[0].as_str().map(ToOwned::to_owned);
        self.string_to_sign = signed[1].as_str().map(ToOwned::to_owned);
        self.add_found(&known["found"]);
        if self.signs_for(&["dynamodb"]) {
            self.add_keys_sent(known["call"]["body"].as_str().unwrap_or_default());
        }
    }

    fn add_identity(&mut self, known: &Value) {
        if let Some(pool) = text(known, "identityPoolId") {
            self.identity_pool_id = Some(pool);
            let is_classic = known["isClassic"] == true;
            self.flow = Some(if is_classic { "classic" } else { "enhanced" }.to_owned());
            // The client asks Cognito in the region that the pool's id names.
            let of_pool =
                self.identity_pool_id.as_ref().and_then(|pool| pool.split_once(':')).map(|(region, _)| region);
            if self.signs_for(&["cognito-identity"]) && self.region.is_none() {
                self.region = of_pool.map(ToOwned::to_owned);
            }
        }
        self.clock_offset_ms = known["clockOffset"].as_f64();
        let now = known["at"].as_f64();
        let issued = &known["issued"];
        if issued["outcome"] == "renewed" {
            self.identity_id = text(issued, "identityId").or(self.identity_id.take());
            self.credentials_age_ms = now.zip(issued["at"].as_f64()).map(|(now, at)| now - at);
            let server_time = now.map(|now| now + self.clock_offset_ms.unwrap_or_default());
            self.credentials_expired = server_time.zip(issued["expiration"].as_f64()).map(|(now, end)| end < now);
        }
        let caller = &known["caller"];
        self.role = text(caller, "role").or_else(|| text(known, "roleArn"));
        self.account = text(caller, "account");
        self.expected_role = text(known, "expectedRole");
        let Some(logins) = known["logins"].as_array() else { return };
        let has_login = !logins.is_empty();
        self.is_guest = Some(!has_login);
        self.logins_configured = Some(has_login);
        self.logins_sent = Some(has_login);
        if let [provider, claims, ..] = logins.as_slice() {
            self.logins_key = provider.as_str().map(ToOwned::to_owned);
            self.add_claims(claims.as_str().unwrap_or_default());
        }
    }

    /// Adds the claims of a token, given the part that holds them.
    fn add_claims(&mut self, part: &str) {
        let alphabet = part.replace('+', "-").replace('/', "_");
        let decoded = URL_SAFE_NO_PAD.decode(alphabet.trim_end_matches('='));
        let claims: Value = decoded.ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        self.token_is_jwt = Some(claims.is_object());
        self.token_iss = text(&claims, "iss");
        self.token_aud = text(&claims, "aud");
        self.token_use = text(&claims, "token_use");
        self.token_sub = text(&claims, "sub");
        self.token_exp = claims["exp"].as_f64();
        self.token_preferred_role = text(&claims, "cognito:preferred_role");
        let groups = claims["cognito:groups"].as_array();
        self.token_groups = groups.map(|all| all.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect());
    }

    fn add_call(&mut self, call: &Value) {
        let Some(url) = text(call, "url") else { return };
        if let Some((_, rest)) = url.split_once("://") {
            let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
            let (host, path) = place.split_at(place.find('/').unwrap_or(place.len()));
            self.host = Some(host.to_owned());
            self.path = Some(path.to_owned());
            self.query = Some(query.split('#').next().unwrap_or_default().to_owned());
        }
        self.url = Some(url);
        self.method = text(call, "method");
        let names = call["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut sent: Vec<String> = names.map(ToOwned::to_owned).collect();
        let attempts = call["attempts"].as_f64().unwrap_or_default();
        if let (Some(date), Some(authorization)) = (call["signed"][0].as_str(), call["signed"][1].as_str())
            && attempts > 0.0
        {
            self.add_signature(authorization);
            self.x_amz_date = Some(date.to_owned());
            // Those that signing adds are sent, too, and a preflight asks for them.
            let signed = self.signed_headers.iter().flat_map(|headers| headers.split(';'));
            let added = signed.filter(|name| *name != "host" && !sent.iter().any(|sent| sent == name));
            let added: Vec<String> = added.chain(["authorization"]).map(ToOwned::to_owned).collect();
            sent.extend(added);
        }
        self.headers_sent = Some(sent);
    }

    /// Adds what an Authorization header without its signature says.
    pub(super) fn add_signature(&mut self, authorization: &str) {
        let part = |name: &str| {
            let (_, rest) = authorization.split_once(name)?;
            rest.split([',', ' ']).next().map(ToOwned::to_owned)
        };
        self.signed = Some(true);
        self.signed_by_client = Some(true);
        self.authorization_scheme = authorization.split(' ').next().map(ToOwned::to_owned);
        if let Some(credential) = part("Credential=") {
            let (key, scope) = credential.split_once('/').unwrap_or((&credential, ""));
            self.access_key_id_prefix = Some(bounded(key, 4).to_owned());
            let mut parts = scope.split('/').skip(1);
            self.signed_region = parts.next().map(ToOwned::to_owned);
            self.signed_service = parts.next().map(ToOwned::to_owned);
            self.service = self.service.take().or(self.signed_service.clone());
            self.signed_scope = Some(scope.to_owned());
        }
        self.signed_headers = part("SignedHeaders=");
        let signs_token = self.signed_headers.as_ref().map(|headers| headers.contains("x-amz-security-token"));
        self.session_token_sent = signs_token;
    }

    /// Adds what was found out by asking (`questions.rs`).
    fn add_found(&mut self, found: &Value) {
        let caller = &found["caller"];
        self.role = text(caller, "role").or(self.role.take());
        self.account = text(caller, "account").or(self.account.take());
        let is_answered = |name: &str| found.get(name).map(|answer| !answer.is_null());
        self.server_answers = is_answered("host").or(self.server_answers);
        self.refusals_readable = is_answered("plain").or(self.refusals_readable);
        self.options_pass = is_answered("typed").or(self.options_pass);
        let is_readable = is_answered("signed");
        self.preflight_passes = match (self.refusals_readable, is_readable) {
            (_, Some(true)) => Some(true),
            // The same page may read an answer that needs no preflight.
            (Some(true), Some(false)) => Some(false),
            _ => self.preflight_passes,
        };
        let issued = &found["issued"];
        self.credentials_issued = issued["outcome"].as_bool().or(self.credentials_issued);
    }

    /// Takes the keys out of a body in which the user's sub or identity id may stand in the place of the other: only
    /// these are kept, and only if they are such ids.
    fn add_keys_sent(&mut self, body: &str) {
        if self.partition_key_sent.is_some() || body.len() > MOST_OF_BODY {
            return;
        }
        let Ok(body) = serde_json::from_str::<Value>(body) else { return };
        let mut texts = Vec::new();
        collect_texts(&body, 0, &mut texts);
        let is_own = |key: &&str| {
            Some(*key) == self.token_sub.as_deref()
                || key.split(['#', '/', '|']).any(|part| is_guid(part) || is_pool_id(part))
        };
        self.partition_key_sent = texts.into_iter().find(is_own).map(ToOwned::to_owned);
    }
}

/// The texts in a value, as deep as DynamoDB's requests are.
fn collect_texts<'v>(value: &'v Value, depth: usize, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if text.len() <= 200 => texts.push(text),
        Value::Array(items) if depth < 6 => items.iter().for_each(|item| collect_texts(item, depth + 1, texts)),
        Value::Object(members) if depth < 6 => {
            members.values().for_each(|member| collect_texts(member, depth + 1, texts));
        }
        _ => {}
    }
}
