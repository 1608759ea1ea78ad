import boto3

for function in boto3.client("lambda").list_functions()["Functions"]:
    print(function["FunctionName"], function["LastModified"])
