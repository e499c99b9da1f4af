//! What the npm package is made of: the exports that its facade calls, and what it reads of a page's options, logins and
//! captured calls.

mod call;
mod exports;
mod fields;
mod login;
mod options;
mod page;
mod promise;
mod storage;

pub use exports::{ExportedClient, Hasher, is_aws_host};
