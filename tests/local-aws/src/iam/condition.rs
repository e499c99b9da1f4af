//! The `Condition` element: operators over keys of the request (IAM User Guide: IAM JSON policy elements: Condition
//! operators).

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Deserialize;
use serde::de::Error as _;

use super::Context;
use super::policy::OneOrMany;
use super::wildcard::Pattern;
use crate::clock::parse_extended;

/// All of these must hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions(Vec<Condition>);

#[derive(Clone, Debug)]
struct Condition {
    operator: Operator,
    key: String,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct Operator {
    quantifier: Quantifier,
    test: Test,
    is_negated: bool,
    /// `…IfExists`: an absent key fulfils the condition.
    if_exists: bool,
}

/// How a key with several values is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    Single,
    ForAllValues,
    ForAnyValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Bool,
    IpAddress,
    Null,
    Numeric(Comparison),
    Date(Comparison),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    fn read(name: &str) -> Option<Self> {
        let (quantifier, name) = match name.split_once(':') {
            Some(("ForAllValues", name)) => (Quantifier::ForAllValues, name),
            Some(("ForAnyValue", name)) => (Quantifier::ForAnyValue, name),
            Some(_) => return None,
            None => (Quantifier::Single, name),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (test, is_negated) = match name {
            "StringEquals" => (Test::StringEquals, false),
            "StringNotEquals" => (Test::StringEquals, true),
            "StringEqualsIgnoreCase" => (Test::StringEqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Test::StringEqualsIgnoreCase, true),
            // The two ARN operators behave identically.
            "StringLike" | "ArnLike" | "ArnEquals" => (Test::StringLike, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (Test::StringLike, true),
            "Bool" => (Test::Bool, false),
            "IpAddress" => (Test::IpAddress, false),
            "NotIpAddress" => (Test::IpAddress, true),
            "Null" if quantifier == Quantifier::Single && !if_exists => (Test::Null, false),
            "NumericNotEquals" => (Test::Numeric(Comparison::Equal), true),
            "DateNotEquals" => (Test::Date(Comparison::Equal), true),
            _ => match (name.strip_prefix("Numeric"), name.strip_prefix("Date")) {
                (Some(comparison), _) => (Test::Numeric(Comparison::read(comparison)?), false),
                (_, Some(comparison)) => (Test::Date(Comparison::read(comparison)?), false),
                _ => return None,
            },
        };
        Some(Self { quantifier, test, is_negated, if_exists })
    }
}

impl Comparison {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "Equals" => Self::Equal,
            "LessThan" => Self::Less,
            "LessThanEquals" => Self::LessOrEqual,
            "GreaterThan" => Self::Greater,
            "GreaterThanEquals" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

impl Test {
    fn holds(self, stated: &str, actual: &str, context: &Context) -> bool {
        let pattern = || Pattern::literal(stated, context);
        match self {
            Self::StringEquals => pattern().is_some_and(|pattern| pattern.matches(actual)),
            Self::StringEqualsIgnoreCase => Pattern::literal(&stated.to_lowercase(), context)
                .is_some_and(|pattern| pattern.matches(&actual.to_lowercase())),
            Self::StringLike => Pattern::read(stated, context).is_some_and(|pattern| pattern.matches(actual)),
            Self::Bool => stated.eq_ignore_ascii_case(actual),
            Self::IpAddress => actual.parse().is_ok_and(|address| is_in_network(stated, address)),
            // Decided without values: see `Condition::holds`.
            Self::Null => false,
            Self::Numeric(comparison) => match (actual.parse::<f64>(), stated.parse::<f64>()) {
                (Ok(actual), Ok(stated)) => comparison.holds(actual, stated),
                _ => false,
            },
            Self::Date(comparison) => match (parse_extended(actual), parse_extended(stated)) {
                (Some(actual), Some(stated)) => comparison.holds(actual, stated),
                _ => false,
            },
        }
    }
}

/// Whether an address is in a network such as `203.0.113.0/24`, or is that address.
fn is_in_network(network: &str, address: IpAddr) -> bool {
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, length.parse::<u32>().ok()),
        None => (network, Some(128)),
    };
    let (Ok(base), Some(length)) = (base.parse::<IpAddr>(), length) else { return false };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let ((base, size), (address, size_of_address)) = (bits(base), bits(address));
    let ignored = size - length.min(size);
    size == size_of_address && (ignored >= 128 || base >> ignored == address >> ignored)
}

impl Condition {
    fn holds(&self, context: &Context) -> bool {
        let Operator { quantifier, test, is_negated, if_exists } = self.operator;
        let actual = context.get(&self.key);
        if test == Test::Null {
            let is_absent = actual.is_none();
            return self.values.iter().any(|value| value.eq_ignore_ascii_case("true") == is_absent);
        }
        let fits = |actual: &String| {
            let matches_any = self.values.iter().any(|stated| test.holds(stated, actual, context));
            matches_any != is_negated
        };
        match (actual, quantifier) {
            (None | Some([]), Quantifier::ForAllValues) => true,
            (None | Some([]), _) => if_exists || (is_negated && quantifier == Quantifier::Single),
            (Some(values), Quantifier::ForAllValues) => values.iter().all(fits),
            (Some(values), Quantifier::Single | Quantifier::ForAnyValue) => values.iter().any(fits),
        }
    }
}

impl Conditions {
    pub(super) fn hold(&self, context: &Context) -> bool {
        self.0.iter().all(|condition| condition.holds(context))
    }
}

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let blocks = BTreeMap::<String, BTreeMap<String, OneOrMany>>::deserialize(deserializer)?;
        let mut conditions = Vec::new();
        for (name, keys) in blocks {
            let operator =
                Operator::read(&name).ok_or_else(|| D::Error::custom(format!("unknown condition operator {name}")))?;
            for (key, values) in keys {
                conditions.push(Condition { operator, key, values: values.0 });
            }
        }
        Ok(Self(conditions))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn holds(condition: Value) -> bool {
        let context = Context::default()
            .with("aws:SourceIp", ["127.0.0.1"])
            .with("dynamodb:LeadingKeys", ["us-east-1:me"])
            .with("cognito-identity.amazonaws.com:sub", ["us-east-1:me"])
            .with("cognito-identity.amazonaws.com:amr", ["authenticated", "cognito-idp.us-east-1.amazonaws.com/p"])
            .with("aws:SecureTransport", ["true"])
            .with("aws:CurrentTime", ["2025-01-15T12:00:00Z"])
            .with("s3:max-keys", ["10"]);
        serde_json::from_value::<Conditions>(condition).unwrap().hold(&context)
    }

    #[test]
    fn operators_compare_as_iam_documents_them() {
        for (condition, expected) in [
            (json!({}), true),
            (json!({ "StringEquals": { "AWS:sourceip": "127.0.0.1" } }), true),
            (json!({ "StringEquals": { "aws:SourceIp": "127.0.0.*" } }), false),
            (json!({ "StringLike": { "aws:SourceIp": ["10.*", "127.0.0.*"] } }), true),
            (json!({ "StringNotLike": { "aws:SourceIp": ["10.*", "127.0.0.*"] } }), false),
            (json!({ "StringNotEquals": { "aws:SourceIp": "10.0.0.1" } }), true),
            (json!({ "StringEqualsIgnoreCase": { "aws:SecureTransport": "TRUE" } }), true),
            (json!({ "Bool": { "aws:SecureTransport": false } }), false),
            (json!({ "IpAddress": { "aws:SourceIp": "127.0.0.0/8" } }), true),
            (json!({ "IpAddress": { "aws:SourceIp": "127.0.1.0/24" } }), false),
            (json!({ "IpAddress": { "aws:SourceIp": "::/0" } }), false),
            (json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.5" } }), true),
            (json!({ "NumericLessThanEquals": { "s3:max-keys": 10 } }), true),
            (json!({ "NumericGreaterThan": { "s3:max-keys": "10" } }), false),
            (json!({ "DateLessThan": { "aws:CurrentTime": "2025-01-15T12:00:01Z" } }), true),
            (json!({ "DateGreaterThan": { "aws:CurrentTime": "2025-01-15T12:00:01Z" } }), false),
            // All blocks and all keys of a block must hold.
            (json!({ "Bool": { "aws:SecureTransport": "true" }, "StringEquals": { "aws:SourceIp": "x" } }), false),
        ] {
            assert_eq!(holds(condition.clone()), expected, "{condition}");
        }
    }

    #[test]
    fn an_absent_key_fails_unless_the_operator_says_otherwise() {
        for (condition, expected) in [
            (json!({ "StringEquals": { "absent": "a" } }), false),
            (json!({ "StringNotEquals": { "absent": "a" } }), true),
            (json!({ "StringEqualsIfExists": { "absent": "a" } }), true),
            (json!({ "ForAllValues:StringEquals": { "absent": "a" } }), true),
            (json!({ "ForAnyValue:StringEquals": { "absent": "a" } }), false),
            (json!({ "Null": { "absent": "true" } }), true),
            (json!({ "Null": { "aws:SourceIp": true } }), false),
            (json!({ "Null": { "aws:SourceIp": "false" } }), true),
        ] {
            assert_eq!(holds(condition.clone()), expected, "{condition}");
        }
    }

    #[test]
    fn quantifiers_count_values_and_variables_are_filled_in() {
        let own = json!({ "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"] });
        let amr = |value| json!({ "cognito-identity.amazonaws.com:amr": value });
        for (condition, expected) in [
            (json!({ "ForAllValues:StringEquals": own }), true),
            (json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${absent}"] } }), false),
            (json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["us-east-1"] } }), false),
            (json!({ "ForAnyValue:StringLike": amr("authenticated") }), true),
            (json!({ "ForAnyValue:StringLike": amr("unauthenticated") }), false),
            (json!({ "ForAllValues:StringLike": amr("authenticated") }), false),
        ] {
            assert_eq!(holds(condition.clone()), expected, "{condition}");
        }
    }

    #[test]
    fn a_misspelt_operator_is_refused_by_name() {
        for name in ["StringEqual", "ForSomeValues:StringEquals", "NumericBetween", "ForAllValues:Null"] {
            let error = serde_json::from_value::<Conditions>(json!({ name: { "k": "v" } })).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
