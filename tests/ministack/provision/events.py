"""An Event API with IAM as its only authorization. Guests may not publish in the second of its namespaces (roles.py)."""

NAMESPACES = ("default", "announcements")
IAM = [{"authType": "AWS_IAM"}]


def create(appsync) -> tuple[str, str]:
    """The id of the API and the host that takes its publishes, as AppSync names it."""
    api = appsync.create_api(
        name="rooms",
        eventConfig={
            "authProviders": IAM,
            "connectionAuthModes": IAM,
            "defaultPublishAuthModes": IAM,
            "defaultSubscribeAuthModes": IAM,
        },
    )["api"]
    for name in NAMESPACES:
        appsync.create_channel_namespace(apiId=api["apiId"], name=name)
    return api["apiId"], api["dns"]["HTTP"]
