//! Cognito Identity as a fleet meets it: two quotas, outages, and answers of the real service's shape.

use sigfetch::cognito::Failure;
use sigfetch::http::{Document, Json, Reply, RetryAfter};
use sigfetch::time::Millis;

/// How long credentials last.
pub(crate) const LIFETIME: Millis = 3_600_000;

const LEAST_BURST: f64 = 10.0;

/// Calls a second that Cognito takes, for an account and region ("Quotas in Amazon Cognito").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quotas {
    /// Of `GetId`.
    pub get_id: f64,
    /// Of `GetCredentialsForIdentity`.
    pub get_credentials: f64,
}

impl Default for Quotas {
    /// What an account has that has asked for no more.
    fn default() -> Self {
        Self { get_id: 25.0, get_credentials: 200.0 }
    }
}

impl Quotas {
    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { get_id: self.get_id * factor, get_credentials: self.get_credentials * factor }
    }
}

/// What state Cognito is in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Condition {
    /// It takes every call.
    Unlimited,
    /// It takes this part of its quotas.
    Serving(f64),
    /// It answers every call with status 500.
    Failing,
    /// Nothing comes back that a page may see.
    Unreachable,
}

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    GetId,
    GetCredentials,
}

/// AWS documents the rates and not the bursts: one second's worth is assumed, and at the least [`LEAST_BURST`]: the calls
/// of a few simulated clients come less evenly than those of the many that they stand for.
#[derive(Clone, Debug)]
struct Bucket {
    per_second: f64,
    tokens: f64,
    filled_at: Millis,
}

impl Bucket {
    fn new(per_second: f64) -> Self {
        Self { per_second, tokens: 0.0, filled_at: 0 }
    }

    fn take(&mut self, now: Millis, part: f64) -> bool {
        let rate = self.per_second * part;
        let earned = (now - self.filled_at) as f64 / 1_000.0 * rate;
        self.tokens = (self.tokens + earned).min(rate.max(LEAST_BURST));
        self.filled_at = now;
        let is_enough = self.tokens >= 1.0;
        if is_enough {
            self.tokens -= 1.0;
        }
        is_enough
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
    /// Failed in an outage.
    pub failed: u64,
    /// The most that came within one second.
    pub peak: u64,
}

impl Calls {
    /// Those that Cognito served.
    pub fn served(&self) -> u64 {
        self.identities + self.credentials
    }

    /// These and others.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            identities: self.identities + other.identities,
            credentials: self.credentials + other.credentials,
            refused: self.refused + other.refused,
            failed: self.failed + other.failed,
            peak: self.peak.max(other.peak),
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.served() + self.refused + self.failed
    }
}

/// What happens from some moment on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Period {
    began: Millis,
    calls: Calls,
    is_served: Vec<bool>,
    served: u32,
    served_99: Option<(Millis, Calls)>,
    second: Millis,
    in_second: u64,
}

impl Period {
    fn new(began: Millis, clients: u32) -> Self {
        Self { began, is_served: vec![false; clients as usize], ..Self::default() }
    }

    /// How many clients have been given credentials.
    pub(crate) fn served(&self) -> u32 {
        self.served
    }

    /// The calls in it.
    pub(crate) fn calls(&self) -> Calls {
        self.calls
    }

    /// After what time 99 % of the clients had been given credentials, and the calls up to then.
    pub(crate) fn served_99(&self) -> Option<(Millis, Calls)> {
        self.served_99
    }

    fn count(&mut self, now: Millis, client: u32, result: CallResult) {
        let second = now / 1_000;
        if second != self.second {
            (self.second, self.in_second) = (second, 0);
        }
        self.in_second += 1;
        self.calls.peak = self.calls.peak.max(self.in_second);
        match result {
            CallResult::Failed => self.calls.failed += 1,
            CallResult::Refused => self.calls.refused += 1,
            CallResult::Identity => self.calls.identities += 1,
            CallResult::Credentials => {
                self.calls.credentials += 1;
                let is_served = self.is_served.get_mut(client as usize);
                let is_first = is_served.is_some_and(|is_served| !std::mem::replace(is_served, true));
                self.served += u32::from(is_first);
                let are_nearly_all = u64::from(self.served) * 100 >= self.is_served.len() as u64 * 99;
                if are_nearly_all && self.served_99.is_none() {
                    self.served_99 = Some((now - self.began, self.calls));
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum CallResult {
    Failed,
    Refused,
    Identity,
    Credentials,
}

/// The service.
#[derive(Debug)]
pub(crate) struct Cognito {
    get_id: Bucket,
    get_credentials: Bucket,
    condition: Condition,
    retry_after: Option<u32>,
    period: Period,
}

impl Cognito {
    /// `retry_after` is what it asks for when it throttles, in seconds.
    pub(crate) fn new(quotas: Quotas, retry_after: Option<u32>) -> Self {
        Self {
            get_id: Bucket::new(quotas.get_id),
            get_credentials: Bucket::new(quotas.get_credentials),
            condition: Condition::Unlimited,
            retry_after,
            period: Period::default(),
        }
    }

    /// Begins another period, in which Cognito is in another state.
    pub(crate) fn change(&mut self, condition: Condition, clients: u32, now: Millis) -> Period {
        self.condition = condition;
        std::mem::replace(&mut self.period, Period::new(now, clients))
    }

    /// What has happened in this period so far.
    pub(crate) fn period(&self) -> &Period {
        &self.period
    }

    /// Answers client number `client`. `now` is in milliseconds since the simulation began, `date` the server's time.
    pub(crate) fn answer(
        &mut self,
        operation: Operation,
        client: u32,
        now: Millis,
        date: Millis,
    ) -> Result<Reply, Failure> {
        let bucket = match operation {
            Operation::GetId => &mut self.get_id,
            Operation::GetCredentials => &mut self.get_credentials,
        };
        let is_taken = match self.condition {
            Condition::Unlimited => Some(true),
            Condition::Serving(part) => Some(bucket.take(now, part)),
            Condition::Failing | Condition::Unreachable => None,
        };
        let result = match (is_taken, operation) {
            (None, _) => CallResult::Failed,
            (Some(false), _) => CallResult::Refused,
            (_, Operation::GetId) => CallResult::Identity,
            (_, Operation::GetCredentials) => CallResult::Credentials,
        };
        self.period.count(now, client, result);
        let reply = match result {
            CallResult::Failed if self.condition == Condition::Unreachable => return Err(Failure::Network),
            CallResult::Failed => refusal(500, "InternalErrorException"),
            CallResult::Refused => {
                let retry_after = self.retry_after.map(RetryAfter::Seconds);
                Reply { retry_after, ..refusal(400, "TooManyRequestsException") }
            }
            CallResult::Identity => success(vec![("IdentityId", text(identity_id(client)))]),
            CallResult::Credentials => success(vec![
                ("IdentityId", text(identity_id(client))),
                ("Credentials", credentials(now, date + LIFETIME)),
            ]),
        };
        Ok(Reply { date: Some(date / 1_000 * 1_000), ..reply })
    }
}

/// The identity of a client.
pub(crate) fn identity_id(client: u32) -> String {
    format!("us-east-1:00000000-0000-4000-8000-{client:012x}")
}

fn credentials(number: Millis, expires_at: Millis) -> Json {
    object(vec![
        ("AccessKeyId", text(format!("ASIA{number:016}"))),
        ("SecretKey", text("secret".into())),
        ("SessionToken", text("token".into())),
        ("Expiration", Json::Number(expires_at as f64 / 1_000.0)),
    ])
}

fn text(text: String) -> Json {
    Json::Text(text)
}

fn object(members: Vec<(&str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn success(members: Vec<(&str, Json)>) -> Reply {
    Reply { status: 200, document: Document::Json(object(members)), ..Reply::default() }
}

fn refusal(status: u16, name: &str) -> Reply {
    Reply { status, error_type: name.into(), ..Reply::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_gives_its_rate_and_no_more_than_a_seconds_worth_at_once() {
        let mut bucket = Bucket::new(25.0);
        let given = |bucket: &mut Bucket, now| (0..1_000).filter(|_| bucket.take(now, 1.0)).count();
        assert_eq!(given(&mut bucket, 10_000), 25);
        assert_eq!(given(&mut bucket, 10_000), 0);
        assert_eq!(given(&mut bucket, 10_400), 10);
        assert_eq!(given(&mut bucket, 3_600_000), 25);
        let steady: usize = (0..10_000).map(|tick| given(&mut bucket, 3_600_000 + tick)).sum();
        assert!((249..=250).contains(&steady), "{steady}");
        assert!(!bucket.take(3_610_000, 0.1) && bucket.take(3_610_400, 0.1));
    }

    #[test]
    fn an_outage_fails_every_call_and_uses_up_no_quota() {
        let mut cognito = Cognito::new(Quotas::default(), Some(7));
        let ask = |cognito: &mut Cognito, now| cognito.answer(Operation::GetId, 1, now, now).map(|reply| reply.status);
        cognito.change(Condition::Unreachable, 2, 0);
        assert_eq!(ask(&mut cognito, 1_000), Err(Failure::Network));
        cognito.change(Condition::Failing, 2, 1_000);
        assert!((0..1_000).all(|_| ask(&mut cognito, 2_000) == Ok(500)));
        let outage = cognito.change(Condition::Serving(1.0), 2, 10_000);
        assert_eq!(outage.calls(), Calls { failed: 1_000, peak: 1_000, ..Calls::default() });
        assert_eq!((0..1_000).filter(|_| ask(&mut cognito, 10_000) == Ok(200)).count(), 25);
        let calls = cognito.period().calls();
        assert_eq!(calls, Calls { identities: 25, refused: 975, peak: 1_000, ..Calls::default() });
        let refused = cognito.answer(Operation::GetId, 1, 10_000, 0).unwrap();
        assert_eq!(refused.retry_after, Some(RetryAfter::Seconds(7)));
    }

    #[test]
    fn a_period_tells_when_nearly_all_clients_were_served() {
        let mut cognito = Cognito::new(Quotas::default(), None);
        cognito.change(Condition::Unlimited, 200, 1_000);
        for client in (0..197).chain(0..197) {
            cognito.answer(Operation::GetCredentials, client, 2_000, 0).unwrap();
        }
        assert_eq!((cognito.period().served(), cognito.period().served_99()), (197, None));
        for client in 197..200 {
            cognito.answer(Operation::GetCredentials, client, 3_000, 0).unwrap();
        }
        assert_eq!(cognito.period().served(), 200);
        let (after, calls) = cognito.period().served_99().unwrap();
        assert_eq!((after, calls.credentials), (2_000, 2 * 197 + 1));
    }
}
