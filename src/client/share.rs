//! One refresh for all tabs of an origin: the tab whose turn it is asks the others for their credentials, and Cognito
//! only if none has any, and none knows that it throttles.

use std::rc::Rc;

use super::Inner;
use super::error::CallError;
use super::host::{Host, Login};
use crate::credentials::sharing::{Question, SharedPause, SharedSet, SharingLogin, sharing_name};
use crate::credentials::{Generation, IdentityKind};
use crate::sigv4::sha256_hex;

impl<H: Host> Inner<H> {
    /// Takes another tab's credentials, or exchanges the logins.
    pub(super) async fn share_or_exchange(
        self: &Rc<Self>,
        generation: Generation,
        login: Login,
    ) -> Result<(), CallError<H::Thrown>> {
        let turn = match self.config.share_between_tabs {
            true => self.host.tab_turn(&self.tabs_name(&login)).await,
            false => None,
        };
        let mut result = Ok(());
        if turn.is_none() || !self.take_from_tabs(generation, &login).await {
            if turn.is_some() {
                self.take_pause_from_tabs().await;
            }
            result = self.exchange(generation, login).await;
        }
        let has_news = result.is_ok() || self.state.borrow().session.share_pause(self.host.now()).is_some();
        if turn.is_some() && has_news {
            // Before the next tab's turn, which would not know whom to ask.
            self.host.announce_to_tabs().await;
        }
        result
    }

    async fn take_pause_from_tabs(&self) {
        let answer = self.host.ask_tabs(&Question::Pause).await;
        if let Some(pause) = answer.as_ref().and_then(SharedPause::read) {
            self.state.borrow().session.accept_pause(pause, self.host.now());
        }
    }

    /// The name that only tabs have in common that may share.
    fn tabs_name(&self, login: &Login) -> String {
        let Some(pool) = self.config.pool() else { return String::new() };
        let claims: Vec<_> = login.logins.iter().map(|(_, token)| self.host.claims(token.expose())).collect();
        let logins: Vec<_> = login
            .logins
            .iter()
            .zip(&claims)
            .map(|((provider, token), claims)| SharingLogin { provider, token, claims: claims.as_ref() })
            .collect();
        sha256_hex(sharing_name(pool, &logins).expose().as_bytes())
    }

    async fn take_from_tabs(&self, generation: Generation, login: &Login) -> bool {
        let kind = IdentityKind::of(!login.logins.is_empty());
        let wanted = self.state.borrow().session.wanted(kind, login.identity_id.as_deref());
        let (Some(pool), Some(wanted)) = (self.config.pool(), wanted) else { return false };
        let question = Question::Set(wanted.clone());
        let Some(answer) = self.host.ask_tabs(&question).await else { return false };
        let now = self.host.now();
        let Some(shared) = SharedSet::read(&answer, &wanted, pool, now) else { return false };
        let is_taken = self.state.borrow_mut().session.accept_shared(generation, &shared, kind, now);
        self.tell_clock();
        is_taken
    }
}
