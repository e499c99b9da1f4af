//! One failed call, read: what every cause looks at.

use super::answer::Answer;
use super::arn::{self, Arn};
use super::denial::Denial;
use super::evidence::{Context, Evidence};
use super::guests::{self, Reach};
use super::moments::Moments;
use super::redact::shown_line;
use super::signature::{self, Canonical, Difference};
use super::symptom::{self, Symptom};
use crate::endpoint::{Endpoint, recognise};

/// Everything that causes look at, read once.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) context: &'a Context,
    pub(super) answer: &'a Answer<'a>,
    pub(super) denial: Option<Denial<'a>>,
    pub(super) symptom: Symptom,
    pub(super) moments: Option<Moments>,
    /// The canonical request as AWS prints it.
    pub(super) aws_canonical: Option<String>,
    /// Where the signed canonical request differs from it.
    pub(super) differences: Vec<Difference>,
    /// What page and console said, if the answer could not be read.
    pub(super) script: String,
    endpoint: Option<Endpoint>,
}

impl<'a> Case<'a> {
    pub(super) fn read(evidence: &'a Evidence, answer: &'a Answer<'a>) -> Self {
        let context = &*evidence.context;
        let script = [context.script_saw.as_deref().unwrap_or_default(), &evidence.error.message].join(
            "
",
        );
        let denial = Denial::read(&answer.message);
        let symptom = symptom::read(answer, denial.as_ref(), evidence, &script);
        let aws_canonical = signature::printed_by_aws(answer)
            .or_else(|| context.signed_canonical_request.as_ref().and(context.sent_canonical.clone()));
        let ours = own_canonical(context);
        let theirs = aws_canonical.as_deref().and_then(Canonical::parse);
        let both = ours.as_ref().zip(theirs.as_ref());
        let differences = both.map(|(ours, theirs)| signature::compare(ours, theirs)).unwrap_or_default();
        let mut case = Self {
            evidence,
            context,
            answer,
            denial,
            symptom,
            moments: Moments::read(answer, evidence),
            aws_canonical,
            differences,
            script,
            endpoint: None,
        };
        case.endpoint = case.host().and_then(|host| recognise(&host, &case.path().unwrap_or_default()).ok());
        case
    }

    pub(super) fn is(&self, symptoms: &[Symptom]) -> bool {
        symptoms.contains(&self.symptom)
    }

    // Where the request went.

    /// The URL that was called, or that the console names.
    fn url(&self) -> Option<&str> {
        self.context.url.as_deref().or_else(|| {
            if self.context.host.is_some() || !self.is(&symptom::HIDDEN) {
                return None;
            }
            let texts = [self.answer.message.as_str(), self.script.as_str()];
            // The origin of the page may be named, too, but not first.
            let at = |text: &str| ["https://", "wss://"].iter().filter_map(|scheme| text.find(scheme)).min();
            let text = texts.into_iter().find_map(|text| text.get(at(text)?..))?;
            text.split(|c: char| c.is_whitespace() || "'\"()<>\u{201c}\u{201d}".contains(c)).next()
        })
    }

    pub(super) fn host(&self) -> Option<String> {
        let host = self.context.host.clone().or_else(|| {
            let (_, rest) = self.url()?.split_once("://")?;
            Some(rest.split(['/', '?', '#']).next()?.to_owned())
        })?;
        let host = host.rsplit_once(':').map_or(host.as_str(), |(host, _)| host);
        // Only a name may be written in small letters and shown: a token pasted in its place would no longer look like one.
        let is_name = host.len() < 254 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b));
        (is_name && !host.is_empty() && shown_line(host, 254) == host).then(|| host.to_ascii_lowercase())
    }

    /// Scheme, host and port of the URL that was called, as far as they are known: `https://api.example.com`.
    pub(super) fn origin(&self) -> Option<String> {
        let host = self.host()?;
        let of_url = || {
            let (scheme, rest) = self.context.url.as_deref()?.split_once("://")?;
            let authority = rest.split(['/', '?', '#']).next()?;
            let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| port.parse::<u16>().is_ok());
            let scheme = if scheme == "http" { "http" } else { "https" };
            Some(port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
        };
        of_url().or_else(|| Some(format!("https://{host}")))
    }

    pub(super) fn path(&self) -> Option<String> {
        if let Some(path) = &self.context.path {
            return Some(path.clone());
        }
        let (_, rest) = self.url()?.split_once("://")?;
        let rest = rest.split(['?', '#']).next()?;
        Some(rest.find('/').map_or(String::new(), |at| rest.get(at..).unwrap_or_default().to_owned()))
    }

    pub(super) fn query(&self) -> Option<&'a str> {
        let of_url = || self.context.url.as_deref()?.split_once('?').map(|(_, query)| query);
        self.context.query.as_deref().or_else(of_url)
    }

    /// The signing name of the service: of the signature, else of the call, the host or the refusal.
    pub(super) fn service(&self) -> Option<&str> {
        let named = self.context.signed_service.as_deref().or(self.context.service.as_deref());
        named
            .or(self.endpoint.as_ref().map(|endpoint| endpoint.service.as_str()))
            .or_else(|| self.denial.as_ref().map(Denial::service))
            .or_else(|| self.evidence.headers.get(symptom::AOSS_HINT).map(|_| "aoss"))
    }

    pub(super) fn is_service(&self, services: &[&str]) -> bool {
        self.service().is_some_and(|service| services.contains(&service))
            || self.context.service.as_deref().is_some_and(|service| services.contains(&service))
    }

    /// Whether API Gateway answers there, for all that is known.
    pub(super) fn may_be_api_gateway(&self) -> bool {
        self.service().is_none_or(|service| service == "execute-api")
    }

    /// The region of the endpoint.
    pub(super) fn region(&self) -> Option<&str> {
        self.endpoint.as_ref().map(|endpoint| endpoint.region.as_str()).or(self.context.region.as_deref())
    }

    pub(super) fn signed_region(&self) -> Option<&str> {
        // Wrong regions are what is looked for, so only the characters are checked.
        let is_plain = |text: &&str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let of_scope = || self.context.signed_scope.as_deref()?.rsplit('/').nth(2);
        self.context.signed_region.as_deref().or_else(of_scope).filter(is_plain)
    }

    /// Whether the host is one of AWS's own names, if a host is known.
    pub(super) fn is_aws_host(&self) -> Option<bool> {
        self.host().map(|_| self.endpoint.is_some())
    }

    pub(super) fn method(&self) -> Option<String> {
        self.context.method.as_ref().map(|method| method.to_ascii_uppercase())
    }

    pub(super) fn is_preflight(&self) -> bool {
        self.context.preflight == Some(true)
            || self.method().as_deref() == Some("OPTIONS")
            || self.is_service(&["execute-api"])
                && self.denial.as_ref().and_then(|denial| denial.resource).is_some_and(|arn| arn.contains("/OPTIONS/"))
    }

    // Who called.

    /// The role of the session: out of the refusal, else as the client knows it.
    pub(super) fn role(&self) -> Option<String> {
        let known = || {
            let role = self.context.role.as_deref()?;
            Arn::parse(role).and_then(|arn| arn.role()).map_or(Some(role), |(name, _)| Some(name))
        };
        let role = self.denial.as_ref().and_then(Denial::role).map(|(role, _)| role).or_else(known)?;
        // https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
        let is_name = (1..=64).contains(&role.len())
            && role.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b));
        is_name.then(|| role.to_owned())
    }

    /// Whether the role is one that Amplify makes for a group: `{user pool id}-{group}GroupRole`.
    pub(super) fn is_group_role(&self) -> bool {
        self.role().is_some_and(|role| role.ends_with("GroupRole"))
    }

    /// Whether the user is in a group, so that the group's role may have taken the place of the pool's.
    pub(super) fn is_in_group(&self) -> bool {
        self.context.token_groups.as_ref().is_some_and(|groups| !groups.is_empty())
            || self.context.token_preferred_role.is_some()
    }

    /// Whether the session's role is the one that the token prefers, which is the group's, if both are known.
    pub(super) fn has_preferred_role(&self) -> Option<bool> {
        let (preferred, _) = Arn::parse(self.context.token_preferred_role.as_deref()?)?.role()?;
        self.role().map(|role| role == preferred)
    }

    fn role_is_for_guests(&self) -> bool {
        self.role().is_some_and(|role| role.to_ascii_lowercase().contains("unauth"))
    }

    /// Whether the credentials are a guest's, as far as that is known or the role's name says.
    pub(super) fn is_guest(&self) -> Option<bool> {
        self.context.is_guest.or_else(|| self.role_is_for_guests().then_some(true))
    }

    /// The role says guest although the client takes the user for signed in, or has logins.
    pub(super) fn is_guest_though_signed_in(&self) -> bool {
        let has_login = self.context.logins_configured == Some(true) || self.context.logins_sent == Some(true);
        (self.context.is_guest == Some(true) && has_login)
            || (self.context.is_guest == Some(false) && self.role_is_for_guests())
    }

    /// Whether Cognito's enhanced flow issued the credentials: only then guests are scoped down.
    pub(super) fn is_enhanced_flow(&self) -> Option<bool> {
        if let Some(flow) = self.context.flow.as_deref() {
            return Some(!matches!(flow, "basic" | "classic"));
        }
        let (_, session) = self.denial.as_ref()?.role()?;
        // The enhanced flow's own session name; with the basic flow the app chooses one.
        session.map(|session| session == "CognitoIdentityCredentials")
    }

    /// What guests may do of what was refused.
    pub(super) fn guest_reach(&self) -> Option<Reach> {
        if let Some(denial) = &self.denial {
            return Some(guests::reach(denial.service(), denial.action.split_once(':')?.1));
        }
        let service = self.context.signed_service.as_deref().or(self.context.service.as_deref())?;
        Some(guests::reach(service, ""))
    }

    pub(super) fn account(&self) -> Option<String> {
        let of_principal = self.denial.as_ref().and_then(|denial| Arn::parse(denial.principal)?.known_account());
        let known = self.context.account.as_deref().filter(|account| arn::is_account(account));
        of_principal.or(known).map(ToOwned::to_owned)
    }

    /// Whether the request carried AWS credentials, if that is known.
    pub(super) fn was_signed(&self) -> Option<bool> {
        let context = self.context;
        if let Some(scheme) = context.authorization_scheme.as_deref() {
            return Some(scheme.starts_with("AWS4"));
        }
        if context.signed.is_some() {
            return context.signed;
        }
        let names_signature =
            [&context.signed_service, &context.signed_scope, &context.signed_headers, &context.signed_region];
        (names_signature.iter().any(|part| part.is_some()) || context.auth_mode.as_deref() == Some("AWS_IAM"))
            .then_some(true)
    }

    /// Whether a JWT was sent as Authorization, as far as the client or the answer says.
    pub(super) fn jwt_was_sent(&self) -> Option<bool> {
        if let Some(scheme) = self.context.authorization_scheme.as_deref() {
            let scheme = scheme.to_ascii_lowercase();
            return Some(scheme == "bearer" || scheme == "jwt" || scheme.starts_with("eyj"));
        }
        if self.answer.says("bearer eyj") || self.answer.says("authorization=eyj") || self.answer.says("header: 'eyj") {
            return Some(true);
        }
        self.context.token_use.as_ref().map(|_| true)
    }

    // What was sent.

    pub(super) fn sent_header(&self, name: &str) -> Option<bool> {
        let sent = self.context.headers_sent.as_ref()?;
        Some(
            sent.iter()
                .any(|header| header.split(':').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(name))),
        )
    }

    pub(super) fn api_key_sent(&self) -> Option<bool> {
        self.context.api_key_sent.or_else(|| self.sent_header("x-api-key"))
    }

    pub(super) fn has_body(&self) -> Option<bool> {
        let known = self.context.body_sent.or(self.context.has_body).or(self.context.bytes.map(|bytes| bytes > 0.0));
        known.or_else(|| match self.method()?.as_str() {
            "GET" | "HEAD" | "OPTIONS" | "DELETE" => Some(false),
            _ => None,
        })
    }

    pub(super) fn signs_header(&self, name: &str) -> Option<bool> {
        let signed = self.context.signed_headers.as_deref()?;
        Some(signed.split([';', ',', ' ']).any(|header| header.eq_ignore_ascii_case(name)))
    }

    pub(super) fn aws_canonical(&self) -> Option<Canonical<'_>> {
        Canonical::parse(self.aws_canonical.as_deref()?)
    }

    /// Whether the answer comes out of a cache, so that its Date is not the server's time.
    pub(super) fn is_from_cache(&self) -> bool {
        let header = |name| self.evidence.headers.get(name);
        header("age").is_some() || header("x-cache").is_some_and(|cache| cache.to_ascii_lowercase().starts_with("hit"))
    }

    /// Whether both canonical requests are known to their ends, and say the same.
    pub(super) fn canonical_requests_agree(&self) -> bool {
        let is_whole =
            |canonical: Option<Canonical<'_>>| canonical.is_some_and(|canonical| canonical.payload.is_some());
        self.differences.is_empty() && is_whole(own_canonical(self.context)) && is_whole(self.aws_canonical())
    }

    pub(super) fn presigned(&self) -> Option<bool> {
        let has_lifetime = self.context.expires_seconds.is_some() || self.context.presigned_method.is_some();
        let is_in_url =
            self.query().is_some_and(|query| query.contains("X-Amz-Signature") || query.contains("X-Amz-Expires"));
        self.context.presigned.or((has_lifetime || is_in_url || self.context.presigned_by.is_some()).then_some(true))
    }

    /// The clock's error that the client has measured, if it is large enough to get signatures refused.
    pub(super) fn measured_skew(&self) -> Option<f64> {
        self.context.clock_offset_ms.filter(|offset| offset.abs() >= super::moments::TIGHTEST_WINDOW as f64 * 0.8)
    }

    /// Whether the session's role is the one that the app's developer expects, if both are known.
    pub(super) fn has_expected_role(&self) -> Option<bool> {
        let expected = self.expected_role()?;
        self.role().map(|role| role == expected)
    }

    /// The name of the role that the session should have.
    pub(super) fn expected_role(&self) -> Option<&str> {
        let role = self.context.expected_role.as_deref()?;
        Some(Arn::parse(role).and_then(|arn| arn.role()).map_or(role, |(name, _)| name))
    }

    /// Whether another role was assumed than should have been, or none; none if that is not known.
    pub(super) fn wants_other_role(&self) -> Option<bool> {
        let has_right_role = self.has_expected_role().or(self.has_preferred_role());
        if self.context.credentials_issued == Some(false) || self.is_guest_though_signed_in() {
            return Some(true);
        }
        has_right_role.map(|is_right| !is_right)
    }

    /// Whether the page has no answer that it can read.
    pub(super) fn is_unread(&self) -> bool {
        self.is(&symptom::HIDDEN)
    }

    /// Whether the page could not read the answer.
    pub(super) fn is_hidden(&self) -> bool {
        self.is(&[Symptom::FetchFailed, Symptom::CorsBlocked])
            || (self.context.script_saw.is_some() && self.is(&[Symptom::EmptyForbidden, Symptom::Unknown]))
    }

    /// The login key, and the issuer of its token without the scheme, if both are known.
    pub(super) fn key_and_issuer(&self) -> Option<(&str, &str)> {
        Some((self.context.logins_key.as_deref()?, self.issuer()?))
    }

    pub(super) fn issuer(&self) -> Option<&str> {
        self.context.token_iss.as_deref().map(|iss| iss.trim_start_matches("https://"))
    }

    pub(super) fn is_s3(&self) -> bool {
        self.is_service(&["s3"])
    }

    pub(super) fn is_iot(&self) -> bool {
        self.is_service(&["iot", "iotdata", "iotdevicegateway"])
            || self.context.channel.as_deref() == Some("mqtt")
            || self.answer.says("amqjs")
    }

    /// Whether the region is one that an account has to switch on, if it is known.
    pub(super) fn is_opt_in_region(&self) -> Option<bool> {
        // https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
        const OPT_IN: [&str; 17] = [
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-south-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-west-1",
            "eu-central-2",
            "eu-south-1",
            "eu-south-2",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
        ];
        self.context.opt_in_region.or_else(|| self.region().map(|region| OPT_IN.contains(&region)))
    }

    pub(super) fn operation(&self) -> &str {
        self.context.operation.as_deref().or(self.answer.operation()).unwrap_or_default()
    }
}

/// The canonical request that was signed.
fn own_canonical(context: &Context) -> Option<Canonical<'_>> {
    Canonical::parse(context.signed_canonical_request.as_deref().or(context.sent_canonical.as_deref())?)
}

/// Whether the text has the form of an identity pool's or identity's id: `region:guid`.
pub(super) fn is_pool_id(text: &str) -> bool {
    text.split_once(':').is_some_and(|(region, guid)| crate::endpoint::is_region(region) && is_guid(guid))
}

pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
