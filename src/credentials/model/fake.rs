//! A Cognito and an STS for the model, as AWS's developer guide describes them: guests who are linked or merged when
//! they sign in, identities of users that guests may not use, and identities that are lost.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cognito::{Body, Logins, ServiceRequest};
use crate::credentials::CredentialSet;
use crate::http::{Reply, json_document, xml_document};
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::time::{Millis, amz_date};

/// Who may be in front of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum User {
    Guest,
    Alice,
    Bob,
    /// Whom the developer's own backend signs in.
    Developers,
}

impl User {
    const ALL: [Self; 4] = [Self::Guest, Self::Alice, Self::Bob, Self::Developers];

    fn name(self) -> String {
        format!("{self:?}")
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|user| user.name() == name).unwrap()
    }

    pub(super) fn logins(self) -> Logins {
        match self {
            Self::Guest => Logins::new(),
            _ => vec![("issuer.example".into(), Secret::new(self.name()))],
        }
    }
}

/// What the key of issued credentials tells.
pub(super) struct Issued {
    pub(super) user: User,
    pub(super) epoch: u32,
    pub(super) serial: u32,
}

impl Issued {
    pub(super) fn read(key: &str) -> Self {
        let parts: Vec<&str> = key.split('_').collect();
        Self { user: User::named(parts[0]), epoch: parts[1].parse().unwrap(), serial: parts[2].parse().unwrap() }
    }
}

#[derive(Default)]
pub(super) struct FakeCognito {
    /// Each identity, and who has signed in with it.
    identities: BTreeMap<String, Option<User>>,
    made: u32,
    serial: u32,
}

/// What is sent, as one text.
pub(super) fn body(call: &ServiceRequest) -> String {
    match &call.body {
        Body::Json(input) => serde_json::to_string(input).unwrap(),
        Body::Form(form) => form.expose().to_owned(),
    }
}

pub(super) fn is_get_id(call: &ServiceRequest) -> bool {
    call.target.is_some_and(|target| target.ends_with(".GetId"))
}

pub(super) fn answer(body: Value) -> Reply {
    Reply { status: 200, document: json_document(&body), ..Reply::default() }
}

pub(super) fn refusal(name: &str, text: &str) -> Reply {
    Reply { status: 400, error_type: name.into(), ..answer(json!({ "message": text })) }
}

impl FakeCognito {
    pub(super) fn answer(&mut self, call: &ServiceRequest, epoch: u32, now: Millis) -> Reply {
        let Body::Json(input) = &call.body else { return self.assume_role(&body(call), epoch, now) };
        let (_, operation) = call.target.unwrap().split_once('.').unwrap();
        let body = serde_json::to_value(input).unwrap();
        let user = body["Logins"]["issuer.example"].as_str().map_or(User::Guest, User::named);
        if operation == "GetId" {
            return answer(json!({ "IdentityId": self.identity_of(user) }));
        }
        match self.use_identity(body["IdentityId"].as_str().unwrap(), user) {
            Err(refusal) => refusal,
            Ok(id) if operation == "GetOpenIdToken" => {
                let token = format!("{}!{id}", user.name());
                answer(json!({ "IdentityId": id, "Token": token }))
            }
            Ok(id) => {
                let set = self.issue(&id, user, epoch, now);
                answer(json!({ "IdentityId": id, "Credentials": {
                    "AccessKeyId": set.signing.access_key_id, "SecretKey": "s", "SessionToken": "t",
                    "Expiration": (set.expires_at.unwrap() / 1_000) as f64 } }))
            }
        }
    }

    fn assume_role(&mut self, form: &str, epoch: u32, now: Millis) -> Reply {
        let token = form.split('&').find_map(|pair| pair.strip_prefix("WebIdentityToken=")).unwrap();
        let (user, id) = token.split_once("%21").unwrap();
        let set = self.issue(&id.replace("%3A", ":"), User::named(user), epoch, now);
        let members = json!({ "AccessKeyId": set.signing.access_key_id, "SecretAccessKey": "s", "SessionToken": "t",
            "Expiration": amz_date(set.expires_at.unwrap()) });
        Reply { document: xml_document(&members), ..answer(Value::Null) }
    }

    pub(super) fn issue(&mut self, id: &str, user: User, epoch: u32, now: Millis) -> CredentialSet {
        self.serial += 1;
        CredentialSet {
            signing: SigningCredentials {
                access_key_id: format!("{}_{epoch}_{}", user.name(), self.serial),
                secret_access_key: Secret::new("s".into()),
                session_token: None,
            },
            identity_id: Some(id.into()),
            expires_at: Some(now + 3_600_000),
        }
    }

    /// The identity of a user, or a new guest's.
    fn identity_of(&mut self, user: User) -> String {
        let known = self.identities.iter().find(|(_, owner)| user != User::Guest && **owner == Some(user));
        if let Some((id, _)) = known {
            return id.clone();
        }
        self.made += 1;
        let id = format!("us-east-1:00000000-0000-4000-8000-{:012}", self.made);
        self.identities.insert(id.clone(), (user != User::Guest).then_some(user));
        id
    }

    /// The identity to go on with, which need not be the one that was named.
    fn use_identity(&mut self, id: &str, user: User) -> Result<String, Reply> {
        let Some(owner) = self.identities.get(id).copied() else {
            return Err(refusal("ResourceNotFoundException", &format!("Identity '{id}' not found.")));
        };
        match (owner, user) {
            (None, User::Guest) => Ok(id.into()),
            (Some(owner), user) if owner == user => Ok(id.into()),
            (Some(_), _) => Err(refusal("NotAuthorizedException", &format!("Access to Identity '{id}' is forbidden."))),
            (None, user) => {
                // Linked; or merged, if the user has an identity already.
                self.identities.remove(id);
                let has_own = self.identities.values().any(|owner| *owner == Some(user));
                if has_own {
                    return Ok(self.identity_of(user));
                }
                self.identities.insert(id.into(), Some(user));
                Ok(id.into())
            }
        }
    }

    pub(super) fn developers_identity(&mut self) -> String {
        self.identity_of(User::Developers)
    }

    /// The identity of another tab with the same user: the one that is wanted, if it is theirs, or any.
    pub(super) fn identity_elsewhere(&mut self, wanted: Option<String>, user: User) -> Option<String> {
        let Some(id) = wanted else { return Some(self.identity_of(user)) };
        let owner = (user != User::Guest).then_some(user);
        (self.identities.get(&id) == Some(&owner)).then_some(id)
    }

    pub(super) fn lose(&mut self, id: &str) {
        self.identities.remove(id);
    }

    /// Loses the identity that was made last.
    pub(super) fn lose_last(&mut self) {
        self.identities.pop_last();
    }
}
