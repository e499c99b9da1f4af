//! What happens at once to the sockets that are open.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tokio_tungstenite::tungstenite::Message;

use crate::appsync::Sockets;
use crate::host::Service;

/// What a change does to the sockets that are open.
#[derive(Debug, Default)]
pub(crate) struct SocketsChange {
    send: Vec<RawFrame>,
    drop: Option<Drop>,
}

impl SocketsChange {
    pub(super) fn new(send: Vec<RawFrame>, drop: Option<Drop>) -> Self {
        Self { send, drop }
    }

    /// Does it.
    pub(crate) fn apply(self, sockets: &Sockets) {
        for frame in self.send {
            sockets.send(frame.service, &frame.message);
        }
        if let Some(drop) = self.drop {
            sockets.end(drop.service, drop.code, &drop.reason);
        }
        sockets.keep_alive_changed();
    }
}

/// The end of all sockets that are open.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Drop {
    service: Option<Service>,
    /// None: without a close frame.
    #[serde(default, deserialize_with = "close_code")]
    code: Option<u16>,
    #[serde(default)]
    reason: String,
}

/// A code that may stand in a close frame (RFC 6455, section 7.4).
fn close_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let code = Option::<u16>::deserialize(deserializer)?;
    let is_legal = |code: u16| (1000..=4999).contains(&code) && !matches!(code, 1004 | 1005 | 1006 | 1015);
    match code {
        Some(code) if !is_legal(code) => Err(D::Error::custom("code is none that a close frame may have")),
        code => Ok(code),
    }
}

/// A frame that AppSync might not send: exactly this.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawFrameMembers {
    service: Option<Service>,
    text: Option<String>,
    /// In base64.
    binary: Option<String>,
    /// The text is followed by spaces up to this length in bytes.
    #[serde(default)]
    pad_to: usize,
}

/// The longest frame that is made.
const PADDING_LIMIT: usize = 64 * 1024 * 1024;

/// The same, ready to be sent.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawFrameMembers")]
pub(super) struct RawFrame {
    service: Option<Service>,
    message: Message,
}

impl TryFrom<RawFrameMembers> for RawFrame {
    type Error = &'static str;

    fn try_from(frame: RawFrameMembers) -> Result<Self, Self::Error> {
        let message = match (frame.text, frame.binary) {
            (Some(_), None) if frame.pad_to > PADDING_LIMIT => return Err("padTo is more than 64 MiB"),
            (Some(mut text), None) => {
                text.push_str(&" ".repeat(frame.pad_to.saturating_sub(text.len())));
                Message::from(text)
            }
            (None, Some(binary)) => Message::from(STANDARD.decode(binary).map_err(|_| "binary is not base64")?),
            _ => return Err("a frame has either text or binary"),
        };
        Ok(Self { service: frame.service, message })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn refused<T: DeserializeOwned + std::fmt::Debug>(value: Value) -> String {
        serde_json::from_value::<T>(value).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_sent_is_refused_by_name() {
        for (value, word) in [
            (json!({}), "text or binary"),
            (json!({ "text": "x", "binary": "eA==" }), "text or binary"),
            (json!({ "binary": "!" }), "base64"),
            (json!({ "text": "x", "padTo": 1_000_000_000 }), "padTo"),
            (json!({ "texts": "x" }), "texts"),
        ] {
            let error = refused::<RawFrame>(value);
            assert!(error.contains(word), "{error}");
        }
        for code in [999, 1004, 1005, 1006, 1015, 5000] {
            assert!(refused::<Drop>(json!({ "code": code })).contains("code"));
        }
    }

    #[test]
    fn a_raw_frame_is_padded_with_spaces() {
        let frame: RawFrame = serde_json::from_value(json!({ "text": "{}", "padTo": 4 })).unwrap();
        assert_eq!(frame.message, Message::from("{}  "));
    }
}
