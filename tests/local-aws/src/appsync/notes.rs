//! The notes that the GraphQL API keeps, in memory.

use async_graphql::SimpleObject;

use crate::random;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(crate) struct Note {
    id: String,
    text: String,
    /// The identity that wrote it.
    owner: String,
}

impl Note {
    /// The identity that wrote it.
    pub(super) fn written_by(&self) -> &str {
        &self.owner
    }
}

/// All notes, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    notes: Vec<Note>,
}

impl Notes {
    pub(super) fn all(&self) -> Vec<Note> {
        self.notes.clone()
    }

    pub(super) fn find(&self, id: &str) -> Option<Note> {
        self.notes.iter().find(|note| note.id == id).cloned()
    }

    pub(super) fn add(&mut self, text: String, owner: String) -> Note {
        let note = Note { id: random::uuid(), text, owner };
        self.notes.push(note.clone());
        note
    }

    pub(super) fn delete(&mut self, id: &str) -> Option<Note> {
        let at = self.notes.iter().position(|note| note.id == id)?;
        Some(self.notes.remove(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_note_is_gone_and_handed_back() {
        let mut notes = Notes::default();
        let note = notes.add("hello".to_owned(), "me".to_owned());
        assert_eq!(notes.find(&note.id), Some(note.clone()));
        assert_eq!(notes.delete(&note.id), Some(note.clone()));
        assert_eq!(notes.delete(&note.id), None);
        assert!(notes.all().is_empty());
    }
}
