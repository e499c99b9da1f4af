//! What tabs of one origin say to each other, so that one refresh serves them all. Any script of the origin can hear it
//! and say it too: every value is checked.

use serde::{Serialize, Serializer};

use super::CredentialSet;
use crate::cognito::{is_key_id, is_secret_key, is_session_token};
use crate::http::Json;
use crate::pool::{Flow, IdentityPool};
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::time::{DAY, Millis};

/// A credential set on its way from tab to tab, and how far the device's clock is off. Its debug text shows no secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedSet {
    access_key_id: String,
    #[serde(serialize_with = "write_secret")]
    secret_access_key: Secret,
    #[serde(serialize_with = "write_secret")]
    session_token: Secret,
    identity_id: String,
    expiration: Millis,
    clock_offset: Millis,
}

/// Secrets go to other tabs of the origin on purpose, where `shareBetweenTabs` says so.
fn write_secret<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

impl SharedSet {
    /// A set of Cognito's, to be handed to another tab; none if it is not one.
    pub(super) fn new(set: &CredentialSet, clock_offset: Millis) -> Option<Self> {
        Some(Self {
            access_key_id: set.signing.access_key_id.clone(),
            secret_access_key: set.signing.secret_access_key.clone(),
            session_token: set.signing.session_token.clone()?,
            identity_id: set.identity_id.clone()?,
            expiration: set.expires_at?,
            clock_offset,
        })
    }

    /// Reads another tab's answer when the device shows `local`; none if anything in it cannot be, or is not what was
    /// asked for.
    pub fn read(answer: &Json, wanted: &Wanted, pool: &IdentityPool, local: Millis) -> Option<Self> {
        let text = |name| answer.get(name)?.as_text();
        let shared = Self {
            access_key_id: text("accessKeyId").filter(|text| is_key_id(text))?.into(),
            secret_access_key: Secret::new(text("secretAccessKey").filter(|text| is_secret_key(text))?.into()),
            session_token: Secret::new(text("sessionToken").filter(|text| is_session_token(text))?.into()),
            identity_id: text("identityId").filter(|text| pool.id.may_hold(text))?.into(),
            expiration: whole_number(answer.get("expiration")?)?,
            clock_offset: whole_number(answer.get("clockOffset")?)?,
        };
        // Cognito's last an hour, those of STS twelve at most.
        let remaining = shared.expiration.saturating_sub(local.saturating_add(shared.clock_offset));
        ((1..=DAY).contains(&remaining) && wanted.is_met_by(&shared)).then_some(shared)
    }

    /// When the set ends, by the server's clock.
    pub(super) fn expires_at(&self) -> Millis {
        self.expiration
    }

    /// Server time minus the device's time, as the other tab knows it.
    pub(super) fn clock_offset(&self) -> Millis {
        self.clock_offset
    }

    /// The set itself.
    pub(super) fn to_set(&self) -> CredentialSet {
        CredentialSet {
            signing: SigningCredentials {
                access_key_id: self.access_key_id.clone(),
                secret_access_key: self.secret_access_key.clone(),
                session_token: Some(self.session_token.clone()),
            },
            identity_id: Some(self.identity_id.clone()),
            expires_at: Some(self.expiration),
        }
    }
}

/// A whole number of JavaScript's that is exact.
fn whole_number(value: &Json) -> Option<Millis> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    let number = value.as_number().filter(|number| number.abs() <= EXACT && number.fract() == 0.0)?;
    Some(number as Millis)
}

/// How long another tab leaves the identity pool alone, because it throttles or fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedPause {
    /// Milliseconds still to go.
    pub remaining: Millis,
    /// The most that the pause could last, in milliseconds: the next one is longer.
    pub ceiling: Millis,
}

/// The longest pause that a tab takes over from another, in milliseconds: whatever is said, it asks by itself after it.
const LONGEST_PAUSE: Millis = 10 * 60_000;

impl SharedPause {
    /// Reads another tab's answer; none if it is none.
    pub fn read(answer: &Json) -> Option<Self> {
        let time = |name| whole_number(answer.get(name)?).filter(|time| *time > 0).map(|time| time.min(LONGEST_PAUSE));
        Some(Self { remaining: time("remaining")?, ceiling: time("ceiling")? })
    }
}

/// What a tab asks the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// For a set.
    Set(Wanted),
    /// Whether the identity pool is left alone.
    Pause,
}

impl Question {
    /// Reads another tab's question; none if it is none.
    pub fn read(question: &Json) -> Option<Self> {
        match question.get("kind") {
            None => Wanted::read(question).map(Self::Set),
            Some(kind) => (kind.as_text() == Some(PAUSE)).then_some(Self::Pause),
        }
    }
}

const PAUSE: &str = "pause";

impl Serialize for Question {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(wanted) => wanted.serialize(serializer),
            Self::Pause => serializer.collect_map([("kind", PAUSE)]),
        }
    }
}

/// What a tab answers another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// A set.
    Set(SharedSet),
    /// How long the identity pool is left alone.
    Pause(SharedPause),
}

/// What a tab asks the others for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// Of which identity; none if any will do.
    pub identity_id: Option<String>,
    /// The key of the set that is to be replaced, which other tabs may have too.
    pub known_key: Option<String>,
}

impl Wanted {
    /// Reads another tab's question; none if it is none.
    pub fn read(question: &Json) -> Option<Self> {
        let member = |name| match question.get(name) {
            None | Some(Json::Null) => Some(None),
            Some(value) => value.as_text().map(|text| Some(text.to_owned())),
        };
        let is_question = matches!(question, Json::Object(_));
        is_question.then_some(Self { identity_id: member("identityId")?, known_key: member("knownKey")? })
    }

    /// Whether this set is what is asked for.
    pub fn is_met_by(&self, shared: &SharedSet) -> bool {
        self.known_key.as_ref() != Some(&shared.access_key_id)
            && self.identity_id.as_ref().is_none_or(|id| *id == shared.identity_id)
    }
}

/// Claims of the single token; all others are the user's, and may decide about the role.
const CLAIMS_OF_THE_TOKEN: [&str; 9] =
    ["exp", "iat", "nbf", "auth_time", "jti", "origin_jti", "event_id", "at_hash", "nonce"];

/// A login, and the claims of its token if it is a JWT. Nothing is verified: the one it is shown to does that.
#[derive(Clone, Copy, Debug)]
pub struct SharingLogin<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// The token.
    pub token: &'a Secret,
    /// The claims of the token.
    pub claims: Option<&'a Json>,
}

/// What two tabs must have in common to share: the pool, the way to its credentials, and the logins with all claims of
/// their tokens but those of the single token. A token without a subject stands for itself, so the text is a secret: its
/// SHA-256 is what tabs find each other by. The texts of two tabs are equal only if all of this is.
pub fn sharing_name(pool: &IdentityPool, logins: &[SharingLogin<'_>]) -> Secret {
    let mut name = String::new();
    // The form of the messages: after a deployment, old and new pages are open at once.
    push_all(&mut name, &["sigfetch 2", pool.id.as_str(), &pool.url]);
    match &pool.flow {
        Flow::Enhanced { custom_role_arn } => {
            push(&mut name, "enhanced");
            push_optional(&mut name, custom_role_arn.as_deref());
        }
        Flow::Classic(flow) => {
            push_all(&mut name, &["classic", &flow.url, &flow.role_arn, &flow.session_name]);
            push_optional(&mut name, flow.duration.map(|seconds| seconds.to_string()).as_deref());
            push_optional(&mut name, flow.policy.as_deref());
        }
    }
    let mut logins: Vec<_> = logins.iter().collect();
    logins.sort_unstable_by_key(|login| login.provider);
    for login in logins {
        push(&mut name, login.provider);
        push_subject(&mut name, login);
    }
    Secret::new(name)
}

/// Appends whom a token is about.
fn push_subject(out: &mut String, login: &SharingLogin<'_>) {
    let has_subject = |claims: &&Json| claims.at(&["sub"]).and_then(Json::as_text).is_some_and(|sub| !sub.is_empty());
    match login.claims.filter(has_subject) {
        Some(claims) => push_claims(out, claims),
        None => push_all(out, &["token", login.token.expose()]),
    }
}

/// Appends claims without those of the single token, at any depth, members in the order of their names. What each value
/// is, and how much is in it, comes first.
fn push_claims(out: &mut String, value: &Json) {
    match value {
        Json::Null => push(out, "null"),
        Json::Bool(true) => push(out, "true"),
        Json::Bool(false) => push(out, "false"),
        Json::Number(number) => push_all(out, &["number", &number.to_bits().to_string()]),
        Json::Text(text) => push_all(out, &["text", text]),
        Json::Array(items) => {
            push_all(out, &["array", &items.len().to_string()]);
            for item in items {
                push_claims(out, item);
            }
        }
        Json::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !CLAIMS_OF_THE_TOKEN.contains(&name.as_str()));
            let mut kept: Vec<_> = kept.collect();
            kept.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            push_all(out, &["object", &kept.len().to_string()]);
            for (name, value) in kept {
                push(out, name);
                push_claims(out, value);
            }
        }
    }
}

fn push_optional(out: &mut String, value: Option<&str>) {
    match value {
        Some(value) => push_all(out, &["some", value]),
        None => push(out, "none"),
    }
}

/// Appends parts with their lengths before them: other parts give another text.
fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        push(out, part);
    }
}

fn push(out: &mut String, part: &str) {
    out.push_str(&part.len().to_string());
    out.push(':');
    out.push_str(part);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof};
    use serde_json::{Value, json};

    use super::*;
    use crate::pool::{ClassicFlow, IdentityPoolId};

    const ID: &str = "us-east-1:0a1b2c3d-0000-4000-8000-000000000001";
    const NOW: Millis = 1_800_000_000_000;
    const HOUR: Millis = 3_600_000;

    fn pool() -> IdentityPool {
        let id = IdentityPoolId::parse("us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a").unwrap();
        IdentityPool { id, url: "https://c/".into(), flow: Flow::Enhanced { custom_role_arn: None } }
    }

    fn good() -> Value {
        json!({ "accessKeyId": "ASIA", "secretAccessKey": "s", "sessionToken": "t", "identityId": ID,
            "expiration": NOW + HOUR, "clockOffset": 0 })
    }

    fn read(value: &Value) -> Option<SharedSet> {
        SharedSet::read(&value.into(), &Wanted::default(), &pool(), NOW)
    }

    #[test]
    fn a_set_crosses_from_tab_to_tab_as_it_is() {
        let shared = read(&good()).unwrap();
        assert_eq!(serde_json::to_value(&shared).unwrap(), good());
        let set = shared.to_set();
        assert_eq!((set.identity_id.as_deref(), set.expires_at), (Some(ID), Some(NOW + HOUR)));
        assert_eq!(SharedSet::new(&set, 0), Some(shared));
        // Credentials from elsewhere are not shared.
        assert_eq!(SharedSet::new(&CredentialSet { identity_id: None, ..set }, 0), None);
    }

    #[test]
    fn anything_malformed_is_ignored() {
        for nothing in [json!(null), json!([]), json!("set"), json!(7), json!({}), json!({ "set": ["a", "b"] })] {
            assert_eq!(read(&nothing), None, "{nothing}");
        }
        for (member, values) in [
            ("accessKeyId", vec![json!(null), json!(""), json!("a b"), json!("a".repeat(129)), json!(["ASIA"])]),
            ("secretAccessKey", vec![json!(null), json!(""), json!("a\nb"), json!("a".repeat(1_025))]),
            ("sessionToken", vec![json!(null), json!(""), json!("\u{e9}"), json!("a".repeat(65_537))]),
            ("identityId", vec![json!(null), json!("x"), json!("eu-west-1:0a1b2c3d-0000-4000-8000-000000000001")]),
            (
                "expiration",
                vec![
                    json!(null),
                    json!("soon"),
                    json!(0),
                    json!(-1),
                    json!(NOW),
                    json!(NOW + 2 * DAY),
                    json!(0.5),
                    json!(1e300),
                ],
            ),
            ("clockOffset", vec![json!(null), json!("0"), json!(0.5), json!(1e300), json!(-1e300), json!(2 * DAY)]),
        ] {
            for value in values {
                let mut answer = good();
                answer[member] = value.clone();
                assert_eq!(read(&answer), None, "{member} {value}");
            }
        }
    }

    #[test]
    fn questions_are_read_and_met() {
        let wanted = Wanted { identity_id: Some(ID.into()), known_key: Some("ASIB".into()) };
        let read = |value: &Value| Wanted::read(&value.into());
        assert_eq!(read(&serde_json::to_value(&wanted).unwrap()), Some(wanted.clone()));
        assert_eq!(read(&json!({})), Some(Wanted::default()));
        assert_eq!(read(&serde_json::to_value(Wanted::default()).unwrap()), Some(Wanted::default()));
        for nothing in [json!(null), json!([]), json!("x"), json!({ "identityId": 7 }), json!({ "knownKey": [] })] {
            assert_eq!(read(&nothing), None, "{nothing}");
        }
        let shared = SharedSet::read(&(&good()).into(), &wanted, &pool(), NOW).unwrap();
        assert!(wanted.is_met_by(&shared) && Wanted::default().is_met_by(&shared));
        assert!(!Wanted { known_key: Some("ASIA".into()), ..wanted.clone() }.is_met_by(&shared));
        assert!(!Wanted { identity_id: Some("other".into()), ..wanted }.is_met_by(&shared));
    }

    #[test]
    fn debug_text_shows_no_secret() {
        let mut answer = good();
        answer["secretAccessKey"] = json!("wJalr");
        answer["sessionToken"] = json!("wJalr");
        assert!(!format!("{:?}", read(&answer).unwrap()).contains("wJalr"));
    }

    #[test]
    fn pauses_are_asked_for_and_read_and_taken_for_ten_minutes_at_most() {
        fn sent(value: &impl Serialize) -> Json {
            Json::from(&serde_json::to_value(value).unwrap())
        }
        assert_eq!(Question::read(&sent(&Question::Pause)), Some(Question::Pause));
        let wanted = Question::Set(Wanted { identity_id: Some(ID.into()), known_key: None });
        assert_eq!(Question::read(&sent(&wanted)), Some(wanted));
        assert_eq!(Question::read(&(&json!({ "kind": "other" })).into()), None);
        let pause = SharedPause { remaining: 1_000, ceiling: 60_000 };
        assert_eq!(SharedPause::read(&sent(&Answer::Pause(pause))), Some(pause));
        let long = json!({ "remaining": 9e15, "ceiling": 9e15 });
        let longest = SharedPause { remaining: LONGEST_PAUSE, ceiling: LONGEST_PAUSE };
        assert_eq!(SharedPause::read(&(&long).into()), Some(longest));
        for (member, value) in
            [("remaining", json!(0)), ("remaining", json!(-5)), ("ceiling", json!("1")), ("ceiling", json!(0.5))]
        {
            let mut answer = json!({ "remaining": 1_000, "ceiling": 60_000 });
            answer[member] = value;
            assert_eq!(SharedPause::read(&(&answer).into()), None, "{answer}");
        }
        assert_eq!(SharedPause::read(&(&good()).into()), None);
    }

    fn name(pool: &IdentityPool, logins: &[(&str, &str, Option<Value>)]) -> String {
        let tokens: Vec<_> = logins.iter().map(|(_, token, _)| Secret::new((*token).into())).collect();
        let claims: Vec<_> = logins.iter().map(|(.., claims)| claims.as_ref().map(Json::from)).collect();
        let logins: Vec<_> = logins
            .iter()
            .zip(&tokens)
            .zip(&claims)
            .map(|(((provider, ..), token), claims)| SharingLogin { provider, token, claims: claims.as_ref() })
            .collect();
        sharing_name(pool, &logins).expose().to_owned()
    }

    #[test]
    fn a_name_is_of_the_user_and_not_of_the_token() {
        let claims =
            |sub: &str, iat: u32| json!({ "sub": sub, "iat": iat, "jti": "x", "roles": ["a"], "deep": { "exp": iat } });
        let name = |logins: &[(&str, &str, Option<Value>)]| name(&pool(), logins);
        let alice = name(&[("p", "first.token", Some(claims("alice", 1)))]);
        assert_eq!(alice, name(&[("p", "other.token", Some(claims("alice", 2)))]));
        assert!(!alice.contains("first"));
        let mut admin = claims("alice", 1);
        admin["roles"] = json!(["a", "b"]);
        for other in [
            name(&[]),
            name(&[("p", "first.token", Some(claims("bob", 1)))]),
            name(&[("q", "first.token", Some(claims("alice", 1)))]),
            name(&[("p", "first.token", Some(admin))]),
            name(&[("p", "first.token", None)]),
            name(&[("p", "first.token", Some(claims("alice", 1))), ("q", "t", None)]),
        ] {
            assert_ne!(alice, other);
        }
        // Without a subject a token stands for itself.
        for claims in [None, Some(json!({})), Some(json!({ "sub": "" })), Some(json!([])), Some(json!({ "sub": 7 }))] {
            assert_ne!(name(&[("p", "first.token", claims.clone())]), name(&[("p", "other.token", claims)]));
        }
        let one = ("p", "first.token", None);
        let two = ("q", "t2", None);
        assert_eq!(name(&[one.clone(), two.clone()]), name(&[two, one]));
    }

    #[test]
    fn a_name_is_of_the_pool_and_the_way_to_its_credentials() {
        let classic = |duration, policy: Option<&str>| IdentityPool {
            flow: Flow::Classic(ClassicFlow {
                url: "https://s/".into(),
                role_arn: "r".into(),
                session_name: "n".into(),
                duration,
                policy: policy.map(str::to_owned),
            }),
            ..pool()
        };
        let custom = IdentityPool { flow: Flow::Enhanced { custom_role_arn: Some("none".into()) }, ..pool() };
        let elsewhere = IdentityPool { url: "https://d/".into(), ..pool() };
        let pools =
            [pool(), custom, elsewhere, classic(None, None), classic(Some(900), None), classic(None, Some("900"))];
        let names: std::collections::BTreeSet<_> = pools.iter().map(|pool| name(pool, &[])).collect();
        assert_eq!(names.len(), pools.len());
    }

    fn value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<f64>().prop_map(Json::Number),
            any::<Millis>().prop_map(|number| Json::Number(number as f64)),
            "(?s).{0,12}".prop_map(Json::Text),
            Just(Json::Text(ID.into())),
        ];
        let names = prop_oneof![
            proptest::sample::select(vec![
                "accessKeyId",
                "secretAccessKey",
                "sessionToken",
                "identityId",
                "expiration",
                "clockOffset",
                "knownKey",
                "sub",
                "exp",
            ])
            .prop_map(str::to_owned),
            "(?s).{0,4}",
        ];
        leaf.prop_recursive(4, 32, 8, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
                proptest::collection::vec((names.clone(), inner), 0..8).prop_map(Json::Object),
            ]
        })
    }

    proptest::proptest! {
        #[test]
        fn any_message_is_read_or_ignored(message in value(), local: Millis) {
            Question::read(&message);
            if let Some(pause) = SharedPause::read(&message) {
                proptest::prop_assert!((1..=LONGEST_PAUSE).contains(&pause.remaining));
            }
            if let Some(shared) = SharedSet::read(&message, &Wanted::default(), &pool(), local) {
                proptest::prop_assert_eq!(shared.identity_id, ID);
            }
            let token = Secret::new("t".into());
            sharing_name(&pool(), &[SharingLogin { provider: "p", token: &token, claims: Some(&message) }]);
        }

        #[test]
        fn whatever_another_tab_says_its_set_ends_within_a_day(expiration: Millis, clock_offset: Millis, near in -2 * DAY..2 * DAY) {
            for (expiration, clock_offset) in [(expiration, clock_offset), (NOW + near, 0), (NOW + clock_offset / 2, clock_offset / 2)] {
                let mut answer = good();
                answer["expiration"] = json!(expiration as f64);
                answer["clockOffset"] = json!(clock_offset as f64);
                if let Some(shared) = read(&answer) {
                    let remaining = shared.expiration - (NOW + shared.clock_offset);
                    proptest::prop_assert!(remaining > 0 && remaining <= DAY);
                }
            }
        }

        /// Two lists of parts have one text only if they are one list.
        #[test]
        fn delimited_parts_do_not_run_together(one in proptest::collection::vec("[0-9:a]{0,4}", 0..4), other in proptest::collection::vec("[0-9:a]{0,4}", 0..4)) {
            let delimited = |parts: &[String]| {
                let mut text = String::new();
                parts.iter().for_each(|part| push(&mut text, part));
                text
            };
            proptest::prop_assert_eq!(one == other, delimited(&one) == delimited(&other));
        }
    }
}
