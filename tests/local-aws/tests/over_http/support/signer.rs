//! Signing with `aws_sigv4`, the way a native SDK does.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use serde_json::Value;

use super::Request;

/// Names and values of headers or query parameters.
type Pairs = Vec<(String, String)>;

/// Temporary credentials.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) expiration: f64,
}

impl Credentials {
    /// Reads what Cognito Identity answers.
    pub(crate) fn from_cognito(credentials: &Value) -> Self {
        let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
        Self {
            access_key_id: text("AccessKeyId"),
            secret_access_key: text("SecretKey"),
            session_token: text("SessionToken"),
            expiration: credentials["Expiration"].as_f64().unwrap(),
        }
    }

    /// Reads what `AssumeRoleWithWebIdentity` answers.
    pub(crate) fn from_sts(xml: &str) -> Self {
        let text = |name: &str| {
            let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
            rest.split_once(&format!("</{name}>")).unwrap().0.to_owned()
        };
        Self {
            access_key_id: text("AccessKeyId"),
            secret_access_key: text("SecretAccessKey"),
            session_token: text("SessionToken"),
            expiration: 0.0,
        }
    }

    /// Signs in the `Authorization` header, now, for the server's region.
    pub(crate) fn sign(&self, request: Request, service: &str) -> Request {
        self.sign_at(request, service, "us-east-1", SystemTime::now())
    }

    pub(crate) fn sign_at(&self, request: Request, service: &str, region: &str, time: SystemTime) -> Request {
        let mut settings = SigningSettings::default();
        if service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let (headers, _) = self.instructions(&request, service, region, time, settings);
        headers.into_iter().fold(request, |request, (name, value)| request.header(&name, &value))
    }

    /// Signs in the query.
    pub(crate) fn presign(&self, request: Request, service: &str, expires: Duration) -> Request {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires);
        let (_, parameters) = self.instructions(&request, service, "us-east-1", SystemTime::now(), settings);
        let mut url = request.url.to_string();
        let mut separator = if request.url.query().is_some() { '&' } else { '?' };
        for (name, value) in parameters {
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            url += &format!("{separator}{name}={value}");
            separator = '&';
        }
        request.with_url(&url)
    }

    fn instructions(
        &self,
        request: &Request,
        service: &str,
        region: &str,
        time: SystemTime,
        settings: SigningSettings,
    ) -> (Pairs, Pairs) {
        let identity = aws_credential_types::Credentials::new(
            &self.access_key_id,
            &self.secret_access_key,
            Some(self.session_token.clone()),
            None,
            "test",
        )
        .into();
        let location = settings.signature_location;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time(time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = if service == "s3" && location == SignatureLocation::QueryParams {
            SignableBody::UnsignedPayload
        } else {
            SignableBody::Bytes(&request.body)
        };
        let signable = SignableRequest::new(&request.method, request.url.to_string(), headers, body).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let (headers, parameters) = instructions.into_parts();
        let headers = headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned()));
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned()));
        (headers.collect(), parameters.collect())
    }
}
