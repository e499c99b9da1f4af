//! Lenient reading: evidence is pasted by people and comes from servers, so a member of the wrong kind counts as absent
//! and never makes the rest unreadable. However deep something is nested, nothing here recurses more than three times.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Bytes kept of one text. An HTML page or an AWS error with two canonical requests in it is shorter.
const LONGEST_TEXT: usize = 256 * 1024;
/// Entries kept of one list.
const LONGEST_LIST: usize = 200;

/// The longest beginning of `text` of at most `limit` bytes.
pub(super) fn bounded(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}

/// What can be built from any value at all. What an implementation does not ask for is passed over.
pub(super) trait Build: Default {
    /// How entries of a list and members of an object are read.
    type Part: for<'de> Deserialize<'de>;

    fn scalar(&mut self, _: Scalar) {}

    fn entry(&mut self, _: Self::Part) {}

    fn member(&mut self, _name: &str, _: Self::Part) {}
}

pub(super) fn read<'de, D: Deserializer<'de>, B: Build>(from: D) -> Result<B, D::Error> {
    from.deserialize_any(Any(PhantomData))
}

struct Any<B>(PhantomData<B>);

impl<B: Build> Any<B> {
    fn of(scalar: Scalar) -> B {
        let mut built = B::default();
        built.scalar(scalar);
        built
    }
}

impl<'de, B: Build> Visitor<'de> for Any<B> {
    type Value = B;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<B, E> {
        Ok(Self::of(Scalar::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<B, E> {
        Ok(Self::of(Scalar::Number(number as f64)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<B, E> {
        Ok(Self::of(Scalar::Number(number as f64)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<B, E> {
        Ok(Self::of(Scalar::Number(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<B, E> {
        Ok(Self::of(Scalar::Text(bounded(text, LONGEST_TEXT).to_owned())))
    }

    fn visit_unit<E>(self) -> Result<B, E> {
        Ok(B::default())
    }

    fn visit_none<E>(self) -> Result<B, E> {
        Ok(B::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<B, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<B, A::Error> {
        let mut built = B::default();
        let mut count = 0;
        while let Some(entry) = entries.next_element()? {
            if count < LONGEST_LIST {
                built.entry(entry);
                count += 1;
            }
        }
        Ok(built)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<B, A::Error> {
        let mut built = B::default();
        let mut count = 0;
        while let Some((name, value)) = members.next_entry::<Scalar, B::Part>()? {
            if count < LONGEST_LIST
                && let Some(name) = name.text()
            {
                built.member(&name, value);
                count += 1;
            }
        }
        Ok(built)
    }
}

/// A text, number or flag; everything else is nothing.
#[derive(Debug, Default)]
pub(super) enum Scalar {
    #[default]
    Nothing,
    Flag(bool),
    Number(f64),
    Text(String),
}

impl Build for Scalar {
    type Part = IgnoredAny;

    fn scalar(&mut self, scalar: Scalar) {
        *self = scalar;
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read(from)
    }
}

impl Scalar {
    fn text(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Number(number) => Some((number as i64).to_string()),
            Self::Text(text) => Some(text),
        }
    }
}

/// A scalar or a list of scalars.
#[derive(Debug, Default)]
pub(super) struct Loose {
    first: Scalar,
    list: Vec<String>,
}

impl Build for Loose {
    type Part = Scalar;

    fn scalar(&mut self, scalar: Scalar) {
        self.first = scalar;
    }

    fn entry(&mut self, entry: Scalar) {
        self.list.extend(entry.text());
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read(from)
    }
}

impl Loose {
    pub(super) fn text(self) -> Option<String> {
        if self.list.is_empty() { self.first.text() } else { Some(self.list.join(", ")) }
    }

    pub(super) fn list(self) -> Option<Vec<String>> {
        match self.first {
            Scalar::Text(text) => Some(vec![text]),
            _ => (!self.list.is_empty()).then_some(self.list),
        }
    }

    pub(super) fn flag(self) -> Option<bool> {
        match self.first {
            Scalar::Flag(flag) => Some(flag),
            Scalar::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether something was sent: a flag, or what was sent (programs send the literal text `undefined`).
    pub(super) fn sent(self) -> Option<bool> {
        match self.first {
            Scalar::Flag(flag) => Some(flag),
            Scalar::Text(text) => Some(!matches!(text.trim(), "" | "undefined" | "null" | "false" | "None")),
            _ => None,
        }
    }

    pub(super) fn number(self) -> Option<f64> {
        match self.first {
            Scalar::Number(number) => Some(number),
            Scalar::Text(text) => text.trim().parse::<i64>().ok().map(|number| number as f64),
            _ => None,
        }
        .filter(|number| number.is_finite())
    }
}
