//! What goes wrong on demand.
//!
//! A request to the control names the faults it changes: a value sets one, `null` clears it, what is not named stays.
//! Faults that have `times` heal by themselves after that many answers.

pub(crate) mod realtime;
mod sockets;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::host::Service;

use realtime::{RealtimeChange, RealtimeFaults};
use sockets::SocketsChange;

/// The faults that hold at the moment.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Faults {
    /// How far the server's clock is ahead of the machine's; negative means behind.
    pub(crate) clock_offset_seconds: i64,
    /// How far the clock of one service is ahead of the server's.
    service_clock_offset_seconds: BTreeMap<Service, Offset>,
    /// No `Date` header, and none exposed.
    pub(crate) hide_date: bool,
    /// How long new credentials last, if not an hour.
    pub(crate) credential_lifetime_seconds: Option<u64>,
    cognito: Vec<CognitoFault>,
    throttle: Vec<Throttle>,
    status5xx: Vec<Status5xx>,
    latency_ms: BTreeMap<Service, u64>,
    cut: Vec<Cut>,
    outage: Vec<Outage>,
    cached: Vec<Cached>,
    pad: Vec<Pad>,
    stall: Vec<Stall>,
    pub(crate) realtime: RealtimeFaults,
}

/// Cognito Identity answers something else than it should.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CognitoFault {
    /// The operation that fails; every one if left out.
    pub(crate) operation: Option<String>,
    pub(crate) status: Option<u16>,
    /// The error's name. With it the answer is an error of the protocol.
    #[serde(rename = "type")]
    pub(crate) name: Option<String>,
    pub(crate) message: Option<String>,
    /// An answer that is not of the protocol at all.
    pub(crate) body: Option<OddBody>,
    /// The real answer with these members put into it, `null` included.
    pub(crate) merge: Option<Value>,
    #[serde(default = "once")]
    times: u32,
}

/// Answers that a client must survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OddBody {
    /// A page, as a proxy or a captive portal sends it.
    Html,
    /// Nothing.
    Empty,
    /// The first half of the real answer.
    Half,
    /// JSON of the wrong shape.
    Malformed,
}

/// A service says that it is asked too often.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Throttle {
    service: Service,
    #[serde(default = "once")]
    times: u32,
    /// The `Retry-After` header, in seconds.
    pub(crate) retry_after: Option<u32>,
    /// Write it as a date, which HTTP allows too.
    #[serde(default)]
    pub(crate) retry_after_as_date: bool,
}

/// A service fails.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Status5xx {
    service: Service,
    #[serde(default = "internal_server_error")]
    pub(crate) status: u16,
    #[serde(default = "once")]
    times: u32,
}

/// The connection ends in the middle of an answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Cut {
    service: Service,
    #[serde(default = "once")]
    times: u32,
}

/// A service is down for a while, by the server's clock.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Outage {
    service: Service,
    seconds: u32,
    /// When it began: when the fault was set.
    #[serde(skip)]
    since: Option<SystemTime>,
}

/// An answer comes out of a cache on the way: it was written a while ago, and says so (RFC 9111, section 5.1).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Cached {
    service: Service,
    pub(crate) seconds: u32,
    #[serde(default = "once")]
    times: u32,
}

/// An answer is followed by that many spaces, which JSON and XML allow.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pad {
    service: Service,
    pub(crate) bytes: usize,
    #[serde(default = "once")]
    times: u32,
}

/// The body of an answer stops in the middle, and the connection stays open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Stall {
    service: Service,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

fn internal_server_error() -> u16 {
    500
}

/// A fault that is meant for some requests and wears off.
trait WearsOff {
    fn times(&mut self) -> &mut u32;
}

macro_rules! wears_off {
    ($($fault:ty),*) => {
        $(impl $crate::faults::WearsOff for $fault {
            fn times(&mut self) -> &mut u32 {
                &mut self.times
            }
        })*
    };
}
pub(crate) use wears_off;
wears_off!(CognitoFault, Throttle, Status5xx, Cut, Cached, Pad, Stall);

fn take<T: WearsOff + Clone>(faults: &mut Vec<T>, meant: impl Fn(&T) -> bool) -> Option<T> {
    let at = faults.iter().position(meant)?;
    let times = faults.get_mut(at)?.times();
    *times = times.saturating_sub(1);
    if *times == 0 { Some(faults.remove(at)) } else { faults.get(at).cloned() }
}

impl Faults {
    /// The fault of a Cognito operation, used up by one.
    pub(crate) fn take_cognito(&mut self, operation: &str) -> Option<CognitoFault> {
        take(&mut self.cognito, |fault| fault.operation.as_deref().is_none_or(|meant| meant == operation))
    }

    /// Whether to throttle this request.
    pub(crate) fn take_throttle(&mut self, service: Service) -> Option<Throttle> {
        take(&mut self.throttle, |fault| fault.service == service)
    }

    /// Whether to fail this request.
    pub(crate) fn take_status5xx(&mut self, service: Service) -> Option<Status5xx> {
        take(&mut self.status5xx, |fault| fault.service == service)
    }

    /// Whether to cut this answer.
    pub(crate) fn take_cut(&mut self, service: Service) -> bool {
        take(&mut self.cut, |fault| fault.service == service).is_some()
    }

    /// Whether a cache answers this request, and how old its answer is.
    pub(crate) fn take_cached(&mut self, service: Service) -> Option<Cached> {
        take(&mut self.cached, |fault| fault.service == service)
    }

    /// How many spaces follow this answer.
    pub(crate) fn take_pad(&mut self, service: Service) -> Option<Pad> {
        take(&mut self.pad, |fault| fault.service == service)
    }

    /// Whether this answer stops in the middle.
    pub(crate) fn take_stall(&mut self, service: Service) -> bool {
        take(&mut self.stall, |fault| fault.service == service).is_some()
    }

    /// How far the service's own clock is ahead of the server's, in seconds.
    pub(crate) fn service_clock_offset(&self, service: Service) -> i64 {
        self.service_clock_offset_seconds.get(&service).map_or(0, |offset| offset.0)
    }

    /// Whether the service is down at this time.
    pub(crate) fn is_down(&self, service: Service, now: SystemTime) -> bool {
        self.outage.iter().any(|outage| {
            let end = outage.since.map(|since| since + Duration::from_secs(outage.seconds.into()));
            outage.service == service && end.is_some_and(|end| now < end)
        })
    }

    /// How long this request waits.
    pub(crate) fn latency_ms(&self, service: Service) -> u64 {
        self.latency_ms.get(&service).copied().unwrap_or(0)
    }

    /// Applies the standing part of a change, at this time.
    pub(crate) fn apply(&mut self, change: Change, now: SystemTime) {
        change.clock_offset_seconds.apply_to(&mut self.clock_offset_seconds);
        change.service_clock_offset_seconds.apply_to(&mut self.service_clock_offset_seconds);
        change.hide_date.apply_to(&mut self.hide_date);
        change.credential_lifetime_seconds.apply_to(&mut self.credential_lifetime_seconds);
        change.cognito.apply_to(&mut self.cognito);
        change.throttle.apply_to(&mut self.throttle);
        change.status5xx.apply_to(&mut self.status5xx);
        change.latency_ms.apply_to(&mut self.latency_ms);
        change.cut.apply_to(&mut self.cut);
        change.outage.apply_to(&mut self.outage);
        change.cached.apply_to(&mut self.cached);
        change.pad.apply_to(&mut self.pad);
        change.stall.apply_to(&mut self.stall);
        match change.realtime {
            Field::Keep => {}
            Field::Clear => self.realtime = RealtimeFaults::default(),
            Field::Set(change) => self.realtime.apply(change),
        }
        for outage in &mut self.outage {
            outage.since.get_or_insert(now);
        }
    }
}

/// A change as it comes over the wire. A name that is not here is refused, so that a misspelt fault cannot make a test
/// pass.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    #[serde(default)]
    clock_offset_seconds: Field<Offset>,
    #[serde(default)]
    service_clock_offset_seconds: Field<BTreeMap<Service, Offset>>,
    #[serde(default)]
    hide_date: Field<bool>,
    #[serde(default)]
    credential_lifetime_seconds: Field<Option<u64>>,
    #[serde(default)]
    cognito: Field<OneOrMany<CognitoFault>>,
    #[serde(default)]
    throttle: Field<OneOrMany<Throttle>>,
    #[serde(default)]
    status5xx: Field<OneOrMany<Status5xx>>,
    #[serde(default)]
    latency_ms: Field<BTreeMap<Service, u64>>,
    #[serde(default)]
    cut: Field<OneOrMany<Cut>>,
    #[serde(default)]
    outage: Field<OneOrMany<Outage>>,
    #[serde(default)]
    cached: Field<OneOrMany<Cached>>,
    #[serde(default)]
    pad: Field<OneOrMany<Pad>>,
    #[serde(default)]
    stall: Field<OneOrMany<Stall>>,
    /// Sockets have faults of their own, and each of them stays that is not named.
    #[serde(default)]
    realtime: Field<RealtimeChange>,
    /// At once: forget all credentials that were issued.
    #[serde(default)]
    pub(crate) revoke_credentials: bool,
    /// At once: let all credentials that were issued expire.
    #[serde(default)]
    pub(crate) expire_credentials: bool,
    /// At once: revoke the sessions of the role of that name.
    pub(crate) revoke_sessions: Option<String>,
    /// At once: delete the identity of that id.
    pub(crate) delete_identity: Option<String>,
    /// At once: disable the identity of that id.
    pub(crate) disable_identity: Option<String>,
}

impl Change {
    /// What happens to the sockets that are open, once this change is applied.
    pub(crate) fn take_sockets_change(&mut self) -> SocketsChange {
        match &mut self.realtime {
            Field::Set(realtime) => realtime.take_sockets_change(),
            Field::Keep | Field::Clear => SocketsChange::default(),
        }
    }
}

/// A field of a change: not named, `null`, or a value.
#[derive(Debug, Default)]
enum Field<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Self::Set(value),
            None => Self::Clear,
        })
    }
}

impl<T> Field<T> {
    fn apply_to<U: Default + From<T>>(self, target: &mut U) {
        match self {
            Self::Keep => {}
            Self::Clear => *target = U::default(),
            Self::Set(value) => *target = value.into(),
        }
    }
}

/// An offset that no date arithmetic overflows on: up to ten years.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "i64")]
struct Offset(i64);

impl TryFrom<i64> for Offset {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<Self, Self::Error> {
        if seconds.unsigned_abs() <= 315_360_000 {
            Ok(Self(seconds))
        } else {
            Err("clockOffsetSeconds is more than ten years")
        }
    }
}

impl From<Offset> for i64 {
    fn from(offset: Offset) -> Self {
        offset.0
    }
}

/// One fault, or a list of them that are used up in order.
#[derive(Debug)]
struct OneOrMany<T>(Vec<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    // By hand, because serde's untagged enums lose the reason why neither form fits.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let faults = if value.is_array() {
            serde_json::from_value(value)
        } else {
            serde_json::from_value(value).map(|fault| vec![fault])
        };
        faults.map(Self).map_err(D::Error::custom)
    }
}

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(faults: OneOrMany<T>) -> Self {
        faults.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: &str) -> Result<Change, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn what_is_not_named_stays_and_null_clears() {
        let mut faults = Faults::default();
        faults.apply(
            change(r#"{"clockOffsetSeconds":-600,"hideDate":true,"latencyMs":{"sts":5}}"#).unwrap(),
            SystemTime::now(),
        );
        faults.apply(change(r#"{"hideDate":null,"credentialLifetimeSeconds":60}"#).unwrap(), SystemTime::now());
        assert_eq!(faults.clock_offset_seconds, -600);
        assert!(!faults.hide_date);
        assert_eq!(faults.credential_lifetime_seconds, Some(60));
        assert_eq!(faults.latency_ms(Service::Sts), 5);
        assert_eq!(faults.latency_ms(Service::Rest), 0);
    }

    #[test]
    fn a_misspelt_fault_is_refused_by_name() {
        for (text, word) in [
            (r#"{"clockOfsetSeconds":1}"#, "clockOfsetSeconds"),
            (r#"{"cognito":{"tims":1}}"#, "tims"),
            (r#"{"throttle":{"service":"ec2"}}"#, "ec2"),
            (r#"{"clockOffsetSeconds":999999999999}"#, "ten years"),
            (r#"{"serviceClockOffsetSeconds":{"rest":999999999999}}"#, "ten years"),
        ] {
            let error = change(text).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn faults_wear_off_in_order() {
        let mut faults = Faults::default();
        faults.apply(
            change(
                r#"{"cognito":[{"operation":"GetId","times":2,"type":"A"},{"body":"html"}],"cut":{"service":"rest"}}"#,
            )
            .unwrap(),
            SystemTime::now(),
        );
        let name = |fault: Option<CognitoFault>| fault.and_then(|fault| fault.name);
        assert_eq!(name(faults.take_cognito("GetId")).as_deref(), Some("A"));
        assert_eq!(faults.take_cognito("GetOpenIdToken").and_then(|fault| fault.body), Some(OddBody::Html));
        assert_eq!(name(faults.take_cognito("GetId")).as_deref(), Some("A"));
        assert!(faults.take_cognito("GetId").is_none());
        assert!(!faults.take_cut(Service::Sts));
        assert!(faults.take_cut(Service::Rest));
        assert!(!faults.take_cut(Service::Rest));
    }

    #[test]
    fn an_outage_ends_by_the_servers_clock() {
        let mut faults = Faults::default();
        let now = SystemTime::now();
        let later = |seconds| now + Duration::from_secs(seconds);
        faults.apply(change(r#"{"outage":{"service":"cognitoIdentity","seconds":30}}"#).unwrap(), now);
        // A later change of something else does not make it longer.
        faults.apply(change(r#"{"hideDate":true}"#).unwrap(), later(20));
        assert!(faults.is_down(Service::CognitoIdentity, later(29)));
        assert!(!faults.is_down(Service::Sts, now));
        assert!(!faults.is_down(Service::CognitoIdentity, later(30)));
    }
}
