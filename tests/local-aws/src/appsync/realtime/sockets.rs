//! The sockets that are open, so that they can be made to fail.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;

use super::outgoing::Outgoing;
use super::socket::End;
use crate::host::Service;
use crate::world::World;

/// All open sockets.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    open: Mutex<Open>,
    keep_alive: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Open {
    by_number: BTreeMap<u64, (Service, Outgoing)>,
    opened: u64,
}

/// A socket is open. Dropping it means that it is not any more.
#[derive(Debug)]
pub(super) struct OpenSocket {
    world: Arc<World>,
    number: u64,
    service: Service,
}

impl Sockets {
    pub(super) fn open(world: Arc<World>, service: Service, outgoing: Outgoing) -> OpenSocket {
        let number = {
            let mut open = world.sockets.open.lock();
            open.opened += 1;
            let number = open.opened;
            open.by_number.insert(number, (service, outgoing));
            number
        };
        world.stats.opened(service);
        OpenSocket { world, number, service }
    }

    /// The sockets of one service, or all.
    fn of(&self, service: Option<Service>) -> Vec<Outgoing> {
        let open = self.open.lock();
        let meant = open.by_number.values().filter(|(of, _)| service.is_none_or(|service| *of == service));
        meant.map(|(_, outgoing)| outgoing.clone()).collect()
    }

    /// Ends the sockets of one service, or all: with a close frame, or, without a code, by closing the connection below.
    pub(crate) fn end(&self, service: Option<Service>, code: Option<u16>, reason: &str) {
        for socket in self.of(service) {
            socket.end(code.map_or(End::Cut, |code| End::Closed { code, reason: reason.to_owned() }));
        }
    }

    /// Sends a frame to the clients of one service, or all, whatever it is.
    pub(crate) fn send(&self, service: Option<Service>, frame: &Message) {
        for socket in self.of(service) {
            socket.offer(frame.clone());
        }
    }

    /// The time between keep-alive frames may have changed.
    pub(crate) fn keep_alive_changed(&self) {
        self.keep_alive.send_replace(());
    }

    /// Tells of such changes.
    pub(super) fn watch_keep_alive(&self) -> watch::Receiver<()> {
        self.keep_alive.subscribe()
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.world.sockets.open.lock().by_number.remove(&self.number);
        self.world.stats.closed(self.service);
    }
}
