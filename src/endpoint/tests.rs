//! Every host family, and the hosts that must never be taken for one.

use super::*;

/// Asserts what a host gives, as `service region`.
#[track_caller]
fn assert_scope(host: &str, path: &str, scope: &str) {
    let found = recognise(host, path).map(|endpoint| format!("{} {}", endpoint.service, endpoint.region));
    assert_eq!(found.as_deref(), Ok(scope), "{host}{path}");
}

fn scopes(cases: &[(&str, &str)]) {
    for (host, scope) in cases {
        assert_scope(host, "/", scope);
    }
}

fn refused(hosts: &[&str], reason: Unrecognised) {
    for host in hosts {
        for path in ["/", "/mqtt", "/v2/x"] {
            assert_eq!(recognise(host, path), Err(reason), "{host:?}");
        }
    }
}

#[test]
fn services_are_read_from_their_prefix() {
    scopes(&[
        ("dynamodb.eu-west-1.amazonaws.com", "dynamodb eu-west-1"),
        ("streams.dynamodb.us-east-1.amazonaws.com", "dynamodb us-east-1"),
        ("email.us-west-2.amazonaws.com", "ses us-west-2"),
        ("pinpoint.us-east-1.amazonaws.com", "mobiletargeting us-east-1"),
        ("bedrock-agent-runtime.us-east-1.amazonaws.com", "bedrock us-east-1"),
        ("runtime-v2-lex.us-east-1.amazonaws.com", "lex us-east-1"),
        ("runtime.sagemaker.us-east-1.amazonaws.com", "sagemaker us-east-1"),
        ("participant.connect.us-west-2.amazonaws.com", "execute-api us-west-2"),
        ("transcribestreaming.ap-northeast-1.amazonaws.com", "transcribe ap-northeast-1"),
        ("aps-workspaces.us-east-1.amazonaws.com", "aps us-east-1"),
        ("query.timestream.us-east-1.amazonaws.com", "timestream us-east-1"),
        ("dataplane.rum.us-east-1.amazonaws.com", "rum us-east-1"),
        ("acm.us-east-1.amazonaws.com", "acm us-east-1"),
    ]);
}

#[test]
fn each_partition_has_its_suffixes() {
    for (host, scope, partition) in [
        ("sqs.us-east-1.amazonaws.com", "sqs us-east-1", Partition::Aws),
        ("sqs.us-east-1.api.aws", "sqs us-east-1", Partition::Aws),
        ("sqs.cn-north-1.amazonaws.com.cn", "sqs cn-north-1", Partition::AwsCn),
        ("sqs.cn-north-1.api.amazonwebservices.com.cn", "sqs cn-north-1", Partition::AwsCn),
        ("sqs.us-gov-west-1.amazonaws.com", "sqs us-gov-west-1", Partition::AwsUsGov),
        ("sqs.us-gov-west-1.api.aws", "sqs us-gov-west-1", Partition::AwsUsGov),
        ("sqs.eusc-de-east-1.amazonaws.eu", "sqs eusc-de-east-1", Partition::AwsEusc),
        ("sqs.eusc-de-east-1.api.amazonwebservices.eu", "sqs eusc-de-east-1", Partition::AwsEusc),
        ("sqs.us-iso-east-1.c2s.ic.gov", "sqs us-iso-east-1", Partition::AwsIso),
        ("sqs.us-isob-east-1.sc2s.sgov.gov", "sqs us-isob-east-1", Partition::AwsIsoB),
        ("sqs.eu-isoe-west-1.cloud.adc-e.uk", "sqs eu-isoe-west-1", Partition::AwsIsoE),
        ("sqs.us-isof-south-1.csp.hci.ic.gov", "sqs us-isof-south-1", Partition::AwsIsoF),
        ("sqs.us-isof-south-1.api.aws.hci.ic.gov", "sqs us-isof-south-1", Partition::AwsIsoF),
    ] {
        assert_scope(host, "/", scope);
        assert_eq!(recognise(host, "/").map(|endpoint| endpoint.partition), Ok(partition));
    }
}

#[test]
fn a_region_under_another_partitions_suffix_is_refused() {
    refused(
        &[
            "sqs.us-east-1.amazonaws.com.cn",
            "sqs.cn-north-1.amazonaws.com",
            "sqs.us-gov-west-1.amazonaws.com.cn",
            "sqs.us-iso-east-1.amazonaws.com",
            "sqs.us-east-1.c2s.ic.gov",
            "routes.geo.us-east-1.us-gov.amazonaws.com",
            "abc.lambda-url.cn-north-1.on.aws",
        ],
        Unrecognised::UnknownService,
    );
}

#[test]
fn fips_hosts_sign_as_the_service_they_stand_for() {
    scopes(&[
        ("cognito-identity-fips.us-west-2.amazonaws.com", "cognito-identity us-west-2"),
        ("fips.transcribe.us-east-1.amazonaws.com", "transcribe us-east-1"),
        ("runtime-fips.lex.us-east-1.amazonaws.com", "lex us-east-1"),
        ("participant.connect-fips.us-west-2.amazonaws.com", "execute-api us-west-2"),
        ("s3-fips.dualstack.us-east-1.amazonaws.com", "s3 us-east-1"),
        ("b.s3-fips.us-east-1.amazonaws.com", "s3 us-east-1"),
        ("ap-123456789012.s3-accesspoint-fips.us-east-1.amazonaws.com", "s3 us-east-1"),
        ("search-d-x.us-east-1.es-fips.amazonaws.com", "es us-east-1"),
    ]);
}

#[test]
fn case_and_one_trailing_dot_do_not_matter() {
    scopes(&[
        ("DynamoDB.EU-West-1.AmazonAWS.com", "dynamodb eu-west-1"),
        ("dynamodb.eu-west-1.amazonaws.com.", "dynamodb eu-west-1"),
    ]);
}

#[test]
fn api_gateway_and_appsync_have_an_id_in_front() {
    scopes(&[
        ("abc123.execute-api.us-east-1.amazonaws.com", "execute-api us-east-1"),
        ("abc-vpce-0a.execute-api.us-east-1.amazonaws.com", "execute-api us-east-1"),
        ("abc123.execute-api.cn-northwest-1.amazonaws.com.cn", "execute-api cn-northwest-1"),
        ("abc.appsync-api.us-east-1.amazonaws.com", "appsync us-east-1"),
        ("abc.appsync-realtime-api.us-east-1.amazonaws.com", "appsync us-east-1"),
        ("appsync.us-east-1.api.aws", "appsync us-east-1"),
    ]);
    refused(
        &["a.b.execute-api.us-east-1.amazonaws.com", "a.b.appsync-api.us-east-1.amazonaws.com"],
        Unrecognised::UnknownService,
    );
}

#[test]
fn a_single_label_in_front_of_a_region_is_its_own_signing_name() {
    scopes(&[
        ("dynamodb.us-east-1.amazonaws.com", "dynamodb us-east-1"),
        ("dynamodb-fips.us-east-1.api.aws", "dynamodb us-east-1"),
        ("a-service-to-come.eu-west-1.amazonaws.com", "a-service-to-come eu-west-1"),
    ]);
    refused(&["kendra.amazonaws.com", "a-service-to-come.amazonaws.com"], Unrecognised::UnknownService);
}

#[test]
fn s3_is_found_behind_any_bucket_name() {
    scopes(&[
        ("s3.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("bucket.s3.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("my.dotted.bucket.s3.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("bucket.s3.dualstack.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("s3.dualstack.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("s3-us-west-2.amazonaws.com", "s3 us-west-2"),
        ("a.b.s3-us-west-2.amazonaws.com", "s3 us-west-2"),
        ("s3-us-gov-west-1.amazonaws.com", "s3 us-gov-west-1"),
        ("s3.amazonaws.com", "s3 us-east-1"),
        ("bucket.s3.amazonaws.com", "s3 us-east-1"),
        ("us-west-2.s3.amazonaws.com", "s3 us-east-1"),
        ("sqs.us-west-2.s3.amazonaws.com", "s3 us-east-1"),
        ("dynamodb.s3.eu-west-1.amazonaws.com", "s3 eu-west-1"),
        ("s3.s3.eu-west-1.amazonaws.com", "s3 eu-west-1"),
        ("b.s3.cn-north-1.amazonaws.com.cn", "s3 cn-north-1"),
        ("ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("ap-123456789012.s3-accesspoint.dualstack.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("123456789012.s3-control.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("123456789012.s3-control.dualstack.us-west-2.amazonaws.com", "s3 us-west-2"),
        ("s3-object-lambda.us-west-2.amazonaws.com", "s3-object-lambda us-west-2"),
        ("ap-1.s3-object-lambda.us-west-2.amazonaws.com", "s3-object-lambda us-west-2"),
        ("ap-1.op-01.s3-outposts.us-west-2.amazonaws.com", "s3-outposts us-west-2"),
        ("b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", "s3express us-east-1"),
        ("s3express-control.us-east-1.amazonaws.com", "s3express us-east-1"),
    ]);
}

#[test]
fn iot_data_hosts_sign_by_path() {
    for host in [
        "a1b2c3-ats.iot.us-east-1.amazonaws.com",
        "data-ats.iot.us-east-1.amazonaws.com",
        "data.iot-fips.us-east-1.amazonaws.com",
    ] {
        assert_scope(host, "/mqtt", "iotdevicegateway us-east-1");
        assert_scope(host, "/topics/a/mqtt", "iotdata us-east-1");
    }
    assert_scope("a1.ats.iot.cn-north-1.amazonaws.com.cn", "/mqtt", "iotdevicegateway cn-north-1");
    assert_scope("iot.us-east-1.amazonaws.com", "/mqtt", "iot us-east-1");
    assert_scope("data.jobs.iot.us-east-1.amazonaws.com", "/mqtt", "iot-jobs-data us-east-1");
    refused(
        &[
            "a.b-ats.iot.us-east-1.amazonaws.com",
            "a.b.ats.iot.us-east-1.amazonaws.com",
            "x.iot.us-east-1.amazonaws.com",
        ],
        Unrecognised::UnknownService,
    );
}

#[test]
fn location_hosts_sign_by_path() {
    for (name, service) in [("maps", "geo-maps"), ("places", "geo-places"), ("routes", "geo-routes")] {
        let host = format!("{name}.geo.eu-west-1.amazonaws.com");
        assert_scope(&host, "/v2/anything", &format!("{service} eu-west-1"));
        assert_scope(&host, &format!("/{name}/v0/anything"), "geo eu-west-1");
        assert_scope(&host, "/tags/arn", "geo eu-west-1");
        assert_scope(&host, "/v2", "geo eu-west-1");
    }
    assert_scope("cp.maps.geo.eu-west-1.amazonaws.com", "/v2/x", "geo eu-west-1");
    assert_scope("tracking.geo.eu-west-1.amazonaws.com", "/v2/x", "geo eu-west-1");
    assert_scope("routes.geo.us-gov-west-1.us-gov.amazonaws.com", "/v2/routes", "geo-routes us-gov-west-1");
}

#[test]
fn account_and_stream_hosts_are_known() {
    scopes(&[
        ("123456789012.ddb.us-east-1.amazonaws.com", "dynamodb us-east-1"),
        ("123456789012.data-kinesis.us-east-1.amazonaws.com", "kinesis us-east-1"),
        ("123456789012.control-kinesis.us-east-1.amazonaws.com", "kinesis us-east-1"),
        ("m-26d02974.kinesisvideo.us-west-2.amazonaws.com", "kinesisvideo us-west-2"),
    ]);
}

#[test]
fn search_hosts_have_the_region_first() {
    scopes(&[
        ("search-domain-abc.eu-west-1.es.amazonaws.com", "es eu-west-1"),
        ("vpc-domain-abc.eu-west-1.es.amazonaws.com", "es eu-west-1"),
        ("es.eu-west-1.amazonaws.com", "es eu-west-1"),
        ("aos.eu-west-1.api.aws", "es eu-west-1"),
        ("domain-abc.aos.eu-west-1.on.aws", "es eu-west-1"),
        ("abc.eu-west-1.aoss.amazonaws.com", "aoss eu-west-1"),
        ("abc.aoss.eu-west-1.on.aws", "aoss eu-west-1"),
        ("aoss.eu-west-1.amazonaws.com", "aoss eu-west-1"),
    ]);
}

#[test]
fn function_urls_are_lambda() {
    assert_scope("abc.lambda-url.eu-west-1.on.aws", "/", "lambda eu-west-1");
    refused(
        &[
            "lambda-url.eu-west-1.on.aws",
            "a.b.lambda-url.eu-west-1.on.aws",
            "abc.lambda-url.on.aws",
            "abc.vpc-lattice-svcs.eu-west-1.on.aws",
            "sqs.eu-west-1.on.aws",
        ],
        Unrecognised::UnknownService,
    );
}

#[test]
fn interface_endpoints_are_read_if_the_service_is_awss() {
    scopes(&[
        ("vpce-0a-b.execute-api.us-east-1.vpce.amazonaws.com", "execute-api us-east-1"),
        ("vpce-0a-b-us-east-1a.sqs.us-east-1.vpce.amazonaws.com", "sqs us-east-1"),
        ("vpce-0a-b.appsync-api.us-east-1.vpce.amazonaws.com", "appsync us-east-1"),
        ("my.bucket.bucket.vpce-0a-b.s3.us-east-1.vpce.amazonaws.com", "s3 us-east-1"),
    ]);
    refused(
        &[
            "vpce-0a-b.vpce-svc-0c.us-east-1.vpce.amazonaws.com",
            "vpce-svc-0c.us-east-1.vpce.amazonaws.com",
            "x.sqs.us-east-1.vpce.amazonaws.com",
            "x.vpce-0a.sqs.us-east-1.vpce.amazonaws.com",
        ],
        Unrecognised::UnknownService,
    );
}

#[test]
fn global_hosts_sign_for_their_partitions_home() {
    scopes(&[
        ("iam.amazonaws.com", "iam us-east-1"),
        ("iam.global.api.aws", "iam us-east-1"),
        ("iam-fips.amazonaws.com", "iam us-east-1"),
        ("iam.us-gov.amazonaws.com", "iam us-gov-west-1"),
        ("iam.global.api.amazonwebservices.com.cn", "iam cn-north-1"),
        ("sts.amazonaws.com", "sts us-east-1"),
        ("route53.amazonaws.com", "route53 us-east-1"),
        ("route53.amazonaws.com.cn", "route53 cn-northwest-1"),
        ("sdb.amazonaws.com", "sdb us-east-1"),
        ("importexport.amazonaws.com", "IngestionService us-east-1"),
    ]);
}

#[test]
fn a_known_service_without_its_region_is_named() {
    for (host, service) in [
        ("bucket.s3-accelerate.amazonaws.com", "s3"),
        ("bucket.s3-accelerate.dualstack.amazonaws.com", "s3"),
        ("bucket.s3.amazonaws.com.cn", "s3"),
        ("abc.execute-api.amazonaws.com", "execute-api"),
    ] {
        assert_eq!(recognise(host, "/"), Err(Unrecognised::RegionNotInHost { service }), "{host}");
    }
}

#[test]
fn servers_that_customers_run_are_refused() {
    refused(
        &[
            "ec2-1-2-3-4.compute-1.amazonaws.com",
            "ec2-1-2-3-4.us-west-2.compute.amazonaws.com",
            "my-lb-123.us-east-1.elb.amazonaws.com",
            "my-lb-123.elb.us-east-1.amazonaws.com",
            "my-lb-123.elb.amazonaws.com",
            "bucket.s3-website-us-east-1.amazonaws.com",
            "bucket.s3-website.eu-central-1.amazonaws.com",
            "db.abc.us-east-1.rds.amazonaws.com",
            "abc.us-east-1.redshift.amazonaws.com",
            "abc.gr7.us-east-1.eks.amazonaws.com",
            "d1234.cloudfront.amazonaws.com",
            "evil.dynamodb.us-east-1.amazonaws.com",
            "evil.sts.amazonaws.com",
            "evil.us-east-1.es.amazonaws.com",
            "alias.accesspoint.s3-global.amazonaws.com",
            "us-east-1.amazonaws.com",
            "us-gov.amazonaws.com",
            "global.amazonaws.com",
        ],
        Unrecognised::UnknownService,
    );
    refused(
        &[
            "env.us-east-1.elasticbeanstalk.com",
            "d1234.cloudfront.net",
            "abc.us-east-1.awsapprunner.com",
            "main.d1.amplifyapp.com",
            "pool.auth.us-east-1.amazoncognito.com",
        ],
        Unrecognised::NotAws,
    );
}

#[test]
fn names_that_only_look_like_awss_are_refused() {
    refused(
        &[
            "",
            ".",
            "amazonaws.com",
            "amazonaws.com.",
            ".amazonaws.com",
            "on.aws",
            "api.aws",
            "evilamazonaws.com",
            "sqs.us-east-1.evilamazonaws.com",
            "sqs.us-east-1-amazonaws.com",
            "sqs.us-east-1.amazonaws-fips.com",
            "sqs.us-east-1.amazonaws.com-fips",
            "amazonaws.com.evil.com",
            "execute-api.us-east-1.amazonaws.com.attacker.net",
            "sqs.us-east-1.amazonaws.com.br",
            "sqs.us-east-1.amazonaws.co",
            "sqs.us-east-1.amazonaws.com..",
            "sqs..us-east-1.amazonaws.com",
            "sqs.us-east-1.amazonaws.com:443",
            "sqs.us-east-1.amazonaws.com:8443",
            "user@sqs.us-east-1.amazonaws.com",
            "evil.com/sqs.us-east-1.amazonaws.com",
            "evil.com#sqs.us-east-1.amazonaws.com",
            "evil.com\\sqs.us-east-1.amazonaws.com",
            "sqs.us-east-1.amazonaws.com\0.evil.com",
            "sqs.us-east-1.amazonaws。com",
            "sqs.us-east-1.ａmazonaws.com",
            "ſqs.us-east-1.amazonaws.com",
            "[::1]",
            "192.0.2.1",
            "localhost",
            "aws.amazon.com",
        ],
        Unrecognised::NotAws,
    );
}
