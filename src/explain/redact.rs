//! What may be shown of evidence: nothing that looks like a secret, no control characters, no markup, not too much.
//!
//! Evidence is pasted by people, and AWS itself prints tokens into its refusals.

use super::loose::bounded;

/// Stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// A text that may be shown, of at most about `limit` bytes: secrets are taken out before it is cut.
pub(super) fn shown(text: &str, limit: usize) -> String {
    let (cut, is_cut) = match bounded(text, limit.saturating_mul(4)) {
        whole if whole.len() == text.len() => (whole, false),
        cut => (cut, true),
    };
    let safe = escaped(&redacted(cut));
    let short = bounded(&safe, limit);
    if is_cut || short.len() < safe.len() { format!("{short}…") } else { safe }
}

/// The same for one line, as a value inside a sentence or a policy.
pub(super) fn shown_line(text: &str, limit: usize) -> String {
    shown(text, limit).replace('\n', " ")
}

/// A text of our own making with values in it: secrets are taken out by their looks alone, because labels that are
/// followed by no secret belong to such texts (`authorization: await session.idToken()`).
pub(super) fn without_secrets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c| !is_token_char(c)) {
        let end = piece.find(|c| !is_token_char(c)).unwrap_or(piece.len());
        let (token, between) = piece.split_at(end);
        push_token(&mut out, token);
        out.push_str(between);
    }
    out
}

/// Escapes control characters and what turns writing around (which may make a text look like another one), and `<`, which
/// a careless page might take for markup. Line ends stay.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let is_harmful = c.is_control() && c != '\n'
            || matches!(c, '<' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
        if is_harmful {
            escaped.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Takes out what looks like a secret: by the label in front of it, or by its own looks.
pub(super) fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_token_char) {
        let (between, from) = rest.split_at(start);
        out.push_str(between);
        let end = from.find(|c| !is_token_char(c)).unwrap_or(from.len());
        let (token, after) = from.split_at(end);
        if let Some(value) = labelled_value(token, after) {
            out.push_str(token);
            let (separator, behind) = after.split_at(value.start);
            out.push_str(separator);
            out.push_str(REDACTED);
            rest = behind.get(value.len..).unwrap_or_default();
            continue;
        }
        push_token(&mut out, token);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Characters of keys, tokens and of the words around them. `=` and `+` and `/` belong to base64.
fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_+/.~%".contains(c)
}

struct Value {
    start: usize,
    len: usize,
}

/// Where the secret stands behind a label: `Signature=…`, `"SessionToken":"…"`, `x-amz-security-token: …`,
/// `Authorization: Bearer …`, `<SecretAccessKey>…`.
fn labelled_value(label: &str, after: &str) -> Option<Value> {
    // A header's name may end a URL-encoded or dotted word.
    let label = label.rsplit(['.', '/', '%']).next().unwrap_or(label);
    let is_scheme = label.eq_ignore_ascii_case("bearer") || label.eq_ignore_ascii_case("basic");
    let separator = if is_scheme {
        after.len() - after.trim_start_matches([' ', '\'', '"']).len()
    } else if is_secret_label(label) {
        let unquoted = after.trim_start_matches(['"', '\'', '\\', ' ']);
        let inner = unquoted.strip_prefix([':', '=', '>'])?;
        after.len() - inner.trim_start_matches(['"', '\'', '\\', ' ', '[']).len()
    } else {
        return None;
    };
    if separator == 0 {
        return None;
    }
    let value = after.get(separator..)?;
    let is_authorization = normalized(label).ends_with("authorization");
    let end = |c: char| match c {
        // A scheme and its parameters belong to the value of this header.
        ' ' | ',' | ';' => !is_authorization,
        _ => c.is_whitespace() || c.is_control() || "\"'`<>&)]}\\…".contains(c),
    };
    let len = value.find(end).unwrap_or(value.len());
    // SigV4's own header is worth reading, and its parts are redacted by themselves.
    if len == 0 || (is_authorization && value.starts_with("AWS4-")) || value.starts_with(REDACTED) {
        return None;
    }
    (len >= 4 || !is_scheme).then_some(Value { start: separator, len })
}

fn normalized(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_secret_label(label: &str) -> bool {
    const ENDS: [&str; 14] = [
        "token",
        "secret",
        "password",
        "passwd",
        "signature",
        "authorization",
        "secretkey",
        "secretaccesskey",
        "apikey",
        "cookie",
        "assertion",
        "privatekey",
        "jwt",
        "credentials",
    ];
    let label = normalized(label);
    label.len() <= 60 && ENDS.iter().any(|end| label.ends_with(end))
}

fn push_token(out: &mut String, token: &str) {
    // A path, host or query is looked at piece by piece, but keys may have slashes in them: those first.
    if looks_random(token) {
        out.push_str(REDACTED);
        return;
    }
    // The parts of a JWT belong together, however short the last ones are.
    if let Some((before, _)) = token.split_once("eyJ")
        && token.len() - before.len() >= 8
    {
        out.push_str(before);
        out.push_str(REDACTED);
        return;
    }
    let mut last = 0;
    for (at, _) in token.match_indices(['/', '.']).chain([(token.len(), "")]) {
        let piece = token.get(last..at).unwrap_or_default();
        push_piece(out, piece);
        out.push_str(token.get(at..(at + 1).min(token.len())).unwrap_or_default());
        last = at + 1;
    }
}

fn push_piece(out: &mut String, piece: &str) {
    let marks =
        KEY_MARKS.iter().filter_map(|(mark, shortest)| piece.find(mark).filter(|at| piece.len() - at >= *shortest));
    if let Some(at) = marks.min() {
        out.push_str(piece.get(..at).unwrap_or_default());
        out.push_str(REDACTED);
    } else if is_access_key(piece) {
        // The prefix says whether the key is a temporary one.
        out.push_str(piece.get(..4).unwrap_or_default());
        out.push('…');
    } else if looks_random(piece) {
        out.push_str(REDACTED);
    } else {
        out.push_str(piece);
    }
}

/// `AKIA…` and `ASIA…`.
fn is_access_key(piece: &str) -> bool {
    (16..=32).contains(&piece.len())
        && ["AKIA", "ASIA", "ABIA", "ACCA"].iter().any(|prefix| piece.starts_with(prefix))
        && piece.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// What keys begin with that need not be long: AppSync's API keys, AWS's session tokens; and how long they
/// are at least, even when they were cut.
const KEY_MARKS: [(&str, usize); 6] =
    [("da2-", 12), ("IQoJ", 12), ("FwoG", 12), ("FQoG", 12), ("FQoD", 12), ("AQoD", 12)];

/// Whether a part of a word is long and wild enough for base64 of random bytes: capitals, small letters and digits change
/// too often for a name. A hash (64 hexadecimal digits) has no capitals, and names have joints or runs of small letters.
fn looks_random(word: &str) -> bool {
    word.len() >= 32 && word.split(['-', '_', '.']).any(is_wild)
}

fn is_wild(piece: &str) -> bool {
    let kind = |byte: u8| match byte {
        b'A'..=b'Z' => 0_u8,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let has = |wanted| piece.bytes().any(|byte| kind(byte) == wanted);
    let changes = |bytes: &[u8]| bytes.windows(2).filter(|pair| matches!(pair, [a, b] if kind(*a) != kind(*b))).count();
    // A wild word joined to a plain one by a slash is a path: random bytes are as wild everywhere.
    let (front, back) = piece.as_bytes().split_at(piece.len() / 2);
    let is_wild_throughout = [front, back].into_iter().all(|half| changes(half) * 4 >= half.len());
    piece.len() >= 20
        && has(0)
        && has(1)
        && has(2)
        && changes(piece.as_bytes()) * 10 >= piece.len() * 3
        && is_wild_throughout
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzT4qLmN8vB";

    fn line(text: &str) -> String {
        shown_line(text, 2000)
    }

    #[test]
    fn secrets_are_taken_out_by_their_looks() {
        for (text, secret) in [
            ("not 'eyJraWQiOiJhYmMifQ.eyJzdWIiOiIxIn0.c2ln' valid", "c2ln"),
            ("Bearer eyJraWQiOiJabc", "eyJ"),
            ("Authorization=Basic dXNlcjpwYXNzd29yZA==", "dXNl"),
            ("the key ASIAIOSFODNN7EXAMPLE is", "IOSFODNN7"),
            (SECRET, "K7MDENG"),
            ("x IQoJb3JpZ2luX2VjEXAMPLE y", "b3JpZ2lu"),
            ("da2-abcdefghijklmnopqrstuvwxyz", "abcdef"),
        ] {
            assert!(!line(text).contains(secret), "{}", line(text));
        }
    }

    #[test]
    fn secrets_are_taken_out_by_their_labels() {
        for label in [
            "\"SessionToken\":\"",
            "x-amz-security-token: ",
            "X-Amz-Security-Token=",
            "Signature=",
            "X-Amz-Signature=",
            "\"secretAccessKey\": \"",
            "<SecretAccessKey>",
            "password=",
            "x-api-key:",
            "authorization: ",
            "\\\"token\\\":\\\"",
            "Cookie: ",
            "{\"idToken\":[\"",
            "Authorization: Bearer ",
        ] {
            let shown = line(&format!("a {label}hunter2hunter2\" b"));
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.starts_with("a "), "{shown}");
        }
    }

    #[test]
    fn what_is_needed_to_understand_stays() {
        for text in [
            "User: arn:aws:sts::204518736925:assumed-role/lex-web-ui-CognitoIdentityPool-1-CognitoUnauthRole-98B2FZ8JTWR9/CognitoIdentityCredentials",
            "User: arn:aws:sts::204518736925:assumed-role/SubjectIAMRolecd523e-82a3r86382pqmz9jwer76nfypc-NONE/APPSYNC_ASSUME_ROLE",
            "assumed-role/lex-web-ui-CognitoIdentityPool-Z-CognitoAuthRoleV1-P9O8I7U6/CognitoIdentityCredentials",
            "The security token included in the request is invalid.",
            "Invalid login token. Token expired: 1667365798 >= 1667235770",
            "Missing Authentication Token",
            "Signature expired: 20181029T181641Z is now earlier than 20181029T191126Z (20181029T191626Z - 5 min.)",
            "us-east-1:191b639a-1591-438b-a238-a61751bdefdd",
            "accept;content-type;host;x-amz-date;x-amz-security-token",
            "https://xlgi0zfokf.execute-api.ap-southeast-1.amazonaws.com/Prod/items?x=1",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-6-v1",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_qbqjKe5e7",
        ] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn nothing_shown_is_harmful_or_long() {
        assert_eq!(line("a\u{1b}[31m\u{202e}b<script>\n"), "a\\u{1b}[31m\\u{202e}b\\u{3c}script> ");
        assert!(shown(&"あ".repeat(100_000), 1000).len() <= 1003);
        // A secret at the edge is taken out before the cut, so that no half of it is left.
        let text = format!("{} token={SECRET}", "x ".repeat(45));
        assert!(!shown(&text, 110).contains("wJalr"));
    }
}
