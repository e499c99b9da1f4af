//! The way to a socket's client.

use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::socket::End;

/// How many frames may wait to be sent.
const WAITING: usize = 4096;

/// Takes frames for a client. Many may hold one; the socket owns the other end.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    frames: mpsc::Sender<Message>,
    end: mpsc::UnboundedSender<End>,
}

/// The socket's end.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) frames: mpsc::Receiver<Message>,
    pub(super) end: mpsc::UnboundedReceiver<End>,
}

impl Outgoing {
    pub(super) fn new() -> (Self, Waiting) {
        let (frames, waiting) = mpsc::channel(WAITING);
        let (end, ended) = mpsc::unbounded_channel();
        (Self { frames, end }, Waiting { frames: waiting, end: ended })
    }

    /// Sends a frame, and waits while too many others do; false if the socket is gone.
    pub(in crate::appsync) async fn send(&self, frame: impl Into<Message>) -> bool {
        self.frames.send(frame.into()).await.is_ok()
    }

    /// Sends a frame without waiting; false if the socket is gone. A client that reads too slowly loses its socket: it
    /// must hold up nobody else.
    pub(in crate::appsync) fn offer(&self, frame: impl Into<Message>) -> bool {
        match self.frames.try_send(frame.into()) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.end(End::Cut);
                false
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }

    /// Ends the socket.
    pub(super) fn end(&self, end: End) {
        // It may have ended already.
        let _ = self.end.send(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_reads_too_slowly_loses_its_socket() {
        let (outgoing, mut waiting) = Outgoing::new();
        assert!((0..WAITING).all(|_| outgoing.offer("x")));
        assert!(waiting.end.try_recv().is_err());
        assert!(!outgoing.offer("x"));
        assert_eq!(waiting.end.try_recv().unwrap(), End::Cut);
        drop(waiting);
        assert!(!outgoing.offer("x"));
    }
}
