//! The identities of the identity pools: made, linked, merged, disabled, deleted.

use std::collections::{BTreeMap, HashMap};

use crate::account::REGION;
use crate::random;

/// A login that was checked: who says so, and whom it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) provider: String,
    pub(crate) subject: String,
}

/// One identity.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) pool_id: &'static str,
    logins: BTreeMap<String, String>,
    /// Once authenticated, an identity can never again be used as a guest, even with its logins unlinked.
    ever_authenticated: bool,
    disabled: bool,
}

/// Why an identity cannot be used in the way that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum IdentityError {
    /// No identity has that id.
    NotFound,
    /// It is disabled, or needs a login of its own that was not sent.
    Forbidden,
    /// The login of that provider belongs to another identity that cannot be merged.
    Conflict(String),
}

/// All identities.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    by_id: HashMap<String, Identity>,
}

impl Identity {
    fn owns(&self, login: &Login) -> bool {
        self.logins.get(&login.provider) == Some(&login.subject)
    }

    /// The providers that are linked, for the `amr` claim of classic-flow tokens.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &str> {
        self.logins.keys().map(String::as_str)
    }

    /// The login of a provider, if it is linked.
    pub(crate) fn login(&self, provider: &str) -> Option<Login> {
        self.logins.get(provider).map(|subject| Login { provider: provider.to_owned(), subject: subject.clone() })
    }
}

impl Identities {
    /// The identity of that id.
    pub(crate) fn find(&self, id: &str) -> Option<&Identity> {
        self.by_id.get(id)
    }

    /// A new identity for a guest. Each call makes one, as on AWS.
    pub(crate) fn create_guest(&mut self, pool_id: &'static str) -> String {
        self.create(pool_id, BTreeMap::new())
    }

    /// The identity of these logins: the one they belong to, a merged one, or a new one.
    pub(crate) fn identity_of_logins(
        &mut self,
        pool_id: &'static str,
        logins: &[Login],
    ) -> Result<String, IdentityError> {
        match self.owners(pool_id, logins).first().cloned() {
            Some(owner) => self.link(&owner, logins),
            None => Ok(self.create(pool_id, to_map(logins))),
        }
    }

    /// The identity to use when a client names one and shows these logins. It may be another than the one named.
    pub(crate) fn use_identity(&mut self, id: &str, logins: &[Login]) -> Result<String, IdentityError> {
        let identity = self.by_id.get(id).ok_or(IdentityError::NotFound)?;
        if identity.disabled {
            return Err(IdentityError::Forbidden);
        }
        if logins.is_empty() {
            return if identity.ever_authenticated { Err(IdentityError::Forbidden) } else { Ok(id.to_owned()) };
        }
        if identity.ever_authenticated {
            // At least one of the logins must be the identity's own; the others are linked to it.
            if !logins.iter().any(|login| identity.owns(login)) {
                return Err(IdentityError::Forbidden);
            }
            return self.link(id, logins);
        }
        // A guest who signs in. If the login has an identity already, that one is the parent and the guest is disabled.
        match self.owners(identity.pool_id, logins).first().cloned() {
            Some(parent) => {
                let parent = self.link(&parent, logins)?;
                self.disable(id);
                Ok(parent)
            }
            None => self.link(id, logins),
        }
    }

    /// Takes logins away from an identity.
    pub(crate) fn unlink(&mut self, id: &str, providers: &[String]) {
        if let Some(identity) = self.by_id.get_mut(id) {
            for provider in providers {
                identity.logins.remove(provider);
            }
        }
    }

    /// Deletes an identity.
    pub(crate) fn delete(&mut self, id: &str) {
        self.by_id.remove(id);
    }

    /// Disables an identity.
    pub(crate) fn disable(&mut self, id: &str) {
        if let Some(identity) = self.by_id.get_mut(id) {
            identity.disabled = true;
        }
    }

    fn create(&mut self, pool_id: &'static str, logins: BTreeMap<String, String>) -> String {
        let id = format!("{REGION}:{}", random::uuid());
        self.by_id.insert(
            id.clone(),
            Identity { id: id.clone(), pool_id, ever_authenticated: !logins.is_empty(), logins, disabled: false },
        );
        id
    }

    /// The ids of the identities that own any of the logins, oldest order of the logins first.
    fn owners(&self, pool_id: &str, logins: &[Login]) -> Vec<String> {
        let mut owners = Vec::new();
        for login in logins {
            let owner = self
                .by_id
                .values()
                .find(|identity| !identity.disabled && identity.pool_id == pool_id && identity.owns(login));
            if let Some(owner) = owner
                && !owners.contains(&owner.id)
            {
                owners.push(owner.id.clone());
            }
        }
        owners
    }

    /// Gives all the logins to one identity, merging the others that own some of them into it.
    fn link(&mut self, id: &str, logins: &[Login]) -> Result<String, IdentityError> {
        let identity = self.by_id.get(id).ok_or(IdentityError::NotFound)?;
        let mut merged = identity.logins.clone();
        let mut children = self.owners(identity.pool_id, logins);
        children.retain(|owner| owner != id);
        let of_children =
            children.iter().filter_map(|child| self.by_id.get(child)).flat_map(|child| child.logins.clone());
        let shown = logins.iter().map(|login| (login.provider.clone(), login.subject.clone()));
        for (provider, subject) in of_children.chain(shown) {
            match merged.get(&provider) {
                Some(other) if *other != subject => return Err(IdentityError::Conflict(provider)),
                _ => merged.insert(provider, subject),
            };
        }
        for child in children {
            self.disable(&child);
        }
        if let Some(identity) = self.by_id.get_mut(id) {
            identity.ever_authenticated |= !merged.is_empty();
            identity.logins = merged;
        }
        Ok(id.to_owned())
    }
}

fn to_map(logins: &[Login]) -> BTreeMap<String, String> {
    logins.iter().map(|login| (login.provider.clone(), login.subject.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = "us-east-1:0";

    fn login(provider: &str, subject: &str) -> Login {
        Login { provider: provider.to_owned(), subject: subject.to_owned() }
    }

    #[test]
    fn every_guest_is_a_new_identity() {
        let mut identities = Identities::default();
        assert_ne!(identities.create_guest(POOL), identities.create_guest(POOL));
    }

    #[test]
    fn a_login_finds_its_identity_again() {
        let mut identities = Identities::default();
        let first = identities.identity_of_logins(POOL, &[login("a", "1")]).unwrap();
        assert_eq!(identities.identity_of_logins(POOL, &[login("a", "1")]), Ok(first.clone()));
        assert_ne!(identities.identity_of_logins(POOL, &[login("a", "2")]), Ok(first.clone()));
        assert_ne!(identities.identity_of_logins("us-east-1:1", &[login("a", "1")]), Ok(first));
    }

    #[test]
    fn a_guest_who_signs_in_keeps_the_identity_and_is_no_guest_any_more() {
        let mut identities = Identities::default();
        let guest = identities.create_guest(POOL);
        assert_eq!(identities.use_identity(&guest, &[login("a", "1")]), Ok(guest.clone()));
        assert_eq!(identities.use_identity(&guest, &[]), Err(IdentityError::Forbidden));
        identities.unlink(&guest, &["a".to_owned()]);
        assert_eq!(identities.use_identity(&guest, &[]), Err(IdentityError::Forbidden));
    }

    #[test]
    fn a_guest_whose_login_has_an_identity_is_merged_into_it() {
        let mut identities = Identities::default();
        let parent = identities.identity_of_logins(POOL, &[login("a", "1")]).unwrap();
        let guest = identities.create_guest(POOL);
        assert_eq!(identities.use_identity(&guest, &[login("a", "1")]), Ok(parent));
        assert_eq!(identities.use_identity(&guest, &[]), Err(IdentityError::Forbidden));
    }

    #[test]
    fn somebody_elses_login_does_not_open_an_identity() {
        let mut identities = Identities::default();
        let alice = identities.identity_of_logins(POOL, &[login("a", "1")]).unwrap();
        assert_eq!(identities.use_identity(&alice, &[login("a", "2")]), Err(IdentityError::Forbidden));
    }

    #[test]
    fn two_identities_merge_unless_they_hold_different_logins_of_one_provider() {
        let mut identities = Identities::default();
        let first = identities.identity_of_logins(POOL, &[login("a", "1")]).unwrap();
        let second = identities.identity_of_logins(POOL, &[login("b", "1")]).unwrap();
        let both = [login("a", "1"), login("b", "1")];
        assert_eq!(identities.identity_of_logins(POOL, &both), Ok(first.clone()));
        assert_eq!(identities.use_identity(&second, &both), Err(IdentityError::Forbidden));

        let other = [login("a", "2"), login("b", "1")];
        let third = identities.identity_of_logins(POOL, &[login("a", "2")]).unwrap();
        assert_eq!(identities.use_identity(&third, &other), Err(IdentityError::Conflict("a".to_owned())));
    }

    #[test]
    fn deleted_and_disabled_identities_are_told_apart() {
        let mut identities = Identities::default();
        let guest = identities.create_guest(POOL);
        identities.disable(&guest);
        assert_eq!(identities.use_identity(&guest, &[]), Err(IdentityError::Forbidden));
        identities.delete(&guest);
        assert_eq!(identities.use_identity(&guest, &[]), Err(IdentityError::NotFound));
    }
}
