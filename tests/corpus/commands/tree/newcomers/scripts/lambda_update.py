import subprocess, sys
name = sys.argv[1]
subprocess.run(["aws", "lambda", "update-function-code", "--function-name", name, "--zip-file", "fileb://dist/function.zip"], check=True)
