//! Names of channels.

/// A channel: its segments. The first one is the namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Channel(Vec<String>);

/// What is subscribed to: a channel, or all channels below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChannelPattern {
    segments: Vec<String>,
    has_wildcard: bool,
}

impl Channel {
    /// Reads 1 to 5 segments of 1 to 50 letters, digits and inner hyphens, with or without a slash at either end.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let name = name.strip_prefix('/').unwrap_or(name);
        let name = name.strip_suffix('/').unwrap_or(name);
        let segments: Vec<String> = name.split('/').map(str::to_owned).collect();
        (segments.len() <= 5 && segments.iter().all(|segment| is_segment(segment))).then_some(Self(segments))
    }
}

impl ChannelPattern {
    /// Reads a channel, or a channel and `/*`. The wildcard stands for at least one segment.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (name, has_wildcard) = match name.strip_suffix("/*") {
            Some(parent) => (parent, true),
            None => (name, false),
        };
        let Channel(segments) = Channel::parse(name)?;
        Some(Self { segments, has_wildcard }).filter(|pattern| !(has_wildcard && pattern.segments.len() == 5))
    }

    /// The first segment.
    pub(super) fn namespace(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }

    /// Whether messages of a channel are for this subscription.
    pub(in crate::appsync) fn covers(&self, channel: &Channel) -> bool {
        if self.has_wildcard {
            channel.0.len() > self.segments.len() && channel.0.starts_with(&self.segments)
        } else {
            channel.0 == self.segments
        }
    }
}

fn is_segment(segment: &str) -> bool {
    (1..=50).contains(&segment.len())
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !segment.starts_with('-')
        && !segment.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_as_the_guide_allows_them() {
        for name in ["default", "/default", "default/", "/default/room-1/", "A/b/3/d-d/e", &"x".repeat(50)] {
            assert!(Channel::parse(name).is_some());
            let namespace = name.trim_matches('/').split('/').next().unwrap();
            assert_eq!(ChannelPattern::parse(name).unwrap().namespace(), namespace);
        }
        for name in ["default/*", "/a/b/c/d/*"] {
            assert!(Channel::parse(name).is_none() && ChannelPattern::parse(name).is_some(), "{name}");
        }
        for name in
            ["", "/", "//", "a//b", "*", "/*", "a/*/b", "a*", "-a", "a-", "a_b", "ä", "a/b/c/d/e/f", "a/b/c/d/e/*"]
        {
            assert!(Channel::parse(name).is_none() && ChannelPattern::parse(name).is_none(), "{name}");
        }
        assert_eq!(ChannelPattern::parse(&"x".repeat(51)), None);
    }

    #[test]
    fn a_wildcard_covers_what_is_below() {
        for (pattern, channel, expected) in [
            ("/default/room", "default/room/", true),
            ("/default/room", "default/Room", false),
            ("/default/room", "default/room/1", false),
            ("/default/*", "default/room", true),
            ("/default/*", "default/room/1", true),
            ("/default/*", "default", false),
            ("/default/*", "defaults/room", false),
            ("/default/ro/*", "default/room", false),
        ] {
            let covers = ChannelPattern::parse(pattern).unwrap().covers(&Channel::parse(channel).unwrap());
            assert_eq!(covers, expected, "{pattern} {channel}");
        }
    }

    proptest! {
        #[test]
        fn a_channel_covers_itself(name in "[a-zA-Z0-9*/-]{0,30}|.*") {
            if let Some(channel) = Channel::parse(&name) {
                prop_assert!(ChannelPattern::parse(&name).unwrap().covers(&channel));
                let below = ChannelPattern::parse(&(name + "/*"));
                prop_assert!(!below.is_some_and(|below| below.covers(&channel)));
            }
        }
    }
}
