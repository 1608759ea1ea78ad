import subprocess
subprocess.check_call(["aws","lambda","update-function-code","--function-name","x","--zip-file","fileb://x"])
