//! A bucket's CORS rules (S3 User Guide: Elements of a CORS configuration). The first rule that fits counts.

use http::StatusCode;

use super::errors::S3Error;
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::settings::{BucketSettings, CorsRule};

/// Answers a preflight.
pub(super) fn preflight(bucket: &BucketSettings, request: &Arrived) -> Answer {
    let refused = |message: &str| {
        S3Error::new(StatusCode::FORBIDDEN, "AccessForbidden", format!("CORSResponse: {message}")).to_answer(request)
    };
    let Some(rules) = &bucket.cors_rules else { return refused("CORS is not enabled for this bucket.") };
    let origin = request.header("origin").unwrap_or_default();
    let method = request.header("access-control-request-method").unwrap_or_default();
    let headers = request.header("access-control-request-headers").unwrap_or_default();
    let Some(rule) = rules.iter().find(|rule| fits(rule, origin, method) && allows_headers(rule, headers)) else {
        // The misspelling is S3's.
        return refused(
            "This CORS request is not allowed. This is usually because the evalution of Origin, request method / \
             Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's \
             CORS spec.",
        );
    };
    let answer = Answer::empty(StatusCode::OK)
        .with_header("access-control-allow-origin", allowed_origin(rule, origin))
        .with_header("access-control-allow-methods", &rule.allowed_methods.join(", "))
        .with_header("access-control-allow-headers", headers);
    match rule.max_age_seconds {
        Some(seconds) => answer.with_header("access-control-max-age", &seconds.to_string()),
        None => answer,
    }
}

/// Lets the page read an answer, refusals included, if a rule says so.
pub(super) fn allow_origin(bucket: &BucketSettings, request: &Arrived, answer: Answer, expose_date: bool) -> Answer {
    let Some(origin) = request.header("origin") else { return answer };
    let rules = bucket.cors_rules.as_deref().unwrap_or_default();
    let Some(rule) = rules.iter().find(|rule| fits(rule, origin, request.method.as_str())) else { return answer };
    let exposed: Vec<&str> = rule
        .expose_headers
        .iter()
        .map(String::as_str)
        .filter(|name| expose_date || !name.eq_ignore_ascii_case("date"))
        .collect();
    answer
        .with_header("access-control-allow-origin", allowed_origin(rule, origin))
        .with_header("access-control-expose-headers", &exposed.join(", "))
}

fn fits(rule: &CorsRule, origin: &str, method: &str) -> bool {
    rule.allowed_origins.iter().any(|allowed| matches_one_star(allowed, origin))
        && rule.allowed_methods.iter().any(|allowed| allowed == method)
}

fn allows_headers(rule: &CorsRule, requested: &str) -> bool {
    let is_allowed = |name: &str| {
        rule.allowed_headers.iter().any(|allowed| matches_one_star(&allowed.to_lowercase(), &name.to_lowercase()))
    };
    requested.split(',').map(str::trim).filter(|name| !name.is_empty()).all(is_allowed)
}

fn allowed_origin<'a>(rule: &CorsRule, origin: &'a str) -> &'a str {
    if rule.allowed_origins.iter().any(|allowed| allowed == "*") { "*" } else { origin }
}

/// S3 takes one star at most.
fn matches_one_star(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
        }
        None => pattern == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("*", "https://a.example", true),
            ("https://*.example", "https://a.example", true),
            ("https://*.example", "https://a.example.org", false),
            ("x-amz-*", "x-amz-date", true),
            ("aba*aba", "aba", false),
            ("content-type", "content-type", true),
        ] {
            assert_eq!(matches_one_star(pattern, text), expected, "{pattern} {text}");
        }
    }
}
