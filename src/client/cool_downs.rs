//! What the clients of one page know together: that an identity pool throttles or fails. So a page asks it as often as one
//! client does, however many it has, and one that is made anew goes on where the last one left off.

use std::cell::RefCell;
use std::rc::Rc;

use crate::pool::IdentityPool;
use crate::retry::SharedCoolDown;

/// What is known of identity pools; every clone is the same. A page uses few, so none is forgotten.
#[derive(Clone, Debug, Default)]
pub struct CoolDowns(Rc<RefCell<Vec<Known>>>);

#[derive(Debug)]
struct Known {
    pool: Rc<IdentityPool>,
    cool_down: SharedCoolDown,
}

impl CoolDowns {
    /// What is known of this pool.
    pub(super) fn of(&self, pool: &Rc<IdentityPool>) -> SharedCoolDown {
        let mut pools = self.0.borrow_mut();
        let same = pools.iter().find(|known| known.pool.id == pool.id && known.pool.url == pool.url);
        if let Some(known) = same {
            return known.cool_down.clone();
        }
        let cool_down = SharedCoolDown::default();
        pools.push(Known { pool: pool.clone(), cool_down: cool_down.clone() });
        cool_down
    }
}
