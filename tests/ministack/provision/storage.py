"""The services a page calls directly: a DynamoDB table, an S3 bucket that pages may read and write, an SQS queue."""


def create_table(dynamodb) -> str:
    name = "notes"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def create_bucket(s3) -> str:
    name = "notes-attachments"
    s3.create_bucket(Bucket=name)
    rule = {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "PUT", "POST", "DELETE", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["x-amz-request-id", "ETag", "Date"],
    }
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
    return name


def create_queue(sqs) -> str:
    name = "notes-queue"
    sqs.create_queue(QueueName=name)
    return name
