//! Patterns of policies: `*` stands for any run of characters, `?` for one, `${…}` for a value of the request.

use super::Context;

/// A pattern with its variables filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Token>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Any,
}

impl Pattern {
    /// Reads a pattern. None if it names a value that the request does not have: such a pattern matches nothing
    /// (IAM User Guide: Policy variables).
    pub(super) fn read(text: &str, context: &Context) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some((variable, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
                // What a variable stands for is taken literally, wildcards in it included.
                tokens.extend(value_of(variable, context)?.chars().map(Token::Literal));
                rest = after;
                continue;
            }
            tokens.push(match character {
                '*' => Token::Any,
                '?' => Token::One,
                other => Token::Literal(other),
            });
            rest = &rest[character.len_utf8()..];
        }
        Some(Self(tokens))
    }

    /// Reads a pattern in which nothing but variables is special.
    pub(super) fn literal(text: &str, context: &Context) -> Option<Self> {
        let Self(tokens) = Self::read(text, context)?;
        let literal = |token| match token {
            Token::Any => Token::Literal('*'),
            Token::One => Token::Literal('?'),
            literal => literal,
        };
        Some(Self(tokens.into_iter().map(literal).collect()))
    }

    /// Matches in time that grows with the product of the lengths and no faster.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at_pattern, mut at_text) = (0, 0);
        // Where the last star was, and how much of the text it stood for so far.
        let mut star: Option<(usize, usize)> = None;
        while let Some(character) = text.get(at_text) {
            match self.0.get(at_pattern) {
                Some(Token::Any) => {
                    star = Some((at_pattern, at_text));
                    at_pattern += 1;
                }
                Some(Token::One) => {
                    at_pattern += 1;
                    at_text += 1;
                }
                Some(Token::Literal(wanted)) if wanted == character => {
                    at_pattern += 1;
                    at_text += 1;
                }
                _ => match star {
                    Some((star_pattern, star_text)) => {
                        star = Some((star_pattern, star_text + 1));
                        at_pattern = star_pattern + 1;
                        at_text = star_text + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0.iter().skip(at_pattern).all(|token| *token == Token::Any)
    }
}

/// The value of a variable: `name`, or `name, 'default'`. `${*}`, `${?}` and `${$}` are the characters themselves.
fn value_of(variable: &str, context: &Context) -> Option<String> {
    let (name, default) = match variable.split_once(',') {
        Some((name, default)) => (name.trim(), Some(default.trim().trim_matches('\''))),
        None => (variable.trim(), None),
    };
    if matches!(name, "*" | "?" | "$") {
        return Some(name.to_owned());
    }
    match context.get(name) {
        // A key with several values cannot be a variable.
        Some([value]) => Some(value.clone()),
        _ => default.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::read(pattern, &Context::default()).is_some_and(|pattern| pattern.matches(text))
    }

    #[test]
    fn stars_and_question_marks_match_as_in_iam() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a*b*c", "aXbYbZc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "a", false),
            ("abc", "ab", false),
            ("*/prod/*", "api/prod/GET/x/y", true),
            ("a?c", "aéc", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn variables_stand_for_values_of_the_request() {
        let context = Context::default().with("sub", ["us-east-1:0*"]).with("several", ["a", "b"]);
        let read = |pattern: &str| Pattern::read(pattern, &context);
        assert!(read("private/${sub}/*").unwrap().matches("private/us-east-1:0*/a"));
        assert!(!read("private/${sub}/*").unwrap().matches("private/us-east-1:0x/a"));
        assert!(read("${absent}/*").is_none());
        assert!(read("${several}").is_none());
        assert!(read("${absent, 'nobody'}").unwrap().matches("nobody"));
        assert!(read("a${*}").unwrap().matches("a*"));
        assert!(!read("a${*}").unwrap().matches("ab"));
        assert!(!Pattern::literal("a*", &context).unwrap().matches("ab"));
    }
}
