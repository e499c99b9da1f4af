//! Cognito Identity as a fleet meets it: two quotas, an outage, and answers in the shapes of the real service.

use std::borrow::Cow;

use sigfetch::clock::Millis;
use sigfetch::message::{Document, HttpReply};

/// What a page asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Operation {
    #[default]
    GetId,
    GetCredentials,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GetId => "GetId",
            Self::GetCredentials => "GetCredentialsForIdentity",
        }
    }
}

/// Calls a second, with an allowance for bursts. AWS documents the rates ("Quotas in Amazon Cognito": 25 `GetId` and
/// 200 `GetCredentialsForIdentity` a second, for an account and region) and not the bursts: one second's worth is
/// assumed.
#[derive(Clone, Debug)]
struct Bucket {
    per_second: f64,
    tokens: f64,
    filled_at: Millis,
}

impl Bucket {
    fn new(per_second: f64, now: Millis) -> Self {
        Self { per_second, tokens: per_second, filled_at: now }
    }

    fn take(&mut self, now: Millis) -> bool {
        let earned = (now - self.filled_at) as f64 / 1_000.0 * self.per_second;
        self.tokens = (self.tokens + earned).min(self.per_second.max(1.0));
        self.filled_at = now;
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

/// How often Cognito was asked, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Identities given.
    pub identities: u64,
    /// Credentials given.
    pub credentials: u64,
    /// Refused for the quota.
    pub refused: u64,
    /// Failed in the outage.
    pub failed: u64,
    /// All of these.
    pub total: u64,
    /// The most that came within one second, without those that failed in the outage.
    pub peak: u64,
}

/// The service.
#[derive(Debug)]
pub(crate) struct Cognito {
    get_id: Bucket,
    get_credentials: Bucket,
    down_until: Millis,
    lifetime: Millis,
    refusal: HttpReply,
    failure: HttpReply,
    pub(crate) calls: Calls,
    second: i64,
    in_second: u64,
}

impl Cognito {
    /// With these rates, up from `down_until` on, giving credentials that last so long.
    pub(crate) fn new(rates: (f64, f64), down_until: Millis, lifetime: Millis) -> Self {
        Self {
            get_id: Bucket::new(rates.0, down_until),
            get_credentials: Bucket::new(rates.1, down_until),
            down_until,
            lifetime,
            refusal: refusal(400, "TooManyRequestsException"),
            failure: refusal(500, "InternalErrorException"),
            calls: Calls::default(),
            second: 0,
            in_second: 0,
        }
    }

    /// Answers page number `page`.
    pub(crate) fn answer(&mut self, operation: Operation, page: u32, now: Millis) -> Cow<'_, HttpReply> {
        self.calls.total += 1;
        if now < self.down_until {
            self.calls.failed += 1;
            return Cow::Borrowed(&self.failure);
        }
        self.count_second(now);
        let bucket = match operation {
            Operation::GetId => &mut self.get_id,
            Operation::GetCredentials => &mut self.get_credentials,
        };
        if !bucket.take(now) {
            self.calls.refused += 1;
            return Cow::Borrowed(&self.refusal);
        }
        match operation {
            Operation::GetId => {
                self.calls.identities += 1;
                Cow::Owned(identity(page))
            }
            Operation::GetCredentials => {
                self.calls.credentials += 1;
                Cow::Owned(credentials(page, now + self.lifetime))
            }
        }
    }

    fn count_second(&mut self, now: Millis) {
        let second = now / 1_000;
        if second != self.second {
            self.second = second;
            self.in_second = 0;
        }
        self.in_second += 1;
        self.calls.peak = self.calls.peak.max(self.in_second);
    }
}

fn reply(status: u16, error_type: &str, document: String) -> HttpReply {
    HttpReply { status, error_type: error_type.into(), request_id: String::new(), document: Document::new(document) }
}

fn refusal(status: u16, name: &str) -> HttpReply {
    reply(status, name, String::new())
}

/// The answer to `GetId`.
pub(crate) fn identity(page: u32) -> HttpReply {
    reply(200, "", format!("\u{2}IdentityId\u{1}{}", identity_id(page)))
}

/// The answer to `GetCredentialsForIdentity`.
pub(crate) fn credentials(page: u32, expires_at: Millis) -> HttpReply {
    let set = |name: &str, value: &str| format!("\u{2}Credentials.{name}\u{1}{value}");
    let document = [
        format!("\u{2}IdentityId\u{1}{}", identity_id(page)),
        set("AccessKeyId", "ASIA"),
        set("SecretKey", "s"),
        set("SessionToken", "t"),
        set("Expiration#", &(expires_at / 1_000).to_string()),
    ];
    reply(200, "", document.concat())
}

fn identity_id(page: u32) -> String {
    format!("us-east-1:{page:x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_gives_its_rate_and_no_more_than_a_seconds_worth_at_once() {
        let mut bucket = Bucket::new(25.0, 0);
        let given = |bucket: &mut Bucket, now| (0..1_000).filter(|_| bucket.take(now)).count();
        assert_eq!(given(&mut bucket, 0), 25);
        assert_eq!(given(&mut bucket, 0), 0);
        assert_eq!(given(&mut bucket, 400), 10);
        assert_eq!(given(&mut bucket, 3_600_000), 25);
        let steady: usize = (0..10_000).map(|tick| given(&mut bucket, 3_600_000 + tick)).sum();
        assert!((249..=250).contains(&steady), "{steady}");
    }

    #[test]
    fn an_outage_fails_every_call_and_uses_up_no_quota() {
        let mut cognito = Cognito::new((25.0, 200.0), 1_000, 3_600_000);
        for _ in 0..1_000 {
            assert_eq!(cognito.answer(Operation::GetId, 1, 999).status, 500);
        }
        let given = (0..1_000).filter(|_| cognito.answer(Operation::GetId, 1, 1_000).status == 200).count();
        assert_eq!(given, 25);
        assert_eq!(
            cognito.calls,
            Calls { identities: 25, credentials: 0, refused: 975, failed: 1_000, total: 2_000, peak: 1_000 }
        );
    }
}
