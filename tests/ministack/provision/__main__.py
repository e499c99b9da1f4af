"""Furnishes an empty ministack with what the tests call, and prints one JSON that names all of it.

Usage: python provision http://127.0.0.1:PORT

Guests may do less than signed-in users (roles.py), so that a test can see a signature accepted and the caller denied.
"""

import json
import sys
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

import appsync
import cognito
import events
import rest_api
import roles
import storage

REGION = "us-east-1"


def main() -> None:
    endpoint = sys.argv[1]
    # ministack takes the key "test" for the account's root and does not check its signature.
    session = boto3.Session("test", "test", region_name=REGION)
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})

    def client(service: str):
        return session.client(service, endpoint_url=endpoint, config=config)

    print(json.dumps(furnish(client, endpoint)))


def furnish(client, endpoint: str) -> dict:
    def url(host: str, path: str = "") -> str:
        return f"http://{host}.localhost:{urlsplit(endpoint).port}{path}"

    account = client("sts").get_caller_identity()["Account"]
    api, stage = rest_api.create(client)
    graphql = appsync.create(client("appsync"))
    event_api, event_host = events.create(client("appsync"))
    table = storage.create_table(client("dynamodb"))
    bucket = storage.create_bucket(client("s3"))
    queue = storage.create_queue(client("sqs"))
    user_pool = cognito.create_user_pool(client("cognito-idp"))
    identity_pool = cognito.create_identity_pool(client("cognito-identity"), user_pool)
    named = roles.Resources(REGION, account, api, stage, graphql, event_api, table, bucket, queue)
    role_arns = roles.create(client("iam"), identity_pool, named)
    client("cognito-identity").set_identity_pool_roles(IdentityPoolId=identity_pool, Roles=role_arns)
    # Cognito answers on the bare host only: ministack takes a label it does not list for a bucket's name.
    services = {service: url(f"{service}.{REGION}") for service in ("sts", "dynamodb", "sqs", "s3")}
    services |= {service: endpoint for service in ("cognito-identity", "cognito-idp")}
    return {
        "region": REGION,
        "account": account,
        "identityPoolId": identity_pool,
        "roles": role_arns,
        "userPool": user_pool,
        "services": services,
        "restApi": {"id": api, "stage": stage, "url": url(f"{api}.execute-api", f"/{stage}")},
        "graphqlApi": {"id": graphql, "url": url(f"{graphql}.appsync-api", "/graphql")},
        "eventApi": {"id": event_api, "url": f"http://{event_host}/event"},
        "table": table,
        "bucket": {"name": bucket, "url": url(f"{bucket}.s3.{REGION}")},
        "queue": {"name": queue, "path": f"/{account}/{queue}"},
    }


if __name__ == "__main__":
    main()
