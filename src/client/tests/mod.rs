//! The client on a manual clock with an AWS in memory.

mod executor;
mod races;
mod realtime;
mod recovery;
mod refresh;
mod sockets;
mod throttling;
mod world;
