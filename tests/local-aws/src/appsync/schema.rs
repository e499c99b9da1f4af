//! The schema: notes that guests may read and add, and an audit that users alone may read.
//!
//! Every field of a root type is nullable, as in AppSync's own samples: a field that is refused becomes null and the
//! others keep their values.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, EmptySubscription, Object, Request, Response, Result, Schema, SimpleObject};
use parking_lot::Mutex;

use super::field_access::MaySelectFieldOf;
use super::notes::{Note, Notes};
use crate::account::ACCOUNT_ID;
use crate::issued::Caller;
use crate::world::World;

type NotesSchema = Schema<Query, Mutation, EmptySubscription>;
type SharedNotes = Arc<Mutex<Notes>>;

/// Runs a request of a caller who is already known; the caller is among the request's data.
pub(super) async fn execute(world: &World, request: Request) -> Response {
    static SCHEMA: OnceLock<NotesSchema> = OnceLock::new();
    SCHEMA
        .get_or_init(|| Schema::new(Query, Mutation, EmptySubscription))
        .execute(request.data(Arc::clone(&world.notes)))
        .await
}

/// Who is calling, as IAM sees it.
#[derive(SimpleObject)]
struct Me {
    account: &'static str,
    arn: String,
    role: &'static str,
    identity_id: String,
}

struct Query;

#[Object]
impl Query {
    /// All notes, oldest first.
    #[graphql(guard = "MaySelectFieldOf(\"Query\")")]
    async fn notes(&self, context: &Context<'_>) -> Result<Option<Vec<Note>>> {
        Ok(Some(context.data::<SharedNotes>()?.lock().all()))
    }

    /// One note, or null.
    #[graphql(guard = "MaySelectFieldOf(\"Query\")")]
    async fn note(&self, context: &Context<'_>, id: String) -> Result<Option<Note>> {
        Ok(context.data::<SharedNotes>()?.lock().find(&id))
    }

    /// Who is calling.
    #[graphql(guard = "MaySelectFieldOf(\"Query\")")]
    async fn me(&self, context: &Context<'_>) -> Result<Option<Me>> {
        let caller = context.data::<Caller>()?;
        Ok(Some(Me {
            account: ACCOUNT_ID,
            arn: caller.arn(),
            role: caller.role.name,
            identity_id: caller.identity_id.clone(),
        }))
    }

    /// How many notes each owner has, in the order in which the owners came. Guests may not select this field.
    #[graphql(guard = "MaySelectFieldOf(\"Query\")")]
    async fn audit(&self, context: &Context<'_>) -> Result<Option<Vec<OwnerCount>>> {
        let mut counts: Vec<OwnerCount> = Vec::new();
        for note in context.data::<SharedNotes>()?.lock().all() {
            match counts.iter_mut().find(|count| count.owner == note.written_by()) {
                Some(count) => count.notes += 1,
                None => counts.push(OwnerCount { owner: note.written_by().to_owned(), notes: 1 }),
            }
        }
        Ok(Some(counts))
    }
}

/// An owner's share of the notes.
#[derive(SimpleObject)]
struct OwnerCount {
    owner: String,
    notes: i32,
}

struct Mutation;

#[Object]
impl Mutation {
    /// Adds a note of the caller's.
    #[graphql(guard = "MaySelectFieldOf(\"Mutation\")")]
    async fn add_note(&self, context: &Context<'_>, text: String) -> Result<Option<Note>> {
        let owner = context.data::<Caller>()?.identity_id.clone();
        Ok(Some(context.data::<SharedNotes>()?.lock().add(text, owner)))
    }

    /// Deletes a note and gives it back; null if there was none. Guests may not select this field.
    #[graphql(guard = "MaySelectFieldOf(\"Mutation\")")]
    async fn delete_note(&self, context: &Context<'_>, id: String) -> Result<Option<Note>> {
        Ok(context.data::<SharedNotes>()?.lock().delete(&id))
    }
}
