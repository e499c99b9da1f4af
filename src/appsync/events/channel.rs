//! Names of channels.

use super::subscribe_body;
use crate::appsync::connection::Operation;
use crate::error::Error;

/// The most segments of a channel's name (AWS General Reference, "AWS AppSync endpoints and quotas").
const SEGMENTS: usize = 5;
const SEGMENT_LENGTH: usize = 50;

/// A channel, whose first segment is its namespace: `/default/room`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel(String);

/// What is subscribed to: a channel, or with `/*` at the end all channels below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription(String);

impl Channel {
    /// Reads a channel's name: 1 to 5 segments of 1 to 50 letters, digits and inner hyphens, with or without a slash at
    /// either end.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidRequest`] about the field `channel`.
    pub fn parse(name: &str) -> Result<Self, Error> {
        if name.ends_with('*') {
            return Err(invalid("has a wildcard, which is for subscribing only"));
        }
        check_segments(name, SEGMENTS).map(Self)
    }

    /// The name with a slash in front.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Subscription {
    /// Reads what [`Channel::parse`] does, or a channel of up to 4 segments and `/*`, which stands for a fifth.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidRequest`] about the field `channel`.
    pub fn parse(name: &str) -> Result<Self, Error> {
        match name.strip_suffix("/*") {
            Some(parent) => check_segments(parent, SEGMENTS - 1).map(|parent| Self(parent + "/*")),
            None => check_segments(name, SEGMENTS).map(Self),
        }
    }

    /// What a connection subscribes with.
    pub fn operation(&self) -> Operation {
        Operation::new(subscribe_body(&self.0))
    }
}

fn check_segments(name: &str, most: usize) -> Result<String, Error> {
    let inner = name.strip_prefix('/').unwrap_or(name);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let mut count = 0;
    for segment in inner.split('/') {
        let is_plain = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if segment.is_empty() || segment.len() > SEGMENT_LENGTH || !is_plain {
            return Err(invalid("must have segments of 1 to 50 letters, digits and hyphens between its slashes"));
        }
        if segment.starts_with('-') || segment.ends_with('-') {
            return Err(invalid("has a segment with a hyphen at its start or end"));
        }
        count += 1;
    }
    if count > most { Err(invalid("has more than 5 segments")) } else { Ok(["/", inner].concat()) }
}

fn invalid(what: &str) -> Error {
    Error::request("channel", what)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn names_are_taken_as_the_guide_allows_them() {
        for name in ["default", "/default", "default/", "/default/room-1/", "A/b/3/d-d/e", &"x".repeat(50)] {
            let channel = Channel::parse(name).unwrap();
            assert_eq!(channel.as_str(), format!("/{}", name.trim_matches('/')));
            Subscription::parse(name).unwrap();
        }
        for name in ["default/*", "/a/b/c/d/*"] {
            Subscription::parse(name).unwrap();
            assert!(Channel::parse(name).is_err(), "{name}");
        }
        assert_eq!(
            Subscription::parse("default/room-1").unwrap().operation().body(),
            r#"{"channel":"/default/room-1"}"#
        );
    }

    #[test]
    fn other_names_are_refused_by_field() {
        for name in [
            "",
            "/",
            "//",
            "a//b",
            "*",
            "/*",
            "a/*/b",
            "a*",
            "a/b*",
            "-a",
            "a-",
            "a_b",
            "a b",
            "a.b",
            "ä",
            "a/\0",
            "a/b/c/d/e/f",
            "a/b/c/d/e/*",
            "a/<",
            &"x".repeat(51),
        ] {
            for error in [Channel::parse(name).unwrap_err(), Subscription::parse(name).unwrap_err()] {
                assert_eq!((error.code, error.field.as_deref()), (Code::InvalidRequest, Some("channel")), "{name}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_that_is_taken_reads_back(name in "[a-zA-Z0-9*/-]{0,30}|.*") {
            if let Ok(channel) = Channel::parse(&name) {
                proptest::prop_assert_eq!(Channel::parse(channel.as_str()).unwrap(), channel);
            }
        }
    }
}
