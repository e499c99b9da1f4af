//! What guests may reach in the enhanced flow. Cognito adds session policies to their credentials, so that nothing else
//! is allowed, whatever the role allows.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html>

/// What the session policies say of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// They allow it.
    Allowed,
    /// They allow some actions of the service, and which one it was is not known.
    SomeActions,
    /// They allow it in the regions that are enabled by default, not in those that have to be switched on.
    DefaultRegionsOnly,
    /// They do not allow it, and AWS names the service among those that guests do not reach, or it is known from
    /// guests' refusals.
    KnownNotAllowed,
    /// They do not name it.
    NotListed,
}

/// Services of which every action is allowed, by the prefix of their actions.
const SERVICES: [&str; 31] = [
    "appsync",
    "cloudwatch",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "dynamodb",
    "execute-api",
    "firehose",
    "gamelift",
    "iot",
    "kinesis",
    "lambda",
    "lex",
    "logs",
    "machinelearning",
    "mobileanalytics",
    "mobiletargeting",
    "personalize",
    "polly",
    "rekognition",
    "s3",
    "ses",
    "sns",
    "sqs",
    "transcribe",
    "translate",
    // Signing names of the same services, where they are not the prefix of their actions.
    "email",
    "iotdata",
    "iotdevicegateway",
    "monitoring",
    "pinpoint",
];

/// Of other services, the beginnings of the names of allowed actions.
const ACTIONS: [(&str, &[&str]); 4] = [
    ("rum", &["PutRumEvents"]),
    ("sagemaker", &["InvokeEndpoint"]),
    (
        "geo",
        &[
            "GetMap",
            "SearchPlaceIndex",
            "GetPlace",
            "CalculateRoute",
            "PutGeofence",
            "GetGeofence",
            "ListGeofences",
            "BatchPutGeofence",
            "BatchDeleteGeofence",
            "BatchUpdateDevicePosition",
            "BatchGetDevicePosition",
            "GetDevicePosition",
            "ListDevicePositions",
        ],
    ),
    ("kms", &["Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey"]),
];

const DEFAULT_REGIONS_ONLY: [(&str, &[&str]); 4] = [
    ("cognito-sync", &[""]),
    ("codewhisperer", &[""]),
    ("textract", &["DetectDocumentText", "AnalyzeDocument"]),
    ("sdb", &[""]),
];

const KNOWN_NOT_ALLOWED: [&str; 18] = [
    "aoss",
    "apigateway",
    "athena",
    "bedrock",
    "connect",
    "es",
    "events",
    "geo-maps",
    "geo-places",
    "geo-routes",
    "kendra",
    "kinesisvideo",
    "qbusiness",
    "secretsmanager",
    "ssm",
    "states",
    "textract",
    "timestream",
];

/// Judges an action, `name` being empty where only the service is known.
pub(super) fn reach(service: &str, name: &str) -> Reach {
    let listed = |table: &[(&str, &[&str])]| {
        let actions = table.iter().find(|(listed, _)| *listed == service).map(|(_, actions)| *actions);
        actions.is_some_and(|actions| name.is_empty() || actions.iter().any(|action| name.starts_with(action)))
    };
    if SERVICES.contains(&service) {
        Reach::Allowed
    } else if listed(&ACTIONS) {
        if name.is_empty() { Reach::SomeActions } else { Reach::Allowed }
    } else if listed(&DEFAULT_REGIONS_ONLY) {
        Reach::DefaultRegionsOnly
    } else if KNOWN_NOT_ALLOWED.contains(&service) || ACTIONS.iter().any(|(listed, _)| *listed == service) {
        Reach::KnownNotAllowed
    } else {
        Reach::NotListed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        for (service, name, reached) in [
            ("lex", "RecognizeText", Reach::Allowed),
            ("geo", "GetMapGlyphs", Reach::Allowed),
            ("geo", "CreateMap", Reach::KnownNotAllowed),
            ("rum", "", Reach::SomeActions),
            ("rum", "PutRumEvents", Reach::Allowed),
            ("kendra", "Query", Reach::KnownNotAllowed),
            ("kinesisvideo", "", Reach::KnownNotAllowed),
            ("textract", "AnalyzeDocument", Reach::DefaultRegionsOnly),
            ("textract", "AnalyzeID", Reach::KnownNotAllowed),
            ("newservice", "Do", Reach::NotListed),
        ] {
            assert_eq!(reach(service, name), reached, "{service}:{name}");
        }
    }
}
