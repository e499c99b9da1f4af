//! What one cause's rule has found.

use super::catalog::{Advice, CauseId, Note};
use super::explanation::Paste;

/// How strongly the evidence speaks for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It proves it.
    Proven,
    /// Something in it points to this cause and to no other.
    Telling,
    /// This is what mostly gives the answer.
    Likely,
    /// It gives the same answer.
    Possible,
    /// It gives the same answer, rarely.
    Remote,
}

/// A cause that may have led to the answer.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) id: CauseId,
    pub(super) strength: Strength,
    pub(super) notes: Vec<Note>,
    pub(super) fixes: Vec<(Advice, Option<Paste>)>,
}

impl Finding {
    pub(super) fn new(id: CauseId, strength: Strength) -> Self {
        Self { id, strength, notes: Vec::new(), fixes: Vec::new() }
    }

    pub(super) fn note(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }

    pub(super) fn note_if(self, is_so: bool, note: Note) -> Self {
        if is_so { self.note(note) } else { self }
    }

    pub(super) fn advise(mut self, advice: Advice) -> Self {
        self.fixes.push((advice, None));
        self
    }

    pub(super) fn advise_if(self, is_so: bool, advice: Advice) -> Self {
        if is_so { self.advise(advice) } else { self }
    }

    pub(super) fn paste(mut self, advice: Advice, paste: Paste) -> Self {
        self.fixes.push((advice, Some(paste)));
        self
    }
}
