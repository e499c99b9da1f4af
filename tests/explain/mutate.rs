//! Made-up answers: real cases cut, crossed, repeated and filled with what parsers stumble over.

use serde_json::{Map, Value, json};
use sigfetch::explain::{Evidence, Explanation, Lang, explain};

/// Secrets that are put into every made-up case; no output may have them.
pub(crate) const SECRETS: [&str; 3] = [
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzT4qLmN8vB",
    "FwoGZXIvYXdzEPr8vK2sQ0xJb7TqYd1Uf5Hc3Wm9Zn4Rg6Lk0Sj8Da2Vx7Bp",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dGhpcy1pcy1hLXNpZ25hdHVyZQ",
];

const PIECES: [&str; 44] = [
    "",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "\n",
    "\r\n",
    "'",
    "\"",
    "\\",
    "<",
    ">",
    "{",
    "}",
    "[",
    "]",
    ":",
    "::",
    "/",
    "%",
    "%25",
    "%252B",
    "+",
    "é",
    "あ",
    "😀",
    "İ",
    "\u{fffd}",
    "null",
    "undefined",
    "NaN",
    "-1",
    "1e999",
    "<script>alert(1)</script>",
    "<!doctype html><html>",
    "<Error><Code>",
    "User: ",
    " is not authorized to perform: ",
    " on resource: ",
    "arn:aws:",
    "Signature expired: ",
    "The Canonical String for this request should have been\n'GET\n/",
    "because no ",
    " with an explicit deny in a",
];

/// Xorshift: the same made-up cases every time.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// A made-up case.
pub(crate) fn made_up(cases: &[Value], chance: &mut Chance) -> Value {
    let pick = |chance: &mut Chance| cases.get(chance.below(cases.len())).cloned().unwrap_or_default();
    let (mut case, other) = (pick(chance), pick(chance));
    for _ in 0..=chance.below(4) {
        match chance.below(9) {
            0 => case["body"] = json!(text(&case["body"], &other["body"], chance)),
            1 => case["context"] = other["context"].clone(),
            2 => case["headers"] = other["headers"].clone(),
            3 => case["status"] = json!(chance.below(1000)),
            4 => mutate_member(&mut case["context"], &other["context"], chance),
            5 => mutate_member(&mut case["headers"], &other["headers"], chance),
            6 => case["error"] = json!({ "name": "TypeError", "message": text(&case["body"], &other["body"], chance) }),
            7 => {
                let member = ["status", "headers", "body", "error", "context"][chance.below(5)];
                case[member] = odd(chance);
            }
            _ => case["body"] = json!(text(&case["body"], &case["body"].clone(), chance).repeat(1 + chance.below(20))),
        }
    }
    put_secret(&mut case, chance);
    case
}

fn mutate_member(object: &mut Value, other: &Value, chance: &mut Chance) {
    let names: Vec<_> = object.as_object().into_iter().chain(other.as_object()).flat_map(Map::keys).cloned().collect();
    let (Some(name), Some(object)) = (names.get(chance.below(names.len())), object.as_object_mut()) else { return };
    let value = match chance.below(3) {
        0 => odd(chance),
        1 => json!(text(object.get(name).unwrap_or(&Value::Null), other.get(name).unwrap_or(&Value::Null), chance)),
        _ => other.get(name).cloned().unwrap_or_else(|| odd(chance)),
    };
    object.insert(name.clone(), value);
}

fn odd(chance: &mut Chance) -> Value {
    match chance.below(8) {
        0 => Value::Null,
        1 => json!(chance.below(2) == 0),
        2 => json!(chance.next() as i64),
        3 => json!(f64::from_bits(chance.next())),
        4 => json!([["a", "b"], [1], {}]),
        5 => json!({ "a": { "b": [[[[]]]] } }),
        6 => json!(PIECES[chance.below(PIECES.len())].repeat(1 + chance.below(2000))),
        _ => json!(PIECES[chance.below(PIECES.len())]),
    }
}

fn text(one: &Value, other: &Value, chance: &mut Chance) -> String {
    let (one, other) = (one.as_str().unwrap_or_default(), other.as_str().unwrap_or_default());
    let cut = |text: &str, at: usize| text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    let at = cut(one, chance.below(one.chars().count() + 1));
    let from = cut(other, chance.below(other.chars().count() + 1));
    let piece = PIECES[chance.below(PIECES.len())];
    match chance.below(5) {
        0 => one[..at].to_owned(),
        1 => format!("{}{}", &one[..at], &other[from..]),
        2 => format!("{}{piece}{}", &one[..at], &one[at..]),
        3 => one[at..].to_owned(),
        _ => format!("{piece}{one}"),
    }
}

/// Somewhere in the evidence, as people paste by mistake.
fn put_secret(case: &mut Value, chance: &mut Chance) {
    let secret = SECRETS[chance.below(SECRETS.len())];
    let labelled = match chance.below(5) {
        0 => format!(" token={secret} "),
        1 => format!("{{\"message\":\"x\",\"SessionToken\":\"{secret}\"}}"),
        2 => format!(" Authorization: Bearer {secret} "),
        3 => format!(" {secret} "),
        _ => format!("\nx-amz-security-token:{secret}\n"),
    };
    match chance.below(4) {
        0 => case["body"] = json!(format!("{}{labelled}", case["body"].as_str().unwrap_or_default())),
        1 => case["headers"] = json!({ "authorization": labelled, "x-amzn-errormessage": labelled }),
        2 => case["error"] = json!(labelled),
        _ => {
            let name = ["role", "loginsKey", "host", "url", "signedScope", "tokenIss", "operation", "scriptSaw"]
                [chance.below(8)];
            if let Some(context) = case["context"].as_object_mut() {
                context.insert(name.to_owned(), json!(labelled));
            }
        }
    }
}

/// What holds for every explanation.
pub(crate) fn check(case: &Value, explanation: &Explanation) -> Result<(), String> {
    let text = serde_json::to_string(explanation).map_err(|error| error.to_string())?;
    if let Some(secret) = SECRETS.iter().find(|secret| leaks(&text, secret)) {
        return Err(format!("{secret} is in the output of {case}\n{text}"));
    }
    let is_bounded = text.len() < 200_000
        && explanation.causes.len() <= 12
        && explanation.evidence.iter().all(|item| item.value.len() < 2100);
    let certain = explanation.causes.iter().filter(|cause| format!("{:?}", cause.likelihood) == "Certain").count();
    let is_consistent =
        certain == usize::from(explanation.certain) && (!explanation.certain || explanation.causes.len() == 1);
    let shown = explanation.evidence.iter().map(|item| item.value.as_str());
    let words = explanation.causes.iter().flat_map(|cause| [cause.title.as_str(), &cause.why]);
    let is_clean = shown.chain(words).all(|text| {
        !text.contains('<') && !text.contains('\u{202e}') && text.chars().all(|c| c == '\n' || !c.is_control())
    });
    match (is_bounded, is_consistent, is_clean) {
        (true, true, true) => Ok(()),
        _ => Err(format!("bounded {is_bounded}, consistent {is_consistent}, clean {is_clean}: {case}\n{text}")),
    }
}

/// A secret is out if a quarter of it is.
fn leaks(text: &str, secret: &str) -> bool {
    let part = secret.len() / 4;
    (0..=secret.len() - part).any(|at| text.contains(&secret[at..at + part]))
}

pub(crate) fn explained(case: &Value, lang: Lang) -> Option<Explanation> {
    let evidence: Evidence = serde_json::from_value(case.clone()).ok()?;
    Some(explain(&evidence, lang))
}
