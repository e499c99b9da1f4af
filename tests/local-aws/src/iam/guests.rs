//! What guests may reach in the enhanced flow. Cognito adds two session policies to their credentials (Cognito Developer
//! Guide: IAM roles, "Access policies for unauthenticated identities"). That the two add up is inferred from the guide's
//! table of services.

use std::sync::OnceLock;

use serde_json::json;

use super::Policy;

/// The inline session policy of regions that are enabled by default.
const INLINE: [&str; 32] = [
    "cloudwatch:*",
    "logs:*",
    "dynamodb:*",
    "kinesis:*",
    "mobileanalytics:*",
    "s3:*",
    "ses:*",
    "sns:*",
    "sqs:*",
    "lambda:*",
    "machinelearning:*",
    "execute-api:*",
    "iot:*",
    "gamelift:*",
    "cognito-identity:*",
    "cognito-idp:*",
    "lex:*",
    "polly:*",
    "comprehend:*",
    "translate:*",
    "transcribe:*",
    "rekognition:*",
    "mobiletargeting:*",
    "firehose:*",
    "appsync:*",
    "personalize:*",
    "sagemaker:InvokeEndpoint",
    "cognito-sync:*",
    "codewhisperer:*",
    "textract:DetectDocumentText",
    "textract:AnalyzeDocument",
    "sdb:*",
];

/// `AmazonCognitoUnAuthedIdentitiesSessionPolicy`, version 3.
const MANAGED: [&str; 24] = [
    "rum:PutRumEvents",
    "polly:*",
    "comprehend:*",
    "translate:*",
    "transcribe:*",
    "rekognition:*",
    "mobiletargeting:*",
    "firehose:*",
    "personalize:*",
    "sagemaker:InvokeEndpoint",
    "geo:GetMap*",
    "geo:SearchPlaceIndex*",
    "geo:GetPlace",
    "geo:CalculateRoute*",
    "geo:*Geofence",
    "geo:*Geofences",
    "geo:*DevicePosition*",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptTo",
    "kms:ReEncryptFrom",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair*",
    "kms:GenerateDataKeyWithoutPlaintext",
];

/// The session policies that Cognito gives to guests in the enhanced flow.
pub(crate) fn guest_session_policies() -> &'static [Policy] {
    static POLICIES: OnceLock<Vec<Policy>> = OnceLock::new();
    POLICIES.get_or_init(|| {
        let allow = |actions: &[&str]| json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
        [allow(&INLINE), allow(&MANAGED)].into_iter().filter_map(|policy| serde_json::from_value(policy).ok()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::{Decision, Policies, Principal, Request};

    fn is_reachable(action: &str) -> bool {
        let policies = Policies { session: Some(guest_session_policies().iter().collect()), ..Policies::default() };
        policies.decide(&Principal::Anonymous, &Request::new(action, "*")) == Decision::Allowed
    }

    #[test]
    fn guests_reach_what_the_guide_lists() {
        assert_eq!(guest_session_policies().len(), 2);
        for (action, expected) in [
            ("execute-api:Invoke", true),
            ("appsync:GraphQL", true),
            ("dynamodb:GetItem", true),
            ("s3:PutObject", true),
            ("lex:RecognizeText", true),
            ("transcribe:StartStreamTranscription", true),
            ("rum:PutRumEvents", true),
            ("kms:Decrypt", true),
            ("geo:GetMapTile", true),
            ("textract:AnalyzeDocument", true),
            ("sagemaker:InvokeEndpoint", true),
            ("kendra:Query", false),
            ("ssm:GetParameter", false),
            ("secretsmanager:GetSecretValue", false),
            ("bedrock:InvokeModel", false),
            ("kinesisvideo:DescribeSignalingChannel", false),
            ("es:ESHttpPost", false),
            ("geo-maps:GetTile", false),
            ("kms:CreateKey", false),
            ("textract:AnalyzeExpense", false),
            ("sagemaker:CreateModel", false),
            ("apigateway:GET", false),
        ] {
            assert_eq!(is_reachable(action), expected, "{action}");
        }
    }
}
