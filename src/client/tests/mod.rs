//! The client on a manual clock with an AWS in memory.

mod executor;
mod races;
mod recovery;
mod refresh;
mod throttling;
mod world;
