//! The schema: notes that guests may read, add and wait for; deletions and an audit that are for users alone.
//!
//! Every field of a root type is nullable, as in AppSync's own samples: a field that is refused becomes null and the
//! others keep their values.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, Object, Request, Response, Result, Schema, SimpleObject};
use futures_util::stream::BoxStream;
use parking_lot::Mutex;

use super::changes::Changes;
use super::field_access::{caller_of, check_data_source};
use super::notes::{Note, Notes};
use crate::account::ACCOUNT_ID;
use crate::world::World;

type NotesSchema = Schema<Query, Mutation, Subscription>;
/// The fields of the root types, by the names of their types.
pub(super) const FIELDS: [(&str, &str); 8] = [
    ("Query", "notes"),
    ("Query", "note"),
    ("Query", "me"),
    ("Query", "audit"),
    ("Mutation", "addNote"),
    ("Mutation", "deleteNote"),
    ("Subscription", "noteAdded"),
    ("Subscription", "noteDeleted"),
];

type SharedNotes = Arc<Mutex<Notes>>;

/// A nullable field that may fail. The option stands outside on purpose: the engine makes such a field null when it
/// fails, as AppSync does, and leaves a failing `Result` (or a field that a guard refused) out of the data.
type Field<T> = Option<Result<T>>;

/// Runs a request of a caller who is already known; the caller is among the request's data.
pub(super) async fn execute(world: &World, request: Request) -> Response {
    schema().execute(with_data(world, request)).await
}

/// Runs a subscription of a caller who is already known: a response for each thing that happens.
pub(super) fn subscribe(world: &World, request: Request) -> BoxStream<'static, Response> {
    schema().execute_stream(with_data(world, request))
}

fn schema() -> &'static NotesSchema {
    static SCHEMA: OnceLock<NotesSchema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::new(Query, Mutation, Subscription))
}

fn with_data(world: &World, request: Request) -> Request {
    request.data(Arc::clone(&world.notes)).data(world.changes.clone())
}

/// Who is calling, as IAM sees it.
#[derive(SimpleObject)]
struct Me {
    account: &'static str,
    arn: String,
    role: String,
    identity_id: String,
}

struct Query;

#[Object]
impl Query {
    /// The first notes, or all of them, oldest first.
    async fn notes(&self, context: &Context<'_>, first: Option<usize>) -> Field<Vec<Note>> {
        let first = first.unwrap_or(usize::MAX);
        Some(notes_for("Query", "Scan", context).map(|notes| notes.lock().all().into_iter().take(first).collect()))
    }

    /// One note, or null.
    async fn note(&self, context: &Context<'_>, id: String) -> Field<Note> {
        notes_for("Query", "GetItem", context).map(|notes| notes.lock().find(&id)).transpose()
    }

    /// Who is calling.
    async fn me(&self, context: &Context<'_>) -> Field<Me> {
        Some(caller_of(context, "Query").map(|caller| Me {
            account: ACCOUNT_ID,
            arn: caller.arn(),
            role: caller.role.clone(),
            identity_id: caller.identity_id.clone(),
        }))
    }

    /// How many notes each owner has, in the order in which the owners came. Guests may not select this field.
    async fn audit(&self, context: &Context<'_>) -> Field<Vec<OwnerCount>> {
        Some(notes_for("Query", "Scan", context).map(|notes| count_by_owner(&notes.lock().all())))
    }
}

/// An owner's share of the notes.
#[derive(SimpleObject)]
struct OwnerCount {
    owner: String,
    notes: i32,
}

fn count_by_owner(notes: &[Note]) -> Vec<OwnerCount> {
    let mut counts: Vec<OwnerCount> = Vec::new();
    for note in notes {
        match counts.iter_mut().find(|count| count.owner == note.written_by()) {
            Some(count) => count.notes += 1,
            None => counts.push(OwnerCount { owner: note.written_by().to_owned(), notes: 1 }),
        }
    }
    counts
}

struct Mutation;

#[Object]
impl Mutation {
    /// Adds a note of the caller's.
    async fn add_note(&self, context: &Context<'_>, text: String) -> Field<Note> {
        let owner = caller_of(context, "Mutation").map(|caller| caller.identity_id.clone());
        Some(owner.and_then(|owner| {
            let note = notes_for("Mutation", "PutItem", context)?.lock().add(text, owner);
            context.data::<Changes>()?.added.tell(&note);
            Ok(note)
        }))
    }

    /// Deletes a note and gives it back; null if there was none. Guests may not select this field.
    async fn delete_note(&self, context: &Context<'_>, id: String) -> Field<Note> {
        let deleted = notes_for("Mutation", "DeleteItem", context).and_then(|notes| {
            let note = notes.lock().delete(&id);
            let changes = context.data::<Changes>()?;
            note.iter().for_each(|note| changes.deleted.tell(note));
            Ok(note)
        });
        deleted.transpose()
    }
}

struct Subscription;

#[async_graphql::Subscription]
impl Subscription {
    /// Each note that is added, by anybody or by one owner.
    async fn note_added(&self, context: &Context<'_>, owner: Option<String>) -> Result<BoxStream<'static, Note>> {
        caller_of(context, "Subscription")?;
        Ok(context.data::<Changes>()?.added.subscribe(owner))
    }

    /// Each note that is deleted, of anybody or of one owner. Guests may not select this field.
    async fn note_deleted(&self, context: &Context<'_>, owner: Option<String>) -> Result<BoxStream<'static, Note>> {
        caller_of(context, "Subscription")?;
        Ok(context.data::<Changes>()?.deleted.subscribe(owner))
    }
}

/// The notes, for a caller who may select the field that is being resolved, if AppSync itself may do this to its table.
fn notes_for<'a>(type_name: &str, action: &str, context: &Context<'a>) -> Result<&'a SharedNotes> {
    caller_of(context, type_name)?;
    check_data_source(context, action)?;
    context.data::<SharedNotes>()
}
