"""The user pool with one confirmed user, and the identity pool that takes its tokens and guests."""

USERNAME = "ada"
PASSWORD = "Correct-horse-9"


def create_user_pool(cognito_idp) -> dict:
    """A user pool, a client without a secret (as a page needs) and a user who may sign in at once."""
    pool = cognito_idp.create_user_pool(PoolName="notes")["UserPool"]["Id"]
    client = cognito_idp.create_user_pool_client(
        UserPoolId=pool,
        ClientName="page",
        GenerateSecret=False,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    cognito_idp.admin_create_user(UserPoolId=pool, Username=USERNAME, MessageAction="SUPPRESS")
    cognito_idp.admin_set_user_password(UserPoolId=pool, Username=USERNAME, Password=PASSWORD, Permanent=True)
    region = pool.partition("_")[0]
    return {
        "id": pool,
        "clientId": client,
        "provider": f"cognito-idp.{region}.amazonaws.com/{pool}",
        "user": {"username": USERNAME, "password": PASSWORD},
    }


def create_identity_pool(cognito_identity, user_pool: dict) -> str:
    """An identity pool with guests on and the user pool as its provider."""
    return cognito_identity.create_identity_pool(
        IdentityPoolName="notes",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[
            {"ProviderName": user_pool["provider"], "ClientId": user_pool["clientId"], "ServerSideTokenCheck": False}
        ],
    )["IdentityPoolId"]
