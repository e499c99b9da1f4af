//! Field-level IAM: a caller who may use the API may still not select every field of it.

use async_graphql::{Context, Error, ErrorExtensions, Result};

use super::errors::ERROR_TYPE;
use super::may_select;
use crate::issued::Caller;

/// The caller, if it may select the field that is being resolved. Every field of a root type begins with this.
pub(super) fn caller_of<'a>(context: &Context<'a>, type_name: &str) -> Result<&'a Caller> {
    let caller = context.data::<Caller>()?;
    let field = context.field().name();
    if may_select(caller, type_name, field) {
        return Ok(caller);
    }
    let message = format!("Not Authorized to access {field} on type {type_name}");
    Err(Error::new(message).extend_with(|_, extensions| extensions.set(ERROR_TYPE, "Unauthorized")))
}
