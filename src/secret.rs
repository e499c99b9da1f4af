//! A text that must not be seen: it prints nothing and is wiped from memory when it is dropped.

use zeroize::Zeroize;

/// A secret text. Reading it takes a call of [`Secret::expose`], so that every reader can be found. It is not
/// `Serialize`: whoever has to write it down says so by a function of their own.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for signing and for the wire only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn debug_text_shows_nothing_of_the_secret() {
        let secret = Secret::new("wJalrXUtnFEMI".into());
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
