//! Every text that people read, in English and Japanese. Each text stands beside its translation, so a missing one does
//! not compile.
//!
//! `{role}` and the like are [`Fact`]s of the case. Each has words for when it is not known, so a text needs no second
//! form.

mod advice;
mod causes;
mod facts;
mod found;
mod labels;
mod notes;

pub(super) use advice::Advice;
pub(super) use causes::CauseId;
pub(super) use facts::Fact;
pub(super) use found::Found;
pub(super) use labels::Label;
pub(super) use notes::Note;

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// The language for a BCP 47 tag such as `ja-JP`: Japanese for Japanese, English for all others.
    pub fn from_tag(tag: &str) -> Self {
        match tag.trim().split(['-', '_']).next() {
            Some(language) if language.eq_ignore_ascii_case("ja") => Self::Ja,
            _ => Self::En,
        }
    }
}

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) en: &'static str,
    pub(super) ja: &'static str,
}

impl Text {
    pub(super) fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Ja => self.ja,
        }
    }
}

/// An enum whose variants are texts.
macro_rules! texts {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $en:literal / $ja:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::explain) enum $name { $($variant,)+ }

        impl $name {
            #[cfg(test)]
            pub(in crate::explain) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub(in crate::explain) fn text(self) -> super::Text {
                match self { $(Self::$variant => super::Text { en: $en, ja: $ja },)+ }
            }
        }
    };
}
use texts;

/// Puts the words for facts in the place of their names in braces.
pub(super) fn fill(template: &str, mut word: impl FnMut(Fact) -> String) -> String {
    let mut filled = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').and_then(|(name, behind)| Some((Fact::named(name)?, behind))) {
            Some((fact, behind)) => {
                filled.push_str(&word(fact));
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The sentence with a capital in front, which a fact's words may lack.
pub(super) fn capitalized(sentence: String) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        // A name such as `execute-api` keeps its form; a sentence that begins with one does too.
        Some(first) if first.is_ascii_lowercase() && sentence.starts_with("th") => {
            format!("{}{}", first.to_ascii_uppercase(), chars.as_str())
        }
        _ => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_text() -> Vec<Text> {
        let mut texts: Vec<_> =
            CauseId::ALL.iter().flat_map(|id| [Some(id.title()), Some(id.why()), id.tell()]).flatten().collect();
        texts.extend(Advice::ALL.iter().map(|advice| advice.text()));
        texts.extend(Note::ALL.iter().map(|note| note.text()));
        texts.extend(Label::ALL.iter().map(|label| label.text()));
        texts.extend(Found::ALL.iter().map(|found| found.text()));
        texts
    }

    fn facts(template: &str) -> Vec<&str> {
        let mut names: Vec<_> =
            template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn translations_name_the_same_known_facts() {
        for text in every_text() {
            assert_eq!(facts(text.en), facts(text.ja), "{} / {}", text.en, text.ja);
            for name in facts(text.en).into_iter().filter(|name| *name != "value") {
                assert!(Fact::named(name).is_some(), "{name} in {}", text.en);
            }
        }
    }

    #[test]
    fn english_is_ascii_and_japanese_is_japanese() {
        for text in every_text() {
            assert!(text.en.is_ascii(), "{}", text.en);
            assert!(text.ja.chars().any(|c| ('\u{3040}'..'\u{a000}').contains(&c)), "{}", text.ja);
        }
    }

    #[test]
    fn ids_are_kebab_case_and_unique() {
        let mut ids: Vec<_> = CauseId::ALL.iter().map(|id| id.name()).collect();
        assert!(
            ids.iter()
                .all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'))
        );
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CauseId::ALL.len());
        assert!(CauseId::ALL.iter().all(|id| id.docs().starts_with("https://")));
    }

    #[test]
    fn facts_are_filled_in() {
        let word = |fact| if fact == Fact::Role { "the role R".to_owned() } else { "?".to_owned() };
        assert_eq!(fill("{role} lacks {action}, {nonsense} {", word), "the role R lacks ?, {nonsense} {");
        assert_eq!(capitalized("the role R".into()), "The role R");
        assert_eq!(Lang::from_tag("ja-JP"), Lang::Ja);
        assert_eq!(Lang::from_tag("jam"), Lang::En);
    }
}
