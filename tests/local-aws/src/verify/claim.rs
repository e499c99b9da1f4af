//! What a request claims about its signature: read from the `Authorization` header or, if it is presigned, from the
//! query. Nothing is believed here.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Refusal;
use crate::arrived::Arrived;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The query parameters of a presigned request. All but the signature are signed.
pub(crate) const QUERY_PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

/// Where a signature was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// In the `Authorization` header.
    Headers,
    /// In the query, valid for this long.
    Query { expires: Duration },
}

/// The parts of a signature, as the client states them.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) placement: Placement,
    pub(crate) access_key_id: String,
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) terminator: String,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    /// `x-amz-date`, as stated.
    pub(crate) date_time: String,
    pub(crate) session_token: Option<String>,
}

impl Claim {
    /// Reads the claim of a request.
    pub(crate) fn read(request: &Arrived) -> Result<Self, Refusal> {
        if let Some(authorization) = request.header("authorization") {
            return Self::from_header(request, authorization);
        }
        let parameters = Parameters::of(request);
        if parameters.get("X-Amz-Algorithm").is_some() || parameters.get("X-Amz-Signature").is_some() {
            return Self::from_query(&parameters);
        }
        Err(Refusal::Unsigned)
    }

    /// The credential scope: day, region, service and terminator.
    pub(crate) fn scope(&self) -> String {
        format!("{}/{}/{}/{}", self.date, self.region, self.service, self.terminator)
    }

    fn from_header(request: &Arrived, authorization: &str) -> Result<Self, Refusal> {
        let (algorithm, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let mut pairs = Vec::new();
        for part in rest.split([',', ' ']).filter(|part| !part.is_empty()) {
            let pair = part.split_once('=').ok_or_else(|| {
                Refusal::Incomplete(format!(
                    "'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: \
                     '{authorization}'."
                ))
            })?;
            pairs.push(pair);
        }
        if algorithm != ALGORITHM && algorithm.starts_with("AWS4-") {
            return Err(Refusal::Incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")));
        }
        let find = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let credential = find("Credential");
        let signed_headers = find("SignedHeaders");
        let signature = find("Signature");
        let date_time = request.header("x-amz-date");
        let (Some(credential), Some(signed_headers), Some(signature), Some(date_time), ALGORITHM) =
            (&credential, signed_headers, &signature, date_time, algorithm)
        else {
            return Err(Refusal::Incomplete(missing_parts(
                authorization,
                credential.is_some(),
                signature.is_some(),
                find("SignedHeaders").is_some(),
                date_time.is_some(),
            )));
        };
        Self::assemble(
            Placement::Headers,
            credential,
            &signed_headers,
            signature.clone(),
            date_time.to_owned(),
            request.header("x-amz-security-token").map(str::to_owned),
        )
    }

    fn from_query(parameters: &Parameters) -> Result<Self, Refusal> {
        let mut missing = String::new();
        for name in QUERY_PARAMETERS {
            if !matches!(name, "X-Amz-Security-Token" | "X-Amz-Expires") && parameters.get(name).is_none() {
                missing += &format!("AWS query-string parameters must include '{name}'. ");
            }
        }
        if !missing.is_empty() {
            return Err(Refusal::Incomplete(missing + "Re-examine the query-string parameters."));
        }
        let text = |name: &str| parameters.get(name).unwrap_or_default();
        if text("X-Amz-Algorithm") != ALGORITHM {
            let algorithm = text("X-Amz-Algorithm");
            return Err(Refusal::Incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")));
        }
        let expires =
            text("X-Amz-Expires").parse().ok().filter(|seconds| (1..=604_800).contains(seconds)).ok_or_else(|| {
                Refusal::Incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800.".to_owned())
            })?;
        Self::assemble(
            Placement::Query { expires: Duration::from_secs(expires) },
            text("X-Amz-Credential"),
            text("X-Amz-SignedHeaders"),
            text("X-Amz-Signature").to_owned(),
            text("X-Amz-Date").to_owned(),
            parameters.get("X-Amz-Security-Token").map(str::to_owned),
        )
    }

    fn assemble(
        placement: Placement,
        credential: &str,
        signed_headers: &str,
        signature: String,
        date_time: String,
        session_token: Option<String>,
    ) -> Result<Self, Refusal> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [access_key_id, date, region, service, terminator] = parts[..] else {
            return Err(Refusal::Incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{credential}'"
            )));
        };
        Ok(Self {
            placement,
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            terminator: terminator.to_owned(),
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature,
            date_time,
            session_token,
        })
    }
}

/// The decoded query.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(request: &Arrived) -> Self {
        Self(form_urlencoded::parse(request.query().as_bytes()).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Names all that is missing, as AWS does. The header itself is shown as a hash only.
fn missing_parts(authorization: &str, credential: bool, signature: bool, signed_headers: bool, date: bool) -> String {
    let mut text = String::new();
    for (there, name) in [(credential, "Credential"), (signature, "Signature"), (signed_headers, "SignedHeaders")] {
        if !there {
            text += &format!("Authorization header requires '{name}' parameter. ");
        }
    }
    if !date {
        text += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    let hash = STANDARD.encode(digest(&SHA256, authorization.as_bytes()));
    text + &format!("(Hashed with SHA-256 and encoded with Base64) Authorization={hash}")
}
