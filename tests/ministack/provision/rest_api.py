"""A REST API whose methods want IAM signatures: everything below /echo and /reports goes to the echo function.

Pages can call it: OPTIONS is answered without a signature, and the gateway's own refusals carry CORS headers, which API
Gateway leaves out unless it is told.
"""

import io
import json
import zipfile
from pathlib import Path

STAGE = "prod"
ALLOWED_HEADERS = "Authorization,Content-Type,X-Amz-Date,X-Amz-Security-Token"
ALLOWED_METHODS = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
EXPOSED_HEADERS = "x-amzn-RequestId,x-amzn-ErrorType,Date"


def create(client) -> tuple[str, str]:
    """The id of the API and the stage it is deployed to."""
    apigateway = client("apigateway")
    function = _create_function(client("lambda"), client("iam"))
    # Bodies of every type reach the function byte for byte.
    api = apigateway.create_rest_api(name="notes", binaryMediaTypes=["*/*"])["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    echo = _resource(apigateway, api, root, "echo")
    for resource in (echo, _resource(apigateway, api, echo, "{proxy+}"), _resource(apigateway, api, root, "reports")):
        _signed_method(apigateway, api, resource, function)
        _preflight(apigateway, api, resource)
    for refusals in ("DEFAULT_4XX", "DEFAULT_5XX"):
        apigateway.put_gateway_response(
            restApiId=api,
            responseType=refusals,
            responseParameters={
                "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
                "gatewayresponse.header.Access-Control-Expose-Headers": f"'{EXPOSED_HEADERS}'",
            },
        )
    apigateway.create_deployment(restApiId=api, stageName=STAGE)
    return api, STAGE


def _create_function(lambda_, iam) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="echo", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.write(Path(__file__).with_name("echo.mjs"), "echo.mjs")
    return lambda_.create_function(
        FunctionName="echo",
        Runtime="nodejs20.x",
        Role=role,
        Handler="echo.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=10,
    )["FunctionArn"]


def _resource(apigateway, api: str, parent: str, part: str) -> str:
    return apigateway.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]


def _signed_method(apigateway, api: str, resource: str, function: str) -> None:
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
    apigateway.put_method(**method, authorizationType="AWS_IAM")
    apigateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations",
    )


def _preflight(apigateway, api: str, resource: str) -> None:
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
    }
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "OPTIONS"}
    apigateway.put_method(**method, authorizationType="NONE")
    apigateway.put_method_response(
        **method, statusCode="200", responseParameters={f"method.response.header.{name}": True for name in headers}
    )
    apigateway.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    apigateway.put_integration_response(
        **method,
        statusCode="200",
        responseParameters={f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()},
    )
