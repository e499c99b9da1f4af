"""A GraphQL API with IAM as its only authorization: one query and one mutation that answer with their arguments."""

import time
from pathlib import Path

HERE = Path(__file__).parent


def create(appsync) -> str:
    """The id of the API."""
    api = appsync.create_graphql_api(name="notes", authenticationType="AWS_IAM")["graphqlApi"]["apiId"]
    appsync.start_schema_creation(apiId=api, definition=(HERE / "schema.graphql").read_bytes())
    _wait_for_schema(appsync, api)
    appsync.create_data_source(apiId=api, name="none", type="NONE")
    for type_name, field in (("Query", "note"), ("Mutation", "addNote")):
        appsync.create_resolver(
            apiId=api,
            typeName=type_name,
            fieldName=field,
            dataSourceName="none",
            runtime={"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"},
            code=(HERE / "resolver.mjs").read_text(),
        )
    return api


def _wait_for_schema(appsync, api: str) -> None:
    for _ in range(100):
        status = appsync.get_schema_creation_status(apiId=api)
        if status["status"] in ("SUCCESS", "ACTIVE"):
            return
        if status["status"] == "FAILED":
            raise RuntimeError(f"AppSync refused the schema: {status.get('details')}")
        time.sleep(0.1)
    raise TimeoutError("AppSync did not finish the schema within 10 seconds")
