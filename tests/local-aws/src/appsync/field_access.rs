//! Field-level IAM: a caller who may use the API may still not select every field of it.

use std::sync::Arc;

use async_graphql::{Context, Error, ErrorExtensions, Result};

use super::access::may_select;
use super::errors::ERROR_TYPE;
use crate::account::{ACCOUNT_ID, REGION};
use crate::iam;
use crate::issued::Caller;
use crate::settings::Settings;

/// The table behind the API.
const TABLE: &str = "LocalNotes";
/// The session name of AppSync's own role.
const SESSION_NAME: &str = "APPSYNC_ASSUME_ROLE";

/// The caller, if it may select the field that is being resolved. Every field of a root type begins with this.
pub(super) fn caller_of<'a>(context: &Context<'a>, type_name: &str) -> Result<&'a Caller> {
    let caller = context.data::<Caller>()?;
    let settings = context.data::<Arc<Settings>>()?;
    let field = context.field().name();
    if may_select(settings, caller, type_name, field) {
        return Ok(caller);
    }
    let message = format!("Not Authorized to access {field} on type {type_name}");
    Err(Error::new(message).extend_with(|_, extensions| extensions.set(ERROR_TYPE, "Unauthorized")))
}

/// Whether AppSync itself may do this to its table: the caller's permissions do not count there.
pub(super) fn check_data_source(context: &Context<'_>, action: &str) -> Result<()> {
    let settings = context.data::<Arc<Settings>>()?;
    let table = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{TABLE}");
    let request = iam::Request::new(format!("dynamodb:{action}"), table);
    settings.authorize_service(&settings.graphql.data_source_role, SESSION_NAME, &request).map_err(|denied| {
        // As seen in amplify-data#605.
        let message = format!(
            "{} (Service: DynamoDb, Status Code: 400, Request ID: 1NSKQFKSG8LT9MLPPC86OMG7K7VV4KQNSO5AEMVJF66Q9ASUAAJG) \
             (SDK Attempt Count: 1)",
            denied.text()
        );
        Error::new(message).extend_with(|_, extensions| extensions.set(ERROR_TYPE, "DynamoDB:DynamoDbException"))
    })
}
