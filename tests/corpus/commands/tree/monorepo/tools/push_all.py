#!/usr/bin/env python3
import subprocess

SERVICES = ["api", "mailer"]

for service in SERVICES:
    subprocess.run(["gcloud", "run", "deploy", service, "--source", f"services/{service}", "--quiet"], check=True)
