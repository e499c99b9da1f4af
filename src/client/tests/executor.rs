//! Runs futures on a clock that stands still until all of them wait, and picks the next one at random: every seed is
//! another interleaving.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::{FutureExt, LocalBoxFuture};

use crate::time::Millis;

/// More polls than any test needs: an executor that goes on for longer is stuck.
const MOST_POLLS: usize = 1_000_000;

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    future: LocalBoxFuture<'static, ()>,
    woken: Arc<Woken>,
}

struct Timer {
    id: u64,
    due: Millis,
    waker: Waker,
}

#[derive(Default)]
struct State {
    time: Cell<Millis>,
    random: Cell<u64>,
    tasks: RefCell<Vec<Task>>,
    /// Tasks that were spawned by tasks.
    spawned: RefCell<Vec<Task>>,
    timers: RefCell<Vec<Timer>>,
    next_timer: Cell<u64>,
}

/// The executor; every clone is the same one.
#[derive(Clone, Default)]
pub(crate) struct Executor(Rc<State>);

impl Executor {
    /// An executor that interleaves by this seed.
    pub(crate) fn new(seed: u64) -> Self {
        let executor = Self::default();
        executor.0.random.set(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        executor
    }

    /// Monotonic time, in milliseconds.
    pub(crate) fn time(&self) -> Millis {
        self.0.time.get()
    }

    /// A random number in [0, 1) (xorshift64).
    pub(crate) fn random(&self) -> f64 {
        let mut bits = self.0.random.get();
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        self.0.random.set(bits);
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A random number below `end`.
    pub(crate) fn below(&self, end: usize) -> usize {
        (self.random() * end as f64) as usize
    }

    /// Runs work that nobody awaits.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        self.0.spawned.borrow_mut().push(Task { future: work.boxed_local(), woken });
    }

    /// Starts work and gives a place where its result will be.
    pub(crate) fn start<T: 'static>(&self, work: impl Future<Output = T> + 'static) -> Pending<T> {
        let result = Rc::new(RefCell::new(None));
        let place = result.clone();
        let (work, abort) = futures_util::future::abortable(work);
        self.spawn(async move {
            if let Ok(output) = work.await {
                *place.borrow_mut() = Some(output);
            }
        });
        Pending { result, abort }
    }

    /// Waits.
    pub(crate) fn sleep(&self, duration: Millis) -> Sleep {
        let id = self.0.next_timer.replace(self.0.next_timer.get() + 1);
        Sleep { executor: self.clone(), id, due: self.time() + duration }
    }

    /// Runs what can run without time passing.
    pub(crate) fn settle(&self) {
        for _ in 0..MOST_POLLS {
            let mut tasks = self.0.tasks.borrow_mut();
            tasks.append(&mut self.0.spawned.borrow_mut());
            let ready: Vec<_> = (0..tasks.len()).filter(|at| tasks[*at].woken.0.load(Ordering::Relaxed)).collect();
            if ready.is_empty() {
                return;
            }
            let mut task = tasks.swap_remove(ready[self.below(ready.len())]);
            drop(tasks);
            task.woken.0.store(false, Ordering::Relaxed);
            let waker = Waker::from(task.woken.clone());
            if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.0.tasks.borrow_mut().push(task);
            }
        }
        panic!("the tasks do not settle");
    }

    /// Lets time pass, and runs what is due on the way.
    pub(crate) fn pass(&self, duration: Millis) {
        let end = self.time() + duration;
        loop {
            self.settle();
            let next = self.0.timers.borrow().iter().map(|timer| timer.due).filter(|due| *due <= end).min();
            let Some(due) = next else { break };
            self.0.time.set(self.time().max(due));
            let mut timers = self.0.timers.borrow_mut();
            let (fired, waiting) = timers.drain(..).partition(|timer: &Timer| timer.due <= due);
            *timers = waiting;
            drop(timers);
            let fired: Vec<Timer> = fired;
            fired.into_iter().for_each(|timer| timer.waker.wake());
        }
        self.0.time.set(end);
        self.settle();
    }

    /// Lets the clock stand still while the device sleeps: timers do not fire.
    pub(crate) fn timers(&self) -> usize {
        self.0.timers.borrow().len()
    }

    /// How many tasks are left.
    pub(crate) fn tasks(&self) -> usize {
        self.0.tasks.borrow().len() + self.0.spawned.borrow().len()
    }
}

/// A result that is there or will be. Dropping it does not end the work; [`abort`](Self::abort) does.
pub(crate) struct Pending<T> {
    result: Rc<RefCell<Option<T>>>,
    abort: futures_util::future::AbortHandle,
}

impl<T> Pending<T> {
    /// The result, if it is there.
    pub(crate) fn take(&self) -> Option<T> {
        self.result.borrow_mut().take()
    }

    /// Waits for it no longer.
    pub(crate) fn abort(&self) {
        self.abort.abort();
    }
}

/// A timer; dropping it clears it.
pub(crate) struct Sleep {
    executor: Executor,
    id: u64,
    due: Millis,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.executor.time() >= self.due {
            return Poll::Ready(());
        }
        let mut timers = self.executor.0.timers.borrow_mut();
        timers.retain(|timer| timer.id != self.id);
        timers.push(Timer { id: self.id, due: self.due, waker: context.waker().clone() });
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.executor.0.timers.borrow_mut().retain(|timer| timer.id != self.id);
    }
}
