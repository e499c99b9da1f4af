//! S3: a bucket of objects, its CORS rules, and the many ways in which S3 says no.

mod cors;
mod errors;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use crate::account::{BUCKET, REGION};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::iam;
use crate::issued::Caller;
use crate::settings::{Around, BucketSettings, Settings};
use crate::verify::{Refusal, Scope};
use crate::world::World;

use errors::S3Error;

/// The objects: bucket and key → bytes.
#[derive(Debug)]
pub(crate) struct Objects {
    by_key: BTreeMap<(String, String), Bytes>,
}

impl Default for Objects {
    fn default() -> Self {
        let key = (BUCKET.to_owned(), "public/hello.txt".to_owned());
        Self { by_key: BTreeMap::from([(key, Bytes::from_static(b"hello\n"))]) }
    }
}

/// What a request is for: which bucket, which key, and which host it came to.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    bucket: String,
    /// Decoded; empty if the request is for the bucket itself.
    key: String,
    /// The region in the host name; none in the global one.
    region: Option<String>,
}

impl Target {
    /// Reads `{bucket}.s3.{region}.…` and `s3.{region}.…/{bucket}`, the region left out in the global form.
    fn of(request: &Arrived) -> Self {
        let host = request.host();
        let name = host.split(':').next().unwrap_or_default();
        let labels: Vec<&str> = name.trim_end_matches(".localhost").split('.').collect();
        let at_s3 = labels.iter().rposition(|label| *label == "s3").unwrap_or_default();
        let region = labels.get(at_s3 + 1).map(|region| (*region).to_owned());
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let path = request.path().strip_prefix('/').unwrap_or_default();
        if at_s3 > 0 {
            return Self { bucket: labels[..at_s3].join("."), key: decode(path), region };
        }
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        Self { bucket: decode(bucket), key: decode(key), region }
    }
}

/// Answers a request to S3.
pub(crate) fn answer(world: &World, request: &Arrived) -> Answer {
    let settings = &world.settings();
    let target = &Target::of(request);
    let Some(bucket) = settings.bucket(&target.bucket) else {
        return S3Error::new(StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist")
            .with("BucketName", &target.bucket)
            .to_answer(request);
    };
    if let Some(redirect) = redirect(world, bucket, target, request) {
        // A bucket's CORS rules are known in its own region only.
        return redirect;
    }
    let answer = match respond(world, settings, bucket, target, request) {
        Ok(answer) => answer,
        Err(error) => error.to_answer(request),
    };
    cors::allow_origin(bucket, request, answer, !world.faults.lock().hide_date)
}

/// The answer to a browser that asks whether it may send a request.
pub(crate) fn preflight(world: &World, request: &Arrived) -> Answer {
    let settings = &world.settings();
    let target = Target::of(request);
    match settings.bucket(&target.bucket) {
        None => S3Error::new(StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist")
            .to_answer(request),
        Some(bucket) => redirect(world, bucket, &target, request).unwrap_or_else(|| cors::preflight(bucket, request)),
    }
}

/// S3 is asked too often.
pub(crate) fn throttled(request: &Arrived) -> Answer {
    S3Error::new(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate.").to_answer(request)
}

/// S3 itself fails.
pub(crate) fn failed(request: &Arrived, status: StatusCode) -> Answer {
    let message = "We encountered an internal error. Please try again.";
    S3Error::new(status, "InternalError", message).to_answer(request)
}

/// The operation that a request asks for.
pub(crate) fn operation_name(request: &Arrived) -> String {
    match action(&request.method, &Target::of(request).key) {
        Some("s3:ListBucket") => "ListObjectsV2".to_owned(),
        Some(action) => action.trim_start_matches("s3:").to_owned(),
        None => "unknown".to_owned(),
    }
}

fn action(method: &Method, key: &str) -> Option<&'static str> {
    Some(match (method.as_str(), key.is_empty()) {
        ("GET" | "HEAD", true) => "s3:ListBucket",
        ("GET" | "HEAD", false) => "s3:GetObject",
        ("PUT", false) => "s3:PutObject",
        ("DELETE", false) => "s3:DeleteObject",
        _ => return None,
    })
}

/// A bucket answers in its own region alone (S3 User Guide: Making requests, request redirection).
fn redirect(world: &World, bucket: &BucketSettings, target: &Target, request: &Arrived) -> Option<Answer> {
    // The global host is in us-east-1.
    let asked = target.region.as_deref().unwrap_or(REGION);
    if asked == bucket.region {
        return None;
    }
    let endpoint = format!("{}.s3.{}.amazonaws.com", target.bucket, bucket.region);
    let answer = match target.region {
        Some(_) => S3Error::new(
            StatusCode::MOVED_PERMANENTLY,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all \
             future requests to this endpoint.",
        ),
        None => S3Error::new(
            StatusCode::TEMPORARY_REDIRECT,
            "TemporaryRedirect",
            "Please re-send this request to the specified temporary endpoint. Continue to use the original request \
             endpoint for future requests.",
        ),
    }
    .with("Endpoint", &endpoint)
    .with("Bucket", &target.bucket)
    .to_answer(request)
    .with_header("x-amz-bucket-region", &bucket.region);
    Some(match target.region {
        // Only the temporary redirect says where to go in a header.
        None => {
            let host = format!("{}.s3.{}.localhost:{}", target.bucket, bucket.region, world.port);
            answer.with_header("location", &format!("http://{host}{}", request.target()))
        }
        Some(_) => answer,
    })
}

fn respond(
    world: &World,
    settings: &Settings,
    bucket: &BucketSettings,
    target: &Target,
    request: &Arrived,
) -> Result<Answer, S3Error> {
    let scope = Scope { service: "s3", region: &bucket.region, window_minutes: 15 };
    let caller = match world.verify(request, scope) {
        Ok(caller) => Some(caller),
        Err(Refusal::Unsigned) => None,
        Err(refusal) => return Err(errors::of_refusal(world, request, refusal, &bucket.region)),
    };
    errors::check_payload(request)?;
    let action = action(&request.method, &target.key).ok_or_else(|| {
        let message = "The specified method is not allowed against this resource.";
        S3Error::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    })?;
    let access = Access { settings, bucket, target, caller: caller.as_ref() };
    access.check(&access.ask(action, request))?;
    if action == "s3:PutObject" && request.headers.contains_key("x-amz-acl") {
        access.check(&access.ask("s3:PutObjectAcl", request))?;
    }
    if let Some(key_arn) = &bucket.kms_key_arn {
        match action {
            "s3:PutObject" => access.check_key("kms:GenerateDataKey", key_arn)?,
            "s3:GetObject" => access.check_key("kms:Decrypt", key_arn)?,
            _ => {}
        }
    }
    let at = (target.bucket.clone(), target.key.clone());
    let mut objects = world.objects.lock();
    match action {
        "s3:PutObject" => {
            objects.by_key.insert(at, request.body.clone());
            Ok(Answer::empty(StatusCode::OK).with_header("etag", "\"local\""))
        }
        "s3:DeleteObject" => {
            objects.by_key.remove(&at);
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
        "s3:GetObject" => match objects.by_key.get(&at) {
            Some(bytes) => Ok(Answer::new(StatusCode::OK, "binary/octet-stream", bytes.clone())),
            // Who may not list a bucket is not told what is in it.
            None if access.check(&access.ask("s3:ListBucket", request)).is_err() => Err(errors::access_denied()),
            None => Err(S3Error::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
                .with("Key", &target.key)),
        },
        _ => Ok(list(&objects, target, request)),
    }
}

fn list(objects: &Objects, target: &Target, request: &Arrived) -> Answer {
    let prefix = query(request, "prefix").unwrap_or_default();
    let contents: String = objects
        .by_key
        .iter()
        .filter(|((bucket, key), _)| *bucket == target.bucket && key.starts_with(&prefix))
        .map(|((_, key), bytes)| {
            format!("<Contents><Key>{}</Key><Size>{}</Size></Contents>", errors::escape(key), bytes.len())
        })
        .collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult \
         xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name><Prefix>{}</Prefix>\
         <IsTruncated>false</IsTruncated>{contents}</ListBucketResult>",
        errors::escape(&target.bucket),
        errors::escape(&prefix),
    );
    Answer::new(StatusCode::OK, "application/xml", body)
}

fn query(request: &Arrived, name: &str) -> Option<String> {
    form_urlencoded::parse(request.query().as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Somebody who asks for something in a bucket.
struct Access<'a> {
    settings: &'a Settings,
    bucket: &'a BucketSettings,
    target: &'a Target,
    caller: Option<&'a Caller>,
}

impl Access<'_> {
    fn ask(&self, action: &str, request: &Arrived) -> iam::Request {
        let Target { bucket, key, .. } = self.target;
        if action == "s3:ListBucket" {
            let asked = iam::Request::new(action, format!("arn:aws:s3:::{bucket}"));
            return match query(request, "prefix") {
                Some(prefix) => asked.with("s3:prefix", [prefix]),
                None => asked,
            };
        }
        let asked = iam::Request::new(action, format!("arn:aws:s3:::{bucket}/{key}"));
        match request.header("x-amz-acl") {
            Some(acl) => asked.with("s3:x-amz-acl", [acl]),
            None => asked,
        }
    }

    /// S3 gives no reason, whichever policy refuses.
    fn check(&self, asked: &iam::Request) -> Result<(), S3Error> {
        let around = Around { resource_policy: self.bucket.policy.as_ref(), ..Around::default() };
        let verdict = match self.caller {
            Some(caller) => self.settings.authorize(caller, asked, around),
            None => match self.bucket.policy {
                Some(_) => self.settings.authorize_anonymous(asked, around),
                // Without a bucket policy nothing is public.
                None => return Err(errors::access_denied()),
            },
        };
        verdict.map_err(|_| errors::access_denied())
    }

    /// The key's own policy delegates to IAM, as AWS's default one does.
    fn check_key(&self, action: &str, key_arn: &str) -> Result<(), S3Error> {
        let asked = iam::Request::new(action, key_arn);
        match self.caller {
            Some(caller) => self.settings.authorize(caller, &asked, Around::default()),
            None => return Err(errors::access_denied()),
        }
        .map_err(|_| errors::access_denied())
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn hosts_and_paths_name_bucket_key_and_region() {
        let target = |host: &'static str, path: &str| {
            Target::of(&Arrived {
                method: Method::GET,
                uri: path.parse().unwrap(),
                headers: HeaderMap::from_iter([(http::header::HOST, HeaderValue::from_static(host))]),
                body: Bytes::new(),
                request_id: String::new(),
                now: SystemTime::UNIX_EPOCH,
            })
        };
        for (host, path, bucket, key, region) in [
            ("b.s3.us-east-1.localhost:1", "/a%20b/c", "b", "a b/c", Some("us-east-1")),
            ("my.b.s3.us-west-2.localhost", "/", "my.b", "", Some("us-west-2")),
            ("b.s3.localhost", "/k", "b", "k", None),
            ("s3.us-east-1.localhost:1", "/b/k/l", "b", "k/l", Some("us-east-1")),
            ("s3.localhost", "/b", "b", "", None),
        ] {
            let expected = Target { bucket: bucket.to_owned(), key: key.to_owned(), region: region.map(str::to_owned) };
            assert_eq!(target(host, path), expected, "{host}{path}");
        }
    }
}
