"""The two roles of the identity pool. Guests read; signed-in users also write, and see the reports."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Resources:
    """What the policies name."""

    region: str
    account: str
    rest_api: str
    stage: str
    graphql_api: str
    event_api: str
    table: str
    bucket: str
    queue: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def create(iam, pool_id: str, resources: Resources) -> dict:
    """Both roles with trust in the pool; the result is what SetIdentityPoolRoles wants."""
    return {
        "unauthenticated": _role(iam, "notes-guest", pool_id, "unauthenticated", _guest(resources)),
        "authenticated": _role(iam, "notes-user", pool_id, "authenticated", _guest(resources) + _user(resources)),
    }


def _guest(on: Resources) -> list:
    return [
        _allow("execute-api:Invoke", on.arn("execute-api", f"{on.rest_api}/{on.stage}/*/echo"),
               on.arn("execute-api", f"{on.rest_api}/{on.stage}/*/echo/*")),
        _allow("appsync:GraphQL", on.arn("appsync", f"apis/{on.graphql_api}/types/Query/*")),
        _allow("appsync:EventConnect", on.arn("appsync", f"apis/{on.event_api}")),
        _allow("appsync:EventSubscribe", on.arn("appsync", f"apis/{on.event_api}/channelNamespace/*")),
        _allow("appsync:EventPublish", on.arn("appsync", f"apis/{on.event_api}/channelNamespace/default")),
        _allow("dynamodb:GetItem", on.arn("dynamodb", f"table/{on.table}")),
        _allow("s3:GetObject", f"arn:aws:s3:::{on.bucket}/*"),
        _allow("s3:PutObject", f"arn:aws:s3:::{on.bucket}/*"),
        _allow("sqs:SendMessage", on.arn("sqs", on.queue)),
    ]


def _user(on: Resources) -> list:
    return [
        _allow("execute-api:Invoke", on.arn("execute-api", f"{on.rest_api}/{on.stage}/*/reports")),
        _allow("appsync:GraphQL", on.arn("appsync", f"apis/{on.graphql_api}/types/Mutation/*")),
        _allow("appsync:EventPublish", on.arn("appsync", f"apis/{on.event_api}/channelNamespace/*")),
        _allow("dynamodb:PutItem", on.arn("dynamodb", f"table/{on.table}")),
    ]


def _allow(action: str, *resources: str) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}


def _role(iam, name: str, pool_id: str, kind: str, statements: list) -> str:
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": pool_id},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": kind},
        },
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="notes", PolicyDocument=_policy(statements))
    return role


def _policy(statements: list) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
