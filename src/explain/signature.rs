//! Two canonical requests side by side: the one that was signed, and the one that AWS says it should have been.

use super::answer::Answer;

/// SHA-256 of nothing.
pub(super) const EMPTY_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// SHA-256 of `{}`.
pub(super) const EMPTY_OBJECT: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// A canonical request, or as much of its beginning as there is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Canonical<'a> {
    pub(super) method: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) query: Option<&'a str>,
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) signed_headers: Option<&'a str>,
    pub(super) payload: Option<&'a str>,
}

/// Lines of headers that are read; nobody signs more.
const MOST_HEADERS: usize = 100;

impl<'a> Canonical<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        // An ellipsis stands where somebody has shortened it.
        let mut lines =
            text.split('\n').map(|line| line.trim_end_matches('\r')).take_while(|line| *line != "..." && *line != "…");
        let method =
            lines.next().filter(|line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_uppercase()))?;
        let mut read =
            Self { method: Some(method), path: lines.next().filter(|path| path.starts_with('/')), ..Self::default() };
        read.query = lines.next();
        let mut is_complete = false;
        for line in lines.by_ref().take(MOST_HEADERS) {
            if line.is_empty() {
                is_complete = true;
                break;
            }
            read.headers.extend(line.split_once(':'));
        }
        // Shortened behind the path, what looks like an empty query is only the end of the text.
        if read.query == Some("") && read.headers.is_empty() {
            read.query = None;
        }
        if is_complete {
            read.signed_headers = lines.next().filter(|line| !line.is_empty());
            read.payload = lines.next().filter(|line| !line.is_empty());
        }
        Some(read)
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// The canonical request in AWS's answer.
pub(super) fn printed_by_aws(answer: &Answer<'_>) -> Option<String> {
    if let Some(element) = answer.element("CanonicalRequest") {
        return Some(element);
    }
    const BEFORE: &str = "The Canonical String for this request should have been";
    let (_, rest) = answer.raw_message.split_once(BEFORE)?;
    let text = rest.trim_start().strip_prefix('\'')?;
    let text = text.split_once("'\n\nThe String-to-Sign").map_or(text, |(text, _)| text);
    // Cut off, it has no closing quote.
    let text = text.trim_end().strip_suffix('\'').unwrap_or(text);
    Some(text.to_owned())
}

/// A part of a canonical request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Method,
    Path,
    Query,
    Header(String),
    SignedHeaders,
    Payload,
}

/// What changes bytes between signing and checking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A space was signed as plus sign.
    PlusForSpace,
    /// Percent signs were encoded once more.
    DoubleEncoding,
    /// A character that has to be percent-encoded was not.
    NotEncoded,
    /// The same parameters in another order.
    Order,
    /// A character set was added to the content type.
    CharsetAdded,
    /// A form's content type with its boundary, which only the browser knows.
    Boundary,
    /// The hash of an empty body was signed.
    EmptyBodyHash,
    /// A body was signed and none arrived.
    BodyLost,
    /// A part is missing on one side.
    Missing,
    /// None of these.
    Other,
}

/// The first part in which two canonical requests differ.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) part: Part,
    /// What was signed; empty if it is missing.
    pub(super) ours: String,
    /// What AWS has; empty if it is missing.
    pub(super) theirs: String,
    /// The first character that differs, counted from 1.
    pub(super) at: usize,
    pub(super) change: Change,
}

impl Difference {
    fn new(part: Part, ours: &str, theirs: &str) -> Self {
        let at = 1 + ours.chars().zip(theirs.chars()).take_while(|(ours, theirs)| ours == theirs).count();
        let change = change(&part, ours, theirs);
        Self { part, ours: ours.to_owned(), theirs: theirs.to_owned(), at, change }
    }
}

/// Every part in which two canonical requests differ, as far as both sides have it. The time and the session token differ
/// between attempts and prove nothing.
pub(super) fn compare(ours: &Canonical<'_>, theirs: &Canonical<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut differ = |part, ours: Option<&str>, theirs: Option<&str>| {
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && ours != theirs
        {
            found.push(Difference::new(part, ours, theirs));
        }
    };
    differ(Part::Method, ours.method, theirs.method);
    differ(Part::Path, ours.path, theirs.path);
    differ(Part::Query, ours.query, theirs.query);
    let mut names: Vec<_> = theirs.headers.iter().chain(&ours.headers).map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !matches!(*name, "x-amz-date" | "x-amz-security-token" | "date"));
    // A list that was cut short says nothing of what it lacks.
    let is_whole = ours.signed_headers.is_some() && theirs.signed_headers.is_some();
    let lacking = is_whole.then_some("");
    for name in &names {
        differ(Part::Header((*name).to_owned()), ours.header(name).or(lacking), theirs.header(name).or(lacking));
    }
    differ(Part::Payload, ours.payload, theirs.payload);
    // A header that is missing is missing from the list of their names as well.
    if !found.iter().any(|difference| matches!(difference.part, Part::Header(_)))
        && let (Some(ours), Some(theirs)) = (ours.signed_headers, theirs.signed_headers)
        && ours != theirs
    {
        found.push(Difference::new(Part::SignedHeaders, ours, theirs));
    }
    // The hash stated in a header follows from the body's, and says the same.
    if found.iter().any(|difference| difference.part == Part::Payload) {
        found.retain(|difference| difference.part != Part::Header("x-amz-content-sha256".to_owned()));
    }
    found
}

fn change(part: &Part, ours: &str, theirs: &str) -> Change {
    if ours.is_empty() != theirs.is_empty() {
        return Change::Missing;
    }
    match part {
        Part::Path | Part::Query => encoding_change(ours, theirs),
        Part::Header(name) if name == "content-type" => {
            if theirs.contains("boundary=") || ours.contains("boundary=") {
                Change::Boundary
            } else if media_type(ours) == media_type(theirs) {
                Change::CharsetAdded
            } else {
                Change::Other
            }
        }
        Part::Payload if ours == EMPTY_BODY => Change::EmptyBodyHash,
        Part::Payload if theirs == EMPTY_BODY => Change::BodyLost,
        _ => Change::Other,
    }
}

fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn encoding_change(ours: &str, theirs: &str) -> Change {
    if is_double_encoded(ours, theirs) || is_double_encoded(theirs, ours) {
        Change::DoubleEncoding
    } else if ours.replace("%2B", "%20").replace('+', "%20") == theirs.replace("%2B", "%20").replace('+', "%20") {
        Change::PlusForSpace
    } else if encoded(ours) == encoded(theirs) {
        Change::NotEncoded
    } else if sorted(ours) == sorted(theirs) {
        Change::Order
    } else {
        Change::Other
    }
}

fn is_double_encoded(twice: &str, once: &str) -> bool {
    twice.contains("%25") && (twice.replace("%25", "%") == once || twice.replacen("%25", "%", 1) == once)
}

fn sorted(query: &str) -> Vec<&str> {
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    parameters
}

/// With everything encoded that is reserved and not a separator.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) || "%/&=".contains(c) {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded
}

/// RFC 3986's unreserved characters, the only ones that a canonical request has as they are.
pub(super) fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

/// The first character of a query that should have been percent-encoded in a canonical request.
pub(super) fn first_unencoded(query: &str) -> Option<char> {
    query.chars().find(|c| !is_plain(*c) && !"%&=".contains(*c))
}

/// Whether a percent sign is encoded, as by encoding twice: `%252B`.
pub(super) fn has_encoded_percent(text: &str) -> bool {
    text.match_indices("%25")
        .any(|(at, _)| text.get(at + 3..at + 5).is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str =
        "POST\n/a\nx=1\ncontent-type:application/json\nhost:h\nx-amz-date:1\n\ncontent-type;host;x-amz-date\nabc";

    fn difference(ours: &str, theirs: &str) -> Option<(Part, usize, Change)> {
        let mut compared = compare(&Canonical::parse(ours).unwrap(), &Canonical::parse(theirs).unwrap());
        assert!(compared.len() <= 1, "{compared:?}");
        compared.pop().map(|compared| (compared.part, compared.at, compared.change))
    }

    #[test]
    fn a_canonical_request_is_taken_apart() {
        let read = Canonical::parse(SIGNED).unwrap();
        assert_eq!((read.method, read.path, read.query), (Some("POST"), Some("/a"), Some("x=1")));
        assert_eq!((read.header("host"), read.payload), (Some("h"), Some("abc")));
        assert_eq!(Canonical::parse("GET\n/a\n").unwrap().query, None);
        assert_eq!(Canonical::parse("GET\n/a\nq=1\nhost:h\n...").unwrap().signed_headers, None);
        assert_eq!(Canonical::parse("nonsense"), None);
    }

    #[test]
    fn the_first_difference_is_found_and_named() {
        for (from, to, part, at, change) in [
            ("POST", "GET", Part::Method, 1, Change::Other),
            ("/a", "/b", Part::Path, 2, Change::Other),
            ("/a", "/dev/a", Part::Path, 2, Change::Other),
            ("x=1", "x=1%2B", Part::Query, 4, Change::Other),
            ("host:h", "host:i", Part::Header("host".into()), 1, Change::Other),
            ("/json", "/json; charset=utf-8", Part::Header("content-type".into()), 17, Change::CharsetAdded),
            ("abc", EMPTY_BODY, Part::Payload, 1, Change::BodyLost),
        ] {
            assert_eq!(difference(SIGNED, &SIGNED.replacen(from, to, 1)), Some((part, at, change)), "{from} {to}");
        }
        assert_eq!(difference(SIGNED, &SIGNED.replace("date:1", "date:2")), None);
        assert_eq!(difference("GET\n/a\nq=1\nhost:h\n...", "GET\n/a\nq=1\naccept:x\nhost:h\n\naccept;host\nabc"), None);
    }

    #[test]
    fn all_differences_are_found() {
        let other = SIGNED.replace("host:h", "host:i").replace("/a\n", "/b\n");
        let parts: Vec<_> = compare(&Canonical::parse(SIGNED).unwrap(), &Canonical::parse(&other).unwrap())
            .into_iter()
            .map(|difference| difference.part)
            .collect();
        assert_eq!(parts, [Part::Path, Part::Header("host".to_owned())]);
    }

    #[test]
    fn encodings_are_recognised() {
        for (ours, theirs, change) in [
            ("a=b+c", "a=b%20c", Change::PlusForSpace),
            ("a=b%2Bc", "a=b%20c", Change::PlusForSpace),
            ("a=b%252Bc", "a=b%2Bc", Change::DoubleEncoding),
            ("/a%40", "/a%2540", Change::DoubleEncoding),
            ("a=b*", "a=b%2A", Change::NotEncoded),
            ("b=1&a=2", "a=2&b=1", Change::Order),
            ("a=1", "a=2", Change::Other),
        ] {
            assert_eq!(encoding_change(ours, theirs), change, "{ours} {theirs}");
        }
    }

    #[test]
    fn hints_need_no_second_side() {
        assert_eq!(first_unencoded("name=ab*"), Some('*'));
        assert_eq!(first_unencoded("name=ab%2A&b="), None);
        assert!(has_encoded_percent("a=%252B") && !has_encoded_percent("a=100%25"));
    }
}
