import boto3

def main():
    client = boto3.client("lambda")
    with open("dist/api.zip", "rb") as archive:
        client.update_function_code(FunctionName="api", ZipFile=archive.read(), Publish=True)

main()
