//! Field-level IAM: a caller who may use the API may still not select every field of it.

use async_graphql::{Context, Error, ErrorExtensions, Guard, Result};

use super::errors::ERROR_TYPE;
use super::may_select;
use crate::issued::Caller;

/// Guards the fields of a root type.
pub(super) struct MaySelectFieldOf(pub(super) &'static str);

impl Guard for MaySelectFieldOf {
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        let field = context.field().name();
        let allowed = context.data::<Caller>().is_ok_and(|caller| may_select(caller, self.0, field));
        if allowed {
            return Ok(());
        }
        let message = format!("Not Authorized to access {field} on type {}", self.0);
        Err(Error::new(message).extend_with(|_, extensions| extensions.set(ERROR_TYPE, "Unauthorized")))
    }
}
