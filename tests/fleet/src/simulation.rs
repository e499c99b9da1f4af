//! The fleet: a queue of what happens when, and what comes of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use sigfetch::clock::Millis;
use sigfetch::pool::{Flow, IdentityPool, IdentityPoolId};

use crate::chance::Chance;
use crate::cognito::{Calls, Cognito};
use crate::page::{Next, Page};

const SECOND: Millis = 1_000;
const HOUR: Millis = 3_600 * SECOND;

/// When an incident begins. Not 0, because what happened to a page before has a time too.
const START: Millis = 2 * HOUR;

/// How long after credentials came the machine renews them at the earliest.
const SHORTEST_USE: Millis = HOUR * 3 / 4;

/// What happens to the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// Cognito fails every call for an hour. The pages were opened at any time before, and all of their credentials are due
    /// and end within that hour.
    Outage,
    /// Every page is loaded anew within one second.
    Deploy,
}

/// Whether chance spreads the pages' waiting times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// As the edge does it: a random number for every answer.
    Random,
    /// The same number for every answer of every page, so that they wait the whole back-off.
    None,
}

impl Jitter {
    fn draw(self, chance: &mut Chance) -> f64 {
        match self {
            Self::Random => chance.unit(),
            Self::None => 1.0 - f64::EPSILON,
        }
    }
}

/// Whether a page that comes back knows who it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// It asks for new credentials of its old identity.
    Reused,
    /// It has forgotten, and asks for a new identity too.
    Forgotten,
}

/// One simulation.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// How many pages there are; below 2²⁴. Memory: some 700 bytes for each.
    pub pages: u32,
    /// What happens to them.
    pub incident: Incident,
    /// See [`Jitter`].
    pub jitter: Jitter,
    /// See [`Identity`].
    pub identity: Identity,
    /// `GetId` calls a second that Cognito takes.
    pub get_id_rate: f64,
    /// `GetCredentialsForIdentity` calls a second that Cognito takes.
    pub get_credentials_rate: f64,
    /// How long after it was told that there are no credentials a page asks again, because its app or a person does:
    /// on average, between half of it and half as much again.
    pub again_after: Millis,
    /// Whether all pages ask again after exactly that time, as timers of apps do that nobody touches.
    pub in_step: bool,
    /// After this time the simulation ends, whatever is left.
    pub horizon: Millis,
    /// Same seed, same figures.
    pub seed: u64,
}

/// What became of a fleet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Pages that have got credentials since the incident.
    pub served: u32,
    /// Pages that have not.
    pub waiting: u32,
    /// When 99 % were served: time since the deploy, or since the end of the outage. None if the horizon came first.
    pub served_99_after: Option<Millis>,
    /// All calls up to then.
    pub calls: Calls,
}

/// Time and page in one number, so that a million of them sort fast. A page has one thing before it at a time.
#[derive(Debug, Default)]
struct Agenda(BinaryHeap<Reverse<u64>>);

const PAGE_BITS: u32 = 24;

impl Agenda {
    fn push(&mut self, at: Millis, page: u32) {
        self.0.push(Reverse((at.unsigned_abs() << PAGE_BITS) | u64::from(page)));
    }

    fn pop(&mut self) -> Option<(Millis, u32)> {
        let Reverse(entry) = self.0.pop()?;
        Some(((entry >> PAGE_BITS) as Millis, (entry & ((1 << PAGE_BITS) - 1)) as u32))
    }
}

#[derive(Debug)]
struct Run<'a> {
    fleet: &'a Fleet,
    pool: Rc<IdentityPool>,
    pages: Vec<Page>,
    is_served: Vec<bool>,
    agenda: Agenda,
    cognito: Cognito,
    chance: Chance,
}

impl Default for Fleet {
    /// Pages that ask again after some two minutes, and Cognito's default quotas.
    fn default() -> Self {
        Self {
            pages: 10_000,
            incident: Incident::Deploy,
            jitter: Jitter::Random,
            identity: Identity::Reused,
            get_id_rate: 25.0,
            get_credentials_rate: 200.0,
            again_after: 2 * 60 * SECOND,
            in_step: false,
            horizon: 6 * HOUR,
            seed: 1,
        }
    }
}

impl Fleet {
    /// Lets everything happen until 99 % are served. None if the pool's id is not one, which cannot be.
    pub fn run(&self) -> Option<Outcome> {
        let id = IdentityPoolId::parse("us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a").ok()?;
        // Nothing is sent there.
        let url = "https://cognito-identity.us-east-1.amazonaws.com/".to_owned();
        let pool = IdentityPool { id, url, flow: Flow::Enhanced { custom_role_arn: None } };
        Some(Run::new(self, Rc::new(pool)).finish())
    }

    /// How long it takes if Cognito is asked neither more nor less than it takes: for 99 % of the pages, at the scarcer
    /// quota that they need.
    pub fn at_best(&self) -> Millis {
        let rate = match self.identity {
            Identity::Reused => self.get_credentials_rate,
            Identity::Forgotten => self.get_id_rate.min(self.get_credentials_rate),
        };
        (f64::from(self.pages) * 0.99 / rate * 1_000.0) as Millis
    }

    fn again_after(&self, chance: &mut Chance) -> Millis {
        if self.in_step { self.again_after } else { self.again_after / 2 + chance.below(self.again_after) }
    }

    /// When pages can be served again.
    fn up_from(&self) -> Millis {
        match self.incident {
            Incident::Outage => START + HOUR,
            Incident::Deploy => START,
        }
    }
}

impl<'a> Run<'a> {
    fn new(fleet: &'a Fleet, pool: Rc<IdentityPool>) -> Self {
        let mut chance = Chance::new(fleet.seed);
        let mut agenda = Agenda::default();
        let mut pages = Vec::with_capacity(fleet.pages as usize);
        for number in 0..fleet.pages {
            let served_before =
                |then, chance: &mut Chance| Page::served_before(number, &pool, then, HOUR, fleet.jitter.draw(chance));
            let (page, first_round) = match (fleet.incident, fleet.identity) {
                (Incident::Outage, _) => {
                    let then = START - chance.below(SHORTEST_USE);
                    let mut page = served_before(then, &mut chance);
                    let first_round = page.next_round(then, fleet.again_after(&mut chance));
                    (page, first_round)
                }
                (Incident::Deploy, identity) => {
                    let page = match identity {
                        Identity::Reused => served_before(START - HOUR, &mut chance),
                        Identity::Forgotten => Page::new(),
                    };
                    (page, START + chance.below(SECOND))
                }
            };
            agenda.push(first_round, number);
            pages.push(page);
        }
        let cognito = Cognito::new((fleet.get_id_rate, fleet.get_credentials_rate), fleet.up_from(), HOUR);
        let is_served = vec![false; fleet.pages as usize];
        Self { fleet, pool, pages, is_served, agenda, cognito, chance }
    }

    fn finish(mut self) -> Outcome {
        let wanted = u32::try_from((u64::from(self.fleet.pages) * 99).div_ceil(100)).unwrap_or(u32::MAX);
        let up_from = self.fleet.up_from();
        let mut served = 0;
        let mut served_99_after = None;
        while let Some((now, number)) = self.agenda.pop() {
            if now > up_from + self.fleet.horizon {
                break;
            }
            if self.happens(now, number) && !std::mem::replace(&mut self.is_served[number as usize], true) {
                served += 1;
                if served == wanted {
                    served_99_after = Some(now - up_from);
                    break;
                }
            }
        }
        Outcome { served, waiting: self.fleet.pages - served, served_99_after, calls: self.cognito.calls }
    }

    /// What is due for a page now. True if it gets credentials.
    fn happens(&mut self, now: Millis, number: u32) -> bool {
        let page = &mut self.pages[number as usize];
        // There and back again.
        let (there, back) = (10 + self.chance.below(90), 10 + self.chance.below(90));
        let random = self.fleet.jitter.draw(&mut self.chance);
        let (next, heard) = if page.is_asking() {
            let reply = self.cognito.answer(page.operation(), number, now);
            (page.answered(&reply, random, now + back), now + back)
        } else {
            if self.fleet.identity == Identity::Forgotten && !page.is_new() && page.has_nothing(now) {
                *page = Page::new();
            }
            page.begin(&self.pool, random, now);
            (Next::Ask(0), now)
        };
        let at = match next {
            Next::Ask(wait) => heard + wait + there,
            Next::GaveUp | Next::Served => page.next_round(heard, self.fleet.again_after(&mut self.chance)),
        };
        self.agenda.push(at, number);
        next == Next::Served
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small fleet with quotas as scarce as a large one's.
    fn small() -> Fleet {
        Fleet { pages: 150, get_id_rate: 1.0, get_credentials_rate: 2.0, horizon: HOUR / 2, ..Fleet::default() }
    }

    fn every_kind() -> impl Iterator<Item = Fleet> {
        [Incident::Outage, Incident::Deploy].into_iter().flat_map(|incident| {
            [Jitter::Random, Jitter::None].into_iter().flat_map(move |jitter| {
                [Identity::Reused, Identity::Forgotten].map(|identity| Fleet { incident, jitter, identity, ..small() })
            })
        })
    }

    #[test]
    fn no_page_and_no_call_is_lost() {
        for fleet in every_kind() {
            let Outcome { served, waiting, served_99_after, calls } = fleet.run().unwrap();
            assert_eq!(served + waiting, fleet.pages, "{fleet:?}");
            assert_eq!(calls.identities + calls.credentials + calls.refused + calls.failed, calls.total, "{fleet:?}");
            assert!(calls.credentials >= u64::from(served), "{fleet:?}");
            assert_eq!(calls.failed > 0, fleet.incident == Incident::Outage, "{fleet:?}");
            assert_eq!(served_99_after.is_some(), served * 100 >= fleet.pages * 99, "{fleet:?}");
            match fleet.identity {
                Identity::Reused => assert_eq!(calls.identities, 0, "{fleet:?}"),
                Identity::Forgotten => assert!(calls.identities >= u64::from(served), "{fleet:?}"),
            }
        }
    }

    #[test]
    fn no_fleet_is_faster_than_the_quotas() {
        for fleet in every_kind() {
            let seconds = fleet.run().unwrap().served_99_after.unwrap_or(fleet.horizon) as f64 / 1_000.0;
            let burst = 1.0;
            assert!(seconds + burst >= fleet.at_best() as f64 / 1_000.0, "{fleet:?}: {seconds} s");
        }
    }

    #[test]
    fn jitter_and_reuse_serve_a_deploy_sooner() {
        let after = |jitter, identity| {
            let outcome = Fleet { jitter, identity, in_step: true, ..small() }.run().unwrap();
            outcome.served_99_after.unwrap_or(Millis::MAX)
        };
        let best = after(Jitter::Random, Identity::Reused);
        assert!(best < after(Jitter::None, Identity::Reused));
        assert!(best < after(Jitter::Random, Identity::Forgotten));
    }

    #[test]
    fn the_same_seed_gives_the_same_figures() {
        assert_eq!(small().run(), small().run());
        assert_ne!(small().run(), Fleet { seed: 2, ..small() }.run());
    }
}
