//! What happens to the notes, for those who have subscribed to it.

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::broadcast::{self, error::RecvError};

use super::notes::Note;

/// How many notes may wait for a subscription. One that is slower misses the oldest: no mutation waits for it.
const WAITING: usize = 4096;

/// Notes of one kind of change, from those who change to those who have subscribed.
#[derive(Clone, Debug)]
pub(crate) struct Feed(broadcast::Sender<Note>);

impl Default for Feed {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl Feed {
    /// Tells all subscriptions.
    pub(super) fn tell(&self, note: &Note) {
        // An error means that nobody has subscribed.
        let _ = self.0.send(note.clone());
    }

    /// All notes from now on, or those of one owner.
    pub(super) fn subscribe(&self, owner: Option<String>) -> BoxStream<'static, Note> {
        let notes = stream::unfold(self.0.subscribe(), |mut receiver| async {
            loop {
                match receiver.recv().await {
                    Ok(note) => return Some((note, receiver)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        notes
            .filter(move |note| {
                let is_meant = owner.as_deref().is_none_or(|owner| note.written_by() == owner);
                std::future::ready(is_meant)
            })
            .boxed()
    }
}

/// The changes that can be subscribed to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    pub(super) added: Feed,
    pub(super) deleted: Feed,
}
