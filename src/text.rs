//! Searching in texts byte by byte. The standard library's substring search is built for long texts and would be one
//! of the larger things in the download. In plain loops: compiled for size, an iterator is a call or two for each byte,
//! and every request comes through here.

/// Where `needle`, which is not empty, starts in `text`.
fn position(text: &str, needle: &str) -> Option<usize> {
    let text = text.as_bytes();
    let (first, rest) = needle.as_bytes().split_first()?;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        if byte == first && text[at..].starts_with(rest) {
            return Some(at - 1);
        }
    }
    None
}

/// Where `mark` comes first.
fn position_of(text: &str, mark: u8) -> Option<usize> {
    let text = text.as_bytes();
    let mut at = 0;
    while *text.get(at)? != mark {
        at += 1;
    }
    Some(at)
}

/// A text for people. The small module shows none, and is compiled without them.
pub const fn for_people(text: &'static str) -> &'static str {
    if cfg!(feature = "signer") { "" } else { text }
}

/// Whether `needle` occurs in `text`.
pub fn contains(text: &str, needle: &str) -> bool {
    position(text, needle).is_some()
}

/// Whether all characters are ASCII. The standard library's own looks at many bytes at once: of use to long texts only.
pub fn is_ascii(text: &str) -> bool {
    text.bytes().all(|byte| byte < 0x80)
}

/// What stands before and after the first `needle`.
pub fn cut<'a>(text: &'a str, needle: &str) -> Option<(&'a str, &'a str)> {
    let at = position(text, needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// What stands before and after the last `mark`, an ASCII character.
pub fn cut_last(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Takes the next piece up to `mark` off `rest`; none when nothing is left.
pub fn next_piece<'a>(rest: &mut Option<&'a str>, mark: u8) -> Option<&'a str> {
    let text = (*rest)?;
    let end = position_of(text, mark);
    *rest = end.and_then(|end| text.get(end + 1..));
    Some(end.and_then(|end| text.get(..end)).unwrap_or(text))
}

/// The order of some keys: their indices, sorted by key and, where keys are equal, by index. One sort for everything,
/// because each kind of element would bring a sort of its own.
pub fn order(keys: &[&str]) -> Vec<usize> {
    let mut order = Vec::with_capacity(keys.len());
    for at in 0..keys.len() {
        order.push(at);
    }
    order.sort_unstable_by(|a, b| keys[*a].as_bytes().cmp(keys[*b].as_bytes()).then(a.cmp(b)));
    order
}

/// Appends an ASCII byte. `String::push` encodes any character and is inlined with all of it; of this one, only a store
/// is left, and in the small module a call.
#[cfg_attr(feature = "signer", inline(never))]
pub fn push_ascii(text: &mut String, byte: u8) {
    text.push(char::from(byte & 0x7f));
}

/// Parts joined: `write!` and `format!` bring the formatting machinery along.
pub fn concat(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// The number of up to fifteen decimal digits, which JavaScript writes exactly; none if there is anything else.
pub fn parse_decimal(digits: &str) -> Option<i64> {
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    digits.bytes().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

/// A number in decimal digits.
pub fn decimal(mut value: u64) -> String {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            let mut text = String::new();
            for digit in &digits[at..] {
                push_ascii(&mut text, *digit);
            }
            return text;
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn searches_agree_with_the_standard_library(text in "[a-c\u{e9}]{0,12}", needle in "[a-c\u{e9}]{1,3}", number: u64) {
            proptest::prop_assert_eq!(contains(&text, &needle), text.contains(&needle));
            proptest::prop_assert_eq!(cut(&text, &needle), text.split_once(&needle));
            proptest::prop_assert_eq!(cut_last(&text, b'a'), text.rsplit_once('a'));
            proptest::prop_assert_eq!(concat(&[&text, &needle]), format!("{text}{needle}"));
            for byte in b' '..=b'~' {
                let mut one = String::new();
                push_ascii(&mut one, byte);
                proptest::prop_assert_eq!(one.as_bytes(), &[byte]);
            }
            let mut rest = Some(text.as_str());
            let pieces: Vec<_> = std::iter::from_fn(|| next_piece(&mut rest, b'a')).collect();
            proptest::prop_assert_eq!(pieces, text.split('a').collect::<Vec<_>>());
            let keys = [text.as_str(), &needle, &text, "a"];
            let mut sorted: Vec<_> = keys.iter().copied().enumerate().map(|(at, key)| (key, at)).collect();
            sorted.sort();
            proptest::prop_assert_eq!(order(&keys), sorted.iter().map(|(_, at)| *at).collect::<Vec<_>>());
            let short = number / 100_000;
            proptest::prop_assert_eq!(parse_decimal(&short.to_string()), Some(short as i64));
            proptest::prop_assert_eq!(parse_decimal("1234567890123456"), None);
            proptest::prop_assert_eq!(parse_decimal(&needle), None);
            proptest::prop_assert_eq!(decimal(number), number.to_string());
        }
    }
}
