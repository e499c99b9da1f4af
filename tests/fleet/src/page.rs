//! One page: the real machine, and what its edge does with it.

use std::rc::Rc;

use sigfetch::clock::Millis;
use sigfetch::cognito::Logins;
use sigfetch::credentials::{Decision, Generation, Progress, Session};
use sigfetch::message::HttpReply;
use sigfetch::pool::IdentityPool;

use crate::cognito::{self, Operation};

/// What a page does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It asks Cognito after so many milliseconds.
    Ask(Millis),
    /// It has credentials.
    Served,
    /// It has told its app that there are none.
    GaveUp,
}

/// A guest's page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    session: Session,
    round: Option<Generation>,
    operation: Operation,
    /// When the round began.
    began: Millis,
    /// Whether it was loaded anew since the incident.
    is_new: bool,
}

impl Page {
    /// A page that has been loaded just now, and knows nothing.
    pub(crate) fn new() -> Self {
        Self { is_new: true, ..Self::default() }
    }

    /// A page that got its identity and credentials earlier, at `then`. `random` is in [0, 1).
    pub(crate) fn served_before(
        number: u32,
        pool: &Rc<IdentityPool>,
        then: Millis,
        lifetime: Millis,
        random: f64,
    ) -> Self {
        let mut page = Self::default();
        page.begin(pool, random, then);
        page.answered(&cognito::identity(number), random, then);
        page.answered(&cognito::credentials(number, then + lifetime), random, then);
        page
    }

    /// Whether a round is under way.
    pub(crate) fn is_asking(&self) -> bool {
        self.round.is_some()
    }

    /// Whether it was loaded anew since the incident.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// When the next round starts after one has ended at `now`: in the background while the machine wants it so, or else
    /// when the app or a person asks again, after so many milliseconds.
    pub(crate) fn next_round(&mut self, now: Millis, again_after: Millis) -> Millis {
        // A set that nobody uses is not renewed.
        self.session.decide(now);
        now + self.session.look(now, false).unwrap_or(again_after)
    }

    /// Whether a call at `now` has to wait for Cognito.
    pub(crate) fn has_nothing(&mut self, now: Millis) -> bool {
        self.session.decide(now) == Decision::Await
    }

    /// Starts a round. `random` is in [0, 1).
    pub(crate) fn begin(&mut self, pool: &Rc<IdentityPool>, random: f64, now: Millis) {
        let round = self.session.begin_with(random);
        self.session.start_exchange(round, pool, Logins::new(), None);
        self.round = Some(round);
        self.began = now;
        self.operation = match self.session.identity() {
            (None, _) => Operation::GetId,
            (Some(_), _) => Operation::GetCredentials,
        };
        debug_assert!(self.asks_for(self.operation));
    }

    /// Whether this is what the machine wants sent. Not asked every time: to write a request down takes longer than all
    /// the rest.
    fn asks_for(&self, operation: Operation) -> bool {
        self.session.request().is_some_and(|call| call.target.ends_with(operation.name()))
    }

    /// What it asks for now.
    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    /// Takes an answer in. `random` is in [0, 1).
    pub(crate) fn answered(&mut self, reply: &HttpReply, random: f64, now: Millis) -> Next {
        let Some(round) = self.round else { return Next::GaveUp };
        self.session.pace(now - self.began);
        let next = match self.session.answered(round, reply, random, now) {
            Progress::SendAfter(wait) => {
                if reply.status == 200 {
                    self.operation = Operation::GetCredentials;
                }
                debug_assert!(self.asks_for(self.operation));
                return Next::Ask(wait);
            }
            Progress::Done => Next::Served,
            Progress::Overtaken | Progress::Failed(_) => Next::GaveUp,
        };
        self.round = None;
        next
    }
}
