import subprocess
print(subprocess.check_output(["kubectl", "get", "deploy"]))
