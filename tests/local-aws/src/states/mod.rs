//! States in which calls fail, as data: what an owner set wrong, or what an app does wrong. The list is `states.json`.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::faults::{Change, Faults};
use crate::settings::{Configured, Unfit};
use crate::world::World;

const LIST: &str = include_str!("states.json");

/// A state.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    id: String,
    /// The id of the cause that an explanation is expected to name.
    cause: String,
    /// What is wrong, in a sentence.
    title: String,
    /// A patch of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<Value>,
    /// A change of the faults.
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Value>,
    /// A call that fails in this state.
    call: Value,
    /// What that call is answered.
    answer: Value,
    /// What to change so that the call succeeds.
    fix: Value,
}

/// All states.
pub(crate) fn list() -> Result<&'static [State], Unfit> {
    static STATES: OnceLock<Result<Vec<State>, String>> = OnceLock::new();
    let states = STATES.get_or_init(|| serde_json::from_str(LIST).map_err(|error| error.to_string()));
    states.as_deref().map_err(|error| Unfit(error.clone()))
}

/// Puts the account into these states at once, and no others: settings and faults begin anew, and each state changes them
/// in turn.
pub(crate) fn enter(world: &World, ids: Vec<String>) -> Result<(), Unfit> {
    let mut configured = Configured::initial()?;
    let mut faults = Faults::default();
    let now = world.now();
    for id in &ids {
        let state =
            list()?.iter().find(|state| state.id == *id).ok_or_else(|| Unfit(format!("there is no state {id}")))?;
        if let Some(patch) = &state.settings {
            configured.merge("", patch)?;
        }
        if let Some(change) = &state.faults {
            let change = Change::deserialize(change).map_err(|error| Unfit(error.to_string()))?;
            faults.apply(change, now);
        }
    }
    world.clock.set_offset(faults.clock_offset_seconds);
    *world.configured.lock() = configured;
    *world.faults.lock() = faults;
    *world.states.lock() = ids;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tokens::TokenKeys;

    #[test]
    fn every_state_can_be_entered_alone_and_after_the_others() {
        let world = World::new(0, false, TokenKeys::of_this_process().unwrap()).unwrap();
        let mut ids: Vec<String> = list().unwrap().iter().map(|state| state.id.clone()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique");
        for id in &ids {
            assert_eq!(enter(&world, vec![id.clone()]), Ok(()), "{id}");
        }
        assert_eq!(enter(&world, ids.clone()), Ok(()));
        ids.reverse();
        assert_eq!(enter(&world, ids), Ok(()));
    }

    #[test]
    fn an_unknown_state_is_named_and_changes_nothing() {
        let world = World::new(0, false, TokenKeys::of_this_process().unwrap()).unwrap();
        enter(&world, vec!["guest-access-off".to_owned()]).unwrap();
        let unfit = enter(&world, vec!["waf".to_owned(), "no-such-state".to_owned()]).unwrap_err();
        assert_eq!(unfit, Unfit("there is no state no-such-state".to_owned()));
        assert_eq!(*world.states.lock(), ["guest-access-off"]);
        assert!(!world.settings().identity_pool("identityPoolId").unwrap().allow_unauthenticated_identities);
    }
}
