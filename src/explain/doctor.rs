//! The way from options to an answer, step by step: where each step asks, and what its findings mean. The package's
//! JavaScript takes the steps.

use serde::Serialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::case::{Case, is_pool_id};
use super::catalog::{Found, Lang};
use super::evidence::{Context, Evidence};
use super::moments::TIGHTEST_WINDOW;
use super::questions::{self, Request};
use super::redact::shown_line;
use super::symptom::Symptom as S;
use super::words::sentence;
use crate::endpoint::{recognise, service_host};

/// The requests of the steps that only ask whether anybody answers.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// To the identity pool's endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<Request>,
    /// To the URL that is examined: its host, and whether the page may read answers without and with a preflight.
    pub url: Vec<Request>,
    /// Whether the URL is known to be that of a GraphQL API, which is called with a query.
    #[serde(rename = "isGraphql")]
    pub is_graphql: bool,
}

impl Plan {
    /// The requests for these options (JSON of `identityPoolId` and `endpoints`) and perhaps a URL.
    pub fn of(options: &str, url: Option<&str>) -> Self {
        let options: Value = serde_json::from_str(options).unwrap_or_default();
        let is_graphql = |url: &str| {
            let rest = url.split_once("://").map_or("", |(_, rest)| rest);
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            recognise(host, path).is_ok_and(|endpoint| endpoint.service == "appsync")
                || declared(&options, "appsync").any(|declared| url.starts_with(declared))
        };
        let of_region = || {
            let pool = options["identityPoolId"].as_str().filter(|pool| is_pool_id(pool))?;
            Some(format!("https://{}/", service_host("cognito-identity", pool.split(':').next()?)?))
        };
        let pool = declared(&options, "cognito-identity").next().map(ToOwned::to_owned).or_else(of_region);
        Self {
            pool: pool.map(|url| questions::host(&url)),
            url: url.map(|url| questions::requests(url, None)).unwrap_or_default(),
            is_graphql: url.is_some_and(is_graphql),
        }
    }
}

/// The URLs of the endpoints of a service that are declared without a pattern.
fn declared<'o>(options: &'o Value, service: &str) -> impl Iterator<Item = &'o str> {
    let declared = options["endpoints"].as_array().into_iter().flatten();
    let of_service = declared.filter(move |endpoint| endpoint["service"] == service);
    of_service.filter_map(|endpoint| endpoint["url"].as_str()).filter(|url| !url.contains('*'))
}

/// What came of a step.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// `passed`, `failed` or `unclear`.
    pub result: &'static str,
    /// What was found, in words.
    pub value: String,
    /// What is to be explained, if the step has failed without an answer that could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Value>,
    /// Whether the URL is that of a GraphQL API, which is called with a query.
    pub is_graphql: bool,
}

impl Step {
    fn new(result: &'static str, value: String) -> Self {
        Self { result, value: shown_line(&value, 300), evidence: None, is_graphql: false }
    }

    /// Judges what a step has found: `facts` is the JSON that `pkg/doctor.js` makes of it.
    pub fn judge(step: &str, facts: &str, lang: Lang) -> Self {
        let facts: Value = serde_json::from_str(facts).unwrap_or_default();
        let value = facts["value"].as_str().unwrap_or_default();
        let say = |found: Found, value: &str| fill_value(found.text().of(lang), value);
        match step {
            "options" => Self::new("passed", say(Found::OptionsValid, "")),
            "pool" | "host" => Self::reached(&facts, lang),
            "identity" => match facts["evidence"].as_str() {
                Some(evidence) if !is_about_identity(evidence) => Self::new("passed", say(Found::IdentityGiven, "")),
                Some(_) => Self::new("failed", value.to_owned()),
                None => Self::new("passed", value.to_owned()),
            },
            "clock" => {
                let seconds = facts["offset"].as_f64().unwrap_or_default() / 1000.0;
                let is_off = seconds.abs() * 1000.0 >= TIGHTEST_WINDOW as f64;
                let found = if is_off { Found::ClockCorrected } else { Found::ClockRight };
                Self::new("passed", say(found, &format!("{seconds:.1}")))
            }
            "endpoint" => Self::endpoint(&facts, lang),
            "preflight" => Self::preflight(&facts, lang),
            _ => Self::new("passed", value.to_owned()),
        }
    }

    fn reached(facts: &Value, lang: Lang) -> Self {
        let url = facts["url"].as_str().unwrap_or_default();
        let host = url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
        if !facts["host"].is_null() {
            return Self::new("passed", fill_value(Found::HostAnswers.text().of(lang), host));
        }
        let context = json!({ "url": url, "serverAnswers": false });
        Self {
            evidence: Some(json!({ "error": { "name": "TypeError", "message": FETCH_FAILED }, "context": context })),
            ..Self::new("failed", fill_value(Found::HostSilent.text().of(lang), host))
        }
    }

    /// What the headers of a signature say of service and region.
    fn endpoint(facts: &Value, lang: Lang) -> Self {
        let mut context = Context::default();
        let headers = facts["headers"].as_array().into_iter().flatten();
        let authorization = headers.filter(|pair| pair[0] == "authorization").find_map(|pair| pair[1].as_str());
        context.add_signature(authorization.unwrap_or_default());
        let [service, region] = [&context.signed_service, &context.signed_region].map(|part| part.as_deref());
        let signed_for = format!("{}, {}", service.unwrap_or_default(), region.unwrap_or_default());
        Self {
            is_graphql: service == Some("appsync"),
            ..Self::new("passed", fill_value(Found::SignedFor.text().of(lang), &signed_for))
        }
    }

    fn preflight(facts: &Value, lang: Lang) -> Self {
        match (facts["plain"].is_null(), facts["signed"].is_null()) {
            (_, false) => Self::new("passed", Found::RefusalsReadable.text().of(lang).to_owned()),
            (false, true) => Self {
                evidence: Some(json!({
                    "error": { "name": "TypeError", "message": FETCH_FAILED },
                    "context": {
                        "url": facts["url"],
                        "serverAnswers": true,
                        "refusalsReadable": true,
                        "preflightPasses": false,
                        "optionsPass": !facts["typed"].is_null(),
                    },
                })),
                ..Self::new("failed", Found::PreflightRefused.text().of(lang).to_owned())
            },
            (true, true) => Self::new("unclear", Found::RefusalsHidden.text().of(lang).to_owned()),
        }
    }

    /// Which of the two causes AppSync's `Unauthorized` has: the role was not assumed (there are no credentials, or those
    /// of another role), or it was and lacks `appsync:GraphQL`. None if the evidence is of something else.
    pub fn verdict(evidence: &Evidence, lang: Lang) -> Option<Self> {
        let answer = Answer::read(evidence);
        let case = Case::read(evidence, &answer);
        let is_about_credentials = case.is_service(&["cognito-identity", "sts"]);
        let is_refused = case.is(&[S::AppSyncPermissionDenied, S::CallNotAuthorized, S::FieldDenied]);
        let found = match case.wants_other_role() {
            _ if is_about_credentials => Found::RoleNotAssumed,
            Some(true) if is_refused => Found::OtherRole,
            _ if is_refused => Found::RoleLacksGraphql,
            _ => return None,
        };
        Some(Self::new("failed", sentence(&case, found.text(), lang)))
    }
}

/// Whether the evidence is of the request for an identity, or of none that is known.
fn is_about_identity(evidence: &str) -> bool {
    matches!(Evidence::read(evidence, "").context.operation.as_deref(), None | Some("GetId"))
}

/// What Chromium throws; the rules know it in every browser's words.
const FETCH_FAILED: &str = "Failed to fetch";

/// Puts a value in the place of `{value}`.
fn fill_value(text: &str, value: &str) -> String {
    text.replace("{value}", value)
}
