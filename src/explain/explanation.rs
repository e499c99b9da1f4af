//! What is known of a failed call once it has been looked at.

use serde::Serialize;

/// Why a call failed, as far as the evidence says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The evidence proves one cause, which is the only one listed.
    pub certain: bool,
    /// Causes, the likeliest first; empty if the answer is not recognised.
    pub causes: Vec<Cause>,
    /// What the causes were read from, without secrets.
    pub evidence: Vec<EvidenceItem>,
}

/// One cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// A stable id, such as `guest-scope-down`.
    pub id: &'static str,
    /// How sure it is.
    pub likelihood: Likelihood,
    /// What is wrong, in a few words.
    pub title: String,
    /// Why it is thought so; and where it is not certain, the question or check that tells it apart.
    pub why: String,
    /// What to do.
    pub fix: Vec<Fix>,
    /// Where AWS documents it.
    pub docs: &'static str,
}

/// How sure a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    /// The evidence proves it.
    Certain,
    /// More than others.
    Likely,
    /// It gives the same answer.
    Possible,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// A sentence.
    pub text: String,
    /// What to paste, if it is something that can be pasted.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub paste: Option<Paste>,
}

/// Something to paste. What only the owner knows stands in it in capitals: `YOUR_API_ID`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paste {
    /// What it is.
    pub kind: PasteKind,
    /// The text.
    pub paste: String,
}

/// What can be pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasteKind {
    /// A statement of an IAM policy, or of a policy with the same grammar.
    PolicyStatement,
    /// A whole trust policy of a role.
    TrustPolicy,
    /// `x-amazon-apigateway-gateway-responses` of an OpenAPI document.
    GatewayResponses,
    /// A part of an OpenAPI document: an `OPTIONS` method.
    OpenApi,
    /// CORS settings.
    Cors,
    /// Settings of an AWS resource, by the names of its API.
    Settings,
    /// Code of the page.
    Code,
    /// A line of a schema.
    Schema,
    /// A command of the AWS CLI.
    Command,
    /// A header of the request.
    Header,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceItem {
    /// What it is.
    pub what: String,
    /// Its value, without secrets and control characters, perhaps shortened.
    pub value: String,
}
